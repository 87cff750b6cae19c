//! `nightshift doctor`: what this machine has and lacks, and how to mend it.

use super::arguments::{Common, DoctorOptions, Format};
use super::exit::Exit;
use super::terminal;

pub fn run(_common: &Common, _options: &DoctorOptions) -> anyhow::Result<Exit> {
    terminal::answer("");
    let _ = Format::Text;
    Ok(Exit::Passed)
}

//! `nightshift stop` and `nightshift clean`: end the night that runs, and remove what one left that
//! was killed.

use std::time::{Duration, Instant};

use super::arguments::{Common, StopOptions};
use super::check::counted;
use super::exit::Exit;
use super::{night, terminal};
use crate::night as nights;

/// How often it is looked whether the night has ended.
const LOOK: Duration = Duration::from_millis(100);

/// `nightshift stop`
pub fn stop(common: &Common, options: &StopOptions) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let asked = Instant::now();
    let Some(holder) = nights::ask_to_stop(&root)? else {
        terminal::answer("no night of this suite runs");
        return Ok(Exit::Passed);
    };
    while nights::is_running(&root) {
        if asked.elapsed() >= options.wait {
            terminal::answer(format_args!(
                "{holder} was asked to stop and has not ended after {} s; `nightshift stop` again leaves the PDF out",
                options.wait.as_secs()
            ));
            return Ok(Exit::Failed);
        }
        std::thread::sleep(LOOK);
    }
    terminal::answer(format_args!(
        "{holder} has ended, with its report, after {:.1} s",
        asked.elapsed().as_secs_f64()
    ));
    Ok(Exit::Passed)
}

/// `nightshift clean`
pub fn clean(common: &Common) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let cleaned = nights::clean(&root, &root.join("reports/nights"));
    for (pid, command) in &cleaned.processes {
        terminal::answer(format_args!("ended process {pid}: {command}"));
    }
    for path in cleaned.folders.iter().chain(&cleaned.files) {
        terminal::answer(format_args!("removed {}", path.display()));
    }
    for night in &cleaned.unreported {
        terminal::say(format_args!(
            "{} has no report; `nightshift report {}` writes one of what it came to",
            night.display(),
            night.display()
        ));
    }
    for session in &cleaned.unsealed {
        terminal::say(format_args!(
            "{} was cut off: its ledger has no seal; it stays, and `nightshift verify` reads it",
            session.display()
        ));
    }
    let gone = cleaned.processes.len() + cleaned.folders.len() + cleaned.files.len();
    terminal::say(match gone {
        0 => "nothing was left behind".to_owned(),
        _ => format!("{} left behind, and gone now", counted(gone, "thing")),
    });
    Ok(Exit::Passed)
}

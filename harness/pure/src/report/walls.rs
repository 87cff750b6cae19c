//! What the report says of the walls around commands: which held, and in red where they were
//! switched off around commands that no person wrote.
//!
//! Neighbour: [`super::page`], which puts it beside what must be known to trust the night.

use serde::Serialize;

use super::night::NightReport;
use super::shown::one_line;
use crate::model::sandbox::Sandbox;

/// The walls of a night.
#[derive(Debug, Serialize)]
pub struct WallsView {
    text: String,
    more: Vec<String>,
    /// Whether it is no good news.
    are_missing: bool,
}

/// The walls of a night; `None` where no command had to be confined.
pub fn walls(report: &NightReport) -> Option<WallsView> {
    let walls = report.night.walls.as_ref()?;
    let text = match (walls.are_missing(), walls.sandbox) {
        (true, _) => "off: commands that no person wrote ran with all that this user may do",
        (false, Sandbox::All) => "around every command of a scenario and of an exploration",
        (false, Sandbox::Proposed | Sandbox::Off) => {
            "around commands that an agent from outside asked for"
        }
    };
    let lines = walls.held.iter().chain(&walls.not_held);
    Some(WallsView {
        text: text.to_owned(),
        more: lines.map(|it| one_line(it, 300)).collect(),
        are_missing: walls.are_missing(),
    })
}

/// The same as a line of text.
pub fn line(report: &NightReport) -> Option<String> {
    let it = walls(report)?;
    let more =
        if it.more.is_empty() { String::new() } else { format!(" ({})", it.more.join(", ")) };
    Some(format!("Sandbox: {}{more}.", it.text))
}

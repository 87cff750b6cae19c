//! Tickets as files in `tickets/` of the night, in the markup of their tracker, for who looks at
//! them before they are filed. Nobody is asked for anything.

use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use super::super::exit::Exit;
use super::super::terminal;
use crate::model::Suite;
use crate::model::filing::TrackerKind;
use crate::model::template::Piece;
use crate::report::NightReport;
use crate::report::ticket::markdown::{Comments, mark, markdown, title};
use crate::report::ticket::{Ticket, adf};

/// The address of the report, where no secret is needed for it.
pub fn link(suite: &Suite, report: &NightReport) -> Option<String> {
    let own = suite.config.file.as_ref().and_then(|it| it.link.as_ref());
    let link = own.or(suite.config.notify.link.as_ref())?;
    let mut text = String::new();
    for piece in link.pieces() {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Reference("night") => text.push_str(&report.night.id),
            Piece::Reference(_) => return None,
        }
    }
    Some(text)
}

/// Writes the drafts of a night, and says where they are.
///
/// # Errors
/// They cannot be written.
pub fn write(night: &Path, kind: TrackerKind, tickets: &[Ticket]) -> anyhow::Result<Exit> {
    let folder = night.join("tickets");
    if folder.is_dir() {
        // Drafts of before this night was judged again.
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    if tickets.is_empty() {
        terminal::say("there is nothing to file");
        return Ok(Exit::Passed);
    }
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    for ticket in tickets {
        let (end, text) = match kind {
            TrackerKind::Github | TrackerKind::Gitlab => ("md", page(ticket, Comments::Kept)),
            TrackerKind::Linear => ("md", page(ticket, Comments::Lost)),
            TrackerKind::Jira => {
                let label = mark("cause", &ticket.cause, Comments::Lost);
                let body = json!({ "summary": ticket.title, "labels": ["nightshift", label],
                    "description": adf::document(&ticket.body, None) });
                ("json", format!("{body:#}\n"))
            }
        };
        let path = folder.join(format!("{}.{end}", as_name(&ticket.finding)));
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        terminal::answer(format_args!("{}: {}", path.display(), ticket.title));
    }
    terminal::say("these are drafts; --file files them");
    Ok(Exit::Passed)
}

/// A finding's id as the name of a file: a night may have been copied from anywhere.
fn as_name(finding: &str) -> String {
    let sound = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    finding.chars().map(|it| if sound(it) { it } else { '-' }).collect()
}

fn page(ticket: &Ticket, comments: Comments) -> String {
    let own = mark("cause", &ticket.cause, comments);
    format!("# {}\n\n{own}\n\n{}", title(&ticket.title), markdown(&ticket.body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_of_a_finding_leads_out_of_the_folder_of_drafts() {
        assert_eq!(as_name("F1"), "F1");
        assert_eq!(as_name("../../F1"), "------F1");
    }
}

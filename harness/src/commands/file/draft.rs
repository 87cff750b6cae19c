//! Tickets as files in `tickets/` of the night, in the markup of their tracker, for who looks at
//! them before they are filed. Nobody is asked for anything.

use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use super::super::exit::Exit;
use super::super::terminal;
use crate::model::Template;
use crate::model::filing::TrackerKind;
use crate::model::template::Piece;
use crate::report::NightReport;
use crate::report::ticket::markdown::{Comments, mark, markdown, title};
use crate::report::ticket::{Ticket, adf};

/// The address of the report, where no secret is needed for it.
pub fn link(link: &Template, report: &NightReport) -> Option<String> {
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
    let drafts: Vec<(String, String)> = tickets.iter().map(|it| draft(it, kind)).collect();
    put_aside(&folder, &drafts)?;
    if tickets.is_empty() {
        terminal::say("there is nothing to file");
        return Ok(Exit::Passed);
    }
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    for (ticket, (name, text)) in tickets.iter().zip(drafts) {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        terminal::answer(format_args!("{}: {}", path.display(), ticket.title));
    }
    terminal::say("these are drafts; --file files them");
    Ok(Exit::Passed)
}

/// The file of a ticket: its name and its text.
fn draft(ticket: &Ticket, kind: TrackerKind) -> (String, String) {
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
    (format!("{}.{end}", as_name(&ticket.finding)), text)
}

/// Puts earlier drafts aside where they are others than these: this night was judged again, or
/// somebody has worked on them.
fn put_aside(folder: &Path, drafts: &[(String, String)]) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let is_one = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        let new = drafts.iter().find(|it| name == it.0.as_str());
        new.is_some_and(|it| std::fs::read(path).is_ok_and(|old| old == it.1.as_bytes()))
    };
    if entries.filter_map(Result::ok).all(|it| is_one(&it.path())) {
        return Ok(());
    }
    let aside = (1..).map(|n| folder.with_file_name(format!("tickets.{n}")));
    let aside = aside.into_iter().find(|it| !it.exists()).expect("numbers do not end");
    std::fs::rename(folder, &aside)
        .with_context(|| format!("cannot put {} aside", folder.display()))?;
    terminal::say(format_args!("the drafts of before are in {} now", aside.display()));
    Ok(())
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
    fn drafts_that_somebody_has_worked_on_are_put_aside_and_others_written_over() {
        let night = tempfile::tempdir().expect("a folder");
        let folder = night.path().join("tickets");
        let drafts =
            [("F1.md".to_owned(), "one".to_owned()), ("F2.md".to_owned(), "two".to_owned())];
        put_aside(&folder, &drafts).expect("there is none");
        std::fs::create_dir(&folder).expect("a folder");
        std::fs::write(folder.join("F1.md"), "one").expect("written");
        put_aside(&folder, &drafts).expect("it is the same");
        assert!(folder.is_dir());
        for n in 1..=2 {
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join("F1.md"), format!("one, by hand {n}")).expect("written");
            put_aside(&folder, &drafts).expect("put aside");
            let kept = std::fs::read_to_string(night.path().join(format!("tickets.{n}/F1.md")));
            assert_eq!(kept.expect("kept"), format!("one, by hand {n}"));
        }
        assert!(!folder.exists());
    }

    #[test]
    fn no_id_of_a_finding_leads_out_of_the_folder_of_drafts() {
        assert_eq!(as_name("F1"), "F1");
        assert_eq!(as_name("../../F1"), "------F1");
    }
}

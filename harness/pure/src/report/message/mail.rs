//! A mail: text and HTML. Its own id is that of the night, so that the same night is the same mail;
//! it refers to its findings, so that programs show the mails of one cause as a thread.

use std::fmt::Write as _;

use super::Message;
use crate::report::shown::{escape, one_line};

/// The most characters of a subject.
const SUBJECT: usize = 150;

/// A mail before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The subject: the report's sentence.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Its own id.
    pub id: String,
    /// What it refers to: one id a cause, the same on every night.
    pub references: Vec<String>,
}

impl Message {
    /// The mail of a night.
    #[must_use]
    pub fn mail(&self) -> Mail {
        let link = self.link.iter().map(|it| format!("The report: {it}"));
        let lines: Vec<String> = self.lines().into_iter().chain(link).collect();
        let mut html = format!("<p><strong>{}</strong></p>\n", harmless(&self.sentence));
        // Writing to a String cannot fail.
        for line in self.lines() {
            let _ = writeln!(html, "<p>{}</p>", harmless(&line));
        }
        if let Some(link) = &self.link {
            let _ = writeln!(html, "<p><a href=\"{}\">The report</a></p>", harmless(link));
        }
        Mail {
            subject: one_line(&self.sentence, SUBJECT),
            text: format!("{}\n\n{}\n", self.sentence, lines.join("\n")),
            html,
            id: id(&self.night),
            references: self.findings.iter().map(|it| id(&it.fingerprint)).collect(),
        }
    }
}

fn id(of: &str) -> String {
    let plain: String = of.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '-').collect();
    format!("<{plain}@nightshift>")
}

fn harmless(text: &str) -> String {
    let mut html = Vec::new();
    escape(text, &mut html).expect("writing to memory cannot fail");
    String::from_utf8_lossy(&html).into_owned()
}

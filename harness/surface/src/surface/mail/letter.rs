//! [`Letter`]: one mail as a person reads it, what must hold of it, and what is taken out of it.

use mail_parser::{Address, MessageParser, MimeHeaders as _, PartType};
use regex::Regex;
use sha2::{Digest as _, Sha256};

use super::links::{Link, read_html, read_text};
use super::listed;
use crate::model::artifact::{MailCapture, MailStep, TextCapture};
use crate::model::event::Failure;
use crate::model::scenario::TextTest;
use crate::model::{Kept, Outcome, Template};
use crate::surface::texts;

/// How many characters of a mail a failure quotes.
const QUOTED: usize = 1200;

/// A mail, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Letter {
    pub(super) from: String,
    pub(super) subject: String,
    /// The text part, or the HTML part as text.
    pub(super) text: String,
    pub(super) links: Vec<Link>,
    /// A line for each attachment.
    pub(super) attachments: Vec<String>,
}

impl Letter {
    /// Reads a message; one that cannot be read is all text.
    pub(super) fn of(message: &[u8]) -> Self {
        let Some(parsed) = MessageParser::default().parse(message) else {
            let text = String::from_utf8_lossy(message).into_owned();
            return Self { links: read_text(&text), text, ..Self::default() };
        };
        let plain = parsed.text_bodies().find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.replace("\r\n", "\n")),
            _ => None,
        });
        let html = parsed.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(read_html(html)),
            _ => None,
        });
        let (html_text, links) = html.unzip();
        let links = links.filter(|it: &Vec<Link>| !it.is_empty());
        let links = links.or_else(|| plain.as_deref().map(read_text)).unwrap_or_default();
        let attachments = parsed.attachments().map(|part| {
            let name = part.attachment_name().unwrap_or("unnamed");
            let content = part.contents();
            let digest = format!("{:x}", Sha256::digest(content));
            format!("{name}, {} bytes, sha256 {}", content.len(), &digest[..16])
        });
        Self {
            from: parsed.from().and_then(Address::first).map(shown).unwrap_or_default(),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: plain.or(html_text).unwrap_or_default(),
            links,
            attachments: attachments.collect(),
        }
    }

    /// The mail as text that can be compared.
    pub(super) fn told(&self, recipients: &[String]) -> String {
        let told = format!(
            "from: {}\nto: {}\nsubject: {}\n\n{}\n",
            self.from,
            recipients.join(", "),
            self.subject,
            self.text.trim_end()
        );
        let attachments = self.attachments.iter().map(|it| format!("\nattachment: {it}\n"));
        std::iter::once(told).chain(attachments).collect()
    }

    /// Whether all holds that a filled step expects, with what it captures.
    pub(super) fn verify(&self, step: &MailStep) -> Result<Vec<(String, Kept)>, Failure> {
        step.tests.iter().try_for_each(|test| self.test(test))?;
        let captured = step.capture.iter();
        captured.map(|(name, it)| Ok((name.clone(), self.value(name, it)?))).collect()
    }

    fn test(&self, wanted: &TextTest) -> Result<(), Failure> {
        let text = self.text.as_str();
        let (holds, expected) = match wanted {
            TextTest::Is(it) => {
                (text.trim_end() == it.raw().trim_end(), format!("to be {:?}", it.raw()))
            }
            TextTest::Contains(it) => {
                (text.contains(it.raw()), format!("to contain {:?}", it.raw()))
            }
            TextTest::Lacks(it) => {
                (!text.contains(it.raw()), format!("not to contain {:?}", it.raw()))
            }
            TextTest::Matches(pattern) => {
                (regex(pattern.raw())?.is_match(text), format!("to match /{pattern}/"))
            }
        };
        if holds { Ok(()) } else { Err(self.failure(format!("the mail {expected}"))) }
    }

    fn value(&self, name: &str, capture: &MailCapture) -> Result<Kept, Failure> {
        match capture {
            MailCapture::Link(text) => self.link(name, text.as_ref()).map(Kept::One),
            MailCapture::Text(capture) => self.part(name, capture),
        }
    }

    /// The address of a link: by its text, or the only one.
    fn link(&self, name: &str, text: Option<&Template>) -> Result<String, Failure> {
        let tidy = |it: &str| it.split_whitespace().collect::<Vec<_>>().join(" ");
        let own = |it: &&Link| text.is_none_or(|text| tidy(&it.text) == tidy(text.raw()));
        let mut found: Vec<&str> = self.links.iter().filter(own).map(|it| &*it.address).collect();
        found.dedup();
        if let [only] = found[..] {
            return Ok(only.to_owned());
        }
        let what = match text {
            Some(text) => format!("a link {:?}", text.raw()),
            None => "the only link".to_owned(),
        };
        let all: Vec<String> =
            self.links.iter().map(|it| format!("{:?} to {}", it.text, it.address)).collect();
        let actual = match (found.len(), all.is_empty()) {
            (_, true) => format!("it has no links; {}", self.said()),
            (0, false) => format!("no such link; its links: {}", listed(&all)),
            (n, false) => format!("{n} different ones; its links: {}", listed(&all)),
        };
        let expected = format!("the mail to give ${{{name}}} by {what}");
        Err(Failure { outcome: Outcome::Failed, expected, actual })
    }

    fn part(&self, name: &str, capture: &TextCapture) -> Result<Kept, Failure> {
        texts::pick(&self.text, capture).map_err(|_| {
            let by = texts::way(capture);
            self.failure(format!("the mail to give ${{{name}}} by {by}"))
        })
    }

    fn failure(&self, expected: String) -> Failure {
        Failure { outcome: Outcome::Failed, expected, actual: self.said() }
    }

    fn said(&self) -> String {
        let text = self.text.trim();
        let shown: String = text.chars().take(QUOTED).collect();
        let more = if shown.len() < text.len() { "…" } else { "" };
        format!("the mail {:?} was:\n{shown}{more}", self.subject)
    }
}

fn shown(address: &mail_parser::Addr<'_>) -> String {
    let mail = address.address().unwrap_or_default();
    match address.name() {
        Some(name) => format!("{name} <{mail}>"),
        None => mail.to_owned(),
    }
}

fn regex(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(pattern).map_err(|problem| Failure {
        outcome: Outcome::Failed,
        expected: format!("a regex /{pattern}/"),
        actual: problem.to_string(),
    })
}

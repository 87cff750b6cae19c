//! [`Survey`]: what exploring a product has shown: what there is, what of it was reached and is
//! asserted by a scenario, how fast that was done, and what came or went since the night before. It is
//! `explore.json`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Severity;

/// What a part of a product's surface is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An address, or a kind of addresses where there are many.
    Page,
    /// A form, by where it goes and what it takes.
    Form,
    /// A field, of a form or by itself.
    Field,
    /// A control that stands in no form.
    Button,
    /// A command, or one below it.
    Command,
    /// An option of a command.
    Flag,
}

impl Kind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::Page, Self::Form, Self::Field, Self::Button, Self::Command, Self::Flag];

    /// The word for one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Form => "form",
            Self::Field => "field",
            Self::Button => "button",
            Self::Command => "command",
            Self::Flag => "flag",
        }
    }

    /// The word for several.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Page => "pages",
            Self::Form => "forms",
            Self::Field => "fields",
            Self::Button => "buttons",
            Self::Command => "commands",
            Self::Flag => "flags",
        }
    }
}

/// A part of a product's surface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// Its name: an address, `textbox "Name" of post /save (Name)`, `shop list --csv`.
    pub name: String,
    /// The page or the command where it stands; `None` for what is behind a deed, and for where
    /// exploring began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Whether it was visited, used, filled, sent or run.
    pub reached: bool,
    /// Whether a scenario of the suite uses it.
    pub asserted: bool,
}

/// How many parts there are of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Share {
    /// How many exist.
    pub seen: usize,
    /// How many of them were reached.
    #[serde(default)]
    pub reached: usize,
    /// How many of them a scenario uses.
    pub asserted: usize,
}

/// Something that exists and was not reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missed {
    /// What it is.
    pub what: String,
    /// Why not.
    pub why: String,
}

/// Something that is wrong without any baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wrong {
    /// The rule: `server-error`, `dead-link`.
    pub rule: String,
    /// What a user would notice, in a sentence.
    pub title: String,
    /// How bad that is.
    pub severity: Severity,
    /// Where in the product: a path or a command line.
    #[serde(rename = "where")]
    pub place: String,
    /// The steps that show it, as a person would say them.
    pub steps: Vec<String>,
    /// The scenario that fails until it is mended, by its file, where there is one.
    pub file: Option<String>,
}

/// A scenario that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// Its file: below the suite's folder, or below `explored` of a night directory.
    pub file: String,
    /// What it shows, in a sentence.
    pub about: String,
}

/// What came and went since an earlier night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// The id of that night.
    pub night: String,
    /// What was there and is not any more.
    pub gone: Vec<Part>,
    /// What was not there and is.
    pub new: Vec<Part>,
    /// Whether both nights tried everything; else only what both looked at is compared.
    pub whole: bool,
}

/// How a product was explored that asked to be left alone for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pacing {
    /// How often it asked.
    pub times: u32,
    /// How long nothing was sent to its pages because of it, in milliseconds.
    pub waited_ms: u64,
    /// The longest pause that was kept between two steps on its pages after that, in milliseconds.
    pub pause_ms: u64,
}

/// `the product asked 3 times to be left alone: 14 s were waited, and up to 500 ms between steps`.
impl fmt::Display for Pacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { times, waited_ms, pause_ms } = self;
        let often = if *times == 1 { "once".to_owned() } else { format!("{times} times") };
        let waited = waited_ms.div_ceil(1_000);
        write!(
            f,
            "the product asked {often} to be left alone: {waited} s were waited, and up to {pause_ms} ms between steps"
        )
    }
}

/// What exploring a product has shown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Survey {
    /// The version of this format.
    pub format_version: u32,
    /// How many things were tried.
    pub probes: usize,
    /// How long that took, in milliseconds.
    pub duration_ms: u64,
    /// Whether everything was tried that there was to try.
    pub whole: bool,
    /// Why exploring did not go on, where it broke down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// How it was slowed down; `None` where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacing: Option<Pacing>,
    /// Addresses.
    pub pages: Share,
    /// Forms.
    pub forms: Share,
    /// Fields.
    pub fields: Share,
    /// Controls that stand in no form.
    pub buttons: Share,
    /// Commands, with those below them.
    pub commands: Share,
    /// Options of commands.
    pub flags: Share,
    /// What came and went since the last night that explored; `None` where none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What is wrong without any baseline, the worst first.
    pub findings: Vec<Wrong>,
    /// The scenarios of what no other covers.
    pub scenarios: Vec<Offer>,
    /// What exists and was not reached, and why.
    pub not_reached: Vec<Missed>,
    /// All parts; none in `night.json`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

impl Survey {
    /// Takes these parts and counts them.
    #[must_use]
    pub fn with_parts(mut self, parts: Vec<Part>) -> Self {
        for kind in Kind::ALL {
            let own: Vec<&Part> = parts.iter().filter(|it| it.kind == kind).collect();
            *self.share_mut(kind) = Share {
                seen: own.len(),
                reached: own.iter().filter(|it| it.reached).count(),
                asserted: own.iter().filter(|it| it.asserted).count(),
            };
        }
        self.parts = parts;
        self
    }

    /// How many there are of a kind.
    #[must_use]
    pub fn share(&self, kind: Kind) -> Share {
        match kind {
            Kind::Page => self.pages,
            Kind::Form => self.forms,
            Kind::Field => self.fields,
            Kind::Button => self.buttons,
            Kind::Command => self.commands,
            Kind::Flag => self.flags,
        }
    }

    fn share_mut(&mut self, kind: Kind) -> &mut Share {
        match kind {
            Kind::Page => &mut self.pages,
            Kind::Form => &mut self.forms,
            Kind::Field => &mut self.fields,
            Kind::Button => &mut self.buttons,
            Kind::Command => &mut self.commands,
            Kind::Flag => &mut self.flags,
        }
    }
}

/// The line of a morning: `3 pages and 1 flag are gone, 2 pages are new`.
impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |parts: &[Part], what: &str| {
            let verb = if parts.len() == 1 { "is" } else { "are" };
            (!parts.is_empty()).then(|| format!("{} {verb} {what}", counted(parts)))
        };
        let all: Vec<String> =
            [told(&self.gone, "gone"), told(&self.new, "new")].into_iter().flatten().collect();
        match all.as_slice() {
            [] => write!(f, "nothing is gone or new"),
            some => write!(f, "{}", some.join(", ")),
        }
    }
}

/// How many there are of each kind: `3 pages and 1 flag`.
fn counted(parts: &[Part]) -> String {
    let of = |kind: Kind| {
        let count = parts.iter().filter(|it| it.kind == kind).count();
        let word = if count == 1 { kind.word() } else { kind.plural() };
        (count > 0).then(|| format!("{count} {word}"))
    };
    let all: Vec<String> = Kind::ALL.into_iter().filter_map(of).collect();
    match all.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        few => few.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: Kind, name: &str) -> Part {
        Part { kind, name: name.to_owned(), at: None, reached: false, asserted: false }
    }

    #[test]
    fn what_came_and_went_is_told_in_one_line() {
        let said = |gone: Vec<Part>, new: Vec<Part>| {
            Since { night: "n".to_owned(), gone, new, whole: true }.to_string()
        };
        let pages = ["/a", "/b", "/c"].map(|it| part(Kind::Page, it)).to_vec();
        let flag = part(Kind::Flag, "shop list --csv");
        let gone = [pages.clone(), vec![flag.clone()]].concat();
        assert_eq!(said(gone, pages[1..].to_vec()), "3 pages and 1 flag are gone, 2 pages are new");
        assert_eq!(said(vec![flag], Vec::new()), "1 flag is gone");
        assert_eq!(said(Vec::new(), Vec::new()), "nothing is gone or new");
    }

    #[test]
    fn a_product_that_asked_to_be_left_alone_is_told_in_a_sentence() {
        let said = |times| Pacing { times, waited_ms: 13_200, pause_ms: 500 }.to_string();
        let rest = "to be left alone: 14 s were waited, and up to 500 ms between steps";
        assert_eq!(said(1), format!("the product asked once {rest}"));
        assert_eq!(said(3), format!("the product asked 3 times {rest}"));
    }

    #[test]
    fn the_shares_of_a_survey_are_counted_from_its_parts() {
        let reached = Part { reached: true, ..part(Kind::Page, "/a") };
        let asserted = Part { asserted: true, ..reached.clone() };
        let parts = vec![part(Kind::Page, "/b"), reached, asserted];
        let survey = Survey::default().with_parts(parts.clone());
        let wanted = Survey {
            pages: Share { seen: 3, reached: 2, asserted: 1 },
            parts,
            ..Survey::default()
        };
        assert_eq!(survey, wanted);
    }
}

//! [`Question`]: what may be asked, from words.

use std::sync::LazyLock;

use regex::Regex;

use super::ArchiveError;

/// The questions, as an error and a help text list them.
pub const QUESTIONS: &str = "; ask one of these:
  what broke [this week | last night | last 14 days | since BUILD, NIGHT or DAY]
  what was fixed [this week | …]
  what is red and whose is it
  when did SCENARIO last pass
  what got slower [this week | since BUILD, NIGHT or DAY]
  what flakes most";

/// Since when a question asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// The days before now.
    Days(u32),
    /// The newest night alone.
    LastNight,
    /// From the first night of a build, from a night, or from a day on.
    Named(String),
}

/// A question about the nights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Which regressions there were.
    Broke(Since),
    /// What was wrong and is gone.
    Fixed(Since),
    /// What fails now, and who answers for it.
    Red,
    /// When a scenario last held.
    LastPass(String),
    /// Which scenarios take longer.
    Slower(Since),
    /// Which scenarios fail by chance, most often first.
    Flakes,
}

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(this week)|(?:in the )?last (\d{1,4}) (day|week)s?|(last night|today|tonight)|since (\S+))$",
    )
});
static BROKE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^what (?:has )?(?:broke|broken)(?: (.+))?$"));
static FIXED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^what (?:was|got|has been) fixed(?: (.+))?$"));
static SLOWER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^what (?:got|became|has become|is) slower(?: (.+))?$"));
static RED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:what is (?:red|failing)(?:,? and whose is it)?|whose is what is red)$")
});
static PASS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^when did (\S+) last pass$"));
static FLAKES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^what (?:flakes|is flaky|is flakiest)(?: (?:the )?most)?$"));

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("a valid pattern")
}

impl Question {
    /// The question that these words ask.
    ///
    /// # Errors
    /// They ask none of the questions; the error lists them.
    pub fn of(words: &str) -> Result<Self, ArchiveError> {
        let asked = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let asked = asked.trim_end_matches(['?', '.', ' ']);
        let unknown = || ArchiveError::Unknown(asked.to_owned());
        let with_time = |of: &Regex| {
            let found = of.captures(asked)?;
            Some(found.get(1).map_or(Some(Since::Days(7)), |it| Since::of(it.as_str())))
        };
        if let Some(since) = with_time(&BROKE) {
            return since.map(Self::Broke).ok_or_else(unknown);
        }
        if let Some(since) = with_time(&FIXED) {
            return since.map(Self::Fixed).ok_or_else(unknown);
        }
        if let Some(since) = with_time(&SLOWER) {
            return since.map(Self::Slower).ok_or_else(unknown);
        }
        if let Some(found) = PASS.captures(asked) {
            return Ok(Self::LastPass(found[1].to_owned()));
        }
        match (RED.is_match(asked), FLAKES.is_match(asked)) {
            (true, _) => Ok(Self::Red),
            (_, true) => Ok(Self::Flakes),
            (false, false) => Err(unknown()),
        }
    }
}

impl Since {
    fn of(words: &str) -> Option<Self> {
        let found = TIME.captures(words)?;
        if found.get(1).is_some() {
            return Some(Self::Days(7));
        }
        if let (Some(number), Some(unit)) = (found.get(2), found.get(3)) {
            let number: u32 = number.as_str().parse().ok()?;
            let days = if unit.as_str().eq_ignore_ascii_case("week") { 7 } else { 1 };
            return Some(Self::Days(number * days));
        }
        Some(match (found.get(4), found.get(5)) {
            (Some(_), _) => Self::LastNight,
            (None, name) => Self::Named(name?.as_str().to_owned()),
        })
    }

    /// The time in the words of an answer.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Days(7) => "in the last week".to_owned(),
            Self::Days(days) => format!("in the last {days} days"),
            Self::LastNight => "in the newest night".to_owned(),
            Self::Named(name) => format!("since {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_understood_however_it_is_written() {
        let asked = [
            ("what broke this week?", Question::Broke(Since::Days(7))),
            ("What  broke", Question::Broke(Since::Days(7))),
            ("what broke since v1.4", Question::Broke(Since::Named("v1.4".to_owned()))),
            ("what broke last night", Question::Broke(Since::LastNight)),
            ("what was fixed in the last 2 weeks", Question::Fixed(Since::Days(14))),
            ("What is red, and whose is it?", Question::Red),
            ("what is red", Question::Red),
            (
                "when did Area/Filter-Orders last pass?",
                Question::LastPass("Area/Filter-Orders".to_owned()),
            ),
            (
                "what got slower since 2026-11-01",
                Question::Slower(Since::Named("2026-11-01".to_owned())),
            ),
            ("what flakes most?", Question::Flakes),
        ];
        for (words, question) in asked {
            assert_eq!(Question::of(words).expect(words), question, "{words}");
        }
    }

    #[test]
    fn a_question_that_is_none_of_them_is_answered_with_their_list() {
        for words in ["who is to blame", "what broke tomorrow", "when did it last pass away", ""] {
            let error = Question::of(words).expect_err(words).to_string();
            assert!(error.contains("what flakes most") && error.contains(words), "{error}");
        }
    }
}

//! [`Sight`]: what a model saw of pages towards one goal, so that it is told references that stay,
//! what changed since its last action and what it asks for, and [`View`], the page as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use crate::agent::skills::whole;
use crate::agent::{Place, References, changes, cut};
use crate::model::Target;
use crate::model::outline::{Element, Outline};
use crate::model::recording::called;
use crate::model::suite::Skill;

/// The most characters that are told of what changed.
const MOST_OF_CHANGES: usize = 2_000;
/// The longest text of one thing.
const LONGEST_TEXT: usize = 120;
/// The same of a thing that was asked for.
const LONGEST_FOUND: usize = 1_000;
/// So often more may be asked for between two actions.
const MOST_ASKED: usize = 3;
/// The longest words with which it is.
const LONGEST_ASKED: usize = 100;
/// So many skills are told whole towards one goal.
const MOST_READ: usize = 3;
/// And so many characters of each.
const LONGEST_SKILL: usize = 3_000;
/// The longest address.
const LONGEST_PLACE: usize = 400;

/// What a model saw of pages towards one goal.
#[derive(Debug, Default)]
pub struct Sight {
    references: References,
    /// The page before the last action.
    before: Option<Told>,
    /// The page as it is told.
    now: Option<Told>,
    /// With which words more was asked for since the last action.
    asked: Vec<String>,
    /// The skills that it read, by name.
    read: BTreeMap<String, String>,
}

/// A page as it was told.
#[derive(Debug)]
struct Told {
    place: String,
    lines: Vec<String>,
}

/// A page as a model sees it.
#[derive(Debug)]
pub struct View<'a> {
    pub(super) page: &'a Outline,
    /// The references of what can be used, by its place in the page.
    numbers: BTreeMap<usize, u32>,
    /// What can be told, each by its place in the page.
    pub(super) lines: Vec<(usize, String)>,
    pub(super) changed: Option<Changed>,
    pub(super) found: Option<Found>,
    /// The skills that were read.
    pub(super) read: Vec<String>,
}

/// What has the words with which more was asked for.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) words: String,
    /// These things, told at length, by their places in the page.
    pub(super) lines: BTreeMap<usize, String>,
}

/// What became of the page since the last action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Changed {
    /// Where it was before, if that was another place.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<String>,
    /// `+ e12 button "Save"`, `~` for what is not as it was, `-` for what is gone.
    things: Vec<String>,
    /// How many changes are not told.
    left_out: usize,
}

impl Sight {
    /// A look at the page.
    pub fn look<'a>(&mut self, page: &'a Outline) -> View<'a> {
        let numbers = self.references.number(page);
        let elements = page.elements.iter().enumerate();
        let lines: Vec<(usize, String)> = elements
            .filter(|(at, it)| {
                numbers.contains_key(at) || !it.text.is_empty() || it.role == "heading"
            })
            .map(|(at, it)| (at, line(numbers.get(&at).copied(), it, LONGEST_TEXT)))
            .collect();
        let told = Told {
            place: page.place.clone(),
            lines: lines.iter().map(|it| it.1.clone()).collect(),
        };
        let changed = self.before.as_ref().map(|before| Changed::between(before, &told));
        self.now = Some(told);
        let found = self.asked.last().map(|words| {
            let number = |at: usize| numbers.get(&at).copied();
            let long = |at: usize| line(number(at), &page.elements[at], LONGEST_FOUND);
            let all = lines.iter().map(|it| (it.0, long(it.0)));
            Found { words: words.clone(), lines: all.filter(|it| has(&it.1, words)).collect() }
        });
        let read = self.read.values().cloned().collect();
        View { page, numbers, lines, changed, found, read }
    }

    /// Takes note of an action: what is told as changed next, changed since then.
    pub fn acted(&mut self) {
        self.before = self.now.take();
        self.asked.clear();
    }

    /// Takes note of words: what has all of them is told at the next look, before all else.
    ///
    /// # Errors
    /// Why nothing more is told.
    pub fn ask_for(&mut self, words: &str) -> Result<(), String> {
        let words: String = words.trim().to_lowercase().chars().take(LONGEST_ASKED).collect();
        if words.is_empty() {
            return Err("`more` needs words in `text`".to_owned());
        }
        if self.asked.contains(&words) {
            return Err(format!("what has the words {words:?} was told"));
        }
        if self.asked.len() >= MOST_ASKED {
            return Err(format!("more was asked for {MOST_ASKED} times; now do something"));
        }
        self.asked.push(words);
        Ok(())
    }

    /// Takes note of a skill: it is told whole from now on.
    ///
    /// # Errors
    /// Why it is not.
    pub fn read(&mut self, skill: &Skill) -> Result<(), String> {
        if self.read.contains_key(&skill.name) {
            return Err(format!("the skill {} was told", skill.name));
        }
        if self.read.len() >= MOST_READ {
            return Err(format!("{MOST_READ} skills were told; now do something"));
        }
        self.read.insert(skill.name.clone(), cut(&whole(skill), LONGEST_SKILL));
        Ok(())
    }
}

impl View<'_> {
    /// The thing that can be used and has this reference.
    pub(super) fn target(&self, reference: &str) -> Option<Target> {
        let number = reference.strip_prefix('e')?.parse::<u32>().ok()?;
        let at = self.numbers.iter().find(|it| *it.1 == number)?.0;
        self.page.elements[*at].target.clone()
    }

    /// The references that are told: of these things, and of what changed.
    pub(super) fn references(&self, things: &BTreeSet<usize>) -> Vec<String> {
        let changed: BTreeSet<&str> = self.changed.iter().flat_map(Changed::references).collect();
        let named = self.numbers.iter().map(|(at, number)| (at, format!("e{number}")));
        let is_told =
            |it: &(&usize, String)| things.contains(it.0) || changed.contains(it.1.as_str());
        named.filter(is_told).map(|it| it.1).collect()
    }
}

impl Changed {
    fn between(before: &Told, now: &Told) -> Self {
        let is_same = before.place == now.place;
        let place = if is_same { Place::Same } else { Place::Another };
        let all = changes(&before.lines, &now.lines, place, &|line, _| line.to_owned());
        let long = |lines: &[String]| lines.iter().map(String::len).sum::<usize>();
        // Where nearly all is new, the page says it.
        let mut room = if long(&all) < long(&now.lines) { MOST_OF_CHANGES } else { 0 };
        let count = all.len();
        let fits = |it: &String| match room.checked_sub(it.len()) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        };
        let things: Vec<String> = all.into_iter().take_while(fits).collect();
        let was = (!is_same).then(|| cut(&before.place, LONGEST_PLACE));
        Self { was, left_out: count - things.len(), things }
    }

    /// The references of what is there.
    fn references(&self) -> impl Iterator<Item = &str> {
        let there = self.things.iter().filter(|it| !it.starts_with('-'));
        there.filter_map(|it| it.split(' ').nth(1))
    }
}

/// Whether a line has all of these words.
fn has(line: &str, words: &str) -> bool {
    let line = line.to_lowercase();
    words.split_whitespace().all(|it| line.contains(it))
}

/// `e12 textbox "E-mail" = "ada@…" (disabled)`, with no text longer than `longest`.
fn line(number: Option<u32>, it: &Element, longest: usize) -> String {
    let cut = |text: &str| cut(text, longest);
    let name = if called(it).is_empty() { it.labels.join(", ") } else { called(it).to_owned() };
    let own = number.map(|it| format!("e{it} ")).unwrap_or_default();
    // Writing to a string cannot fail.
    let mut line = format!("{own}{} {:?}", it.role, cut(&name));
    if let Some(value) = it.value.as_deref().filter(|it| !it.is_empty()) {
        let _ = write!(line, " = {:?}", cut(value));
    }
    if !it.options.is_empty() {
        let _ = write!(line, " options {:?}", cut(&it.options.join(" | ")));
    }
    if !it.marks.is_empty() {
        let _ = write!(line, " ({})", it.marks.join(", "));
    }
    line
}

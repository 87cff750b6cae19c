//! [`Book`]: what a client was told of pages: the references of things, which stay the same while a
//! thing stays the same, and what changed since.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use similar::{Algorithm, DiffOp};

use super::page::{Addresses, lines, told, told_again};
use super::reply::plain;
use crate::model::Target;
use crate::model::outline::{Element, Outline};
use crate::model::recording::called;
use crate::report::one_line;

/// The most characters of a page that are told at once.
const MOST_OF_PAGE: usize = 4_000;
/// The most characters that are told of what changed.
const MOST_OF_CHANGES: usize = 3_000;
/// Of what is gone, so much is told.
const LONGEST_GONE: usize = 80;
/// More lines than these that are gone are only counted.
const MOST_GONE: usize = 4;
/// References of so many things are remembered.
const MOST_KNOWN: usize = 5_000;

/// What a client was told.
#[derive(Debug, Default)]
pub struct Book {
    known: Vec<Known>,
    told: Option<Told>,
}

/// A thing that has a reference.
#[derive(Debug, Clone)]
struct Known {
    number: u32,
    role: String,
    name: String,
    hints: Vec<String>,
    target: Target,
    /// Whether it was there when the page was last read.
    is_there: bool,
}

/// The page as it was last read.
#[derive(Debug)]
struct Told {
    place: String,
    lines: Vec<String>,
}

/// What a reference means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// This thing.
    Thing(Target),
    /// Something that is not on the page any more, and what it was.
    Gone(String),
    /// Nothing that was ever told.
    Unknown,
}

impl Book {
    /// Forgets the page, and keeps the references: what comes next is told whole.
    pub fn turn(&mut self) {
        self.told = None;
    }

    /// The page: whole the first time, else what changed.
    pub fn tell(&mut self, page: &Outline) -> String {
        let now = self.read(page);
        let text = match &self.told {
            None => whole(&now, page.cut, 0, None),
            Some(before) => {
                let changes = changes(before, &now);
                let all = whole(&now, page.cut, 0, None);
                if changes.len() < all.len() { changes } else { all }
            }
        };
        self.told = Some(now);
        text
    }

    /// The whole page from a line on, or the lines that have some words.
    pub fn tell_whole(
        &mut self,
        page: &Outline,
        from: usize,
        find: Option<&str>,
        addresses: Addresses,
    ) -> String {
        let now = self.read(page);
        let text = match addresses {
            Addresses::LeftOut => whole(&now, page.cut, from, find),
            Addresses::Told => {
                let lines = lines(page, &self.number(page), addresses);
                whole(&Told { place: now.place.clone(), lines }, page.cut, from, find)
            }
        };
        self.told = Some(now);
        text
    }

    /// What a reference means on the page as it is.
    pub fn meant(&mut self, page: &Outline, reference: &str) -> Meant {
        let number = reference.strip_prefix('e').and_then(|it| it.parse::<u32>().ok());
        let Some(number) = number else { return Meant::Unknown };
        if !self.known.iter().any(|it| it.number == number) {
            return Meant::Unknown;
        }
        let numbers = self.number(page);
        let at = numbers.iter().find(|it| *it.1 == number).map(|it| *it.0);
        if let Some(target) = at.and_then(|at| page.elements[at].target.clone()) {
            return Meant::Thing(target);
        }
        let known = self.known.iter().find(|it| it.number == number);
        Meant::Gone(known.map(|it| format!("{} {:?}", it.role, it.name)).unwrap_or_default())
    }

    fn read(&mut self, page: &Outline) -> Told {
        let numbers = self.number(page);
        Told { place: page.place.clone(), lines: lines(page, &numbers, Addresses::LeftOut) }
    }

    /// The reference of each thing that can be used: what it had, or a new one.
    fn number(&mut self, page: &Outline) -> BTreeMap<usize, u32> {
        let mut numbers = BTreeMap::new();
        let mut new: Vec<(usize, &Target)> = Vec::new();
        let there = std::mem::take(&mut self.known);
        let mut before: Vec<Option<Known>> = there.into_iter().map(Some).collect();
        let mut kept = Vec::new();
        let mut keep = |mut known: Known, at: usize, target: &Target, it: &Element| {
            numbers.insert(at, known.number);
            known.name = name_of(it);
            known.hints.clone_from(&it.hints);
            known.target = target.clone();
            known.is_there = true;
            kept.push(known);
        };
        for (at, it) in page.elements.iter().enumerate().filter(|(_, it)| it.usable) {
            let Some(target) = &it.target else { continue };
            let same = before.iter_mut().find(|known| {
                known.as_ref().is_some_and(|known| known.role == it.role && known.target == *target)
            });
            match same.and_then(Option::take) {
                Some(known) => keep(known, at, target, it),
                None => new.push((at, target)),
            }
        }
        for like in [is_called_alike, is_made_alike] {
            new.retain(|(at, target)| {
                let it = &page.elements[*at];
                let is_like = |known: &&mut Option<Known>| {
                    known.as_ref().is_some_and(|known| known.is_there && like(known, it))
                };
                match before.iter_mut().find(is_like).and_then(Option::take) {
                    Some(known) => {
                        keep(known, *at, target, it);
                        false
                    }
                    None => true,
                }
            });
        }
        for (number, (at, target)) in (next_number(&kept, &before)..).zip(new) {
            let it = &page.elements[at];
            numbers.insert(at, number);
            kept.push(Known {
                number,
                role: it.role.clone(),
                name: name_of(it),
                hints: it.hints.clone(),
                target: target.clone(),
                is_there: true,
            });
        }
        self.known = remembered(before, kept);
        numbers
    }
}

/// A number that was never given.
fn next_number(there: &[Known], gone: &[Option<Known>]) -> u32 {
    there.iter().chain(gone.iter().flatten()).map(|it| it.number).max().unwrap_or_default() + 1
}

/// What is there, and of what is gone as much as there is room for, the newest last.
fn remembered(gone: Vec<Option<Known>>, there: Vec<Known>) -> Vec<Known> {
    let gone: Vec<Known> = gone.into_iter().flatten().collect();
    let first = gone.len().saturating_sub(MOST_KNOWN.saturating_sub(there.len()));
    let gone = gone.into_iter().skip(first).map(|it| Known { is_there: false, ..it });
    gone.chain(there).collect()
}

fn name_of(it: &Element) -> String {
    if called(it).is_empty() { it.labels.join(", ") } else { called(it).to_owned() }
}

/// Something that must now be told apart from others of its name.
fn is_called_alike(known: &Known, it: &Element) -> bool {
    known.role == it.role && known.name == name_of(it) && known.hints == it.hints
}

/// Something that got another name.
fn is_made_alike(known: &Known, it: &Element) -> bool {
    known.role == it.role && !it.hints.is_empty() && known.hints == it.hints
}

/// Text of the product, marked as what it is; no place is the one before.
fn marked(place: Option<&str>, body: &str) -> String {
    let place = place.map(|it| format!(" place=\"{}\"", plain(it))).unwrap_or_default();
    format!("<page{place}>\n{}</page>", plain(body))
}

fn whole(page: &Told, is_cut: bool, from: usize, find: Option<&str>) -> String {
    let words: Vec<String> =
        find.unwrap_or_default().to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |line: &&String| {
        let line = line.to_lowercase();
        words.iter().all(|it| line.contains(it))
    };
    let lines: Vec<String> = page.lines.iter().map(|it| told(it)).collect();
    let wanted: Vec<&String> = lines.iter().filter(fits).collect();
    let mut body = String::new();
    let mut shown = 0;
    for line in wanted.iter().skip(from) {
        if body.len() + line.len() > MOST_OF_PAGE && shown > 0 {
            break;
        }
        let _ = writeln!(body, "{line}");
        shown += 1;
    }
    if wanted.is_empty() {
        body.push_str(if find.is_some() { "(no line has these words)\n" } else { "(empty)\n" });
    }
    let mut text = marked(Some(&page.place), &body);
    let next = from + shown;
    if let Some(left) = wanted.len().checked_sub(next).filter(|it| *it > 0) {
        let _ = write!(text, "\ncut: {left} more lines; go on with from: {next}, or find");
    } else if is_cut {
        text.push_str("\ncut: the page is longer than can be read at once");
    }
    text
}

/// What changed, line by line.
fn changes(before: &Told, now: &Told) -> String {
    let moved = before.place != now.place;
    let mut all = Vec::new();
    let mut gone = 0;
    for op in similar::capture_diff_slices(Algorithm::Patience, &before.lines, &now.lines) {
        match op {
            DiffOp::Equal { .. } => {}
            DiffOp::Insert { new_index, new_len, .. } => {
                all.extend(
                    now.lines[new_index..new_index + new_len]
                        .iter()
                        .map(|it| format!("+ {}", told(it))),
                );
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                gone += tell_gone(&before.lines[old_index..old_index + old_len], moved, &mut all);
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let (old, new) = (
                    &before.lines[old_index..old_index + old_len],
                    &now.lines[new_index..new_index + new_len],
                );
                gone += tell_replaced(old, new, moved, &mut all);
            }
        }
    }
    if gone > 0 {
        all.push(format!("- {gone} lines"));
    }
    if all.is_empty() {
        let same = if moved { "(the same as before)\n" } else { "(nothing changed)\n" };
        return marked(moved.then_some(&now.place), same);
    }
    let mut body = String::new();
    let mut shown = 0;
    for line in &all {
        if body.len() + line.len() > MOST_OF_CHANGES && shown > 0 {
            break;
        }
        let _ = writeln!(body, "{line}");
        shown += 1;
    }
    let mut text = marked(moved.then_some(&now.place), &body);
    if shown < all.len() {
        let _ = write!(text, "\ncut: {} more changes; observe with whole: true", all.len() - shown);
    }
    text
}

/// Lines that are gone; answers with how many of them are only counted.
fn tell_gone(gone: &[String], moved: bool, all: &mut Vec<String>) -> usize {
    if moved || gone.len() > MOST_GONE {
        return gone.len();
    }
    // What is cut says so: a secret that was cut is found by that.
    all.extend(gone.iter().map(|it| format!("- {}", one_line(&told(it), LONGEST_GONE))));
    0
}

/// Lines that stand where others stood. Where both begin alike up to the same reference, the new one
/// says it all.
fn tell_replaced(old: &[String], new: &[String], moved: bool, all: &mut Vec<String>) -> usize {
    let same = |a: &String, b: &String| beginning(a).is_some_and(|it| Some(it) == beginning(b));
    let left: Vec<String> =
        old.iter().filter(|old| !new.iter().any(|new| same(old, new))).cloned().collect();
    for line in new {
        all.push(match old.iter().find(|old| same(old, line)) {
            Some(known) => format!("~ {}", told_again(line, known)),
            None => format!("+ {}", told(line)),
        });
    }
    tell_gone(&left, moved, all)
}

/// A line up to its first reference.
fn beginning(line: &str) -> Option<&str> {
    let mut end = 0;
    for word in line.split(' ') {
        end += word.len() + 1;
        if is_reference(word) {
            return Some(&line[..end - 1]);
        }
    }
    None
}

fn is_reference(word: &str) -> bool {
    word.strip_prefix('e')
        .is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

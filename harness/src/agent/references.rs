//! [`References`]: what the things of pages are called by who uses them: `e12` means the same thing for as
//! long as it stays the same, wherever it moves to.

use std::collections::BTreeMap;

use crate::model::Target;
use crate::model::outline::{Element, Outline};
use crate::model::recording::called;

/// References of so many things are remembered.
const MOST_KNOWN: usize = 5_000;

/// The references that were given.
#[derive(Debug, Default)]
pub struct References {
    known: Vec<Known>,
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

impl References {
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

    /// The reference of each thing that can be used: what it had, or a new one.
    pub fn number(&mut self, page: &Outline) -> BTreeMap<usize, u32> {
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

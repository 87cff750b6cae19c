//! [`Asserted`]: what the scenarios of a suite use of a product, by what they say or by what a night
//! did, so that it can be told what of the product none of them uses.

use std::collections::BTreeMap;

use super::addresses::{class_of, is_kind};
use crate::model::{Action, Entry, Event, StepOutcome};

/// One thing that a scenario does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Deed {
    /// As a person would say it.
    line: String,
    /// The page on which it is done; `None` where that is not known.
    on: Option<String>,
}

/// What scenarios use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asserted {
    deeds: Vec<Deed>,
    /// The pages that they come to.
    pages: Vec<String>,
}

impl Asserted {
    /// By the steps of scenarios; where a click leads is not known.
    pub fn add_steps<'a>(&mut self, steps: impl IntoIterator<Item = &'a Action>) {
        let mut on = None;
        for action in steps {
            if let Action::Open(address) = action {
                on = Some(address.raw().to_owned());
                self.pages.extend(on.clone());
            }
            self.deeds.push(Deed { line: action.describe(), on: on.clone() });
            let stays = matches!(
                action,
                Action::Open(_) | Action::Fill(_) | Action::Choose { .. } | Action::Snapshot(_)
            );
            if !stays {
                on = None;
            }
        }
    }

    /// By what a night did.
    pub fn add_night(&mut self, entries: &[Entry]) {
        // Where each attempt is.
        let mut places: BTreeMap<(&str, u32), String> = BTreeMap::new();
        for entry in entries {
            let Event::Step { scenario, attempt, step } = &entry.event else { continue };
            if step.outcome != StepOutcome::Passed {
                continue;
            }
            let opened = step.text.strip_prefix("open ").map(str::to_owned);
            let after = opened.unwrap_or_else(|| step.place.clone());
            if after.starts_with('/') {
                self.pages.push(after.clone());
            }
            let on = places.insert((scenario, *attempt), after);
            self.deeds.push(Deed { line: step.text.clone(), on });
        }
    }

    /// Whether a page is come to: this address, or one of this kind.
    pub(super) fn comes_to(&self, page: &str) -> bool {
        let kind = is_kind(page);
        self.pages.iter().any(|it| it == page || kind && class_of(it) == class_of(page))
    }

    /// Whether this thing is used on this page, or on any where that is not known.
    pub(super) fn uses(&self, thing: &str, at: Option<&str>) -> bool {
        let same = |on: &str, at: &str| class_of(on) == class_of(at);
        self.deeds.iter().any(|it| {
            let here = match (&it.on, at) {
                (Some(on), Some(at)) => same(on, at),
                (None, _) | (_, None) => true,
            };
            here && !it.line.starts_with("see ") && it.line.contains(thing)
        })
    }

    /// Whether a command is run that begins with these words, with this among its others.
    pub(super) fn runs(&self, words: &[String], with: Option<&[String]>) -> bool {
        let lines = self.deeds.iter().filter_map(|it| it.line.strip_prefix("run "));
        lines.into_iter().any(|line| {
            let own: Vec<&str> = line.split_whitespace().collect();
            let begins = own.len() >= words.len() && own.iter().zip(words).all(|it| it.0 == it.1);
            let has = |name: &String| {
                let rest = own.iter().skip(words.len());
                rest.into_iter().any(|it| it.split('=').next() == Some(name))
            };
            begins && with.is_none_or(|names| names.iter().any(has))
        })
    }
}

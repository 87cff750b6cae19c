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
            // A line for a shell may be none that its words alone make.
            let own = shell_words::split(line)
                .unwrap_or_else(|_| line.split_whitespace().map(str::to_owned).collect());
            let begins = own.starts_with(words);
            let has = |name: &String| {
                let rest = own.iter().skip(words.len());
                rest.into_iter().any(|it| it.split('=').next() == Some(name))
            };
            begins && with.is_none_or(|names| names.iter().any(has))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::probe::{click, look, open, run};
    use crate::explore::tree::target;
    use crate::model::testing::Night;

    fn of(steps: &[Action]) -> Asserted {
        let mut asserted = Asserted::default();
        asserted.add_steps(steps);
        asserted
    }

    #[test]
    fn a_page_is_come_to_by_its_address_and_one_of_many_by_any_of_its_kind() {
        let own = of(&[open("/orders/7"), look("x"), open("/stock")]);
        let pages = ["/stock", "/orders/*", "/orders/8", "/orders"];
        assert_eq!(pages.map(|it| own.comes_to(it)), [true, true, false, false]);
    }

    #[test]
    fn a_thing_is_used_on_its_page_and_anywhere_once_a_click_has_led_on() {
        let button = |name: &str| click(target("button", Some(name)));
        let own = of(&[open("/orders"), button("Sort"), button("Print")]);
        let uses = |name: &str, at: &str| own.uses(&format!("button {name:?}"), Some(at));
        assert!(uses("Sort", "/orders") && !uses("Sort", "/stock"), "it is done on /orders");
        assert!(uses("Print", "/orders") && uses("Print", "/stock"), "where is not known");
        assert!(!uses("Delete", "/orders"));
        let seen = of(&[open("/orders"), Action::See(vec![target("button", Some("Sort"))])]);
        assert!(!seen.uses("button \"Sort\"", Some("/orders")), "to see is not to use");
    }

    #[test]
    fn a_command_is_run_by_its_words_and_an_option_by_any_of_its_names() {
        let words = |it: &str| it.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let own = of(&[run(&words("shop list --format=csv -q"), None, "x")]);
        let runs = |command: &str, flags: Option<&str>| {
            own.runs(&words(command), flags.map(words).as_deref())
        };
        assert!(runs("shop", None) && runs("shop list", None) && !runs("shop show", None));
        assert!(runs("shop list", Some("--format")) && runs("shop list", Some("--quiet -q")));
        assert!(!runs("shop list", Some("--csv")));
    }

    #[test]
    fn a_night_knows_where_a_click_has_led() {
        let mut night = Night::default();
        night.begin("sort", 1).passed("sort", 1, 1, "/orders").passed(
            "sort",
            1,
            2,
            "/orders/sorted",
        );
        let mut own = Asserted::default();
        own.add_night(&night.entries);
        assert!(own.comes_to("/orders") && own.comes_to("/orders/sorted"));
        assert!(!own.comes_to("/stock"));
    }
}

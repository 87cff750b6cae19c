//! [`since`]: what came and went between two explorations. Only what both looked at is compared: a
//! page that nobody had the time to look at has not lost its buttons.

use std::collections::BTreeSet;

use super::addresses::{class_of, is_kind};
use crate::model::Survey;
use crate::model::survey::{Kind, Part, Since};

/// What of `before`, the exploration of the night of this id, is gone in `now`, and what is new.
#[must_use]
pub fn since(before: &Survey, now: &Survey, night: &str) -> Since {
    Since {
        night: night.to_owned(),
        gone: only_in(before, now),
        new: only_in(now, before),
        whole: before.whole && now.whole,
    }
}

/// What an exploration knows, to be found again in another.
#[derive(Default)]
struct Known {
    /// By kind and name.
    named: BTreeSet<(Kind, String)>,
    /// The kinds of addresses of which all are told as one.
    kinds: BTreeSet<String>,
    /// The kinds of all addresses.
    classes: BTreeSet<String>,
}

impl Known {
    fn of<'a>(parts: impl Iterator<Item = &'a Part>) -> Self {
        let mut known = Self::default();
        for it in parts {
            known.named.insert((it.kind, plain(it.kind, &it.name)));
            if it.kind == Kind::Page {
                let class = class_of(&it.name);
                if is_kind(&it.name) {
                    known.kinds.insert(class.clone());
                }
                known.classes.insert(class);
            }
        }
        known
    }

    /// Whether it is there. A list that grows by one may be told by its kind from then on.
    fn has(&self, kind: Kind, name: &str) -> bool {
        let by_kind = || match kind {
            Kind::Page if is_kind(name) => self.classes.contains(&class_of(name)),
            Kind::Page => self.kinds.contains(&class_of(name)),
            Kind::Form | Kind::Field | Kind::Button | Kind::Command | Kind::Flag => false,
        };
        self.named.contains(&(kind, plain(kind, name))) || by_kind()
    }
}

/// The parts that only one exploration has, although the other looked where they stand.
fn only_in(one: &Survey, other: &Survey) -> Vec<Part> {
    let there = Known::of(other.parts.iter());
    let looked_at = Known::of(other.parts.iter().filter(|it| it.reached));
    let lacking: Vec<&Part> = one.parts.iter().filter(|it| !there.has(it.kind, &it.name)).collect();
    let names: BTreeSet<&str> = lacking.iter().map(|it| it.name.as_str()).collect();
    let told = |it: &&&Part| match &it.at {
        // What stood on a page that is gone is gone with it, and is told by it.
        Some(at) if names.contains(at.as_str()) && it.kind != Kind::Page => false,
        Some(at) => other.whole || looked_at.has(holder(it.kind), at),
        None => other.whole,
    };
    let mut found: Vec<Part> = lacking.iter().filter(told).map(|it| (*it).clone()).collect();
    found.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    found
}

/// What something stands on.
fn holder(kind: Kind) -> Kind {
    match kind {
        Kind::Command | Kind::Flag => Kind::Command,
        Kind::Page | Kind::Form | Kind::Field | Kind::Button => Kind::Page,
    }
}

/// A name as it is known again: numbers in it are data, but for addresses.
fn plain(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Page => name.to_owned(),
        Kind::Form | Kind::Field | Kind::Button | Kind::Command | Kind::Flag => {
            name.chars().map(|it| if it.is_ascii_digit() { '#' } else { it }).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: Kind, name: &str, at: Option<&str>) -> Part {
        let at = at.map(str::to_owned);
        Part { kind, name: name.to_owned(), at, reached: kind == Kind::Page, asserted: false }
    }

    fn shop() -> Survey {
        let save = "button \"Save 3\" in main";
        let parts = vec![
            part(Kind::Page, "/", None),
            part(Kind::Page, "/admin/users", Some("/")),
            part(Kind::Page, "/admin/keys", Some("/")),
            part(Kind::Button, save, Some("/admin/keys")),
            Part { reached: true, ..part(Kind::Command, "shop list", None) },
            part(Kind::Flag, "shop list --csv", Some("shop list")),
        ];
        Survey { whole: true, ..Survey::default() }.with_parts(parts)
    }

    fn without(names: &[&str], whole: bool) -> Survey {
        let shop = shop();
        let mut parts = shop.parts.clone();
        parts.retain(|it| !names.contains(&it.name.as_str()));
        Survey { whole, ..shop }.with_parts(parts)
    }

    fn said(before: &Survey, now: &Survey) -> String {
        since(before, now, "n").to_string()
    }

    #[test]
    fn the_same_product_has_lost_and_won_nothing_and_one_without_a_page_and_an_option_has() {
        assert_eq!(said(&shop(), &shop()), "nothing is gone or new");
        let less = without(&["/admin/keys", "shop list --csv"], true);
        // The button of the page is gone with it.
        let less = Survey { parts: less.parts, ..less }.with_parts(
            without(&["/admin/keys", "shop list --csv", "button \"Save 3\" in main"], true).parts,
        );
        assert_eq!(said(&shop(), &less), "1 page and 1 flag are gone");
        assert_eq!(said(&less, &shop()), "1 page and 1 flag are new");
    }

    #[test]
    fn what_a_night_had_no_time_to_look_at_is_not_gone() {
        let keys = "button \"Save 3\" in main";
        let mut short = without(&[keys], false);
        assert_eq!(said(&shop(), &short), "1 button is gone", "its page was looked at");
        let unseen = |it: Part| Part { reached: it.reached && it.name != "/admin/keys", ..it };
        let parts = short.parts.drain(..).map(unseen).collect();
        assert_eq!(said(&shop(), &short.with_parts(parts)), "nothing is gone or new");
    }

    #[test]
    fn a_list_that_grew_beyond_what_is_visited_one_by_one_and_numbers_in_names_are_the_same() {
        let kind = |name: &str, save: &str| {
            let parts = vec![
                part(Kind::Page, "/", None),
                part(Kind::Page, name, Some("/")),
                part(Kind::Button, save, Some("/")),
            ];
            Survey { whole: true, ..Survey::default() }.with_parts(parts)
        };
        let few = kind("/orders/1", "button \"Save 3\" in main");
        let many = kind("/orders/*", "button \"Save 4\" in main");
        assert_eq!(said(&few, &many), "nothing is gone or new");
        assert_eq!(said(&many, &few), "nothing is gone or new");
    }
}

//! [`Addresses`]: the addresses that a product leads to, in classes, so that a thousand pages of
//! one kind are a few visits: all of a small class, of a large one its boundaries and whatever
//! still shows a new shape.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};

use crate::model::address::is_route;

/// A class of so many addresses is visited whole.
const SMALL: usize = 6;
/// The first visits to a larger one, unless it has more boundaries.
const LEAST_OF_CLASS: usize = 4;
/// The most visits to one class.
const MOST_OF_CLASS: usize = 12;
/// The most visits to a class with several parameters.
const MOST_OF_SEVERAL: usize = 2;
/// After so many visits without a new shape a class is known.
const NO_NEWS: usize = 3;
/// The most addresses that are remembered.
const MOST_KNOWN: usize = 20_000;
/// The most links of the product's navigation that are followed one by one.
const MOST_OF_NAVIGATION: usize = 40;

/// An address that the product leads to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// What leads there is called so.
    pub name: String,
    /// The state that leads there.
    pub from: Option<usize>,
    /// Whether it is a part of the product's navigation.
    pub in_navigation: bool,
    /// Whether a probe of it was proposed.
    pub asked: bool,
    /// Its class.
    pub class: String,
}

/// What is known of a class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Class {
    members: Vec<String>,
    asked: usize,
    shapes: BTreeSet<String>,
    without_news: usize,
    /// Whether it has several parameters.
    several: bool,
}

/// The addresses that a product leads to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    all: IndexMap<String, Address>,
    classes: BTreeMap<String, Class>,
    /// How many were not remembered.
    pub too_many: usize,
}

impl Addresses {
    /// Adds an address, unless it is known.
    pub fn add(&mut self, address: &str, mut about: Address) {
        if let Some(known) = self.all.get_mut(address) {
            known.in_navigation |= about.in_navigation;
            return;
        }
        if self.all.len() >= MOST_KNOWN {
            self.too_many += 1;
            return;
        }
        about.class = class_of(address);
        let class = self.classes.entry(about.class.clone()).or_default();
        class.several = about.class.contains('&');
        class.members.push(address.to_owned());
        self.all.insert(address.to_owned(), about);
    }

    /// What is known of an address.
    #[must_use]
    pub fn get(&self, address: &str) -> Option<&Address> {
        self.all.get(address)
    }

    /// All of them, in the order in which they were found.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Address)> {
        self.all.iter().map(|it| (it.0.as_str(), it.1))
    }

    /// Whether an address is one of so many of its kind that only some are visited. What the
    /// navigation leads to is always a page by itself.
    #[must_use]
    pub fn is_one_of_many(&self, address: &str) -> bool {
        let in_navigation = self.all.get(address).is_some_and(|it| it.in_navigation);
        let class = self.classes.get(&class_of(address));
        !in_navigation && class.is_some_and(|it| it.members.len() > SMALL)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Takes in the shape that an address turned out to have.
    pub fn learn(&mut self, address: &str, shape: String) {
        let Some(about) = self.all.get_mut(address) else { return };
        let was_asked = std::mem::replace(&mut about.asked, true);
        let class = self.classes.entry(about.class.clone()).or_default();
        // It may have been begun at before any page led there.
        class.asked += usize::from(!was_asked);
        if class.shapes.insert(shape) {
            class.without_news = 0;
        } else {
            class.without_news += 1;
        }
    }

    /// The next addresses that are worth a visit, at most so many.
    pub fn next(&mut self, most: usize) -> Vec<String> {
        let mut chosen: Vec<String> = Vec::new();
        let own = self.all.iter().filter(|it| it.1.in_navigation && !it.1.asked);
        chosen.extend(own.take(MOST_OF_NAVIGATION.min(most)).map(|it| it.0.clone()));
        for class in self.classes.values() {
            let left = most.saturating_sub(chosen.len());
            let waiting = class.members.iter().filter(|it| !self.all[*it].asked);
            let waiting: Vec<&String> = waiting.filter(|it| !chosen.contains(it)).collect();
            let (ranked, boundaries) = self.boundaries(&waiting);
            let room = class.room(waiting.len(), boundaries);
            chosen.extend(ranked.into_iter().take(room.min(left)));
        }
        for address in &chosen {
            let about = self.all.get_mut(address).expect("it was just chosen");
            about.asked = true;
            self.classes.entry(about.class.clone()).or_default().asked += 1;
        }
        chosen
    }

    /// The first, the last, the one with the longest name, one with other letters than those of
    /// English, one with odd marks and one without a name, then the others; and how many of them are
    /// boundaries.
    fn boundaries(&self, of: &[&String]) -> (Vec<String>, usize) {
        let name = |it: &&&String| self.all[**it].name.as_str();
        let length = |it: &&&String| name(it).chars().count();
        let foreign =
            |it: &&&String| name(it).chars().any(|it| it.is_alphabetic() && !it.is_ascii());
        let odd = |it: &&&String| !name(it).chars().all(|it| it.is_alphanumeric() || it == ' ');
        let empty = |it: &&&String| name(it).trim().is_empty();
        let find = |is: &dyn Fn(&&&String) -> bool| of.iter().find(|it| is(it));
        let first = [
            of.first(),
            of.last(),
            of.iter().max_by_key(length),
            find(&foreign),
            find(&odd),
            find(&empty),
        ];
        let mut ranked: IndexSet<String> =
            first.into_iter().flatten().map(|it| (*it).clone()).collect();
        let boundaries = ranked.len();
        ranked.extend(of.iter().map(|it| (*it).clone()));
        (ranked.into_iter().collect(), boundaries)
    }

    /// Whether an address is a combination of parameters: each was mostly seen by itself.
    #[must_use]
    pub fn is_combined(&self, address: &str) -> bool {
        let class = self.all.get(address).and_then(|it| self.classes.get(&it.class));
        class.is_some_and(|it| it.several)
    }

    /// Classes that are larger than what was seen of them: an example, how many, and how many of
    /// those were seen.
    #[must_use]
    pub fn sampled(&self) -> Vec<(String, usize, usize)> {
        let large = self.classes.values().filter(|it| it.asked < it.members.len());
        let mut all: Vec<_> =
            large.map(|it| (it.members[0].clone(), it.members.len(), it.asked)).collect();
        all.sort();
        all
    }
}

impl Class {
    /// How many more visits it is worth, of which so many are to its boundaries.
    fn room(&self, waiting: usize, boundaries: usize) -> usize {
        // Two parameters together are mostly two things that were seen each by itself.
        if self.several {
            return waiting.min(MOST_OF_SEVERAL.saturating_sub(self.asked));
        }
        if self.members.len() <= SMALL {
            return waiting;
        }
        if self.asked == 0 {
            return boundaries.max(LEAST_OF_CLASS);
        }
        if self.asked >= MOST_OF_CLASS || self.without_news >= NO_NEWS {
            return 0;
        }
        2
    }
}

/// What is the same of addresses of one kind: the folder, with numbers and what looks like an id
/// left out, and the names of the parameters.
#[must_use]
pub fn class_of(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut segments: Vec<&str> = path.split('/').map(generalised).collect();
    // What stands last in a folder below the top is one of many.
    if segments.len() > 2 && query.is_empty() {
        segments.pop();
        segments.push("*");
    }
    let mut keys: Vec<&str> = query
        .split('&')
        .filter(|it| !it.is_empty())
        .filter_map(|it| it.split('=').next())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    format!("{}?{}", segments.join("/"), keys.join("&"))
}

/// Whether a name stands for all addresses of a kind, as [`class_of`] tells it.
#[must_use]
pub fn is_kind(name: &str) -> bool {
    class_of(name).trim_end_matches('?') == name
}

fn generalised(segment: &str) -> &str {
    let digits = segment.chars().filter(char::is_ascii_digit).count();
    let all = segment.chars().count();
    if digits > 0 && (digits * 2 >= all || all >= 16) { "#" } else { segment }
}

/// An address as it is asked for: without a fragment that only points into the page; `None` for
/// what is no page of the product.
#[must_use]
pub fn own(to: &str) -> Option<String> {
    if !to.starts_with('/') || to.starts_with("//") {
        return None;
    }
    let (path, fragment) = to.split_once('#').unwrap_or((to, ""));
    if path.contains("[token]") || path.contains("[stamp]") {
        return None;
    }
    Some(if is_route(fragment) { format!("{path}#{fragment}") } else { path.to_owned() })
}

/// Where an address leads that is not the product's: the host, or what is no page at all, such as a
/// mail; `None` for the product's own, and for what only its script does.
#[must_use]
pub fn elsewhere(to: &str) -> Option<String> {
    let (scheme, rest) = if to.starts_with("//") { ("", to) } else { to.split_once(':')? };
    if scheme.contains(|it: char| !it.is_ascii_alphanumeric()) || scheme == "javascript" {
        return None;
    }
    Some(match rest.strip_prefix("//") {
        Some(rest) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let colon = if scheme.is_empty() { "" } else { ":" };
            format!("{scheme}{colon}//{host}")
        }
        None => to.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(name: &str) -> Address {
        Address { name: name.to_owned(), ..Address::default() }
    }

    #[test]
    fn of_a_large_class_the_boundaries_are_visited_and_no_more_without_news() {
        let mut addresses = Addresses::default();
        for number in 1..=1_000 {
            let name = match number {
                500 => "a very long name of a thing".to_owned(),
                600 => "Ísl".to_owned(),
                _ => format!("thing {number}"),
            };
            addresses.add(&format!("/things/{number}"), about(&name));
        }
        assert_eq!(addresses.next(50), ["/things/1", "/things/1000", "/things/500", "/things/600"]);
        for number in [1, 1_000, 500, 600] {
            addresses.learn(&format!("/things/{number}"), "same".to_owned());
        }
        assert_eq!(addresses.next(50), Vec::<String>::new());
        assert_eq!(addresses.sampled(), [("/things/1".to_owned(), 1_000, 4)]);
    }

    #[test]
    fn one_without_a_name_and_one_in_other_letters_are_boundaries_and_a_plain_one_is_none() {
        let visited = |names: [&str; 2]| {
            let mut addresses = Addresses::default();
            for number in 1..=50 {
                let name = match number {
                    3 => "thing-3".to_owned(),
                    20 => "the longest name".to_owned(),
                    30 => names[0].to_owned(),
                    40 => names[1].to_owned(),
                    _ => format!("thing {number}"),
                };
                addresses.add(&format!("/things/{number}"), about(&name));
            }
            let all = addresses.next(50).into_iter();
            all.filter_map(|it| it.rsplit('/').next()?.parse::<u32>().ok()).collect::<Vec<_>>()
        };
        assert_eq!(visited(["Søn", ""]), [1, 50, 20, 30, 3, 40]);
        assert_eq!(visited(["thing", "thing"]), [1, 50, 20, 3]);
    }

    #[test]
    fn an_address_that_was_begun_at_is_none_that_was_left_out_and_one_that_nobody_visited_is() {
        let mut addresses = Addresses::default();
        addresses.add("/desk", about("Desk"));
        assert_eq!(addresses.sampled(), [("/desk".to_owned(), 1, 0)]);
        addresses.learn("/desk", "a desk".to_owned());
        assert_eq!(addresses.sampled(), []);
    }

    #[test]
    fn a_calendar_without_end_ends() {
        let mut addresses = Addresses::default();
        addresses.add("/calendar?month=2026-1", about("January"));
        let mut visits = 0;
        let mut month = 1;
        loop {
            let next = addresses.next(10);
            if next.is_empty() {
                break;
            }
            visits += next.len();
            for address in next {
                month += 1;
                addresses.learn(&address, "a month".to_owned());
                addresses.add(&format!("/calendar?month=2026-{month}"), about("next"));
            }
        }
        assert!(visits <= SMALL + NO_NEWS + 4, "{visits}");
    }

    #[test]
    fn addresses_of_one_kind_are_one_class_and_outside_ones_are_none_of_ours() {
        assert_eq!(class_of("/orders/12"), class_of("/orders/7"));
        assert_eq!(class_of("/tags/red"), class_of("/tags/blue"));
        assert_ne!(class_of("/orders"), class_of("/about"));
        assert_ne!(class_of("/orders?page=2"), class_of("/orders?sort=name"));
        assert_eq!(own("/a#top").as_deref(), Some("/a"));
        assert_eq!(own("/#/orders").as_deref(), Some("/#/orders"));
        assert_eq!(own("https://example.com/"), None);
        assert_eq!(own("mailto:a@b"), None);
    }

    #[test]
    fn where_an_address_leads_is_told_of_other_hosts_and_of_mails_alone() {
        let host = |to: &str| elsewhere(to).unwrap_or_default();
        assert_eq!(host("https://example.com/a?b=/c"), "https://example.com");
        assert_eq!(host("//example.com"), "//example.com");
        assert_eq!(host("mailto:a@b"), "mailto:a@b");
        assert_eq!(host("/find?from=https://example.com/"), "");
        assert_eq!(host("/save"), "");
        assert_eq!(host("javascript:save()"), "", "the page does that itself");
    }
}

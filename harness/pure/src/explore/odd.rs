//! Addresses that only a person would type, from those that the product leads to.

use super::addresses::class_of;
use super::map::Map;

/// How many parameters of one page are tried otherwise.
const MOST_PARAMETERS: u32 = 8;

impl Map {
    /// From one address: another number in its place, and each of its parameters left out, emptied,
    /// doubled and of the wrong type; a parameter once for each kind of page.
    pub(super) fn odd_addresses(&mut self, path: &str, at: usize) {
        let (place, query) = path.split_once('?').unwrap_or((path, ""));
        if query.is_empty() {
            let mut segments: Vec<&str> = place.split('/').collect();
            let is_one_of_many = segments.last().is_some_and(|it| it.parse::<u64>().is_ok());
            if is_one_of_many {
                for odd in ["999999", "0", "nonsense"] {
                    *segments.last_mut().expect("it was just seen") = odd;
                    self.visit(&segments.join("/"), Some(at), false, 44);
                }
            }
            return;
        }
        let pairs: Vec<&str> = query.split('&').filter(|it| !it.is_empty()).collect();
        for (own, pair) in pairs.iter().enumerate() {
            let key = pair.split('=').next().unwrap_or_default();
            let page = class_of(place);
            let tried = self.times.entry(format!("odd {page}")).or_default();
            if *tried >= MOST_PARAMETERS || !self.tried.insert(format!("odd {page} {key}")) {
                continue;
            }
            *tried += 1;
            self.odd_parameter(place, &pairs, own, at);
        }
    }

    /// One parameter of an address otherwise, with the others as they are.
    fn odd_parameter(&mut self, place: &str, pairs: &[&str], own: usize, at: usize) {
        let (key, value) = pairs[own].split_once('=').unwrap_or((pairs[own], ""));
        let with = |instead: &str| {
            let mut other = pairs.to_vec();
            other[own] = instead;
            format!("{place}?{}", other.join("&"))
        };
        let odd = if value.parse::<i64>().is_ok() { "-1" } else { "999" };
        for other in ["", "nonsense", odd] {
            self.visit(&with(&format!("{key}={other}")), Some(at), false, 42);
        }
        self.visit(&with(&format!("{key}={value}&{key}={value}")), Some(at), false, 28);
        let mut rest = pairs.to_vec();
        rest.remove(own);
        let without =
            if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) };
        // Where the product leads there itself it is a page as any other.
        if self.addresses.get(&without).is_none() {
            self.visit(&without, Some(at), false, 40);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::addresses::Address;
    use crate::explore::probe::{Goal, Probe};

    /// The addresses that nobody leads to, from those that the product leads to.
    fn typed(led_to: &[&str]) -> Vec<String> {
        let mut map = Map::new(Rules::default());
        for address in led_to {
            map.addresses.add(address, Address::default());
        }
        for address in led_to {
            map.odd_addresses(address, 0);
        }
        let mut all: Vec<String> = map
            .propose(100)
            .iter()
            .filter(|it| matches!(it.goal, Goal::Page { linked: false, .. }))
            .map(Probe::said)
            .collect();
        all.sort();
        all
    }

    #[test]
    fn a_parameter_is_left_out_emptied_doubled_and_of_the_wrong_type() {
        let wanted = [
            "/orders",
            "/orders?page=",
            "/orders?page=-1",
            "/orders?page=2&page=2",
            "/orders?page=nonsense",
        ];
        assert_eq!(typed(&["/orders?page=2"]), wanted);
        let led_to = typed(&["/orders", "/orders?page=2"]);
        assert_eq!(led_to, wanted[1..], "a page that the product leads to is visited as one");
        assert_eq!(typed(&["/orders"]), [""; 0]);
    }

    #[test]
    fn of_several_parameters_each_is_tried_once_for_a_kind_of_page_with_the_others_as_they_are() {
        let both = typed(&["/orders?page=2", "/orders?page=2&sort=name", "/orders?sort=name"]);
        let by_sort: Vec<&String> = both.iter().filter(|it| it.contains("sort")).collect();
        assert_eq!(
            by_sort,
            [
                "/orders?page=2&sort=",
                "/orders?page=2&sort=999",
                "/orders?page=2&sort=name&sort=name",
                "/orders?page=2&sort=nonsense",
            ]
        );
        assert_eq!(both.len(), 9, "{both:?}");
    }
}

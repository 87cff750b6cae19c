//! [`without_known`]: which texts are newly too faint. One that was too faint before, under another
//! name, as a part of a longer text or on another ground of the page, hinders nobody anew.

use std::collections::BTreeSet;

use crate::model::change::Change;

/// A text that is too faint: `contrast: "Note" in p: 2.31:1 of #aaaaaa on #ffffff, 4.5:1 is needed`.
#[derive(Debug, Clone, Copy)]
struct Faint<'a> {
    /// The text with the element that it stands in.
    named: &'a str,
    /// How faint it is, in which colours.
    style: &'a str,
}

impl<'a> Faint<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (named, style) = line.strip_prefix("contrast: ")?.rsplit_once(": ")?;
        Some(Self { named, style })
    }

    fn of(change: &'a Change) -> Option<Self> {
        change.after.as_deref().and_then(Self::read)
    }

    /// The words of the text, and the element that it stands in.
    fn parts(&self) -> (Vec<&'a str>, &'a str) {
        let (text, element) = self.named.rsplit_once("\" in ").unwrap_or((self.named, ""));
        (text.trim_matches('"').split_whitespace().collect(), element)
    }

    /// The colour of the text, without that of its ground.
    fn colour(&self) -> Option<&'a str> {
        Some(self.style.split_once(" of ")?.1.split_once(" on ")?.0)
    }

    /// Whether it is some words of a text that was as faint: a mark in it became an element.
    fn is_part(&self, was: &Self) -> bool {
        let (own, whole) = (self.parts().0, was.parts().0);
        let says = own.iter().any(|it| it.contains(char::is_alphabetic));
        self.style == was.style && says && whole.windows(own.len()).any(|it| it == own)
    }

    /// Whether it is a text that was too faint on another ground, and stands on one on which others of
    /// its element stood: in a table of two grounds, rows move from one to the other.
    fn is_moved(&self, was: &Self, baseline: &[Self]) -> bool {
        let element = self.parts().1;
        let is_known = |it: &Self| it.style == self.style && it.parts().1 == element;
        let same = self.named == was.named && self.colour().is_some();
        same && self.colour() == was.colour() && baseline.iter().any(is_known)
    }
}

/// Leaves out what hinders people as it did: a text that was as faint under another name, one for each
/// that is gone; the parts of such a text; one that was too faint on another ground of the page.
pub fn without_known(changes: &mut Vec<Change>, baseline: &str, seen: &str) {
    let seen: BTreeSet<&str> = seen.lines().collect();
    let known: Vec<Faint<'_>> = baseline.lines().filter_map(Faint::read).collect();
    let gone = baseline.lines().filter(|it| !seen.contains(it));
    let gone: Vec<Faint<'_>> = gone.filter_map(Faint::read).collect();
    let mut met: BTreeSet<usize> = BTreeSet::new();
    changes.retain(|change| {
        let Some(own) = Faint::of(change) else { return true };
        let is_it = |was: &Faint<'_>| own.is_part(was) || own.is_moved(was, &known);
        let before = gone.iter().position(is_it);
        met.extend(before);
        before.is_none()
    });
    changes.retain(|change| {
        let Some(own) = Faint::of(change) else { return true };
        let is_it = |at: &usize| !met.contains(at) && gone[*at].style == own.style;
        let before = (0..gone.len()).find(is_it);
        met.extend(before);
        before.is_none()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FacetKind, Thing, testing};

    /// How many of the lines that are new are told.
    fn left(baseline: &[String], seen: &[String]) -> usize {
        let new = seen.iter().filter(|it| !baseline.contains(it));
        let one = |it: &String| testing::change(Some(FacetKind::A11y), Thing::Line, None, Some(it));
        let mut changes: Vec<Change> = new.map(one).collect();
        without_known(&mut changes, &baseline.join("\n"), &seen.join("\n"));
        changes.len()
    }

    fn faint(name: &str) -> String {
        format!("contrast: \"{name}\" in td: 2.78:1 of #aaaaaa on #ffffff")
    }

    #[test]
    fn a_text_that_is_as_faint_under_another_name_hinders_nobody_anew() {
        let of = |baseline: &[&str], seen: &[&str]| {
            let all = |it: &[&str]| it.iter().map(|it| faint(it)).collect::<Vec<_>>();
            left(&all(baseline), &all(seen))
        };
        assert_eq!(of(&["+0.0"], &["-0.0"]), 0);
        assert_eq!(of(&["+0.0"], &["+0.0", "-0.0"]), 1, "the other one is there too");
        assert_eq!(of(&["+0.0"], &["-0.0", "-1.0"]), 1, "there are more of them");
        let other = "contrast: \"-0.0\" in td: 1.91:1 of #cccccc on #ffffff".to_owned();
        assert_eq!(left(&[faint("+0.0")], &[other]), 1, "it is fainter than it was");
    }

    #[test]
    fn the_parts_of_a_faint_text_hinder_nobody_anew_and_another_text_beside_them_does() {
        let whole = [faint("Lamp <new> & wick")];
        let (lamp, wick) = (faint("Lamp"), faint("& wick").replace("in td", "in new"));
        assert_eq!(left(&whole, &[lamp.clone(), wick.clone()]), 0);
        assert_eq!(left(&whole, &[lamp.clone(), wick, faint("Oil")]), 1);
        assert_eq!(left(&whole, &[lamp.clone(), whole[0].clone()]), 1, "the whole is there too");
        let fainter = lamp.replace("2.78", "1.91");
        assert_eq!(left(&whole, &[fainter]), 1);
    }

    #[test]
    fn a_faint_text_on_the_other_ground_of_its_table_is_known_and_on_a_new_one_it_is_not() {
        let grey =
            |name: &str| faint(name).replace("2.78:1", "2.5:1").replace("#ffffff", "#f2f2f2");
        let before = [faint("Ash"), grey("Elm")];
        let all = |ash: String| [ash, grey("Elm")];
        assert_eq!(left(&before, &all(grey("Ash"))), 0);
        assert_eq!(left(&before[..1], &[grey("Ash")]), 1, "the page had no such ground");
        assert_eq!(left(&before[1..], &all(grey("Ash"))), 1, "it was not too faint");
        let paler = grey("Ash").replace("#aaaaaa", "#bbbbbb");
        assert_eq!(left(&before, &all(paler)), 1, "its own colour is another");
    }
}

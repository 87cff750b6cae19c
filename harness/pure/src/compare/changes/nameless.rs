//! [`without_known`]: what newly has no name. A control that had none before hinders nobody anew where
//! its element got another id or another class.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::change::Change;

/// A thing without a name: `name: textbox input#phone in row "Phone": has no name (2 times)`.
static NAMELESS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^(name: \S+ [\w-]+)[#.]?\S*( .*has no name)(?: \((\d+) times\))?$";
    Regex::new(pattern).expect("a valid pattern")
});

/// What is known of a line whatever the id and the classes of its element are, and how often it is
/// there.
fn read(line: &str) -> Option<(String, u32)> {
    let parts = NAMELESS.captures(line)?;
    let times = parts.get(3).map_or(Some(1), |it| it.as_str().parse().ok())?;
    Some((format!("{}{}", &parts[1], &parts[2]), times))
}

/// Leaves out what had no name before: as many things as are gone.
pub fn without_known(changes: &mut Vec<Change>, baseline: &str, seen: &str) {
    let seen: BTreeSet<&str> = seen.lines().collect();
    let mut gone: BTreeMap<String, u32> = BTreeMap::new();
    for (thing, times) in baseline.lines().filter(|it| !seen.contains(it)).filter_map(read) {
        *gone.entry(thing).or_default() += times;
    }
    changes.retain(|change| {
        let Some((thing, times)) = change.after.as_deref().and_then(read) else { return true };
        let known = gone.get_mut(&thing).filter(|it| **it >= times);
        known.map(|it| *it -= times).is_none()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FacetKind, Thing, testing};

    /// How many of the lines that are new are told.
    fn left(baseline: &[&str], seen: &[&str]) -> usize {
        let new = seen.iter().filter(|it| !baseline.contains(it));
        let one = |it: &&str| testing::change(Some(FacetKind::A11y), Thing::Line, None, Some(it));
        let mut changes: Vec<Change> = new.map(one).collect();
        without_known(&mut changes, &baseline.join("\n"), &seen.join("\n"));
        changes.len()
    }

    const PHONE: &str = "name: textbox input in row \"Phone\": has no name";
    const WITH_ID: &str = "name: textbox input#phone in row \"Phone\": has no name";

    #[test]
    fn a_thing_without_a_name_that_got_an_id_or_a_class_is_as_it_was() {
        assert_eq!(left(&[PHONE], &[WITH_ID]), 0);
        assert_eq!(left(&[PHONE], &["name: textbox input.wide in row \"Phone\": has no name"]), 0);
        assert_eq!(left(&[WITH_ID], &[PHONE]), 0);
        assert_eq!(left(&[PHONE], &[PHONE, WITH_ID]), 1, "the other one is there too");
        assert_eq!(left(&[], &[WITH_ID]), 1);
        let row = WITH_ID.replace("\"Phone\"", "\"Fax\"");
        assert_eq!(left(&[PHONE], &[&row]), 1);
        let area = WITH_ID.replace("input#phone", "textarea#phone");
        assert_eq!(left(&[PHONE], &[&area]), 1);
    }

    #[test]
    fn as_many_things_are_known_as_are_gone() {
        let three = "name: textbox input in cell \"Ada\": has no name (3 times)";
        let own = |id: &str| format!("name: textbox input#{id} in cell \"Ada\": has no name");
        let [first, second, third, fourth] = ["a", "b", "c", "d"].map(own);
        assert_eq!(left(&[three], &[&first, &second, &third]), 0);
        assert_eq!(left(&[three], &[&first, &second, &third, &fourth]), 1);
    }
}

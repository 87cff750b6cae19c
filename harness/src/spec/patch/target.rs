//! [`replace_target`]: names a thing of a step otherwise, and leaves everything else of the file as it
//! was written.

use super::{Kind, PatchError, Spot, leaves, parse};
use crate::model::Target;
use crate::spec::quoting::single;
use crate::spec::write::read_target;
use crate::spec::write_words::written;

/// Where the name of a thing stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// As the key of a field that is filled.
    Key,
    /// As the value of a verb.
    Value,
}

/// Names `is` where a step on `line`, from 1, names `was`. Answers the new text; the old one where
/// it names `is` already.
///
/// # Errors
/// The step does not name it exactly once, or in a way that cannot be edited safely.
pub fn replace_target(
    text: &str,
    line: u32,
    was: &Target,
    is: &Target,
) -> Result<String, PatchError> {
    let by_hand = || PatchError::Target { was: was.to_string(), is: is.to_string() };
    let root = parse(text)?;
    let mut steps = Vec::new();
    steps_on(&root, line as usize, &mut steps);
    let named = |target: &Target| {
        let mut all = Vec::new();
        for it in &steps {
            naming(it, Stands::Value, target, &mut all);
        }
        all
    };
    let all = named(was);
    if all.is_empty() && named(is).len() == 1 {
        return Ok(text.to_owned());
    }
    let [(spot, stands)] = all[..] else { return Err(by_hand()) };
    let is_plain = is.within.is_none() && is.nth.is_none();
    let new = match stands {
        _ if is_plain => single(&is.locator.to_string()),
        Stands::Value => written(is),
        Stands::Key => return Err(by_hand()),
    };
    let end = spot.start + text[spot.start..spot.end].trim_end().len();
    let mut patched = text.to_owned();
    patched.replace_range(spot.start..end, &new);
    let after = parse(&patched).map_err(|_| by_hand())?;
    let (before, after) = (leaves(&root), leaves(&after));
    let grown = after.len().checked_sub(before.len()).ok_or_else(by_hand)?;
    // All leaves but the one that was replaced are there as before.
    let same =
        |at: usize| after[..at] == before[..at] && after[at + grown + 1..] == before[at + 1..];
    if (0..before.len()).any(same) { Ok(patched) } else { Err(by_hand()) }
}

/// The steps that begin on a line.
fn steps_on<'s>(spot: &'s Spot, line: usize, all: &mut Vec<&'s Spot>) {
    match &spot.kind {
        Kind::Scalar(_) | Kind::Alias => {}
        Kind::List { items, .. } => {
            for it in items {
                if it.line == line && matches!(it.kind, Kind::Map { .. }) {
                    all.push(it);
                } else {
                    steps_on(it, line, all);
                }
            }
        }
        Kind::Map { entries, .. } => entries.iter().for_each(|it| steps_on(&it.1, line, all)),
    }
}

/// The scalars that name a thing.
fn naming<'s>(spot: &'s Spot, stands: Stands, target: &Target, all: &mut Vec<(&'s Spot, Stands)>) {
    match &spot.kind {
        Kind::Alias => {}
        Kind::Scalar(text) => {
            if read_target("step", text).is_ok_and(|it| it == *target) {
                all.push((spot, stands));
            }
        }
        Kind::List { items, .. } => items.iter().for_each(|it| naming(it, stands, target, all)),
        Kind::Map { entries, .. } => {
            for (key, value) in entries {
                naming(key, Stands::Key, target, all);
                naming(value, Stands::Value, target, all);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Locator;

    fn named(role: &str, name: &str) -> Target {
        Target::plain(Locator::Role { role: role.to_owned(), name: Some(name.into()) })
    }

    fn renamed(step: &str) -> Result<String, PatchError> {
        let before = "scenario: a # the first\nsteps:\n  - open: /\n  ";
        let behind = "\n  # then\n  - back\n";
        let (was, is) = (named("button", "Save"), named("button", "Store it's"));
        let patched = replace_target(&format!("{before}{step}{behind}"), 4, &was, &is)?;
        let own = patched.strip_prefix(before).and_then(|it| it.strip_suffix(behind));
        Ok(own.expect("all else is as it was").to_owned())
    }

    #[test]
    fn every_way_to_name_a_thing_is_written_anew_and_comments_stay() {
        let table = [
            ("- click: 'button \"Save\"' # at last", "- click: 'button \"Store it''s\"' # at last"),
            ("- click: button \"Save\"", "- click: 'button \"Store it''s\"'"),
            (
                "- { click: 'button \"Save\"', holding: [shift] }",
                "- { click: 'button \"Store it''s\"', holding: [shift] }",
            ),
            ("- fill:\n      button \"Save\": x", "- fill:\n      'button \"Store it''s\"': x"),
            ("- click: 'button \"Store it''s\"'", "- click: 'button \"Store it''s\"'"),
        ];
        for (before, after) in table {
            assert_eq!(renamed(before), Ok(after.to_owned()), "{before}");
        }
    }

    #[test]
    fn what_is_not_there_once_is_left_to_a_person() {
        let both = "- drag: 'button \"Save\"'\n    onto: 'button \"Save\"'";
        for step in ["- click: 'button \"Help\"'", both] {
            let told = renamed(step).expect_err("it cannot be told").to_string();
            assert!(told.contains("write button \"Store it's\" there"), "{told}");
        }
    }
}

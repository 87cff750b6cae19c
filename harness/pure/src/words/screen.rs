//! [`sentence`]: what changed on the screen of a program on a terminal.

use super::plain::{PIECE, plain, sides};
use crate::model::change::is_look;

/// The longest of two texts that stand beside each other.
const VALUE: usize = PIECE / 2 + 10;

/// What a line of the `screen` facet is about; what a user notices first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Text,
    Title,
    Look,
    Cursor,
    Size,
}

/// The part of a screen that a line of its facet is about.
pub(super) fn part_of(line: &str) -> Part {
    let first = line.split(' ').next().unwrap_or_default();
    match first {
        "===" => Part::Size,
        "cursor" => Part::Cursor,
        "title" => Part::Title,
        _ if is_look(line) => Part::Look,
        _ => Part::Text,
    }
}

/// What became of a line of the screen of a program.
pub(super) fn sentence(removed: Option<&str>, added: Option<&str>, place: &str) -> String {
    let cut = |it: &str| plain(it, VALUE);
    let bare = |it: &'_ str| it.split_once(' ').map_or(it, |it| it.1).to_owned();
    let both = |old: &str, new: &str| {
        let (old, new) = sides(&bare(old), &bare(new), VALUE);
        format!("{new} instead of {old}")
    };
    let what = match (part_of(removed.or(added).unwrap_or_default()), removed, added) {
        (Part::Text, Some(old), Some(new)) => {
            let (old, new) = sides(old, new, VALUE);
            format!("\"{new}\" instead of \"{old}\"")
        }
        (Part::Text, Some(old), None) => format!("\"{}\" is gone", cut(old)),
        (Part::Text, None, Some(new)) => format!("\"{}\" is new", cut(new)),
        (Part::Title, Some(old), Some(new)) => {
            format!("title {}", both(old, new))
        }
        (Part::Cursor, Some(old), Some(new)) => {
            format!("cursor {}", both(old, new))
        }
        (Part::Look, Some(old), Some(new)) => {
            let at = old.split(' ').next().unwrap_or_default();
            format!("{} at {at}", both(old, new))
        }
        (Part::Look, Some(old), None) => format!("no longer {}", cut(old)),
        (Part::Look, None, Some(new)) => format!("now {}", cut(new)),
        (Part::Size, Some(old), Some(new)) => both(old, new),
        (Part::Title | Part::Cursor | Part::Size, Some(line), None) => {
            format!("no {} any more", cut(line))
        }
        (Part::Title | Part::Cursor | Part::Size, None, Some(line)) => {
            format!("now {}", cut(line))
        }
        (_, None, None) => return format!("The screen of {place} changed"),
    };
    format!("The screen of {place} changed: {what}")
}

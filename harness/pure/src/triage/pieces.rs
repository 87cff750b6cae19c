//! [`Ages`]: which pieces of tonight's causes earlier nights had, so that a cause which grew is
//! told apart from what it grew by, and one that is mended in part is still known by what is left.
//!
//! A piece is an [`Identity`] in sixteen hexadecimal digits: eight for its shape, in which what came
//! reads the same whatever its words with digits are, and eight for all of it. A piece that only follows from others where there
//! are others (a failed step, a picture) has a `~` before it, see [`Identity::is_telling`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::spot::atoms;
use crate::model::change::{Identity, short_hash};
use crate::model::comparison::Located;
use crate::model::history::PastCause;
use crate::model::{Finding, History};

/// A finding of more pieces keeps none of them and is known by its fingerprint alone.
const MOST: usize = 500;
/// How many digits stand for the shape, and as many for the whole.
const HALF: usize = 8;
const FOLLOWS: &str = "~";

/// The pieces of a cause, as they are kept from night to night; none where they would be too many.
#[must_use]
pub(super) fn pieces(atoms: &BTreeSet<Identity>) -> Vec<String> {
    if atoms.len() > MOST { Vec::new() } else { atoms.iter().map(piece).collect() }
}

fn piece(atom: &Identity) -> String {
    let follows = if atom.is_telling() { "" } else { FOLLOWS };
    let (shape, whole) = (short_hash(&shape(atom)), short_hash(&atom.key()));
    format!("{follows}{}{}", &shape[..HALF], &whole[..HALF])
}

/// What a piece is, whatever came exactly: what is gone stands in the baseline and is the same on
/// every night.
fn shape(atom: &Identity) -> String {
    match atom.sides() {
        Some((facet, removed, added)) => {
            let (removed, added) = (removed.unwrap_or_default(), added.unwrap_or_default());
            format!("{facet}\u{1}{removed}\u{1}{}", loose(added))
        }
        None => loose(&atom.key()),
    }
}

/// Text in which every word with a digit reads the same: identifiers, addresses, times.
fn loose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(|it: char| !it.is_alphanumeric()) {
        let end = word.trim_end_matches(|it: char| !it.is_alphanumeric()).len();
        let digits = word[..end].contains(|it: char| it.is_ascii_digit());
        out.push_str(if digits { "0" } else { &word[..end] });
        out.push_str(&word[end..]);
    }
    out
}

fn shape_of(piece: &str) -> &str {
    let end = piece.len() - HALF;
    &piece[..end]
}

/// Of each of tonight's pieces, whether its scenario had it when it was last judged.
#[derive(Debug, Default)]
pub(super) struct Ages {
    /// By scenario: of one whose past did not keep pieces there is nothing.
    known: HashMap<String, HashSet<String>>,
    anywhere: HashSet<String>,
}

impl Ages {
    /// Compares tonight's spots with what was wrong at the last judging of their scenarios.
    #[must_use]
    pub(super) fn of<'a>(history: &History, spots: impl Iterator<Item = &'a Located>) -> Self {
        let mut tonight: BTreeMap<&str, Vec<(BTreeSet<String>, bool)>> = BTreeMap::new();
        for spot in spots {
            let own = atoms(spot).iter().map(piece).collect();
            let at = tonight.entry(spot.difference.scenario.as_str()).or_default();
            at.push((own, !spot.replaced.is_empty()));
        }
        let mut ages = Self::default();
        for (scenario, spots) in tonight {
            let Some(past) = past_pieces(history, scenario) else { continue };
            let all: HashSet<&str> =
                spots.iter().flat_map(|it| &it.0).map(String::as_str).collect();
            // What changes its numbers every night is the same piece, where the old one is gone.
            let gone: HashSet<&str> =
                past.iter().filter(|it| !all.contains(**it)).map(|it| shape_of(it)).collect();
            let is_known = |it: &String| past.contains(it.as_str()) || gone.contains(shape_of(it));
            let own: &mut HashSet<String> = ages.known.entry(scenario.to_owned()).or_default();
            for (pieces, replaced) in &spots {
                // A page that shows something else altogether shows it for one cause.
                let whole = *replaced && pieces.iter().any(is_known);
                own.extend(pieces.iter().filter(|it| whole || is_known(it)).cloned());
            }
            ages.anywhere.extend(own.iter().cloned());
        }
        ages
    }

    /// Whether a scenario that has this piece tonight had it before.
    #[must_use]
    pub(super) fn is_known(&self, atom: &Identity) -> bool {
        !self.anywhere.is_empty() && self.anywhere.contains(&piece(atom))
    }

    /// Whether a scenario had the cause of a finding before, by what it is made of: what only
    /// follows counts where nothing else is there. `None` where pieces do not tell.
    #[must_use]
    pub(super) fn knows(&self, scenario: &str, finding: &Finding) -> Option<bool> {
        let known = self.known.get(scenario).filter(|_| !finding.pieces.is_empty())?;
        Some(telling(&finding.pieces).any(|it| known.contains(it)))
    }

    /// How many pieces of an earlier cause are gone from a scenario, of how many; `None` where
    /// pieces do not tell.
    #[must_use]
    pub(super) fn gone(&self, scenario: &str, past: &PastCause) -> Option<(usize, usize)> {
        let known = self.known.get(scenario).filter(|_| !past.pieces.is_empty())?;
        let left: HashSet<&str> = known.iter().map(|it| shape_of(it)).collect();
        let gone = telling(&past.pieces).filter(|it| !left.contains(shape_of(it))).count();
        Some((gone, telling(&past.pieces).count()))
    }
}

/// The pieces that tell a cause.
fn telling(pieces: &[String]) -> impl Iterator<Item = &String> {
    let any = pieces.iter().any(|it| !it.starts_with(FOLLOWS));
    pieces.iter().filter(move |it| !any || !it.starts_with(FOLLOWS))
}

/// The pieces of all that was wrong with a scenario when it was last judged; `None` where they
/// were not all kept.
fn past_pieces<'a>(history: &'a History, scenario: &str) -> Option<HashSet<&'a str>> {
    let past = history.scenarios.get(scenario)?;
    past.last_judged()?;
    let mut all = HashSet::new();
    for fingerprint in &past.causes {
        let cause = history.causes.get(fingerprint)?;
        if cause.pieces.is_empty() {
            return None;
        }
        all.extend(cause.pieces.iter().map(String::as_str));
    }
    Some(all)
}

/// The cause of a scenario's past that a finding goes on with: the one with its fingerprint, or
/// the one that it has most in common with; with that cause's fingerprint.
#[must_use]
pub(super) fn goes_on_with<'a>(
    history: &'a History,
    scenario: &str,
    finding: &Finding,
) -> Option<(&'a str, &'a PastCause)> {
    let past = history.scenarios.get(scenario)?;
    let known = |it: &'a String| Some((it.as_str(), history.causes.get(it)?));
    if let Some(same) = past.causes.iter().find(|it| **it == finding.fingerprint) {
        return known(same);
    }
    let shapes: HashSet<&str> = telling(&finding.pieces).map(|it| shape_of(it)).collect();
    let shared = |it: &PastCause| {
        telling(&it.pieces).filter(|piece| shapes.contains(shape_of(piece))).count()
    };
    let causes = past.causes.iter().filter_map(known);
    causes.filter(|it| shared(it.1) > 0).max_by_key(|it| shared(it.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FacetKind;

    fn line(removed: &str, added: &str) -> Identity {
        let (removed, added) = (Some(removed.to_owned()), Some(added.to_owned()));
        Identity::Line { facet: FacetKind::Aria, removed, added }
    }

    #[test]
    fn a_piece_keeps_its_shape_when_only_words_with_digits_of_what_came_change() {
        let [a, b, c, d] = [("x 1", "y 2f"), ("x 1", "y 77c"), ("x 1", "z 2f"), ("x 2", "y 2f")]
            .map(|(old, new)| piece(&line(old, new)));
        assert_eq!((a.len(), shape_of(&a) == shape_of(&b), a == b), (16, true, false));
        assert!(shape_of(&a) != shape_of(&c), "another word came");
        assert!(shape_of(&a) != shape_of(&d), "something else is gone");
    }

    #[test]
    fn what_only_follows_tells_a_cause_where_nothing_else_does() {
        let failed = Identity::Failure { expected: "a".to_owned(), actual: "b".to_owned() };
        let alone = pieces(&BTreeSet::from([failed.clone()]));
        assert_eq!((alone.len(), telling(&alone).count(), alone[0].len()), (1, 1, 17));
        let both = pieces(&BTreeSet::from([failed, line("a", "b")]));
        assert_eq!((both.len(), telling(&both).count()), (2, 1));
    }

    #[test]
    fn a_cause_of_very_many_pieces_keeps_none() {
        let many: BTreeSet<Identity> = (0..=MOST).map(|n| line("a", &n.to_string())).collect();
        assert_eq!(pieces(&many), Vec::<String>::new());
    }
}

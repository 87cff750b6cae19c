//! [`of`]: what could be done instead of giving a whole facet up, which is the last resort.

use super::align::Aligned;
use super::picture;
use crate::model::FacetKind;
use crate::model::observe::FacetShape;
use crate::model::settle::NoiseKind;

/// A mask is worth naming where it leaves out no more than this share of the lines, in percent.
const LARGEST: usize = 50;

/// What to try before a facet is given up, in a sentence without its full stop.
pub(super) fn of(
    facet: FacetKind,
    kind: NoiseKind,
    texts: &[String],
    aligned: &Aligned<'_>,
) -> String {
    if facet.shape() == FacetShape::Tree
        && let Some(mask) = mask(texts, aligned)
    {
        return mask;
    }
    let sometimes = kind == NoiseKind::Presence;
    match facet.shape() {
        FacetShape::Picture => "take the picture of the part that must not change, \
             `image: { element: TARGET }`, or wait for what moves to come to rest before the snapshot"
            .to_owned(),
        FacetShape::Tree | FacetShape::Lines | FacetShape::Set if sometimes => {
            "wait for it with `see:` before the snapshot, or `mask:` the thing that comes and goes"
                .to_owned()
        }
        FacetShape::Tree | FacetShape::Lines | FacetShape::Set => {
            "`mask:` the thing that varies, by a target of its own".to_owned()
        }
        FacetShape::Output | FacetShape::Files => {
            "`redact:` the lines that vary by a pattern, and hold what counts by `expect:`".to_owned()
        }
        FacetShape::Code => "let the command say by its output what counts".to_owned(),
    }
}

/// The smallest thing with a name that holds all that varies, and how much a mask of it leaves out.
fn mask(texts: &[String], aligned: &Aligned<'_>) -> Option<String> {
    let varied = |line: &&str| {
        aligned.loose.contains(line) || aligned.varying.iter().any(|it| it.variants.contains(line))
    };
    let mut common: Option<Vec<String>> = None;
    for text in texts {
        let lines: Vec<&str> = text.lines().collect();
        for (at, _) in lines.iter().enumerate().filter(|(_, line)| varied(line)) {
            let own = around(&lines, at);
            common = Some(match common {
                None => own,
                Some(all) => all.into_iter().filter(|it| own.contains(it)).collect(),
            });
        }
    }
    let lines: Vec<&str> = texts.first()?.lines().collect();
    // The innermost comes first.
    common?.into_iter().find_map(|name| {
        let target = picture::target(&name)?;
        let quoted = target.to_string().replace('\'', "''");
        let below = (0..lines.len()).filter(|at| around(&lines, *at).contains(&name)).count();
        (below * 100 <= lines.len() * LARGEST).then(|| {
            format!(
                "`mask: [ '{quoted}' ]` leaves out {below} of {} lines and keeps the rest",
                lines.len()
            )
        })
    })
}

/// The things that a line of a tree stands in, the innermost first.
fn around(lines: &[&str], at: usize) -> Vec<String> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut inside = depth(lines[at]);
    let mut names = Vec::new();
    for line in lines[..at].iter().rev() {
        if depth(line) < inside {
            inside = depth(line);
            names.push(name(line));
        }
    }
    names
}

/// `list "News"` of `  - list "News":`.
fn name(line: &str) -> String {
    let line = line.trim().trim_start_matches("- ");
    let end = line.rfind('"').map_or(line.len(), |it| it + 1);
    line[..end].trim_end_matches(':').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle::align::align;

    fn told(texts: &[&str]) -> String {
        let texts: Vec<String> = texts.iter().map(|it| (*it).to_owned()).collect();
        of(FacetKind::Aria, NoiseKind::Presence, &texts, &align(FacetKind::Aria, &texts))
    }

    const ONE: &str = "- main:\n  - heading \"Shop\"\n  - list \"News\":\n    - listitem: a\n    - listitem: b\n  - button \"Buy\"\n  - text: all\n";
    const TWO: &str = "- main:\n  - heading \"Shop\"\n  - list \"News\":\n    - listitem: b\n  - button \"Buy\"\n  - text: all\n";

    #[test]
    fn the_smallest_thing_around_all_that_varies_is_named_as_a_mask() {
        assert_eq!(
            told(&[ONE, TWO]),
            "`mask: [ 'list \"News\"' ]` leaves out 2 of 7 lines and keeps the rest"
        );
    }

    #[test]
    fn an_apostrophe_in_a_name_is_written_so_that_the_suite_loads() {
        let named = |text: &str| text.replace("News", "What's new");
        assert_eq!(
            told(&[&named(ONE), &named(TWO)]),
            "`mask: [ 'list \"What''s new\"' ]` leaves out 2 of 7 lines and keeps the rest"
        );
    }

    #[test]
    fn what_only_most_of_the_page_holds_gets_words() {
        let other = TWO.replace("  - text: all\n", "");
        assert_eq!(
            told(&[ONE, &other]),
            "wait for it with `see:` before the snapshot, or `mask:` the thing that comes and goes"
        );
    }
}

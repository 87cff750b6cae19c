//! [`entitle`]: the titles of findings: what a user would notice, in one line of plain English.
//!
//! Words come last: they are made from finished findings and decide nothing. What happened first leads
//! (an exit code, a status, a redirect, an exception), then what follows from it is said. Where all
//! lines changed by the same edit, that edit is told with its extent ([`edit`]). One place is named,
//! and how many more there are. [`lines`] orders what could be told; [`tree`], [`printed`],
//! [`details`], [`files`] and [`screen`] each say it of their facets; [`product`] names what is
//! about a product, a session or a slow step.
//!
//! The files:
//! - `lines.rs`: the changed lines of a finding, what a user notices first in front.
//! - `edit.rs`: the one edit that many lines share, with its extent.
//! - `tree.rs`: what changed in the tree of a page.
//! - `nodes.rs`: a node of the tree, and what became of it.
//! - `printed.rs`: what a program prints otherwise.
//! - `details.rs`: what changed in the details of a page.
//! - `files.rs`: what changed in files, by file and place in it.
//! - `screen.rs`: what changed on the screen of a program.
//! - `picture.rs`: what a picture shows otherwise.
//! - `watches.rs`: what the watches saw.
//! - `product.rs`: titles about a product, a session, or the time that something takes.
//! - `said.rs`: what is said of one thing, and once of all of which it is the same.
//! - `places.rs`: where something is, as titles name it.
//! - `names.rs`: names in a row, the rest counted.
//! - `plain.rs`: product text, made harmless and cut where one sees what differs.

mod details;
mod edit;
mod files;
mod lines;
mod names;
mod nodes;
mod picture;
mod places;
mod plain;
mod printed;
pub mod product;
mod said;
mod screen;
mod tree;
mod watches;

use std::collections::{BTreeSet, HashMap};

use self::lines::{Line, lines};
use self::places::{facets, is_page, place_of};
pub use self::plain::plain;
use self::plain::{LIMIT, PIECE, shorten, sides};
use crate::model::attempts::Attempts;
use crate::model::finding::{DiffLine, DiffTag, FacetChange};
use crate::model::{Difference, FacetKind, Finding, Plan, Scenario, WatchKind};

/// So many pages and more are worth to be called all pages.
const MANY: usize = 5;
/// The longest title of a finding that names a cause and what follows from it, in characters.
const CHAIN: usize = 120;

/// What words need to know of a night.
struct Night<'a> {
    scenarios: HashMap<&'a str, &'a Scenario>,
    /// The pages at which a checkpoint was reached.
    pages: BTreeSet<&'a str>,
}

/// Gives each finding that has none its title.
pub fn entitle(plan: &Plan, attempts: &Attempts<'_>, findings: &mut [Finding]) {
    let places = attempts.places();
    let pages = places.filter(|it| it.starts_with('/') && !it.contains(' ')).collect();
    let scenarios = plan.scenarios.iter().map(|it| (it.id.as_str(), it)).collect();
    let night = Night { scenarios, pages };
    for finding in findings.iter_mut().filter(|it| it.title.is_empty()) {
        finding.title = night.title(&finding.differences);
    }
}

/// The title of some differences that are no finding.
#[must_use]
pub fn title(plan: &Plan, attempts: &Attempts<'_>, differences: &[Difference]) -> String {
    let places = attempts.places();
    let pages = places.filter(|it| it.starts_with('/') && !it.contains(' ')).collect();
    let scenarios = plan.scenarios.iter().map(|it| (it.id.as_str(), it)).collect();
    Night { scenarios, pages }.title(differences)
}

impl Night<'_> {
    fn title(&self, differences: &[Difference]) -> String {
        let all = lines(differences);
        let sentence = exit(differences)
            .or_else(|| watches::answer(differences, 500..600))
            .or_else(|| status(differences))
            .or_else(|| chain(differences, &all))
            .or_else(|| picture::colour(differences, &all))
            .or_else(|| edit::shared(&all, differences))
            .or_else(|| changed(&all))
            .or_else(|| self.failed(differences))
            .or_else(|| watches::answer(differences, 400..500))
            .or_else(|| watches::first(differences))
            .or_else(|| picture::sentence(self, differences));
        let sentence =
            sentence.unwrap_or_else(|| format!("{} changed", place_of(differences.first())));
        shorten(&format!("{}{}", plain(&sentence, LIMIT), self.others(differences)), LIMIT + 24)
    }

    fn scenario(&self, id: &str) -> Option<&'_ Scenario> {
        self.scenarios.get(id).copied()
    }

    /// How many other places there are, and whether these are all.
    fn others(&self, differences: &[Difference]) -> String {
        let noun = |difference: &Difference| if is_page(difference) { "page" } else { "command" };
        let places: BTreeSet<(&str, &str)> =
            differences.iter().map(|it| (noun(it), it.place.as_str())).collect();
        let more = places.len().saturating_sub(1);
        let pages = places.iter().all(|it| it.0 == "page");
        let noun = match (pages, places.iter().all(|it| it.0 == "command")) {
            (true, _) => "page",
            (_, true) => "command",
            (false, false) => "place",
        };
        let everywhere = pages
            && self.pages.len() >= MANY
            && self.pages.iter().all(|page| places.contains(&("page", page)));
        match more {
            0 => String::new(),
            more if everywhere => format!(" (and all {more} other pages)"),
            1 => format!(" (and 1 more {noun})"),
            more => format!(" (and {more} more {noun}s)"),
        }
    }

    fn failed(&self, differences: &[Difference]) -> Option<String> {
        let (at, change) = facets(differences, None).next()?;
        let scenario = self.scenario(&at.scenario);
        let mut steps = scenario.into_iter().flat_map(Scenario::all_steps);
        let step = steps.find(|step| step.index == at.step);
        let step = step.map_or("the scenario", |step| step.text.as_str());
        let place = if at.place.is_empty() || step.contains(&at.place) {
            String::new()
        } else {
            format!(" on {}", place_of(Some(at)))
        };
        // What the screen showed stands in the finding.
        let why = change.actual.split("\nthe screen was").next().unwrap_or_default();
        Some(format!("`{}` fails{place}: {}", plain(step, PIECE), plain(why, PIECE)))
    }
}

fn exit(differences: &[Difference]) -> Option<String> {
    let (at, change) = facets(differences, Some(FacetKind::Exit)).next()?;
    let code = |text: &str| {
        text.trim().trim_start_matches("exit").trim_start_matches([':', ' ']).to_owned()
    };
    let (was, is) = (code(&change.expected), code(&change.actual));
    Some(format!("{} exits {is} instead of {was}", place_of(Some(at))))
}

fn status(differences: &[Difference]) -> Option<String> {
    let side = |change: &FacetChange, tag: DiffTag| {
        let mut lines = change.diff.iter().filter(|line| line.tag == tag).map(DiffLine::text);
        lines.find_map(|line| line.trim().strip_prefix("status:").map(|it| it.trim().to_owned()))
    };
    let mut pages = facets(differences, Some(FacetKind::Page));
    pages.find_map(|(at, change)| {
        let (is, was) = (side(change, DiffTag::Added)?, side(change, DiffTag::Removed)?);
        Some(format!("{} answers {is} instead of {was}", place_of(Some(at))))
    })
}

/// What happened first, and what is seen of it: a redirect, an exception, a request that was refused.
fn chain(differences: &[Difference], all: &[Line<'_>]) -> Option<String> {
    let is_redirect =
        |it: &&Line<'_>| it.facet == FacetKind::Response && it.text().starts_with("redirect: ");
    let redirect: Vec<Line<'_>> = all.iter().filter(is_redirect).cloned().collect();
    let seen: Vec<Line<'_>> = all.iter().filter(|it| !it.facet.is_detail()).cloned().collect();
    let broken = watches::of(
        differences,
        &[WatchKind::PageCrashed, WatchKind::Exception, WatchKind::Rejection],
    );
    let broken = broken.or_else(|| watches::caught(differences));
    let Some(follows) = changed(&seen) else { return broken };
    let cause = if redirect.is_empty() {
        broken.or_else(|| watches::answer(differences, 400..500))?
    } else {
        details::sentence(&redirect)
    };
    let both = format!("{cause}; {follows}");
    Some(if both.chars().count() <= CHAIN { both } else { cause })
}

/// What changed, by the line that a user notices first.
fn changed(all: &[Line<'_>]) -> Option<String> {
    let best = all.first()?;
    let (removed, added) = (best.before(), best.after());
    let place = place_of(Some(best.at));
    Some(match best.facet {
        FacetKind::Aria | FacetKind::Text => match of_detail(removed, added) {
            Some(said) => format!("{} on {place}", said.sentence()),
            None => tree::tree(all),
        },
        FacetKind::Stdout => printed::printed(all, ""),
        FacetKind::Stderr => printed::printed(all, " on standard error"),
        FacetKind::Page => page_sentence(removed, added, &place),
        FacetKind::Screen => screen::sentence(removed, added, &place),
        FacetKind::Files => files::sentence(best.of, &place)?,
        FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Response
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::A11y => details::sentence(all),
        FacetKind::Recording => recorded(removed, added),
        FacetKind::Exit | FacetKind::Image | FacetKind::Events => format!("{place} changed"),
    })
}

/// What became of the way to a goal, or of written steps, by the line of the recording that says most.
fn recorded(removed: Option<&str>, added: Option<&str>) -> String {
    let shown = |it: &str| plain(it.trim().trim_start_matches("- "), 80);
    match (removed, added) {
        (Some(was), Some(is)) => {
            format!("the recorded way is another: {} was {}", shown(is), shown(was))
        }
        (Some(it), None) | (None, Some(it)) => {
            format!("the recorded way is another: {}", shown(it))
        }
        (None, None) => "the recorded way is another".to_owned(),
    }
}

/// What two lines of the tree say of a detail, where that says it better.
fn of_detail(removed: Option<&str>, added: Option<&str>) -> Option<said::Said> {
    let node =
        |line: &str| line.trim().trim_start_matches("- ").trim_end_matches(':').trim().to_owned();
    details::of_tree(&node(removed?), &node(added?))
}

fn page_sentence(removed: Option<&str>, added: Option<&str>, place: &str) -> String {
    let value = |it: &'_ str| it.split_once(':').map_or(it, |it| it.1).trim().to_owned();
    let key = removed.or(added).and_then(|it| it.split_once(':')).map_or("page", |it| it.0);
    match (removed, added) {
        (Some(old), Some(new)) => {
            let (old, new) = sides(&value(old), &value(new), PIECE);
            format!("The {key} of {place} is \"{new}\" instead of \"{old}\"")
        }
        (Some(old), None) => {
            format!("The {key} of {place} is gone: \"{}\"", plain(&value(old), PIECE))
        }
        (None, Some(new)) => {
            format!("The {key} of {place} is new: \"{}\"", plain(&value(new), PIECE))
        }
        (None, None) => format!("{place} changed"),
    }
}

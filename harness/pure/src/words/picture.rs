//! [`sentence`]: what a picture shows otherwise.

use super::Night;
use super::names::{row, verb};
use super::places::{facets, place_of};
use super::plain::{LIMIT, PIECE, plain};
use crate::model::filetext::picture_of;
use crate::model::picture::Repaint;
use crate::model::{Difference, FacetKind};

/// What changed in the first picture of a finding.
pub(super) fn sentence(night: &Night<'_>, differences: &[Difference]) -> Option<String> {
    let (at, change) = facets(differences, Some(FacetKind::Image)).next()?;
    let place = file_of(night, at).unwrap_or_else(|| place_of(Some(at)));
    let Some(image) = &change.image else {
        return Some(format!("no picture of {place} was taken"));
    };
    if let Some(said) = painted(differences) {
        return Some(format!("{said} on {place}"));
    }
    // Of a picture that shows several causes only what is this one's.
    let own: Vec<&str> = change.changes.iter().filter_map(|it| it.after.as_deref()).collect();
    let all = image.cause().map_or(0, |it| it.split("; ").count());
    if !own.is_empty() && own.len() < all {
        return Some(format!("{} on {place}", plain(&own.join("; "), LIMIT)));
    }
    if let Some(said) = image.said().filter(|_| image.is_named()) {
        return Some(format!("{} on {place}", plain(&said, LIMIT)));
    }
    if image.expected_size != image.actual_size {
        return Some(format!("{place} is {} instead of {}", change.actual, change.expected));
    }
    let regions = image.boxes.len();
    let plural = if regions == 1 { "region" } else { "regions" };
    Some(format!("{place} looks different in {regions} {plural}"))
}

/// The colour that became another one, where nothing else is to be told of any region.
fn painted(differences: &[Difference]) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    let mut paint: Option<&Repaint> = None;
    for (_, change) in facets(differences, Some(FacetKind::Image)) {
        let said: Vec<&String> = change.changes.iter().filter_map(|it| it.after.as_ref()).collect();
        let regions = change.image.iter().flat_map(|it| &it.regions);
        let own = regions.filter(|it| it.said().is_some_and(|it| said.contains(&&it)));
        for region in own {
            let own = region.repaint.as_ref()?;
            if paint.is_some_and(|it| it != own) {
                return None;
            }
            paint = Some(own);
            names.extend(region.names.iter().map(|it| plain(it, PIECE)));
        }
    }
    let Repaint { from, to } = paint.filter(|_| !names.is_empty())?;
    Some(format!("{} {} {to} instead of {from}", row(&names), verb(&names)))
}

/// The file that a picture comes from, where it comes from one: `chart.png`, `report.pdf: page 2`.
fn file_of(night: &Night<'_>, at: &Difference) -> Option<String> {
    let scenario = night.scenario(&at.scenario)?;
    let steps = scenario.steps.iter().chain(&scenario.finally);
    let declared = steps.filter_map(|step| Some(step.action.snapshot()?.name.as_str()));
    let picture = picture_of(at.checkpoint.as_deref()?, declared)?;
    let file = plain(&picture.replace('~', "/"), PIECE);
    Some(match file.rsplit_once(".page-") {
        Some((document, page)) => format!("{document}: page {page}"),
        None => file,
    })
}

//! [`sentence`]: what a picture shows otherwise.

use std::collections::BTreeSet;

use super::Night;
use super::lines::Line;
use super::names::{row, verb};
use super::places::{facets, place_of};
use super::plain::{LIMIT, PIECE, is_of_icons, plain};
use crate::model::filetext::picture_of;
use crate::model::picture::{ImageChange, Repaint};
use crate::model::{Difference, FacetKind};

/// What changed in the first picture of a finding.
pub(super) fn sentence(night: &Night<'_>, differences: &[Difference]) -> Option<String> {
    let (at, change) = facets(differences, Some(FacetKind::Image)).next()?;
    let place = file_of(night, at).unwrap_or_else(|| place_of(Some(at)));
    let Some(image) = &change.image else {
        return Some(format!("no picture of {place} was taken"));
    };
    if let Some((names, paint)) = painted(differences) {
        return Some(format!("{} on {place}", repainted(&names, paint)));
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

/// The colour that became another one, where nothing else changed than that some texts, and fewer
/// than have it, are too faint in it; and where it is the colour of most of the picture. Icons that
/// became other ones are part of the picture.
pub(super) fn colour(differences: &[Difference], all: &[Line<'_>]) -> Option<String> {
    let is_icon = |it: &Line<'_>| is_of_icons(it.text().trim().trim_matches('"'));
    let told: Vec<&Line<'_>> =
        all.iter().filter(|it| it.facet != FacetKind::Text || !is_icon(it)).collect();
    let is_faint = !told.is_empty() && told.iter().all(|it| it.facet == FacetKind::A11y);
    let mut pictures = facets(differences, Some(FacetKind::Image));
    let (at, change) = pictures.next().filter(|_| is_faint)?;
    let (names, paint) = painted(differences)?;
    let place = place_of(Some(at));
    let is_most = |it: &ImageChange| it.changed_pixels > it.compared_pixels / 2;
    if change.image.as_ref().is_some_and(is_most) {
        let Repaint { from, to } = paint;
        return Some(format!(
            "most of the picture has another colour, {to} for {from}, on {place}"
        ));
    }
    let count = names.iter().collect::<BTreeSet<_>>().len();
    (count > told.len()).then(|| format!("{} on {place}", repainted(&names, paint)))
}

/// The colour that became another one, where nothing else is to be told of any region, and what has
/// it.
fn painted(differences: &[Difference]) -> Option<(Vec<String>, &Repaint)> {
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
    let paint = paint.filter(|_| !names.is_empty())?;
    Some((names, paint))
}

/// What has another colour, and which.
fn repainted(names: &[String], Repaint { from, to }: &Repaint) -> String {
    format!("{} {} {to} instead of {from}", row(names), verb(names))
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

#[cfg(test)]
mod tests {
    use super::super::lines::lines;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::picture::{Fate, Region};
    use crate::model::testing;
    use crate::model::thing::Thing;

    /// A page on which these things became green, and so many texts are too faint in it.
    fn page(things: &[&str], faint: usize) -> Vec<Difference> {
        let region = |name: &&str| Region {
            names: vec![(*name).to_owned()],
            fate: Fate::Changed,
            repaint: Some(Repaint { from: "#ff0000".to_owned(), to: "#008000".to_owned() }),
            moved: false,
        };
        let regions: Vec<Region> = things.iter().map(region).collect();
        let shown = |it: &Region| {
            let said = it.said();
            let thing = Thing::Region(it.names.clone());
            testing::change(Some(FacetKind::Image), thing, None, said.as_deref())
        };
        let picture = FacetChange {
            changes: regions.iter().map(shown).collect(),
            image: Some(testing::image(Vec::new(), regions, Vec::new())),
            ..FacetChange::of(FacetKind::Image)
        };
        let text = |at: usize| {
            let line =
                format!("contrast: \"{at}\" in td: 3.31:1 of #008000 on #abe128, 4.5:1 is needed");
            testing::change(Some(FacetKind::A11y), Thing::Line, None, Some(&line))
        };
        let faint = FacetChange {
            changes: (0..faint).map(text).collect(),
            ..FacetChange::of(FacetKind::A11y)
        };
        vec![testing::located("look", "/hut", vec![picture, faint]).difference]
    }

    #[test]
    fn the_colour_leads_where_more_has_it_than_is_too_faint_in_it() {
        let said = |things: &[&str], faint: usize| {
            let all = page(things, faint);
            colour(&all, &lines(&all))
        };
        let both = ["cell \"-7\"", "cell \"-9\""];
        let told = "cell \"-7\" and cell \"-9\" are #008000 instead of #ff0000 on /hut";
        assert_eq!(said(&both, 1).as_deref(), Some(told));
        assert_eq!(said(&both, 2), None, "all of it is too faint");
        assert_eq!(said(&both, 0), None, "nothing is");
    }

    #[test]
    fn a_colour_of_most_of_the_picture_leads_however_much_is_too_faint_and_icons_say_nothing() {
        let said = |changed: u64, text: &str| {
            let mut all = page(&["list"], 3);
            let image = all[0].facets[0].image.as_mut().expect("there is a picture");
            image.changed_pixels = changed;
            let moon = Some("\"\u{f186}\"");
            let icon = testing::change(Some(FacetKind::Text), Thing::Line, Some(text), moon);
            let read = FacetChange { changes: vec![icon], ..FacetChange::of(FacetKind::Text) };
            all[0].facets.push(read);
            colour(&all, &lines(&all))
        };
        let told = "most of the picture has another colour, #008000 for #ff0000, on /hut";
        assert_eq!(said(39_000, "\"\u{f185}\"").as_deref(), Some(told));
        assert_eq!(said(40, "\"\u{f185}\""), None, "all of it is too faint");
        assert_eq!(said(39_000, "\"Sun\""), None, "one can read that");
    }
}

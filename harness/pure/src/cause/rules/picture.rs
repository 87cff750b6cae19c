//! What a picture shows otherwise, and what else changed of the same things: the thing in the tree,
//! other regions of the page that look different for the same reason, the file that the picture is of, regions whose colour became the same other one.

use std::collections::{BTreeMap, BTreeSet};

use super::picture_file::of_files;
use super::{Rule, star, stars};
use crate::cause::evidence::Sighting;
use crate::cause::node::{collection, quoted_name};
use crate::cause::{Edge, Evidence};
use crate::model::change::Change;
use crate::model::picture::{Fate, ImageChange, Region};
use crate::model::thing::{Node, Thing};
use crate::model::{FacetKind, Rect};

pub(super) const RULE: Rule = Rule { id: "picture", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for node in 0..evidence.nodes.len() {
        if evidence.nodes[node].facet() == Some(FacetKind::Image) {
            found.extend(shown(evidence, node));
        }
    }
    // What is set apart from what it shows is told by nothing of its own.
    let is_one = |it: &&Edge| evidence.nodes[it.from].class == evidence.nodes[it.to].class;
    let told: BTreeSet<usize> = found.iter().filter(is_one).map(|it: &Edge| it.to).collect();
    found.extend(one_look(evidence, &told));
    // That a text in a region is too faint is how it looks, and not why.
    let by_faint = |it: &&Edge| !is_faint(evidence.nodes[it.from].change());
    let told: BTreeSet<usize> =
        found.iter().filter(is_one).filter(by_faint).map(|it: &Edge| it.to).collect();
    found.extend(faint_in(evidence, &told));
    found.extend(one_thing(evidence));
    found.extend(one_style(evidence));
    found.extend(too_faint(evidence));
    found.extend(of_files(evidence));
    found
}

/// Regions of one picture that are called by the same thing.
fn one_thing(evidence: &Evidence<'_>) -> Vec<Edge> {
    let nodes = evidence.nodes.iter().enumerate();
    let seen = nodes.flat_map(|(index, node)| node.sightings.iter().map(move |it| (index, it)));
    let named = seen.flat_map(|(index, it)| {
        let telling = names(it.change).iter().filter(|name| quoted_name(name).is_some());
        telling.map(move |name| ((it.spot, name.clone()), index))
    });
    stars(named, "the picture shows the same thing")
}

/// Regions in which the same colour became the same other one, on whichever page.
fn one_style(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut keyed = Vec::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for sighting in node.sightings.iter().filter(|_| node.facet() == Some(FacetKind::Image)) {
            let facets = &evidence.spots[sighting.spot].difference.facets;
            let regions =
                facets.iter().filter_map(|it| it.image.as_ref()).flat_map(|it| &it.regions);
            let own = regions.filter(|it| it.said() == sighting.change.after);
            keyed.extend(own.filter_map(|it| Some((it.repaint.clone()?, index))));
        }
    }
    stars(keyed, "the same colour became the same other one")
}

/// Pixels between a region and what moved, at which they still touch.
const SEAM: u32 = 2;
/// Things that a region is called by, from which on it is a large part of its page.
const LARGE: usize = 3;
/// Letters of a text from which on a name that holds it says what it is.
const TELLING: usize = 4;

/// Texts that are too faint in the colour that something else of their page became.
fn too_faint(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut found = Vec::new();
    for (spot, at) in evidence.spots.iter().enumerate() {
        let pictures = at.difference.facets.iter().filter_map(|it| it.image.as_ref());
        let painted = pictures.flat_map(|it| &it.regions);
        let painted: Vec<(&str, Option<String>)> =
            painted.filter_map(|it| Some((it.repaint.as_ref()?.to.as_str(), it.said()))).collect();
        for (node, change) in evidence.seen_at(spot) {
            let text = change.after.as_deref().filter(|_| change.before.is_none());
            let colour = text.and_then(|it| it.rsplit_once(" of ")).map(|it| it.1);
            let Some(colour) = colour.filter(|_| change.facet == Some(FacetKind::A11y)) else {
                continue;
            };
            let same =
                |it: &&(&str, Option<String>)| colour.split([' ', ',']).any(|word| word == it.0);
            let regions = painted.iter().filter(same).filter_map(|(_, said)| {
                let is_it = |it: &(usize, &Change)| {
                    it.1.facet == Some(FacetKind::Image) && it.1.after == *said
                };
                evidence.seen_at(spot).find(is_it)
            });
            let because = "a text is too faint in the colour that others became";
            found.extend(regions.map(|it| Edge::strong(it.0, node, because)));
        }
    }
    found
}

/// Roles of what stands in a table or list.
const LISTED: [&str; 12] = [
    "cell",
    "row",
    "listitem",
    "option",
    "columnheader",
    "rowheader",
    "gridcell",
    "text",
    "link",
    "img",
    "strong",
    "paragraph",
];

fn names(change: &Change) -> &[String] {
    match &change.thing {
        Thing::Region(names) => names,
        _ => &[],
    }
}

/// Whether a region is called by something that changed in the tree, or holds it, or stands in it.
fn is_of(region: &Change, other: &Change, others: &BTreeSet<String>) -> bool {
    let lines = || other.before.iter().chain(&other.after).chain(&other.around);
    // An item of a list that is another list now may be called by anything.
    let in_list = collection(other).is_some_and(|it| others.contains(&it));
    // A thing is called by all that stands in it, so by a text in it that is another one now.
    let said = other.before.as_ref().and(other.after.as_deref()).map(Node::read);
    let said = said.and_then(|it| it.value.or(it.name));
    names(region).iter().any(|name| {
        let thing = quoted_name(name).map_or(name.as_str(), |it| it.trim_matches('"'));
        // A long name is cut.
        let thing = thing.strip_suffix('…').unwrap_or(thing);
        let is_item = LISTED.iter().any(|role| name.starts_with(role));
        (in_list && is_item)
            || said.is_some_and(|it| holds_words(thing, it))
            || lines().any(|line| {
                let own = line.trim_start_matches("- ").trim_end_matches(':');
                own.contains(thing)
                    || name == own
                    || (own.contains("  ") && spaced(own).contains(thing))
            })
    })
}

/// A text with one space between its words, as pictures tell names.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether whole words of a name are a text that says enough to be known again.
fn holds_words(name: &str, text: &str) -> bool {
    let ends = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
    let letters = text.chars().filter(|it| it.is_alphabetic()).count();
    letters >= TELLING
        && name.match_indices(text).any(|(at, _)| {
            ends(name[..at].chars().next_back()) && ends(name[at + text.len()..].chars().next())
        })
}

/// The lists of a page that are other lists now: some of what they held is gone, and something came.
fn other_lists(tree: &[(usize, &Change)]) -> BTreeSet<String> {
    let with = |side: fn(&Change) -> bool| -> BTreeSet<String> {
        tree.iter().filter(|it| side(it.1)).filter_map(|it| collection(it.1)).collect()
    };
    let (gone, came) = (with(|it| it.before.is_some()), with(|it| it.after.is_some()));
    gone.intersection(&came).cloned().collect()
}

/// Whether a region is called by things that hold others, so that it does not say what in it differs.
fn holds_others(region: &Change) -> bool {
    const HOLDERS: [&str; 11] = [
        "group",
        "dialog",
        "form",
        "main",
        "region",
        "article",
        "table",
        "list",
        "navigation",
        "banner",
        "contentinfo",
    ];
    let all = names(region);
    !all.is_empty() && all.iter().all(|it| HOLDERS.contains(&Node::read(it).role))
}

/// Whether a region has another colour than it had.
fn is_repainted(evidence: &Evidence<'_>, region: &Sighting<'_>) -> bool {
    let facets = &evidence.spots[region.spot].difference.facets;
    let regions = facets.iter().filter_map(|it| it.image.as_ref()).flat_map(|it| &it.regions);
    let mut own = regions.filter(|it| it.said() == region.change.after);
    own.any(|it| it.repaint.is_some())
}

/// Whether a thing of the page came or went, so that others move.
fn came_or_went(change: &Change) -> bool {
    matches!(change.facet, Some(FacetKind::Aria | FacetKind::Text))
        && change.before.is_none() != change.after.is_none()
}

/// Whether a picture can show a change: a link looks the same wherever it leads.
fn can_be_seen(change: &Change) -> bool {
    let bare = |line: &Option<String>| {
        line.as_deref().map(|line| {
            let node = Node::read(line);
            let seen = |it: &&str| !it.starts_with("url=") && !it.starts_with("description=");
            let said: Vec<&str> = node.attributes.iter().copied().filter(seen).collect();
            format!("{} {:?} {:?} {}", node.role, node.name, node.value, said.join(" "))
        })
    };
    match change.facet {
        Some(FacetKind::Aria) => bare(&change.before) != bare(&change.after),
        Some(facet) => facet.is_visible() || matches!(facet, FacetKind::Fields | FacetKind::A11y),
        None => false,
    }
}

/// Whether a region of a picture only stands elsewhere than it did.
fn is_shift(evidence: &Evidence<'_>, spot: usize, region: &Change) -> bool {
    let pictures = evidence.spots[spot].difference.facets.iter().filter_map(|it| it.image.as_ref());
    let mut moves = pictures.flat_map(|it| &it.moves);
    moves.any(|it| Some(it.way()) == region.after)
}

/// What changed in the tree where a region looks different.
fn shown(evidence: &Evidence<'_>, node: usize) -> Vec<Edge> {
    const BECAUSE: &str = "the picture shows it";
    let mut found = Vec::new();
    for sighting in &evidence.nodes[node].sightings {
        let near = evidence.seen_at(sighting.spot);
        let tree: Vec<(usize, &Change)> =
            near.filter(|it| it.1.facet != Some(FacetKind::Image)).collect();
        let others = other_lists(&tree);
        let own: Vec<usize> = tree
            .iter()
            .filter(|it| can_be_seen(it.1) && is_of(sighting.change, it.1, &others))
            .map(|it| it.0)
            .collect();
        let seen: Vec<usize> = tree
            .iter()
            .filter(|it| it.1.facet != Some(FacetKind::A11y) && can_be_seen(it.1))
            .map(|it| it.0)
            .collect();
        // Where only one thing changed, it is what a region shows that has no name of its own.
        let named = names(sighting.change).iter().any(|it| it.contains('"'));
        let one = if own.is_empty() && !named && seen.len() == 1 { seen } else { own };
        // What holds other things looks different where one of those around it came or went, or reads
        // otherwise; a colour of its own says more.
        let holder = holds_others(sighting.change);
        let plain = holder && !is_repainted(evidence, sighting);
        let reads = |it: &Change| {
            let both = it.before.is_some() && it.after.is_some();
            plain && both && it.facet == Some(FacetKind::Aria) && can_be_seen(it)
        };
        let moved = tree.iter().find(|it| (holder && came_or_went(it.1)) || reads(it.1));
        let one = if one.is_empty() { moved.map(|it| it.0).into_iter().collect() } else { one };
        // Whatever comes or goes moves what stands below.
        let shifted = tree.iter().filter(|it| came_or_went(it.1)).map(|it| it.0);
        let is_shift = one.is_empty() && is_shift(evidence, sighting.spot, sighting.change);
        let one = if is_shift { shifted.collect() } else { one };
        found.extend(one.into_iter().map(|it| Edge::follows(it, node, BECAUSE)));
    }
    if found.is_empty() { displaced(evidence, node) } else { found }
}

/// What moves things on a page, wherever a region that may only stand elsewhere is seen: one that is
/// called by no name, or by things that are there and at another place, or the seam of what moved.
fn displaced(evidence: &Evidence<'_>, node: usize) -> Vec<Edge> {
    let mut found = Vec::new();
    for sighting in &evidence.nodes[node].sightings {
        let facets = &evidence.spots[sighting.spot].difference.facets;
        let pictures = || facets.iter().filter_map(|it| it.image.as_ref());
        let own = |it: &Region| it.said() == sighting.change.after;
        let shifted = pictures().flat_map(|it| &it.regions).any(|it| it.moved && own(it));
        let has_moved = shifted
            || names(sighting.change).iter().all(|it| quoted_name(it).is_none())
            || pictures().any(|it| is_seam(it, own) || is_elsewhere(it, own));
        // A text that became longer pushes what stands behind it.
        let pushes = |it: &Change| it.facet == Some(FacetKind::Aria) && can_be_seen(it);
        let near = evidence
            .seen_at(sighting.spot)
            .find(|it| (has_moved && came_or_went(it.1)) || (shifted && pushes(it.1)));
        let Some(near) = near else { return Vec::new() };
        found.push(Edge::follows(near.0, node, "something on the page moved it"));
    }
    found
}

/// Whether all regions that are meant touch a part of the picture that stands elsewhere, and none of
/// them has another colour: what moved by parts of a pixel has other edges.
fn is_seam(picture: &ImageChange, own: impl Fn(&Region) -> bool) -> bool {
    let touches = |one: &Rect, other: &Rect| {
        let near = |a: u32, long: u32, b: u32| a + long + SEAM >= b;
        near(one.x, one.width, other.x)
            && near(other.x, other.width, one.x)
            && near(one.y, one.height, other.y)
            && near(other.y, other.height, one.y)
    };
    let with_place = picture.boxes.iter().zip(&picture.regions);
    let mut meant = with_place.filter(|it| own(it.1)).peekable();
    meant.peek().is_some()
        && meant.all(|(place, region)| {
            let mut moves = picture.moves.iter().flat_map(|it| [&it.from, &it.to]);
            region.repaint.is_none() && moves.any(|it| touches(place, it))
        })
}

/// Whether all things of a region that came stand in one that went, or the other way round: they are
/// there and stand elsewhere.
fn is_elsewhere(picture: &ImageChange, own: impl Fn(&Region) -> bool) -> bool {
    let is_other = |one: &Region, it: &Region| {
        let both = [one.fate, it.fate];
        both == [Fate::New, Fate::Gone] || both == [Fate::Gone, Fate::New]
    };
    let stands = |name: &String, one: &Region| {
        picture.regions.iter().any(|it| is_other(one, it) && it.names.contains(name))
    };
    let mut meant = picture.regions.iter().filter(|&it| own(it)).peekable();
    meant.peek().is_some()
        && meant.all(|one| !one.names.is_empty() && one.names.iter().all(|it| stands(it, one)))
}

/// Regions of one page that nothing else tells: they have one look.
fn one_look(evidence: &Evidence<'_>, told: &BTreeSet<usize>) -> Vec<Edge> {
    let mut by_view: BTreeMap<(&str, u32, &str), BTreeSet<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        if node.facet() != Some(FacetKind::Image) || told.contains(&index) {
            continue;
        }
        for at in node.spots().map(|spot| &evidence.spots[spot].difference) {
            if at.place.starts_with('/') {
                by_view.entry((&at.scenario, at.attempt, &at.place)).or_default().insert(index);
            }
        }
    }
    by_view.into_values().flat_map(|it| star(it, "they are how one page looks")).collect()
}

/// Texts that are newly too faint where a large part of the page looks otherwise.
fn faint_in(evidence: &Evidence<'_>, told: &BTreeSet<usize>) -> Vec<Edge> {
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        let is_look = |it: &(usize, &Change)| !told.contains(&it.0) && names(it.1).len() >= LARGE;
        let Some((look, _)) = evidence.seen_at(spot).find(is_look) else { continue };
        let faint = evidence.seen_at(spot).filter(|it| is_faint(it.1) && it.1.before.is_none());
        let because = "a text is too faint in what the page looks like";
        found.extend(faint.map(|it| Edge::follows(look, it.0, because)));
    }
    found
}

/// Whether a text is said to be too faint.
fn is_faint(change: &Change) -> bool {
    let line = change.after.as_deref().or(change.before.as_deref());
    change.facet == Some(FacetKind::A11y) && line.is_some_and(|it| it.starts_with("contrast: "))
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::picture::{Move, Repaint};
    use crate::model::testing;

    /// Regions of a picture: what each is called, and what is said of it.
    fn picture(regions: &[(&[&str], &str)]) -> FacetChange {
        let one = |(names, said): &(&[&str], &str)| {
            let names = names.iter().map(|it| (*it).to_owned()).collect();
            testing::change(Some(FacetKind::Image), Thing::Region(names), None, Some(said))
        };
        let changes = regions.iter().map(one).collect();
        FacetChange { changes, ..FacetChange::of(FacetKind::Image) }
    }

    fn page(place: &str, facets: Vec<FacetChange>) -> Located {
        testing::located("browse", place, facets)
    }

    #[test]
    fn regions_of_one_picture_that_show_the_same_named_thing_are_one() {
        let of = |first: &[&str], second: &[&str]| {
            let regions = [(first, "one looks different"), (second, "two is gone")];
            joined(one_thing, &[page("/", vec![picture(&regions)])])
        };
        let truck = "img \"Truck\"";
        let both = vec![("one looks different".to_owned(), "two is gone".to_owned())];
        assert_eq!(of(&[truck], &["button \"Buy\"", truck]), both);
        assert_eq!(of(&[truck], &["img \"Lorry\""]), []);
        assert_eq!(of(&["div.hero"], &["div.hero"]), [], "that is no name");
        let here = page("/", vec![picture(&[(&[truck], "one looks different")])]);
        let there = page("/about", vec![picture(&[(&[truck], "two is gone")])]);
        assert_eq!(joined(one_thing, &[here, there]), [], "these are two pictures");
    }

    #[test]
    fn a_region_that_only_moved_follows_from_what_came_and_from_nothing_else() {
        const HEADING: (Option<&str>, Option<&str>) =
            (Some("- heading \"Stock\""), Some("- heading \"Stocks\""));
        let moved = Move {
            names: Vec::new(),
            more: 0,
            from: Rect { x: 0, y: 10, width: 80, height: 20 },
            to: Rect { x: 0, y: 34, width: 80, height: 20 },
        };
        let image = testing::image(Vec::new(), Vec::new(), vec![moved]);
        let of = |said: &str, tree: &[(Option<&str>, Option<&str>)]| {
            let one = |(was, is): &(Option<&str>, Option<&str>)| {
                testing::change(Some(FacetKind::Aria), Thing::Line, *was, *is)
            };
            let tree = FacetChange {
                changes: tree.iter().map(one).collect(),
                ..FacetChange::of(FacetKind::Aria)
            };
            let shown = picture(&[(&["paragraph \"Terms\""], said)]);
            let shown = FacetChange { image: Some(image.clone()), ..shown };
            joined(edges, &[page("/", vec![tree, shown])])
        };
        let link = (None, Some("- link \"News\""));
        assert_eq!(
            of("down 24 px", &[HEADING, link]),
            [("- link \"News\"".to_owned(), "down 24 px".to_owned())]
        );
        assert_eq!(of("down 24 px", &[HEADING]), [], "nothing came or went");
        assert_eq!(of("paragraph \"Terms\" looks different", &[HEADING, link]), []);
    }

    #[test]
    fn a_region_whose_things_stand_elsewhere_follows_where_something_came_or_went_wherever_it_is() {
        const CUP: &str = "link \"Cup\" looks different";
        let region = |moved: bool| Region {
            names: vec!["link \"Cup\"".to_owned()],
            fate: Fate::Changed,
            repaint: None,
            moved,
        };
        let spot = |moved: bool, tree: (Option<&str>, Option<&str>)| {
            let change = testing::change(Some(FacetKind::Aria), Thing::Line, tree.0, tree.1);
            let tree = FacetChange { changes: vec![change], ..FacetChange::of(FacetKind::Aria) };
            let image = testing::image(Vec::new(), vec![region(moved)], Vec::new());
            let shown = picture(&[(&["link \"Cup\""], CUP)]);
            page("/", vec![tree, FacetChange { image: Some(image), ..shown }])
        };
        let gone = (Some("- link \"Pen\""), None);
        let longer = (Some("- code: a"), Some("- code: about"));
        let unseen = (Some("- link \"Hat\" [url=/a]"), Some("- link \"Hat\" [url=/b]"));
        let of = |spots: &[Located]| joined(|it| shown(it, node_of(it, CUP)), spots);
        let follows = |what: &str| (what.to_owned(), CUP.to_owned());
        assert_eq!(of(&[spot(true, gone)]), [follows("- link \"Pen\"")]);
        assert_eq!(of(&[spot(true, longer)]), [follows("- code: about")]);
        assert_eq!(of(&[spot(false, gone)]), [], "it stands where it stood");
        assert_eq!(of(&[spot(false, longer)]), [], "it stands where it stood");
        assert_eq!(of(&[spot(true, gone), spot(true, unseen)]), [], "nothing moved it there");
    }

    #[test]
    fn a_thing_that_is_gone_here_and_new_there_follows_from_what_came_and_another_does_not() {
        const GONE: &str = "link \"Cup\" is gone";
        let of = |new: &str| {
            let region = |name: &str, fate: Fate| Region {
                names: vec![name.to_owned()],
                fate,
                repaint: None,
                moved: false,
            };
            let regions = vec![region("link \"Cup\"", Fate::Gone), region(new, Fate::New)];
            let pen = Some("- link \"Pen\"");
            let came = testing::change(Some(FacetKind::Aria), Thing::Line, None, pen);
            let tree = FacetChange { changes: vec![came], ..FacetChange::of(FacetKind::Aria) };
            let image = testing::image(Vec::new(), regions, Vec::new());
            let told = picture(&[(&["link \"Cup\""], GONE)]);
            let facets = vec![tree, FacetChange { image: Some(image), ..told }];
            joined(|it| shown(it, node_of(it, GONE)), &[page("/", facets)]).len()
        };
        assert_eq!((of("link \"Cup\""), of("link \"Hat\"")), (1, 0));
    }

    #[test]
    fn a_text_that_is_too_faint_in_the_colour_that_others_became_is_of_that_colour() {
        let of = |place: &str, faint: &str| {
            let green = Repaint { from: "#ff0000".to_owned(), to: "#008000".to_owned() };
            let region = Region {
                names: vec!["cell \"-7\"".to_owned()],
                fate: Fate::Changed,
                repaint: Some(green),
                moved: false,
            };
            let said = region.said().unwrap_or_default();
            let image = testing::image(Vec::new(), vec![region], Vec::new());
            let shown = picture(&[(&["cell \"-7\""], &said)]);
            let shown = FacetChange { image: Some(image), ..shown };
            let line = testing::change(Some(FacetKind::A11y), Thing::Line, None, Some(faint));
            let faint = FacetChange { changes: vec![line], ..FacetChange::of(FacetKind::A11y) };
            let spots = if place == "/" {
                vec![page("/", vec![shown, faint])]
            } else {
                vec![page("/", vec![shown]), page(place, vec![faint])]
            };
            joined(too_faint, &spots).len()
        };
        let green = "contrast: \"-0\" in td: 3.31:1 of #008000 on #abe128, 4.5:1 is needed";
        let grey = "contrast: \"-0\" in td: 3.31:1 of #777777 on #abe128, 4.5:1 is needed";
        assert_eq!(of("/", green), 1);
        assert_eq!(of("/", grey), 0, "that is another colour");
        assert_eq!(of("/about", green), 0, "that is another page");
    }

    #[test]
    fn texts_that_are_too_faint_follow_from_the_look_of_a_large_part_of_their_page() {
        const MANY: [&str; 3] = ["list", "text \"Note\"", "link \"Home\""];
        let faint = |it: &str| format!("contrast: \"{it}\" in p: 2.1:1 of #777777 on #888888");
        let of = |place: &str, region: &[&str], faint: &[String]| {
            let line =
                |it: &String| testing::change(Some(FacetKind::A11y), Thing::Line, None, Some(it));
            let changes = faint.iter().map(line).collect();
            let faint = FacetChange { changes, ..FacetChange::of(FacetKind::A11y) };
            let shown = picture(&[(region, "it looks different")]);
            let spots = if place == "/" {
                vec![page("/", vec![shown, faint])]
            } else {
                vec![page("/", vec![shown]), page(place, vec![faint])]
            };
            joined(|it| faint_in(it, &BTreeSet::new()), &spots).len()
        };
        assert_eq!(of("/", &MANY, &[faint("a"), faint("b")]), 2);
        assert_eq!(of("/", &MANY[..1], &[faint("a")]), 0, "that is a small part");
        assert_eq!(of("/about", &MANY, &[faint("a")]), 0, "nothing there looks otherwise");
        assert_eq!(of("/", &MANY, &["no-name: button in form".to_owned()]), 0);
    }

    #[test]
    fn the_edge_of_what_moved_is_a_part_of_the_move_and_what_has_another_colour_is_not() {
        const NOTE: &str = "text \"note\" is gone";
        let rect = |y: u32, height: u32| Rect { x: 20, y, width: 100, height };
        let of = |place: Rect, repaint: Option<Repaint>| {
            let region = Region {
                names: vec!["text \"note\"".to_owned()],
                fate: Fate::Gone,
                repaint,
                moved: false,
            };
            let moved = Move { names: Vec::new(), more: 0, from: rect(90, 30), to: rect(60, 30) };
            let image = testing::image(vec![place], vec![region], vec![moved]);
            let gone = testing::change(Some(FacetKind::Text), Thing::Line, Some("code"), None);
            let text = FacetChange { changes: vec![gone], ..FacetChange::of(FacetKind::Text) };
            let shown = picture(&[(&["text \"note\""], NOTE)]);
            joined(edges, &[page("/", vec![text, FacetChange { image: Some(image), ..shown }])])
        };
        let red = Repaint { from: "#ffffff".to_owned(), to: "#ff0000".to_owned() };
        assert_eq!(of(rect(58, 2), None), [("code".to_owned(), NOTE.to_owned())]);
        assert_eq!(of(rect(58, 2), Some(red)), [], "a colour does not come by moving");
        assert_eq!(of(rect(10, 2), None), [], "it is far from what moved");
    }

    #[test]
    fn a_thing_that_is_called_by_a_changed_text_in_it_shows_that_text_by_whole_words() {
        let of = |name: &str, was: &str, is: &str| {
            let text = testing::change(Some(FacetKind::Aria), Thing::Line, Some(was), Some(is));
            let tree = FacetChange { changes: vec![text], ..FacetChange::of(FacetKind::Aria) };
            let shown = picture(&[(&[name], "it looks different")]);
            joined(edges, &[page("/", vec![tree, shown])]).len()
        };
        let by = "paragraph \"Power by the sea\"";
        assert_eq!(of(by, "- text: Powered by", "- text: Power by"), 1);
        assert_eq!(of(by, "- text: Towe", "- text: Powe"), 0, "that is half a word");
        assert_eq!(of(by, "- text: to", "- text: by"), 0, "that says too little");
        let long = "- paragraph: Power by the sea, wind and other things";
        assert_eq!(of("paragraph \"Power by the sea, wi…\"", "- paragraph: Sea", long), 1);
        assert_eq!(of("paragraph \"Power by the lake…\"", "- paragraph: Sea", long), 0);
    }

    #[test]
    fn a_dialog_shows_what_reads_otherwise_and_a_button_does_not() {
        let of = |name: &str| {
            let lines = [("- cell \"a\"", "- cell \"b\""), ("- cell \"c\"", "- cell \"d\"")];
            let changes = lines.map(|(was, is)| {
                testing::change(Some(FacetKind::Aria), Thing::Line, Some(was), Some(is))
            });
            let changes = changes.to_vec();
            let tree = FacetChange { changes, ..FacetChange::of(FacetKind::Aria) };
            let shown = picture(&[(&[name], "it looks different")]);
            joined(edges, &[page("/", vec![tree, shown])]).len()
        };
        assert_eq!((of("dialog"), of("button")), (1, 0));
    }

    /// The position of the node that says this.
    fn node_of(evidence: &Evidence<'_>, said: &str) -> usize {
        let is_it =
            |it: &crate::cause::evidence::Node<'_>| it.change().after.as_deref() == Some(said);
        evidence.nodes.iter().position(is_it).expect("it is there")
    }
}

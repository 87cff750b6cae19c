//! A step that failed follows from what was lost, renamed or wrong before it: the first that explains
//! it, and never more than one, because a failed step must not tie two causes together.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::Rule;
use crate::cause::node::quoted_names;
use crate::cause::{Edge, Evidence};
use crate::model::address::page_at;
use crate::model::change::{Change, without_numbers};
use crate::model::finding::DiffTag;
use crate::model::thing::{Node, Thing};
use crate::model::{Difference, FacetKind};

pub(super) const RULE: Rule = Rule { id: "failure", edges };

const BECAUSE: &str = "a step fails for want of it";
const ELSEWHERE: &str = "the page is another one than a step before expects";
const AFTER: &str = "the page is another one than the check behind it expects";
const SAME: &str = "a step before fails for want of the same";
const BESIDE: &str = "a step before fails on the same page";

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let known = Known::of(evidence);
    let failing = (0..evidence.nodes.len()).filter(|it| evidence.nodes[*it].facet().is_none());
    failing
        .filter_map(|node| {
            let change = evidence.nodes[node].change();
            let into = came(evidence, node).or_else(|| known.lost(evidence, node));
            let into = into.or_else(|| known.renamed(evidence, change));
            let into = into.or_else(|| wrong_already(evidence, node));
            let into = into.or_else(|| known.counted(evidence, node));
            let into = into.or_else(|| known.fewer_words(evidence, node));
            let into = into.map(|it| Edge::follows(it, node, BECAUSE));
            let into = into.or_else(|| said_elsewhere(evidence, node));
            into.or_else(|| failed_before(evidence, node))
        })
        .collect()
}

/// The step that fails before it on the same page, wherever it fails. It follows where that one says
/// that the page is another one, or looks for the same thing; else a page may have two faults.
fn failed_before(evidence: &Evidence<'_>, failing: usize) -> Option<Edge> {
    let before = |spot: usize| {
        let page = page_at(&evidence.spots[spot].difference.place);
        let own = evidence.of_attempt(spot).iter().copied();
        own.filter(move |it| {
            evidence.is_failure(*it)
                && evidence.step(*it) < evidence.step(spot)
                && page_at(&evidence.spots[*it].difference.place) == page
        })
    };
    let wherever = |node: usize| {
        let fails_at = |spot: usize| evidence.at[spot].contains(&node);
        evidence.only_where(failing, |spot| before(spot).any(fails_at))
    };
    let expected = |node: usize| evidence.nodes[node].change().before.as_deref().unwrap_or("");
    let names = quoted_names(expected(failing));
    let first = evidence.nodes[failing].sightings[0].spot;
    let earlier = before(first).flat_map(|it| evidence.at[it].iter().copied());
    let edges = earlier.filter(|it| wherever(*it)).map(|node| {
        let is_same = || quoted_names(expected(node)).iter().any(|it| names.contains(it));
        match expected(node) {
            it if it.starts_with("URL ") => Edge::follows(node, failing, ELSEWHERE),
            _ if is_same() => Edge::follows(node, failing, SAME),
            _ => Edge::weak(node, failing, BESIDE),
        }
    });
    edges.max_by_key(|it| (it.strength, Reverse(it.from)))
}

/// The check right behind it, on the same page, that finds another URL than it expects: what the step
/// looks for is on the page that should have been there by then.
fn said_elsewhere(evidence: &Evidence<'_>, failing: usize) -> Option<Edge> {
    let next = |spot: usize| {
        let place = evidence.spots[spot].difference.place.as_str();
        let own = evidence.of_attempt(spot).iter().copied();
        own.filter(move |it| {
            evidence.is_failure(*it)
                && evidence.step(*it) == evidence.step(spot) + 1
                && !place.is_empty()
                && evidence.spots[*it].difference.place == place
        })
    };
    let is_url = |node: &usize| {
        let expected = evidence.nodes[*node].change().before.as_deref();
        expected.is_some_and(|it| it.starts_with("URL "))
    };
    let wherever = |node: &usize| {
        let says = |spot: usize| evidence.at[spot].contains(node);
        evidence.only_where(failing, |spot| next(spot).any(says))
    };
    let first = evidence.nodes[failing].sightings[0].spot;
    let mut all = next(first).flat_map(|it| evidence.at[it].iter().copied());
    let found = all.find(|it| *it != failing && is_url(it) && wherever(it));
    found.filter(|_| !is_url(&failing)).map(|it| Edge::follows(it, failing, AFTER))
}

/// What came that a step expects not to be there, before it or on its page.
fn came(evidence: &Evidence<'_>, failing: usize) -> Option<usize> {
    let expected = evidence.nodes[failing].change().before.as_deref()?.strip_prefix("no ")?;
    let names = quoted_names(expected);
    let mentions = |it: &Option<String>| {
        it.as_deref().is_some_and(|line| names.iter().any(|it| line.contains(it.trim_matches('"'))))
    };
    evidence.nodes[failing].spots().find_map(|failed| {
        let at = &evidence.spots[failed].difference;
        let own = evidence.of_attempt(failed).iter().copied();
        let mut near = own.filter(|it| {
            let seen = &evidence.spots[*it].difference;
            !evidence.is_failure(*it)
                && (evidence.step(*it) <= at.step || page_at(&seen.place) == page_at(&at.place))
        });
        near.find_map(|spot| {
            let new = |it: &(usize, &Change)| {
                it.1.facet == Some(FacetKind::Aria)
                    && mentions(&it.1.after)
                    && !mentions(&it.1.before)
            };
            evidence.seen_at(spot).find(new).map(|it| it.0)
        })
    })
}

/// Changes by the names that they lost, so that a night of many failures is not quadratic.
struct Known<'a> {
    /// By a name in quotes: the nodes of which a line that is gone has it.
    lost: HashMap<String, Vec<usize>>,
    /// Of renamed things of the tree: role and old name, with the new name.
    renamed: HashMap<String, Vec<(usize, String)>>,
    /// Things of the tree that have other words, by the path of a spot.
    told: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Known<'a> {
    fn of(evidence: &Evidence<'a>) -> Self {
        let mut known =
            Self { lost: HashMap::new(), renamed: HashMap::new(), told: HashMap::new() };
        for (index, node) in evidence.nodes.iter().enumerate() {
            let Some(facet) = node.facet() else { continue };
            for sighting in &node.sightings {
                for name in sighting.change.before.iter().flat_map(|it| quoted_names(it)) {
                    let own = known.lost.entry(name).or_default();
                    if own.last() != Some(&index) {
                        own.push(index);
                    }
                }
                let paired = sighting.change.before.is_some() && sighting.change.after.is_some();
                if facet == FacetKind::Aria && paired {
                    let own = known.told.entry(evidence.path(sighting.spot)).or_default();
                    if own.last() != Some(&index) {
                        own.push(index);
                    }
                }
            }
            if let (FacetKind::Aria, Some(old), Some(new)) =
                (facet, &node.change().before, &node.change().after)
            {
                let (was, is) = (Node::read(old), Node::read(new));
                if let (Some(a), Some(b)) = (was.name, is.name)
                    && a != b
                {
                    let key = format!("{} \"{a}\"", was.role);
                    known.renamed.entry(key).or_default().push((index, format!("\"{b}\"")));
                }
            }
        }
        known
    }

    /// The change that lost, earlier in the scenario or at the same place, what a failed step looks
    /// for. What a change says is gone comes before what a replaced page had.
    fn lost(&self, evidence: &Evidence<'_>, failing: usize) -> Option<usize> {
        let expected = evidence.nodes[failing].sightings.iter();
        let names: BTreeSet<String> = expected
            .flat_map(|it| it.change.before.iter().flat_map(|it| quoted_names(it)))
            .flat_map(|it| in_selector(&it).into_iter().chain([it]))
            .collect();
        let near = |node: usize| {
            if is_everywhere(evidence, node) {
                return true;
            }
            evidence.nodes[failing].spots().any(|failed| {
                let at = &evidence.spots[failed].difference;
                evidence.nodes[node].spots().any(|spot| {
                    let seen = &evidence.spots[spot].difference;
                    (seen.scenario == at.scenario && seen.step <= at.step)
                        || (!at.place.is_empty() && evidence.path(spot) == evidence.path(failed))
                })
            })
        };
        let holders = names.iter().filter_map(|it| self.lost.get(it)).flatten().copied();
        let said = holders.filter(|it| near(*it)).min_by_key(|it| nearness(evidence, failing, *it));
        // What the step came near to, and cannot be seen any more.
        let hidden: BTreeSet<String> = evidence.nodes[failing]
            .sightings
            .iter()
            .filter_map(|it| it.change.after.as_deref())
            .filter_map(|it| it.split("; hidden now: ").next())
            .flat_map(|it| it.split(", ").filter(|it| it.contains("(hidden)")))
            .flat_map(quoted_names)
            .collect();
        let lost = hidden.iter().filter_map(|it| self.lost.get(it)).flatten().copied();
        let hidden = lost.filter(|it| near(*it)).min_by_key(|it| nearness(evidence, failing, *it));
        said.or(hidden).or_else(|| gone_with_the_page(evidence, failing, &names))
    }

    /// The thing that a failed step looks for got another name, wherever that was seen, and the step
    /// found that name instead.
    fn renamed(&self, evidence: &Evidence<'_>, failed: &Change) -> Option<usize> {
        let (expected, actual) = (failed.before.as_deref()?, failed.after.as_deref()?);
        let wanted = quoted_names(expected).into_iter().filter_map(|name| {
            let role = expected.split(&name).next().and_then(|it| it.split_whitespace().last());
            role.map(|role| format!("{role} {name}"))
        });
        let holders = wanted.filter_map(|it| self.renamed.get(&it)).flatten();
        let found = holders.filter(|(_, is)| actual.contains(is.as_str())).map(|it| it.0);
        found.min_by(|a, b| evidence.nodes[*a].identity.cmp(&evidence.nodes[*b].identity))
    }

    /// What counts otherwise what the step counts, or of which a part is what the step looks for.
    fn counted(&self, evidence: &Evidence<'_>, failing: usize) -> Option<usize> {
        let first = evidence.nodes[failing].sightings.first()?;
        let place = evidence.path(first.spot);
        let near = self.told.get(place).into_iter().flatten().copied();
        let mut all = near.filter(|node| {
            evidence.nodes[failing].sightings.iter().all(|failed| {
                let at = &evidence.spots[failed.spot].difference;
                evidence.nodes[*node].sightings.iter().any(|seen| {
                    tells(seen.change, &evidence.spots[seen.spot].difference, at, failed.change)
                })
            })
        });
        all.next()
    }

    /// What says fewer words on the page of the step, in the same attempt, where a word that it lost
    /// stands in what the step looks for.
    fn fewer_words(&self, evidence: &Evidence<'_>, failing: usize) -> Option<usize> {
        let expected = evidence.nodes[failing].change().before.as_deref()?;
        if expected.starts_with("no ") {
            return None;
        }
        let names = quoted_names(expected);
        let wanted: BTreeSet<String> = names.iter().flat_map(|it| words(it)).collect();
        let first = evidence.nodes[failing].sightings[0].spot;
        let near = self.told.get(evidence.path(first)).into_iter().flatten().copied();
        let mut all = near.filter(|node| {
            let change = evidence.nodes[*node].change();
            let beside = |failed: usize| {
                let mut own = evidence.nodes[*node].spots();
                own.any(|seen| {
                    evidence.of_attempt(failed).contains(&seen)
                        && evidence.path(seen) == evidence.path(failed)
                })
            };
            lost_words(change).iter().any(|it| wanted.contains(it))
                && evidence.only_where(failing, beside)
        });
        all.next()
    }
}

/// The words of a text, in small letters.
fn words(text: &str) -> impl Iterator<Item = String> {
    let all = text.split(|it: char| !it.is_alphanumeric());
    all.filter(|it| !it.is_empty()).map(str::to_lowercase)
}

/// The words, long enough to be known again, that a thing says no longer where it says nothing else
/// instead.
fn lost_words(change: &Change) -> BTreeSet<String> {
    const TELLING: usize = 5;
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return BTreeSet::new() };
    let (was, is) = (Node::read(old), Node::read(new));
    let (Some(had), Some(has)) = (was.words(), is.words()) else { return BTreeSet::new() };
    let (had, has): (BTreeSet<String>, BTreeSet<String>) =
        (words(had).collect(), words(has).collect());
    if was.role != is.role || !has.is_subset(&had) {
        return BTreeSet::new();
    }
    let telling = |it: &&String| it.len() >= TELLING && it.chars().all(char::is_alphabetic);
    had.difference(&has).filter(telling).cloned().collect()
}

/// The words of a CSS selector, in quotes: an id mostly holds the name of its thing.
fn in_selector(name: &str) -> Vec<String> {
    const TELLING: usize = 4;
    let selector = name.trim_matches('"');
    if !selector.contains(['#', '.', '[']) || selector.contains(' ') {
        return Vec::new();
    }
    let words = selector.split(|it: char| !it.is_alphabetic()).filter(|it| it.len() >= TELLING);
    words.map(|it| format!("\"{it}\"")).collect()
}

/// Orders what could explain a failure: in the same attempt and nearest before it first.
fn nearness(evidence: &Evidence<'_>, failing: usize, node: usize) -> (bool, u32, usize) {
    let distances = evidence.nodes[failing].spots().flat_map(|failed| {
        let at = &evidence.spots[failed].difference;
        evidence.nodes[node].spots().filter_map(move |spot| {
            let seen = &evidence.spots[spot].difference;
            let same = (&seen.scenario, seen.attempt) == (&at.scenario, at.attempt);
            (same && seen.step <= at.step).then(|| at.step - seen.step)
        })
    });
    let nearest = distances.min();
    (nearest.is_none(), nearest.unwrap_or_default(), node)
}

/// Whether a change is seen on so many pages that it may be on every page.
fn is_everywhere(evidence: &Evidence<'_>, node: usize) -> bool {
    const MANY: usize = 3;
    let own = evidence.nodes[node].spots().map(|it| evidence.path(it));
    own.filter(|it| it.starts_with('/')).collect::<BTreeSet<&str>>().len() >= MANY
}

/// What is shown instead of a page that had the thing.
fn gone_with_the_page(
    evidence: &Evidence<'_>,
    failing: usize,
    names: &BTreeSet<String>,
) -> Option<usize> {
    const TELLING: usize = 4;
    let words = names.iter().map(|it| it.trim_matches('"'));
    let words: Vec<&str> = words.filter(|it| it.len() >= TELLING).collect();
    let mentions = |line: &str| words.iter().any(|it| line.contains(it));
    evidence.nodes[failing].spots().find_map(|failed| {
        let at = &evidence.spots[failed].difference;
        let own = evidence.of_attempt(failed).iter().copied();
        let earlier = own.filter(|spot| *spot != failed && evidence.step(*spot) <= at.step);
        let there = evidence.places.get(at.place.as_str()).into_iter().flatten().copied();
        let mut all = earlier.chain(there).filter(|spot| {
            let facets = evidence.spots[*spot].difference.facets.iter();
            let mut lines = facets.flat_map(|it| &it.diff).filter(|it| it.tag == DiffTag::Removed);
            !evidence.is_failure(*spot) && lines.any(|line| mentions(&line.text()))
        });
        all.find_map(|spot| {
            let lost = evidence.seen_at(spot).find(|(_, it)| {
                let said = |it: &Option<String>| it.as_deref().is_some_and(mentions);
                said(&it.before) && !said(&it.after)
            });
            lost.map(|it| it.0).or_else(|| evidence.at[spot].first().copied())
        })
    })
}

/// What the step stands on is wrong: another page, or another screen, before it; a page that answers
/// with another status, also where that is seen right behind it; or the same command ended otherwise
/// where that is compared.
fn wrong_already(evidence: &Evidence<'_>, failing: usize) -> Option<usize> {
    let mut found = BTreeSet::new();
    for failed in evidence.nodes[failing].spots() {
        let at = &evidence.spots[failed].difference;
        let ends = at.facets[0].actual.starts_with("exit ");
        let there = evidence.places.get(at.place.as_str()).into_iter().flatten().copied();
        let mut near = there.filter(|spot| !evidence.is_failure(*spot)).filter_map(|spot| {
            let seen = &evidence.spots[spot].difference;
            let same = (&seen.scenario, seen.attempt) == (&at.scenario, at.attempt);
            let earlier = same && seen.step <= at.step;
            let of = |kind: FacetKind| {
                evidence.seen_at(spot).find(|it| it.1.facet == Some(kind)).map(|it| it.0)
            };
            let replaced = (earlier && !evidence.spots[spot].replaced.is_empty())
                .then(|| replaced_at(evidence, spot))
                .flatten();
            // A step that looks for something on a screen where other words stand.
            let words = || {
                let mut lines = evidence.seen_at(spot).filter(|(_, it)| {
                    it.facet == Some(FacetKind::Screen) && it.thing == Thing::Line
                });
                lines.next().map(|it| it.0)
            };
            let looks_for = !quoted_names(&at.facets[0].expected).is_empty();
            let screen = || words().filter(|_| earlier && looks_for);
            let answer = || status(evidence, spot).filter(|_| same && seen.step <= at.step + 1);
            let exit = || of(FacetKind::Exit).filter(|_| ends);
            replaced.or_else(answer).or_else(screen).or_else(exit)
        });
        found.insert(near.next()?);
    }
    found.first().copied()
}

/// The first node of a spot that is seen only where something is shown instead.
fn replaced_at(evidence: &Evidence<'_>, spot: usize) -> Option<usize> {
    let replaced = |it: usize| !evidence.spots[it].replaced.is_empty();
    evidence.at[spot].iter().copied().find(|node| evidence.only_where(*node, replaced))
}

/// The node that says that a page answers with another status.
fn status(evidence: &Evidence<'_>, spot: usize) -> Option<usize> {
    let is_status =
        |line: &Option<String>| line.as_deref().is_some_and(|it| it.starts_with("status: "));
    let mut pages = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Page));
    pages.find(|it| is_status(&it.1.after)).map(|it| it.0)
}

/// Whether a change says what a failed step says: it counts otherwise what the step counts, or what
/// it changed is a part of what the step looks for.
fn tells(change: &Change, seen: &Difference, failed: &Difference, step: &Change) -> bool {
    const TELLING: usize = 5;
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return false };
    let (was, is) = (Node::read(old), Node::read(new));
    let (Some(had), Some(has)) = (was.words(), is.words()) else { return false };
    if was.role != is.role || page_at(&seen.place) != page_at(&failed.place) {
        return false;
    }
    let counted = format!("{} \"{}\"", was.role, without_numbers(had));
    let says = |it: &str| without_numbers(it).contains(&counted);
    let counts = without_numbers(had) == without_numbers(has) && had != has && had.len() >= TELLING;
    let expected = step.before.as_deref().unwrap_or_default();
    let actual = step.after.as_deref().unwrap_or_default();
    let part = seen.scenario == failed.scenario
        && seen.step <= failed.step
        && had.len() >= TELLING
        && quoted_names(expected)
            .iter()
            .map(|it| without_numbers(it))
            .any(|it| it.contains(&without_numbers(had)) && !it.contains(&without_numbers(has)));
    // What the step came near to may have another role.
    let name = format!("\"{}\"", without_numbers(had));
    let near = without_numbers(actual).contains(&name);
    (counts && says(expected) && near) || part
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    fn spot(scenario: &str, place: &str, facet: Option<FacetKind>, change: Change) -> Located {
        let facets =
            vec![FacetChange { facet, changes: vec![change], ..FacetChange::of(FacetKind::Aria) }];
        let mut spot = testing::located(scenario, place, facets);
        spot.difference.checkpoint = facet.map(|_| "page".to_owned());
        spot
    }

    fn gone(place: &str) -> Located {
        let aria = Some(FacetKind::Aria);
        let change = testing::change(aria, Thing::Line, Some("- link \"crew\""), None);
        spot("look", place, aria, change)
    }

    fn failed(place: &str) -> Located {
        let change =
            testing::change(None, Thing::Line, Some("link \"crew\""), Some("no such link"));
        spot("ask", place, None, change)
    }

    #[test]
    fn a_step_fails_for_want_of_what_is_gone_there_or_from_every_page_and_not_for_another_pages() {
        let follows = vec![("- link \"crew\"".to_owned(), "no such link".to_owned())];
        assert_eq!(joined(edges, &[gone("/a"), gone("/b"), gone("/c"), failed("/query")]), follows);
        assert_eq!(joined(edges, &[gone("/a"), gone("/b"), failed("/query")]), []);
        assert_eq!(joined(edges, &[gone("/query?of=1"), failed("/query")]), follows);
    }

    #[test]
    fn a_step_follows_from_one_before_it_that_says_the_page_is_another_or_looks_for_the_same() {
        let step = |number: u32, expected: &str, place: &str| {
            let change = testing::change(None, Thing::Step, Some(expected), Some(expected));
            let mut failed = spot("ask", place, None, change);
            failed.difference.step = number;
            failed
        };
        let fill = "textbox \"Name\"";
        let after = |expected: &str, place: &str| {
            joined(edges, &[step(3, expected, "/login"), step(4, fill, place)])
        };
        let follows = |expected: &str| vec![(expected.to_owned(), fill.to_owned())];
        let url = "URL \"/settings\"";
        assert_eq!(after(url, "/login?next=1"), follows(url));
        assert_eq!(after(url, "/crew"), []);
        let same = "text in textbox \"Name\"";
        assert_eq!(after(same, "/login"), follows(same));
        assert_eq!(after("text \"12 rows\"", "/login"), []);
    }

    #[test]
    fn a_step_follows_from_the_check_of_the_url_right_behind_it_and_from_no_later_one() {
        let step = |number: u32, expected: &str, place: &str| {
            let change = testing::change(None, Thing::Step, Some(expected), Some(expected));
            let mut failed = spot("ask", place, None, change);
            failed.difference.step = number;
            failed
        };
        let (seen, url) = ("button \"Sign out\"", "URL \"/settings\"");
        let of = |number: u32, place: &str| {
            joined(edges, &[step(6, seen, "/login?next=1"), step(number, url, place)])
        };
        assert_eq!(of(7, "/login?next=1"), vec![(url.to_owned(), seen.to_owned())]);
        assert_eq!(of(8, "/login?next=1"), [], "something was done between them");
        assert_eq!(of(7, "/login"), [], "that is another page");
    }

    #[test]
    fn a_step_fails_on_a_page_that_answers_otherwise_also_where_that_is_seen_right_behind_it() {
        let of = |line: &str, step: u32| {
            let page = Some(FacetKind::Page);
            let (key, _) = line.split_once(": ").expect("it has a key");
            let was = format!("{key}: 422");
            let change = testing::change(page, Thing::Line, Some(&was), Some(line));
            let mut seen = spot("buy", "/thanks", page, change);
            seen.difference.step = step;
            let alert = Some("alert, visible");
            let change = testing::change(None, Thing::Step, alert, Some("no such alert"));
            let mut failed = spot("buy", "/thanks", None, change);
            failed.difference.step = 13;
            failed.difference.facets[0].expected = "alert, visible".to_owned();
            joined(edges, &[failed, seen]).len()
        };
        assert_eq!((of("status: 200", 14), of("status: 200", 12)), (1, 1));
        assert_eq!(of("status: 200", 15), 0, "the page may be another one by then");
        assert_eq!(of("title: 200", 14), 0);
    }

    #[test]
    fn a_step_looks_for_a_word_that_its_page_lost_and_not_for_one_that_became_another() {
        let of = |is: &str, expected: &str, place: &str| {
            let aria = Some(FacetKind::Aria);
            let was = "- listitem: Order 9 (urgent)";
            let change = testing::change(aria, Thing::Line, Some(was), Some(is));
            let lost = spot("mark", "/board", aria, change);
            let change = testing::change(None, Thing::Step, Some(expected), Some("no such text"));
            joined(edges, &[lost, spot("mark", place, None, change)]).len()
        };
        let (fewer, urgent) = ("- listitem: Order 9", "text \"It is urgent.\"");
        assert_eq!(of(fewer, urgent, "/board"), 1);
        assert_eq!(of(fewer, "text \"2 marked\"", "/board"), 0);
        assert_eq!(of(fewer, urgent, "/wishes"), 0);
        assert_eq!(of("- listitem: Order 9 (late)", urgent, "/board"), 0);
    }
}

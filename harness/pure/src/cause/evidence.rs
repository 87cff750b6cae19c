//! [`Evidence`]: what rules look at: the places at which something changed, and the changes, each
//! once however often it was seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Class;
use crate::model::FacetKind;
use crate::model::address::page_at;
use crate::model::change::{Change, Identity};
use crate::model::comparison::Located;
use crate::model::plan::WATCH_CHECKPOINT;

/// One change at one of its places.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// The position of the spot.
    pub spot: usize,
    /// The change as it stands there.
    pub change: &'a Change,
}

/// One change, wherever it was seen and is set apart by the same.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    /// What makes it the same.
    pub identity: Identity,
    /// Where it was seen, in the order of the spots; at least once.
    pub sightings: Vec<Sighting<'a>>,
    /// What sets it apart.
    pub class: Class,
}

impl<'a> Node<'a> {
    /// The change as it was seen first.
    #[must_use]
    pub fn change(&self) -> &'a Change {
        self.sightings[0].change
    }

    /// The facet that it stands in.
    #[must_use]
    pub fn facet(&self) -> Option<FacetKind> {
        self.change().facet
    }

    /// The positions of its spots, in order, each once.
    pub fn spots(&self) -> impl Iterator<Item = usize> + '_ {
        let mut last = None;
        self.sightings
            .iter()
            .map(|it| it.spot)
            .filter(move |spot| last.replace(*spot) != Some(*spot))
    }
}

/// All that changed in a night.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// Where something changed: a checkpoint, a failed step, a step at which a watch saw something.
    pub spots: &'a [Located],
    /// What changed, ordered by identity.
    pub nodes: Vec<Node<'a>>,
    /// The nodes of each spot, in order.
    pub at: Vec<Vec<usize>>,
    /// The spots of each attempt of a scenario, in the order of their steps.
    pub attempts: HashMap<(&'a str, u32), Vec<usize>>,
    /// The spots at each place.
    pub places: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Evidence<'a> {
    /// Sorts what was seen.
    #[must_use]
    pub fn of(spots: &'a [Located], class: &dyn Fn(&Located, &Change) -> Class) -> Self {
        let mut found: BTreeMap<(Identity, Class), Vec<Sighting<'a>>> = BTreeMap::new();
        for (spot, located) in spots.iter().enumerate() {
            for change in located.difference.facets.iter().flat_map(|it| &it.changes) {
                let key = (change.identity(), class(located, change));
                found.entry(key).or_default().push(Sighting { spot, change });
            }
        }
        let nodes: Vec<Node<'a>> = found
            .into_iter()
            .map(|((identity, class), sightings)| Node { identity, sightings, class })
            .collect();
        let mut at = vec![Vec::new(); spots.len()];
        for (index, node) in nodes.iter().enumerate() {
            node.spots().for_each(|spot| at[spot].push(index));
        }
        let (mut attempts, mut places) = (HashMap::new(), HashMap::new());
        for (index, located) in spots.iter().enumerate() {
            let at = &located.difference;
            let attempt: &mut Vec<usize> =
                attempts.entry((at.scenario.as_str(), at.attempt)).or_default();
            attempt.push(index);
            if !at.place.is_empty() {
                let place: &mut Vec<usize> = places.entry(at.place.as_str()).or_default();
                place.push(index);
            }
        }
        for own in attempts.values_mut() {
            own.sort_by_key(|spot| (spots[*spot].difference.step, *spot));
        }
        Self { spots, nodes, at, attempts, places }
    }

    /// The nodes of a spot with the changes as they stand there.
    pub fn seen_at(&self, spot: usize) -> impl Iterator<Item = (usize, &'a Change)> + '_ {
        self.at[spot].iter().flat_map(move |index| {
            let own = self.nodes[*index].sightings.iter().filter(move |it| it.spot == spot);
            own.map(move |it| (*index, it.change))
        })
    }

    /// The lines that came or went side by side in what a command printed or wrote.
    #[must_use]
    pub fn blocks(&self, spot: usize) -> Vec<Vec<(usize, &'a Change)>> {
        let side = |change: &Change| match (change.old_lines.first(), change.new_lines.first()) {
            _ if change.before.is_some() && change.after.is_some() => None,
            (Some(line), None) => Some((change.facet, false, *line)),
            (None, Some(line)) => Some((change.facet, true, *line)),
            // A record that went knows where it would stand.
            (Some(line), Some(_)) => Some((change.facet, change.before.is_none(), *line)),
            (None, None) => None,
        };
        let printed = self
            .seen_at(spot)
            .filter(|it| matches!(it.1.facet, Some(FacetKind::Stdout | FacetKind::Files)));
        let mut all: Vec<_> = printed.filter_map(|it| Some((side(it.1)?, it))).collect();
        all.sort_by_key(|it| (it.0, it.1.0));
        let mut blocks: Vec<Vec<(usize, &Change)>> = Vec::new();
        let mut last = None;
        for ((facet, new, line), it) in all {
            let is_next = last.is_some_and(|(of, side, at)| {
                (of, side) == (facet, new) && line.saturating_sub(at) <= 1
            });
            match blocks.last_mut().filter(|_| is_next) {
                Some(own) => own.push(it),
                None => blocks.push(vec![it]),
            }
            last = Some((facet, new, line));
        }
        blocks
    }

    /// Whether a spot is a step that failed.
    #[must_use]
    pub fn is_failure(&self, spot: usize) -> bool {
        self.spots[spot].difference.checkpoint.is_none()
    }

    /// Whether a spot is what a watch saw.
    #[must_use]
    pub fn is_watch(&self, spot: usize) -> bool {
        self.spots[spot].difference.checkpoint.as_deref() == Some(WATCH_CHECKPOINT)
    }

    /// The page, by its address without query and fragment but with the route of its script
    /// (`/#/orders`); or the command line.
    #[must_use]
    pub fn path(&self, spot: usize) -> &'a str {
        let place = self.spots[spot].difference.place.as_str();
        if place.starts_with('/') { page_at(place) } else { place }
    }

    /// The path that the server was asked for; or the command line.
    #[must_use]
    pub fn document(&self, spot: usize) -> &'a str {
        let path = self.path(spot);
        if path.starts_with('/') { path.split('#').next().unwrap_or(path) } else { path }
    }

    /// The path of a page, or a program with its subcommands and without what it is given.
    #[must_use]
    pub fn called(&self, spot: usize) -> String {
        let path = self.path(spot);
        if path.starts_with('/') {
            return path.to_owned();
        }
        let is_word =
            |it: &&str| it.chars().all(|it| it.is_alphabetic() || matches!(it, '-' | '_'));
        let words = path.split_whitespace().skip_while(|it| it.contains('='));
        let subcommand =
            |(at, it): &(usize, &str)| *at == 0 || (!it.starts_with('-') && is_word(it));
        words.enumerate().take_while(subcommand).map(|it| it.1).collect::<Vec<_>>().join(" ")
    }

    /// The program of a command, or the path of the address that it asks for; the path of a page.
    #[must_use]
    pub fn program(&self, spot: usize) -> &'a str {
        let path = self.path(spot);
        if path.starts_with('/') {
            return path;
        }
        let words = || path.split_whitespace().map(|it| it.trim_matches(['\'', '"']));
        let address = words().find_map(|it| it.split_once("://")).map(|it| it.1);
        let address = address.map(|it| &it[it.find('/').unwrap_or(it.len())..]);
        let address = address.map(|it| it.split(['?', '#']).next().unwrap_or(it));
        let called = || words().find(|it| !it.contains('='));
        address.or_else(called).unwrap_or(path)
    }

    /// The first word that a program is given and that is no option, value or path: its subcommand,
    /// where it has some.
    #[must_use]
    pub fn subcommand(&self, spot: usize) -> Option<&'a str> {
        let words = self.path(spot).split_whitespace().skip_while(|it| it.contains('='));
        let given = words.skip(1).find(|it| !it.starts_with('-'))?;
        let is_word = given.chars().all(|it| it.is_alphabetic() || matches!(it, '-' | '_'));
        is_word.then_some(given)
    }

    /// The spots of the same attempt, in the order of their steps.
    #[must_use]
    pub fn of_attempt(&self, spot: usize) -> &[usize] {
        let at = &self.spots[spot].difference;
        self.attempts.get(&(at.scenario.as_str(), at.attempt)).map_or(&[], Vec::as_slice)
    }

    /// The step of a spot.
    #[must_use]
    pub fn step(&self, spot: usize) -> u32 {
        self.spots[spot].difference.step
    }

    /// The scenarios of a node.
    #[must_use]
    pub fn scenarios(&self, node: usize) -> BTreeSet<&'a str> {
        let spots = self.nodes[node].spots();
        spots.map(|spot| self.spots[spot].difference.scenario.as_str()).collect()
    }

    /// Whether a node is seen at no spot but those for which `holds` is true: a consequence never
    /// occurs without its cause.
    pub fn only_where(&self, node: usize, holds: impl Fn(usize) -> bool) -> bool {
        self.nodes[node].spots().all(holds)
    }
}

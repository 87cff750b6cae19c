//! [`draw`]: which faults meet in which night, by a fixed seed, over all classes.
//!
//! The first fault of a night goes through the classes in turn. Of the nights every other one
//! collides: its next fault shows in a scenario in which the first shows too, or is at its place,
//! for where nothing meets nothing can be hidden. Half of the nights have one of their faults
//! suppressed, accepted or known before, in turn.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// How many nights have two faults, and how many three.
pub const NIGHTS: [(usize, usize); 2] = [(2, 300), (3, 100)];
/// Another seed draws other nights.
const SEED: u64 = 0x5eed_0022;
/// How often a draw that was there before is repeated.
const TRIES: usize = 200;

/// What was decided on a fault before the night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// All its changes are suppressed.
    Suppressed,
    /// What it changes is accepted.
    Accepted,
    /// The night before had it.
    Known,
}

impl Treatment {
    pub const ALL: [Self; 3] = [Self::Suppressed, Self::Accepted, Self::Known];

    pub fn word(self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::Accepted => "accepted",
            Self::Known => "known",
        }
    }
}

/// Faults that are on in one night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Together {
    /// What its variant is called: `pair-001`, `triple-001`.
    pub name: String,
    /// Their names.
    pub faults: Vec<String>,
    /// The scenarios that are run, by their ids in the suite.
    pub scenarios: Vec<String>,
    /// What was decided before, and on which of the faults.
    pub treated: Option<(Treatment, usize)>,
}

/// A fault that can be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub name: String,
    pub class: String,
    pub place: String,
    /// The scenarios in which it shows when it is alone.
    pub shows: Vec<String>,
}

impl Candidate {
    fn meets(&self, other: &Self) -> bool {
        self.name != other.name
            && (self.place == other.place || self.shows.iter().any(|it| other.shows.contains(it)))
    }
}

/// Draws all nights.
pub fn draw(all: &[Candidate]) -> Vec<Together> {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut classes: BTreeMap<&str, Vec<&Candidate>> = BTreeMap::new();
    for it in all {
        classes.entry(&it.class).or_default().push(it);
    }
    let classes: Vec<Vec<&Candidate>> = classes.into_values().collect();
    let (mut drawn, mut known) = (Vec::new(), BTreeSet::new());
    for (size, nights) in NIGHTS {
        for n in 0..nights {
            let mut tries = (0..TRIES).map(|_| faults(&mut random, all, &classes, (n, size)));
            let new = tries.find(|it| known.insert(sorted(it)));
            let faults = new.expect("there are more combinations than nights");
            let kind = if size == 2 { "pair" } else { "triple" };
            let treatment = (n % 2 == 1).then(|| Treatment::ALL[n / 2 % Treatment::ALL.len()]);
            drawn.push(Together {
                name: format!("{kind}-{:03}", n + 1),
                scenarios: scenarios(&mut random, &faults),
                treated: treatment.map(|it| (it, random.usize(..faults.len()))),
                faults: faults.iter().map(|it| it.name.clone()).collect(),
            });
        }
    }
    drawn
}

fn sorted(faults: &[&Candidate]) -> Vec<String> {
    let all: BTreeSet<&String> = faults.iter().map(|it| &it.name).collect();
    all.into_iter().cloned().collect()
}

/// The faults of the night with this number.
fn faults<'a>(
    random: &mut fastrand::Rng,
    all: &'a [Candidate],
    classes: &[Vec<&'a Candidate>],
    (n, size): (usize, usize),
) -> Vec<&'a Candidate> {
    // In every round through the classes another one has the night of this number.
    let own = &classes[(n + n / classes.len()) % classes.len()];
    let first = *random.choice(own).expect("a class has faults");
    let mut faults = vec![first];
    // The nights that are treated are every other one too: both go through both.
    let collides = n % 4 < 2;
    let near: Vec<&Candidate> = all.iter().filter(|it| it.meets(first)).collect();
    let mut tries = 0;
    while faults.len() < size {
        tries += 1;
        let class = random.choice(classes).expect("there are classes");
        let any = *random.choice(class).expect("a class has faults");
        let next = match random.choice(&near) {
            Some(near) if collides && tries < TRIES => *near,
            Some(_) | None => any,
        };
        if faults.iter().all(|it| it.name != next.name) {
            faults.push(next);
        }
    }
    faults
}

/// The scenarios that are run: for each fault one in which it shows, and the same for several
/// where there is one; in every third night a second one of the first fault.
fn scenarios(random: &mut fastrand::Rng, faults: &[&Candidate]) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    let shown_by =
        |scenario: &String| faults.iter().filter(|it| it.shows.contains(scenario)).count();
    for fault in faults {
        if fault.shows.iter().any(|it| chosen.contains(it)) {
            continue;
        }
        let most = fault.shows.iter().map(shown_by).max().unwrap_or(0);
        let best: Vec<&String> = fault.shows.iter().filter(|it| shown_by(it) == most).collect();
        chosen.extend(random.choice(best).cloned());
    }
    if random.u8(..3) == 0 {
        let more = faults[0].shows.iter().find(|it| !chosen.contains(it));
        chosen.extend(more.cloned());
    }
    chosen
}

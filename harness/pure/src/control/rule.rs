//! [`rule`]: what follows for one facet from how tonight, its baseline and the control stand to
//! each other. Neighbour: [`super::weigh`], which asks it of every facet that differs.

/// How two observations of one facet stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// Nothing differs that counts.
    Same,
    /// Something does.
    Differs,
    /// One of the two is not there.
    Unknown,
}

/// Three observations of one facet, two by two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    /// What tonight's build shows, and what was accepted.
    pub tonight_baseline: Pair,
    /// What the control shows, and what was accepted.
    pub control_baseline: Pair,
    /// What both builds show.
    pub tonight_control: Pair,
}

/// What a facet was judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// What was accepted.
    Baseline,
    /// What the control showed.
    Control,
    /// Both.
    Both,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// The product is as it was.
    Unchanged(By),
    /// The product does it wrong, and did it right before.
    Regressed(By),
    /// Both builds differ from the baseline alike: the world changed.
    World,
    /// Both differ from the baseline, and from each other: the world changed, and the product too.
    WorldAndRegressed,
    /// The control did it wrong, and tonight's build does it right.
    Fixed,
    /// Nothing says what is right.
    New,
}

/// What follows for one facet.
#[must_use]
pub fn rule(sides: Sides) -> Ruling {
    use Pair::{Differs, Same, Unknown};
    match (sides.tonight_baseline, sides.control_baseline, sides.tonight_control) {
        (Unknown, _, Unknown) => Ruling::New,
        (Unknown, _, Same) => Ruling::Unchanged(By::Control),
        (Unknown, _, Differs) => Ruling::Regressed(By::Control),
        (Same, Unknown, _) => Ruling::Unchanged(By::Baseline),
        (Same, Same, _) => Ruling::Unchanged(By::Both),
        (Same, Differs, _) => Ruling::Fixed,
        (Differs, Unknown, _) => Ruling::Regressed(By::Baseline),
        (Differs, Same, _) => Ruling::Regressed(By::Both),
        (Differs, Differs, Same) => Ruling::World,
        (Differs, Differs, Differs | Unknown) => Ruling::WorldAndRegressed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_baseline_control_and_tonight() {
        use Pair::{Differs, Same, Unknown};
        let table = [
            // Accepted, tonight differs, and the build before did it right a minute ago.
            ((Differs, Same, Differs), Ruling::Regressed(By::Both)),
            // Both differ from what was accepted, alike.
            ((Differs, Differs, Same), Ruling::World),
            // The control differs, and tonight is right.
            ((Same, Differs, Differs), Ruling::Fixed),
            // Nothing was accepted in this environment.
            ((Unknown, Unknown, Same), Ruling::Unchanged(By::Control)),
            ((Unknown, Unknown, Differs), Ruling::Regressed(By::Control)),
            // There is no control, or it did not come so far.
            ((Same, Unknown, Unknown), Ruling::Unchanged(By::Baseline)),
            ((Differs, Unknown, Unknown), Ruling::Regressed(By::Baseline)),
            ((Unknown, Unknown, Unknown), Ruling::New),
            // All is well.
            ((Same, Same, Same), Ruling::Unchanged(By::Both)),
            // A fault that shows beside a changed environment.
            ((Differs, Differs, Differs), Ruling::WorldAndRegressed),
        ];
        for ((tonight_baseline, control_baseline, tonight_control), ruling) in table {
            let sides = Sides { tonight_baseline, control_baseline, tonight_control };
            assert_eq!(rule(sides), ruling, "{sides:?}");
        }
    }
}

//! The keys that say how much scenarios, facets and watches count.

use super::{Key, Object, Shape, object, optional};
use crate::model::{FacetKind, Stage, WatchKind};

/// The words of the stages, the weakest first.
pub(crate) fn stages() -> Vec<&'static str> {
    Stage::ALL.map(Stage::word).to_vec()
}

/// The facets, by their words.
pub(crate) fn facets() -> Vec<&'static str> {
    FacetKind::ALL.map(FacetKind::word).to_vec()
}

/// The watches, by their words.
pub(crate) fn watches() -> Vec<&'static str> {
    WatchKind::ALL.map(WatchKind::word).to_vec()
}

const STAGE_WORD: Shape = Shape::Words(stages);
static EACH: Shape = STAGE_WORD;

/// `stage` of a scenario.
pub(super) const STAGE: Key = optional(
    "stage",
    STAGE_WORD,
    "How much it counts: `shadow` is only recorded, `advisory` is reported, `gating` decides; gating unless said.",
    "advisory",
);

/// `stage-until` of a scenario.
pub(super) const STAGE_UNTIL: Key = optional(
    "stage-until",
    Shape::Text,
    "The last day on which `stage` holds; behind it the scenario gates again.",
    "2026-12-31",
);

pub(crate) static STAGES: Object = object(
    "stages",
    "\"stages\"",
    "How much facets and watches count; what is not named gates.",
    &[
        optional("facets", Shape::NamedMap(facets, &EACH), "By facet.", "{ image: advisory }"),
        optional(
            "watches",
            Shape::NamedMap(watches, &EACH),
            "By kind of watch; the facet `events` stands for all of them.",
            "{ console-error: shadow }",
        ),
        optional(
            "moved-code",
            STAGE_WORD,
            "What only follows from where the code stands: line numbers and quoted source of stack traces, hashes of builds in names of assets, chunks, blob: addresses, class names and ids that libraries generate; advisory unless said.",
            "gating",
        ),
    ],
);

/// `stages` of the configuration.
pub(super) const STAGES_KEY: Key = optional(
    "stages",
    Shape::Object(&STAGES),
    "How much facets and watches count.",
    "{ facets: { image: advisory }, watches: { console-error: shadow } }",
);

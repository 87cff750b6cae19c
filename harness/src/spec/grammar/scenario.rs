//! The keys of scenario files.

use super::agent::BUDGET_KEY;
use super::bounds::POLICY_KEY;
use super::page::PAGE_SETTINGS;
use super::shapes::{REDACTIONS, TARGETS, TEMPLATE, TEXT, isolations};
use super::stages::{STAGE, STAGE_UNTIL};
use super::{Object, Shape, object, one_of, optional, required};

pub(crate) static FOR_EACH: Object = object(
    "for-each",
    "\"for-each\"",
    "Rows, and the field that names them.",
    &[
        required(
            "rows",
            Shape::List(&Shape::MapOf(&TEMPLATE)),
            "One scenario a row; its fields fill `${field}`.",
            "[ { country: NZ, rows: 12 } ]",
        ),
        optional(
            "key",
            Shape::Text,
            "The field that names the row; the first unless said.",
            "country",
        ),
    ],
);

pub(crate) static SCENARIO: Object = one_of(
    "scenario",
    "a scenario",
    "What a user does with the product and what must hold.",
    &[
        required(
            "scenario",
            Shape::Name,
            "The name that it is addressed by, unique in the suite.",
            "filter-orders",
        ),
        optional(
            "about",
            Shape::Template,
            "What it shows, in a sentence.",
            "A reader filters orders by country.",
        ),
        optional("tags", Shape::List(&TEXT), "Words to select it by.", "[smoke, release]"),
        optional("owner", Shape::Text, "Who answers for it.", "data-team"),
        STAGE,
        STAGE_UNTIL,
        optional(
            "product",
            Shape::Text,
            "The product that it uses; the first of the suite unless said.",
            "shop",
        ),
        optional("as", Shape::Text, "The session that its pages start from.", "ada"),
        optional(
            "exclusive",
            Shape::OneOrMany(&TEXT),
            "What no other scenario that names it may use at the same time.",
            "[mailbox]",
        ),
        optional(
            "isolate",
            Shape::Words(isolations),
            "Whether it shares the product's server (`night`) or has its own (`scenario`).",
            "scenario",
        ),
        optional(
            "data",
            Shape::Text,
            "A folder or file of the suite, laid over the product's data for it; it then has a server of its own unless `isolate: night`.",
            "fixtures/empty",
        ),
        optional(
            "browser",
            Shape::Object(&PAGE_SETTINGS),
            "What the browser pretends to be, laid over the suite's settings.",
            "{ viewport: 390x844, touch: true }",
        ),
        optional("timeout", Shape::Duration, "The longest that one attempt may take.", "5m"),
        optional(
            "retries",
            Shape::Integer,
            "How often a failed attempt is repeated in a fresh context.",
            "1",
        ),
        optional(
            "for-each",
            Shape::AnyOf(&[Shape::List(&Shape::MapOf(&TEMPLATE)), Shape::Object(&FOR_EACH)]),
            "Rows: one scenario each, `<scenario>/<row-key>`.",
            "[ { country: NZ, rows: 12 } ]",
        ),
        optional(
            "redact",
            Shape::OneOrMany(&REDACTIONS),
            "Text that is not compared in any checkpoint of it.",
            "[timestamp]",
        ),
        optional(
            "mask",
            Shape::OneOrMany(&TARGETS),
            "Regions that are not compared in any checkpoint of it.",
            "[contentinfo]",
        ),
        POLICY_KEY,
        optional(
            "before",
            Shape::Steps,
            "What is done first, such as making the data it needs.",
            "[ { run: shopctl seed } ]",
        ),
        BUDGET_KEY,
        optional("steps", Shape::Steps, "What is done, in order.", "[ { open: / } ]"),
        optional(
            "goal",
            Shape::Template,
            "Instead of `steps`: what is to be reached, in plain words, as a `do:` has them.",
            "order one kettle as a guest",
        ),
        optional(
            "start",
            Shape::Template,
            "Where the way to `goal` begins; `/` unless said.",
            "/shop",
        ),
        optional(
            "ensures",
            Shape::Steps,
            "The checks that must hold once `goal` is reached, at least one.",
            "[ { see: 'heading \"Thank you\"' } ]",
        ),
        optional(
            "at-most",
            Shape::Integer,
            "How many actions `goal` may take; 20 unless said.",
            "12",
        ),
        optional("within", Shape::Duration, "How long `goal` may take; 60s unless said.", "2m"),
        optional(
            "finally",
            Shape::Steps,
            "What is done at the end, whatever happened.",
            "[ { run: shopctl reset } ]",
        ),
    ],
    &["steps", "goal"],
);

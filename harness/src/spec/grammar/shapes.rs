//! The small shapes that several keys share: words, targets, redactions, captures, expectations.

use super::{Object, Shape, object, one_of, optional, required};
use crate::model::gesture::{DropAt, Modifier};
use crate::model::observe::FacetKind;
use crate::model::profile::OF_PAGES;
use crate::model::scenario::RedactionClass;
use crate::model::verdict::{Because, Verdict};
use crate::model::worked::Form;

/// The states that `expect: { state: … }` knows; each also with `not ` before it.
pub(crate) const STATES: [&str; 6] =
    ["checked", "disabled", "expanded", "selected", "pressed", "focused"];

/// The facets of a page and of a terminal, for both of which `snapshot` is, and what the things were
/// like that the steps used.
pub(crate) fn snapshot_facets() -> Vec<&'static str> {
    let others = [FacetKind::Screen, FacetKind::Exit, FacetKind::Recording];
    OF_PAGES.into_iter().chain(others).map(FacetKind::word).collect()
}

/// The facets of a page, which profiles are made of.
pub(crate) fn page_facets() -> Vec<&'static str> {
    OF_PAGES.map(FacetKind::word).to_vec()
}

/// The facets of a command.
pub(crate) const COMMAND_FACETS: [FacetKind; 4] =
    [FacetKind::Stdout, FacetKind::Stderr, FacetKind::Exit, FacetKind::Files];

pub(crate) fn states() -> Vec<&'static str> {
    // The negated words are spelt out because the schema lists them too.
    let negated = [
        "not checked",
        "not disabled",
        "not expanded",
        "not selected",
        "not pressed",
        "not focused",
    ];
    STATES.into_iter().chain(negated).collect()
}

pub(crate) fn image_scopes() -> Vec<&'static str> {
    vec!["viewport", "full-page"]
}

pub(crate) fn command_facets() -> Vec<&'static str> {
    COMMAND_FACETS.map(FacetKind::word).to_vec()
}

pub(crate) fn classes() -> Vec<&'static str> {
    ALL_CLASSES.iter().map(|it| it.word()).collect()
}

/// Every class, in the order of the documentation.
pub(crate) const ALL_CLASSES: [RedactionClass; 6] = [
    RedactionClass::Timestamp,
    RedactionClass::Uuid,
    RedactionClass::Duration,
    RedactionClass::Port,
    RedactionClass::TempPath,
    RedactionClass::Hash,
];

pub(crate) fn outputs() -> Vec<&'static str> {
    vec!["stdout", "stderr"]
}

pub(crate) fn accept_or_dismiss() -> Vec<&'static str> {
    vec!["accept", "dismiss"]
}

pub(crate) fn modifiers() -> Vec<&'static str> {
    Modifier::ALL.map(Modifier::word).to_vec()
}

pub(crate) fn drop_places() -> Vec<&'static str> {
    DropAt::ALL.map(DropAt::word).to_vec()
}

pub(crate) fn tabs() -> Vec<&'static str> {
    vec!["newest", "first"]
}

pub(crate) fn network_states() -> Vec<&'static str> {
    vec!["online", "offline"]
}

pub(crate) fn color_schemes() -> Vec<&'static str> {
    vec!["light", "dark"]
}

pub(crate) fn permitted() -> Vec<&'static str> {
    vec!["granted", "denied"]
}

pub(crate) fn yes_or_no() -> Vec<&'static str> {
    vec!["true", "false"]
}

pub(crate) fn input_kinds() -> Vec<&'static str> {
    vec!["text", "number", "boolean", "secret"]
}

pub(crate) fn isolations() -> Vec<&'static str> {
    vec!["night", "scenario"]
}

pub(crate) fn auto() -> Vec<&'static str> {
    vec!["auto"]
}

pub(crate) fn only_true() -> Vec<&'static str> {
    vec!["true"]
}

pub(crate) fn verdicts() -> Vec<&'static str> {
    Verdict::ALL.map(Verdict::word).to_vec()
}

/// The reasons for which a scenario could not be judged.
pub(crate) fn reasons() -> Vec<&'static str> {
    Because::ALL.map(Because::word).to_vec()
}

pub(crate) static TEMPLATE: Shape = Shape::Template;
pub(crate) static TEXT: Shape = Shape::Text;
pub(crate) static TARGETS: Shape = Shape::Target;
pub(crate) static INTEGER: Shape = Shape::Integer;
pub(crate) static STATE: Shape = Shape::Words(states);
pub(crate) static REDACTIONS: Shape = Shape::Redaction;
pub(crate) const SNAPSHOT_FACET: Shape = Shape::Words(snapshot_facets);
pub(crate) static PAGE_FACET: Shape = Shape::Words(page_facets);
pub(crate) static COMMAND_FACET: Shape = Shape::Words(command_facets);
pub(crate) static VERDICTS: Shape = Shape::Words(verdicts);

pub(crate) static IMAGE_OF: Object = object(
    "image-of",
    "\"image\"",
    "A picture of one thing.",
    &[required(
        "element",
        Shape::Target,
        "The thing that the picture shows; it is brought into view and may be larger than the viewport.",
        "'table \"Orders\"'",
    )],
);

pub(crate) static TARGET: Object = object(
    "qualified-target",
    "a qualified target",
    "A thing on a page, inside of another thing or by its number among equals.",
    &[
        required("target", Shape::Target, "What is looked for.", "'button \"Edit\"'"),
        optional("in", Shape::Target, "The thing that it is inside of.", "'row \"Ada\"'"),
        optional("nth", Shape::Integer, "Which of several, from 1 in document order.", "2"),
    ],
);

const TARGET_KEY: super::Key =
    required("target", Shape::Target, "What is looked for.", "'button \"Edit\"'");
const IN_KEY: super::Key =
    optional("in", Shape::Target, "The thing that it is inside of.", "'row \"Ada\"'");
const NTH_KEY: super::Key =
    optional("nth", Shape::Integer, "Which of several, from 1 in document order.", "2");

pub(crate) static TARGET_WITH_TEXT: Object = object(
    "target-with-text",
    "a target with its text",
    "A qualified target and the text that belongs to it.",
    &[TARGET_KEY, IN_KEY, NTH_KEY, required("is", Shape::Template, "The text.", "'Ada'")],
);

pub(crate) static TARGET_WITH_COUNT: Object = object(
    "target-with-count",
    "a target with its count",
    "A qualified target and how many there are.",
    &[TARGET_KEY, IN_KEY, NTH_KEY, required("is", Shape::Integer, "How many.", "12")],
);

pub(crate) static TARGET_WITH_STATE: Object = object(
    "target-with-state",
    "a target with its state",
    "A qualified target and the state that it is in.",
    &[
        TARGET_KEY,
        IN_KEY,
        NTH_KEY,
        required("is", Shape::Words(states), "The state.", "'not checked'"),
    ],
);

pub(crate) static REDACTION: Object = one_of(
    "redaction",
    "a redaction",
    "Text that is not compared.",
    &[
        optional(
            "pattern",
            Shape::Regex,
            "What this regex matches; its first group, where it has one.",
            "'took \\d+ms'",
        ),
        optional(
            "json",
            Shape::Pointer,
            "The value at this JSON pointer of an output that is JSON.",
            "/items/0/id",
        ),
        optional("class", Shape::Words(classes), "A named class.", "timestamp"),
    ],
    &["pattern", "json", "class"],
);

pub(crate) static PAGE_CAPTURE: Object = one_of(
    "page-capture",
    "a capture",
    "Where a value of the page is taken from.",
    &[
        optional("text", Shape::Target, "The visible text of a thing.", "'heading \"Order\"'"),
        optional("value", Shape::Target, "The value of a field.", "'textbox \"Name\"'"),
        optional(
            "attribute",
            Shape::Text,
            "The name of an attribute of the thing under `of`.",
            "href",
        ),
        optional("of", Shape::Target, "The thing that has the attribute.", "'link \"Export\"'"),
        optional(
            "url",
            Shape::AnyOf(&[Shape::Words(only_true), Shape::Regex]),
            "The page's URL: `true` for all of it, or a regex whose first group is taken.",
            "'order=(\\d+)'",
        ),
        optional("clipboard", Shape::Words(only_true), "The text on the clipboard.", "true"),
        optional(
            "matching",
            Shape::Regex,
            "With `text`: the part to take, by the first group or the whole match.",
            "'(\\d+) rows'",
        ),
        optional(
            "all",
            Shape::Words(only_true),
            "With `text`, `value` and `attribute`: of every thing that matches, a list for `for-each`, of at least one.",
            "true",
        ),
    ],
    &["text", "value", "attribute", "url", "clipboard"],
);

pub(crate) fn forms() -> Vec<&'static str> {
    Form::ALL.map(Form::word).to_vec()
}

pub(crate) static WORKED: Object = object(
    "worked",
    "a value",
    "How a value is worked out of others: a part is taken, brought into a form and looked up, in this order.",
    &[
        required("of", Shape::Template, "The text.", "'${shown}'"),
        optional(
            "matching",
            Shape::Regex,
            "The part to take, by the first group or the whole match; a text without it fails the step.",
            "'at (.*)'",
        ),
        optional(
            "as",
            Shape::Words(forms),
            "A form: `trimmed`, `lower`, `upper`, a `number` as programs write it (`1,234.50 €` is `1234.50`), or a `time` by 24 hours (`3:05 PM` is `15:05`); a text that has none fails the step.",
            "time",
        ),
        optional(
            "table",
            Shape::MapOf(&Shape::Text),
            "What stands for each value; one that is not there fails the step.",
            "{ Mon: '1', Tue: '2' }",
        ),
    ],
);

pub(crate) static COMMAND_CAPTURE: Object = one_of(
    "command-capture",
    "a capture",
    "Where a value of a command's output is taken from.",
    &[
        optional(
            "regex",
            Shape::Regex,
            "The first group of a regex, or its whole match.",
            "'id (\\d+)'",
        ),
        optional("json", Shape::Pointer, "The value at a JSON pointer.", "/id"),
        optional("line", Shape::Integer, "A line, from 1; negative counts from the end.", "1"),
        optional("lines", Shape::Words(outputs), "How many lines this output has.", "stdout"),
        optional(
            "whole",
            Shape::Words(outputs),
            "This output without its last line end.",
            "stdout",
        ),
        optional(
            "from",
            Shape::Words(outputs),
            "With `regex`, `json` and `line`: which output, stdout unless said.",
            "stderr",
        ),
        optional(
            "all",
            Shape::Words(only_true),
            "With `regex` every match, with `json` every item of an array, with `whole` every line: a list for `for-each`, of at least one.",
            "true",
        ),
    ],
    &["regex", "json", "line", "lines", "whole"],
);

pub(crate) static ATTRIBUTE: Object = one_of(
    "attribute-expectation",
    "an attribute expectation",
    "An attribute that a thing has, or has not.",
    &[
        required("target", Shape::Target, "The thing.", "'link \"Export\"'"),
        required("name", Shape::Text, "The attribute's name.", "href"),
        optional("value", Shape::Template, "What it must be.", "/orders.csv"),
        optional("absent", Shape::Words(only_true), "It must not be there.", "true"),
    ],
    &["value", "absent"],
);

pub(crate) static PAGE_EXPECTATION: Object = object(
    "page-expectation",
    "an expectation",
    "What must hold of the page, awaited up to the deadline.",
    &[
        optional("title", Shape::Template, "The document's title.", "Orders"),
        optional(
            "url",
            Shape::Template,
            "The path with its query, or the whole URL.",
            "/orders?country=NZ",
        ),
        optional(
            "count",
            Shape::TargetMap(&TARGET_WITH_COUNT, &INTEGER),
            "How many things match.",
            "{ row: 13 }",
        ),
        optional(
            "value",
            Shape::TargetMap(&TARGET_WITH_TEXT, &TEMPLATE),
            "The value of fields.",
            "{ 'textbox \"Name\"': Ada }",
        ),
        optional(
            "attribute",
            Shape::OneOrMany(&Shape::Object(&ATTRIBUTE)),
            "Attributes of things.",
            "{ target: 'link \"Export\"', name: href, value: /orders.csv }",
        ),
        optional(
            "state",
            Shape::TargetMap(&TARGET_WITH_STATE, &STATE),
            "States of things.",
            "{ 'checkbox \"All\"': checked }",
        ),
        optional("clipboard", Shape::Template, "The text on the clipboard.", "A-1042"),
    ],
);

pub(crate) static TEXT_TEST: Object = object(
    "text-test",
    "a text test",
    "Tests on an output; each takes one text or a list of them.",
    &[
        optional(
            "is",
            Shape::OneOrMany(&TEMPLATE),
            "Is this, but for white space at the end.",
            "ok",
        ),
        optional("contains", Shape::OneOrMany(&TEMPLATE), "Contains this.", "saved"),
        optional("lacks", Shape::OneOrMany(&TEMPLATE), "Does not contain this.", "error"),
        optional(
            "matches",
            Shape::OneOrMany(&Shape::Regex),
            "Matches this regex somewhere; a `${name}` in it stands for that text.",
            "'^\\d+ rows'",
        ),
    ],
);

pub(crate) static COMMAND_EXPECTATION: Object = object(
    "command-expectation",
    "an expectation",
    "What must hold of a command.",
    &[
        optional(
            "exit",
            Shape::Integer,
            "The exit code; of a signal 128 and its number. Unless said: 0, or with a snapshot what the baseline has.",
            "0",
        ),
        optional(
            "stdout",
            OUTPUT_TEST,
            "Standard output: a text that it contains, or tests.",
            "12 rows",
        ),
        optional(
            "stderr",
            OUTPUT_TEST,
            "Standard error: a text that it contains, or tests.",
            "{ is: '' }",
        ),
    ],
);

const OUTPUT_TEST: Shape = Shape::AnyOf(&[Shape::Template, Shape::Object(&TEXT_TEST)]);

/// The verdicts, and each with `+` and `-` before it.
pub(crate) fn verdicts_with_signs() -> Vec<&'static str> {
    const SIGNED: [&str; 18] = [
        "+regressed",
        "-regressed",
        "+still-failing",
        "-still-failing",
        "+flaky",
        "-flaky",
        "+inconclusive",
        "-inconclusive",
        "+drifted",
        "-drifted",
        "+new",
        "-new",
        "+fixed",
        "-fixed",
        "+unchanged",
        "-unchanged",
        "+not-run",
        "-not-run",
    ];
    verdicts().into_iter().chain(SIGNED).collect()
}

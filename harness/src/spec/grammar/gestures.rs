//! What the verbs beyond clicking and filling take: drags, scrolls, tabs, the network, programs on
//! a terminal, files, mails, conditions.

use super::shapes::{
    COMMAND_FACET, REDACTIONS, TEMPLATE, TEXT, TEXT_TEST, drop_places, modifiers, network_states,
    only_true, tabs,
};
use super::{Key, Object, Shape, object, one_of, optional, required};

pub(crate) static DRAG: Object = one_of(
    "drag",
    "\"drag\"",
    "A thing, and where it is let go.",
    &[
        required("from", Shape::Target, "What is dragged.", "'listitem \"Milk\"'"),
        optional("to", Shape::Target, "The thing on which it is let go.", "'list \"Done\"'"),
        optional("by", Shape::Template, "CSS pixels to the right and down.", "120,0"),
        optional(
            "at",
            Shape::Words(drop_places),
            "Where on the thing of `to`: in its first part (`before`), in its middle (`on`) or in its last part (`after`). Unless said, an item of the same list is met in the half that lies farther away, anything else in its middle.",
            "after",
        ),
    ],
    &["to", "by"],
);

pub(crate) static SCROLL: Object = one_of(
    "scroll",
    "\"scroll\"",
    "Where to scroll, and what.",
    &[
        optional(
            "to",
            Shape::AnyOf(&[Shape::Words(ends), Shape::Target]),
            "A thing that must come into view, or `start` or `end`.",
            "'row \"Zoe\"'",
        ),
        optional("by", Shape::Template, "CSS pixels to the right and down.", "0,400"),
        optional(
            "in",
            Shape::Target,
            "What is scrolled; unless said, what holds the thing, or the page.",
            "'grid \"Orders\"'",
        ),
    ],
    &["to", "by"],
);

pub(crate) fn ends() -> Vec<&'static str> {
    vec!["start", "end"]
}

pub(crate) static TAB: Object = one_of(
    "tab",
    "\"tab\"",
    "The tab to go on in.",
    &[
        optional("title", Shape::Template, "The one with this title.", "Invoice"),
        optional("url", Shape::Template, "The one with this path or URL.", "/invoice"),
    ],
    &["title", "url"],
);

pub(crate) const TAB_SHAPE: Shape = Shape::AnyOf(&[Shape::Words(tabs), Shape::Object(&TAB)]);

pub(crate) static SLOW: Object = object(
    "slow-network",
    "a slow network",
    "How slow the network is.",
    &[
        required("latency", Shape::Duration, "Added before every answer.", "300ms"),
        optional(
            "rate",
            Shape::Integer,
            "Kilobytes a second in each direction; without it, they are not limited.",
            "50",
        ),
    ],
);

pub(crate) const NETWORK_SHAPE: Shape =
    Shape::AnyOf(&[Shape::Words(network_states), Shape::Object(&SLOW)]);

static MODIFIER: Shape = Shape::Words(modifiers);

/// The modifiers of every click.
pub(crate) const CLICK_MODIFIERS: &[Key] = &[optional(
    "holding",
    Shape::OneOrMany(&MODIFIER),
    "The keys that are held down meanwhile.",
    "[Control]",
)];

/// The modifiers of `start`.
pub(crate) const START_MODIFIERS: &[Key] = &[
    optional("size", Shape::Text, "Columns and rows; 80x24 unless said.", "100x30"),
    optional("env", Shape::MapOf(&TEMPLATE), "Variables added to its environment.", "{ LANG: C }"),
    optional("cwd", Shape::Template, "Its folder, below the scenario's working folder.", "sub"),
];

pub(crate) static SCREEN_TEST: Object = object(
    "screen-test",
    "a test of the screen",
    "What the screen must show; each test takes one text or a list of them.",
    &[
        optional(
            "is",
            Shape::OneOrMany(&TEMPLATE),
            "Is this, but for white space at line ends.",
            "ok",
        ),
        optional("contains", Shape::OneOrMany(&TEMPLATE), "Contains this.", "Saved"),
        optional("lacks", Shape::OneOrMany(&TEMPLATE), "Does not contain this.", "Loading"),
        optional(
            "matches",
            Shape::OneOrMany(&Shape::Regex),
            "Matches this regex somewhere; a `${name}` in it stands for that text.",
            "'^\\d+ rows'",
        ),
        optional("within", Shape::Duration, "The deadline.", "5s"),
    ],
);

pub(crate) static STOP: Object = object(
    "stop",
    "\"stop\"",
    "How the program ends.",
    &[
        optional(
            "exit",
            Shape::Integer,
            "It must end by itself, with this exit code; without it, it is ended.",
            "0",
        ),
        optional("within", Shape::Duration, "The deadline.", "5s"),
    ],
);

/// What a text is tested by, alone or in a map.
pub(crate) const TEXT_TESTS: Shape = Shape::AnyOf(&[Shape::Template, Shape::Object(&TEXT_TEST)]);

static TEXT_CAPTURED: Shape = Shape::Object(&TEXT_CAPTURE);
static MAIL_CAPTURED: Shape = Shape::Object(&MAIL_CAPTURE);

const REGEX_KEY: Key = optional(
    "regex",
    Shape::Regex,
    "The first group of a regex, or its whole match.",
    "'id (\\d+)'",
);
const JSON_KEY: Key = optional("json", Shape::Pointer, "The value at a JSON pointer.", "/id");
const LINE_KEY: Key =
    optional("line", Shape::Integer, "A line, from 1; negative counts from the end.", "1");
const LINES_KEY: Key =
    optional("lines", Shape::Words(only_true), "How many lines there are.", "true");
const WHOLE_KEY: Key =
    optional("whole", Shape::Words(only_true), "All of it without its last line end.", "true");

const ALL_KEY: Key = optional(
    "all",
    Shape::Words(only_true),
    "With `regex` every match, with `json` every item of an array, with `whole` every line: a list for `for-each`, of at least one.",
    "true",
);

pub(crate) static TEXT_CAPTURE: Object = one_of(
    "text-capture",
    "a capture",
    "Where a value of a text is taken from.",
    &[REGEX_KEY, JSON_KEY, LINE_KEY, LINES_KEY, WHOLE_KEY, ALL_KEY],
    &["regex", "json", "line", "lines", "whole"],
);

pub(crate) static MAIL_CAPTURE: Object = one_of(
    "mail-capture",
    "a capture",
    "Where a value of a mail is taken from.",
    &[
        optional(
            "link",
            Shape::AnyOf(&[Shape::Words(only_true), Shape::Template]),
            "The address of the link with this text; `true` for the only link.",
            "Confirm",
        ),
        REGEX_KEY,
        JSON_KEY,
        LINE_KEY,
        LINES_KEY,
        WHOLE_KEY,
        ALL_KEY,
    ],
    &["link", "regex", "json", "line", "lines", "whole"],
);

/// The modifiers of `file`.
pub(crate) const FILE_MODIFIERS: &[Key] = &[
    optional("expect", TEXT_TESTS, "A text that it contains, or tests.", "{ contains: total }"),
    optional(
        "capture",
        Shape::MapOf(&TEXT_CAPTURED),
        "Values to keep for `${name}`.",
        "{ rows: { lines: true } }",
    ),
    SNAPSHOT_KEY,
    REDACT_KEY,
    UNORDERED_OUTPUT,
    UNSTABLE_OUTPUT,
];

const SNAPSHOT_KEY: Key =
    optional("snapshot", Shape::Name, "The checkpoint of its content.", "export");
const REDACT_KEY: Key = optional(
    "redact",
    Shape::OneOrMany(&REDACTIONS),
    "With `snapshot`: text that is not compared.",
    "[timestamp]",
);

/// For commands, files and mails: what of a checkpoint has no order.
pub(crate) const UNORDERED_OUTPUT: Key = optional(
    "unordered",
    Shape::OneOrMany(&COMMAND_FACET),
    "With `snapshot`: facets whose lines have no order.",
    "[stdout]",
);
/// For commands, files and mails: what of a checkpoint cannot be told from noise.
pub(crate) const UNSTABLE_OUTPUT: Key = optional(
    "unstable",
    Shape::List(&COMMAND_FACET),
    "With `snapshot`: facets that cannot be told from noise: recorded, and nobody is told.",
    "[stderr]",
);

pub(crate) static MAIL: Object = object(
    "mail",
    "\"mail\"",
    "A mail that the product sent.",
    &[
        required(
            "to",
            Shape::Template,
            "The address that it was sent to.",
            "'${unique}@example.test'",
        ),
        optional("subject", Shape::Template, "Text that its subject contains.", "Welcome"),
        optional("within", Shape::Duration, "The deadline.", "10s"),
    ],
);

/// The modifiers of `mail`.
pub(crate) const MAIL_MODIFIERS: &[Key] = &[
    optional("expect", TEXT_TESTS, "A text that it contains, or tests.", "{ contains: Confirm }"),
    optional(
        "capture",
        Shape::MapOf(&MAIL_CAPTURED),
        "Values to keep for `${name}`.",
        "{ link: { link: Confirm } }",
    ),
    SNAPSHOT_KEY,
    REDACT_KEY,
    UNORDERED_OUTPUT,
    UNSTABLE_OUTPUT,
];

pub(crate) static CONDITION: Object = one_of(
    "condition",
    "a condition",
    "What something depends on.",
    &[
        optional("see", Shape::Target, "A thing is there and visible.", "'button \"Next\"'"),
        optional("see-not", Shape::Target, "A thing is not there or not visible.", "progressbar"),
        optional("url", Shape::Template, "The page has this path or URL.", "/login"),
        optional(
            "value",
            Shape::Template,
            "A value, such as that of a capture, that passes the test beside it.",
            "'${count}'",
        ),
        optional("is", Shape::Template, "With `value`: is this.", "0"),
        optional("contains", Shape::Template, "With `value`: contains this.", "error"),
        optional("lacks", Shape::Template, "With `value`: does not contain this.", "ok"),
        optional("matches", Shape::Regex, "With `value`: matches this regex.", "'^\\d+$'"),
    ],
    &["see", "see-not", "url", "value"],
);

pub(crate) const CONDITION_SHAPE: Shape = Shape::AnyOf(&[Shape::Target, Shape::Object(&CONDITION)]);

pub(crate) static UNTIL: Object = object(
    "until",
    "\"repeat\"",
    "Rounds until a condition holds.",
    &[
        required(
            "until",
            CONDITION_SHAPE,
            "The condition, looked at before each round.",
            "'text \"Done\"'",
        ),
        required("at-most", Shape::Integer, "How many rounds there may be.", "10"),
    ],
);

/// The steps inside of another.
pub(crate) const STEPS_KEY: Key =
    required("steps", Shape::Steps, "What is done.", "[ { click: 'button \"Next\"' } ]");

/// Values, rows, or a list that is known once it was captured.
pub(crate) const EACH: Shape = Shape::AnyOf(&[
    Shape::List(&TEXT),
    Shape::List(&Shape::MapOf(&TEMPLATE)),
    Shape::Template,
    Shape::MapOf(&TEMPLATE),
]);

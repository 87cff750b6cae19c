//! The verbs of steps.

use super::shapes::{
    COMMAND_CAPTURE, COMMAND_EXPECTATION, COMMAND_FACET, PAGE_CAPTURE, PAGE_EXPECTATION,
    PAGE_FACET, REDACTIONS, TARGET_WITH_TEXT, TARGETS, TEMPLATE, accept_or_dismiss,
};
use super::{Key, Object, Shape, Verb, object, one_of, optional, required};

const fn plain(name: &'static str, shape: Shape, doc: &'static str, example: &'static str) -> Verb {
    Verb { name, shape, modifiers: &[], doc, example }
}

pub(crate) static CHOOSE: Object = object(
    "choose",
    "\"choose\"",
    "An option of a native list.",
    &[
        required("from", Shape::Target, "The list.", "'combobox \"Country\"'"),
        required("option", Shape::Template, "The option's label.", "NZ"),
    ],
);

pub(crate) static UPLOAD: Object = one_of(
    "upload",
    "\"upload\"",
    "Files for a file field.",
    &[
        required("to", Shape::Target, "The field.", "'button \"File\"'"),
        optional(
            "file",
            Shape::Template,
            "A path below the scenario's working folder.",
            "orders.csv",
        ),
        optional("files", Shape::List(&TEMPLATE), "Several such paths.", "[a.csv, b.csv]"),
    ],
    &["file", "files"],
);

pub(crate) static DOWNLOAD: Object = object(
    "download",
    "\"download\"",
    "A file that a click downloads.",
    &[
        required("click", Shape::Target, "What is clicked.", "'link \"CSV\"'"),
        required(
            "as",
            Shape::Template,
            "The name that the file gets in the working folder.",
            "orders.csv",
        ),
    ],
);

pub(crate) static WAIT: Object = one_of(
    "wait",
    "\"wait\"",
    "What is waited for.",
    &[
        optional(
            "for",
            Shape::Target,
            "A thing that must be there and visible.",
            "'heading \"Done\"'",
        ),
        optional(
            "gone",
            Shape::Target,
            "A thing that must not be visible any more.",
            "progressbar",
        ),
        optional("url", Shape::Template, "The path or URL that the page must have.", "/done"),
        optional("within", Shape::Duration, "The deadline.", "5s"),
    ],
    &["for", "gone", "url"],
);

static ONE_COMMAND_CAPTURE: Shape = Shape::Object(&COMMAND_CAPTURE);

/// The modifiers that every command has.
const RUN_MODIFIERS: &[Key] = &[
    optional("stdin", Shape::Template, "What the command reads from standard input.", "'a,b'"),
    optional("env", Shape::MapOf(&TEMPLATE), "Variables added to its environment.", "{ LANG: C }"),
    optional("cwd", Shape::Template, "Its folder, below the scenario's working folder.", "sub"),
    optional("timeout", Shape::Duration, "The longest that it may take.", "30s"),
    optional(
        "expect",
        Shape::Object(&COMMAND_EXPECTATION),
        "What must hold of it.",
        "{ exit: 0, stdout: saved }",
    ),
    optional(
        "capture",
        Shape::MapOf(&ONE_COMMAND_CAPTURE),
        "Values to keep for `${name}`.",
        "{ rows: { lines: stdout } }",
    ),
    optional(
        "snapshot",
        Shape::Name,
        "The checkpoint of its output: stdout, stderr, exit and the files it wrote.",
        "orders-csv",
    ),
    optional(
        "facets",
        Shape::List(&COMMAND_FACET),
        "With `snapshot`: only these facets.",
        "[stdout, exit]",
    ),
    optional(
        "redact",
        Shape::OneOrMany(&REDACTIONS),
        "With `snapshot`: text that is not compared.",
        "[timestamp]",
    ),
    optional(
        "require",
        Shape::List(&COMMAND_FACET),
        "With `snapshot`: facets without which it is no pass.",
        "[stdout]",
    ),
];

/// Every verb, in the order of the documentation.
pub(crate) static VERBS: &[Verb] = &[
    plain("open", Shape::Template, "Go to a path of the product, or to a URL.", "open: /orders"),
    plain("back", Shape::Nothing, "One step back in the history.", "back"),
    plain("reload", Shape::Nothing, "Load the page again.", "reload"),
    plain("click", Shape::Target, "Click a thing.", "click: 'button \"Apply\"'"),
    plain(
        "fill",
        Shape::TargetMap(&TARGET_WITH_TEXT, &TEMPLATE),
        "Replace the content of fields, in this order.",
        "fill: { 'textbox \"User\"': ada }",
    ),
    Verb {
        name: "type",
        shape: Shape::Template,
        modifiers: &[optional(
            "into",
            Shape::Target,
            "Where; unless said, what has the focus.",
            "'textbox \"Search\"'",
        )],
        doc: "Type text key by key.",
        example: "{ type: ada, into: 'textbox \"Search\"' }",
    },
    Verb {
        name: "press",
        shape: Shape::Text,
        modifiers: &[optional(
            "on",
            Shape::Target,
            "What gets the focus first.",
            "'textbox \"Search\"'",
        )],
        doc: "Press a key, or a chord such as Control+A.",
        example: "press: Enter",
    },
    plain(
        "choose",
        Shape::Object(&CHOOSE),
        "Choose an option of a native list.",
        "choose: { from: 'combobox \"Country\"', option: NZ }",
    ),
    plain(
        "check",
        Shape::Target,
        "Make a check box or radio button checked.",
        "check: 'checkbox \"All\"'",
    ),
    plain("uncheck", Shape::Target, "Make a check box unchecked.", "uncheck: 'checkbox \"All\"'"),
    plain(
        "upload",
        Shape::Object(&UPLOAD),
        "Give files to a file field.",
        "upload: { to: 'button \"File\"', file: orders.csv }",
    ),
    plain(
        "download",
        Shape::Object(&DOWNLOAD),
        "Click a thing and keep the file that it downloads.",
        "download: { click: 'link \"CSV\"', as: orders.csv }",
    ),
    Verb {
        name: "dialog",
        shape: Shape::Words(accept_or_dismiss),
        modifiers: &[
            optional("message", Shape::Template, "What its message must be.", "Delete 3 rows?"),
            optional("answer", Shape::Template, "The text to give to a prompt.", "Ada"),
        ],
        doc: "Answer the dialog that the last action opened.",
        example: "{ dialog: accept, message: 'Delete 3 rows?' }",
    },
    plain(
        "see",
        Shape::OneOrMany(&TARGETS),
        "These things must be there and visible.",
        "see: 'heading \"12 rows\"'",
    ),
    plain(
        "see-not",
        Shape::OneOrMany(&TARGETS),
        "These things must not be there, or not be visible.",
        "see-not: alert",
    ),
    plain(
        "expect",
        Shape::Object(&PAGE_EXPECTATION),
        "What must hold of the page.",
        "expect: { title: Orders }",
    ),
    plain(
        "wait",
        Shape::Object(&WAIT),
        "Wait until something holds.",
        "wait: { for: 'heading \"Done\"', within: 5s }",
    ),
    plain(
        "capture",
        Shape::MapOf(&Shape::Object(&PAGE_CAPTURE)),
        "Keep values of the page for `${name}`.",
        "capture: { rows: { text: status, matching: '(\\d+) rows' } }",
    ),
    Verb {
        name: "snapshot",
        shape: Shape::Name,
        modifiers: &[
            optional("facets", Shape::List(&PAGE_FACET), "Only these facets.", "[aria, page]"),
            optional(
                "redact",
                Shape::OneOrMany(&REDACTIONS),
                "Text that is not compared.",
                "[ { pattern: 'took \\d+ms' } ]",
            ),
            optional(
                "mask",
                Shape::OneOrMany(&TARGETS),
                "Regions that are not compared.",
                "[contentinfo]",
            ),
            optional(
                "require",
                Shape::List(&PAGE_FACET),
                "Facets without which it is no pass.",
                "[image]",
            ),
        ],
        doc: "Compare the page with its baseline under this name.",
        example: "snapshot: filtered",
    },
    Verb {
        name: "run",
        shape: Shape::Template,
        modifiers: RUN_MODIFIERS,
        doc: "Run a command by its words, without a shell.",
        example: "run: shopctl orders --csv",
    },
    Verb {
        name: "shell",
        shape: Shape::Template,
        modifiers: RUN_MODIFIERS,
        doc: "Run a line with `sh -c`.",
        example: "shell: shopctl orders --csv | sort",
    },
    Verb {
        name: "use",
        shape: Shape::Name,
        modifiers: &[optional(
            "with",
            Shape::MapOf(&TEMPLATE),
            "The skill's inputs.",
            "{ user: ada }",
        )],
        doc: "Do what a skill says.",
        example: "{ use: sign-in, with: { user: ada } }",
    },
];

//! The verbs of steps.

use super::agent::BUDGET_KEY;
use super::gestures::{
    CLICK_MODIFIERS, CONDITION_SHAPE, DRAG, EACH, FILE_MODIFIERS, MAIL, MAIL_MODIFIERS,
    NETWORK_SHAPE, SCREEN_TEST, SCROLL, START_MODIFIERS, STEPS_KEY, STOP, TAB_SHAPE,
    UNORDERED_OUTPUT, UNSTABLE_OUTPUT, UNTIL,
};
use super::page::PAGE_SETTINGS;
use super::shapes::{
    COMMAND_CAPTURE, COMMAND_EXPECTATION, COMMAND_FACET, IMAGE_OF, PAGE_CAPTURE, PAGE_EXPECTATION,
    REDACTIONS, SNAPSHOT_FACET, TARGET_WITH_TEXT, TARGETS, TEMPLATE, TEXT, WORKED,
    accept_or_dismiss, image_scopes,
};
use super::{Key, Object, Shape, Verb, object, one_of, optional, required};

const fn plain(name: &'static str, shape: Shape, doc: &'static str, example: &'static str) -> Verb {
    Verb { name, shape, modifiers: &[], doc, example }
}

const fn click(name: &'static str, doc: &'static str, example: &'static str) -> Verb {
    Verb { name, shape: Shape::Target, modifiers: CLICK_MODIFIERS, doc, example }
}

pub(crate) static CHOOSE: Object = one_of(
    "choose",
    "\"choose\"",
    "An option of a list, native or made of roles.",
    &[
        required("from", Shape::Target, "The list.", "'combobox \"Country\"'"),
        optional("option", Shape::Template, "The option's label.", "NZ"),
        optional(
            "options",
            Shape::List(&TEMPLATE),
            "The labels of several, where the list takes several.",
            "[NZ, AU]",
        ),
    ],
    &["option", "options"],
);

pub(crate) static UPLOAD: Object = one_of(
    "upload",
    "\"upload\"",
    "Files that are handed over.",
    &[
        optional("to", Shape::Target, "The file field.", "'button \"File\"'"),
        optional(
            "click",
            Shape::Target,
            "Instead of `to`: what opens a file chooser.",
            "'button \"Choose…\"'",
        ),
        optional(
            "drop-on",
            Shape::Target,
            "Instead of `to`: what files are dropped on.",
            "'region \"Drop files here\"'",
        ),
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
        optional(
            "named",
            Shape::Template,
            "The name that the product must give to it.",
            "orders-2026.csv",
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
    UNORDERED_OUTPUT,
    UNSTABLE_OUTPUT,
];

/// Every verb, in the order of the documentation.
pub(crate) static VERBS: &[Verb] = &[
    plain("open", Shape::Template, "Go to a path of the product, or to a URL.", "open: /orders"),
    plain("back", Shape::Nothing, "One step back in the history.", "back"),
    plain("forward", Shape::Nothing, "One step forward in the history.", "forward"),
    plain("reload", Shape::Nothing, "Load the page again.", "reload"),
    click("click", "Click a thing.", "click: 'button \"Apply\"'"),
    click("double-click", "Click a thing twice.", "double-click: 'cell \"12\"'"),
    click(
        "right-click",
        "Click a thing with the button for context menus.",
        "right-click: 'row \"Ada\"'",
    ),
    plain("hover", Shape::Target, "Move the pointer onto a thing.", "hover: 'button \"Help\"'"),
    plain(
        "drag",
        Shape::Object(&DRAG),
        "Press on a thing, move, and let go.",
        "drag: { from: 'listitem \"Milk\"', to: 'list \"Done\"' }",
    ),
    plain(
        "scroll",
        Shape::AnyOf(&[Shape::Target, Shape::Object(&SCROLL)]),
        "Scroll until a thing is in view, however much must be loaded for it.",
        "scroll: { to: 'row \"Zoe\"', in: 'grid \"Orders\"' }",
    ),
    plain("clear", Shape::Target, "Empty a field.", "clear: 'textbox \"Search\"'"),
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
    Verb {
        name: "paste",
        shape: Shape::Template,
        modifiers: &[optional(
            "into",
            Shape::Target,
            "Where; unless said, what has the focus.",
            "'textbox \"Notes\"'",
        )],
        doc: "Put text on the clipboard and paste it.",
        example: "{ paste: 'A, B', into: 'textbox \"Notes\"' }",
    },
    plain(
        "expand",
        Shape::Target,
        "Open what can be opened: a tree item, a menu button, details.",
        "expand: 'treeitem \"Fruit\"'",
    ),
    plain("collapse", Shape::Target, "Close it again.", "collapse: 'treeitem \"Fruit\"'"),
    plain(
        "choose",
        Shape::Object(&CHOOSE),
        "Choose an option of a list, native or made of roles.",
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
        "Hand files over: to a file field, a file chooser, or by dropping them.",
        "upload: { to: 'button \"File\"', file: orders.csv }",
    ),
    plain(
        "download",
        Shape::Object(&DOWNLOAD),
        "Click a thing and keep the file that it downloads.",
        "download: { click: 'link \"CSV\"', as: orders.csv }",
    ),
    plain(
        "print",
        Shape::Template,
        "Print the page to a PDF file in the working folder.",
        "print: invoice.pdf",
    ),
    plain("tab", TAB_SHAPE, "Go on in another tab or pop-up.", "tab: newest"),
    plain("close-tab", Shape::Nothing, "Close the tab, and go on in the one before.", "close-tab"),
    plain("network", NETWORK_SHAPE, "Change the network that pages find.", "network: offline"),
    plain(
        "emulate",
        Shape::Object(&PAGE_SETTINGS),
        "Change what the browser pretends to be.",
        "emulate: { color-scheme: dark }",
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
    plain(
        "set",
        Shape::MapOf(&Shape::AnyOf(&[Shape::Template, Shape::Object(&WORKED)])),
        "Keep values for `${name}` that are worked out of others.",
        "set: { at: { of: 'from 3:05 PM', matching: 'from (.*)', as: time } }",
    ),
    Verb {
        name: "snapshot",
        shape: Shape::Name,
        modifiers: &[
            optional(
                "facets",
                Shape::AnyOf(&[Shape::Text, Shape::List(&SNAPSHOT_FACET)]),
                "A profile (`minimal`, `visible`, `default`, `strict` or one of `profiles`), or only these facets.",
                "strict",
            ),
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
                Shape::List(&SNAPSHOT_FACET),
                "Facets without which it is no pass.",
                "[image]",
            ),
            optional(
                "unordered",
                Shape::OneOrMany(&Shape::AnyOf(&[SNAPSHOT_FACET, Shape::Target])),
                "What has no order: facets of lines, and tables or lists of the page by target.",
                "[links, 'table \"Orders\"']",
            ),
            optional(
                "unstable",
                Shape::List(&SNAPSHOT_FACET),
                "Facets that cannot be told from noise here: recorded, and nobody is told.",
                "[image]",
            ),
            optional(
                "image",
                Shape::AnyOf(&[Shape::Words(image_scopes), Shape::Object(&IMAGE_OF)]),
                "What the picture shows: the viewport, the whole page, or one thing.",
                "full-page",
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
        name: "start",
        shape: Shape::Template,
        modifiers: START_MODIFIERS,
        doc: "Start a program on a terminal.",
        example: "{ start: shopctl ui, size: 100x30 }",
    },
    plain(
        "keys",
        Shape::OneOrMany(&TEXT),
        "Press keys or chords in the terminal, one after the other.",
        "keys: [ArrowDown, Enter]",
    ),
    plain(
        "wait-screen",
        Shape::AnyOf(&[Shape::Template, Shape::Object(&SCREEN_TEST)]),
        "Wait until the terminal shows a text, or passes tests.",
        "wait-screen: '3 orders'",
    ),
    plain("resize", Shape::Text, "Change columns and rows of the terminal.", "resize: 100x30"),
    plain(
        "stop",
        Shape::AnyOf(&[Shape::Nothing, Shape::Object(&STOP)]),
        "End the program on the terminal, or wait for its end.",
        "stop: { exit: 0 }",
    ),
    Verb {
        name: "file",
        shape: Shape::Template,
        modifiers: FILE_MODIFIERS,
        doc: "Look at a file of the working folder; it must be there.",
        example: "{ file: orders.csv, snapshot: orders }",
    },
    plain("file-gone", Shape::Template, "A file must not be there.", "file-gone: orders.tmp"),
    Verb {
        name: "mail",
        shape: Shape::Object(&MAIL),
        modifiers: MAIL_MODIFIERS,
        doc: "Wait for a mail that the product sent.",
        example: "{ mail: { to: 'ada@example.test', subject: Welcome }, capture: { link: { link: Confirm } } }",
    },
    Verb {
        name: "do",
        shape: Shape::Template,
        modifiers: &[
            required(
                "until",
                Shape::Steps,
                "The checks that must hold after it.",
                "[ { see: 'text \"Express\"' } ]",
            ),
            optional(
                "at-most",
                Shape::Integer,
                "How many actions it may take; 20 unless said. `within` is how long, 60s unless said.",
                "5",
            ),
            BUDGET_KEY,
            optional(
                "attempts",
                Shape::Integer,
                "How often a language model looks for a way while there is no recording, before the shortest is proposed; as `agent: best-of` says unless said.",
                "3",
            ),
        ],
        doc: "Do on the page what words say, one action after the other.",
        example: "{ do: choose the cheapest shipping option, until: [ { see: 'text \"Express\"' } ] }",
    },
    plain(
        "judge",
        Shape::Template,
        "Have the suite's language model say what it thinks of this. Its opinion stands in the report with its name, and turns nothing red or green.",
        "judge: the totals look plausible",
    ),
    Verb {
        name: "when",
        shape: CONDITION_SHAPE,
        modifiers: &[
            STEPS_KEY,
            optional(
                "else",
                Shape::Steps,
                "What is done where it does not hold.",
                "[ { click: 'button \"Skip\"' } ]",
            ),
        ],
        doc: "Do steps where a condition holds.",
        example: "{ when: 'dialog \"Tour\"', steps: [ { click: 'button \"Skip\"' } ] }",
    },
    Verb {
        name: "repeat",
        shape: Shape::AnyOf(&[Shape::Integer, Shape::Object(&UNTIL)]),
        modifiers: &[STEPS_KEY],
        doc: "Do steps so often, or until a condition holds.",
        example: "{ repeat: 3, steps: [ { click: 'button \"More\"' } ] }",
    },
    Verb {
        name: "for-each",
        shape: EACH,
        modifiers: &[STEPS_KEY],
        doc: "Do steps once for every value (`${item}`) or row (`${field}`), whose checkpoints get the row's name; or for every item of a list that was captured with `all: true` (`'${orders}'`, or `{ order: '${orders}' }` to name the items).",
        example: "{ for-each: [NZ, AU], steps: [ { open: '/orders?country=${item}' } ] }",
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

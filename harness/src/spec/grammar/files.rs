//! The keys of skill files and `nightshift.yaml`.

use super::agent::AGENT;
use super::bounds::{POLICY_KEY, SANDBOX_KEY};
use super::filing::FILE_TICKETS;
use super::notify::NOTIFY;
use super::page::{BROWSER, SESSION};
use super::product::PRODUCT;
use super::publish::REPORT;
use super::shapes::{PAGE_FACET, REDACTIONS, TARGETS, TEXT, VERDICTS, auto, input_kinds};
use super::stages::STAGES_KEY;
use super::workers::WORKERS;
use super::{Object, Shape, object, optional, required};
use crate::model::against::ControlOf;
use crate::model::suite::Left;

pub(crate) static INPUT: Object = object(
    "input",
    "an input",
    "An input with a default.",
    &[
        required("type", Shape::Words(input_kinds), "What kind of value it takes.", "text"),
        optional("default", Shape::Template, "The value where the caller gives none.", "ada"),
    ],
);

pub(crate) static SKILL: Object = object(
    "skill",
    "a skill",
    "A named procedure that scenarios reuse and an agent can read.",
    &[
        required(
            "skill",
            Shape::Name,
            "The name that `use:` calls it by, unique in the suite.",
            "sign-in",
        ),
        required(
            "description",
            Shape::Text,
            "What it does and when to use it.",
            "Sign in as a test user.",
        ),
        optional(
            "inputs",
            Shape::MapOf(&Shape::AnyOf(&[Shape::Words(input_kinds), Shape::Object(&INPUT)])),
            "Its inputs: the kind, or the kind and a default.",
            "{ user: text, password: secret }",
        ),
        optional(
            "guidance",
            Shape::Text,
            "Advice to an agent that reads it.",
            "The form is at /login.",
        ),
        POLICY_KEY,
        required("steps", Shape::Steps, "What it does.", "[ { open: /login } ]"),
        optional(
            "ensures",
            Shape::Steps,
            "Checks that must hold after it.",
            "[ { see: 'link \"Sign out\"' } ]",
        ),
    ],
);

fn of_control() -> Vec<&'static str> {
    ControlOf::ALL.map(ControlOf::word).to_vec()
}

pub(crate) static CONTROL: Object = object(
    "control",
    "\"control\"",
    "What tonight's builds are judged by beside their baselines: another build, in the same night and environment.",
    &[
        optional(
            "against",
            Shape::OneOrMany(&TEXT),
            "A build of each product, as `--against` takes it, which overrides it: `1.4`, `shop=1.4`, or `last-good`.",
            "last-good",
        ),
        optional(
            "url",
            Shape::OneOrMany(&TEXT),
            "A running server of the other build, as `--against-url` takes it.",
            "https://staging.example.com",
        ),
        optional(
            "of",
            Shape::Words(of_control),
            "Which scenarios are run on it: all, or what is needed, which is what differs and what has no baseline; all unless said.",
            "needed",
        ),
    ],
);

pub(crate) static RERUNS: Object = object(
    "reruns",
    "\"reruns\"",
    "How sure the reruns of a failed scenario must be, where nobody wrote `retries` and three earlier nights judged it.",
    &[
        optional(
            "false-break",
            Shape::Percent,
            "The share of failures by chance that may be called regressed; 0.7% unless said.",
            "1%",
        ),
        optional(
            "false-flake",
            Shape::Percent,
            "The share of breaks that may be called flaky; 1% unless said.",
            "1%",
        ),
        optional(
            "at-most",
            Shape::Integer,
            "How often a failed scenario is run again at most; what is not clear by then is undecided, and red. 8 unless said.",
            "8",
        ),
    ],
);

pub(crate) static NIGHT: Object = object(
    "night",
    "\"night\"",
    "When and how a night runs.",
    &[
        optional("schedule", Shape::Text, "Five cron fields.", "'0 1 * * *'"),
        optional(
            "timezone",
            Shape::Text,
            "The time zone of `schedule` and `until`; UTC unless said.",
            "Europe/London",
        ),
        optional(
            "until",
            Shape::Text,
            "The time of day at which the report must be there.",
            "'07:00'",
        ),
        optional(
            "jobs",
            Shape::AnyOf(&[Shape::Words(auto), Shape::Integer]),
            "How many workers run at once; auto chooses by the machine.",
            "auto",
        ),
        optional(
            "workers",
            Shape::AnyOf(&[Shape::Integer, Shape::Text, Shape::Object(&WORKERS)]),
            "Who makes the attempts where it is not the process of the night itself: so many processes on this machine with a queue of their own, or whoever takes them from the queue at this address. `--workers` overrides it.",
            "nats://queue.example:4222",
        ),
        optional(
            "retries",
            Shape::Integer,
            "How often a failed scenario is repeated. Unless said, until `reruns` is sure; once where earlier nights say too little.",
            "1",
        ),
        optional(
            "reruns",
            Shape::Object(&RERUNS),
            "How sure the reruns of a failed scenario must be that it broke, or fails by chance.",
            "{ at-most: 5 }",
        ),
        optional(
            "timeout",
            Shape::Duration,
            "The longest that an attempt may take; 5m unless said.",
            "5m",
        ),
        optional(
            "patience",
            Shape::AnyOf(&[Shape::Words(auto), Shape::Percent]),
            "What time limits that nobody wrote are multiplied by, such as 200%; auto measures how slow this machine is.",
            "auto",
        ),
        optional(
            "history",
            Shape::Text,
            "The folder of earlier nights, where it is not reports/nights; `--history` overrides it.",
            "/var/cache/nights",
        ),
        optional(
            "measure",
            Shape::Integer,
            "How often a scenario with a step that looks slower is run again at the end; 5 unless said, 0 claims no slowdown.",
            "5",
        ),
        optional(
            "control",
            Shape::AnyOf(&[Shape::Text, Shape::Object(&CONTROL)]),
            "Another build that scenarios are run on too, in turns, so that what differs is put down to the product or to the world; a text is its `against`.",
            "last-good",
        ),
        optional(
            "explore",
            Shape::Duration,
            "How much of what is left before `until` a night of the whole suite may spend on exploring the product; it writes nothing into the suite, and `run --once` leaves it out.",
            "30m",
        ),
        optional(
            "soak",
            Shape::Duration,
            "How much of what is left before `until` a night may spend on running its longest scenario again and again on one server, whose memory, open files and durations are watched for growth; up to three times as much where too few runs for that fit into it; `run --once` leaves it out.",
            "30m",
        ),
        optional(
            "agent",
            Shape::Duration,
            "How much of what is left before `until` a night of the whole suite may spend on having its language model use the product; it writes nothing into the suite, and `run --once` leaves it out.",
            "30m",
        ),
        optional(
            "loop",
            Shape::List(&LEFT),
            "What is done with the time that is left of a night before `until`, in this order; all of it unless said, and what is not named is left out. The report is whole before the first of them, and is written again after each. `run --once` leaves out all.",
            "[ flakes, bisect, rare, explore, agent, soak ]",
        ),
        optional(
            "ping",
            Shape::Template,
            "An address that is asked after each night that left a report, so that a watch elsewhere is alarmed when no night was.",
            "https://watch.example/nightshift",
        ),
    ],
);

/// What a night does with the time that it has left.
fn left() -> Vec<&'static str> {
    Left::ALL.map(Left::word).to_vec()
}

static LEFT: Shape = Shape::Words(left);

pub(crate) static BASELINES: Object = object(
    "baselines",
    "\"baselines\"",
    "What holds for the accepted snapshots of the suite.",
    &[optional(
        "budget",
        Shape::Text,
        "How much room they may take, in KB, MB or GB; identical files count once. `check` notes more than 100MB unless said, and complains about more than is said.",
        "50MB",
    )],
);

pub(crate) static EXPLORE: Object = object(
    "explore",
    "\"explore\"",
    "What `nightshift explore` and `night.explore` do.",
    &[
        optional(
            "never",
            Shape::List(&Shape::Text),
            "What it never touches: parts of names, addresses and command lines, in any case of letters.",
            "[Audit, /billing]",
        ),
        optional(
            "cli",
            Shape::List(&Shape::Text),
            "Commands of products that have pages, as `--cli` takes them, which overrides it; a product without pages is its own command.",
            "[shopctl, 'shopctl ui']",
        ),
        optional(
            "as",
            Shape::Text,
            "Whose session pages are used with, as `--as` takes it, which overrides it.",
            "ada",
        ),
    ],
);

static REASONS: Shape = Shape::Words(super::shapes::reasons);
static SIGNED_VERDICTS: Shape = Shape::Words(super::shapes::verdicts_with_signs);

pub(crate) static GATE_RULE: Object = object(
    "gate-rule",
    "a gate rule",
    "What holds on some branches; of several that match, the last decides.",
    &[
        required("branch", Shape::Text, "A glob of branch names.", "release/*"),
        optional(
            "fail-on",
            Shape::List(&SIGNED_VERDICTS),
            "The verdicts that fail the gate there; with + and - as a change to the general ones.",
            "[+flaky, +new]",
        ),
        optional(
            "judged-at-least",
            Shape::Percent,
            "The least share of planned scenarios that must be judged.",
            "100%",
        ),
        optional(
            "fail-on-unjudged",
            Shape::List(&REASONS),
            "The reasons for which what could not be judged fails the gate there.",
            "[authoring, environment]",
        ),
    ],
);

pub(crate) static GATE: Object = object(
    "gate",
    "\"gate\"",
    "What turns a night into pass or fail.",
    &[
        optional(
            "fail-on",
            Shape::List(&VERDICTS),
            "The verdicts that fail the gate; regressed and still-failing unless said.",
            "[regressed, still-failing]",
        ),
        optional(
            "judged-at-least",
            Shape::Percent,
            "The least share of planned scenarios that must be judged; 95% unless said.",
            "95%",
        ),
        optional(
            "fail-on-unjudged",
            Shape::List(&REASONS),
            "The reasons for which a scenario that could not be judged fails the gate although enough was judged; authoring (a check that its author wrote never held), browser-lost (at the same step each time, while others kept theirs), login, undecided (it failed each time, which may be chance) and preflight unless said. `[]` lets them pass.",
            "[authoring, browser-lost, login, undecided, preflight]",
        ),
        optional(
            "rules",
            Shape::List(&Shape::Object(&GATE_RULE)),
            "Rules for branches.",
            "[ { branch: 'release/*', fail-on: [+flaky] } ]",
        ),
    ],
);

pub(crate) static SECRETS: Object = object(
    "secrets",
    "\"secrets\"",
    "Where `${secret:NAME}` is looked up after the environment.",
    &[required(
        "file",
        Shape::Text,
        "A file of `NAME=value` lines outside of the suite.",
        "~/.config/nightshift/secrets",
    )],
);

pub(crate) static SUPPRESSION: Object = object(
    "suppression",
    "a suppression",
    "A known issue: the changes that it names are shown, but do not fail the gate until it expires. It names a change when all of `fingerprint` or `changes`, `where` and `pattern` that stand here hold of it; at least one does stand here.",
    &[
        optional(
            "fingerprint",
            Shape::Text,
            "The fingerprint of a finding: the one change that leads it.",
            "f3a9c1d20b7e",
        ),
        optional(
            "changes",
            Shape::List(&Shape::Text),
            "The ids of further changes, as `review --suppress` writes them.",
            "[0b1e5c9d7a42, 9c0d1f2e3b4a]",
        ),
        optional(
            "where",
            Shape::Text,
            "The place of the changes: a URL path or a command line.",
            "/orders",
        ),
        optional(
            "pattern",
            Shape::Regex,
            "What the line that stood there, or that stands there now, matches.",
            r"'took \d+ ms'",
        ),
        required(
            "reason",
            Shape::Text,
            "Why it is accepted for the time being.",
            "known, fixed in the next build",
        ),
        required("owner", Shape::Text, "Who answers for it.", "data-team"),
        required("expires", Shape::Text, "The last day on which it holds.", "2026-12-31"),
    ],
);

pub(crate) static CONFIG: Object = object(
    "nightshift",
    "the configuration",
    "The products, the night and the gate.",
    &[
        required(
            "products",
            Shape::MapOf(&Shape::Object(&PRODUCT)),
            "The products by name; one is usual.",
            "{ shop: { path: [bin] } }",
        ),
        optional(
            "sessions",
            Shape::MapOf(&Shape::Object(&SESSION)),
            "The sessions that scenarios start from, by the name for `as`.",
            "{ ada: { establish: [ { use: sign-in, with: { user: ada } } ] } }",
        ),
        optional(
            "browser",
            Shape::Object(&BROWSER),
            "How the browser is set up.",
            "{ viewport: 1280x800 }",
        ),
        optional(
            "night",
            Shape::Object(&NIGHT),
            "When and how a night runs.",
            "{ until: '07:00' }",
        ),
        optional(
            "gate",
            Shape::Object(&GATE),
            "What turns a night into pass or fail.",
            "{ judged-at-least: 95% }",
        ),
        optional(
            "redact",
            Shape::OneOrMany(&REDACTIONS),
            "Text that is not compared in any checkpoint.",
            "[timestamp]",
        ),
        optional(
            "mask",
            Shape::OneOrMany(&TARGETS),
            "Regions that are not compared in any checkpoint.",
            "[contentinfo]",
        ),
        optional(
            "baselines",
            Shape::Object(&BASELINES),
            "What holds for the accepted snapshots.",
            "{ budget: 50MB }",
        ),
        optional(
            "explore",
            Shape::Object(&EXPLORE),
            "What `nightshift explore` and `night.explore` do.",
            "{ never: [Audit] }",
        ),
        optional(
            "notify",
            Shape::Object(&NOTIFY),
            "Who is told of a night by `nightshift notify`.",
            "{ slack: '${secret:SLACK_WEBHOOK}' }",
        ),
        optional(
            "file",
            Shape::Object(&FILE_TICKETS),
            "Where `nightshift file` makes tickets of findings.",
            "{ to: github, repository: owner/name, token: '${secret:GITHUB_TOKEN}' }",
        ),
        optional(
            "report",
            Shape::Object(&REPORT),
            "What becomes of the report of a night.",
            "{ publish: /srv/nights }",
        ),
        optional(
            "facets",
            Shape::AnyOf(&[Shape::Text, Shape::List(&PAGE_FACET)]),
            "What checkpoints of pages take unless they say: a profile (`minimal`, `visible`, `default`, `strict` or one of `profiles`), or facets.",
            "strict",
        ),
        optional(
            "profiles",
            Shape::MapOf(&Shape::List(&PAGE_FACET)),
            "Profiles of your own for `facets`, by name.",
            "{ quick: [page, aria] }",
        ),
        optional("vars", Shape::MapOf(&TEXT), "Variables for `${name}`.", "{ country: NZ }"),
        optional(
            "pass-env",
            Shape::List(&TEXT),
            "Names of environment variables that commands and products get from ours.",
            "[LD_LIBRARY_PATH]",
        ),
        optional(
            "secrets",
            Shape::Object(&SECRETS),
            "Where secrets are looked up.",
            "{ file: ~/.config/nightshift/secrets }",
        ),
        optional(
            "suppress",
            Shape::List(&Shape::Object(&SUPPRESSION)),
            "Known issues.",
            "[ { fingerprint: f3a9c1d2, reason: known, owner: data-team, expires: 2026-12-31 } ]",
        ),
        STAGES_KEY,
        POLICY_KEY,
        optional(
            "agent",
            Shape::Object(&AGENT),
            "A language model that takes a `do:` whose words are refused.",
            "{ api: openai-chat, url: 'http://127.0.0.1:8080/v1', model: smollm2 }",
        ),
        SANDBOX_KEY,
    ],
);

//! The keys that bound what may be proposed towards a goal, and what commands may do.

use super::{Key, Object, Shape, object, optional};
use crate::model::bounds::ActKind;
use crate::model::sandbox::Sandbox;

pub(crate) fn act_kinds() -> Vec<&'static str> {
    ActKind::ALL.map(ActKind::word).to_vec()
}

pub(crate) fn sandboxes() -> Vec<&'static str> {
    Sandbox::ALL.map(Sandbox::word).to_vec()
}

static ACT_KINDS: Shape = Shape::Words(act_kinds);

pub(crate) static POLICY: Object = object(
    "policy",
    "\"policy\"",
    "What may be proposed towards a `do:`; written steps are not bound by it. What the suite, the skills around the step and the scenario say holds together: the strictest wins.",
    &[
        optional(
            "allow",
            Shape::OneOrMany(&ACT_KINDS),
            "All that may be proposed. Unless said, the suite allows what uses a page and moves no files: all but `upload`, `download` and `print`.",
            "[click, fill, choose]",
        ),
        optional(
            "ask",
            Shape::OneOrMany(&ACT_KINDS),
            "What is done only when a person said yes: at the terminal, or in the morning by `nightshift answer`.",
            "[upload]",
        ),
        optional(
            "deny",
            Shape::OneOrMany(&ACT_KINDS),
            "What may not be proposed, whatever else allows it.",
            "[open]",
        ),
        optional(
            "commands",
            Shape::OneOrMany(&Shape::Text),
            "The commands that an agent from outside (`nightshift mcp`) may run, word by word: `*` stands for any text within a word, a last `**` for any further words. None unless said.",
            "['shopctl orders **', shopctl --version]",
        ),
        optional(
            "secrets",
            Shape::OneOrMany(&Shape::Text),
            "The names of the secrets that an agent from outside may put into a field; none unless the suite says so, and it never sees a value. In a skill or scenario: all that may go into a field there, also those that the words of a goal name.",
            "[ADA_PASSWORD]",
        ),
        optional(
            "origins",
            Shape::OneOrMany(&Shape::Text),
            "On which pages may be done what is proposed: names of products, `host`, or `host:port`. Those of all products unless said; the suite alone can name a host that is no product, and only one of `allow-hosts`.",
            "[shop, 'login.example:8443']",
        ),
        optional(
            "paths",
            Shape::OneOrMany(&Shape::Text),
            "The files that may be handed over and kept, by their paths in the working folder: `*` stands for any text within a name, a last `**` for any further names. Any unless said, where `upload`, `download` or `print` is allowed.",
            "['orders/*.csv']",
        ),
        optional(
            "ask-commands",
            Shape::OneOrMany(&Shape::Text),
            "Those of the commands that run only when a person said yes, by the same patterns. It allows none by itself.",
            "['shopctl delete **']",
        ),
        optional(
            "ask-origins",
            Shape::OneOrMany(&Shape::Text),
            "On which of the pages something is done only when a person said yes, and which are opened only then: names of products, `host`, or `host:port`. It allows none by itself.",
            "['login.example:8443']",
        ),
        optional(
            "ask-paths",
            Shape::OneOrMany(&Shape::Text),
            "Those of the files that are handed over and kept only when a person said yes, by the same patterns; a path with a step upwards is asked about, too. It allows none by itself.",
            "['keys/**']",
        ),
    ],
);

pub(crate) const POLICY_KEY: Key = optional(
    "policy",
    Shape::Object(&POLICY),
    "What may be proposed towards a `do:`.",
    "{ allow: [click, fill] }",
);

pub(crate) const SANDBOX_KEY: Key = optional(
    "sandbox",
    Shape::Words(sandboxes),
    "Which commands run within walls: `proposed` (unless said), those that an agent from outside asks for; `all`, those of scenarios and explorations too; `off`, none, which the report shows.",
    "all",
);

//! The tools that a client has, as one table: what `tools/list` answers, how arguments are refused,
//! and `docs/reference/mcp.md` come from it.

use serde_json::{Map, Value, json};

/// A tool.
#[derive(Debug)]
pub struct Tool {
    /// What it is.
    pub kind: ToolKind,
    /// What it is for, in a sentence or two; each client reads all of them.
    pub about: &'static str,
    /// What more a person may want to know.
    pub more: &'static str,
    /// Its arguments.
    pub arguments: &'static [Argument],
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolKind {
    /// Look at the page.
    Observe,
    /// Do something with it.
    Act,
    /// Run a command of the product.
    Run,
    /// The skills of the suite.
    Skills,
    /// The scenarios of the suite.
    Scenarios,
    /// The nights of the suite.
    Nights,
    /// What a night found.
    Findings,
    /// Something that a night kept.
    Evidence,
    /// Propose a scenario.
    WriteScenario,
    /// Tell how an errand ended.
    Tell,
}

/// An argument of a tool.
#[derive(Debug)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it means.
    pub about: &'static str,
}

/// What an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Text, which must be there.
    NeededText,
    /// Text.
    Text,
    /// A whole number, from 0.
    Number,
    /// True or false.
    Truth,
    /// One of the actions, which must be there unless a step is.
    Verb,
}

/// The actions that have a word of their own; a `step` says all others.
pub const VERBS: [&str; 22] = [
    "click",
    "double-click",
    "right-click",
    "fill",
    "type",
    "clear",
    "press",
    "choose",
    "check",
    "uncheck",
    "hover",
    "drag",
    "scroll",
    "expand",
    "collapse",
    "open",
    "back",
    "forward",
    "reload",
    "dialog",
    "tab",
    "close-tab",
];

const FROM: Argument = Argument {
    name: "from",
    takes: Takes::Number,
    about: "Go on at this line, where an answer was cut.",
};

const NIGHT: Argument =
    Argument { name: "night", takes: Takes::Text, about: "A night's id; the newest unless said." };

/// All tools, in the order in which a client meets them.
pub static TOOLS: [Tool; 9] = [
    Tool {
        kind: ToolKind::Observe,
        about: "The page of the product as lines with references (e12). The first time all of it, then what changed.",
        more: "The product is started by the first call that needs it. References stay the same while a thing stays the same, also from page to page. A long page is cut; `from` goes on, `find` shows the lines that have these words. A link is followed by its reference: where it leads within the product is told with `links`. What was noticed has a number (n3), by which alone it is told when it comes again.",
        arguments: &[
            Argument { name: "whole", takes: Takes::Truth, about: "Tell the whole page again." },
            Argument {
                name: "find",
                takes: Takes::Text,
                about: "Only lines that have these words.",
            },
            FROM,
            Argument {
                name: "links",
                takes: Takes::Truth,
                about: "Tell the whole page, and where its links lead.",
            },
            Argument {
                name: "picture",
                takes: Takes::Truth,
                about: "Add a picture; secrets are painted over.",
            },
            Argument {
                name: "fresh",
                takes: Takes::Truth,
                about: "Begin again from a clean state: fresh data, server and page.",
            },
        ],
    },
    Tool {
        kind: ToolKind::Act,
        about: "Do one thing with the page; answers with what changed.",
        more: "What is done is one of a closed list, and the suite's `policy` decides on it. A secret that `policy: { secrets: … }` names is written `${secret:NAME}`.",
        arguments: &[
            Argument { name: "action", takes: Takes::Verb, about: "What to do." },
            Argument { name: "ref", takes: Takes::Text, about: "On what: a reference (e12)." },
            Argument {
                name: "target",
                takes: Takes::Text,
                about: "Or its name, as in: button \"Save\".",
            },
            Argument {
                name: "text",
                takes: Takes::Text,
                about: "What is filled, typed, chosen or opened; the key (Control+A); accept or dismiss; newest or first.",
            },
            Argument { name: "to", takes: Takes::Text, about: "Where a drag ends: a reference." },
            Argument {
                name: "step",
                takes: Takes::Text,
                about: "Instead of all these: a step in the YAML of scenarios.",
            },
        ],
    },
    Tool {
        kind: ToolKind::Run,
        about: "Run a command of the product, if the suite's policy names it. No shell.",
        more: "Patterns under `policy: { commands: … }` say which; without them none may run. It runs in the session's working folder with the product's commands in its path, for at most 60 s.",
        arguments: &[
            Argument {
                name: "command",
                takes: Takes::NeededText,
                about: "The command line: shopctl orders --csv",
            },
            Argument { name: "stdin", takes: Takes::Text, about: "What it reads." },
        ],
    },
    Tool {
        kind: ToolKind::Skills,
        about: "The suite's skills: names and what each is for; with a name all of it.",
        more: "Skills are named procedures, such as signing in.",
        arguments: &[Argument { name: "name", takes: Takes::Text, about: "A skill's name." }, FROM],
    },
    Tool {
        kind: ToolKind::Scenarios,
        about: "The suite's scenarios; with an id its YAML.",
        more: "A row of `for-each` is a scenario of its own: `orders/nz`.",
        arguments: &[Argument { name: "id", takes: Takes::Text, about: "A scenario's id." }, FROM],
    },
    Tool {
        kind: ToolKind::Nights,
        about: "The nights of the suite, newest first: gate and numbers.",
        more: "",
        arguments: &[FROM],
    },
    Tool {
        kind: ToolKind::Findings,
        about: "What a night found; with an id what was expected, what was there, and how to repeat it.",
        more: "",
        arguments: &[
            NIGHT,
            Argument { name: "id", takes: Takes::Text, about: "A finding's id: F1." },
            FROM,
        ],
    },
    Tool {
        kind: ToolKind::Evidence,
        about: "Text or picture that a night or this session kept.",
        more: "Only what lies below `evidence/` of the night is read; secrets were taken out before it was written.",
        arguments: &[
            Argument {
                name: "path",
                takes: Takes::NeededText,
                about: "As told: evidence/ab/abcd….txt",
            },
            Argument {
                name: "night",
                takes: Takes::Text,
                about: "A night's id; this session unless said.",
            },
            FROM,
        ],
    },
    Tool {
        kind: ToolKind::WriteScenario,
        about: "Propose a scenario. It is checked and kept in the session's folder; a person takes it into the suite.",
        more: "Nothing is written into the suite. The answer says what a person does to take it.",
        arguments: &[Argument {
            name: "yaml",
            takes: Takes::NeededText,
            about: "The whole file, beginning with `scenario:`.",
        }],
    },
];

/// What only a coding agent has that a suite starts.
pub static TELL: Tool = Tool {
    kind: ToolKind::Tell,
    about: "Tell once, at the end, how it went or what the answer is.",
    more: "Only a coding agent that `agent: { command: … }` starts has it, beside `observe`, `act` and `skills`; one that is only asked something has nothing else.",
    arguments: &[
        Argument {
            name: "kind",
            takes: Takes::NeededText,
            about: "done, infeasible, ask (a person must decide), defect (the product is wrong), or answer.",
        },
        Argument { name: "text", takes: Takes::Text, about: "Why, or the answer itself." },
    ],
};

/// What a coding agent has towards a goal, beside `tell`.
pub const LENT: [ToolKind; 3] = [ToolKind::Observe, ToolKind::Act, ToolKind::Skills];

impl ToolKind {
    /// The word that clients call it by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Act => "act",
            Self::Run => "run",
            Self::Skills => "skills",
            Self::Scenarios => "scenarios",
            Self::Nights => "nights",
            Self::Findings => "findings",
            Self::Evidence => "evidence",
            Self::WriteScenario => "write_scenario",
            Self::Tell => "tell",
        }
    }

    /// Whether it changes nothing, not even the page.
    #[must_use]
    pub fn is_reading(self) -> bool {
        match self {
            Self::Observe
            | Self::Skills
            | Self::Scenarios
            | Self::Nights
            | Self::Findings
            | Self::Evidence => true,
            Self::Act | Self::Run | Self::WriteScenario | Self::Tell => false,
        }
    }
}

/// The tool with this name.
#[cfg(test)]
pub fn named(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|it| it.kind.word() == name)
}

impl Tool {
    /// The JSON Schema of its arguments.
    #[must_use]
    pub fn schema(&self) -> Map<String, Value> {
        let properties: Map<String, Value> =
            self.arguments.iter().map(|it| (it.name.to_owned(), it.schema())).collect();
        let needed: Vec<&str> = self
            .arguments
            .iter()
            .filter(|it| it.takes == Takes::NeededText)
            .map(|it| it.name)
            .collect();
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), Value::Object(properties));
        if !needed.is_empty() {
            schema.insert("required".to_owned(), json!(needed));
        }
        schema.insert("additionalProperties".to_owned(), json!(false));
        schema
    }
}

impl Argument {
    fn schema(&self) -> Value {
        match self.takes {
            Takes::NeededText | Takes::Text => {
                json!({ "type": "string", "description": self.about })
            }
            Takes::Number => {
                json!({ "type": "integer", "minimum": 0, "description": self.about })
            }
            Takes::Truth => json!({ "type": "boolean", "description": self.about }),
            Takes::Verb => json!({ "type": "string", "enum": VERBS, "description": self.about }),
        }
    }

    /// What it takes, in words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self.takes {
            Takes::NeededText => "text, needed",
            Takes::Text => "text",
            Takes::Number => "a whole number",
            Takes::Truth => "true or false",
            Takes::Verb => "an action, needed unless there is a `step`",
        }
    }
}

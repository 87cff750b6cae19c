//! The page walker: one script call answers one question about the page.
//!
//! [`Question`] is what is asked; its arguments and [`SCRIPT`] go to the driver's "execute
//! script", and the answer is read as [`Page`], [`Matches`], [`ElementState`] or [`Computed`].
//! The script's parts lie beside this file; whoever holds a page asks, `docs/design/002` says why the
//! accessibility tree is computed here and not fetched from the browser.
//!
//! The files:
//! - `answer.rs`: its answers.
//! - `main.js`: the questions.
//! - `address.js`: the address of the page, with a fragment where that is a route.
//! - `dom.js`: reads the DOM without trusting the page.
//! - `roles.js`: roles by HTML-AAM.
//! - `names.js`: accessible names by ACCNAME 1.2.
//! - `tree.js`: the aria and text facets.
//! - `find.js`: finds targets, and the nearest names.
//! - `reveal.js`: what shows a thing that is hidden at the moment.
//! - `describe.js`: the best target for an element, and what a target matches.
//! - `widgets.js`: where the pointer goes, what a list offers, what scrolls.
//! - `details.js`: links, fields and keys of storage.
//! - `outline.js`: the page as an agent sees it.
//! - `a11y.js`: what hinders people who use assistive technology.
//! - `contrast.js`: text that is too faint.
//! - `runs.js`: where text is drawn, so that redacted text can be left out of pictures.
//! - `lettering.js`: all text that a page may show, so that it need not be told what is looked for.
//! - `picture.js`: what a picture needs beside its pixels: masks, text and named things.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

mod answer;

pub use self::answer::{
    Aim, Area, Choice, Computed, Described, Details, Drawing, Drawn, ElementState, Followed,
    ForeignFrame, HiddenNow, Lettering, MaskedRegion, Match, Matches, Nameable, Near, Page, Point,
    Probe, Probed, Read, Scrolled, TextRun, TextRuns, Widget,
};
use crate::model::Target;

/// The name and version of the algorithm, kept with every baseline that it took.
pub const ALGORITHM: &str = "aria/1";

/// The body of the function that the driver executes; it takes what [`Question::arguments`] gives.
pub const SCRIPT: &str = concat!(
    "return (function (request, subject) {\n'use strict';\n",
    include_str!("dom.js"),
    include_str!("address.js"),
    include_str!("roles.js"),
    include_str!("names.js"),
    include_str!("tree.js"),
    include_str!("find.js"),
    include_str!("runs.js"),
    include_str!("picture.js"),
    include_str!("lettering.js"),
    include_str!("describe.js"),
    include_str!("reveal.js"),
    include_str!("widgets.js"),
    include_str!("details.js"),
    include_str!("outline.js"),
    include_str!("a11y.js"),
    include_str!("contrast.js"),
    include_str!("main.js"),
    "\nreturn answer(request, subject);\n})(arguments[0], arguments[1]);"
);

/// The address of the page as an observation has it, by an expression that needs nothing else.
pub const ADDRESS: &str =
    concat!("(() => {\n'use strict';\n", include_str!("address.js"), "return address();\n})()");

/// A question about the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Question<'a> {
    /// What is on the page; answered by a [`Page`].
    Observe {
        /// Regions that are not compared: their content is left out and their place told.
        masks: &'a [Target],
        /// Words of the facets beside tree and text that are wanted, see [`Details`].
        details: &'a [&'static str],
        /// Whether what a picture of the viewport needs is told too, which costs less than asking
        /// again. Masks change what things are called, so that there must be none.
        drawn: bool,
    },
    /// What a filled target means; answered by [`Matches`].
    Find {
        /// The target.
        target: &'a Target,
        /// What to say where there is none.
        explain: Explain,
    },
    /// The element at the end of [`Match::way`], asked inside its frame; answered by [`Followed`].
    Follow {
        /// The way down from the frame's document.
        way: &'a [i64],
    },
    /// How an element is; answered by an [`ElementState`].
    State {
        /// The driver's reference of the element.
        element: &'a Value,
        /// Attributes to read.
        attributes: &'a [String],
        /// Whether it is brought into view first.
        scroll: Scroll,
    },
    /// What each of the things that a target means has: of those that are visible, where there are
    /// some; answered by [`Read`].
    Read {
        /// The target.
        target: &'a Target,
        /// What is read of each.
        part: Part<'a>,
    },
    /// Role and name of every element in document order; answered by a list of [`Computed`].
    Roles,
    /// The text that is drawn in the viewport, with its place; answered by [`TextRuns`].
    Runs,
    /// What a picture needs beside its pixels; answered by a [`Drawing`].
    Drawing {
        /// Regions that are not compared.
        masks: &'a [Target],
        /// Whether what lies outside of the viewport counts too.
        whole: bool,
    },
    /// All text that may be shown; answered by [`Lettering`].
    Lettering,
    /// The best target for an element; answered by a [`Described`].
    Describe {
        /// The driver's reference of the element.
        element: &'a Value,
    },
    /// What a target means, with all that a step would look at; answered by a [`Probe`].
    Probe {
        /// The target.
        target: &'a Target,
    },
    /// What can be named on the page; answered by [`Nameable`].
    Nameable {
        /// Only what is inside of this.
        within: Option<&'a Target>,
    },
    /// The page as an agent sees it; answered by an [`crate::model::outline::Outline`].
    Outline,
    /// What tells a person that something happened; answered by a list of things as
    /// [`crate::surface::recording::Headline`] has them.
    Scene,
    /// Where the pointer goes for an element, which is brought into view; answered by [`Aim`].
    Aim {
        /// The driver's reference of the element.
        element: &'a Value,
    },
    /// What can be chosen here, in a list made of roles; answered by [`Widget`].
    Widget {
        /// The driver's reference of the list, or of what opens it.
        element: &'a Value,
        /// The labels that are looked for.
        wanted: &'a [String],
        /// How many lists stood open on the page before this one was to open.
        known: u32,
    },
    /// Moves what scrolls, and says how far it is; answered by [`Scrolled`].
    Scroll {
        /// The driver's reference of what is scrolled, or of something in it; null for the page
        /// and everything else that scrolls, by number.
        element: &'a Value,
        /// Which of these.
        number: usize,
        /// Where to: `start`, `end`, `down`, `up`, pixels from the top, or null for nowhere.
        to: &'a Value,
        /// What is looked for, so that `down` and `up` may take several screens at once.
        hint: Option<Hint<'a>>,
    },
}

/// Something by which a thing may be known before it is looked at closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint<'a> {
    /// It has this text, or is labelled so.
    Text(&'a str),
    /// It fits this CSS selector.
    Css(&'a str),
}

/// What is read of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part<'a> {
    /// Its visible text, white space collapsed.
    Text,
    /// Its value, where it is a control.
    Value,
    /// This attribute.
    Attribute(&'a str),
}

/// What to say where nothing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explain {
    /// Nothing: cheap, for polls.
    Nothing,
    /// The nearest things, for the message of a failure.
    Nearest,
}

/// Whether an element is brought into view before its state is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scroll {
    /// The page stays as it is.
    Leave,
    /// To the middle of the viewport, unless it can be clicked where it is.
    IntoView,
}

/// The answer of the walker could not be read.
#[derive(Debug, thiserror::Error)]
pub enum WalkerError {
    /// The script was understood but could not do what was asked, such as an invalid CSS selector.
    #[error("the page walker could not answer: {0}")]
    Complaint(String),
    /// The document has only just begun: ask again.
    #[error("the document has no element yet")]
    Unready,
    /// The answer has another shape than asked for: page and walker disagree.
    #[error("the page walker's answer could not be read: {0}; was the page replaced meanwhile?")]
    Shape(#[from] serde_json::Error),
}

impl Question<'_> {
    /// The arguments for [`SCRIPT`].
    #[must_use]
    pub fn arguments(&self) -> Vec<Value> {
        match self {
            Self::Observe { masks, details, drawn } => {
                vec![json!({ "op": "observe", "masks": masks, "details": details, "drawn": drawn })]
            }
            Self::Find { target, explain } => vec![json!({
                "op": "find", "target": target, "explain": matches!(explain, Explain::Nearest),
            })],
            Self::Follow { way } => vec![json!({ "op": "follow", "way": way })],
            Self::State { element, attributes, scroll } => vec![
                json!({
                    "op": "state", "attributes": attributes,
                    "scroll": matches!(scroll, Scroll::IntoView),
                }),
                (*element).clone(),
            ],
            Self::Read { target, part } => {
                vec![json!({ "op": "read", "target": target, "part": part })]
            }
            Self::Roles => vec![json!({ "op": "roles" })],
            Self::Runs => vec![json!({ "op": "runs" })],
            Self::Lettering => vec![json!({ "op": "lettering" })],
            Self::Drawing { masks, whole } => {
                vec![json!({ "op": "drawing", "masks": masks, "whole": whole })]
            }
            Self::Describe { element } => {
                vec![json!({ "op": "describe", "meant": false }), (*element).clone()]
            }
            Self::Outline => vec![json!({ "op": "outline" })],
            Self::Scene => vec![json!({ "op": "scene" })],
            Self::Probe { target } => vec![json!({ "op": "probe", "target": target })],
            Self::Nameable { within } => vec![json!({ "op": "nameable", "within": within })],
            Self::Aim { element } => vec![json!({ "op": "aim" }), (*element).clone()],
            Self::Widget { element, wanted, known } => vec![
                json!({ "op": "widget", "wanted": wanted, "known": known }),
                (*element).clone(),
            ],
            Self::Scroll { element, number, to, hint } => vec![
                json!({ "op": "scroll", "number": number, "move": to, "hint": hint }),
                (*element).clone(),
            ],
        }
    }
}

/// Reads an answer as what its question promises.
///
/// # Errors
/// [`WalkerError::Complaint`] where the script said why it could not, [`WalkerError::Shape`] else.
pub fn read<T: DeserializeOwned>(answer: Value) -> Result<T, WalkerError> {
    if let Some(complaint) = answer.get("complaint").and_then(Value::as_str) {
        return Err(WalkerError::Complaint(complaint.to_owned()));
    }
    if answer.get("unready").is_some() {
        return Err(WalkerError::Unready);
    }
    Ok(serde_json::from_value(answer)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::SCRIPT;

    #[test]
    fn the_parts_of_the_walker_share_one_scope_and_no_name_twice() {
        let name = regex::Regex::new(r"(?m)^(?:function|const|let) (\w+)").expect("valid");
        let mut seen = BTreeSet::new();
        let twice: Vec<&str> = name
            .captures_iter(SCRIPT)
            .map(|found| found.get(1).expect("a group").as_str())
            .filter(|name| !seen.insert(*name))
            .collect();
        assert_eq!(twice, Vec::<&str>::new(), "a later function would take an earlier one's place");
        assert!(seen.len() > 100, "only {} names were found", seen.len());
    }
}

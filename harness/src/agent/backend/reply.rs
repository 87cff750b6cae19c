//! [`proposal`]: what a model answered, as a proposal: one action of a closed list, on a thing that is
//! on the page. Whatever else it says is a refusal with the reason.

use serde::Deserialize;

use super::Offer;
use super::view::View;
use crate::agent::{Proposal, Refusal, SECRET, Why};
use crate::model::gesture::ScrollTo;
use crate::model::pursuit::Said;
use crate::model::scenario::{FieldValue, RunCommand};
use crate::model::{Action, Target, Template};

/// One action as a model answers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    action: Verb,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Verb {
    Click,
    Fill,
    Choose,
    Check,
    Uncheck,
    Press,
    Open,
    Hover,
    Scroll,
    Expand,
    Collapse,
    Back,
    Done,
    Infeasible,
    Ask,
    Defect,
}

/// The words that an answer may have for `action`.
pub(super) const VERBS: [&str; 16] = [
    "click",
    "fill",
    "choose",
    "check",
    "uncheck",
    "press",
    "open",
    "hover",
    "scroll",
    "expand",
    "collapse",
    "back",
    "done",
    "infeasible",
    "ask",
    "defect",
];

/// Those of them that are no action.
pub(super) const ENDS: [&str; 4] = ["done", "infeasible", "ask", "defect"];

/// The word by which a command is asked for.
pub(super) const RUN: &str = "run";

/// What is no action on a thing of the page.
#[derive(Deserialize)]
struct Asked {
    action: String,
    text: Option<String>,
    why: Option<String>,
}

/// What a model asks to be told before it acts, with its words; `None` where it answers something else.
#[must_use]
pub fn question(text: &str) -> Option<(Offer, String)> {
    let asked: Asked = serde_json::from_str(text.trim()).ok()?;
    let offer = Offer::ALL.into_iter().find(|it| it.word() == asked.action)?;
    Some((offer, asked.text.unwrap_or_default()))
}

/// The same as [`proposal`] where a command of the product may be asked for too.
///
/// # Errors
/// What is wrong with the answer, so that it can be asked again.
pub fn proposal_or_command(
    text: &str,
    view: &View<'_>,
    secrets: &[&str],
) -> Result<Proposal, String> {
    match serde_json::from_str::<Asked>(text.trim()) {
        Ok(asked) if asked.action == RUN => {
            let run = command(&asked.text.unwrap_or_default())?;
            let reads = format!("the model: {}", asked.why.unwrap_or_default());
            Ok(Proposal::Act { reads, action: Box::new(Action::Run(Box::new(run))) })
        }
        Ok(_) | Err(_) => proposal(text, view, secrets),
    }
}

/// The same where there is no page: all that can be done is to run a command of the product.
///
/// # Errors
/// What is wrong with the answer, so that it can be asked again.
pub fn command_alone(text: &str, view: &View<'_>, secrets: &[&str]) -> Result<Proposal, String> {
    let read = proposal_or_command(text, view, secrets)?;
    if matches!(&read, Proposal::Act { action, .. } if !matches!(**action, Action::Run(_))) {
        return Err(format!("there is no page: {RUN:?} is all that can be done"));
    }
    Ok(read)
}

/// A command line by its words. It names no secret and refers to nothing.
fn command(line: &str) -> Result<RunCommand, String> {
    if line.contains("${") {
        return Err("a command line refers to nothing and names no secret".to_owned());
    }
    match shell_words::split(line) {
        Ok(words) if !words.is_empty() => Ok(RunCommand::of_words(words)),
        Ok(_) | Err(_) => Err(format!("{line:?} is no command line")),
    }
}

/// What was answered, for the page that it was answered to. `secrets` are the names that the goal
/// itself has; no other secret can be asked for.
///
/// # Errors
/// What is wrong with the answer, so that it can be asked again.
pub fn proposal(text: &str, view: &View<'_>, secrets: &[&str]) -> Result<Proposal, String> {
    let reply: Reply = serde_json::from_str(text.trim())
        .map_err(|error| format!("it is no action of the list: {error}"))?;
    let text = reply.text.clone().unwrap_or_default();
    let reads = format!("the model: {}", reply.why.clone().unwrap_or_default());
    let stopped = |said: Said, expected: &str| {
        let refusal = Refusal {
            why: Why::Said(said),
            expected: expected.to_owned(),
            actual: said.told(&text),
        };
        Ok(Proposal::Nothing { reads: reads.clone(), refusal })
    };
    let thing = || target(&reply, view);
    let action = match reply.action {
        Verb::Done => return Ok(Proposal::Done),
        Verb::Infeasible => return stopped(Said::Infeasible, "a goal that can be reached"),
        Verb::Ask => return stopped(Said::Ask, "a goal that needs no person"),
        Verb::Defect => {
            return stopped(Said::Defect, "a product that does what the goal asks for");
        }
        Verb::Click => Action::click(thing()?),
        Verb::Hover => Action::Hover(thing()?),
        Verb::Check => Action::Check(thing()?),
        Verb::Uncheck => Action::Uncheck(thing()?),
        Verb::Expand => Action::Expand(thing()?),
        Verb::Collapse => Action::Collapse(thing()?),
        Verb::Scroll => Action::Scroll { to: ScrollTo::Thing(thing()?), within: None },
        Verb::Back => Action::Back,
        Verb::Open => Action::Open(Template::new(marked(&text, &[])?)),
        Verb::Press => {
            let on = if reply.reference.is_some() { Some(thing()?) } else { None };
            Action::Press { keys: text.clone(), on }
        }
        Verb::Fill => {
            let value = Template::new(marked(&text, secrets)?);
            Action::Fill(vec![FieldValue { field: thing()?, value }])
        }
        Verb::Choose => {
            Action::Choose { from: thing()?, options: vec![Template::new(marked(&text, &[])?)] }
        }
    };
    Ok(Proposal::Act { reads, action: Box::new(action) })
}

/// The thing that a reference means.
fn target(reply: &Reply, view: &View<'_>) -> Result<Target, String> {
    let reference = reply.reference.as_deref().ok_or("it names no thing in `ref`")?;
    let target = view.target(reference);
    target.ok_or_else(|| format!("nothing on the page that can be used is {reference}"))
}

/// A text in which each secret of the goal is its mark; any other is refused.
fn marked(text: &str, secrets: &[&str]) -> Result<String, String> {
    let plain = text.replace([SECRET.0, SECRET.1], "");
    let whole = secrets.iter().fold(plain, |text, name| {
        text.replace(&format!("${{secret:{name}}}"), &format!("{}{name}{}", SECRET.0, SECRET.1))
    });
    if whole.contains("${secret:") {
        return Err("it asks for a secret that does not belong there".to_owned());
    }
    Ok(whole)
}

//! [`action`]: what a call of `act` asks for, as one action of the closed list.

use super::arguments::Given;
use crate::model::gesture::{Click, ClickKind, DragTo, ScrollTo, Tab};
use crate::model::scenario::{DialogAnswer, FieldValue};
use crate::model::{Action, Target, Template};
use crate::spec;

/// The action of a call; `thing` answers with what a reference or a name means.
///
/// # Errors
/// What is wrong with the call, and what to say instead.
pub fn action(
    given: &Given,
    thing: &mut dyn FnMut(&str) -> Result<Target, String>,
) -> Result<Action, String> {
    if let Some(step) = given.text("step") {
        return of_step(step);
    }
    let Some(verb) = given.text("action") else {
        return Err("act needs an `action` (click, fill, …), or a `step`".to_owned());
    };
    let on = given.text("ref").or_else(|| given.text("target"));
    let mut needed = || match on {
        Some(named) => thing(named),
        None => Err(format!("{verb} needs a thing: `ref` (e12), or `target` (button \"Save\")")),
    };
    let text = |what: &str| {
        given.raw("text").map(Template::new).ok_or_else(|| format!("{verb} needs `text`: {what}"))
    };
    let click = |kind: ClickKind, target: Target| {
        Action::Click(Click { target, kind, holding: Vec::new() })
    };
    Ok(match verb {
        "click" => click(ClickKind::Single, needed()?),
        "double-click" => click(ClickKind::Double, needed()?),
        "right-click" => click(ClickKind::Right, needed()?),
        "fill" => {
            let value = text("what the field is filled with")?;
            Action::Fill(vec![FieldValue { field: needed()?, value }])
        }
        "type" => Action::Type {
            text: text("what is typed")?,
            into: if on.is_some() { Some(needed()?) } else { None },
        },
        "clear" => Action::Clear(needed()?),
        "press" => Action::Press {
            keys: text("the key, as in Enter or Control+A")?.raw().to_owned(),
            on: if on.is_some() { Some(needed()?) } else { None },
        },
        "choose" => {
            let options = vec![text("the option that is chosen")?];
            Action::Choose { from: needed()?, options }
        }
        "check" => Action::Check(needed()?),
        "uncheck" => Action::Uncheck(needed()?),
        "hover" => Action::Hover(needed()?),
        "drag" => {
            let from = needed()?;
            let to = given.text("to").ok_or("drag needs `to`: where it ends, a reference")?;
            Action::Drag { from, to: DragTo::Thing(thing(to)?), at: None }
        }
        "scroll" => match on {
            Some(named) => Action::Scroll { to: ScrollTo::Thing(thing(named)?), within: None },
            None => Action::Scroll { to: ScrollTo::End, within: None },
        },
        "expand" => Action::Expand(needed()?),
        "collapse" => Action::Collapse(needed()?),
        other => return of_page(other, given),
    })
}

/// What is done with the page as a whole.
fn of_page(verb: &str, given: &Given) -> Result<Action, String> {
    Ok(match verb {
        "open" => match given.text("text") {
            Some(path) => Action::Open(Template::new(path)),
            None => {
                return Err("open needs `text`: a path of the product, as in /orders".to_owned());
            }
        },
        "back" => Action::Back,
        "forward" => Action::Forward,
        "reload" => Action::Reload,
        "dialog" => {
            let typed = given.text("text").filter(|it| !["accept", "dismiss"].contains(it));
            Action::Dialog(DialogAnswer {
                accept: given.text("text") != Some("dismiss"),
                message: None,
                answer: typed.map(Template::new),
            })
        }
        "tab" => match given.text("text") {
            Some("first") => Action::Tab(Tab::First),
            Some("newest") | None => Action::Tab(Tab::Newest),
            Some(title) => Action::Tab(Tab::Title(Template::new(title))),
        },
        "close-tab" => Action::CloseTab,
        other => return Err(format!("there is no action {other:?}; use a `step`")),
    })
}

/// A step in the YAML of scenarios.
fn of_step(step: &str) -> Result<Action, String> {
    let indented = step.trim().trim_start_matches("- ").replace('\n', "\n    ");
    let text = format!("scenario: proposed\nsteps:\n  - {indented}\n");
    match spec::read_scenario("step", &text) {
        Ok(scenario) => match &scenario.steps[..] {
            [only] => Ok(only.action.clone()),
            several => Err(format!("`step` must be one step, and these are {}", several.len())),
        },
        Err(complaints) => {
            let all: Vec<String> = complaints
                .iter()
                .map(|it| match &it.help {
                    Some(help) => format!("{}; {help}", it.message),
                    None => it.message.clone(),
                })
                .collect();
            Err(format!("`step` cannot be read: {}", all.join(". ")))
        }
    }
}

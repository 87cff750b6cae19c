//! [`Recording`]: the actions by which a goal in plain words was reached, with a [`Likeness`] of each
//! thing that they used, so that a night can repeat them without reading the words again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::action::{Action, Step};
use super::facet::FacetKind;
use super::outline::{Element, Outline};
use super::scenario::Scenario;
use super::snapshot::Snapshot;
use super::target::Target;
use super::template::Template;

/// The way to a goal, as it is accepted beside its scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Recording {
    /// The words as they stand in the scenario, with their references.
    pub words: String,
    /// The words with what "it" and "that …" stand for; `None` where they refer to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// What was done, in order.
    pub actions: Vec<Recorded>,
}

/// The words of a recording of written steps, which need none.
pub const WRITTEN: &str = "the steps as they are written";

/// The accepted recordings of a scenario: the text of the file and what it says, by checkpoint.
pub type Recordings = BTreeMap<String, (String, Recording)>;

/// One action of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// What is done; secrets and variables stand as `${…}`.
    pub action: Action,
    /// The things that it names, in the order of [`Action::targets`].
    pub things: Vec<Likeness>,
}

/// What a thing on a page was like: parts that do not hang on one another, so that a change of the
/// markup leaves most of them as they were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Likeness {
    /// Its test id; empty where it has none.
    pub test_id: String,
    /// Its role.
    pub role: String,
    /// Its accessible name, or its own text where it has none.
    pub name: String,
    /// The texts beside it, the nearest first.
    pub labels: Vec<String>,
    /// What kind of field it is; empty for others.
    pub kind: String,
    /// The words by which its author knows it.
    pub hints: Vec<String>,
    /// What holds it, from the inside: `listitem`, `form "Checkout"`.
    pub inside: Vec<String>,
    /// What can be used right before and behind it, as `button "Save"`.
    pub beside: Vec<String>,
    /// Which of the things with its role it is, from 1.
    pub place: u32,
}

/// How many neighbours are kept on each side, and how many holders.
const NEIGHBOURS: usize = 3;
const HOLDERS: usize = 4;

impl Likeness {
    /// What an element of a page is like.
    #[must_use]
    pub fn of(page: &Outline, at: usize) -> Self {
        let it = &page.elements[at];
        let same = |other: &&Element| other.role == it.role;
        let place = page.elements[..at].iter().filter(same).count() + 1;
        Self {
            test_id: it.test_id.clone(),
            role: it.role.clone(),
            name: called(it).to_owned(),
            labels: it.labels.clone(),
            kind: it.kind.clone(),
            hints: it.hints.clone(),
            inside: inside(page, at),
            beside: beside(page, at),
            place: u32::try_from(place).unwrap_or(u32::MAX),
        }
    }

    /// The same with each of its texts replaced.
    ///
    /// # Errors
    /// What `text` answers for the first that it cannot replace.
    pub fn map<E>(&self, text: &dyn Fn(&str) -> Result<String, E>) -> Result<Self, E> {
        let all = |texts: &[String]| texts.iter().map(|it| text(it)).collect::<Result<_, E>>();
        Ok(Self {
            test_id: text(&self.test_id)?,
            name: text(&self.name)?,
            labels: all(&self.labels)?,
            inside: all(&self.inside)?,
            beside: all(&self.beside)?,
            ..self.clone()
        })
    }

    /// As a person would say it: `button "Apply"`.
    #[must_use]
    pub fn said(&self) -> String {
        said(&self.role, if self.name.is_empty() { self.label() } else { &self.name })
    }

    /// The text that is nearest to it.
    #[must_use]
    pub fn label(&self) -> &str {
        self.labels.first().map_or("", String::as_str)
    }
}

/// What an element is called: its name, or its own text where it has none.
#[must_use]
pub fn called(element: &Element) -> &str {
    if element.name.is_empty() { &element.text } else { &element.name }
}

/// `button "Apply"`; the role alone where nothing is said.
fn said(role: &str, name: &str) -> String {
    if name.is_empty() { role.to_owned() } else { format!("{role} \"{name}\"") }
}

/// An element as it stands among the neighbours of others.
#[must_use]
pub fn as_neighbour(element: &Element) -> String {
    let label = element.labels.first().map_or("", String::as_str);
    let name = called(element);
    said(&element.role, if name.is_empty() { label } else { name })
}

fn inside(page: &Outline, at: usize) -> Vec<String> {
    let holders = page.up(at).skip(1).map(|it| &page.elements[it]);
    let telling = holders.filter(|it| it.role != "generic" && it.role != "none");
    telling.take(HOLDERS).map(|it| said(&it.role, &it.name)).collect()
}

fn beside(page: &Outline, at: usize) -> Vec<String> {
    let near = |all: &mut dyn Iterator<Item = usize>| -> Vec<String> {
        // What lies in one another is one thing.
        let other =
            |it: &usize| page.elements[*it].usable && !page.is_in(*it, at) && !page.is_in(at, *it);
        all.filter(other).take(NEIGHBOURS).map(|it| as_neighbour(&page.elements[it])).collect()
    };
    let mut before = near(&mut (0..at).rev());
    before.reverse();
    before.extend(near(&mut (at + 1..page.elements.len())));
    before
}

impl Recording {
    /// The same with every text of its actions and things replaced.
    ///
    /// # Errors
    /// What `text` answers for the first that it cannot replace.
    pub fn map<E>(&self, text: &dyn Fn(&str) -> Result<String, E>) -> Result<Self, E> {
        let one = |it: &Recorded| {
            let action = it.action.map(&|it: &Template| text(it.raw()).map(Template::new))?;
            let things = it.things.iter().map(|it| it.map(text)).collect::<Result<_, E>>()?;
            Ok(Recorded { action, things })
        };
        let actions = self.actions.iter().map(one).collect::<Result<_, E>>()?;
        Ok(Self { actions, ..self.clone() })
    }
}

impl Action {
    /// The things that it names, in order.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        let mut all = Vec::new();
        // Nothing is changed, so nothing can fail.
        drop(self.with_targets(&mut |target| {
            all.push(target.clone());
            Some(target.clone())
        }));
        all
    }

    /// The same with each thing that it names replaced, in order; `None` where one cannot be.
    #[must_use]
    pub fn with_targets(&self, replace: &mut dyn FnMut(&Target) -> Option<Target>) -> Option<Self> {
        use super::gesture::{Click, DragTo, ScrollTo};
        use super::page::FieldValue;
        let mut optional = |it: &Option<Target>| match it {
            Some(it) => replace(it).map(Some),
            None => Some(None),
        };
        Some(match self {
            Self::Type { text, into } => Self::Type { text: text.clone(), into: optional(into)? },
            Self::Paste { text, into } => Self::Paste { text: text.clone(), into: optional(into)? },
            Self::Press { keys, on } => Self::Press { keys: keys.clone(), on: optional(on)? },
            Self::Click(it) => Self::Click(Click { target: replace(&it.target)?, ..it.clone() }),
            Self::Hover(it) => Self::Hover(replace(it)?),
            Self::Clear(it) => Self::Clear(replace(it)?),
            Self::Expand(it) => Self::Expand(replace(it)?),
            Self::Collapse(it) => Self::Collapse(replace(it)?),
            Self::Check(it) => Self::Check(replace(it)?),
            Self::Uncheck(it) => Self::Uncheck(replace(it)?),
            Self::Fill(fields) => Self::Fill(
                fields
                    .iter()
                    .map(|it| Some(FieldValue { field: replace(&it.field)?, ..it.clone() }))
                    .collect::<Option<_>>()?,
            ),
            Self::Choose { from, options } => {
                Self::Choose { from: replace(from)?, options: options.clone() }
            }
            Self::Drag { from, to, at } => Self::Drag {
                from: replace(from)?,
                to: match to {
                    DragTo::Thing(it) => DragTo::Thing(replace(it)?),
                    DragTo::By(_) => to.clone(),
                },
                at: *at,
            },
            Self::Scroll { to, within } => {
                let within = match within {
                    Some(it) => Some(replace(it)?),
                    None => None,
                };
                let to = match to {
                    ScrollTo::Thing(it) => ScrollTo::Thing(replace(it)?),
                    ScrollTo::By(_) | ScrollTo::Start | ScrollTo::End => to.clone(),
                };
                Self::Scroll { to, within }
            }
            Self::Upload { to, by, files } => {
                Self::Upload { to: replace(to)?, by: *by, files: files.clone() }
            }
            Self::Download { click, save_as, named } => Self::Download {
                click: replace(click)?,
                save_as: save_as.clone(),
                named: named.clone(),
            },
            // What else names things is never proposed.
            _ => self.clone(),
        })
    }
}

impl Scenario {
    /// The written steps whose things a snapshot keeps, in order: those behind the last one that does,
    /// where the snapshot lists the facet `recording`.
    #[must_use]
    pub fn steps_kept_at(&self, checkpoint: &str) -> Vec<&Step> {
        let mut kept = Vec::new();
        for step in &self.steps {
            match keeps_things(step) {
                Some(snapshot) if snapshot.name == checkpoint => return kept,
                Some(_) => kept.clear(),
                None if is_kept(step) => kept.push(step),
                None => {}
            }
        }
        Vec::new()
    }

    /// The snapshot that keeps the things of a step.
    #[must_use]
    pub fn keeper_of(&self, step: &Step) -> Option<&Snapshot> {
        let at = self.steps.iter().position(|it| it.index == step.index)?;
        let behind = || self.steps[at..].iter().find_map(keeps_things);
        is_kept(&self.steps[at]).then(behind).flatten()
    }
}

fn keeps_things(step: &Step) -> Option<&Snapshot> {
    match &step.action {
        Action::Snapshot(it) if it.lists(FacetKind::Recording) => Some(it),
        _ => None,
    }
}

/// Whether it is an action of the scenario's own file, done once, that does nothing while a thing that
/// it names is not there. What a check names is never looked for under another name.
fn is_kept(step: &Step) -> bool {
    step.via.is_empty()
        && matches!(
            step.action,
            Action::Click(_)
                | Action::Fill(_)
                | Action::Choose { .. }
                | Action::Check(_)
                | Action::Uncheck(_)
                | Action::Clear(_)
                | Action::Hover(_)
        )
}

/// A text in which each value, where it stands as words of its own, is its reference again.
#[must_use]
pub fn referring(text: &str, values: &[(String, String)]) -> String {
    // One letter or digit stands in too many texts by chance.
    let telling = values.iter().filter(|it| it.1.chars().count() > 1);
    telling.fold(text.to_owned(), |text, (name, value)| {
        replaced_words(&text, value, &format!("${{{name}}}"))
    })
}

fn replaced_words(text: &str, value: &str, by: &str) -> String {
    let is_word = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(value) {
        let (before, after) = (&rest[..at], &rest[at + value.len()..]);
        let last = before.chars().next_back().or_else(|| whole.chars().next_back());
        whole.push_str(before);
        let goes_on = (is_word(last) && is_word(value.chars().next()))
            || (is_word(after.chars().next()) && is_word(value.chars().next_back()));
        whole.push_str(if goes_on { value } else { by });
        rest = after;
    }
    whole.push_str(rest);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Locator;

    fn element(role: &str, name: &str, parent: Option<usize>) -> Element {
        Element {
            role: role.to_owned(),
            name: name.to_owned(),
            usable: role == "button",
            parent,
            ..Element::default()
        }
    }

    #[test]
    fn a_thing_is_told_by_itself_its_holders_and_its_neighbours() {
        let elements = vec![
            element("main", "", None),
            element("button", "Save draft", Some(0)),
            element("generic", "", Some(0)),
            element("button", "Place order", Some(2)),
            element("img", "", Some(3)),
            element("button", "Cancel", Some(0)),
        ];
        let page = Outline { elements, ..Outline::default() };
        let wanted = Likeness {
            role: "button".to_owned(),
            name: "Place order".to_owned(),
            inside: vec!["main".to_owned()],
            beside: vec!["button \"Save draft\"".to_owned(), "button \"Cancel\"".to_owned()],
            place: 2,
            ..Likeness::default()
        };
        assert_eq!(Likeness::of(&page, 3), wanted);
    }

    #[test]
    fn values_become_references_again_where_they_are_words_of_their_own() {
        let values = [("who".to_owned(), "an".to_owned()), ("n".to_owned(), "7".to_owned())];
        let told = |it: &str| referring(it, &values);
        assert_eq!(told("an, Standard an"), "${who}, Standard ${who}");
        assert_eq!(told("7 of them"), "7 of them", "one letter says too little");
    }

    #[test]
    fn a_snapshot_keeps_the_actions_before_it_and_no_checks() {
        let thing = || Target::plain(Locator::Text("a".into()));
        let keeps = |name: &str| {
            let facets = Some(vec![FacetKind::Recording]);
            Action::Snapshot(Snapshot { name: name.to_owned(), facets, ..Snapshot::default() })
        };
        let other = Snapshot { name: "list".to_owned(), ..Snapshot::default() };
        let actions = [
            Action::click(thing()),
            Action::See(vec![thing()]),
            Action::Snapshot(other),
            keeps("first"),
            Action::Hover(thing()),
            keeps("second"),
            Action::click(thing()),
        ];
        let numbered = |(at, action)| Step::new(at, "scenarios/a.yaml", 1, action);
        let steps: Vec<Step> = (1..).zip(actions).map(numbered).collect();
        let scenario = Scenario { steps, ..Scenario::default() };
        let kept = |name: &str| -> Vec<u32> {
            scenario.steps_kept_at(name).into_iter().map(|it| it.index).collect()
        };
        assert_eq!([kept("first"), kept("list"), kept("second")], [vec![1], vec![], vec![5]]);
        let keeper = |at: usize| scenario.keeper_of(&scenario.steps[at]).map(|it| it.name.as_str());
        assert_eq!([0, 1, 4, 6].map(keeper), [Some("first"), None, Some("second"), None]);
    }

    #[test]
    fn each_thing_that_an_action_names_can_be_replaced() {
        let thing = |it: &str| Target::plain(Locator::Text(it.into()));
        let drag = Action::Drag {
            from: thing("a"),
            to: crate::model::gesture::DragTo::Thing(thing("b")),
            at: None,
        };
        assert_eq!(drag.targets(), [thing("a"), thing("b")]);
        let mut names = ["c", "d"].into_iter();
        let other = drag.with_targets(&mut |_| names.next().map(thing));
        assert_eq!(other.map(|it| it.targets()), Some(vec![thing("c"), thing("d")]));
        assert_eq!(drag.with_targets(&mut |_| None), None);
    }
}

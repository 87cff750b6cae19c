//! [`Desk::renamed`]: the scenarios as they are to be written where it is accepted that a thing of a
//! written step has become another.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ReviewError;
use super::change::read;
use super::desk::Desk;
use super::take::Taking;
use crate::model::recording::Recording;
use crate::model::{Action, FacetKind, Step, Target};
use crate::spec::patch::replace_target;
use crate::spec::read_recording;

/// A step, and how its things were named and are named now.
type Renamed<'s> = (&'s Step, Vec<(Target, Target)>);

impl Desk {
    /// The YAML files with the new names of things, by path.
    pub(super) fn renamed(
        &self,
        items: &[Taking],
    ) -> Result<BTreeMap<PathBuf, String>, ReviewError> {
        let mut texts: BTreeMap<PathBuf, String> = BTreeMap::new();
        for taking in items.iter().filter(|it| it.item.facet == FacetKind::Recording) {
            for (step, names) in self.steps_renamed(taking)? {
                let path = self.root.join(&step.file);
                let mut text = if let Some(text) = texts.remove(&path) {
                    text
                } else {
                    let bytes = read(&path)?;
                    let bytes = bytes.ok_or_else(|| ReviewError::Foreign(step.file.clone()))?;
                    String::from_utf8_lossy(&bytes).into_owned()
                };
                for (was, is) in names {
                    text = replace_target(&text, step.line, &was, &is)
                        .map_err(|source| ReviewError::Patch { path: path.clone(), source })?;
                }
                texts.insert(path, text);
            }
        }
        Ok(texts)
    }

    /// The written steps whose recording names other things than the one that was accepted.
    fn steps_renamed(&self, taking: &Taking) -> Result<Vec<Renamed<'_>>, ReviewError> {
        let pending = &self.pending[taking.index];
        let (Some(record), Some(scenario)) =
            (self.baseline(pending), self.scenario(&pending.scenario))
        else {
            return Ok(Vec::new());
        };
        let was = read_recording(&record.file, &self.night.read_text(&record.evidence)?);
        let is = read_recording(&record.file, &String::from_utf8_lossy(&taking.item.content));
        let (Ok(was), Ok(is)) = (was, is) else { return Ok(Vec::new()) };
        Ok(renamed(&scenario.steps_kept_at(&pending.checkpoint), &was, &is))
    }
}

/// The steps that were accepted, and whose action in the new recording names other things.
fn renamed<'s>(steps: &[&'s Step], was: &Recording, is: &Recording) -> Vec<Renamed<'s>> {
    let mut actions = is.actions.iter().map(|it| &it.action).peekable();
    let mut all = Vec::new();
    for step in steps {
        let Some(next) = actions.peek() else { break };
        if **next == step.action {
            actions.next();
        } else if was.actions.iter().any(|it| it.action == step.action)
            && let Some(names) = names(&step.action, next)
        {
            actions.next();
            all.push((*step, names));
        }
    }
    all
}

/// The things that two actions name otherwise; `None` where they differ in more.
fn names(was: &Action, is: &Action) -> Option<Vec<(Target, Target)>> {
    let (old, new) = (was.targets(), is.targets());
    let mut next = new.iter().cloned();
    let replaced = was.with_targets(&mut |_| next.next())?;
    let same = old.len() == new.len() && replaced == *is;
    same.then(|| old.into_iter().zip(new).filter(|it| it.0 != it.1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Locator;
    use crate::model::recording::Recorded;

    fn click(name: &str) -> Action {
        let name = Some(name.into());
        Action::click(Target::plain(Locator::Role { role: "button".to_owned(), name }))
    }

    fn recording(actions: Vec<Action>) -> Recording {
        let of = |action| Recorded { action, things: Vec::new() };
        Recording { actions: actions.into_iter().map(of).collect(), ..Recording::default() }
    }

    #[test]
    fn a_step_is_renamed_where_its_accepted_action_names_another_thing_and_nowhere_else() {
        let hover = Action::Hover(Target::plain(Locator::Text("a".into())));
        let actions = [click("Unknown"), click("Save"), hover.clone(), click("Done")];
        let steps: Vec<Step> =
            (1..).zip(actions).map(|(at, it)| Step::new(at, "a.yaml", at, it)).collect();
        let steps: Vec<&Step> = steps.iter().collect();
        let was = recording(vec![click("Save"), hover.clone(), click("Done")]);
        let is = recording(vec![click("Store"), hover, click("Done")]);
        let all = renamed(&steps, &was, &is);
        let told: Vec<(u32, String)> =
            all.iter().map(|it| (it.0.index, format!("{} {}", it.1[0].0, it.1[0].1))).collect();
        assert_eq!(told, [(2, "button \"Save\" button \"Store\"".to_owned())]);
        assert!(renamed(&steps, &was, &was).is_empty());
    }
}

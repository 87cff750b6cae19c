//! Putting values into steps before a night: the fields of a `for-each` row, the inputs of a skill.
//!
//! Only the names that are given are replaced; what is known later (captures, variables, secrets)
//! stays a reference. `spec` makes rows with it and `plan` expands skills with it.

use std::convert::Infallible;

use indexmap::IndexMap;

use super::scenario::{Scenario, Step};
use super::template::Template;

impl Step {
    /// The same step with these names replaced by their values.
    #[must_use]
    pub fn substituted(&self, values: &IndexMap<String, Template>) -> Self {
        let action = match self
            .action
            .map(&|template: &Template| Ok::<_, Infallible>(put(template, values)))
        {
            Ok(action) => action,
            Err(never) => match never {},
        };
        let text = action.describe();
        Self { text, action, ..self.clone() }
    }
}

impl Scenario {
    /// The scenario of one row of `for-each`.
    #[must_use]
    pub fn for_row(&self, key: &str, values: &IndexMap<String, Template>) -> Self {
        let text = |text: &String| put(&Template::new(text.as_str()), values).raw().to_owned();
        let steps = |steps: &[Step]| steps.iter().map(|it| it.substituted(values)).collect();
        let mask = self.mask.iter().map(|it| {
            match it.map(&|template| Ok::<_, Infallible>(put(template, values))) {
                Ok(target) => target,
                Err(never) => match never {},
            }
        });
        Self {
            id: format!("{}/{key}", self.id),
            about: self.about.as_ref().map(text),
            tags: self.tags.iter().map(text).collect(),
            owner: self.owner.as_ref().map(text),
            mask: mask.collect(),
            steps: steps(&self.steps),
            finally: steps(&self.finally),
            ..self.clone()
        }
    }
}

fn put(template: &Template, values: &IndexMap<String, Template>) -> Template {
    template.substitute(&|name| values.get(name).cloned())
}

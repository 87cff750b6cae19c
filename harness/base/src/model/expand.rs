//! Putting values into steps before a night: the fields of a `for-each` row, the inputs of a skill.
//!
//! Only the names that are given are replaced; what is known later (captures, variables, secrets)
//! stays a reference. `spec` makes rows with it and `plan` expands skills with it.

use std::convert::Infallible;

use indexmap::IndexMap;

use super::action::Step;
use super::scenario::Scenario;
use super::target::Target;
use super::template::Template;

impl Step {
    /// The same step with these names replaced by their values.
    #[must_use]
    pub fn substituted(&self, values: &IndexMap<String, Template>) -> Self {
        let fill = |template: &Template| Ok::<_, Infallible>(put(template, values));
        let action = match self.action.map(&fill) {
            Ok(action) => action,
            Err(never) => match never {},
        };
        let text = action.describe();
        Self { text, action, ..self.clone() }
    }
}

impl Target {
    /// The same target with these names replaced by their values.
    #[must_use]
    pub fn substituted(&self, values: &IndexMap<String, Template>) -> Self {
        match self.map(&|template| Ok::<_, Infallible>(put(template, values))) {
            Ok(target) => target,
            Err(never) => match never {},
        }
    }
}

impl Scenario {
    /// The scenario of one row of `for-each`.
    #[must_use]
    pub fn for_row(&self, key: &str, values: &IndexMap<String, Template>) -> Self {
        let steps = |steps: &[Step]| steps.iter().map(|it| it.substituted(values)).collect();
        Self {
            id: format!("{}/{key}", self.id),
            before: steps(&self.before),
            steps: steps(&self.steps),
            finally: steps(&self.finally),
            ..self.clone()
        }
        .with_vars(values)
    }

    /// The same scenario with these names put into all that is not filled at its execution:
    /// `about`, tags, owner and masks. Its steps keep their references.
    #[must_use]
    pub fn with_vars(self, values: &IndexMap<String, Template>) -> Self {
        let text = |text: String| put(&Template::new(text), values).raw().to_owned();
        Self {
            about: self.about.map(text),
            tags: self.tags.into_iter().map(text).collect(),
            owner: self.owner.map(text),
            mask: self.mask.iter().map(|it| it.substituted(values)).collect(),
            ..self
        }
    }
}

fn put(template: &Template, values: &IndexMap<String, Template>) -> Template {
    template.substitute(&|name| values.get(name).cloned())
}

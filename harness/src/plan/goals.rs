//! [`name`]: gives every goal in plain words the checkpoint that holds its recording.
//!
//! It is named after the words, so that other steps may come and go around it. A goal that is
//! repeated has none: each of its rounds finds another page.

use std::collections::BTreeSet;

use crate::model::{Action, FacetKind, Snapshot, Step};

/// Words of a goal that name its checkpoint, and their letters.
const MOST_WORDS: usize = 6;
const MOST_LETTERS: usize = 48;

/// Names the checkpoints of these steps and of those inside of them.
pub(super) fn name(steps: &mut [Step]) {
    let all = steps.iter().flat_map(Step::all);
    let mut taken: BTreeSet<String> =
        all.filter_map(|it| Some(it.action.snapshot()?.name.clone())).collect();
    walk(steps, &mut taken);
}

fn walk(steps: &mut [Step], taken: &mut BTreeSet<String>) {
    for step in steps {
        match &mut step.action {
            Action::Do(goal) => {
                let named = unique(&slug(goal.words.raw()), taken);
                let facets = Some(vec![FacetKind::Recording]);
                goal.recorded = Some(Snapshot { name: named, facets, ..Snapshot::default() });
            }
            Action::When(it) => {
                walk(&mut it.steps, taken);
                walk(&mut it.otherwise, taken);
            }
            _ => {}
        }
    }
}

/// `do-choose-the-cheapest-option`.
fn slug(words: &str) -> String {
    let lower = words.to_ascii_lowercase();
    let parts = lower.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    let joined = parts.take(MOST_WORDS).collect::<Vec<_>>().join("-");
    // Only letters of ASCII are in it.
    let short = &joined[..joined.len().min(MOST_LETTERS)];
    format!("do-{}", short.trim_end_matches('-')).trim_end_matches('-').to_owned()
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut number = 1;
    loop {
        let own = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
        if taken.insert(own.clone()) {
            return own;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::{Goal, Repeat};

    fn goal(words: &str) -> Step {
        let goal = Goal { words: words.into(), at_most: 1, ..Goal::default() };
        Step::new(1, "scenarios/a.yaml", 1, Action::Do(Box::new(goal)))
    }

    #[test]
    fn goals_are_named_after_their_words_and_none_that_is_repeated() {
        let again = Repeat { times: 2, over: None, until: None, steps: vec![goal("click More")] };
        let again = Step::new(4, "scenarios/a.yaml", 1, Action::Repeat(Box::new(again)));
        let mut steps = vec![
            goal("Enter ${secret:MAIL} as e-mail, and sign in at once"),
            goal("click Save"),
            goal("click \"Save\""),
            again,
        ];
        name(&mut steps);
        let all = steps.iter().flat_map(Step::all);
        let names: Vec<Option<&str>> = all
            .filter(|it| matches!(it.action, Action::Do(_)))
            .map(|it| it.action.snapshot().map(|it| it.name.as_str()))
            .collect();
        let wanted = ["do-enter-secret-mail-as-e-mail", "do-click-save", "do-click-save-2"];
        let wanted: Vec<Option<&str>> = wanted.map(Some).into_iter().chain([None]).collect();
        assert_eq!(names, wanted);
    }
}

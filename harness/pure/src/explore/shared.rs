//! [`shared`]: the ways that several scenarios begin with, as skills.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::safe::Rules;
use super::written::{Written, area, fills, free_name, is_spelled, slug};
use crate::model::suite::Skill;
use crate::model::target::Locator;
use crate::model::{Action, Step, Surface, Target, Template};

/// So many scenarios that begin in the same way make a skill of it.
const FEWEST: usize = 3;
/// A way of fewer steps is written out.
const SHORTEST: usize = 2;

/// A way that several scenarios begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedWay {
    /// The name of its skill.
    pub name: String,
    /// What it does, in a sentence.
    pub description: String,
    /// Its steps.
    pub steps: Vec<Action>,
    /// The scenarios that begin with it, by their names.
    pub scenarios: Vec<String>,
}

/// The ways that these scenarios share, the longest first; each scenario begins with one at most. A way
/// that is a skill of the suite already has its name.
#[must_use]
pub fn shared(
    written: &[Written],
    skills: &IndexMap<String, Skill>,
    rules: &Rules,
) -> Vec<SharedWay> {
    let heads: Vec<&[Action]> = written.iter().map(|it| head(it, rules)).collect();
    let longest = heads.iter().map(|it| it.len()).max().unwrap_or_default();
    let mut taken: BTreeSet<String> = skills.keys().cloned().collect();
    let mut free = vec![true; written.len()];
    let mut ways = Vec::new();
    for length in (SHORTEST..=longest).rev() {
        for (at, head) in heads.iter().enumerate() {
            let Some(way) = head.get(..length) else { continue };
            let begins = |other: &usize| {
                free[*other]
                    && heads[*other].starts_with(way)
                    && written[*other].product == written[at].product
            };
            let users: Vec<usize> = (at..written.len()).filter(begins).collect();
            if !free[at] || users.len() < FEWEST {
                continue;
            }
            for user in &users {
                free[*user] = false;
            }
            let same = |it: &&Skill| is_the_same(it, way);
            let known = skills.values().find(same).map(|it| it.name.clone());
            ways.push(SharedWay {
                name: known.unwrap_or_else(|| free_name(&name(way), &mut taken)),
                description: description(way),
                steps: way.to_vec(),
                scenarios: users.iter().map(|it| written[*it].name.clone()).collect(),
            });
        }
    }
    ways
}

/// What a scenario does on pages of its own product before it looks at anything.
fn head<'a>(it: &'a Written, rules: &Rules) -> &'a [Action] {
    let leads = |action: &&Action| {
        let is_own = rules.other_product(action, it.product.as_deref()).is_none();
        action.surface() == Some(Surface::Browser) && action.snapshot().is_none() && is_own
    };
    &it.steps[..it.steps.iter().take_while(leads).count()]
}

/// Whether a skill does that and nothing else.
fn is_the_same(skill: &Skill, way: &[Action]) -> bool {
    let is_plain = |it: &Step| it.actor.is_none() && it.product.is_none() && it.within_ms.is_none();
    skill.inputs.is_empty()
        && skill.ensures.is_empty()
        && skill.steps.iter().all(is_plain)
        && skill.steps.iter().map(|it| &it.action).eq(way)
}

/// What a way is for: a form that is filled is called as the button that sends it, anything else as what
/// is done last, and where.
fn name(way: &[Action]) -> String {
    let last = way.last();
    let button = last.and_then(|it| match it {
        Action::Click(click) => called(&click.target),
        _ => None,
    });
    if let Some(button) = button.filter(|it| is_spelled(it) && way.iter().any(fills)) {
        return slug(button);
    }
    let said = last.map(Action::describe).unwrap_or_default();
    match way.first() {
        Some(Action::Open(address)) => slug(&format!("{said} on {}", area(address.raw()))),
        _ => slug(&said),
    }
}

fn called(target: &Target) -> Option<&str> {
    match &target.locator {
        Locator::Role { name, .. } => name.as_ref().map(Template::raw),
        Locator::Text(name) | Locator::Label(name) => Some(name.raw()),
        Locator::TestId(_) | Locator::Css(_) => None,
    }
}

fn description(way: &[Action]) -> String {
    let said: Vec<String> = way.iter().map(Action::describe).collect();
    format!("Several scenarios begin so: {}.", said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::probe::{click, open};
    use crate::model::Snapshot;
    use crate::model::page::FieldValue;

    fn button(name: &str) -> Action {
        let name = Some(name.into());
        click(Target::plain(Locator::Role { role: "button".to_owned(), name }))
    }

    fn fill() -> Action {
        let field = Target::plain(Locator::Label("User".into()));
        Action::Fill(vec![FieldValue { field, value: "ada".into() }])
    }

    fn scenario(name: &str, way: &[Action], more: &[Action]) -> Written {
        let looks = Action::Snapshot(Snapshot { name: "end".to_owned(), ..Snapshot::default() });
        Written {
            area: "start".to_owned(),
            name: name.to_owned(),
            about: String::new(),
            product: None,
            steps: [way, more, &[looks]].concat(),
            probes: Vec::new(),
        }
    }

    /// The name of each way, how many steps it has, and who begins with it.
    fn told(written: &[Written], skills: &IndexMap<String, Skill>) -> Vec<(String, usize, String)> {
        let ways = shared(written, skills, &Rules::default()).into_iter();
        ways.map(|it| (it.name, it.steps.len(), it.scenarios.join(" "))).collect()
    }

    #[test]
    fn three_scenarios_that_begin_alike_share_a_skill_and_two_do_not() {
        let way = [open("/login"), fill(), button("Sign in")];
        let all = ["a", "b", "c"].map(|it| scenario(it, &way, &[button(it)]));
        let wanted = [("sign-in".to_owned(), 3, "a b c".to_owned())];
        assert_eq!(told(&all, &IndexMap::new()), wanted);
        assert_eq!(told(&all[..2], &IndexMap::new()), []);
    }

    #[test]
    fn a_page_alone_is_no_way_and_neither_is_what_is_looked_at_on_it() {
        let other = |it: &str| scenario(it, &[open("/")], &[button(it)]);
        assert_eq!(told(&["a", "b", "c"].map(other), &IndexMap::new()), []);
        let looks = Action::Snapshot(Snapshot::default());
        let after = |it: &str| scenario(it, &[open("/"), looks.clone()], &[button("Menu")]);
        assert_eq!(told(&["a", "b", "c"].map(after), &IndexMap::new()), []);
    }

    #[test]
    fn a_button_in_another_script_gives_a_skill_no_name_and_its_page_does() {
        let way = [open("/login"), fill(), button("Войти")];
        let all = ["a", "b", "c"].map(|it| scenario(it, &way, &[]));
        assert_eq!(told(&all, &IndexMap::new())[0].0, "click-button-on-login");
    }

    #[test]
    fn pages_of_another_product_make_no_way_and_those_of_the_scenarios_own_do() {
        let all = ["a", "b", "c"].map(|it| {
            let way = [open("/login"), fill(), button("Sign in")];
            Written { product: Some("stock".to_owned()), ..scenario(it, &way, &[]) }
        });
        let ways = |pages: &str| {
            let rules = Rules { pages: Some(pages.to_owned()), ..Rules::default() };
            shared(&all, &IndexMap::new(), &rules).len()
        };
        assert_eq!(ways("stock"), 1);
        assert_eq!(ways("app"), 0, "its steps would have to name it");
    }

    #[test]
    fn the_longest_way_goes_first_and_those_that_only_begin_with_a_part_of_it_share_that() {
        let menu = [open("/orders?page=2"), button("Menu")];
        let deep = [&menu[..], &[button("More")]].concat();
        let mut all = ["a", "b", "c"].map(|it| scenario(it, &deep, &[button(it)])).to_vec();
        all.extend(["d", "e"].map(|it| scenario(it, &menu, &[button(it)])));
        let long = ("click-button-more-on-orders".to_owned(), 3, "a b c".to_owned());
        assert_eq!(told(&all, &IndexMap::new()), std::slice::from_ref(&long));
        all.push(scenario("f", &menu, &[]));
        let short = ("click-button-menu-on-orders".to_owned(), 2, "d e f".to_owned());
        assert_eq!(told(&all, &IndexMap::new()), [long, short]);
    }

    #[test]
    fn a_way_that_the_suite_has_as_a_skill_has_its_name_and_no_other_takes_a_name_that_is_taken() {
        let way = [open("/login"), fill(), button("Sign in")];
        let all = ["a", "b", "c"].map(|it| scenario(it, &way, &[]));
        let skill = |name: &str, actions: &[Action]| {
            let steps = (1..).zip(actions).map(|(at, it)| Step::new(at, "s.yaml", at, it.clone()));
            let skill = Skill {
                name: name.to_owned(),
                file: "s.yaml".to_owned(),
                line: 1,
                description: String::new(),
                inputs: IndexMap::new(),
                guidance: None,
                policy: None,
                steps: steps.collect(),
                ensures: Vec::new(),
            };
            IndexMap::from([(name.to_owned(), skill)])
        };
        let name = |skills| told(&all, &skills)[0].0.clone();
        assert_eq!(name(skill("enter", &way)), "enter");
        assert_eq!(name(skill("sign-in", &way[..2])), "sign-in-2");
    }
}

//! Tests of the selection, over suites that are built by hand.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use indexmap::IndexMap;

use super::*;
use crate::model::scenario::Action;
use crate::model::suite::{
    BrowserConfig, Config, GateConfig, InputKind, NightConfig, Skill, SkillInput,
};
use crate::model::target::{Locator, Target};
use crate::model::{Step, Template};

fn step(action: Action) -> Step {
    Step::new(0, "scenarios/x.yaml", 3, action)
}

fn call(skill: &str, with: &[(&str, &str)]) -> Step {
    let with =
        with.iter().map(|(name, value)| ((*name).to_owned(), Template::new(*value))).collect();
    step(Action::Use { skill: skill.to_owned(), with })
}

fn see(text: &str) -> Step {
    step(Action::See(vec![Target::plain(Locator::Text(Template::new(text)))]))
}

fn scenario(id: &str, file: &str, tags: &[&str], steps: Vec<Step>) -> Scenario {
    Scenario {
        id: id.to_owned(),
        file: file.to_owned(),
        line: 1,
        tags: tags.iter().map(|it| (*it).to_owned()).collect(),
        steps,
        finally: vec![step(Action::Back)],
        ..Scenario::default()
    }
}

fn skill(
    name: &str,
    inputs: &[(&str, Option<&str>)],
    steps: Vec<Step>,
    ensures: Vec<Step>,
) -> Skill {
    let inputs = inputs.iter().map(|(name, default)| {
        (
            (*name).to_owned(),
            SkillInput { kind: InputKind::Text, default: default.map(Template::new) },
        )
    });
    Skill {
        name: name.to_owned(),
        file: format!("skills/{name}.yaml"),
        line: 1,
        description: String::new(),
        inputs: inputs.collect(),
        guidance: None,
        policy: None,
        steps,
        ensures,
    }
}

fn suite(scenarios: Vec<Scenario>, skills: Vec<Skill>) -> Suite {
    let config = Config {
        products: IndexMap::from([(
            "shop".to_owned(),
            crate::model::suite::ProductConfig::default(),
        )]),
        sessions: IndexMap::new(),
        browser: BrowserConfig::default(),
        night: NightConfig::default(),
        gate: GateConfig {
            fail_on_unjudged: Vec::new(),
            fail_on: Vec::new(),
            judged_at_least: 95.0,
            rules: Vec::new(),
        },
        redact: Vec::new(),
        mask: Vec::new(),
        facets: None,
        profiles: IndexMap::new(),
        vars: IndexMap::new(),
        pass_env: Vec::new(),
        secrets_file: None,
        suppressions: Vec::new(),
        policy: None,
        agent: None,
        sandbox: crate::model::sandbox::Sandbox::default(),
        stages: crate::model::Stages::default(),
        baselines: crate::model::suite::BaselineConfig::default(),
        explore: crate::model::suite::ExploreConfig::default(),
        notify: crate::model::notify::NotifyConfig::default(),
        file: None,
        publish: None,
    };
    let skills = skills.into_iter().map(|it| (it.name.clone(), it)).collect();
    Suite { root: PathBuf::from("/suite"), config, skills, scenarios }
}

fn small() -> Suite {
    let rows = ["nz", "au"].map(|row| {
        scenario(&format!("orders/{row}"), "scenarios/catalog/orders.yaml", &["smoke"], Vec::new())
    });
    let mut all = rows.to_vec();
    all.push(scenario("filter", "scenarios/catalog/filter.yaml", &["smoke", "slow"], Vec::new()));
    all.push(scenario("sign-in", "scenarios/users/sign-in.yaml", &["slow"], Vec::new()));
    suite(all, Vec::new())
}

fn ids(filters: &[&str], tags: &[&str]) -> Result<Vec<String>, PlanError> {
    let own = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect();
    let selection = Selection { filters: own(filters), tags: own(tags) };
    Ok(select(&small(), &selection)?.into_iter().map(|it| it.id).collect())
}

#[test]
fn filters_take_ids_rows_globs_files_and_folders() {
    let chosen = [
        ids(&[], &[]),
        ids(&["orders"], &[]),
        ids(&["orders/nz"], &[]),
        ids(&["*in*"], &[]),
        ids(&["scenarios/catalog/filter.yaml"], &[]),
        ids(&["scenarios/catalog/", "sign-in"], &[]),
        ids(&["./scenarios/users"], &[]),
        ids(&["."], &[]),
    ];
    let chosen: Vec<String> = chosen.into_iter().map(|it| it.unwrap().join(" ")).collect();
    assert_eq!(
        chosen,
        [
            "orders/nz orders/au filter sign-in",
            "orders/nz orders/au",
            "orders/nz",
            "sign-in",
            "filter",
            "orders/nz orders/au filter sign-in",
            "sign-in",
            "orders/nz orders/au filter sign-in",
        ]
    );
}

#[test]
fn tags_take_and_leave_out() {
    assert_eq!(ids(&[], &["slow"]).unwrap(), ["filter", "sign-in"]);
    assert_eq!(ids(&[], &["!slow"]).unwrap(), ["orders/nz", "orders/au"]);
    assert_eq!(ids(&[], &["smoke", "!slow"]).unwrap(), ["orders/nz", "orders/au"]);
}

#[test]
fn what_matches_nothing_is_an_error_with_suggestions() {
    let errors = [
        ids(&["ordres"], &[]),
        ids(&["zzzzzzzz"], &[]),
        ids(&["a["], &[]),
        ids(&[], &["!smok"]),
        ids(&["sign-in"], &["smoke"]),
    ];
    let errors: Vec<String> = errors.into_iter().map(|it| it.unwrap_err().to_string()).collect();
    assert_eq!(
        errors,
        [
            "the filter \"ordres\" matches no scenario; did you mean \"orders\"?",
            "the filter \"zzzzzzzz\" matches no scenario; `nightshift list` shows what there is",
            "the filter \"a[\" is no valid glob: unclosed character class; missing ']'",
            "no scenario has the tag \"smok\"; did you mean \"smoke\" or \"slow\"?",
            "filters and tags together leave no scenario; loosen one of them",
        ]
    );
}

#[test]
fn skills_are_expanded_with_their_inputs_checks_and_origins() {
    let inner = skill(
        "inner",
        &[("who", Some("nobody"))],
        vec![see("${who} ${capture}")],
        vec![see("end")],
    );
    let outer = skill(
        "outer",
        &[("name", None)],
        vec![call("inner", &[("who", "${name}!")]), call("inner", &[])],
        Vec::new(),
    );
    let scenario = scenario(
        "a",
        "scenarios/a.yaml",
        &[],
        vec![see("begin"), call("outer", &[("name", "${who}")])],
    );
    let planned =
        select(&suite(vec![scenario], vec![inner, outer]), &Selection::default()).unwrap();
    let steps: Vec<String> = planned[0]
        .steps
        .iter()
        .chain(&planned[0].finally)
        .map(|it| format!("{} {} [{}]", it.index, it.text, it.via.join(" > ")))
        .collect();
    assert_eq!(
        steps,
        [
            "1 see text \"begin\" []",
            "2 see text \"${who}! ${capture}\" [outer > inner]",
            "3 see text \"end\" [outer > inner]",
            "4 see text \"nobody ${capture}\" [outer > inner]",
            "5 see text \"end\" [outer > inner]",
            "6 back []",
        ]
    );
    assert_eq!(planned[0].product.as_deref(), Some("shop"));
}

fn each(keys: &[&str], steps: Vec<Step>) -> Step {
    let row = |key: &&str| {
        let values = IndexMap::from([("item".to_owned(), Template::new(*key))]);
        ((*key).to_owned(), values)
    };
    let rows = keys.iter().map(row).collect();
    step(Action::ForEach(Box::new(crate::model::action::ForEach { rows, steps })))
}

#[test]
fn rows_are_expanded_in_place_also_inside_of_skills_and_their_checkpoints_named_after_them() {
    let snapshot = |name: &str| {
        step(Action::Snapshot(crate::model::Snapshot {
            name: name.to_owned(),
            ..crate::model::Snapshot::default()
        }))
    };
    let inner =
        skill("look", &[("at", None)], vec![each(&["x", "y"], vec![snapshot("seen")])], vec![]);
    let outer = each(&["nz", "au"], vec![see("${item}"), call("look", &[("at", "${item}")])]);
    let all = suite(vec![scenario("a", "scenarios/a.yaml", &[], vec![outer])], vec![inner]);
    let planned = select(&all, &Selection::default()).unwrap();
    let steps: Vec<String> =
        planned[0].steps.iter().map(|it| format!("{} {}", it.index, it.text)).collect();
    assert_eq!(
        steps,
        [
            "1 see text \"nz\"",
            "2 snapshot seen-nz-x",
            "3 snapshot seen-nz-y",
            "4 see text \"au\"",
            "5 snapshot seen-au-x",
            "6 snapshot seen-au-y",
        ]
    );
}

#[test]
fn a_scenario_that_grows_without_end_is_an_error_and_no_full_memory() {
    let skills = (0..40).map(|at| {
        let next = format!("s{}", at + 1);
        skill(&format!("s{at}"), &[], vec![call(&next, &[]), call(&next, &[])], Vec::new())
    });
    let mut skills: Vec<Skill> = skills.collect();
    skills.push(skill("s40", &[], vec![see("end")], Vec::new()));
    let all = suite(vec![scenario("a", "scenarios/a.yaml", &[], vec![call("s0", &[])])], skills);
    let error = select(&all, &Selection::default()).unwrap_err().to_string();
    assert!(error.contains("has more than 20000 steps here; split it"), "{error}");
}

#[test]
fn a_skill_that_cannot_be_expanded_is_an_error_and_no_endless_loop() {
    let circle = skill("circle", &[], vec![call("circle", &[])], Vec::new());
    for name in ["circle", "nobody"] {
        let scenario = scenario("a", "scenarios/a.yaml", &[], vec![call(name, &[])]);
        let error = select(&suite(vec![scenario], vec![circle.clone()]), &Selection::default())
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "scenarios/x.yaml:3: the skill \"{name}\" cannot be expanded; run `nightshift check`"
            )
        );
    }
}

#[test]
fn sessions_are_expanded_and_everything_that_is_used_is_named() {
    let sign_in = skill("sign-in", &[("user", None)], vec![see("${user}")], Vec::new());
    let mut as_clerk = see("orders");
    as_clerk.actor = Some("clerk".to_owned());
    let mut own = scenario("a", "scenarios/a.yaml", &[], vec![see("begin"), as_clerk]);
    own.product = Some("shop".to_owned());
    own.actor = Some("ada".to_owned());
    let other = scenario("b", "scenarios/b.yaml", &[], vec![see("begin")]);
    let mut suite = suite(vec![own, other], vec![sign_in]);
    let mut office = crate::model::suite::ProductConfig::default();
    office.env.insert("STORE".to_owned(), "${store.base-url}".into());
    suite.config.products.insert("store".to_owned(), crate::model::suite::ProductConfig::default());
    suite.config.products.insert("office".to_owned(), office);
    for (name, product) in [("ada", None), ("clerk", Some("office")), ("unused", None)] {
        let session = crate::model::suite::SessionConfig {
            product: product.map(str::to_owned),
            establish: vec![call("sign-in", &[("user", name)])],
            check: vec![see("hello")],
            renew_after_ms: None,
        };
        suite.config.sessions.insert(name.to_owned(), session);
    }
    let planned = select(&suite, &Selection::default()).unwrap();
    assert_eq!(planned[0].uses, ["shop", "store", "office"], "also what the office refers to");
    assert_eq!(planned[1].uses, ["shop"]);
    let products: Vec<_> = planned[0].steps.iter().map(|it| it.product.as_deref()).collect();
    assert_eq!(products, [None, Some("office")], "the clerk works in the office");
    let sessions = sessions(&suite, &planned).unwrap();
    let told: Vec<String> = sessions
        .iter()
        .flat_map(|(name, it)| {
            it.establish.iter().chain(&it.check).map(move |step| {
                let product = it.product.as_deref().unwrap_or_default();
                format!("{name} {product} {} {}", step.index, step.text)
            })
        })
        .collect();
    assert_eq!(
        told,
        [
            "ada shop 1 see text \"ada\"",
            "ada shop 2 see text \"hello\"",
            "clerk office 1 see text \"clerk\"",
            "clerk office 2 see text \"hello\"",
        ]
    );
}

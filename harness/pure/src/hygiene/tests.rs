//! Each remark, with the twin that deserves none.

use indexmap::IndexMap;

use super::*;
use crate::model::scenario::Snapshot;
use crate::model::testing::{Night, config, snapshot};

fn baseline(checkpoint: &str, facet: FacetKind, content: &str) -> Baseline {
    Baseline {
        scenario: "s".to_owned(),
        checkpoint: checkpoint.to_owned(),
        facet,
        environment: None,
        algorithm: None,
        why: None,
        file: format!("scenarios/snapshots/s@{checkpoint}.{facet}.snap"),
        content: content.as_bytes().to_vec(),
        layout: None,
        captured: None,
    }
}

/// What is said of a scenario with these checkpoints and baselines.
fn said(checkpoints: &[Snapshot], baselines: &[Baseline], orphans: &[String]) -> Vec<String> {
    let mut night = Night::default();
    night.browser_scenario("s", &[]);
    let mut scenario = night.plan.scenarios.remove(0);
    for (index, it) in checkpoints.iter().enumerate() {
        let action = Action::Snapshot(it.clone());
        scenario.steps.push(Step::new(index as u32 + 2, "scenarios/s.yaml", 7, action));
    }
    let suite = Suite {
        root: std::path::PathBuf::new(),
        config: config(),
        skills: IndexMap::new(),
        scenarios: vec![scenario.clone()],
    };
    let material = Material {
        suite: &suite,
        scenarios: &[scenario],
        baselines,
        orphans,
        dead_redactions: &[],
        today: NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day"),
    };
    let all = remarks(&material).expect("valid redactions");
    all.iter().map(|it| format!("{} {}: {}", it.kind.word(), it.place, it.text)).collect()
}

#[test]
fn a_scenario_without_snapshot_check_and_expectation_cannot_fail() {
    let told = said(&[], &[], &[]);
    assert_eq!(
        told,
        ["cannot-fail scenarios/test.yaml:1: s has no snapshot, no check and no expectation"]
    );
    assert_eq!(said(&[snapshot("page")], &[], &[]), Vec::<String>::new());
}

#[test]
fn a_checkpoint_of_which_redactions_leave_nothing_is_named() {
    let greedy = Snapshot { redact: vec![Redaction::Pattern(".+".to_owned())], ..snapshot("page") };
    let own = [baseline("page", FacetKind::Aria, "- heading \"12 rows\"")];
    assert_eq!(
        said(&[greedy], &own, &[]),
        [
            "compares-nothing scenarios/s.yaml:7: nothing is left to compare of checkpoint page of s: its texts are empty or redacted"
        ]
    );
    assert_eq!(said(&[snapshot("page")], &own, &[]), Vec::<String>::new());
}

#[test]
fn an_output_that_is_a_json_list_is_something_to_compare() {
    let own = [baseline("page", FacetKind::Stdout, "[{\"title\": \"Tea\", \"days\": 14}]")];
    assert_eq!(said(&[snapshot("page")], &own, &[]), Vec::<String>::new());
    let own = [baseline("page", FacetKind::Stdout, "[[timestamp]] [port] […]")];
    assert_eq!(said(&[snapshot("page")], &own, &[]).len(), 1);
}

#[test]
fn an_empty_list_is_an_answer_and_an_empty_output_is_none() {
    for answer in ["[]", "{}", "[ ]\n", "-"] {
        let own = [baseline("page", FacetKind::Stdout, answer)];
        assert_eq!(said(&[snapshot("page")], &own, &[]), Vec::<String>::new(), "{answer}");
    }
    for nothing in ["", "\n", "[[timestamp], [uuid]]"] {
        let own = [baseline("page", FacetKind::Stdout, nothing)];
        assert_eq!(said(&[snapshot("page")], &own, &[]).len(), 1, "{nothing}");
    }
}

#[test]
fn a_code_a_field_or_a_request_alone_is_something_to_compare_and_an_exit_of_0_is_not() {
    for (facet, content) in [
        (FacetKind::Exit, "1\n"),
        (FacetKind::Fields, "textbox \"Name\": Ada"),
        (FacetKind::Requests, "PUT /draft 204"),
        (FacetKind::Storage, "local theme: dark"),
    ] {
        let own = [baseline("page", facet, content)];
        assert_eq!(said(&[snapshot("page")], &own, &[]), Vec::<String>::new(), "{content}");
    }
    for (facet, content) in [
        (FacetKind::Exit, "0\n"),
        (FacetKind::Page, "path: /orders"),
        (FacetKind::Fields, ""),
        (FacetKind::Requests, "[…]"),
    ] {
        let own = [baseline("page", facet, content)];
        assert_eq!(said(&[snapshot("page")], &own, &[]).len(), 1, "{content}");
    }
}

#[test]
fn checkpoints_of_one_scenario_with_the_same_bytes_are_suspicious() {
    let long =
        "- heading \"Orders\"\n- row \"Ada NZ 12.00\"\n- row \"Bob DE 7.50\"\n- button \"Apply\"";
    let both = [snapshot("before"), snapshot("after")];
    let own = [baseline("before", FacetKind::Aria, long), baseline("after", FacetKind::Aria, long)];
    assert_eq!(
        said(&both, &own, &[]),
        [
            "duplicate-baseline scenarios/snapshots/s@before.aria.snap: the aria of the checkpoints before, after of s are the same"
        ]
    );
    let own = [
        baseline("before", FacetKind::Aria, long),
        baseline("after", FacetKind::Aria, &long[..70]),
    ];
    assert_eq!(said(&both, &own, &[]), Vec::<String>::new());
}

#[test]
fn an_orphan_is_named_with_what_to_do() {
    let orphans = ["scenarios/snapshots/gone@x.aria.snap".to_owned()];
    let told = said(&[snapshot("page")], &[], &orphans);
    assert_eq!(
        told,
        ["orphaned-baseline scenarios/snapshots/gone@x.aria.snap: it belongs to no checkpoint"]
    );
}

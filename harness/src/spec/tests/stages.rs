//! How stages are read, and what is said of those that are wrong.

use super::{CONFIG, loaded, said};
use crate::model::{FacetKind, Stage, WatchKind};

#[test]
fn stages_are_read_from_the_scenario_and_the_configuration() {
    let config = format!(
        "{CONFIG}stages: {{ facets: {{ image: advisory, text: gating }}, watches: {{ console-error: shadow }} }}\n"
    );
    let suite = loaded(&[
        ("nightshift.yaml", &config),
        ("scenarios/a.yaml", "scenario: a\nstage: shadow\nsteps: [ { open: / } ]\n"),
        ("scenarios/b.yaml", "scenario: b\nsteps: [ { open: / } ]\n"),
    ]);
    let stages: Vec<Stage> = suite.scenarios.iter().map(|it| it.stage).collect();
    assert_eq!(stages, [Stage::Shadow, Stage::Gating]);
    let all = &suite.config.stages;
    assert_eq!(all.facet(FacetKind::Image), Stage::Advisory);
    assert_eq!(all.facet(FacetKind::Aria), Stage::Gating);
    assert_eq!(all.watch(WatchKind::ConsoleError), Stage::Shadow);
    assert_eq!(all.watch_line("bad-status /x: 500"), Stage::Gating);
}

#[test]
fn stages_that_are_wrong_are_named_with_what_was_meant() {
    let config = concat!(
        "products: { shop: { base-url: http://127.0.0.1:1 } }\n",
        "stages:\n",
        "  facets:\n",
        "    imag: advisory\n",
        "    aria: advsory\n",
        "    console-error: shadow\n",
        "  watches:\n",
        "    consle-error: shadow\n",
        "    image: shadow\n",
        "  scenarios: { a: shadow }\n",
    );
    insta::assert_snapshot!(said(&[
        ("nightshift.yaml", config),
        ("scenarios/a.yaml", "scenario: a\nstage: quiet\nsteps: [ { open: / } ]\n"),
        ("scenarios/b.yaml", "scenario: b\nstage: [shadow]\nsteps: [ { open: / } ]\n"),
    ]));
}

#[test]
fn stages_that_are_no_map_are_refused() {
    let config = "products: { shop: { base-url: http://127.0.0.1:1 } }\nstages: shadow\n";
    insta::assert_snapshot!(said(&[
        ("nightshift.yaml", config),
        ("scenarios/a.yaml", "scenario: a\nsteps: [ { open: / } ]\n"),
    ]));
}

//! No result depends on the order of rules or of what was seen; what is set apart stays apart; each
//! rule has a twin in `triage/tests`.

use std::collections::BTreeSet;

use super::*;
use crate::model::comparison::Located;
use crate::model::testing::Night;
use crate::model::{FacetKind, WatchKind};

/// What differs in a night with many kinds of changes.
fn spots() -> Vec<Located> {
    let mut night = Night::default();
    for index in 0..6 {
        let page = |footer: &str, rows: &str, total: &str| {
            format!(
                "- heading \"Page {index}\"\n- table \"Orders\":\n{rows}- text: {total} rows\n- contentinfo: {footer}"
            )
        };
        let rows = "  - row \"Ada 12.00\"\n  - row \"Bob 30.00\"\n";
        let fewer = "  - row \"Ada 12.00\"\n";
        night.page(
            &format!("s{index}"),
            &format!("/p{index}"),
            &page("Help me out", rows, "2"),
            &page(
                "Hlep me out",
                if index % 2 == 0 { rows } else { fewer },
                if index % 2 == 0 { "2" } else { "1" },
            ),
        );
    }
    for (id, was, is) in [("a", "one\ntwo\nthree", "one\n2\nthree"), ("b", "x", "x\ny")] {
        night
            .command_scenario(id, &format!("shopctl {id}"), Some("out"))
            .baseline(id, "out", FacetKind::Stdout, was.as_bytes())
            .begin(id, 1)
            .watch(id, 1, 1, WatchKind::Exception, "x is null", "/")
            .seen(
                id,
                1,
                "out",
                &format!("shopctl {id}"),
                &[(FacetKind::Stdout, format!("{is}\n").as_bytes())],
            )
            .end(id, 1, crate::model::Outcome::Completed);
    }
    let found = crate::compare::compare(&night.plan, &night.entries, &|it| night.read(it));
    found.expect("the redactions are valid").differences
}

/// The causes as sets of changes: what is left when order is taken away.
fn sets(causes: Vec<Cause>) -> BTreeSet<BTreeSet<Identity>> {
    causes.into_iter().map(|it| it.changes).collect()
}

fn new(_: &Located, _: &Change) -> Class {
    Class::New
}

#[test]
fn neither_the_order_of_rules_nor_that_of_what_was_seen_decides() {
    let spots = spots();
    let expected = sets(causes(&spots, &new));
    assert!(expected.len() > 3, "{expected:#?}");
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..50 {
        let mut shuffled = spots.clone();
        random.shuffle(&mut shuffled);
        let mut rules = rules::ALL;
        random.shuffle(&mut rules);
        let evidence = Evidence::of(&shuffled, &new);
        let edges = rules.iter().flat_map(|rule| (rule.edges)(&evidence)).collect();
        assert_eq!(sets(graph::connect(&evidence, &edges)), expected);
    }
}

#[test]
fn what_is_known_is_never_joined_to_what_is_new() {
    let spots = spots();
    let known = |_: &Located, change: &Change| {
        let old = change.before.as_deref().is_some_and(|it| it.contains("Bob"));
        if old { Class::Known } else { Class::New }
    };
    let together = causes(&spots, &new);
    let rows = together.iter().find(|it| it.changes.len() > 1).expect("the row and the count");
    assert!(!rows.because.is_empty());
    let apart = causes(&spots, &known);
    assert_eq!(apart.len(), together.len() + 1);
    let of_known: Vec<&Cause> = apart.iter().filter(|it| it.class == Class::Known).collect();
    assert_eq!((of_known.len(), of_known[0].changes.len()), (1, 1));
    assert!(!of_known[0].see_also.is_empty(), "the other one may be the same");
}

#[test]
fn what_is_one_stays_one_where_any_part_of_it_is_known() {
    let page = |names: [&str; 4]| {
        let rows = (11..).zip(names).map(|(id, name)| {
            format!(
                "  - row \"{id} {name}\":\n    - cell \"{id}\"\n    - cell \"{name}\"\n    - cell:\n      - checkbox \"Select\"\n"
            )
        });
        format!("- table:\n{}", rows.collect::<Vec<_>>().concat())
    };
    let whole = [
        "Ash tree By the gate.",
        "Elms of ours Two metres high.",
        "Fir of old In a pot.",
        "Old oak Not for sale.",
    ];
    let mut night = Night::default();
    let seen = page(["Ash tree", "Elms of ours", "Fir of old", "Old oak"]);
    night.page("s", "/trees", &page(whole), &seen);
    let found = crate::compare::compare(&night.plan, &night.entries, &|it| night.read(it));
    let spots = found.expect("the redactions are valid").differences;
    for known in ["Ash tree", "Elms", "Fir", "Old oak"] {
        let class = |_: &Located, change: &Change| {
            let is_it = change.before.as_deref().is_some_and(|it| it.contains(known));
            if is_it { Class::Known } else { Class::New }
        };
        let all = causes(&spots, &class);
        let new = all.iter().filter(|it| it.class == Class::New).count();
        assert_eq!(new, 1, "{known}: {all:#?}");
    }
}

#[test]
fn every_rule_has_a_section_in_the_docs() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/rules.md");
    let docs = std::fs::read_to_string(docs).expect("the page is there");
    for rule in rules::ALL {
        assert!(docs.contains(&format!("## `{}`", rule.id)), "{} has no section", rule.id);
    }
}

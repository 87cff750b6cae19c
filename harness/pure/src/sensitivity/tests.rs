//! What is covered has a high figure; what is blind is named with its place.

use std::io::Cursor;

use image::{ImageFormat, Rgba, RgbaImage};

use super::cost::{Cost, Place, of_mask, of_remedy};
use super::mutant::{apply, sites};
use super::*;
use crate::model::sensitivity::BlindKind;
use crate::model::settle::Remedy;
use crate::model::testing::Night;
use crate::model::{Action, Event, Rect, Redaction, Stage, Unordered, WatchKind};

const PAGE: &str = "- heading \"12 rows\"\n- table:\n  - row \"Ada NZ 12.00\"\n  - row \"Bob DE 7.50\"\n  - row \"Eve FR 30.25\"\n- button \"Apply\"";

fn whole(night: &Night) -> Sensitivity {
    limited(night, 5_000)
}

fn limited(night: &Night, mutants: u32) -> Sensitivity {
    let budget = Budget { mutants, pictures: 30, bytes: 64 << 20, go_on: &|| true };
    measure(&night.plan, &night.entries, &|it| night.read(it), &budget).expect("valid redactions")
}

fn blind(night: &Night) -> Vec<(BlindKind, String)> {
    whole(night).blind.into_iter().map(|it| (it.kind, it.line())).collect()
}

/// A command whose output has a baseline, with a redaction of its checkpoint.
fn command(output: &str, redact: Vec<Redaction>) -> Night {
    let mut night = Night::default();
    night
        .command_scenario("orders", "shopctl orders", Some("csv"))
        .baseline("orders", "csv", FacetKind::Stdout, output.as_bytes())
        .baseline("orders", "csv", FacetKind::Exit, b"0")
        .begin("orders", 1)
        .seen(
            "orders",
            1,
            "csv",
            "shopctl orders",
            &[(FacetKind::Stdout, output.as_bytes()), (FacetKind::Exit, b"0")],
        )
        .end("orders", 1, Outcome::Completed);
    if let Action::Run(run) = &mut night.plan.scenarios[0].steps[0].action {
        run.snapshot.as_mut().expect("planned with one").redact = redact;
    }
    night
}

#[test]
fn a_page_that_is_compared_whole_notices_everything() {
    let mut night = Night::default();
    night.page("orders", "/orders", PAGE, PAGE);
    let found = whole(&night);
    assert_eq!(found.total.percent(), Some(100), "{found:#?}");
    assert!(found.total.mutants > 20);
    assert_eq!(found.blind, []);
    let tried = found.kinds.iter().filter(|it| it.count.mutants > 0);
    let kinds: Vec<MutantKind> = tried.map(|it| it.kind).collect();
    assert_eq!(
        kinds,
        [
            MutantKind::DropNode,
            MutantKind::ChangeNumber,
            MutantKind::ChangeWord,
            MutantKind::SwapRows
        ]
    );
}

#[test]
fn a_redaction_that_hides_nearly_everything_is_named_with_its_place() {
    let output = "id,total\n1,12.00\n2,7.50\n3,30.25\n4,18.00\n";
    let clean = whole(&command(output, Vec::new()));
    assert_eq!((clean.total.percent(), clean.blind.len()), (Some(100), 0), "{clean:#?}");
    let greedy = vec![Redaction::Pattern(r"\d+".to_owned())];
    let night = command(output, greedy);
    let found = whole(&night);
    assert!(found.total.percent().expect("tried") < 60, "{:?}", found.total);
    let hidden = &found.redactions[0];
    assert_eq!(
        (&*hidden.redaction, &*hidden.scenario, &*hidden.checkpoint, hidden.facet),
        (r"{ pattern: '\d+' }", "orders", "csv", FacetKind::Stdout)
    );
    let spots = blind(&night);
    assert_eq!(spots[0].0, BlindKind::Redaction);
    assert!(
        spots[0].1.starts_with(r"orders@csv stdout: redaction { pattern: '\d+' } hides "),
        "{spots:?}"
    );
}

#[test]
fn a_narrow_redaction_is_no_blind_spot() {
    let output = "orders of today\nid,total\n1,12.00\n2,7.50\ntook 12 ms\n";
    let narrow = vec![Redaction::Pattern(r"took (\d+) ms".to_owned())];
    let found = whole(&command(output, narrow));
    assert_eq!(found.blind, []);
    assert_eq!(found.redactions.len(), 1);
    assert_eq!(found.total.lost(), found.redactions[0].hides);
}

#[test]
fn an_exit_code_that_flips_is_noticed_and_redactions_do_not_touch_it() {
    let found = whole(&command("12\n", vec![Redaction::Pattern(r"\d+".to_owned())]));
    let exit = found.facets.iter().find(|it| it.facet == FacetKind::Exit).expect("compared");
    assert_eq!((exit.count.mutants, exit.count.noticed), (1, 1));
}

/// A page of dark squares on white, as PNG.
fn squares() -> Vec<u8> {
    let mut image = RgbaImage::from_pixel(480, 240, Rgba([255, 255, 255, 255]));
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        if (x % 48) > 20 && (x % 48) < 34 && (y % 48) > 20 && (y % 48) < 34 {
            *pixel = Rgba([30, 60, 120, 255]);
        }
    }
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).expect("memory never fails");
    png.into_inner()
}

/// A page with a picture, and what is masked in it.
fn picture(masks: &[Rect]) -> Night {
    let mut night = Night::default();
    let png = squares();
    night
        .browser_scenario("shop", &["page"])
        .baseline("shop", "page", FacetKind::Image, &png)
        .baseline("shop", "watch", FacetKind::Events, b"")
        .begin("shop", 1)
        .seen("shop", 1, "page", "/", &[(FacetKind::Image, &png)])
        .end("shop", 1, Outcome::Completed);
    for entry in &mut night.entries {
        if let Event::Checkpoint { facets, .. } = &mut entry.event {
            facets[0].masks = masks.to_vec();
        }
    }
    night
}

#[test]
fn a_mask_is_named_with_its_share_of_the_picture() {
    let found = whole(&picture(&[]));
    let image = found.facets.iter().find(|it| it.facet == FacetKind::Image).expect("compared");
    assert_eq!(image.count.percent(), Some(100), "{image:?}");
    assert_eq!(found.blind, []);
    let half = Rect { x: 0, y: 0, width: 240, height: 240 };
    let mut night = picture(&[half]);
    let target = crate::model::Target::plain(crate::model::Locator::Role {
        role: "main".to_owned(),
        name: None,
    });
    night.plan.scenarios[0].mask = vec![target];
    let found = whole(&night);
    let spot = found.blind.iter().find(|it| it.kind == BlindKind::Mask).expect("named");
    assert_eq!(spot.line(), "shop@page image: blind below the mask main (50 % of the picture)");
    let image = found.facets.iter().find(|it| it.facet == FacetKind::Image).expect("compared");
    assert!(image.count.percent().is_some_and(|it| it < 90), "{image:?}");
}

#[test]
fn what_has_no_baseline_or_is_in_shadow_is_not_noticed_and_said() {
    let mut night = Night::default();
    night.page("orders", "/orders", PAGE, PAGE);
    night.plan.stages.facets.insert(FacetKind::Aria, Stage::Shadow);
    let spots = blind(&night);
    assert_eq!(spots[0].0, BlindKind::Shadow, "{spots:?}");
    night.plan.stages.facets.clear();
    night.plan.baselines.clear();
    let found = whole(&night);
    assert_eq!(found.total.noticed, 0);
    assert!(found.blind.iter().all(|it| it.kind == BlindKind::NoBaseline), "{:?}", found.blind);
}

#[test]
fn one_sighting_more_is_noticed_unless_a_redaction_swallows_it() {
    let mut night = Night::default();
    night.page("orders", "/orders", PAGE, PAGE);
    night.watch("orders", 1, 1, WatchKind::Exception, "x is null", "/orders");
    // A page that was opened is a place at which the watches look.
    let step = crate::model::StepRecord {
        index: 1,
        text: String::new(),
        action: None,
        surface: Surface::Browser,
        place: "/orders".to_owned(),
        outcome: crate::model::StepOutcome::Passed,
        decided: None,
        remark: None,
        duration_ms: 5,
        evidence: Vec::new(),
    };
    night.event(Event::Step { scenario: "orders".to_owned(), attempt: 1, step });
    let count = |night: &Night| {
        let found = whole(night);
        let own = found.facets.iter().find(|it| it.facet == FacetKind::Events);
        own.expect("watched").count
    };
    assert_eq!((count(&night).mutants, count(&night).noticed), (4, 4));
    night.plan.redact = vec![Redaction::Pattern(".+".to_owned())];
    assert_eq!(count(&night).noticed, 0);
}

#[test]
fn a_scenario_that_compares_nothing_is_named() {
    let mut night = Night::default();
    night.command_scenario("bare", "shopctl reset", None);
    assert_eq!(
        blind(&night),
        [(
            BlindKind::ComparesNothing,
            "bare: no snapshot and no check: it only fails where a command does".to_owned()
        )]
    );
}

#[test]
fn a_night_has_one_figure_whatever_is_tried_of_it() {
    let mut night = Night::default();
    for index in 0..10 {
        night.page(&format!("s{index}"), "/", PAGE, PAGE);
    }
    let (one, again) = (limited(&night, 100), limited(&night, 100));
    assert_eq!(one, again);
    assert!(one.total.mutants <= 100 + FEWEST && one.measured < 10, "{:?}", one.total);
    assert_eq!(one.scenarios, 10);
    let all = limited(&night, 5_000);
    assert_eq!(all.measured, 10);
    assert_eq!(u64::from(all.total.mutants), all.total.possible);
}

#[test]
fn time_that_runs_out_is_said() {
    let mut night = Night::default();
    night.page("orders", "/orders", PAGE, PAGE);
    let budget = Budget { mutants: 100, pictures: 1, bytes: 1 << 20, go_on: &|| false };
    let found = measure(&night.plan, &night.entries, &|it| night.read(it), &budget);
    assert!(found.expect("valid redactions").cut_short);
}

#[test]
fn every_change_is_a_change() {
    let files = "created orders.csv [CSV]\n    columns | id | total\n    row 1 | id: 7 | total: 12\n    row 2 | id: 8 | total: 13";
    for (facet, text) in [
        (FacetKind::Aria, PAGE),
        (FacetKind::Stdout, "a b\nc 12\n\nzz 9"),
        (FacetKind::Files, files),
        (FacetKind::Page, "path: /orders\ntitle: Orders\nstatus: 200"),
        (FacetKind::Exit, "0"),
        (FacetKind::Text, "größe Ωμέγα 19"),
    ] {
        for site in sites(facet, text).into_values().flatten() {
            assert_ne!(apply(text, &site), text, "{facet} {site:?}");
        }
    }
    let gone: Vec<String> = sites(FacetKind::Files, files)[&MutantKind::RemoveFile]
        .iter()
        .map(|it| apply(files, it))
        .collect();
    assert_eq!(gone, [""]);
    let dropped = &sites(FacetKind::Aria, PAGE)[&MutantKind::DropNode][1];
    assert_eq!(apply(PAGE, dropped), "- heading \"12 rows\"\n- button \"Apply\"");
}

#[test]
fn a_digest_of_a_long_table_has_no_change_that_only_nightshift_could_miss() {
    let table = "created orders.csv [CSV]\n    columns | id | total\n    row 1 | id: 7 | total: 12\n    row 2 | id: 7 | total: 12\n    rows 3 – 226 | 224 of them, sha256 0123456789abcdef…\n    rows 227 – 300 | 74 of them, sha256 fedcba9876543210…\n    row 301 | id: 8 | total: 13\ncreated all.json [JSON]\n    /items/0/price: 3\n    /items/1/price: 3\n    values /items/2 – /items/90 | 89 of them, sha256 00112233445566aa…\n";
    let mut night = Night::default();
    let seen = [(FacetKind::Files, table.as_bytes())];
    night
        .command_scenario("export", "shopctl export", Some("files"))
        .baseline("export", "files", FacetKind::Files, table.as_bytes())
        .begin("export", 1)
        .seen("export", 1, "files", "shopctl export", &seen)
        .end("export", 1, Outcome::Completed);
    let found = whole(&night);
    assert_eq!(found.blind, []);
    assert_eq!(found.total.lost(), 0, "{:?}", found.total);
    assert!(found.total.mutants > 40, "{:?}", found.total);
    let sites = sites(FacetKind::Files, table);
    let numbers = sites[&MutantKind::ChangeNumber].iter();
    let changed: Vec<String> = numbers.map(|it| apply(table, it)).collect();
    assert!(
        changed.iter().any(|it| it.contains("0223456789abcdef") || it.contains("0123456780abcdef"))
    );
    assert!(!changed.iter().any(|it| it.contains("rows 4 – 226")));
}

#[test]
fn a_change_of_a_set_is_something_new() {
    let hindrances = "name: link a#day0: has no name\nname: link a#day1: has no name\nname: box: has no name (9 times)";
    let known: Vec<&str> = hindrances.lines().collect();
    let all = sites(FacetKind::A11y, hindrances);
    assert!(!all.contains_key(&MutantKind::LoseLine), "what is gone is no difference");
    let numbers: Vec<String> =
        all[&MutantKind::ChangeNumber].iter().map(|it| apply(hindrances, it)).collect();
    // `day0` would be `day1`, which is there, and fewer of the same are no difference.
    assert_eq!(numbers, [hindrances.replace("day1", "day2")]);
    for site in all.into_values().flatten() {
        let changed = apply(hindrances, &site);
        assert!(changed.lines().any(|line| !known.contains(&line)), "{site:?}");
    }
}

#[test]
fn a_redaction_and_a_mask_say_what_they_would_cost() {
    let output = "id,total\n1,12.00\n2,7.50\ntook 12 ms\n";
    let night = command(output, Vec::new());
    let place = Place { scenario: "orders", checkpoint: Some("csv") };
    let cost = |pattern: &str| {
        let redaction = Remedy::Redact(Redaction::Pattern(pattern.to_owned()));
        of_remedy(&night.plan, &night.entries, &|it| night.read(it), place, &redaction)
            .expect("a valid pattern")
    };
    let (narrow, greedy) = (cost(r"took (\d+) ms"), cost(".+"));
    assert_eq!(narrow.hides, 1);
    assert!(greedy.hides > narrow.hides && greedy.of == narrow.of);
    assert_eq!(narrow.to_string(), format!("would hide 1 of {} changes", narrow.of));
    let elsewhere = Place { scenario: "nobody", checkpoint: None };
    let pattern = Remedy::Redact(Redaction::Pattern("x".to_owned()));
    let none = of_remedy(&night.plan, &night.entries, &|it| night.read(it), elsewhere, &pattern);
    assert_eq!(none.expect("a valid pattern"), Cost::default());
    let night = picture(&[]);
    let place = Place { scenario: "shop", checkpoint: None };
    let half = [Rect { x: 0, y: 0, width: 240, height: 240 }];
    let cost = of_mask(&night.plan, &night.entries, &|it| night.read(it), place, &half);
    assert_eq!(cost.hides * 2, cost.of);
}

#[test]
fn what_has_no_order_hides_exactly_the_rows_that_changed_places() {
    let output = "id,total\n1,12.00\n2,7.50\n3,30.25\n";
    let mut night = command(output, Vec::new());
    let place = Place { scenario: "orders", checkpoint: Some("csv") };
    let cost = |night: &Night, remedy: &Remedy| {
        of_remedy(&night.plan, &night.entries, &|it| night.read(it), place, remedy)
            .expect("no pattern")
    };
    let order = Remedy::Unordered(Unordered::Facet(FacetKind::Stdout));
    let loss = cost(&night, &order);
    let swaps = sites(FacetKind::Stdout, output)[&MutantKind::SwapRows].len() as u32;
    assert_eq!(loss.hides, swaps);
    assert!(loss.of > swaps);
    let whole_facet = cost(&night, &Remedy::Unstable(FacetKind::Stdout));
    assert!(whole_facet.hides > loss.hides && whole_facet.of == loss.of, "{whole_facet}");
    let Action::Run(run) = &mut night.plan.scenarios[0].steps[0].action else { unreachable!() };
    let snapshot = run.snapshot.as_mut().expect("planned with one");
    snapshot.unordered = vec![Unordered::Facet(FacetKind::Stdout)];
    let hidden = whole(&night).redactions;
    let all: Vec<_> = hidden.iter().map(|it| (&*it.redaction, it.hides)).collect();
    assert_eq!(all, [("unordered: stdout", swaps)]);
}

#[test]
fn rows_change_places_with_all_that_they_hold() {
    let page = "- table \"T\":\n  - row \"a\":\n    - cell \"a\"\n  - row \"b\":\n    - cell \"b\"\n- text: end";
    let swaps = sites(FacetKind::Aria, page).remove(&MutantKind::SwapRows).unwrap_or_default();
    let swapped: Vec<String> = swaps.iter().map(|it| apply(page, it)).collect();
    assert_eq!(
        swapped,
        [
            "- table \"T\":\n  - row \"b\":\n    - cell \"b\"\n  - row \"a\":\n    - cell \"a\"\n- text: end"
        ]
    );
}

//! The desk and the screen over nights made by hand.

use chrono::{DateTime, Utc};

use super::console::draw::{Line, screen};
use super::console::state::{Flow, Key, Mode, State};
use super::decide::{Force, How, MOST_SUPPRESSED};
use super::desk::is_over;
use super::{Desk, Opened, Suppress, together};
use crate::ledger::NightDir;
use crate::model::finding::{CoveredChange, DiffLine, DiffPiece, DiffTag, ImageChange, Pending};
use crate::model::picture::{Fate, Move, Region};
use crate::model::testing::{Night, instant};
use crate::model::thing::Thing;
use crate::model::{
    Decision, Difference, Event, FacetChange, FacetKind, Finding, Gate, Judgement, Outcome, Rect,
    Severity, Stage, Totals, Verdict,
};

/// A suite in a folder of its own with a night of this many findings, each with one place.
struct Laid {
    _folder: tempfile::TempDir,
    desk: Desk,
}

fn line(tag: DiffTag, text: &str, changed: &str) -> DiffLine {
    let piece = |text: &str, emphasis| DiffPiece { text: text.to_owned(), emphasis };
    let pieces = vec![piece(text, false), piece(changed, true)];
    DiffLine { tag, old_line: Some(1), new_line: Some(1), pieces }
}

fn finding(n: usize) -> Finding {
    let change = FacetChange {
        facet: Some(FacetKind::Stdout),
        expected: String::new(),
        actual: String::new(),
        diff: vec![
            line(DiffTag::Removed, "took ", "12 ms"),
            line(DiffTag::Added, "took ", "14 ms"),
        ],
        image: None,
        evidence: Vec::new(),
        beyond: 0,
        changes: Vec::new(),
    };
    Finding {
        id: format!("F{n}"),
        fingerprint: format!("{n:012x}"),
        pieces: Vec::new(),
        title: format!("number {n} is \u{1b}[31mnot\u{1b}[0m 日本語 what it was\nbefore"),
        verdict: Verdict::Regressed,
        stage: Stage::Gating,
        noise: None,
        slowdown: None,
        culprit: None,
        flake: None,
        since: None,
        severity: Severity::Major,
        confidence: 0.9,
        first_seen: None,
        owner: None,
        scenarios: vec![format!("s{n}")],
        differences: vec![Difference {
            scenario: format!("s{n}"),
            attempt: 1,
            checkpoint: Some("said".to_owned()),
            step: 1,
            place: "tool".to_owned(),
            facets: vec![change],
        }],
        reasons: Vec::new(),
        reproduce: "nightshift run".to_owned(),
        accept: None,
        suppression: None,
        changes: Vec::new(),
        because: Vec::new(),
        see_also: Vec::new(),
    }
}

fn laid(findings: usize) -> Laid {
    laid_with(findings, |_| {})
}

fn laid_with(findings: usize, edit: impl FnOnce(&mut Judgement)) -> Laid {
    let folder = tempfile::tempdir().expect("a folder");
    let night = NightDir::create(folder.path().join("night")).expect("an empty folder");
    let mut made = Night::default();
    let mut pending = Vec::new();
    for n in 1..=findings {
        let id = format!("s{n}");
        made.command_scenario(&id, "tool", Some("said"));
        let evidence = night.keep("stdout", "text/plain", b"took 14 ms").expect("kept");
        pending.push(Pending {
            id: format!("P{n}"),
            scenario: id,
            checkpoint: "said".to_owned(),
            facet: FacetKind::Stdout,
            environment: None,
            place: "tool".to_owned(),
            algorithm: "stdout/1".to_owned(),
            evidence,
            layout: None,
            stage: Stage::Gating,
            replaces: true,
            finding: Some(format!("F{n}")),
            wrong: None,
        });
    }
    for scenario in &made.plan.scenarios {
        let path = folder.path().join(&scenario.file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, "scenario: a\nsteps: [ { run: tool, snapshot: said } ]\n")
            .expect("written");
    }
    let mut judgement = Judgement {
        facets_judged: crate::model::against::JudgedFacets::default(),
        control: None,
        scenarios: Vec::new(),
        findings: (1..=findings).map(finding).collect(),
        pending,
        totals: Totals::default(),
        gate: Gate { decision: Decision::Fail, rule: String::new() },
        facets_without_baseline: 0,
        stages: Vec::new(),
        new_facets: 0,
        fixed: Vec::new(),
        redactions: Vec::new(),
        dead_redactions: Vec::new(),
        pace: None,
        beside: None,
    };
    edit(&mut judgement);
    let opened = Opened { night, plan: made.plan, entries: made.entries, judgement, busy: false };
    let desk = Desk::open(folder.path(), opened).expect("it can be opened");
    Laid { _folder: folder, desk }
}

/// Two findings that both changed the first line of one snapshot of this facet.
fn tied(facet: FacetKind) -> Laid {
    let change = |id: &str| CoveredChange {
        id: id.to_owned(),
        scenario: "s1".to_owned(),
        attempt: 1,
        checkpoint: Some("said".to_owned()),
        facet: Some(facet),
        thing: "line".to_owned(),
        before: Some("a".to_owned()),
        after: Some("b".to_owned()),
        old_lines: vec![1],
        new_lines: vec![1],
    };
    laid_with(2, |judgement| {
        judgement.findings[0].changes = vec![change("one")];
        judgement.findings[1].changes = vec![change("two")];
        judgement.pending.truncate(1);
        judgement.pending[0].facet = facet;
    })
}

#[test]
fn a_night_whose_loop_runs_something_more_often_is_not_over_until_it_ends_again() {
    let end = || Event::NightFinished { interrupted: false };
    let mut night = Night::default();
    night.command_scenario("a", "tool", None).begin("a", 1);
    assert!(!is_over(&night.entries));
    night.end("a", 1, Outcome::Failed).event(end());
    assert!(is_over(&night.entries));
    night.begin("a", 2);
    assert!(!is_over(&night.entries));
    night.end("a", 2, Outcome::Completed).event(end());
    assert!(is_over(&night.entries));
}

#[test]
fn what_is_wrong_by_itself_says_why_and_what_is_not_says_nothing() {
    let laid = laid_with(2, |judgement| {
        judgement.findings.clear();
        for pending in &mut judgement.pending {
            (pending.finding, pending.replaces) = (None, false);
        }
        judgement.pending[0].wrong = Some("`tool` ends by signal 11".to_owned());
    });
    let facts = |at: usize| laid.desk.detail(&laid.desk.items()[at]).facts;
    let why = "s1@said: `tool` ends by signal 11".to_owned();
    assert_eq!(facts(0), [("Wrong by itself", why)]);
    assert!(facts(1).is_empty());
}

#[test]
fn a_picture_or_line_of_two_findings_is_only_accepted_with_both() {
    for (facet, why) in
        [(FacetKind::Image, "is a picture that cannot be split"), (FacetKind::Stdout, "has a line")]
    {
        let mut laid = tied(facet);
        let one = laid.desk.named("F1").expect("it waits");
        let refused = laid.desk.accept(&one, how(instant())).expect_err("not alone").to_string();
        assert!(refused.contains(why), "{refused}");
        assert!(refused.contains("would take F2 too"), "{refused}");
        assert!(refused.contains("--accept F1 F2`"), "{refused}");
        assert_eq!(laid.desk.with_inseparable(one).findings, [0, 1]);
    }
    let mut laid = tied(FacetKind::Stdout);
    let ids = ["F2", "F1"].map(|id| laid.desk.named(id).expect("it waits"));
    let [both] = &together(ids.to_vec())[..] else { panic!("one decision") };
    let done = laid.desk.accept(both, how(instant())).expect("both");
    assert_eq!(
        (done.item.as_str(), done.files),
        ("F2 F1", vec!["scenarios/snapshots/s1@said.stdout.snap".to_owned()])
    );
    assert_eq!(laid.desk.open_items().count(), 0);
}

#[test]
fn a_picture_is_split_by_its_regions_unless_something_moved_or_they_meet() {
    let region = |name: &str| Region {
        names: vec![name.to_owned()],
        fate: Fate::Changed,
        repaint: None,
        moved: false,
    };
    let regions = [region("button \"Buy\""), region("heading \"Tea\"")];
    let inseparable = |boxes: [u32; 2], moves: Vec<Move>, height: u32| {
        let boxes = boxes.map(|x| Rect { x, y: 0, width: 10, height: 10 }).to_vec();
        let image = ImageChange {
            changed_pixels: 9,
            compared_pixels: 99,
            expected_size: (100, 100),
            actual_size: (100, height),
            boxes,
            regions: regions.to_vec(),
            moves,
        };
        let laid = laid_with(2, |judgement| {
            judgement.pending.truncate(1);
            judgement.pending[0].facet = FacetKind::Image;
            let seen = judgement.pending[0].evidence.path.clone();
            for (finding, region) in judgement.findings.iter_mut().zip(&regions) {
                let facet = &mut finding.differences[0].facets[0];
                facet.image = Some(image.clone());
                facet.evidence.push(seen.clone());
                finding.changes = vec![CoveredChange {
                    id: region.names[0].clone(),
                    scenario: "s1".to_owned(),
                    attempt: 1,
                    checkpoint: Some("said".to_owned()),
                    facet: Some(FacetKind::Image),
                    thing: Thing::Region(region.names.clone()).to_string(),
                    before: None,
                    after: region.said(),
                    old_lines: Vec::new(),
                    new_lines: Vec::new(),
                }];
            }
        });
        laid.desk.inseparable(&laid.desk.named("F1").expect("it waits"))
    };
    let moved = Move {
        names: Vec::new(),
        more: 0,
        from: Rect { x: 0, y: 0, width: 1, height: 1 },
        to: Rect { x: 0, y: 9, width: 1, height: 1 },
    };
    assert_eq!(inseparable([0, 50], Vec::new(), 100), [0]);
    assert_eq!(inseparable([0, 9], Vec::new(), 100), [0, 1]);
    assert_eq!(inseparable([0, 50], vec![moved], 100), [0, 1]);
    assert_eq!(inseparable([0, 50], Vec::new(), 120), [0, 1]);
}

#[test]
fn the_screen_asks_before_it_takes_what_cannot_be_split() {
    let mut laid = tied(FacetKind::Stdout);
    let mut state = State::new(&laid.desk, Force::No);
    press(&mut state, &mut laid.desk, "a");
    assert!(state.message().0.contains("(f takes them together"), "{:?}", state.message());
    press(&mut state, &mut laid.desk, "f");
    assert_eq!(state.message().0, "accepted F1 F2: scenarios/snapshots/s1@said.stdout.snap");
    assert_eq!(state.left(), 0);
}

#[test]
fn a_finding_of_very_many_changes_is_suppressed_by_where_it_is() {
    let mut laid = tied(FacetKind::Stdout);
    std::fs::write(laid.desk.root().join("nightshift.yaml"), "products: { a: {} }\n")
        .expect("written");
    let known = Suppress {
        owner: "ops".to_owned(),
        expires: "2999-12-31".parse().expect("a date"),
        reason: "known".to_owned(),
    };
    let change = laid.desk.findings[0].changes[0].clone();
    let more = (0..=MOST_SUPPRESSED).map(|n| CoveredChange { id: n.to_string(), ..change.clone() });
    laid.desk.findings[0].changes = more.collect();
    let chosen = laid.desk.named("F1").expect("it waits");
    let refused = laid.desk.suppress(&chosen, &known, how(instant())).expect_err("too many");
    assert!(refused.to_string().contains("F1 covers 201 changes"), "{refused}");
    let chosen = laid.desk.named("F2").expect("it waits");
    laid.desk.suppress(&chosen, &known, how(instant())).expect("one change");
    let text = std::fs::read_to_string(laid.desk.root().join("nightshift.yaml")).expect("there");
    assert!(text.contains("fingerprint: '000000000002', changes: [two], reason: known"), "{text}");
}

fn how(now: DateTime<Utc>) -> How<'static> {
    How { why: None, force: Force::No, now }
}

fn press(state: &mut State, desk: &mut Desk, keys: &str) {
    for key in keys.chars() {
        let key = if key == '\n' { Key::Enter } else { Key::Char(key) };
        assert_eq!(state.press(desk, key, how(instant())), Flow::Stay);
    }
}

fn texts(lines: &[Line]) -> Vec<String> {
    lines.iter().map(Line::text).collect()
}

#[test]
fn the_screen_fills_every_size_exactly_and_shows_no_control_characters() {
    let mut laid = laid(2_000);
    let mut state = State::new(&laid.desk, Force::No);
    for size in [(80, 24), (200, 60), (63, 10), (30, 8), (20, 5), (8, 3), (1, 1)] {
        for key in [Key::End, Key::PageDown, Key::Up] {
            state.press(&mut laid.desk, key, how(instant()));
            let lines = screen(&mut state, &laid.desk, size);
            assert_eq!(lines.len(), size.1, "{size:?}");
            for line in texts(&lines) {
                let width = unicode_width::UnicodeWidthStr::width(line.as_str());
                assert_eq!(width, size.0, "{size:?} {line:?}");
                assert!(!line.contains(char::is_control), "{line:?}");
            }
        }
    }
    let lines = texts(&screen(&mut state, &laid.desk, (80, 24)));
    assert!(lines[0].starts_with("nightshift review 2000 left of 2000"), "{lines:#?}");
    assert!(lines.iter().any(|it| it.starts_with("> F1999 regressed")), "{lines:#?}");
    assert!(lines[23].contains("? help"), "{lines:#?}");
}

#[test]
fn a_decision_goes_on_to_the_next_item_and_undo_comes_back() {
    let mut laid = laid(3);
    let mut state = State::new(&laid.desk, Force::No);
    press(&mut state, &mut laid.desk, "na");
    assert_eq!(state.message().0, "accepted F2: scenarios/snapshots/s2@said.stdout.snap");
    assert_eq!(state.item(&laid.desk, state.position()).map(|it| it.id.as_str()), Some("F3"));
    press(&mut state, &mut laid.desk, "r");
    assert_eq!(state.left(), 1);
    press(&mut state, &mut laid.desk, "uu");
    assert_eq!(state.left(), 3);
    assert_eq!(state.item(&laid.desk, state.position()).map(|it| it.id.as_str()), Some("F2"));
    let snapshot = laid.desk.root().join("scenarios/snapshots/s2@said.stdout.snap");
    assert!(!snapshot.exists());
    press(&mut state, &mut laid.desk, "u");
    assert_eq!(state.message().0, "no decision is left to take back");
}

#[test]
fn a_suppression_asks_for_owner_date_and_reason_and_says_what_is_wrong() {
    let mut laid = laid(1);
    std::fs::write(laid.desk.root().join("nightshift.yaml"), "products: { a: {} }\n")
        .expect("written");
    let mut state = State::new(&laid.desk, Force::No);
    press(&mut state, &mut laid.desk, "s\n");
    assert_eq!(state.message(), ("a suppression needs an owner; Escape leaves it", true));
    press(&mut state, &mut laid.desk, "ops\nsoon\n");
    assert_eq!(state.message(), ("\"soon\" is no date; write it like 2026-12-31", true));
    for _ in 0..4 {
        state.press(&mut laid.desk, Key::Backspace, how(instant()));
    }
    press(&mut state, &mut laid.desk, "2026-12-31\nslow\n");
    assert_eq!(state.message().0, "suppressed F1: nightshift.yaml");
    let text = std::fs::read_to_string(laid.desk.root().join("nightshift.yaml")).expect("there");
    assert!(text.contains("reason: slow, owner: ops, expires: 2026-12-31"), "{text}");
}

#[test]
fn redactions_are_proposed_with_what_they_hide() {
    let mut laid = laid(1);
    let mut state = State::new(&laid.desk, Force::No);
    press(&mut state, &mut laid.desk, "d");
    let Mode::Redact { proposals, .. } = state.mode() else { panic!("{:?}", state.mode()) };
    let shown: Vec<String> = proposals
        .iter()
        .map(|it| format!("{}: {} of {}; {}", it.text, it.helps.0, it.helps.1, it.cost))
        .collect();
    assert_eq!(
        shown,
        [
            "duration: 1 of 1; hides text in 1 of 1 line",
            r"{ pattern: 'took (\d+) ms' }: 1 of 1; hides text in 1 of 1 line",
        ]
    );
    state.press(&mut laid.desk, Key::Escape, how(instant()));
    assert_eq!(state.message().0, "nothing was decided");
}

//! The reports of a night as their readers and other programs see them; `hostile.rs` has texts that
//! would be markup.

#![allow(clippy::unwrap_used)]

mod hostile;

use std::path::Path;

use futures_util::future::BoxFuture;
use nightshift::model::event::REMOTE_BROWSER;
use nightshift::model::finding::{Judgement, ScenarioResult, Slowdown};
use nightshift::model::suite::GateConfig;
use nightshift::model::{
    Because, Decision, Entry, Event, FORMAT_VERSION, Gate, Outcome, Plan, Stage, Totals, Verdict,
};
use nightshift::report::{
    self, Ending, HistoryReport, NightReport, PagePrinter, PastNightReport, PreflightCheck,
    PrintOptions, ReportError,
};
use serde_json::{Value, json};

use crate::synthetic_night::synthetic;

/// Every file of a written report.
struct Files {
    html: String,
    summary: String,
    junit: String,
    ctrf: Value,
}

fn written(report: &NightReport) -> Files {
    let dir = tempfile::tempdir().unwrap();
    let written = report::write(dir.path(), report).unwrap();
    let text = |path: &Path| std::fs::read_to_string(path).unwrap();
    Files {
        html: text(&written.index_html),
        summary: text(&written.summary_md),
        junit: text(&written.junit_xml),
        ctrf: serde_json::from_str(&text(&written.ctrf_json)).unwrap(),
    }
}

#[test]
fn the_sentence_names_what_changed_and_between_which_builds() {
    let mut report = synthetic(5, 3);
    report.scenarios[4].verdict = Verdict::Fixed;
    report.totals = Totals::count(report.scenarios.iter().map(|it| it.verdict));
    assert_eq!(
        report::sentence(&report),
        "3 new regressions, 1 fixed: build a1b2c3 against d4e5f6"
    );
    assert_eq!(
        report::sentence(&synthetic(14, 0)),
        "No regressions, all 14 scenarios unchanged: build a1b2c3 against d4e5f6"
    );
}

#[test]
fn a_product_that_says_its_version_is_named_by_it_and_not_by_its_folder() {
    let mut report = synthetic(14, 0);
    let said =
        |report: &NightReport| report::sentence(report).split_once(": ").unwrap().1.to_owned();
    let shop = &mut report.night.products[0];
    (shop.build, shop.previous_build) = (Some("s2".to_owned()), Some("s1".to_owned()));
    (shop.version, shop.previous_version) =
        (Some("shopd 1.3".to_owned()), Some("shopd 1.2".to_owned()));
    assert_eq!(said(&report), "shopd 1.3 against shopd 1.2");
    assert!(written(&report).html.contains("shopd 1.3 (s2)<small>against shopd 1.2 (s1)"));
    report.night.products[0].previous_version = Some("shopd 1.3".to_owned());
    assert_eq!(said(&report), "shopd 1.3, build s2 against s1", "only the build tells them apart");
    report.night.products[0].version = None;
    assert_eq!(said(&report), "build s2 against s1");
    let shop = &mut report.night.products[0];
    shop.version = Some("shopd 1.3".to_owned());
    (shop.build, shop.previous_build) = (Some("1.3".to_owned()), Some("1.3".to_owned()));
    assert_eq!(said(&report), "shopd 1.3, as last night", "the build is called by the version");
    report.night.products[0].previous_build = None;
    assert_eq!(said(&report), "shopd 1.3");
}

#[test]
fn nights_of_one_day_are_told_apart_by_their_times() {
    let mut report = synthetic(2, 0);
    let past = |hours: i64| PastNightReport {
        id: format!("n{hours}"),
        started: report.night.started - chrono::Duration::hours(hours),
        decision: Decision::Pass,
        totals: report.totals,
        sensitivity: None,
    };
    report.history = Some(HistoryReport {
        folder: Some("nights".to_owned()),
        known: 2,
        nights: vec![past(36), past(24)],
        skipped: Vec::new(),
        other_branches: 0,
    });
    let html = written(&report).html;
    let times: Vec<&str> =
        html.split("<time>").skip(1).map(|it| it.split('<').next().unwrap()).collect();
    assert_eq!(times, ["13:00", "01:00", "01:00"]);
}

#[test]
fn owners_and_tags_have_their_findings_by_name_without_a_script() {
    let mut report = synthetic(6, 2);
    report.scenarios[1].owner = Some("web-team".to_owned());
    report.scenarios[1].tags = vec!["slow".to_owned()];
    let html = written(&report).html;
    let views = html.split("id=\"views\"").nth(1).unwrap().split("</details>").next().unwrap();
    let row = |name: &str| {
        let row = views.split(&format!("data-name=\"{name}\"")).nth(1).unwrap();
        let row = row.split('\n').next().unwrap();
        let ids: Vec<&str> =
            row.split("href=\"#").skip(1).map(|it| it.split('"').next().unwrap()).collect();
        (ids, row.rsplit("<td>").next().unwrap().to_owned())
    };
    assert_eq!(row("web-team"), (vec!["F2"], "1 of 1 scenario not as before".to_owned()));
    assert_eq!(row("data-team"), (vec!["F1"], "1 of 5 scenarios not as before".to_owned()));
    assert_eq!(row("slow"), (vec!["F2"], "1 of 1 scenario not as before".to_owned()));
}

#[test]
fn a_night_in_which_something_became_slower_is_no_quiet_morning() {
    let mut report = synthetic(14, 1);
    for scenario in &mut report.scenarios {
        scenario.verdict = Verdict::Unchanged;
    }
    report.totals = Totals::count(report.scenarios.iter().map(|it| it.verdict));
    report.gate.decision = Decision::Pass;
    report.findings[0].stage = Stage::Advisory;
    report.findings[0].slowdown = Some(Slowdown {
        usual_ms: 210,
        now_ms: 609,
        ratio: 2.9,
        sure: 0.99,
        nights: 12,
        beside: None,
        measured: 5,
        steps: Vec::new(),
    });
    let said = |report: &NightReport| {
        let files = written(report);
        let calm = files.html.contains("Nothing needs you this morning");
        let folded = files.html.contains("id=\"slower\"");
        (report::sentence(report), calm, folded)
    };
    let builds = "build a1b2c3 against d4e5f6";
    let new = format!("1 slowdown, no other regressions: {builds}");
    assert_eq!(said(&report), (new, false, false), "it is what needs somebody");
    report.findings[0].verdict = Verdict::StillFailing;
    let known = format!("No regressions, all 14 scenarios unchanged, 1 still slower: {builds}");
    assert_eq!(said(&report), (known, true, true));
    report.findings.clear();
    let none = format!("No regressions, all 14 scenarios unchanged: {builds}");
    assert_eq!(said(&report), (none, true, false));
}

#[test]
fn a_night_that_failed_in_preflight_says_so_in_its_first_sentence() {
    let mut report = synthetic(2, 0);
    for scenario in &mut report.scenarios {
        scenario.verdict = Verdict::NotRun;
        scenario.because = Some(Because::Preflight);
        scenario.attempts.clear();
    }
    report.totals = Totals::count(report.scenarios.iter().map(|it| it.verdict));
    report.gate = Gate { decision: Decision::Inconclusive, rule: "0 of 2 judged".into() };
    report.preflight = vec![PreflightCheck {
        check: "product shop".into(),
        ok: false,
        detail: "shopd ended with exit code 1 before it was ready".into(),
        duration_ms: 1_400,
        evidence: Vec::new(),
    }];
    assert_eq!(
        report::sentence(&report),
        "Nothing could be judged: the preflight check of product shop failed (build a1b2c3 against d4e5f6)"
    );
    let html = written(&report).html;
    assert!(html.contains("shopd ended with exit code 1 before it was ready"));
    assert!(
        html.contains(
            "No new regression was found. The gate above says why this night is no pass."
        )
    );
}

#[test]
fn that_a_night_did_not_run_is_red_however_much_else_must_be_known() {
    let mut report = synthetic(12, 0);
    for (at, scenario) in report.scenarios.iter_mut().enumerate() {
        scenario.verdict = Verdict::Inconclusive;
        scenario.because = Some([Because::Authoring, Because::BrowserLost][at % 2]);
    }
    let red = "<p class=\"alert red\">";
    let said = "The night did not run that was due on 20 Nov 01:00 UTC.";
    let ran = written(&report);
    assert!(!ran.html.contains(red) && !ran.summary.contains(said), "{}", ran.summary);
    report.night.missed = vec![report.night.started - chrono::Duration::days(1)];
    let told = written(&report);
    let (_, line) = told.html.split_once(red).unwrap();
    assert!(line.split("</p>").next().unwrap().contains(said), "{line}");
    assert!(told.summary.contains(&format!("**✘ {said}**")), "{}", told.summary);
}

#[test]
fn what_must_be_known_of_browsers_elsewhere_is_told_where_some_were_used() {
    let mut report = synthetic(2, 0);
    assert!(!written(&report).html.contains("on other machines"));
    report.preflight = vec![PreflightCheck {
        check: REMOTE_BROWSER.into(),
        ok: true,
        detail: "pictures have a key of their own".into(),
        duration_ms: 0,
        evidence: Vec::new(),
    }];
    let html = written(&report).html;
    assert!(html.contains("on other machines<small>pictures have a key of their own"), "{html}");
}

#[test]
fn a_green_night_is_calm_and_says_what_was_used() {
    let html = written(&synthetic(14, 0)).html;
    assert!(html.contains("Nothing needs you this morning."));
    assert!(html.contains("14 of 14 planned (100 %)"));
    assert!(html.contains("98 in the browser, 14 on the command line"));
}

#[test]
fn a_browser_that_was_lost_is_told_although_another_attempt_was_judged() {
    let said =
        "The browser or the machine failed in 1 scenario, which was judged by another attempt";
    let mut report = synthetic(3, 0);
    assert!(!written(&report).html.contains("The browser or the machine failed"));
    let mut lost = report.scenarios[1].attempts[0].clone();
    lost.outcome = Outcome::HarnessError;
    lost.detail = Some("the browser is lost: it was killed".to_owned());
    report.scenarios[1].attempts.insert(0, lost);
    let html = written(&report).html;
    assert!(html.contains(said) && html.contains("the browser is lost: it was killed"), "{html}");
}

#[test]
fn a_scenario_that_loses_its_browser_each_time_is_named_before_the_findings() {
    let mut report = synthetic(3, 0);
    let said = "its browser is lost at step 2 in all 2 attempts";
    assert!(!written(&report).html.contains(said));
    let scenario = &mut report.scenarios[1];
    scenario.verdict = Verdict::Inconclusive;
    scenario.because = Some(Because::BrowserLost);
    scenario.detail = Some(said.to_owned());
    let named = format!("{} was not judged: {said}", scenario.id);
    assert!(written(&report).html.contains(&named));
}

#[test]
fn a_report_that_was_written_reads_back_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let report = synthetic(20, 3);
    report::write(dir.path(), &report).unwrap();
    assert_eq!(report::read(dir.path()).unwrap(), report);
    let mut names: Vec<String> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "code-quality.json",
            "ctrf.json",
            "findings.sarif",
            "index.html",
            "junit.xml",
            "night.json",
            "summary.md"
        ]
    );
}

#[test]
fn a_forge_is_told_of_each_finding_once_at_the_scenario_that_it_hits() {
    let mut report = synthetic(5, 3);
    report.findings[0].title = "button \"[click](https://evil.example)\" is gone".to_owned();
    report.findings[1].scenarios.clear();
    let dir = tempfile::tempdir().unwrap();
    let written = report::write(dir.path(), &report).unwrap();
    let read = |path: &Path| -> Value {
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let (sarif, quality) = (read(&written.sarif), read(&written.quality));
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), report.findings.len());
    assert_eq!(
        results[0]["message"]["text"],
        r#"button "\[click\](https://evil.example)" is gone"#
    );
    let place = &results[0]["locations"][0]["physicalLocation"];
    let hit = report.findings[0].scenarios[0].clone();
    let scenario = report.scenarios.iter().find(|it| it.id == hit).unwrap();
    assert_eq!(place["artifactLocation"]["uri"], scenario.file);
    assert_eq!(place["region"]["startLine"], scenario.line);
    assert_eq!(
        quality[1]["location"],
        json!({ "path": "nightshift.yaml", "lines": { "begin": 1 } })
    );
    for (finding, (result, issue)) in
        report.findings.iter().zip(results.iter().zip(quality.as_array().unwrap()))
    {
        assert_eq!(result["partialFingerprints"]["nightshift/v1"], finding.fingerprint);
        assert_eq!(issue["fingerprint"], finding.fingerprint);
    }
}

#[test]
fn a_report_of_a_newer_format_is_refused_by_its_version() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("night.json"), r#"{"format_version": 99, "new": []}"#).unwrap();
    let error = report::read(dir.path()).unwrap_err();
    assert!(matches!(error, ReportError::TooNew { found: 99, known: FORMAT_VERSION, .. }));
}

#[test]
fn ten_thousand_scenarios_make_a_page_below_five_megabytes_that_names_what_it_leaves_out() {
    let files = written(&synthetic(10_000, 500));
    assert!(files.html.len() < 5_000_000, "{} bytes", files.html.len());
    assert!(files.summary.len() < 1_000_000, "{} bytes", files.summary.len());
    assert!(files.junit.len() < 30_000_000, "{} bytes", files.junit.len());
    assert!(files.html.contains("more, in a line each; the whole of them is in night.json"));
    assert!(files.summary.contains("more findings left out here; all are in `night.json`."));
}

/// What a validator of CTRF (0.0.0, additional properties refused) complains about.
fn ctrf_complaints(document: &Value) -> Vec<String> {
    let string = json!({ "type": "string" });
    let name = json!({ "type": "string", "minLength": 1 });
    let number = json!({ "type": "integer" });
    let object = json!({ "type": "object" });
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    let closed = |required: Value, properties: Value| {
        json!({ "type": "object", "required": required, "properties": properties,
                "additionalProperties": false })
    };
    let test = closed(
        json!(["name", "status", "duration"]),
        json!({ "name": name, "duration": number, "message": string, "trace": string, "suite": strings,
                "status": { "enum": ["passed", "failed", "skipped", "pending", "other"] },
                "rawStatus": string, "tags": strings, "filePath": string, "retries": number,
                "flaky": { "type": "boolean" }, "extra": object }),
    );
    let summary = closed(
        json!(["tests", "passed", "failed", "skipped", "pending", "other", "start", "stop"]),
        json!({ "tests": number, "passed": number, "failed": number, "skipped": number,
                "pending": number, "other": number, "start": number, "stop": number }),
    );
    let results = closed(
        json!(["tool", "summary", "tests"]),
        json!({ "tool": closed(json!(["name"]), json!({ "name": name, "version": string })),
                "summary": summary, "tests": { "type": "array", "items": test },
                "environment": closed(json!([]), json!({
                    "buildName": string, "branchName": string, "testEnvironment": string })),
                "extra": object }),
    );
    let root = closed(
        json!(["reportFormat", "specVersion", "results"]),
        json!({ "reportFormat": { "const": "CTRF" },
                "specVersion": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" },
                "results": results }),
    );
    let validator = jsonschema::validator_for(&root).unwrap();
    validator.iter_errors(document).map(|error| error.to_string()).collect()
}

#[test]
fn ctrf_holds_every_scenario_and_only_properties_that_the_format_knows() {
    let report =
        report::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample")).unwrap();
    let ctrf = written(&report).ctrf;
    assert_eq!(ctrf_complaints(&ctrf), Vec::<String>::new());
    let summary = &ctrf["results"]["summary"];
    let counted: u64 = ["passed", "failed", "skipped", "pending", "other"]
        .iter()
        .map(|key| summary[key].as_u64().unwrap())
        .sum();
    assert_eq!(counted, u64::from(report.totals.planned));
    assert_eq!(summary["tests"], report.totals.planned);
}

#[test]
fn junit_tells_flaky_from_failed_for_good_in_the_surefire_manner() {
    let mut report = synthetic(3, 2);
    report.scenarios[1].verdict = Verdict::Flaky;
    report.scenarios[1].attempts[0].outcome = Outcome::Failed;
    let junit = written(&report).junit;
    let case = |id: &str| {
        let from = junit.find(&format!("<testcase name=\"{id}\"")).unwrap();
        &junit[from..from + junit[from..].find("</testcase>").unwrap()]
    };
    let count = |case: &str| {
        ["<failure", "<rerunFailure", "<flakyFailure"].map(|element| case.matches(element).count())
    };
    assert_eq!(count(case("area-00/scenario-00000")), [1, 1, 0]);
    assert_eq!(count(case("area-01/scenario-00001")), [0, 0, 1]);
    assert_eq!(count(case("area-02/scenario-00002")), [0, 0, 0]);
    assert!(junit.contains("<testsuite name=\"scenarios/area-00\""));
}

/// A plan of nothing.
fn empty_plan(started: chrono::DateTime<chrono::Utc>) -> Plan {
    Plan {
        format_version: FORMAT_VERSION,
        night: "n1".into(),
        started,
        deadline: None,
        branch: None,
        environment: "linux".into(),
        versions: indexmap::IndexMap::new(),
        products: Vec::new(),
        beside: indexmap::IndexMap::new(),
        control: None,
        patience: None,
        reruns: None,
        not_isolated: Vec::new(),
        walls: None,
        scenarios: Vec::new(),
        sessions: indexmap::IndexMap::new(),
        redact: Vec::new(),
        gate: GateConfig {
            fail_on_unjudged: Vec::new(),
            fail_on: vec![Verdict::Regressed],
            judged_at_least: 95.0,
            rules: vec![],
        },
        suppressions: Vec::new(),
        stages: nightshift::model::Stages::default(),
        hygiene: Vec::new(),
        baselines: Vec::new(),
        machine: None,
        forecasts: indexmap::IndexMap::new(),
        asked: nightshift::model::asked::Asked::default(),
        history: nightshift::model::History::default(),
    }
}

#[test]
fn a_ledger_that_was_cut_off_is_reported_as_far_as_it_came() {
    let at = synthetic(1, 0).night.started;
    let plan = empty_plan(at);
    let started = Event::AttemptStarted {
        scenario: "a".into(),
        attempt: 1,
        known: Vec::new(),
        purpose: nightshift::model::Purpose::Judging,
    };
    let entries = [Entry { seq: 0, at, event: started }];
    let judgement = Judgement {
        facets_judged: nightshift::model::against::JudgedFacets::default(),
        control: None,
        scenarios: vec![ScenarioResult {
            judged_by: nightshift::model::against::JudgedBy::default(),
            id: "a".into(),
            verdict: Verdict::NotRun,
            stage: nightshift::model::Stage::Gating,
            would_be: None,
            because: Some(Because::Interrupted),
            detail: None,
            duration_ms: 0,
            findings: Vec::new(),
        }],
        findings: Vec::new(),
        pending: Vec::new(),
        totals: Totals::count([Verdict::NotRun]),
        gate: Gate { decision: Decision::Inconclusive, rule: "0 of 1 judged".into() },
        facets_without_baseline: 0,
        stages: Vec::new(),
        new_facets: 0,
        fixed: Vec::new(),
        redactions: Vec::new(),
        dead_redactions: Vec::new(),
        pace: None,
        beside: None,
    };
    let report = report::build(&plan, &entries, &judgement);
    assert_eq!(report.night.ending, Ending::CutOff);
    let attempt = &report.scenarios[0].attempts[0];
    assert_eq!((attempt.outcome, attempt.ledger_lines), (Outcome::HarnessError, Some((1, 1))));
    assert!(written(&report).html.contains("The ledger of this night has no end"));
}

#[test]
fn the_shell_of_the_page_is_as_accepted() {
    let html = written(&synthetic(1, 0)).html;
    let (before, rest) = html.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    insta::assert_snapshot!("shell", format!("{before}<style>[style]</style>{after}"));
}

/// A printer that answers as it is told and keeps what it was given.
struct FakePrinter {
    answer: Result<Vec<u8>, String>,
    page: String,
    options: Option<PrintOptions>,
}

impl PagePrinter for FakePrinter {
    fn print<'a>(
        &'a mut self,
        html: &'a Path,
        options: &'a PrintOptions,
    ) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        self.page = std::fs::read_to_string(html).unwrap();
        self.options = Some(options.clone());
        let answer = self.answer.clone();
        Box::pin(async move { answer })
    }
}

#[tokio::test]
async fn the_pdf_is_printed_from_an_unfolded_page_that_is_gone_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let mut printer =
        FakePrinter { answer: Ok(b"%PDF-1.4".to_vec()), page: String::new(), options: None };
    report::write_pdf(dir.path(), &synthetic(3, 2), &mut printer).await.unwrap();
    assert!(!printer.page.contains("<details") && printer.page.contains("class=\"print\""));
    assert!(printer.options.unwrap().footer.contains("2026-11-21T010000Z-k3f9"));
    let names: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["report.pdf"]);
}

#[tokio::test]
async fn a_printer_that_fails_leaves_nothing_behind_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let mut printer = FakePrinter {
        answer: Err("the browser is lost".into()),
        page: String::new(),
        options: None,
    };
    let error = report::write_pdf(dir.path(), &synthetic(1, 0), &mut printer).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not print report.pdf: the browser is lost; index.html is complete, and \
         `nightshift report` prints again"
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// The colours of the style sheet by name, of its first or second palette.
fn palette(css: &str, at: usize) -> std::collections::HashMap<&str, [f64; 3]> {
    let block = css.split(":root").nth(at + 1).unwrap().split('}').next().unwrap();
    let colour = |hex: &str| -> [f64; 3] {
        let wide: String = match hex.len() {
            3 => hex.chars().flat_map(|c| [c, c]).collect(),
            _ => hex.to_owned(),
        };
        [0, 2, 4].map(|at| {
            let part = f64::from(u8::from_str_radix(&wide[at..at + 2], 16).unwrap()) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    };
    let named = block.split("--").skip(1).filter_map(|it| it.split_once(":#"));
    named.map(|(name, rest)| (name, colour(rest.trim().trim_end_matches(';')))).collect()
}

#[test]
fn text_has_a_contrast_of_four_and_a_half_in_both_schemes() {
    let css = include_str!("../../reports/templates/night.css");
    let luminance = |[r, g, b]: [f64; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let grounds = ["bg", "card", "sunk", "red-bg", "green-bg", "amber-bg", "violet-bg"];
    let texts = ["ink", "soft", "link", "red", "amber", "green", "violet", "blue", "grey"];
    let mut faint = Vec::new();
    for scheme in 0..2 {
        let colours = palette(css, scheme);
        for (ground, text) in grounds.iter().flat_map(|it| texts.map(|text| (*it, text))) {
            let (one, other) = (luminance(colours[ground]), luminance(colours[text]));
            let ratio = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            if ratio < 4.5 {
                faint.push(format!("scheme {scheme}: {text} on {ground} has {ratio:.2}"));
            }
        }
    }
    assert_eq!(faint, Vec::<String>::new());
}

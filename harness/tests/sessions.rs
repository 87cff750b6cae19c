//! The club: people who sign in, two products in one scenario, mails and one-time codes; each of
//! their faults is caught once and named, and the club without faults is silent.

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Answer, SuiteCopy, copy_folder, night_json, package, text, verdicts};

const SECRETS: [(&str, &str); 4] = [
    ("ADA_PASSWORD", "tea-for-two"),
    ("BOB_PASSWORD", "milk-for-one"),
    ("CLERK_PASSWORD", "stamp-and-ink"),
    ("BOB_TOTP", "otpauth://totp/club:bob?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
];

/// The suite of the club in a folder of its own.
fn the_club() -> SuiteCopy {
    let copy = SuiteCopy::empty();
    let fixture = package().join("harness/tests/fixture");
    for part in ["bin", "parts"] {
        copy_folder(&fixture.join(part), &copy.folder().join(part));
    }
    copy_folder(&fixture.join("club"), &copy.folder().join("suite"));
    copy
}

/// The suite with baselines of the club without faults.
fn accepted() -> SuiteCopy {
    static ACCEPTED: OnceLock<SuiteCopy> = OnceLock::new();
    let accepted = ACCEPTED.get_or_init(|| {
        let suite = the_club();
        let (answer, _) = night(&suite, &["--accept-new", "--no-settle"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        std::fs::remove_dir_all(suite.folder().join("night")).expect("removed");
        suite
    });
    let copy = SuiteCopy::empty();
    copy_folder(accepted.folder(), copy.folder());
    copy
}

fn night(suite: &SuiteCopy, arguments: &[&str]) -> (Answer, Value) {
    let all = [&["run", "--no-pdf", "--out", "../night"], arguments].concat();
    let answer = suite.run_with(&all, &SECRETS);
    let report = night_json(&suite.folder().join("night"));
    (answer, report)
}

/// A night of the club with a fault.
fn with_fault(fault: &str, arguments: &[&str]) -> Value {
    let suite = accepted();
    let switch = format!("products.club.env.CLUB_FAULT={fault}");
    let (answer, report) = night(&suite, &[&["--set", &switch], arguments].concat());
    assert!(answer.code.is_some(), "{answer:#?}");
    report
}

fn findings(night: &Value) -> Vec<String> {
    let findings = night["findings"].as_array().expect("findings");
    findings.iter().map(|it| text(&it["title"])).collect()
}

/// Everything that a night left, as text.
fn everything(folder: &std::path::Path) -> Vec<(String, String)> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).expect("readable");
            (entry.path().display().to_string(), String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect()
}

#[test]
fn the_club_without_faults_is_silent_and_signs_in_once_a_worker() {
    let suite = accepted();
    let (answer, report) = night(&suite, &["--jobs", "1"]);
    let loud: Vec<_> =
        verdicts(&report).into_iter().filter(|(_, verdict)| verdict != "unchanged").collect();
    assert_eq!(loud, [], "{:#}", report["findings"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let sessions = report["sessions"].as_array().expect("sessions");
    let signed_in = |actor: &str| {
        let own = sessions.iter().filter(|it| it["actor"] == actor && it["why"] == "first");
        own.count()
    };
    assert_eq!(["ada", "bob", "clerk", "visitor"].map(signed_in), [1, 1, 1, 0]);
    for (path, text) in everything(&suite.folder().join("night")) {
        for (name, secret) in SECRETS {
            assert!(!text.contains(secret), "{name} is in {path}");
        }
    }
    let ledger = std::fs::read_to_string(suite.folder().join("night/ledger.jsonl")).expect("read");
    assert!(!ledger.contains("sid="), "a cookie reached the ledger");
    let again = suite.run(&["judge", "../night"]);
    assert_eq!(again.code, Some(0), "{again:#?}");
}

#[test]
fn whoever_signs_out_is_signed_in_again_for_the_next() {
    let suite = accepted();
    let (_, report) = night(&suite, &["sign-out", "stranger", "--jobs", "1"]);
    let verdicts = verdicts(&report);
    assert!(verdicts.iter().all(|it| it.1 == "unchanged"), "{verdicts:?}");
    let why: Vec<String> = report["sessions"]
        .as_array()
        .expect("sessions")
        .iter()
        .map(|it| format!("{} {} {}", text(&it["actor"]), text(&it["why"]), it["ok"]))
        .collect();
    assert_eq!(why, ["ada first true", "ada check false", "ada expired true"]);
}

#[test]
fn a_session_that_expires_in_the_night_is_renewed_in_silence() {
    let suite = accepted();
    suite.write(
        "scenarios/early-expire.yaml",
        "scenario: early-expire\nproduct: club\nas: ada\nsteps:\n  - open: /account\n  \
         - see: 'heading \"Hello ada\"'\n  - run: clubd expire --club ${base-url}\n",
    );
    let (_, report) = night(&suite, &["early-expire", "greet-ada", "--jobs", "1"]);
    assert_eq!(findings(&report), Vec::<String>::new());
    let why: Vec<String> =
        report["sessions"].as_array().expect("some").iter().map(|it| text(&it["why"])).collect();
    assert_eq!(why, ["first", "check", "expired"]);
}

#[test]
fn a_broken_login_is_one_finding_for_all_who_needed_it() {
    // Nobody waits long for what will not come: it is looked for four times.
    let report = with_fault("login-broken", &["--jobs", "1", "--set", "browser.timeout=4s"]);
    let login: Vec<String> = report["scenarios"]
        .as_array()
        .expect("scenarios")
        .iter()
        .filter(|it| it["verdict"] == "inconclusive" && it["because"] == "login")
        .map(|it| text(&it["id"]))
        .collect();
    assert_eq!(login, ["greet-ada", "greet-bob", "order-and-ship", "sign-out", "stranger"]);
    let titles = findings(&report);
    assert_eq!(titles.len(), 2, "one for Ada and one for Bob: {titles:#?}");
    assert!(
        titles[0].starts_with("ada cannot sign in to club: step 4, see heading \"Hello ada\": no"),
        "{titles:#?}"
    );
    let ada = &report["findings"][0];
    assert_eq!(ada["verdict"], "inconclusive");
    assert_eq!(ada["scenarios"].as_array().map(Vec::len), Some(4));
    assert_eq!(ada["differences"][0]["where"], "/login");
    let tried = report["sessions"].as_array().expect("some").len();
    assert_eq!(tried, 4, "each was tried twice and never again");
    let evidence = report["findings"][0]["differences"][0]["facets"][0]["evidence"].as_array();
    assert!(evidence.is_some_and(|it| !it.is_empty()), "the login's page is there: {ada:#}");
}

/// The one failed step of a scenario: expected, and what was there.
fn failure(report: &Value, scenario: &str) -> (String, String) {
    let scenarios = report["scenarios"].as_array().expect("scenarios");
    let scenario = scenarios.iter().find(|it| it["id"] == scenario).expect("planned");
    let steps = scenario["attempts"][0]["steps"].as_array().expect("steps");
    let failed = steps.iter().find(|it| it["outcome"] == "failed").expect("one failed");
    (text(&failed["expected"]), text(&failed["actual"]))
}

#[test]
fn a_mail_that_is_not_sent_is_missed_by_its_address() {
    let report = with_fault("mail-lost", &["join", "--retries", "0"]);
    let (expected, actual) = failure(&report, "join");
    assert!(
        expected.starts_with("a mail to u") && expected.contains("@example.test"),
        "{expected}"
    );
    assert!(actual.starts_with("no mail came at all"), "{actual}");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{:#}", report["findings"]);
}

#[test]
fn a_wrong_link_in_a_mail_is_seen_in_the_mail_and_where_it_leads() {
    let report = with_fault("mail-link-wrong", &["join", "--retries", "0"]);
    let (expected, _) = failure(&report, "join");
    assert_eq!(expected, "heading \"Welcome\", visible");
    let all = report["findings"].to_string();
    assert!(all.contains("/confrim"), "{all}");
}

#[test]
fn a_code_of_the_wrong_time_is_a_broken_login() {
    let report = with_fault("totp-late", &["greet-bob", "--retries", "0"]);
    let titles = findings(&report);
    assert_eq!(titles.len(), 1, "{titles:#?}");
    assert!(titles[0].starts_with("bob cannot sign in to club: step 6"), "{titles:#?}");
}

#[test]
fn an_order_that_the_office_does_not_see_is_missed_in_the_office() {
    let report = with_fault("order-hidden", &["order-and-ship", "--retries", "0"]);
    let (expected, _) = failure(&report, "order-and-ship");
    assert!(expected.starts_with("button \"Ship Tea u"), "{expected}");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{:#}", report["findings"]);
    assert_eq!(report["findings"][0]["differences"][0]["where"], "office:/");
    let page = std::fs::read_to_string(package().join("README.md"));
    assert!(page.is_ok());
}

#[test]
fn a_product_that_is_not_well_stops_exactly_those_who_use_it() {
    let suite = accepted();
    let (_, report) = night(&suite, &["--set", "products.office.serve.run=false"]);
    let verdicts = verdicts(&report);
    let not_run: Vec<_> =
        verdicts.iter().filter(|it| it.1 == "not-run").map(|it| it.0.as_str()).collect();
    assert_eq!(not_run, ["order-and-ship"], "{verdicts:?}");
    assert!(verdicts.iter().filter(|it| it.1 == "unchanged").count() >= 5, "{verdicts:?}");
}

#[test]
fn a_secret_that_makes_no_codes_is_refused_by_name() {
    let suite = the_club();
    let mut secrets = SECRETS.to_vec();
    secrets[3].1 = "not-base-32-at-all!";
    let answer = suite.run_with(&["run", "--no-pdf", "--out", "../night"], &secrets);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(
        answer.stderr.contains("the secret BOB_TOTP makes no one-time codes: it is neither base32"),
        "{answer:#?}"
    );
    assert!(!answer.stderr.contains("not-base-32"), "{answer:#?}");
}

//! The archive over nights that are written by hand: what is asked is answered, and the file is
//! never more than a copy of the folder.

use chrono::{Duration, Utc};
use serde_json::{Value, json};

use super::testing::{Nights, begin, finding, id, scenario};
use super::{Archive, FILE, Question};

/// Ten nights: `pay` breaks in night 6 with build 1.5 and `mail` in night 3, mended in night 5;
/// `find` is flaky in two; everything of `sort` takes three times as long from night 5 on.
fn ten() -> Nights {
    let nights = Nights::new();
    for night in 0..10 {
        let build = if night < 5 { "1.4" } else { "1.5" };
        let (pay, broken) = match night {
            0..=5 => ("unchanged", None),
            6 => ("regressed", Some("regressed")),
            _ => ("still-failing", Some("still-failing")),
        };
        let mail = match night {
            3 => "regressed",
            4 => "still-failing",
            5 => "fixed",
            _ => "unchanged",
        };
        let find = if night == 2 || night == 8 { "flaky" } else { "unchanged" };
        let sort = if night < 5 { 400 + night as u64 } else { 1_200 + night as u64 };
        let scenarios = [
            scenario("shop/pay", pay, &[900]),
            scenario("mail", mail, &[500]),
            scenario("find", find, &[700, 650]),
            scenario("sort", "unchanged", &[sort]),
        ];
        let mut findings = Vec::new();
        findings.extend(broken.map(|it| finding("F1", "Paying shows an error", it, &["shop/pay"])));
        if night == 3 || night == 4 {
            findings.push(finding("F2", "No mail comes", mail, &["mail"]));
        }
        nights.night(night, build, &scenarios, &findings);
    }
    nights
}

fn ask(nights: &Nights, words: &str) -> (String, Vec<String>) {
    let archive = Archive::open(nights.path()).expect("opened");
    let question = Question::of(words).expect("a question");
    let now = begin() + Duration::days(10);
    let answer = archive.ask(&question, None, now).expect("answered");
    for line in &answer.lines {
        assert!(!line.evidence.is_empty(), "{words}: {} rests on nothing", line.text);
    }
    (answer.says, answer.lines.into_iter().map(|it| it.text).collect())
}

#[test]
fn what_broke_is_told_once_with_its_night_owner_and_whether_it_is_red_still() {
    let nights = ten();
    let (says, lines) = ask(&nights, "what broke in the last 10 days");
    assert_eq!(says, "2 things broke in the last 10 days, in 10 nights; 1 still red.");
    assert_eq!(
        lines,
        [
            format!(
                "No mail comes (major, mail, ada): not red any more, broke in, {} (build 1.4)",
                id(3)
            ),
            format!(
                "Paying shows an error (major, shop/pay, ada): still red since, {} (build 1.5)",
                id(6)
            ),
        ]
    );
    // The twin: a time in which nothing broke.
    assert_eq!(
        ask(&nights, "what broke last night").0,
        "Nothing broke in the newest night, in 1 night."
    );
}

#[test]
fn what_is_red_is_told_with_whom_it_belongs_to() {
    let (says, lines) = ask(&ten(), "what is red and whose is it?");
    assert_eq!(says, "1 scenario is red, for 1 cause: ada.");
    assert_eq!(
        lines,
        [format!("Paying shows an error (major, shop/pay, ada): red, {} (build 1.5)", id(9))]
    );
    let green = Nights::new();
    green.night(0, "1.4", &[scenario("mail", "unchanged", &[1])], &[]);
    assert_eq!(
        ask(&green, "what is red").0,
        format!("Nothing is red, as of {} (build 1.4).", id(0))
    );
    // A night that judged little is no calm one.
    let both = [scenario("mail", "unchanged", &[1]), scenario("pay", "not-run", &[])];
    green.night(1, "1.5", &both, &[]);
    assert_eq!(
        ask(&green, "what is red").0,
        format!("Nothing is red, as of {} (build 1.5), which judged 1 of 2 scenarios.", id(1))
    );
}

#[test]
fn what_is_broken_or_fails_by_chance_is_told_as_that_beside_what_is_red() {
    let nights = Nights::new();
    let night = |night: usize, mail: &str, because: &str| {
        let mut pay = scenario("pay", "inconclusive", &[5]);
        pay["because"] = because.into();
        let found = [
            finding("F1", "No mail comes", mail, &["mail"]),
            finding("F2", "orders prints 11 rows", "inconclusive", &["pay"]),
        ];
        nights.night(night, "1.5", &[scenario("mail", mail, &[5]), pay], &found);
    };
    night(0, "regressed", "undecided");
    let (says, lines) = ask(&nights, "what is red");
    assert_eq!(says, "1 scenario is red, and 1 is broken, or fails by chance, for 2 causes: ada.");
    let of = |text: &str| format!("{text}, {} (build 1.5)", id(0));
    assert_eq!(
        lines,
        [
            of("No mail comes (major, mail, ada): red"),
            of("orders prints 11 rows (major, pay, ada): broken, or fails by chance"),
        ]
    );
    // The twin: what the environment did says nothing, so that what was open before stays so.
    night(1, "fixed", "environment");
    let (says, lines) = ask(&nights, "what is red");
    assert_eq!(says, "1 scenario is broken, or fails by chance, for 1 cause: ada.");
    assert_eq!(lines.len(), 1);
    let only = Nights::new();
    let mut pay = scenario("pay", "inconclusive", &[5]);
    pay["because"] = "environment".into();
    only.night(0, "1.5", &[pay], &[]);
    assert!(ask(&only, "what is red").0.starts_with("Nothing is red"));
}

#[test]
fn a_scenario_last_passed_in_the_night_before_it_broke() {
    let nights = ten();
    let (says, _) = ask(&nights, "when did pay last pass");
    assert_eq!(
        says,
        format!(
            "shop/pay last passed in {} (build 1.5), 4 nights before the newest; it fails since {} (build 1.5).",
            id(5),
            id(6)
        )
    );
    let (says, _) = ask(&nights, "when did mail last pass");
    assert_eq!(says, format!("mail passed in the newest night, {} (build 1.5).", id(9)));
    let archive = Archive::open(nights.path()).expect("opened");
    let unknown = archive.ask(&Question::LastPass("ail".to_owned()), None, Utc::now());
    let said = unknown.expect_err("no such scenario").to_string();
    assert_eq!(said, "no night knows the scenario \"ail\"; did you mean mail?");
}

#[test]
fn what_got_slower_with_a_build_is_told_and_what_did_not_is_silent() {
    let nights = ten();
    let (says, lines) = ask(&nights, "what got slower since 1.5");
    assert_eq!(says, "1 scenario got slower: 5 nights since 1.5 weighed against 5 nights before.");
    assert_eq!(lines, ["sort: 1.2 s instead of 402 ms, 3.0 times as long"]);
    // The twin: within one build nothing is slower.
    let day = (begin() + Duration::days(7)).format("%Y-%m-%d");
    let (says, lines) = ask(&nights, &format!("what got slower since {day}"));
    assert!(says.starts_with("Nothing got slower"), "{says}");
    assert_eq!(lines, Vec::<String>::new());
}

#[test]
fn what_flakes_most_comes_first_with_its_rate() {
    let (says, lines) = ask(&ten(), "what flakes most");
    assert_eq!(says, "1 scenario was flaky in the newest 10 nights.");
    assert_eq!(lines, ["find: flaky in 2 of 10 nights, 20 % (4 % to 50 %)"]);
}

#[test]
fn the_history_of_a_scenario_is_its_stretches_and_that_of_a_finding_its_nights() {
    let nights = ten();
    let archive = Archive::open(nights.path()).expect("opened");
    let mail = archive.history("mail", None).expect("known");
    assert_eq!(
        mail.says,
        "mail was judged in 10 nights: it failed in 2 and was flaky in 0; it takes 500 ms."
    );
    let stretches: Vec<&Value> = mail.lines.iter().map(|it| &it.facts["verdict"]).collect();
    assert_eq!(stretches, ["unchanged", "fixed", "still-failing", "regressed", "unchanged"]);
    let pay = archive.history("F1", None).expect("known");
    assert_eq!(
        pay.says,
        format!(
            "Paying shows an error: in 4 nights, first in {} (build 1.5), last in {} (build 1.5); it belongs to ada.",
            id(6),
            id(9)
        )
    );
}

#[test]
fn the_history_of_a_slowdown_says_since_when_and_by_how_much() {
    let nights = Nights::new();
    for night in 0..4 {
        let slower = (night > 1).then(|| {
            let verdict = if night == 2 { "regressed" } else { "still-failing" };
            let mut it = finding("F3", "shopctl sort takes longer", verdict, &["sort"]);
            it["stage"] = "advisory".into();
            it["slowdown"] = json!({ "usual_ms": 400, "now_ms": 1_000 + 100 * night, "ratio": 2.5,
                "sure": 0.99, "nights": 12, "measured": 5, "steps": [] });
            it
        });
        let findings: Vec<Value> = slower.into_iter().collect();
        nights.night(night, "1.5", &[scenario("sort", "unchanged", &[1])], &findings);
    }
    let archive = Archive::open(nights.path()).expect("opened");
    let answer = archive.history("F3", None).expect("known");
    assert_eq!(
        answer.says,
        format!(
            "shopctl sort takes longer: in 2 nights, first slower in {} (build 1.5) \
             (1.2 s instead of 400 ms, 2.5 times as long), last in {} (build 1.5); it belongs to ada.",
            id(2),
            id(3)
        )
    );
    let lines: Vec<&str> = answer.lines.iter().map(|it| it.text.as_str()).collect();
    let line = |night: usize, now: &str| {
        let night = id(night);
        let by = format!("{now} instead of 400 ms, 2.5 times as long");
        format!("slower in {night} (build 1.5): {by}, 1 scenario")
    };
    assert_eq!(lines, [line(3, "1.3 s"), line(2, "1.2 s")]);
    assert_eq!(answer.lines[0].facts["slower"]["now_ms"], 1_300);
    // It decides nothing, so that nothing broke and nothing is red.
    assert!(ask(&nights, "what is red").0.starts_with("Nothing is red"));
    assert!(archive.history("F4", None).is_err(), "no night has it");
}

#[test]
fn nights_of_another_branch_are_left_out_and_said() {
    let nights = ten();
    nights.night_of(11, "release", "1.5", &[scenario("mail", "regressed", &[1])], &[]);
    let archive = Archive::open(nights.path()).expect("opened");
    let now = begin() + Duration::days(12);
    let main = archive.ask(&Question::Red, Some("main"), now).expect("answered");
    assert_eq!(main.says, "1 scenario is red, for 1 cause: ada.");
    assert_eq!(
        main.notes,
        ["1 of other branches than branch main left out; `--branch` names another"]
    );
    let release = archive.ask(&Question::Red, None, now).expect("answered");
    assert!(release.lines[0].text.starts_with("mail (ada): regressed"), "{:?}", release.lines);
}

#[test]
fn two_nights_are_told_apart_and_a_night_from_itself_is_not() {
    let nights = ten();
    let answer = super::difference(&nights.of(5), &nights.of(9)).expect("read");
    let lines: Vec<&str> = answer.lines.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(
        lines,
        [
            "came: Paying shows an error (still-failing, 1 scenario, ada)",
            "shop/pay: still-failing instead of unchanged",
            "mail: unchanged instead of fixed",
        ]
    );
    let same = super::difference(&nights.of(9), &nights.of(9)).expect("read");
    assert_eq!(same.lines, []);
}

/// Everything in the tables, in an order that does not hang on when it was written.
fn dump(archive: &Archive) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT folder || bytes || id || started || decision || builds || totals || ifnull(problem, '') FROM night ORDER BY folder",
        "SELECT scenario.id || night.id || verdict || gating || ifnull(owner, '') || ifnull(ms, '') || runs || failed \
         FROM run JOIN scenario ON scenario.key = scenario JOIN night ON night.key = night ORDER BY 1",
        "SELECT night.id || finding.id || fingerprint || title || verdict || scenarios \
         FROM finding JOIN night ON night.key = night ORDER BY 1",
        "SELECT scenario.id || night.id || finding \
         FROM hit JOIN scenario ON scenario.key = scenario JOIN night ON night.key = night ORDER BY 1",
        "SELECT id FROM scenario ORDER BY id",
    ] {
        let mut found = archive.connection.prepare(sql).expect("valid");
        let rows = found.query_map([], |row| row.get::<_, String>(0)).expect("asked");
        all.extend(rows.map(|it| it.expect("text")));
    }
    all
}

#[test]
fn what_hit_a_scenario_is_found_without_looking_at_what_hit_others() {
    let nights = ten();
    let archive = Archive::open(nights.path()).expect("opened");
    let hit = |id: &str| {
        let causes = archive.causes_of(id, None).expect("asked");
        causes.iter().map(|it| (it.title.clone(), it.seen.len())).collect::<Vec<_>>()
    };
    assert_eq!(hit("mail"), [("No mail comes".to_owned(), 2)]);
    assert!(hit("find").is_empty() && hit("pay").is_empty(), "pay is another than shop/pay");
    assert_eq!(hit("shop/pay"), [("Paying shows an error".to_owned(), 4)]);

    let sql = format!("EXPLAIN QUERY PLAN {}", super::red::naming());
    let mut asked = archive.connection.prepare(&sql).expect("valid");
    let rows = asked.query_map(["mail"], |row| row.get::<_, String>("detail")).expect("asked");
    let steps: Vec<String> = rows.map(|it| it.expect("text")).collect();
    assert!(steps.iter().all(|it| !it.starts_with("SCAN")), "{steps:?}");
    let by_id = steps.iter().any(|it| it.starts_with("SEARCH finding") && it.contains("id=?"));
    assert!(by_id, "each finding is looked up by itself: {steps:?}");
}

fn fresh(nights: &Nights) -> Vec<String> {
    std::fs::remove_file(nights.path().join(FILE)).expect("there");
    let archive = Archive::open(nights.path()).expect("opened");
    assert_eq!(archive.in_memory(), None);
    dump(&archive)
}

#[test]
fn only_what_is_new_or_was_judged_again_is_read() {
    let nights = ten();
    assert_eq!(Archive::open(nights.path()).expect("opened").read(), 10);
    assert_eq!(Archive::open(nights.path()).expect("opened").read(), 0);
    nights.night(10, "1.5", &[scenario("mail", "unchanged", &[1])], &[]);
    nights.night(4, "1.4", &[scenario("mail", "flaky", &[1])], &[]);
    std::fs::remove_dir_all(nights.of(0)).expect("removed");
    let archive = Archive::open(nights.path()).expect("opened");
    assert_eq!(archive.read(), 2);
    let kept = dump(&archive);
    drop(archive);
    assert_eq!(kept, fresh(&nights));
}

#[test]
fn a_torn_file_is_made_anew_wherever_it_is_torn() {
    let nights = ten();
    let whole = dump(&Archive::open(nights.path()).expect("opened"));
    let file = nights.path().join(FILE);
    let bytes = std::fs::read(&file).expect("there");
    let mut tear = fastrand::Rng::with_seed(16);
    for round in 0..40 {
        let at = tear.usize(0..bytes.len());
        let mut torn = bytes.clone();
        match round % 3 {
            0 => torn.truncate(at),
            1 => torn[at..].fill(0),
            _ => torn[..(at / 4096 + 1) * 4096].fill(0xA5),
        }
        std::fs::write(&file, &torn).expect("written");
        let archive = Archive::open(nights.path()).expect("opened");
        assert_eq!(archive.in_memory(), None, "round {round}, at {at}");
        assert_eq!(dump(&archive), whole, "round {round}, at {at} of {}", bytes.len());
    }
}

#[test]
fn a_night_that_is_damaged_is_left_out_and_named() {
    let nights = ten();
    std::fs::write(nights.of(9).join("night.json"), "{ \"format_version\": 1, \"night\"")
        .expect("written");
    let archive = Archive::open(nights.path()).expect("opened");
    let answer = archive.ask(&Question::Flakes, None, Utc::now()).expect("answered");
    assert_eq!(answer.says, "1 scenario was flaky in the newest 9 nights.");
    assert!(
        answer.notes[0].contains("cannot be used: its night.json is damaged"),
        "{:?}",
        answer.notes
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_answered_from_memory() {
    let nights = ten();
    // A folder in the file's place: what cannot be opened and cannot be removed.
    std::fs::create_dir(nights.path().join(FILE)).expect("made");
    let archive = Archive::open(nights.path()).expect("opened");
    assert!(archive.in_memory().is_some());
    let answer = archive.ask(&Question::Red, None, Utc::now()).expect("answered");
    assert_eq!(answer.says, "1 scenario is red, for 1 cause: ada.");
}

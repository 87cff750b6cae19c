//! What the seeded faults of the fixture shop taught: one cause that shows in several ways is one
//! finding, and the twin of it, two causes side by side, is two.

use super::*;

const REST: &str = "- link \"Home\"\n- link \"Orders\"\n- link \"Cart\"\n- paragraph: Be kind";

/// A page of this first line, which became that one.
fn page(night: &mut Night, id: &str, place: &str, old: &str, new: &str) {
    night.page(id, place, &format!("{old}\n{REST}"), &format!("{new}\n{REST}"));
}

/// A scenario without anything to compare, whose only step fails.
fn failing(night: &mut Night, id: &str, place: &str, expected: &str, actual: &str) {
    night
        .browser_scenario(id, &[])
        .baseline(id, "watch", FacetKind::Events, b"")
        .begin(id, 1)
        .failed(id, 1, 1, place, (Outcome::Failed, expected, actual))
        .end(id, 1, Outcome::Failed);
}

fn count(night: &Night) -> usize {
    judge(night).findings.len()
}

#[test]
fn a_step_that_fails_on_an_error_page_belongs_to_the_page_and_one_elsewhere_does_not() {
    let error = b"- heading \"500\"\n- paragraph: It broke.";
    let on = |place: &str| {
        let mut night = Night::default();
        let whole = format!("- heading \"About\"\n{REST}");
        night
            .browser_scenario("a", &["page"])
            .baseline("a", "page", FacetKind::Aria, whole.as_bytes())
            .baseline("a", "watch", FacetKind::Events, b"")
            .begin("a", 1)
            .seen("a", 1, "page", "/about", &[(FacetKind::Aria, error)])
            .failed("a", 1, 3, place, (Outcome::Failed, "css \"summary\"", "no such element"))
            .end("a", 1, Outcome::Failed);
        count(&night)
    };
    assert_eq!((on("/about"), on("/cart")), (1, 2));
}

#[test]
fn an_error_page_in_the_frame_of_all_pages_takes_the_steps_that_fail_on_it_too() {
    let answered = |status: &str| {
        let mut night = Night::default();
        let was = format!("- heading \"About\"\n{REST}");
        let is = format!("- heading \"Sorry\"\n{REST}");
        let page = format!("path: /about\nstatus: {status}");
        night
            .browser_scenario("a", &["page"])
            .baseline("a", "page", FacetKind::Aria, was.as_bytes())
            .baseline("a", "page", FacetKind::Page, b"path: /about\nstatus: 200")
            .baseline("a", "watch", FacetKind::Events, b"")
            .begin("a", 1)
            .seen(
                "a",
                1,
                "page",
                "/about",
                &[(FacetKind::Aria, is.as_bytes()), (FacetKind::Page, page.as_bytes())],
            )
            .failed("a", 1, 3, "/about", (Outcome::Failed, "css \"summary\"", "no such element"))
            .end("a", 1, Outcome::Failed);
        count(&night)
    };
    assert_eq!((answered("500"), answered("200")), (1, 2));
}

#[test]
fn a_step_that_misses_a_count_belongs_to_what_counts_otherwise_on_the_same_page() {
    let nearest = |actual: &str| {
        let mut night = Night::default();
        page(&mut night, "a", "/orders", "- heading \"45 orders\"", "- heading \"46 orders\"");
        failing(&mut night, "b", "/orders?country=NZ", "heading \"18 orders\"", actual);
        count(&night)
    };
    assert_eq!(nearest("no such heading; nearest: heading \"19 orders\""), 1);
    assert_eq!(nearest("no such heading; nearest: heading \"Nothing here\""), 2);
}

#[test]
fn a_step_that_looks_for_more_of_what_changed_before_belongs_to_the_change() {
    let looks_for = |expected: &str| {
        let mut night = Night::default();
        page(&mut night, "a", "/note", "- text: dark 700", "- text: light 700");
        let last = night.entries.pop();
        night.failed("a", 1, 3, "/note", (Outcome::Failed, expected, "no such text"));
        assert!(last.is_some(), "the attempt had ended");
        night.end("a", 1, Outcome::Failed);
        count(&night)
    };
    assert_eq!((looks_for("text \"dark 700 offline\""), looks_for("text \"Saved\"")), (1, 2));
}

#[test]
fn a_step_that_runs_what_ends_otherwise_elsewhere_belongs_to_it() {
    let ends = |actual: &str| {
        let mut night = Night::default();
        let line = "shopctl products";
        night
            .command_scenario("a", line, Some("out"))
            .baseline("a", "out", FacetKind::Exit, b"0")
            .begin("a", 1)
            .seen("a", 1, "out", line, &[(FacetKind::Exit, b"1")])
            .end("a", 1, Outcome::Completed);
        failing(&mut night, "b", line, "exit 0", actual);
        count(&night)
    };
    assert_eq!((ends("exit 1; stderr ended with: oh"), ends("it does not start")), (1, 2));
}

#[test]
fn text_that_is_garbled_in_many_places_is_one_finding_and_other_text_is_not() {
    let beside = |new: &str| {
        let mut night = Night::default();
        page(&mut night, "a", "/a", "- cell \"Björk\"", "- cell \"BjÃ¶rk\"");
        page(&mut night, "b", "/b", "- option \"Åland\"", new);
        count(&night)
    };
    assert_eq!((beside("- option \"Ã…land\""), beside("- option \"Iceland\"")), (1, 2));
}

#[test]
fn the_same_words_that_stand_for_others_in_a_heading_and_a_link_are_one_finding() {
    let beside = |new: &str| {
        let mut night = Night::default();
        let old = "\"Card for you\"";
        page(&mut night, "a", "/a", &format!("- heading {old}"), "- heading \"Card against you\"");
        page(&mut night, "b", "/b", &format!("- link {old}"), &format!("- link \"{new}\""));
        count(&night)
    };
    assert_eq!((beside("Card against you"), beside("Card for everybody")), (1, 2));
}

#[test]
fn what_a_watch_saw_before_a_failure_and_before_a_change_is_one_cause_of_both() {
    let with = |also_before_the_change: bool| {
        let mut night = Night::default();
        let saw = |night: &mut Night, id: &str| {
            night.watch(id, 1, 1, WatchKind::BadStatus, "GET answered 500", "/api/offer");
        };
        night
            .browser_scenario("a", &[])
            .baseline("a", "watch", FacetKind::Events, b"")
            .begin("a", 1);
        saw(&mut night, "a");
        let why = (Outcome::Failed, "text \"30.00\"", "no such text");
        night.failed("a", 1, 2, "/", why).end("a", 1, Outcome::Failed);
        page(&mut night, "b", "/", "- paragraph: Only today", "- paragraph: No offer");
        if also_before_the_change {
            let ended = night.entries.len() - 2;
            let (seen, end) = (night.entries[ended].event.clone(), night.entries.pop());
            assert!(end.is_some() && night.entries.pop().is_some(), "the page was seen");
            saw(&mut night, "b");
            night.event(seen).end("b", 1, Outcome::Completed);
        }
        count(&night)
    };
    assert_eq!((with(true), with(false)), (1, 2));
}

#[test]
fn a_file_left_behind_is_one_finding_whether_a_command_made_it_or_met_it() {
    let left = |files: [&str; 2], holds: [&str; 2]| {
        let mut night = Night::default();
        for (id, own, at) in [("a", "orders.csv", 0), ("b", "orders.json", 1)] {
            let (left, holds) = (files[at], holds[at]);
            let line = format!("shopctl export {own}");
            let wrote = format!("created {own}\n    all of it\n");
            let seen = format!("{left}\n    {holds}\n{wrote}");
            night.command_scenario(id, &line, Some("out"));
            night.baseline(id, "out", FacetKind::Files, wrote.as_bytes());
            night.plan.baselines.last_mut().expect("one").algorithm = Some("files/2".to_owned());
            night
                .begin(id, 1)
                .seen(id, 1, "out", &line, &[(FacetKind::Files, seen.as_bytes())])
                .end(id, 1, Outcome::Completed);
        }
        count(&night)
    };
    let half = ["half of it", "half of it"];
    assert_eq!(left(["created export.tmp", "changed export.tmp"], half), 1);
    assert_eq!(left(["created export.tmp", "created import.tmp"], ["half of it", "a lock"]), 2);
}

#[test]
fn a_reference_that_leads_nowhere_and_the_description_that_it_gave_are_one_finding() {
    let beside = |thing: &str| {
        let mut night = Night::default();
        let broken =
            format!("reference: {thing}: aria-describedby names #help, which is not there\n");
        let note = "textbox \"Note\" [type=text]";
        for (id, was, is) in [
            ("a", format!("{note} [description=\"For us.\"]\n"), format!("{note}\n")),
            ("b", String::new(), String::new()),
        ] {
            night
                .browser_scenario(id, &["seen"])
                .baseline(id, "seen", FacetKind::Fields, was.as_bytes())
                .baseline(id, "seen", FacetKind::A11y, b"")
                .begin(id, 1)
                .seen(
                    id,
                    1,
                    "seen",
                    "/hours",
                    &[(FacetKind::Fields, is.as_bytes()), (FacetKind::A11y, broken.as_bytes())],
                )
                .end(id, 1, Outcome::Completed);
        }
        count(&night)
    };
    assert_eq!((beside("textbox \"Note\""), beside("textbox \"Name\"")), (1, 2));
}

#[test]
fn a_command_that_help_no_longer_lists_and_that_is_not_known_is_gone_once() {
    let beside = |word: &str| {
        let mut night = Night::default();
        let help = "Commands:\n  orders  List orders\n  report  Say how it goes";
        let unknown = format!("shopctl: error: invalid choice: '{word}'");
        let complaint: &[(FacetKind, &[u8])] = &[
            (FacetKind::Exit, b"2"),
            (FacetKind::Stdout, b""),
            (FacetKind::Stderr, unknown.as_bytes()),
        ];
        let short = b"Commands:\n  orders  List orders".as_slice();
        for (line, was, is) in [
            (
                "shopctl --help",
                help,
                &[(FacetKind::Exit, b"0".as_slice()), (FacetKind::Stdout, short)][..],
            ),
            ("shopctl report", "All is well.", complaint),
        ] {
            night
                .command_scenario(line, line, Some("out"))
                .baseline(line, "out", FacetKind::Exit, b"0")
                .baseline(line, "out", FacetKind::Stdout, was.as_bytes())
                .baseline(line, "out", FacetKind::Stderr, b"")
                .begin(line, 1)
                .seen(line, 1, "out", line, is)
                .end(line, 1, Outcome::Completed);
        }
        count(&night)
    };
    assert_eq!((beside("report"), beside("week")), (1, 2));
}

#[test]
fn what_comes_and_goes_is_told_beside_what_stays_wrong() {
    let both = |second: &[u8]| {
        let mut night = Night::default();
        night
            .browser_scenario("a", &["one", "two"])
            .baseline("a", "one", FacetKind::Aria, REST.as_bytes())
            .baseline("a", "two", FacetKind::Aria, REST.as_bytes())
            .baseline("a", "watch", FacetKind::Events, b"");
        let wrong = REST.replace("Be kind", "Be quick");
        for (attempt, first) in [(1, second), (2, REST.as_bytes())] {
            night
                .begin("a", attempt)
                .seen("a", attempt, "one", "/one", &[(FacetKind::Aria, first)])
                .seen("a", attempt, "two", "/two", &[(FacetKind::Aria, wrong.as_bytes())])
                .end("a", attempt, Outcome::Completed);
        }
        let judgement = judge(&night);
        let findings = judgement.findings.iter().map(|it| (it.verdict, it.title.clone()));
        findings.collect::<Vec<_>>()
    };
    let stays = (Verdict::Regressed, "text \"Be kind\" became \"Be quick\" on /two".to_owned());
    let flakes = REST.replace("- link \"Cart\"\n", "");
    assert_eq!(
        both(flakes.as_bytes()),
        [stays.clone(), (Verdict::Flaky, "link \"Cart\" is gone on /one".to_owned())]
    );
    assert_eq!(both(REST.as_bytes()), [stays]);
}

#[test]
fn one_list_in_another_order_is_one_finding_on_a_page_and_in_an_output_and_two_lists_are_two() {
    let count_with = |names: [&str; 4]| {
        let mut night = Night::default();
        let row = |name: &str, at: usize| format!("  - link \"{name}\" [url=/{at}]");
        let shop = ["Kettle", "Teapot", "Saucer", "Candle"];
        let list = |order: [usize; 4]| {
            let rows: Vec<String> = order.iter().map(|at| row(shop[*at], *at)).collect();
            format!("- list:\n{}\n{REST}", rows.join("\n"))
        };
        night.page("a", "/list", &list([0, 1, 2, 3]), &list([2, 0, 3, 1]));
        let lines = |order: [usize; 4]| {
            let rows: Vec<String> = order.iter().map(|at| format!("* {} *", names[*at])).collect();
            rows.join("\n")
        };
        night
            .command_scenario("b", "shop list", Some("list"))
            .baseline("b", "list", FacetKind::Stdout, lines([0, 1, 2, 3]).as_bytes())
            .begin("b", 1)
            .seen(
                "b",
                1,
                "list",
                "shop list",
                &[(FacetKind::Stdout, lines([3, 1, 0, 2]).as_bytes())],
            )
            .end("b", 1, Outcome::Completed);
        count(&night)
    };
    assert_eq!(count_with(["Kettle", "Teapot", "Saucer", "Candle"]), 1);
    assert_eq!(count_with(["Berlin", "Lisbon", "Vienna", "Dublin"]), 2);
}

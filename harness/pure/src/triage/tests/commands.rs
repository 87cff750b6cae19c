//! What commands print, each lesson as a small night made by hand: options and usages of help texts,
//! outputs that others read. Neighbour: `upgrades`, which has those about pages.

use super::*;

/// A scenario of one command with a baseline of its output, and what it printed.
fn printed(night: &mut Night, id: &str, line: &str, baseline: &str, seen: &str) {
    night
        .command_scenario(id, line, Some("out"))
        .baseline(id, "out", FacetKind::Exit, b"0")
        .baseline(id, "out", FacetKind::Stdout, baseline.as_bytes())
        .begin(id, 1)
        .seen(
            id,
            1,
            "out",
            line,
            &[(FacetKind::Exit, b"0"), (FacetKind::Stdout, format!("{seen}\n").as_bytes())],
        )
        .end(id, 1, Outcome::Completed);
}

#[test]
fn each_change_of_an_option_is_one_finding_by_its_name_over_all_commands() {
    let mut night = Night::default();
    let usage = |command: &str| format!("Usage: shopctl {command} [OPTIONS]\n\nOptions:\n");
    for command in ["add", "list", "show"] {
        let old = "  --csv        As CSV\n  --load TEXT  Extensions to load\n  -h, --help   Help";
        // A longer option moves the column of all others, in one of the commands only.
        let new = if command == "list" {
            "  --csv              As CSV\n  --order-by COLUMN  Sort by it\n  --load TEXT        Path to an extension, with an\n                     optional entry point\n  -h, --help         Help"
        } else {
            "  --csv        As CSV\n  --load TEXT  Path to an extension, with an optional entry point\n  -h, --help   Help"
        };
        printed(
            &mut night,
            command,
            &format!("shopctl {command} --help"),
            &format!("{}{old}", usage(command)),
            &format!("{}{new}", usage(command)),
        );
    }
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        [
            "shopctl add --help says of --load \"Path to an extension, with an optional entr…\" instead of \"Extensions to load\" (and 2 more commands)",
            "shopctl list --help: option --order-by is new",
        ]
    );
    assert!(judgement.findings.iter().all(|it| it.severity == Severity::Minor));
}

#[test]
fn commands_that_are_new_and_commands_that_are_gone_are_a_line_each() {
    let mut night = Night::default();
    printed(
        &mut night,
        "help",
        "shopctl --help",
        "Commands:\n  add   Add a row\n  dump  Output all\n  list  List rows",
        "Commands:\n  add        Add a row\n  install    Install packages\n  list       List rows\n  plugins    List plugins\n  uninstall  Remove packages",
    );
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        [
            "shopctl --help: entry dump is gone",
            "shopctl --help: entries install, plugins and uninstall are new",
        ]
    );
    let severities: Vec<_> = judgement.findings.iter().map(|it| it.severity).collect();
    assert_eq!(severities, [Severity::Major, Severity::Minor]);
}

#[test]
fn a_help_text_that_is_only_laid_out_otherwise_is_still_told() {
    let mut night = Night::default();
    printed(&mut night, "help", "shopctl --help", "  --csv  As CSV", "  --csv    As CSV");
    assert_eq!(judge(&night).findings.len(), 1);
}

#[test]
fn what_newly_fails_comes_first_and_what_is_merely_new_last() {
    let mut night = Night::default();
    printed(&mut night, "a-new", "shopctl --help", "  --csv  CSV", "  --csv  CSV\n  --json  JSON");
    night
        .page("b-more", "/b", "- heading \"B\"", "- heading \"B\"\n- link \"More\"")
        .page("c-gone", "/c", "- heading \"C\"\n- link \"Help\"", "- heading \"C\"")
        .command_scenario("d-fails", "shopctl export", Some("out"))
        .baseline("d-fails", "out", FacetKind::Exit, b"0")
        .begin("d-fails", 1)
        .seen("d-fails", 1, "out", "shopctl export", &[(FacetKind::Exit, b"1")])
        .end("d-fails", 1, Outcome::Completed);
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        [
            "shopctl export exits 1 instead of 0",
            "link \"Help\" is gone on /c",
            "link \"More\" is new on /b",
            "shopctl --help: option --json is new",
        ]
    );
}

#[test]
fn a_stack_trace_from_other_lines_of_the_source_is_minor_and_says_so() {
    let mut night = Night::default();
    let trace = |line: u32| {
        format!(
            "Traceback (most recent call last):\n  File \"/shop/cli.py\", line {line}, in main\n    run()\nKeyError: 'x'"
        )
    };
    printed(&mut night, "s", "shopctl show", &trace(12), &trace(31));
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        ["shopctl show still ends in a stack trace, from other lines of the source"]
    );
    assert_eq!(judgement.findings[0].severity, Severity::Minor);
}

#[test]
fn what_only_follows_from_where_the_code_stands_is_told_and_alarms_nobody_unless_asked() {
    let trace = |line: u32, source: &str, error: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/shop/cli.py\", line {line}, in main\n    {source}\n    ^^^^^\n{error}"
        )
    };
    let page = |script: &str| format!("- link \"Help\":\n  - /url: {script}");
    let decided = |night: &Night| {
        let judgement = judge(night);
        let findings = judgement.findings.iter().map(|it| (it.stage, it.severity)).collect();
        (judgement.scenarios[0].verdict, judgement.gate.decision, findings)
    };
    let of_trace = |now: &str| {
        let mut night = Night::default();
        let before = trace(12, "run()", "KeyError: 'x'");
        printed(&mut night, "s", "shopctl show", &before, now);
        night
    };
    let of_page = |was: &str, now: &str| {
        let mut night = Night::default();
        night.page("s", "/", &page(was), &page(now));
        night
    };
    let told = (Verdict::Unchanged, Decision::Pass, vec![(Stage::Advisory, Severity::Minor)]);
    let moved = trace(31, "run(all_of(them))", "KeyError: 'x'");
    assert_eq!(decided(&of_trace(&moved)), told);
    assert_eq!(decided(&of_page("/assets/index-DiwrgTda.js", "/assets/index-BNqLX2oP.js")), told);
    // Asked for, it decides.
    let mut night = of_trace(&moved);
    night.plan.stages.moved_code = Stage::Gating;
    let gates = (Verdict::Regressed, Decision::Fail, vec![(Stage::Gating, Severity::Minor)]);
    assert_eq!(decided(&night), gates);
    // Another exception, and another file, count as ever.
    for night in [
        of_trace(&trace(31, "run(all_of(them))", "ValueError: 'x'")),
        of_page("/assets/index-DiwrgTda.js", "/assets/admin-BNqLX2oP.js"),
    ] {
        let (verdict, decision, findings) = decided(&night);
        assert_eq!((verdict, decision), (Verdict::Regressed, Decision::Fail));
        let findings: Vec<(Stage, Severity)> = findings;
        assert!(findings.iter().any(|it| it.0 == Stage::Gating), "{findings:?}");
    }
}

#[test]
fn an_error_of_any_language_from_another_line_alarms_nobody_and_another_error_does() {
    for (was, moved, other) in [
        (
            "shop.rb:12:in 'sum': no rate (KeyError)\n\tfrom shop.rb:20:in '<main>'",
            "shop.rb:14:in 'sum': no rate (KeyError)\n\tfrom shop.rb:22:in '<main>'",
            "shop.rb:14:in 'sum': no price (KeyError)\n\tfrom shop.rb:22:in '<main>'",
        ),
        (
            "PHP Fatal error:  Uncaught Error: no rate in /shop/a.php:12\n  thrown in /shop/a.php on line 12",
            "PHP Fatal error:  Uncaught Error: no rate in /shop/a.php:14\n  thrown in /shop/a.php on line 14",
            "PHP Fatal error:  Uncaught Error: no rate in /shop/b.php:12\n  thrown in /shop/b.php on line 12",
        ),
        (
            "./run.sh: line 12: rate: unbound variable",
            "./run.sh: line 14: rate: unbound variable",
            "./run.sh: line 14: price: unbound variable",
        ),
    ] {
        let decided = |is: &str| {
            let mut night = Night::default();
            printed(&mut night, "s", "shopctl sum", was, is);
            let judgement = judge(&night);
            (judgement.scenarios[0].verdict, judgement.gate.decision)
        };
        assert_eq!(decided(moved), (Verdict::Unchanged, Decision::Pass), "{moved}");
        assert_eq!(decided(other), (Verdict::Regressed, Decision::Fail), "{other}");
    }
}

#[test]
fn a_new_option_and_another_usage_are_two_findings_and_the_usage_is_one_over_all_its_lines() {
    let mut night = Night::default();
    printed(
        &mut night,
        "help",
        "shopctl add --help",
        "Usage: shopctl add [OPTIONS] NAME [integer|fl\n                   oat|INTEGER]\n\nOptions:\n  -h, --help  Help",
        "Usage: shopctl add [OPTIONS] NAME\n                   [integer|float|str]\n\nOptions:\n  --ignore    Skip it if it is there\n  -h, --help  Help",
    );
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        [
            "shopctl add --help says of its usage \"…NAME [integer|float|str]\" instead of \"…NAME [integer|fl oat|INTEGER]\"",
            "shopctl add --help: option --ignore is new",
        ]
    );
}

#[test]
fn a_row_of_a_table_is_told_by_its_words_and_by_its_spaces_where_only_they_differ() {
    let told = |is: &str| {
        let mut night = Night::default();
        printed(&mut night, "count", "shopctl count", "SUM:       4         21", is);
        judge(&night).findings.iter().map(|it| it.title.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        told("SUM:       4         22"),
        ["shopctl count prints \"SUM: 4 22\" instead of \"SUM: 4 21\""]
    );
    assert_eq!(
        told("SUM:       4      21"),
        ["shopctl count prints other spaces in \"SUM: 4 21\""]
    );
}

#[test]
fn a_usage_that_names_the_new_option_is_the_same_finding() {
    let mut night = Night::default();
    printed(
        &mut night,
        "help",
        "shopctl list --help",
        "usage: shopctl list [--csv]\n\noptions:\n  --csv  As CSV",
        "usage: shopctl list [--csv] [--json]\n\noptions:\n  --csv   As CSV\n  --json  As JSON",
    );
    assert_eq!(
        titles(&judge(&night)),
        ["shopctl list --help: option --json is new; usage explained otherwise"]
    );
}

#[test]
fn lines_in_another_order_are_told_as_that() {
    let mut night = Night::default();
    printed(&mut night, "tables", "shopctl tables", "books\nloans\npeople", "books\npeople\nloans");
    assert_eq!(titles(&judge(&night)), ["shopctl tables prints the same lines in another order"]);
}

#[test]
fn json_with_its_members_in_another_order_alarms_nobody_and_a_value_beside_it_is_told_alone() {
    let was = "[\n  {\n    \"id\": 1,\n    \"town\": \"Ghent\"\n  }\n]";
    let said = |is: &str| {
        let mut night = Night::default();
        printed(&mut night, "list", "shopctl list --json", was, is);
        let judgement = judge(&night);
        let titles = judgement.findings.iter().map(|it| it.title.clone()).collect::<Vec<_>>();
        (judgement.scenarios[0].verdict, titles)
    };
    assert_eq!(
        said("[\n  {\n    \"town\": \"Ghent\",\n    \"id\": 1\n  }\n]"),
        (Verdict::Unchanged, Vec::new())
    );
    assert_eq!(
        said("[\n  {\n    \"town\": \"Genk\",\n    \"id\": 1\n  }\n]"),
        (Verdict::Regressed, vec!["shopctl list --json prints \"\"town\": \"Genk\"\" instead of \"\"town\": \"Ghent\"\"".to_owned()])
    );
}

#[test]
fn what_is_said_of_an_option_is_quoted_whole_or_cut_with_its_quotes() {
    let mut night = Night::default();
    printed(
        &mut night,
        "help",
        "shopctl analyze-all-tables --help",
        "  --load-extension TEXT  Extensions of the database engine to load",
        "  --load-extension TEXT  Path to an extension of the database engine, with an optional entry point",
    );
    assert_eq!(
        titles(&judge(&night)),
        [
            "shopctl analyze-all-tables --help says of --load-extension \"Path to an extension of the dat…\" instead of \"Extensions of the database engi…\""
        ]
    );
}

#[test]
fn a_help_that_is_only_indented_otherwise_beside_a_new_option_is_minor_and_says_so() {
    let mut night = Night::default();
    printed(
        &mut night,
        "help",
        "shopctl add --help",
        "Add a row:\n\n      shopctl add --name Tea\n\nOptions:\n  --csv  As CSV",
        "Add a row:\n\n  shopctl add --name Tea\n\nOptions:\n  --csv  As CSV\n  --new  Only new ones",
    );
    let judgement = judge(&night);
    assert_eq!(
        titles(&judgement),
        [
            "shopctl add --help lays out the same words otherwise",
            "shopctl add --help: option --new is new",
        ]
    );
    assert!(judgement.findings.iter().all(|it| it.severity == Severity::Minor));
}

#[test]
fn an_empty_line_that_came_or_went_is_a_finding_and_beside_another_change_is_none_of_its_own() {
    let judged = |was: &str, is: &str| {
        let mut night = Night::default();
        printed(&mut night, "s", "shopctl show", was, is);
        judge(&night)
    };
    for (was, is, title) in [
        ("a\n\nb", "a\nb", "shopctl show no longer prints an empty line"),
        ("a\nb", "a\n\nb", "shopctl show newly prints an empty line"),
    ] {
        let judgement = judged(was, is);
        assert_eq!(judgement.scenarios[0].verdict, Verdict::Regressed);
        assert_eq!(titles(&judgement), [title]);
        assert_eq!(judgement.findings[0].severity, Severity::Minor);
    }
    let judgement = judged("a 1\n\nb", "a 2\nb");
    assert_eq!(judgement.findings.len(), 1, "{:#?}", titles(&judgement));
    assert!(judged("a\n\nb", "a\n\nb").findings.is_empty());
}

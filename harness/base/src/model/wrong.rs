//! What is wrong by itself, whatever a product is for: a command that dies ([`death`]) or ends in a
//! stack trace ([`has_trace`]), a page that the server fails at ([`failed_status`]), a page that
//! throws ([`throws`]); and whether a scenario says so itself ([`is_expected`]).
//!
//! `compare` marks by it what `--accept-new` must not take for right, and `explore` has findings of
//! it.

use std::sync::LazyLock;

use regex::Regex;

use super::action::{Action, Step};
use super::command::{OutputExpectation, RunCommand, TextTest};
use super::filetext::{is_end, without_oddities};
use super::page::{PageExpectation, WaitFor};
use super::scenario::Scenario;
use super::terminal::TerminalAction;
use super::watch::WatchKind;

/// Above this an exit code of a shell stands for the signal that ended its command.
const BY_SIGNAL: i32 = 128;
/// The signals that only a fault of the program sends: illegal instruction, abort, bus error,
/// arithmetic, invalid memory.
const FAULTS: [i32; 5] = [4, 6, 7, 8, 11];
/// What a check names where an error is expected, in small letters.
const ERRORS: [&str; 4] = ["error", "exception", "traceback", "crash"];

/// The signal that ended a command, by its `exit` facet; also where a shell told of it by its code.
#[must_use]
pub fn death(exit: &str) -> Option<i32> {
    let exit = exit.trim();
    if let Some(signal) = exit.strip_prefix("signal:") {
        return signal.trim().parse().ok();
    }
    let code: i32 = exit.strip_prefix("exit:")?.trim().parse().ok()?;
    code.checked_sub(BY_SIGNAL).filter(|it| is_fault(*it))
}

/// Whether only a fault of the program itself sends this signal: nobody else ended it.
#[must_use]
pub fn is_fault(signal: i32) -> bool {
    FAULTS.contains(&signal)
}

/// Whether a program says where in its own source it failed.
#[must_use]
pub fn has_trace(said: &str) -> bool {
    static TRACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?m)^Traceback \(most recent call last\)|^thread '.*' (?:\(\d+\) )?panicked at|^panic: |^goroutine \d+ \[|Segmentation fault|^\s+at .+\(.+:\d+:\d+\)$|^Exception in thread|core dumped",
        )
        .expect("a constant pattern")
    });
    TRACE.is_match(said)
}

/// What a program that failed so says of why: above the places where it was, or below them.
#[must_use]
pub fn reason(said: &str) -> &str {
    let lines = || {
        let all = without_oddities(said).lines().filter(|it| !is_end(it)).map(str::trim);
        all.filter(|it| !it.is_empty())
    };
    let names_error = |it: &&str| it.split(':').next().is_some_and(|it| it.contains("Error"));
    let places_follow = lines().any(|it| it.starts_with("at "));
    let above = lines().find(names_error).filter(|_| places_follow);
    above.or_else(|| lines().next_back()).unwrap_or_default()
}

/// The status by which the server says that it failed, by the facet `page` or `response`.
#[must_use]
pub fn failed_status(page: &str) -> Option<&str> {
    let status = page.lines().find_map(|it| it.strip_prefix("status: "))?.trim();
    (status.len() == 3 && status.starts_with('5')).then_some(status)
}

/// Whether what a watch saw says that the page itself failed.
#[must_use]
pub fn throws(kind: WatchKind) -> bool {
    match kind {
        WatchKind::Exception | WatchKind::Rejection | WatchKind::PageCrashed => true,
        WatchKind::ConsoleError | WatchKind::RequestFailed | WatchKind::BadStatus => false,
    }
}

/// Whether a scenario says of a step that it ends in an error: a command by `expect`, a program on a
/// terminal and a page by what is checked beside it. `said` is what was printed, or the status.
#[must_use]
pub fn is_expected(scenario: &Scenario, step: u32, said: &str) -> bool {
    let steps = scenario.all_steps();
    let Some(at) = steps.iter().position(|it| it.index == step) else { return false };
    if let Action::Run(run) = &steps[at].action {
        return expects_failure(run, said);
    }
    let before = if is_look(steps[at]) { &steps[..at] } else { &[] };
    let before = before.iter().rev().take_while(|it| is_look(it));
    let after = steps[at + 1..].iter().take_while(|it| is_look(it));
    before.chain([&steps[at]]).chain(after).any(|it| names_error(&it.action, said))
}

fn expects_failure(run: &RunCommand, said: &str) -> bool {
    let names = |it: &OutputExpectation| names_trace(&it.test, said);
    run.exit.is_some_and(|it| it != 0) || run.outputs.iter().any(names)
}

/// Whether a test on an output names the stack trace in it, or why it was printed.
fn names_trace(test: &TextTest, said: &str) -> bool {
    let why = reason(said);
    match test {
        TextTest::Is(named) | TextTest::Contains(named) => {
            let named = named.raw().trim();
            has_trace(named) || (!named.is_empty() && why.contains(named))
        }
        TextTest::Matches(pattern) => {
            has_trace(pattern.raw()) || Regex::new(pattern.raw()).is_ok_and(|it| it.is_match(why))
        }
        TextTest::Lacks(_) => false,
    }
}

/// Whether a step only looks at what is there.
fn is_look(step: &Step) -> bool {
    match &step.action {
        Action::Judge(_) => true,
        Action::Terminal(action) => matches!(
            **action,
            TerminalAction::WaitScreen { .. }
                | TerminalAction::Stop { .. }
                | TerminalAction::Snapshot(_)
        ),
        of_page => of_page.only_looks(),
    }
}

/// Whether a check names an error, or the status that was answered.
fn names_error(action: &Action, said: &str) -> bool {
    let names = |text: &str| {
        let small = text.to_lowercase();
        ERRORS.iter().any(|it| small.contains(it)) || (said.len() == 3 && small.contains(said))
    };
    match action {
        Action::See(targets) => targets.iter().any(|it| names(&it.to_string())),
        Action::Expect(all) => {
            all.iter().any(|it| matches!(it, PageExpectation::Title(title) if names(title.raw())))
        }
        Action::Wait { until: WaitFor::Visible(target), .. } => names(&target.to_string()),
        Action::Terminal(action) => match &**action {
            TerminalAction::WaitScreen { tests, .. } => {
                tests.iter().any(|it| names_trace(it, said))
            }
            TerminalAction::Stop { exit, .. } => exit.is_some_and(|it| it != 0),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::target::{Locator, Target};
    use crate::model::testing::{scenario, snapshot, step};

    #[test]
    fn a_command_that_dies_is_told_from_one_that_refuses() {
        assert_eq!(death("signal: 11\n"), Some(11));
        assert_eq!(death("exit: 139\n"), Some(11));
        for sound in ["exit: 0\n", "exit: 1\n", "exit: 127\n", "exit: 130\n", "none\n"] {
            assert_eq!(death(sound), None, "{sound}");
        }
    }

    #[test]
    fn a_trace_is_told_from_a_complaint_and_says_why() {
        let python =
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no\n";
        let node = "TypeError: x is null\n    at run (/app/x.js:1:2)\n";
        let rust = "thread 'main' (4711) panicked at src/main.rs:2:5:\nno\n\\ ends with \"\"\n";
        let all = [(python, "ValueError: no"), (node, "TypeError: x is null"), (rust, "no")];
        for (said, why) in all {
            assert!(has_trace(said), "{said}");
            assert_eq!(reason(said), why);
        }
        for sound in ["error: no such table\n", "meet at noon (10:30:00)\n", "a trace of salt\n"] {
            assert!(!has_trace(sound), "{sound}");
        }
    }

    #[test]
    fn a_status_of_the_server_counts_and_one_of_the_client_does_not() {
        assert_eq!(failed_status("path: /x\ntitle: \nstatus: 500\n"), Some("500"));
        assert_eq!(failed_status("path: /x\ntitle: status: 500\nstatus: 404\n"), None);
    }

    #[test]
    fn an_error_is_expected_where_the_page_is_asked_for_it_and_not_where_another_page_is() {
        let see = |name: &str| {
            let role = "heading".to_owned();
            let name = Some(crate::model::Template::new(name));
            let locator = Locator::Role { role, name };
            Action::See(vec![Target::plain(locator)])
        };
        let of = |named: &str| {
            let steps = vec![
                step(1, Action::Open("/orders".into()), "open /orders"),
                step(2, see(named), "see"),
                step(3, Action::Snapshot(snapshot("page")), "snapshot page"),
                step(4, Action::Open("/".into()), "open /"),
                step(5, see("Error 500"), "see"),
                step(6, Action::Snapshot(snapshot("other")), "snapshot other"),
            ];
            scenario("s", steps)
        };
        assert!(!is_expected(&of("Orders"), 3, "500"));
        assert!(is_expected(&of("Orders"), 6, "500"));
        assert!(is_expected(&of("Internal error"), 3, "500"));
        assert!(is_expected(&of("Internal error"), 1, "500"), "by the step that opens it too");
    }
}

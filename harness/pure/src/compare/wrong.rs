//! What of an attempt is wrong by itself ([`of_checkpoint`], [`of_watches`]), unless its scenario
//! says that it is expected: nobody has accepted it, so nothing else would say it.

use super::facet::{self, Read};
use crate::model::attempts::{CheckpointLog, SightingLog};
use crate::model::wrong::{death, failed_status, has_trace, is_expected, is_fault, reason, throws};
use crate::model::{FacetKind, Plan, Scenario, WatchKind};

/// How much of what a product says of itself is kept, in characters.
const SHOWN: usize = 200;

/// What a checkpoint saw that is wrong by itself, in a sentence.
pub(super) fn of_checkpoint(
    scenario: &Scenario,
    seen: &CheckpointLog<'_>,
    read: Read<'_>,
) -> Option<String> {
    let text = |kind: FacetKind| {
        let facet = seen.facets.iter().find(|it| it.facet == kind)?;
        facet::read_text(&facet.evidence, read).ok()
    };
    let unless = |said: &str, sentence: String| {
        (!is_expected(scenario, seen.step, said)).then_some(sentence)
    };
    let place = seen.place;
    let exit = text(FacetKind::Exit).unwrap_or_default();
    // A program on a terminal is ended by its terminal, where the scenario asks for that.
    let on_terminal = seen.facets.iter().any(|it| it.facet == FacetKind::Screen);
    if let Some(signal) = death(&exit).filter(|it| !on_terminal || is_fault(*it)) {
        return unless("", format!("`{place}` ends by signal {signal}"));
    }
    // What a command prints on its standard output is data where it says that all went well.
    let is_fine = exit.is_empty() || exit.trim() == "exit: 0";
    let outputs = [FacetKind::Stderr, FacetKind::Screen, FacetKind::Stdout];
    let outputs = &outputs[..if is_fine { 2 } else { 3 }];
    if let Some(said) = outputs.iter().filter_map(|it| text(*it)).find(|it| has_trace(it)) {
        let why = cut(reason(&said));
        return unless(&said, format!("`{place}` ends in a stack trace: {why}"));
    }
    let pages = [FacetKind::Page, FacetKind::Response];
    let page = pages.into_iter().filter_map(text).find(|it| failed_status(it).is_some())?;
    let status = failed_status(&page)?;
    unless(status, format!("{place} answers {status}"))
}

/// The first thing that the watches of an attempt saw and that is wrong by itself, in a sentence.
#[must_use]
pub fn of_watches(
    plan: &Plan,
    scenario: &Scenario,
    sightings: &[SightingLog<'_>],
) -> Option<String> {
    sightings.iter().find_map(|it| {
        let (said, sentence) = sighting(it)?;
        let decides = plan.stages.watch(it.kind).is_gating();
        (decides && !is_expected(scenario, it.step, said)).then_some(sentence)
    })
}

/// What is wrong by itself of what a watch saw: the status where the page was answered by one.
fn sighting<'a>(it: &SightingLog<'a>) -> Option<(&'a str, String)> {
    let path = it.path;
    let first = it.message.lines().next().unwrap_or_default();
    match it.kind {
        WatchKind::PageCrashed => Some(("", format!("{path}: {}", cut(first)))),
        WatchKind::BadStatus => {
            let page = it.place?.split(['?', '#']).next()?;
            let status = it.message.rsplit(' ').next()?;
            let is_page = path.split(['?', '#']).next() == Some(page);
            let failed = status.len() == 3 && status.starts_with('5');
            (is_page && failed).then(|| (status, format!("{path} answers {status}")))
        }
        kind => throws(kind).then(|| ("", format!("{path} throws: {}", cut(first)))),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::compare;
    use crate::model::testing::Night;
    use crate::model::{Action, Outcome, Stage};

    /// A night in which a command without a baseline ended so.
    fn command(exit: &str, stdout: &str, stderr: &str) -> Night {
        let mut night = Night::default();
        night
            .command_scenario("c", "shopctl report", Some("out"))
            .begin("c", 1)
            .seen(
                "c",
                1,
                "out",
                "shopctl report",
                &[
                    (FacetKind::Exit, exit.as_bytes()),
                    (FacetKind::Stdout, stdout.as_bytes()),
                    (FacetKind::Stderr, stderr.as_bytes()),
                ],
            )
            .end("c", 1, Outcome::Completed);
        night
    }

    /// What is said of everything that waits in a night, each once.
    fn said(night: &Night) -> Vec<Option<String>> {
        let found = compare(&night.plan, &night.entries, &|it| night.read(it)).expect("compared");
        let mut said: Vec<_> = found.pending.into_iter().map(|it| it.wrong).collect();
        assert!(!said.is_empty(), "something waits");
        said.dedup();
        said
    }

    fn expect(night: &mut Night, exit: i32) {
        let Action::Run(run) = &mut night.plan.scenarios[0].steps[0].action else { return };
        run.exit = Some(exit);
    }

    const TRACE: &str = "Traceback (most recent call last):\n  File \"a.py\"\nValueError: no\n";

    #[test]
    fn a_command_that_dies_is_wrong_in_all_its_facets_unless_its_scenario_says_so() {
        let mut night = command("signal: 11\n", "half\n", "");
        let died = "`shopctl report` ends by signal 11".to_owned();
        assert_eq!(said(&night), [Some(died)]);
        expect(&mut night, 139);
        assert_eq!(said(&night), [None]);
    }

    #[test]
    fn a_stack_trace_is_wrong_and_a_complaint_or_a_log_that_is_printed_is_not() {
        let why = Some("`shopctl report` ends in a stack trace: ValueError: no".to_owned());
        let mut night = command("exit: 1\n", "", TRACE);
        assert_eq!(said(&night), std::slice::from_ref(&why));
        expect(&mut night, 1);
        assert_eq!(said(&night), [None]);
        assert_eq!(said(&command("exit: 1\n", TRACE, "")), [why]);
        assert_eq!(said(&command("exit: 1\n", "", "error: no such table\n")), [None]);
        assert_eq!(said(&command("exit: 0\n", TRACE, "")), [None]);
    }

    #[test]
    fn what_somebody_has_accepted_is_no_longer_wrong() {
        let mut night = command("exit: 1\n", "", TRACE);
        night.baseline("c", "out", FacetKind::Exit, b"exit: 1");
        assert_eq!(said(&night), [None]);
    }

    /// A night in which a page without a baseline was answered by a status, and a watch saw this.
    fn page(status: &str, watch: Option<(WatchKind, &str, &str)>) -> Night {
        let mut night = Night::default();
        let page = format!("path: /orders\ntitle: Orders\nstatus: {status}\n");
        night.browser_scenario("p", &["page"]).begin("p", 1);
        if let Some((kind, message, path)) = watch {
            night.watch("p", 1, 1, kind, message, path);
        }
        night
            .passed("p", 1, 1, "/orders?all")
            .seen("p", 1, "page", "/orders?all", &[(FacetKind::Page, page.as_bytes())])
            .end("p", 1, Outcome::Completed);
        night
    }

    #[test]
    fn a_page_that_the_server_fails_at_is_wrong_and_one_that_is_not_there_is_not() {
        let failed = Some("/orders?all answers 500".to_owned());
        assert_eq!(said(&page("500", None)), [failed, None], "the watches saw nothing");
        assert_eq!(said(&page("404", None)), [None]);
    }

    #[test]
    fn what_a_page_throws_is_wrong_and_what_another_answer_says_is_not() {
        let thrown = page("200", Some((WatchKind::Exception, "Error: no\n at x", "/orders")));
        assert_eq!(said(&thrown), [None, Some("/orders throws: Error: no".to_owned())]);
        let answered = |path| Some((WatchKind::BadStatus, "GET answered 503", path));
        let own = Some("/orders answers 503".to_owned());
        assert_eq!(said(&page("200", answered("/orders"))), [None, own]);
        assert_eq!(said(&page("200", answered("/sync"))), [None]);
        let told = Some((WatchKind::ConsoleError, "no", "/orders"));
        assert_eq!(said(&page("200", told)), [None]);
    }

    #[test]
    fn what_the_suite_keeps_in_shadow_is_not_wrong() {
        let mut night = page("200", Some((WatchKind::Exception, "Error: no", "/orders")));
        night.plan.stages.watches.insert(WatchKind::Exception, Stage::Shadow);
        assert_eq!(said(&night), [None]);
    }
}

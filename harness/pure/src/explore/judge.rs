//! [`judge`]: what is wrong with a product without any baseline, each with the way that shows it.
//!
//! A probe is one page and what is done there, so that its way is the shortest that was found.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::again;
use super::counted::counted;
use super::fault::{Fault, fault};
use super::map::{Map, Run, State};
use super::nameless::nameless;
use super::numbers::numbers;
use super::page::Look;
use super::probe::{Goal, Probe};
use super::screen::Screen;
use super::tree::{Item, target};
use super::watched::watched;
use crate::model::wrong::{death, has_trace, reason};
use crate::model::{Action, Severity, Target};

/// How programs say that they do not know an option.
const REFUSALS: [&str; 8] = [
    "unrecognized",
    "unrecognised",
    "unknown option",
    "unknown flag",
    "no such option",
    "unexpected argument",
    "invalid option",
    "provided but not defined",
];

/// Everything that is wrong by itself; each place once a rule.
#[must_use]
pub fn judge(map: &Map) -> Vec<Fault> {
    let mut all: Vec<Fault> = Vec::new();
    for state in &map.states {
        all.extend(of_page(map, state));
    }
    all.extend(nameless(map));
    all.extend(watched(map));
    all.extend(map.unanswered.iter().filter_map(unanswered));
    all.extend(map.again.iter().filter_map(|it| again::judged(map, it)));
    all.extend(numbers(map));
    all.extend(counted(map));
    for run in map.runs.iter().chain(&map.across) {
        all.extend(of_run(map, run));
    }
    all.extend(map.screens.iter().filter_map(of_screen));
    let mut seen = BTreeSet::new();
    all.retain(|it| seen.insert((it.rule, it.place.clone(), it.title.clone())));
    all.sort_by(|a, b| (a.severity, a.rule, &a.place).cmp(&(b.severity, b.rule, &b.place)));
    all
}

/// A page that the server does not answer: it has come to its end over it.
fn unanswered(probe: &Probe) -> Option<Fault> {
    let Goal::Page { address, .. } = &probe.goal else { return None };
    let place = address.split(['?', '#']).next().unwrap_or_default();
    let title = format!("{address} is not answered: the connection is closed");
    Some(fault("no-answer", Severity::Critical, place, title, probe))
}

fn of_page(map: &Map, state: &State) -> Vec<Fault> {
    let (look, probe) = (&state.look, &state.probe);
    let place = look.place();
    let mut found = Vec::new();
    let status = look.status.unwrap_or(200);
    if status >= 500 {
        found.push(fault(
            "server-error",
            Severity::Critical,
            place,
            format!("{place} answers {status}"),
            probe,
        ));
    }
    if let Goal::Page { address, linked: true } = &probe.goal
        && (400..500).contains(&status)
        && status != 401
        && status != 403
    {
        let from = probe.from.and_then(|it| map.states.get(it)).map(|it| it.look.place());
        let title = match from {
            Some(from) => format!("A link of {from} leads to {address}, which answers {status}"),
            None => format!("{address} answers {status}"),
        };
        let severity = if from.is_some() { Severity::Major } else { Severity::Critical };
        found.push(fault("dead-link", severity, from.unwrap_or(place), title, probe));
    }
    if let Goal::Use { called, .. } = &probe.goal
        && !state.changed
        && !state.wrote
        && !state.remarks.is_empty()
    {
        let title = format!("{called} on {place}: nothing happens");
        found.push(fault("no-effect", Severity::Minor, place, title, probe));
    }
    found.extend(loses_text(map, state));
    found
}

/// A form that comes back with an error and without what was typed into it.
///
/// A password is emptied on purpose, and what a product writes in its own way is no loss.
fn loses_text(map: &Map, state: &State) -> Option<Fault> {
    let Goal::Send { form, with } = &state.probe.goal else { return None };
    if !is_refused(state) {
        return None;
    }
    let lost = state.probe.filled().find(|it| {
        it.value.raw().trim().len() > 2
            && shown(&state.look, &it.field).is_some_and(|shown| shown.value.is_none())
            && !is_password(map, state, &it.field)
            && !is_normalised(map, form, &it.field)
    })?;
    let place = state.look.place();
    let title =
        format!("{} is empty again after the form on {place} was refused with {with}", lost.field);
    Some(fault("form-loses-text", Severity::Minor, place, title, &state.probe))
}

/// Whether the answer to a form says that it was not taken.
///
/// An alert says anything, also that all is well, and then a form clears itself whole: it counts
/// where something that was typed is still there to be mended, or a field is called wrong.
fn is_refused(state: &State) -> bool {
    if state.look.status.is_some_and(|it| it == 400 || it == 422) {
        return true;
    }
    let items = &state.look.tree.items;
    let is_wrong = |it: &Item| it.attributes.iter().any(|it| it.starts_with("invalid"));
    let kept = || {
        state
            .probe
            .filled()
            .any(|it| shown(&state.look, &it.field).is_some_and(|it| it.value.is_some()))
    };
    items.iter().any(|it| it.role == "alert") && (items.iter().any(is_wrong) || kept())
}

/// The text field of a page that a target names.
fn shown<'a>(look: &'a Look, field: &Target) -> Option<&'a Item> {
    let wanted = field.locator.to_string();
    let own = |item: &&Item| {
        item.role == "textbox"
            && target(&item.role, item.name.as_deref()).locator.to_string() == wanted
    };
    let at = field.nth.unwrap_or(1).saturating_sub(1) as usize;
    look.tree.items.iter().filter(own).nth(at)
}

/// Whether a field hides what is typed, by the page that was filled or the one that came back.
fn is_password(map: &Map, state: &State, field: &Target) -> bool {
    let before = state.probe.from.and_then(|it| map.states.get(it)).map(|it| &it.look);
    let forms = before.into_iter().chain([&state.look]).flat_map(|it| &it.forms);
    forms
        .flat_map(|it| &it.fields)
        .any(|it| it.target.as_ref() == Some(field) && it.kind() == "password")
}

/// Whether a field was seen to hold something else than what was typed: the product writes it in
/// its own way, and what it cannot read becomes nothing.
fn is_normalised(map: &Map, form: &str, field: &Target) -> bool {
    let sent = map
        .states
        .iter()
        .filter(|it| matches!(&it.probe.goal, Goal::Send { form: own, .. } if own == form));
    sent.into_iter().any(|state| {
        let typed = state.probe.filled().find(|it| it.field == *field);
        let held = shown(&state.look, field).and_then(|it| it.value.as_deref());
        typed.zip(held).is_some_and(|(typed, held)| {
            let typed = typed.value.raw().replace("$${", "${");
            // A long text may be shown cut.
            !letters(&typed).starts_with(&letters(held))
        })
    })
}

/// The letters and digits of a text: how a facet quotes the rest is not the product's.
fn letters(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).collect()
}

/// Whether a program died, or ended by showing where in its own source it was.
pub(super) fn crashes(run: &Run) -> bool {
    shows_trace(run) || death(&run.ran.exit).is_some()
}

fn shows_trace(run: &Run) -> bool {
    has_trace(&run.ran.stdout) || has_trace(&run.ran.stderr)
}

fn of_run(map: &Map, run: &Run) -> Vec<Fault> {
    static ERROR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?im)^(?:\S+: )?(?:fatal|error)\b ?:").expect("a constant pattern")
    });
    let place = place_of(&run.probe);
    let ran = &run.ran;
    let said = format!("{}\n{}", ran.stdout, ran.stderr);
    let mut found = Vec::new();
    let one = |rule, severity, title| fault(rule, severity, &place, title, &run.probe);
    if shows_trace(run) {
        let why = reason(&said);
        found.push(one("crash", Severity::Critical, format!("`{place}` crashes: {why}")));
    } else if let Some(signal) = death(&ran.exit) {
        let title = format!("`{place}` ends by signal {signal}");
        found.push(one("crash", Severity::Critical, title));
    }
    if ran.is_fine() && ERROR.is_match(&ran.stderr) {
        let line = ran.stderr.lines().find(|it| ERROR.is_match(it)).unwrap_or_default();
        found.push(one(
            "error-and-exit-0",
            Severity::Major,
            format!("`{place}` says \"{line}\" and exits with 0"),
        ));
    }
    let named = map.usages.get(&run.words).into_iter().flat_map(|it| &it.flags);
    for flag in named {
        let own = run.with.split(' ').any(|it| it == flag.name());
        if own && !ran.is_fine() && refuses(&said, flag.name()) {
            let title = format!(
                "{} is in the help of `{}`, and is refused",
                flag.name(),
                run.words.join(" ")
            );
            found.push(one("help-names-what-is-refused", Severity::Major, title));
        }
    }
    found
}

/// A program on a terminal that fails by itself.
fn of_screen(screen: &Screen) -> Option<Fault> {
    let place = screen.words.join(" ");
    let title = format!("`{place}` on a terminal {}", screen.failure()?);
    let mut found = fault("crash", Severity::Critical, &place, title, &screen.probe);
    // The look at its end is no part of the way.
    found.way.retain(|it| it.snapshot().is_none());
    found.steps = found.way.iter().map(Action::describe).collect();
    Some(found)
}

/// Whether a program says that it does not know an option: a usage below that may name it, too.
fn refuses(said: &str, option: &str) -> bool {
    let (said, option) = (said.to_lowercase(), option.to_lowercase());
    let names = |line: &str| {
        let mut words = line.split(|it: char| !it.is_alphanumeric() && !"-_".contains(it));
        words.any(|it| it == option)
    };
    said.lines().any(|line| REFUSALS.iter().any(|it| line.contains(it)) && names(line))
}

/// The command line of a probe.
fn place_of(probe: &Probe) -> String {
    probe
        .steps
        .iter()
        .find_map(|it| match it {
            Action::Run(run) => Some(run.command.words()),
            _ => None,
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::page::{Field, Form};
    use crate::explore::probe::{look, open, run};
    use crate::explore::seen::Ran;
    use crate::explore::terminal::steps;
    use crate::explore::tree::{Tree, template};
    use crate::explore::{Rules, Usage};
    use crate::model::page::FieldValue;
    use crate::model::terminal::TerminalAction;

    fn probe(goal: Goal, steps: Vec<Action>) -> Probe {
        Probe {
            id: "probe-1".to_owned(),
            key: "k".to_owned(),
            goal,
            steps,
            product: None,
            from: None,
            shares: true,
            value: 1,
        }
    }

    fn state(status: u16, goal: Goal) -> State {
        State {
            probe: probe(goal, vec![open("/a"), look("x")]),
            look: Look { path: "/a".to_owned(), status: Some(status), ..Look::default() },
            changed: true,
            wrote: false,
            events: Vec::new(),
            remarks: Vec::new(),
            shape: String::new(),
            after_reload: Vec::new(),
        }
    }

    fn page(status: u16, linked: bool) -> Map {
        let goal = Goal::Page { address: "/a".to_owned(), linked };
        Map { states: vec![state(status, goal)], ..Map::new(Rules::default()) }
    }

    fn command(with: &str, exit: &str, stdout: &str, stderr: &str) -> Map {
        let words = vec!["shop".to_owned()];
        let line = vec!["shop".to_owned(), with.to_owned()];
        let goal = Goal::Run { words: words.clone(), with: with.to_owned() };
        let ran = Ran {
            exit: exit.to_owned(),
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            files: String::new(),
        };
        let run = Run {
            probe: probe(goal, vec![run(&line, None, "x")]),
            words: words.clone(),
            with: with.to_owned(),
            ran,
            varies: false,
        };
        let usage = Usage::read("usage: shop [--csv]\n\noptions:\n  --csv  as CSV\n");
        Map { runs: vec![run], usages: [(words, usage)].into(), ..Map::new(Rules::default()) }
    }

    fn rules(map: &Map) -> Vec<&'static str> {
        judge(map).iter().map(|it| it.rule).collect()
    }

    #[test]
    fn a_page_that_breaks_and_a_dead_link_are_found_and_a_page_that_is_there_is_not() {
        assert_eq!(rules(&page(500, true)), ["server-error"]);
        assert_eq!(rules(&page(404, true)), ["dead-link"]);
        assert_eq!(rules(&page(404, false)), [""; 0], "nobody leads there");
        assert_eq!(rules(&page(200, true)), [""; 0]);
    }

    #[test]
    fn why_a_program_crashed_stands_above_the_places_or_below_them() {
        let node = "node:internal/x:1\n  throw y;\n\nTypeError [CODE]: no module 'x'\n    at load (/a.js:1:2)\n    at run (/a.js:3:4)\n";
        assert_eq!(reason(node), "TypeError [CODE]: no module 'x'");
        let python =
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no\n";
        assert_eq!(reason(python), "ValueError: no");
    }

    #[test]
    fn a_page_that_the_server_hangs_up_on_is_found() {
        let goal = Goal::Page { address: "/a?page=x".to_owned(), linked: false };
        let unanswered = vec![probe(goal, vec![open("/a?page=x"), look("x")])];
        let map = Map { unanswered, ..page(200, true) };
        let told: Vec<(&str, String)> =
            judge(&map).into_iter().map(|it| (it.rule, it.place)).collect();
        assert_eq!(told, [("no-answer", "/a".to_owned())]);
    }

    #[test]
    fn a_control_without_effect_is_found_and_one_that_writes_is_not() {
        let goal = Goal::Use { identity: "i".to_owned(), called: "Click \"Go\"".to_owned() };
        let silent =
            State { changed: false, remarks: vec!["nothing".to_owned()], ..state(200, goal) };
        let map = |state: State| Map { states: vec![state], ..Map::new(Rules::default()) };
        assert_eq!(rules(&map(silent.clone())), ["no-effect"]);
        assert_eq!(rules(&map(State { wrote: true, ..silent })), [""; 0]);
    }

    #[test]
    fn commands_that_crash_or_contradict_themselves_are_found_and_honest_ones_are_not() {
        let trace = "Traceback (most recent call last)\nKeyError: 1";
        assert_eq!(rules(&command("--csv", "exit: 1", "", trace)), ["crash"]);
        assert_eq!(
            rules(&command("--csv", "exit: 0", "", "shop: error: no data")),
            ["error-and-exit-0"]
        );
        assert_eq!(
            rules(&command("--csv", "exit: 2", "", "shop: error: unrecognized arguments: --csv")),
            ["help-names-what-is-refused"]
        );
        assert_eq!(
            rules(&command("--odd", "exit: 2", "", "shop: error: unrecognized arguments: --odd")),
            [""; 0]
        );
        assert_eq!(rules(&command("--csv", "exit: 0", "a,b", "")), [""; 0]);
    }

    #[test]
    fn an_option_is_refused_by_the_line_that_names_it_and_not_by_a_usage_below_another_complaint() {
        let refused = |stderr: &str| rules(&command("--csv", "exit: 2", "", stderr));
        for said in [
            "Error: unknown flag: --csv\nUsage:\n  shop [flags]",
            "error: unexpected argument '--csv' found\n\nUsage: shop",
            "shop: unrecognised option '--csv=x'",
        ] {
            assert_eq!(refused(said), ["help-names-what-is-refused"], "{said}");
        }
        for other in [
            "error: unexpected argument 'tea' found\n\nUsage: shop --csv",
            "Error: unknown flag: --csv-header",
        ] {
            assert_eq!(refused(other), [""; 0], "{other}");
        }
    }

    #[test]
    fn a_command_that_ends_by_a_signal_is_found_and_one_that_ends_by_itself_is_not() {
        assert_eq!(rules(&command("--csv", "signal: 11", "", "")), ["crash"]);
        assert_eq!(rules(&command("--csv", "exit: 1", "", "shop: no data")), [""; 0]);
    }

    #[test]
    fn a_program_on_a_terminal_that_fails_by_itself_is_found_and_one_that_is_ended_is_not() {
        let words = vec!["shop".to_owned(), "ui".to_owned()];
        let deeds = vec![TerminalAction::Keys(vec!["Enter".to_owned()])];
        let told = |text: &str, exit: &str| -> Vec<(String, Vec<String>)> {
            let goal = Goal::Screen { words: words.clone(), deeds: deeds.clone() };
            let screen = Screen {
                probe: probe(goal, steps(&words, &deeds, "x")),
                words: words.clone(),
                deeds: deeds.clone(),
                text: format!("{text}\n=== 80x24\ncursor hidden\n"),
                exit: Some(exit.to_owned()),
                is_new: true,
            };
            let map = Map { screens: vec![screen], ..Map::new(Rules::default()) };
            judge(&map).into_iter().map(|it| (it.title, it.steps)).collect()
        };
        let way = ["start shop ui", "keys Enter"].map(str::to_owned).to_vec();
        let trace = "Traceback (most recent call last):\n  File \"ui\", line 1\nKeyError: 1";
        let title = "`shop ui` on a terminal crashes: KeyError: 1".to_owned();
        assert_eq!(told(trace, "exit: 1"), [(title, way.clone())]);
        let title = "`shop ui` on a terminal ends by signal 11".to_owned();
        assert_eq!(told("Orders", "signal: 11"), [(title, way)]);
        assert_eq!(told("Orders", "signal: 2"), [], "somebody interrupted it");
        assert_eq!(told("Orders", "exit: 1"), []);
    }

    fn only(state: State) -> Map {
        Map { states: vec![state], ..Map::new(Rules::default()) }
    }

    /// A form that was sent with two texts, and came back with this tree.
    fn sent(kind: &str, tree: &str, status: u16) -> State {
        let fields = [("Name", "type=text"), ("Code", kind)];
        let fill = |(name, _): (&str, &str)| {
            let (field, value) = (target("textbox", Some(name)), template("Ada Lovelace"));
            Action::Fill(vec![FieldValue { field, value }])
        };
        let goal = Goal::Send { form: "post /a".to_owned(), with: "everything".to_owned() };
        let mut state = state(status, goal);
        state.probe.steps.extend(fields.map(fill));
        state.look.tree = Tree::read(tree);
        let field = |(name, kind): (&str, &str)| Field {
            role: "textbox".to_owned(),
            label: name.to_owned(),
            marks: vec![kind.to_owned()],
            target: Some(target("textbox", Some(name))),
            ..Field::default()
        };
        state.look.forms = vec![Form { fields: fields.map(field).to_vec(), ..Form::default() }];
        state
    }

    const LOST: &str = "- textbox \"Name\": Ada Lovelace\n- textbox \"Code\"\n";

    #[test]
    fn a_text_that_a_refused_form_loses_is_found_and_one_that_is_kept_or_accepted_is_not() {
        let found = judge(&only(sent("type=text", LOST, 422)));
        let title =
            "textbox \"Code\" is empty again after the form on /a was refused with everything";
        let said: Vec<_> = found.iter().map(|it| (it.rule, it.title.as_str())).collect();
        assert_eq!(said, [("form-loses-text", title)]);
        let alert = format!("- alert: no\n{LOST}");
        assert_eq!(rules(&only(sent("type=text", &alert, 200))), ["form-loses-text"]);
        let kept = format!("{}: Ada Lovelace\n", LOST.trim_end());
        assert_eq!(rules(&only(sent("type=text", &kept, 422))), [""; 0]);
        assert_eq!(rules(&only(sent("type=text", LOST, 200))), [""; 0]);
    }

    #[test]
    fn a_form_that_accepts_says_so_in_an_alert_and_clears_itself_loses_nothing() {
        let cleared = "- alert: Thank you\n- textbox \"Name\"\n- textbox \"Code\"\n";
        assert_eq!(rules(&only(sent("type=text", cleared, 200))), [""; 0]);
        let wrong = cleared.replace("\"Code\"", "\"Code\" [invalid]");
        assert_eq!(rules(&only(sent("type=text", &wrong, 200))), ["form-loses-text"]);
        assert_eq!(rules(&only(sent("type=text", cleared, 422))), ["form-loses-text"]);
    }

    #[test]
    fn a_password_that_is_emptied_is_right_and_a_text_beside_it_that_is_emptied_is_not() {
        assert_eq!(rules(&only(sent("type=password", LOST, 422))), [""; 0]);
        let both = "- textbox \"Name\"\n- textbox \"Code\"\n";
        assert_eq!(rules(&only(sent("type=password", both, 422))), ["form-loses-text"]);
    }

    #[test]
    fn a_field_that_the_product_writes_in_its_own_way_loses_nothing_and_one_that_it_cuts_does() {
        let with = |held: &str| {
            let other = format!("{}: {held}\n", LOST.trim_end());
            let states = vec![sent("type=text", LOST, 422), sent("type=text", &other, 200)];
            rules(&Map { states, ..Map::new(Rules::default()) })
        };
        assert_eq!(with("ADA-LOVELACE"), [""; 0]);
        assert_eq!(with("Ada L"), ["form-loses-text"]);
    }

    #[test]
    fn of_two_fields_of_one_name_the_one_that_was_typed_into_is_looked_at() {
        let with = |tree: &str| {
            let mut own = sent("type=text", tree, 422);
            let field = Target { nth: Some(2), ..target("textbox", Some("Name")) };
            let value = template("Ada Lovelace");
            own.probe.steps = vec![Action::Fill(vec![FieldValue { field, value }])];
            rules(&only(own))
        };
        assert_eq!(with("- textbox \"Name\"\n- textbox \"Name\": Ada Lovelace\n"), [""; 0]);
        assert_eq!(
            with("- textbox \"Name\": Ada Lovelace\n- textbox \"Name\"\n"),
            ["form-loses-text"]
        );
    }
}

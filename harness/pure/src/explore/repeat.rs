//! [`expectation`]: a finding as steps that fail today, because they expect what is right; and
//! [`shorter`]: the same with one thing less, to see whether it still shows.

use super::fault::Fault;
use super::map::{Map, Run, State};
use super::tree::{target, template};
use crate::model::command::{Output, OutputExpectation, TextTest};
use crate::model::page::{FieldValue, PageExpectation};
use crate::model::scenario::{CommandLine, RunCommand};
use crate::model::{Action, Snapshot, Target};

/// The checkpoint of a command that is right once it says something else.
const CHECKPOINT: &str = "what-it-says";
/// A line that is looked for is cut at so many characters.
const LONGEST_LINE: usize = 120;

/// The way of a finding with what is right at its end; `None` where no step can expect it.
#[must_use]
pub fn expectation(map: &Map, fault: &Fault) -> Option<Vec<Action>> {
    if let Some(right) = &fault.right {
        return Some(with(fault, right.clone()));
    }
    match fault.rule {
        "server-error" | "dead-link" => {
            let heading = state(map, fault)?.look.tree.heading()?;
            let wrong = target("heading", Some(heading));
            Some(with(fault, Action::SeeNot(vec![wrong])))
        }
        "form-loses-text" => lost(map, fault),
        "crash" | "error-and-exit-0" => {
            let run = run(map, fault)?;
            match complaint(fault, run) {
                Some((output, line)) => {
                    let test = TextTest::Lacks(template(line));
                    let says = Snapshot { name: CHECKPOINT.to_owned(), ..Snapshot::default() };
                    command(fault, vec![OutputExpectation { output, test }], Some(says))
                }
                None => command(fault, Vec::new(), None),
            }
        }
        "help-names-what-is-refused" => command(fault, Vec::new(), None),
        // What a page throws, what has no name and what does nothing is no step's to expect.
        _ => None,
    }
}

fn state<'a>(map: &'a Map, fault: &Fault) -> Option<&'a State> {
    map.states.iter().find(|it| it.probe.way() == fault.way)
}

fn run<'a>(map: &'a Map, fault: &Fault) -> Option<&'a Run> {
    map.runs.iter().find(|it| it.probe.way() == fault.way)
}

fn with(fault: &Fault, last: Action) -> Vec<Action> {
    fault.way.iter().cloned().chain([last]).collect()
}

/// The field that is empty again, and what was typed into it.
fn lost(map: &Map, fault: &Fault) -> Option<Vec<Action>> {
    let look = &state(map, fault)?.look;
    let fills = fault.way.iter().filter_map(|it| match it {
        Action::Fill(fields) => Some(fields),
        _ => None,
    });
    let named = |it: &&FieldValue| fault.title.starts_with(&it.field.to_string());
    let is_single = |field: &Target| {
        let own =
            |it: &&super::tree::Item| target(&it.role, it.name.as_deref()).locator == field.locator;
        look.tree.items.iter().filter(own).count() == 1
    };
    let it = fills.flatten().filter(named).find(|it| is_single(&it.field))?;
    let right = PageExpectation::Value(it.field.clone(), it.value.clone());
    Some(with(fault, Action::Expect(vec![right])))
}

/// The line of an output that should not be there.
fn complaint<'a>(fault: &Fault, run: &'a Run) -> Option<(Output, &'a str)> {
    let outputs = [(Output::Stderr, &run.ran.stderr), (Output::Stdout, &run.ran.stdout)];
    let mut lines = outputs.into_iter().flat_map(|(output, text)| {
        text.lines().map(move |it| (output, it)).filter(|it| it.1.trim().len() > 3)
    });
    // The title of a finding quotes the line.
    lines.rfind(|it| fault.title.contains(it.1)).filter(|it| it.1.len() <= LONGEST_LINE)
}

fn command(
    fault: &Fault,
    outputs: Vec<OutputExpectation>,
    snapshot: Option<Snapshot>,
) -> Option<Vec<Action>> {
    let own = fault.way.iter().find_map(|it| match it {
        Action::Run(run) => Some(run),
        _ => None,
    })?;
    let run = RunCommand { outputs, snapshot, timeout_ms: None, ..(**own).clone() };
    Some(vec![Action::Run(Box::new(run))])
}

/// The same with one thing less, the first thing first; nothing where it could not be told whether
/// it still shows.
#[must_use]
pub fn shorter(steps: &[Action]) -> Vec<Vec<Action>> {
    match steps {
        // The page is opened first, and what must not be seen stands last.
        [Action::Open(_), between @ .., Action::SeeNot(_)] => (1..=between.len())
            .map(|at| {
                let kept = steps.iter().enumerate().filter(|it| it.0 != at);
                kept.map(|it| it.1.clone()).collect()
            })
            .collect(),
        [Action::Run(run)] if !run.outputs.is_empty() => {
            let CommandLine::Argv(words) = &run.command else { return Vec::new() };
            let without = |at: usize| {
                let mut words = words.clone();
                words.remove(at);
                let command = CommandLine::Argv(words);
                vec![Action::Run(Box::new(RunCommand { command, ..(**run).clone() }))]
            };
            (1..words.len()).map(without).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::page::Look;
    use crate::explore::probe::{Goal, Probe, click, look, open, run as runs};
    use crate::explore::seen::Ran;
    use crate::explore::tree::Tree;
    use crate::explore::{Rules, judge};

    fn probe(goal: Goal, steps: Vec<Action>) -> Probe {
        let (id, key) = ("probe-1".to_owned(), "k".to_owned());
        Probe { id, key, goal, steps, product: None, from: None, shares: true, value: 1 }
    }

    /// What is expected of the only finding of a map, as a person would say it.
    fn said(map: &Map) -> Vec<Vec<String>> {
        let faults = judge(map);
        let all = faults.iter().filter_map(|it| expectation(map, it));
        all.map(|it| it.iter().map(Action::describe).collect()).collect()
    }

    fn page(status: u16, tree: &str) -> Map {
        let goal = Goal::Page { address: "/a".to_owned(), linked: true };
        let look_of = Look {
            path: "/a".to_owned(),
            status: Some(status),
            tree: Tree::read(tree),
            ..Look::default()
        };
        let state = State {
            probe: probe(goal, vec![open("/a"), look("x")]),
            look: look_of,
            changed: true,
            wrote: false,
            events: Vec::new(),
            remarks: Vec::new(),
            shape: String::new(),
            after_reload: Vec::new(),
        };
        Map { states: vec![state], ..Map::new(Rules::default()) }
    }

    fn command(exit: &str, stderr: &str) -> Map {
        let line = ["shop", "list", "--csv"].map(str::to_owned);
        let words = vec!["shop".to_owned(), "list".to_owned()];
        let goal = Goal::Run { words: words.clone(), with: "--csv".to_owned() };
        let ran = Ran { exit: exit.to_owned(), stderr: stderr.to_owned(), ..Ran::default() };
        let probe = probe(goal, vec![runs(&line, None, "x")]);
        let run = Run { probe, words, with: "--csv".to_owned(), ran, varies: false };
        Map { runs: vec![run], ..Map::new(Rules::default()) }
    }

    #[test]
    fn what_a_page_says_in_place_of_what_was_asked_for_must_not_be_seen() {
        let broken = page(500, "- heading \"It broke\" [level=1]\n");
        assert_eq!(said(&broken), [["open /a", "see no heading \"It broke\""]]);
        assert_eq!(said(&page(500, "- text: no heading\n")), [[""; 0]; 0]);
        assert_eq!(said(&page(200, "- heading \"Fine\" [level=1]\n")), [[""; 0]; 0]);
    }

    #[test]
    fn a_line_that_a_command_should_not_say_is_what_it_must_lack() {
        let map = command("exit: 0", "error: the disk is full\n");
        let [fault] = judge(&map).try_into().expect("one finding");
        let steps = expectation(&map, &fault).expect("a step can say it");
        let [Action::Run(run)] = steps.as_slice() else { panic!("{steps:?}") };
        let lacks = TextTest::Lacks(template("error: the disk is full"));
        let wanted = OutputExpectation { output: Output::Stderr, test: lacks };
        assert_eq!(run.outputs, [wanted]);
        let fine = command("exit: 0", "");
        assert_eq!(said(&fine), [[""; 0]; 0]);
    }

    #[test]
    fn a_way_gets_shorter_by_one_thing_and_keeps_its_page_and_what_it_expects() {
        let words = |all: Vec<Vec<Action>>| -> Vec<Vec<String>> {
            all.iter().map(|it| it.iter().map(Action::describe).collect()).collect()
        };
        let go = |name: &str| click(target("button", Some(name)));
        let wrong = Action::SeeNot(vec![target("heading", Some("No"))]);
        let way = [open("/a"), go("One"), go("Two"), wrong.clone()];
        let (one, two) = (go("One").describe(), go("Two").describe());
        let last = wrong.describe();
        assert_eq!(words(shorter(&way)), [["open /a", &two, &last], ["open /a", &one, &last]]);
        assert_eq!(words(shorter(&[open("/a"), wrong])), [[""; 0]; 0]);
        let map = command("exit: 0", "error: the disk is full\n");
        let steps = expectation(&map, &judge(&map)[0]).expect("a step can say it");
        let lines = shorter(&steps).into_iter().map(|it| match &it[0] {
            Action::Run(run) => run.command.words(),
            other => other.describe(),
        });
        assert_eq!(lines.collect::<Vec<_>>(), ["shop --csv", "shop list"]);
    }
}

//! [`across`]: what pages give, read by commands, also by those of another product.

use std::collections::BTreeSet;

use super::commands::{Bare, Call, Input, Sources, calls};
use super::help::Usage;
use super::judge::crashes;
use super::map::{Map, Run};
use super::probe::{Goal, Probe, run};
use super::safe::DataFile;
use super::seen::Seen;
use super::written::{Written, area, slug, snapshot};
use crate::model::Action;

/// How many files are given to commands, each to each that reads one.
const MOST_TRIED: u32 = 12;

/// The name under which a probe takes a file home.
pub(super) fn taken_home(probe: &Probe) -> Option<String> {
    probe.steps.iter().find_map(|it| match it {
        Action::Download { save_as, .. } => Some(save_as.raw().to_owned()),
        _ => None,
    })
}

impl Map {
    /// Gives each file that a page gave to each command that reads one.
    pub(super) fn cross(&mut self) {
        let by_deeds = self.states.iter().filter(|it| it.changed).map(|it| (&it.probe, it.wrote));
        let all = self.files.values().map(|it| (&it.0, false)).chain(by_deeds);
        let given: Vec<(Probe, bool, String)> =
            all.filter_map(|(it, wrote)| Some((it.clone(), wrote, taken_home(it)?))).collect();
        let leaves = self.usages.iter().filter(|it| it.1.commands.is_empty());
        let leaves: Vec<(Vec<String>, Usage)> =
            leaves.map(|it| (it.0.clone(), it.1.clone())).collect();
        for (probe, wrote, file) in &given {
            for (words, usage) in &leaves {
                // A file lies where the command's product works, and so the scenario is of that one. It
                // cannot say that another product has a server of its own, which what writes needs.
                if *wrote && self.product_of(words) != self.rules.pages {
                    continue;
                }
                if let Some(call) = self.reads(words, usage, file) {
                    self.give(probe, file, words, &call);
                }
            }
        }
    }

    /// How a command reads a file; `None` where it reads none.
    fn reads(&self, words: &[String], usage: &Usage, file: &str) -> Option<Call> {
        let own =
            DataFile { path: file.to_owned(), text: Some(String::new()), ..DataFile::default() };
        let (files, printed) = ([own], self.printed());
        let about = self.told_of(words, usage);
        let sources =
            Sources { files: &files, printed: &printed, about: &about, bare: Bare::Unknown };
        calls(usage, sources).into_iter().find(|it| {
            let by_input = matches!(&it.stdin, Some(Input::File(path)) if path == file);
            by_input || it.words.iter().any(|it| it == file)
        })
    }

    fn give(&mut self, probe: &Probe, file: &str, words: &[String], call: &Call) {
        let line = [words.to_vec(), call.words.clone()].concat();
        let key = format!("{} with what {} gives", line.join(" "), probe.key);
        let times = self.times.entry("across".to_owned()).or_default();
        if *times >= MOST_TRIED || self.tried.contains(&key) {
            return;
        }
        *times += 1;
        let id = self.id();
        let mut steps = probe.steps.clone();
        steps.push(run(&line, call.stdin.as_ref(), &id));
        let goal = Goal::Across { file: file.to_owned(), words: words.to_vec() };
        let product = self.product_of(words);
        let shares = false;
        self.wait(Probe { id, key, goal, steps, product, shares, value: 58, ..probe.clone() });
    }

    /// Takes in what a command said of a file.
    pub(super) fn crossed(&mut self, seen: Seen, file: &str, words: Vec<String>) {
        let Some(ran) = seen.ran().filter(|_| seen.failure.is_none()).cloned() else {
            self.miss(&seen.probe.said(), seen.failure.as_deref().unwrap_or("it did not end"));
            return;
        };
        let (probe, with) = (seen.probe, format!("{file} of a page"));
        self.across.push(Run { probe, words, with, ran, varies: false });
    }
}

/// What commands say of files that pages give; what they refuse or crash over is no way to be.
pub(super) fn across(map: &Map) -> Vec<Written> {
    let answered = map.across.iter().filter(|it| it.ran.answers() && !crashes(it));
    answered.map(|it| read(map, it)).collect()
}

fn read(map: &Map, own: &Run) -> Written {
    let mut taken = BTreeSet::new();
    let mut steps = Vec::new();
    let name = own.words.join(" ");
    for action in &own.probe.steps {
        match action {
            // The file itself is looked at by the scenario that only takes it home.
            Action::File(_) | Action::Snapshot(_) => {}
            Action::Run(run) => {
                let mut run = run.clone();
                run.snapshot = Some(snapshot(&format!("what {name} says"), &mut taken));
                run.timeout_ms = None;
                steps.push(Action::Run(run));
            }
            other => steps.push(other.clone()),
        }
    }
    let page = own.probe.from.and_then(|it| map.states.get(it)).map_or("/", |it| it.look.place());
    let file = taken_home(&own.probe).unwrap_or_default();
    Written {
        area: area(page),
        name: slug(&format!("take home {file} and read it by {name}")),
        about: format!("What `{name}` says of {file}, which the page {page} gives."),
        product: own.probe.product.clone(),
        steps,
        probes: vec![own.probe.key.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::page::{Link, Look};
    use crate::explore::probe::take;
    use crate::explore::seen::{Ran, Sight};
    use crate::explore::tree::target;
    use crate::explore::{Rules, judge};

    fn saw(probe: &Probe, sight: Sight) -> Seen {
        Seen {
            probe: probe.clone(),
            sights: vec![(probe.steps.len() - 1, sight)],
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        }
    }

    fn ran(exit: &str, stdout: &str, stderr: &str) -> Sight {
        let [exit, stdout, stderr] = [exit, stdout, stderr].map(str::to_owned);
        Sight::Command(Ran { exit, stdout, stderr, ..Ran::default() })
    }

    /// A map of a page that gives a file, and of a command with this help.
    fn known(rules: Rules, help: &str) -> Map {
        let mut map = Map::new(rules);
        map.begin_at("/");
        let first = map.propose(1).remove(0);
        map.propose(10);
        let links = vec![Link { name: "All".to_owned(), to: "/a.csv".to_owned(), downloads: true }];
        let page = Look { path: "/".to_owned(), status: Some(200), links, ..Look::default() };
        map.absorb(vec![saw(&first, Sight::Page(Box::new(page)))]);
        let product = map.rules.programs.get("shop").cloned();
        map.begin_with(vec!["shop".to_owned()], product);
        for probe in map.propose(50) {
            match &probe.goal {
                Goal::Download { .. } => {
                    map.absorb(vec![saw(&probe, Sight::File("a,b".to_owned()))]);
                }
                Goal::Help { .. } => map.absorb(vec![saw(&probe, ran("exit: 0", help, ""))]),
                _ => {}
            }
        }
        map
    }

    /// What is tried of the file of the page.
    fn tried(map: &mut Map) -> Vec<Probe> {
        let mut all = map.propose(50);
        all.retain(|it| matches!(it.goal, Goal::Across { .. }));
        all
    }

    const READS: &str =
        "usage: shop FILE\n\npositional arguments:\n  FILE  the file that it is about\n";

    #[test]
    fn a_file_of_a_page_is_read_by_a_command_that_reads_files_and_by_no_other() {
        let lines = |rules: Rules, help: &str| -> Vec<String> {
            let all = tried(&mut known(rules, help));
            all.iter().filter_map(|it| it.steps.last()).map(Action::describe).collect()
        };
        assert_eq!(lines(Rules::default(), READS), ["run shop a.csv"]);
        let writes = READS.replace("it is about", "it writes");
        let names = READS.replace("FILE", "NAME").replace("the file that it is about", "which");
        assert_eq!(lines(Rules::default(), &writes), [""; 0]);
        assert_eq!(lines(Rules::default(), &names), [""; 0]);
    }

    #[test]
    fn a_file_of_a_page_goes_to_a_command_of_another_product_and_each_step_names_its_own() {
        let named = |rules: Rules| {
            let mut map = known(rules, READS);
            let probe = tried(&mut map).remove(0);
            map.absorb(vec![saw(&probe, ran("exit: 0", "2 rows", ""))]);
            let written = across(&map).remove(0);
            assert_eq!(written.product, probe.product);
            let own = written.product.as_deref();
            let steps = written.steps.iter();
            let steps: Vec<_> = steps.map(|it| map.rules.other_product(it, own)).collect();
            (probe.product, steps)
        };
        let two = Rules {
            pages: Some("app".to_owned()),
            programs: [("shop".to_owned(), "stock".to_owned())].into(),
            ..Rules::default()
        };
        let app = Some("app".to_owned());
        // It is taken home to where the command works: the page is opened, and its link clicked.
        assert_eq!(named(two), (Some("stock".to_owned()), vec![app.clone(), app, None]));
        assert_eq!(named(Rules::default()), (None, vec![None, None, None]));
    }

    #[test]
    fn a_deed_that_writes_gives_no_file_to_a_command_of_another_product_and_does_to_one_of_its_own()
    {
        let given = |rules: Rules| {
            let mut map = known(rules, READS);
            map.files.clear();
            let mut state = map.states[0].clone();
            (state.wrote, state.changed) = (true, true);
            state.probe.steps.extend(take(target("button", Some("Export")), "b.csv", "x"));
            map.states.push(state);
            tried(&mut map).len()
        };
        assert_eq!(given(Rules::default()), 1);
        assert_eq!(given(Rules { pages: Some("app".to_owned()), ..Rules::default() }), 0);
    }

    #[test]
    fn what_a_command_says_of_it_is_written_and_a_refusal_or_a_crash_is_not() {
        let came_to = |sight: Sight| {
            let mut map = known(Rules::default(), READS);
            let probe = tried(&mut map).remove(0);
            map.absorb(vec![saw(&probe, sight)]);
            let rules: Vec<&str> = judge(&map).iter().map(|it| it.rule).collect();
            (across(&map), rules)
        };
        let (written, rules) = came_to(ran("exit: 0", "2 rows", ""));
        assert_eq!((written.len(), rules.len()), (1, 0));
        assert_eq!(written[0].name, "take-home-a-csv-and-read-it-by-shop");
        let steps: Vec<String> = written[0].steps.iter().map(Action::describe).collect();
        assert_eq!((steps.len(), steps[0].as_str()), (3, "open /"), "{steps:?}");
        assert_eq!(steps[2], "run shop a.csv");
        assert_eq!(came_to(ran("exit: 2", "", "shop: not a list")), (vec![], vec![]));
        assert_eq!(came_to(ran("signal: 11", "", "")), (vec![], vec!["crash"]));
    }
}

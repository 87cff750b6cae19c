//! [`commands`]: from runs of commands to scenarios: what each prints, what it changes, what it refuses.

use std::collections::BTreeSet;

use super::gaps::Gaps;
use super::judge::crashes;
use super::map::{Map, Run};
use super::reading_back::readers;
use super::written::{MOST_TOGETHER, Written, slug, snapshot};
use crate::model::Action;

/// The most runs of one command that have a scenario each.
const MOST_ALONE: usize = 16;

/// Commands: what each prints, what it changes, and what it refuses.
pub(super) fn commands(gaps: &Gaps<'_>) -> Vec<Written> {
    let map = gaps.map;
    let is_new = |it: &&Run| !gaps.has(&it.probe);
    let shows = |it: &Run| map.readers.get(&it.probe.key).is_some_and(|it| !it.is_empty());
    let mut made = Vec::new();
    let words: BTreeSet<&Vec<String>> = map.runs.iter().map(|it| &it.words).collect();
    for words in words {
        // A crash is no way to be: it is a finding, and where in the source it was is another each time.
        let own: Vec<&Run> =
            map.runs.iter().filter(|it| it.words == *words && !crashes(it)).collect();
        let (fine, refused): (Vec<&Run>, Vec<&Run>) = own.iter().partition(|it| it.ran.answers());
        let (writes, mut reads): (Vec<&Run>, Vec<&Run>) =
            fine.iter().partition(|it| it.changed_data(&map.rules) || shows(it));
        reads.retain(is_new);
        let name = words.join(" ");
        for group in reads.chunks(MOST_TOGETHER) {
            made.push(command(map, group, &name, &format!("What `{name}` says")));
        }
        let (first, others): (Vec<&Run>, Vec<&Run>) =
            writes.iter().partition(|it| map.readers.contains_key(&it.probe.key));
        for run in first.into_iter().filter(is_new) {
            made.push(command(
                map,
                &[run],
                &format!("{name} and look"),
                &format!("What `{name}` changes"),
            ));
        }
        // What one changes, the next would find changed.
        let mut others = other_changes(&others);
        others.retain(is_new);
        let (alone, rest) = others.split_at(others.len().min(MOST_ALONE));
        for run in alone {
            let what = format!("{name} with {}", run.with);
            made.push(command(map, &[run], &what, &format!("What `{name}` changes")));
        }
        for group in rest.chunks(MOST_TOGETHER) {
            let what = format!("{name} with other values");
            made.push(command(map, group, &what, &format!("What `{name}` changes")));
        }
        let mut refused = other_complaints(&refused);
        refused.retain(is_new);
        for group in refused.chunks(MOST_TOGETHER) {
            let what = format!("refuse {name}");
            made.push(command(
                map,
                group,
                &what,
                &format!("What `{name}` refuses, and how it says so"),
            ));
        }
    }
    made
}

/// Runs that do not change the same in the same way.
fn other_changes<'a>(runs: &[&'a Run]) -> Vec<&'a Run> {
    let mut seen = BTreeSet::new();
    let new = |it: &&Run| seen.insert((it.ran.files.clone(), it.ran.exit.clone()));
    runs.iter().copied().filter(new).collect()
}

/// Runs that complain of different things.
fn other_complaints<'a>(runs: &[&'a Run]) -> Vec<&'a Run> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for run in runs {
        let last = run.probe.steps.first().map(Action::describe).unwrap_or_default();
        let said = format!("{}{}", run.ran.stdout, run.ran.stderr);
        let words = last
            .split(' ')
            .fold(said, |text, word| if word.len() > 2 { text.replace(word, "…") } else { text });
        if seen.insert((run.ran.exit.clone(), words)) {
            kept.push(*run);
        }
    }
    kept
}

fn command(map: &Map, runs: &[&Run], name: &str, about: &str) -> Written {
    let mut taken = BTreeSet::new();
    let mut steps = Vec::new();
    for run in runs {
        for action in &run.probe.steps {
            let Action::Run(own) = action else { continue };
            let mut own = own.clone();
            own.snapshot = Some(snapshot(&run.with, &mut taken));
            own.timeout_ms = None;
            steps.push(Action::Run(own));
        }
        steps.extend(readers(map, &run.probe, &mut taken));
    }
    let with: Vec<&str> = runs.iter().map(|it| it.with.as_str()).collect();
    Written {
        area: "commands".to_owned(),
        name: slug(name),
        about: format!("{about}: {}.", with.join("; ")),
        product: map.rules.home(&steps, runs[0].probe.product.as_deref()),
        steps,
        probes: runs.iter().map(|it| it.probe.key.clone()).collect(),
    }
}

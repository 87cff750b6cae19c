//! [`screens`]: from what programs showed on a terminal to scenarios.

use std::collections::BTreeSet;

use super::gaps::Gaps;
use super::screen::Screen;
use super::terminal::{said, start};
use super::written::{Written, slug, snapshot};
use crate::model::Action;
use crate::model::terminal::TerminalAction;

/// The most times that a program is started in one scenario.
const MOST_STARTS: usize = 5;

/// What is seen of programs on a terminal: each way that shows something new, and none that is the
/// beginning of another.
pub(super) fn screens(gaps: &Gaps<'_>) -> Vec<Written> {
    let map = gaps.map;
    let mut programs: Vec<&Vec<String>> = Vec::new();
    for screen in &map.screens {
        if !programs.contains(&&screen.words) {
            programs.push(&screen.words);
        }
    }
    let mut made = Vec::new();
    for words in programs {
        // A crash is no way to be: it is a finding.
        let is_own = |it: &&Screen| it.words == *words && it.is_new && it.failure().is_none();
        let own: Vec<&Screen> = map.screens.iter().filter(is_own).collect();
        let is_way = |it: &&&Screen| {
            let longer = |other: &&&Screen| {
                other.deeds.len() > it.deeds.len() && other.deeds.starts_with(&it.deeds)
            };
            !own.iter().any(|other| longer(&other))
        };
        let mut ways: Vec<&Screen> = own.iter().filter(is_way).copied().collect();
        ways.retain(|it| {
            let all = std::iter::once(start(words)).chain(it.deeds.iter().cloned());
            let all: Vec<Action> = all.map(|it| Action::Terminal(Box::new(it))).collect();
            !gaps.has_all(&all)
        });
        let mut told = BTreeSet::new();
        for group in ways.chunks(MOST_STARTS) {
            made.push(program(&own, group, &mut told));
        }
    }
    made
}

/// One scenario of a program; a screen that was told is not looked at again.
fn program(own: &[&Screen], ways: &[&Screen], told: &mut BTreeSet<String>) -> Written {
    let words = &ways[0].words;
    let mut taken = BTreeSet::new();
    let mut steps: Vec<TerminalAction> = Vec::new();
    let mut probes = Vec::new();
    for (number, way) in ways.iter().enumerate() {
        if number > 0 && ways[number - 1].exit.is_none() {
            steps.push(TerminalAction::Stop { exit: None, within_ms: None });
        }
        steps.push(start(words));
        for done in 0..=way.deeds.len() {
            let deeds = &way.deeds[..done];
            steps.extend(deeds.last().cloned());
            let screen = own.iter().find(|it| it.deeds == deeds);
            if let Some(screen) = screen.filter(|it| told.insert(it.probe.key.clone())) {
                let name =
                    deeds.last().map_or_else(|| said(&[]), |it| said(std::slice::from_ref(it)));
                steps.push(TerminalAction::Snapshot(snapshot(&name, &mut taken)));
                probes.push(screen.probe.key.clone());
            }
        }
    }
    let name = words.join(" ");
    let about: Vec<String> = ways.iter().map(|it| said(&it.deeds)).collect();
    Written {
        area: "terminal".to_owned(),
        name: slug(&format!("use {name} by keys")),
        about: format!("What `{name}` shows on a terminal: {}.", about.join("; ")),
        product: ways[0].probe.product.clone(),
        steps: steps.into_iter().map(|it| Action::Terminal(Box::new(it))).collect(),
        probes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::probe::{Goal, Probe};
    use crate::explore::{Map, Rules};

    fn screen(keys: &[&str], is_new: bool) -> Screen {
        let words = vec!["menu".to_owned()];
        let deeds: Vec<TerminalAction> =
            keys.iter().map(|it| TerminalAction::Keys(vec![(*it).to_owned()])).collect();
        let probe = Probe {
            id: String::new(),
            key: keys.concat(),
            goal: Goal::Screen { words: words.clone(), deeds: deeds.clone() },
            steps: Vec::new(),
            product: None,
            from: None,
            shares: false,
            value: 1,
        };
        Screen { probe, words, deeds, text: String::new(), exit: None, is_new }
    }

    #[test]
    fn each_new_screen_is_looked_at_once_on_the_longest_way_and_one_that_was_known_never() {
        let screens = vec![
            screen(&[], true),
            screen(&["Down"], true),
            screen(&["Up"], false),
            screen(&["Down", "Enter"], true),
            screen(&["q"], true),
            Screen { exit: Some("signal: 11".to_owned()), ..screen(&["x"], true) },
        ];
        let map = Map { screens, ..Map::new(Rules::default()) };
        let written = super::screens(&Gaps::of_everything(&map));
        assert_eq!(written.len(), 1);
        let steps: Vec<String> = written[0].steps.iter().map(Action::describe).collect();
        assert_eq!(
            steps,
            [
                "start menu",
                "snapshot start",
                "keys Down",
                "snapshot press-down",
                "keys Enter",
                "snapshot press-enter",
                "stop the program",
                "start menu",
                "keys q",
                "snapshot press-q",
            ]
        );
    }
}

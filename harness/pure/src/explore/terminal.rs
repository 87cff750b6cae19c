//! Programs that want a terminal: when one does, and what is done on the screen that it shows.
//!
//! A key is tried by itself on every screen that is new, first what the screen itself names
//! (`q quit`, `^X Exit`), then what most programs take.

use std::sync::LazyLock;

use regex::Regex;

use super::map::Map;
use super::probe::{Goal, Probe};
use super::screen::{Screen, shown};
use super::seen::Seen;
use super::tree::template;
use crate::model::command::CommandLine;
use crate::model::terminal::{StartProgram, TERMINAL_SIZE, TerminalAction};
use crate::model::{Action, Snapshot, Template};

/// The most screens of one program that are looked at.
const MOST_SCREENS: u32 = 36;
/// The most things that are done one after the other.
const MOST_KEYS: usize = 3;
/// The most keys that a screen names and that are tried.
const MOST_NAMED: usize = 8;
/// What most programs take.
const USUAL: [&str; 8] = ["Enter", "Down", "Up", "Tab", "Escape", "/", "?", "q"];
/// What of it moves about and changes nothing.
const LOOKING: [&str; 5] = ["Down", "Up", "Tab", "Escape", "q"];
/// What is done where only little is new.
const FOLLOWING: [&str; 3] = ["Enter", "Escape", "Down"];
/// A small terminal: columns and rows.
const SMALL: (u16, u16) = (60, 12);

/// The steps that start a program and do this, with a look at the screen at the end.
#[must_use]
pub fn steps(words: &[String], deeds: &[TerminalAction], checkpoint: &str) -> Vec<Action> {
    let look = Snapshot { name: checkpoint.to_owned(), ..Snapshot::default() };
    let start = std::iter::once(start(words));
    let deeds = deeds.iter().cloned();
    let all = start.chain(deeds).chain(std::iter::once(TerminalAction::Snapshot(look)));
    all.map(|it| Action::Terminal(Box::new(it))).collect()
}

/// Starts a program on a terminal of the usual size.
#[must_use]
pub fn start(words: &[String]) -> TerminalAction {
    let words: Vec<Template> = words.iter().map(|it| template(it)).collect();
    let (columns, rows) = TERMINAL_SIZE;
    TerminalAction::Start(StartProgram {
        command: CommandLine::Argv(words),
        env: indexmap::IndexMap::new(),
        cwd: None,
        columns,
        rows,
    })
}

/// What was done, as a person would say it: `press Down`.
#[must_use]
pub fn said(deeds: &[TerminalAction]) -> String {
    let one = |it: &TerminalAction| match it {
        TerminalAction::Keys(keys) => format!("press {}", keys.join(" ")),
        TerminalAction::Type(text) => format!("type {}", text.raw()),
        TerminalAction::Resize { columns, rows } => format!("make it {columns}x{rows}"),
        TerminalAction::Start(_)
        | TerminalAction::WaitScreen { .. }
        | TerminalAction::Stop { .. }
        | TerminalAction::Snapshot(_) => "look".to_owned(),
    };
    let all: Vec<String> = deeds.iter().map(one).collect();
    if all.is_empty() { "start".to_owned() } else { all.join(" then ") }
}

/// The keys that a screen names.
fn named(text: &str) -> Vec<String> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?:^|\s\s|[│|(\[•·])\s*(\^?[A-Za-z]|F\d{1,2}|[/?:.])(?:\]|\)|:)?\s?[A-Za-z]{2,}",
        )
        .expect("a constant pattern")
    });
    let mut keys: Vec<String> = Vec::new();
    for line in shown(text) {
        for found in NAMED.captures_iter(line) {
            let key = match found[1].strip_prefix('^') {
                Some(letter) => format!("Control+{letter}"),
                None => found[1].to_owned(),
            };
            // Two spaces, one letter and a word: in prose that is no key.
            let glued = found[0].ends_with(|it: char| it.is_alphabetic())
                && !found[0].trim_start().contains([' ', ']', ')', ':']);
            if !glued && !keys.contains(&key) && keys.len() < MOST_NAMED {
                keys.push(key);
            }
        }
    }
    keys
}

/// Whether the cursor is seen: where text goes.
fn takes_text(text: &str) -> bool {
    text.lines().skip_while(|it| !it.starts_with("=== ")).any(|it| {
        it.strip_prefix("cursor ").is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()))
    })
}

/// Whether something only moves about in every program.
fn only_looks(deed: &TerminalAction) -> bool {
    match deed {
        TerminalAction::Resize { .. } => true,
        TerminalAction::Keys(keys) => keys.iter().all(|it| LOOKING.contains(&it.as_str())),
        TerminalAction::Start(_)
        | TerminalAction::Type(_)
        | TerminalAction::WaitScreen { .. }
        | TerminalAction::Stop { .. }
        | TerminalAction::Snapshot(_) => false,
    }
}

/// What is done next on a screen.
fn next(screen: &Screen, before: Option<&str>, word: &str) -> Vec<TerminalAction> {
    let key = |it: &str| TerminalAction::Keys(vec![it.to_owned()]);
    let known = before.map(named).unwrap_or_default();
    let mut all: Vec<TerminalAction> = Vec::new();
    let typed = matches!(screen.deeds.last(), Some(TerminalAction::Type(_)));
    if takes_text(&screen.text) && !typed {
        all.push(TerminalAction::Type(template(word)));
    }
    let own = named(&screen.text);
    all.extend(own.iter().filter(|it| !known.contains(it)).map(|it| key(it)));
    if screen.deeds.is_empty() {
        all.extend(USUAL.iter().filter(|it| !own.iter().any(|own| own == *it)).map(|it| key(it)));
        let (columns, rows) = SMALL;
        all.push(TerminalAction::Resize { columns, rows });
    } else {
        all.extend(FOLLOWING.map(key));
    }
    all
}

impl Map {
    /// Starts a program on a terminal.
    pub(super) fn on_terminal(&mut self, words: &[String], product: Option<String>) {
        self.press(words, product, &[], 74);
    }

    fn press(
        &mut self,
        words: &[String],
        product: Option<String>,
        deeds: &[TerminalAction],
        value: u32,
    ) {
        let times = self.times.entry(format!("screens of {}", words.join(" "))).or_default();
        *times += 1;
        if *times > MOST_SCREENS {
            return;
        }
        let id = self.id();
        let key = format!("{} on a terminal: {}", words.join(" "), said(deeds));
        self.wait(Probe {
            key,
            goal: Goal::Screen { words: words.to_vec(), deeds: deeds.to_vec() },
            steps: steps(words, deeds, &id),
            product,
            from: None,
            shares: false,
            value,
            id,
        });
    }

    /// Takes in a screen, and what can be done there.
    pub(super) fn screen(&mut self, seen: &Seen, words: &[String], deeds: Vec<TerminalAction>) {
        let Some((text, exit)) = seen.screen().filter(|_| seen.failure.is_none()) else {
            self.miss(&seen.probe.said(), seen.failure.as_deref().unwrap_or("no screen was seen"));
            return;
        };
        let own = self.screens.iter().filter(|it| it.words == words);
        let is_new = !own.clone().any(|it| it.text == text && it.exit.as_deref() == exit);
        let before = deeds.split_last().map(|it| it.1);
        let before = before.and_then(|way| own.clone().find(|it| it.deeds == way));
        let before = before.map(|it| it.text.clone());
        let screen = Screen {
            probe: seen.probe.clone(),
            words: words.to_vec(),
            deeds,
            text: text.to_owned(),
            exit: exit.map(str::to_owned),
            is_new,
        };
        if is_new && screen.exit.is_none() && screen.deeds.len() < MOST_KEYS {
            let word = self.words.first().cloned().unwrap_or_else(|| "tea".to_owned());
            let value = 66 - 4 * screen.deeds.len() as u32;
            let mut next = next(&screen, before.as_deref(), &word);
            // What a key does there is only told by the screen, and the data may be somebody's.
            next.retain(|it| self.rules.commands_are_copies || only_looks(it));
            for deed in next {
                // The same once more shows less than anything else.
                let again = screen.deeds.last() == Some(&deed);
                let deeds = [screen.deeds.clone(), vec![deed]].concat();
                let value = if again { value - 20 } else { value };
                self.press(words, seen.probe.product.clone(), &deeds, value);
            }
        }
        self.screens.push(screen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::seen::{Ran, Sight};

    fn saw(probe: &Probe, sight: Sight) -> Seen {
        Seen {
            probe: probe.clone(),
            sights: vec![(0, sight)],
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        }
    }

    const LIST: &str = " Orders (2)\n> 1 Ada\n  2 Bob\nEnter look  / filter  q quit\n\
                        === 80x24 alternate\ncursor hidden\n";

    /// What is proposed once a program was run that says this.
    fn after(stderr: &str) -> (Map, Vec<Probe>) {
        after_with(stderr, Rules { commands_are_copies: true, ..Rules::default() })
    }

    fn after_with(stderr: &str, rules: Rules) -> (Map, Vec<Probe>) {
        let mut map = Map::new(rules);
        map.begin_with(vec!["shop".to_owned()], None);
        let help = map.propose(1).remove(0);
        let ran = |exit: &str, stdout: &str, stderr: &str| {
            Sight::Command(Ran {
                exit: exit.to_owned(),
                stdout: stdout.to_owned(),
                stderr: stderr.to_owned(),
                files: String::new(),
            })
        };
        map.absorb(vec![saw(&help, ran("exit: 0", "usage: shop\n", ""))]);
        let plain = map
            .propose(50)
            .into_iter()
            .find(|it| matches!(&it.goal, Goal::Run { with, .. } if with == "what it needs"));
        map.absorb(vec![saw(&plain.expect("it is run"), ran("exit: 2", "", stderr))]);
        let next = map.propose(50);
        (map, next)
    }

    fn told(probes: &[Probe]) -> Vec<String> {
        probes.iter().map(Probe::said).collect()
    }

    #[test]
    fn a_program_that_lacks_a_terminal_is_started_on_one_and_one_that_complains_otherwise_is_not() {
        assert_eq!(told(&after("shop: a terminal is needed").1), ["shop: start"]);
        assert_eq!(told(&after("shop: no data").1), [""; 0]);
    }

    #[test]
    fn the_keys_that_a_screen_names_are_pressed_first_and_what_shows_nothing_new_leads_nowhere() {
        let (mut map, first) = after("not a tty");
        let screen = |text: &str| Sight::Screen { text: text.to_owned(), exit: None };
        map.absorb(vec![saw(&first[0], screen(LIST))]);
        let next = map.propose(50);
        let mut said = told(&next);
        said.sort();
        let keys = ["/", "?", "Down", "Enter", "Escape", "Tab", "Up", "q"];
        let mut wanted: Vec<String> = keys.iter().map(|it| format!("shop: press {it}")).collect();
        wanted.insert(0, "shop: make it 60x12".to_owned());
        assert_eq!(said, wanted);
        let slash = next.iter().find(|it| it.said() == "shop: press /").expect("it is named");
        let up = next.iter().find(|it| it.said() == "shop: press Up").expect("it is usual");
        map.absorb(vec![saw(up, screen(LIST))]);
        assert_eq!(map.propose(50), [], "nothing new");
        let typing = LIST.replace("cursor hidden", "cursor 24:10");
        map.absorb(vec![saw(slash, screen(&typing))]);
        assert_eq!(told(&map.propose(1)), ["shop: press / then type tea"]);
    }

    #[test]
    fn where_the_data_is_no_copy_only_keys_that_move_about_are_pressed() {
        let (mut map, first) = after_with("not a tty", Rules::default());
        let text = LIST.replace("/ filter", "d delete");
        map.absorb(vec![saw(&first[0], Sight::Screen { text, exit: None })]);
        let mut said = told(&map.propose(50));
        said.sort();
        let keys = ["Down", "Escape", "Tab", "Up", "q"];
        let mut wanted: Vec<String> = keys.iter().map(|it| format!("shop: press {it}")).collect();
        wanted.insert(0, "shop: make it 60x12".to_owned());
        assert_eq!(said, wanted);
    }

    #[test]
    fn keys_are_read_from_what_screens_say_and_prose_names_none() {
        assert_eq!(named("Enter look  / filter  q quit"), ["/", "q"]);
        assert_eq!(named("^X Exit  ^O Write"), ["Control+X", "Control+O"]);
        assert_eq!(named("[n]ext  (p)rev"), ["n", "p"]);
        assert_eq!(named("This is prose of a shop"), [""; 0]);
    }
}

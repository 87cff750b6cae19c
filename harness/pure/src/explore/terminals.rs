//! [`Sitting`]: a program that wants a terminal, used as a person does who sits in front of it.
//!
//! A command that says it needs a terminal gets one. What can be pressed there is what the screen
//! itself names (`Enter look  / filter  q quit`), and what every such program has: arrows, a smaller
//! window, a key that ends it. Each is tried from a fresh start; what shows something new is written.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::map::{Map, Run};
use super::probe::{Goal, Probe};
use super::seen::{Screen, Seen, Sight};
use super::tree::template;
use super::write::{Written, slug, snapshot};
use crate::model::scenario::CommandLine;
use crate::model::terminal::{StartProgram, TERMINAL_SIZE, TerminalAction};
use crate::model::{Action, Snapshot};

/// The most keys that a screen names and that are tried.
const MOST_NAMED: usize = 12;
/// The most sittings of one scenario.
const MOST_TOGETHER: usize = 10;
/// How long a program may take to end when it is asked to, in milliseconds.
const TO_END: u64 = 5_000;
/// What is typed where a program takes text.
const TYPED: &str = "nz";
/// What is tried beside the keys that a screen names.
const USUAL: [&[&str]; 7] =
    [&["Down", "Down"], &["Down", "Enter"], &["Enter"], &["Tab"], &["End"], &["PageDown"], &["?"]];
/// Columns and rows of a small and of a large window.
const SIZES: [(u16, u16); 2] = [(60, 12), (120, 40)];
/// What ends a program that names no key for it, in the order in which it is tried.
const ENDS: [&str; 3] = ["q", "Escape", "Control+C"];

/// What was done with a program on a terminal, and what it showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitting {
    /// The probe.
    pub probe: Probe,
    /// The words of the command.
    pub words: Vec<String>,
    /// What was done: `Down, Enter`.
    pub with: String,
    /// What was seen, in order.
    pub screens: Vec<Screen>,
    /// Whether it showed something else than the program does by itself.
    pub changed: bool,
}

/// A key that a screen names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The key as a scenario has it.
    pub key: String,
    /// What the screen says it does.
    pub does: String,
}

/// Whether a command says that it wants a terminal, or draws on one that is not there.
#[must_use]
pub fn wants_terminal(run: &Run) -> bool {
    static SAYS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b(?:needs?|requires?|not|no|without|only in|must be|find) (?:an? |the |in an? )?(?:interactive )?(?:terminal|tty)\b|setupterm|isatty|inappropriate ioctl",
        )
        .expect("a constant pattern")
    });
    let ran = &run.ran;
    let draws = ["\u{1b}[?1049h", "\u{1b}[2J", "\u{1b}[?25l"];
    (!ran.is_fine() && SAYS.is_match(&ran.stderr)) || draws.iter().any(|it| ran.stdout.contains(it))
}

/// The keys that a screen names, with what they do, by the lines that name several or put one in
/// brackets.
#[must_use]
pub fn named(screen: &str) -> Vec<Named> {
    static HINT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"^(?:\[(?P<a>[^\]\s]{1,9})\]|<(?P<b>[^>\s]{1,9})>|\((?P<c>[^)\s]{1,9})\)|",
            r"(?P<d>\^\w|(?i:ctrl|control)[+-]\w|F\d{1,2}|(?i:enter|return|esc|escape|tab|space)|[^\s\w]|\w))",
            r"(?P<glued>\p{L}*)[:= ]*(?P<does>\p{L}[\p{L} -]*)?$"
        ))
        .expect("a constant pattern")
    });
    static GAP: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\s{2,}|\s*[│|·•,]\s*").expect("a constant pattern"));
    let mut found: Vec<Named> = Vec::new();
    for line in screen.lines().take_while(|it| !it.starts_with("=== ")) {
        let parts: Vec<&str> = GAP.split(line.trim()).filter(|it| !it.is_empty()).collect();
        let of_part = |part: &&str| {
            let hint = HINT.captures(part)?;
            let key = ["a", "b", "c", "d"].iter().find_map(|it| hint.name(it))?.as_str();
            let bracketed = hint.name("d").is_none();
            let glued = &hint["glued"];
            let does = hint.name("does").map_or("", |it| it.as_str());
            let does = match (bracketed, glued.is_empty()) {
                (true, false) => format!("{key}{glued} {does}"),
                (_, true) if !does.is_empty() => does.to_owned(),
                (true, true) | (false, _) => return None,
            };
            Some(Named { key: key_of(key)?, does: does.trim().to_lowercase() })
        };
        let own: Vec<Named> = parts.iter().filter_map(of_part).collect();
        // One that stands alone may be anything; several side by side are told to the user.
        if own.len() >= 2 && own.len() * 2 >= parts.len() {
            found.extend(own);
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|it| seen.insert(it.key.clone()));
    found.truncate(MOST_NAMED);
    found
}

/// A key as scenarios call it, by what programs call it; `None` for what is none.
fn key_of(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    Some(match lower.as_str() {
        "enter" | "return" | "↵" | "⏎" => "Enter".to_owned(),
        "esc" | "escape" => "Escape".to_owned(),
        "tab" => "Tab".to_owned(),
        "space" => "Space".to_owned(),
        "↑" | "up" => "Up".to_owned(),
        "↓" | "down" => "Down".to_owned(),
        _ if text.chars().count() == 1 => {
            let letter = text.chars().next()?;
            (letter.is_ascii_alphanumeric() || "/?:+!#".contains(letter)).then(|| text.to_owned())?
        }
        _ if lower.starts_with('f') && lower[1..].parse::<u8>().is_ok_and(|it| it <= 12) => {
            text.to_uppercase()
        }
        _ => {
            let held = ["^", "ctrl+", "ctrl-", "control+", "c-"];
            let letter = held.iter().find_map(|it| lower.strip_prefix(it))?;
            (letter.chars().count() == 1).then(|| format!("Control+{}", letter.to_uppercase()))?
        }
    })
}

/// Whether a key is said to end the program.
fn ends(named: &Named) -> bool {
    let words = ["quit", "exit", "leave", "close", "end"];
    named.does.split(' ').any(|it| words.contains(&it))
}

fn terminal(action: TerminalAction) -> Action {
    Action::Terminal(Box::new(action))
}

fn start(words: &[String]) -> Action {
    let (columns, rows) = TERMINAL_SIZE;
    terminal(TerminalAction::Start(StartProgram {
        command: CommandLine::Argv(words.iter().map(|it| template(it)).collect()),
        env: indexmap::IndexMap::new(),
        cwd: None,
        columns,
        rows,
    }))
}

fn keys(keys: &[&str]) -> Action {
    terminal(TerminalAction::Keys(keys.iter().map(|it| (*it).to_owned()).collect()))
}

fn stop(exit: Option<i32>) -> Action {
    let within_ms = exit.map(|_| TO_END);
    terminal(TerminalAction::Stop { exit, within_ms })
}

fn checkpoint() -> Action {
    Action::Snapshot(Snapshot { name: "screen".to_owned(), ..Snapshot::default() })
}

impl Map {
    /// A command that wants a terminal is started on one, twice, so that what varies is known.
    pub(super) fn sit_down(&mut self, run: &Run) {
        let line: Vec<String> = run.probe.steps.iter().find_map(command_words).unwrap_or_default();
        let once = [start(&line), checkpoint(), stop(None)];
        self.sit(run, "its first screen", [once.clone(), once].concat(), 84);
    }

    fn sit(&mut self, like: &Run, with: &str, steps: Vec<Action>, value: u32) {
        let id = self.id();
        let line: Vec<String> = steps.iter().find_map(command_words).unwrap_or_default();
        self.wait(Probe {
            key: format!("{} on a terminal with {with}", line.join(" ")),
            goal: Goal::Sit { words: like.words.clone(), with: with.to_owned() },
            steps,
            product: like.probe.product.clone(),
            from: None,
            shares: false,
            value,
            id,
        });
    }

    /// Takes in what a program showed on a terminal.
    pub(super) fn sat(&mut self, seen: Seen, words: Vec<String>, with: String) {
        let screens: Vec<Screen> = seen.sights.iter().filter_map(|it| screen(&it.1)).collect();
        if screens.is_empty() {
            self.miss(&seen.probe.said(), seen.failure.as_deref().unwrap_or("it showed nothing"));
            return;
        }
        let first = self.sittings.iter().find(|it| it.words == words).map(|it| it.screens.clone());
        let last = screens.last().map(|it| it.text.clone()).unwrap_or_default();
        let changed = first.as_ref().is_none_or(|it| differs(it, &last)) && seen.failure.is_none();
        if let Some(why) = seen.failure.as_deref() {
            self.miss(&seen.probe.said(), why);
        }
        let run = Run {
            probe: seen.probe.clone(),
            words: words.clone(),
            with: with.clone(),
            ran: super::seen::Ran::default(),
        };
        let is_first = first.is_none();
        let ended = screens.last().is_some_and(|it| it.exit.is_some());
        self.sittings.push(Sitting { probe: seen.probe, words, with, screens, changed });
        if is_first {
            self.sit_on(&run, &last);
        } else if changed && !ended {
            self.type_there(&run);
        }
    }

    /// What can be done with a program, by its first screen.
    fn sit_on(&mut self, run: &Run, shown: &str) {
        let line: Vec<String> = run.probe.steps.iter().find_map(command_words).unwrap_or_default();
        let named = named(shown);
        let (ending, others): (Vec<&Named>, Vec<&Named>) = named.iter().partition(|it| ends(it));
        for it in others {
            let words = [line.first().cloned().unwrap_or_default(), it.does.clone()];
            match self.rules.command_refusal(&words) {
                Some(why) => self.miss(&format!("{} of {}", it.key, line.join(" ")), &why),
                None => self.press(run, &line, &[&it.key], 74),
            }
        }
        for own in USUAL {
            self.press(run, &line, own, 66);
        }
        for (columns, rows) in SIZES {
            let deed = terminal(TerminalAction::Resize { columns, rows });
            let steps = vec![start(&line), deed, checkpoint(), stop(None)];
            self.sit(run, &format!("a window of {columns}x{rows}"), steps, 70);
        }
        let mut ending: Vec<&str> = ending.iter().map(|it| it.key.as_str()).collect();
        if ending.is_empty() {
            ending.extend(ENDS);
        }
        for key in ending {
            let steps = vec![start(&line), keys(&[key]), stop(Some(0)), checkpoint()];
            self.sit(run, &format!("{key} to end it"), steps, 68);
        }
    }

    fn press(&mut self, run: &Run, line: &[String], own: &[&str], value: u32) {
        let steps = vec![start(line), keys(own), checkpoint(), stop(None)];
        self.sit(run, &own.join(", "), steps, value);
    }

    /// Where a key showed something new, it may have asked for text.
    fn type_there(&mut self, run: &Run) {
        let line: Vec<String> = run.probe.steps.iter().find_map(command_words).unwrap_or_default();
        let [_, pressed @ Action::Terminal(own), ..] = run.probe.steps.as_slice() else { return };
        let TerminalAction::Keys(list) = &**own else { return };
        if list.len() != 1 || run.probe.steps.iter().any(|it| matches!(it, Action::Type { .. })) {
            return;
        }
        let typed = Action::Type { text: template(TYPED), into: None };
        let steps = vec![
            start(&line),
            pressed.clone(),
            typed,
            checkpoint(),
            keys(&["Enter"]),
            checkpoint(),
            stop(None),
        ];
        self.sit(run, &format!("{}, \"{TYPED}\" and Enter", list[0]), steps, 64);
    }
}

fn command_words(action: &Action) -> Option<Vec<String>> {
    let argv = match action {
        Action::Run(run) => &run.command,
        Action::Terminal(action) => match &**action {
            TerminalAction::Start(program) => &program.command,
            TerminalAction::Type(_)
            | TerminalAction::Keys(_)
            | TerminalAction::WaitScreen { .. }
            | TerminalAction::Resize { .. }
            | TerminalAction::Stop { .. }
            | TerminalAction::Snapshot(_) => return None,
        },
        _ => return None,
    };
    match argv {
        CommandLine::Argv(words) => {
            Some(words.iter().map(|it| it.raw().replace("$${", "${")).collect())
        }
        CommandLine::Shell(_) => None,
    }
}

fn screen(sight: &Sight) -> Option<Screen> {
    match sight {
        Sight::Screen(screen) => Some(screen.clone()),
        Sight::Page(_) | Sight::Command(_) | Sight::File(_) => None,
    }
}

/// Whether a screen is another than the program shows by itself; what varied between its first two
/// screens is a number.
fn differs(first: &[Screen], screen: &str) -> bool {
    let steady = first.windows(2).all(|it| it[0].text == it[1].text);
    let plain = |it: &str| {
        if steady { it.to_owned() } else { it.replace(|it: char| it.is_ascii_digit(), "#") }
    };
    first.first().is_none_or(|it| plain(&it.text) != plain(screen))
}

/// The scenarios of programs on terminals: what each shows, from a fresh start each time.
#[must_use]
pub fn written(map: &Map) -> Vec<Written> {
    let words: BTreeSet<&Vec<String>> = map.sittings.iter().map(|it| &it.words).collect();
    let mut made = Vec::new();
    for words in words {
        let own = map.sittings.iter().filter(|it| it.words == *words && it.changed);
        let mut shown: BTreeSet<Vec<&str>> = BTreeSet::new();
        let new = own.filter(|it| {
            shown.insert(it.screens.iter().map(|it| it.text.as_str()).collect())
        });
        let new: Vec<&Sitting> = new.collect();
        for group in new.chunks(MOST_TOGETHER) {
            made.push(together(&words.join(" "), group));
        }
    }
    made
}

fn together(name: &str, sittings: &[&Sitting]) -> Written {
    let mut taken = BTreeSet::new();
    let mut steps = Vec::new();
    for sitting in sittings {
        let mut own = sitting.probe.steps.clone();
        // It was started twice only to learn what varies.
        if own.len() == 6 && own[..3] == own[3..] {
            own.truncate(3);
        }
        for mut step in own {
            if let Some(own) = step.snapshot_mut() {
                *own = snapshot(&sitting.with, &mut taken);
            }
            steps.push(step);
        }
    }
    let with: Vec<&str> = sittings.iter().map(|it| it.with.as_str()).collect();
    Written {
        area: "commands".to_owned(),
        name: slug(&format!("{name} on a terminal")),
        about: format!("What `{name}` shows on a terminal: {}.", with.join("; ")),
        product: sittings[0].probe.product.clone(),
        steps,
        probes: sittings.iter().map(|it| it.probe.key.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::seen::Ran;
    use crate::explore::{Rules, probe};

    fn run(exit: &str, stdout: &str, stderr: &str) -> Run {
        let words = ["shop", "ui"].map(str::to_owned).to_vec();
        Run {
            probe: Probe {
                id: "probe-0".to_owned(),
                key: "k".to_owned(),
                goal: Goal::Run { words: words.clone(), with: "what it needs".to_owned() },
                steps: vec![probe::run(&words, None, "x")],
                product: None,
                from: None,
                shares: true,
                value: 1,
            },
            words,
            with: "what it needs".to_owned(),
            ran: Ran {
                exit: exit.to_owned(),
                stdout: stdout.to_owned(),
                stderr: stderr.to_owned(),
                files: String::new(),
            },
        }
    }

    #[test]
    fn a_command_that_says_it_needs_a_terminal_wants_one_and_one_that_only_speaks_of_it_does_not() {
        let refused = |said: &str| wants_terminal(&run("exit: 2", "", said));
        assert!(refused("shop: ui needs a terminal"));
        assert!(refused("Error: stdin is not a tty"));
        assert!(refused("_curses.error: setupterm: could not find terminal"));
        assert!(!refused("there is no order called terminal 3"));
        assert!(!refused("no such file"));
        assert!(!wants_terminal(&run("exit: 0", "", "a note: it needs a terminal to be coloured")));
        assert!(wants_terminal(&run("exit: 0", "\u{1b}[?1049hMenu", "")));
    }

    #[test]
    fn keys_are_those_that_a_screen_names_side_by_side_and_a_list_of_things_names_none() {
        let keys = |text: &str| -> Vec<(String, String)> {
            named(text).into_iter().map(|it| (it.key, it.does)).collect()
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            keys(" Orders (45)\n> 7  Ada   Lamp\nEnter look  / filter  q quit\n=== 80x24\n"),
            [pair("Enter", "look"), pair("/", "filter"), pair("q", "quit")]
        );
        assert_eq!(
            keys("[n]ew  [d]elete  <F2> Rename  ^X Exit"),
            [
                pair("n", "new"),
                pair("d", "delete"),
                pair("F2", "rename"),
                pair("Control+X", "exit")
            ]
        );
        assert_eq!(keys("  Soup\n> Salad\n  a pie\n 12  Bob  x\n"), []);
    }

    fn saw(probe: &Probe, screens: &[&str], exit: Option<&str>) -> Seen {
        let one = |text: &&str| {
            let exit = exit.map(str::to_owned);
            (1, Sight::Screen(Screen { text: (*text).to_owned(), exit }))
        };
        Seen {
            probe: probe.clone(),
            sights: screens.iter().map(one).collect(),
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        }
    }

    const FIRST: &str = "Orders\n/ filter  d deploy  q quit\n";

    /// What is tried of a program, and what is written where only these show something.
    fn sat(shows: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let mut map = Map::new(Rules::default());
        map.sit_down(&run("exit: 2", "", "it needs a terminal"));
        let first = map.propose(9).remove(0);
        map.absorb(vec![saw(&first, &[FIRST, FIRST], None)]);
        let mut tried = Vec::new();
        loop {
            let next = map.propose(50);
            if next.is_empty() {
                break;
            }
            for it in &next {
                let Goal::Sit { with, .. } = &it.goal else { panic!("{it:?}") };
                tried.push(with.clone());
                let shown = shows.iter().find(|it| it.0 == with).map_or(FIRST, |it| it.1);
                map.absorb(vec![saw(it, &[shown], with.contains("to end").then_some("exit: 0"))]);
            }
        }
        let written = written(&map).into_iter().flat_map(|it| it.probes).collect();
        (tried, written)
    }

    #[test]
    fn each_key_is_tried_from_a_fresh_start_and_only_what_shows_something_is_written() {
        let on = |with: &str| format!("shop ui on a terminal with {with}");
        let (tried, written) = sat(&[("/", "Filter:\n"), ("q to end it", "Bye\n")]);
        assert_eq!(
            tried,
            [
                "/",
                "a window of 60x12",
                "a window of 120x40",
                "q to end it",
                "Down, Down",
                "Down, Enter",
                "Enter",
                "Tab",
                "End",
                "PageDown",
                "?",
                "/, \"nz\" and Enter"
            ],
            "a key that deploys is left alone, and what asks for text gets some"
        );
        assert_eq!(written, [on("its first screen"), on("/"), on("q to end it")]);
        assert_eq!(sat(&[]).1, [on("its first screen")], "nothing that shows nothing is written");
    }
}

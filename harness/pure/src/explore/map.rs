//! [`Map`]: what exists of a product, what was reached and by which way, and what was not and why.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::{Address, Addresses, elsewhere, own};
use super::around::Around;
use super::commands::{Printed, UNKNOWN_COMMAND, WHAT_IT_NEEDS};
use super::entrances::named;
use super::gestures::LEAVES;
use super::help::{Usage, listed_in_refusal};
use super::page::Look;
use super::probe::{Again, Goal, Probe, SignOut};
use super::safe::{Rules, makes_something};
use super::screen::{Screen, wants_terminal};
use super::seen::{Noticed, Ran, Seen, Sight};
use super::tree::{Item, Tree};
use crate::model::Action;
use crate::model::change::without_numbers;
use crate::model::survey::Missed;

/// What two looks differ by that have the same things elsewhere.
const ANOTHER_ORDER: &str = "the same in another order";
/// The most words of the product's own that are kept for its search fields.
const MOST_WORDS: usize = 40;
/// The most places that are visited because robots are asked to leave them alone.
const MOST_HINTS: usize = 20;

/// A state of a page that was reached.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The probe that reached it.
    pub probe: Probe,
    /// What was seen.
    pub look: Look,
    /// Whether anything is otherwise than in the state that it goes on from.
    pub changed: bool,
    /// Whether anything was written on the way.
    pub wrote: bool,
    /// What the watches saw.
    pub events: Vec<Noticed>,
    /// What was noticed although all steps passed.
    pub remarks: Vec<String>,
    /// The page without its data.
    pub shape: String,
    /// The same page as it was loaded again, where it then said something else: what.
    pub after_reload: Vec<String>,
}

/// A command line that was run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The probe that ran it.
    pub probe: Probe,
    /// The words of the command, without options and arguments.
    pub words: Vec<String>,
    /// What was tried.
    pub with: String,
    /// What it did.
    pub ran: Ran,
    /// Whether it said something else when it was run once more.
    pub varies: bool,
}

impl Run {
    /// Whether it changed a file that was there.
    #[must_use]
    pub fn changed_data(&self, rules: &Rules) -> bool {
        rules.files.iter().any(|it| self.ran.files.contains(&it.path))
    }
}

/// What a page said once more.
#[derive(Debug, Clone, PartialEq)]
pub struct Once {
    /// The probe.
    pub probe: Probe,
    /// How it was come to again.
    pub how: Again,
    /// The state that was come to again.
    pub at: usize,
    /// What it said, each time.
    pub looks: Vec<Look>,
}

/// What was closed once somebody had signed out.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedOut {
    /// The probe.
    pub probe: Probe,
    /// By which control.
    pub by: SignOut,
    /// The pages that were closed.
    pub closed: Vec<Closed>,
}

/// A page that was closed then.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// Opens it.
    pub open: Action,
    /// Whether the control that signs out was there all the same.
    pub still_there: bool,
}

/// What is known of a product.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    /// What may be done.
    pub rules: Rules,
    /// The states of pages, in the order in which they were reached.
    pub states: Vec<State>,
    /// What was run.
    pub runs: Vec<Run>,
    /// What programs showed on a terminal.
    pub screens: Vec<Screen>,
    /// What commands take, by their words.
    pub usages: BTreeMap<Vec<String>, Usage>,
    /// What shows elsewhere what a probe wrote, by the probe's key: the steps.
    pub readers: BTreeMap<String, Vec<Vec<Action>>>,
    /// The text of files that were taken home, by the probe's key.
    pub files: BTreeMap<String, (Probe, String)>,
    /// What commands said of files that pages gave.
    pub across: Vec<Run>,
    /// Pages that are otherwise for others.
    pub around: Vec<Around>,
    /// The addresses.
    pub addresses: Addresses,
    /// What exists and was left alone.
    pub missed: BTreeSet<Missed>,
    /// What pages said once more.
    pub again: Vec<Once>,
    /// Visits that the server did not answer and hung up on.
    pub unanswered: Vec<Probe>,
    /// What ended the process of a page.
    pub crashed: Vec<Probe>,
    /// Links to files that the product does not have: what asked for one, its address, the status.
    pub lost_files: Vec<(Probe, String, u16)>,
    /// Every control that was seen, and whether it was used.
    pub controls: BTreeMap<String, bool>,
    /// What was closed after signing out.
    pub signed_out: Option<SignedOut>,
    /// What signs out, which is kept for the end.
    pub(super) sign_outs: Vec<SignOut>,
    pub(super) waiting: Vec<Probe>,
    pub(super) tried: BTreeSet<String>,
    pub(super) retried: BTreeSet<String>,
    pub(super) times: BTreeMap<String, u32>,
    pub(super) expanded: BTreeSet<(String, String)>,
    pub(super) next: u32,
    /// The commands that were seen to write files.
    pub(super) writers: BTreeSet<Vec<String>>,
    /// The commands that we had to end when they had only what they need.
    pub(super) waits: BTreeSet<Vec<String>>,
    pub(super) varies: BTreeSet<String>,
    /// Words that the product shows.
    pub(super) words: Vec<String>,
}

impl Map {
    /// A map of nothing yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Takes in what probes saw.
    pub fn absorb(&mut self, all: Vec<Seen>) {
        for seen in all {
            if !seen.counts {
                self.again(seen);
                continue;
            }
            self.note_crash(&seen);
            match seen.probe.goal.clone() {
                Goal::Page { address, linked } => self.page(seen, &address, linked),
                Goal::Around { .. } => self.around(seen),
                Goal::Use { .. } | Goal::Send { .. } => self.acted(seen),
                Goal::Download { link } => self.downloaded(seen, &link),
                Goal::ReadBack { of } => self.read_back(&seen, &of),
                Goal::Across { file, words } => self.crossed(seen, &file, words),
                Goal::Again { how, .. } => self.came_again(seen, how),
                Goal::SignOut { by } => self.went_out(&seen, &by),
                Goal::Help { words } => self.help(&seen, words),
                Goal::Run { words, with } => self.ran(seen, words, with),
                Goal::Screen { words, deeds } => self.screen(&seen, &words, deeds),
            }
        }
    }

    /// What was disturbed is tried once more, alone.
    fn again(&mut self, seen: Seen) {
        let first = self.retried.insert(seen.probe.key.clone());
        if first {
            self.waiting.push(Probe { shares: false, ..seen.probe });
        } else {
            let why = seen.failure.as_deref().unwrap_or("it was disturbed");
            self.miss_probe(&seen.probe, why);
        }
    }

    /// What a probe was for was not reached; a second look was for nothing new.
    pub(super) fn miss_probe(&mut self, probe: &Probe, why: &str) {
        if !matches!(probe.goal, Goal::Again { .. }) {
            self.miss(&probe.said(), why);
        }
    }

    pub(super) fn miss(&mut self, what: &str, why: &str) {
        self.missed.insert(Missed { what: what.to_owned(), why: why.to_owned() });
    }

    fn page(&mut self, seen: Seen, address: &str, linked: bool) {
        let mut looks = seen.sights.iter().filter_map(|(_, it)| match it {
            Sight::Page(look) => Some(&**look),
            Sight::Command(_) | Sight::Screen { .. } | Sight::File(_) => None,
        });
        let (Some(first), second) = (looks.next().cloned(), looks.next()) else {
            if seen.failure.as_deref().is_some_and(is_hung_up) {
                self.unanswered.push(seen.probe.clone());
            }
            self.miss(address, seen.failure.as_deref().unwrap_or("nothing was seen there"));
            return;
        };
        let second = second.cloned();
        let after_reload = second.as_ref().map_or(Vec::new(), |it| difference(&first, it));
        self.varies.extend(after_reload.iter().map(|it| without_numbers(it)));
        let shape = first.tree.shape();
        self.addresses.learn(address, shape.clone());
        self.learn_words(&first.tree);
        let state = State {
            probe: seen.probe,
            changed: true,
            wrote: false,
            events: seen.events,
            remarks: seen.remarks,
            shape,
            after_reload,
            look: first,
        };
        let at = self.states.len();
        self.states.push(state);
        if let Some(second) = second {
            self.visit_again(at, &second);
        }
        // Where an address that nobody leads to goes on is no part of the product.
        if linked {
            self.doubt_session(at);
            self.links(at);
            self.expand(at);
        } else {
            self.entrances(address, at);
        }
    }

    /// Adds what a file for machines names.
    fn entrances(&mut self, address: &str, at: usize) {
        let named = named(address, &self.states[at].look);
        for page in named.pages {
            match self.rules.refusal("", &page) {
                Some(why) => self.miss(&page, &why),
                None if is_file(&page) => {}
                None => self.addresses.add(&page, Address { from: Some(at), ..Address::default() }),
            }
        }
        for hint in named.hints.into_iter().take(MOST_HINTS) {
            match self.rules.refusal("", &hint) {
                Some(why) => self.miss(&hint, &why),
                None => self.visit(&hint, Some(at), false, 90),
            }
        }
    }

    fn acted(&mut self, seen: Seen) {
        if seen.probe.tries_letters() {
            self.letters(&seen);
            return;
        }
        if let Some(why) = &seen.failure {
            if why.contains("a dialog is open") && self.answer(&seen.probe) {
                return;
            }
            if self.under_its_name(&seen.probe, why) {
                return;
            }
            if !seen.probe.seeks_window() {
                self.miss(&seen.probe.said(), why);
            }
            return;
        }
        let wrote = seen.wrote();
        let Some(look) = seen.page().cloned() else { return };
        let before = seen.probe.from.and_then(|it| self.states.get(it)).map(|it| &it.look);
        let changed = before.is_none_or(|before| {
            before.path != look.path || !self.real_difference(before, &look).is_empty()
        });
        let gave = seen.sights.iter().any(|it| matches!(it.1, Sight::File(_)));
        let changed = changed || gave;
        // To leave a page shows nothing but what is behind the link, unless the browser asks.
        let leaves = matches!(&seen.probe.goal, Goal::Use { identity, .. } if identity.starts_with(LEAVES))
            && !seen.probe.steps.iter().any(|it| matches!(it, Action::Dialog(_)));
        let changed = changed && !leaves;
        let shape = look.tree.shape();
        let at = self.states.len();
        let state = State {
            probe: seen.probe,
            changed,
            wrote,
            events: seen.events,
            remarks: seen.remarks,
            shape,
            after_reload: Vec::new(),
            look,
        };
        self.states.push(state);
        self.links(at);
        let probe = self.states[at].probe.clone();
        if wrote && probe.is_meant() {
            self.read_elsewhere(&probe);
            self.go_on(at);
        }
        if changed {
            self.expand(at);
            self.come_again(at);
        }
        self.look_for_window(at);
        self.try_letters(at);
    }

    fn downloaded(&mut self, seen: Seen, link: &str) {
        let text = seen.sights.iter().find_map(|(_, it)| match it {
            Sight::File(text) => Some(text.clone()),
            Sight::Page(_) | Sight::Command(_) | Sight::Screen { .. } => None,
        });
        if let Some(text) = text {
            self.files.insert(seen.probe.key.clone(), (seen.probe, text));
            return;
        }
        if self.note_lost_file(&seen) {
            return;
        }
        let why = seen.failure.as_deref().unwrap_or("no file came");
        if !self.under_its_name(&seen.probe, why) {
            self.miss(link, why);
        }
    }

    fn help(&mut self, seen: &Seen, words: Vec<String>) {
        // One that was ended by us says nothing of the product.
        let Some(ran) = seen.ran().filter(|_| seen.failure.is_none()) else {
            self.miss(&words.join(" "), seen.failure.as_deref().unwrap_or("its help was not seen"));
            return;
        };
        let text = if ran.stdout.trim().is_empty() { &ran.stderr } else { &ran.stdout };
        let usage = Usage::read(text);
        let ran = ran.clone();
        let run = Run {
            probe: seen.probe.clone(),
            words: words.clone(),
            with: "--help".to_owned(),
            ran,
            varies: false,
        };
        self.runs.push(run);
        self.below(&words, &usage);
        self.usages.insert(words, usage);
    }

    fn ran(&mut self, seen: Seen, words: Vec<String>, with: String) {
        if with == WHAT_IT_NEEDS && wants_terminal(&seen) {
            self.on_terminal(&words, seen.probe.product.clone());
        }
        // One that was ended by us says nothing of the product.
        let Some(ran) = seen.ran().filter(|_| seen.failure.is_none()).cloned() else {
            self.miss(&seen.probe.said(), seen.failure.as_deref().unwrap_or("it did not end"));
            if with == WHAT_IT_NEEDS && self.waits.insert(words) {
                self.calls_again();
            }
            return;
        };
        let again = seen.sights.iter().filter_map(|(_, it)| match it {
            Sight::Command(again) => Some(again),
            Sight::Page(_) | Sight::Screen { .. } | Sight::File(_) => None,
        });
        let varies = again.skip(1).any(|it| it.stdout != ran.stdout);
        let mut probe = seen.probe;
        probe.steps.truncate(1);
        let run = Run { probe, words, with, ran, varies };
        let first =
            !self.runs.iter().any(|it| it.words == run.words && it.changed_data(&self.rules));
        let shows = self.shows_on_pages(&run);
        let changed = first && run.changed_data(&self.rules) || shows;
        if shows || !run.ran.files.trim().is_empty() {
            self.writers.insert(run.words.clone());
        }
        let probe = run.probe.clone();
        if run.with == UNKNOWN_COMMAND {
            self.told_by_refusal(&run);
        }
        self.runs.push(run);
        if changed {
            self.read_elsewhere(&probe);
        }
        self.calls_again();
    }

    /// Whether a run is the first of its command that may show on pages of another product, where it
    /// leaves no file.
    fn shows_on_pages(&self, run: &Run) -> bool {
        let did = |it: &Run| it.words == run.words && it.with != "--help" && it.ran.is_fine();
        let is_apart = self.rules.pages.is_some() && run.probe.product != self.rules.pages;
        is_apart && makes_something(&run.words) && did(run) && !self.runs.iter().any(did)
    }

    /// A command that refuses a word may name those that it knows, also what its help leaves out.
    fn told_by_refusal(&mut self, run: &Run) {
        let said = format!("{}\n{}", run.ran.stderr, run.ran.stdout);
        let Some(usage) = self.usages.get(&run.words) else { return };
        let mut new = listed_in_refusal(&said);
        new.retain(|it| !usage.commands.iter().any(|own| own.0 == *it));
        for name in new {
            self.ask_below(&run.words, &name);
        }
    }

    /// What was printed, for the arguments of other commands.
    pub(super) fn printed(&self) -> Vec<Printed> {
        let fine = self.runs.iter().filter(|it| it.ran.answers() && it.with != "--help");
        fine.map(|it| Printed { words: it.words.clone(), text: it.ran.stdout.clone() }).collect()
    }

    /// Adds what a page leads to.
    fn links(&mut self, at: usize) {
        let look = self.states[at].look.clone();
        for link in &look.links {
            let Some(address) = own(&link.to) else {
                if let Some(host) = elsewhere(&link.to).filter(|it| it.contains("//")) {
                    self.miss(&host, "it is not the product's");
                }
                continue;
            };
            if self.is_for_the_end(&link.name, &address) {
                self.keep_link_for_the_end(&link.name, at);
                continue;
            }
            if let Some(why) = self.rules.refusal(&link.name, &address) {
                self.miss(&format!("link \"{}\" to {address}", link.name), &why);
                continue;
            }
            if link.downloads || is_file(&address) {
                self.download(&link.name, &address, at);
                continue;
            }
            let in_navigation = stands_in_navigation(&look.tree, &address);
            let about = Address {
                name: link.name.clone(),
                from: Some(at),
                in_navigation,
                ..Address::default()
            };
            self.addresses.add(&address, about);
        }
    }

    fn learn_words(&mut self, tree: &Tree) {
        // What things are called is looked for; what a page is called, only where there is nothing else.
        for roles in [&["link", "cell"][..], &["heading"]] {
            let shown = tree.items.iter().enumerate().filter(|(at, it)| {
                roles.contains(&it.role.as_str())
                    && tree.around(*at).any(|it| it.role == "main" || it.role == "row")
            });
            for (_, item) in shown {
                let Some(name) = item.name.as_deref() else { continue };
                let plain = name.chars().all(|it| it.is_alphabetic() || it == ' ');
                let known = self.words.iter().any(|it| it == name);
                let fits = plain && !known && (3..24).contains(&name.len());
                if fits && self.words.len() < MOST_WORDS {
                    self.words.push(name.to_owned());
                }
            }
        }
    }

    /// What differs between two looks, but for what varies by itself.
    pub(super) fn real_difference(&self, before: &Look, after: &Look) -> Vec<String> {
        let mut all = difference(before, after);
        all.retain(|it| !self.varies.contains(&without_numbers(it)));
        all
    }
}

impl Map {
    /// Whether something on a page varies by itself.
    pub(super) fn is_restless(&self, it: &Item) -> bool {
        self.varies.contains(&without_numbers(&line_of(it)))
    }
}

/// Whether a page did not load because the server closed the connection without an answer.
pub(super) fn is_hung_up(failure: &str) -> bool {
    ["ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET", "ERR_CONNECTION_CLOSED"]
        .iter()
        .any(|it| failure.contains(it))
}

/// Whether an address is a file by its ending.
fn is_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('/').next().and_then(|it| it.rsplit_once('.')).map(|it| it.1);
    let files = ["csv", "zip", "gz", "xlsx", "pdf", "tar", "xls", "doc", "docx", "db", "sqlite"];
    ending.is_some_and(|it| files.contains(&it.to_lowercase().as_str()))
}

fn stands_in_navigation(tree: &Tree, address: &str) -> bool {
    let links =
        tree.items.iter().enumerate().filter(|(_, it)| it.attribute("url") == Some(address));
    links.into_iter().any(|(at, _)| {
        tree.around(at).any(|it| matches!(it.role.as_str(), "navigation" | "banner" | "tablist"))
    })
}

/// The lines that only one of two looks has, and whether what both have stands in another order.
fn difference(before: &Look, after: &Look) -> Vec<String> {
    let lines = |look: &Look| {
        let nodes = look.tree.items.iter().map(line_of);
        let mut all: Vec<String> = nodes.chain(look.text.lines().map(str::to_owned)).collect();
        all.sort();
        all
    };
    let (mut left, mut right) = (lines(before), lines(after));
    let (mut one, mut other) = (left.drain(..).peekable(), right.drain(..).peekable());
    let mut found = Vec::new();
    loop {
        match (one.peek(), other.peek()) {
            (Some(a), Some(b)) if a == b => {
                one.next();
                other.next();
            }
            (Some(a), Some(b)) if a < b => found.extend(one.next()),
            (Some(_), None) => found.extend(one.next()),
            (_, Some(_)) => found.extend(other.next()),
            (None, None) => break,
        }
    }
    // What has neither name nor content is the same as its neighbours.
    let told = |it: &&Item| it.name.is_some() || it.value.is_some();
    let order = |look: &Look| -> Vec<String> {
        let lines = look.tree.items.iter().filter(told).map(line_of);
        lines.filter(|it| !found.contains(it)).collect()
    };
    if order(before) != order(after) {
        found.push(format!("{ANOTHER_ORDER} on {}", before.place()));
    }
    found
}

fn line_of(it: &Item) -> String {
    format!("{} {:?} {:?} {}", it.role, it.name, it.value, it.attributes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FacetKind;

    #[test]
    fn a_duration_that_gains_a_digit_varies_by_itself_and_another_text_is_a_change() {
        let look = |text: &str| Look::read(&[(FacetKind::Text, text.to_owned())]);
        let page = |text: &str| Sight::Page(Box::new(look(text)));
        let mut map = Map::new(Rules::default());
        map.begin_at("/");
        let probe = map.propose(1).remove(0);
        let sights = vec![(1, page("took 9.8 ms")), (3, page("took 9.9 ms"))];
        let (events, remarks) = (Vec::new(), Vec::new());
        map.absorb(vec![Seen { probe, sights, events, remarks, failure: None, counts: true }]);
        let changes = |to: &str| map.real_difference(&look("took 9.8 ms"), &look(to));
        assert_eq!(changes("took 10.2 ms"), [""; 0]);
        assert_eq!(changes("lost 9.8 ms"), ["lost 9.8 ms"]);
    }

    #[test]
    fn a_help_that_we_had_to_end_is_not_reached_and_one_that_ends_is() {
        let asked = |failure: Option<&str>| {
            let mut map = Map::new(Rules::default());
            map.begin_with(vec!["tool".to_owned()], None);
            let probe = map.propose(1).remove(0);
            let sights = vec![(0, Sight::Command(Ran::default()))];
            let (events, remarks) = (Vec::new(), Vec::new());
            let failure = failure.map(str::to_owned);
            map.absorb(vec![Seen { probe, sights, events, remarks, failure, counts: true }]);
            (map.runs.len(), map.missed.len())
        };
        assert_eq!(asked(Some("it did not end")), (0, 1));
        assert_eq!(asked(None), (1, 0));
    }
}

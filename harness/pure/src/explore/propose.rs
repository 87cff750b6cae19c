//! [`Map::propose`]: from the map to the next probes, the most valuable first; by a seed, so that
//! the same map and seed always give the same probes.

use super::addresses::class_of;
use super::commands::{Bare, Call, Sources, UNKNOWN_COMMAND, WHAT_IT_NEEDS, calls};
use super::controls::{UseOf, uses};
use super::gestures::{Means, gestures};
use super::help::Usage;
use super::map::Map;
use super::page::{Form, Look};
use super::probe::{Again, Goal, Probe, look, open, run};
use super::safe::signs_out;
use super::terminal;
use crate::model::Action;
use crate::model::page::DialogAnswer;
use crate::model::page::FieldValue;

/// The most things that are done one after the other on a page.
const MOST_DEEDS: usize = 4;
/// On how many kinds of pages the same control is used.
const MOST_PAGES_OF_CONTROL: u32 = 2;
/// How many values are tried of one argument.
const MOST_VALUES: u32 = 5;
/// How many probes may wait.
const MOST_WAITING: usize = 5_000;

impl Probe {
    /// What it tries, in words.
    #[must_use]
    pub fn said(&self) -> String {
        match &self.goal {
            Goal::Page { address, .. } => address.clone(),
            Goal::Around { address } => format!("{address} as others find it"),
            Goal::Use { called, .. } => called.clone(),
            Goal::Send { form, with } => format!("the form {form} with {with}"),
            Goal::Download { link } => format!("the file of \"{link}\""),
            Goal::Again { how: Again::Reload, place } => format!("a reload after {place}"),
            Goal::Again { how: Again::Back, place } => format!("the way back after {place}"),
            Goal::Again { how: Again::Visits, place } => format!("several visits to {place}"),
            Goal::ReadBack { of } => format!("what {of} changed elsewhere"),
            Goal::Across { file, words } => {
                format!("{} with {file}, which a page gives", words.join(" "))
            }
            Goal::SignOut { by } => format!("signing out: {}", by.called),
            Goal::Help { words } => format!("{} --help", words.join(" ")),
            Goal::Run { words, with } => format!("{} with {with}", words.join(" ")),
            Goal::Screen { words, deeds } => {
                format!("{}: {}", words.join(" "), terminal::said(deeds))
            }
        }
    }

    /// Whether it does what the product is for, and not what it must refuse.
    #[must_use]
    pub fn is_meant(&self) -> bool {
        match &self.goal {
            Goal::Send { with, .. } => with.starts_with("everything"),
            Goal::Page { .. }
            | Goal::Around { .. }
            | Goal::Use { .. }
            | Goal::Download { .. }
            | Goal::ReadBack { .. }
            | Goal::Across { .. }
            | Goal::SignOut { .. }
            | Goal::Again { .. }
            | Goal::Help { .. }
            | Goal::Screen { .. }
            | Goal::Run { .. } => true,
        }
    }

    /// What it fills in, field by field.
    pub(super) fn filled(&self) -> impl Iterator<Item = &FieldValue> {
        let fields = self.steps.iter().filter_map(|it| match it {
            Action::Fill(fields) => Some(fields),
            _ => None,
        });
        fields.flatten()
    }

    /// Whether it puts text into a page.
    pub(super) fn types(&self) -> bool {
        let types = |it: &Action| {
            matches!(it, Action::Fill(_) | Action::Type { .. } | Action::Paste { .. })
        };
        self.steps.iter().any(types)
    }

    /// The steps without the checkpoints that stand by themselves.
    #[must_use]
    pub fn way(&self) -> Vec<Action> {
        let is_look = |it: &&Action| !matches!(it, Action::Snapshot(_));
        self.steps.iter().filter(is_look).cloned().collect()
    }
}

impl Map {
    /// Begins with a page.
    pub fn begin_at(&mut self, address: &str) {
        self.visit(address, None, true, 100);
        for odd in ["/robots.txt", "/sitemap.xml", "/no-such-page"] {
            self.visit(odd, None, false, 30);
        }
    }

    /// Begins with a command.
    pub fn begin_with(&mut self, words: Vec<String>, product: Option<String>) {
        self.ask_help(words, product, 100);
    }

    /// The next probes, at most so many; none where everything was tried.
    pub fn propose(&mut self, most: usize) -> Vec<Probe> {
        self.cross();
        for address in self.addresses.next(most) {
            let about = self.addresses.get(&address).cloned().unwrap_or_default();
            let value = match (about.in_navigation, self.addresses.is_combined(&address)) {
                (true, _) => 98,
                (false, false) => 82,
                (false, true) => 41,
            };
            self.visit(&address, about.from, true, value);
        }
        let seed = self.rules.seed;
        // A stable sort by worth; equals in an order that the seed draws.
        self.waiting.sort_by_cached_key(|it| {
            (
                std::cmp::Reverse(it.value),
                if seed == 0 { 0 } else { drawn(&it.key, seed) },
                it.id.len(),
                it.id.clone(),
            )
        });
        let rest = self.waiting.split_off(most.min(self.waiting.len()));
        let mut next = std::mem::replace(&mut self.waiting, rest);
        for probe in &mut next {
            // What a command writes is in the way of whatever shares a scenario with it.
            let writes =
                matches!(&probe.goal, Goal::Run { words, .. } if self.writers.contains(words));
            probe.shares &= !writes;
        }
        if next.is_empty() {
            next.extend(self.at_the_end());
        }
        next
    }

    /// Puts everything that still waits into what was missed.
    pub fn give_up(&mut self, why: &str) {
        for probe in std::mem::take(&mut self.waiting) {
            self.miss_probe(&probe, why);
        }
        self.leave_signed_in(why);
        for (example, of, seen) in self.addresses.sampled() {
            self.miss(
                &format!("{} more addresses like {example}", of - seen),
                "they are of one kind, and its boundaries were seen",
            );
        }
        if self.addresses.too_many > 0 {
            let more = self.addresses.too_many;
            self.miss(&format!("{more} more addresses"), "there are too many to be remembered");
        }
    }

    pub(super) fn id(&mut self) -> String {
        self.next += 1;
        format!("probe-{}", self.next)
    }

    pub(super) fn wait(&mut self, probe: Probe) {
        if self.waiting.len() < MOST_WAITING && self.tried.insert(probe.key.clone()) {
            self.waiting.push(probe);
        }
    }

    pub(super) fn visit(&mut self, address: &str, from: Option<usize>, linked: bool, value: u32) {
        let id = self.id();
        let mut steps = vec![open(address), look(&id)];
        if linked {
            steps.extend([Action::Reload, look(&format!("{id}-again"))]);
        }
        self.wait(Probe {
            key: format!("open {address}"),
            goal: Goal::Page { address: address.to_owned(), linked },
            steps,
            product: self.rules.pages.clone(),
            from,
            // Whoever signs out is in the way of those who come after.
            shares: !signs_out(address),
            value,
            id,
        });
    }

    /// What can be done in a state, unless its like was seen.
    pub(super) fn expand(&mut self, at: usize) {
        let state = &self.states[at];
        let class = class_of(&state.look.path);
        if !self.expanded.insert((class.clone(), state.shape.clone())) {
            return;
        }
        let way = state.probe.way();
        let deeds = way.iter().filter(|it| !matches!(it, Action::Open(_) | Action::Reload)).count();
        let look = state.look.clone();
        let before = state.probe.from.filter(|_| !matches!(state.probe.goal, Goal::Page { .. }));
        let known = before.map(|it| known_controls(&self.states[it].look));
        if matches!(self.states[at].probe.goal, Goal::Page { .. }) {
            self.odd_addresses(&look.path, at);
            self.look_around(at);
        }
        let way = match self.way_to(at) {
            Some(way) if deeds < MOST_DEEDS => way,
            Some(_) | None => return,
        };
        self.propose_uses(&look, at, &class, &way, known.as_deref());
        if known.is_none() {
            self.propose_gestures(&look, at, &class, &way);
        }
        self.propose_forms(&look, at, &way, known.as_deref());
    }

    /// The steps to a state, without checkpoints; of a page that is only its address.
    pub(super) fn way_to(&self, at: usize) -> Option<Vec<Action>> {
        self.states.get(at).map(|state| match &state.probe.goal {
            Goal::Page { address, .. } => vec![open(address)],
            _ => state.probe.way(),
        })
    }

    fn propose_uses(
        &mut self,
        look: &Look,
        at: usize,
        class: &str,
        way: &[Action],
        known: Option<&[String]>,
    ) {
        for it in uses(look, &self.words) {
            self.controls.entry(it.identity.clone()).or_insert(false);
            if known.is_some_and(|known| known.contains(&it.identity)) {
                continue;
            }
            let identity = it.identity.clone();
            if self.propose_use(it, at, class, way) {
                self.controls.insert(identity, true);
            }
        }
    }

    /// What is done with a page beyond its controls.
    fn propose_gestures(&mut self, look: &Look, at: usize, class: &str, way: &[Action]) {
        let (words, files) = (self.words.clone(), self.rules.files.clone());
        let copies = self.rules.pages_are_copies;
        for it in gestures(look, Means { words: &words, files: &files, copies }) {
            self.propose_use(it, at, class, way);
        }
    }

    /// Whether it is worth a probe.
    fn propose_use(&mut self, it: UseOf, at: usize, class: &str, way: &[Action]) -> bool {
        if self.is_for_the_end(&it.name, "") {
            self.keep_for_the_end((it.identity, it.called), &it.steps, (at, way));
            return false;
        }
        if let Some(why) = self.rules.refusal(&it.name, "") {
            self.miss(&it.called, &why);
            return false;
        }
        let where_ = if it.everywhere { "everywhere" } else { class };
        let key = format!("use {} on {where_}", it.identity);
        let times = self.times.entry(it.identity.clone()).or_default();
        if *times >= MOST_PAGES_OF_CONTROL || self.tried.contains(&key) {
            return false;
        }
        *times += 1;
        let goal = Goal::Use { identity: it.identity, called: it.called };
        self.act(key, goal, it.steps, (at, way), it.value);
        true
    }

    pub(super) fn act(
        &mut self,
        key: String,
        goal: Goal,
        deeds: Vec<Action>,
        (at, way): (usize, &[Action]),
        value: u32,
    ) {
        let id = self.id();
        let mut steps = way.to_vec();
        steps.extend(deeds);
        steps.push(look(&id));
        // A page that holds text may ask before it is left, which is in the way of what follows.
        let sends = match &goal {
            Goal::Send { .. } => true,
            Goal::Use { called, .. } => signs_out(called),
            _ => false,
        };
        let product = self.rules.pages.clone();
        let probe = Probe { id, key, goal, steps, product, from: Some(at), shares: true, value };
        let shares = !sends && !probe.types();
        self.wait(Probe { shares, ..probe });
    }

    /// What opened a dialog of the browser is done again, with the dialog accepted and dismissed.
    pub(super) fn answer(&mut self, probe: &Probe) -> bool {
        if probe.steps.iter().any(|it| matches!(it, Action::Dialog(_))) {
            return false;
        }
        for accept in [false, true] {
            let id = self.id();
            let mut steps = probe.steps.clone();
            let last = steps.len().saturating_sub(1);
            steps
                .insert(last, Action::Dialog(DialogAnswer { accept, message: None, answer: None }));
            if let Some(own) = steps.last_mut().and_then(Action::snapshot_mut) {
                own.name.clone_from(&id);
            }
            let word = if accept { "accept" } else { "dismiss" };
            let goal = match &probe.goal {
                Goal::Use { identity, called } => Goal::Use {
                    identity: identity.clone(),
                    called: format!("{called} and {word} the question"),
                },
                other => other.clone(),
            };
            let key = format!("{} and {word}", probe.key);
            self.wait(Probe { id, key, goal, steps, shares: false, ..probe.clone() });
        }
        true
    }

    fn ask_help(&mut self, words: Vec<String>, product: Option<String>, value: u32) {
        let id = self.id();
        let line = [words.clone(), vec!["--help".to_owned()]].concat();
        self.wait(Probe {
            key: line.join(" "),
            goal: Goal::Help { words },
            steps: vec![run(&line, None, &id)],
            product,
            from: None,
            shares: true,
            value,
            id,
        });
    }

    /// The commands below one, or how it is run where there are none.
    pub(super) fn below(&mut self, words: &[String], usage: &Usage) {
        for (name, _) in &usage.commands {
            self.ask_below(words, name);
        }
        self.try_calls(words, usage);
    }

    /// Asks a command below one for its help, unless it is to be left alone.
    pub(super) fn ask_below(&mut self, words: &[String], name: &str) {
        let own = [words.to_vec(), vec![name.to_owned()]].concat();
        match self.rules.command_refusal(&own) {
            Some(why) => self.miss(&own.join(" "), &why),
            None => self.ask_help(own, self.product_of(words), 95),
        }
    }

    /// What was printed meanwhile may be arguments of other commands.
    pub(super) fn calls_again(&mut self) {
        let all: Vec<(Vec<String>, Usage)> = self
            .usages
            .iter()
            .filter(|it| !it.1.arguments.is_empty() && it.1.commands.is_empty())
            .map(|it| (it.0.clone(), it.1.clone()))
            .collect();
        for (words, usage) in all {
            self.try_calls(&words, &usage);
        }
    }

    /// The product of a command, where the suite has several.
    pub(super) fn product_of(&self, words: &[String]) -> Option<String> {
        let own = self.runs.iter().find(|it| it.words.first() == words.first());
        own.and_then(|it| it.probe.product.clone())
    }

    /// What a command came to with only what it needs.
    fn bare(&self, words: &[String]) -> Bare {
        if self.waits.contains(words) {
            return Bare::TooLittle;
        }
        let with = |with: &str| self.runs.iter().find(|it| it.words == words && it.with == with);
        let Some(run) = with(WHAT_IT_NEEDS) else { return Bare::Unknown };
        let is_help = with("--help").is_some_and(|it| it.ran.stdout == run.ran.stdout);
        let said = [&run.ran.stdout, &run.ran.stderr, &run.ran.files];
        let is_nothing = said.iter().all(|it| it.trim().is_empty());
        if run.ran.answers() && !is_help && !is_nothing { Bare::Enough } else { Bare::TooLittle }
    }

    /// What is said of a command: by itself, and by the one above it.
    pub(super) fn told_of(&self, words: &[String], usage: &Usage) -> String {
        let parent = self.usages.get(&words[..words.len() - 1]);
        let told = parent.and_then(|it| it.commands.iter().find(|it| Some(&it.0) == words.last()));
        format!("{} {} {}", words.join(" "), usage.about, told.map_or("", |it| it.1.as_str()))
    }

    fn try_calls(&mut self, words: &[String], usage: &Usage) {
        let product = self.product_of(words);
        let printed = self.printed();
        let files = self.rules.files.clone();
        let told = self.told_of(words, usage);
        let bare = self.bare(words);
        let sources = Sources { files: &files, printed: &printed, about: &told, bare };
        let mut all = calls(usage, sources);
        if !usage.commands.is_empty() {
            // What has commands below it is only asked what it says without one, and of what it lacks.
            all.retain(|it| {
                it.with == WHAT_IT_NEEDS || it.with == "an option that it does not know"
            });
            if words.len() == 1 && usage.flags.iter().any(|it| it.name() == "--version") {
                let version = vec!["--version".to_owned()];
                all.push(Call {
                    with: "--version".to_owned(),
                    words: version,
                    stdin: None,
                    value: 80,
                });
            }
            let wrong = vec!["no-such-command".to_owned()];
            all.push(Call {
                with: UNKNOWN_COMMAND.to_owned(),
                words: wrong,
                stdin: None,
                value: 50,
            });
        }
        for call in all {
            let line = [words.to_vec(), call.words.clone()].concat();
            let stdin = call.stdin.as_ref();
            let key = format!("{} < {}", line.join(" "), stdin.map_or("", |_| &call.with));
            // What was tried takes nothing from what came to be known since.
            if self.tried.contains(&key) {
                continue;
            }
            let kind = call.with.split(" = ").next().unwrap_or_default();
            let times = self.times.entry(format!("run {} {kind}", words.join(" "))).or_default();
            *times += 1;
            if *times > MOST_VALUES {
                continue;
            }
            let id = self.id();
            let mut steps = vec![run(&line, stdin, &id)];
            if call.with == WHAT_IT_NEEDS {
                // What it says otherwise the second time varies by itself, or is its own doing.
                steps.push(run(&line, stdin, &format!("{id}-again")));
            }
            let goal = Goal::Run { words: words.to_vec(), with: call.with };
            self.wait(Probe {
                key,
                goal,
                steps,
                product: product.clone(),
                from: None,
                shares: true,
                value: call.value,
                id,
            });
        }
    }
}

/// What is there to be used, by what it is.
fn known_controls(look: &Look) -> Vec<String> {
    let forms = look.forms.iter().map(|it| format!("form {}", called(it)));
    uses(look, &[]).into_iter().map(|it| it.identity).chain(forms).collect()
}

/// What a form is, wherever it stands: where it goes and what it takes.
pub(super) fn called(form: &Form) -> String {
    let (named, others): (Vec<&str>, Vec<&str>) =
        form.fields.iter().map(|it| it.label.as_str()).partition(|it| !it.trim().is_empty());
    let nameless = (!others.is_empty()).then(|| format!("{} without a name", others.len()));
    let fields: Vec<&str> = named.into_iter().chain(nameless.as_deref()).collect();
    let action = class_of(&form.action);
    format!("{} {} ({})", form.method, action.trim_end_matches('?'), fields.join(", "))
}

/// A number that only key and seed decide.
fn drawn(key: &str, seed: u64) -> u64 {
    let hash = key.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    fastrand::Rng::with_seed(hash).u64(..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::seen::{Ran, Seen, Sight};

    /// What a command line came to.
    fn ran(probe: &Probe, exit: &str, stdout: &str) -> Seen {
        let (exit, stdout) = (exit.to_owned(), stdout.to_owned());
        Seen {
            probe: probe.clone(),
            sights: vec![(0, Sight::Command(Ran { exit, stdout, ..Ran::default() }))],
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        }
    }

    fn line(probe: &Probe) -> String {
        probe.steps[0].describe()
    }

    /// The lines that are tried once a command printed this, after all others were refused.
    fn tried_after(printed: &str) -> Vec<String> {
        let mut map = Map::new(Rules::default());
        map.begin_with(vec!["shop".to_owned()], None);
        let helps = [
            (
                "run shop --help",
                "usage: shop COMMAND\n\npositional arguments:\n  COMMAND\n    list  all\n    show  one thing\n",
            ),
            ("run shop list --help", "usage: shop list\n"),
            (
                "run shop show --help",
                "usage: shop show NAME\n\npositional arguments:\n  NAME  which\n",
            ),
        ];
        let mut waiting = map.propose(1);
        let mut last = Vec::new();
        while !waiting.is_empty() {
            let mut seen = Vec::new();
            for probe in &waiting {
                let help = helps.iter().find(|it| it.0 == line(probe));
                match help {
                    Some((_, text)) => seen.push(ran(probe, "exit: 0", text)),
                    None if line(probe) == "run shop list" => last.push(probe.clone()),
                    None => seen.push(ran(probe, "exit: 2", "")),
                }
            }
            map.absorb(seen);
            waiting = map.propose(50);
        }
        assert!(map.runs.len() > 8, "many were absorbed before: {}", map.runs.len());
        map.absorb(last.iter().map(|it| ran(it, "exit: 0", printed)).collect());
        map.propose(50).iter().map(line).collect()
    }

    #[test]
    fn what_was_printed_late_is_an_argument_as_what_was_printed_early_and_prose_is_none() {
        let shown = |printed: &str| tried_after(printed).contains(&"run shop show lamp".to_owned());
        assert!(shown("name  count\nlamp  3\n"));
        assert!(!shown("All is well with the lamp.\n"));
    }
}

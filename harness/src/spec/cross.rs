//! The checks that need more than one file: ids, skills and their inputs, references, products,
//! and the names of checkpoints in the expanded scenario.
//!
//! They work on the [`Mention`]s that the readers noted, in order, so that every complaint still
//! has its exact place.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::complaint::Pos;
use super::reader::{Given, Mention, Reader};
use super::scenario::{ScenarioDoc, is_secret};
use super::skill::{SkillDoc, mismatch};
use super::suggest::suggestion;
use super::values::BUILTINS;
use crate::model::profile::Profile;
use crate::model::suite::{Config, InputKind};

/// What was read, and by which reader.
pub(crate) struct Documents {
    pub config: Option<Config>,
    /// The reader of `nightshift.yaml`, if it could be read.
    pub config_reader: Option<Reader>,
    pub skills: Vec<(Reader, Option<SkillDoc>)>,
    pub scenarios: Vec<(Reader, Option<ScenarioDoc>)>,
}

/// What a call of a skill brings along.
#[derive(Debug, Default, Clone)]
struct Effect {
    /// The variables that it captures, and whether each is a list.
    defines: BTreeMap<String, bool>,
    /// The names that it gives to items of lists.
    items: BTreeSet<String>,
    /// The checkpoints that it takes.
    checkpoints: Vec<Checkpoint>,
}

/// A checkpoint's name, and what the rows inside of a skill append to it.
#[derive(Debug, Clone)]
struct Checkpoint {
    name: String,
    rows: String,
}

/// The most names that the rows around a checkpoint are spelled out for.
const MOST_NAMES: usize = 10_000;

/// What rows append to the names of checkpoints inside of them: one text for each way through.
fn appended(around: &[&[String]]) -> Vec<String> {
    let mut all = vec![String::new()];
    for keys in around {
        all = all
            .iter()
            .flat_map(|outer| keys.iter().map(move |key| format!("{outer}-{key}")))
            .take(MOST_NAMES)
            .collect();
    }
    all
}

/// The names that are known in a document beside its own captures.
struct KnownNames<'a> {
    /// Inputs or `for-each` fields, and whether each holds nothing but secrets.
    own: IndexMap<String, bool>,
    /// What the suite has.
    suite: SuiteNames<'a>,
}

/// The names that `nightshift.yaml` gives.
#[derive(Clone, Copy)]
struct SuiteNames<'a> {
    vars: &'a IndexMap<String, String>,
    products: &'a [&'a str],
    sessions: &'a [&'a str],
    profiles: &'a [&'a str],
}

/// Runs all checks; the complaints go to the readers of their files.
pub(crate) fn check(documents: &mut Documents) {
    unique_skills(&mut documents.skills);
    unique_scenarios(&mut documents.scenarios);
    let no_vars = IndexMap::new();
    let vars = documents.config.as_ref().map_or(&no_vars, |it| &it.vars);
    let products: Vec<&str> =
        documents.config.iter().flat_map(|it| it.products.keys().map(String::as_str)).collect();
    let sessions: Vec<&str> =
        documents.config.iter().flat_map(|it| it.sessions.keys().map(String::as_str)).collect();
    let profiles: Vec<&str> =
        documents.config.iter().flat_map(|it| it.profiles.keys().map(String::as_str)).collect();
    let suite = SuiteNames { vars, products: &products, sessions: &sessions, profiles: &profiles };
    let inputs = inputs_of(&documents.skills);
    cycles(&mut documents.skills);
    let effects = effects_of(&documents.skills);

    for (reader, doc) in &mut documents.skills {
        let Some(doc) = doc else { continue };
        let own = doc
            .skill
            .inputs
            .iter()
            .map(|(name, it)| (name.clone(), it.kind == InputKind::Secret))
            .collect();
        walk(reader, &KnownNames { own, suite }, &inputs, &effects);
    }
    for (reader, doc) in &mut documents.scenarios {
        let Some(doc) = doc else { continue };
        walk(reader, &KnownNames { own: doc.fields.clone(), suite }, &inputs, &effects);
    }
    if let Some(reader) = &mut documents.config_reader {
        walk(reader, &KnownNames { own: IndexMap::new(), suite }, &inputs, &effects);
    }
}

type Inputs = HashMap<String, IndexMap<String, (InputKind, bool)>>;

/// The inputs of every skill: the kind, and whether there is a default.
fn inputs_of(skills: &[(Reader, Option<SkillDoc>)]) -> Inputs {
    // What agents read alone has nothing that could be called.
    let can_be_called =
        |it: &&SkillDoc| !(it.skill.steps.is_empty() && it.skill.ensures.is_empty());
    let docs = skills.iter().filter_map(|(_, doc)| doc.as_ref()).filter(can_be_called);
    docs.map(|doc| {
        let inputs = doc.skill.inputs.iter();
        let inputs = inputs.map(|(name, it)| (name.clone(), (it.kind, it.default.is_some())));
        (doc.skill.name.clone(), inputs.collect())
    })
    .collect()
}

fn unique_skills(skills: &mut [(Reader, Option<SkillDoc>)]) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (reader, doc) in skills {
        let Some(doc) = doc else { continue };
        let place = format!("{}:{}", reader.file(), doc.skill.line);
        if let Some(first) = seen.get(&doc.skill.name) {
            let message = format!("the skill \"{}\" is already defined in {first}", doc.skill.name);
            reader.advise(doc.pos, message, "rename one of them");
        } else {
            seen.insert(doc.skill.name.clone(), place);
        }
    }
}

fn unique_scenarios(scenarios: &mut [(Reader, Option<ScenarioDoc>)]) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (reader, doc) in scenarios {
        let Some((id, pos)) = doc.as_ref().and_then(|it| it.id.clone()) else { continue };
        if let Some(first) = seen.get(&id) {
            let message = format!("the scenario \"{id}\" is already defined in {first}");
            reader.advise(pos, message, "rename one of them");
        } else {
            seen.insert(id, format!("{}:{}", reader.file(), pos.line));
        }
    }
}

/// Complains once about every cycle of skills, in the first skill that is on it.
fn cycles(skills: &mut [(Reader, Option<SkillDoc>)]) {
    let calls: HashMap<String, Vec<String>> = skills
        .iter()
        .filter_map(|(reader, doc)| Some((doc.as_ref()?.skill.name.clone(), called(reader))))
        .collect();
    let mut named: HashSet<String> = HashSet::new();
    for (reader, doc) in skills {
        let Some(doc) = doc else { continue };
        let name = &doc.skill.name;
        if named.contains(name) {
            continue;
        }
        let Some(cycle) = cycle_from(name, &calls) else { continue };
        named.extend(cycle.iter().cloned());
        let next = cycle.get(1).unwrap_or(name);
        let mut calls = reader.mentions.iter().filter_map(Mention::call);
        let pos = calls.find(|(skill, _)| skill == next).map(|it| it.1);
        let message = format!("the skill \"{name}\" uses itself: {}", cycle.join(" -> "));
        reader.advise(pos.unwrap_or(doc.pos), message, "break the cycle");
    }
}

fn called(reader: &Reader) -> Vec<String> {
    let calls = reader.mentions.iter().filter_map(Mention::call);
    calls.map(|(skill, _)| skill.to_owned()).collect()
}

/// The shortest way from a skill back to itself, both ends named.
fn cycle_from(start: &str, calls: &HashMap<String, Vec<String>>) -> Option<Vec<String>> {
    let mut from: HashMap<&str, &str> = HashMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in calls.get(at).into_iter().flatten() {
            if next == start {
                let mut way = vec![start.to_owned()];
                let mut back = at;
                while back != start {
                    way.push(back.to_owned());
                    back = from.get(back)?;
                }
                way.push(start.to_owned());
                way.reverse();
                return Some(way);
            }
            if !from.contains_key(next.as_str()) {
                from.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    None
}

/// What every skill captures and snapshots, through the skills that it uses.
fn effects_of(skills: &[(Reader, Option<SkillDoc>)]) -> HashMap<String, Effect> {
    let readers: HashMap<&str, &Reader> = skills
        .iter()
        .filter_map(|(reader, doc)| Some((doc.as_ref()?.skill.name.as_str(), reader)))
        .collect();
    let mut effects = HashMap::new();
    for name in readers.keys() {
        effect(name, &readers, &mut effects, &mut HashSet::new());
    }
    effects
}

fn effect<'a>(
    name: &'a str,
    readers: &HashMap<&'a str, &'a Reader>,
    done: &mut HashMap<String, Effect>,
    open: &mut HashSet<&'a str>,
) -> Effect {
    if let Some(known) = done.get(name) {
        return known.clone();
    }
    let mut sum = Effect::default();
    // A cycle has its own complaint; here it only must come to an end.
    let Some(reader) = readers.get(name).filter(|_| open.insert(name)) else { return sum };
    let mut around: Vec<&[String]> = Vec::new();
    for mention in &reader.mentions {
        match mention {
            Mention::Define { name, list, .. } => {
                sum.defines.insert(name.clone(), *list);
            }
            Mention::Over { item, .. } => {
                sum.items.insert(item.clone());
            }
            Mention::Checkpoint { name, .. } => {
                let rows = appended(&around).into_iter();
                sum.checkpoints.extend(rows.map(|rows| Checkpoint { name: name.clone(), rows }));
            }
            Mention::Call { skill, .. } => {
                let inner = effect(skill, readers, done, open);
                sum.defines.extend(inner.defines);
                sum.items.extend(inner.items);
                for outer in appended(&around) {
                    sum.checkpoints.extend(inner.checkpoints.iter().map(|it| Checkpoint {
                        name: it.name.clone(),
                        rows: format!("{outer}{}", it.rows),
                    }));
                    sum.checkpoints.truncate(MOST_NAMES);
                }
            }
            Mention::Enter { keys, .. } => around.push(keys),
            Mention::Leave => drop(around.pop()),
            Mention::Refer { .. }
            | Mention::Product { .. }
            | Mention::Session { .. }
            | Mention::Profile { .. } => {}
        }
        // Skills that call each other many times over must not grow without end.
        sum.checkpoints.truncate(MOST_NAMES);
    }
    open.remove(name);
    done.insert(name.to_owned(), sum.clone());
    sum
}

/// Goes through what a document mentions, in order.
fn walk(
    reader: &mut Reader,
    known_names: &KnownNames<'_>,
    inputs: &Inputs,
    effects: &HashMap<String, Effect>,
) {
    let mentions = std::mem::take(&mut reader.mentions);
    let mut walk = Walk {
        reader,
        known_names,
        captured: HashMap::new(),
        checkpoints: HashMap::new(),
        entered: Vec::new(),
        around: Vec::new(),
    };
    for mention in &mentions {
        match mention {
            Mention::Enter { names, keys } => {
                walk.entered.push(names);
                walk.around.push(keys);
            }
            Mention::Leave => {
                walk.entered.pop();
                walk.around.pop();
            }
            Mention::Refer { name, pos } => walk.refer(name, *pos),
            Mention::Define { name, pos, list } => walk.define(name, *pos, *list),
            Mention::Over { list, item, pos } => walk.over(list, item, *pos),
            Mention::Checkpoint { name, pos } => walk.checkpoint(name, *pos),
            Mention::Call { skill, pos, with, repeated } => {
                call(walk.reader, skill, *pos, with, inputs, known_names);
                if let Some(effect) = effects.get(skill) {
                    walk.take_effect(skill, effect, *pos, *repeated);
                }
            }
            Mention::Product { name, pos } => walk.product(name, *pos),
            Mention::Session { name, pos } => walk.session(name, *pos),
            Mention::Profile { name, pos } => {
                known_profile(walk.reader, name, *pos, known_names.suite.profiles);
            }
        }
    }
    reader.mentions = mentions;
}

/// What is known at one place of a document, when one goes through it from its beginning.
struct Walk<'w> {
    reader: &'w mut Reader,
    known_names: &'w KnownNames<'w>,
    /// The captures so far, and whether each is a list.
    captured: HashMap<String, bool>,
    /// The checkpoints so far, each with the line that takes it.
    checkpoints: HashMap<String, u32>,
    /// The fields of the rows that one stands in.
    entered: Vec<&'w [String]>,
    /// The keys of the rows that one stands in.
    around: Vec<&'w [String]>,
}

impl Walk<'_> {
    fn refer(&mut self, name: &String, pos: Pos) {
        let of_row = self.entered.iter().any(|names| names.contains(name));
        if of_row {
            return;
        }
        if !known(name, self.known_names, &self.captured) {
            unknown_reference(self.reader, name, pos, self.known_names, &self.captured);
        } else if self.captured.get(name) == Some(&true) {
            let help =
                format!("go through it: `for-each: '${{{name}}}'`, with `${{item}}` in its steps");
            self.reader.advise(pos, format!("${{{name}}} is a list and no text"), &help);
        }
    }

    /// A list that is gone through, and the name of its items.
    fn over(&mut self, list: &str, item: &str, pos: Pos) {
        if !known(list, self.known_names, &self.captured) {
            unknown_reference(self.reader, list, pos, self.known_names, &self.captured);
        } else if self.captured.get(list) != Some(&true) {
            let help = "capture it with `all: true`, before this step";
            self.reader.advise(pos, format!("${{{list}}} is one value and no list"), help);
        }
        let entered = self.entered.iter().any(|names| names.iter().any(|it| it == item));
        if entered || known(item, self.known_names, &self.captured) {
            let help = format!("name its items: `for-each: {{ each-{item}: '${{{list}}}' }}`");
            self.reader.advise(pos, format!("${{{item}}} has a meaning already here"), &help);
        }
    }

    fn define(&mut self, name: &str, pos: Pos, list: bool) {
        if self.known_names.own.contains_key(name) {
            let message = format!("the capture \"{name}\" has the name of an input or field");
            self.reader.advise(pos, message, "choose another name");
        }
        self.captured.insert(name.to_owned(), list);
    }

    fn checkpoint(&mut self, name: &str, pos: Pos) {
        let taken = appended(&self.around).into_iter().find_map(|rows| {
            let name = format!("{name}{rows}");
            self.checkpoints.insert(name.clone(), pos.line).map(|line| (name, line))
        });
        if let Some((name, line)) = taken {
            let message = format!("the checkpoint \"{name}\" is taken twice");
            let help = format!("line {line} takes it already; rename one of them");
            self.reader.advise(pos, message, &help);
        }
    }

    /// What a skill that is called captures, and which checkpoints it takes.
    fn take_effect(&mut self, skill: &str, effect: &Effect, pos: Pos, repeated: bool) {
        self.captured.extend(effect.defines.iter().map(|(name, list)| (name.clone(), *list)));
        let shared = self.items_around().find(|it| effect.items.contains(*it));
        if let Some(item) = shared.cloned() {
            let message = format!("the skill \"{skill}\" gives ${{{item}}} another meaning");
            let help = format!("name the items here: `for-each: {{ each-{item}: … }}`");
            self.reader.advise(pos, message, &help);
        }
        if let (true, Some(first)) = (repeated, effect.checkpoints.first()) {
            let message = format!(
                "the skill \"{skill}\" takes the checkpoint \"{}{}\" once a round",
                first.name, first.rows
            );
            self.reader.advise(
                pos,
                message,
                "take it outside of the `repeat`, or write `for-each`, whose checkpoints get the row's name",
            );
            return;
        }
        for outer in appended(&self.around) {
            for Checkpoint { name, rows } in &effect.checkpoints {
                let name = format!("{name}{outer}{rows}");
                let Some(line) = self.checkpoints.insert(name.clone(), pos.line) else { continue };
                let message =
                    format!("the skill \"{skill}\" takes the checkpoint \"{name}\" again");
                let help = format!("line {line} takes it already; take it outside of the skill");
                self.reader.advise(pos, message, &help);
            }
        }
    }

    /// The names of the items of the lists that one stands in: they have no rows with keys.
    fn items_around(&self) -> impl Iterator<Item = &String> {
        let loops = self.entered.iter().zip(&self.around).filter(|(_, keys)| keys.is_empty());
        loops.flat_map(|(names, _)| names.iter())
    }

    fn product(&mut self, name: &str, pos: Pos) {
        let products = self.known_names.suite.products;
        // Without a product there is a complaint about that already.
        if !products.is_empty() && !products.contains(&name) {
            self.reader.unknown(pos, "product", name, products.to_vec());
        }
    }

    fn session(&mut self, name: &str, pos: Pos) {
        let sessions = self.known_names.suite.sessions;
        if sessions.is_empty() {
            self.reader.advise(
                pos,
                format!("the suite has no sessions, so nobody can act as \"{name}\""),
                "add `sessions:` to nightshift.yaml",
            );
        } else if !sessions.contains(&name) {
            self.reader.unknown(pos, "session", name, sessions.to_vec());
        }
    }
}

/// Complains about a profile that there is not.
fn known_profile(reader: &mut Reader, name: &str, pos: Pos, own: &[&str]) {
    if own.contains(&name) || Profile::built_in(name).is_some() {
        return;
    }
    let all: Vec<&str> = Profile::BUILT_IN.iter().chain(own).copied().collect();
    let help = suggestion(name, all.iter().copied())
        .unwrap_or_else(|| format!("the profiles are {}", all.join(", ")));
    reader.complain(pos, format!("unknown profile \"{name}\""), Some(help));
}

fn known(name: &str, known_names: &KnownNames<'_>, captured: &HashMap<String, bool>) -> bool {
    if let Some(secret) = name.strip_prefix("secret:").or_else(|| name.strip_prefix("totp:")) {
        return !secret.is_empty() && secret.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    }
    BUILTINS.contains(&name)
        || known_names.own.contains_key(name)
        || known_names.suite.vars.contains_key(name)
        || captured.contains_key(name)
        || of_product(name, known_names.suite.products)
}

/// `shop.base-url` and the like: what another product of the scenario has.
fn of_product(name: &str, products: &[&str]) -> bool {
    let Some((product, rest)) = name.rsplit_once('.') else { return false };
    products.contains(&product) && ["port", "base-url", "work"].contains(&rest)
}

fn unknown_reference(
    reader: &mut Reader,
    name: &str,
    pos: super::complaint::Pos,
    known_names: &KnownNames<'_>,
    captured: &HashMap<String, bool>,
) {
    if name.starts_with("totp:") {
        reader.advise(
            pos,
            format!("\"{name}\" names no secret to make one-time codes of"),
            "write `${totp:NAME}` with letters, digits and `_`",
        );
        return;
    }
    if name.starts_with("secret:") {
        reader.advise(
            pos,
            format!("\"{name}\" names no secret"),
            "write `${secret:NAME}` with letters, digits and `_`",
        );
        return;
    }
    let mut names: Vec<&str> = BUILTINS.to_vec();
    names.extend(known_names.own.keys().map(String::as_str));
    names.extend(known_names.suite.vars.keys().map(String::as_str));
    names.extend(captured.keys().map(String::as_str));
    names.sort_unstable();
    let help = suggestion(name, names).map_or_else(
        || format!("define it under `vars`, as an input or by a capture before this step; `$${{{name}}}` is the text itself"),
        |it| it.replace('"', "`").replacen('`', "`${", 1).replacen("`?", "}`?", 1),
    );
    reader.complain(pos, format!("nothing defines ${{{name}}} here"), Some(help));
}

fn call(
    reader: &mut Reader,
    skill: &str,
    pos: super::complaint::Pos,
    with: &[Given],
    inputs: &Inputs,
    known_names: &KnownNames<'_>,
) {
    let Some(wanted) = inputs.get(skill) else {
        let mut names: Vec<&str> = inputs.keys().map(String::as_str).collect();
        names.sort_unstable();
        reader.unknown(pos, "skill", skill, names);
        return;
    };
    for given in with {
        let Some((kind, _)) = wanted.get(&given.name) else {
            let names = wanted.keys().map(String::as_str);
            let help = super::suggest::suggestion_or_list(&given.name, names, "it takes")
                .unwrap_or_else(|| "it takes none".to_owned());
            reader.complain(
                given.name_pos,
                format!("the skill \"{skill}\" has no input \"{}\"", given.name),
                Some(help),
            );
            continue;
        };
        let handed_on = match given.value.references().as_slice() {
            [name] => {
                given.value.raw().len() == name.len() + 3
                    && known_names.own.get(*name) == Some(&true)
            }
            _ => false,
        };
        if let Some((message, help)) =
            mismatch(*kind, &given.value, is_secret(&given.value) || handed_on)
        {
            reader.complain(
                given.value_pos,
                format!("the input \"{}\" {message}", given.name),
                Some(help),
            );
        }
    }
    for (name, (_, has_default)) in wanted {
        if !has_default && !with.iter().any(|it| it.name == *name) {
            let message = format!("the skill \"{skill}\" needs the input \"{name}\"");
            reader.advise(pos, message, &format!("add it: `with: {{ {name}: … }}`"));
        }
    }
}

//! Reading steps that hold steps (`when`, `repeat`, `for-each`, and `do` with its checks), and the
//! values of `set`.

use indexmap::IndexMap;

use super::grammar;
use super::node::{Node, Value};
use super::reader::{Fields, Mention, Reader};
use crate::model::action::{ForEach, Goal, MOST_ACTIONS, Over, Repeat, When};
use crate::model::budget::Budget;
use crate::model::control::Condition;
use crate::model::hygiene::checks;
use crate::model::scenario::{TextTest, WaitFor};
use crate::model::worked::{Form, Worked};
use crate::model::{Action, Template};

/// The most rounds of a `repeat`.
const MOST_ROUNDS: u32 = 10_000;

impl Reader {
    /// What is worked out, unless it is out of a secret.
    fn workable(&mut self, node: &Node, worked: Worked) -> Option<Worked> {
        if ["${secret:", "${totp:"].iter().any(|it| worked.of.raw().contains(it)) {
            let message = "a secret cannot be worked on: what comes of it would not be kept secret";
            self.advise(node.pos, message, "use `${secret:NAME}` where it is needed");
            return None;
        }
        Some(worked)
    }

    /// A value that is worked out of others.
    pub(crate) fn worked(&mut self, node: &Node) -> Option<Worked> {
        if node.is_scalar() {
            let of = self.template(node, "a value")?;
            return self.workable(node, Worked::plain(of));
        }
        let fields = self.object(node, &grammar::WORKED)?;
        let of = fields.get("of").and_then(|it| self.template(it, "\"of\""));
        let matching = match fields.get("matching") {
            Some(it) => Some(self.pattern(it, "\"matching\"")?),
            None => None,
        };
        let form = match fields.get("as") {
            Some(it) => {
                let word = self.choice(it, "form", grammar::forms())?;
                Form::ALL.into_iter().find(|it| it.word() == word)
            }
            None => None,
        };
        let mut table = IndexMap::new();
        if let Some(it) = fields.get("table") {
            for entry in self.map(it, "\"table\"")? {
                let value = self.raw(&entry.value, "a value of \"table\"")?;
                table.insert(entry.key.clone(), value.to_owned());
            }
            if table.is_empty() {
                self.advise(it.pos, "the table is empty", "write `a value: what stands for it`");
            }
        }
        self.workable(node, Worked { of: of?, matching, form, table })
    }

    /// Plain words, and the checks that must hold after them; `key` is the key of the words, and
    /// `after` that of the checks.
    pub(super) fn goal(
        &mut self,
        (key, value): (&str, &Node),
        after: &str,
        fields: &Fields<'_>,
    ) -> Option<Action> {
        let words = self.template(value, &format!("\"{key}\""));
        let at_most = match fields.get("at-most") {
            Some(node) => self.actions(node),
            None => Some(MOST_ACTIONS),
        };
        // `budget` of a scenario is that of all its goals, and read there.
        let budget = if key == "do" { self.budget(fields) } else { Budget::default() };
        let attempts = fields.get("attempts").and_then(|it| self.attempts(it, "\"attempts\""));
        let mut until = Vec::new();
        let what = format!("\"{after}\"");
        let items = fields.get(after).map(|it| self.list(it, &what)).unwrap_or_default();
        for item in items {
            let Some(step) = self.step(item) else { continue };
            if checks(&step.action) {
                until.push(step);
                continue;
            }
            self.advise(
                item.pos,
                format!("{what} takes checks, and this is none: {}", step.text),
                "write what must hold after it, as in `see: 'text \"Saved\"'`",
            );
        }
        if let Some(node) = fields.get(after).filter(|_| items.is_empty()) {
            let help =
                format!("write what must hold, as in `{after}: [ {{ see: 'text \"Saved\"' }} ]`");
            self.advise(node.pos, "nothing must hold after this", &help);
        }
        let words = words.filter(|it| {
            let says = !it.raw().trim().is_empty();
            if !says {
                let message = format!("\"{key}\" says nothing");
                self.advise(value.pos, message, "write what is to be done");
            }
            says
        });
        Some(Action::Do(Box::new(Goal {
            words: words?,
            at_most: at_most?,
            until,
            budget,
            attempts,
            ..Goal::default()
        })))
    }

    fn actions(&mut self, node: &Node) -> Option<u32> {
        let actions = self.integer::<u32>(node, "\"at-most\"")?;
        if (1..=MOST_ROUNDS).contains(&actions) {
            return Some(actions);
        }
        let message = format!("\"at-most\" must be from 1 to {MOST_ROUNDS}, not {actions}");
        self.complain(node.pos, message, None);
        None
    }

    pub(super) fn when(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let condition = self.condition(value);
        let steps = self.steps(fields.get("steps"), "\"steps\"");
        let otherwise = self.steps(fields.get("else"), "\"else\"");
        Some(Action::When(Box::new(When { condition: condition?, steps, otherwise })))
    }

    pub(super) fn repeat(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let (times, until) = if matches!(value.value, Value::Scalar { .. }) {
            (self.rounds(value, "\"repeat\""), None)
        } else {
            let inner = self.object(value, &grammar::UNTIL)?;
            let until = inner.get("until").and_then(|it| self.condition(it));
            let times = inner.get("at-most").and_then(|it| self.rounds(it, "\"at-most\""));
            (times, Some(until?))
        };
        self.rounds_deep += 1;
        let steps = self.steps(fields.get("steps"), "\"steps\"");
        self.rounds_deep -= 1;
        Some(Action::Repeat(Box::new(Repeat { times: times?, over: None, until, steps })))
    }

    fn rounds(&mut self, node: &Node, what: &str) -> Option<u32> {
        let rounds = self.integer::<u32>(node, what)?;
        if (1..=MOST_ROUNDS).contains(&rounds) {
            return Some(rounds);
        }
        let message = format!("{what} must be from 1 to {MOST_ROUNDS}, not {rounds}");
        self.complain(node.pos, message, None);
        None
    }

    /// A scalar is a thing that must be there.
    fn condition(&mut self, node: &Node) -> Option<Condition> {
        let qualified = matches!(&node.value, Value::Map(entries)
            if entries.iter().any(|it| it.key == "target"));
        if qualified || matches!(node.value, Value::Scalar { .. }) {
            return self.target(node).map(|it| Condition::Page(WaitFor::Visible(it)));
        }
        let fields = self.object(node, &grammar::CONDITION)?;
        let chosen = self.one_of(&fields, &grammar::CONDITION)?;
        let tests = self.tests_of(&fields);
        if chosen.key != "value" && !tests.is_empty() {
            self.advise(
                chosen.pos,
                format!("\"{}\" is a condition by itself and takes no test", chosen.key),
                "tests belong to `value:`",
            );
        }
        Some(match chosen.key.as_str() {
            "see" => Condition::Page(WaitFor::Visible(self.target(&chosen.value)?)),
            "see-not" => Condition::Page(WaitFor::Gone(self.target(&chosen.value)?)),
            "url" => Condition::Page(WaitFor::Url(self.template(&chosen.value, "\"url\"")?)),
            _ => {
                let value = self.template(&chosen.value, "\"value\"");
                let test = self.one_test(node, tests);
                Condition::Value { value: value?, test: test? }
            }
        })
    }

    fn one_test(&mut self, node: &Node, tests: Vec<TextTest>) -> Option<TextTest> {
        let count = tests.len();
        match tests.into_iter().next() {
            Some(test) if count == 1 => Some(test),
            first => {
                let message = match first {
                    None => "the value is not tested",
                    Some(_) => "the value is tested by several",
                };
                self.advise(node.pos, message, "give it one of is, contains, lacks and matches");
                None
            }
        }
    }

    pub(super) fn for_each(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        if !matches!(value.value, Value::List(_)) {
            return self.for_each_item(value, fields);
        }
        let rows = self.values_or_rows(value);
        let names = rows.first().map(|(_, it)| it.keys().cloned().collect()).unwrap_or_default();
        let keys = rows.iter().map(|(key, _)| key.clone()).collect();
        self.mentions.push(Mention::Enter { names, keys });
        self.each_deep += 1;
        let steps = self.steps(fields.get("steps"), "\"steps\"");
        self.each_deep -= 1;
        self.mentions.push(Mention::Leave);
        (!rows.is_empty()).then(|| Action::ForEach(Box::new(ForEach { rows, steps })))
    }

    /// `${orders}`, whose items are `${item}`, or `{ order: '${orders}' }`: a list that is known once
    /// it was captured, so that its steps are those of a `repeat`.
    fn for_each_item(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let (item, list) = match &value.value {
            Value::Map(entries) if entries.len() == 1 => {
                let named = self.variable_name(&entries[0].key, entries[0].pos);
                (named.then(|| entries[0].key.clone()), &entries[0].value)
            }
            Value::Map(_) | Value::Scalar { .. } | Value::List(_) => {
                (Some("item".to_owned()), value)
            }
        };
        let text = self.raw(list, "\"for-each\"")?;
        let name = text.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
        let Some(name) = name.filter(|it| !it.is_empty() && !it.contains(['$', '{', '}'])) else {
            let message = format!("\"{text}\" is nothing to go through");
            let help = "write a list of values, or `'${name}'` of a list that was captured with `all: true`";
            self.advise(list.pos, message, help);
            return None;
        };
        let over = Over { list: name.to_owned(), item: item? };
        let (list, item) = (over.list.clone(), over.item.clone());
        self.mentions.push(Mention::Over { list, item: item.clone(), pos: value.pos });
        self.mentions.push(Mention::Enter { names: vec![item], keys: Vec::new() });
        self.rounds_deep += 1;
        let steps = self.steps(fields.get("steps"), "\"steps\"");
        self.rounds_deep -= 1;
        self.mentions.push(Mention::Leave);
        let (times, over) = (MOST_ROUNDS, Some(over));
        Some(Action::Repeat(Box::new(Repeat { times, over, until: None, steps })))
    }

    /// Values are rows with the one field `item`; a row is named by its first field.
    fn values_or_rows(&mut self, node: &Node) -> Vec<(String, IndexMap<String, Template>)> {
        let items = self.list(node, "\"for-each\"");
        if !items.is_empty() && items.iter().all(|it| matches!(it.value, Value::Scalar { .. })) {
            let mut rows: Vec<(String, IndexMap<String, Template>)> = Vec::new();
            for item in items {
                let Some(value) = self.template(item, "a value") else { continue };
                let key = key_of(value.raw(), rows.len() + 1);
                if rows.iter().any(|(it, _)| *it == key) {
                    self.complain(item.pos, format!("\"{key}\" is there twice"), None);
                }
                rows.push((key, [("item".to_owned(), value)].into_iter().collect()));
            }
            return rows;
        }
        super::scenario::rows(self, node).into_iter().map(|it| (it.key, it.values)).collect()
    }
}

/// The name of a value: itself, where it can be one, or its number.
fn key_of(value: &str, number: usize) -> String {
    let fits = !value.is_empty()
        && value.len() <= 40
        && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && !value.starts_with('.');
    if fits { value.to_owned() } else { number.to_string() }
}

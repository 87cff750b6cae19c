//! Reading a scenario file into a [`ScenarioDoc`]: the scenario, or one for each row of `for-each`.

use indexmap::IndexMap;

use super::complaint::Pos;
use super::grammar;
use super::node::{Entry, Node, Value};
use super::reader::{Fields, Reader, one_or_many};
use crate::model::{Action, Scenario, Step, Template};

/// A scenario file as it was read.
#[derive(Debug)]
pub(crate) struct ScenarioDoc {
    /// The scenario's id, with its place; `None` where it has none.
    pub id: Option<(String, Pos)>,
    /// The fields of `for-each`, and whether each holds nothing but secrets.
    pub fields: IndexMap<String, bool>,
    /// One scenario, or one a row.
    pub scenarios: Vec<Scenario>,
}

/// A row of `for-each`.
pub(super) struct Row {
    pub key: String,
    pub values: IndexMap<String, Template>,
}

/// Reads a scenario file.
pub(crate) fn read(reader: &mut Reader, root: &Node) -> Option<ScenarioDoc> {
    let fields = reader.object(root, &grammar::SCENARIO)?;
    let id = fields.get("scenario").and_then(|it| Some((reader.name(it, "the scenario")?, it.pos)));
    let rows = fields.get("for-each").map(|it| rows(reader, it));
    let about = fields.get("about").and_then(|it| reader.template(it, "\"about\""));
    let tags = fields.get("tags").map(|it| reader.tags(it)).unwrap_or_default();
    let owner = fields.get("owner").and_then(|it| reader.words(it, "\"owner\"")).map(str::to_owned);
    let stage = fields.get("stage").and_then(|it| reader.stage(it)).unwrap_or_default();
    let stage_until = fields.get("stage-until").and_then(|it| reader.date(it, "\"stage-until\""));
    let product = fields.get("product").and_then(|it| reader.product_name(it));
    let actor = fields.get("as").and_then(|it| reader.session_name(it));
    let exclusive = fields.get("exclusive").map(|it| exclusive(reader, it)).unwrap_or_default();
    let isolate = fields.get("isolate").and_then(|it| reader.isolation(it));
    let data = fields.get("data").and_then(|it| reader.inner_path(it, "\"data\""));
    let browser = fields.get("browser").and_then(|it| reader.page_settings(it));
    let timeout_ms = fields.get("timeout").and_then(|it| reader.duration(it, "\"timeout\""));
    let retries = fields.get("retries").and_then(|it| reader.integer(it, "\"retries\""));
    let redact = fields.get("redact").map(|it| reader.redactions(it)).unwrap_or_default();
    let mask = fields.get("mask").map(|it| reader.targets(it)).unwrap_or_default();
    let policy = reader.policy(&fields, "scenario", id.as_ref());
    let budget = reader.budget(&fields);
    let before = reader.steps(fields.get("before"), "\"before\"");
    let steps = steps(reader, root, &fields);
    let finally = reader.steps(fields.get("finally"), "\"finally\"");

    let scenario = Scenario {
        id: id.as_ref().map(|(id, _)| id.clone()).unwrap_or_default(),
        file: reader.file(),
        line: fields.entry("scenario").map_or(root.pos.line, |it| it.pos.line),
        about: about.map(|it| it.raw().to_owned()),
        tags,
        owner,
        stage,
        stage_until,
        product,
        uses: Vec::new(),
        actor,
        exclusive,
        isolate,
        data: data.map(|it| it.raw().to_owned()),
        browser: browser.unwrap_or_default(),
        before,
        timeout_ms,
        retries,
        redact,
        mask,
        policy,
        budget,
        steps,
        finally,
    };
    let (names, scenarios) = match rows {
        None => (IndexMap::new(), vec![scenario]),
        Some(rows) => {
            (secrecy(&rows), rows.iter().map(|it| scenario.for_row(&it.key, &it.values)).collect())
        }
    };
    Some(ScenarioDoc { id, fields: names, scenarios })
}

/// What no other scenario that names it may use at the same time.
fn exclusive(reader: &mut Reader, node: &Node) -> Vec<String> {
    let words = one_or_many(node).iter();
    words.filter_map(|it| reader.words(it, "\"exclusive\"").map(str::to_owned)).collect()
}

/// The steps of a scenario, or those that its goal stands for.
fn steps(reader: &mut Reader, root: &Node, fields: &Fields<'_>) -> Vec<Step> {
    if let (None, None) = (fields.entry("steps"), fields.entry("goal")) {
        let help = "write what is done under `steps`, or what is to be reached as `goal`";
        reader.advise(root.pos, "a scenario has neither \"steps\" nor \"goal\"", help);
        return Vec::new();
    }
    let steps = reader.steps(fields.get("steps"), "\"steps\"");
    let Some(goal) = fields.entry("goal") else {
        for key in ["start", "ensures", "at-most", "within"] {
            if let Some(entry) = fields.entry(key) {
                let message = format!("\"{key}\" belongs to a scenario with a \"goal\"");
                reader.advise(
                    entry.pos,
                    message,
                    "write it at a step, or write `goal` instead of `steps`",
                );
            }
        }
        return steps;
    };
    if fields.entry("steps").is_some() {
        let help = "write the goal as a step, `- do: …`, or leave the steps out";
        reader.advise(goal.pos, "a scenario has either \"steps\" or a \"goal\"", help);
    }
    goal_steps(reader, goal, fields)
}

/// `goal` as the steps that it stands for: open where it starts, and do it until its checks hold.
fn goal_steps(reader: &mut Reader, goal: &Entry, fields: &Fields<'_>) -> Vec<Step> {
    let start = match fields.get("start") {
        Some(node) => reader.open(node),
        None => Some(Action::Open("/".into())),
    };
    let within_ms = fields.get("within").and_then(|it| reader.duration(it, "\"within\""));
    if fields.entry("ensures").is_none() {
        let help = "write what must hold, as in `ensures: [ { see: 'text \"Ordered\"' } ]`";
        reader.advise(goal.pos, "nothing must hold once this goal is reached", help);
    }
    let action = reader.goal(("goal", &goal.value), "ensures", fields);
    let file = reader.file();
    let step = |line, action| Step::new(0, &file, line, action);
    let line = fields.entry("start").map_or(goal.pos.line, |it| it.pos.line);
    let mut all: Vec<Step> = start.map(|it| step(line, it)).into_iter().collect();
    all.extend(action.map(|it| Step { within_ms, ..step(goal.pos.line, it) }));
    all
}

/// The fields of all rows, and whether each holds nothing but secrets.
fn secrecy(rows: &[Row]) -> IndexMap<String, bool> {
    let mut names: IndexMap<String, bool> = IndexMap::new();
    for row in rows {
        for (name, value) in &row.values {
            *names.entry(name.clone()).or_insert(true) &= is_secret(value);
        }
    }
    names
}

/// Whether a template is one `${secret:NAME}` and nothing else.
pub(crate) fn is_secret(template: &Template) -> bool {
    match template.pieces().as_slice() {
        [crate::model::template::Piece::Reference(name)] => name.starts_with("secret:"),
        _ => false,
    }
}

/// The rows of a `for-each`.
pub(super) fn rows(reader: &mut Reader, node: &Node) -> Vec<Row> {
    let (list, key) = match &node.value {
        Value::List(_) => (node, None),
        Value::Map(_) | Value::Scalar { .. } => {
            let Some(fields) = reader.object(node, &grammar::FOR_EACH) else { return Vec::new() };
            let Some(list) = fields.get("rows") else { return Vec::new() };
            (list, fields.get("key"))
        }
    };
    let key = key.and_then(|it| Some((reader.words(it, "\"key\"")?.to_owned(), it.pos)));
    let items = reader.list(list, "the rows");
    if items.is_empty() {
        reader.advise(list.pos, "there are no rows", "add one, or remove `for-each`");
    }
    let mut names: Option<Vec<&str>> = None;
    let mut seen: IndexMap<String, u32> = IndexMap::new();
    let mut rows = Vec::new();
    for item in items {
        let Some(entries) = reader.map(item, "a row") else { continue };
        let first = names.get_or_insert_with(|| entries.iter().map(|it| it.key.as_str()).collect());
        same_fields(reader, item, entries, first);
        let Some(row) = row(reader, item, entries, key.as_ref()) else { continue };
        if let Some(line) = seen.insert(row.key.clone(), item.pos.line) {
            let help = format!("it is already that of line {line}; name another field with `key:`");
            reader.complain(
                item.pos,
                format!("the row key \"{}\" is not unique", row.key),
                Some(help),
            );
            continue;
        }
        rows.push(row);
    }
    rows
}

/// Every row has the fields of the first, so that a reference is known in all or in none.
fn same_fields(reader: &mut Reader, item: &Node, entries: &[Entry], names: &[&str]) {
    for name in names {
        if !entries.iter().any(|it| it.key == *name) {
            reader.advise(
                item.pos,
                format!("this row lacks the field \"{name}\""),
                "give every row the same fields",
            );
        }
    }
    for entry in entries.iter().filter(|it| !names.contains(&it.key.as_str())) {
        let help = super::suggest::suggestion(&entry.key, names.iter().copied())
            .unwrap_or_else(|| "give every row the same fields".to_owned());
        reader.complain(
            entry.pos,
            format!("the first row lacks the field \"{}\"", entry.key),
            Some(help),
        );
    }
}

fn row(
    reader: &mut Reader,
    item: &Node,
    entries: &[Entry],
    key: Option<&(String, Pos)>,
) -> Option<Row> {
    let mut values = IndexMap::new();
    for entry in entries {
        if reader.variable_name(&entry.key, entry.pos)
            && let Some(value) = reader.template(&entry.value, &format!("\"{}\"", entry.key))
        {
            values.insert(entry.key.clone(), value);
        }
    }
    let named = match key {
        Some((key, pos)) => {
            let named = entries.iter().find(|it| it.key == *key);
            if named.is_none() {
                let help =
                    super::suggest::suggestion(key, entries.iter().map(|it| it.key.as_str()));
                reader.complain(*pos, format!("no row has the field \"{key}\""), help);
            }
            named
        }
        None => entries.first(),
    };
    let Some(named) = named else {
        if key.is_none() {
            reader.complain(item.pos, "this row is empty", None);
        }
        return None;
    };
    let Value::Scalar { text, .. } = &named.value.value else { return None };
    if !reader.check_name(text, named.value.pos, "the row key") {
        return None;
    }
    Some(Row { key: text.clone(), values })
}

impl Reader {
    /// Tags: words without `!`, which excludes them in a selection.
    fn tags(&mut self, node: &Node) -> Vec<String> {
        let mut tags = Vec::new();
        for item in self.list(node, "\"tags\"") {
            let Some(tag) = self.words(item, "a tag") else { continue };
            if tag.starts_with('!') || tag.contains(char::is_whitespace) {
                self.advise(
                    item.pos,
                    format!("\"{tag}\" cannot be a tag"),
                    "use one word that does not begin with `!`",
                );
                continue;
            }
            tags.push(tag.to_owned());
        }
        tags
    }
}

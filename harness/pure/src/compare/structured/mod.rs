//! [`changes`]: what changed in an output that is JSON, JSON lines, XML, CSV or a table, told by its
//! content and not by a file's name: how it is laid out, its fields, its records, their values.
//!
//! Lines tell single values and rows as well; this room speaks where they cannot: a column that is
//! gone changes every line, and JSON without spaces is one line that says nothing. [`json`], [`xml`] and
//! [`table`] read outputs into [`Document`]s.
//!
//! The files:
//! - `boxes.rs`: tables that are drawn with lines as rows of cells.
//! - `json.rs`: JSON and JSON lines as records of fields.
//! - `table.rs`: CSV and aligned columns as rows of cells.
//! - `xml.rs`: XML as records of fields.

mod boxes;
mod json;
mod table;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, DiffTag};

use crate::model::edit::is_name;
use crate::model::{Change, FacetKind, Thing};

/// As many characters are read for their structure; a longer output is compared by its lines.
const MOST: usize = 2_000_000;
/// As many changes are told of one output.
const CHANGES: usize = 400;

/// As many paragraphs are looked at for a document.
const PARAGRAPHS: usize = 8;

/// Among as many records those are looked for that stay.
const ALIKE: usize = 500;

/// An output as records of fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Document {
    /// How it is laid out: `CSV, semicolons`.
    layout: String,
    /// What its fields are called: `column`.
    noun: &'static str,
    /// Its fields, in their order, each once.
    fields: Vec<String>,
    /// Whether every record is a line of its own, so that lines tell records.
    by_line: bool,
    /// Whether the order of its fields says something: that of columns does, that of the members of
    /// an object does not.
    in_order: bool,
    /// The lines that name the fields.
    head: Vec<u32>,
    records: Vec<Record>,
    /// Its first and last line; what stands around them is no part of it.
    extent: (u32, u32),
}

/// One record: a row, or an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Record {
    values: BTreeMap<String, Value>,
    /// The lines that it takes, from 1.
    lines: Vec<u32>,
    /// Its fields in their order, where each record has one of its own.
    order: Vec<String>,
    /// It as it is written, in one line.
    text: String,
}

impl Record {
    /// What it says in a field, or in all fields of an item that stands in it.
    fn of(&self, field: &str) -> impl Iterator<Item = (&String, &Value)> {
        let is_own = move |name: &str| {
            let rest = name.strip_prefix(field);
            rest.is_some_and(|it| it.is_empty() || (field.ends_with(']') && it.starts_with('.')))
        };
        self.values.iter().filter(move |it| is_own(it.0))
    }

    /// Whether it has items of a list.
    fn has_items_of(&self, list: &str) -> bool {
        let mut rests = self.values.keys().filter_map(|it| it.strip_prefix(list));
        rests.any(|it| it.starts_with('['))
    }

    /// A field, or an item with all of its fields, as it is told, and the lines that it takes.
    fn told(&self, field: &str) -> (Option<String>, Vec<u32>) {
        let lines: BTreeSet<u32> =
            self.of(field).flat_map(|it| it.1.lines.iter().copied()).collect();
        let said = self.of(field).map(|(own, it)| match own[field.len()..].strip_prefix('.') {
            Some(rest) => format!("{rest} {}", it.text),
            None => it.text.clone(),
        });
        let text = format!("{field}: {}", said.collect::<Vec<_>>().join(", "));
        (Some(text), lines.into_iter().collect())
    }
}

impl Value {
    /// It as it is told, and the lines that it takes.
    fn told(self, name: &str) -> (Option<String>, Vec<u32>) {
        let text = self.alone.unwrap_or_else(|| format!("{name}: {}", self.text));
        (Some(text), self.lines)
    }
}

/// What a field says in a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Value {
    text: String,
    /// The lines that it takes, from 1.
    lines: Vec<u32>,
    /// The line that holds it and nothing else.
    alone: Option<String>,
}

impl Document {
    /// Reads the first document in a text: a program may print a title above it and a count below.
    fn read(text: &str) -> Option<Self> {
        if text.len() > MOST {
            return None;
        }
        let whole = (0, text);
        std::iter::once(whole).chain(paragraphs(text)).find_map(|(above, part)| {
            let read = json::read(part).or_else(|| xml::read(part)).or_else(|| table::read(part));
            read.map(|it| it.below(above))
        })
    }

    /// It as it stands below so many lines.
    fn below(mut self, above: u32) -> Self {
        let own = |lines: &mut Vec<u32>| lines.iter_mut().for_each(|it| *it += above);
        own(&mut self.head);
        for record in &mut self.records {
            own(&mut record.lines);
            record.values.values_mut().for_each(|it| own(&mut it.lines));
        }
        self.extent = (self.extent.0 + above, self.extent.1 + above);
        self
    }

    fn all_lines(&self) -> Vec<u32> {
        let records = self.records.iter().flat_map(|it| it.lines.iter().copied());
        let all: BTreeSet<u32> = self.head.iter().copied().chain(records).collect();
        all.into_iter().collect()
    }

    /// The lines on which a field stands.
    fn lines_of(&self, field: &str) -> Vec<u32> {
        let values = self.records.iter().flat_map(|it| it.of(field)).map(|it| it.1);
        let own = values.flat_map(|it| it.lines.iter().copied());
        own.chain(self.head.iter().copied()).collect::<BTreeSet<u32>>().into_iter().collect()
    }

    fn field(&self, name: &str) -> String {
        format!("{} \"{name}\"", self.noun)
    }

    /// A record by what it says in these fields.
    fn key(record: &Record, fields: &[String]) -> String {
        let values = fields.iter().map(|it| record.values.get(it).map_or("", |it| &it.text));
        values.collect::<Vec<_>>().join("\u{1}")
    }
}

/// The parts of a text between empty lines, each with how many lines stand above it.
fn paragraphs(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut rest = Some((0_u32, text));
    let next = move || {
        let (above, part) = rest?;
        let Some((own, left)) = part.split_once("\n\n") else {
            rest = None;
            return Some((above, part));
        };
        let lines = own.matches('\n').count() + 2;
        rest = Some((above + u32::try_from(lines).unwrap_or(u32::MAX), left));
        Some((above, own))
    };
    std::iter::from_fn(next).take(PARAGRAPHS).skip_while(|it| it.1.trim().is_empty())
}

/// Where lines begin.
struct Numbers {
    starts: Vec<usize>,
}

impl Numbers {
    fn of(text: &str) -> Self {
        let after = text.match_indices('\n').map(|it| it.0 + 1);
        Self { starts: std::iter::once(0).chain(after).collect() }
    }

    /// The first and the last line.
    fn all(&self) -> (u32, u32) {
        (1, u32::try_from(self.starts.len()).unwrap_or(u32::MAX))
    }

    /// The lines of a range of bytes, from 1.
    fn of_range(&self, range: &std::ops::Range<usize>) -> Vec<u32> {
        let line = |at: usize| self.starts.partition_point(|it| *it <= at);
        let (first, last) = (line(range.start), line(range.end.saturating_sub(1).max(range.start)));
        (first..=last).filter_map(|it| u32::try_from(it).ok()).collect()
    }
}

/// What the structure of two outputs tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// What changed in the documents that they hold.
    pub changes: Vec<Change>,
    /// The first and last line of each, before and after: what stands around them is told by lines.
    pub extents: Vec<[(u32, u32); 2]>,
}

/// What changed between two outputs that say records of fields; `None` where one of them does not,
/// where they have nothing in common, and where their lines tell it as well.
#[must_use]
pub(super) fn changes(facet: FacetKind, old: &str, new: &str) -> Option<Told> {
    let mut told = Told { changes: Vec::new(), extents: Vec::new() };
    for (was, is) in documents(old, new) {
        if let Some(own) = between(facet, &was, &is) {
            told.changes.extend(own);
            told.extents.push([was.extent, is.extent]);
        }
    }
    told.changes.truncate(CHANGES);
    (!told.changes.is_empty()).then_some(told)
}

/// The documents of two outputs that stand for each other: all drawn tables, or else the first one.
fn documents(old: &str, new: &str) -> Vec<(Document, Document)> {
    if old.len().max(new.len()) > MOST {
        return Vec::new();
    }
    let (was, is) = (boxes::read(old), boxes::read(new));
    if was.is_empty() || is.is_empty() {
        return Document::read(old).zip(Document::read(new)).into_iter().collect();
    }
    if was.len() == is.len() {
        return was.into_iter().zip(is).collect();
    }
    let mut left = is;
    let mut pairs = Vec::new();
    for table in was {
        let same = left.iter().position(|it| it.fields == table.fields);
        pairs.extend(same.map(|at| (table, left.remove(at))));
    }
    pairs
}

/// What changed between two documents; `None` where they have nothing in common, and where nothing
/// changed or lines tell it as well.
fn between(facet: FacetKind, was: &Document, is: &Document) -> Option<Vec<Change>> {
    let common: Vec<String> =
        was.fields.iter().filter(|it| is.fields.contains(it)).cloned().collect();
    if common.is_empty() {
        return None;
    }
    let mut all = Vec::new();
    all.extend(layout(facet, was, is));
    all.extend(fields(facet, was, is));
    all.extend(order_of_fields(facet, was, is, &common));
    let own = records(facet, was, is, &common)?;
    // Lines that only stand elsewhere are told by lines.
    let is_order = own.iter().any(|it| matches!(it.thing, Thing::Order(_)));
    if all.is_empty() && is_order && was.by_line && is.by_line {
        return None;
    }
    all.extend(own);
    (!all.is_empty()).then_some(all)
}

/// Whether two outputs are the same but for the order in which objects in JSON name their members,
/// which says nothing. White space and how a value is spelled are seen by whoever reads an output.
#[must_use]
pub(super) fn is_reordered(old: &str, new: &str) -> bool {
    if old.len() != new.len() || old.len() > MOST || letters(old) != letters(new) {
        return false;
    }
    let whole = (0, old);
    std::iter::once(whole).chain(paragraphs(old)).any(|(above, part)| {
        let start = Numbers::of(old).starts[above as usize];
        let of = |text: &'_ str| json::values(text.get(start..).unwrap_or_default());
        let (was, is) = (json::values(part), of(new));
        let Some(end) = was.last().map(|it| start + it.end) else { return false };
        let same = |it: &std::ops::Range<usize>| {
            let own = |text: &'_ str| json::spelled(&text[start + it.start..start + it.end]);
            own(old) == own(new)
        };
        is.get(..was.len()) == Some(&was[..])
            && was.iter().all(same)
            && new.get(..start) == old.get(..start)
            && new.get(end..) == old.get(end..)
    })
}

/// How often each byte stands in a text.
fn letters(text: &str) -> [usize; 256] {
    let mut all = [0; 256];
    text.bytes().for_each(|it| all[usize::from(it)] += 1);
    all
}

fn change(
    facet: FacetKind,
    thing: Thing,
    (before, old_lines): (Option<String>, Vec<u32>),
    (after, new_lines): (Option<String>, Vec<u32>),
) -> Change {
    Change { facet: Some(facet), thing, around: Vec::new(), before, after, old_lines, new_lines }
}

fn layout(facet: FacetKind, was: &Document, is: &Document) -> Option<Change> {
    let side = |it: &Document| (Some(it.layout.clone()), it.all_lines());
    (was.layout != is.layout).then(|| change(facet, Thing::Layout, side(was), side(is)))
}

/// Fields that are gone, new, or called otherwise at the same place. One that nothing but records
/// had that are gone went with them.
fn fields(facet: FacetKind, was: &Document, is: &Document) -> Vec<Change> {
    let stays = |of: &Record, other: &Document| other.records.iter().any(|it| alike(of, it));
    let only = |one: &Document, other: &Document| -> Vec<String> {
        let missing = one.fields.iter().filter(|it| !other.fields.contains(it));
        let same = one.records.len() == other.records.len() || one.records.len() > ALIKE;
        let lacks = |name: &String| {
            same || one.records.iter().any(|it| it.values.contains_key(name) && stays(it, other))
        };
        // A list that is empty is the one that has items on the other side.
        let is_list = |name: &String| {
            other
                .fields
                .iter()
                .any(|it| it.strip_prefix(name).is_some_and(|it| it.starts_with('[')))
        };
        let missing: Vec<String> =
            missing.filter(|it| !is_list(it) && lacks(it)).cloned().collect();
        items(&missing, &|of| other.fields.iter().any(|it| it.starts_with(of)))
    };
    let (gone, came) = (only(was, is), only(is, was));
    let side = |of: &Document, name: &String| (Some(of.field(name)), of.lines_of(name));
    let position = |of: &Document, name: &String| of.fields.iter().position(|it| it == name);
    if let ([old], [new]) = (gone.as_slice(), came.as_slice())
        && position(was, old) == position(is, new)
    {
        let thing = Thing::Field(was.field(old));
        return vec![change(facet, thing, side(was, old), side(is, new))];
    }
    let gone = gone.iter().map(|it| {
        change(facet, Thing::Field(was.field(it)), side(was, it), (None, is.head.clone()))
    });
    let came = came.iter().map(|it| {
        change(facet, Thing::Field(is.field(it)), (None, was.head.clone()), side(is, it))
    });
    gone.chain(came).collect()
}

/// The same fields in another order, where that says something.
fn order_of_fields(
    facet: FacetKind,
    was: &Document,
    is: &Document,
    common: &[String],
) -> Option<Change> {
    let order: Vec<&String> = is.fields.iter().filter(|it| common.contains(it)).collect();
    if !(was.in_order && is.in_order) || order.iter().copied().eq(common.iter()) {
        return None;
    }
    let side = |names: Vec<&String>, of: &Document| {
        let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
        (Some(names.join(", ")), of.all_lines())
    };
    let thing = Thing::Order(format!("{}s", was.noun));
    Some(change(facet, thing, side(common.iter().collect(), was), side(order, is)))
}

/// Records that came, went or say something else; `None` where nothing of the old ones is left.
fn records(
    facet: FacetKind,
    was: &Document,
    is: &Document,
    common: &[String],
) -> Option<Vec<Change>> {
    let keys = |of: &Document| -> Vec<String> {
        of.records.iter().map(|it| Document::key(it, common)).collect()
    };
    let (before, after) = (keys(was), keys(is));
    if let Some(moved) = order_of_records(facet, (was, &before), (is, &after)) {
        return Some(vec![moved]);
    }
    let (mut pairs, mut gone, mut came) = (Vec::new(), Vec::new(), Vec::new());
    let mut kept = 0;
    let (once, now) = (names(was), names(is));
    let namesake = |at: usize| {
        let name = name_of(was, &was.records[at]).filter(|it| once[*it].is_some())?;
        now.get(name).copied().flatten()
    };
    for op in similar::capture_diff_slices(Algorithm::Patience, &before, &after) {
        let (old, new) = (op.old_range(), op.new_range());
        if op.tag() == DiffTag::Equal {
            kept += old.len();
            continue;
        }
        let mut left: Vec<usize> = new.collect();
        for at in old {
            let own = namesake(at);
            let same = left.iter().position(|it| own == Some(*it));
            let alike = |it: &usize| alike(&was.records[at], &is.records[*it]);
            let partner = same.or_else(|| left.iter().position(alike));
            match partner.map(|it| left.remove(it)) {
                Some(partner) => pairs.push((Some(at), Some(partner))),
                None => gone.push(at),
            }
        }
        came.extend(left);
    }
    // A record that changed may stand elsewhere, where records are sorted by what changed.
    for at in gone {
        let own = namesake(at);
        let is_it = |it: &usize| {
            let (old, new) = (&was.records[at], &is.records[*it]);
            own == Some(*it) || alike(old, new) && called(was, old, new).is_some()
        };
        let partner = came.iter().take(ALIKE).position(is_it).map(|it| came.remove(it));
        pairs.push((Some(at), partner));
    }
    kept += pairs.iter().filter(|it| it.1.is_some()).count();
    pairs.extend(came.into_iter().map(|it| (None, Some(it))));
    pairs.sort_by_key(|it| (it.0.is_none(), it.0, it.1));
    let all: Vec<Change> =
        pairs.into_iter().flat_map(|(a, b)| record(facet, (was, a), (is, b), common)).collect();
    (kept > 0 || was.records.is_empty()).then_some(all)
}

/// The same records in another order.
fn order_of_records(
    facet: FacetKind,
    (was, before): (&Document, &[String]),
    (is, after): (&Document, &[String]),
) -> Option<Change> {
    let sorted = |keys: &[String]| {
        let mut all = keys.to_vec();
        all.sort_unstable();
        all
    };
    if before == after || sorted(before) != sorted(after) {
        return None;
    }
    let side = |keys: &[String], of: &Document| {
        let first = keys.iter().map(|it| it.split('\u{1}').next().unwrap_or_default());
        (Some(first.collect::<Vec<_>>().join(", ")), of.all_lines())
    };
    let thing = Thing::Order("records".to_owned());
    Some(change(facet, thing, side(before, was), side(after, is)))
}

/// Whether two records can be one that changed: at least half of what they say is the same.
fn alike(one: &Record, other: &Record) -> bool {
    let same = one
        .values
        .iter()
        .filter(|(name, value)| other.values.get(*name).is_some_and(|it| it.text == value.text));
    let same = same.count();
    same > 0 && same * 2 >= one.values.len().min(other.values.len())
        || one.values.len() == 1 && other.values.len() == 1
}

/// What became of one record: it came, it went, or some of its values are others.
fn record(
    facet: FacetKind,
    (was, old): (&Document, Option<usize>),
    (is, new): (&Document, Option<usize>),
    common: &[String],
) -> Vec<Change> {
    let whole = |of: &Document, at: Option<usize>| match at {
        Some(at) => (Some(of.records[at].text.clone()), of.records[at].lines.clone()),
        None => (None, Vec::new()),
    };
    let (Some(a), Some(b)) = (old.map(|it| &was.records[it]), new.map(|it| &is.records[it])) else {
        let last = old.is_some_and(|it| it + 1 == was.records.len() && it > 0);
        let thing = Thing::Record(if last { "last record" } else { "record" }.to_owned());
        return vec![change(facet, thing, whole(was, old), whole(is, new))];
    };
    let none = Value::default();
    let value =
        |of: &'_ Record, name: &String| of.values.get(name).cloned().unwrap_or(none.clone());
    let differing = common.iter().filter(|name| value(a, name).text != value(b, name).text);
    let differing: Vec<&String> = differing.collect();
    // A row is told by its line, where no field stands elsewhere in it.
    let order = |it: &Record| it.order.iter().filter(|it| common.contains(it)).cloned().collect();
    let (before, after): (Vec<String>, Vec<String>) = (order(a), order(b));
    if was.by_line && is.by_line && before == after {
        let thing = match differing.as_slice() {
            [name] => Thing::Field(was.field(name)),
            _ => Thing::Record("record".to_owned()),
        };
        return vec![change(facet, thing, whole(was, old), whole(is, new))];
    }
    let around: Vec<String> = called(was, a, b).into_iter().collect();
    let all = values(facet, was, (a, b), &differing);
    all.into_iter().map(|it| Change { around: around.clone(), ..it }).collect()
}

/// What became of the fields of one record: they say something else, or only one side has them.
fn values(
    facet: FacetKind,
    was: &Document,
    (old, new): (&Record, &Record),
    differing: &[&String],
) -> Vec<Change> {
    let thing = |name: &String| Thing::Field(was.field(name));
    let has = |of: &Record, name: &String| of.values.contains_key(name);
    // A list that is empty is the one that has items on the other side.
    let is_list = |name: &String| [old, new].iter().any(|it| it.has_items_of(name));
    let (both, one): (Vec<&String>, Vec<&String>) =
        differing.iter().filter(|it| !is_list(it)).partition(|it| has(old, it) && has(new, it));
    let changed = both.iter().map(|name| {
        let (mut was, mut is) = (old.values[*name].clone(), new.values[*name].clone());
        without_place(&mut was, &mut is);
        change(facet, thing(name), was.told(name), is.told(name))
    });
    let only = |of: &Record, other: &Record| -> Vec<String> {
        let names = one.iter().filter(|it| has(of, it)).map(|it| (*it).clone());
        items(&names.collect::<Vec<_>>(), &|of| other.values.keys().any(|it| it.starts_with(of)))
    };
    let (gone, came) = (only(old, new), only(new, old));
    let nothing = || (None, Vec::new());
    let gone = gone.iter().map(|it| change(facet, thing(it), old.told(it), nothing()));
    let came = came.iter().map(|it| change(facet, thing(it), nothing(), new.told(it)));
    changed.chain(gone).chain(came).collect()
}

/// Names of fields, those of an item that the other side lacks as one: `lines[pen]` for
/// `lines[pen].name` and `lines[pen].price`.
fn items(names: &[String], is_known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let mut ends = name.match_indices(']').map(|it| &name[..=it.0]);
        let own = ends.find(|it| !is_known(it)).unwrap_or(name).to_owned();
        if !all.contains(&own) {
            all.push(own);
        }
    }
    all
}

/// A comma behind one of two values says that the other one is the last of its object.
fn without_place(old: &mut Value, new: &mut Value) {
    let comma = |it: &Value| it.alone.as_ref().is_some_and(|it| it.ends_with(','));
    if comma(old) != comma(new) {
        for line in [old, new].into_iter().filter_map(|it| it.alone.as_mut()) {
            *line = line.trim_end_matches(',').to_owned();
        }
    }
}

/// What a record says in the first of its fields that says words: a row of totals is the same one where
/// all its numbers are others.
fn name_of<'a>(all: &Document, record: &'a Record) -> Option<&'a str> {
    let said = all.fields.iter().filter_map(|it| record.values.get(it));
    said.map(|it| it.text.as_str()).find(|it| is_name(it))
}

/// Which record has a name; none where several have it.
fn names(all: &Document) -> BTreeMap<&str, Option<usize>> {
    let mut found = BTreeMap::new();
    for (at, record) in all.records.iter().enumerate() {
        let name = name_of(all, record);
        let only = |it: &str| (!found.contains_key(it)).then_some(at);
        if let Some((name, only)) = name.map(|it| (it, only(it))) {
            found.insert(name, only);
        }
    }
    found
}

/// What a record is called: the first of its fields that both sides have, that is text, and that no
/// other record says.
fn called(all: &Document, old: &Record, new: &Record) -> Option<String> {
    let only = |name: &str, said: &str| {
        let says = |it: &&Record| it.values.get(name).is_some_and(|it| it.text == said);
        all.records.iter().filter(says).take(2).count() == 1
    };
    all.fields.iter().find_map(|name| {
        let said = &old.values.get(name)?.text;
        let same = new.values.get(name).is_some_and(|it| it.text == *said);
        (same && is_name(said) && only(name, said)).then(|| format!("{name}: {said}"))
    })
}

#[cfg(test)]
mod tests;

//! [`read`]: XML as records of fields. The elements below the innermost element that holds all others
//! are a record each; attributes (`@id`) and texts are told by path (`customer.name`).

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Document, Numbers, Record, Value};

/// An element with what stands in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
    /// Where it begins and ends, in bytes.
    span: Range<usize>,
}

impl Element {
    /// Whether it says several things of one, and is no list: its parts are called otherwise each, and
    /// one of them holds no others.
    fn is_record(&self) -> bool {
        let names: BTreeSet<&str> = self.children.iter().map(|it| it.name.as_str()).collect();
        names.len() > 1 && self.children.iter().any(|it| it.children.is_empty())
    }
}

/// Elements in one another down to which a document is read, as many as of JSON. What is deeper is
/// compared by lines: to walk it would need a stack as deep.
const DEEPEST: usize = 128;

/// What the name of the element that a record is is called.
const TAG: &str = "(element)";

/// The records of a text that is XML, or that begins with it and says something else below.
pub(super) fn read(text: &str) -> Option<Document> {
    if !text.trim_start().starts_with('<') {
        return None;
    }
    let root = element(text).filter(|it| !it.name.eq_ignore_ascii_case("html"))?;
    let text = &text[..root.span.end];
    let numbers = Numbers::of(text);
    let mut holder = &root;
    while let [only] = holder.children.as_slice()
        && !only.children.is_empty()
        && !only.is_record()
    {
        holder = only;
    }
    let mut fields = (Vec::new(), BTreeSet::new());
    let mut records: Vec<Record> =
        holder.children.iter().map(|it| record(text, &numbers, it, &mut fields)).collect();
    let tags: BTreeSet<&str> = holder.children.iter().map(|it| it.name.as_str()).collect();
    if tags.len() > 1 {
        // Records that are called otherwise each are known by what they are called.
        fields.0.insert(0, TAG.to_owned());
        for (own, it) in records.iter_mut().zip(&holder.children) {
            let value = Value { text: it.name.clone(), ..Value::default() };
            own.values.insert(TAG.to_owned(), value);
        }
    }
    let indent = text.lines().find(|it| it.starts_with([' ', '\t']));
    let indent = indent.map_or(0, |it| it.len() - it.trim_start().len());
    let layout = match (text.trim().lines().count(), indent) {
        (1, _) => "XML on one line".to_owned(),
        (_, indent) => format!("XML indented by {indent}"),
    };
    let (by_line, fields) = (false, fields.0);
    (!fields.is_empty()).then(|| Document {
        layout,
        noun: "element",
        in_order: true,
        fields,
        by_line,
        head: Vec::new(),
        records,
        extent: numbers.all(),
    })
}

/// The element that a document is; `None` where it is not well formed, or deeper than [`DEEPEST`].
fn element(text: &str) -> Option<Element> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        let before = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        let after = usize::try_from(reader.buffer_position()).ok()?;
        match event {
            Event::Start(_) if open.len() > DEEPEST => return None,
            Event::Start(tag) => open.push(started(&tag, before)?),
            Event::Empty(tag) => {
                let mut own = started(&tag, before)?;
                own.span.end = after;
                open.last_mut()?.children.push(own);
            }
            Event::End(_) => {
                let mut own = open.pop()?;
                own.span.end = after;
                let outer = open.last_mut()?;
                outer.children.push(own);
                let below = &text[after..];
                if open.len() == 1 && below.starts_with('\n') {
                    break;
                }
            }
            Event::Text(said) => open.last_mut()?.text.push_str(said.decode().ok()?.trim()),
            Event::CData(said) => open.last_mut()?.text.push_str(&said.decode().ok()?),
            Event::GeneralRef(name) => {
                let name = name.decode().ok()?;
                let sign = quick_xml::escape::resolve_predefined_entity(&name);
                open.last_mut()?.text.push_str(sign.unwrap_or(&name));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    let mut whole = open.pop().filter(|_| open.is_empty())?;
    let root = whole.children.pop()?;
    (whole.children.is_empty() && whole.text.is_empty()).then_some(root)
}

fn started(tag: &BytesStart<'_>, at: usize) -> Option<Element> {
    let text = |it: &[u8]| String::from_utf8(it.to_vec()).ok();
    let mut attributes = Vec::new();
    for it in tag.attributes() {
        let it = it.ok()?;
        let value = text(&it.value)?;
        let value = quick_xml::escape::unescape(&value).ok()?.into_owned();
        attributes.push((text(it.key.as_ref())?, value));
    }
    let name = text(tag.name().as_ref())?;
    Some(Element { name, attributes, span: at..at, ..Element::default() })
}

fn record(
    text: &str,
    numbers: &Numbers,
    of: &Element,
    (fields, known): &mut (Vec<String>, BTreeSet<String>),
) -> Record {
    let mut values = Vec::new();
    flatten(numbers, of, "", &mut values);
    let new = values.iter().filter(|it| known.insert(it.0.clone())).map(|it| it.0.clone());
    fields.extend(new);
    let own = &text[of.span.clone()];
    let one_line = own.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = numbers.of_range(&of.span);
    Record { values: values.into_iter().collect(), order: Vec::new(), lines, text: one_line }
}

/// Every attribute and text by its path.
fn flatten(numbers: &Numbers, of: &Element, path: &str, out: &mut Vec<(String, Value)>) {
    let own = numbers.of_range(&of.span);
    let said = |said: &str| Value { text: said.to_owned(), lines: own.clone(), alone: None };
    let path_of = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    out.extend(of.attributes.iter().map(|(key, it)| (path_of(&format!("@{key}")), said(it))));
    if !of.text.is_empty() || (of.children.is_empty() && of.attributes.is_empty()) {
        let name = if path.is_empty() { &of.name } else { path };
        out.push((name.to_owned(), said(&of.text)));
    }
    let mut alike: HashMap<&str, Vec<&Element>> = HashMap::new();
    for child in &of.children {
        alike.entry(&child.name).or_default().push(child);
    }
    let labels: HashMap<&str, Vec<String>> =
        alike.into_iter().map(|(name, items)| (name, labels(&items))).collect();
    let mut met: HashMap<&str, usize> = HashMap::new();
    for child in &of.children {
        let at = met.entry(&child.name).or_default();
        let name = match labels[child.name.as_str()].as_slice() {
            [_] => child.name.clone(),
            many => format!("{}[{}]", child.name, many[*at]),
        };
        *at += 1;
        flatten(numbers, child, &path_of(&name), out);
    }
}

/// What each of several elements of one name is told by: the first of its attributes that says another
/// text in each of them, else its position.
fn labels(items: &[&Element]) -> Vec<String> {
    const LONGEST: usize = 40;
    let keys = items.first().into_iter().flat_map(|it| &it.attributes).map(|it| &it.0);
    let said = |key: &String| -> Option<Vec<String>> {
        let own = |it: &&Element| Some(it.attributes.iter().find(|it| it.0 == *key)?.1.clone());
        let all: Vec<String> = items.iter().map(own).collect::<Option<_>>()?;
        let fits = |it: &String| {
            it.contains(char::is_alphabetic) && it.len() <= LONGEST && !it.contains(['[', ']'])
        };
        let unique: BTreeSet<&String> = all.iter().collect();
        (all.iter().all(fits) && unique.len() == all.len()).then_some(all)
    };
    let all = keys.into_iter().find_map(said);
    all.unwrap_or_else(|| (0..items.len()).map(|it| it.to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_one_name_are_told_by_what_only_they_say_or_by_their_position() {
        let fields = |key: &str| {
            let item = |said: &str, n: u32| format!("<it {key}='{said}' n='{n}'/>");
            let items = item("Lamp", 1) + &item("Pen", 1);
            read(&format!("<all><of>{items}</of><by><n>2</n></by></all>")).expect("XML").fields
        };
        let named =
            ["(element)", "it[Lamp].@name", "it[Lamp].@n", "it[Pen].@name", "it[Pen].@n", "n"];
        assert_eq!(fields("name"), named);
        let same =
            read("<all><of><it n='1'/><it n='1'/></of><by><n>2</n></by></all>").expect("XML");
        assert_eq!(same.fields, ["(element)", "it[0].@n", "it[1].@n", "n"]);
    }

    #[test]
    fn each_repeated_element_is_a_record_of_its_attributes_and_texts() {
        let text = "<?xml version=\"1.0\"?>\n<ccm>\n <metric id='a'><n>4</n><unit>P &amp; Q</unit>\
                    </metric>\n <metric id='b'><n>3</n></metric>\n</ccm>";
        let read = read(text).expect("XML");
        assert_eq!((read.layout.as_str(), read.noun), ("XML indented by 1", "element"));
        assert_eq!(read.fields, ["@id", "n", "unit"]);
        let said = |at: usize, name: &str| read.records[at].values.get(name).map(|it| &*it.text);
        assert_eq!(
            (said(0, "n"), said(0, "unit"), said(1, "@id")),
            (Some("4"), Some("P&Q"), Some("b"))
        );
        assert_eq!((&*read.records[0].lines, &*read.records[1].lines), (&[3][..], &[4][..]));
        assert!(super::read("<p>not <b>closed</p>").is_none());
        assert!(super::read("<-- two -->").is_none());
        assert!(super::read("<a><b>1</b></a> and more").is_none());
    }

    #[test]
    fn elements_in_one_another_are_read_down_to_a_depth_and_no_depth_ends_the_night() {
        let deep = |depth: usize| format!("{}1{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(&deep(DEEPEST)).is_some());
        assert!(read(&deep(DEEPEST + 1)).is_none());
        assert!(read(&deep(300_000)).is_none());
    }
}

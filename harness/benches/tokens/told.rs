//! [`reference`]: what a client that was told a page calls a thing on it, as a reader would find it: by
//! its name, else by words on it, else by words before it; `before Remember me?` is what stands before
//! the thing of that name.

/// What words before it may say, where it says none itself.
const FIELDS: [&str; 4] = ["textbox", "searchbox", "spinbutton", "combobox"];

/// How a server writes a thing.
#[derive(Debug, Clone, Copy)]
pub enum Notation {
    /// `e12 button "Save" = "…"`, several on a line.
    Ours,
    /// `- button "Save" [ref=e12]: …`, one on a line.
    Theirs,
}

/// A thing that is sought.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// Its role; an empty one is any, of what has the words itself.
    pub role: &'a str,
    /// Its name, or words on it or before it.
    pub words: &'a str,
    /// What it must offer, where its options are told with it.
    pub option: &'a str,
}

/// A thing that was told.
#[derive(Debug)]
struct Thing<'a> {
    /// Where it stands in the text.
    at: usize,
    reference: &'a str,
    role: &'a str,
    /// All that is said of it.
    said: &'a str,
}

/// The reference of a thing in the newest of these answers that has it.
pub fn reference(told: &[String], notation: Notation, sought: Sought<'_>) -> Option<String> {
    let Sought { role, words, option } = sought;
    let all: Vec<(&str, Vec<Thing<'_>>)> =
        told.iter().rev().map(|it| (it.as_str(), things(it, notation))).collect();
    let fits = |it: &&Thing<'_>| role.is_empty() || it.role == role;
    let found = |it: &Thing<'_>| it.reference.to_owned();
    if let Some(words) = words.strip_prefix("before ") {
        let called = format!("{words:?}");
        let before = |things: &'_ [Thing<'_>]| {
            let end = things.iter().position(|it| it.said.starts_with(&called))?;
            things[..end].iter().rev().find(fits).map(found)
        };
        return all.iter().find_map(|(_, it)| before(it));
    }
    let named = format!("{words:?}");
    let by_name = |it: &&Thing<'_>| it.said.starts_with(&named);
    let by_words = |it: &&Thing<'_>| it.said.contains(words) && it.said.contains(option);
    let first = all.iter().find_map(|(_, it)| it.iter().filter(fits).find(by_name));
    let first =
        first.or_else(|| all.iter().find_map(|(_, it)| it.iter().filter(fits).find(by_words)));
    if role.is_empty() {
        return first.map(found);
    }
    let holds = |(text, things): &'_ (&str, Vec<Thing<'_>>)| {
        let it = things.iter().filter(fits).find(|it| inside(text, it).contains(words))?;
        Some(found(it))
    };
    if !FIELDS.contains(&role) {
        return first.map(found).or_else(|| all.iter().find_map(holds));
    }
    first
        .or_else(|| all.iter().find_map(|(text, it)| behind(text, it.iter().filter(fits), words)))
        .map(found)
}

/// What is told of what a thing holds: the lines behind its own that are indented more.
fn inside<'a>(text: &'a str, thing: &Thing<'_>) -> &'a str {
    let line = text[..thing.at].rfind('\n').map_or(0, |it| it + 1);
    let indent = thing.at - line;
    let Some(own) = text[thing.at..].find('\n') else { return "" };
    let rest = &text[thing.at + own + 1..];
    let deeper = |it: &&str| it.len() - it.trim_start().len() > indent;
    let length: usize = rest.split_inclusive('\n').take_while(deeper).map(str::len).sum();
    &rest[..length]
}

/// The thing that stands closest behind these words.
fn behind<'a, 'b: 'a>(
    text: &str,
    things: impl Iterator<Item = &'a Thing<'b>>,
    words: &str,
) -> Option<&'a Thing<'b>> {
    let things: Vec<&Thing<'_>> = things.collect();
    let distances = text.match_indices(words).filter_map(|(at, _)| {
        let next = *things.iter().find(|it| it.at >= at + words.len())?;
        Some((next.at - at, next))
    });
    distances.min_by_key(|it| it.0).map(|it| it.1)
}

fn things(text: &str, notation: Notation) -> Vec<Thing<'_>> {
    let mut start = 0;
    let mut all = Vec::new();
    for line in text.split_inclusive('\n') {
        match notation {
            Notation::Ours => all.extend(ours(line, start)),
            Notation::Theirs => all.extend(theirs(line, start)),
        }
        start += line.len();
    }
    all
}

fn ours(line: &str, start: usize) -> Vec<Thing<'_>> {
    let is_reference = |word: &str| {
        word.strip_prefix('e')
            .is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
    };
    let begins = |at: &usize| {
        let rest = &line[*at..];
        (*at == 0 || line[..*at].ends_with(' '))
            && is_reference(rest.split(' ').next().unwrap_or_default())
    };
    let at: Vec<usize> = line.match_indices('e').map(|it| it.0).filter(begins).collect();
    let ends = at.iter().skip(1).copied().chain([line.len()]);
    let thing = |(at, end): (&usize, usize)| {
        let (reference, rest) = line[*at..end].trim_end().split_once(' ')?;
        let (role, said) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(Thing { at: start + at, reference, role, said })
    };
    at.iter().zip(ends).filter_map(thing).collect()
}

fn theirs(line: &str, start: usize) -> Option<Thing<'_>> {
    let reference = line.split_once("[ref=")?.1.split_once(']')?.0;
    let at = line.find("- ")?;
    // A line whose name has a colon stands in quotes as a whole.
    let rest = line[at + 2..].trim_start_matches('\'').trim_end();
    let (role, said) = rest.split_once(' ')?;
    Some(Thing { at: start + at, reference, role, said })
}

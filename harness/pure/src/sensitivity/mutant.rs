//! [`sites`]: where a text could be another one, and [`apply`], the text that it then is.
//!
//! Changes are such as products make: a thing is gone, a number or a word is another one, two rows
//! have changed places. What a facet is decides which of them it can have.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::model::FacetKind;
use crate::model::filetext::{self, CELL, Role};
use crate::model::observe::FacetShape;
use crate::model::sensitivity::MutantKind;

/// The shortest run of letters that is a word.
const SHORTEST_WORD: usize = 3;

/// One change that could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// What is done.
    pub kind: MutantKind,
    /// The bytes that are replaced, or the first of two neighbours that change places.
    pub span: Range<usize>,
    /// Where the second of two neighbours ends.
    pub end: usize,
}

/// A line: its bytes without the line end, and how far it is indented.
struct Line {
    span: Range<usize>,
    indent: usize,
}

/// Everything that could be changed in a text, kind by kind in order of the text.
#[must_use]
pub fn sites(facet: FacetKind, text: &str) -> BTreeMap<MutantKind, Vec<Site>> {
    let mut all: BTreeMap<MutantKind, Vec<Site>> = BTreeMap::new();
    let mut add = |kind: MutantKind, span: Range<usize>, end: usize| {
        all.entry(kind).or_default().push(Site { kind, span, end });
    };
    let lines = lines(text);
    let shape = Shape::of(facet);
    if shape == Shape::Code {
        if let Some(digits) = runs(text, 0..text.len(), |it| it.is_ascii_digit()).next() {
            add(MutantKind::FlipExit, digits.clone(), digits.end);
        }
        return all;
    }
    let mut files = filetext::Lines::default();
    for (index, line) in lines.iter().enumerate() {
        let shown = &text[line.span.clone()];
        let named = if shape == Shape::Files { follows(&files.read(shown)) } else { 0 };
        if shown.trim().is_empty() {
            continue;
        }
        let last = last_inside(&lines, index);
        if shape == Shape::Tree && last > index {
            add(MutantKind::DropNode, line.span.start..lines[last].span.end, 0);
        } else if shape == Shape::Files && line.indent == 0 {
            add(MutantKind::RemoveFile, line.span.start..lines[last].span.end, 0);
        } else if shape == Shape::Tree {
            add(MutantKind::DropNode, line.span.clone(), 0);
        } else {
            add(MutantKind::LoseLine, line.span.clone(), 0);
        }
        if shape == Shape::Entries
            && let Some(at) = shown.find(": ").map(|at| at + 2).filter(|at| *at < shown.len())
        {
            add(MutantKind::AlterEntry, line.span.start + at..line.span.end, 0);
        }
        let told = if named == 0 { line.span.start } else { line.span.start + line.indent + named };
        for digits in runs(text, told..line.span.end, |it| it.is_ascii_digit()) {
            add(MutantKind::ChangeNumber, digits, 0);
        }
        let words = runs(text, told..line.span.end, char::is_alphabetic);
        for word in words.filter(|it| text[it.clone()].chars().count() >= SHORTEST_WORD) {
            add(MutantKind::ChangeWord, word, 0);
        }
        if let Some((own, end)) = neighbour(text, shape, &lines, index) {
            add(MutantKind::SwapRows, own, end);
        }
    }
    if facet.shape() == FacetShape::Set {
        let known: BTreeSet<&str> = text.lines().collect();
        for sites in all.values_mut() {
            sites.retain(|site| adds(text, &known, site));
        }
        all.retain(|_, sites| !sites.is_empty());
    }
    all
}

/// A line with what it holds, and where its next neighbour of the same rank ends: both without
/// anything inside, or of a tree two things of one role with all that they hold. `None` where they
/// have no order, or are the same.
fn neighbour(
    text: &str,
    shape: Shape,
    lines: &[Line],
    index: usize,
) -> Option<(Range<usize>, usize)> {
    let (line, last) = (&lines[index], last_inside(lines, index));
    let next = lines.get(last + 1)?;
    let next_last = last_inside(lines, last + 1);
    let bare = last == index && next_last == last + 1;
    let (shown, next_shown) = (&text[line.span.clone()], &text[next.span.clone()]);
    let ordered = shape != Shape::Entries
        && next.indent == line.indent
        && (bare || (shape == Shape::Tree && role(next_shown) == role(shown)))
        && !next_shown.trim().is_empty()
        && !(shape == Shape::Files && line.indent == 0);
    let (own, end) = (line.span.start..lines[last].span.end, lines[next_last].span.end);
    (ordered && text[own.clone()] != text[own.end + 1..end]).then_some((own, end))
}

/// How much at the beginning of a line of files follows from where it stands: the number of a row,
/// which rows a digest is of, the place of a value. It does not change by itself.
fn follows(line: &filetext::Line<'_>) -> usize {
    let behind = |mark: &str| line.text.find(mark).map_or(0, |at| at + mark.len());
    match line.role {
        Role::Row => behind(CELL),
        Role::Value if line.text.starts_with("values ") => behind(CELL),
        Role::Value => behind(": "),
        Role::Header | Role::Columns | Role::Plain => 0,
    }
}

/// Whether a change leaves a text that says the same: two rows of the same content have changed
/// places, a value stands at the next index.
#[must_use]
pub fn says_the_same(facet: FacetKind, text: &str, changed: &str) -> bool {
    facet.shape() == FacetShape::Files && filetext::keys(text) == filetext::keys(changed)
}

/// Whether a change of a set brings something new: what is gone, or fewer times there, is none.
fn adds(text: &str, known: &BTreeSet<&str>, site: &Site) -> bool {
    let is_count = text[site.span.end..].starts_with(" times)");
    !is_count && apply(text, site).lines().any(|line| !known.contains(line))
}

/// The text after a change.
#[must_use]
pub fn apply(text: &str, site: &Site) -> String {
    let (before, own) = (&text[..site.span.start], &text[site.span.clone()]);
    let after = &text[site.span.end..];
    match site.kind {
        // With its line end, so that no empty line is left.
        MutantKind::DropNode | MutantKind::LoseLine | MutantKind::RemoveFile => {
            match after.strip_prefix('\n') {
                Some(after) => format!("{before}{after}"),
                None => format!("{}{after}", before.strip_suffix('\n').unwrap_or(before)),
            }
        }
        MutantKind::ChangeNumber => {
            format!("{before}{}{after}", next_char(own, |it| if it == '9' { '0' } else { up(it) }))
        }
        MutantKind::FlipExit => {
            format!("{before}{}{after}", if own == "0" { "1" } else { "0" })
        }
        MutantKind::ChangeWord => format!("{before}{}{after}", next_char(own, next_letter)),
        MutantKind::AlterEntry => format!("{before}{own}x{after}"),
        MutantKind::SwapRows => {
            let second = &text[site.span.end + 1..site.end];
            format!("{before}{second}\n{own}{}", &text[site.end..])
        }
        // These change no text.
        MutantKind::AddSighting
        | MutantKind::MoveBox
        | MutantKind::LoseIcon
        | MutantKind::ChangeColour => text.to_owned(),
    }
}

/// What the lines of a facet are to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// What stands deeper belongs to what stands above it.
    Tree,
    /// Lines in an order.
    Flat,
    /// Files, each with its content below.
    Files,
    /// Lines by key, in no order that matters.
    Entries,
    /// One number.
    Code,
}

impl Shape {
    fn of(facet: FacetKind) -> Self {
        match facet {
            FacetKind::Aria => Self::Tree,
            FacetKind::Text | FacetKind::Stdout | FacetKind::Stderr | FacetKind::Screen => {
                Self::Flat
            }
            FacetKind::Files => Self::Files,
            FacetKind::Page
            | FacetKind::Events
            | FacetKind::Image
            | FacetKind::Links
            | FacetKind::Fields
            | FacetKind::Response
            | FacetKind::Cookies
            | FacetKind::Storage
            | FacetKind::Requests
            | FacetKind::A11y
            | FacetKind::Recording => Self::Entries,
            FacetKind::Exit => Self::Code,
        }
    }
}

fn lines(text: &str) -> Vec<Line> {
    let mut start = 0;
    text.split('\n')
        .map(|line| {
            let span = start..start + line.len();
            start += line.len() + 1;
            Line { span, indent: line.len() - line.trim_start_matches(' ').len() }
        })
        .collect()
}

/// The first word of a node.
fn role(line: &str) -> &str {
    let node = line.trim_start().trim_start_matches("- ");
    node.split([' ', ':']).next().unwrap_or(node)
}

/// The last line that stands inside of this one.
fn last_inside(lines: &[Line], index: usize) -> usize {
    let own = lines[index].indent;
    let inside = |it: &&Line| it.span.is_empty() || it.indent > own;
    let count = lines[index + 1..].iter().take_while(inside).count();
    // Empty lines at the end belong to nobody.
    let blank = lines[index + 1..=index + count].iter().rev().take_while(|it| it.span.is_empty());
    index + count - blank.count()
}

/// The runs of characters of one sort in a part of a text.
fn runs(
    text: &str,
    part: Range<usize>,
    of: impl Fn(char) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for (at, it) in text[part.clone()].char_indices().filter(|(_, it)| of(*it)) {
        let at = part.start + at;
        match all.last_mut() {
            Some(last) if last.end == at => last.end = at + it.len_utf8(),
            _ => all.push(at..at + it.len_utf8()),
        }
    }
    all.into_iter()
}

/// A text whose last character is another one.
fn next_char(text: &str, next: impl Fn(char) -> char) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    if let Some(last) = chars.last_mut() {
        *last = next(*last);
    }
    chars.into_iter().collect()
}

fn up(it: char) -> char {
    char::from_u32(it as u32 + 1).unwrap_or('x')
}

fn next_letter(it: char) -> char {
    match it {
        'z' => 'a',
        'Z' => 'A',
        'a'..='y' | 'A'..='Y' => up(it),
        // A letter of another script becomes a Latin one.
        _ => 'x',
    }
}

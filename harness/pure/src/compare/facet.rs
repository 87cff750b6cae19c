//! [`compare`] one facet with its baseline: text line by line, pictures by what the eye sees.

use std::collections::BTreeSet;

use crate::model::comparison::PendingReason;
use crate::model::event::FacetRecord;
use crate::model::filetext::ODD_LAST;
use crate::model::finding::{DiffTag, FacetChange, ImageChange};
use crate::model::observe::{END_MARK, FacetShape};
use crate::model::picture::Layout;
use crate::model::{BaselineRecord, Because, EvidenceRef, FacetKind};
use crate::picture::{Beside, compare_images};

use super::cells::Shape;
use super::items::Items;
use super::lines::{self, LineDiff};
use super::redact::Redactor;
use super::requests;

/// The version of our algorithms; a baseline of a later one is not guessed at.
const VERSION: u32 = 1;
/// The version of the files facet: the first showed every file as text.
const FILES_VERSION: u32 = 2;
/// Lines and characters kept of what was expected and what was there.
const SUMMARY_LINES: usize = 12;
const SUMMARY_CHARS: usize = 1_200;

/// Reads evidence.
pub(super) type Read<'a> = &'a dyn Fn(&EvidenceRef) -> Result<Vec<u8>, String>;

/// Why a facet could not be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// Why, in a word.
    pub because: Because,
    /// Why, and what to do.
    pub detail: String,
}

/// What came of one facet.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct FacetResult {
    /// What changed.
    pub change: Option<FacetChange>,
    /// Whether (nearly) nothing of the baseline is left.
    pub replaced: bool,
    /// The picture with its changes boxed.
    pub boxed_png: Option<Vec<u8>>,
    /// Why it could be accepted; `None` where there is nothing to accept.
    pub reason: Option<PendingReason>,
    /// What could be accepted, where it is not stored yet.
    pub content: Vec<u8>,
    /// Where it is stored already.
    pub evidence: Option<EvidenceRef>,
    /// For pictures: where the things of the page stand in it.
    pub layout: Option<EvidenceRef>,
}

impl FacetResult {
    pub(super) fn pending(reason: PendingReason, content: Vec<u8>) -> Self {
        Self { reason: Some(reason), content, ..Self::default() }
    }
}

/// The algorithm by which a facet is taken and compared, with its version.
#[must_use]
pub fn algorithm(facet: FacetKind) -> String {
    let version = if facet == FacetKind::Files { FILES_VERSION } else { VERSION };
    format!("{}/{version}", facet.word())
}

/// A text as it is compared and kept: `\n` line ends, nothing at the end but text.
///
/// The snapshot format cannot hold white space at the end. So that an output which loses its last
/// line end, or gains empty lines, still differs, such an end is said in a line of its own.
#[must_use]
pub fn canonical(facet: FacetKind, text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let body = text.trim_end();
    let end = &text[body.len()..];
    if facet.shape() != FacetShape::Output {
        return body.to_owned();
    }
    match (body.is_empty(), end) {
        (true, "") => String::new(),
        (false, "\n") => body.to_owned(),
        (_, "") => format!("{body}\n{ODD_LAST}"),
        (empty, end) => {
            let shown: String = end.chars().take(40).flat_map(char::escape_debug).collect();
            let line = if empty { "" } else { "\n" };
            format!("{body}{line}{END_MARK}ends with \"{shown}\"")
        }
    }
}

/// Whether a baseline was taken by an algorithm that is known here.
pub(super) fn check_algorithm(record: &BaselineRecord) -> Result<(), Trouble> {
    let Some(name) = record.algorithm.as_deref() else { return Ok(()) };
    let own = algorithm(record.facet);
    if name == own || is_earlier(record) {
        return Ok(());
    }
    Err(Trouble {
        because: Because::NeedsPerson,
        detail: format!(
            "{} was taken by {name:?}, and this nightshift knows {own}; update nightshift, or accept the checkpoint again",
            record.file
        ),
    })
}

/// Whether a baseline of files shows every file as text, as an earlier version did. Where it says
/// the same all the same, it holds.
fn is_earlier(record: &BaselineRecord) -> bool {
    record.facet == FacetKind::Files && record.algorithm.as_deref() == Some("files/1")
}

/// The text of evidence.
pub(super) fn read_text(evidence: &EvidenceRef, read: Read<'_>) -> Result<String, Trouble> {
    let bytes = bytes(evidence, read)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn bytes(evidence: &EvidenceRef, read: Read<'_>) -> Result<Vec<u8>, Trouble> {
    read(evidence).map_err(|error| Trouble {
        because: Because::Environment,
        detail: format!("{} cannot be read: {error}", evidence.path),
    })
}

/// Compares one facet; a baseline's facet that was not seen at all counts as seen empty.
pub(super) fn compare(
    record: &BaselineRecord,
    seen: Option<&FacetRecord>,
    redactor: &Redactor,
    read: Read<'_>,
    elsewhere: &BTreeSet<String>,
) -> Result<FacetResult, Trouble> {
    if seen.is_some_and(|seen| seen.evidence.path == record.evidence.path) {
        return Ok(FacetResult::default());
    }
    match record.facet.shape() {
        FacetShape::Picture => picture(record, seen, redactor, read),
        FacetShape::Tree
        | FacetShape::Files
        | FacetShape::Output
        | FacetShape::Code
        | FacetShape::Lines
        | FacetShape::Set => text(record, seen, redactor, read, elsewhere),
    }
}

/// Takes in how the writes of a checkpoint differ from its baseline, where both can be read.
pub(super) fn writes_apart(
    apart: &mut requests::Apart,
    record: &BaselineRecord,
    seen: &FacetRecord,
    redactor: &Redactor,
    read: Read<'_>,
) {
    if let Some((expected, actual)) = both_sides(record, seen, redactor, read) {
        apart.take(&expected, &actual);
    }
}

/// A facet as its baseline has it and as it was seen, both as they are compared; `None` where one of
/// them cannot be read.
pub(super) fn both_sides(
    record: &BaselineRecord,
    seen: &FacetRecord,
    redactor: &Redactor,
    read: Read<'_>,
) -> Option<(String, String)> {
    let facet = record.facet;
    let actual = canonical(facet, &read_text(&seen.evidence, read).ok()?);
    let expected = expected(facet, &read_text(&record.evidence, read).ok()?, redactor);
    Some((expected, redactor.apply(facet, &actual)))
}

/// A facet without a baseline.
pub(super) fn fresh(
    seen: &FacetRecord,
    reason: PendingReason,
    redactor: &Redactor,
    read: Read<'_>,
) -> Result<FacetResult, Trouble> {
    if seen.facet == FacetKind::Image {
        let evidence = Some(seen.evidence.clone());
        let layout = seen.layout.clone();
        return Ok(FacetResult {
            reason: Some(reason),
            evidence,
            layout,
            ..FacetResult::default()
        });
    }
    let text = canonical(seen.facet, &read_text(&seen.evidence, read)?);
    Ok(FacetResult::pending(reason, redactor.apply(seen.facet, &text).into_bytes()))
}

fn text(
    record: &BaselineRecord,
    seen: Option<&FacetRecord>,
    redactor: &Redactor,
    read: Read<'_>,
    elsewhere: &BTreeSet<String>,
) -> Result<FacetResult, Trouble> {
    let facet = record.facet;
    let expected = expected(facet, &read_text(&record.evidence, read)?, redactor);
    let actual = match seen {
        None => String::new(),
        Some(seen) => redactor.apply(facet, &canonical(facet, &read_text(&seen.evidence, read)?)),
    };
    let actual = match facet {
        FacetKind::Requests => requests::levelled(&expected, &actual, elsewhere),
        _ => actual,
    };
    let diff = diff(facet, &expected, &actual);
    let Some(diff) = diff else { return Ok(FacetResult::default()) };
    if is_earlier(record) {
        return Err(Trouble {
            because: Because::NeedsPerson,
            detail: format!(
                "{} shows every file as text, as an earlier nightshift did, and files are now compared as what they are; look at the night and accept the checkpoint again",
                record.file
            ),
        });
    }
    let structured = (facet == FacetKind::Stdout)
        .then(|| super::structured::changes(facet, &expected, &actual))
        .flatten();
    let side =
        |tag: DiffTag| {
            summary(diff.lines.iter().filter(|line| line.tag == tag).map(|line| {
                line.pieces.iter().map(|piece| piece.text.as_str()).collect::<String>()
            }))
        };
    let mut change = FacetChange {
        facet: Some(facet),
        expected: side(DiffTag::Removed),
        actual: side(DiffTag::Added),
        image: None,
        evidence: evidence(record, seen),
        diff: diff.lines,
        beyond: diff.beyond as u32,
        changes: Vec::new(),
    };
    if let Some(told) = structured {
        change.changes = told.changes;
        let around = super::changes::read_around(&change, &told.extents);
        change.changes.extend(around);
    }
    if facet.shape() == FacetShape::Set {
        change.changes = super::changes::read(&change, false, &Items::default());
        super::changes::beside_known(&mut change.changes, &expected);
        super::changes::faint::without_known(&mut change.changes, &expected, &actual);
        super::changes::nameless::without_known(&mut change.changes, &expected, &actual);
        if change.changes.is_empty() {
            return Ok(FacetResult::default());
        }
    }
    Ok(FacetResult {
        replaced: diff.replaced && change.changes.is_empty(),
        change: Some(change),
        ..FacetResult::pending(PendingReason::Changed, actual.into_bytes())
    })
}

/// How an earlier version said that the last line of an output does not end.
const ONCE_ODD_LAST: &str = "\n\\ no line end here";

/// A baseline as it is compared: canonical already, its end cut by the format.
pub(super) fn expected(facet: FacetKind, baseline: &str, redactor: &Redactor) -> String {
    let text = baseline.replace("\r\n", "\n");
    let text = text.trim_end();
    match text.strip_suffix(ONCE_ODD_LAST).filter(|_| facet.shape() == FacetShape::Output) {
        Some(body) => redactor.apply(facet, &format!("{body}\n{ODD_LAST}")),
        None => redactor.apply(facet, text),
    }
}

/// The changes between two texts of a facet, both redacted.
fn diff(facet: FacetKind, expected: &str, actual: &str) -> Option<LineDiff> {
    match facet.shape() {
        FacetShape::Files => lines::diff_files(expected, actual),
        FacetShape::Tree => lines::diff(expected, actual, Shape::Tree),
        FacetShape::Set => super::set::diff(expected, actual),
        FacetShape::Output if super::structured::is_reordered(expected, actual) => None,
        FacetShape::Picture | FacetShape::Output | FacetShape::Code | FacetShape::Lines => {
            lines::diff(expected, actual, Shape::Flat)
        }
    }
}

/// Says of one text after another whether it differs from a baseline, as [`super::compare`] would.
#[derive(Debug)]
pub struct TextJudge<'a> {
    facet: FacetKind,
    expected: String,
    redactor: &'a Redactor,
}

impl<'a> TextJudge<'a> {
    /// A judge by this baseline.
    #[must_use]
    pub fn new(facet: FacetKind, baseline: &str, redactor: &'a Redactor) -> Self {
        Self { facet, expected: expected(facet, baseline, redactor), redactor }
    }

    /// Whether the change from the baseline to what was seen is noticed.
    #[must_use]
    pub fn notices(&self, seen: &str) -> bool {
        let mut actual = self.redactor.apply(self.facet, &canonical(self.facet, seen));
        if self.facet == FacetKind::Requests {
            actual = requests::levelled(&self.expected, &actual, &BTreeSet::new());
        }
        diff(self.facet, &self.expected, &actual).is_some()
    }
}

fn evidence(record: &BaselineRecord, seen: Option<&FacetRecord>) -> Vec<String> {
    let seen = seen.map(|seen| seen.evidence.path.clone());
    std::iter::once(record.evidence.path.clone()).chain(seen).collect()
}

/// Some lines, without the indentation that they share, cut where they are many.
fn summary(lines: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = lines.collect();
    let indent = |line: &&String| line.len() - line.trim_start_matches(' ').len();
    let shared = all.iter().filter(|line| !line.trim().is_empty()).map(|it| indent(&it)).min();
    let mut text: Vec<String> = all
        .iter()
        .take(SUMMARY_LINES)
        .map(|line| line.get(shared.unwrap_or(0)..).unwrap_or("").to_owned())
        .collect();
    if all.len() > SUMMARY_LINES {
        text.push(format!("… and {} more lines", all.len() - SUMMARY_LINES));
    }
    let text = text.join("\n");
    match text.char_indices().nth(SUMMARY_CHARS) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn picture(
    record: &BaselineRecord,
    seen: Option<&FacetRecord>,
    redactor: &Redactor,
    read: Read<'_>,
) -> Result<FacetResult, Trouble> {
    let mut change = FacetChange {
        facet: Some(FacetKind::Image),
        expected: String::new(),
        actual: String::new(),
        diff: Vec::new(),
        image: None,
        evidence: evidence(record, seen),
        beyond: 0,
        changes: Vec::new(),
    };
    let Some(seen) = seen else {
        "a picture".clone_into(&mut change.expected);
        "no picture was taken".clone_into(&mut change.actual);
        return Ok(FacetResult { change: Some(change), replaced: true, ..FacetResult::default() });
    };
    if record.captured.as_deref().is_some_and(|it| seen.evidence.is_of(it)) {
        return Ok(FacetResult::default());
    }
    let (expected, actual) = (bytes(&record.evidence, read)?, bytes(&seen.evidence, read)?);
    // A layout only names things: without one, or with one that is torn, regions stay nameless.
    let layout = |evidence: Option<&EvidenceRef>| {
        let text = evidence.and_then(|it| read_text(it, read).ok());
        let mut layout = text.map(|it| Layout::from_text(&it)).unwrap_or_default();
        redact_names(&mut layout, redactor);
        layout
    };
    let beside = Beside {
        masks: seen.masks.clone(),
        was: layout(record.layout.as_ref()),
        is: layout(seen.layout.as_ref()),
    };
    let found = compare_images(&expected, &actual, &beside).map_err(|error| Trouble {
        because: Because::Environment,
        detail: format!(
            "{error}; restore {file}.png from version control, or accept the checkpoint again ({file} against {seen})",
            file = record.file,
            seen = seen.evidence.path
        ),
    })?;
    let Some(found) = found else { return Ok(FacetResult::default()) };
    (change.expected, change.actual) = in_words(&found.change);
    change.image = Some(found.change);
    Ok(FacetResult {
        change: Some(change),
        boxed_png: Some(found.boxed_png),
        reason: Some(PendingReason::Changed),
        evidence: Some(seen.evidence.clone()),
        layout: seen.layout.clone(),
        ..FacetResult::default()
    })
}

/// Calls things as the tree does: without what varies.
fn redact_names(layout: &mut Layout, redactor: &Redactor) {
    let all: Vec<&str> = layout.things.iter().map(|it| it.name.as_str()).collect();
    let redacted = redactor.apply(FacetKind::Aria, &all.join("\n"));
    // A pattern over several lines takes some of them together: then nobody knows which is which.
    if redacted.lines().count() == layout.things.len() {
        for (thing, name) in layout.things.iter_mut().zip(redacted.lines()) {
            name.clone_into(&mut thing.name);
        }
    }
}

/// What was expected of a picture and what was there, in words.
fn in_words(change: &ImageChange) -> (String, String) {
    let size = |(width, height): (u32, u32)| format!("{width} × {height} pixels");
    let regions = change.boxes.len();
    let plural = if regions == 1 { "region" } else { "regions" };
    let counted = format!("{} pixels differ in {regions} {plural}", change.changed_pixels);
    let (expected, actual) = (size(change.expected_size), size(change.actual_size));
    let actual = match (change.said(), change.expected_size == change.actual_size) {
        (Some(said), true) if regions == 0 => said,
        (Some(said), true) => format!("{said} ({counted})"),
        (Some(said), false) => format!("{actual}: {said}"),
        (None, true) => counted,
        (None, false) => actual,
    };
    (expected, actual)
}

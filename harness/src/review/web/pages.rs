//! [`render`]: the page of one item, from the templates in `reports/templates/`. All product text
//! is escaped by the template's engine; style and script are files of their own.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde::Serialize;
use tera::{Context, Tera};

use super::super::decide::Decided;
use super::super::detail::{Detail, Section};
use super::super::{Desk, Item, ItemKind, ReviewError, propose};
use super::ask::Ask;
use super::mount::{Decides, Mount};
use crate::model::finding::DiffTag;
use crate::report::shown;

/// The style sheet.
pub const STYLE: &str = include_str!("../../../../reports/templates/review.css");
/// The keys; everything works without it.
pub const SCRIPT: &str = include_str!("../../../../reports/templates/review.js");
const TEMPLATE: &str = include_str!("../../../../reports/templates/review.html");

/// So much of a title tells an item from others.
const MOST_SEEN: usize = 300;

/// What the last decision came to.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    text: String,
    refused: bool,
    /// The fields of the form again, where it may be sent once more with `force`.
    insist: Vec<(String, String)>,
}

impl Notice {
    /// What was done.
    #[must_use]
    pub fn of(decided: &Decided) -> Self {
        let mut text = format!("{} {}", decided.decision.word(), decided.item);
        if !decided.files.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {}", decided.files.join(", "));
        }
        if let Some(why) = &decided.forgotten {
            let _ = write!(text, "; it cannot be remembered beside the night: {why}");
        }
        Self { text, refused: false, insist: Vec::new() }
    }

    /// Why nothing was done.
    #[must_use]
    pub fn refusal(error: &ReviewError, ask: &Ask<'_>) -> Self {
        let insist = match error {
            ReviewError::Moved { .. } => ask.form.clone(),
            _ => Vec::new(),
        };
        Self { text: error.to_string(), refused: true, insist }
    }
}

#[derive(Serialize)]
struct Page {
    /// What stands before each path.
    base: String,
    /// The page of all nights.
    home: Option<String>,
    decides: bool,
    night: String,
    running: bool,
    left: usize,
    total: usize,
    rows: Vec<Row>,
    decided: Vec<Row>,
    item: Option<ItemView>,
    notice: Option<Notice>,
    last: Option<String>,
}

#[derive(Serialize)]
struct Row {
    href: String,
    id: String,
    word: &'static str,
    title: String,
    here: bool,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a template asks for each by its name")]
struct ItemView {
    id: String,
    /// What its forms say that was seen.
    seen: String,
    heading: String,
    title: String,
    open: bool,
    conflict: bool,
    finding: bool,
    accepts: bool,
    /// The ids of all that can only be accepted together with it.
    together: Option<String>,
    facts: Vec<(&'static str, String)>,
    sections: Vec<SectionView>,
    covers: Vec<String>,
    places: Vec<String>,
    reasons: Vec<String>,
    proposals: Vec<ProposalView>,
}

#[derive(Serialize)]
struct ProposalView {
    text: String,
    about: String,
}

#[derive(Serialize)]
struct SectionView {
    title: String,
    about: Option<String>,
    pictures: Vec<PictureView>,
    lines: Vec<LineView>,
}

#[derive(Serialize)]
struct PictureView {
    caption: &'static str,
    href: String,
}

#[derive(Serialize)]
struct LineView {
    tag: &'static str,
    sign: &'static str,
    pieces: Vec<(String, bool)>,
}

/// The address of an item.
#[must_use]
pub fn link(id: &str) -> String {
    let mut link = String::from("/item/");
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            link.push(char::from(byte));
        } else {
            let _ = write!(link, "%{byte:02X}");
        }
    }
    link
}

/// The page of an item, or of nothing where everything is decided.
pub fn render(
    desk: &Desk,
    item: Option<&Item>,
    notice: Option<&Notice>,
    mount: &Mount,
) -> Result<String, String> {
    static ENGINE: LazyLock<Result<Tera, String>> = LazyLock::new(|| {
        let mut tera = Tera::default();
        tera.autoescape_on([".html"]);
        tera.set_escape_fn(shown::escape);
        tera.add_raw_templates([("review.html", TEMPLATE)]).map_err(|error| error.to_string())?;
        Ok(tera)
    });
    let base = &mount.base;
    let row = |it: &Item| Row {
        href: format!("{base}{}", link(&it.id)),
        id: if it.kind == ItemKind::New { String::new() } else { it.id.clone() },
        word: desk.decision(it).map_or(desk.word(it), super::super::log::Decision::word),
        title: shown::one_line(&it.title, 160),
        here: item.is_some_and(|here| here.id == it.id),
    };
    let (open, decided): (Vec<&Item>, Vec<&Item>) =
        desk.items().iter().partition(|it| desk.is_open(it));
    let page = Page {
        base: base.clone(),
        home: mount.home.clone(),
        decides: mount.decides == Decides::Yes,
        night: desk.night_id().to_owned(),
        running: desk.is_running(),
        left: open.len(),
        total: desk.items().len(),
        rows: open.into_iter().map(row).collect(),
        decided: decided.into_iter().map(row).collect(),
        item: item.map(|it| view(desk, it, base)),
        notice: notice.cloned(),
        last: desk.log().last().map(|it| format!("{} {}", it.decision.word(), it.item)),
    };
    let mut context = Context::new();
    context.insert("page", &page);
    let tera = ENGINE.as_ref().map_err(Clone::clone)?;
    tera.render("review.html", &context).map_err(|error| {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        text
    })
}

/// What tells an item from another that gets its id when the night is judged anew.
pub fn seen(item: &Item) -> String {
    shown::one_line(&item.title, MOST_SEEN)
}

fn view(desk: &Desk, item: &Item, base: &str) -> ItemView {
    let Detail { heading, title, facts, sections, covers, places, reasons } = desk.detail(item);
    let chosen = desk.chosen(item);
    let open = desk.is_open(item);
    let conflict = matches!(item.kind, ItemKind::Conflict(_));
    let proposals = if open && !conflict { propose::proposals(desk, &chosen) } else { Vec::new() };
    ItemView {
        id: item.id.clone(),
        seen: seen(item),
        heading,
        title,
        open,
        conflict,
        finding: matches!(item.kind, ItemKind::Finding(_)),
        accepts: conflict || !chosen.pending.is_empty(),
        together: Some(desk.with_inseparable(chosen.clone()))
            .filter(|it| it.findings.len() > 1)
            .map(|it| it.id),
        facts,
        sections: sections.iter().map(|it| section(it, base)).collect(),
        covers,
        places,
        reasons,
        proposals: proposals
            .into_iter()
            .map(|it| ProposalView {
                about: format!("explains {} of {} places; {}", it.helps.0, it.helps.1, it.cost),
                text: it.text,
            })
            .collect(),
    }
}

fn section(section: &Section, base: &str) -> SectionView {
    let lines = section.lines.iter().map(|line| {
        let (tag, sign) = match line.tag {
            DiffTag::Same => ("same", " "),
            DiffTag::Added => ("added", "+"),
            DiffTag::Removed => ("removed", "−"),
            DiffTag::Gap => ("gap", "⋯"),
        };
        LineView {
            tag,
            sign,
            pieces: line.pieces.iter().map(|it| (it.text.clone(), it.emphasis)).collect(),
        }
    });
    let pictures = section.pictures.iter().filter_map(|(caption, path)| {
        let href = format!("{base}/{}", shown::evidence_link(path)?);
        Some(PictureView { caption, href })
    });
    SectionView {
        title: section.title.clone(),
        about: section.about.clone(),
        pictures: pictures.collect(),
        lines: lines.collect(),
    }
}

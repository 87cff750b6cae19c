//! [`render`]: the page as HTML, for the screen or for paper, from the templates in
//! `reports/templates/`.
//!
//! Auto-escaping is on for all of them and runs through [`shown::escape`]; the style sheet,
//! the player of recordings and its data are the only texts that are put in as they are.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use sha2::{Digest as _, Sha256};
use tera::{Context, Tera};

use super::night::NightReport;
use super::page::Page;
use super::recording::Recordings;
use super::survey::SurveyView;
use super::{Mode, PrintOptions, ReportError, shown};
use crate::model::Survey;

/// The small pieces that pages are made of: marks, verdicts, trends.
pub const PARTS: &str = include_str!("../../../../reports/templates/parts.html");
const TEMPLATES: [(&str, &str); 10] = [
    ("shift.html", include_str!("../../../../reports/templates/shift.html")),
    ("agent.html", include_str!("../../../../reports/templates/agent.html")),
    ("parts.html", PARTS),
    ("recording.html", include_str!("../../../../reports/templates/recording.html")),
    ("finding.html", include_str!("../../../../reports/templates/finding.html")),
    ("soak.html", include_str!("../../../../reports/templates/soak.html")),
    ("survey.html", include_str!("../../../../reports/templates/survey.html")),
    ("explored.html", include_str!("../../../../reports/templates/explored.html")),
    ("rest.html", include_str!("../../../../reports/templates/rest.html")),
    ("night.html", include_str!("../../../../reports/templates/night.html")),
];
/// The only scripts of the page; their hashes are in the page's policy, and nothing else may run.
const PLAYER: &str = include_str!("../../../../reports/templates/recording.js");
const SLIDER: &str = include_str!("../../../../reports/templates/compare.js");
const FILTER: &str = include_str!("../../../../reports/templates/filter.js");
/// The looks of every page.
pub const STYLE: &str = include_str!("../../../../reports/templates/night.css");

/// The page of a night; `read` gives the bytes of evidence, by its path in the night directory.
pub fn render(
    report: &NightReport,
    mode: Mode,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<String, ReportError> {
    let failed = |error: tera::Error| ReportError::Render(chain(&error));
    let tera = templates().map_err(failed)?;
    let mut context = Context::new();
    let recordings = Recordings::new(mode, read);
    let page = Page::new(report, mode, &recordings);
    let differences = report.findings.iter().flat_map(|it| &it.differences);
    let mut facets = differences.flat_map(|it| &it.facets);
    let slides = mode == Mode::Screen && facets.any(|it| it.image.is_some());
    context.insert("slides", &slides);
    context.insert("slider", SLIDER);
    context.insert("slider_hash", &STANDARD.encode(Sha256::digest(SLIDER)));
    context.insert("filter", FILTER);
    context.insert("filter_hash", &STANDARD.encode(Sha256::digest(FILTER)));
    context.insert("page", &page);
    context.insert("plays", &recordings.any_to_play());
    context.insert("style", STYLE);
    context.insert("player", PLAYER);
    context.insert("player_hash", &STANDARD.encode(Sha256::digest(PLAYER)));
    let page = tera.render("night.html", &context).map_err(failed)?;
    Ok(match mode {
        Mode::Screen => page,
        Mode::Print => without_links_to_files(&page),
    })
}

/// What a policy names the scripts of a night's page by: nothing else may run in one.
#[must_use]
pub fn script_hashes() -> Vec<String> {
    let hash = |it: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(it)));
    [FILTER, PLAYER, SLIDER].map(hash).into_iter().collect()
}

fn templates() -> Result<Tera, tera::Error> {
    let mut tera = Tera::default();
    tera.autoescape_on([".html"]);
    tera.set_escape_fn(shown::escape);
    tera.add_raw_templates(TEMPLATES)?;
    Ok(tera)
}

/// The page of an exploration by itself.
///
/// # Errors
/// A template cannot be filled: a mistake of ours.
pub fn survey_page(survey: &Survey) -> Result<String, ReportError> {
    let failed = |error: tera::Error| ReportError::Render(chain(&error));
    let mut context = Context::new();
    context.insert("style", STYLE);
    context.insert("survey", &SurveyView::of(survey, None));
    templates().map_err(failed)?.render("explored.html", &context).map_err(failed)
}

/// On paper a link to a file beside the page would name the folder in which it was printed, which
/// is nowhere once the night has moved. Product text cannot look like one: its `<` is escaped.
fn without_links_to_files(page: &str) -> String {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"<a href="(?:evidence/[^"]*|night\.json|ledger\.jsonl)">"#)
            .expect("a valid pattern")
    });
    LINK.replace_all(page, "<a>").into_owned()
}

/// Header and footer of the printed page: night, builds and page number.
pub fn print_options(report: &NightReport) -> PrintOptions {
    let builds: Vec<String> = report
        .night
        .products
        .iter()
        .filter_map(|product| {
            let name = shown::one_line(&product.name, 40);
            Some(format!("{name} {}", shown::one_line(&product.said()?, 60)))
        })
        .collect();
    let ends = report.night.ledger.as_ref().map_or_else(String::new, |it| {
        format!(" · ledger of {} lines, ends with {}", it.lines, it.short())
    });
    let style = "font:8px system-ui,sans-serif;color:#555;width:100%;margin:0 14mm;\
                 display:flex;justify-content:space-between";
    let escaped = |text: &str| {
        let mut out = Vec::new();
        // Writing to a Vec cannot fail.
        let _ = shown::escape(text, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    };
    PrintOptions {
        header: "<span></span>".to_owned(),
        footer: format!(
            "<div style=\"{style}\"><span>Nightshift · {}{ends}</span><span>{}</span>\
             <span><span class=\"pageNumber\"></span> / <span class=\"totalPages\"></span></span></div>",
            escaped(&shown::one_line(&report.night.id, 60)),
            escaped(&shown::short(&builds.join(", "), 120)),
        ),
        margins_mm: [14, 14, 16, 14],
    }
}

/// The error with what it came from, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

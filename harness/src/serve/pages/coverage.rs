//! What there is of the product, what of it was reached and what a scenario asserts, as the last
//! exploration has shown it.

use super::super::draw::{Bar, Drawing, Key, round};
use super::super::link::Links;
use super::super::view::{Cell, Fact, Part, Table, View};
use super::look::{ROWS, Tab, page, title};
use crate::model::Survey;
use crate::model::survey::Kind;
use crate::report::shown::{count, duration};

/// The page of a survey, and where it is from; of none it says how to make one.
pub fn of(links: &Links, suite: &str, survey: Option<(&Survey, String)>) -> View {
    let Some((survey, from)) = survey else {
        let mut page = page(links, suite, Tab::Coverage, "Nobody has explored the product yet");
        page.lede = Some(
            "`nightshift explore` says what there is and what of it no scenario asserts; so does \
             a night with `night.explore`."
                .to_owned(),
        );
        return page;
    };
    let all: Vec<_> = Kind::ALL.into_iter().map(|it| (it, survey.share(it))).collect();
    let seen: usize = all.iter().map(|it| it.1.seen).sum();
    let asserted: usize = all.iter().map(|it| it.1.asserted).sum();
    let heading = match seen {
        0 => "Exploring found nothing".to_owned(),
        _ => format!("{} % of what there is is asserted", asserted * 100 / seen),
    };
    let mut page = page(links, suite, Tab::Coverage, heading);
    page.lede = Some(format!(
        "{} tried in {}{}.",
        count(survey.probes, "thing"),
        duration(survey.duration_ms),
        if survey.whole { ", which was all" } else { "; there was more to try" }
    ));
    page.facts.push(Fact { term: "From", text: from, href: None });
    page.alerts.extend(survey.problem.as_deref().map(title));
    let heads = ["What", "#There are", "#Reached", "#Asserted"];
    let mut table = Table::of("Asserted is what a scenario uses", &heads);
    for (kind, share) in all.iter().filter(|it| it.1.seen > 0) {
        table.rows.push(vec![
            Cell { header: true, ..Cell::text(kind.plural()) },
            Cell::number(share.seen.to_string()),
            Cell::number(share.reached.to_string()),
            Cell::number(share.asserted.to_string()),
        ]);
    }
    page.parts.push(Part { figures: vec![drawing(&all)], table: Some(table), ..Part::default() });
    let mut missed = Table::of("", &["What", "Why not"]);
    for it in survey.not_reached.iter().take(ROWS) {
        let what = Cell { header: true, ..Cell::text(title(&it.what)) };
        missed.rows.push(vec![what, Cell::text(title(&it.why))]);
    }
    let more = survey.not_reached.len().saturating_sub(ROWS);
    if !missed.rows.is_empty() {
        page.parts.push(Part {
            title: "Not reached".to_owned(),
            table: Some(missed),
            none: if more > 0 { format!("and {more} more") } else { String::new() },
            ..Part::default()
        });
    }
    page
}

fn drawing(all: &[(Kind, crate::model::survey::Share)]) -> Drawing {
    let some: Vec<_> = all.iter().filter(|it| it.1.seen > 0).collect();
    let mut bars = Vec::new();
    for (row, (kind, share)) in some.iter().enumerate() {
        let y = (row * 20) as f64;
        let part = |n: usize| round(1000.0 * n as f64 / share.seen as f64);
        let title = format!(
            "{}: {} there, {} reached, {} asserted",
            kind.plural(),
            share.seen,
            share.reached,
            share.asserted
        );
        for (kind, w) in
            [("none", 1000.0), ("new", part(share.reached)), ("ok", part(share.asserted))]
        {
            bars.push(Bar { kind, x: 0.0, y, w, h: 14.0, title: title.clone(), href: None });
        }
    }
    let names: Vec<&str> = some.iter().map(|it| it.0.plural()).collect();
    Drawing {
        caption: format!("From the top: {}", names.join(", ")),
        label: "How much of each kind is reached and asserted; the table says the same".to_owned(),
        width: 1000,
        height: (some.len() * 20).max(1),
        bars,
        lines: Vec::new(),
        axis: Vec::new(),
        key: vec![
            Key { kind: "ok", text: "asserted" },
            Key { kind: "new", text: "reached" },
            Key { kind: "none", text: "not reached" },
        ],
    }
}

//! The whole past of a scenario: a bar a night, how long it took, its verdicts in stretches, and the
//! causes that hit it.

use super::super::draw::{self, Bar, Drawing, Line};
use super::super::view::{Cell, Fact, Part, Table, View};
use super::look::{Look, Tab, day, moment, owner, title};
use super::scenarios::{is_bad, is_flaky};
use crate::archive::{ArchiveError, NightLook, PastRun};
use crate::report::shown::{count, duration};

/// The heights of the two drawings.
const BARS: f64 = 60.0;
const LINE: f64 = 110.0;
/// The most stretches that are listed.
const STRETCHES: usize = 60;

/// A scenario.
pub fn one(look: &Look<'_>, name: &str) -> Result<View, ArchiveError> {
    let (id, runs) = look.archive.past(name, look.branch)?;
    let mut page = look.page(Tab::Scenarios, title(&id));
    let judged = runs.iter().filter(|it| it.verdict.is_judged()).count();
    let failed = runs.iter().filter(|it| is_bad(it.verdict)).count();
    let flaky = runs.iter().filter(|it| is_flaky(it.verdict)).count();
    page.lede = Some(format!(
        "Judged in {}: it failed in {failed} and was flaky in {flaky}.",
        count(judged, "night")
    ));
    let fact = |term, text: String| Fact { term, text, href: None };
    if let Some(last) = runs.last() {
        let night = &look.nights[last.night];
        let text = format!("{}, {}", last.verdict, moment(night.started));
        let href = Some(look.links.night(&night.folder, None));
        page.facts.push(Fact { term: "Last", text, href });
        page.facts.push(fact("Owner", owner(last.owner.as_deref())));
    }
    let mut took: Vec<u32> = runs.iter().filter_map(|it| it.ms).collect();
    took.sort_unstable();
    if let Some(middle) = took.get(took.len() / 2) {
        let (least, most) = (took[0], took[took.len() - 1]);
        let text = [*middle, least, most].map(|it| duration(u64::from(it)));
        page.facts
            .push(fact("Takes", format!("usually {}, from {} to {}", text[0], text[1], text[2])));
    }
    let figures = vec![verdicts(look, &runs), durations(look, &runs, &took)];
    page.parts.push(Part { figures, ..Part::default() });
    page.parts.push(stretches(look, &runs));
    page.parts.push(causes(look, &id)?);
    Ok(page)
}

fn frame(look: &Look<'_>) -> (usize, usize) {
    let nights = look.nights.len();
    let width = nights.max(20) * 10;
    (width, width - nights * 10)
}

fn axis(nights: &[NightLook]) -> Vec<String> {
    let ends = [nights.first(), nights.get(nights.len() / 2), nights.last()];
    ends.into_iter().flatten().map(|it| day(it.started)).collect()
}

fn verdicts(look: &Look<'_>, runs: &[PastRun]) -> Drawing {
    let (width, left) = frame(look);
    let bars = runs.iter().map(|run| {
        let night = &look.nights[run.night];
        let (kind, percent) = draw::drawn(run.verdict);
        let h = draw::round(BARS * percent as f64 / 100.0);
        let took = run.ms.map(|it| format!(", {}", duration(u64::from(it)))).unwrap_or_default();
        Bar {
            kind,
            x: (left + run.night * 10) as f64,
            y: draw::round(BARS - h),
            w: 9.0,
            h,
            title: format!("{}: {}{took}", moment(night.started), run.verdict),
            href: Some(look.links.night(&night.folder, None)),
        }
    });
    Drawing {
        caption: "Verdicts, a bar a night".to_owned(),
        label: "A bar for each night; the table of verdicts below says the same".to_owned(),
        width,
        height: BARS as usize,
        bars: bars.collect(),
        lines: Vec::new(),
        axis: axis(look.nights),
        key: draw::key(),
    }
}

fn durations(look: &Look<'_>, runs: &[PastRun], took: &[u32]) -> Drawing {
    let (width, left) = frame(look);
    let most = took.last().copied().unwrap_or(0).max(1);
    let mut values: Vec<Option<f64>> = vec![None; look.nights.len()];
    for run in runs {
        values[run.night] = run.ms.map(f64::from);
    }
    let up = |ms: f64| LINE - 4.0 - ms / f64::from(most) * (LINE - 8.0);
    let lines = draw::stretches(&values, |at, ms| ((left + at * 10 + 5) as f64, up(ms)));
    let mut lines: Vec<Line> =
        lines.into_iter().map(|points| Line { kind: "took", points }).collect();
    let middle = took.get(took.len() / 2).map(|it| draw::round(up(f64::from(*it))));
    lines.extend(middle.map(|y| Line { kind: "usual", points: format!("0,{y} {width},{y}") }));
    let said = duration(u64::from(most));
    Drawing {
        caption: format!("How long it took, from 0 to {said}; dashed is what is usual"),
        label: format!("A line of durations over the nights, the longest is {said}"),
        width,
        height: LINE as usize,
        bars: Vec::new(),
        lines,
        axis: axis(look.nights),
        key: Vec::new(),
    }
}

/// Nights one after the other with the same verdict, the newest first.
fn stretches(look: &Look<'_>, runs: &[PastRun]) -> Part {
    let same = runs.chunk_by(|a, b| a.verdict == b.verdict).rev().take(STRETCHES);
    let mut table = Table::of(
        "Nights with the same verdict, the newest first",
        &["Verdict", "From", "To", "#Nights", "#Took", "Build"],
    );
    for stretch in same {
        let (first, last) = (&stretch[0], &stretch[stretch.len() - 1]);
        let night = |run: &PastRun| {
            let night = &look.nights[run.night];
            Cell::link(moment(night.started), look.links.night(&night.folder, None))
        };
        let mut took: Vec<u32> = stretch.iter().filter_map(|it| it.ms).collect();
        took.sort_unstable();
        let middle = took.get(took.len() / 2).map(|it| duration(u64::from(*it)));
        let build = look.nights[first.night].build.as_deref().unwrap_or_default();
        table.rows.push(vec![
            Cell::verdict(first.verdict),
            night(first),
            if stretch.len() > 1 { night(last) } else { Cell::default() },
            Cell::number(stretch.len().to_string()),
            Cell::number(middle.unwrap_or_default()),
            Cell::text(title(build)),
        ]);
    }
    Part { title: "Verdicts".to_owned(), table: Some(table), ..Part::default() }
}

fn causes(look: &Look<'_>, id: &str) -> Result<Part, ArchiveError> {
    let causes = look.archive.causes_of(id, look.branch)?;
    let red = look.red()?;
    let mut table =
        Table::of("The one that was seen last comes first", &["Finding", "Last", "Now", "#Nights"]);
    for cause in causes.iter().take(super::look::ROWS) {
        table.rows.push(vec![
            Cell::header(title(&cause.title), look.links.cause(&cause.fingerprint)),
            Cell::verdict(cause.verdict),
            Cell::text(look.state(cause, &red)),
            Cell::number(cause.seen.len().to_string()),
        ]);
    }
    let empty = table.rows.is_empty();
    Ok(Part {
        title: "Findings that hit it".to_owned(),
        table: Some(table).filter(|_| !empty),
        none: if empty { "None, in all these nights.".to_owned() } else { String::new() },
        ..Part::default()
    })
}

//! The night that runs: what is planned, done and running. The browser asks again by itself.

use chrono::{DateTime, Utc};

use super::super::draw::round;
use super::super::link::Links;
use super::super::live::{Ended, Live, State};
use super::super::view::{Cell, Fact, Going, Part, Table, Tally, View};
use super::look::{ROWS, Tab, moment, page, title};
use crate::model::Outcome;
use crate::report::shown::{count, duration};

/// After how many seconds a browser asks again while a night runs, and while none does.
const SOON: u32 = 5;
const LATER: u32 = 60;

/// Where no night runs.
pub fn none(links: &Links, suite: &str, why: &str) -> View {
    let mut page = page(links, suite, Tab::Now, "No night runs");
    page.lede = Some(why.to_owned());
    page.refresh = Some(LATER);
    page
}

/// The night that runs.
pub fn of(links: &Links, suite: &str, live: &Live, now: DateTime<Utc>) -> View {
    let planned = live.scenarios.len();
    let failed = live
        .count(|it| matches!(it, State::Done { last, .. } if last.outcome != Outcome::Completed));
    let well = live
        .count(|it| matches!(it, State::Done { last, .. } if last.outcome == Outcome::Completed));
    let running = live.count(|it| matches!(it, State::Running { .. }));
    let waiting = live.count(|it| *it == State::Waiting);
    let given_up = live.count(|it| matches!(it, State::NotRun(_)));
    let heading = if live.runs_more() {
        "All has run and is reported; in the time that is left some run more often".to_owned()
    } else if live.ended {
        "All has run; the night is judged and reported".to_owned()
    } else {
        format!("{} of {} done", well + failed, count(planned, "scenario"))
    };
    let mut page = page(links, suite, Tab::Now, heading);
    page.refresh = Some(SOON);
    let tally = |n: usize, text| Tally { n: n.to_string(), verdict: None, text };
    page.tally = vec![
        tally(running, "running"),
        tally(well, "came to their end"),
        tally(failed, "did not, so far"),
        tally(waiting, "wait"),
        tally(given_up, "will not run"),
    ];
    let part = |n: usize| round(100.0 * n as f64 / planned.max(1) as f64);
    page.going = Some(Going {
        label: format!("{well} came to their end, {failed} did not, {running} run, of {planned}"),
        done: part(well),
        failed: part(failed),
        from: part(well + failed),
        running: part(running),
    });
    let lede = if live.runs_more() {
        "Its report is there, and is written again behind them."
    } else {
        "Nothing is judged yet: what did not come to its end may be run again, and what did may differ."
    };
    page.lede = Some(lede.to_owned());
    page.alerts = live.unwell.iter().map(|it| title(it)).collect();
    page.facts = facts(live, now);
    page.parts = vec![
        running_now(links, live, now),
        ended(links, live, "Did not come to their end", |it| it != Outcome::Completed),
        ended(links, live, "Came to their end", |it| it == Outcome::Completed),
        waiting_now(links, live),
    ];
    page.parts.retain(|it| it.table.as_ref().is_some_and(|it| !it.rows.is_empty()));
    page
}

fn facts(live: &Live, now: DateTime<Utc>) -> Vec<Fact> {
    let fact = |term, text: String| Fact { term, text, href: None };
    let mut facts = vec![
        fact("Night", live.night.clone()),
        fact("Began", format!("{}, {} ago", moment(live.started), ago(live.started, now))),
    ];
    if let Some(deadline) = live.deadline {
        facts.push(fact("Its report is due", moment(deadline)));
    }
    if !live.builds.is_empty() {
        facts.push(fact("Builds", title(&live.builds.join(", "))));
    }
    if let Some(last) = live.last {
        facts.push(fact("Last sign of life", format!("{} ago", ago(last, now))));
    }
    facts
}

fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    duration((now - then).num_milliseconds().max(0) as u64)
}

fn running_now(links: &Links, live: &Live, now: DateTime<Utc>) -> Part {
    let mut table = Table::of("", &["Scenario", "#Attempt", "#Step done", "#For", "Before"]);
    for (id, state) in &live.scenarios {
        let State::Running { attempt, since, step, before } = state else { continue };
        table.rows.push(vec![
            Cell::header(title(id), links.scenario(id)),
            Cell::number(attempt.to_string()),
            Cell::number(step.map(|it| it.to_string()).unwrap_or_default()),
            Cell::number(ago(*since, now)),
            Cell::text(before.map(|it| it.outcome.word()).unwrap_or_default()),
        ]);
    }
    Part { title: "Running".to_owned(), table: Some(table), ..Part::default() }
}

fn ended(links: &Links, live: &Live, heading: &str, wanted: fn(Outcome) -> bool) -> Part {
    let mut all: Vec<(&String, &Ended, Option<&str>)> = Vec::new();
    for (id, state) in &live.scenarios {
        if let State::Done { last, no_more } = state
            && wanted(last.outcome)
        {
            all.push((id, last, no_more.as_deref()));
        }
    }
    all.sort_by_key(|it| std::cmp::Reverse(it.1.at));
    let mut table =
        Table::of("The last one first", &["Scenario", "Outcome", "#Attempts", "#Took", "At"]);
    for (id, Ended { attempt, outcome, at, ms }, no_more) in all.iter().take(ROWS) {
        let not_again = no_more.map(|why| format!(", not run again: {}", title(why)));
        table.rows.push(vec![
            Cell::header(title(id), links.scenario(id)),
            Cell::text(format!("{}{}", outcome.word(), not_again.unwrap_or_default())),
            Cell::number(attempt.to_string()),
            Cell::number(duration(*ms)),
            Cell::text(at.format("%H:%M:%S").to_string()),
        ]);
    }
    Part { title: heading.to_owned(), none: more(all.len()), table: Some(table), ..Part::default() }
}

fn waiting_now(links: &Links, live: &Live) -> Part {
    let mut table = Table::of("In the order of the plan", &["Scenario", "Why it will not run"]);
    let mut all = 0;
    for (id, state) in &live.scenarios {
        let why = match state {
            State::Waiting => String::new(),
            State::NotRun(why) => title(why),
            State::Running { .. } | State::Done { .. } => continue,
        };
        all += 1;
        if table.rows.len() < ROWS {
            let header = Cell::header(title(id), links.scenario(id));
            table.rows.push(vec![header, Cell::text(why)]);
        }
    }
    Part { title: "Waiting".to_owned(), none: more(all), table: Some(table), ..Part::default() }
}

fn more(all: usize) -> String {
    match all.saturating_sub(ROWS) {
        0 => String::new(),
        more => format!("and {more} more"),
    }
}

//! [`FirstStep`]: how long a night took until its first step began, and what of that went into its
//! products and its browser, which are made ready side by side.
//!
//! Neighbours: [`super::spent`], where the rest of the time went, and [`super::build`], which asks.

use serde::{Deserialize, Serialize};

use super::shown::duration;
use crate::model::{Entry, Event, Plan};

/// How the checks of products and of their other builds begin.
const OF_PRODUCTS: [&str; 3] = ["product ", "other build of ", "control of "];
/// The check of the browser.
const OF_BROWSER: &str = "browser";
/// The check of a night whose attempts are made elsewhere, by other clocks.
const OF_QUEUE: &str = "queue";

/// How long a night took until its first step began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstStep {
    /// Since the night began, in milliseconds.
    pub after_ms: u64,
    /// For how long of that products were made ready, in milliseconds.
    #[serde(default)]
    pub products_ms: u64,
    /// For how long a browser was.
    #[serde(default)]
    pub browser_ms: u64,
}

impl FirstStep {
    /// From the checks before it: what each is called, and from when to when it was made, in
    /// milliseconds since the night began.
    #[must_use]
    pub fn of<'a>(after_ms: u64, checks: impl Iterator<Item = (&'a str, u64, u64)>) -> Self {
        let (mut products, mut browser) = (Vec::new(), Vec::new());
        for (check, from, to) in checks {
            if OF_PRODUCTS.iter().any(|it| check.starts_with(it)) {
                products.push((from, to));
            } else if check == OF_BROWSER {
                browser.push((from, to));
            }
        }
        Self { after_ms, products_ms: covered(products), browser_ms: covered(browser) }
    }

    /// As a reader is told: `after 4.1 s (products 2.8 s, browser 1.1 s)`.
    #[must_use]
    pub fn said(&self) -> String {
        let parts = [("products", self.products_ms), ("browser", self.browser_ms)];
        let parts = parts.iter().filter(|(_, ms)| *ms > 0);
        let parts: Vec<String> =
            parts.map(|(what, ms)| format!("{what} {}", duration(*ms))).collect();
        let after = format!("after {}", duration(self.after_ms));
        if parts.is_empty() { after } else { format!("{after} ({})", parts.join(", ")) }
    }
}

/// That of a night, from its ledger; `None` where it has no step, was put together from parts, went
/// on after it broke off, or had its attempts made elsewhere.
pub fn first_step(plan: &Plan, entries: &[Entry]) -> Option<FirstStep> {
    let start = plan.started.timestamp_millis();
    let since = |at: i64| u64::try_from(at - start).unwrap_or_default();
    let step = |entry: &Entry| {
        let Event::Step { step, .. } = &entry.event else { return None };
        Some(since(entry.at.timestamp_millis() - step.duration_ms as i64))
    };
    let after = entries.iter().filter_map(step).min()?;
    let other_clocks = |entry: &Entry| {
        matches!(&entry.event, Event::NightResumed { .. })
            || matches!(&entry.event, Event::Preflight { check, .. } if check == OF_QUEUE)
    };
    if plan.asked.parts.is_some() || entries.iter().any(other_clocks) {
        return None;
    }
    let check = |entry: &Entry| {
        let Event::Preflight { check, duration_ms, .. } = &entry.event else { return None };
        let to = entry.at.timestamp_millis();
        let (from, to) = (since(to - *duration_ms as i64), since(to));
        (to <= after).then(|| (check.clone(), from, to))
    };
    let checks: Vec<(String, u64, u64)> = entries.iter().filter_map(check).collect();
    Some(FirstStep::of(after, checks.iter().map(|(check, from, to)| (check.as_str(), *from, *to))))
}

/// How much time these spans cover, each moment once.
fn covered(mut spans: Vec<(u64, u64)>) -> u64 {
    spans.sort_unstable();
    let (mut sum, mut until) = (0, 0);
    for (from, to) in spans {
        sum += to.saturating_sub(from.max(until));
        until = until.max(to);
    }
    sum
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration, Utc};

    use super::*;
    use crate::model::asked::Parts;
    use crate::model::testing::{Night, instant};
    use crate::model::{StepOutcome, StepRecord, Surface};

    fn at(ms: i64) -> DateTime<Utc> {
        instant() + Duration::milliseconds(ms)
    }

    fn checked(check: &str, duration_ms: u64) -> Event {
        let (check, detail) = (check.to_owned(), String::new());
        Event::Preflight { check, ok: true, detail, duration_ms, evidence: Vec::new() }
    }

    fn stepped(duration_ms: u64) -> Event {
        let step = StepRecord {
            index: 0,
            text: "open: /".to_owned(),
            action: None,
            surface: Surface::Browser,
            place: "/".to_owned(),
            outcome: StepOutcome::Passed,
            decided: None,
            remark: None,
            duration_ms,
            evidence: Vec::new(),
        };
        Event::Step { scenario: "a".to_owned(), attempt: 1, step }
    }

    fn night(lines: Vec<(i64, Event)>) -> Night {
        let mut night = Night::default();
        night.plan.started = instant();
        for (ms, event) in lines {
            let seq = night.entries.len() as u64;
            night.entries.push(Entry { seq, at: at(ms), event });
        }
        night
    }

    fn told(night: &Night) -> Option<String> {
        first_step(&night.plan, &night.entries).map(|it| it.said())
    }

    #[test]
    fn the_first_step_is_the_one_that_began_first_and_what_overlaps_counts_once() {
        let night = night(vec![
            (1_100, checked("browser", 1_100)),
            (2_000, checked("product shop", 2_000)),
            (2_800, checked("product desk", 1_800)),
            (4_500, stepped(100)),
            // It ended later, and began sooner.
            (5_000, stepped(900)),
            (6_000, checked("product shop", 1_000)),
        ]);
        let said = told(&night);
        assert_eq!(said.as_deref(), Some("after 4.1 s (products 2.8 s, browser 1.1 s)"));
    }

    #[test]
    fn a_night_of_commands_has_no_browser_and_one_without_a_step_says_nothing() {
        let commands = night(vec![(300, checked("product shop", 300)), (900, stepped(100))]);
        assert_eq!(told(&commands).as_deref(), Some("after 800 ms (products 300 ms)"));
        let bare = night(vec![(900, stepped(100))]);
        assert_eq!(told(&bare).as_deref(), Some("after 800 ms"));
        assert_eq!(told(&night(vec![(300, checked("product shop", 300))])), None);
    }

    #[test]
    fn clocks_of_several_machines_or_starts_say_nothing_of_one() {
        let lines = || vec![(300, checked("product shop", 300)), (900, stepped(100))];
        let mut merged = night(lines());
        merged.plan.asked.parts = Some(Parts::default());
        assert_eq!(told(&merged), None);
        let afar = night([vec![(1, checked("queue", 0))], lines()].concat());
        assert_eq!(told(&afar), None);
        let (anew, void) = (Vec::new(), Vec::new());
        let resumed = Event::NightResumed { broke_off: at(1), kept: 0, anew, void };
        assert_eq!(told(&night([vec![(200, resumed)], lines()].concat())), None);
    }
}

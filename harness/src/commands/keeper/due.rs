//! [`Kept`]: which night of a suite is due, pure: the time is an argument.
//!
//! What was due while nobody was there is caught up once: the newest of it starts at once, and the
//! rest is named as missed. Each moment of the schedule is handed out once, whatever the clock does.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};

use crate::spec::{Field, Schedule};

/// More moments than these are not looked through: a machine was off for years, or its clock was.
const MOST_MISSED: usize = 400;
/// The most hours by which a clock is put back.
const PUT_BACK: i64 = 3;
/// A schedule with so many hours is one of every hour.
const HOURS: usize = 24;

/// When a suite's nights are.
#[derive(Debug, Clone)]
pub struct Times {
    /// The five fields.
    pub schedule: Schedule,
    /// Where its clock stands.
    pub zone: chrono_tz::Tz,
}

/// How far a suite's nights are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Everything due up to here was started, or is named as missed.
    pub until: DateTime<Utc>,
    /// What was due and did not run, since the last night that did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<DateTime<Utc>>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The night that was due then starts now.
    Start(DateTime<Utc>),
    /// Nothing is due before then; `None` is never.
    Wait(Option<DateTime<Utc>>),
}

impl Times {
    /// The first moment of the schedule after an instant. An hour that comes twice has its night
    /// once, and one that is left out has it as soon as the clock goes on.
    pub fn after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut from = instant;
        loop {
            let next = self.schedule.next_after(&from.with_timezone(&self.zone))?;
            let next = next.with_timezone(&Utc);
            if !self.comes_again(next) {
                return Some(next);
            }
            from = next;
        }
    }

    /// Whether the clock had shown the same before, because it was put back, and the schedule's
    /// night has been then.
    fn comes_again(&self, instant: DateTime<Utc>) -> bool {
        let local = instant.with_timezone(&self.zone).naive_local();
        let first = self.zone.from_local_datetime(&local).earliest();
        let first = first.map(|it| it.with_timezone(&Utc));
        // A schedule of every hour wants each of the two.
        let is_daily = self.schedule.values(Field::Hour).len() < HOURS;
        let is_second = |it| it < instant && instant - it <= Duration::hours(PUT_BACK);
        is_daily && first.is_some_and(is_second)
    }
}

impl Kept {
    /// Of a suite whose nights begin to be kept now: nothing was missed before.
    pub fn from(now: DateTime<Utc>) -> Self {
        Self { until: now, missed: Vec::new() }
    }

    /// What is to be done now. What is started counts as kept; `busy` is whether the night before
    /// still runs, so that nothing can start.
    pub fn next(&mut self, times: &Times, now: DateTime<Utc>, busy: bool) -> Next {
        let mut due: Vec<DateTime<Utc>> = Vec::new();
        let mut from = self.until;
        let next = loop {
            match times.after(from) {
                Some(moment) if moment <= now && due.len() < MOST_MISSED => {
                    due.push(moment);
                    from = moment;
                }
                Some(moment) if moment <= now => {
                    // Further moments are as much missed as these; they are too many to be named.
                    from = now;
                    break times.after(now);
                }
                next => break next,
            }
        };
        let Some(newest) = due.last().copied() else { return Next::Wait(next) };
        self.until = from.max(newest);
        if busy {
            self.missed.extend(due);
            return Next::Wait(next);
        }
        self.missed.extend(&due[..due.len() - 1]);
        Next::Start(newest)
    }

    /// A night that was started left no report: it is missed too.
    pub fn came_to_nothing(&mut self, due: DateTime<Utc>) {
        self.missed.push(due);
    }

    /// A night left its report, which names what was missed before.
    pub fn was_told(&mut self, missed: &[DateTime<Utc>]) {
        self.missed.retain(|it| !missed.contains(it));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{Datelike as _, NaiveDate};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn times(schedule: &str, zone: &str) -> Times {
        let schedule = Schedule::parse(schedule).expect("a good schedule");
        Times { schedule, zone: zone.parse().expect("a zone") }
    }

    /// The nights of a year, by a clock that is looked at every ten minutes.
    fn nights_of_2026(times: &Times) -> Vec<DateTime<Utc>> {
        let midnight = |year| {
            let day = NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
            let begin = times.zone.from_local_datetime(&day.and_hms_opt(0, 0, 0).expect("a time"));
            begin.earliest().expect("it exists").with_timezone(&Utc)
        };
        let mut now = midnight(2026) - Duration::seconds(1);
        let mut kept = Kept::from(now);
        let mut nights = Vec::new();
        while now < midnight(2027) - Duration::minutes(1) {
            match kept.next(times, now, false) {
                Next::Start(due) => nights.push(due),
                Next::Wait(_) => now += Duration::minutes(10),
            }
        }
        assert!(kept.missed.is_empty(), "{kept:?}");
        nights
    }

    #[test]
    fn every_day_has_its_night_once_through_both_changes_of_the_clock_in_five_zones() {
        // Lord Howe's clock goes by half an hour, Santiago's at midnight.
        for zone in [
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "America/Santiago",
            "Pacific/Chatham",
        ] {
            for schedule in
                ["30 2 * * *", "0 1 * * *", "0 0 * * *", "45 1 * * *", "30 23 * * *", "15 3 * * *"]
            {
                let times = times(schedule, zone);
                let mut days: BTreeMap<u32, usize> = BTreeMap::new();
                for night in nights_of_2026(&times) {
                    let local = night.with_timezone(&times.zone);
                    assert_eq!(local.year(), 2026, "{zone} {schedule}");
                    *days.entry(local.ordinal()).or_default() += 1;
                }
                let wrong: Vec<_> = days.iter().filter(|it| *it.1 != 1).collect();
                assert_eq!((days.len(), wrong), (365, vec![]), "{zone} {schedule}");
            }
        }
    }

    #[test]
    fn what_was_missed_is_caught_up_once_and_the_rest_is_named() {
        let times = times("0 1 * * *", "UTC");
        let mut kept = Kept::from(at("2026-11-20T12:00:00Z"));
        let now = at("2026-11-23T07:00:00Z");
        assert_eq!(kept.next(&times, now, false), Next::Start(at("2026-11-23T01:00:00Z")));
        assert_eq!(kept.missed, [at("2026-11-21T01:00:00Z"), at("2026-11-22T01:00:00Z")]);
        let next = Next::Wait(Some(at("2026-11-24T01:00:00Z")));
        assert_eq!(kept.next(&times, now, false), next, "once");
        // A clock that is put back hands nothing out a second time.
        assert_eq!(kept.next(&times, at("2026-11-23T00:30:00Z"), false), next);
        kept.was_told(&[at("2026-11-21T01:00:00Z"), at("2026-11-22T01:00:00Z")]);
        assert!(kept.missed.is_empty(), "{kept:?}");
    }

    #[test]
    fn a_night_that_is_due_while_the_one_before_runs_is_missed_and_does_not_pile_up() {
        let times = times("0 * * * *", "UTC");
        let mut kept = Kept::from(at("2026-11-20T00:30:00Z"));
        let first = kept.next(&times, at("2026-11-20T01:00:00Z"), false);
        assert_eq!(first, Next::Start(at("2026-11-20T01:00:00Z")));
        let busy = kept.next(&times, at("2026-11-20T02:00:10Z"), true);
        assert_eq!(busy, Next::Wait(Some(at("2026-11-20T03:00:00Z"))));
        assert_eq!(kept.missed, [at("2026-11-20T02:00:00Z")]);
        let later = kept.next(&times, at("2026-11-20T02:10:00Z"), false);
        assert_eq!(later, Next::Wait(Some(at("2026-11-20T03:00:00Z"))));
    }

    #[test]
    fn a_machine_that_was_off_for_years_does_not_count_every_minute_of_it() {
        let times = times("* * * * *", "UTC");
        let mut kept = Kept::from(at("2020-01-01T00:00:00Z"));
        let now = at("2026-01-01T00:00:30Z");
        assert!(matches!(kept.next(&times, now, false), Next::Start(_)));
        assert_eq!(kept.missed.len(), MOST_MISSED - 1);
        assert_eq!(kept.next(&times, now, false), Next::Wait(Some(at("2026-01-01T00:01:00Z"))));
    }

    #[test]
    fn a_schedule_that_names_no_moment_waits_for_ever() {
        let mut kept = Kept::from(at("2026-01-01T00:00:00Z"));
        let times = times("0 0 30 2 *", "UTC");
        assert_eq!(kept.next(&times, at("2026-06-01T00:00:00Z"), false), Next::Wait(None));
    }
}

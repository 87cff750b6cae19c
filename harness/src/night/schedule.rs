//! When a night must be over: from a time of day or a budget to instants.

use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};

use super::{NightError, Until};

/// The instant at which the report must be there.
///
/// # Errors
/// The time of day or the time zone cannot be understood.
pub(super) fn deadline(
    started: DateTime<Utc>,
    until: &Until,
    timezone: &str,
) -> Result<DateTime<Utc>, NightError> {
    match until {
        Until::Budget(budget) => TimeDelta::from_std(*budget)
            .ok()
            .and_then(|budget| started.checked_add_signed(budget))
            .ok_or_else(|| NightError::Usage("the budget is too long".to_owned())),
        Until::Clock(clock) => next_time_of_day(started, clock, timezone),
    }
}

/// The next instant at which clocks in `timezone` show this time.
fn next_time_of_day(
    started: DateTime<Utc>,
    clock: &str,
    timezone: &str,
) -> Result<DateTime<Utc>, NightError> {
    let time = NaiveTime::parse_from_str(clock, "%H:%M").map_err(|_| {
        NightError::Usage(format!("\"{clock}\" is no time of day; write it as 07:00"))
    })?;
    let zone: chrono_tz::Tz = timezone
        .parse()
        .map_err(|_| NightError::Usage(format!("there is no time zone \"{timezone}\"")))?;
    let today = started.with_timezone(&zone).date_naive();
    today
        .iter_days()
        // A time that a change of clocks skips is taken at the next day that has it.
        .take(4)
        .filter_map(|day| zone.from_local_datetime(&day.and_time(time)).earliest())
        .map(|instant| instant.with_timezone(&Utc))
        .find(|instant| *instant > started)
        .ok_or_else(|| NightError::Usage(format!("{clock} does not come in {timezone}")))
}

/// The instant after which nothing is attempted any more, so that judging and printing still fit:
/// a tenth of the night, at most two minutes.
pub(super) fn last_attempt_by(started: DateTime<Utc>, deadline: DateTime<Utc>) -> DateTime<Utc> {
    deadline - ((deadline - started) / 10).min(TimeDelta::minutes(2))
}

/// The instant by which the first run of every scenario must be through: a tenth of the night is
/// kept for reruns, measuring and the report.
pub(super) fn first_runs_by(started: DateTime<Utc>, deadline: DateTime<Utc>) -> DateTime<Utc> {
    deadline - (deadline - started) / 10
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a valid instant")
    }

    fn until(started: &str, clock: &str, timezone: &str) -> DateTime<Utc> {
        deadline(at(started), &Until::Clock(clock.to_owned()), timezone).expect("understood")
    }

    #[test]
    fn a_time_of_day_is_the_next_one_in_the_nights_time_zone() {
        assert_eq!(
            until("2026-07-01T00:30:00Z", "07:00", "Europe/London"),
            at("2026-07-01T06:00:00Z")
        );
        assert_eq!(
            until("2026-07-01T06:00:00Z", "07:00", "Europe/London"),
            at("2026-07-02T06:00:00Z")
        );
        assert_eq!(until("2026-11-21T22:00:00Z", "07:00", "UTC"), at("2026-11-22T07:00:00Z"));
    }

    #[test]
    fn a_time_that_the_change_of_clocks_skips_comes_a_day_later() {
        assert_eq!(
            until("2026-03-29T00:30:00Z", "01:30", "Europe/London"),
            at("2026-03-30T00:30:00Z")
        );
    }

    #[test]
    fn a_budget_counts_from_the_start_and_keeps_time_for_the_report() {
        let started = at("2026-11-21T01:00:00Z");
        let by = deadline(started, &Until::Budget(Duration::from_secs(600)), "UTC").expect("fits");
        assert_eq!(by, at("2026-11-21T01:10:00Z"));
        assert_eq!(last_attempt_by(started, by), at("2026-11-21T01:09:00Z"));
        let long = started + TimeDelta::hours(5);
        assert_eq!(first_runs_by(started, long), at("2026-11-21T05:30:00Z"));
        assert_eq!(last_attempt_by(started, long), at("2026-11-21T05:58:00Z"));
    }

    #[test]
    fn what_is_no_time_of_day_is_said() {
        let error = deadline(at("2026-11-21T01:00:00Z"), &Until::Clock("7 am".to_owned()), "UTC");
        assert_eq!(
            error.expect_err("no time").to_string(),
            "\"7 am\" is no time of day; write it as 07:00"
        );
    }
}

//! Writes a [`Schedule`] as `OnCalendar` values of systemd, and as cron schedules in UTC.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Offset, TimeZone};

use super::ScheduleError;
use crate::spec::{Field, Schedule};

/// How many values a field has: as many in a set is `*`.
const HOURS: usize = 24;
const MINUTES: usize = 60;
const DAYS: usize = 31;
const MONTHS: usize = 12;
const WEEKDAYS: usize = 7;

/// The days of the week in systemd's order and words, with cron's numbers.
const WEEK: [(u32, &str); 7] =
    [(1, "Mon"), (2, "Tue"), (3, "Wed"), (4, "Thu"), (5, "Fri"), (6, "Sat"), (0, "Sun")];

/// The `OnCalendar=` values that together mean the same.
pub(super) fn on_calendar(schedule: &Schedule, timezone: &str) -> Vec<String> {
    let (hours, minutes) = (schedule.values(Field::Hour), schedule.values(Field::Minute));
    let time = format!("{}:{}:00", padded(&hours, HOURS), padded(&minutes, MINUTES));
    let months = padded(&schedule.values(Field::Month), MONTHS);
    let weekdays = weekdays_in_words(&schedule.values(Field::Weekday));
    let line = |weekdays: &str, days: &str| {
        let lead = if weekdays.is_empty() { String::new() } else { format!("{weekdays} ") };
        format!("{lead}*-{months}-{days} {time} {timezone}")
    };
    let days = padded(&schedule.values(Field::Day), DAYS);
    // Where both name days, cron runs on either; systemd would want both at once.
    if schedule.takes_either_day() {
        return vec![line("", &days), line(&weekdays, "*")];
    }
    vec![line(&weekdays, &days)]
}

fn weekdays_in_words(weekdays: &BTreeSet<u32>) -> String {
    if weekdays.len() == WEEKDAYS {
        return String::new();
    }
    let mut runs: Vec<(&str, &str, usize)> = Vec::new();
    let mut open = false;
    for (number, word) in WEEK {
        let is_in = weekdays.contains(&number);
        match runs.last_mut() {
            Some(run) if is_in && open => {
                run.1 = word;
                run.2 += 1;
            }
            Some(_) | None if is_in => runs.push((word, word, 1)),
            Some(_) | None => {}
        }
        open = is_in;
    }
    let words: Vec<String> = runs
        .into_iter()
        .map(|(from, to, length)| match length {
            1 => from.to_owned(),
            2 => format!("{from},{to}"),
            _ => format!("{from}..{to}"),
        })
        .collect();
    words.join(",")
}

/// The same in UTC, by the zone's offset in winter, as one or more cron schedules.
pub(super) fn in_utc(
    schedule: &Schedule,
    text: &str,
    zone: chrono_tz::Tz,
) -> Result<Vec<String>, ScheduleError> {
    let offset = standard_offset_minutes(zone);
    if offset == 0 {
        return Ok(vec![text.to_owned()]);
    }
    // (days to shift by, minute) to hours.
    let mut times: BTreeMap<(i64, i64), BTreeSet<u32>> = BTreeMap::new();
    for hour in &schedule.values(Field::Hour) {
        for minute in &schedule.values(Field::Minute) {
            let at = i64::from(*hour) * 60 + i64::from(*minute) - offset;
            let within = at.rem_euclid(24 * 60);
            let hours = times.entry((at.div_euclid(24 * 60), within % 60)).or_default();
            hours.insert(u32::try_from(within / 60).unwrap_or_default());
        }
    }
    let (days, months) =
        (plain(&schedule.values(Field::Day), DAYS), plain(&schedule.values(Field::Month), MONTHS));
    let names_days = days != "*" || months != "*";
    let mut lines = Vec::new();
    for ((shift, minute), hours) in times {
        if shift != 0 && names_days {
            return Err(ScheduleError::OtherDayInUtc(text.to_owned()));
        }
        let moved =
            |day: &u32| u32::try_from((i64::from(*day) + shift).rem_euclid(7)).unwrap_or_default();
        let weekdays: BTreeSet<u32> = schedule.values(Field::Weekday).iter().map(moved).collect();
        lines.push(format!(
            "{minute} {} {days} {months} {}",
            plain(&hours, HOURS),
            plain(&weekdays, WEEKDAYS),
        ));
    }
    Ok(lines)
}

/// As systemd writes it: two digits, `*` for all.
fn padded(values: &BTreeSet<u32>, all: usize) -> String {
    if values.len() == all {
        return "*".to_owned();
    }
    let words: Vec<String> = values.iter().map(|it| format!("{it:02}")).collect();
    words.join(",")
}

/// As cron writes it: `*` for all.
fn plain(values: &BTreeSet<u32>, all: usize) -> String {
    if values.len() == all {
        return "*".to_owned();
    }
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    words.join(",")
}

/// The zone with this name.
pub(super) fn zone(name: &str) -> Result<chrono_tz::Tz, ScheduleError> {
    name.parse().map_err(|_| ScheduleError::UnknownZone(name.to_owned()))
}

/// By how many minutes the zone is ahead of UTC outside of summer time.
fn standard_offset_minutes(zone: chrono_tz::Tz) -> i64 {
    // Summer time moves the clock forward, so the lesser offset of January and July is the
    // standard one. The year is fixed so that the files do not change by the day of writing.
    let at = |month| {
        let instant = chrono::NaiveDate::from_ymd_opt(2026, month, 15)
            .and_then(|day| day.and_hms_opt(12, 0, 0))
            .expect("the fifteenth at noon exists in every month");
        i64::from(zone.offset_from_utc_datetime(&instant).fix().local_minus_utc()) / 60
    };
    at(1).min(at(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(schedule: &str) -> Vec<String> {
        on_calendar(&Schedule::parse(schedule).expect("a good schedule"), "Europe/London")
    }

    fn utc(schedule: &str, name: &str) -> Result<Vec<String>, ScheduleError> {
        in_utc(&super::super::read(schedule)?, schedule, zone(name)?)
    }

    #[test]
    fn a_cron_schedule_becomes_the_same_moments_for_systemd() {
        assert_eq!(calendar("0 1 * * *"), ["*-*-* 01:00:00 Europe/London"]);
        assert_eq!(calendar("*/15 22-23 * * *"), ["*-*-* 22,23:00,15,30,45:00 Europe/London"]);
        assert_eq!(calendar("30 2 * * 1-5"), ["Mon..Fri *-*-* 02:30:00 Europe/London"]);
        assert_eq!(calendar("0 3 * jan,Jul sun"), ["Sun *-01,07-* 03:00:00 Europe/London"]);
        assert_eq!(calendar("0 3 1 * *"), ["*-*-01 03:00:00 Europe/London"]);
        assert_eq!(calendar("0 3 * * 6-7,2"), ["Tue,Sat,Sun *-*-* 03:00:00 Europe/London"]);
    }

    #[test]
    fn days_of_the_month_or_of_the_week_are_two_lines_as_cron_runs_on_either() {
        assert_eq!(
            calendar("0 3 1,15 * mon"),
            ["*-*-01,15 03:00:00 Europe/London", "Mon *-*-* 03:00:00 Europe/London"]
        );
    }

    #[test]
    fn utc_is_reached_by_the_offset_of_winter_and_moves_weekdays_over_midnight() {
        assert_eq!(utc("0 1 * * *", "Europe/London"), Ok(vec!["0 1 * * *".to_owned()]));
        assert_eq!(utc("0 1 * * 1-5", "Europe/Berlin"), Ok(vec!["0 0 * * 1,2,3,4,5".to_owned()]));
        assert_eq!(utc("0 1 * * 1", "Asia/Tokyo"), Ok(vec!["0 16 * * 0".to_owned()]));
        assert_eq!(utc("15 1 * * *", "Asia/Kolkata"), Ok(vec!["45 19 * * *".to_owned()]));
        assert_eq!(
            utc("0 1 1 * *", "Asia/Tokyo"),
            Err(ScheduleError::OtherDayInUtc("0 1 1 * *".to_owned()))
        );
    }
}

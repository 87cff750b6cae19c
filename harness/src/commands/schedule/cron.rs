//! [`Schedule`]: the five fields of crontab(5), read into sets, written as `OnCalendar` or in UTC.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Offset, TimeZone};

use super::ScheduleError;

/// A set of numbers of one field, and whether the field was written with a star.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    values: BTreeSet<u32>,
    star: bool,
}

/// When a night starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    /// From 0, Sunday.
    weekdays: Field,
}

/// What a field may hold: its name, the least and the most, and names for the values.
struct Kind {
    name: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const MINUTE: Kind = Kind { name: "minute", least: 0, most: 59, names: &[] };
const HOUR: Kind = Kind { name: "hour", least: 0, most: 23, names: &[] };
const DAY: Kind = Kind { name: "day of the month", least: 1, most: 31, names: &[] };
const MONTH: Kind = Kind {
    name: "month",
    least: 1,
    most: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Kind = Kind {
    name: "day of the week",
    least: 0,
    most: 7,
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/// The days of the week in systemd's order and words, with cron's numbers.
const WEEK: [(u32, &str); 7] =
    [(1, "Mon"), (2, "Tue"), (3, "Wed"), (4, "Thu"), (5, "Fri"), (6, "Sat"), (0, "Sun")];

impl Schedule {
    /// Reads five fields.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let malformed = |what: String| ScheduleError::Malformed { schedule: text.to_owned(), what };
        let words: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = words[..] else {
            return Err(malformed(format!("it has {} fields and not 5", words.len())));
        };
        let read = |word: &str, kind: &Kind| Field::read(word, kind).map_err(malformed);
        let mut weekdays = read(weekday, &WEEKDAY)?;
        if weekdays.values.remove(&7) {
            weekdays.values.insert(0);
        }
        Ok(Self {
            minutes: read(minute, &MINUTE)?,
            hours: read(hour, &HOUR)?,
            days: read(day, &DAY)?,
            months: read(month, &MONTH)?,
            weekdays,
        })
    }

    /// The `OnCalendar=` values that together mean the same.
    pub(super) fn on_calendar(&self, timezone: &str) -> Vec<String> {
        let time = format!("{}:{}:00", self.hours.padded(&HOUR), self.minutes.padded(&MINUTE));
        let months = self.months.padded(&MONTH);
        let weekdays = self.weekdays_in_words();
        let line = |weekdays: &str, days: &str| {
            let lead = if weekdays.is_empty() { String::new() } else { format!("{weekdays} ") };
            format!("{lead}*-{months}-{days} {time} {timezone}")
        };
        let days = self.days.padded(&DAY);
        // Where both name days, cron runs on either; systemd would want both at once.
        if !self.days.star && !self.weekdays.star {
            return vec![line("", &days), line(&weekdays, "*")];
        }
        vec![line(&weekdays, &days)]
    }

    fn weekdays_in_words(&self) -> String {
        if self.weekdays.values.len() == 7 {
            return String::new();
        }
        let mut runs: Vec<(&str, &str, usize)> = Vec::new();
        let mut open = false;
        for (number, word) in WEEK {
            let is_in = self.weekdays.values.contains(&number);
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
        &self,
        text: &str,
        zone: chrono_tz::Tz,
    ) -> Result<Vec<String>, ScheduleError> {
        let offset = standard_offset_minutes(zone);
        if offset == 0 {
            return Ok(vec![text.to_owned()]);
        }
        // (days to shift by, minute) to hours.
        let mut times: BTreeMap<(i64, i64), BTreeSet<u32>> = BTreeMap::new();
        for hour in &self.hours.values {
            for minute in &self.minutes.values {
                let at = i64::from(*hour) * 60 + i64::from(*minute) - offset;
                let within = at.rem_euclid(24 * 60);
                let hours = times.entry((at.div_euclid(24 * 60), within % 60)).or_default();
                hours.insert(u32::try_from(within / 60).unwrap_or_default());
            }
        }
        let names_days = !self.days.is_full(&DAY) || !self.months.is_full(&MONTH);
        let mut lines = Vec::new();
        for ((shift, minute), hours) in times {
            if shift != 0 && names_days {
                return Err(ScheduleError::OtherDayInUtc(text.to_owned()));
            }
            let moved = |day: &u32| {
                u32::try_from((i64::from(*day) + shift).rem_euclid(7)).unwrap_or_default()
            };
            let weekdays: BTreeSet<u32> = self.weekdays.values.iter().map(moved).collect();
            let weekdays = if weekdays.len() == 7 { "*".to_owned() } else { list(&weekdays) };
            lines.push(format!(
                "{minute} {} {} {} {weekdays}",
                Field { values: hours, star: false }.plain(&HOUR),
                self.days.plain(&DAY),
                self.months.plain(&MONTH),
            ));
        }
        Ok(lines)
    }
}

impl Field {
    fn read(word: &str, kind: &Kind) -> Result<Self, String> {
        let mut values = BTreeSet::new();
        for part in word.split(',') {
            let wrong = || format!("\"{part}\" is no {}", kind.name);
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, step.parse::<u32>().map_err(|_| wrong())?),
                None => (part, 1),
            };
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (kind.least, kind.most),
                Some((from, to)) => {
                    (kind.number(from).ok_or_else(wrong)?, kind.number(to).ok_or_else(wrong)?)
                }
                None => {
                    let from = kind.number(range).ok_or_else(wrong)?;
                    (from, if part.contains('/') { kind.most } else { from })
                }
            };
            if step == 0 || from > to {
                return Err(wrong());
            }
            values.extend((from..=to).step_by(step as usize));
        }
        Ok(Self { values, star: word.starts_with('*') })
    }

    fn is_full(&self, kind: &Kind) -> bool {
        self.values.len() as u32 == kind.most - kind.least + 1
    }

    /// As systemd writes it: two digits, `*` for all.
    fn padded(&self, kind: &Kind) -> String {
        if self.is_full(kind) {
            return "*".to_owned();
        }
        let words: Vec<String> = self.values.iter().map(|it| format!("{it:02}")).collect();
        words.join(",")
    }

    /// As cron writes it: `*` for all.
    fn plain(&self, kind: &Kind) -> String {
        if self.is_full(kind) { "*".to_owned() } else { list(&self.values) }
    }
}

fn list(values: &BTreeSet<u32>) -> String {
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    words.join(",")
}

impl Kind {
    fn number(&self, word: &str) -> Option<u32> {
        let number = match self.names.iter().position(|it| it.eq_ignore_ascii_case(word)) {
            Some(at) => self.least + at as u32,
            None => word.parse().ok()?,
        };
        (self.least..=self.most).contains(&number).then_some(number)
    }
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
        Schedule::parse(schedule).expect("a good schedule").on_calendar("Europe/London")
    }

    fn utc(schedule: &str, name: &str) -> Result<Vec<String>, ScheduleError> {
        Schedule::parse(schedule)?.in_utc(schedule, zone(name)?)
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

    #[test]
    fn what_is_no_schedule_is_named() {
        let wrong = |text: &str| Schedule::parse(text).map_err(|it| it.to_string());
        assert_eq!(
            wrong("0 1 * *"),
            Err(
                "`night.schedule` \"0 1 * *\": it has 4 fields and not 5; write five cron fields, \
                 such as \"0 1 * * *\""
                    .to_owned()
            )
        );
        assert!(wrong("0 25 * * *").is_err_and(|it| it.contains("\"25\" is no hour")));
        assert!(wrong("*/0 1 * * *").is_err_and(|it| it.contains("\"*/0\" is no minute")));
        assert!(wrong("0 1 * * fry").is_err_and(|it| it.contains("\"fry\" is no day of the week")));
    }
}

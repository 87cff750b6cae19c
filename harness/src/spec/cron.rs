//! [`Schedule`]: when nights start, by the five fields of crontab(5). The crate croner reads them
//! and knows the calendar; what only it understands (`L`, `#`, seconds, `@daily`) is refused,
//! because cron, systemd and forges must understand the same.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeZone};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use regex::Regex;

/// The five fields: the name, what a value looks like, and the greatest one, which no step is
/// larger than.
const FIELDS: [(&str, &str, u32); 5] = [
    ("minute", r"\d+", 59),
    ("hour", r"\d+", 23),
    ("day of the month", r"\d+", 31),
    ("month", r"(?:\d+|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", 12),
    ("day of the week", r"(?:\d+|sun|mon|tue|wed|thu|fri|sat)", 7),
];

/// A field of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The minute of an hour, from 0.
    Minute,
    /// The hour of a day, from 0.
    Hour,
    /// The day of a month, from 1.
    Day,
    /// The month of a year, from 1.
    Month,
    /// The day of a week, from 0, Sunday.
    Weekday,
}

/// When nights start.
#[derive(Debug, Clone)]
pub struct Schedule(Cron);

impl Schedule {
    /// Reads five fields.
    ///
    /// # Errors
    /// What is wrong with them, as a part of a sentence: `"61" is no minute`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [_, _, day, _, weekday] = words[..] else {
            return Err(format!("it has {} fields and not 5", words.len()));
        };
        for (index, (word, (name, value, most))) in words.iter().zip(FIELDS).enumerate() {
            let shape = Regex::new(&format!(r"(?i)^(?:\*|{value}(?:-{value})?)(?:/\d+)?$"))
                .expect("a pattern of ours");
            for part in word.split(',') {
                let mut alone = ["*"; FIELDS.len()];
                alone[index] = part;
                let step = part.split_once('/').and_then(|it| it.1.parse::<u32>().ok());
                let is_read = shape.is_match(part) && read(&alone.join(" "), false).is_some();
                if !is_read || step.is_some_and(|it| it > most) {
                    return Err(format!("\"{part}\" is no {name}"));
                }
            }
        }
        // Where one of the two fields begins with a star, cron asks for both, else for either.
        let both = day.starts_with('*') || weekday.starts_with('*');
        read(text, both).map(Self).ok_or_else(|| "it names no moment".to_owned())
    }

    /// The values of a field on which nights start.
    #[must_use]
    pub fn values(&self, field: Field) -> BTreeSet<u32> {
        let pattern = &self.0.pattern;
        let values = match field {
            Field::Minute => pattern.minutes.values(),
            Field::Hour => pattern.hours.values(),
            Field::Day => pattern.days.values(),
            Field::Month => pattern.months.values(),
            Field::Weekday => pattern.days_of_week.values(),
        };
        values.into_iter().map(u32::from).collect()
    }

    /// Whether a day of the month or a day of the week is enough, where both are named.
    #[must_use]
    pub fn takes_either_day(&self) -> bool {
        !self.0.pattern.matches_dom_and_dow()
    }

    /// The first moment after this one, in its time zone; `None` where there is none in the years
    /// that croner looks through, as on 30 February.
    #[must_use]
    pub fn next_after<Zone: TimeZone>(&self, now: &DateTime<Zone>) -> Option<DateTime<Zone>> {
        self.0.find_next_occurrence(now, false).ok()
    }
}

fn read(text: &str, both_days: bool) -> Option<Cron> {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .dom_and_dow(both_days)
        // `5/15` is every fifteenth from the fifth on, as most crons have it.
        .sloppy_ranges(true);
    parser.build().parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_of_crontab_are_taken_and_others_say_what_is_wrong() {
        let good =
            ["0 1 * * *", "*/15 0-6,22 1 jan-mar MON-fri", "5/15 1 * * 7", "0 1 * * fri-sun"];
        let wrong: Vec<_> =
            good.into_iter().filter_map(|text| Schedule::parse(text).err()).collect();
        assert_eq!(wrong, Vec::<String>::new());
        let said = [
            "0 1 * *",
            "61 1 * * *",
            "*/100 * * * *",
            "0 5-1 * * *",
            "*/0 * * * *",
            "/5 * * * *",
            "0 1 L * *",
            "0 1 * mon *",
            "0 1 * * fri#2",
            "0 1 * * fry",
            "0 1,,2 * * *",
            "@daily",
        ]
        .map(|text| Schedule::parse(text).map(|_| ()).unwrap_err());
        assert_eq!(
            said,
            [
                "it has 4 fields and not 5",
                "\"61\" is no minute",
                "\"*/100\" is no minute",
                "\"5-1\" is no hour",
                "\"*/0\" is no minute",
                "\"/5\" is no minute",
                "\"L\" is no day of the month",
                "\"mon\" is no month",
                "\"fri#2\" is no day of the week",
                "\"fry\" is no day of the week",
                "\"\" is no hour",
                "it has 1 fields and not 5",
            ]
        );
    }

    #[test]
    fn the_next_moment_is_that_of_the_zone_also_where_its_clock_is_changed() {
        let next = |schedule: &str, now: &str| {
            let now = DateTime::parse_from_rfc3339(now).expect("a moment");
            let now = now.with_timezone(&chrono_tz::Europe::Berlin);
            let schedule = Schedule::parse(schedule).expect("a good schedule");
            schedule.next_after(&now).map(|it| it.to_rfc3339())
        };
        let next_is = |schedule: &str, now: &str, expected: &str| {
            assert_eq!(next(schedule, now).as_deref(), Some(expected), "{schedule} after {now}");
        };
        next_is("0 1 * * *", "2026-11-29T01:00:00+01:00", "2026-11-30T01:00:00+01:00");
        next_is("30 2 * * 1-5", "2026-07-03T12:00:00+02:00", "2026-07-06T02:30:00+02:00");
        // Either day where both are named, and both where one begins with a star.
        next_is("0 3 13 * fri", "2026-11-08T00:00:00+01:00", "2026-11-13T03:00:00+01:00");
        next_is("0 3 20 * mon", "2026-11-14T00:00:00+01:00", "2026-11-16T03:00:00+01:00");
        next_is("0 3 */2 * mon", "2026-11-14T00:00:00+01:00", "2026-11-23T03:00:00+01:00");
        // On 29 March the clock goes from 2 to 3, on 25 October from 3 back to 2.
        next_is("30 2 * * *", "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00");
        next_is("30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+02:00");
        assert_eq!(next("0 0 30 2 *", "2026-11-29T01:00:00+01:00"), None);
    }
}

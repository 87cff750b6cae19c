//! Works values out of others, for `set`.
//!
//! Everything here is pure. Neighbours: [`super::scope`], which keeps what comes of it, and
//! `model::worked`, which says what can be asked for.

use regex::Regex;

use super::Attempt;
use super::carry_out::CarriedOut;
use crate::model::event::Failure;
use crate::model::worked::{Form, Worked};
use crate::model::{Kept, Outcome, StepOutcome};

impl Attempt<'_> {
    /// Keeps filled values under their names; the first that cannot be worked out fails the step, and
    /// none of them is kept.
    pub(super) fn set(&mut self, all: &indexmap::IndexMap<String, Worked>) -> CarriedOut {
        let mut values = Vec::with_capacity(all.len());
        for (name, worked) in all {
            match worked_out(worked) {
                Ok(value) => values.push((name.clone(), Kept::One(value))),
                Err(failure) => return CarriedOut::failed(failure),
            }
        }
        self.scope.capture(values);
        CarriedOut {
            outcome: StepOutcome::Passed,
            place: Some(String::new()),
            evidence: Vec::new(),
            decided: None,
            remark: None,
        }
    }
}

/// The value; the failure says what was expected of which text.
fn worked_out(worked: &Worked) -> Result<String, Failure> {
    let mut value = worked.of.raw().to_owned();
    if let Some(regex) = &worked.matching {
        let found = Regex::new(regex.raw()).ok().and_then(|it| {
            let groups = it.captures(&value)?;
            Some(groups.get(1).or_else(|| groups.get(0))?.as_str().to_owned())
        });
        value = found.ok_or_else(|| failure(format!("a text that matches {regex}"), &value))?;
    }
    if let Some(form) = worked.form {
        value = formed(form, &value).ok_or_else(|| failure(expected(form).to_owned(), &value))?;
    }
    if worked.table.is_empty() {
        return Ok(value);
    }
    let keys = || worked.table.keys().map(|it| format!("{it:?}")).collect::<Vec<_>>().join(", ");
    worked.table.get(&value).cloned().ok_or_else(|| failure(format!("one of {}", keys()), &value))
}

fn failure(expected: String, actual: &str) -> Failure {
    Failure { outcome: Outcome::Failed, expected, actual: format!("{actual:?}") }
}

fn expected(form: Form) -> &'static str {
    match form {
        Form::Trimmed | Form::Lower | Form::Upper => "a text",
        Form::Number => "a number, such as 1,234.50",
        Form::Time => "a time of day, such as 3:05 PM or 15:05",
    }
}

/// A text in a form; `None` where it has none.
fn formed(form: Form, text: &str) -> Option<String> {
    match form {
        Form::Trimmed => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        Form::Lower => Some(text.to_lowercase()),
        Form::Upper => Some(text.to_uppercase()),
        Form::Number => number(text),
        Form::Time => time(text),
    }
}

/// The one number in a text. What stands behind the last of its points or commas are decimals, unless
/// it is the only kind of mark and three digits follow it, behind more than a zero: then it parts
/// thousands.
fn number(text: &str) -> Option<String> {
    let is_mark = |it: char| matches!(it, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}');
    let begins = text.find(|it: char| it.is_ascii_digit())?;
    let ends = text.rfind(|it: char| it.is_ascii_digit())?;
    let digits = &text[begins..=ends];
    if !digits.chars().all(|it| it.is_ascii_digit() || is_mark(it)) {
        return None;
    }
    let last = digits.rfind(['.', ',']).filter(|at| {
        let mark = &digits[*at..=*at];
        let others = digits.chars().any(|it| is_mark(it) && !mark.contains(it));
        digits.matches(mark).count() == 1
            && (others || digits.len() - at != 4 || digits[..*at] == *"0")
    });
    let plain = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
    let negative = text[..begins].trim_end().ends_with(['-', '−']);
    let sign = if negative { "-" } else { "" };
    Some(match last {
        Some(at) => format!("{sign}{}.{}", plain(&digits[..at]), plain(&digits[at..])),
        None => format!("{sign}{}", plain(digits)),
    })
}

/// A time of day by 24 hours.
fn time(text: &str) -> Option<String> {
    let pattern = r"(?i)^\s*(\d{1,2})(?:[:.](\d{2}))?(?:[:.](\d{2}))?\s*(?:([ap])\.?\s?m\.?)?\s*$";
    let parts = Regex::new(pattern).expect("the pattern is a constant that the tests compile");
    let parts = parts.captures(text)?;
    let part = |at: usize| parts.get(at).map(|it| it.as_str());
    let hour: u32 = part(1)?.parse().ok()?;
    let minutes = part(2);
    let hour = match part(4) {
        Some(half) if (1..=12).contains(&hour) => {
            hour % 12 + if half.eq_ignore_ascii_case("p") { 12 } else { 0 }
        }
        // An hour alone is a number and no time.
        None if minutes.is_some() && hour < 24 => hour,
        Some(_) | None => return None,
    };
    let fits = |it: Option<&str>| it.is_none_or(|it| it < "60");
    if !fits(minutes) || !fits(part(3)) {
        return None;
    }
    let seconds = part(3).map(|it| format!(":{it}")).unwrap_or_default();
    Some(format!("{hour:02}:{}{seconds}", minutes.unwrap_or("00")))
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::model::Template;

    #[test]
    fn each_hour_of_a_day_comes_out_by_24() {
        for hour in 0..24 {
            let half = if hour < 12 { "AM" } else { "PM" };
            let shown = format!("{}:05 {half}", (hour + 11) % 12 + 1);
            assert_eq!(time(&shown), Some(format!("{hour:02}:05")), "{shown}");
            assert_eq!(time(&format!("{hour}:05")), Some(format!("{hour:02}:05")));
        }
        let shown = ["3pm", "12:00:59 a.m.", "13:05 PM", "24:00", "7", "7:65", "noon"].map(time);
        let wanted = [Some("15:00"), Some("00:00:59"), None, None, None, None, None];
        assert_eq!(shown, wanted.map(|it| it.map(str::to_owned)));
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("Total: 1,234.50 €", Some("1234.50")),
            ("1.234,50", Some("1234.50")),
            ("1,234", Some("1234")),
            ("12,5 %", Some("12.5")),
            ("1 234 567", Some("1234567")),
            ("1,234,567", Some("1234567")),
            ("−3", Some("-3")),
            ("0.125", Some("0.125")),
            ("12 of 40", None),
            ("none", None),
        ] {
            assert_eq!(number(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn a_part_is_taken_brought_into_a_form_and_looked_up() {
        let days =
            IndexMap::from([("MON", "1"), ("TUE", "2")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        let worked = |of: &str| Worked {
            of: Template::new(of),
            matching: Some("on (\\w+)".into()),
            form: Some(Form::Upper),
            table: days.clone(),
        };
        assert_eq!(worked_out(&worked("Delivery on Tue")), Ok("2".to_owned()));
        let told = |of: &str| worked_out(&worked(of)).map_err(|it| (it.expected, it.actual));
        let wanted = ("one of \"MON\", \"TUE\"".to_owned(), "\"SUN\"".to_owned());
        assert_eq!(told("Delivery on Sun"), Err(wanted));
        let wanted = ("a text that matches on (\\w+)".to_owned(), "\"Sold out\"".to_owned());
        assert_eq!(told("Sold out"), Err(wanted));
    }
}

//! [`amounts`]: the prices, dates and numbers that a text shows, to be ordered by; and [`date`] and
//! [`time`] as people write them.

use super::lexicon::Measure;

/// A price, a number, or a date counted in days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount(pub f64);

/// The amounts of a kind that a text shows. Of prices, where one is marked by its currency, only
/// those are told; what is free costs nothing.
pub fn amounts(text: &str, of: Measure) -> Vec<Amount> {
    match of {
        Measure::Number => numbers(text).into_iter().map(|it| Amount(it.value)).collect(),
        Measure::Price => {
            let all = numbers(text);
            let marked: Vec<Amount> =
                all.iter().filter(|it| it.priced).map(|it| Amount(it.value)).collect();
            let free =
                text.to_lowercase().split_whitespace().any(|it| it.trim_matches('.') == "free");
            match (marked.is_empty(), free) {
                (false, _) => marked,
                (true, true) => vec![Amount(0.0)],
                (true, false) => all.into_iter().map(|it| Amount(it.value)).collect(),
            }
        }
        Measure::Date => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let at = |from: usize, count: usize| {
                let said = words.get(from..from + count)?.join(" ");
                date(said.trim_matches(|it: char| ",.;()".contains(it)), "")
            };
            let mut found = Vec::new();
            let mut from = 0;
            while from < words.len() {
                match (1..=3).rev().find_map(|count| at(from, count).map(|it| (it, count))) {
                    Some((iso, count)) => {
                        found.extend(days(&iso).map(Amount));
                        from += count;
                    }
                    None => from += 1,
                }
            }
            found
        }
    }
}

struct Shown {
    value: f64,
    /// Whether a currency stands beside it.
    priced: bool,
}

const CURRENCIES: &str = "$\u{20ac}\u{a3}\u{a5}\u{20b9}";

fn numbers(text: &str) -> Vec<Shown> {
    let letters: Vec<char> = text.chars().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let begins = at;
        while at < letters.len()
            && (letters[at].is_ascii_digit()
                || (matches!(letters[at], '.' | ',')
                    && letters.get(at + 1).is_some_and(char::is_ascii_digit)))
        {
            at += 1;
        }
        let before = letters[..begins].iter().rev().find(|it| !it.is_whitespace());
        let after = letters[at..].iter().find(|it| !it.is_whitespace());
        let is_money = |it: Option<&char>| it.is_some_and(|it| CURRENCIES.contains(*it));
        let word: String =
            letters[at..].iter().skip_while(|it| it.is_whitespace()).take(3).collect();
        let priced = is_money(before)
            || is_money(after)
            || matches!(word.as_str(), "EUR" | "USD" | "GBP" | "NZD" | "AUD" | "CHF");
        let glued = begins > 0 && letters[begins - 1].is_alphabetic();
        let negative = begins > 0
            && matches!(letters[begins - 1], '-' | '\u{2212}')
            && (begins < 2 || letters[begins - 2].is_whitespace());
        let digits: String = letters[begins..at].iter().collect();
        if let Some(value) = number(&digits).filter(|_| !glued) {
            all.push(Shown { value: if negative { -value } else { value }, priced });
        }
    }
    all
}

/// Digits with points and commas: the last of them begins decimals unless three digits follow it.
fn number(digits: &str) -> Option<f64> {
    let last = digits.rfind(['.', ',']);
    let decimals = last.filter(|at| {
        let mark = &digits[*at..=*at];
        digits.len() - at != 4
            || digits[..*at].contains(['.', ',']) && !digits[..*at].contains(mark)
    });
    let whole = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
    match decimals {
        Some(at) => format!("{}.{}", whole(&digits[..at]), whole(&digits[at..])).parse().ok(),
        None => whole(digits).parse().ok(),
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A date as people write it, as `2026-01-31`. Numbers alone are read as the locale writes them:
/// month first in `en-US`, else day first.
pub fn date(text: &str, locale: &str) -> Option<String> {
    let parts: Vec<String> = text
        .split(|it: char| it.is_whitespace() || matches!(it, '/' | '.' | '-' | ','))
        .filter(|it| !it.is_empty())
        .map(str::to_lowercase)
        .collect();
    let [one, two, three] = parts.as_slice() else { return None };
    let month = |it: &str| {
        let at = MONTHS.iter().position(|month| it.starts_with(month) && it.len() >= 3)?;
        u32::try_from(at + 1).ok()
    };
    let small = |it: &str| {
        let digits = it.trim_end_matches(|it: char| it.is_ascii_alphabetic());
        digits.parse::<u32>().ok().filter(|_| digits.len() <= 2)
    };
    let year = |it: &str| it.parse::<i32>().ok().filter(|_| it.len() == 4);
    let (year, month, day) = if let Some(year) = year(one) {
        (year, small(two).or_else(|| month(two))?, small(three)?)
    } else if let (Some(day), Some(month)) = (small(one), month(two)) {
        (year(three)?, month, day)
    } else if let (Some(month), Some(day)) = (month(one), small(two)) {
        (year(three)?, month, day)
    } else {
        let (one, two) = (small(one)?, small(two)?);
        let month_first = if one > 12 { false } else { two > 12 || locale == "en-US" };
        let (month, day) = if month_first { (one, two) } else { (two, one) };
        (year(three)?, month, day)
    };
    let known = chrono::NaiveDate::from_ymd_opt(year, month, day)?;
    Some(known.format("%Y-%m-%d").to_string())
}

/// A time of day as people write it, as `15:05`.
pub fn time(text: &str) -> Option<String> {
    let small = text.to_lowercase();
    let (clock, half) = match small.trim_end_matches('.').strip_suffix('m') {
        Some(front) => (front.trim_end_matches(['a', 'p', '.', ' ']), front.trim_end_matches('.')),
        None => (small.as_str(), ""),
    };
    let (hour, minute) = clock.trim().split_once(':').unwrap_or((clock.trim(), "00"));
    let hour: u32 = hour.parse().ok()?;
    let hour = match half.chars().last() {
        Some('p') if (1..=12).contains(&hour) => hour % 12 + 12,
        Some('a') if (1..=12).contains(&hour) => hour % 12,
        None if clock.contains(':') && hour < 24 => hour,
        Some(_) | None => return None,
    };
    let minute: u32 = minute.parse().ok().filter(|it| *it < 60)?;
    Some(format!("{hour:02}:{minute:02}"))
}

fn days(iso: &str) -> Option<f64> {
    use chrono::Datelike as _;
    let date = chrono::NaiveDate::parse_from_str(iso, "%Y-%m-%d").ok()?;
    Some(f64::from(date.num_days_from_ce()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_what_a_currency_marks() {
        let prices = |text: &str| amounts(text, Measure::Price);
        assert_eq!(prices("Standard, 3-5 days, $4.00"), [Amount(4.0)]);
        assert_eq!(prices("Express 1,299.50 \u{20ac}"), [Amount(1299.5)]);
        assert_eq!(prices("Pick up (freely)"), []);
        assert_eq!(prices("Pick up, free."), [Amount(0.0)]);
        assert_eq!(prices("12"), [Amount(12.0)]);
    }

    #[test]
    fn times_come_out_by_24_hours() {
        let shown = ["8:22 AM", "12:05 a.m.", "3pm", "15:05", "25:00", "7"].map(time);
        let wanted = [Some("08:22"), Some("00:05"), Some("15:00"), Some("15:05"), None, None];
        assert_eq!(shown, wanted.map(|it| it.map(str::to_owned)));
    }

    #[test]
    fn dates_are_read_as_the_locale_writes_them() {
        assert_eq!(date("05/12/2012", "en-US").as_deref(), Some("2012-05-12"));
        assert_eq!(date("05/12/2012", "en-GB").as_deref(), Some("2012-12-05"));
        assert_eq!(date("05/25/2012", "en-GB").as_deref(), Some("2012-05-25"));
        assert_eq!(date("3 March 2026", "").as_deref(), Some("2026-03-03"));
        assert_eq!(date("March 3rd, 2026", "").as_deref(), Some("2026-03-03"));
        assert_eq!(date("2026-02-30", ""), None);
        assert_eq!(amounts("due 3 March 2026", Measure::Date).len(), 1);
    }
}

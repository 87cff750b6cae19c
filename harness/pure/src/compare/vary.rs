//! [`shared`] and [`pattern`]: what several variants of one line have in common, and the narrowest
//! redaction that makes them the same. Used by `review` for two and by `settle` for several.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::calendar::{Of, days, months, short_days, short_months};

/// A month, and a day of the week, by any name of it in English or German, as patterns have it: short
/// enough to be read. The names themselves are those of [`super::calendar`].
const MONTH: &str = "(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*|\
                     Jänner|März?|Mai|Okt(?:ober)?|Dez(?:ember)?)";
const WEEKDAY: &str = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*|\
                       Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)";

/// The same in languages that write them small.
const SMALL_MONTH: &str = r"\p{L}+";
const SMALL_WEEKDAY: &str = r"[\p{L}-]+";

/// A month that is cut, with the dot that says so.
const SHORT: &str = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Okt|Nov|Dec|Dez)\.";

/// A month in German, behind a day with a dot: `1. Marketing` is an item of a list.
const GERMAN: &str = "(?:Jan(?:uar)?|Jänner|Feb(?:ruar)?|März?|Apr(?:il)?|Mai|Juni?|Juli?|\
                      Aug(?:ust)?|Sep(?:t(?:ember)?)?|Okt(?:ober)?|Nov(?:ember)?|Dez(?:ember)?)";

/// What a varying part may look like, the narrowest first.
static SHAPES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let plain = |it: &str| it.to_owned();
    let numbers = [r"\d+", r"[\d.,]+", r"[\d:., T/+-]+"].map(plain);
    let dates = [plain(MONTH), plain(WEEKDAY), long_date(), format!("{}{TIME}", long_date())];
    let words = [r"[0-9a-fA-F-]+", r"[\w.-]+", r#"[^\s"'<>]+"#].map(plain);
    numbers.into_iter().chain(dates).chain(words).collect()
});

/// A time of the day, behind a date.
const TIME: &str = r"(?:,|,? (?:at|um))? \d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?";

/// The same in languages that write months small: `à 09:00`, `kl. 09.00`, `09.00.00`.
pub(super) const SMALL_TIME: &str = r"(?:(?:,|,? (?:à|kl\.?|a las|alle|alle ore|às|om|um))? \d{1,2}(?:[:h]\d{2}(?::\d{2})?|\.\d{2}\.\d{2})|,? kl\.? \d{1,2}\.\d{2})";

/// A day in these, with what stands between it and its month.
pub(super) const SMALL_DAY: &str = r"\d{1,2}(?:er|º|\.)? (?:de )?";

/// A date with its month by name: `Saturday, 21 November 2026`, `Nov. 21st`, `21. November`.
fn long_date() -> String {
    let day = r"\d{1,2}(?:st|nd|rd|th)?";
    let month = format!("(?:{SHORT}|{MONTH})");
    let written = format!(r"{day} {month}|{month} {day}|\d{{1,2}}\. {GERMAN}");
    format!(r"(?:{WEEKDAY},? )?(?:{written})(?:,? \d{{4}})?")
}

/// The same in a language that writes months small: `samedi 21 novembre 2026`, `21 de nov. de 2026`.
/// A month that is cut has a year behind it, since it is an ordinary word by itself.
fn small_date() -> String {
    let [full, short] = [months(Of::Small), short_months(Of::Small)];
    let [day, short_day] = [days(Of::Small), short_days(Of::Small)];
    let year = r"\.?,? (?:del? )?\d{4}";
    format!(
        "(?:(?:{day},?|{short_day}[.,]{{1,2}}) (?:den )?)?{SMALL_DAY}(?:{full}(?:{year})?|{short}{year})"
    )
}

/// A date of [`small_date`] as patterns have it: any word is its month.
static SMALL_SHAPES: LazyLock<[(Regex, String); 2]> = LazyLock::new(|| {
    let shape = format!(
        r"(?:{SMALL_WEEKDAY}[.,]{{0,2}} (?:den )?)?{SMALL_DAY}{SMALL_MONTH}(?:\.?,? (?:del? )?\d{{4}})?"
    );
    [String::new(), SMALL_TIME.to_owned()].map(|time| {
        let whole = format!("^(?:{}{time})$", small_date());
        (Regex::new(&whole).expect("names are a pattern"), format!("{shape}{time}"))
    })
});

/// Where dates stand in a text: one of which only the day was seen to vary varies as a whole.
#[must_use]
pub fn dates(text: &str) -> Vec<Range<usize>> {
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        let day = r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}";
        let (long, small) = (long_date(), small_date());
        Regex::new(&format!(r"\b(?:{long}(?:{TIME})?|{small}(?:{SMALL_TIME})?|{day})\b"))
            .expect("a constant pattern")
    });
    DATE.find_iter(text).map(|it| it.range()).collect()
}

/// Constant text as an expression that holds next month too: months and weekdays are any of them.
#[must_use]
pub fn literal(text: &str) -> String {
    static NAMES: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
        let capitals = format!("{}|{}", months(Of::Capitals), short_months(Of::Capitals));
        // Two letters, as German has them, are words of their own.
        let week = format!("{}|{}|Sonnabend", days(Of::Capitals), short_days(Of::English));
        let (small, small_week) = (months(Of::Small), days(Of::Small));
        let all =
            [(capitals, MONTH), (week, WEEKDAY), (small, SMALL_MONTH), (small_week, SMALL_WEEKDAY)];
        all.map(|(names, any)| {
            (Regex::new(&format!(r"\b(?:{names})\b")).expect("names are a pattern"), any)
        })
    });
    let mut parts = vec![text.to_owned()];
    // What stands at odd places is an expression already.
    for (names, any) in &*NAMES {
        let mut next = Vec::new();
        for (at, part) in parts.into_iter().enumerate() {
            if at % 2 == 1 {
                next.push(part);
                continue;
            }
            let mut pieces = names.split(&part);
            next.extend(pieces.next().map(str::to_owned));
            next.extend(pieces.flat_map(|it| [(*any).to_owned(), it.to_owned()]));
        }
        parts = next;
    }
    let written = parts.into_iter().enumerate();
    written.map(|(at, it)| if at % 2 == 1 { it } else { regex::escape(&it) }).collect()
}

/// How many words of a line say where in it something stands.
const CONTEXT: usize = 2;

/// How much the variants share at the beginning and at the end, in bytes, cut back to whole words.
#[must_use]
pub fn shared(variants: &[&str]) -> (usize, usize) {
    let Some((first, rest)) = variants.split_first() else { return (0, 0) };
    let inside = |it: char| it.is_alphanumeric();
    let mut front = first.len();
    for other in rest {
        let same = first.chars().zip(other.chars()).take_while(|(a, b)| a == b);
        front = front.min(same.map(|it| it.0.len_utf8()).sum());
    }
    while let Some(last) = first[..front].chars().next_back().filter(|it| inside(*it)) {
        front -= last.len_utf8();
    }
    let shortest = variants.iter().map(|it| it.len()).min().unwrap_or(0);
    let mut back = shortest - front;
    for other in rest {
        let mut same = 0;
        for (a, b) in first.chars().rev().zip(other.chars().rev()) {
            if a != b || same + a.len_utf8() > back {
                break;
            }
            same += a.len_utf8();
        }
        back = back.min(same);
    }
    while let Some(next) = first[first.len() - back..].chars().next().filter(|it| inside(*it)) {
        back -= next.len_utf8();
    }
    (front, back)
}

/// How much of the constant text around a varying part a pattern holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// A word or two on each side.
    Words,
    /// The whole line.
    Line,
}

/// The narrowest pattern that makes these variants of a line the same, with its context; `None`
/// where they share nothing by which the place could be told.
#[must_use]
pub fn pattern(variants: &[&str], around: Around) -> Option<String> {
    pattern_at(variants, shared(variants), around)
}

/// The same where it is known what stands before and behind the varying part, in bytes.
#[must_use]
pub fn pattern_at(
    variants: &[&str],
    (front, back): (usize, usize),
    around: Around,
) -> Option<String> {
    let line = variants.first()?;
    let (head, tail) = (&line[..front], &line[line.len() - back..]);
    if head.trim().is_empty() && tail.trim().is_empty() {
        return None;
    }
    let middles: Vec<&str> = variants.iter().map(|it| &it[front..it.len() - back]).collect();
    let shape = shape(&middles);
    Some(match around {
        Around::Words => {
            let (head, tail) = (last_words(head.trim_start_matches(' ')), first_words(tail));
            let end = if tail.is_empty() { "$" } else { "" };
            format!("{}({shape}){}{end}", literal(head), literal(tail))
        }
        Around::Line => {
            let head = head.trim_start_matches(' ');
            format!("^ *{}({shape}){}$", literal(head), literal(tail))
        }
    })
}

/// What all of these look like, as a regex.
#[must_use]
pub fn shape(middles: &[&str]) -> &'static str {
    let fits = |shape: &&String| {
        let whole = Regex::new(&format!("^(?:{shape})$")).expect("a constant pattern");
        middles.iter().all(|it| whole.is_match(it))
    };
    let small = || {
        let is_date = |it: &&(Regex, String)| middles.iter().all(|text| it.0.is_match(text));
        SMALL_SHAPES.iter().find(is_date).map(|it| &it.1)
    };
    SHAPES.iter().find(fits).or_else(small).map_or(".*?", String::as_str)
}

fn last_words(text: &str) -> &str {
    let mut starts = text.rmatch_indices(' ').map(|it| it.0);
    &text[starts.nth(CONTEXT).map_or(0, |it| it + 1)..]
}

fn first_words(text: &str) -> &str {
    let mut ends = text.match_indices(' ').map(|it| it.0);
    &text[..ends.nth(CONTEXT).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::super::calendar::LANGUAGES;
    use super::*;

    #[test]
    fn what_all_variants_share_ends_at_whole_words() {
        assert_eq!(shared(&["took 12 ms", "took 13 ms", "took 19 ms"]), (5, 3));
        assert_eq!(shared(&["abc 1", "abd 1"]), (0, 2));
        assert_eq!(shared(&["a", "a b"]), (0, 0));
        assert_eq!(shared(&["x: 1 1", "x: 1"]), (3, 0));
        assert_eq!(shared(&[]), (0, 0));
    }

    #[test]
    fn a_pattern_is_as_narrow_as_what_changed_and_knows_its_neighbours() {
        let table: [(&[&str], Option<&str>); 9] = [
            (&["Rows: 12", "Rows: 9"], Some(r"Rows: (\d+)$")),
            (
                &["  - heading \"12 rows of tea\"", "  - heading \"9 rows of tea\""],
                Some(r#"\- heading "(\d+) rows of"#),
            ),
            (&["took 1.5 s", "took 12.25 s"], Some(r"took ([\d.,]+) s")),
            (&["id a1-ff", "id 0c-12"], Some(r"id ([0-9a-fA-F-]+)$")),
            (&["by Ada (admin)", "by Grace Hopper! (admin)"], Some(r"by (.*?) \(admin\)")),
            (&["alpha", "beta"], None),
            (&["took 3 ms", "took 12 ms", "took 9 ms"], Some(r"took (\d+) ms")),
            (&["key a1-b2 set", "key 77 set"], Some(r"key ([0-9a-fA-F-]+) set")),
            (&["in ~/x!y", "in ~/x?z"], Some(r#"in \~/([^\s"'<>]+)$"#)),
        ];
        for (variants, wanted) in table {
            assert_eq!(pattern(variants, Around::Words).as_deref(), wanted, "{variants:?}");
        }
        let whole = pattern(&["one two three four 5", "one two three four 6"], Around::Line);
        assert_eq!(whole.as_deref(), Some(r"^ *one two three four (\d+)$"));
    }

    #[test]
    fn a_date_is_one_value_whatever_its_month_is_called() {
        let found = |text: &str| -> Vec<String> {
            dates(text).into_iter().map(|it| text[it].to_owned()).collect()
        };
        let table = [
            ("made on Saturday, 21 November 2026 by Ada", "Saturday, 21 November 2026"),
            ("made on Nov 21st, 2026", "Nov 21st, 2026"),
            ("21 November 2026 at 09:00, all", "21 November 2026 at 09:00"),
            ("made Nov. 21, 2026 by ada", "Nov. 21, 2026"),
            ("am Freitag, 20. November 2026 um neun", "Freitag, 20. November 2026"),
            ("seit 3. März", "3. März"),
            ("fait le samedi 21 novembre 2026 à 09:00 par Ada", "samedi 21 novembre 2026 à 09:00"),
            ("hecho el 21 de noviembre de 2026 por Ada", "21 de noviembre de 2026"),
            ("feito em sáb., 21 de nov. de 2026, 09:00 por Ada", "sáb., 21 de nov. de 2026, 09:00"),
            ("fatto il 3 marzo da Ada", "3 marzo"),
            ("op zaterdag 21 november 2026 om 09:00 door", "zaterdag 21 november 2026 om 09:00"),
            ("skapad den 3 maj 2026 av Ada", "3 maj 2026"),
            ("den 21. nov. 2026 kl. 09.00 af Ada", "21. nov. 2026 kl. 09.00"),
            ("due 2026-11-21", "2026-11-21"),
            ("due 21/11/2026", "21/11/2026"),
        ];
        for (text, wanted) in table {
            assert_eq!(found(text), [wanted], "{text}");
        }
        for text in [
            "2 items",
            "version 1.2.34",
            "12 monkeys",
            "a 3-1 win",
            "1. Marketing",
            "to Marseille. 12 rows",
            "set 12 of them",
            "12 set aside",
            "3 man 2 out",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_pattern_with_a_month_or_weekday_holds_in_the_next_one() {
        let holds = |variants: &[&str], later: &str| {
            let text = pattern(variants, Around::Words).expect("they share something");
            (Regex::new(&text).expect("a pattern").is_match(later), text)
        };
        let november = ["Until 20 November 2026: open", "Until 21 November 2026: open"];
        assert!(holds(&november, "Until 3 December 2026: open").0);
        assert!(!holds(&november, "Until 3 Apples 2026: open").0, "an apple is no month");
        let table: [(&[&str], &str, bool); 11] = [
            (&["bis 20. November 2026", "bis 21. November 2026"], "bis 3. Dezember 2026", true),
            (&["bis 20. November 2026", "bis 21. November 2026"], "bis 3. Tasse 2026", false),
            (&["le 20 novembre 2026", "le 21 novembre 2026"], "le 3 décembre 2026", true),
            (&["le 20 novembre 2026", "le 21 novembre 2026"], "le 3 12 2026", false),
            (&["el 20 de marzo de 2026", "el 21 de marzo de 2026"], "el 3 de abril de 2026", true),
            (&["le 30 novembre 2026", "le 1 décembre 2026"], "le 1er mai 2026", true),
            (&["le 30 novembre 2026", "le 1 décembre 2026"], "le dernier mai 2026", false),
            (&["on Friday", "on Saturday"], "on Monday", true),
            (&["on Friday", "on Saturday"], "on fire", false),
            (&["in November", "in December"], "in May", true),
            (&["by 20 November", "by Friday, 21 November"], "by Sat 1 May", true),
        ];
        for (variants, later, wanted) in table {
            let (is_match, text) = holds(variants, later);
            assert_eq!(is_match, wanted, "{text} on {later}");
        }
        assert_eq!(literal("Sunk (11)"), r"Sunk \(11\)");
    }

    #[test]
    fn a_date_in_any_language_has_a_shape_that_other_months_fit() {
        let fits = |middles: &[&str], later: &str| {
            Regex::new(&format!("^(?:{})$", shape(middles))).expect("a pattern").is_match(later)
        };
        let norwegian = ["30. nov. 2026", "1. des. 2026"];
        let spanish = ["30 de noviembre de 2026", "1 de diciembre de 2026"];
        let french = ["samedi 21 novembre 2026 à 09:00", "dimanche 22 novembre 2026 à 10:30"];
        let portuguese = ["sexta-feira, 20 de novembro de 2026", "sábado, 21 de novembro de 2026"];
        for (middles, later) in [
            (norwegian, "2. jan. 2027"),
            (spanish, "2 de enero de 2027"),
            (french, "mardi 1er décembre 2026 à 08:15"),
            (portuguese, "segunda-feira, 1 de dezembro de 2026"),
        ] {
            assert!(fits(&middles, later), "{later}");
            assert!(!fits(&middles, "2027-01-02"), "{middles:?}");
            assert!(!fits(&middles, "soon, at 9"), "{middles:?}");
        }
        assert_eq!(shape(&["12 rows", "9 items"]), ".*?", "what is no date has no such shape");
    }

    #[test]
    fn what_patterns_have_for_a_month_or_weekday_fits_each_name_of_it() {
        let whole = |it: &str| Regex::new(&format!("^(?:{it})$")).expect("a constant pattern");
        let capitals = [whole(MONTH), whole(WEEKDAY)];
        let small = [whole(SMALL_MONTH), whole(SMALL_WEEKDAY)];
        for language in &LANGUAGES {
            let [month, day] = if language.has_capitals { &capitals } else { &small };
            for name in language.months.iter().chain(language.short_months) {
                assert!(month.is_match(name), "{name}");
            }
            for name in language.days {
                assert!(day.is_match(name), "{name}");
            }
        }
        assert!(!capitals[0].is_match("Apples") && !capitals[1].is_match("fire"));
    }
}

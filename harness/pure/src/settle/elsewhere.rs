//! [`Lines`]: lines that varied at one checkpoint; where the same line stands at another, it is
//! taken to vary there too, although these rounds saw it once.
//!
//! A checkpoint is then looked at with one round more, which never was: its first, with such lines as
//! they stood elsewhere. What is proposed for it is proposed by the rules of all others.

use std::collections::{BTreeMap, BTreeSet};

use super::checkpoint::{self, Case, Seen, record};
use super::{Round, align};
use crate::compare::CompareError;
use crate::model::change::without_numbers;
use crate::model::settle::Noise;
use crate::model::{EvidenceRef, FacetKind};

/// So many letters tell a line by itself from any other.
const LETTERS_OF_A_LINE: usize = 12;
/// So many tell it together with the line before it.
const LETTERS_OF_TWO: usize = 8;

/// Lines that varied, by what they say without their numbers.
#[derive(Debug, Default)]
pub(super) struct Lines(BTreeMap<(FacetKind, String), BTreeSet<String>>);

impl Lines {
    /// Whether nothing is known to vary.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes in what varied at a checkpoint.
    ///
    /// Ports and the like are another number in each round, and known for what they are only there:
    /// what is compared has none of them.
    pub(super) fn learn(&mut self, case: &Case<'_>) -> Result<(), CompareError> {
        for (facet, texts) in case.redacted()? {
            for line in align::align(facet, &texts).varying {
                let forms: BTreeSet<String> =
                    line.variants.iter().map(|it| unnumbered(it)).collect();
                if forms.len() > 1 {
                    continue;
                }
                for key in keys(line.before, line.variants[0]) {
                    let own = self.0.entry((facet, key)).or_default();
                    own.extend(line.variants.iter().map(|it| it.trim().to_owned()));
                }
            }
        }
        Ok(())
    }

    /// A text with such lines as they stood elsewhere; `None` where it has none.
    fn varied(&self, facet: FacetKind, text: &str) -> Option<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut any = false;
        let mut before = None;
        for line in text.split('\n') {
            let other = keys(before, line).into_iter().find_map(|key| {
                let known = self.0.get(&(facet, key))?;
                known.iter().find(|it| *it != line.trim())
            });
            before = Some(line);
            any |= other.is_some();
            let indent = &line[..line.len() - line.trim_start().len()];
            lines.push(other.map_or_else(|| line.to_owned(), |it| format!("{indent}{it}")));
        }
        any.then(|| lines.join("\n"))
    }
}

/// By what a line is known again.
fn keys(before: Option<&str>, line: &str) -> Vec<String> {
    let alone = unnumbered(line);
    let two = before.map(|it| format!("{}\n{alone}", unnumbered(it)));
    let letters = |it: &String| it.chars().filter(|it| it.is_alphabetic()).count();
    let two = two.filter(|it| letters(it) >= LETTERS_OF_TWO);
    Some(alone).filter(|it| letters(it) >= LETTERS_OF_A_LINE).into_iter().chain(two).collect()
}

/// A line without its numbers, however long they are: what took 9.8 ms took 10.2 ms elsewhere.
fn unnumbered(line: &str) -> String {
    without_numbers(line.trim())
}

/// All that varied at a checkpoint, and what varies elsewhere and stands there.
pub(super) fn of_case(
    round: &Round<'_>,
    case: &Case<'_>,
    known: &Lines,
) -> Result<Vec<Noise>, CompareError> {
    let Some(first) = case.seen.first() else { return Ok(Vec::new()) };
    let redactor = case.redactor(first)?;
    let varied = case.texts().into_keys().filter_map(|facet| {
        let evidence = &record(first, facet)?.evidence;
        let bytes = (first.read)(evidence)?;
        let text = redactor.apply(facet, &String::from_utf8_lossy(&bytes));
        Some((evidence, known.varied(facet, &text)?))
    });
    let varied: Vec<(&EvidenceRef, String)> = varied.collect();
    if varied.is_empty() {
        return checkpoint::of_case(round, case);
    }
    let read = |evidence: &EvidenceRef| {
        let own = varied.iter().find(|it| it.0 == evidence);
        own.map_or_else(|| (first.read)(evidence), |it| Some(it.1.clone().into_bytes()))
    };
    let imagined = Seen { read: &read, ..*first };
    let seen = case.seen.iter().copied().chain([imagined]).collect();
    checkpoint::of_case(round, &Case { seen, ..*case })
}

#[cfg(test)]
mod tests {
    use super::super::Reach;
    use super::super::tests::found_with;
    use crate::model::scenario::RedactionClass;
    use crate::model::settle::{Noise, Remedy};
    use crate::model::testing::Night;
    use crate::model::{FacetKind, Outcome, Redaction};

    /// Two commands that say this in a round.
    fn wrote(orders: &str, stock: &str) -> Night {
        let mut night = Night::default();
        for (id, text) in [("orders", orders), ("stock", stock)] {
            let facets = [(FacetKind::Stdout, text.as_bytes())];
            night
                .command_scenario(id, "shopctl", Some("list"))
                .begin(id, 1)
                .seen(id, 1, "list", "shopctl", &facets)
                .end(id, 1, Outcome::Completed);
        }
        night
    }

    fn noisy(nights: &[Night], reach: Reach) -> Vec<(String, Option<Remedy>)> {
        let told = |it: Noise| (it.scenario, it.remedy);
        found_with(nights, reach).noise.into_iter().map(told).collect()
    }

    fn names(nights: &[Night], reach: Reach) -> Vec<String> {
        noisy(nights, reach).into_iter().map(|it| it.0).collect()
    }

    #[test]
    fn a_line_that_varies_at_one_place_is_noise_wherever_it_stands() {
        let footer = |ms: u32| format!("served by the small shop in {ms} ms\n");
        let nights = [wrote(&footer(3), &footer(4)), wrote(&footer(5), &footer(4))];
        assert_eq!(names(&nights, Reach::Seen), ["orders"]);
        assert_eq!(names(&nights, Reach::Alike), ["orders", "stock"]);
        let all = noisy(&nights, Reach::Alike);
        assert_eq!(all[0].1, all[1].1, "by the same remedy");
    }

    #[test]
    fn a_duration_that_gains_a_digit_is_the_same_line_here_and_elsewhere() {
        let footer = |ms: &str| format!("served by the small shop in {ms} ms\n");
        let gains = [wrote(&footer("9.8"), &footer("9.7")), wrote(&footer("10.2"), &footer("9.7"))];
        assert_eq!(names(&gains, Reach::Alike), ["orders", "stock"]);
        let longer =
            [wrote(&footer("9.8"), &footer("10.7")), wrote(&footer("9.2"), &footer("10.7"))];
        assert_eq!(names(&longer, Reach::Alike), ["orders", "stock"]);
    }

    #[test]
    fn a_port_that_is_known_in_its_own_round_alone_is_no_noise_elsewhere() {
        let footer = |port: u32, ms: u32| format!("the small shop on port {port} took {ms} ms\n");
        let round = |port: u32, orders: u32| {
            let mut night = Night::default();
            let value = port.to_string();
            for (id, ms) in [("orders", orders), ("stock", 4)] {
                let text = footer(port, ms);
                let facets = [(FacetKind::Stdout, text.as_bytes())];
                night
                    .command_scenario(id, "shopctl", Some("list"))
                    .begin_with(id, 1, &[(value.as_str(), "[port]")])
                    .seen(id, 1, "list", "shopctl", &facets)
                    .end(id, 1, Outcome::Completed);
            }
            night
        };
        let nights = [round(4001, 3), round(4002, 5)];
        let remedy = Remedy::Redact(Redaction::Class(RedactionClass::Duration));
        let own = |id: &str| (id.to_owned(), Some(remedy.clone()));
        assert_eq!(noisy(&nights, Reach::Alike), [own("orders"), own("stock")]);
    }

    #[test]
    fn a_scenario_that_came_to_its_end_once_has_such_lines_too() {
        let footer = |ms: u32| format!("served by the small shop in {ms} ms\n");
        let mut short = wrote(&footer(5), &footer(4));
        short.plan.scenarios.pop();
        short.entries.retain(|it| !format!("{:?}", it.event).contains("\"stock\""));
        let nights = [wrote(&footer(3), &footer(4)), short];
        assert_eq!(names(&nights, Reach::Seen), ["orders"]);
        assert_eq!(names(&nights, Reach::Alike), ["orders", "stock"]);
    }

    #[test]
    fn another_line_and_one_of_too_few_letters_are_not() {
        let nights = [wrote("lamps 3\n", "lamps 4\n"), wrote("lamps 5\n", "lamps 4\n")];
        assert_eq!(names(&nights, Reach::Alike), ["orders"]);
        let (own, other) = ("served by the small shop in", "served by the large shop in");
        let nights = [
            wrote(&format!("{own} 3 ms\n"), &format!("{other} 4 ms\n")),
            wrote(&format!("{own} 5 ms\n"), &format!("{other} 4 ms\n")),
        ];
        assert_eq!(names(&nights, Reach::Alike), ["orders"]);
    }

    #[test]
    fn a_constant_beside_it_stays_compared() {
        let text = |ms: u32| format!("lamp 12 ms\nserved by the small shop in {ms} ms\n");
        let nights = [wrote(&text(3), &text(4)), wrote(&text(5), &text(4))];
        let all = noisy(&nights, Reach::Alike);
        let remedy = r"shop in (\d+) ms".to_owned();
        let own =
            |id: &str| (id.to_owned(), Some(Remedy::Redact(Redaction::Pattern(remedy.clone()))));
        assert_eq!(all, [own("orders"), own("stock")]);
    }
}

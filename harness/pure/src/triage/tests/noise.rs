//! A number that is never the same is one finding that says so; one that is wrong keeps its words.

use super::*;

const PAGES: u32 = 24;

/// Some number that has nothing to do with the next one.
fn by_chance(of: u32) -> u32 {
    let mixed = (of ^ 0x5bd1).wrapping_mul(2_654_435_761);
    100 + (mixed ^ mixed >> 15).wrapping_mul(2_246_822_519) % 797
}

/// Pages of which each says one number: as accepted, and in two attempts.
fn pages(numbers: impl Fn(u32) -> [u32; 3]) -> Night {
    let mut night = Night::default();
    for page in 0..PAGES {
        let shown = |number: u32| {
            format!(
                "- heading \"Page {}\"\n- paragraph: Costs {number} at most today",
                "x".repeat(page as usize + 1)
            )
        };
        let [accepted, first, second] = numbers(page).map(shown);
        let (id, place) = (format!("s{page}"), format!("/p{page}"));
        night
            .browser_scenario(&id, &["page"])
            .baseline(&id, "page", FacetKind::Aria, accepted.as_bytes())
            .baseline(&id, "watch", FacetKind::Events, b"");
        for (attempt, text) in [(1, first), (2, second)] {
            night
                .begin(&id, attempt)
                .seen(&id, attempt, "page", &place, &[(FacetKind::Aria, text.as_bytes())])
                .end(&id, attempt, Outcome::Completed);
        }
    }
    night
}

#[test]
fn a_number_that_is_never_the_same_is_one_finding_with_the_redaction_that_silences_it() {
    let mut night = pages(|page| [page, page + 100, page + 200].map(by_chance));
    let judged = judge(&night);
    let found: Vec<_> = judged
        .findings
        .iter()
        .map(|it| (&*it.title, it.noise.as_deref(), it.verdict, it.scenarios.len()))
        .collect();
    let redaction = r"{ pattern: 'Costs (\d[\d.,]*) at most' }";
    let title = "Looks like noise: \"Costs … at most\" varies at 24 places";
    assert_eq!(found, [(title, Some(redaction), Verdict::Regressed, 24)]);
    assert_eq!(judged.gate.decision, Decision::Fail, "it is not swallowed");
    let pattern = redaction.strip_prefix("{ pattern: '").and_then(|it| it.strip_suffix("' }"));
    night.plan.redact =
        vec![crate::model::Redaction::Pattern(pattern.unwrap_or_default().to_owned())];
    assert_eq!(judge(&night).findings, []);
}

/// What is said of numbers that are wrong.
fn is_noise(numbers: impl Fn(u32) -> [u32; 3]) -> Vec<(bool, usize)> {
    let judged = judge(&pages(numbers));
    let all = judged.findings.iter();
    all.map(|it| (it.noise.is_some() || it.title.contains("noise"), it.scenarios.len())).collect()
}

#[test]
fn a_number_that_is_wrong_everywhere_is_one_finding_that_keeps_its_words() {
    let more = |by: u32| {
        move |page| {
            let price = by_chance(page);
            [price, price + by, price + by]
        }
    };
    assert_eq!(is_noise(more(1)), [(false, 24)], "one too many");
    let taxed = |page| {
        let price = by_chance(page) * 100;
        [price, price + price / 10, price + price / 10]
    };
    assert_eq!(is_noise(taxed), [(false, 24)], "a tenth too much");
    let stable = |page| [by_chance(page), by_chance(page + 100), by_chance(page + 100)];
    assert_eq!(is_noise(stable), [(false, 24)], "the second attempt saw the same again");
}

#[test]
fn what_changed_beside_the_number_is_a_finding_of_its_own() {
    let mut night = pages(|page| [page, page + 100, page + 200].map(by_chance));
    night.page("other", "/other", "- button \"Buy\"", "- button \"Sell\"");
    let judged = judge(&night);
    let noise: Vec<bool> = judged.findings.iter().map(|it| it.noise.is_some()).collect();
    assert_eq!(noise, [false, true]);
}

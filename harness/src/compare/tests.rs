//! Twins: what is clean stays silent, and each kind of change is caught.

use super::*;
use crate::model::testing::Night;

fn run(night: &Night) -> Comparison {
    compare(&night.plan, &night.entries, &|it| night.read(it)).expect("the redactions are valid")
}

#[test]
fn an_unchanged_night_of_many_scenarios_has_no_differences() {
    let mut night = Night::default();
    for index in 0..50 {
        let text = format!("- heading \"{index} rows\"\n- button \"Apply\"");
        night.page(&format!("s{index}"), "/orders", &text, &format!("{text}\n"));
    }
    assert_eq!(run(&night), Comparison::default());
}

#[test]
fn a_changed_number_is_a_difference_with_its_place() {
    let mut night = Night::default();
    night.page("orders", "/orders", "- heading \"12 rows\"", "- heading \"11 rows\"");
    let found = run(&night);
    let difference = &found.differences[0].difference;
    assert_eq!((found.differences.len(), difference.place.as_str()), (1, "/orders"));
    assert_eq!(difference.facets[0].expected, "- heading \"12 rows\"");
    assert_eq!(difference.facets[0].actual, "- heading \"11 rows\"");
    assert_eq!(found.pending[0].content, b"- heading \"11 rows\"");
}

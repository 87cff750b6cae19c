//! The search and the filters of a night's report, as a person uses them in a browser.

use nightshift::report;

use super::*;
use crate::synthetic_night::synthetic;

/// A report of six scenarios, of which three have a finding; one of them is another team's.
pub fn page() -> String {
    let mut night = synthetic(6, 3);
    night.scenarios[1].owner = Some("web-team".to_owned());
    night.scenarios[1].tags = vec!["slow".to_owned()];
    let dir = tempfile::tempdir().unwrap();
    let written = report::write(dir.path(), &night).unwrap();
    std::fs::read_to_string(written.index_html).unwrap()
}

/// The findings that one sees in full.
async fn shown(bench: &mut Bench) -> Vec<String> {
    let aria = facet(&bench.observe().await, FacetKind::Aria);
    let titles = aria
        .lines()
        .filter_map(|it| it.trim().strip_prefix("- heading \"The list of orders number "));
    titles.map(|it| it.split(' ').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_and_filters_leave_the_findings_that_match() {
    let mut bench = Bench::start().await;
    bench.open("/report").await;
    assert_eq!(shown(&mut bench).await, ["0", "1", "2"], "everything is there at first");
    bench.passes(fill(role("searchbox", "Search"), "SCENARIO-00001 shows")).await;
    assert_eq!(shown(&mut bench).await, ["1"]);
    bench.passes(Action::See(vec![text("1 of 3 findings, 0 of 6 scenarios")])).await;
    bench.passes(Action::click(button("Show all"))).await;
    assert_eq!(shown(&mut bench).await, ["0", "1", "2"]);
    let owner = role("combobox", "Owner");
    bench.passes(Action::Choose { from: owner, options: vec!["web-team".into()] }).await;
    assert_eq!(shown(&mut bench).await, ["1"]);
    bench.passes(Action::See(vec![text("1 of 3 findings, 1 of 6 scenarios")])).await;
    let tag = role("combobox", "Tag");
    bench.passes(Action::Choose { from: tag, options: vec!["smoke".into()] }).await;
    assert_eq!(shown(&mut bench).await, [""; 0], "nothing is both");
    bench.stop().await;
}

//! Causes over failures, through compare, cause and triage; and histories with known culprits.

use nightshift_base::model::testing::Night;
use nightshift_pure::bisect::{Found, Limits, Noise, Search, Sure};
use nightshift_pure::compare::compare;
use nightshift_pure::triage::triage;

/// What each cause changes: what stood there, and what stands there.
const CAUSES: [(&str, &str); 20] = [
    ("- button \"Save draft\"", "- button \"Keep draft\""),
    ("- link \"Imprint\"", "- link \"Imprnt\""),
    ("- contentinfo: Version two", "- contentinfo: Version three"),
    ("- text: Free delivery from 40 euros", "- text: Free delivery from 14 euros"),
    ("- heading \"Recently viewed\"", ""),
    ("- img \"Logo of the shop\"", "- img"),
    ("- checkbox \"Remember me\"", "- checkbox \"Remember me\" [checked]"),
    ("- textbox \"Coupon code\"", "- textbox \"Cupon\""),
    ("- text: Prices include tax", "- text: Prices exclude tax"),
    ("- link \"Sign out\"", ""),
    ("- combobox \"Language\": English", "- combobox \"Language\": Deutsch"),
    ("- text: Opening hours 9 to 17", "- text: Opening hours 9 to 5"),
    ("- button \"Add to basket\"", "- button \"Add to basket\" [disabled]"),
    ("- alert: Cookies are used here", "- alert: null"),
    ("- heading \"Reviews by customers\"", "- heading \"undefined\""),
    ("- status: In stock", "- status: Sold out"),
    ("- text: Call 0800 4711 for help", "- text: Call 0800 4712 for help"),
    ("- searchbox \"Find a product\"", ""),
    ("- progressbar \"Loyalty points\"", "- progressbar \"NaN\""),
    ("- link \"Terms of use\" [url=/terms]", "- link \"Terms of use\" [url=/404]"),
];

/// How many causes, over how many failing scenarios, give how many findings.
pub fn clusters() -> (usize, usize, usize) {
    let failures = 300;
    let mut night = Night::default();
    for at in 0..failures {
        let (was, is) = CAUSES[at % CAUSES.len()];
        let page = |own: &str| {
            let others = (1..6).map(|next| CAUSES[(at + next) % CAUSES.len()].0);
            let lines: Vec<&str> =
                std::iter::once(own).chain(others).filter(|it| !it.is_empty()).collect();
            format!("- heading \"Page {at}\"\n{}", lines.join("\n"))
        };
        night.page(&format!("s{at:03}"), &format!("/page/{at}"), &page(was), &page(is));
    }
    let found = compare(&night.plan, &night.entries, &|it| night.read(it)).expect("compared");
    let judged = triage(&night.plan, &night.entries, &found, night.plan.started);
    let failing = judged.totals.regressed as usize;
    (CAUSES.len(), failing, judged.findings.len())
}

/// The share of histories whose culprit is named, and the mean of probes.
pub fn histories(histories: usize, commits: usize, false_failure: f64) -> (f64, f64) {
    let mut random = fastrand::Rng::with_seed(128);
    let noise = Noise { false_failure, false_pass: 0.0 };
    let limits = Limits { sure: Sure::ToFile, most_probes: 60 };
    let (mut right, mut probes) = (0, 0);
    for _ in 0..histories {
        let culprit = random.usize(1..=commits);
        let mut search = Search::over(&vec![1.0; commits], noise);
        let found = loop {
            if let Some(found) = search.over_with(&limits) {
                break found;
            }
            let at = search.unverified().or_else(|| search.most_telling()).expect("not stuck");
            search.learn(at, at >= culprit || random.f64() < false_failure);
        };
        right += usize::from(matches!(found, Found::Commit { at, .. } if at == culprit));
        probes += search.tried().len();
    }
    (right as f64 / histories as f64, probes as f64 / histories as f64)
}

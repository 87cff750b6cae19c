//! The golden night in `reports/sample/`: its data is authored, the rest is rendered from it.
//!
//! `NIGHTSHIFT_REGENERATE=1 cargo test report_sample` renders it again after a change of the
//! report, and prints `report.pdf` where there is a Chromium.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use nightshift::model::suite::BrowserConfig;
use nightshift::model::{Because, Verdict};
use nightshift::night::BrowserPrinter;
use nightshift::report;

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rendered_sample_is_what_its_data_says() {
    let report = report::read(&sample()).unwrap();
    if std::env::var_os("NIGHTSHIFT_REGENERATE").is_some() {
        report::write(&sample(), &report).unwrap();
        let mut printer = BrowserPrinter::start(&BrowserConfig::default()).await.unwrap();
        report::write_pdf(&sample(), &report, &mut printer).await.unwrap();
        printer.stop().await;
    }
    let fresh = tempfile::tempdir().unwrap();
    report::write(fresh.path(), &report).unwrap();
    for name in ["night.json", "summary.md", "junit.xml", "ctrf.json"] {
        let kept = std::fs::read_to_string(sample().join(name)).unwrap();
        let rendered = std::fs::read_to_string(fresh.path().join(name)).unwrap();
        assert!(
            kept == rendered,
            "reports/sample/{name} is out of date: look at the change, then run \
             NIGHTSHIFT_REGENERATE=1 cargo test report_sample"
        );
    }
}

#[test]
fn the_pdf_names_no_folder_of_the_machine_that_printed_it() {
    let pdf = std::fs::read(sample().join("report.pdf")).unwrap();
    assert!(!String::from_utf8_lossy(&pdf).contains("file://"));
}

#[test]
fn the_sample_shows_every_verdict_and_several_reasons() {
    let report = report::read(&sample()).unwrap();
    let missing: Vec<Verdict> =
        Verdict::ALL.into_iter().filter(|verdict| report.totals.of(*verdict) == 0).collect();
    assert_eq!(missing, []);
    let reasons: Vec<Because> = report.scenarios.iter().filter_map(|it| it.because).collect();
    assert_eq!(
        reasons,
        [
            Because::Environment,
            Because::Authoring,
            Because::Login,
            Because::Undecided,
            Because::NeedsPerson,
            Because::Deadline,
            Because::Deadline
        ]
    );
}

#[test]
fn every_link_of_the_sample_leads_to_a_file_beside_it() {
    let fresh = tempfile::tempdir().unwrap();
    report::write(fresh.path(), &report::read(&sample()).unwrap()).unwrap();
    let html = std::fs::read_to_string(fresh.path().join("index.html")).unwrap();
    for attribute in ["href=\"", "src=\""] {
        for rest in html.split(attribute).skip(1) {
            let link = rest.split('"').next().unwrap();
            let is_there = match link.strip_prefix('#') {
                Some(id) => html.contains(&format!("id=\"{id}\"")),
                None => sample().join(link).is_file(),
            };
            assert!(is_there, "{attribute}{link}\" leads nowhere");
        }
    }
}

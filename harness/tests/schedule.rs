//! The files under `ci/` that start nights say what `night.schedule` of the suite at the root says.
//! `forges.rs` reads those for GitHub and GitLab into types and looks at what their jobs do.

mod forges;

use std::path::PathBuf;

use nightshift::commands::schedule::{ScheduleFile, Start, render};
use nightshift::spec;

#[test]
fn the_committed_schedule_files_are_what_the_suite_says() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let suite = spec::load(&root, &spec::Overrides::default()).expect("the suite is valid");
    let start = Start::by_scripts("/srv/nightshift");
    for file in ScheduleFile::ALL {
        let path = root.join("ci").join(file.file_name());
        let written = render(file, &suite.config, &start).expect("the suite has a schedule");
        if std::env::var_os("NIGHTSHIFT_WRITE_CI").is_some() {
            std::fs::write(&path, &written).expect("ci/ can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            kept,
            written,
            "{} is stale; run the test with NIGHTSHIFT_WRITE_CI=1",
            path.display()
        );
    }
}

//! Whole nights, kept by `nightshift schedule` under a clock that the test puts where it wants: through
//! both changes to and from daylight-saving time in five zones, and a clock that jumps back.
//!
//! The clock is that of libfaketime (Debian's package is `faketime`): a file says by how much each
//! process of the keeper and its nights is ahead of the machine. `just daylight` runs this.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use crate::support::{SuiteCopy, night_json, nightshift, text};

/// The longest that a keeper needs to look at the clock, and no night has begun.
const LOOKED: Duration = Duration::from_secs(8);

/// The zones, and when their clocks change in 2026.
const CHANGES: [(&str, [&str; 2]); 5] = [
    ("Europe/Berlin", ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"]),
    ("America/New_York", ["2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"]),
    // Half an hour, at two o'clock.
    ("Australia/Lord_Howe", ["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"]),
    // At midnight, so that the date changes with it.
    ("America/Santiago", ["2026-04-05T03:00:00Z", "2026-09-06T04:00:00Z"]),
    ("Pacific/Chatham", ["2026-04-04T14:00:00Z", "2026-09-26T14:00:00Z"]),
];

/// Where Debian and others keep the library.
pub fn libfaketime() -> PathBuf {
    let found = ["x86_64-linux-gnu", "aarch64-linux-gnu", "."]
        .map(|it| PathBuf::from("/usr/lib").join(it).join("faketime/libfaketime.so.1"));
    let found = found.into_iter().find(|it| it.is_file());
    found.expect("libfaketime: install the package `faketime`")
}

/// A suite whose nights are kept, by a clock of its own.
struct Kept {
    suite: SuiteCopy,
    zone: Tz,
    keeper: Option<Child>,
}

impl Kept {
    /// A suite with a night a day at this time of the zone's clocks, to be over at seven.
    fn at(zone: Tz, time: NaiveTime) -> Self {
        let suite = SuiteCopy::empty();
        let schedule = format!("{} {} * * *", time.minute(), time.hour());
        suite.write(
            "nightshift.yaml",
            &format!(
                "products: {{ tool: {{}} }}\npass-env: [SUITE]\nnight: {{ schedule: '{schedule}', timezone: {zone}, until: '07:00' }}\n"
            ),
        );
        suite.write(
            "scenarios/a.yaml",
            "scenario: a\nsteps:\n  - shell: echo ran >> $SUITE/ran; while test -e $SUITE/wait; do sleep 0.1; done; echo well\n    snapshot: said\n",
        );
        Self { suite, zone, keeper: None }
    }

    /// Puts the clock of all processes there.
    fn set(&self, to: DateTime<Utc>) {
        let ahead = (to - Utc::now()).num_seconds();
        self.suite.write("clock", &format!("{ahead:+}\n"));
    }

    fn start(&mut self) {
        let said = File::create(self.suite.root().join("said")).expect("a file");
        let child = nightshift()
            .arg("schedule")
            .env("SUITE", self.suite.root())
            .env("LD_PRELOAD", libfaketime())
            .env("FAKETIME_TIMESTAMP_FILE", self.suite.root().join("clock"))
            .envs([("FAKETIME_NO_CACHE", "1"), ("NO_FAKE_STAT", "1")])
            .envs([("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("DONT_FAKE_MONOTONIC", "1")])
            .current_dir(self.suite.root())
            .stdout(Stdio::null())
            .stderr(said)
            .spawn();
        self.keeper = Some(child.expect("the program starts"));
    }

    /// The nights that have a report, the oldest first.
    fn nights(&self) -> Vec<Value> {
        let folders = std::fs::read_dir(self.suite.root().join("reports/nights"));
        let folders = folders.into_iter().flatten().filter_map(Result::ok).map(|it| it.path());
        let mut nights: Vec<Value> = folders
            .filter(|it| it.join("night.json").is_file())
            .map(|it| night_json(&it))
            .collect();
        nights.sort_by_key(|it| text(&it["night"]["id"]));
        nights
    }

    fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(120);
        while !is_so(self) {
            let said = || std::fs::read_to_string(self.suite.root().join("said"));
            assert!(Instant::now() < end, "{}: no {what}: {:?}", self.zone, said());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until so many nights have ended and the keeper knows it.
    fn has_kept(&self, many: usize) {
        self.until(&format!("night {many}"), |it| {
            let state = std::fs::read_to_string(it.suite.root().join(".nightshift/schedule.json"));
            let state: Value =
                state.ok().and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
            it.nights().len() == many && state["running"].is_null()
        });
    }

    /// How often the scenario began.
    fn runs(&self) -> usize {
        let ran = std::fs::read_to_string(self.suite.root().join("ran"));
        ran.map_or(0, |it| it.lines().count())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            let _ = keeper.kill();
            let _ = keeper.wait();
        }
    }
}

/// Keeps the nights around a change, one of which begins ten minutes before it and ends behind it.
fn through(zone: &str, change: &str) {
    let zone: Tz = zone.parse().expect("a zone");
    let change: DateTime<Utc> = change.parse().expect("an instant");
    let due = change - TimeDelta::minutes(10);
    let time = due.with_timezone(&zone).time();
    let mut kept = Kept::at(zone, time);
    let eve = due - TimeDelta::hours(24);
    kept.set(eve - TimeDelta::minutes(10));
    kept.start();
    std::thread::sleep(Duration::from_secs(2));

    kept.set(eve + TimeDelta::seconds(5));
    kept.has_kept(1);
    kept.suite.write("wait", "");
    kept.set(due + TimeDelta::seconds(5));
    kept.until("begin of the night", |it| it.runs() == 2);
    // The clocks change while it runs. Where they were put back, they show the same time once more.
    kept.set(due + TimeDelta::minutes(75));
    std::thread::sleep(LOOKED);
    std::fs::remove_file(kept.suite.root().join("wait")).expect("it was there");
    kept.has_kept(2);
    // The machine's clock is put right: it was five hours ahead.
    kept.set(due - TimeDelta::hours(4));
    std::thread::sleep(LOOKED);
    assert_eq!(kept.nights().len(), 2, "{zone} {change}: a night comes once");
    for (day, many) in [(1, 3), (2, 4)] {
        let local = due.with_timezone(&zone).date_naive() + TimeDelta::days(day);
        let next = zone.from_local_datetime(&local.and_time(time)).earliest().expect("it exists");
        kept.set(next.with_timezone(&Utc) + TimeDelta::seconds(5));
        kept.has_kept(many);
    }
    look(&kept, due);
}

/// What the nights say of themselves.
fn look(kept: &Kept, due: DateTime<Utc>) {
    let nights = kept.nights();
    let at = |night: &Value, key: &str| -> DateTime<Utc> {
        text(&night["night"][key]).parse().unwrap_or_else(|_| panic!("{key}: {night:#}"))
    };
    let mut days = Vec::new();
    for night in &nights {
        let (started, deadline) = (at(night, "started"), at(night, "deadline"));
        assert!(at(night, "finished") >= started, "{night:#}");
        assert_eq!(night["night"]["ending"], "complete", "{night:#}");
        assert_eq!(night["night"]["missed"], Value::Null, "{night:#}");
        let deadline = deadline.with_timezone(&kept.zone);
        assert_eq!((deadline.hour(), deadline.minute()), (7, 0), "{night:#}");
        assert!(deadline - started.with_timezone(&kept.zone) < TimeDelta::hours(26), "{night:#}");
        days.push(started.with_timezone(&kept.zone).date_naive());
    }
    let first = due.with_timezone(&kept.zone).date_naive() - TimeDelta::days(1);
    let expected: Vec<_> = first.iter_days().take(4).collect();
    assert_eq!(days, expected, "{}: each day has its night once", kept.zone);
    assert!(
        at(&nights[1], "finished") > due + TimeDelta::minutes(10),
        "it ended behind the change"
    );
    assert_eq!(kept.runs(), 4, "nothing ran twice");
}

#[test]
#[ignore = "needs libfaketime and two minutes; `just daylight`"]
fn whole_nights_pass_both_changes_of_the_clock_in_five_zones_and_a_clock_that_jumps_back() {
    std::thread::scope(|scope| {
        let all = CHANGES.iter().flat_map(|(zone, both)| both.iter().map(move |it| (*zone, *it)));
        for (zone, change) in all {
            scope.spawn(move || through(zone, change));
        }
    });
}

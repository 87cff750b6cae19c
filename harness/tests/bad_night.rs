//! A bad night to look at: `just bad-night` runs it and says where its report lies.
//!
//! A small product, `desk`, says where things go. Six commits, one an area, have it say other towns
//! for 37 of 150 things; two more things go elsewhere by chance, and the yard's store is away for a
//! while. So the night has 40 findings, each of which is its own: no two things change in the same
//! words.

#![expect(clippy::print_stdout, reason = "where the report lies is for a person who asks for it")]

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::bisect::culprits;
use crate::support::{
    Answer, SuiteCopy, copy_folder, in_git, night_json, package, say_what_took, text, verdicts,
    write_past,
};

const CONFIG: &str = r#"
products:
  desk:
    repository: desk
    builds:
      make:
        - shell: 'git -C desk archive ${build} | tar -x -C "${build-dir}"'
    path: ["${build-dir}/bin"]
pass-env: [DESK]
night: { jobs: 1, measure: 0, loop: [bisect] }
"#;

/// The product. Where `down` is there, the store of the yard does not answer until something else
/// is asked for; where `flake-AREA-ITEM` is there, it says that town once.
const DESK: &str = r#"#!/bin/sh
area=$1 item=$2
if [ "$area" = yard ] && [ -e "$DESK/down" ]; then
    touch "$DESK/asked"
    echo "desk: the store does not answer" >&2
    exit 3
fi
if [ -e "$DESK/asked" ]; then rm -f "$DESK/down"; fi
town=$(sed -n "s/^$item|//p" "$(dirname "$0")/../src/$area.txt")
flake="$DESK/flake-$area-$item"
if [ -e "$flake" ]; then
    town=$(cat "$flake")
    rm -f "$flake"
fi
echo "Asked for the $item in the $area"
echo "It is sent to $town on Monday"
echo "Paid in full"
"#;

/// The areas that a commit breaks: which of 24 commits it is, and its title.
const AREAS: [(&str, u32, &str); 6] = [
    ("cellar", 4, "Sort the cellar by weight"),
    ("garden", 8, "Send what is from the garden by rail"),
    ("hall", 11, "Read the list of the hall from the new store"),
    ("kitchen", 15, "Round the way from the kitchen to the nearest port"),
    ("loft", 19, "Take over the old list of the loft"),
    ("office", 22, "Call the towns of the office by their new names"),
];

/// The things of an area, in the order in which they are asked for.
const ITEMS: [&str; 25] = [
    "basket", "bottle", "bucket", "candle", "carpet", "chair", "clock", "curtain", "drawer",
    "hammer", "kettle", "ladder", "lamp", "mirror", "pencil", "ribbon", "saddle", "shovel",
    "table", "teapot", "trunk", "violin", "wagon", "whistle", "window",
];

/// Which of them a commit breaks; of the first area one more. No two stand side by side: they would
/// look like an outage.
const BROKEN: [usize; 6] = [1, 5, 9, 13, 17, 21];
const ONE_MORE: usize = 23;

/// What fails by chance: an area and which of its things.
const FLAKY: [(&str, usize); 2] = [("garden", 3), ("loft", 11)];

const BEGINNINGS: [&str; 15] = [
    "Oak", "Elm", "Ash", "Fir", "Yew", "Bram", "Thorn", "Stan", "Hart", "Swan", "Fox", "Mill",
    "Stone", "Clay", "Wood",
];
const ENDS: [&str; 15] = [
    "ford", "gate", "field", "bridge", "well", "mere", "combe", "wick", "stead", "cliff", "haven",
    "burn", "moor", "dale", "port",
];

/// A town of its own for every number below 225.
fn town(number: usize) -> String {
    format!("{}{}", BEGINNINGS[number % 15], ENDS[number / 15])
}

/// Where all things go, by area.
fn towns() -> BTreeMap<&'static str, Vec<(&'static str, String)>> {
    let some = [("yard", 8), ("zone", 4)];
    let areas = AREAS.iter().map(|it| (it.0, ITEMS.len())).chain(some);
    let mut towns = (0..).map(town);
    let of = |(area, count): (&'static str, usize)| {
        let things: Vec<_> = ITEMS[..count].iter().copied().zip(towns.by_ref()).collect();
        (area, things)
    };
    areas.map(of).collect()
}

/// The things of an area that its commit breaks.
fn broken(area: &str) -> Vec<usize> {
    let more = (area == AREAS[0].0).then_some(ONE_MORE);
    BROKEN.into_iter().chain(more).collect()
}

/// A town that nothing went to before.
fn other_town(number: usize) -> String {
    town(162 + number)
}

fn write_list(suite: &SuiteCopy, area: &str, things: &[(&str, String)]) {
    let lines: Vec<String> = things.iter().map(|(item, town)| format!("{item}|{town}\n")).collect();
    suite.write(&format!("desk/src/{area}.txt"), &lines.concat());
}

fn commit(repository: &Path, number: u32, title: &str) {
    let author = ["Ada", "Bob", "Cleo"][number as usize % 3];
    let author = format!("{author} <{}@example.test>", author.to_lowercase());
    in_git(repository, &["add", "-A"]);
    in_git(repository, &["commit", "--quiet", "--author", &author, "--message", title]);
}

/// The git history of the product: `v1` is its first commit, `v2` its last.
fn write_history(suite: &SuiteCopy) {
    let mut towns = towns();
    suite.write("desk/bin/desk", DESK);
    let program = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(suite.root().join("desk/bin/desk"), program).expect("a program");
    suite.write("desk/.github/CODEOWNERS", "/src/ @desk\n");
    for (area, things) in &towns {
        write_list(suite, area, things);
    }
    let repository = &suite.root().join("desk");
    in_git(repository, &["init", "--quiet"]);
    commit(repository, 1, "The first version");
    in_git(repository, &["tag", "v1"]);
    for number in 2..=24 {
        let at = AREAS.iter().position(|it| it.1 == number);
        if let Some((at, (area, _, title))) = at.map(|it| (it, AREAS[it])) {
            let things = towns.get_mut(area).expect("an area");
            for (nth, item) in broken(area).into_iter().enumerate() {
                things[item].1 = other_town(at * 7 + nth);
            }
            write_list(suite, area, things);
            commit(repository, number, title);
        } else if number % 2 == 0 {
            suite.write(&format!("desk/notes/entry-{number}.md"), "It was a quiet day.\n");
            commit(repository, number, &format!("Write about day {number}"));
        } else {
            suite.write("desk/lib/helper.sh", &format!("# Day {number}\n"));
            commit(repository, number, &format!("Tidy up, {number}"));
        }
    }
    in_git(repository, &["tag", "v2"]);
}

/// A scenario for each thing.
fn write_scenarios(suite: &SuiteCopy) {
    for (area, things) in towns() {
        for (item, _) in things {
            let scenario = format!(
                "scenario: {area}-{item}\nabout: The {item} in the {area} goes where it should.\n\
                 product: desk\ntags: [{area}]\nsteps:\n  - run: desk {area} {item}\n    \
                 snapshot: said\n"
            );
            suite.write(&format!("scenarios/{area}/{item}.yaml"), &scenario);
        }
    }
}

/// Runs a night of the suite; answers with what it said and what it left.
fn night(suite: &SuiteCopy, words: &str, cache: &Path) -> (Answer, Value) {
    let state = suite.root().join("state").display().to_string();
    let cache = cache.display().to_string();
    let environment = [("DESK", state.as_str()), ("XDG_CACHE_HOME", cache.as_str())];
    let words: Vec<&str> = words.split(' ').collect();
    let answer = suite.run_with(&words, &environment);
    let nights = suite.root().join("reports/nights");
    let id = words.iter().position(|it| *it == "--id").expect("it has one") + 1;
    (answer, night_json(&nights.join(words[id])))
}

/// Two weeks of nights of `v1` in which all was well and took the same.
fn write_good_nights(suite: &SuiteCopy, cache: &Path) {
    let words = "run --accept-new --no-settle --no-pdf --id first --build v1";
    let (answer, mut first) = night(suite, words, cache);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    first["totals"]["unchanged"] = first["totals"]["new"].take();
    first["totals"]["new"] = json!(0);
    write_past(suite, &first, 14, &|_, scenario| {
        scenario["verdict"] = json!("unchanged");
        say_what_took(scenario, 100);
    });
    std::fs::remove_dir_all(suite.root().join("reports/nights/first")).expect("removed");
}

#[test]
#[ignore = "takes some minutes, for a night that somebody wants to look at; `just bad-night`"]
fn a_night_of_forty_findings_is_there_to_be_looked_at() {
    let suite = SuiteCopy::empty();
    let cache = tempfile::tempdir().expect("a folder");
    suite.write("nightshift.yaml", CONFIG);
    write_history(&suite);
    write_scenarios(&suite);
    suite.write("state/about", "What the product remembers.\n");
    write_good_nights(&suite, cache.path());
    suite.write("state/down", "");
    for (nth, (area, item)) in FLAKY.into_iter().enumerate() {
        suite.write(&format!("state/flake-{area}-{}", ITEMS[item]), &other_town(50 + nth));
    }
    let (answer, night) = night(&suite, "run --id bad --build v2 --budget 40m", cache.path());
    let kept = package().join("target/bad-night");
    if kept.exists() {
        std::fs::remove_dir_all(&kept).expect("removed");
    }
    copy_folder(&suite.root().join("reports/nights/bad"), &kept);
    for page in ["index.html", "report.pdf"].map(|it| kept.join(it)) {
        let said = if page.is_file() { "is there" } else { "could not be made" };
        println!("{} {said}", page.display());
    }
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert_counts(&night);
}

/// Fails where the night tells anything else than what was done to the product.
fn assert_counts(night: &Value) {
    let findings = night["findings"].as_array().expect("findings");
    let of = |verdict: &str| -> Vec<&Value> {
        findings.iter().filter(|it| it["verdict"] == verdict).collect()
    };
    let counts = [of("regressed").len(), of("flaky").len(), of("inconclusive").len()];
    let titles: Vec<String> = findings.iter().map(|it| text(&it["title"])).collect();
    assert_eq!((findings.len(), counts), (40, [37, 2, 1]), "{titles:#?}");
    let told = |verdict: &str| verdicts(night).iter().filter(|it| it.1 == verdict).count();
    let scenarios = [told("regressed"), told("flaky"), told("unchanged")];
    assert_eq!((verdicts(night).len(), scenarios), (162, [37, 2, 123]));
    let outage = of("inconclusive")[0];
    assert_eq!(outage["scenarios"].as_array().map(Vec::len), Some(8), "{outage:#}");

    // Each of what regressed was broken by the commit of its area.
    assert_eq!(culprits(night).len(), 37);
    for finding in of("regressed") {
        let scenario = text(&finding["scenarios"][0]);
        let area = AREAS.iter().find(|it| scenario.starts_with(it.0)).expect("it has broken");
        assert_eq!(finding["culprit"]["title"], area.2, "{finding:#}");
    }
}

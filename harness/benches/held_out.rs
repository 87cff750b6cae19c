//! `just held-out [again | shaken N] [PRODUCT…]`: faults of other people's products, which nobody who
//! writes the rules has seen.
//!
//! Each folder of `harness/held-out` is a suite over a product that other people wrote, and
//! `faults.json`: regressions of the kinds that stand in the product's own history, as replacements
//! in its files. Baselines are accepted on the sound product, one more night must be silent, and
//! then there is a night for each fault. What a [`Fault`] says a user would notice is held against
//! the first finding of its night. `again` judges the nights that were kept, names faults that have
//! none, and runs nothing. `shaken N` runs no fault: N nights of the sound product, each shaken as
//! `settle` does, of which none may say anything. Nights are in the temporary folder. Installing needs
//! the package registries.
//!
//! - `csvkit/` is a dozen commands over tables, `radon/` measures of code as text, JSON, XML and
//!   Markdown, `trac/` pages that a server renders (`data/fill.py` fills its database),
//!   `tiddlywiki/` a single page over its own little server (`wiki/` are its notes), `sqlite-web/`
//!   pages of rows over a database, `radicale/` calendars by HTTP and a single page to manage them,
//!   `watson/` a clock for projects with reports as text, CSV and JSON, `klaus/` repositories of git
//!   on pages that a server renders (`data/make.sh` makes them), `fava/` a year of a ferry's books
//!   (`data/make.py` writes them) as a single page of tables, charts and journals, `todoman/` tasks
//!   of a theatre as lines, JSON and files of iCalendar, `ihatemoney/` the shared bills of a hut
//!   (`data/make.py` fills its database) on pages that a server renders, `verdaccio/` a registry of
//!   packages (`data/make.js` writes them) and its single page, `gcovr/` what tests of a harbour's
//!   C++ covered, as text, CSV, Markdown, JSON, XML and pages, `reader/` feeds of a bakery, a
//!   lighthouse and others (`data/make.py` takes them in) on pages that a server renders, `lektor/`
//!   the site of an island and the single page in which it is written, `cloc/` lines of a greenhouse's
//!   code as text, JSON, CSV, XML, YAML, Markdown and SQL, `roundup/` the issues of a ferry line
//!   (`make.py` makes the tracker) on pages that a server renders, `maildev/` the mails of a theatre
//!   (`data/start.js` sends them) on a single page, `frictionless/` the catches of a ringing station
//!   for birds as tables of text, JSON, YAML and CSV, with what is wrong in them, `bukuserver/` the
//!   bookmarks of a beekeepers' club (`data/make.py` keeps them) on pages that a server renders.

#[expect(dead_code, reason = "the bench uses more of it")]
mod measure;
#[expect(dead_code, reason = "the bench uses more of it")]
mod products;
#[expect(dead_code, reason = "the bench uses more of it")]
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use products::say;
use serde_json::{Value, json};
use support::{copy_folder, night_json, nightshift, package, text, verdicts};

/// The most findings that a fault may have on average.
const FINDINGS: f64 = 1.3;
/// The least share of faults whose first finding must name the right thing.
const TITLED: f64 = 0.95;

/// What happens to the nights.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nights {
    /// They are run anew, in an installation of their own.
    Run,
    /// Those that were kept are judged by the program as it is now.
    Again,
}

/// What is asked.
#[derive(Clone, Copy)]
enum Asked {
    /// What the faults of a product are told as.
    Faults(Nights),
    /// Whether so many shaken nights of the sound product say nothing.
    Shaken(u32),
}

/// A regression, and how a user would tell of it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    #[expect(dead_code, reason = "for readers of the file")]
    kind: String,
    #[expect(dead_code, reason = "for readers of the file")]
    notices: String,
    /// Pages and command lines, of which one is part of the place of the finding.
    r#where: Vec<String>,
    /// Words, of which the finding's title has at least one.
    words: Vec<String>,
    patch: Patch,
}

/// A replacement in a file of the installed product.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    /// How the file's path ends.
    file: String,
    /// What stands there exactly once.
    old: String,
    new: String,
}

/// A patched file; dropping it puts back what was there.
struct Patched {
    file: PathBuf,
    sound: String,
}

/// What was counted of one product, or of all.
#[derive(Default)]
struct Counts {
    faults: usize,
    caught: usize,
    placed: usize,
    titled: usize,
    findings: usize,
    false_alarms: usize,
}

/// The folders of one product.
struct Product {
    name: String,
    folder: PathBuf,
}

fn main() -> ExitCode {
    let words = products::arguments();
    let (asked, named) = match words.as_slice() {
        [again, named @ ..] if again == "again" => (Asked::Faults(Nights::Again), named),
        [shaken, number, named @ ..] if shaken == "shaken" => match number.parse() {
            Ok(number) => (Asked::Shaken(number), named),
            Err(_) => return usage(),
        },
        named => (Asked::Faults(Nights::Run), named),
    };
    let wanted = match products::chosen(products::names(&held_out(), "faults.json"), named) {
        Ok(wanted) => wanted,
        Err(refused) => return refused,
    };
    match asked {
        Asked::Faults(nights) => faults(&wanted, nights),
        Asked::Shaken(number) => shaken(&wanted, number),
    }
}

fn usage() -> ExitCode {
    say("say: [again | shaken N] [PRODUCT…]");
    ExitCode::from(2)
}

/// The table of all faults of these products.
fn faults(wanted: &[String], nights: Nights) -> ExitCode {
    let mut total = Counts::default();
    let mut lines = Vec::new();
    for name in wanted {
        let counts = examine(name, nights);
        lines.push(counts.line(name));
        total.add(&counts);
    }
    say(format_args!("\n{}", total.sentence()));
    lines.push(total.line("all"));
    for line in lines {
        say(line);
    }
    if total.meets_the_targets() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// So many nights of each sound product, each shaken in another way.
fn shaken(wanted: &[String], number: u32) -> ExitCode {
    let mut all = 0;
    for name in wanted {
        let product = Product::new(name, Nights::Run);
        say(format_args!("\n{name}"));
        product.night("accepted", Nights::Run, &["--accept-new"]);
        let mut alarms = 0;
        for at in 1..=number {
            let (night, at) = (format!("shaken/{at}"), at.to_string());
            alarms += false_alarms(&product.night(&night, Nights::Run, &["--shake", &at]));
        }
        say(json!({ "product": name, "shaken_nights": number, "false_alarms": alarms }));
        all += alarms;
    }
    if all == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn held_out() -> PathBuf {
    package().join("harness/held-out")
}

/// All nights of a product, each told in a line.
fn examine(name: &str, nights: Nights) -> Counts {
    let product = Product::new(name, nights);
    let mut counts = Counts::default();
    say(format_args!("\n{name}"));
    for (night, more) in [("accepted", &["--accept-new"][..]), ("unchanged", &[])] {
        let report = product.night(night, nights, more);
        counts.false_alarms += false_alarms(&report);
    }
    for fault in product.faults() {
        let night = format!("nights/{}", fault.name);
        let patched = match nights {
            Nights::Run => Some(Patched::apply(&fault.patch, &product.cache())),
            Nights::Again => None,
        };
        if nights == Nights::Again && !product.folder.join(&night).join("night.json").is_file() {
            say(format_args!("  {:22} NO NIGHT, not counted", fault.name));
            continue;
        }
        let report = product.night(&night, nights, &[]);
        drop(patched);
        counts.look_at(&fault, &report);
    }
    say(format_args!("  {}", counts.sentence()));
    counts
}

impl Product {
    fn new(name: &str, nights: Nights) -> Self {
        let place = format!("held-out/{name}");
        let folder = match nights {
            Nights::Run => suite::empty(&place),
            Nights::Again => suite::scratch().join(place),
        };
        if nights == Nights::Run {
            copy_folder(&held_out().join(name), &folder.join("suite"));
        }
        Self { name: name.to_owned(), folder }
    }

    /// Where the builds of this bench are, away from those of the person who runs it.
    fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    fn faults(&self) -> Vec<Fault> {
        let file = held_out().join(&self.name).join("faults.json");
        let text = std::fs::read_to_string(&file).expect("the faults are there");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// What a night says, after it was run or judged again.
    fn night(&self, name: &str, nights: Nights, more: &[&str]) -> Value {
        let (out, started) = (self.folder.join(name), Instant::now());
        let mut command = nightshift();
        match nights {
            Nights::Run => command.args(["run", "--no-pdf", "--out"]).arg(&out).args(more),
            Nights::Again => command.arg("judge").arg(&out),
        };
        self.answer(&mut command, &out);
        if nights == Nights::Run {
            say(format_args!("  {name}: {} s", started.elapsed().as_secs()));
        }
        night_json(&out)
    }

    /// Runs the program, which must have judged the night in `out`, whatever it says of it.
    fn answer(&self, command: &mut Command, out: &Path) {
        let output = command
            .current_dir(self.folder.join("suite"))
            .env("XDG_CACHE_HOME", self.cache())
            .output()
            .expect("the program starts");
        let judged = matches!(output.status.code(), Some(0 | 1 | 3));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(judged, "no night {}: {}\n{stderr}", out.display(), output.status);
    }
}

impl Patched {
    fn apply(patch: &Patch, installed: &Path) -> Self {
        let files: Vec<PathBuf> = walkdir::WalkDir::new(installed)
            .into_iter()
            .flatten()
            .map(walkdir::DirEntry::into_path)
            .filter(|it| it.ends_with(&patch.file))
            .collect();
        let [file] = files.as_slice() else {
            panic!("{} is installed {} times", patch.file, files.len());
        };
        let sound = std::fs::read_to_string(file).expect("a file of text");
        let times = sound.matches(&patch.old).count();
        assert_eq!(times, 1, "{} has {:?} {times} times", patch.file, patch.old);
        let broken = sound.replace(&patch.old, &patch.new);
        std::fs::write(file, broken).expect("the installation is ours");
        Self { file: file.clone(), sound }
    }
}

impl Drop for Patched {
    fn drop(&mut self) {
        std::fs::write(&self.file, &self.sound).expect("the installation is ours");
    }
}

/// Findings of a night on which nothing had changed, and scenarios that are not as they were.
fn false_alarms(report: &Value) -> usize {
    let findings = findings(report);
    for finding in findings {
        say(format_args!("  false alarm: {}", text(&finding["title"])));
    }
    let judged = |it: &&(String, String)| matches!(it.1.as_str(), "unchanged" | "new");
    let verdicts = verdicts(report);
    let others = verdicts.len() - verdicts.iter().filter(judged).count();
    findings.len().max(others)
}

fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().map_or(&[], Vec::as_slice)
}

impl Fault {
    /// Whether the first place of a finding is one where a user would look.
    fn is_at(&self, finding: &Value) -> bool {
        let place = text(&finding["differences"][0]["where"]);
        self.r#where.iter().any(|it| place.contains(it.as_str()))
    }

    fn is_named_by(&self, finding: &Value) -> bool {
        let title = text(&finding["title"]);
        self.words.iter().any(|it| title.contains(it.as_str()))
    }
}

impl Counts {
    /// Counts a fault's night, and prints its row of the table.
    fn look_at(&mut self, fault: &Fault, report: &Value) {
        let findings = findings(report);
        let caught = findings.iter().any(|it| text(&it["verdict"]) == "regressed");
        let first = findings.first();
        let placed = first.is_some_and(|it| fault.is_at(it));
        let titled = first.is_some_and(|it| fault.is_named_by(it));
        self.faults += 1;
        self.caught += usize::from(caught);
        self.placed += usize::from(caught && placed);
        self.titled += usize::from(caught && titled);
        self.findings += findings.len();
        let word = |holds, yes, no| if holds { yes } else { no };
        say(format_args!(
            "  {:22} {:6} {:9} {:9} {}",
            fault.name,
            word(caught, "caught", "MISSED"),
            word(placed, "placed", "ELSEWHERE"),
            word(titled, "titled", "UNNAMED"),
            findings.len()
        ));
        for finding in findings {
            let place = text(&finding["differences"][0]["where"]);
            let hit = finding["scenarios"].as_array().map_or(0, Vec::len);
            let (verdict, title) = (text(&finding["verdict"]), text(&finding["title"]));
            say(format_args!("      {verdict}, {hit} hit, {place}: {title}"));
        }
    }

    fn add(&mut self, other: &Self) {
        self.faults += other.faults;
        self.caught += other.caught;
        self.placed += other.placed;
        self.titled += other.titled;
        self.findings += other.findings;
        self.false_alarms += other.false_alarms;
    }

    /// Findings for each fault that was caught.
    fn findings_per_fault(&self) -> f64 {
        ratio(self.findings, self.caught)
    }

    fn sentence(&self) -> String {
        format!(
            "{} faults, {} caught, {} placed, {} titled, {:.2} findings each, {} false alarms",
            self.faults,
            self.caught,
            self.placed,
            self.titled,
            self.findings_per_fault(),
            self.false_alarms
        )
    }

    /// The same for a program.
    fn line(&self, product: &str) -> Value {
        json!({
            "product": product,
            "faults": self.faults,
            "caught": self.caught,
            "placed": self.placed,
            "titled": self.titled,
            "findings_per_fault": (self.findings_per_fault() * 100.0).round() / 100.0,
            "false_alarms": self.false_alarms,
        })
    }

    fn meets_the_targets(&self) -> bool {
        self.caught == self.faults
            && self.false_alarms == 0
            && self.findings_per_fault() <= FINDINGS
            && ratio(self.titled, self.faults) >= TITLED
    }
}

/// What `part` is of `whole`; none of nothing is 0.
fn ratio(part: usize, whole: usize) -> f64 {
    let number = |it: usize| u32::try_from(it).map_or(f64::INFINITY, f64::from);
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}

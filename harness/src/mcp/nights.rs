//! What a client reads of nights: how they went, what they found, and what they kept. Only what lies in
//! night directories is read, where no secret is.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use super::arguments::Given;
use super::reply::{Reply, data, theirs};
use super::setting::Setting;
use crate::ledger::NightDir;
use crate::model::Finding;
use crate::night::{nights_folder, sessions_folder};
use crate::report::{self, NightReport, one_line};

/// So many nights are told at once.
const MOST_NIGHTS: usize = 20;
/// Evidence that is larger is not sent.
const LARGEST: u64 = 4 << 20;
/// A title is told so far.
const LONGEST_TITLE: usize = 200;
/// So many places of a finding are told.
const MOST_PLACES: usize = 8;

/// The nights, newest first.
pub fn nights(setting: &Setting, given: &Given) -> Result<String, String> {
    let folder = nights_folder(&setting.suite()?);
    let all = folders(&folder);
    let mut text = String::new();
    for path in all.iter().skip(given.number("from")).take(MOST_NIGHTS) {
        let id = path.file_name().unwrap_or_default().to_string_lossy();
        match report::read(path) {
            Ok(it) => {
                let gate = it.gate.decision.word();
                let _ = writeln!(text, "{id} gate: {gate} ({}); {}", it.gate.rule, numbers(&it));
            }
            Err(_) => {
                let _ = writeln!(text, "{id} has no report");
            }
        }
    }
    if text.is_empty() {
        return Ok(format!("there is no night in {}", folder.display()));
    }
    let next = given.number("from") + MOST_NIGHTS;
    if let Some(left) = all.len().checked_sub(next).filter(|it| *it > 0) {
        let _ = write!(text, "cut: {left} more; go on with from: {next}");
    }
    Ok(text)
}

fn numbers(it: &NightReport) -> String {
    format!(
        "{} planned, {} judged, {}",
        it.totals.planned,
        it.totals.judged,
        match it.findings.len() {
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        }
    )
}

/// What a night found, or one finding of it.
pub fn findings(setting: &Setting, given: &Given) -> Result<String, String> {
    let path = night(setting, given)?;
    let it = report::read(&path).map_err(|error| error.to_string())?;
    let Some(id) = given.text("id") else {
        let mut text = format!("night {}: {}\n", it.night.id, numbers(&it));
        let mut told = String::new();
        for finding in &it.findings {
            let _ = writeln!(told, "{}", headline(finding));
        }
        if told.is_empty() {
            return Ok(text);
        }
        text.push_str(&theirs(&told, given.number("from")));
        return Ok(text);
    };
    let found = it.findings.iter().find(|it| it.id == id || it.fingerprint == id);
    let Some(finding) = found else {
        let ids: Vec<&str> = it.findings.iter().map(|it| it.id.as_str()).collect();
        return Err(format!(
            "night {} has no finding {id:?}; it has: {}",
            it.night.id,
            if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
        ));
    };
    Ok(format!(
        "night {}\nrepeat it: {}\n{}",
        it.night.id,
        finding.reproduce,
        theirs(&whole(finding), given.number("from"))
    ))
}

fn headline(it: &Finding) -> String {
    format!(
        "{} {} {}: {}",
        it.id,
        it.verdict,
        it.severity.word(),
        one_line(&it.title, LONGEST_TITLE)
    )
}

fn whole(it: &Finding) -> String {
    let mut text = headline(it);
    let _ = write!(text, "\nscenarios: {}", it.scenarios.join(", "));
    if let Some(suppression) = &it.suppression {
        let _ = write!(text, "\nknown: {}", suppression.reason);
    }
    for reason in it.reasons.iter().chain(&it.because) {
        let _ = write!(text, "\nbecause: {reason}");
    }
    for place in it.differences.iter().take(MOST_PLACES) {
        let checkpoint = place.checkpoint.as_deref().unwrap_or("no checkpoint");
        let _ = write!(
            text,
            "\n\nin {}, step {}, {checkpoint}, at {}",
            place.scenario, place.step, place.place
        );
        for change in &place.facets {
            let _ = write!(
                text,
                "\n{}\n  expected: {}\n  actual: {}",
                change.facet.map_or("step", crate::model::FacetKind::word),
                change.expected.trim_end(),
                change.actual.trim_end()
            );
            for evidence in &change.evidence {
                let _ = write!(text, "\n  evidence: {evidence}");
            }
        }
    }
    if let Some(more) = it.differences.len().checked_sub(MOST_PLACES).filter(|it| *it > 0) {
        let _ = write!(text, "\n\nand {more} more places");
    }
    text
}

/// Something that a night, or the client's own session, kept.
pub fn evidence(setting: &Setting, own: Option<&NightDir>, given: &Given) -> Reply {
    let path = given.text("path").unwrap_or_default();
    let dir = match (given.text("night"), own) {
        (None, Some(own)) => Ok(own.path().to_owned()),
        (_, _) => night(setting, given),
    };
    match dir.and_then(|dir| kept(&dir, path)) {
        Ok(bytes) if Path::new(path).extension().is_some_and(|it| it == "png") => Reply {
            picture: Some(bytes),
            ..Reply::text(data(&format!("a picture of the product: {path}")))
        },
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Reply::text(theirs(&text, given.number("from"))),
            Err(_) => Reply::wrong(format!("{path} is neither text nor a picture")),
        },
        Err(why) => Reply::wrong(why),
    }
}

fn kept(dir: &Path, path: &str) -> Result<Vec<u8>, String> {
    if !path.starts_with("evidence/") {
        return Err(format!(
            "{path:?} is no evidence; paths begin with evidence/, as findings tell them"
        ));
    }
    let outside = || format!("{path:?} must lie inside of the night");
    if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(outside());
    }
    let failed = |error| format!("{path} cannot be read: {error}");
    // A night may have been copied from anywhere, with links in it.
    let own = dir.canonicalize().map_err(failed)?;
    let file = own.join(path).canonicalize().map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if !file.starts_with(own.join("evidence")) || !about.is_file() {
        return Err(outside());
    }
    if about.len() > LARGEST {
        let bytes = about.len();
        return Err(format!("{path} has {bytes} bytes; look at it in {}", dir.display()));
    }
    std::fs::read(&file).map_err(failed)
}

/// The night that a call names, or the newest.
fn night(setting: &Setting, given: &Given) -> Result<PathBuf, String> {
    let folder = nights_folder(&setting.suite()?);
    let Some(id) = given.text("night") else {
        let newest = folders(&folder).into_iter().next();
        return newest.ok_or_else(|| {
            format!(
                "there is no night in {}; a person runs one by: nightshift run",
                folder.display()
            )
        });
    };
    let mut parts = Path::new(id).components();
    let is_name = matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none();
    let found = [folder.join(id), sessions_folder(&folder).join(id)];
    match found.into_iter().find(|it| is_name && is_night(it)) {
        Some(path) => Ok(path),
        None => Err(format!("there is no night {id:?}; `nights` lists them")),
    }
}

/// Whether a folder is a night, or the report of one.
fn is_night(folder: &Path) -> bool {
    ["plan.json", "night.json"].iter().any(|it| folder.join(it).is_file())
}

/// The folders of nights, newest first.
fn folders(nights: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(nights).into_iter().flatten().filter_map(Result::ok);
    let mut all: Vec<PathBuf> = all.map(|it| it.path()).filter(|it| is_night(it)).collect();
    all.sort();
    all.reverse();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_evidence_inside_of_a_night_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = folder.path().join("night");
        std::fs::create_dir_all(night.join("evidence/ab")).expect("made");
        std::fs::write(night.join("plan.json"), "{}").expect("written");
        std::fs::write(night.join("evidence/ab/a.txt"), "kept").expect("written");
        std::fs::write(folder.path().join("outside.txt"), "canary").expect("written");
        std::os::unix::fs::symlink(
            folder.path().join("outside.txt"),
            night.join("evidence/ab/l.txt"),
        )
        .expect("linked");
        std::os::unix::fs::symlink(folder.path(), night.join("evidence/cd")).expect("linked");
        assert_eq!(kept(&night, "evidence/ab/a.txt").as_deref(), Ok(&b"kept"[..]));
        for path in [
            "plan.json",
            "evidence/../plan.json",
            "evidence/../../outside.txt",
            "evidence/ab/l.txt",
            "evidence/cd/outside.txt",
            "evidence/ab",
            "/etc/hostname",
        ] {
            assert!(kept(&night, path).is_err(), "{path}");
        }
    }
}

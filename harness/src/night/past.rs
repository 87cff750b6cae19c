//! [`gather`]: what earlier nights said, for the plan; and [`machine`], so that their durations
//! are compared with this machine's own.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::{NightError, RunOptions, nights_folder};
use crate::history::{self, Wanted};
use crate::model::{History, Plan, Suite};

/// What the earlier nights of the suite said that the plan needs, and in a sentence how many there
/// are.
///
/// # Errors
/// The folder that was named is none, or cannot be read.
pub(super) fn gather(
    suite: &Suite,
    options: &RunOptions,
    plan: &Plan,
) -> Result<(History, String), NightError> {
    let folder = folder(suite, options);
    let wanted = Wanted {
        branch: plan.branch.as_deref(),
        any_branch: false,
        except: &plan.night,
        scenarios: Some(plan.scenarios.iter().map(|it| it.id.as_str()).collect()),
        suite: Some(suite.scenarios.iter().map(|it| it.id.as_str()).collect()),
        durations: true,
    };
    let mut history = history::gather(&folder, &wanted)?;
    let inside = folder.strip_prefix(&suite.root).map(PathBuf::from);
    history.folder = Some(inside.unwrap_or(folder).display().to_string());
    let said = said(&history);
    Ok((history, said))
}

/// The same, put into the plan; a night that goes on remembers what it did when it began.
///
/// # Errors
/// As for [`gather`].
pub(super) fn remember(
    suite: &Suite,
    options: &RunOptions,
    plan: &mut Plan,
) -> Result<String, NightError> {
    if options.resume.is_some() {
        return Ok(said(&plan.history));
    }
    let (history, remembered) = gather(suite, options, plan)?;
    plan.history = history;
    Ok(remembered)
}

/// The folder of the suite's earlier nights.
pub(super) fn folder(suite: &Suite, options: &RunOptions) -> PathBuf {
    let named = suite.config.night.history.as_ref().map(|it| suite.root.join(it));
    options.history.clone().or(named).unwrap_or_else(|| nights_folder(suite))
}

fn said(history: &History) -> String {
    let folder = history.folder.as_deref().unwrap_or_default();
    let nights = match (history.nights.len(), history.nights.first()) {
        (1, Some(first)) => format!("1 earlier night in {folder}, {}", first.id),
        (more, Some(first)) => format!("{more} earlier nights in {folder}, since {}", first.id),
        (_, None) => format!("no earlier night in {folder}: nothing is known, and all is new"),
    };
    let branches = match history.other_branches {
        0 => String::new(),
        some => format!("; {some} of other branches left out"),
    };
    let skipped: Vec<String> =
        history.skipped.iter().map(|it| format!("{} ({})", it.night, it.why)).collect();
    let skipped = match skipped.len() {
        0 => String::new(),
        some => format!("; {some} cannot be used: {}", skipped.join(", ")),
    };
    format!("{nights}{branches}{skipped}")
}

/// What stands for machines like this one: processor, cores, memory and system, hashed. Neither
/// its name nor its address takes part.
#[must_use]
pub(super) fn machine() -> String {
    let first = |file: &str, key: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|it| it.starts_with(key)).map(str::to_owned);
        line.unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // What the system keeps for itself differs a little from start to start: whole gigabytes.
    let memory = first("/proc/meminfo", "MemTotal");
    let kilobytes = memory.split_whitespace().nth(1).and_then(|it| it.parse::<u64>().ok());
    let gigabytes = kilobytes.map_or(0, |it| (it + 524_288) / 1_048_576);
    let told = format!(
        "{}\n{cores}\n{gigabytes}\n{}\n{}",
        first("/proc/cpuinfo", "model name"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let digest = Sha256::digest(told.as_bytes());
    let head = digest.iter().take(6).fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    format!("{head:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_the_same_at_every_look_and_tells_nothing_of_itself() {
        let machine = machine();
        assert_eq!(machine, super::machine());
        assert!(machine.len() == 12 && machine.bytes().all(|it| it.is_ascii_hexdigit()));
    }

    #[test]
    fn a_first_night_says_that_it_knows_nothing() {
        let history = History { folder: Some("reports/nights".to_owned()), ..History::default() };
        assert_eq!(
            said(&history),
            "no earlier night in reports/nights: nothing is known, and all is new"
        );
    }
}

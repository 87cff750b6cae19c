//! [`run`]: a command of the team's that takes a night and puts it where it is read.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use super::super::{night, waiting};
use crate::model::Template;
use crate::process::{self, CommandSpec, Cookie, Environment, Exit, Leftovers};
use crate::report;

/// How much of what the command says is kept, in bytes.
const KEPT: usize = 64 << 10;
/// How much of it is told, in characters.
const TOLD: usize = 400;

/// Runs a command for a night: its words know `${night}` and `${folder}`.
///
/// # Errors
/// It could not be started, took too long, or ended otherwise than with 0.
pub fn run(
    words: &[Template],
    limit: Duration,
    root: &Path,
    folder: &Path,
    id: &str,
) -> anyhow::Result<()> {
    let folder = folder.canonicalize().context("cannot tell where the night lies")?;
    let known = |name: &str| match name {
        "night" => Some(id.to_owned()),
        "folder" => Some(folder.display().to_string()),
        _ => None,
    };
    let words: Result<Vec<String>, _> = words.iter().map(|it| it.resolve(&known)).collect();
    let mut words = words?.into_iter();
    let spec = CommandSpec {
        program: words.next().unwrap_or_default(),
        args: words.collect(),
        cwd: root.to_owned(),
        env: Environment::inherited(night::environment()).to_vec(),
        stdin: Vec::new(),
        timeout: limit,
        max_output: KEPT,
        tree: Cookie::new(),
        leftovers: Leftovers::End,
        confinement: None,
    };
    let finished = waiting::runtime()?.block_on(process::run(spec))?;
    let how = match (finished.timed_out, finished.exit) {
        (true, _) => format!("did not end within {} s", limit.as_secs()),
        (false, Some(Exit::Code(0))) => return Ok(()),
        (false, Some(exit)) => format!("ended with {exit}"),
        (false, None) => "did not end".to_owned(),
    };
    let said = [finished.stdout.marked(), finished.stderr.marked()].concat();
    let said = report::one_line(&String::from_utf8_lossy(&said), TOLD);
    anyhow::bail!("its command {how}: {said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: Duration = Duration::from_secs(20);

    fn ran(line: &[&str], limit: Duration, folder: &Path) -> Result<(), String> {
        let words: Vec<Template> = line.iter().map(|it| Template::new(*it)).collect();
        run(&words, limit, folder, folder, "n 1; touch x").map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_command_knows_the_night_and_its_folder_and_no_shell_reads_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let says = "printf '%s|%s' \"$1\" \"$2\" > said";
        let line = ["sh", "-c", says, "sh", "${night}", "${folder}"];
        assert_eq!(ran(&line, SECONDS, folder.path()), Ok(()));
        let said = std::fs::read_to_string(folder.path().join("said")).expect("written");
        let own = folder.path().canonicalize().expect("there");
        assert_eq!(said, format!("n 1; touch x|{}", own.display()));
    }

    #[test]
    fn a_command_that_fails_or_hangs_or_is_not_there_is_told_with_its_own_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let failed = ran(&["sh", "-c", "echo no room >&2; exit 7"], SECONDS, folder.path());
        assert_eq!(failed, Err("its command ended with exit 7: no room".to_owned()));
        let hangs = ran(&["sleep", "60"], Duration::from_secs(1), folder.path());
        let hangs = hangs.expect_err("it hangs");
        assert!(hangs.starts_with("its command did not end within 1 s"), "{hangs}");
        let missing = ran(&["no-such-program-here"], SECONDS, folder.path());
        assert!(missing.expect_err("it is not there").contains("no-such-program-here"));
    }
}

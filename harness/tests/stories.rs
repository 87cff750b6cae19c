//! The tutorial and the pages of tasks are stories: what they say is done, and what they promise
//! happens.
//!
//! In such a page a block whose first line is a comment with a path is a file; a block of `sh` is
//! run line by line in the folder of those files, each line with the exit code that its comment
//! says (`# exit 1`, else 0); a block of `text` right after it is what it prints, where `…` stands
//! for anything.

use std::path::Path;
use std::process::Command;

use regex::Regex;

use crate::documentation::{Block, page_named};
use crate::support::{SuiteCopy, copy_folder, nightshift, package};

/// The passwords of the club's members.
const SECRETS: [(&str, &str); 2] =
    [("ADA_PASSWORD", "tea-for-two"), ("CLERK_PASSWORD", "stamp-and-ink")];

/// Does what the page says in this folder.
fn tell(name: &str, place: &SuiteCopy) {
    let page = page_named(name);
    let mut said = String::new();
    for block in &page {
        let at = format!("{name}, the block at line {}", block.line);
        match (file_of(block), block.language.as_str()) {
            (Some((path, text)), _) => place.write(&path, &text),
            (None, "sh") => said = block.text.lines().map(|line| run(place, line, &at)).collect(),
            (None, "text") => assert_printed(&said, &block.text, &at),
            (None, _) => {}
        }
    }
}

/// The file that a block is, by the comment in its first line, which goes where another must be
/// first or where there are no comments.
fn file_of(block: &Block) -> Option<(String, String)> {
    let (first, rest) = block.text.split_once('\n')?;
    let path = first.strip_prefix("# ")?;
    let is_path = !path.contains(' ') && Path::new(path).extension().is_some();
    let goes = block.language == "json" || rest.starts_with("#!");
    let text = if goes { rest } else { &block.text };
    is_path.then(|| (path.to_owned(), text.to_owned()))
}

/// Runs a line and answers with all that it printed.
fn run(place: &SuiteCopy, line: &str, at: &str) -> String {
    let expected = match line.split_once("# exit ") {
        Some((_, code)) => code.trim().parse().expect("an exit code"),
        None => 0,
    };
    let program = nightshift();
    let bin = Path::new(program.get_program()).parent().expect("a folder").to_owned();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        [bin, place.folder().join("bin")].into_iter().chain(std::env::split_paths(&inherited)),
    );
    let mut command = Command::new("sh");
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command
        .args(["-c", line])
        .envs(SECRETS)
        .env("PATH", path.expect("a path"))
        .current_dir(place.root())
        .output()
        .expect("a shell");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert_eq!(output.status.code(), Some(expected), "{at}: {line}\n{said}");
    said
}

/// Every promised line was printed, in this order.
fn assert_printed(said: &str, promised: &str, at: &str) {
    let mut rest = said.lines();
    for line in promised.lines().filter(|it| !it.trim().is_empty() && it.trim() != "…") {
        let pieces: Vec<String> = line.split('…').map(|it| regex::escape(it.trim())).collect();
        let pattern = Regex::new(&format!("^{}$", pieces.join(".*"))).expect("a valid pattern");
        assert!(rest.any(|it| pattern.is_match(it.trim())), "{at}: no line {line:?} in\n{said}");
    }
}

#[test]
fn the_tutorial_does_what_it_says() {
    tell("docs/tutorial.md", &SuiteCopy::empty());
}

#[test]
fn the_tasks_are_done_as_they_are_told() {
    let place = SuiteCopy::empty();
    let fixture = package().join("harness/tests/fixture");
    for part in ["bin", "parts"] {
        copy_folder(&fixture.join(part), &place.folder().join(part));
    }
    copy_folder(&fixture.join("suite/data"), &place.folder().join("data"));
    std::fs::copy(fixture.join("shop.py"), place.folder().join("shop.py")).expect("copied");
    tell("docs/guide/tasks.md", &place);
}

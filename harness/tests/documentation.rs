//! The documentation keeps to the program: its YAML is valid, its command lines are taken, its
//! links lead somewhere.
//!
//! A block of YAML is checked as the file that it looks like: a scenario, a skill, a part of
//! `nightshift.yaml`, or a list of steps. Skills that a page defines are known to its other blocks.

use std::path::{Path, PathBuf};

use regex::Regex;

/// What stands around a block that is only a part of a suite.
const PRODUCT: &str = "products: { shop: {} }\n";
/// The variables that the examples use.
const VARS: &str = "vars: { country: NZ, user: ada }\n";
/// The people that the examples name.
const SESSIONS: &str = "sessions: { ada: {}, clerk: {}, visitor: {} }\n";
/// The skill that examples call where their page does not define it.
const SKILL: &str =
    "skill: sign-in\ndescription: Signs in.\ninputs: { user: text }\nsteps: [back]\n";
/// The keys with which a part of `nightshift.yaml` begins.
const CONFIG_KEYS: [&str; 19] = [
    "products", "sessions", "browser", "night", "gate", "redact", "mask", "facets", "profiles",
    "vars", "pass-env", "secrets", "suppress", "agent", "notify", "policy", "sandbox", "file",
    "report",
];

/// A fenced block.
pub struct Block {
    pub language: String,
    pub text: String,
    /// The line of its first line.
    pub line: usize,
}

/// The blocks of a page, named from the repository's root.
pub fn page_named(name: &str) -> Vec<Block> {
    page(&root(), root().join(name)).blocks
}

/// A page of the documentation.
struct Page {
    name: String,
    path: PathBuf,
    blocks: Vec<Block>,
    /// The lines outside of blocks.
    prose: Vec<(usize, String)>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<Page> {
    let root = root();
    let docs = walkdir::WalkDir::new(root.join("docs")).sort_by_file_name();
    let docs = docs.into_iter().map(|it| it.expect("readable").into_path());
    let tops = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|it| root.join(it));
    tops.into_iter()
        .chain(docs)
        .filter(|it| it.extension().is_some_and(|it| it == "md"))
        .map(|path| page(&root, path))
        .collect()
}

fn page(root: &Path, path: PathBuf) -> Page {
    let text = std::fs::read_to_string(&path).expect("readable");
    let mut blocks: Vec<Block> = Vec::new();
    let mut prose = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        match (open, line.trim_start().strip_prefix("```")) {
            (false, Some(language)) => {
                open = true;
                let language = language.to_owned();
                blocks.push(Block { language, text: String::new(), line: index + 2 });
            }
            (true, Some(_)) => open = false,
            (true, None) => {
                let block = blocks.last_mut().expect("a block is open");
                block.text.push_str(line);
                block.text.push('\n');
            }
            (false, None) => prose.push((index + 1, line.to_owned())),
        }
    }
    let name = path.strip_prefix(root).expect("below the root").display().to_string();
    assert!(!open, "{name}: a block is not closed");
    Page { name, path, blocks, prose }
}

/// What a block is checked as: the name of its file, and its text with what it needs around it.
fn as_file(block: &str) -> (&'static str, String) {
    let first = block
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .unwrap_or_default();
    let key = first.split(':').next().unwrap_or_default();
    match key {
        "scenario" => ("scenarios/block.yaml", block.to_owned()),
        "skill" => ("skills/block.yaml", block.to_owned()),
        key if CONFIG_KEYS.contains(&key) => {
            let lacks = |key: &str| !block.lines().any(|it| it.starts_with(key));
            let products = if lacks("products:") { PRODUCT } else { "" };
            let vars = if lacks("vars:") { VARS } else { "" };
            ("nightshift.yaml", format!("{block}{products}{vars}"))
        }
        _ => ("scenarios/block.yaml", format!("scenario: block\nsteps:\n{block}")),
    }
}

#[test]
fn every_yaml_example_is_valid() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for page in pages() {
        let blocks: Vec<&Block> = page.blocks.iter().filter(|it| it.language == "yaml").collect();
        let files: Vec<(&str, String)> = blocks.iter().map(|it| as_file(&it.text)).collect();
        for (block, (name, text)) in blocks.iter().zip(&files) {
            let suite = tempfile::tempdir().expect("a folder");
            let write = |name: &str, text: &str| {
                let path = suite.path().join(name);
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
                std::fs::write(path, text).expect("written");
            };
            write("nightshift.yaml", &format!("{PRODUCT}{VARS}{SESSIONS}"));
            let others = files.iter().filter(|it| it.0 == "skills/block.yaml" && it.1 != *text);
            for (number, (_, other)) in others.enumerate() {
                write(&format!("skills/other-{number}.yaml"), other);
            }
            if !files.iter().any(|it| it.1.contains("skill: sign-in")) {
                write("skills/sign-in.yaml", SKILL);
            }
            write("tools/axe.min.js", "");
            write(name, text);
            checked += 1;
            let report = nightshift::spec::check(suite.path(), &[]).expect("a suite");
            wrong.extend(
                report
                    .complaints
                    .iter()
                    .map(|it| format!("{}, the block at line {}:\n{it}", page.name, block.line)),
            );
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "{}", wrong.join("\n"));
    assert!(checked > 30, "only {checked} blocks were found");
}

#[test]
fn every_command_line_is_one_that_the_program_takes() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for page in pages() {
        for block in page.blocks.iter().filter(|it| it.language == "sh") {
            for line in block.text.lines().filter(|it| it.starts_with("nightshift ")) {
                let line = line.split(" #").next().unwrap_or(line);
                let line = line.split([';', '|', '>', '&']).next().unwrap_or(line);
                checked += 1;
                let words = shell_words::split(line).expect("balanced quotes");
                if let Err(said) = nightshift::commands::accepts(&words) {
                    wrong.push(format!("{}: {line}\n{said}", page.name));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "{}", wrong.join("\n"));
    assert!(checked > 10, "only {checked} command lines were found");
}

#[test]
fn every_relative_link_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a valid pattern");
    let all = pages();
    let mut wrong = Vec::new();
    for page in &all {
        for (number, line) in &page.prose {
            for found in link.captures_iter(&without_code(line)) {
                let (path, anchor) = found[1].split_once('#').unwrap_or((&found[1], ""));
                if path.contains("://") {
                    continue;
                }
                let target = match path {
                    "" => page.path.clone(),
                    path => page.path.parent().expect("a folder").join(path),
                };
                let leads = target.canonicalize().is_ok_and(|target| {
                    anchor.is_empty()
                        || all.iter().any(|it| {
                            it.path.canonicalize().is_ok_and(|it| it == target)
                                && anchors(it).any(|it| it == anchor)
                        })
                });
                if !leads {
                    wrong.push(format!("{}:{number}: {}", page.name, &found[1]));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// A line without what stands in backquotes.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("")
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &Page) -> impl Iterator<Item = String> {
    page.prose.iter().filter(|(_, line)| line.starts_with('#')).map(|(_, line)| {
        line.trim_start_matches('#')
            .trim()
            .to_lowercase()
            .chars()
            .filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'))
            .map(|it| if it == ' ' { '-' } else { it })
            .collect()
    })
}

/// The file whose `//!` names a source file, and the name that it has there; `None` for what stands
/// at the top of a crate. In a room it is the folder's `mod.rs`, or the file beside the folder.
fn header_of(source: &Path, file: &Path) -> Option<(PathBuf, String)> {
    let named = if file.ends_with("mod.rs") { file.parent()? } else { file };
    let folder = named.parent().filter(|it| *it != source && it.starts_with(source))?;
    let mut name = named.file_name()?.to_string_lossy().into_owned();
    if file.ends_with("mod.rs") {
        name.push('/');
    }
    let own = folder.join("mod.rs");
    Some((if own.is_file() { own } else { folder.with_extension("rs") }, name))
}

/// The `//!` at the beginning of a file.
fn header(file: &Path) -> String {
    let source = std::fs::read_to_string(file).expect("readable");
    let lines: Vec<&str> = source.lines().take_while(|it| it.starts_with("//!")).collect();
    lines.join("\n")
}

#[test]
fn every_source_file_is_named_by_the_header_of_its_folder_and_nothing_else() {
    let entry = Regex::new(r"(?m)^//! - `([a-z_0-9]+(?:/|\.rs|\.js))`: ").expect("a valid pattern");
    let is_test = |name: &str| name.ends_with("tests.rs") || name.contains("/tests/");
    let (mut missing, mut gone) = (Vec::new(), Vec::new());
    for source in crate::layering::crates().iter().map(crate::layering::Crate::source) {
        for file in walkdir::WalkDir::new(&source).sort_by_file_name() {
            let file = file.expect("readable").into_path();
            let is_source = file.extension().is_some_and(|it| it == "rs" || it == "js");
            let below = file.strip_prefix(&source).expect("below it").display().to_string();
            if !is_source || is_test(&below) {
                continue;
            }
            if let Some((at, name)) = header_of(&source, &file)
                && !header(&at).contains(&format!("//! - `{name}`: "))
            {
                missing.push(format!("{below}: in {}", at.display()));
            }
            let folder = file.with_extension("");
            let folder =
                if file.ends_with("mod.rs") { file.parent().expect("one") } else { &folder };
            let header = header(&file);
            let named = entry.captures_iter(&header).map(|it| folder.join(&it[1]));
            gone.extend(named.filter(|it| !it.exists()));
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "give each a sentence there");
    assert_eq!(gone, Vec::<PathBuf>::new());
}

/// The most lines of the page that a newcomer reads first.
const FIRST_PAGE: usize = 120;

#[test]
fn the_page_for_newcomers_is_short() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("readable");
    assert!(page.lines().count() <= FIRST_PAGE, "what is said of files goes to their rooms");
}

//! Skills as folders with a `SKILL.md`, the form that other agents have: front matter with name and
//! description, a text that agents read, and the executable flow as YAML in `assets/`.
//!
//! Such a folder mostly comes from somebody else. So it is read only where a person has trusted it, as
//! it is to the byte: `skills/TRUSTED` has its hash. [`export`] writes the suite's own skills in that
//! form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::complaint::{Complaint, Pos, Source};
use super::discover::{relative, whole_file};
use super::error::SpecError;
use super::node;
use super::quoting::single;
use super::reader::Reader;
use super::skill::SkillDoc;
use crate::model::Suite;
use crate::model::suite::{InputKind, Skill};

/// The file that makes a folder a skill.
pub(crate) const SKILL_FILE: &str = "SKILL.md";
/// The file that says which folders a person has trusted, below the suite's root.
const TRUSTED: &str = "skills/TRUSTED";
/// A folder with more is no skill.
const LARGEST_FOLDER: u64 = 4 << 20;
/// The longest name and description that agents take.
const LONGEST: (usize, usize) = (64, 1024);

/// A folder that is trusted as it is.
#[derive(Debug)]
pub(crate) struct SkillFolder {
    /// Below the suite's root, with `/`.
    pub name: String,
    /// Its `SKILL.md`.
    pub file: PathBuf,
}

/// The skill folders of a suite that are trusted, and complaints about the others.
pub(crate) fn folders(root: &Path) -> (Vec<SkillFolder>, Vec<Complaint>) {
    let trusted = trusted(root);
    let (mut found, mut complaints) = (Vec::new(), Vec::new());
    let all = WalkDir::new(root.join("skills")).sort_by_file_name().into_iter();
    for file in all.filter_map(Result::ok).filter(|it| it.file_name() == SKILL_FILE) {
        let Some(folder) = file.path().parent() else { continue };
        let name = relative(root, folder);
        let is_trusted = match (hash(folder), trusted.get(&name)) {
            (Ok(hash), Some(known)) if hash == *known => Ok(()),
            (Ok(_), Some(_)) => Err("it was changed since a person trusted it".to_owned()),
            (Ok(_), None) => Err("nobody has trusted this skill folder yet".to_owned()),
            (Err(why), _) => Err(why),
        };
        match is_trusted {
            Ok(()) => found.push(SkillFolder { name, file: file.into_path() }),
            Err(why) => {
                let help = format!("look through it, then: nightshift skills trust {name}");
                complaints.push(whole_file(&format!("{name}/{SKILL_FILE}"), &why, &help));
            }
        }
    }
    (found, complaints)
}

/// What a person trusted: hash by folder.
fn trusted(root: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root.join(TRUSTED)).unwrap_or_default();
    let line =
        |it: &str| it.split_once("  ").map(|(hash, name)| (name.to_owned(), hash.to_owned()));
    text.lines().filter(|it| !it.starts_with('#')).filter_map(line).collect()
}

/// The SHA-256 of all files of a folder, with their names.
fn hash(folder: &Path) -> Result<String, String> {
    let mut whole = Sha256::new();
    let mut bytes = 0;
    for file in WalkDir::new(folder).sort_by_file_name() {
        let file = file.map_err(|error| format!("it cannot be read: {error}"))?;
        let name = relative(folder, file.path());
        if file.path_is_symlink() {
            return Err(format!("{name} is a link, which says nothing of what it leads to"));
        }
        if !file.file_type().is_file() {
            continue;
        }
        bytes += file.metadata().map(|it| it.len()).unwrap_or_default();
        if bytes > LARGEST_FOLDER {
            return Err("it has more than 4 MiB".to_owned());
        }
        let text = std::fs::read(file.path()).map_err(|error| format!("{name}: {error}"))?;
        whole.update(format!("{name}\0{}\0", text.len()));
        whole.update(text);
    }
    Ok(data_encoding::HEXLOWER.encode(&whole.finalize()))
}

/// Records that a person trusts a skill folder as it is now; answers with its hash.
///
/// # Errors
/// It is no skill folder of the suite, or cannot be read or recorded.
pub fn trust(root: &Path, folder: &Path) -> Result<String, SpecError> {
    let root =
        root.canonicalize().map_err(|source| SpecError::io("read the folder", root, source))?;
    let wrong = |why: String| SpecError::SkillFolder { folder: folder.to_owned(), why };
    let real =
        [folder.to_owned(), root.join(folder)].into_iter().find_map(|it| it.canonicalize().ok());
    let real = real.ok_or_else(|| wrong("there is no such folder".to_owned()))?;
    if !real.starts_with(root.join("skills")) {
        return Err(wrong(format!("it is not below {}", root.join("skills").display())));
    }
    if !real.join(SKILL_FILE).is_file() {
        return Err(wrong(format!("it has no {SKILL_FILE}")));
    }
    let hash = hash(&real).map_err(wrong)?;
    let mut all = trusted(&root);
    all.insert(relative(&root, &real), hash.clone());
    let mut text =
        "# Skill folders that a person has looked through; written by `nightshift skills trust`.\n"
            .to_owned();
    for (name, hash) in &all {
        let _ = writeln!(text, "{hash}  {name}");
    }
    let file = root.join(TRUSTED);
    std::fs::write(&file, text).map_err(|source| SpecError::io("write", &file, source))?;
    Ok(hash)
}

/// Reads the `SKILL.md` of folders, and gives what it says to the flows in their `assets/`; a folder
/// without one is a skill that agents read and nobody calls.
pub(crate) fn read(folders: &[SkillFolder], skills: &mut Vec<(Reader, Option<SkillDoc>)>) {
    for folder in folders {
        let name = format!("{}/{SKILL_FILE}", folder.name);
        let text = std::fs::read_to_string(&folder.file).unwrap_or_default();
        let (front, body) = parts(&text);
        let source = Source::new(&name, front);
        let (root, complaints) = node::parse(&source, 0);
        let mut reader = Reader::new(source);
        reader.complaints = complaints;
        let first = Pos { source: 0, line: 1, col: 1 };
        if root.is_none() && reader.complaints.is_empty() {
            let help = "begin with ---, `name: …`, `description: …`, ---";
            reader.advise(first, "it has no front matter", help);
        }
        let said = root.and_then(|root| front_matter(&mut reader, &root, &folder.name));
        let Some((called, description)) = said else {
            skills.push((reader, None));
            continue;
        };
        let inside = format!("{}/", folder.name);
        let flow = skills.iter_mut().find(|it| it.0.sources[0].name.starts_with(&inside));
        match flow {
            Some((own, Some(doc))) => {
                if spelled(&doc.skill.name) != called {
                    let message = format!(
                        "the flow is called \"{}\", and its {SKILL_FILE} \"{called}\"",
                        doc.skill.name
                    );
                    own.advise(doc.pos, message, "give both one name");
                }
                doc.skill.guidance.get_or_insert(body);
                if doc.skill.description.is_empty() {
                    doc.skill.description = description;
                }
                // What is wrong with the front matter is still to be said.
                skills.push((reader, None));
            }
            Some((_, None)) => skills.push((reader, None)),
            None => {
                let skill = Skill {
                    name: called,
                    file: name,
                    line: 1,
                    description,
                    inputs: indexmap::IndexMap::new(),
                    guidance: Some(body),
                    policy: None,
                    steps: Vec::new(),
                    ensures: Vec::new(),
                };
                skills.push((reader, Some(SkillDoc { pos: first, skill })));
            }
        }
    }
}

/// The front matter, each line where it stands in the file, and the text below it.
fn parts(text: &str) -> (String, String) {
    let inner = text.strip_prefix("---\n").and_then(|it| it.split_once("\n---"));
    match inner {
        Some((front, body)) => {
            let body = body.split_once('\n').map_or("", |it| it.1).trim();
            (format!("\n{front}\n"), body.to_owned())
        }
        None => (String::new(), text.trim().to_owned()),
    }
}

/// Name and description; other keys are for other agents.
fn front_matter(reader: &mut Reader, root: &node::Node, folder: &str) -> Option<(String, String)> {
    let entries = reader.map(root, "the front matter")?;
    let value = |key: &str| entries.iter().find(|it| it.key == key).map(|it| &it.value);
    let (name, description) = (value("name"), value("description"));
    let (Some(name), Some(description)) = (name, description) else {
        reader.advise(
            root.pos,
            "the front matter lacks a name or a description",
            "begin with ---, `name: …`, `description: …`, ---",
        );
        return None;
    };
    let called = reader.words(name, "\"name\"")?.to_owned();
    let text = reader.words(description, "\"description\"")?.to_owned();
    if spelled(&called) != called || folder.rsplit('/').next() != Some(&called) {
        reader.advise(
            name.pos,
            format!(
                "\"{called}\" is not the name of its folder, in small letters, digits and hyphens"
            ),
            "name both alike",
        );
        return None;
    }
    Some((called, text))
}

/// A name as other agents spell it.
fn spelled(name: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' };
    let text: String = name.chars().map(plain).take(LONGEST.0).collect();
    text.trim_matches('-').to_owned()
}

/// Writes each skill of the suite that is not such a folder already into a folder of this one; answers
/// with their names. A folder that is there already is never overwritten.
///
/// # Errors
/// A folder is there already, or something cannot be read or written.
pub fn export(suite: &Suite, to: &Path) -> Result<Vec<String>, SpecError> {
    let mut written = Vec::new();
    for skill in suite.skills.values().filter(|it| !is_of_folder(suite, it)) {
        let name = spelled(&skill.name);
        let folder = to.join(&name);
        if folder.exists() {
            let why =
                "it is there already, and nothing is overwritten; export into an empty folder";
            return Err(SpecError::SkillFolder { folder, why: why.to_owned() });
        }
        let flow = suite.root.join(&skill.file);
        let flow = std::fs::read_to_string(&flow)
            .map_err(|source| SpecError::io("read", &flow, source))?;
        let assets = folder.join("assets");
        std::fs::create_dir_all(&assets)
            .map_err(|source| SpecError::io("make", &assets, source))?;
        for (path, text) in [
            (folder.join(SKILL_FILE), skill_file(&name, skill)),
            (assets.join(format!("{name}.yaml")), flow),
        ] {
            std::fs::write(&path, text).map_err(|source| SpecError::io("write", &path, source))?;
        }
        written.push(name);
    }
    Ok(written)
}

fn is_of_folder(suite: &Suite, skill: &Skill) -> bool {
    let file = suite.root.join(&skill.file);
    file.ends_with(SKILL_FILE)
        || file.parent().and_then(Path::parent).is_some_and(|it| it.join(SKILL_FILE).is_file())
}

/// The text of a `SKILL.md`.
fn skill_file(name: &str, skill: &Skill) -> String {
    let description: String = skill
        .description
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LONGEST.1)
        .collect();
    let mut text = format!("---\nname: {name}\ndescription: {}\n---\n\n", single(&description));
    if let Some(guidance) = &skill.guidance {
        let _ = write!(text, "{}\n\n", guidance.trim());
    }
    for (at, (input, it)) in skill.inputs.iter().enumerate() {
        if at == 0 {
            text.push_str("## Inputs\n\n");
        }
        let kind = match it.kind {
            InputKind::Text => "text",
            InputKind::Number => "number",
            InputKind::Boolean => "boolean",
            InputKind::Secret => "secret, written ${secret:NAME}",
        };
        let default = it.default.as_ref().map(|it| format!(", `{}` unless said", it.raw()));
        let _ = writeln!(text, "- `{input}`: {kind}{}", default.unwrap_or_default());
    }
    text.push_str(if skill.inputs.is_empty() { "## Steps\n\n" } else { "\n## Steps\n\n" });
    for (number, step) in skill.steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", number + 1, step.text);
    }
    for step in &skill.ensures {
        let _ = writeln!(text, "\nAfterwards: {}", step.text);
    }
    let _ =
        write!(text, "\n`assets/{name}.yaml` is the same for Nightshift, which carries it out.\n");
    text
}

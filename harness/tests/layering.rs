//! The code keeps to the tables in ARCHITECTURE.md: which crate has which room, and which room may
//! use which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex::Regex;

type Rooms = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A crate below the root, as the table has it.
pub struct Crate {
    /// Where its manifest is, from the root: `harness/base`. That of `harness` is the root's own.
    folder: String,
    rooms: BTreeSet<String>,
    /// The crates below it: `base`.
    stands_on: BTreeSet<String>,
}

impl Crate {
    /// The folder of its rooms.
    pub fn source(&self) -> PathBuf {
        root().join(&self.folder).join("src")
    }

    fn manifest(&self) -> PathBuf {
        let folder = if self.folder == "harness" { root() } else { root().join(&self.folder) };
        folder.join("Cargo.toml")
    }
}

fn listed(cell: &str) -> BTreeSet<String> {
    cell.split(',').map(str::trim).filter(|it| *it != "nothing").map(str::to_owned).collect()
}

fn architecture() -> String {
    std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("readable")
}

/// The crates of the house.
pub fn crates() -> Vec<Crate> {
    let row = Regex::new(r"(?m)^\| `(harness[/a-z]*)` \|[^|]*\| ([^|]*) \| ([^|]*) \|$")
        .expect("a valid pattern");
    row.captures_iter(&architecture())
        .map(|found| Crate {
            folder: found[1].to_owned(),
            rooms: listed(&found[2]),
            stands_on: listed(&found[3]),
        })
        .collect()
}

/// The table's rows: a room and the rooms that it may use.
fn allowed() -> Rooms {
    let row = Regex::new(r"(?m)^\| `(\w+)` \|[^|]*\| ([^|]*) \|$").expect("a valid pattern");
    row.captures_iter(&architecture())
        .map(|found| (found[1].to_owned(), listed(&found[2])))
        .collect()
}

/// The rooms that a source text names by `crate::room`, outside of its tests: those may bring any
/// rooms together.
fn named(source: &str) -> BTreeSet<String> {
    let path = Regex::new(r"crate::(\w+|\{[^}]*\})").expect("a valid pattern");
    let name = Regex::new(r"(?:^|[,{]\s*)(\w+)").expect("a valid pattern");
    source
        .lines()
        .take_while(|line| *line != "#[cfg(test)]" || !source.contains("mod tests {"))
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
        .split("$crate")
        .flat_map(|text| {
            path.captures_iter(text)
                .flat_map(|found| {
                    let names = found[1].to_owned();
                    name.captures_iter(&names).map(|it| it[1].to_owned()).collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Every arrow in the sources of one room that the table lacks.
fn forbidden(room: &str, folder: &Path, allowed: &Rooms) -> Vec<String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "rs"))
        .filter(|entry| entry.file_name() != "tests.rs")
        .flat_map(|entry| {
            let source = std::fs::read_to_string(entry.path()).expect("readable");
            named(&source)
                .into_iter()
                .filter(|used| used != room && !allowed[room].contains(used))
                .map(|used| format!("{}: {room} uses {used}", entry.path().display()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The folders below one.
fn folders(of: &Path) -> BTreeSet<String> {
    std::fs::read_dir(of)
        .expect("readable")
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn every_room_stands_in_the_tables_and_no_other() {
    let mut all = BTreeSet::new();
    for one in crates() {
        assert_eq!(folders(&one.source()), one.rooms, "{}", one.folder);
        all.extend(one.rooms);
    }
    assert_eq!(all, allowed().into_keys().collect());
}

#[test]
fn every_crate_below_the_root_stands_in_the_table_and_on_what_it_says() {
    let name = Regex::new(r"(?m)^nightshift-(\w+)(?:\.workspace| = \{ workspace)").expect("valid");
    for one in crates() {
        let manifest = std::fs::read_to_string(one.manifest()).expect("readable");
        let named: BTreeSet<String> =
            name.captures_iter(&manifest).map(|it| it[1].to_owned()).collect();
        assert_eq!(named, one.stands_on, "{}", one.folder);
    }
    let with_manifest = |it: &String| root().join("harness").join(it).join("Cargo.toml").is_file();
    let found: BTreeSet<String> =
        folders(&root().join("harness")).into_iter().filter(with_manifest).collect();
    let tabled: BTreeSet<String> = crates()
        .iter()
        .filter_map(|it| it.folder.strip_prefix("harness/").map(str::to_owned))
        .collect();
    assert_eq!(found, tabled);
}

#[test]
fn no_room_uses_one_that_the_table_does_not_allow() {
    let allowed = allowed();
    let arrows: Vec<String> = crates()
        .iter()
        .flat_map(|one| one.rooms.iter().map(|room| (room, one.source().join(room))))
        .flat_map(|(room, folder)| forbidden(room, &folder, &allowed))
        .collect();
    assert_eq!(arrows, Vec::<String>::new());
}

#[test]
fn only_the_browser_surface_names_fantoccini() {
    let browser = root().join("harness/surface/src/surface/browser");
    assert!(browser.is_dir());
    let others: Vec<_> = crates()
        .iter()
        .flat_map(|one| walkdir::WalkDir::new(one.source()))
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.file_type().is_file() && !entry.path().starts_with(&browser))
        .filter(|entry| {
            let source = std::fs::read_to_string(entry.path()).unwrap_or_default();
            source.contains("fantoccini::")
        })
        .map(|entry| entry.path().to_owned())
        .collect();
    assert_eq!(others, Vec::<PathBuf>::new());
}

#[test]
fn an_arrow_that_is_not_in_the_table_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("mod.rs"),
        "use crate::{model::Plan, night};\nuse crate::report::x;\n// use crate::commands::y;\n",
    )
    .expect("written");
    let arrows = forbidden("triage", folder.path(), &allowed());
    assert_eq!(arrows.len(), 2, "{arrows:?}");
    assert!(arrows[0].ends_with("triage uses night"), "{arrows:?}");
    assert!(arrows[1].ends_with("triage uses report"), "{arrows:?}");
}

/// The paths that a source names, each as its segments: `use crate::a::{b, c::d}` is two, and a path
/// that is written out in code is one. Comments, and the tests at the end of a file, name nothing.
fn paths(source: &str) -> Vec<Vec<String>> {
    let start = Regex::new(r"\b(?:crate|super|self)::").expect("a valid pattern");
    let tests = source.find("#[cfg(test)]\nmod tests {").unwrap_or(source.len());
    let code: Vec<&str> =
        source[..tests].lines().filter(|it| !it.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    start.find_iter(&code).flat_map(|it| branches(&code[it.start()..]).0).collect()
}

/// The paths that begin at the start of a text, and how much of it they take.
fn branches(text: &str) -> (Vec<Vec<String>>, usize) {
    let name = text.trim_start();
    let is_part = |it: char| it.is_alphanumeric() || it == '_' || it == '*';
    let own = name[..name.find(|it| !is_part(it)).unwrap_or(name.len())].to_owned();
    if own.is_empty() {
        return (Vec::new(), 0);
    }
    let mut end = text.len() - name.len() + own.len();
    let Some(rest) = text[end..].strip_prefix("::") else { return (vec![vec![own]], end) };
    end += 2;
    let mut below = Vec::new();
    if rest.starts_with('{') {
        end += 1;
        loop {
            let (more, taken) = branches(&text[end..]);
            below.extend(more);
            end += taken;
            let to = text[end..].find([',', '}']).map_or(text.len(), |it| end + it);
            let closes = text[to..].starts_with('}');
            end = (to + 1).min(text.len());
            if closes || end == text.len() {
                break;
            }
        }
    } else {
        let (more, taken) = branches(rest);
        below = more;
        end += taken;
    }
    let joined = below.into_iter().map(|it| [vec![own.clone()], it].concat()).collect();
    (joined, end)
}

/// A path from the room's folder on, as a file of the room means it; `None` for other rooms.
fn within(room: &str, file: &[String], path: &[String]) -> Option<Vec<String>> {
    if path[0] == "crate" {
        return (path.get(1)? == room).then(|| path[2..].to_vec());
    }
    let up = path.iter().take_while(|it| *it == "super").count();
    let down = path.iter().skip(up).skip_while(|it| *it == "self");
    let from = &file[..file.len().checked_sub(up)?];
    Some(from.iter().chain(down).cloned().collect())
}

/// The sources of a room, by their modules: `a/b.rs` and `a/b/mod.rs` are `[a, b]`.
fn modules(folder: &Path) -> BTreeMap<Vec<String>, String> {
    let name = |file: &Path| {
        let below = file.strip_prefix(folder).expect("below the room").with_extension("");
        let parts = below.iter().map(|it| it.to_string_lossy().into_owned());
        parts.filter(|it| it != "mod").collect()
    };
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "rs"))
        .filter(|entry| !entry.path().iter().any(|it| it == "tests" || it == "tests.rs"))
        .map(|entry| (name(entry.path()), std::fs::read_to_string(entry.path()).expect("readable")))
        .collect()
}

/// The files of a room, as `a` or `a/b`, each with the files of the room that it uses.
fn uses_of_files(room: &str, folder: &Path) -> Rooms {
    let modules = modules(folder);
    let mut all = Rooms::new();
    for (file, source) in &modules {
        let used = all.entry(file.join("/")).or_default();
        for path in paths(source).iter().filter_map(|it| within(room, file, it)) {
            // The longest beginning that is a file; what a `mod.rs` offers belongs to nobody here.
            let target = (1..=path.len()).rev().map(|end| &path[..end]);
            let target = target.into_iter().find(|it| modules.contains_key(*it));
            if let Some(target) = target.filter(|it| !file.starts_with(it) && !it.starts_with(file))
            {
                used.insert(target.join("/"));
            }
        }
    }
    all
}

/// The files that can be reached from themselves.
fn circles(uses: &Rooms) -> BTreeSet<String> {
    let reaches = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(at) = open.pop() {
            for next in uses.get(at).into_iter().flatten() {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen.contains(from)
    };
    uses.keys().filter(|it| reaches(it)).cloned().collect()
}

#[test]
fn no_files_of_a_room_use_one_another_in_a_circle() {
    let tied: BTreeMap<String, BTreeSet<String>> = crates()
        .iter()
        .flat_map(|one| one.rooms.iter().map(|room| (room.clone(), one.source().join(room))))
        .map(|(room, folder)| (room.clone(), circles(&uses_of_files(&room, &folder))))
        .filter(|(_, files)| !files.is_empty())
        .collect();
    assert_eq!(tied, BTreeMap::new());
}

/// What the files of a room use, told of the files and folders that stand side by side: `a/x` that
/// uses `b/y/z` makes `a` use `b`, and below `a`, `a/x` that uses `a/b/c` makes `a/x` use `a/b`.
fn side_by_side(uses: &Rooms) -> Rooms {
    let mut all = Rooms::new();
    for (from, used) in uses {
        for to in used {
            let (from, to): (Vec<_>, Vec<_>) = (from.split('/').collect(), to.split('/').collect());
            let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            let beside = |it: &[&str]| it[..=shared].join("/");
            all.entry(beside(&from)).or_default().insert(beside(&to));
        }
    }
    all
}

#[test]
fn no_folders_of_a_room_use_one_another_in_a_circle() {
    let tied: BTreeMap<String, BTreeSet<String>> = crates()
        .iter()
        .flat_map(|one| one.rooms.iter().map(|room| (room.clone(), one.source().join(room))))
        .map(|(room, folder)| {
            (room.clone(), circles(&side_by_side(&uses_of_files(&room, &folder))))
        })
        .filter(|(_, folders)| !folders.is_empty())
        .collect();
    assert_eq!(tied, BTreeMap::new());
}

#[test]
fn two_folders_that_use_one_another_are_found() {
    let uses = |pairs: &[(&str, &str)]| {
        let mut all = Rooms::new();
        for (from, to) in pairs {
            all.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        all
    };
    let clean = uses(&[("a/x", "b/y"), ("a/z", "b/y"), ("b/y", "b/w"), ("b/y", "c")]);
    assert_eq!(circles(&side_by_side(&clean)), BTreeSet::new());
    // No file is in a circle, the folders are.
    let tied = uses(&[("a/x", "b/y"), ("b/w", "a/z")]);
    assert_eq!(circles(&tied), BTreeSet::new());
    assert_eq!(circles(&side_by_side(&tied)), ["a", "b"].map(str::to_owned).into());
}

#[test]
fn two_files_that_use_one_another_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("a.rs", "use super::b::B;\n");
    write("b.rs", "use crate::room::c::C;\n");
    write("c.rs", "use super::d::D;\n#[cfg(test)]\nmod tests {\n    use super::a::A;\n}\n");
    write("d.rs", "// use super::a::A;\n");
    assert_eq!(circles(&uses_of_files("room", folder.path())), BTreeSet::new());
    write("d.rs", "use super::b::B;\n");
    let found = circles(&uses_of_files("room", folder.path()));
    assert_eq!(found, ["b", "c", "d"].map(str::to_owned).into());
    // In a list, and written out in code.
    write("d.rs", "use super::{a::{A, Other}, e};\n");
    write("a.rs", "fn f() -> usize {\n    super::d::g()\n}\n");
    let found = circles(&uses_of_files("room", folder.path()));
    assert_eq!(found, ["a", "d"].map(str::to_owned).into());
}

/// The most lines of a source file; a longer one has a second thing in it.
const LONGEST: usize = 600;

#[test]
fn no_source_file_is_longer_than_a_reader_keeps_in_mind() {
    let long: Vec<String> = walkdir::WalkDir::new(root().join("harness"))
        .into_iter()
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "rs"))
        .map(|entry| (std::fs::read_to_string(entry.path()).expect("readable"), entry))
        .filter(|(source, _)| source.lines().count() > LONGEST)
        .map(|(source, entry)| format!("{}: {}", entry.path().display(), source.lines().count()))
        .collect();
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn every_dependency_has_its_reason_exactly_once() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("readable");
    let (_, rest) = manifest.split_once("[workspace.dependencies]\n").expect("the table is there");
    let mut used: Vec<&str> = rest
        .lines()
        .take_while(|it| !it.is_empty())
        .filter_map(|it| it.split_once(" = ").map(|it| it.0))
        .filter(|it| !it.starts_with("nightshift-"))
        .collect();
    let reasons = root().join("docs/design/dependencies.md");
    let reasons = std::fs::read_to_string(reasons).expect("readable");
    let row = Regex::new(r"(?m)^\| ([^|]+) \| [^|]+ \|$").expect("a valid pattern");
    let mut told: Vec<&str> = row
        .captures_iter(&reasons)
        .flat_map(|it| it.get(1).expect("the cell").as_str().split(", "))
        .filter_map(|it| it.split(' ').next())
        .filter(|it| *it != "crate")
        .collect();
    used.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, used);
}

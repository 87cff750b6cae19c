//! [`look`]: one file of the working folder, as a step looks at it.
//!
//! The file is read once for what must hold of its text and what is captured, and once as what it
//! is for its checkpoint. Nothing waits: what writes a file has ended before.

use std::path::{Path, PathBuf};

use crate::model::artifact::{FileStep, Presence};
use crate::model::event::Failure;
use crate::model::{Facet, FacetContent, FacetKind, Kept, Observation};
use crate::surface::Done;
use crate::surface::files::{Reader, shown, text_of};
use crate::surface::texts::{self, failure};

use super::CommandDone;
use crate::surface::veil::Veil;

/// Names of the folder that are told where a file is not there.
const NEIGHBOURS: usize = 12;

/// Looks at a file; blocks while it reads. What `veil` hides is painted over in its pictures.
pub(super) fn look(work: &Path, step: &FileStep, veil: &Veil) -> CommandDone {
    let path = step.path.raw().to_owned();
    let (mut facets, mut pictures) = (Vec::new(), Vec::new());
    let done = match place(work, &path) {
        AtPath::Nothing(actual) => match step.presence {
            Presence::Gone => Done::Passed(Vec::new()),
            Presence::There => Done::Failed(failure(format!("a file {path:?}"), actual)),
        },
        AtPath::Other(actual) => Done::Failed(failure(
            match step.presence {
                Presence::There => format!("a file {path:?}"),
                Presence::Gone => format!("no file {path:?}"),
            },
            actual,
        )),
        AtPath::File(file) => {
            let mut reader = Reader::veiled(veil.clone());
            let text = reader.described(&format!("file {}", shown(&path)), &path, &file);
            pictures = reader.into_pictures();
            facets.push(Facet { kind: FacetKind::Files, content: FacetContent::Text(text) });
            match step.presence {
                Presence::Gone => {
                    Done::Failed(failure(format!("no file {path:?}"), "the file is there"))
                }
                Presence::There => match verify(step, &path, &file) {
                    Ok(captured) => Done::Passed(captured),
                    Err(failure) => Done::Failed(failure),
                },
            }
        }
    };
    let observation = Observation { place: path.clone(), facets, extras: Vec::new() };
    CommandDone { done, place: path, observation, pictures }
}

/// What is at a path.
enum AtPath {
    /// A plain file, by the path at which it really is.
    File(PathBuf),
    /// Nothing; and what is there instead.
    Nothing(String),
    /// Something that is no file of the working folder.
    Other(String),
}

fn place(work: &Path, path: &str) -> AtPath {
    let Ok(work) = work.canonicalize() else {
        return AtPath::Nothing("the working folder is gone".to_owned());
    };
    let Ok(file) = work.join(path).canonicalize() else {
        return AtPath::Nothing(instead(&work, path));
    };
    if !file.starts_with(&work) {
        return AtPath::Other(format!("it leads out of the working folder, to {}", file.display()));
    }
    match file.metadata() {
        Ok(it) if it.is_file() => AtPath::File(file),
        Ok(it) if it.is_dir() => AtPath::Other("it is a folder; name a file in it".to_owned()),
        Ok(_) => AtPath::Other("it is no plain file (a pipe, socket or device)".to_owned()),
        Err(problem) => AtPath::Nothing(problem.to_string()),
    }
}

/// What is in the folder in which a file was looked for.
fn instead(work: &Path, path: &str) -> String {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let called = match folder.to_str() {
        None | Some("") => "the working folder".to_owned(),
        Some(name) => format!("the folder {name:?}"),
    };
    let Ok(entries) = std::fs::read_dir(work.join(folder)) else {
        return format!("no such file: {called} is not there either");
    };
    let mut names: Vec<String> =
        entries.flatten().map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    if names.is_empty() {
        return format!("no such file: {called} is empty");
    }
    let more = match names.len().saturating_sub(NEIGHBOURS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    names.truncate(NEIGHBOURS);
    format!("no such file; {called} has {}{more}", names.join(", "))
}

fn verify(step: &FileStep, path: &str, file: &Path) -> Result<Vec<(String, Kept)>, Failure> {
    if step.tests.is_empty() && step.capture.is_empty() {
        return Ok(Vec::new());
    }
    let text = text_of(file)
        .map_err(|why| failure(format!("{path} to be text that can be tested"), why))?;
    step.tests.iter().try_for_each(|test| texts::holds(path, &text, test))?;
    step.capture
        .iter()
        .map(|(name, it)| Ok((name.clone(), texts::take(name, (path, &text), it)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;
    use crate::model::artifact::TextCapture;
    use crate::model::scenario::TextTest;

    fn step(path: &str, presence: Presence) -> FileStep {
        FileStep {
            path: path.into(),
            presence,
            tests: Vec::new(),
            capture: indexmap::IndexMap::new(),
            snapshot: None,
        }
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("orders.json"), "{\"count\": 7}\n").unwrap();
        std::fs::write(folder.path().join("raw.bin"), [0, 0xff]).unwrap();
        std::fs::create_dir(folder.path().join("out")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("outside")).unwrap();
        folder
    }

    fn refused(step: &FileStep) -> (String, String) {
        match look(folder().path(), step, &Veil::default()).done {
            Done::Failed(Failure { outcome: Outcome::Failed, expected, actual }) => {
                (expected, actual)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_is_tested_captured_and_seen_as_what_it_is() {
        let mut step = step("orders.json", Presence::There);
        step.tests = vec![TextTest::Contains("count".into()), TextTest::Lacks("error".into())];
        step.capture.insert("count".to_owned(), TextCapture::Json("/count".to_owned()));
        let done = look(folder().path(), &step, &Veil::default());
        assert_eq!(done.done, Done::Passed(vec![("count".to_owned(), "7".to_owned().into())]));
        assert_eq!(done.place, "orders.json");
        assert_eq!(
            done.observation.facets,
            [Facet {
                kind: FacetKind::Files,
                content: FacetContent::Text("file orders.json [JSON]\n    /count: 7\n".to_owned()),
            }]
        );
    }

    #[test]
    fn a_failure_says_what_was_expected_and_what_was_there() {
        let mut wrong = step("orders.json", Presence::There);
        wrong.tests = vec![TextTest::Contains("total".into())];
        let mut nowhere = step("orders.json", Presence::There);
        nowhere.capture.insert("x".to_owned(), TextCapture::Json("/total".to_owned()));
        let mut no_text = step("raw.bin", Presence::There);
        no_text.capture.insert("x".to_owned(), TextCapture::Whole);
        for (step, expected, actual) in [
            (
                step("orders.csv", Presence::There),
                "a file \"orders.csv\"",
                "no such file; the working folder has orders.json, out, outside, raw.bin",
            ),
            (
                step("out/a.csv", Presence::There),
                "a file \"out/a.csv\"",
                "no such file: the folder \"out\" is empty",
            ),
            (step("out", Presence::There), "a file \"out\"", "it is a folder; name a file in it"),
            (step("orders.json", Presence::Gone), "no file \"orders.json\"", "the file is there"),
            (wrong, "orders.json to contain \"total\"", "orders.json was:\n{\"count\": 7}"),
            (
                nowhere,
                "orders.json to give ${x} by the JSON pointer \"/total\"",
                "nothing is there in the JSON; orders.json was:\n{\"count\": 7}",
            ),
            (
                no_text,
                "raw.bin to be text that can be tested",
                "it is no text: 2 bytes of something else",
            ),
        ] {
            assert_eq!(refused(&step), (expected.to_owned(), actual.to_owned()));
        }
        let (_, actual) = refused(&step("outside", Presence::There));
        assert!(actual.starts_with("it leads out of the working folder, to /"), "{actual}");
    }

    #[test]
    fn what_must_be_gone_and_is_passes() {
        let done =
            look(folder().path(), &step("orders.tmp", Presence::Gone), &Veil::default()).done;
        assert_eq!(done, Done::Passed(Vec::new()));
    }
}

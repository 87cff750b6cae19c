//! [`Put`]: a night for a folder of nights. It is copied beside them and gets its name once it is
//! whole, so that nobody ever sees half a one. What was put there is listed, and nothing but what
//! the list names is ever replaced or removed.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use super::files::{files, foreign};
use super::list::{LIST, List, PAGE};
use super::page::{About, page};
use super::{for_all, write_whole};

/// Held by who puts something there.
const LOCK: &str = ".nightshift.lock";
/// What the name of a file that is being written begins with.
pub const HALF: &str = ".nightshift-half-";
/// What the name of a night begins with that is being copied, and of one that goes.
const NEW: &str = ".nightshift-new-";
const OLD: &str = ".nightshift-old-";

/// A night that is put into a folder.
pub struct Put<'a> {
    /// Where it lies.
    pub night: &'a Path,
    /// What is said of it.
    pub about: About,
}

impl Put<'_> {
    /// Puts it there, keeps so many nights, and writes the page of all; answers with its folder.
    ///
    /// # Errors
    /// Something cannot be read or written, or is there that we did not put there.
    pub fn into_folder(self, folder: &Path, keep: usize) -> anyhow::Result<PathBuf> {
        let name = self.about.night.clone();
        let folder = self.own(folder)?;
        let _alone = alone(&folder)?;
        let mut list = read(&folder)?;
        list.takes(&self.about, keep)?;
        sweep(&folder, &list)?;
        let place = folder.join(&name);
        if !list.has(&name) && place.symlink_metadata().is_ok() {
            bail!("{} is there already, and was put there by somebody else", place.display());
        }
        if let Some(theirs) = is_folder(&place).then(|| foreign(&place)).transpose()?.flatten() {
            bail!("{} would be lost; move it elsewhere", theirs.display());
        }
        let half = folder.join(format!("{NEW}{name}"));
        if let Err(error) = copy(self.night, &half) {
            // What is left of it is gone the next time at the latest.
            let _ = fs::remove_dir_all(&half);
            return Err(error).with_context(|| format!("cannot copy it into {}", folder.display()));
        }
        list.add(self.about);
        // Listed before it is there: what is there and not listed is somebody else's.
        write(&folder, &list)?;
        put_aside(&folder, &name)?;
        fs::rename(&half, &place)
            .with_context(|| format!("cannot put it at {}", place.display()))?;
        trim(&folder, &mut list, keep)?;
        Ok(place)
    }

    /// The folder, made where it is missing. It is none in which the night itself lies.
    fn own(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let cannot = || format!("cannot use {}", folder.display());
        fs::create_dir_all(folder).with_context(cannot)?;
        let folder = folder.canonicalize().with_context(cannot)?;
        let night = self.night.canonicalize().context("cannot tell where the night lies")?;
        let is_home = night.parent() == Some(folder.as_path()) || folder.starts_with(&night);
        ensure!(!is_home, "the night itself lies in {}; name another folder", folder.display());
        Ok(folder)
    }
}

/// Waits for whoever puts something there now.
fn alone(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join(LOCK);
    let cannot = || format!("cannot use {}", path.display());
    let file = File::options().write(true).create(true).truncate(false).open(&path);
    let file = file.with_context(cannot)?;
    file.lock().with_context(cannot)?;
    Ok(file)
}

/// What was put there.
fn read(folder: &Path) -> anyhow::Result<List> {
    let path = folder.join(LIST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            ensure!(
                folder.join(PAGE).symlink_metadata().is_err(),
                "{} has a page that is not ours; name a folder that holds nothing else",
                folder.display()
            );
            return Ok(List::none());
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
    };
    List::read(&bytes).with_context(|| format!("cannot use {}", path.display()))
}

fn write(folder: &Path, list: &List) -> anyhow::Result<()> {
    write_whole(&folder.join(LIST), &list.bytes()?)
}

/// Clears away what somebody who was ended in the middle left, and puts back what was put aside.
fn sweep(folder: &Path, list: &List) -> anyhow::Result<()> {
    let cannot = || format!("cannot tidy {} up", folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let kind = entry.file_type().with_context(cannot)?;
        if name.starts_with(HALF) && kind.is_file() {
            fs::remove_file(entry.path()).with_context(cannot)?;
        } else if name.starts_with(NEW) && kind.is_dir() {
            fs::remove_dir_all(entry.path()).with_context(cannot)?;
        } else if let Some(night) = name.strip_prefix(OLD)
            && kind.is_dir()
        {
            let place = folder.join(night);
            if list.has(night) && place.symlink_metadata().is_err() {
                fs::rename(entry.path(), place).with_context(cannot)?;
            } else {
                fs::remove_dir_all(entry.path()).with_context(cannot)?;
            }
        }
    }
    Ok(())
}

/// Copies the files of a night.
fn copy(night: &Path, to: &Path) -> anyhow::Result<()> {
    make(to)?;
    for name in files(night)? {
        let copy = to.join(&name);
        make_all(copy.parent().unwrap_or(to))?;
        fs::copy(night.join(&name), &copy)?;
        for_all(&copy)?;
    }
    Ok(())
}

/// Makes a folder that is as open as the one that holds it: who reads the page of all nights, such as a
/// server of another user, reads each of them, whatever the mask of this process is.
fn make(folder: &Path) -> std::io::Result<()> {
    fs::create_dir(folder)?;
    match folder.parent() {
        Some(parent) => fs::set_permissions(folder, fs::metadata(parent)?.permissions()),
        None => Ok(()),
    }
}

/// The same with all folders above that are missing.
fn make_all(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    folder.parent().map_or(Ok(()), make_all)?;
    make(folder)
}

/// Takes a night that we put there out of sight, where it is there.
fn put_aside(folder: &Path, name: &str) -> anyhow::Result<()> {
    let place = folder.join(name);
    let Ok(about) = place.symlink_metadata() else { return Ok(()) };
    ensure!(about.is_dir(), "{} is no folder any more; look at it", place.display());
    fs::rename(&place, folder.join(format!("{OLD}{name}")))
        .with_context(|| format!("cannot put {} aside", place.display()))
}

/// Whether this is a folder itself, and no link to one.
fn is_folder(place: &Path) -> bool {
    place.symlink_metadata().is_ok_and(|it| it.is_dir())
}

/// Writes the page of the newest nights, and takes the others away.
fn trim(folder: &Path, list: &mut List, keep: usize) -> anyhow::Result<()> {
    let gone = list.trim(keep);
    let page = page(list.nights()).context("cannot make the page of nights")?;
    write_whole(&folder.join(PAGE), page.as_bytes())?;
    for night in &gone {
        // What stands in its place by now may be somebody else's, or hold something of theirs.
        let place = folder.join(&night.night);
        if is_folder(&place) && foreign(&place)?.is_none() {
            put_aside(folder, &night.night)?;
        }
    }
    write(folder, list)?;
    sweep(folder, list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Decision;

    /// A night with a page and a picture, and with what is nobody else's business.
    fn night(root: &Path, id: &str, day: u32) -> (PathBuf, About) {
        let folder = root.join("nights").join(id);
        let evidence = folder.join("evidence/ab");
        fs::create_dir_all(&evidence).expect("made");
        fs::write(folder.join("index.html"), id).expect("written");
        fs::write(folder.join("notified.json"), "{}").expect("written");
        fs::write(evidence.join(format!("ab{}.png", "cd".repeat(31))), "png").expect("written");
        let about = About {
            night: id.to_owned(),
            started: format!("2026-11-{day:02}T01:00:00Z").parse().expect("an instant"),
            branch: None,
            decision: Decision::Pass,
            sentence: "Nothing is red.".to_owned(),
        };
        (folder, about)
    }

    fn put(root: &Path, id: &str, day: u32, keep: usize) -> Result<PathBuf, String> {
        let (folder, about) = night(root, id, day);
        let put = Put { night: &folder, about };
        put.into_folder(&root.join("public"), keep).map_err(|error| format!("{error:#}"))
    }

    /// The names in the public folder that a reader sees.
    fn seen(root: &Path) -> Vec<String> {
        let entries = fs::read_dir(root.join("public")).expect("a folder");
        let names = entries.map(|it| it.expect("readable").file_name());
        let names = names.map(|it| it.to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|it| !it.starts_with('.')).collect();
        names.sort();
        names
    }

    #[test]
    fn the_newest_nights_are_kept_whole_with_a_page_of_all() {
        let root = tempfile::tempdir().expect("a folder");
        for day in 1..=4 {
            put(root.path(), &format!("n{day}"), day, 2).expect("put");
        }
        assert_eq!(seen(root.path()), ["index.html", "n3", "n4"]);
        let page = fs::read_to_string(root.path().join("public/index.html")).expect("a page");
        assert!(page.contains("n4/index.html") && !page.contains("n2/index.html"), "{page}");
        let place = root.path().join("public/n4");
        let picture = place.join(format!("evidence/ab/ab{}.png", "cd".repeat(31)));
        assert!(picture.is_file() && place.join("index.html").is_file());
        assert!(!place.join("notified.json").exists(), "who was told is nobody's business");
        let old = put(root.path(), "n1", 1, 2).expect_err("it is too old");
        assert!(old.contains("as many are there that are newer"), "{old}");
    }

    #[test]
    fn each_folder_of_a_night_is_as_open_as_the_one_of_all_nights() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().expect("a folder");
        let public = root.path().join("public");
        fs::create_dir(&public).expect("made");
        let mode = |it: &Path| fs::metadata(it).expect("there").permissions().mode() & 0o777;
        for (day, open) in [(1, 0o775), (2, 0o711)] {
            fs::set_permissions(&public, fs::Permissions::from_mode(open)).expect("ours");
            let place = put(root.path(), &format!("n{day}"), day, 5).expect("put");
            let all = ["", "evidence", "evidence/ab"].map(|it| mode(&place.join(it)));
            assert_eq!(all, [open; 3], "{open:o}");
            assert_eq!(mode(&place.join("index.html")), 0o644);
        }
    }

    #[test]
    fn a_night_that_is_put_again_replaces_itself_alone() {
        let root = tempfile::tempdir().expect("a folder");
        put(root.path(), "n1", 1, 5).expect("put");
        put(root.path(), "n2", 2, 5).expect("put");
        fs::write(root.path().join("public/n1/index.html"), "stale").expect("written");
        let place = put(root.path(), "n1", 1, 5).expect("put again");
        assert_eq!(fs::read_to_string(place.join("index.html")).expect("there"), "n1");
        assert_eq!(seen(root.path()), ["index.html", "n1", "n2"]);
    }

    #[test]
    fn what_somebody_else_put_there_is_never_touched() {
        let root = tempfile::tempdir().expect("a folder");
        let public = root.path().join("public");
        fs::create_dir_all(public.join("n2")).expect("made");
        fs::write(public.join("n2/theirs"), "theirs").expect("written");
        fs::write(public.join("notes.txt"), "theirs").expect("written");
        put(root.path(), "n1", 1, 1).expect("put");
        let refused = put(root.path(), "n2", 2, 1).expect_err("it is theirs");
        assert!(refused.contains("put there by somebody else"), "{refused}");
        put(root.path(), "n3", 3, 1).expect("put");
        assert_eq!(seen(root.path()), ["index.html", "n2", "n3", "notes.txt"]);
        assert!(public.join("n2/theirs").is_file());

        fs::remove_file(public.join(LIST)).expect("removed");
        let refused = put(root.path(), "n4", 4, 1).expect_err("the page may be theirs");
        assert!(refused.contains("a page that is not ours"), "{refused}");
        let (folder, about) = night(root.path(), "n5", 5);
        let at_home = Put { night: &folder, about }.into_folder(&root.path().join("nights"), 1);
        assert!(at_home.is_err() && folder.join("index.html").is_file());
    }

    #[test]
    fn what_somebody_added_to_a_night_is_not_lost_with_it() {
        let root = tempfile::tempdir().expect("a folder");
        put(root.path(), "n1", 1, 1).expect("put");
        let decisions = root.path().join("public/n1/decisions.jsonl");
        fs::write(&decisions, "theirs").expect("written");
        let again = put(root.path(), "n1", 1, 1).expect_err("it would be lost");
        assert!(again.contains("decisions.jsonl would be lost"), "{again}");
        put(root.path(), "n2", 2, 1).expect("put");
        assert_eq!(fs::read_to_string(&decisions).expect("there"), "theirs");
        let page = fs::read_to_string(root.path().join("public/index.html")).expect("a page");
        assert!(!page.contains("n1/index.html"), "{page}");
        put(root.path(), "n3", 3, 1).expect("put");
        assert_eq!(seen(root.path()), ["index.html", "n1", "n3"]);
    }

    #[test]
    fn no_link_leads_a_removal_out_of_the_folder() {
        let root = tempfile::tempdir().expect("a folder");
        let elsewhere = root.path().join("elsewhere");
        fs::create_dir(&elsewhere).expect("made");
        fs::write(elsewhere.join("kept"), "kept").expect("written");
        put(root.path(), "n1", 1, 1).expect("put");
        let place = root.path().join("public/n1");
        fs::remove_dir_all(&place).expect("removed");
        std::os::unix::fs::symlink(&elsewhere, &place).expect("linked");
        let again = put(root.path(), "n1", 1, 1).expect_err("it is no folder");
        assert!(again.contains("is no folder any more"), "{again}");
        put(root.path(), "n2", 2, 1).expect("put");
        assert!(elsewhere.join("kept").is_file() && place.is_symlink());
    }

    #[test]
    fn what_a_crash_left_is_cleared_away_and_what_it_put_aside_comes_back() {
        let root = tempfile::tempdir().expect("a folder");
        put(root.path(), "n1", 1, 5).expect("put");
        let public = root.path().join("public");
        fs::rename(public.join("n1"), public.join(format!("{OLD}n1"))).expect("put aside");
        fs::create_dir(public.join(format!("{NEW}n2"))).expect("half");
        fs::create_dir(public.join(format!("{OLD}n0"))).expect("on its way out");
        put(root.path(), "n2", 2, 5).expect("put");
        assert_eq!(seen(root.path()), ["index.html", "n1", "n2"]);
        assert!(public.join("n1/index.html").is_file());
        let hidden = fs::read_dir(&public).expect("a folder").filter_map(Result::ok);
        let left = hidden.filter(|it| it.file_name().to_string_lossy().starts_with(".nightshift-"));
        assert_eq!(left.count(), 0);
    }

    #[test]
    fn a_night_that_cannot_be_copied_leaves_no_trace() {
        let root = tempfile::tempdir().expect("a folder");
        let (folder, about) = night(root.path(), "n1", 1);
        fs::remove_dir_all(&folder).expect("removed");
        fs::create_dir_all(root.path().join("public")).expect("made");
        let put = Put { night: &folder, about };
        assert!(put.into_folder(&root.path().join("public"), 5).is_err());
        assert_eq!(seen(root.path()), Vec::<String>::new());
        for id in ["../n1", "", ".hidden", "index.html"] {
            let (folder, about) = night(root.path(), "n2", 2);
            let about = About { night: id.to_owned(), ..about };
            let put = Put { night: &folder, about };
            assert!(put.into_folder(&root.path().join("public"), 5).is_err(), "{id}");
        }
    }
}

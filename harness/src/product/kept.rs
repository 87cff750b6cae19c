//! [`KeptData`]: data as a night found it. Attempts and servers get their copies from here: whoever
//! changes the suite's own files meanwhile does not change the night. Where `setup` writes to a
//! product's data, each build has what its own setup left. What of [`Prepared`] makes working folders.
//!
//! Neighbour: `work.rs`, which copies.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::work::copy;
use super::{Prepared, ProductError, WorkFolder};

/// Copies of data that were made once, in a folder of the night.
#[derive(Debug)]
pub struct KeptData {
    folder: PathBuf,
    copies: Mutex<Copies>,
}

/// Where the data of a product that is set up comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataFrom {
    /// The suite: there is no setup, or no data.
    Suite,
    /// The suite: its setup was cached, or wrote elsewhere.
    LeftBySetup,
    /// Its setup has just written to it.
    WrittenBySetup,
}

/// The copies so far.
#[derive(Debug, Default)]
struct Copies {
    /// How many were begun: none is made in the place of another.
    begun: usize,
    /// Where the copy of each folder or file is.
    places: HashMap<PathBuf, PathBuf>,
    /// Where the copy is that belongs to a product in a build, by data and product.
    own: HashMap<(PathBuf, String), PathBuf>,
}

impl KeptData {
    /// None so far, in a folder below this one.
    #[must_use]
    pub fn below(folder: &Path) -> Self {
        Self { folder: folder.join("data"), copies: Mutex::default() }
    }

    /// Where a folder or file lies as it was when it was first asked for.
    fn of(&self, original: &Path) -> io::Result<PathBuf> {
        // Held while it is copied: whoever else wants it waits for the one copy.
        self.first(&mut self.copies(), original)
    }

    /// As [`Self::of`], for a product in a build that is set up: as its setup left it, where that was
    /// kept.
    fn of_build(&self, original: &Path, build: &str) -> io::Result<PathBuf> {
        let mut copies = self.copies();
        match copies.own.get(&(original.to_owned(), build.to_owned())) {
            Some(own) => Ok(own.clone()),
            None => self.first(&mut copies, original),
        }
    }

    /// Keeps data for a product in a build as its setup left it; what was kept for it before stays.
    /// Where the setup wrote nothing to it, it is the copy that all others have.
    fn keep_of_build(&self, original: &Path, build: String, wrote: bool) -> io::Result<()> {
        let mut copies = self.copies();
        let key = (original.to_owned(), build);
        if copies.own.contains_key(&key) {
            return Ok(());
        }
        let copy = if wrote {
            self.another(&mut copies, original)?
        } else {
            self.first(&mut copies, original)?
        };
        copies.own.insert(key, copy);
        Ok(())
    }

    /// The copy of a folder or file that was made first.
    fn first(&self, copies: &mut Copies, original: &Path) -> io::Result<PathBuf> {
        if let Some(copy) = copies.places.get(original) {
            return Ok(copy.clone());
        }
        let kept = self.another(copies, original)?;
        copies.places.insert(original.to_owned(), kept.clone());
        Ok(kept)
    }

    /// Copies a folder or file as it is now.
    fn another(&self, copies: &mut Copies, original: &Path) -> io::Result<PathBuf> {
        let folder = self.folder.join(copies.begun.to_string());
        copies.begun += 1;
        let name = original.file_name().filter(|_| original.is_file());
        fs::create_dir_all(&folder)?;
        if let Err(problem) = copy(original, &folder) {
            // What is half there goes; why it is not whole is what counts.
            if let Err(left) = fs::remove_dir_all(&folder) {
                let folder = folder.display();
                tracing::warn!("cannot remove half a copy in {folder}: {left}; remove it by hand");
            }
            return Err(problem);
        }
        Ok(name.map_or_else(|| folder.clone(), |name| folder.join(name)))
    }

    /// Forgets the copies: what is asked for next is read anew.
    pub fn forget(&self) {
        let mut copies = self.copies();
        copies.places.clear();
        copies.own.clear();
        // What cannot be removed now goes with the folder of the night.
        drop(fs::remove_dir_all(&self.folder));
    }

    fn copies(&self) -> MutexGuard<'_, Copies> {
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Prepared {
    /// A new folder below `under` with a fresh copy of the product's data; gone when dropped.
    ///
    /// # Errors
    /// Data that is not there or cannot be copied.
    pub fn fresh_work(&self, under: &Path, kept: &KeptData) -> Result<WorkFolder, ProductError> {
        self.work_in(WorkFolder::create(under)?, kept)
    }

    /// As [`Self::fresh_work`], in a folder that an attempt before left empty.
    ///
    /// # Errors
    /// Data that is not there or cannot be copied.
    pub fn work_in(
        &self,
        emptied: WorkFolder,
        kept: &KeptData,
    ) -> Result<WorkFolder, ProductError> {
        if let Some(data) = &self.config.data {
            let path = self.root.join(data);
            let copy = match self.data_from {
                DataFrom::Suite => kept.of(&path),
                DataFrom::LeftBySetup | DataFrom::WrittenBySetup => {
                    kept.of_build(&path, &self.with_build())
                }
            };
            let copied = copy.and_then(|it| emptied.lay_over(&it));
            copied.map_err(ProductError::data(path))?;
        }
        Ok(emptied)
    }

    /// Keeps the product's data as its setup left it, before another build is set up. A product
    /// without `setup` keeps it when it is first used.
    ///
    /// # Errors
    /// Data that is not there or cannot be copied.
    pub fn keep_data(&self, kept: &KeptData) -> Result<(), ProductError> {
        let wrote = match self.data_from {
            DataFrom::Suite => return Ok(()),
            DataFrom::LeftBySetup => false,
            DataFrom::WrittenBySetup => true,
        };
        let Some(data) = &self.config.data else { return Ok(()) };
        let path = self.root.join(data);
        let done = kept.keep_of_build(&path, self.with_build(), wrote);
        done.map_err(ProductError::data(path))
    }

    /// The product and its build, as one key.
    fn with_build(&self) -> String {
        format!("{}\0{}", self.name, self.wanted.as_deref().unwrap_or_default())
    }

    /// Lays a folder or file of the suite over the data in a working folder.
    ///
    /// # Errors
    /// It is not there, or cannot be copied.
    pub fn lay_over(
        &self,
        work: &WorkFolder,
        data: &str,
        kept: &KeptData,
    ) -> Result<(), ProductError> {
        let path = self.root.join(data);
        match kept.of(&path) {
            Ok(copy) => work.lay_over(&copy).map_err(ProductError::data(path)),
            Err(_) if !path.exists() => Err(ProductError::Config {
                product: self.name.clone(),
                problem: format!(
                    "the scenario's data {data} is not there: no {}; create it, or correct `data`",
                    path.display()
                ),
            }),
            Err(problem) => Err(ProductError::data(path)(problem)),
        }
    }

    /// Keeps a folder or file of the suite as it is now.
    ///
    /// # Errors
    /// It is not there, or cannot be copied.
    pub fn keep(&self, data: &str, kept: &KeptData) -> Result<(), ProductError> {
        let path = self.root.join(data);
        kept.of(&path).map(drop).map_err(ProductError::data(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_what_it_was_when_it_was_first_asked_for_and_other_data_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let suite = folder.path().join("suite");
        fs::create_dir_all(suite.join("shop/deep")).unwrap();
        fs::write(suite.join("shop/deep/a"), "before").unwrap();
        std::os::unix::fs::symlink("deep/a", suite.join("shop/link")).unwrap();
        fs::write(suite.join("one.csv"), "before").unwrap();
        let kept = KeptData::below(&folder.path().join("night"));
        let (shop, file) = (suite.join("shop"), suite.join("one.csv"));
        let first = kept.of(&shop).unwrap();
        assert_eq!(kept.of(&file).unwrap().file_name(), file.file_name());

        fs::write(shop.join("deep/a"), "after").unwrap();
        fs::write(shop.join("b"), "after").unwrap();
        fs::remove_file(&file).unwrap();
        let again = kept.of(&shop).unwrap();
        assert_eq!(again, first);
        assert_eq!(fs::read_to_string(again.join("link")).unwrap(), "before");
        assert_eq!(fs::read_link(again.join("link")).unwrap(), Path::new("deep/a"));
        assert!(!again.join("b").exists());
        assert_eq!(fs::read_to_string(kept.of(&file).unwrap()).unwrap(), "before");

        let next = KeptData::below(&folder.path().join("next"));
        assert_eq!(fs::read_to_string(next.of(&shop).unwrap().join("b")).unwrap(), "after");

        kept.forget();
        assert!(!first.exists(), "nobody needs it any more");
        let anew = kept.of(&shop).unwrap();
        assert_eq!(fs::read_to_string(anew.join("deep/a")).unwrap(), "after");
        assert_ne!(anew, first);
    }

    #[test]
    fn what_is_not_there_is_an_error_and_is_kept_once_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data.csv");
        let kept = KeptData::below(&folder.path().join("night"));
        assert_eq!(kept.of(&data).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::write(&data, "now").unwrap();
        assert_eq!(fs::read_to_string(kept.of(&data).unwrap()).unwrap(), "now");
    }
    #[test]
    fn each_build_has_what_its_own_setup_wrote_and_the_first_copy_where_it_wrote_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("prices");
        let kept = KeptData::below(&folder.path().join("night"));
        let set_up = |build: &str, writes: Option<&str>| {
            if let Some(content) = writes {
                fs::write(&data, content).unwrap();
            }
            kept.keep_of_build(&data, build.to_owned(), writes.is_some()).unwrap();
        };
        let has = |build: &str| fs::read_to_string(kept.of_build(&data, build).unwrap()).unwrap();
        fs::write(&data, "of the suite").unwrap();
        set_up("cached", None);
        set_up("old", Some("old"));
        set_up("new", Some("new"));
        set_up("quiet", None);
        set_up("old", Some("made again"));
        let all = ["cached", "old", "new", "quiet"].map(has);
        assert_eq!(all, ["of the suite", "old", "new", "of the suite"]);

        kept.forget();
        assert_eq!(has("old"), "made again", "what is there now is read anew");
    }
}

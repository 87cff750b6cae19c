//! [`List`]: the nights that were put somewhere, the newest first. What is there and not listed is
//! somebody else's.

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};

use super::page::About;
use crate::model::FORMAT_VERSION;
use crate::serve;

/// The page of all nights.
pub const PAGE: &str = "index.html";
/// The list itself.
pub const LIST: &str = ".nightshift.json";

/// What was put somewhere.
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    format_version: u32,
    nights: Vec<About>,
}

impl List {
    /// Of a place where nothing was put.
    pub fn none() -> Self {
        Self { format_version: FORMAT_VERSION, nights: Vec::new() }
    }

    /// As it was written.
    ///
    /// # Errors
    /// It is no list of nights.
    pub fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let list: Self = serde_json::from_slice(bytes).context("its list of nights is none")?;
        let names = list.nights.iter().all(|it| is_name(&it.night));
        ensure!(names, "its list of nights names what is no night");
        Ok(list)
    }

    /// As it is written.
    pub fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        Ok(serde_json::to_vec_pretty(self)?)
    }

    /// The nights, the newest first.
    pub fn nights(&self) -> &[About] {
        &self.nights
    }

    /// Whether a night was put there.
    pub fn has(&self, night: &str) -> bool {
        self.nights.iter().any(|it| it.night == night)
    }

    /// Whether a night belongs there: among the newest so many, by a name of its own.
    ///
    /// # Errors
    /// It does not; why.
    pub fn takes(&self, about: &About, keep: usize) -> anyhow::Result<()> {
        ensure!(is_name(&about.night), "{:?} is no id of a night", about.night);
        let others = self.nights.iter().filter(|it| it.night != about.night);
        let newer = others.filter(|it| it.started > about.started).count();
        ensure!(newer < keep, "{keep} nights are kept, and as many are there that are newer");
        Ok(())
    }

    /// With this night, once.
    pub fn add(&mut self, about: About) {
        self.nights.retain(|it| it.night != about.night);
        self.nights.push(about);
        self.nights.sort_by_key(|it| std::cmp::Reverse(it.started));
    }

    /// Without the nights that are not kept; answers with those.
    pub fn trim(&mut self, keep: usize) -> Vec<About> {
        self.nights.split_off(keep.min(self.nights.len()))
    }
}

/// Whether this may be the name of a night's folder.
fn is_name(name: &str) -> bool {
    serve::is_part(name) && !name.starts_with('.') && name != PAGE
}

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
    /// Those that are on their way, and on no page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    coming: Vec<About>,
}

impl List {
    /// Of a place where nothing was put.
    pub fn none() -> Self {
        Self { format_version: FORMAT_VERSION, nights: Vec::new(), coming: Vec::new() }
    }

    /// As it was written.
    ///
    /// # Errors
    /// It is no list of nights.
    pub fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let list: Self = serde_json::from_slice(bytes).context("its list of nights is none")?;
        let names = list.nights.iter().chain(&list.coming).all(|it| is_name(&it.night));
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

    /// Whether a night was put there, or is on its way.
    pub fn has(&self, night: &str) -> bool {
        self.nights.iter().chain(&self.coming).any(|it| it.night == night)
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

    /// With this night on its way, unless it is there already.
    pub fn announce(&mut self, about: About) {
        if !self.has(&about.night) {
            self.coming.push(about);
        }
    }

    /// With this night, once.
    pub fn add(&mut self, about: About) {
        self.coming.retain(|it| it.night != about.night);
        self.nights.retain(|it| it.night != about.night);
        self.nights.push(about);
        self.nights.sort_by_key(|it| std::cmp::Reverse(it.started));
    }

    /// Without the nights that are not kept; answers with those. What never came is among them once it
    /// is older than all that are.
    pub fn trim(&mut self, keep: usize) -> Vec<About> {
        let mut gone = self.nights.split_off(keep.min(self.nights.len()));
        let oldest = self.nights.last().filter(|_| self.nights.len() == keep).map(|it| it.started);
        let is_late = |it: &About| oldest.is_some_and(|oldest| it.started < oldest);
        let (late, coming): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.coming).into_iter().partition(is_late);
        self.coming = coming;
        gone.extend(late);
        gone
    }

    /// Without these nights.
    pub fn forget(&mut self, gone: &[About]) {
        let is_gone = |it: &About| gone.iter().any(|gone| gone.night == it.night);
        self.nights.retain(|it| !is_gone(it));
        self.coming.retain(|it| !is_gone(it));
    }
}

/// Whether this may be the name of a night's folder.
fn is_name(name: &str) -> bool {
    serve::is_part(name) && !name.starts_with('.') && name != PAGE
}

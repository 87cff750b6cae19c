//! [`Look`]: what a page looks at: nights of a branch, the archive, and the time; and what all pages
//! have in common.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::super::link::Links;
use super::super::view::{BranchView, Find, TabView, View, Way};
use crate::archive::{Archive, ArchiveError, CauseRow, NightLook};
use crate::report::shown::{count, one_line};

/// How many of the newest nights a strip shows.
pub const STRIP: usize = 30;
/// How many rows one page of a list has.
pub const ROWS: usize = 100;
/// How many characters of a title are shown.
pub const TITLE: usize = 240;

/// What a page looks at.
pub struct Look<'a> {
    /// The archive.
    pub archive: &'a Archive,
    /// The nights of the branch, the oldest first; never empty.
    pub nights: &'a [NightLook],
    /// The branch that was asked for.
    pub branch: Option<&'a str>,
    /// Addresses of our pages.
    pub links: &'a Links,
    /// The name of the suite.
    pub suite: &'a str,
    /// What the request asks of the page.
    pub asked: &'a dyn Fn(&str) -> Option<String>,
}

/// The pages that the top of each leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// All nights.
    Nights,
    /// The night that runs.
    Now,
    /// Causes across the nights.
    Findings,
    /// The scenarios.
    Scenarios,
    /// The nights as a curve.
    Trends,
    /// Who answers for what.
    Owners,
    /// What there is of the product.
    Coverage,
    /// A page that none of these is.
    Other,
}

const TABS: [(Tab, &str, &str); 7] = [
    (Tab::Nights, "/", "Nights"),
    (Tab::Now, "/now", "Now"),
    (Tab::Findings, "/findings", "Findings"),
    (Tab::Scenarios, "/scenarios", "Scenarios"),
    (Tab::Trends, "/trends", "Trends"),
    (Tab::Owners, "/owners", "Owners"),
    (Tab::Coverage, "/coverage", "Coverage"),
];

/// A page with what all pages have.
pub fn page(links: &Links, suite: &str, tab: Tab, title: impl Into<String>) -> View {
    let tabs =
        TABS.map(|(of, path, text)| TabView { href: links.to(path, &[]), text, here: of == tab });
    let branch = links.branch.as_ref().map(|it| format!(", branch {it}")).unwrap_or_default();
    View {
        base: links.base.clone(),
        tabs: tabs.into_iter().collect(),
        place: format!("{suite}{branch}"),
        title: title.into(),
        end: format!("Nightshift {}", env!("CARGO_PKG_VERSION")),
        ..View::default()
    }
}

impl Look<'_> {
    /// A page about these nights.
    pub fn page(&self, tab: Tab, title: impl Into<String>) -> View {
        let mut page = page(self.links, self.suite, tab, title);
        if let Some(branch) = &self.newest().branch {
            page.place = format!("{}, branch {branch}", self.suite);
        }
        page
    }

    /// The newest night.
    pub fn newest(&self) -> &NightLook {
        self.nights.last().expect("a look has a night")
    }

    /// A form that looks for something on a page, and for another branch where there are several.
    ///
    /// # Errors
    /// The data base answers with an error.
    pub fn find(&self, path: &str, label: &'static str) -> Result<Find, ArchiveError> {
        let shown = self.newest().branch.clone();
        let all = self.archive.branches()?;
        let several = all.len() > 1;
        let branches = all.into_iter().filter(|_| several);
        let branches =
            branches.map(|(name, _)| BranchView { here: shown.as_ref() == Some(&name), name });
        let action = format!("{}{path}", self.links.base);
        let value = (self.asked)("q").unwrap_or_default();
        Ok(Find { action, label, value, branches: branches.collect() })
    }

    /// Which page of a list is asked for, from 1.
    pub fn number(&self) -> usize {
        (self.asked)("page").and_then(|it| it.parse().ok()).filter(|it| *it > 0).unwrap_or(1)
    }

    /// The rows of the page that is asked for, and the ways to the pages beside it.
    pub fn rows<'r, T>(
        &self,
        all: &'r [T],
        path: &str,
        more: &[(&str, &str)],
    ) -> (&'r [T], Vec<Way>) {
        let last = all.len().div_ceil(ROWS).max(1);
        let number = self.number().min(last);
        let from = (number - 1) * ROWS;
        let way = |number: usize, text: &str| {
            let number = number.to_string();
            let asked: Vec<(&str, &str)> =
                more.iter().copied().chain([("page", number.as_str())]).collect();
            Way { href: self.links.to(path, &asked), text: text.to_owned() }
        };
        let mut ways = Vec::new();
        if number > 1 {
            ways.push(way(number - 1, "Before"));
        }
        if number < last {
            ways.push(way(number + 1, &format!("Further ({} in all)", all.len())));
        }
        (&all[from..(from + ROWS).min(all.len())], ways)
    }

    /// What is thought of a cause now, in a few words.
    pub fn state(&self, cause: &CauseRow, red: &HashSet<String>) -> String {
        let last = cause.seen.last().map_or(0, |it| it.night);
        let ago = self.nights.len() - 1 - last;
        if ago == 0 {
            "in the newest night".to_owned()
        } else if cause.scenarios.iter().any(|it| red.contains(it)) {
            format!("last seen {} ago; its scenarios are still red", count(ago, "night"))
        } else {
            format!("gone for {}", count(ago, "night"))
        }
    }

    /// The ids of the scenarios that are red.
    ///
    /// # Errors
    /// There is no night.
    pub fn red(&self) -> Result<HashSet<String>, ArchiveError> {
        Ok(self.archive.red_now(self.branch)?.iter().map(|it| it.0.clone()).collect())
    }
}

/// The day and time of a night.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// The day of a night.
pub fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// A title on one line.
pub fn title(text: &str) -> String {
    one_line(text, TITLE)
}

/// Who answers, in words.
pub fn owner(name: Option<&str>) -> String {
    name.map_or_else(|| "nobody".to_owned(), |it| one_line(it, 80))
}

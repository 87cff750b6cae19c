//! [`Book`]: what a client was told of pages: the references of things, and what changed since.

use std::fmt::Write as _;

use super::page::{Addresses, lines, told, told_again};
use super::reply::plain;
use crate::agent::{Meant, Place, References, changes};
use crate::model::outline::Outline;

/// The most characters of a page that are told at once.
const MOST_OF_PAGE: usize = 4_000;
/// The most characters that are told of what changed.
const MOST_OF_CHANGES: usize = 3_000;

/// What a client was told.
#[derive(Debug, Default)]
pub struct Book {
    references: References,
    told: Option<Told>,
}

/// The page as it was last read.
#[derive(Debug)]
struct Told {
    place: String,
    lines: Vec<String>,
}

impl Book {
    /// Forgets the page, and keeps the references: what comes next is told whole.
    pub fn turn(&mut self) {
        self.told = None;
    }

    /// The page: whole the first time, else what changed.
    pub fn tell(&mut self, page: &Outline) -> String {
        let now = self.read(page);
        let text = match &self.told {
            None => whole(&now, page.cut, 0, None),
            Some(before) => {
                let changes = changed(before, &now);
                let all = whole(&now, page.cut, 0, None);
                if changes.len() < all.len() { changes } else { all }
            }
        };
        self.told = Some(now);
        text
    }

    /// The whole page from a line on, or the lines that have some words.
    pub fn tell_whole(
        &mut self,
        page: &Outline,
        from: usize,
        find: Option<&str>,
        addresses: Addresses,
    ) -> String {
        let now = self.read(page);
        let text = match addresses {
            Addresses::LeftOut => whole(&now, page.cut, from, find),
            Addresses::Told => {
                let lines = lines(page, &self.references.number(page), addresses);
                whole(&Told { place: now.place.clone(), lines }, page.cut, from, find)
            }
        };
        self.told = Some(now);
        text
    }

    /// What a reference means on the page as it is.
    pub fn meant(&mut self, page: &Outline, reference: &str) -> Meant {
        self.references.meant(page, reference)
    }

    fn read(&mut self, page: &Outline) -> Told {
        let numbers = self.references.number(page);
        Told { place: page.place.clone(), lines: lines(page, &numbers, Addresses::LeftOut) }
    }
}

/// Text of the product, marked as what it is; no place is the one before.
fn marked(place: Option<&str>, body: &str) -> String {
    let place = place.map(|it| format!(" place=\"{}\"", plain(it))).unwrap_or_default();
    format!("<page{place}>\n{}</page>", plain(body))
}

fn whole(page: &Told, is_cut: bool, from: usize, find: Option<&str>) -> String {
    let words: Vec<String> =
        find.unwrap_or_default().to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |line: &&String| {
        let line = line.to_lowercase();
        words.iter().all(|it| line.contains(it))
    };
    let lines: Vec<String> = page.lines.iter().map(|it| told(it)).collect();
    let wanted: Vec<&String> = lines.iter().filter(fits).collect();
    let mut body = String::new();
    let mut shown = 0;
    for line in wanted.iter().skip(from) {
        if body.len() + line.len() > MOST_OF_PAGE && shown > 0 {
            break;
        }
        let _ = writeln!(body, "{line}");
        shown += 1;
    }
    if wanted.is_empty() {
        body.push_str(if find.is_some() { "(no line has these words)\n" } else { "(empty)\n" });
    }
    let mut text = marked(Some(&page.place), &body);
    let next = from + shown;
    if let Some(left) = wanted.len().checked_sub(next).filter(|it| *it > 0) {
        let _ = write!(text, "\ncut: {left} more lines; go on with from: {next}, or find");
    } else if is_cut {
        text.push_str("\ncut: the page is longer than can be read at once");
    }
    text
}

/// What changed, line by line.
fn changed(before: &Told, now: &Told) -> String {
    let moved = before.place != now.place;
    let place = if moved { Place::Another } else { Place::Same };
    let all = changes(&before.lines, &now.lines, place, &|line, known| match known {
        Some(known) => told_again(line, known),
        None => told(line),
    });
    if all.is_empty() {
        let same = if moved { "(the same as before)\n" } else { "(nothing changed)\n" };
        return marked(moved.then_some(&now.place), same);
    }
    let mut body = String::new();
    let mut shown = 0;
    for line in &all {
        if body.len() + line.len() > MOST_OF_CHANGES && shown > 0 {
            break;
        }
        let _ = writeln!(body, "{line}");
        shown += 1;
    }
    let mut text = marked(moved.then_some(&now.place), &body);
    if shown < all.len() {
        let _ = write!(text, "\ncut: {} more changes; observe with whole: true", all.len() - shown);
    }
    text
}

//! [`put`]: a night into a bucket. Its page is written last of its files, and the page of all nights
//! after it, so that no link leads to half a night; of one that goes its page is removed first.

use std::path::Path;

use anyhow::{Context as _, ensure};

use super::files::files;
use super::list::{LIST, List, PAGE};
use super::page::{About, page};
use super::store::Store;
use crate::serve;

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// Puts a night there, keeps so many, and writes the page of all; answers with where its own is.
///
/// # Errors
/// Something cannot be read or written, or is there that we did not put there.
pub fn put(store: &Store, night: &Path, about: About, keep: usize) -> anyhow::Result<String> {
    let name = about.night.clone();
    let mut list = read(store)?;
    list.takes(&about, keep)?;
    let page_of_it = format!("{name}/{PAGE}");
    ensure!(
        list.has(&name) || store.get(&page_of_it)?.is_none(),
        "{} is there already, and was put there by somebody else",
        store.address(&page_of_it)
    );
    let files = files(night)?;
    let mut all = written(store, &name)?;
    all.retain(|it| !files.contains(it));
    all.extend(files.iter().cloned());
    // Listed before it is there, so that whatever comes of it is ours and can be removed.
    store.put(&record(&name), JSON, &serde_json::to_vec(&all)?)?;
    list.add(about);
    store.put(LIST, JSON, &list.bytes()?)?;
    for file in &files {
        let path = night.join(file);
        let bytes = std::fs::read(&path);
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        store.put(&format!("{name}/{file}"), media(file), &bytes)?;
    }
    let gone = list.trim(keep);
    let page = page(list.nights()).context("cannot make the page of nights")?;
    store.put(PAGE, HTML, page.as_bytes())?;
    for night in &gone {
        remove(store, &night.night)?;
    }
    store.put(LIST, JSON, &list.bytes()?)?;
    Ok(store.address(&page_of_it))
}

/// What was put there.
fn read(store: &Store) -> anyhow::Result<List> {
    if let Some(bytes) = store.get(LIST)? {
        return List::read(&bytes).with_context(|| format!("cannot use {}", store.address(LIST)));
    }
    ensure!(
        store.get(PAGE)?.is_none(),
        "{} is a page that is not ours; name a prefix below which nothing else is",
        store.address(PAGE)
    );
    Ok(List::none())
}

/// What says which files a night has there.
fn record(night: &str) -> String {
    format!(".nightshift/{night}.json")
}

/// The files that a night has there, its page at the end.
fn written(store: &Store, night: &str) -> anyhow::Result<Vec<String>> {
    let Some(bytes) = store.get(&record(night))? else { return Ok(Vec::new()) };
    let files: Vec<String> = serde_json::from_slice(&bytes)
        .with_context(|| format!("{} names no files", record(night)))?;
    ensure!(files.iter().all(|it| serve::is_of_a_night(it)), "{} names others", record(night));
    Ok(files)
}

fn remove(store: &Store, night: &str) -> anyhow::Result<()> {
    for file in written(store, night)?.iter().rev() {
        store.remove(&format!("{night}/{file}"))?;
    }
    store.remove(&record(night))
}

/// What a browser takes a file for: what the product left is text or saved, and never a page.
fn media(file: &str) -> &'static str {
    match file.rsplit_once('.').map_or("", |it| it.1) {
        "html" if file == PAGE => HTML,
        "json" => JSON,
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "pdf" => "application/pdf",
        "bin" | "zip" | "sqlite" | "gz" => "application/octet-stream",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::Storage;
    use super::*;
    use crate::model::Decision;

    fn night(root: &Path, id: &str, day: u32) -> About {
        let evidence = root.join(id).join("evidence/ab");
        std::fs::create_dir_all(&evidence).expect("made");
        std::fs::write(root.join(id).join("index.html"), id).expect("written");
        let picture = format!("ab{}.png", "cd".repeat(31));
        std::fs::write(evidence.join(picture), "png").expect("written");
        About {
            night: id.to_owned(),
            started: format!("2026-11-{day:02}T01:00:00Z").parse().expect("an instant"),
            branch: None,
            decision: Decision::Pass,
            sentence: "Nothing is red.".to_owned(),
        }
    }

    /// The names below the prefix that a reader may come by.
    fn seen(storage: &Storage) -> Vec<String> {
        let objects = storage.objects.lock().expect("whole");
        let names = objects.keys().filter_map(|it| it.strip_prefix("/reports/shop/"));
        let names = names.filter(|it| !it.starts_with('.') && !it.contains("evidence"));
        names.map(str::to_owned).collect()
    }

    #[test]
    fn the_newest_nights_are_kept_and_a_page_is_written_after_what_it_shows() {
        let root = tempfile::tempdir().expect("a folder");
        let (storage, store) = Storage::start();
        for day in 1..=3 {
            let about = night(root.path(), &format!("n{day}"), day);
            let folder = root.path().join(&about.night);
            let place = put(&store, &folder, about, 2).expect("put");
            assert!(place.ends_with(&format!("/reports/shop/n{day}/index.html")), "{place}");
        }
        assert_eq!(seen(&storage), ["index.html", "n2/index.html", "n3/index.html"]);
        let left = storage.objects.lock().expect("whole");
        assert!(!left.keys().any(|it| it.contains("/n1/") || it.contains("n1.json")), "{left:?}");
        let calls = storage.calls.lock().expect("whole");
        let at = |wanted: &str| {
            calls.iter().position(|it| it.starts_with(wanted)).unwrap_or_else(|| panic!("{wanted}"))
        };
        assert!(at("PUT /reports/shop/n1/evidence") < at("PUT /reports/shop/n1/index.html"));
        assert!(at("DELETE /reports/shop/n1/index.html") < at("DELETE /reports/shop/n1/evidence"));
    }

    #[test]
    fn what_somebody_else_put_there_is_never_touched() {
        let root = tempfile::tempdir().expect("a folder");
        let (storage, store) = Storage::start();
        let about = night(root.path(), "n1", 1);
        let folder = root.path().join("n1");
        let theirs = |name: &str| {
            let name = format!("/reports/shop/{name}");
            storage.objects.lock().expect("whole").insert(name, b"theirs".to_vec());
        };
        theirs("index.html");
        let refused = put(&store, &folder, about.clone(), 1).expect_err("it is their page");
        assert!(refused.to_string().contains("is a page that is not ours"), "{refused}");
        storage.objects.lock().expect("whole").clear();
        theirs("n1/index.html");
        let refused = put(&store, &folder, about, 1).expect_err("it is their night");
        assert!(refused.to_string().contains("put there by somebody else"), "{refused}");
        assert_eq!(seen(&storage), ["n1/index.html"]);
    }

    #[test]
    fn what_the_product_left_is_no_page() {
        for (file, known) in [
            ("index.html", HTML),
            ("evidence/ab/abcd.html", "text/plain; charset=utf-8"),
            ("evidence/ab/abcd.svg", "text/plain; charset=utf-8"),
            ("evidence/ab/abcd.png", "image/png"),
            ("ledger.jsonl", "text/plain; charset=utf-8"),
            ("night.json", JSON),
        ] {
            assert_eq!(media(file), known, "{file}");
        }
    }
}

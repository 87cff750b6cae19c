//! [`put`]: a night into a bucket. Its page is written last of its files, and the page of all nights
//! after it, so that no link leads to half a night; of one that goes its page is removed first. The list
//! and the page of all are written only as long as nobody else wrote them since they were read.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::files::files;
use super::list::{LIST, List, PAGE};
use super::page::{About, page};
use super::store::{Store, Was};
use crate::serve;

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
/// So often others may come first.
const MOST_TIMES: usize = 20;

/// Puts a night there, keeps so many, and writes the page of all; answers with where its own is.
///
/// # Errors
/// Something cannot be read or written, or is there that we did not put there.
pub fn put(store: &Store, night: &Path, about: &About, keep: usize) -> anyhow::Result<String> {
    let name = about.night.clone();
    let page_of_it = format!("{name}/{PAGE}");
    let files = files(night)?;
    change(store, &|list| {
        list.takes(about, keep)?;
        ensure!(
            list.has(&name) || store.get(&page_of_it)?.is_none(),
            "{} is there already, and was put there by somebody else",
            store.address(&page_of_it)
        );
        // Listed before it is there, so that whatever comes of it is ours and can be removed.
        note(store, &name, &files)?;
        list.announce(about.clone());
        Ok(())
    })?;
    for file in &files {
        let path = night.join(file);
        let bytes = std::fs::read(&path);
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        store.put(&format!("{name}/{file}"), media(file), &bytes)?;
    }
    change(store, &|list| {
        // Whoever took this night for one too many meanwhile has removed what was noted.
        note(store, &name, &files)?;
        list.add(about.clone());
        Ok(())
    })?;
    let gone = write_page(store, keep)?;
    for night in &gone {
        remove(store, &night.night)?;
    }
    if !gone.is_empty() {
        change(store, &|list| {
            list.forget(&gone);
            Ok(())
        })?;
    }
    Ok(store.address(&page_of_it))
}

/// Notes the files of a night beside those that are noted already.
fn note(store: &Store, name: &str, files: &[String]) -> anyhow::Result<()> {
    let mut all = written(store, name)?;
    all.retain(|it| !files.contains(it));
    all.extend(files.iter().cloned());
    store.put(&record(name), JSON, &serde_json::to_vec(&all)?)
}

/// Changes the list as it is there, and begins again where somebody else has changed it meanwhile.
fn change(store: &Store, by: &dyn Fn(&mut List) -> anyhow::Result<()>) -> anyhow::Result<()> {
    for _ in 0..MOST_TIMES {
        let (mut list, was) = read(store)?;
        by(&mut list)?;
        if store.put_over(&was, (LIST, JSON), &list.bytes()?)? {
            return Ok(());
        }
    }
    bail!("others changed {} each time, {MOST_TIMES} times", store.address(LIST))
}

/// Writes the page of the newest nights, and begins again where somebody else has written one
/// meanwhile; answers with the nights that are on it no more.
fn write_page(store: &Store, keep: usize) -> anyhow::Result<Vec<About>> {
    for _ in 0..MOST_TIMES {
        // Read before the list: what is written over is made of no newer list than this one.
        let (_, was) = store.read(PAGE)?;
        let (mut list, _) = read(store)?;
        let gone = list.trim(keep);
        let page = page(list.nights()).context("cannot make the page of nights")?;
        if store.put_over(&was, (PAGE, HTML), page.as_bytes())? {
            return Ok(gone);
        }
    }
    bail!("others wrote {} each time, {MOST_TIMES} times", store.address(PAGE))
}

/// What was put there.
fn read(store: &Store) -> anyhow::Result<(List, Was)> {
    let (bytes, was) = store.read(LIST)?;
    if let Some(bytes) = bytes {
        let list = List::read(&bytes);
        return Ok((list.with_context(|| format!("cannot use {}", store.address(LIST)))?, was));
    }
    ensure!(
        store.get(PAGE)?.is_none(),
        "{} is a page that is not ours; name a prefix below which nothing else is",
        store.address(PAGE)
    );
    Ok((List::none(), was))
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
            let place = put(&store, &folder, &about, 2).expect("put");
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
    fn nights_that_are_put_at_once_are_all_on_the_page() {
        let root = tempfile::tempdir().expect("a folder");
        let (storage, store) = Storage::start();
        let days = 1..=4;
        std::thread::scope(|scope| {
            for day in days.clone() {
                let about = night(root.path(), &format!("n{day}"), day);
                let (folder, store) = (root.path().join(&about.night), &store);
                scope.spawn(move || put(store, &folder, &about, 5).expect("put"));
            }
        });
        let objects = storage.objects.lock().expect("whole");
        let page = String::from_utf8_lossy(&objects["/reports/shop/index.html"]).into_owned();
        for day in days {
            assert!(page.contains(&format!("n{day}/index.html")), "n{day}: {page}");
        }
    }

    #[test]
    fn a_night_that_never_came_is_on_no_page_and_goes_with_its_time() {
        let root = tempfile::tempdir().expect("a folder");
        let (storage, store) = Storage::start();
        let about = night(root.path(), "n1", 1);
        change(&store, &|list| {
            list.announce(about.clone());
            Ok(())
        })
        .expect("announced");
        let page = || {
            let objects = storage.objects.lock().expect("whole");
            let text = |name: &str| String::from_utf8_lossy(&objects[name]).into_owned();
            (text("/reports/shop/index.html"), text("/reports/shop/.nightshift.json"))
        };
        for day in 2..=3 {
            let about = night(root.path(), &format!("n{day}"), day);
            put(&store, &root.path().join(&about.night), &about, 2).expect("put");
            let (page, list) = page();
            assert!(!page.contains("n1/"), "{page}");
            assert_eq!(list.contains("\"n1\""), day == 2, "{list}");
        }
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
        let refused = put(&store, &folder, &about, 1).expect_err("it is their page");
        assert!(refused.to_string().contains("is a page that is not ours"), "{refused}");
        storage.objects.lock().expect("whole").clear();
        theirs("n1/index.html");
        let refused = put(&store, &folder, &about, 1).expect_err("it is their night");
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

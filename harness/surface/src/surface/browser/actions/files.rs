//! Files that go into the page and come out of it; all of them live in the working folder.

use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

use super::seek::Need;
use crate::model::gesture::UploadBy;
use crate::model::{Target, Template};
use crate::surface::SurfaceError;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::events::record::Download;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::{Step, failed};

/// Notes whether something answers the next `dragover`: only then does a drop come.
const WATCH_DROP: &str = r"
const view = arguments[0].ownerDocument.defaultView;
view.addEventListener('dragover', (event) => {
  Object.defineProperty(view, '__nightshift_drop', { value: event, configurable: true });
}, { capture: true, once: true });
";
/// Whether something did; that is known once every listener had its turn.
const DROP_TAKEN: &str = r"
const event = globalThis.__nightshift_drop;
delete globalThis.__nightshift_drop;
return Boolean(event && event.defaultPrevented);
";

/// The field that a thing stands for: itself, the one that its label is for, or the only one in it;
/// `null` where it stands for none.
const FIELD: &str = r"
const el = arguments[0];
const takes = (it) => Boolean(it) && it.localName === 'input' && it.type === 'file';
if (takes(el)) return el;
const label = el.closest('label');
if (label && takes(label.control)) return label.control;
const inside = [...el.querySelectorAll('input')].filter(takes);
return inside.length === 1 ? inside[0] : null;
";

const NO_FIELD: &str = "it is no file field, and no label of one; try `click:` where it opens a \
                        file chooser, or `drop-on:`";

impl Page {
    /// The files of the working folder that a step names.
    fn given(&self, files: &[Template]) -> Step<Vec<String>> {
        let mut paths = Vec::new();
        for file in files {
            let expected = format!("a file {} in the working folder", file.raw());
            let Some(path) = inside(&self.work, file.raw()) else {
                return Err(failed(expected, "this path leads out of the working folder"));
            };
            // A link may lead out where the path itself does not.
            let real = path.canonicalize().ok();
            let root = self.work.canonicalize().ok();
            match (real, root) {
                (Some(real), Some(root)) if real.starts_with(&root) && real.is_file() => {
                    paths.push(real.display().to_string());
                }
                (Some(_) | None, _) => return Err(failed(expected, "there is no such file")),
            }
        }
        Ok(paths)
    }

    pub(super) async fn upload(
        &mut self,
        to: &Target,
        by: UploadBy,
        files: &[Template],
    ) -> Step<()> {
        let paths = self.within_reach(self.given(files)?).await?;
        match by {
            UploadBy::Field => self.give_to_field(to, &paths).await,
            UploadBy::Chooser => self.give_to_chooser(to, &paths).await,
            UploadBy::Drop => self.drop_on(to, &paths).await,
        }
    }

    async fn give_to_field(&mut self, to: &Target, paths: &[String]) -> Step<()> {
        let deadline = self.deadline();
        let keys = paths.join("\n");
        loop {
            // File fields are often hidden behind a styled label, so being there is enough.
            let spot = self.obtain(to, Need::There, deadline).await?;
            let expected = format!("{to}, which takes files");
            let sent = match self.script(FIELD, vec![spot.reference.clone()]).await {
                Ok(Value::Null) => {
                    self.leave(&spot).await?;
                    return Err(failed(expected, NO_FIELD));
                }
                Ok(field) => self.keys_to_reference(&field, &keys).await,
                Err(snag) => Err(snag),
            };
            if self.acted(sent, &spot, &expected, deadline).await? {
                return self.get_ready(deadline).await;
            }
        }
    }

    /// Clicks what opens a file chooser, and chooses the files there.
    async fn give_to_chooser(&mut self, click: &Target, paths: &[String]) -> Step<()> {
        let before = self.record.state().choosers.len();
        self.click_until(click, self.deadline()).await?;
        let expected = format!("{click} to open a file chooser");
        let deadline = self.deadline();
        let chooser = loop {
            let chooser = self.record.state().choosers.get(before).cloned();
            if let Some(chooser) = chooser {
                break chooser;
            }
            if let Some(trouble) = self.blocked(&expected) {
                return Err(trouble);
            }
            if deadline.has_come() {
                return Err(failed(expected, "no file chooser opened"));
            }
            self.pause().await;
        };
        let Some(element) = chooser.element else {
            let actual = "it opened one of the File System Access API, which cannot be answered; \
                          try `drop-on:`";
            return Err(failed(expected, actual));
        };
        if paths.len() > 1 && !chooser.several {
            let actual = format!("the chooser takes one file, and {} are given", paths.len());
            return Err(failed(format!("{click} to take several files"), actual));
        }
        let params = json!({ "context": chooser.context, "element": { "sharedId": element },
            "files": paths });
        match self.shared.bidi.command("input.setFiles", params, self.shared.timeout).await {
            Ok(_) => self.get_ready(deadline).await,
            Err(Refusal::Gone) => Err(Refusal::Gone.lost("choosing files").into()),
            Err(refusal) => Err(failed(expected, format!("it takes no files: {refusal}"))),
        }
    }

    /// Drops files from outside of the browser.
    async fn drop_on(&mut self, onto: &Target, paths: &[String]) -> Step<()> {
        let deadline = self.deadline();
        let expected = format!("{onto}, which takes files that are dropped on it");
        let (spot, (x, y)) = self.aim_at(onto, Need::InReach, deadline).await?;
        let watched = self.script(WATCH_DROP, vec![spot.reference.clone()]).await;
        let data = json!({ "items": [], "files": paths, "dragOperationsMask": 1 });
        let drag = async |kind: &str| {
            let params = json!({ "type": kind, "x": x, "y": y, "data": data });
            let params = json!({ "method": "Input.dispatchDragEvent", "params": params,
                "session": self.engine_session });
            let answer =
                self.shared.bidi.command("goog:cdp.sendCommand", params, self.shared.limit);
            answer.await.map_err(|refusal| refusal.lost("dropping files"))
        };
        let mut taken = Ok(Value::Null);
        if watched.is_ok() {
            drag("dragEnter").await?;
            drag("dragOver").await?;
            taken = self.script(DROP_TAKEN, Vec::new()).await;
        }
        // A browser that drops files where nothing takes them opens them instead of the page.
        let welcome = matches!(taken, Ok(Value::Bool(true)));
        if watched.is_ok() {
            drag(if welcome { "drop" } else { "dragCancel" }).await?;
        }
        self.leave(&spot).await?;
        match watched.and(taken) {
            Ok(_) if welcome => self.get_ready(deadline).await,
            Ok(_) => Err(failed(expected, "nothing there takes them (no `dragover` is answered)")),
            Err(snag) => Err(self.trouble(snag, &expected)),
        }
    }

    pub(crate) async fn download(
        &mut self,
        click: &Target,
        save_as: &str,
        named: Option<&str>,
    ) -> Step<()> {
        let Some(to) = inside(&self.work, save_as) else {
            let expected = format!("{save_as} to be a path in the working folder");
            return Err(failed(expected, "it leads out of the working folder"));
        };
        let before = self.record.state().downloads.len();
        let deadline = self.deadline();
        self.click_until(click, deadline).await?;
        let expected = format!("{click} to download a file");
        let deadline = self.deadline();
        loop {
            let download = self.record.state().downloads.get(before).cloned();
            match download {
                Some(Download { end: Some(Ok(path)), suggested, .. }) => {
                    self.keep(&path, &to).await?;
                    self.get_ready(self.deadline()).await?;
                    return self.as_named(click, named, &suggested, before);
                }
                Some(Download { end: Some(Err(why)), suggested, .. }) => {
                    return Err(failed(
                        expected,
                        format!("the download of {suggested} ended: {why}"),
                    ));
                }
                Some(Download { end: None, suggested, .. }) if deadline.has_come() => {
                    return Err(failed(expected, format!("{suggested} did not end in time")));
                }
                None if deadline.has_come() => {
                    return Err(failed(expected, "no download began"));
                }
                Some(_) | None => {}
            }
            if let Some(trouble) = self.blocked(&expected) {
                return Err(trouble);
            }
            self.pause().await;
        }
    }
}

impl Page {
    /// Puts a downloaded file where the step wants it.
    async fn keep(&self, downloaded: &str, to: &Path) -> Step<()> {
        if self.shared.far.is_none() {
            keep(Path::new(downloaded), to)?;
            return Ok(());
        }
        let bytes = self.shared.fetch(downloaded).await?;
        let folder = to.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder.and_then(|()| std::fs::write(to, bytes)).map_err(|source| kept(to, source).into())
    }

    /// Whether the click gave one file, with the name that it must have.
    fn as_named(
        &self,
        click: &Target,
        named: Option<&str>,
        suggested: &str,
        before: usize,
    ) -> Step<()> {
        let all: Vec<String> =
            self.record.state().downloads[before..].iter().map(|it| it.suggested.clone()).collect();
        if all.len() > 1 {
            let actual = format!("{} files: {}", all.len(), all.join(", "));
            return Err(failed(format!("{click} to download one file"), actual));
        }
        match named {
            Some(named) if named != suggested => Err(failed(
                format!("{click} to download a file named \"{named}\""),
                format!("it is named \"{suggested}\""),
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// A relative path below the folder; `None` where it would leave it.
pub(crate) fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path);
    let plain =
        relative.components().all(|it| matches!(it, Component::Normal(_) | Component::CurDir));
    (plain && !path.is_empty()).then(|| folder.join(relative))
}

fn kept(to: &Path, source: std::io::Error) -> SurfaceError {
    SurfaceError::Io { what: format!("keeping the download as {}", to.display()), source }
}

fn keep(from: &Path, to: &Path) -> Result<(), SurfaceError> {
    let io = |source| kept(to, source);
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    // The scratch folder may lie on another file system, where a rename is refused.
    if std::fs::rename(from, to).is_err() {
        std::fs::copy(from, to).map_err(io)?;
        std::fs::remove_file(from).map_err(io)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_folder() {
        let folder = Path::new("/work");
        assert_eq!(inside(folder, "a/b.csv"), Some(PathBuf::from("/work/a/b.csv")));
        assert_eq!(inside(folder, "../b.csv"), None);
        assert_eq!(inside(folder, "/etc/passwd"), None);
        assert_eq!(inside(folder, ""), None);
    }
}

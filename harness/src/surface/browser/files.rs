//! Files that go into the page and come out of it; all of them live in the working folder.

use std::path::{Component, Path, PathBuf};

use tokio::time::Instant;

use super::page::{Page, Step, failed};
use super::record::Download;
use super::seek::Need;
use crate::model::{Target, Template};
use crate::surface::SurfaceError;

impl Page {
    pub(super) async fn upload(&mut self, to: &Target, files: &[Template]) -> Step<()> {
        let deadline = self.deadline();
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
        let keys = paths.join("\n");
        loop {
            // File fields are often hidden behind a styled label, so being there is enough.
            let spot = self.obtain(to, Need::There, deadline).await?;
            let sent = self.shared.drive("giving files", spot.element.send_keys(&keys)).await;
            if self.acted(sent, &spot, &format!("{to}, which takes files"), deadline).await? {
                return self.settle(deadline).await;
            }
        }
    }

    pub(super) async fn download(&mut self, click: &Target, save_as: &str) -> Step<()> {
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
                Some(Download { end: Some(Ok(path)), .. }) => {
                    keep(Path::new(&path), &to)?;
                    return self.settle(self.deadline()).await;
                }
                Some(Download { end: Some(Err(why)), suggested, .. }) => {
                    return Err(failed(
                        expected,
                        format!("the download of {suggested} ended: {why}"),
                    ));
                }
                Some(Download { end: None, suggested, .. }) if Instant::now() >= deadline => {
                    return Err(failed(expected, format!("{suggested} did not end in time")));
                }
                None if Instant::now() >= deadline => {
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

/// A relative path below the folder; `None` where it would leave it.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path);
    let plain =
        relative.components().all(|it| matches!(it, Component::Normal(_) | Component::CurDir));
    (plain && !path.is_empty()).then(|| folder.join(relative))
}

fn keep(from: &Path, to: &Path) -> Result<(), SurfaceError> {
    let io = |source| SurfaceError::Io {
        what: format!("keeping the download as {}", to.display()),
        source,
    };
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

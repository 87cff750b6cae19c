//! [`open`]: a file of a night, and nothing beside them: by the names that a night gives its files,
//! and never by a way that leads out of its folder.
//!
//! What the product left is shown as text or as a picture and may do nothing. The report is ours,
//! but may come from another machine: no script runs in it but those that we write into reports.

use std::path::Path;

use hyper::StatusCode;

use super::link::Links;
use crate::report;
use crate::review::web::answer::{Answer, Policy};

/// The largest file that is shown, in bytes.
const LARGEST: u64 = 512 << 20;
const TEXT: &str = "text/plain; charset=utf-8";

/// How a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Report,
    Text,
    Picture(&'static str),
    Pdf,
    /// Saved and not shown.
    Saved,
}

/// A file of a night, by the name of the night's folder and its own; `None` where there is none.
pub fn open(nights: &Path, folder: &str, name: &str, links: &Links) -> Option<Answer> {
    if !is_part(folder) {
        return None;
    }
    let shown = kind(name)?;
    let file = if name.is_empty() { "index.html" } else { name };
    let own = nights.join(folder).canonicalize().ok()?;
    let path = own.join(file).canonicalize().ok()?;
    let about = path.metadata().ok()?;
    if !path.starts_with(&own) || !about.is_file() || about.len() > LARGEST {
        return None;
    }
    let bytes = std::fs::read(&path).ok()?;
    let nothing = |media: &str, bytes: Vec<u8>| {
        Answer::new(StatusCode::OK, media, bytes).under(Policy::Nothing)
    };
    Some(match shown {
        Shown::Report => report_page(&bytes, folder, links),
        Shown::Text => nothing(TEXT, bytes),
        Shown::Picture(media) => nothing(media, bytes),
        // A sandbox would keep the browser's own viewer out.
        Shown::Pdf => Answer::new(StatusCode::OK, "application/pdf", bytes).under(Policy::Viewer),
        Shown::Saved => nothing("application/octet-stream", bytes)
            .with("content-disposition", "attachment".to_owned()),
    })
}

/// The report with a way back to the other nights.
fn report_page(bytes: &[u8], folder: &str, links: &Links) -> Answer {
    const BODY: &str = "<body>\n";
    let page = String::from_utf8_lossy(bytes);
    let style = "max-width:1080px;margin:0 auto;padding:14px 32px 0;font-size:15px;display:flex;gap:6px 22px;flex-wrap:wrap";
    let (all, review) = (links.to("/", &[]), links.review(folder));
    let way = format!(
        "{BODY}<nav aria-label=\"Nightshift\" style=\"{style}\"><a href=\"{all}\">All nights</a> <a href=\"{review}\">Review this night</a></nav>\n"
    );
    let policy = Policy::Scripts(report::script_hashes());
    let page = page.replacen(BODY, &way, 1);
    Answer::new(StatusCode::OK, "text/html; charset=utf-8", page).under(policy)
}

/// One part of a path that stays where it is.
#[must_use]
pub fn is_part(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])
}

/// Whether a file of this name, relative to the folder of a night, is one that a night shows.
#[must_use]
pub fn is_of_a_night(name: &str) -> bool {
    !name.is_empty() && kind(name).is_some()
}

/// How a file of this name is shown; `None` for what is no file that a night leaves.
fn kind(name: &str) -> Option<Shown> {
    match name {
        "" | "index.html" => return Some(Shown::Report),
        "report.pdf" => return Some(Shown::Pdf),
        "night.json" | "plan.json" | "ledger.jsonl" | "summary.md" | "junit.xml" | "ctrf.json"
        | "findings.sarif" | "code-quality.json" => return Some(Shown::Text),
        _ => {}
    }
    let (folder, file) = name.strip_prefix("evidence/")?.split_once('/')?;
    let (hash, end) = file.split_once('.').unwrap_or((file, ""));
    let is_hash = |it: &str, digits: usize| {
        it.len() == digits && it.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    };
    if !is_hash(folder, 2) || !is_hash(hash, 64) || !hash.starts_with(folder) {
        return None;
    }
    match end {
        "png" => Some(Shown::Picture("image/png")),
        "jpg" | "jpeg" => Some(Shown::Picture("image/jpeg")),
        "gif" => Some(Shown::Picture("image/gif")),
        "webp" => Some(Shown::Picture("image/webp")),
        "pdf" | "bin" | "zip" | "sqlite" | "gz" => Some(Shown::Saved),
        // Pages of the product, drawings with scripts in them: all of it is text here.
        end if end.len() <= 8 && end.bytes().all(|it| it.is_ascii_alphanumeric()) => {
            Some(Shown::Text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nights() -> tempfile::TempDir {
        let nights = tempfile::tempdir().expect("a folder");
        let hash = format!("ab{}", "cd".repeat(31));
        std::fs::create_dir_all(nights.path().join("n1/evidence/ab")).expect("made");
        let page = "<html>\n<body>\n<main>x</main>";
        std::fs::write(nights.path().join("n1/index.html"), page).expect("written");
        for end in ["png", "html", "bin"] {
            let path = nights.path().join(format!("n1/evidence/ab/{hash}.{end}"));
            std::fs::write(path, "<script>alert(1)</script>").expect("written");
        }
        std::fs::write(nights.path().join("secret.txt"), "secret").expect("written");
        nights
    }

    fn opened(nights: &Path, folder: &str, name: &str) -> Option<Answer> {
        open(nights, folder, name, &Links::default())
    }

    #[test]
    fn the_report_has_a_way_back_and_runs_our_scripts_alone() {
        let nights = nights();
        let page = opened(nights.path(), "n1", "").expect("there");
        let text = String::from_utf8(page.body).expect("text");
        assert!(text.contains("<a href=\"/review/n1/\">Review this night</a>"), "{text}");
        let policy = page.policy.header();
        assert!(policy.contains("script-src 'sha256-") && !policy.contains("script-src 'self'"));
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }

    #[test]
    fn what_the_product_left_does_nothing() {
        let nights = nights();
        let hash = format!("ab{}", "cd".repeat(31));
        for (end, media) in
            [("png", "image/png"), ("html", TEXT), ("bin", "application/octet-stream")]
        {
            let name = format!("evidence/ab/{hash}.{end}");
            let answer = opened(nights.path(), "n1", &name).expect("there");
            assert_eq!(answer.headers[0].1, media);
            assert_eq!(answer.policy.header(), "default-src 'none'; sandbox");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder_of_a_night() {
        let nights = nights();
        let hash = format!("ab{}", "cd".repeat(31));
        let outside = nights.path().join("secret.txt");
        let link = nights.path().join(format!("n1/evidence/ab/{}.txt", hash.replace('d', "e")));
        std::os::unix::fs::symlink(outside, link).expect("made");
        let linked = format!("evidence/ab/{}.txt", hash.replace('d', "e"));
        for (folder, name) in [
            ("n1", "../secret.txt"),
            ("n1", "evidence/../../secret.txt"),
            ("n1", "evidence/ab/../../../secret.txt"),
            ("n1", "/etc/passwd"),
            ("n1", "secret.txt"),
            ("n1", "evidence"),
            ("n1", linked.as_str()),
            ("..", "night.json"),
            ("", "index.html"),
            (".", "secret.txt"),
            ("n1/..", "index.html"),
            ("n2", ""),
        ] {
            assert_eq!(opened(nights.path(), folder, name), None, "{folder} {name}");
        }
        assert!(opened(nights.path(), "n1", &format!("evidence/ab/{hash}.png")).is_some());
    }
}

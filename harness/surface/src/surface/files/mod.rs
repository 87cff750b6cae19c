//! [`Reader`]: files as what they are, in comparable text and pictures.
//!
//! `kind` tells what a file is, and a small reader a kind makes a [`Block`] of it: `json`, `table`,
//! `markup`, `archive`, `sqlite`, `pdf`, `picture`. `open` bounds what is read, `block` what is
//! said. How the text is written is in [`crate::model::filetext`]; the command surface puts it into
//! the `files` facet. Nothing here writes, waits or trusts what it reads.
//!
//! The files:
//! - `kind.rs`: what a file is, by its content first and by its name second.
//! - `open.rs`: reads a file within bounds, without ever waiting.
//! - `block.rs`: what is said of a file, and long content as a digest.
//! - `json.rs`: JSON as one value a line.
//! - `table.rs`: CSV as one row a line.
//! - `markup.rs`: XML and HTML by their structure.
//! - `archive.rs`: what is in zip, tar and gzip.
//! - `sqlite.rs`: databases by schema and rows, from a copy.
//! - `pdf.rs`: documents by text and page pictures.
//! - `picture.rs`: pictures by their pixels.

mod archive;
mod block;
mod json;
mod kind;
mod markup;
mod open;
mod pdf;
mod picture;
mod sqlite;
mod table;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use archive::{Entries, Entry, Unpacked};
use block::{Block, LINES, VALUES, bounded, broken, safe_name, short_hash};
use kind::Kind;
use picture::Decoded;

use super::spelled::{spelled_out, utf16};
use super::veil::Veil;

/// The largest file that is read; a larger one is known by size and hash.
const MOST_READ: u64 = 64 * 1024 * 1024;
/// The most bytes that are read and unpacked for one checkpoint.
const BUDGET: u64 = 512 * 1024 * 1024;
/// The most text that one checkpoint's files are shown in.
const MOST_TEXT: usize = 8 * 1024 * 1024;
/// The most pictures of one checkpoint.
const MOST_PICTURES: usize = 60;
/// How deep archives are opened: in an archive in an archive.
const DEEPEST: usize = 3;

/// A picture that a file is or holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePicture {
    /// The file's path as part of a checkpoint's name; a page is `<path>.page-1`.
    pub name: String,
    /// The pixels, as PNG bytes.
    pub png: Vec<u8>,
}

/// Reads the files of one checkpoint.
#[derive(Debug)]
pub struct Reader {
    budget: u64,
    text: usize,
    pictures: Vec<FilePicture>,
    /// What must not be seen in the pages of documents.
    veil: Veil,
}

impl Default for Reader {
    fn default() -> Self {
        Self::veiled(Veil::default())
    }
}

impl Reader {
    /// A reader that paints over what the veil hides where it draws pages.
    #[must_use]
    pub fn veiled(veil: Veil) -> Self {
        Self { budget: BUDGET, text: MOST_TEXT, pictures: Vec::new(), veil }
    }

    /// A file with its content: a line with `heading` and what it is, then the content, indented.
    pub fn described(&mut self, heading: &str, name: &str, path: &Path) -> String {
        let mut lines = self.file(name, path).below(heading);
        let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
        if bytes > self.text {
            let hash = short_hash(lines.join("\n").as_bytes());
            lines.truncate(1);
            lines.push(format!("    [not shown: too much is shown already; sha256 of it {hash}]"));
        }
        self.text = self.text.saturating_sub(bytes);
        let mut text = lines.join("\n");
        text.push('\n');
        text
    }

    /// The pictures of the files read so far.
    #[must_use]
    pub fn into_pictures(self) -> Vec<FilePicture> {
        self.pictures
    }

    fn file(&mut self, name: &str, path: &Path) -> Block {
        match open::read(path, MOST_READ.min(self.budget)) {
            Err(problem) => Block::line(format!("[unreadable: {problem}]")),
            Ok(open::Content::Large { size, hash }) => {
                Block::line(format!("[large: {size} bytes, {hash}]"))
            }
            Ok(open::Content::Whole(bytes)) => {
                self.budget -= bytes.len() as u64;
                self.content(name, &bytes, Some(path), 0)
            }
        }
    }

    /// What bytes are, and what is in them. A reader that panics has met what nobody foresaw.
    fn content(&mut self, name: &str, bytes: &[u8], path: Option<&Path>, depth: usize) -> Block {
        let read = catch_unwind(AssertUnwindSafe(|| self.by_kind(name, bytes, path, depth)));
        let (kind, block) = read.unwrap_or_else(|_| (Kind::Other, broken("file", bytes)));
        let promised = Kind::of_name(name);
        if bytes.is_empty() && promised.is_some_and(|it| it != Kind::Table) {
            return Block::of("empty", Vec::new());
        }
        match promised {
            Some(promised) if promised != kind && !bytes.is_empty() => {
                misnamed(block, promised, kind)
            }
            Some(_) | None => block,
        }
    }

    fn by_kind(
        &mut self,
        name: &str,
        bytes: &[u8],
        path: Option<&Path>,
        depth: usize,
    ) -> (Kind, Block) {
        let Some(kind) = Kind::of_bytes(bytes) else { return text(name, bytes) };
        let block = match kind {
            Kind::Picture(format) => self.picture(name, format, kind, bytes),
            Kind::Pdf => self.pdf(name, bytes),
            Kind::Sqlite => sqlite::block(bytes, path),
            Kind::Zip | Kind::Tar | Kind::Gzip if depth >= DEEPEST => {
                Some(Block::line(format!("[{} bytes, sha256 {}]", bytes.len(), short_hash(bytes))))
            }
            Kind::Zip => {
                archive::zip(bytes, &mut self.budget).map(|it| self.entries(name, it, depth))
            }
            Kind::Tar => {
                archive::tar(bytes, &mut self.budget).map(|it| self.entries(name, it, depth))
            }
            Kind::Gzip => self.gzip(name, bytes, depth),
            Kind::Json
            | Kind::JsonLines
            | Kind::Xml
            | Kind::Html
            | Kind::Table
            | Kind::Text
            | Kind::Other => return text(name, bytes),
        };
        let word = |block: Block| match kind {
            Kind::Zip | Kind::Tar if block.what.is_empty() => {
                Block { what: vec![kind.word().to_owned()], ..block }
            }
            Kind::Picture(_)
            | Kind::Pdf
            | Kind::Zip
            | Kind::Tar
            | Kind::Gzip
            | Kind::Sqlite
            | Kind::Json
            | Kind::JsonLines
            | Kind::Xml
            | Kind::Html
            | Kind::Table
            | Kind::Text
            | Kind::Other => block,
        };
        (kind, block.map_or_else(|| broken(kind.word(), bytes), word))
    }

    fn picture(
        &mut self,
        name: &str,
        format: image::ImageFormat,
        kind: Kind,
        bytes: &[u8],
    ) -> Option<Block> {
        let what = format!("{} picture", kind.word());
        match picture::decode(format, bytes) {
            Decoded::Broken => None,
            Decoded::Large { width, height } => {
                let line = format!(
                    "[too large to be compared as a picture: {} bytes, sha256 {}]",
                    bytes.len(),
                    short_hash(bytes)
                );
                Some(Block::of(what, vec![line]).with(format!("{width} × {height} pixels")))
            }
            Decoded::Picture { pixels, mut frames } => {
                let (width, height) = pixels.dimensions();
                frames.extend(self.keep(safe_name(name), &pixels));
                Some(Block::of(what, frames).with(format!("{width} × {height} pixels")))
            }
        }
    }

    /// Keeps a picture; a line with its hash where there are too many to be kept.
    fn keep(&mut self, name: String, pixels: &image::RgbaImage) -> Option<String> {
        if self.pictures.len() < MOST_PICTURES
            && let Some(png) = picture::encode(pixels)
        {
            self.pictures.push(FilePicture { name, png });
            return None;
        }
        Some(format!("pixels: sha256 {}", short_hash(pixels)))
    }

    fn pdf(&mut self, name: &str, bytes: &[u8]) -> Option<Block> {
        let mut document = match pdf::read(bytes) {
            Ok(document) => document,
            Err(pdf::Unread::Broken) => return None,
            Err(why @ (pdf::Unread::Locked | pdf::Unread::TooLong)) => {
                let why = match why {
                    pdf::Unread::Locked => "it needs a password",
                    pdf::Unread::Broken | pdf::Unread::TooLong => "reading it takes too long",
                };
                let line = format!("[{why}: {} bytes, sha256 {}]", bytes.len(), short_hash(bytes));
                return Some(Block::of("PDF", vec![line]));
            }
        };
        let mut lines: Vec<String> =
            document.title.iter().map(|title| format!("title: {title}")).collect();
        document.hide(&self.veil);
        for (at, page) in document.text.into_iter().enumerate() {
            lines.extend(
                Block { lines: bounded(page.lines(), &LINES), ..Block::default() }
                    .below(&format!("page {}", at + 1)),
            );
        }
        let safe = safe_name(name);
        for (at, page) in document.pictures.iter().enumerate() {
            lines.extend(self.keep(format!("{safe}.page-{}", at + 1), page));
        }
        let pages = if document.pages == 1 { "page" } else { "pages" };
        Some(Block::of("PDF", lines).with(format!("{} {pages}", document.pages)))
    }

    fn gzip(&mut self, name: &str, bytes: &[u8], depth: usize) -> Option<Block> {
        let inner = match name.rsplit_once('.') {
            Some((start, ending)) if ending.eq_ignore_ascii_case("tgz") => format!("{start}.tar"),
            Some((start, ending)) if ending.eq_ignore_ascii_case("gz") => start.to_owned(),
            Some(_) | None => name.to_owned(),
        };
        let file = inner.rsplit('/').next().unwrap_or(&inner).to_owned();
        match archive::gzip(bytes, &mut self.budget) {
            Unpacked::Broken => None,
            Unpacked::TooLarge => {
                let line = format!(
                    "[too large to be unpacked: {} bytes packed, sha256 {}]",
                    bytes.len(),
                    short_hash(bytes)
                );
                Some(Block::of("gzip", vec![line]))
            }
            Unpacked::Whole(unpacked) => {
                let block = self.content(&inner, &unpacked, None, depth + 1);
                Some(Block::of("gzip", block.below(&format!("entry {}", shown(&file)))))
            }
        }
    }

    fn entries(&mut self, name: &str, found: Entries, depth: usize) -> Block {
        let mut lines = Vec::new();
        for (entry, content) in found.entries {
            let own = shown(&entry);
            match content {
                Entry::Folder => lines.push(format!("entry {}/", own.trim_end_matches('/'))),
                Entry::Link(to) => lines.push(format!("entry {own} -> {}", shown(&to))),
                Entry::Closed(why) => lines.push(format!("entry {own} [{why}]")),
                Entry::File { bytes, executable } => {
                    let note = if executable { " (executable)" } else { "" };
                    let inner = self.content(&format!("{name}/{entry}"), &bytes, None, depth + 1);
                    lines.extend(inner.below(&format!("entry {own}{note}")));
                }
            }
        }
        if found.more > 0 {
            lines.push(format!("[… {} more entries …]", found.more));
        }
        Block { lines, ..Block::default() }
    }
}

/// Text, or bytes that are none.
fn text(name: &str, bytes: &[u8]) -> (Kind, Block) {
    let Some((text, coding)) = decoded(bytes) else {
        let line = format!("[binary: {} bytes, sha256 {}]", bytes.len(), short_hash(bytes));
        return (Kind::Other, Block::line(line));
    };
    let kind = Kind::of_text(name, &text);
    let known = match kind {
        Kind::Json => json::lines(&text).map(|lines| Block::of("JSON", bounded(lines, &VALUES))),
        Kind::JsonLines => {
            json::of_lines(&text).map(|lines| Block::of("JSON Lines", bounded(lines, &VALUES)))
        }
        Kind::Xml => markup::xml(&text),
        Kind::Html => Some(markup::html(&text)),
        Kind::Table => Some(table::block(name, &text)),
        Kind::Picture(_)
        | Kind::Pdf
        | Kind::Zip
        | Kind::Tar
        | Kind::Gzip
        | Kind::Sqlite
        | Kind::Text
        | Kind::Other => None,
    };
    let (kind, block) = known.map_or_else(|| (Kind::Text, plain(&text)), |block| (kind, block));
    (kind, if coding.is_empty() { block } else { block.with(coding) })
}

/// The text that bytes are, with what is to be said of its coding. Single bytes that are no text, as
/// in files of older programs, are spelled out.
fn decoded(bytes: &[u8]) -> Option<(String, &'static str)> {
    Some(match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => (utf16(bytes)?, "UTF-16"),
        bytes => match str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => (text.to_owned(), ""),
            Ok(_) => (spelled_out(bytes)?, "with NUL bytes"),
            Err(_) => (spelled_out(bytes)?, "not all UTF-8"),
        },
    })
}

/// The lines of plain text. Line ends are part of what a file is; but said once, not at every line.
fn plain(text: &str) -> Block {
    let ends = text.matches('\n').count();
    let crlf = ends > 0 && text.matches("\r\n").count() == ends;
    let own = if crlf { text.replace("\r\n", "\n") } else { text.replace('\r', "␍") };
    let mut lines = bounded(own.lines().map(str::to_owned).collect(), &LINES);
    if !own.is_empty() && !own.ends_with('\n') {
        lines.push("[no line end at the end]".to_owned());
    }
    Block { what: Vec::new(), note: if crlf { " (CRLF)" } else { "" }, lines }
}

/// Says that a file is not what its name says.
fn misnamed(mut block: Block, promised: Kind, kind: Kind) -> Block {
    let is_broken = block.what.first().is_some_and(|word| word.starts_with("broken "));
    if is_broken {
        return block;
    }
    let word = promised.word();
    if block.what.is_empty() {
        block.what.push(kind.word().to_owned());
    }
    let of_text = matches!(promised, Kind::Json | Kind::JsonLines | Kind::Xml | Kind::Html);
    if kind == Kind::Text && of_text {
        return block.with(format!("no well-formed {word}"));
    }
    if matches!((promised, kind), (Kind::Json, Kind::JsonLines) | (Kind::JsonLines, Kind::Json)) {
        return block;
    }
    block.with(format!("no {word}, as its name says"))
}

/// The text of a plain file, for what must hold of it and what is captured.
///
/// # Errors
/// Why it cannot be had, in words.
pub fn text_of(path: &Path) -> Result<String, String> {
    match open::read(path, MOST_READ) {
        Err(problem) => Err(problem.to_string()),
        Ok(open::Content::Large { size, .. }) => {
            Err(format!("it has {size} bytes, and at most {MOST_READ} are read"))
        }
        Ok(open::Content::Whole(bytes)) => match decoded(&bytes) {
            Some((text, _)) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
            None => Err(format!("it is no text: {} bytes of something else", bytes.len())),
        },
    }
}

/// Whether a path below `root` is what SQLite keeps beside a database there.
#[must_use]
pub fn is_sidecar(path: &Path, root: &Path) -> bool {
    let Some(path) = path.to_str() else { return false };
    let mut endings = sqlite::SIDECARS.iter();
    endings
        .find_map(|ending| path.strip_suffix(ending))
        .is_some_and(|database| sqlite::is_database(&root.join(database)))
}

/// A hash of a file's content, or why there is none; in bounded memory, without ever waiting.
#[must_use]
pub fn hash_of(path: &Path) -> String {
    open::hash(path).unwrap_or_else(|problem| problem.to_string())
}

/// A path or name in one line, such that it cannot be taken for anything else.
#[must_use]
pub fn shown(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_control() {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    out.replace(" [", " \\[")
}

/// A path likewise; bytes that are no UTF-8 as their hexadecimal digits.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut out = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        out.push_str(&shown(chunk.valid()));
        out.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    out
}

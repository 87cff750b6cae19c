//! [`zip`], [`tar`] and [`gzip`]: what is in an archive, in order of its names, within bounds.
//!
//! Times, owners, order, compression and padding are left out. What an archive unpacks to is
//! counted as it comes, so that one made to explode costs no more than the bound.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// The most entries that are looked at.
const MOST_ENTRIES: usize = 5000;
/// The most bytes of one entry that are unpacked.
const MOST_OF_ENTRY: u64 = 64 * 1024 * 1024;

/// What is in an archive.
#[derive(Default)]
pub struct Entries {
    /// By name; a name that stands twice holds what came last, as unpacking it would.
    pub entries: BTreeMap<String, Entry>,
    /// How many more there are.
    pub more: usize,
}

/// One entry.
pub enum Entry {
    /// A folder with nothing of its own.
    Folder,
    /// A symbolic link, and where it leads.
    Link(String),
    /// A file.
    File { bytes: Vec<u8>, executable: bool },
    /// A file that is not unpacked, and why.
    Closed(String),
}

/// The entries of a zip archive; `None` where it is none.
pub fn zip(bytes: &[u8], budget: &mut u64) -> Option<Entries> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut all = Entries::default();
    let count = archive.len();
    all.more = count.saturating_sub(MOST_ENTRIES);
    for index in 0..count.min(MOST_ENTRIES) {
        let (name, size, sum) = {
            let raw = archive.by_index_raw(index).ok()?;
            let name = String::from_utf8_lossy(raw.name_raw()).into_owned();
            (name, raw.size(), raw.crc32())
        };
        let entry = match archive.by_index(index) {
            Err(_) => Entry::Closed(format!("not to be unpacked: {size} bytes, CRC {sum:08x}")),
            Ok(file) if file.is_dir() => Entry::Folder,
            Ok(mut file) => {
                let mode = file.unix_mode().unwrap_or(0);
                let link = mode & 0o170_000 == 0o120_000;
                match unpacked(&mut file, budget) {
                    Unpacked::Whole(bytes) if link => {
                        Entry::Link(String::from_utf8_lossy(&bytes).into_owned())
                    }
                    Unpacked::Whole(bytes) => Entry::File { bytes, executable: mode & 0o100 != 0 },
                    Unpacked::TooLarge => {
                        Entry::Closed(format!("too large to be unpacked: CRC {sum:08x}"))
                    }
                    Unpacked::Broken => Entry::Closed("broken: it cannot be unpacked".to_owned()),
                }
            }
        };
        all.entries.insert(name, entry);
    }
    Some(all)
}

/// The entries of a tar archive; `None` where it is none.
pub fn tar(bytes: &[u8], budget: &mut u64) -> Option<Entries> {
    let mut archive = tar::Archive::new(Cursor::new(bytes));
    let mut all = Entries::default();
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if all.entries.len() >= MOST_ENTRIES {
            all.more += 1;
            continue;
        }
        let kind = entry.header().entry_type();
        let executable = entry.header().mode().is_ok_and(|mode| mode & 0o100 != 0);
        let own = if kind.is_dir() {
            Entry::Folder
        } else if kind.is_symlink() || kind.is_hard_link() {
            let to = entry.link_name_bytes();
            Entry::Link(to.map_or_else(String::new, |it| String::from_utf8_lossy(&it).into_owned()))
        } else if kind.is_file() || kind.is_contiguous() {
            match unpacked(&mut entry, budget) {
                Unpacked::Whole(bytes) => Entry::File { bytes, executable },
                Unpacked::TooLarge => Entry::Closed(format!("too large: {} bytes", entry.size())),
                Unpacked::Broken => return None,
            }
        } else {
            Entry::Closed("no plain file".to_owned())
        };
        all.entries.insert(name, own);
    }
    Some(all)
}

/// What something compressed with gzip is.
pub fn gzip(bytes: &[u8], budget: &mut u64) -> Unpacked {
    unpacked(&mut flate2::read::MultiGzDecoder::new(bytes), budget)
}

/// What came of unpacking.
pub enum Unpacked {
    /// All of it.
    Whole(Vec<u8>),
    /// More than is unpacked.
    TooLarge,
    /// It ends early, or its sum is wrong.
    Broken,
}

fn unpacked(from: &mut dyn Read, budget: &mut u64) -> Unpacked {
    let most = MOST_OF_ENTRY.min(*budget);
    let mut bytes = Vec::new();
    let read = from.take(most + 1).read_to_end(&mut bytes);
    *budget = budget.saturating_sub(bytes.len() as u64);
    match read {
        Err(_) => Unpacked::Broken,
        Ok(count) if count as u64 > most => Unpacked::TooLarge,
        Ok(_) => Unpacked::Whole(bytes),
    }
}

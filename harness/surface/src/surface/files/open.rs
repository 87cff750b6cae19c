//! [`read`]: a file's bytes within a bound, whatever the file turns out to be.
//!
//! Opening never waits (a pipe without a writer would) and never follows a symbolic link; what is
//! too large to be read is hashed as a stream.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};

use super::block::shortened;

/// The most of a file that is hashed.
const HASHED: u64 = 1024 * 1024 * 1024;

/// What was read of a file.
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// Too large: its size, and a hash in words.
    Large { size: u64, hash: String },
}

/// Reads a plain file of at most `most` bytes.
///
/// # Errors
/// What the system says; a path that is no plain file (any more).
pub fn read(path: &Path, most: u64) -> io::Result<Content> {
    let mut file = open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    if size <= most {
        (&mut file).take(most + 1).read_to_end(&mut bytes)?;
        // It may have grown since.
        if bytes.len() as u64 <= most {
            return Ok(Content::Whole(bytes));
        }
    }
    let hash = hash_of(&bytes, &mut file)?;
    Ok(Content::Large { size, hash })
}

/// The hash of a file in words, in bounded memory.
///
/// # Errors
/// As for [`read`].
pub fn hash(path: &Path) -> io::Result<String> {
    hash_of(&[], &mut open(path)?)
}

/// The first bytes of a file.
///
/// # Errors
/// As for [`read`].
pub fn start(path: &Path, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no plain file")) }
}

fn hash_of(start: &[u8], rest: &mut File) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(start);
    let mut left = HASHED;
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let count = rest.read(&mut buffer)?;
        let used = count.min(left as usize);
        hash.update(&buffer[..used]);
        left -= used as u64;
        if count == 0 || left == 0 {
            break;
        }
    }
    let of = if left == 0 { " of the first GiB" } else { "" };
    Ok(format!("sha256{of} {}", shortened(&hash.finalize())))
}

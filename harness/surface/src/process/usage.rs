//! [`usage`]: what the processes of a tree take of the machine.

use super::table;
use super::tree::Cookie;
use crate::model::soak::Usage;

/// What all processes of a tree take together; `None` where none is left, or this system does not
/// tell.
#[must_use]
pub fn usage(cookie: &Cookie) -> Option<Usage> {
    let found = table::holders(|value| cookie.covers(value)).found;
    let each: Vec<(u64, u64)> = found.iter().filter_map(|it| table::taken_by(it.pid)).collect();
    (!each.is_empty()).then(|| Usage {
        processes: u32::try_from(each.len()).unwrap_or(u32::MAX),
        memory_kib: each.iter().map(|it| it.0).sum(),
        handles: each.iter().map(|it| it.1).sum(),
    })
}

//! [`Kept`]: what was made of the tables last, until they change. A page asks for the same rows
//! more than once, and whoever serves pages asks again and again while nothing changes.
//!
//! It knows none of the types that are kept: their files use it, by way of the archive.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

/// So many things are kept: more than anybody looks at in turn.
const MOST: usize = 16;

/// What something is, of which branch as it was asked for, and of how many nights.
pub(super) type Name = (&'static str, Option<String>, usize);

/// What was made of the tables last.
#[derive(Debug, Default)]
pub(super) struct Kept {
    stamp: Option<Stamp>,
    made: HashMap<Name, Arc<dyn Any + Send + Sync>>,
}

/// What stands for the tables as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    /// Another number whenever another connection, also of another program, has written.
    others: i64,
    /// How many rows this connection has written.
    own: u64,
}

impl Kept {
    /// Forgets everything where the tables have changed since it was made, or where it is much.
    ///
    /// # Errors
    /// The data base answers with an error.
    pub fn refresh(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let others = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        let stamp = Some(Stamp { others, own: connection.total_changes() });
        if self.stamp != stamp || self.made.len() > MOST {
            *self = Self { stamp, ..Self::default() };
        }
        Ok(())
    }

    /// What was made under this name.
    pub fn get<T: Any + Send + Sync>(&self, name: &Name) -> Option<Arc<T>> {
        self.made.get(name)?.clone().downcast::<T>().ok()
    }

    /// Keeps what was made.
    pub fn put<T: Any + Send + Sync>(&mut self, name: Name, made: T) -> Arc<T> {
        let made = Arc::new(made);
        self.made.insert(name, made.clone());
        made
    }
}

//! [`Kept`]: what was made of the tables last, until they change. A page asks for the same rows
//! more than once, and whoever serves pages asks again and again while nothing changes.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use super::look::ScenarioRow;
use super::scope::Scope;

/// So many branches are remembered: more than anybody looks at in turn.
const MOST: usize = 8;

/// What was made of the tables last.
#[derive(Debug, Default)]
pub(super) struct Kept {
    stamp: Option<Stamp>,
    /// The nights of a branch, by the branch that was asked for.
    pub scopes: HashMap<Option<String>, Arc<Scope>>,
    /// The rows of all scenarios, by that branch and how many nights they are about.
    pub scenarios: HashMap<(Option<String>, usize), Arc<Vec<ScenarioRow>>>,
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
    pub fn refreshed(&mut self, connection: &Connection) -> rusqlite::Result<&mut Self> {
        let others = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        let stamp = Some(Stamp { others, own: connection.total_changes() });
        if self.stamp != stamp || self.scopes.len().max(self.scenarios.len()) > MOST {
            *self = Self { stamp, ..Self::default() };
        }
        Ok(self)
    }
}

//! [`Scope`]: the values that `${name}` has during one attempt.

use indexmap::IndexMap;

use crate::ledger::Secrets;
use crate::model::{Kept, KnownValue};

/// What every product of a scenario has for itself.
const OF_PRODUCT: [&str; 3] = ["port", "base-url", "work"];

/// Variables, captured values, and which of them are never compared.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    values: IndexMap<String, String>,
    lists: IndexMap<String, Vec<String>>,
    known: Vec<KnownValue>,
}

impl Scope {
    /// The suite's variables.
    #[must_use]
    pub fn new(vars: &IndexMap<String, String>) -> Self {
        Self { values: vars.clone(), ..Self::default() }
    }

    /// Gives a variable its value.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), value.into());
    }

    /// Gives a variable a value that differs from night to night and is compared as `token`.
    pub fn set_known(&mut self, name: &str, value: impl Into<String>, token: &str) {
        let value = value.into();
        self.is_known(value.clone(), token);
        self.set(name, value);
    }

    /// Has a value compared as `token`, whether or not a variable holds it.
    pub fn is_known(&mut self, value: impl Into<String>, token: &str) {
        self.known.push(KnownValue { value: value.into(), token: token.to_owned() });
    }

    /// The values that are never compared.
    #[must_use]
    pub fn known(&self) -> &[KnownValue] {
        &self.known
    }

    /// A place without what only tonight had, such as a port.
    #[must_use]
    pub fn told(&self, place: &str) -> String {
        KnownValue::told(&self.known, place)
    }

    /// Takes captured values over.
    pub fn capture(&mut self, captured: Vec<(String, Kept)>) {
        for (name, kept) in captured {
            match kept {
                Kept::One(value) => {
                    self.lists.shift_remove(&name);
                    self.values.insert(name, value);
                }
                Kept::All(items) => {
                    self.values.shift_remove(&name);
                    self.lists.insert(name, items);
                }
            }
        }
    }

    /// The items of a list that was captured.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&[String]> {
        self.lists.get(name).map(Vec::as_slice)
    }

    /// What `${name}` stands for; where a step uses another product, `${port}` and the like are
    /// that product's.
    #[must_use]
    pub fn value(&self, name: &str, other: Option<&str>, secrets: &Secrets) -> Option<String> {
        if let Some(secret) = name.strip_prefix("secret:") {
            return secrets.get(secret).map(str::to_owned);
        }
        match other {
            Some(product) if OF_PRODUCT.contains(&name) => {
                self.values.get(&format!("{product}.{name}")).cloned()
            }
            Some(_) | None => self.values.get(name).cloned(),
        }
    }
}

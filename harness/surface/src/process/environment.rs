//! [`Environment`]: the variables that a command gets: an allow-list of ours, and what was added.
//!
//! Built once by the caller and refined for each product and attempt; `command` and `service`
//! take the finished list.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

/// Where programs are searched when we have no `PATH` ourselves.
const PLAIN_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The complete environment of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    variables: IndexMap<String, String>,
}

impl Environment {
    /// Of `ours` only `PATH` and what `pass` names; for the rest the same on every machine: UTF-8,
    /// UTC, and no terminal.
    #[must_use]
    pub fn allowed(ours: impl IntoIterator<Item = (String, String)>, pass: &[String]) -> Self {
        let mut variables: IndexMap<String, String> =
            [("PATH", PLAIN_PATH), ("LANG", "C.UTF-8"), ("TZ", "UTC"), ("TERM", "dumb")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        variables
            .extend(ours.into_iter().filter(|(name, _)| name == "PATH" || pass.contains(name)));
        Self { variables }
    }

    /// All of `ours`: for what the suite's author runs on this machine to make a product ready.
    #[must_use]
    pub fn inherited(ours: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { variables: ours.into_iter().collect() }
    }

    /// With one more variable, or another value for one.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// With more variables.
    #[must_use]
    pub fn with_all(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// With folders in which programs are searched first.
    #[must_use]
    pub fn with_path_first(self, folders: &[PathBuf]) -> Self {
        let mut path: Vec<String> =
            folders.iter().map(|folder| folder.display().to_string()).collect();
        path.extend(self.get("PATH").filter(|it| !it.is_empty()).map(str::to_owned));
        self.with("PATH", path.join(":"))
    }

    /// With a home and a folder for temporary files.
    #[must_use]
    pub fn with_folders(self, home: &Path, tmp: &Path) -> Self {
        self.with("HOME", home.display().to_string()).with("TMPDIR", tmp.display().to_string())
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Where programs are searched.
    #[must_use]
    pub fn path(&self) -> &str {
        self.get("PATH").unwrap_or_default()
    }

    /// All variables, in the order in which they were added.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(String, String)> {
        self.variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn only_what_is_allowed_is_passed_on() {
        let ours = [
            pair("PATH", "/bin"),
            pair("HOME", "/root"),
            pair("TOKEN", "x"),
            pair("LANG", "de_DE"),
            pair("PASS_ME", "y"),
        ];
        let environment = Environment::allowed(ours, &["PASS_ME".to_owned()])
            .with_path_first(&["/product/bin".into()])
            .with_folders(Path::new("/h"), Path::new("/t"));
        assert_eq!(
            environment.to_vec(),
            [
                pair("PATH", "/product/bin:/bin"),
                pair("LANG", "C.UTF-8"),
                pair("TZ", "UTC"),
                pair("TERM", "dumb"),
                pair("PASS_ME", "y"),
                pair("HOME", "/h"),
                pair("TMPDIR", "/t"),
            ]
        );
    }
}

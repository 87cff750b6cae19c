//! [`Links`]: addresses of our own pages.

use std::fmt::Write as _;

/// Addresses below a base, of pages about a branch.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// What stands before each of them.
    pub base: String,
    /// The branch that was asked for.
    pub branch: Option<String>,
}

impl Links {
    /// A page: its path, and what it is asked.
    pub fn to(&self, path: &str, asked: &[(&str, &str)]) -> String {
        let mut link = format!("{}{path}", self.base);
        let branch = self.branch.as_deref().map(|it| ("branch", it));
        for (n, (name, value)) in asked.iter().copied().chain(branch).enumerate() {
            let sign = if n == 0 { '?' } else { '&' };
            // Writing to a String cannot fail.
            let _ = write!(link, "{sign}{name}={}", encoded(value));
        }
        link
    }

    /// The page of a cause.
    pub fn cause(&self, fingerprint: &str) -> String {
        self.to(&format!("/finding/{}", encoded(fingerprint)), &[])
    }

    /// The page of a scenario.
    pub fn scenario(&self, id: &str) -> String {
        self.to(&format!("/scenario/{}", encoded(id)), &[])
    }

    /// The report of a night, or one finding in it.
    pub fn night(&self, folder: &str, finding: Option<&str>) -> String {
        let fragment = finding.map(|it| format!("#{}", encoded(it))).unwrap_or_default();
        format!("{}/night/{}/{fragment}", self.base, encoded(folder))
    }

    /// The review of a night.
    pub fn review(&self, folder: &str) -> String {
        format!("{}/review/{}/", self.base, encoded(folder))
    }
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    let mut link = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            link.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(link, "%{byte:02X}");
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_name_cannot_lead_elsewhere() {
        let links = Links { base: "/qa".to_owned(), branch: Some("a&b".to_owned()) };
        assert_eq!(links.scenario("a/b?c#d"), "/qa/scenario/a%2Fb%3Fc%23d?branch=a%26b");
        assert_eq!(links.night("n-1", Some("F1")), "/qa/night/n-1/#F1");
        assert_eq!(links.to("/scenarios", &[("q", "a b")]), "/qa/scenarios?q=a%20b&branch=a%26b");
    }
}

//! [`weights`]: which commits are likelier from the start: those that touched what the finding is
//! about rather than those that only touched words for people.

/// How much likelier a commit is that touched a related path.
const RELATED: f64 = 4.0;
/// How likely one is that only touched documentation.
const DOCUMENTATION: f64 = 0.25;
/// Parts of paths and places that say nothing of what they are about.
const EVERYWHERE: [&str; 12] = [
    "src",
    "lib",
    "app",
    "main",
    "index",
    "test",
    "tests",
    "html",
    "http",
    "https",
    "localhost",
    "json",
];

/// The words by which a path is related to a finding: those of its places, of three letters and
/// more, each once and in small letters.
#[must_use]
pub fn words<'a>(places: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<String> = places.into_iter().flat_map(parts).collect();
    words.sort();
    words.dedup();
    words
}

/// How likely each commit is before anything was tried, by the paths that it touched.
#[must_use]
pub fn weights(commits: &[Vec<String>], words: &[String]) -> Vec<f64> {
    let weight = |files: &Vec<String>| {
        let related = files.iter().any(|file| parts(file).iter().any(|it| words.contains(it)));
        if related {
            RELATED
        } else if !files.is_empty() && files.iter().all(|it| is_documentation(it)) {
            DOCUMENTATION
        } else {
            1.0
        }
    };
    commits.iter().map(weight).collect()
}

fn parts(text: &str) -> Vec<String> {
    let parts = text.split(|it: char| !it.is_alphanumeric()).map(str::to_lowercase);
    let plain = |it: &String| it.chars().any(char::is_alphabetic) && it.chars().count() >= 3;
    parts.filter(|it| plain(it) && !EVERYWHERE.contains(&it.as_str())).collect()
}

fn is_documentation(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let extension = name.rsplit_once('.').map(|it| it.1.to_lowercase());
    let text = extension.is_some_and(|it| matches!(it.as_str(), "md" | "rst" | "adoc"));
    text || file.starts_with("docs/") || matches!(name, "LICENSE" | "AUTHORS" | ".gitignore")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_that_touch_what_a_finding_is_about_are_likelier_and_documentation_is_less() {
        let words = words(["/orders/17?page=2", "shopctl orders --json"]);
        assert_eq!(words, ["orders", "page", "shopctl"]);
        let touched = |files: &[&str]| files.iter().map(|it| (*it).to_owned()).collect();
        let commits: Vec<Vec<String>> = vec![
            touched(&["src/orders/list.py", "README.md"]),
            touched(&["src/basket.py"]),
            touched(&["README.md", "docs/install.txt"]),
            touched(&[]),
        ];
        assert_eq!(weights(&commits, &words), [RELATED, 1.0, DOCUMENTATION, 1.0]);
        assert_eq!(weights(&commits, &[]), [1.0, 1.0, DOCUMENTATION, 1.0]);
    }
}

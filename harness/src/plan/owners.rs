//! [`Owners`]: who answers for a path, as a CODEOWNERS file of GitHub or GitLab says; the last rule
//! that matches decides. Reading is pure; [`Owners::near`] finds the file.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

/// Where the file is looked for in a repository, the first one counts.
const PLACES: [&str; 4] =
    [".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// The rules of a CODEOWNERS file.
#[derive(Debug, Default)]
pub struct Owners {
    /// The repository's folder, which paths are relative to.
    root: PathBuf,
    rules: Vec<Rule>,
}

/// Who answers for what matches.
#[derive(Debug)]
struct Rule {
    paths: Vec<GlobMatcher>,
    /// Empty where nobody does.
    owners: String,
}

impl Owners {
    /// Those of the repository that a folder is in; nobody where it is in none, or has no file.
    #[must_use]
    pub fn near(folder: &Path) -> Self {
        let root = folder.ancestors().find(|it| it.join(".git").exists());
        let Some(root) = root else { return Self::default() };
        let text = PLACES.iter().find_map(|it| std::fs::read_to_string(root.join(it)).ok());
        Self { root: root.to_owned(), ..Self::parse(&text.unwrap_or_default()) }
    }

    /// Those that a file names.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        // A section of GitLab's may have owners of its own, for rules that name none.
        let mut usual = String::new();
        let mut rules = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let section = line.trim_start_matches('^');
            if let Some((_, rest)) = section.strip_prefix('[').and_then(|it| it.split_once(']')) {
                // `[Name][2] @team`: how many must approve is none of our business.
                let rest = rest
                    .strip_prefix('[')
                    .and_then(|it| it.split_once(']'))
                    .map_or(rest, |it| it.1);
                usual = named(rest.split_whitespace());
                continue;
            }
            let (pattern, owners) = words(line);
            let owners = named(owners.iter().map(String::as_str));
            let owners = if owners.is_empty() { usual.clone() } else { owners };
            rules.push(Rule { paths: globs(&pattern), owners });
        }
        Self { root: PathBuf::new(), rules }
    }

    /// Who answers for a path of the repository, with `/`.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<&str> {
        let matches = |it: &&Rule| it.paths.iter().any(|glob| glob.is_match(path));
        let rule = self.rules.iter().rev().find(matches)?;
        (!rule.owners.is_empty()).then_some(rule.owners.as_str())
    }

    /// Who answers for a file on the disk.
    #[must_use]
    pub fn of_file(&self, file: &Path) -> Option<&str> {
        let path = file.strip_prefix(&self.root).ok()?;
        self.of(&path.to_string_lossy().replace('\\', "/"))
    }
}

/// The pattern of a rule, and what stands behind it up to a comment.
fn words(line: &str) -> (String, Vec<String>) {
    let mut words: Vec<String> = vec![String::new()];
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            // A space or a number sign of a path.
            '\\' => words.last_mut().expect("one at the least").extend(letters.next()),
            '#' if words.last().is_some_and(String::is_empty) => break,
            it if it.is_whitespace() => {
                if words.last().is_some_and(|it| !it.is_empty()) {
                    words.push(String::new());
                }
            }
            it => words.last_mut().expect("one at the least").push(it),
        }
    }
    words.retain(|it| !it.is_empty());
    let pattern = if words.is_empty() { String::new() } else { words.remove(0) };
    (pattern, words)
}

/// Owners as one text: people, teams and addresses.
fn named<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.filter(|it| it.contains('@')).collect::<Vec<_>>().join(", ")
}

/// What a pattern matches: as in `.gitignore`, a folder stands for all that is in it.
fn globs(pattern: &str) -> Vec<GlobMatcher> {
    let named = pattern.trim_start_matches('/').trim_end_matches('/');
    let anchored = pattern.starts_with('/') || named.contains('/');
    let base = if anchored { named.to_owned() } else { format!("**/{named}") };
    let inside = format!("{base}/**");
    // `docs/*` is what lies in the folder, and not what lies deeper.
    let only_itself = named.ends_with("/*");
    let only_below = pattern.ends_with('/');
    let all = [(base, only_below), (inside, only_itself)];
    all.into_iter()
        .filter(|it| !it.1)
        .filter_map(|(glob, _)| GlobBuilder::new(&glob).literal_separator(true).build().ok())
        .map(|it| it.compile_matcher())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# who answers for what
*                @everybody
*.js             @js-people # the browser's side
/build/          @builders
docs/*           docs@example.com
apps/            @apps
/scenarios/sql/  @data @data-lead
/scenarios/sql/old/
a\\ b.txt        @spaces
src/**/*.rs      @rust
";

    #[test]
    fn the_last_rule_that_matches_decides_as_on_the_hosts_of_repositories() {
        let owners = Owners::parse(FILE);
        for (path, expected) in [
            ("README.md", Some("@everybody")),
            ("deep/down/page.js", Some("@js-people")),
            ("build/log.txt", Some("@builders")),
            ("sub/build/log.txt", Some("@everybody")),
            ("docs/a.md", Some("docs@example.com")),
            ("docs/deep/a.md", Some("@everybody")),
            ("x/apps/y/z.txt", Some("@apps")),
            ("scenarios/sql/query.yaml", Some("@data, @data-lead")),
            ("scenarios/sql/old/query.yaml", None),
            ("a b.txt", Some("@spaces")),
            ("src/main.rs", Some("@rust")),
            ("src/a/b/c.rs", Some("@rust")),
        ] {
            assert_eq!(owners.of(path), expected, "{path}");
        }
        assert_eq!(Owners::default().of("README.md"), None);
    }

    #[test]
    fn sections_name_owners_for_rules_that_name_none() {
        let text = "[Docs] @writers\ndocs/\nREADME.md @ada\n^[Shop][2]\nshop/ @shop\nlost/";
        let owners = Owners::parse(text);
        let of = ["docs/a.md", "README.md", "shop/x.py", "lost/x"].map(|it| owners.of(it));
        assert_eq!(of, [Some("@writers"), Some("@ada"), Some("@shop"), None]);
    }

    #[test]
    fn the_file_of_the_repository_around_a_folder_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let suite = folder.path().join("qa/suite");
        std::fs::create_dir_all(&suite).expect("made");
        std::fs::create_dir_all(folder.path().join(".git")).expect("made");
        std::fs::create_dir_all(folder.path().join(".github")).expect("made");
        std::fs::write(folder.path().join(".github/CODEOWNERS"), "/qa/ @qa").expect("written");
        let owners = Owners::near(&suite);
        assert_eq!(owners.of_file(&suite.join("scenarios/a.yaml")), Some("@qa"));
        assert_eq!(owners.of_file(Path::new("/elsewhere/a.yaml")), None);
    }
}

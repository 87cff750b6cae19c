//! Whether a command that nobody wrote down may run: only one whose words a pattern of the suite
//! names, without a shell.

use super::{Policy, PolicyDecision};
use crate::model::Action;
use crate::model::bounds::Bounds;
use crate::model::scenario::{CommandLine, RunCommand};

/// What stands for any further words, as the last word of a pattern.
const ANY_FURTHER: &str = "**";

impl Policy {
    /// What becomes of a command that was proposed. The strictest rule that it meets wins.
    pub(super) fn proposed_command(&self, run: &RunCommand, bounds: &[Bounds]) -> PolicyDecision {
        let CommandLine::Argv(words) = &run.command else {
            return PolicyDecision::deny("a line for a shell can be written and never proposed");
        };
        if !run.env.is_empty() {
            return PolicyDecision::deny(
                "the environment of a command can be written and never proposed",
            );
        }
        let words: Vec<&str> = words.iter().map(crate::model::Template::raw).collect();
        let own = self.decide_written(&Action::Run(Box::new(run.clone())));
        let named = named(&words, bounds);
        let rules = [Some(named.clone()), Some(own), asked(&words, bounds)];
        PolicyDecision::strictest(rules.into_iter().flatten()).unwrap_or(named)
    }
}

/// Whether all who name commands name this one, the suite among them: a skill or scenario can only
/// narrow.
fn named(words: &[&str], bounds: &[Bounds]) -> PolicyDecision {
    let line = shell_words::join(words);
    let says = |it: &&Bounds| it.commands.is_some();
    let matching = |it: &Bounds| {
        it.commands.iter().flatten().find(|pattern| is_named(words, pattern)).cloned()
    };
    if let Some(it) = bounds.iter().filter(says).find(|it| matching(it).is_none()) {
        return PolicyDecision::deny(format!("{} does not name the command `{line}`", it.of));
    }
    match bounds.iter().filter(says).find(|it| it.of == Bounds::SUITE).and_then(matching) {
        Some(pattern) => PolicyDecision::allow(format!("{} names `{pattern}`", Bounds::SUITE)),
        None => PolicyDecision::deny(format!(
            "no command may run unless the suite names it; allow it by `policy: {{ commands: ['{line}'] }}` in nightshift.yaml"
        )),
    }
}

/// Who has a person asked about a command.
fn asked(words: &[&str], bounds: &[Bounds]) -> Option<PolicyDecision> {
    bounds.iter().find_map(|it| {
        let pattern = it.ask_commands.iter().find(|pattern| is_named(words, pattern))?;
        Some(PolicyDecision::ask(format!("{} asks about the command `{pattern}`", it.of)))
    })
}

/// Whether a pattern names these words.
fn is_named(words: &[&str], pattern: &str) -> bool {
    let Ok(pattern) = shell_words::split(pattern) else { return false };
    let (pattern, any_further) = match pattern.split_last() {
        Some((last, before)) if last == ANY_FURTHER && !before.is_empty() => (before, true),
        Some(_) | None => (&pattern[..], false),
    };
    let enough =
        if any_further { words.len() >= pattern.len() } else { words.len() == pattern.len() };
    enough && pattern.iter().zip(words).all(|(pattern, word)| fits(pattern, word))
}

/// Whether a word fits a pattern in which `*` stands for any text.
pub(super) fn fits(pattern: &str, word: &str) -> bool {
    let mut parts = pattern.split('*');
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back());
    let Some(rest) = word.strip_prefix(first) else { return false };
    let Some(last) = last else { return rest.is_empty() };
    let Some(mut rest) = rest.strip_suffix(last) else { return false };
    // What comes first fits as well as what comes later: any text may follow.
    parts.all(|part| {
        let found = rest.find(part);
        rest = found.map_or("", |at| &rest[at + part.len()..]);
        found.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_words_and_never_more_than_it_says() {
        let is = |line: &str, pattern: &str| {
            let words = shell_words::split(line).expect("words");
            is_named(&words.iter().map(String::as_str).collect::<Vec<_>>(), pattern)
        };
        assert!(is("shopctl orders", "shopctl orders"));
        assert!(!is("shopctl orders --csv", "shopctl orders"));
        assert!(is("shopctl orders --csv", "shopctl orders *"));
        assert!(is("shopctl orders --country NZ", "shopctl orders **"));
        assert!(is("shopctl orders", "shopctl orders **"));
        assert!(!is("shopctl drop", "shopctl orders **"));
        assert!(is("shopctl export --to=a.csv", "shopctl export --to=*.csv"));
        assert!(!is("shopctl export --to=a.csv.sh", "shopctl export --to=*.csv"));
        assert!(is("shopctl export a-b-c", "shopctl export a*b*c"));
        assert!(!is("shopctl export abc", "shopctl export a*b*b*c"));
        assert!(!is("shopctl export ab", "shopctl export ab*b"), "no letter stands for two");
        let long = format!("shopctl {}", "a".repeat(10_000));
        assert!(!is(&long, "shopctl *a*a*a*a*a*a*a*a*b"), "and it takes no time");
        assert!(!is("/tmp/shopctl orders", "shopctl orders"));
        assert!(!is("rm -rf .", "**"), "what may run is named at least by its program");
        assert!(is("say 'a b'", "say 'a b'"));
    }
}

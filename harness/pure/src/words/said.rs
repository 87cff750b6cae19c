//! [`Said`]: what is said of one thing; [`together`] says it once of all things of which it is the same.

use super::names::row;

/// A sentence about one thing, in two parts: the thing, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The thing: `button "Save"`.
    pub subject: String,
    /// What is said of one thing: `is gone`.
    pub one: String,
    /// The same of several: `are gone`.
    pub many: String,
}

impl Said {
    /// What is said of a thing with a verb in front that has two forms: `is` and `are`.
    pub(super) fn of(subject: String, [one, many]: [&str; 2], rest: &str) -> Self {
        let with =
            |verb: &str| if rest.is_empty() { verb.to_owned() } else { format!("{verb} {rest}") };
        Self { subject, one: with(one), many: with(many) }
    }

    /// What is said in the same words of one and of several.
    pub(super) fn plainly(subject: String, rest: String) -> Self {
        Self { subject, one: rest.clone(), many: rest }
    }

    /// The sentence about the one thing.
    pub(super) fn sentence(&self) -> String {
        format!("{} {}", self.subject, self.one)
    }
}

/// `is` and `are`.
pub(super) const IS: [&str; 2] = ["is", "are"];
/// `has` and `have`.
pub(super) const HAS: [&str; 2] = ["has", "have"];

/// The first thing that is said, of all things of which it is said, and how much else there is:
/// `textbox "A" and textbox "B" are no longer required, with 1 more change`.
pub(super) fn together(all: &[Said]) -> Option<String> {
    let first = all.first()?;
    let same: Vec<&Said> = all.iter().filter(|it| it.one == first.one).collect();
    let mut subjects: Vec<String> = Vec::new();
    for said in &same {
        if !subjects.contains(&said.subject) {
            subjects.push(said.subject.clone());
        }
    }
    let said = if subjects.len() == 1 { &first.one } else { &first.many };
    Some(format!("{} {said}{}", row(&subjects), more(all.len() - same.len(), "change")))
}

/// What stands behind a sentence that tells one of several: `, with 2 more changes`.
pub(super) fn more(count: usize, noun: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!(", with 1 more {noun}"),
        count => format!(", with {count} more {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_of_several_things_is_said_once_and_the_rest_is_counted() {
        let of = |name: &str, rest: &str| Said::of(name.to_owned(), IS, rest);
        let (a, b) = (of("A", "gone"), of("B", "gone"));
        assert_eq!(together(&[a.clone(), b.clone()]).as_deref(), Some("A and B are gone"));
        assert_eq!(
            together(&[a.clone(), of("C", "new"), b]).as_deref(),
            Some("A and B are gone, with 1 more change")
        );
        assert_eq!(together(&[a.clone(), a]).as_deref(), Some("A is gone"));
        assert_eq!(together(&[]), None);
    }
}

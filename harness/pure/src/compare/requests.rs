//! The `requests` facet: what a page writes is compared, how often only where that is steady, and
//! when only as far as a scenario goes.
//!
//! An application that saves drafts in the background, polls or tries again sends as often as its
//! clock says. So a line says once or several times; what rounds of an unchanged product saw
//! otherwise is [`merged`] into a baseline that says so. [`levelled`] gives what was seen the
//! spelling of the baseline where both agree. Used by [`super::facet`], `settle` and `--accept-new`.

use std::collections::{BTreeMap, BTreeSet};

use super::redact::PLACEHOLDER;

/// At the end of a line of which the number varies.
const ANY: &str = " (any number of times)";
/// At the end of a line that is not always there.
const SOMETIMES: &str = " (sometimes)";

/// How often a write is sent, as far as a baseline says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Once,
    Several,
    /// Once or more.
    Any,
    /// Or not at all.
    Sometimes,
}

/// A line: what is sent with how it is answered, and how often.
fn read(line: &str) -> (&str, Times) {
    let line = line.trim_end();
    if let Some(what) = line.strip_suffix(ANY) {
        return (what, Times::Any);
    }
    if let Some(what) = line.strip_suffix(SOMETIMES) {
        return (what, Times::Sometimes);
    }
    match line.strip_suffix(" times)").and_then(|it| it.rsplit_once(" (")) {
        Some((what, _)) => (what, Times::Several),
        None => (line, Times::Once),
    }
}

/// Whether a redaction covers a write whole: nobody wants to know what it is, so not how often or
/// whether it was sent either.
fn is_covered(what: &str) -> bool {
    what == PLACEHOLDER
}

/// Whether a write that was seen is as its baseline says.
fn agrees(baseline: Times, seen: Times) -> bool {
    match baseline {
        // Seen as the clock says: how often is no matter of the product's.
        Times::Once => matches!(seen, Times::Once | Times::Any),
        // Fewer of several is the clock's affair; none at all is not.
        Times::Several | Times::Any | Times::Sometimes => true,
    }
}

/// What was seen, with the lines of the baseline where both agree; `elsewhere` are the writes that
/// the scenario sends at another of its checkpoints than its baselines say.
pub(super) fn levelled(baseline: &str, seen: &str, elsewhere: &BTreeSet<String>) -> String {
    let known: Vec<(&str, (&str, Times))> = baseline.lines().map(|it| (it, read(it))).collect();
    let mut out: Vec<&str> = Vec::new();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for line in seen.lines() {
        let (what, times) = read(line);
        if is_covered(what) {
            continue;
        }
        match known.iter().find(|(_, it)| it.0 == what) {
            Some((own, (_, expected))) => {
                met.insert(what);
                out.push(if agrees(*expected, times) { own } else { line });
            }
            None if elsewhere.contains(what) => {}
            None => out.push(line),
        }
    }
    // What need not be there stands where the baseline has it.
    let mut after = 0;
    for (own, (what, times)) in known {
        let seen = out.iter().position(|it| read(it).0 == what).filter(|_| !is_covered(what));
        let needless = is_covered(what) || times == Times::Sometimes || elsewhere.contains(what);
        if let Some(at) = seen {
            after = at + 1;
        } else if !met.contains(what) && needless {
            out.insert(after, own);
            after += 1;
        }
    }
    out.join("\n")
}

/// How the writes of the checkpoints of an attempt differ from those of their baselines.
#[derive(Debug, Default)]
pub(super) struct Apart {
    /// What a checkpoint lacks.
    missing: BTreeSet<String>,
    /// What a checkpoint lacks that comes as often as a clock says.
    missing_by_clock: BTreeSet<String>,
    /// What a checkpoint has beyond its baseline.
    new: BTreeSet<String>,
    /// What any checkpoint has.
    seen: BTreeSet<String>,
}

impl Apart {
    /// Takes in one checkpoint.
    pub(super) fn take(&mut self, baseline: &str, seen: &str) {
        let all = |text: &str, wanted: fn(Times) -> bool| -> BTreeSet<String> {
            let lines = text.lines().map(read).filter(|it| wanted(it.1) && !is_covered(it.0));
            lines.map(|it| it.0.to_owned()).collect()
        };
        let (was, is) = (all(baseline, |_| true), all(seen, |_| true));
        self.missing.extend(&all(baseline, |it| it != Times::Sometimes) - &is);
        self.missing_by_clock.extend(&all(baseline, |it| it == Times::Any) - &is);
        self.new.extend(&is - &was);
        self.seen.extend(is);
    }

    /// The writes that are sent at another checkpoint than baselines say: what moved, and what comes
    /// as often as a clock says and came at one of them at least. When they come hangs on the clock;
    /// what came at none is lost.
    pub(super) fn elsewhere(&self) -> BTreeSet<String> {
        &(&self.missing & &self.new) | &(&self.missing_by_clock & &self.seen)
    }
}

/// The baseline of what several rounds of an unchanged product saw; `None` where addresses vary, as
/// by an id in them, so that the next round would see yet another.
#[must_use]
pub fn merged(rounds: &[String]) -> Option<String> {
    let each: Vec<Vec<(&str, Times)>> =
        rounds.iter().map(|it| it.lines().map(read).collect()).collect();
    let all: BTreeSet<&str> = each.iter().flatten().map(|it| it.0).collect();
    let line = |what: &str| {
        let times = |of: &Vec<(&str, Times)>| of.iter().find(|it| it.0 == what).map(|it| it.1);
        let seen: Vec<Option<Times>> = each.iter().map(times).collect();
        let end = match seen.first() {
            _ if seen.contains(&None) || seen.contains(&Some(Times::Sometimes)) => SOMETIMES,
            Some(first) if seen.iter().any(|it| it != first) => ANY,
            Some(Some(Times::Once)) | None => "",
            Some(Some(Times::Several)) => " (several times)",
            Some(Some(Times::Any) | None) => ANY,
            Some(Some(Times::Sometimes)) => SOMETIMES,
        };
        format!("{what}{end}")
    };
    let rare = |what: &&&str| !each.iter().all(|it| it.iter().any(|it| it.0 == **what));
    let rare: Vec<&str> = all.iter().filter(rare).copied().collect();
    let varies = rare
        .iter()
        .enumerate()
        .any(|(index, one)| rare[index + 1..].iter().any(|other| is_other_address(one, other)));
    (!varies).then(|| all.iter().map(|it| line(it)).collect::<Vec<_>>().join("\n"))
}

/// A baseline with the marks of what rounds of an unchanged product saw otherwise. What all of them
/// saw alike is left as the baseline has it: where it is another, somebody decides.
#[must_use]
pub fn marked(baseline: &str, merged: &str) -> String {
    let marks: BTreeMap<&str, &str> = varying(merged)
        .into_iter()
        .map(|it| (read(it).0, it))
        .filter(|(what, _)| !is_covered(what))
        .collect();
    let known: BTreeSet<&str> = baseline.lines().map(|it| read(it).0).collect();
    let of = |line: &str| match marks.get(read(line).0) {
        Some(mark) => (*mark).to_owned(),
        None => line.trim_end().to_owned(),
    };
    let new = marks.iter().filter(|it| !known.contains(it.0)).map(|it| (*it.1).to_owned());
    let mut lines: Vec<String> = baseline.lines().map(of).chain(new).collect();
    lines.sort_by(|one, other| read(one).0.cmp(read(other).0));
    lines.join("\n")
}

/// The lines of a baseline that say that something varies.
#[must_use]
pub fn varying(baseline: &str) -> Vec<&str> {
    let varies = |it: &&str| matches!(read(it).1, Times::Any | Times::Sometimes);
    baseline.lines().filter(varies).collect()
}

/// The line of what was seen that tells of the same write as a line.
#[must_use]
pub fn same<'a>(seen: &'a str, line: &str) -> Option<&'a str> {
    seen.lines().find(|it| read(it).0 == read(line).0)
}

/// Whether two writes differ in one part of their address and in nothing else.
fn is_other_address(one: &str, other: &str) -> bool {
    fn parts(what: &str) -> Option<(&str, &str, Vec<&str>)> {
        let (method, rest) = what.split_once(' ')?;
        let (path, end) = rest.split_once(' ')?;
        Some((method, end, path.split(['/', '?', '&', '=']).collect()))
    }
    let (Some(one), Some(other)) = (parts(one), parts(other)) else { return false };
    let pairs = || one.2.iter().zip(&other.2);
    (one.0, one.1, one.2.len()) == (other.0, other.1, other.2.len())
        && pairs().filter(|it| it.0 != it.1).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differs(baseline: &str, seen: &str) -> bool {
        levelled(baseline, seen, &BTreeSet::new()) != baseline
    }

    #[test]
    fn how_often_counts_only_between_once_and_more_and_only_where_it_is_steady() {
        for (baseline, seen) in [
            ("PUT /draft 200 (2 times)", "PUT /draft 200 (many times)"),
            ("PUT /draft 200 (many times)", "PUT /draft 200"),
            ("PUT /draft 200 (any number of times)", "PUT /draft 200"),
            ("PUT /draft 200 (any number of times)", "PUT /draft 200 (2 times)"),
            ("POST /a 200\nPUT /draft 200 (sometimes)\nPUT /z 200", "POST /a 200\nPUT /z 200"),
            ("PUT /draft 200 (sometimes)", "PUT /draft 200 (many times)"),
            ("PUT /draft 200", "PUT /draft 200 (any number of times)"),
        ] {
            assert!(!differs(baseline, seen), "{baseline:?}, {seen:?}");
        }
        for (baseline, seen) in [
            ("POST /order 200", "POST /order 200 (2 times)"),
            ("PUT /draft 200 (any number of times)", ""),
            ("PUT /draft 200 (2 times)", ""),
            ("PUT /draft 200 (sometimes)", "PUT /draft 500"),
            ("POST /order 200", "POST /order 200\nDELETE /cart 200"),
        ] {
            assert!(differs(baseline, seen), "{baseline:?}, {seen:?}");
        }
    }

    #[test]
    fn what_rounds_saw_otherwise_is_said_in_the_baseline_and_holds_for_each_of_them() {
        let rounds = [
            "POST /order 200\nPUT /draft 200\nPUT /log 200 (2 times)",
            "POST /order 200\nPUT /draft 200 (many times)\nPUT /log 200 (many times)",
            "POST /order 200\nPOST /retry 503\nPUT /draft 200\nPUT /log 200 (2 times)",
        ];
        let baseline = merged(&rounds.map(str::to_owned)).expect("a baseline");
        assert_eq!(
            baseline,
            "POST /order 200\nPOST /retry 503 (sometimes)\nPUT /draft 200 (any number of times)\n\
             PUT /log 200 (several times)"
        );
        for round in rounds {
            assert!(!differs(&baseline, round), "{round:?}");
        }
        assert!(differs(&baseline, "POST /order 200\nPUT /log 200 (2 times)"), "a lost save");
        let ids = ["PUT /draft/17 200", "PUT /draft/18 200"].map(str::to_owned);
        assert_eq!(merged(&ids), None, "the next one would be /draft/19");
    }

    #[test]
    fn a_baseline_gets_the_marks_of_what_varies_and_keeps_the_rest() {
        let merged =
            "POST /retry 503 (sometimes)\nPOST /new 200\nPUT /draft 200 (any number of times)";
        assert_eq!(
            marked("POST /order 200\nPUT /draft 200", merged),
            "POST /order 200\nPOST /retry 503 (sometimes)\nPUT /draft 200 (any number of times)",
            "a lost order stays to be decided on, and so does what is new"
        );
        let kept = "DELETE /a 204\n[…] (many times)\n[…]";
        assert_eq!(marked(kept, "DELETE /a 204\n[…] (sometimes)"), kept);
    }

    #[test]
    fn what_a_redaction_covers_whole_may_be_sent_or_not() {
        let baseline = "DELETE /a 204\n[…] (many times)\n[…]";
        for seen in ["DELETE /a 204\n[…]\n[…]", "DELETE /a 204", "DELETE /a 204\n[…] (many times)"]
        {
            assert!(!differs(baseline, seen), "{seen:?}");
            assert!(!differs(seen, baseline), "{seen:?}");
        }
        assert!(differs(baseline, "[…] (many times)\n[…]"));
        assert!(differs("PUT /a/[…] 204", "PUT /a/[…] 204 (2 times)"), "a part of an address");
    }

    #[test]
    fn what_comes_by_the_clock_may_lack_at_a_checkpoint_and_is_lost_where_it_comes_at_none() {
        let often = "PUT /draft 200 (any number of times)\nPUT /note 200";
        let elsewhere = |seen: [&str; 2]| {
            let mut apart = Apart::default();
            for seen in seen {
                apart.take(often, seen);
            }
            apart.elsewhere().into_iter().collect::<Vec<_>>()
        };
        let both = "PUT /draft 200\nPUT /note 200";
        assert_eq!(elsewhere([both, "PUT /note 200"]), ["PUT /draft 200"]);
        assert_eq!(elsewhere(["PUT /note 200"; 2]), Vec::<String>::new(), "a lost draft");
        assert_eq!(elsewhere([both, "PUT /draft 200"]), Vec::<String>::new(), "a lost note");
        let moved = elsewhere([both, "PUT /draft 200\nPOST /new 200"]);
        assert_eq!(moved, Vec::<String>::new(), "what is new nowhere lacks");
    }

    #[test]
    fn what_comes_at_another_checkpoint_is_neither_missing_nor_new() {
        let elsewhere = BTreeSet::from(["PUT /draft 200".to_owned()]);
        let (was, is) = ("POST /a 200\nPUT /draft 200", "POST /a 200");
        assert_eq!(levelled(was, is, &elsewhere), was);
        assert_eq!(levelled(is, was, &elsewhere), is);
        assert_eq!(levelled(was, is, &BTreeSet::new()), is);
    }
}

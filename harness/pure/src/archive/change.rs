//! What got slower, and what flakes most.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::ArchiveError;
use super::answer::{Answer, Line, count, longer};
use super::question::Since;
use super::scope::{NightRow, Scope};
use super::store::Archive;
use crate::history::stats::{beta_quantile, corrected, median, ranks_above};

/// How many nights on each side are weighed.
const NIGHTS: usize = 30;
/// With fewer nights on a side nothing is said.
const FEWEST: usize = 3;
/// What is less is not felt: times as long, and milliseconds more.
const FELT: (f64, f64) = (1.2, 100.0);
/// The share of what is said to be slower that may be so by chance.
const BY_CHANCE: f64 = 0.05;
/// The most lines of an answer.
const MOST: usize = 20;

/// What each scenario took in some nights, by its key: pairs of night and milliseconds.
type Took = HashMap<i64, Vec<(i64, f64)>>;

struct Slower {
    scenario: i64,
    before: f64,
    /// The newest nights before alone: what was slow then already is older than the question.
    just_before: f64,
    now: f64,
    chance: f64,
}

impl Archive {
    pub(super) fn slower(
        &self,
        scope: &Scope,
        since: &Since,
        now: DateTime<Utc>,
    ) -> Result<Answer, ArchiveError> {
        let from = scope.first_of(since, now)?;
        let machine = &scope.newest().machine;
        let is_of_it = |it: &&NightRow| it.machine == *machine;
        let before: Vec<&NightRow> =
            scope.nights[..from].iter().rev().filter(is_of_it).take(NIGHTS).collect();
        let after: Vec<&NightRow> =
            scope.nights[from..].iter().rev().filter(is_of_it).take(NIGHTS).collect();
        let answer =
            |says: String, lines| Answer { asked: String::new(), says, lines, notes: Vec::new() };
        if before.len() < FEWEST || after.len() < FEWEST {
            let says = format!(
                "Nothing can be said: that takes {FEWEST} nights of this machine before and {FEWEST} {}, and there are {} and {}.",
                since.said(),
                before.len(),
                after.len()
            );
            return Ok(answer(says, Vec::new()));
        }
        let (was, is) = (self.took(&before)?, self.took(&after)?);
        let paces = paces(&was, &is);
        let mut all = compared(&was, &is, &paces);
        let chances: Vec<f64> = all.iter().map(|it| it.chance).collect();
        for (it, chance) in all.iter_mut().zip(corrected(&chances)) {
            it.chance = chance;
        }
        all.retain(|it| {
            let felt = |before: f64| it.now >= before * FELT.0 && it.now - before >= FELT.1;
            it.chance <= BY_CHANCE && felt(it.before) && felt(it.just_before)
        });
        all.sort_by(|a, b| (b.now / b.before).total_cmp(&(a.now / a.before)));
        let nights = format!(
            "{} {} weighed against {} before",
            count(after.len(), "night"),
            since.said(),
            count(before.len(), "night")
        );
        let says = match all.len() {
            0 => format!("Nothing got slower: {nights}."),
            more => format!("{} got slower: {nights}.", count(more, "scenario")),
        };
        let page = self.link(after[0], None);
        let old = self.link(before[0], None);
        let lines = all.iter().take(MOST).map(|it| {
            let id = self.id_of(it.scenario)?;
            let ratio = it.now / it.before;
            let text = format!("{id}: {}", longer(it.before, it.now, ratio));
            let facts = json!({ "scenario": id, "before_ms": it.before.round(), "now_ms": it.now.round(),
                "ratio": (ratio * 100.0).round() / 100.0, "chance": it.chance,
                "since": after.last().map(|it| &it.id) });
            Ok(Line::new(text, facts, vec![page.clone(), old.clone()]))
        });
        Ok(answer(says, lines.collect::<Result<_, ArchiveError>>()?))
    }

    fn id_of(&self, scenario: i64) -> Result<String, ArchiveError> {
        let sql = "SELECT id FROM scenario WHERE key = ?1";
        Ok(self.connection.prepare(sql)?.query_row([scenario], |row| row.get(0))?)
    }

    fn took(&self, nights: &[&NightRow]) -> Result<Took, ArchiveError> {
        let mut took: Took = HashMap::new();
        let mut found = self
            .connection
            .prepare("SELECT scenario, ms FROM run WHERE night = ?1 AND ms IS NOT NULL")?;
        for night in nights {
            let rows = found
                .query_map([night.key], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
            for row in rows {
                let (scenario, ms) = row?;
                took.entry(scenario).or_default().push((night.key, (ms as f64).max(1.0)));
            }
        }
        Ok(took)
    }

    pub(super) fn flakes(&self, scope: &Scope) -> Result<Answer, ArchiveError> {
        let nights: Vec<String> =
            scope.nights.iter().rev().take(NIGHTS).map(|it| it.key.to_string()).collect();
        // What broke is no chance; only the first run of a night counts, since others are made
        // because that one failed.
        let sql = format!(
            "SELECT scenario, sum(verdict = 'F') AS flaky, sum(verdict IN ('F', 'U', 'X', 'D')) AS judged, \
             max(CASE verdict WHEN 'F' THEN night END) FROM run WHERE night IN ({}) \
             GROUP BY scenario HAVING flaky > 0 ORDER BY CAST(flaky AS REAL) / judged DESC, flaky DESC",
            nights.join(",")
        );
        let mut found = self.connection.prepare(&sql)?;
        let rows = found.query_map([], |row| {
            let number = |at: usize| row.get::<_, i64>(at);
            Ok((number(0)?, number(1)?, number(2)?, number(3)?))
        })?;
        let rows: Vec<(i64, i64, i64, i64)> = rows.collect::<Result<_, _>>()?;
        let weighed = count(nights.len(), "night");
        let says = match rows.len() {
            0 => format!("Nothing was flaky in the newest {weighed}."),
            1 => format!("1 scenario was flaky in the newest {weighed}."),
            some => {
                format!("{some} scenarios were flaky in the newest {weighed}, the worst first.")
            }
        };
        let lines = rows.iter().take(MOST).map(|&(scenario, flaky, judged, night)| {
            let id = self.id_of(scenario)?;
            let (failed, passed) = (flaky as f64, (judged - flaky) as f64);
            let quantile = |share| beta_quantile(share, failed + 0.5, passed + 0.5);
            let (low, high) = (quantile(0.025), quantile(0.975));
            let rate = failed / judged as f64;
            let text = format!(
                "{id}: flaky in {flaky} of {judged} nights, {:.0} % ({:.0} % to {:.0} %)",
                rate * 100.0,
                low * 100.0,
                high * 100.0
            );
            let facts = json!({ "scenario": id, "flaky": flaky, "judged": judged, "rate": rate,
                "low": low, "high": high });
            let page = scope.at(night).map(|at| self.link(&scope.nights[at], None));
            Ok(Line::new(text, facts, page.into_iter().collect()))
        });
        let lines = lines.collect::<Result<_, ArchiveError>>()?;
        Ok(Answer { asked: String::new(), says, lines, notes: Vec::new() })
    }
}

/// By how much each night was slower than usual as a whole: the median over its scenarios of what
/// each took against its own median on the same side. A night in which everything was slow says
/// nothing of a single scenario.
fn paces(was: &Took, is: &Took) -> HashMap<i64, f64> {
    let mut ratios: HashMap<i64, Vec<f64>> = HashMap::new();
    for side in [was, is] {
        for took in side.values() {
            let all: Vec<f64> = took.iter().map(|it| it.1).collect();
            let Some(middle) = median(&all) else { continue };
            for (night, ms) in took {
                ratios.entry(*night).or_default().push(ms / middle);
            }
        }
    }
    ratios.into_iter().filter_map(|(night, all)| Some((night, median(&all)?))).collect()
}

/// Each scenario with enough nights on both sides, and the chance that it only looks slower.
fn compared(was: &Took, is: &Took, paces: &HashMap<i64, f64>) -> Vec<Slower> {
    let even = |took: &[(i64, f64)]| -> Vec<f64> {
        took.iter().map(|(night, ms)| ms / paces.get(night).copied().unwrap_or(1.0)).collect()
    };
    let mut all = Vec::new();
    for (scenario, now) in is {
        let Some(before) = was.get(scenario) else { continue };
        if before.len() < FEWEST || now.len() < FEWEST {
            continue;
        }
        let (before, now) = (even(before), even(now));
        // The newest night comes first.
        let middles = (median(&before), median(&before[..FEWEST]), median(&now));
        let (Some(was), Some(just_before), Some(is)) = middles else { continue };
        // What is not felt is not tested, and counts among the tests as what is surely chance.
        let is_felt = is >= was * FELT.0 && is - was >= FELT.1;
        let chance = if is_felt { ranks_above(&before, &now) } else { 1.0 };
        all.push(Slower { scenario: *scenario, before: was, just_before, now: is, chance });
    }
    all.sort_by_key(|it| it.scenario);
    all
}

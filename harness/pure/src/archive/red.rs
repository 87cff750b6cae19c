//! What broke, what was fixed, what is red and whose it is, and when something last passed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use rusqlite::Row;
use serde_json::json;

use super::ArchiveError;
use super::answer::{Answer, Line, count};
use super::past::{Run, is_pass};
use super::question::Since;
use super::read::Slower;
use super::scope::{NightRow, Scope, keys};
use super::store::Archive;
use crate::history::known::is_failing;
use crate::model::finding::owned_by;
use crate::model::history::{letter, of_letter};
use crate::model::{Because, Totals, Verdict};

/// How long a scenario that is not judged any more counts as red, in days.
const RED_DAYS: i64 = 14;
/// The most lines of an answer.
const MOST: usize = 200;

/// A finding of a night.
#[derive(Debug, Clone)]
pub(super) struct FindingRow {
    pub night: i64,
    pub id: String,
    pub fingerprint: String,
    pub title: String,
    pub verdict: Verdict,
    pub severity: String,
    pub owner: Option<String>,
    pub culprit: Option<String>,
    pub scenarios: Vec<String>,
    /// By how much it became slower, where it is about that.
    pub slower: Option<Slower>,
}

const COLUMNS: &str =
    "night, id, fingerprint, title, verdict, severity, owner, culprit, scenarios, slower";

impl FindingRow {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let scenarios: String = row.get(8)?;
        let verdict: String = row.get(4)?;
        let slower: Option<String> = row.get(9)?;
        Ok(Self {
            night: row.get(0)?,
            id: row.get(1)?,
            fingerprint: row.get(2)?,
            title: row.get(3)?,
            verdict: verdict.bytes().next().and_then(of_letter).unwrap_or(Verdict::Inconclusive),
            severity: row.get(5)?,
            owner: row.get(6)?,
            culprit: row.get(7)?,
            scenarios: serde_json::from_str(&scenarios).unwrap_or_default(),
            slower: slower.and_then(|it| serde_json::from_str(&it).ok()),
        })
    }

    fn line(&self, archive: &Archive, night: &NightRow, now: &str) -> Line {
        let hits = match self.scenarios.as_slice() {
            [one] => one.clone(),
            some => count(some.len(), "scenario"),
        };
        let culprit = self.culprit.as_ref().map(|it| format!("; {it}")).unwrap_or_default();
        let said = night.said();
        let text = format!(
            "{} ({}, {hits}, {}): {now}, {said}{culprit}",
            self.title,
            self.severity,
            owned_by(self.owner.as_deref())
        );
        let facts = json!({
            "title": self.title, "fingerprint": self.fingerprint, "finding": self.id,
            "severity": self.severity, "owner": self.owner, "scenarios": self.scenarios,
            "night": night.id, "builds": night.builds, "culprit": self.culprit, "state": now,
        });
        Line::new(text, facts, vec![archive.link(night, Some(&self.id))])
    }
}

/// Asks for the findings that decide and hit the scenario of this id.
pub(super) fn naming() -> String {
    format!(
        "SELECT {COLUMNS} FROM (SELECT night AS hit_in, finding AS hit_by FROM hit \
         WHERE scenario = (SELECT key FROM scenario WHERE id = ?1)) \
         CROSS JOIN finding ON night = hit_in AND id = hit_by WHERE gating AND slower IS NULL"
    )
}

impl Archive {
    /// The findings of a night that decide, worst first.
    pub(super) fn findings(&self, night: i64) -> Result<Vec<FindingRow>, ArchiveError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM finding WHERE night = ?1 AND gating AND slower IS NULL \
             ORDER BY length(id), id"
        );
        let mut found = self.connection.prepare(&sql)?;
        let rows = found.query_map([night], FindingRow::of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every finding with a fingerprint, of any stage.
    pub(super) fn findings_with(&self, fingerprint: &str) -> Result<Vec<FindingRow>, ArchiveError> {
        let sql = format!("SELECT {COLUMNS} FROM finding WHERE fingerprint = ?1");
        let mut found = self.connection.prepare(&sql)?;
        let rows = found.query_map([fingerprint], FindingRow::of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The findings that decide and hit a scenario; none but those that hit it are read.
    pub(super) fn findings_naming(&self, scenario: &str) -> Result<Vec<FindingRow>, ArchiveError> {
        let mut found = self.connection.prepare(&naming())?;
        let rows = found.query_map([scenario], FindingRow::of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn broke(
        &self,
        scope: &Scope,
        since: &Since,
        now: DateTime<Utc>,
    ) -> Result<Answer, ArchiveError> {
        let from = scope.first_of(since, now)?;
        let mut causes: IndexMap<String, (FindingRow, &NightRow)> = IndexMap::new();
        for night in &scope.nights[from..] {
            for it in self.findings(night.key)? {
                if it.verdict == Verdict::Regressed {
                    causes.entry(it.fingerprint.clone()).or_insert((it, night));
                }
            }
        }
        let red = self.red_scenarios(scope)?;
        let mut lines = Vec::new();
        let mut open = 0;
        for (finding, night) in causes.values() {
            let is_red = finding.scenarios.iter().any(|it| red.contains_key(it));
            open += usize::from(is_red);
            let state = if is_red { "still red since" } else { "not red any more, broke in" };
            lines.push(finding.line(self, night, state));
        }
        let nights = count(scope.nights.len() - from, "night");
        let says = match lines.len() {
            0 => format!("Nothing broke {}, in {nights}.", since.said()),
            some => format!(
                "{} broke {}, in {nights}; {open} still red.",
                count(some, "thing"),
                since.said()
            ),
        };
        lines.truncate(MOST);
        Ok(Answer { asked: String::new(), says, lines, notes: Vec::new() })
    }

    pub(super) fn fixed(
        &self,
        scope: &Scope,
        since: &Since,
        now: DateTime<Utc>,
    ) -> Result<Answer, ArchiveError> {
        let from = scope.first_of(since, now)?;
        let mut lines = Vec::new();
        for night in &scope.nights[from..] {
            let mut gone = self
                .connection
                .prepare("SELECT fingerprint, title, scenarios FROM gone WHERE night = ?1")?;
            let rows = gone.query_map([night.key], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })?;
            for row in rows {
                let (fingerprint, title, scenarios) = row?;
                let scenarios: Vec<String> = serde_json::from_str(&scenarios).unwrap_or_default();
                let text = format!("{title} ({}): gone in {}", scenarios.join(", "), night.said());
                let facts = json!({ "title": title, "fingerprint": fingerprint, "scenarios": scenarios,
                    "night": night.id, "builds": night.builds });
                lines.push(Line::new(text, facts, vec![self.link(night, None)]));
            }
        }
        let says = match lines.len() {
            0 => format!("Nothing was fixed {}.", since.said()),
            some => format!("{} fixed {}.", count(some, "thing"), since.said()),
        };
        lines.truncate(MOST);
        Ok(Answer { asked: String::new(), says, lines, notes: Vec::new() })
    }

    /// The scenarios that failed when they were last judged, within two weeks of the newest night,
    /// each with that night; also where that may be chance.
    pub(super) fn red_scenarios<'a>(
        &self,
        scope: &'a Scope,
    ) -> Result<IndexMap<String, (Run, &'a NightRow)>, ArchiveError> {
        let oldest = scope.newest().started - chrono::Duration::days(RED_DAYS);
        let recent: Vec<&NightRow> =
            scope.nights.iter().rev().take_while(|it| it.started >= oldest).collect();
        let keys = keys(recent);
        let failing: Vec<String> = Verdict::ALL
            .into_iter()
            .filter(|it| is_failing(*it) || *it == Verdict::Inconclusive)
            .map(|it| format!("'{}'", letter(it)))
            .collect();
        // Few scenarios fail at all, and an index names them: only their runs are read.
        let sql = format!(
            "SELECT id, night, verdict, owner, ms, because FROM scenario \
             CROSS JOIN run ON run.scenario = scenario.key \
             WHERE scenario.key IN \
             (SELECT scenario FROM run WHERE night IN ({keys}) AND verdict IN ({})) \
             AND night IN ({keys}) AND gating",
            failing.join(",")
        );
        let mut found = self.connection.prepare(&sql)?;
        let rows = found.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, Run::of(row, 2)?))
        })?;
        let mut last: HashMap<String, (usize, Run)> = HashMap::new();
        for row in rows {
            let (id, night, run) = row?;
            let Some(at) = scope.at(night).filter(|_| run.tells()) else { continue };
            if last.get(&id).is_none_or(|it| it.0 < at) {
                last.insert(id, (at, run));
            }
        }
        let mut red: Vec<(String, (usize, Run))> =
            last.into_iter().filter(|(_, (_, run))| run.is_red()).collect();
        red.sort_by(|one, other| (other.1.0, &one.0).cmp(&(one.1.0, &other.0)));
        Ok(red.into_iter().map(|(id, (at, run))| (id, (run, &scope.nights[at]))).collect())
    }

    pub(super) fn red(&self, scope: &Scope) -> Result<Answer, ArchiveError> {
        let red = self.red_scenarios(scope)?;
        let mut lines = Vec::new();
        let mut told = std::collections::HashSet::new();
        let mut nights: Vec<&NightRow> = red.values().map(|it| it.1).collect();
        nights.sort_by_key(|it| std::cmp::Reverse(it.started));
        nights.dedup_by_key(|it| it.key);
        for night in nights {
            for finding in self.findings(night.key)? {
                let own = |id: &String| red.get(id).is_some_and(|it| it.1.key == night.key);
                let hit: Vec<&String> = finding.scenarios.iter().filter(|id| own(id)).collect();
                let is_open = finding.verdict == Verdict::Inconclusive
                    && hit.iter().any(|id| red[*id].0.is_undecided);
                if !(is_failing(finding.verdict) || is_open) || hit.is_empty() {
                    continue;
                }
                told.extend(hit.into_iter().cloned());
                let now = if is_open { Because::Undecided.said() } else { "red" };
                lines.push(finding.line(self, night, now));
            }
        }
        for (id, (run, night)) in red.iter().filter(|(id, _)| !told.contains(*id)) {
            let owner = owned_by(run.owner.as_deref());
            let open = Some(Because::Undecided.said()).filter(|_| run.is_undecided);
            let now = open.unwrap_or(run.verdict.word());
            let text = format!("{id} ({owner}): {now} in {}", night.said());
            let facts = json!({ "scenarios": [id], "owner": run.owner, "night": night.id,
                "builds": night.builds, "state": now });
            lines.push(Line::new(text, facts, vec![self.link(night, None)]));
        }
        let mut owners: Vec<&str> =
            lines.iter().map(|it| it.facts["owner"].as_str().unwrap_or("nobody")).collect();
        owners.sort_unstable();
        owners.dedup();
        let newest = scope.newest();
        let says = if red.is_empty() {
            format!("Nothing is red, as of {}{}.", newest.said(), left_open(newest))
        } else {
            let open = red.values().filter(|it| it.0.is_undecided).count();
            let (red, causes) = (how_many(red.len() - open, open), count(lines.len(), "cause"));
            format!("{red}, for {causes}: {}.", owners.join(", "))
        };
        lines.truncate(MOST);
        Ok(Answer { asked: String::new(), says, lines, notes: Vec::new() })
    }

    pub(super) fn last_pass(&self, scope: &Scope, name: &str) -> Result<Answer, ArchiveError> {
        let (id, runs) = self.runs_of(scope, name)?;
        let judged: Vec<&(usize, Run)> =
            runs.iter().filter(|it| it.1.verdict.is_judged()).collect();
        let passed = judged.iter().rposition(|it| is_pass(it.1.verdict));
        let failing =
            judged[passed.map_or(0, |it| it + 1)..].iter().find(|it| is_failing(it.1.verdict));
        let night = |it: &(usize, Run)| &scope.nights[it.0];
        let line = |it: &(usize, Run), what: &str| {
            let night = night(it);
            let text = format!("{what}: {}, {}", night.said(), it.1.verdict);
            let facts = json!({ "scenario": id, "what": what, "night": night.id,
                "started": night.started, "builds": night.builds, "verdict": it.1.verdict });
            Line::new(text, facts, vec![self.link(night, None)])
        };
        let mut lines = Vec::new();
        let pass = passed.map(|at| judged[at]);
        let says = match (pass, failing) {
            (Some(pass), Some(failing)) => format!(
                "{id} last passed in {}, {} before the newest; it fails since {}.",
                night(pass).said(),
                count(scope.nights.len() - 1 - pass.0, "night"),
                night(failing).said()
            ),
            (Some(pass), None) => match scope.nights.len() - 1 - pass.0 {
                0 => format!("{id} passed in the newest night, {}.", night(pass).said()),
                more => format!(
                    "{id} last passed in {}, {} before the newest; nothing says that it fails.",
                    night(pass).said(),
                    count(more, "night")
                ),
            },
            (None, Some(failing)) => format!(
                "{id} has never passed in {} that judged it; it fails since {}.",
                count(judged.len(), "night"),
                night(failing).said()
            ),
            (None, None) => format!("{id} has never passed: no night judged it as such."),
        };
        lines.extend(pass.map(|it| line(it, "last passed")));
        lines.extend(failing.map(|it| line(it, "fails since")));
        Ok(Answer { asked: String::new(), says, lines, notes: Vec::new() })
    }
}

/// How many scenarios are red, and of how many that may be chance.
fn how_many(red: usize, open: usize) -> String {
    let is_red = if red == 1 { "is red" } else { "are red" };
    let is_open = if open == 1 {
        format!("is {}", Because::Undecided.said())
    } else {
        "are broken, or fail by chance".to_owned()
    };
    match (red, open) {
        (0, open) => format!("{} {is_open}", count(open, "scenario")),
        (red, 0) => format!("{} {is_red}", count(red, "scenario")),
        (red, open) => format!("{} {is_red}, and {open} {is_open}", count(red, "scenario")),
    }
}

/// That a night judged less than all of its scenarios: what it left open may be red.
fn left_open(night: &NightRow) -> String {
    let Totals { planned, judged, .. } = night.totals;
    if judged < planned {
        format!(", which judged {judged} of {planned} scenarios")
    } else {
        String::new()
    }
}

//! The history of the nights, of one scenario and of one finding.

use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::json;

use super::ArchiveError;
use super::answer::{Answer, Line, count, seconds};
use super::scope::{NightRow, Scope};
use super::store::Archive;
use crate::history::known::is_failing;
use crate::history::stats::median;
use crate::model::finding::owned_by;
use crate::model::history::of_letter;
use crate::model::{Because, Totals, Verdict};

/// The most stretches of a scenario's history that are told.
const MOST_STRETCHES: usize = 30;
/// How many scenarios are named where one is not known.
const MOST_NAMED: usize = 3;

/// What one night said of one scenario.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub verdict: Verdict,
    pub owner: Option<String>,
    /// The shortest run that came to its end, in milliseconds.
    pub ms: Option<f64>,
    /// Whether it failed each time, which may be chance.
    pub is_undecided: bool,
}

/// Whether a verdict says that all that is expected holds.
pub(super) fn is_pass(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Drifted | Verdict::Fixed | Verdict::Unchanged => true,
        Verdict::Regressed
        | Verdict::StillFailing
        | Verdict::Flaky
        | Verdict::Inconclusive
        | Verdict::New
        | Verdict::NotRun => false,
    }
}

impl Run {
    /// From the columns verdict, owner, ms, because, which begin at `at`.
    pub(super) fn of(row: &Row<'_>, at: usize) -> rusqlite::Result<Self> {
        let verdict: String = row.get(at)?;
        let verdict = verdict.bytes().next().and_then(of_letter).unwrap_or(Verdict::Inconclusive);
        let ms: Option<i64> = row.get(at + 2)?;
        let because: Option<String> = row.get(at + 3)?;
        Ok(Self {
            verdict,
            owner: row.get(at + 1)?,
            ms: ms.map(|it| it as f64),
            is_undecided: because.as_deref() == Some(Because::Undecided.word()),
        })
    }

    /// Whether it failed, each time at least.
    pub(super) fn is_red(&self) -> bool {
        is_failing(self.verdict) || self.is_undecided
    }

    /// Whether it says of its scenario that it is red, or that it is not.
    pub(super) fn tells(&self) -> bool {
        self.verdict.is_judged() || self.is_undecided
    }
}

impl Archive {
    /// The runs of a scenario, each with the position of its night in the scope; the name may be
    /// the end of one id, behind a `/`.
    pub(super) fn runs_of(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<(String, Vec<(usize, Run)>), ArchiveError> {
        let (key, id) = self.scenario_named(name)?;
        let mut found = self
            .connection
            .prepare("SELECT night, verdict, owner, ms, because FROM run WHERE scenario = ?1")?;
        let rows = found.query_map([key], |row| Ok((row.get::<_, i64>(0)?, Run::of(row, 1)?)))?;
        let mut runs = Vec::new();
        for row in rows {
            let (night, run) = row?;
            runs.extend(scope.at(night).map(|at| (at, run)));
        }
        runs.sort_by_key(|it| it.0);
        Ok((id, runs))
    }

    fn scenario_named(&self, name: &str) -> Result<(i64, String), ArchiveError> {
        let own = self
            .connection
            .query_row("SELECT key FROM scenario WHERE id = ?1", [name], |row| row.get(0))
            .optional()?;
        if let Some(key) = own {
            return Ok((key, name.to_owned()));
        }
        let mut all = self.connection.prepare("SELECT key, id FROM scenario ORDER BY id")?;
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let all: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
        let end = format!("/{name}");
        let mut ends = all.iter().filter(|it| it.1.ends_with(&end));
        if let (Some(own), None) = (ends.next(), ends.next()) {
            return Ok(own.clone());
        }
        let wanted = name.to_lowercase();
        let near = all.iter().filter(|it| it.1.to_lowercase().contains(&wanted));
        let nearest = near.take(MOST_NAMED).map(|it| it.1.clone()).collect();
        Err(ArchiveError::NotThere { what: "scenario", name: name.to_owned(), nearest })
    }

    /// The newest `most` nights of a branch.
    ///
    /// # Errors
    /// There is none.
    pub fn nights(&self, branch: Option<&str>, most: usize) -> Result<Answer, ArchiveError> {
        let scope = self.scope(branch)?;
        let all = scope.nights.len();
        let lines = scope.nights.iter().rev().take(most).map(|night| {
            let build = night.build().map(|it| format!("  build {it}")).unwrap_or_default();
            let text =
                format!("{}  {}  {}{build}", night.id, night.decision.word(), of(&night.totals));
            let facts = json!({ "night": night.id, "started": night.started, "branch": night.branch,
                "decision": night.decision, "rule": night.rule, "totals": night.totals,
                "builds": night.builds });
            Line::new(text, facts, vec![self.link(night, None)])
        });
        let first = &scope.nights[0];
        Ok(Answer {
            asked: "history".to_owned(),
            says: format!("{} since {}; the newest first.", count(all, "night"), first.id),
            lines: lines.collect(),
            notes: scope.note().into_iter().collect(),
        })
    }

    /// What the nights said of a scenario, or of a finding by its fingerprint or by its id in the
    /// newest night.
    ///
    /// # Errors
    /// No night knows it.
    pub fn history(&self, name: &str, branch: Option<&str>) -> Result<Answer, ArchiveError> {
        let scope = self.scope(branch)?;
        let by_id = self.fingerprint_of(scope.newest().key, name)?;
        let fingerprint = by_id.unwrap_or_else(|| name.to_owned());
        let mut answer = match self.of_finding(&scope, &fingerprint)? {
            Some(answer) => answer,
            None => self.of_scenario(&scope, name)?,
        };
        answer.asked = format!("history {name}");
        answer.notes.extend(scope.note());
        Ok(answer)
    }

    /// What stands for a finding of a night, of any stage, by its id there.
    fn fingerprint_of(&self, night: i64, id: &str) -> Result<Option<String>, ArchiveError> {
        let sql = "SELECT fingerprint FROM finding WHERE night = ?1 AND id = ?2";
        let found = self.connection.query_row(sql, params![night, id], |row| row.get(0));
        Ok(found.optional()?)
    }

    fn of_scenario(&self, scope: &Scope, name: &str) -> Result<Answer, ArchiveError> {
        let (id, runs) = self.runs_of(scope, name)?;
        let judged = runs.iter().filter(|it| it.1.verdict.is_judged());
        let counted =
            |wanted: fn(Verdict) -> bool| judged.clone().filter(|it| wanted(it.1.verdict)).count();
        let failing = counted(is_failing);
        let flaky = counted(|it| it == Verdict::Flaky);
        let took: Vec<f64> = runs.iter().filter_map(|it| it.1.ms).collect();
        let took =
            median(&took).map(|ms| format!("; it takes {}", seconds(ms))).unwrap_or_default();
        let says = format!(
            "{id} was judged in {}: it failed in {failing} and was flaky in {flaky}{took}.",
            count(judged.clone().count(), "night")
        );
        let mut stretches: Vec<(Verdict, usize, usize, usize)> = Vec::new();
        for (at, run) in &runs {
            match stretches.last_mut() {
                Some(last) if last.0 == run.verdict => (last.2, last.3) = (*at, last.3 + 1),
                Some(_) | None => stretches.push((run.verdict, *at, *at, 1)),
            }
        }
        let lines = stretches.iter().rev().take(MOST_STRETCHES).map(|(verdict, from, to, nights)| {
            let (first, last) = (&scope.nights[*from], &scope.nights[*to]);
            let until = if from == to { String::new() } else { format!(" to {}", last.said()) };
            let text = format!("{verdict} in {}: {}{until}", count(*nights, "night"), first.said());
            let facts = json!({ "scenario": id, "verdict": verdict, "nights": nights,
                "from": first.id, "to": last.id, "from_builds": first.builds, "to_builds": last.builds });
            Line::new(text, facts, vec![self.link(first, None)])
        });
        let lines = lines.collect();
        Ok(Answer { asked: String::new(), says, lines, notes: Vec::new() })
    }

    fn of_finding(&self, scope: &Scope, fingerprint: &str) -> Result<Option<Answer>, ArchiveError> {
        let mut found: Vec<_> = self
            .findings_with(fingerprint)?
            .into_iter()
            .filter_map(|it| Some((scope.at(it.night)?, it)))
            .collect();
        found.sort_by_key(|it| it.0);
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(None) };
        let night = |at: usize| -> &NightRow { &scope.nights[at] };
        let begin = match &first.1.slower {
            Some(by) => format!("first slower in {} ({})", night(first.0).said(), by.said()),
            None => format!("first in {}", night(first.0).said()),
        };
        let says = format!(
            "{}: in {}, {begin}, last in {}; {}.",
            last.1.title,
            count(found.len(), "night"),
            night(last.0).said(),
            last.1
                .owner
                .as_deref()
                .map_or(owned_by(None).to_owned(), |it| format!("it belongs to {it}"))
        );
        let lines = found.iter().rev().take(MOST_STRETCHES).map(|(at, it)| {
            let hits = count(it.scenarios.len(), "scenario");
            let culprit = it.culprit.as_ref().map(|it| format!("; {it}")).unwrap_or_default();
            let said = match &it.slower {
                Some(by) => format!("slower in {}: {}", night(*at).said(), by.said()),
                None => format!("{} in {}", it.verdict, night(*at).said()),
            };
            let text = format!("{said}, {hits}{culprit}");
            let facts = json!({ "finding": it.id, "fingerprint": it.fingerprint, "title": it.title,
                "verdict": it.verdict, "night": night(*at).id, "builds": night(*at).builds,
                "scenarios": it.scenarios, "owner": it.owner, "culprit": it.culprit,
                "slower": it.slower });
            Line::new(text, facts, vec![self.link(night(*at), Some(&it.id))])
        });
        let lines = lines.collect();
        Ok(Some(Answer { asked: String::new(), says, lines, notes: Vec::new() }))
    }
}

/// The numbers of a night in words: what is none is left out.
pub(super) fn of(totals: &Totals) -> String {
    let all = [
        (totals.regressed, "regressed"),
        (totals.still_failing, "still failing"),
        (totals.flaky, "flaky"),
        (totals.inconclusive, "inconclusive"),
        (totals.new, "new"),
        (totals.fixed, "fixed"),
        (totals.not_run, "not run"),
    ];
    let some: Vec<String> =
        all.iter().filter(|it| it.0 > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let of = format!("of {}", totals.planned);
    if some.is_empty() {
        format!("all unchanged {of}")
    } else {
        format!("{} {of}", some.join(", "))
    }
}

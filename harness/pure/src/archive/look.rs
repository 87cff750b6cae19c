//! Nights, causes and scenarios as plain rows, for whoever makes pages of them: [`NightLook`],
//! [`CauseRow`], [`ScenarioRow`], [`PastRun`]. Nothing here is worded; [`super::past`] does that.

use std::any::Any;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use super::ArchiveError;
use super::kept::Name;
use super::past::Run;
use super::red::FindingRow;
use super::scope::{NightRow, Scope, keys};
use super::store::Archive;
use crate::model::history::{NOT_PLANNED, letter, of_letter};
use crate::model::{Decision, Totals, Verdict};

/// How much of what was gone is kept and listed.
const MOST_FIXED: usize = 100;

/// Runs, each with the position of its night.
type PlacedRuns = Vec<(usize, Run)>;

/// One night.
#[derive(Debug, Clone, PartialEq)]
pub struct NightLook {
    /// The name of its folder among the nights.
    pub folder: String,
    /// Its id.
    pub id: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// The branch that it was of.
    pub branch: Option<String>,
    /// What its gate decided.
    pub decision: Decision,
    /// The rule that decided.
    pub rule: String,
    /// Its builds in words.
    pub build: Option<String>,
    /// Its numbers.
    pub totals: Totals,
}

/// A night and a finding in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The night, as a position among those of the branch, the oldest first.
    pub night: usize,
    /// The finding's id in it.
    pub finding: String,
}

/// One cause over the nights.
#[derive(Debug, Clone, PartialEq)]
pub struct CauseRow {
    /// What stands for it on any night.
    pub fingerprint: String,
    /// What a user would notice, as it was said last.
    pub title: String,
    /// What was thought of it last.
    pub verdict: Verdict,
    /// The word for how bad it is.
    pub severity: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Who broke it, in words, where that is known.
    pub culprit: Option<String>,
    /// The scenarios that it hit last.
    pub scenarios: Vec<String>,
    /// Where it was seen, the oldest first.
    pub seen: Vec<Seen>,
}

/// A cause that was gone in a night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedRow {
    /// What stands for it.
    pub fingerprint: String,
    /// What a user had noticed.
    pub title: String,
    /// The night, as a position.
    pub night: usize,
}

/// What was gone in some nights: as much as is listed, and how much there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FixedRows {
    /// The newest first, as many as are listed.
    pub rows: Vec<FixedRow>,
    /// How many there are.
    pub all: usize,
}

/// One scenario over the newest nights.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioRow {
    /// Its id.
    pub id: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// A letter for each of these nights, the oldest first.
    pub verdicts: String,
    /// What it took in each of them, in milliseconds, where it came to its end.
    pub ms: Vec<Option<u32>>,
}

/// What one night said of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRun {
    /// The night, as a position.
    pub night: usize,
    /// What was thought of it.
    pub verdict: Verdict,
    /// The shortest run that came to its end, in milliseconds.
    pub ms: Option<u32>,
    /// Who answered for it then.
    pub owner: Option<String>,
}

impl ScenarioRow {
    /// The last verdict of these nights.
    #[must_use]
    pub fn last(&self) -> Option<Verdict> {
        self.verdicts.bytes().rev().find_map(of_letter)
    }

    /// In how many nights it had a verdict of this kind.
    #[must_use]
    pub fn count(&self, wanted: fn(Verdict) -> bool) -> usize {
        self.verdicts.bytes().filter_map(of_letter).filter(|it| wanted(*it)).count()
    }
}

impl NightLook {
    fn of(night: &NightRow) -> Self {
        Self {
            folder: night.folder.clone(),
            id: night.id.clone(),
            started: night.started,
            branch: night.branch.clone(),
            decision: night.decision,
            rule: night.rule.clone(),
            build: night.build(),
            totals: night.totals,
        }
    }
}

impl Archive {
    /// The nights of a branch (of that of the newest night, unless one is named), the oldest first.
    ///
    /// # Errors
    /// There is none.
    pub fn look(&self, branch: Option<&str>) -> Result<Vec<NightLook>, ArchiveError> {
        Ok(self.scope(branch)?.nights.iter().map(NightLook::of).collect())
    }

    /// The branches that nights are of, each with how many; those without one are none.
    ///
    /// # Errors
    /// The data base answers with an error.
    pub fn branches(&self) -> Result<Vec<(String, usize)>, ArchiveError> {
        let mut found = self.connection.prepare(
            "SELECT branch, count(*) FROM night WHERE branch IS NOT NULL AND problem IS NULL \
             GROUP BY branch ORDER BY count(*) DESC, branch",
        )?;
        let rows = found.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as usize)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every cause that decides, of the newest `most` nights; the one that was seen last first, and
    /// of one night the worst.
    ///
    /// # Errors
    /// There is no night.
    pub fn causes(
        &self,
        branch: Option<&str>,
        most: usize,
    ) -> Result<Arc<Vec<CauseRow>>, ArchiveError> {
        let scope = self.scope(branch)?;
        self.once(("causes", branch.map(str::to_owned), most), || self.read_causes(&scope, most))
    }

    fn read_causes(&self, scope: &Scope, most: usize) -> Result<Vec<CauseRow>, ArchiveError> {
        let from = scope.nights.len().saturating_sub(most);
        let mut causes: IndexMap<String, CauseRow> = IndexMap::new();
        for (at, night) in scope.nights.iter().enumerate().skip(from).rev() {
            for finding in self.findings(night.key)? {
                let seen = Seen { night: at, finding: finding.id.clone() };
                let fingerprint = finding.fingerprint.clone();
                causes.entry(fingerprint).or_insert_with(|| cause(finding)).seen.insert(0, seen);
            }
        }
        Ok(causes.into_values().collect())
    }

    /// One cause, in all nights that had it; `None` where none did.
    ///
    /// # Errors
    /// There is no night.
    pub fn cause(
        &self,
        fingerprint: &str,
        branch: Option<&str>,
    ) -> Result<Option<CauseRow>, ArchiveError> {
        let scope = self.scope(branch)?;
        let found = self.findings_with(fingerprint)?;
        let mut found: Vec<(usize, FindingRow)> =
            found.into_iter().filter_map(|it| Some((scope.at(it.night)?, it))).collect();
        found.sort_by_key(|it| it.0);
        let seen: Vec<Seen> = found
            .iter()
            .map(|(night, it)| Seen { night: *night, finding: it.id.clone() })
            .collect();
        Ok(found.pop().map(|(_, last)| CauseRow { seen, ..cause(last) }))
    }

    /// What was gone in the newest `most` nights, the newest first; what is more is counted.
    ///
    /// # Errors
    /// There is no night.
    pub fn gone(&self, branch: Option<&str>, most: usize) -> Result<Arc<FixedRows>, ArchiveError> {
        let scope = self.scope(branch)?;
        self.once(("gone", branch.map(str::to_owned), most), || self.read_gone(&scope, most))
    }

    fn read_gone(&self, scope: &Scope, most: usize) -> Result<FixedRows, ArchiveError> {
        let mut gone = FixedRows::default();
        let mut counted = self.connection.prepare("SELECT count(*) FROM gone WHERE night = ?1")?;
        let mut found = self
            .connection
            .prepare("SELECT fingerprint, title FROM gone WHERE night = ?1 LIMIT ?2")?;
        for (at, night) in scope.nights.iter().enumerate().rev().take(most) {
            let own: i64 = counted.query_row([night.key], |row| row.get(0))?;
            gone.all += usize::try_from(own).unwrap_or_default();
            let room = i64::try_from(MOST_FIXED - gone.rows.len()).unwrap_or_default();
            if room == 0 {
                continue;
            }
            let rows = found.query_map([night.key, room], |row| {
                Ok(FixedRow { fingerprint: row.get(0)?, title: row.get(1)?, night: at })
            })?;
            for row in rows {
                gone.rows.push(row?);
            }
        }
        Ok(gone)
    }

    /// Every scenario that one of the newest `most` nights had, by id.
    ///
    /// # Errors
    /// There is no night.
    pub fn scenarios(
        &self,
        branch: Option<&str>,
        most: usize,
    ) -> Result<Arc<Vec<ScenarioRow>>, ArchiveError> {
        let scope = self.scope(branch)?;
        let name = ("scenarios", branch.map(str::to_owned), most);
        self.once(name, || self.read_scenarios(&scope, most))
    }

    /// What was made under this name since the tables changed, or is made now. Whoever asks has had
    /// the scope of its nights, which looks whether they have.
    fn once<T: Any + Send + Sync>(
        &self,
        name: Name,
        read: impl FnOnce() -> Result<T, ArchiveError>,
    ) -> Result<Arc<T>, ArchiveError> {
        if let Some(known) = self.kept.borrow().get(&name) {
            return Ok(known);
        }
        let made = read()?;
        Ok(self.kept.borrow_mut().put(name, made))
    }

    fn read_scenarios(&self, scope: &Scope, most: usize) -> Result<Vec<ScenarioRow>, ArchiveError> {
        let from = scope.nights.len().saturating_sub(most);
        // The runs of one scenario lie together: scenario by scenario, each part of the table is
        // read once, where night by night each run is looked for by itself.
        let sql = format!(
            "SELECT scenario.key, id, night, verdict, owner, ms, because FROM scenario \
             CROSS JOIN run ON run.scenario = scenario.key \
             WHERE night IN ({}) AND gating ORDER BY id",
            keys(&scope.nights[from..])
        );
        let mut found = self.connection.prepare(&sql)?;
        let mut rows = found.query([])?;
        let mut all: Vec<(i64, String, PlacedRuns)> = Vec::new();
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            if all.last().is_none_or(|it| it.0 != key) {
                all.push((key, row.get(1)?, Vec::new()));
            }
            let run = Run::of(row, 3)?;
            let (Some(at), Some(own)) = (scope.at(row.get(2)?), all.last_mut()) else { continue };
            own.2.push((at - from, run));
        }
        let nights = scope.nights.len() - from;
        Ok(all.into_iter().map(|(_, id, runs)| ScenarioRow::of(id, runs, nights)).collect())
    }

    /// All that the nights said of a scenario, the oldest first, with its whole id; the name may be
    /// the end of one id, behind a `/`.
    ///
    /// # Errors
    /// No night knows it.
    pub fn past(
        &self,
        name: &str,
        branch: Option<&str>,
    ) -> Result<(String, Vec<PastRun>), ArchiveError> {
        let scope = self.scope(branch)?;
        let (id, runs) = self.runs_of(&scope, name)?;
        let runs = runs.into_iter().map(|(night, run)| PastRun {
            night,
            verdict: run.verdict,
            ms: run.ms.map(|it| it as u32),
            owner: run.owner,
        });
        Ok((id, runs.collect()))
    }

    /// The causes of a branch that hit a scenario; the one that was seen last first.
    ///
    /// # Errors
    /// There is no night.
    pub fn causes_of(
        &self,
        scenario: &str,
        branch: Option<&str>,
    ) -> Result<Vec<CauseRow>, ArchiveError> {
        let scope = self.scope(branch)?;
        let mut found: Vec<(usize, FindingRow)> = self
            .findings_naming(scenario)?
            .into_iter()
            .filter_map(|it| Some((scope.at(it.night)?, it)))
            .collect();
        found.sort_by_key(|it| std::cmp::Reverse(it.0));
        let mut causes: IndexMap<String, CauseRow> = IndexMap::new();
        for (night, finding) in found {
            let seen = Seen { night, finding: finding.id.clone() };
            let fingerprint = finding.fingerprint.clone();
            causes.entry(fingerprint).or_insert_with(|| cause(finding)).seen.insert(0, seen);
        }
        Ok(causes.into_values().collect())
    }

    /// The scenarios that are red: they failed when they were last judged, within two weeks, also
    /// where that may be chance.
    ///
    /// # Errors
    /// There is no night.
    pub fn red_now(
        &self,
        branch: Option<&str>,
    ) -> Result<Arc<Vec<(String, Verdict)>>, ArchiveError> {
        let scope = self.scope(branch)?;
        self.once(("red", branch.map(str::to_owned), 0), || {
            let red = self.red_scenarios(&scope)?;
            Ok(red.into_iter().map(|(id, (run, _))| (id, run.verdict)).collect())
        })
    }
}

impl ScenarioRow {
    /// Of its runs, each with the position of its night among so many.
    fn of(id: String, mut runs: PlacedRuns, nights: usize) -> Self {
        runs.sort_by_key(|it| it.0);
        let mut own = Self { id, owner: None, verdicts: String::new(), ms: Vec::new() };
        for (at, run) in runs {
            own.fill(at);
            own.verdicts.push(letter(run.verdict));
            own.ms.push(run.ms.map(|it| it as u32));
            own.owner = run.owner.or(own.owner.take());
        }
        own.fill(nights);
        own
    }

    /// Nights before this one that did not plan it.
    fn fill(&mut self, until: usize) {
        while self.ms.len() < until {
            self.verdicts.push(NOT_PLANNED);
            self.ms.push(None);
        }
    }
}

fn cause(finding: FindingRow) -> CauseRow {
    let FindingRow { fingerprint, title, verdict, severity, owner, culprit, scenarios, .. } =
        finding;
    CauseRow { fingerprint, title, verdict, severity, owner, culprit, scenarios, seen: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Nights, finding, scenario};
    use super::*;
    use crate::history::known::is_failing;

    fn three_nights() -> Nights {
        let nights = Nights::new();
        nights.night(
            0,
            "b1",
            &[scenario("a", "unchanged", &[100]), scenario("b", "new", &[])],
            &[],
        );
        let broken = finding("F1", "broken", "regressed", &["a"]);
        nights.night(1, "b2", &[scenario("a", "regressed", &[])], &[broken]);
        let still = finding("F2", "broken", "still-failing", &["a"]);
        nights.night(
            2,
            "b3",
            &[scenario("a", "still-failing", &[300]), scenario("b", "unchanged", &[7])],
            &[still],
        );
        nights
    }

    #[test]
    fn rows_say_what_each_night_said_and_mark_nights_that_did_not_plan_it() {
        let nights = three_nights();
        let archive = Archive::open(nights.path()).expect("opened");
        let all = archive.scenarios(None, 30).expect("rows");
        let told: Vec<(&str, &str)> =
            all.iter().map(|it| (it.id.as_str(), it.verdicts.as_str())).collect();
        assert_eq!(told, [("a", "URS"), ("b", "N.U")]);
        assert_eq!(all[0].ms, [Some(100), None, Some(300)]);
        assert_eq!(all[0].last(), Some(Verdict::StillFailing));
        assert_eq!(all[0].count(is_failing), 2);
        let newest = archive.scenarios(None, 1).expect("rows");
        assert_eq!(newest.iter().map(|it| it.verdicts.as_str()).collect::<Vec<_>>(), ["S", "U"]);
        let red = archive.red_now(None).expect("rows");
        assert_eq!(*red, [("a".to_owned(), Verdict::StillFailing)]);
    }

    #[test]
    fn a_cause_is_one_row_however_often_it_was_seen() {
        let nights = three_nights();
        let archive = Archive::open(nights.path()).expect("opened");
        let all = archive.causes(None, 30).expect("rows");
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].verdict, all[0].seen.len()), (Verdict::StillFailing, 2));
        assert_eq!(all[0].seen[0], Seen { night: 1, finding: "F1".to_owned() });
        let own = archive.cause("print-broken", None).expect("asked");
        assert_eq!(own.as_ref(), all.first());
        assert_eq!(archive.cause("print-other", None).expect("asked"), None);
        assert_eq!(archive.causes_of("b", None).expect("asked").len(), 0);
    }

    #[test]
    fn what_was_not_judged_since_stays_red_and_what_passed_since_is_not() {
        let nights = Nights::new();
        let night = |at: usize, verdicts: [&str; 3]| {
            let all = ["a", "b", "c"].into_iter().zip(verdicts);
            let all: Vec<_> = all.map(|(id, verdict)| scenario(id, verdict, &[1])).collect();
            nights.night(at, "b1", &all, &[]);
        };
        night(0, ["regressed", "regressed", "unchanged"]);
        night(1, ["not-run", "fixed", "regressed"]);
        night(2, ["inconclusive", "unchanged", "still-failing"]);
        let archive = Archive::open(nights.path()).expect("opened");
        let red = archive.red_now(None).expect("rows");
        let told: Vec<(&str, Verdict)> = red.iter().map(|it| (it.0.as_str(), it.1)).collect();
        assert_eq!(told, [("c", Verdict::StillFailing), ("a", Verdict::Regressed)]);
    }

    #[test]
    fn what_a_page_shows_is_made_once_and_anew_when_the_nights_have_changed() {
        let nights = three_nights();
        let mut archive = Archive::open(nights.path()).expect("opened");
        let asked = |it: &Archive| {
            let causes = it.causes(None, 30).expect("rows");
            (causes, it.gone(None, 30).expect("rows"), it.red_now(None).expect("rows"))
        };
        let (first, again) = (asked(&archive), asked(&archive));
        assert!(Arc::ptr_eq(&first.0, &again.0), "causes");
        assert!(Arc::ptr_eq(&first.1, &again.1), "what is gone");
        assert!(Arc::ptr_eq(&first.2, &again.2), "what is red");
        let newest = archive.causes(None, 1).expect("rows");
        assert!(!Arc::ptr_eq(&first.0, &newest), "those of other nights are others");

        nights.night(3, "b4", &[scenario("a", "fixed", &[100])], &[]);
        assert!(archive.refresh().expect("looked"));
        let (causes, _, red) = asked(&archive);
        assert!(!Arc::ptr_eq(&first.0, &causes));
        assert_eq!((first.2.len(), red.len()), (1, 0), "it was fixed");
    }

    #[test]
    fn of_what_is_gone_so_much_is_kept_as_is_listed_and_the_rest_is_counted() {
        let nights = three_nights();
        let fixed = |night: usize, many: usize| {
            let path = nights.of(night).join("night.json");
            let text = std::fs::read_to_string(&path).expect("readable");
            let mut report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let all = (0..many).map(|it| {
                let (print, title) = (format!("n{night}-{it:03}"), format!("thing {it}"));
                serde_json::json!({ "fingerprint": print, "title": title, "scenarios": ["a"] })
            });
            report["fixed"] = all.collect();
            std::fs::write(path, report.to_string()).expect("written");
        };
        fixed(1, 5);
        fixed(2, 3);
        let few = Archive::open(nights.path()).expect("opened").gone(None, 30).expect("rows");
        assert_eq!((few.rows.len(), few.all), (8, 8));
        fixed(1, MOST_FIXED + 5);
        let many = Archive::open(nights.path()).expect("opened").gone(None, 30).expect("rows");
        assert_eq!((many.rows.len(), many.all), (MOST_FIXED, MOST_FIXED + 8));
        let newest: Vec<&str> = many.rows[..4].iter().map(|it| it.fingerprint.as_str()).collect();
        assert_eq!(newest, ["n2-000", "n2-001", "n2-002", "n1-000"]);
        fixed(2, MOST_FIXED);
        let full = Archive::open(nights.path()).expect("opened").gone(None, 30).expect("rows");
        assert_eq!((full.rows.len(), full.all), (MOST_FIXED, 2 * MOST_FIXED + 5));
    }

    #[test]
    fn who_keeps_it_open_sees_nights_that_come_and_go() {
        let nights = three_nights();
        let mut archive = Archive::open(nights.path()).expect("opened");
        assert!(!archive.refresh().expect("looked"), "nothing changed");
        nights.night(3, "b4", &[scenario("a", "fixed", &[100])], &[]);
        assert!(archive.refresh().expect("looked"));
        assert_eq!(archive.look(None).expect("nights").len(), 4);
        std::fs::remove_dir_all(nights.of(3)).expect("removed");
        assert!(archive.refresh().expect("looked"));
        assert_eq!(archive.look(None).expect("nights").len(), 3);
        let verdicts =
            |archive: &Archive| archive.scenarios(None, 30).expect("rows")[0].verdicts.clone();
        assert_eq!((verdicts(&archive), verdicts(&archive)), ("URS".to_owned(), "URS".to_owned()));
        // Another program that looks first writes the new night into the same file.
        nights.night(3, "b4", &[scenario("a", "fixed", &[100])], &[]);
        assert_eq!(Archive::open(nights.path()).expect("opened").read(), 1);
        assert!(!archive.refresh().expect("looked"), "there was nothing left to do");
        assert_eq!(verdicts(&archive), "URSX");
    }
}

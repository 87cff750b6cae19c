//! [`cassette`]: the answers that a model gave in an earlier night, from its ledger and evidence; and
//! [`Memory`], those to attempts that are made again.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::NightError;
use super::resume::half_done;
use crate::agent::backend::{Answer, Cassette, Remembered, Request};
use crate::ledger::NightDir;
use crate::model::pursuit::{KeptIn, Pursuit};
use crate::model::{Entry, Event, EvidenceRef, Scenario};

/// The answers of the night in this directory.
///
/// # Errors
/// There is no night, or what it kept cannot be read.
pub(super) fn cassette(night: &Path, model: &str) -> Result<Cassette, NightError> {
    let dir = NightDir::open(night)?;
    let mut all = Cassette::new(model);
    for entry in dir.entries()? {
        let Event::Goal { pursuit, .. } = entry.event else { continue };
        if let Some((asked, answer)) = answered(&dir, &pursuit)? {
            all.keep(&asked, answer);
        }
    }
    Ok(all)
}

/// A request and its answer, where a line has both.
fn answered(dir: &NightDir, line: &Pursuit) -> Result<Option<(Request, Answer)>, NightError> {
    let Pursuit::Asked {
        request,
        answer,
        failed: None,
        tokens_in,
        tokens_out,
        estimated,
        tries,
        ..
    } = line
    else {
        return Ok(None);
    };
    let read = |path: &str| {
        let (kind, media) = ("answer of a model".to_owned(), "text/plain".to_owned());
        dir.read_text(&EvidenceRef { kind, media, path: path.to_owned(), bytes: 0 })
    };
    // What a coding agent is asked is no request of this form.
    let Ok(asked) = serde_json::from_str(&read(request)?) else { return Ok(None) };
    let (tokens_in, tokens_out, estimated) = (*tokens_in, *tokens_out, *estimated);
    let text = read(answer)?;
    Ok(Some((asked, Answer { text, tokens_in, tokens_out, estimated, tries: *tries })))
}

/// An attempt: its scenario and its number.
type Key = (String, u32);

/// What a model answered to attempts that are made again.
#[derive(Debug, Default)]
pub(super) struct Memory(HashMap<Key, Remembered>);

impl Memory {
    /// That of a night whose ledger has these lines, also those that count no more: of the attempts that
    /// it was cut off in, and of all that another night has of these scenarios, if it goes on from one. What
    /// another model answered stands for nothing.
    ///
    /// # Errors
    /// The other night cannot be read.
    pub(super) fn of(
        (night, entries): (&NightDir, &[Entry]),
        scenarios: &[Scenario],
        from: Option<&NightDir>,
        model: &str,
    ) -> Result<Self, NightError> {
        let mut all = Self::default();
        let cut = half_done(entries);
        all.take_in((night, KeptIn::Tonight), entries, &|key| cut.contains(key), model);
        if let Some(from) = from {
            let ours: BTreeSet<&str> = scenarios.iter().map(|it| it.id.as_str()).collect();
            let is_ours = |key: &Key| ours.contains(key.0.as_str());
            all.take_in((from, KeptIn::Earlier), &from.entries()?, &is_ours, model);
        }
        Ok(all)
    }

    /// What was answered to this attempt before.
    pub(super) fn of_attempt(&self, scenario: &str, number: u32) -> Remembered {
        self.0.get(&(scenario.to_owned(), number)).cloned().unwrap_or_default()
    }

    /// Takes in the answers to some attempts. One that was begun several times is what it was answered
    /// each time, put together.
    fn take_in(
        &mut self,
        (dir, of): (&NightDir, KeptIn),
        entries: &[Entry],
        is_wanted: &dyn Fn(&Key) -> bool,
        model: &str,
    ) {
        let mut times: HashMap<Key, Remembered> = HashMap::new();
        for entry in entries {
            let Some((scenario, number)) = entry.event.attempt() else { continue };
            let key = (scenario.to_owned(), number);
            if !is_wanted(&key) {
                continue;
            }
            if matches!(entry.event, Event::AttemptStarted { .. }) {
                let before = times.remove(&key).unwrap_or_default();
                self.0.entry(key).or_default().go_on(before);
            } else if let Event::Goal { pursuit, .. } = &entry.event
                && is_by(pursuit, model)
                // What cannot be read any more is asked anew.
                && let Some((asked, answer)) = answered(dir, pursuit).ok().flatten()
            {
                times.entry(key).or_default().keep(&asked, answer, kept(of, pursuit));
            }
        }
        for (key, last) in times {
            self.0.entry(key).or_default().go_on(last);
        }
    }
}

/// Whether this model was asked.
fn is_by(line: &Pursuit, name: &str) -> bool {
    matches!(line, Pursuit::Asked { model, .. } if model == name)
}

/// Where an answer was kept that lies in a night of this kind: one that had it from an earlier night did
/// not pay for it.
fn kept(of: KeptIn, line: &Pursuit) -> KeptIn {
    let is_earlier = matches!(line, Pursuit::Asked { kept: Some(KeptIn::Earlier), .. });
    if is_earlier { KeptIn::Earlier } else { of }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::agent::backend::Form;
    use crate::ledger::{Ledger, Secrets};
    use crate::model::{Outcome, Purpose};

    fn clock() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn begin(ledger: &Ledger, attempt: u32) {
        let (scenario, known, purpose) = ("order".to_owned(), Vec::new(), Purpose::Judging);
        ledger
            .append(Event::AttemptStarted { scenario, attempt, known, purpose })
            .expect("written");
    }

    fn ask(ledger: &Ledger, attempt: u32, (user, text): (&str, &str), kept: Option<KeptIn>) {
        let request = serde_json::to_vec(&Request::new("s", &user, Form::Action)).expect("JSON");
        let request = ledger.keep("request", "application/json", &request).expect("kept").path;
        let answer = ledger.keep("answer", "text/plain", text.as_bytes()).expect("kept").path;
        let pursuit = Pursuit::Asked {
            number: 1,
            model: "small".to_owned(),
            request,
            answer,
            failed: None,
            tries: 1,
            tokens_in: 1,
            tokens_out: 1,
            estimated: 0,
            cost: None,
            duration_ms: 1,
            kept,
            picture: None,
        };
        let scenario = "order".to_owned();
        ledger.append(Event::Goal { scenario, attempt, step: 2, pursuit }).expect("written");
    }

    fn end(ledger: &Ledger, attempt: u32) {
        let event = Event::AttemptFinished {
            scenario: "order".to_owned(),
            attempt,
            outcome: Outcome::Completed,
            detail: None,
            duration_ms: 1,
        };
        ledger.append(event).expect("written");
    }

    fn given(memory: &Memory, attempt: u32, user: &str) -> Option<(String, KeptIn)> {
        let mut remembered = memory.of_attempt("order", attempt);
        let given = remembered.take(&Request::new("s", &user, Form::Action));
        given.map(|(answer, kept)| (answer.text, kept))
    }

    #[test]
    fn a_night_that_goes_on_remembers_the_attempt_that_was_cut_off_and_none_that_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path()).expect("an empty folder");
        let ledger = Ledger::create(night.clone(), Secrets::default(), clock).expect("a ledger");
        begin(&ledger, 1);
        ask(&ledger, 1, ("a", "of the first attempt"), None);
        end(&ledger, 1);
        begin(&ledger, 2);
        ask(&ledger, 2, ("a", "one"), None);
        ask(&ledger, 2, ("b", "two"), None);
        // It was cut off, went on, and was cut off again before it had come as far.
        begin(&ledger, 2);
        ask(&ledger, 2, ("a", "one"), Some(KeptIn::Tonight));
        let entries = night.all_entries().expect("readable");
        let memory = Memory::of((&night, &entries), &[], None, "small").expect("readable");
        assert_eq!(given(&memory, 1, "a"), None, "it ended, and is not made again");
        assert_eq!(given(&memory, 2, "a"), Some(("one".to_owned(), KeptIn::Tonight)));
        assert_eq!(given(&memory, 2, "b"), Some(("two".to_owned(), KeptIn::Tonight)));
        assert_eq!(given(&memory, 2, "c"), None, "the model is asked");
        assert_eq!(given(&memory, 3, "a"), None, "another attempt");
        let other = Memory::of((&night, &entries), &[], None, "large").expect("readable");
        assert_eq!(given(&other, 2, "a"), None, "another model answered that");
    }

    #[test]
    fn a_night_that_goes_on_from_another_remembers_that_of_its_own_scenarios() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = NightDir::create(folder.path()).expect("an empty folder");
        let ledger = Ledger::create(first.clone(), Secrets::default(), clock).expect("a ledger");
        begin(&ledger, 1);
        ask(&ledger, 1, ("a", "one"), None);
        end(&ledger, 1);
        let of = |id: &str| {
            let scenario = Scenario { id: id.to_owned(), ..Scenario::default() };
            Memory::of((&first, &[]), &[scenario], Some(&first), "small").expect("readable")
        };
        assert_eq!(given(&of("order"), 1, "a"), Some(("one".to_owned(), KeptIn::Earlier)));
        assert_eq!(given(&of("pay"), 1, "a"), None, "nothing goes on there");
    }
}

//! [`work`]: a language model uses the product by itself, charter by charter, within policy and budget,
//! and what it believes is broken is reproduced without it.
//!
//! Every charter is a small night of one scenario; what it shows lies in its directory. Nothing is
//! written into the suite, and nothing of it decides a gate.
//!
//! The files:
//! - `known.rs`: what the model is told before: documentation, findings, what is covered.
//! - `charter.rs`: has one charter followed, and reads what came of it.
//! - `proof.rs`: reproduces a belief as a written scenario, without the model.
//! - `proposed.rs`: the scenarios that are proposed, as files and as a patch.

mod charter;
mod known;
mod proof;
mod proposed;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde_json::{Value, json};

use self::charter::Followed;
use self::proof::Proven;
use self::proposed::{Done, Proposals};
use super::{
    AGENT_FILE, Ground, NOTHING_RAN, NightError, RunOptions, Scope, Stop, lock, model, scratch,
};
use crate::agent::backend::{Answer, Backend, Request, tokens, unheard};
use crate::agent::charters::{self, Known};
use crate::ledger::Secrets;
use crate::model::agent::{AgentCommand, AgentConfig};
use crate::model::budget::{Budget, Next, Spent};
use crate::model::pursuit::Said;
use crate::model::shift::{Believed, Charter, Shift};
use crate::model::{FORMAT_VERSION, Suite};

/// With less time than this nothing more is begun.
const LEAST: Duration = Duration::from_secs(10);

/// What a charter needs: a model that is asked, and something that is done.
const A_CHARTER: [Next; 2] = [Next::Ask, Next::Act];

/// How long it may take, and where it goes.
#[derive(Debug, Clone)]
pub struct ShiftBounds {
    /// The time for all of it.
    pub budget: Duration,
    /// What the night around it took of the model already.
    pub taken: Spent,
    /// The folder, which is there.
    pub folder: PathBuf,
}

/// Everything that one shift works with.
struct Desk<'a> {
    suite: &'a Suite,
    ground: Ground,
    options: &'a RunOptions,
    agent: &'a AgentConfig,
    backend: Box<dyn Backend>,
    secrets: Secrets,
    known: Known,
    /// The builds before tonight's, by product; empty where there is none.
    before: IndexMap<String, String>,
    bounds: ShiftBounds,
    began: Instant,
    stop: &'a Stop,
    shift: Shift,
    proposals: Proposals,
    /// How many requests were kept.
    asked: u32,
    /// Why nothing can run, where that is so.
    broken: Option<String>,
}

/// Works through the night until the time or the budget is over, or nothing new is to be tried;
/// `told` is told what is tried.
///
/// # Errors
/// The suite has no model, another night holds it, or nothing can be written.
pub async fn work(
    suite: &Suite,
    options: &RunOptions,
    bounds: ShiftBounds,
    stop: &Stop,
    told: &(dyn Fn(&str) + Send + Sync),
) -> Result<Shift, NightError> {
    let _lock = lock::take(&suite.root, stop)?;
    let folder = scratch::make()?;
    let options = &options.keeping_data(folder.path());
    Box::pin(work_inside(suite, options, bounds, stop, told)).await
}

/// The same where a night holds the suite's lock already.
pub(super) async fn work_inside(
    suite: &Suite,
    options: &RunOptions,
    bounds: ShiftBounds,
    stop: &Stop,
    told: &(dyn Fn(&str) + Send + Sync),
) -> Result<Shift, NightError> {
    let Some(agent) = &suite.config.agent else {
        return Err(NightError::Usage("this suite has no language model".to_owned()));
    };
    let (backend, secrets) = model(suite, &options.environment, options.tools.as_ref())?;
    let scope = Scope { base_urls: options.base_urls.clone(), ..Scope::default() };
    let currency = agent.price.as_ref().map(|it| it.currency.clone());
    let shift = Shift {
        format_version: FORMAT_VERSION,
        model: agent.model.clone(),
        currency,
        ..Shift::default()
    };
    let ground = Ground::of(suite, &scope)?;
    let known = known::known(suite, options, &ground)?;
    let proposals = Proposals::new(suite, ground.pages(), &bounds.folder, secrets.clone());
    let broken = nothing_to_use(&known, agent.command.as_ref());
    let mut desk = Desk {
        suite,
        ground,
        options,
        agent,
        backend,
        secrets,
        known,
        before: known::before(suite, options)?,
        proposals,
        bounds,
        began: Instant::now(),
        stop,
        shift,
        asked: 0,
        broken,
    };
    desk.shift.ended = Box::pin(desk.work(told)).await?;
    let took = desk.began.elapsed().as_millis();
    desk.shift.duration_ms = u64::try_from(took).unwrap_or(u64::MAX);
    desk.shift.proposed = desk.proposals.finish()?;
    let shown = serde_json::to_value(&desk.shift).expect("a shift is plain data");
    let json = format!("{:#}", desk.secrets.scrub_json(shown));
    write(&desk.bounds.folder.join(AGENT_FILE), &json)?;
    Ok(desk.shift)
}

impl Desk<'_> {
    /// Plans and follows charters; answers with why it ended.
    async fn work(&mut self, told: &(dyn Fn(&str) + Send + Sync)) -> Result<String, NightError> {
        loop {
            if let Some(why) = self.is_over(&A_CHARTER) {
                return Ok(why);
            }
            let tried: Vec<Value> = self
                .shift
                .charters
                .iter()
                .map(|it| json!({ "goal": it.goal, "ended": it.ended }))
                .collect();
            let goals: Vec<String> = self.shift.charters.iter().map(|it| it.goal.clone()).collect();
            let planned = match self.ask("plan", &charters::plan(&self.known, &tried)).await? {
                Ok(answer) => charters::charters(&answer.text, &goals),
                Err(why) => Err(why),
            };
            let planned = match planned {
                Ok(planned) if planned.is_empty() => {
                    return Ok("the model had nothing more to try".to_owned());
                }
                Ok(planned) => planned,
                Err(why) => return Ok(format!("no plan: {why}")),
            };
            for charter in planned {
                if let Some(why) = self.is_over(&A_CHARTER) {
                    return Ok(why);
                }
                told(&charter.goal);
                Box::pin(self.follow(&charter)).await?;
            }
        }
    }

    /// Why nothing more is begun that needs this of the model.
    fn is_over(&self, next: &[Next]) -> Option<String> {
        if self.broken.is_some() {
            return self.broken.clone();
        }
        if self.stop.why().is_some() {
            return Some("it was asked to stop".to_owned());
        }
        if self.left() < LEAST {
            return Some("its time was over".to_owned());
        }
        let currency = self.shift.currency.as_deref().unwrap_or_default();
        over(self.taken(), (&self.agent.budget, currency), next)
    }

    /// What was taken of the model's budget.
    fn taken(&self) -> Spent {
        let mut all = self.bounds.taken;
        all.add(self.shift.spent);
        all
    }

    fn has_time(&self) -> bool {
        self.stop.why().is_none() && self.left() >= LEAST
    }

    fn left(&self) -> Duration {
        self.bounds.budget.saturating_sub(self.began.elapsed())
    }

    /// Follows one charter, and sees whether a belief can be reproduced or a way be kept.
    async fn follow(&mut self, of: &charters::Charter) -> Result<(), NightError> {
        let number = self.shift.charters.len() + 1;
        let followed = self.run_charter(of, number).await?;
        self.shift.spent.add(followed.spent);
        self.broken.clone_from(&followed.broken);
        let Followed { actions, said, ended, night, .. } = &followed;
        self.shift.charters.push(Charter {
            goal: of.goal.clone(),
            start: if self.known.pages { of.start.clone() } else { String::new() },
            why: crate::report::one_line(&of.why, 300),
            actions: actions.iter().map(crate::model::Action::describe).collect(),
            ended: ended.clone(),
            night: night.clone(),
        });
        match said {
            Some((Said::Defect, belief)) => self.prove(of, &followed, belief).await,
            // To repeat a way takes time, and nothing of a budget.
            None if followed.is_done && !actions.is_empty() && self.has_time() => {
                self.keep_way(of, &followed).await
            }
            Some((Said::Ask | Said::Infeasible, _)) | None => Ok(()),
        }
    }

    /// Reproduces a belief, or says why it is only a remark.
    async fn prove(
        &mut self,
        of: &charters::Charter,
        followed: &Followed,
        belief: &str,
    ) -> Result<(), NightError> {
        let done: Vec<String> =
            followed.actions.iter().map(crate::model::Action::describe).collect();
        let request = charters::belief(&self.known, belief, &done, &followed.help);
        // Nothing more is begun where it is over; the belief is kept.
        let told = match self.is_over(&[Next::Ask]) {
            Some(over) => Err(format!("it was not tried: {over}")),
            None => match self.ask("belief", &request).await? {
                Ok(answer) => charters::believed(&answer.text),
                Err(why) => Err(why),
            },
        };
        let mut believed = Believed {
            belief: crate::report::one_line(belief, 400),
            charter: of.goal.clone(),
            steps: done,
            nights: vec![followed.night.clone()],
            ..Believed::default()
        };
        let told = match told {
            Ok(told) => told,
            Err(because) => {
                self.shift.remarks.push(Believed { because, ..believed });
                return Ok(());
            }
        };
        believed.expected = crate::report::one_line(&told.expected, 300);
        believed.rule = crate::report::one_line(&told.rule, 300);
        let of_docs = charters::source(&told.rule, &self.known.docs);
        let source = of_docs.or_else(|| charters::source(&told.rule, &followed.help));
        believed.source = source.map(str::to_owned);
        if !self.has_time() {
            let because = "it was not tried: there was no time left".to_owned();
            self.shift.remarks.push(Believed { because, ..believed });
            return Ok(());
        }
        match self.reproduce(of, followed, &told, &mut believed).await? {
            Proven::Yes(steps) => {
                let done = Done { actor: self.ground.actor_of(&steps), steps: &steps };
                believed.file = Some(self.proposals.finding(&believed, of, done)?);
                self.shift.findings.push(believed);
            }
            Proven::No(because) => self.shift.remarks.push(Believed { because, ..believed }),
        }
        Ok(())
    }

    /// Asks the model, and keeps what was asked and answered.
    async fn ask(
        &mut self,
        what: &str,
        request: &Request,
    ) -> Result<Result<Answer, String>, NightError> {
        let user = self.secrets.scrub(request.user.as_bytes());
        let user = String::from_utf8_lossy(&user).into_owned();
        let request = Request { user, ..request.clone() };
        let started = Instant::now();
        let mut stop = self.stop.signal();
        let stopped = async { stop.wait_for(|it| *it).await.is_ok() };
        // A model that takes its time holds up neither the end of the shift nor who asks for it.
        let answer = tokio::select! {
            answer = self.backend.ask(&request) => Some(answer),
            () = tokio::time::sleep(self.left()) => None,
            _ = stopped => None,
        };
        let time_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let unheard = || unheard(&*self.backend, &request);
        let tokens = answer.as_ref().map_or_else(unheard, tokens);
        let answer = answer.map_or_else(
            || Err("there was no time left for its answer".to_owned()),
            |it| it.map_err(|error| error.to_string()),
        );
        let price = self.agent.price.as_ref();
        self.shift.spent.add(Spent {
            asked: 1,
            actions: 0,
            time_ms,
            tokens_in: tokens.read,
            tokens_out: tokens.written,
            estimated: tokens.estimated,
            money: price.map_or(0, |it| it.of(tokens.read, tokens.written)),
        });
        self.asked += 1;
        let kept = json!({
            "request": request,
            "answer": answer.as_ref().ok().map(|it| &it.text),
            "failed": answer.as_ref().err(),
            "tokens_in": tokens.read,
            "tokens_out": tokens.written,
            "estimated": tokens.estimated,
            "duration_ms": time_ms,
        });
        let file = format!("{:03}-{what}.json", self.asked);
        let text = self.secrets.scrub(format!("{kept:#}").as_bytes()).into_owned();
        let text = String::from_utf8_lossy(&text).into_owned();
        write(&self.bounds.folder.join("asked").join(file), &text)?;
        Ok(answer)
    }
}

/// The bound that leaves no room for what comes next, in words.
fn over(taken: Spent, (budget, currency): (&Budget, &str), next: &[Next]) -> Option<String> {
    let over = next.iter().find_map(|it| taken.over(budget, *it))?;
    Some(format!("its budget was spent: {}", over.bound.said(over.most, currency)))
}

/// Why a model could do nothing with a product, where that is so.
fn nothing_to_use(known: &Known, started: Option<&AgentCommand>) -> Option<String> {
    let why = match (known.pages, started.is_some(), known.commands.is_empty()) {
        (true, ..) | (false, false, false) => return None,
        (false, true, _) => "a coding agent uses pages",
        (false, false, true) => "`policy: { commands: … }` names no command",
    };
    Some(format!("{NOTHING_RAN}: no product of this suite has pages, and {why}"))
}

fn write(path: &Path, text: &str) -> Result<(), NightError> {
    let io = |source| NightError::Io { action: "write", path: path.to_owned(), source };
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder.and_then(|()| std::fs::write(path, text)).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::budget::Bound;

    #[test]
    fn a_charter_needs_an_action_and_a_belief_only_an_answer() {
        let budget = Budget { actions: Some(5), tokens: Some(900), ..Budget::default() };
        let over = |taken: Spent, next: &[Next]| super::over(taken, (&budget, "EUR"), next);
        let used = Spent { actions: 5, tokens_in: 100, ..Spent::default() };
        let said = over(used, &A_CHARTER).expect("no action is left");
        assert_eq!(said, format!("its budget was spent: {}", Bound::Actions.said(5, "EUR")));
        assert_eq!(over(used, &[Next::Ask]), None, "what was seen can still be told");
        assert_eq!(over(Spent { actions: 4, ..used }, &A_CHARTER), None);
        assert!(over(Spent { tokens_in: 900, ..used }, &[Next::Ask]).is_some());
    }

    #[test]
    fn a_shift_that_has_nothing_to_use_says_so_before_it_asks_anybody() {
        let agent = AgentCommand { words: vec!["codex".to_owned()], reach: Vec::new() };
        let known = |pages: bool, commands: &[&str]| Known {
            pages,
            commands: commands.iter().map(|it| (*it).to_owned()).collect(),
            ..Known::default()
        };
        let shop = &["shopctl **"][..];
        assert_eq!(nothing_to_use(&known(true, &[]), None), None);
        assert_eq!(nothing_to_use(&known(true, &[]), Some(&agent)), None);
        assert_eq!(nothing_to_use(&known(false, shop), None), None);
        let said = |known: &Known, agent| nothing_to_use(known, agent).unwrap_or_default();
        let none = said(&known(false, &[]), None);
        assert!(none.starts_with(NOTHING_RAN) && none.contains("names no command"), "{none}");
        let pages = said(&known(false, shop), Some(&agent));
        assert!(pages.ends_with("a coding agent uses pages"), "{pages}");
    }

    #[test]
    fn what_a_model_said_of_a_secret_is_kept_and_told_without_it() {
        let values = [("TOKEN".to_owned(), "s3cret-\"token\"".to_owned())];
        let secrets = Secrets::new(values.into_iter().collect()).expect("long enough");
        let belief = Believed {
            belief: "the page shows s3cret-\"token\" to everybody".to_owned(),
            ..Believed::default()
        };
        let shift = Shift { findings: vec![belief], ..Shift::default() };
        let kept = |secrets: &Secrets| {
            secrets.scrub_json(serde_json::to_value(&shift).expect("plain data"))
        };
        let without = kept(&secrets);
        assert!(!without.to_string().contains("s3cret"), "{without}");
        let told: Shift = serde_json::from_value(without).expect("only texts differ");
        assert_eq!(told.findings[0].belief, "the page shows [secret] to everybody");
        let whole = kept(&Secrets::default()).to_string();
        assert!(whole.contains("s3cret"), "without a secret nothing is taken out");
    }
}

//! `nightshift answer`: what a night left to a person, and what he says; the scenario then goes on from
//! there with that in force. In a session of `nightshift mcp` its client goes on.

use chrono::Utc;

use super::arguments::{AnswerOptions, Common, Format, Said};
use super::exit::{Exit, mistake};
use super::{night, run, terminal};
use crate::attempt::Person;
use crate::ledger::{self, NightDir};
use crate::mcp::LentTools;
use crate::model::asked::Asked;
use crate::model::question::{Question, Reply};
use crate::night::{Changes, RunOptions, is_in_use, is_session};
use crate::plan::Selection;
use crate::report;
use crate::spec::Overrides;

pub fn run(common: &Common, options: &AnswerOptions) -> anyhow::Result<Exit> {
    let night = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&night::root(common)?)?,
    };
    let session = is_session(night.path());
    let questions = if session {
        report::questions(&night.entries()?)
    } else {
        report::read(night.path())?.questions
    };
    let (Some(id), Some(said)) = (&options.question, options.reply) else {
        return list(&night, &questions, options.format);
    };
    let all: Vec<&Question> =
        questions.iter().filter(|it| it.id.starts_with(id.as_str())).collect();
    let [question] = all[..] else {
        let known: Vec<&str> = questions.iter().map(|it| it.id.as_str()).collect();
        return mistake(format!(
            "{id} is {} of its questions; they are: {}",
            if all.is_empty() { "none" } else { "more than one" },
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        ));
    };
    let reply = match said {
        Said::Yes => Reply::Yes,
        Said::No => Reply::No,
    };
    if session && !is_in_use(night.path()) {
        return mistake(format!(
            "the session {} has ended, and nobody waits for this; its client asks anew in the next one",
            night.path().display()
        ));
    }
    ledger::reply(&night, question, reply, Utc::now())?;
    let action = terminal::of_product(&question.action);
    terminal::answer(format_args!("{}: {action} ({})", reply.word(), question.scenario));
    if session {
        terminal::say("its client goes on when it asks for that again");
    }
    if session || options.no_run {
        return Ok(Exit::Passed);
    }
    go_on(common, question, night)
}

/// What is still asked, and what was said to the rest.
fn list(night: &NightDir, questions: &[Question], format: Format) -> anyhow::Result<Exit> {
    let replies = ledger::replies(night)?;
    match format {
        Format::Json => {
            let told = questions.iter().map(|it| {
                let mut told = serde_json::json!(it);
                told["reply"] = serde_json::json!(replies.get(&it.id));
                told
            });
            let told: Vec<_> = told.collect();
            terminal::answer(format_args!("{:#}", serde_json::json!(told)));
        }
        Format::Text => {
            for it in questions {
                let said = replies.get(&it.id).map_or("", |it| it.word());
                terminal::answer(format_args!(
                    "{:16}  {said:3}  {}: {}\n                       {}",
                    it.id,
                    it.scenario,
                    terminal::of_product(&it.action),
                    terminal::of_product(&it.rule)
                ));
            }
            if questions.is_empty() {
                terminal::say("nothing is asked there");
            }
        }
    }
    Ok(Exit::Passed)
}

/// Goes through the scenario again, in a night of its own that is asked for as the one before was: what a
/// person and a model said in that holds, so that it comes to the question without asking either of them,
/// and goes on from there.
fn go_on(common: &Common, question: &Question, night: NightDir) -> anyhow::Result<Exit> {
    let said = ledger::in_force(&night)?;
    let Asked { set, var, builds, base_urls, .. } = night.plan()?.asked;
    let overrides = Overrides { set: set.clone(), vars: var.clone() };
    let suite = night::suite(common, &overrides)?;
    if !suite.scenarios.iter().any(|it| it.id == question.scenario) {
        return mistake(format!(
            "the suite has no scenario {} any more, so that nothing runs again; the answer stays with the night",
            question.scenario
        ));
    }
    let environment = night::environment();
    let options = RunOptions {
        selection: Selection { filters: vec![question.scenario.clone()], tags: Vec::new() },
        builds,
        base_urls,
        branch: night::branch(&suite.root, &environment),
        environment,
        tools: Some(LentTools::of(&suite.root, &overrides)),
        once: true,
        person: Person { said, ..Person::default() },
        goes_on_from: Some(night),
        changes: Changes { set, var },
        ..RunOptions::default()
    };
    run::night(common, &suite, &options)
}

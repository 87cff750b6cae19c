//! `nightshift review`: decide on what is pending, from any night directory, without a rerun.
//!
//! A decision goes by id: a finding (`F1`) stands for all its places, a pending facet (`P3`) for
//! itself, a scenario for everything that is pending in it. What decisions are and do is the room
//! `review`; here are the options, the list, and the way to the screens.

use std::io::IsTerminal as _;

use chrono::Utc;

use super::arguments::{Common, Format, ReviewDecisions, ReviewOptions};
use super::check::counted;
use super::exit::{Exit, mistake};
use super::run::held;
use super::{night, terminal, waiting};
use crate::baseline::{self, Side};
use crate::ledger::NightDir;
use crate::model::Finding;
use crate::model::finding::Pending;
use crate::night::{Held, is_running, judge};
use crate::report::shown::visible;
use crate::report::{covers, one_line};
use crate::review::decide::How;
use crate::review::log::Decision;
use crate::review::{Chosen, Decided, Desk, Force, ItemKind, Opened, ReviewError, Suppress};
use crate::review::{console, propose, together, web};
use crate::spec::patch::read_redaction;

/// Changes of one finding that are listed as text.
const MOST_COVERS: usize = 200;

pub fn run(common: &Common, options: &ReviewOptions) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let night = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&root)?,
    };
    let mut desk = open(&root, night)?;
    let what = &options.what;
    if options.list {
        list(&desk, options.format);
    } else if options.export {
        export(&desk)?;
    } else if options.web {
        let browse = !options.no_open;
        let served = web::Served { port: options.port.unwrap_or(0), browse };
        let said = |url: &str| terminal::answer(format_args!("review: {url}\nCtrl-C ends it"));
        waiting::runtime()?.block_on(web::serve(desk, &served, &said))?;
    } else if what.undo.is_some() || !what.propose.is_empty() || what.decides() {
        decide(&mut desk, what)?;
        if what.accept_all {
            tell_left_out(&desk);
        }
    } else if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        tell_state(&desk);
        let colored = anstream::AutoStream::choice(&std::io::stdout());
        let colors = if colored == anstream::ColorChoice::Never {
            console::Colors::None
        } else {
            console::Colors::Some
        };
        let force = if what.force { Force::Yes } else { Force::No };
        let ended = console::run(&mut desk, what.why.as_deref(), force, colors)?;
        terminal::say(ended);
    } else if desk.open_items().next().is_none() {
        terminal::say("nothing is pending");
    } else {
        return mistake(
            "review asks on a terminal; elsewhere say --list, --accept ID, --reject ID or --accept-all, or --web for a page",
        );
    }
    Ok(Exit::Passed)
}

impl ReviewDecisions {
    fn decides(&self) -> bool {
        let ids = [&self.accept, &self.reject, &self.suppress, &self.ours, &self.theirs];
        self.accept_all || ids.iter().any(|it| !it.is_empty())
    }

    fn how(&self) -> How<'_> {
        How {
            why: self.why.as_deref(),
            force: if self.force { Force::Yes } else { Force::No },
            now: Utc::now(),
        }
    }
}

/// A night, judged and laid out.
pub fn open(root: &std::path::Path, night: NightDir) -> anyhow::Result<Desk> {
    let judged = judge(&night)?;
    let opened = Opened {
        night,
        plan: judged.plan,
        entries: judged.entries,
        judgement: judged.judgement,
        busy: is_running(root),
    };
    Ok(Desk::open(root, opened)?)
}

fn tell_state(desk: &Desk) {
    if desk.is_running() {
        terminal::say(ReviewError::Running(desk.night_id().to_owned()));
    }
}

fn decide(desk: &mut Desk, what: &ReviewDecisions) -> anyhow::Result<()> {
    let how = what.how();
    if let Some(steps) = what.undo {
        return undo(desk, steps);
    }
    if !what.propose.is_empty() {
        let all = named(desk, &what.propose)?;
        for it in &all {
            propose_for(desk, it);
        }
        return Ok(());
    }
    // All ids are looked up before anything is written.
    let accepted = if what.accept_all { everything(desk) } else { named(desk, &what.accept)? };
    let accepted = together(accepted);
    let rejected = named(desk, &what.reject)?;
    let suppressed = named(desk, &what.suppress)?;
    let sides =
        [(Side::Ours, named(desk, &what.ours)?), (Side::Theirs, named(desk, &what.theirs)?)];
    let redaction = what.redact.as_deref().map(|it| read_redaction("--redact", it)).transpose();
    let redaction = match redaction {
        Ok(redaction) => redaction,
        Err(complaints) => {
            let all: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            return mistake(all.join("\n"));
        }
    };
    let mut snapshots = 0;
    for chosen in &accepted {
        let decided = match &redaction {
            Some(redaction) => desk.accept_redacted(chosen, redaction, how)?,
            None => desk.accept(chosen, how)?,
        };
        snapshots += decided.pending.len().max(usize::from(chosen.conflict.is_some()));
        tell(desk, &decided);
        chosen.findings.iter().for_each(|it| tell_covers(&desk.findings()[*it]));
    }
    if what.accept_all || !accepted.is_empty() {
        terminal::say(format_args!("{} accepted", counted(snapshots, "snapshot")));
    }
    for chosen in &rejected {
        let decided = desk.reject(chosen, how)?;
        tell(desk, &decided);
    }
    for chosen in &suppressed {
        let (Some(owner), Some(expires), Some(reason)) =
            (what.owner.clone(), what.expires, what.why.clone())
        else {
            return mistake("--suppress needs --owner, --expires and --why");
        };
        let decided = desk.suppress(chosen, &Suppress { owner, expires, reason }, how)?;
        tell(desk, &decided);
    }
    for (side, all) in &sides {
        for chosen in all {
            let decided = desk.resolve(chosen, *side, how)?;
            tell(desk, &decided);
        }
    }
    Ok(())
}

fn undo(desk: &mut Desk, steps: u32) -> anyhow::Result<()> {
    for step in 0..steps {
        match desk.undo(Utc::now())? {
            Some(decided) => tell(desk, &decided),
            None if step == 0 => return mistake("no decision is left to take back"),
            None => break,
        }
    }
    Ok(())
}

/// What these ids stand for, each id once.
fn named(desk: &Desk, ids: &[String]) -> anyhow::Result<Vec<Chosen>> {
    let mut seen = std::collections::HashSet::new();
    let ids = ids.iter().filter(|id| seen.insert(id.as_str()));
    Ok(ids.map(|id| desk.named(id)).collect::<Result<_, _>>()?)
}

/// Everything that can be accepted; conflicts want a choice, and what is wrong by itself a name.
fn everything(desk: &Desk) -> Vec<Chosen> {
    let open = desk.open_items().filter(|it| !matches!(it.kind, ItemKind::Conflict(_)));
    let mut all: Vec<Chosen> = open.map(|it| desk.chosen(it)).collect();
    for chosen in &mut all {
        chosen.pending.retain(|it| desk.all_pending()[*it].wrong.is_none());
    }
    all.retain(|it| !it.pending.is_empty());
    all
}

/// Says what was left out of everything because it is wrong by itself, and what accepts it.
fn tell_left_out(desk: &Desk) {
    let open = desk.open_pending().map(|it| &desk.all_pending()[it]);
    let wrong = open.filter_map(|it| Some((it, it.wrong.as_deref()?)));
    held(desk.root(), desk.night(), &Held::of(wrong)).iter().for_each(terminal::answer);
}

fn propose_for(desk: &Desk, chosen: &Chosen) {
    terminal::answer(format_args!("{} {}", chosen.id, visible(&chosen.title)));
    let proposals = propose::proposals(desk, chosen);
    if proposals.is_empty() {
        terminal::answer("  no redaction explains it");
    }
    for proposal in proposals {
        terminal::answer(format_args!("  --redact {}", shell_words::quote(&proposal.text)));
        let (helps, of) = proposal.helps;
        terminal::answer(format_args!(
            "    explains {helps} of {}; {}",
            counted(of, "place"),
            proposal.cost
        ));
    }
}

/// Says what became of each, on a line of its own.
fn tell(desk: &Desk, decided: &Decided) {
    let word = decided.decision.word();
    for (index, file) in &decided.pending {
        let shown = line(&desk.all_pending()[*index]);
        match (decided.decision, file) {
            (_, Some(file)) => terminal::answer(format_args!("accepted {shown} as {file}")),
            (Decision::Rejected, None) => {
                terminal::answer(format_args!("rejected {shown}; its baseline stays"));
            }
            (Decision::Redacted, None) => {
                terminal::answer(format_args!("redacted {shown}; its baseline stays"));
            }
            (
                Decision::Accepted | Decision::Suppressed | Decision::Resolved | Decision::Undone,
                None,
            ) => terminal::answer(format_args!("{word} {shown}")),
        }
    }
    match decided.decision {
        Decision::Accepted | Decision::Rejected if !decided.pending.is_empty() => {}
        Decision::Accepted
        | Decision::Rejected
        | Decision::Redacted
        | Decision::Suppressed
        | Decision::Resolved
        | Decision::Undone => {
            let files = decided.files.join(", ");
            let wrote = if files.is_empty() { files } else { format!(": {files}") };
            terminal::answer(format_args!("{word} {}{wrote}", decided.item));
        }
    }
    if let Some(why) = &decided.forgotten {
        terminal::say(format_args!("cannot remember this beside the night: {why}"));
    }
}

/// Says which changes a decision on a finding takes, each on a line.
fn tell_covers(finding: &Finding) {
    let all = covers(&finding.changes);
    for change in all.iter().take(MOST_COVERS) {
        terminal::answer(format_args!("  - {change}"));
    }
    if all.len() > MOST_COVERS {
        let hidden = all.len() - MOST_COVERS;
        terminal::answer(format_args!("  - and {hidden} more; --list --format json has all"));
    }
}

fn list(desk: &Desk, format: Format) {
    match format {
        Format::Json => {
            let rows: Vec<_> = desk.open_pending().map(|it| row(desk, it)).collect();
            terminal::answer(format_args!("{:#}", serde_json::Value::from(rows)));
        }
        Format::Text => {
            let (mut fresh, mut shadowed) = (Vec::new(), Vec::new());
            for item in desk.open_items() {
                let chosen = desk.chosen(item);
                let all = chosen.pending.iter().map(|index| &desk.all_pending()[*index]);
                match item.kind {
                    ItemKind::Conflict(_) => {
                        terminal::answer(format_args!("{} {}", item.id, visible(&item.title)));
                    }
                    ItemKind::Finding(_) if chosen.pending.is_empty() => continue,
                    ItemKind::Finding(_) => terminal::answer(format_args!(
                        "{} {}: {}",
                        item.id,
                        desk.word(item),
                        visible(&item.title)
                    )),
                    ItemKind::New => {
                        let (changed, new): (Vec<_>, Vec<_>) = all.partition(|it| it.replaces);
                        fresh.extend(new);
                        shadowed.extend(changed);
                        continue;
                    }
                }
                tell_pending(all);
                if let Some(finding) = desk.finding(item) {
                    tell_covers(finding);
                }
            }
            for (title, own) in [
                ("new: no baseline yet", fresh),
                ("shadow: differs from its baseline, and nobody is told", shadowed),
            ] {
                if !own.is_empty() {
                    terminal::answer(title);
                }
                tell_pending(own);
            }
            tell_state(desk);
            let number = desk.open_pending().count();
            terminal::say(format_args!("{number} pending in {}", desk.night().path().display()));
        }
    }
}

/// Lists what is pending; above what is wrong by itself stands why.
fn tell_pending<'a>(all: impl IntoIterator<Item = &'a Pending>) {
    let mut last = None;
    for it in all {
        let here = Some((&it.scenario, &it.checkpoint));
        if let Some(why) = it.wrong.as_deref().filter(|_| last != here) {
            let (scenario, checkpoint, why) = (&it.scenario, &it.checkpoint, one_line(why, 300));
            terminal::answer(format_args!("  wrong by itself: {scenario}@{checkpoint}: {why}"));
        }
        last = here;
        terminal::answer(format_args!("  {}", line(it)));
    }
}

fn row(desk: &Desk, index: usize) -> serde_json::Value {
    let pending = &desk.all_pending()[index];
    let waiting = desk.waiting(index);
    let changes = waiting.iter().flat_map(|finding| {
        let here = finding.changes.iter().filter(|it| {
            it.scenario == pending.scenario
                && it.checkpoint.as_deref() == Some(&pending.checkpoint)
                && it.facet == Some(pending.facet)
        });
        here.map(|it| {
            serde_json::json!({
                "finding": finding.id,
                "id": it.id,
                "thing": it.thing,
                "before": it.before,
                "after": it.after,
            })
        })
    });
    serde_json::json!({
        "id": pending.id,
        "finding": waiting.first().map(|it| &it.id),
        "findings": waiting.iter().map(|it| &it.id).collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "scenario": pending.scenario,
        "checkpoint": pending.checkpoint,
        "facet": pending.facet,
        "environment": pending.environment,
        "where": pending.place,
        "wrong": pending.wrong,
        "evidence": pending.evidence.path,
        "baseline": desk.baseline(pending).map(|it| &it.evidence.path),
    })
}

fn export(desk: &Desk) -> anyhow::Result<()> {
    let mut written = 0;
    for index in desk.open_pending() {
        let pending = &desk.all_pending()[index];
        let path = baseline::export(desk.root(), &desk.acceptance(pending, None)?)?;
        let shown = path.strip_prefix(desk.root()).unwrap_or(&path);
        terminal::answer(format_args!("wrote {}", shown.display()));
        written += 1;
    }
    terminal::say(format_args!(
        "{} for `cargo insta review`",
        counted(written, "pending snapshot")
    ));
    Ok(())
}

fn line(pending: &Pending) -> String {
    let environment = match &pending.environment {
        Some(environment) => format!(" ({environment})"),
        None => String::new(),
    };
    format!(
        "{} {}@{} {}{environment}  {}",
        pending.id,
        pending.scenario,
        pending.checkpoint,
        pending.facet,
        visible(&pending.place).replace('\n', " ")
    )
}

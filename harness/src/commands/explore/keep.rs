//! [`keep`]: writes scenarios, has them settled, takes those out that are never the same, and
//! accepts what the others saw.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::super::arguments::{Common, ExploreOptions};
use super::super::run::held;
use super::super::settle::by_clock;
use super::super::settle_patch::Patches;
use super::super::{new_file, terminal};
use super::prepare::Prepared;
use crate::explore::{self, Map, SharedWay, Written};
use crate::model::settle::{Remedy, Unsettled};
use crate::night::{
    self as nights, Ground, NewBaselines, Progress, ScenarioFile, Settling, Stop, Until,
};
use crate::plan::Selection;
use crate::settle::Reach;
use crate::spec::patch::loads;
use crate::spec::{self, Overrides};

/// How often what was written is run before it is accepted.
const ROUNDS: u32 = 3;
/// The tag of what was written.
const TAG: &str = "explored";
/// Of the time that is left to settling and accepting, which part may go to the rounds of settling;
/// finding out what varied comes on top. In per cent.
const SETTLING: u32 = 45;
/// Of what is left then, which part may go to the night that accepts; its judgement comes on top. In
/// per cent.
const ACCEPTING: u32 = 65;
/// Settling and accepting begin only where at least so much time is left.
const LEAST: Duration = Duration::from_secs(20);

/// What is asked for.
pub struct Asked<'a> {
    /// The suite.
    pub prepared: &'a Prepared,
    /// The options.
    pub options: &'a ExploreOptions,
    /// The time that is left.
    pub left: Duration,
    /// Ends it early.
    pub stop: &'a Stop,
}

/// What became of the scenarios.
#[derive(Default)]
pub struct Kept {
    /// Those that stand in the suite now.
    pub written: Vec<Written>,
    /// Their files, below the suite's folder.
    pub files: Vec<PathBuf>,
    /// The skills that they begin with.
    pub ways: Vec<SharedWay>,
    /// Those that were taken out again: never the same.
    pub unsettled: Vec<Unsettled>,
    /// How many places varied and are written down.
    pub silenced: usize,
    /// How many baselines were accepted.
    pub accepted: usize,
    /// The files of the findings, in their order; `None` for one that has none.
    pub findings: Vec<Option<PathBuf>>,
}

/// Writes, settles and accepts.
///
/// # Errors
/// A file cannot be written, or a night cannot be run.
pub async fn keep(
    common: &Common,
    asked: &Asked<'_>,
    map: &Map,
    all: Vec<Written>,
) -> anyhow::Result<Kept> {
    let mut kept = Kept::default();
    let ground = &asked.prepared.ground;
    let root = &ground.suite.root;
    let folder = &asked.prepared.folder;
    let ids = ground.suite.scenarios.iter().map(|it| it.id.clone()).collect();
    let all = under_free_names((root, folder), ids, all);
    kept.ways = write_skills(ground, &all)?;
    for it in all {
        let file = file_of(folder, &it);
        let way = kept.ways.iter().find(|way| way.scenarios.contains(&it.name));
        if new_file::create(&root.join(&file), &text((ground, map), (&it, way), &file)?)? {
            kept.files.push(file);
            kept.written.push(it);
        }
    }
    if kept.written.is_empty() || asked.left < LEAST {
        return Ok(kept);
    }
    // What is compared with another build must be as steady as what is accepted.
    let began = Instant::now();
    let compared = settle(common, asked, &mut kept).await?;
    if !compared && !asked.options.no_accept && !common.quiet {
        terminal::say("the time was too short to settle them; run --accept-new will");
    }
    if compared && !asked.options.no_accept {
        let left = asked.left.saturating_sub(began.elapsed());
        accept(common, asked, left, &mut kept).await?;
    }
    Ok(kept)
}

/// Where a scenario is written, below the suite's folder.
fn file_of(folder: &Path, it: &Written) -> PathBuf {
    folder.join(&it.area).join(format!("{}.yaml", it.name))
}

/// The scenarios under names that nothing of the suite has: what nothing covers may be called as
/// something that is there.
fn under_free_names(
    (root, folder): (&Path, &Path),
    mut taken: BTreeSet<String>,
    mut all: Vec<Written>,
) -> Vec<Written> {
    for it in &mut all {
        let plain = it.name.clone();
        it.name = explore::free_name(&plain, &mut taken);
        while root.join(file_of(folder, it)).exists() {
            it.name = explore::free_name(&plain, &mut taken);
        }
    }
    all
}

/// Where a skill is written, below the suite's folder.
fn skill_file(way: &SharedWay) -> PathBuf {
    Path::new("skills").join(format!("{}.yaml", way.name))
}

/// Writes what several scenarios begin with as skills; answers with those that the suite has now.
fn write_skills(ground: &Ground, all: &[Written]) -> anyhow::Result<Vec<SharedWay>> {
    let suite = &ground.suite;
    let mut ways = Vec::new();
    for way in explore::shared(all, &suite.skills, ground.rules()) {
        let is_there = suite.skills.contains_key(&way.name);
        let path = suite.root.join(skill_file(&way));
        if is_there || new_file::create(&path, &nights::skill_text(&way)?)? {
            ways.push(way);
        }
    }
    Ok(ways)
}

/// Removes the skills that were written for scenarios which are all gone again.
fn remove_unused(ground: &Ground, kept: &mut Kept) -> anyhow::Result<()> {
    let Kept { ways, written, .. } = kept;
    let is_used = |way: &SharedWay| written.iter().any(|it| way.scenarios.contains(&it.name));
    for way in ways.extract_if(.., |it| !is_used(it)) {
        if !ground.suite.skills.contains_key(&way.name) {
            let path = ground.suite.root.join(skill_file(&way));
            std::fs::remove_file(&path)
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// The text of a scenario's file.
fn text(
    (ground, map): (&Ground, &Map),
    (it, way): (&Written, Option<&SharedWay>),
    file: &Path,
) -> anyhow::Result<String> {
    let own = ScenarioFile {
        name: &it.name,
        about: &it.about,
        product: it.product.as_deref(),
        tags: &[TAG],
        actor: ground.actor_of(&it.steps),
        isolate: ground.apart(map, it),
        begins_with: way,
        rules: ground.rules(),
        steps: &it.steps,
    };
    Ok(own.text(file)?)
}

/// The scenarios that were written, by their names.
fn selection(kept: &Kept) -> Selection {
    Selection { filters: kept.written.iter().map(|it| it.name.clone()).collect(), tags: Vec::new() }
}

/// Tells nobody.
fn quiet() -> Arc<dyn Fn(Progress) + Send + Sync> {
    Arc::new(|_| ())
}

/// Whether everything was seen twice at least, so that what varies could be told.
async fn settle(common: &Common, asked: &Asked<'_>, kept: &mut Kept) -> anyhow::Result<bool> {
    let root = &asked.prepared.ground.suite.root;
    let suite = spec::load(root, &Overrides::default())?;
    let until = Until::Budget(asked.left * SETTLING / 100);
    let mut options = asked.prepared.run_options(asked.options, until)?;
    options.selection = selection(kept);
    if !common.quiet {
        terminal::say(format_args!("settling {} scenarios in {ROUNDS} rounds", kept.written.len()));
    }
    let part = asked.stop.of_part();
    let settling = Settling { times: ROUNDS, reach: Reach::Alike };
    let mut settled = Box::pin(nights::settle(&suite, &options, settling, &part, quiet())).await?;
    settled.found.noise.retain(|it| {
        let remedy = it.remedy.as_ref();
        remedy.is_some_and(|it| loads(it) && !matches!(it, Remedy::Writes(_)))
    });
    if !common.quiet {
        settled.found.by_clock.iter().map(by_clock).for_each(terminal::say);
    }
    let patches = Patches::of(root, &settled.plan, &settled.found.noise)?;
    kept.silenced = settled.found.noise.len();
    patches.write()?;
    if part.why().is_some() {
        // What the time was too short for is not unsteady. The last round that began was cut.
        return Ok(settled.rounds >= ROUNDS);
    }
    for it in settled.found.unsettled {
        let Some(at) = kept.written.iter().position(|own| own.name == it.scenario) else {
            continue;
        };
        kept.written.remove(at);
        let path = root.join(kept.files.remove(at));
        std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        kept.unsettled.push(it);
    }
    remove_unused(&asked.prepared.ground, kept)?;
    Ok(true)
}

async fn accept(
    common: &Common,
    asked: &Asked<'_>,
    left: Duration,
    kept: &mut Kept,
) -> anyhow::Result<()> {
    if kept.written.is_empty() || left < LEAST {
        return Ok(());
    }
    let suite = spec::load(&asked.prepared.ground.suite.root, &Overrides::default())?;
    let until = Until::Budget(left * ACCEPTING / 100);
    let mut options = asked.prepared.run_options(asked.options, until)?;
    options.selection = selection(kept);
    options.accept_new = Some(NewBaselines::AtFirstSight);
    if !common.quiet {
        terminal::say("accepting what was seen");
    }
    let part = asked.stop.of_part();
    let finished = Box::pin(nights::run(&suite, &options, &part, quiet())).await?;
    kept.accepted = finished.accepted;
    if !common.quiet {
        let lines = held(&suite.root, &finished.night, &finished.held);
        lines.iter().for_each(terminal::say);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_covers_has_a_name_of_its_own_and_one_that_is_free_keeps_it() {
        let written = |name: &str| Written {
            area: "orders".to_owned(),
            name: name.to_owned(),
            about: String::new(),
            product: None,
            steps: Vec::new(),
            probes: Vec::new(),
        };
        let root = tempfile::tempdir().expect("a folder");
        let folder = Path::new("scenarios/explored");
        std::fs::create_dir_all(root.path().join(folder).join("orders")).expect("made");
        let there = root.path().join(folder).join("orders/sort-orders.yaml");
        std::fs::write(there, "scenario: sort-orders\n").expect("written");
        // One is called so elsewhere in the suite, of another only a file is.
        let ids = ["look-at-orders".to_owned()].into();
        let all = ["look-at-orders", "sort-orders", "fill-orders"].map(written).to_vec();
        let kept = under_free_names((root.path(), folder), ids, all);
        let names: Vec<&str> = kept.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["look-at-orders-2", "sort-orders-2", "fill-orders"]);
    }
}

//! `nightshift record`: watches a person use a browser and writes the scenario.

use std::io::Write as _;
use std::path::PathBuf;

use url::Url;

use super::arguments::{Common, RecordOptions};
use super::exit::{Exit, mistake};
use super::moment::Moment;
use super::person::{self, Enough};
use super::try_target::{below, config_or_default, destination, url_of};
use super::{goto, night, terminal, waiting};
use crate::model::suite::Config;
use crate::night::{self as nights, Visit};
use crate::spec::{self, Draft, DraftStep, SpecError};
use crate::surface::browser::{Onlooker, Recorder, Window};
use crate::surface::recording::{Heard, Recording};

/// What is written where.
struct Paper {
    name: String,
    file: PathBuf,
    product: Option<String>,
    /// Where it was recorded, where that says something.
    origin: Option<String>,
}

/// What was recorded.
struct Take {
    draft: Draft,
    deeds: usize,
    secrets: Vec<String>,
    /// What the page could not reach, in words.
    denied: Vec<String>,
}

pub fn run(common: &Common, options: &RecordOptions) -> anyhow::Result<Exit> {
    let window = person::window(
        options.headless,
        "--headless for a browser that is used by its developer tools",
    )?;
    let overrides = options.staging.changes.overrides();
    let runtime = waiting::runtime()?;
    let (paper, taken) = if let Some(url) = &options.url {
        let url = url_of(url)?;
        let config = config_or_default(common, &overrides)?;
        let mut paper = paper(common, options, config.is_some())?;
        paper.origin = Some(url.origin().ascii_serialization());
        let taken = runtime.block_on(watch(&url, config.as_ref(), window, &paper))?;
        (paper, taken)
    } else {
        let suite = night::suite(common, &overrides)?;
        let path = options.at.clone().unwrap_or_default();
        let mut paper = paper(common, options, true)?;
        if suite.config.products.len() > 1 {
            paper.product.clone_from(&options.product);
        }
        let moment = Moment::of_product(suite, options.product.as_deref())?;
        let asked = person::options(&moment.suite, &options.staging, Window::Hidden)?;
        let mut taken = None;
        let replayed = runtime.block_on(async {
            let stop = person::interruptible();
            let pause = Box::new(|here: nights::Moment| {
                taken = Some(person::wait(async {
                    let url = below(here.base_url.as_deref(), &path)?;
                    watch(&url, Some(&moment.suite.config), window, &paper).await
                }));
            });
            let progress = person::teller(common);
            Box::pin(nights::replay(&moment.suite, &asked, None, &stop, progress, pause)).await
        })?;
        match (goto::conclude(&replayed, false), taken) {
            (_, Some(taken)) => (paper, taken?),
            (ended, None) => return Ok(ended),
        }
    };
    match taken {
        Ok(taken) => write(&paper, &taken),
        Err(problem) => {
            terminal::say(problem);
            Ok(Exit::Preflight)
        }
    }
}

/// Name and file, which must both be free.
fn paper(common: &Common, options: &RecordOptions, in_suite: bool) -> anyhow::Result<Paper> {
    let stem = options.out.as_ref().and_then(|it| Some(it.file_stem()?.to_str()?.to_owned()));
    let name = options.scenario.clone().or(stem).unwrap_or_else(|| "recorded".to_owned());
    let probe = format!("scenario: {name}\nsteps: [back]\n");
    spec::read_scenario("--scenario", &probe).map_err(SpecError::Complaints)?;
    let file = match &options.out {
        Some(file) => file.clone(),
        None if in_suite => night::root(common)?.join(format!("scenarios/{name}.yaml")),
        None => PathBuf::from(format!("{name}.yaml")),
    };
    if file.exists() {
        return mistake(format!(
            "{} is there already and is never overwritten; name another file with --out, or another \
             scenario with --scenario",
            file.display()
        ));
    }
    if in_suite {
        let suite = night::suite(common, &options.staging.changes.overrides())?;
        if let Some(same) = suite.scenarios.iter().find(|it| it.id == name) {
            return mistake(format!(
                "the suite has a scenario {name} already, in {}; name this one with --scenario",
                same.file
            ));
        }
    }
    Ok(Paper { name, file, product: None, origin: None })
}

/// Opens a page and watches until the person has had enough; the inner error is a page that cannot
/// be had.
async fn watch(
    url: &Url,
    config: Option<&Config>,
    window: Window,
    paper: &Paper,
) -> anyhow::Result<Result<Take, String>> {
    let browser = config.map(|it| it.browser.clone()).unwrap_or_default();
    let to = nights::Destination {
        // A person clicks away what is in the way, and that is a step.
        dismiss: Vec::new(),
        ..destination(url, config, &browser, window)
    };
    let mut visit = match Visit::start(&to).await {
        Ok(visit) => visit,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut recorder = match visit.listen().await {
        Ok(recorder) => recorder,
        Err(error) => {
            visit.stop().await;
            return Ok(Err(error.to_string()));
        }
    };
    let opened = match visit.open().await {
        Ok(None) => None,
        Ok(Some(problem)) => Some(format!("{url} cannot be opened: {problem}")),
        Err(error) => Some(error.to_string()),
    };
    if let Some(problem) = opened {
        visit.stop().await;
        return Ok(Err(problem));
    }
    let onlooker = visit.onlooker();
    if window == Window::Hidden {
        person::tell_tools(Some(visit.tools()), &onlooker);
    }
    terminal::say("recording; use the browser, then press Enter here (or close the window)");
    let mut recording = Recording::new(url);
    let (how, told) = hear(&mut recorder, &mut recording, &onlooker).await;
    let mut scene = None;
    if how != Enough::Closed {
        visit.rest().await;
        scene = onlooker.scene().await.ok();
    }
    for heard in recorder.rest() {
        recording.hear(heard);
    }
    tell(&recording, told, Last::Stands);
    let denied = visit.denied().await;
    visit.stop().await;
    let (deeds, secrets) = (recording.deeds(), recording.secrets());
    let draft = draft(paper, &secrets, recording.finish(scene));
    Ok(Ok(Take { draft, deeds, secrets, denied }))
}

/// Hears what the person does and tells the steps, until enough is heard; answers with what ended
/// it and with how many steps were told.
async fn hear(
    recorder: &mut Recorder,
    recording: &mut Recording,
    onlooker: &Onlooker,
) -> (Enough, usize) {
    let mut told = 0;
    let enough = person::enough(Some(onlooker));
    tokio::pin!(enough);
    loop {
        tokio::select! {
            biased;
            heard = recorder.next() => {
                if heard == Heard::Gone {
                    return (Enough::Closed, told);
                }
                recording.hear(heard);
                told = tell(recording, told, Last::MayChange);
            }
            how = &mut enough => return (how, told),
        }
    }
}

/// Whether the last step is told too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Typing may go on.
    MayChange,
    /// Nothing more comes.
    Stands,
}

/// Says the steps beyond those that were told, and answers with how many were told by now.
fn tell(recording: &Recording, told: usize, last: Last) -> usize {
    let steps = recording.words();
    let sure = match last {
        Last::MayChange => steps.len().saturating_sub(1),
        Last::Stands => steps.len(),
    };
    for step in steps.take(sure).skip(told) {
        terminal::say(format_args!("  {step}"));
    }
    told.max(sure)
}

fn draft(
    paper: &Paper,
    secrets: &[String],
    steps: Vec<crate::surface::recording::Recorded>,
) -> Draft {
    let mut notes: Vec<String> =
        paper.origin.iter().map(|it| format!("Recorded at {it}.")).collect();
    if !secrets.is_empty() {
        notes.push(format!(
            "Passwords are not recorded: set {} in the environment, or in the file of `secrets:`.",
            secrets.join(", ")
        ));
    }
    Draft {
        name: paper.name.clone(),
        about: None,
        product: paper.product.clone(),
        notes,
        steps: steps
            .into_iter()
            .map(|it| DraftStep { note: it.note, action: it.action, product: None })
            .collect(),
        ..Draft::default()
    }
}

/// Writes the file, once it is sure that it can be read.
fn write(paper: &Paper, taken: &Take) -> anyhow::Result<Exit> {
    if !taken.denied.is_empty() {
        for denied in &taken.denied {
            terminal::say(denied);
        }
    }
    if taken.deeds == 0 {
        terminal::say("nothing was done, so nothing is written");
        return Ok(Exit::Failed);
    }
    let text = spec::write_scenario(&taken.draft)
        .map_err(|action| anyhow::anyhow!("no written form of: {}", action.describe()))?;
    if let Err(complaints) = spec::read_scenario(&paper.file.display().to_string(), &text) {
        // What somebody did for minutes is not thrown away.
        terminal::answer(&text);
        return Err(anyhow::anyhow!(SpecError::Complaints(complaints))
            .context("the recording is not valid"));
    }
    if let Err(error) = create(paper, &text) {
        terminal::answer(&text);
        return mistake(format!(
            "cannot write {}: {error}; it is printed instead",
            paper.file.display()
        ));
    }
    terminal::answer(format_args!("wrote {}", paper.file.display()));
    for secret in &taken.secrets {
        terminal::say(format_args!(
            "needs the secret {secret}: nothing that was typed there is written"
        ));
    }
    terminal::say(format_args!("run it with `nightshift run {}`", paper.name));
    Ok(Exit::Passed)
}

fn create(paper: &Paper, text: &str) -> std::io::Result<()> {
    if let Some(folder) = paper.file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create_new(&paper.file)?.write_all(text.as_bytes())
}

//! `nightshift try`: what a target matches, how it is, and what to call it; or all that can be named.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::{Value, json};
use url::Url;

use super::arguments::{Common, Format, TryOptions};
use super::exit::{Exit, mistake};
use super::moment::Moment;
use super::{goto, night, person, terminal, waiting};
use crate::model::Target;
use crate::model::suite::{BrowserConfig, Config};
use crate::night::{self as nights, Destination, Visit};
use crate::spec::{self, SpecError};
use crate::surface::SurfaceError;
use crate::surface::browser::walker::{Nameable, Probe, Probed};
use crate::surface::browser::{Onlooker, Window};

/// What is asked of a page.
enum Asked {
    /// What this target means.
    Target(Target),
    /// What can be named, on the whole page or inside of one thing.
    Names(Option<Target>),
}

/// What a page answered.
enum Answer {
    Probe(Target, Probe),
    Names(Option<Target>, Nameable),
}

/// What was seen.
struct Tried {
    place: String,
    answer: Answer,
    picture: Option<Vec<u8>>,
}

pub fn run(common: &Common, options: &TryOptions) -> anyhow::Result<Exit> {
    let asked = asked(options)?;
    let runtime = waiting::runtime()?;
    if let Some(url) = &options.url {
        let url = url_of(url)?;
        let config = config_or_default(common, &options.staging.changes.overrides())?;
        let tried = runtime.block_on(visit(&url, config.as_ref(), &asked, options))?;
        return match tried {
            Ok(tried) => tell(&tried, options),
            Err(problem) => {
                terminal::say(format_args!("{url} cannot be opened: {problem}"));
                Ok(Exit::Preflight)
            }
        };
    }
    let suite = night::suite(common, &options.staging.changes.overrides())?;
    let moment = match (&options.scenario, &options.at) {
        (Some(scenario), _) => Moment::of_scenario(suite, scenario)?,
        (None, _) => Moment::of_product(suite, options.product.as_deref())?,
    };
    let run_options = person::options(&moment.suite, &options.staging, Window::Hidden)?;
    let mut tried: Option<anyhow::Result<Result<Tried, String>>> = None;
    let mut failed = None;
    let replayed = runtime.block_on(async {
        let stop = person::interruptible();
        let pause = Box::new(|here: nights::Moment| {
            failed.clone_from(&here.failed);
            tried = Some(person::wait(async {
                match (&here.onlooker, &options.at) {
                    (Some(onlooker), None) => Ok(Ok(look(onlooker, &asked, options).await?)),
                    (_, Some(path)) => {
                        let url = below(here.base_url.as_deref(), path)?;
                        visit(&url, Some(&moment.suite.config), &asked, options).await
                    }
                    (None, None) => mistake(format!(
                        "{} has no step in a browser, so there is no page to try it on",
                        moment.scenario.id
                    )),
                }
            }));
        });
        let progress = person::teller(common);
        Box::pin(nights::replay(&moment.suite, &run_options, moment.until, &stop, progress, pause))
            .await
    })?;
    if let Some(failed) = &failed {
        terminal::say(format_args!("the moment was not reached: {failed}"));
    }
    let ended = goto::conclude(&replayed, failed.is_some());
    match tried {
        Some(tried) => match tried? {
            Ok(tried) if ended == Exit::Passed => tell(&tried, options),
            Ok(tried) => tell(&tried, options).map(|_| ended),
            Err(problem) => {
                terminal::say(format_args!("the page cannot be opened: {problem}"));
                Ok(Exit::Preflight)
            }
        },
        None => Ok(ended),
    }
}

/// The question of the command line.
fn asked(options: &TryOptions) -> anyhow::Result<Asked> {
    let read = |what: &str, text: &Option<String>| {
        let target = text.as_ref().map(|it| spec::read_target(what, it)).transpose();
        target.map_err(SpecError::Complaints)
    };
    let within = read("--in", &options.within)?;
    let asked = match read("TARGET", &options.target)? {
        None => Asked::Names(within),
        Some(mut target) => {
            target.within = within.map(Box::new);
            target.nth = options.nth;
            Asked::Target(target)
        }
    };
    if let Asked::Target(target) | Asked::Names(Some(target)) = &asked {
        let said = target.to_string();
        if said.contains("${") {
            return mistake(format!("{said} holds a reference; write its value instead"));
        }
    }
    Ok(asked)
}

/// A URL of the command line; `http://` may be left out.
pub fn url_of(text: &str) -> anyhow::Result<Url> {
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    match Url::parse(&full) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        Ok(_) | Err(_) => mistake(format!(
            "\"{text}\" is no URL of a page; write it like http://127.0.0.1:8000/orders"
        )),
    }
}

/// The URL of a path of a product.
pub fn below(base_url: Option<&str>, path: &str) -> anyhow::Result<Url> {
    let Some(base) = base_url else {
        return mistake("this product has no pages: it has neither `serve` nor `base-url`");
    };
    if !path.starts_with('/') {
        return mistake(format!("\"{path}\" is no path; begin it with `/`"));
    }
    Url::parse(base)
        .and_then(|base| base.join(path))
        .with_context(|| format!("cannot join {base} and {path}"))
}

/// The configuration of the suite that we are in, if we are in one.
pub fn config_or_default(
    common: &Common,
    overrides: &spec::Overrides,
) -> anyhow::Result<Option<Config>> {
    match night::suite(common, overrides) {
        Ok(suite) => Ok(Some(suite.config)),
        Err(error)
            if matches!(error.downcast_ref(), Some(SpecError::NoSuite { .. }))
                && common.dir.is_none() =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Where a visit goes: as the suite has it, or as any browser would.
pub fn destination<'a>(
    url: &'a Url,
    config: Option<&Config>,
    browser: &'a BrowserConfig,
    window: Window,
) -> Destination<'a> {
    let products = || config.into_iter().flat_map(|it| it.products.values());
    Destination {
        browser,
        url,
        allow_hosts: products().flat_map(|it| it.allow_hosts.iter().cloned()).collect(),
        dismiss: products().flat_map(|it| it.dismiss.iter().cloned()).collect(),
        work: None,
        window,
    }
}

/// Opens a page and looks; the inner error is a page that cannot be had.
async fn visit(
    url: &Url,
    config: Option<&Config>,
    asked: &Asked,
    options: &TryOptions,
) -> anyhow::Result<Result<Tried, String>> {
    let browser = config.map(|it| it.browser.clone()).unwrap_or_default();
    let mut visit = match Visit::start(&destination(url, config, &browser, Window::Hidden)).await {
        Ok(visit) => visit,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let opened = visit.open().await;
    let tried = match opened {
        Ok(None) => look(&visit.onlooker(), asked, options).await.map(Ok),
        Ok(Some(problem)) => Ok(Err(problem)),
        Err(error) => Ok(Err(error.to_string())),
    };
    visit.stop().await;
    tried
}

async fn look(onlooker: &Onlooker, asked: &Asked, options: &TryOptions) -> anyhow::Result<Tried> {
    let (answer, boxes) = match asked {
        Asked::Target(target) => {
            let probe = seen(target, onlooker.probe(target).await)?;
            let boxes = probe.matches.iter().filter_map(|it| it.rect).collect();
            (Answer::Probe(target.clone(), probe), boxes)
        }
        Asked::Names(within) => {
            let names = onlooker.nameable(within.as_ref()).await;
            let names = match within {
                Some(within) => seen(within, names)?,
                None => names.context("the page does not say what is on it")?,
            };
            (Answer::Names(within.clone(), names), Vec::new())
        }
    };
    let picture = if options.screenshot.is_some() {
        Some(onlooker.picture(&boxes).await.context("no picture could be taken")?)
    } else {
        None
    };
    Ok(Tried { place: onlooker.place().await, answer, picture })
}

fn seen<T>(target: &Target, answer: Result<T, SurfaceError>) -> anyhow::Result<T> {
    answer.or_else(|error| mistake(format!("{target} cannot be looked for: {error}")))
}

fn tell(tried: &Tried, options: &TryOptions) -> anyhow::Result<Exit> {
    let (text, json, good) = match &tried.answer {
        Answer::Probe(target, probe) => {
            let json = as_json(target, &tried.place, probe);
            (words(target, &tried.place, probe), json, is_taken(probe))
        }
        Answer::Names(within, names) => {
            let json = names_as_json(&tried.place, names);
            (names_in_words(within.as_ref(), &tried.place, names), json, names.total > 0)
        }
    };
    match options.format {
        Format::Text => terminal::answer(text.trim_end()),
        Format::Json => terminal::answer(format_args!("{json:#}")),
    }
    if let (Some(file), Some(picture)) = (&options.screenshot, &tried.picture) {
        std::fs::write(file, picture)
            .or_else(|error| mistake(format!("cannot write {}: {error}", file.display())))?;
        terminal::say(format_args!("picture: {}", file.display()));
    }
    Ok(if good { Exit::Passed } else { Exit::Failed })
}

/// Each thing by the target that means it, ready to be pasted.
fn names_in_words(within: Option<&Target>, place: &str, names: &Nameable) -> String {
    let mut text = String::new();
    if let (Some(within), true) = (within, names.missing_within) {
        let _ = writeln!(text, "there is no {within} to look in at {place}");
        return text;
    }
    let inside = within.map(|it| format!(" in {it}")).unwrap_or_default();
    let count = super::check::counted(names.total as usize, "thing");
    let _ = writeln!(text, "{count} that a step can name{inside} at {place}\n");
    for thing in &names.things {
        let best = thing.best.as_ref().map_or_else(
            || format!("# {}: nothing names it and only it; a `data-testid` would", thing.said),
            spec::written,
        );
        let _ = writeln!(text, "{best}");
    }
    if names.total as usize > names.things.len() {
        let more = names.total as usize - names.things.len();
        let _ = writeln!(text, "\n… and {more} more: say by `--in` where to look");
    }
    text
}

fn names_as_json(place: &str, names: &Nameable) -> Value {
    let things: Vec<Value> = names
        .things
        .iter()
        .map(|it| json!({ "said": it.said, "target": it.best.as_ref().map(spec::written) }))
        .collect();
    json!({ "where": place, "total": names.total, "missing_within": names.missing_within,
        "things": things })
}

/// Whether a step would take it: the only match, or the only visible one.
fn is_taken(probe: &Probe) -> bool {
    probe.matches.len() == 1 || probe.matches.iter().filter(|it| it.visible).count() == 1
}

fn words(target: &Target, place: &str, probe: &Probe) -> String {
    let Probe { total, matches, missing_within, nearest } = probe;
    let mut text = String::new();
    let count = super::check::counted(
        matches.len().max(if target.nth.is_some() { 0 } else { *total as usize }),
        "match",
    );
    let count = count.replace("matchs", "matches");
    let _ = writeln!(text, "{count} for {target} at {place}");
    for (at, it) in matches.iter().enumerate() {
        let _ = writeln!(text, "\n{}. {}", at + 1, named(&it.role, &it.name));
        if !it.text.is_empty() && it.text != it.name {
            let _ = writeln!(text, "   text    {}", it.text);
        }
        let _ = writeln!(text, "   place   {}", it.place.join(" > "));
        let _ = writeln!(text, "   state   {}", state(it));
        let best = it.best.as_ref().map_or_else(
            || "nothing names it and only it; a `data-testid` would".to_owned(),
            spec::written,
        );
        let _ = writeln!(text, "   target  {best}");
    }
    if *total as usize > matches.len() && target.nth.is_none() {
        let _ = writeln!(text, "\n… and {} more", *total as usize - matches.len());
    }
    if matches.is_empty() {
        if let (Some(nth), true) = (target.nth, *total > 0) {
            let _ = writeln!(text, "there is no number {nth}, only {total} of them");
        }
        if let (Some(within), true) = (&target.within, *missing_within) {
            let _ = writeln!(text, "there is no {within} to look in");
        }
        for near in nearest {
            let hidden = if near.hidden { " (hidden)" } else { "" };
            let best = near.best.as_ref().map(|it| format!("  {}", spec::written(it)));
            let _ = writeln!(text, "  nearest: {}{hidden}{}", near.said, best.unwrap_or_default());
        }
    } else if matches.len() > 1 {
        let _ = writeln!(
            text,
            "\n{}",
            if is_taken(probe) {
                "a step takes the only one that is visible"
            } else {
                "a step would ask which: say it by `in:` or `nth:`, as the targets above do"
            }
        );
    }
    text
}

fn named(role: &str, name: &str) -> String {
    if name.is_empty() { role.to_owned() } else { format!("{role} \"{name}\"") }
}

fn state(it: &Probed) -> String {
    let mut words = vec![if it.visible { "visible" } else { "hidden" }.to_owned()];
    words.push(if it.enabled { "enabled" } else { "disabled" }.to_owned());
    if it.editable {
        words.push("takes text".to_owned());
    }
    if it.visible && !it.reachable {
        words.push("cannot be brought into view".to_owned());
    }
    if let Some(cover) = &it.covered_by {
        words.push(format!("covered by {cover}"));
    }
    if it.framed {
        words.push("in a frame".to_owned());
    }
    words.join(", ")
}

fn as_json(target: &Target, place: &str, probe: &Probe) -> Value {
    let best = |target: &Option<Target>| target.as_ref().map(spec::written);
    let matches: Vec<Value> = probe
        .matches
        .iter()
        .map(|it| {
            json!({
                "role": it.role, "name": it.name, "tag": it.tag, "place": it.place, "text": it.text,
                "visible": it.visible, "enabled": it.enabled, "editable": it.editable,
                "reachable": it.reachable, "covered_by": it.covered_by, "framed": it.framed,
                "target": best(&it.best), "rect": it.rect,
            })
        })
        .collect();
    let nearest: Vec<Value> = probe
        .nearest
        .iter()
        .map(|it| json!({ "said": it.said, "hidden": it.hidden, "target": best(&it.best) }))
        .collect();
    json!({
        "target": spec::written(target), "where": place, "total": probe.total,
        "taken": is_taken(probe), "missing_within": probe.missing_within,
        "matches": matches, "nearest": nearest,
    })
}

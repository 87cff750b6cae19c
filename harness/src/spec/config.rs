//! Reading `nightshift.yaml` into a [`Config`], with every default filled in.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::discover::named;
use super::grammar;
use super::node::Node;
use super::page::timezone;
use super::reader::{Reader, one_or_many};
use crate::model::against::{ControlConfig, ControlOf};
use crate::model::bounds::Bounds;
use crate::model::page_settings::PageSettings;
use crate::model::reruns::Reruns;
use crate::model::sandbox::Sandbox;
use crate::model::suite::{
    BaselineConfig, BrowserConfig, Config, ExploreConfig, Left, LimitFrom, NightConfig,
    SessionConfig, Suppression,
};

/// The default deadline of an action or check.
const ACTION_TIMEOUT_MS: u64 = 10_000;
/// The longest that an attempt takes unless something is said.
const ATTEMPT_TIMEOUT_MS: u64 = 5 * 60_000;
/// The patience that can be asked for, in percent.
const MOST_PATIENCE: std::ops::RangeInclusive<f64> = 100.0..=1000.0;

/// Reads the configuration of the suite in `root`.
pub(crate) fn read(reader: &mut Reader, node: &Node, root: &Path) -> Option<Config> {
    let fields = reader.object(node, &grammar::CONFIG)?;
    let products =
        fields.get("products").map(|it| super::product::read(reader, it)).unwrap_or_default();
    let names: Vec<&str> = products.keys().map(String::as_str).collect();
    let sessions = fields.get("sessions").map(|it| reader.sessions(it, &names));
    let sessions = sessions.unwrap_or_default();
    let browser = browser(reader, fields.get("browser"), root);
    let night = night(reader, fields.get("night"), root);
    let gate = super::gate::read(reader, fields.get("gate"));
    let redact = fields.get("redact").map(|it| reader.redactions(it)).unwrap_or_default();
    let mask = fields.get("mask").map(|it| reader.targets(it)).unwrap_or_default();
    let facets = fields.get("facets").and_then(|it| reader.default_facets(it));
    let profiles = fields.get("profiles").map(|it| reader.profiles(it)).unwrap_or_default();
    let vars = fields.get("vars").map(|it| vars(reader, it)).unwrap_or_default();
    let pass_env =
        fields.get("pass-env").map(|it| reader.texts(it, "\"pass-env\"")).unwrap_or_default();
    let secrets_file = fields.get("secrets").and_then(|it| secrets(reader, it, root));
    let suppressions =
        fields.get("suppress").map(|it| suppressions(reader, it)).unwrap_or_default();
    let stages = fields
        .get("stages")
        .map_or_else(crate::model::Stages::usual, |it| super::stages::read(reader, it));
    let baselines = baselines(reader, fields.get("baselines"));
    let policy = fields.get("policy").and_then(|it| reader.bounds(it, Bounds::SUITE));
    let agent = fields.get("agent").and_then(|it| super::agent::read(reader, it));
    let sandbox = fields.get("sandbox").and_then(|it| sandbox(reader, it)).unwrap_or_default();
    if let (Some(_), None, Some(node)) = (night.agent_ms, &agent, fields.get("night")) {
        let help = "name one: `agent: { api: openai-chat, url: …, model: … }`";
        reader.advise(node.pos, "\"agent\" of the night needs a language model", help);
    }
    let explore = explore(reader, fields.get("explore"), &sessions);
    let notify = super::notify::read(reader, fields.get("notify"));
    let file = super::filing::read(reader, fields.get("file"));
    let publish = super::publish::read(reader, fields.get("report"));
    Some(Config {
        products,
        sessions,
        browser,
        night,
        gate,
        redact,
        mask,
        facets,
        profiles,
        vars,
        pass_env,
        secrets_file,
        suppressions,
        stages,
        baselines,
        explore,
        policy,
        agent,
        sandbox,
        notify,
        file,
        publish,
    })
}

fn sandbox(reader: &mut Reader, node: &Node) -> Option<Sandbox> {
    let word = reader.choice(node, "sandbox", grammar::sandboxes())?;
    Sandbox::ALL.into_iter().find(|it| it.word() == word)
}

fn explore(
    reader: &mut Reader,
    node: Option<&Node>,
    sessions: &IndexMap<String, SessionConfig>,
) -> ExploreConfig {
    let fields = node.and_then(|it| reader.object(it, &grammar::EXPLORE));
    let Some(fields) = fields else { return ExploreConfig::default() };
    let mut texts = |key: &str, called: &str| {
        fields.get(key).map(|it| reader.texts(it, called)).unwrap_or_default()
    };
    let (never, cli) = (texts("never", "\"never\""), texts("cli", "\"cli\""));
    let actor = fields.get("as").and_then(|it| reader.words(it, "\"as\""));
    let actor = actor.map(str::to_owned);
    if let (Some(name), Some(node)) = (&actor, fields.get("as"))
        && !sessions.contains_key(name)
    {
        let message = format!("there is no session of {name}");
        reader.advise(node.pos, message, "name one of those that `sessions` has");
    }
    ExploreConfig { never, cli, actor }
}

fn baselines(reader: &mut Reader, node: Option<&Node>) -> BaselineConfig {
    let mut baselines = BaselineConfig::default();
    let fields = node.and_then(|it| reader.object(it, &grammar::BASELINES));
    let Some(budget) = fields.as_ref().and_then(|it| it.get("budget")) else { return baselines };
    let Some(text) = reader.words(budget, "\"budget\"") else { return baselines };
    match bytes(text) {
        Some(bytes) => {
            (baselines.budget, baselines.budget_from) = (bytes, LimitFrom::Author);
        }
        None => reader.advise(
            budget.pos,
            format!("\"{text}\" is no amount of room"),
            "write a number with its unit: `500KB`, `50MB` or `1GB`",
        ),
    }
    baselines
}

/// An amount of room such as `50MB`, in bytes.
fn bytes(text: &str) -> Option<u64> {
    const UNITS: [(&str, u32); 3] = [("KB", 3), ("MB", 6), ("GB", 9)];
    let (number, power) =
        UNITS.into_iter().find_map(|(unit, power)| Some((text.strip_suffix(unit)?, power)))?;
    let number: u64 = number.trim().parse().ok().filter(|it| *it > 0)?;
    number.checked_mul(10_u64.pow(power))
}

fn browser(reader: &mut Reader, node: Option<&Node>, root: &Path) -> BrowserConfig {
    let mut browser = BrowserConfig {
        page: PageSettings::default(),
        program: None,
        driver: None,
        grid: None,
        timeout_ms: ACTION_TIMEOUT_MS,
        timeout_from: LimitFrom::Default,
        axe: None,
    };
    let Some(fields) = node.and_then(|it| reader.object(it, &grammar::BROWSER)) else {
        return browser;
    };
    browser.page = reader.settings_of(&fields);
    browser.program =
        fields.get("program").and_then(|it| reader.words(it, "\"program\"")).map(str::to_owned);
    browser.driver =
        fields.get("driver").and_then(|it| reader.words(it, "\"driver\"")).map(str::to_owned);
    browser.grid = fields.get("grid").and_then(|it| super::grid::read(reader, it));
    if let Some(timeout) = fields.get("timeout").and_then(|it| reader.duration(it, "\"timeout\"")) {
        (browser.timeout_ms, browser.timeout_from) = (timeout, LimitFrom::Author);
    }
    browser.axe = fields.get("axe").and_then(|it| axe(reader, it, root));
    browser
}

/// The user's own copy of axe-core.
fn axe(reader: &mut Reader, node: &Node, root: &Path) -> Option<PathBuf> {
    let text = reader.words(node, "\"axe\"")?;
    let path = root.join(text);
    if !path.is_file() {
        let message = format!("there is no file {text} in the suite for `axe`");
        let help = "put axe-core there, as `npm pack axe-core` has it (package/axe.min.js)";
        reader.advise(node.pos, message, help);
        return None;
    }
    Some(path)
}

fn night(reader: &mut Reader, node: Option<&Node>, root: &Path) -> NightConfig {
    let mut night = NightConfig {
        schedule: None,
        timezone: "UTC".to_owned(),
        until: None,
        jobs: None,
        workers: None,
        retries: None,
        reruns: Reruns::default(),
        timeout_ms: ATTEMPT_TIMEOUT_MS,
        timeout_from: LimitFrom::Default,
        patience: None,
        history: None,
        measure: 5,
        control: ControlConfig::default(),
        explore_ms: None,
        soak_ms: None,
        agent_ms: None,
        left: Left::usual(),
        ping: None,
    };
    let Some(fields) = node.and_then(|it| reader.object(it, &grammar::NIGHT)) else { return night };
    night.schedule = fields.get("schedule").and_then(|it| schedule(reader, it));
    if let Some(timezone) = fields.get("timezone").and_then(|it| timezone(reader, it)) {
        night.timezone = timezone;
    }
    night.until = fields.get("until").and_then(|it| time_of_day(reader, it));
    night.jobs = fields.get("jobs").and_then(|it| jobs(reader, it));
    night.workers = fields.get("workers").and_then(|it| super::workers::read(reader, it, root));
    night.retries = fields.get("retries").and_then(|it| reader.integer(it, "\"retries\""));
    if let Some(node) = fields.get("reruns") {
        night.reruns = reruns(reader, node);
    }
    if let Some(timeout) = fields.get("timeout").and_then(|it| reader.duration(it, "\"timeout\"")) {
        (night.timeout_ms, night.timeout_from) = (timeout, LimitFrom::Author);
    }
    night.history =
        fields.get("history").and_then(|it| reader.words(it, "\"history\"")).map(PathBuf::from);
    if let Some(measure) = fields.get("measure").and_then(|node| measure(reader, node)) {
        night.measure = measure;
    }
    if let Some(node) = fields.get("control") {
        night.control = control(reader, node);
    }
    night.explore_ms = fields.get("explore").and_then(|it| reader.duration(it, "\"explore\""));
    night.soak_ms = fields.get("soak").and_then(|it| reader.duration(it, "\"soak\""));
    night.agent_ms = fields.get("agent").and_then(|it| reader.duration(it, "\"agent\""));
    if let Some(node) = fields.get("loop") {
        let words = || Left::ALL.map(Left::word);
        let parts = reader.list(node, "\"loop\"").iter();
        let one = |it| Left::from_word(reader.choice(it, "part of the loop", words())?);
        night.left = parts.filter_map(one).collect();
    }
    night.ping = fields.get("ping").and_then(|it| super::notify::secret(reader, it, "\"ping\""));
    night.patience = fields.get("patience").and_then(|it| patience(reader, it));
    night
}

/// When nights start, as cron writes it.
fn schedule(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.words(node, "\"schedule\"")?;
    if let Err(reason) = super::Schedule::parse(text) {
        reader.complain(
            node.pos,
            format!("\"{text}\" is no cron schedule: {reason}"),
            Some("write minute, hour, day, month and weekday, like `0 1 * * *`".to_owned()),
        );
        return None;
    }
    Some(text.to_owned())
}

/// A time such as `"07:00"`.
fn time_of_day(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.words(node, "\"until\"")?;
    let fits = text.len() == 5 && chrono::NaiveTime::parse_from_str(text, "%H:%M").is_ok();
    if !fits {
        reader.advise(
            node.pos,
            format!("\"{text}\" is no time of day"),
            "write it like `\"07:00\"`",
        );
    }
    fits.then(|| text.to_owned())
}

/// How many workers; `None` is one a core.
fn jobs(reader: &mut Reader, node: &Node) -> Option<u32> {
    if reader.words(node, "\"jobs\"")? == "auto" {
        return None;
    }
    let jobs = reader.integer::<u32>(node, "\"jobs\"")?;
    if jobs == 0 {
        reader.advise(node.pos, "a night needs a worker", "write 1 or more, or `auto`");
    }
    Some(jobs)
}

/// By how much limits are stretched, in percent; `None` is measured.
fn patience(reader: &mut Reader, node: &Node) -> Option<u32> {
    let text = reader.words(node, "\"patience\"")?;
    if text == "auto" {
        return None;
    }
    let percent = text.strip_suffix('%').and_then(|it| it.trim().parse::<f64>().ok());
    let fits = percent.filter(|it| MOST_PATIENCE.contains(it));
    if fits.is_none() {
        reader.advise(
            node.pos,
            format!("\"{text}\" is no patience"),
            "write `auto`, or from `100%` to `1000%`",
        );
    }
    fits.map(|it| it.round() as u32)
}

/// The build before: `against` alone, or with all that is said of it.
fn control(reader: &mut Reader, node: &Node) -> ControlConfig {
    let mut control = ControlConfig::default();
    if node.is_scalar() {
        control.against.extend(reader.words(node, "\"control\"").map(str::to_owned));
        return control;
    }
    let Some(fields) = reader.object(node, &grammar::CONTROL) else { return control };
    let mut texts = |key: &str| -> Vec<String> {
        let nodes = fields.get(key).map_or(&[][..], one_or_many);
        let what = format!("\"{key}\"");
        nodes.iter().filter_map(|it| reader.words(it, &what)).map(str::to_owned).collect()
    };
    control.against = texts("against");
    control.urls = texts("url");
    if let Some(node) = fields.get("of") {
        let word = reader.choice(node, "\"of\"", ControlOf::ALL.map(ControlOf::word));
        let known = ControlOf::ALL.into_iter().find(|it| Some(it.word()) == word);
        control.of = known.unwrap_or_default();
    }
    control
}

/// How sure reruns must be; what is not said is as usual.
fn reruns(reader: &mut Reader, node: &Node) -> Reruns {
    let mut reruns = Reruns::default();
    let Some(fields) = reader.object(node, &grammar::RERUNS) else { return reruns };
    let mut share = |key: &str, slot: &mut f64| {
        let Some(node) = fields.get(key) else { return };
        let Some(percent) = reader.percent(node, &format!("\"{key}\"")) else { return };
        if !(0.01..=25.0).contains(&percent) {
            let message = format!("no test can be as sure, or unsure, as {percent}%");
            reader.advise(node.pos, message, "write from `0.01%` to `25%`");
        }
        *slot = percent / 100.0;
    };
    share("false-break", &mut reruns.false_break);
    share("false-flake", &mut reruns.false_flake);
    if let Some(node) = fields.get("at-most")
        && let Some(times) = reader.integer(node, "\"at-most\"")
    {
        if !(1..=50).contains(&times) {
            reader.advise(
                node.pos,
                format!("{times} reruns tell nothing, or take too long"),
                "write from 1 to 50",
            );
        }
        reruns.at_most = times;
    }
    reruns
}

/// How often a scenario is measured again: never, or often enough to tell something.
fn measure(reader: &mut Reader, node: &Node) -> Option<u32> {
    let times = reader.integer::<u32>(node, "\"measure\"")?;
    let fits = times == 0 || (4..=20).contains(&times);
    if !fits {
        reader.advise(
            node.pos,
            format!("measuring {times} times again tells nothing, or takes too long"),
            "write from 4 to 20, or 0 to claim no slowdown",
        );
    }
    fits.then_some(times)
}

fn vars(reader: &mut Reader, node: &Node) -> IndexMap<String, String> {
    let mut vars = IndexMap::new();
    for entry in reader.map(node, "\"vars\"").unwrap_or_default() {
        let named = reader.variable_name(&entry.key, entry.pos);
        if let Some(value) = reader.raw(&entry.value, &format!("\"{}\"", entry.key))
            && named
        {
            vars.insert(entry.key.clone(), value.to_owned());
        }
    }
    vars
}

fn secrets(reader: &mut Reader, node: &Node, root: &Path) -> Option<PathBuf> {
    let fields = reader.object(node, &grammar::SECRETS)?;
    let node = fields.get("file")?;
    let text = reader.words(node, "\"file\"")?;
    let path = named(text, root);
    if path.starts_with(root) {
        reader.advise(
            node.pos,
            format!("the secrets file \"{text}\" lies inside of the suite"),
            "keep it outside, where it cannot be committed: `~/.config/nightshift/secrets`",
        );
        return None;
    }
    Some(path)
}

fn suppressions(reader: &mut Reader, node: &Node) -> Vec<Suppression> {
    let mut suppressions = Vec::new();
    for item in reader.list(node, "\"suppress\"") {
        let Some(fields) = reader.object(item, &grammar::SUPPRESSION) else { continue };
        let mut text = |key: &str| {
            fields
                .get(key)
                .and_then(|it| reader.words(it, &format!("\"{key}\"")))
                .map(str::to_owned)
        };
        let (fingerprint, reason, owner) = (text("fingerprint"), text("reason"), text("owner"));
        let place = text("where");
        let expires = fields.get("expires").and_then(|it| reader.date(it, "\"expires\""));
        let changes =
            fields.get("changes").map(|it| reader.texts(it, "\"changes\"")).unwrap_or_default();
        let pattern = fields.get("pattern").map(|it| reader.regex(it, "\"pattern\""));
        let names_some = fingerprint.is_some() || place.is_some() || !changes.is_empty();
        if !names_some && pattern.is_none() {
            reader.advise(
                item.pos,
                "a suppression names nothing that it is about",
                "add `fingerprint` and `changes` as `nightshift review --suppress` writes them, or `where: /orders`, or `pattern: 'took \\d+ ms'`",
            );
            continue;
        }
        // A pattern that is none must not widen what the other keys name.
        let Some(pattern) = pattern.map_or(Some(None), |it| it.map(Some)) else { continue };
        if let (Some(reason), Some(owner), Some(expires)) = (reason, owner, expires) {
            suppressions.push(Suppression {
                fingerprint,
                changes,
                place,
                pattern,
                reason,
                owner,
                expires,
            });
        }
    }
    suppressions
}

impl Reader {
    /// A list of texts.
    pub(crate) fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        let items = self.list(node, what);
        items.iter().filter_map(|it| Some(self.words(it, what)?.to_owned())).collect()
    }
}

//! Finding the secrets that tonight's scenarios need, before anything starts.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use regex::Regex;

use super::preflight::uses_browser;
use super::{NightError, RunOptions};
use crate::attempt::totp;
use crate::ledger::{Secrets, spoken};
use crate::model::suite::Config;
use crate::model::{Plan, Suite, Template};

/// The secrets of a night: those that the plan and its products refer to, and every other that the suite
/// knows and has a value, so that nothing that is written shows it.
///
/// # Errors
/// Some of the first are nowhere to be found, one is too short, or the file cannot be read.
pub(super) fn load(
    suite: &Suite,
    plan: &Plan,
    options: &RunOptions,
) -> Result<Secrets, NightError> {
    // No night needs its model, so a key that is missing stops none.
    let names = (referred_to(suite, plan), known_to(suite));
    let values = values(&suite.config, names, &options.environment)?;
    one_time_codes(suite, plan, &values)?;
    let secrets = Secrets::new(values)?;
    spoken::keep_out(&secrets);
    Ok(secrets)
}

/// The secrets of a session in which somebody from outside uses a product: those that the product
/// needs, those that the guest may use, and every other that the suite knows and has a value, so that
/// no page shows it.
///
/// # Errors
/// Some of the first two are nowhere to be found, or one is too short.
pub(super) fn of_a_guest(
    suite: &Suite,
    plan: &Plan,
    options: &RunOptions,
) -> Result<Secrets, NightError> {
    let mut names = referred_to(suite, plan);
    names.extend(suite.config.policy.iter().filter_map(|it| it.secrets.clone()).flatten());
    let others = known_to(suite);
    let values = values(&suite.config, (names, others), &options.environment)?;
    one_time_codes(suite, plan, &values)?;
    let secrets = Secrets::new(values)?;
    spoken::keep_out(&secrets);
    Ok(secrets)
}

/// Every secret that the suite knows and has a value, for who reads of it and uses no product: none
/// of them must be there.
///
/// # Errors
/// One is too short, or the secrets file cannot be read.
pub fn all_secrets(
    suite: &Suite,
    environment: &IndexMap<String, String>,
) -> Result<Secrets, NightError> {
    with_all(suite, BTreeSet::new(), environment)
}

/// What a model must not be told by whom asks it outside of an attempt: every secret that the suite
/// knows and has a value; without a value of its key nothing can be asked.
///
/// # Errors
/// The key is nowhere to be found, or one is too short.
pub(super) fn of_a_model(
    suite: &Suite,
    environment: &IndexMap<String, String>,
) -> Result<Secrets, NightError> {
    let key = suite.config.agent.iter().filter_map(|it| it.key.clone()).collect();
    with_all(suite, key, environment)
}

/// These secrets, and every other one that the suite knows and has a value.
fn with_all(
    suite: &Suite,
    names: BTreeSet<String>,
    environment: &IndexMap<String, String>,
) -> Result<Secrets, NightError> {
    let secrets = Secrets::new(values(&suite.config, (names, known_to(suite)), environment)?)?;
    spoken::keep_out(&secrets);
    Ok(secrets)
}

/// The names of the secrets in a suite: its configuration, scenarios and skills, what its policy
/// allows and the key of its model.
fn known_to(suite: &Suite) -> BTreeSet<String> {
    let skills: Vec<_> = suite.skills.values().map(|it| (&it.steps, &it.ensures)).collect();
    let config = serde_json::to_string(&suite.config).expect("plain data");
    let scenarios = serde_json::to_string(&suite.scenarios).expect("plain data");
    let skills = serde_json::to_string(&skills).expect("plain data");
    let mut names = names_in("(?:secret|totp)", &[config, scenarios, skills]);
    names.extend(suite.config.policy.iter().filter_map(|it| it.secrets.clone()).flatten());
    names.extend(suite.config.agent.as_ref().and_then(|it| it.key.clone()));
    names
}

/// The secrets that these texts refer to, from the environment or the secrets file.
///
/// # Errors
/// Some are nowhere to be found, too short, or the file cannot be read.
pub fn secrets_in<'a>(
    config: &Config,
    texts: impl Iterator<Item = &'a Template>,
    environment: &IndexMap<String, String>,
) -> Result<Secrets, NightError> {
    let names: BTreeSet<String> = texts
        .flat_map(Template::references)
        .filter_map(|it| it.strip_prefix("secret:").map(str::to_owned))
        .collect();
    if names.is_empty() {
        return Ok(Secrets::default());
    }
    let secrets = Secrets::new(values(config, (names, BTreeSet::new()), environment)?)?;
    spoken::keep_out(&secrets);
    Ok(secrets)
}

/// The values of secrets by their names, and of some that may be missing; and whatever else the secrets
/// file holds.
fn values(
    config: &Config,
    (names, optional): (BTreeSet<String>, BTreeSet<String>),
    environment: &IndexMap<String, String>,
) -> Result<IndexMap<String, String>, NightError> {
    let file = match &config.secrets_file {
        Some(path) if path.exists() => {
            let text = std::fs::read_to_string(path).map_err(|source| NightError::Io {
                action: "read the secrets in",
                path: path.clone(),
                source,
            })?;
            parse(&text)
        }
        _ => IndexMap::new(),
    };
    let mut values = IndexMap::new();
    let mut missing = Vec::new();
    for name in names {
        match environment.get(&name).or_else(|| file.get(&name)) {
            Some(value) => {
                values.insert(name, value.clone());
            }
            None => missing.push(name),
        }
    }
    // A variable that is there and empty, as CI has those that it keeps from a fork, has no value.
    let has_some = |it: &&String| !it.is_empty();
    for name in optional {
        let own = environment.get(&name).filter(has_some);
        if let Some(value) = own.or_else(|| file.get(&name).filter(has_some)) {
            values.insert(name, value.clone());
        }
    }
    // What nobody refers to stops no night by being too short to be found.
    let others = file.iter().filter(|it| it.1.chars().count() >= Secrets::SHORTEST);
    for (name, value) in others {
        values.entry(name.clone()).or_insert_with(|| value.clone());
    }
    if missing.is_empty() {
        return Ok(values);
    }
    let place = match &config.secrets_file {
        Some(path) => format!("the environment, or as NAME=value lines in {}", path.display()),
        None => "the environment, or name a file with `secrets: { file: … }`".to_owned(),
    };
    Err(NightError::Secrets(format!("no value for {}; set it in {place}", missing.join(", "))))
}

/// Sees before anything starts that the secrets of `${totp:NAME}` make codes.
fn one_time_codes(
    suite: &Suite,
    plan: &Plan,
    values: &IndexMap<String, String>,
) -> Result<(), NightError> {
    for name in names_of("totp", suite, plan) {
        let Some(value) = values.get(&name) else { continue };
        if let Err(problem) = totp::Key::parse(value) {
            return Err(NightError::Secrets(totp::bad(&name, &problem)));
        }
    }
    Ok(())
}

/// Whether one-time codes are made tonight.
pub(super) fn makes_codes(suite: &Suite, plan: &Plan) -> bool {
    !names_of("totp", suite, plan).is_empty()
}

/// The names in every `${secret:NAME}` and `${totp:NAME}` of tonight's scenarios, their sessions
/// and products.
fn referred_to(suite: &Suite, plan: &Plan) -> BTreeSet<String> {
    names_of("(?:secret|totp)", suite, plan)
}

fn names_of(kind: &str, suite: &Suite, plan: &Plan) -> BTreeSet<String> {
    let products = serde_json::to_string(&suite.config.products).expect("plain data");
    let scenarios = serde_json::to_string(&plan.scenarios).expect("plain data");
    let sessions = serde_json::to_string(&plan.sessions).expect("plain data");
    // Without a page, no browser is asked for.
    let grid =
        suite.config.browser.grid.as_ref().filter(|_| plan.scenarios.iter().any(uses_browser));
    let grid = serde_json::to_string(&grid).expect("plain data");
    names_in(kind, &[products, scenarios, sessions, grid])
}

/// The names in every `${kind:NAME}` of these texts.
fn names_in(kind: &str, texts: &[String]) -> BTreeSet<String> {
    let reference = Regex::new(&format!(r"\$\{{{kind}:([^}}]+)\}}")).expect("a valid pattern");
    texts
        .iter()
        .flat_map(|text| {
            reference.captures_iter(text).filter_map(|found| {
                let at = found.get(0).map_or(0, |whole| whole.start());
                let escaped = text[..at].ends_with('$');
                (!escaped).then(|| found[1].to_owned())
            })
        })
        .collect()
}

/// `NAME=value` lines; blank lines and lines that begin with `#` are left out.
fn parse(text: &str) -> IndexMap<String, String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), unquoted(value.trim()).to_owned()))
        .collect()
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_that_is_configured_is_kept_out_and_only_what_tonight_needs_must_be_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("suite");
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().expect("inside")).expect("made");
            std::fs::write(path, text).expect("written");
        };
        let file = folder.path().join("secrets");
        std::fs::write(&file, "LISTED=listed-value\nPORT=80\n").expect("written");
        write(
            "nightshift.yaml",
            &format!("products: {{ a: }}\nsecrets: {{ file: '{}' }}\n", file.display()),
        );
        for (name, secret) in [("one", "NEEDED"), ("two", "OTHER")] {
            let step = format!("run: 'echo ${{secret:{secret}}}'");
            write(
                &format!("scenarios/{name}.yaml"),
                &format!("scenario: {name}\nsteps:\n  - {step}\n"),
            );
        }
        let suite = crate::spec::load(&root, &crate::spec::Overrides::default()).expect("valid");
        let loaded = |environment: &[(&str, &str)]| {
            let selection =
                crate::plan::Selection { filters: vec!["one".to_owned()], tags: Vec::new() };
            let pair = |it: &(&str, &str)| (it.0.to_owned(), it.1.to_owned());
            let environment = environment.iter().map(pair).collect();
            let options = RunOptions { selection, environment, ..RunOptions::default() };
            let plan = crate::night::plan_of(&suite, &options, chrono::Utc::now()).expect("a plan");
            load(&suite, &plan, &options)
        };
        let (needed, other) = (("NEEDED", "needed-value"), ("OTHER", "other-value"));
        let secrets = loaded(&[needed, other]).expect("both are there");
        let told = secrets.scrub_text("needed-value other-value listed-value 80");
        assert_eq!(told, "[secret] [secret] [secret] 80");
        assert!(loaded(&[needed]).is_ok(), "the other scenario does not run");
        assert!(loaded(&[needed, ("OTHER", "")]).is_ok(), "what is empty is not there");
        assert!(loaded(&[other]).is_err(), "this one does");
    }

    #[test]
    fn a_secrets_file_has_lines_of_name_and_value() {
        let parsed = parse("# test accounts\nADA = s3cret\n\nBOB='with = and space '\n");
        let expected: IndexMap<String, String> = [("ADA", "s3cret"), ("BOB", "with = and space ")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        assert_eq!(parsed, expected);
    }
}

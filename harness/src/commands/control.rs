//! The control of a night as it is asked for, by `run` and by the configuration, and what it would
//! cost.

use std::time::Duration;

use indexmap::IndexMap;

use super::arguments::RunArguments;
use super::check::counted;
use super::exit::mistake;
use super::{list, night, terminal};
use crate::model::Suite;
use crate::model::against::ControlOf;
use crate::{night as nights, plan};

/// What tonight is to be judged by, by product.
pub struct Asked {
    /// Builds.
    pub against: IndexMap<String, String>,
    /// Running servers.
    pub urls: IndexMap<String, String>,
}

/// What the command line says, else the configuration.
pub fn asked(suite: &Suite, arguments: &RunArguments) -> anyhow::Result<Asked> {
    let control = &suite.config.night.control;
    let (against, urls) = if arguments.against.is_empty() && arguments.against_url.is_empty() {
        (&control.against, &control.urls)
    } else {
        (&arguments.against, &arguments.against_url)
    };
    Ok(Asked {
        against: against_by_product(suite, against)?,
        urls: night::by_product(suite, "--against-url", urls)?,
    })
}

/// The builds to judge by; `last-good` without a product is that of each which has builds.
fn against_by_product(
    suite: &Suite,
    values: &[String],
) -> anyhow::Result<IndexMap<String, String>> {
    let (all, named): (Vec<String>, Vec<String>) =
        values.iter().cloned().partition(|it| it == nights::LAST_GOOD);
    let mut found = IndexMap::new();
    for value in &all {
        let with_builds = suite.config.products.iter().filter(|it| it.1.builds.is_some());
        found.extend(with_builds.map(|(name, _)| (name.clone(), value.clone())));
    }
    if !all.is_empty() && found.is_empty() {
        return mistake(
            "--against last-good: no product of this suite has `builds`; write how they are made",
        );
    }
    found.extend(night::by_product(suite, "--against", &named)?);
    Ok(found)
}

/// What the control of a night will cost at most, as its beginning says it.
pub fn cost(scenarios: usize, builds: &str, expected: Option<Duration>) -> String {
    let scenarios = counted(scenarios, "scenario");
    let expected = expected.map_or(String::new(), |it| {
        let minutes = it.as_secs_f64() / 60.0;
        format!(", {minutes:.1} min more on one worker by the last night")
    });
    format!("control: {builds} for up to {scenarios}{expected}")
}

/// Says what a control would cost, before anything is run.
pub fn tell(suite: &Suite, arguments: &RunArguments) -> anyhow::Result<()> {
    let Asked { against: mut builds, urls } = asked(suite, arguments)?;
    builds.extend(urls);
    if builds.is_empty() {
        return Ok(());
    }
    let scenarios = plan::select(suite, &arguments.choice.selection())?;
    let known = list::expected_durations(suite);
    let own: Vec<_> =
        scenarios.iter().filter(|it| builds.keys().any(|name| it.uses_product(name))).collect();
    let ms: u64 = own.iter().filter_map(|it| known.get(&it.id)).sum();
    let took = match ms {
        0 => String::new(),
        ms => format!(", about {:.0}s more one after the other", (ms as f64 / 1000.0).ceil()),
    };
    let said: Vec<String> = builds.iter().map(|(name, build)| format!("{name} {build}")).collect();
    let only = match suite.config.night.control.of {
        ControlOf::All => "",
        ControlOf::Needed => " that differ or have no baseline",
    };
    terminal::say(format_args!(
        "control: {} for up to {}{only}, once, and twice where something differs{took}",
        said.join(", "),
        counted(own.len(), "scenario")
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::commands::arguments::{Arguments, Command};
    use crate::spec;

    /// What a night is to be judged by, where its configuration says this: builds, then servers.
    fn by(control: &str, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let config = format!(
            "products:\n  app: {{ base-url: 'http://127.0.0.1:8000' }}\nnight: {{ control: {control} }}\n"
        );
        std::fs::write(folder.path().join("nightshift.yaml"), config).expect("written");
        let suite = spec::load(folder.path(), &spec::Overrides::default()).expect("a valid suite");
        let words = [&["nightshift", "run"][..], arguments].concat();
        let parsed = Arguments::try_parse_from(words).expect("it parses");
        let Command::Run(arguments) = parsed.command else { panic!("it is a run") };
        let Asked { against, urls } = asked(&suite, &arguments).expect("it can be asked for");
        let told = |all: IndexMap<String, String>| {
            all.into_iter().map(|(name, it)| format!("{name} {it}")).collect()
        };
        (told(against), told(urls))
    }

    #[test]
    fn a_control_is_what_the_command_line_says_and_else_what_the_configuration_does() {
        let (old, other) = ("http://127.0.0.1:8001", "http://127.0.0.1:8002");
        let config = format!("{{ url: '{old}' }}");
        assert_eq!(by(&config, &[]), (vec![], vec![format!("app {old}")]));
        assert_eq!(by("{ against: '1.4' }", &[]), (vec!["app 1.4".to_owned()], vec![]));
        let said = by(&config, &["--against-url", other]);
        assert_eq!(said, (vec![], vec![format!("app {other}")]));
        assert_eq!(by(&config, &["--against", "1.4"]), (vec!["app 1.4".to_owned()], vec![]));
        assert_eq!(by("{ of: needed }", &[]), (vec![], vec![]), "nobody asked for one");
    }
}

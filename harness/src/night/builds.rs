//! Which build of each product a night uses: [`choose`]; and which others it is compared with:
//! [`others`].

use indexmap::IndexMap;

use super::{NightError, RunOptions};
use crate::model::suite::{BuildsConfig, Config};
use crate::model::{Decision, History};
use crate::spec::suggestion_or_list;

/// The build of every product that has one tonight: what is asked for, else what its `build` says,
/// else the default of its `builds`.
///
/// # Errors
/// A build that is not known.
pub fn choose(
    config: &Config,
    asked: &IndexMap<String, String>,
) -> Result<IndexMap<String, String>, NightError> {
    let mut chosen = IndexMap::new();
    for (name, product) in &config.products {
        let default = product.builds.as_ref().and_then(|it| it.default.as_ref());
        let Some(build) = asked.get(name).or(product.build.as_ref()).or(default) else { continue };
        if let Some(builds) = &product.builds {
            is_known("--build", builds, name, build)?;
        }
        chosen.insert(name.clone(), build.clone());
    }
    Ok(chosen)
}

/// What stands for the build of the last night whose gate passed.
pub const LAST_GOOD: &str = "last-good";

/// What is asked for beside tonight's builds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Builds to time, by product.
    pub beside: &'a IndexMap<String, String>,
    /// Builds to judge by.
    pub against: &'a IndexMap<String, String>,
    /// Running servers to judge by.
    pub urls: &'a IndexMap<String, String>,
}

impl<'a> Asked<'a> {
    /// What a night is asked to do.
    pub(super) fn of(options: &'a RunOptions) -> Self {
        let RunOptions { beside, against, against_urls: urls, .. } = options;
        Self { beside, against, urls }
    }
}

/// Another build of a product, or a running server of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Other {
    /// A build by its name.
    Build(String),
    /// A server by its address.
    Address(String),
}

impl Other {
    /// What names it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Build(name) | Self::Address(name) => name,
        }
    }
}

/// What another build is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Only durations are compared with it.
    Timing,
    /// Tonight is judged by it; durations are compared with it too where that can be.
    Control,
}

/// The builds that a night is compared with, by product.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Others {
    pub builds: IndexMap<String, (Other, Use)>,
    /// Why there is none, by product, and what it would have been for.
    pub none: Vec<(String, Use, String)>,
}

/// Sees that what is asked for can be had, before anything is done.
///
/// # Errors
/// A product that has no other builds, or not this one.
pub(super) fn can_be_had(config: &Config, asked: Asked<'_>) -> Result<(), NightError> {
    let builds = asked.beside.iter().map(|it| ("--beside", it));
    for (option, (name, build)) in builds.chain(asked.against.iter().map(|it| ("--against", it))) {
        let product = &config.products[name];
        let refused =
            |why: &str| Err(NightError::Usage(format!("{option} {name}={build}: {name} {why}")));
        if config.night.measure == 0 && option == "--beside" {
            return refused("is never timed again while night.measure is 0; write from 4 to 20");
        }
        if product.base_url.is_some() {
            return refused("runs elsewhere, so that no other build of it can be started");
        }
        let Some(builds) = &product.builds else {
            return refused("has no `builds`; write how they are made, so that another can be had");
        };
        if build != LAST_GOOD {
            is_known(option, builds, name, build)?;
        }
    }
    for (name, build) in asked.against {
        let refused = |other: &str| {
            Err(NightError::Usage(format!(
                "--against {name}={build} and {other}: a product has one other build a night; leave one out"
            )))
        };
        if let Some(url) = asked.urls.get(name) {
            return refused(&format!("--against-url {name}={url}"));
        }
        if let Some(other) = asked.beside.get(name).filter(|it| *it != build) {
            return refused(&format!("--beside {name}={other}"));
        }
    }
    for (name, url) in asked.urls {
        let product = &config.products[name];
        let refused =
            |why: &str| Err(NightError::Usage(format!("--against-url {name}={url}: {why}")));
        if product.serve.is_none() && product.base_url.is_none() {
            return refused(&format!("{name} is only commands, which an address says nothing of"));
        }
        let web = url::Url::parse(url).is_ok_and(|it| it.scheme().starts_with("http"));
        if !web {
            return refused("this is no address; write it like http://127.0.0.1:8000");
        }
        if let Some(other) = asked.beside.get(name) {
            return refused(&format!(
                "{name} has one other build a night; leave --beside {other} out"
            ));
        }
    }
    Ok(())
}

/// The builds to compare with, once the earlier nights are known.
pub(super) fn others(
    asked: Asked<'_>,
    tonight: &IndexMap<String, String>,
    history: &History,
) -> Others {
    let mut others = Others::default();
    let timed = asked.beside.iter().map(|it| (it, Use::Timing));
    for ((name, build), what) in timed.chain(asked.against.iter().map(|it| (it, Use::Control))) {
        let found = if build == LAST_GOOD {
            last_good(name, tonight.get(name), history)
        } else {
            Ok(build.clone())
        };
        match found {
            Ok(build) => drop(others.builds.insert(name.clone(), (Other::Build(build), what))),
            Err(why) => others.none.push((name.clone(), what, why)),
        }
    }
    for (name, url) in asked.urls {
        others.builds.insert(name.clone(), (Other::Address(url.clone()), Use::Control));
    }
    others
}

fn last_good(name: &str, tonight: Option<&String>, history: &History) -> Result<String, String> {
    let mut good = history.nights.iter().rev().filter(|it| it.decision == Decision::Pass);
    match good.find_map(|it| it.builds.get(name)) {
        None => {
            Err("no earlier night whose gate passed is known, so no build is the last good one"
                .to_owned())
        }
        Some(build) if Some(build) == tonight => Err(format!(
            "the last good build is tonight's, {build}: there is nothing to compare it with"
        )),
        Some(build) => Ok(build.clone()),
    }
}

/// # Errors
/// A build that is not one of those that can be asked for.
fn is_known(
    option: &str,
    builds: &BuildsConfig,
    name: &str,
    build: &String,
) -> Result<(), NightError> {
    if builds.known.is_empty() || builds.known.contains(build) {
        return Ok(());
    }
    let known = builds.known.iter().map(String::as_str);
    let help = suggestion_or_list(build, known, "known are");
    let help = help.map(|it| format!("; {it}")).unwrap_or_default();
    Err(NightError::Usage(format!("{option} {name}={build}: {name} has no such build{help}")))
}

/// That a product which is used tonight has builds, and none of them was chosen.
///
/// # Errors
/// What can be asked for.
pub fn chosen_of(
    config: &Config,
    name: &str,
    chosen: &IndexMap<String, String>,
) -> Result<(), NightError> {
    let Some(builds) = config.products.get(name).and_then(|it| it.builds.as_ref()) else {
        return Ok(());
    };
    if chosen.contains_key(name) {
        return Ok(());
    }
    let known = match builds.known.as_slice() {
        [] => String::new(),
        known => format!(" ({})", known.join(", ")),
    };
    Err(NightError::Usage(format!(
        "{name} has several builds{known} and no default; give --build {name}=BUILD, or write `default` under its `builds`"
    )))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::model::Totals;
    use crate::model::history::PastNight;

    fn past(decision: Decision, build: &str) -> PastNight {
        PastNight {
            id: build.to_owned(),
            started: DateTime::UNIX_EPOCH,
            machine: None,
            browser: None,
            builds: IndexMap::from([("shop".to_owned(), build.to_owned())]),
            versions: IndexMap::new(),
            decision,
            totals: Totals::default(),
            sensitivity: None,
            stages: Vec::new(),
        }
    }

    fn last_good_of(nights: Vec<PastNight>) -> Others {
        let of_shop = |build: &str| IndexMap::from([("shop".to_owned(), build.to_owned())]);
        let history = History { nights, ..History::default() };
        let none = IndexMap::new();
        let asked = Asked { beside: &of_shop(LAST_GOOD), against: &none, urls: &none };
        others(asked, &of_shop("1.5"), &history)
    }

    #[test]
    fn the_last_good_build_is_that_of_the_newest_night_that_passed() {
        use Decision::{Fail, Pass};
        let found = last_good_of(vec![past(Pass, "1.3"), past(Pass, "1.4"), past(Fail, "1.5")]);
        assert_eq!(found.builds["shop"], (Other::Build("1.4".to_owned()), Use::Timing));
        let same = last_good_of(vec![past(Pass, "1.4"), past(Pass, "1.5")]);
        assert!(same.builds.is_empty() && same.none[0].2.contains("tonight's, 1.5"), "{same:?}");
        let none = last_good_of(vec![past(Fail, "1.4")]);
        assert!(none.builds.is_empty() && none.none[0].2.contains("no earlier night"), "{none:?}");
    }
}

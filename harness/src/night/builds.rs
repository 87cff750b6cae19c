//! Which build of each product a night uses: [`choose`]; and which others it is compared with:
//! [`beside`].

use indexmap::IndexMap;

use super::NightError;
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
const LAST_GOOD: &str = "last-good";

/// The builds that a night is compared with, by product.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Others {
    pub builds: IndexMap<String, String>,
    /// Why there is none, by product.
    pub none: Vec<(String, String)>,
}

/// Sees that what is asked for can be had, before anything is done.
///
/// # Errors
/// A product that has no other builds, or not this one.
pub(super) fn can_be_beside(
    config: &Config,
    asked: &IndexMap<String, String>,
) -> Result<(), NightError> {
    for (name, build) in asked {
        let product = &config.products[name];
        let refused =
            |why: &str| Err(NightError::Usage(format!("--beside {name}={build}: {name} {why}")));
        if config.night.measure == 0 {
            return refused("is never timed again while night.measure is 0; write from 4 to 20");
        }
        if product.base_url.is_some() {
            return refused("runs elsewhere, so that no other build of it can be started");
        }
        let Some(builds) = &product.builds else {
            return refused("has no `builds`; write how they are made, so that another can be had");
        };
        if build != LAST_GOOD {
            is_known("--beside", builds, name, build)?;
        }
    }
    Ok(())
}

/// The builds to compare with, once the earlier nights are known.
pub(super) fn beside(
    asked: &IndexMap<String, String>,
    tonight: &IndexMap<String, String>,
    history: &History,
) -> Others {
    let mut others = Others::default();
    for (name, build) in asked {
        let found = if build == LAST_GOOD {
            last_good(name, tonight.get(name), history)
        } else {
            Ok(build.clone())
        };
        match found {
            Ok(build) => drop(others.builds.insert(name.clone(), build)),
            Err(why) => others.none.push((name.clone(), why)),
        }
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
        beside(&of_shop(LAST_GOOD), &of_shop("1.5"), &history)
    }

    #[test]
    fn the_last_good_build_is_that_of_the_newest_night_that_passed() {
        use Decision::{Fail, Pass};
        let found = last_good_of(vec![past(Pass, "1.3"), past(Pass, "1.4"), past(Fail, "1.5")]);
        assert_eq!(found.builds["shop"], "1.4");
        let same = last_good_of(vec![past(Pass, "1.4"), past(Pass, "1.5")]);
        assert!(same.builds.is_empty() && same.none[0].1.contains("tonight's, 1.5"), "{same:?}");
        let none = last_good_of(vec![past(Fail, "1.4")]);
        assert!(none.builds.is_empty() && none.none[0].1.contains("no earlier night"), "{none:?}");
    }
}

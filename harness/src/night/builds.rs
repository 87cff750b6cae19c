//! Which build of each product a night uses: [`choose`].

use indexmap::IndexMap;

use super::NightError;
use crate::model::suite::Config;
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
        let known = product.builds.as_ref().map_or(&[][..], |it| &it.known);
        if !known.is_empty() && !known.contains(build) {
            let help = suggestion_or_list(build, known.iter().map(String::as_str), "known are");
            let help = help.map(|it| format!("; {it}")).unwrap_or_default();
            return Err(NightError::Usage(format!(
                "--build {name}={build}: {name} has no such build{help}"
            )));
        }
        chosen.insert(name.clone(), build.clone());
    }
    Ok(chosen)
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

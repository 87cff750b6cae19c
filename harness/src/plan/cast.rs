//! Who takes part: the products that a scenario uses, and the sessions that it starts from.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{PlanError, expand};
use crate::model::scenario::Action;
use crate::model::suite::{ProductConfig, SessionConfig, Suite};
use crate::model::{Scenario, Step};

/// The sessions that these scenarios start from: skills expanded, steps numbered, product named.
///
/// # Errors
/// A skill that cannot be expanded.
pub fn sessions(
    suite: &Suite,
    scenarios: &[Scenario],
) -> Result<IndexMap<String, SessionConfig>, PlanError> {
    let used: BTreeSet<&str> =
        scenarios.iter().flat_map(|it| it.actors().into_iter().flatten()).collect();
    let mut sessions = IndexMap::new();
    for (name, session) in suite.config.sessions.iter().filter(|it| used.contains(it.0.as_str())) {
        let mut establish = expand::steps(suite, None, &session.establish)?;
        let mut check = expand::steps(suite, None, &session.check)?;
        let last = expand::number(&mut establish, 0);
        expand::number(&mut check, last);
        expand::give_to_terminal(&mut establish, &mut check);
        let product = product_of(suite, session).map(str::to_owned);
        sessions
            .insert(name.clone(), SessionConfig { product, establish, check, ..session.clone() });
    }
    Ok(sessions)
}

/// Names the product of each step that somebody of another product does, and all that are used.
pub(super) fn name_products(suite: &Suite, scenario: &mut Scenario) {
    let own = scenario.product.clone();
    for step in scenario.steps.iter_mut().chain(&mut scenario.finally) {
        of_actor(suite, step, own.as_deref());
    }
    let mut used: BTreeSet<&str> = own.as_deref().into_iter().collect();
    used.extend(scenario.all_steps().into_iter().filter_map(|it| it.product.as_deref()));
    for actor in scenario.actors().into_iter().flatten() {
        let Some(session) = suite.config.sessions.get(actor) else { continue };
        used.extend(product_of(suite, session));
        let steps = session.establish.iter().chain(&session.check).flat_map(Step::all);
        used.extend(steps.filter_map(|it| it.product.as_deref()));
    }
    let used: BTreeSet<String> = used.into_iter().map(str::to_owned).collect();
    scenario.uses = with_referred_to(suite, used);
}

fn of_actor(suite: &Suite, step: &mut Step, own: Option<&str>) {
    if step.product.is_none() {
        let session = step.actor.as_ref().and_then(|actor| suite.config.sessions.get(actor));
        step.product = session
            .and_then(|it| product_of(suite, it))
            .filter(|product| Some(*product) != own)
            .map(str::to_owned);
    }
    let inner: Vec<&mut Step> = match &mut step.action {
        Action::When(it) => it.steps.iter_mut().chain(&mut it.otherwise).collect(),
        Action::Repeat(it) => it.steps.iter_mut().collect(),
        _ => Vec::new(),
    };
    for step in inner {
        of_actor(suite, step, own);
    }
}

fn product_of<'a>(suite: &'a Suite, session: &'a SessionConfig) -> Option<&'a str> {
    session.product.as_deref().or_else(|| suite.config.products.keys().next().map(String::as_str))
}

/// In the order of the configuration, with those whose address the configuration of one refers to.
fn with_referred_to(suite: &Suite, mut used: BTreeSet<String>) -> Vec<String> {
    loop {
        let configs = used.iter().filter_map(|name| suite.config.products.get(name));
        let text: String =
            configs.map(|it| serde_json::to_string(it).expect("plain data")).collect();
        let more: Vec<String> = suite
            .config
            .products
            .keys()
            .filter(|name| {
                !used.contains(*name) && text.contains(&ProductConfig::reference_to(name))
            })
            .cloned()
            .collect();
        if more.is_empty() {
            return suite
                .config
                .products
                .keys()
                .filter(|name| used.contains(*name))
                .cloned()
                .collect();
        }
        used.extend(more);
    }
}

//! What cannot be kept apart tonight: products that run elsewhere are used as they are.

use crate::model::suite::{Config, Isolation};
use crate::model::{Scenario, Step};

/// How many scenarios a sentence names.
const NAMED: usize = 5;

/// Whether a scenario has a server of its own where its product can have one.
pub(super) fn wanted(scenario: &Scenario, product: Isolation) -> Isolation {
    match (scenario.isolate, &scenario.data) {
        (Some(said), _) => said,
        // Data of its own is of use only to a server that sees it.
        (None, Some(_)) => Isolation::Scenario,
        (None, None) => product,
    }
}

/// One sentence for each product that runs elsewhere and cannot be what its suite wants of it.
pub(super) fn not_isolated(config: &Config, scenarios: &[Scenario]) -> Vec<String> {
    let mut sentences = Vec::new();
    for (name, product) in &config.products {
        let Some(url) = &product.base_url else { continue };
        let mine: Vec<&Scenario> = scenarios.iter().filter(|it| uses(it, name)).collect();
        if mine.is_empty() {
            continue;
        }
        let mut said = Vec::new();
        if product.data.is_some() {
            said.push("its server's data is not fresh".to_owned());
        }
        let sharing: Vec<&str> = mine
            .iter()
            .filter(|it| wanted(it, product.isolate) == Isolation::Scenario)
            .map(|it| it.id.as_str())
            .collect();
        if !sharing.is_empty() {
            said.push(format!(
                "{} of their own and share it: {}",
                match sharing.len() {
                    1 => "1 scenario wants a server".to_owned(),
                    many => format!("{many} scenarios want servers"),
                },
                listed(&sharing)
            ));
        }
        let seeded: Vec<&str> =
            mine.iter().filter(|it| it.data.is_some()).map(|it| it.id.as_str()).collect();
        if !seeded.is_empty() {
            said.push(format!("it does not see the data of {}", listed(&seeded)));
        }
        if product.mail {
            said.push("its mails do not reach the sink".to_owned());
        }
        if !said.is_empty() {
            sentences.push(format!("{name} runs at {url}: {}", said.join("; ")));
        }
    }
    sentences
}

fn uses(scenario: &Scenario, product: &str) -> bool {
    let steps = scenario.all_steps();
    scenario.product.as_deref() == Some(product)
        || steps.iter().any(|it: &&Step| it.product.as_deref() == Some(product))
}

fn listed(names: &[&str]) -> String {
    let first = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

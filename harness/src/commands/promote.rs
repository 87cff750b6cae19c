//! `nightshift promote`: what has been in shadow or advisory long enough, quiet and useful, and the
//! YAML that lets it decide over the gate.

use std::fmt::Write as _;

use super::arguments::{Common, Format, PromoteOptions};
use super::check::counted;
use super::exit::Exit;
use super::{night, terminal};
use crate::history::promote::{Proposal, proposals};
use crate::history::{self, Wanted};
use crate::night as nights;
use crate::spec::Overrides;

pub fn run(common: &Common, options: &PromoteOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &Overrides::default())?;
    let named = suite.config.night.history.as_ref().map(|it| suite.root.join(it));
    let folder = options.history.clone().or(named).unwrap_or_else(|| nights::nights_folder(&suite));
    let branch = night::branch(&suite.root, &night::environment());
    let wanted = Wanted { branch: branch.as_deref(), ..Wanted::default() };
    let history = history::gather(&folder, &wanted)?;
    let all = proposals(&history, options.nights as usize);
    if options.format == Format::Json {
        let json = serde_json::json!({ "nights": history.nights.len(), "proposals": all });
        terminal::answer(format_args!("{json:#}"));
        return Ok(Exit::Passed);
    }
    let read = counted(history.nights.len(), "night");
    if all.is_empty() {
        terminal::say(format_args!(
            "{read} in {}: nothing there is in a stage but gating; `stage: shadow` puts something in one",
            folder.display()
        ));
        return Ok(Exit::Passed);
    }
    for proposal in &all {
        terminal::answer(line(proposal, options.nights));
    }
    for text in yaml(&all) {
        terminal::answer(format_args!("\n{text}"));
    }
    Ok(Exit::Passed)
}

/// One proposal, or why there is none yet.
fn line(it: &Proposal, nights: u32) -> String {
    match &it.not_yet {
        None => format!(
            "promote {} from {}: {} comparisons in {nights} nights, and no alarm",
            it.what, it.stage, it.compared
        ),
        Some(why) => format!("leave {} in {}: {why}", it.what, it.stage),
    }
}

/// What to write, by file.
fn yaml(all: &[Proposal]) -> Vec<String> {
    let ready: Vec<&Proposal> = all.iter().filter(|it| it.not_yet.is_none()).collect();
    let mut texts = Vec::new();
    let of = |kind: &str| -> Vec<&str> {
        ready.iter().filter_map(|it| it.what.strip_prefix(kind)?.strip_prefix(' ')).collect()
    };
    let mut stages = String::new();
    for (kind, key) in [("facet", "facets"), ("watch", "watches")] {
        let names: Vec<String> = of(kind).iter().map(|it| format!("{it}: gating")).collect();
        if !names.is_empty() {
            writeln!(stages, "  {key}: {{ {} }}", names.join(", "))
                .expect("writing to a string cannot fail");
        }
    }
    if !stages.is_empty() {
        texts.push(format!("# nightshift.yaml\nstages:\n{}", stages.trim_end()));
    }
    for scenario in of("scenario") {
        texts.push(format!(
            "# the file of scenario {scenario}: write this, or remove the key\nstage: gating"
        ));
    }
    for place in of("unstable") {
        texts.push(format!("# the snapshot of {place}: take the facet out of `unstable`"));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ready_is_written_as_yaml_by_file() {
        let proposal = |what: &str, not_yet: Option<&str>| Proposal {
            what: what.to_owned(),
            stage: "shadow".to_owned(),
            nights: 14,
            compared: 30,
            would_have_alarmed: 0,
            not_yet: not_yet.map(str::to_owned),
        };
        let all = [
            proposal("facet links", None),
            proposal("facet forms", Some("it would have raised 2 alarms in these nights")),
            proposal("watch console-error", None),
            proposal("scenario a", None),
        ];
        assert_eq!(
            yaml(&all),
            [
                "# nightshift.yaml\nstages:\n  facets: { links: gating }\n  watches: { console-error: gating }",
                "# the file of scenario a: write this, or remove the key\nstage: gating",
            ]
        );
        assert_eq!(
            line(&all[1], 14),
            "leave facet forms in shadow: it would have raised 2 alarms in these nights"
        );
    }
}

//! [`Shares`]: how much of a product was seen, and how much of that a scenario asserts.

use std::collections::BTreeSet;

use super::map::Map;
use super::probe::Goal;
use super::propose::called;
use super::written::Written;

/// How many there are of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Share {
    /// How many were seen.
    pub seen: usize,
    /// How many of them a scenario asserts.
    pub asserted: usize,
}

/// How much of a product was seen and is asserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Shares {
    /// Addresses.
    pub pages: Share,
    /// Forms, by where they go and what they take.
    pub forms: Share,
    /// Fields of forms.
    pub fields: Share,
    /// Controls that stand in no form.
    pub buttons: Share,
    /// Commands, with those below them.
    pub commands: Share,
    /// Options of commands.
    pub flags: Share,
}

impl Shares {
    /// By the probes that went into scenarios.
    #[must_use]
    pub fn of(map: &Map, written: &[Written]) -> Self {
        let keys: BTreeSet<&str> =
            written.iter().flat_map(|it| &it.probes).map(String::as_str).collect();
        let mut shares = Self::default();
        let own = |key: &str| keys.contains(key);
        let pages: BTreeSet<&str> = map.states.iter().map(|it| it.look.path.as_str()).collect();
        let asserted =
            map.states.iter().filter(|it| own(&it.probe.key)).map(|it| it.look.path.as_str());
        let asserted: BTreeSet<&str> = asserted.collect();
        shares.pages = Share { seen: pages.len(), asserted: asserted.len() };
        let mut forms: Vec<(String, usize)> = Vec::new();
        for form in map.states.iter().flat_map(|it| &it.look.forms) {
            let entry = (called(form), form.fields.len());
            if !forms.contains(&entry) {
                forms.push(entry);
            }
        }
        let sent = map.states.iter().filter(|it| own(&it.probe.key)).filter_map(|it| {
            match &it.probe.goal {
                Goal::Send { form, .. } => Some(form.as_str()),
                _ => None,
            }
        });
        let sent: BTreeSet<&str> = sent.collect();
        let used = |it: &&(String, usize)| sent.contains(it.0.as_str());
        shares.forms = Share { seen: forms.len(), asserted: forms.iter().filter(used).count() };
        let fields = |of: &mut dyn Iterator<Item = &(String, usize)>| of.map(|it| it.1).sum();
        shares.fields = Share {
            seen: fields(&mut forms.iter()),
            asserted: fields(&mut forms.iter().filter(used)),
        };
        let used: BTreeSet<&str> = map
            .states
            .iter()
            .filter(|it| own(&it.probe.key))
            .filter_map(|it| match &it.probe.goal {
                Goal::Use { identity, .. } if map.controls.contains_key(identity) => {
                    Some(identity.as_str())
                }
                _ => None,
            })
            .collect();
        shares.buttons = Share { seen: map.controls.len(), asserted: used.len() };
        shares.commands.seen = map.usages.len();
        let runs: Vec<_> = map.runs.iter().filter(|it| own(&it.probe.key)).collect();
        for (words, usage) in &map.usages {
            let own: Vec<_> = runs.iter().filter(|it| it.words == *words).collect();
            shares.commands.asserted += usize::from(!own.is_empty());
            shares.flags.seen += usage.flags.len();
            let tried =
                |name: &str| own.iter().any(|it| it.with.split(' ').any(|word| word == name));
            shares.flags.asserted +=
                usage.flags.iter().filter(|it| it.names.iter().any(|name| tried(name))).count();
        }
        shares
    }
}

//! What a page finds around itself as a person would write it; see `write.rs`.

use crate::model::gesture::Network;
use crate::model::page_settings::{ColorScheme, PageSettings};

/// The network; `None` for a slow one.
pub(super) fn network(it: Network) -> Option<String> {
    match it {
        Network::Online => Some("network: online".to_owned()),
        Network::Offline => Some("network: offline".to_owned()),
        Network::Slow { .. } => None,
    }
}

/// The screen and the colours; `None` for what says more.
pub(super) fn emulate(it: &PageSettings) -> Option<String> {
    let plain = PageSettings {
        viewport: it.viewport,
        color_scheme: it.color_scheme,
        ..PageSettings::default()
    };
    if *it != plain {
        return None;
    }
    let scheme = it.color_scheme.map(|it| match it {
        ColorScheme::Light => "color-scheme: light".to_owned(),
        ColorScheme::Dark => "color-scheme: dark".to_owned(),
    });
    let size = it.viewport.map(|(width, height)| format!("viewport: {width}x{height}"));
    let words: Vec<String> = size.into_iter().chain(scheme).collect();
    (!words.is_empty()).then(|| format!("emulate: {{ {} }}", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::picture::Extent;
    use crate::model::profile::Profile;
    use crate::model::{Action, FacetKind, Snapshot};
    use crate::spec::{Draft, DraftStep, read_scenario, write_scenario};

    #[test]
    fn circumstances_and_what_checkpoints_take_are_written_and_read_back_the_same() {
        let emulate = |it| Action::Emulate(Box::new(it));
        let named = || Snapshot { name: "phone".to_owned(), ..Snapshot::default() };
        let all = [
            Action::Network(Network::Offline),
            Action::Network(Network::Online),
            emulate(PageSettings { viewport: Some((390, 844)), ..PageSettings::default() }),
            emulate(PageSettings {
                viewport: Some((390, 844)),
                color_scheme: Some(ColorScheme::Dark),
                ..PageSettings::default()
            }),
            Action::Snapshot(Snapshot { profile: Profile::built_in("strict"), ..named() }),
            Action::Snapshot(Snapshot { image: Extent::FullPage, ..named() }),
            Action::Snapshot(Snapshot {
                facets: Some(vec![FacetKind::Aria, FacetKind::A11y]),
                ..named()
            }),
        ];
        for action in all {
            let step = DraftStep::of(&action);
            let draft = Draft { name: "proof".to_owned(), steps: vec![step], ..Draft::default() };
            let written = write_scenario(&draft).expect("it has a written form");
            let read = read_scenario("proof.yaml", &written)
                .unwrap_or_else(|complaints| panic!("{action:?}\n{written}{complaints:#?}"));
            assert_eq!(read.steps[0].action, action, "{written}");
        }
    }

    #[test]
    fn what_says_more_than_that_is_not_written() {
        let phone = PageSettings { touch: Some(true), ..PageSettings::default() };
        assert_eq!(emulate(&phone), None);
        assert_eq!(network(Network::Slow { latency_ms: 1, rate: None }), None);
    }
}

//! [`Around`]: how somebody else finds a page, and pages that are otherwise for them.

use super::page::Look;
use super::probe::Probe;
use crate::model::Action;
use crate::model::gesture::Network;
use crate::model::page_settings::{ColorScheme, PageSettings};

/// A small phone, in CSS pixels.
const PHONE: (u32, u32) = (390, 844);

/// How somebody else finds a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Circumstance {
    /// They prefer light on dark.
    Dark,
    /// They have a small screen.
    Narrow,
    /// The network is gone.
    Offline,
}

impl Circumstance {
    /// All, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Narrow, Self::Offline];

    /// What a person would call it.
    #[must_use]
    pub fn said(self) -> &'static str {
        match self {
            Self::Dark => "in the dark",
            Self::Narrow => "on a phone",
            Self::Offline => "without a network",
        }
    }

    /// What makes it, on a page that is open; what those before it made is taken back.
    #[must_use]
    pub fn begin(self) -> Action {
        let settings = |it| Action::Emulate(Box::new(it));
        match self {
            Self::Dark => settings(PageSettings {
                color_scheme: Some(ColorScheme::Dark),
                ..PageSettings::default()
            }),
            Self::Narrow => settings(PageSettings {
                color_scheme: Some(ColorScheme::Light),
                viewport: Some(PHONE),
                ..PageSettings::default()
            }),
            Self::Offline => Action::Network(Network::Offline),
        }
    }
}

/// A page that is otherwise for others.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// The probe that showed it.
    pub probe: Probe,
    /// The page, as it is usually.
    pub look: Look,
    /// When it is otherwise.
    pub otherwise: Vec<Circumstance>,
}

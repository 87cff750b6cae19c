//! [`Action::act_kind`]: what kind of action one is, as far as one can be proposed towards a goal.

use super::action::Action;
use super::bounds::ActKind;

impl Action {
    /// What kind of action it is, where it can be proposed; `None` for commands, checks, snapshots,
    /// and whatever changes the browser or holds steps.
    #[must_use]
    pub fn act_kind(&self) -> Option<ActKind> {
        Some(match self {
            Self::Open(_) => ActKind::Open,
            Self::Back | Self::Forward | Self::Reload => ActKind::History,
            Self::Click(_) => ActKind::Click,
            Self::Hover(_) => ActKind::Hover,
            Self::Drag { .. } => ActKind::Drag,
            Self::Scroll { .. } => ActKind::Scroll,
            Self::Fill(_) | Self::Clear(_) => ActKind::Fill,
            Self::Type { .. } | Self::Paste { .. } => ActKind::Type,
            Self::Press { .. } => ActKind::Press,
            Self::Choose { .. } | Self::Check(_) | Self::Uncheck(_) => ActKind::Choose,
            Self::Expand(_) | Self::Collapse(_) => ActKind::Expand,
            Self::Dialog(_) => ActKind::Dialog,
            Self::Tab(_) | Self::CloseTab => ActKind::Tab,
            Self::Upload { .. } => ActKind::Upload,
            Self::Download { .. } => ActKind::Download,
            Self::Print(_) => ActKind::Print,
            Self::Network(_)
            | Self::Emulate(_)
            | Self::See(_)
            | Self::SeeNot(_)
            | Self::Expect(_)
            | Self::Wait { .. }
            | Self::Capture(_)
            | Self::Set(_)
            | Self::Snapshot(_)
            | Self::Run(_)
            | Self::Terminal(_)
            | Self::File(_)
            | Self::Mail(_)
            | Self::Do(_)
            | Self::Judge(_)
            | Self::When(_)
            | Self::Repeat(_)
            | Self::ForEach(_)
            | Self::Use { .. } => return None,
        })
    }
}

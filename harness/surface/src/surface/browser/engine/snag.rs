//! [`Snag`]: why a classic command of `WebDriver` did not do what it should.

use fantoccini::error::CmdError;

use crate::surface::SurfaceError;

/// Why a classic command did not do what it should.
#[derive(Debug)]
pub(crate) enum Snag {
    /// A dialog stands open and blocks the page.
    Dialog,
    /// The page's process is dead.
    Crashed,
    /// The page's scripts do not come to an end.
    Hung,
    /// The tab was closed, by the page or a step.
    Closed,
    /// The element is gone, covered or not usable any more: look again.
    Again(String),
    /// A script of ours failed, or something was refused for good.
    Refused(String),
    /// The browser is lost.
    Lost(SurfaceError),
}

impl Snag {
    /// What an error means of the command that did `what`.
    pub(crate) fn of(what: &str, error: &CmdError) -> Self {
        let said = first_line(&error.to_string());
        match error {
            CmdError::Standard(_) if error.is_unexpected_alert_open() => Self::Dialog,
            CmdError::Standard(_) if error.is_script_timeout() || error.is_timeout() => Self::Hung,
            CmdError::Standard(_)
                if error.is_stale_element_reference()
                    || error.is_element_not_interactable()
                    || error.is_no_such_element()
                    || error.is_no_such_frame()
                    || error.is_invalid_element_state()
                    || error.is_move_target_out_of_bounds() =>
            {
                Self::Again(said)
            }
            CmdError::Standard(_) if error.is_no_such_window() => Self::Closed,
            CmdError::Standard(_) if error.is_invalid_session_id() => {
                Self::Lost(SurfaceError::BrowserLost(format!("{what}: {said}")))
            }
            CmdError::Standard(answer) if answer.error() == "element click intercepted" => {
                Self::Again(intercepted(&said))
            }
            CmdError::Standard(_) => Self::Refused(said),
            // The driver's own word, which the standard does not have.
            CmdError::NotW3C(answer) if answer.to_string().contains("tab crashed") => Self::Crashed,
            _ => Self::Lost(SurfaceError::BrowserLost(format!("{what}: {said}"))),
        }
    }
}

/// How the answer begins when something else lies where a click would go.
pub(crate) const INTERCEPTED: &str = "another thing lies over it";

/// The driver's long sentence cut down to what lies over the thing.
fn intercepted(said: &str) -> String {
    let over = said.split_once("would receive the click: ").map(|(_, it)| it);
    match over.and_then(|it| it.split_inclusive('>').next()) {
        Some(tag) => format!("{INTERCEPTED}: {tag}"),
        None => INTERCEPTED.to_owned(),
    }
}

/// `WebDriver`'s messages go on with a stack trace of the driver's own.
pub(crate) fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}

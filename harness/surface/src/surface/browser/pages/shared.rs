//! [`Shared`]: what the pages of a browser and the browser itself share: the connections, the wall,
//! and who has the focus.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use fantoccini::Client;
use fantoccini::error::CmdError;
use serde_json::{Value, json};

use crate::model::page_settings::PageSettings;
use crate::process::{FairInstant, within};
use crate::surface::SurfaceError;
use crate::surface::browser::engine::axe::Axe;
use crate::surface::browser::engine::bidi::{Bidi, Refusal};
use crate::surface::browser::engine::locate::environment_key;
use crate::surface::browser::engine::remote::Far;
use crate::surface::browser::engine::silence::{Doing, Silence, Silent};
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::engine::wall::Wall;
use crate::surface::browser::events::records::Records;
use crate::surface::veil::Veil;

/// How long a browser of another machine may take to show that it is still there.
const STILL_THERE: Duration = Duration::from_secs(10);

/// What is done where the walker reads a page, element by element.
pub(super) const READING: &str = "reading the page";

/// What pages and the browser share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) bidi: Bidi,
    pub(crate) wall: Wall,
    pub(crate) records: Arc<Records>,
    /// What is known of the machine that the browser runs on, where it is another one.
    pub(crate) far: Option<Far>,
    /// The tab that classic commands go to.
    pub(crate) focus: tokio::sync::Mutex<String>,
    /// The engine's session of the tab in which we copy and paste, once there is one.
    pub(crate) own_tab: tokio::sync::Mutex<Option<String>>,
    /// How many pages are in use.
    pub(crate) pages: AtomicUsize,
    /// Tells that the tab of the next page may be made: a page is read, or ends.
    pub(crate) under_way: tokio::sync::watch::Sender<()>,
    /// The longest that one command may take before the browser counts as lost.
    pub(crate) limit: Duration,
    /// The default deadline of an action.
    pub(crate) timeout: Duration,
    /// What is run beside the accessibility watch.
    pub(crate) axe: Option<Axe>,
    /// Finds out who does not answer.
    pub(crate) silence: Silence,
    /// What must not be seen in pictures.
    pub(crate) veil: Veil,
    /// Whether requests that are asked for a password are held back on every page.
    pub(crate) holds_questions_back: bool,
}

impl Shared {
    /// What pictures of pages with these settings depend on beside the product.
    pub(crate) fn environment_key(&self, page: &PageSettings) -> String {
        match &self.far {
            Some(far) => far.environment_key(page),
            None => environment_key(page),
        }
    }

    /// Carries a classic command out within the limit. Where there is no answer, others are asked
    /// whether it is the page that hangs.
    pub(crate) async fn drive<T>(
        &self,
        what: &str,
        command: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T, Snag> {
        if self.silence.has_hung() {
            return Err(Snag::Hung);
        }
        tokio::pin!(command);
        let given_up = FairInstant::now() + self.limit;
        let in_time = match within(self.patience(), &mut command).await {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(error)) if !is_in_vain(&error) => return Err(self.snag(what, &error).await),
            in_time => in_time,
        };
        let doing = if what == READING { Doing::Reading } else { Doing::Other };
        let seen = match self.who_is_silent(Duration::ZERO, doing).await {
            Silent::Page => return Err(Snag::Hung),
            Silent::Nobody => None,
            Silent::Others(seen) => Some(seen),
        };
        let last = match in_time {
            Some(answer) => Some(answer),
            None => given_up.allow(command).await,
        };
        match (last, seen) {
            (Some(Err(error)), Some(seen)) if is_in_vain(&error) => {
                Err(lost_driver(what, self.timeout, &seen))
            }
            (Some(Ok(answer)), _) => Ok(answer),
            (Some(Err(error)), _) => Err(self.snag(what, &error).await),
            (None, seen) => {
                let seen = seen.as_deref().unwrap_or("the page and other tabs answer");
                Err(lost_driver(what, self.limit, seen))
            }
        }
    }

    /// What an error means. Where the machine of the browser is gone, a grid says "unknown error" as
    /// a driver does of what a page cannot do: then the browser itself is asked whether it is there.
    async fn snag(&self, what: &str, error: &CmdError) -> Snag {
        match Snag::of(what, error) {
            Snag::Refused(said) if self.far.is_some() && error.is_unknown_error() => {
                let tree = json!({ "maxDepth": 0 });
                let answer = self.bidi.command("browsingContext.getTree", tree, STILL_THERE).await;
                if is_there(&answer) {
                    return Snag::Refused(said);
                }
                let said = format!("{what}: {said}; and the browser does not answer any more");
                Snag::Lost(SurfaceError::BrowserLost(said))
            }
            snag => snag,
        }
    }

    /// How long a page may be silent before it is asked whether it hangs.
    pub(crate) fn patience(&self) -> Duration {
        self.timeout
    }

    /// Who does not answer, of the page that commands go to and all others.
    async fn who_is_silent(&self, patience: Duration, doing: Doing) -> Silent {
        let top = self.focus.try_lock().map(|it| it.clone()).unwrap_or_default();
        self.who_beside(&top, patience, doing).await
    }

    /// Who does not answer, of this page and all others.
    pub(super) async fn who_beside(&self, top: &str, patience: Duration, doing: Doing) -> Silent {
        if top.is_empty() {
            return Silent::Others("no page was asked".to_owned());
        }
        if self.records.any_dialog() {
            // A page that shows a dialog waits for us.
            return Silent::Nobody;
        }
        self.silence.who(top, patience, doing).await
    }
}

/// Whether the driver waited for the page and got no answer, whoever it is that is silent.
fn is_in_vain(error: &CmdError) -> bool {
    error.is_script_timeout() || error.is_timeout()
}

fn lost_driver(what: &str, limit: Duration, why: &str) -> Snag {
    Snag::Lost(SurfaceError::BrowserLost(format!(
        "{what}: no answer within {} s; {why}",
        limit.as_secs_f64()
    )))
}

/// Whether a browser that answered like this is still there: also who refuses answers.
fn is_there(answer: &Result<Value, Refusal>) -> bool {
    match answer {
        Ok(_) | Err(Refusal::Said(..)) => true,
        Err(Refusal::Gone | Refusal::Silent) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_answers_whatever_it_is_is_there_and_one_that_does_not_is_lost() {
        let said = Refusal::Said("unknown error".to_owned(), "no".to_owned());
        assert!(is_there(&Ok(Value::Null)) && is_there(&Err(said)));
        assert!(!is_there(&Err(Refusal::Gone)) && !is_there(&Err(Refusal::Silent)));
    }
}

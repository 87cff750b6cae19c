//! Conditions: whether something holds of a page now. Unlike a check it is looked at once.

use super::seek::missing;
use crate::model::Target;
use crate::model::scenario::WaitFor;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::{Step, Trouble};
use crate::surface::browser::walker::Explain;
use crate::surface::{Held, SurfaceError};

const LOOKED_AT: &str = "a page that can be looked at";

impl Page {
    /// Looks once whether a condition holds, when the page is ready and what is to be dismissed
    /// is out of the way.
    pub(super) async fn look_whether(&mut self, condition: &WaitFor) -> Result<Held, SurfaceError> {
        match self.try_look(condition).await {
            Ok(held) => Ok(held),
            Err(Trouble::Failed(failure)) => Ok(Held::Failed(failure)),
            Err(Trouble::Lost(error)) => Err(error),
        }
    }

    /// How many visible things a target means: one at once, as a step takes what is there; any other
    /// number when the page is ready.
    pub(super) async fn count_visible(
        &mut self,
        target: &Target,
    ) -> Result<Option<usize>, SurfaceError> {
        match self.try_count(target).await {
            Ok(count) => Ok(Some(count)),
            Err(Trouble::Failed(_)) => Ok(None),
            Err(Trouble::Lost(error)) => Err(error),
        }
    }

    async fn try_count(&mut self, target: &Target) -> Step<usize> {
        if let Some(trouble) = self.blocked(LOOKED_AT) {
            return Err(trouble);
        }
        self.focus().await?;
        let now = self.visible(target).await?;
        if now == 1 {
            return Ok(now);
        }
        self.settled().await?;
        self.visible(target).await
    }

    async fn visible(&self, target: &Target) -> Step<usize> {
        let found = self.find(target, Explain::Nothing).await?;
        Ok(found.matches.iter().filter(|it| it.visible).count())
    }

    /// Waits until the page is ready to be looked at.
    async fn settled(&mut self) -> Step<()> {
        if let Some(trouble) = self.blocked(LOOKED_AT) {
            return Err(trouble);
        }
        self.focus().await?;
        let deadline = self.deadline();
        self.get_ready(deadline).await?;
        // A dialog may have opened meanwhile.
        if let Some(trouble) = self.blocked(LOOKED_AT) {
            return Err(trouble);
        }
        Ok(())
    }

    async fn try_look(&mut self, condition: &WaitFor) -> Step<Held> {
        self.settled().await?;
        let deadline = self.deadline();
        Ok(match condition {
            WaitFor::Visible(target) => {
                let found = self.find(target, Explain::Nearest).await?;
                if found.matches.iter().any(|it| it.visible) {
                    Held::Yes
                } else if found.matches.is_empty() {
                    Held::No(missing(target, &found))
                } else {
                    Held::No("it is there, but not visible".to_owned())
                }
            }
            WaitFor::Gone(target) => {
                let found = self.find(target, Explain::Nothing).await?;
                match found.matches.iter().filter(|it| it.visible).count() {
                    0 => Held::Yes,
                    1 => Held::No("it is there".to_owned()),
                    many => Held::No(format!("{many} of it are there")),
                }
            }
            WaitFor::Url(url) => {
                let href = self.peek("location.href", deadline).await?;
                match self.at(url.raw(), href.as_str().unwrap_or_default()) {
                    Ok(()) => Held::Yes,
                    Err((_, actual)) => Held::No(actual),
                }
            }
        })
    }
}

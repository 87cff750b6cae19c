//! [`Page::sketch`]: the page as an agent sees it, once it is settled.
//!
//! Frames of other origins are not looked into: what is in them has to be named by written steps.

use crate::model::outline::Outline;
use crate::surface::Outlined;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::Trouble;
use crate::surface::browser::walker::Question;

impl Page {
    /// Reads the page element by element once it is settled.
    pub(crate) async fn sketch(&mut self) -> Outlined {
        match Box::pin(self.try_sketch()).await {
            Ok(outline) => Ok(Ok(outline)),
            Err(Trouble::Lost(error)) => Err(error),
            Err(Trouble::Failed(failure)) => Ok(Err(failure)),
        }
    }

    async fn try_sketch(&mut self) -> Result<Outline, Trouble> {
        let deadline = self.deadline();
        if let Some(trouble) = self.blocked("a page that can be read") {
            return Err(trouble);
        }
        self.go_on().await?;
        self.focus().await?;
        self.get_ready(deadline).await?;
        self.dismiss(None).await?;
        self.read(&Question::Outline, deadline).await
    }
}

//! Values that are kept of a page, one by one or as lists, awaited up to the deadline.

use indexmap::IndexMap;
use regex::Regex;

use super::seek::missing;
use crate::model::scenario::PageCapture;
use crate::model::{Kept, Pattern, Target};
use crate::process::FairInstant;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::rest::Wait;
use crate::surface::browser::pages::trouble::{Step, failed};
use crate::surface::browser::walker::{Explain, Part, Question, Read};

/// What was wanted beyond what is named already, and what is there instead.
type Without = (String, String);

impl Page {
    pub(super) async fn capture(
        &mut self,
        captures: &IndexMap<String, PageCapture>,
    ) -> Step<Vec<(String, Kept)>> {
        let deadline = self.deadline();
        self.get_ready(deadline).await?;
        let mut values = Vec::new();
        for (name, capture) in captures {
            values.push((name.clone(), self.await_capture(capture, deadline).await?));
        }
        Ok(values)
    }

    async fn await_capture(&mut self, capture: &PageCapture, deadline: FairInstant) -> Step<Kept> {
        loop {
            let (what, taken) = self.try_capture(capture, deadline).await?;
            match taken {
                Ok(kept) => return Ok(kept),
                Err((wanted, actual)) => {
                    if self.is_in_vain(deadline, Wait::UntilRest).await {
                        return Err(failed(format!("{what}{wanted}"), actual));
                    }
                    self.pause().await;
                }
            }
        }
    }

    /// What is taken, in words, and what came of it.
    async fn try_capture(
        &mut self,
        capture: &PageCapture,
        deadline: FairInstant,
    ) -> Step<(String, Result<Kept, Without>)> {
        let (what, text, part) = match capture {
            PageCapture::Text(target, part) => {
                let state = self.state_of(target, &[], deadline).await?;
                (format!("text of {target}"), Some(state.text), part.as_ref())
            }
            PageCapture::Texts(target, part) => {
                return self.every(target, Part::Text, "text", part.as_ref()).await;
            }
            PageCapture::Value(target) => {
                let state = self.state_of(target, &[], deadline).await?;
                (format!("a value of {target}"), state.value, None)
            }
            PageCapture::Values(target) => {
                return self.every(target, Part::Value, "a value", None).await;
            }
            PageCapture::Attribute(target, name) => {
                let asked = std::slice::from_ref(name);
                let state = self.state_of(target, asked, deadline).await?;
                let value = state.attributes.get(name).cloned().flatten();
                (format!("attribute {name} of {target}"), value, None)
            }
            PageCapture::Attributes(target, name) => {
                let what = format!("attribute {name}");
                return self.every(target, Part::Attribute(name), &what, None).await;
            }
            PageCapture::Clipboard => {
                ("the clipboard".to_owned(), Some(self.clipboard().await?), None)
            }
            PageCapture::Url(part) => {
                let href = self.peek("location.href", deadline).await?;
                let href = href.as_str().unwrap_or_default().to_owned();
                ("the URL".to_owned(), Some(href), part.as_ref())
            }
        };
        Ok((what, excerpt(text.as_deref(), part).map(Kept::One)))
    }

    /// What each thing has that a target means; at least one must be there.
    async fn every(
        &mut self,
        target: &Target,
        part: Part<'_>,
        what: &str,
        pattern: Option<&Pattern>,
    ) -> Step<(String, Result<Kept, Without>)> {
        let what = format!("{what} of every {target}");
        let read = match self.ask::<Read>(&Question::Read { target, part }).await {
            Ok(read) => read,
            Err(Snag::Again(_)) => {
                return Ok((what, Err((String::new(), "the page was replaced".to_owned()))));
            }
            Err(snag) => return Err(self.trouble(snag, &what)),
        };
        if read.values.is_empty() {
            let actual = if read.foreign {
                "there is none outside of frames of other origins, where each must be taken by \
                 itself: `nth: 1`"
                    .to_owned()
            } else {
                missing(target, &self.find(target, Explain::Nearest).await?)
            };
            return Ok((what, Err((String::new(), actual))));
        }
        let all = read.values.iter().enumerate().map(|(at, value)| {
            excerpt(value.as_deref(), pattern)
                .map_err(|(wanted, actual)| (wanted, format!("number {}: {actual}", at + 1)))
        });
        Ok((what, all.collect::<Result<_, _>>().map(Kept::All)))
    }
}

/// The part of a text that a regex picks: its first group, or the whole match.
fn excerpt(text: Option<&str>, pattern: Option<&Pattern>) -> Result<String, Without> {
    let Some(text) = text else { return Err((String::new(), "there is none".to_owned())) };
    let Some(pattern) = pattern else { return Ok(text.to_owned()) };
    let regex = Regex::new(pattern.raw())
        .map_err(|error| (format!(" by /{pattern}/"), format!("the regex is none: {error}")))?;
    let found = regex.captures(text).and_then(|groups| groups.get(1).or_else(|| groups.get(0)));
    match found {
        Some(part) => Ok(part.as_str().to_owned()),
        None => Err((format!(" that matches /{pattern}/"), format!("\"{text}\""))),
    }
}

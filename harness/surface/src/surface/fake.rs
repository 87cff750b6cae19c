//! [`FakePage`]: a page that does as a test says, for everything that must not need a browser.

use std::collections::VecDeque;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{Done, Held, HeldOff, Look, Observed, Outlined, PageSurface, Sighting, SurfaceError};
use crate::model::event::Failure;
use crate::model::observe::Extra;
use crate::model::outline::{Element, Outline};
use crate::model::scenario::{Action, WaitFor};
use crate::model::{Facet, FacetContent, FacetKind, Observation, Target};

/// Answers actions in the order in which it was given the answers, and remembers them.
#[derive(Debug, Default)]
pub struct FakePage {
    /// What the next actions answer; past the end they pass.
    pub answers: VecDeque<Result<Done, SurfaceError>>,
    /// What conditions are answered with; past the end they hold.
    pub conditions: VecDeque<Held>,
    /// The actions so far.
    pub acted: Vec<Action>,
    /// What the watches see at the next step.
    pub sightings: Vec<Sighting>,
    /// Whether the product asks to be left alone at the next steps; past the end it does not.
    pub held_off: VecDeque<Option<HeldOff>>,
    /// The text of the aria facet.
    pub aria: String,
    /// What the page is read as, one reading after the other; the last one stays.
    pub outlines: VecDeque<Outline>,
    /// Why the page cannot be read the next time.
    pub unreadable: Option<Failure>,
    /// How it looks, as PNG; `None` where there is no picture.
    pub picture: Option<Vec<u8>>,
    /// Why its picture is not kept, where that is said.
    pub no_picture: Option<String>,
}

impl PageSurface for FakePage {
    fn act<'a>(&'a mut self, action: &'a Action) -> BoxFuture<'a, Result<Done, SurfaceError>> {
        self.acted.push(action.clone());
        let answer = self.answers.pop_front().unwrap_or(Ok(Done::Passed(Vec::new())));
        futures_util::future::ready(answer).boxed()
    }

    fn holds<'a>(
        &'a mut self,
        _condition: &'a WaitFor,
    ) -> BoxFuture<'a, Result<Held, SurfaceError>> {
        let answer = self.conditions.pop_front().unwrap_or(Held::Yes);
        futures_util::future::ready(Ok(answer)).boxed()
    }

    fn count<'a>(
        &'a mut self,
        target: &'a Target,
    ) -> BoxFuture<'a, Result<Option<usize>, SurfaceError>> {
        let is_meant = |it: &&Element| it.target.as_ref() == Some(target);
        let page = self.outlines.front();
        let count = page.map(|page| page.elements.iter().filter(is_meant).count());
        futures_util::future::ready(Ok(count)).boxed()
    }

    fn observe<'a>(&'a mut self, look: &'a Look<'a>) -> BoxFuture<'a, Observed> {
        if let Some(failure) = self.unreadable.take() {
            return futures_util::future::ready(Ok(Err(failure))).boxed();
        }
        let facets = [(FacetKind::Aria, &self.aria)]
            .into_iter()
            .filter(|(kind, _)| look.facets.contains(kind))
            .map(|(kind, text)| Facet { kind, content: FacetContent::Text(text.clone()) })
            .collect();
        let observation = Observation { place: "/fake".to_owned(), facets, extras: Vec::new() };
        futures_util::future::ready(Ok(Ok(observation))).boxed()
    }

    fn outline(&mut self) -> BoxFuture<'_, Outlined> {
        let next = if self.outlines.len() > 1 { self.outlines.pop_front() } else { None };
        let read = next.or_else(|| self.outlines.front().cloned()).unwrap_or_default();
        futures_util::future::ready(Ok(Ok(read))).boxed()
    }

    fn is_usable(&self) -> bool {
        true
    }

    fn place(&mut self) -> BoxFuture<'_, String> {
        futures_util::future::ready("/fake".to_owned()).boxed()
    }

    fn sightings(&mut self) -> BoxFuture<'_, Vec<Sighting>> {
        futures_util::future::ready(std::mem::take(&mut self.sightings)).boxed()
    }

    fn held_off(&mut self) -> BoxFuture<'_, Option<HeldOff>> {
        futures_util::future::ready(self.held_off.pop_front().flatten()).boxed()
    }

    fn material(&mut self) -> BoxFuture<'_, Vec<Extra>> {
        let log = Extra {
            kind: "console".to_owned(),
            media: "text/plain".to_owned(),
            bytes: b"nothing".to_vec(),
        };
        let seen = self.picture.clone().map(|bytes| Extra {
            kind: "screenshot".to_owned(),
            media: "image/png".to_owned(),
            bytes,
        });
        let unseen = self.no_picture.clone().map(|why| Extra {
            kind: "no screenshot".to_owned(),
            media: "text/plain".to_owned(),
            bytes: why.into_bytes(),
        });
        let all: Vec<Extra> = [log].into_iter().chain(seen).chain(unseen).collect();
        futures_util::future::ready(all).boxed()
    }
}

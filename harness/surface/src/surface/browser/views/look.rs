//! Observing a page: its facets once it is settled, and what a person needs to see of a failure.

use std::time::Duration;

use super::detail;
use super::picture::EVIDENCE;
use super::picture::Seen;
use crate::model::observe::Extra;
use crate::model::picture::Extent;
use crate::model::request::NETWORK;
use crate::model::{Facet, FacetContent, FacetKind, Observation};
use crate::process::FairInstant;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::events::record::place_shown;
use crate::surface::browser::events::traffic::{Hop, Write};
use crate::surface::browser::pages::frames::Entered;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::Step;
use crate::surface::browser::pages::trouble::Trouble;
use crate::surface::browser::walker::{self, Question};
use crate::surface::{Look, Observed};

/// How often the end of one animation may begin another.
const FREEZES: u32 = 6;

/// Brings everything that moves to its end, hides the caret, and tells how much moved: what is
/// endless starts over and stands, the rest ends and tells the page so. Films that play, running
/// text and bars without a value are the engine's own and know no begin: they become transparent,
/// by an animation that stands, since the page hears of a change of style or of a film that stops.
///
/// Lists are measured again first: the engine does not when the rest of an option's text comes in
/// later, and how wide a list is would hang on how the page was cut on its way. `contain` never
/// changes by and by, so that no page sees it come and go.
const FREEZE: &str = r"(() => {
  let moved = 0;
  const scopes = globalThis.__nightshift ? __nightshift.scopes() : [document];
  for (const scope of scopes) {
    const lists = [...scope.querySelectorAll('select')];
    const view = (scope.ownerDocument || scope).defaultView;
    if (!lists.length || !view) continue;
    const widths = () => lists.map((it) => it.offsetWidth);
    const before = widths();
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync('select { contain: size !important }');
    const sheets = [...scope.adoptedStyleSheets];
    scope.adoptedStyleSheets = [...sheets, sheet];
    widths();
    scope.adoptedStyleSheets = sheets;
    moved += widths().filter((it, at) => it !== before[at]).length;
  }
  const veils = (globalThis.__veils ||= new Map());
  const runs = 'video, marquee, progress:indeterminate';
  for (const el of scopes.flatMap((scope) => [...scope.querySelectorAll(runs)])) {
    if (veils.has(el) || el.localName === 'video' && el.paused && !el.autoplay) continue;
    const veil = el.animate([{ opacity: 0 }, { opacity: 0 }], { duration: 1, fill: 'both' });
    veil.pause();
    veils.set(el, veil);
  }
  const ours = new Set(veils.values());
  for (const it of scopes.flatMap((scope) => scope.getAnimations())) {
    if (ours.has(it)) continue;
    if (it.playState !== 'running' && !it.pending) continue;
    const end = it.effect ? it.effect.getComputedTiming().endTime : 0;
    try {
      if (Number.isFinite(Number(end))) { it.finish(); moved += 1; }
      else { it.pause(); it.currentTime = 0; (globalThis.__paused ||= new Set()).add(it); }
    } catch { /* an animation without a timeline stands already */ }
  }
  for (const svg of scopes.flatMap((scope) => [...scope.querySelectorAll('svg')])) {
    if (svg.ownerSVGElement || svg.animationsPaused()) continue;
    if (!svg.querySelector('[repeatCount=indefinite], [repeatDur=indefinite]')) continue;
    (globalThis.__stopped ||= new Map()).set(svg, svg.getCurrentTime());
    svg.pauseAnimations();
    svg.setCurrentTime(0);
  }
  for (const inner of scopes.filter((scope) => scope.defaultView)) {
    const view = inner.defaultView;
    if (view.__still) continue;
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync('*, *::before, *::after { caret-color: transparent !important }');
    Object.defineProperty(view, '__still', { value: sheet, configurable: true });
    inner.adoptedStyleSheets = [...inner.adoptedStyleSheets, sheet];
  }
  return moved;
})()";

/// Lets the page go on as before [`FREEZE`].
const THAW: &str = r"(() => {
  for (const veil of (globalThis.__veils || new Map()).values()) veil.cancel();
  delete globalThis.__veils;
  for (const it of globalThis.__paused || []) it.play();
  delete globalThis.__paused;
  for (const [svg, at] of globalThis.__stopped || []) {
    svg.setCurrentTime(at);
    svg.unpauseAnimations();
  }
  delete globalThis.__stopped;
  const scopes = globalThis.__nightshift ? __nightshift.scopes() : [document];
  for (const inner of scopes.filter((scope) => scope.defaultView)) {
    const view = inner.defaultView;
    inner.adoptedStyleSheets = inner.adoptedStyleSheets.filter((it) => it !== view.__still);
    delete view.__still;
  }
})()";

/// Hides the bubble by which the engine says of a field why a form was not sent, and says whether one may
/// have been there: it fades, goes by itself after some seconds, and lies on what stands below. The field
/// stays invalid, and no event comes of it; [`KEEP_MESSAGE`] gives it its own message back.
const HIDE_BUBBLE: &str = r"(() => {
  const scopes = globalThis.__nightshift ? __nightshift.scopes() : [document];
  const bubbles = (globalThis.__bubbles = new Map());
  for (const scope of scopes) {
    const el = scope.activeElement;
    if (!el || !el.validity || el.validity.valid || !el.willValidate) continue;
    bubbles.set(el, el.validity.customError ? el.validationMessage : '');
    el.setCustomValidity(' ');
  }
  return bubbles.size > 0;
})()";
/// Gives fields their messages back once their bubbles are gone; before that they would show again.
const KEEP_MESSAGE: &str = r"(() => {
  for (const [el, own] of globalThis.__bubbles || []) el.setCustomValidity(own);
  delete globalThis.__bubbles;
})()";
/// How long such a bubble fades.
const FADES: Duration = Duration::from_millis(250);

/// What was taken of a page, for its facets to tell.
struct Taken<'a> {
    read: &'a walker::Page,
    /// How many masks stand in the page itself; the rest stands in its frames.
    own_masks: usize,
    entered: &'a [Entered],
    hops: Vec<Hop>,
    writes: Vec<Write>,
}

impl Page {
    /// What the user's copy of axe-core says of the page; nothing where the suite names none.
    async fn axe_lines(&self) -> Step<String> {
        match &self.shared.axe {
            Some(axe) => Ok(axe.lines(&self.shared.bidi, &self.engine_session, &self.top).await?),
            None => Ok(String::new()),
        }
    }

    /// Observes the page once it is settled.
    pub(crate) async fn take(&mut self, look: &Look<'_>) -> Observed {
        match Box::pin(self.try_take(look)).await {
            Ok(observation) => Ok(Ok(observation)),
            Err(Trouble::Lost(error)) => Err(error),
            Err(Trouble::Failed(failure)) => Ok(Err(failure)),
        }
    }

    /// The answers that led to the document, and what was written since the last look.
    async fn answers(&mut self, look: &Look<'_>, deadline: FairInstant) -> (Vec<Hop>, Vec<Write>) {
        let told = look.facets.contains(&FacetKind::Requests);
        if told {
            self.await_ends().await;
        }
        let taken = {
            let mut state = self.record.state();
            (state.hops.clone(), std::mem::take(&mut state.writes))
        };
        if told {
            self.ask_what_the_clock_wrote(deadline).await;
        }
        taken
    }

    async fn try_take(&mut self, look: &Look<'_>) -> Result<Observation, Trouble> {
        let deadline = self.deadline();
        if let Some(trouble) = self.blocked("a page that can be observed") {
            return Err(trouble);
        }
        self.go_on().await?;
        self.focus().await?;
        if look.facets.contains(&FacetKind::Requests) {
            self.await_writes(deadline).await?;
        }
        self.get_ready(deadline).await?;
        self.dismiss(None).await?;
        if look.facets.contains(&FacetKind::Image) {
            self.hide_bubbles(deadline).await?;
        }
        self.freeze(deadline).await?;
        let details = detail::asked_of_walker(&look.facets);
        let pictured = look.facets.contains(&FacetKind::Image) && look.image == Extent::Viewport;
        let drawn = pictured && look.masks.is_empty();
        let question = Question::Observe { masks: &look.masks, details: &details, drawn };
        // The walker keeps the page busy and not the browser, which makes the next tab meanwhile.
        self.shared.under_way.send_replace(());
        let mut read: walker::Page = self.read(&question, deadline).await?;
        let own_masks = read.masks.len();
        let entered = self.stitch(&mut read, &look.masks, &details).await;
        let (hops, writes) = self.answers(look, deadline).await;
        let taken = Taken { read: &read, own_masks, entered: &entered, hops, writes };
        let mut facets = Vec::new();
        for kind in &look.facets {
            let content = Box::pin(self.content(*kind, look, &taken, deadline)).await?;
            facets.extend(content.map(|content| Facet { kind: *kind, content }));
        }
        // Whether it goes on is not this observation's affair.
        drop(self.evaluate(THAW, deadline).await);
        let place = place_shown(&read.url, self.base.as_str());
        Ok(Observation { place, facets, extras: Vec::new() })
    }

    /// What one facet of a page shows; `None` of one that no page has.
    async fn content(
        &mut self,
        kind: FacetKind,
        look: &Look<'_>,
        taken: &Taken<'_>,
        deadline: FairInstant,
    ) -> Result<Option<FacetContent>, Trouble> {
        let (read, base) = (taken.read, self.base.as_str());
        Ok(Some(FacetContent::Text(match kind {
            FacetKind::Page => self.page_facet(read),
            FacetKind::Aria => read.aria.clone(),
            FacetKind::Text => read.text.clone(),
            FacetKind::Image => {
                let seen = Seen { read, own_masks: taken.own_masks, entered: taken.entered };
                return self.picture(look, &seen, deadline).await.map(Some);
            }
            FacetKind::Links => detail::quiet(&read.details.links),
            FacetKind::Fields => detail::quiet(&read.details.fields),
            FacetKind::Storage => detail::storage(&read.details.storage),
            FacetKind::Response => detail::response(&read.details.lang, &taken.hops, base),
            FacetKind::Requests => detail::requests(&taken.writes, &self.by_clock, base),
            FacetKind::Cookies => self.cookies_facet().await?,
            FacetKind::A11y => read.details.a11y.clone() + &self.axe_lines().await?,
            // Those of commands and terminals; the watches' set belongs to the whole attempt.
            FacetKind::Stdout
            | FacetKind::Stderr
            | FacetKind::Exit
            | FacetKind::Files
            | FacetKind::Screen
            | FacetKind::Events
            | FacetKind::Recording => return Ok(None),
        })))
    }

    /// Asks the walker until the page stands still enough to answer.
    pub(crate) async fn read<T: serde::de::DeserializeOwned>(
        &mut self,
        question: &Question<'_>,
        deadline: FairInstant,
    ) -> Result<T, Trouble> {
        loop {
            match self.ask(question).await {
                Ok(answer) => return Ok(answer),
                Err(Snag::Again(_)) if !deadline.has_come() => self.pause().await,
                Err(snag) => return Err(self.trouble(snag, "a page that can be read")),
            }
        }
    }

    /// Waits until the bubbles are gone that say why a form was not sent.
    async fn hide_bubbles(&mut self, deadline: FairInstant) -> Result<(), Trouble> {
        if self.peek(HIDE_BUBBLE, deadline).await? == true {
            tokio::time::sleep(FADES).await;
            self.peek(KEEP_MESSAGE, deadline).await?;
        }
        Ok(())
    }

    /// Brings all movement to its end. The page hears of the ends, and may change because of them.
    pub(super) async fn freeze(&mut self, deadline: FairInstant) -> Result<(), Trouble> {
        let mut stirred = false;
        for _ in 0..FREEZES {
            let moved = self.peek(FREEZE, deadline).await?.as_u64().unwrap_or_default() > 0;
            if !moved && !stirred {
                break;
            }
            // What came to lie under the pointer shows it from the next frame on.
            stirred = moved;
            self.peek("void requestAnimationFrame(() => {})", deadline).await?;
            self.get_ready(deadline).await?;
        }
        Ok(())
    }

    fn page_facet(&self, read: &walker::Page) -> String {
        let state = self.record.state();
        let status = state.status.map_or_else(|| "none".to_owned(), |it| it.to_string());
        let place = place_shown(&read.url, self.base.as_str());
        format!("path: {place}\ntitle: {}\nstatus: {status}\n", read.title)
    }

    /// What a person needs to understand a failure; what cannot be had is left out.
    pub(crate) async fn gather(&mut self) -> Vec<Extra> {
        let deadline = FairInstant::now() + EVIDENCE;
        let mut extras = Vec::new();
        let mut add = |kind: &str, media: &str, bytes: Vec<u8>| {
            extras.push(Extra { kind: kind.to_owned(), media: media.to_owned(), bytes });
        };
        let readable = self.blocked("evidence").is_none() && self.focus().await.is_ok();
        if readable {
            match self.seen_at_failure(deadline).await {
                Ok(png) => add("screenshot", "image/png", png),
                Err(why) if self.shared.veil.is_worn() => {
                    let said = format!("Not kept, because it may show secrets: {why}.\n");
                    add("no screenshot", "text/plain", said.into_bytes());
                }
                Err(_) => {}
            }
            if let Ok(read) = self
                .ask::<walker::Page>(&Question::Observe { masks: &[], details: &[], drawn: false })
                .await
            {
                add("aria", "text/plain", read.aria.into_bytes());
            }
            if let Ok(html) =
                self.evaluate("document.documentElement.outerHTML.toWellFormed()", deadline).await
            {
                let html = html.as_str().unwrap_or_default().to_owned();
                add("dom", "text/plain", html.into_bytes());
            }
        }
        let network = self.network_log();
        let state = self.record.state();
        let text = |lines: &[String]| {
            let mut text = lines.join("\n");
            text.push('\n');
            text.into_bytes()
        };
        add("console", "text/plain", text(&state.console));
        add(NETWORK, "text/plain", text(&network));
        extras
    }

    /// The requests so far, a line each.
    pub(crate) fn network_log(&self) -> Vec<String> {
        let state = self.record.state();
        state.network.iter().cloned().chain(state.unanswered()).collect()
    }
}

//! Scrolling: a thing into view, by pixels, to either end; lists that load or draw their rows only
//! when they are scrolled to.
//!
//! Nothing here waits for a time: after each move the page gets ready ([`crate::surface::browser::pages::ready`]), and a
//! list is at its end when it has not grown and does not say that it loads. Each row that comes
//! renews the deadline, up to a bound for lists that never end.

use std::time::Duration;

use serde_json::{Value, json};

use super::pointer::pixels;
use super::seek::{Need, missing, single};
use crate::model::gesture::ScrollTo;
use crate::model::{Locator, Target};
use crate::process::FairInstant;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::{Step, failed};
use crate::surface::browser::walker::{Explain, Hint, Question, Scrolled};

/// How many deadlines a list that goes on loading may take.
const ENDLESS: u32 = 6;
/// How many deadlines a list may take that is as long as it says, however much that is.
const LONG: u32 = 24;
/// For this long at the most a list that has come to its end is watched for more.
const GROWING: Duration = Duration::from_millis(600);

/// Which way a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Down,
    Up,
}

/// What is scrolled: this thing, or else everything that scrolls, by number.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    within: Option<&'a Target>,
    number: usize,
}

/// How far a search went in one thing that scrolls.
#[derive(Debug, Default)]
struct Trail {
    name: String,
    lowest: f64,
    rows: u32,
    /// It became longer while it was scrolled.
    grows: bool,
    /// Not even the bound was enough.
    endless: bool,
}

impl Page {
    pub(crate) async fn scroll(&mut self, to: &ScrollTo, within: Option<&Target>) -> Step<()> {
        let deadline = self.deadline();
        match to {
            ScrollTo::Thing(target) => self.scroll_to(target, within, deadline).await?,
            ScrollTo::By(offset) => self.scroll_by(pixels(offset)?, within, deadline).await?,
            ScrollTo::Start => self.scroll_to_end(Way::Up, within, deadline).await?,
            ScrollTo::End => self.scroll_to_end(Way::Down, within, deadline).await?,
        }
        self.get_ready(self.deadline()).await
    }

    /// By the wheel, over the thing or over the middle of the page.
    async fn scroll_by(
        &mut self,
        by: (i32, i32),
        within: Option<&Target>,
        deadline: FairInstant,
    ) -> Step<()> {
        let Some(within) = within else {
            let middle = "[innerWidth / 2, innerHeight / 2].map(Math.floor).join()";
            let middle = self.peek(middle, deadline).await?;
            let text = middle.as_str().unwrap_or_default();
            let (x, y) = text.split_once(',').unwrap_or_default();
            let at = (x.parse().unwrap_or_default(), y.parse().unwrap_or_default());
            let turned = self.wheel(at, by).await;
            return self.scrolled(turned, "the page, to be scrolled").await;
        };
        let (spot, at) = self.aim_at(within, Need::InReach, deadline).await?;
        self.leave(&spot).await?;
        let turned = self.wheel(at, by).await;
        self.scrolled(turned, &format!("{within}, to be scrolled")).await
    }

    /// Waits until what the wheel moved rests.
    async fn scrolled(&mut self, turned: Result<(), Snag>, expected: &str) -> Step<()> {
        match turned {
            Ok(()) => self.frames().await,
            Err(Snag::Dialog) => Ok(()),
            Err(snag) => Err(self.trouble(snag, expected)),
        }
    }

    async fn scroll_to_end(
        &mut self,
        way: Way,
        within: Option<&Target>,
        deadline: FairInstant,
    ) -> Step<()> {
        let (end, name) = match way {
            Way::Up => ("start", "the start"),
            Way::Down => ("end", "the end"),
        };
        let what = within.map_or_else(|| "the page".to_owned(), ToString::to_string);
        let expected = format!("{what} to be scrolled to {name}");
        let bound = FairInstant::now() + self.shared.timeout * ENDLESS;
        let mut far: Option<Scrolled> = None;
        loop {
            let place = Place { within, number: 0 };
            let now = self.move_in(place, &json!(end), None, deadline).await?;
            let deadline = self.deadline();
            if !now.there {
                return Err(failed(expected, "nothing there scrolls"));
            }
            if far == Some(now) && !now.waiting {
                return Ok(());
            }
            if bound.has_come() {
                let actual = format!(
                    "more and more is loaded: it does not end, and is at {} px with {} rows",
                    now.top.round(),
                    now.rows
                );
                return Err(failed(expected, actual));
            }
            far = Some(now);
            self.await_growth(place, now, deadline).await?;
        }
    }

    /// Brings a thing into view that may not even be there yet.
    async fn scroll_to(
        &mut self,
        target: &Target,
        within: Option<&Target>,
        deadline: FairInstant,
    ) -> Step<()> {
        let began = FairInstant::now();
        self.get_ready(deadline).await?;
        if self.bring(target).await? {
            return Ok(());
        }
        let mut trails = Vec::new();
        for number in 0.. {
            let place = Place { within, number };
            let start = self.move_in(place, &Value::Null, None, deadline).await?;
            if !start.there {
                break;
            }
            let mut trail = Trail { name: name_of(within, start), ..Trail::default() };
            for way in [Way::Down, Way::Up] {
                if way == Way::Up {
                    self.move_in(place, &json!(start.top), None, self.deadline()).await?;
                }
                if self.search(target, place, way, began, &mut trail).await? {
                    return Ok(());
                }
            }
            trails.push(trail);
            if within.is_some() {
                break;
            }
        }
        let found = self.find(target, Explain::Nearest).await?;
        let told = trails.iter().map(Trail::to_string).collect::<Vec<_>>().join("; ");
        let told = if told.is_empty() { "nothing there scrolls".to_owned() } else { told };
        let expected = format!("{target}, after scrolling");
        Err(failed(expected, format!("{}; {told}", missing(target, &found))))
    }

    /// Goes one way until the thing is there or nothing more comes.
    async fn search(
        &mut self,
        target: &Target,
        place: Place<'_>,
        way: Way,
        began: FairInstant,
        trail: &mut Trail,
    ) -> Step<bool> {
        let step = json!(if way == Way::Down { "down" } else { "up" });
        let hint = hint_of(target);
        let mut before = self.move_in(place, &Value::Null, None, self.deadline()).await?;
        loop {
            let now = self.move_in(place, &step, hint, self.deadline()).await?;
            if self.bring(target).await? {
                return Ok(true);
            }
            if now.waiting || self.is_loading().await {
                self.get_ready(self.deadline()).await?;
                if self.bring(target).await? {
                    return Ok(true);
                }
            }
            trail.grows |= now.most > before.most + 1.0;
            trail.lowest = trail.lowest.max(now.top);
            trail.rows = trail.rows.max(now.rows);
            let most = self.shared.timeout * if trail.grows { ENDLESS } else { LONG };
            if began.elapsed() >= most {
                trail.endless = true;
                return Ok(false);
            }
            if (now.top - before.top).abs() < 1.0 && now.most <= before.most + 1.0 {
                let more = self.await_growth(place, now, self.deadline()).await?;
                if self.bring(target).await? {
                    return Ok(true);
                }
                if !more {
                    return Ok(false);
                }
            }
            before = now;
        }
    }

    /// Whether requests or timers are under way that may bring more.
    async fn is_loading(&self) -> bool {
        let loads = "globalThis.__nightshift ? __nightshift.busy(-2).filter((it) => \
                     it !== 'changing' && it !== 'frame').length : 0";
        let asked = self.evaluate(loads, self.deadline()).await;
        asked.ok().and_then(|it| it.as_u64()).unwrap_or_default() > 0
            || self.record.state().is_loading()
    }

    /// Watches what is at its end for more; whether more came.
    async fn await_growth(
        &mut self,
        place: Place<'_>,
        end: Scrolled,
        deadline: FairInstant,
    ) -> Step<bool> {
        let watched = FairInstant::now() + GROWING;
        loop {
            self.get_ready(deadline).await?;
            let now = self.move_in(place, &Value::Null, None, deadline).await?;
            if (now.most - end.most).abs() >= 1.0 || now.rows != end.rows {
                return Ok(true);
            }
            let until = if now.waiting { deadline } else { watched };
            if FairInstant::now() >= until.min(deadline) {
                return Ok(false);
            }
            self.pause().await;
        }
    }

    /// Brings a thing into view that is there; whether it is.
    async fn bring(&mut self, target: &Target) -> Step<bool> {
        let expected = Need::InReach.of(target);
        if let Some(trouble) = self.blocked(&expected) {
            return Err(trouble);
        }
        let found = self.find(target, Explain::Nothing).await?;
        if !found.matches.iter().any(|it| it.visible) {
            return Ok(false);
        }
        let one = match single(target, &found) {
            Ok(one) => one,
            Err(lack) => return Err(failed(expected, lack.actual)),
        };
        match self.spot(one, Need::There).await {
            Ok(Some(spot)) => {
                let script = "arguments[0].scrollIntoView({ block: 'center', inline: 'nearest', \
                              behavior: 'instant' }); return true;";
                let moved = self.script(script, vec![spot.reference.clone()]).await;
                self.leave(&spot).await?;
                match moved {
                    Ok(_) => Ok(true),
                    Err(Snag::Again(_)) => Ok(false),
                    Err(snag) => Err(self.trouble(snag, &expected)),
                }
            }
            Ok(None) | Err(Snag::Again(_)) => Ok(false),
            Err(snag) => Err(self.trouble(snag, &expected)),
        }
    }

    /// Moves one thing that scrolls, and says where it is then.
    async fn move_in(
        &mut self,
        Place { within, number }: Place<'_>,
        to: &Value,
        hint: Option<Hint<'_>>,
        deadline: FairInstant,
    ) -> Step<Scrolled> {
        let expected = within.map_or_else(|| "the page".to_owned(), ToString::to_string);
        loop {
            let spot = match within {
                Some(within) => Some(self.obtain(within, Need::There, deadline).await?),
                None => None,
            };
            let element = spot.as_ref().map_or(Value::Null, |it| it.reference.clone());
            let asked = self.ask(&Question::Scroll { element: &element, number, to, hint }).await;
            if asked.is_ok() && !to.is_null() && hint.is_none() {
                // Lists draw the rows that they scrolled to with the next frame.
                self.frames().await?;
            }
            if let Some(spot) = &spot {
                self.leave(spot).await?;
            }
            match asked {
                Ok(scrolled) => return Ok(scrolled),
                Err(Snag::Again(_)) if !deadline.has_come() => self.pause().await,
                Err(snag) => return Err(self.trouble(snag, &expected)),
            }
        }
    }
}

/// By what a target may be known from afar.
fn hint_of(target: &Target) -> Option<Hint<'_>> {
    match &target.locator {
        Locator::Role { name, .. } => name.as_ref().map(|it| Hint::Text(it.raw())),
        Locator::Text(text) | Locator::Label(text) => Some(Hint::Text(text.raw())),
        Locator::Css(selector) => Some(Hint::Css(selector.raw())),
        Locator::TestId(_) => None,
    }
}

fn name_of(within: Option<&Target>, first: Scrolled) -> String {
    match within {
        Some(within) => within.to_string(),
        None if first.page => "the page".to_owned(),
        None => "a part of the page".to_owned(),
    }
}

impl std::fmt::Display for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, lowest, rows, endless, grows: _ } = self;
        let end = if *endless {
            "and there is more, but the time for it was over"
        } else {
            "which is its end, and up to its start"
        };
        let rows = if *rows > 0 { format!(", {rows} rows at once") } else { String::new() };
        write!(f, "{name} was scrolled down to {} px{rows}, {end}", lowest.round())
    }
}

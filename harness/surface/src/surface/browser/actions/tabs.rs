//! Tabs and pop-ups: which one the steps go to, going to another, closing one, and going on in the
//! opener where one closed itself.
//!
//! What events say of a tab is in [`crate::surface::browser::events::tab`]; all tabs of a page share its user context, and
//! with it cookies, preload script, viewport and the wall.

use serde_json::{Value, json};
use url::Url;

use crate::model::gesture::Tab;
use crate::surface::SurfaceError;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::events::record::{place_of, place_shown};
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::{Step, Trouble, failed};

/// A tab as a person knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    id: String,
    title: String,
    url: String,
}

/// Which of the tabs was meant.
enum Choice {
    /// This one.
    One(String),
    /// None yet, and why.
    None(String),
    /// Several.
    Many(usize),
}

impl Page {
    /// Goes on in another tab, once it is there.
    pub(super) async fn go_to_tab(&mut self, wanted: &Tab) -> Step<()> {
        let deadline = self.deadline();
        let expected = expected(wanted);
        loop {
            let tabs = self.seen_tabs().await?;
            let why = match self.choose_tab(wanted, &tabs) {
                Choice::One(id) => {
                    self.use_tab(&id).await?;
                    return self.get_ready(deadline).await;
                }
                Choice::Many(count) => {
                    let listed = self.listed(&tabs);
                    let actual = format!("{count} tabs match; the tabs are {listed}");
                    return Err(failed(expected, actual));
                }
                Choice::None(why) => why,
            };
            if deadline.has_come() {
                return Err(failed(expected, format!("{why}; {}", self.those(&tabs))));
            }
            self.pause().await;
        }
    }

    fn choose_tab(&self, wanted: &Tab, tabs: &[Seen]) -> Choice {
        let all: Vec<&Seen> = match wanted {
            Tab::Newest => {
                let newest = tabs.last().filter(|it| it.id != self.top);
                return match newest {
                    Some(it) => Choice::One(it.id.clone()),
                    None => Choice::None("no newer tab was opened".to_owned()),
                };
            }
            Tab::First => {
                let first = tabs.iter().find(|it| it.id == self.first);
                return match first {
                    Some(it) => Choice::One(it.id.clone()),
                    None => Choice::None("it was closed".to_owned()),
                };
            }
            Tab::Title(title) => {
                tabs.iter().filter(|it| it.title.trim() == title.raw().trim()).collect()
            }
            Tab::Url(url) => tabs.iter().filter(|it| self.is_at(url.raw(), &it.url)).collect(),
        };
        match all.as_slice() {
            [] => Choice::None("no tab has it".to_owned()),
            [one] => Choice::One(one.id.clone()),
            several => Choice::Many(several.len()),
        }
    }

    /// Whether a tab's URL is the one that is meant: the whole URL, or path and query.
    fn is_at(&self, wanted: &str, url: &str) -> bool {
        if wanted.contains("://") {
            return Url::parse(wanted).is_ok_and(|wanted| wanted.as_str() == url) || wanted == url;
        }
        let place = place_shown(url, self.base.as_str());
        place == wanted || place.split('#').next() == Some(wanted)
    }

    /// Closes the tab and goes on in the one that opened it, or in the first.
    pub(super) async fn close_tab(&mut self) -> Step<()> {
        let deadline = self.deadline();
        let expected = "a tab that can be closed";
        if self.record.state().tabs().len() < 2 {
            return Err(failed(expected, "it is the only one; nothing would be left to go on in"));
        }
        let params = json!({ "context": self.top, "promptUnload": true });
        match self.answer_or_dialog("browsingContext.close", params).await {
            // A dialog asks whether to stay: the next step answers it.
            None => return Ok(()),
            Some(Ok(_)) => {}
            Some(Err(Refusal::Gone)) => return Err(Refusal::Gone.lost("closing a tab").into()),
            Some(Err(refusal)) => return Err(failed(expected, refusal.to_string())),
        }
        while !self.record.state().closed {
            if deadline.has_come() {
                return Err(failed(expected, "it did not close"));
            }
            self.pause().await;
        }
        self.go_on().await?;
        self.get_ready(deadline).await
    }

    /// Goes on in the opener, or in the first tab that is left, where the tab was closed.
    pub(crate) async fn go_on(&mut self) -> Step<()> {
        let next = {
            let state = self.record.state();
            if !state.closed {
                return Ok(());
            }
            let tabs = state.tabs();
            let opener = tabs.iter().find(|it| it.id == state.opener);
            opener.or_else(|| tabs.first()).map(|it| it.id.clone())
        };
        match next {
            Some(id) => self.use_tab(&id).await,
            None => Err(failed("a tab to go on in", "the last tab of the scenario was closed")),
        }
    }

    /// Makes a tab the one that steps go to, in front of the others.
    async fn use_tab(&mut self, id: &str) -> Step<()> {
        let known = {
            let mut state = self.record.state();
            if !state.use_tab(id) {
                return Err(failed("a tab to go to", "it was closed meanwhile"));
            }
            state.session.clone()
        };
        id.clone_into(&mut self.top);
        self.engine_session = if known.is_empty() { self.session_of(id).await? } else { known };
        self.focus().await?;
        self.dress().await
    }

    /// The engine's name for a tab's session; its own events come to this page from now on.
    async fn session_of(&self, id: &str) -> Step<String> {
        let limit = self.shared.limit;
        let asked =
            self.shared.bidi.command("goog:cdp.getSession", json!({ "context": id }), limit).await;
        let answer = asked.map_err(|refusal| self.refused(refusal, "going to a tab"))?;
        let session = answer["session"].as_str().unwrap_or_default().to_owned();
        self.shared.records.add_session(&session, &self.record);
        self.record.state().name_session(id, &session);
        Ok(session)
    }

    /// What a refused command means where the tab may have been closed meanwhile.
    pub(crate) fn refused(&self, refusal: Refusal, what: &str) -> Trouble {
        match refusal {
            Refusal::Said(_, said) => self.trouble(Snag::Again(said), what),
            Refusal::Gone | Refusal::Silent => refusal.lost(what).into(),
        }
    }

    /// Whether a tab that was opened meanwhile lies in front of the one that steps go to.
    pub(crate) fn is_overtaken(&self) -> bool {
        self.record.state().opened.len() != self.tabs_known
    }

    /// The tabs with their titles, in the order in which they were opened.
    async fn seen_tabs(&mut self) -> Result<Vec<Seen>, SurfaceError> {
        let params = json!({ "method": "Target.getTargets", "params": {} });
        let limit = self.shared.timeout;
        let asked = self.shared.bidi.command("goog:cdp.sendCommand", params, limit).await;
        let targets = match asked {
            Ok(mut answer) => answer["result"]["targetInfos"].take(),
            Err(Refusal::Gone) => return Err(Refusal::Gone.lost("looking at the tabs")),
            Err(Refusal::Said(..) | Refusal::Silent) => Value::Null,
        };
        let title = |id: &str| {
            let mut all = targets.as_array().into_iter().flatten();
            all.find(|it| it["targetId"] == id).map(|it| it["title"].as_str().unwrap_or_default())
        };
        let state = self.record.state();
        let seen = |tab: &crate::surface::browser::events::tab::Tab| Seen {
            id: tab.id.clone(),
            title: title(&tab.id).unwrap_or_default().to_owned(),
            url: tab.url.clone(),
        };
        Ok(state.tabs().into_iter().map(seen).collect())
    }

    fn those(&self, tabs: &[Seen]) -> String {
        match tabs {
            [one] => format!("the only tab is {}", self.named(one)),
            several => format!("the tabs are {}", self.listed(several)),
        }
    }

    fn listed(&self, tabs: &[Seen]) -> String {
        let named: Vec<String> = tabs
            .iter()
            .enumerate()
            .map(|(at, it)| format!("{}: {}", at + 1, self.named(it)))
            .collect();
        named.join(", ")
    }

    fn named(&self, tab: &Seen) -> String {
        let place = place_of(&tab.url, self.base.as_str());
        let here = if tab.id == self.top { " (this one)" } else { "" };
        format!("\"{}\" at {}{here}", tab.title, if place.is_empty() { "no page" } else { &place })
    }
}

fn expected(wanted: &Tab) -> String {
    match wanted {
        Tab::Newest => "a tab that was opened after this one".to_owned(),
        Tab::First => "the tab that the scenario began with".to_owned(),
        Tab::Title(title) => format!("a tab with the title \"{title}\""),
        Tab::Url(url) => format!("a tab at {url}"),
    }
}

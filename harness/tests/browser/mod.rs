//! The browser surface on real pages: every verb, every way to fail, every watch and its clean twin.

#![allow(clippy::unwrap_used, reason = "a test that unwraps is a test that fails")]

mod applications;
mod emulation;
mod failures;
mod filtered;
mod focus;
mod frames;
mod gestures;
mod handover;
mod hanging;
mod lists;
mod places;
mod readiness;
mod resting;
mod sameness;
mod scrolled;
mod secrets;
mod site;
mod tabs;
mod verbs;
mod watches;

use std::path::Path;
use std::time::Duration;

use nightshift::model::event::Failure;
use nightshift::model::observe::FacetContent;
use nightshift::model::page_settings::PageSettings;
use nightshift::model::scenario::{
    DialogAnswer, FieldValue, PageCapture, PageExpectation, WaitFor,
};
use nightshift::model::{
    Action, FacetKind, Locator, Observation, Outcome, Target, Template, WatchKind,
};
use nightshift::process::Cookie;
use nightshift::surface::browser::{
    Browser, BrowserOptions, Credentialed, Page, PageContext, Paper, Window,
};
use nightshift::surface::veil::Veil;
use nightshift::surface::{Done, HeldOff, Look, PageSurface, Sighting, SurfaceError};
use site::Site;

fn options(scratch: &Path) -> BrowserOptions {
    BrowserOptions {
        program: None,
        driver: None,
        grid: None,
        axe: None,
        page: PageSettings {
            viewport: Some((1000, 700)),
            locale: Some("en-GB".to_owned()),
            timezone: Some("Pacific/Auckland".to_owned()),
            now: Some("2026-01-05T09:00:00Z".parse().unwrap()),
            ..PageSettings::default()
        },
        timeout: Duration::from_millis(1500),
        allow_hosts: Vec::new(),
        scratch: scratch.to_owned(),
        tree: Cookie::new(),
        window: Window::Hidden,
        veil: Veil::default(),
        credentials: Credentialed::Nobody,
    }
}

/// A browser with a site and a page in it.
struct Bench {
    site: Site,
    scratch: tempfile::TempDir,
    browser: Browser,
    page: Page,
}

impl Bench {
    async fn start() -> Self {
        Self::patient(Duration::from_millis(1500)).await
    }

    /// A bench on which every step may take so long.
    async fn patient(timeout: Duration) -> Self {
        Self::asked(timeout, Credentialed::Nobody).await
    }

    /// The same in a browser whose pages may know name and password.
    async fn asked(timeout: Duration, credentials: Credentialed) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let site = Site::start().await;
        let options = BrowserOptions { timeout, credentials, ..options(scratch.path()) };
        let mut browser = Browser::start(&options).await.unwrap();
        let page = browser.page(&context(&site, scratch.path())).await.unwrap();
        Self { site, scratch, browser, page }
    }

    async fn fresh_page(&mut self) {
        let page = self.browser.page(&context(&self.site, self.scratch.path())).await.unwrap();
        std::mem::replace(&mut self.page, page).close().await.unwrap();
    }

    async fn done(&mut self, action: Action) -> Done {
        self.page.act(&action).await.unwrap()
    }

    async fn passes(&mut self, action: Action) {
        assert_eq!(
            (self.done(action.clone()).await, action.clone()),
            (Done::Passed(vec![]), action)
        );
    }

    async fn open(&mut self, path: &str) {
        self.passes(Action::Open(path.into())).await;
    }

    /// Expected and actual of a step that must fail.
    async fn fails(&mut self, action: Action) -> (String, String) {
        match self.done(action.clone()).await {
            Done::Failed(Failure { outcome: Outcome::Failed, expected, actual }) => {
                (expected, actual)
            }
            other => panic!("{action:?} gave {other:?}"),
        }
    }

    async fn title(&mut self, title: &str) {
        self.passes(Action::Expect(vec![PageExpectation::Title(title.into())])).await;
    }

    async fn observe(&mut self) -> Observation {
        let facets = vec![FacetKind::Page, FacetKind::Aria, FacetKind::Text, FacetKind::Image];
        self.page
            .observe(&Look {
                facets,
                masks: vec![],
                varies: &|_| false,
                accepted: &[],
                image: nightshift::model::picture::Extent::Viewport,
            })
            .await
            .unwrap()
            .unwrap()
    }

    async fn stop(self) {
        self.page.close().await.unwrap();
        self.browser.stop().await;
    }
}

fn context(site: &Site, work: &Path) -> PageContext {
    PageContext {
        base_url: site.url(),
        allow_hosts: vec![],
        settings: PageSettings::default(),
        dismiss: vec![],
        work: work.to_owned(),
    }
}

fn role(role: &str, name: &str) -> Target {
    Target::plain(Locator::Role { role: role.to_owned(), name: Some(name.into()) })
}

fn button(name: &str) -> Target {
    role("button", name)
}

fn text(text: &str) -> Target {
    Target::plain(Locator::Text(text.into()))
}

fn fill(field: Target, value: &str) -> Action {
    Action::Fill(vec![FieldValue { field, value: value.into() }])
}

fn facet(observation: &Observation, kind: FacetKind) -> String {
    match &observation.facets.iter().find(|it| it.kind == kind).unwrap().content {
        FacetContent::Text(text) => text.clone(),
        FacetContent::Image { .. } => panic!("{kind} is a picture"),
    }
}

fn words(pair: (&str, &str)) -> (String, String) {
    (pair.0.to_owned(), pair.1.to_owned())
}

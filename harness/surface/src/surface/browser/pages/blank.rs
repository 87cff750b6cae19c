//! [`Blank`]: an empty tab in a user context of its own, made before a page needs it; [`Prepared`]:
//! that context before it has a tab.

use std::sync::Arc;

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::settings::{Command, changes, preload, script_of};
use super::shared::Shared;
use crate::model::page_settings::PageSettings;
use crate::surface::SurfaceError;
use crate::surface::browser::BrowserOptions;
use crate::surface::browser::events::record::Record;

/// No dialog is answered unasked, not even the one that asks whether to leave a page.
const UNASKED: &str = "ignore";

/// An empty tab in a user context of its own, which no page has used yet.
#[derive(Debug)]
pub(crate) struct Blank {
    pub(crate) shared: Arc<Shared>,
    pub(crate) record: Arc<Record>,
    pub(crate) user_context: String,
    pub(crate) top: String,
    pub(crate) downloads: tempfile::TempDir,
    pub(crate) engine_session: String,
    pub(crate) settings: PageSettings,
    pub(crate) preload: String,
}

/// A user context that is prepared, without a tab: that one costs the browser much more.
#[derive(Debug)]
pub(crate) struct Prepared {
    shared: Arc<Shared>,
    record: Arc<Record>,
    user_context: String,
    downloads: tempfile::TempDir,
    settings: PageSettings,
    preload: String,
}

impl Blank {
    /// What its pictures depend on beside the product, where that is not this machine.
    pub(crate) fn environment(&self) -> Option<String> {
        let far = self.shared.far.as_ref()?;
        Some(far.environment_key(&self.settings))
    }
}

impl Prepared {
    pub(crate) async fn make(
        shared: Arc<Shared>,
        options: &BrowserOptions,
    ) -> Result<Self, SurfaceError> {
        let folder = tempfile::Builder::new().prefix("downloads-").tempdir_in(&options.scratch);
        let downloads = folder.map_err(|source| SurfaceError::Io {
            what: format!("making a folder for downloads in {}", options.scratch.display()),
            source,
        })?;
        let behavior = json!({ "default": UNASKED, "beforeUnload": UNASKED });
        let params = json!({ "unhandledPromptBehavior": behavior });
        let made = command(&shared, "browser.createUserContext", params).await?;
        let user_context = made["userContext"].as_str().unwrap_or_default().to_owned();
        let record = Arc::new(Record::new());
        shared.records.add(&user_context, &record);
        let there = match &shared.far {
            Some(far) => far.downloads(downloads.path()),
            None => downloads.path().display().to_string(),
        };
        let settings = preparations(options, &user_context, &there);
        let told = settings.into_iter().map(|(method, params)| command(&shared, method, params));
        let told = try_join_all(told).await?;
        let preload = script_of(told.last().unwrap_or(&Value::Null));
        let settings = options.page.clone();
        Ok(Self { shared, record, user_context, downloads, settings, preload })
    }

    /// Opens its tab.
    pub(crate) async fn open(self) -> Result<Blank, SurfaceError> {
        let Self { shared, record, user_context, downloads, settings, preload } = self;
        let params = json!({ "type": "tab", "userContext": user_context });
        let made = command(&shared, "browsingContext.create", params).await?;
        let top = made["context"].as_str().unwrap_or_default().to_owned();
        let named = command(&shared, "goog:cdp.getSession", json!({ "context": top })).await?;
        let engine_session = named["session"].as_str().unwrap_or_default().to_owned();
        record.state().begin(&top, &engine_session);
        shared.records.add_session(&engine_session, &record);
        Ok(Blank {
            shared,
            record,
            user_context,
            top,
            downloads,
            engine_session,
            settings,
            preload,
        })
    }
}

async fn command(shared: &Shared, method: &str, params: Value) -> Result<Value, SurfaceError> {
    let answer = shared.bidi.command(method, params, shared.limit).await;
    answer.map_err(|refusal| refusal.lost(&format!("making a page ({method})")))
}

impl Blank {
    /// Whether it still is what was made.
    pub(crate) fn is_fit(&self) -> bool {
        let state = self.record.state();
        !state.crashed && state.dialog.is_none()
    }
}

/// The commands that prepare a user context before its first document, the preload script last.
fn preparations(options: &BrowserOptions, user_context: &str, downloads: &str) -> Vec<Command> {
    let mut all = changes(None, &options.page, user_context);
    all.push((
        "browser.setDownloadBehavior",
        json!({ "userContexts": [user_context], "downloadBehavior": {
            "type": "allowed", "destinationFolder": downloads } }),
    ));
    all.push(("script.addPreloadScript", preload(&options.page, user_context)));
    all
}

//! Name and password where the product asks by HTTP authentication (basic and digest).
//!
//! The browser is asked to hold back only requests of the product's own origin that want a
//! password, so no other host ever sees it. [`answer`] runs once for each browser and lets every
//! held request go on: with the credentials of its page, once; a second question means that they
//! are wrong, and the page that the product then shows is what a person would see.

use serde_json::json;
use tokio::sync::mpsc;

use super::bidi::Bidi;

/// A request that is held back until it is told how to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The browser's id for the request.
    pub(crate) request: String,
    /// What to say.
    pub(crate) answer: Answer,
}

/// How a request goes on that wants name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// With these.
    With {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// They were wrong: the product's own answer is shown.
    Wrong,
    /// The page has none: as if nobody had held it back.
    Unknown,
}

/// Lets held requests go on, until the connection ends.
pub(crate) async fn answer(bidi: Bidi, mut asked: mpsc::UnboundedReceiver<Asked>) {
    while let Some(Asked { request, answer }) = asked.recv().await {
        let params = match answer {
            Answer::With { user, password } => json!({
                "request": request, "action": "provideCredentials",
                "credentials": { "type": "password", "username": user, "password": password } }),
            Answer::Wrong => json!({ "request": request, "action": "cancel" }),
            Answer::Unknown => json!({ "request": request, "action": "default" }),
        };
        // A request that went away meanwhile has nobody left who waits for it.
        bidi.send("network.continueWithAuth", &params);
    }
}

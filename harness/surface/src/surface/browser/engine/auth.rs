//! Name and password where the product asks by HTTP authentication (basic and digest).
//!
//! A browser without any page that knows a password takes an answer that asks for one as it is: its
//! own question would hold up whoever waits for the answer, and nobody is there to see it. Where a
//! page knows one, the requests that want it are held back. [`answer`] runs once for each browser
//! and lets every held request go on: with the credentials of its page where the product itself
//! asks, once, so that no other host ever sees them. A second question means that they are wrong,
//! and what the product then shows is what a person would see who gives up.

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
    /// Nobody knows any, or they were wrong: the answer stands as it is.
    AsItIs,
}

/// Lets held requests go on, until the connection ends.
pub(crate) async fn answer(bidi: Bidi, mut asked: mpsc::UnboundedReceiver<Asked>) {
    while let Some(Asked { request, answer }) = asked.recv().await {
        let params = match answer {
            Answer::With { user, password } => json!({
                "request": request, "action": "provideCredentials",
                "credentials": { "type": "password", "username": user, "password": password } }),
            Answer::AsItIs => json!({ "request": request, "action": "cancel" }),
        };
        // A request that went away meanwhile has nobody left who waits for it.
        bidi.send("network.continueWithAuth", &params);
    }
}

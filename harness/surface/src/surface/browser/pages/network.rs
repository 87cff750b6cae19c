//! The network that pages find: none, a slow one, or as it is. Service workers are told by
//! themselves: what holds for pages does not hold for them.

use std::time::Duration;

use serde_json::{Value, json};

use super::page::Page;
use super::settings::conditions;
use super::trouble::Step;
use crate::model::gesture::Network;
use crate::model::page_settings::PageSettings;

/// A worker that does not answer in this time is left alone.
const ANSWER: Duration = Duration::from_secs(2);

impl Page {
    /// Changes the network that pages find.
    pub(crate) async fn set_network(&mut self, network: Network) -> Step<()> {
        let over = PageSettings { network: Some(network), ..PageSettings::default() };
        self.emulate(&over).await
    }

    /// Tells the service workers of this page what network they find.
    pub(crate) async fn tell_workers(&self, network: Network) {
        let targets = self.engine("Target.getTargets", json!({}), None).await;
        for target in targets["targetInfos"].as_array().into_iter().flatten() {
            let ours = target["browserContextId"] == self.user_context.as_str();
            if !ours || target["type"] != "service_worker" {
                continue;
            }
            let params = json!({ "targetId": target["targetId"], "flatten": true });
            let attached = self.engine("Target.attachToTarget", params, None).await;
            let session = attached["sessionId"].as_str();
            self.engine("Network.enable", json!({}), session).await;
            let params = conditions(network);
            self.engine("Network.emulateNetworkConditions", params, session).await;
        }
    }

    /// The result of a command of the engine; null where it has none, such as for a worker that
    /// ended meanwhile.
    async fn engine(&self, method: &str, params: Value, session: Option<&str>) -> Value {
        let mut asked = json!({ "method": method, "params": params });
        if let Some(session) = session {
            asked["session"] = json!(session);
        }
        let answer = self.shared.bidi.command("goog:cdp.sendCommand", asked, ANSWER).await;
        answer.map(|mut it| it["result"].take()).unwrap_or_default()
    }
}

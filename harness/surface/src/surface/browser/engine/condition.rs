//! [`Condition`]: what a grid says of itself: whether it takes sessions, and for how many it has room.

use std::collections::BTreeSet;
use std::fmt;

use hyper::Method;
use serde_json::Value;

use super::grid::Grid;

/// What a grid says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// Whether it takes sessions.
    pub ready: bool,
    /// What it says of that.
    message: String,
    /// Its machines; none where it is a driver alone.
    nodes: Vec<Node>,
}

/// A machine of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    version: String,
    /// Whether it takes browsers at all.
    is_up: bool,
    /// How many browsers of ours it can have at once.
    places: usize,
    /// How many more it can have now.
    free: usize,
    /// The browsers of ours that it has, such as `chrome 156.0 on linux`.
    browsers: BTreeSet<String>,
}

impl Grid {
    /// Asks it how it is.
    ///
    /// # Errors
    /// It does not say; the reason.
    pub async fn condition(&self) -> Result<Condition, String> {
        let (status, body) = self.ask(Method::GET, "status").await?;
        if let Some(why) = not_let_in(status) {
            return Err(why);
        }
        let said = serde_json::from_slice::<Value>(&body);
        match said {
            Ok(said) if said["value"].is_object() => Ok(Condition::of(&said["value"])),
            Ok(_) | Err(_) => {
                Err(format!("what answers at its /status is no grid (HTTP {status})"))
            }
        }
    }

    /// Why it gives us no browser, where it does not let us in.
    pub(super) async fn refusal(&self) -> Option<String> {
        let (status, _) = self.ask(Method::GET, "status").await.ok()?;
        not_let_in(status)
    }
}

/// What somebody must do where an answer has this status; `None` where we are let in.
fn not_let_in(status: u16) -> Option<String> {
    matches!(status, 401 | 403).then(|| {
        format!(
            "it does not let us in (HTTP {status}); give the `user` and `password` that it knows, \
             in `browser: grid:`"
        )
    })
}

impl Condition {
    fn of(value: &Value) -> Self {
        let nodes = value["nodes"].as_array();
        Self {
            ready: value["ready"] == true,
            message: text(&value["message"]),
            nodes: nodes.map(|all| all.iter().map(Node::of).collect()).unwrap_or_default(),
        }
    }

    /// How many browsers it can give now; `None` where it does not say.
    #[must_use]
    pub fn free(&self) -> Option<usize> {
        (!self.nodes.is_empty()).then(|| self.nodes.iter().map(|it| it.free).sum())
    }

    /// How many browsers it can give at once where nobody else has any; `None` where it does not
    /// say.
    #[must_use]
    pub fn places(&self) -> Option<usize> {
        let up = self.nodes.iter().filter(|it| it.is_up);
        (!self.nodes.is_empty()).then(|| up.map(|it| it.places).sum())
    }

    /// Whether it has places and each of them is taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.free() == Some(0) && self.nodes.iter().any(|it| it.places > 0)
    }
}

impl Node {
    fn of(value: &Value) -> Self {
        let slots = value["slots"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ours = || slots.iter().filter(|it| it["stereotype"]["browserName"] == "chrome");
        let is_used = |it: &&Value| it["session"].is_object();
        let most = value["maxSessions"].as_u64().map_or(slots.len(), |it| it as usize);
        let is_up = value["availability"] == "UP";
        let left = most.saturating_sub(slots.iter().filter(is_used).count());
        let free = ours().filter(|it| !is_used(it)).count().min(left);
        let browser = |it: &Value| {
            let part = |key: &str| text(&it["stereotype"][key]);
            let named = format!("chrome {}", part("browserVersion"));
            format!("{} on {}", named.trim_end(), part("platformName").to_lowercase())
        };
        Self {
            version: text(&value["version"]).split(' ').next().unwrap_or_default().to_owned(),
            places: ours().count().min(most),
            is_up,
            free: if is_up { free } else { 0 },
            browsers: ours().map(browser).collect(),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.ready { "ready" } else { "not ready" })?;
        if self.nodes.is_empty() {
            return if self.message.is_empty() { Ok(()) } else { write!(f, " ({})", self.message) };
        }
        let of = |what: fn(&Node) -> usize| self.nodes.iter().map(what).sum::<usize>();
        let versions: BTreeSet<&str> = self.nodes.iter().map(|it| it.version.as_str()).collect();
        let browsers: BTreeSet<&str> =
            self.nodes.iter().flat_map(|it| it.browsers.iter().map(String::as_str)).collect();
        let listed = |all: &BTreeSet<&str>| all.iter().copied().collect::<Vec<_>>().join(", ");
        let nodes = self.nodes.len();
        write!(
            f,
            ", {nodes} node{} ({}), {} of {} places for Chromium are free: {}",
            if nodes == 1 { "" } else { "s" },
            listed(&versions),
            of(|it| it.free),
            of(|it| it.places),
            if browsers.is_empty() { "it has no Chromium".to_owned() } else { listed(&browsers) }
        )?;
        if browsers.len() > 1 {
            f.write_str("; pictures may differ between its browsers")?;
        }
        Ok(())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn slot(browser: &str, version: &str, session: &Value) -> Value {
        json!({ "session": session, "stereotype": { "browserName": browser,
            "browserVersion": version, "platformName": "LINUX" } })
    }

    #[test]
    fn what_a_grid_has_room_for_is_what_its_machines_still_take() {
        let (taken, free) = (json!({ "sessionId": "a1" }), Value::Null);
        let node = |availability: &str, most: u32, slots: &[Value]| {
            json!({ "version": "4.48.0 (revision x)", "availability": availability,
                "maxSessions": most, "slots": slots })
        };
        let nodes = [
            node("UP", 2, &[slot("chrome", "156.0", &free), slot("chrome", "156.0", &taken)]),
            // A machine that takes one at once, and has a Firefox too.
            node("UP", 1, &[slot("chrome", "156.0", &free), slot("firefox", "150.0", &taken)]),
            node("DOWN", 2, &[slot("chrome", "155.0", &free)]),
        ];
        let value = json!({ "ready": true, "message": "Selenium Grid ready.", "nodes": nodes });
        let condition = Condition::of(&value);
        assert_eq!((condition.free(), condition.is_full()), (Some(1), false));
        assert_eq!(condition.places(), Some(3), "those of the machine that is down are none");
        assert_eq!(
            condition.to_string(),
            "ready, 3 nodes (4.48.0), 1 of 4 places for Chromium are free: chrome 155.0 on linux, \
             chrome 156.0 on linux; pictures may differ between its browsers"
        );
    }

    #[test]
    fn a_grid_is_full_where_all_its_places_are_taken_and_not_where_it_has_none() {
        let is_full = |slot: Value| {
            let node = json!({ "availability": "UP", "maxSessions": 1, "slots": [slot] });
            Condition::of(&json!({ "ready": true, "nodes": [node] })).is_full()
        };
        let (taken, free) = (json!({ "sessionId": "a1" }), Value::Null);
        assert!(is_full(slot("chrome", "156.0", &taken)));
        assert!(!is_full(slot("chrome", "156.0", &free)));
        assert!(!is_full(slot("firefox", "150.0", &taken)), "it has no Chromium at all");
    }

    #[test]
    fn a_driver_alone_says_whether_it_is_ready_and_nothing_of_room() {
        let value = json!({ "ready": true, "message": "ChromeDriver ready for new sessions." });
        let condition = Condition::of(&value);
        assert_eq!((condition.free(), condition.is_full()), (None, false));
        assert_eq!(condition.places(), None);
        assert_eq!(condition.to_string(), "ready (ChromeDriver ready for new sessions.)");
        assert_eq!(Condition::of(&json!({})).to_string(), "not ready");
    }
}

//! Who is silent: the page, the browser, or the machine they run on.
//!
//! Where a command is not answered, nobody says whose fault that is. The browser's own developer
//! tools are asked, past the driver: does the page answer, do its frames, and does a new tab answer
//! that was opened after the page had been asked? Only a page that is silent while a younger tab is
//! not hangs by itself. All waiting is by the fair clock ([`FairInstant`]): a page that waits for a
//! processor is starved and does not hang. Used by [`crate::surface::browser::session`] for commands and by
//! [`crate::surface::browser::pages::ready`] for looks.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::process::{FairInstant, within};

/// How long a new tab may take at least, however short the time limits are.
const NEW_TAB: Duration = Duration::from_secs(5);
/// How long it is watched at least who works.
const WATCHED: Duration = Duration::from_millis(500);
/// A renderer that ran for this share of the time that it was given works and does not wait; one that
/// waits takes none.
const BUSY: f64 = 0.1;
/// Where the machine gave less than this share of the time, nothing can be said of the page: the fair
/// clock goes no slower.
const STARVED: f64 = 0.06;

/// What a page is called whose scripts work on and on.
pub(crate) const ENDLESS: &str = "the page does not answer: its scripts do not end";
/// What it is called where it works while we read it, which on a large page takes long by itself.
const UNREAD: &str =
    "the page does not answer while it is read: it is too large, or its scripts do not end";
/// What it is called where nothing works.
const WAITING: &str =
    "the page does not answer: a script of it waits for something that does not come";

/// What the page was to do when it fell silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    /// To be read by us, element by element.
    Reading,
    /// Anything else.
    Other,
}

/// Who does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Silent {
    /// The page answers, or answered in the end.
    Nobody,
    /// The page, or a frame in it, while others answer.
    Page,
    /// Others do not answer either, or nobody could be asked; what was seen.
    Others(String),
}

/// What the answers to our questions were.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Signs {
    /// Whether the page and each of its frames answered.
    page: bool,
    /// Whether a tab answered that is younger than the question to the page.
    younger_tab: bool,
    /// The share of the time that the machine gave.
    given: f64,
    /// The share of the given time that the busiest renderer worked; `None` where nobody says.
    busy: Option<f64>,
    /// What the page was to do.
    doing: Doing,
}

impl Signs {
    fn silent(self) -> Silent {
        match (self.page, self.younger_tab) {
            (true, _) => Silent::Nobody,
            (false, _) if self.given < STARVED => {
                Silent::Others("the machine gave it next to no time".to_owned())
            }
            (false, true) => Silent::Page,
            (false, false) => Silent::Others("no tab of the browser answers".to_owned()),
        }
    }

    fn words(self) -> &'static str {
        match (self.busy, self.doing) {
            (Some(share), _) if share < BUSY => WAITING,
            (_, Doing::Reading) => UNREAD,
            (_, Doing::Other) => ENDLESS,
        }
    }
}

/// The way to the browser's developer tools, and whether a page was seen to hang.
#[derive(Debug)]
pub(crate) struct Silence {
    /// Where the browser as a whole is spoken to; `None` where it did not say.
    address: Option<String>,
    /// Whether the browser runs on this machine.
    is_here: bool,
    /// What is said of a page that hangs, once one does.
    hangs: OnceLock<&'static str>,
}

impl Silence {
    /// Reads where the developer tools of the browser with this profile listen.
    pub(crate) fn of(profile: &Path) -> Self {
        let said = std::fs::read_to_string(profile.join("DevToolsActivePort")).ok();
        let address = said.as_deref().and_then(|said| said.trim().split_once('\n'));
        let address = address.map(|(port, path)| format!("ws://127.0.0.1:{port}{path}"));
        Self { address, is_here: true, hangs: OnceLock::new() }
    }

    /// Of a browser on another machine, whose developer tools are spoken to at this address.
    pub(crate) fn afar(address: Option<String>) -> Self {
        Self { address, is_here: false, hangs: OnceLock::new() }
    }

    /// Whether a page that hangs can be told from a browser that is lost.
    pub(crate) fn can_ask(&self) -> bool {
        self.address.is_some()
    }

    /// How busy the machine of the browser is, in words.
    fn load(&self) -> String {
        if self.is_here {
            machine_load()
        } else {
            "the load of its machine is not known".to_owned()
        }
    }

    /// Whether a page hangs: the driver waits for it for ever, so that nothing more can be done with
    /// this browser.
    pub(crate) fn has_hung(&self) -> bool {
        self.hangs.get().is_some()
    }

    /// What is said of a page that hangs.
    pub(crate) fn words(&self) -> &'static str {
        self.hangs.get().copied().unwrap_or(ENDLESS)
    }

    /// Asks around. The page has `patience` to answer after all.
    pub(crate) async fn who(&self, top: &str, patience: Duration, doing: Doing) -> Silent {
        let Some(address) = &self.address else {
            return Silent::Others("where its developer tools listen is not known".to_owned());
        };
        let bound = patience.max(WATCHED) + NEW_TAB;
        let asked = within(bound, async {
            Line::open(address).await?.ask_around(top, patience, doing).await
        });
        let Some(Some(signs)) = asked.await else {
            return Silent::Others(format!(
                "its developer tools do not answer within {} s; {}",
                bound.as_secs(),
                self.load()
            ));
        };
        match signs.silent() {
            Silent::Page => {
                self.hangs.get_or_init(|| signs.words());
                Silent::Page
            }
            Silent::Others(seen) => Silent::Others(format!("{seen}; {}", self.load())),
            Silent::Nobody => Silent::Nobody,
        }
    }
}

/// How busy this machine is, in words.
fn machine_load() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").ok();
    match load.as_deref().and_then(|it| it.split(' ').next()) {
        Some(load) => format!("the load of the machine is {load} on {cores} cores"),
        None => "the load of the machine is not known".to_owned(),
    }
}

/// A connection to the developer tools of the browser as a whole.
struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u64,
    /// The sessions of frames that were announced.
    frames: Vec<String>,
    /// The answers that came, by their command.
    answers: HashMap<u64, Value>,
}

impl Line {
    async fn open(address: &str) -> Option<Self> {
        let (socket, _) = tokio_tungstenite::connect_async(address).await.ok()?;
        Some(Self { socket, next: 1, frames: Vec::new(), answers: HashMap::new() })
    }

    async fn ask_around(&mut self, top: &str, patience: Duration, doing: Doing) -> Option<Signs> {
        let before = self.work().await;
        let (began, fairly) = (Instant::now(), FairInstant::now());
        let page = self.attach(top).await?;
        let asked = self.send(Some(&page), "Runtime.evaluate", &zero()).await?;
        // A page that hangs does not even tell its frames, and need not.
        let frames =
            json!({ "autoAttach": true, "flatten": true, "waitForDebuggerOnStart": false });
        let mut asked = vec![asked, self.send(Some(&page), "Target.setAutoAttach", &frames).await?];
        // Whoever answers within its patience was only slow.
        let answers = within(patience.max(WATCHED), self.with_frames(&mut asked)).await;
        if answers.flatten().is_some() {
            return Some(Signs { page: true, younger_tab: true, given: 1.0, busy: None, doing });
        }
        // A new tab makes work for others, so it is not there yet.
        let (after, took) = (self.work().await, fairly.elapsed().as_secs_f64());
        let given = took / began.elapsed().as_secs_f64();
        let busy = before.zip(after).map(|(before, after)| busiest(&before, &after) / took);
        let younger_tab = self.new_tab_answers().await?;
        Some(Signs { page: self.are_answered(&asked), younger_tab, given, busy, doing })
    }

    /// Whether a tab answers that is made now.
    async fn new_tab_answers(&mut self) -> Option<bool> {
        let made = json!({ "url": "about:blank", "background": true });
        let made = self.call(None, "Target.createTarget", &made).await?;
        let tab = made["targetId"].as_str()?.to_owned();
        let session = self.attach(&tab).await?;
        let answers = self.call(Some(&session), "Runtime.evaluate", &zero()).await.is_some();
        self.call(None, "Target.closeTarget", &json!({ "targetId": tab })).await?;
        Some(answers)
    }

    /// Returns when a page and all the frames that it names have answered.
    async fn with_frames(&mut self, asked: &mut Vec<u64>) -> Option<()> {
        self.all_answered(asked).await?;
        for frame in std::mem::take(&mut self.frames) {
            asked.push(self.send(Some(&frame), "Runtime.evaluate", &zero()).await?);
        }
        self.all_answered(asked).await
    }

    /// The seconds of processor time that each renderer took so far, by its process.
    async fn work(&mut self) -> Option<HashMap<u64, f64>> {
        let all = self.call(None, "SystemInfo.getProcessInfo", &json!({})).await?;
        let renderers = all["processInfo"].as_array()?.iter().filter(|it| it["type"] == "renderer");
        Some(
            renderers
                .filter_map(|it| Some((it["id"].as_u64()?, it["cpuTime"].as_f64()?)))
                .collect(),
        )
    }

    async fn attach(&mut self, target: &str) -> Option<String> {
        let params = json!({ "targetId": target, "flatten": true });
        let attached = self.call(None, "Target.attachToTarget", &params).await?;
        attached["sessionId"].as_str().map(str::to_owned)
    }

    async fn call(&mut self, session: Option<&str>, method: &str, params: &Value) -> Option<Value> {
        let id = self.send(session, method, params).await?;
        self.all_answered(&[id]).await?;
        self.answers.remove(&id)
    }

    async fn send(&mut self, session: Option<&str>, method: &str, params: &Value) -> Option<u64> {
        let id = self.next;
        self.next += 1;
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(command.to_string())).await.ok()?;
        Some(id)
    }

    fn are_answered(&self, ids: &[u64]) -> bool {
        ids.iter().all(|id| self.answers.contains_key(id))
    }

    /// Returns when all these commands are answered; `None` when the connection is gone.
    async fn all_answered(&mut self, ids: &[u64]) -> Option<()> {
        while !self.are_answered(ids) {
            let message = self.socket.next().await?.ok()?;
            let Message::Text(text) = message else { continue };
            let Ok(mut said) = serde_json::from_str::<Value>(&text) else { continue };
            if let Some(id) = said["id"].as_u64() {
                self.answers.insert(id, said["result"].take());
            } else if said["method"] == "Target.attachedToTarget"
                && said["params"]["targetInfo"]["type"] == "iframe"
            {
                let session = said["params"]["sessionId"].as_str().map(str::to_owned);
                self.frames.extend(session);
            }
        }
        Some(())
    }
}

/// The most seconds that one process worked, of those that were there before.
fn busiest(before: &HashMap<u64, f64>, after: &HashMap<u64, f64>) -> f64 {
    let worked = before.iter().filter_map(|(id, before)| Some(after.get(id)? - before));
    worked.fold(0.0, f64::max)
}

/// The smallest question: whoever runs scripts can answer it.
fn zero() -> Value {
    json!({ "expression": "0" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_that_is_silent_while_a_younger_tab_answers_hangs_by_itself() {
        let given = |given, page, younger_tab| {
            Signs { page, younger_tab, given, busy: None, doing: Doing::Other }.silent()
        };
        let signs = |page, younger_tab| given(0.2, page, younger_tab);
        assert_eq!(signs(false, true), Silent::Page);
        assert_eq!(signs(true, true), Silent::Nobody);
        assert_eq!(signs(true, false), Silent::Nobody);
        let Silent::Others(said) = signs(false, false) else { panic!("others are silent too") };
        assert!(said.contains("no tab of the browser answers"), "{said}");
        let Silent::Others(said) = given(0.05, false, true) else { panic!("it was starved") };
        assert!(said.contains("next to no time"), "{said}");
    }

    #[test]
    fn a_page_that_works_is_endless_or_too_large_and_one_that_does_nothing_waits() {
        let words =
            |busy, doing| Signs { page: false, younger_tab: true, given: 1.0, busy, doing }.words();
        assert_eq!(
            [
                words(Some(0.98), Doing::Other),
                words(None, Doing::Other),
                words(Some(0.02), Doing::Other),
                words(Some(0.98), Doing::Reading),
                words(Some(0.02), Doing::Reading),
            ],
            [ENDLESS, ENDLESS, WAITING, UNREAD, WAITING]
        );
    }
}

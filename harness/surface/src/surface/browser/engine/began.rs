//! [`Began`]: a browser that was started, here or on another machine, before anybody hears its events.
//! [`Reins`]: what it is held and ended by.

use std::path::Path;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use super::bidi::Bidi;
use super::capabilities::{Machine, Seat, capabilities};
use super::driver::Driver;
use super::grid::Grid;
use super::locate::locate;
use super::remote::{Far, Remote};
use super::silence::Silence;
use super::snag::first_line;
use super::wall::Wall;
use crate::surface::SurfaceError;
use crate::surface::browser::BrowserOptions;

/// How long a browser of this machine may take to start.
const START: Duration = Duration::from_secs(60);
/// How long a polite goodbye may take before the process tree is ended.
const GOODBYE: Duration = Duration::from_secs(3);
/// How long a browser of another machine may take to reach this one.
const REACHED: Duration = Duration::from_secs(20);

/// What a browser is held and ended by.
#[derive(Debug)]
pub(crate) enum Reins {
    /// A driver of ours.
    Ours(Driver),
    /// A session elsewhere.
    Theirs(Remote),
}

/// A browser that was started.
pub(crate) struct Began {
    pub(crate) reins: Reins,
    pub(crate) client: Client,
    pub(crate) wall: Wall,
    /// What it says of itself.
    pub(crate) given: Map<String, Value>,
    /// The address of its events.
    pub(crate) events: String,
    pub(crate) silence: Silence,
}

impl Began {
    /// Starts driver and browser with a fresh profile in this folder.
    pub(crate) async fn here(
        options: &BrowserOptions,
        folder: &Path,
    ) -> Result<Self, SurfaceError> {
        let (program, driver_program) = locate(options)?;
        let wall = Wall::start().await?;
        let driver = Driver::start(&driver_program, folder, options).await?;
        let profile = folder.join("profile");
        let wanted = capabilities(options, &wall, Seat::Here(&program, &profile));
        let client = connect(&driver, wanted).await?;
        let given = client.capabilities().cloned().unwrap_or_default();
        let events = text(&given, "webSocketUrl").to_owned();
        let silence = Silence::of(&profile);
        Ok(Self { reins: Reins::Ours(driver), client, wall, given, events, silence })
    }

    /// Waits for a browser of the grid.
    pub(crate) async fn afar(options: &BrowserOptions, grid: &Grid) -> Result<Self, SurfaceError> {
        let (ours, its) = grid.addresses().await?;
        let wall = Wall::start_afar(ours, grid.reach_us()).await?;
        let machine = if its.is_loopback() { Machine::Ours } else { Machine::Another };
        let wanted = capabilities(options, &wall, Seat::Afar(machine));
        let base = grid.base().await?;
        let (remote, client) = Remote::start(grid, wanted).await?;
        let given = client.capabilities().cloned().unwrap_or_default();
        let Some(events) = grid.socket(base, text(&given, "webSocketUrl")) else {
            remote.stop().await;
            return Err(SurfaceError::BrowserMissing(format!(
                "the grid {} gives no events of its browsers (webSocketUrl); it must be a Selenium \
                 Grid 4 or a ChromeDriver",
                grid.name()
            )));
        };
        let silence = Silence::afar(grid.socket(base, text(&given, "se:cdp")));
        Ok(Self { reins: Reins::Theirs(remote), client, wall, given, events, silence })
    }

    /// What is known of its machine, where that is another one; the browser shows that it reaches
    /// this one.
    pub(crate) async fn far(&self, bidi: &Bidi) -> Result<Option<Far>, SurfaceError> {
        if matches!(self.reins, Reins::Ours(_)) {
            return Ok(None);
        }
        let far = Far::measure(&self.client, &self.given).await?;
        self.shows_itself(bidi).await?;
        Ok(Some(far))
    }

    /// Has the browser ask the wall for what only it was told.
    async fn shows_itself(&self, bidi: &Bidi) -> Result<(), SurfaceError> {
        let Some(word) = self.wall.word() else { return Ok(()) };
        let tab = self.client.window().await.map(String::from).map_err(|error| {
            let said = first_line(&error.to_string());
            SurfaceError::BrowserLost(format!("looking for its first tab: {said}"))
        })?;
        for url in [format!("http://{word}/"), "about:blank".to_owned()] {
            let params = json!({ "context": tab, "url": url, "wait": "none" });
            // There is no such host: whether it was asked for is what counts.
            drop(bidi.command("browsingContext.navigate", params, REACHED).await);
            let seen = async {
                while self.wall.word().is_some() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            if tokio::time::timeout(REACHED, seen).await.is_err() {
                return Err(SurfaceError::BrowserMissing(format!(
                    "the browser of the grid does not reach this machine at {}, where its way to the \
                     product begins; say by `browser: {{ grid: {{ url: …, reach-us: … }} }}` how it \
                     does, and see that nothing stands in between",
                    self.wall.address()
                )));
            }
        }
        Ok(())
    }
}

impl Reins {
    /// The process of the driver, where it is of this machine.
    pub(crate) fn pid(&self) -> Option<u32> {
        match self {
            Self::Ours(driver) => Some(driver.pid()),
            Self::Theirs(_) => None,
        }
    }

    /// The driver's log so far, or which session it was.
    pub(crate) fn log(&self) -> Vec<u8> {
        match self {
            Self::Ours(driver) => driver.log(),
            Self::Theirs(remote) => remote.name().into_bytes(),
        }
    }

    /// How the driver ended, where that is known.
    pub(crate) fn epitaph(&self) -> Option<String> {
        match self {
            Self::Ours(driver) => driver.epitaph(),
            Self::Theirs(_) => None,
        }
    }

    /// Ends driver and browser; politely first where they still answer.
    pub(crate) async fn stop(self, polite: Option<Client>) {
        match self {
            Self::Ours(driver) => {
                if let Some(client) = polite {
                    // So the browser writes nothing while its folder goes.
                    drop(tokio::time::timeout(GOODBYE, client.close()).await);
                }
                driver.stop().await;
            }
            Self::Theirs(remote) => remote.stop().await,
        }
    }
}

fn text<'g>(given: &'g Map<String, Value>, key: &str) -> &'g str {
    given.get(key).and_then(Value::as_str).unwrap_or_default()
}

async fn connect(driver: &Driver, wanted: Map<String, Value>) -> Result<Client, SurfaceError> {
    let url = format!("http://127.0.0.1:{}", driver.port());
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(wanted);
    let said = match tokio::time::timeout(START, builder.connect(&url)).await {
        Ok(Ok(client)) => return Ok(client),
        Ok(Err(error)) => first_line(&error.to_string()),
        Err(_) => format!("no answer within {} s", START.as_secs()),
    };
    let log = driver.log();
    Err(SurfaceError::BrowserMissing(format!(
        "the browser did not start: {said}; `nightshift doctor` looks for the reason; the \
         driver's log: {}",
        String::from_utf8_lossy(&log).trim()
    )))
}

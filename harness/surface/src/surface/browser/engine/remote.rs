//! [`Remote`]: a session of a browser on another machine, from its place in the grid's queue to its
//! end, also where nobody waits for it any more. [`Far`]: what is known of that machine.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use url::{ParseError, Url};

use super::grid::Grid;
use super::locate::{key, print_of};
use super::snag::first_line;
use crate::model::page_settings::PageSettings;
use crate::surface::SurfaceError;

/// How long a session is waited for: a grid gives up by itself after five minutes unless it was told
/// otherwise, and says why.
const QUEUED: Duration = Duration::from_secs(330);
/// How long it may take to see which fonts a machine has.
const MEASURED: Duration = Duration::from_secs(30);

/// How wide texts of many scripts are in usual fonts: that changes when the fonts do.
const FONTS: &str = r#"
const families = ['serif', 'sans-serif', 'monospace', 'cursive', 'fantasy', 'system-ui', 'Arial',
  'Helvetica', 'Helvetica Neue', 'Times New Roman', 'Courier New', 'Verdana', 'Georgia', 'Tahoma',
  'Trebuchet MS', 'Calibri', 'Cambria', 'Consolas', 'Segoe UI', 'Menlo', 'Roboto', 'Open Sans',
  'Ubuntu', 'Cantarell', 'Noto Sans', 'Noto Serif', 'DejaVu Sans', 'DejaVu Serif',
  'Liberation Sans', 'Liberation Serif', 'Liberation Mono', 'FreeSans'];
const samples = ['Hamburgefonstiv 0123', 'Ωμέγα', 'Съешь', 'שלום', 'سلام', 'नमस्ते', 'สวัสดี',
  '漢字かな', '한글', '∑≠→✓', '😀🏳'];
const generic = new Set(families.slice(0, 6));
const context = document.createElement('canvas').getContext('2d');
return families.map((family) => {
  context.font = generic.has(family) ? `40px ${family}` : `40px "${family}", monospace`;
  return samples.map((it) => context.measureText(it).width.toFixed(2)).join(' ');
});
"#;

/// A session of a browser on another machine; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Remote {
    grid: Grid,
    session: String,
    has_ended: bool,
}

impl Remote {
    /// Waits for a free place and starts a browser there. Where nobody waits any more when the
    /// session comes, it is ended.
    pub(crate) async fn start(
        grid: &Grid,
        wanted: Map<String, Value>,
    ) -> Result<(Self, Client), SurfaceError> {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted);
        let base = grid.base().await?.clone();
        let (give, given) = oneshot::channel();
        let (own, open, _wait) = (grid.clone(), grid.opens(), grid.wait());
        tokio::spawn(async move {
            let connected = match builder.connect(base.as_str()).await {
                Ok(client) => {
                    let session = client.session_id().await.ok().flatten().unwrap_or_default();
                    Ok((Self { grid: own, session, has_ended: false }, client))
                }
                Err(error) => Err(first_line(&error.to_string())),
            };
            if let Err(Ok((remote, _client))) = give.send(connected) {
                remote.stop().await;
            }
            drop(open);
        });
        let said = match tokio::time::timeout(QUEUED, given).await {
            Ok(Ok(Ok(started))) => return Ok(started),
            // What a client says of an answer that is no session helps nobody who is not let in.
            Ok(Ok(Err(said))) => grid.refusal().await.unwrap_or(said),
            Ok(Err(_)) => "asking for one broke off".to_owned(),
            Err(_) => format!("no place became free within {} s", QUEUED.as_secs()),
        };
        Err(SurfaceError::BrowserMissing(format!(
            "the grid {} gave no browser: {}",
            grid.name(),
            grid.discreet(&said)
        )))
    }

    /// What it is called where it is told of.
    pub(crate) fn name(&self) -> String {
        format!("session {} of the grid {}", self.session, self.grid.name())
    }

    /// Ends the session, also where its browser does not answer: its place is others' then.
    pub(crate) async fn stop(mut self) {
        end(&self.grid, &self.session).await;
        self.has_ended = true;
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        // Who waited for its browser has gone in the middle, as where a night is stopped.
        let Ok(runtime) = Handle::try_current() else { return };
        let (grid, session) = (self.grid.clone(), std::mem::take(&mut self.session));
        let open = grid.opens();
        runtime.spawn(async move {
            end(&grid, &session).await;
            drop(open);
        });
    }
}

async fn end(grid: &Grid, session: &str) {
    if let Err(why) = grid.ask(Method::DELETE, &format!("session/{session}")).await {
        tracing::debug!("session {session} of the grid {} could not be ended: {why}", grid.name());
    }
}

/// What is known of the machine that a browser runs on, where it is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Far {
    /// Its system, such as `linux`.
    platform: String,
    /// Six digits that change when its fonts do.
    fonts: String,
    /// The folder of the browser's profile there, which goes with the session.
    profile: String,
}

impl Far {
    /// Has the browser measure its fonts, in the tab that it began with.
    pub(crate) async fn measure(
        client: &Client,
        given: &Map<String, Value>,
    ) -> Result<Self, SurfaceError> {
        let measured = tokio::time::timeout(MEASURED, client.execute(FONTS, Vec::new())).await;
        let widths = match measured {
            Ok(Ok(Value::Array(widths))) => widths,
            Ok(Ok(other)) => return Err(unmeasured(&other.to_string())),
            Ok(Err(error)) => return Err(unmeasured(&first_line(&error.to_string()))),
            Err(_) => return Err(unmeasured("the browser did not answer in time")),
        };
        let fonts = print_of(widths.iter().filter_map(Value::as_str));
        Ok(Self::of(given, fonts))
    }

    fn of(given: &Map<String, Value>, fonts: String) -> Self {
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let platform = given.get("platformName").map(text).unwrap_or_default().to_lowercase();
        let platform: String = platform.chars().filter(char::is_ascii_alphanumeric).collect();
        let profile = given.get("chrome").map(|it| text(&it["userDataDir"]));
        Self {
            platform: if platform.is_empty() { "unknown".to_owned() } else { platform },
            fonts,
            profile: profile.filter(|it| !it.is_empty()).unwrap_or_else(|| "/tmp".to_owned()),
        }
    }

    /// What pictures depend on that are taken there.
    pub(crate) fn environment_key(&self, page: &PageSettings) -> String {
        key(&format!("{}-remote", self.platform), page, &self.fonts)
    }

    /// A folder on that machine for the downloads of one page, named as ours is.
    pub(crate) fn downloads(&self, ours: &Path) -> String {
        let name = ours.file_name().unwrap_or_default().to_string_lossy();
        let between = if self.profile.contains('\\') { '\\' } else { '/' };
        format!("{}{between}nightshift-{name}", self.profile)
    }
}

fn unmeasured(why: &str) -> SurfaceError {
    SurfaceError::BrowserLost(format!("seeing which fonts its machine has: {why}"))
}

/// A file for the machine of the browser, in an archive of its own. Its answer is the path there.
#[derive(Clone)]
pub(crate) struct Parcel {
    zip: String,
    to: &'static str,
}

impl std::fmt::Debug for Parcel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parcel").finish_non_exhaustive()
    }
}

impl WebDriverCompatibleCommand for Parcel {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.to))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "file": self.zip }).to_string()))
    }
}

impl Parcel {
    fn of(file: &Path) -> std::io::Result<Self> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default())?;
        std::io::copy(&mut std::fs::File::open(file)?, &mut writer)?;
        let bytes = writer.finish()?.into_inner();
        let zip = base64::engine::general_purpose::STANDARD.encode(bytes);
        Ok(Self { zip, to: "se/file" })
    }

    /// The same where a driver itself takes it, and no grid.
    pub(crate) fn to_a_driver(&self) -> Self {
        Self { to: "file", ..self.clone() }
    }
}

/// A file as the machine of the browser takes it.
pub(crate) fn pack(file: &Path) -> Result<Parcel, SurfaceError> {
    Parcel::of(file).map_err(|source| SurfaceError::Io {
        what: format!("packing {} for the machine of the browser", file.display()),
        source,
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::super::played::{Played, request};
    use super::*;

    /// What a grid must do within, or never does.
    const SOON: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_grid_that_does_not_let_us_in_is_told_with_what_it_must_be_given() {
        let remedy = "give the `user` and `password` that it knows";
        for (status, is_shut) in [("401 No", true), ("403 No", true), ("500 No", false)] {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            tokio::spawn(async move {
                let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0");
                while let Ok((stream, _)) = listener.accept().await {
                    let (mut stream, _) = request(stream).await;
                    drop(stream.write_all(format!("{head}\r\n\r\n").as_bytes()).await);
                }
            });
            let grid = Grid::at(&format!("http://127.0.0.1:{port}"), None, None);
            let grid = grid.expect("an address");
            let error = Remote::start(&grid, Map::new()).await.expect_err("no browser");
            assert_eq!(error.to_string().contains(remedy), is_shut, "{error}");
            let said = grid.condition().await.expect_err("it does not say");
            assert_eq!(said.contains(remedy), is_shut, "{said}");
        }
    }

    #[tokio::test]
    async fn a_session_that_comes_when_nobody_waits_any_more_is_ended() {
        let mut played = Played::with(json!({})).await;
        played.gives.send_replace(false);
        let grid = played.grid.clone();
        let mut asks = Box::pin(Remote::start(&grid, Map::new()));
        tokio::select! {
            _ = &mut asks => unreachable!("it gives none yet"),
            first = played.heard.recv() => assert_eq!(first.as_deref(), Some("POST /session")),
        }
        assert!(grid.waited_for().is_some(), "somebody waits");
        drop(asks);
        assert_eq!(grid.waited_for(), None, "nobody waits any more");
        assert!(!grid.has_settled(Duration::from_millis(50)).await, "one is still to come");
        assert!(played.heard.try_recv().is_err(), "there is nothing to end yet");
        played.gives.send_replace(true);
        assert!(grid.has_settled(SOON).await, "it came, and was ended");
        assert_eq!(played.heard.recv().await.as_deref(), Some("DELETE /session/a1"));
        assert_eq!(played.open(), 0);
    }

    #[tokio::test]
    async fn a_session_that_is_dropped_is_ended_and_one_that_is_used_stays() {
        let mut played = Played::with(json!({})).await;
        let grid = played.grid.clone();
        let (remote, client) = Remote::start(&grid, Map::new()).await.expect("it gives one");
        assert_eq!(played.heard.recv().await.as_deref(), Some("POST /session"));
        assert!(grid.has_settled(SOON).await, "nothing is under way");
        assert!(played.heard.try_recv().is_err() && played.open() == 1, "somebody uses it");
        assert_eq!(grid.waited_for(), None, "who uses one waits for none");
        drop(remote);
        assert!(grid.has_settled(SOON).await);
        assert_eq!(played.heard.recv().await.as_deref(), Some("DELETE /session/a1"));
        assert_eq!(played.open(), 0);
        drop(client);
    }

    #[test]
    fn pictures_of_another_machine_have_its_system_and_fonts_in_their_key() {
        let given = json!({ "platformName": "LINUX", "chrome": { "userDataDir": "/tmp/.org.1" } });
        let far = |fonts: &str| Far::of(given.as_object().expect("a map"), fonts.to_owned());
        let page = PageSettings::default();
        assert_eq!(far("a1b2c3").environment_key(&page), "linux-remote-1280x800-1x-a1b2c3");
        assert_ne!(far("a1b2c3").environment_key(&page), far("d4e5f6").environment_key(&page));
        let nothing = Far::of(&Map::new(), "a1b2c3".to_owned());
        assert_eq!(nothing.environment_key(&page), "unknown-remote-1280x800-1x-a1b2c3");
    }

    #[test]
    fn downloads_lie_in_the_profile_of_the_session_as_paths_are_written_there() {
        let far = |profile: &str| {
            let given = json!({ "chrome": { "userDataDir": profile } });
            Far::of(given.as_object().expect("a map"), String::new())
        };
        let ours = Path::new("/scratch/downloads-x1");
        assert_eq!(far("/tmp/.org.1").downloads(ours), "/tmp/.org.1/nightshift-downloads-x1");
        assert_eq!(far(r"C:\t\1").downloads(ours), r"C:\t\1\nightshift-downloads-x1");
        assert_eq!(far("").downloads(ours), "/tmp/nightshift-downloads-x1");
    }

    #[test]
    fn a_file_goes_in_an_archive_of_its_own_under_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("orders.csv");
        std::fs::write(&file, "id,total\n1,9\n").expect("written");
        let parcel = Parcel::of(&file).expect("packed");
        let bytes = base64::engine::general_purpose::STANDARD.decode(&parcel.zip).expect("base64");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
        assert_eq!(archive.len(), 1);
        let mut entry = archive.by_name("orders.csv").expect("its name");
        let mut text = String::new();
        std::io::Read::read_to_string(&mut entry, &mut text).expect("readable");
        assert_eq!(text, "id,total\n1,9\n");
        let base = Url::parse("http://grid.test:4444/").expect("an address");
        let endpoint = parcel.endpoint(&base, Some("a1")).expect("an address");
        assert_eq!(endpoint.as_str(), "http://grid.test:4444/session/a1/se/file");
        let driver = parcel.to_a_driver().endpoint(&base, Some("a1")).expect("an address");
        assert_eq!(driver.as_str(), "http://grid.test:4444/session/a1/file");
        assert!(Parcel::of(&folder.path().join("none")).is_err());
    }
}

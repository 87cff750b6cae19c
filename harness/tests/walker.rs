//! The page walker against a real browser: its roles and names beside the browser's own, its
//! accessibility trees as goldens, and what it finds. Main type: [`Browser`], a driver's session
//! over plain HTTP, so that these tests need nothing of the surface that they help to build.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use nightshift::model::outline::Outline;
use nightshift::model::{Locator, Target, Template};
use nightshift::surface::browser::walker::{
    Computed, ElementState, Explain, Followed, Matches, Page, Question, SCRIPT, Scroll,
    WalkerError, read,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A browser of its own; dropping it ends driver and browser by their process group.
struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    driver: Child,
    session: String,
    pages: String,
    profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(group) = rustix::process::Pid::from_raw(self.driver.id().cast_signed()) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.driver.wait();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Serves `harness/tests/pages` until the runtime ends; answers the base URL.
async fn serve_pages() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 8192];
            let read = stream.read(&mut request).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&request[..read]).into_owned();
            let name = head.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/harness/tests/pages");
            let body = match name.strip_prefix("rows/").and_then(|rows| rows.parse().ok()) {
                Some(rows) => table_page(rows),
                None => std::fs::read_to_string(format!("{folder}/{name}")).unwrap_or_default(),
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    base
}

/// A table of so many rows of six elements each.
fn table_page(rows: u32) -> String {
    let mut html = String::from(
        "<!doctype html><title>Rows</title><main><h1>Rows</h1><table><tr><th>Id<th>Name<th>Land<th>Sum</tr>",
    );
    for row in 0..rows {
        let sum = row * 7;
        let cells = format!("<td>{row}<td><a href=/r/{row}>Name {row}</a><td>NZ<td>{sum}.50");
        html.extend(["<tr>", cells.as_str(), "</tr>"]);
    }
    html + "</table></main>"
}

impl Browser {
    async fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let port = free_port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver is installed");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut browser = Self {
            client,
            driver,
            session: format!("http://127.0.0.1:{port}"),
            pages: serve_pages().await,
            profile,
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while browser.send("GET", "/status", None).await.is_err() {
            assert!(Instant::now() < deadline, "chromedriver did not answer within 20 s");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1".to_owned(),
            format!("--user-data-dir={}", browser.profile.path().display()),
        ];
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
        } } });
        let made = browser.call("POST", "/session", Some(capabilities)).await;
        let id = made["sessionId"].as_str().expect("a session id").to_owned();
        browser.session = format!("{}/session/{id}", browser.session);
        browser
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        let request = hyper::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.session))
            .body(Full::new(Bytes::from(body.map(|it| it.to_string()).unwrap_or_default())))
            .map_err(|error| error.to_string())?;
        let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
        let ok = answer.status().is_success();
        let bytes = answer.into_body().collect().await.map_err(|error| error.to_string())?;
        let mut value: Value =
            serde_json::from_slice(&bytes.to_bytes()).map_err(|error| error.to_string())?;
        if ok { Ok(value["value"].take()) } else { Err(value.to_string()) }
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        self.send(method, path, body).await.expect("WebDriver does as it is told")
    }

    async fn open(&self, page: &str) {
        let url = format!("{}/{page}", self.pages);
        self.call("POST", "/url", Some(json!({ "url": url }))).await;
    }

    async fn try_ask<T: DeserializeOwned>(
        &self,
        question: &Question<'_>,
    ) -> Result<T, WalkerError> {
        let body = json!({ "script": SCRIPT, "args": question.arguments() });
        read(self.call("POST", "/execute/sync", Some(body)).await)
    }

    async fn ask<T: DeserializeOwned>(&self, question: &Question<'_>) -> T {
        self.try_ask(question).await.expect("the walker answers")
    }

    async fn find(&self, target: &Target) -> Matches {
        self.ask(&Question::Find { target, explain: Explain::Nearest }).await
    }

    async fn state(&self, element: &Value, scroll: Scroll) -> ElementState {
        self.ask(&Question::State { element, attributes: &["id".to_owned()], scroll }).await
    }

    async fn close(self) {
        self.call("DELETE", "", None).await;
    }
}

/// Where the browser's word for a role is its own, the ARIA word that we print.
#[expect(clippy::match_same_arms, reason = "each arm has a reason of its own")]
fn role_in_our_words(theirs: &str) -> &str {
    match theirs {
        // ARIA 1.3 made `image` the preferred synonym; ours is the word that people know.
        "image" => "img",
        // Chromium's internal words for elements that ARIA has no role for; we dissolve them.
        "none" | "LabelText" | "Legend" | "Figcaption" | "Ruby" | "Abbr" | "LineBreak" => "generic",
        // ARIA 1.3 drafts: a header or footer that is no landmark only groups.
        "sectionheader" | "sectionfooter" => "generic",
        // HTML-AAM has no role for dl; a list is what readers announce.
        "DescriptionList" => "list",
        "DisclosureTriangle" => "button",
        // Fields with a picker of their own; they are typed into like any other.
        "Date" | "InputTime" | "DateTime" | "ColorWell" => "textbox",
        "Iframe" => "iframe",
        "Audio" => "audio",
        "Video" => "video",
        "Canvas" => "canvas",
        "EmbeddedObject" => "embed",
        "PluginObject" => "object",
        "MathMLMath" => "math",
        // Parts of a formula: ARIA speaks of the whole only.
        "MathMLIdentifier" => "generic",
        other => other,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where we disagree with the browser on purpose: id, ours, theirs, reason.
const DISAGREEMENTS: &[(&str, &str, &str, &str)] = &[
    ("dt", "term", "term \"Term\"", TERM),
    ("dfn", "term", "term \"dfn\"", TERM),
    ("term", "term", "term \"te\"", TERM),
    (
        "figure",
        "figure \"Tree figure\"",
        "figure",
        "HTML-AAM 4.1.9 names a figure by its figcaption",
    ),
    (
        "abbr",
        "generic",
        "generic \"World Wide Web\"",
        "ARIA forbids naming a generic: the title is its description",
    ),
    ("audio", "audio \"Song\"", "audio \"Unable to play media.\"", MEDIA),
    ("video", "video \"Film\"", "video \"Unable to play media.\"", MEDIA),
    ("tr-head", "row \"Name Price\"", "row", ROW),
    ("tr", "row \"Tea 3\"", "row", ROW),
    ("tr2", "row \"Milk 4 p\"", "row", ROW),
    ("tr-foot", "row \"Sum 7\"", "row", ROW),
    (
        "grid-row",
        "row \"g1 ch rh\"",
        "row \"g1chrh\"",
        "cells are apart, however they are laid out",
    ),
    ("role-row", "row \"c1\"", "row", ROW),
    ("n-row-mixed", "row \"L Cell tip\"", "row", ROW),
    ("<tbody>", "rowgroup", "generic", LAYOUT),
    ("<tbody>", "rowgroup", "generic", LAYOUT),
    ("<tr>", "row \"x\"", "LayoutTableRow", LAYOUT),
    ("n-table-title", "table \"Table tip\"", "LayoutTable \"Table tip\"", LAYOUT),
    ("n-th-lone", "columnheader \"x\"", "LayoutTableCell \"x\"", LAYOUT),
    (
        "n-img-alt-title",
        "img \"tip only\"",
        "img",
        "HTML-AAM 4.1.8 takes the title of an image that is not decorative",
    ),
    ("a-loud", "button \"Log out\"", "button \"LOG OUT\"", LETTERS),
];
const LETTERS: &str =
    "the name is the document's text; capitals of a style are matched when a target asks for them";
const TERM: &str = "ARIA 1.2 names a term by its author only; its text is printed inside it";
const MEDIA: &str = "the browser prefers its own word about a missing medium to the author's title";
const ROW: &str =
    "ARIA names rows from content; Chromium does so for focusable rows only, to be quick";
const LAYOUT: &str =
    "Chromium guesses which tables are for layout; HTML-AAM does not, and guesses change";

fn in_words(role: &str, name: &str) -> String {
    if name.is_empty() { role.to_owned() } else { format!("{role} \"{name}\"") }
}

#[tokio::test]
async fn roles_and_names_are_those_of_the_browser_but_for_what_is_written_down() {
    let browser = Browser::start().await;
    let mut seen = Vec::new();
    for (page, least) in [("elements.html", 150), ("widgets.html", 150), ("applications.html", 15)]
    {
        browser.open(page).await;
        let ours: Vec<Computed> = browser.ask(&Question::Roles).await;
        assert!(ours.len() > least, "{page} has only {} elements", ours.len());
        for it in ours {
            let Some(id) = it.element.as_object().and_then(|it| it.values().next()?.as_str())
            else {
                continue; // inside a frame
            };
            let role = browser.call("GET", &format!("/element/{id}/computedrole"), None).await;
            let label = browser.call("GET", &format!("/element/{id}/computedlabel"), None).await;
            let role = role_in_our_words(role.as_str().expect("a role"));
            let theirs = in_words(role, &one_line(label.as_str().expect("a label")));
            let ours = if it.exposed && it.role != "none" && !it.role.is_empty() {
                in_words(&it.role, &it.name)
            } else {
                "generic".to_owned()
            };
            if ours != theirs {
                let who = if it.id.is_empty() { format!("<{}>", it.tag) } else { it.id };
                seen.push((who, ours, theirs));
            }
        }
    }
    browser.close().await;
    let mut listed: Vec<(String, String, String)> = DISAGREEMENTS
        .iter()
        .map(|(id, ours, theirs, _)| ((*id).to_owned(), (*ours).to_owned(), (*theirs).to_owned()))
        .collect();
    seen.sort();
    listed.sort();
    assert_eq!(seen, listed, "left: what differs; right: what is written down as differing");
}

#[tokio::test]
async fn the_accessibility_tree_of_a_page_is_as_accepted() {
    let browser = Browser::start().await;
    let pages =
        ["applications", "composed", "elements", "hidden", "hostile", "modal", "states", "widgets"];
    for name in pages {
        browser.open(&format!("{name}.html")).await;
        let page: Page =
            browser.ask(&Question::Observe { masks: &[], details: &[], drawn: false }).await;
        let again: Page =
            browser.ask(&Question::Observe { masks: &[], details: &[], drawn: false }).await;
        assert_eq!(page, again, "{name}: looking changes nothing");
        let text = format!("{}--- text\n{}", page.aria, page.text);
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(format!("walker_{name}"), text);
        });
    }
    browser.close().await;
}

fn role(role: &str, name: Option<&str>) -> Target {
    Target::plain(Locator::Role { role: role.to_owned(), name: name.map(Template::from) })
}

fn within(mut target: Target, outer: Target) -> Target {
    target.within = Some(Box::new(outer));
    target
}

#[tokio::test]
async fn an_outline_says_what_a_person_sees_and_the_tree_does_not() {
    let browser = Browser::start().await;
    browser.open("sketch.html").await;
    let outline: Outline = browser.ask(&Question::Outline).await;
    let again: Outline = browser.ask(&Question::Outline).await;
    browser.close().await;
    assert_eq!(outline, again, "looking changes nothing");
    let told: Vec<String> = outline
        .elements
        .iter()
        .enumerate()
        .filter(|(_, it)| it.usable || it.colour.is_some() || !it.text.is_empty())
        .map(|(at, it)| {
            format!(
                "{} {:?} text {:?} labels {:?} marks {:?} value {:?} kind {:?} options {:?} hints {:?} colour {:?}{} reads {:?}",
                it.role, it.name, it.text, it.labels, it.marks, it.value, it.kind, it.options,
                it.hints, it.colour, if it.usable { " usable" } else { "" }, outline.text_of(at),
            )
        })
        .collect();
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(told.join("\n"));
    });
}

/// What was found, as role and name; what was nearest where nothing was.
async fn found(browser: &Browser, target: &Target) -> Vec<String> {
    let found = browser.find(target).await;
    if found.matches.is_empty() {
        return found.nearest.iter().map(|it| format!("near: {it}")).collect();
    }
    found.matches.iter().map(|it| in_words(&it.role, &it.name)).collect()
}

#[tokio::test]
async fn a_masked_thing_leaves_its_place_and_not_its_words() {
    let browser = Browser::start().await;
    browser.open("finding.html").await;
    let masks = [role("cell", Some("Ada Lovelace")), role("contentinfo", None)];
    let page: Page =
        browser.ask(&Question::Observe { masks: &masks, details: &[], drawn: false }).await;
    browser.close().await;
    assert!(!page.aria.contains("Lovelace"), "{}", page.aria);
    assert!(page.aria.contains("row \"[masked] NZ Edit\""), "{}", page.aria);
    assert!(page.aria.contains("- cell: [masked]"), "{}", page.aria);
    assert_eq!(page.unmatched, [1]);
    assert_eq!(page.masks.len(), 1);
    assert!(page.masks[0].page.width > 10.0 && page.masks[0].mask == 0);
}

#[tokio::test]
async fn targets_find_what_a_person_means_and_say_what_is_near() {
    let browser = Browser::start().await;
    browser.open("finding.html").await;
    let cases: Vec<(Target, &[&str])> = vec![
        (role("button", Some("Edit")), &["button \"Edit\"", "button \"Edit\""]),
        (within(role("button", Some("Edit")), role("row", Some("Ada"))), &["button \"Edit\""]),
        (
            role("button", Some("Apply")),
            &[
                "near: button \"Apply\" (hidden)",
                "near: button \"Apply filter\"",
                "near: button \"Edit\"",
                "near: button \"In shadow\"",
                "near: button \"Framed\"",
                "near: button \"Under\"",
            ],
        ),
        (role("button", Some("In shadow")), &["button \"In shadow\""]),
        (Target::plain(Locator::Text("12".into())), &["generic"]),
        (Target::plain(Locator::Text("Total".into())), &["paragraph"]),
        (Target::plain(Locator::Text("Rows".into())), &["generic"]),
        (Target::plain(Locator::Text("ota".into())), &[]),
        (Target::plain(Locator::TestId("box".into())), &["generic"]),
        (Target::plain(Locator::TestId("shut".into())), &["near: generic (hidden)"]),
    ];
    for (target, expected) in cases {
        assert_eq!(found(&browser, &target).await, expected, "{target}");
    }
    let missing = within(role("button", Some("Edit")), role("row", Some("Nobody")));
    assert!(browser.find(&missing).await.missing_within);
    let near = browser.find(&Target::plain(Locator::Label("Nickname".into()))).await;
    let state = browser.state(&near.matches[0].element, Scroll::Leave).await;
    assert_eq!(state.attributes["id"].as_deref(), Some("near"));
    let wrong = Target::plain(Locator::Css("button[".into()));
    let question = Question::Find { target: &wrong, explain: Explain::Nothing };
    let answer = browser.try_ask::<Matches>(&question).await;
    assert!(matches!(answer, Err(WalkerError::Complaint(_))), "{answer:?}");
    let framed = browser.find(&role("button", Some("Framed"))).await.matches.remove(0);
    assert_eq!(framed.frames, [0, 0]);
    for frame in &framed.frames {
        browser.call("POST", "/frame", Some(json!({ "id": frame }))).await;
    }
    let inside: Followed = browser.ask(&Question::Follow { way: &framed.way }).await;
    let state = browser.state(&inside.element, Scroll::Leave).await;
    assert_eq!(in_words(&state.role, &state.name), "button \"Framed\"");
    browser.close().await;
}

#[tokio::test]
async fn an_icon_is_called_by_its_title_and_words_by_themselves() {
    let browser = Browser::start().await;
    browser.open("icons.html").await;
    for name in ["Edit", "Delete", "Copy", "Share", "Print", "Pin", "Words", "Both"] {
        let matches = browser.find(&role("link", Some(name))).await.matches;
        assert_eq!(matches.len(), 1, "{name}");
    }
    assert_eq!(browser.find(&role("button", Some("Search"))).await.matches.len(), 1);
    assert!(browser.find(&role("link", Some("Tip"))).await.matches.is_empty(), "it has words");
    let page: Page =
        browser.ask(&Question::Observe { masks: &[], details: &[], drawn: false }).await;
    browser.close().await;
    let lines = ["link \"Edit\" [url=/edit]", "link \"Share\" [url=/share]", "button \"Search\""];
    for line in lines {
        assert!(page.aria.contains(line), "{line}: {}", page.aria);
    }
    assert!(page.aria.contains("[description=\"Tip\"]"), "{}", page.aria);
}

#[tokio::test]
async fn a_state_says_what_hinders_a_click() {
    let browser = Browser::start().await;
    browser.open("finding.html").await;
    let under = browser.find(&role("button", Some("Under"))).await.matches.remove(0);
    let state = browser.state(&under.element, Scroll::IntoView).await;
    assert_eq!(state.covered_by.as_deref(), Some("div#cover"));
    let below = browser.find(&role("button", Some("Below"))).await.matches.remove(0);
    assert!(!browser.state(&below.element, Scroll::Leave).await.in_viewport);
    assert!(browser.state(&below.element, Scroll::IntoView).await.in_viewport);
    let styled = browser.find(&role("checkbox", Some("Styled box"))).await.matches.remove(0);
    assert_eq!(browser.state(&styled.element, Scroll::IntoView).await.covered_by, None);
    browser.open("states.html").await;
    let mixed = browser.find(&role("checkbox", Some("Mixed"))).await.matches.remove(0);
    let before = browser.state(&mixed.element, Scroll::Leave).await;
    assert_eq!((before.checked.as_str(), before.enabled, before.visible), ("mixed", true, true));
    browser.open("modal.html").await;
    let body = json!({ "script": SCRIPT, "args": Question::Roles.arguments() });
    assert!(browser.call("POST", "/execute/sync", Some(body)).await.is_array());
    browser.close().await;
}

#[tokio::test]
async fn a_large_page_is_read_whole() {
    let browser = Browser::start().await;
    browser.open("rows/1000").await;
    let page: Page =
        browser.ask(&Question::Observe { masks: &[], details: &[], drawn: false }).await;
    browser.close().await;
    assert_eq!(page.aria.lines().count(), 6009);
    assert!(page.aria.contains("- row \"999 Name 999 NZ 6993.50\":\n"));
}

#[tokio::test]
async fn the_details_of_a_page_are_as_accepted() {
    let browser = Browser::start().await;
    browser.open("details.html").await;
    let details = ["links", "fields", "storage", "a11y", "response"];
    let ask = Question::Observe { masks: &[], details: &details, drawn: false };
    let page: Page = browser.ask(&ask).await;
    let again: Page = browser.ask(&ask).await;
    assert_eq!(page, again, "looking changes nothing");
    let masks = [role("main", None)];
    let masked: Page =
        browser.ask(&Question::Observe { masks: &masks, details: &details, drawn: false }).await;
    browser.close().await;
    let told = page.details;
    let text = format!(
        "--- lang\n{}\n--- links\n{}--- fields\n{}--- a11y\n{}--- a11y without main\n{}",
        told.lang, told.links, told.fields, told.a11y, masked.details.a11y
    );
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(text);
    });
}

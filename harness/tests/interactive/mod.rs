//! What a person has beside the night: `goto`, `try` and `record`, as they use them.
//!
//! The browser has no window here; the person sits at its developer tools.

mod person;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};

use crate::support::{Answer, SuiteCopy, night_json, nightshift, verdicts};
use person::Person;

/// A command that waits for a person.
struct Waiting {
    child: Child,
    stdout: BufReader<ChildStdout>,
    said: String,
}

impl Waiting {
    fn start(suite: &SuiteCopy, arguments: &[&str]) -> Self {
        let mut child = nightshift()
            .args(arguments)
            .current_dir(suite.root())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, stdout, said: String::new() }
    }

    /// The value of the line that begins with this word.
    fn line(&mut self, word: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.stdout.read_line(&mut line).expect("text");
            if read == 0 {
                let mut said = String::new();
                let stderr = self.child.stderr.as_mut().expect("piped");
                stderr.read_to_string(&mut said).expect("text");
                panic!("it ended without saying {word:?}: {}{said}", self.said);
            }
            self.said.push_str(&line);
            if let Some(value) = line.strip_prefix(word) {
                return value.trim().to_owned();
            }
        }
    }

    /// Waits until standard error has a line with this text.
    fn hears(&mut self, text: &str) {
        let reader = BufReader::new(self.child.stderr.as_mut().expect("piped"));
        for line in reader.lines() {
            if line.expect("text").contains(text) {
                return;
            }
        }
        panic!("it ended without saying {text:?}");
    }

    async fn person(&mut self) -> Person {
        Person::at(&self.line("target: ")).await
    }

    /// Presses Enter and waits for the end.
    fn enter(mut self) -> Answer {
        let mut stdin = self.child.stdin.take().expect("piped");
        stdin.write_all(b"\n").expect("it listens");
        self.end()
    }

    fn end(mut self) -> Answer {
        self.stdout.read_to_string(&mut self.said).expect("text");
        let stdout = std::mem::take(&mut self.said);
        Answer { stdout, ..self.child.wait_with_output().expect("it ends").into() }
    }
}

fn said(answer: &Answer) -> String {
    format!("{}{}", answer.stdout, answer.stderr)
}

/// Records on a page of the shop, has the person do it, and answers with the file's text.
async fn recorded(suite: &SuiteCopy, at: &str, work: impl AsyncFnOnce(&mut Person)) -> String {
    let mut recording =
        Waiting::start(suite, &["record", "--at", at, "--headless", "--scenario", "taken"]);
    let mut person = recording.person().await;
    recording.hears("recording;");
    work(&mut person).await;
    let answer = recording.enter();
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let file = suite.root().join("scenarios/taken.yaml");
    std::fs::read_to_string(file).expect("written")
}

/// The verdict of the recording in a night.
fn verdict_of_taken(suite: &SuiteCopy, out: &str, more: &[&str]) -> String {
    let arguments = ["run", "taken", "--no-pdf", "--retries", "0", "--out", out];
    let environment = [("PASSWORD", "tea-for-two")];
    suite.run_with(&[&arguments[..], more].concat(), &environment);
    let night = night_json(&suite.root().join(out));
    let outcome = night["scenarios"][0]["attempts"][0]["outcome"].as_str().unwrap_or_default();
    assert_eq!(verdicts(&night).len(), 1);
    format!("{outcome}: {}", night["findings"][0]["title"].as_str().unwrap_or("nothing"))
}

#[tokio::test]
async fn what_a_person_does_in_the_shop_is_written_and_replays_green() {
    let suite = SuiteCopy::of_the_shop();
    let text = recorded(&suite, "/", async |person| {
        let link =
            |name: &str| format!("[...document.links].find((it) => it.textContent === '{name}')");
        let button = "[...document.querySelectorAll('main button')].at(-1)";
        person.click(&link("Orders")).await;
        person.arrives("/orders").await;
        person.ask("document.querySelector('[name=country]').focus()").await;
        person.types("N").await;
        person.click(button).await;
        person.arrives("/orders?country=NZ&state=").await;
        person.click(&link("Sign in")).await;
        person.arrives("/login").await;
        person.click("document.querySelector('#user')").await;
        person.types("ada").await;
        person.click("document.querySelector('#password')").await;
        person.types("tea-for-two").await;
        person.enter().await;
        person.arrives("/").await;
        let settings = person.ask("location.origin + '/settings'").await;
        person.call("Page.navigate", serde_json::json!({ "url": settings })).await;
        person.arrives("/settings").await;
        person.click("document.querySelector('[name=letters]').parentElement").await;
        person.click("document.querySelector('[name=name]')").await;
        person.key("End", 35, "").await;
        person.types("!").await;
        person.click(button).await;
        person.until("document.body.textContent.includes('are kept')").await;
    })
    .await;
    assert!(!text.contains("tea-for-two"), "{text}");
    insta::assert_snapshot!(text, @r#"
    # Passwords are not recorded: set PASSWORD in the environment, or in the file of `secrets:`.
    scenario: taken
    steps:
      - open: /
      - click: 'link "Orders"'
      - choose: { from: 'combobox "Country"', option: New Zealand }
      - click: 'button "Apply"'
      - click: 'link "Sign in"'
      - fill:
          'textbox "User"': ada
          'textbox "Password"': '${secret:PASSWORD}'
      - press: Enter
        on: 'textbox "Password"'
      - open: /settings
      - check: 'checkbox "Send me letters"'
      - fill: { 'textbox "Name"': 'Ada!' }
      - click: 'button "Save"'
      - see: 'text "Your settings are kept."'
    "#);
    let checked = suite.run(&["check"]);
    assert_eq!(checked.code, Some(0), "{checked:#?}");
    assert_eq!(verdict_of_taken(&suite, "green", &[]), "completed: nothing");
    let fault = "products.shop.env.SHOP_FAULT=cookie-lost";
    let red = verdict_of_taken(&suite, "red", &["--set", fault]);
    assert!(red.starts_with("failed: "), "{red}");
}

#[tokio::test]
async fn twins_shadow_trees_frames_and_dialogs_are_recorded_by_targets_that_mean_one_thing() {
    let suite = SuiteCopy::of_the_shop();
    let text = recorded(&suite, "/twins", async |person| {
        let button = |name: &str, at: i32| {
            format!("[...document.querySelectorAll('button')].filter((it) => it.textContent === '{name}').at({at})")
        };
        person.click(&button("Edit", 1)).await;
        person.click(&button("Save", 1)).await;
        person.click("document.querySelector('shop-stepper').shadowRoot.querySelector('b')").await;
        person.click("document.querySelector('#c4711')").await;
        person.types("red").await;
        person.click("document.querySelector('circle')").await;
        person.click("document.querySelector('[contenteditable]')").await;
        person.types("Hi").await;
        person.ask("document.querySelector('select').focus()").await;
        person.types("L").await;
        person.click("frames[0].document.querySelector('input')").await;
        person.types("milk").await;
        person.click("frames[0].document.querySelector('button')").await;
        person.click_and_answer("document.querySelector('#delete')", true).await;
        person.until("document.querySelector('#said').textContent === 'it is gone'").await;
    })
    .await;
    insta::assert_snapshot!(text, @r#"
    scenario: taken
    steps:
      - open: /twins
      - click: { target: 'button "Edit"', in: 'row "Bob"' }
      - click: { target: 'button "Save"', nth: 2 }
      - click: 'button "More"'
      - fill: { 'label "Colour:"': red }
      - click: 'testid "chip"'
      - fill: { 'textbox "Letter"': Hi }
      - choose: { from: 'combobox "Size"', option: Large }
      - fill: { 'textbox "Note"': milk }
      - click: 'button "Keep"'
      - click: 'button "Delete"'
      - dialog: accept
        message: Really delete it?
      - see: 'text "it is gone"'
    "#);
    assert_eq!(verdict_of_taken(&suite, "green", &[]), "completed: nothing");
}

#[tokio::test]
async fn a_recording_outside_of_a_suite_has_reloads_uploads_downloads_and_other_clicks() {
    let suite = SuiteCopy::of_the_shop();
    let mut shop = Waiting::start(&suite, &["goto", "look-around:1", "--headless"]);
    let url = shop.line("url: ");
    shop.line("target: ");
    let elsewhere = SuiteCopy::empty();
    let start = format!("{url}/orders");
    let arguments = ["record", "--url", &start, "--headless", "--out", "mine.yaml"];
    let mut recording = Waiting::start(&elsewhere, &arguments);
    let mut person = recording.person().await;
    recording.hears("recording;");
    let file = suite.root().join("data/prices.csv");
    person.click("document.querySelector('a[download]')").await;
    person.call("Page.reload", serde_json::json!({})).await;
    person.arrives("/orders").await;
    person.click("document.links[0]").await;
    person.arrives("/").await;
    person.gives("document.querySelector('[type=file]')", &file).await;
    let twins = format!("{url}/twins");
    person.call("Page.navigate", serde_json::json!({ "url": twins })).await;
    person.arrives("/twins").await;
    person.clicks("document.querySelector('[ondblclick]')", "left", 2).await;
    person.until("document.querySelector('#said').textContent === 'opened'").await;
    person.clicks("document.querySelector('#delete')", "right", 1).await;
    person.key("Escape", 27, "").await;
    let answer = recording.enter();
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let text = std::fs::read_to_string(elsewhere.root().join("mine.yaml")).expect("written");
    let text = text.replace(&url, "[url]");
    insta::assert_snapshot!(text, @r#"
    # Recorded at [url].
    scenario: mine
    steps:
      - open: /orders
      - download: { click: 'link "Export as CSV"', as: orders.csv }
      - reload
      - click: 'link "Home"'
      # the file must lie in the product's `data`, or be made by a step before
      - upload: { to: 'button "Price list"', file: prices.csv }
      - open: /twins
      - double-click: 'button "Open"'
      - right-click: 'button "Delete"'
      - press: Escape
        on: 'button "Delete"'
      - see: 'heading "Twins"'
    "#);
    assert_eq!(shop.enter().code, Some(0));
}

#[test]
fn a_recording_never_takes_the_place_of_a_file_and_needs_a_page() {
    let suite = SuiteCopy::of_the_shop();
    let record = |more: &[&str]| {
        let answer =
            suite.run_with(&[&["record", "--headless"], more].concat(), &[("DISPLAY", "")]);
        (answer.code, said(&answer))
    };
    let (code, text) = record(&["--at", "/", "--out", "scenarios/search.yaml"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("search.yaml is there already and is never overwritten"), "{text}");
    let (code, text) = record(&["--at", "/", "--scenario", "buy-things", "--out", "b.yaml"]);
    assert!(code == Some(2) && text.contains("has a scenario buy-things already"), "{text}");
    let (code, text) = record(&["--at", "/", "--scenario", "a/b"]);
    assert!(code == Some(2) && text.contains("cannot be part of a file name"), "{text}");
    let (code, text) = record(&["--url", "not a url", "--scenario", "x"]);
    assert!(code == Some(2) && text.contains("is no URL of a page"), "{text}");
    let (code, text) = record(&["--at", "orders", "--scenario", "x"]);
    assert!(code == Some(2) && text.contains("begin it with `/`"), "{text}");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let (code, text) = record(&["--url", &format!("127.0.0.1:{port}"), "--scenario", "x"]);
    assert!(code == Some(4) && text.contains("nothing answers there"), "{text}");
    let answer =
        suite.run_with(&["record", "--at", "/"], &[("DISPLAY", ""), ("WAYLAND_DISPLAY", "")]);
    assert!(answer.code == Some(2) && answer.stderr.contains("there is no display"), "{answer:#?}");
}

#[test]
fn a_target_that_is_tried_says_what_it_matches_how_that_is_and_what_to_call_it() {
    let suite = SuiteCopy::of_the_shop();
    let picture = suite.root().join("boxed.png");
    let file = picture.display().to_string();
    let edit = suite.run(&["try", "button \"Edit\"", "--at", "/twins", "--screenshot", &file]);
    assert_eq!(edit.code, Some(1), "{edit:#?}");
    insta::assert_snapshot!(edit.stdout, @r#"
    2 matches for button "Edit" at /twins

    1. button "Edit"
       place   main > table "People" > rowgroup > row > cell
       state   visible, enabled
       target  { target: 'button "Edit"', in: 'row "Ada"' }

    2. button "Edit"
       place   main > table "People" > rowgroup > row > cell
       state   visible, enabled
       target  { target: 'button "Edit"', in: 'row "Bob"' }

    a step would ask which: say it by `in:` or `nth:`, as the targets above do
    "#);
    assert!(std::fs::read(&picture).expect("written").starts_with(b"\x89PNG"));
    let one =
        ["try", "button \"Edit\"", "--in", "row \"Bob\"", "--at", "/twins", "--format", "json"];
    let one = suite.run(&one);
    assert_eq!(one.code, Some(0), "{one:#?}");
    let json: serde_json::Value = serde_json::from_str(&one.stdout).expect("JSON");
    assert_eq!(json["matches"][0]["target"], "{ target: 'button \"Edit\"', in: 'row \"Bob\"' }");
    assert_eq!((&json["total"], &json["taken"]), (&1.into(), &true.into()));
    let covered = suite.run(&["try", "button \"Covered\"", "--at", "/twins"]);
    assert!(covered.stdout.contains("visible, enabled, covered by div.veil"), "{covered:#?}");
    let near = suite.run(&["try", "button \"Deleet\"", "--at", "/twins"]);
    assert_eq!(near.code, Some(1), "{near:#?}");
    assert!(near.stdout.contains("nearest: button \"Delete\"  'button \"Delete\"'"), "{near:#?}");
    let third = suite.run(&["try", "button \"Save\"", "--nth", "3", "--at", "/twins"]);
    assert!(third.code == Some(1) && third.stdout.contains("no number 3, only 2"), "{third:#?}");
}

#[test]
fn without_a_target_what_can_be_named_is_listed_ready_to_be_pasted() {
    let suite = SuiteCopy::of_the_shop();
    let all = suite.run(&["try", "--at", "/twins"]);
    assert_eq!(all.code, Some(0), "{all:#?}");
    insta::assert_snapshot!(all.stdout, @r#"
    25 things that a step can name at /twins

    'img "The small shop"'
    'navigation "Main"'
    'link "Home"'
    'link "Orders"'
    'link "Search"'
    'link "Cart"'
    'link "About"'
    'link "Sign in"'
    'heading "Twins"'
    'table "People"'
    { target: 'button "Edit"', in: 'row "Ada"' }
    { target: 'button "Edit"', in: 'row "Bob"' }
    { target: 'button "Save"', nth: 1 }
    { target: 'button "Save"', nth: 2 }
    'button "More"'
    'text "0"'
    'label "Colour:"'
    'textbox "Letter"'
    'checkbox "Gift wrap"'
    'combobox "Size"'
    'button "Delete"'
    'button "Open"'
    'button "Covered"'
    'textbox "Note"'
    'button "Keep"'
    "#);
    let row = ["try", "--in", "row \"Bob\"", "--at", "/twins", "--format", "json"];
    let row = suite.run(&row);
    assert_eq!(row.code, Some(0), "{row:#?}");
    let json: serde_json::Value = serde_json::from_str(&row.stdout).expect("JSON");
    assert_eq!(
        json,
        serde_json::json!({
            "where": "/twins", "total": 1, "missing_within": false,
            "things": [{
                "said": "button \"Edit\"",
                "target": "{ target: 'button \"Edit\"', in: 'row \"Bob\"' }",
            }],
        })
    );
    let nowhere = suite.run(&["try", "--in", "row \"Cyd\"", "--at", "/twins"]);
    assert_eq!(nowhere.code, Some(1), "{nowhere:#?}");
    assert_eq!(nowhere.stdout, "there is no row \"Cyd\" to look in at /twins\n");
}

#[test]
fn a_target_is_tried_at_a_moment_of_a_scenario_and_a_wrong_one_gets_the_complaint_of_check() {
    let suite = SuiteCopy::of_the_shop();
    let at = suite.run(&["try", "alert", "--scenario", "buy-things:incomplete"]);
    assert_eq!(at.code, Some(0), "{at:#?}");
    assert!(at.stdout.starts_with("1 match for alert at /checkout\n"), "{at:#?}");
    let wrong = suite.run(&["try", "buton \"Edit\"", "--at", "/"]);
    assert_eq!(wrong.code, Some(2), "{wrong:#?}");
    assert!(wrong.stderr.contains("unknown role \"buton\" in a target; did you mean \"button\"?"));
    for (arguments, expected) in [
        (&["try", "css \"a[\"", "--at", "/"][..], "cannot be looked for"),
        (&["try", "alert", "--scenario", "bye-things"], "did you mean \"buy-things\""),
        (&["try", "alert", "--scenario", "buy-things:99"], "has no step 99; its steps are:"),
        (&["try", "alert", "--scenario", "command-line"], "has no step in a browser"),
        (&["try", "button \"${x}\"", "--at", "/"], "write its value instead"),
        (&["try", "alert", "--at", "/", "--product", "shup"], "there is no product shup"),
        (&["try", "alert"], "--url <URL>"),
    ] {
        let answer = suite.run(arguments);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        assert!(answer.stderr.contains(expected), "{answer:#?}");
    }
}

#[tokio::test]
async fn goto_stands_before_the_step_and_leaves_nothing_behind() {
    let suite = SuiteCopy::of_the_shop();
    let mut goto = Waiting::start(&suite, &["goto", "buy-things:incomplete", "--headless"]);
    let folder = PathBuf::from(goto.line("folder: "));
    assert!(folder.join("shop.json").is_file(), "the data is there: {}", folder.display());
    let mut person = goto.person().await;
    person.until("location.pathname === '/checkout'").await;
    person.until("document.querySelector('[role=alert]') !== null").await;
    let answer = goto.enter();
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.stderr.contains("here is before step 14 of buy-things: snapshot incomplete"));
    assert!(!folder.exists(), "{}", folder.display());
}

#[test]
fn goto_opens_a_shell_before_a_command_and_ends_with_it() {
    let suite = SuiteCopy::of_the_shop();
    let mut goto = nightshift();
    goto.args(["goto", "page-and-command:5"]).current_dir(suite.root()).env("SHELL", "/bin/sh");
    goto.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    goto.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = goto.spawn().expect("the program starts");
    let script = b"shopctl orders --country NZ | head -1; wc -l < page.csv; sleep 600 &\n";
    child.stdin.take().expect("piped").write_all(script).expect("it listens");
    let answer = Answer::from(child.wait_with_output().expect("it ends"));
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.stdout.trim_end().ends_with("19"), "{answer:#?}");
    assert!(answer.stderr.contains("before step 5 of page-and-command: run shopctl add"));
}

#[test]
fn goto_goes_to_the_first_difference_of_a_finding_and_says_what_it_lacks() {
    let suite = SuiteCopy::of_the_shop();
    let goto = |what: &str, more: &[&str]| {
        let answer = suite.run_with(&[&["goto", what], more].concat(), &[("DISPLAY", "")]);
        (answer.code, said(&answer))
    };
    let (code, text) = goto("F1", &["--headless"]);
    assert!(code == Some(2) && text.contains("there is no night in"), "{text}");
    let fault = "products.shop.env.SHOP_FAULT=button-missing";
    suite.run(&["run", "buy-things", "--no-pdf", "--retries", "0", "--set", fault]);
    let (code, text) = goto("F7", &["--headless"]);
    assert!(code == Some(2) && text.contains("no finding F7; it has:\n  F1  "), "{text}");
    let mut there = Waiting::start(&suite, &["goto", "F1", "--headless", "--set", fault]);
    assert!(there.line("page: ").ends_with("/products/2"));
    let answer = there.enter();
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.stderr.contains("before step 5 of buy-things: click button \"Add to cart\""));
    // Beyond the failure: it stops there, and says so.
    let beyond =
        ["goto", "buy-things:8", "--headless", "--set", fault, "--set", "browser.timeout=3s"];
    let mut beyond = Waiting::start(&suite, &beyond);
    beyond.line("target: ");
    let answer = beyond.enter();
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(answer.stderr.contains("not reached: step 5: expected button"), "{answer:#?}");

    let (code, text) = goto("F1", &["--headless", "--night", "reports/nowhere"]);
    assert!(code == Some(2) && text.contains("is no night directory"), "{text}");
    let (code, text) = goto("search", &["--night", "reports"]);
    assert!(code == Some(2) && text.contains("--night belongs to a finding"), "{text}");
    let (code, text) = goto("*", &["--headless"]);
    assert!(code == Some(2) && text.contains("one is gone to at a time"), "{text}");
    let (code, text) = goto("search:lamps", &["--headless"]);
    assert!(code == Some(2) && text.contains("takes no snapshot \"lamps\""), "{text}");
    let (code, text) = goto("command-line", &["--headless"]);
    assert!(code == Some(2) && text.contains("no step in a browser"), "{text}");
    let broken = "products.shop.serve.run=\"false\"";
    let (code, text) = goto("search", &["--headless", "--set", broken]);
    assert!(code == Some(4) && text.contains("nothing could be brought up"), "{text}");
    let (code, text) = goto("search", &[]);
    assert!(code == Some(2) && text.contains("there is no display"), "{text}");
}

//! A server that is killed while a client uses the product, and one that goes on from there.

use serde_json::json;

use super::client::Client;
use super::{connect, reference, session_of};
use crate::support::{SuiteCopy, nightshift};

/// Three lamps are put into the cart; then the server is killed. Answers with the session's id.
fn cut_off(suite: &SuiteCopy) -> String {
    let mut client = connect(suite, &[]);
    let lamp = client.well("act", json!({ "action": "open", "text": "/products/2" }));
    let quantity = reference(&lamp, "spinbutton \"Quantity\"");
    client.well("act", json!({ "action": "fill", "ref": quantity, "text": "3" }));
    client.wrong("act", json!({ "action": "open", "text": "http://127.0.0.2:9/" }));
    let add = reference(&lamp, "button \"Add to cart\"");
    client.well("act", json!({ "action": "click", "ref": add }));
    client.kill();
    suite.run(&["clean"]);
    let session = session_of(suite);
    session.file_name().expect("an id").to_string_lossy().into_owned()
}

/// A client of a server that goes on from a session.
fn resumed(suite: &SuiteCopy, session: &str) -> Client {
    let mut command = nightshift();
    command.args(["mcp", "-q", "--resume", session]).current_dir(suite.root());
    Client::of(&mut command)
}

#[test]
fn what_was_done_before_a_crash_is_done_again_and_then_the_client_goes_on() {
    let suite = SuiteCopy::of_the_shop();
    let session = cut_off(&suite);
    let mut client = resumed(&suite, &session);
    let there = client.well("observe", json!({}));
    let word = format!("all 3 actions of the session {session} were done again\n<page");
    assert!(there.starts_with(&word), "{there}");
    assert!(there.contains("place=\"/cart\"") && there.contains("| 3 |"), "{there}");
    let orders = reference(&there, "link \"Orders\"");
    let next = client.well("act", json!({ "action": "click", "ref": orders }));
    assert!(next.starts_with("did: click"), "it is told once: {next}");
    client.leave();
}

#[test]
fn a_client_that_does_not_go_on_or_begins_afresh_finds_a_clean_state() {
    let suite = SuiteCopy::of_the_shop();
    let session = cut_off(&suite);
    let mut client = connect(&suite, &[]);
    let empty = client.well("act", json!({ "action": "open", "text": "/cart" }));
    assert!(empty.contains("Your cart is empty"), "{empty}");
    client.leave();
    let mut client = resumed(&suite, &session);
    let home = client.well("observe", json!({ "fresh": true }));
    assert!(home.starts_with("<page place=\"/\">"), "{home}");
    client.leave();
}

#[test]
fn what_the_policy_of_now_forbids_is_not_done_again() {
    let suite = SuiteCopy::of_the_shop();
    let session = cut_off(&suite);
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    suite.write("nightshift.yaml", &format!("{config}\npolicy: {{ deny: [fill] }}\n"));
    let mut client = resumed(&suite, &session);
    let there = client.well("observe", json!({}));
    let word = format!("of 3 actions of the session {session} 1 were done again; the next");
    assert!(there.starts_with(&word), "{there}");
    assert!(there.contains("the suite denies fill"), "{there}");
    client.leave();
}

#[test]
fn a_session_that_is_not_there_or_still_goes_on_is_refused() {
    let suite = SuiteCopy::of_the_shop();
    let answer = suite.run(&["mcp", "--resume", "nobody"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("there is no session nobody"), "{answer:#?}");
    let mut client = connect(&suite, &[]);
    client.well("observe", json!({}));
    let session = session_of(&suite);
    let answer = suite.run(&["mcp", "--resume", session.to_str().expect("text")]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("still goes on"), "{answer:#?}");
    client.leave();
}

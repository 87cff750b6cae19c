//! A session in which policy leaves something to a person, who replies while it goes on.

use serde_json::json;

use super::client::Client;
use super::{connect, session_of};
use crate::support::SuiteCopy;

fn suite() -> SuiteCopy {
    let suite = SuiteCopy::of_the_shop();
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    suite.write("nightshift.yaml", &format!("{config}\npolicy: {{ ask: [click] }}\n"));
    suite
}

/// Asks for something to be put into the cart, which is left to a person; answers with the words of the
/// command by which he replies, but for the last.
fn asked(client: &mut Client, page: &str) -> Vec<String> {
    client.well("act", json!({ "action": "open", "text": page }));
    let click = json!({ "action": "click", "target": "button \"Add to cart\"" });
    let told = client.wrong("act", click);
    assert!(told.contains("a person must be asked: "), "{told}");
    let line = told.split("`nightshift ").nth(1).and_then(|it| it.split('`').next());
    let words: Vec<&str> = line.unwrap_or_else(|| panic!("{told}")).split(' ').collect();
    let [answer, session, id, "yes"] = words[..] else { panic!("{words:?}") };
    [answer, session, id].map(str::to_owned).to_vec()
}

/// A person replies.
fn say(suite: &SuiteCopy, words: &[String], reply: &str) {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.push(reply);
    let answer = suite.run(&words);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
}

#[test]
fn a_client_goes_on_once_a_person_said_yes_and_that_is_for_one_time_and_one_page() {
    let suite = suite();
    let mut client = connect(&suite, &[]);
    let coat = asked(&mut client, "/products/5");
    let lamp = asked(&mut client, "/products/2");
    assert_ne!(lamp, coat, "another page is another question");
    assert_eq!(asked(&mut client, "/products/2"), lamp, "nobody has answered yet");
    let list = suite.run(&["answer", session_of(&suite).to_str().expect("text")]);
    assert!(list.stdout.contains(&lamp[2]), "{list:#?}");
    assert!(list.stdout.contains("on the page \"/products/2\""), "{list:#?}");

    say(&suite, &lamp, "yes");
    assert_eq!(asked(&mut client, "/products/5"), coat, "the yes is not for another page");
    client.well("act", json!({ "action": "open", "text": "/products/2" }));
    let click = json!({ "action": "click", "target": "button \"Add to cart\"" });
    let cart = client.well("act", click);
    assert!(cart.contains("place=\"/cart\""), "{cart}");
    let again = asked(&mut client, "/products/2");
    assert_ne!(again, lamp, "the yes is used up");

    // The twin: a no holds.
    say(&suite, &again, "no");
    let click = json!({ "action": "click", "target": "button \"Add to cart\"" });
    for _ in 0..2 {
        let told = client.wrong("act", click.clone());
        assert!(told.contains("a person said no"), "{told}");
    }
    client.leave();

    let late = suite.run(&["answer", &coat[1], &coat[2], "yes"]);
    assert_eq!(late.code, Some(2), "{late:#?}");
    assert!(late.stderr.contains("has ended, and nobody waits for this"), "{late:#?}");
    let session = session_of(&suite);
    let verified = suite.run(&["verify", session.to_str().expect("text")]);
    assert_eq!(verified.code, Some(0), "{verified:#?}");
}

//! What becomes of what was heard.

use super::*;
use crate::model::Locator;

fn role(role: &str, name: &str) -> Target {
    Target::plain(Locator::Role { role: role.to_owned(), name: Some(name.into()) })
}

/// As it is heard.
fn told(told: Told) -> Heard {
    Heard::Told(Box::new(told))
}

fn deed(kind: Deed, key: &str, target: Target) -> Told {
    let name = match &target.locator {
        Locator::Role { name: Some(name), .. } => name.raw().to_owned(),
        _ => String::new(),
    };
    Told {
        kind,
        key: key.to_owned(),
        target: Some(target),
        name,
        at: 10_000,
        url: "http://shop.test/".to_owned(),
        ..Told::default()
    }
}

fn came(how: &str, path: &str, at: u64, index: i64) -> Heard {
    told(Told {
        kind: Deed::Arrived,
        how: how.to_owned(),
        url: format!("http://shop.test{path}"),
        at,
        index,
        ..Told::default()
    })
}

fn thing(text: &str, announced: bool) -> Headline {
    let locator =
        if announced { Locator::Text(text.into()) } else { role("heading", text).locator };
    Headline { announced, text: text.to_owned(), target: Some(Target::plain(locator)) }
}

fn sight(things: &[Headline]) -> Heard {
    told(Told { kind: Deed::Scene, things: things.to_vec(), ..Told::default() })
}

/// The steps in words, remarks with a `#`.
fn steps(heard: Vec<Heard>) -> Vec<String> {
    let mut recording =
        Recording::new(&Url::parse("http://shop.test/orders?page=2").expect("a URL"));
    recording.hear(came("navigate", "/orders?page=2", 1, 0));
    for it in heard {
        recording.hear(it);
    }
    let steps = recording.finish(None);
    steps
        .into_iter()
        .map(|it| {
            it.action
                .map_or_else(|| format!("# {}", it.note.unwrap_or_default()), |it| it.describe())
        })
        .collect()
}

#[test]
fn typing_is_one_fill_and_the_click_into_the_field_is_part_of_it() {
    let name = || role("textbox", "Name");
    let typed =
        |value: &str| told(Told { value: value.to_owned(), ..deed(Deed::Fill, "a", name()) });
    let into = told(Told { field: true, ..deed(Deed::Click, "a", name()) });
    let other = Told { value: "x".to_owned(), ..deed(Deed::Fill, "b", role("textbox", "City")) };
    let heard = vec![into, typed("A"), typed("Ad"), typed("Ada"), told(other), typed("Ada")];
    assert_eq!(
        steps(heard),
        ["open /orders?page=2", "fill textbox \"Name\" with \"Ada\", textbox \"City\" with \"x\"",]
    );
}

#[test]
fn a_password_is_a_reference_and_nothing_else() {
    let it = Told { secret: true, ..deed(Deed::Fill, "p", role("textbox", "Your password")) };
    let mut recording = Recording::new(&Url::parse("http://shop.test/").expect("a URL"));
    recording.hear(told(it.clone()));
    recording.hear(told(it));
    assert_eq!(recording.secrets(), ["YOUR_PASSWORD"]);
    assert_eq!(
        recording.finish(None)[1].action.as_ref().map(Action::describe),
        Some("fill textbox \"Your password\" with \"${secret:YOUR_PASSWORD}\"".to_owned())
    );
}

#[test]
fn only_what_a_person_went_to_by_the_browser_itself_is_written() {
    let click = told(deed(Deed::Click, "a", role("link", "Orders")));
    let heard = vec![
        click,
        Heard::AskedToGo,
        came("navigate", "/orders", 60_000, 1),
        came("navigate", "/cart", 90_000, 2),
        came("reload", "/cart", 95_000, 2),
        came("back_forward", "/orders?page=2", 99_000, 0),
    ];
    assert_eq!(
        steps(heard),
        ["open /orders?page=2", "click link \"Orders\"", "open /cart", "reload", "back", "back"]
    );
}

#[test]
fn dialogs_downloads_and_uploads_take_the_click_that_they_came_from() {
    let click = |name: &str| told(deed(Deed::Click, name, role("button", name)));
    let upload =
        Told { files: vec!["a.csv".to_owned()], ..deed(Deed::Upload, "f", role("button", "File")) };
    let heard = vec![
        click("Delete"),
        Heard::Dialog {
            kind: "confirm".to_owned(),
            message: "Really?".to_owned(),
            accepted: false,
            text: None,
        },
        click("Export"),
        Heard::Download("orders.csv".to_owned()),
        click("Choose a file"),
        told(upload),
    ];
    assert_eq!(
        steps(heard),
        [
            "open /orders?page=2",
            "click button \"Delete\"",
            "dismiss the dialog \"Really?\"",
            "download orders.csv by button \"Export\"",
            "upload a.csv to button \"File\"",
        ]
    );
}

#[test]
fn what_is_new_at_the_end_is_checked_and_numbers_are_left_out_where_words_will_do() {
    let click = || told(deed(Deed::Click, "a", role("button", "Save")));
    let old = [thing("Cart", false), thing("3 things", true)];
    let with = |more: Headline| [&old[..], &[more]].concat();
    let last = |heard: Vec<Heard>| steps(heard).pop().unwrap_or_default();
    let saved = with(thing("Saved.", true));
    assert_eq!(last(vec![sight(&old), click(), sight(&saved)]), "see text \"Saved.\"");
    let numbered = with(thing("Order 91", false));
    assert_eq!(last(vec![sight(&old), click(), sight(&numbered)]), "see heading \"Order 91\"");
    // Nothing new: that the page is still the one that it was.
    assert_eq!(last(vec![sight(&old), click(), sight(&old)]), "see heading \"Cart\"");
}

#[test]
fn what_looks_like_a_reference_is_only_text() {
    let it = Told { value: "${x}".to_owned(), ..deed(Deed::Fill, "a", role("textbox", "${y}")) };
    assert_eq!(steps(vec![told(it)])[1], "fill textbox \"$${y}\" with \"$${x}\"");
}

#[test]
fn what_cannot_be_recorded_is_said_in_its_place() {
    let nameless =
        Told { target: None, role: "generic".to_owned(), ..deed(Deed::Click, "a", role("x", "")) };
    let foreign = Told { foreign: true, ..deed(Deed::Click, "a", role("button", "Pay")) };
    let steps = steps(vec![told(nameless), told(foreign.clone()), told(foreign)]);
    assert_eq!(steps.len(), 3, "{steps:#?}");
    assert!(steps[1].starts_with("# not recorded: nothing names generic"), "{steps:#?}");
    assert!(steps[2].contains("frame of another origin"), "{steps:#?}");
}

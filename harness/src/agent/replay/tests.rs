//! Which changes of the markup a recorded thing survives, and which are regressions that it must not
//! be talked out of.

use super::likeness::{Found, Was, find};
use super::*;
use crate::model::gesture::Click;
use crate::model::outline::Element;
use crate::model::{Action, Locator};

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

fn element(role: &str, name: &str, parent: Option<usize>) -> Element {
    let usable = matches!(role, "button" | "link" | "textbox" | "radio");
    Element {
        role: role.to_owned(),
        name: name.to_owned(),
        usable,
        parent,
        target: usable.then(|| named(role, name)),
        ..Element::default()
    }
}

fn named(role: &str, name: &str) -> Target {
    let name = (!name.is_empty()).then(|| name.into());
    Target::plain(Locator::Role { role: role.to_owned(), name })
}

fn button(name: &str, hints: &[&str], parent: usize) -> Element {
    Element { hints: texts(hints), ..element("button", name, Some(parent)) }
}

const FORM: usize = 1;
const FREE: usize = 4;
const MAIL: usize = 5;
const DRAFT: usize = 6;
const ORDER: usize = 7;
const SECOND_DELETE: usize = 12;

/// A checkout as it was when it was recorded.
fn checkout() -> Outline {
    let radio = |name: &str| Element { labels: texts(&[name]), ..element("radio", name, Some(2)) };
    let field = Element {
        labels: texts(&["E-mail"]),
        kind: "email".to_owned(),
        hints: texts(&["mail", "field"]),
        ..element("textbox", "E-mail", Some(FORM))
    };
    let elements = vec![
        element("main", "", None),
        element("form", "Checkout", Some(0)),
        element("group", "Shipping", Some(FORM)),
        radio("Standard, $4.00"),
        radio("Pick up, free"),
        field,
        button("Save draft", &["btn", "save-draft"], FORM),
        button("Place order", &["btn", "primary", "place-order"], FORM),
        element("list", "Basket", Some(0)),
        element("listitem", "Kettle", Some(8)),
        button("Delete", &["btn", "remove"], 9),
        element("listitem", "Teapot", Some(8)),
        button("Delete", &["btn", "remove"], 11),
        element("link", "Help", Some(0)),
    ];
    Outline { elements, ..Outline::default() }
}

/// What a thing has become, by its place: `same`, `like` or why it is lost.
fn told(thing: usize, change: impl FnOnce(&mut Vec<Element>)) -> (String, Option<usize>) {
    let was = checkout();
    let likeness = Likeness::of(&was, thing);
    let was_called_so = was.elements.iter().filter(|it| it.name == likeness.name).count();
    let mut now = was;
    change(&mut now.elements);
    let several = was_called_so > 1;
    match find(&now, &likeness, if several { Was::OneOfSeveral } else { Was::Alone }) {
        Found::Same(at) => ("same".to_owned(), Some(at)),
        Found::Like { at, .. } => ("like".to_owned(), Some(at)),
        Found::Lost(why) => (why, None),
    }
}

fn same(at: usize) -> (String, Option<usize>) {
    ("same".to_owned(), Some(at))
}

fn like(at: usize) -> (String, Option<usize>) {
    ("like".to_owned(), Some(at))
}

fn renamed(it: &mut Element, name: &str) {
    it.name = name.to_owned();
    if !it.labels.is_empty() {
        it.labels = texts(&[name]);
    }
    it.target = Some(named(&it.role, name));
}

/// Everything behind a place moves on by one, and what pointed there with it.
fn insert(all: &mut Vec<Element>, at: usize, element: Element) {
    for it in all.iter_mut() {
        it.parent = it.parent.map(|parent| if parent >= at { parent + 1 } else { parent });
    }
    all.insert(at, element);
}

#[test]
fn a_thing_is_found_after_twelve_kinds_of_change() {
    assert_eq!(told(ORDER, |_| {}), same(ORDER), "nothing changed");
    let class = |all: &mut Vec<Element>| all[ORDER].hints = texts(&["css-1x2y3z"]);
    assert_eq!(told(ORDER, class), same(ORDER), "1: its class and id are others");
    let wrapped = |all: &mut Vec<Element>| {
        insert(all, ORDER, element("generic", "", Some(FORM)));
        all[ORDER + 1].parent = Some(ORDER);
    };
    assert_eq!(told(ORDER, wrapped), same(ORDER + 1), "2: wrapped");
    let moved = |all: &mut Vec<Element>| {
        let it = all.pop().expect("the link");
        insert(all, 1, it);
        all[ORDER + 1].parent = Some(0);
    };
    assert_eq!(told(ORDER, moved), same(ORDER + 1), "3: moved out of the form");
    let label = |all: &mut Vec<Element>| renamed(&mut all[ORDER], "Submit order");
    assert_eq!(told(ORDER, label), like(ORDER), "4: relabelled");
    let letters = |all: &mut Vec<Element>| renamed(&mut all[ORDER], "PLACE ORDER…");
    assert_eq!(told(ORDER, letters), like(ORDER), "5: other letters and marks");
    let link = |all: &mut Vec<Element>| {
        all[ORDER].role = "link".to_owned();
        all[ORDER].target = Some(named("link", "Place order"));
    };
    assert_eq!(told(ORDER, link), like(ORDER), "6: a link that looks like a button");
    let translated = |all: &mut Vec<Element>| {
        for (at, name) in [(FORM, "Kasse"), (2, "Versand"), (DRAFT, "Entwurf speichern")] {
            renamed(&mut all[at], name);
        }
        renamed(&mut all[ORDER], "Jetzt bestellen");
        renamed(&mut all[MAIL], "E-Mail-Adresse");
        renamed(&mut all[13], "Hilfe");
    };
    assert_eq!(told(ORDER, translated), like(ORDER), "7: translated");
    assert_eq!(told(MAIL, translated), like(MAIL), "7: translated, a field");
    let field = |all: &mut Vec<Element>| renamed(&mut all[MAIL], "Your e-mail address");
    assert_eq!(told(MAIL, field), like(MAIL), "8: the label of a field");
    let twice = |all: &mut Vec<Element>| {
        all.push(Element {
            hints: texts(&["sticky"]),
            ..element("button", "Place order", Some(0))
        });
    };
    assert_eq!(told(ORDER, twice), same(ORDER), "9: duplicated elsewhere");
    let grown = |all: &mut Vec<Element>| {
        insert(all, 9, element("listitem", "Cup", Some(8)));
        insert(all, 10, button("Delete", &["btn", "remove"], 9));
    };
    assert_eq!(told(SECOND_DELETE, grown), same(SECOND_DELETE + 2), "10: one more in the list");
    let tested = |all: &mut Vec<Element>| {
        all[ORDER].test_id = "place".to_owned();
        all[ORDER].kind.clear();
    };
    assert_eq!(told(ORDER, tested), same(ORDER), "11: a test id came");
    let typed = |all: &mut Vec<Element>| all[MAIL].kind = "text".to_owned();
    assert_eq!(told(MAIL, typed), like(MAIL), "12: another type of field");
}

#[test]
fn a_thing_is_not_found_after_nine_changes_that_are_regressions() {
    let lost = |told: (String, Option<usize>)| told.1.is_none();
    let gone = |all: &mut Vec<Element>| {
        all.remove(ORDER);
        for it in all.iter_mut() {
            it.parent = it.parent.map(|parent| if parent > ORDER { parent - 1 } else { parent });
        }
    };
    assert!(lost(told(ORDER, gone)), "1: it is gone, and its neighbour is no substitute");
    let other = |all: &mut Vec<Element>| {
        all[ORDER] = button("Cancel order", &["btn", "danger"], FORM);
    };
    assert!(lost(told(ORDER, other)), "2: another thing stands in its place");
    let price = |all: &mut Vec<Element>| renamed(&mut all[FREE], "Pick up, $5.00");
    assert!(lost(told(FREE, price)), "3: what it costs is another");
    let text = |all: &mut Vec<Element>| {
        all[ORDER] = Element { usable: false, ..element("paragraph", "Place order", Some(FORM)) };
    };
    assert!(lost(told(ORDER, text)), "4: it can no longer be used");
    let two = |all: &mut Vec<Element>| {
        all[ORDER] = button("Place this order", &["btn", "primary", "place-order"], FORM);
        let next = button("Place an order", &["btn", "primary", "place-order"], FORM);
        insert(all, ORDER + 1, next);
    };
    assert!(lost(told(ORDER, two)), "5: two are about as like");
    let secret = |all: &mut Vec<Element>| {
        renamed(&mut all[MAIL], "E-mail password");
        all[MAIL].kind = "password".to_owned();
    };
    assert!(lost(told(MAIL, secret)), "6: a field that hides what it gets");
    let row = |all: &mut Vec<Element>| {
        all[11].name = "Saucer".to_owned();
        all.truncate(13);
        all[9].name = "Cup".to_owned();
    };
    assert!(lost(told(SECOND_DELETE, row)), "7: the row that it stood in is another");
    let only = |all: &mut Vec<Element>| {
        all.truncate(11);
    };
    assert!(lost(told(SECOND_DELETE, only)), "8: its row is gone, and another has such a button");
    let swapped = |all: &mut Vec<Element>| {
        all[ORDER].test_id = "save".to_owned();
        all[DRAFT].test_id = "place".to_owned();
    };
    let was = Likeness { test_id: "place".to_owned(), ..Likeness::of(&checkout(), ORDER) };
    let mut now = checkout();
    swapped(&mut now.elements);
    assert!(
        matches!(find(&now, &was, Was::Alone), Found::Lost(_)),
        "9: its name and its test id have parted"
    );
}

#[test]
fn a_neighbour_of_the_same_name_hides_nothing_and_is_no_substitute() {
    const SIGN_IN: usize = 4;
    let elements = vec![
        element("main", "", None),
        element("link", "Sign in", Some(0)),
        element("form", "Account", Some(0)),
        element("textbox", "User", Some(2)),
        button("Sign in", &["btn", "sign-in"], 2),
    ];
    let was = Outline { elements, ..Outline::default() };
    let thing = Likeness::of(&was, SIGN_IN);

    let mut restyled = was.clone();
    restyled.elements[SIGN_IN].role = "link".to_owned();
    let found = find(&restyled, &thing, Was::Alone);
    assert!(matches!(found, Found::Like { at: SIGN_IN, .. }), "{found:?}");

    let mut gone = was;
    gone.elements.truncate(SIGN_IN);
    let found = find(&gone, &thing, Was::Alone);
    assert!(matches!(found, Found::Lost(_)), "{found:?}");
}

fn click_order() -> Recording {
    let was = checkout();
    let target = was.elements[ORDER].target.clone().expect("it has one");
    let action = Action::Click(Click::from(target));
    let things = vec![Likeness::of(&was, ORDER)];
    Recording {
        words: "click Place order".to_owned(),
        actions: vec![Recorded { action, things }],
        ..Recording::default()
    }
}

#[test]
fn an_action_is_healed_only_when_it_is_asked_for_and_it_is_told() {
    let mut now = checkout();
    renamed(&mut now.elements[ORDER], "Submit order");
    let mut replay = Replay::of(click_order());
    let reads = "recorded action 1 of 1".to_owned();
    let refusal = Refusal {
        why: Why::Absent,
        expected: "button \"Place order\"".to_owned(),
        actual: "it is not as it was".to_owned(),
    };
    assert_eq!(replay.propose(&now), Proposal::Nothing { reads: reads.clone(), refusal });
    let action = Box::new(Action::click(named("button", "Submit order")));
    assert_eq!(replay.heal(&now), Some(Proposal::Act { reads, action }));
    let [healed] = replay.healed() else { panic!("one thing was healed") };
    let told = (healed.action, healed.was.as_str(), healed.is.as_str());
    assert_eq!(told, (0, "button \"Place order\"", "button \"Submit order\""));
    assert_eq!(replay.propose(&now), Proposal::Done);
}

#[test]
fn what_is_as_it_was_is_done_without_healing() {
    let mut replay = Replay::of(click_order());
    let reads = "recorded action 1 of 1".to_owned();
    let action = Box::new(Action::click(named("button", "Place order")));
    assert_eq!(replay.propose(&checkout()), Proposal::Act { reads, action });
    assert_eq!(replay.propose(&checkout()), Proposal::Done);
    assert_eq!(replay.healed(), []);
}

#[test]
fn what_is_told_by_a_number_or_a_test_id_is_not_at_hand() {
    let alone = click_order();
    assert_eq!(Replay::of(alone.clone()).at_hand(), Some(&alone.actions[0].action));
    let mut by_id = alone.clone();
    by_id.actions[0].things[0].test_id = "place".to_owned();
    assert_eq!(Replay::of(by_id).at_hand(), None);
    let mut by_number = alone;
    let second = Target { nth: Some(2), ..named("button", "Place order") };
    by_number.actions[0].action = Action::click(second);
    assert_eq!(Replay::of(by_number).at_hand(), None);
}

#[test]
fn a_thing_whose_target_means_nothing_any_more_is_found_by_its_name_or_its_likeness() {
    let was = Target::plain(Locator::TestId("place".into()));
    let thing = Likeness { test_id: "place".to_owned(), ..Likeness::of(&checkout(), ORDER) };
    let (target, healed) = has_become(&checkout(), &thing, &was).expect("it has the same name");
    assert_eq!(target, named("button", "Place order"));
    assert_eq!((healed.was.as_str(), healed.like), ("testid \"place\"", 100));

    let mut now = checkout();
    renamed(&mut now.elements[ORDER], "Submit order");
    let (target, _) = has_become(&now, &thing, &was).expect("it is like it");
    assert_eq!(target, named("button", "Submit order"));
    now.elements[ORDER] = element("paragraph", "Submit order", Some(FORM));
    assert!(has_become(&now, &thing, &was).is_err(), "it can no longer be used");

    let mut only = checkout();
    only.elements.truncate(11);
    let row = Target::plain(Locator::Role { role: "listitem".to_owned(), name: None });
    let was = Target { within: Some(Box::new(row)), ..named("button", "Delete") };
    let thing = Likeness::of(&checkout(), SECOND_DELETE);
    assert!(has_become(&only, &thing, &was).is_err(), "another row has such a button");
}

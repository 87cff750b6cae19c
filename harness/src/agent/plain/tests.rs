//! Sentences over small pages: what is done, and what is refused.

use super::*;
use crate::model::outline::Element;
use crate::model::{Locator, Template};

/// A page by its lines, one an element, indented by what holds it: the role, then words with values:
/// `name`, `text`, `label`, `kind`, `value`, `options`, `hints`, `mark`, `colour`, `usable`. Values
/// end at the next `|`.
fn page(lines: &str) -> Outline {
    let mut elements: Vec<Element> = Vec::new();
    let mut above: Vec<(usize, usize)> = Vec::new();
    for line in lines.lines().filter(|it| !it.trim().is_empty()) {
        let depth = line.len() - line.trim_start().len();
        above.retain(|it| it.0 < depth);
        let mut parts = line.trim().split('|').map(str::trim);
        let role = parts.next().expect("a role").to_owned();
        let acts = [
            "button",
            "link",
            "textbox",
            "checkbox",
            "radio",
            "combobox",
            "tab",
            "menuitem",
            "spinbutton",
            "option",
        ];
        let usable = acts.contains(&role.as_str());
        let parent = above.last().map(|it| it.1);
        let mut it = Element { role, usable, parent, ..Element::default() };
        for part in parts {
            let (key, value) = part.split_once(' ').unwrap_or((part, ""));
            let value = value.to_owned();
            match key {
                "name" => it.name = value,
                "text" => it.text = value,
                "label" => it.labels.push(value),
                "kind" => it.kind = value,
                "value" => it.value = Some(value),
                "options" => it.options = value.split(", ").map(str::to_owned).collect(),
                "hints" => it.hints = value.split(' ').map(str::to_owned).collect(),
                "mark" => it.marks.push(value),
                "colour" => {
                    let mut rgb = value.split(' ').map(|it| it.parse().expect("a number"));
                    it.colour = Some([(); 3].map(|()| rgb.next().expect("three")));
                }
                "usable" => it.usable = true,
                other => panic!("no key {other}"),
            }
        }
        // A target that tells which element it is, as a real page has one.
        let at = elements.len();
        let locator = if it.name.is_empty() {
            Locator::Css(Template::new(format!("#{at}")))
        } else {
            Locator::Role { role: it.role.clone(), name: Some(Template::new(it.name.as_str())) }
        };
        it.target = Some(Target::plain(locator));
        above.push((depth, at));
        elements.push(it);
    }
    Outline { place: "/".to_owned(), locale: "en-GB".to_owned(), elements, cut: false }
}

/// What is done on a page that stays as it is, and how that ends.
fn follow(sentence: &str, page: &Outline) -> Vec<String> {
    let mut reader = match PlainWords::read(sentence) {
        Ok(reader) => reader,
        Err(refusal) => return vec![format!("unread: {}", refusal.actual)],
    };
    let mut all = Vec::new();
    for _ in 0..20 {
        match reader.propose(page) {
            Proposal::Act { action, .. } => all.push(action.describe()),
            Proposal::Nothing { refusal, .. } => {
                all.push(format!("{:?}: {}", refusal.why, refusal.actual));
                return all;
            }
            Proposal::Done => return all,
        }
    }
    panic!("{sentence} does not end: {all:?}");
}

const FORM: &str = "
form
  textbox | label E-mail | kind email
  textbox | label Password | kind password
  combobox | name Colour | options Red, Blue, Bosnia and Herzegovina
  checkbox | name Gift wrap
  checkbox | name Newsletter | mark checked
  radio | name Standard, $4.00
  radio | name Express, $9.50
  radio | name Pick up, free
  textbox | label Day | kind date
  button | name Sign in
  button | name Cancel
";

#[test]
fn forms_are_filled_and_sent_as_a_person_would_say_it() {
    let form = page(FORM);
    for (sentence, wanted) in [
        (
            "enter ada@example.org as e-mail, the password \"x y\" and sign in",
            vec![
                "fill css \"#1\" with \"ada@example.org\"",
                "fill css \"#2\" with \"x y\"",
                "click button \"Sign in\"",
            ],
        ),
        ("choose Blue from the colour list", vec!["choose \"Blue\" from combobox \"Colour\""]),
        (
            "Select Bosnia and Herzegovina from the list and click Cancel.",
            vec![
                "choose \"Bosnia and Herzegovina\" from combobox \"Colour\"",
                "click button \"Cancel\"",
            ],
        ),
        (
            "tick Gift wrap and untick the newsletter",
            vec!["check checkbox \"Gift wrap\"", "uncheck checkbox \"Newsletter\""],
        ),
        ("tick Newsletter", vec![]),
        ("choose the cheapest option", vec!["check radio \"Pick up, free\""]),
        ("pick the most expensive option", vec!["check radio \"Express, $9.50\""]),
        ("enter 3 March 2026 as the date", vec!["fill css \"#9\" with \"2026-03-03\""]),
        ("log in", vec!["click button \"Sign in\""]),
        (
            "drag Gift wrap to Newsletter",
            vec!["drag checkbox \"Gift wrap\" to checkbox \"Newsletter\""],
        ),
        ("open /orders?x=1, then go back", vec!["open /orders?x=1", "back"]),
        ("select nothing and click cancel", vec!["click button \"Cancel\""]),
    ] {
        assert_eq!(follow(sentence, &form), wanted, "{sentence}");
    }
}

#[test]
fn two_things_that_are_about_as_good_are_refused_by_name_and_one_is_taken() {
    let two = page("main\n  button | name Save draft\n  button | name Save order");
    let wanted = "Ambiguous: it may be button \"Save draft\" or button \"Save order\"; say which";
    assert_eq!(follow("click save", &two), [wanted]);
    assert_eq!(follow("click the second button", &two), ["click button \"Save order\""]);
    assert_eq!(follow("click any button", &two), ["click button \"Save draft\""]);
    let one = page("main\n  button | name Save draft\n  button | name Discard");
    assert_eq!(follow("click save", &one), ["click button \"Save draft\""]);
    let exact = page("main\n  button | name Save order\n  button | name Save");
    assert_eq!(follow("click save", &exact), ["click button \"Save\""]);
}

#[test]
fn what_nothing_is_called_is_refused_with_what_is_nearest() {
    let page = page("main\n  button | name Submit\n  link | name Orders");
    let wanted =
        "Absent: nothing on the page is called so; nearest: button \"Submit\", link \"Orders\"";
    assert_eq!(follow("click Sumbit", &page), [wanted]);
    assert_eq!(
        follow("press the \"Submit\" thing of doom", &page),
        ["Absent: nothing on the page is called so; nearest: button \"Submit\", link \"Orders\""],
        "words that are not understood are not passed over"
    );
}

#[test]
fn texts_that_may_tell_of_a_text_are_asked_to_be_quoted() {
    let page = page("main\n  textbox | label Note | kind text");
    let wanted = "unread: \"the text below\" may be the text or tell of one; put a text in quotes";
    assert_eq!(follow("type the text below into the note field", &page), [wanted]);
    let wanted = "unread: \"in all upper case letters\" is not understood";
    assert_eq!(follow("type \"a\" in all upper case letters in the note", &page), [wanted]);
    assert_eq!(follow("type \"a\" in the note", &page), ["fill css \"#1\" with \"a\""]);
}

const MAILS: &str = "
main
  generic | usable
    generic | text Ada
    generic | text Hello
    generic | hints trash | usable
    generic | hints star | usable
  generic | usable
    generic | text Bob
    generic | text Hello again
    generic | hints trash | usable
    generic | hints star | usable
";

#[test]
fn a_control_is_found_at_the_thing_that_it_belongs_to() {
    let mails = page(MAILS);
    assert_eq!(follow("delete the mail by Bob", &mails), ["click css \"#9\""]);
    let sentence = "Find the email by Ada and click the trash icon to delete it.";
    assert_eq!(follow(sentence, &mails), ["click css \"#4\""]);
    let both = follow("delete the mail by Zoe", &mails);
    assert!(both[0].starts_with("Absent: nothing on the page is called so"), "{both:?}");
    let twice = page(&MAILS.replace("Bob", "Ada"));
    assert_eq!(
        follow("delete the mail by Ada", &twice),
        ["Ambiguous: it may be css \"#4\" or css \"#9\"; say which"]
    );
    assert_eq!(
        follow("click the star icon on all notes by Ada", &twice),
        ["click css \"#5\"", "click css \"#10\""]
    );
}

#[test]
fn colours_tables_tabs_and_spinners_are_used_by_what_they_show() {
    let boxes = page(
        "main\n  generic | colour 255 0 0\n  generic | colour 40 40 129\n  generic | colour 190 190 240\n  button | name Submit",
    );
    assert_eq!(follow("click the red box", &boxes), ["click css \"#1\""]);
    assert_eq!(
        follow("Select all the shades of blue and press Submit", &boxes),
        ["click css \"#2\"", "click css \"#3\"", "click button \"Submit\""]
    );
    let table = page(
        "main\n  row\n    cell | text Gender\n    cell | text Other\n  row\n    cell | text Name\n    cell | text Ada\n  textbox | kind text",
    );
    assert_eq!(
        follow("Enter the value of Gender into the text field", &table),
        ["fill css \"#7\" with \"Other\""]
    );
    let tabs = page("tablist\n  tab | name One | mark selected\n  tab | name Two");
    let through = follow("switch between the tabs to find and click on the link \"amet\"", &tabs);
    assert_eq!(through[0], "click tab \"Two\"");
    assert!(through[1].starts_with("Absent"), "{through:?}");
    let spinner = |value: i32| {
        page(&format!(
            "main\n  spinbutton | label Seats | value {value}\n  generic | hints up | usable\n  generic | hints down | usable"
        ))
    };
    let mut reader = PlainWords::read("set the seats to 2").expect("readable");
    let mut said = Vec::new();
    for value in [0, 0, 1, 2] {
        if let Proposal::Act { action, .. } = reader.propose(&spinner(value)) {
            said.push(action.describe());
        }
    }
    assert_eq!(said, ["fill css \"#1\" with \"2\"", "click css \"#2\"", "click css \"#2\""]);
}

#[test]
fn the_same_page_and_words_give_the_same_actions() {
    let sentences = [
        "click save",
        "choose the cheapest option",
        "delete the mail by Ada",
        "tick everything",
        "enter x",
        "choose Blue and tick Gift wrap, then sign in with user ada and password b",
    ];
    let pages = [FORM, MAILS].map(page);
    for (sentence, page) in sentences.iter().flat_map(|it| pages.iter().map(move |page| (it, page)))
    {
        assert_eq!(follow(sentence, page), follow(sentence, page), "{sentence}");
    }
}

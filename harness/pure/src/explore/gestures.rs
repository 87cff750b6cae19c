//! [`gestures`]: what a person does on a page beyond clicking its controls: drags, marks and opens
//! what stands in lists, scrolls on, rests the pointer, goes on by the keyboard, pastes, and hands
//! files over.
//!
//! A page does not say what it answers to. So each gesture is tried once where people would expect
//! it, and what shows nothing is not written.

use super::controls::UseOf;
use super::page::Look;
use super::probe::{click, take};
use super::safe::DataFile;
use super::tree::{Control, Item, target, template};
use crate::model::gesture::{Click, ClickKind, DragTo, Modifier, ScrollTo, UploadBy};
use crate::model::page::FieldValue;
use crate::model::{Action, Locator, Target};

/// What begins the identity of leaving a page with text in it: only a question of the browser is
/// something new there.
pub const LEAVES: &str = "leave";
/// What begins the identity of leaving a field by the keyboard.
pub const TAB: &str = "Tab from";
/// The longest text of something in a list that is a thing and no prose, in characters.
const LONGEST_THING: usize = 40;
/// A list of so many records holds data and nothing to be moved, and more of it may be loaded late.
const LONG_LIST: usize = 8;
/// The most lists of a page whose things are dragged.
const MOST_LISTS: usize = 3;
/// The most controls of a page on which the pointer rests.
const MOST_HOVERS: usize = 3;
/// The most buttons of a page that are asked for a file.
const MOST_FILES: usize = 4;
/// The most fields of a page that are left by the keyboard.
const MOST_LEFT: usize = 3;

/// What gestures are made of.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// Words that the product shows.
    pub words: &'a [String],
    /// The product's data.
    pub files: &'a [DataFile],
    /// Whether what is changed is a copy.
    pub copies: bool,
}

/// A list with the things that stand in it.
struct Things {
    target: Target,
    name: String,
    items: Vec<String>,
}

/// What can be done with a page beyond its controls.
#[must_use]
pub fn gestures(look: &Look, means: Means<'_>) -> Vec<UseOf> {
    let lists = lists(look);
    let controls = look.tree.controls();
    let mut all = Vec::new();
    if means.copies {
        all.extend(drags(&lists));
        all.extend(uploads(look, &controls, means.files));
    }
    all.extend(marks(&lists));
    all.extend(scrolls(look));
    all.extend(hovers(look, &controls));
    all.extend(keyboard(look, &controls, means.words));
    all.extend(downloads(look, &controls));
    all.extend(super::scripted::scripted(look, &controls, means.words));
    all
}

fn gesture(what: &str, called: String, name: &str, steps: Vec<Action>, value: u32) -> UseOf {
    UseOf {
        identity: format!("{what} {name:?}"),
        name: name.to_owned(),
        called,
        steps,
        value,
        everywhere: false,
    }
}

/// The lists of the page's own content whose items are plain things, the empty ones too.
fn lists(look: &Look) -> Vec<Things> {
    let tree = &look.tree;
    let mut found = Vec::new();
    for (at, list) in tree.items.iter().enumerate() {
        let inside_of = |role: &str| tree.around(at).any(|it| it.role == role);
        let Some(name) = list.name.clone().filter(|_| list.role == "list") else { continue };
        if ["navigation", "banner", "contentinfo"].iter().any(|it| inside_of(it)) {
            continue;
        }
        let items: Vec<(usize, &Item)> =
            tree.inside(at).filter(|(_, it)| it.depth == list.depth + 1).collect();
        let plain = |(at, it): &(usize, &Item)| {
            let text = it.value.clone().or_else(|| it.name.clone())?;
            let short = text.chars().count() <= LONGEST_THING && tree.inside(*at).next().is_none();
            (short && shown_once(look, &text)).then_some(text)
        };
        let Some(items) = items.iter().map(plain).collect::<Option<Vec<String>>>() else {
            continue;
        };
        found.push(Things { target: target("list", Some(&name)), name, items });
    }
    found
}

fn shown_once(look: &Look, text: &str) -> bool {
    let shows = |it: &&Item| it.value.as_deref() == Some(text) || it.name.as_deref() == Some(text);
    look.tree.items.iter().filter(shows).count() == 1
}

fn thing(text: &str) -> Target {
    Target::plain(Locator::Text(template(text)))
}

/// The first thing of a list onto the next list, and behind the last of its own.
fn drags(lists: &[Things]) -> Vec<UseOf> {
    let mut all = Vec::new();
    let short = |it: &&Things| it.items.len() < LONG_LIST;
    let lists: Vec<&Things> = lists.iter().filter(short).take(MOST_LISTS).collect();
    for (at, list) in lists.iter().enumerate() {
        let Some(first) = list.items.first() else { continue };
        let drag =
            |to: Target| Action::Drag { from: thing(first), to: DragTo::Thing(to), at: None };
        let other = lists.get(at + 1).or_else(|| lists[..at].last());
        if let Some(other) = other {
            let called = format!("Drag \"{first}\" to \"{}\"", other.name);
            let name = format!("{} to {}", list.name, other.name);
            all.push(gesture("drag", called, &name, vec![drag(other.target.clone())], 52));
        }
        if let Some(last) = list.items.last().filter(|it| *it != first) {
            let called = format!("Drag \"{first}\" to \"{last}\"");
            all.push(gesture("drag in", called, &list.name, vec![drag(thing(last))], 50));
        }
    }
    all
}

/// A thing of the first list that has some: marked with another, opened, asked for its menu.
fn marks(lists: &[Things]) -> Vec<UseOf> {
    let some = |it: &&Things| (1..LONG_LIST).contains(&it.items.len());
    let Some(list) = lists.iter().find(some) else { return Vec::new() };
    let (name, first) = (&list.name, &list.items[0]);
    let pressed = |text: &str, kind: ClickKind, holding: Vec<Modifier>| {
        Action::Click(Click { target: thing(text), kind, holding })
    };
    let mut all = vec![
        gesture(
            "double-click in",
            format!("Double-click \"{first}\""),
            name,
            vec![pressed(first, ClickKind::Double, Vec::new())],
            48,
        ),
        gesture(
            "right-click in",
            format!("Ask \"{first}\" for its menu"),
            name,
            vec![pressed(first, ClickKind::Right, Vec::new())],
            48,
        ),
    ];
    if let Some(second) = list.items.get(1) {
        let steps = vec![
            pressed(first, ClickKind::Single, Vec::new()),
            pressed(second, ClickKind::Single, vec![Modifier::Control]),
        ];
        let called = format!("Mark \"{first}\" and \"{second}\"");
        all.push(gesture("mark in", called, name, steps, 47));
    }
    all
}

/// A long list is scrolled to its end: what scrolls by itself, and the page.
fn scrolls(look: &Look) -> Vec<UseOf> {
    let tree = &look.tree;
    let mut all = Vec::new();
    for (at, item) in tree.items.iter().enumerate() {
        let records = tree.inside(at).filter(|(_, it)| {
            matches!(it.role.as_str(), "row" | "listitem" | "option" | "article")
        });
        if records.count() < LONG_LIST {
            continue;
        }
        let name = item.name.clone().unwrap_or_default();
        let within = match item.role.as_str() {
            "grid" | "treegrid" | "log" | "feed" => Some(target(&item.role, item.name.as_deref())),
            "list" | "table" => None,
            _ => continue,
        };
        let called = match (&within, name.as_str()) {
            (Some(_), name) => format!("Scroll \"{name}\" to its end"),
            (None, _) => "Scroll the page to its end".to_owned(),
        };
        let what = if within.is_some() { "scroll in" } else { "scroll past" };
        let steps = vec![Action::Scroll { to: ScrollTo::End, within }];
        if !all.iter().any(|it: &UseOf| it.called == called) {
            all.push(gesture(what, called, &name, steps, 54));
        }
    }
    all
}

/// The pointer rests on what may explain itself.
fn hovers(look: &Look, controls: &[Control]) -> Vec<UseOf> {
    let is_own = |it: &&Control| {
        let item = &look.tree.items[it.at];
        let around = |role: &str| look.tree.around(it.at).any(|it| it.role == role);
        let sends = look.forms.iter().any(|form| form.buttons.contains(&it.target));
        item.role == "button" && item.name.is_some() && !around("banner") && !it.in_record && !sends
    };
    let own = controls.iter().filter(is_own).take(MOST_HOVERS);
    own.map(|it| {
        let name = look.tree.items[it.at].name.clone().unwrap_or_default();
        let called = format!("Rest the pointer on \"{name}\"");
        gesture("hover", called, &name, vec![Action::Hover(it.target.clone())], 44)
    })
    .collect()
}

/// Fields that are left by a key, get a text from elsewhere, or hold one when the page is left.
fn keyboard(look: &Look, controls: &[Control], words: &[String]) -> Vec<UseOf> {
    let role = |it: &Control| look.tree.items[it.at].role.as_str();
    let name = |it: &Control| look.tree.items[it.at].name.clone().unwrap_or_default();
    let is_field = |it: &&Control| matches!(role(it), "textbox" | "searchbox");
    let fields: Vec<&Control> = controls.iter().filter(is_field).collect();
    let mut all = Vec::new();
    for field in fields.iter().take(MOST_LEFT) {
        let called = format!("Leave the field \"{}\" by Tab", name(field));
        let press = Action::Press { keys: "Tab".to_owned(), on: Some(field.target.clone()) };
        all.push(gesture(TAB, called, &name(field), vec![press], 51));
    }
    all.extend(second_thoughts(look, &fields, words));
    let in_form = |it: &Target| {
        look.forms.iter().flat_map(|it| &it.fields).any(|own| own.target.as_ref() == Some(it))
    };
    let word = words.first().map_or("tea", String::as_str);
    let kind_of = |it: &Target| look.loose.iter().find(|own| own.target.as_ref() == Some(it));
    let any_text = |it: &Target| {
        kind_of(it).is_none_or(|it| matches!(it.kind(), "text" | "textbox" | "textarea"))
    };
    let is_free =
        |it: &&&Control| role(it) == "textbox" && !in_form(&it.target) && any_text(&it.target);
    let Some(free) = fields.iter().find(is_free) else {
        return all;
    };
    let own = name(free);
    let paste = Action::Paste { text: template(word), into: Some(free.target.clone()) };
    all.push(gesture("paste into", format!("Paste into \"{own}\""), &own, vec![paste], 49));
    let copies = |it: &&Control| role(it) == "button" && name(it).to_lowercase().contains("copy");
    if let Some(copier) = controls.iter().find(copies) {
        let paste = Action::Press { keys: "Control+V".to_owned(), on: Some(free.target.clone()) };
        let called = format!("Take \"{}\" into \"{own}\"", name(copier));
        let steps = vec![click(copier.target.clone()), paste];
        all.push(gesture("copy by", called, &name(copier), steps, 51));
    }
    let leads = look.links.iter().find(|it| it.to.starts_with('/') && !it.name.is_empty());
    if let Some(link) = leads.filter(|_| !own.is_empty()) {
        let value = FieldValue { field: free.target.clone(), value: template(word) };
        let steps = vec![Action::Fill(vec![value]), click(target("link", Some(&link.name)))];
        let called = format!("Leave the page with text in \"{own}\"");
        all.push(gesture(LEAVES, called, &own, steps, 57));
    }
    all
}

/// A field that answers while one types gets another word before the answer to the first is read,
/// and a word with one letter too many, which nothing has.
fn second_thoughts(look: &Look, fields: &[&Control], words: &[String]) -> Vec<UseOf> {
    let [first, second, ..] = words else { return Vec::new() };
    let in_form = |it: &Target| {
        look.forms.iter().flat_map(|it| &it.fields).any(|own| own.target.as_ref() == Some(it))
    };
    let searches =
        |it: &&&Control| look.tree.items[it.at].role == "searchbox" && !in_form(&it.target);
    let Some(field) = fields.iter().find(searches) else { return Vec::new() };
    let name = look.tree.items[field.at].name.clone().unwrap_or_default();
    let fill = |word: &str| {
        let value = FieldValue { field: field.target.clone(), value: template(word) };
        Action::Fill(vec![value])
    };
    let called = format!("Look for \"{first}\", then for \"{second}\" in \"{name}\"");
    let steps = vec![fill(first), fill(second)];
    let nowhere = format!("Look for what is not there in \"{name}\"");
    vec![
        gesture("second thought in", called, &name, steps, 57),
        gesture("nothing found in", nowhere, &name, vec![fill(&format!("{first}x"))], 55),
    ]
}

/// Whether one of these words begins a word of a text.
fn says(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    let mut parts = text.split(|it: char| !it.is_alphanumeric());
    parts.any(|part| words.iter().any(|it| part.starts_with(it)))
}

/// Files for what asks for them by a button, and for what they are dropped on.
fn uploads(look: &Look, controls: &[Control], files: &[DataFile]) -> Vec<UseOf> {
    const ASKS: [&str; 8] =
        ["add", "attach", "upload", "choose", "select", "import", "browse", "insert"];
    const FOR: [&str; 8] =
        ["file", "picture", "image", "photo", "document", "attachment", "avatar", "upload"];
    let Some(file) = files.first() else { return Vec::new() };
    let upload = |to: Target, by| Action::Upload { to, by, files: vec![template(&file.path)] };
    let mut all = Vec::new();
    for control in controls {
        let item = &look.tree.items[control.at];
        let Some(name) = item.name.as_deref().filter(|_| item.role == "button") else { continue };
        if says(name, &ASKS) && says(name, &FOR) {
            let called = format!("Hand a file over by \"{name}\"");
            let step = upload(control.target.clone(), UploadBy::Chooser);
            all.push(gesture("upload by", called, name, vec![step], 53));
        }
    }
    for item in &look.tree.items {
        let Some(name) = item.name.as_deref() else { continue };
        if matches!(item.role.as_str(), "region" | "group") && says(name, &["drop"]) {
            let called = format!("Drop a file on \"{name}\"");
            let step = upload(target(&item.role, Some(name)), UploadBy::Drop);
            all.push(gesture("drop on", called, name, vec![step], 53));
        }
    }
    all
}

/// The files that buttons give.
fn downloads(look: &Look, controls: &[Control]) -> Vec<UseOf> {
    let in_form = |it: &Target| look.forms.iter().any(|form| form.buttons.contains(it));
    let mut all = Vec::new();
    for control in controls {
        let item = &look.tree.items[control.at];
        let Some(name) = item.name.as_deref().filter(|_| item.role == "button") else { continue };
        // "Save" alone keeps something; what is saved otherwise may be a file.
        let gives = says(name, &["download", "export", "backup"])
            || (says(name, &["save"]) && name.contains(' '));
        if in_form(&control.target) || !gives || all.len() >= MOST_FILES {
            continue;
        }
        let path = super::written::slug(name);
        let checkpoint = format!("file-{path}");
        let steps = take(control.target.clone(), &path, &checkpoint);
        all.push(gesture("download by", format!("Take the file of \"{name}\""), name, steps, 52));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FacetKind;

    fn said_of(aria: &str, links: &str, copies: bool) -> Vec<(String, String)> {
        let fields = "form: post /x\ntextbox \"Name\" [type=text]\nbutton \"Save\" [type=submit]\n";
        let look = Look::read(&[
            (FacetKind::Aria, aria.to_owned()),
            (FacetKind::Links, links.to_owned()),
            (FacetKind::Fields, fields.to_owned()),
        ]);
        let files = [DataFile { path: "a.csv".to_owned(), ..DataFile::default() }];
        let means = Means { words: &["pot".to_owned()], files: &files, copies };
        let steps =
            |it: &UseOf| it.steps.iter().map(Action::describe).collect::<Vec<_>>().join(", ");
        gestures(&look, means).iter().map(|it| (it.called.clone(), steps(it))).collect()
    }

    fn called(aria: &str) -> Vec<String> {
        said_of(aria, "", true).into_iter().map(|it| it.0).collect()
    }

    const BOARD: &str =
        "- list \"To do\":\n  - listitem: One\n  - listitem: Two\n- list \"Done\"\n";

    #[test]
    fn plain_things_of_lists_are_dragged_marked_and_opened_and_what_can_be_used_itself_is_not() {
        let all: Vec<String> = called(BOARD);
        assert_eq!(
            all,
            [
                "Drag \"One\" to \"Done\"",
                "Drag \"One\" to \"Two\"",
                "Double-click \"One\"",
                "Ask \"One\" for its menu",
                "Mark \"One\" and \"Two\""
            ]
        );
        let links = BOARD.replace(": One", ":\n    - link \"One\" [url=/1]");
        assert_eq!(called(&links), [] as [&str; 0]);
        let menu = format!("- navigation:\n  {}", BOARD.replace('\n', "\n  ").trim_end());
        assert_eq!(called(&menu), [] as [&str; 0]);
    }

    #[test]
    fn nothing_is_dragged_or_handed_over_where_the_state_is_no_copy() {
        let zone = format!("{BOARD}- region \"Drop zone\": x\n- button \"Add pictures\"\n");
        let own: Vec<String> = said_of(&zone, "", true).into_iter().map(|it| it.0).collect();
        let shared: Vec<String> = said_of(&zone, "", false).into_iter().map(|it| it.0).collect();
        let only: Vec<&String> = own.iter().filter(|it| !shared.contains(it)).collect();
        assert_eq!(
            only,
            [
                "Drag \"One\" to \"Done\"",
                "Drag \"One\" to \"Two\"",
                "Hand a file over by \"Add pictures\"",
                "Drop a file on \"Drop zone\""
            ]
        );
    }

    #[test]
    fn a_long_list_is_scrolled_to_its_end_and_a_short_one_is_not() {
        let rows = |many: usize| {
            let row = |it: usize| format!("  - row \"{it}\":\n    - gridcell \"{it}\"\n");
            format!("- grid \"Places\":\n{}", (0..many).map(row).collect::<String>())
        };
        assert_eq!(called(&rows(9)), ["Scroll \"Places\" to its end"]);
        assert_eq!(called(&rows(3)), [] as [&str; 0]);
    }

    #[test]
    fn a_field_of_no_form_is_left_by_a_key_pasted_into_and_left_full_and_a_field_of_a_form_is_only_left()
     {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            said_of("- textbox \"Note\"\n- button \"Copy it\"\n", "link \"Home\": /\n", false),
            [
                pair("Rest the pointer on \"Copy it\"", "hover over button \"Copy it\""),
                pair("Leave the field \"Note\" by Tab", "press Tab on textbox \"Note\""),
                pair("Paste into \"Note\"", "paste \"pot\" into textbox \"Note\""),
                pair(
                    "Take \"Copy it\" into \"Note\"",
                    "click button \"Copy it\", press Control+V on textbox \"Note\""
                ),
                pair(
                    "Leave the page with text in \"Note\"",
                    "fill textbox \"Note\" with \"pot\", click link \"Home\""
                ),
                pair(
                    "Fill the fields and press \"Copy it\"",
                    "fill textbox \"Note\" with \"pot\", click button \"Copy it\""
                ),
            ]
        );
        assert_eq!(
            said_of("- form:\n  - textbox \"Name\"\n", "link \"Home\": /\n", false),
            [pair("Leave the field \"Name\" by Tab", "press Tab on textbox \"Name\"")]
        );
    }

    #[test]
    fn a_field_that_searches_by_itself_gets_a_second_word_and_one_that_nothing_has() {
        let look = Look::read(&[(FacetKind::Aria, "- searchbox \"Words\"\n".to_owned())]);
        let said = |words: &[String]| {
            let all = gestures(&look, Means { words, files: &[], copies: false });
            let own = all.into_iter().filter(|it| it.called.starts_with("Look"));
            own.map(|it| it.called).collect::<Vec<_>>()
        };
        let words = ["pot", "lamp"].map(str::to_owned);
        let wanted = [
            "Look for \"pot\", then for \"lamp\" in \"Words\"",
            "Look for what is not there in \"Words\"",
        ];
        assert_eq!(said(&words), wanted);
        assert_eq!(said(&words[..1]), [""; 0]);
    }

    #[test]
    fn a_button_that_gives_a_file_is_asked_for_it_and_one_that_sends_a_form_is_not() {
        let all = called(
            "- button \"Export as PDF\"\n- form:\n  - textbox \"Name\"\n  - button \"Save\"\n",
        );
        let files: Vec<&String> = all.iter().filter(|it| it.starts_with("Take")).collect();
        assert_eq!(files, ["Take the file of \"Export as PDF\""]);
    }
}

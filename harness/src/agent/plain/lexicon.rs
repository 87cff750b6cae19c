//! The closed lists of words that the grammar knows: verbs, kinds of things, synonyms, ordinals,
//! superlatives. What is not here is a name.

use crate::model::outline::Element;

/// What a clause asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Click, press, open, switch to.
    Click,
    /// Click twice.
    DoubleClick,
    /// Move the pointer onto it.
    Hover,
    /// Choose, select, pick.
    Select,
    /// Make checked.
    Check,
    /// Make unchecked.
    Uncheck,
    /// Enter, type, fill in.
    Enter,
    /// Empty a field.
    Clear,
    /// Set a thing to a value.
    Set,
    /// Put the focus there.
    Focus,
    /// Drag a thing to another.
    Drag,
    /// Scroll until a thing is in view.
    Scroll,
    /// Open what can be opened.
    Expand,
    /// Close it again.
    Collapse,
    /// Close a dialog or another thing that has a way to close it.
    Close,
    /// Find a thing that the next clauses are about.
    Find,
    /// Look through tabs for what the next clause names.
    Through,
    /// Use the control that is called like the verb, at the thing that is named.
    At,
    /// Use the control that is called like the verb.
    Itself,
    /// One step back.
    Back,
    /// One step forward.
    Forward,
    /// Load the page again.
    Reload,
}

/// Verbs by their words; of several that fit, the longest.
const VERBS: &[(&str, Verb)] = &[
    ("click", Verb::Click),
    ("click on", Verb::Click),
    ("press", Verb::Click),
    ("press on", Verb::Click),
    ("hit", Verb::Click),
    ("tap", Verb::Click),
    ("tap on", Verb::Click),
    ("push", Verb::Click),
    ("follow", Verb::Click),
    ("open", Verb::Click),
    ("open up", Verb::Click),
    ("go to", Verb::Click),
    ("navigate to", Verb::Click),
    ("visit", Verb::Click),
    ("switch to", Verb::Click),
    ("double-click", Verb::DoubleClick),
    ("double-click on", Verb::DoubleClick),
    ("double click", Verb::DoubleClick),
    ("hover", Verb::Hover),
    ("hover over", Verb::Hover),
    ("select", Verb::Select),
    ("choose", Verb::Select),
    ("pick", Verb::Select),
    ("check", Verb::Check),
    ("tick", Verb::Check),
    ("enable", Verb::Check),
    ("turn on", Verb::Check),
    ("switch on", Verb::Check),
    ("uncheck", Verb::Uncheck),
    ("untick", Verb::Uncheck),
    ("deselect", Verb::Uncheck),
    ("disable", Verb::Uncheck),
    ("turn off", Verb::Uncheck),
    ("switch off", Verb::Uncheck),
    ("enter", Verb::Enter),
    ("type", Verb::Enter),
    ("type in", Verb::Enter),
    ("write", Verb::Enter),
    ("input", Verb::Enter),
    ("put", Verb::Enter),
    ("fill", Verb::Enter),
    ("fill in", Verb::Enter),
    ("fill out", Verb::Enter),
    ("clear", Verb::Clear),
    ("empty", Verb::Clear),
    ("set", Verb::Set),
    ("change", Verb::Set),
    ("adjust", Verb::Set),
    ("move", Verb::Set),
    ("focus", Verb::Focus),
    ("focus on", Verb::Focus),
    ("focus in", Verb::Focus),
    ("focus into", Verb::Focus),
    ("drag", Verb::Drag),
    ("scroll to", Verb::Scroll),
    ("scroll down to", Verb::Scroll),
    ("expand", Verb::Expand),
    ("unfold", Verb::Expand),
    ("collapse", Verb::Collapse),
    ("fold", Verb::Collapse),
    ("close", Verb::Close),
    ("dismiss", Verb::Close),
    ("find", Verb::Find),
    ("look for", Verb::Find),
    ("locate", Verb::Find),
    ("switch between", Verb::Through),
    ("look through", Verb::Through),
    ("go through", Verb::Through),
    ("delete", Verb::At),
    ("remove", Verb::At),
    ("trash", Verb::At),
    ("edit", Verb::At),
    ("archive", Verb::At),
    ("star", Verb::At),
    ("add", Verb::At),
    ("download", Verb::At),
    ("like", Verb::At),
    ("share", Verb::At),
    ("sign in", Verb::Itself),
    ("log in", Verb::Itself),
    ("login", Verb::Itself),
    ("sign out", Verb::Itself),
    ("log out", Verb::Itself),
    ("logout", Verb::Itself),
    ("sign up", Verb::Itself),
    ("submit", Verb::Itself),
    ("save", Verb::Itself),
    ("cancel", Verb::Itself),
    ("confirm", Verb::Itself),
    ("apply", Verb::Itself),
    ("search", Verb::Itself),
    ("continue", Verb::Itself),
    ("send", Verb::Itself),
    ("accept", Verb::Itself),
    ("go back", Verb::Back),
    ("go forward", Verb::Forward),
    ("reload", Verb::Reload),
    ("refresh", Verb::Reload),
];

/// The verb that these words begin with, and how many of them it takes.
pub fn verb(words: &[String]) -> Option<(Verb, usize)> {
    let fits = |(said, verb): &(&str, Verb)| {
        let parts: Vec<&str> = said.split(' ').collect();
        let begins = words.len() >= parts.len() && parts.iter().zip(words).all(|(a, b)| a == b);
        begins.then_some((*verb, parts.len()))
    };
    VERBS.iter().filter_map(fits).max_by_key(|it| it.1)
}

/// The verbs that a refusal names.
pub const SOME_VERBS: &str = "click, choose, check, enter, set, expand, close, delete, sign in";

/// A kind of thing on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A button.
    Button,
    /// A link.
    Link,
    /// A field that takes text.
    Field,
    /// A field of one line.
    Line,
    /// A field of several lines.
    Area,
    /// A field for a date.
    Date,
    /// A field for a time of day.
    Time,
    /// A check box or a switch.
    Checkbox,
    /// A radio button.
    Radio,
    /// One of several that can be chosen.
    Option,
    /// What options are chosen from.
    List,
    /// A tab.
    Tab,
    /// An item of a menu.
    Item,
    /// A dialog.
    Dialog,
    /// What can be opened and closed.
    Section,
    /// A row of a table, an entry of a list.
    Row,
    /// A heading.
    Heading,
    /// A picture without text.
    Icon,
    /// A slider.
    Slider,
    /// A field whose number is turned up and down.
    Spinner,
    /// What is told by its colour alone.
    Box,
    /// Any control.
    Widget,
    /// A table.
    Table,
}

/// Kinds by their words in the singular.
const KINDS: &[(&str, Kind)] = &[
    ("button", Kind::Button),
    ("link", Kind::Link),
    ("field", Kind::Field),
    ("text field", Kind::Field),
    ("text box", Kind::Field),
    ("textbox", Kind::Field),
    ("input", Kind::Field),
    ("input field", Kind::Field),
    ("input textbox", Kind::Field),
    ("text input", Kind::Field),
    ("search box", Kind::Field),
    ("search field", Kind::Field),
    ("text", Kind::Line),
    ("textarea", Kind::Area),
    ("text area", Kind::Area),
    ("date", Kind::Date),
    ("date field", Kind::Date),
    ("time", Kind::Time),
    ("time field", Kind::Time),
    ("checkbox", Kind::Checkbox),
    ("check box", Kind::Checkbox),
    ("tick box", Kind::Checkbox),
    ("toggle", Kind::Checkbox),
    ("switch", Kind::Checkbox),
    ("radio", Kind::Radio),
    ("radio button", Kind::Radio),
    ("option", Kind::Option),
    ("choice", Kind::Option),
    ("list", Kind::List),
    ("dropdown", Kind::List),
    ("drop-down", Kind::List),
    ("dropdown list", Kind::List),
    ("dropdown menu", Kind::List),
    ("select box", Kind::List),
    ("combobox", Kind::List),
    ("scroll list", Kind::List),
    ("tab", Kind::Tab),
    ("item", Kind::Item),
    ("menu item", Kind::Item),
    ("dialog", Kind::Dialog),
    ("dialog box", Kind::Dialog),
    ("popup", Kind::Dialog),
    ("pop-up", Kind::Dialog),
    ("section", Kind::Section),
    ("panel", Kind::Section),
    ("row", Kind::Row),
    ("entry", Kind::Row),
    ("record", Kind::Row),
    ("email", Kind::Row),
    ("e-mail", Kind::Row),
    ("mail", Kind::Row),
    ("message", Kind::Row),
    ("heading", Kind::Heading),
    ("icon", Kind::Icon),
    ("image", Kind::Icon),
    ("picture", Kind::Icon),
    ("slider", Kind::Slider),
    ("spinner", Kind::Spinner),
    ("spin button", Kind::Spinner),
    ("number field", Kind::Spinner),
    ("box", Kind::Box),
    ("square", Kind::Box),
    ("colored box", Kind::Box),
    ("coloured box", Kind::Box),
    ("shade", Kind::Box),
    ("colour", Kind::Box),
    ("color", Kind::Box),
    ("widget", Kind::Widget),
    ("control", Kind::Widget),
    ("element", Kind::Widget),
    ("table", Kind::Table),
];

/// The kind that these words are together, in the singular or plural.
pub fn kind(words: &[String]) -> Option<Kind> {
    let said = words.join(" ");
    let singular = said.strip_suffix('s').filter(|it| it.len() > 2);
    let boxes = said.strip_suffix("es").filter(|it| it.ends_with('x') || it.ends_with("ch"));
    let entries = said.strip_suffix("ies").map(|it| format!("{it}y"));
    let is = |(known, _): &&(&str, Kind)| {
        *known == said
            || Some(*known) == singular
            || Some(*known) == boxes
            || entries.as_deref() == Some(known)
    };
    KINDS.iter().find(is).map(|it| it.1)
}

/// The most words that a kind has.
pub const LONGEST_KIND: usize = 2;

impl Kind {
    /// Whether an element is of this kind by its role or type.
    pub fn fits(self, it: &Element) -> bool {
        let role = it.role.as_str();
        let is_field = matches!(role, "textbox" | "searchbox" | "spinbutton")
            || (role == "combobox" && it.options.is_empty())
            || is_typed(it);
        match self {
            Self::Button => role == "button",
            Self::Link => role == "link",
            Self::Field => is_field,
            Self::Line => is_field && it.kind != "textarea",
            Self::Area => is_field && it.kind == "textarea",
            Self::Date => matches!(it.kind.as_str(), "date" | "datetime-local"),
            Self::Time => it.kind == "time",
            Self::Checkbox => matches!(role, "checkbox" | "switch" | "menuitemcheckbox"),
            Self::Radio => matches!(role, "radio" | "menuitemradio"),
            Self::Option => {
                matches!(role, "option" | "radio" | "row" | "listitem" | "checkbox" | "menuitem")
            }
            Self::List => {
                matches!(role, "combobox" | "listbox" | "menu" | "list") || !it.options.is_empty()
            }
            Self::Tab => role == "tab",
            Self::Item => matches!(role, "menuitem" | "treeitem" | "option" | "listitem"),
            Self::Dialog => matches!(role, "dialog" | "alertdialog"),
            Self::Section => it.is("expanded") || it.is("expanded=false"),
            Self::Row => matches!(role, "row" | "listitem" | "article" | "option" | "treeitem"),
            Self::Heading => role == "heading",
            Self::Icon => role == "img" || (it.usable && it.text.is_empty()),
            Self::Slider => role == "slider",
            Self::Spinner => role == "spinbutton" || it.kind == "number",
            Self::Box => it.colour.is_some(),
            Self::Widget => it.usable,
            Self::Table => matches!(role, "table" | "grid"),
        }
    }

    /// Whether things of this kind are often drawn without saying so, so that a name is enough.
    pub fn is_often_unsaid(self) -> bool {
        match self {
            Self::Button
            | Self::Link
            | Self::Option
            | Self::Tab
            | Self::Item
            | Self::Section
            | Self::Row
            | Self::Icon
            | Self::Box
            | Self::Widget
            | Self::List => true,
            Self::Field
            | Self::Line
            | Self::Area
            | Self::Date
            | Self::Time
            | Self::Checkbox
            | Self::Radio
            | Self::Dialog
            | Self::Heading
            | Self::Slider
            | Self::Spinner
            | Self::Table => false,
        }
    }
}

/// Whether text or a value goes into an input of this type, whatever its role is.
fn is_typed(it: &Element) -> bool {
    let typed = [
        "text",
        "search",
        "email",
        "password",
        "number",
        "tel",
        "url",
        "date",
        "time",
        "month",
        "week",
        "datetime-local",
        "textarea",
    ];
    it.role != "combobox" && typed.contains(&it.kind.as_str())
}

/// Words that say the same, the first for all of them.
const SYNONYMS: &[&[&str]] = &[
    &["close", "x", "\u{d7}", "\u{2715}", "\u{2716}", "dismiss"],
    &["delete", "trash", "remove", "bin", "discard"],
    &["signin", "sign in", "log in", "login", "log-in", "sign-in"],
    &["signout", "sign out", "log out", "logout", "log-out", "sign-out"],
    &["email", "e-mail", "mail", "email address", "e-mail address"],
    &["user", "username", "user name", "login name"],
    &["ok", "okay"],
    &["colour", "color"],
    &["star", "favourite", "favorite", "important"],
    &["edit", "change", "modify"],
    &["search", "find"],
    &["submit", "send"],
    &["next", "forward", "continue"],
    &["previous", "back", "prev"],
    &["cart", "basket"],
    &["phone", "telephone", "phone number", "telephone number"],
    &["zip", "postcode", "postal code", "zip code"],
];

/// The same text with each word that has synonyms replaced by the first of them.
pub fn canonical(text: &str) -> String {
    let whole = |it: &str| SYNONYMS.iter().find(|all| all.contains(&it)).map(|all| all[0]);
    if let Some(one) = whole(text) {
        return one.to_owned();
    }
    text.split(' ').map(|it| whole(it).unwrap_or(it)).collect::<Vec<_>>().join(" ")
}

/// Which of several, counted from the first or from the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nth {
    /// From 1.
    FromFirst(usize),
    /// The last one.
    Last,
}

/// The place that an ordinal says.
pub fn ordinal(word: &str) -> Option<Nth> {
    const WORDS: [&str; 10] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth",
    ];
    if word == "last" {
        return Some(Nth::Last);
    }
    if let Some(at) = WORDS.iter().position(|it| *it == word) {
        return Some(Nth::FromFirst(at + 1));
    }
    let number = ["st", "nd", "rd", "th"].iter().find_map(|it| word.strip_suffix(it))?;
    number.parse().ok().filter(|it| *it > 0).map(Nth::FromFirst)
}

/// Which end of an order a superlative means, and what is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superlative {
    /// Whether the greatest is meant, and not the least.
    pub greatest: bool,
    /// What is compared.
    pub of: Measure,
}

/// What a superlative compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Amounts of money.
    Price,
    /// Dates.
    Date,
    /// Any number.
    Number,
}

/// What a superlative means.
pub fn superlative(words: &[String]) -> Option<(Superlative, usize)> {
    let known = [
        ("cheapest", false, Measure::Price),
        ("least expensive", false, Measure::Price),
        ("most expensive", true, Measure::Price),
        ("dearest", true, Measure::Price),
        ("earliest", false, Measure::Date),
        ("oldest", false, Measure::Date),
        ("latest", true, Measure::Date),
        ("newest", true, Measure::Date),
        ("most recent", true, Measure::Date),
        ("smallest", false, Measure::Number),
        ("lowest", false, Measure::Number),
        ("shortest", false, Measure::Number),
        ("fewest", false, Measure::Number),
        ("largest", true, Measure::Number),
        ("biggest", true, Measure::Number),
        ("greatest", true, Measure::Number),
        ("highest", true, Measure::Number),
        ("longest", true, Measure::Number),
    ];
    known.into_iter().find_map(|(said, greatest, of)| {
        let parts: Vec<&str> = said.split(' ').collect();
        let begins = words.len() >= parts.len() && parts.iter().zip(words).all(|(a, b)| a == b);
        begins.then_some((Superlative { greatest, of }, parts.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_longest_verb_wins() {
        assert_eq!(verb(&words("click on it")), Some((Verb::Click, 2)));
        assert_eq!(verb(&words("switch between the tabs")), Some((Verb::Through, 2)));
        assert_eq!(verb(&words("sign in")), Some((Verb::Itself, 2)));
        assert_eq!(verb(&words("frobnicate it")), None);
    }

    #[test]
    fn kinds_are_known_in_the_plural_too() {
        assert_eq!(kind(&words("text fields")), Some(Kind::Field));
        assert_eq!(kind(&words("check boxes")), Some(Kind::Checkbox));
        assert_eq!(kind(&words("entries")), Some(Kind::Row));
        assert_eq!(kind(&words("submit")), None);
    }

    #[test]
    fn synonyms_are_one_word() {
        assert_eq!(canonical("log in"), canonical("sign in"));
        assert_eq!(canonical("trash message"), canonical("delete message"));
        assert_ne!(canonical("save"), canonical("delete"));
    }
}

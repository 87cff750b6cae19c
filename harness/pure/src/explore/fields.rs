//! [`fillings`]: what is put into a form: what each field takes, what it must refuse, and nothing.

use regex::Regex;

use super::page::{Field, Form};
use super::probe::click;
use super::safe::DataFile;
use super::tree::template;
use crate::model::gesture::UploadBy;
use crate::model::page::FieldValue;
use crate::model::{Action, Target, Template};

/// The most ways in which one form is filled.
const MOST_FILLINGS: usize = 10;
/// A text with what products stumble over: letters beyond ASCII, marks of HTML, quotes.
const ODD: &str = "Ægir <b>& \"Søn\"</b> 日本 '";
/// A word that no product shows.
const NOWHERE: &str = "zzyzx";

/// What values are made of.
#[derive(Debug, Clone, Copy)]
pub struct Pool<'a> {
    /// Words that the product shows.
    pub words: &'a [String],
    /// The product's data.
    pub files: &'a [DataFile],
    /// The names of the suite's variables.
    pub vars: &'a [String],
}

impl Pool<'_> {
    /// The variable that has a field's name, as a value: `${user}` for a field called "User".
    fn variable(&self, field: &Field) -> Option<String> {
        let plain = |it: &str| -> String {
            it.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let names = [plain(&field.label), plain(field.mark("name").unwrap_or_default())];
        let own = self.vars.iter().find(|it| names.contains(&plain(it)))?;
        Some(format!("${{{own}}}"))
    }
}

/// A form as it is filled and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filling {
    /// What is put into it, in words: `everything`, `nothing`, `Country = Japan`.
    pub with: String,
    /// The steps, from the open page to the form that was sent.
    pub steps: Vec<Action>,
    /// Its worth beside others.
    pub value: u32,
}

/// The ways in which a form is filled.
#[must_use]
pub fn fillings(form: &Form, pool: Pool<'_>) -> Vec<Filling> {
    let mut all = Vec::new();
    // Of what excludes one another the first is chosen.
    let is_chosen = |(at, it): &(usize, &Field)| !is_radio(it) || first_of_group(form, *at);
    let chosen = form.fields.iter().enumerate().filter(is_chosen).map(|it| it.1);
    let right: Vec<Action> =
        chosen.filter_map(|it| fill(it, &right_value(it, pool)?, pool)).collect();
    if right.is_empty() && !form.fields.is_empty() {
        return all;
    }
    all.push(sent(form, "everything", right.clone(), 60));
    if form.fields.iter().any(is_text) {
        // What is written must be refused where something is lacking.
        let worth = if form.method == "get" { 40 } else { 53 };
        all.push(sent(form, "nothing", Vec::new(), worth));
    }
    if form.method != "get" && right.len() > 1 {
        for field in form.fields.iter().filter(|it| is_text(it)) {
            let mut steps = right.clone();
            steps.retain(|it| filled(it) != field.target.as_ref());
            all.push(sent(form, &format!("all but {}", said(field)), steps, 49));
        }
    }
    for (at, field) in form.fields.iter().enumerate() {
        let is_other = is_radio(field) && !first_of_group(form, at);
        let choice = is_other.then(|| ("chosen".to_owned(), "on".to_owned(), 55));
        for (called, value, worth) in others(field, form, pool).into_iter().chain(choice) {
            let mut steps = if form.method == "get" { Vec::new() } else { right.clone() };
            let Some(step) = fill(field, &value, pool) else { continue };
            let target = field.target.as_ref();
            steps.retain(|it| filled(it) != target || target.is_none());
            steps.push(step);
            let called = format!("{} = {called}", said(field));
            all.push(sent(form, &called, steps, worth));
        }
    }
    for button in form.buttons.iter().skip(1) {
        let mut steps = right.clone();
        steps.push(click(button.clone()));
        all.push(Filling { with: format!("everything, by {button}"), steps, value: 55 });
    }
    let mut seen: Vec<Vec<Action>> = Vec::new();
    all.retain(|it| {
        let new = !seen.contains(&it.steps) && !it.steps.is_empty();
        seen.push(it.steps.clone());
        new
    });
    all.sort_by_key(|it| std::cmp::Reverse(it.value));
    all.truncate(MOST_FILLINGS);
    all
}

fn is_radio(field: &Field) -> bool {
    field.role == "radio"
}

/// Whether no choice before this one excludes it.
fn first_of_group(form: &Form, at: usize) -> bool {
    let group = form.fields[at].mark("name");
    !form.fields[..at].iter().any(|it| is_radio(it) && it.mark("name") == group)
}

fn sent(form: &Form, with: &str, mut steps: Vec<Action>, value: u32) -> Filling {
    match (form.buttons.first(), form.fields.iter().rfind(|it| is_text(it))) {
        (Some(button), _) => steps.push(click(button.clone())),
        (None, Some(field)) => {
            steps.push(Action::Press { keys: "Enter".to_owned(), on: field.target.clone() });
        }
        (None, None) => {}
    }
    Filling { with: with.to_owned(), steps, value }
}

/// What a step fills.
fn filled(step: &Action) -> Option<&Target> {
    match step {
        Action::Fill(fields) => fields.first().map(|it| &it.field),
        Action::Choose { from, .. } => Some(from),
        Action::Check(target) | Action::Uncheck(target) => Some(target),
        Action::Upload { to, .. } => Some(to),
        _ => None,
    }
}

/// What a person would call a field.
fn said(field: &Field) -> String {
    if field.label.is_empty() { field.kind().to_owned() } else { field.label.clone() }
}

/// Whether text is typed into it.
fn is_text(field: &Field) -> bool {
    matches!(field.role.as_str(), "textbox" | "searchbox" | "spinbutton")
}

/// The step that puts a value into a field; `None` where no value can be.
fn fill(field: &Field, value: &str, pool: Pool<'_>) -> Option<Action> {
    let target = field.target.clone()?;
    Some(match (field.role.as_str(), field.kind()) {
        ("checkbox" | "switch", _) if value == "off" => Action::Uncheck(target),
        ("checkbox" | "switch" | "radio", _) => Action::Check(target),
        ("combobox" | "listbox", _) if !field.options.is_empty() => {
            Action::Choose { from: target, options: vec![template(value)] }
        }
        (_, "file") => {
            let file = pool.files.iter().find(|it| it.path == value)?;
            Action::Upload { to: target, by: UploadBy::Field, files: vec![template(&file.path)] }
        }
        _ => {
            let is_variable = pool.variable(field).as_deref() == Some(value);
            let value = if is_variable { Template::new(value) } else { template(value) };
            Action::Fill(vec![FieldValue { field: target, value }])
        }
    })
}

/// A value that the field takes.
pub(super) fn right_value(field: &Field, pool: Pool<'_>) -> Option<String> {
    let kind = field.kind();
    if let Some(own) = pool.variable(field).filter(|_| is_text(field)) {
        return Some(own);
    }
    let value = match (field.role.as_str(), kind) {
        ("checkbox" | "switch" | "radio", _) => "on".to_owned(),
        ("combobox" | "listbox", _) if !field.options.is_empty() => other_option(field)?,
        (_, "file") => pool.files.iter().find(|it| it.fits(field))?.path.clone(),
        ("spinbutton" | "slider", _) | (_, "number" | "range") => number(field),
        (_, "date") => "2026-01-31".to_owned(),
        (_, "month") => "2026-01".to_owned(),
        (_, "week") => "2026-W05".to_owned(),
        (_, "time") => "09:30".to_owned(),
        (_, "datetime-local") => "2026-01-31T09:30".to_owned(),
        (_, "color") => "#3366ff".to_owned(),
        (_, "email") => "ada@example.com".to_owned(),
        (_, "tel") => "021 555 0199".to_owned(),
        (_, "url") => "https://example.com/".to_owned(),
        (_, "password") => "correct horse 7".to_owned(),
        ("searchbox", _) | (_, "search") => pool.words.first()?.clone(),
        _ => text(field, pool),
    };
    Some(shortened(value, field))
}

/// An option other than what is chosen: the last one.
fn other_option(field: &Field) -> Option<String> {
    let is_other = |it: &&String| Some(*it) != field.chosen.as_ref() && !it.trim().is_empty();
    field.options.iter().rfind(is_other).cloned()
}

fn number(field: &Field) -> String {
    let of = |name: &str| field.mark(name).and_then(|it| it.parse::<i64>().ok());
    match (of("min"), of("max")) {
        (Some(min), Some(max)) => (min + (max - min) / 2).max(min),
        (Some(min), None) => min + 1,
        (None, Some(max)) => max.min(2),
        (None, None) => 2,
    }
    .to_string()
}

/// A text by what the field is called, else a word of the product's own.
fn text(field: &Field, pool: Pool<'_>) -> String {
    let label =
        format!("{} {}", field.label, field.mark("name").unwrap_or_default()).to_lowercase();
    let known = [
        ("mail", "ada@example.com"),
        ("phone", "021 555 0199"),
        ("postcode", "6011"),
        ("zip", "6011"),
        ("search", ""),
        ("date", "2026-01-31"),
        ("price", "12.50"),
        ("amount", "12.50"),
        ("user", "ada"),
        ("name", "Ada Lovelace"),
    ];
    let by_label = known.iter().find(|it| label.contains(it.0)).map(|it| it.1);
    let word = pool.words.first().cloned();
    let plain = match by_label {
        Some("") => word.unwrap_or_else(|| "tea".to_owned()),
        Some(text) => text.to_owned(),
        None => "Ada Lovelace".to_owned(),
    };
    let Some(pattern) = field.mark("pattern") else { return plain };
    let Ok(pattern) = Regex::new(&format!("^(?:{pattern})$")) else { return plain };
    let samples = [
        plain.as_str(),
        "ada",
        "Ada",
        "1",
        "12",
        "123",
        "1234",
        "12345",
        "123456",
        "A1",
        "AB12",
        "ABC-123",
        "a1b2c3",
        "2026-01-31",
        "12.50",
        "NZ",
        "nz",
    ];
    samples.into_iter().find(|it| pattern.is_match(it)).unwrap_or(&plain).to_owned()
}

fn shortened(value: String, field: &Field) -> String {
    match field.mark("maxlength").and_then(|it| it.parse().ok()) {
        Some(most) => value.chars().take(most).collect(),
        None => value,
    }
}

/// What else is tried of a field, one value at a time: what it is called, the value, and its worth.
fn others(field: &Field, form: &Form, pool: Pool<'_>) -> Vec<(String, String, u32)> {
    let plain = |value: &str, worth: u32| (value.to_owned(), value.to_owned(), worth);
    let of = |name: &str| field.mark(name).and_then(|it| it.parse::<i64>().ok());
    let mut all = Vec::new();
    match (field.role.as_str(), field.kind()) {
        ("combobox" | "listbox", _) => {
            let others = field.options.iter().filter(|it| Some(*it) != field.chosen.as_ref());
            let others: Vec<&String> = others.filter(|it| !it.trim().is_empty()).collect();
            all.extend(others.first().map(|it| plain(it, 58)));
            all.extend(others.last().map(|it| plain(it, 54)));
        }
        ("checkbox" | "switch", _) if form.method == "get" => {
            all.push(("on".to_owned(), "on".to_owned(), 50));
        }
        ("spinbutton", _) | (_, "number") => {
            all.extend(of("min").map(|it| plain(&(it - 1).to_string(), 48)));
            all.extend(of("max").map(|it| plain(&(it + 1).to_string(), 48)));
            all.extend(of("max").map(|it| plain(&it.to_string(), 44)));
            if of("min").is_none() {
                all.push(plain("-1", 46));
            }
        }
        (_, "email") => all.push(plain("nobody", 46)),
        (_, "url") => all.push(plain("nowhere", 40)),
        ("textbox" | "searchbox", kind) if kind != "file" => {
            if form.method == "get" {
                all.extend(pool.words.get(1).map(|it| plain(it, 56)));
                all.push(plain(NOWHERE, 52));
            }
            if matches!(kind, "text" | "search" | "textbox" | "searchbox") {
                let odd = shortened(ODD.to_owned(), field);
                all.push(("odd letters".to_owned(), odd, 47));
            }
            if field.mark("pattern").is_some() {
                all.push(plain("?", 42));
            }
            let most = of("maxlength").map_or(200, |it| it.clamp(1, 2_000) as usize);
            if form.method != "get" && !matches!(kind, "password") {
                let long = "long ".repeat(most / 5 + 1).chars().take(most).collect();
                all.push((format!("{most} letters"), long, 30));
            }
        }
        _ => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::tree::target;

    fn field(role: &str, label: &str, marks: &[&str]) -> Field {
        Field {
            role: role.to_owned(),
            label: label.to_owned(),
            marks: marks.iter().map(|it| (*it).to_owned()).collect(),
            target: Some(target(role, Some(label))),
            options: Vec::new(),
            chosen: None,
        }
    }

    fn said_of(form: &Form) -> Vec<(String, Vec<String>)> {
        let words = ["Tea pot".to_owned(), "lamp".to_owned()];
        let pool = Pool { words: &words, files: &[], vars: &[] };
        let said = |it: Filling| (it.with, it.steps.iter().map(Action::describe).collect());
        fillings(form, pool).into_iter().map(said).collect()
    }

    #[test]
    fn a_form_is_filled_rightly_with_what_must_be_refused_and_not_at_all() {
        let form = Form {
            method: "post".to_owned(),
            fields: vec![field("spinbutton", "How many", &["type=number", "min=1", "max=9"])],
            buttons: vec![target("button", Some("Buy"))],
            ..Form::default()
        };
        let with: Vec<String> = said_of(&form).into_iter().map(|it| it.0).collect();
        assert_eq!(
            with,
            ["everything", "nothing", "How many = 0", "How many = 10", "How many = 9"]
        );
    }

    #[test]
    fn of_what_excludes_one_another_each_is_chosen_and_each_text_is_left_out_once() {
        let radio = |label: &str| field("radio", label, &["name=way"]);
        let text = |label: &str| field("textbox", label, &["type=text", "pattern=\"[A-Z]\""]);
        let form = Form {
            method: "post".to_owned(),
            fields: vec![text("Name"), radio("Post"), radio("Collect"), text("Road")],
            buttons: vec![target("button", Some("Go"))],
            ..Form::default()
        };
        let all = said_of(&form);
        let steps = |with: &str| {
            let found = all.iter().find(|it| it.0 == with).expect("it is tried");
            let own = found.1.iter().filter(|it| it.contains("check radio"));
            own.cloned().collect::<Vec<_>>()
        };
        assert_eq!(steps("everything"), ["check radio \"Post\""]);
        let both = ["check radio \"Post\"", "check radio \"Collect\""];
        assert_eq!(steps("Collect = chosen"), both);
        let without = all.iter().find(|it| it.0 == "all but Road").expect("it is tried");
        assert!(!without.1.iter().any(|it| it.contains("Road")), "{without:?}");
    }

    #[test]
    fn a_search_looks_for_what_is_there_for_what_is_not_and_by_each_list() {
        let mut country = field("combobox", "Country", &[]);
        country.options = ["All", "Japan", "Chile"].map(str::to_owned).to_vec();
        country.chosen = Some("All".to_owned());
        let form = Form {
            method: "get".to_owned(),
            fields: vec![field("searchbox", "Find", &["type=search"]), country],
            buttons: vec![target("button", Some("Go"))],
            ..Form::default()
        };
        let with: Vec<String> = said_of(&form).into_iter().map(|it| it.0).collect();
        assert_eq!(
            with,
            [
                "everything",
                "Country = Japan",
                "Find = lamp",
                "Country = Chile",
                "Find = zzyzx",
                "Find = odd letters",
                "nothing"
            ]
        );
    }

    #[test]
    fn a_field_that_is_called_as_a_variable_of_the_suite_takes_it_and_another_does_not() {
        let vars = ["user".to_owned(), "pass-word".to_owned()];
        let value = |label: &str, kind: &str| {
            let field = Field {
                role: "textbox".to_owned(),
                label: label.to_owned(),
                marks: vec![format!("type={kind}"), "maxlength=3".to_owned()],
                ..Field::default()
            };
            right_value(&field, Pool { words: &[], files: &[], vars: &vars })
        };
        assert_eq!(value("User", "text").as_deref(), Some("${user}"));
        assert_eq!(value("Password", "password").as_deref(), Some("${pass-word}"));
        assert_eq!(value("User name", "text").as_deref(), Some("ada"));
    }

    #[test]
    fn what_a_field_takes_follows_from_its_type_pattern_and_length() {
        let value = |it: &Field| right_value(it, Pool { words: &[], files: &[], vars: &[] });
        let said = |role: &str, marks: &[&str]| value(&field(role, "Code", marks));
        assert_eq!(
            said("textbox", &["type=text", "pattern=\"[A-Z]{2}\\d{2}\""]).as_deref(),
            Some("AB12")
        );
        assert_eq!(said("textbox", &["type=text", "maxlength=3"]).as_deref(), Some("Ada"));
        assert_eq!(said("textbox", &["type=email"]).as_deref(), Some("ada@example.com"));
        assert_eq!(said("button", &["type=file"]), None, "there is no file");
    }
}

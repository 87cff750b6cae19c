//! [`uses`]: what a person may do with the controls of a page that stand in no form.

use std::collections::BTreeSet;

use super::fields::{Pool, right_value};
use super::page::Look;
use super::probe::click;
use super::tree::{Control, Item, template};
use crate::model::page::FieldValue;
use crate::model::{Action, Target};

/// A letter that most words have.
const COMMON_LETTER: &str = "a";

/// A control, and what is done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseOf {
    /// What it is, wherever it stands.
    pub identity: String,
    /// Its name, or its role.
    pub name: String,
    /// What is done, as a person would say it: `Click "Apply"`.
    pub called: String,
    /// The steps.
    pub steps: Vec<Action>,
    /// Its worth beside others.
    pub value: u32,
    /// Whether it is one of the things that every page has.
    pub everywhere: bool,
}

/// What can be done on a page, but for its forms.
#[must_use]
pub fn uses(look: &Look, words: &[String]) -> Vec<UseOf> {
    let in_forms: BTreeSet<String> = look
        .forms
        .iter()
        .flat_map(|form| {
            let fields = form.fields.iter().filter_map(|it| it.target.as_ref());
            fields.chain(&form.buttons).chain(&form.outward)
        })
        .map(Target::to_string)
        .collect();
    let controls = look.tree.controls();
    let mut found: Vec<UseOf> = Vec::new();
    for (at, control) in controls.iter().enumerate() {
        if in_forms.contains(&control.target.to_string()) {
            continue;
        }
        // Of what stands in every record, the first and the last.
        let own = identity(look, control);
        let alike = |it: &&Control| it.in_record && identity(look, it) == own;
        let before = controls[..at].iter().filter(alike).count();
        let after = controls[at + 1..].iter().filter(alike).count();
        if control.in_record && before > 0 && after > 0 {
            continue;
        }
        found.extend(use_of(look, control, words, before > 0));
    }
    found.extend(leave_dialog(look));
    found
}

/// What a control is, wherever it stands. What a cell of a grid is called is data.
fn identity(look: &Look, control: &Control) -> String {
    if look.tree.items[control.at].role != "gridcell" {
        return control.identity.clone();
    }
    let holder = look.tree.around(control.at).find(|it| it.role.ends_with("grid"));
    format!("gridcell in {:?}", holder.and_then(|it| it.name.as_deref()).unwrap_or_default())
}

/// A dialog is closed by a key.
fn leave_dialog(look: &Look) -> Option<UseOf> {
    let dialog = look.tree.first("dialog")?;
    let name = dialog.name.clone().unwrap_or_else(|| "dialog".to_owned());
    Some(UseOf {
        identity: format!("Escape in {name}"),
        called: format!("Leave the dialog \"{name}\" by a key"),
        name,
        steps: vec![Action::Press { keys: "Escape".to_owned(), on: None }],
        value: 50,
        everywhere: false,
    })
}

fn use_of(look: &Look, control: &Control, words: &[String], again: bool) -> Option<UseOf> {
    let item = &look.tree.items[control.at];
    let target = control.target.clone();
    let name = item.name.clone().unwrap_or_else(|| item.role.clone());
    let (verb, steps, value) = steps_of(look, control.at, item, target, words)?;
    let holders: Vec<&str> = look.tree.around(control.at).map(|it| it.role.as_str()).collect();
    let everywhere =
        holders.iter().any(|it| matches!(*it, "banner" | "navigation" | "contentinfo"));
    let last = if again { " of the last" } else { "" };
    Some(UseOf {
        identity: format!("{}{}", identity(look, control), if again { " last" } else { "" }),
        called: format!("{verb} \"{name}\"{last}"),
        name,
        steps,
        value: if again { value.saturating_sub(20) } else { value },
        everywhere,
    })
}

/// What is done with a control: the verb, the steps and the worth.
fn steps_of(
    look: &Look,
    at: usize,
    item: &Item,
    target: Target,
    words: &[String],
) -> Option<(&'static str, Vec<Action>, u32)> {
    let inside = |role: &str| look.tree.around(at).any(|it| it.role == role);
    Some(match item.role.as_str() {
        "button" if item.is("expanded=false") => ("Open", vec![click(target)], 72),
        "button" => ("Click", vec![click(target)], 70),
        "tab" if item.is("selected") => return None,
        "tab" => ("Choose the tab", vec![click(target)], 71),
        "link" => ("Follow", vec![click(target)], 60),
        "menuitem" | "menuitemcheckbox" | "menuitemradio" => ("Choose", vec![click(target)], 66),
        "checkbox" | "switch" if item.is("checked") => ("Clear", vec![Action::Uncheck(target)], 62),
        "checkbox" | "switch" => ("Check", vec![Action::Check(target)], 62),
        "radio" if item.is("checked") => return None,
        "radio" => ("Choose", vec![Action::Check(target)], 61),
        "slider" | "spinbutton" => {
            let number = taken(look, &target, words);
            let usual = if item.role == "slider" { "50" } else { "2" };
            ("Move", vec![filled(target, number.as_deref().unwrap_or(usual))], 58)
        }
        "treeitem" if item.is("expanded=false") => ("Open", vec![Action::Expand(target)], 64),
        "treeitem" => ("Click", vec![click(target)], 40),
        "gridcell" => ("Click", vec![click(target)], 45),
        "option" if inside("combobox") || inside("listbox") => return None,
        "option" => ("Choose", vec![click(target)], 55),
        "combobox" | "listbox" => return chosen(look, at, target),
        "textbox" | "searchbox" => {
            if let Some(value) = taken(look, &target, words) {
                return Some(("Fill", vec![filled(target, &value)], 63));
            }
            let word = words.first().map_or("tea", String::as_str);
            let enter = Action::Press { keys: "Enter".to_owned(), on: Some(target.clone()) };
            ("Fill", vec![filled(target, word), enter], 63)
        }
        _ => return None,
    })
}

/// What a field that says what it takes is filled with; `None` for one that takes any text.
fn taken(look: &Look, target: &Target, words: &[String]) -> Option<String> {
    let field = look.loose.iter().find(|it| it.target.as_ref() == Some(target))?;
    let any =
        matches!(field.kind(), "text" | "search" | "textbox" | "searchbox" | "slider" | "file");
    let any = any || (field.kind() == "spinbutton" && field.mark("max").is_none());
    if any {
        return None;
    }
    right_value(field, Pool { words, files: &[], vars: &[] })
}

fn filled(field: Target, value: &str) -> Action {
    Action::Fill(vec![FieldValue { field, value: template(value) }])
}

/// Another option of a list; a list that shows none is opened.
fn chosen(look: &Look, at: usize, target: Target) -> Option<(&'static str, Vec<Action>, u32)> {
    let options: Vec<&Item> =
        look.tree.inside(at).map(|it| it.1).filter(|it| it.role == "option").collect();
    if options.is_empty() {
        // What can be typed into offers what goes with it.
        let typed = look.loose.iter().any(|it| {
            it.target.as_ref() == Some(&target) && matches!(it.kind(), "text" | "search")
        });
        if typed && look.tree.items[at].role == "combobox" {
            let text = template(COMMON_LETTER);
            return Some(("Type into", vec![Action::Type { text, into: Some(target) }], 62));
        }
        return Some(("Open", vec![click(target)], 60));
    }
    // What a list opened belongs to it.
    let opened = look.tree.items.iter().any(|it| it.role == "combobox" && it.is("expanded"));
    let other = options.iter().rfind(|it| !it.is("selected") && !it.is("disabled"))?;
    if opened && look.tree.items[at].role == "listbox" {
        let option = super::tree::target("option", other.name.as_deref());
        return Some(("Choose the last of", vec![click(option)], 62));
    }
    let option = template(other.name.as_deref()?);
    Some(("Choose another of", vec![Action::Choose { from: target, options: vec![option] }], 62))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FacetKind;

    fn said(aria: &str) -> Vec<(String, String)> {
        let look = Look::read(&[
            (FacetKind::Aria, aria.to_owned()),
            (FacetKind::Fields, "form: post /x\nbutton \"Send\" [type=submit]\n".to_owned()),
        ]);
        let uses = uses(&look, &["pot".to_owned()]).into_iter();
        let steps =
            |it: &UseOf| it.steps.iter().map(Action::describe).collect::<Vec<_>>().join(", ");
        uses.map(|it| (it.called.clone(), steps(&it))).collect()
    }

    #[test]
    fn each_kind_of_control_is_used_as_a_person_would_and_what_a_form_has_is_left_to_it() {
        let aria = "- button \"Send\"\n- button \"Menu\" [expanded=false]\n- checkbox \"All\"\n\
                    - combobox \"Size\":\n  - option \"S\" [selected]\n  - option \"L\"\n- tab \"One\" [selected]\n\
                    - tab \"Two\"\n- searchbox \"Find\"\n- dialog \"News\":\n  - paragraph: hi\n";
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            said(aria),
            [
                pair("Open \"Menu\"", "click button \"Menu\""),
                pair("Check \"All\"", "check checkbox \"All\""),
                pair("Choose another of \"Size\"", "choose \"L\" from combobox \"Size\""),
                pair("Choose the tab \"Two\"", "click tab \"Two\""),
                pair(
                    "Fill \"Find\"",
                    "fill searchbox \"Find\" with \"pot\", press Enter on searchbox \"Find\""
                ),
                pair("Leave the dialog \"News\" by a key", "press Escape"),
            ]
        );
    }

    #[test]
    fn of_what_stands_in_every_record_the_first_and_the_last_are_used() {
        let row =
            |name: &str| format!("  - row \"{name}\":\n    - cell:\n      - button \"Edit\"\n");
        let rows: String = ["a", "b", "c", "d"].map(row).concat();
        let all = said(&format!("- table:\n{rows}"));
        assert_eq!(all.len(), 2, "{all:#?}");
    }

    #[test]
    fn of_the_days_of_a_calendar_the_first_and_the_last_are_clicked() {
        let day = |it: u32| format!("    - gridcell \"{it}\"\n");
        let days: String = (1..=28).map(day).collect();
        let all = said(&format!("- grid \"January\":\n  - row:\n{days}"));
        let called: Vec<&str> = all.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(called, ["Click \"1\"", "Click \"28\" of the last"]);
    }

    #[test]
    fn an_option_of_a_list_that_was_opened_is_clicked_and_a_field_gets_what_it_takes() {
        let options = "- listbox:\n  - option \"None\"\n  - option \"Cloth\"\n";
        let own = |aria: &str| said(aria).into_iter().map(|it| it.1).collect::<Vec<_>>();
        let opened = own(&format!("- combobox \"Wrapping\" [expanded]\n{options}"));
        assert_eq!(opened.last().map(String::as_str), Some("click option \"Cloth\""));
        let standing = own(options);
        assert_eq!(standing, ["choose \"Cloth\" from listbox (number 1)"]);
        let look = Look::read(&[
            (FacetKind::Aria, "- textbox \"At\"\n- slider \"Loud\": 1\n".to_owned()),
            (
                FacetKind::Fields,
                "textbox \"At\" [type=time]\nslider \"Loud\" [type=range] [min=0] [max=10]\n"
                    .to_owned(),
            ),
        ]);
        let steps: Vec<String> =
            uses(&look, &[]).iter().flat_map(|it| &it.steps).map(Action::describe).collect();
        assert_eq!(
            steps,
            ["fill textbox \"At\" with \"09:30\"", "fill slider \"Loud\" with \"5\""]
        );
    }
}

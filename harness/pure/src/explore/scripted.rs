//! Fields and buttons that belong together without a form around them: a script reads the fields
//! when the button is pressed.

use super::controls::UseOf;
use super::fields::{Pool, right_value};
use super::page::Look;
use super::probe::click;
use super::tree::{Control, template};
use crate::model::page::FieldValue;
use crate::model::{Action, Target};

/// The most fields that are filled before a button is pressed.
const MOST_FIELDS: usize = 6;
/// The most buttons of one place that are pressed with its fields filled.
const MOST_BUTTONS: usize = 2;

/// What holds a control: the nearest thing that fields and buttons are gathered in.
fn holder(look: &Look, at: usize) -> Option<usize> {
    const HOLDERS: [&str; 9] =
        ["iframe", "dialog", "region", "group", "form", "search", "main", "article", "toolbar"];
    let items = &look.tree.items;
    let mut around = std::iter::successors(items[at].parent, |it| items[*it].parent);
    around.find(|it| HOLDERS.contains(&items[*it].role.as_str()))
}

/// A field filled with what it takes.
fn fill(look: &Look, field: &Control, words: &[String]) -> Option<Action> {
    let own = |it: &Target| it.locator == field.target.locator;
    let known = look.loose.iter().find(|it| it.target.as_ref().is_some_and(own));
    let value = match known {
        Some(known) => right_value(known, Pool { words, files: &[], vars: &[] })?,
        None => words.first().cloned().unwrap_or_else(|| "tea".to_owned()),
    };
    let value = FieldValue { field: field.target.clone(), value: template(&value) };
    Some(Action::Fill(vec![value]))
}

/// The fields of a place filled as they say, and then its button pressed.
pub(super) fn scripted(look: &Look, controls: &[Control], words: &[String]) -> Vec<UseOf> {
    let in_form = |it: &Target| {
        look.forms.iter().any(|form| {
            form.buttons.contains(it)
                || form.fields.iter().any(|own| own.target.as_ref() == Some(it))
        })
    };
    let role = |it: &Control| look.tree.items[it.at].role.as_str();
    let free: Vec<&Control> = controls
        .iter()
        .filter(|it| !in_form(&it.target) && !it.in_record)
        .filter(|it| {
            let around = |role: &str| look.tree.around(it.at).any(|it| it.role == role);
            !around("banner") && !around("navigation") && !around("contentinfo")
        })
        .collect();
    let mut places: Vec<Option<usize>> = Vec::new();
    for it in &free {
        let place = holder(look, it.at);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let mut all = Vec::new();
    for place in places {
        let own = || free.iter().filter(move |it| holder(look, it.at) == place);
        let fields = own().filter(|it| matches!(role(it), "textbox" | "spinbutton"));
        let fills: Vec<Action> =
            fields.take(MOST_FIELDS).filter_map(|it| fill(look, it, words)).collect();
        if fills.is_empty() {
            continue;
        }
        for button in own().filter(|it| role(it) == "button").take(MOST_BUTTONS) {
            let name = look.tree.items[button.at].name.clone().unwrap_or_default();
            if name.is_empty() {
                continue;
            }
            let mut steps = fills.clone();
            steps.push(click(button.target.clone()));
            all.push(UseOf {
                identity: format!("fill and {}", button.identity),
                called: format!("Fill the fields and press \"{name}\""),
                name,
                steps,
                value: 56,
                everywhere: false,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FacetKind;

    fn said(aria: &str, fields: &str) -> Vec<Vec<String>> {
        let look = Look::read(&[
            (FacetKind::Aria, aria.to_owned()),
            (FacetKind::Fields, fields.to_owned()),
        ]);
        let steps = |it: UseOf| it.steps.iter().map(Action::describe).collect();
        let controls = look.tree.controls();
        scripted(&look, &controls, &["pot".to_owned()]).into_iter().map(steps).collect()
    }

    #[test]
    fn fields_without_a_form_are_filled_before_the_button_of_their_place_is_pressed() {
        let aria =
            "- iframe \"Card\":\n  - textbox \"Number\"\n  - button \"Check\"\n- button \"Pay\"\n";
        assert_eq!(
            said(aria, ""),
            [[
                "fill textbox \"Number\" in iframe \"Card\" with \"pot\"",
                "click button \"Check\" in iframe \"Card\""
            ]]
        );
    }

    #[test]
    fn a_form_is_left_to_itself_and_a_button_without_fields_too() {
        let form = "form: post /x\ntextbox \"Name\" [type=text]\nbutton \"Send\" [type=submit]\n";
        assert_eq!(
            said("- form:\n  - textbox \"Name\"\n  - button \"Send\"\n", form),
            [[""; 0]; 0]
        );
        assert_eq!(said("- main:\n  - button \"Pay\"\n", ""), [[""; 0]; 0]);
    }
}

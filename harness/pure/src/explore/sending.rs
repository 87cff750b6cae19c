//! Which forms are sent, and by which of their buttons.

use super::addresses::elsewhere;
use super::fields::{Pool, fillings};
use super::map::Map;
use super::page::{Form, Look};
use super::probe::{Goal, click};
use super::propose::called;
use crate::model::Action;

impl Map {
    /// What is put into the forms of a page, and sent.
    pub(super) fn propose_forms(
        &mut self,
        look: &Look,
        at: usize,
        way: &[Action],
        known: Option<&[String]>,
    ) {
        for form in &look.forms {
            let called = called(form);
            let identity = format!("form {called}");
            if known.is_some_and(|known| known.contains(&identity)) {
                continue;
            }
            let name = form.buttons.first().map(ToString::to_string).unwrap_or_default();
            if self.is_for_the_end(&name, &form.action) && form.fields.is_empty() {
                let press: Vec<Action> = form.buttons.iter().take(1).cloned().map(click).collect();
                self.keep_for_the_end((identity, format!("Press {name}")), &press, (at, way));
                continue;
            }
            if let Some(why) = self.refuses(form, &name) {
                self.miss(&identity, &why);
                continue;
            }
            let form = &self.without_refused(form, &identity);
            let words = self.words.clone();
            let files = self.rules.files.clone();
            let vars = self.rules.vars.clone();
            for filling in fillings(form, Pool { words: &words, files: &files, vars: &vars }) {
                let key = format!("send {called} with {}", filling.with);
                let goal = Goal::Send { form: called.clone(), with: filling.with };
                self.act(key, goal, filling.steps, (at, way), filling.value);
            }
        }
    }

    /// Why a form is not sent by its first button, which is called so.
    fn refuses(&self, form: &Form, button: &str) -> Option<String> {
        if let Some(host) = elsewhere(&form.action) {
            return Some(format!("it is sent to {host}, which is not the product's"));
        }
        if form.method != "get" && !self.rules.pages_are_copies {
            return Some("it writes, and the product's state is no copy".to_owned());
        }
        self.rules.refusal(button, &form.action)
    }

    /// The form without its other buttons that are to be left alone.
    fn without_refused(&mut self, form: &Form, identity: &str) -> Form {
        for button in &form.outward {
            self.miss(&format!("{button} of {identity}"), "it sends the form to another host");
        }
        let mut buttons = Vec::new();
        for (at, button) in form.buttons.iter().enumerate() {
            let name = button.to_string();
            match self.rules.refusal(&name, "").filter(|_| at > 0) {
                Some(why) => self.miss(&format!("{name} of {identity}"), &why),
                None => buttons.push(button.clone()),
            }
        }
        Form { buttons, ..form.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::probe::Probe;
    use crate::explore::seen::{Seen, Sight};
    use crate::model::FacetKind;

    /// What is done with the forms of a page, and what is left alone of them.
    fn sent(rules: Rules, aria: &str, fields: &str) -> (Vec<String>, Vec<(String, String)>) {
        let mut map = Map::new(rules);
        map.begin_at("/");
        let probe = map.propose(1).remove(0);
        map.propose(10);
        let look = Look::read(&[
            (FacetKind::Page, "path: /\nstatus: 200\n".to_owned()),
            (FacetKind::Aria, aria.to_owned()),
            (FacetKind::Fields, fields.to_owned()),
        ]);
        let sights = vec![(1, Sight::Page(Box::new(look)))];
        let (events, remarks) = (Vec::new(), Vec::new());
        map.absorb(vec![Seen { probe, sights, events, remarks, failure: None, counts: true }]);
        let all = map.propose(50);
        let sends = |it: &&Probe| matches!(it.goal, Goal::Send { .. });
        let mut said: Vec<String> = all.iter().filter(sends).map(Probe::said).collect();
        said.sort();
        let missed = map.missed.into_iter().filter(|it| it.what.contains("form "));
        (said, missed.map(|it| (it.what, it.why)).collect())
    }

    const SEARCH: &str = "- form:\n  - searchbox \"Find\"\n  - button \"Go\"\n  \
                          - button \"Delete all\"\n- row \"1\":\n  - cell \"lamp\"\n";

    fn search(form: &str, marks: &str) -> String {
        format!("{form}\nsearchbox \"Find\" [type=search]\nbutton \"Go\" [type=submit]{marks}\n")
    }

    #[test]
    fn a_form_that_is_sent_to_another_host_is_left_alone_and_one_of_the_product_is_not() {
        let all = |fields: &str| sent(Rules::default(), SEARCH, fields);
        let (own, missed) = all(&search("form: get /find", ""));
        assert!(!own.is_empty() && missed.is_empty(), "{own:?} {missed:?}");
        let why = "it is sent to https://example.com, which is not the product's";
        for other in [
            search("form: get https://example.com/find", ""),
            search("form: get /find", " [formaction=https://example.com/find]"),
        ] {
            let (own, missed) = all(&other);
            assert_eq!(own, [""; 0], "{other}");
            assert_eq!(missed.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(), [why]);
        }
        let copy = Rules { pages_are_copies: true, ..Rules::default() };
        let fields = search("form: post https://example.com/", "");
        assert_eq!(sent(copy.clone(), SEARCH, &fields).0, [""; 0]);
        let second = "button \"Delete all\" [type=submit] [formaction=https://example.com/]\n";
        let (own, missed) = sent(copy, SEARCH, &(search("form: get /find", "") + second));
        assert!(!own.is_empty() && !own.iter().any(|it| it.contains("Delete all")), "{own:?}");
        assert_eq!(missed.len(), 1, "{missed:?}");
    }

    #[test]
    fn a_button_that_writes_makes_a_form_one_that_writes() {
        let fields = search("form: get /find", " [formmethod=post]");
        let (own, missed) = sent(Rules::default(), SEARCH, &fields);
        assert_eq!((own.len(), missed.len()), (0, 1), "{own:?} {missed:?}");
        assert!(missed[0].1.contains("no copy"), "{missed:?}");
        let copy = Rules { pages_are_copies: true, ..Rules::default() };
        assert!(!sent(copy, SEARCH, &fields).0.is_empty());
    }

    #[test]
    fn another_button_of_a_form_that_takes_something_away_is_pressed_on_a_copy_alone() {
        let fields = search("form: get /find", "") + "button \"Delete all\" [type=submit]\n";
        let by = |rules: Rules| {
            let (own, missed) = sent(rules, SEARCH, &fields);
            assert!(own.iter().any(|it| it.ends_with("with everything")), "{own:?}");
            (own.iter().any(|it| it.contains("by button \"Delete all\"")), missed.len())
        };
        assert_eq!(by(Rules::default()), (false, 1));
        assert_eq!(by(Rules { pages_are_copies: true, ..Rules::default() }), (true, 0));
    }
}

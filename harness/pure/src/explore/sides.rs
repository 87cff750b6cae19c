//! [`Rules::product_of`]: which product a step is of, in a suite that has several, so that one scenario
//! can use pages of one and commands of another.

use super::safe::Rules;
use crate::model::{Action, Surface};

impl Rules {
    /// The product whose page or command a step uses, where the suite has several. `None` is the
    /// scenario's own: a file lies where that one works, and a terminal shows a program of it.
    #[must_use]
    pub fn product_of(&self, action: &Action) -> Option<&str> {
        if let Action::Run(run) = action {
            let line = run.command.words();
            let program = line.split(' ').next().unwrap_or_default();
            return self.programs.get(program).map(String::as_str);
        }
        let uses_page = action.surface() == Some(Surface::Browser);
        self.pages.as_deref().filter(|_| uses_page)
    }

    /// The product that a step has to name in a scenario of this one; `None` where it is that one.
    #[must_use]
    pub fn other_product(&self, action: &Action, own: Option<&str>) -> Option<String> {
        self.product_of(action).filter(|it| Some(*it) != own).map(str::to_owned)
    }

    /// The product of a scenario that does this after steps of its own: that of the pages where it uses
    /// any, since only of that one it can say that its server is its own.
    #[must_use]
    pub(super) fn home(&self, steps: &[Action], own: Option<&str>) -> Option<String> {
        let uses_page = |it: &Action| it.surface() == Some(Surface::Browser);
        let pages = self.pages.as_deref().filter(|_| steps.iter().any(uses_page));
        pages.or(own).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::probe::{look, open, run};

    fn shop_list() -> Action {
        run(&["shop", "list"].map(str::to_owned), None, "x")
    }

    #[test]
    fn a_step_names_a_product_where_it_is_not_the_scenarios_own() {
        let several = Rules {
            pages: Some("app".to_owned()),
            programs: [("shop".to_owned(), "stock".to_owned())].into(),
            ..Rules::default()
        };
        let named = |rules: &Rules, own: Option<&str>| {
            [open("/"), look("y"), shop_list()].map(|it| rules.other_product(&it, own))
        };
        let (app, stock) = (Some("app".to_owned()), Some("stock".to_owned()));
        assert_eq!(named(&several, Some("app")), [None, None, stock]);
        assert_eq!(named(&several, Some("stock")), [app.clone(), app.clone(), None]);
        assert_eq!(named(&Rules::default(), None), [None, None, None], "there is one");
        assert_eq!(several.home(&[shop_list(), open("/")], Some("stock")), app);
        assert_eq!(several.home(&[shop_list()], Some("stock")).as_deref(), Some("stock"));
        assert_eq!(Rules::default().home(&[open("/")], None), None);
    }
}

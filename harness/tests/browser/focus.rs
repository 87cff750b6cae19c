//! The focus that a page keeps when a step presses Tab: told, unless it has a reason.

use super::*;

impl Bench {
    /// What hinders people on this page once Tab was pressed on this field.
    async fn past(&mut self, path: &str, field: &str) -> String {
        self.open(path).await;
        let on = Some(role("textbox", field));
        self.passes(Action::Press { keys: "Tab".to_owned(), on }).await;
        let look = Look {
            facets: vec![FacetKind::A11y],
            masks: Vec::new(),
            varies: &|_| false,
            accepted: &[],
            image: nightshift::model::picture::Extent::Viewport,
        };
        let seen = self.page.observe(&look).await.expect("a page").expect("it can be seen");
        facet(&seen, FacetKind::A11y).clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_keeps_the_focus_is_a_trap_unless_a_dialog_or_nothing_else_is_there() {
    let mut bench = Bench::start().await;
    for field in ["Eats", "Returns"] {
        let line =
            format!("focus-trap: textbox \"{field}\": keeps the focus when Tab is pressed\n");
        assert_eq!(bench.past("/traps", field).await, line);
    }
    assert_eq!(bench.past("/traps", "Free").await, "");
    assert_eq!(bench.past("/traps", "Asks").await, "");
    assert_eq!(bench.past("/alone", "Eats").await, "");
    bench.stop().await;
}

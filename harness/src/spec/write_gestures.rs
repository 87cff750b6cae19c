//! Drags and scrolling as a person would write them; see `write.rs`.

use super::quoting::single;
use super::write_words::written;
use crate::model::Target;
use crate::model::gesture::{DragTo, DropAt, ScrollTo};

/// Something that is dragged.
pub(super) fn drag(from: &Target, to: &DragTo, at: Option<DropAt>) -> String {
    let to = match to {
        DragTo::Thing(target) => format!("to: {}", written(target)),
        DragTo::By(offset) => format!("by: {}", single(&offset.to_string())),
    };
    let at = at.map_or(String::new(), |it| format!(", at: {}", it.word()));
    format!("drag: {{ from: {}, {to}{at} }}", written(from))
}

/// Something that is scrolled to.
pub(super) fn scroll(to: &ScrollTo, within: Option<&Target>) -> String {
    let to = match to {
        ScrollTo::Thing(target) => format!("to: {}", written(target)),
        ScrollTo::By(offset) => format!("by: {}", single(&offset.to_string())),
        ScrollTo::Start => "to: start".to_owned(),
        ScrollTo::End => "to: end".to_owned(),
    };
    let within = within.map_or(String::new(), |it| format!(", in: {}", written(it)));
    format!("scroll: {{ {to}{within} }}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gesture::Offset;
    use crate::model::{Action, Locator};
    use crate::spec::{Draft, DraftStep, read_scenario, write_scenario};

    #[test]
    fn drags_and_scrolling_are_written_and_read_back_the_same() {
        let named = |name: &str| Target::plain(Locator::Text(name.into()));
        let card = || Target { nth: Some(2), ..named("Order: 7") };
        let drag = |to, at| Action::Drag { from: card(), to, at };
        let scroll = |to, within| Action::Scroll { to, within };
        let all = [
            drag(DragTo::Thing(named("{Packed}")), None),
            drag(DragTo::Thing(card()), Some(DropAt::Before)),
            drag(DragTo::By(Offset::Pixels(120, -4)), None),
            scroll(ScrollTo::End, None),
            scroll(ScrollTo::Start, Some(named("Messages"))),
            scroll(ScrollTo::Thing(card()), Some(named("Messages"))),
            scroll(ScrollTo::By(Offset::Pixels(0, 400)), None),
        ];
        for action in all {
            let step = DraftStep::of(&action);
            let draft = Draft { name: "proof".to_owned(), steps: vec![step], ..Draft::default() };
            let written = write_scenario(&draft).expect("it has a written form");
            let read = read_scenario("proof.yaml", &written)
                .unwrap_or_else(|complaints| panic!("{action:?}\n{written}{complaints:#?}"));
            assert_eq!(read.steps[0].action, action, "{written}");
        }
    }
}

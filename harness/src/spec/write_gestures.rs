//! Drags, scrolling and the steps of terminals as a person would write them; see `write.rs`.

use std::fmt::Write as _;

use super::write::{flow, quoted, scalar, written};
use crate::model::Target;
use crate::model::gesture::{DragTo, DropAt, ScrollTo};
use crate::model::scenario::CommandLine;
use crate::model::terminal::{StartProgram, TERMINAL_SIZE, TerminalAction};

/// Something that is dragged.
pub(super) fn drag(from: &Target, to: &DragTo, at: Option<DropAt>) -> String {
    let to = match to {
        DragTo::Thing(target) => format!("to: {}", written(target)),
        DragTo::By(right, down) => format!("by: \"{right},{down}\""),
    };
    let at = at.map_or(String::new(), |it| format!(", at: {}", it.word()));
    format!("drag: {{ from: {}, {to}{at} }}", written(from))
}

/// Something that is scrolled to.
pub(super) fn scroll(to: &ScrollTo, within: Option<&Target>) -> String {
    let to = match to {
        ScrollTo::Thing(target) => format!("to: {}", written(target)),
        ScrollTo::By(right, down) => format!("by: \"{right},{down}\""),
        ScrollTo::Start => "to: start".to_owned(),
        ScrollTo::End => "to: end".to_owned(),
    };
    let within = within.map_or(String::new(), |it| format!(", in: {}", written(it)));
    format!("scroll: {{ {to}{within} }}")
}

/// A step of a terminal; `None` for one that only people write.
pub(super) fn terminal(action: &TerminalAction) -> Option<String> {
    Some(match action {
        TerminalAction::Start(program) => start(program)?,
        TerminalAction::Keys(keys) => {
            let keys: Vec<String> = keys.iter().map(|it| quoted(it)).collect();
            match keys.as_slice() {
                [one] => format!("keys: {one}"),
                several => format!("keys: [{}]", several.join(", ")),
            }
        }
        TerminalAction::Resize { columns, rows } => format!("resize: {columns}x{rows}"),
        TerminalAction::Stop { exit: None, within_ms: None } => "stop".to_owned(),
        TerminalAction::Stop { exit, within_ms } => {
            let exit = exit.map(|it| format!("exit: {it}"));
            let within = within_ms.map(|it| format!("within: {}", duration(it)));
            let parts: Vec<String> = exit.into_iter().chain(within).collect();
            format!("stop: {{ {} }}", parts.join(", "))
        }
        TerminalAction::Type(_) | TerminalAction::WaitScreen { .. } | TerminalAction::Snapshot(_) => {
            return None;
        }
    })
}

fn start(program: &StartProgram) -> Option<String> {
    if !program.env.is_empty() {
        return None;
    }
    let mut text = match &program.command {
        CommandLine::Argv(_) => format!("start: {}", scalar(&program.command.words())),
        CommandLine::Shell(_) => return None,
    };
    if (program.columns, program.rows) != TERMINAL_SIZE {
        let _ = write!(text, "\nsize: {}x{}", program.columns, program.rows);
    }
    if let Some(cwd) = &program.cwd {
        let _ = write!(text, "\ncwd: {}", flow(cwd));
    }
    Some(text)
}

/// Milliseconds as a person writes them.
fn duration(milliseconds: u64) -> String {
    match milliseconds % 1_000 {
        0 => format!("{}s", milliseconds / 1_000),
        _ => format!("{milliseconds}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Locator};
    use crate::spec::{Draft, DraftStep, read_scenario, write_scenario};

    fn actions() -> Vec<Action> {
        let named = |name: &str| Target::plain(Locator::Text(name.into()));
        let card = || Target { nth: Some(2), ..named("Order: 7") };
        let program = |words: &[&str], columns| {
            let command = CommandLine::Argv(words.iter().map(|it| (*it).into()).collect());
            let env = indexmap::IndexMap::new();
            StartProgram { command, env, cwd: None, columns, rows: 24 }
        };
        let drag = |to, at| Action::Drag { from: card(), to, at };
        let scroll = |to, within| Action::Scroll { to, within };
        let own = |it| Action::Terminal(Box::new(it));
        let keys = |it: &[&str]| {
            own(TerminalAction::Keys(it.iter().map(|it| (*it).to_owned()).collect()))
        };
        let stop = |exit, within_ms| own(TerminalAction::Stop { exit, within_ms });
        vec![
            drag(DragTo::Thing(named("{Packed}")), None),
            drag(DragTo::Thing(card()), Some(DropAt::Before)),
            drag(DragTo::By(120, -4), None),
            scroll(ScrollTo::End, None),
            scroll(ScrollTo::Start, Some(named("Messages"))),
            scroll(ScrollTo::Thing(card()), Some(named("Messages"))),
            scroll(ScrollTo::By(0, 400), None),
            own(TerminalAction::Start(program(&["shop", "ui"], 80))),
            own(TerminalAction::Start(program(&["shop", "say it's #1", "--all"], 100))),
            keys(&["Down", "/", "?", "y", "Control+C"]),
            keys(&["q"]),
            own(TerminalAction::Resize { columns: 60, rows: 12 }),
            stop(None, None),
            stop(Some(0), Some(5_000)),
            stop(Some(3), Some(1_500)),
        ]
    }

    #[test]
    fn drags_scrolling_and_steps_of_terminals_are_written_and_read_back_the_same() {
        for action in actions() {
            let step = DraftStep { note: None, action: Some(action.clone()) };
            let draft = Draft { name: "proof".to_owned(), steps: vec![step], ..Draft::default() };
            let written = write_scenario(&draft).expect("it has a written form");
            let read = read_scenario("proof.yaml", &written)
                .unwrap_or_else(|complaints| panic!("{action:?}\n{written}{complaints:#?}"));
            assert_eq!(read.steps[0].action, action, "{written}");
        }
    }
}

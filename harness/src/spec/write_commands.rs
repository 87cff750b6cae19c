//! Commands as a person would write them; see `write.rs`.

use std::fmt::Write as _;

use super::write_words::{flow, scalar, snapshot};
use crate::model::scenario::{CommandLine, Output, OutputExpectation, RunCommand, TextTest};

/// A command with what it reads, what is expected of it and its checkpoint; `None` for one that says
/// more.
pub(super) fn run(it: &RunCommand) -> Option<String> {
    let plain =
        it.env.is_empty() && it.cwd.is_none() && it.timeout_ms.is_none() && it.capture.is_empty();
    if !plain {
        return None;
    }
    let mut text = match &it.command {
        CommandLine::Argv(_) => format!("run: {}", scalar(&it.command.words())),
        CommandLine::Shell(line) => format!("shell: {}", scalar(line.raw())),
    };
    if let Some(stdin) = &it.stdin {
        let _ = write!(text, "\nstdin: {}", scalar(stdin.raw()));
    }
    let exit = it.exit.map(|code| format!("exit: {code}"));
    let expected: Vec<String> = exit.into_iter().chain(outputs(&it.outputs)?).collect();
    if !expected.is_empty() {
        let _ = write!(text, "\nexpect: {{ {} }}", expected.join(", "));
    }
    if let Some(own) = &it.snapshot {
        let _ = write!(text, "\n{}", snapshot(own)?);
    }
    Some(text)
}

/// What is expected of the outputs: one text that one of them has or lacks.
fn outputs(all: &[OutputExpectation]) -> Option<Vec<String>> {
    let [OutputExpectation { output, test }] = all else {
        return all.is_empty().then(Vec::new);
    };
    let output = match output {
        Output::Stdout => "stdout",
        Output::Stderr => "stderr",
    };
    let test = match test {
        TextTest::Contains(line) => format!("contains: {}", flow(line)),
        TextTest::Lacks(line) => format!("lacks: {}", flow(line)),
        TextTest::Is(_) | TextTest::Matches(_) => return None,
    };
    Some(vec![format!("{output}: {{ {test} }}")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Template};
    use crate::spec::{Draft, DraftStep, read_scenario, write_scenario};

    fn saying(test: TextTest) -> RunCommand {
        let words = ["shopctl", "say", "a b"].map(str::to_owned).to_vec();
        let outputs = vec![OutputExpectation { output: Output::Stdout, test }];
        RunCommand { outputs, ..RunCommand::of_words(words) }
    }

    #[test]
    fn what_a_command_must_print_and_how_it_must_end_is_written_and_read_back_the_same() {
        let line = || Template::new("3 orders: $${x}");
        let all = [
            RunCommand { exit: Some(0), ..RunCommand::of_words(vec!["shopctl".to_owned()]) },
            saying(TextTest::Contains(line())),
            RunCommand { exit: Some(3), ..saying(TextTest::Lacks(line())) },
        ];
        for run in all {
            let action = Action::Run(Box::new(run));
            let step = DraftStep::of(&action);
            let draft = Draft { name: "proof".to_owned(), steps: vec![step], ..Draft::default() };
            let written = write_scenario(&draft).expect("it has a written form");
            let read = read_scenario("proof.yaml", &written)
                .unwrap_or_else(|complaints| panic!("{action:?}\n{written}{complaints:#?}"));
            assert_eq!(read.steps[0].action, action, "{written}");
        }
    }

    #[test]
    fn what_says_more_than_that_is_not_written() {
        assert_eq!(run(&saying(TextTest::Is(Template::new("3")))), None);
        let mut two = saying(TextTest::Contains(Template::new("3")));
        two.outputs.extend(two.outputs.clone());
        assert_eq!(run(&two), None);
    }
}

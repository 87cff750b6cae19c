//! Reading commands: `run` by words, `shell` for `sh -c`, and what must hold of them.

use super::complaint::Pos;
use super::grammar;
use super::node::{Node, Value};
use super::reader::{Fields, Reader, one_or_many};
use crate::model::scenario::{CommandLine, Output, OutputExpectation, RunCommand, TextTest};
use crate::model::{Snapshot, Template};

/// What only a shell understands.
const SHELL_WORDS: [&str; 10] = ["|", ">", ">>", "<", "&&", "||", ";", "&", "2>&1", "2>"];

impl Reader {
    /// A `run` or `shell` step.
    pub(crate) fn command_step(
        &mut self,
        verb: &str,
        value: &Node,
        fields: &Fields<'_>,
    ) -> Option<RunCommand> {
        let command = self.command_line(verb, value);
        let stdin = fields.get("stdin").and_then(|it| self.template(it, "\"stdin\""));
        let env = fields.get("env").map(|it| self.templates(it, "\"env\"")).unwrap_or_default();
        let cwd = fields.get("cwd").and_then(|it| self.inner_path(it, "\"cwd\""));
        let timeout_ms = fields.get("timeout").and_then(|it| self.duration(it, "\"timeout\""));
        let (exit, outputs) =
            fields.get("expect").map(|it| self.command_expectation(it)).unwrap_or_default();
        let snapshot = self.own_snapshot(fields);
        let capture = fields
            .get("capture")
            .map(|it| self.captures(it, Self::command_capture))
            .unwrap_or_default();
        Some(RunCommand {
            command: command?,
            stdin,
            env,
            cwd,
            timeout_ms,
            exit,
            outputs,
            capture,
            snapshot,
        })
    }

    /// The checkpoint under `snapshot`, and the keys that only have a sense with one.
    pub(super) fn own_snapshot(&mut self, fields: &Fields<'_>) -> Option<Snapshot> {
        if let Some(name) = fields.get("snapshot") {
            return self.snapshot(name, fields, grammar::command_facets);
        }
        for entry in ["facets", "redact", "require", "unordered", "unstable"]
            .iter()
            .filter_map(|it| fields.entry(it))
        {
            let key = &entry.key;
            let message =
                format!("\"{key}\" says how a snapshot is compared, and this step has none");
            self.advise(entry.pos, message, "add `snapshot: <name>`");
        }
        None
    }

    /// The command line of `run` or `shell`.
    pub(crate) fn command_line(&mut self, verb: &str, node: &Node) -> Option<CommandLine> {
        let line = self.words(node, &format!("\"{verb}\""))?.to_owned();
        let template = self.refer(&line, node.pos);
        if verb == "shell" {
            return Some(CommandLine::Shell(template));
        }
        let words = match shell_words::split(&line) {
            Ok(words) if words.is_empty() => {
                self.complain(node.pos, "this command has no words", None);
                return None;
            }
            Ok(words) => words,
            Err(_) => {
                self.advise(
                    node.pos,
                    "a quote in this command is never closed",
                    "close it, or escape it with `\\`",
                );
                return None;
            }
        };
        self.shell_syntax(&line, node.pos);
        Some(CommandLine::Argv(words.into_iter().map(Template::new).collect()))
    }

    /// `run` starts no shell: an unquoted `|` would silently become an argument.
    fn shell_syntax(&mut self, line: &str, pos: Pos) {
        let mut quote = None;
        let outside: String = line
            .chars()
            .map(|c| match quote {
                Some(open) if open == c => {
                    quote = None;
                    'x'
                }
                Some(_) => 'x',
                None if c == '"' || c == '\'' => {
                    quote = Some(c);
                    'x'
                }
                None => c,
            })
            .collect();
        if let Some(word) = outside.split_whitespace().find(|it| SHELL_WORDS.contains(it)) {
            self.advise(
                pos,
                format!("`run` starts no shell, so `{word}` would be an argument"),
                "write `shell:` instead of `run:`, or quote it if it is meant as text",
            );
        }
    }

    /// The command of a map with `run` or `shell`.
    pub(crate) fn command_of(
        &mut self,
        fields: &Fields<'_>,
        object: &'static grammar::Object,
    ) -> Option<CommandLine> {
        let chosen = self.one_of(fields, object)?;
        self.command_line(&chosen.key, &chosen.value)
    }

    fn command_expectation(&mut self, node: &Node) -> (Option<i32>, Vec<OutputExpectation>) {
        let Some(fields) = self.object(node, &grammar::COMMAND_EXPECTATION) else {
            return (None, Vec::new());
        };
        let exit = fields.get("exit").and_then(|it| self.integer(it, "\"exit\""));
        let mut outputs = Vec::new();
        for (key, output) in [("stdout", Output::Stdout), ("stderr", Output::Stderr)] {
            let Some(node) = fields.get(key) else { continue };
            let tests = self.text_tests(node, key);
            outputs.extend(tests.into_iter().map(|test| OutputExpectation { output, test }));
        }
        (exit, outputs)
    }

    /// Tests on a text; a scalar is what it contains.
    pub(super) fn text_tests(&mut self, node: &Node, what: &str) -> Vec<TextTest> {
        if matches!(node.value, Value::Scalar { .. }) {
            return self.template(node, what).map(TextTest::Contains).into_iter().collect();
        }
        match self.object(node, &grammar::TEXT_TEST) {
            Some(fields) => self.tests_of(&fields),
            None => Vec::new(),
        }
    }

    /// The tests among the keys of a map that has been checked already.
    pub(super) fn tests_of(&mut self, fields: &Fields<'_>) -> Vec<TextTest> {
        let mut tests = Vec::new();
        for key in ["is", "contains", "lacks", "matches"] {
            let Some(node) = fields.get(key) else { continue };
            for item in one_or_many(node) {
                tests.extend(match key {
                    "is" => self.template(item, key).map(TextTest::Is),
                    "contains" => self.template(item, key).map(TextTest::Contains),
                    "lacks" => self.template(item, key).map(TextTest::Lacks),
                    _ => self.pattern(item, "\"matches\"").map(TextTest::Matches),
                });
            }
        }
        tests
    }
}

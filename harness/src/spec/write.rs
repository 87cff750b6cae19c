//! [`write_scenario`]: a scenario as a person would write it, from its actions; the inverse of
//! reading. What a recording can make is written; [`read_scenario`] reads it back for the proof.

use std::fmt::Write as _;

use super::complaint::{Complaint, Source};
use super::node;
use super::quoting::single;
use super::reader::Reader;
use super::write_circumstances::{emulate, network};
use super::write_commands::run;
use super::write_gestures::{drag, scroll};
use super::write_words::{flow, qualifiers, quoted, scalar, snapshot, written};
use crate::model::artifact::{FileStep, Presence};
use crate::model::gesture::{Click, ClickKind, Tab, UploadBy};
use crate::model::scenario::{Action, CommandLine, DialogAnswer, FieldValue, PageExpectation};
use crate::model::suite::Isolation;
use crate::model::terminal::{TERMINAL_SIZE, TerminalAction};
use crate::model::{Scenario, Target, Template};

/// A scenario that is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// What it shows, in a sentence.
    pub about: Option<String>,
    /// The product that it names, where the suite has several.
    pub product: Option<String>,
    /// The session that its pages start from.
    pub actor: Option<String>,
    /// Whether it says that it has a server of its own.
    pub isolate: Option<Isolation>,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// Comments above everything.
    pub notes: Vec<String>,
    /// The skill whose steps come first.
    pub begins_with: Option<String>,
    /// Its steps, in order.
    pub steps: Vec<DraftStep>,
}

/// A step that is to be written, or a comment in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftStep {
    /// A comment above it.
    pub note: Option<String>,
    /// What is done; `None` for a comment alone.
    pub action: Option<Action>,
    /// The product that it names; `None` where it is the scenario's own.
    pub product: Option<String>,
}

impl DraftStep {
    /// A step of the scenario's own product, without a comment.
    #[must_use]
    pub fn of(action: &Action) -> Self {
        Self { note: None, action: Some(action.clone()), product: None }
    }
}

/// The text of the scenario's file.
///
/// # Errors
/// The first action that has no written form here.
pub fn write_scenario(draft: &Draft) -> Result<String, Box<Action>> {
    let mut text = String::new();
    for note in &draft.notes {
        comment(&mut text, "", note);
    }
    let _ = writeln!(text, "scenario: {}", draft.name);
    if let Some(about) = &draft.about {
        let _ = writeln!(text, "about: {}", scalar(about));
    }
    if !draft.tags.is_empty() {
        let _ = writeln!(text, "tags: [{}]", draft.tags.join(", "));
    }
    if let Some(product) = &draft.product {
        let _ = writeln!(text, "product: {}", scalar(product));
    }
    if let Some(actor) = &draft.actor {
        let _ = writeln!(text, "as: {}", scalar(actor));
    }
    match draft.isolate {
        Some(Isolation::Scenario) => text.push_str("isolate: scenario\n"),
        Some(Isolation::Night) => text.push_str("isolate: night\n"),
        None => {}
    }
    text.push_str("steps:\n");
    if let Some(skill) = &draft.begins_with {
        let _ = writeln!(text, "  - use: {skill}");
    }
    write_steps(&mut text, &draft.steps)?;
    Ok(text)
}

/// The steps of a file, each in a line of its own or more.
pub(super) fn write_steps(text: &mut String, steps: &[DraftStep]) -> Result<(), Box<Action>> {
    for step in steps {
        if let Some(note) = &step.note {
            comment(text, "  ", note);
        }
        if let Some(action) = &step.action {
            let written = write_step(action).ok_or_else(|| Box::new(action.clone()))?;
            let written = of_product(written, step.product.as_deref());
            for (index, line) in written.lines().enumerate() {
                let _ = writeln!(text, "  {}{line}", if index == 0 { "- " } else { "  " });
            }
        }
    }
    Ok(())
}

/// A step with the product that it names.
fn of_product(step: String, product: Option<&str>) -> String {
    let Some(product) = product else { return step };
    // What takes no value is a word alone, and a key where something stands beside it.
    let colon = if step.contains(':') { "" } else { ":" };
    format!("{step}{colon}\nproduct: {}", scalar(product))
}

/// A step without its `- `; `None` for an action that only people write.
#[must_use]
pub fn write_step(action: &Action) -> Option<String> {
    Some(match action {
        Action::Open(url) => format!("open: {}", scalar(url.raw())),
        Action::Back => "back".to_owned(),
        Action::Reload => "reload".to_owned(),
        Action::Forward => "forward".to_owned(),
        Action::Click(it) => click(it),
        Action::Clear(target) => format!("clear: {}", written(target)),
        Action::Hover(target) => format!("hover: {}", written(target)),
        Action::Fill(fields) => fill(fields),
        Action::Type { text, into } => {
            modified(format!("type: {}", scalar(text.raw())), "into", into.as_ref())
        }
        Action::Press { keys, on } => {
            modified(format!("press: {}", scalar(keys)), "on", on.as_ref())
        }
        Action::Choose { from, options } => {
            format!("choose: {{ from: {}, {} }}", written(from), one_or_many("option", options))
        }
        Action::Check(target) => format!("check: {}", written(target)),
        Action::Uncheck(target) => format!("uncheck: {}", written(target)),
        Action::Upload { to, by, files } => {
            format!("upload: {{ {}: {}, {} }}", way(*by), written(to), one_or_many("file", files))
        }
        Action::Download { click, save_as, named } => download(click, save_as, named.as_ref()),
        Action::Tab(Tab::Newest) => "tab: newest".to_owned(),
        Action::Tab(Tab::First) => "tab: first".to_owned(),
        Action::CloseTab => "close-tab".to_owned(),
        Action::Dialog(answer) => dialog(answer),
        Action::See(targets) => see("see", targets),
        Action::SeeNot(targets) => see("see-not", targets),
        Action::Expect(all) => expect(all)?,
        Action::Expand(target) => format!("expand: {}", written(target)),
        Action::Collapse(target) => format!("collapse: {}", written(target)),
        Action::Snapshot(it) => snapshot(it)?,
        Action::Run(it) => run(it)?,
        Action::File(it) => file(it)?,
        Action::Terminal(it) => terminal(it)?,
        Action::Drag { from, to, at } => drag(from, to, *at),
        Action::Scroll { to, within } => scroll(to, within.as_ref()),
        Action::Paste { text, into } => {
            modified(format!("paste: {}", scalar(text.raw())), "into", into.as_ref())
        }
        Action::Network(it) => network(*it)?,
        Action::Emulate(it) => emulate(it)?,
        Action::Print(_)
        | Action::Tab(Tab::Title(_) | Tab::Url(_))
        | Action::Wait { .. }
        | Action::Capture(_)
        | Action::Set(_)
        | Action::Mail(_)
        | Action::Do(_)
        | Action::Judge(_)
        | Action::When(_)
        | Action::Repeat(_)
        | Action::ForEach(_)
        | Action::Use { .. } => return None,
    })
}

fn download(click: &Target, save_as: &Template, named: Option<&Template>) -> String {
    let named = named.map(|it| format!(", named: {}", flow(it))).unwrap_or_default();
    format!("download: {{ click: {}, as: {}{named} }}", written(click), flow(save_as))
}

/// What is done with a program on a terminal; `None` for what says more than is usual.
fn terminal(it: &TerminalAction) -> Option<String> {
    Some(match it {
        TerminalAction::Start(it) => {
            if !it.env.is_empty() || it.cwd.is_some() {
                return None;
            }
            let line = match &it.command {
                CommandLine::Argv(_) => it.command.words(),
                CommandLine::Shell(_) => return None,
            };
            let usual = (it.columns, it.rows) == TERMINAL_SIZE;
            let size =
                if usual { String::new() } else { format!("\nsize: {}x{}", it.columns, it.rows) };
            format!("start: {}{size}", scalar(&line))
        }
        TerminalAction::Type(text) => format!("type: {}", scalar(text.raw())),
        TerminalAction::Keys(keys) => {
            let keys: Vec<String> = keys.iter().map(|it| quoted(it)).collect();
            format!("keys: [{}]", keys.join(", "))
        }
        TerminalAction::Resize { columns, rows } => format!("resize: {columns}x{rows}"),
        TerminalAction::Stop { exit: None, within_ms: None } => "stop".to_owned(),
        TerminalAction::Snapshot(it) => snapshot(it)?,
        TerminalAction::WaitScreen { .. } | TerminalAction::Stop { .. } => return None,
    })
}

/// A look at a file and its checkpoint; `None` for one that says more.
fn file(it: &FileStep) -> Option<String> {
    if !it.tests.is_empty() || !it.capture.is_empty() || it.presence != Presence::There {
        return None;
    }
    let own = it.snapshot.as_ref().map(snapshot);
    let own = match own {
        None => String::new(),
        Some(text) => format!("\n{}", text?),
    };
    Some(format!("file: {}{own}", scalar(it.path.raw())))
}

/// The key of the thing that files are given to.
fn way(by: UploadBy) -> &'static str {
    match by {
        UploadBy::Field => "to",
        UploadBy::Chooser => "click",
        UploadBy::Drop => "drop-on",
    }
}

fn see(key: &str, targets: &[Target]) -> String {
    if let [only] = targets {
        return format!("{key}: {}", written(only));
    }
    let lines: Vec<_> = targets.iter().map(|it| format!("\n  - {}", written(it))).collect();
    format!("{key}:{}", lines.concat())
}

/// What a field must hold; `None` for anything else that may be expected of a page.
fn expect(all: &[PageExpectation]) -> Option<String> {
    let held = match all {
        [PageExpectation::Title(title)] => format!("title: {}", flow(title)),
        [PageExpectation::Url(url)] => format!("url: {}", flow(url)),
        [PageExpectation::Value(field, value)] if field.within.is_none() && field.nth.is_none() => {
            format!("value: {{ {}: {} }}", single(&field.locator.to_string()), flow(value))
        }
        _ => return None,
    };
    Some(format!("expect: {{ {held} }}"))
}

fn fill(fields: &[FieldValue]) -> String {
    let plain = fields.iter().all(|it| it.field.within.is_none() && it.field.nth.is_none());
    let key = |it: &FieldValue| single(&it.field.locator.to_string());
    if !plain {
        let mut text = "fill:".to_owned();
        for it in fields {
            let target = format!("target: {}{}", key(it), qualifiers(&it.field));
            let _ = write!(text, "\n  - {{ {target}, is: {} }}", flow(&it.value));
        }
        return text;
    }
    match fields {
        [one] => format!("fill: {{ {}: {} }}", key(one), flow(&one.value)),
        several => {
            let mut text = "fill:".to_owned();
            for it in several {
                let _ = write!(text, "\n  {}: {}", key(it), scalar(it.value.raw()));
            }
            text
        }
    }
}

/// `file: a`, or `files: [a, b]`.
fn one_or_many(key: &str, texts: &[Template]) -> String {
    match texts {
        [text] => format!("{key}: {}", flow(text)),
        several => {
            let several: Vec<_> = several.iter().map(flow).collect();
            format!("{key}s: [{}]", several.join(", "))
        }
    }
}

fn click(click: &Click) -> String {
    let verb = match click.kind {
        ClickKind::Single => "click",
        ClickKind::Double => "double-click",
        ClickKind::Right => "right-click",
    };
    let holding: Vec<_> = click.holding.iter().map(|it| it.word()).collect();
    let holding = match holding.as_slice() {
        [] => String::new(),
        keys => format!("\nholding: [{}]", keys.join(", ")),
    };
    format!("{verb}: {}{holding}", written(&click.target))
}

fn dialog(answer: &DialogAnswer) -> String {
    let mut text = format!("dialog: {}", if answer.accept { "accept" } else { "dismiss" });
    for (key, value) in [("message", &answer.message), ("answer", &answer.answer)] {
        if let Some(value) = value {
            let _ = write!(text, "\n{key}: {}", scalar(value.raw()));
        }
    }
    text
}

fn modified(step: String, key: &str, target: Option<&Target>) -> String {
    match target {
        Some(target) => format!("{step}\n{key}: {}", written(target)),
        None => step,
    }
}

pub(super) fn comment(text: &mut String, indent: &str, note: &str) {
    for line in note.lines() {
        let _ = writeln!(text, "{indent}# {line}");
    }
}

/// Reads the text of a scenario's file, without the suite around it.
///
/// # Errors
/// All complaints about it.
pub fn read_scenario(name: &str, text: &str) -> Result<Scenario, Vec<Complaint>> {
    let source = Source::new(name, text);
    let (root, mut complaints) = node::parse(&source, 0);
    let mut reader = Reader::new(source);
    let scenario = root
        .and_then(|root| super::scenario::read(&mut reader, &root))
        .and_then(|doc| doc.scenarios.into_iter().next());
    complaints.append(&mut reader.complaints);
    match scenario {
        Some(scenario) if complaints.is_empty() => Ok(scenario),
        Some(_) | None => Err(complaints),
    }
}

/// A target from the words of a command line.
///
/// # Errors
/// The complaints that a file with this target would get.
pub fn read_target(place: &str, text: &str) -> Result<Target, Vec<Complaint>> {
    let mut reader = Reader::new(Source::new(place, text));
    let pos = super::complaint::Pos { source: 0, line: 1, col: 1 };
    let locator = if text.trim().is_empty() {
        reader.complain(pos, "a target is empty", Some("write a role and a name".to_owned()));
        None
    } else {
        reader.locator(text, pos)
    };
    match locator {
        Some(locator) if reader.complaints.is_empty() => Ok(Target::plain(locator)),
        Some(_) | None => Err(reader.complaints),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Locator;
    use crate::model::Snapshot;
    use crate::model::gesture::Modifier;
    use crate::model::terminal::StartProgram;

    /// Texts that YAML or the format could take for something else.
    const TEXTS: [&str; 23] = [
        "Ada",
        "a b",
        "yes",
        "No",
        "null",
        "~",
        "12",
        "1.50",
        "",
        " leads",
        "trails ",
        "a: b",
        "a #b",
        "it's",
        "say \"hi\"",
        "a 5\" nail",
        "{x}",
        "[y]",
        "- z",
        "&a",
        "line\nline",
        "$${not} é 日本 🎉",
        "100%, \\n",
    ];

    fn role(role: &str, name: &str) -> Target {
        Target::plain(Locator::Role { role: role.to_owned(), name: Some(name.into()) })
    }

    /// A target of each kind, named by this text.
    fn targets(text: &str) -> Vec<Target> {
        let named = if text.contains('\n') { "Ada" } else { text };
        let plain = role("button", named);
        let mut all = vec![
            plain.clone(),
            Target { nth: Some(2), ..plain.clone() },
            Target { within: Some(Box::new(role("row", named))), ..plain.clone() },
            Target {
                nth: Some(3),
                within: Some(Box::new(Target {
                    within: Some(Box::new(role("region", "Main"))),
                    ..role("row", named)
                })),
                ..plain
            },
            Target::plain(Locator::Role { role: "alert".to_owned(), name: None }),
        ];
        if !named.trim().is_empty() {
            all.push(Target::plain(Locator::Text(named.into())));
            all.push(Target::plain(Locator::Label(named.into())));
            all.push(Target::plain(Locator::TestId(named.into())));
            all.push(Target::plain(Locator::Css(named.into())));
        }
        all
    }

    /// Every action on nothing that a recording can make, with this text in all its places.
    fn on_nothing(text: &str) -> Vec<Action> {
        let value = Template::new(text);
        let mut all = vec![
            Action::Back,
            Action::Reload,
            Action::Forward,
            Action::CloseTab,
            Action::Tab(Tab::Newest),
            Action::Tab(Tab::First),
            Action::Open(Template::new(format!("/{text}"))),
            Action::Dialog(DialogAnswer { accept: true, message: None, answer: None }),
            Action::Dialog(DialogAnswer {
                accept: false,
                message: Some(value.clone()),
                answer: Some(value.clone()),
            }),
        ];
        let keys = ["Control+K", "/", "+"].map(str::to_owned);
        all.extend(keys.map(|keys| Action::Press { keys, on: None }));
        all
    }

    /// Every action that a recording can make, with this text in all its places.
    fn actions(text: &str) -> Vec<Action> {
        let mut all = on_nothing(text);
        let value = Template::new(text);
        let path = Template::new(text.trim_start_matches(['/', '-']));
        let targets = targets(text);
        for target in &targets {
            let upload = |by, files| Action::Upload { to: target.clone(), by, files };
            let field =
                |value: &Template| FieldValue { field: target.clone(), value: value.clone() };
            all.extend([
                Action::Click(target.clone().into()),
                Action::Click(Click { kind: ClickKind::Double, ..target.clone().into() }),
                Action::Click(Click {
                    kind: ClickKind::Right,
                    holding: vec![Modifier::Control, Modifier::Shift],
                    target: target.clone(),
                }),
                Action::Clear(target.clone()),
                Action::Hover(target.clone()),
                Action::Check(target.clone()),
                Action::Uncheck(target.clone()),
                Action::Fill(vec![field(&value)]),
                Action::Fill(vec![
                    field(&value),
                    FieldValue { field: role("textbox", "Other"), value: value.clone() },
                ]),
                Action::Type { text: value.clone(), into: Some(target.clone()) },
                Action::Paste { text: value.clone(), into: Some(target.clone()) },
                Action::Press { keys: "Enter".to_owned(), on: Some(target.clone()) },
                Action::Choose { from: target.clone(), options: vec![value.clone()] },
                Action::Choose { from: target.clone(), options: vec![value.clone(), "B".into()] },
                upload(UploadBy::Field, vec![path.clone()]),
                upload(UploadBy::Chooser, vec![path.clone()]),
                upload(UploadBy::Drop, vec![path.clone(), "b.csv".into()]),
                Action::Download { click: target.clone(), save_as: path.clone(), named: None },
                Action::Download {
                    click: target.clone(),
                    save_as: path.clone(),
                    named: Some(value.clone()),
                },
                Action::See(vec![target.clone()]),
            ]);
        }
        let expected = [PageExpectation::Title(value.clone()), PageExpectation::Url(value)];
        all.extend(expected.map(|it| Action::Expect(vec![it])));
        all.push(Action::See(targets));
        all
    }

    #[test]
    fn a_program_on_a_terminal_is_written_and_read_back_the_same() {
        let start = |columns| {
            TerminalAction::Start(StartProgram {
                command: CommandLine::Argv(vec!["shop".into(), "ui".into()]),
                env: indexmap::IndexMap::new(),
                cwd: None,
                columns,
                rows: 24,
            })
        };
        let keys = ["Down", "/", "q", "?", "Control+X"].map(str::to_owned).to_vec();
        let all = [
            start(80),
            TerminalAction::Snapshot(Snapshot { name: "first".to_owned(), ..Snapshot::default() }),
            TerminalAction::Keys(keys),
            TerminalAction::Type("n: 'z'".into()),
            TerminalAction::Resize { columns: 60, rows: 12 },
            TerminalAction::Stop { exit: None, within_ms: None },
            start(100),
        ];
        // In a suite these two go to the terminal, as what stands before them does.
        let alone = |it: &TerminalAction| match it {
            TerminalAction::Snapshot(it) => Action::Snapshot(it.clone()),
            TerminalAction::Type(text) => Action::Type { text: text.clone(), into: None },
            other => Action::Terminal(Box::new(other.clone())),
        };
        let wanted: Vec<Action> = all.iter().map(alone).collect();
        let all = all.map(|it| Action::Terminal(Box::new(it)));
        let draft = Draft {
            name: "a".to_owned(),
            steps: all.iter().map(DraftStep::of).collect(),
            ..Draft::default()
        };
        let text = write_scenario(&draft).expect("it has a written form");
        let read = read_scenario("a.yaml", &text).unwrap_or_else(|it| panic!("{text}\n{it:?}"));
        let read: Vec<Action> = read.steps.into_iter().map(|it| it.action).collect();
        assert_eq!(read, wanted, "{text}");
        let waits = TerminalAction::Stop { exit: Some(0), within_ms: None };
        assert_eq!(write_step(&Action::Terminal(Box::new(waits))), None, "only people write it");
    }

    #[test]
    fn every_action_of_a_recording_is_written_and_read_back_the_same() {
        for text in TEXTS {
            for action in actions(text) {
                let draft = Draft {
                    name: "proof".to_owned(),
                    about: Some("a: \"proof\" #1".to_owned()),
                    actor: Some("ada".to_owned()),
                    isolate: Some(Isolation::Scenario),
                    notes: vec!["a note".to_owned()],
                    steps: vec![DraftStep {
                        note: Some("why".to_owned()),
                        ..DraftStep::of(&action)
                    }],
                    ..Draft::default()
                };
                let written = write_scenario(&draft).expect("it has a written form");
                let read = read_scenario("proof.yaml", &written)
                    .unwrap_or_else(|complaints| panic!("{action:?}\n{written}{complaints:#?}"));
                assert_eq!(read.steps[0].action, action, "{written}");
                assert_eq!(read.about, draft.about);
                assert_eq!((read.actor, read.isolate), (draft.actor, draft.isolate));
            }
        }
    }

    #[test]
    fn a_target_of_the_command_line_gets_the_complaint_of_a_file() {
        let said = |text: &str| {
            let complaints = read_target("TARGET", text).expect_err("it is wrong");
            complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(
            said("buton \"Edit\""),
            "TARGET:1:1: unknown role \"buton\" in a target; did you mean \"button\"?\n  \
             1 | buton \"Edit\"\n    | ^"
        );
        assert!(
            said("button \"Edit").contains("unbalanced double quotes"),
            "{}",
            said("button \"Edit")
        );
        assert!(said(" ").contains("empty"));
    }
}

//! [`calls`]: how a command is tried: as its help says, one option at a time, and with what it must
//! refuse. Arguments come from its own words, the product's data and what other commands printed.

use std::sync::LazyLock;

use regex::Regex;

use super::help::{Argument, Flag, Usage};
use super::safe::DataFile;

/// The most values that are tried of one option.
const MOST_CHOICES: usize = 6;
/// The most of those that the help lists: each is something that the product promises.
const MOST_LISTED: usize = 24;
/// The most pairs of options that are tried of one command.
const MOST_PAIRS: usize = 8;

/// The most files of the data that are tried as one argument.
const MOST_FILES: usize = 3;

/// What is tried of a command that is run as its help says.
pub const WHAT_IT_NEEDS: &str = "what it needs";
/// What is tried of a command that has others below it.
pub const UNKNOWN_COMMAND: &str = "a command that is not there";

/// A file that a command is asked to write.
const WRITTEN: &str = "out.txt";
/// An empty file that every machine has.
const EMPTY: &str = "/dev/null";

/// What a command reads from standard input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A file of the product's data.
    File(String),
    /// A text.
    Text(String),
}

/// A command line that is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What is tried: `--csv`, `without FILE`.
    pub with: String,
    /// Options and arguments.
    pub words: Vec<String>,
    /// What it reads from standard input.
    pub stdin: Option<Input>,
    /// Its worth beside others.
    pub value: u32,
}

/// What a command printed, for the arguments of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The words of the command.
    pub words: Vec<String>,
    /// What it printed.
    pub text: String,
}

/// What arguments are made of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The product's data.
    pub files: &'a [DataFile],
    /// What was printed so far.
    pub printed: &'a [Printed],
    /// The command's words, and what is said of it.
    pub about: &'a str,
    /// What it came to with only what it needs.
    pub bare: Bare,
}

/// What a command comes to with only what its usage says that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bare {
    /// It was not run yet.
    Unknown,
    /// It does something.
    Enough,
    /// It does nothing, shows its help, complains or waits: an argument that it calls optional has
    /// to be there for anything to happen.
    TooLittle,
}

/// How a leaf is tried.
#[must_use]
pub fn calls(usage: &Usage, sources: Sources<'_>) -> Vec<Call> {
    let required: Vec<&Argument> = usage.arguments.iter().filter(|it| !it.optional).collect();
    let values: Vec<Vec<String>> = required.iter().map(|it| of_argument(it, sources)).collect();
    let base: Vec<String> = values.iter().filter_map(|it| it.first().cloned()).collect();
    let mut all = Vec::new();
    if base.len() == required.len() {
        all.push(call(WHAT_IT_NEEDS, &base, 90));
        all.extend(other_arguments(&required, &values, &base));
        let optional = usage.arguments.iter().find(|it| it.optional);
        match (optional, sources.bare) {
            (Some(_), Bare::Unknown) => {}
            (Some(it), Bare::TooLittle) => {
                let first = of_argument(it, sources).into_iter().take(1);
                let fuller: Vec<String> = base.iter().cloned().chain(first).collect();
                all.extend(options(usage, &fuller, sources));
            }
            (None, _) | (Some(_), Bare::Enough) => all.extend(options(usage, &base, sources)),
        }
    }
    all.extend(refused(usage, &base, required.len()));
    for argument in usage.arguments.iter().filter(|it| it.optional) {
        for value in of_argument(argument, sources).into_iter().take(MOST_FILES) {
            let words = [base.clone(), vec![value.clone()]].concat();
            all.push(call(&format!("{} = {value}", argument.name), &words, 70));
        }
    }
    all.extend(odd_files(usage, &base, sources));
    if usage.reads_input {
        all.extend(inputs(&base, sources));
    }
    let mut seen: Vec<(Vec<String>, Option<Input>)> = Vec::new();
    all.retain(|it| {
        let key = (it.words.clone(), it.stdin.clone());
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    all
}

fn call(with: &str, words: &[String], value: u32) -> Call {
    Call { with: with.to_owned(), words: words.to_vec(), stdin: None, value }
}

/// Each argument with its other values, the last of which nothing knows.
fn other_arguments(required: &[&Argument], values: &[Vec<String>], base: &[String]) -> Vec<Call> {
    let mut all = Vec::new();
    for (at, argument) in required.iter().enumerate() {
        let mut others: Vec<(String, u32)> =
            values[at].iter().skip(1).take(MOST_CHOICES).map(|it| (it.clone(), 66)).collect();
        let unknown = if is_number(&base[at]) { "999999" } else { "no-such-thing" };
        others.push((unknown.to_owned(), 64));
        if is_number(&base[at]) {
            others.push(("many".to_owned(), 56));
            others.push(("-1".to_owned(), 40));
        }
        if is_file(&argument.name, &argument.about) {
            others.push(("no-such-file.txt".to_owned(), 62));
        }
        for (value, worth) in others {
            let mut words = base.to_vec();
            words[at].clone_from(&value);
            all.push(call(&format!("{} = {value}", argument.name), &words, worth));
        }
    }
    all
}

/// Each option by itself with each of its values, and pairs of what filters and what formats.
fn options(usage: &Usage, base: &[String], sources: Sources<'_>) -> Vec<Call> {
    let mut all = Vec::new();
    let mut switches: Vec<Vec<String>> = Vec::new();
    let mut given: Vec<Vec<String>> = Vec::new();
    for flag in &usage.flags {
        if matches!(flag.name(), "--help" | "-h" | "--version" | "-V") {
            continue;
        }
        let Some(takes) = &flag.takes else {
            let words = vec![flag.name().to_owned()];
            all.push(call(flag.name(), &[words.clone(), base.to_vec()].concat(), 80));
            switches.push(words);
            continue;
        };
        let values = of_flag(flag, takes, sources);
        let most = if flag.choices.is_empty() { MOST_CHOICES } else { MOST_LISTED };
        for (at, value) in values.iter().take(most).enumerate() {
            let words = vec![flag.name().to_owned(), value.clone()];
            let with = format!("{} {value}", flag.name());
            let base = in_format(flag, value, base);
            // Each option once before any is tried with another value.
            let worth = if at == 0 || !flag.choices.is_empty() { 78 } else { 62 };
            all.push(call(&with, &[words.clone(), base].concat(), worth - at as u32));
            if at == 0 || !flag.choices.is_empty() {
                given.push(words);
            }
        }
        let wrong = vec![flag.name().to_owned(), "no-such-value".to_owned()];
        all.push(call(
            &format!("{} of nothing known", flag.name()),
            &[wrong, base.to_vec()].concat(),
            50,
        ));
    }
    let pairs = switches.iter().flat_map(|it| given.iter().rev().map(move |other| (it, other)));
    let mut pairs: Vec<Vec<String>> = pairs.map(|(a, b)| [a.clone(), b.clone()].concat()).collect();
    pairs.extend(given.windows(2).filter(|it| it[0][0] != it[1][0]).map(<[_]>::concat));
    for words in pairs.into_iter().take(MOST_PAIRS) {
        all.push(call(&words.join(" "), &[words.clone(), base.to_vec()].concat(), 60));
    }
    all
}

/// The arguments with the file that is written called as its format is.
fn in_format(flag: &Flag, value: &str, base: &[String]) -> Vec<String> {
    let names_format = ["format", "type", "as"].iter().any(|it| flag.name().contains(it));
    let ending = value.len() <= 8 && value.chars().all(|it| it.is_ascii_alphanumeric());
    let own = |it: &String| {
        let is_out = it == WRITTEN && names_format && ending;
        if is_out { format!("out.{}", value.to_lowercase()) } else { it.clone() }
    };
    base.iter().map(own).collect()
}

/// What a command must refuse.
fn refused(usage: &Usage, base: &[String], required: usize) -> Vec<Call> {
    let mut all = Vec::new();
    let unknown = [vec!["--no-such-option".to_owned()], base.to_vec()].concat();
    all.push(call("an option that it does not know", &unknown, 54));
    if required > 0 {
        all.push(call("without what it needs", &[], 58));
    } else if usage.arguments.is_empty() {
        all.push(call("a word too many", &["surplus".to_owned()], 42));
    }
    all
}

/// A file that is read, with nothing in it, and one that holds no text.
fn odd_files(usage: &Usage, base: &[String], sources: Sources<'_>) -> Vec<Call> {
    let mut all = Vec::new();
    if base.len() < usage.arguments.iter().filter(|it| !it.optional).count() {
        return all;
    }
    let bytes = sources.files.iter().find(|it| it.is_bytes).map(|it| it.path.as_str());
    let mut at = 0;
    for argument in &usage.arguments {
        let is_read = is_file(&argument.name, &argument.about)
            && !of_argument(argument, sources).iter().any(|it| it == WRITTEN);
        for (called, value) in [("an empty file", Some(EMPTY)), ("no text", bytes)] {
            let Some(value) = value.filter(|_| is_read) else { continue };
            let mut words = base.to_vec();
            if argument.optional {
                words.push(value.to_owned());
            } else {
                value.clone_into(&mut words[at]);
            }
            all.push(call(&format!("{} = {called}", argument.name), &words, 57));
        }
        at += usize::from(!argument.optional);
    }
    all
}

/// What standard input may hold: the product's files, nothing, and what is no such thing.
fn inputs(base: &[String], sources: Sources<'_>) -> Vec<Call> {
    let texts = sources.files.iter().filter(|it| it.text.is_some()).map(|it| it.path.clone());
    let mut all: Vec<Call> = texts
        .take(3)
        .map(|path| Call {
            stdin: Some(Input::File(path.clone())),
            ..call(&format!("{path} as its input"), base, 68)
        })
        .collect();
    for (with, text) in
        [("an empty line as its input", "\n"), ("nonsense as its input", "a,b,c\n\u{1}\u{2} é;\n")]
    {
        all.push(Call { stdin: Some(Input::Text(text.to_owned())), ..call(with, base, 48) });
    }
    all
}

/// Values of an argument, the likeliest first.
fn of_argument(argument: &Argument, sources: Sources<'_>) -> Vec<String> {
    if !argument.choices.is_empty() {
        return argument.choices.clone();
    }
    values(&argument.name, &argument.about, sources)
}

/// Values of an option, the likeliest first.
fn of_flag(flag: &Flag, takes: &str, sources: Sources<'_>) -> Vec<String> {
    if !flag.choices.is_empty() {
        return flag.choices.iter().filter(|it| !it.is_empty()).cloned().collect();
    }
    let called = format!("{takes} {}", flag.name().trim_start_matches('-'));
    values(&called, &flag.about, sources)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.parse::<f64>().is_ok()
}

/// Whether a placeholder stands for a file: by what it is called, or where that is said of it. That
/// files are spoken of at all, as of how they are read, is not enough.
fn is_file(name: &str, about: &str) -> bool {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b(?:paths?|file ?names?|(?:an?|the|this|input|output|config\w*|csv|json) files?|files? (?:to|of|with|that|where|which|from))\b",
        )
        .expect("a constant pattern")
    });
    let name = name.to_lowercase();
    ["file", "path", "input", "database", "csv", "json"].iter().any(|it| name.contains(it))
        || SAID.is_match(about)
}

/// What is named as an example: a word that ends the sentence, or that no sentence would have.
fn example(about: &str) -> Option<String> {
    static EXAMPLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)(?:such as|e\.g\.|example:?|for instance|like|default:?) +([`'"]?)([\w.:/@+-]*\w)"#)
            .expect("a constant pattern")
    });
    let found = EXAMPLE.captures(about)?;
    let (quote, word) = (&found[1], &found[2]);
    let rest = &about[found.get(0).map_or(about.len(), |it| it.end())..];
    let ends = rest.trim_start_matches(['`', '\'', '"']).chars().next();
    let stands_alone = ends.is_none_or(|it| !it.is_whitespace());
    let plain = word.chars().all(|it| it.is_ascii_lowercase());
    (!quote.is_empty() || stands_alone || !plain).then(|| word.to_owned())
}

/// Values by what a placeholder is called and what is said of it.
fn values(name: &str, about: &str, sources: Sources<'_>) -> Vec<String> {
    let lower = name.to_lowercase();
    let mut all: Vec<String> = example(about).into_iter().collect();
    let writes = ["out", "dest", "target", "to"]
        .iter()
        .any(|it| lower.split(|it: char| !it.is_alphanumeric()).any(|word| word.starts_with(it)))
        || ["write", "export", "save", "dump"].iter().any(|it| {
            about.to_lowercase().contains(it) || sources.about.to_lowercase().contains(it)
        });
    if is_file(&lower, about) && writes {
        all.push(WRITTEN.to_owned());
    } else if is_file(&lower, about) {
        all.extend(likely_files(&format!("{name} {about} {}", sources.about), sources.files));
    }
    all.extend(printed(&lower, sources.printed));
    let words: Vec<&str> = lower.split(|it: char| !it.is_alphanumeric()).collect();
    let number = [
        "id", "n", "num", "number", "count", "limit", "int", "integer", "port", "price", "stock",
        "amount", "size", "quantity", "level", "width", "order",
    ];
    if words.iter().any(|it| number.contains(it)) {
        all.extend(["1", "3", "0"].map(str::to_owned));
    } else if words.iter().any(|it| it.contains("date")) {
        all.push("2026-01-31".to_owned());
    } else if all.is_empty() {
        all.push("Ada".to_owned());
    }
    let mut seen = Vec::new();
    all.retain(|it| {
        let new = !seen.contains(it);
        seen.push(it.clone());
        new
    });
    all
}

/// The files of the data that fit what is said, the likeliest first: those whose ending it names,
/// and hidden ones, which mostly configure something, last.
fn likely_files(said: &str, files: &[DataFile]) -> Vec<String> {
    let said = said.to_lowercase();
    let words: Vec<&str> = said.split(|it: char| !it.is_alphanumeric()).collect();
    let rank = |it: &&DataFile| {
        let hidden = it.path.split('/').any(|it| it.starts_with('.'));
        (hidden, !words.contains(&it.ending().as_str()))
    };
    let mut ranked: Vec<&DataFile> = files.iter().collect();
    ranked.sort_by_key(rank);
    ranked.into_iter().map(|it| it.path.clone()).take(MOST_FILES).collect()
}

/// The first and last thing that a command printed whose name has to do with a placeholder, and
/// what stands in a column of that name.
fn printed(name: &str, printed: &[Printed]) -> Vec<String> {
    let stem = |it: &str| it.trim_end_matches('s').to_owned();
    let words: Vec<String> =
        name.split(|it: char| !it.is_alphanumeric()).map(stem).filter(|it| it.len() > 2).collect();
    let mut found = Vec::new();
    for it in printed {
        let about = it.words.iter().skip(1).any(|word| words.contains(&stem(&word.to_lowercase())));
        let lines: Vec<&str> = it.text.lines().filter(|it| !it.trim().is_empty()).collect();
        let Some(head) = lines.first() else { continue };
        let column = cells(head).iter().position(|it| words.contains(&stem(&it.to_lowercase())));
        if !about && column.is_none() {
            continue;
        }
        let rows: Vec<&str> =
            lines.iter().copied().skip(1).filter(|it| cells(it).len() > 1).collect();
        for row in [rows.first(), rows.last()].into_iter().flatten() {
            found.extend(cells(row).get(column.unwrap_or(0)).cloned());
        }
    }
    found.retain(|it| !it.is_empty() && it.len() < 60 && !it.starts_with('-'));
    found
}

/// The cells of a line: by tabs, commas or two spaces.
fn cells(line: &str) -> Vec<String> {
    static GAP: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\t|\s{2,}|\s*[,;|]\s*").expect("a constant pattern"));
    GAP.split(line.trim()).map(|it| it.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Sources<'static> =
        Sources { files: &[], printed: &[], about: "", bare: Bare::Enough };

    fn with(usage: &Usage, sources: Sources<'_>) -> Vec<(String, String)> {
        calls(usage, sources).into_iter().map(|it| (it.with, it.words.join(" "))).collect()
    }

    #[test]
    fn a_leaf_is_tried_with_each_option_and_with_what_it_must_refuse() {
        let usage = Usage::read(
            "usage: shop orders [-h] [--country COUNTRY] [--state {open,paid}] [--csv]\n\noptions:\n  -h, --help  help\n  \
             --country COUNTRY  such as NZ\n  --state {open,paid}  state\n  --csv  as CSV\n",
        );
        let lines: Vec<String> = with(&usage, NONE).into_iter().map(|it| it.1).collect();
        assert_eq!(
            lines,
            [
                "",
                "--country NZ",
                "--country no-such-value",
                "--state open",
                "--state paid",
                "--state no-such-value",
                "--csv",
                "--csv --state paid",
                "--csv --state open",
                "--csv --country NZ",
                "--country NZ --state open",
                "--no-such-option",
                "surplus"
            ]
        );
    }

    #[test]
    fn a_file_that_is_written_is_called_as_its_format_and_one_that_is_read_keeps_its_name() {
        let usage = Usage::read(
            "usage: shop export [-h] [--format {csv,zip}] [--state {open}] file\n\npositional arguments:\n  file  where it goes\n\noptions:\n  \
             --format {csv,zip}  how it is written\n  --state {open}  only these\n",
        );
        let about = "shop export: write a file";
        let lines = |about: &'static str, files: &[DataFile]| -> Vec<String> {
            let sources = Sources { files, about, ..NONE };
            with(&usage, sources).into_iter().map(|it| it.1).take(7).collect()
        };
        let wanted = [
            "out.txt",
            "no-such-thing",
            "no-such-file.txt",
            "--format csv out.csv",
            "--format zip out.zip",
            "--format no-such-value out.txt",
            "--state open out.txt",
        ];
        assert_eq!(lines(about, &[]), wanted);
        let files = [DataFile { path: "a.csv".to_owned(), ..DataFile::default() }];
        assert_eq!(lines("shop read: look at it", &files)[3], "--format csv a.csv");
    }

    #[test]
    fn a_command_that_does_nothing_by_itself_gets_a_file_with_each_option_and_another_does_not() {
        let usage = Usage::read(
            "Usage: shrink [options] [INPUT...]\n\nMakes SVG files smaller\n\nOptions:\n  --pretty  printed nicely\n",
        );
        let file = |path: &str| DataFile { path: path.to_owned(), ..DataFile::default() };
        let files = [file(".shrinkrc"), file("notes.md"), file("road.svg")];
        let lines = |bare: Bare| -> Vec<String> {
            let sources = Sources { files: &files, about: "Makes SVG files smaller", bare, ..NONE };
            with(&usage, sources).into_iter().map(|it| it.1).collect()
        };
        let rest = ["--no-such-option", "road.svg", "notes.md", ".shrinkrc", "/dev/null"];
        assert_eq!(lines(Bare::Unknown), [&[""][..], &rest].concat());
        assert_eq!(lines(Bare::Enough), [&["", "--pretty"][..], &rest].concat());
        assert_eq!(lines(Bare::TooLittle), [&["", "--pretty road.svg"][..], &rest].concat());
    }

    #[test]
    fn a_file_that_is_read_is_tried_empty_and_without_text_and_one_that_is_written_is_not() {
        let usage = Usage::read(
            "usage: shop load FILE\n\npositional arguments:\n  FILE  the file that it is about\n",
        );
        let file = |path: &str, is_bytes| DataFile {
            path: path.to_owned(),
            is_bytes,
            ..DataFile::default()
        };
        let files =
            [file("a.csv", false), file("b.csv", false), file("c.csv", false), file("z.png", true)];
        let odd = |about: &str, files: &[DataFile]| -> Vec<(String, String)> {
            let mut all = with(&usage, Sources { files, about, ..NONE });
            all.retain(|it| ["FILE = an empty file", "FILE = no text"].contains(&it.0.as_str()));
            all
        };
        let pair = |with: &str, line: &str| (with.to_owned(), line.to_owned());
        let empty = pair("FILE = an empty file", "/dev/null");
        assert_eq!(odd("shop load", &files), [empty.clone(), pair("FILE = no text", "z.png")]);
        assert_eq!(odd("shop load", &files[..3]), [empty]);
        assert_eq!(odd("shop export", &files), []);
    }

    #[test]
    fn an_example_is_a_word_that_is_named_and_no_word_of_the_sentence() {
        let named = |about: &str| example(about).unwrap_or_default();
        assert_eq!(named("only from this country, such as NZ"), "NZ");
        assert_eq!(named("which, such as lamp"), "lamp");
        assert_eq!(named("rules to run, e.g. `core` and others"), "core");
        assert_eq!(named("e.g. LT01 would do"), "LT01");
        assert_eq!(named("needed for tools such as the one below"), "");
        assert_eq!(named("e.g. specifying it twice"), "");
    }

    #[test]
    fn a_placeholder_is_a_file_by_its_name_or_by_what_is_said_of_it_and_not_by_any_mention() {
        assert!(is_file("PATH", "") && is_file("TEXT config", "the path of a configuration"));
        assert!(is_file("TEXT", "a file to read") && is_file("TEXT", "The file name."));
        assert!(!is_file("TEXT encoding", "Encoding to use when reading and writing files."));
    }

    #[test]
    fn arguments_come_from_what_other_commands_printed_and_from_data() {
        let printed = [Printed {
            words: ["shop", "orders"].map(str::to_owned).to_vec(),
            text: "order  customer\n41     Ada\n7      Bob\n".to_owned(),
        }];
        let files = [DataFile { path: "prices.csv".to_owned(), ..DataFile::default() }];
        let sources = Sources { files: &files, printed: &printed, about: "shop ship", ..NONE };
        let ship = Usage::read("usage: shop ship ORDER\n\npositional arguments:\n  ORDER  which\n");
        assert_eq!(with(&ship, sources)[0].1, "41");
        assert_eq!(with(&ship, sources)[1].1, "7");
        let load =
            Usage::read("usage: shop load FILE\n\npositional arguments:\n  FILE  what is read\n");
        assert_eq!(with(&load, sources)[0].1, "prices.csv");
    }
}

//! [`Usage`]: what `--help` of a command says it takes, read into commands, options and arguments.
//!
//! Help is prose for people; what is read here is the shape that the common libraries give it
//! (argparse, click, clap, cobra, commander, docopt): a usage line, and lists whose entries begin
//! with a word or an option and go on after two spaces.

use std::sync::LazyLock;

use regex::Regex;

/// More entries of one help text than this are not read.
const MOST_ENTRIES: usize = 400;

/// A line that stands so much deeper than an entry is said of it, whatever it begins with.
const IN_TEXT: usize = 10;

/// An option of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flag {
    /// Its names, the longest first: `--country`, `-c`.
    pub names: Vec<String>,
    /// What it takes, as it is written: `FILE`; `None` where it is there or not.
    pub takes: Option<String>,
    /// The values that it says it takes.
    pub choices: Vec<String>,
    /// What is said of it.
    pub about: String,
}

impl Flag {
    /// The name that a person would use.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

/// An argument that has no name of its own on the command line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Argument {
    /// As it is written: `FILE`.
    pub name: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// The values that it says it takes.
    pub choices: Vec<String>,
    /// What is said of it.
    pub about: String,
}

/// What a command takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// What it is for, in its own words.
    pub about: String,
    /// The commands below it, with what is said of each.
    pub commands: Vec<(String, String)>,
    /// Its options.
    pub flags: Vec<Flag>,
    /// Its arguments, in order.
    pub arguments: Vec<Argument>,
    /// Whether it reads standard input.
    pub reads_input: bool,
}

/// An entry of a list, under a heading.
struct Entry {
    heading: String,
    indent: usize,
    head: String,
    about: String,
}

impl Usage {
    /// Reads a help text.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let line = usage_line(text);
        let mut usage = Self {
            about: about(text),
            reads_input: text.to_lowercase().contains("standard input")
                || text.to_lowercase().contains("stdin"),
            ..Self::default()
        };
        let entries = entries(text);
        for entry in &entries {
            if entry.head.starts_with('-') {
                usage.flags.extend(flag(entry));
            }
        }
        usage.commands = commands(&entries, &line);
        usage.arguments = arguments(&line, &usage, &entries);
        usage
    }

    /// Whether there is nothing that could be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.flags.is_empty() && self.arguments.is_empty()
    }
}

/// The usage, in one line, without the word.
fn usage_line(text: &str) -> String {
    let mut lines =
        text.lines().skip_while(|it| !it.trim_start().to_lowercase().starts_with("usage"));
    let Some(first) = lines.next() else { return String::new() };
    let after = first.trim_start().get(5..).unwrap_or_default().trim_start_matches([':', ' ']);
    let mut whole = after.trim().to_owned();
    for line in lines {
        let goes_on = line.starts_with(' ') && (whole.is_empty() || !line.trim().is_empty());
        if !goes_on || (!whole.is_empty() && after.is_empty()) {
            break;
        }
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(line.trim());
    }
    whole
}

/// The first sentence that is neither usage nor a list.
fn about(text: &str) -> String {
    let mut in_usage = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.to_lowercase().starts_with("usage") {
            in_usage = true;
            continue;
        }
        if trimmed.is_empty() {
            in_usage = false;
            continue;
        }
        if in_usage || trimmed.ends_with(':') || trimmed.starts_with('-') {
            continue;
        }
        return trimmed.to_owned();
    }
    String::new()
}

/// The entries of all lists, each with what is said of it on the lines below it.
fn entries(text: &str) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut heading = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        if trimmed.is_empty() {
            continue;
        }
        if indent == 0 {
            heading = trimmed.trim_end_matches(':').to_lowercase();
            continue;
        }
        if heading.starts_with("usage") || found.len() >= MOST_ENTRIES {
            continue;
        }
        let deeper = found.last().is_some_and(|it| it.heading == heading && indent > it.indent + 3);
        // What is said of an option may name another one at the beginning of a line.
        let in_text = found.last().is_some_and(|it| indent >= it.indent + IN_TEXT);
        if deeper
            && (!trimmed.starts_with('-') || in_text)
            && found.last().is_some_and(|it| indent > it.indent + 5 || it.head.starts_with('-'))
        {
            let last = found.last_mut().expect("it was just looked at");
            if !last.about.is_empty() {
                last.about.push(' ');
            }
            last.about.push_str(trimmed);
            continue;
        }
        let (head, about) = trimmed.split_once("  ").unwrap_or((trimmed, ""));
        found.push(Entry {
            heading: heading.clone(),
            indent,
            head: head.trim().to_owned(),
            about: about.trim().to_owned(),
        });
    }
    found
}

/// `-c, --country COUNTRY`, `--state {open,paid}`, `--level=<LEVEL>`.
fn flag(entry: &Entry) -> Option<Flag> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?:^|[\s,/|])(--?[A-Za-z0-9][\w-]*)(?:[ =]?(\[?=?[<{\[]?[A-Za-z][^,\s]*|\{[^}]*\}))?",
        )
        .expect("a constant pattern")
    });
    let mut flag = Flag { about: entry.about.clone(), ..Flag::default() };
    for found in NAME.captures_iter(&entry.head) {
        flag.names.push(found[1].to_owned());
        if let Some(value) = found.get(2) {
            flag.takes = Some(bare(value.as_str()));
            flag.choices = choices(value.as_str());
        }
    }
    if let Some(listed) = entry.head.split_once('{').and_then(|it| it.1.split_once('}')) {
        flag.takes.get_or_insert_default();
        flag.choices = listed.0.split(',').map(|it| it.trim().to_owned()).collect();
    }
    if flag.choices.is_empty() {
        flag.choices = said_choices(&entry.about);
    }
    flag.names.sort_by_key(|it| std::cmp::Reverse(it.len()));
    flag.names.dedup();
    (!flag.names.is_empty()).then_some(flag)
}

/// A placeholder without its brackets.
fn bare(text: &str) -> String {
    text.trim_matches(|it: char| "[]<>{}=.,".contains(it)).to_owned()
}

/// The values of `{a,b}`, `[a|b]`.
fn choices(text: &str) -> Vec<String> {
    let inner = text.trim_matches(|it: char| "[]<>{}=".contains(it));
    if text.contains('{') {
        return inner.split(',').map(|it| it.trim().to_owned()).collect();
    }
    if inner.contains('|') {
        return inner.split('|').map(|it| it.trim().to_owned()).collect();
    }
    Vec::new()
}

/// `[possible values: a, b]`, `(choices: a, b)`, `one of a, b`, `how lines end: a, b.`
fn said_choices(about: &str) -> Vec<String> {
    static LISTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\w: ([a-z][\w-]*(?:, [a-z][\w-]*)*(?:,? or [a-z][\w-]*|, [a-z][\w-]*))(?:\.|$)",
        )
        .expect("a constant pattern")
    });
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:possible values|choices|one of|values)(?: are)?:? *([\w.+-]+(?:(?:, | or |, or |\|)[\w.+-]+)+)")
            .expect("a constant pattern")
    });
    let Some(found) = SAID.captures(about).or_else(|| LISTED.captures(about)) else {
        return Vec::new();
    };
    let listed = found[1].replace(", or ", ", ").replace(" or ", ", ").replace('|', ", ");
    listed.split(", ").map(str::to_owned).collect()
}

/// What a program says it would have taken when it refuses a word.
#[must_use]
pub fn listed_in_refusal(text: &str) -> Vec<String> {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?is)(?:choose from|possible values|(?:available|valid|known) (?:sub)?commands)(?: are)?:?\s+([^)\]]+)",
        )
        .expect("a constant pattern")
    });
    let Some(found) = SAID.captures(text) else { return Vec::new() };
    let parts = found[1].split(|it: char| it == ',' || it.is_whitespace());
    let bare = parts.map(|it| it.trim_matches(|it: char| "'\"`.".contains(it)));
    let mut all: Vec<String> =
        bare.take(MOST_ENTRIES).filter(|it| is_word(it)).map(str::to_owned).collect();
    all.retain(|it| !matches!(it.as_str(), "or" | "and" | "help"));
    all
}

/// The commands below: the entries under a heading of commands, or below a placeholder that the
/// usage has where a command stands.
fn commands(entries: &[Entry], usage: &str) -> Vec<(String, String)> {
    let named = || entries.iter().filter(|it| it.heading.contains("command"));
    // What stands deeper than the first of them is an example or goes on with what is said.
    let indent = named().next().map_or(0, |it| it.indent);
    let mut found: Vec<&Entry> =
        named().filter(|it| it.indent == indent && is_word(&it.head)).collect();
    let placeholder = entries.iter().position(|it| {
        let upper = it.head.chars().all(|it| it.is_ascii_uppercase());
        (upper && it.head.contains("COMMAND")) || it.head.starts_with('{')
    });
    if let Some(at) = placeholder.filter(|_| found.is_empty()) {
        let indent = entries[at].indent;
        let below = entries[at + 1..].iter();
        found = below.take_while(|it| it.indent > indent).filter(|it| is_word(&it.head)).collect();
    }
    let takes_command = usage.to_uppercase().contains("COMMAND") || usage.contains('{');
    if found.is_empty() || !(takes_command || found.iter().all(|it| it.heading.contains("command")))
    {
        return Vec::new();
    }
    let name = |it: &Entry| it.head.split([' ', ',']).next().unwrap_or_default().to_owned();
    let mut all: Vec<(String, String)> =
        found.iter().map(|it| (name(it), it.about.clone())).collect();
    all.retain(|it| it.0 != "help");
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

/// Whether an entry begins with a command's name.
fn is_word(head: &str) -> bool {
    let first = head.split([' ', ',']).next().unwrap_or_default();
    first.starts_with(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit())
        && first.chars().all(|it| it.is_ascii_alphanumeric() || "-_:.".contains(it))
}

/// The words of the usage that are neither program, command nor option.
fn arguments(line: &str, usage: &Usage, entries: &[Entry]) -> Vec<Argument> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]|<[^>]*>|\{[^}]*\}|\S+")
            .expect("a constant pattern")
    });
    let mut found: Vec<Argument> = Vec::new();
    let mut after_option = false;
    for word in WORD.find_iter(line).map(|it| it.as_str()) {
        let optional = word.starts_with('[');
        let inner = word.trim_start_matches('[').trim_end_matches(']').trim();
        if inner.starts_with('-') {
            // `--out FILE` outside of brackets takes the next word.
            after_option = !optional
                && usage
                    .flags
                    .iter()
                    .any(|it| it.takes.is_some() && it.names.iter().any(|it| it == inner));
            continue;
        }
        let placeholder = inner.starts_with('<')
            || inner.starts_with('{')
            || (inner.chars().any(|it| it.is_ascii_uppercase())
                && inner.chars().all(|it| !it.is_ascii_lowercase()));
        let listed = entries
            .iter()
            .find(|it| it.heading.contains("argument") && it.head.split(' ').next() == Some(inner));
        if std::mem::take(&mut after_option) || !(placeholder || listed.is_some()) {
            continue;
        }
        let name = bare(inner.split([' ', '.']).next().unwrap_or_default());
        let upper = name.to_uppercase();
        if upper.contains("COMMAND")
            || upper == "OPTIONS"
            || upper == "FLAGS"
            || name.is_empty()
            || (!usage.commands.is_empty() && (upper == "ARGS" || inner.starts_with('{')))
            || found.iter().any(|it| it.name == name)
        {
            continue;
        }
        let about = entries.iter().find(|it| {
            bare(it.head.split(' ').next().unwrap_or_default()).eq_ignore_ascii_case(&name)
        });
        let about = about.map_or(String::new(), |it| it.about.clone());
        let mut choices = choices(inner);
        if choices.is_empty() {
            choices = said_choices(&about);
        }
        found.push(Argument { name, optional, choices, about });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARGPARSE: &str = "usage: shop [-h] [--db FILE] COMMAND ...\n\nLooks after a small shop.\n\n\
        positional arguments:\n  COMMAND\n    orders    list orders\n    add       add a product\n\n\
        options:\n  -h, --help  show this help message and exit\n  --db FILE   the shop's data (shop.json)\n\n\
        Data is read from shop.json.\n";
    const LEAF: &str = "usage: shop orders [-h] [--country COUNTRY] [--state {,open,paid}]\n                   [--csv] file\n\n\
        positional arguments:\n  file                  what is read\n\noptions:\n  -h, --help            show this help message and exit\n\
        \x20 --country COUNTRY     only from this country, such as NZ\n  --state {,open,paid}\n                        only in this state\n  --csv                 as CSV\n";
    const CLAP: &str = "Looks things up\n\nUsage: find [OPTIONS] <PATTERN> [PATH]... [COMMAND]\n\nCommands:\n  list  list all\n  help  Print this message\n\n\
        Arguments:\n  <PATTERN>  what to look for\n  [PATH]...  where\n\nOptions:\n  -c, --color <WHEN>  when [default: auto] [possible values: auto, always, never]\n  -h, --help          Print help\n";
    const CLICK: &str = "Usage: db [OPTIONS] COMMAND [ARGS]...\n\n  Works with a database.\n\nOptions:\n  --version  Show the version and exit.\n  --help     Show this message and exit.\n\nCommands:\n  tables*  List the tables\n  rows     Show the rows of a\n           table\n";

    fn names(usage: &Usage) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
        (
            usage.commands.iter().map(|it| it.0.as_str()).collect(),
            usage.flags.iter().map(Flag::name).collect(),
            usage.arguments.iter().map(|it| it.name.as_str()).collect(),
        )
    }

    #[test]
    fn commands_options_and_arguments_are_read_from_the_help_of_common_libraries() {
        let (commands, flags, arguments): (Vec<&str>, _, Vec<&str>) = names_of(ARGPARSE);
        assert_eq!((commands, arguments), (vec!["orders", "add"], vec![]));
        assert_eq!(flags, ["--help", "--db"]);
        assert_eq!(
            names_of(LEAF),
            (vec![], vec!["--help", "--country", "--state", "--csv"], vec!["file"])
        );
        assert_eq!(
            names_of(CLAP),
            (vec!["list"], vec!["--color", "--help"], vec!["PATTERN", "PATH"])
        );
    }

    fn names_of(text: &'static str) -> (Vec<&'static str>, Vec<&'static str>, Vec<&'static str>) {
        let usage: &'static Usage = Box::leak(Box::new(Usage::read(text)));
        names(usage)
    }

    #[test]
    fn values_that_a_sentence_ends_with_are_choices_and_prose_has_none() {
        assert_eq!(said_choices("How lines end: lf, crlf. Else as here."), ["lf", "crlf"]);
        assert_eq!(said_choices("What it says: all or some."), ["all", "some"]);
        assert_eq!(said_choices("Note: this may take long, or not."), [""; 0]);
        assert_eq!(said_choices("A comma, a dot."), [""; 0]);
    }

    #[test]
    fn an_option_that_is_named_in_what_is_said_of_another_is_none_of_its_own() {
        let text = "Usage: lint [OPTIONS]\n\nOptions:\n  -q, --quiet           Says less. Together with\n                        \
                    --format it says nothing.\n      --format TEXT     How.\n";
        assert_eq!(names_of(text).1, ["--quiet", "--format"]);
        assert_eq!(Usage::read(text).flags[1].takes.as_deref(), Some("TEXT"));
    }

    #[test]
    fn examples_below_a_list_of_commands_are_no_commands() {
        let text = "Usage: lint [OPTIONS] COMMAND [ARGS]...\n\nCommands:\n  fix    Fix files.\n  check  Look at files.\n\n  \
                    Examples:\n\n  .. code:: sh\n\n     lint check --quick .\n\n     lint fix my.sql\n";
        assert_eq!(names_of(text).0, ["fix", "check"]);
    }

    #[test]
    fn what_options_take_is_read_with_the_values_that_they_say() {
        let usage = Usage::read(LEAF);
        let takes: Vec<_> =
            usage.flags.iter().map(|it| (it.takes.as_deref(), it.choices.len())).collect();
        assert_eq!(takes, [(None, 0), (Some("COUNTRY"), 0), (Some("open,paid"), 3), (None, 0)]);
        assert_eq!(usage.flags[1].about, "only from this country, such as NZ");
        assert_eq!(usage.flags[2].about, "only in this state");
        let color = &Usage::read(CLAP).flags[0];
        assert_eq!(color.names, ["--color", "-c"]);
        assert_eq!(color.choices, ["auto", "always", "never"]);
        assert!(Usage::read(CLAP).arguments[1].optional);
        assert_eq!(Usage::read(CLICK).about, "Works with a database.");
    }

    #[test]
    fn a_refusal_names_the_commands_that_are_there_and_a_complaint_names_none() {
        let argparse =
            "shop: error: argument COMMAND: invalid choice: 'x' (choose from 'orders', 'ui')";
        assert_eq!(listed_in_refusal(argparse), ["orders", "ui"]);
        assert_eq!(listed_in_refusal("Available commands:\n  add\n  list\n"), ["add", "list"]);
        assert_eq!(listed_in_refusal("there is no command x; choose another"), [] as [String; 0]);
    }

    #[test]
    fn prose_is_no_usage() {
        assert!(Usage::read("It is all fine.\n\n  Nothing to see.\n").is_empty());
        assert!(Usage::read("").is_empty());
    }
}

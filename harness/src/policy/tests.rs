//! What is let through and what is not, rule by rule.

use indexmap::IndexMap;

use super::*;
use crate::model::Template;
use crate::model::scenario::RunCommand;

fn policy() -> Policy {
    Policy::new(
        Some("http://127.0.0.1:8123"),
        &["Static.example".to_owned(), "127.0.0.1:9000".to_owned()],
    )
    .denying_commands(["rm".to_owned()])
}

fn open(address: &str) -> (Ruling, String) {
    let decision = policy().decide(&Action::Open(Template::new(address)));
    (decision.ruling, decision.rule)
}

fn run(command: CommandLine, cwd: Option<&str>) -> Ruling {
    let run = RunCommand {
        command,
        stdin: None,
        env: IndexMap::new(),
        cwd: cwd.map(Template::new),
        timeout_ms: None,
        exit: None,
        outputs: Vec::new(),
        capture: IndexMap::new(),
        snapshot: None,
    };
    policy().decide(&Action::Run(Box::new(run))).ruling
}

fn shell(line: &str) -> CommandLine {
    CommandLine::Shell(line.into())
}

#[test]
fn the_product_and_the_allowed_hosts_may_be_opened() {
    for address in [
        "/orders?page=2",
        "orders",
        "http://127.0.0.1:8123/",
        "http://127.0.0.1:9000/help",
        "https://static.example/",
        "http://STATIC.example:81/a",
    ] {
        assert_eq!(open(address).0, Ruling::Allow, "{address}");
    }
}

#[test]
fn whatever_else_may_not_be_opened() {
    for address in [
        "http://127.0.0.1/",
        "http://127.0.0.2:8123/",
        "https://127.0.0.1:8123/",
        "//elsewhere.example/",
        r"\\elsewhere.example\x",
        "http://static.example@elsewhere.example/",
        "http://static.example.elsewhere.example/",
        "file:///etc/passwd",
        "data:text/html,<p>",
        "javascript:alert(1)",
        "about:blank",
        "view-source:http://127.0.0.1:8123/",
        "http://",
    ] {
        assert_eq!(open(address).0, Ruling::Deny, "{address}");
    }
}

#[test]
fn a_denied_address_says_what_to_do() {
    assert_eq!(
        open("http://127.0.0.2/x"),
        (
            Ruling::Deny,
            "127.0.0.2:80 is neither the product nor in allow-hosts; add 127.0.0.2 there if it \
             belongs to the product"
                .to_owned()
        )
    );
    assert_eq!(
        open("file:///etc/passwd"),
        (Ruling::Deny, "file: addresses are not opened, only http: and https:".to_owned())
    );
}

#[test]
fn without_pages_a_relative_address_is_denied() {
    let decision = Policy::new(None, &[]).decide(&Action::Open("/orders".into()));
    assert_eq!(
        decision,
        PolicyDecision::deny(
            "\"/orders\" is relative and the product serves no pages; give it serve: or base-url:"
        )
    );
}

#[test]
fn files_stay_in_the_working_folder() {
    for (path, ruling) in [
        ("a.csv", Ruling::Allow),
        ("./a/../b.csv", Ruling::Allow),
        ("../a.csv", Ruling::Deny),
        ("a/../../b", Ruling::Deny),
        ("/etc/passwd", Ruling::Deny),
    ] {
        assert_eq!(inside("a file", path).ruling, ruling, "{path}");
        assert_eq!(run(shell("true"), Some(path)), ruling, "{path}");
    }
}

#[test]
fn the_strictest_rule_wins() {
    let decisions = [
        PolicyDecision::allow("a"),
        PolicyDecision { ruling: Ruling::Ask, rule: "b".to_owned() },
        PolicyDecision::deny("c"),
        PolicyDecision::deny("d"),
    ];
    assert_eq!(PolicyDecision::strictest(decisions), Some(PolicyDecision::deny("c")));
}

#[test]
fn a_denied_command_is_seen_in_words_and_shell_lines() {
    let argv =
        |words: &[&str]| CommandLine::Argv(words.iter().map(|it| Template::from(*it)).collect());
    assert_eq!(run(argv(&["rm", "-r", "x"]), None), Ruling::Deny);
    assert_eq!(run(argv(&["/bin/rm"]), None), Ruling::Deny);
    assert_eq!(run(argv(&["echo", "rm"]), None), Ruling::Allow);
    assert_eq!(run(shell("cd x&&rm y"), None), Ruling::Deny);
    assert_eq!(run(shell("echo alarm"), None), Ruling::Allow);
}

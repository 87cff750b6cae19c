//! What is let through and what is not, rule by rule.

use indexmap::IndexMap;

use super::*;
use crate::model::bounds::{ActKind, Bounds};
use crate::model::gesture::{Network, UploadBy};
use crate::model::scenario::{FieldValue, RunCommand};
use crate::model::{Locator, Target, Template};

fn policy() -> Policy {
    Policy::new(
        Some("http://127.0.0.1:8123"),
        &["Static.example".to_owned(), "127.0.0.1:9000".to_owned()],
    )
    .denying_commands(["rm".to_owned()])
}

fn open(address: &str) -> (Ruling, String) {
    let decision = policy().decide(&Action::Open(Template::new(address)), None);
    (decision.ruling, decision.rule)
}

/// A command as it is run, of which nothing is expected.
fn bare(command: CommandLine) -> RunCommand {
    RunCommand {
        command,
        stdin: None,
        env: IndexMap::new(),
        cwd: None,
        timeout_ms: None,
        exit: None,
        outputs: Vec::new(),
        capture: IndexMap::new(),
        snapshot: None,
    }
}

fn run(command: CommandLine, cwd: Option<&str>) -> Ruling {
    let run = RunCommand { cwd: cwd.map(Template::new), ..bare(command) };
    policy().decide(&Action::Run(Box::new(run)), None).ruling
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
    let decision = Policy::new(None, &[]).decide(&Action::Open("/orders".into()), None);
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

fn proposed(action: &Action, told: &Action, bounds: &[Bounds]) -> (Ruling, String) {
    proposed_at(None, (action, told), bounds)
}

/// What becomes of an action on the page at an address; products are `shop` and `desk`.
fn proposed_at(
    at: Option<&str>,
    (filled, told): (&Action, &Action),
    bounds: &[Bounds],
) -> (Ruling, String) {
    let desk = "127.0.0.1:8124".to_owned();
    let products = [("shop", "127.0.0.1:8123"), ("desk", &*desk)];
    let products = products.map(|(name, host)| (name.to_owned(), host.to_owned()));
    let mut policy = policy().beside_products(products);
    policy.allow_hosts.push(desk);
    let decision = policy.decide_proposed(Proposed { filled, told, at, bounds });
    (decision.ruling, decision.rule)
}

fn denied(rule: &str) -> (Ruling, String) {
    (Ruling::Deny, format!("proposed, {rule}"))
}

fn allowed(rule: &str) -> (Ruling, String) {
    (Ruling::Allow, rule.to_owned())
}

fn says(of: &str, allow: Option<&[ActKind]>, deny: &[ActKind]) -> Bounds {
    let (allow, deny) = (allow.map(<[ActKind]>::to_vec), deny.to_vec());
    Bounds { of: of.to_owned(), allow, deny, ..Bounds::default() }
}

fn a_button() -> Target {
    Target::plain(Locator::Role { role: "button".to_owned(), name: Some("Save".into()) })
}

fn fill(value: &str) -> Action {
    Action::Fill(vec![FieldValue { field: a_button(), value: value.into() }])
}

fn upload() -> Action {
    Action::Upload { to: a_button(), by: UploadBy::Field, files: vec!["a.csv".into()] }
}

/// Every attack gets through the policy for written steps, which is the same without this wall.
#[test]
fn what_may_be_written_may_not_all_be_proposed() {
    let command = bare(shell("curl http://127.0.0.2/"));
    let keep = Action::Download { click: a_button(), save_as: "a".into(), named: None };
    for attack in [
        Action::Run(Box::new(command)),
        Action::Open("http://static.example/?q=stolen".into()),
        Action::Open("//static.example/?q=stolen".into()),
        Action::Open("http://127.0.0.1:9000/".into()),
        Action::Set(IndexMap::new()),
        Action::Network(Network::Offline),
        Action::Expect(Vec::new()),
        Action::Capture(IndexMap::new()),
        upload(),
        keep,
        Action::Print("a.pdf".into()),
    ] {
        let without = policy().decide(&attack, None);
        assert_eq!(without.ruling, Ruling::Allow, "without the wall: {}", attack.describe());
        let with = proposed(&attack, &attack, &[]);
        assert_eq!(with.0, Ruling::Deny, "{}: {}", attack.describe(), with.1);
    }
    for usual in [
        Action::click(a_button()),
        Action::Open("/orders".into()),
        Action::Open("http://127.0.0.1:8124/".into()),
        fill("Ada"),
        Action::Reload,
    ] {
        let with = proposed(&usual, &usual, &[]);
        assert_eq!(with.0, Ruling::Allow, "{}: {}", usual.describe(), with.1);
    }
}

#[test]
fn a_secret_may_be_proposed_for_a_field_and_for_nothing_else() {
    let field = fill("${secret:TOKEN}");
    assert_eq!(proposed(&fill("s3cret"), &field, &[]).0, Ruling::Allow);
    let address = |it: &str| Action::Open(Template::new(format!("/search?q={it}")));
    let rule = "a secret may go into a field, and not into an address or a name";
    let told = address("${secret:TOKEN}");
    assert_eq!(proposed(&address("s3cret"), &told, &[]), denied(rule));
    assert_eq!(policy().decide(&address("s3cret"), None).ruling, Ruling::Allow, "without the wall");
    assert_eq!(proposed(&address("kettle"), &address("kettle"), &[]).0, Ruling::Allow);
}

#[test]
fn the_strictest_of_suite_skill_and_scenario_wins_and_is_named() {
    use ActKind::{Click, Fill, Upload};
    let click = Action::click(a_button());
    let decide = |action: &Action, bounds: &[Bounds]| proposed(action, action, bounds);
    let suite = |kinds: &[ActKind]| says(Bounds::SUITE, Some(kinds), &[]);
    let skill = |kinds: &[ActKind]| says("skill buy", Some(kinds), &[]);
    let scenario = says("scenario order", None, &[Click]);
    assert_eq!(decide(&click, &[suite(&[Click])]), allowed("the suite allows click"));
    assert_eq!(decide(&click, &[suite(&[Fill])]), denied("the suite does not allow click"));
    assert_eq!(
        decide(&click, &[suite(&[Click]), skill(&[Fill])]),
        denied("skill buy does not allow click")
    );
    assert_eq!(decide(&click, &[skill(&[Click])]), allowed("skill buy allows click"));
    assert_eq!(
        decide(&click, &[suite(&[Click]), skill(&[Click]), scenario]),
        denied("scenario order denies click")
    );
    let widened =
        "upload is not usual; allow it by `policy: { allow: […, upload] }` in nightshift.yaml";
    assert_eq!(decide(&upload(), &[skill(&[Upload])]), denied(widened), "a skill only narrows");
    assert_eq!(decide(&upload(), &[suite(&[Upload])]), allowed("the suite allows upload"));
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

/// Each action is let through where nobody names origins.
#[test]
fn only_pages_that_all_name_are_opened_and_used() {
    let names =
        |of: &str, all: &[&str]| Bounds { origins: Some(words(all)), ..says(of, None, &[]) };
    let desk = "http://127.0.0.1:8124/orders";
    let click = Action::click(a_button());
    let open = |address: &str| Action::Open(address.into());
    let at = |at: &str, action: &Action, bounds: &[Bounds]| {
        proposed_at(Some(at), (action, action), bounds)
    };
    let skill = [names(Bounds::SUITE, &["shop", "desk"]), names("skill buy", &["shop"])];
    let scenario = [names("scenario order", &["127.0.0.1:8123"])];
    for (bounds, of) in [(&skill[..], "skill buy"), (&scenario[..], "scenario order")] {
        let rule = denied(&format!("{of} does not name the origin http://127.0.0.1:8124"));
        for action in [click.clone(), fill("Ada"), Action::Reload, open(desk)] {
            assert_eq!(at(desk, &action, bounds), rule, "{}", action.describe());
            assert_eq!(at(desk, &action, &[]).0, Ruling::Allow, "{}", action.describe());
        }
        for leaves in [Action::Back, Action::CloseTab, open("/orders")] {
            assert_eq!(at(desk, &leaves, bounds).0, Ruling::Allow, "{}", leaves.describe());
        }
        let own = at("http://127.0.0.1:8123/orders", &click, bounds);
        assert_eq!(own.0, Ruling::Allow, "{}", own.1);
    }
    assert_eq!(at(desk, &click, &skill[..1]).0, Ruling::Allow, "the suite names both");
    assert_eq!(at(desk, &click, &[names("skill buy", &[])]).0, Ruling::Deny, "it names none");
}

#[test]
fn the_suite_alone_can_name_a_host_that_is_no_product_and_only_an_allowed_one() {
    let names =
        |of: &str, all: &[&str]| Bounds { origins: Some(words(all)), ..says(of, None, &[]) };
    let open = |address: &str, bounds: &[Bounds]| {
        let action = Action::Open(address.into());
        proposed(&action, &action, bounds)
    };
    let suite = names(Bounds::SUITE, &["shop", "static.example", "elsewhere.example"]);
    let address = "https://static.example/";
    assert_eq!(open(address, std::slice::from_ref(&suite)).0, Ruling::Allow);
    assert_eq!(open(address, &[]).0, Ruling::Deny);
    assert_eq!(open(address, &[names("scenario order", &["static.example"])]).0, Ruling::Deny);
    assert_eq!(open("https://elsewhere.example/", &[suite]).0, Ruling::Deny, "no `allow-hosts`");
}

#[test]
fn only_files_that_all_name_are_handed_over_and_kept() {
    use ActKind::{Download, Print, Upload};
    let suite = says(Bounds::SUITE, Some(&[Upload, Download, Print]), &[]);
    let names = |of: &str, all: &[&str]| Bounds { paths: Some(words(all)), ..says(of, None, &[]) };
    let handed = |file: &str| Action::Upload {
        to: a_button(),
        by: UploadBy::Field,
        files: vec!["a.csv".into(), file.into()],
    };
    let kept =
        |file: &str| Action::Download { click: a_button(), save_as: file.into(), named: None };
    let printed = |file: &str| Action::Print(file.into());
    for of in ["the suite's own", "skill buy", "scenario order"] {
        let bounds = [suite.clone(), names(of, &["*.csv"])];
        for (named, other) in [
            (handed("b.csv"), handed("b.pdf")),
            (kept("b.csv"), kept("out/b.csv")),
            (printed("b.csv"), printed("b.pdf")),
        ] {
            assert_eq!(proposed(&named, &named, &bounds).0, Ruling::Allow, "{}", named.describe());
            let (ruling, rule) = proposed(&other, &other, &bounds);
            assert_eq!(ruling, Ruling::Deny, "{}", other.describe());
            assert!(rule.starts_with(&format!("proposed, {of} does not name the path")), "{rule}");
            let without = proposed(&other, &other, std::slice::from_ref(&suite));
            assert_eq!(without.0, Ruling::Allow, "without the wall: {}", other.describe());
        }
    }
}

#[test]
fn a_skill_or_scenario_that_names_secrets_names_all_that_go_into_a_field() {
    let names =
        |of: &str, all: &[&str]| Bounds { secrets: Some(words(all)), ..says(of, None, &[]) };
    let told = fill("${secret:TOKEN}");
    let decide = |bounds: &[Bounds]| proposed(&fill("s3cret"), &told, bounds);
    for of in ["skill buy", "scenario order"] {
        let rule = denied(&format!("{of} does not name the secret TOKEN"));
        assert_eq!(decide(&[names(of, &[])]), rule);
        assert_eq!(decide(&[names(of, &["TOKENS"])]), rule);
        assert_eq!(decide(&[names(of, &["TOKEN"])]).0, Ruling::Allow);
    }
    assert_eq!(decide(&[names(Bounds::SUITE, &[])]).0, Ruling::Allow, "a goal may name others");
}

#[test]
fn a_person_is_asked_where_anybody_says_so_and_nobody_denies() {
    use ActKind::{Click, Upload};
    let asks = |of: &str, kinds: &[ActKind]| Bounds { ask: kinds.to_vec(), ..says(of, None, &[]) };
    let decide = |action: &Action, bounds: &[Bounds]| proposed(action, action, bounds);
    let asked = |rule: &str| (Ruling::Ask, format!("proposed, {rule}"));
    let click = Action::click(a_button());
    let suite = asks(Bounds::SUITE, &[Click, Upload]);
    assert_eq!(decide(&click, std::slice::from_ref(&suite)), asked("the suite asks about click"));
    assert_eq!(
        decide(&upload(), std::slice::from_ref(&suite)),
        asked("the suite asks about upload")
    );
    let skill = asks("skill buy", &[Upload]);
    assert_eq!(decide(&upload(), &[skill]).0, Ruling::Deny, "a skill only narrows");
    let denies = says("scenario order", None, &[Click]);
    assert_eq!(decide(&click, &[suite, denies]).0, Ruling::Deny);
}

/// The twin of each: what is not meant is done without anybody.
#[test]
fn a_person_is_asked_about_commands_origins_and_paths_that_are_allowed_and_about_no_others() {
    use ActKind::Upload;
    let ruling = |action: &Action, bounds: &[Bounds]| proposed(action, action, bounds).0;
    let asks = |of: &str| Bounds {
        ask_commands: words(&["shopctl delete **"]),
        ask_origins: words(&["static.example"]),
        ask_paths: words(&["keys/**"]),
        ..says(of, None, &[])
    };
    let run = |line: &str| {
        let words = line.split(' ').map(Template::new).collect();
        Action::Run(Box::new(bare(CommandLine::Argv(words))))
    };
    let handed = |file: &str| Action::Upload {
        to: a_button(),
        by: UploadBy::Field,
        files: vec!["a.csv".into(), file.into()],
    };
    let open = |address: &str| Action::Open(address.into());
    let suite = Bounds {
        commands: Some(words(&["shopctl **"])),
        origins: Some(words(&["127.0.0.1", "static.example"])),
        ..says(Bounds::SUITE, Some(&[ActKind::Open, Upload]), &[])
    };
    for of in [Bounds::SUITE, "skill buy", "scenario order"] {
        let bounds = [suite.clone(), asks(of)];
        for (meant, other) in [
            (run("shopctl delete 5"), run("shopctl show 5")),
            (open("https://static.example/"), open("/orders")),
            (handed("keys/id"), handed("b.csv")),
        ] {
            assert_eq!(ruling(&meant, &bounds), Ruling::Ask, "{of} {}", meant.describe());
            assert_eq!(ruling(&other, &bounds), Ruling::Allow, "{of} {}", other.describe());
            let denied = ruling(&meant, &[asks(of)]);
            assert_eq!(denied, Ruling::Deny, "it allows nothing: {of} {}", meant.describe());
        }
        let up = handed("out/../keys/id");
        assert_eq!(ruling(&up, &bounds), Ruling::Ask, "who leads upwards may mean any");
        assert_eq!(ruling(&up, std::slice::from_ref(&suite)), Ruling::Allow, "without the wall");
    }
}

#[test]
fn what_a_model_wrote_is_repeated_as_it_was_proposed_and_may_look_as_what_is_written() {
    let repeated = |bounds: &[Bounds]| policy().for_proposals(bounds.to_vec());
    let ruling = |policy: &Policy, action: &Action| policy.decide(action, None).ruling;
    let suite = |allow: &[ActKind]| says(Bounds::SUITE, Some(allow), &[]);
    for beyond in [Action::Open("http://static.example/?q=stolen".into()), upload()] {
        assert_eq!(ruling(&repeated(&[]), &beyond), Ruling::Deny, "{}", beyond.describe());
        assert_eq!(ruling(&policy(), &beyond), Ruling::Allow, "a person may write it");
    }
    let run = Action::Run(Box::new(bare(CommandLine::Argv(vec!["shopctl".into()]))));
    assert_eq!(ruling(&repeated(&[]), &run), Ruling::Deny);
    assert_eq!(ruling(&policy(), &run), Ruling::Allow);
    assert_eq!(ruling(&repeated(&[suite(&[ActKind::Upload])]), &upload()), Ruling::Allow);
    let click = Action::click(a_button());
    assert_eq!(ruling(&repeated(&[]), &click), Ruling::Allow);
    assert_eq!(ruling(&repeated(&[suite(&[ActKind::Open])]), &click), Ruling::Deny);
    let looks = [Action::See(vec![a_button()]), Action::SeeNot(vec![a_button()])];
    for look in looks {
        assert_eq!(ruling(&repeated(&[suite(&[])]), &look), Ruling::Allow, "{}", look.describe());
    }
}

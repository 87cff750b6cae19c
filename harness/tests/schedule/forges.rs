//! What `init --ci github` and `init --ci gitlab` print, for one machine and in shards: read into types
//! that know the fields in use, so that a misspelt one is refused, and held to what a night writes.

#![allow(dead_code, reason = "a field that nobody reads still says which fields there may be")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use nightshift::commands::schedule::{ScheduleFile, Start, render, render_sharded};
use nightshift::model::Template;
use nightshift::model::notify::{ForgeConfig, SlackConfig};
use nightshift::model::suite::Config;
use nightshift::{report, spec};
use regex::Regex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::support::package;
use crate::synthetic_night::synthetic;

type Named<T> = BTreeMap<String, T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Workflow {
    name: String,
    on: Events,
    permissions: Named<String>,
    concurrency: Concurrency,
    env: Named<String>,
    jobs: Named<Job>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    schedule: Vec<Named<String>>,
    push: Branches,
    pull_request: Branches,
    workflow_dispatch: Value,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Branches {
    branches: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Concurrency {
    group: String,
    cancel_in_progress: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Job {
    r#if: String,
    needs: Option<String>,
    runs_on: String,
    timeout_minutes: u32,
    permissions: Named<String>,
    strategy: Option<Strategy>,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Strategy {
    fail_fast: bool,
    matrix: Named<Vec<u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Step {
    name: Option<String>,
    r#if: Option<String>,
    uses: Option<String>,
    run: Option<String>,
    #[serde(default)]
    with: Named<Value>,
    #[serde(default)]
    env: Named<String>,
    #[serde(default)]
    continue_on_error: bool,
}

/// A job of GitLab, or what others extend.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GitlabJob {
    extends: Option<String>,
    image: Option<String>,
    timeout: Option<String>,
    resource_group: Option<String>,
    parallel: Option<u32>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    variables: Named<String>,
    #[serde(default)]
    rules: Vec<Rule>,
    cache: Option<Cache>,
    #[serde(default)]
    script: Vec<String>,
    #[serde(default)]
    after_script: Vec<String>,
    artifacts: Option<Artifacts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    r#if: String,
    when: Option<String>,
    #[serde(default)]
    variables: Named<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cache {
    key: String,
    paths: Vec<String>,
    policy: Option<String>,
    when: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Artifacts {
    when: Option<String>,
    name: Option<String>,
    expose_as: Option<String>,
    paths: Vec<String>,
    #[serde(default)]
    reports: Named<String>,
    expire_in: String,
}

fn parsed<T: DeserializeOwned>(text: &str) -> T {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The suite at the root, which tells nobody.
fn quiet() -> Config {
    let suite = spec::load(&package(), &spec::Overrides::default());
    suite.expect("the suite is valid").config
}

/// The same with people who are told, by secrets.
fn telling() -> Config {
    let mut config = quiet();
    let slack = Template::new("${secret:SLACK_WEBHOOK}");
    config.notify.slack = Some(SlackConfig::Webhook(slack));
    let token = Template::new("${secret:GITHUB_TOKEN}");
    config.notify.github = Some(ForgeConfig { place: "a/shop".to_owned(), token, api: None });
    config
}

/// The files of a forge, for one machine and in shards, of both suites.
fn printed(file: ScheduleFile) -> Vec<String> {
    let start = Start::by_command("/srv/shop");
    let both = |config: &Config| {
        let whole = render(file, config, &start).expect("the suite has a schedule");
        [whole, render_sharded(file, config, &start, 3).expect("a forge")]
    };
    [quiet(), telling()].iter().flat_map(both).collect()
}

fn workflows() -> Vec<Workflow> {
    printed(ScheduleFile::Github).iter().map(|it| parsed(it)).collect()
}

fn pipelines() -> Vec<Named<GitlabJob>> {
    printed(ScheduleFile::Gitlab).iter().map(|it| parsed(it)).collect()
}

impl Job {
    /// The steps that use an action, whatever its version.
    fn using(&self, action: &str) -> Vec<&Step> {
        let named = |it: &&Step| {
            let uses = it.uses.as_deref().and_then(|it| it.split_once('@'));
            uses.is_some_and(|(name, _)| name == action)
        };
        self.steps.iter().filter(named).collect()
    }

    fn at(&self, which: impl Fn(&Step) -> bool) -> Option<usize> {
        self.steps.iter().position(which)
    }
}

/// Whether a step runs a night, a part of one, or makes one of its parts.
fn runs_a_night(step: &Step) -> bool {
    let run = step.run.as_deref().unwrap_or_default();
    run.contains("nightshift run ") || run.contains("nightshift merge ")
}

#[test]
fn a_misspelt_field_is_refused() {
    let text = printed(ScheduleFile::Github).remove(0);
    let wrong = text.replacen("cancel-in-progress", "cancel-in-progres", 1);
    assert!(serde_yaml::from_str::<Workflow>(&wrong).is_err());
    let text = printed(ScheduleFile::Gitlab).remove(0);
    let wrong = text.replacen("resource_group", "resource-group", 1);
    assert!(serde_yaml::from_str::<Named<GitlabJob>>(&wrong).is_err());
}

#[test]
fn a_workflow_gates_pushes_and_pull_requests_of_the_branches_that_have_rules() {
    for it in workflows() {
        assert_eq!(it.on.push.branches, ["release/*"]);
        assert_eq!(it.on.pull_request, it.on.push);
        for (name, job) in &it.jobs {
            let events = ["push", "pull_request", "schedule", "workflow_dispatch"]
                .map(|it| job.r#if.contains(&format!("github.event_name == '{it}'")));
            let of_gate = name == "gate";
            assert_eq!(events, [of_gate, of_gate, !of_gate, !of_gate], "{name}: {}", job.r#if);
        }
        assert_eq!(it.env["NIGHTSHIFT_BRANCH"], "${{ github.base_ref || github.ref_name }}");
        assert_eq!(it.concurrency.group, "nightshift-${{ github.ref }}");
        let cancels = "${{ github.event_name == 'pull_request' }}";
        assert_eq!(it.concurrency.cancel_in_progress, cancels, "a night is never cut short");
    }
}

#[test]
fn each_job_has_the_rights_that_its_steps_use_and_each_right_says_why() {
    for it in workflows() {
        assert!(it.permissions.is_empty(), "a job that names no rights has none: {it:#?}");
        for (name, job) in &it.jobs {
            let uploads = !job.using("github/codeql-action/upload-sarif").is_empty();
            let tells = job.steps.iter().any(|it| it.name.as_deref() == Some("Tell people"));
            let mut wanted = vec![("contents", "read")];
            if uploads {
                wanted.extend([("actions", "read"), ("security-events", "write")]);
            }
            if tells {
                wanted.push(("checks", "write"));
            }
            if tells && name == "gate" {
                wanted.push(("pull-requests", "write"));
            }
            let wanted: Named<String> =
                wanted.into_iter().map(|(of, right)| (of.to_owned(), right.to_owned())).collect();
            assert_eq!(job.permissions, wanted, "{name}");
            for step in job.using("actions/checkout") {
                assert_eq!(step.with["persist-credentials"], false, "the product is run there");
            }
        }
    }
    let right = Regex::new(r"^ +[a-z-]+: (?:read|write)(.*)$").expect("a valid pattern");
    for text in printed(ScheduleFile::Github) {
        for line in text.lines() {
            if let Some(found) = right.captures(line) {
                assert!(found[1].starts_with(" # "), "it says not why: {line}");
            }
        }
    }
}

#[test]
fn the_report_is_kept_when_the_gate_fails_and_a_fork_does_not_fail_for_lack_of_rights() {
    for it in workflows() {
        for name in ["night", "gate"] {
            let job = &it.jobs[name];
            let night = Some("${{ env.NIGHTSHIFT_OUT }}");
            let kept = job.at(|it| it.with.get("path").and_then(Value::as_str) == night);
            let judged = job.at(runs_a_night);
            assert!(judged.is_some() && judged < kept, "{name}: {job:#?}");
            let [kept] = job.using("actions/upload-artifact")[..] else { panic!("{job:#?}") };
            assert_eq!(kept.r#if.as_deref(), Some("always()"));
            let [sarif] = job.using("github/codeql-action/upload-sarif")[..] else {
                panic!("{job:#?}")
            };
            let when = sarif.r#if.as_deref().unwrap_or_default();
            assert!(when.starts_with("always() && "), "{when}");
            assert!(when.contains("github.event.pull_request.head.repo.fork != true"), "{when}");
            assert!(when.contains("hashFiles("), "a night that wrote none fails for that: {when}");
            assert!(sarif.continue_on_error);
        }
    }
}

/// The files of nights that a text names, and those of them that a night does not write.
fn files_named(text: &str, written: &BTreeSet<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    let file = Regex::new(r"/([a-z-]+\.(?:json|sarif|xml|md|html|pdf))\b").expect("a pattern");
    let named: BTreeSet<String> = file.captures_iter(text).map(|it| it[1].to_owned()).collect();
    let missing = named.difference(written).cloned().collect();
    (named, missing)
}

#[test]
fn every_file_that_a_step_names_is_one_that_a_night_writes() {
    let dir = tempfile::tempdir().expect("a folder");
    report::write(dir.path(), &synthetic(3, 1)).expect("written");
    let entries = std::fs::read_dir(dir.path()).expect("readable");
    let names = entries.map(|it| it.expect("readable").file_name().into_string().expect("UTF-8"));
    let written: BTreeSet<String> = names.collect();
    let files = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>();
    for (forge, wanted) in [
        (ScheduleFile::Github, files(&["findings.sarif", "night.json", "summary.md"])),
        (
            ScheduleFile::Gitlab,
            files(&["code-quality.json", "junit.xml", "night.json", "summary.md"]),
        ),
    ] {
        for text in printed(forge) {
            assert_eq!(files_named(&text, &written), (wanted.clone(), files(&[])), "{text}");
            let wrong = text.replace("summary.md", "sumary.md");
            assert_eq!(files_named(&wrong, &written).1, files(&["sumary.md"]));
        }
    }
}

/// Lines of a shell that print what nobody may see, or that somebody outside could write into.
fn unsafe_lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let prints = r"set -[a-z]*x|\b(?:printenv|export -p)\b|(?:^|[;|&] *)env\b";
    let prints = Regex::new(prints).expect("a valid pattern");
    let expression = Regex::new(r"\$\{\{ *(.*?) *\}\}").expect("a valid pattern");
    let mut found = Vec::new();
    for line in lines {
        let foreign = expression.captures_iter(line).any(|it| &it[1] != "matrix.shard");
        if foreign || prints.is_match(line) || line.contains("SLACK_WEBHOOK") {
            found.push(line.to_owned());
        }
    }
    found
}

#[test]
fn no_step_prints_a_secret_and_only_that_which_tells_people_has_any() {
    for it in workflows() {
        assert!(it.env.values().all(|it| !it.contains("secrets.")), "{:#?}", it.env);
        for step in it.jobs.values().flat_map(|it| &it.steps) {
            assert_eq!(unsafe_lines(step.run.as_deref()), Vec::<String>::new());
            let has = step.env.values().any(|it| it.contains("secrets."));
            assert_eq!(has, step.name.as_deref() == Some("Tell people"), "{step:#?}");
            assert!(!step.with.values().any(|it| it.to_string().contains("secrets.")), "{step:#?}");
        }
    }
    for it in pipelines() {
        let lines = it.values().flat_map(|it| it.script.iter().chain(&it.after_script));
        assert_eq!(unsafe_lines(lines.map(String::as_str)), Vec::<String>::new());
    }
    for line in [
        "echo ${{ secrets.SLACK_WEBHOOK }}",
        "echo ${{ github.event.pull_request.title }}",
        "set -eux; nightshift run",
        "true; env",
        "echo $SLACK_WEBHOOK",
    ] {
        assert_eq!(unsafe_lines([line]), [line]);
    }
}

#[test]
fn every_night_on_github_knows_earlier_ones_of_its_branch_and_a_pull_request_adds_none() {
    for it in workflows() {
        assert_eq!(it.env["NIGHTSHIFT_HISTORY"], ".nights");
        let branch = "nights-${{ env.NIGHTSHIFT_BRANCH }}-";
        for (name, job) in &it.jobs {
            let [restore] = job.using("actions/cache/restore")[..] else { panic!("{job:#?}") };
            assert_eq!(restore.with["restore-keys"], branch, "{name}");
            let saves = job.using("actions/cache/save");
            for step in saves.iter().chain([&restore]) {
                assert_eq!(step.with["path"], ".nights");
                let key = step.with["key"].as_str().expect("a text");
                assert!(key.starts_with(branch) && key.contains("run_attempt"), "{key}");
            }
            // A shard has a part of a night; what is saved has what was there, and the night.
            assert_eq!(saves.len(), usize::from(name != "shard"), "{name}");
            let at = |action: &str| {
                let step = job.using(action);
                job.at(|it| step.iter().any(|one| std::ptr::eq(*one, it)))
            };
            let judged = job.at(runs_a_night);
            assert!(at("actions/cache/restore") < judged, "{name}: {job:#?}");
            for save in saves {
                assert!(judged < at("actions/cache/save"), "{name}: {job:#?}");
                let pushed = "always() && github.event_name == 'push'";
                let when = if name == "gate" { pushed } else { "always()" };
                assert_eq!(save.r#if.as_deref(), Some(when), "{name}");
            }
        }
    }
}

#[test]
fn every_night_on_gitlab_knows_earlier_ones_and_a_merge_request_adds_none() {
    for it in pipelines() {
        let base = &it[".nightshift"];
        assert_eq!(base.variables["NIGHTSHIFT_HISTORY"], ".nights");
        assert!(base.cache.is_none(), "a shard would get what its runner has");
        for job in ["night", "gate"].map(|name| &it[name]) {
            assert_eq!(job.extends.as_deref(), Some(".nightshift"));
            assert!(job.after_script.is_empty(), "it would not keep its night: {job:#?}");
            let cache = job.cache.as_ref().expect("a cache");
            assert_eq!(cache.key, "nightshift-nights");
            assert_eq!(cache.paths, [".nights/"]);
            assert_eq!(cache.when.as_deref(), Some("always"), "also where the gate fails");
        }
        let policy = it["gate"].cache.as_ref().and_then(|it| it.policy.as_deref());
        assert_eq!(policy, Some("$NIGHTSHIFT_CACHE"));
        let [push, change] = &it["gate"].rules[..] else { panic!("{it:#?}") };
        let branch = r"=~ /^release\/.*$/";
        assert_eq!(
            push.r#if,
            format!(r#"$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH {branch}"#)
        );
        assert_eq!(push.variables["NIGHTSHIFT_CACHE"], "pull-push");
        assert_eq!(push.variables["NIGHTSHIFT_BRANCH"], "$CI_COMMIT_BRANCH");
        let target = "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME";
        let source = r#"$CI_PIPELINE_SOURCE == "merge_request_event""#;
        assert_eq!(change.r#if, format!("{source} && {target} {branch}"));
        assert_eq!(change.variables["NIGHTSHIFT_CACHE"], "pull");
        assert_eq!(change.variables["NIGHTSHIFT_BRANCH"], target);
    }
}

#[test]
fn gitlab_gets_junit_and_code_quality_of_each_night_and_one_night_of_a_branch_at_a_time() {
    for it in pipelines() {
        let artifacts = it[".nightshift"].artifacts.as_ref().expect("artifacts");
        assert_eq!(artifacts.when.as_deref(), Some("always"));
        assert_eq!(artifacts.reports["junit"], "reports/nights/*/junit.xml");
        assert_eq!(artifacts.reports["codequality"], "reports/nights/*/code-quality.json");
        let group = Some("nightshift-$CI_COMMIT_REF_SLUG");
        assert_eq!(it["gate"].resource_group.as_deref(), group);
        // Shards would wait for one another.
        let alone = (!it.contains_key("shard")).then_some("nightshift-$CI_COMMIT_REF_SLUG");
        assert_eq!(it["night"].resource_group.as_deref(), alone);
        assert!(it.get("shard").is_none_or(|it| it.resource_group.is_none()));
    }
}

#[test]
fn the_line_of_a_gate_runs_a_night_with_its_history_and_applies_the_rules_of_its_branch() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("nightshift");
    let said = "#!/bin/sh\necho \"$@\"\n[ \"$1\" != run ] || exit \"$ENDS\"\n";
    std::fs::write(&program, said).expect("written");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&program, mode).expect("may be run");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", folder.path().display());
    let gate = |ends: &str, history: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-ec", &Start::by_command("/srv/shop").gate]).env("PATH", &path);
        shell.env("NIGHTSHIFT_OUT", "out").env("NIGHTSHIFT_HISTORY", history);
        shell.env("NIGHTSHIFT_BRANCH", "release/1.5").env("ENDS", ends);
        let output = shell.output().expect("a shell");
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let asked = "gate out --branch release/1.5\n";
    let known = "run --out out --history .nights\n";
    assert_eq!(gate("1", ".nights"), (Some(0), format!("{known}{asked}")));
    assert_eq!(gate("3", ""), (Some(0), format!("run --out out\n{asked}")));
    assert_eq!(gate("4", ".nights"), (Some(4), known.to_owned()), "nothing was judged");
}

//! What `ci/` has for Kubernetes: it is what the API takes, as far as it is used; the chart makes
//! it of its values; and its scripts call the program as it is.

use std::path::PathBuf;
use std::process::Command;

use regex::{Captures, Regex};
use serde_json::{Value, json};

use crate::support::package;

fn ci(name: &str) -> PathBuf {
    package().join("ci").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(ci(name)).expect("readable")
}

fn parsed(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).expect("YAML")
}

/// A template of the chart with the values of its file, by what of Helm's language it uses.
fn rendered(name: &str) -> String {
    let values = parsed(&read("helm/nightshift/values.yaml"));
    let hole = Regex::new(r"\{\{ (add1 )?\.Values\.(\w+) \}\}").expect("a valid pattern");
    let template = read(&format!("helm/nightshift/templates/{name}"));
    let filled = hole.replace_all(&template, |found: &Captures<'_>| {
        let more = u64::from(found.get(1).is_some());
        match &values[&found[2]] {
            Value::String(text) if more == 0 => text.clone(),
            Value::Number(number) => (number.as_u64().expect("a whole number") + more).to_string(),
            other => panic!("{}: {other} is no value for it", &found[0]),
        }
    });
    assert!(!filled.contains("{{"), "{name} uses more of the language than this test knows");
    filled.into_owned()
}

/// A map of the API: the keys that are used here, of which some must be there, and no others.
fn map(keys: &Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": keys, "required": required,
        "additionalProperties": false })
}

fn list(of: &Value) -> Value {
    json!({ "type": "array", "items": of, "minItems": 1 })
}

fn named(more: &Value) -> Value {
    let mut keys = json!({ "name": { "type": "string" } });
    keys.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
    map(&keys, &["name"])
}

/// A container of `core/v1`, as far as it is used.
fn container() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let any = json!({ "type": "string" });
    let path = map(&json!({ "fieldPath": text }), &["fieldPath"]);
    let field = map(&json!({ "fieldRef": path }), &[]);
    let secret = map(&json!({ "name": text, "optional": { "type": "boolean" } }), &["name"]);
    let amounts = map(&json!({ "cpu": text, "memory": text }), &[]);
    named(&json!({
        "image": text, "workingDir": text, "command": list(&text), "args": list(&text),
        "env": list(&named(&json!({ "value": any, "valueFrom": field }))),
        "envFrom": list(&map(&json!({ "secretRef": secret }), &[])),
        "resources": map(&json!({ "requests": amounts, "limits": amounts }), &[]),
        "securityContext": map(
            &json!({ "allowPrivilegeEscalation": { "type": "boolean" } }), &[]
        ),
        "volumeMounts": list(&named(&json!({ "mountPath": text }))),
    }))
}

/// The template of a pod of `core/v1`, as far as it is used.
fn pod() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let (flag, id) = (json!({ "type": "boolean" }), json!({ "type": "integer", "minimum": 1 }));
    let profile = json!({ "enum": ["RuntimeDefault", "Unconfined"] });
    let security = json!({ "runAsNonRoot": flag, "runAsUser": id, "runAsGroup": id, "fsGroup": id,
        "seccompProfile": map(&json!({ "type": profile }), &["type"]) });
    let claim = map(&json!({ "claimName": text }), &["claimName"]);
    let spec = json!({
        "restartPolicy": { "enum": ["Never"] },
        "securityContext": map(&security, &[]),
        "initContainers": list(&container()),
        "containers": list(&container()),
        "volumes": list(&named(&json!({ "emptyDir": map(&json!({}), &[]),
            "persistentVolumeClaim": claim }))),
    });
    map(&json!({ "spec": map(&spec, &["containers", "restartPolicy"]) }), &["spec"])
}

/// A cron job of `batch/v1`, as far as it is used.
fn cron_job() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let (number, code) =
        (json!({ "type": "integer", "minimum": 0 }), json!({ "type": "integer", "minimum": 1 }));
    let codes = map(
        &json!({ "containerName": text, "operator": { "enum": ["In", "NotIn"] },
            "values": list(&code) }),
        &["operator", "values"],
    );
    let condition = map(&json!({ "type": text }), &["type"]);
    let rule = map(
        &json!({ "action": { "enum": ["Ignore", "FailIndex", "FailJob", "Count"] },
            "onExitCodes": codes, "onPodConditions": list(&condition) }),
        &["action"],
    );
    let job = json!({
        "completionMode": { "enum": ["Indexed"] }, "completions": code, "parallelism": code,
        "backoffLimitPerIndex": number, "activeDeadlineSeconds": number,
        "podFailurePolicy": map(&json!({ "rules": list(&rule) }), &["rules"]),
        "template": pod(),
    });
    let job = map(&json!({ "spec": map(&job, &["template"]) }), &["spec"]);
    let spec = json!({
        "schedule": text, "timeZone": text, "concurrencyPolicy": { "enum": ["Forbid"] },
        "startingDeadlineSeconds": number, "successfulJobsHistoryLimit": number,
        "failedJobsHistoryLimit": number, "jobTemplate": job,
    });
    let known = json!({ "apiVersion": { "const": "batch/v1" }, "kind": { "const": "CronJob" },
        "metadata": named(&json!({})),
        "spec": map(&spec, &["schedule", "timeZone", "concurrencyPolicy", "jobTemplate"]) });
    map(&known, &["apiVersion", "kind", "metadata", "spec"])
}

/// What a schema has against a manifest.
fn complaints(schema: &Value, manifest: &Value) -> Vec<String> {
    let schema = jsonschema::validator_for(schema).expect("a schema");
    schema.iter_errors(manifest).map(|it| format!("{}: {it}", it.instance_path)).collect()
}

fn night() -> Value {
    parsed(&read("kubernetes/night.yaml"))
}

/// The script of the pods, and what their environment says.
fn script(night: &Value) -> (String, Vec<(String, String)>) {
    let pod = &night["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let environment = container["env"].as_array().expect("a list");
    let said = environment.iter().filter_map(|it| Some((text(&it["name"])?, text(&it["value"])?)));
    (text(&container["args"][0]).expect("a script"), said.collect())
}

#[test]
fn the_chart_makes_the_plain_manifests_of_its_values() {
    for name in ["night.yaml", "nights.yaml"] {
        let plain = read(&format!("kubernetes/{name}"));
        let body = plain.lines().skip_while(|it| it.starts_with('#')).collect::<Vec<_>>();
        assert_eq!(format!("{}\n", body.join("\n")), rendered(name), "ci/kubernetes/{name}");
    }
    let chart = parsed(&read("helm/nightshift/Chart.yaml"));
    assert_eq!(chart["appVersion"], env!("CARGO_PKG_VERSION"));
    assert_eq!(chart["apiVersion"], "v2");
}

#[test]
fn the_api_takes_the_manifests() {
    let night = night();
    assert_eq!(complaints(&cron_job(), &night), Vec::<String>::new());
    let spec = &night["spec"];
    let schedule = spec["schedule"].as_str().expect("text");
    nightshift::spec::Schedule::parse(schedule).expect("a schedule");
    let zone = spec["timeZone"].as_str().expect("text");
    assert!(zone.parse::<chrono_tz::Tz>().is_ok(), "{zone}");
    let claim = parsed(&read("kubernetes/nights.yaml"));
    let used = &spec["jobTemplate"]["spec"]["template"]["spec"]["volumes"][1];
    assert_eq!(used["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"]);
    assert_eq!(claim["spec"]["accessModes"], json!(["ReadWriteMany"]));
    // The twin: what the API does not know is told.
    for (at, wrong) in [
        ("/spec/jobTemplate/spec/completionMode", json!("indexed")),
        ("/spec/concurrencyPolicy", json!("Allow")),
        ("/spec/timeZone", json!(1)),
        ("/spec/jobTemplate/spec/template/spec/containers/0", json!({ "name": "x", "imag": "y" })),
    ] {
        let mut changed = night.clone();
        *changed.pointer_mut(at).unwrap_or_else(|| panic!("{at} is there")) = wrong;
        assert!(!complaints(&cron_job(), &changed).is_empty(), "{at}");
    }
}

#[test]
fn each_part_has_a_pod_and_one_more_makes_the_whole() {
    let night = night();
    let (script, environment) = script(&night);
    let job = &night["spec"]["jobTemplate"]["spec"];
    let shards = environment.iter().find(|it| it.0 == "SHARDS").expect("it is there");
    let shards: u64 = shards.1.parse().expect("a number");
    assert_eq!(job["completions"], shards + 1);
    assert_eq!(job["parallelism"], shards + 1, "who waits for the parts keeps none waiting");
    assert!(script.contains("\"$JOB_COMPLETION_INDEX\" -lt \"$SHARDS\""), "{script}");
    // What ends a part for good is what the program ends with, and never that a part is red.
    let codes = &job["podFailurePolicy"]["rules"][1]["onExitCodes"]["values"];
    let known = std::fs::read_to_string(package().join("docs/README.md")).expect("readable");
    for code in codes.as_array().expect("a list") {
        assert!(known.contains(&format!("| {code} |")), "{code} is no exit code of ours");
    }
    assert!(script.contains("case $code in 0 | 1 | 3) exit 0 ;; *) exit $code ;; esac"));
}

#[test]
fn the_scripts_are_shell_and_call_the_program_as_it_is() {
    let (script, environment) = script(&night());
    let checked = Command::new("sh").args(["-n", "-c", &script]).output().expect("a shell");
    assert!(checked.status.success(), "{checked:?}");
    let mut calls = 0;
    for line in script.lines().map(str::trim).filter(|it| it.starts_with("nightshift ")) {
        let mut call = line.replace("$shard", "1");
        for (name, value) in &environment {
            call = call.replace(&format!("${name}"), value);
        }
        let words = shell_words::split(&call).expect("balanced quotes");
        nightshift::commands::accepts(&words).unwrap_or_else(|said| panic!("{line}: {said}"));
        calls += 1;
    }
    assert_eq!(calls, 5, "run twice, gate, merge and notify");
}

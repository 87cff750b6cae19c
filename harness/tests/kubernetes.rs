//! What `ci/` has for Kubernetes: it is what the API takes, as far as it is used; the chart makes
//! it of its values; and its scripts call the program as it is.

mod typed;

use std::path::PathBuf;
use std::process::Command;

use nightshift::spec::Overrides;
use regex::{Captures, Regex};
use serde_json::{Value, json};

use crate::support::{SuiteCopy, package, text};

fn ci(name: &str) -> PathBuf {
    package().join("ci").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(ci(name)).expect("readable")
}

fn parsed(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).expect("YAML")
}

/// The values of the chart's file.
fn values() -> Value {
    parsed(&read("helm/nightshift/values.yaml"))
}

/// The same with the queue.
fn with_queue() -> Value {
    let mut values = values();
    values["nats"]["enabled"] = json!(true);
    values
}

/// The same with the grid.
fn with_grid() -> Value {
    let mut values = values();
    values["grid"]["enabled"] = json!(true);
    values
}

/// A template of the chart with values, by what of Helm's language it uses.
fn rendered(name: &str, values: &Value) -> String {
    let template = read(&format!("helm/nightshift/templates/{name}"));
    let mut whole = template.as_str();
    if let Some((condition, rest)) =
        whole.strip_prefix("{{- if ").and_then(|it| it.split_once(" }}\n"))
    {
        if worked_out(condition, values) != json!(true) {
            return String::new();
        }
        whole = rest.strip_suffix("{{- end }}\n").expect("the condition holds for the whole file");
    }
    let hole = Regex::new(r"\{\{ (.+?) \}\}").expect("a valid pattern");
    let filled =
        hole.replace_all(whole, |found: &Captures<'_>| match worked_out(&found[1], values) {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            other => panic!("{}: {other} is no value for it", &found[0]),
        });
    assert!(!filled.contains("{{"), "{name} uses more of the language than this test knows");
    filled.into_owned()
}

/// What an expression of Helm's language comes to.
fn worked_out(expression: &str, values: &Value) -> Value {
    let word = Regex::new(r#"[()]|"[^"]*"|[^\s()"]+"#).expect("a valid pattern");
    let mut words = word.find_iter(expression).map(|it| it.as_str());
    let value = call(&mut words, values);
    assert_eq!(words.next(), None, "{expression}");
    value
}

/// A function with what it takes, or a value alone, up to a bracket or the end.
fn call<'a>(words: &mut impl Iterator<Item = &'a str>, values: &Value) -> Value {
    match words.next().expect("an expression") {
        "add1" => {
            let number = value(words, values).as_u64().expect("a whole number");
            json!(number + 1)
        }
        "ternary" => {
            let [yes, no, condition] = std::array::from_fn(|_| value(words, values));
            if condition == json!(true) { yes } else { no }
        }
        word => plain(word, values),
    }
}

fn value<'a>(words: &mut impl Iterator<Item = &'a str>, values: &Value) -> Value {
    match words.next().expect("a value") {
        "(" => {
            let value = call(&mut *words, values);
            assert_eq!(words.next(), Some(")"));
            value
        }
        word => plain(word, values),
    }
}

fn plain(word: &str, values: &Value) -> Value {
    if let Some(path) = word.strip_prefix(".Values.") {
        return path.split('.').fold(values.clone(), |it, key| it[key].clone());
    }
    serde_json::from_str(word).unwrap_or_else(|_| panic!("{word} is more than this test knows"))
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
    let key = map(&json!({ "name": text, "key": text }), &["name", "key"]);
    let field = map(&json!({ "fieldRef": path, "secretKeyRef": key }), &[]);
    let port = json!({ "type": "integer", "minimum": 1, "maximum": 65535 });
    let socket = map(&json!({ "port": text }), &["port"]);
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
        "ports": list(&named(&json!({ "containerPort": port }))),
        "readinessProbe": map(&json!({ "tcpSocket": socket }), &["tcpSocket"]),
    }))
}

/// The template of a pod of `core/v1` with this policy, as far as it is used.
fn pod(restarts: &str) -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let (flag, id) = (json!({ "type": "boolean" }), json!({ "type": "integer", "minimum": 1 }));
    let profile = json!({ "enum": ["RuntimeDefault", "Unconfined"] });
    let security = json!({ "runAsNonRoot": flag, "runAsUser": id, "runAsGroup": id, "fsGroup": id,
        "seccompProfile": map(&json!({ "type": profile }), &["type"]) });
    let claim = map(&json!({ "claimName": text }), &["claimName"]);
    let room = json!({ "medium": { "enum": ["Memory"] }, "sizeLimit": text });
    let spec = json!({
        "restartPolicy": { "enum": [restarts] },
        "terminationGracePeriodSeconds": id,
        "securityContext": map(&security, &[]),
        "initContainers": list(&container()),
        "containers": list(&container()),
        "volumes": list(&named(&json!({ "emptyDir": map(&room, &[]),
            "persistentVolumeClaim": claim }))),
    });
    let labels = map(&json!({ "labels": map(&json!({ "app": text }), &[]) }), &[]);
    let spec = map(&spec, &["containers", "restartPolicy"]);
    map(&json!({ "metadata": labels, "spec": spec }), &["spec"])
}

/// What everything in the API says of itself, and its `spec`.
fn of_kind((version, kind): (&str, &str), spec: &Value) -> Value {
    let known = json!({ "apiVersion": { "const": version }, "kind": { "const": kind },
        "metadata": named(&json!({})), "spec": spec });
    map(&known, &["apiVersion", "kind", "metadata", "spec"])
}

/// A deployment of `apps/v1`, as far as it is used.
fn deployment() -> Value {
    let app = map(&json!({ "app": { "type": "string" } }), &["app"]);
    let spec = json!({
        "replicas": { "type": "integer", "minimum": 0 },
        "strategy": map(&json!({ "type": { "enum": ["Recreate", "RollingUpdate"] } }), &["type"]),
        "selector": map(&json!({ "matchLabels": app }), &["matchLabels"]),
        "template": pod("Always"),
    });
    of_kind(("apps/v1", "Deployment"), &map(&spec, &["selector", "template"]))
}

/// A service of `core/v1`, as far as it is used.
fn service() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let port = json!({ "type": "integer", "minimum": 1, "maximum": 65535 });
    let ports = list(&named(&json!({ "port": port, "targetPort": text })));
    let app = map(&json!({ "app": text }), &["app"]);
    let spec = map(&json!({ "selector": app, "ports": ports }), &["ports"]);
    of_kind(("v1", "Service"), &spec)
}

/// A policy of `networking.k8s.io/v1`, as far as it is used.
fn policy() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let number = json!({ "type": "integer", "minimum": 1, "maximum": 65535 });
    let expression = json!({ "key": text, "operator": { "enum": ["In"] }, "values": list(&text) });
    let expression = map(&expression, &["key", "operator", "values"]);
    let labels = map(&json!({ "app": text }), &["app"]);
    let pods = json!({ "matchLabels": labels, "matchExpressions": list(&expression) });
    let pods = map(&pods, &[]);
    let peers = list(&map(&json!({ "podSelector": pods }), &["podSelector"]));
    let protocol = json!({ "enum": ["TCP", "UDP"] });
    let ports = map(&json!({ "protocol": protocol, "port": number }), &["protocol", "port"]);
    let ports = list(&ports);
    let spec = json!({
        "podSelector": pods,
        "policyTypes": list(&json!({ "enum": ["Ingress", "Egress"] })),
        "ingress": list(&map(&json!({ "from": peers, "ports": ports }), &[])),
        "egress": list(&map(&json!({ "to": peers, "ports": ports }), &[])),
    });
    let kind = ("networking.k8s.io/v1", "NetworkPolicy");
    of_kind(kind, &map(&spec, &["podSelector", "policyTypes"]))
}

/// A claim of `core/v1`, as far as it is used.
fn claim() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let modes = json!({ "enum": ["ReadWriteOnce", "ReadWriteMany"] });
    let room = map(&json!({ "storage": text }), &["storage"]);
    let spec = json!({ "accessModes": list(&modes), "storageClassName": text,
        "resources": map(&json!({ "requests": room }), &["requests"]) });
    of_kind(("v1", "PersistentVolumeClaim"), &map(&spec, &["accessModes", "resources"]))
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
    let status = json!({ "enum": ["True", "False", "Unknown"] });
    let condition = map(&json!({ "type": text, "status": status }), &["type", "status"]);
    let rule = map(
        &json!({ "action": { "enum": ["Ignore", "FailIndex", "FailJob", "Count"] },
            "onExitCodes": codes, "onPodConditions": list(&condition) }),
        &["action"],
    );
    let job = json!({
        "completionMode": { "enum": ["Indexed"] }, "completions": code, "parallelism": code,
        "backoffLimitPerIndex": number, "activeDeadlineSeconds": number,
        "podFailurePolicy": map(&json!({ "rules": list(&rule) }), &["rules"]),
        "template": pod("Never"),
    });
    let job = map(&json!({ "spec": map(&job, &["template"]) }), &["spec"]);
    let spec = json!({
        "schedule": text, "timeZone": text, "concurrencyPolicy": { "enum": ["Forbid"] },
        "startingDeadlineSeconds": number, "successfulJobsHistoryLimit": number,
        "failedJobsHistoryLimit": number, "jobTemplate": job,
    });
    let required = ["schedule", "timeZone", "concurrencyPolicy", "jobTemplate"];
    of_kind(("batch/v1", "CronJob"), &map(&spec, &required))
}

/// What a schema has against a manifest.
fn complaints(schema: &Value, manifest: &Value) -> Vec<String> {
    let schema = jsonschema::validator_for(schema).expect("a schema");
    schema.iter_errors(manifest).map(|it| format!("{}: {it}", it.instance_path)).collect()
}

fn night() -> Value {
    parsed(&read("kubernetes/night.yaml"))
}

/// The pods of a night.
fn pods(night: &Value) -> &Value {
    &night["spec"]["jobTemplate"]["spec"]["template"]
}

/// The script of pods, and what their environment says.
fn script(pods: &Value) -> (String, Vec<(String, String)>) {
    let container = &pods["spec"]["containers"][0];
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let environment = container["env"].as_array().expect("a list");
    let said = environment.iter().filter_map(|it| Some((text(&it["name"])?, text(&it["value"])?)));
    (text(&container["args"][0]).expect("a script"), said.collect())
}

/// What the queue consists of, and what the API takes for each.
fn queue() -> [(&'static str, Value); 4] {
    [
        ("queue.yaml", deployment()),
        ("queue-service.yaml", service()),
        ("queue-store.yaml", claim()),
        ("workers.yaml", deployment()),
    ]
}

/// What the grid consists of, and what the API takes for each.
fn grid() -> [(&'static str, Value); 6] {
    [
        ("grid.yaml", deployment()),
        ("grid-service.yaml", service()),
        ("grid-nodes.yaml", deployment()),
        ("grid-policy.yaml", policy()),
        ("grid-nodes-policy.yaml", policy()),
        ("grid-night-policy.yaml", policy()),
    ]
}

/// What an environment says by this name.
fn said(environment: &[(String, String)], name: &str) -> String {
    let found = environment.iter().find(|it| it.0 == name);
    found.unwrap_or_else(|| panic!("there is no {name}")).1.clone()
}

/// A manifest without what is said at its head.
fn body(name: &str) -> String {
    let plain = read(&format!("kubernetes/{name}"));
    let body = plain.lines().skip_while(|it| it.starts_with('#')).collect::<Vec<_>>();
    format!("{}\n", body.join("\n"))
}

#[test]
fn the_chart_makes_the_plain_manifests_of_its_values() {
    for name in ["night.yaml", "nights.yaml"] {
        assert_eq!(body(name), rendered(name, &values()), "ci/kubernetes/{name}");
    }
    for (name, _) in queue() {
        let plain = body(&format!("queue/{name}"));
        assert_eq!(plain, rendered(name, &with_queue()), "ci/kubernetes/queue/{name}");
        assert_eq!(rendered(name, &values()), "", "{name} is there where it was asked for alone");
    }
    for (name, _) in grid() {
        let plain = body(&format!("grid/{name}"));
        assert_eq!(plain, rendered(name, &with_grid()), "ci/kubernetes/grid/{name}");
        assert_eq!(rendered(name, &values()), "", "{name} is there where it was asked for alone");
    }
    let chart = parsed(&read("helm/nightshift/Chart.yaml"));
    assert_eq!(chart["appVersion"], env!("CARGO_PKG_VERSION"));
    assert_eq!(chart["apiVersion"], "v2");
}

#[test]
fn with_a_queue_one_pod_makes_the_night_and_the_workers_find_it() {
    let night = parsed(&rendered("night.yaml", &with_queue()));
    assert_eq!(complaints(&cron_job(), &night), Vec::<String>::new());
    assert_eq!(night["spec"]["jobTemplate"]["spec"]["completions"], 2, "it, and who merges");
    let address = |pods: &Value| said(&script(pods).1, "WORKERS");
    let [server, service, store, workers] = queue().map(|(name, schema)| {
        let manifest = parsed(&rendered(name, &with_queue()));
        assert_eq!(complaints(&schema, &manifest), Vec::<String>::new(), "{name}");
        manifest
    });
    let at = format!("nats://{}:4222", text(&service["metadata"]["name"]));
    assert_eq!(address(pods(&night)), at);
    assert_eq!(address(&workers["spec"]["template"]), at);
    assert_eq!(service["spec"]["ports"][0]["port"], 4222);
    for it in [&server, &workers] {
        let labels = &it["spec"]["template"]["metadata"]["labels"];
        assert_eq!(&it["spec"]["selector"]["matchLabels"], labels);
    }
    let labels = &server["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&service["spec"]["selector"], labels);
    let pod = &server["spec"]["template"]["spec"];
    let used = &pod["volumes"][0]["persistentVolumeClaim"]["claimName"];
    assert_eq!(used, &store["metadata"]["name"]);
    let port = &pod["containers"][0]["ports"][0]["name"];
    assert_eq!(&service["spec"]["ports"][0]["targetPort"], port);
    // The twin: what the API does not know is told.
    let mut changed = server.clone();
    changed["spec"]["template"]["spec"]["restartPolicy"] = json!("Never");
    assert!(!complaints(&deployment(), &changed).is_empty());
    assert!(!complaints(&claim(), &service).is_empty());
}

#[test]
fn with_a_grid_the_night_uses_its_browsers_and_its_nodes_find_it() {
    let night = parsed(&rendered("night.yaml", &with_grid()));
    assert_eq!(complaints(&cron_job(), &night), Vec::<String>::new());
    let [hub, service, nodes, ..] = grid().map(|(name, schema)| {
        let manifest = parsed(&rendered(name, &with_grid()));
        assert_eq!(complaints(&schema, &manifest), Vec::<String>::new(), "{name}");
        manifest
    });
    let name = text(&service["metadata"]["name"]);
    let at = said(&script(pods(&night)).1, "GRID");
    assert_eq!(at, format!("http://{name}:4444"));
    assert_eq!(said(&script(pods(&self::night())).1, "GRID"), "", "unless it was asked for");
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\n");
    suite.write("scenarios/a.yaml", "scenario: a\nsteps:\n  - shell: echo hello\n");
    let set = vec![("browser.grid".to_owned(), at.clone())];
    let overrides = Overrides { set, ..Overrides::default() };
    let config = nightshift::spec::load(&suite.root(), &overrides).expect("a valid suite").config;
    assert_eq!(config.browser.grid.expect("a grid").url.raw(), at);

    // Where the nodes announce themselves is where the hub is, and each port leads to one of it.
    let containers = [&hub, &nodes].map(|it| &it["spec"]["template"]["spec"]["containers"][0]);
    let environment = containers[1]["env"].as_array().expect("a list").iter();
    let environment: Vec<(String, String)> =
        environment.map(|it| (text(&it["name"]), text(&it["value"]))).collect();
    assert_eq!(said(&environment, "SE_EVENT_BUS_HOST"), name);
    let ports = service["spec"]["ports"].as_array().expect("a list");
    for (port, known) in [
        ("sessions", "4444".to_owned()),
        ("publish", said(&environment, "SE_EVENT_BUS_PUBLISH_PORT")),
        ("subscribe", said(&environment, "SE_EVENT_BUS_SUBSCRIBE_PORT")),
    ] {
        let led = ports.iter().find(|it| it["name"] == port).expect("it is there");
        assert_eq!(led["port"].to_string(), known, "{port}");
        let opened = containers[0]["ports"].as_array().expect("a list").iter();
        let opened = opened.filter(|it| it["name"] == led["targetPort"]).collect::<Vec<_>>();
        assert_eq!(opened.len(), 1, "{port}");
        assert_eq!(opened[0]["containerPort"], led["port"], "{port}");
    }
    for it in [&hub, &nodes] {
        let labels = &it["spec"]["template"]["metadata"]["labels"];
        assert_eq!(&it["spec"]["selector"]["matchLabels"], labels);
    }
    assert_eq!(service["spec"]["selector"], hub["spec"]["selector"]["matchLabels"]);
    // The twin: what the API does not know is told.
    let mut changed = nodes.clone();
    changed["spec"]["template"]["spec"]["volumes"][0]["emptyDir"]["medium"] = json!("RAM");
    assert!(!complaints(&deployment(), &changed).is_empty());
}

/// Whether policies let pods of one app reach a port of another's: who is selected by none is let in
/// and out, and who is selected by some needs a rule of one.
fn lets(policies: &[Value], from: &str, to: &str, port: u64) -> bool {
    let selects = |pods: &Value, app: &str| {
        let values = pods["matchExpressions"][0]["values"].as_array();
        pods["matchLabels"]["app"] == app || values.is_some_and(|it| it.contains(&json!(app)))
    };
    let passes = |app: &str, other: &str, way: &str, [rules, peers]: [&str; 2]| {
        let is_own = |it: &&Value| {
            let ways = it["policyTypes"].as_array().expect("a list");
            selects(&it["podSelector"], app) && ways.contains(&json!(way))
        };
        let own: Vec<&Value> = policies.iter().map(|it| &it["spec"]).filter(is_own).collect();
        let mut all = own.iter().filter_map(|it| it[rules].as_array()).flatten();
        let is_let = all.any(|rule| {
            let peers = rule[peers].as_array();
            let ports = rule["ports"].as_array();
            peers.is_none_or(|it| it.iter().any(|it| selects(&it["podSelector"], other)))
                && ports.is_none_or(|it| it.iter().any(|it| it["port"] == port))
        });
        own.is_empty() || is_let
    };
    passes(to, from, "Ingress", ["ingress", "from"]) && passes(from, to, "Egress", ["egress", "to"])
}

#[test]
fn the_grid_is_reached_by_the_night_alone_and_its_browsers_reach_nothing_else() {
    let all = grid().map(|(name, _)| parsed(&rendered(name, &with_grid())));
    let [hub, _, nodes, policies @ ..] = &all;
    let app = |pods: &Value| text(&pods["metadata"]["labels"]["app"]);
    let workers = parsed(&rendered("workers.yaml", &with_queue()));
    let night = parsed(&rendered("night.yaml", &with_grid()));
    let [hub, nodes, workers] = [hub, nodes, &workers].map(|it| app(&it["spec"]["template"]));
    let night = app(pods(&night));
    let [night, hub, nodes, workers] = [&night, &hub, &nodes, &workers].map(String::as_str);
    for (from, to, port) in [
        (night, hub, 4444),
        (workers, hub, 4444),
        (nodes, hub, 4442),
        (nodes, hub, 4443),
        (hub, nodes, 5555),
        // The proxy of a night has another port each time.
        (nodes, night, 40_123),
        (nodes, workers, 40_123),
    ] {
        assert!(lets(policies, from, to, port), "{from} must reach {to} at {port}");
        assert!(!lets(policies, "stranger", to, port), "a stranger reaches {to} at {port}");
    }
    for (from, to, port) in [
        (night, hub, 4442),
        (night, nodes, 5555),
        (nodes, hub, 4444),
        (nodes, "nightshift-queue", 4222),
        (nodes, "stranger", 80),
        (nodes, nodes, 5555),
    ] {
        assert!(!lets(policies, from, to, port), "{from} reaches {to} at {port}");
    }
    // The twin: without the policies everybody reaches the hub, and strangers always reach each other.
    assert!(lets(&[], "stranger", hub, 4444) && lets(policies, "stranger", "other", 80));
    let mut wrong = policies[0].clone();
    wrong["spec"]["policyTypes"] = json!(["ingress"]);
    assert!(!complaints(&policy(), &wrong).is_empty());
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
    let nights = parsed(&read("kubernetes/nights.yaml"));
    assert_eq!(complaints(&claim(), &nights), Vec::<String>::new());
    let used = &pods(&night)["spec"]["volumes"][1];
    assert_eq!(used["persistentVolumeClaim"]["claimName"], nights["metadata"]["name"]);
    assert_eq!(nights["spec"]["accessModes"], json!(["ReadWriteMany"]));
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
    let (script, environment) = script(pods(&night));
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
    let workers = parsed(&body("queue/workers.yaml"));
    let of_workers = script(&workers["spec"]["template"]);
    let with_grid = parsed(&rendered("night.yaml", &with_grid()));
    let all = [script(pods(&night())), script(pods(&with_grid)), of_workers];
    let calls = all.map(|(script, environment)| {
        let checked = Command::new("sh").args(["-n", "-c", &script]).output().expect("a shell");
        assert!(checked.status.success(), "{checked:?}");
        // What it hands on to the program, where there is a grid.
        let has_grid = environment.iter().any(|it| it.0 == "GRID" && !it.1.is_empty());
        let handed = script.lines().find_map(|it| it.trim().strip_prefix("set -- "));
        let handed = handed.filter(|_| has_grid).unwrap_or_default();
        let mut calls = 0;
        for line in script.lines().map(str::trim).filter(|it| it.starts_with("nightshift ")) {
            let mut call = line.replace("$shard", "1").replace("\"$@\"", handed);
            for (name, value) in &environment {
                call = call.replace(&format!("${name}"), value);
            }
            let words = shell_words::split(&call).expect("balanced quotes");
            nightshift::commands::accepts(&words).unwrap_or_else(|said| panic!("{line}: {said}"));
            calls += 1;
        }
        calls
    });
    assert_eq!(calls, [5, 5, 1], "run twice, gate, merge and notify, with a grid too; worker");
}

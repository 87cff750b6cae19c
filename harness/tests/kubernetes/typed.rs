//! Each manifest, plain or made by the chart, is read into the type that `k8s-openapi` has of it,
//! which is generated from the description of the API of Kubernetes 1.33, and written again: what
//! comes back must be what was read. A field that the type does not know would be left out in
//! silence.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::CronJob;
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use walkdir::WalkDir;

use super::{ci, night, parsed, rendered, values, with_grid, with_queue};

/// What the type of a manifest's kind has against it, with the place of each field.
fn objections(manifest: &Value) -> Vec<String> {
    let [version, kind] = ["apiVersion", "kind"].map(|it| manifest[it].as_str().unwrap_or("none"));
    match (version, kind) {
        ("apps/v1", "Deployment") => against::<Deployment>(manifest),
        ("batch/v1", "CronJob") => against::<CronJob>(manifest),
        ("networking.k8s.io/v1", "NetworkPolicy") => against::<NetworkPolicy>(manifest),
        ("v1", "PersistentVolumeClaim") => against::<PersistentVolumeClaim>(manifest),
        ("v1", "Service") => against::<Service>(manifest),
        _ => vec![format!("/kind: {kind} of {version} has no type in this test; add it")],
    }
}

/// What one type has against a manifest: a field that it does not know is gone when it is written
/// again, and one that it requires is there then.
fn against<T: DeserializeOwned + Serialize>(manifest: &Value) -> Vec<String> {
    let typed: T = match serde_json::from_value(manifest.clone()) {
        Ok(typed) => typed,
        Err(error) => return vec![format!("a value of another type: {error}")],
    };
    let written = serde_json::to_value(&typed).expect("what was read can be written");
    let mut objections = Vec::new();
    differences(manifest, &written, "", &mut objections);
    objections
}

/// In what two values differ from a place on.
fn differences(read: &Value, written: &Value, at: &str, found: &mut Vec<String>) {
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => {
            for (key, value) in read {
                let at = format!("{at}/{key}");
                match written.get(key) {
                    Some(written) => differences(value, written, &at, found),
                    None if value.is_null() => found.push(format!("{at}: nothing is said here")),
                    None => found.push(format!("{at}: the API has no such field")),
                }
            }
            let missing = written.keys().filter(|it| !read.contains_key(*it));
            found.extend(missing.map(|it| format!("{at}/{it}: the API requires this field")));
        }
        (Value::Array(read), Value::Array(written)) if read.len() == written.len() => {
            for (index, (read, written)) in read.iter().zip(written).enumerate() {
                differences(read, written, &format!("{at}/{index}"), found);
            }
        }
        (read, written) if read == written => {}
        (read, written) => found.push(format!("{at}: {read} is read as {written}")),
    }
}

/// The names of all files in a folder of `ci/` and below it.
fn files(folder: &str) -> Vec<String> {
    let all = WalkDir::new(ci(folder)).sort_by_file_name().into_iter();
    let all = all.map(|it| it.expect("readable")).filter(|it| it.file_type().is_file());
    let name = |path: &std::path::Path| {
        let name = path.strip_prefix(ci(folder)).expect("it is below the folder");
        name.to_str().expect("a name in letters").to_owned()
    };
    all.map(|it| name(it.path())).collect()
}

/// The values with everything that is off by itself, and with texts that would be numbers, switches
/// or nothing if a template had them without quotes.
fn with_all_that_is_odd() -> Value {
    let mut values = with_queue();
    values["grid"]["enabled"] = json!(true);
    for (at, text) in [
        ("/image", "0"),
        ("/repository", "true"),
        ("/branch", "1.10"),
        ("/schedule", "1"),
        ("/timeZone", "null"),
        ("/notify", "yes"),
        ("/secret", "007"),
        ("/storageClass", "1e3"),
        ("/storageSize", "1"),
        ("/cpu", "2"),
        ("/memory", "1024"),
        ("/nats/image", "0"),
        ("/nats/storageClass", "false"),
        ("/nats/storageSize", "1"),
        ("/grid/image", "0"),
        ("/grid/nodeImage", "~"),
    ] {
        *values.pointer_mut(at).unwrap_or_else(|| panic!("{at} is there")) = json!(text);
    }
    values
}

#[test]
fn each_plain_manifest_is_what_the_type_of_its_kind_takes() {
    let names = files("kubernetes");
    assert!(names.contains(&"grid/grid-policy.yaml".to_owned()), "{names:?}");
    for name in names {
        let manifest = parsed(&super::read(&format!("kubernetes/{name}")));
        assert_eq!(objections(&manifest), Vec::<String>::new(), "ci/kubernetes/{name}");
    }
}

#[test]
fn each_template_of_the_chart_makes_what_the_type_of_its_kind_takes() {
    let all = [values(), with_queue(), with_grid(), with_all_that_is_odd()];
    for name in files("helm/nightshift/templates") {
        let made: Vec<String> = all.iter().map(|it| rendered(&name, it)).collect();
        assert!(made.last().is_some_and(|it| !it.is_empty()), "{name} is never there");
        for manifest in made.iter().filter(|it| !it.is_empty()).map(|it| parsed(it)) {
            assert_eq!(objections(&manifest), Vec::<String>::new(), "{name}");
        }
    }
}

/// A manifest whose field at a place has another name.
fn renamed(manifest: &Value, place: &str, name: &str) -> Value {
    let mut changed = manifest.clone();
    let (parent, field) = place.rsplit_once('/').expect("a place");
    let parent = changed.pointer_mut(parent).and_then(Value::as_object_mut).expect("a map");
    let value = parent.remove(field).unwrap_or_else(|| panic!("{place} is there"));
    parent.insert(name.to_owned(), value);
    changed
}

#[test]
fn a_misspelt_field_is_refused_with_its_place() {
    let made = |name: &str| parsed(&rendered(name, &with_all_that_is_odd()));
    for (file, place, name) in [
        ("night.yaml", "/metadata/name", "nam"),
        ("night.yaml", "/spec/timeZone", "timezone"),
        ("night.yaml", "/spec/jobTemplate/spec/backoffLimitPerIndex", "backoffLimitPerIndx"),
        (
            "night.yaml",
            "/spec/jobTemplate/spec/podFailurePolicy/rules/1/onExitCodes/containerName",
            "container",
        ),
        (
            "night.yaml",
            "/spec/jobTemplate/spec/template/spec/containers/0/env/0/valueFrom/fieldRef/fieldPath",
            "path",
        ),
        ("nights.yaml", "/spec/accessModes", "accessMode"),
        ("queue-service.yaml", "/spec/ports/0/targetPort", "target"),
        ("queue.yaml", "/spec/template/spec/containers/0/readinessProbe/tcpSocket", "tcp"),
        ("grid-nodes.yaml", "/spec/template/spec/volumes/0/emptyDir/sizeLimit", "limit"),
        ("grid-nodes-policy.yaml", "/spec/egress/0/to/0/podSelector/matchLabels", "labels"),
    ] {
        let sound = made(file);
        assert_eq!(objections(&sound), Vec::<String>::new(), "{file}");
        let told = objections(&renamed(&sound, place, name));
        let (parent, _) = place.rsplit_once('/').expect("a place");
        let expected = format!("{parent}/{name}: the API has no such field");
        assert!(told.contains(&expected), "{expected} is not among {told:?}");
    }
}

#[test]
fn what_is_required_and_what_has_another_type_is_refused_too() {
    let with = |at: &str, value: Value| {
        let mut changed = night();
        *changed.pointer_mut(at).unwrap_or_else(|| panic!("{at} is there")) = value;
        objections(&changed)
    };
    let container = "/spec/jobTemplate/spec/template/spec/containers/0";
    let missing = format!("{container}/name: the API requires this field");
    assert_eq!(with(container, json!({ "image": "it" })), [missing]);
    let condition = "/spec/jobTemplate/spec/podFailurePolicy/rules/0/onPodConditions/0";
    let missing = format!("{condition}/status: the API requires this field");
    assert_eq!(with(condition, json!({ "type": "DisruptionTarget" })), [missing]);
    assert_eq!(with("/spec/timeZone", json!(null)), ["/spec/timeZone: nothing is said here"]);
    let cpu = format!("{container}/resources/requests/cpu");
    assert_eq!(with(&cpu, json!(1)), [format!("{cpu}: 1 is read as \"1\"")]);
    for (at, value) in [
        (format!("{container}/env/1/value"), json!(4)),
        ("/spec/jobTemplate/spec/completions".to_owned(), json!("5")),
        ("/kind".to_owned(), json!("CronJobs")),
        ("/apiVersion".to_owned(), json!("batch/v1beta1")),
    ] {
        assert_eq!(with(&at, value).len(), 1, "{at}");
    }
}

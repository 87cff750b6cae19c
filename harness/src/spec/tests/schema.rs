//! The JSON Schemas: what they take and refuse, and that the files in `schemas/` are today's.

use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::super::discover::FileKind;
use super::super::grammar::VERBS;
use super::super::{reference, scaffold, schema::printed, schemas};
use super::model::DESIGN;
use super::said;

/// Whether a schema takes a file; schemas are compiled once for all tests.
fn valid(schema: &str, yaml: &str) -> bool {
    static VALIDATORS: LazyLock<HashMap<&str, Validator>> = LazyLock::new(|| {
        schemas()
            .into_iter()
            .map(|(name, it)| (name, jsonschema::validator_for(&it).unwrap()))
            .collect()
    });
    let value: Value = serde_yaml::from_str(yaml).unwrap();
    VALIDATORS[format!("{schema}.schema.json").as_str()].is_valid(&value)
}

#[test]
fn the_schemas_take_the_designs_examples_and_the_scaffold() {
    assert!(valid("scenario", DESIGN[0].1));
    assert!(valid("skill", DESIGN[1].1));
    assert!(valid("nightshift", DESIGN[2].1));
    for (name, text) in scaffold(Some("http://127.0.0.1:1"), Some("shopctl")) {
        let kind = match name.split('/').next().unwrap() {
            "nightshift.yaml" => "nightshift",
            "scenarios" => "scenario",
            "skills" => "skill",
            _ => continue,
        };
        assert!(valid(kind, &text), "{name}");
    }
}

#[test]
fn the_schemas_refuse_what_check_refuses() {
    let refused = [
        ("scenario", "scenario: a\n"),
        ("scenario", "scenario: a\nsteps: [ { clik: button } ]\n"),
        ("scenario", "scenario: a\nsteps: [ { click: 'buton \"Apply\"' } ]\n"),
        ("scenario", "scenario: a\nsteps: [ { click: button, snapshot: x } ]\n"),
        ("scenario", "scenario: a\nsteps: [ { wait: { for: alert, gone: alert } } ]\n"),
        ("scenario", "scenario: a/b\nsteps: [ back ]\n"),
        ("scenario", "scenario: a\ntimeout: 5\nsteps: [ back ]\n"),
        ("skill", "skill: a\ndescription: A.\ninputs: { x: txt }\nsteps: [ back ]\n"),
        ("nightshift", "product: {}\n"),
        ("nightshift", "products: {}\ngate: { fail-on: [regresed] }\n"),
    ];
    let taken: Vec<_> = refused.into_iter().filter(|(schema, yaml)| valid(schema, yaml)).collect();
    assert_eq!(taken, Vec::<(&str, &str)>::new());
}

#[test]
fn the_committed_schemas_are_those_of_the_grammar() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, schema) in schemas() {
        let path = folder.join(name);
        // `NIGHTSHIFT_WRITE_SCHEMAS=1 cargo test committed` writes them anew.
        if std::env::var_os("NIGHTSHIFT_WRITE_SCHEMAS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, printed(&schema)).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == printed(&schema), "{name} is out of date");
    }
}

#[test]
fn the_committed_reference_is_that_of_the_grammar() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/keys.md");
    if std::env::var_os("NIGHTSHIFT_WRITE_SCHEMAS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, reference()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == reference(), "docs/reference/keys.md is out of date");
}

#[test]
fn the_shipped_suite_is_valid_by_the_schemas_too() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (files, _) = super::super::discover::discover(root).unwrap_or_default();
    for file in files.iter().filter(|it| it.path.is_file()) {
        let kind = match file.kind {
            FileKind::Config => "nightshift",
            FileKind::Skill => "skill",
            FileKind::Scenario => "scenario",
        };
        let text = std::fs::read_to_string(&file.path).unwrap();
        assert!(valid(kind, &text), "{}", file.name);
        let line = format!("schemas/{kind}.schema.json");
        assert!(
            text.lines()
                .next()
                .is_some_and(|it| it.contains("yaml-language-server") && it.ends_with(&line)),
            "{}",
            file.name
        );
    }
}

#[test]
fn every_verbs_example_is_a_valid_step() {
    let steps: Vec<String> = VERBS.iter().map(|it| format!("  - {}\n", it.example)).collect();
    let skill = "skill: sign-in\ndescription: S.\ninputs: { user: text }\nsteps: [ back ]\n";
    let scenario = format!("scenario: a\nsteps:\n{}", steps.concat());
    assert_eq!(said(&[("scenarios/a.yaml", &scenario), ("skills/sign-in.yaml", skill)]), "nothing");
    assert!(valid("scenario", &scenario));
}

#[test]
fn every_keys_example_is_valid_by_its_own_schema() {
    for (name, schema) in schemas() {
        let mut found = Vec::new();
        examples(&schema, "", &mut found);
        // One schema with a property for every example is compiled once and not a hundred times.
        let properties: Map<String, Value> =
            found.iter().map(|(at, schema, _)| (at.clone(), schema.clone())).collect();
        let all = json!({ "properties": properties, "$defs": schema["$defs"] });
        let values: Map<String, Value> =
            found.into_iter().map(|(at, _, value)| (at, value)).collect();
        let validator = jsonschema::validator_for(&all).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&Value::Object(values))
            .map(|it| format!("{}: {it}", it.instance_path))
            .collect();
        assert_eq!(wrong, Vec::<String>::new(), "{name}");
    }
}

/// The examples of a schema and of those inside of it: where, by what schema, and the example.
fn examples(schema: &Value, at: &str, found: &mut Vec<(String, Value, Value)>) {
    if let Some(example) = schema.get("examples").and_then(|it| it.get(0)) {
        found.push((at.to_owned(), schema.clone(), example.clone()));
    }
    match schema {
        Value::Object(entries) => {
            for (key, value) in entries.iter().filter(|(key, _)| *key != "examples") {
                examples(value, &format!("{at}.{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                examples(item, &format!("{at}.{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

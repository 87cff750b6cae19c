//! The JSON Schemas: what they take and refuse, and that the files in `schemas/` are today's.

use serde_json::Value;

use super::super::{scaffold, schema::printed, schemas};
use super::model::DESIGN;

fn valid(schema: &str, yaml: &str) -> bool {
    let (_, schema) = schemas().into_iter().find(|(name, _)| name.starts_with(schema)).unwrap();
    let value: Value = serde_yaml::from_str(yaml).unwrap();
    jsonschema::validator_for(&schema).unwrap().is_valid(&value)
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
        // `NIGHTSHIFT_WRITE_SCHEMAS=1 cargo test schemas` writes them anew.
        if std::env::var_os("NIGHTSHIFT_WRITE_SCHEMAS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, printed(&schema)).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == printed(&schema), "{name} is out of date");
    }
}

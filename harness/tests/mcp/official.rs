//! The official Python SDK as a client: it needs its registry, so that `just mcp-client` runs it.

use std::process::Command;

use serde_json::Value;

use crate::support::{SuiteCopy, package, text};

#[test]
#[ignore = "it needs the registry of Python's packages: just mcp-client"]
fn the_official_sdk_connects_observes_acts_and_is_refused() {
    let suite = SuiteCopy::of_the_shop();
    let env = suite.folder().join("venv");
    let run = |command: &mut Command| {
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(&env));
    run(Command::new(env.join("bin/pip")).args(["install", "-q", "mcp>=2.3,<3"]));
    let script = package().join("harness/tests/mcp/official.py");
    let said = run(Command::new(env.join("bin/python"))
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_nightshift"))
        .arg(suite.root()));
    let told: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(told["server"], "nightshift");
    assert_eq!(told["tools"].as_array().map(Vec::len), Some(9));
    assert_eq!(told["observe"]["kinds"], serde_json::json!(["text", "image"]));
    assert!(text(&told["observe"]["text"]).starts_with("<page place=\"/\">"), "{told}");
    assert!(text(&told["act"]["text"]).contains("place=\"/orders\""), "{told}");
    for (call, says) in [
        ("refused", "forbidden by policy: "),
        ("unknown", "nothing was ever told as e999"),
        ("wrong", "there is no tool"),
        ("run", "no command may run unless the suite names it"),
    ] {
        assert_eq!(told[call]["error"], true, "{told}");
        assert!(text(&told[call]["text"]).contains(says), "{told}");
    }
    assert!(text(&told["newer"]).contains("sign-in: "), "{told}");
    assert!(!told["progress"].as_array().expect("a list").is_empty(), "{told}");
}

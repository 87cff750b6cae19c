//! Runs the user's own copy of axe-core beside the accessibility watch. None is shipped with us.
//!
//! It runs in a world of its own: it reads the page and leaves nothing in the page's globals. Each
//! thing that it complains about is a line of the `a11y` facet, `axe/<rule>: target`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::bidi::Bidi;
use crate::surface::SurfaceError;

/// The user's own copy of axe-core.
#[derive(Debug)]
pub(crate) struct Axe {
    path: PathBuf,
    script: String,
}

impl Axe {
    /// Reads it, where one is named.
    pub(crate) fn read(path: Option<&Path>) -> Result<Option<Self>, SurfaceError> {
        let Some(path) = path else { return Ok(None) };
        let script = std::fs::read_to_string(path).map_err(|source| SurfaceError::Io {
            what: format!("reading axe-core, which `browser: axe` names: {}", path.display()),
            source,
        })?;
        Ok(Some(Self { path: path.to_owned(), script }))
    }

    /// What it says of the page whose top frame and whose session of the engine's own these are.
    pub(crate) async fn lines(
        &self,
        bidi: &Bidi,
        session: &str,
        top: &str,
    ) -> Result<String, SurfaceError> {
        let broken =
            |said: &str| SurfaceError::Axe { path: self.path.clone(), said: said.to_owned() };
        // Both in one evaluation: the file need not survive until the next.
        let expression = format!("{};\n{RUN}", self.script);
        let ask = async |method: &str, params: Value| {
            let params = json!({ "method": method, "session": session, "params": params });
            let answer = bidi.command("goog:cdp.sendCommand", params, PATIENCE).await;
            answer.map(|mut it| it["result"].take()).map_err(|it| broken(&it.to_string()))
        };
        let world = json!({ "frameId": top, "worldName": "nightshift-axe" });
        let world = ask("Page.createIsolatedWorld", world).await?["executionContextId"].take();
        let evaluate = json!({ "expression": expression, "contextId": world,
            "awaitPromise": true, "returnByValue": true });
        let answer = ask("Runtime.evaluate", evaluate).await?;
        let said = answer["result"]["value"].as_str();
        let found: Option<Vec<(String, String)>> =
            said.and_then(|it| serde_json::from_str(it).ok());
        found.map(|it| lines(&it)).ok_or_else(|| broken(problem(&answer)))
    }
}

/// How long it may take; it reads every element, often slowly.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked of it: the rules that it is sure about, and each thing that breaks one.
const RUN: &str = r"(async () => {
  if (typeof axe !== 'object' || typeof axe.run !== 'function') throw new Error('it defines no axe.run');
  const found = await axe.run(document, { resultTypes: ['violations'] });
  const target = (node) => [node.target || []].flat(9).join(' ');
  return JSON.stringify(found.violations.flatMap((rule) => rule.nodes.map((node) => [rule.id, target(node)])));
})()";

/// What it found, one line a thing and rule.
fn lines(found: &[(String, String)]) -> String {
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for (rule, target) in found {
        *times.entry(format!("axe/{rule}: {target}")).or_default() += 1;
    }
    times
        .into_iter()
        .map(|(line, times)| match times {
            1 => format!("{line}\n"),
            times => format!("{line} ({times} times)\n"),
        })
        .collect()
}

fn problem(answer: &Value) -> &str {
    let thrown = &answer["exceptionDetails"];
    let said = thrown["exception"]["description"].as_str().or_else(|| thrown["text"].as_str());
    said.and_then(|it| it.lines().next()).unwrap_or("its answer has another shape")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_that_breaks_a_rule_is_a_line() {
        let found = |rule: &str, target: &str| (rule.to_owned(), target.to_owned());
        let all = [found("label", "#a"), found("color-contrast", ".b"), found("label", "#a")];
        assert_eq!(lines(&all), "axe/color-contrast: .b\naxe/label: #a (2 times)\n");
        assert_eq!(lines(&[]), "");
    }
}

//! [`Given`]: the arguments of one call, held to the tool's table.

use serde_json::{Map, Value};

use super::tools::{Takes, Tool, VERBS};

/// The arguments that a client gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Given(Map<String, Value>);

impl Given {
    /// The arguments of a call of this tool.
    ///
    /// # Errors
    /// What is wrong with them, and what the tool takes.
    pub fn of(tool: &Tool, given: Option<Map<String, Value>>) -> Result<Self, String> {
        // Some clients send null for what they leave out.
        let given: Map<String, Value> =
            given.unwrap_or_default().into_iter().filter(|it| !it.1.is_null()).collect();
        let word = tool.kind.word();
        for (name, value) in &given {
            let Some(known) = tool.arguments.iter().find(|it| it.name == name) else {
                let names: Vec<&str> = tool.arguments.iter().map(|it| it.name).collect();
                return Err(format!(
                    "{word} has no argument {name:?}; it takes {}",
                    names.join(", ")
                ));
            };
            let fits = match known.takes {
                Takes::NeededText | Takes::Text => value.is_string(),
                Takes::Number => value.as_u64().is_some(),
                Takes::Truth => value.is_boolean(),
                Takes::Verb => value.as_str().is_some_and(|it| VERBS.contains(&it)),
            };
            if !fits {
                let of = match known.takes {
                    Takes::Verb => format!("one of {}", VERBS.join(", ")),
                    _ => known.words().to_owned(),
                };
                return Err(format!("{name} of {word} is {of}, and not {value}"));
            }
        }
        let lacking = tool
            .arguments
            .iter()
            .find(|it| it.takes == Takes::NeededText && !given.contains_key(it.name));
        match lacking {
            Some(it) => Err(format!("{word} needs {}: {}", it.name, it.about)),
            None => Ok(Self(given)),
        }
    }

    /// A text; `None` where it was not given, or is blank.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|it| !it.trim().is_empty())
    }

    /// A text as it was given, also where it is blank.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Whether something was asked for.
    pub fn is(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A number; 0 where it was not given.
    pub fn number(&self, name: &str) -> usize {
        let number = self.0.get(name).and_then(Value::as_u64).unwrap_or_default();
        usize::try_from(number).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mcp::tools::named;

    fn given(tool: &str, arguments: Value) -> Result<Given, String> {
        let Value::Object(arguments) = arguments else { panic!("an object") };
        Given::of(named(tool).expect("a tool"), Some(arguments))
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_would() {
        let said = |tool, arguments| given(tool, arguments).expect_err("it does not fit");
        assert_eq!(
            said("observe", json!({ "url": "/" })),
            "observe has no argument \"url\"; it takes whole, find, from, links, picture, fresh"
        );
        assert_eq!(
            said("observe", json!({ "from": -1 })),
            "from of observe is a whole number, and not -1"
        );
        assert_eq!(
            said("run", json!({})),
            "run needs command: The command line: shopctl orders --csv"
        );
        assert!(
            said("act", json!({ "action": "snapshot" }))
                .starts_with("action of act is one of click, ")
        );
        let fine = given("act", json!({ "action": "click", "ref": "e1", "text": null }));
        assert_eq!(fine.expect("it fits").text("ref"), Some("e1"));
    }
}

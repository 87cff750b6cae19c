//! [`of`]: the first value that varies in outputs that are JSON, by its pointer (RFC 6901).

use serde_json::Value;

use crate::model::FacetKind;
use crate::model::filetext::without_oddities;
use crate::model::observe::FacetShape;

/// A value that varies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub pointer: String,
    /// In each text: a string without its quotes, everything else as JSON.
    pub values: Vec<String>,
}

/// The first value that varies; `None` where a text is no JSON, or the documents have other shapes.
pub(super) fn of(facet: FacetKind, texts: &[String]) -> Option<Leaf> {
    let begins = |it: &String| it.trim_start().starts_with(['{', '[']);
    if facet.shape() != FacetShape::Output || !texts.iter().all(begins) {
        return None;
    }
    let all: Vec<Value> = texts
        .iter()
        .map(|it| serde_json::from_str(without_oddities(it)).ok())
        .collect::<Option<_>>()?;
    first(&all.iter().collect::<Vec<_>>(), String::new())
}

fn first(all: &[&Value], pointer: String) -> Option<Leaf> {
    let (base, others) = all.split_first()?;
    if others.iter().all(|it| it == base) {
        return None;
    }
    let keys = |it: &Value| -> Option<Vec<String>> {
        match it {
            Value::Object(map) => Some(map.keys().cloned().collect()),
            Value::Array(items) => Some((0..items.len()).map(|it| it.to_string()).collect()),
            _ => None,
        }
    };
    let own = keys(base);
    if own.is_some() && others.iter().all(|it| keys(it) == own) {
        let child = |value: &Value, key: &str| match value {
            Value::Array(items) => key.parse().ok().and_then(|at: usize| items.get(at).cloned()),
            _ => value.get(key).cloned(),
        };
        return own.into_iter().flatten().find_map(|key| {
            let inner: Vec<Value> = all.iter().map(|it| child(it, &key)).collect::<Option<_>>()?;
            let key = key.replace('~', "~0").replace('/', "~1");
            first(&inner.iter().collect::<Vec<_>>(), format!("{pointer}/{key}"))
        });
    }
    let scalar = |it: &&&Value| !it.is_object() && !it.is_array();
    if !all.iter().all(|it| scalar(&it)) {
        return None;
    }
    let text = |it: &&Value| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
    Some(Leaf { pointer, values: all.iter().map(text).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(texts: &[&str]) -> Option<(String, Vec<String>)> {
        let texts: Vec<String> = texts.iter().map(|it| (*it).to_owned()).collect();
        of(FacetKind::Stdout, &texts).map(|it| (it.pointer, it.values))
    }

    #[test]
    fn the_first_value_that_varies_is_named_by_its_pointer() {
        let found = leaf(&[r#"{"a": 1, "b/c": [{"x": "p"}]}"#, r#"{"a": 1, "b/c": [{"x": 2}]}"#]);
        assert_eq!(found, Some(("/b~1c/0/x".to_owned(), vec!["p".to_owned(), "2".to_owned()])));
        assert_eq!(leaf(&["[1, 2]", "[1]"]), None, "another shape");
        assert_eq!(leaf(&["[1]", "[1]"]), None);
        assert_eq!(leaf(&["1 row", "2 rows"]), None, "no document");
    }
}

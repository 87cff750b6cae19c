//! The same parameter of addresses that has the same other value, came or is gone: in links and in
//! the addresses of pages, however their signs are encoded, and in an address that stands in another.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::{Rule, stars};
use crate::cause::node::addresses;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;

pub(super) const RULE: Rule = Rule { id: "parameter", edges };

/// A parameter by its name: what it was, and what it is; `None` where there is none.
type Edit = (String, Option<String>, Option<String>);

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let nodes = evidence.nodes.iter().enumerate();
    let keyed = nodes.flat_map(|(index, node)| {
        let own = node.sightings.iter().filter_map(|it| written(it.change));
        own.filter_map(move |(was, is)| Some((edit(was, is)?, index)))
    });
    stars(keyed, "the same parameter of the address is another")
}

/// Both addresses of a change.
fn written(change: &Change) -> Option<(&str, &str)> {
    if change.facet? != FacetKind::Page {
        return addresses(change);
    }
    let (was, is) = change.before.as_deref().zip(change.after.as_deref())?;
    was.strip_prefix("path: ").zip(is.strip_prefix("path: "))
}

/// The one parameter by which two addresses differ.
fn edit(was: &str, is: &str) -> Option<Edit> {
    let (old, new) = (parts(was), parts(is));
    if old.0 != new.0 {
        return None;
    }
    let (old, new) = (parameters(old.1), parameters(new.1));
    let mut differ = old.keys().chain(new.keys()).filter(|it| old.get(*it) != new.get(*it));
    let name = differ.next()?;
    if differ.any(|it| it != name) {
        return None;
    }
    let (old, new) = (old.get(name).cloned(), new.get(name).cloned());
    let inner = old.as_deref().zip(new.as_deref()).filter(|it| it.0.contains('?'));
    let inner = inner.and_then(|(old, new)| edit(old, new));
    Some(inner.unwrap_or_else(|| (name.clone(), old, new)))
}

/// An address without its query, and its query.
fn parts(address: &str) -> (&str, &str) {
    let address = address.split('#').next().unwrap_or(address);
    address.split_once('?').unwrap_or((address, ""))
}

/// Parameters by their names, with all their values.
fn parameters(query: &str) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let own = all.entry(name.into_owned()).or_default();
        if !own.is_empty() {
            own.push('\n');
        }
        own.push_str(&value);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, was: Option<&str>, is: Option<&str>) -> Edit {
        (name.to_owned(), was.map(str::to_owned), is.map(str::to_owned))
    }

    #[test]
    fn one_parameter_is_known_again_however_the_rest_of_its_address_reads() {
        let lost = Some(of("status", Some("1,2"), Some("1")));
        assert_eq!(edit("/list?status=1,2&at=5", "/list?status=1&at=5"), lost);
        assert_eq!(edit("/export?by=day&status=1%2C2", "/export?by=day&status=1"), lost);
        assert_eq!(edit("/a?to=/b%3Fstatus%3D1%252C2", "/a?to=/b%3Fstatus%3D1"), lost);
        assert_eq!(edit("/list?name=All&at=5", "/list?at=5"), Some(of("name", Some("All"), None)));
        assert_eq!(edit("/list", "/list?at=5"), Some(of("at", None, Some("5"))));
        assert_ne!(edit("/list?status=1,3", "/list?status=1"), lost);
    }

    #[test]
    fn another_path_and_several_parameters_are_no_edit_of_one() {
        assert_eq!(edit("/list?at=5", "/lists?at=6"), None);
        assert_eq!(edit("/list?at=5&by=day", "/list?at=6&by=week"), None);
        assert_eq!(edit("/list?at=5&by=day", "/list?by=day&at=5"), None, "they say the same");
    }
}

//! Reading `browser: grid`: where browsers are had from that run on other machines.

use std::net::Ipv6Addr;

use url::Url;

use super::grammar;
use super::node::Node;
use super::reader::Reader;
use crate::model::Template;
use crate::model::suite::GridConfig;
use crate::model::template::Piece;

const ADDRESS: &str = "write it as http://grid.example:4444";

pub(super) fn read(reader: &mut Reader, node: &Node) -> Option<GridConfig> {
    if node.is_scalar() {
        let url = address(reader, node, "\"grid\"")?;
        return Some(GridConfig { url, user: None, password: None, reach_us: None });
    }
    let fields = reader.object(node, &grammar::GRID)?;
    let url = fields.get("url").and_then(|it| address(reader, it, "\"url\""));
    let user = fields.get("user").and_then(|it| template(reader, it, "\"user\""));
    let password = fields.get("password").and_then(|it| password(reader, it));
    let reach_us = fields.get("reach-us").and_then(|it| host(reader, it));
    if fields.get("user").is_some() != fields.get("password").is_some() {
        reader.advise(
            node.pos,
            "a grid that wants to know who asks wants both \"user\" and \"password\"",
            "add the other one",
        );
    }
    Some(GridConfig { url: url?, user, password, reach_us })
}

/// A text that may hold secrets and refers to nothing else.
fn template(reader: &mut Reader, node: &Node, called: &str) -> Option<Template> {
    let template = Template::new(reader.words(node, called)?);
    let other = template.references().into_iter().find(|it| !it.starts_with("secret:"));
    if let Some(other) = other.map(str::to_owned) {
        let message = format!("${{{other}}} has no value when a browser is started");
        reader.advise(node.pos, message, "write `${secret:NAME}`, or the text itself");
        return None;
    }
    Some(template)
}

/// The address; who asks stands beside it.
fn address(reader: &mut Reader, node: &Node, called: &str) -> Option<Template> {
    let template = template(reader, node, called)?;
    let is_whole = template.pieces().iter().all(|it| matches!(it, Piece::Literal(_)));
    let raw = template.raw();
    let begins = |scheme: &str| raw.starts_with(scheme);
    let fits = match Url::parse(raw) {
        Ok(url) => ["http", "https"].contains(&url.scheme()) && url.has_host(),
        Err(_) => !is_whole && ["http://", "https://", "${secret:"].into_iter().any(begins),
    };
    if !fits {
        reader.advise(node.pos, format!("{called} is no address of a grid"), ADDRESS);
        return None;
    }
    if template.pieces().iter().any(|it| matches!(it, Piece::Literal(text) if has_rest(text))) {
        reader.advise(
            node.pos,
            format!("{called} has a query or a fragment, which no command of a grid would have"),
            "leave it out; who asks is said by \"user\" and \"password\"",
        );
        return None;
    }
    let authority = raw.split_once("://").map(|it| it.1.split('/').next().unwrap_or_default());
    if authority.is_some_and(|it| it.contains('@')) {
        reader.advise(
            node.pos,
            "who asks stands in the address of the grid",
            "write `grid: { url: …, user: …, password: '${secret:NAME}' }`",
        );
        return None;
    }
    Some(template)
}

/// Whether this part of an address begins what stands behind its path.
fn has_rest(text: &str) -> bool {
    text.contains(['?', '#'])
}

fn password(reader: &mut Reader, node: &Node) -> Option<Template> {
    let template = template(reader, node, "\"password\"")?;
    if template.references().is_empty() {
        let help = "write `${secret:NAME}`, and give NAME its value where secrets are";
        reader.advise(node.pos, "the password of the grid stands in the file", help);
        return None;
    }
    Some(template)
}

/// How this machine is reached: a name or an address, without a port.
fn host(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.words(node, "\"reach-us\"")?;
    let is_address = text.parse::<Ipv6Addr>().is_ok();
    let is_name =
        text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_'));
    if !is_address && !is_name {
        let message = format!("\"{text}\" is no host");
        reader.advise(node.pos, message, "write a name or an address, without a port");
        return None;
    }
    Some(text.to_owned())
}

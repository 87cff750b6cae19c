//! Reading the products of `nightshift.yaml`.

use indexmap::IndexMap;

use super::grammar;
use super::node::{Entry, Node, Value};
use super::reader::Reader;
use super::suggest::suggestion_or_list;
use crate::model::Template;
use crate::model::scenario::CommandLine;
use crate::model::suite::{
    BuildsConfig, Dismissal, Isolation, LimitFrom, ProductConfig, Ready, ServeConfig, SetupCommand,
};

/// The longest that a setup command takes unless something is said.
const SETUP_TIMEOUT_MS: u64 = 10 * 60_000;
/// For how long a server may take to get ready unless something is said.
const READY_WITHIN_MS: u64 = 30_000;

/// Reads `products`.
pub(crate) fn read(reader: &mut Reader, node: &Node) -> IndexMap<String, ProductConfig> {
    let mut products = IndexMap::new();
    let entries = reader.map(node, "\"products\"").unwrap_or_default();
    if entries.is_empty() && matches!(node.value, Value::Map(_)) {
        reader.advise(
            node.pos,
            "there is no product",
            "name at least one, as in `products: { shop: { path: [bin] } }`",
        );
    }
    for entry in entries {
        let named = reader.check_name(&entry.key, entry.pos, "the product");
        // A product may have nothing to say: its commands are on the usual path.
        let config = if entry.value.is_null() {
            Some(ProductConfig::default())
        } else {
            let node = likened(reader, entries, &entry.value);
            product(reader, &node)
        };
        if let Some(config) = config
            && named
        {
            products.insert(entry.key.clone(), config);
        }
    }
    products
}

/// The keys of a product, laid over those of the product that it says it is like.
fn likened(reader: &mut Reader, products: &[Entry], node: &Node) -> Node {
    let Value::Map(own) = &node.value else { return node.clone() };
    let Some(like) = own.iter().find(|it| it.key == "like") else { return node.clone() };
    let Some(name) = reader.words(&like.value, "\"like\"") else { return node.clone() };
    let Some(other) = products.iter().find(|it| it.key == name && it.value.pos != node.pos) else {
        let names = products.iter().map(|it| it.key.as_str());
        let help = suggestion_or_list(name, names, "known are");
        reader.complain(like.value.pos, format!("no other product \"{name}\""), help);
        return node.clone();
    };
    let Value::Map(under) = &other.value.value else { return node.clone() };
    if under.iter().any(|it| it.key == "like") {
        let message = format!("the product \"{name}\" is like another itself");
        reader.advise(like.value.pos, message, "name that one here");
    }
    let inherited =
        under.iter().filter(|it| it.key != "like" && !own.iter().any(|mine| mine.key == it.key));
    let value = Value::Map(own.iter().chain(inherited).cloned().collect());
    Node { value, ..node.clone() }
}

fn product(reader: &mut Reader, node: &Node) -> Option<ProductConfig> {
    let fields = reader.object(node, &grammar::PRODUCT)?;
    let version_from = fields.get("version-from").and_then(|it| version_from(reader, it));
    let setup = fields.get("setup").map(|it| commands(reader, it, "\"setup\"")).unwrap_or_default();
    let path = fields.get("path").map(|it| folders(reader, it)).unwrap_or_default();
    let data = fields.get("data").and_then(|it| reader.inner_path(it, "\"data\""));
    let serve = fields.get("serve").and_then(|it| serve(reader, it));
    let base_url = fields.get("base-url").and_then(|it| base_url(reader, it));
    let env = fields.get("env").map(|it| reader.templates(it, "\"env\"")).unwrap_or_default();
    let isolate =
        fields.get("isolate").and_then(|it| reader.isolation(it)).unwrap_or(Isolation::Night);
    let allow_hosts = fields.get("allow-hosts").map(|it| {
        let items = reader.list(it, "\"allow-hosts\"");
        reader.hosts(items, "a host")
    });
    let dismiss = fields.get("dismiss").map(|it| dismissals(reader, it)).unwrap_or_default();
    let data = data.map(|it| it.raw().to_owned());
    let browser = fields.get("browser").and_then(|it| reader.page_settings(it));
    let mail = fields
        .get("mail")
        .and_then(|it| reader.choice(it, "value of \"mail\"", grammar::yes_or_no()))
        .is_some_and(|it| it == "true");
    let builds = fields.get("builds").and_then(|it| builds(reader, it));
    let repository = fields.get("repository").and_then(|it| reader.words(it, "\"repository\""));
    let repository = repository.map(str::to_owned);
    let build = fields.get("build").and_then(|node| {
        let name = reader.words(node, "\"build\"")?.to_owned();
        if let Some(builds) = &builds {
            is_known(reader, node, &name, &builds.known);
        }
        Some(name)
    });
    Some(ProductConfig {
        version_from,
        setup,
        path,
        data,
        serve,
        base_url,
        env,
        isolate,
        allow_hosts: allow_hosts.unwrap_or_default(),
        dismiss,
        browser: browser.unwrap_or_default(),
        mail,
        builds,
        repository,
        build,
    })
}

/// The commands of a list.
fn commands(reader: &mut Reader, node: &Node, what: &str) -> Vec<SetupCommand> {
    reader.list(node, what).iter().filter_map(|it| setup_command(reader, it)).collect()
}

/// The folders in which the product's commands are.
fn folders(reader: &mut Reader, node: &Node) -> Vec<String> {
    let items = reader.list(node, "\"path\"");
    items
        .iter()
        .filter_map(|it| reader.template(it, "\"path\"").map(|it| it.raw().to_owned()))
        .collect()
}

/// Where a product is that already runs.
fn base_url(reader: &mut Reader, node: &Node) -> Option<Template> {
    let url = reader.template(node, "\"base-url\"")?;
    if !["http://", "https://", "${"].iter().any(|it| url.raw().starts_with(it)) {
        reader.advise(
            node.pos,
            format!("\"{url}\" is no URL"),
            "begin it with `http://` or `https://`",
        );
    }
    Some(url)
}

fn builds(reader: &mut Reader, node: &Node) -> Option<BuildsConfig> {
    let fields = reader.object(node, &grammar::BUILDS)?;
    let make = fields.get("make").map(|it| commands(reader, it, "\"make\"")).unwrap_or_default();
    let known = fields.get("known").map(|it| reader.texts(it, "\"known\"")).unwrap_or_default();
    let default = fields.get("default").and_then(|node| {
        let name = reader.words(node, "\"default\"")?.to_owned();
        is_known(reader, node, &name, &known);
        Some(name)
    });
    Some(BuildsConfig { make, known, default })
}

/// Complains about a build that is not among those that can be made.
fn is_known(reader: &mut Reader, node: &Node, name: &str, known: &[String]) {
    if known.is_empty() || known.iter().any(|it| it == name) {
        return;
    }
    let help = suggestion_or_list(name, known.iter().map(String::as_str), "known are");
    reader.complain(node.pos, format!("\"{name}\" is not among the known builds"), help);
}

impl Reader {
    /// Who gets a server of its own.
    pub(super) fn isolation(&mut self, node: &Node) -> Option<Isolation> {
        let word = self.choice(node, "isolation", grammar::isolations())?;
        Some(if word == "scenario" { Isolation::Scenario } else { Isolation::Night })
    }
}

fn version_from(reader: &mut Reader, node: &Node) -> Option<CommandLine> {
    if matches!(node.value, Value::Scalar { .. }) {
        return reader.command_line("run", node);
    }
    let fields = reader.object(node, &grammar::COMMAND)?;
    reader.command_of(&fields, &grammar::COMMAND)
}

fn setup_command(reader: &mut Reader, node: &Node) -> Option<SetupCommand> {
    let fields = reader.object(node, &grammar::SETUP)?;
    let run = reader.command_of(&fields, &grammar::SETUP);
    let mut cache = Vec::new();
    if let Some(node) = fields.get("cache") {
        for item in reader.list(node, "\"cache\"") {
            cache.extend(reader.inner_path(item, "\"cache\"").map(|it| it.raw().to_owned()));
        }
    }
    let written = fields.get("timeout").and_then(|it| reader.duration(it, "\"timeout\""));
    let (timeout_ms, timeout_from) = limit(written, SETUP_TIMEOUT_MS);
    Some(SetupCommand { run: run?, cache, timeout_ms, timeout_from })
}

fn serve(reader: &mut Reader, node: &Node) -> Option<ServeConfig> {
    let fields = reader.object(node, &grammar::SERVE)?;
    let run = reader.command_of(&fields, &grammar::SERVE);
    let (ready, written) = match fields.get("ready") {
        Some(node) => ready(reader, node)?,
        None => (Ready::Port, None),
    };
    let (within_ms, within_from) = limit(written, READY_WITHIN_MS);
    Some(ServeConfig { run: run?, ready, within_ms, within_from })
}

/// A time limit in milliseconds, and who said it.
pub(super) fn limit(written: Option<u64>, default: u64) -> (u64, LimitFrom) {
    match written {
        Some(ms) => (ms, LimitFrom::Author),
        None => (default, LimitFrom::Default),
    }
}

fn ready(reader: &mut Reader, node: &Node) -> Option<(Ready, Option<u64>)> {
    let fields = reader.object(node, &grammar::READY)?;
    let within = fields.get("within").and_then(|it| reader.duration(it, "\"within\""));
    let chosen = reader.one_of(&fields, &grammar::READY)?;
    let ready = match chosen.key.as_str() {
        "http" => {
            let path = reader.words(&chosen.value, "\"http\"")?;
            if !path.starts_with('/') {
                reader.advise(
                    chosen.value.pos,
                    format!("\"{path}\" is no path"),
                    "begin it with `/`, as in `/health`",
                );
                return None;
            }
            Ready::Http(path.to_owned())
        }
        "port" => {
            reader.choice(&chosen.value, "value of \"port\"", grammar::only_true())?;
            Ready::Port
        }
        _ => Ready::Output(reader.words(&chosen.value, "\"output\"")?.to_owned()),
    };
    Some((ready, within))
}

impl Reader {
    /// Hosts, each with or without its port; `what` is what one is called.
    pub(crate) fn hosts(&mut self, items: &[Node], what: &str) -> Vec<String> {
        let mut hosts = Vec::new();
        for item in items {
            let Some(host) = self.words(item, what) else { continue };
            if host.contains('/') || host.contains(char::is_whitespace) {
                self.advise(
                    item.pos,
                    format!("\"{host}\" is no host"),
                    "write `host` or `host:port`, without scheme and path",
                );
                continue;
            }
            hosts.push(host.to_owned());
        }
        hosts
    }
}

fn dismissals(reader: &mut Reader, node: &Node) -> Vec<Dismissal> {
    let mut dismissals = Vec::new();
    for item in reader.list(node, "\"dismiss\"") {
        let Some(fields) = reader.object(item, &grammar::DISMISS) else { continue };
        let when = fields.get("when").and_then(|it| reader.target(it));
        let click = fields.get("click").and_then(|it| reader.target(it));
        dismissals.extend(when.zip(click).map(|(when, click)| Dismissal { when, click }));
    }
    dismissals
}

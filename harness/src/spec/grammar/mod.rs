//! The grammar of the YAML files as one table: every key with its shape, meaning and an example.
//!
//! Readers take allowed and required keys from it, `schema` turns it into the JSON Schemas, and
//! the reference documentation is printed from it. [`steps`] holds the verbs, [`gestures`] and
//! [`page`] what they take, [`files`] and [`scenario`] the keys of the three kinds of files, [`product`] those of a
//! product, [`stages`] how much what is seen counts. Main types: [`Object`], [`Key`], [`Verb`],
//! [`Shape`].
//!
//! The files:
//! - `files.rs`: the keys of skill files and of the configuration.
//! - `scenario.rs`: the keys of scenario files.
//! - `product.rs`: the keys of a product.
//! - `steps.rs`: the verbs.
//! - `gestures.rs`: what the verbs beyond clicking and filling take.
//! - `page.rs`: what the browser pretends to be, and sessions.
//! - `agent.rs`: the keys of a language model, and of what it may take.
//! - `bounds.rs`: the keys that bound what may be proposed.
//! - `recording.rs`: the keys of recordings.
//! - `filing.rs`: the keys that say where findings become tickets.
//! - `notify.rs`: the keys that say who is told of a night.
//! - `publish.rs`: the keys that say where the report of a night is put.
//! - `workers.rs`: the keys of the queue at which attempts are handed out.
//! - `stages.rs`: the keys that say how much something counts.
//! - `shapes.rs`: what several keys share: targets, redactions, captures, expectations.

mod agent;
mod bounds;
mod files;
mod filing;
mod gestures;
mod notify;
mod page;
mod product;
mod publish;
mod recording;
mod scenario;
mod shapes;
mod stages;
mod steps;
mod workers;

pub(crate) use agent::{AGENT, BUDGET, PRICE, agent_apis};
pub(crate) use bounds::{POLICY, act_kinds, sandboxes};
pub(crate) use files::*;
pub(crate) use filing::*;
pub(crate) use gestures::*;
pub(crate) use notify::*;
pub(crate) use page::*;
pub(crate) use product::*;
pub(crate) use publish::*;
pub(crate) use recording::*;
pub(crate) use scenario::*;
pub(crate) use shapes::*;
pub(crate) use stages::{STAGES, facets, stages, watches};
pub(crate) use steps::*;
pub(crate) use workers::WORKERS;

/// A map with known keys.
#[derive(Debug)]
pub(crate) struct Object {
    /// The name in the schema's `$defs`.
    pub id: &'static str,
    /// What it is called in complaints, with its article.
    pub title: &'static str,
    /// What it is for, in a sentence.
    pub doc: &'static str,
    /// Its keys, in the order in which they are usually written.
    pub keys: &'static [Key],
    /// The keys of which exactly one must be there; empty where there is no such choice.
    pub one_of: &'static [&'static str],
}

/// A key of a map.
#[derive(Debug)]
pub(crate) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    pub doc: &'static str,
    /// A value, as YAML.
    pub example: &'static str,
}

/// A verb: the first key of a step.
#[derive(Debug)]
pub(crate) struct Verb {
    pub name: &'static str,
    pub shape: Shape,
    /// The other keys that the step may have.
    pub modifiers: &'static [Key],
    pub doc: &'static str,
    /// A whole step, as YAML.
    pub example: &'static str,
}

impl Verb {
    /// The other keys that a step with this verb may have.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.modifiers.iter().chain(EVERY_STEP)
    }
}

/// The keys that every step may have.
pub(crate) const EVERY_STEP: &[Key] = &[
    optional("as", Shape::Text, "Whose page it uses, by the name of a session.", "ada"),
    optional(
        "product",
        Shape::Text,
        "The product that it uses, where the suite has several.",
        "shop",
    ),
    optional("within", Shape::Duration, "The longest that it may take; longer fails it.", "2s"),
];

/// What a value looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// Text as it is.
    Text,
    /// Text that may hold `${name}`.
    Template,
    /// Text of letters, digits, `-`, `_` and `.`.
    Name,
    Integer,
    Duration,
    Percent,
    Regex,
    Pointer,
    /// A regex, a JSON pointer or the word for a class.
    Redaction,
    /// How a thing on a page is named.
    Target,
    /// No value at all (`- back`).
    Nothing,
    /// One of these words.
    Words(fn() -> Vec<&'static str>),
    Object(&'static Object),
    List(&'static Shape),
    OneOrMany(&'static Shape),
    /// A map from names to values.
    MapOf(&'static Shape),
    /// A map from some of these words to values.
    NamedMap(fn() -> Vec<&'static str>, &'static Shape),
    /// A map from targets to values, or a list of qualified targets with a key for the value.
    TargetMap(&'static Object, &'static Shape),
    /// Any of these.
    AnyOf(&'static [Shape]),
    /// A list of steps.
    Steps,
}

const fn required(
    name: &'static str,
    shape: Shape,
    doc: &'static str,
    example: &'static str,
) -> Key {
    Key { name, shape, required: true, doc, example }
}

const fn optional(
    name: &'static str,
    shape: Shape,
    doc: &'static str,
    example: &'static str,
) -> Key {
    Key { name, shape, required: false, doc, example }
}

const fn object(
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    keys: &'static [Key],
) -> Object {
    Object { id, title, doc, keys, one_of: &[] }
}

const fn one_of(
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    keys: &'static [Key],
    one_of: &'static [&'static str],
) -> Object {
    Object { id, title, doc, keys, one_of }
}

/// The verbs that can stand alone.
pub(crate) fn bare_verbs() -> Vec<&'static str> {
    VERBS.iter().filter(|it| it.shape.takes_nothing()).map(|it| it.name).collect()
}

impl Shape {
    /// Whether the value may be absent.
    pub(crate) fn takes_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::AnyOf(shapes) => shapes.iter().any(Self::takes_nothing),
            _ => false,
        }
    }
}

/// The verb with this name.
pub(crate) fn verb(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|it| it.name == name)
}

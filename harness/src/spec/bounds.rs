//! Reading what may be proposed towards a goal.

use std::path::{Component, Path};

use super::complaint::Pos;
use super::grammar;
use super::node::Node;
use super::reader::{Fields, Reader, one_or_many};
use crate::model::bounds::{ActKind, Bounds};

impl Reader {
    /// What may be proposed, as `of` says.
    pub(crate) fn bounds(&mut self, node: &Node, of: &str) -> Option<Bounds> {
        let fields = self.object(node, &grammar::POLICY)?;
        let allow = fields.get("allow").map(|it| self.act_kinds(it, "\"allow\""));
        let deny = fields.get("deny").map(|it| self.act_kinds(it, "\"deny\"")).unwrap_or_default();
        let ask = fields.get("ask").map(|it| self.act_kinds(it, "\"ask\"")).unwrap_or_default();
        let commands = fields.get("commands").map(|it| self.command_patterns(it));
        let secrets = fields.get("secrets").map(|it| {
            let words = one_or_many(it).iter();
            words.filter_map(|it| self.words(it, "a secret's name").map(str::to_owned)).collect()
        });
        let origins = fields.get("origins").map(|it| self.hosts(one_or_many(it), "an origin"));
        let paths = fields.get("paths").map(|it| self.path_patterns(it));
        let ask_commands = fields.get("ask-commands").map(|it| self.command_patterns(it));
        let ask_origins =
            fields.get("ask-origins").map(|it| self.hosts(one_or_many(it), "an origin"));
        let ask_paths = fields.get("ask-paths").map(|it| self.path_patterns(it));
        Some(Bounds {
            of: of.to_owned(),
            allow,
            ask,
            deny,
            commands,
            secrets,
            origins,
            paths,
            ask_commands: ask_commands.unwrap_or_default(),
            ask_origins: ask_origins.unwrap_or_default(),
            ask_paths: ask_paths.unwrap_or_default(),
        })
    }

    /// What may be proposed, as a scenario or a skill of this name says.
    pub(crate) fn policy(
        &mut self,
        fields: &Fields<'_>,
        kind: &str,
        name: Option<&(String, Pos)>,
    ) -> Option<Bounds> {
        let name = name.map_or("", |it| it.0.as_str());
        fields.get("policy").and_then(|it| self.bounds(it, &format!("{kind} {name}")))
    }

    /// Patterns of command lines; each must be words that a shell would take apart.
    fn command_patterns(&mut self, node: &Node) -> Vec<String> {
        let mut patterns = Vec::new();
        for it in one_or_many(node) {
            let Some(text) = self.words(it, "a command").map(str::to_owned) else { continue };
            match shell_words::split(&text) {
                Ok(words) if !words.is_empty() => patterns.push(text),
                Ok(_) | Err(_) => self.complain(
                    it.pos,
                    format!("\"{text}\" is no command line"),
                    Some("write words, as in `shopctl orders *`".to_owned()),
                ),
            }
        }
        patterns
    }

    /// Patterns of paths in the working folder.
    fn path_patterns(&mut self, node: &Node) -> Vec<String> {
        let mut patterns = Vec::new();
        for it in one_or_many(node) {
            let Some(text) = self.words(it, "a path").map(str::to_owned) else { continue };
            let leads_out = |part: Component<'_>| !matches!(part, Component::Normal(_));
            if Path::new(&text).components().any(leads_out) {
                self.advise(
                    it.pos,
                    format!("\"{text}\" is no path in the working folder"),
                    "write it relative to that folder and without steps upwards, as in `orders/*.csv`",
                );
            } else {
                patterns.push(text);
            }
        }
        patterns
    }

    fn act_kinds(&mut self, node: &Node, what: &str) -> Vec<ActKind> {
        let mut kinds = Vec::new();
        for it in one_or_many(node) {
            let what = format!("action of {what}");
            let word = self.choice(it, &what, grammar::act_kinds());
            kinds.extend(ActKind::ALL.into_iter().find(|kind| Some(kind.word()) == word));
        }
        kinds
    }
}

//! Reading `notify`: who is told of a night.

use super::grammar;
use super::node::Node;
use super::reader::Reader;
use crate::model::Template;
use crate::model::filing::TrackerKind;
use crate::model::notify::{
    ForgeConfig, MailConfig, NotifyConfig, NotifyWhen, SlackConfig, WebhookConfig,
};
use crate::model::template::Piece;

/// The address of a night's report may name the night.
const NIGHT: &str = "night";

pub(super) fn read(reader: &mut Reader, node: Option<&Node>) -> NotifyConfig {
    let fields = node.and_then(|it| reader.object(it, &grammar::NOTIFY));
    let Some(fields) = fields else { return NotifyConfig::default() };
    let when = fields.get("when").and_then(|it| when(reader, it)).unwrap_or_default();
    let link = fields.get("link").and_then(|it| address_of_report(reader, it));
    let slack = fields.get("slack").and_then(|it| slack(reader, it));
    let teams = fields.get("teams").and_then(|it| secret(reader, it, "\"teams\""));
    let webhook = fields.get("webhook").and_then(|it| webhook(reader, it));
    let mail = fields.get("mail").and_then(|it| mail(reader, it));
    let github = fields.get("github").and_then(|it| forge(reader, it, &grammar::NOTIFY_GITHUB));
    let gitlab = fields.get("gitlab").and_then(|it| forge(reader, it, &grammar::NOTIFY_GITLAB));
    NotifyConfig { when, link, slack, teams, webhook, mail, github, gitlab }
}

fn when(reader: &mut Reader, node: &Node) -> Option<NotifyWhen> {
    let text = reader.words(node, "\"when\"")?;
    let known = NotifyWhen::ALL.into_iter().find(|it| it.word() == text);
    if known.is_none() {
        reader.advise(
            node.pos,
            format!("\"{text}\" is no choice here"),
            "write always or not-passed",
        );
    }
    known
}

fn slack(reader: &mut Reader, node: &Node) -> Option<SlackConfig> {
    if node.is_scalar() {
        return secret(reader, node, "\"slack\"").map(SlackConfig::Webhook);
    }
    let fields = reader.object(node, &grammar::NOTIFY_SLACK)?;
    let token = fields.get("token").and_then(|it| secret(reader, it, "\"token\""));
    let channel = fields.get("channel").and_then(|it| reader.words(it, "\"channel\""));
    let api = fields.get("api").map(|it| secret(reader, it, "\"api\""));
    let usual = || Some(Template::new(SlackConfig::API));
    Some(SlackConfig::Api {
        token: token?,
        channel: channel?.to_owned(),
        api: api.unwrap_or_else(usual)?,
    })
}

fn webhook(reader: &mut Reader, node: &Node) -> Option<WebhookConfig> {
    if node.is_scalar() {
        let url = template(reader, node, "\"webhook\"", &[])?;
        return Some(WebhookConfig { url, token: None });
    }
    let fields = reader.object(node, &grammar::NOTIFY_WEBHOOK)?;
    let url = template(reader, fields.get("url")?, "\"url\"", &[]);
    let token = fields.get("token").and_then(|it| template(reader, it, "\"token\"", &[]));
    Some(WebhookConfig { url: url?, token })
}

fn mail(reader: &mut Reader, node: &Node) -> Option<MailConfig> {
    let fields = reader.object(node, &grammar::NOTIFY_MAIL)?;
    let server = fields.get("server").and_then(|it| template(reader, it, "\"server\"", &[]));
    let from = fields.get("from").and_then(|it| reader.words(it, "\"from\"")).map(str::to_owned);
    let to = fields.get("to").map(|it| reader.texts(it, "\"to\"")).unwrap_or_default();
    let user = fields.get("user").and_then(|it| template(reader, it, "\"user\"", &[]));
    let password = fields.get("password").and_then(|it| template(reader, it, "\"password\"", &[]));
    Some(MailConfig { server: server?, from: from?, to, user, password })
}

/// A repository on GitHub, or a project on GitLab.
fn forge(
    reader: &mut Reader,
    node: &Node,
    object: &'static grammar::Object,
) -> Option<ForgeConfig> {
    let fields = reader.object(node, object)?;
    let kind =
        if fields.get("repository").is_some() { TrackerKind::Github } else { TrackerKind::Gitlab };
    let place = fields.get(kind.place()).and_then(|it| super::place::read(reader, it, kind));
    let token = fields.get("token").and_then(|it| secret(reader, it, "\"token\""));
    let api = fields.get("api").and_then(|it| secret(reader, it, "\"api\""));
    Some(ForgeConfig { place: place?, token: token?, api })
}

/// The address of a night's report.
pub(super) fn address_of_report(reader: &mut Reader, node: &Node) -> Option<Template> {
    template(reader, node, "\"link\"", &[NIGHT])
}

/// A text that may hold secrets and refers to nothing else.
pub(super) fn secret(reader: &mut Reader, node: &Node, called: &str) -> Option<Template> {
    template(reader, node, called, &[])
}

/// A text that may hold secrets, and nothing else that has no value once the night is over.
fn template(reader: &mut Reader, node: &Node, called: &str, known: &[&str]) -> Option<Template> {
    let template = Template::new(reader.words(node, called)?);
    for piece in template.pieces() {
        let Piece::Reference(name) = piece else { continue };
        if !name.starts_with("secret:") && !known.contains(&name) {
            let also = if known.is_empty() { "" } else { " or `${night}`" };
            reader.advise(
                node.pos,
                format!("${{{name}}} has no value when people are told of a night"),
                &format!("write `${{secret:NAME}}`{also}"),
            );
            return None;
        }
    }
    Some(template)
}

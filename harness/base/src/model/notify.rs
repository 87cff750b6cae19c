//! [`NotifyConfig`]: who is told of a night, and where.

use serde::{Deserialize, Serialize};

use super::template::Template;

/// Who is told of a night. Addresses and tokens are `${secret:NAME}` where they are secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NotifyConfig {
    /// Of which nights.
    pub when: NotifyWhen,
    /// The address of the report, where `${night}` stands for the night's id.
    pub link: Option<Template>,
    /// A channel of Slack.
    pub slack: Option<SlackConfig>,
    /// A workflow of Teams.
    pub teams: Option<Template>,
    /// Any program.
    pub webhook: Option<WebhookConfig>,
    /// A mail.
    pub mail: Option<MailConfig>,
    /// A check and a comment on GitHub.
    pub github: Option<ForgeConfig>,
    /// A comment on GitLab.
    pub gitlab: Option<ForgeConfig>,
}

/// Of which nights people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotifyWhen {
    /// Of each.
    #[default]
    Always,
    /// Of those whose gate did not pass.
    NotPassed,
}

impl NotifyWhen {
    /// Every word.
    pub const ALL: [Self; 2] = [Self::Always, Self::NotPassed];

    /// The word in `nightshift.yaml`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::NotPassed => "not-passed",
        }
    }
}

/// A channel of Slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlackConfig {
    /// By an incoming webhook, which knows of no threads.
    Webhook(Template),
    /// By the API, with a thread for each finding.
    Api {
        /// The token of a bot that may write there.
        token: Template,
        /// The id of the channel.
        channel: String,
        /// The address of the API.
        api: Template,
    },
}

impl SlackConfig {
    /// Where Slack's API is.
    pub const API: &str = "https://slack.com/api";

    fn templates(&self) -> [Option<&Template>; 2] {
        match self {
            Self::Webhook(url) => [Some(url), None],
            Self::Api { token, channel: _, api } => [Some(token), Some(api)],
        }
    }
}

/// A program that is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookConfig {
    /// Its address.
    pub url: Template,
    /// What it knows us by: `Authorization: Bearer …`.
    #[serde(default)]
    pub token: Option<Template>,
}

/// A repository whose commits and changes are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgeConfig {
    /// The repository or project: `owner/name`.
    pub place: String,
    /// What we are known by.
    pub token: Template,
    /// The address of the API, where it is not the usual one.
    #[serde(default)]
    pub api: Option<Template>,
}

/// People who get a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailConfig {
    /// The server: `smtps://host`, or `smtp://host:587` with STARTTLS.
    pub server: Template,
    /// The sender.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// The name to sign in by.
    #[serde(default)]
    pub user: Option<Template>,
    /// The password to sign in by.
    #[serde(default)]
    pub password: Option<Template>,
}

impl NotifyConfig {
    /// Whether nobody is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { when: _, link: _, slack, teams, webhook, mail, github, gitlab } = self;
        let people = slack.is_some() || teams.is_some() || webhook.is_some() || mail.is_some();
        !people && github.is_none() && gitlab.is_none()
    }

    /// Every text that may hold a secret.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let webhook = self.webhook.iter().flat_map(|it| [Some(&it.url), it.token.as_ref()]);
        let mail = self.mail.iter();
        let mail = mail.flat_map(|it| [Some(&it.server), it.user.as_ref(), it.password.as_ref()]);
        let slack = self.slack.iter().flat_map(SlackConfig::templates);
        let forges = self.github.iter().chain(&self.gitlab);
        let forges = forges.flat_map(|it| [Some(&it.token), it.api.as_ref()]);
        let own = [self.link.as_ref(), self.teams.as_ref()];
        own.into_iter().chain(forges).chain(slack).chain(webhook).chain(mail).flatten()
    }
}

//! `nightshift notify`: one message a night to everybody whom `notify` names.
//!
//! What was told is written into the night, so that nobody is told twice. The words are
//! `report::message`'s; here they are sent.
//!
//! The files:
//! - `http.rs`: calls web addresses: Slack, Teams, webhooks, trackers.
//! - `mail.rs`: sends mails.
//! - `forge.rs`: a check and a comment on GitHub, a note on GitLab.
//! - `slack.rs`: Slack by its API, with a thread for each finding.
//! - `told.rs`: who was told of a night.

mod forge;
pub mod http;
mod mail;
mod slack;
mod told;

use indexmap::IndexMap;
use serde_json::Value;

use self::forge::{Forge, ForgeError};
use self::http::{HttpError, Lack, Post, Twice};
use self::mail::MailError;
use self::told::Told;
use super::arguments::{Common, NotifyOptions};
use super::exit::{Exit, mistake};
use super::{night, offline, publish, terminal};
use crate::ledger::{NightDir, Secrets};
use crate::model::filing::TrackerKind;
use crate::model::notify::{ForgeConfig, NotifyConfig, NotifyWhen, SlackConfig};
use crate::model::suite::Config;
use crate::model::template::Piece;
use crate::model::{Decision, Suite, Template};
use crate::night as nights;
use crate::report::{self, Message, NightReport};
use crate::spec::Overrides;

/// What stands for the night's id in the address of its report.
const NIGHT: &str = "night";

/// `nightshift notify`
pub fn run(common: &Common, options: &NotifyOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &Overrides::default())?;
    let notify = &suite.config.notify;
    if notify.is_empty() {
        return mistake(
            "nobody is to be told of a night; name them under `notify` in nightshift.yaml, such as \
             `notify: { slack: \"${secret:SLACK_WEBHOOK}\" }`",
        );
    }
    let dir = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&suite.root)?,
    };
    let report = offline::report_of(&dir)?;
    if is_quiet(notify, &report) {
        terminal::say("nobody is told: the gate passed, and `when` is not-passed");
        return Ok(Exit::Passed);
    }
    let desk = Desk::of(&suite, &dir, report)?;
    if options.dry_run {
        terminal::answer(format_args!("{:#}", desk.message.webhook()));
        return Ok(Exit::Passed);
    }
    let told = Told::open(&dir)?;
    Ok(desk.tell(notify, told, options.again))
}

/// Whether a night is one of those that nobody is told of: one that names nights which did not run is
/// not, since nothing else tells of them.
fn is_quiet(notify: &NotifyConfig, report: &NightReport) -> bool {
    match notify.when {
        NotifyWhen::Always => false,
        NotifyWhen::NotPassed => {
            report.gate.decision == Decision::Pass && report.night.missed.is_empty()
        }
    }
}

/// The value of a text that may hold secrets, such as `night.ping`.
///
/// # Errors
/// A secret has no value.
pub fn secret_text(config: &Config, text: &Template) -> anyhow::Result<String> {
    let secrets = nights::secrets_in(config, [text].into_iter(), &night::environment())?;
    filled(text, &secrets, "")
}

/// A text with its secrets, and with the night's id where it is asked for.
///
/// # Errors
/// Something in it has no value.
pub fn filled(template: &Template, secrets: &Secrets, night: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    for piece in template.pieces() {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Reference(NIGHT) => text.push_str(night),
            Piece::Reference(name) => {
                let known = name.strip_prefix("secret:").and_then(|it| secrets.get(it));
                match known {
                    Some(value) => text.push_str(value),
                    None => return mistake(format!("nothing named ${{{name}}} is known here")),
                }
            }
        }
    }
    Ok(text)
}

/// Whom something reached that was not taken as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// Nobody.
    Nobody,
    /// Somebody, or nobody.
    Perhaps,
    /// Some of several.
    Partly,
}

/// Why somebody was not told, as far as that is known.
struct Untold {
    why: String,
    /// Whether they were all the same.
    reached: Reached,
    /// What only a person can give.
    lack: Option<Lack>,
}

impl From<String> for Untold {
    fn from(why: String) -> Self {
        Self { why, reached: Reached::Nobody, lack: None }
    }
}

impl From<HttpError> for Untold {
    fn from(error: HttpError) -> Self {
        let unsure = matches!(error, HttpError::Unsure(_));
        let reached = if unsure { Reached::Perhaps } else { Reached::Nobody };
        Self { reached, lack: error.lack(), why: error.to_string() }
    }
}

impl From<ForgeError> for Untold {
    fn from(error: ForgeError) -> Self {
        match error {
            // What is there already is found the next time, and not made again.
            ForgeError::Http(error) => Self { reached: Reached::Nobody, ..error.into() },
            ForgeError::Nothing(_) | ForgeError::Answer => error.to_string().into(),
        }
    }
}

impl From<MailError> for Untold {
    fn from(error: MailError) -> Self {
        let why = error.to_string();
        match error {
            MailError::Partly(_) => Self { why, reached: Reached::Partly, lack: None },
            MailError::Address { .. }
            | MailError::Server
            | MailError::Letter(_)
            | MailError::NotTaken(_) => why.into(),
        }
    }
}

/// What is told, and what it takes to tell it.
struct Desk {
    message: Message,
    secrets: Secrets,
    night: String,
    threads: std::path::PathBuf,
    report: NightReport,
    environment: IndexMap<String, String>,
}

impl Desk {
    fn of(suite: &Suite, dir: &NightDir, report: NightReport) -> anyhow::Result<Self> {
        let config = &suite.config;
        let notify = &config.notify;
        let environment = night::environment();
        let link = notify.link.as_ref().or_else(|| publish::link(config, dir));
        let secrets = nights::secrets_in(config, notify.templates().chain(link), &environment)?;
        let night = report.night.id.clone();
        let link = link.map(|it| filled(it, &secrets, &night)).transpose()?;
        let mut message = report::message(&report, link.as_deref());
        let problem = config.publish.as_ref().and_then(|_| publish::put::problem(dir));
        message.notes.extend(problem.map(|it| format!("The report could not be published: {it}")));
        let threads = slack::threads_of(&suite.root);
        Ok(Self { message, secrets, night, threads, report, environment })
    }

    /// Tells everybody who was not told; says whom it could not reach.
    fn tell(&self, notify: &NotifyConfig, mut told: Told, again: bool) -> Exit {
        let mut failed = false;
        for channel in Channel::of(notify) {
            let name = channel.name();
            if let (Some(at), false) = (told.at(name), again) {
                terminal::say(format_args!("{name}: was told at {at}; --again tells it once more"));
                continue;
            }
            let noted = match self.send(&channel) {
                Ok(()) => {
                    terminal::answer(format_args!("{name}: told"));
                    told.note(name)
                }
                Err(Untold { why, reached: Reached::Nobody, lack }) => {
                    failed = true;
                    let remedy = lack.map(|it| format!("; {}", channel.remedy(it)));
                    let remedy = remedy.unwrap_or_default();
                    terminal::say(format_args!("{name}: not told: {why}{remedy}"));
                    Ok(())
                }
                // Noted as told, so that nobody is told twice the next time.
                Err(Untold { why, reached: Reached::Perhaps, .. }) => {
                    failed = true;
                    let again = "look there; --again tells it once more";
                    terminal::say(format_args!("{name}: may have been told ({why}); {again}"));
                    told.note(name)
                }
                Err(Untold { why, reached: Reached::Partly, .. }) => {
                    failed = true;
                    let again = "the others are told; --again tells all once more";
                    terminal::say(format_args!("{name}: {why}; {again}"));
                    told.note(name)
                }
            };
            if let Err(error) = noted {
                failed = true;
                terminal::say(format_args!("{name}: may be told again: {error:#}"));
            }
        }
        if failed { Exit::Failed } else { Exit::Passed }
    }

    /// The value of a text that may hold secrets.
    fn value(&self, text: &Template) -> Result<String, String> {
        filled(text, &self.secrets, "").map_err(|it| it.to_string())
    }

    fn post(
        &self,
        url: &Template,
        token: Option<&Template>,
        body: &Value,
        twice: Twice,
    ) -> Result<(), Untold> {
        // What the product said is clean already; a secret of this suite's channels is not in it.
        let post = Post {
            url: self.value(url)?,
            token: token.map(|it| self.value(it)).transpose()?,
            body: self.secrets.scrub_text(&body.to_string()),
            key: self.night.clone(),
            twice,
        };
        Ok(http::post(&post, &std::thread::sleep).map(drop)?)
    }

    fn send(&self, channel: &Channel<'_>) -> Result<(), Untold> {
        match channel {
            Channel::Slack(SlackConfig::Webhook(url)) => {
                self.post(url, None, &self.message.slack(), Twice::MakesTwo)
            }
            Channel::Slack(SlackConfig::Api { token, channel, api }) => {
                let desk = slack::Desk {
                    api: guarded(self.value(api)?)?,
                    token: self.value(token)?,
                    channel,
                    secrets: &self.secrets,
                    threads: self.threads.clone(),
                };
                desk.tell(&self.message, &std::thread::sleep)?.iter().for_each(terminal::say);
                Ok(())
            }
            Channel::Teams(url) => self.post(url, None, &self.message.teams(), Twice::MakesTwo),
            // A program knows by the key that it was told before.
            Channel::Webhook(it) => {
                self.post(&it.url, it.token.as_ref(), &self.message.webhook(), Twice::Harmless)
            }
            Channel::Github(it) => {
                let forge = self.forge(it, TrackerKind::Github)?;
                Ok(forge.github(&self.message, &self.report)?)
            }
            Channel::Gitlab(it) => {
                let forge = self.forge(it, TrackerKind::Gitlab)?;
                Ok(forge.gitlab(&self.message)?)
            }
            Channel::Mail(it) => {
                let way = mail::Way {
                    server: self.value(&it.server)?,
                    user: it.user.as_ref().map(|it| self.value(it)).transpose()?,
                    password: it.password.as_ref().map(|it| self.value(it)).transpose()?,
                    from: &it.from,
                    to: &it.to,
                    secrets: &self.secrets,
                };
                Ok(mail::send(&way, &self.message.mail())?)
            }
        }
    }
}

impl Desk {
    /// A forge, with what we are known by there.
    fn forge<'a>(&'a self, of: &'a ForgeConfig, kind: TrackerKind) -> Result<Forge<'a>, String> {
        let usual = || Ok(kind.api().unwrap_or_default().to_owned());
        Ok(Forge {
            api: guarded(of.api.as_ref().map_or_else(usual, |it| self.value(it))?)?,
            place: &of.place,
            token: self.value(&of.token)?,
            secrets: &self.secrets,
            environment: &self.environment,
            wait: &std::thread::sleep,
        })
    }
}

/// The address of an API, if a token may be sent there.
fn guarded(api: String) -> Result<String, String> {
    if http::keeps_a_token(&api) {
        return Ok(api);
    }
    Err("its `api` is no address that a token may be sent to; write https://…".to_owned())
}

/// Where people are told.
enum Channel<'a> {
    Slack(&'a SlackConfig),
    Teams(&'a Template),
    Webhook(&'a crate::model::notify::WebhookConfig),
    Mail(&'a crate::model::notify::MailConfig),
    Github(&'a ForgeConfig),
    Gitlab(&'a ForgeConfig),
}

impl<'a> Channel<'a> {
    fn of(notify: &'a NotifyConfig) -> Vec<Self> {
        let NotifyConfig { when: _, link: _, slack, teams, webhook, mail, github, gitlab } = notify;
        let slack = slack.iter().map(Self::Slack);
        let teams = teams.iter().map(Self::Teams);
        let webhook = webhook.iter().map(Self::Webhook);
        let mail = mail.iter().map(Self::Mail);
        let github = github.iter().map(Self::Github);
        let gitlab = gitlab.iter().map(Self::Gitlab);
        slack.chain(teams).chain(webhook).chain(mail).chain(github).chain(gitlab).collect()
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Slack(_) => "slack",
            Self::Teams(_) => "teams",
            Self::Webhook(_) => "webhook",
            Self::Mail(_) => "mail",
            Self::Github(_) => "github",
            Self::Gitlab(_) => "gitlab",
        }
    }

    /// What somebody must do where people are told, before anybody can be told there.
    fn remedy(&self, lack: Lack) -> &'static str {
        match (self, lack) {
            (Self::Slack(SlackConfig::Webhook(_)), _) => {
                "make a webhook of a channel that is there, and put its address into the secret"
            }
            (Self::Slack(SlackConfig::Api { .. }), Lack::Right) => {
                "give the bot the scope `chat:write`, and invite it to the channel"
            }
            (Self::Slack(SlackConfig::Api { .. }), Lack::Place) => {
                "name a channel by its id that is there, is not archived and has the bot in it"
            }
            (Self::Teams(_), _) => "make the workflow anew, and put its address into the secret",
            (Self::Webhook(_), Lack::Right) => "give its `token` the right to post there",
            (Self::Webhook(_), Lack::Place) => "name an address that takes messages",
            (Self::Github(_), _) => {
                "name a repository that is there, and give the token `checks: write` and \
                 `pull-requests: write` in it"
            }
            (Self::Gitlab(_), _) => {
                "name a project that is there, and give the token the scope `api` and a role in it \
                 that may comment"
            }
            (Self::Mail(_), _) => "ask whoever runs the mail server",
        }
    }
}

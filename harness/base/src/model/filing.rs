//! [`FileConfig`]: where findings become tickets.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::template::Template;

/// Where findings become tickets. Tokens are `${secret:NAME}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileConfig {
    /// Which tracker.
    pub to: TrackerKind,
    /// The repository, project or team there: `owner/name`, `group/name`, `QA`.
    pub place: String,
    /// What we are known by.
    pub token: Template,
    /// Who the token is of, where the tracker asks for it.
    #[serde(default)]
    pub user: Option<Template>,
    /// The address of the tracker's API, where it is not the usual one.
    #[serde(default)]
    pub api: Option<Template>,
    /// Labels beside ours.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The kind of ticket, where the tracker has several.
    #[serde(default)]
    pub kind: Option<String>,
    /// Who a ticket is given to, by the finding's owner.
    #[serde(default)]
    pub assign: IndexMap<String, String>,
    /// After how many nights without it a ticket is closed.
    pub close_after: u32,
    /// The most tickets that one night makes.
    pub most: u32,
    /// The address of the report, where `${night}` stands for the night's id.
    #[serde(default)]
    pub link: Option<Template>,
}

/// A tracker of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrackerKind {
    /// GitHub, or GitHub Enterprise.
    Github,
    /// GitLab, of anybody.
    Gitlab,
    /// Jira in Atlassian's cloud.
    Jira,
    /// Linear.
    Linear,
}

impl TrackerKind {
    /// Every tracker.
    pub const ALL: [Self; 4] = [Self::Github, Self::Gitlab, Self::Jira, Self::Linear];

    /// The word in `nightshift.yaml`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Jira => "jira",
            Self::Linear => "linear",
        }
    }

    /// The key that names the place of its tickets.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Github => "repository",
            Self::Gitlab | Self::Jira => "project",
            Self::Linear => "team",
        }
    }

    /// Where its API is, unless somebody has one of their own.
    #[must_use]
    pub fn api(self) -> Option<&'static str> {
        match self {
            Self::Github => Some("https://api.github.com"),
            Self::Gitlab => Some("https://gitlab.com/api/v4"),
            Self::Jira => None,
            Self::Linear => Some("https://api.linear.app/graphql"),
        }
    }
}

impl FileConfig {
    /// After how many nights a ticket is closed, unless said.
    pub const CLOSE_AFTER: u32 = 3;
    /// The most tickets that one night makes, unless said.
    pub const MOST: u32 = 20;

    /// Every text that may hold a secret.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let more = [self.user.as_ref(), self.api.as_ref(), self.link.as_ref()];
        std::iter::once(&self.token).chain(more.into_iter().flatten())
    }
}

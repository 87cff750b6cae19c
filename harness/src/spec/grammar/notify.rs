//! The keys of `notify`: who is told of a night.

use super::{Object, Shape, object, optional, required};
use crate::model::notify::NotifyWhen;

fn when() -> Vec<&'static str> {
    NotifyWhen::ALL.into_iter().map(NotifyWhen::word).collect()
}

pub(crate) static NOTIFY_WEBHOOK: Object = object(
    "notify-webhook",
    "\"webhook\"",
    "A program that is told of a night, in JSON.",
    &[
        required("url", Shape::Template, "Its address.", "https://ci.example/nightshift"),
        optional(
            "token",
            Shape::Template,
            "What it knows us by, as `Authorization: Bearer …`.",
            "'${secret:HOOK_TOKEN}'",
        ),
    ],
);

pub(crate) static NOTIFY_SLACK: Object = object(
    "notify-slack",
    "\"slack\"",
    "A channel of Slack that a bot tells of a night; what was told before is told in its thread.",
    &[
        required("token", Shape::Template, "The token of the bot.", "'${secret:SLACK_TOKEN}'"),
        required("channel", Shape::Text, "The id of the channel.", "C0123456789"),
        optional(
            "api",
            Shape::Template,
            "The address of the API, where it is not Slack's usual one.",
            "https://slack-gov.com/api",
        ),
    ],
);

pub(crate) static NOTIFY_MAIL: Object = object(
    "notify-mail",
    "\"mail\"",
    "People who get a mail of a night.",
    &[
        required(
            "server",
            Shape::Template,
            "The server that takes the mail: smtps://, or smtp:// with STARTTLS.",
            "smtps://mail.example",
        ),
        required("from", Shape::Text, "The sender.", "nightshift@example.com"),
        required(
            "to",
            Shape::OneOrMany(&super::shapes::TEXT),
            "Who gets it.",
            "[ada@example.com, qa@example.com]",
        ),
        optional("user", Shape::Template, "The name to sign in by.", "nightshift"),
        optional(
            "password",
            Shape::Template,
            "The password to sign in by.",
            "'${secret:MAIL_PASSWORD}'",
        ),
    ],
);

pub(crate) static NOTIFY_GITHUB: Object = object(
    "notify-github",
    "\"github\"",
    "A repository on GitHub: a check on the commit, with an annotation at each finding's scenario, and one comment on the pull request, which is edited.",
    &[
        required("repository", Shape::Text, "The repository.", "owner/name"),
        required(
            "token",
            Shape::Template,
            "What we are known by: the token of GitHub Actions, with `checks: write` and `pull-requests: write`.",
            "'${secret:GITHUB_TOKEN}'",
        ),
        optional(
            "api",
            Shape::Template,
            "The address of the API, where it is not the usual one.",
            "https://github.example/api/v3",
        ),
    ],
);

pub(crate) static NOTIFY_GITLAB: Object = object(
    "notify-gitlab",
    "\"gitlab\"",
    "A project on GitLab: one note on the merge request, which is edited.",
    &[
        required("project", Shape::Text, "The project's path.", "group/name"),
        required(
            "token",
            Shape::Template,
            "What we are known by: a token of the project that may write notes.",
            "'${secret:GITLAB_TOKEN}'",
        ),
        optional(
            "api",
            Shape::Template,
            "The address of the API, where it is not the usual one.",
            "https://gitlab.example/api/v4",
        ),
    ],
);

pub(crate) static NOTIFY: Object = object(
    "notify",
    "\"notify\"",
    "Who is told of a night by `nightshift notify`: one message a night.",
    &[
        optional(
            "when",
            Shape::Words(when),
            "Of which nights: of each, or of those whose gate did not pass, or before which others did not run.",
            "not-passed",
        ),
        optional(
            "link",
            Shape::Template,
            "The address that the report was put at; `${night}` is the night's id. That of `report.publish` unless said.",
            "https://reports.example/${night}/index.html",
        ),
        optional(
            "slack",
            Shape::AnyOf(&[Shape::Template, Shape::Object(&NOTIFY_SLACK)]),
            "An incoming webhook of Slack; or a channel, with a thread for each finding.",
            "'${secret:SLACK_WEBHOOK}'",
        ),
        optional("teams", Shape::Template, "A workflow of Teams.", "'${secret:TEAMS_WEBHOOK}'"),
        optional(
            "webhook",
            Shape::AnyOf(&[Shape::Template, Shape::Object(&NOTIFY_WEBHOOK)]),
            "Any program, which gets the night's sentence, gate and findings as JSON; a text is its `url`.",
            "https://ci.example/nightshift",
        ),
        optional(
            "mail",
            Shape::Object(&NOTIFY_MAIL),
            "People who get a mail.",
            "{ server: smtps://mail.example, from: nightshift@example.com, to: qa@example.com }",
        ),
        optional(
            "github",
            Shape::Object(&NOTIFY_GITHUB),
            "A check on the commit of this run, and a comment on its pull request.",
            "{ repository: owner/name, token: '${secret:GITHUB_TOKEN}' }",
        ),
        optional(
            "gitlab",
            Shape::Object(&NOTIFY_GITLAB),
            "A note on the merge request of this run.",
            "{ project: group/name, token: '${secret:GITLAB_TOKEN}' }",
        ),
    ],
);

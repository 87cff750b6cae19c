//! The keys of `file`: where findings become tickets.

use super::{Object, Shape, object, optional, required};
use crate::model::filing::TrackerKind;

pub(crate) fn trackers() -> Vec<&'static str> {
    TrackerKind::ALL.map(TrackerKind::word).to_vec()
}

pub(crate) static FILE_TICKETS: Object = object(
    "file",
    "\"file\"",
    "Where `nightshift file` makes tickets of findings: one a cause.",
    &[
        required("to", Shape::Words(trackers), "Which tracker.", "github"),
        required("token", Shape::Template, "What we are known by.", "'${secret:TRACKER_TOKEN}'"),
        optional("repository", Shape::Text, "On GitHub: the repository.", "owner/name"),
        optional("project", Shape::Text, "On GitLab its path, in Jira its key.", "group/name"),
        optional("team", Shape::Text, "In Linear: the key of the team.", "QA"),
        optional("user", Shape::Template, "In Jira: whose token it is.", "qa@example.com"),
        optional(
            "api",
            Shape::Template,
            "The address of the API, where it is not the usual one; in Jira always, that of the site.",
            "https://example.atlassian.net",
        ),
        optional(
            "labels",
            Shape::OneOrMany(&super::shapes::TEXT),
            "Labels beside `nightshift`, which every ticket has.",
            "[bug]",
        ),
        optional("kind", Shape::Text, "In Jira: the type of the issue; Bug unless said.", "Defect"),
        optional(
            "assign",
            Shape::MapOf(&super::shapes::TEXT),
            "Who gets a ticket, by the finding's owner: a login, in Jira an account id, in Linear a mail address.",
            "{ data-team: octocat }",
        ),
        optional(
            "close-after",
            Shape::Integer,
            "After how many nights without it a ticket is closed; 3 unless said, 0 closes none.",
            "5",
        ),
        optional(
            "at-most",
            Shape::Integer,
            "The most tickets that one night makes; 20 unless said. The rest waits for the next night.",
            "10",
        ),
        optional(
            "link",
            Shape::Template,
            "The address that the report was put at; `${night}` is the night's id. That of `notify` unless said.",
            "https://reports.example/${night}/index.html",
        ),
    ],
);

//! The keys of `report`: where the report of a finished night is put.

use super::{Object, Shape, object, one_of, optional, required};

pub(crate) static PUBLISH_S3: Object = object(
    "publish-s3",
    "\"s3\"",
    "A part of a bucket of storage that speaks S3: each night below its id, and a page of all. Nothing else is below the prefix.",
    &[
        required("bucket", Shape::Text, "The bucket.", "reports"),
        required("key", Shape::Template, "The id of a key.", "'${secret:S3_KEY}'"),
        required("secret", Shape::Template, "The secret of that key.", "'${secret:S3_SECRET}'"),
        optional(
            "endpoint",
            Shape::Template,
            "The address of the storage, where it is not Amazon's.",
            "https://s3.example",
        ),
        optional("region", Shape::Text, "The region; us-east-1 unless said.", "eu-central-1"),
        optional("prefix", Shape::Text, "What all names there begin with.", "nights/shop"),
    ],
);

pub(crate) static PUBLISH: Object = one_of(
    "publish",
    "\"publish\"",
    "What takes the report of each finished night, for others to read.",
    &[
        optional(
            "folder",
            Shape::Text,
            "A folder of nights, relative to the suite's: each night in a folder of its own, and a page of all. It holds nothing else.",
            "/srv/nights",
        ),
        optional(
            "s3",
            Shape::Object(&PUBLISH_S3),
            "A bucket of storage that speaks S3.",
            "{ bucket: reports, key: '${secret:S3_KEY}', secret: '${secret:S3_SECRET}' }",
        ),
        optional(
            "keep",
            Shape::Integer,
            "How many nights the folder or bucket keeps, the newest; 30 unless said.",
            "90",
        ),
        optional(
            "command",
            Shape::Text,
            "A command, run in the suite's folder, which knows `${night}` (its id) and `${folder}` (where it lies). No shell reads it.",
            "'rclone copy ${folder} remote:nights/${night}'",
        ),
        optional(
            "timeout",
            Shape::Duration,
            "The longest that the command may take; 10m unless said.",
            "10m",
        ),
        optional(
            "link",
            Shape::Template,
            "The address at which the report is read then; `${night}` is the night's id. That of `notify` and `file` where they have none.",
            "https://reports.example/${night}/index.html",
        ),
    ],
    &["folder", "s3", "command"],
);

pub(crate) static REPORT: Object = object(
    "report",
    "\"report\"",
    "What becomes of the report of a night.",
    &[optional(
        "publish",
        Shape::AnyOf(&[Shape::Text, Shape::Object(&PUBLISH)]),
        "What takes the report of each finished night; a text is its `folder`.",
        "/srv/nights",
    )],
);

//! The keys of `night: workers`: the queue at which attempts are handed out.

use super::{Object, Shape, object, optional, required};

pub(crate) static WORKERS: Object = object(
    "workers",
    "\"workers\"",
    "The queue from which workers take attempts, and what we are known by there: one of a name with a password, `token`, `nkey` and `creds`. What is not said is taken from the environment.",
    &[
        required(
            "at",
            Shape::Text,
            "Its address: nats://HOST:PORT, or tls://HOST:PORT.",
            "tls://queue.example:4222",
        ),
        optional("user", Shape::Template, "The name that it knows us by.", "nightshift"),
        optional(
            "password",
            Shape::Template,
            "The password that goes with the name.",
            "'${secret:QUEUE_PASSWORD}'",
        ),
        optional("token", Shape::Template, "The token.", "'${secret:QUEUE_TOKEN}'"),
        optional(
            "nkey",
            Shape::Text,
            "A file with the seed of an nkey, outside of the suite.",
            "~/.config/nightshift/queue.nk",
        ),
        optional(
            "creds",
            Shape::Text,
            "A file of credentials, outside of the suite.",
            "~/.config/nightshift/queue.creds",
        ),
        optional(
            "ca",
            Shape::Text,
            "The certificates of who signs that of the server, relative to the suite; those of this machine unless said.",
            "queue-ca.pem",
        ),
        optional("cert", Shape::Text, "Our own certificate, relative to the suite.", "queue.pem"),
        optional(
            "key",
            Shape::Text,
            "The key of our own certificate, outside of the suite.",
            "~/.config/nightshift/queue.key",
        ),
    ],
);

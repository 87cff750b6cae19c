//! The keys of recordings, which nights write and people read.

use super::shapes::TEXT;
use super::{Object, Shape, object, optional, required};

pub(crate) static LIKENESS: Object = object(
    "likeness",
    "a thing of a recording",
    "What a thing was like when it was used.",
    &[
        optional("test-id", Shape::Text, "Its test id.", "place-order"),
        required("role", Shape::Text, "Its role.", "button"),
        optional("name", Shape::Text, "Its accessible name.", "Place order"),
        optional("labels", Shape::List(&TEXT), "The texts beside it.", "[E-mail]"),
        optional("kind", Shape::Text, "What kind of field it is.", "password"),
        optional("hints", Shape::List(&TEXT), "Words by which its author knows it.", "[primary]"),
        optional("inside", Shape::List(&TEXT), "What holds it.", "[main]"),
        optional("beside", Shape::List(&TEXT), "Its neighbours.", "['button \"Cancel\"']"),
        required("place", Shape::Integer, "Which of its role it is.", "1"),
    ],
);

pub(crate) static RECORDED: Object = object(
    "recorded",
    "a recorded action",
    "An action, and the things that it uses.",
    &[
        required("do", Shape::Steps, "The action.", "{ click: 'button \"Save\"' }"),
        optional(
            "things",
            Shape::List(&Shape::Object(&LIKENESS)),
            "What its things were like.",
            "[ { role: button, name: Save, place: 1 } ]",
        ),
    ],
);

pub(crate) static RECORDING: Object = object(
    "recording",
    "a recording",
    "The actions by which a goal in plain words was reached.",
    &[
        required("words", Shape::Text, "The words.", "click Save"),
        optional(
            "meaning",
            Shape::Text,
            "The words with what \"it\" and \"that …\" stand for, where they refer to something before.",
            "cancel the order 1003",
        ),
        required(
            "actions",
            Shape::List(&Shape::Object(&RECORDED)),
            "What was done.",
            "[ { do: { click: 'button \"Save\"' } } ]",
        ),
    ],
);

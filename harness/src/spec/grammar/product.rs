//! The keys of a product: how it is made ready, served, built and reached.

use super::page::PAGE_SETTINGS;
use super::shapes::{TEMPLATE, TEXT, isolations, only_true, yes_or_no};
use super::{Key, Object, Shape, object, one_of, optional, required};

const RUN: Key =
    optional("run", Shape::Template, "A command by its words, without a shell.", "shopctl init");
const SHELL: Key =
    optional("shell", Shape::Template, "A line for `sh -c`.", "shopctl init | tee log");

pub(crate) static COMMAND: Object = one_of(
    "command",
    "a command",
    "A command by its words, or a line for the shell.",
    &[RUN, SHELL],
    &["run", "shell"],
);

pub(crate) static SETUP: Object = one_of(
    "setup",
    "a setup command",
    "A command that makes the product ready to be started, run in the suite's folder.",
    &[
        RUN,
        SHELL,
        optional(
            "cache",
            Shape::List(&TEXT),
            "Files whose content decides whether it must run again; without it, it runs every night.",
            "[requirements.txt]",
        ),
        optional(
            "timeout",
            Shape::Duration,
            "The longest that it may take; 10m unless said.",
            "10m",
        ),
    ],
    &["run", "shell"],
);

pub(crate) static READY: Object = one_of(
    "ready",
    "\"ready\"",
    "What shows that a server is ready.",
    &[
        optional(
            "http",
            Shape::Text,
            "A GET of this path answers with a status below 500.",
            "/health",
        ),
        optional("port", Shape::Words(only_true), "The port takes connections.", "true"),
        optional("output", Shape::Text, "A line of its output contains this.", "listening on"),
        optional("within", Shape::Duration, "For how long it may take; 30s unless said.", "30s"),
    ],
    &["http", "port", "output"],
);

pub(crate) static SERVE: Object = one_of(
    "serve",
    "\"serve\"",
    "How the product is served.",
    &[
        optional(
            "run",
            Shape::Template,
            "The server's command; `${port}` is a free port.",
            "shopd --port ${port}",
        ),
        optional(
            "shell",
            Shape::Template,
            "The server's line for `sh -c`.",
            "exec shopd --port ${port}",
        ),
        optional(
            "ready",
            Shape::Object(&READY),
            "What shows that it is ready; that its port takes connections unless said.",
            "{ http: /health, within: 30s }",
        ),
    ],
    &["run", "shell"],
);

pub(crate) static DISMISS: Object = object(
    "dismiss",
    "a dismissal",
    "An overlay that is clicked away where it is seen.",
    &[
        required("when", Shape::Target, "What shows that it is there.", "'dialog \"Cookies\"'"),
        required("click", Shape::Target, "What to click.", "'button \"Reject all\"'"),
    ],
);

pub(crate) static BUILDS: Object = object(
    "builds",
    "\"builds\"",
    "How the builds of a product are made available.",
    &[
        required(
            "make",
            Shape::List(&Shape::Object(&SETUP)),
            "What makes `${build}` available in `${build-dir}`, done once a build.",
            "[ { run: 'make install VERSION=${build} PREFIX=${build-dir}' } ]",
        ),
        optional(
            "known",
            Shape::List(&TEXT),
            "The builds that can be asked for; any unless said.",
            "['1.0', '1.1']",
        ),
        optional("default", Shape::Text, "The build where none is asked for.", "'1.1'"),
    ],
);

pub(crate) static PRODUCT: Object = object(
    "product",
    "a product",
    "What is tested.",
    &[
        optional(
            "version-from",
            Shape::AnyOf(&[Shape::Template, Shape::Object(&COMMAND)]),
            "The command whose first line of output names the build.",
            "shopd --version",
        ),
        optional(
            "setup",
            Shape::List(&Shape::Object(&SETUP)),
            "What makes it ready to be started, in order.",
            "[ { run: make } ]",
        ),
        optional(
            "path",
            Shape::List(&TEXT),
            "Folders, relative to the suite, where `run` finds its commands; may hold `${build-dir}`.",
            "[.venv/bin]",
        ),
        optional(
            "data",
            Shape::Text,
            "A folder or file of the suite, copied fresh for every scenario.",
            "fixtures/",
        ),
        optional(
            "serve",
            Shape::Object(&SERVE),
            "How it is served; without it, it is only commands.",
            "{ run: 'shopd --port ${port}' }",
        ),
        optional(
            "base-url",
            Shape::Template,
            "A running product to use instead of `serve`.",
            "http://127.0.0.1:8001",
        ),
        optional(
            "env",
            Shape::MapOf(&TEMPLATE),
            "Variables added to the environment of its commands and server.",
            "{ LANG: C.UTF-8 }",
        ),
        optional(
            "isolate",
            Shape::Words(isolations),
            "Whether scenarios share one server (`night`) or each has its own (`scenario`).",
            "night",
        ),
        optional(
            "allow-hosts",
            Shape::List(&TEXT),
            "Hosts beside its own that the browser may reach.",
            "['127.0.0.1:9000']",
        ),
        optional(
            "dismiss",
            Shape::List(&Shape::Object(&DISMISS)),
            "Overlays that are clicked away where they are seen.",
            "[ { when: 'dialog \"Cookies\"', click: 'button \"Reject all\"' } ]",
        ),
        optional(
            "browser",
            Shape::Object(&PAGE_SETTINGS),
            "What the browser pretends to be on its pages: flags by cookies, credentials and the like.",
            "{ cookies: { new-cart: 'on' } }",
        ),
        optional(
            "mail",
            Shape::Words(yes_or_no),
            "Whether a sink takes its mails; it is at `${smtp-host}` and `${smtp-port}`.",
            "true",
        ),
        optional(
            "builds",
            Shape::Object(&BUILDS),
            "How its builds are made available, for `--build`.",
            "{ make: [ { run: 'make install VERSION=${build} PREFIX=${build-dir}' } ] }",
        ),
        optional(
            "repository",
            Shape::Text,
            "The git checkout that its builds come from, for `bisect` and CODEOWNERS: `${build}` is then a commit.",
            "../shop",
        ),
        optional(
            "build",
            Shape::Text,
            "Which build it is unless `--build` says otherwise: one of `builds`, or the name of what is there.",
            "'1.0'",
        ),
        optional(
            "like",
            Shape::Text,
            "Another product whose keys hold where this one says nothing, such as an older build of it.",
            "shop",
        ),
    ],
);

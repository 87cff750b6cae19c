//! What the browser pretends to be, and the sessions that scenarios start from.

use super::gestures::NETWORK_SHAPE;
use super::shapes::{TEMPLATE, color_schemes, permitted, yes_or_no};
use super::{Key, Object, Shape, object, optional, required};

const VIEWPORT: Key = optional(
    "viewport",
    Shape::Text,
    "Width and height of the page in CSS pixels; 1280x800 unless said.",
    "1280x800",
);
const SCALE: Key =
    optional("scale", Shape::Integer, "Device pixels for one CSS pixel; 1 unless said.", "2");
const TOUCH: Key = optional(
    "touch",
    Shape::Words(yes_or_no),
    "Whether it is a phone or tablet with a touch screen.",
    "true",
);
const COLOR_SCHEME: Key = optional(
    "color-scheme",
    Shape::Words(color_schemes),
    "The colours that the person prefers.",
    "dark",
);
const REDUCED_MOTION: Key = optional(
    "reduced-motion",
    Shape::Words(yes_or_no),
    "Whether the person prefers little motion.",
    "true",
);
const LOCALE: Key =
    optional("locale", Shape::Text, "The language, as a BCP 47 tag; en-US unless said.", "en-GB");
const TIMEZONE: Key = optional(
    "timezone",
    Shape::Text,
    "The time zone by its IANA name; UTC unless said.",
    "Europe/London",
);
const NOW: Key = optional(
    "now",
    Shape::Text,
    "The instant at which the page's clock starts; the real one unless said.",
    "2026-01-05T09:00:00Z",
);
const USER_AGENT: Key =
    optional("user-agent", Shape::Text, "The user agent that is sent.", "ShopApp/2.1");
const PERMISSIONS: Key = optional(
    "permissions",
    Shape::Object(&PERMITTED),
    "What the person answers when a page asks.",
    "{ geolocation: granted }",
);
const GEOLOCATION: Key = optional(
    "geolocation",
    Shape::Text,
    "Where the device is: latitude and longitude in degrees.",
    "'-36.85,174.76'",
);
const NETWORK: Key =
    optional("network", NETWORK_SHAPE, "The network that pages find.", "{ latency: 300ms }");
const CREDENTIALS: Key = optional(
    "credentials",
    Shape::Object(&CREDENTIAL),
    "Name and password for HTTP basic authentication by the product.",
    "{ user: ada, password: '${secret:ADA_PASSWORD}' }",
);
const COOKIES: Key = optional(
    "cookies",
    Shape::MapOf(&TEMPLATE),
    "Cookies that the product's pages have from the beginning, such as feature flags.",
    "{ new-cart: 'on' }",
);
const STORAGE: Key = optional(
    "storage",
    Shape::MapOf(&TEMPLATE),
    "Entries of the product's local storage from the beginning.",
    "{ tour: done }",
);

pub(crate) static PERMITTED: Object = object(
    "permissions",
    "\"permissions\"",
    "What the person answers when a page asks.",
    &[
        optional("geolocation", Shape::Words(permitted), "Where the device is.", "granted"),
        optional("notifications", Shape::Words(permitted), "Showing notifications.", "denied"),
        optional("clipboard-read", Shape::Words(permitted), "Reading the clipboard.", "granted"),
        optional("camera", Shape::Words(permitted), "The camera.", "denied"),
        optional("microphone", Shape::Words(permitted), "The microphone.", "denied"),
    ],
);

pub(crate) static CREDENTIAL: Object = object(
    "credentials",
    "\"credentials\"",
    "Name and password for HTTP basic authentication.",
    &[
        required("user", Shape::Template, "The name.", "ada"),
        required("password", Shape::Template, "The password.", "'${secret:ADA_PASSWORD}'"),
    ],
);

/// What the browser pretends to be.
pub(crate) static PAGE_SETTINGS: Object = object(
    "page-settings",
    "\"browser\"",
    "What the browser pretends to be; what is absent stays as the suite has it.",
    &[
        VIEWPORT,
        SCALE,
        TOUCH,
        COLOR_SCHEME,
        REDUCED_MOTION,
        LOCALE,
        TIMEZONE,
        NOW,
        USER_AGENT,
        PERMISSIONS,
        GEOLOCATION,
        NETWORK,
        CREDENTIALS,
        COOKIES,
        STORAGE,
    ],
);

/// Browsers of other machines.
pub(crate) static GRID: Object = object(
    "grid",
    "\"grid\"",
    "Browsers that run on other machines: of a Selenium Grid 4, or of any remote WebDriver of Chromium.",
    &[
        required("url", Shape::Template, "Its address.", "http://grid.example:4444"),
        optional("user", Shape::Template, "Who asks, where it wants to know.", "nightshift"),
        optional("password", Shape::Template, "The password.", "'${secret:GRID_PASSWORD}'"),
        optional(
            "reach-us",
            Shape::Text,
            "This machine, as those of the browsers reach it; the address that it has towards the grid unless said.",
            "host.docker.internal",
        ),
    ],
);

/// The same, and how the browser is started.
pub(crate) static BROWSER: Object = object(
    "browser",
    "\"browser\"",
    "How the browser is set up.",
    &[
        VIEWPORT,
        SCALE,
        TOUCH,
        COLOR_SCHEME,
        REDUCED_MOTION,
        LOCALE,
        TIMEZONE,
        NOW,
        USER_AGENT,
        PERMISSIONS,
        GEOLOCATION,
        NETWORK,
        CREDENTIALS,
        COOKIES,
        STORAGE,
        optional(
            "program",
            Shape::Text,
            "The browser's program; searched for unless said.",
            "/usr/bin/chromium",
        ),
        optional(
            "driver",
            Shape::Text,
            "The driver's program; searched for unless said.",
            "/usr/bin/chromedriver",
        ),
        optional(
            "grid",
            Shape::AnyOf(&[Shape::Template, Shape::Object(&GRID)]),
            "Where browsers are had from that run on other machines; a text is its `url`.",
            "http://grid.example:4444",
        ),
        optional(
            "axe",
            Shape::Text,
            "Your own copy of axe-core, run beside the accessibility watch; relative to the suite.",
            "tools/axe.min.js",
        ),
        optional(
            "timeout",
            Shape::Duration,
            "The deadline of an action or check; 10s unless said.",
            "10s",
        ),
    ],
);

pub(crate) static SESSION: Object = object(
    "session",
    "a session",
    "A signed-in state that scenarios start from.",
    &[
        optional(
            "product",
            Shape::Text,
            "The product; the first of the suite unless said.",
            "shop",
        ),
        optional(
            "establish",
            Shape::Steps,
            "What establishes it: mostly one `use` of a skill; without it, a visitor with a page of their own.",
            "[ { use: sign-in, with: { user: ada } } ]",
        ),
        optional(
            "check",
            Shape::Steps,
            "What shows that it still holds; without it, it is trusted.",
            "[ { open: /account }, { see: 'link \"Sign out\"' } ]",
        ),
        optional("renew-after", Shape::Duration, "The age at which it is established anew.", "30m"),
    ],
);

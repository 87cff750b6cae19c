//! [`capabilities`]: what is asked of a browser when it starts, here or on another machine.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::wall::Wall;
use crate::surface::browser::{BrowserOptions, Credentialed, Window};

/// How many times the limit of a step the driver waits for a script: longer than we do on a machine
/// that gives us little.
const DRIVER_WAITS: u32 = 60;

/// What a visible window has beside the page, about, in pixels.
const FRAME: (u32, u32) = (16, 150);

/// What the browser does beside showing pages, and is not to do here.
const UNWANTED: [&str; 4] = [
    // Whether a page comes back from this cache depends on memory and timing.
    "BackForwardCache",
    // The address bar of each window would load pages of its own, which nobody sees: half of what
    // it costs to start the browser.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
];

/// Where a browser is started.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seat<'a> {
    /// On this machine: the program, and the folder of its profile.
    Here(&'a Path, &'a Path),
    /// Where the grid has one; its machine knows the program and makes the profile.
    Afar(Machine),
}

/// On which machine the browsers of a grid run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    /// On this one, as far as can be seen: then as who we are.
    Ours,
    /// On another one, or as somebody else.
    Another,
}

/// Whether requests that are asked for name and password wait until it is said how they go on.
pub(crate) fn holds_questions_back(options: &BrowserOptions) -> bool {
    options.credentials == Credentialed::SomePage && options.window == Window::Hidden
}

/// What a browser is asked to be, which has its only way to the network through this wall.
pub(super) fn capabilities(
    options: &BrowserOptions,
    wall: &Wall,
    seat: Seat<'_>,
) -> Map<String, Value> {
    // Who waits too long is for us to say: the driver's clock is the wall's.
    let timeout = (options.timeout * DRIVER_WAITS).as_millis() as u64;
    // In a window, a person answers what the browser asks.
    let schemes = if options.window == Window::Visible || holds_questions_back(options) {
        json!({})
    } else {
        json!({ "auth.schemes": "" })
    };
    let mut chrome = json!({ "args": arguments(options, wall, seat), "localState": schemes });
    if let Seat::Here(program, _) = seat {
        chrome["binary"] = json!(program.display().to_string());
    }
    let wanted = json!({
        "webSocketUrl": true,
        // Waiting is ours: see `ready`.
        "pageLoadStrategy": "none",
        "unhandledPromptBehavior": "ignore",
        "timeouts": { "script": timeout, "pageLoad": timeout, "implicit": 0 },
        "goog:chromeOptions": chrome,
    });
    let Value::Object(mut wanted) = wanted else { return Map::new() };
    if matches!(seat, Seat::Afar(_)) {
        // A grid has others too.
        wanted.insert("browserName".to_owned(), json!("chrome"));
    }
    wanted
}

fn arguments(options: &BrowserOptions, wall: &Wall, seat: Seat<'_>) -> Vec<String> {
    let (mut width, mut height) = options.page.viewport();
    if options.window == Window::Visible {
        width += FRAME.0;
        height += FRAME.1;
    }
    let mut args = vec![
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        format!("--disable-features={}", UNWANTED.join(",")),
        "--disable-dev-shm-usage".to_owned(),
        "--hide-scrollbars".to_owned(),
        "--font-render-hinting=none".to_owned(),
        "--force-color-profile=srgb".to_owned(),
        "--force-device-scale-factor=1".to_owned(),
        // An animated picture shows its first frame: which one it shows when is chance.
        "--blink-settings=imageAnimationPolicy=2".to_owned(),
        // A camera and a microphone that are the same on every machine; using them needs a
        // permission as ever.
        "--use-fake-device-for-media-stream".to_owned(),
        "--password-store=basic".to_owned(),
        "--use-mock-keychain".to_owned(),
        // Calls go through the proxy or not at all. Older browsers know it by its longer name.
        "--webrtc-ip-handling-policy=disable_non_proxied_udp".to_owned(),
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp".to_owned(),
        format!("--window-size={width},{height}"),
        format!("--lang={}", options.page.locale()),
        format!("--accept-lang={}", options.page.locale()),
        // The proxy takes everything, loopback too, and names are never resolved locally.
        format!("--proxy-server=socks5://{}", wall.address()),
        "--proxy-bypass-list=<-loopback>".to_owned(),
        format!("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {}", wall.host()),
    ];
    let is_ours = match seat {
        Seat::Here(_, profile) => {
            args.push(format!("--user-data-dir={}", profile.display()));
            true
        }
        Seat::Afar(machine) => machine == Machine::Ours,
    };
    match options.window {
        Window::Hidden => args.push("--headless=new".to_owned()),
        Window::Visible => args.push("--window-position=0,0".to_owned()),
    }
    if is_ours && rustix::process::geteuid().is_root() {
        args.push("--no-sandbox".to_owned());
    }
    args
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::surface::browser::engine::driver::plain_options;

    #[tokio::test]
    async fn a_browser_of_a_grid_is_asked_for_without_what_only_this_machine_has() {
        let options = plain_options(Path::new("/scratch"));
        let ours = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let wall = Wall::start_afar(ours, Some("night.test")).await.expect("it starts");
        let wanted = capabilities(&options, &wall, Seat::Afar(Machine::Another));
        assert_eq!(wanted["browserName"], "chrome");
        assert_eq!(wanted["webSocketUrl"], true);
        let chrome = &wanted["goog:chromeOptions"];
        assert!(chrome["binary"].is_null(), "{chrome}");
        let args: Vec<&str> =
            chrome["args"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let proxy = format!("--proxy-server=socks5://{}", wall.address());
        assert!(wall.address().starts_with("night.test:") && args.contains(&proxy.as_str()));
        assert!(args.contains(&"--proxy-bypass-list=<-loopback>"), "{args:?}");
        assert!(args.contains(&"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE night.test"));
        let only_here =
            |it: &&str| it.starts_with("--user-data-dir") || it.starts_with("--no-sandbox");
        assert!(!args.iter().any(only_here), "{args:?}");
    }

    #[tokio::test]
    async fn a_browser_of_this_machine_has_its_program_and_profile() {
        let options = plain_options(Path::new("/scratch"));
        let wall = Wall::start().await.expect("it starts");
        let seat = Seat::Here(Path::new("/usr/bin/chromium"), Path::new("/scratch/profile"));
        let wanted = capabilities(&options, &wall, seat);
        assert_eq!(wanted.get("browserName"), None);
        let chrome = &wanted["goog:chromeOptions"];
        assert_eq!(chrome["binary"], "/usr/bin/chromium");
        let args = chrome["args"].to_string();
        assert!(args.contains("--user-data-dir=/scratch/profile"), "{args}");
        assert!(args.contains("EXCLUDE 127.0.0.1"), "{args}");
    }
}

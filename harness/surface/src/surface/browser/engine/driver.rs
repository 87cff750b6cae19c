//! [`Driver`]: one chromedriver process with everything that it starts, on a free port.
//!
//! Neighbours: [`super::locate`] finds the programs, [`crate::surface::browser::session`] talks to the driver.

use std::path::Path;
use std::time::Duration;

use crate::process::{ProcessError, Service, ServiceSpec};
use crate::surface::SurfaceError;
use crate::surface::browser::BrowserOptions;
use crate::surface::browser::Window;

/// How long the driver may take to say its port.
const START: Duration = Duration::from_secs(20);
/// How much of the driver's log is kept.
const LOG_BYTES: usize = 256 * 1024;
/// What the driver prints when it is ready, before its port.
const READY: &str = "started successfully on port ";
/// What the driver says when the port that it chose was taken meanwhile.
const PORT_TAKEN: &str = "port not available";
/// How often it may choose another.
const TRIES: u32 = 3;
/// The variables that driver and browser get from ours; the rest would make machines differ.
const PASSED: [&str; 5] = ["PATH", "LANG", "LC_ALL", "FONTCONFIG_FILE", "FONTCONFIG_PATH"];
/// What they get beside that where the browser has a window.
const DISPLAY: [&str; 5] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_TYPE",
    "DBUS_SESSION_BUS_ADDRESS",
];

/// A running chromedriver; its tree ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    service: Service,
    port: u16,
}

impl Driver {
    /// Starts the driver in `scratch`, which is its home and temporary folder too.
    pub(crate) async fn start(
        program: &Path,
        scratch: &Path,
        options: &BrowserOptions,
    ) -> Result<Self, SurfaceError> {
        let home = scratch.display().to_string();
        let mut env: Vec<(String, String)> = PASSED
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
            .collect();
        if options.window == Window::Visible {
            env.extend(display());
        }
        env.push(("HOME".to_owned(), home.clone()));
        env.push(("TMPDIR".to_owned(), home));
        let spec = ServiceSpec {
            program: program.display().to_string(),
            args: vec!["--port=0".to_owned()],
            cwd: scratch.to_owned(),
            env,
            max_log: LOG_BYTES,
            tree: options.tree.clone(),
        };
        let mut tries = 1;
        loop {
            let service = Service::start(&spec).map_err(|error| match error {
                ProcessError::NotFound { .. } | ProcessError::NotExecutable { .. } => {
                    SurfaceError::BrowserMissing(error.to_string())
                }
                ProcessError::Io { what, source } => SurfaceError::Io { what, source },
            })?;
            let port = tokio::time::timeout(START, ready(&service)).await.unwrap_or(None);
            let log = match port {
                Some(port) => return Ok(Self { service, port }),
                None => last_words(&service),
            };
            // The driver chooses a port first and takes it second: another program may be quicker.
            if tries < TRIES && log.contains(PORT_TAKEN) {
                tries += 1;
                continue;
            }
            return Err(SurfaceError::BrowserMissing(format!(
                "{} did not say on which port it listens; its log: {log}",
                program.display(),
            )));
        }
    }

    /// The port of its `WebDriver` service.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The id of the driver's process.
    pub(crate) fn pid(&self) -> u32 {
        self.service.pid()
    }

    /// How it ended, where it did, with the end of its log.
    pub(crate) fn epitaph(&self) -> Option<String> {
        let exit = self.service.try_exit()?;
        Some(format!("chromedriver ended ({exit}); its log: {}", last_words(&self.service)))
    }

    /// Its log so far.
    pub(crate) fn log(&self) -> Vec<u8> {
        self.service.log().marked()
    }

    /// Ends the driver and everything that it started.
    pub(crate) async fn stop(mut self) {
        for straggler in self.service.stop(Duration::from_millis(500)).await {
            tracing::debug!("ended what the driver left behind: {}", straggler.command);
        }
    }
}

/// The variables by which programs find the display, and what lets them use it.
fn display() -> Vec<(String, String)> {
    let ours = |name: &str| std::env::var(name).ok();
    let mut all: Vec<(String, String)> =
        DISPLAY.iter().filter_map(|name| Some(((*name).to_owned(), ours(name)?))).collect();
    // The default is a file in the home, which the browser does not share with us.
    let key = ours("XAUTHORITY").or_else(|| {
        let file = std::path::PathBuf::from(ours("HOME")?).join(".Xauthority");
        file.is_file().then(|| file.display().to_string())
    });
    all.extend(key.map(|it| ("XAUTHORITY".to_owned(), it)));
    all
}

/// The port that the driver says it listens on; `None` when it ends before that.
async fn ready(service: &Service) -> Option<u16> {
    let mut seen = 0;
    loop {
        let log = service.log();
        let text = String::from_utf8_lossy(&log.bytes);
        if let Some((_, after)) = text.split_once(READY)
            && let Some((digits, _)) = after.split_once(|it: char| !it.is_ascii_digit())
        {
            return digits.parse().ok();
        }
        tokio::select! {
            total = service.log_beyond(seen) => seen = total,
            _ = service.exited() => return None,
        }
    }
}

fn last_words(service: &Service) -> String {
    let log = service.log();
    let text = String::from_utf8_lossy(&log.bytes).into_owned();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return "(empty)".to_owned();
    }
    lines[lines.len().saturating_sub(5)..].join(" | ")
}

/// Options that say nothing, for tests.
#[cfg(test)]
pub(in crate::surface::browser) fn plain_options(scratch: &Path) -> BrowserOptions {
    BrowserOptions {
        program: None,
        driver: None,
        grid: None,
        page: crate::model::page_settings::PageSettings::default(),
        timeout: START,
        allow_hosts: Vec::new(),
        scratch: scratch.to_owned(),
        tree: crate::process::Cookie::new(),
        window: Window::Hidden,
        axe: None,
        veil: crate::surface::veil::Veil::default(),
        credentials: crate::surface::browser::Credentialed::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A driver whose port is taken so many times before it is free.
    async fn start(taken: u32) -> Result<u16, String> {
        let scratch = tempfile::tempdir().expect("a folder");
        let program = scratch.path().join("driver");
        let script = format!(
            "#!/bin/sh\necho x >> tries\nif [ $(wc -l < tries) -le {taken} ]; then\n  \
             echo 'IPv6 port not available. Exiting...'\n  exit 1\nfi\n\
             echo 'ChromeDriver was started successfully on port 4711.'\nexec sleep 60\n"
        );
        std::fs::write(&program, script).expect("written");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("set");
        let options = plain_options(scratch.path());
        let driver = Driver::start(&program, scratch.path(), &options).await;
        let driver = driver.map_err(|error| error.to_string())?;
        let port = driver.port();
        driver.stop().await;
        Ok(port)
    }

    #[tokio::test]
    async fn a_driver_whose_port_was_taken_chooses_another_but_not_for_ever() {
        assert_eq!(start(2).await, Ok(4711));
        let refused = start(3).await.expect_err("it gives up");
        assert!(refused.contains("IPv6 port not available"), "{refused}");
    }
}

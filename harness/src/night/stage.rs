//! [`Stage`]: what one attempt stands on: for each product that it uses a folder with fresh data and
//! the server that it talks to.
//!
//! It knows nothing of steps, so that whoever wants to do a part of a scenario can stand on one too.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use sha2::{Digest as _, Sha256};

use super::products::Spare;
use super::products::{Neighbours, Products, Running, Served};
use super::walls::{Needs, Walled, loopback};
use crate::attempt::{Commands, Crash, Scope, Sites, Terminals};
use crate::ledger::Secrets;
use crate::model::page_settings::PageSettings;
use crate::model::sandbox::{Author, Sandbox};
use crate::model::suite::Isolation;
use crate::model::{Scenario, Template};
use crate::policy::Policy;
use crate::process::{Confinement, Environment, Relays};
use crate::product::{Address, ProductError, WorkFolder};
use crate::surface::SurfaceError;
use crate::surface::browser::{Onlooker, PageContext};
use crate::surface::command::{CommandSetup, CommandSurface};
use crate::surface::mail::Sink;
use crate::surface::terminal::{TerminalSetup, TerminalSurface};
use crate::surface::veil::Veil;

/// How much of each output of a command is kept, in bytes.
const MOST_OUTPUT: usize = 4 << 20;

/// What an attempt stands on.
pub(super) struct Stage<'a> {
    own: &'a str,
    grounds: IndexMap<&'a str, Ground<'a>>,
    /// Which commands run confined.
    sandbox: Sandbox,
}

/// One product of an attempt.
struct Ground<'a> {
    product: &'a Running,
    work: WorkFolder,
    served: Option<Arc<Served>>,
    isolation: Isolation,
    environment: Environment,
    /// The walls around its commands, where some are confined.
    confinement: Option<Confinement>,
    /// The ways through them.
    relays: Option<Relays>,
}

/// Where an attempt stands before its first step, for agents that show it to somebody.
pub(super) struct Standpoint {
    /// The product's URL, where it is served.
    pub base_url: Option<String>,
    /// The port that it was given.
    pub port: Option<u16>,
    /// The working folder.
    pub work: std::path::PathBuf,
    /// The environment of the product's commands.
    pub environment: Environment,
    /// Looks at the attempt's page, where it has one.
    pub onlooker: Option<Onlooker>,
    /// Where the browser's developer tools listen.
    pub tools: Option<String>,
}

/// Why there is no stage.
pub(super) struct NoStage(pub String);

impl From<ProductError> for NoStage {
    fn from(error: ProductError) -> Self {
        Self(error.to_string())
    }
}

impl<'a> Stage<'a> {
    /// Gives every product that a scenario uses a folder and a server, in their order.
    pub(super) async fn set(
        products: &'a Products,
        scenario: &'a Scenario,
    ) -> Result<Self, NoStage> {
        let own = scenario.product.as_deref().unwrap_or_default();
        let mut stage = Self { own, grounds: IndexMap::new(), sandbox: Sandbox::Off };
        let unsaid = Scenario::default();
        let names: Vec<&str> = match &scenario.uses[..] {
            [] => vec![own],
            uses => uses.iter().map(String::as_str).collect(),
        };
        for name in names {
            let Some(product) = products.get(name) else {
                stage.clear().await;
                return Err(NoStage(format!("the product {name} is not healthy")));
            };
            // What a scenario says of data and servers is meant for its own product.
            let said = if name == own { scenario } else { &unsaid };
            match Ground::prepare(product, said, &stage.neighbours()).await {
                Ok(ground) => drop(stage.grounds.insert(name, ground)),
                Err(error) => {
                    stage.clear().await;
                    return Err(error.into());
                }
            }
        }
        Ok(stage)
    }

    /// Puts the walls up around its commands.
    ///
    /// # Errors
    /// There is no way through them to the servers.
    pub(super) fn wall_in(
        &mut self,
        walled: &Walled,
        sandbox: Sandbox,
        mail: Option<&Sink>,
    ) -> Result<(), NoStage> {
        self.sandbox = sandbox;
        let served = self.grounds.values().filter_map(|it| loopback(&it.served.as_ref()?.base_url));
        let mut addresses: Vec<_> = served.chain(mail.map(Sink::address)).collect();
        addresses.sort_unstable();
        addresses.dedup();
        for (name, ground) in &mut self.grounds {
            let work = &ground.work;
            let needs = Needs {
                read: ground.product.prepared.made_of(),
                write: [work.work(), work.home(), work.tmp()],
                addresses: addresses.clone(),
                ways: work.root().join("ways"),
            };
            let (confinement, relays) = walled.around(needs).map_err(|error| {
                NoStage(format!("the way from confined commands to {name}: {error}"))
            })?;
            (ground.confinement, ground.relays) = (Some(confinement), relays);
        }
        Ok(())
    }

    /// The products so far, for those that come after them.
    fn neighbours(&self) -> Neighbours {
        let mut neighbours = Neighbours::default();
        for (name, ground) in &self.grounds {
            neighbours.add(name, ground.served.as_deref(), &ground.work);
        }
        neighbours
    }

    /// Where its products are.
    pub(super) fn sites(&self) -> Sites {
        let addresses = self.grounds.iter().map(|(name, ground)| {
            ((*name).to_owned(), ground.served.as_ref().map(|it| it.base_url.clone()))
        });
        Sites::new(self.own, addresses.collect())
    }

    /// The hosts that pages may reach beside the one that paths are joined to.
    fn allowed(&self) -> Vec<String> {
        let hosts = self.grounds.values().flat_map(|it| &it.product.prepared.config().allow_hosts);
        hosts.cloned().chain(self.grounds.values().filter_map(Ground::host)).collect()
    }

    pub(super) fn policy(&self) -> Policy {
        let sites = self.sites();
        // Pages join paths to this one, so it is what a path that is opened is decided on with.
        let home = sites.home().map(|(_, url)| url);
        let products = self
            .grounds
            .iter()
            .filter_map(|(name, ground)| Some(((*name).to_owned(), ground.host()?)));
        Policy::new(home, &self.allowed()).beside_products(products)
    }

    /// What the pages of an attempt are opened for; the settings of its product and what `over`
    /// lays over them know the attempt's values.
    pub(super) fn page_context(
        &self,
        secrets: &Secrets,
        sites: &Sites,
        over: &PageSettings,
        scope: &Scope,
    ) -> Result<PageContext, SurfaceError> {
        let dismiss =
            self.grounds.values().flat_map(|it| it.product.prepared.config().dismiss.clone());
        let said = self.grounds[self.own].product.prepared.config().browser.overlaid(over);
        let filled = said.map(&|template: &Template| {
            template.resolve(&|name| scope.value(name, None, secrets)).map(Template::new)
        });
        let settings = filled.map_err(|unknown| {
            SurfaceError::BrowserMissing(format!("the `browser:` settings: {unknown}"))
        })?;
        Ok(PageContext {
            base_url: sites.home().map(|(_, url)| url.to_owned()).unwrap_or_default(),
            allow_hosts: self.allowed(),
            settings,
            dismiss: dismiss.collect(),
            work: self.grounds[self.own].work.work().to_owned(),
        })
    }

    /// Where an attempt stands before its first step.
    pub(super) fn standpoint(
        &self,
        onlooker: Option<Onlooker>,
        tools: Option<String>,
    ) -> Standpoint {
        let own = &self.grounds[self.own];
        Standpoint {
            base_url: own.served.as_ref().map(|it| it.base_url.clone()),
            port: own.served.as_ref().and_then(|it| it.port),
            work: own.work.work().to_owned(),
            environment: own.environment.clone(),
            onlooker,
            tools,
        }
    }

    /// The terminals of its products.
    pub(super) fn terminals(
        &self,
        timeout: Duration,
        secrets: &Secrets,
        author: Author,
    ) -> Terminals {
        let surface = |ground: &Ground<'_>| {
            TerminalSurface::new(TerminalSetup {
                work: ground.work.work().to_owned(),
                environment: ground.environment.clone(),
                timeout,
                secrets: secrets.values().collect(),
                confinement: self.confinement(ground, author),
            })
        };
        self.grounds.iter().map(|(name, it)| ((*name).to_owned(), surface(it))).collect()
    }

    /// The commands of its products.
    pub(super) fn commands(&self, timeout: Duration, veil: &Veil, author: Author) -> Commands {
        let surface = |ground: &Ground<'_>| {
            CommandSurface::new(CommandSetup {
                work: ground.work.work().to_owned(),
                environment: ground.environment.clone(),
                timeout,
                max_output: MOST_OUTPUT,
                veil: veil.clone(),
                confinement: self.confinement(ground, author),
            })
        };
        self.grounds.iter().map(|(name, it)| ((*name).to_owned(), surface(it))).collect()
    }

    /// The walls around the commands of a product that this author wrote.
    fn confinement(&self, ground: &Ground<'_>, author: Author) -> Option<Confinement> {
        ground.confinement.clone().filter(|_| self.sandbox.confines(author))
    }

    /// How one of its products died, if one did.
    pub(super) fn crashed(&self) -> Option<Crash> {
        self.grounds.iter().find_map(|(name, ground)| {
            let served = ground.served.as_ref()?;
            let crash = served.crashed()?;
            Some(Crash { product: (*name).to_owned(), how: crash.how, log: served.log() })
        })
    }

    /// The server that a product is served by; what is signed in to it is signed in to no other.
    pub(super) fn served(&self, product: &str) -> Option<Arc<Served>> {
        self.grounds.get(product)?.served.clone()
    }

    /// The values of `${port}`, `${base-url}`, `${work}`, the same of every product by its name,
    /// `${unique}`, and how they are compared.
    pub(super) fn scope(
        &self,
        vars: &IndexMap<String, String>,
        mail: Option<&Sink>,
        unique: &str,
    ) -> Scope {
        let mut scope = Scope::new(vars);
        for (name, ground) in &self.grounds {
            let own = *name == self.own;
            let token =
                |what: &str| if own { format!("[{what}]") } else { format!("[{name}.{what}]") };
            let mut set = |what: &str, value: &str| {
                scope.set(&format!("{name}.{what}"), value);
                if own {
                    scope.set(what, value);
                }
            };
            let port = ground.served.as_ref().and_then(|it| it.port).map(|it| it.to_string());
            let work = ground.work.work().to_string_lossy().into_owned();
            if let Some(served) = &ground.served {
                set("base-url", &served.base_url);
            }
            if let Some(port) = &port {
                set("port", port);
            }
            set("work", &work);
            if let Some(port) = port {
                scope.is_known(port, &token("port"));
            }
            if let Some(served) = ground.served.as_ref().filter(|it| it.work != ground.work.work())
            {
                scope.is_known(served.work.to_string_lossy(), &token("server"));
            }
            if own && let Some(build) = ground.product.prepared.wanted() {
                scope.set("build", build);
            }
            if let Some(folder) = ground.product.prepared.build_dir() {
                let folder = folder.to_string_lossy();
                if own {
                    scope.set("build-dir", folder.clone());
                }
                scope.is_known(folder, &token("build"));
            }
            scope.is_known(work, &token("work"));
            scope.is_known(ground.work.home().to_string_lossy(), &token("home"));
            scope.is_known(ground.work.tmp().to_string_lossy(), &token("tmp"));
        }
        if let Some(sink) = mail {
            scope.set("smtp-host", sink.address().ip().to_string());
            scope.set_known("smtp-port", sink.address().port().to_string(), "[smtp-port]");
        }
        scope.set_known("unique", unique, "[unique]");
        scope
    }

    /// Has the addresses of some products compared as these texts.
    pub(super) fn shown_as(&self, scope: &mut Scope, texts: &IndexMap<String, String>) {
        for (name, text) in texts {
            let ground = self.grounds.get(name.as_str());
            let served = ground.and_then(|it| it.served.as_ref());
            let Some(address) = served.and_then(|it| authority(&it.base_url)) else { continue };
            // Pages may show the port alone.
            if let (Some((_, port)), Some((_, shown))) =
                (address.rsplit_once(':'), text.rsplit_once(':'))
            {
                scope.is_known(port, shown);
            }
            scope.is_known(address, text);
        }
    }

    /// Ends what only this attempt used, the last product first.
    pub(super) async fn clear(self) {
        for (_, ground) in self.grounds.into_iter().rev() {
            if let (Isolation::Scenario, Some(served)) = (ground.isolation, &ground.served) {
                served.stop().await;
            }
            drop(ground.relays);
            ground.product.clear(ground.work);
        }
    }
}

impl<'a> Ground<'a> {
    async fn prepare(
        product: &'a Arc<Running>,
        scenario: &Scenario,
        neighbours: &Neighbours,
    ) -> Result<Self, ProductError> {
        let Spare { work, served } = product.ground(scenario, neighbours).await?;
        let isolation = product.isolation(scenario);
        let address = Address {
            port: served.as_deref().and_then(|it| it.port),
            base_url: served.as_deref().map(|it| it.base_url.as_str()),
        };
        let variables = product.variables.clone();
        let environment = product.prepared.environment(&work, address, &|name| {
            variables.value(name).or_else(|| neighbours.value(name))
        })?;
        let (confinement, relays) = (None, None);
        Ok(Self { product, work, served, isolation, environment, confinement, relays })
    }

    /// `host:port` of its server.
    fn host(&self) -> Option<String> {
        let url = url::Url::parse(&self.served.as_ref()?.base_url).ok()?;
        Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
    }
}

/// What a page shows of an address: `host:port`, or the host where the port is the usual one.
pub(super) fn authority(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// The value of `${unique}`: another one for every attempt of every night. Always `u` and fifteen
/// digits, because digits are equally wide in nearly every font: what stands beside it on a page
/// must not move from night to night.
pub(super) fn unique(night: &str, scenario: &str, number: u32) -> String {
    let digest = Sha256::digest(format!("{night}\n{scenario}\n{number}"));
    let digits = digest.iter().take(15).map(|byte| char::from(b'0' + byte % 10));
    std::iter::once('u').chain(digits).collect()
}

/// Ends what commands have left running.
pub(super) async fn close_commands(commands: &mut Commands) {
    for command in commands.values_mut() {
        command.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_values_differ_by_night_scenario_and_attempt_and_are_equally_long() {
        let all = [
            unique("n1", "a", 1),
            unique("n2", "a", 1),
            unique("n1", "b", 1),
            unique("n1", "a", 2),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert!(all.iter().all(|it| it.len() == 16 && it.starts_with('u')), "{all:?}");
    }
}

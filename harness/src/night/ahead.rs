//! [`Ahead`]: builds that are made while a search tries another one, so that it has not to wait for
//! those that it asks for next.
//!
//! What a search finds does not hang on it: a build that cannot be made ahead is made by whoever
//! tries it, who says what is wrong with it. Neighbour: [`super::bisect`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexMap;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::products::Variables;
use super::secrets::secrets_in;
use super::workshop::Workshop;
use super::{NightError, RunOptions, Stop, tonight};
use crate::model::command::CommandLine;
use crate::model::{Patience, Plan, Suite, Template};
use crate::product::{ProductError, make_build};

/// So many builds can come next: one where the try fails, one where it passes.
const NEXT: usize = 2;

/// The builds of one product that are made ahead.
pub(super) struct Ahead {
    maker: Arc<Maker>,
    room: Arc<Semaphore>,
    at_once: usize,
    making: IndexMap<String, Making>,
}

/// What a build is made with.
struct Maker {
    suite: Suite,
    workshop: Workshop,
    variables: Variables,
    product: String,
}

/// A build that is being made, waits for its turn, or was made.
struct Making {
    task: JoinHandle<()>,
    has_begun: Arc<AtomicBool>,
}

impl Ahead {
    /// For a search among so many builds of a product. As many are made at once as a night has
    /// workers, with the one that is tried; with one worker none is made ahead.
    ///
    /// # Errors
    /// A secret that their commands need is not there.
    pub(super) fn of(
        (suite, options): (&Suite, &RunOptions),
        plan: &Plan,
        product: &str,
        builds: usize,
    ) -> Result<Self, NightError> {
        let suite = tonight(suite, options, plan.patience.unwrap_or(Patience::USUAL));
        let make = suite.config.products[product].builds.iter().flat_map(|it| &it.make);
        let all = make.flat_map(|it| texts(&it.run));
        let secrets = secrets_in(&suite.config, all, &options.environment)?;
        let variables = Variables { vars: suite.config.vars.clone(), secrets, mail: None };
        let at_once = options.workers(&suite, builds) - 1;
        let workshop = Workshop::of(&suite, options);
        let product = product.to_owned();
        let maker = Arc::new(Maker { suite, workshop, variables, product });
        let room = Arc::new(Semaphore::new(at_once));
        Ok(Self { maker, room, at_once, making: IndexMap::new() })
    }

    /// How many builds it wants to know of beside the one that is tried.
    pub(super) fn most(&self) -> usize {
        if self.at_once == 0 { 0 } else { self.at_once.max(NEXT) }
    }

    /// Waits until the build that is tried now is made, where that has begun, and goes on with those
    /// that may come next, in their order. The making of any other one is ended.
    pub(super) async fn turn_to(&mut self, build: &str, next: &[&str], stop: &Stop) {
        let is_wanted = |it: &str| it == build || next.contains(&it);
        let unwanted: Vec<String> =
            self.making.keys().filter(|it| !is_wanted(it)).cloned().collect();
        for other in unwanted {
            if let Some(making) = self.making.shift_remove(&other) {
                making.end().await;
            }
        }
        if let Some(making) = self.making.shift_remove(build) {
            making.come(stop).await;
        }
        for it in next {
            if !self.making.contains_key(*it) {
                let making = self.begin(it);
                self.making.insert((*it).to_owned(), making);
            }
        }
    }

    fn begin(&self, build: &str) -> Making {
        let (maker, room) = (self.maker.clone(), self.room.clone());
        let (build, has_begun) = (build.to_owned(), Arc::new(AtomicBool::new(false)));
        let begins = has_begun.clone();
        let task = tokio::spawn(async move {
            let Ok(_room) = room.acquire().await else { return };
            begins.store(true, Ordering::Relaxed);
            if let Err(error) = Box::pin(maker.make(&build)).await {
                tracing::info!("not made ahead: {error}");
            }
        });
        Making { task, has_begun }
    }

    /// Ends what is still being made.
    pub(super) async fn end(mut self) {
        for (_, making) in std::mem::take(&mut self.making) {
            making.end().await;
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.making.values().for_each(|it| it.task.abort());
    }
}

impl Maker {
    async fn make(&self, build: &str) -> Result<(), ProductError> {
        let config = &self.suite.config.products[&self.product];
        let setting = self.workshop.setting(&self.product, config, Some(build));
        make_build(setting, &|name| self.variables.value(name)).await
    }
}

impl Making {
    /// Ends it with all that it has started.
    async fn end(self) {
        self.task.abort();
        drop(self.task.await);
    }

    /// Waits until it is made, or cannot be; one that waits for its turn is left to whoever tries it.
    async fn come(mut self, stop: &Stop) {
        if self.has_begun.load(Ordering::Relaxed) {
            tokio::select! {
                biased;
                () = stop.comes() => {}
                _made = &mut self.task => return,
            }
        }
        self.end().await;
    }
}

/// The texts of a command.
fn texts(command: &CommandLine) -> &[Template] {
    match command {
        CommandLine::Argv(words) => words,
        CommandLine::Shell(line) => std::slice::from_ref(line),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::model::testing::Night;
    use crate::spec;

    /// A suite whose only product makes its builds so, and options that keep them below the suite.
    fn suite(root: &Path, make: &str, jobs: u32) -> (Suite, RunOptions) {
        let config =
            format!("products:\n  shop:\n    builds: {{ make: [ {{ shell: '{make}' }} ] }}\n");
        std::fs::write(root.join("nightshift.yaml"), config).expect("written");
        let suite = spec::load(root, &spec::Overrides::default()).expect("a valid suite");
        let cache = root.join("cache").display().to_string();
        let path = std::env::var("PATH").expect("there is one");
        let environment = [("XDG_CACHE_HOME", cache), ("PATH", path)];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).into();
        (suite, RunOptions { environment, jobs: Some(jobs), ..RunOptions::default() })
    }

    async fn comes(path: &Path) {
        while !path.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn what_may_come_next_is_made_meanwhile_and_what_nobody_asks_for_any_more_is_ended() {
        let root = tempfile::tempdir().expect("a folder");
        let make = "touch ${build}.begun; test ${build} = quick || sleep 1000; touch ${build}.made";
        let (suite, options) = suite(root.path(), make, 3);
        let plan = Night::default().plan;
        let mut ahead = Ahead::of((&suite, &options), &plan, "shop", 9).expect("no secrets");
        assert_eq!(ahead.most(), 2);
        let file = |name: &str| root.path().join(name);
        let stop = Stop::default();
        ahead.turn_to("tried", &["quick", "endless"], &stop).await;
        comes(&file("endless.begun")).await;
        comes(&file("quick.begun")).await;
        // The endless one would never end by itself.
        ahead.turn_to("quick", &["other"], &stop).await;
        assert!(file("quick.made").exists());
        comes(&file("other.begun")).await;
        assert_eq!(ahead.making.keys().collect::<Vec<_>>(), ["other"]);
        ahead.end().await;
        let done = ["tried", "endless", "other"].map(|it| file(&format!("{it}.made")).exists());
        assert_eq!(done, [false; 3]);
        assert!(!file("tried.begun").exists(), "whoever tries it makes it");
    }

    #[tokio::test]
    async fn with_one_worker_nothing_is_made_ahead() {
        let root = tempfile::tempdir().expect("a folder");
        let (suite, options) = suite(root.path(), "touch ${build}.begun", 1);
        let plan = Night::default().plan;
        let ahead = Ahead::of((&suite, &options), &plan, "shop", 9).expect("no secrets");
        assert_eq!(ahead.most(), 0);
    }
}

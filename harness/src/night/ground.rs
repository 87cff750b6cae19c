//! [`Ground`]: a suite that is explored: which product has pages, which commands there are, and what
//! may be done with them.

use std::path::Path;

use indexmap::IndexMap;

use super::{NightError, RunOptions, Until};
use crate::explore::{self, Batch, DataFile, Map, Rules, Session, Written};
use crate::model::page::{PageExpectation, WaitFor};
use crate::model::suite::{Isolation, LimitFrom, ProductConfig};
use crate::model::{Action, Scenario, Step, Suite, Surface};
use crate::plan::Selection;
use crate::spec;
use crate::surface::browser::Window;

/// The most files of the product's data that are looked at.
const MOST_FILES: usize = 40;
/// A file of at most so many bytes may be read as text.
const MOST_TEXT: u64 = 20_000;
/// How long an action may wait while a product is explored, in milliseconds.
const PATIENCE: u64 = 4_000;

/// What is explored of a suite, where it is not what its configuration says.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Commands; none takes those of the configuration.
    pub cli: Vec<String>,
    /// Whose session pages are used with; `None` takes that of the configuration.
    pub actor: Option<String>,
    /// Chooses among what is worth the same.
    pub seed: u64,
    /// URLs of running products, by product.
    pub base_urls: IndexMap<String, String>,
}

/// A suite that is ready to be explored.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The suite.
    pub suite: Suite,
    /// The same, less patient.
    pub probing: Suite,
    /// The product with pages.
    pages: Option<String>,
    /// The commands, by their words, each with its product.
    commands: Vec<(Vec<String>, String)>,
    /// Whose pages are explored.
    actor: Option<String>,
    /// The addresses that it begins at.
    entrances: Vec<String>,
    rules: Rules,
}

impl Ground {
    /// Finds pages and commands of a suite.
    ///
    /// # Errors
    /// There are none, a command belongs to no product, or the product's data cannot be read.
    pub fn of(suite: &Suite, scope: &Scope) -> Result<Self, NightError> {
        let products = &suite.config.products;
        let served =
            |it: &&String| products[*it].serve.is_some() || products[*it].base_url.is_some();
        let named = scope.base_urls.first().and_then(|_| products.keys().next());
        let pages = products.keys().find(served).or(named).cloned();
        let commands = commands(suite, scope, pages.as_deref())?;
        if pages.is_none() && commands.is_empty() {
            let why = "no product of this suite has pages; name its command with --cli";
            return Err(NightError::Usage(why.to_owned()));
        }
        let mut rules = rules(suite, scope, pages.as_deref(), &commands)?;
        let mut probing = suite.clone();
        if probing.config.browser.timeout_from == LimitFrom::Default {
            probing.config.browser.timeout_ms = PATIENCE;
        }
        // What a scenario says of servers is meant for its own product, and a probe may use two.
        for product in probing.config.products.values_mut().filter(|it| it.serve.is_some()) {
            product.isolate = Isolation::Scenario;
        }
        let actor = scope.actor.clone().or_else(|| suite.config.explore.actor.clone());
        rules.session = session(suite, pages.as_deref(), actor.as_deref())?;
        let entrances = entrances(suite, scope, pages.as_deref(), actor.as_deref());
        Ok(Self { suite: suite.clone(), probing, pages, commands, actor, entrances, rules })
    }

    /// The map at the beginning.
    #[must_use]
    pub fn map(&self) -> Map {
        let mut map = Map::new(self.rules.clone());
        if self.pages.is_some() {
            for address in &self.entrances {
                map.begin_at(address);
            }
        }
        let several = self.suite.config.products.len() > 1;
        for (words, product) in &self.commands {
            map.begin_with(words.clone(), several.then(|| product.clone()));
        }
        map
    }

    /// The product that has pages, where one has.
    #[must_use]
    pub fn pages(&self) -> Option<&str> {
        self.pages.as_deref()
    }

    /// What may be done, and which product a step is of.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The scenarios of batches, each with a server of its own where there is one to start, and with
    /// the product of each step that is not of its own.
    #[must_use]
    pub fn scenarios(&self, batches: &[Batch]) -> Vec<Scenario> {
        let actor = |it: &Batch| {
            let steps: Vec<Action> = it.scenario.steps.iter().map(|it| it.action.clone()).collect();
            self.actor_of(&steps)
        };
        let own = |it: &Batch| {
            let product = it.scenario.product.as_deref().or(self.pages.as_deref());
            let product: Option<&ProductConfig> =
                product.and_then(|it| self.suite.config.products.get(it));
            let served = product.is_some_and(|it| it.serve.is_some());
            let home = it.scenario.product.as_deref();
            let named = |it: &Step| Step {
                product: self.rules.other_product(&it.action, home),
                ..it.clone()
            };
            Scenario {
                isolate: served.then_some(Isolation::Scenario),
                actor: actor(it).map(str::to_owned),
                steps: it.scenario.steps.iter().map(named).collect(),
                ..it.scenario.clone()
            }
        };
        batches.iter().map(own).collect()
    }
}

impl Ground {
    /// The scenarios of the suite as they are played: what a skill does is theirs.
    #[must_use]
    pub fn known(&self) -> Vec<Scenario> {
        let all = crate::plan::select(&self.suite, &Selection::default());
        // A suite without scenarios has nothing to be planned.
        all.unwrap_or_else(|_| self.suite.scenarios.clone())
    }

    /// Whose session a scenario starts from: nobody's where it opens no page, or signs in itself.
    #[must_use]
    pub fn actor_of(&self, steps: &[Action]) -> Option<&str> {
        let pages = steps.iter().any(|it| it.surface() == Some(Surface::Browser));
        let signs_in = match &self.rules.session {
            Session::Anew(own) => steps.starts_with(own),
            Session::Nobody | Session::Kept => false,
        };
        self.actor.as_deref().filter(|_| pages && !signs_in)
    }

    /// Whether a scenario has to say that it has a server of its own: what it writes, or whom it signs
    /// out, would stand in the way of the others where they share one.
    #[must_use]
    pub fn apart(&self, map: &Map, it: &Written) -> Option<Isolation> {
        let product = it.product.as_deref().or(self.pages.as_deref());
        let product = self.suite.config.products.get(product?)?;
        let shared = product.serve.is_some() && product.isolate == Isolation::Night;
        let in_the_way = explore::writes(map, it) || explore::ends_sessions(map, it);
        (shared && in_the_way).then_some(Isolation::Scenario)
    }
}

/// Where a product is begun at: the path of its address, and the pages that the steps of a session
/// name, since what needs somebody who is signed in need not be led to from where nobody is.
fn entrances(
    suite: &Suite,
    scope: &Scope,
    pages: Option<&str>,
    actor: Option<&str>,
) -> Vec<String> {
    let Some(pages) = pages else { return Vec::new() };
    let running = suite.config.products[pages].base_url.as_ref().map(crate::model::Template::raw);
    let running = scope.base_urls.get(pages).map(String::as_str).or(running);
    let path = running.and_then(|it| url::Url::parse(it).ok()).map(|it| it.path().to_owned());
    let mut all = vec![path.unwrap_or_else(|| "/".to_owned())];
    let session = actor.and_then(|it| suite.config.sessions.get(it));
    for step in session.iter().flat_map(|it| it.establish.iter().chain(&it.check)) {
        let skill = match &step.action {
            Action::Use { skill, .. } => suite.skills.get(skill),
            _ => None,
        };
        let called = skill.iter().flat_map(|it| &it.steps).flat_map(Step::all);
        for step in step.all().into_iter().chain(called) {
            let address = match &step.action {
                Action::Open(address) => address.raw(),
                Action::Wait { until: WaitFor::Url(url), .. } => url.raw(),
                _ => continue,
            };
            let plain = address.starts_with('/') && !address.contains("${");
            if plain && !all.iter().any(|it| it == address) {
                all.push(address.to_owned());
            }
        }
    }
    all
}

/// Whose session pages are used with, and the steps by which somebody signs in anew, where a scenario can
/// have them as they are.
fn session(suite: &Suite, pages: Option<&str>, actor: Option<&str>) -> Result<Session, NightError> {
    let Some((actor, pages)) = actor.zip(pages) else { return Ok(Session::Nobody) };
    let uses = Scenario { actor: Some(actor.to_owned()), ..Scenario::default() };
    let sessions = crate::plan::sessions(suite, &[uses])?;
    let Some(session) = sessions.get(actor) else { return Ok(Session::Nobody) };
    let is_here = |product: Option<&str>| product.is_none_or(|it| it == pages);
    let own = |it: &Step| it.actor.is_none() && is_here(it.product.as_deref());
    let written = |it: &Step| as_written(&it.action).filter(|_| own(it));
    let steps: Option<Vec<Action>> = session.establish.iter().map(written).collect();
    // Who only opens an address does what an exploration does too.
    let types = |it: &Action| matches!(it, Action::Fill(_) | Action::Type { .. });
    Ok(match steps {
        Some(all) if is_here(session.product.as_deref()) && all.iter().any(types) => {
            Session::Anew(all)
        }
        Some(_) | None => Session::Kept,
    })
}

/// An action as a scenario has it that an exploration writes; to wait for something is to see it.
fn as_written(action: &Action) -> Option<Action> {
    let action = match action {
        Action::Wait { until: WaitFor::Visible(thing), .. } => Action::See(vec![thing.clone()]),
        Action::Wait { until: WaitFor::Gone(thing), .. } => Action::SeeNot(vec![thing.clone()]),
        Action::Wait { until: WaitFor::Url(url), .. } => {
            Action::Expect(vec![PageExpectation::Url(url.clone())])
        }
        other => other.clone(),
    };
    spec::write_step(&action).is_some().then_some(action)
}

/// The options of a night of an exploration: what was asked of the products, and nothing else.
#[must_use]
pub fn options_of(asked: &RunOptions, until: Until) -> RunOptions {
    RunOptions {
        jobs: asked.jobs,
        builds: asked.builds.clone(),
        base_urls: asked.base_urls.clone(),
        branch: asked.branch.clone(),
        environment: asked.environment.clone(),
        tools: asked.tools.clone(),
        pace: asked.pace.clone(),
        kept: asked.kept.clone(),
        window: Window::Hidden,
        until: Some(until),
        retries: Some(0),
        ..RunOptions::default()
    }
}

/// The commands to explore, each with its product.
fn commands(
    suite: &Suite,
    scope: &Scope,
    pages: Option<&str>,
) -> Result<Vec<(Vec<String>, String)>, NightError> {
    let products = &suite.config.products;
    let plain = products.iter().filter(|it| it.1.serve.is_none() && it.1.base_url.is_none());
    let mut all: Vec<(Vec<String>, String)> = Vec::new();
    let asked = if scope.cli.is_empty() {
        all.extend(plain.map(|(name, _)| (vec![name.clone()], name.clone())));
        &suite.config.explore.cli
    } else {
        &scope.cli
    };
    for cli in asked {
        let words = spec::command_words(cli);
        let Some(program) = words.first() else {
            return Err(NightError::Usage("--cli is empty".to_owned()));
        };
        let named = [spec::command_product(cli), program.clone()];
        let own = products.keys().find(|it| named.contains(it)).map(String::as_str);
        let only = products.keys().next().filter(|_| products.len() == 1).map(String::as_str);
        let Some(product) = own.or(only).or(pages) else {
            return Err(NightError::Usage(format!(
                "--cli {cli}: no product of this suite is called {program}"
            )));
        };
        let command = (words, product.to_owned());
        if !all.contains(&command) {
            all.push(command);
        }
    }
    Ok(all)
}

fn rules(
    suite: &Suite,
    scope: &Scope,
    pages: Option<&str>,
    commands: &[(Vec<String>, String)],
) -> Result<Rules, NightError> {
    let products = &suite.config.products;
    let thrown_away = |it: &&str| keeps_a_copy(&products[*it]) && scope.base_urls.is_empty();
    let with_data = |it: &str| products[it].data.is_some();
    let mut used = pages.into_iter().chain(commands.iter().map(|it| it.1.as_str()));
    let data = used.find_map(|it| products[it].data.as_deref());
    let several = products.len() > 1;
    let program = |it: &(Vec<String>, String)| Some((it.0.first()?.clone(), it.1.clone()));
    Ok(Rules {
        pages_are_copies: pages.as_ref().is_some_and(thrown_away),
        commands_are_copies: !commands.is_empty() && commands.iter().all(|it| with_data(&it.1)),
        never: suite.config.explore.never.clone(),
        seed: scope.seed,
        files: data.map(|it| files(&suite.root.join(it))).transpose()?.unwrap_or_default(),
        vars: suite.config.vars.keys().cloned().collect(),
        pages: pages.filter(|_| several).map(str::to_owned),
        programs: commands.iter().filter(|_| several).filter_map(program).collect(),
        session: Session::Nobody,
    })
}

/// Whether what a product's pages write is thrown away: it is served by us, and the suite says where
/// its state lies. A server that is only started may write into whatever its machine has.
fn keeps_a_copy(product: &ProductConfig) -> bool {
    let Some(serve) = &product.serve else { return false };
    let names_work = |it: &str| it.contains("${work}");
    let told =
        names_work(&serve.run.words()) || product.env.values().any(|it| names_work(it.raw()));
    product.data.is_some() || product.isolate == Isolation::Scenario || told
}

/// The files of the product's data, as they lie in a working folder.
fn files(data: &Path) -> Result<Vec<DataFile>, NightError> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(data).sort_by_file_name().into_iter().filter_map(Result::ok)
    {
        if !entry.file_type().is_file() || all.len() >= MOST_FILES {
            continue;
        }
        let below = entry.path().strip_prefix(data).ok().filter(|it| !it.as_os_str().is_empty());
        let path = below.unwrap_or(Path::new(entry.file_name())).display().to_string();
        let small = entry.metadata().is_ok_and(|it| it.len() <= MOST_TEXT);
        let bytes = if small {
            let io =
                |source| NightError::Io { action: "read", path: entry.path().to_owned(), source };
            std::fs::read(entry.path()).map_err(io)?
        } else {
            Vec::new()
        };
        let text = String::from_utf8(bytes).ok();
        let is_bytes = text.is_none();
        all.push(DataFile { path, text: text.filter(|it| !it.is_empty()), is_bytes });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::{Goal, Probe};
    use crate::model::scenario::RunCommand;

    /// A suite in a folder of its own, with this configuration.
    fn suite(config: &str) -> Suite {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("nightshift.yaml"), config).expect("written");
        let skill = "skill: sign-in\ndescription: Signs in.\nsteps:\n  - open: /desk/login\n  - click: 'button \"Go\"'\n";
        std::fs::create_dir(folder.path().join("skills")).expect("made");
        std::fs::write(folder.path().join("skills/sign-in.yaml"), skill).expect("written");
        spec::load(folder.path(), &spec::Overrides::default()).expect("a valid suite")
    }

    fn begins(config: &str, scope: &Scope) -> Vec<String> {
        Ground::of(&suite(config), scope).expect("it has pages").entrances
    }

    #[test]
    fn a_product_below_a_path_is_begun_there_and_another_at_its_top() {
        let at = |url: &str| format!("products:\n  app: {{ base-url: '{url}' }}\n");
        assert_eq!(begins(&at("http://127.0.0.1:8000"), &Scope::default()), ["/"]);
        assert_eq!(begins(&at("http://127.0.0.1:8000/app/"), &Scope::default()), ["/app/"]);
        let other = [("app".to_owned(), "http://127.0.0.1:8001/other".to_owned())];
        let scope = Scope { base_urls: other.into(), ..Scope::default() };
        assert_eq!(begins(&at("http://127.0.0.1:8000/app/"), &scope), ["/other"]);
    }

    #[test]
    fn pages_write_where_the_suite_says_that_their_state_is_a_copy_and_nowhere_else() {
        let copies = |more: &str, scope: &Scope| {
            let config = format!("products:\n  app: {{ {more} }}\n");
            Ground::of(&suite(&config), scope).expect("it has pages").rules.pages_are_copies
        };
        let serve = "serve: { run: 'appd --port ${port}' }";
        let said = |more: &str| copies(&format!("{serve}, {more}"), &Scope::default());
        assert!(!copies(serve, &Scope::default()), "it may write into a database of this machine");
        assert!(said("data: skills") && said("isolate: scenario"));
        assert!(said("env: { HOME_OF_APP: '${work}/app' }") && !said("env: { LEVEL: info }"));
        let below = "serve: { run: 'appd --port ${port} --data ${work}' }";
        assert!(copies(below, &Scope::default()));
        assert!(!copies("base-url: 'http://127.0.0.1:8000'", &Scope::default()));
        let other = [("app".to_owned(), "http://127.0.0.1:8001".to_owned())];
        let elsewhere = Scope { base_urls: other.into(), ..Scope::default() };
        assert!(!copies(&format!("{serve}, data: skills"), &elsewhere), "it runs elsewhere");
    }

    #[test]
    fn somebody_signs_in_anew_where_a_scenario_can_have_the_steps_and_nobody_does_elsewhere() {
        let config = |establish: &str| {
            format!(
                "products:\n  app: {{ base-url: 'http://127.0.0.1:8000' }}\nsessions:\n  ada:\n    establish: [ {establish} ]\n"
            )
        };
        let ada = Scope { actor: Some("ada".to_owned()), ..Scope::default() };
        let ground = |establish: &str, scope: &Scope| {
            Ground::of(&suite(&config(establish)), scope).expect("it has pages")
        };
        let fill = "{ fill: { 'textbox \"User\"': ada } }";
        let typed = &format!("{{ use: sign-in }}, {fill}, {{ wait: {{ url: /desk }} }}");
        let anew = ground(typed, &ada);
        let Session::Anew(steps) = &anew.rules.session else { panic!("{:?}", anew.rules.session) };
        let said: Vec<String> = steps.iter().map(Action::describe).collect();
        assert_eq!(said[..2], ["open /desk/login", "click button \"Go\""], "{said:?}");
        assert!(matches!(&steps[3], Action::Expect(_)), "{said:?}");
        let open = Action::Open("/desk".into());
        assert_eq!(anew.actor_of(std::slice::from_ref(&open)), Some("ada"));
        assert_eq!(
            anew.actor_of(&[steps.clone(), vec![open]].concat()),
            None,
            "it signs in itself"
        );
        assert_eq!(ground(typed, &Scope::default()).rules.session, Session::Nobody);
        let unwritten = format!("{typed}, {{ tab: {{ title: Desk }} }}");
        for kept in ["{ use: sign-in }", &unwritten] {
            assert_eq!(ground(kept, &ada).rules.session, Session::Kept, "{kept}");
        }
    }

    #[test]
    fn a_probe_may_use_two_products_and_each_step_of_the_other_names_it() {
        let probe = |product: Option<&str>| Probe {
            id: "a".to_owned(),
            key: "a".to_owned(),
            goal: Goal::ReadBack { of: "b".to_owned() },
            steps: vec![Action::Open("/".into()), stock_list()],
            product: product.map(str::to_owned),
            from: None,
            shares: false,
            value: 1,
        };
        let scenario = |config: &str, cli: &str, product: Option<&str>| {
            let scope = Scope { cli: vec![cli.to_owned()], ..Scope::default() };
            let ground = Ground::of(&suite(config), &scope).expect("it has pages");
            let scenario = ground.scenarios(&explore::batches(vec![probe(product)])).remove(0);
            let steps = scenario.steps.into_iter().map(|it| it.product).collect::<Vec<_>>();
            let isolated = ground.probing.config.products["app"].isolate;
            (steps, isolated)
        };
        let app = "app: { serve: { run: 'appd --port ${port}' } }";
        let two = format!("products:\n  {app}\n  stock: {{}}\n");
        let (own, other) = (Some("app".to_owned()), Some("stock".to_owned()));
        // Both have a server of their own: what a scenario says of it is meant for its own product.
        let alone = Isolation::Scenario;
        assert_eq!(scenario(&two, "stock", Some("app")), (vec![None, other], alone));
        assert_eq!(scenario(&two, "stock", Some("stock")), (vec![own, None], alone));
        let one = format!("products:\n  {app}\n");
        assert_eq!(scenario(&one, "stock", None), (vec![None, None], alone));
    }

    fn stock_list() -> Action {
        let words = ["stock", "list"].map(str::to_owned).to_vec();
        Action::Run(Box::new(RunCommand::of_words(words)))
    }

    #[test]
    fn pages_that_signing_in_names_are_begun_at_by_whom_it_signs_in_and_by_nobody_else() {
        let config = "products:\n  app: { base-url: 'http://127.0.0.1:8000' }\nsessions:\n  ada:\n    \
                      establish: [ { use: sign-in }, { wait: { url: /desk } } ]\n    check: [ { open: '/desk/${unique}' } ]\n";
        let ada = Scope { actor: Some("ada".to_owned()), ..Scope::default() };
        assert_eq!(begins(config, &ada), ["/", "/desk/login", "/desk"]);
        assert_eq!(begins(config, &Scope::default()), ["/"]);
    }
}

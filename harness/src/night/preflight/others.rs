//! Other builds than those under test, made ready before anything is run on them: to time, and to
//! judge by.

use std::path::Path;
use std::time::{Duration, Instant};

use indexmap::IndexMap;

use super::super::builds::{Other, Others, Use};
use super::super::products::{Products, Running};
use super::super::{NightError, Progress};
use super::{Desk, build_said, neighbours, until_stopped};
use crate::model::against::{ControlOf, ControlPlan};
use crate::model::suite::{Isolation, ProductConfig};
use crate::model::{Plan, Template};
use crate::product::ProductError;

/// Other builds that are ready.
#[derive(Default)]
pub(super) struct OtherBuilds {
    pub products: Products,
    /// Those that durations are compared with, by product.
    pub timed: IndexMap<String, String>,
    /// Those that tonight is judged by, where that was asked for.
    pub control: Option<ControlPlan>,
}

/// What the check of another build is called.
fn check(name: &str, what: Use) -> String {
    match what {
        Use::Timing => format!("other build of {name}"),
        Use::Control => format!("control of {name}"),
    }
}

impl Desk<'_> {
    /// Makes other builds ready, so that what they lack is known before anything is run on them.
    pub(super) async fn others(
        &self,
        wanted: &Others,
        (plan, tonight): (&Plan, &Products),
        scratch: &Path,
    ) -> Result<OtherBuilds, NightError> {
        let used = |name: &str| plan.scenarios.iter().any(|it| it.uses_product(name));
        let mut ready = OtherBuilds::default();
        for (name, what, why) in &wanted.none {
            self.record(&check(name, *what), Ok(why), Duration::ZERO, Vec::new())?;
            self.lacks(&mut ready, name, *what, why);
        }
        let alone = wanted.builds.len() == 1;
        for (name, (other, what)) in wanted.builds.iter().filter(|it| used(it.0)) {
            let check = check(name, *what);
            (self.progress)(Progress::Checking(check.clone()));
            let started = Instant::now();
            let served_beside = (alone && *what == Use::Control).then_some(tonight);
            let running = Box::pin(self.other(name, other, served_beside, scratch));
            let found = until_stopped(self.stop, name, running).await;
            let took = started.elapsed();
            match found {
                Ok(running) => {
                    let detail = match other {
                        Other::Build(_) => build_said(&running),
                        Other::Address(url) => format!("running at {url}"),
                    };
                    self.record(&check, Ok(&detail), took, Vec::new())?;
                    self.has(&mut ready, name, (other, *what));
                    ready.products.add(running);
                }
                Err(error) => {
                    let log = self.log_of(&error)?;
                    let error = error.to_string();
                    let lost = match what {
                        Use::Timing => "no duration is compared with it",
                        Use::Control => "nothing is judged by it",
                    };
                    self.record(&check, Err(&format!("{error}; {lost}")), took, log)?;
                    let line = error.lines().next().unwrap_or_default();
                    self.lacks(&mut ready, name, *what, line);
                }
            }
        }
        Ok(ready)
    }

    /// The control of the night, which was asked for.
    fn control<'a>(&self, ready: &'a mut OtherBuilds) -> &'a mut ControlPlan {
        let of = self.suite.config.night.control.of;
        ready.control.get_or_insert_with(|| ControlPlan { of, ..ControlPlan::default() })
    }

    /// Notes that there is no other build of a product.
    fn lacks(&self, ready: &mut OtherBuilds, name: &str, what: Use, why: &str) {
        if what == Use::Control {
            let problem = format!("{name} has no control: {why}");
            self.control(ready).problems.push(problem);
        }
    }

    /// Notes what another build of a product is used for.
    fn has(&self, ready: &mut OtherBuilds, name: &str, (other, what): (&Other, Use)) {
        let night = &self.suite.config.night;
        let is_timed = match (other, what) {
            (Other::Build(_), Use::Timing) => true,
            // What is not needed is run on no other build, so that nothing times it.
            (Other::Build(_), Use::Control) => night.control.of == ControlOf::All,
            (Other::Address(_), _) => false,
        };
        if is_timed && night.measure > 0 {
            ready.timed.insert(name.to_owned(), other.name().to_owned());
        }
        if what == Use::Control {
            let control = self.control(ready);
            control.builds.insert(name.to_owned(), other.name().to_owned());
            if matches!(other, Other::Address(_)) {
                control.by_address.push(name.to_owned());
            }
        }
    }

    /// Makes another build ready, and sees that it can be served where that hangs on no other
    /// product's control.
    async fn other(
        &self,
        name: &str,
        other: &Other,
        served_beside: Option<&Products>,
        scratch: &Path,
    ) -> Result<Running, ProductError> {
        let own = &self.suite.config.products[name];
        let (config, build) = match other {
            Other::Build(build) => (own.clone(), Some(build)),
            Other::Address(url) => {
                let elsewhere = ProductConfig {
                    base_url: Some(Template::new(url.trim_end_matches('/'))),
                    serve: None,
                    ..own.clone()
                };
                (elsewhere, self.builds.get(name))
            }
        };
        let prepared = self.prepare(name, &config, build).await?;
        let running = self.running(prepared, &config, scratch);
        if let Some(tonight) = served_beside {
            let neighbours = neighbours(tonight, &config).await;
            running.shared(&neighbours).await?;
            if config.base_url.is_none() && config.isolate == Isolation::Scenario {
                running.stop().await;
            }
        }
        Ok(running)
    }
}

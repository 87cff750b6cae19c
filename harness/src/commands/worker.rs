//! `nightshift worker`: makes attempts of nights that other processes plan and judge, one after the
//! other, until it is stopped.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use super::arguments::{Common, WorkerOptions};
use super::exit::{Exit, mistake};
use super::progress::Reporter;
use super::waiting::{next_signal, runtime};
use super::{crew, night, terminal};
use crate::night::{self as nights, NightError, Progress, RunOptions, Stop};
use crate::queue::{Heard, Link, Notice, Notices, QueueError, Taker, VERSION};
use crate::spec::Overrides;

/// A night of which nothing was heard for so long is left.
const SILENCE: Duration = Duration::from_secs(60);

pub fn run(common: &Common, options: &WorkerOptions) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let (stop, signal) = (Stop::default(), Arc::new(AtomicU8::new(0)));
    let served = runtime.block_on(async {
        let (asked, number) = (stop.clone(), signal.clone());
        tokio::spawn(async move {
            number.store(next_signal().await, Ordering::Relaxed);
            asked.interrupt();
        });
        Box::pin(serve(common, options, &stop)).await
    });
    // A browser or product that hangs must not keep the program.
    runtime.shutdown_timeout(Duration::from_secs(2));
    let exit = served?;
    Ok(match signal.load(Ordering::Relaxed) {
        0 => exit,
        signal => Exit::Signal(signal),
    })
}

/// Takes part in one night after the other.
async fn serve(common: &Common, options: &WorkerOptions, stop: &Stop) -> anyhow::Result<Exit> {
    let link = Link::to(&crew::access_of_worker(common, options.queue.as_deref())?).await?;
    let mut notices = link.notices().await?;
    let who = name();
    if !common.quiet {
        terminal::say(format_args!("worker {who} waits for nights at {}", link.server()));
    }
    let mut done_with = HashSet::new();
    loop {
        let Some(heard) = next(&mut notices, stop).await? else { return Ok(Exit::Passed) };
        let notice = match heard {
            Heard::Night(notice) if notice.goes_on && !done_with.contains(&notice.night) => notice,
            Heard::Night(_) | Heard::Noise => continue,
            Heard::Other { night, version } => {
                if done_with.insert(night.clone()) {
                    terminal::say(format_args!(
                        "no part in night {night}: it is of nightshift {version}, and this is {VERSION}"
                    ));
                }
                continue;
            }
        };
        let part = Part { common, link: &link, who: &who, stop };
        let Err(error) = Box::pin(part.taken(&notice, &mut notices)).await else {
            if options.once {
                return Ok(Exit::Passed);
            }
            continue;
        };
        let why = terminal::clean(format_args!("{error:#}"));
        terminal::say(format_args!("no part in night {}: {why}", notice.night));
        if is_away(&error) {
            // The server is looked for again, and the night may go on then.
            continue;
        }
        link.refuse(&notice, &who, &why).await;
        if options.once {
            return Ok(Exit::of(&error));
        }
        done_with.insert(notice.night.clone());
    }
}

/// What is heard next; `None` once we have to stop.
async fn next(notices: &mut Notices, stop: &Stop) -> anyhow::Result<Option<Heard>> {
    let mut signal = stop.signal();
    let asked = async {
        let _told = signal.wait_for(|it| *it).await.is_ok();
    };
    tokio::select! {
        heard = notices.next() => match heard? {
            Some(heard) => Ok(Some(heard)),
            None => mistake("the connection to the queue was closed"),
        },
        () = asked => Ok(None),
    }
}

/// Whether the queue could not be reached, which says nothing of the night.
fn is_away(error: &anyhow::Error) -> bool {
    let of_night = matches!(error.downcast_ref::<NightError>(), Some(NightError::Queue(_)));
    of_night || error.downcast_ref::<QueueError>().is_some()
}

/// Who takes part, and where.
struct Part<'a> {
    common: &'a Common,
    link: &'a Link,
    who: &'a str,
    stop: &'a Stop,
}

impl Part<'_> {
    /// Makes attempts of a night until it is over, or we have to stop.
    async fn taken(&self, notice: &Notice, notices: &mut Notices) -> anyhow::Result<()> {
        let asked = &notice.asked;
        let overrides = Overrides { set: asked.set.clone(), vars: asked.var.clone() };
        let suite = night::suite(self.common, &overrides)?;
        if nights::suite_print(&suite)? != notice.suite {
            return mistake(format!(
                "{} is another suite than the night's, or of another state: its configuration, \
                 scenarios, baselines, skills or data differ; check the same commit out",
                suite.root.display()
            ));
        }
        let options = RunOptions {
            builds: asked.builds.clone(),
            base_urls: asked.base_urls.clone(),
            against: asked.against.clone(),
            against_urls: asked.against_urls.clone(),
            environment: night::environment(),
            ..RunOptions::default()
        };
        let taker = Arc::new(Taker::of(self.link, notice, self.who).await?);
        let reporter = Arc::new(Reporter::new(self.common.quiet));
        let progress = {
            let reporter = reporter.clone();
            Arc::new(move |it: Progress| reporter.tell(it))
        };
        let stop = self.stop.of_part();
        let at = (taker, notice);
        let mut lending = Box::pin(nights::lend(&suite, &options, at, &stop, progress));
        let done = tokio::select! {
            done = &mut lending => done,
            () = over(notices, notice) => {
                stop.interrupt();
                lending.await
            }
        };
        reporter.clear();
        Ok(done?)
    }
}

/// Waits until a night is said to be over or to go on after a crash, or nothing was heard of it for
/// too long, or can be.
async fn over(notices: &mut Notices, night: &Notice) {
    let mut last = Instant::now();
    loop {
        let left = SILENCE.saturating_sub(last.elapsed());
        match tokio::time::timeout(left, notices.next()).await {
            Ok(Ok(Some(Heard::Night(notice)))) if notice.night == night.night => {
                if !notice.goes_on || notice.run != night.run {
                    return;
                }
                last = Instant::now();
            }
            Ok(Ok(Some(_))) => {}
            Ok(Ok(None) | Err(_)) | Err(_) => return,
        }
    }
}

/// What the queue knows us by: the machine, and what tells several workers on it apart.
fn name() -> String {
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let plain = machine.replace(|it: char| !it.is_ascii_alphanumeric() && it != '-', "-");
    let own: String = std::iter::repeat_with(fastrand::alphanumeric).take(4).collect();
    format!("{plain}-{own}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_is_away_is_no_reason_to_refuse_a_night_and_another_suite_is() {
        let away = || QueueError::Damaged("cut off".to_owned());
        assert!(is_away(&anyhow::Error::from(away())));
        assert!(is_away(&anyhow::Error::from(NightError::from(away()))));
        assert!(!is_away(&anyhow::Error::from(NightError::Usage("another suite".to_owned()))));
    }

    #[test]
    fn two_workers_on_a_machine_have_names_of_their_own() {
        let (one, other) = (name(), name());
        assert_ne!(one, other);
        assert!(one.chars().all(|it| it.is_ascii_alphanumeric() || it == '-'), "{one}");
    }
}

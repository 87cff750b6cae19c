//! Progress: a bar on a terminal, plain lines elsewhere, nothing with `--quiet`.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::terminal;
use crate::model::question::{Question, Reply};
use crate::night::Progress;
use crate::report::FirstStep;

/// Tells how a night goes.
pub struct Reporter {
    quiet: bool,
    bar: Option<ProgressBar>,
    asking: Mutex<()>,
    began: Instant,
    /// Whether a step has begun.
    is_under_way: AtomicBool,
    /// The checks before it.
    checks: Mutex<Vec<Timed>>,
}

/// From when to when a check was made, in milliseconds since the night began.
struct Timed {
    check: String,
    from: u64,
    to: Option<u64>,
}

impl Reporter {
    /// For this process's standard error.
    pub fn new(quiet: bool) -> Self {
        let interactive = std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let bar = (interactive && !quiet).then(|| {
            let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::no_length().with_style(style)
        });
        let (began, is_under_way) = (Instant::now(), AtomicBool::new(false));
        let (asking, checks) = (Mutex::default(), Mutex::default());
        Self { quiet, bar, asking, began, is_under_way, checks }
    }

    /// Takes the bar off the screen.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Tells one thing.
    pub fn tell(&self, progress: Progress) {
        if self.quiet {
            return;
        }
        match progress {
            Progress::Planned { scenarios, night } => {
                if let Some(bar) = &self.bar {
                    bar.set_length(scenarios as u64);
                }
                let scenarios = super::check::counted(scenarios, "scenario");
                self.line(&format!("{scenarios} planned; night directory {}", night.display()));
            }
            Progress::Beside { scenarios, builds } => {
                let scenarios = super::check::counted(scenarios, "scenario");
                self.line(&format!("timing {scenarios} on both builds, beside {builds}"));
            }
            Progress::Control { scenarios, builds, expected } => {
                self.line(&super::control::cost(scenarios, &builds, expected));
            }
            Progress::OnControl { scenario } => self.message(&format!("{scenario} (control)")),
            Progress::Measuring { scenarios, times } => {
                let scenarios = super::check::counted(scenarios, "scenario");
                self.line(&format!(
                    "measuring {scenarios} {times} times again: a step looks slower"
                ));
            }
            Progress::Checking(check) => self.checking(check),
            Progress::Checked { check, ok, detail } => {
                self.checked(&check);
                let word = if ok { "ok" } else { "FAILED" };
                self.line(&format!("preflight: {check} {word}: {detail}"));
            }
            Progress::Started { scenario, attempt } => self.started(&scenario, attempt),
            Progress::AtFirstStep => self.at_first_step(),
            Progress::Done { scenario, outcome, looks, duration, done, of } => {
                let (style, how) = (terminal::verdict_style(looks), how_it_ended(outcome));
                let seconds = duration.as_secs_f64();
                self.line(&format!(
                    "[{done}/{of}] {style}{looks}{style:#} {scenario}{how} {seconds:.1}s"
                ));
                if let Some(bar) = &self.bar {
                    bar.set_position(done as u64);
                }
            }
            Progress::Settling { scenarios, rounds } => {
                let scenarios = super::check::counted(scenarios, "scenario");
                self.line(&format!(
                    "settling {scenarios} in {rounds} shaken rounds before anything is accepted"
                ));
            }
            Progress::Searching { build } => self.message(&format!("searching: tried {build}")),
            Progress::Soaking { scenario, budget } => self.line(&soaking(&scenario, budget)),
            Progress::Exploring { budget } => self.line(&exploring(budget)),
            Progress::Agent { budget } => self.line(&by_model(budget)),
            Progress::Judging => self.message("judging"),
            Progress::Printing => self.message("printing the PDF"),
        }
    }

    fn started(&self, scenario: &str, attempt: u32) {
        let again = if attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
        self.message(&format!("{scenario}{again}"));
    }

    fn checking(&self, check: String) {
        self.message(&format!("preflight: {check}"));
        let from = self.now();
        self.checks().push(Timed { check, from, to: None });
    }

    fn checked(&self, check: &str) {
        let now = self.now();
        let mut checks = self.checks();
        if let Some(own) = checks.iter_mut().find(|it| it.to.is_none() && it.check == check) {
            own.to = Some(now);
        }
    }

    fn at_first_step(&self) {
        if let Some(first) = self.first_step() {
            self.line(&format!("first step {}", first.said()));
        }
    }

    /// How long it took until a step began, said with the first one.
    fn first_step(&self) -> Option<FirstStep> {
        if self.is_under_way.swap(true, Ordering::Relaxed) {
            return None;
        }
        Some(first_step_at(self.now(), &self.checks()))
    }

    /// How long the night lasts, in milliseconds.
    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    fn checks(&self) -> MutexGuard<'_, Vec<Timed>> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody watches who can be asked.
    pub fn has_person(&self) -> bool {
        self.bar.is_some() && std::io::stdin().is_terminal()
    }

    /// Asks who watches; whoever says neither is asked again, and an end of the input is no reply.
    pub fn ask(&self, question: &Question) -> Option<Reply> {
        // One question at a time, whatever the workers do.
        let _turn = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = || {
            terminal::say(format_args!(
                "{} wants to {}\n    {}; may it? [yes/no]",
                question.scenario,
                terminal::of_product(&question.action),
                terminal::of_product(&question.rule)
            ));
            let mut line = String::new();
            loop {
                line.clear();
                if std::io::stdin().read_line(&mut line).ok()? == 0 {
                    return None;
                }
                match line.trim() {
                    "y" | "yes" => return Some(Reply::Yes),
                    "n" | "no" => return Some(Reply::No),
                    _ => terminal::say("say yes or no"),
                }
            }
        };
        match &self.bar {
            Some(bar) => bar.suspend(ask),
            None => ask(),
        }
    }

    /// A line that stays.
    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| terminal::say(text)),
            None => terminal::say(text),
        }
    }

    /// Words that the next ones replace; elsewhere than on a terminal they are left out.
    fn message(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(terminal::clean(text));
        }
    }
}

/// The same, where a language model uses the product.
fn by_model(budget: Duration) -> String {
    let seconds = budget.as_secs();
    format!(
        "the model uses the product for at most {seconds} s; Ctrl-C ends it, --once leaves it out"
    )
}

/// What the night does with what is left of it.
/// ` (timed-out)` of what did not come to its end.
fn how_it_ended(outcome: crate::model::Outcome) -> String {
    match outcome {
        crate::model::Outcome::Completed => String::new(),
        other => format!(" ({})", other.word()),
    }
}

fn soaking(scenario: &str, budget: Duration) -> String {
    let seconds = budget.as_secs();
    format!(
        "running {scenario} again and again for {seconds} s, longer where too few runs fit; Ctrl-C ends \
         it, --once leaves it out"
    )
}

fn exploring(budget: Duration) -> String {
    let seconds = budget.as_secs();
    format!("exploring the product for at most {seconds} s; Ctrl-C ends it, --once leaves it out")
}

/// How long it took until a step began now; checks that go on are not counted.
fn first_step_at(now: u64, checks: &[Timed]) -> FirstStep {
    let spans = checks.iter().filter_map(|it| Some((it.check.as_str(), it.from, it.to?)));
    FirstStep::of(now, spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_it_took_until_a_step_began_is_said_of_the_first_alone() {
        let reporter = Reporter::new(true);
        assert!(reporter.first_step().is_some());
        assert_eq!(reporter.first_step(), None);
        assert!(Reporter::new(true).first_step().is_some(), "each night has its own");
    }

    #[test]
    fn checks_that_ended_before_the_first_step_are_counted_and_one_that_goes_on_is_not() {
        let reporter = Reporter::new(true);
        reporter.checking("browser".to_owned());
        reporter.checking("product shop".to_owned());
        reporter.checked("product shop");
        reporter.checked("patience");
        let ended: Vec<bool> = reporter.checks().iter().map(|it| it.to.is_some()).collect();
        assert_eq!(ended, [false, true]);

        let timed = |check: &str, from, to| Timed { check: check.to_owned(), from, to };
        let until = |browser| {
            let checks = [timed("browser", 10, browser), timed("product shop", 20, Some(50))];
            let FirstStep { after_ms, products_ms, browser_ms } = first_step_at(100, &checks);
            (after_ms, products_ms, browser_ms)
        };
        assert_eq!(until(Some(70)), (100, 30, 60));
        assert_eq!(until(None), (100, 30, 0), "the browser is still being made ready");
    }
}

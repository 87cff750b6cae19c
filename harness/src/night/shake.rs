//! [`Shake`]: one way in which a night is otherwise although it must not matter to what is seen:
//! folders and home, user name, clock and time zone, seeds, order of scenarios, workers, browsers
//! that are new each time, other work on the machine. Ports are others every night anyway.
//!
//! The page's own clock and randomness stay as they are: nights fix them on purpose. What the suite
//! itself gives to a product (`env`) wins over what is shaken.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// The time zones of products, one after the other; nights have UTC.
const ZONES: [&str; 4] = ["Asia/Tokyo", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"];
/// The names of users.
const USERS: [&str; 3] = ["ada", "grace-hopper", "nightly"];
/// The folders of products, below the night's own: short, because some products make sockets there.
const FOLDERS: [&str; 4] = ["b", "another-place", "c/d", "LongerThanBefore"];
/// How far the clocks of products are moved, in seconds: another day of the week, month, or year.
const CLOCKS: [i64; 4] = [951_429, 7_862_411, 34_128_077, 266_713];
/// Where Debian and others keep libfaketime.
const FAKETIME: &str = "faketime/libfaketime.so.1";

/// One way to shake a night, by its number: 1 is the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shake {
    number: usize,
    /// The library that moves clocks; `None` where there is none, or clocks must be left alone.
    faketime: Option<PathBuf>,
    /// Whether clocks may be moved in this round.
    clocks: Clocks,
}

/// Whether clocks may be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clocks {
    /// They may.
    Free,
    /// They may not: one-time codes are made by ours, so the product's must be the same; or what
    /// failed with a moved clock is looked at without.
    Kept,
}

impl Shake {
    /// The `number`-th way, from 1.
    #[must_use]
    pub fn new(number: u32) -> Self {
        Self { number: (number as usize).max(1), faketime: None, clocks: Clocks::Free }
    }

    /// The same with the clock as it is.
    pub(super) fn keeping_clocks(self) -> Self {
        Self { clocks: Clocks::Kept, ..self }
    }

    /// By how many days it moves the clocks of products; `None` where it leaves them alone.
    pub(super) fn days(&self) -> Option<i64> {
        self.faketime.as_ref().map(|_| pick(&CLOCKS, self.number) / 86_400)
    }

    /// Which of its ways it is, from 1.
    pub(super) fn number(&self) -> u32 {
        u32::try_from(self.number).unwrap_or(u32::MAX)
    }

    /// The same, which moves the clocks of products where this machine can.
    pub(super) fn with_clocks(mut self, clocks: Clocks) -> Self {
        self.faketime = match (self.clocks, clocks) {
            (Clocks::Free, Clocks::Free) => library(Path::new("/usr/lib")),
            (Clocks::Kept, _) | (_, Clocks::Kept) => None,
        };
        self
    }

    /// What products and commands find in their environment.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let user = pick(&USERS, self.number);
        let seed = (self.number * 7_919 % 4_294_967_295).to_string();
        let mut all = vec![
            ("TZ", pick(&ZONES, self.number).to_owned()),
            ("USER", user.to_owned()),
            ("LOGNAME", user.to_owned()),
            ("PYTHONHASHSEED", seed.clone()),
            ("PERL_HASH_SEED", seed),
        ];
        if let Some(library) = &self.faketime {
            all.push(("LD_PRELOAD", library.display().to_string()));
            all.push(("FAKETIME", format!("+{}", pick(&CLOCKS, self.number))));
            all.push(("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()));
        }
        all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Where the folders of products are made, below the night's own.
    pub(super) fn folder(&self, scratch: &Path) -> PathBuf {
        scratch.join(pick(&FOLDERS, self.number))
    }

    /// Puts scenarios into another order.
    pub(super) fn order(&self, runnable: &mut [usize]) {
        fastrand::Rng::with_seed(self.number as u64).shuffle(runnable);
    }

    /// How many workers there are on so many cores: all of them and one, in turns.
    pub(super) fn jobs(&self, cores: usize) -> usize {
        if self.number.is_multiple_of(2) { 1 } else { cores.max(2) }
    }

    /// Whether every scenario gets a browser of its own, in place of a warm one.
    pub(super) fn is_cold(&self) -> bool {
        self.number.is_multiple_of(3)
    }

    /// How many cores are kept busy meanwhile: none, one, and half of them, in turns.
    fn busy(&self, cores: usize) -> usize {
        match self.number % 3 {
            0 => 0,
            1 => 1,
            _ => (cores / 2).max(1),
        }
    }

    /// Keeps cores busy until it is dropped.
    pub(super) fn load(&self) -> Load {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Load::start(self.busy(cores))
    }

    /// What is otherwise in this night, in words.
    pub(super) fn said(&self) -> String {
        let clock = match self.days() {
            Some(days) => format!("clock {days:+} days"),
            None => "clock as it is".to_owned(),
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        format!(
            "shaken the {}. way: time zone {}, {clock}, user {}, folder {}, seeds, order, {} busy cores, {} browsers",
            self.number,
            pick(&ZONES, self.number),
            pick(&USERS, self.number),
            pick(&FOLDERS, self.number),
            self.busy(cores),
            if self.is_cold() { "new" } else { "warm" }
        )
    }
}

/// What rounds of a suite shake on this machine, and what they cannot.
#[must_use]
pub fn reach(clocks: Clocks) -> (Vec<&'static str>, Option<&'static str>) {
    let shaken = vec![
        "ports",
        "folders and home",
        "user name",
        "time zone",
        "random seeds",
        "order of scenarios",
        "number of workers",
        "load",
        "cold and warm browsers",
    ];
    match (clocks, library(Path::new("/usr/lib"))) {
        (Clocks::Free, Some(_)) => {
            let mut all = shaken;
            all.insert(3, "wall clock");
            (all, None)
        }
        (Clocks::Free, None) => (
            shaken,
            Some("the wall clock: libfaketime is not installed (Debian's package is `faketime`)"),
        ),
        (Clocks::Kept, _) => {
            (shaken, Some("the wall clock: one-time codes are made by this machine's"))
        }
    }
}

fn pick<T: Copy>(all: &[T], number: usize) -> T {
    all[(number - 1) % all.len()]
}

/// The library below a folder for libraries, by machine.
fn library(below: &Path) -> Option<PathBuf> {
    let folders = std::fs::read_dir(below).ok()?.filter_map(Result::ok);
    let direct = below.join(FAKETIME);
    let mut all: Vec<PathBuf> = folders.map(|it| it.path().join(FAKETIME)).collect();
    all.sort();
    std::iter::once(direct).chain(all).find(|it| it.is_file())
}

/// Cores that are kept busy until this is dropped.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    burners: Vec<JoinHandle<()>>,
}

impl Load {
    fn start(cores: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let burn = || {
            let stop = stop.clone();
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        };
        let burners = (0..cores).map(|_| burn()).collect();
        Self { stop, burners }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for burner in self.burners.drain(..) {
            // A thread that only spins has nothing to say.
            drop(burner.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_differs_from_the_one_before_and_is_the_same_when_it_is_asked_for_again() {
        for number in 1..9 {
            let (one, next) = (Shake::new(number), Shake::new(number + 1));
            assert_ne!(one.variables(), next.variables());
            assert_ne!(one.folder(Path::new("/s")), next.folder(Path::new("/s")));
            assert_ne!(one.jobs(4), next.jobs(4));
            assert_eq!(one.variables(), Shake::new(number).variables());
        }
        let mut order: Vec<usize> = (0..20).collect();
        Shake::new(1).order(&mut order);
        assert_ne!(order, (0..20).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn clocks_are_moved_only_where_a_library_is_and_they_may_be() {
        let below = tempfile::tempdir().expect("a folder");
        assert_eq!(library(below.path()), None);
        let file = below.path().join("x86_64-linux-gnu").join(FAKETIME);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(&file, "").expect("written");
        assert_eq!(library(below.path()), Some(file.clone()));
        let moves = |it: &Shake| it.variables().iter().any(|it| it.0 == "FAKETIME");
        let away = Shake { faketime: Some(file), ..Shake::new(1) };
        assert!(moves(&away));
        assert_eq!(away.days(), Some(11));
        assert!(!moves(&Shake::new(1).with_clocks(Clocks::Kept)));
        assert_eq!(away.keeping_clocks().with_clocks(Clocks::Free).days(), None);
        assert!(reach(Clocks::Kept).1.is_some_and(|it| it.contains("one-time codes")));
    }

    #[test]
    fn a_load_ends_with_its_guard() {
        let load = Load::start(2);
        let stop = Arc::downgrade(&load.stop);
        drop(load);
        assert!(stop.upgrade().is_none(), "no thread holds it any more");
    }
}

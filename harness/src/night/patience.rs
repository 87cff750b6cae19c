//! How slow this machine is tonight: [`measure`] does a little work of a fixed size and compares
//! it with what it takes on a usual machine.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::model::Patience;
use crate::model::suite::NightConfig;

/// What a usual machine takes to start a program and see it end.
const USUAL_START: Duration = Duration::from_micros(2_500);
/// What it takes to hash a megabyte.
const USUAL_HASH: Duration = Duration::from_millis(4);
/// What it takes to be answered on the loopback, [`ROUND_TRIPS`] times.
const USUAL_ANSWERS: Duration = Duration::from_millis(4);

/// How many times each is done; the middle one counts.
const TIMES: usize = 7;
/// How many questions are asked on the loopback each time.
const ROUND_TRIPS: usize = 50;
/// How long all of it may take: a machine that is slower than that is as slow as can be.
const AT_MOST: Duration = Duration::from_millis(300);

/// The least and the most that is answered, in percent.
const BOUNDS: (f64, f64) = (100.0, 1000.0);

/// Work of a fixed size; `None` where it cannot be done here.
type Work<'a> = &'a dyn Fn() -> Option<()>;

/// The patience of a night, and where it comes from.
#[must_use]
pub fn of(config: &NightConfig) -> (Patience, String) {
    match config.patience {
        Some(percent) => {
            let patience = Patience::percent(percent);
            (patience, format!("{patience}, as the configuration says"))
        }
        None => measure(),
    }
}

/// Measures this machine; says what was measured.
#[must_use]
pub fn measure() -> (Patience, String) {
    let began = Instant::now();
    let page = vec![0x5a_u8; 1 << 20];
    let works: [(&str, Duration, Work<'_>); 3] = [
        ("starting a program", USUAL_START, &start),
        ("hashing a megabyte", USUAL_HASH, &|| {
            std::hint::black_box(Sha256::digest(std::hint::black_box(&page)));
            Some(())
        }),
        ("50 answers on the loopback", USUAL_ANSWERS, &answers),
    ];
    let mut ratios = Vec::new();
    let mut said = Vec::new();
    for (index, (what, usual, work)) in works.into_iter().enumerate() {
        let share = AT_MOST * (index as u32 + 1) / 3;
        let Some(took) = middle(work, began + share) else { continue };
        ratios.push(took.as_secs_f64() / usual.as_secs_f64());
        said.push(format!("{what} took {:.1} ms", took.as_secs_f64() * 1000.0));
    }
    let patience = patience(&ratios);
    (patience, format!("{patience}, measured: {}", said.join(", ")))
}

/// The mean of the ratios, each within bounds, so that one odd measurement moves little.
fn patience(ratios: &[f64]) -> Patience {
    let bounded = ratios.iter().map(|it| (it * 100.0).clamp(BOUNDS.0, BOUNDS.1));
    let mean = bounded.sum::<f64>() / ratios.len().max(1) as f64;
    // In tenths: what is said is what is used.
    Patience::percent((mean.max(BOUNDS.0) / 10.0).round() as u32 * 10)
}

/// What a work takes in the middle of several times; `None` where it cannot be done here.
fn middle(work: Work<'_>, until: Instant) -> Option<Duration> {
    let mut times = Vec::with_capacity(TIMES);
    while times.len() < TIMES && (times.is_empty() || Instant::now() < until) {
        let began = Instant::now();
        work()?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

fn start() -> Option<()> {
    let quiet = || Stdio::null();
    let mut command = Command::new("true");
    command.stdin(quiet()).stdout(quiet()).stderr(quiet());
    command.status().ok().map(drop)
}

/// Asks another thread and waits for its answer, as we wait for a browser's.
fn answers() -> Option<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    let address = listener.local_addr().ok()?;
    std::thread::scope(|scope| {
        scope.spawn(move || -> std::io::Result<()> {
            let (mut stream, _) = listener.accept()?;
            stream.set_nodelay(true)?;
            let mut byte = [0];
            for _ in 0..ROUND_TRIPS {
                stream.read_exact(&mut byte)?;
                stream.write_all(&byte)?;
            }
            Ok(())
        });
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_nodelay(true).ok()?;
        let mut byte = [1];
        for _ in 0..ROUND_TRIPS {
            stream.write_all(&byte).ok()?;
            stream.read_exact(&mut byte).ok()?;
        }
        Some(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_is_the_mean_of_what_was_measured_within_bounds() {
        let said = |ratios: &[f64]| patience(ratios).to_string();
        assert_eq!(said(&[0.2, 0.3, 0.9]), "1.0");
        assert_eq!(said(&[1.0, 2.0, 3.0]), "2.0");
        assert_eq!(said(&[1.0, 1.0, 2.3]), "1.4");
        assert_eq!(said(&[500.0, 500.0, 500.0]), "10.0");
        assert_eq!(said(&[]), "1.0");
    }

    #[test]
    fn measuring_says_what_was_measured() {
        let (patience, said) = measure();
        assert!(patience >= Patience::USUAL, "{said}");
        assert!(said.contains("hashing a megabyte took"), "{said}");
    }
}

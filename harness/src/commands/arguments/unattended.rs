//! The arguments of nights that nobody watches.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use crate::model::workers::WorkersConfig;
use crate::night::Share;
use crate::serve::Front;

/// What `run` takes of them.
#[derive(Debug, Args)]
pub struct Unattended {
    /// Go on with a night that broke off, as in a reboot: nothing that was finished is run again,
    /// and everything is as it was asked for then
    #[arg(
        long,
        value_name = "NIGHT",
        conflicts_with_all = [
            "filters", "tags", "set", "var", "out", "id", "history", "retries", "build", "against",
            "against_url", "beside", "accept_new", "shake", "once", "dry_run", "shard",
        ]
    )]
    pub resume: Option<PathBuf>,
    /// Run the I-th of N parts of the night, which are about as long as one another by the durations
    /// of earlier nights; `nightshift merge` makes one night of them
    #[arg(long, value_name = "I/N", value_parser = share, conflicts_with = "dry_run")]
    pub shard: Option<Share>,
    /// Have the attempts made by workers: by so many processes on this machine, with a queue of
    /// their own, or by those that `nightshift worker` has started at the queue of this address, or
    /// by none of them [default: night.workers, or none]
    #[arg(long, value_name = "N|URL|none", value_parser = workers, conflicts_with_all = ["dry_run", "shake"])]
    pub workers: Option<Workers>,
    /// When a schedule wanted the night: the report says so where it is late
    #[arg(long, value_name = "INSTANT", hide = true)]
    pub due: Option<DateTime<Utc>>,
    /// When nights before it were due that did not run: the report says so
    #[arg(long, value_name = "INSTANT", hide = true)]
    pub missed: Vec<DateTime<Utc>>,
}

/// Who makes the attempts of a night, where it is not the process that judges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workers {
    /// Nobody else, whatever the suite says.
    Nobody,
    /// So many processes on this machine.
    Own(u32),
    /// Whoever takes them from the queue at this address.
    At(String),
}

/// What `worker --help` ends with.
pub const WORKER: &str = "Examples:
  nightshift run --workers nats://queue.example:4222     # plans and judges, on one machine
  nightshift worker nats://queue.example:4222            # on each of the others
  nightshift worker tls://queue.example:4222 --once
  nightshift worker                                      # at the queue that `night: workers:` names

A worker waits for nights of its suite, version and product, and says why it takes no part in
another. Who it is to the queue is taken from the address, from `night: workers:` where that names
the same queue, or from NATS_CREDS, NATS_NKEY, NATS_TOKEN, or NATS_USER and NATS_PASSWORD; NATS_CA,
NATS_CERT and NATS_KEY are files for TLS. Secrets of the suite are taken from its own environment.
Exit codes: 0 the night of `--once` has ended, 2 usage, a right that the queue does not give, or the
night of `--once` was refused, 4 the queue is not there, 130/143 stopped.";

/// What `worker` takes.
#[derive(Debug, Args)]
pub struct WorkerOptions {
    /// The queue: nats://HOST:PORT or tls://HOST:PORT [default: night.workers]
    #[arg(value_name = "URL")]
    pub queue: Option<String>,
    /// End with the first night that it takes part in, or refuses
    #[arg(long)]
    pub once: bool,
}

/// What `schedule` takes.
#[derive(Debug, Args)]
pub struct ScheduleOptions {
    /// The suites whose nights are kept [default: the nearest one upwards]
    #[arg(value_name = "DIR")]
    pub suites: Vec<PathBuf>,
    /// Answer on this address of this machine whether all is well: 200, else 503
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    pub health: Option<SocketAddr>,
    /// Say when the next nights start, and keep none
    #[arg(long)]
    pub dry_run: bool,
}

/// What `merge` takes.
#[derive(Debug, Args)]
pub struct MergeOptions {
    /// The nights of the shards, or folders that hold them
    #[arg(value_name = "NIGHT", required = true)]
    pub nights: Vec<PathBuf>,
    /// The directory of the night that is made of them: new or empty
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Leave the PDF out; it alone needs a browser
    #[arg(long)]
    pub no_pdf: bool,
}

/// What `notify` takes.
#[derive(Debug, Args)]
pub struct NotifyOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    /// Tell those too who were told
    #[arg(long)]
    pub again: bool,
    /// Print what a webhook would get, and tell nobody
    #[arg(long)]
    pub dry_run: bool,
}

/// What `publish` takes.
#[derive(Debug, Args)]
pub struct PublishOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
}

/// What `file` takes.
#[derive(Debug, Args)]
pub struct FileOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    /// File them in the tracker that `file` names, and follow up those that are there
    #[arg(long)]
    pub file: bool,
}

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct ServeOptions {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4780", value_parser = address)]
    pub listen: SocketAddr,
    /// A proxy with its own sign-in stands before these pages, at this address: no token is asked
    /// for, and any address may be listened at
    #[arg(long, value_name = "URL")]
    pub behind_proxy: Option<Front>,
    /// Let who looks decide too, as in `review --web`
    #[arg(long, alias = "write")]
    pub review: bool,
    /// The folder that holds the nights [default: night.history, or reports/nights]
    #[arg(long, value_name = "DIR")]
    pub history: Option<PathBuf>,
    /// The branch that the nights are of [default: that of the newest night]
    #[arg(long, value_name = "BRANCH")]
    pub branch: Option<String>,
}

/// The most parts that a night is split into.
const MOST_SHARDS: u32 = 10_000;

fn workers(text: &str) -> Result<Workers, String> {
    const MOST: u32 = WorkersConfig::MOST;
    if text == "none" {
        return Ok(Workers::Nobody);
    }
    if text.contains("://") {
        return Ok(Workers::At(text.to_owned()));
    }
    match text.parse() {
        Ok(number @ 1..=MOST) => Ok(Workers::Own(number)),
        Ok(_) => Err(format!("from 1 to {MOST} workers can be started here")),
        Err(_) => {
            Err("write a number, the address of a queue: nats://HOST:PORT, or none".to_owned())
        }
    }
}

fn share(text: &str) -> Result<Share, String> {
    let numbers = text
        .split_once('/')
        .and_then(|(index, of)| Some(Share { index: index.parse().ok()?, of: of.parse().ok()? }));
    match numbers {
        Some(share) if share.of <= MOST_SHARDS && (1..=share.of).contains(&share.index) => {
            Ok(share)
        }
        Some(_) | None => Err("write it as 1/4 up to 4/4".to_owned()),
    }
}

/// An address of this machine with a port; `localhost` is its loopback.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text
        .strip_prefix("localhost:")
        .map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    numeric.parse().map_err(|_| "write an address and a port, as 127.0.0.1:4780".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_one_of_those_that_there_are() {
        assert_eq!(share("3/8"), Ok(Share { index: 3, of: 8 }));
        for wrong in ["0/8", "9/8", "3", "3/0", "a/b", "-1/2", "1/4294967296", "10001/10001"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn workers_are_a_number_an_address_or_none() {
        assert_eq!(workers("4"), Ok(Workers::Own(4)));
        assert_eq!(workers("none"), Ok(Workers::Nobody));
        let address = "tls://queue.example:4222";
        assert_eq!(workers(address), Ok(Workers::At(address.to_owned())));
        for wrong in ["0", "65", "queue.example", "-1", ""] {
            assert!(workers(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_a_port_and_localhost_is_the_loopback() {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 4780));
        assert_eq!(address("127.0.0.1:4780"), Ok(loopback));
        assert_eq!(address("localhost:4780"), Ok(loopback));
        assert!(address("[::1]:0").is_ok());
        for wrong in ["foo", "127.0.0.1", "localhost", "localhost:x", ":4780", "http://127.0.0.1:1"]
        {
            assert!(address(wrong).is_err_and(|it| it.contains("127.0.0.1:4780")), "{wrong}");
        }
    }
}

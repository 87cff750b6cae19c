//! [`Sent`]: one request of a page, as a line of the log of the network has it: written for a person,
//! and read again where two runs are compared. [`retry_after`]: when an answer wants to be asked again.

use std::fmt;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

/// The kind of evidence that such a log is.
pub const NETWORK: &str = "network";

/// A request of a page, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its method.
    pub method: String,
    /// Where it went.
    pub url: String,
    /// The status of its answer, with what is to be said of that, or why there is none.
    pub ended: String,
    /// How long it took, in milliseconds; `None` where that is not known.
    pub ms: Option<u64>,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, url, ended, ms } = self;
        write!(f, "{method} {url} {ended}")?;
        ms.map_or(Ok(()), |ms| write!(f, " in {ms} ms"))
    }
}

impl Sent {
    /// What a line says; `None` of one that is about no request, as where a log was cut.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let (method, rest) = line.split_once(' ')?;
        let (url, rest) = rest.split_once(' ').filter(|it| it.0.contains("://"))?;
        let timed = rest.strip_suffix(" ms").and_then(|it| it.rsplit_once(" in "));
        let timed = timed.and_then(|(ended, ms)| Some((ended, Some(ms.parse().ok()?))));
        let (ended, ms) = timed.unwrap_or((rest, None));
        let (method, url, ended) = (method.to_owned(), url.to_owned(), ended.to_owned());
        Some(Self { method, url, ended, ms })
    }
}

/// How long the header `Retry-After` asks to wait: so many seconds, or until a date (RFC 9110, section
/// 10.2.3); `None` where it says neither.
#[must_use]
pub fn retry_after(said: &str, now: SystemTime) -> Option<Duration> {
    let said = said.trim();
    if let Ok(seconds) = said.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(said).ok()?.with_timezone(&Utc);
    Some((until - DateTime::<Utc>::from(now)).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_asks_to_wait_for_seconds_or_until_a_date_and_anything_else_asks_for_nothing() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_420);
        let seconds = |said| retry_after(said, now).map(|it| it.as_secs());
        assert_eq!(seconds(" 7 "), Some(7));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT"), Some(60));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:00:00 GMT"), Some(0), "it is over");
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-3"), None);
    }

    #[test]
    fn what_is_written_is_read_again_and_what_is_no_request_is_none() {
        let sent = |ended: &str, ms| Sent {
            method: "GET".to_owned(),
            url: "http://127.0.0.1:81/a?b=c".to_owned(),
            ended: ended.to_owned(),
            ms,
        };
        for it in [sent("200", Some(120)), sent("(no answer yet)", None), sent("net::ERR_X", None)]
        {
            assert_eq!(Sent::read(&it.to_string()), Some(it));
        }
        assert_eq!(sent("200", Some(5)).to_string(), "GET http://127.0.0.1:81/a?b=c 200 in 5 ms");
        assert_eq!(Sent::read("(cut here: too many lines)"), None);
        assert_eq!(Sent::read(""), None);
    }
}

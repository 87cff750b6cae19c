//! [`call`]: asks a web address, once as far as that can be known: what may pass is tried again, what
//! will not is said. Redirects are not followed, so that a token goes to nobody who was not named.
//! [`post`] is the usual call, of a message.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};

/// How often a call is tried.
const MOST_TRIES: u32 = 4;
/// How long one try may take.
const LONGEST: Duration = Duration::from_secs(10);
/// How long of that a server may take to be reached.
const LONGEST_CONNECT: Duration = Duration::from_secs(5);
/// The longest wait that a server may ask for.
const LONGEST_WAIT: u64 = 60;
/// How much of an answer is read, in bytes.
const MOST_ANSWER: u64 = 16 << 20;

/// What is posted.
#[derive(Debug)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// What we are known by.
    pub token: Option<String>,
    /// JSON.
    pub body: String,
    /// The same for the same message: a server that knows it takes it once.
    pub key: String,
    /// Whether a server that got it twice would show it twice.
    pub twice: Twice,
}

/// What is asked of an address.
#[derive(Debug)]
pub struct Call {
    /// `GET`, `POST`, `PUT` or `PATCH`.
    pub method: &'static str,
    /// Where.
    pub url: String,
    /// Headers beside those that every call has.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<String>,
    /// Whether it may be said twice.
    pub twice: Twice,
}

/// Whether a call may be said twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twice {
    /// It does the same then, or nothing more.
    Harmless,
    /// It would make a second thing: it is tried again only where the server said that it did not
    /// take it.
    MakesTwo,
}

/// Why somebody was not told. The address is in none of them, since it may be a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// It sends us elsewhere.
    #[error("it answered {0} and sends us elsewhere; name the address that takes messages itself")]
    Redirect(u16),
    /// It does not know us.
    #[error("it answered {0}: the token or address is no longer valid; make a new one")]
    Refused(u16),
    /// It knows us, and we may not do this.
    #[error("it answered {0}: the token has no right to this{said}", said = in_brackets(.1))]
    NoRight(u16, String),
    /// There is no such thing, or none that we may see.
    #[error(
        "it answered {0}: what is named there is gone, or not for this token{said}",
        said = in_brackets(.1)
    )]
    Gone(u16, String),
    /// It does not take such a message.
    #[error("it answered {0} and takes no such message: {1}")]
    NotTaken(u16, String),
    /// It was not well each time.
    #[error("it was not well {tries} times, the last time it answered {status}")]
    NotWell {
        /// How often it was tried.
        tries: u32,
        /// Its last answer.
        status: u16,
    },
    /// It could not be reached.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It lets nobody ask for longer than anybody waits.
    #[error("it takes no more for the next {0} s, because it was asked too often")]
    TooOften(u64),
    /// Nobody knows whether it was taken.
    #[error("it broke off, and may have taken it: {0}")]
    Unsure(String),
}

/// What whoever asks lacks, which only a person can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// A right.
    Right,
    /// The thing that is asked for.
    Place,
}

impl HttpError {
    /// What is lacking, where a person must give it.
    pub fn lack(&self) -> Option<Lack> {
        match self {
            Self::NoRight(..) => Some(Lack::Right),
            Self::Gone(..) => Some(Lack::Place),
            Self::Redirect(_)
            | Self::Refused(_)
            | Self::NotTaken(..)
            | Self::NotWell { .. }
            | Self::Unreachable(_)
            | Self::TooOften(_)
            | Self::Unsure(_) => None,
        }
    }

    /// Of an answer that refuses for good, with what it says.
    fn refused(status: u16, said: String) -> Self {
        match status {
            401 => Self::Refused(status),
            403 => Self::NoRight(status, said),
            404 | 410 => Self::Gone(status, said),
            _ => Self::NotTaken(status, said),
        }
    }
}

/// What was said, behind a sentence of ours.
fn in_brackets(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" ({said})") }
}

/// What an address answered.
#[derive(Debug, Default)]
pub struct Said {
    /// The text.
    pub text: String,
    /// What time its clock showed; `None` where it did not say.
    pub date: Option<DateTime<Utc>>,
}

/// What comes of one try.
enum Tried {
    Taken(Said),
    Again { status: Option<u16>, wait: Option<u64>, why: String, arrived: Arrived },
    Never(HttpError),
}

/// Whether what was not answered well came to a server that may have taken it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrived {
    No,
    Perhaps,
}

impl Tried {
    /// Of a server that answered that it is busy or not well: who is asked too often takes nothing.
    fn busy(status: u16, wait: Option<u64>) -> Self {
        let arrived = if status == 429 { Arrived::No } else { Arrived::Perhaps };
        Self::Again { status: Some(status), wait, why: String::new(), arrived }
    }

    /// Of one that did not answer: what had no connection did not arrive.
    fn unanswered(error: &ureq::Error) -> Self {
        use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
        use ureq::Timeout::{Connect, Resolve};
        let out_of_reach = [ConnectionRefused, HostUnreachable, NetworkUnreachable];
        let arrived = match error {
            ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::Timeout(Connect | Resolve) => Arrived::No,
            ureq::Error::Io(error) if out_of_reach.contains(&error.kind()) => Arrived::No,
            _ => Arrived::Perhaps,
        };
        Self::Again { status: None, wait: None, why: reason(error), arrived }
    }
}

/// Posts a message and answers with what was answered; `wait` waits between tries.
///
/// # Errors
/// It was not taken.
pub fn post(post: &Post, wait: &dyn Fn(Duration)) -> Result<String, HttpError> {
    let mut headers = vec![("Idempotency-Key", post.key.clone())];
    headers.extend(post.token.iter().map(|it| ("Authorization", format!("Bearer {it}"))));
    let body = Some(post.body.clone());
    let url = post.url.clone();
    call(&Call { method: "POST", url, headers, body, twice: post.twice }, wait)
}

/// Asks an address and answers with what was answered; `wait` waits between tries.
///
/// # Errors
/// It was not taken, or nobody knows whether it was.
pub fn call(call: &Call, wait: &dyn Fn(Duration)) -> Result<String, HttpError> {
    call_dated(call, wait).map(|it| it.text)
}

/// As [`call`], with the time that the clock there showed.
///
/// # Errors
/// It was not taken, or nobody knows whether it was.
pub fn call_dated(call: &Call, wait: &dyn Fn(Duration)) -> Result<Said, HttpError> {
    let agent = agent();
    let mut tries = 0;
    loop {
        tries += 1;
        match once(&agent, call) {
            Tried::Taken(answer) => return Ok(answer),
            Tried::Never(error) => return Err(error),
            Tried::Again { status, why, arrived: Arrived::Perhaps, .. }
                if call.twice == Twice::MakesTwo =>
            {
                let why = status.map_or(why, |it| format!("it answered {it}"));
                return Err(HttpError::Unsure(why));
            }
            Tried::Again { status, why, .. } if tries >= MOST_TRIES => {
                return Err(match status {
                    Some(status) => HttpError::NotWell { tries, status },
                    None => HttpError::Unreachable(why),
                });
            }
            Tried::Again { wait: asked, .. } => {
                let usual = 1 << (tries - 1);
                wait(Duration::from_secs(asked.unwrap_or(usual).min(LONGEST_WAIT)));
            }
        }
    }
}

/// Asks an address, for a watch that is alarmed where nobody does.
///
/// # Errors
/// It was not reached, or did not answer well.
pub fn ping(url: &str) -> Result<(), HttpError> {
    let answer = agent().get(url).call();
    match answer.map(|it| it.status().as_u16()) {
        Ok(200..=299) => Ok(()),
        Ok(status @ 300..=399) => Err(HttpError::Redirect(status)),
        Ok(status @ (401 | 403 | 404 | 410)) => Err(HttpError::refused(status, String::new())),
        Ok(status) => Err(HttpError::NotWell { tries: 1, status }),
        Err(error) => Err(HttpError::Unreachable(reason(&error))),
    }
}

/// Whether a token may be sent to an address: over TLS alone, or to this machine.
pub fn keeps_a_token(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(it)) => it.is_loopback(),
        Some(url::Host::Ipv6(it)) => it.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

fn agent() -> ureq::Agent {
    agent_within(LONGEST)
}

/// One whose calls take no longer than this.
fn agent_within(longest: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(longest))
        .timeout_connect(Some(LONGEST_CONNECT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("nightshift/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

fn once(agent: &ureq::Agent, call: &Call) -> Tried {
    let mut request = ureq::http::Request::builder().method(call.method).uri(&call.url);
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    let sent = match &call.body {
        Some(body) => {
            let request = request.header("Content-Type", "application/json").body(body.as_str());
            request.map_err(ureq::Error::from).and_then(|it| agent.run(it))
        }
        None => request.body(()).map_err(ureq::Error::from).and_then(|it| agent.run(it)),
    };
    let mut answer = match sent {
        Ok(answer) => answer,
        Err(ureq::Error::BadUri(_) | ureq::Error::Http(_)) => {
            return Tried::Never(HttpError::Unreachable("it is no valid address".to_owned()));
        }
        Err(error) => return Tried::unanswered(&error),
    };
    let (status, date) = (answer.status().as_u16(), date(&answer));
    match status {
        200..=299 => match answer.body_mut().with_config().limit(MOST_ANSWER).read_to_string() {
            Ok(text) => Tried::Taken(Said { text, date }),
            // An answer without its text would say that nothing is there, or was made.
            Err(error) if call.method == "GET" || call.twice == Twice::MakesTwo => {
                let (why, arrived) = (reason(&error), Arrived::Perhaps);
                Tried::Again { status: None, wait: None, why, arrived }
            }
            // It was taken, whatever becomes of its answer.
            Err(_) => Tried::Taken(Said { text: String::new(), date }),
        },
        300..=399 => Tried::Never(HttpError::Redirect(status)),
        403 | 429 if asked_too_often(&answer) => {
            let wait = pause(&answer);
            match wait {
                Some(wait) if wait > LONGEST_WAIT && status == 403 => {
                    Tried::Never(HttpError::TooOften(wait))
                }
                _ => Tried::busy(429, wait),
            }
        }
        408 | 429 | 500..=599 => {
            // When a limit is over says nothing of when a server is well again.
            let wait = number(&answer, "retry-after");
            Tried::busy(status, wait)
        }
        _ => {
            let said = answer.body_mut().with_config().limit(2_000).read_to_string();
            let said = crate::report::one_line(&said.unwrap_or_default(), 200);
            Tried::Never(HttpError::refused(status, without_secrets(&said, call)))
        }
    }
}

/// What a server said, without the token and the address that it was asked with.
fn without_secrets(said: &str, call: &Call) -> String {
    let tokens = call.headers.iter().filter(|it| it.0 == "Authorization");
    let tokens = tokens.filter_map(|(_, value)| value.rsplit(' ').next());
    let secrets = tokens.chain([call.url.as_str()]).filter(|it| !it.is_empty());
    secrets.fold(said.to_owned(), |said, secret| said.replace(secret, "[secret]"))
}

/// A number in a header.
fn number(answer: &ureq::http::Response<ureq::Body>, name: &str) -> Option<u64> {
    answer.headers().get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The time in the header that every server with a clock sends (RFC 9110, 6.6.1).
fn date(answer: &ureq::http::Response<ureq::Body>) -> Option<DateTime<Utc>> {
    let text = answer.headers().get("date")?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|it| it.to_utc())
}

/// Whether the server refuses because it was asked too often: GitHub says so by 403 too.
fn asked_too_often(answer: &ureq::http::Response<ureq::Body>) -> bool {
    number(answer, "retry-after").is_some() || number(answer, "x-ratelimit-remaining") == Some(0)
}

/// For how many seconds a server wants not to be asked.
fn pause(answer: &ureq::http::Response<ureq::Body>) -> Option<u64> {
    number(answer, "retry-after").or_else(|| {
        let at = number(answer, "x-ratelimit-reset")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        Some(at.saturating_sub(now).max(1))
    })
}

/// Why nothing was answered, without the address.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => format!("no answer came in {} s", LONGEST.as_secs()),
        ureq::Error::HostNotFound => "its host is not known".to_owned(),
        ureq::Error::ConnectionFailed => "nothing listens there".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Rustls(error) => format!("its certificate or TLS: {error}"),
        _ => "the connection broke off".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpListener;
    use std::sync::Mutex;

    use super::*;

    /// A server that gives these answers, one a connection; and what it was sent.
    fn server(answers: &'static [&'static str]) -> (String, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook/s3cret", listener.local_addr().expect("an address"));
        let serving = std::thread::spawn(move || {
            answers.iter().map(|answer| answered(&listener, answer)).collect()
        });
        (url, serving)
    }

    fn answered(listener: &TcpListener, answer: &str) -> String {
        let (stream, _) = listener.accept().expect("a connection");
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a line");
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let text = format!("HTTP/1.1 {answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        reader.get_mut().write_all(text.as_bytes()).expect("answered");
        format!("{head}\n{}", String::from_utf8_lossy(&body))
    }

    fn posted(url: String) -> (Result<(), HttpError>, Vec<u64>) {
        posted_as(url, Twice::Harmless)
    }

    fn posted_as(url: String, twice: Twice) -> (Result<(), HttpError>, Vec<u64>) {
        let waits = Mutex::new(Vec::new());
        let told = |it: Duration| waits.lock().expect("whole").push(it.as_secs());
        let token = Some("t0ken".to_owned());
        let (body, key) = ("{\"a\":1}".to_owned(), "n1".to_owned());
        let message = Post { url, token, body, key, twice };
        let result = post(&message, &told).map(drop);
        (result, waits.into_inner().expect("whole"))
    }

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        for sound in ["https://api.example/v4", "http://127.0.0.1:80", "http://[::1]/"] {
            assert!(keeps_a_token(sound), "{sound}");
        }
        for wrong in ["http://api.example", "http://127.0.0.2.evil.example", "ftp://localhost"] {
            assert!(!keeps_a_token(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_message_that_is_taken_is_sent_once_with_its_key_and_token() {
        let (url, serving) = server(&["204 No Content"]);
        assert_eq!(posted(url), (Ok(()), vec![]));
        let sent = serving.join().expect("served").concat().to_lowercase();
        assert!(sent.contains("idempotency-key: n1"), "{sent}");
        assert!(sent.contains("authorization: bearer t0ken"), "{sent}");
        assert!(sent.ends_with("{\"a\":1}"), "{sent}");
    }

    #[test]
    fn a_server_that_is_busy_or_not_well_is_asked_again_when_it_says() {
        let (url, serving) = server(&[
            "429 Too Many Requests\r\nRetry-After: 7",
            "503 Service Unavailable",
            "200 OK",
        ]);
        assert_eq!(posted(url), (Ok(()), vec![7, 2]));
        assert_eq!(serving.join().expect("served").len(), 3);
        let (url, serving) = server(&["429 Busy\r\nRetry-After: 86400", "500 X", "502 X", "500 X"]);
        let error = HttpError::NotWell { tries: 4, status: 500 };
        assert_eq!(posted(url), (Err(error), vec![60, 2, 4]), "nobody waits for a day");
        serving.join().expect("served");
    }

    #[test]
    fn what_would_be_shown_twice_is_sent_again_only_where_it_surely_did_not_arrive() {
        let (url, serving) = server(&["429 Too Many Requests\r\nRetry-After: 3", "200 OK"]);
        assert_eq!(posted_as(url, Twice::MakesTwo), (Ok(()), vec![3]));
        assert_eq!(serving.join().expect("served").len(), 2);
        // It was read whole, and nobody knows what became of it.
        for answer in ["500 Internal Server Error", "503 Service Unavailable\r\nRetry-After: 1"] {
            let answers: &'static [&'static str] = Box::leak(Box::new([answer]));
            let (url, serving) = server(answers);
            let (result, waits) = posted_as(url, Twice::MakesTwo);
            assert!(matches!(result, Err(HttpError::Unsure(_))), "{answer}: {result:?}");
            assert!(waits.is_empty(), "{answer}: {waits:?}");
            serving.join().expect("served");
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let hung_up = std::thread::spawn(move || drop(listener.accept()));
        let (result, waits) = posted_as(url, Twice::MakesTwo);
        assert!(matches!(result, Err(HttpError::Unsure(_))), "{result:?}");
        assert!(waits.is_empty(), "{waits:?}");
        hung_up.join().expect("it hung up");
    }

    #[test]
    fn what_a_server_heard_and_did_not_answer_in_time_may_have_been_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/s3cret", listener.local_addr().expect("an address"));
        // Its connection stays open as long as this test.
        let silent = std::thread::spawn(move || listener.accept().expect("a connection"));
        let (method, headers, twice) = ("POST", Vec::new(), Twice::MakesTwo);
        let call = Call { method, url, headers, body: Some("{}".to_owned()), twice };
        let tried = once(&agent_within(Duration::from_millis(300)), &call);
        let Tried::Again { arrived, why, .. } = tried else { panic!("it was not answered") };
        assert_eq!(arrived, Arrived::Perhaps);
        assert!(why.starts_with("no answer came in") && !why.contains("s3cret"), "{why}");
        silent.join().expect("it heard");
    }

    #[test]
    fn what_nobody_listened_to_did_not_arrive() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        drop(listener);
        let (result, waits) = posted_as(url, Twice::MakesTwo);
        assert!(matches!(result, Err(HttpError::Unreachable(_))), "{result:?}");
        assert_eq!(waits, [1, 2, 4]);
    }

    #[test]
    fn a_token_goes_nowhere_else_and_what_is_refused_is_not_tried_again() {
        let elsewhere = "302 Found\r\nLocation: http://127.0.0.1:1/other";
        for (answer, error) in [
            (elsewhere, HttpError::Redirect(302)),
            ("401 Unauthorized", HttpError::Refused(401)),
            ("403 Forbidden", HttpError::NoRight(403, String::new())),
            ("404 Not Found", HttpError::Gone(404, String::new())),
            ("410 Gone", HttpError::Gone(410, String::new())),
            ("422 Unprocessable", HttpError::NotTaken(422, String::new())),
        ] {
            let answers: &'static [&'static str] = Box::leak(Box::new([answer]));
            let (url, serving) = server(answers);
            let (result, waits) = posted(url);
            let said = result.as_ref().expect_err("refused").to_string();
            assert!(!said.contains("s3cret") && !said.contains("t0ken"), "{said}");
            assert_eq!((result, waits), (Err(error), vec![]));
            serving.join().expect("served");
        }
    }

    #[test]
    fn what_a_server_said_is_told_without_what_it_was_asked_with() {
        let call = Call {
            method: "GET",
            url: "https://hooks.example/s3cret".to_owned(),
            headers: vec![("Authorization", "Bearer t0ken".to_owned())],
            body: None,
            twice: Twice::Harmless,
        };
        let said = without_secrets("t0ken may not use https://hooks.example/s3cret", &call);
        let error = HttpError::refused(403, said);
        assert_eq!(
            error.to_string(),
            "it answered 403: the token has no right to this ([secret] may not use [secret])"
        );
        assert_eq!(
            HttpError::refused(410, String::new()).to_string(),
            "it answered 410: what is named there is gone, or not for this token"
        );
    }

    #[test]
    fn a_server_that_is_gone_is_said_without_its_address() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/s3cret", listener.local_addr().expect("an address"));
        drop(listener);
        let (result, waits) = posted(url);
        let said = result.expect_err("gone").to_string();
        assert!(said.starts_with("it cannot be reached") && !said.contains("s3cret"), "{said}");
        assert_eq!(waits, [1, 2, 4]);
    }
}

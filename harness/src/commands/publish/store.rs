//! [`Store`]: objects in storage that speaks S3, its calls signed by version 4 of Amazon's signature.
//! Each call does the same where it is made twice, so that one that came to nothing is made again.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::model::Template;
use crate::model::publish::S3Config;

/// How often a call is tried.
const MOST_TRIES: u32 = 4;
/// How long one try may take.
const LONGEST: Duration = Duration::from_secs(120);
/// The largest answer that is read, in bytes: a list of nights.
const MOST_ANSWER: u64 = 16 << 20;
/// What may be missing where something cannot be read.
const LISTS: &str = "the key must be allowed to list the bucket (s3:ListBucket) too, or what is not there yet is refused";
/// What is wrong where it does not know who asks.
const UNKNOWN_KEY: &str = "the storage knows no such `key`";
/// What is wrong where a call is not signed as it signs it itself.
const OTHER_SECRET: &str = "the `secret` is not that of the `key`";
/// What is wrong where a call is signed at another time than the storage has.
const OTHER_CLOCK: &str = "the clock of this machine is not that of the storage: set it";
/// What is signed of a call beside its method and address.
const SIGNED: &str = "host;x-amz-content-sha256;x-amz-date";

/// A part of a bucket: all names begin with the same prefix.
pub struct Store {
    /// `https://s3.example/bucket/prefix/`.
    base: Url,
    access: Access,
    agent: ureq::Agent,
    wait: fn(Duration),
}

/// What we are known by there.
struct Access {
    region: String,
    key: String,
    secret: String,
}

/// In which state an object was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Was {
    /// There was none.
    Missing,
    /// What the storage calls it by: its `ETag`.
    Tagged(String),
    /// The storage does not say.
    Untold,
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Call<'a> {
    method: &'static str,
    name: &'a str,
    media: &'a str,
    bytes: &'a [u8],
    /// The header with the state in which alone it is done.
    only: Option<(&'static str, &'a str)>,
}

impl<'a> Call<'a> {
    fn of(method: &'static str, name: &'a str) -> Self {
        Self { method, name, media: "", bytes: &[], only: None }
    }
}

/// What came of a call.
enum Came {
    Done(Vec<u8>, Was),
    Missing,
    /// It is in another state.
    Changed,
}

/// What came of one try.
enum Said {
    Came(Came),
    /// Such a condition is not known there.
    NoCondition,
    Refused(String),
    NotWell(String),
}

impl Store {
    /// The part of a bucket that a suite names; `value` fills texts that may hold secrets.
    ///
    /// # Errors
    /// A secret has no value, or its address is none.
    pub fn of(
        config: &S3Config,
        value: &dyn Fn(&Template) -> anyhow::Result<String>,
    ) -> anyhow::Result<Self> {
        let region = config.region.clone();
        let endpoint = match &config.endpoint {
            Some(endpoint) => value(endpoint)?,
            None => format!("https://s3.{region}.amazonaws.com"),
        };
        let prefix = config.prefix.as_ref().map(|it| format!("{it}/")).unwrap_or_default();
        let base = format!("{}/{}/{prefix}", endpoint.trim_end_matches('/'), config.bucket);
        let base = Url::parse(&base).context("its `endpoint` is no address")?;
        let sound = matches!(base.scheme(), "https" | "http") && base.host_str().is_some();
        ensure!(sound && base.query().is_none(), "its `endpoint` is no address of storage");
        let access = Access { region, key: value(&config.key)?, secret: value(&config.secret)? };
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(LONGEST))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .build()
            .into();
        Ok(Self { base, access, agent, wait: std::thread::sleep })
    }

    /// Where an object is; names are of letters, digits and `/._-`, which need no escape.
    pub fn address(&self, name: &str) -> String {
        format!("{}{name}", self.base)
    }

    /// An object; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn get(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        Ok(self.read(name)?.0)
    }

    /// The same, and in which state it was.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&self, name: &str) -> anyhow::Result<(Option<Vec<u8>>, Was)> {
        let came = self.call(Call::of("GET", name));
        Ok(match came.with_context(|| format!("cannot read {name} there"))? {
            Came::Done(bytes, was) => (Some(bytes), was),
            Came::Missing | Came::Changed => (None, Was::Missing),
        })
    }

    /// Writes an object, whole or not at all.
    ///
    /// # Errors
    /// It was not taken.
    pub fn put(&self, name: &str, media: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.written(Call { media, bytes, ..Call::of("PUT", name) }).map(drop)
    }

    /// Writes an object where it is still as it was read; answers whether it is. Storage that knows no
    /// conditions writes it in any case.
    ///
    /// # Errors
    /// It was not taken.
    pub fn put_over(
        &self,
        was: &Was,
        (name, media): (&str, &str),
        bytes: &[u8],
    ) -> anyhow::Result<bool> {
        let only = match was {
            Was::Missing => Some(("if-none-match", "*")),
            Was::Tagged(tag) => Some(("if-match", tag.as_str())),
            Was::Untold => None,
        };
        self.written(Call { media, bytes, only, ..Call::of("PUT", name) })
    }

    fn written(&self, call: Call<'_>) -> anyhow::Result<bool> {
        let name = call.name;
        match self.call(call).with_context(|| format!("cannot write {name} there"))? {
            Came::Done(..) => Ok(true),
            Came::Changed => Ok(false),
            // What it was to be written over is gone.
            Came::Missing if call.only.is_some_and(|it| it.0 == "if-match") => Ok(false),
            Came::Missing => bail!("cannot write {name}: there is no such bucket"),
        }
    }

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// It was not taken.
    pub fn remove(&self, name: &str) -> anyhow::Result<()> {
        let removed = self.call(Call::of("DELETE", name));
        removed.map(drop).with_context(|| format!("cannot remove {name} there"))
    }

    fn call(&self, call: Call<'_>) -> anyhow::Result<Came> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.once(call)? {
                Said::Came(came) => return Ok(came),
                Said::NoCondition => return self.call(Call { only: None, ..call }),
                Said::Refused(why) => bail!(why),
                Said::NotWell(why) if tries >= MOST_TRIES => bail!("{why}, {tries} times"),
                Said::NotWell(_) => (self.wait)(Duration::from_secs(1 << (tries - 1))),
            }
        }
    }

    fn once(&self, call: Call<'_>) -> anyhow::Result<Said> {
        let Call { method, name, media, bytes, only } = call;
        let url = Url::parse(&self.address(name))?;
        let (now, hash) = (Utc::now(), HEXLOWER.encode(&Sha256::digest(bytes)));
        let authorization = self.access.authorization(method, &url, &hash, now);
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(url.as_str())
            .header("x-amz-content-sha256", hash)
            .header("x-amz-date", moment(now))
            .header("authorization", authorization);
        if !media.is_empty() {
            request = request.header("content-type", media);
        }
        if let Some((state, value)) = only {
            request = request.header(state, value);
        }
        let sent = match method {
            "PUT" => self.agent.run(request.body(bytes)?),
            _ => self.agent.run(request.body(())?),
        };
        let mut answer = match sent {
            Ok(answer) => answer,
            Err(error) => return Ok(Said::NotWell(error.to_string())),
        };
        let status = answer.status().as_u16();
        let tag = answer.headers().get("etag").and_then(|it| it.to_str().ok());
        let was = tag.map_or(Was::Untold, |it| Was::Tagged(it.to_owned()));
        let body = answer.body_mut().with_config().limit(MOST_ANSWER).read_to_vec();
        Ok(match (status, body) {
            (200..=299, Ok(body)) => Said::Came(Came::Done(body, was)),
            (200..=299, Err(error)) => Said::NotWell(error.to_string()),
            (404, _) => Said::Came(Came::Missing),
            (409 | 412, _) if only.is_some() => Said::Came(Came::Changed),
            (501, _) if only.is_some() => Said::NoCondition,
            (408 | 429 | 500..=599, _) => Said::NotWell(format!("it answered {status}")),
            (_, body) => Said::Refused(refusal(method, status, &body.unwrap_or_default())),
        })
    }
}

impl Access {
    /// The header by which a call is known as ours.
    fn authorization(&self, method: &str, url: &Url, hash: &str, now: DateTime<Utc>) -> String {
        let host = match (url.host_str().unwrap_or_default(), url.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        let (path, query) = (url.path(), url.query().unwrap_or_default());
        let (moment, day) = (moment(now), now.format("%Y%m%d").to_string());
        let called = format!(
            "{method}\n{path}\n{query}\nhost:{host}\nx-amz-content-sha256:{hash}\n\
             x-amz-date:{moment}\n\n{SIGNED}\n{hash}"
        );
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let called = HEXLOWER.encode(&Sha256::digest(called));
        let told = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{called}");
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in [day.as_str(), &self.region, "s3", "aws4_request"] {
            key = signed(&key, part);
        }
        let signature = HEXLOWER.encode(&signed(&key, &told));
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={SIGNED},Signature={signature}",
            self.key
        )
    }
}

fn moment(now: DateTime<Utc>) -> String {
    now.format("%Y%m%dT%H%M%SZ").to_string()
}

fn signed(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Why something was refused: the code of the answer, which is XML, and nothing else of it; and what
/// to do about it.
fn refusal(method: &str, status: u16, body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let code = body.split_once("<Code>").and_then(|it| it.1.split_once("</Code>"));
    let code = code.map(|it| crate::report::one_line(it.0, 60));
    let said = code.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
    let help = match code.as_deref() {
        Some("InvalidAccessKeyId") => UNKNOWN_KEY,
        Some("SignatureDoesNotMatch") => OTHER_SECRET,
        Some("RequestTimeTooSkewed") => OTHER_CLOCK,
        _ if status == 403 && method == "GET" => LISTS,
        _ => return format!("it answered {status}{said}"),
    };
    format!("it answered {status}{said}; {help}")
}

#[cfg(test)]
pub mod tests {
    use std::collections::BTreeMap;
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Storage on the loopback: what it holds, and with what it answers before it is well.
    #[derive(Clone, Default)]
    pub struct Storage {
        pub objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
        /// The calls, as `PUT /bucket/name`.
        pub calls: Arc<Mutex<Vec<String>>>,
        /// Each is taken for one call.
        pub answers: Arc<Mutex<Vec<&'static str>>>,
        /// Whether it knows no conditions.
        pub is_plain: Arc<AtomicBool>,
    }

    /// What an object is called by in its state.
    fn tag(object: &[u8]) -> String {
        format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(object)))
    }

    impl Storage {
        /// Starts it; answers with it and a store of it.
        pub fn start() -> (Self, Store) {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let at = listener.local_addr().expect("an address");
            let storage = Self::default();
            let served = storage.clone();
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    served.answer(stream.expect("a connection"));
                }
            });
            let config = S3Config {
                endpoint: Some(Template::new(format!("http://{at}/"))),
                region: "us-east-1".to_owned(),
                bucket: "reports".to_owned(),
                prefix: Some("shop".to_owned()),
                key: Template::new("AKID"),
                secret: Template::new("s3cret"),
            };
            let store =
                Store::of(&config, &|it: &Template| Ok(it.raw().to_owned())).expect("a store");
            (storage, Store { wait: |_| (), ..store })
        }

        fn answer(&self, stream: TcpStream) {
            let mut reader = BufReader::new(stream);
            let (mut head, mut length, mut hash) = (Vec::new(), 0, String::new());
            let mut only = None;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("a line");
                let lower = line.trim().to_lowercase();
                if lower.is_empty() {
                    break;
                }
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                } else if let Some(value) = lower.strip_prefix("x-amz-content-sha256:") {
                    hash = value.trim().to_owned();
                } else if lower.starts_with("if-") {
                    only = lower.split_once(": ").map(|it| (it.0.to_owned(), it.1.to_owned()));
                }
                head.push(line.trim().to_owned());
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let is_signed = |it: &String| it.to_lowercase().contains("credential=akid/");
            let sound = HEXLOWER.encode(&Sha256::digest(&body)) == hash;
            assert!(sound && head.iter().any(is_signed), "it is signed: {head:?}");
            let call = head.first().and_then(|it| it.strip_suffix(" HTTP/1.1"));
            let (status, found) = self.done(call.expect("a call"), body, only);
            let (length, tag) = (found.len(), tag(&found));
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nETag: {tag}\r\n");
            let whole = [head.as_bytes(), b"Connection: close\r\n\r\n", found.as_slice()].concat();
            reader.get_mut().write_all(&whole).expect("answered");
        }

        fn done(
            &self,
            call: &str,
            body: Vec<u8>,
            only: Option<(String, String)>,
        ) -> (&'static str, Vec<u8>) {
            self.calls.lock().expect("whole").push(call.to_owned());
            if let Some(answer) = self.answers.lock().expect("whole").pop() {
                let why = "<Error><Code>SlowDown</Code><Key>s3cret</Key></Error>";
                return (answer, why.as_bytes().to_vec());
            }
            let (method, path) = call.split_once(' ').expect("a method and a path");
            let mut objects = self.objects.lock().expect("whole");
            if only.is_some() && self.is_plain.load(Ordering::Relaxed) {
                return ("501 Not Implemented", Vec::new());
            }
            let is_as_wanted = only.is_none_or(|(state, value)| match objects.get(path) {
                Some(object) => state == "if-match" && value == tag(object),
                None => state == "if-none-match",
            });
            if !is_as_wanted {
                return ("412 Precondition Failed", Vec::new());
            }
            match method {
                "PUT" => {
                    objects.insert(path.to_owned(), body);
                    ("200 OK", Vec::new())
                }
                "DELETE" => {
                    objects.remove(path);
                    ("204 No Content", Vec::new())
                }
                _ => match objects.get(path) {
                    Some(bytes) => ("200 OK", bytes.clone()),
                    None => ("404 Not Found", Vec::new()),
                },
            }
        }
    }

    /// The example of Amazon's documentation of version 4 ("GET Bucket Lifecycle").
    #[test]
    fn a_call_is_signed_as_the_documentation_has_it() {
        let access = Access {
            region: "us-east-1".to_owned(),
            key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        };
        let url = Url::parse("https://examplebucket.s3.amazonaws.com/?lifecycle=").expect("one");
        let now = "2013-05-24T00:00:00Z".parse().expect("an instant");
        let hash = HEXLOWER.encode(&Sha256::digest(b""));
        let signed = access.authorization("GET", &url, &hash, now);
        let known = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543";
        assert!(signed.ends_with(&format!("Signature={known}")), "{signed}");
    }

    #[test]
    fn an_object_is_written_read_and_removed_also_where_storage_is_not_well_at_first() {
        let (storage, store) = Storage::start();
        assert_eq!(store.get("a.json").expect("asked"), None);
        storage.answers.lock().expect("whole").extend(["503 Slow Down", "500 X"]);
        store.put("a.json", "application/json", b"{}").expect("written");
        assert_eq!(store.get("a.json").expect("read"), Some(b"{}".to_vec()));
        store.remove("a.json").expect("removed");
        assert_eq!(store.get("a.json").expect("asked"), None);
        let calls = storage.calls.lock().expect("whole");
        assert_eq!(calls.iter().filter(|it| it.starts_with("PUT ")).count(), 3, "{calls:?}");
        assert!(calls.iter().all(|it| it.ends_with(" /reports/shop/a.json")), "{calls:?}");
    }

    #[test]
    fn what_somebody_else_changed_is_not_written_over_where_the_storage_knows_that() {
        let (storage, store) = Storage::start();
        let object = ("a.json", "application/json");
        let (none, was) = store.read("a.json").expect("asked");
        assert_eq!((none, &was), (None, &Was::Missing));
        assert!(store.put_over(&was, object, b"1").expect("written"));
        assert!(!store.put_over(&was, object, b"2").expect("asked"), "there is one by now");
        let (_, was) = store.read("a.json").expect("read");
        store.put("a.json", "application/json", b"3").expect("written");
        assert!(!store.put_over(&was, object, b"4").expect("asked"), "it is another one by now");
        assert_eq!(store.get("a.json").expect("read"), Some(b"3".to_vec()));
        let (_, was) = store.read("a.json").expect("read");
        assert!(store.put_over(&was, object, b"5").expect("written"), "nobody changed it");
        storage.is_plain.store(true, Ordering::Relaxed);
        assert!(
            store.put_over(&Was::Missing, object, b"6").expect("written"),
            "it knows no better"
        );
        assert_eq!(store.get("a.json").expect("read"), Some(b"6".to_vec()));
    }

    #[test]
    fn what_is_refused_is_told_by_its_code_alone_and_not_tried_again() {
        let (storage, store) = Storage::start();
        storage.answers.lock().expect("whole").push("403 Forbidden");
        let refused = store.put("a.json", "application/json", b"{}").expect_err("refused");
        let refused = format!("{refused:#}");
        assert_eq!(refused, "cannot write a.json there: it answered 403: SlowDown");
        assert_eq!(storage.calls.lock().expect("whole").len(), 1);
        storage.answers.lock().expect("whole").push("403 Forbidden");
        let unread = format!("{:#}", store.get("a.json").expect_err("refused"));
        assert!(unread.contains("403: SlowDown; the key must be allowed to list"), "{unread}");
        let who = |code: &str| {
            let answer = format!("<Error><Code>{code}</Code></Error>");
            ["GET", "PUT"].map(|it| refusal(it, 403, answer.as_bytes()))
        };
        for said in who("InvalidAccessKeyId") {
            assert_eq!(said, format!("it answered 403: InvalidAccessKeyId; {UNKNOWN_KEY}"));
        }
        for said in who("SignatureDoesNotMatch") {
            assert_eq!(said, format!("it answered 403: SignatureDoesNotMatch; {OTHER_SECRET}"));
        }
        for said in who("RequestTimeTooSkewed") {
            assert_eq!(said, format!("it answered 403: RequestTimeTooSkewed; {OTHER_CLOCK}"));
        }
        storage.answers.lock().expect("whole").extend(["500 X"; 4]);
        let ill = format!("{:#}", store.remove("a.json").expect_err("it is ill"));
        assert_eq!(ill, "cannot remove a.json there: it answered 500, 4 times");
    }
}

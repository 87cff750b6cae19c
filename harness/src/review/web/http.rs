//! [`listen`]: pages answered over HTTP until we are asked to end. The only file that names hyper's
//! server.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use super::answer::Answer;
use super::ask::Ask;
use super::guard::{Access, Asked};
use crate::listening::next_connection;

pub use crate::listening::token;

/// The most bytes of a form.
const LARGEST_FORM: usize = 64 * 1024;

/// What is served, and to whom.
pub trait Pages: Send + 'static {
    /// Whether a request is answered.
    fn access(&self, asked: &Asked<'_>) -> Access;
    /// What is answered to who brought the token in the address.
    fn welcome(&self) -> Answer;
    /// What is answered to a request that was let in.
    fn answer(&mut self, ask: &Ask<'_>) -> Answer;
}

/// Answers until Ctrl-C, or until we are asked to end.
pub async fn listen(listener: TcpListener, pages: impl Pages) {
    let pages = Arc::new(Mutex::new(pages));
    let mut ended = std::pin::pin!(interrupted());
    loop {
        let stream = tokio::select! {
            () = &mut ended => return,
            stream = next_connection(&listener) => stream,
        };
        let pages = Arc::clone(&pages);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let pages = Arc::clone(&pages);
                async move { Ok::<_, Infallible>(respond(&pages, request).await) }
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            // Who says nothing is waited for until the builder's time for a head is over.
            http.timer(TokioTimer::new());
            // A browser that goes away in the middle is no error of ours.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Until Ctrl-C, or until we are asked to end.
async fn interrupted() {
    let Ok(mut asked) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = asked.recv() => {}
    }
}

async fn respond<P: Pages>(
    pages: &Arc<Mutex<P>>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let head = Arc::new(Request::from_parts(parts, ()));
    let asked = Arc::clone(&head);
    let answer = match on_its_own(pages, move |pages| stopped(pages, &asked)).await {
        Ok(Some(answer)) | Err(answer) => answer,
        Ok(None) => match Limited::new(body, LARGEST_FORM).collect().await {
            Err(_) => Answer::plain(StatusCode::PAYLOAD_TOO_LARGE, "this form is too large"),
            Ok(body) => {
                let body = body.to_bytes();
                let answer = move |pages: &mut P| answered(pages, &head, &body);
                on_its_own(pages, answer).await.unwrap_or_else(|broken| broken)
            }
        },
    };
    finished(answer)
}

/// Does something with the pages on a thread that may wait: they read files, judge nights and wait
/// for one another, and meanwhile others are still listened to.
///
/// # Errors
/// It panicked; what is answered then.
async fn on_its_own<P: Pages, T: Send + 'static>(
    pages: &Arc<Mutex<P>>,
    work: impl FnOnce(&mut P) -> T + Send + 'static,
) -> Result<T, Answer> {
    let pages = Arc::clone(pages);
    let done = tokio::task::spawn_blocking(move || {
        // A request that panicked has written all of its decision or nothing.
        work(&mut pages.lock().unwrap_or_else(PoisonError::into_inner))
    });
    let broken = "this page broke off; what was decided before it is kept";
    done.await.map_err(|_| Answer::plain(StatusCode::INTERNAL_SERVER_ERROR, broken))
}

/// What is answered before a request is read; `None` where it is let in.
fn stopped<P: Pages>(pages: &P, head: &Request<()>) -> Option<Answer> {
    let text = |name: HeaderName| head.headers().get(name).and_then(|it| it.to_str().ok());
    let query = form_pairs(head.uri().query().unwrap_or_default());
    let access = pages.access(&Asked {
        changes: changes(head),
        host: text(header::HOST),
        origin: text(header::ORIGIN),
        site: text(HeaderName::from_static("sec-fetch-site")),
        mode: text(HeaderName::from_static("sec-fetch-mode")),
        cookies: text(header::COOKIE),
        token: query.iter().find(|it| it.0 == "token").map(|it| it.1.as_str()),
    });
    match access {
        Access::Refused(why) => Some(Answer::refused(why)),
        Access::Welcome => Some(pages.welcome()),
        Access::Granted => None,
    }
}

/// What is answered to a request that was let in.
fn answered<P: Pages>(pages: &mut P, head: &Request<()>, body: &[u8]) -> Answer {
    pages.answer(&Ask {
        posts: head.method() == hyper::Method::POST,
        reads: !changes(head),
        path: head.uri().path(),
        query: form_pairs(head.uri().query().unwrap_or_default()),
        form: form_pairs(&String::from_utf8_lossy(body)),
    })
}

fn changes(head: &Request<()>) -> bool {
    head.method() != hyper::Method::GET && head.method() != hyper::Method::HEAD
}

/// The pairs of a query or a form.
fn form_pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The answer with everything that bounds what a page may do.
fn finished(answer: Answer) -> Response<Full<Bytes>> {
    // Not `no-referrer`: with it a browser hides the origin of forms, which the guard asks for.
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
    ];
    let policy = ("content-security-policy", answer.policy.header());
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in answer.headers.into_iter().chain([policy]) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    use super::*;

    /// Pages that wait for a word of the test before they answer, and break on `/broken`.
    struct Slow {
        begun: UnboundedSender<()>,
        word: mpsc::Receiver<()>,
    }

    impl Pages for Slow {
        fn access(&self, _: &Asked<'_>) -> Access {
            Access::Granted
        }

        fn welcome(&self) -> Answer {
            Answer::to("/")
        }

        fn answer(&mut self, ask: &Ask<'_>) -> Answer {
            assert!(ask.path != "/broken", "this page breaks");
            self.begun.send(()).expect("the test waits for it");
            let said = match self.word.recv_timeout(Duration::from_secs(20)) {
                Ok(()) => "others were listened to",
                Err(_) => "nobody else was listened to",
            };
            Answer::plain(StatusCode::OK, said)
        }
    }

    /// Pages that are served, what is sent when one is asked for, and the word that has it answer.
    async fn served() -> (std::net::SocketAddr, UnboundedReceiver<()>, mpsc::Sender<()>) {
        let (begun, waits) = unbounded_channel();
        let (say, word) = mpsc::channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        tokio::spawn(listen(listener, Slow { begun, word }));
        (at, waits, say)
    }

    async fn asked(at: std::net::SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(at).await.expect("connected");
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("asked");
        stream
    }

    async fn said(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("answered");
        text
    }

    // One thread for all: a page that takes its time there would let nothing else happen.
    #[tokio::test(flavor = "current_thread")]
    async fn a_page_that_takes_its_time_keeps_nobody_else_waiting() {
        let (at, mut begun, say) = served().await;
        let stream = asked(at, "/").await;
        begun.recv().await.expect("it begins");
        say.send(()).expect("it waits for it");
        let text = said(stream).await;
        assert!(text.ends_with("others were listened to\n"), "{text}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_page_that_breaks_is_told_and_the_next_one_is_answered() {
        let (at, _begun, say) = served().await;
        let text = said(asked(at, "/broken").await).await;
        assert!(text.starts_with("HTTP/1.1 500") && text.contains("broke off"), "{text}");
        say.send(()).expect("it waits for it");
        let text = said(asked(at, "/").await).await;
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    }
}

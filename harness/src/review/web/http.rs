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

async fn respond<P: Pages>(pages: &Mutex<P>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let text = |name: HeaderName| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let query = form_pairs(parts.uri.query().unwrap_or_default());
    let token = query.iter().find(|it| it.0 == "token").map(|it| it.1.clone());
    let changes = parts.method != hyper::Method::GET && parts.method != hyper::Method::HEAD;
    let asked = Asked {
        changes,
        host: text(header::HOST),
        origin: text(header::ORIGIN),
        site: text(HeaderName::from_static("sec-fetch-site")),
        mode: text(HeaderName::from_static("sec-fetch-mode")),
        cookies: text(header::COOKIE),
        token: token.as_deref(),
    };
    // A request that panicked has written all of its decision or nothing.
    let lock = || pages.lock().unwrap_or_else(PoisonError::into_inner);
    let access = lock().access(&asked);
    let answer = match access {
        Access::Refused(why) => Answer::refused(why),
        Access::Welcome => lock().welcome(),
        Access::Granted => match Limited::new(body, LARGEST_FORM).collect().await {
            Err(_) => Answer::plain(StatusCode::PAYLOAD_TOO_LARGE, "this form is too large"),
            Ok(body) => {
                let body = body.to_bytes();
                let body = String::from_utf8_lossy(&body);
                let ask = Ask {
                    posts: parts.method == hyper::Method::POST,
                    reads: !changes,
                    path: parts.uri.path(),
                    query,
                    form: form_pairs(&body),
                };
                lock().answer(&ask)
            }
        },
    };
    finished(answer)
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

//! Review as pages on this machine: [`serve`] answers on loopback until it is interrupted.
//!
//! [`guard`] decides who may ask, [`routes`] what is answered, [`pages`] how it looks. The only
//! file that names hyper's server. Nothing here reaches another host, and pages hold nothing from
//! one.
//!
//! The files:
//! - `guard.rs`: who may ask: token, host, origin.
//! - `ask.rs`: a request that was let in.
//! - `routes.rs`: what is answered, and what forms do.
//! - `pages.rs`: the page of one item.

mod ask;
pub mod guard;
mod pages;
pub mod routes;

use std::convert::Infallible;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{Desk, ReviewError};
use ask::Ask;
use guard::{Access, Asked, Guard};
use routes::{Answer, Site};

/// The most bytes of a form.
const LARGEST_FORM: usize = 64 * 1024;

/// Where and how the pages are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// The port; 0 takes any that is free.
    pub port: u16,
    /// Whether the person's browser is asked to open them.
    pub browse: bool,
}

/// Serves the pages until Ctrl-C. `said` is told the address once it answers.
///
/// # Errors
/// The port is taken, or the system has no randomness for a token.
pub async fn serve(desk: Desk, served: &Served, said: &dyn Fn(&str)) -> Result<(), ReviewError> {
    let failed = |what: &str, error: std::io::Error| ReviewError::Front(format!("{what}: {error}"));
    let listener = TcpListener::bind(("127.0.0.1", served.port)).await.map_err(|error| {
        failed(&format!("cannot serve on 127.0.0.1:{}; choose another --port", served.port), error)
    })?;
    let port = listener.local_addr().map_err(|error| failed("cannot tell the port", error))?.port();
    let token = token().map_err(|error| failed("cannot make a token", error))?;
    let guard = Arc::new(Guard::new(token, port));
    let site = Arc::new(Mutex::new(Site::new(desk)));
    said(&guard.url());
    if served.browse {
        browse(&guard.url());
    }
    let mut ended = std::pin::pin!(interrupted());
    loop {
        let stream = tokio::select! {
            () = &mut ended => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // One connection that came to nothing is no reason to end.
                Err(_) => continue,
            },
        };
        let (guard, site) = (Arc::clone(&guard), Arc::clone(&site));
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let (guard, site) = (Arc::clone(&guard), Arc::clone(&site));
                async move { Ok::<_, Infallible>(respond(&guard, &site, request).await) }
            });
            let http = hyper::server::conn::http1::Builder::new();
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

/// 128 bits that nobody can guess.
fn token() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}

/// Asks the person's browser to open the address; where there is none the printed one is enough.
fn browse(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|it| std::env::var_os(it).is_some()) {
        "xdg-open"
    } else {
        return;
    };
    let null = std::process::Stdio::null;
    let mut command = std::process::Command::new(program);
    if let Ok(mut child) = command.arg(url).stdin(null()).stdout(null()).stderr(null()).spawn() {
        std::thread::spawn(move || child.wait());
    }
}

async fn respond(
    guard: &Guard,
    site: &Mutex<Site>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let text = |name: HeaderName| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let query = parts.uri.query().unwrap_or_default();
    let token = form_pairs(query).into_iter().find(|it| it.0 == "token").map(|it| it.1);
    let changes = parts.method != hyper::Method::GET && parts.method != hyper::Method::HEAD;
    let asked = Asked {
        changes,
        host: text(header::HOST),
        origin: text(header::ORIGIN),
        site: text(HeaderName::from_static("sec-fetch-site")),
        cookies: text(header::COOKIE),
        token: token.as_deref(),
    };
    let answer = match guard.access(&asked) {
        Access::Refused(why) => Answer::refused(why),
        Access::Welcome => Answer::to("/").with("set-cookie", guard.cookie()),
        Access::Granted => match Limited::new(body, LARGEST_FORM).collect().await {
            Err(_) => Answer::plain(StatusCode::PAYLOAD_TOO_LARGE, "this form is too large"),
            Ok(body) => {
                let body = body.to_bytes();
                let body = String::from_utf8_lossy(&body);
                let ask = Ask {
                    posts: parts.method == hyper::Method::POST,
                    reads: !changes,
                    path: parts.uri.path(),
                    form: form_pairs(&body),
                };
                // A request that panicked has written all of its decision or nothing.
                let mut site = site.lock().unwrap_or_else(PoisonError::into_inner);
                site.answer(&ask)
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
    const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    // Not `no-referrer`: with it a browser hides the origin of forms, which the guard asks for.
    let fixed = [
        (
            "content-security-policy",
            if answer.sandboxed { "default-src 'none'; sandbox" } else { POLICY },
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
    ];
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

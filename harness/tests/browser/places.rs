//! The pages for tabs, frames, settings and readiness, served beside those of [`super::site`].

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

pub fn routes() -> Router {
    Router::new()
        .route("/place/{name}", get(|Path(name): Path<String>| async move { place(&name) }))
        .route("/inner", get(sign_in))
        .route("/headers", get(headers))
        .route("/worker.js", get(|| async { script(WORKER) }))
        .route("/stream", get(stream))
}

fn page(body: &str) -> Response {
    Html(format!("<!doctype html><html lang=en><link rel=icon href=data:,>{body}</html>"))
        .into_response()
}

fn place(name: &str) -> Response {
    page(match name {
        "opener" => include_str!("opener.html"),
        "popup" => include_str!("popup.html"),
        "unsaved" => {
            "<title>Unsaved</title><h1>Unsaved</h1><label>Note <input></label>\
             <a href='/static'>Away</a><script>addEventListener('beforeunload', \
             (event) => event.preventDefault())</script>"
        }
        "saving" => {
            "<title>Saving</title><h1>Saving</h1><label>Note <input oninput='dirty = true; \
             setTimeout(() => dirty = false, 700)'></label><script>let dirty = false; \
             addEventListener('beforeunload', (event) => dirty && event.preventDefault())</script>"
        }
        "frames" => include_str!("frames.html"),
        "card" => include_str!("card.html"),
        "ad" => {
            "<title>Ad</title><h1>Beside an ad</h1><iframe title=Ad src='/never'></iframe>\
             <button onclick='document.title = \"Clicked\"'>Go</button>"
        }
        "hides" => {
            "<title>Hides</title><style>.acts, .late { display: none } li:hover > .acts, \
             .none:not(.x) { display: inline } @media screen { .menu:focus-within .late { display: block } }\
             </style><h1>Orders</h1><ul><li aria-label=Ada>Ada <span class=acts><a href=#a>Delete</a></span></li></ul>\
             <div class=menu><button>Menu</button><div class=late><a href=#b>Export</a></div></div>\
             <details><summary>More</summary><a href=#c>Archive</a></details>\
             <button aria-controls=panel aria-expanded=false>Filters</button>\
             <div id=panel hidden><a href=#d>Country</a></div><div hidden><a href=#e>Later</a></div>"
        }
        "asked" => {
            "<title>Asked</title><h1>Orders</h1><p id=out>nothing</p><script>\
             const say = (text) => { out.textContent = text };\
             const ways = { fetch: () => fetch('/inner').then((it) => say('answered ' + it.status)),\
               xhr() { const it = new XMLHttpRequest(); it.onloadend = () => say('answered ' + it.status);\
                 it.open('GET', '/inner'); it.send() },\
               image() { const it = new Image(); it.onload = it.onerror = () => say('no picture'); it.src = '/inner' },\
               frame() { const it = document.createElement('iframe'); it.onload = () => say('a frame');\
                 it.src = '/inner'; document.body.append(it) } };\
             </script><button onclick='ways.fetch()'>fetch</button><button onclick='ways.xhr()'>xhr</button>\
             <button onclick='ways.image()'>image</button><button onclick='ways.frame()'>frame</button>"
        }
        "restless" => include_str!("restless.html"),
        "device" => include_str!("device.html"),
        _ => return StatusCode::NOT_FOUND.into_response(),
    })
}

/// A service worker that keeps pages for bad days.
const WORKER: &str = "addEventListener('install', () => skipWaiting()); \
    addEventListener('activate', (event) => event.waitUntil(clients.claim())); \
    addEventListener('fetch', (event) => event.respondWith(fetch(event.request)\
      .catch(() => new Response('<title>Kept</title><h1>Kept</h1>', \
        { headers: { 'content-type': 'text/html' } }))));";

fn script(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/javascript")], text).into_response()
}

/// An event stream that says one thing and stays open.
async fn stream() -> Response {
    let said = futures_util::stream::iter([Ok::<_, std::io::Error>("data: hello\n\n")]);
    let open = futures_util::StreamExt::chain(said, futures_util::stream::pending());
    ([(header::CONTENT_TYPE, "text/event-stream")], axum::body::Body::from_stream(open))
        .into_response()
}

/// Only `ada` with the password `open sesame` comes in.
async fn sign_in(headers: HeaderMap) -> Response {
    let sent = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    if sent == Some("Basic YWRhOm9wZW4gc2VzYW1l") {
        return page("<title>Inner</title><h1>Welcome, ada</h1>");
    }
    let asks = [(header::WWW_AUTHENTICATE, "Basic realm=inner")];
    (StatusCode::UNAUTHORIZED, asks, Html("<title>Denied</title><h1>Who are you?</h1>"))
        .into_response()
}

async fn headers(headers: HeaderMap) -> Response {
    let shown = |name| {
        let value = headers.get(name).and_then(|it| it.to_str().ok());
        format!("<p>{name}: {}</p>", value.unwrap_or("none"))
    };
    page(&["user-agent", "accept-language", "cookie", "authorization"].map(shown).concat())
}

//! The small pages that the browser tests use, served on a free loopback port.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use axum::routing::get;

/// A running site; it ends with the runtime of the test.
pub struct Site {
    pub address: SocketAddr,
}

impl Site {
    pub async fn start() -> Self {
        // All of loopback, so that 127.0.0.2 would answer if the browser could reach it.
        let listener = tokio::net::TcpListener::bind(("0.0.0.0", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, routes()).await.unwrap() });
        Self { address: SocketAddr::from(([127, 0, 0, 1], port)) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn routes() -> Router {
    Router::new()
        .route("/loop", get(|| async { Redirect::temporary("/loop") }))
        .route("/moved", get(|| async { Redirect::temporary("/static?from=moved") }))
        .route("/nothing", get(|| async { StatusCode::NO_CONTENT }))
        .route("/export.csv", get(export))
        .route(
            "/broken",
            get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, Html("<h1>Sorry</h1>")) }),
        )
        .route("/down", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, Html("<h1>Down</h1>")) }))
        .route("/busy", get(async || busy(StatusCode::TOO_MANY_REQUESTS, "<h1>Later</h1>")))
        .route("/busy/empty", get(async || busy(StatusCode::SERVICE_UNAVAILABLE, "")))
        .route("/slow.json", get(slow))
        .route("/slow.js", get(slow_script))
        .route("/slower.json", get(slower))
        .route("/slow-events", get(slow_events))
        .route("/saved", axum::routing::put(|| async { StatusCode::NO_CONTENT }))
        .route("/late.mjs", get(|| slow_module("import '/inner.mjs'; globalThis.arm();")))
        .route(
            "/inner.mjs",
            get(|| slow_module("await new Promise((done) => setTimeout(done, 100));")),
        )
        .route("/cookie", get(cookie))
        .route("/cookies", get(cookies))
        .route("/language", get(language))
        .route("/list", get(list))
        .route("/report", get(|| async { Html(super::filtered::page()) }))
        .route("/never", get(|| async { std::future::pending::<String>().await }))
        .route(
            "/search",
            get(|RawQuery(query): RawQuery| async move {
                Html(format!(
                    "<title>Search</title><h1>Results</h1><p>query: {}</p>",
                    query.unwrap_or_default()
                ))
            }),
        )
        .merge(super::places::routes())
        .merge(super::secrets::routes())
        .fallback(page)
}

async fn export() -> Response {
    let disposition = "attachment; filename=orders.csv";
    (
        [(header::CONTENT_DISPOSITION, disposition), (header::CONTENT_TYPE, "text/csv")],
        "id,country\n1,NZ\n",
    )
        .into_response()
}

/// An answer that asks to be left alone for a while.
fn busy(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::RETRY_AFTER, "7")], Html(text)).into_response()
}

async fn slow() -> Response {
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    ([(header::CONTENT_TYPE, "application/json")], r#"{"rows":12}"#).into_response()
}

async fn slower() -> &'static str {
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    "{}"
}

/// Events that begin with silence.
async fn slow_events() -> Response {
    let sent = futures_util::stream::once(async {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        Ok::<_, std::convert::Infallible>("data: now\n\n")
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], axum::body::Body::from_stream(sent))
        .into_response()
}

async fn slow_script() -> Response {
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    ([(header::CONTENT_TYPE, "text/javascript")], "globalThis.late = true;").into_response()
}

/// A part of a page's script that takes a moment to come.
async fn slow_module(text: &'static str) -> Response {
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    ([(header::CONTENT_TYPE, "text/javascript")], text).into_response()
}

async fn cookie(headers: axum::http::HeaderMap) -> Response {
    let sent =
        headers.get(header::COOKIE).and_then(|it| it.to_str().ok()).unwrap_or("none").to_owned();
    ([(header::SET_COOKIE, "who=ada")], Html(format!("<h1>Cookie: {sent}</h1>"))).into_response()
}

async fn cookies() -> Response {
    let all = [
        "who=ada",
        "safe=1; Secure",
        "theme=dark; SameSite=Lax; Max-Age=1000",
        "cart=1; SameSite=Strict; HttpOnly",
        "ad=1; SameSite=None; Secure",
    ];
    (AppendHeaders(all.map(|it| (header::SET_COOKIE, it))), Html("<h1>Cookies</h1>"))
        .into_response()
}

async fn language(headers: axum::http::HeaderMap) -> Html<String> {
    let sent = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    Html(format!("<h1>Language: {}</h1>", sent.unwrap_or("none")))
}

/// A list of states, in the page and in shadow trees that came with it: an open one, and closed
/// ones of elements that are defined before and after; on demand it is cut in its widest options.
async fn list(RawQuery(query): RawQuery) -> Response {
    const LIST: &str =
        "<select><option>All<option>open<option>ship|ped</select><button>Apply</button>";
    let tree = |mode: &str| format!("<template shadowrootmode={mode}>{LIST}</template>");
    let define = |name: &str| {
        format!(
            "<script>customElements.define('{name}', class extends HTMLElement {{
                constructor() {{ super(); this.attachInternals(); }}
            }})</script>"
        )
    };
    let page = format!(
        "<!doctype html><title>List</title>{}<p>{LIST}<div>{}</div><x-early>{}</x-early><x-late>{}</x-late>{}",
        define("x-early"),
        tree("open"),
        tree("closed"),
        tree("closed"),
        define("x-late"),
    );
    let pause = std::time::Duration::from_millis(if query.is_some() { 200 } else { 0 });
    let parts: Vec<String> = page.split('|').map(str::to_owned).collect();
    let sent = futures_util::stream::unfold(parts.into_iter(), move |mut parts| async move {
        let part = parts.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok::<_, std::convert::Infallible>(part), parts))
    });
    ([(header::CONTENT_TYPE, "text/html")], axum::body::Body::from_stream(sent)).into_response()
}

/// Eight thousand rows with two controls in each, and no script once they are there.
const PEOPLE: &str = "<title>People</title><table aria-label=People></table><script>
document.querySelector('table').innerHTML = Array.from({ length: 8000 }, (_, i) =>
  `<tr><td>${i}</td><td>Name ${i}</td><td><a href='/x/${i}'>Open ${i}</a></td><td><button onclick='document.title = ${i}'>Edit</button></td></tr>`).join('');
</script>";

/// A button whose handler comes after the page has loaded, in the way that the query says.
const LATE: &str = "<title>late</title><button id=b>Go</button><script>
const arm = () => { b.onclick = () => { document.title = 'heard'; }; };
const ways = {
  idle: () => requestIdleCallback(arm),
  timeout: () => setTimeout(arm, 300),
  view: () => new IntersectionObserver((all, it) => { it.disconnect(); arm(); }).observe(b),
  script: () => document.head.append(Object.assign(document.createElement('script'), { src: '/slow.js', onload: arm })),
  import: () => import('/slow.js').then(arm),
  idleimport: () => requestIdleCallback(() => import('/slow.js?b').then((it) => requestIdleCallback(arm))),
  module: () => document.head.append(Object.assign(document.createElement('script'), { type: 'module', src: '/late.mjs' })),
  chain: async () => { for (let i = 0; i < 4; i += 1) await new Promise((done) => setTimeout(done, 120)); arm(); },
  timers: () => setTimeout(() => setTimeout(() => setTimeout(arm, 150), 150), 150),
};
globalThis.arm = arm;
addEventListener('load', ways[location.search.slice(1)]);
</script>";

/// A button that comes when the page has been ready for long, in the way that the query says.
const COMES: &str = "<title>comes</title><h1>Waiting</h1><script>
globalThis.come = () => { document.body.append(Object.assign(document.createElement('button'), { textContent: 'Late' })); };
const LONG = 2600;
const ways = {
  never: () => {},
  often: () => setInterval(() => fetch('/static'), LONG),
  timeout: () => setTimeout(come, LONG),
  interval: () => setInterval(come, LONG),
  tenth: () => { let left = 10; setInterval(() => { left -= 1; if (!left) come(); }, 300); },
  asking: () => { let left = 50; setInterval(async () => { await fetch('/static'); left -= 1; if (!left) come(); }, 100); },
  idly: () => setInterval(() => {}, 100),
  chain: () => { let left = 30; const next = () => { left -= 1; if (left) setTimeout(next, 100); else come(); }; next(); },
  task: () => scheduler.postTask(come, { delay: LONG }),
  answer: () => fetch('/slower.json').then(come),
  stream: () => { new EventSource('/slow-events').onmessage = come; },
  worker: () => { new Worker(URL.createObjectURL(new Blob([`setTimeout(() => postMessage(1), ${LONG})`]))).onmessage = come; },
  animation: () => { document.body.animate([{ opacity: 0.9 }, { opacity: 1 }], LONG).onfinish = come; },
  frame: () => { const it = document.createElement('iframe'); it.srcdoc = `<script>setTimeout(() => parent.come(), ${LONG})</scr` + 'ipt>'; document.body.append(it); },
};
addEventListener('load', ways[location.search.slice(1)]);
</script>";

/// Buttons without and with somebody who listens, and what the browser works by itself.
const DEAD: &str = "<title>Dead</title><button>Buy</button> <button id=b>Sell</button>
<div id=d><button>Rent</button></div> <button onclick='void 0'>Lend</button> <label><input type=checkbox>Agree</label>
<details><summary>More</summary>Text</details> <a href='#there'>There</a> <input aria-label=Note><script>
b.addEventListener('click', () => {}); d.onpointerdown = () => {};
</script>";

/// A note that is saved a second after it was written, and at once on demand; nobody reads the answer.
const SAVES: &str = "<title>Saves</title><input aria-label=Note id=note><button onclick='save()'>Save</button><script>
let waiting;
const save = () => fetch('/saved', { method: 'PUT', body: note.value });
note.oninput = () => { clearTimeout(waiting); waiting = setTimeout(save, 1000); };
</script>";

/// A note that is saved by an interval, by timers each of which sets the next, a moment after it was
/// written, and on demand.
const CLOCKED: &str = "<title>Clocked</title><input aria-label=Note id=note><button onclick='save()'>Save</button><script>
let waiting;
const send = (how) => fetch(`/saved?by=${how}`, { method: 'PUT', body: note.value });
const save = () => send('person');
note.oninput = () => { clearTimeout(waiting); waiting = setTimeout(() => setTimeout(send, 20, 'typing'), 100); };
setInterval(send, 150, 'interval');
const next = async () => { await 0; send('chain'); setTimeout(next, 110); };
setTimeout(next, 30);
setTimeout(send, 50, 'start');
</script>";

/// Sixty thousand elements, each of which is named by all that lie in it.
/// Soon there, and long read: each of its links is called by all that the page says.
const HUGE: &str = "<title>Huge</title><p id=all></p><main></main><script>
document.querySelector('p').innerHTML = '<b>x</b>'.repeat(4000);
document.querySelector('main').innerHTML =
  '<div role=link aria-labelledby=all></div>'.repeat(4000);
</script>";

/// A list that is sorted by dragging: what is let go in the lower half of an item comes behind it.
const SORTED: &str = "<title>start</title><ul aria-label=Songs><li draggable=true style='height:40px'>One<li draggable=true style='height:40px'>Two<li draggable=true style='height:40px'>Three</ul><script>
const list = document.querySelector('ul'); let held;
list.ondragstart = (event) => { held = event.target; };
list.ondragover = (event) => event.preventDefault();
list.ondrop = (event) => {
  const on = event.target.closest('li'); const box = on.getBoundingClientRect();
  if (event.clientY > box.y + box.height / 2) on.after(held); else on.before(held);
  document.title = [...list.children].map((it) => it.textContent).join();
};
</script>";

/// Things that people use all the same: files behind labels, a list that is filled once somebody goes
/// there, a slider without a role.
const BARE: &str = "<title>start</title>
<label><b>Photo</b><input type=file hidden onchange='document.title = files[0].name'></label>
<label for=f><span>Contract</span></label><input id=f type=file style='display:none' onchange='document.title = \"signed \" + files[0].name'>
<select aria-label=City onfocus='setTimeout(() => { if (!options[1]) this.add(new Option(\"Oslo\")); }, 100)' onchange='document.title = value'><option>Choose</select>
<select aria-label=Port onmousedown='if (!options[1]) this.add(new Option(\"Bergen\"))' onchange='document.title = value'><option>Choose</select>
<p id=v tabindex=0 aria-valuenow=3 aria-valuemin=0 aria-valuemax=9>Volume</p><p id=p>Plain</p><script>
v.onkeydown = (event) => {
  const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key] || 0;
  v.setAttribute('aria-valuenow', document.title = Number(v.getAttribute('aria-valuenow')) + by);
};
</script>";

/// A thing that is dragged once it was held for 250 ms; a press of 600 ms is another deed.
const HELD: &str = "<title>start</title><p id=x style='background:#ddd;user-select:none'>Milk</p><ul id=b role=list aria-label=Done style='height:200px;border:1px solid'></ul><script>
let from = null; let on = false; let timer; let long;
x.onpointerdown = (event) => { from = event; on = false; timer = setTimeout(() => { on = true; }, 250); long = setTimeout(() => { document.title = 'menu'; from = null; }, 600); };
onpointermove = (event) => { if (!from) return; clearTimeout(long); if (!on && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > 5) { clearTimeout(timer); from = null; document.title = 'too early'; } };
onpointerup = (event) => { clearTimeout(timer); clearTimeout(long); if (from && on) { x.style.pointerEvents = 'none'; if (document.elementFromPoint(event.clientX, event.clientY).closest('#b')) document.title = 'moved'; } from = null; };
</script>";

/// Half a surrogate pair wherever a page can have one.
const HALVES: &str = r#"<title>Halves</title><h1>Halves</h1><p id=p></p><input aria-label=Field id=f><button id=b onclick="document.title = 'clicked \ud83d'">Go</button><script>
p.textContent = 'Cut \ud83d'; f.value = 'Cut \ud83d'; b.setAttribute('aria-label', 'Cut \ud83d');
localStorage['key \ud83d'] = '1'; console.error('Cut \ud83d');
setTimeout(() => { throw new Error('Thrown \ud83d'); });
setTimeout(() => { throw new Error('Whole \ud83d\udc4d'); });
Promise.reject(new Error('Rejected \ud83d'));
</script>"#;

/// Dialogs that say half a surrogate pair, and one that says a whole one.
const HALF_ASKED: &str = r#"<title>Halves</title>
<button onclick="document.title = confirm('Sure \ud83d') ? 'yes' : 'no'">Cut</button>
<button onclick="document.title = confirm('Sure \ud83d\udc4d') ? 'yes' : 'no'">Whole</button>"#;

async fn page(uri: axum::http::Uri) -> Response {
    match body(uri.path()) {
        Some(body) => {
            let head = "<!doctype html><html lang=en><link rel=icon href=data:,>";
            Html(format!("{head}{body}</html>")).into_response()
        }
        None => {
            (StatusCode::NOT_FOUND, Html("<title>Gone</title><h1>Not found</h1>")).into_response()
        }
    }
}

/// Fields that do not let the keyboard leave, each in its own way.
const TRAPS: &str = "<title>Traps</title><input aria-label=Free>\
    <input aria-label=Eats onkeydown='event.key === \"Tab\" && event.preventDefault()'>\
    <input aria-label=Returns onblur='setTimeout(() => this.focus(), 0)'>\
    <div role=dialog aria-label=Sure><input aria-label=Asks onkeydown='event.preventDefault()'></div>";

/// A page that leaves by itself, for itself.
const RESTLESS: &str = "<title>Restless</title><meta http-equiv=refresh content=0><p>on and on</p>";

/// A page that hands out a file as soon as it is there.
const STARTS_DOWNLOAD: &str = "<title>Starting</title><h1>Your download starts</h1>\
    <script>location = '/export.csv'</script>";

/// What the engine itself keeps moving, in red, above what stands, in blue.
const RUNNING: &str = "<title>Running</title><style>body { margin: 0; background: white } \
    body > * { display: block; width: 200px; height: 50px; background: red } \
    .still { background: blue }</style><marquee>News of today</marquee><video autoplay></video>\
    <progress></progress><video class=still></video><progress class=still value=0></progress>";

/// A form that is not sent, since the page says that its field is wrong.
const REFUSES: &str = "<title>Refuses</title><h1>Refuses</h1><form>\
    <input aria-label=Name oninvalid='document.title = \"Refused\"' onkeydown='event.key === \"F2\" && \
    (document.querySelector(\"h1\").textContent = this.validationMessage)'><button>Send</button></form>\
    <p>What stands below</p>\
    <script>document.querySelector('input').setCustomValidity('It is taken')</script>";

/// A page that does nothing.
const STATIC: &str =
    "<title>Static</title><h1>Orders</h1><p>Twelve of them.</p><a href='/form?x=1'>To the form</a>";

/// A page with nothing wrong.
const CLEAN: &str =
    "<title>Clean</title><h1>Clean</h1><script>console.log('fine'); fetch('/slow.json')</script>";

/// What each page shows.
fn body(path: &str) -> Option<&'static str> {
    Some(match path {
        "/static" => STATIC,
        "/form" => include_str!("form.html"),
        "/inputs" => include_str!("inputs.html"),
        "/moving" => include_str!("moving.html"),
        "/animated" => include_str!("animated.html"),
        "/restless" => RESTLESS,
        "/running" => RUNNING,
        "/starts-download" => STARTS_DOWNLOAD,
        "/errors" => include_str!("errors.html"),
        "/applications" => include_str!("applications.html"),
        "/clean" => CLEAN,
        "/dialogs" => include_str!("dialogs.html"),
        "/alerts" => "<h1>Alerts</h1><button onclick='while (true) alert(\"again\")'>Go</button>",
        "/hang" => include_str!("hang.html"),
        "/pointer" => include_str!("pointer.html"),
        "/lists" => include_str!("lists.html"),
        "/long" => include_str!("long.html"),
        "/people" => PEOPLE,
        "/halves" => HALVES,
        "/half-asked" => HALF_ASKED,
        "/held" => HELD,
        "/late" => LATE,
        "/comes" => COMES,
        "/sorted" => SORTED,
        "/bare" => BARE,
        "/huge" => HUGE,
        "/dead" => DEAD,
        "/saves" => SAVES,
        "/clocked" => CLOCKED,
        "/wiki" => "<title>Wiki</title><h1 id=intro>Wiki</h1>",
        "/marks" => {
            "<title>Marks</title><script>document.write(
             `<button onclick=\"document.title = 'sent'\">\\u200eSend\\u2060 all\\u200f</button>
              <button>Br\\u200celow</button>`)</script>"
        }
        "/gliding" => include_str!("gliding.html"),
        "/reveal" => include_str!("reveal.html"),
        "/handover" => include_str!("handover.html"),
        "/lazy" => include_str!("lazy.html"),
        "/overlay" => {
            "<title>Overlay</title><button onclick=\"document.title = 'Bought'\">Buy</button>\
             <div role=dialog aria-label=Cookies style='position:fixed;inset:0;padding:200px;background:#fff'>\
             <button onclick=\"this.parentNode.remove()\">Reject all</button></div>"
        }
        "/forbidden" => {
            "<h1>Forbidden</h1><script>fetch(`http://127.0.0.2:${location.port}/static`).catch(() => {})</script>"
        }
        "/frame" => "<title>Frame</title><h1>Outer</h1><iframe title='inner' src='/form'></iframe>",
        // A menu's icon that is drawn in SVG, as datasette has it.
        "/drawn" => {
            "<title>Drawn</title><h1>Drawn</h1><svg width=20 height=20 onclick='document.title = \"Clicked\"'><rect width=20 height=20 /></svg>"
        }
        "/refuses" => REFUSES,
        "/traps" => TRAPS,
        "/alone" => {
            "<title>Alone</title><input aria-label=Eats onkeydown='event.key === \"Tab\" && event.preventDefault()'>"
        }
        "/popup" => "<h1>Popup</h1><button onclick='window.open(\"/static\")'>Open</button>",
        _ => return None,
    })
}

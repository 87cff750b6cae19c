//! Secrets in pictures: two nights with two secrets of one shape see the same pixels, whatever shows
//! the secret, and without the veil they do not.

use std::sync::{Arc, RwLock};

use axum::Router;
use axum::extract::{Path as Kind, RawQuery};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use nightshift::ledger::Secrets;
use nightshift::model::picture::Extent;

use super::*;

const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVWXYZ23456789&<>\"'$;";

/// What shows a secret, and whether its pixels differ without the veil. `{s}` is the secret,
/// `{q}` the same in a URL, `{l}` each letter between tags, `{b}` base64, `{x}` hexadecimal.
const SHOWN: &[(&str, &str)] = &[
    ("heading", "<h1>Key {s}</h1>"),
    ("proportional", "<h1 style='font-family:sans-serif'>Key {s} of yours</h1>"),
    ("paragraph", "<p>Your key is {s} and <b>more</b> text.</p>"),
    ("emphasis", "<p>Your key is <i style='font-size:30px'>{s}</i></p>"),
    ("shadowed", "<p style='text-shadow: 30px 20px 3px red'>{s}</p>"),
    ("blurred", "<div style='filter: drop-shadow(20px 30px 2px blue)'><p>{s}</p></div>"),
    ("upper", "<p style='text-transform: uppercase'>{s}</p>"),
    ("input", "<input size=30 value=\"{s}\">"),
    ("area", "<textarea cols=40 rows=4>one\n{s}\nthree</textarea>"),
    ("editable", "<div contenteditable>{s}</div>"),
    ("placeholder", "<input size=30 placeholder=\"{s}\">"),
    ("button", "<button>Use {s}</button><input type=submit value=\"{s}\">"),
    ("list", "<select><option>none<option selected>{s}</select>"),
    ("listed", "<select size=3><option>none<option>{s}</select>"),
    (
        "before",
        "<style>p::before { content: attr(data-key) }</style><p data-key=\"{s}\"> is it</p>",
    ),
    (
        "tip",
        "<style>p { margin: 90px; position: relative } p::after { content: 'key ' attr(data-key); \
         position: absolute; left: 200px; top: -60px; transform: translateX(-50%); \
         text-transform: uppercase }</style><p data-key=\"{s}\">It</p>",
    ),
    ("marker", "<ul style=\"list-style-type: '{c}'; margin-left: 300px\"><li>item</ul>"),
    (
        "open",
        "<div id=h></div><script>h.attachShadow({ mode: 'open' }).innerHTML = `<p>in {s}</p>`</script>",
    ),
    (
        "closed",
        "<div id=h></div><script>h.attachShadow({ mode: 'closed' }).innerHTML = `<p>in {s}</p>`</script>",
    ),
    ("frame", "<p>Above</p><iframe width=400 src='/secret/paragraph?{q}'></iframe>"),
    ("deep", "<iframe width=600 height=300 src='/secret/frame?{q}'></iframe>"),
    (
        "scaled-frame",
        "<div style='transform: scale(1.5); transform-origin: 10px 20px'>\
         <iframe width=400 src='/secret/paragraph?{q}'></iframe></div>",
    ),
    (
        "foreign",
        "<p>Above</p><iframe width=400 src='http://127.0.0.2:{port}/secret/paragraph?{q}'></iframe>",
    ),
    (
        "foreign-in-foreign",
        "<iframe width=600 height=300 src='http://127.0.0.2:{port}/secret/around?{q}'></iframe>",
    ),
    (
        "around",
        "<p>Above</p><iframe width=400 src='http://127.0.0.1:{port}/secret/paragraph?{q}'></iframe>",
    ),
    ("spans", "<p>Key {l}</p>"),
    ("cells", "<table><tr><td>{l:</td><td>}</td></tr></table>"),
    ("column", "<div>{l:</div><div>}</div>"),
    ("wrapped", "<p style='width: 5ch; word-break: break-all'>{s}</p>"),
    ("turned", "<p style='transform: scale(1.4) rotate(5deg); margin: 80px; width: 300px'>{s}</p>"),
    ("upright", "<p style='writing-mode: vertical-rl; height: 300px'>{s}</p>"),
    ("right", "<p dir=rtl>{s}</p>"),
    ("fixed", "<p style='position: fixed; bottom: 10px; right: 10px'>{s}</p>"),
    ("svg", "<svg width=600 height=60><text x=20 y=40 font-size=30>{s}</text></svg>"),
    (
        "copied",
        "<svg width=600 height=90><symbol id=k><text y=20>{s}</text></symbol>\
         <use href='#k' x=50 y=40></use></svg>",
    ),
    ("image", "<p>Scan</p><img src='/secret-image.svg?{q}'>"),
    (
        "background",
        "<div style=\"width: 300px; height: 60px; background: url('/secret-image.svg?{q}')\"></div>",
    ),
    ("base64", "<p>Basic {b}</p>"),
    ("hexadecimal", "<p>{x}</p>"),
    ("details", "<details open><summary>It</summary>{s}</details>"),
    (
        "long",
        "<h2>Start</h2><p style='position: fixed; bottom: 10px; right: 10px'>{s}</p>\
         <div style='height: 2500px'></div><p>Far below: {s}</p>\
         <div style='height: 60px; width: 200px; overflow: auto'><pre>{s} and a very long line of it</pre></div>",
    ),
    ("styled", "<style>p::after { content: '{c}' }</style><p>It is </p>"),
];

/// What holds a secret and does not show it.
const HELD: &[(&str, &str)] = &[
    ("title", "<p title=\"{s}\">Nothing here</p>"),
    ("password", "<input type=password value=\"{s}\">"),
    ("hidden", "<p hidden>{s}</p><input type=hidden value=\"{s}\"><p>Nothing</p>"),
    ("link", "<a href='/?key={q}'>Go</a>"),
];

pub fn routes() -> Router {
    Router::new()
        .route("/secret/{kind}", get(page))
        .route("/secret-image.svg", get(picture))
        .route("/secret-moving", get(|| async { Html(MOVING) }))
}

const MOVING: &str = "<!doctype html><p id=p style='position: absolute'>moving-k3y-4711</p><script>\
    let at = 0; setInterval(() => { at = (at + 7) % 90; p.style.top = at + 'px' }, 1)</script>";

fn unquoted(query: Option<String>) -> String {
    let query = query.unwrap_or_default();
    url::form_urlencoded::parse(format!("s={query}").as_bytes()).next().unwrap().1.into_owned()
}

async fn page(
    Kind(kind): Kind<String>,
    RawQuery(query): RawQuery,
    headers: axum::http::HeaderMap,
) -> Response {
    let Some((_, body)) = SHOWN.iter().chain(HELD).find(|it| it.0 == kind) else {
        return axum::http::StatusCode::NOT_FOUND.into_response();
    };
    let host = headers.get(header::HOST).unwrap().to_str().unwrap().to_owned();
    let port = host.rsplit(':').next().unwrap();
    let raw = query.clone().unwrap_or_default();
    let secret = unquoted(query);
    let safe = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;")
    };
    let letters: Vec<String> = secret.chars().map(|it| safe(&it.to_string())).collect();
    let mut body = body.to_string();
    while let Some((before, rest)) = body.clone().split_once("{l") {
        let (between, after) = rest.split_once('}').unwrap();
        let between = between.strip_prefix(':').unwrap_or("</span><span>");
        let whole = if between.contains("span") {
            format!("<span>{}</span>", letters.join(between))
        } else {
            letters.join(between)
        };
        body = format!("{before}{whole}{after}");
    }
    let css: Vec<String> = secret.chars().map(|it| format!("\\{:x} ", u32::from(it))).collect();
    let css = css.concat();
    let hex = secret.bytes().fold(String::new(), |text, it| text + &format!("{it:02x}"));
    let body = body
        .replace("{s}", &safe(&secret))
        .replace("{q}", &raw)
        .replace("{c}", &css)
        .replace("{b}", &base64::engine::general_purpose::STANDARD.encode(&secret))
        .replace("{x}", &hex)
        .replace("{port}", port);
    let head = "<!doctype html><meta charset=utf-8><title>Keys</title><style>\
        body, input, textarea, select, button { font: 16px monospace }</style>";
    Html(format!("{head}{body}<p>The rest of the page.</p>")).into_response()
}

async fn picture(RawQuery(query): RawQuery) -> Response {
    let secret = unquoted(query).replace('&', "&amp;").replace('<', "&lt;");
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='300' height='60'><text x='5' y='40' \
         font-family='monospace'>{secret}</text></svg>"
    );
    ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response()
}

/// A bench whose veil can be changed.
struct Veiled {
    bench: Bench,
    secrets: Arc<RwLock<Secrets>>,
}

fn known(value: &str) -> Secrets {
    Secrets::new([("KEY".to_owned(), value.to_owned())].into_iter().collect()).unwrap()
}

impl Veiled {
    async fn start() -> Self {
        Self::at_scale(1).await
    }

    async fn at_scale(scale: u32) -> Self {
        let secrets = Arc::new(RwLock::new(known("nothing that is shown")));
        let looked = Arc::clone(&secrets);
        let veil = Veil::new(move |text| looked.read().unwrap().find_spread(text));
        let scratch = tempfile::tempdir().unwrap();
        let site = Site::start().await;
        let mut options =
            BrowserOptions { timeout: Duration::from_secs(20), veil, ..options(scratch.path()) };
        options.page.scale = Some(scale);
        let mut browser = Browser::start(&options).await.unwrap();
        let mut context = context(&site, scratch.path());
        context.allow_hosts.push("127.0.0.2".to_owned());
        let page = browser.page(&context).await.unwrap();
        Self { bench: Bench { site, scratch, browser, page }, secrets }
    }

    fn knows(&self, secret: &str) {
        *self.secrets.write().unwrap() = known(secret);
    }

    async fn png(&mut self, image: Extent) -> Vec<u8> {
        let look = Look {
            facets: vec![FacetKind::Image],
            masks: vec![],
            varies: &|_| false,
            accepted: &[],
            image,
        };
        let seen = self.bench.page.observe(&look).await.unwrap().unwrap();
        match &seen.facets[0].content {
            FacetContent::Image { png, .. } => png.clone(),
            FacetContent::Text(text) => panic!("no picture: {text}"),
        }
    }

    async fn screenshot(&mut self) -> Vec<u8> {
        let all = self.bench.page.material().await;
        let Some(kept) = all.iter().find(|it| it.kind == "screenshot") else {
            let texts = all.iter().filter(|it| it.kind == "no screenshot");
            let texts: Vec<_> = texts.map(|it| String::from_utf8_lossy(&it.bytes)).collect();
            panic!("{texts:?}");
        };
        kept.bytes.clone()
    }

    /// What somebody sees who looks at a page with a secret, and what it looks like as it is.
    async fn glances(&mut self, kind: &str, secret: &str) -> [Vec<u8>; 2] {
        let query: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        self.knows(secret);
        self.bench.open(&format!("/secret/{kind}?{query}")).await;
        let onlooker = self.bench.page.onlooker();
        let seen = onlooker.picture(&[]).await.unwrap();
        self.knows("nothing that is shown");
        [seen, onlooker.picture(&[]).await.unwrap()]
    }

    /// The pictures of a page with a secret: at a checkpoint, at a failure, and as it is.
    async fn pictures(&mut self, kind: &str, secret: &str, scope: Extent) -> [Vec<u8>; 3] {
        let query: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        self.knows(secret);
        self.bench.open(&format!("/secret/{kind}?{query}")).await;
        let at_checkpoint = self.png(scope.clone()).await;
        let at_failure = self.screenshot().await;
        self.knows("nothing that is shown");
        [at_checkpoint, at_failure, self.png(scope).await]
    }
}

fn random(rng: &mut fastrand::Rng) -> String {
    (0..12).map(|_| char::from(LETTERS[rng.usize(..LETTERS.len())])).collect()
}

/// Which pixels differ, as a share of a picture, and how many are painted over.
fn compared(one: &[u8], other: &[u8]) -> (usize, usize) {
    let read = |png| image::load_from_memory(png).unwrap().into_rgb8();
    let (one, other) = (read(one), read(other));
    assert_eq!(one.dimensions(), other.dimensions());
    let differ = one.pixels().zip(other.pixels()).filter(|(a, b)| a != b).count();
    (differ, one.pixels().filter(|it| it.0 == [112, 112, 120]).count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_secrets_of_one_shape_give_the_same_pixels_and_without_the_veil_they_do_not() {
    let mut veiled = Veiled::start().await;
    let mut rng = fastrand::Rng::with_seed(12);
    let mut wrong = Vec::new();
    for (kind, _) in SHOWN {
        let (one, other) = (random(&mut rng), random(&mut rng));
        let [ones, bare_ones] = veiled.glances(kind, &one).await;
        let [others, bare_others] = veiled.glances(kind, &other).await;
        let (seen, bare) = (compared(&ones, &others), compared(&bare_ones, &bare_others));
        let some_is_painted = (1..400_000).contains(&seen.1);
        // A blur has a pixel of that colour now and then.
        let none_is_painted = bare.1 < 20;
        if ones != others || !some_is_painted || bare.0 == 0 || !none_is_painted {
            wrong.push(format!("{kind} {one} {other}: seen {seen:?}, bare {bare:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    veiled.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_and_failures_keep_no_secret_in_their_pictures() {
    let mut veiled = Veiled::start().await;
    let mut rng = fastrand::Rng::with_seed(14);
    for kind in ["paragraph", "tip", "frame", "foreign"] {
        let (one, other) = (random(&mut rng), random(&mut rng));
        let ones = veiled.pictures(kind, &one, Extent::Viewport).await;
        let others = veiled.pictures(kind, &other, Extent::Viewport).await;
        assert!(ones[..2] == others[..2] && ones[2] != others[2], "{kind} {one} {other}");
    }
    veiled.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_page_at_twice_the_scale_and_a_part_of_it_show_no_secret() {
    let mut veiled = Veiled::at_scale(2).await;
    let mut rng = fastrand::Rng::with_seed(13);
    let part = Extent::Element(Target::plain(Locator::Css("pre".into())));
    for (kind, scope) in [("long", Extent::FullPage), ("long", part), ("foreign", Extent::FullPage)]
    {
        let (one, other) = (random(&mut rng), random(&mut rng));
        let ones = veiled.pictures(kind, &one, scope.clone()).await;
        let others = veiled.pictures(kind, &other, scope).await;
        assert_eq!(compared(&ones[0], &others[0]).0, 0, "{kind} {one} {other}");
        assert_eq!(compared(&ones[1], &others[1]).0, 0, "{kind} {one} {other}");
        assert_ne!(compared(&ones[2], &others[2]).0, 0, "{kind} {one} {other}");
    }
    veiled.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_holds_a_secret_without_showing_it_is_not_painted_over() {
    let mut veiled = Veiled::start().await;
    for (kind, _) in HELD {
        let [seen, kept, bare] = veiled.pictures(kind, "aB3dE6gH9jK1", Extent::Viewport).await;
        assert!(seen == bare && kept == bare, "{kind} was painted over");
    }
    veiled.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_never_rests_leaves_no_picture_and_says_so() {
    let mut veiled = Veiled::start().await;
    veiled.bench.open("/secret-moving").await;
    veiled.knows("moving-k3y-4711");
    let all = veiled.bench.page.material().await;
    assert!(all.iter().all(|it| it.kind != "screenshot"));
    let said = &all.iter().find(|it| it.kind == "no screenshot").unwrap().bytes;
    assert_eq!(
        String::from_utf8_lossy(said),
        "Not kept, because it may show secrets: where it shows secrets changed while it was taken.\n"
    );
    veiled.knows("another, which is not shown");
    assert!(veiled.bench.page.material().await.iter().any(|it| it.kind == "screenshot"));
    veiled.bench.stop().await;
}

//! What the browser pretends to be: laid over each other, from a step on, and with wrong values.

use nightshift::model::Kept;
use nightshift::model::gesture::Network;
use nightshift::model::page_settings::{
    ColorScheme, Credentials, Geolocation, Permission, Permitted,
};

use super::*;

async fn page_with(bench: &mut Bench, settings: PageSettings) {
    let context = PageContext { settings, ..context(&bench.site, bench.scratch.path()) };
    let page = bench.browser.page(&context).await.unwrap();
    std::mem::replace(&mut bench.page, page).close().await.unwrap();
}

async fn said(bench: &mut Bench) -> String {
    let css = Target::plain(Locator::Css("#said".into()));
    let captures = [("said".to_owned(), PageCapture::Text(css, None))];
    match bench.done(Action::Capture(captures.into_iter().collect())).await {
        Done::Passed(values) => match &values[0].1 {
            Kept::One(value) => value.clone(),
            Kept::All(_) => unreachable!("one value was asked for"),
        },
        Done::Failed(failure) => panic!("{failure:?}"),
    }
}

fn phone() -> PageSettings {
    PageSettings {
        viewport: Some((390, 844)),
        scale: Some(2),
        touch: Some(true),
        color_scheme: Some(ColorScheme::Dark),
        reduced_motion: Some(true),
        locale: Some("de-DE".to_owned()),
        timezone: Some("Asia/Tokyo".to_owned()),
        now: Some("2027-03-04T05:06:00Z".parse().unwrap()),
        user_agent: Some("Nightshift/1".to_owned()),
        permissions: [
            (Permission::Geolocation, Permitted::Granted),
            (Permission::Notifications, Permitted::Granted),
        ]
        .into(),
        geolocation: Some(Geolocation { latitude: -36_850_000, longitude: 174_760_000 }),
        cookies: [("seen".to_owned(), Template::new("yes"))].into(),
        storage: [("flag".to_owned(), Template::new("on"))].into(),
        ..PageSettings::default()
    }
}

const PLAIN: &str = "1000x700@1; touch false false; dark false; still false; en-GB 1,234.5; \
     Pacific/Auckland; 2026-01-05T09:00; plain; online true; cookie ; storage null; \
     notifications default";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_what_its_settings_say_and_the_next_one_is_as_ever() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    page_with(&mut bench, phone()).await;
    bench.open("/place/device").await;
    let wanted = "980x2121@2; touch true true; dark true; still true; de-DE 1.234,5; Asia/Tokyo; \
                  2027-03-04T05:06; named; online true; cookie seen=yes; storage on; \
                  notifications granted";
    assert_eq!(said(&mut bench).await, wanted);
    bench.passes(Action::click(button("Where"))).await;
    bench.passes(Action::See(vec![text("-36.85, 174.76")])).await;
    bench.passes(Action::click(button("Tap"))).await;
    bench.title("Tapped").await;
    match &bench.observe().await.facets[3].content {
        FacetContent::Image { environment: Some(key), png, .. } => {
            assert!(key.contains("-390x844-2x-"), "{key}");
            assert_eq!((png[18..20].to_vec(), png[22..24].to_vec()), (vec![3, 12], vec![6, 152]));
        }
        other => panic!("{other:?}"),
    }
    bench.open("/headers").await;
    bench.passes(Action::See(vec![text("user-agent: Nightshift/1")])).await;
    bench.passes(Action::See(vec![text("cookie: seen=yes")])).await;
    page_with(&mut bench, PageSettings::default()).await;
    bench.open("/place/device").await;
    assert_eq!(said(&mut bench).await, PLAIN);
    match &bench.observe().await.facets[3].content {
        FacetContent::Image { environment: None, .. } => {}
        other => panic!("{other:?}"),
    }
    from_a_step_on(&mut bench).await;
    bench.stop().await;
}

async fn from_a_step_on(bench: &mut Bench) {
    let emulate = |settings| Action::Emulate(Box::new(settings));
    bench
        .passes(emulate(PageSettings {
            viewport: Some((500, 600)),
            color_scheme: Some(ColorScheme::Dark),
            storage: [("flag".to_owned(), Template::new("later"))].into(),
            ..PageSettings::default()
        }))
        .await;
    let now = said(bench).await;
    assert!(now.starts_with("500x600@1; touch false false; dark true;"), "{now}");
    bench.passes(Action::Reload).await;
    let now = said(bench).await;
    assert!(now.contains("storage later"), "{now}");
    bench.passes(Action::Network(Network::Offline)).await;
    assert!(said(bench).await.contains("online false"));
    let (_, actual) = bench.fails(Action::Open("/static".into())).await;
    assert_eq!(actual, "net::ERR_INTERNET_DISCONNECTED");
    bench.passes(Action::Network(Network::Online)).await;
    bench.open("/static").await;
    bench.passes(Action::Network(Network::Slow { latency_ms: 300, rate: Some(500) })).await;
    let started = std::time::Instant::now();
    bench.open("/place/device").await;
    assert!(started.elapsed() >= Duration::from_millis(300));
    let unknown = PageSettings { timezone: Some("Mars/Olympus".to_owned()), ..Default::default() };
    let (expected, actual) = bench.fails(emulate(unknown)).await;
    assert_eq!(expected, "settings that the browser can take");
    assert!(actual.contains("emulation.setTimezoneOverride"), "{actual}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_open_the_product_and_wrong_ones_show_its_own_refusal() {
    let mut bench = Bench::asked(Duration::from_secs(4), Credentialed::SomePage).await;
    let as_ada = |password: &str| PageSettings {
        credentials: Some(Credentials { user: "ada".into(), password: password.into() }),
        ..PageSettings::default()
    };
    page_with(&mut bench, as_ada("open sesame")).await;
    bench.open("/inner").await;
    bench.passes(Action::See(vec![role("heading", "Welcome, ada")])).await;
    assert_eq!(bench.page.sightings().await, vec![]);
    page_with(&mut bench, as_ada("wrong")).await;
    bench.open("/inner").await;
    bench.passes(Action::See(vec![role("heading", "Who are you?")])).await;
    let seen = bench.page.sightings().await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!((seen[0].kind, seen[0].path.as_str()), (WatchKind::BadStatus, "/inner"));
    // A page of the same browser that knows none is not held up either.
    page_with(&mut bench, PageSettings::default()).await;
    questions_hold_nobody_up(&mut bench).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_for_name_and_password_holds_no_page_up_and_is_told() {
    let mut bench = Bench::patient(LONG).await;
    questions_hold_nobody_up(&mut bench).await;
    bench.open("/inner").await;
    bench.passes(Action::See(vec![role("heading", "Who are you?")])).await;
    assert_eq!(bench.page.sightings().await.len(), 1);
    let told = bench.page.material().await;
    let network = told.iter().find(|it| it.kind.contains("network")).expect("a log");
    let network = String::from_utf8_lossy(&network.bytes);
    assert!(network.contains("/inner 401 (asks for name and password)"), "{network}");
    bench.stop().await;
}

/// A limit that no question of a browser may take.
const LONG: Duration = Duration::from_secs(40);

async fn questions_hold_nobody_up(bench: &mut Bench) {
    let begun = std::time::Instant::now();
    for (way, shown) in [
        ("fetch", "answered 401"),
        ("xhr", "answered 401"),
        ("image", "no picture"),
        ("frame", "a frame"),
    ] {
        bench.open("/place/asked").await;
        bench.passes(Action::click(button(way))).await;
        bench.passes(Action::See(vec![text(shown)])).await;
        bench.observe().await;
        let seen = bench.page.sightings().await;
        let told: Vec<_> = seen.iter().map(|it| (it.kind, it.path.as_str())).collect();
        assert_eq!(told, [(WatchKind::BadStatus, "/inner")], "{way}");
    }
    assert!(begun.elapsed() < LONG, "it took {:?}", begun.elapsed());
}

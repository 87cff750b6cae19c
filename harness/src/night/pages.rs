//! Pages of a worker's browser: fresh ones on which somebody is signed in, an end for a browser that
//! gives none, and one for a browser whose place in a grid somebody needs more.

use std::time::Duration;

use tokio::sync::watch;

use super::Stop;
use super::queue::Queue;
use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, BrowserOptions, Grid, Page, PageContext, SignedIn};

/// For how long a worker that has a scenario waits for a browser before another gives its own away:
/// a grid that has a place has a browser sooner.
const PATIENT: Duration = Duration::from_secs(10);
/// How often it is looked whether a grid has a place again.
const LOOK: Duration = Duration::from_secs(5);

/// A fresh page on which somebody is signed in; `None` where the night must stop before there is one:
/// a place in a grid may be waited for longer than a night has.
pub(super) async fn signed_in_page(
    options: &BrowserOptions,
    browser: &mut Option<Browser>,
    context: &PageContext,
    state: &SignedIn,
    stop: &watch::Receiver<bool>,
) -> Result<Option<Page>, SurfaceError> {
    let mut signal = stop.clone();
    let stops = async {
        if signal.wait_for(|it| *it).await.is_err() {
            // Nobody is left who could say so.
            std::future::pending::<()>().await;
        }
    };
    let mut page = tokio::select! {
        biased;
        page = fresh_page(options, browser, context) => page?,
        () = stops => return Ok(None),
    };
    page.remember(state).await?;
    Ok(Some(page))
}

/// A page in a fresh context; a browser that does not give one is replaced once.
async fn fresh_page(
    options: &BrowserOptions,
    browser: &mut Option<Browser>,
    context: &PageContext,
) -> Result<Page, SurfaceError> {
    if let Some(running) = browser.as_mut() {
        match running.page(context).await {
            Ok(page) => return Ok(page),
            Err(error) => {
                tracing::warn!("starting a new browser: {error}");
                retire(browser).await;
            }
        }
    }
    browser.insert(Browser::start(options).await?).page(context).await
}

/// Stops a browser that holds a place of a grid, which somebody else may wait for.
pub(super) async fn give_place_back(browser: &mut Option<Browser>) {
    if browser.as_ref().is_some_and(Browser::is_afar) {
        retire(browser).await;
    }
}

/// Before a worker takes a scenario: gives its browser away where a grid has lost places and another
/// worker, which has a scenario already, waits for one. Then waits itself until there is a place
/// again, or nothing left to do.
pub(super) async fn make_room(
    options: &BrowserOptions,
    browser: &mut Option<Browser>,
    (queue, stop): (&Queue, &Stop),
) {
    if let Some(grid) = &options.grid {
        make_room_at(grid, browser, Browser::stop, (queue, stop)).await;
    }
}

/// The same at a grid, with what ends a browser. One browser goes for each who waits, and no more.
async fn make_room_at<B, Ended: Future<Output = ()>>(
    grid: &Grid,
    browser: &mut Option<B>,
    end: impl FnOnce(B) -> Ended,
    (queue, stop): (&Queue, &Stop),
) {
    if browser.is_none() || grid.waited_for().is_none_or(|it| it < PATIENT) {
        return;
    }
    if !is_short(grid).await || !grid.makes_room_for_one(PATIENT) {
        return;
    }
    tracing::info!("the grid {} has fewer places than workers: one waits", grid.name());
    if let Some(browser) = browser.take() {
        end(browser).await;
    }
    loop {
        tokio::select! {
            () = queue.drained() => return,
            () = stop.comes() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        if grid.waited_for().is_none() && !is_short(grid).await {
            return;
        }
    }
}

/// Whether a grid says that it has no place left.
async fn is_short(grid: &Grid) -> bool {
    grid.condition().await.is_ok_and(|it| it.free() == Some(0))
}

/// Stops the browser, if there is one.
pub(super) async fn retire(browser: &mut Option<Browser>) {
    if let Some(browser) = browser.take() {
        browser.stop().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::task::JoinSet;

    use super::*;

    const TAKEN: &str = r#"{"value":{"ready":true,"nodes":[{"availability":"UP","maxSessions":1,
        "slots":[{"session":{"sessionId":"a1"},"stereotype":{"browserName":"chrome"}}]}]}}"#;
    const FREE: &str = r#"{"value":{"ready":true,"nodes":[{"availability":"UP","maxSessions":1,
        "slots":[{"session":null,"stereotype":{"browserName":"chrome"}}]}]}}"#;
    /// What comes at all comes in this time.
    const SOON: Duration = Duration::from_secs(60);

    /// A grid that answers its `/status` with this and nothing else.
    async fn grid(said: &watch::Sender<&'static str>) -> Grid {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let said = said.subscribe();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("it is asked");
                let mut request = [0; 4096];
                let _read = stream.read(&mut request).await.expect("readable");
                let status = *said.borrow();
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
                let answer = format!("{head} {}\r\n\r\n{status}", status.len());
                stream.write_all(answer.as_bytes()).await.expect("writable");
            }
        });
        Grid::at(&format!("http://127.0.0.1:{port}"), None, None).expect("an address")
    }

    async fn is_short_where(status: &'static str) -> bool {
        is_short(&grid(&watch::Sender::new(status)).await).await
    }

    /// Somebody who has waited as long as another browser is to go for them.
    fn long_ago() -> Instant {
        Instant::now().checked_sub(PATIENT).expect("the machine runs for longer")
    }

    /// Workers with a browser each that are through with their scenario, while others wait; each
    /// answers with whether it still has its browser.
    fn workers(count: usize, grid: &Grid, queue: &Arc<Queue>, stop: &Stop) -> JoinSet<bool> {
        let mut all = JoinSet::new();
        for number in 0..count {
            let (grid, queue, stop) = (grid.clone(), queue.clone(), stop.clone());
            all.spawn(async move {
                let mut browser = Some(number);
                let end = |_| std::future::ready(());
                make_room_at(&grid, &mut browser, end, (&queue, &stop)).await;
                browser.is_some()
            });
        }
        all
    }

    /// Whether the next worker that takes a scenario still has its browser.
    async fn next(workers: &mut JoinSet<bool>) -> bool {
        let ended = tokio::time::timeout(SOON, workers.join_next()).await;
        ended.expect("one goes on").expect("there is one").expect("no panic")
    }

    #[tokio::test]
    async fn one_browser_goes_for_each_who_waits_and_its_worker_goes_on_when_there_is_a_place() {
        let said = watch::Sender::new(TAKEN);
        let (grid, queue, stop) = (grid(&said).await, Queue::new(vec![0]), Stop::default());
        let waits = [grid.waits_since(long_ago()), grid.waits_since(Instant::now())];
        let mut all = workers(3, &grid, &queue, &stop);
        assert!(next(&mut all).await, "one waits long, and one browser goes");
        assert!(next(&mut all).await, "one waits long, and one browser goes");
        assert!(all.try_join_next().is_none(), "who gave its own away waits");
        drop(waits);
        said.send_replace(FREE);
        assert!(!next(&mut all).await, "it takes a scenario, and has no browser yet");
    }

    #[tokio::test]
    async fn no_browser_goes_where_nobody_waits_long_or_there_is_a_place() {
        let said = watch::Sender::new(TAKEN);
        let (grid, queue, stop) = (grid(&said).await, Queue::new(vec![0]), Stop::default());
        let just = grid.waits_since(Instant::now());
        let mut all = workers(1, &grid, &queue, &stop);
        assert!(next(&mut all).await, "it may come by itself yet");
        drop(just);
        said.send_replace(FREE);
        let _long = grid.waits_since(long_ago());
        let mut all = workers(1, &grid, &queue, &stop);
        assert!(next(&mut all).await, "there is a place for who waits");
    }

    #[tokio::test]
    async fn who_gave_its_browser_away_waits_no_longer_than_there_is_something_to_do() {
        let grid = grid(&watch::Sender::new(TAKEN)).await;
        let _waits = [grid.waits_since(long_ago()), grid.waits_since(long_ago())];
        let nothing = Queue::new(Vec::new());
        assert!(!next(&mut workers(1, &grid, &nothing, &Stop::default())).await);
        let stop = Stop::default();
        let mut all = workers(1, &grid, &Queue::new(vec![0]), &stop);
        stop.interrupt();
        assert!(!next(&mut all).await);
    }

    #[tokio::test]
    async fn a_grid_is_short_whose_places_are_taken_or_gone_and_a_driver_alone_never_is() {
        assert!(is_short_where(TAKEN).await);
        let gone = r#"{"value":{"ready":false,"nodes":[{"availability":"DOWN","maxSessions":1,
            "slots":[{"session":null,"stereotype":{"browserName":"chrome"}}]}]}}"#;
        assert!(is_short_where(gone).await);
        assert!(!is_short_where(FREE).await);
        assert!(!is_short_where(r#"{"value":{"ready":true,"message":"ready"}}"#).await);
        assert!(!is_short_where("who asks?").await, "nothing is known of what says nothing");
    }
}

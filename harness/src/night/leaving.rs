//! No session stays in a grid that nobody uses any more: [`leave`] waits until those that were given up
//! are ended, and [`or_leave`] does so before it passes an error of ours on.
//!
//! Who holds a browser and cannot go on drops it. Its session is then ended by a task of its own, and a
//! browser of this machine at once, with its driver. So an error may be passed on with `?` wherever a
//! browser is held; but the program must not end before that task, and whoever has had browsers made
//! sees to it here.

use std::time::Duration;

use super::NightError;
use crate::surface::browser::Grid;

/// How long it is waited for a session of a grid that nobody waits for any more; whoever stopped the
/// night waits as long for it to end.
const LATE: Duration = Duration::from_secs(1);
/// The same where nobody stopped the night: as long as a grid may take for an answer.
const ANSWER: Duration = Duration::from_secs(10);

/// Sees that no session stays in the grid that comes when nobody waits for it any more, as where the
/// night was stopped meanwhile. One that comes later still is ended as long as this program runs.
pub(super) async fn leave(grid: Option<&Grid>) {
    left_within(grid, LATE).await;
}

/// Passes on what came of work with browsers. Where that is an error of ours, the browsers that the work
/// held went with it: it is waited until the grid has their places back.
pub(super) async fn or_leave<T>(
    grid: Option<&Grid>,
    made: Result<T, NightError>,
) -> Result<T, NightError> {
    if made.is_err() {
        left_within(grid, ANSWER).await;
    }
    made
}

async fn left_within(grid: Option<&Grid>, limit: Duration) {
    if let Some(grid) = grid
        && !grid.has_settled(limit).await
    {
        tracing::warn!(
            "the grid {} has not answered who asked for a browser, or gave one back; its place may stay \
             taken until the grid ends the session by itself",
            grid.name()
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::preflight::browser_options;
    use super::*;
    use crate::model::suite::BrowserConfig;
    use crate::surface::browser::{Browser, BrowserOptions, Played};

    /// A grid whose session was given up in the middle, and is not ended yet.
    async fn given_up() -> Played {
        let events = json!({ "webSocketUrl": "ws://127.0.0.1:1/session/a1" });
        let mut played = Played::with(events).await;
        played.answers.send_replace(false);
        played.ends.send_replace(false);
        let scratch = tempfile::tempdir().expect("a folder");
        let options = BrowserOptions {
            grid: Some(played.grid.clone()),
            ..browser_options(&BrowserConfig::default(), scratch.path(), Vec::new())
        };
        let mut starts = Box::pin(Browser::start(&options));
        let mut line = None;
        while line.as_deref() != Some("GET /session/a1") {
            tokio::select! {
                _ = &mut starts => unreachable!("its events are not answered"),
                heard = played.heard.recv() => line = heard,
            }
        }
        drop(starts);
        played
    }

    #[tokio::test]
    async fn an_error_of_ours_is_passed_on_once_the_grid_has_its_place_back() {
        let mut played = given_up().await;
        assert_eq!(played.open(), 1);
        let (grid, full) = (played.grid.clone(), NightError::Usage("the disk is full".to_owned()));
        let mut leaves = Box::pin(or_leave::<()>(Some(&grid), Err(full)));
        tokio::select! {
            _ = &mut leaves => unreachable!("a session is open"),
            line = played.heard.recv() => assert_eq!(line.as_deref(), Some("DELETE /session/a1")),
        }
        played.ends.send_replace(true);
        let said = leaves.await.expect_err("it went wrong").to_string();
        assert_eq!((said.as_str(), played.open()), ("the disk is full", 0));
    }

    #[tokio::test]
    async fn what_went_well_waits_for_no_place_and_an_error_without_a_grid_for_none() {
        let played = given_up().await;
        assert!(or_leave(Some(&played.grid), Ok(())).await.is_ok());
        let full = NightError::Usage("the disk is full".to_owned());
        assert!(or_leave::<()>(None, Err(full)).await.is_err());
        assert_eq!(played.open(), 1, "who has its browser ends it");
    }
}

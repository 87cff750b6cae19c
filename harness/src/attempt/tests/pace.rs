//! A product that asks to be left alone for a while.

use super::*;
use crate::surface::HeldOff;

const BUSY: Option<HeldOff> = Some(HeldOff { status: 429, wait: Duration::from_millis(1) });

/// What became of one step where the product asks so often to be left alone, how often it was done, and
/// how often that was heard.
async fn done(pace: Option<Pace>, action: Action, busy: usize) -> (Ended, usize, Vec<Event>, u32) {
    let mut stage = Stage { pace, ..Stage::default() };
    stage.page.held_off.extend(std::iter::repeat_n(BUSY, busy));
    let seen = Sighting {
        kind: WatchKind::BadStatus,
        message: "GET answered 429".to_owned(),
        path: "/".to_owned(),
    };
    stage.page.sightings.push(seen);
    let (ended, events) = Box::pin(stage.play(&scenario(vec![action], vec![]))).await;
    let times = stage.pace.as_ref().and_then(Pace::told).map_or(0, |it| it.times);
    (ended, stage.page.acted.len(), events, times)
}

fn alarms(events: &[Event]) -> usize {
    events.iter().filter(|it| matches!(it, Event::Watch { .. })).count()
}

#[tokio::test]
async fn a_page_that_is_put_off_is_opened_again_and_what_was_seen_before_is_nobodys() {
    let (ended, times, events, asked) =
        done(Some(Pace::default()), Action::Open("/".into()), 1).await;
    assert_eq!((ended, times, asked), (Ended::With(Outcome::Completed), 2, 1));
    assert_eq!(steps(&events), [(1, None)]);
    assert_eq!(alarms(&events), 0);
}

#[tokio::test]
async fn a_page_that_is_put_off_each_time_and_a_click_that_is_say_nothing_of_the_product() {
    let lost = Ended::With(Outcome::HarnessError);
    let (ended, times, events, _) = done(Some(Pace::default()), Action::Open("/".into()), 9).await;
    assert_eq!((ended, times, alarms(&events)), (lost, 3, 0));
    let (ended, times, events, _) =
        done(Some(Pace::default()), Action::click(button("Go")), 1).await;
    assert_eq!((ended, times, alarms(&events)), (lost, 1, 0), "it might be done twice");
    assert_eq!(steps(&events), [(1, Some(Outcome::HarnessError))]);
}

#[tokio::test]
async fn a_night_without_a_pace_takes_the_answer_as_it_is() {
    let (ended, times, events, _) = done(None, Action::Open("/".into()), 1).await;
    assert_eq!((ended, times, alarms(&events)), (Ended::With(Outcome::Completed), 1, 1));
    let quiet = done(Some(Pace::default()), Action::Open("/".into()), 0).await;
    assert_eq!((quiet.1, alarms(&quiet.2), quiet.3), (1, 1, 0));
}

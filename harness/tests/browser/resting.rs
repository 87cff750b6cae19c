//! Pages that are at rest: what is not there then is not waited for; what may still come is.

use std::time::Instant;

use super::*;

/// A limit that no step of these tests may reach.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_nowhere_on_a_page_at_rest_fails_long_before_the_limit() {
    let mut bench = Bench::patient(LIMIT).await;
    let begun = Instant::now();
    bench.open("/comes?never").await;
    let wrong = bench.fails(Action::click(button("Later"))).await;
    assert_eq!(wrong, ("button \"Later\", visible and enabled".into(), "no such button".into()));
    let heading = role("heading", "Waiting");
    for (action, actual) in [
        (Action::See(vec![button("Later")]), "no such button"),
        (
            Action::See(vec![role("heading", "Wait")]),
            "no such heading; nearest: heading \"Waiting\"",
        ),
        (Action::SeeNot(vec![heading.clone()]), "it is there"),
        (Action::Expect(vec![PageExpectation::Title("gone".into())]), "\"comes\""),
        (Action::Expect(vec![PageExpectation::Count(heading.clone(), 2)]), "1 of them"),
    ] {
        assert_eq!(bench.fails(action).await.1, actual);
    }
    bench.open("/form").await;
    let mars = Action::Choose { from: role("combobox", "Country"), options: vec!["Mars".into()] };
    assert_eq!(bench.fails(mars).await.1, "no such option; there are: Any, NZ, AU");
    assert!(begun.elapsed() < LIMIT, "all of it took {:?}", begun.elapsed());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_still_come_is_waited_for_however_long_the_page_has_been_quiet() {
    let mut bench = Bench::patient(LIMIT).await;
    let ways = [
        "timeout",
        "interval",
        "tenth",
        "asking",
        "chain",
        "task",
        "answer",
        "stream",
        "worker",
        "animation",
        "frame",
    ];
    for way in ways {
        bench.open(&format!("/comes?{way}")).await;
        let done = bench.done(Action::click(button("Late"))).await;
        assert_eq!((way, done), (way, Done::Passed(vec![])));
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_whose_author_says_how_long_takes_that_long() {
    let mut bench = Bench::patient(LIMIT).await;
    bench.open("/comes?never").await;
    let until = || WaitFor::Visible(button("Later"));
    let begun = Instant::now();
    bench.fails(Action::Wait { until: until(), within_ms: Some(4_000) }).await;
    assert!(begun.elapsed() >= Duration::from_secs(4), "it took {:?}", begun.elapsed());
    let begun = Instant::now();
    bench.fails(Action::Wait { until: until(), within_ms: None }).await;
    assert!(begun.elapsed() < LIMIT, "it took {:?}", begun.elapsed());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_checks_that_fail_after_one_action_only_the_first_costs_its_limit() {
    let limit = Duration::from_secs(6);
    let mut bench = Bench::patient(limit).await;
    bench.open("/comes?often").await;
    let begun = Instant::now();
    for _ in 0..3 {
        bench.fails(Action::See(vec![button("Later")])).await;
    }
    assert!(begun.elapsed() >= limit, "the page might still have changed: {:?}", begun.elapsed());
    assert!(begun.elapsed() < limit * 3, "three checks took {:?}", begun.elapsed());
    bench.passes(Action::Press { keys: "a".to_owned(), on: None }).await;
    let begun = Instant::now();
    bench.fails(Action::See(vec![button("Later")])).await;
    assert!(begun.elapsed() >= limit, "after an action it is whole: {:?}", begun.elapsed());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_again_and_again_and_nothing_comes_of_it_is_no_unrest() {
    let mut bench = Bench::patient(LIMIT).await;
    bench.open("/comes?idly").await;
    let begun = Instant::now();
    assert_eq!(bench.fails(Action::See(vec![button("Later")])).await.1, "no such button");
    assert!(begun.elapsed() < LIMIT / 2, "it took {:?}", begun.elapsed());
    bench.stop().await;
}

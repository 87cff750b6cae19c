//! The room as a whole on small pages written by hand: what is proposed, absorbed, written, counted.

use super::page::Look;
use super::probe::{Goal, Probe, batches};
use super::seen::{Ran, Seen, Sight, seen};
use super::write::{fresh, write};
use super::written::Written;
use super::{Asserted, Map, Rules, parts};
use crate::model::event::FacetRecord;
use crate::model::survey::{Share, Survey};
use crate::model::{
    Action, Entry, Event, EvidenceRef, FacetKind, Purpose, StepOutcome, StepRecord, Surface,
};

/// A page with three links and a form.
fn shop(path: &str) -> Look {
    let tree = "- main:\n  - heading \"Shop\" [level=1]\n  - link \"Tea\" [url=/tea]\n  \
                - link \"Pots\" [url=/pots]\n  - link \"About\" [url=/about]\n  - form:\n    \
                - textbox \"Name\"\n    - button \"Save\"\n";
    let links = "link \"Tea\": /tea\nlink \"Pots\": /pots\nlink \"About\": /about\n";
    let fields = "form: post /save\ntextbox \"Name\" [type=text]\nbutton \"Save\" [type=submit]\n";
    page(path, tree, links, fields)
}

fn page(path: &str, tree: &str, links: &str, fields: &str) -> Look {
    Look::read(&[
        (FacetKind::Page, format!("path: {path}\ntitle: Shop\nstatus: 200\n")),
        (FacetKind::Aria, tree.to_owned()),
        (FacetKind::Links, links.to_owned()),
        (FacetKind::Fields, fields.to_owned()),
    ])
}

fn saw(probe: &Probe, look: Look) -> Seen {
    Seen {
        probe: probe.clone(),
        sights: vec![(1, Sight::Page(Box::new(look)))],
        events: Vec::new(),
        remarks: Vec::new(),
        failure: None,
        counts: true,
    }
}

/// A map that began at `/`, with what else it begins with taken away.
fn begun(seed: u64) -> (Map, Probe) {
    let mut map = Map::new(Rules { pages_are_copies: true, seed, ..Rules::default() });
    map.begin_at("/");
    let first = map.propose(1).remove(0);
    map.propose(10);
    (map, first)
}

fn known(seed: u64) -> Map {
    let (mut map, first) = begun(seed);
    map.absorb(vec![saw(&first, shop("/"))]);
    map
}

fn said(probes: &[Probe]) -> Vec<String> {
    probes.iter().map(Probe::said).collect()
}

const FORM: &str = "post /save (Name)";

#[test]
fn a_page_with_three_links_and_a_form_gives_three_visits_and_the_ways_to_fill_it() {
    let own = said(&known(0).propose(50));
    let form = |with: &str| format!("the form {FORM} with {with}");
    let wanted = [
        "/about".to_owned(),
        "/pots".to_owned(),
        "/tea".to_owned(),
        form("everything"),
        "/ as others find it".to_owned(),
        form("nothing"),
        "Leave the field \"Name\" by Tab".to_owned(),
        form("Name = odd letters"),
        form("Name = 200 letters"),
    ];
    assert_eq!(own, wanted);
}

/// What is proposed once a form of a user's name was sent from `/login`, and led to `/to`.
fn signed_in(to: &str) -> Vec<String> {
    let rules = Rules { pages_are_copies: true, vars: vec!["user".to_owned()], ..Rules::default() };
    let mut map = Map::new(rules);
    map.begin_at("/");
    let first = map.propose(1).remove(0);
    map.propose(10);
    let links = "link \"Mine\": /mine\n";
    map.absorb(vec![saw(&first, page("/", "- main:\n", links, ""))]);
    let mine = map.propose(50).remove(0);
    let form = "- form:\n  - textbox \"User\"\n  - button \"Sign in\"\n";
    let fields =
        "form: post /login\ntextbox \"User\" [type=text]\nbutton \"Sign in\" [type=submit]\n";
    map.absorb(vec![saw(&mine, page("/login", form, "", fields))]);
    let all = map.propose(50);
    let sent = all.iter().find(|it| it.said().ends_with("with everything")).expect("it is sent");
    let fills: Vec<String> = sent.steps.iter().map(Action::describe).collect();
    assert!(fills.contains(&"fill textbox \"User\" with \"${user}\"".to_owned()), "{fills:?}");
    let own = "- heading \"Good morning\"\n- link \"Letters\" [url=/letters]\n";
    let look = page(to, own, "link \"Letters\": /letters\n", "");
    map.absorb(vec![saw(sent, Look { writes: vec!["POST /login".to_owned()], ..look })]);
    let mut said = said(&map.propose(50));
    said.retain(|it| it.starts_with("Go on"));
    said.sort();
    said
}

#[test]
fn what_sent_a_visitor_to_a_form_is_opened_after_it_and_nothing_is_where_the_form_came_back() {
    assert_eq!(signed_in("/welcome"), ["Go on to /letters", "Go on to /mine"]);
    assert_eq!(signed_in("/login"), [""; 0]);
}

#[test]
fn the_same_map_and_seed_propose_the_same_and_nothing_twice() {
    let mut map = known(7);
    let own = map.propose(50);
    assert_eq!(own, known(7).propose(50));
    assert_eq!(map.propose(50), []);
    let sorted = |seed| {
        let mut all = said(&known(seed).propose(50));
        all.sort();
        all
    };
    assert_eq!(sorted(7), sorted(8), "a seed orders, and leaves nothing out");
}

#[test]
fn of_a_thousand_links_of_one_kind_the_boundaries_are_visited_and_the_rest_is_told() {
    let (mut map, first) = begun(0);
    let link = |it: u32| format!("link \"Thing {it}\": /things/{it}");
    let links = (1..=1_000).map(link).collect::<Vec<_>>().join("\n");
    map.absorb(vec![saw(&first, page("/", "- main:\n", &links, ""))]);
    let next = map.propose(50);
    let mut own = said(&next);
    own.sort();
    assert_eq!(own, ["/ as others find it", "/things/1", "/things/1000", "/things/2", "/things/3"]);
    let same = |it: &Probe| saw(it, page(&it.said(), "- main:\n", "", ""));
    map.absorb(next.iter().map(same).collect());
    let linked = |it: &&Probe| matches!(it.goal, Goal::Page { linked: true, .. });
    assert_eq!(map.propose(50).iter().filter(linked).count(), 0);
    map.give_up("the time is over");
    let told: Vec<&str> = map.missed.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(told, ["996 more addresses like /things/1"]);
}

#[test]
fn a_state_reached_twice_by_its_shape_is_expanded_once() {
    let tree = |name: &str| format!("- main:\n  - heading \"{name}\"\n  - button \"More\"\n");
    let proposed = |second: &str| {
        let (mut map, first) = begun(0);
        map.absorb(vec![saw(&first, page("/", &tree("One"), "", ""))]);
        let before = said(&map.propose(50));
        map.absorb(vec![saw(&first, page("/", second, "", ""))]);
        (before, said(&map.propose(50)))
    };
    let use_of =
        |it: &str| vec![format!("Click \"{it}\""), format!("Rest the pointer on \"{it}\"")];
    let proposed = |second: &str| {
        let (mut first, mut second) = proposed(second);
        // Each of its kind is looked at as others find it, too.
        for all in [&mut first, &mut second] {
            all.retain(|it| it != "/ as others find it");
        }
        (first, second)
    };
    assert_eq!(proposed(&tree("Two")), (use_of("More"), vec![]));
    let other = tree("Two").replace("More", "Less");
    assert_eq!(proposed(&other), (use_of("More"), use_of("Less")));
}

#[test]
fn what_was_disturbed_is_tried_once_more_alone_and_then_told_as_missed() {
    let (mut map, first) = begun(0);
    let disturbed = |probe: &Probe| Seen {
        counts: false,
        failure: Some("cut".to_owned()),
        ..saw(probe, shop("/"))
    };
    map.absorb(vec![disturbed(&first)]);
    let again = map.propose(50);
    assert_eq!(again, [Probe { shares: false, ..first }]);
    map.absorb(vec![disturbed(&again[0])]);
    assert_eq!(map.propose(50), []);
    let told: Vec<_> = map.missed.iter().map(|it| (it.what.as_str(), it.why.as_str())).collect();
    assert_eq!(told, [("/", "cut")]);
}

#[test]
fn a_probe_that_was_never_run_does_not_count_and_says_so() {
    let (_, first) = begun(0);
    let own = seen(&batches(vec![first.clone()]), &[], &|_| None);
    let wanted = Seen {
        probe: first,
        sights: Vec::new(),
        events: Vec::new(),
        remarks: Vec::new(),
        failure: Some("it was not run".to_owned()),
        counts: false,
    };
    assert_eq!(own, [wanted]);
}

#[test]
fn a_request_or_a_file_is_a_write_and_a_beacon_is_none() {
    let (_, first) = begun(0);
    let wrote = |writes: &str| {
        let writes = vec![writes.to_owned()];
        saw(&first, Look { writes, ..shop("/") }).wrote()
    };
    assert_eq!((wrote("POST /save"), wrote("POST /count beacon")), (true, false));
    let ran = |files: &str| {
        let ran = Ran { files: files.to_owned(), ..Ran::default() };
        Seen { sights: vec![(0, Sight::Command(ran))], ..saw(&first, shop("/")) }.wrote()
    };
    assert_eq!((ran("written: a.csv"), ran("\n")), (true, false));
}

/// Everything that a page with three links and a form leads to, seen.
fn whole() -> Map {
    let mut map = known(0);
    let all = map.propose(50);
    let answer = |it: &Probe| match &it.goal {
        Goal::Send { with, .. } => {
            let tree = format!("- main:\n  - heading \"Sent with {with}\"\n");
            saw(it, page("/save", &tree, "", ""))
        }
        Goal::Use { .. } => saw(it, shop("/")),
        _ => saw(it, page(&it.said(), "- main:\n  - heading \"Other\"\n", "", "")),
    };
    map.absorb(all.iter().map(answer).collect());
    map
}

#[test]
fn no_two_written_scenarios_have_one_name_or_do_the_same() {
    let map = whole();
    let written = write(&map);
    let deeds = |steps: &[Action]| -> Vec<String> {
        let own = steps.iter().filter(|it| !matches!(it, Action::Snapshot(_)));
        own.map(Action::describe).collect()
    };
    for (at, one) in written.iter().enumerate() {
        for other in &written[at + 1..] {
            assert_ne!(one.name, other.name);
            assert_ne!(deeds(&one.steps), deeds(&other.steps), "{} {}", one.name, other.name);
        }
    }
    let mut probes: Vec<&String> = written.iter().flat_map(|it| &it.probes).collect();
    let all = probes.len();
    probes.sort();
    probes.dedup();
    assert_eq!((probes.len(), all), (9, 9), "each probe is asserted by one scenario");
    assert_eq!(fresh(&map, &[]), written);
}

/// How much of a map scenarios use: exists, reached, asserted.
fn shares(map: &Map, written: &[Written]) -> Survey {
    let mut asserted = Asserted::default();
    for it in written {
        asserted.add_steps(&it.steps);
    }
    let survey = Survey::default().with_parts(parts(map, &asserted));
    Survey { parts: Vec::new(), ..survey }
}

fn share(seen: usize, reached: usize, asserted: usize) -> Share {
    Share { seen, reached, asserted }
}

#[test]
fn the_shares_count_what_exists_what_was_reached_and_what_a_scenario_uses() {
    let map = whole();
    let counted = |asserted: usize, forms: usize| Survey {
        pages: share(5, 5, asserted),
        forms: share(1, 1, forms),
        fields: share(1, 1, forms),
        ..Survey::default()
    };
    assert_eq!(shares(&map, &[]), counted(0, 0));
    // Where a form leads is not known from the steps alone.
    assert_eq!(shares(&map, &write(&map)), counted(4, 1));
}

#[test]
fn many_addresses_of_one_kind_are_one_part_and_a_page_that_is_not_there_is_none() {
    let (mut map, first) = begun(0);
    let link = |it: u32| format!("link \"Thing {it}\": /things/{it}");
    let links = (1..=9).map(link).chain(["link \"Gone\": /gone".to_owned()]);
    let links = links.collect::<Vec<_>>().join("\n");
    map.absorb(vec![saw(&first, page("/", "- main:\n", &links, ""))]);
    let next = map.propose(50);
    let answer = |it: &Probe| {
        let look = page(&it.said(), "- main:\n", "", "");
        let gone = (it.said() == "/gone").then_some(404);
        saw(it, Look { status: gone.or(look.status), ..look })
    };
    map.absorb(next.iter().map(answer).collect());
    let mut asserted = Asserted::default();
    asserted.add_steps(&[super::probe::open("/things/3")]);
    let told = |it: crate::model::survey::Part| (it.name, it.at, it.reached, it.asserted);
    let all: Vec<_> = parts(&map, &asserted).into_iter().map(told).collect();
    let things = ("/things/*".to_owned(), Some("/".to_owned()), true, true);
    assert_eq!(all, [things, ("/".to_owned(), None, true, false)]);
}

/// The log of one attempt of two probes of two steps: a step and a checkpoint each.
fn night(scenario: &str) -> Vec<Entry> {
    let scenario = scenario.to_owned();
    let evidence = |path: &str| EvidenceRef {
        kind: "facet".to_owned(),
        media: "text/plain".to_owned(),
        path: path.to_owned(),
        bytes: 20,
    };
    let facet = |facet, path: &str| FacetRecord {
        facet,
        evidence: evidence(path),
        environment: None,
        masks: Vec::new(),
        layout: None,
    };
    let step = |index| Event::Step {
        scenario: scenario.clone(),
        attempt: 1,
        step: StepRecord {
            index,
            text: String::new(),
            action: None,
            surface: Surface::Browser,
            place: "/".to_owned(),
            outcome: StepOutcome::Passed,
            decided: None,
            remark: None,
            duration_ms: 1,
            evidence: Vec::new(),
        },
    };
    let checkpoint = |step, page: &str| Event::Checkpoint {
        scenario: scenario.clone(),
        attempt: 1,
        checkpoint: "x".to_owned(),
        step,
        place: "/".to_owned(),
        facets: vec![facet(FacetKind::Page, page), facet(FacetKind::Requests, "requests")],
    };
    let started = Event::AttemptStarted {
        scenario: scenario.clone(),
        attempt: 1,
        known: Vec::new(),
        purpose: Purpose::default(),
    };
    let events =
        [started, step(1), checkpoint(2, "a"), step(2), step(3), checkpoint(4, "b"), step(4)];
    let entry = |(seq, event)| Entry { seq, at: chrono::DateTime::UNIX_EPOCH, event };
    (0..).zip(events).map(entry).collect()
}

#[test]
fn each_probe_of_a_scenario_has_its_own_sights_and_what_follows_a_write_does_not_count() {
    let (_, first) = begun(0);
    let probe =
        |id: &str| Probe { id: id.to_owned(), steps: first.steps[..2].to_vec(), ..first.clone() };
    let made = batches(vec![probe("one"), probe("two")]);
    let entries = night(&made[0].scenario.id);
    let told = |requests: &'static str| -> Vec<(String, Vec<usize>, String, bool)> {
        let read = |it: &EvidenceRef| {
            Some(match it.path.as_str() {
                "requests" => requests.as_bytes().to_vec(),
                page => format!("path: /{page}\n").into_bytes(),
            })
        };
        let own = seen(&made, &entries, &read).into_iter().map(|it| {
            let path = it.page().map(|it| it.path.clone()).unwrap_or_default();
            let at = it.sights.iter().map(|it| it.0).collect();
            (it.probe.id, at, path, it.counts)
        });
        own.collect()
    };
    let wanted = |counts| {
        let one = |id: &str, path: &str, counts| (id.to_owned(), vec![1], path.to_owned(), counts);
        vec![one("one", "/a", true), one("two", "/b", counts)]
    };
    assert_eq!(told(""), wanted(true));
    assert_eq!(told("POST /save\n"), wanted(false));
}

#[test]
fn of_two_ways_to_send_a_form_that_show_the_same_one_is_written() {
    let tried = |tree: &dyn Fn(&str) -> String| -> Vec<String> {
        let mut map = known(0);
        let all = map.propose(50);
        let sent = all.iter().filter_map(|it| match &it.goal {
            Goal::Send { with, .. } => Some(saw(it, page("/save", &tree(with), "", ""))),
            _ => None,
        });
        map.absorb(sent.collect());
        let written = write(&map).into_iter().filter(|it| it.about.starts_with("The form"));
        written.flat_map(|it| it.probes).collect()
    };
    let key = |with: &str| format!("send {FORM} with {with}");
    assert_eq!(tried(&|_| "- alert: no\n".to_owned()), [key("everything")]);
    let all = ["everything", "nothing", "Name = odd letters", "Name = 200 letters"].map(key);
    assert_eq!(tried(&|with| format!("- alert: {with}\n")), all);
}

#[test]
fn of_commands_the_shares_count_those_that_ran_and_the_options_that_were_tried() {
    let mut map = Map::new(Rules::default());
    map.begin_with(vec!["shop".to_owned()], None);
    let ran = |probe: &Probe, stdout: &str| {
        let ran = Ran { exit: "exit: 0".to_owned(), stdout: stdout.to_owned(), ..Ran::default() };
        Seen { sights: vec![(0, Sight::Command(ran))], ..saw(probe, shop("/")) }
    };
    let help = map.propose(1).remove(0);
    let usage = "usage: shop [--csv] [--json]\n\noptions:\n  --csv  as CSV\n  --json  as JSON\n";
    map.absorb(vec![ran(&help, usage)]);
    let is_csv = |it: &&Probe| matches!(&it.goal, Goal::Run { with, .. } if with == "--csv");
    let all = map.propose(50);
    let csv = all.iter().find(is_csv).expect("an option of the help is tried");
    map.absorb(vec![ran(csv, "a,b")]);
    let wanted = Survey { commands: share(1, 1, 1), flags: share(2, 1, 1), ..Survey::default() };
    assert_eq!(shares(&map, &write(&map)), wanted);
}

#[test]
fn a_thing_that_was_dragged_elsewhere_is_a_change_and_a_page_as_it_was_is_none() {
    let board = |first: &str, second: &str| {
        let list = |name: &str, items: &str| {
            let item = |it: &str| format!("  - listitem: {it}\n");
            format!("- list \"{name}\"\n{}", items.split_whitespace().map(item).collect::<String>())
        };
        let took = if second.is_empty() { "4" } else { "9" };
        let foot = format!("- text: it took {took} ms\n");
        let tree = format!("{}{}{foot}", list("To do", first), list("Done", second));
        page("/", &tree, "", "")
    };
    let (mut map, first) = begun(0);
    let again = page("/", "- text: it took 7 ms\n", "", "");
    map.varies.extend(
        map.real_difference(&page("/", "", "", ""), &again).iter().map(|it| it.replace('7', "#")),
    );
    map.absorb(vec![saw(&first, board("One Two", ""))]);
    let drags: Vec<Probe> =
        map.propose(50).into_iter().filter(|it| it.said().starts_with("Drag")).collect();
    assert_eq!(said(&drags), ["Drag \"One\" to \"Done\"", "Drag \"One\" to \"Two\""]);
    map.absorb(vec![saw(&drags[0], board("Two", "One")), saw(&drags[1], board("One Two", ""))]);
    let changed: Vec<bool> = map.states[1..].iter().map(|it| it.changed).collect();
    assert_eq!(changed, [true, false]);
}

#[test]
fn what_puts_text_into_a_page_stands_alone_and_what_only_clicks_shares_a_scenario() {
    let (mut map, first) = begun(0);
    let tree = "- textbox \"Note\"\n- button \"More\"\n";
    map.absorb(vec![saw(&first, page("/", tree, "", ""))]);
    let mut shares: Vec<(String, bool)> =
        map.propose(50).into_iter().map(|it| (it.said(), it.shares)).collect();
    shares.sort();
    let pair = |said: &str, shares| (said.to_owned(), shares);
    assert_eq!(
        shares,
        [
            pair("/ as others find it", false),
            pair("Click \"More\"", true),
            pair("Fill \"Note\"", false),
            pair("Fill the fields and press \"More\"", false),
            pair("Leave the field \"Note\" by Tab", true),
            pair("Paste into \"Note\"", false),
            pair("Rest the pointer on \"More\"", true),
        ]
    );
}

#[test]
fn a_page_whose_things_change_places_by_themselves_hides_no_order_of_another_page() {
    let (mut map, first) = begun(0);
    let list = |items: &str| format!("- list \"All\"\n{items}");
    let (one, other) =
        (list("  - listitem: A\n  - listitem: B\n"), list("  - listitem: B\n  - listitem: A\n"));
    let again = Sight::Page(Box::new(page("/", &other, "", "")));
    let mut seen = saw(&first, page("/", &one, "", ""));
    seen.sights.push((3, again));
    map.absorb(vec![seen]);
    let moved = |path: &str| {
        !map.real_difference(&page(path, &one, "", ""), &page(path, &other, "", "")).is_empty()
    };
    assert_eq!((moved("/"), moved("/board")), (false, true));
}

#[test]
fn a_page_that_does_not_load_is_unanswered_only_where_the_server_hung_up() {
    let unanswered = |failure: &str| {
        let (mut map, first) = begun(0);
        let seen = saw(&first, shop("/"));
        let failure = Some(failure.to_owned());
        map.absorb(vec![Seen { sights: Vec::new(), failure, ..seen }]);
        map.unanswered.len()
    };
    assert_eq!(unanswered("expected / to load; net::ERR_EMPTY_RESPONSE"), 1);
    assert_eq!(unanswered("expected / to load; it took too long"), 0);
}

#[test]
fn nothing_follows_text_in_a_scenario_of_a_page_that_asks_before_it_is_left() {
    let written = |asks: bool| {
        let (mut map, first) = begun(0);
        let tree = "- textbox \"Note\"\n- link \"Shop\" [url=/]\n";
        map.absorb(vec![saw(&first, page("/", tree, "link \"Shop\": /\n", ""))]);
        let all = map.propose(50);
        let (leave, others): (Vec<Probe>, Vec<Probe>) =
            all.into_iter().partition(|it| it.said().starts_with("Leave the page"));
        if asks {
            let why = Some("a dialog is open and blocks the page".to_owned());
            let asked = Seen { failure: why, ..saw(&leave[0], page("/", tree, "", "")) };
            map.absorb(vec![asked]);
            let answers = map.propose(50);
            map.absorb(answers.iter().map(|it| saw(it, page("/", tree, "", ""))).collect());
        }
        let other = tree.replace("\"Note\"", "\"Note\": pot");
        let typed =
            others.iter().filter(|it| it.said().contains("into") || it.said().contains("Fill"));
        map.absorb(typed.map(|it| saw(it, page("/", &other, "", ""))).collect());
        let own = write(&map).into_iter().filter(|it| !it.about.contains("looks at"));
        own.map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(written(false), ["use-what-is-on-shop"]);
    assert_eq!(written(true), ["fill-note", "paste-into-note"]);
}

#[test]
fn a_command_that_says_something_else_each_time_shows_nothing_of_what_was_written() {
    let words = |it: &str| vec!["shop".to_owned(), it.to_owned()];
    let known = |second: &str| {
        let mut map = Map::new(Rules { commands_are_copies: true, ..Rules::default() });
        let (_, first) = begun(0);
        let line = words("report");
        let goal = Goal::Run { words: line.clone(), with: "what it needs".to_owned() };
        let once = super::probe::run(&line, None, "x");
        let probe = Probe { goal, steps: vec![once.clone(), once], ..first.clone() };
        let ran = |stdout: &str| {
            let (exit, stdout) = ("exit: 0".to_owned(), stdout.to_owned());
            Sight::Command(Ran { exit, stdout, ..Ran::default() })
        };
        let sights = vec![(0, ran("45 orders")), (1, ran(second))];
        map.absorb(vec![Seen { sights, ..saw(&probe, shop("/")) }]);
        let writer = Probe { steps: vec![super::probe::open("/save")], ..first };
        map.read_elsewhere(&writer);
        map.propose(50)
            .iter()
            .find(|it| matches!(it.goal, Goal::ReadBack { .. }))
            .map(|it| it.steps.iter().map(Action::describe).collect::<Vec<_>>())
    };
    let steady = ["open /save", "run shop report"].map(str::to_owned).to_vec();
    assert_eq!(known("45 orders"), Some(steady));
    assert_eq!(known("made at 09:31"), Some(vec!["open /save".to_owned()]));
}

#[test]
fn whoever_signs_out_is_in_the_way_of_nobody() {
    let mut map = Map::new(Rules { pages_are_copies: true, ..Rules::default() });
    map.begin_at("/");
    let first = map.propose(1).remove(0);
    map.propose(10);
    let links = "link \"Mine\": /mine\nlink \"Bye\": /logout\n";
    let tree = "- main:\n  - button \"Log out\"\n  - button \"More\"\n";
    map.absorb(vec![saw(&first, page("/", tree, links, ""))]);
    let all = map.propose(50);
    let shares = |said: &str| all.iter().find(|it| it.said() == said).map(|it| it.shares);
    assert_eq!((shares("/mine"), shares("/logout")), (Some(true), Some(false)));
    assert_eq!((shares("Click \"More\""), shares("Click \"Log out\"")), (Some(true), Some(false)));
}

#[test]
fn an_address_that_leads_on_to_a_page_that_is_known_is_no_page_of_its_own() {
    let opened = |on_to: &str| -> Vec<String> {
        let mut map = Map::new(Rules::default());
        map.begin_at("/");
        let first = map.propose(1).remove(0);
        map.propose(10);
        let links = "link \"Desk\": /desk\nlink \"Sign in\": /login\n";
        map.absorb(vec![saw(&first, page("/", "- main:\n", links, ""))]);
        for probe in map.propose(50).iter().filter(|it| it.said().starts_with('/')) {
            let to = if probe.said() == "/login" { on_to.to_owned() } else { probe.said() };
            map.absorb(vec![saw(probe, page(&to, "- heading \"Desk\"\n", "", ""))]);
        }
        let steps = write(&map).into_iter().flat_map(|it| it.steps).map(|it| it.describe());
        steps.filter(|it| it.starts_with("open ")).collect()
    };
    assert!(opened("/login").contains(&"open /login".to_owned()));
    let leads_on = opened("/desk");
    assert!(
        leads_on.contains(&"open /desk".to_owned())
            && !leads_on.contains(&"open /login".to_owned())
    );
}

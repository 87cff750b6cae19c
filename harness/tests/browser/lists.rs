//! Choosing from lists of every make, opening what can be opened, and sliders.

use super::*;

fn choose(from: Target, options: &[&str]) -> Action {
    Action::Choose { from, options: options.iter().map(|it| (*it).into()).collect() }
}

fn state(target: Target, state: &str) -> Action {
    Action::Expect(vec![PageExpectation::State(target, state.to_owned())])
}

fn option(name: &str, list: Target) -> Target {
    Target { within: Some(Box::new(list)), ..role("option", name) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_that_stay_open_take_one_option_or_exactly_those() {
    let mut bench = Bench::start().await;
    bench.open("/lists").await;
    let colours = role("listbox", "Colours");
    bench.passes(choose(colours.clone(), &["Green", "Blue"])).await;
    for (name, chosen) in [("Red", "not selected"), ("Green", "selected"), ("Blue", "selected")] {
        bench.passes(state(option(name, colours.clone()), chosen)).await;
    }
    let size = role("listbox", "Size");
    bench.passes(choose(size.clone(), &["Large"])).await;
    bench.passes(state(option("Large", size.clone()), "selected")).await;
    for (list, names) in [("Tags", ["b", "c"]), ("Files", ["one", "two"])] {
        let list = role("listbox", list);
        bench.passes(choose(list.clone(), &names)).await;
        for name in names {
            bench.passes(state(option(name, list.clone()), "selected")).await;
        }
    }
    bench.passes(state(option("a", role("listbox", "Tags")), "not selected")).await;
    bench.passes(state(option("three", role("listbox", "Files")), "not selected")).await;
    bench.passes(choose(role("radiogroup", "Pay"), &["Cash"])).await;
    bench.passes(state(role("radio", "Cash"), "checked")).await;
    bench.passes(choose(role("tablist", "Parts"), &["Second"])).await;
    bench.passes(state(role("tab", "Second"), "selected")).await;
    bench.passes(choose(role("grid", "People"), &["Ada"])).await;
    bench.passes(state(role("row", "Bob 2"), "not selected")).await;
    for (from, options, actual) in [
        (size.clone(), vec!["Tiny"], "no such option; there are: Small, Large, Huge"),
        (size.clone(), vec!["Huge"], "\"Huge\" is disabled"),
        (size, vec!["Small", "Large"], "it takes one option only"),
        (colours.clone(), vec!["Grey"], "the option is disabled"),
        (
            colours,
            vec!["Red", "Pink"],
            "no such option \"Pink\"; there are: Red, Green, Blue, Grey",
        ),
        (button("More"), vec!["Copy"], "no such option; there are: Rename, Delete"),
    ] {
        assert_eq!(bench.fails(choose(from, &options)).await.1, actual);
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_that_open_are_opened_and_searched() {
    let mut bench = Bench::start().await;
    bench.open("/lists").await;
    let country = role("combobox", "Country");
    bench.passes(choose(country.clone(), &["New Zealand"])).await;
    bench.passes(Action::Expect(vec![PageExpectation::Value(country, "New Zealand".into())])).await;
    let city = role("combobox", "City");
    bench.passes(choose(city.clone(), &["Tokyo"])).await;
    bench.passes(Action::Expect(vec![PageExpectation::Value(city, "Tokyo".into())])).await;
    let number = role("combobox", "Number");
    bench.passes(choose(number.clone(), &["No 41"])).await;
    bench.passes(Action::Expect(vec![PageExpectation::Value(number, "No 41".into())])).await;
    bench.passes(choose(button("More"), &["Delete"])).await;
    bench.title("Delete").await;
    assert_eq!(
        bench.fails(choose(role("combobox", "Stuck"), &["Yes"])).await,
        words((
            "option \"Yes\" in combobox \"Stuck\"",
            "it was clicked, and \"Nothing\" is shown as chosen"
        ))
    );
    assert_eq!(
        bench.fails(choose(role("heading", "Lists"), &["Yes"])).await,
        words((
            "option \"Yes\" in heading \"Lists\"",
            "it is a heading, and no list with options opened"
        ))
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_opened_is_opened_and_closed() {
    let mut bench = Bench::start().await;
    bench.open("/lists").await;
    let fruit = role("treeitem", "Fruit");
    bench.passes(Action::Expand(fruit.clone())).await;
    bench.passes(Action::Expand(fruit.clone())).await;
    bench.passes(Action::See(vec![role("treeitem", "Apple")])).await;
    bench.passes(choose(role("tree", "Food"), &["Apple"])).await;
    bench.passes(state(role("treeitem", "Apple"), "selected")).await;
    bench.passes(Action::Collapse(fruit)).await;
    bench.passes(Action::SeeNot(vec![role("treeitem", "Apple")])).await;
    let details = Target::plain(Locator::Css("details".into()));
    bench.passes(Action::Expand(details.clone())).await;
    bench.passes(Action::See(vec![text("Inside")])).await;
    bench.passes(Action::Collapse(details)).await;
    bench.passes(Action::SeeNot(vec![text("Inside")])).await;
    bench.passes(Action::Expand(button("More"))).await;
    bench.passes(Action::See(vec![role("menuitem", "Rename")])).await;
    assert_eq!(
        bench.fails(Action::Expand(role("treeitem", "Stone"))).await,
        words((
            "treeitem \"Stone\", expanded",
            "it stays collapsed: the right arrow key did not change it, a click did not change it"
        ))
    );
    assert_eq!(
        bench.fails(Action::Expand(role("radio", "Card"))).await,
        words((
            "radio \"Card\", expanded",
            "it is a radio that does not say whether it is expanded; click it instead"
        ))
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sliders_and_pickers_take_values() {
    let mut bench = Bench::start().await;
    bench.open("/lists").await;
    let (loud, mood) = (role("slider", "Loud"), role("slider", "Mood"));
    let label = |text: &str| Target::plain(Locator::Label(text.into()));
    bench.passes(fill(loud.clone(), "35")).await;
    bench.passes(Action::See(vec![Target { within: None, ..text("35") }])).await;
    bench.passes(fill(mood.clone(), "High")).await;
    bench.passes(fill(label("Volume"), "4")).await;
    bench.passes(fill(label("Colour"), "#3366FF")).await;
    bench
        .passes(Action::Expect(vec![
            PageExpectation::Value(label("Volume"), "4".into()),
            PageExpectation::Value(label("Colour"), "#3366ff".into()),
        ]))
        .await;
    assert_eq!(
        bench.fails(fill(loud.clone(), "12")).await,
        words(("slider \"Loud\" at 12", "its keys bring it to 15"))
    );
    assert_eq!(
        bench.fails(fill(loud, "50")).await,
        words(("slider \"Loud\" at 50", "it goes from 0 to 40, and is at 15"))
    );
    assert_eq!(
        bench.fails(fill(mood, "Wild")).await,
        words(("slider \"Mood\" at Wild", "its keys go through Low, Fair, High"))
    );
    assert_eq!(
        bench.fails(fill(label("Volume"), "5")).await.1,
        "it does not take \"5\" and holds \"6\"; it takes a number from 0 to 10 in steps of 2"
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_eight_thousand_is_found_by_its_name_and_one_that_is_not_there_is_missed() {
    let mut bench = Bench::patient(Duration::from_secs(15)).await;
    bench.open("/people").await;
    let edit = |name: &str| Target { within: Some(Box::new(role("row", name))), ..button("Edit") };
    bench.passes(Action::click(edit("Name 7490"))).await;
    bench.title("7490").await;
    let (_, actual) = bench.fails(Action::click(edit("Name 8000"))).await;
    assert!(actual.starts_with("no row \"Name 8000\" to look in"), "{actual}");
    bench.stop().await;
}

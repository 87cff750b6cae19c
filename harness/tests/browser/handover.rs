//! What goes into a page and comes out of it: copied and pasted text, files, prints, chords.

use nightshift::model::gesture::UploadBy;

use super::*;

fn upload(to: Target, by: UploadBy, files: &[&str]) -> Action {
    Action::Upload { to, by, files: files.iter().map(|it| (*it).into()).collect() }
}

fn download(name: &str, named: Option<&str>) -> Action {
    Action::Download {
        click: button(name),
        save_as: "got.csv".into(),
        named: named.map(Into::into),
    }
}

fn clipboard(text: &str) -> Action {
    Action::Expect(vec![PageExpectation::Clipboard(text.into())])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_starts_a_download_by_itself_is_there_and_one_that_is_a_file_is_not() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    bench.open("/starts-download").await;
    bench.passes(Action::See(vec![role("heading", "Your download starts")])).await;
    let (_, actual) = bench.fails(Action::Open("/export.csv".into())).await;
    assert_eq!(actual, "it is a file to download; use `download:`");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_is_copied_and_pasted() {
    let mut bench = Bench::start().await;
    bench.open("/handover").await;
    bench.passes(clipboard("")).await;
    bench.passes(Action::click(button("Copy number"))).await;
    bench.title("Copied").await;
    bench.passes(clipboard("A-1042")).await;
    let capture = [("number".to_owned(), PageCapture::Clipboard)].into_iter().collect();
    assert_eq!(
        bench.done(Action::Capture(capture)).await,
        Done::Passed(vec![("number".to_owned(), "A-1042".to_owned().into())])
    );
    let paste = |text: &str, into: Option<Target>| Action::Paste { text: text.into(), into };
    let (notes, rich) = (role("textbox", "Notes"), role("textbox", "Rich"));
    bench.passes(paste("two\nlines", Some(notes.clone()))).await;
    bench.passes(paste(" more", None)).await;
    bench.passes(fill(rich.clone(), "new")).await;
    bench.passes(Action::Type { text: " typed".into(), into: Some(rich.clone()) }).await;
    bench.passes(paste(" pasted", Some(rich.clone()))).await;
    bench
        .passes(Action::Expect(vec![
            PageExpectation::Value(notes.clone(), "two\nlines more".into()),
            PageExpectation::Value(rich.clone(), "new typed pasted".into()),
        ]))
        .await;
    bench.passes(Action::Clear(rich.clone())).await;
    bench.passes(Action::Clear(notes.clone())).await;
    bench
        .passes(Action::Expect(vec![
            PageExpectation::Value(notes, "".into()),
            PageExpectation::Value(rich, "".into()),
        ]))
        .await;
    bench.passes(paste("picture", Some(role("region", "Board")))).await;
    bench.title("board picture").await;
    bench.passes(Action::Press { keys: "Control+Shift+K".to_owned(), on: None }).await;
    bench.title("chord K").await;
    // Nothing of this page is left for the next one.
    bench.fresh_page().await;
    bench.open("/handover").await;
    bench.passes(Action::click(button("Broken copy"))).await;
    assert_eq!(
        bench.fails(clipboard("A-1042")).await,
        words(("a clipboard that holds \"A-1042\"", "\"\""))
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_browsers_have_two_clipboards() {
    let (mut one, mut other) = (Bench::start().await, Bench::start().await);
    one.open("/handover").await;
    other.open("/handover").await;
    one.passes(Action::click(button("Copy number"))).await;
    one.passes(clipboard("A-1042")).await;
    other.passes(clipboard("")).await;
    one.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_chosen_and_dropped() {
    let mut bench = Bench::start().await;
    std::fs::write(bench.scratch.path().join("a.csv"), "a.csv").unwrap();
    std::fs::write(bench.scratch.path().join("b.csv"), "b.csv").unwrap();
    bench.open("/handover").await;
    bench.passes(upload(button("Choose a file"), UploadBy::Chooser, &["a.csv"])).await;
    bench.title("a.csv").await;
    bench.passes(upload(button("Choose files"), UploadBy::Chooser, &["a.csv", "b.csv"])).await;
    bench.title("a.csv,b.csv").await;
    let drop = role("region", "Drop");
    bench.passes(upload(drop, UploadBy::Drop, &["a.csv", "b.csv"])).await;
    bench.title("a.csv=a.csv,b.csv=b.csv").await;
    for (to, by, files, expected, actual) in [
        (
            button("Choose a file"),
            UploadBy::Field,
            vec!["a.csv"],
            "button \"Choose a file\", which takes files",
            "it is no file field, and no label of one; try `click:` where it opens a file chooser, \
             or `drop-on:`",
        ),
        (
            button("No chooser"),
            UploadBy::Chooser,
            vec!["a.csv"],
            "button \"No chooser\" to open a file chooser",
            "no file chooser opened",
        ),
        (
            button("Choose a file"),
            UploadBy::Chooser,
            vec!["a.csv", "b.csv"],
            "button \"Choose a file\" to take several files",
            "the chooser takes one file, and 2 are given",
        ),
        (
            button("Modern chooser"),
            UploadBy::Chooser,
            vec!["a.csv"],
            "button \"Modern chooser\" to open a file chooser",
            "it opened one of the File System Access API, which cannot be answered; try `drop-on:`",
        ),
        (
            role("heading", "Handover"),
            UploadBy::Drop,
            vec!["a.csv"],
            "heading \"Handover\", which takes files that are dropped on it",
            "nothing there takes them (no `dragover` is answered)",
        ),
        (
            role("region", "Drop"),
            UploadBy::Drop,
            vec!["c.csv"],
            "a file c.csv in the working folder",
            "there is no such file",
        ),
    ] {
        assert_eq!(bench.fails(upload(to, by, &files)).await, words((expected, actual)));
    }
    bench.title("a.csv=a.csv,b.csv=b.csv").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_have_names_and_come_alone() {
    let mut bench = Bench::start().await;
    bench.open("/handover").await;
    bench.passes(download("Export", Some("report.csv"))).await;
    let kept = std::fs::read_to_string(bench.scratch.path().join("got.csv")).unwrap();
    assert_eq!(kept, "report.csv");
    assert_eq!(
        bench.fails(download("Export", Some("orders.csv"))).await,
        words((
            "button \"Export\" to download a file named \"orders.csv\"",
            "it is named \"report.csv\""
        ))
    );
    assert_eq!(
        bench.fails(download("Export two", None)).await,
        words(("button \"Export two\" to download one file", "2 files: a.txt, b.txt"))
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_printed_and_the_same_twice() {
    let mut bench = Bench::start().await;
    bench.open("/handover").await;
    bench.passes(Action::click(button("Print"))).await;
    bench.title("Printed beforeprint afterprint").await;
    bench.passes(Action::Print("out/one.pdf".into())).await;
    bench.passes(Action::Print("out/two.pdf".into())).await;
    let read = |name: &str| std::fs::read(bench.scratch.path().join("out").join(name)).unwrap();
    let (one, two) = (read("one.pdf"), read("two.pdf"));
    assert!(one.starts_with(b"%PDF-"));
    assert!(one == two, "the same page gives the same bytes");
    assert_eq!(
        bench.fails(Action::Print("../one.pdf".into())).await.1,
        "it leads out of the working folder"
    );
    bench.stop().await;
}

//! [`is_moved_code`]: whether changes say no more than that the code stands elsewhere: line numbers
//! and quoted source of stack traces, hashes of builds in names of assets, chunks, `blob:`
//! addresses, and the class names and ids that libraries generate.
//!
//! Both sides are equal once such spellings are put aside ([`put_aside`]). What reads like words is
//! none of them ([`super::wording`]). Neighbour: [`super::change`].

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::change::{Change, is_frame, without_numbers};
use super::facet::FacetKind;
use super::thing::Thing;
use super::wording::is_written;

/// Whether some changes say no more than that the code stands elsewhere.
///
/// What went and what came are taken together: lists of assets are sorted by their hashes.
#[must_use]
pub fn is_moved_code<'a>(changes: impl IntoIterator<Item = &'a Change>) -> bool {
    let (mut gone, mut came, mut any) = (Vec::new(), Vec::new(), false);
    // What stands on both sides as it is stands in another order or at another distance: that shows.
    let mut is_reordered = false;
    let changes: Vec<&Change> = changes.into_iter().collect();
    let before: BTreeSet<&str> = changes.iter().filter_map(|it| it.before.as_deref()).collect();
    for change in changes {
        any = true;
        is_reordered |=
            !is_quoted(change) && change.after.as_deref().is_some_and(|it| before.contains(it));
        match change.facet {
            None | Some(FacetKind::Image | FacetKind::Exit) => return false,
            Some(_) if is_quoted(change) => {}
            Some(_) => {
                gone.extend(change.before.as_deref().map(told));
                came.extend(change.after.as_deref().map(told));
            }
        }
    }
    gone.sort_unstable();
    came.sort_unstable();
    any && gone == came && !is_reordered
}

/// Whether a change is of a line that a stack trace quotes from the source.
#[must_use]
pub fn is_quoted(change: &Change) -> bool {
    let sides = || change.before.iter().chain(&change.after);
    change.thing == Thing::Frame && !sides().any(|it| is_frame(it))
}

/// A line as it would stand wherever the code stands.
fn told(line: &str) -> String {
    if is_frame(line) { put_aside(&without_numbers(line)) } else { put_aside(line) }
}

/// A text without the spellings that follow from where code stands, each replaced by its kind:
/// `/assets/index-[hash].js`.
#[must_use]
pub fn put_aside(text: &str) -> String {
    let text = BLOB.replace_all(text, "blob:[address]");
    let text = PANIC.replace_all(&text, "${1}[position]");
    let text = POSITIONS.iter().fold(text.into_owned(), |text, position| {
        position.replace_all(&text, "${1}[position]${2}").into_owned()
    });
    let text = BUILD_ID.replace_all(&text, "${1}[build]/");
    let text = QUERY.replace_all(&text, "${1}?[version]");
    let text = ASSET.replace_all(&text, |found: &Captures<'_>| asset(found));
    let text = CHUNK.replace_all(&text, "${1}[chunk]");
    let text = IDS.replace_all(&text, "${1}[id]");
    CLASSES.iter().fold(text.into_owned(), |text, class| {
        let put = |found: &Captures<'_>| {
            if is_drawn(&found[1], &found[2]) {
                format!("{}[class]", &found[1])
            } else {
                found[0].to_owned()
            }
        };
        class.replace_all(&text, put).into_owned()
    })
}

/// Whether the end of a class name was drawn; styled-components draws letters only.
fn is_drawn(name: &str, end: &str) -> bool {
    let has_capital = || end.chars().skip(1).any(|it| it.is_ascii_uppercase());
    looks_drawn(end) || (name == "sc-" && end.len() <= 6 && has_capital())
}

/// The name of an asset with `[hash]` for each part that a bundler drew.
fn asset(found: &Captures<'_>) -> String {
    let (name, end) = (&found[1], &found[2]);
    let mut out = String::with_capacity(name.len());
    for (index, part) in name.split_inclusive(['-', '.', '~']).enumerate() {
        let (bare, mark) = match part.strip_suffix(['-', '.', '~']) {
            Some(bare) => (bare, &part[bare.len()..]),
            None => (part, ""),
        };
        // The first part is what a person called it, unless nothing else is there.
        let drawn = is_hash(bare) && (index > 0 || bare.len() == name.len());
        out.push_str(if drawn { "[hash]" } else { bare });
        out.push_str(mark);
    }
    // The eight of base64 that stand last may hold the marks by which names are taken apart, and may
    // have letters only.
    if let Some((head, last)) = name.split_at_checked(name.len().saturating_sub(8))
        && head.ends_with(['-', '.'])
        && (looks_drawn(last) || last.chars().skip(1).any(|it| it.is_ascii_uppercase()))
        && !is_written(last)
    {
        out = format!("{head}[hash]");
    }
    format!("{out}{end}")
}

/// Whether a part of a file's name is a bundler's hash: hexadecimal of six digits or more, eight of
/// base64 or base32, or a longer draw.
fn is_hash(part: &str) -> bool {
    let hex = part.len() >= 6 && part.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    let letters = part.bytes().any(|it| it.is_ascii_alphabetic());
    let digits = part.bytes().any(|it| it.is_ascii_digit());
    let word = part.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let drawn = (hex && letters && digits)
        || (word && matches!(part.len(), 8 | 10 | 16 | 20..) && looks_drawn(part));
    drawn && !is_written(part)
}

/// Whether letters look drawn and not written: digits among letters, or capitals inside of a word
/// that begin no words.
fn looks_drawn(text: &str) -> bool {
    let mut letters = text.chars().filter(char::is_ascii_alphabetic);
    if text.chars().any(|it| it.is_ascii_digit()) {
        // `version2` and `h1` are words with a number; in a draw digits stand among letters.
        let bare = text.trim_end_matches(|it: char| it.is_ascii_digit());
        return bare.chars().any(|it| it.is_ascii_digit())
            || (letters.next().is_none() && text.len() >= 5);
    }
    let mut last = ' ';
    text.chars().any(|it| {
        let in_row = it.is_ascii_uppercase() && last.is_ascii_uppercase();
        last = it;
        in_row
    }) && text.chars().any(|it| it.is_ascii_lowercase())
}

static BLOB: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"blob:(?:[a-z]+://[^/\s]*/|null/)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
});

/// Where a Rust program panicked, and where a Go program was.
static PANIC: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(\bpanicked at [^\s:]+:|\.go:)\d+(?::\d+| \+0x[0-9a-f]+)?"));

/// Where programs in other languages say that they failed: Ruby, PHP (two forms), C#, Perl, Elixir,
/// shells, assertions of C, and scripts by their addresses. What names a place in the words of a
/// compiler is no such thing.
static POSITIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(\.rb:)\d+(:in [`'])",
        r"(\bin [^\s:]+\.php(?::| on line ))\d+(\b)",
        r"(#\d+ [^\s(]+\.php\()\d+(\): )",
        r"(\bin \S+\.(?:cs|fs|vb):line )\d+(\b)",
        r"( at \S+\.(?:pl|pm|t) line )\d+(\.)",
        r"(\S\.exs?:)\d+(: [A-Z:(])",
        r"(\S\.(?:sh|bash|zsh|ksh): (?:line )?)\d+(: )",
        r"(\S\.(?:c|cc|cpp|cxx|h|hpp):)\d+(: [^\n]*Assertion )",
        r"(\b(?:https?|file|webpack(?:-internal)?|node):[^\s()]*?[^\s():/]:)\d+:\d+(\b)",
    ]
    .iter()
    .map(|it| compiled(it))
    .collect()
});

static BUILD_ID: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(/_next/(?:static|data)/)[A-Za-z0-9_-]{8,40}/"));

const ENDS: &str = r"(?:\.(?:chunk|bundle|module|min|esm|umd))*\.(?:[cm]?js|css|map|wasm|woff2?|ttf|otf|eot|webmanifest|mp4|webm|svg|png|jpe?g|webp|avif|gif|ico)\b";

static QUERY: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r"({ENDS})\?(?:[\w-]+=)?[0-9A-Za-z._-]+(?:$|\b)")));

static ASSET: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r"([A-Za-z0-9_@.~-]*[A-Za-z0-9_-])({ENDS})")));

/// A chunk that has a number for its name.
static CHUNK: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(r"((?:^|[/\s(\x22'])(?:chunk-)?)\d+(?:[.-]\[hash\])?{ENDS}"))
});

/// Ids that libraries draw or count: React's `useId`, Radix, Headless UI, MUI, Ember, Angular.
static IDS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"((?:\b(?:radix|headlessui-[a-z-]+|mui|react-aria)-?)?)(?::[rR][0-9a-zA-Z]*:|«[rR][0-9a-zA-Z]*»|_[rR]_[0-9a-z]+_)(?:-\d+)?|(\b(?:radix|headlessui-[a-z-]*[a-z]|mui|ember|cdk-[a-z-]*[a-z]|mat-[a-z-]*[a-z]|react-select|react-aria|ng-tns|floating-ui)-?)\d+\b",
    )
});

/// Class names with a part that is drawn: CSS modules, styled-components, emotion, styled-jsx,
/// Svelte, Vue, Angular.
static CLASSES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(\b[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*__)([A-Za-z0-9+-]{5})\b",
        r"(\b_[A-Za-z][A-Za-z0-9-]*_)([a-z0-9]{5}_\d+)\b",
        r"(\bsc-)([A-Za-z0-9]{5,8}(?:-\d+)?)\b",
        r"(\b(?:css|jsx|svelte|data-v|_ngcontent-[a-z]+|_nghost-[a-z]+)-)([a-z0-9]{5,12})\b",
    ]
    .iter()
    .map(|it| compiled(it))
    .collect()
});

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_where_the_code_stands_is_put_aside() {
        for (old, new) in [
            ("/assets/index-DiwrgTda.js", "/assets/index-BNqLX2oP.js"),
            ("/assets/index-C_9dk-3f.css", "/assets/index-Dx-0_aZ1.css"),
            ("static/main.3fa9c2d1.js", "static/main.77b0e1aa.js"),
            ("/static/js/123.3fa9c2d1.chunk.js", "/static/js/98.77b0e1aa.chunk.js"),
            ("/chunks/12.js", "/chunks/7.js"),
            ("/chunk-3FZQ7K2A.js", "/chunk-QW4R6TZB.js"),
            ("/app.js?v=3fa9c2", "/app.js?v=77b0e1"),
            (
                "/_next/static/aB3dE5fG7hI9/_buildManifest.js",
                "/_next/static/Zz9yX8wV7u/_buildManifest.js",
            ),
            (
                "blob:http://127.0.0.1:4021/01234567-89ab-cdef-0123-456789abcdef",
                "blob:http://127.0.0.1:4022/f1234567-89ab-cdef-0123-456789abcdea",
            ),
            ("Button_primary__3xY9z", "Button_primary__aB2c1"),
            ("class=\"_card_1x2y3_12\"", "class=\"_card_9z8y7_4\""),
            ("class=\"sc-bdVaJa sc-1x2y3z-0\"", "class=\"sc-gsTCUz sc-7k8j9h-0\""),
            ("class=\"css-1q2w3e4\"", "class=\"css-9o8i7u\""),
            ("id=\":r1:\"", "id=\":r2b:\""),
            ("«r1»", "«r4»"),
            ("radix-:r1:-content", "radix-:r7:-content"),
            ("headlessui-menu-button-12", "headlessui-menu-button-3"),
        ] {
            assert_eq!(put_aside(old), put_aside(new), "{old} and {new}");
            assert_ne!(put_aside(old), old);
        }
    }

    #[test]
    fn where_a_line_of_code_stands_is_put_aside_in_every_language() {
        for (old, new) in [
            (
                "thread 'main' panicked at src/main.rs:12:5:",
                "thread 'main' panicked at src/main.rs:40:9:",
            ),
            ("\t/shop/main.go:12 +0x1d", "\t/shop/main.go:31 +0x2f"),
            ("shop.rb:12:in 'Shop#sum': no rate", "shop.rb:31:in 'Shop#sum': no rate"),
            ("\tfrom /shop/cli.rb:4:in `<main>'", "\tfrom /shop/cli.rb:9:in `<main>'"),
            (
                "Uncaught Error: no rate in /shop/a.php:12",
                "Uncaught Error: no rate in /shop/a.php:3",
            ),
            ("  thrown in /shop/a.php on line 12", "  thrown in /shop/a.php on line 31"),
            ("#0 /shop/a.php(12): sum()", "#0 /shop/a.php(31): sum()"),
            (
                "   at Shop.Sum() in /src/Shop.cs:line 12",
                "   at Shop.Sum() in /src/Shop.cs:line 31",
            ),
            ("no rate at /shop/sum.pl line 12.", "no rate at /shop/sum.pl line 31."),
            (
                "    (shop 0.1.0) lib/shop.ex:12: Shop.sum/1",
                "    (shop 0.1.0) lib/shop.ex:31: Shop.sum/1",
            ),
            (
                "./run.sh: line 12: rate: unbound variable",
                "./run.sh: line 31: rate: unbound variable",
            ),
            ("run.sh: 12: rate: not found", "run.sh: 31: rate: not found"),
            (
                "shop: sum.c:12: sum: Assertion `rate' failed.",
                "shop: sum.c:31: sum: Assertion `rate' failed.",
            ),
            (
                "Error: no rate at sum (http://127.0.0.1:4021/a.js:1:234)",
                "Error: no rate at sum (http://127.0.0.1:4021/a.js:1:9567)",
            ),
            (
                "at webpack-internal:///./src/sum.js:12:5 (no rate)",
                "at webpack-internal:///./src/sum.js:31:9 (no rate)",
            ),
            ("/media/intro.3fa9c2d1.mp4", "/media/intro.77b0e1aa.mp4"),
        ] {
            assert_eq!(put_aside(old), put_aside(new), "{old} and {new}");
            assert_ne!(put_aside(old), old);
        }
    }

    #[test]
    fn another_error_of_the_same_place_is_no_moved_code() {
        for (old, new) in [
            ("shop.rb:12:in 'Shop#sum': no rate", "shop.rb:31:in 'Shop#sum': no price"),
            ("shop.rb:12:in 'Shop#sum': no rate", "cart.rb:12:in 'Shop#sum': no rate"),
            ("no rate at /shop/sum.pl line 12.", "no price at /shop/sum.pl line 12."),
            ("run.sh: line 12: rate: unbound variable", "run.sh: line 12: tax: unbound variable"),
        ] {
            assert_ne!(put_aside(old), put_aside(new), "{old} and {new}");
        }
    }

    #[test]
    fn another_asset_is_no_moved_code_and_another_build_of_it_is() {
        let lines = |before: &str, after: &str| put_aside(before) == put_aside(after);
        assert!(!lines("/assets/index-HomePage.js", "/assets/index-UserList.js"));
        assert!(!lines("/assets/index-HomePage.js", "/assets/index-BNqLXboP.js"));
        assert!(lines("/assets/index-DiwrgTda.js", "/assets/index-BNqLXboP.js"));
        assert!(lines("/assets/HomePage-DiwrgTda.js", "/assets/HomePage-BNqLXboP.js"));
    }

    #[test]
    fn what_a_person_wrote_stays() {
        for kept in [
            "/assets/settings-overview.js",
            "/assets/index-Overview.js",
            "/assets/index-HomePage.js",
            "/assets/index-UserList.js",
            "/assets/index-HTMLView.js",
            "/assets/index-Web3Page.js",
            "/assets/chunk-Top-Page.css",
            "/assets/lazy-facade12.js",
            "/assets/jquery-3.7.1.min.js",
            "/files/report-20241101.pdf",
            "/orders/1234567",
            "class=\"button button__label--active\"",
            "class=\"card__title nav__items\"",
            "sc-orders css-grid svelte-kit",
            "img /img/shoes-leather.png",
            "12 rows of main.rs:12:5",
            "sum.c:12:5: error: unknown rate",
            "shop.rb:12: warning: unused rate",
            "lib/shop.ex:12: 3 lines",
            "in Ghent on line 12",
            "run.sh: 12 lines",
            "12 of order.php",
            "src/sum.js:12:5  error  'rate' is not defined",
            "http://127.0.0.1:4021/orders answered in 12:30",
            "order 3fa9c2d1",
            "step-12 field-3",
        ] {
            assert_eq!(put_aside(kept), kept);
        }
    }
}

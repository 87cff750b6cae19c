//! [`scaffold`]: the files with which `init` begins a suite.

use std::fmt::Write as _;

/// The files of a first suite, with their paths relative to its root: for a product with pages
/// at `url`, with the command `cli`, with both, or with neither.
#[must_use]
pub fn scaffold(url: Option<&str>, cli: Option<&str>) -> Vec<(String, String)> {
    let has_page = url.is_some() || cli.is_none();
    let mut files = vec![
        ("nightshift.yaml".to_owned(), config(url, cli)),
        ("scenarios/first.yaml".to_owned(), scenario(has_page, cli)),
        ("skills/first-look.yaml".to_owned(), skill(has_page, cli)),
    ];
    let schemas = super::schemas().into_iter();
    files
        .extend(schemas.map(|(name, it)| (format!("schemas/{name}"), super::schema::printed(&it))));
    files.push((".gitignore".to_owned(), "reports/nights/\n".to_owned()));
    files
}

/// The first line, by which editors find the schema.
fn head(folder: &str, kind: &str) -> String {
    format!("# yaml-language-server: $schema={folder}schemas/{kind}.schema.json\n")
}

/// The text as a double-quoted YAML scalar.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What the product is called: as its command, where that can be a name.
fn name(cli: Option<&str>) -> String {
    let program = cli.map(program).unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    let fits = name.starts_with(|it: char| it.is_ascii_alphanumeric())
        && name.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'));
    if fits { name.to_owned() } else { "app".to_owned() }
}

fn program(cli: &str) -> String {
    let first = shell_words::split(cli).ok().and_then(|it| it.into_iter().next());
    shell_words::quote(&first.unwrap_or_else(|| cli.to_owned())).into_owned()
}

fn config(url: Option<&str>, cli: Option<&str>) -> String {
    let mut text = head("", "nightshift");
    text.push_str(
        "# The products and the night. Every key is described in the schema above.\nproducts:\n",
    );
    let _ = writeln!(text, "  {}:", name(cli));
    if let Some(cli) = cli {
        text.push_str("    # The first line that this prints names the build under test.\n");
        let line =
            format!("    version-from: {}\n", quoted(&format!("{} --version", program(cli))));
        text.push_str(&line);
    }
    match url {
        Some(url) => {
            text.push_str("    # A product that is already running.\n");
            let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
            let line = format!("    base-url: {}\n", quoted(&url));
            text.push_str(&line);
        }
        None if cli.is_none() => text.push_str(
            "    # A product that is already running.\n    base-url: http://127.0.0.1:8000\n",
        ),
        None => {}
    }
    text.push_str(
        "    # Or have it served, on a free port, and ended with the night:\n\
         \x20   # serve: { run: \"shopd --port ${port}\", ready: { http: /health, within: 30s } }\n\
         \x20   # Where `run:` finds the product's commands:\n\
         \x20   # path: [.venv/bin]\n\
         \x20   # Copied fresh for every scenario:\n\
         \x20   # data: fixtures/\n\
         \n\
         browser: { viewport: 1280x800, locale: en-US, timezone: UTC }\n\
         \n\
         night:\n\
         \x20 # schedule: \"0 1 * * *\"\n\
         \x20 # timezone: Europe/London\n\
         \x20 # until: \"07:00\"\n\
         \x20 jobs: auto\n\
         \x20 retries: 1\n\
         \n\
         gate:\n\
         \x20 fail-on: [regressed, still-failing]\n\
         \x20 judged-at-least: 95%\n\
         \x20 # rules: [ { branch: \"release/*\", fail-on: [+flaky, +new], judged-at-least: 100% } ]\n",
    );
    text
}

fn scenario(has_page: bool, cli: Option<&str>) -> String {
    let mut text = head("../", "scenario");
    text.push_str(
        "# What a user does, and what must hold. Run it with `nightshift run first`, then accept\n\
         # what it saw with `nightshift review`; from then on every change is found.\n\
         scenario: first\n\
         about: A first look at the product.\n\
         tags: [smoke]\n\
         steps:\n\
         \x20 - use: first-look\n",
    );
    if has_page {
        text.push_str("  - snapshot: start               # aria, text, image and page\n");
        text.push_str("    # redact: [timestamp]         # what varies by nature\n");
    }
    if let Some(cli) = cli {
        let line = format!("  - run: {}\n", quoted(&format!("{} --help", program(cli))));
        text.push_str(&line);
        text.push_str("    expect: { exit: 0 }\n    snapshot: help                # stdout, stderr, exit and files\n");
    }
    text
}

fn skill(has_page: bool, cli: Option<&str>) -> String {
    let mut text = head("../", "skill");
    text.push_str("# A procedure that several scenarios share.\nskill: first-look\n");
    if has_page {
        text.push_str(
            "description: Open a page of the product. Use at the beginning of a scenario.\n\
             inputs:\n\
             \x20 path: { type: text, default: / }\n\
             steps:\n\
             \x20 - open: \"${path}\"\n\
             # ensures:\n\
             #   - see: 'heading \"Welcome\"'\n",
        );
    } else {
        let run = quoted(&format!("{} --version", program(cli.unwrap_or_default())));
        let line = format!(
            "description: See that the command is there. Use at the beginning of a scenario.\n\
             steps:\n\
             \x20 - run: {run}\n\
             \x20   expect: {{ exit: 0 }}\n"
        );
        text.push_str(&line);
    }
    text
}

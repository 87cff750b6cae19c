//! [`scaffold`]: the files with which `init` begins a suite.

use std::fmt::Write as _;

/// What a product with pages is called, until somebody gives it its name.
const PAGES: &str = "app";

/// The files of a first suite, with their paths relative to its root: for a product with pages
/// at `url`, for the command `cli`, for both as two products, or for neither.
#[must_use]
pub fn scaffold(url: Option<&str>, cli: Option<&str>) -> Vec<(String, String)> {
    let pages = url.is_some() || cli.is_none();
    let mut files = vec![("nightshift.yaml".to_owned(), config(url, cli))];
    match cli {
        Some(cli) if pages => {
            files.push(("scenarios/first.yaml".to_owned(), page_scenario()));
            let named = command_scenario("first-command", Some(&command_product(cli)), cli);
            files.push(("scenarios/first-command.yaml".to_owned(), named));
            files.push(("skills/first-look.yaml".to_owned(), page_skill()));
        }
        Some(cli) => {
            let scenario = command_scenario("first", None, cli);
            files.push(("scenarios/first.yaml".to_owned(), scenario));
            files.push(("skills/first-look.yaml".to_owned(), command_skill(cli)));
        }
        None => {
            files.push(("scenarios/first.yaml".to_owned(), page_scenario()));
            files.push(("skills/first-look.yaml".to_owned(), page_skill()));
        }
    }
    let schemas = super::schemas().into_iter();
    files
        .extend(schemas.map(|(name, it)| (format!("schemas/{name}"), super::schema::printed(&it))));
    files.push((".gitignore".to_owned(), "reports/nights/\n".to_owned()));
    files
}

/// The files of a suite that is going to be explored: the configuration, schemas and what git
/// leaves alone, but no scenario.
#[must_use]
pub fn scaffold_explored(url: Option<&str>, commands: &[String]) -> Vec<(String, String)> {
    let mut text = head("", "nightshift");
    text.push_str("# What was explored. Every key is described in the schema above.\nproducts:\n");
    if let Some(url) = url {
        text.push_str(&page_product(url));
    }
    let mut named: Vec<String> = Vec::new();
    for cli in commands {
        let name = command_product(cli);
        if named.contains(&name) {
            continue;
        }
        let version = quoted(&format!("{} --version", program(cli)));
        let _ = writeln!(
            text,
            "  {name}:\n    # The first line that this prints names the build under test:\n    \
             # version-from: {version}"
        );
        match folder_of(cli) {
            Some(folder) => {
                let _ = writeln!(text, "    path: [{}]", quoted(&folder));
            }
            None => text.push_str(
                "    # Where `run:` finds the product's commands:\n    # path: [.venv/bin]\n",
            ),
        }
        text.push_str("    # Copied fresh for every scenario:\n    # data: fixtures/\n");
        named.push(name);
    }
    text.push_str("\ngate:\n  fail-on: [regressed, still-failing]\n");
    let mut files = vec![("nightshift.yaml".to_owned(), text)];
    let schemas = super::schemas().into_iter();
    files
        .extend(schemas.map(|(name, it)| (format!("schemas/{name}"), super::schema::printed(&it))));
    files.push((".gitignore".to_owned(), "reports/nights/\n".to_owned()));
    files
}

/// The folder of a program that is named by a path, absolute.
fn folder_of(cli: &str) -> Option<String> {
    let words = shell_words::split(cli).ok()?;
    let path = std::path::Path::new(words.first().filter(|it| it.contains('/'))?);
    Some(std::path::absolute(path).ok()?.parent()?.display().to_string())
}

/// The words of a command; a program that is named by a path is called by its name, since its
/// folder is in the product's `path`.
#[must_use]
pub fn command_words(cli: &str) -> Vec<String> {
    let mut words = shell_words::split(cli).unwrap_or_default();
    if let Some(first) = words.first_mut() {
        *first = first.rsplit('/').next().unwrap_or_default().to_owned();
    }
    words
}

/// The first line, by which editors find the schema.
fn head(folder: &str, kind: &str) -> String {
    format!("# yaml-language-server: $schema={folder}schemas/{kind}.schema.json\n")
}

/// The text as a double-quoted YAML scalar.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What the product of a command is called: as the command, where that can be a name.
#[must_use]
pub fn command_product(cli: &str) -> String {
    let program = program(cli);
    let name = program.rsplit('/').next().unwrap_or_default();
    let fits = name != PAGES
        && name.starts_with(|it: char| it.is_ascii_alphanumeric())
        && name.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'));
    if fits { name.to_owned() } else { "command".to_owned() }
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
    if url.is_some() || cli.is_none() {
        text.push_str(&page_product(url.unwrap_or("http://127.0.0.1:8000")));
    }
    if let Some(cli) = cli {
        if url.is_some() {
            text.push_str("  # A product of its own: it has a version and a health of its own.\n");
        }
        let version = quoted(&format!("{} --version", program(cli)));
        let _ = write!(
            text,
            "  {}:\n\
             \x20   # The first line that this prints names the build under test.\n\
             \x20   version-from: {version}\n\
             \x20   # Where `run:` finds the product's commands:\n\
             \x20   # path: [.venv/bin]\n\
             \x20   # Copied fresh for every scenario:\n\
             \x20   # data: fixtures/\n",
            command_product(cli)
        );
    }
    text.push_str(
        "\n\
         browser: { viewport: 1280x800, locale: en-US, timezone: UTC }\n\
         \n\
         night:\n\
         \x20 # When `nightshift init --ci crontab` (or systemd-timer, github, gitlab) starts a night.\n\
         \x20 schedule: \"0 1 * * *\"\n\
         \x20 timezone: UTC\n\
         \x20 # until: \"07:00\"\n\
         \x20 jobs: auto\n\
         \x20 # retries: 1   # unless said, what fails runs again until it is clear whether it broke\n\
         \n\
         gate:\n\
         \x20 fail-on: [regressed, still-failing]\n\
         \x20 judged-at-least: 95%\n\
         \x20 # rules: [ { branch: \"release/*\", fail-on: [+flaky, +new], judged-at-least: 100% } ]\n",
    );
    text
}

fn page_product(url: &str) -> String {
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    format!(
        "  {PAGES}:\n\
         \x20   # A product that is already running.\n\
         \x20   base-url: {}\n\
         \x20   # Or have it served, on a free port, and ended with the night:\n\
         \x20   # serve: {{ run: \"shopd --port ${{port}}\", ready: {{ http: /health, within: 30s }} }}\n\
         \x20   # The first line that this prints names the build under test:\n\
         \x20   # version-from: shopd --version\n\
         \x20   # Copied fresh for every scenario:\n\
         \x20   # data: fixtures/\n",
        quoted(&url)
    )
}

/// What is said above a scenario's first line, and that line.
fn scenario_head(name: &str) -> String {
    let mut text = head("../", "scenario");
    let _ = write!(
        text,
        "# What a user does, and what must hold. Run it with `nightshift run {name}`, then accept\n\
         # what it saw with `nightshift review`; from then on every change is found.\n\
         scenario: {name}\n"
    );
    text
}

fn page_scenario() -> String {
    let mut text = scenario_head("first");
    text.push_str(
        "about: A first look at the product.\n\
         tags: [smoke]\n\
         steps:\n\
         \x20 - use: first-look\n\
         \x20 - snapshot: start               # aria, text, image and page\n\
         \x20   # redact: [timestamp]         # what varies by nature\n",
    );
    text
}

fn command_scenario(name: &str, product: Option<&str>, cli: &str) -> String {
    let mut text = scenario_head(name);
    text.push_str("about: A first look at the product's command.\ntags: [smoke]\n");
    if let Some(product) = product {
        let _ = writeln!(
            text,
            "# A step of any scenario takes `product:` too: pages and commands in one.\n\
             product: {product}"
        );
    }
    text.push_str("steps:\n");
    if product.is_none() {
        text.push_str("  - use: first-look\n");
    }
    let _ = write!(
        text,
        "  - run: {}\n    expect: {{ exit: 0 }}\n    \
         snapshot: help                # stdout, stderr, exit and files\n",
        quoted(&format!("{} --help", program(cli)))
    );
    text
}

fn page_skill() -> String {
    let mut text = skill_head();
    text.push_str(
        "description: Open a page of the product. Use at the beginning of a scenario.\n\
         inputs:\n\
         \x20 path: { type: text, default: / }\n\
         steps:\n\
         \x20 - open: \"${path}\"\n\
         # ensures:\n\
         #   - see: 'heading \"Welcome\"'\n",
    );
    text
}

fn command_skill(cli: &str) -> String {
    let run = quoted(&format!("{} --version", program(cli)));
    let mut text = skill_head();
    let _ = write!(
        text,
        "description: See that the command is there. Use at the beginning of a scenario.\n\
         steps:\n\
         \x20 - run: {run}\n\
         \x20   expect: {{ exit: 0 }}\n"
    );
    text
}

fn skill_head() -> String {
    let mut text = head("../", "skill");
    text.push_str("# A procedure that several scenarios share.\nskill: first-look\n");
    text
}

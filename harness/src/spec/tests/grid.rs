//! How `browser: grid` is read, and what is said of one that is wrong.

use super::{CONFIG, loaded, said};
use crate::model::Template;
use crate::model::suite::GridConfig;

const SCENARIO: (&str, &str) = ("scenarios/a.yaml", "scenario: a\nsteps: [ { open: / } ]\n");

fn read(grid: &str) -> Option<GridConfig> {
    let config = format!("{CONFIG}browser: {{ grid: {grid} }}\n");
    loaded(&[("nightshift.yaml", &config), SCENARIO]).config.browser.grid
}

fn complaints(grid: &str) -> String {
    let config = format!("{CONFIG}browser: {{ grid: {grid} }}\n");
    said(&[("nightshift.yaml", &config), SCENARIO])
}

#[test]
fn a_grid_is_an_address_or_that_and_how_both_sides_reach_each_other() {
    let plain = |url: &str| GridConfig {
        url: Template::new(url),
        user: None,
        password: None,
        reach_us: None,
    };
    assert_eq!(read("'http://127.0.0.1:4444'"), Some(plain("http://127.0.0.1:4444")));
    assert_eq!(read("'https://ci.test/grid'"), Some(plain("https://ci.test/grid")));
    assert_eq!(read("'${secret:GRID}'"), Some(plain("${secret:GRID}")));
    assert_eq!(read("'https://g.test/${secret:K}'"), Some(plain("https://g.test/${secret:K}")));
    assert_eq!(
        read("{ url: 'http://g.test', user: ada, password: '${secret:P}', reach-us: host.test }"),
        Some(GridConfig {
            user: Some(Template::new("ada")),
            password: Some(Template::new("${secret:P}")),
            reach_us: Some("host.test".to_owned()),
            ..plain("http://g.test")
        })
    );
}

#[test]
fn a_grid_that_cannot_be_reached_or_tells_a_password_is_refused() {
    for (grid, part) in [
        ("g.test", "is no address of a grid"),
        ("'ftp://g.test'", "is no address of a grid"),
        ("'http://${name}'", "${name} has no value when a browser is started"),
        ("'http://ada:pw@g.test'", "who asks stands in the address"),
        ("'https://g.test/webdriver?token=abc'", "\"grid\" has a query or a fragment"),
        ("'https://g.test/${secret:KEY}#a'", "\"grid\" has a query or a fragment"),
        ("{ url: 'http://g.test', user: ada, password: pw }", "stands in the file"),
        ("{ url: 'http://g.test', user: ada }", "wants both \"user\" and \"password\""),
        ("{ url: 'http://g.test', reach-us: 'here:80' }", "\"here:80\" is no host"),
        ("{ reach-us: host.test }", "has no \"url\""),
    ] {
        let said = complaints(grid);
        assert!(said.contains(part), "{grid}: {part}\n{said}");
    }
}

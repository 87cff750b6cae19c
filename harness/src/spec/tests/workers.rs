//! How `night: workers` is read, and what is said of what is wrong.

use std::path::Path;

use super::{CONFIG, loaded, said};
use crate::model::Template;
use crate::model::workers::{KnownBy, QueueConfig, WorkersConfig};

const SCENARIO: (&str, &str) = ("scenarios/a.yaml", "scenario: a\nsteps: [ { open: / } ]\n");

fn read(workers: &str) -> Option<WorkersConfig> {
    let config = format!("{CONFIG}night: {{ workers: {workers} }}\n");
    loaded(&[("nightshift.yaml", &config), SCENARIO]).config.night.workers
}

fn complaints(workers: &str) -> String {
    let config = format!("{CONFIG}night: {{ workers: {workers} }}\n");
    said(&[("nightshift.yaml", &config), SCENARIO])
}

fn queue(at: &str, known: Option<KnownBy>) -> QueueConfig {
    QueueConfig { at: at.to_owned(), known, ca: None, certificate: None }
}

#[test]
fn workers_are_a_number_an_address_or_a_queue_that_knows_us() {
    assert_eq!(read("4"), Some(WorkersConfig::Own(4)));
    let at = "tls://queue.example:4222";
    assert_eq!(read(at), Some(WorkersConfig::At(queue(at, None))));
    let secret = || Template::new("${secret:QUEUE}");
    let user = KnownBy::User { user: Template::new("ada"), password: secret() };
    for (words, known) in [
        ("token: '${secret:QUEUE}'", KnownBy::Token(secret())),
        ("user: ada, password: '${secret:QUEUE}'", user),
        ("nkey: /etc/queue.nk", KnownBy::Nkey("/etc/queue.nk".into())),
        ("creds: /etc/a/../queue.creds", KnownBy::Creds("/etc/queue.creds".into())),
    ] {
        let expected = Some(WorkersConfig::At(queue(at, Some(known))));
        assert_eq!(read(&format!("{{ at: '{at}', {words} }}")), expected, "{words}");
    }
    let Some(WorkersConfig::At(trusting)) =
        read("{ at: 'tls://q', ca: ca.pem, cert: us.pem, key: /etc/us.key }")
    else {
        panic!("a queue")
    };
    assert!(trusting.ca.is_some_and(|it| it.is_absolute() && it.ends_with("ca.pem")));
    let (own, key) = trusting.certificate.expect("both are there");
    assert!(own.ends_with("us.pem"), "{}", own.display());
    assert_eq!(key, Path::new("/etc/us.key"));
    assert_eq!(loaded(&[SCENARIO]).config.night.workers, None);
}

#[test]
fn a_queue_that_is_none_or_whose_secrets_lie_in_the_suite_is_refused_without_showing_them() {
    for (workers, complaint) in [
        ("0", "0 workers cannot be started on a machine"),
        ("65", "write from 1 to 64, or the address of a queue"),
        ("http://queue.example", "this is no address of a queue"),
        ("'nats://'", "this is no address of a queue"),
        ("'nats://ada:s3cret@q'", "must not say who asks"),
        ("{ token: '${secret:QUEUE}' }", "\"workers\" has no \"at\""),
        ("{ at: 'nats://q', token: s3cret }", "the token of a queue must be a secret"),
        ("{ at: 'nats://q', user: ada, password: s3cret }", "the password of a queue must be"),
        ("{ at: 'nats://q', user: ada }", "\"user\" needs \"password\" beside it"),
        ("{ at: 'nats://q', cert: a.pem }", "\"cert\" needs \"key\" beside it"),
        ("{ at: 'nats://q', nkey: queue.nk }", "\"nkey\" names a file inside of the suite"),
        ("{ at: 'nats://q', nkey: /a, creds: /b }", "\"nkey\" and \"creds\" exclude each other"),
        ("{ at: 'nats://q', tokn: a }", "did you mean \"token\"?"),
    ] {
        let said = complaints(workers);
        assert!(said.contains(complaint), "{workers}: {said}");
        let message = said.lines().next().unwrap_or_default();
        assert!(!message.contains("s3cret"), "{message}");
    }
}

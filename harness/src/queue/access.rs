//! [`Access`]: where a queue is, who we are to it, and whom we trust; and [`Refused`]: what it does
//! not let us do there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_nats::{ConnectOptions, Event, ServerError};
use indexmap::IndexMap;
use tokio::sync::watch;

use super::QueueError;
use crate::model::workers::QueueConfig;

/// What a server begins with when it refuses something.
const VIOLATION: &str = "permissions violation for ";
/// Where it stands who asks, when nobody said it.
const NOWHERE: &str = "nothing, since neither the address nor `night: workers:` nor NATS_CREDS, \
                       NATS_NKEY, NATS_TOKEN or NATS_USER says it";
/// Where it stands whom we trust.
const TLS: &str = "NATS_CA, NATS_CERT, NATS_KEY or `night: workers:`";

/// Where a queue is, and how we are let in.
#[derive(Clone)]
pub struct Access {
    /// The address, without user and password.
    server: String,
    who: Option<Who>,
    /// Where it stands who we are.
    place: &'static str,
    trust: Trust,
}

/// Who we are to a queue.
#[derive(Clone, PartialEq, Eq)]
pub enum Who {
    /// A name and a password.
    User(String, String),
    /// A token.
    Token(String),
    /// A file with the seed of an nkey.
    Nkey(PathBuf),
    /// A file of credentials.
    Creds(PathBuf),
}

/// Whom we trust, and what shows who we are; what is not named is that of the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The certificates of who signs those of servers.
    pub ca: Option<PathBuf>,
    /// Our own certificate, and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

impl Access {
    /// Access to the queue at an address. Who we are stands in the address, or else in a
    /// configuration, or else in the variables that other clients of NATS read too.
    ///
    /// # Errors
    /// It is no address.
    pub fn of(
        address: &str,
        (configured, trust): (Option<Who>, Trust),
        environment: &IndexMap<String, String>,
    ) -> Result<Self, QueueError> {
        let (server, in_address) = parsed(address)?;
        let in_address = in_address.map(|it| ("the address", it));
        let configured = configured.map(|it| ("`night: workers:` of the suite", it));
        let said = in_address.or(configured).or_else(|| in_environment(environment));
        let (place, who) = said.map_or((NOWHERE, None), |(place, who)| (place, Some(who)));
        let file = |name: &str| value(environment, name).map(PathBuf::from);
        let trust = Trust {
            ca: trust.ca.or_else(|| file("NATS_CA")),
            certificate: trust.certificate.or_else(|| file("NATS_CERT").zip(file("NATS_KEY"))),
        };
        Ok(Self { server, who, place, trust })
    }

    /// Whether two addresses are of one server.
    #[must_use]
    pub fn is_one(one: &str, other: &str) -> bool {
        let server = |address| parsed(address).ok().map(|it| it.0);
        server(one).is_some_and(|it| Some(it) == server(other))
    }

    /// Whether an address says who we are.
    #[must_use]
    pub fn says_who(address: &str) -> bool {
        parsed(address).is_ok_and(|it| it.1.is_some())
    }

    /// The server, without what may be secret in its address.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// Where it stands who we are.
    pub(super) fn place(&self) -> &'static str {
        self.place
    }

    /// What the client is told, and where it tells what the server refuses.
    pub(super) async fn options(&self) -> Result<(ConnectOptions, Refused), QueueError> {
        let mut options = ConnectOptions::new().name("nightshift");
        options = match &self.who {
            None => options,
            Some(Who::User(user, password)) => {
                options.user_and_password(user.clone(), password.clone())
            }
            Some(Who::Token(token)) => options.token(token.clone()),
            Some(Who::Nkey(file)) => {
                let text = std::fs::read_to_string(file).map_err(unreadable(self.place, file))?;
                let seed = text.lines().map(str::trim).find(|it| it.starts_with('S'));
                options.nkey(seed.unwrap_or_default().to_owned())
            }
            Some(Who::Creds(file)) => {
                options.credentials_file(file).await.map_err(unreadable(self.place, file))?
            }
        };
        let Trust { ca, certificate } = &self.trust;
        let own = certificate.iter().flat_map(|(own, key)| [own, key]);
        for file in ca.iter().chain(own) {
            std::fs::File::open(file).map_err(unreadable(TLS, file))?;
        }
        if let Some(file) = ca {
            options = options.add_root_certificates(file.clone());
        }
        if let Some((own, key)) = certificate {
            options = options.add_client_certificate(own.clone(), key.clone());
        }
        let refused = Refused::default();
        let told = refused.clone();
        let options = options.event_callback(move |event| {
            let told = told.clone();
            async move { told.take(&event) }
        });
        Ok((options, refused))
    }
}

/// What a server has refused to let us do, for as long as there is a connection.
#[derive(Debug, Clone)]
pub(super) struct Refused(Arc<watch::Sender<Vec<String>>>);

impl Default for Refused {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Vec::new())))
    }
}

impl Refused {
    fn take(&self, event: &Event) {
        let Event::ServerError(ServerError::Other(said)) = event else { return };
        let Some(what) = violation(said) else { return };
        self.0.send_if_modified(|all| {
            let is_new = !all.contains(&what);
            if is_new {
                all.push(what);
            }
            is_new
        });
    }

    /// What was refused so far, in the words of the server.
    pub(super) fn so_far(&self) -> Option<String> {
        let all = self.0.borrow();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// Who is told when more is refused.
    pub(super) fn watch(&self) -> watch::Receiver<Vec<String>> {
        self.0.subscribe()
    }
}

/// What was refused, such as `Publish to "nightshift.nights"`.
fn violation(said: &str) -> Option<String> {
    let at = said.to_ascii_lowercase().find(VIOLATION)? + VIOLATION.len();
    said.get(at..).map(str::to_owned)
}

fn unreadable(place: &'static str, file: &Path) -> impl FnOnce(std::io::Error) -> QueueError {
    let file = file.display().to_string();
    move |source| QueueError::Credentials { place, file, source }
}

/// Who we are by the variables that other clients of NATS read, and which of them says it.
fn in_environment(environment: &IndexMap<String, String>) -> Option<(&'static str, Who)> {
    let value = |name: &str| value(environment, name);
    if let Some(file) = value("NATS_CREDS") {
        return Some(("NATS_CREDS", Who::Creds(file.into())));
    }
    if let Some(file) = value("NATS_NKEY") {
        return Some(("NATS_NKEY", Who::Nkey(file.into())));
    }
    if let Some(token) = value("NATS_TOKEN") {
        return Some(("NATS_TOKEN", Who::Token(token)));
    }
    let user = value("NATS_USER")?;
    Some(("NATS_USER", Who::User(user, value("NATS_PASSWORD").unwrap_or_default())))
}

fn value(environment: &IndexMap<String, String>, name: &str) -> Option<String> {
    environment.get(name).filter(|it| !it.is_empty()).cloned()
}

/// An address without user and password, and who asks by it: a name alone is a token. One that is
/// none is refused.
fn parsed(address: &str) -> Result<(String, Option<Who>), QueueError> {
    let refused = |problem: &str| QueueError::Address {
        address: address.rsplit('@').next().unwrap_or_default().to_owned(),
        problem: problem.to_owned(),
    };
    let url = url::Url::parse(address).map_err(|error| refused(&error.to_string()))?;
    if !QueueConfig::SCHEMES.contains(&url.scheme()) {
        return Err(refused("it begins with neither nats:// nor tls://"));
    }
    let host = url.host_str().filter(|it| !it.is_empty());
    let host = host.ok_or_else(|| refused("it has no host"))?;
    let server = format!("{}://{host}:{}", url.scheme(), url.port().unwrap_or(4222));
    let who = match (url.username(), url.password()) {
        ("", None) => None,
        (token, None) => Some(Who::Token(decoded(token))),
        (user, Some(password)) => Some(Who::User(decoded(user), decoded(password))),
    };
    Ok((server, who))
}

/// A part of an address without its percents.
fn decoded(text: &str) -> String {
    // In a form, and not in an address, a plus is a blank and an ampersand ends something.
    let form = format!("it={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(form.as_bytes()).next().map_or_else(String::new, |it| it.1.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(address: &str, configured: Option<Who>, set: &[(&str, &str)]) -> Access {
        let set = set.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned()));
        let environment = set.collect();
        Access::of(address, (configured, Trust::default()), &environment).expect("an address")
    }

    fn who(access: &Access) -> (&'static str, Option<&Who>) {
        (access.place(), access.who.as_ref())
    }

    #[test]
    fn an_address_is_shown_without_its_password_and_one_that_is_none_is_refused() {
        let shown = |address: &str| access(address, None, &[]).server;
        assert_eq!(shown("nats://127.0.0.1"), "nats://127.0.0.1:4222");
        assert_eq!(shown("tls://ada:s3cret@queue.example:4443"), "tls://queue.example:4443");
        for wrong in ["queue.example", "http://queue.example", "nats://", "amqp://ada:s3cret@host"]
        {
            let refused = Access::of(wrong, (None, Trust::default()), &IndexMap::new());
            let Err(error) = refused else { panic!("{wrong} is no address") };
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn who_asks_stands_in_the_address_or_else_in_the_suite_or_else_in_the_environment() {
        let token = |it: &str| Who::Token(it.to_owned());
        let set = [("NATS_USER", "eve"), ("NATS_PASSWORD", "pw"), ("NATS_TOKEN", "t-env")];
        let of_suite = || Some(token("t-suite"));
        let it = access("nats://a%40b:p%2Bq+r&s=t@queue", of_suite(), &set);
        let user = Who::User("a@b".to_owned(), "p+q+r&s=t".to_owned());
        assert!(who(&it) == ("the address", Some(&user)));
        let it = access("nats://t-address@queue", of_suite(), &set);
        assert!(who(&it) == ("the address", Some(&token("t-address"))));
        let it = access("nats://queue", of_suite(), &set);
        assert!(who(&it) == ("`night: workers:` of the suite", Some(&token("t-suite"))));
        assert!(who(&access("nats://queue", None, &set)) == ("NATS_TOKEN", Some(&token("t-env"))));
        let eve = Who::User("eve".to_owned(), "pw".to_owned());
        let of_two = access("nats://queue", None, &set[..2]);
        assert!(who(&of_two) == ("NATS_USER", Some(&eve)));
        assert!(who(&access("nats://queue", None, &[("NATS_TOKEN", "")])) == (NOWHERE, None));
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_named_with_what_names_it() {
        let it = access("nats://queue", None, &[("NATS_CREDS", "/nowhere/a.creds")]);
        let Err(error) = it.options().await else { panic!("there is no such file") };
        let said = error.to_string();
        assert!(said.contains("/nowhere/a.creds, which NATS_CREDS names"), "{said}");
        let it = access("tls://queue", None, &[("NATS_CA", "/nowhere/ca.pem")]);
        let Err(error) = it.options().await else { panic!("there is no such file") };
        assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
    }

    #[test]
    fn what_a_server_refuses_is_kept_once_and_what_else_it_says_is_not() {
        let refused = Refused::default();
        let says = |text: &str| {
            refused.take(&Event::ServerError(ServerError::Other(text.to_owned())));
        };
        says("Slow Consumer Detected");
        refused.take(&Event::Connected);
        assert_eq!(refused.so_far(), None);
        says("Permissions Violation for Publish to \"$JS.API.INFO\"");
        says("Permissions Violation for Publish to \"$JS.API.INFO\"");
        says("permissions violation for Subscription to \"nightshift.nights\"");
        let all = "Publish to \"$JS.API.INFO\", Subscription to \"nightshift.nights\"";
        assert_eq!(refused.so_far().as_deref(), Some(all));
    }
}

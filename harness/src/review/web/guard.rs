//! [`Guard`]: who may ask. Only this machine's browser, with the token of this review, on our own
//! host and from our own page.
//!
//! The host is checked against DNS rebinding, origin and fetch metadata against other pages, and
//! the token, later a cookie, against other users and programs of the machine.

use std::net::SocketAddr;

use crate::listening::same;

/// What a request says of itself, as far as the guard wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked<'a> {
    /// `POST` and anything else that changes something.
    pub changes: bool,
    /// The header `Host`.
    pub host: Option<&'a str>,
    /// The header `Origin`.
    pub origin: Option<&'a str>,
    /// The header `Sec-Fetch-Site`.
    pub site: Option<&'a str>,
    /// The header `Sec-Fetch-Mode`.
    pub mode: Option<&'a str>,
    /// The header `Cookie`.
    pub cookies: Option<&'a str>,
    /// The token in the address.
    pub token: Option<&'a str>,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It is answered.
    Granted,
    /// It brought the token in its address and gets it as a cookie.
    Welcome,
    /// It is refused, for this reason.
    Refused(&'static str),
}

/// Who may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    token: String,
    /// The hosts that we are, the one of our own address first.
    hosts: Vec<String>,
    port: u16,
    /// What the cookie is called, before the port.
    name: &'static str,
    /// What is said to who did not bring the token.
    begin: &'static str,
}

impl Guard {
    /// A guard of the page on this port.
    #[must_use]
    pub fn new(token: String, port: u16) -> Self {
        let begin = "open the address that `nightshift review --web` printed";
        let hosts = ["127.0.0.1", "localhost"].map(|it| format!("{it}:{port}")).to_vec();
        Self { token, hosts, port, name: "review", begin }
    }

    /// A guard of all nights, at this address of this machine.
    #[must_use]
    pub fn of_nights(token: String, at: SocketAddr) -> Self {
        let begin = "open the address that `nightshift serve` printed";
        let hosts = vec![at.to_string(), format!("localhost:{}", at.port())];
        Self { token, hosts, port: at.port(), name: "nights", begin }
    }

    /// The address to begin at.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/?token={}", self.hosts[0], self.token)
    }

    /// The cookie that stands for the token. Cookies know no ports, so its name does.
    #[must_use]
    pub fn cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.name(), self.token)
    }

    fn name(&self) -> String {
        format!("nightshift-{}-{}", self.name, self.port)
    }

    /// Whether a request is answered.
    #[must_use]
    pub fn access(&self, asked: &Asked<'_>) -> Access {
        let Some(host) = asked.host.filter(|it| self.hosts.iter().any(|own| own == it)) else {
            return Access::Refused("this page answers only to its own address on this machine");
        };
        let own = format!("http://{host}");
        if asked.origin.is_some_and(|it| it != own) {
            return Access::Refused("another page asked for this");
        }
        if asked.changes && asked.origin.is_none() {
            return Access::Refused("decisions come from this page, with its origin");
        }
        if let Some(token) = asked.token.filter(|_| !asked.changes) {
            return if same(token, &self.token) {
                Access::Welcome
            } else {
                Access::Refused(
                    "this token is not valid any more: open the address that was printed last",
                )
            };
        }
        if asked.site.is_some_and(|it| it != "same-origin" && it != "none") {
            return Access::Refused("another page asked for this");
        }
        let name = self.name();
        let mut cookies = asked.cookies.unwrap_or_default().split(';').map(str::trim);
        let known = cookies
            .any(|it| it.split_once('=').is_some_and(|it| it.0 == name && same(it.1, &self.token)));
        if known { Access::Granted } else { Access::Refused(self.begin) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard::new("0123abcd".to_owned(), 4711)
    }

    fn asked() -> Asked<'static> {
        Asked {
            host: Some("127.0.0.1:4711"),
            cookies: Some("a=b; nightshift-review-4711=0123abcd"),
            ..Asked::default()
        }
    }

    #[test]
    fn who_has_the_cookie_may_look_and_decide_from_the_page_itself() {
        assert_eq!(guard().access(&asked()), Access::Granted);
        let decides = Asked {
            changes: true,
            origin: Some("http://127.0.0.1:4711"),
            site: Some("same-origin"),
            ..asked()
        };
        assert_eq!(guard().access(&decides), Access::Granted);
        let first = Asked { cookies: None, token: Some("0123abcd"), ..asked() };
        assert_eq!(guard().access(&first), Access::Welcome);
    }

    #[test]
    fn everybody_else_is_refused() {
        let refused = |asked: Asked<'_>| matches!(guard().access(&asked), Access::Refused(_));
        let decides = Asked { changes: true, origin: Some("http://127.0.0.1:4711"), ..asked() };
        for wrong in [
            Asked { host: Some("evil.example:4711"), ..asked() },
            Asked { host: Some("127.0.0.1:4712"), ..asked() },
            Asked { host: None, ..asked() },
            Asked { origin: Some("http://evil.example"), ..asked() },
            Asked { origin: Some("null"), ..asked() },
            Asked { site: Some("cross-site"), ..asked() },
            Asked { site: Some("same-site"), ..asked() },
            Asked { cookies: None, ..asked() },
            Asked { cookies: Some("nightshift-review-4711=0123abce"), ..asked() },
            Asked { cookies: None, token: Some("0123abc"), ..asked() },
            Asked { origin: None, ..decides },
            Asked { origin: Some("http://localhost:4711"), ..decides },
            Asked { cookies: None, token: Some("0123abcd"), ..decides },
        ] {
            assert!(refused(wrong), "{wrong:?}");
        }
    }
}

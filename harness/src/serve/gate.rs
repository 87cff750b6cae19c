//! [`Gate`]: who may ask. On this machine whoever has the token, see [`Guard`]; behind a proxy
//! whoever it lets through, and no page of another origin.
//!
//! [`Guard`]: crate::review::web::guard::Guard

use std::net::IpAddr;

use url::Url;

use crate::review::web::guard::{Access, Asked, Guard};

/// Who may ask.
#[derive(Debug)]
pub enum Gate {
    /// Who has the token, on this machine.
    Token(Guard),
    /// Whom the proxy lets through.
    Proxy(Front),
}

impl Gate {
    /// What stands before each path of ours.
    pub fn base(&self) -> &str {
        match self {
            Self::Token(_) => "",
            Self::Proxy(front) => &front.base,
        }
    }

    /// Whether a request is answered.
    pub fn access(&self, asked: &Asked<'_>) -> Access {
        match self {
            Self::Token(guard) => guard.access(asked),
            Self::Proxy(front) => front.access(asked),
        }
    }
}

/// The public address that a proxy has for these pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    origin: String,
    /// The host with its port, as browsers say it.
    host: String,
    /// The path without its last `/`; empty for none.
    base: String,
}

/// Why an address is none that a proxy can have.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no address of a page; write it as people open it: https://qa.example/nights")]
pub struct FrontError(String);

impl std::str::FromStr for Front {
    type Err = FrontError;

    fn from_str(text: &str) -> Result<Self, FrontError> {
        let wrong = || FrontError(text.to_owned());
        let url = Url::parse(text).map_err(|_| wrong())?;
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let web = matches!(url.scheme(), "http" | "https");
        let (Some(host), true) = (url.host_str(), plain && web) else { return Err(wrong()) };
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            host,
            base: url.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl Front {
    /// The address as people open it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}/", self.origin, self.base)
    }

    fn access(&self, asked: &Asked<'_>) -> Access {
        // A page elsewhere that has its name lead here could read everything, past the proxy. It
        // has a name; a number is only ever asked for by who means this machine.
        let known = asked.host.is_some_and(|it| it == self.host || is_number(it));
        if !known {
            return Access::Refused(
                "this page answers to its public address; have the proxy pass on the header Host",
            );
        }
        if asked.origin.is_some_and(|it| it != self.origin) {
            return Access::Refused("another page asked for this");
        }
        if asked.changes && asked.origin.is_none() {
            return Access::Refused("decisions come from this page, with its origin");
        }
        let own = asked.site.is_none_or(|it| it == "same-origin" || it == "none");
        // A link in a message leads here from another site; anything but a page of its own does not.
        let follows = !asked.changes && asked.mode == Some("navigate");
        if own || follows {
            Access::Granted
        } else {
            Access::Refused("another page asked for this")
        }
    }
}

/// Whether a host is an address in numbers, or this machine.
fn is_number(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front() -> Front {
        "https://qa.example/nights/".parse().expect("an address")
    }

    fn asked() -> Asked<'static> {
        Asked { host: Some("qa.example"), ..Asked::default() }
    }

    #[test]
    fn an_address_has_an_origin_and_a_path_and_nothing_else() {
        assert_eq!(front().url(), "https://qa.example/nights/");
        assert_eq!(front().base, "/nights");
        let at_root: Front = "http://10.0.0.7:8080".parse().expect("an address");
        assert_eq!((at_root.host.as_str(), at_root.base.as_str()), ("10.0.0.7:8080", ""));
        for wrong in ["qa.example", "ftp://qa.example", "https://a:b@qa.example", "https://q/?a=1"]
        {
            assert!(wrong.parse::<Front>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn who_came_through_the_proxy_may_look_also_by_a_link_in_a_message() {
        let granted = |asked: Asked<'_>| assert_eq!(front().access(&asked), Access::Granted);
        granted(asked());
        granted(Asked { host: Some("127.0.0.1:4780"), ..asked() });
        granted(Asked { host: Some("[::1]:4780"), ..asked() });
        granted(Asked { site: Some("cross-site"), mode: Some("navigate"), ..asked() });
        granted(Asked { changes: true, origin: Some("https://qa.example"), ..asked() });
    }

    #[test]
    fn other_pages_may_neither_read_nor_decide() {
        let decides = Asked { changes: true, origin: Some("https://qa.example"), ..asked() };
        for wrong in [
            Asked { host: Some("evil.example"), ..asked() },
            Asked { host: None, ..asked() },
            Asked { host: Some("10.evil.example"), ..asked() },
            Asked { origin: Some("https://evil.example"), ..asked() },
            Asked { origin: Some("null"), ..asked() },
            Asked { site: Some("cross-site"), mode: Some("no-cors"), ..asked() },
            Asked { site: Some("same-site"), mode: Some("cors"), ..asked() },
            Asked { origin: None, ..decides },
            Asked { origin: Some("http://qa.example"), ..decides },
            Asked { site: Some("cross-site"), mode: Some("navigate"), ..decides },
        ] {
            assert!(matches!(front().access(&wrong), Access::Refused(_)), "{wrong:?}");
        }
    }
}

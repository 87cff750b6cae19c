//! [`send`]: a mail by SMTP. A password goes over TLS alone, or to a server on this machine.

use std::time::Duration;

use lettre::message::MultiPart;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{SmtpTransport, Transport as _};

use crate::ledger::Secrets;
use crate::report::Mail;

/// How long a server may take for one answer.
const LONGEST: Duration = Duration::from_secs(20);

/// The way that a mail takes.
pub struct Way<'a> {
    /// The server, as a URL.
    pub server: String,
    /// The name to sign in by.
    pub user: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// The sender.
    pub from: &'a str,
    /// Who gets it.
    pub to: &'a [String],
    /// What goes nowhere.
    pub secrets: &'a Secrets,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Somebody's address is none.
    #[error("\"{address}\" is no mail address: {why}")]
    Address {
        /// As it was written.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The server is no address.
    #[error(
        "`server` is no address of a mail server; write smtps://mail.example or smtp://mail.example"
    )]
    Server,
    /// The mail cannot be put together.
    #[error("the mail cannot be put together: {0}")]
    Letter(String),
    /// The server did not take it.
    #[error("the mail server did not take it: {0}")]
    NotTaken(String),
}

/// Sends a mail.
///
/// # Errors
/// It was not taken.
pub fn send(way: &Way<'_>, mail: &Mail) -> Result<(), MailError> {
    let mut letter = lettre::Message::builder()
        .from(mailbox(way.from)?)
        .subject(way.secrets.scrub_text(&mail.subject))
        .message_id(Some(mail.id.clone()));
    for to in way.to {
        letter = letter.to(mailbox(to)?);
    }
    if !mail.references.is_empty() {
        letter = letter.references(mail.references.join(" "));
    }
    let clean = |it: &str| way.secrets.scrub_text(it);
    let parts = MultiPart::alternative_plain_html(clean(&mail.text), clean(&mail.html));
    let letter = letter.multipart(parts).map_err(|it| MailError::Letter(it.to_string()))?;
    let url = secured(&way.server)?;
    let mut server =
        SmtpTransport::from_url(&url).map_err(|_| MailError::Server)?.timeout(Some(LONGEST));
    if let (Some(user), Some(password)) = (&way.user, &way.password) {
        server = server.credentials(Credentials::new(user.clone(), password.clone()));
    }
    let sent = server.build().send(&letter);
    sent.map(drop).map_err(|it| MailError::NotTaken(crate::report::one_line(&it.to_string(), 200)))
}

fn mailbox(address: &str) -> Result<lettre::message::Mailbox, MailError> {
    address.parse().map_err(|why: lettre::address::AddressError| MailError::Address {
        address: address.to_owned(),
        why: why.to_string(),
    })
}

/// The server's address, with STARTTLS wherever it is not on this machine.
fn secured(server: &str) -> Result<String, MailError> {
    let mut url = url::Url::parse(server).map_err(|_| MailError::Server)?;
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(it)) => it.is_loopback(),
        Some(url::Host::Ipv6(it)) => it.is_loopback(),
        None => return Err(MailError::Server),
    };
    // The host of a scheme that `url` does not know is a name, also where it is a number.
    let number = url.host_str().and_then(|it| it.parse::<std::net::IpAddr>().ok());
    let here = here || number.is_some_and(|it| it.is_loopback());
    match url.scheme() {
        "smtps" => {}
        "smtp" if here => {}
        "smtp" => url.set_query(Some("tls=required")),
        _ => return Err(MailError::Server),
    }
    Ok(url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_leaves_this_machine_over_tls_alone() {
        let secured = |it: &str| secured(it).map_err(|it| it.to_string());
        assert_eq!(
            secured("smtp://mail.example:587"),
            Ok("smtp://mail.example:587?tls=required".into())
        );
        assert_eq!(
            secured("smtp://mail.example?tls=none"),
            Ok("smtp://mail.example?tls=required".into())
        );
        assert_eq!(
            secured("smtp://127.0.0.1.mail.example"),
            Ok("smtp://127.0.0.1.mail.example?tls=required".into())
        );
        assert_eq!(secured("smtps://mail.example"), Ok("smtps://mail.example".into()));
        assert_eq!(secured("smtp://127.0.0.1:2525"), Ok("smtp://127.0.0.1:2525".into()));
        for wrong in ["mail.example", "https://mail.example", ""] {
            assert!(secured(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        let error = mailbox("not an address").expect_err("none").to_string();
        assert!(error.starts_with("\"not an address\" is no mail address"), "{error}");
    }
}

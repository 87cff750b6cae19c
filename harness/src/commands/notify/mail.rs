//! [`send`]: a mail by SMTP. A password goes over TLS alone, or to a server on this machine. A mailbox
//! that is gone keeps no other one from its mail.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::MultiPart;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{SmtpTransport, Transport as _};

use crate::ledger::Secrets;
use crate::report::Mail;

/// How long a server may take for one answer.
const LONGEST: Duration = Duration::from_secs(20);

/// What a server answers of a mailbox that is gone, or that may not be used.
const NO_MAILBOX: [&str; 3] = ["550", "551", "553"];
/// What a server answers to who may not send.
const NO_RIGHT: [&str; 4] = ["530", "534", "535", "538"];

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
    /// The server took it for some alone.
    #[error("the mail server did not take it for {0}")]
    Partly(String),
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
    let (server, text) = (server.build(), letter.formatted());
    match server.send_raw(letter.envelope(), &text) {
        Ok(_) => Ok(()),
        // It takes a mail for all or for none.
        Err(error) if way.to.len() > 1 && answers(&error, &NO_MAILBOX) => {
            send_to_each(&server, letter.envelope(), &text)
        }
        Err(error) => Err(MailError::NotTaken(why(&error))),
    }
}

/// Sends a mail to each mailbox by itself.
fn send_to_each(server: &SmtpTransport, to: &Envelope, text: &[u8]) -> Result<(), MailError> {
    let mut refused = Vec::new();
    for mailbox in to.to() {
        let one = Envelope::new(to.from().cloned(), vec![mailbox.clone()]);
        let one = one.map_err(|it| MailError::Letter(it.to_string()))?;
        if let Err(error) = server.send_raw(&one, text) {
            refused.push(format!("{mailbox}: {}", why(&error)));
        }
    }
    let all = refused.len() == to.to().len();
    match refused.join("; ") {
        none if none.is_empty() => Ok(()),
        refused if all => Err(MailError::NotTaken(refused)),
        refused => Err(MailError::Partly(refused)),
    }
}

/// Whether a server answered with one of these codes.
fn answers(error: &SmtpError, codes: &[&str]) -> bool {
    error.status().is_some_and(|it| codes.contains(&it.to_string().as_str()))
}

/// Why a server did not take a mail, with what somebody must do about it.
fn why(error: &SmtpError) -> String {
    let said = crate::report::one_line(&error.to_string(), 200);
    let remedy = if answers(error, &NO_RIGHT) {
        "; give the `user` and `password` of somebody who may send there"
    } else if answers(error, &NO_MAILBOX) {
        "; name mailboxes in `to` that are there, and one in `from` that may send"
    } else {
        ""
    };
    format!("{said}{remedy}")
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
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A server that refuses what begins like this, and for whom it took mails.
    fn server(refuses: &'static str, with: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("smtp://{}", listener.local_addr().expect("an address"));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = taken.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                serve(stream, (refuses, with), &kept);
            }
        });
        (address, taken)
    }

    fn serve(stream: TcpStream, (refuses, with): (&str, &str), taken: &Mutex<Vec<String>>) {
        let mut reader = BufReader::new(stream);
        let (mut answer, mut to, mut is_text) = ("220 played", Vec::new(), false);
        loop {
            let said = reader.get_mut().write_all(format!("{answer}\r\n").as_bytes());
            let mut line = String::new();
            while said.is_ok() && reader.read_line(&mut line).is_ok_and(|it| it > 0) {
                if !is_text || line.trim_end() == "." {
                    break;
                }
                line.clear();
            }
            let line = line.trim_end();
            is_text = line == "DATA";
            answer = match line {
                "" => return,
                "DATA" => "354 go on",
                "." => {
                    taken.lock().expect("whole").append(&mut to);
                    "250 taken"
                }
                these if these.starts_with(refuses) => with,
                hello if hello.starts_with("EHLO") => {
                    "250-played\r\n250-8BITMIME\r\n250 AUTH PLAIN"
                }
                known if known.starts_with("AUTH") => "235 known",
                mailbox if mailbox.starts_with("RCPT TO:") => {
                    to.push(mailbox.to_owned());
                    "250 fine"
                }
                _ => "250 fine",
            };
        }
    }

    /// What comes of a mail to two mailboxes.
    fn sent(server: String) -> Result<(), MailError> {
        let to = ["ada@shop.example", "gone@shop.example"].map(str::to_owned);
        let way = Way {
            server,
            user: Some("nightshift".to_owned()),
            password: Some("pass-0123456789".to_owned()),
            from: "nightshift@shop.example",
            to: &to,
            secrets: &Secrets::default(),
        };
        let mail = Mail {
            subject: "No regressions".to_owned(),
            text: "fine".to_owned(),
            html: "<p>fine</p>".to_owned(),
            id: "<n1@nightshift>".to_owned(),
            references: Vec::new(),
        };
        send(&way, &mail)
    }

    #[test]
    fn a_mailbox_that_is_gone_keeps_no_other_one_from_its_mail_and_is_named() {
        let (address, taken) = server("RCPT TO:<gone@", "550 no such mailbox");
        let said = sent(address).expect_err("one is gone").to_string();
        assert!(
            said.starts_with("the mail server did not take it for gone@shop.example: "),
            "{said}"
        );
        assert!(said.contains("name mailboxes in `to` that are there"), "{said}");
        assert_eq!(*taken.lock().expect("whole"), ["RCPT TO:<ada@shop.example>"]);
        // The twin: where both are there each gets it once.
        let (address, taken) = server("nothing", "");
        sent(address).expect("taken");
        let both = ["RCPT TO:<ada@shop.example>", "RCPT TO:<gone@shop.example>"];
        assert_eq!(*taken.lock().expect("whole"), both);
    }

    #[test]
    fn who_may_not_send_is_told_what_to_give_and_nobody_gets_anything() {
        let (address, taken) = server("AUTH", "535 authentication failed");
        let said = sent(address).expect_err("refused").to_string();
        assert!(said.contains("give the `user` and `password` of somebody who may"), "{said}");
        assert!(!said.contains("pass-0123456789"), "{said}");
        assert!(taken.lock().expect("whole").is_empty());
        let (address, taken) = server("RCPT", "550 no such mailbox");
        let error = sent(address).expect_err("both are gone");
        assert!(matches!(error, MailError::NotTaken(_)), "{error}");
        assert!(taken.lock().expect("whole").is_empty());
    }

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

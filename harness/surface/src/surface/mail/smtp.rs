//! The receiving side of SMTP, RFC 5321: as much as products need to send a mail, and no way on.
//!
//! Any user and password are taken (RFC 4954), so that products need no other settings than on
//! other days. STARTTLS is not offered: nothing leaves this machine.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::Received;

/// The largest mail, in bytes.
const MOST_BYTES: usize = 32 << 20;
/// The longest line of a command, in bytes.
const LONGEST_LINE: usize = 4096;
/// How many people a mail may be for.
const MOST_RECIPIENTS: usize = 1000;
/// How long a client may be silent.
const IDLE: Duration = Duration::from_secs(300);

/// What the dialogue has come to.
#[derive(Debug, Default)]
pub(super) struct Dialogue {
    greeted: bool,
    sender: bool,
    recipients: Vec<String>,
    login: Login,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Login {
    #[default]
    None,
    /// The next line is the user, then the password.
    User,
    /// The next line is the last of the login.
    Last,
}

/// What is answered to a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// This.
    Say(&'static str),
    /// This, and then a mail is read.
    Data,
    /// This, and then the connection ends.
    Bye,
}

impl Dialogue {
    /// The answer to one line without its end.
    pub(super) fn answer(&mut self, line: &str) -> Answer {
        match std::mem::take(&mut self.login) {
            Login::None => {}
            Login::User if line != "*" => {
                self.login = Login::Last;
                return Answer::Say("334 UGFzc3dvcmQ6");
            }
            Login::Last if line != "*" => return Answer::Say("235 2.7.0 welcome"),
            Login::User | Login::Last => return Answer::Say("501 5.7.0 given up"),
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.begin();
                Answer::Say(
                    "250-nightshift\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                     250-ENHANCEDSTATUSCODES\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 33554432",
                )
            }
            "HELO" => {
                self.begin();
                Answer::Say("250 nightshift")
            }
            "AUTH" => self.auth(rest),
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" if self.recipients.is_empty() => Answer::Say("503 5.5.1 name a recipient first"),
            "DATA" => Answer::Data,
            "RSET" => {
                self.reset();
                Answer::Say("250 2.0.0 forgotten")
            }
            "NOOP" => Answer::Say("250 2.0.0 ok"),
            "VRFY" => Answer::Say("252 2.1.5 send it and see"),
            "QUIT" => Answer::Bye,
            "STARTTLS" => Answer::Say(
                "502 5.5.1 this sink has no TLS; have the product send in the clear while it is tested",
            ),
            _ => Answer::Say("500 5.5.2 no such command"),
        }
    }

    fn begin(&mut self) {
        self.reset();
        self.greeted = true;
    }

    fn reset(&mut self) {
        self.sender = false;
        self.recipients.clear();
    }

    fn auth(&mut self, rest: &str) -> Answer {
        let (method, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        match (method.to_ascii_uppercase().as_str(), initial.is_empty()) {
            ("PLAIN", true) => {
                self.login = Login::Last;
                Answer::Say("334 ")
            }
            ("PLAIN", false) if STANDARD.decode(initial).is_err() => {
                Answer::Say("501 5.5.2 that is no base64")
            }
            ("PLAIN", false) => Answer::Say("235 2.7.0 welcome"),
            ("LOGIN", true) => {
                self.login = Login::User;
                Answer::Say("334 VXNlcm5hbWU6")
            }
            ("LOGIN", false) => {
                self.login = Login::Last;
                Answer::Say("334 UGFzc3dvcmQ6")
            }
            _ => Answer::Say("504 5.5.4 only PLAIN and LOGIN"),
        }
    }

    fn mail(&mut self, rest: &str) -> Answer {
        if !self.greeted {
            return Answer::Say("503 5.5.1 say EHLO first");
        }
        let Some((_, parameters)) = path(rest, "FROM:") else {
            return Answer::Say("501 5.5.4 write MAIL FROM:<address>");
        };
        let size = parameters
            .split_whitespace()
            .filter_map(|it| it.split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case("SIZE"))
            .and_then(|(_, size)| size.parse::<usize>().ok());
        if size.is_some_and(|size| size > MOST_BYTES) {
            return Answer::Say("552 5.3.4 the mail is too large");
        }
        self.reset();
        self.sender = true;
        Answer::Say("250 2.1.0 ok")
    }

    fn recipient(&mut self, rest: &str) -> Answer {
        if !self.sender {
            return Answer::Say("503 5.5.1 say MAIL FROM first");
        }
        match path(rest, "TO:") {
            Some((address, _)) if !address.is_empty() => {
                if self.recipients.len() == MOST_RECIPIENTS {
                    return Answer::Say("452 4.5.3 too many recipients");
                }
                self.recipients.push(address.to_lowercase());
                Answer::Say("250 2.1.5 ok")
            }
            Some(_) | None => Answer::Say("501 5.5.4 write RCPT TO:<address>"),
        }
    }
}

/// The address in `FROM:<address> parameters`, and the parameters.
fn path<'a>(rest: &'a str, key: &str) -> Option<(&'a str, &'a str)> {
    let head = rest.get(..key.len()).filter(|it| it.eq_ignore_ascii_case(key))?;
    let rest = rest[head.len()..].trim_start();
    match rest.strip_prefix('<') {
        Some(inner) => {
            let (address, parameters) = inner.split_once('>')?;
            // A source route is to be ignored.
            Some((address.rsplit_once(':').map_or(address, |it| it.1), parameters))
        }
        None => Some(rest.split_once(' ').unwrap_or((rest, ""))),
    }
}

/// Talks with one client until it leaves. `keep` says whether there was room for a mail.
pub(super) async fn serve(
    stream: TcpStream,
    keep: &(dyn Fn(Received) -> bool + Sync),
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut dialogue = Dialogue::default();
    say(&mut stream, "220 nightshift takes mails and sends none on").await?;
    loop {
        let Some(line) = line(&mut stream, LONGEST_LINE).await? else { return Ok(()) };
        if line.len() > LONGEST_LINE {
            say(&mut stream, "500 5.5.2 the line is too long").await?;
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        match dialogue.answer(text.trim_end_matches(['\r', '\n'])) {
            Answer::Say(words) => say(&mut stream, words).await?,
            Answer::Bye => return say(&mut stream, "221 2.0.0 bye").await,
            Answer::Data => {
                say(&mut stream, "354 end it with a line that is a dot").await?;
                let Some(message) = message(&mut stream).await? else { return Ok(()) };
                let recipients = std::mem::take(&mut dialogue.recipients);
                dialogue.reset();
                let kept = message.map(|message| keep(Received { recipients, message }));
                let words = match kept {
                    Some(true) => "250 2.0.0 kept",
                    Some(false) => "452 4.3.1 the sink is full",
                    None => "552 5.3.4 the mail is too large",
                };
                say(&mut stream, words).await?;
            }
        }
    }
}

/// Reads a mail up to its dot, with dots unstuffed; the inner `None` is one that is too large, the
/// outer a client that left.
async fn message(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Option<Vec<u8>>>> {
    let mut message = Vec::new();
    let mut too_large = false;
    loop {
        // The end of a longer line comes as the next one, which must not be unstuffed.
        let continued = message.last().is_some_and(|byte| *byte != b'\n') && !too_large;
        let Some(line) = line(stream, MOST_BYTES).await? else { return Ok(None) };
        if line == b".\r\n" || line == b".\n" {
            return Ok(Some((!too_large).then_some(message)));
        }
        let line = match line.strip_prefix(b".") {
            Some(rest) if !continued => rest,
            Some(_) | None => &line,
        };
        too_large = too_large || message.len() + line.len() > MOST_BYTES;
        if too_large {
            message.clear();
        } else {
            message.extend_from_slice(line);
        }
    }
}

/// A line with its end, cut after `most` bytes and one; `None` at the end of the connection.
async fn line(stream: &mut BufReader<TcpStream>, most: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut limited = stream.take(most as u64 + 1);
    let read = tokio::time::timeout(IDLE, limited.read_until(b'\n', &mut line)).await;
    match read {
        Ok(read) => Ok((read? > 0).then_some(line)),
        Err(_) => Ok(None),
    }
}

async fn say(stream: &mut BufReader<TcpStream>, words: &str) -> std::io::Result<()> {
    stream.get_mut().write_all(format!("{words}\r\n").as_bytes()).await
}

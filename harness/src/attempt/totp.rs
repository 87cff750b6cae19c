//! One-time codes by RFC 6238: [`Key`] makes them of a secret, [`Codes`] hands each out once.
//!
//! The clock is the real one, not that of the pages: a server checks codes against its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::Utc;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// A code with less time left is not given out: it could be too old when it arrives.
const LEAST_LEFT_MS: i64 = 2_000;

/// How a secret makes codes.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    secret: Vec<u8>,
    algorithm: Algorithm,
    digits: u32,
    /// In seconds.
    period: u64,
}

/// Never the secret.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({:?}, {} digits, {} s)", self.algorithm, self.digits, self.period)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

impl Key {
    /// Reads a secret: base32 as authenticator apps show it, or an `otpauth://totp/…` URI.
    ///
    /// # Errors
    /// What is wrong with it, without showing it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut key =
            Self { secret: Vec::new(), algorithm: Algorithm::Sha1, digits: 6, period: 30 };
        let Some(rest) = text.trim().strip_prefix("otpauth://") else {
            key.secret = decode(text)?;
            return Ok(key);
        };
        if !rest.starts_with("totp/") {
            return Err("its otpauth:// URI is not of the kind `totp`".to_owned());
        }
        let url = url::Url::parse(text.trim())
            .map_err(|problem| format!("its otpauth:// URI is none: {problem}"))?;
        for (name, value) in url.query_pairs() {
            match &*name {
                "secret" => key.secret = decode(&value)?,
                "algorithm" => {
                    key.algorithm = match value.to_ascii_uppercase().replace('-', "").as_str() {
                        "SHA1" => Algorithm::Sha1,
                        "SHA256" => Algorithm::Sha256,
                        "SHA512" => Algorithm::Sha512,
                        _ => return Err("its algorithm is none of SHA1, SHA256, SHA512".to_owned()),
                    }
                }
                "digits" => {
                    let digits = value.parse().ok().filter(|it| (6..=8).contains(it));
                    key.digits = digits.ok_or("its digits must be 6, 7 or 8")?;
                }
                "period" => {
                    let period = value.parse().ok().filter(|it| (5..=300).contains(it));
                    key.period = period.ok_or("its period must be from 5 to 300 seconds")?;
                }
                _ => {}
            }
        }
        if key.secret.is_empty() {
            return Err("its otpauth:// URI has no secret=…".to_owned());
        }
        Ok(key)
    }

    /// The code of a window.
    #[must_use]
    pub fn code(&self, window: u64) -> String {
        let message = window.to_be_bytes();
        let digest = match self.algorithm {
            Algorithm::Sha1 => {
                let mut mac = Hmac::<Sha1>::new_from_slice(&self.secret).expect("any length");
                mac.update(&message);
                mac.finalize().into_bytes().to_vec()
            }
            Algorithm::Sha256 => {
                let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("any length");
                mac.update(&message);
                mac.finalize().into_bytes().to_vec()
            }
            Algorithm::Sha512 => {
                let mut mac = Hmac::<Sha512>::new_from_slice(&self.secret).expect("any length");
                mac.update(&message);
                mac.finalize().into_bytes().to_vec()
            }
        };
        let at = usize::from(digest[digest.len() - 1] & 0xf);
        let four = [digest[at] & 0x7f, digest[at + 1], digest[at + 2], digest[at + 3]];
        let code = u32::from_be_bytes(four) % 10_u32.pow(self.digits);
        format!("{code:0width$}", width = self.digits as usize)
    }

    /// The window of an instant in milliseconds, and how many are left of it.
    fn window(&self, now_ms: i64) -> (u64, i64) {
        let period = self.period as i64 * 1_000;
        (now_ms.div_euclid(period) as u64, period - now_ms.rem_euclid(period))
    }
}

fn decode(text: &str) -> Result<Vec<u8>, String> {
    let tidy: String = text
        .chars()
        .filter(|it| !it.is_whitespace() && *it != '-' && *it != '=')
        .map(|it| it.to_ascii_uppercase())
        .collect();
    let refuse = "it is neither base32 (A to Z and 2 to 7) nor an otpauth:// URI".to_owned();
    match data_encoding::BASE32_NOPAD.decode(tidy.as_bytes()) {
        Ok(secret) if !secret.is_empty() => Ok(secret),
        Ok(_) | Err(_) => Err(refuse),
    }
}

/// The codes that were given out tonight: a server takes each only once.
#[derive(Debug, Default)]
pub struct Codes {
    /// The last window by secret and address.
    given: Mutex<HashMap<(String, String), u64>>,
}

impl Codes {
    /// The next code of a secret that the server at `address` has not had yet; waits for the next
    /// window where this one is used up or nearly over.
    ///
    /// # Errors
    /// The secret makes no codes; named, never shown.
    pub async fn next(&self, name: &str, secret: &str, address: &str) -> Result<String, String> {
        let key = Key::parse(secret).map_err(|problem| bad(name, &problem))?;
        loop {
            let (window, left) = key.window(Utc::now().timestamp_millis());
            if left >= LEAST_LEFT_MS && self.take(name, address, window) {
                return Ok(key.code(window));
            }
            tokio::time::sleep(Duration::from_millis(left.max(1) as u64)).await;
        }
    }

    fn take(&self, name: &str, address: &str, window: u64) -> bool {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let last = given.entry((name.to_owned(), address.to_owned())).or_default();
        let fresh = *last < window;
        *last = window.max(*last);
        fresh
    }
}

/// The complaint about a secret that makes no codes.
#[must_use]
pub fn bad(name: &str, problem: &str) -> String {
    format!("the secret {name} makes no one-time codes: {problem}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: seed lengths differ by algorithm, all codes have eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let seed = |length: usize| {
            let ascii: Vec<u8> = b"1234567890".iter().copied().cycle().take(length).collect();
            data_encoding::BASE32_NOPAD.encode(&ascii)
        };
        for (algorithm, length, codes) in [
            ("SHA1", 20, ["94287082", "07081804", "14050471", "89005924", "69279037", "65353130"]),
            (
                "SHA256",
                32,
                ["46119246", "68084774", "67062674", "91819424", "90698825", "77737706"],
            ),
            (
                "SHA512",
                64,
                ["90693936", "25091201", "99943326", "93441116", "38618901", "47863826"],
            ),
        ] {
            let uri = format!(
                "otpauth://totp/Shop:ada?secret={}&algorithm={algorithm}&digits=8",
                seed(length)
            );
            let key = Key::parse(&uri).expect("a key");
            let times =
                [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000];
            let made = times.map(|second| key.code(key.window(second * 1_000).0));
            assert_eq!(made, codes, "{algorithm}");
        }
    }

    #[test]
    fn a_secret_is_read_as_apps_show_it() {
        let plain = Key::parse("jbsw y3dp-ehpk 3pxp").expect("a key");
        assert_eq!(plain, Key::parse("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP").expect("a key"));
        assert_eq!(plain.code(0).len(), 6);
    }

    #[test]
    fn a_bad_secret_is_told_without_showing_it() {
        for (secret, problem) in [
            ("not base32!", "it is neither base32"),
            ("otpauth://hotp/x?secret=AAAA", "its otpauth:// URI is not of the kind `totp`"),
            ("otpauth://totp/x?issuer=y", "its otpauth:// URI has no secret"),
            ("otpauth://totp/x?secret=AAAA&digits=9", "its digits must be 6, 7 or 8"),
            ("otpauth://totp/x?secret=AAAA&period=1", "its period must be from 5 to 300"),
            ("otpauth://totp/x?secret=AAAA&algorithm=MD5", "its algorithm is none of"),
        ] {
            let said = Key::parse(secret).expect_err("refused");
            assert!(said.starts_with(problem), "{said}");
            assert!(!said.contains(secret));
        }
    }

    #[test]
    fn a_code_is_given_once_to_each_server() {
        let codes = Codes::default();
        assert!(codes.take("ADA", "http://127.0.0.1:1", 7));
        assert!(!codes.take("ADA", "http://127.0.0.1:1", 7));
        assert!(codes.take("ADA", "http://127.0.0.1:2", 7));
        assert!(codes.take("ADA", "http://127.0.0.1:1", 8));
    }
}

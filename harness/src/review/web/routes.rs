//! [`Site`]: what the pages answer, and the decisions that their forms make.

use chrono::Utc;
use hyper::StatusCode;

use super::super::decide::{Decided, Force, How, Suppress};
use super::super::{Chosen, Desk, Item, ReviewError};
use super::answer::{Answer, Policy};
use super::ask::Ask;
use super::mount::{Decides, Mount};
use super::pages::{self, Notice};
use crate::baseline::Side;
use crate::model::EvidenceRef;
use crate::spec::patch::read_redaction;

/// A desk as pages.
#[derive(Debug)]
pub struct Site {
    desk: Desk,
    mount: Mount,
    /// What the last decision came to, shown once.
    notice: Option<Notice>,
}

impl Site {
    /// The pages of a desk.
    #[must_use]
    pub fn new(desk: Desk, mount: Mount) -> Self {
        Self { desk, mount, notice: None }
    }

    /// Answers a request.
    pub fn answer(&mut self, ask: &Ask<'_>) -> Answer {
        if ask.posts && ask.path == "/decide" {
            return match self.mount.decides {
                Decides::Yes => self.decide(ask),
                Decides::No => Answer::refused("these pages are for looking; nobody decides here"),
            };
        }
        if !ask.reads {
            return Answer::plain(StatusCode::METHOD_NOT_ALLOWED, "only /decide takes a form");
        }
        match ask.path {
            "/" => {
                let first = self.desk.open_items().next().cloned();
                self.page(first.as_ref(), StatusCode::OK)
            }
            "/review.css" => Answer::new(StatusCode::OK, "text/css; charset=utf-8", pages::STYLE),
            "/review.js" => {
                Answer::new(StatusCode::OK, "text/javascript; charset=utf-8", pages::SCRIPT)
            }
            path => {
                if let Some(id) = path.strip_prefix("/item/") {
                    let id = percent_decoded(id);
                    let item = self.desk.items().iter().find(|it| it.id == id).cloned();
                    return match item {
                        Some(item) => self.page(Some(&item), StatusCode::OK),
                        None => Answer::plain(StatusCode::NOT_FOUND, "nothing is called that here"),
                    };
                }
                self.evidence(path.trim_start_matches('/'))
            }
        }
    }

    /// A file of the evidence, by exactly the names that the ledger gives.
    fn evidence(&self, path: &str) -> Answer {
        let missing = || Answer::plain(StatusCode::NOT_FOUND, "there is no such page");
        let Some(media) = evidence_media(path) else { return missing() };
        let evidence = EvidenceRef {
            kind: "evidence".to_owned(),
            media: media.to_owned(),
            path: path.to_owned(),
            bytes: 0,
        };
        match self.desk.night().read(&evidence) {
            Ok(bytes) => Answer::new(StatusCode::OK, media, bytes).under(Policy::Nothing),
            Err(_) => missing(),
        }
    }

    fn page(&mut self, item: Option<&Item>, status: StatusCode) -> Answer {
        let notice = self.notice.take();
        match pages::render(&self.desk, item, notice.as_ref(), &self.mount) {
            Ok(page) => Answer::new(status, "text/html; charset=utf-8", page),
            Err(error) => Answer::plain(StatusCode::INTERNAL_SERVER_ERROR, &error),
        }
    }

    fn decide(&mut self, ask: &Ask<'_>) -> Answer {
        let item = ask
            .field("item")
            .and_then(|id| self.desk.items().iter().find(|it| it.id == id).cloned());
        let how = How {
            why: ask.field("why"),
            force: if ask.field("force").is_some() { Force::Yes } else { Force::No },
            now: Utc::now(),
        };
        match self.carry_out(ask, item.as_ref(), how) {
            Ok(decided) => {
                let next = self.next(item.as_ref());
                self.notice = Some(Notice::of(&decided));
                let path = next.map_or_else(|| "/".to_owned(), |it| pages::link(&it.id));
                Answer::to(&format!("{}{path}", self.mount.base))
            }
            Err(error) => {
                self.notice = Some(Notice::refusal(&error, ask));
                self.page(item.as_ref(), StatusCode::CONFLICT)
            }
        }
    }

    fn carry_out(
        &mut self,
        ask: &Ask<'_>,
        item: Option<&Item>,
        how: How<'_>,
    ) -> Result<Decided, ReviewError> {
        let wrong = |text: &str| ReviewError::Front(text.to_owned());
        let what = ask.field("do").unwrap_or_default();
        if what == "undo" {
            let undone = self.desk.undo(how.now)?;
            return undone.ok_or_else(|| wrong("no decision is left to take back"));
        }
        let item = item.ok_or_else(|| wrong("the form names nothing that waits here"))?;
        if ask.field("seen").is_some_and(|it| it != pages::seen(item)) {
            return Err(wrong(
                "the night was judged anew, and this is something else than was shown; look at it, and decide again",
            ));
        }
        let chosen: Chosen = self.desk.chosen(item);
        match what {
            "accept" => self.desk.accept(&chosen, how),
            "together" => self.desk.accept(&self.desk.with_inseparable(chosen), how),
            "reject" => self.desk.reject(&chosen, how),
            "ours" => self.desk.resolve(&chosen, Side::Ours, how),
            "theirs" => self.desk.resolve(&chosen, Side::Theirs, how),
            "redact" => {
                let text = ask.field("redaction").ok_or_else(|| wrong("write a redaction"))?;
                let redaction = read_redaction("redaction", text).map_err(|complaints| {
                    wrong(&complaints.first().map(ToString::to_string).unwrap_or_default())
                })?;
                self.desk.accept_redacted(&chosen, &redaction, how)
            }
            "suppress" => {
                let expires = ask.field("expires").and_then(|it| it.parse().ok()).ok_or(
                    ReviewError::Suppression("the last day on which it holds, as 2026-12-31"),
                )?;
                let known = Suppress {
                    owner: ask.field("owner").unwrap_or_default().to_owned(),
                    reason: ask.field("why").unwrap_or_default().to_owned(),
                    expires,
                };
                self.desk.suppress(&chosen, &known, how)
            }
            _ => Err(wrong("the form asks for nothing that can be done")),
        }
    }

    /// What is left after this one, or before it.
    fn next(&self, item: Option<&Item>) -> Option<Item> {
        let all = self.desk.items();
        let at = item.and_then(|item| all.iter().position(|it| it.id == item.id)).unwrap_or(0);
        let after = all[at.min(all.len())..].iter().find(|it| self.desk.is_open(it));
        after.or_else(|| self.desk.open_items().next()).cloned()
    }
}

/// A part of a path as it was meant.
#[must_use]
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |it: u8| char::from(it).to_digit(16);
        if let (b'%', [a, b, after @ ..]) = (first, tail) {
            if let (Some(a), Some(b)) = (hex(*a), hex(*b)) {
                bytes.push((a * 16 + b) as u8);
                rest = after;
            } else {
                bytes.push(b'%');
                rest = tail;
            }
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How evidence is shown: pictures as pictures, everything else as text that does nothing. `None`
/// for what is no name of evidence.
#[must_use]
pub fn evidence_media(path: &str) -> Option<&'static str> {
    let (folder, name) = path.strip_prefix("evidence/")?.split_once('/')?;
    let (hash, end) = name.split_once('.')?;
    let is_hash = |it: &str, digits: usize| {
        it.len() == digits && it.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    };
    if !is_hash(folder, 2) || !is_hash(hash, 64) || !hash.starts_with(folder) {
        return None;
    }
    match end {
        "png" => Some("image/png"),
        "txt" | "json" | "cast" => Some("text/plain; charset=utf-8"),
        "pdf" | "bin" => Some("application/octet-stream"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_evidence_are_served() {
        let hash = "ab".repeat(32);
        assert_eq!(evidence_media(&format!("evidence/ab/{hash}.png")), Some("image/png"));
        for wrong in [
            "plan.json".to_owned(),
            "evidence/../plan.json".to_owned(),
            "evidence/..%2fplan.json".to_owned(),
            format!("evidence/ab/../../{hash}.png"),
            format!("evidence/cd/{hash}.png"),
            format!("evidence/ab/{hash}.html"),
            format!("evidence/ab/{hash}.png/x"),
            format!("evidence/AB/{}.png", hash.to_uppercase()),
            String::new(),
        ] {
            assert_eq!(evidence_media(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_of_rows_come_back_from_links() {
        assert_eq!(percent_decoded("orders%2FNZ%20%C3%A4%"), "orders/NZ ä%");
    }
}

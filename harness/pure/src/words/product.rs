//! Titles of what is about a product, a session or the time that something takes.

use super::plain::plain;

/// A product that ended by itself.
#[must_use]
pub fn crashed(product: &str, how: &str) -> String {
    format!("The product {} crashed ({})", plain(product, 40), plain(how, 60))
}

/// A check before the night that failed: of a product, or another one by its name.
#[must_use]
pub fn unwell(product: Option<&str>, check: &str, detail: &str) -> String {
    let what = match product {
        Some(name) => format!("The product {} is not well", plain(name, 40)),
        None => format!("The preflight check \"{}\" failed", plain(check, 40)),
    };
    format!("{what}: {}", plain(detail.lines().next().unwrap_or_default(), 70))
}

/// Somebody who cannot sign in, with the step that failed and its text where it is known.
#[must_use]
pub fn cannot_sign_in(
    actor: &str,
    product: &str,
    (step, text): (u32, Option<&str>),
    why: &str,
) -> String {
    let text = text.map_or_else(String::new, |it| format!(", {}", plain(it, 60)));
    format!(
        "{} cannot sign in to {}: step {step}{text}: {}",
        plain(actor, 40),
        plain(product, 40),
        plain(why.lines().next().unwrap_or_default(), 80)
    )
}

/// Something that takes longer: a step of a page, or a command where `step` is `None`.
#[must_use]
pub fn slower(step: Option<&str>, place: &str, ratio: &str) -> String {
    match step {
        Some(step) => format!("{} on {} takes {ratio}", plain(step, 60), plain(place, 60)),
        None => format!("{} takes {ratio}", plain(place, 80)),
    }
}

//! On which pages something that nobody wrote down may be done: on those of the products, and of
//! these only where all who name origins name it.

use url::Url;

use super::{Policy, PolicyDecision, Proposed};
use crate::model::Action;
use crate::model::bounds::Bounds;

impl Policy {
    /// A written step may open what `allow-hosts` names; what is proposed stays with the products and
    /// with what the suite names.
    pub(super) fn own_pages(&self, action: &Action, bounds: &[Bounds]) -> Option<PolicyDecision> {
        let Action::Open(address) = action else { return None };
        let url = self.resolved(address.raw()).ok()?;
        let own = self.product.as_ref().is_some_and(|it| it.origin() == url.origin());
        let of_products = self.products.values().any(|it| is_host(&url, it));
        let suite = bounds.iter().filter(|it| it.of == Bounds::SUITE);
        let mut by_suite = suite.filter_map(|it| it.origins.as_ref()).flatten();
        let is_named = by_suite.any(|it| self.is_origin(&url, it));
        (!own && !of_products && !is_named).then(|| {
            PolicyDecision::deny(format!(
                "{} is no product of the suite; only a written step can open it, unless `policy: {{ origins: … }}` in nightshift.yaml names it",
                url.host_str().unwrap_or_default()
            ))
        })
    }

    /// Who names origins, and not that of the page that is opened or used; else who has a person asked
    /// about it. Whoever stands on another page may leave it.
    pub(super) fn origins(&self, proposed: Proposed<'_>) -> Option<PolicyDecision> {
        let url = match proposed.filled {
            Action::Open(address) => self.resolved(address.raw()).ok()?,
            Action::Back | Action::Forward | Action::Tab(_) | Action::CloseTab => return None,
            _ => Url::parse(proposed.at?).ok()?,
        };
        let without = |it: &&Bounds| {
            let named = it.origins.as_ref();
            named.is_some_and(|all| !all.iter().any(|word| self.is_origin(&url, word)))
        };
        let origin = url.origin().ascii_serialization();
        if let Some(it) = proposed.bounds.iter().find(without) {
            let rule = format!("{} does not name the origin {origin}", it.of);
            return Some(PolicyDecision::deny(rule));
        }
        let asks = |it: &&Bounds| it.ask_origins.iter().any(|word| self.is_origin(&url, word));
        let it = proposed.bounds.iter().find(asks)?;
        Some(PolicyDecision::ask(format!("{} asks about the origin {origin}", it.of)))
    }

    /// Whether a word means the origin of an address: the name of a product, or else a host.
    fn is_origin(&self, url: &Url, word: &str) -> bool {
        match self.products.get(word) {
            Some(host) => is_host(url, host),
            None => is_host(url, &word.to_lowercase()),
        }
    }
}

/// Whether an address is at `host`, any port, or at `host:port`.
fn is_host(url: &Url, word: &str) -> bool {
    let host = url.host_str().unwrap_or_default();
    let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
    word == host || Some(word) == with_port.as_deref()
}

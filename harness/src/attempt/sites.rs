//! [`Sites`]: where the products of an attempt are, so that one scenario can use several.
//!
//! Pages know one address that paths are joined to: that of the first product that is served. A
//! step on another product gets its paths made whole here, and places on its pages are told by its
//! name: `admin:/orders`.

use indexmap::IndexMap;
use url::Url;

use crate::model::gesture::Tab;
use crate::model::scenario::{PageExpectation, WaitFor};
use crate::model::{Action, Step, Template};

/// The products of an attempt.
#[derive(Debug, Clone, Default)]
pub struct Sites {
    own: String,
    addresses: IndexMap<String, Option<String>>,
}

impl Sites {
    /// Products with their URLs, where they are served; `own` is what steps use that name none.
    #[must_use]
    pub fn new(own: &str, addresses: IndexMap<String, Option<String>>) -> Self {
        Self { own: own.to_owned(), addresses }
    }

    /// The product of a step.
    #[must_use]
    pub fn product<'a>(&'a self, step: &'a Step) -> &'a str {
        step.product.as_deref().unwrap_or(&self.own)
    }

    /// The product of a step, where it is not the scenario's own.
    #[must_use]
    pub fn other<'a>(&self, step: &'a Step) -> Option<&'a str> {
        step.product.as_deref().filter(|product| *product != self.own)
    }

    /// The URL of a step's product; empty where it is not served.
    #[must_use]
    pub fn address(&self, step: &Step) -> &str {
        self.addresses.get(self.product(step)).and_then(Option::as_deref).unwrap_or_default()
    }

    /// The product whose address pages join paths to, with that address.
    #[must_use]
    pub fn home(&self) -> Option<(&str, &str)> {
        let own = self.addresses.get_key_value(self.own.as_str());
        own.into_iter()
            .chain(&self.addresses)
            .find_map(|(name, url)| Some((name.as_str(), url.as_deref()?)))
    }

    /// The action with paths of another product than that of the pages made whole.
    ///
    /// # Errors
    /// The step opens a path of a product that is not served.
    pub fn addressed(&self, step: &Step, action: Action) -> Result<Action, String> {
        let product = self.product(step);
        if self.home().is_some_and(|(home, _)| home == product) {
            return Ok(action);
        }
        let base = match self.addresses.get(product) {
            Some(Some(url)) => Url::parse(url).ok(),
            Some(None) | None => None,
        };
        let whole = |address: &Template| match &base {
            Some(base) if is_path(address) => match base.join(address.raw()) {
                Ok(url) => Template::new(url.as_str()),
                Err(_) => address.clone(),
            },
            Some(_) | None => address.clone(),
        };
        Ok(match action {
            Action::Open(address) if base.is_none() && is_path(&address) => {
                return Err(format!(
                    "the product {product} is not served, so it has no {}; give it `serve:` or \
                     `base-url:`, or name another with `product:`",
                    address.raw()
                ));
            }
            Action::Open(address) => Action::Open(whole(&address)),
            Action::Expect(all) => Action::Expect(
                all.into_iter()
                    .map(|it| match it {
                        PageExpectation::Url(address) => PageExpectation::Url(whole(&address)),
                        other => other,
                    })
                    .collect(),
            ),
            Action::Wait { until: WaitFor::Url(address), within_ms } => {
                Action::Wait { until: WaitFor::Url(whole(&address)), within_ms }
            }
            Action::Tab(Tab::Url(address)) => Action::Tab(Tab::Url(whole(&address))),
            other => other,
        })
    }

    /// The address of a place as pages tell it: a path of the address that they join paths to, or
    /// whole.
    #[must_use]
    pub fn whole(&self, place: &str) -> Option<String> {
        if !place.starts_with('/') {
            return Some(place.to_owned()).filter(|it| !it.is_empty());
        }
        let origin = Url::parse(self.home()?.1).ok()?.origin().ascii_serialization();
        Some(format!("{origin}{place}"))
    }

    /// A place, with the name of the product in front of it where it is not the pages' own.
    #[must_use]
    pub fn told(&self, place: String) -> String {
        let home = self.home().map(|(name, _)| name);
        for (name, url) in &self.addresses {
            let Some(url) = url.as_deref().filter(|_| Some(name.as_str()) != home) else {
                continue;
            };
            let Some(rest) = place.strip_prefix(url.trim_end_matches('/')) else { continue };
            if rest.is_empty() || rest.starts_with(['/', '?', '#']) {
                return format!("{name}:{}", if rest.is_empty() { "/" } else { rest });
            }
        }
        place
    }
}

fn is_path(address: &Template) -> bool {
    Url::parse(address.raw()).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites() -> Sites {
        let addresses = [
            ("cli", None),
            ("shop", Some("http://127.0.0.1:1")),
            ("admin", Some("http://127.0.0.1:2")),
        ];
        let addresses =
            addresses.map(|(name, url)| (name.to_owned(), url.map(str::to_owned))).into();
        Sites::new("cli", addresses)
    }

    fn open(product: Option<&str>, address: &str) -> Result<Action, String> {
        let mut step = Step::new(1, "a.yaml", 1, Action::Open(address.into()));
        step.product = product.map(str::to_owned);
        sites().addressed(&step, step.action.clone())
    }

    #[test]
    fn paths_of_another_product_are_made_whole() {
        let opened = |product, address| open(product, address).expect("served");
        assert_eq!(opened(Some("shop"), "/a?b=1"), Action::Open("/a?b=1".into()));
        assert_eq!(
            opened(Some("admin"), "/a?b=1"),
            Action::Open("http://127.0.0.1:2/a?b=1".into())
        );
        assert_eq!(opened(Some("admin"), "http://x/"), Action::Open("http://x/".into()));
    }

    #[test]
    fn a_path_of_a_product_that_is_not_served_says_so() {
        let refused = open(None, "/orders").expect_err("not served");
        assert!(refused.starts_with("the product cli is not served, so it has no /orders; give"));
    }

    #[test]
    fn a_place_is_whole_with_the_origin_of_the_pages() {
        let whole = |place: &str| sites().whole(place);
        assert_eq!(whole("/orders?x").as_deref(), Some("http://127.0.0.1:1/orders?x"));
        assert_eq!(
            whole("//elsewhere.example/").as_deref(),
            Some("http://127.0.0.1:1//elsewhere.example/")
        );
        assert_eq!(whole("http://127.0.0.1:2/").as_deref(), Some("http://127.0.0.1:2/"));
        assert_eq!(whole(""), None);
    }

    #[test]
    fn places_on_another_product_are_told_by_its_name() {
        let told = |place: &str| sites().told(place.to_owned());
        assert_eq!(told("/orders"), "/orders");
        assert_eq!(told("http://127.0.0.1:2"), "admin:/");
        assert_eq!(told("http://127.0.0.1:2/orders?x"), "admin:/orders?x");
        assert_eq!(told("http://127.0.0.1:20/orders"), "http://127.0.0.1:20/orders");
    }
}

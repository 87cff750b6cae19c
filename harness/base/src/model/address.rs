//! Which page an address is: routes that a page's script keeps behind `#` are pages of their own.
//!
//! [`page_of`] takes any address, such as that of a link; [`page_at`] takes the place of an
//! observation, a step or an event, where the page was asked and only a route was kept.

/// Whether what stands behind `#` is a route of the page's script, and not a place in the page.
#[must_use]
pub fn is_route(fragment: &str) -> bool {
    fragment.starts_with(['/', '!'])
}

/// The page at an address: without its query, and without its fragment unless that is a route. A
/// query before a route stays.
#[must_use]
pub fn page_of(address: &str) -> &str {
    match address.split_once('#') {
        Some((before, fragment)) if !is_route(fragment) => page_at(before),
        Some(_) | None => page_at(address),
    }
}

/// The page of a place: without its query, with the route that it has, whatever that looks like
/// (`/wiki#Kettle`). A query before a route stays.
#[must_use]
pub fn page_at(place: &str) -> &str {
    let end = match place.split_once('#') {
        Some((before, route)) if !route.is_empty() => {
            before.len() + 1 + route.find('?').unwrap_or(route.len())
        }
        Some((before, _)) => before.find('?').unwrap_or(before.len()),
        None => place.find('?').unwrap_or(place.len()),
    };
    &place[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_path_and_the_route_of_its_script() {
        assert_eq!(page_of("/orders"), "/orders");
        assert_eq!(page_of("/orders?page=2#top"), "/orders");
        assert_eq!(page_of("/orders#top?"), "/orders");
        assert_eq!(page_of("/#/orders/7?sort=price"), "/#/orders/7");
        assert_eq!(page_of("/#!orders"), "/#!orders");
        assert_eq!(page_of("/?lang=en#/orders"), "/?lang=en#/orders");
        assert_eq!(page_of("#/orders"), "#/orders");
        assert_eq!(page_of("/wiki#Kettle"), "/wiki", "it may only point into the page");
        assert_eq!(page_of(""), "");
    }

    #[test]
    fn a_place_keeps_its_route_whatever_that_looks_like() {
        assert_eq!(page_at("/wiki#Kettle"), "/wiki#Kettle");
        assert_eq!(page_at("/wiki#Kettle?sort=price"), "/wiki#Kettle");
        assert_eq!(page_at("/wiki?lang=en#Kettle"), "/wiki?lang=en#Kettle");
        assert_eq!(page_at("/#/orders/7?sort=price"), "/#/orders/7");
        assert_eq!(page_at("/orders?page=2"), "/orders");
        assert_eq!(page_at("/orders?page=2#"), "/orders");
        assert_eq!(page_at(""), "");
    }
}

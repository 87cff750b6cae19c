//! Which page an address is: routes that a page's script keeps behind `#` are pages of their own.

/// Whether what stands behind `#` is a route of the page's script, and not a place in the page.
#[must_use]
pub fn is_route(fragment: &str) -> bool {
    fragment.starts_with(['/', '!'])
}

/// The page at an address: without its query, and without its fragment unless that is a route. A
/// query before a route stays.
#[must_use]
pub fn page_of(address: &str) -> &str {
    let (before, route) = address.split_once('#').unwrap_or((address, ""));
    let end = if is_route(route) {
        before.len() + 1 + route.find('?').unwrap_or(route.len())
    } else {
        before.find('?').unwrap_or(before.len())
    };
    &address[..end]
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
        assert_eq!(page_of(""), "");
    }
}

//! [`named`]: the addresses that a product names to machines, in `robots.txt` and `sitemap.xml`.
//!
//! A product need not link all its pages to one another; what it wants to be found, it names there.

use super::page::Look;

/// The most addresses that are taken from one of them.
const MOST_NAMED: usize = 2_000;

/// What such a file names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// The pages that it wants to be found, as paths.
    pub pages: Vec<String>,
    /// More files of this kind, and places that machines are asked to leave alone.
    pub hints: Vec<String>,
}

/// What is named at an address; nothing where it is no such file, or is not there.
#[must_use]
pub fn named(address: &str, look: &Look) -> Named {
    let mut named = Named::default();
    if look.status.is_some_and(|it| it >= 400) {
        return named;
    }
    let texts = look.tree.items.iter().filter(|it| it.role == "text");
    let texts: Vec<&str> = texts.filter_map(|it| it.value.as_deref()).collect();
    if address == "/robots.txt" {
        let words: Vec<&str> = texts.iter().flat_map(|it| it.split_whitespace()).collect();
        for pair in words.windows(2) {
            let key = pair[0].trim_start_matches('"').to_lowercase();
            let is_key = matches!(key.as_str(), "allow:" | "disallow:" | "sitemap:");
            let path = path_of(pair[1]).filter(|it| !it.contains(['*', '$']) && *it != "/");
            named.hints.extend(path.filter(|_| is_key).map(str::to_owned));
        }
    } else if is_xml(address) {
        for text in texts {
            let inner = text.split_once("<loc>").and_then(|it| it.1.split_once("</loc>"));
            let Some(path) = inner.and_then(|it| path_of(it.0.trim())) else { continue };
            let path = path.replace("&amp;", "&");
            let list = if is_xml(&path) { &mut named.hints } else { &mut named.pages };
            list.push(path);
        }
    }
    for list in [&mut named.pages, &mut named.hints] {
        list.truncate(MOST_NAMED);
    }
    named
}

/// Whether an address is a list for machines by its ending.
fn is_xml(address: &str) -> bool {
    address.rsplit_once('.').is_some_and(|it| it.1.eq_ignore_ascii_case("xml"))
}

/// The path of an address. Such a file names only its own host, perhaps by the name that it has
/// elsewhere.
fn path_of(address: &str) -> Option<&str> {
    let address = address.trim_matches('"');
    let path = match address.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => address,
    };
    path.starts_with('/').then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FacetKind;

    fn seen(address: &str, status: u16, aria: &str) -> Named {
        let page = format!("path: {address}\nstatus: {status}\n");
        let look = Look::read(&[(FacetKind::Page, page), (FacetKind::Aria, aria.to_owned())]);
        named(address, &look)
    }

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(|it| (*it).to_owned()).collect()
    }

    const MAP: &str = "- text: This XML file does not appear to have any style information.\n\
        - text: \"<url>\"\n- text: \"<loc>http://127.0.0.1:[port]/stock?a=1&amp;b=2</loc>\"\n\
        - text: \"<loc>https://shop.example/more.xml</loc>\"\n- text: \"</url>\"\n";

    #[test]
    fn a_site_map_names_pages_and_more_of_its_kind_and_a_page_of_that_text_names_none() {
        let wanted = Named { pages: words(&["/stock?a=1&b=2"]), hints: words(&["/more.xml"]) };
        assert_eq!(seen("/sitemap.xml", 200, MAP), wanted);
        assert_eq!(seen("/about", 200, MAP), Named::default());
        assert_eq!(seen("/sitemap.xml", 404, MAP), Named::default(), "an error names nothing");
    }

    #[test]
    fn what_robots_are_asked_to_leave_alone_is_named_and_a_pattern_or_everything_is_not() {
        let aria = "- text: \"User-agent: * Disallow: /admin/ Disallow: / Allow: /*.css \
                    Sitemap: http://127.0.0.1/maps.xml\"\n";
        let wanted = Named { pages: Vec::new(), hints: words(&["/admin/", "/maps.xml"]) };
        assert_eq!(seen("/robots.txt", 200, aria), wanted);
    }
}

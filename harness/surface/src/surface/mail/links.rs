//! The HTML of a mail as text, and the links of a mail: [`read_html`] and [`read_text`].
//!
//! Mails are written for readers that know little of HTML, so that a small reader of tags will do:
//! no styles, no scripts, no tree.

/// A link with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) text: String,
    pub(super) address: String,
}

/// Elements after which a new line begins.
const BLOCKS: [&str; 22] = [
    "address",
    "article",
    "blockquote",
    "br",
    "div",
    "dd",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "p",
    "section",
    "table",
    "tr",
    "ul",
];

/// Elements whose content nobody sees.
const UNSEEN: [&str; 4] = ["head", "script", "style", "title"];

/// The text and the links of an HTML part.
pub(super) fn read_html(html: &str) -> (String, Vec<Link>) {
    let mut text = String::new();
    let mut links = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        push(&mut text, &rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some(end) = end_of_tag(rest) else { break };
        let (tag, after) = (&rest[1..end], &rest[end + 1..]);
        rest = after;
        let closing = tag.starts_with('/');
        let name = tag.trim_start_matches('/');
        let name =
            name.split(|it: char| it.is_whitespace() || it == '/').next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        if !closing && UNSEEN.contains(&name.as_str()) {
            rest = past(rest, &name);
        } else if name == "a" {
            if let Some((address, from)) = open.take() {
                links.push(Link { text: tidy(&text[from.min(text.len())..]), address });
            }
            if let (false, Some(address)) = (closing, attribute(tag, "href")) {
                open = Some((address, text.len()));
            }
        } else if name == "img" && !closing {
            push(&mut text, &attribute(tag, "alt").unwrap_or_default());
        } else if BLOCKS.contains(&name.as_str()) {
            text.push('\n');
        } else if name == "td" || name == "th" {
            text.push(' ');
        }
    }
    push(&mut text, rest);
    let tidied: Vec<String> = text.lines().map(tidy).filter(|line| !line.is_empty()).collect();
    (tidied.join("\n"), links)
}

/// The links of a text part: each address, with what stands before it on its line or, where it
/// stands alone, on the line above.
pub(super) fn read_text(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut above = "";
    for line in text.lines() {
        for word in line.split_whitespace() {
            let word = word.trim_matches(|it| "<>()[]\"'".contains(it));
            let word = word.trim_end_matches(['.', ',', ';', '!']);
            if word.starts_with("http://") || word.starts_with("https://") {
                let before = line.split(word).next().unwrap_or_default();
                let before = before.trim_end_matches(['<', '(', '[']).trim();
                let said = if before.is_empty() { above } else { before };
                let said = said.trim().trim_end_matches([':', '.']);
                links.push(Link { text: tidy(said), address: word.to_owned() });
            }
        }
        if !line.trim().is_empty() {
            above = line;
        }
    }
    links
}

/// Where the tag that begins here ends; a `>` in quotes does not end it.
fn end_of_tag(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in rest.char_indices() {
        match (quote, letter) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

/// What follows the end of an element.
fn past<'a>(rest: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}");
    let at = rest.to_ascii_lowercase().find(&end);
    at.and_then(|at| rest[at..].find('>').map(|end| &rest[at + end + 1..])).unwrap_or_default()
}

/// The value of an attribute, decoded.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower[from..].find(name)?;
        from = at + name.len();
        let own = lower[..at].ends_with(|it: char| it.is_whitespace());
        let Some(value) = tag[from..].trim_start().strip_prefix('=') else { continue };
        if !own {
            continue;
        }
        let value = value.trim_start();
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
            _ => value.split_whitespace().next().unwrap_or_default(),
        };
        return Some(decoded(value.trim()));
    }
}

fn push(text: &mut String, raw: &str) {
    // Line ends of the source are only spaces.
    text.push_str(&decoded(raw).replace(['\n', '\r', '\t'], " "));
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without character references.
fn decoded(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 12);
        if let Some((letter, end)) = end.and_then(|end| Some((referred(&rest[1..end])?, end))) {
            plain.push(letter);
            rest = &rest[end + 1..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain
}

fn referred(name: &str) -> Option<char> {
    let number = |text: &str, radix| u32::from_str_radix(text, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "ndash" => Some('–'),
        "mdash" => Some('—'),
        "copy" => Some('©'),
        "euro" => Some('€'),
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with(['x', 'X']) => number(&hex[1..], 16),
            decimal => number(decimal, 10),
        },
    }
}

//! [`Look`]: what a checkpoint saw of a page, read back from its facets; [`Form`]s and [`Field`]s.

use super::addresses::elsewhere;
use super::tree::{Tree, target};
use super::written::is_spelled;
use crate::model::{FacetKind, Target};

/// A link as the facet of links tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is called.
    pub name: String,
    /// Where it leads: a path of the product, or a whole address elsewhere.
    pub to: String,
    /// Whether it says of itself that it downloads a file.
    pub downloads: bool,
}

/// A form, with its fields in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// What it is called, where it says so.
    pub name: Option<String>,
    /// `get`, `post` or `dialog`.
    pub method: String,
    /// Where it is sent; the page's own path where it says nothing.
    pub action: String,
    /// What is filled.
    pub fields: Vec<Field>,
    /// What sends it.
    pub buttons: Vec<Target>,
    /// What sends it to another host.
    pub outward: Vec<Target>,
}

/// A field of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// Its role: `textbox`, `combobox`, `button` for a file.
    pub role: String,
    /// Its accessible name.
    pub label: String,
    /// The marks that say what it takes: `type=number`, `required`, `max=9`.
    pub marks: Vec<String>,
    /// What names it in a scenario.
    pub target: Option<Target>,
    /// What it offers, where it is a list.
    pub options: Vec<String>,
    /// What is chosen of that already.
    pub chosen: Option<String>,
}

impl Field {
    /// What a mark says.
    #[must_use]
    pub fn mark(&self, name: &str) -> Option<&str> {
        mark(&self.marks, name)
    }

    /// Whether it must be filled.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.marks.iter().any(|it| it == "required")
    }

    /// Its type as HTML calls it, or its role.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.mark("type").unwrap_or(&self.role)
    }
}

/// What a checkpoint saw of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// The path, with its query.
    pub path: String,
    /// The document's title.
    pub title: String,
    /// The status of the document; `None` where no answer was seen.
    pub status: Option<u16>,
    /// The accessibility tree.
    pub tree: Tree,
    /// Where links lead.
    pub links: Vec<Link>,
    /// The forms.
    pub forms: Vec<Form>,
    /// The fields that no form holds.
    pub loose: Vec<Field>,
    /// How many fields there are, also those that no form holds.
    pub fields: usize,
    /// What was written by the network since the checkpoint before.
    pub writes: Vec<String>,
    /// What is drawn and not heard.
    pub text: String,
    /// What hinders people who use assistive technology.
    pub hindrances: Vec<String>,
    /// Its content type, as it was answered.
    pub content_type: Option<String>,
    /// The names of what it keeps in the browser.
    pub kept: Vec<String>,
    /// Which picture it is drawn as, where one was taken.
    pub picture: Option<String>,
}

impl Look {
    /// Reads the facets that are there.
    #[must_use]
    pub fn read(facets: &[(FacetKind, String)]) -> Self {
        let of = |kind: FacetKind| {
            facets.iter().find(|it| it.0 == kind).map_or("", |(_, text)| text.as_str())
        };
        let said = |kind: FacetKind, key: &str| {
            let mut lines = of(kind).lines();
            lines.find_map(|it| it.strip_prefix(key)?.strip_prefix(": ")).map(str::to_owned)
        };
        let lines = |kind: FacetKind| of(kind).lines().map(str::to_owned).collect();
        let tree = Tree::read(of(FacetKind::Aria));
        let path = said(FacetKind::Page, "path").unwrap_or_default();
        let (forms, loose, fields) = forms(of(FacetKind::Fields), &tree, &path);
        Self {
            title: said(FacetKind::Page, "title").unwrap_or_default(),
            status: said(FacetKind::Page, "status").and_then(|it| it.parse().ok()),
            links: of(FacetKind::Links).lines().filter_map(link).collect(),
            forms,
            loose,
            fields,
            writes: lines(FacetKind::Requests),
            text: of(FacetKind::Text).to_owned(),
            hindrances: lines(FacetKind::A11y),
            content_type: said(FacetKind::Response, "content-type"),
            kept: lines(FacetKind::Storage),
            picture: None,
            path,
            tree,
        }
    }

    /// The page without its query.
    #[must_use]
    pub fn place(&self) -> &str {
        self.path.split(['?', '#']).next().unwrap_or_default()
    }

    /// What a person would call the page: its heading where that is short, else its title.
    #[must_use]
    pub fn called(&self) -> String {
        let between = [" – ", " — ", " - ", " | ", " · "];
        let cut = between.iter().filter_map(|it| self.title.find(it)).min();
        let title = self.title[..cut.unwrap_or(self.title.len())].trim();
        let heading = self.tree.heading().unwrap_or_default().trim();
        let named = [title, heading].into_iter().find(|it| !it.is_empty());
        named.unwrap_or(self.place()).to_owned()
    }

    /// What the page is called in the name of a file: as a person calls it, or by its path where that is
    /// in another script than names are.
    #[must_use]
    pub fn spelled(&self) -> String {
        let called = self.called();
        if is_spelled(&called) {
            return called;
        }
        let place = self.place();
        let is_word = |it: &&str| !it.contains('%') && is_spelled(it);
        let words: Vec<&str> = place.split('/').filter(is_word).collect();
        match (words.is_empty(), place) {
            (false, _) => words.join(" "),
            (true, "/") => "start".to_owned(),
            (true, _) => called,
        }
    }
}

/// A line such as `link "Export": /orders.csv [download]`.
fn link(line: &str) -> Option<Link> {
    let (name, rest) = named(line);
    let rest = rest.strip_prefix(": ")?;
    let end = rest.find(" [").unwrap_or(rest.len());
    let downloads = rest[end..].contains("[download");
    Some(Link { name: name.unwrap_or_default(), to: rest[..end].to_owned(), downloads })
}

/// The name of a line, and what follows it.
fn named(line: &str) -> (Option<String>, &str) {
    let Some(open) = line.find('"').filter(|at| !line[..*at].contains([':', '['])) else {
        let end = line.find([' ', ':']).unwrap_or(line.len());
        return (None, &line[end..]);
    };
    let mut name = String::new();
    let mut letters = line[open + 1..].char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => name.extend(letters.next().map(|it| it.1)),
            '"' => return (Some(name), &line[open + 1 + at + 1..]),
            other => name.push(other),
        }
    }
    (Some(name), "")
}

/// What a mark of these says.
fn mark<'a>(marks: &'a [String], name: &str) -> Option<&'a str> {
    let found = marks.iter().find_map(|it| it.strip_prefix(name)?.strip_prefix('='));
    found.map(|it| it.trim_matches('"'))
}

impl Form {
    /// Adds what sends it. What a button says of itself holds over what its form says; the first one
    /// sends the form where somebody presses Enter, too.
    fn sent_by(&mut self, button: Target, marks: &[String]) {
        let leads = mark(marks, "formaction").filter(|it| elsewhere(it).is_some());
        match leads {
            Some(to) if self.buttons.is_empty() => to.clone_into(&mut self.action),
            Some(_) => return self.outward.push(button),
            None => {}
        }
        if mark(marks, "formmethod").is_some_and(|it| it.eq_ignore_ascii_case("post")) {
            "post".clone_into(&mut self.method);
        }
        self.buttons.push(button);
    }
}

/// The marks in brackets at the end of a line.
fn marks(rest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = rest.trim();
    while let Some(open) = rest.strip_prefix('[') {
        let quoted = open.find("=\"").filter(|at| !open[..*at].contains(']'));
        let from = quoted.map_or(0, |at| open[at + 2..].find('"').map_or(0, |it| at + 2 + it));
        let Some(end) = open[from..].find(']').map(|it| it + from) else { break };
        found.push(open[..end].to_owned());
        rest = open[end + 1..].trim_start();
    }
    found
}

/// The forms that the facet of fields tells of, the fields that no form holds, and how many fields
/// there are in all.
fn forms(text: &str, tree: &Tree, path: &str) -> (Vec<Form>, Vec<Field>, usize) {
    let mut forms: Vec<Form> = Vec::new();
    let mut loose: Vec<Field> = Vec::new();
    let mut count = 0;
    // The same name may stand in several forms.
    let mut times: Vec<(String, u32)> = Vec::new();
    for line in text.lines() {
        let (name, rest) = named(line);
        let role = line.split([' ', ':']).next().unwrap_or_default();
        if role == "form" {
            forms.push(form(name, rest, path));
            continue;
        }
        if role == "hidden" {
            continue;
        }
        let marks = marks(rest);
        let sends = marks.iter().any(|it| it == "type=submit" || it == "type=image");
        let target = numbered(role, name.as_deref(), tree, &mut times);
        if sends {
            if let Some(form) = forms.last_mut() {
                form.sent_by(target, &marks);
            }
            continue;
        }
        if marks.iter().any(|it| it == "type=button" || it == "type=reset") {
            continue;
        }
        count += 1;
        let (options, chosen) = offered(role, name.as_deref(), tree);
        let label = name.unwrap_or_default();
        let field =
            Field { role: role.to_owned(), label, marks, target: Some(target), options, chosen };
        match forms.last_mut() {
            Some(form) => form.fields.push(field),
            None => loose.push(field),
        }
    }
    (forms, loose, count)
}

fn form(name: Option<String>, rest: &str, path: &str) -> Form {
    let rest = rest.trim_start_matches(": ");
    let mut words = rest.split(' ');
    let method = words.next().unwrap_or("get").to_owned();
    let action = words.next().unwrap_or_default();
    let own = action.is_empty() || action.starts_with('(') || action.starts_with('[');
    let action = if own { path } else { action };
    Form { name, method, action: action.to_owned(), ..Form::default() }
}

/// The target of the next field with this role and name.
fn numbered(role: &str, name: Option<&str>, tree: &Tree, times: &mut Vec<(String, u32)>) -> Target {
    let mut target = target(role, name);
    let all = tree.items.iter().filter(|it| it.role == role && it.name.as_deref() == name).count();
    let key = format!("{role} {name:?}");
    let at = times.iter().position(|it| it.0 == key).unwrap_or_else(|| {
        times.push((key, 0));
        times.len() - 1
    });
    times[at].1 += 1;
    if all > 1 || name.is_none() {
        target.nth = Some(times[at].1);
    }
    target
}

/// What a list offers, and what is chosen of it.
fn offered(role: &str, name: Option<&str>, tree: &Tree) -> (Vec<String>, Option<String>) {
    let own = |it: &crate::explore::tree::Item| it.role == role && it.name.as_deref() == name;
    let Some(at) = tree.items.iter().position(own) else { return (Vec::new(), None) };
    let inner: Vec<_> = tree.inside(at).map(|it| it.1).filter(|it| it.role == "option").collect();
    let chosen = inner.iter().find(|it| it.is("selected")).and_then(|it| it.name.clone());
    (inner.into_iter().filter_map(|it| it.name.clone()).collect(), chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look() -> Look {
        let facet = |kind, text: &str| (kind, text.to_owned());
        Look::read(&[
            facet(FacetKind::Page, "path: /orders?page=2\ntitle: Orders – The shop\nstatus: 200\n"),
            facet(
                FacetKind::Aria,
                "- form:\n  - combobox \"Country\":\n    - option \"All\" [selected]\n    \
                 - option \"Japan\"\n  - button \"Apply\"\n- form:\n  - spinbutton \"How many\"\n  \
                 - button \"Apply\"\n",
            ),
            facet(
                FacetKind::Links,
                "link \"Say \\\"hi\\\"\": /a?b=[1]\nlink \"CSV\": /a.csv [download] [description=\"x\"]\n",
            ),
            facet(
                FacetKind::Fields,
                "form: get /orders\ncombobox \"Country\" [name=country]\n\
                 button \"Apply\" [type=submit]\nform \"buy\": post (this page)\nhidden [name=id]\n\
                 spinbutton \"How many\" [name=n] [type=number] [required] [max=9]\n\
                 button \"Apply\" [type=submit]\n",
            ),
        ])
    }

    #[test]
    fn a_page_is_read_back_from_its_facets() {
        let look = look();
        assert_eq!((look.place(), look.status), ("/orders", Some(200)));
        assert_eq!(look.called(), "Orders");
        let link = |name: &str, to: &str, downloads| Link {
            name: name.to_owned(),
            to: to.to_owned(),
            downloads,
        };
        assert_eq!(
            look.links,
            [link("Say \"hi\"", "/a?b=[1]", false), link("CSV", "/a.csv", true)]
        );
    }

    #[test]
    fn a_page_in_another_script_is_spelled_by_its_path_and_one_in_latin_letters_by_its_title() {
        let spelled = |title: &str, path: &str| {
            let (title, path) = (title.to_owned(), path.to_owned());
            Look { path, title, ..Look::default() }.spelled()
        };
        assert_eq!(spelled("Заказы – Магазин", "/orders/12?all=1"), "orders 12");
        assert_eq!(spelled("注文", "/admin/%E6%B3%A8/list"), "admin list");
        assert_eq!(spelled("注文", "/"), "start");
        assert_eq!(spelled("Orders – The shop", "/o/12"), "Orders");
        assert_eq!(spelled("注文", "/%E6%B3%A8"), "注文", "the path says no more");
    }

    #[test]
    fn forms_have_their_fields_and_what_sends_them() {
        let look = look();
        assert_eq!(look.fields, 2);
        let [first, second] = look.forms.as_slice() else { panic!("{:#?}", look.forms) };
        assert_eq!((first.method.as_str(), first.action.as_str()), ("get", "/orders"));
        assert_eq!(first.fields[0].options, ["All", "Japan"]);
        assert_eq!(first.fields[0].chosen.as_deref(), Some("All"));
        assert_eq!(second.action, "/orders?page=2");
        let count = &second.fields[0];
        assert_eq!(
            (count.kind(), count.mark("max"), count.is_required()),
            ("number", Some("9"), true)
        );
        assert_eq!(second.buttons[0].to_string(), "button \"Apply\" (number 2)");
    }
}

//! [`Tree`]: the aria facet of a page, read back into nodes; its controls, and its [`Tree::shape`].

use std::collections::BTreeMap;

use crate::model::thing::Node;
use crate::model::{Locator, Target, Template};

/// More lines of one page than this are not read: a page without end must not take the memory.
const MOST_LINES: usize = 20_000;

/// The roles of what a person uses on a page.
const CONTROLS: [&str; 18] = [
    "button",
    "checkbox",
    "radio",
    "switch",
    "tab",
    "menuitem",
    "menuitemcheckbox",
    "menuitemradio",
    "combobox",
    "listbox",
    "textbox",
    "searchbox",
    "spinbutton",
    "slider",
    "treeitem",
    "gridcell",
    "option",
    "link",
];

/// The roles of what stands once for each record of data.
const RECORDS: [&str; 8] =
    ["row", "listitem", "option", "treeitem", "article", "gridcell", "cell", "menuitem"];

/// One line of the aria facet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// How deep it stands.
    pub depth: usize,
    /// Its role.
    pub role: String,
    /// Its accessible name.
    pub name: Option<String>,
    /// What stands in brackets.
    pub attributes: Vec<String>,
    /// What follows the colon.
    pub value: Option<String>,
    /// What it is directly inside of.
    pub parent: Option<usize>,
}

impl Item {
    /// Whether this mark stands in brackets: `expanded=false`, `disabled`.
    #[must_use]
    pub fn is(&self, mark: &str) -> bool {
        self.attributes.iter().any(|it| it == mark)
    }

    /// What a mark says: of `url` the address.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find_map(|it| it.strip_prefix(name)?.strip_prefix('='));
        found.map(|it| it.trim_matches('"'))
    }
}

/// The aria facet of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// Its lines, in order.
    pub items: Vec<Item>,
}

/// Something on a page that a person uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Where in [`Tree::items`].
    pub at: usize,
    /// What names it in a scenario.
    pub target: Target,
    /// What it is, wherever it stands: its role and name, and what holds it.
    pub identity: String,
    /// Whether it stands in a record, and so may stand there once for each.
    pub in_record: bool,
}

impl Tree {
    /// Reads the facet.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut items: Vec<Item> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for line in text.lines().filter(|it| !it.trim().is_empty()).take(MOST_LINES) {
            let depth = (line.len() - line.trim_start().len()) / 2;
            let node = Node::read(line);
            open.truncate(depth);
            let parent = open.last().copied();
            open.push(items.len());
            items.push(Item {
                depth,
                role: node.role.to_owned(),
                name: node.name.map(unescaped),
                attributes: node.attributes.iter().map(|it| (*it).to_owned()).collect(),
                value: node.value.map(str::to_owned),
                parent,
            });
        }
        Self { items }
    }

    /// What holds an item, the nearest first.
    pub fn around(&self, at: usize) -> impl Iterator<Item = &Item> {
        std::iter::successors(self.items[at].parent, |it| self.items[*it].parent)
            .map(|it| &self.items[it])
    }

    /// The items inside of one, with their places.
    pub fn inside(&self, at: usize) -> impl Iterator<Item = (usize, &Item)> {
        let depth = self.items[at].depth;
        let rest = self.items.iter().enumerate().skip(at + 1);
        rest.take_while(move |(_, it)| it.depth > depth)
    }

    /// The first thing with this role.
    #[must_use]
    pub fn first(&self, role: &str) -> Option<&Item> {
        self.items.iter().find(|it| it.role == role)
    }

    /// What the page is called by itself: its first heading that has a name.
    #[must_use]
    pub fn heading(&self) -> Option<&str> {
        self.items.iter().filter(|it| it.role == "heading").find_map(|it| it.name.as_deref())
    }

    /// What can be used, in order.
    #[must_use]
    pub fn controls(&self) -> Vec<Control> {
        let mut times: BTreeMap<(Option<usize>, &str, Option<&str>), u32> = BTreeMap::new();
        let mut found = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            let key = (self.frame(at), item.role.as_str(), item.name.as_deref());
            let count = times.entry(key).or_default();
            *count += 1;
            if !CONTROLS.contains(&item.role.as_str()) || item.is("disabled") {
                continue;
            }
            if item.role == "link" && item.attribute("url").is_some() {
                continue;
            }
            let holder = self.around(at).find(|it| holds(it));
            let holder = holder.map_or(String::new(), |it| {
                format!("{} {}", it.role, it.name.as_deref().unwrap_or_default())
            });
            let name = item.name.as_deref().unwrap_or_default();
            let target = target(&item.role, item.name.as_deref());
            let within = key.0.map(|it| Box::new(self.frame_target(it)));
            found.push((
                *count,
                key,
                Control {
                    at,
                    target: Target { within, ..target },
                    identity: format!("{} {name:?} in {holder}", item.role),
                    in_record: self.around(at).any(|it| RECORDS.contains(&it.role.as_str())),
                },
            ));
        }
        let qualified = found.into_iter().map(|(count, key, mut control)| {
            if times[&key] > 1 || key.2.is_none() {
                control.target.nth = Some(count);
            }
            control
        });
        qualified.collect()
    }

    /// The frame that an item stands in, the nearest where it stands in several.
    fn frame(&self, at: usize) -> Option<usize> {
        let mut holders = std::iter::successors(self.items[at].parent, |it| self.items[*it].parent);
        holders.find(|it| self.items[*it].role == "iframe")
    }

    /// What names a frame, with those that it stands in.
    fn frame_target(&self, at: usize) -> Target {
        let item = &self.items[at];
        let own = self.frame(at);
        let same = |(other, it): &(usize, &Item)| {
            it.role == item.role && it.name == item.name && self.frame(*other) == own
        };
        let alike: Vec<usize> =
            self.items.iter().enumerate().filter(same).map(|(other, _)| other).collect();
        let number = alike.iter().position(|it| *it == at).map(|it| it as u32 + 1);
        Target {
            within: own.map(|it| Box::new(self.frame_target(it))),
            nth: number.filter(|_| alike.len() > 1 || item.name.is_none()),
            ..target("iframe", item.name.as_deref())
        }
    }

    /// The page without its data: roles and how they nest, records that are alike once, and of names
    /// only those of controls.
    #[must_use]
    pub fn shape(&self) -> String {
        let roots = (0..self.items.len()).filter(|it| self.items[*it].parent.is_none());
        let mut parts: Vec<String> = roots.map(|it| self.shape_of(it)).collect();
        parts.dedup();
        parts.join(",")
    }

    fn shape_of(&self, at: usize) -> String {
        let item = &self.items[at];
        let depth = item.depth + 1;
        let inner = self.inside(at).filter(|(_, it)| it.depth == depth).map(|(it, _)| it);
        let mut parts: Vec<String> = inner.map(|it| self.shape_of(it)).collect();
        let in_record = RECORDS.contains(&item.role.as_str())
            || self.around(at).any(|it| RECORDS.contains(&it.role.as_str()));
        // Text may be missing from a record; what can be used there may not.
        parts.retain(|it| it != "text" && it != "paragraph");
        parts.dedup();
        if item.role == "rowgroup" || item.role == "list" {
            parts.sort();
            parts.dedup();
        }
        let is_control = CONTROLS.contains(&item.role.as_str()) && item.role != "link";
        let name = item.name.as_deref().filter(|_| is_control && !in_record).unwrap_or_default();
        let states = item.attributes.iter().filter(|it| is_state(it) && is_control);
        let states: Vec<&str> = states.map(String::as_str).collect();
        // What a list offers is data.
        if matches!(item.role.as_str(), "combobox" | "listbox") {
            parts.clear();
        }
        format!("{}{name}{}({})", item.role, states.concat(), parts.join(","))
    }
}

/// Whether a thing says where a control stands.
fn holds(item: &Item) -> bool {
    matches!(
        item.role.as_str(),
        "banner"
            | "navigation"
            | "main"
            | "contentinfo"
            | "complementary"
            | "region"
            | "form"
            | "search"
            | "dialog"
            | "alertdialog"
            | "table"
            | "grid"
            | "list"
            | "tablist"
            | "menu"
            | "toolbar"
            | "group"
            | "radiogroup"
    )
}

/// Whether a mark says in which state a control is.
fn is_state(mark: &str) -> bool {
    let name = mark.split('=').next().unwrap_or_default();
    matches!(name, "expanded" | "disabled" | "invalid" | "selected" | "pressed" | "checked")
}

/// A target by role and name.
#[must_use]
pub fn target(role: &str, name: Option<&str>) -> Target {
    let name = name.map(template);
    Target::plain(Locator::Role { role: role.to_owned(), name })
}

/// Text as it stands, whatever is in it.
#[must_use]
pub fn template(text: &str) -> Template {
    Template::new(text.replace("${", "$${"))
}

/// A name without the marks of its quotation.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.extend(letters.next()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
- navigation "Main":
  - link "Home" [url=/]
- main:
  - heading "2 orders" [level=1]
  - table "Orders":
    - rowgroup:
      - row "1 Ada":
        - cell "1"
        - cell "Ada"
        - cell:
          - button "Edit"
      - row "2 \"Bob\"":
        - cell "2"
        - cell "\"Bob\""
        - cell:
          - button "Edit"
  - button "Filters" [expanded=false]
  - button "Save" [disabled]
"#;

    #[test]
    fn a_page_of_more_records_has_the_same_shape_and_a_page_with_another_control_has_not() {
        let one = Tree::read(LIST).shape();
        let row = "      - row \"3 Eve\":\n        - cell \"3\"\n        - cell \"Eve\"\n        - cell:\n          - button \"Edit\"\n";
        let more = LIST.replace("  - button \"Filters\"", &format!("{row}  - button \"Filters\""));
        assert_eq!(Tree::read(&more.replace("2 orders", "3 orders")).shape(), one);
        assert_ne!(Tree::read(&LIST.replace("\"Filters\"", "\"More\"")).shape(), one);
        assert_ne!(Tree::read(&LIST.replace("expanded=false", "expanded=true")).shape(), one);
    }

    #[test]
    fn controls_are_named_so_that_each_is_one_thing_and_disabled_ones_are_none() {
        let controls = Tree::read(LIST).controls();
        let named: Vec<String> = controls.iter().map(|it| it.target.to_string()).collect();
        assert_eq!(
            named,
            ["button \"Edit\" (number 1)", "button \"Edit\" (number 2)", "button \"Filters\""]
        );
        assert_eq!(controls[0].identity, controls[1].identity);
        let in_record: Vec<bool> = controls.iter().map(|it| it.in_record).collect();
        assert_eq!(in_record, [true, true, false]);
    }

    #[test]
    fn what_stands_in_a_frame_is_named_inside_of_it_and_counted_by_itself() {
        let tree = Tree::read(
            "- button \"Check\"\n- iframe \"Card\":\n  - textbox \"Number\"\n  - button \"Check\"\n  \
             - iframe:\n    - button \"Check\"\n",
        );
        let controls = tree.controls();
        let named: Vec<String> = controls.iter().map(|it| it.target.to_string()).collect();
        let inner = "button \"Check\" in iframe (number 1) in iframe \"Card\"";
        assert_eq!(
            named,
            [
                "button \"Check\"",
                "textbox \"Number\" in iframe \"Card\"",
                "button \"Check\" in iframe \"Card\"",
                inner
            ]
        );
    }

    #[test]
    fn names_are_read_without_their_quotation_and_never_filled() {
        let tree = Tree::read(r#"- button "Say \"${hi}\"""#);
        assert_eq!(tree.items[0].name.as_deref(), Some("Say \"${hi}\""));
        let Locator::Role { name: Some(name), .. } = &tree.controls()[0].target.locator else {
            panic!("a role");
        };
        assert_eq!(name.raw(), "Say \"$${hi}\"");
    }
}

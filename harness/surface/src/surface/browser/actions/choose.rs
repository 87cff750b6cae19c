//! `choose`: options of native lists, and of lists that are made of roles.
//!
//! A list made of roles is opened, searched (typed into where it filters, scrolled where it draws
//! its rows late) and clicked like a person does; what the page then says of itself decides whether
//! that worked. Where several can be chosen, exactly the wanted ones are in the end. What is in a
//! list is told by the walker (`walker/widgets.js`).

use serde_json::{Value, json};

use super::seek::{Need, Spot};
use crate::model::gesture::Modifier;
use crate::model::{Target, Template};
use crate::process::FairInstant;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::rest::Wait;
use crate::surface::browser::pages::trouble::{Step, Trouble, failed};
use crate::surface::browser::walker::{Choice, Hint, Question, Scrolled, Widget};

/// A failure names so many of the options that are there.
const MOST_NAMED: usize = 30;

const ARROW_DOWN: &str = "\u{E015}";

/// What is left to do in a native list.
const NATIVE: &str = r"
const [list, wanted] = arguments;
if (list.localName !== 'select') return { kind: list.localName };
const tidy = (text) => text.replace(/\s+/g, ' ').trim();
const all = Array.from(list.options);
const label = (it) => tidy(it.label || it.text);
const found = wanted.map((text) => all.filter((it) => label(it) === tidy(text)));
const chosen = found.map((it) => it[0] || null);
// Some lists are filled once a person goes to them.
if (chosen.includes(null) && list.getRootNode().activeElement !== list) {
  list.focus();
  list.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true, composed: true }));
}
const change = list.multiple
  ? all.filter((it) => !it.disabled && it.selected !== chosen.includes(it))
  : chosen.filter(Boolean);
return { kind: 'select', multiple: list.multiple, counts: found.map((it) => it.length),
  disabled: chosen.map((it) => Boolean(it && it.disabled)), change, labels: all.map(label) };
";

/// How options of a list that takes several are clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// A click adds to what is chosen, or takes away.
    Plain,
    /// A plain click drops what was chosen before: Control keeps it.
    Control,
}

/// How far a list is that has to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// Nothing was done yet.
    Closed,
    /// A click or, where only keys reach it, a key was to open it.
    Asked,
    /// The arrow key was to open it, since a click did not.
    Keyed,
}

/// A list that is being chosen from.
struct Choosing {
    wanted: Vec<String>,
    expected: String,
    deadline: FairInstant,
    /// How many lists stood open before.
    known: Option<u32>,
    /// What the list showed before.
    before: String,
    opening: Opening,
    /// A list was seen.
    appeared: bool,
    /// Only keys reach it.
    veiled: bool,
    typed: bool,
    /// Every option that was seen, in order.
    seen: Vec<String>,
    /// Which way the search goes through rows that are drawn late, once it began.
    way: Option<&'static str>,
    manner: Manner,
    /// What was clicked last.
    last: Option<String>,
    /// How many of the wanted were chosen then.
    right: usize,
}

/// What a look at the list leads to.
enum Next {
    /// Look again.
    Again,
    /// Done.
    Done,
}

/// What ends a look at the list early.
enum Halt {
    /// The list is looked at again, where that may help.
    Snag(Snag),
    /// The step failed.
    Trouble(Trouble),
}

impl From<Snag> for Halt {
    fn from(snag: Snag) -> Self {
        Self::Snag(snag)
    }
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl Page {
    pub(crate) async fn choose(&mut self, from: &Target, options: &[Template]) -> Step<()> {
        let mut choosing = Choosing::new(from, options, self.deadline());
        choosing.veiled = self.is_veiled(from, choosing.deadline).await?;
        loop {
            if let Some(trouble) = self.blocked(&choosing.expected) {
                // A dialog that a choice opened is the next step's.
                return if choosing.last.is_some() { Ok(()) } else { Err(trouble) };
            }
            // What was chosen may have taken the list away, as a menu or a link does.
            if choosing.last.is_some() && choosing.wanted.len() == 1 && self.is_gone(from).await? {
                return self.get_ready(choosing.deadline).await;
            }
            // An open list may lie over what opened it.
            let asked = choosing.opening != Opening::Closed;
            let need = if asked || choosing.veiled { Need::There } else { Need::Usable };
            let spot = self.obtain(from, need, choosing.deadline).await?;
            let native = self.script(NATIVE, arguments(&spot, &choosing)).await;
            let next = match native {
                Ok(answer) if answer["kind"] == "select" => {
                    self.choose_natively(&choosing, &answer).await
                }
                Ok(_) => self.choose_by_role(&mut choosing, &spot).await,
                Err(snag) => Err(Halt::Snag(snag)),
            };
            match next {
                Ok(Next::Done) => {
                    self.leave(&spot).await?;
                    return self.get_ready(choosing.deadline).await;
                }
                Ok(Next::Again) => self.leave(&spot).await?,
                Err(Halt::Trouble(trouble)) => {
                    self.leave(&spot).await?;
                    return Err(trouble);
                }
                Err(Halt::Snag(snag)) => {
                    let went = Err(snag);
                    let (expected, deadline) = (choosing.expected.clone(), choosing.deadline);
                    if self.acted(went, &spot, &expected, deadline).await? {
                        return Ok(());
                    }
                    continue;
                }
            }
            self.get_ready(choosing.deadline).await?;
        }
    }

    async fn is_veiled(&mut self, from: &Target, deadline: FairInstant) -> Step<bool> {
        let spot = self.obtain(from, Need::There, deadline).await?;
        let question = Question::Widget { element: &spot.reference, wanted: &[], known: u32::MAX };
        let widget: Result<Widget, Snag> = self.ask(&question).await;
        self.leave(&spot).await?;
        Ok(widget.is_ok_and(|it| it.veiled))
    }

    async fn is_gone(&mut self, from: &Target) -> Step<bool> {
        let found = self.find(from, crate::surface::browser::walker::Explain::Nothing).await?;
        Ok(found.total == 0)
    }

    async fn choose_natively(&mut self, choosing: &Choosing, answer: &Value) -> Result<Next, Halt> {
        if let Some(actual) = unchoosable(answer, &choosing.wanted) {
            return if self.is_in_vain(choosing.deadline, Wait::UntilRest).await {
                Err(failed(&choosing.expected, actual).into())
            } else {
                self.pause().await;
                Ok(Next::Again)
            };
        }
        let change = answer["change"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(first) = change.first() else { return Ok(Next::Done) };
        self.click_reference(first).await?;
        let one = answer["multiple"] != true || change.len() == 1;
        Ok(if one { Next::Done } else { Next::Again })
    }

    async fn choose_by_role(&mut self, choosing: &mut Choosing, spot: &Spot) -> Result<Next, Halt> {
        let known = choosing.known.unwrap_or(u32::MAX);
        let question =
            Question::Widget { element: &spot.reference, wanted: &choosing.wanted, known };
        let widget: Widget = self.ask(&question).await?;
        if !widget.connected {
            return Ok(Next::Again);
        }
        if choosing.known.is_none() {
            choosing.known = Some(widget.open);
            choosing.before.clone_from(&widget.value);
        }
        choosing.note(&widget);
        if let Some(done) = choosing.verdict(&widget) {
            if done {
                self.close_list(choosing, &widget, spot).await?;
                return Ok(Next::Done);
            }
            if self.is_in_vain(choosing.deadline, Wait::UntilRest).await {
                let actual = choosing.unchanged(&widget);
                return Err(failed(&choosing.expected, actual).into());
            }
            self.pause().await;
            return Ok(Next::Again);
        }
        if widget.list.is_null() {
            return self.open_list(choosing, &widget, spot).await;
        }
        choosing.appeared = !widget.own;
        match choosing.next_click(&widget) {
            Some(choice) if choice.disabled => {
                if self.is_in_vain(choosing.deadline, Wait::UntilRest).await {
                    let actual = format!("\"{}\" is disabled", choice.name);
                    return Err(failed(&choosing.expected, actual).into());
                }
                self.pause().await;
                Ok(Next::Again)
            }
            Some(choice) => {
                let choice = choice.clone();
                self.click_choice(choosing, &choice).await?;
                choosing.last = Some(choice.name);
                Ok(Next::Again)
            }
            None => self.look_further(choosing, &widget).await,
        }
    }

    async fn open_list(
        &mut self,
        choosing: &mut Choosing,
        widget: &Widget,
        spot: &Spot,
    ) -> Result<Next, Halt> {
        if choosing.deadline.has_come() {
            let actual = format!("it is a {}, and no list with options opened", widget.role);
            return Err(failed(&choosing.expected, actual).into());
        }
        // A second click would close a list that is only slow to come.
        match choosing.opening {
            Opening::Closed => {
                choosing.opening = Opening::Asked;
                if choosing.veiled {
                    self.keys_to_reference(&spot.reference, ARROW_DOWN).await?;
                } else {
                    let at = self.point_of(&spot.reference, "it").await?;
                    self.click_point(at, &[]).await?;
                }
            }
            Opening::Asked | Opening::Keyed if !widget.field.is_null() && !choosing.typed => {
                self.type_option(choosing, widget).await?;
            }
            Opening::Asked | Opening::Keyed if choosing.appeared => {
                // It was open, so that opening it again is no mistake.
                choosing.appeared = false;
                choosing.opening = Opening::Closed;
            }
            Opening::Asked if widget.expanded == Some(false) => {
                choosing.opening = Opening::Keyed;
                match self.keys_to_reference(&spot.reference, ARROW_DOWN).await {
                    // What takes no keys was to be clicked only.
                    Ok(()) | Err(Snag::Again(_)) => {}
                    Err(snag) => return Err(snag.into()),
                }
            }
            Opening::Asked | Opening::Keyed => self.pause().await,
        }
        Ok(Next::Again)
    }

    /// Types the label, for lists that show only what fits it.
    async fn type_option(&mut self, choosing: &mut Choosing, widget: &Widget) -> Result<(), Snag> {
        choosing.typed = true;
        let Some(text) = choosing.wanted.first() else { return Ok(()) };
        let script = "arguments[0].focus(); arguments[0].select && arguments[0].select();";
        self.script(script, vec![widget.field.clone()]).await?;
        self.keys_to_reference(&widget.field, text).await
    }

    async fn click_choice(&mut self, choosing: &Choosing, choice: &Choice) -> Result<(), Snag> {
        let at = self.point_of(&choice.element, &format!("\"{}\"", choice.name)).await?;
        let holding: &[Modifier] = match choosing.manner {
            Manner::Plain => &[],
            Manner::Control => &[Modifier::Control],
        };
        self.click_point(at, holding).await
    }

    /// The option is not among those that are drawn: others may come, by typing or by scrolling.
    async fn look_further(
        &mut self,
        choosing: &mut Choosing,
        widget: &Widget,
    ) -> Result<Next, Halt> {
        let way = *choosing.way.get_or_insert("down");
        let lacking = choosing.wanted.iter().find(|it| !choosing.seen.contains(it));
        let hint = lacking.map(|it| Hint::Text(it));
        let asked = |to| Question::Scroll { element: &widget.list, number: 0, to, hint };
        let step = json!(way);
        let before: Scrolled = self.ask(&asked(&Value::Null)).await?;
        let inner = before.there && !before.page && before.most > 0.0;
        let now: Scrolled = if inner { self.ask(&asked(&step)).await? } else { before };
        if inner && (now.top - before.top).abs() >= 1.0 {
            return Ok(Next::Again);
        }
        if way == "down" && inner {
            choosing.way = Some("up");
            return Ok(Next::Again);
        }
        if !widget.field.is_null() && !choosing.typed && !widget.busy {
            self.type_option(choosing, widget).await?;
            choosing.way = None;
            return Ok(Next::Again);
        }
        if self.is_in_vain(choosing.deadline, Wait::UntilRest).await {
            return Err(failed(&choosing.expected, choosing.missing()).into());
        }
        choosing.way = None;
        self.pause().await;
        Ok(Next::Again)
    }

    /// Closes a list that stays open after several were chosen.
    async fn close_list(
        &mut self,
        choosing: &Choosing,
        widget: &Widget,
        spot: &Spot,
    ) -> Result<(), Snag> {
        if widget.own || !widget.many || widget.list.is_null() || !choosing.appeared {
            return Ok(());
        }
        if widget.field.is_null()
            && let Ok(at) = self.point_of(&spot.reference, "it").await
        {
            return self.click_point(at, &[]).await;
        }
        self.keys_to_reference(&widget.field, "\u{E00C}").await
    }
}

fn arguments(spot: &Spot, choosing: &Choosing) -> Vec<Value> {
    vec![spot.reference.clone(), json!(choosing.wanted)]
}

impl Choosing {
    fn new(from: &Target, options: &[Template], deadline: FairInstant) -> Self {
        let wanted: Vec<String> = options.iter().map(|it| it.raw().to_owned()).collect();
        let named: Vec<String> = wanted.iter().map(|it| format!("\"{it}\"")).collect();
        let word = if named.len() == 1 { "option" } else { "options" };
        Self {
            expected: format!("{word} {} in {from}", named.join(", ")),
            wanted,
            deadline,
            known: None,
            before: String::new(),
            opening: Opening::Closed,
            appeared: false,
            veiled: false,
            typed: false,
            seen: Vec::new(),
            way: None,
            manner: Manner::Plain,
            last: None,
            right: 0,
        }
    }

    fn note(&mut self, widget: &Widget) {
        for choice in &widget.options {
            if !self.seen.contains(&choice.name) {
                self.seen.push(choice.name.clone());
            }
        }
    }

    /// The next option to click; `None` where a wanted one is not in sight.
    fn next_click<'w>(&mut self, widget: &'w Widget) -> Option<&'w Choice> {
        let has = |at: usize| widget.options.iter().find(move |it| it.wanted == at as i64);
        if !widget.many {
            return has(0);
        }
        let right = right(widget);
        if let Some(name) = &self.last {
            // A click that chose an option and dropped another one asks for Control from here on.
            let taken = widget.options.iter().any(|it| it.name == *name && is_chosen(it));
            if taken && self.wanted.len() > 1 && right <= self.right {
                self.manner = Manner::Control;
            }
        }
        self.right = right;
        let surplus = widget.options.iter().find(|it| it.wanted < 0 && it.selected == Some(true));
        let lacking = (0..self.wanted.len()).find_map(|at| match has(at) {
            Some(choice) if choice.selected == Some(true) => None,
            other => Some(other),
        });
        match (lacking, surplus) {
            (Some(Some(choice)), _) | (None, Some(choice)) => Some(choice),
            (Some(None), _) | (None, None) => None,
        }
    }

    /// Whether what is there now is what was wanted; `None` where something is left to click.
    fn verdict(&self, widget: &Widget) -> Option<bool> {
        if widget.many && !widget.list.is_null() {
            let wrong = widget.options.iter().any(|it| it.wanted < 0 && is_chosen(it));
            return (right(widget) == self.wanted.len() && !wrong).then_some(true);
        }
        self.last.as_ref()?;
        if self.wanted.len() > 1 {
            return Some(false);
        }
        let menu = matches!(widget.list_role.as_str(), "menu" | "menubar");
        match widget.options.iter().find(|it| it.wanted >= 0) {
            // A list that stays, or goes only after it has shown what is chosen.
            Some(choice) if choice.selected.is_some() && (widget.own || !menu) => {
                Some(is_chosen(choice))
            }
            Some(_) => Some(true),
            None => Some(self.shows(widget)),
        }
    }

    /// Whether what was closed shows the choice, as far as it shows anything.
    fn shows(&self, widget: &Widget) -> bool {
        let text = widget.value.to_lowercase();
        widget.role != "combobox"
            || text.is_empty()
            || text.contains(&self.wanted[0].to_lowercase())
            || widget.value != self.before
    }

    fn unchanged(&self, widget: &Widget) -> String {
        if self.wanted.len() > 1 && !widget.many {
            return "it takes one option only".to_owned();
        }
        let chosen: Vec<&str> =
            widget.options.iter().filter(|it| is_chosen(it)).map(|it| it.name.as_str()).collect();
        match (chosen.as_slice(), widget.value.as_str()) {
            ([], "") => "it was clicked, and is not chosen".to_owned(),
            ([], value) => format!("it was clicked, and \"{value}\" is shown as chosen"),
            (chosen, _) => format!("it was clicked, and {} is chosen", chosen.join(", ")),
        }
    }

    fn missing(&self) -> String {
        let lacking: Vec<String> = self
            .wanted
            .iter()
            .filter(|it| !self.seen.contains(it))
            .map(|it| format!("\"{it}\""))
            .collect();
        let what =
            if self.wanted.len() == 1 { String::new() } else { format!(" {}", lacking.join(", ")) };
        format!("no such option{what}; there are: {}", several(&self.seen))
    }
}

fn is_chosen(choice: &Choice) -> bool {
    choice.selected == Some(true)
}

/// How many of the wanted options are chosen.
fn right(widget: &Widget) -> usize {
    widget.options.iter().filter(|it| it.wanted >= 0 && is_chosen(it)).count()
}

/// The first of many names.
fn several<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMED).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(MOST_NAMED) {
        0 if shown.is_empty() => "none".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Why options of a native list cannot be chosen; `None` where they can.
fn unchoosable(answer: &Value, wanted: &[String]) -> Option<String> {
    if wanted.len() > 1 && answer["multiple"] != true {
        return Some("it takes one option only".to_owned());
    }
    let labels: Vec<&str> =
        answer["labels"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (at, label) in wanted.iter().enumerate() {
        let one = if wanted.len() == 1 { "the option".to_owned() } else { format!("\"{label}\"") };
        match answer["counts"][at].as_u64() {
            Some(0) if wanted.len() == 1 => {
                return Some(format!("no such option; there are: {}", several(&labels)));
            }
            Some(0) => {
                return Some(format!("no such option {one}; there are: {}", several(&labels)));
            }
            Some(1) if answer["disabled"][at] == true => {
                return Some(format!("{one} is disabled"));
            }
            Some(1) | None => {}
            Some(count) => return Some(format!("{count} options have this label")),
        }
    }
    None
}

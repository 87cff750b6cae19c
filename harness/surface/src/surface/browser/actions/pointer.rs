//! The pointer beyond a plain click: double and right clicks, keys held meanwhile, hovering, drags.
//!
//! All of it is the browser's real input, given to the top document at points that the walker
//! names, so that frames and shadow trees need nothing special. Chromium turns the same moves into
//! drag events where a thing is `draggable`, so nobody has to say which kind of drag it is. The
//! plain click is in [`super::act`].

use std::time::Duration;

use serde_json::{Value, json};

use super::keys::modifier_key;
use super::seek::{Need, Spot};
use crate::model::Target;
use crate::model::gesture::{Click, ClickKind, DragTo, DropAt, Modifier, Offset};
use crate::process::FairInstant;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::{Step, failed};
use crate::surface::browser::walker::{Aim, Question};

/// The name of the pointer in input commands.
const POINTER: &str = "nightshift-pointer";
/// The name of the keyboard in input commands.
const KEYBOARD: &str = "nightshift-keys";
/// In so many moves a thing is dragged: scripts that follow the pointer see the way.
const MOVES: i32 = 8;
/// The first move of a drag, past the distance that libraries take for a click.
const NUDGE: i32 = 8;

/// The longest that a thing is held before it is dragged, on a machine whose timers are late.
const HOLD_AT_MOST: Duration = Duration::from_secs(1);

/// How far a filled distance goes.
pub(super) fn pixels(offset: &Offset) -> Step<(i32, i32)> {
    match offset {
        Offset::Pixels(right, down) => Ok((*right, *down)),
        Offset::Open(text) => {
            Err(failed("pixels to the right and down, such as \"120,0\"", format!("\"{text}\"")))
        }
    }
}

/// Whether two things are items of one list, which of them comes first, and how the list runs.
const ORDER: &str = r"
const [from, to] = arguments;
const [a, b] = [from, to].map((it) => it.getBoundingClientRect());
const axis = Math.abs(a.x + a.width / 2 - b.x - b.width / 2) > Math.abs(a.y + a.height / 2 - b.y - b.height / 2) ? 'x' : 'y';
let [one, other] = [from, to];
for (let up = 0; up < 4 && one && other && one !== other; up += 1) {
  if (one.parentElement && one.parentElement === other.parentElement) {
    const first = one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    return { axis, order: one.localName === other.localName ? (first ? 'before' : 'after') : '' };
  }
  [one, other] = [one.parentElement, other.parentElement];
}
return { axis, order: '' };
";

/// How the thing that is dragged stands to the one on which it is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// In the same list, before it.
    Forward,
    /// In the same list, behind it.
    Backward,
    /// Elsewhere.
    Apart,
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Axis {
    Right,
    #[default]
    Down,
}

/// Where on a thing a drag ends, from its beginning to its end as 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part(f64);

impl Part {
    fn of(at: Option<DropAt>, order: Order) -> Self {
        Self(match (at, order) {
            (Some(DropAt::Before), _) => 0.15,
            (Some(DropAt::After), _) => 0.85,
            (Some(DropAt::On), _) | (None, Order::Apart) => 0.5,
            // Beyond the middle, and not at the edge: a thing that takes others into it still does.
            (None, Order::Forward) => 0.65,
            (None, Order::Backward) => 0.35,
        })
    }
}

/// Where a drag ends, seen from the middle of a thing.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Landing {
    part: Part,
    axis: Axis,
}

impl Default for Landing {
    fn default() -> Self {
        Self { part: Part::of(None, Order::Apart), axis: Axis::Down }
    }
}

impl Landing {
    /// The point, of a thing with this middle and size.
    fn point(self, (x, y): (f64, f64), (width, height): (f64, f64)) -> At {
        let beyond = self.part.0 - 0.5;
        match self.axis {
            Axis::Right => rounded(x + beyond * width, y),
            Axis::Down => rounded(x, y + beyond * height),
        }
    }
}

/// A point in CSS pixels from the top left corner of the page's viewport.
pub(super) type At = (i32, i32);

impl Page {
    /// Clicks in another way than once with the main button and nothing held.
    pub(super) async fn click_specially(&mut self, click: &Click) -> Step<()> {
        let deadline = self.deadline();
        let expected = Need::Usable.of(&click.target);
        loop {
            let (spot, at) = self.aim_at(&click.target, Need::Usable, deadline).await?;
            let went = self.gesture(&clicks(at, click.kind, &click.holding)).await;
            if self.acted(went, &spot, &expected, deadline).await? {
                return self.get_ready(deadline).await;
            }
        }
    }

    /// Moves the pointer onto a thing, by way of a point beside its middle: a pointer that rests
    /// there already would not be noticed.
    pub(super) async fn hover(&mut self, target: &Target) -> Step<()> {
        let deadline = self.deadline();
        loop {
            let (spot, (x, y)) = self.aim_at(target, Need::InReach, deadline).await?;
            let moves = [to((x + 1, y)), to((x, y))];
            let went = self.gesture(&json!([pointer(&moves)])).await;
            if self.acted(went, &spot, &Need::InReach.of(target), deadline).await? {
                return self.get_ready(deadline).await;
            }
        }
    }

    /// Presses on a thing, moves and lets go. The end is looked for after the drag began: places to
    /// drop things often appear only then.
    pub(super) async fn drag(
        &mut self,
        from: &Target,
        end: &DragTo,
        at: Option<DropAt>,
    ) -> Step<()> {
        let deadline = self.deadline();
        let mut landing = Landing::default();
        match end {
            // Both are looked at before anything moves, so that a failure leaves no button pressed.
            DragTo::Thing(to) => landing = self.landing(from, to, at, deadline).await?,
            DragTo::By(offset) => drop(pixels(offset)?),
        }
        let expected = format!("{}, to be dragged", Need::Usable.of(from));
        let begin = loop {
            let (spot, at) = self.aim_at(from, Need::InReach, deadline).await?;
            let nudged = self.nudge(at).await;
            let press = [to(at), json!({ "type": "pointerDown", "button": 0 })];
            let mut went = self.gesture(&json!([pointer(&press)])).await;
            if went.is_ok() {
                self.hold(deadline).await?;
                went = self.gesture(&json!([pointer(&[to(nudged)])])).await;
            }
            if self.acted(went, &spot, &expected, deadline).await? {
                break at;
            }
        };
        let ended = self.drop_at(begin, end, landing, deadline).await;
        if ended.is_err() {
            // The failure is told; the button is let go where it is, so that the page is not stuck.
            let release = json!([pointer(&[json!({ "type": "pointerUp", "button": 0 })])]);
            drop(self.gesture(&release).await);
        }
        ended?;
        self.get_ready(deadline).await
    }

    /// Waits for the timers that a press began: what must be held a moment can be dragged then.
    async fn hold(&self, deadline: FairInstant) -> Step<()> {
        let until = deadline.min(FairInstant::now() + HOLD_AT_MOST);
        let held = "globalThis.__nightshift ? __nightshift.held() : false";
        while !until.has_come() && self.peek(held, deadline).await? == true {
            self.pause().await;
        }
        Ok(())
    }

    /// Moves to the end of a drag, a frame at a time, and lets go there.
    async fn drop_at(
        &mut self,
        begin: At,
        end: &DragTo,
        landing: Landing,
        deadline: FairInstant,
    ) -> Step<()> {
        self.frames().await?;
        let (goal, name) = match end {
            DragTo::Thing(thing) => (self.goal(thing, landing, deadline).await?, thing.to_string()),
            DragTo::By(offset) => {
                let (right, down) = pixels(offset)?;
                ((begin.0 + right, begin.1 + down), format!("{right},{down} pixels away"))
            }
        };
        let expected = format!("a drag to {name}");
        self.inside_window(goal, &expected).await?;
        for part in 1..=MOVES {
            let x = begin.0 + (goal.0 - begin.0) * part / MOVES;
            let y = begin.1 + (goal.1 - begin.1) * part / MOVES;
            self.input(&json!([pointer(&[to((x, y))])]), &expected).await?;
            self.frames().await?;
        }
        // A drop counts where the pointer rested: two more moves on the spot tell that it does.
        let rest = [to((goal.0, goal.1 - 1)), to(goal)];
        self.input(&json!([pointer(&rest)]), &expected).await?;
        self.frames().await?;
        let release = json!([pointer(&[json!({ "type": "pointerUp", "button": 0 })])]);
        self.input(&release, &expected).await
    }

    /// Input outside of the window goes nowhere.
    async fn inside_window(&self, (x, y): At, expected: &str) -> Step<()> {
        let sides = self.peek("[innerWidth, innerHeight].join('x')", self.deadline()).await?;
        let text = sides.as_str().unwrap_or_default();
        let (width, height) = text.split_once('x').unwrap_or_default();
        let side = |it: &str| it.parse().unwrap_or(i32::MAX);
        if (0..side(width)).contains(&x) && (0..side(height)).contains(&y) {
            return Ok(());
        }
        Err(failed(
            expected,
            format!("this point, {x},{y}, lies outside of the page's {text} pixels"),
        ))
    }

    /// Where on a thing a drag is to end.
    async fn landing(
        &mut self,
        from: &Target,
        to: &Target,
        at: Option<DropAt>,
        deadline: FairInstant,
    ) -> Step<Landing> {
        let end = self.obtain(to, Need::There, deadline).await?;
        if end.framed {
            self.leave(&end).await?;
            return Ok(Landing { part: Part::of(at, Order::Apart), axis: Axis::Down });
        }
        let begin = self.obtain(from, Need::There, deadline).await?;
        let things = vec![begin.reference.clone(), end.reference.clone()];
        let told = if begin.framed { Ok(Value::Null) } else { self.script(ORDER, things).await };
        self.leave(&begin).await?;
        // Where that cannot be told, the middle is as good as any place.
        let told = told.unwrap_or_default();
        let order = match told["order"].as_str() {
            Some("before") => Order::Forward,
            Some("after") => Order::Backward,
            Some(_) | None => Order::Apart,
        };
        let axis = if told["axis"] == "x" { Axis::Right } else { Axis::Down };
        Ok(Landing { part: Part::of(at, order), axis })
    }

    /// Where a drag ends: the thing may be covered by what is dragged, so only its place counts.
    async fn goal(&mut self, thing: &Target, landing: Landing, deadline: FairInstant) -> Step<At> {
        loop {
            let spot = self.obtain(thing, Need::There, deadline).await?;
            let aim = self.aim(&spot).await;
            self.leave(&spot).await?;
            match aim {
                Ok(Aim { x: Some(x), y: Some(y), width, height, .. }) => {
                    return Ok(landing.point((x, y), (width, height)));
                }
                Ok(_) | Err(Snag::Again(_)) if !deadline.has_come() => self.pause().await,
                Ok(_) => {
                    return Err(failed(
                        format!("{thing}, visible"),
                        "it cannot be brought into view",
                    ));
                }
                Err(snag) => return Err(self.trouble(snag, &thing.to_string())),
            }
        }
    }

    /// A point a little beside another one, towards the middle of the page.
    async fn nudge(&self, at: At) -> At {
        let asked = self.evaluate("innerWidth / 2", self.deadline()).await;
        let middle = asked.ok().and_then(|it| it.as_f64()).unwrap_or_default();
        if f64::from(at.0) < middle { (at.0 + NUDGE, at.1) } else { (at.0 - NUDGE, at.1) }
    }

    /// Waits for a thing and for the point where the pointer meets it.
    pub(super) async fn aim_at(
        &mut self,
        target: &Target,
        need: Need,
        deadline: FairInstant,
    ) -> Step<(Spot, At)> {
        let expected = need.of(target);
        loop {
            let spot = self.obtain(target, need, deadline).await?;
            let actual = match self.aim(&spot).await {
                Ok(Aim { covered: Some(cover), .. }) => format!("it is covered by {cover}"),
                Ok(Aim { x: Some(x), y: Some(y), .. }) => return Ok((spot, rounded(x, y))),
                Ok(_) => "it cannot be brought into view".to_owned(),
                Err(Snag::Again(said)) => said,
                Err(snag) => return Err(self.trouble(snag, &expected)),
            };
            self.leave(&spot).await?;
            if deadline.has_come() {
                return Err(failed(expected, actual));
            }
            if !self.dismiss(Some(target)).await? {
                self.pause().await;
            }
        }
    }

    async fn aim(&self, spot: &Spot) -> Result<Aim, Snag> {
        self.ask(&Question::Aim { element: &spot.reference }).await
    }

    /// Lets the page draw twice: what follows the pointer frame by frame has followed then.
    pub(crate) async fn frames(&self) -> Step<()> {
        let script = "return new Promise((done) => \
                      requestAnimationFrame(() => requestAnimationFrame(() => done(true))));";
        match self.script(script, Vec::new()).await {
            Ok(_) | Err(Snag::Again(_) | Snag::Refused(_) | Snag::Dialog) => Ok(()),
            Err(snag) => Err(self.trouble(snag, "a page that is drawn")),
        }
    }

    async fn input(&self, actions: &Value, expected: &str) -> Step<()> {
        match self.gesture(actions).await {
            Ok(()) | Err(Snag::Dialog) => Ok(()),
            Err(snag) => Err(self.trouble(snag, expected)),
        }
    }

    /// Gives input to the page: the sources of `input.performActions`.
    pub(crate) async fn gesture(&self, actions: &Value) -> Result<(), Snag> {
        let params = json!({ "context": self.top, "actions": actions });
        match self.answer_or_dialog("input.performActions", params).await {
            None if self.record.state().crashed => Err(Snag::Crashed),
            None => Err(Snag::Dialog),
            Some(Ok(_)) => Ok(()),
            Some(Err(Refusal::Said(_, said))) => Err(Snag::Refused(said)),
            Some(Err(Refusal::Silent)) => Err(Snag::Hung),
            Some(Err(Refusal::Gone)) => Err(Snag::Lost(Refusal::Gone.lost("using the pointer"))),
        }
    }

    /// Turns the wheel over a point.
    pub(super) async fn wheel(&self, (x, y): At, (right, down): At) -> Result<(), Snag> {
        let turn = json!({ "type": "scroll", "x": x, "y": y, "deltaX": right, "deltaY": down });
        let wheel = json!({ "type": "wheel", "id": "nightshift-wheel", "actions": [turn] });
        self.gesture(&json!([wheel])).await
    }

    /// Clicks a point of the page.
    pub(super) async fn click_point(&self, at: At, holding: &[Modifier]) -> Result<(), Snag> {
        self.gesture(&clicks(at, ClickKind::Single, holding)).await
    }

    /// The point of an element that a script answered with; it must lie in the frame that is
    /// switched to.
    pub(super) async fn point_of(&self, element: &Value, what: &str) -> Result<At, Snag> {
        let aim: Aim = self.ask(&Question::Aim { element }).await?;
        match aim {
            Aim { covered: Some(cover), .. } => {
                Err(Snag::Again(format!("{what} is covered by {cover}")))
            }
            Aim { x: Some(x), y: Some(y), .. } => Ok(rounded(x, y)),
            Aim { .. } => Err(Snag::Again(format!("{what} cannot be brought into view"))),
        }
    }
}

fn rounded(x: f64, y: f64) -> At {
    (x.floor() as i32, y.floor() as i32)
}

fn to((x, y): At) -> Value {
    json!({ "type": "pointerMove", "x": x, "y": y, "duration": 0 })
}

fn pointer(actions: &[Value]) -> Value {
    json!({ "type": "pointer", "id": POINTER, "parameters": { "pointerType": "mouse" },
        "actions": actions })
}

/// The input of a click: the keys go down first and up last.
fn clicks(at: At, kind: ClickKind, holding: &[Modifier]) -> Value {
    let (button, times) = match kind {
        ClickKind::Single => (0, 1),
        ClickKind::Double => (0, 2),
        ClickKind::Right => (2, 1),
    };
    let pause = json!({ "type": "pause" });
    let mut mouse = vec![pause.clone(); holding.len()];
    mouse.push(to(at));
    for _ in 0..times {
        mouse.push(json!({ "type": "pointerDown", "button": button }));
        mouse.push(json!({ "type": "pointerUp", "button": button }));
    }
    let between = mouse.len() - holding.len();
    let key =
        |kind: &str, it: &Modifier| json!({ "type": kind, "value": modifier_key(*it).to_string() });
    let mut keys: Vec<Value> = holding.iter().map(|it| key("keyDown", it)).collect();
    keys.extend(vec![pause; between]);
    keys.extend(holding.iter().map(|it| key("keyUp", it)));
    json!([{ "type": "key", "id": KEYBOARD, "actions": keys }, pointer(&mouse)])
}

//! Frames of other origins. The walker cannot look into them from outside, so each is asked by
//! itself, by the event connection and within bounds, and what it says is put where the frame
//! stands. Frames of the page's own origin need none of this.

use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::page::Page;
use super::ready::standard;
use super::trouble::Step;
use crate::model::{Locator, Target};
use crate::process::FairInstant;
use crate::surface::browser::engine::bidi::Bidi;
use crate::surface::browser::walker::{self, Area, Explain, MaskedRegion, Matches, Question};

/// A frame that does not answer in this time is left out.
const ANSWER: Duration = Duration::from_millis(1500);
/// How long a frame may take to become quiet.
const QUIET: Duration = Duration::from_secs(1);
/// How deep frames in frames are followed, beyond the page.
const DEEPEST: usize = 4;
/// What stands in the tree where a frame's own tree goes; text of pages never holds it.
const PLACEHOLDER: char = '\u{1}';
/// Where the browser shows that a frame could not be loaded, in words of its own.
const ERROR_PAGE: &str = "chrome-error:";

/// A frame of another origin that was read, for what else is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entered {
    context: String,
    x: f64,
    y: f64,
}

impl Entered {
    /// The same frame after the page was scrolled by so much.
    pub(crate) fn scrolled(&self, x: f64, y: f64) -> Self {
        Self { x: self.x - x, y: self.y - y, ..self.clone() }
    }
}

impl Page {
    /// What a target means in the frames of other origins, where it means nothing outside.
    pub(crate) async fn find_in_frames(
        &self,
        target: &Target,
        mut found: Matches,
        explain: Explain,
    ) -> Step<Matches> {
        let mut level: Vec<(Vec<u16>, Target)> = inner_targets(target, &[], &found);
        found.foreign.clear();
        let mut nearest: Vec<String> = Vec::new();
        for _ in 0..DEEPEST {
            if level.is_empty() || !found.matches.is_empty() {
                break;
            }
            let paths: Vec<Vec<u16>> = level.iter().map(|(path, _)| path.clone()).collect();
            let contexts = self.contexts_of(&paths).await;
            let answers = join_all(level.iter().zip(&contexts).map(|((_, target), context)| {
                let question = Question::Find { target, explain };
                async move { self.ask_in::<Matches>(context.as_deref()?, &question).await }
            }));
            let mut deeper = Vec::new();
            for ((path, target), answer) in level.iter().zip(answers.await) {
                let Some(mut inner) = answer else { continue };
                deeper.extend(inner_targets(target, path, &inner));
                for one in &mut inner.matches {
                    one.frames.splice(0..0, path.iter().copied());
                }
                found.total += inner.total;
                found.missing_within &= inner.missing_within;
                nearest.extend(inner.nearest);
                found.matches.extend(inner.matches);
            }
            level = deeper;
        }
        // What is near inside is nearer than what stands around the frames.
        nearest.append(&mut found.nearest);
        for one in nearest {
            if !found.nearest.contains(&one) {
                found.nearest.push(one);
            }
        }
        Ok(found)
    }

    /// Puts what frames of other origins hold into the page's facets; the frames that were read.
    pub(crate) async fn stitch(
        &self,
        read: &mut walker::Page,
        masks: &[Target],
        details: &[&'static str],
    ) -> Vec<Entered> {
        if read.foreign.is_empty() {
            return Vec::new();
        }
        let masks: Vec<Target> = masks.iter().map(unframed).collect();
        let mut entered = Vec::new();
        self.stitch_below(read, (&masks, details), Vec::new(), &mut entered).await;
        entered
    }

    fn stitch_below<'a>(
        &'a self,
        read: &'a mut walker::Page,
        asked: (&'a [Target], &'a [&'static str]),
        above: Vec<u16>,
        entered: &'a mut Vec<Entered>,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let foreign = std::mem::take(&mut read.foreign);
            let paths: Vec<Vec<u16>> =
                foreign.iter().map(|it| [&*above, &*it.frames].concat()).collect();
            let contexts = if above.len() < DEEPEST {
                self.contexts_of(&paths).await
            } else {
                vec![None; paths.len()]
            };
            let pages = join_all(contexts.iter().map(|context| async move {
                let context = context.as_deref()?;
                self.settle_frame(context).await;
                let (masks, details) = asked;
                let question = Question::Observe { masks, details, drawn: false };
                self.ask_in::<walker::Page>(context, &question).await
            }));
            let mut inners = Vec::new();
            for ((page, frame), (path, context)) in
                pages.await.into_iter().zip(&foreign).zip(paths.into_iter().zip(contexts))
            {
                let Some(mut page) = page.filter(|it| !it.url.starts_with(ERROR_PAGE)) else {
                    inners.push(String::new());
                    continue;
                };
                let from = entered.len();
                self.stitch_below(&mut page, asked, path, entered).await;
                entered.push(Entered { context: context.unwrap_or_default(), x: 0.0, y: 0.0 });
                for inner in &mut entered[from..] {
                    (inner.x, inner.y) = (inner.x + frame.x, inner.y + frame.y);
                }
                read.text.push_str(&page.text);
                read.details.links.push_str(&page.details.links);
                read.details.fields.push_str(&page.details.fields);
                read.details.a11y.push_str(&page.details.a11y);
                read.masks.extend(page.masks.iter().map(|it| moved(it, frame.x, frame.y)));
                inners.push(page.aria);
            }
            read.aria = put(&read.aria, &inners);
        })
    }

    /// The text that is drawn in the frames of other origins, in the page's viewport.
    pub(crate) async fn runs_in(&self, entered: &[Entered]) -> Vec<walker::TextRun> {
        let asked = join_all(entered.iter().map(|frame| async move {
            let runs = self.ask_in::<walker::TextRuns>(&frame.context, &Question::Runs).await?;
            Some(
                runs.runs
                    .into_iter()
                    .map(|it| walker::TextRun { rect: shifted(it.rect, frame.x, frame.y), ..it }),
            )
        }));
        asked.await.into_iter().flatten().flatten().collect()
    }

    /// Lets a frame come to rest; one that never does is taken as it is.
    async fn settle_frame(&self, context: &str) {
        let question =
            format!("globalThis.__nightshift ? __nightshift.busy({}).join() : ''", self.round);
        let until = FairInstant::now() + QUIET;
        while !until.has_come() {
            match self.evaluate_in(context, &question).await {
                Some(busy) if busy != "" => self.pause().await,
                Some(_) | None => return,
            }
        }
    }

    /// The browsing contexts of frames, by the way to them from the page.
    async fn contexts_of(&self, paths: &[Vec<u16>]) -> Vec<Option<String>> {
        let windows: Vec<String> = paths
            .iter()
            .map(|path| path.iter().fold("window".to_owned(), |all, at| format!("{all}[{at}]")))
            .collect();
        let (method, mut params) = standard(&self.top, &format!("[{}]", windows.join(", ")));
        if self.top != self.first {
            // The standard's command never answers by the context of a window that a page opened.
            params["target"] = json!({ "realm": realm_of(&self.shared.bidi, &self.top).await });
        }
        let answer = self.shared.bidi.command(method, params, ANSWER).await.unwrap_or_default();
        let all = &answer["result"]["value"];
        let context = |at| all[at]["value"]["context"].as_str().map(str::to_owned);
        (0..paths.len()).map(context).collect()
    }

    async fn evaluate_in(&self, context: &str, expression: &str) -> Option<Value> {
        evaluate_in(&self.shared.bidi, context, expression).await
    }

    async fn ask_in<T: DeserializeOwned>(
        &self,
        context: &str,
        question: &Question<'_>,
    ) -> Option<T> {
        ask_in(&self.shared.bidi, context, question).await
    }
}

/// The value of an expression inside a frame or page; `None` where it does not answer.
pub(crate) async fn evaluate_in(bidi: &Bidi, context: &str, expression: &str) -> Option<Value> {
    let (method, mut params) = standard(context, expression);
    // By its context the command may wait for ever for a frame that was just replaced.
    params["target"] = json!({ "realm": realm_of(bidi, context).await? });
    let mut answer = bidi.command(method, params, ANSWER).await.ok()?;
    (answer["type"] == "success").then(|| answer["result"]["value"].take())
}

/// Where the scripts of a document run.
async fn realm_of(bidi: &Bidi, context: &str) -> Option<Value> {
    let asked = json!({ "context": context, "type": "window" });
    let mut realms = bidi.command("script.getRealms", asked, ANSWER).await.ok()?;
    let all = realms["realms"].as_array_mut()?;
    all.retain(|it| it["context"] == context && it["sandbox"].is_null());
    all.last_mut().map(|it| it["realm"].take())
}

/// Asks the walker inside a frame; `None` where the frame does not answer.
pub(crate) async fn ask_in<T: DeserializeOwned>(
    bidi: &Bidi,
    context: &str,
    question: &Question<'_>,
) -> Option<T> {
    let mut request = question.arguments().into_iter().next()?;
    request["ways"] = json!(true);
    let expression = format!("JSON.stringify((function () {{ {} }})({request}))", walker::SCRIPT);
    let answer = evaluate_in(bidi, context, &expression).await?;
    walker::read(serde_json::from_str(answer.as_str()?).ok()?).ok()
}

/// What is to be found in each frame: the target, without the part that already named the frame.
fn inner_targets(target: &Target, above: &[u16], found: &Matches) -> Vec<(Vec<u16>, Target)> {
    let inner = |strip: bool| {
        if strip { Target { within: None, ..target.clone() } } else { target.clone() }
    };
    found.foreign.iter().map(|it| ([above, &*it.frames].concat(), inner(it.strip))).collect()
}

/// A mask as it reads inside a frame that it names.
fn unframed(mask: &Target) -> Target {
    let names_frame = mask
        .within
        .as_deref()
        .is_some_and(|it| matches!(&it.locator, Locator::Role { role, .. } if role == "iframe"));
    if names_frame { Target { within: None, ..mask.clone() } } else { mask.clone() }
}

fn shifted(area: Area, x: f64, y: f64) -> Area {
    Area { x: area.x + x, y: area.y + y, ..area }
}

fn moved(region: &MaskedRegion, x: f64, y: f64) -> MaskedRegion {
    MaskedRegion {
        mask: region.mask,
        page: shifted(region.page, x, y),
        viewport: shifted(region.viewport, x, y),
    }
}

/// Puts the trees of frames where their placeholders stand; a frame that holds nothing is a line
/// of its own, as ever.
fn put(aria: &str, inners: &[String]) -> String {
    let lines: Vec<&str> = aria.lines().collect();
    let mut out: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((indent, number)) = line.split_once(PLACEHOLDER) else {
            out.push((*line).to_owned());
            continue;
        };
        let inner = number.parse().ok().and_then(|at: usize| inners.get(at));
        let inner = inner.map(String::as_str).unwrap_or_default();
        out.extend(inner.lines().map(|it| format!("{indent}{it}")));
        let has_more = lines.get(at + 1).is_some_and(|next| next.starts_with(indent));
        if inner.is_empty()
            && !has_more
            && let Some(above) = out.last_mut()
            && !above.starts_with(indent)
            && let Some(bare) = above.strip_suffix(':')
        {
            *above = bare.to_owned();
        }
    }
    let mut text = out.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_a_frame_stands_where_the_frame_stands() {
        let outer = "- heading \"Pay\"\n- iframe \"Card\":\n  \u{1}0\n- iframe \"Ad\":\n  \u{1}1\n";
        let inner = "- textbox \"Number\"\n- list:\n  - listitem: a\n".to_owned();
        assert_eq!(
            put(outer, &[inner, String::new()]),
            "- heading \"Pay\"\n- iframe \"Card\":\n  - textbox \"Number\"\n  - list:\n    \
             - listitem: a\n- iframe \"Ad\"\n"
        );
        let beside = "- group:\n  \u{1}0\n  - text: beside\n";
        assert_eq!(put(beside, &[String::new()]), "- group:\n  - text: beside\n");
    }
}

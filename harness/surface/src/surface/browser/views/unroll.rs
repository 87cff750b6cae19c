//! [`Page::unroll`]: has all of a page come into view once, for a picture of its whole length.
//!
//! Pages keep parts back until they are scrolled to: by an `IntersectionObserver`, by listening to
//! `scroll`, or by `loading="lazy"`. The last are asked for; for the others the page is scrolled
//! from its top to its end, a frame at a time, what that asked for is waited for, and the page
//! stands at its top again. A page that keeps nothing back is not scrolled. Neighbours:
//! [`super::picture`], which takes the picture, and `preload.js`, which knows who waits for views.

use serde_json::json;

use crate::process::FairInstant;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::Step;

/// How often a page may grow when its end is reached; a feed without an end goes no further.
const GROWTHS: u32 = 3;
/// The most steps of half a window, whatever the page's length.
const STEPS: u32 = 200;

/// Asks for what is lazy by its markup, and says what else is to be done: 1 when something was
/// asked for or the page does not stand at its top, 2 when parts may wait for being seen.
const ASK: &str = r"(() => {
  const lazy = [...document.querySelectorAll('img[loading=lazy], iframe[loading=lazy]')];
  const waiting = lazy.filter((it) => it.localName === 'iframe' || !it.complete);
  for (const it of waiting) { it.loading = 'eager'; }
  const known = globalThis.__nightshift;
  const long = document.documentElement.scrollHeight > innerHeight + 1;
  const moved = scrollX !== 0 || scrollY !== 0;
  return (moved || waiting.length ? 1 : 0) + (long && known && known.awaitsView() ? 2 : 0);
})()";

/// Scrolls to a height, lets a frame be drawn there, and says whether that is the end, and where
/// the next half a window begins.
const STEP: &str = r"
  const [top] = arguments;
  scrollTo({ left: 0, top, behavior: 'instant' });
  return new Promise((done) => requestAnimationFrame(() => {
    const all = document.documentElement.scrollHeight;
    done([scrollY + innerHeight >= all - 1, scrollY + Math.max(innerHeight / 2, 1), all]);
  }));
";

const TO_TOP: &str = "scrollTo({ left: 0, top: 0, behavior: 'instant' })";

impl Page {
    /// Has everything loaded that waits for being seen; the page stands at its top afterwards.
    pub(super) async fn unroll(&mut self, deadline: FairInstant) -> Step<()> {
        let asked = self.peek(ASK, deadline).await?.as_u64().unwrap_or_default();
        if asked == 0 {
            return Ok(());
        }
        if asked & 2 != 0 {
            self.walk_down(deadline).await?;
        }
        self.peek(TO_TOP, deadline).await?;
        self.get_ready(deadline).await?;
        self.freeze(deadline).await
    }

    /// Scrolls to the end, which may move away a few times; for half of the time that is left.
    async fn walk_down(&mut self, deadline: FairInstant) -> Step<()> {
        let until = FairInstant::now() + deadline.left() / 2;
        let (mut top, mut growths) = (0.0, 0);
        for _ in 0..STEPS {
            if until.has_come() {
                break;
            }
            let (ended, next, length) = match self.script(STEP, vec![json!(top)]).await {
                Ok(said) => (
                    said[0] == true,
                    said[1].as_f64().unwrap_or_default(),
                    said[2].as_f64().unwrap_or_default(),
                ),
                // The page was replaced under the script: it is ready, and taken as it is.
                Err(Snag::Again(_) | Snag::Refused(_) | Snag::Dialog) => break,
                Err(snag) => return Err(self.trouble(snag, "a page that can be scrolled")),
            };
            top = next;
            if !ended {
                continue;
            }
            self.frames().await?;
            self.get_ready(until).await?;
            let all = self.peek("document.documentElement.scrollHeight", deadline).await?;
            if all.as_f64().unwrap_or_default() <= length + 1.0 || growths == GROWTHS {
                break;
            }
            growths += 1;
        }
        Ok(())
    }
}

//! Overlays that nobody asked for: cookie banners, tours, interstitials. They are clicked away by
//! the product's `dismiss:` rules where they are in the way of a step or a snapshot, and left
//! alone once the scenario itself uses them.

use super::seek::{Need, single};
use crate::model::scenario::WaitFor;
use crate::model::suite::Dismissal;
use crate::model::{Action, Target};
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::Step;
use crate::surface::browser::walker::Explain;

impl Page {
    /// Clicks away the overlays whose sign is visible now; whether there was one. Where they are
    /// in the way of `target`, those that it belongs to stay.
    pub(crate) async fn dismiss(&mut self, target: Option<&Target>) -> Step<bool> {
        let mut any = false;
        for (at, Dismissal { when, click }) in self.dismissals.clone().into_iter().enumerate() {
            if self.tested.contains(&at) || target.is_some_and(|it| *it == when || *it == click) {
                continue;
            }
            let sign = self.find(&when, Explain::Nothing).await?;
            if !sign.matches.iter().any(|it| it.visible) {
                continue;
            }
            let expected = Need::Usable.of(&click);
            let found = self.find(&click, Explain::Nothing).await?;
            let Ok(one) = single(&click, &found) else { continue };
            let spot = match self.spot(one, Need::Usable).await {
                Ok(Some(spot)) => spot,
                // It went by itself, or is not ready yet; the step itself says what is in its way.
                Ok(None) | Err(Snag::Again(_)) => continue,
                Err(snag) => return Err(self.trouble(snag, &expected)),
            };
            let clicked = self.click_spot(&spot).await;
            if self.acted(clicked, &spot, &expected, self.deadline()).await? {
                any = true;
                self.record.state().note(&format!("dismissed {when} by {click}"));
            }
        }
        if any {
            self.get_ready(self.deadline()).await?;
        }
        Ok(any)
    }

    /// Leaves the overlays alone that a step names.
    pub(super) fn notice_tested(&mut self, action: &Action) {
        if self.dismissals.is_empty() {
            return;
        }
        let targets: Vec<&Target> = match action {
            Action::See(targets) | Action::SeeNot(targets) => targets.iter().collect(),
            Action::Click(click) => vec![&click.target],
            Action::Wait { until: WaitFor::Visible(target) | WaitFor::Gone(target), .. } => {
                vec![target]
            }
            _ => return,
        };
        for (at, rule) in self.dismissals.iter().enumerate() {
            let names = |target: &&Target| {
                let mut within = Some(*target);
                while let Some(it) = within {
                    if *it == rule.when || *it == rule.click {
                        return true;
                    }
                    within = it.within.as_deref();
                }
                false
            };
            if targets.iter().any(names) {
                self.tested.insert(at);
            }
        }
    }

    /// Leaves an overlay alone as soon as a step has used something inside it.
    pub(super) async fn notice_inside(&mut self, target: &Target) -> Step<()> {
        for (at, rule) in self.dismissals.clone().into_iter().enumerate() {
            if self.tested.contains(&at) {
                continue;
            }
            let inside = inside(target, &rule.when);
            let found = self.find(&inside, Explain::Nothing).await?;
            if found.matches.iter().any(|it| it.visible) {
                self.tested.insert(at);
            }
        }
        Ok(())
    }
}

/// The target, looked for inside `outer` only.
fn inside(target: &Target, outer: &Target) -> Target {
    let mut all = target.clone();
    let within = match all.within.take() {
        Some(within) => inside(&within, outer),
        None => outer.clone(),
    };
    all.within = Some(Box::new(within));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Locator;

    #[test]
    fn a_target_is_looked_for_inside_the_overlay_and_stays_where_it_was() {
        let text = |it: &str| Target::plain(Locator::Text(it.into()));
        let row = Target { within: Some(Box::new(text("row"))), ..text("cell") };
        let wanted = Target {
            within: Some(Box::new(Target {
                within: Some(Box::new(text("banner"))),
                ..text("row")
            })),
            ..text("cell")
        };
        assert_eq!(inside(&row, &text("banner")), wanted);
    }
}

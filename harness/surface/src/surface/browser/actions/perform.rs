//! What a page does on request: each [`Action`] handed to the file that carries it out, and the
//! [`PageSurface`] that attempts know.

use futures_util::future::BoxFuture;

use super::act::{Ticked, Towards};
use super::expand::Openness;
use crate::model::gesture::{Click, ClickKind};
use crate::model::observe::Extra;
use crate::model::{Action, Kept, Template};
use crate::surface::browser::pages::deed::blamed;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::{Step, Trouble, failed};
use crate::surface::{
    Done, Held, HeldOff, Look, Observed, Outlined, PageSurface, Sighting, SurfaceError,
};

impl Page {
    /// Makes sure that something can be done with the page, and has it in front.
    async fn begin(&mut self, action: &Action) -> Step<()> {
        if !matches!(action, Action::Dialog(_))
            && let Some(trouble) = self.blocked("a page that can be used")
        {
            return Err(trouble);
        }
        self.go_on().await?;
        self.focus().await?;
        self.notice_tested(action);
        if !is_check(action) {
            self.disturb();
        }
        Ok(())
    }

    async fn open(&mut self, url: &str) -> Step<()> {
        self.open_url(url).await?;
        if self.stored.is_some() && self.is_at_home() {
            self.forget_stored().await?;
        }
        Ok(())
    }

    async fn perform(&mut self, action: &Action) -> Step<Vec<(String, Kept)>> {
        self.begin(action).await?;
        let none = |()| Vec::new();
        match action {
            Action::Open(url) => self.open(url.raw()).await.map(none),
            Action::Back => self.traverse(Towards::Back).await.map(none),
            Action::Forward => self.traverse(Towards::Forward).await.map(none),
            Action::Reload => self.reload().await.map(none),
            Action::Click(Click { target, kind: ClickKind::Single, holding })
                if holding.is_empty() =>
            {
                self.click(target).await.map(none)
            }
            Action::Click(click) => self.click_specially(click).await.map(none),
            Action::Hover(target) => self.hover(target).await.map(none),
            Action::Drag { from, to, at } => self.drag(from, to, *at).await.map(none),
            Action::Scroll { to, within } => self.scroll(to, within.as_ref()).await.map(none),
            Action::Clear(field) => self.clear(field).await.map(none),
            Action::Paste { text, into } => self.paste(text.raw(), into.as_ref()).await.map(none),
            Action::Expand(target) => self.set_open(target, Openness::Open).await.map(none),
            Action::Collapse(target) => self.set_open(target, Openness::Closed).await.map(none),
            Action::Print(save_as) => self.print_page(save_as.raw()).await.map(none),
            Action::Fill(fields) => self.fill(fields).await.map(none),
            Action::Type { text, into } => self.type_text(text, into.as_ref()).await.map(none),
            Action::Press { keys, on } => self.press(keys, on.as_ref()).await.map(none),
            Action::Choose { from, options } => self.choose(from, options).await.map(none),
            Action::Check(target) => self.set_checked(target, Ticked::On).await.map(none),
            Action::Uncheck(target) => self.set_checked(target, Ticked::Off).await.map(none),
            Action::Upload { to, by, files } => self.upload(to, *by, files).await.map(none),
            Action::Download { click, save_as, named } => {
                let (save_as, named) = (save_as.raw(), named.as_ref().map(Template::raw));
                self.download(click, save_as, named).await.map(none)
            }
            Action::Dialog(answer) => self.answer_dialog(answer).await.map(none),
            Action::See(targets) => self.see(targets).await.map(none),
            Action::SeeNot(targets) => self.see_not(targets).await.map(none),
            Action::Expect(all) => self.expect(all).await.map(none),
            Action::Wait { until, within_ms } => self.wait(until, *within_ms).await.map(none),
            Action::Capture(captures) => self.capture(captures).await,
            // Observing is a call of its own; the step itself only asks for a page that is ready.
            Action::Snapshot(_) => self.get_ready(self.deadline()).await.map(none),
            Action::Tab(tab) => self.go_to_tab(tab).await.map(none),
            Action::CloseTab => self.close_tab().await.map(none),
            Action::Network(network) => self.set_network(*network).await.map(none),
            Action::Emulate(settings) => self.emulate(settings).await.map(none),
            Action::When(_)
            | Action::Repeat(_)
            | Action::Set(_)
            | Action::Do(_)
            | Action::Judge(_) => {
                Err(failed("an action that this version can do", "it cannot do this one yet"))
            }
            Action::Run(_)
            | Action::Terminal(_)
            | Action::File(_)
            | Action::Mail(_)
            | Action::ForEach(_)
            | Action::Use { .. } => Err(failed("an action on a page", "this action is none")),
        }
    }
}

/// Whether a step only looks at the page.
fn is_check(action: &Action) -> bool {
    matches!(action, Action::See(_) | Action::SeeNot(_) | Action::Expect(_))
}

impl PageSurface for Page {
    fn act<'a>(&'a mut self, action: &'a Action) -> BoxFuture<'a, Result<Done, SurfaceError>> {
        Box::pin(async move {
            let before = self.unheard.before(action);
            let performed = self.perform(action).await;
            self.filled().await;
            if is_check(action) && matches!(performed, Err(Trouble::Failed(_))) {
                self.has_waited();
            }
            self.shared.wall.look_for_others()?;
            match performed {
                Ok(captured) => Ok(Done::Passed(captured)),
                Err(Trouble::Failed(failure)) => Ok(Done::Failed(blamed(failure, before))),
                Err(Trouble::Lost(error)) => Err(error),
            }
        })
    }

    fn holds<'a>(
        &'a mut self,
        condition: &'a crate::model::scenario::WaitFor,
    ) -> BoxFuture<'a, Result<Held, SurfaceError>> {
        Box::pin(self.look_whether(condition))
    }

    fn count<'a>(
        &'a mut self,
        target: &'a crate::model::Target,
    ) -> BoxFuture<'a, Result<Option<usize>, SurfaceError>> {
        Box::pin(self.count_visible(target))
    }

    fn observe<'a>(&'a mut self, look: &'a Look<'a>) -> BoxFuture<'a, Observed> {
        Box::pin(async move {
            let seen = self.take(look).await;
            self.shared.wall.look_for_others()?;
            seen
        })
    }

    fn outline(&mut self) -> BoxFuture<'_, Outlined> {
        Box::pin(self.sketch())
    }

    fn is_usable(&self) -> bool {
        self.blocked("a page that can be used").is_none()
    }

    fn remark(&mut self) -> Option<String> {
        self.unheard.fresh()
    }

    fn requests(&self) -> Vec<String> {
        self.network_log()
    }

    fn place(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async {
            self.flush().await;
            // A tab that closed itself leaves the scenario in the one that opened it.
            drop(self.go_on().await);
            self.place_now().await
        })
    }

    fn sightings(&mut self) -> BoxFuture<'_, Vec<Sighting>> {
        Box::pin(async {
            self.flush().await;
            let seen = self.record.take_sightings(self.base.as_str());
            seen.into_iter().map(|sighting| self.reworded(sighting)).collect()
        })
    }

    fn held_off(&mut self) -> BoxFuture<'_, Option<HeldOff>> {
        Box::pin(async {
            self.flush().await;
            self.record.take_held_off(&self.base)
        })
    }

    fn material(&mut self) -> BoxFuture<'_, Vec<Extra>> {
        Box::pin(self.gather())
    }
}

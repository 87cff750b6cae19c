//! [`Reviews`]: the reviews that somebody looks at. A night is judged and laid out once, and again
//! when it was judged anew meanwhile or has come to its end.

use std::path::Path;
use std::time::SystemTime;

use super::house::House;
use super::link::Links;
use crate::review::web::answer::Answer;
use crate::review::web::ask::Ask;
use crate::review::web::mount::Mount;
use crate::review::web::routes::Site;

/// How many nights are kept laid out.
const MOST: usize = 4;

/// The reviews that somebody looks at, the one that was looked at last at the end.
#[derive(Default)]
pub struct Reviews(Vec<Laid>);

/// A night that is laid out.
struct Laid {
    folder: String,
    state: State,
    site: Site,
}

/// What must be the same for a night to stay as it was laid out.
#[derive(PartialEq, Eq)]
struct State {
    judged: Option<SystemTime>,
    running: bool,
}

impl Reviews {
    /// Answers a request about the review of a night; the path is that within it.
    ///
    /// # Errors
    /// The night cannot be laid out; why.
    pub fn answer(
        &mut self,
        house: &House,
        links: &Links,
        folder: &str,
        ask: &Ask<'_>,
    ) -> Result<Answer, String> {
        let night = house.nights.join(folder);
        let state = State { judged: judged(&night), running: (house.running)().is_some() };
        self.0.retain(|it| it.folder != folder || it.state == state);
        let laid = self.0.iter().position(|it| it.folder == folder);
        let at = if let Some(at) = laid {
            at
        } else {
            let desk = (house.desk)(&night)?;
            let base = links.review(folder).trim_end_matches('/').to_owned();
            let home = Some(links.to("/", &[]));
            let mount = Mount { base, home, decides: house.decides };
            let site = Site::new(desk, mount);
            self.0.push(Laid { folder: folder.to_owned(), state, site });
            self.0.len() - 1
        };
        let mut laid = self.0.remove(at);
        let answer = laid.site.answer(ask);
        self.0.push(laid);
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
        Ok(answer)
    }
}

fn judged(night: &Path) -> Option<SystemTime> {
    night.join("night.json").metadata().ok()?.modified().ok()
}

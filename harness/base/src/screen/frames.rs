//! [`Reel`]: a recording as the pictures that a report plays, bounded whatever was recorded.
//!
//! Pictures that nobody could tell apart in time are one; where there are too many, those at
//! markers stay and the others are thinned out evenly.

use super::cast::{Cast, What};
use super::{Screen, Size, Still};

/// Output closer together than this, in milliseconds, is one picture.
const TOGETHER: u64 = 40;

/// A recording as pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reel {
    /// The command line.
    pub command: String,
    /// In order; never empty.
    pub frames: Vec<Frame>,
    /// What can be jumped to.
    pub markers: Vec<Marker>,
    /// How long it takes, in milliseconds.
    pub duration: u64,
    /// How the program ended; `None` where it was still running.
    pub exit: Option<i32>,
}

/// What was on the screen from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// In milliseconds since the start.
    pub at: u64,
    /// The screen.
    pub still: Still,
}

/// Something worth jumping to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// In milliseconds since the start.
    pub at: u64,
    /// What it says.
    pub text: String,
}

impl Reel {
    /// The pictures of a recording, `most` at most.
    #[must_use]
    pub fn of(cast: &Cast, most: usize) -> Self {
        let mut reel = Self {
            command: cast.command.clone(),
            frames: Vec::new(),
            markers: Vec::new(),
            duration: cast.events.last().map_or(0, |event| event.at),
            exit: None,
        };
        let mut screen = Screen::new(bounded(cast.size));
        reel.show(0, &screen);
        for (at, event) in cast.events.iter().enumerate() {
            match &event.what {
                What::Output(data) => {
                    screen.feed(data.as_bytes());
                }
                What::Resize(size) => screen.resize(bounded(*size)),
                What::Marker(text) => {
                    reel.markers.push(Marker { at: event.at, text: text.clone() });
                }
                What::Exit(code) => reel.exit = Some(*code),
                What::Input(_) => {}
            }
            let next = cast.events.get(at + 1);
            let soon = next.is_some_and(|next| {
                matches!(next.what, What::Output(_)) && next.at < event.at + TOGETHER
            });
            if !soon {
                reel.show(event.at, &screen);
            }
            // Far more than are wanted need not be collected first.
            if reel.frames.len() > most * 4 {
                reel.thin(most * 2);
            }
        }
        reel.thin(most);
        reel
    }

    fn show(&mut self, at: u64, screen: &Screen) {
        let still = screen.still();
        if self.frames.last().is_none_or(|last| last.still != still) {
            self.frames.push(Frame { at, still });
        }
    }

    /// Leaves so many frames, those that stand when a marker comes, the first and the last among them.
    fn thin(&mut self, most: usize) {
        if self.frames.len() <= most {
            return;
        }
        let mut keep = vec![false; self.frames.len()];
        keep[0] = true;
        keep[self.frames.len() - 1] = true;
        for marker in self.markers.iter().take(most.saturating_sub(2)) {
            let shown = self.frames.partition_point(|frame| frame.at <= marker.at);
            keep[shown.saturating_sub(1)] = true;
        }
        let room = most.saturating_sub(keep.iter().filter(|keep| **keep).count());
        let every = (self.frames.len() / room.max(1)).max(1) + 1;
        if room > 0 {
            keep.iter_mut().step_by(every).for_each(|keep| *keep = true);
        }
        let mut keep = keep.into_iter();
        self.frames.retain(|_| keep.next().unwrap_or_default());
    }
}

/// A recording that says that its terminal was huge must not have us draw it.
fn bounded(size: Size) -> Size {
    Size { columns: size.columns.min(500), rows: size.rows.min(300) }
}

#[cfg(test)]
mod tests {
    use super::super::cast::Event;
    use super::*;

    fn cast(events: Vec<(u64, What)>) -> Cast {
        let events = events.into_iter().map(|(at, what)| Event { at, what }).collect();
        Cast { size: Size { columns: 10, rows: 2 }, command: "x".to_owned(), events }
    }

    fn output(text: &str) -> What {
        What::Output(text.to_owned())
    }

    fn shown(reel: &Reel) -> Vec<(u64, String)> {
        reel.frames.iter().map(|frame| (frame.at, frame.still.text())).collect()
    }

    #[test]
    fn output_that_comes_together_is_one_picture() {
        let cast = cast(vec![
            (10, output("a")),
            (20, output("b")),
            (500, What::Marker("type c".to_owned())),
            (510, output("c")),
            (900, What::Exit(3)),
        ]);
        let reel = Reel::of(&cast, 100);
        let all = [(0, ""), (20, "ab"), (510, "abc")].map(|(at, text)| (at, text.to_owned()));
        assert_eq!(shown(&reel), all);
        assert_eq!((reel.duration, reel.exit), (900, Some(3)));
        assert_eq!(reel.markers, [Marker { at: 500, text: "type c".to_owned() }]);
    }

    #[test]
    fn of_too_many_pictures_those_at_markers_stay() {
        let mut events: Vec<(u64, What)> =
            (0..1000).map(|at| (at * 100, output(&format!("\r{at}")))).collect();
        events.insert(501, (50_000, What::Marker("here".to_owned())));
        let reel = Reel::of(&cast(events), 20);
        assert!(reel.frames.len() <= 40, "{}", reel.frames.len());
        assert!(reel.frames.iter().any(|frame| frame.at == 50_000));
        assert_eq!(shown(&reel).last(), Some(&(99_900, "999".to_owned())));
    }
}

//! [`Gauge`]: follows an answer while it comes, and says when it goes on past what its schema allows.

use super::{Form, wire};

/// So many characters may stand around the document, and as much space at a time within it.
const MOST_ASIDE: usize = 64;
/// A token has fewer characters than this, over a whole answer.
const LONGEST_TOKEN: usize = 16;

/// How far an answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It may go on.
    Within,
    /// What belongs to it is there, or never comes; it is read as it stands.
    Over,
    /// It is longer than it may be, and has no end.
    TooLong,
}

/// Follows an answer, which is one JSON object.
#[derive(Debug)]
pub(super) struct Gauge {
    /// The most characters of a text in it; `None` where they are not bounded.
    longest: Option<usize>,
    /// How many characters it may still have.
    room: usize,
    /// How many characters stand around the document so far.
    aside: usize,
    /// How many of space came just now.
    space: usize,
    /// How many objects and lists are open.
    depth: usize,
    is_closed: bool,
    text: Option<Text>,
}

/// A text that is not over yet.
#[derive(Debug, Default)]
struct Text {
    length: usize,
    /// Whether the last character begins an escape.
    escapes: bool,
    /// How many characters of an escape are still to come.
    left: u32,
}

impl Gauge {
    /// One for an answer of this form.
    pub(super) fn new(form: Form) -> Self {
        let tokens = usize::try_from(wire::most_tokens(form)).unwrap_or(usize::MAX);
        Self {
            longest: wire::longest_text(form),
            room: tokens.saturating_mul(LONGEST_TOKEN),
            aside: 0,
            space: 0,
            depth: 0,
            is_closed: false,
            text: None,
        }
    }

    /// Takes the next piece in.
    pub(super) fn follow(&mut self, piece: &str) -> Reach {
        let mut each = piece.chars().map(|it| self.step(it));
        each.find(|it| *it != Reach::Within).unwrap_or(Reach::Within)
    }

    fn step(&mut self, next: char) -> Reach {
        let Some(room) = self.room.checked_sub(1) else { return Reach::TooLong };
        self.room = room;
        if let Some(text) = &mut self.text {
            if text.ends_with(next) {
                self.text = None;
            } else if self.longest.is_some_and(|it| text.length > it) {
                return Reach::TooLong;
            }
            return Reach::Within;
        }
        if self.is_closed || (self.depth == 0 && next != '{') {
            self.aside += 1;
            return if self.aside > MOST_ASIDE { Reach::Over } else { Reach::Within };
        }
        self.space = if next.is_whitespace() { self.space + 1 } else { 0 };
        match next {
            '"' => self.text = Some(Text::default()),
            '{' | '[' => self.depth += 1,
            '}' | ']' => {
                self.depth -= 1;
                self.is_closed = self.depth == 0;
            }
            _ if self.space > MOST_ASIDE => return Reach::TooLong,
            _ => {}
        }
        Reach::Within
    }
}

impl Text {
    /// Takes the next character in; whether it is the quote behind the text.
    fn ends_with(&mut self, next: char) -> bool {
        if self.left > 0 {
            self.left -= 1;
        } else if std::mem::take(&mut self.escapes) {
            self.left = if next == 'u' { 4 } else { 0 };
        } else if next == '"' {
            return true;
        } else {
            self.escapes = next == '\\';
            self.length += 1;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(form: Form, answer: &str) -> Reach {
        Gauge::new(form).follow(answer)
    }

    fn types(text: &str) -> String {
        format!("{{\"action\":\"fill\",\"ref\":\"e1\",\"text\":\"{text}\",\"why\":null}}")
    }

    #[test]
    fn a_text_may_be_as_long_as_the_schema_says_and_no_longer() {
        for one in ["a", "€", r"\n", r#"\""#, r"\\", r"\u20ac", "{"] {
            assert_eq!(reach(Form::Action, &types(&one.repeat(400))), Reach::Within, "{one}");
            assert_eq!(reach(Form::Action, &types(&one.repeat(401))), Reach::TooLong, "{one}");
        }
        assert_eq!(reach(Form::Claims, &types(&"a".repeat(401))), Reach::Within);
        assert_eq!(reach(Form::Claims, &types(&"a ".repeat(50_000))), Reach::TooLong);
    }

    #[test]
    fn what_goes_on_behind_the_document_is_over_and_space_without_end_within_it_is_too_long() {
        let spaces = |count: usize| " ".repeat(count);
        let whole = types("a");
        let behind = |count| reach(Form::Action, &format!("{whole}{}", spaces(count)));
        assert_eq!([behind(64), behind(65)], [Reach::Within, Reach::Over]);
        let within = |count| reach(Form::Action, &format!("{{{}", spaces(count)));
        assert_eq!([within(64), within(65)], [Reach::Within, Reach::TooLong]);
        let prose = "I would click on Save, since that is what the goal asks for in its words.";
        assert_eq!(reach(Form::Action, prose), Reach::Over);
        assert_eq!(reach(Form::Action, &prose[..40]), Reach::Within);
        let pretty =
            "\n{\n    \"claims\": [\n        { \"text\": \"a\", \"cites\": [] }\n    ]\n}\n";
        assert_eq!(reach(Form::Claims, pretty), Reach::Within);
    }

    #[test]
    fn it_does_not_matter_in_which_pieces_an_answer_comes() {
        for answer in [types(&r"\u20ac".repeat(401)), format!("{}{}", types("a"), " ".repeat(70))] {
            let mut gauge = Gauge::new(Form::Action);
            let mut single = answer.chars().map(|it| gauge.follow(&it.to_string()));
            let told = single.find(|it| *it != Reach::Within);
            assert_eq!(told, Some(reach(Form::Action, &answer)));
        }
    }
}

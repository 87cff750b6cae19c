//! [`Cassette`]: answers that an earlier night kept, strictly: a request that it lacks is an error, and
//! no model is asked. [`Remembered`]: those to one attempt that is gone through again, where the model is
//! asked for what they lack.

use std::collections::{BTreeMap, VecDeque};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{Answer, Backend, BackendError, Form, Request};
use crate::model::pursuit::KeptIn;

/// Why no picture is a part of a question whose answer lies here.
const FOUND_WITHOUT: &str = "answers of an earlier night are found without pictures";

/// The answers of an earlier night, by what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cassette {
    model: String,
    answers: BTreeMap<String, Answer>,
    /// Whether the suite asks for pictures of pages.
    pictures: bool,
}

impl Cassette {
    /// An empty one of this model.
    #[must_use]
    pub fn new(model: &str) -> Self {
        Self { model: model.to_owned(), answers: BTreeMap::new(), pictures: false }
    }

    /// The same of a suite that asks for pictures of pages, or not: answers are found without them.
    #[must_use]
    pub fn asked_for_pictures(self, pictures: bool) -> Self {
        Self { pictures, ..self }
    }

    /// Takes an answer in; of several to one request, the first stays.
    pub fn keep(&mut self, request: &Request, answer: Answer) {
        self.answers.entry(key(request)).or_insert(answer);
    }
}

/// The answers to one attempt so far, by what was asked; each is given once, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remembered(BTreeMap<String, VecDeque<(Answer, KeptIn)>>);

impl Remembered {
    /// Takes an answer in, behind those to the same request.
    pub fn keep(&mut self, request: &Request, answer: Answer, kept: KeptIn) {
        self.0.entry(with_looks(request)).or_default().push_back((answer, kept));
    }

    /// Takes in what the same attempt was answered when it was made again: it began with what is here
    /// already, so that the longer list of two holds the other.
    pub fn go_on(&mut self, again: Self) {
        for (request, answers) in again.0 {
            let known = self.0.entry(request).or_default();
            if answers.len() > known.len() {
                *known = answers;
            }
        }
    }

    /// The next answer to a request, and where it was kept; `None` where the model is to be asked.
    pub fn take(&mut self, request: &Request) -> Option<(Answer, KeptIn)> {
        self.0.get_mut(&with_looks(request))?.pop_front()
    }
}

fn key(request: &Request) -> String {
    format!("{}\n{}", request.system, request.user)
}

/// The same with the picture where that is what is asked about: an opinion is of how a page looks.
fn with_looks(request: &Request) -> String {
    let picture = request.picture.as_ref().filter(|_| request.form == Form::Opinion);
    picture.map_or_else(|| key(request), |it| format!("{}\n{}", key(request), it.path))
}

impl Backend for Cassette {
    fn name(&self) -> &str {
        &self.model
    }

    fn lacks_pictures(&self) -> Option<&str> {
        self.pictures.then_some(FOUND_WITHOUT)
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, BackendError>> {
        let answer = self.answers.get(&key(request)).cloned();
        futures_util::future::ready(answer.ok_or(BackendError::Unrecorded)).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Picture;
    use super::*;

    fn request(user: &str) -> Request {
        Request::new("s", &user, Form::Action)
    }

    fn answer(text: &str) -> Answer {
        Answer { text: text.to_owned(), tokens_in: 1, tokens_out: 1, estimated: 0, tries: 1 }
    }

    #[tokio::test]
    async fn a_request_that_a_cassette_lacks_is_an_error() {
        let mut cassette = Cassette::new("small");
        cassette.keep(&request("a"), answer("first"));
        cassette.keep(&request("a"), answer("second"));
        assert_eq!(cassette.ask(&request("a")).await, Ok(answer("first")));
        assert_eq!(cassette.ask(&request("b")).await, Err(BackendError::Unrecorded));
    }

    #[test]
    fn what_is_remembered_is_given_once_in_its_order_and_an_attempt_made_again_adds_what_is_new() {
        let mut all = Remembered::default();
        all.keep(&request("a"), answer("first"), KeptIn::Earlier);
        all.keep(&request("b"), answer("other"), KeptIn::Tonight);
        let mut again = Remembered::default();
        again.keep(&request("a"), answer("first"), KeptIn::Earlier);
        again.keep(&request("a"), answer("second"), KeptIn::Tonight);
        all.go_on(again);
        assert_eq!(all.take(&request("a")), Some((answer("first"), KeptIn::Earlier)));
        assert_eq!(all.take(&request("a")), Some((answer("second"), KeptIn::Tonight)));
        assert_eq!(all.take(&request("a")), None, "the model is asked");
        assert_eq!(all.take(&request("c")), None);
        assert_eq!(all.take(&request("b")), Some((answer("other"), KeptIn::Tonight)));
    }

    #[test]
    fn an_opinion_is_of_a_page_that_looks_the_same_and_an_action_of_one_that_says_the_same() {
        let looks = |path: &str, form: Form| {
            let picture = Some(Picture { path: path.to_owned(), png: Vec::new() });
            Request { picture, ..Request::new("s", &"a", form) }
        };
        let mut all = Remembered::default();
        all.keep(&looks("one.png", Form::Opinion), answer("plausible"), KeptIn::Tonight);
        all.keep(&looks("one.png", Form::Action), answer("click"), KeptIn::Tonight);
        assert_eq!(all.take(&looks("two.png", Form::Opinion)), None, "it looks otherwise");
        let opinion = all.take(&looks("one.png", Form::Opinion));
        assert_eq!(opinion, Some((answer("plausible"), KeptIn::Tonight)));
        let action = all.take(&looks("two.png", Form::Action));
        assert_eq!(action, Some((answer("click"), KeptIn::Tonight)));
    }
}

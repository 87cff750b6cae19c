//! [`Cassette`]: answers that an earlier night kept, strictly: a request that it lacks is an error, and
//! no model is asked.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{Answer, Backend, BackendError, Request};

/// The answers of an earlier night, by what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cassette {
    model: String,
    answers: BTreeMap<String, Answer>,
}

impl Cassette {
    /// An empty one of this model.
    #[must_use]
    pub fn new(model: &str) -> Self {
        Self { model: model.to_owned(), answers: BTreeMap::new() }
    }

    /// Takes an answer in; of several to one request, the first stays.
    pub fn keep(&mut self, request: &Request, answer: Answer) {
        self.answers.entry(key(request)).or_insert(answer);
    }
}

fn key(request: &Request) -> String {
    format!("{}\n{}", request.system, request.user)
}

impl Backend for Cassette {
    fn name(&self) -> &str {
        &self.model
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, BackendError>> {
        let answer = self.answers.get(&key(request)).cloned();
        futures_util::future::ready(answer.ok_or(BackendError::Unrecorded)).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Form;
    use super::*;

    #[tokio::test]
    async fn a_request_that_a_cassette_lacks_is_an_error() {
        let request = |user: &str| Request::new("s", &user, Form::Action);
        let answer =
            |text: &str| Answer { text: text.to_owned(), tokens_in: 1, tokens_out: 1, tries: 1 };
        let mut cassette = Cassette::new("small");
        cassette.keep(&request("a"), answer("first"));
        cassette.keep(&request("a"), answer("second"));
        assert_eq!(cassette.ask(&request("a")).await, Ok(answer("first")));
        assert_eq!(cassette.ask(&request("b")).await, Err(BackendError::Unrecorded));
    }
}

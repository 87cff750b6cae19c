//! [`Lent`]: what a coding agent that an attempt starts has instead of a product and a session of its own:
//! its calls go to the attempt.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::arguments::Given;
use super::tools::{LENT, TELL, TOOLS, Tool};
use crate::attempt::{Answer, Call, Told, Wish};
use crate::ledger::Secrets;
use crate::model::pursuit::Said;
use crate::night::Room;

/// The longest that it may tell at its end, in characters.
const LONGEST_TOLD: usize = 100_000;

/// What a coding agent has that an attempt starts.
#[derive(Clone)]
pub struct Lent {
    calls: Option<mpsc::Sender<Call>>,
    told: Arc<Mutex<Option<Told>>>,
    secrets: Secrets,
}

impl Lent {
    /// What is served in this room.
    #[must_use]
    pub fn of(room: Room) -> Self {
        let Room { calls, told, secrets } = room;
        Self { calls, told, secrets }
    }

    /// The tools that it has.
    pub fn tools(&self) -> Vec<&'static Tool> {
        let lent = TOOLS.iter().filter(|it| self.calls.is_some() && LENT.contains(&it.kind));
        lent.chain([&TELL]).collect()
    }

    /// What is kept out of what it is told.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Asks the attempt.
    ///
    /// # Errors
    /// The attempt goes on without it.
    pub async fn ask(&self, by: &str, wish: Wish) -> Result<Answer, String> {
        let over = || "the goal is over; end now".to_owned();
        let calls = self.calls.as_ref().ok_or_else(over)?;
        let (answer, receiver) = oneshot::channel();
        let call = Call { by: by.to_owned(), wish, answer };
        calls.send(call).await.map_err(|_| over())?;
        receiver.await.map_err(|_| over())
    }

    /// Takes note of how it ended; the last word counts.
    ///
    /// # Errors
    /// What it tells is none of what it may.
    pub fn tell(&self, given: &Given) -> Result<String, String> {
        let text: String =
            given.raw("text").unwrap_or_default().chars().take(LONGEST_TOLD).collect();
        let has_goal = self.calls.is_some();
        let told = match (given.text("kind").unwrap_or_default(), has_goal) {
            ("done", true) => Told::Done,
            ("infeasible", true) => Told::Said(Said::Infeasible, text),
            ("ask", true) => Told::Said(Said::Ask, text),
            ("defect", true) => Told::Said(Said::Defect, text),
            ("answer", false) => Told::Answer(text),
            (other, true) => {
                return Err(format!("kind is done, infeasible, ask or defect here, not {other:?}"));
            }
            (other, false) => return Err(format!("kind is answer here, not {other:?}")),
        };
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
        Ok("noted; end now".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn lent(calls: Option<mpsc::Sender<Call>>) -> Lent {
        Lent { calls, told: Arc::default(), secrets: Secrets::default() }
    }

    fn tell(lent: &Lent, arguments: Value) -> Result<String, String> {
        let Value::Object(arguments) = arguments else { panic!("an object") };
        lent.tell(&Given::of(&TELL, Some(arguments)).expect("it fits"))
    }

    fn words(lent: &Lent) -> Vec<&'static str> {
        lent.tools().iter().map(|it| it.kind.word()).collect()
    }

    #[test]
    fn towards_a_goal_it_acts_and_tells_and_where_it_is_asked_it_only_answers() {
        let goal = lent(Some(mpsc::channel(1).0));
        assert_eq!(words(&goal), ["observe", "act", "skills", "tell"]);
        assert!(tell(&goal, json!({ "kind": "answer", "text": "{}" })).is_err());
        tell(&goal, json!({ "kind": "defect", "text": "no total" })).expect("it may");
        let told = goal.told.lock().expect("unpoisoned").clone();
        assert_eq!(told, Some(Told::Said(Said::Defect, "no total".to_owned())));

        let question = lent(None);
        assert_eq!(words(&question), ["tell"]);
        assert!(tell(&question, json!({ "kind": "done" })).is_err());
        tell(&question, json!({ "kind": "answer", "text": "{}" })).expect("it may");
        let told = question.told.lock().expect("unpoisoned").clone();
        assert_eq!(told, Some(Told::Answer("{}".to_owned())));
    }

    #[tokio::test]
    async fn who_calls_when_nobody_listens_any_more_is_told_to_end() {
        let (calls, receiver) = mpsc::channel(1);
        drop(receiver);
        let told = lent(Some(calls)).ask("somebody", Wish::Look).await;
        assert_eq!(told.map(|_| ()), Err("the goal is over; end now".to_owned()));
    }
}

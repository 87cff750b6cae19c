//! [`Archive::ask`]: a question to its answer.

use chrono::{DateTime, Utc};

use super::ArchiveError;
use super::answer::Answer;
use super::question::Question;
use super::store::Archive;

impl Archive {
    /// Answers a question over the nights of a branch (that of the newest night, where none is
    /// named); `now` is what "this week" ends with.
    ///
    /// # Errors
    /// There is no night, or what is asked about is in none.
    pub fn ask(
        &self,
        question: &Question,
        branch: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Answer, ArchiveError> {
        let scope = self.scope(branch)?;
        let (asked, mut answer) = match question {
            Question::Broke(since) => {
                (format!("what broke {}", since.said()), self.broke(&scope, since, now)?)
            }
            Question::Fixed(since) => {
                (format!("what was fixed {}", since.said()), self.fixed(&scope, since, now)?)
            }
            Question::Red => ("what is red and whose is it".to_owned(), self.red(&scope)?),
            Question::LastPass(name) => {
                (format!("when did {name} last pass"), self.last_pass(&scope, name)?)
            }
            Question::Slower(since) => {
                (format!("what got slower {}", since.said()), self.slower(&scope, since, now)?)
            }
            Question::Flakes => ("what flakes most".to_owned(), self.flakes(&scope)?),
        };
        answer.asked = asked;
        answer.notes.extend(scope.note());
        for (folder, why) in self.skipped()? {
            answer.notes.push(format!("{folder} cannot be used: {why}"));
        }
        Ok(answer)
    }
}

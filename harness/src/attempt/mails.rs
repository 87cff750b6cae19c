//! What an attempt does with mails: its step `mail`, and those that nobody has read.

use super::Attempt;
use super::carry_out::CarriedOut;
use crate::ledger::LedgerError;
use crate::model::artifact::MailStep;
use crate::model::event::Failure;
use crate::model::{EvidenceRef, FacetKind, Observation, Outcome, Step};
use crate::surface::Done;

impl Attempt<'_> {
    /// Waits for a mail, holds it to what is expected, and records what of it is compared.
    pub(super) async fn read_mail(
        &mut self,
        step: &Step,
        mail: &MailStep,
    ) -> Result<CarriedOut, LedgerError> {
        let Some(post) = &mut self.post else {
            return Ok(CarriedOut::failed(Failure {
                outcome: Outcome::Failed,
                expected: step.text.clone(),
                actual:
                    "no product of this scenario sends its mails to the sink; add `mail: true` \
                         to the product, and give it ${smtp-host} and ${smtp-port}"
                        .to_owned(),
            }));
        };
        let read = post.read(mail).await;
        let place = step.text.clone();
        let mut evidence = Vec::new();
        if let Some(observation) = read.observation {
            let observation = Observation { place: place.clone(), ..observation };
            if let Some(snapshot) = &mail.snapshot {
                self.record_checkpoint(step, snapshot, &observation, &[FacetKind::Stdout])?;
            }
            evidence = self.ledger.keep_all(&observation.extras)?;
            if matches!(read.done, Done::Failed(_)) {
                evidence.extend(self.keep_facets(&observation)?);
            }
        }
        Ok(self.conclude(read.done, Some(place), evidence))
    }

    /// The mails that nobody has read, for a person who wonders what came instead.
    pub(super) fn unread_mails(&self) -> Result<Vec<EvidenceRef>, LedgerError> {
        let Some(post) = &self.post else { return Ok(Vec::new()) };
        self.ledger.keep_all(&post.unread(self.scope.known()).into_iter().collect::<Vec<_>>())
    }
}

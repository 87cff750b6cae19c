//! [`dead_redactions`]: what takes nothing out any more. It hides nothing today, and will hide a
//! fault one day.

use std::collections::HashMap;

use crate::model::History;
use crate::model::finding::{DeadRedaction, RedactionUse};
use crate::model::history::PastRedaction;

/// After so many nights without a match a redaction is dead.
pub const QUIET_NIGHTS: u32 = 14;

/// The redactions that took nothing out in any of the nights that ran them, of at least
/// [`QUIET_NIGHTS`].
#[must_use]
pub fn dead_redactions(history: &History) -> Vec<DeadRedaction> {
    history.redactions.iter().filter_map(dead).collect()
}

/// The same with tonight's uses: only what the suite still has tonight can be dead.
#[must_use]
pub fn dead_tonight(history: &History, tonight: &[RedactionUse]) -> Vec<DeadRedaction> {
    let key = |file: &String, checkpoint: &Option<String>, redaction: &String| {
        (file.clone(), checkpoint.clone(), redaction.clone())
    };
    let past: HashMap<_, &PastRedaction> = history
        .redactions
        .iter()
        .map(|it| (key(&it.file, &it.checkpoint, &it.redaction), it))
        .collect();
    tonight
        .iter()
        .filter_map(|it| {
            let past = past.get(&key(&it.file, &it.checkpoint, &it.redaction));
            dead(&PastRedaction {
                file: it.file.clone(),
                checkpoint: it.checkpoint.clone(),
                redaction: it.redaction.clone(),
                ran: past.map_or(0, |it| it.ran) + u32::from(it.texts > 0),
                matched: past.map_or(0, |it| it.matched) + u32::from(it.matched > 0),
            })
        })
        .collect()
}

fn dead(it: &PastRedaction) -> Option<DeadRedaction> {
    (it.matched == 0 && it.ran >= QUIET_NIGHTS).then(|| DeadRedaction {
        file: it.file.clone(),
        checkpoint: it.checkpoint.clone(),
        redaction: it.redaction.clone(),
        nights: it.ran,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(ran: u32, matched: u32) -> History {
        let redaction = PastRedaction {
            file: "scenarios/a.yaml".to_owned(),
            checkpoint: Some("list".to_owned()),
            redaction: "pattern `took .*`".to_owned(),
            ran,
            matched,
        };
        History { redactions: vec![redaction], ..History::default() }
    }

    fn tonight(matched: u64) -> Vec<RedactionUse> {
        vec![RedactionUse {
            file: "scenarios/a.yaml".to_owned(),
            checkpoint: Some("list".to_owned()),
            redaction: "pattern `took .*`".to_owned(),
            texts: 1,
            matched,
        }]
    }

    #[test]
    fn a_redaction_is_dead_after_fourteen_nights_without_a_match() {
        assert_eq!(dead_redactions(&past(13, 0)), []);
        assert_eq!(dead_redactions(&past(20, 1)), []);
        let dead = dead_redactions(&past(14, 0));
        assert_eq!(
            dead[0].to_string(),
            "scenarios/a.yaml: pattern `took .*` at checkpoint list has matched nothing for 14 \
             nights; remove it"
        );
    }

    #[test]
    fn tonight_is_one_of_the_nights_and_what_is_gone_from_the_suite_is_not_told() {
        assert_eq!(dead_tonight(&past(13, 0), &tonight(0)).len(), 1);
        assert_eq!(dead_tonight(&past(13, 0), &tonight(3)), []);
        assert_eq!(dead_tonight(&past(40, 0), &[]), []);
    }
}

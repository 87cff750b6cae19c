//! [`of_case`]: all that varied at one checkpoint, proposal by proposal, until nothing does or
//! nothing more can be proposed.

use std::collections::BTreeMap;

use super::candidate::Candidate;
use super::picture::{self, Picture};
use super::text::{self, Texts};
use super::{Read, Round, align, instead, samples};
use crate::compare::{CompareError, Redactor, TextJudge, canonical, requests};
use crate::model::event::FacetRecord;
use crate::model::observe::FacetShape;
use crate::model::settle::{Noise, NoiseKind, Remedy};
use crate::model::{EvidenceRef, FacetKind, KnownValue, Plan, Rect, Scenario, Snapshot, Unordered};
use crate::sensitivity::cost::{self, Cost, Place};

/// More proposals than a readable snapshot has; what still varies then is unstable.
const MOST_PROPOSALS: usize = 24;

/// A checkpoint as the rounds saw it.
pub(super) struct Case<'a> {
    pub plan: &'a Plan,
    pub scenario: &'a Scenario,
    pub name: &'a str,
    pub place: &'a str,
    pub seen: Vec<Seen<'a>>,
}

/// A checkpoint as one round saw it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub known: &'a [KnownValue],
    pub facets: &'a [FacetRecord],
    pub read: Read<'a>,
}

impl Case<'_> {
    /// The facets that any round saw and that anybody is told of.
    pub(super) fn facets(&self) -> Vec<FacetKind> {
        let seen = |kind: &FacetKind| self.seen.iter().any(|it| record(it, *kind).is_some());
        let told = |kind: &FacetKind| !self.scenario.is_unstable(self.name, *kind);
        FacetKind::ALL.into_iter().filter(seen).filter(told).collect()
    }

    /// What each round saw, as text; nothing of facets that some rounds lack.
    pub(super) fn texts(&self) -> Texts {
        let text = |seen: &Seen<'_>, kind: FacetKind| {
            let bytes = (seen.read)(&record(seen, kind)?.evidence)?;
            Some(canonical(kind, &String::from_utf8_lossy(&bytes)))
        };
        let kinds = self.facets().into_iter().filter(|it| it.shape() != FacetShape::Picture);
        let all = kinds.filter_map(|kind| {
            let texts = self.seen.iter().map(|it| text(it, kind));
            Some((kind, texts.collect::<Option<Vec<String>>>()?))
        });
        all.collect()
    }

    /// What the suite takes out of what a round saw.
    pub(super) fn redactor(&self, seen: &Seen<'_>) -> Result<Redactor, CompareError> {
        let snapshot = self.scenario.snapshot(self.name);
        Redactor::of_checkpoint(self.plan, self.scenario, snapshot, seen.known)
    }

    /// The texts without that.
    pub(super) fn redacted(&self) -> Result<Texts, CompareError> {
        let redactors: Vec<Redactor> =
            self.seen.iter().map(|it| self.redactor(it)).collect::<Result<_, _>>()?;
        let apply = |(kind, texts): (FacetKind, Vec<String>)| {
            let all = texts.iter().zip(&redactors).map(|(text, it)| it.apply(kind, text));
            (kind, all.collect())
        };
        Ok(self.texts().into_iter().map(apply).collect())
    }
}

pub(super) fn record<'a>(seen: &Seen<'a>, kind: FacetKind) -> Option<&'a FacetRecord> {
    seen.facets.iter().find(|it| it.facet == kind)
}

/// All that varied at a checkpoint.
pub(super) fn of_case(round: &Round<'_>, case: &Case<'_>) -> Result<Vec<Noise>, CompareError> {
    let raw = case.texts();
    let mut work = Work {
        case,
        snapshot: case.scenario.snapshot(case.name).cloned().unwrap_or_default(),
        noise: Vec::new(),
        rects: BTreeMap::new(),
    };
    // A way to a goal is one of several that lead there: which one is accepted is for a person.
    for facet in case.facets().into_iter().filter(|it| *it != FacetKind::Recording) {
        match facet.shape() {
            FacetShape::Picture => {}
            _ if !raw.contains_key(&facet) => work.sometimes(facet),
            FacetShape::Tree
            | FacetShape::Files
            | FacetShape::Output
            | FacetShape::Code
            | FacetShape::Lines
            | FacetShape::Set => work.text(facet, &raw)?,
        }
    }
    // Pictures come last: what is redacted in texts is left out of them too.
    if case.facets().contains(&FacetKind::Image) {
        work.picture()?;
    }
    work.finished(round, &raw)
}

/// A checkpoint that is being worked on.
struct Work<'a> {
    case: &'a Case<'a>,
    /// With all remedies so far.
    snapshot: Snapshot,
    noise: Vec<Noise>,
    /// Where masks stand, by the place of their noise.
    rects: BTreeMap<usize, Vec<Rect>>,
}

impl Work<'_> {
    fn redactors(&self) -> Result<Vec<Redactor>, CompareError> {
        let of = |it: &Seen<'_>| {
            let (plan, scenario) = (self.case.plan, self.case.scenario);
            Redactor::of_checkpoint(plan, scenario, Some(&self.snapshot), it.known)
        };
        self.case.seen.iter().map(of).collect()
    }

    /// The texts as they are compared with the remedies so far.
    fn redacted(&self, raw: &Texts) -> Result<Texts, CompareError> {
        let redactors = self.redactors()?;
        let apply = |(kind, texts): (&FacetKind, &Vec<String>)| {
            let all = texts.iter().zip(&redactors).map(|(text, it)| it.apply(*kind, text));
            (*kind, all.collect())
        };
        Ok(raw.iter().map(apply).collect())
    }

    fn text(&mut self, facet: FacetKind, raw: &Texts) -> Result<(), CompareError> {
        let from = self.noise.len();
        let before = self.snapshot.clone();
        for _ in 0..MOST_PROPOSALS {
            let texts = self.redacted(raw)?;
            if is_silent(facet, &texts[&facet])? {
                return Ok(());
            }
            if let Some(found) = writes(facet, &texts[&facet]) {
                self.take(facet, found);
                return Ok(());
            }
            let known = &self.snapshot.unordered;
            let Some(found) = text::next(facet, &texts, known) else { break };
            self.take(facet, found);
        }
        let texts = self.redacted(raw)?;
        if is_silent(facet, &texts[&facet])? {
            return Ok(());
        }
        // Half a cure hides something and silences nothing.
        self.noise.truncate(from);
        self.snapshot = before;
        let texts = self.redacted(raw)?;
        self.unstable(facet, &texts[&facet]);
        Ok(())
    }

    fn take(&mut self, facet: FacetKind, found: Candidate) {
        match &found.remedy {
            Remedy::Redact(it) => self.snapshot.redact.push(it.clone()),
            Remedy::Unordered(it) => self.snapshot.unordered.push(it.clone()),
            Remedy::Mask(it) => self.snapshot.mask.push(it.clone()),
            Remedy::Unstable(it) => self.snapshot.unstable.push(*it),
            Remedy::Writes(_) => {}
        }
        let case = self.case;
        self.noise.push(Noise {
            scenario: case.scenario.id.clone(),
            checkpoint: case.name.to_owned(),
            facet,
            place: case.place.to_owned(),
            at: found.at,
            kind: found.kind,
            samples: found.samples,
            remedy: Some(found.remedy),
            silent: false,
            cost: None,
            instead: None,
        });
    }

    fn unstable(&mut self, facet: FacetKind, texts: &[String]) {
        let aligned = align::align(facet, texts);
        let (kind, at, seen) = match (aligned.loose.first(), aligned.varying.first()) {
            (Some(line), _) => {
                (NoiseKind::Presence, line.trim().to_owned(), samples(aligned.loose.clone()))
            }
            (None, Some(line)) => {
                let text = line.variants[0].trim().to_owned();
                (NoiseKind::Text, text, samples(line.variants.clone()))
            }
            (None, None) => {
                (NoiseKind::Text, String::new(), samples(texts.iter().map(String::as_str)))
            }
        };
        let instead = instead::of(facet, kind, texts, &aligned);
        self.give_up(facet, kind, at, seen, instead);
    }

    /// The last resort: the whole facet decides nothing any more.
    fn give_up(
        &mut self,
        facet: FacetKind,
        kind: NoiseKind,
        at: String,
        samples: Vec<String>,
        instead: String,
    ) {
        self.take(facet, Candidate { remedy: Remedy::Unstable(facet), kind, at, samples });
        if let Some(noise) = self.noise.last_mut() {
            noise.instead = Some(instead);
        }
    }

    /// A facet that some rounds have and others lack.
    fn sometimes(&mut self, facet: FacetKind) {
        let times = self.case.seen.iter().filter(|it| record(it, facet).is_some()).count();
        let samples = vec![format!("seen in {times} of {} rounds", self.case.seen.len())];
        let at = format!("the facet {facet}");
        let kind = NoiseKind::Presence;
        let instead = instead::of(facet, kind, &[], &align::Aligned::default());
        self.give_up(facet, kind, at, samples, instead);
    }

    fn picture(&mut self) -> Result<(), CompareError> {
        let kind = FacetKind::Image;
        let all = self.case.seen.iter().map(|it| Picture::of(record(it, kind)?, it.read));
        let Some(pictures) = all.collect::<Option<Vec<Picture<'_>>>>() else {
            self.sometimes(kind);
            return Ok(());
        };
        let redactors = self.redactors()?;
        let shuffled = self.snapshot.unordered.iter().filter_map(|it| match it {
            Unordered::Target(target) => Some(target.to_string()),
            Unordered::Facet(_) => None,
        });
        let shuffled: Vec<String> = shuffled.collect();
        let Some(varied) = picture::of(&pictures, &redactors, &shuffled)? else { return Ok(()) };
        if let Some(left) = varied.left {
            let what = NoiseKind::Animation;
            let instead = instead::of(kind, what, &[], &align::Aligned::default());
            self.give_up(kind, what, left.clone(), vec![left], instead);
            return Ok(());
        }
        for (found, rects) in varied.candidates.into_iter().zip(varied.rects) {
            self.rects.insert(self.noise.len(), rects);
            self.take(kind, found);
        }
        Ok(())
    }

    /// The noise, each with whether it is silent now and with what it costs.
    fn finished(self, round: &Round<'_>, raw: &Texts) -> Result<Vec<Noise>, CompareError> {
        let texts = self.redacted(raw)?;
        let (scenario, name) = (&*self.case.scenario.id, self.case.name);
        let place = Place { scenario, checkpoint: Some(name) };
        let read = |it: &EvidenceRef| (round.read)(it).ok_or("not there");
        let everywhere = [Rect { x: 0, y: 0, width: u32::MAX, height: u32::MAX }];
        let mut noise = self.noise;
        for (at, it) in noise.iter_mut().enumerate() {
            let Some(remedy) = &it.remedy else { continue };
            let of_mask =
                |rects: &[Rect]| cost::of_mask(round.plan, round.entries, &read, place, rects);
            let lost = match remedy {
                Remedy::Mask(_) => of_mask(self.rects.get(&at).map_or(&[], Vec::as_slice)),
                Remedy::Unstable(FacetKind::Image) => of_mask(&everywhere),
                Remedy::Redact(_)
                | Remedy::Unordered(_)
                | Remedy::Unstable(_)
                | Remedy::Writes(_) => {
                    cost::of_remedy(round.plan, round.entries, &read, place, remedy)?
                }
            };
            it.cost = (lost != Cost::default()).then_some(lost);
            it.silent = match remedy {
                // With their masks the pictures were compared already.
                Remedy::Unstable(_) | Remedy::Mask(_) => true,
                Remedy::Writes(baseline) => {
                    let plain = Redactor::new(&[], &[])?;
                    let judge = TextJudge::new(it.facet, baseline, &plain);
                    texts.get(&it.facet).is_some_and(|all| !all.iter().any(|it| judge.notices(it)))
                }
                Remedy::Redact(_) | Remedy::Unordered(_) => texts
                    .get(&it.facet)
                    .is_some_and(|it_texts| is_silent(it.facet, it_texts).unwrap_or(false)),
            };
        }
        Ok(noise)
    }
}

/// What varies in what a page writes, as the baseline that says so: how often it writes, and what not
/// in each round. `None` where addresses vary.
fn writes(facet: FacetKind, texts: &[String]) -> Option<Candidate> {
    if facet != FacetKind::Requests {
        return None;
    }
    let baseline = requests::merged(texts)?;
    let at = requests::varying(&baseline).first().map(|it| (*it).to_owned())?;
    let seen = texts.iter().map(|it| requests::same(it, &at).unwrap_or("not sent"));
    let samples = samples(seen);
    let kind = if samples.iter().any(|it| it == "not sent") {
        NoiseKind::Presence
    } else {
        NoiseKind::Number
    };
    Some(Candidate { remedy: Remedy::Writes(baseline), kind, at, samples })
}

/// Whether a night would see no difference between any two of these texts.
fn is_silent(facet: FacetKind, texts: &[String]) -> Result<bool, CompareError> {
    let plain = Redactor::new(&[], &[])?;
    let differs = |a: &String, b: &String| TextJudge::new(facet, a, &plain).notices(b);
    let first = &texts[0];
    Ok(texts.iter().all(|it| it == first || (!differs(first, it) && !differs(it, first))))
}

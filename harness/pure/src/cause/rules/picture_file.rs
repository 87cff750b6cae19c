//! The file that a picture is of: what a picture shows otherwise follows from what else changed in
//! its file.

use std::collections::{BTreeMap, BTreeSet};

use super::star;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::filetext::picture_of;

/// Pictures of a file follow what else changed in that file at the same step, and one another.
pub(super) fn of_files(evidence: &Evidence<'_>) -> Vec<Edge> {
    const BECAUSE: &str = "a picture shows the file";
    let mut found = Vec::new();
    for own in evidence.attempts.values() {
        let mut pictures: BTreeMap<(u32, String), BTreeSet<usize>> = BTreeMap::new();
        for spot in own.iter().copied().filter(|it| !evidence.is_failure(*it)) {
            let checkpoint = evidence.spots[spot].difference.checkpoint.as_deref();
            let Some(file) = checkpoint.and_then(|it| file_of(evidence, own, spot, it)) else {
                continue;
            };
            let nodes = evidence.at[spot].iter().copied();
            pictures.entry((evidence.step(spot), file)).or_default().extend(nodes);
        }
        for ((step, file), nodes) in pictures {
            let same_step = own.iter().copied().filter(|it| evidence.step(*it) == step);
            let written = same_step.flat_map(|spot| evidence.seen_at(spot)).filter(|(_, it)| {
                it.facet == Some(FacetKind::Files) && it.around.first() == Some(&file)
            });
            let written: BTreeSet<usize> = written.map(|it| it.0).collect();
            let shown = nodes
                .iter()
                .flat_map(|node| written.iter().map(move |it| Edge::follows(*it, *node, BECAUSE)));
            found.extend(shown);
            found.extend(star(nodes.iter().copied(), BECAUSE));
        }
    }
    found
}

/// The file that a checkpoint is a picture of: it is named after another one of the same step, as
/// `out.chart.png` or `out.report.pdf.page-2` is after `out`.
fn file_of(
    evidence: &Evidence<'_>,
    own: &[usize],
    spot: usize,
    checkpoint: &str,
) -> Option<String> {
    let beside = own.iter().filter(|it| evidence.step(**it) == evidence.step(spot));
    let names = beside.filter_map(|it| evidence.spots[*it].difference.checkpoint.as_deref());
    let picture = picture_of(checkpoint, names.filter(|it| *it != checkpoint))?;
    let file = picture.split(".page-").next().unwrap_or(picture);
    Some(file.replace('~', "/"))
}

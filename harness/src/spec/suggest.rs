//! [`suggestion`]: the known word that a misspelt one was probably meant to be.

/// The nearest of `known`, as a help text, where one is near enough to be meant.
pub(crate) fn suggestion<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(word, known).map(|best| format!("did you mean \"{best}\"?"))
}

/// The nearest of `known`, where one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A long word may differ in more letters and still be the same word.
    let limit = 1 + word.chars().count() / 4;
    let folded = word.to_lowercase();
    let length = folded.chars().count();
    known
        .into_iter()
        // Thousands of names are known in a large suite; most are of another length.
        .filter(|it| it.chars().count().abs_diff(length) <= limit)
        .map(|it| (strsim::damerau_levenshtein(&folded, &it.to_lowercase()), it))
        // Of a short word, hardly a letter would be left in place.
        .filter(|(distance, it)| *distance <= limit && *distance < it.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, it)| it)
}

/// A suggestion, or else all that is known.
pub(crate) fn suggestion_or_list<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    what: &str,
) -> Option<String> {
    suggestion(word, known.clone()).or_else(|| {
        let all: Vec<&str> = known.into_iter().collect();
        if all.is_empty() { None } else { Some(format!("{what}: {}", all.join(", "))) }
    })
}

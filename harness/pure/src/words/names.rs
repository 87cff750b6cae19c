//! [`row`]: names one after the other, the rest of many counted.

/// As many things are named in a row; the rest is counted.
const NAMED: usize = 3;
/// The room for names in a row, in characters.
const ROW: usize = 80;

/// Names in a row, the rest of many counted: `a, b and 3 more`.
pub(super) fn row(names: &[String]) -> String {
    let mut unique: Vec<&String> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    let listed =
        |list: &[&String]| list.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
    let all = unique.len();
    let most = if all <= NAMED + 1 { all } else { NAMED };
    let mut room = ROW;
    let mut fits = |name: &&&String| {
        let own = name.chars().count();
        let fits = own <= room || room == ROW;
        room = room.saturating_sub(own);
        fits
    };
    let shown = unique.iter().take(most).take_while(|it| fits(it)).count();
    match (shown, all) {
        (0, _) => String::new(),
        (1, 1) => unique[0].clone(),
        (shown, all) if shown == all => {
            format!("{} and {}", listed(&unique[..all - 1]), unique[all - 1])
        }
        (shown, all) => format!("{} and {} more", listed(&unique[..shown]), all - shown),
    }
}

/// `is` for one thing, `are` for several.
pub(super) fn verb(names: &[String]) -> &'static str {
    let several = names.iter().any(|it| *it != names[0]);
    if several { "are" } else { "is" }
}

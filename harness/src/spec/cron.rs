//! [`validate`]: whether five words are a cron schedule, as crontab(5) has it.

/// The five fields: name, least, most, and names for the values from the least on.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day", 1, 31, &[]),
    (
        "month",
        1,
        12,
        &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    ),
    ("weekday", 0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Says what is wrong with a schedule.
pub(crate) fn validate(schedule: &str) -> Result<(), String> {
    let words: Vec<&str> = schedule.split_whitespace().collect();
    if words.len() != FIELDS.len() {
        return Err(format!("it has {} fields and not 5", words.len()));
    }
    for (word, field) in words.iter().zip(FIELDS) {
        for part in word.split(',') {
            part_fits(part, field).ok_or_else(|| format!("\"{part}\" is no {}", field.0))?;
        }
    }
    Ok(())
}

fn part_fits(part: &str, field: (&str, u32, u32, &[&str])) -> Option<()> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if let Some(step) = step {
        step.parse::<u32>().ok().filter(|it| (1..=field.2).contains(it))?;
    }
    if range == "*" {
        return Some(());
    }
    match range.split_once('-') {
        Some((from, to)) => (number(from, field)? <= number(to, field)?).then_some(()),
        None => number(range, field).map(|_| ()),
    }
}

fn number(word: &str, (_, least, most, names): (&str, u32, u32, &[&str])) -> Option<u32> {
    let index = names.iter().position(|it| it.eq_ignore_ascii_case(word));
    let number = match index {
        Some(at) => least + at as u32,
        None => word.parse().ok()?,
    };
    (least..=most).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_of_crontab_are_taken_and_others_say_what_is_wrong() {
        let said: Vec<_> = [
            "0 1 * * *",
            "*/15 0-6,22 1 jan-mar MON-fri",
            "0 1 * *",
            "61 1 * * *",
            "0 5-1 * * *",
            "*/0 * * * *",
        ]
        .into_iter()
        .map(validate)
        .collect();
        assert_eq!(
            said,
            [
                Ok(()),
                Ok(()),
                Err("it has 4 fields and not 5".to_owned()),
                Err("\"61\" is no minute".to_owned()),
                Err("\"5-1\" is no hour".to_owned()),
                Err("\"*/0\" is no minute".to_owned()),
            ]
        );
    }
}

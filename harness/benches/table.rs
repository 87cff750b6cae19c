//! [`Row`]: a line of the table that `just bench` prints, held to its target where it has one.

use super::measure::Cost;

/// A line of the table.
pub struct Row {
    what: String,
    cost: Option<Cost>,
    shown: String,
    target: String,
    held: Option<bool>,
}

impl Row {
    /// A peer: what others are held against.
    pub fn peer(what: impl Into<String>, cost: Cost) -> Self {
        Self {
            what: what.into(),
            cost: Some(cost),
            shown: "1.00".to_owned(),
            target: String::new(),
            held: None,
        }
    }

    /// Ours beside a peer, with the target for the ratio of the wall times where there is one.
    pub fn ours(what: impl Into<String>, cost: Cost, peer: Cost, target: Option<f64>) -> Self {
        let ratio = cost.wall / peer.wall;
        Self {
            what: what.into(),
            cost: Some(cost),
            shown: format!("{ratio:.2}"),
            target: target.map(|it| format!("<= {it}")).unwrap_or_default(),
            held: target.map(|it| ratio <= it),
        }
    }

    /// A process with a target of its own.
    pub fn within(what: impl Into<String>, cost: Cost, seconds: f64) -> Self {
        Self {
            what: what.into(),
            cost: Some(cost),
            shown: String::new(),
            target: format!("<= {seconds} s"),
            held: Some(cost.wall <= seconds),
        }
    }

    /// A process that is only looked at.
    pub fn noted(what: impl Into<String>, cost: Cost) -> Self {
        let (shown, target) = (String::new(), String::new());
        Self { what: what.into(), cost: Some(cost), shown, target, held: None }
    }

    /// Any other figure, with the most that it may be.
    pub fn figure(what: impl Into<String>, value: f64, unit: &str, most: Option<f64>) -> Self {
        Self {
            what: what.into(),
            cost: None,
            shown: format!("{value:.2} {unit}"),
            target: most.map(|it| format!("<= {it} {unit}")).unwrap_or_default(),
            held: most.map(|it| value <= it),
        }
    }

    /// What the row says of its target.
    fn judged(&self) -> &'static str {
        match self.held {
            Some(true) => "held",
            Some(false) => "MISSED",
            None => "",
        }
    }
}

/// The table as Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        ["what", "wall s", "CPU s", "peak MiB", "ratio or figure", "target", ""]
            .map(str::to_owned)
            .to_vec(),
    ];
    lines.extend(rows.iter().map(|row| {
        let number = |column: fn(&Cost) -> f64, digits: usize| {
            row.cost.as_ref().map(|it| format!("{:.digits$}", column(it))).unwrap_or_default()
        };
        vec![
            row.what.clone(),
            number(|it| it.wall, 2),
            number(|it| it.cpu, 2),
            number(|it| it.mib, 0),
            row.shown.clone(),
            row.target.clone(),
            row.judged().to_owned(),
        ]
    }));
    let width = |column: usize| {
        lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..7).map(width).collect();
    let rule: Vec<String> = widths.iter().map(|it| "-".repeat((*it).max(1))).collect();
    lines.insert(1, rule);
    let shown = lines.iter().map(|line| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    });
    shown.collect()
}

//! Tables and lines of JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::measure::{Figure, Sample, Unit};
use crate::peer::{Peer, Role};
use crate::task::{Case, Offer, Task};

/// What is known of one peer in one case of a task.
pub struct Row {
    case: String,
    /// The peer.
    pub peer: Peer,
    /// What its runs measured.
    pub samples: Vec<Sample>,
    /// Why there is nothing to show.
    pub reason: Option<String>,
    /// Whether a run did not come to its end.
    pub failed: bool,
}

impl Row {
    /// One before the first run.
    pub fn new(case: &Case, peer: Peer) -> Self {
        let case = case.name.clone();
        Self { case, peer, samples: Vec::new(), reason: None, failed: false }
    }

    /// Remembers that a run failed.
    pub fn fail(&mut self, why: String) {
        self.failed = true;
        self.reason = Some(why);
    }

    /// The medians of the figures, in the order of the first run.
    fn medians(&self) -> Vec<Figure> {
        if self.reason.is_some() {
            return Vec::new();
        }
        let first = self.samples.first().into_iter().flat_map(|sample| &sample.figures);
        first
            .enumerate()
            .map(|(column, figure)| {
                let values = self.samples.iter().filter_map(|sample| sample.figures.get(column));
                Figure { value: median(values.map(|figure| figure.value)), ..figure.clone() }
            })
            .collect()
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => values[len / 2],
        len => f64::midpoint(values[len / 2 - 1], values[len / 2]),
    }
}

/// The lowest value that a peer other than ours and the baselines has in each column of a case.
struct Best<'a> {
    figures: Vec<(&'a str, &'a str, f64)>,
}

impl<'a> Best<'a> {
    fn of(rows: &'a [Measured<'a>]) -> Self {
        let mut figures: Vec<(&str, &str, f64)> = Vec::new();
        for Measured { row, medians } in rows {
            if row.peer.role != Role::Peer {
                continue;
            }
            for Figure { name, value, .. } in medians {
                let same = |(case, known, _): &&mut (&str, &str, f64)| {
                    *case == row.case && *known == name.as_str()
                };
                match figures.iter_mut().find(same) {
                    Some((_, _, best)) => *best = best.min(*value),
                    None => figures.push((&row.case, name, *value)),
                }
            }
        }
        Self { figures }
    }

    /// How many times the best peer's value a value is.
    fn ratio(&self, row: &Row, figure: &Figure) -> Option<f64> {
        if row.peer.role == Role::Baseline {
            return None;
        }
        let same = |(case, name, _): &&(&str, &str, f64)| *case == row.case && *name == figure.name;
        let (_, _, best) = self.figures.iter().find(same)?;
        (*best > 0.0).then(|| figure.value / best)
    }
}

struct Measured<'a> {
    row: &'a Row,
    medians: Vec<Figure>,
}

fn measured(rows: &[Row]) -> Vec<Measured<'_>> {
    rows.iter().map(|row| Measured { row, medians: row.medians() }).collect()
}

/// A table in Markdown of all rows of a task, and why peers are not in it.
pub fn table(task: Task, rows: &[Row], peers: &[Peer]) -> String {
    let rows = measured(rows);
    let best = Best::of(&rows);
    let columns = columns(&rows);
    let mut text = format!("\n### {}\n\n| case | peer |", task.name());
    for column in &columns {
        let _ = write!(text, " {column} |");
    }
    text.push_str(" |\n| --- | --- |");
    text.push_str(&" ---: |".repeat(columns.len()));
    text.push_str(" --- |\n");
    for Measured { row, medians } in &rows {
        let _ = write!(text, "| {} | {} |", row.case, row.peer.name);
        for column in &columns {
            let figure = medians.iter().find(|figure| figure.name == *column);
            let cell = figure.map(|figure| cell(figure, best.ratio(row, figure)));
            let _ = write!(text, " {} |", cell.unwrap_or_default());
        }
        let _ = writeln!(text, " {} |", row.reason.as_deref().unwrap_or_default());
    }
    let reasons: Vec<String> =
        reasons(task, peers).map(|(peer, reason)| format!("{peer} ({reason})")).collect();
    if !reasons.is_empty() {
        let _ = writeln!(text, "\nNot measured: {}.", reasons.join(", "));
    }
    text
}

/// The peers that do not do a task, and why.
fn reasons(task: Task, peers: &[Peer]) -> impl Iterator<Item = (&'static str, &'static str)> {
    peers.iter().filter_map(move |peer| match (peer.offer)(task) {
        Offer::Cannot(reason) => Some((peer.name, reason)),
        Offer::Run(_) | Offer::Absent => None,
    })
}

fn columns<'a>(rows: &'a [Measured<'a>]) -> Vec<&'a str> {
    let mut columns = Vec::new();
    for figure in rows.iter().flat_map(|row| &row.medians) {
        if !columns.contains(&figure.name.as_str()) {
            columns.push(figure.name.as_str());
        }
    }
    columns
}

fn cell(figure: &Figure, ratio: Option<f64>) -> String {
    let value = match figure.unit {
        Unit::Time => duration(figure.value),
        Unit::Bytes => size(figure.value),
        Unit::Count => format!("{:.0}", figure.value),
    };
    match ratio {
        Some(ratio) => format!("{value} ({ratio:.2}x)"),
        None => value,
    }
}

fn duration(nanoseconds: f64) -> String {
    scaled(nanoseconds, 1000.0, &["ns", "µs", "ms", "s"])
}

fn size(bytes: f64) -> String {
    scaled(bytes, 1024.0, &["B", "KiB", "MiB", "GiB"])
}

fn scaled(mut value: f64, step: f64, units: &[&str]) -> String {
    let mut unit = 0;
    while value >= step && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {}", units[unit])
}

/// A line of JSON for each row of a task, and one for each peer that does not do it.
pub fn lines(task: Task, rows: &[Row], peers: &[Peer]) -> serde_json::Result<String> {
    let rows = measured(rows);
    let best = Best::of(&rows);
    let mut text = String::new();
    for Measured { row, medians } in &rows {
        let figures = medians.iter().map(|figure| Entry { figure, ratio: best.ratio(row, figure) });
        let line = Line {
            task: task.name(),
            case: Some(&row.case),
            peer: row.peer.name,
            runs: row.samples.len(),
            figures: figures.collect(),
            reason: row.reason.as_deref(),
        };
        text.push_str(&serde_json::to_string(&line)?);
        text.push('\n');
    }
    for (peer, reason) in reasons(task, peers) {
        let (task, reason) = (task.name(), Some(reason));
        let line = Line { task, case: None, peer, runs: 0, figures: Vec::new(), reason };
        text.push_str(&serde_json::to_string(&line)?);
        text.push('\n');
    }
    Ok(text)
}

#[derive(Serialize)]
struct Line<'a> {
    task: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a str>,
    peer: &'a str,
    runs: usize,
    figures: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    figure: &'a Figure,
    /// To the best peer that does the same work.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Best, Row, duration, measured, median, size};
    use crate::measure::Sample;
    use crate::peer::Peer;
    use crate::task::Case;

    fn row(peer: &str, times: &[u64]) -> Row {
        let case = Case { name: "case".to_owned(), trace: None };
        let mut row = Row::new(&case, Peer::named(peer).unwrap());
        row.samples = times
            .iter()
            .map(|time| Sample::default().time("edit", Duration::from_nanos(*time)))
            .collect();
        row
    }

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
    }

    #[test]
    fn ratios_are_to_the_best_peer_that_does_the_same_work() {
        let mut failed = row("automerge", &[1]);
        failed.fail("late".to_owned());
        let rows = [
            row("ours", &[5, 50, 20]),
            row("loro", &[40]),
            row("yrs", &[80]),
            row("crop", &[1]),
            failed,
        ];
        let rows = measured(&rows);
        let best = Best::of(&rows);
        let ratio = |place: usize| best.ratio(rows[place].row, &rows[place].medians[0]);
        assert_eq!(ratio(0), Some(0.5));
        assert_eq!(ratio(1), Some(1.0));
        assert_eq!(ratio(2), Some(2.0));
        assert_eq!(ratio(3), None);
        assert!(rows[4].medians.is_empty(), "what failed has no figures");
    }

    #[test]
    fn units_fit_what_they_show() {
        assert_eq!(duration(999.0), "999 ns");
        assert_eq!(duration(1_234_567.0), "1.23 ms");
        assert_eq!(size(20.0 * 1024.0), "20.0 KiB");
    }
}

//! How many requests a second, over a day or over a recorded trace.

use std::f64::consts::PI;
use std::path::Path;

use crate::error::ConnectorError;
use crate::table::{Table, TableSource, parse_quantity};

/// Rows of one trace: a year at one a minute.
const MAX_ROWS: usize = 525_600;
/// Seconds of the built-in day.
const DAY: f64 = 86_400.0;
/// The built-in day starts at nine, two hours before its flash crowd.
const DAY_STARTS_AT: f64 = 9.0 * HOUR;
const HOUR: f64 = 3_600.0;

/// A rate over time that begins anew after its last moment.
#[derive(Debug, Clone)]
pub(crate) enum Profile {
    /// The built-in day, as a share of its peak.
    Daily,
    /// Points of time (growing, the first at 0) and rate; straight lines between them.
    Trace { points: Vec<(f64, f64)>, length: f64 },
}

impl Profile {
    /// Reads a CSV `timestamp_s,requests_per_s`.
    pub(crate) fn from_file(file: &Path) -> Result<Self, ConnectorError> {
        Self::from_table(Table::open(file, MAX_ROWS)?)
    }

    #[cfg(test)]
    fn from_csv(text: &str) -> Result<Self, ConnectorError> {
        Self::from_table(Table::from_text(text, MAX_ROWS)?)
    }

    fn from_table(mut table: Table<impl TableSource>) -> Result<Self, ConnectorError> {
        let columns = table.columns("timestamp_s", &["requests_per_s"])?;
        let column = columns[0].expect("a table has at least one of the wanted columns, and one is wanted");
        let mut points = Vec::new();
        let mut start = None;
        while let Some(row) = table.next_row()? {
            let rate = parse_quantity(row.cell(column)).map_err(|problem| row.fault(format!("requests_per_s: {problem}")))?;
            points.push((row.seconds() - *start.get_or_insert(row.seconds()), rate));
        }
        let last = points[points.len() - 1].0;
        let last_step = if points.len() > 1 { last - points[points.len() - 2].0 } else { 1.0 };
        Ok(Self::Trace { points, length: last + last_step })
    }

    /// The rate `seconds` after the start.
    pub(crate) fn rate(&self, seconds: f64) -> f64 {
        match self {
            Self::Daily => daily_share((seconds + DAY_STARTS_AT) % DAY / HOUR),
            Self::Trace { points, length } => {
                let now = seconds % length;
                let after = points.partition_point(|(at, _)| *at <= now);
                let (from, rate) = points[after.saturating_sub(1)];
                match points.get(after) {
                    Some((to, next)) => rate + (next - rate) * (now - from) / (to - from),
                    None => rate,
                }
            }
        }
    }

    /// The highest rate that occurs.
    pub(crate) fn peak(&self) -> f64 {
        match self {
            Self::Daily => 1.0,
            Self::Trace { points, .. } => points.iter().map(|(_, rate)| *rate).fold(0.0, f64::max),
        }
    }
}

/// Share of the peak at an hour of the day: a calm night (0.15 at four), a busy afternoon (0.65 at sixteen), and at eleven a flash crowd
/// that comes within 5 minutes, stays for 20 and leaves over an hour.
fn daily_share(hour: f64) -> f64 {
    let everyday = 0.15 + 0.5 * (0.5 - 0.5 * ((hour - 4.0) * PI / 12.0).cos());
    let minutes = (hour - 11.0) * 60.0;
    let crowd = match minutes {
        before if before < 0.0 => 0.0,
        coming if coming < 5.0 => coming / 5.0,
        there if there < 25.0 => 1.0,
        leaving if leaving < 85.0 => 1.0 - (leaving - 25.0) / 60.0,
        _ => 0.0,
    };
    everyday.max(crowd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_calm_at_night_and_full_at_its_flash_crowd() {
        let at = |hour: f64| Profile::Daily.rate((hour - 9.0) * HOUR + DAY);
        assert!((at(4.0) - 0.15).abs() < 1e-9);
        assert!((at(16.0) - 0.65).abs() < 1e-9);
        assert!((at(11.2) - 1.0).abs() < 1e-9);
        assert!((0..1440).all(|minute| (0.1..=1.0).contains(&at(f64::from(minute) / 60.0))));
    }

    #[test]
    fn a_trace_is_a_line_between_its_points_and_begins_anew() {
        let trace = Profile::from_csv("timestamp_s,requests_per_s\n100,10\n110,20\n").expect("a trace");
        assert_eq!([0.0, 5.0, 10.0, 19.9, 20.0].map(|at| trace.rate(at)), [10.0, 15.0, 20.0, 20.0, 10.0]);
        assert_eq!(trace.peak(), 20.0);
    }

    #[test]
    fn a_bad_trace_names_its_line() {
        for (text, line, words) in [
            ("", 1, "no header"),
            ("timestamp_s,requests_per_s\n", 2, "no rows"),
            ("timestamp_s,rps\n0,1\n", 1, "not known"),
            ("time,requests_per_s\n0,1\n", 1, "first column"),
            ("timestamp_s,requests_per_s\n0,1\n0,2\n", 3, "twice"),
            ("timestamp_s,requests_per_s\n5,1\n4,2\n", 3, "goes back"),
            ("timestamp_s,requests_per_s\n0,-1\n", 2, "negative"),
            ("timestamp_s,requests_per_s\n0,1e300\n", 2, "larger"),
            ("timestamp_s,requests_per_s\n0,\n", 2, "not a number"),
            ("timestamp_s,requests_per_s\n0,NaN\n", 2, "finite"),
            ("timestamp_s,requests_per_s\n0,1,2\n", 2, "cells"),
        ] {
            match Profile::from_csv(text) {
                Err(ConnectorError::InvalidCsv { line: found, problem, .. }) => {
                    assert_eq!(found, line, "{text:?}: {problem}");
                    assert!(problem.contains(words), "{text:?}: {problem}");
                }
                other => panic!("{text:?} gave {other:?}"),
            }
        }
    }
}

//! `headroomd forecast`: how right forecasts an hour ahead are on recorded demands.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;
use headroom_core::forecast::hours::{Accuracy, forecast, rolling};
use headroom_core::simulate::DEMAND_COLUMN;
use indicatif::ProgressBar;
use serde::Serialize;

use crate::progress;
use crate::traces::{self, Found};

/// Seconds of one bin.
const BIN_SECONDS: f64 = 600.0;
/// Bins of a day.
const BINS_PER_DAY: usize = 144;
/// Days of history before each origin.
const DAYS: usize = 7;
/// Bins ahead: an hour.
const AHEAD: usize = 6;

/// What to forecast.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A CSV file `timestamp_s,requests_per_s`, or a folder of them.
    #[arg(long)]
    traces: PathBuf,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// One line of output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    trace: &'a str,
    model: &'static str,
    mase: f64,
    pinball95: f64,
    coverage95: f64,
    ms_per_fit: f64,
}

/// The ways to forecast: ours, and the day before as it was.
const MODELS: [&str; 2] = ["headroom", "seasonal-naive"];

/// Forecasts the hour after every hour from the seven days before it, in bins of 10 minutes, and prints how right that was.
///
/// Demands of under seven days and an hour are skipped with a note.
///
/// # Errors
/// Files that cannot be read, traces that are none (with the line), no trace that is long enough.
pub fn run(arguments: &Arguments, out: &mut impl Write, notes: &mut impl Write, bar: &ProgressBar) -> anyhow::Result<()> {
    let files = traces::files(&arguments.traces)?;
    bar.set_length(files.len() as u64);
    let (mut told, mut odd) = (0, 0);
    for file in &files {
        let name = traces::name(file);
        progress::say(bar, name.clone());
        match traces::read(file) {
            Ok(Found::Trace(trace)) => {
                let bins = trace.bins(BIN_SECONDS);
                for model in MODELS {
                    let (accuracy, ms_per_fit) = accuracy(model, &bins);
                    let Some(Accuracy { mase, pinball95, coverage95, .. }) = accuracy else {
                        bar.suspend(|| writeln!(notes, "skipped {}: seven days and an hour with some demand are needed", file.display()))?;
                        break;
                    };
                    let line = Line { trace: &name, model, mase, pinball95, coverage95, ms_per_fit };
                    bar.suspend(|| print(&line, arguments.json, out))?;
                    told += 1;
                }
            }
            Ok(Found::Other(_)) => bar.suspend(|| writeln!(notes, "skipped {}: it has no column {DEMAND_COLUMN}", file.display()))?,
            Err(error) if files.len() > 1 => {
                bar.suspend(|| writeln!(notes, "left out: {error:#}"))?;
                odd += 1;
            }
            Err(error) => return Err(error),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    ensure!(odd == 0, "{odd} of {} traces could not be read", files.len());
    ensure!(told > 0, "no trace of seven days and an hour with a {DEMAND_COLUMN} column in {}", arguments.traces.display());
    Ok(())
}

/// How right a model is, and the milliseconds of one fit and forecast.
fn accuracy(model: &str, bins: &[f64]) -> (Option<Accuracy>, f64) {
    let started = Instant::now();
    let accuracy = rolling(bins, BINS_PER_DAY, DAYS, AHEAD, |history| match model {
        "headroom" => {
            let said = forecast(history, BINS_PER_DAY, AHEAD)?;
            Some(said.into_iter().map(|bin| (bin.demand, bin.high)).collect())
        }
        _ => Some(day_before(history)),
    });
    let origins = accuracy.map_or(1, |accuracy| accuracy.origins);
    (accuracy, started.elapsed().as_secs_f64() * 1e3 / origins as f64)
}

/// The same bins of the day before; its quantile by what that missed.
fn day_before(history: &[f64]) -> Vec<(f64, f64)> {
    let mut misses: Vec<f64> = history.iter().zip(&history[BINS_PER_DAY..]).map(|(before, after)| after - before).collect();
    misses.sort_by(f64::total_cmp);
    let high = misses[misses.len() * 95 / 100];
    history[history.len() - BINS_PER_DAY..][..AHEAD].iter().map(|demand| (*demand, (demand + high).max(0.0))).collect()
}

fn print(line: &Line<'_>, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    if json {
        writeln!(out, "{}", serde_json::to_string(line)?)?;
    } else {
        let Line { trace, model, mase, pinball95, coverage95, ms_per_fit } = line;
        writeln!(
            out,
            "{trace:22} {model:15} MASE {mase:6.3}  pinball95 {pinball95:7.4}  coverage95 {coverage95:5.3}  {ms_per_fit:7.3} ms a fit"
        )?;
    }
    Ok(())
}

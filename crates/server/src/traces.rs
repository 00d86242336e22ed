//! Trace files as the command line takes them: found, read, refused with the line that is odd.
//!
//! What is handled without a word, and what is refused, is said at [`Trace::parse`].

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use headroom_core::simulate::{Setup, Size, Trace, TraceError};

/// Traces larger than this are refused before they are read into memory.
const LARGEST_TRACE_BYTES: u64 = 2 << 30;

/// What a demand is played against.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct PlantArguments {
    /// Seconds until a started instance is ready.
    #[arg(long, default_value_t = 60.0, allow_negative_numbers = true)]
    pub delay: f64,
    /// 1: exact and simple; 2: uneven instances, late and missing readings, draining, varying starts.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub plant: u8,
    /// Instances that the 99.9th percentile of the demand needs.
    #[arg(long, default_value_t = 40.0, conflicts_with = "capacity")]
    pub instances: f64,
    /// Requests per second that one instance carries, instead of --instances.
    #[arg(long)]
    pub capacity: Option<f64>,
    /// Of everything random; 0 is no noise.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// At most so many days of each trace.
    #[arg(long, default_value_t = 10.0)]
    pub days: f64,
}

impl PlantArguments {
    /// The setup that they ask for.
    ///
    /// # Errors
    /// The first setting that is out of range.
    pub fn setup(&self) -> anyhow::Result<Setup> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        ensure!((0.0..=86_400.0).contains(&self.delay), "--delay must be 0 to 86400 seconds");
        ensure!(positive(self.instances), "--instances must be above 0");
        ensure!(self.capacity.is_none_or(positive), "--capacity must be above 0 requests per second");
        ensure!(positive(self.days), "--days must be above 0");
        Ok(Setup {
            size: self.capacity.map_or(Size::Instances(self.instances), Size::Capacity),
            delay_seconds: self.delay,
            seed: self.seed,
            days: self.days,
        })
    }
}

/// The file itself, or the `.csv` files of a folder in the order of their names.
///
/// # Errors
/// A folder that cannot be read or holds none.
pub fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("read folder {}", path.display()))? {
        let file = entry.with_context(|| format!("read folder {}", path.display()))?.path();
        if file.extension().is_some_and(|extension| extension == "csv") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("no .csv file in {}", path.display());
    }
    Ok(files)
}

/// What a file holds.
#[derive(Debug)]
pub enum Found {
    /// A demand.
    Trace(Trace),
    /// Something else, with what is missing.
    Other(TraceError),
}

/// Reads one trace file.
///
/// # Errors
/// A file that cannot be read, is larger than 2 GiB, is no text, or is an odd trace: the message names file and line.
pub fn read(file: &Path) -> anyhow::Result<Found> {
    let context = || format!("read {}", file.display());
    let length = fs::metadata(file).with_context(context)?.len();
    ensure!(length <= LARGEST_TRACE_BYTES, "{}: larger than 2 GiB; shorten the trace", file.display());
    let bytes = fs::read(file).with_context(context)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        anyhow::anyhow!("read {}: line {}: this is no UTF-8 text", file.display(), before + 1)
    })?;
    match Trace::parse(text) {
        Ok(trace) => Ok(Found::Trace(trace)),
        Err(error @ TraceError::NoDemandColumn { .. }) => Ok(Found::Other(error)),
        Err(error) => Err(error).with_context(context),
    }
}

/// A trace's name in what is printed: the file's, without `.csv`.
#[must_use]
pub fn name(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

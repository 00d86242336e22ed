//! A recorded demand: parsed, checked, and brought to the simulator's ticks.

use super::TICK_SECONDS;

/// The column that carries the demand.
pub const DEMAND_COLUMN: &str = "requests_per_s";
/// The column that carries the time.
pub const TIME_COLUMN: &str = "timestamp_s";
/// Rates above this are a unit mistake, not traffic: no service answers 10¹² requests a second.
pub const MAX_RATE: f64 = 1e12;
/// The longest demand that is simulated: 50 million ticks are 23 years, or 400 MB.
pub const MAX_TICKS: usize = 50_000_000;
/// Steps of up to this many seconds are held: a straight line between two readings would tell the future.
const HELD_STEP_SECONDS: f64 = 60.0;

/// Why a text is no trace. Each names the line (1 is the header) and says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TraceError {
    /// There is nothing, or not even a header.
    #[error("the trace is empty: it needs a header `timestamp_s,requests_per_s` and at least two rows")]
    Empty,
    /// The demand column is missing: another kind of trace.
    #[error("line 1: no column `{DEMAND_COLUMN}` among `{found}`")]
    NoDemandColumn {
        /// The header as it stands.
        found: String,
    },
    /// The time column is missing.
    #[error("line 1: no column `{TIME_COLUMN}` among `{found}`")]
    NoTimeColumn {
        /// The header as it stands.
        found: String,
    },
    /// A row has too few fields.
    #[error("line {line}: {found} fields where the header has {expected}")]
    Fields {
        /// Counted from 1.
        line: usize,
        /// Fields in the row.
        found: usize,
        /// Fields in the header.
        expected: usize,
    },
    /// A field is no finite number.
    #[error("line {line}: `{field}` is not a finite number; leave the field empty where nothing was measured")]
    NotANumber {
        /// Counted from 1.
        line: usize,
        /// As it stands, shortened.
        field: String,
    },
    /// A rate below zero.
    #[error("line {line}: {rate} requests per second is negative")]
    Negative {
        /// Counted from 1.
        line: usize,
        /// As read.
        rate: f64,
    },
    /// A rate that cannot be one.
    #[error("line {line}: {rate:e} requests per second is more than {MAX_RATE:e}; check the unit")]
    Huge {
        /// Counted from 1.
        line: usize,
        /// As read.
        rate: f64,
    },
    /// Time runs backwards.
    #[error("line {line}: time goes back from {before} s to {at} s; sort the rows by `{TIME_COLUMN}`")]
    Backwards {
        /// Counted from 1.
        line: usize,
        /// The row before.
        before: f64,
        /// This row.
        at: f64,
    },
    /// Fewer than two different instants.
    #[error("fewer than two rows with a rate: nothing to simulate")]
    TooShort,
    /// Too long to simulate.
    #[error(
        "line {line}: {seconds:.0} s after the start is past what can be simulated (50 million ticks of 15 s); shorten the trace or limit its days"
    )]
    TooLong {
        /// Counted from 1.
        line: usize,
        /// After the first row.
        seconds: f64,
    },
    /// Not one request.
    #[error("no demand in the trace: every rate that counts is 0")]
    NoDemand,
}

/// A demand as recorded: instants in seconds from the first row, strictly rising, and requests per second, finite and not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    seconds: Vec<f64>,
    rates: Vec<f64>,
}

impl Trace {
    /// Reads CSV with a header that has `timestamp_s` and `requests_per_s`; other columns are ignored.
    ///
    /// Handled: blank lines and rows with an empty rate are holes (the value before is held, or the line between neighbors drawn, by
    /// [`Trace::ticks`]); of rows with the same instant the last counts. Everything else that is odd is an error with its line.
    ///
    /// # Errors
    /// [`TraceError`], the first that is met.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let mut lines = text.lines().enumerate();
        let header = lines.next().map(|(_, line)| line.trim_start_matches('\u{feff}').trim()).filter(|line| !line.is_empty());
        let header = header.ok_or(TraceError::Empty)?;
        let names: Vec<&str> = header.split(',').map(|name| name.trim().trim_matches('"')).collect();
        let position = |wanted: &str| names.iter().position(|name| *name == wanted);
        let rate_at = position(DEMAND_COLUMN).ok_or_else(|| TraceError::NoDemandColumn { found: shorten(header) })?;
        let time_at = position(TIME_COLUMN).ok_or_else(|| TraceError::NoTimeColumn { found: shorten(header) })?;
        let mut trace = Self { seconds: Vec::new(), rates: Vec::new() };
        let mut start = None;
        for (index, row) in lines {
            let row = row.trim();
            if row.is_empty() {
                continue;
            }
            let line = index + 1;
            let (mut time, mut rate, mut found) = (None, None, 0);
            for (at, field) in row.split(',').enumerate() {
                found += 1;
                if at == time_at {
                    time = Some(field);
                }
                if at == rate_at {
                    rate = Some(field);
                }
            }
            let (Some(time), Some(rate)) = (time, rate) else {
                return Err(TraceError::Fields { line, found, expected: names.len() });
            };
            let at = number(time, line)?;
            if rate.trim().is_empty() {
                continue;
            }
            let rate = checked_rate(number(rate, line)?, line)?;
            trace.push(at - *start.get_or_insert(at), rate, line, start.unwrap_or_default())?;
        }
        if trace.seconds.len() < 2 { Err(TraceError::TooShort) } else { Ok(trace) }
    }

    /// A trace of readings `step_seconds` apart (> 0); rates that are not finite or negative are taken as 0.
    #[must_use]
    pub fn regular(rates: &[f64], step_seconds: f64) -> Self {
        let clean = |rate: &f64| if rate.is_finite() { rate.clamp(0.0, MAX_RATE) } else { 0.0 };
        Self { seconds: (0..rates.len()).map(|index| index as f64 * step_seconds).collect(), rates: rates.iter().map(clean).collect() }
    }

    fn push(&mut self, seconds: f64, rate: f64, line: usize, start: f64) -> Result<(), TraceError> {
        if seconds / TICK_SECONDS > MAX_TICKS as f64 {
            return Err(TraceError::TooLong { line, seconds });
        }
        match (self.seconds.last(), self.rates.last_mut()) {
            (Some(before), _) if seconds < *before => Err(TraceError::Backwards { line, before: before + start, at: seconds + start }),
            (Some(before), Some(last)) if seconds == *before => {
                *last = rate;
                Ok(())
            }
            _ => {
                self.seconds.push(seconds);
                self.rates.push(rate);
                Ok(())
            }
        }
    }

    /// The usual distance between two readings in seconds: the median.
    #[must_use]
    pub fn step_seconds(&self) -> f64 {
        let mut steps: Vec<f64> = self.seconds.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let count = steps.len();
        if count == 0 {
            return TICK_SECONDS;
        }
        let (below, upper, _) = steps.select_nth_unstable_by(count / 2, f64::total_cmp);
        let upper = *upper;
        if count % 2 == 1 { upper } else { f64::midpoint(below.iter().copied().fold(0.0, f64::max), upper) }
    }

    /// Mean requests per second in each whole bin of so many seconds (at least 1).
    ///
    /// Each reading is held until the next one, over holes too; the last one for the usual distance.
    #[must_use]
    pub fn bins(&self, bin_seconds: f64) -> Vec<f64> {
        let (Some(&end), step, bin) = (self.seconds.last(), self.step_seconds(), bin_seconds.max(1.0)) else { return Vec::new() };
        let count = (((end + step) / bin) as usize).min(MAX_TICKS);
        let mut requests = vec![0.0; count];
        let ends = self.seconds.iter().skip(1).copied().chain([end + step]);
        for ((&from, until), &rate) in self.seconds.iter().zip(ends).zip(&self.rates) {
            let mut at = from;
            while at < until {
                let index = (at / bin) as usize;
                let edge = ((index + 1) as f64 * bin).min(until);
                let Some(sum) = requests.get_mut(index).filter(|_| edge > at) else { break };
                *sum += rate * (edge - at);
                at = edge;
            }
        }
        requests.iter_mut().for_each(|sum| *sum /= bin);
        requests
    }

    /// Requests per second for each tick of 15 s, at most `limit` ticks.
    ///
    /// Finer traces are averaged, traces of up to 60 s steps are held per step (and over holes), coarser ones interpolated.
    #[must_use]
    pub fn ticks(&self, limit: usize) -> Vec<f64> {
        let (Some(&end), step) = (self.seconds.last(), self.step_seconds()) else { return Vec::new() };
        let count = (((end + step) / TICK_SECONDS).ceil() as usize).min(limit);
        if step > HELD_STEP_SECONDS {
            let mut line = Line::new(&self.seconds, &self.rates);
            return (0..count).map(|tick| line.at(tick as f64 * TICK_SECONDS)).collect();
        }
        let mut edges = self.seconds.clone();
        edges.push(end + step);
        let mut requests = Vec::with_capacity(edges.len());
        let mut total = 0.0;
        requests.push(total);
        for (span, rate) in edges.windows(2).zip(&self.rates) {
            total += rate * (span[1] - span[0]);
            requests.push(total);
        }
        let mut line = Line::new(&edges, &requests);
        let mut before = line.at(0.0);
        let mut means = Vec::with_capacity(count);
        for tick in 1..=count {
            let after = line.at(tick as f64 * TICK_SECONDS);
            means.push(((after - before) / TICK_SECONDS).max(0.0));
            before = after;
        }
        means
    }
}

/// Straight lines between points, read from left to right; the last value holds after the end.
struct Line<'a> {
    xs: &'a [f64],
    ys: &'a [f64],
    index: usize,
}

impl<'a> Line<'a> {
    fn new(xs: &'a [f64], ys: &'a [f64]) -> Self {
        Self { xs, ys, index: 0 }
    }

    /// The value at `x`, which must not be below that of the call before.
    fn at(&mut self, x: f64) -> f64 {
        while self.index + 1 < self.xs.len() && self.xs[self.index + 1] <= x {
            self.index += 1;
        }
        let left = self.index;
        if left + 1 >= self.xs.len() {
            return self.ys[left];
        }
        let slope = (self.ys[left + 1] - self.ys[left]) / (self.xs[left + 1] - self.xs[left]);
        slope * (x - self.xs[left]) + self.ys[left]
    }
}

fn number(field: &str, line: usize) -> Result<f64, TraceError> {
    let field = field.trim().trim_matches('"');
    match field.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) | Err(_) => Err(TraceError::NotANumber { line, field: shorten(field) }),
    }
}

fn checked_rate(rate: f64, line: usize) -> Result<f64, TraceError> {
    if rate < 0.0 {
        Err(TraceError::Negative { line, rate })
    } else if rate > MAX_RATE {
        Err(TraceError::Huge { line, rate })
    } else {
        Ok(rate)
    }
}

/// What a message quotes of a field that may be anything.
fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

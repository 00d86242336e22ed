//! CSV with a time column: what recordings and load traces share. Every fault names its line and what to do.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use csv::{Reader, ReaderBuilder, StringRecord, Trim};

use crate::error::ConnectorError;

/// Bytes read of one file, so that a wrong path cannot fill the memory: half a million rows of a hundred characters.
const MAX_BYTES: u64 = 64 << 20;
/// The largest number a cell may hold. Beyond it a reading is a mistake of its unit, and sums would lose their digits.
const MAX_QUANTITY: f64 = 1e12;
/// The largest time in seconds: a hundred centuries, far inside what a date can hold.
const MAX_SECONDS: f64 = 3.2e11;

/// Where a table's text comes from.
pub(crate) trait TableSource: Read {}
impl<T: Read> TableSource for T {}

/// A CSV that is being read.
pub(crate) struct Table<R: TableSource> {
    reader: Reader<R>,
    file: PathBuf,
    record: StringRecord,
    last_seconds: Option<f64>,
    width: usize,
    rows: usize,
    max_rows: usize,
}

/// One row with its place.
pub(crate) struct Row<'a> {
    record: &'a StringRecord,
    file: &'a Path,
    line: u64,
    seconds: f64,
}

impl Table<std::io::Take<File>> {
    /// Opens a file.
    pub(crate) fn open(file: &Path, max_rows: usize) -> Result<Self, ConnectorError> {
        let opened = File::open(file).map_err(ConnectorError::system(format!("open {}", file.display())))?;
        let bytes = opened.metadata().map_err(ConnectorError::system(format!("read {}", file.display())))?.len();
        if bytes > MAX_BYTES {
            let problem = format!("the file has {bytes} bytes; at most {MAX_BYTES} are read. Thin it out, or cut it into parts.");
            return Err(ConnectorError::InvalidCsv { file: file.to_owned(), line: 1, problem });
        }
        Self::new(opened.take(MAX_BYTES), file.to_owned(), max_rows)
    }
}

impl<'t> Table<&'t [u8]> {
    /// Reads text at hand.
    pub(crate) fn from_text(text: &'t str, max_rows: usize) -> Result<Self, ConnectorError> {
        Self::new(text.as_bytes(), PathBuf::from("-"), max_rows)
    }
}

impl<R: TableSource> Table<R> {
    fn new(source: R, file: PathBuf, max_rows: usize) -> Result<Self, ConnectorError> {
        let reader = ReaderBuilder::new().trim(Trim::All).flexible(true).comment(Some(b'#')).from_reader(source);
        Ok(Self { reader, file, record: StringRecord::new(), last_seconds: None, width: 0, rows: 0, max_rows })
    }

    /// Where each of `wanted` stands; none where it is left out. The first column must be `time`, and no other name may occur.
    pub(crate) fn columns(&mut self, time: &str, wanted: &[&str]) -> Result<Vec<Option<usize>>, ConnectorError> {
        let known = || format!("The first column is {time}; then any of {}.", wanted.join(", "));
        let headers = self.reader.headers().map_err(|error| csv_fault(&self.file, &error))?.clone();
        let fault = |problem: String| ConnectorError::InvalidCsv { file: self.file.clone(), line: 1, problem };
        match headers.get(0) {
            None | Some("") => return Err(fault(format!("there is no header. {}", known()))),
            Some(first) if first != time => return Err(fault(format!("the first column is called {first:?}. {}", known()))),
            Some(_) => {}
        }
        let mut places = vec![None; wanted.len()];
        for (column, name) in headers.iter().enumerate().skip(1) {
            let Some(index) = wanted.iter().position(|known| *known == name) else {
                return Err(fault(format!("the column {name:?} is not known. {}", known())));
            };
            if places[index].replace(column).is_some() {
                return Err(fault(format!("the column {name:?} occurs twice; keep one of them.")));
            }
        }
        if places.iter().all(Option::is_none) {
            return Err(fault(format!("there is no column besides the time. {}", known())));
        }
        self.width = headers.len();
        Ok(places)
    }

    /// The next row; its time is later than the one before.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, ConnectorError> {
        if !self.reader.read_record(&mut self.record).map_err(|error| csv_fault(&self.file, &error))? {
            if self.rows == 0 {
                let problem = "there are no rows under the header; at least one is needed.".to_owned();
                return Err(ConnectorError::InvalidCsv { file: self.file.clone(), line: 2, problem });
            }
            return Ok(None);
        }
        self.rows += 1;
        let line = self.record.position().map_or(0, csv::Position::line);
        let fault = |problem: String| ConnectorError::InvalidCsv { file: self.file.clone(), line, problem };
        if self.rows > self.max_rows {
            return Err(fault(format!("there are more than {} rows. Thin them out, or cut the file into parts.", self.max_rows)));
        }
        if self.record.len() != self.width {
            return Err(fault(format!("there are {} cells; the header has {}.", self.record.len(), self.width)));
        }
        let seconds = parse_seconds(&self.record[0]).map_err(&fault)?;
        match self.last_seconds.replace(seconds) {
            Some(before) if seconds == before => {
                return Err(fault(format!("the time {seconds} occurs twice; keep one of the rows.")));
            }
            Some(before) if seconds < before => {
                return Err(fault(format!("the time goes back from {before} to {seconds}; order the rows by time.")));
            }
            _ => {}
        }
        Ok(Some(Row { record: &self.record, file: &self.file, line, seconds }))
    }
}

impl Row<'_> {
    /// The text of one cell.
    pub(crate) fn cell(&self, column: usize) -> &str {
        &self.record[column]
    }

    /// The row's time, to the millisecond.
    pub(crate) fn time(&self) -> TimeDelta {
        TimeDelta::milliseconds((self.seconds * 1000.0).round() as i64)
    }

    /// The row's time in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// A fault of this line.
    pub(crate) fn fault(&self, problem: String) -> ConnectorError {
        ConnectorError::InvalidCsv { file: self.file.to_owned(), line: self.line, problem }
    }
}

/// A finite number from 0 to [`MAX_QUANTITY`].
pub(crate) fn parse_quantity(cell: &str) -> Result<f64, String> {
    let value: f64 = cell.parse().map_err(|_| format!("{cell:?} is not a number."))?;
    if !value.is_finite() {
        Err(format!("{cell} is not a finite number. Leave the cell empty where nothing was measured."))
    } else if value < 0.0 {
        Err(format!("{cell} is negative; a reading is 0 or more. Leave the cell empty where nothing was measured."))
    } else if value > MAX_QUANTITY {
        Err(format!("{cell} is larger than {MAX_QUANTITY:e}; check the unit of this column."))
    } else {
        Ok(value)
    }
}

fn parse_seconds(cell: &str) -> Result<f64, String> {
    let seconds: f64 = cell.parse().map_err(|_| format!("the time {cell:?} is not a number of seconds."))?;
    if seconds.is_finite() && (0.0..=MAX_SECONDS).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(format!("the time {cell} is not between 0 and {MAX_SECONDS:e} seconds."))
    }
}

fn csv_fault(file: &Path, error: &csv::Error) -> ConnectorError {
    let line = error.position().map_or(1, csv::Position::line);
    ConnectorError::InvalidCsv { file: file.to_owned(), line, problem: format!("this is not readable as CSV in UTF-8 ({error}).") }
}

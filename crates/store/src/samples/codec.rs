//! A sample as bytes, bit for bit, and many of them as one compressed chunk.
//!
//! One sample is about 100 bytes: a mark of the format, the instant (seconds, nanoseconds), the counts, one mark and at most one
//! float for each metric, and the floats of what else was measured. Floats are stored as their bits. A format that was once
//! written stays readable: a new one gets a new mark.

use chrono::{DateTime, Utc};
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::units::Instances;

use super::Sample;
use crate::error::{BadValue, Result, StoreError};

/// The format of one sample.
const FORMAT: u8 = 1;
/// Good enough for floats, and fast: a day of 2 880 samples in a few milliseconds.
const COMPRESSION_LEVEL: i32 = 3;
/// A chunk holds at most this many bytes unpacked: a day of samples each second is a tenth of it.
const LARGEST_CHUNK: usize = 128 << 20;

const KNOWN: u8 = 0;
const UNKNOWN: u8 = 1;

const VALUE_NOW: u8 = 0;
const VALUE_AT: u8 = 1;
const NO_TRAFFIC_NOW: u8 = 2;
const NO_TRAFFIC_AT: u8 = 3;
const MISSING: u8 = 4;

/// The sample's bytes, appended to `bytes`.
pub(crate) fn encode(sample: &Sample, bytes: &mut Vec<u8>) {
    let observation = &sample.observation;
    bytes.push(FORMAT);
    put_instant(bytes, observation.at);
    match observation.instances {
        Counted::Known(InstanceCount { ready, starting }) => {
            bytes.push(KNOWN);
            put_number(bytes, u64::from(ready.0));
            put_number(bytes, u64::from(starting.0));
        }
        Counted::Unknown { hole } => bytes.extend([UNKNOWN, hole_mark(hole)]),
    }
    for (_, reading) in observation.readings.iter() {
        put_reading(bytes, reading, observation.at);
    }
    let floats = floats_of(sample);
    let mean = observation.response_statistic == ResponseStatistic::Mean;
    let present = floats.iter().enumerate().fold(u8::from(mean) << 7, |mask, (index, float)| mask | (u8::from(float.is_some()) << index));
    bytes.push(present);
    for float in floats.into_iter().flatten() {
        bytes.extend(float.to_le_bytes());
    }
}

/// The next sample of some bytes.
fn decode(bytes: &mut Bytes<'_>) -> Result<Sample, BadValue> {
    if bytes.byte()? != FORMAT {
        return Err(bytes.bad());
    }
    let at = bytes.instant()?;
    let instances = match bytes.byte()? {
        KNOWN => Counted::Known(InstanceCount { ready: bytes.instances()?, starting: bytes.instances()? }),
        UNKNOWN => Counted::Unknown { hole: bytes.hole()? },
        _ => return Err(bytes.bad()),
    };
    let mut readings = PerMetric::from_fn(|_| Reading::missing(Hole::NotMeasured));
    for metric in Metric::ALL {
        readings[metric] = bytes.reading(at)?;
    }
    let mask = bytes.byte()?;
    let mut floats = [None; 6];
    for (index, float) in floats.iter_mut().enumerate() {
        if mask >> index & 1 == 1 {
            *float = Some(bytes.float()?);
        }
    }
    let [request_rate, response_time_mean_ms, network_bytes, disk_bytes, requests, score] = floats;
    Ok(Sample {
        observation: Observation {
            at,
            instances,
            readings,
            response_statistic: if mask >> 7 == 1 { ResponseStatistic::Mean } else { ResponseStatistic::P95 },
            traffic: Traffic { request_rate, response_time_mean_ms, network_bytes, disk_bytes, requests },
        },
        score,
    })
}

/// One sample from the bytes of its row.
pub(crate) fn decode_one(bytes: &[u8]) -> Result<Sample> {
    let mut bytes = Bytes { all: bytes, at: 0 };
    decode(&mut bytes)
        .and_then(|sample| if bytes.is_empty() { Ok(sample) } else { Err(bytes.bad()) })
        .map_err(|source| StoreError::undecodable("sample", source))
}

/// Samples as one compressed chunk.
pub(crate) fn pack<'a>(samples: impl Iterator<Item = &'a Sample>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for sample in samples {
        encode(sample, &mut bytes);
    }
    zstd::bulk::compress(&bytes, COMPRESSION_LEVEL).map_err(|source| StoreError::undecodable("samples", source))
}

/// The samples of a chunk, in the order in which they were packed.
pub(crate) fn unpack(chunk: &[u8]) -> Result<Vec<Sample>> {
    let unpacked = zstd::bulk::Decompressor::upper_bound(chunk).unwrap_or(LARGEST_CHUNK).min(LARGEST_CHUNK);
    let bytes = zstd::bulk::decompress(chunk, unpacked).map_err(|source| StoreError::undecodable("samples", source))?;
    let mut bytes = Bytes { all: &bytes, at: 0 };
    let mut samples = Vec::new();
    while !bytes.is_empty() {
        samples.push(decode(&mut bytes).map_err(|source| StoreError::undecodable("samples", source))?);
    }
    Ok(samples)
}

fn floats_of(sample: &Sample) -> [Option<f64>; 6] {
    let Traffic { request_rate, response_time_mean_ms, network_bytes, disk_bytes, requests } = sample.observation.traffic;
    [request_rate, response_time_mean_ms, network_bytes, disk_bytes, requests, sample.score]
}

fn put_reading(bytes: &mut Vec<u8>, reading: &Reading, now: DateTime<Utc>) {
    match *reading {
        Reading::Value { value, at } => {
            bytes.push(if at == now { VALUE_NOW } else { VALUE_AT });
            if at != now {
                put_instant(bytes, at);
            }
            bytes.extend(value.to_le_bytes());
        }
        Reading::NoTraffic { at } if at == now => bytes.push(NO_TRAFFIC_NOW),
        Reading::NoTraffic { at } => {
            bytes.push(NO_TRAFFIC_AT);
            put_instant(bytes, at);
        }
        Reading::Missing { hole } => bytes.push(MISSING + hole_mark(hole)),
    }
}

const fn hole_mark(hole: Hole) -> u8 {
    match hole {
        Hole::NotMeasured => 0,
        Hole::NotYet => 1,
        Hole::NoInstance => 2,
        Hole::Unreachable => 3,
        Hole::Unauthorized => 4,
        Hole::NotANumber => 5,
        Hole::Stale => 6,
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7F {
        bytes.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_instant(bytes: &mut Vec<u8>, at: DateTime<Utc>) {
    let seconds = at.timestamp();
    // Zigzag: small magnitudes of either sign are small numbers.
    put_number(bytes, ((seconds << 1) ^ (seconds >> 63)) as u64);
    put_number(bytes, u64::from(at.timestamp_subsec_nanos()));
}

/// Bytes that are read from the front.
struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl Bytes<'_> {
    fn is_empty(&self) -> bool {
        self.at >= self.all.len()
    }

    fn bad(&self) -> BadValue {
        BadValue::Bytes { at: self.at }
    }

    fn byte(&mut self) -> Result<u8, BadValue> {
        let byte = *self.all.get(self.at).ok_or_else(|| self.bad())?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, BadValue> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(self.bad())
    }

    fn instances(&mut self) -> Result<Instances, BadValue> {
        let number = self.number()?;
        u32::try_from(number).map(Instances).map_err(|_| self.bad())
    }

    fn float(&mut self) -> Result<f64, BadValue> {
        let bits = self.all.get(self.at..self.at + 8).and_then(|bits| bits.try_into().ok()).ok_or_else(|| self.bad())?;
        self.at += 8;
        Ok(f64::from_le_bytes(bits))
    }

    fn instant(&mut self) -> Result<DateTime<Utc>, BadValue> {
        let zigzag = self.number()?;
        let seconds = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
        let nanoseconds = u32::try_from(self.number()?).map_err(|_| self.bad())?;
        DateTime::from_timestamp(seconds, nanoseconds).ok_or_else(|| self.bad())
    }

    fn reading(&mut self, now: DateTime<Utc>) -> Result<Reading, BadValue> {
        match self.byte()? {
            VALUE_NOW => Ok(Reading::Value { value: self.float()?, at: now }),
            VALUE_AT => {
                let at = self.instant()?;
                Ok(Reading::Value { value: self.float()?, at })
            }
            NO_TRAFFIC_NOW => Ok(Reading::NoTraffic { at: now }),
            NO_TRAFFIC_AT => Ok(Reading::NoTraffic { at: self.instant()? }),
            mark => Ok(Reading::Missing { hole: self.hole_of(mark - MISSING)? }),
        }
    }

    fn hole(&mut self) -> Result<Hole, BadValue> {
        let mark = self.byte()?;
        self.hole_of(mark)
    }

    fn hole_of(&self, mark: u8) -> Result<Hole, BadValue> {
        const HOLES: [Hole; 7] =
            [Hole::NotMeasured, Hole::NotYet, Hole::NoInstance, Hole::Unreachable, Hole::Unauthorized, Hole::NotANumber, Hole::Stale];
        HOLES.get(usize::from(mark)).copied().ok_or_else(|| self.bad())
    }
}

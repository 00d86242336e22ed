//! How long an instance takes from "starting" to "ready", learned from the counts of each look.

use std::collections::VecDeque;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::observation::InstanceCount;

/// Weight of the newest start in the learned start-up delay; each of the first few counts more, as in a mean.
const NEWEST_START: f64 = 0.1;
/// A start that takes longer than this is no start-up delay but a fault; it is not learned.
const LONGEST_START_MS: i64 = 3_600_000;
/// Where it is not known when a start began: too long ago to be learned from.
const UNKNOWN: i64 = i64::MIN / 2;
/// Batches of starting instances that are told apart. Where there are more, the newest are not learned from.
const MOST_BATCHES: usize = 8;

/// From "starting" to "ready".
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StartUp {
    /// Since when (Unix ms) how many are starting, oldest first; together as many as were starting at the look before.
    batches: VecDeque<(i64, u32)>,
    /// The learned delay in ms.
    learned_ms: Option<f64>,
    /// How many starts it was learned from, as far as that matters.
    starts: u32,
}

impl StartUp {
    /// One that presumes a delay that was learned elsewhere.
    pub(crate) fn presuming(delay: Option<TimeDelta>) -> Self {
        Self { learned_ms: delay.map(|delay| delay.num_milliseconds() as f64), ..Self::default() }
    }

    /// The learned delay; none before the first start.
    pub(crate) fn delay(&self) -> Option<TimeDelta> {
        self.learned_ms.map(|ms| TimeDelta::milliseconds(ms.round() as i64))
    }

    /// Learns from one look at `now` (Unix ms); `seen` is the total count of the look before, `before` its instant.
    ///
    /// Starts are taken to finish in the order in which they began, and what was taken away to have been the newest. A start that
    /// is first seen now was ordered after the look before, and is counted from it: it is up to one interval too long.
    pub(crate) fn learn(&mut self, count: InstanceCount, seen: Option<u32>, before: Option<i64>, now: i64) {
        let ordered_at = before.filter(|_| seen.is_some()).unwrap_or(now);
        let (starting, total) = (count.starting.0, count.total().0);
        let before: u32 = self.batches.iter().map(|(_, count)| count).sum();
        if starting == 0 && before == 0 {
            return;
        }
        let gone = seen.map_or(0, |seen| seen.saturating_sub(total));
        let begun = seen.map_or(starting, |seen| total.saturating_sub(seen)).min(starting);
        self.cancel(gone.min(before));
        let waiting = before - gone.min(before);
        // What is starting and did not begin just now was starting before; the rest of those has become ready.
        let finished = waiting.saturating_sub(starting - begun);
        self.finish(finished, now, gone == 0);
        let left = waiting - finished;
        if starting > left {
            self.begin(ordered_at, starting - left);
        }
    }

    fn begin(&mut self, now: i64, count: u32) {
        let is_full = self.batches.len() == MOST_BATCHES;
        match self.batches.back_mut().filter(|_| is_full) {
            Some((since, newest)) => {
                *newest += count;
                *since = UNKNOWN;
            }
            None => self.batches.push_back((now, count)),
        }
    }

    /// Takes the newest away.
    fn cancel(&mut self, mut count: u32) {
        while let Some((_, newest)) = self.batches.back_mut().filter(|_| count > 0) {
            let taken = count.min(*newest);
            *newest -= taken;
            count -= taken;
            if *newest == 0 {
                self.batches.pop_back();
            }
        }
    }

    /// The oldest have become ready; learned from, unless it may be that they were taken away.
    fn finish(&mut self, mut count: u32, now: i64, is_certain: bool) {
        while let Some((since, oldest)) = self.batches.front_mut().filter(|_| count > 0) {
            let took = now - *since;
            let taken = count.min(*oldest);
            *oldest -= taken;
            count -= taken;
            if *oldest == 0 {
                self.batches.pop_front();
            }
            if is_certain && (0..=LONGEST_START_MS).contains(&took) {
                self.starts = self.starts.saturating_add(1);
                let before = self.learned_ms.unwrap_or(took as f64);
                self.learned_ms = Some(before + (took as f64 - before) * NEWEST_START.max(1.0 / f64::from(self.starts)));
            }
        }
    }
}

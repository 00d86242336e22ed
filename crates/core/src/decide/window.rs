//! The largest value of the last few minutes, in bounded space.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Most peaks that are kept. Full, the two oldest become one with the larger value and the later time: it errs toward more instances.
const MOST_PEAKS: usize = 24;

/// A sliding maximum over time: only values that can still become the maximum are kept, so they fall from front to back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Window {
    /// Since when evaluations followed each other without a hole, in Unix ms.
    since: Option<i64>,
    /// The last evaluation, in Unix ms.
    last: Option<i64>,
    /// `(Unix ms, value)`: times rise, values fall.
    peaks: VecDeque<(i64, f64)>,
}

impl Window {
    /// Adds one evaluation's value. A hole of more than `longest_gap` ms since the last one starts the window anew.
    pub(super) fn push(&mut self, at: i64, value: f64, length: i64, longest_gap: i64) {
        if self.last.is_some_and(|last| at < last || at - last > longest_gap) {
            *self = Self { peaks: std::mem::take(&mut self.peaks), ..Self::default() };
            self.peaks.clear();
        }
        self.since = self.since.or(Some(at));
        self.last = Some(at);
        while self.peaks.back().is_some_and(|(_, peak)| *peak <= value) {
            self.peaks.pop_back();
        }
        while self.peaks.front().is_some_and(|(seen, _)| *seen < at - length) {
            self.peaks.pop_front();
        }
        if self.peaks.len() == MOST_PEAKS {
            let oldest = self.peaks.pop_front().map_or(value, |(_, peak)| peak);
            if let Some(next) = self.peaks.front_mut() {
                next.1 = oldest;
            }
        }
        self.peaks.push_back((at, value));
    }

    /// The largest value of the last `length` ms, `value` of this very evaluation included.
    pub(super) fn largest_with(&self, now: i64, value: f64, length: i64) -> f64 {
        let kept = self.peaks.iter().find(|(seen, _)| *seen >= now - length);
        kept.map_or(value, |(_, peak)| peak.max(value))
    }

    /// Whether evaluations without a hole of more than `longest_gap` ms reach back `length` ms from now.
    pub(super) fn covers(&self, now: i64, length: i64, longest_gap: i64) -> bool {
        let (Some(since), Some(last)) = (self.since, self.last) else { return length == 0 };
        last <= now && now - last <= longest_gap && since <= now - length
    }

    /// Whether nothing was ever added, or a hole has made what was added too old.
    pub(super) fn is_broken(&self, now: i64, longest_gap: i64) -> bool {
        self.last.is_none_or(|last| now < last || now - last > longest_gap)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.since = None;
        self.last = None;
        self.peaks.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_window_never_understates_its_largest_value() {
        let mut window = Window::default();
        let mut all = Vec::new();
        // Values that always fall are the worst case: every one of them may still become the maximum.
        for step in 0..200_i64 {
            let value = 1000.0 - step as f64;
            window.push(step * 1000, value, 100_000, 10_000);
            all.push((step * 1000, value));
            let truth = all.iter().filter(|(at, _)| *at >= step * 1000 - 100_000).map(|(_, value)| *value).fold(0.0, f64::max);
            assert!(window.largest_with(step * 1000, value, 100_000) >= truth);
            assert!(window.peaks.len() <= MOST_PEAKS);
        }
    }

    #[test]
    fn a_hole_starts_the_window_anew() {
        let mut window = Window::default();
        window.push(0, 5.0, 60_000, 30_000);
        window.push(30_000, 4.0, 60_000, 30_000);
        assert!(window.covers(60_000, 60_000, 30_000));
        assert!(!window.covers(61_000, 60_000, 30_000), "31 s without an evaluation is a hole");
        window.push(61_000, 1.0, 60_000, 30_000);
        assert_eq!(window.largest_with(61_000, 1.0, 60_000), 1.0);
        assert!(!window.covers(61_000, 60_000, 30_000));
    }
}

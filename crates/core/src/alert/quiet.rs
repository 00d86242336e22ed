//! Hours in which nothing is told; it is held and told when they end.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A span of every day, in one place's time. From 22:00 to 07:00 spans midnight; equal ends are no span at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// Where they hold.
    pub is_enabled: bool,
    /// When they begin, by the wall clock.
    pub from: NaiveTime,
    /// When they end, by the wall clock.
    pub to: NaiveTime,
    /// Whose wall clock.
    pub zone: Tz,
}

impl QuietHours {
    /// When the quiet hours around `now` end; none where it is not quiet.
    ///
    /// Wall-clock times that a change of summer time leaves out are taken an hour later, those that come twice the first time.
    #[must_use]
    pub fn end(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !self.is_enabled || self.from == self.to {
            return None;
        }
        let today = now.with_timezone(&self.zone).date_naive();
        // The span that began yesterday may still last, and today's may have begun.
        [today.checked_sub_days(Days::new(1))?, today].into_iter().find_map(|day| {
            let last = if self.to > self.from { day } else { day.checked_add_days(Days::new(1))? };
            let (begins, ends) = (self.instant(day, self.from)?, self.instant(last, self.to)?);
            (begins <= now && now < ends).then_some(ends)
        })
    }

    fn instant(&self, day: chrono::NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
        let wall = day.and_time(time);
        let found = self.zone.from_local_datetime(&wall).earliest();
        let found = found.or_else(|| self.zone.from_local_datetime(&(wall + TimeDelta::hours(1))).earliest())?;
        Some(found.with_timezone(&Utc))
    }
}

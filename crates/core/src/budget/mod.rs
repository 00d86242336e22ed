//! Budgets: what may be spent in a month, what has been, where it is going, and what is said about it.
//!
//! ```text
//! share       spent ÷ limit                                     spent = observed + estimated
//! burn rate   spent in the last seven days ÷ their days
//! projection  spent + hour-of-week means over the hours left    interval from the errors of past days
//! guard       n ≤ floor(share of (limit − spent − what fixed others will spend) ÷ (hours left × $ per instance-hour))
//! ```
//!
//! Read [`Budget`], then [`period`] (when a month begins), [`history`] and [`outlook`] (where the money goes), [`level`] (what is said
//! when, once) and [`guard`] (what may still be started). Amounts that were spent are exact; what is expected of hours to come is an
//! estimate with its error.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::Zone;
use crate::deployment::{Deployment, DeploymentId, text_id};
use crate::units::Money;

pub mod guard;
pub mod history;
pub mod level;
pub mod outlook;
pub mod period;
mod validate;

pub use guard::{Member, affordable};
pub use history::SpendingHistory;
pub use level::{BudgetLevel, BudgetMemory};
pub use outlook::{Outlook, Profile, Projection, RunsOut};
pub use period::{Calendar, Period};
pub use validate::{BudgetDraft, BudgetIdentity, LARGEST_LIMIT, LONGEST_NAME, MOST_THRESHOLDS, SMALLEST_LIMIT, validate};

text_id!(
    /// Names one budget for good, `bud_…`.
    BudgetId
);

/// What may be spent in a month, on what, and what happens on the way there. Valid in every field: made by [`validate`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Budget {
    /// Names it for good.
    pub id: BudgetId,
    /// What people call it; 1–200 characters.
    pub name: String,
    /// Whose spending counts.
    pub scope: BudgetScope,
    /// What may be spent in one period; above zero.
    pub monthly_limit: Money,
    /// From this share of the limit on a warning is due; the guide's 75.
    pub warning_threshold: Percent,
    /// From this share of the limit on it is critical; the guide's 90.
    pub critical_threshold: Percent,
    /// Further shares that are told, growing; none of those above, and not 100.
    pub more_thresholds: Vec<Percent>,
    /// Day of the month on which a period begins, 1–31; 29–31 are the last day of shorter months.
    pub reset_day: u8,
    /// Where that day begins, an IANA name: `Europe/Berlin`.
    pub time_zone: Zone,
    /// Whether it alerts and guards; its figures are kept all the same.
    pub is_enabled: bool,
    /// Whether it limits scaling up.
    pub guard: Guard,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Budget {
    /// When its periods begin and end.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        Calendar { reset_day: self.reset_day, zone: self.time_zone }
    }

    /// The amount at which `percent` of the limit are spent; half-even to the nano-unit.
    #[must_use]
    pub fn amount_at(&self, percent: Percent) -> Money {
        percent.of(self.monthly_limit)
    }

    /// The share of the limit that `amount` is: 0.59, and above 1 beyond it.
    #[must_use]
    pub fn share_of(&self, amount: Money) -> f64 {
        amount.nanos() as f64 / self.monthly_limit.nanos() as f64
    }

    /// Whether it limits scaling up now.
    #[must_use]
    pub fn guards(&self) -> bool {
        self.is_enabled && self.guard != Guard::Off
    }
}

/// Whose spending counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum BudgetScope {
    /// Everything that Headroom scales, and what it has scaled.
    All,
    /// Everything with this tag.
    Tag {
        /// The tag.
        tag: String,
    },
    /// One deployment.
    Deployment {
        /// Which.
        deployment_id: DeploymentId,
    },
}

impl BudgetScope {
    /// Whether a deployment's spending counts.
    #[must_use]
    pub fn covers(&self, deployment: &Deployment) -> bool {
        match self {
            Self::All => true,
            Self::Tag { tag } => deployment.tags.contains(tag),
            Self::Deployment { deployment_id } => *deployment_id == deployment.id,
        }
    }
}

/// Whether a budget limits scaling up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Guard {
    /// It only tells.
    #[default]
    Off,
    /// Never up past what the rest of the period can pay for, but urgent steps pass while an objective is breached.
    Soft,
    /// Never up past what the rest of the period can pay for.
    Strict,
}

/// Hundredths of a percent, so that comparing money with a share of money is exact. On the wire a plain number: `75`, `87.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
pub struct Percent(u32);

impl Percent {
    /// The whole of it.
    pub const ALL: Self = Self(10_000);

    /// From a number of percent, rounded to hundredths; `None` unless it is finite and between 0.01 and 1 000.
    #[must_use]
    pub fn new(percent: f64) -> Option<Self> {
        let hundredths = (percent * 100.0).round_ties_even();
        (1.0..=100_000.0).contains(&hundredths).then_some(Self(hundredths as u32))
    }

    /// From whole percent.
    #[must_use]
    pub const fn whole(percent: u16) -> Self {
        Self(percent as u32 * 100)
    }

    /// As a number of percent.
    #[must_use]
    pub fn get(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// That share of an amount, half-even to the nano-unit.
    #[must_use]
    pub fn of(self, amount: Money) -> Money {
        let (all, hundredths) = (i128::from(amount.nanos()), i128::from(self.0));
        let (quotient, rest) = ((all * hundredths).div_euclid(10_000), (all * hundredths).rem_euclid(10_000));
        let up = rest > 5_000 || (rest == 5_000 && quotient % 2 != 0);
        let rounded = (quotient + i128::from(up)).clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Money::from_nanos(rounded as i64)
    }

    /// Whether `spent` is at least that share of `limit`. Exact.
    #[must_use]
    pub fn is_reached(self, spent: Money, limit: Money) -> bool {
        i128::from(spent.nanos()) * 10_000 >= i128::from(limit.nanos()) * i128::from(self.0)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.get())
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom("is not a share between 0.01 and 1000 percent"))
    }
}

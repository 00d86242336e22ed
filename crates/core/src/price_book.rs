//! What resources cost, and since when: dated rows. A past hour is priced with the row that held then.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::units::{Money, MoneyPerHour};

static SHIPPED: LazyLock<PriceBook> = LazyLock::new(|| {
    let row = toml::from_str(include_str!("../data/prices/default.toml")).expect("the shipped price row is valid TOML; a test reads it");
    PriceBook::new(vec![row])
});

/// The four rates of a row. A discount is a factor on a rate and is in it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Rates {
    /// One core for an hour.
    pub cpu_core_hour: MoneyPerHour,
    /// One GB (10⁹ bytes) of memory for an hour.
    pub memory_gb_hour: MoneyPerHour,
    /// One GB (10⁹ bytes) of disk for an hour.
    pub storage_gb_hour: MoneyPerHour,
    /// One MB (10⁶ bytes) transferred.
    pub network_mb: Money,
}

/// One provider's rates from one instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PriceRow {
    /// Whose prices: `default`, or a name that a person gave.
    pub provider: String,
    /// Region or instance class; empty for all.
    pub class: String,
    /// ISO 4217: `USD`.
    pub currency: String,
    /// Where the figures are from, in words.
    pub source: String,
    /// The instant from which they hold, until a later row does.
    pub valid_from: DateTime<Utc>,
    /// What things cost.
    pub rates: Rates,
}

/// Every row there is, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBook(Vec<PriceRow>);

impl PriceBook {
    /// A book of these rows, in any order. Of two with the same provider, class and date the later in the list corrects the earlier.
    #[must_use]
    pub fn new(mut rows: Vec<PriceRow>) -> Self {
        rows.sort_by_key(|row| row.valid_from);
        Self(rows)
    }

    /// The book that ships: provider `default`, the guide's rates, valid at all times.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// The rows, the oldest first.
    #[must_use]
    pub fn rows(&self) -> &[PriceRow] {
        &self.0
    }

    /// The row that held for a provider and class at an instant: the newest of the class that is not later, else of all classes.
    ///
    /// `None` before the first row, and for a provider that is not in the book.
    #[must_use]
    pub fn price_at(&self, provider: &str, class: &str, at: DateTime<Utc>) -> Option<&PriceRow> {
        let newest = |class: &str| self.of(provider).rfind(|row| row.class == class && row.valid_from <= at);
        newest(class).or_else(|| newest(""))
    }

    /// Instants after `from` and before `to` at which another row may begin to hold, in order, none twice.
    pub(crate) fn boundaries(&self, provider: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        self.of(provider).map(|row| row.valid_from).filter(move |at| from < *at && *at < to)
    }

    fn of(&self, provider: &str) -> impl DoubleEndedIterator<Item = &PriceRow> {
        self.0.iter().filter(move |row| row.provider == provider)
    }
}

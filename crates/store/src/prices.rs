//! The price book: dated rates. A past hour is priced with the row that held then, so rows are added, not changed.

use chrono::{DateTime, Utc};
use headroom_core::units::{Money, MoneyPerHour};
use rusqlite::{OptionalExtension as _, params};

use crate::changes::Change;
use crate::error::Result;
use crate::read::{MOST_ROWS, ReadTransaction};
use crate::values::{instant, ms};
use crate::write::WriteTransaction;

/// Names one row of the price book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PriceId(pub i64);

/// A row to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    /// Whose prices.
    pub provider: String,
    /// Region or instance class; empty for all.
    pub class: String,
    /// ISO 4217.
    pub currency: String,
    /// Where the figures are from.
    pub source: String,
    /// The instant from which they hold.
    pub valid_from: DateTime<Utc>,
    /// One core for an hour.
    pub cpu_core: MoneyPerHour,
    /// One GB of memory for an hour.
    pub memory_gb: MoneyPerHour,
    /// One GB of disk for an hour.
    pub storage_gb: MoneyPerHour,
    /// One MB transferred.
    pub network_mb: Money,
}

/// A row of the price book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// Names it.
    pub id: PriceId,
    /// What it says.
    pub price: NewPrice,
}

impl WriteTransaction<'_> {
    /// Adds a row; one with the same provider, class and date is corrected.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn set_price(&mut self, price: &NewPrice) -> Result<PriceId> {
        let id = self
            .db
            .prepare_cached(
                "INSERT INTO price_book (provider, class, currency, source, valid_from, cpu_core_hour, memory_gb_hour, storage_gb_hour, network_mb)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (provider, class, valid_from) DO UPDATE SET currency = ?3, source = ?4, cpu_core_hour = ?6,
                     memory_gb_hour = ?7, storage_gb_hour = ?8, network_mb = ?9
                 RETURNING id",
            )?
            .query_row(
                params![
                    price.provider,
                    price.class,
                    price.currency,
                    price.source,
                    ms(price.valid_from),
                    price.cpu_core.nanos(),
                    price.memory_gb.nanos(),
                    price.storage_gb.nanos(),
                    price.network_mb.nanos(),
                ],
                |row| row.get(0),
            )?;
        self.note(Change::Prices);
        Ok(PriceId(id))
    }
}

const COLUMNS: &str =
    "SELECT id, provider, class, currency, source, valid_from, cpu_core_hour, memory_gb_hour, storage_gb_hour, network_mb FROM price_book";

impl ReadTransaction<'_> {
    /// The row that holds for a provider and class at an instant.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn price_at(&self, provider: &str, class: &str, at: DateTime<Utc>) -> Result<Option<PriceRow>> {
        self.db
            .prepare_cached(&format!("{COLUMNS} WHERE provider = ?1 AND class = ?2 AND valid_from <= ?3 ORDER BY valid_from DESC LIMIT 1"))?
            .query_row(params![provider, class, ms(at)], columns_of)
            .optional()?
            .map(row_of)
            .transpose()
    }

    /// The whole book, newest rows first; at most 2 000.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn prices(&self) -> Result<Vec<PriceRow>> {
        let mut statement = self.db.prepare_cached(&format!("{COLUMNS} ORDER BY valid_from DESC, id DESC LIMIT ?1"))?;
        statement.query_map([MOST_ROWS], columns_of)?.map(|row| row_of(row?)).collect()
    }
}

fn columns_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<(PriceRow, i64)> {
    let price = NewPrice {
        provider: row.get(1)?,
        class: row.get(2)?,
        currency: row.get(3)?,
        source: row.get(4)?,
        valid_from: DateTime::UNIX_EPOCH,
        cpu_core: MoneyPerHour::from_nanos(row.get(6)?),
        memory_gb: MoneyPerHour::from_nanos(row.get(7)?),
        storage_gb: MoneyPerHour::from_nanos(row.get(8)?),
        network_mb: Money::from_nanos(row.get(9)?),
    };
    Ok((PriceRow { id: PriceId(row.get(0)?), price }, row.get(5)?))
}

fn row_of((row, valid_from): (PriceRow, i64)) -> Result<PriceRow> {
    Ok(PriceRow { price: NewPrice { valid_from: instant(valid_from)?, ..row.price }, ..row })
}

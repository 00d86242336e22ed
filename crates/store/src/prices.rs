//! The price book: dated rates, what other currencies were worth, and whose prices hold for which deployment.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::price_book::{Discounts, ExchangeRate, PriceClass, PriceRow, Rates};
use headroom_core::units::{Money, MoneyPerHour, Quantity, Ratio};
use rusqlite::{Row, params};

use crate::changes::Change;
use crate::error::{Result, StoreError};
use crate::read::ReadTransaction;
use crate::values::{instant, ms};
use crate::write::WriteTransaction;

/// Names one row of the price book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PriceId(pub i64);

/// Names one exchange rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub i64);

/// A row of the price book.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPrice {
    /// Names it.
    pub id: PriceId,
    /// What it says.
    pub row: PriceRow,
}

/// An exchange rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredExchange {
    /// Names it.
    pub id: ExchangeId,
    /// What it says.
    pub rate: ExchangeRate,
}

impl WriteTransaction<'_> {
    /// Adds a row; one with the same provider, class and date is corrected.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn set_price(&mut self, row: &PriceRow) -> Result<PriceId> {
        let factor = |share: Option<Ratio>| share.map(|share| Quantity::from_units(share.get()).nanos());
        let id = self
            .db
            .prepare_cached(
                "INSERT INTO price_book (provider, class, currency, source, valid_from, cpu_core_hour, memory_gb_hour, storage_gb_hour,
                     network_mb, spot, commitment)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (provider, class, valid_from) DO UPDATE SET currency = ?3, source = ?4, cpu_core_hour = ?6,
                     memory_gb_hour = ?7, storage_gb_hour = ?8, network_mb = ?9, spot = ?10, commitment = ?11
                 RETURNING id",
            )?
            .query_row(
                params![
                    row.provider,
                    row.class,
                    row.currency,
                    row.source,
                    ms(row.valid_from),
                    row.rates.cpu_core_hour.nanos(),
                    row.rates.memory_gb_hour.nanos(),
                    row.rates.storage_gb_hour.nanos(),
                    row.rates.network_mb.nanos(),
                    factor(row.discounts.spot),
                    factor(row.discounts.commitment),
                ],
                |row| row.get(0),
            )?;
        self.note(Change::Prices);
        Ok(PriceId(id))
    }

    /// Takes a row away. What it priced keeps its price.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn remove_price(&mut self, id: PriceId) -> Result<()> {
        if self.db.prepare_cached("DELETE FROM price_book WHERE id = ?1")?.execute([id.0])? == 0 {
            return Err(StoreError::not_found("price row", id.0));
        }
        self.note(Change::Prices);
        Ok(())
    }

    /// Adds an exchange rate; one of the same currency and date is corrected.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn set_exchange_rate(&mut self, rate: &ExchangeRate) -> Result<ExchangeId> {
        let id = self
            .db
            .prepare_cached(
                "INSERT INTO exchange_rates (currency, valid_from, rate) VALUES (?1, ?2, ?3)
                 ON CONFLICT (currency, valid_from) DO UPDATE SET rate = ?3 RETURNING id",
            )?
            .query_row(params![rate.currency, ms(rate.valid_from), rate.rate.nanos()], |row| row.get(0))?;
        self.note(Change::Prices);
        Ok(ExchangeId(id))
    }

    /// Takes an exchange rate away.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn remove_exchange_rate(&mut self, id: ExchangeId) -> Result<()> {
        if self.db.prepare_cached("DELETE FROM exchange_rates WHERE id = ?1")?.execute([id.0])? == 0 {
            return Err(StoreError::not_found("exchange rate", id.0));
        }
        self.note(Change::Prices);
        Ok(())
    }

    /// Says whose prices hold for a deployment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that is not scaled.
    pub fn set_price_class(&mut self, deployment_id: &DeploymentId, prices: &PriceClass) -> Result<()> {
        let key = self.key(deployment_id)?;
        self.db
            .prepare_cached(
                "INSERT INTO deployment_prices (deployment, provider, class) VALUES (?1, ?2, ?3)
                 ON CONFLICT (deployment) DO UPDATE SET provider = ?2, class = ?3",
            )?
            .execute(params![key, prices.provider, prices.class])?;
        self.note(Change::Prices);
        self.note(Change::Deployment(deployment_id.clone()));
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// The whole book, the oldest rows first.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn prices(&self) -> Result<Vec<StoredPrice>> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, valid_from, provider, class, currency, source, cpu_core_hour, memory_gb_hour, storage_gb_hour, network_mb, spot,
                 commitment
             FROM price_book ORDER BY valid_from, id",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(StoredPrice { id: PriceId(row.get(0)?), row: price_of(row, instant(row.get(1)?)?)? });
        }
        Ok(found)
    }

    /// Every exchange rate, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn exchange_rates(&self) -> Result<Vec<StoredExchange>> {
        let mut statement = self.db.prepare_cached("SELECT id, currency, valid_from, rate FROM exchange_rates ORDER BY valid_from, id")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let rate = ExchangeRate { currency: row.get(1)?, valid_from: instant(row.get(2)?)?, rate: Quantity::from_nanos(row.get(3)?) };
            found.push(StoredExchange { id: ExchangeId(row.get(0)?), rate });
        }
        Ok(found)
    }

    /// Whose prices hold, for each deployment where a person said so.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn price_classes(&self) -> Result<BTreeMap<DeploymentId, PriceClass>> {
        let mut statement = self
            .db
            .prepare_cached("SELECT d.id, p.provider, p.class FROM deployment_prices p JOIN deployments d ON d.key = p.deployment")?;
        let found = statement
            .query_map([], |row| Ok((DeploymentId(row.get(0)?), PriceClass { provider: row.get(1)?, class: row.get(2)? })))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(found)
    }
}

fn price_of(row: &Row<'_>, valid_from: DateTime<Utc>) -> rusqlite::Result<PriceRow> {
    let share = |nanos: Option<i64>| nanos.and_then(|nanos| Ratio::new(Quantity::from_nanos(nanos).as_units()).ok());
    Ok(PriceRow {
        provider: row.get(2)?,
        class: row.get(3)?,
        currency: row.get(4)?,
        source: row.get(5)?,
        valid_from,
        rates: Rates {
            cpu_core_hour: MoneyPerHour::from_nanos(row.get(6)?),
            memory_gb_hour: MoneyPerHour::from_nanos(row.get(7)?),
            storage_gb_hour: MoneyPerHour::from_nanos(row.get(8)?),
            network_mb: Money::from_nanos(row.get(9)?),
        },
        discounts: Discounts { spot: share(row.get(10)?), commitment: share(row.get(11)?) },
    })
}

//! Pricing history anew, on purpose: the quantities of the ledger at the rates of another price book. And taking an estimate back when the
//! source turns out to have kept a history.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use headroom_core::cost::{Cost, Quantities};
use headroom_core::deployment::{Billing, DeploymentId};
use headroom_core::price_book::{PriceBook, PriceClass, Tariff, tariff_at};
use headroom_core::units::{Money, Quantity};
use rusqlite::{Connection, params};

use crate::changes::Change;
use crate::error::Result;
use crate::ledger::{DAY, MeterPart, QUARTER_HOUR, floor};
use crate::read::ReadTransaction;
use crate::values::{from_json, from_word, instant, ms};
use crate::write::WriteTransaction;

/// What pricing anew came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Repriced {
    /// Quarter hours whose price is another one.
    pub rows: u64,
    /// Of these, those that no price holds for: they cost nothing now.
    pub unpriced: u64,
    /// What they cost before.
    pub before: Money,
    /// What they cost now.
    pub after: Money,
}

impl WriteTransaction<'_> {
    /// Prices the quarter hours that begin in `from..to` with `book`, each with what holds at its beginning and for the class that its
    /// deployment has now, and makes the sums of their days anew. A price changes on a full quarter hour
    /// ([`headroom_core::price_book::faults_of`]), so none is cut. One whose rates stay the same is left as it is: pricing anew twice changes
    /// nothing the second time.
    ///
    /// # Errors
    /// [`crate::StoreError::DiskFull`], [`crate::StoreError::Undecodable`].
    pub fn reprice(&mut self, book: &PriceBook, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Repriced> {
        let classes = self.reading().price_classes()?;
        let mut done = Repriced::default();
        let Some(held) = self.ledger_span()? else { return Ok(done) };
        // By the day: a year of a large fleet is never in memory at once.
        let (mut at, end) = (ms(from).max(held.start), ms(to).min(held.end));
        while at < end {
            let next = (at + DAY).min(end);
            for row in ledger_rows(self.db, at, next)? {
                self.reprice_row(&row, book, &classes, &mut done)?;
            }
            at = next;
        }
        if done.rows > 0 {
            self.rebuild_days(ms(from).max(held.start)..end)?;
            self.note(Change::Ledger);
        }
        Ok(done)
    }

    fn reprice_row(
        &mut self,
        row: &LedgerRow,
        book: &PriceBook,
        classes: &BTreeMap<DeploymentId, PriceClass>,
        done: &mut Repriced,
    ) -> Result<()> {
        let class: PriceClass = classes.get(&row.deployment_id).cloned().unwrap_or_default();
        let tariff = tariff_at(book.tariffs(&class), instant(row.at)?).cloned();
        let id = self.tariff_id(row.billing, tariff.as_ref())?;
        if id == row.tariff {
            return Ok(());
        }
        let rates = tariff.as_ref().map(|tariff| tariff.rates).unwrap_or_default();
        let priced = row.cost.priced(&rates, row.billing);
        done.rows += 1;
        done.unpriced += u64::from(tariff.is_none());
        done.before += row.cost.total();
        done.after += priced.total();
        self.move_row(row, id, &priced)
    }

    /// Puts what a source's history says in the place of what was estimated for a deployment from `from` to `to`: in the quarter hours
    /// that lie inside as a whole. One that reaches over an end stays estimated, and parts in it are left out, so that nothing counts twice.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::DiskFull`].
    pub fn replace_estimate(
        &mut self,
        deployment_id: &DeploymentId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        parts: &[MeterPart],
    ) -> Result<()> {
        let key = self.key_or_removed(deployment_id)?;
        let whole = floor(ms(from) + QUARTER_HOUR - 1, QUARTER_HOUR)..floor(ms(to), QUARTER_HOUR);
        if whole.is_empty() {
            return Ok(());
        }
        self.db.prepare_cached("DELETE FROM cost_ledger WHERE at >= ?1 AND at < ?2 AND deployment = ?3 AND estimated")?.execute([
            whole.start,
            whole.end,
            key,
        ])?;
        for part in parts.iter().filter(|part| whole.contains(&ms(part.at))) {
            self.add_meter_part(part)?;
        }
        self.note(Change::Ledger);
        self.rebuild_days(whole)
    }

    fn move_row(&mut self, row: &LedgerRow, tariff: i64, cost: &Cost) -> Result<()> {
        // Two rows of a quarter hour may come to the same tariff: then they are one.
        self.db
            .prepare_cached("DELETE FROM cost_ledger WHERE at = ?1 AND deployment = ?2 AND estimated = ?3 AND tariff = ?4")?
            .execute(params![row.at, row.key, row.estimated, row.tariff])?;
        self.add_ledger_row(row.at, row.key, row.estimated, tariff, cost, row.until)
    }
}

impl ReadTransaction<'_> {
    /// What [`WriteTransaction::reprice`] would come to. Changes nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn would_reprice(&self, book: &PriceBook, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Repriced> {
        let classes = self.price_classes()?;
        let mut held: HashMap<i64, Option<Tariff>> = HashMap::new();
        let mut done = Repriced::default();
        let (mut at, end) = (ms(from), ms(to));
        while at < end {
            let next = (at + DAY).min(end);
            for row in ledger_rows(self.db, at, next)? {
                let class: PriceClass = classes.get(&row.deployment_id).cloned().unwrap_or_default();
                let tariff = tariff_at(book.tariffs(&class), instant(row.at)?);
                let before = match held.entry(row.tariff) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(unknown) => {
                        let mut statement = self.db.prepare_cached("SELECT body FROM tariffs WHERE id = ?1")?;
                        unknown.insert(from_json("tariff", &statement.query_row([row.tariff], |row| row.get::<_, String>(0))?)?)
                    }
                };
                if before.as_ref() != tariff.map(Arc::as_ref) {
                    let rates = tariff.map(|tariff| tariff.rates).unwrap_or_default();
                    done.rows += 1;
                    done.unpriced += u64::from(tariff.is_none());
                    done.before += row.cost.total();
                    done.after += row.cost.priced(&rates, row.billing).total();
                }
            }
            at = next;
        }
        Ok(done)
    }
}

/// The rows of some quarter hours.
fn ledger_rows(db: &Connection, from: i64, to: i64) -> Result<Vec<LedgerRow>> {
    let mut statement = db.prepare_cached(
        "SELECT l.at, l.deployment, l.estimated, l.tariff, l.until, d.id, t.billing, l.cpu, l.memory, l.storage, l.network, l.idle,
                 l.unused, l.cpu_amount, l.memory_amount, l.storage_amount, l.network_amount, l.idle_cpu_amount, l.idle_memory_amount,
                 l.covered_ms, l.instance_ms, l.measured_ms, l.used_ms, l.requests
             FROM cost_ledger l JOIN deployments d ON d.key = l.deployment JOIN tariffs t ON t.id = l.tariff
             WHERE l.at >= ?1 AND l.at < ?2",
    )?;
    let mut rows = statement.query([from, to])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let money = |column: usize| row.get(column).map(Money::from_nanos);
        let amount = |column: usize| row.get(column).map(Quantity::from_nanos);
        let time = |column: usize| row.get(column).map(chrono::TimeDelta::milliseconds);
        found.push(LedgerRow {
            at: row.get(0)?,
            key: row.get(1)?,
            estimated: row.get(2)?,
            tariff: row.get(3)?,
            until: row.get(4)?,
            deployment_id: DeploymentId(row.get(5)?),
            billing: from_word("billing", row.get(6)?)?,
            cost: Cost {
                cpu: money(7)?,
                memory: money(8)?,
                storage: money(9)?,
                network: money(10)?,
                idle: money(11)?,
                unused: money(12)?,
                quantities: Quantities {
                    cpu: amount(13)?,
                    memory: amount(14)?,
                    storage: amount(15)?,
                    network: amount(16)?,
                    idle_cpu: amount(17)?,
                    idle_memory: amount(18)?,
                },
                covered: time(19)?,
                instance_time: time(20)?,
                measured_time: time(21)?,
                used_time: time(22)?,
                requests: row.get(23)?,
            },
        });
    }
    Ok(found)
}

/// A quarter hour as it is in the ledger.
struct LedgerRow {
    at: i64,
    key: i64,
    estimated: bool,
    tariff: i64,
    until: i64,
    deployment_id: DeploymentId,
    billing: Billing,
    cost: Cost,
}

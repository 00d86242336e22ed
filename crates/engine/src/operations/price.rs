//! Doors to the price book: dated rates, exchange rates, whose prices hold for what, and pricing history anew on purpose.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::policy::Fault;
use headroom_core::price_book::{ExchangeRate, PriceBook, PriceClass, PriceRow, faults_of, faults_of_exchange, is_currency};
use headroom_core::units::Quantity;
use headroom_store::{ExchangeId, PriceId, Repriced, StoreError, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{Done, Run};
use crate::caller::Caller;
use crate::engine::{Engine, Inner};
use crate::error::{ErrorCode, WireError};
use crate::price_import::{Imported, read_csv};
use crate::prices::{CURRENCY, PriceList, book_of};
use crate::view::{self, PriceBookView, PriceImport, RepricedView};

/// Rows of the book and exchange rates there may be, each.
const MOST_ROWS: usize = 10_000;
/// History is priced anew in steps of so much, so that evaluations go on between them.
const STEP: TimeDelta = TimeDelta::days(1);

/// The whole price book: rows, exchange rates, and whose prices hold for what.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetPriceBook {}

/// Add a row; one with the same provider, class and date is corrected. What was metered keeps its price until history is priced anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SetPriceRow {
    /// The row.
    pub row: PriceRow,
}

/// Take a row away. What it priced keeps its price.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RemovePriceRow {
    /// Which.
    pub row_id: i64,
}

/// Add the rows of a CSV file, all or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ImportPrices {
    /// The file's text. Columns: provider, class, currency, source, valid_from, cpu_core_hour, memory_gb_hour (or memory_gib_hour),
    /// storage_gb_hour (or storage_gib_hour), network_mb (or network_gb), spot, commitment; separated by commas, semicolons or tabs.
    pub csv: String,
    /// Only say what it would do.
    pub is_trial: Option<bool>,
}

/// Say what another currency is worth in the ledger's from a date on; the same currency and date is corrected.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SetExchangeRate {
    /// The rate.
    pub rate: ExchangeRate,
}

/// Take an exchange rate away.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RemoveExchangeRate {
    /// Which.
    pub rate_id: i64,
}

/// Say whose prices hold for a deployment, from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SetPriceClass {
    /// Which deployment.
    pub deployment_id: DeploymentId,
    /// A provider of the book.
    pub provider: String,
    /// Region or instance class; empty for all.
    pub class: String,
}

/// Price what was metered with the book as it is now. Quantities stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct RepriceHistory {
    /// From here on; from the beginning where not set.
    pub from: Option<DateTime<Utc>>,
    /// Up to here; to now where not set.
    pub to: Option<DateTime<Utc>>,
    /// Only say what it would do.
    pub is_trial: Option<bool>,
}

/// Count money in another currency: all of the history is priced anew in it, and exchange rates are taken over.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SetLedgerCurrency {
    /// ISO 4217.
    pub currency: String,
    /// What one unit of the currency up to now is worth in it.
    pub rate: f64,
}

impl Run for GetPriceBook {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<PriceBookView, WireError> {
        let inner = &*engine.0;
        let (rows, exchange, classes) = inner.read.read(|read| Ok((read.prices()?, read.exchange_rates()?, read.price_classes()?))).await?;
        let list = inner.prices.list();
        Ok(view::price_book(&inner.fleet.lock(), list.book(), &rows, &exchange, &classes, inner.now()))
    }
}

impl Run for SetPriceRow {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let faults = faults_of(&self.row);
        if !faults.is_empty() {
            return Err(WireError::invalid(faults));
        }
        let inner = &*engine.0;
        let full = inner.prices.list().book().rows().len() > MOST_ROWS;
        if full {
            return Err(WireError::new(
                ErrorCode::Conflict,
                format!("The book has {MOST_ROWS} rows, and that is the most. Remove some first."),
            ));
        }
        let (row, detail) = (self.row.clone(), serde_json::json!({ "row": self.row }));
        inner.change_prices(caller, "set_price_row", detail, move |write| write.set_price(&row).map(|_| ())).await
    }
}

impl Run for RemovePriceRow {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let id = PriceId(self.row_id);
        let detail = serde_json::json!({ "rowId": self.row_id });
        engine.0.change_prices(caller, "remove_price_row", detail, move |write| write.remove_price(id)).await
    }
}

impl Run for ImportPrices {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<PriceImport, WireError> {
        let inner = &*engine.0;
        let Imported { rows, errors } = read_csv(&self.csv, inner.prices.list().zone());
        let known = inner.read.read(|read| read.prices()).await?;
        let key = |row: &PriceRow| (row.provider.clone(), row.class.clone(), row.valid_from);
        let known: BTreeMap<_, _> = known.into_iter().map(|stored| (key(&stored.row), stored.row)).collect();
        let mut report =
            PriceImport { rows: rows.len(), added: 0, corrected: 0, unchanged: 0, errors, is_trial: self.is_trial.unwrap_or(false) };
        for row in &rows {
            match known.get(&key(row)) {
                None => report.added += 1,
                Some(before) if before == row => report.unchanged += 1,
                Some(_) => report.corrected += 1,
            }
        }
        if known.len() + report.added > MOST_ROWS {
            return Err(WireError::invalid_field("csv", &format!("The book holds {MOST_ROWS} rows at most.")));
        }
        if !report.errors.is_empty() || report.is_trial || rows.is_empty() {
            return Ok(report);
        }
        let detail = serde_json::json!({ "rows": rows.len() });
        inner
            .change_prices(caller, "import_prices", detail, move |write| rows.iter().try_for_each(|row| write.set_price(row).map(|_| ())))
            .await?;
        Ok(report)
    }
}

impl Run for SetExchangeRate {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let inner = &*engine.0;
        let mut faults = faults_of_exchange(&self.rate);
        if self.rate.currency == inner.prices.currency() {
            faults.push(Fault { field: "currency".to_owned(), message: "That is the ledger's own currency.".to_owned() });
        }
        if !faults.is_empty() {
            return Err(WireError::invalid(faults));
        }
        let (rate, detail) = (self.rate.clone(), serde_json::json!({ "rate": self.rate }));
        inner.change_prices(caller, "set_exchange_rate", detail, move |write| write.set_exchange_rate(&rate).map(|_| ())).await
    }
}

impl Run for RemoveExchangeRate {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let id = ExchangeId(self.rate_id);
        let detail = serde_json::json!({ "rateId": self.rate_id });
        engine.0.change_prices(caller, "remove_exchange_rate", detail, move |write| write.remove_exchange_rate(id)).await
    }
}

impl Run for SetPriceClass {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let inner = &*engine.0;
        let book = inner.prices.list();
        let providers: BTreeSet<&str> = book.book().rows().iter().map(|row| row.provider.as_str()).collect();
        if !providers.contains(self.provider.as_str()) {
            let known: Vec<&str> = providers.into_iter().collect();
            let message = format!("The book has no prices of “{}”. It has those of {}.", self.provider, known.join(", "));
            return Err(WireError::invalid_field("provider", &message));
        }
        inner.fleet.lock().live(&self.deployment_id)?;
        let detail = serde_json::json!({ "deploymentId": self.deployment_id, "provider": self.provider, "class": self.class });
        let (id, class) = (self.deployment_id, PriceClass { provider: self.provider, class: self.class });
        inner.change_prices(caller, "set_price_class", detail, move |write| write.set_price_class(&id, &class)).await
    }
}

impl Run for RepriceHistory {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<RepricedView, WireError> {
        let inner = &*engine.0;
        let to = self.to.unwrap_or_else(|| inner.now());
        let begins = inner.read.read(|read| read.ledger_begins()).await?.unwrap_or(to);
        let from = self.from.unwrap_or(begins).max(begins);
        if to < from && self.from.is_some() {
            return Err(WireError::invalid_field("to", "The time must end after it begins."));
        }
        let is_trial = self.is_trial.unwrap_or(false);
        let list = inner.prices.list();
        let mut sum = Repriced::default();
        let mut at = from;
        while at < to {
            let next = (at + STEP).min(to);
            let list = list.clone();
            let step = if is_trial {
                inner.read.read(move |read| read.would_reprice(list.book(), at, next)).await?
            } else {
                let committed = inner.write.transact(move |write| write.reprice(list.book(), at, next)).await?;
                inner.tell_changes(&committed.changes);
                committed.value
            };
            sum.rows += step.rows;
            sum.unpriced += step.unpriced;
            sum.before += step.before;
            sum.after += step.after;
            at = next;
        }
        if !is_trial {
            let detail = serde_json::json!({ "from": from, "to": to, "rows": sum.rows, "before": sum.before, "after": sum.after });
            let audit = inner.audit(caller, "reprice_history", None, detail);
            let _ = inner.write.transact(move |write| write.add_audit(&audit).map(|_| ())).await?;
            engine.recount().await?;
        }
        Ok(view::repriced(&sum, inner.prices.list().book().currency(), is_trial))
    }
}

impl Run for SetLedgerCurrency {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<RepricedView, WireError> {
        let inner = &*engine.0;
        let currency = self.currency;
        if !is_currency(&currency) {
            return Err(WireError::invalid_field(
                "currency",
                &format!("“{currency}” is no currency. Give its three capital letters, such as USD or EUR."),
            ));
        }
        let now = inner.now();
        let before =
            ExchangeRate { currency: inner.prices.currency(), valid_from: DateTime::UNIX_EPOCH, rate: Quantity::from_units(self.rate) };
        if let Some(fault) = faults_of_exchange(&before).into_iter().find(|fault| fault.field == "rate") {
            return Err(WireError::invalid(vec![fault]));
        }
        if before.currency == currency {
            return Err(WireError::invalid_field("currency", "That is the ledger's currency already."));
        }
        let detail = serde_json::json!({ "currency": currency, "rate": self.rate });
        let audit = inner.audit(caller, "set_ledger_currency", None, detail);
        let chosen = currency.clone();
        let outcome = {
            let _turn = inner.turn.lock().await;
            let outcome = inner
                .write
                .transact(move |write| {
                    take_over_rates(write, &before, &chosen)?;
                    let book: PriceBook = book_of(&write.reading(), &chosen)?;
                    let begins = write.reading().ledger_begins()?.unwrap_or(now);
                    let done = write.reprice(&book, begins, now + STEP)?;
                    if done.unpriced > 0 {
                        return Err(StoreError::Conflict(headroom_store::Conflict::Unpriced { rows: done.unpriced }));
                    }
                    write.set_setting(CURRENCY, &chosen, now)?;
                    write.add_audit(&audit)?;
                    Ok(done)
                })
                .await;
            match outcome {
                Ok(committed) => {
                    inner.prices.replace(inner.read.read(PriceList::read).await?);
                    inner.tell_changes(&committed.changes);
                    committed.value
                }
                Err(StoreError::Conflict(headroom_store::Conflict::Unpriced { rows })) => {
                    let message = format!(
                        "{rows} quarter hours of the history have no price in {currency}. Say what the currencies of the book are worth in it first, \
                         from a date before the history begins."
                    );
                    return Err(WireError::invalid_field("currency", &message));
                }
                Err(error) => return Err(error.into()),
            }
        };
        engine.recount().await?;
        Ok(view::repriced(&outcome, &currency, false))
    }
}

/// Exchange rates say what a unit is worth in the ledger's currency: they are turned into the new one, and what was its own gets one.
fn take_over_rates(write: &mut WriteTransaction<'_>, before: &ExchangeRate, currency: &str) -> Result<(), StoreError> {
    for stored in write.reading().exchange_rates()? {
        if stored.rate.currency == currency {
            write.remove_exchange_rate(stored.id)?;
        } else {
            let rate = Quantity::from_units(stored.rate.rate.as_units() * before.rate.as_units());
            write.set_exchange_rate(&ExchangeRate { rate, ..stored.rate })?;
        }
    }
    write.set_exchange_rate(before).map(|_| ())
}

impl Inner {
    /// Changes the book, and from now on it holds. Under the turn: no evaluation is half in the old prices.
    async fn change_prices(
        &self,
        caller: &Caller,
        operation: &str,
        detail: serde_json::Value,
        change: impl FnOnce(&mut WriteTransaction<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Done, WireError> {
        let audit = self.audit(caller, operation, None, detail);
        let _turn = self.turn.lock().await;
        let committed = self
            .write
            .transact(move |write| {
                change(write)?;
                write.add_audit(&audit).map(|_| ())
            })
            .await?;
        self.prices.replace(self.read.read(PriceList::read).await?);
        self.tell_changes(&committed.changes);
        Ok(Done {})
    }
}

impl Engine {
    /// Takes the figures of the month and of budgets from the ledger again, after it was priced anew.
    async fn recount(&self) -> Result<(), WireError> {
        let inner = &*self.0;
        {
            let _turn = inner.turn.lock().await;
            let (zone, now) = (inner.prices.list().zone(), inner.now());
            let month = zone.month_start(now);
            let costs = inner.read.read(move |read| read.costs(month, None)).await?;
            let mut fleet = inner.fleet.lock();
            for (id, live) in &mut fleet.live {
                live.spending.set_month(costs.get(id), month);
            }
        }
        Ok(self.recount_budgets().await?)
    }
}

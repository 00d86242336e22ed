//! The price book, and what pricing anew came to.

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::price_book::{ExchangeRate, PriceRow};
use headroom_core::units::Money;
use serde::{Deserialize, Serialize};

/// The whole book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PriceBookView {
    /// The ledger's currency, ISO 4217.
    pub currency: String,
    /// The rows, by provider and class, the newest first.
    pub rows: Vec<PriceRowView>,
    /// What other currencies are worth, the newest first.
    pub exchange_rates: Vec<ExchangeRateView>,
    /// Whose prices hold for each deployment, by name.
    pub deployments: Vec<PricedDeployment>,
    /// The providers of the book, sorted.
    pub providers: Vec<String>,
    /// What is wrong with the book, in sentences: what it prices nothing for.
    pub problems: Vec<String>,
}

/// A row of the book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PriceRowView {
    /// Names it; none for the row that ships, which cannot be taken away.
    pub id: Option<i64>,
    /// What it says.
    pub row: PriceRow,
    /// Deployments whose time it prices now.
    pub prices_now: u32,
    /// Since when, and what becomes of the rates, in words.
    pub words: String,
}

/// An exchange rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ExchangeRateView {
    /// Names it.
    pub id: i64,
    /// What it says.
    pub rate: ExchangeRate,
    /// "1 EUR = $1.1 from 2026-01-01 00:00 UTC on".
    pub words: String,
}

/// Whose prices hold for a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PricedDeployment {
    /// Which.
    pub id: DeploymentId,
    /// What people call it.
    pub name: String,
    /// Whose prices.
    pub provider: String,
    /// Region or instance class; empty for all.
    pub class: String,
    /// Whether a price holds now.
    pub is_priced: bool,
}

/// What a file of prices came to, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PriceImport {
    /// Rows that were read.
    pub rows: usize,
    /// Rows that are new.
    pub added: usize,
    /// Rows in place of one with the same provider, class and date.
    pub corrected: usize,
    /// Rows that are in the book as they are.
    pub unchanged: usize,
    /// Everything that is wrong with the file; then nothing of it was taken.
    pub errors: Vec<ImportFault>,
    /// It was only tried.
    pub is_trial: bool,
}

/// What is wrong with a line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ImportFault {
    /// Which line, from 1.
    pub line: u32,
    /// Its column; empty where it is about the whole line.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What pricing anew came to, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RepricedView {
    /// Quarter hours of a deployment whose price is another one.
    pub rows: u64,
    /// Of these, those that no price holds for.
    pub unpriced: u64,
    /// What they cost before.
    pub before: Money,
    /// What they cost now.
    pub after: Money,
    /// The same in a sentence.
    pub sentence: String,
    /// It was only tried.
    pub is_trial: bool,
}

/// When pricing began to hold, in words.
pub(super) fn since_words(at: DateTime<Utc>) -> String {
    if at.timestamp() == 0 { "at all times".to_owned() } else { format!("from {} UTC on", at.format("%Y-%m-%d %H:%M")) }
}

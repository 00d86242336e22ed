//! What resources cost, and since when: dated rows. A past hour is priced with the row that held then.
//!
//! A row has rates in its own currency, and discounts that are factors on them. A [`PriceBook`] works out once what each row comes to
//! in the ledger's currency, with the exchange rates that a person gave: those are the [`Tariff`]s that the meter multiplies with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::cost::quarter_hour;
use crate::policy::Fault;
use crate::units::{Money, MoneyPerHour, Quantity, Ratio};

static SHIPPED: LazyLock<PriceBook> = LazyLock::new(|| PriceBook::new(vec![PriceBook::shipped_row()], Vec::new(), DEFAULT_CURRENCY));

/// The ledger's currency where nobody said.
pub const DEFAULT_CURRENCY: &str = "USD";
/// Whose prices hold where nobody said.
pub const DEFAULT_PROVIDER: &str = "default";
/// The dearest rate that is believed, in units of a currency: a machine room an hour, in the cheapest currency there is.
pub const DEAREST_RATE: f64 = 1e6;
/// The largest exchange rate that is believed.
const LARGEST_EXCHANGE: f64 = 1e6;
/// Letters of a provider, class or source at most.
const LONGEST_WORD: usize = 100;

/// The four rates of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
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

/// What is taken off the rates of cores and memory: what spot instances and commitments are sold on. Disk and network are not discounted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Discounts {
    /// What is paid of the rate on spot instances: 0.3 for 70 % off. None: not on spot.
    pub spot: Option<Ratio>,
    /// What is paid of the rate under a commitment: 0.6 for 40 % off. None: no commitment.
    pub commitment: Option<Ratio>,
}

impl Discounts {
    /// Both together, to nine digits.
    #[must_use]
    pub fn factor(&self) -> Quantity {
        let share = |part: Option<Ratio>| Quantity::from_units(part.map_or(1.0, Ratio::get));
        product(share(self.spot), share(self.commitment))
    }
}

/// One provider's rates from one instant on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// What things cost, before discounts.
    pub rates: Rates,
    /// What is taken off.
    #[serde(default)]
    pub discounts: Discounts,
}

/// What one unit of another currency is worth in the ledger's, from one instant on. Given by a person: nothing is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ExchangeRate {
    /// The other currency, ISO 4217.
    pub currency: String,
    /// The instant from which it holds, until a later one does.
    pub valid_from: DateTime<Utc>,
    /// Units of the ledger's currency for one of the other, to nine digits.
    pub rate: Quantity,
}

/// What a row comes to in the ledger's currency: what the meter multiplies with, and what a figure names as its rate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Tariff {
    /// Whose prices.
    pub provider: String,
    /// Region or instance class; empty for all.
    pub class: String,
    /// Where the figures are from, in words.
    pub source: String,
    /// The instant from which the row holds.
    pub valid_from: DateTime<Utc>,
    /// The row's own currency.
    pub listed_currency: String,
    /// The row's rates as listed, in its own currency and before discounts.
    pub listed: Rates,
    /// What is paid of the rates of cores and memory: all discounts together.
    pub discount: Quantity,
    /// Units of the ledger's currency for one of the row's; 1 where they are the same.
    pub exchange: Quantity,
    /// The ledger's currency.
    pub currency: String,
    /// What is multiplied with: listed × discount × exchange, rounded half-even once to the nano-unit.
    pub rates: Rates,
}

impl Tariff {
    fn of(row: &PriceRow, exchange: Quantity, currency: &str) -> Self {
        let (discount, listed) = (row.discounts.factor(), row.rates);
        let compute = product(discount, exchange);
        let per_hour = |rate: MoneyPerHour, factor: Quantity| MoneyPerHour::from_nanos((rate * factor).nanos());
        let rates = Rates {
            cpu_core_hour: per_hour(listed.cpu_core_hour, compute),
            memory_gb_hour: per_hour(listed.memory_gb_hour, compute),
            storage_gb_hour: per_hour(listed.storage_gb_hour, exchange),
            network_mb: listed.network_mb * exchange,
        };
        Self {
            provider: row.provider.clone(),
            class: row.class.clone(),
            source: row.source.clone(),
            valid_from: row.valid_from,
            listed_currency: row.currency.clone(),
            listed,
            discount,
            exchange,
            currency: currency.to_owned(),
            rates,
        }
    }
}

/// Whose prices hold for a deployment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PriceClass {
    /// Whose prices.
    pub provider: String,
    /// Region or instance class; empty for all.
    pub class: String,
}

impl Default for PriceClass {
    fn default() -> Self {
        Self { provider: DEFAULT_PROVIDER.to_owned(), class: String::new() }
    }
}

type TariffList = Vec<(DateTime<Utc>, Option<Arc<Tariff>>)>;

/// The tariffs of one class, the oldest first: each holds from its instant until the next; none where nothing can be priced.
pub type Tariffs = [(DateTime<Utc>, Option<Arc<Tariff>>)];

/// Every row there is, and what each comes to in the ledger's currency.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceBook {
    rows: Vec<PriceRow>,
    exchange: Vec<ExchangeRate>,
    currency: String,
    tariffs: BTreeMap<String, BTreeMap<String, TariffList>>,
}

impl PriceBook {
    /// A book of these rows, in any order. Of two with the same provider, class and date the later in the list corrects the earlier.
    /// A row in another currency than the ledger's prices nothing while no exchange rate holds.
    #[must_use]
    pub fn new(mut rows: Vec<PriceRow>, mut exchange: Vec<ExchangeRate>, currency: &str) -> Self {
        rows.sort_by_key(|row| row.valid_from);
        exchange.sort_by_key(|rate| rate.valid_from);
        let mut book = Self { rows, exchange, currency: currency.to_owned(), tariffs: BTreeMap::new() };
        let mut by_provider: BTreeMap<String, BTreeMap<String, Vec<&PriceRow>>> = BTreeMap::new();
        for row in &book.rows {
            by_provider.entry(row.provider.clone()).or_default().entry(row.class.clone()).or_default().push(row);
        }
        let tariffs = by_provider.into_iter().map(|(provider, classes)| {
            let of_all = classes.get("").cloned().unwrap_or_default();
            let resolved =
                classes.iter().map(|(class, rows)| (class.clone(), book.resolve(rows, if class.is_empty() { &[] } else { &of_all })));
            (provider, resolved.collect())
        });
        book.tariffs = tariffs.collect();
        book
    }

    /// The row that ships: provider `default`, the guide's rates, valid at all times.
    #[must_use]
    pub fn shipped_row() -> PriceRow {
        toml::from_str(include_str!("../data/prices/default.toml")).expect("the shipped price row is valid TOML; a test reads it")
    }

    /// The book that ships: that row alone, in US dollars.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// The rows, the oldest first.
    #[must_use]
    pub fn rows(&self) -> &[PriceRow] {
        &self.rows
    }

    /// The exchange rates, the oldest first.
    #[must_use]
    pub fn exchange_rates(&self) -> &[ExchangeRate] {
        &self.exchange
    }

    /// The ledger's currency, ISO 4217.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The tariffs of a class over time: the newest row of the class that is not later, else of all classes. Empty for a provider that
    /// is not in the book.
    #[must_use]
    pub fn tariffs(&self, prices: &PriceClass) -> &Tariffs {
        self.tariffs
            .get(&prices.provider)
            .and_then(|classes| classes.get(&prices.class).or_else(|| classes.get("")))
            .map_or(&[], Vec::as_slice)
    }

    /// The tariff that held for a class at an instant. None before the first row, for a provider that is not in the book, and for another
    /// currency while no exchange rate holds.
    #[must_use]
    pub fn price_at(&self, prices: &PriceClass, at: DateTime<Utc>) -> Option<&Arc<Tariff>> {
        tariff_at(self.tariffs(prices), at)
    }

    /// What one unit of a currency was worth at an instant.
    #[must_use]
    pub fn exchange_at(&self, currency: &str, at: DateTime<Utc>) -> Option<Quantity> {
        if currency == self.currency {
            return Some(Quantity::from_units(1.0));
        }
        self.exchange.iter().rfind(|rate| rate.currency == currency && rate.valid_from <= at).map(|rate| rate.rate)
    }

    /// What prices a class, from instant to instant: its own rows over those of all classes, at the exchange rates of the time.
    fn resolve(&self, own: &[&PriceRow], of_all: &[&PriceRow]) -> TariffList {
        let currencies: BTreeSet<&str> = own.iter().chain(of_all).map(|row| row.currency.as_str()).collect();
        let rows = own.iter().chain(of_all).map(|row| row.valid_from);
        let rates = self.exchange.iter().filter(|rate| currencies.contains(rate.currency.as_str())).map(|rate| rate.valid_from);
        let boundaries: BTreeSet<DateTime<Utc>> = rows.chain(rates).collect();
        let mut resolved: TariffList = Vec::new();
        for at in boundaries {
            let newest = |rows: &[&PriceRow]| rows.iter().rfind(|row| row.valid_from <= at).map(|row| (*row).clone());
            let tariff = newest(own).or_else(|| newest(of_all)).and_then(|row| {
                let exchange = self.exchange_at(&row.currency, at)?;
                Some(Arc::new(Tariff::of(&row, exchange, &self.currency)))
            });
            if resolved.last().is_none_or(|(_, last)| *last != tariff) {
                resolved.push((at, tariff));
            }
        }
        resolved
    }
}

/// The one of some tariffs that held at an instant.
#[must_use]
pub fn tariff_at(tariffs: &Tariffs, at: DateTime<Utc>) -> Option<&Arc<Tariff>> {
    tariffs.partition_point(|(from, _)| *from <= at).checked_sub(1).and_then(|held| tariffs[held].1.as_ref())
}

/// Everything that is wrong with a row that a person wrote, each with its field.
#[must_use]
pub fn faults_of(row: &PriceRow) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, message: String| faults.push(Fault { field: field.to_owned(), message });
    if row.provider.trim().is_empty() || row.provider.chars().count() > LONGEST_WORD {
        fault("provider", "Name the provider in 1 to 100 letters.".to_owned());
    }
    for (field, word) in [("class", &row.class), ("source", &row.source)] {
        if word.chars().count() > LONGEST_WORD {
            fault(field, "Say it in at most 100 letters.".to_owned());
        }
    }
    if !is_currency(&row.currency) {
        fault("currency", format!("“{}” is no currency. Give its three capital letters, such as USD or EUR.", row.currency));
    }
    let Rates { cpu_core_hour, memory_gb_hour, storage_gb_hour, network_mb } = row.rates;
    let rates = [
        ("cpuCoreHour", cpu_core_hour.as_units()),
        ("memoryGbHour", memory_gb_hour.as_units()),
        ("storageGbHour", storage_gb_hour.as_units()),
        ("networkMb", network_mb.as_units()),
    ];
    for (field, rate) in rates {
        if !(0.0..=DEAREST_RATE).contains(&rate) {
            fault(field, "Give a rate from 0 to 1,000,000.".to_owned());
        }
    }
    for (field, share) in [("spot", row.discounts.spot), ("commitment", row.discounts.commitment)] {
        if share.is_some_and(|share| !(1e-9..=1.0).contains(&share.get())) {
            fault(field, "Give the share of the rate that is paid: over 0, at most 1 (0.3 for 70 % off).".to_owned());
        }
    }
    faults.extend(fault_of_date(row.valid_from));
    faults
}

/// Everything that is wrong with an exchange rate that a person gave, each with its field.
#[must_use]
pub fn faults_of_exchange(rate: &ExchangeRate) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !is_currency(&rate.currency) {
        let message = format!("“{}” is no currency. Give its three capital letters, such as USD or EUR.", rate.currency);
        faults.push(Fault { field: "currency".to_owned(), message });
    }
    if rate.rate <= Quantity::ZERO || rate.rate.as_units() > LARGEST_EXCHANGE {
        let message = "Give how much of the ledger's currency one unit is worth: over 0, at most 1,000,000.".to_owned();
        faults.push(Fault { field: "rate".to_owned(), message });
    }
    faults.extend(fault_of_date(rate.valid_from));
    faults
}

/// What is wrong with the instant from which something holds. The ledger's finest step is the quarter hour: a price that changed inside one
/// could not be taken out of it again when history is priced anew.
fn fault_of_date(valid_from: DateTime<Utc>) -> Option<Fault> {
    let message = || "Let it hold from a full quarter of an hour: 12:00, 12:15, 12:30 or 12:45.".to_owned();
    (quarter_hour(valid_from) != valid_from).then(|| Fault { field: "validFrom".to_owned(), message: message() })
}

/// Whether a word has the form of an ISO 4217 code.
#[must_use]
pub fn is_currency(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|letter| letter.is_ascii_uppercase())
}

/// Two factors as one, to nine digits.
fn product(one: Quantity, other: Quantity) -> Quantity {
    Quantity::from_nanos((MoneyPerHour::from_nanos(one.nanos()) * other).nanos())
}

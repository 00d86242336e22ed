//! What things cost here: the price book of the workspace, whose prices hold for which deployment, and where its months begin.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use headroom_core::calendar::Zone;
use headroom_core::cost::{Utilization, price_per_instance_hour};
use headroom_core::deployment::{Billing, Deployment, DeploymentId};
use headroom_core::observation::Observation;
use headroom_core::price_book::{DEFAULT_CURRENCY, PriceBook, PriceClass, Tariff, Tariffs};
use headroom_core::units::MoneyPerHour;
use headroom_store::ReadTransaction;
use parking_lot::RwLock;

/// The setting that holds the ledger's currency.
pub(crate) const CURRENCY: &str = "currency";

/// What is known of prices; replaced whole when a person changes any of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct PriceList {
    book: Option<PriceBook>,
    classes: BTreeMap<DeploymentId, PriceClass>,
    zone: Zone,
}

impl PriceList {
    /// The rates that ship, and over them what persons entered.
    ///
    /// # Errors
    /// [`headroom_store::StoreError::Undecodable`].
    pub(crate) fn read(read: &ReadTransaction<'_>) -> headroom_store::Result<Self> {
        let currency: Option<String> = read.setting(CURRENCY)?;
        Ok(Self {
            book: Some(book_of(read, currency.as_deref().unwrap_or(DEFAULT_CURRENCY))?),
            classes: read.price_classes()?,
            zone: read.time_zone()?,
        })
    }

    /// Every row, and what each comes to.
    pub(crate) fn book(&self) -> &PriceBook {
        self.book.as_ref().unwrap_or_else(|| PriceBook::shipped())
    }

    /// What prices a deployment over time.
    pub(crate) fn tariffs(&self, id: &DeploymentId) -> &Tariffs {
        match self.classes.get(id) {
            Some(class) => self.book().tariffs(class),
            None => self.book().tariffs(&PriceClass::default()),
        }
    }

    /// Where days and months begin.
    pub(crate) fn zone(&self) -> Zone {
        self.zone
    }

    fn tariff(&self, id: &DeploymentId, at: DateTime<Utc>) -> Option<&Arc<Tariff>> {
        headroom_core::price_book::tariff_at(self.tariffs(id), at)
    }
}

/// The book of a workspace in a currency: the rates that ship under what persons entered.
pub(crate) fn book_of(read: &ReadTransaction<'_>, currency: &str) -> headroom_store::Result<PriceBook> {
    let entered = read.prices()?.into_iter().map(|stored| stored.row);
    let rows = std::iter::once(PriceBook::shipped_row()).chain(entered).collect();
    let exchange = read.exchange_rates()?.into_iter().map(|stored| stored.rate).collect();
    Ok(PriceBook::new(rows, exchange, currency))
}

/// The prices that hold now; shared by all who ask.
#[derive(Debug, Default)]
pub(crate) struct Prices(RwLock<Arc<PriceList>>);

impl Prices {
    /// All of it, as it is at this moment.
    pub(crate) fn list(&self) -> Arc<PriceList> {
        self.0.read().clone()
    }

    /// From now on these hold.
    pub(crate) fn replace(&self, list: PriceList) {
        *self.0.write() = Arc::new(list);
    }

    /// What one instance costs per hour now.
    pub(crate) fn per_instance(&self, deployment: &Deployment, observed: Option<&Observation>, at: DateTime<Utc>) -> MoneyPerHour {
        let utilization = observed.map(Utilization::of).unwrap_or_default();
        self.0.read().tariff(&deployment.id, at).map_or(MoneyPerHour::ZERO, |tariff| {
            price_per_instance_hour(&tariff.rates, &deployment.instance_size, deployment.billing, utilization)
        })
    }

    /// ISO 4217.
    pub(crate) fn currency(&self) -> String {
        self.0.read().book().currency().to_owned()
    }

    /// How the price of an instance comes about, in one line.
    pub(crate) fn formula(&self, deployment: &Deployment, at: DateTime<Utc>) -> String {
        let list = self.list();
        let Some(tariff) = list.tariff(&deployment.id, at) else { return "No price row holds at this time.".to_owned() };
        let (size, rates) = (&deployment.instance_size, &tariff.rates);
        let rate = |rate: MoneyPerHour| price_words(rate.as_units(), &tariff.currency);
        format!(
            "{} cores × {}/h + {} GB × {}/h + {} GB disk × {}/h, {}; {}.",
            size.cpu_cores.get(),
            rate(rates.cpu_core_hour),
            size.memory_gb.get(),
            rate(rates.memory_gb_hour),
            size.storage_gb.get(),
            rate(rates.storage_gb_hour),
            billed_words(deployment.billing),
            tariff.source
        )
    }
}

/// A price as people write it: `$0.05`, `0.05 EUR`.
pub(crate) fn price_words(units: f64, currency: &str) -> String {
    if currency == DEFAULT_CURRENCY { format!("${units}") } else { format!("{units} {currency}") }
}

/// What share is billed, in words.
pub(crate) fn billed_words(billing: Billing) -> &'static str {
    match billing {
        Billing::Provisioned => "provisioned, used or not",
        Billing::Utilized => "what is used",
        Billing::Allocated => "the larger of requested and used",
    }
}

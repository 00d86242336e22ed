//! Money put into the ledger by hand, so that a test need not live through a month.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use headroom_core::cost::{Cost, Quantities};
use headroom_core::deployment::{Billing, DeploymentId};
use headroom_core::price_book::{PriceBook, PriceClass};
use headroom_core::units::{Money, Quantity};
use headroom_store::{MeterPart, Origin, Store};

use crate::house::seconds;

pub fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a time").to_utc()
}

/// Books `dollars` of CPU in the quarter hour that begins at `at`.
pub async fn book(store: &Store, id: &DeploymentId, from: &str, dollars: f64, origin: Origin) {
    book_all(store, [(id.clone(), at(from), dollars, origin)]).await;
}

/// Books many of them in one transaction.
pub async fn book_all(store: &Store, parts: impl IntoIterator<Item = (DeploymentId, DateTime<Utc>, f64, Origin)>) {
    let tariff = PriceBook::shipped().price_at(&PriceClass::default(), at("2026-01-01T00:00:00Z")).cloned();
    let parts: Vec<MeterPart> = parts
        .into_iter()
        .map(|(deployment_id, at, dollars, origin)| MeterPart {
            deployment_id,
            at,
            until: at + seconds(900),
            origin,
            billing: Billing::Provisioned,
            tariff: tariff.as_ref().map(Arc::clone),
            cost: Cost {
                cpu: Money::from_units(dollars),
                // At $0.05 a core-hour.
                quantities: Quantities { cpu: Quantity::from_units(dollars * 20.0), ..Quantities::default() },
                covered: seconds(900),
                instance_time: seconds(900),
                ..Cost::default()
            },
        })
        .collect();
    let _ = store.write.transact(move |write| parts.iter().try_for_each(|part| write.add_meter_part(part))).await.expect("booked");
}

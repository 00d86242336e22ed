//! From the price book's rows to what the doors answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use headroom_core::decide::words;
use headroom_core::deployment::DeploymentId;
use headroom_core::price_book::{PriceBook, PriceClass, PriceRow};
use headroom_store::{Repriced, StoredExchange, StoredPrice};

use super::price::since_words;
use super::{ExchangeRateView, PriceBookView, PriceRowView, PricedDeployment, RepricedView};
use crate::fleet::Fleet;
use crate::prices::price_words;

/// The whole book.
pub(crate) fn price_book(
    fleet: &Fleet,
    book: &PriceBook,
    rows: &[StoredPrice],
    exchange: &[StoredExchange],
    classes: &BTreeMap<DeploymentId, PriceClass>,
    now: DateTime<Utc>,
) -> PriceBookView {
    let class_of = |id: &DeploymentId| classes.get(id).cloned().unwrap_or_default();
    let holding = |row: &PriceRow| {
        let prices = |class: &PriceClass| {
            book.price_at(class, now)
                .is_some_and(|tariff| tariff.provider == row.provider && tariff.class == row.class && tariff.valid_from == row.valid_from)
        };
        u32::try_from(fleet.live.keys().filter(|id| prices(&class_of(id))).count()).unwrap_or(u32::MAX)
    };
    let view = |id: Option<i64>, row: &PriceRow| PriceRowView { id, prices_now: holding(row), words: row_words(row), row: row.clone() };
    // A row that stands in the place of the one that ships hides it.
    let shipped = PriceBook::shipped_row();
    let is_hidden = rows.iter().any(|stored| {
        (stored.row.provider.as_str(), stored.row.class.as_str(), stored.row.valid_from)
            == (shipped.provider.as_str(), shipped.class.as_str(), shipped.valid_from)
    });
    let mut views: Vec<PriceRowView> = rows.iter().map(|stored| view(Some(stored.id.0), &stored.row)).collect();
    if !is_hidden {
        views.push(view(None, &shipped));
    }
    views.sort_by(|a, b| {
        (&a.row.provider, &a.row.class).cmp(&(&b.row.provider, &b.row.class)).then(b.row.valid_from.cmp(&a.row.valid_from))
    });
    let mut deployments: Vec<PricedDeployment> = fleet
        .live
        .values()
        .map(|live| {
            let class = class_of(&live.deployment.id);
            PricedDeployment {
                id: live.deployment.id.clone(),
                name: live.deployment.name.clone(),
                is_priced: book.price_at(&class, now).is_some(),
                provider: class.provider,
                class: class.class,
            }
        })
        .collect();
    deployments.sort_by(|a, b| a.name.cmp(&b.name));
    let mut exchange: Vec<ExchangeRateView> = exchange
        .iter()
        .map(|stored| ExchangeRateView {
            id: stored.id.0,
            words: format!(
                "1 {} = {} {}",
                stored.rate.currency,
                price_words(stored.rate.rate.as_units(), book.currency()),
                since_words(stored.rate.valid_from)
            ),
            rate: stored.rate.clone(),
        })
        .collect();
    exchange.reverse();
    let providers: BTreeSet<String> = book.rows().iter().map(|row| row.provider.clone()).collect();
    PriceBookView {
        currency: book.currency().to_owned(),
        problems: problems(book, &deployments, now),
        rows: views,
        exchange_rates: exchange,
        deployments,
        providers: providers.into_iter().collect(),
    }
}

/// What pricing anew came to.
pub(crate) fn repriced(done: &Repriced, currency: &str, is_trial: bool) -> RepricedView {
    let hours = words::number(done.rows as f64 / 4.0, 0);
    let money = |amount| words::money(amount, currency);
    let sentence = match done.rows {
        0 => "Every hour has the price that the book gives it: nothing changes.".to_owned(),
        _ => {
            let verb = if is_trial { "would get" } else { "got" };
            let cost = if is_trial { "would cost" } else { "cost" };
            let unpriced = match done.unpriced {
                0 => String::new(),
                rows => format!(" No price holds for {} of them: they cost nothing.", words::number(rows as f64 / 4.0, 0)),
            };
            let (before, after) = (money(done.before), money(done.after));
            format!("{hours} deployment-hours {verb} another price: they {cost} {after} instead of {before}.{unpriced}")
        }
    };
    RepricedView { rows: done.rows, unpriced: done.unpriced, before: done.before, after: done.after, sentence, is_trial }
}

/// Since when, what is taken off, where the figures are from.
fn row_words(row: &PriceRow) -> String {
    let factor = row.discounts.factor().as_units();
    let discount = if factor < 1.0 { format!(", {} of cores and memory are paid", words::share(factor)) } else { String::new() };
    format!("{}{discount}; {}", since_words(row.valid_from), row.source)
}

/// What the book prices nothing for, now.
fn problems(book: &PriceBook, deployments: &[PricedDeployment], now: DateTime<Utc>) -> Vec<String> {
    let without_rate: BTreeSet<&str> =
        book.rows().iter().map(|row| row.currency.as_str()).filter(|currency| book.exchange_at(currency, now).is_none()).collect();
    let mut problems: Vec<String> = without_rate
        .into_iter()
        .map(|currency| format!("No exchange rate from {currency} to {} holds now: rows in {currency} price nothing.", book.currency()))
        .collect();
    let unpriced: Vec<&str> =
        deployments.iter().filter(|deployment| !deployment.is_priced).map(|deployment| deployment.name.as_str()).collect();
    if let Some((first, others)) = unpriced.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        problems.push(format!("No price holds now for {first}{more}: their time is metered and costs nothing until it is priced anew."));
    }
    problems
}

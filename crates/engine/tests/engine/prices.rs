//! The price book through the door: rows, files, exchange rates, classes, and history priced anew.

use headroom_core::deployment::DeploymentId;
use headroom_core::units::Money;
use headroom_engine::error::ErrorCode;
use headroom_engine::event::Event;
use headroom_engine::operations::{
    GetCosts, GetOverview, GetPriceBook, ImportPrices, ListBudgets, RemovePriceRow, RepriceHistory, SaveBudget, SetExchangeRate,
    SetLedgerCurrency, SetPriceClass, SetPriceRow,
};
use headroom_engine::view::PriceBookView;
use serde_json::{Value, json};

use crate::house::{House, Open, so_far, trials};

trials![
    the_book_begins_with_the_row_that_ships,
    a_new_row_prices_what_is_metered_from_its_date_on,
    history_is_priced_anew_on_purpose_and_tried_first,
    pricing_anew_tells_no_level_again,
    a_file_of_prices_is_taken_whole_or_not_at_all,
    another_currency_needs_an_exchange_rate,
    the_ledger_is_counted_in_another_currency,
    rows_that_cannot_be_are_refused_with_their_fields,
];

fn row(changes: Value) -> SetPriceRow {
    let mut row = json!({
        "provider": "default", "class": "", "currency": "USD", "source": "a list", "validFrom": "2026-06-10T12:15:00Z",
        "rates": { "cpuCoreHour": 0.1, "memoryGbHour": 0.02, "storageGbHour": 0.001, "networkMb": 0.00001 },
    });
    for (field, value) in changes.as_object().expect("an object") {
        row[field] = value.clone();
    }
    serde_json::from_value(json!({ "row": row })).expect("a row")
}

async fn book(open: &Open) -> PriceBookView {
    open.ask(GetPriceBook {}).await.expect("a book")
}

async fn month(open: &Open) -> f64 {
    let overview = open.ask(GetOverview {}).await.expect("an overview").month_to_date;
    let costs = open.ask(GetCosts::default()).await.expect("costs").total.total;
    assert_eq!(overview, costs, "memory and ledger are one");
    costs.as_units()
}

/// Four instances of 1 core and 0.5 GB, half an hour of them: $0.11 at the rates that ship.
async fn half_an_hour(house: &House, open: &Open) -> DeploymentId {
    let id = open.add("web", &house.recording("web.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    live(open, 60).await;
    id
}

async fn live(open: &Open, ticks: u32) {
    for _ in 0..ticks {
        open.tick_after(30).await;
    }
}

fn is_about(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() < 1e-6
}

async fn the_book_begins_with_the_row_that_ships() {
    let house = House::new();
    let open = house.open().await;
    half_an_hour(&house, &open).await;
    let book = book(&open).await;
    assert_eq!((book.currency.as_str(), book.rows.len(), book.problems.len()), ("USD", 1, 0));
    assert_eq!((book.rows[0].id, book.rows[0].prices_now), (None, 1));
    assert_eq!(book.rows[0].row.rates.cpu_core_hour.as_units(), 0.05);
    assert!(book.rows[0].words.starts_with("at all times; "), "{}", book.rows[0].words);
    assert_eq!((book.deployments[0].provider.as_str(), book.deployments[0].is_priced), ("default", true));
    open.close().await;
}

async fn a_new_row_prices_what_is_metered_from_its_date_on() {
    let house = House::new();
    let open = house.open().await;
    half_an_hour(&house, &open).await;
    assert!(is_about(month(&open).await, 0.11));
    // Twice as dear since a quarter of an hour; what is metered already stays.
    open.ask(row(json!({}))).await.expect("set");
    assert!(is_about(month(&open).await, 0.11));
    live(&open, 60).await;
    assert!(is_about(month(&open).await, 0.11 + 0.22), "{}", month(&open).await);
    let found = book(&open).await;
    assert_eq!(found.rows.iter().map(|row| row.prices_now).collect::<Vec<_>>(), [1, 0], "the newest first");
    open.ask(RemovePriceRow { row_id: found.rows[0].id.expect("a row of ours") }).await.expect("removed");
    live(&open, 60).await;
    assert!(is_about(month(&open).await, 0.11 + 0.22 + 0.11), "{}", month(&open).await);
    assert_eq!(open.ask(RemovePriceRow { row_id: 99 }).await.expect_err("gone").code, ErrorCode::NotFound);
    open.close().await;
}

async fn history_is_priced_anew_on_purpose_and_tried_first() {
    let house = House::new();
    let open = house.open().await;
    half_an_hour(&house, &open).await;
    open.ask(row(json!({}))).await.expect("set");
    let tried = open.ask(RepriceHistory { is_trial: Some(true), ..RepriceHistory::default() }).await.expect("tried");
    // 12:15 to 12:30 cost twice as much: one quarter hour.
    assert_eq!((tried.rows, tried.unpriced), (1, 0));
    assert!(is_about(tried.before.as_units(), 0.055) && is_about(tried.after.as_units(), 0.11), "{tried:?}");
    assert!(tried.sentence.contains("would cost $0.11 instead of $0.06"), "{}", tried.sentence);
    assert!(is_about(month(&open).await, 0.11), "nothing changed yet");
    let done = open.ask(RepriceHistory::default()).await.expect("done");
    assert_eq!((done.rows, done.before, done.after), (tried.rows, tried.before, tried.after));
    assert!(is_about(month(&open).await, 0.165), "{}", month(&open).await);
    let again = open.ask(RepriceHistory::default()).await.expect("done");
    assert_eq!((again.rows, again.sentence.as_str()), (0, "Every hour has the price that the book gives it: nothing changes."));
    open.close().await;
    let open = house.open().await;
    assert!(is_about(month(&open).await, 0.165));
    open.close().await;
}

async fn pricing_anew_tells_no_level_again() {
    let house = House::new();
    let open = house.open().await;
    half_an_hour(&house, &open).await;
    let draft = json!({ "name": "All", "scope": { "kind": "all" }, "monthlyLimit": 0.13 });
    let mut events = open.engine.subscribe();
    open.ask(SaveBudget { budget_id: None, draft: serde_json::from_value(draft).expect("a draft") }).await.expect("saved");
    let levels = |events: Vec<Event>| -> Vec<String> {
        events
            .iter()
            .filter_map(|event| if let Event::BudgetAlert { level, .. } = event { Some(level.to_string()) } else { None })
            .collect()
    };
    assert_eq!(levels(so_far(&open, &mut events).await), ["warning"]);
    // Half as dear, and back again: the warning is left and reached once more.
    for rate in [0.02, 0.05] {
        let rates = json!({ "cpuCoreHour": rate, "memoryGbHour": 0.01, "storageGbHour": 0, "networkMb": 0 });
        open.ask(row(json!({ "validFrom": "2026-06-10T12:00:00Z", "rates": rates }))).await.expect("set");
        open.ask(RepriceHistory::default()).await.expect("done");
        let spent = open.ask(ListBudgets {}).await.expect("budgets").budgets[0].status.spent;
        assert_eq!(spent.as_units(), month(&open).await, "the budget counts anew too");
        open.tick().await;
    }
    let told: Vec<Event> = {
        let mut told = Vec::new();
        // Each change of the book is told as a change of settings, which `so_far` takes for its mark.
        for _ in 0..3 {
            told.extend(so_far(&open, &mut events).await);
        }
        told
    };
    assert_eq!(levels(told), [] as [&str; 0]);
    open.close().await;
}

async fn a_file_of_prices_is_taken_whole_or_not_at_all() {
    let house = House::new();
    let open = house.open().await;
    let head = "provider,class,currency,valid_from,cpu_core_hour";
    let bad = ImportPrices { csv: format!("{head}\nacme,eu,USD,2026-01-01,0.04\nacme,eu,USD,2026-01-01,0.05\n"), is_trial: None };
    let refused = open.ask(bad).await.expect("a report");
    assert_eq!((refused.errors.len(), refused.errors[0].line), (1, 3));
    assert_eq!(book(&open).await.rows.len(), 1, "nothing was taken");
    let good = |is_trial| ImportPrices { csv: format!("{head}\nacme,eu,USD,2026-01-01,0.04\nacme,us,USD,2026-01-01,0.05\n"), is_trial };
    let tried = open.ask(good(Some(true))).await.expect("a report");
    assert_eq!((tried.added, tried.corrected, tried.unchanged, tried.is_trial), (2, 0, 0, true));
    assert_eq!(book(&open).await.rows.len(), 1, "only tried");
    let taken = open.ask(good(None)).await.expect("a report");
    assert_eq!((taken.added, taken.corrected, taken.unchanged), (2, 0, 0));
    assert_eq!(book(&open).await.providers, ["acme", "default"]);
    let again = open.ask(good(None)).await.expect("a report");
    assert_eq!((again.added, again.corrected, again.unchanged), (0, 0, 2));
    let dearer = ImportPrices { csv: format!("{head}\nacme,us,USD,2026-01-01,0.06\n"), is_trial: None };
    assert_eq!(open.ask(dearer).await.expect("a report").corrected, 1);
    open.close().await;
}

async fn another_currency_needs_an_exchange_rate() {
    let house = House::new();
    let open = house.open().await;
    let id = half_an_hour(&house, &open).await;
    open.ask(row(json!({ "provider": "euro", "currency": "EUR", "validFrom": "2026-01-01T00:00:00Z" }))).await.expect("set");
    let unknown = SetPriceClass { deployment_id: id.clone(), provider: "none".to_owned(), class: String::new() };
    assert_eq!(open.ask(unknown).await.expect_err("refused").errors[0].field, "provider");
    open.ask(SetPriceClass { deployment_id: id.clone(), provider: "euro".to_owned(), class: String::new() }).await.expect("set");
    let found = book(&open).await;
    assert!(found.problems[0].contains("EUR"), "{:?}", found.problems);
    assert!(found.problems[1].contains("web"), "{:?}", found.problems);
    let before = month(&open).await;
    live(&open, 30).await;
    assert!(is_about(month(&open).await, before), "metered, and without a price");
    let rate = json!({ "rate": { "currency": "EUR", "validFrom": "2026-01-01T00:00:00Z", "rate": 1.1 } });
    open.ask::<SetExchangeRate>(serde_json::from_value(rate).expect("a rate")).await.expect("set");
    assert_eq!(book(&open).await.exchange_rates[0].words, "1 EUR = $1.1 from 2026-01-01 00:00 UTC on");
    let done = open.ask(RepriceHistory::default()).await.expect("done");
    assert_eq!(done.unpriced, 0);
    // 45 min of 4 × (0.1 + 0.5 × 0.02) EUR × 1.1.
    assert!(is_about(month(&open).await, 0.75 * 4.0 * 0.11 * 1.1), "{}", month(&open).await);
    let own = json!({ "rate": { "currency": "USD", "validFrom": "2026-01-01T00:00:00Z", "rate": 1.1 } });
    assert_eq!(
        open.ask::<SetExchangeRate>(serde_json::from_value(own).expect("a rate")).await.expect_err("refused").code,
        ErrorCode::Invalid
    );
    open.close().await;
}

async fn the_ledger_is_counted_in_another_currency() {
    let house = House::new();
    let open = house.open().await;
    half_an_hour(&house, &open).await;
    open.ask(row(json!({ "provider": "pound", "currency": "GBP" }))).await.expect("set");
    let to = |currency: &str, rate: f64| SetLedgerCurrency { currency: currency.to_owned(), rate };
    for (refused, field) in
        [(to("euros", 0.9), "currency"), (to("EUR", 0.0), "rate"), (to("EUR", -1.0), "rate"), (to("USD", 0.9), "currency")]
    {
        let error = open.ask(refused).await.expect_err("refused");
        assert_eq!((error.code, error.errors[0].field.as_str()), (ErrorCode::Invalid, field));
    }
    assert!(is_about(month(&open).await, 0.11), "nothing changed");
    for (rate, field) in [(0.0, "rate"), (-1.0, "rate"), (1e9, "rate")] {
        let bad = json!({ "rate": { "currency": "EUR", "validFrom": "2026-01-01T00:00:00Z", "rate": rate } });
        let refused = open.ask::<SetExchangeRate>(serde_json::from_value(bad).expect("a rate")).await.expect_err("refused");
        assert_eq!(refused.errors[0].field, field);
    }
    let pound = json!({ "rate": { "currency": "GBP", "validFrom": "2026-01-01T00:00:00Z", "rate": 1.3 } });
    open.ask::<SetExchangeRate>(serde_json::from_value(pound).expect("a rate")).await.expect("set");
    open.ask(to("EUR", 0.9)).await.expect("counted in euros");
    let words: Vec<String> = book(&open).await.exchange_rates.into_iter().map(|rate| rate.words).collect();
    assert_eq!(words, ["1 GBP = 1.17 EUR from 2026-01-01 00:00 UTC on", "1 USD = 0.9 EUR at all times"]);
    assert!(is_about(month(&open).await, 0.099), "{}", month(&open).await);
    assert_eq!(open.ask(GetOverview {}).await.expect("an overview").currency, "EUR");
    let costs = open.ask(GetCosts::default()).await.expect("costs");
    assert!(costs.sentence.contains("0.10\u{a0}EUR"), "{}", costs.sentence);
    assert!(costs.total.total > Money::ZERO);
    open.close().await;
}

async fn rows_that_cannot_be_are_refused_with_their_fields() {
    let house = House::new();
    let open = house.open().await;
    let rates = |cpu: Value| json!({ "rates": { "cpuCoreHour": cpu, "memoryGbHour": 0, "storageGbHour": 0, "networkMb": 0 } });
    for (changes, field) in [
        (json!({ "provider": " " }), "provider"),
        (json!({ "currency": "dollars" }), "currency"),
        (json!({ "validFrom": "2026-06-10T12:07:00Z" }), "validFrom"),
        (rates(json!(-0.1)), "cpuCoreHour"),
        (rates(json!(1e9)), "cpuCoreHour"),
        (json!({ "discounts": { "spot": 0.0, "commitment": null } }), "spot"),
    ] {
        let refused = open.ask(row(changes.clone())).await.expect_err("refused");
        assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, field), "{changes}");
    }
    assert_eq!(book(&open).await.rows.len(), 1);
    open.close().await;
}

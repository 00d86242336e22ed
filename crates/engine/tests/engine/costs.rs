//! What things have cost, by deployment, day and resource, and how each figure opens to its rates and hours.

use headroom_core::deployment::DeploymentId;
use headroom_core::units::Money;
use headroom_engine::operations::{GetCostDetail, GetCosts};
use headroom_engine::view::{CostDetail, CostFigures, CostsView};
use headroom_engine::{CostRange, error::ErrorCode};
use headroom_store::Origin;
use serde_json::json;

use crate::house::{House, Open, noon, seconds, trials};

trials![
    a_month_is_the_sum_of_its_deployments_days_and_resources,
    what_is_not_used_is_said_apart,
    an_amount_opens_to_formula_rate_rows_and_hours,
    an_estimate_is_said_apart_and_cautioned_against,
    a_range_is_compared_with_the_same_time_before,
    a_removed_deployment_keeps_its_money_and_name,
    a_tag_shows_its_own_money_alone,
    ranges_that_cannot_be_are_refused,
];

async fn costs(open: &Open, input: GetCosts) -> CostsView {
    open.ask(input).await.expect("costs")
}

async fn detail(open: &Open, id: Option<&DeploymentId>) -> CostDetail {
    open.ask(GetCostDetail { deployment_id: id.cloned(), ..GetCostDetail::default() }).await.expect("a detail")
}

/// The exact sums of some figures: total and what it is made of.
fn parts<'a>(figures: impl Iterator<Item = &'a CostFigures>) -> [Money; 7] {
    figures.fold([Money::ZERO; 7], |sum, one| {
        let next = [one.total, one.cpu, one.memory, one.storage, one.network, one.used, one.unused];
        std::array::from_fn(|at| sum[at] + next[at])
    })
}

async fn a_month_is_the_sum_of_its_deployments_days_and_resources() {
    let house = House::new();
    let open = house.open().await;
    let web = open.add("web", &house.recording("web.csv", "timestamp_s,cpu,requests\n0,50,3\n"), 4).await;
    let api = open.add("api", &house.recording("api.csv", "timestamp_s,cpu\n0,20\n"), 1).await;
    open.tick().await;
    for _ in 0..180 {
        open.tick_after(30).await;
    }
    let costs = costs(&open, GetCosts::default()).await;
    assert_eq!((costs.currency.as_str(), costs.time_zone.as_str(), costs.range.as_str()), ("USD", "UTC", "June so far"));
    // An hour and a half of 5 instances at 1 core × $0.05 + 0.5 GB × $0.01: 7.5 × $0.055.
    assert!((costs.total.total.as_units() - 0.4125).abs() < 1e-6, "{:?}", costs.total);
    assert_eq!(costs.deployments.iter().map(|row| &row.id).collect::<Vec<_>>(), [&web, &api], "the dearest first");
    assert!((costs.deployments[0].share - 0.8).abs() < 1e-6 && (costs.deployments[1].share - 0.2).abs() < 1e-6);
    let whole = parts(std::iter::once(&costs.total));
    assert_eq!(parts(costs.deployments.iter().map(|row| &row.figures)), whole, "deployments add up");
    assert_eq!(parts(costs.days.iter().filter_map(|day| day.figures.as_ref())), whole, "days add up");
    assert_eq!(costs.resources.iter().map(|row| row.cost).sum::<Money>(), costs.total.total, "resources add up");
    assert_eq!(costs.total.used + costs.total.unused, costs.total.total);
    // June 1 to 10; only the 10th is known.
    assert_eq!(costs.days.len(), 10);
    assert_eq!(costs.days.iter().filter(|day| day.figures.is_some()).count(), 1);
    assert_eq!(costs.days[9].date.to_string(), "2026-06-10");
    assert_eq!((costs.total.hours, costs.total.instance_hours), (3.0, 7.5));
    assert_eq!((costs.total.estimated, costs.total.observed_share), (Money::ZERO, 1.0));
    assert_eq!(costs.caution, None);
    assert_eq!(costs.before, None, "the ledger does not reach back");
    // Three requests per second and instance: 4 × 3 × 5,400.
    let requests = costs.deployments[0].figures.requests;
    assert!((requests - 64_800.0).abs() < 1e-6, "{requests}");
    let unit = costs.deployments[0].figures.cost_per_thousand_requests.expect("requests are known").as_units();
    assert!((unit - 0.33 / 64.8).abs() < 1e-8, "{unit}");
    assert_eq!(costs.deployments[1].figures.cost_per_thousand_requests, None);
    assert!(costs.sentence.starts_with("June has cost $0.41 so far."), "{}", costs.sentence);
    open.close().await;
}

async fn what_is_not_used_is_said_apart() {
    let house = House::new();
    let open = house.open().await;
    open.add("web", &house.recording("web.csv", "timestamp_s,cpu,memory\n0,25,80\n"), 2).await;
    open.tick().await;
    for _ in 0..120 {
        open.tick_after(30).await;
    }
    let total = costs(&open, GetCosts::default()).await.total;
    // Two hours of an instance: 75 % of $0.05 and 20 % of $0.005 were idle.
    assert!((total.unused.as_units() - 2.0 * (0.0375 + 0.001)).abs() < 1e-6, "{total:?}");
    // (0.05 × 0.25 + 0.005 × 0.8) / 0.055
    assert!((total.efficiency.expect("measured") - 0.0165 / 0.055).abs() < 1e-6, "{total:?}");
    open.close().await;
}

async fn an_amount_opens_to_formula_rate_rows_and_hours() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("web.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    for _ in 0..180 {
        open.tick_after(30).await;
    }
    let month = detail(&open, Some(&id)).await;
    assert_eq!((month.title.as_str(), month.is_by_hour), ("web, June so far", false));
    assert!(month.formulas[0].contains("instances × cores"), "{:?}", month.formulas);
    let [priced] = &month.priced[..] else { panic!("one rate row: {:?}", month.priced) };
    assert!(!priced.is_estimated);
    assert!(priced.tariff_words.starts_with("default, at all times: "), "{}", priced.tariff_words);
    assert!(priced.billed.starts_with("provisioned"), "{}", priced.billed);
    let figures: Vec<(&str, f64, &str, f64, f64)> =
        priced.lines.iter().map(|line| (line.name.as_str(), line.quantity, line.unit.as_str(), line.rate, line.cost.as_units())).collect();
    // 6 instance-hours of 1 core and 0.5 GB, in 180 parts that are rounded to a billionth each.
    for (found, wanted) in figures.iter().zip([("CPU", 6.0, "core-hours", 0.05, 0.3), ("Memory", 3.0, "GB-hours", 0.01, 0.03)]) {
        assert_eq!((found.0, found.2, found.3), (wanted.0, wanted.2, wanted.3));
        assert!((found.1 - wanted.1).abs() < 1e-6 && (found.4 - wanted.4).abs() < 1e-6, "{found:?}");
    }
    assert_eq!(priced.lines.iter().map(|line| line.cost).sum::<Money>(), month.figures.total);
    assert_eq!(month.times.iter().map(|day| day.figures.total).sum::<Money>(), month.figures.total);
    // The same hours, one by one.
    let ask = GetCostDetail {
        deployment_id: Some(id.clone()),
        from: Some(noon() - seconds(3_600)),
        to: Some(noon() + seconds(7_200)),
        ..GetCostDetail::default()
    };
    let hours = open.ask(ask).await.expect("a detail");
    assert!(hours.is_by_hour);
    let listed: Vec<(i64, f64, f64)> = hours
        .times
        .iter()
        .map(|hour| ((hour.starts_at - noon()).num_hours(), hour.figures.total.as_units(), hour.mean_instances))
        .collect();
    assert_eq!(listed.len(), 2, "{listed:?}");
    for (found, wanted) in listed.iter().zip([(0, 0.22, 4.0), (1, 0.11, 4.0)]) {
        assert_eq!((found.0, found.2), (wanted.0, wanted.2));
        assert!((found.1 - wanted.1).abs() < 1e-6, "{found:?}");
    }
    assert_eq!(hours.figures.total, month.figures.total);
    open.close().await;
}

async fn an_estimate_is_said_apart_and_cautioned_against() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("web.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    open.tick_after(30).await;
    open.close().await;
    house.clock.advance(seconds(2 * 3_600));
    let open = house.open().await;
    open.tick().await;
    let costs = costs(&open, GetCosts::default()).await;
    assert!((costs.total.estimated.as_units() - 0.44).abs() < 1e-6, "{:?}", costs.total);
    let caution = costs.caution.expect("a caution");
    assert!(caution.contains("$0.44") && caution.contains("headroomd"), "{caution}");
    let detail = detail(&open, Some(&id)).await;
    let estimated: Vec<bool> = detail.priced.iter().map(|part| part.is_estimated).collect();
    assert_eq!(estimated, [true, false], "the dearer first");
    open.close().await;
}

async fn a_range_is_compared_with_the_same_time_before() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("web.csv", "timestamp_s,cpu\n0,50\n"), 1).await;
    open.close().await;
    let store = house.store();
    // A dollar on 1 May and on 20 May, three on 2 June.
    for (day, dollars) in [("2026-05-01", 1.0), ("2026-05-20", 1.0), ("2026-06-02", 3.0)] {
        crate::ledger::book(&store, &id, &format!("{day}T10:00:00Z"), dollars, Origin::Observed).await;
    }
    drop(store);
    let open = house.open().await;
    let june = costs(&open, GetCosts::default()).await;
    let before = june.before.clone().expect("May is known");
    assert_eq!((before.range.as_str(), before.total.as_units(), before.change.as_units()), ("the same days of May", 1.0, 2.0));
    assert_eq!(june.deployments[0].change.map(Money::as_units), Some(2.0));
    assert!(june.sentence.contains("$2.00 more than the same days of May"), "{}", june.sentence);
    let may = costs(&open, GetCosts { range: Some(CostRange::LastMonth), ..GetCosts::default() }).await;
    assert_eq!((may.range.as_str(), may.total.total.as_units(), may.days.len()), ("May", 2.0, 31));
    let year = costs(&open, GetCosts { range: Some(CostRange::Last12Months), ..GetCosts::default() }).await;
    assert_eq!(year.total.total.as_units(), 5.0);
    // 1 July 2025 to 10 June 2026.
    assert_eq!(year.days.len(), 345);
    open.close().await;
}

async fn a_removed_deployment_keeps_its_money_and_name() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("web.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    open.tick_after(30).await;
    let before = costs(&open, GetCosts::default()).await.total.total;
    assert!(before > Money::ZERO);
    let remove = serde_json::from_value(json!({ "deploymentId": id })).expect("an input");
    open.ask::<headroom_engine::operations::RemoveDeployment>(remove).await.expect("removed");
    let after = costs(&open, GetCosts::default()).await;
    assert_eq!((after.total.total, after.deployments[0].name.as_str(), after.deployments[0].is_removed), (before, "web", true));
    assert_eq!(detail(&open, Some(&id)).await.title, "web, June so far");
    open.close().await;
}

async fn a_tag_shows_its_own_money_alone() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("web.csv", "timestamp_s,cpu\n0,50\n");
    for (name, tags) in [("web", json!(["shop"])), ("api", json!(["shop", "core"])), ("job", json!([]))] {
        let input = serde_json::from_value(json!({ "name": name, "file": file, "instances": 1, "tags": tags })).expect("an input");
        open.ask::<headroom_engine::operations::AddReplayDeployment>(input).await.expect("added");
    }
    open.tick().await;
    open.tick_after(30).await;
    let shop = costs(&open, GetCosts { tag: Some("shop".to_owned()), ..GetCosts::default() }).await;
    let names: Vec<&str> = shop.deployments.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["api", "web"]);
    assert_eq!(shop.tags, ["core", "shop"]);
    assert_eq!(costs(&open, GetCosts::default()).await.deployments.len(), 3);
    let nothing = costs(&open, GetCosts { tag: Some("none".to_owned()), ..GetCosts::default() }).await;
    assert_eq!((nothing.total.total, nothing.sentence.as_str()), (Money::ZERO, "Nothing was metered in June."));
    open.close().await;
}

async fn ranges_that_cannot_be_are_refused() {
    let house = House::new();
    let open = house.open().await;
    for (input, field) in [
        (json!({ "to": "2026-06-01T00:00:00Z" }), "from"),
        (json!({ "from": "2026-06-02T00:00:00Z", "to": "2026-06-01T00:00:00Z" }), "to"),
        (json!({ "from": "1990-01-01T00:00:00Z" }), "from"),
    ] {
        let refused = open.ask::<GetCosts>(serde_json::from_value(input.clone()).expect("an input")).await.expect_err("refused");
        assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, field), "{input}");
    }
    let unknown = GetCostDetail { deployment_id: Some(DeploymentId("dep_none".to_owned())), ..GetCostDetail::default() };
    assert_eq!(open.ask(unknown).await.expect_err("refused").code, ErrorCode::NotFound);
    open.close().await;
}

//! Budgets through the door: what they have spent, where they go, and that each level is told once.

use chrono::TimeDelta;
use headroom_core::budget::{BudgetId, BudgetScope, Guard};
use headroom_core::deployment::DeploymentId;
use headroom_core::units::Money;
use headroom_engine::error::ErrorCode;
use headroom_engine::event::Event;
use headroom_engine::operations::{CheckBudget, DeleteBudget, GetBudget, GetCosts, ListBudgets, PreviewGuard, SaveBudget};
use headroom_engine::view::{BudgetStanding, BudgetView};
use headroom_store::{AlertFilter, Origin};
use serde_json::{Value, json};

use crate::house::{House, Open, cpu_policy, noon, seconds, so_far, trials};
use crate::ledger::{at, book_all};

trials![
    a_budget_has_spent_what_the_ledger_says,
    each_level_is_told_once_also_over_restarts,
    several_levels_at_once_tell_the_worst,
    a_raised_limit_arms_again_and_a_lowered_one_tells_anew,
    a_new_month_begins_at_nothing_and_tells_again,
    a_scope_is_a_deployment_a_tag_or_everything,
    three_days_of_data_project_the_month_and_the_day_it_runs_out,
    a_forecast_is_told_before_the_money_is_spent,
    a_guard_holds_what_the_budget_does_not_pay_for,
    a_guard_is_previewed_by_playing_the_last_week_again,
    a_deployment_that_changes_its_tags_changes_whose_money_it_is,
    another_limit_can_be_tried_without_saving_it,
    a_limit_is_proposed_from_what_is_spent,
    drafts_that_cannot_be_are_refused_with_their_fields,
    a_deleted_budget_is_silent_and_its_alerts_are_over,
    what_a_switched_off_budget_spends_is_known_and_not_told,
];

async fn save(open: &Open, draft: Value) -> BudgetView {
    let input = SaveBudget { budget_id: None, draft: serde_json::from_value(draft).expect("a draft") };
    open.ask(input).await.expect("saved")
}

async fn change(open: &Open, id: &BudgetId, draft: Value) -> BudgetView {
    let input = SaveBudget { budget_id: Some(id.clone()), draft: serde_json::from_value(draft).expect("a draft") };
    open.ask(input).await.expect("saved")
}

fn everything(limit: f64) -> Value {
    json!({ "name": "Everything", "scope": { "kind": "all" }, "monthlyLimit": limit })
}

async fn budget(open: &Open) -> BudgetView {
    open.ask(ListBudgets {}).await.expect("budgets").budgets.remove(0)
}

/// The levels and messages that were told, in order.
fn told(events: &[Event]) -> Vec<(String, String)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::BudgetAlert { level, message, .. } => Some((level.to_string(), message.clone())),
            _ => None,
        })
        .collect()
}

fn levels(events: &[Event]) -> Vec<String> {
    told(events).into_iter().map(|(level, _)| level).collect()
}

/// Four instances that cost $0.22 an hour.
async fn web(house: &House, open: &Open) -> DeploymentId {
    open.add("web", &house.recording("web.csv", "timestamp_s,cpu\n0,50\n"), 4).await
}

/// So many minutes of evaluations.
async fn live(open: &Open, minutes: i64) {
    for _ in 0..minutes * 2 {
        open.tick_after(30).await;
    }
}

/// A month of spending before noon of 10 June: `dollars` in every hour since 20 May.
async fn history(house: &House, id: &DeploymentId, dollars: impl Fn(i64) -> f64) {
    let store = house.store();
    let from = at("2026-05-20T00:00:00Z");
    let hours = (noon() - from).num_hours();
    let parts = (0..hours).flat_map(|hour| {
        let each = dollars(hour) / 4.0;
        (0..4).map(move |quarter| (from + TimeDelta::hours(hour) + TimeDelta::minutes(15 * quarter), each))
    });
    book_all(&store, parts.map(|(at, dollars)| (id.clone(), at, dollars, Origin::Observed))).await;
}

async fn a_budget_has_spent_what_the_ledger_says() {
    let house = House::new();
    let open = house.open().await;
    web(&house, &open).await;
    open.tick().await;
    let saved = save(&open, everything(100.0)).await;
    assert_eq!((saved.status.level, saved.status.spent, saved.status.told.len()), (BudgetStanding::Inside, Money::ZERO, 0));
    live(&open, 60).await;
    let ledger = || async { open.ask(GetCosts::default()).await.expect("costs").total.total };
    let status = budget(&open).await.status;
    assert_eq!(status.spent, ledger().await);
    assert!((status.spent.as_units() - 0.22).abs() < 1e-6, "{status:?}");
    assert!((status.spent_share - 0.0022).abs() < 1e-7);
    assert_eq!(status.left + status.spent, Money::from_units(100.0));
    assert_eq!((status.observed_share, status.period_words.as_str()), (1.0, "June, 20 days left"));
    // $0.22 in an hour: 24 times that in a day.
    assert!((status.burn_rate_per_day.expect("an hour is known").as_units() - 5.28).abs() < 1e-4, "{status:?}");
    assert!((status.even_pace_per_day.as_units() - 100.0 / 30.0).abs() < 1e-6);
    assert_eq!(status.projection, None, "an hour is no pattern");
    // Seventy-one hours more.
    assert_eq!(status.projected_from, Some(noon() + TimeDelta::hours(72)));
    open.close().await;
    // The same after a start, and a saved budget counts what was spent before it.
    let open = house.open().await;
    assert_eq!(budget(&open).await.status.spent, status.spent);
    assert_eq!(save(&open, json!({ "name": "Again", "scope": { "kind": "all" }, "monthlyLimit": 5 })).await.status.spent, status.spent);
    open.close().await;
}

async fn each_level_is_told_once_also_over_restarts() {
    let house = House::new();
    let open = house.open().await;
    web(&house, &open).await;
    open.tick().await;
    // $0.22 an hour: 75 % after 45 min, 90 % after 54, all of it after 60.
    save(&open, everything(0.22)).await;
    let mut events = open.engine.subscribe();
    live(&open, 44).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), [] as [&str; 0]);
    open.tick_after(30).await;
    open.tick_after(30).await;
    let warned = told(&so_far(&open, &mut events).await);
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert_eq!(warned[0].0, "warning");
    assert!(warned[0].1.starts_with("Everything has spent $0.17 of $0.22, with 20 days left."), "{}", warned[0].1);
    assert!(warned[0].1.contains("Largest part: web, $0.17."), "{}", warned[0].1);
    live(&open, 5).await;
    open.close().await;
    let open = house.open().await;
    let mut events = open.engine.subscribe();
    // The first look after the start; the recording went on meanwhile.
    open.tick().await;
    assert_eq!(levels(&so_far(&open, &mut events).await), [] as [&str; 0], "the warning is not repeated");
    live(&open, 5).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["critical"]);
    live(&open, 30).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["exceeded"]);
    assert_eq!(budget(&open).await.status.told, ["warning", "critical", "exceeded"]);
    open.close().await;
    let store = house.store();
    let alerts = store.read.read_blocking(|read| read.alerts(&AlertFilter::default(), None, 10)).expect("alerts").rows;
    let firing: Vec<(String, bool)> = alerts.iter().map(|row| (row.alert.key.level.to_string(), row.resolved_at.is_none())).collect();
    let wanted = [("exceeded", true), ("critical", false), ("warning", false)];
    assert_eq!(firing, wanted.map(|(level, fires)| (level.to_owned(), fires)), "the newest level stands for all");
}

async fn several_levels_at_once_tell_the_worst() {
    let house = House::new();
    let open = house.open().await;
    let id = web(&house, &open).await;
    open.close().await;
    book_all(&house.store(), [(id, at("2026-06-02T10:00:00Z"), 9.5, Origin::Observed)]).await;
    let open = house.open().await;
    let mut events = open.engine.subscribe();
    save(&open, json!({ "name": "All", "scope": { "kind": "all" }, "monthlyLimit": 10, "moreThresholds": [50, 120] })).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["critical"]);
    assert_eq!(budget(&open).await.status.told, ["threshold", "warning", "critical"]);
    open.close().await;
}

async fn a_raised_limit_arms_again_and_a_lowered_one_tells_anew() {
    let house = House::new();
    let open = house.open().await;
    let id = web(&house, &open).await;
    open.close().await;
    book_all(&house.store(), [(id, at("2026-06-02T10:00:00Z"), 8.0, Origin::Observed)]).await;
    let open = house.open().await;
    let mut events = open.engine.subscribe();
    let saved = save(&open, everything(10.0)).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["warning"]);
    open.clock.advance(seconds(1));
    change(&open, &saved.id, json!({ "name": "All of it" })).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), [] as [&str; 0], "a new name is no news");
    open.clock.advance(seconds(1));
    let raised = change(&open, &saved.id, json!({ "monthlyLimit": 20 })).await;
    assert_eq!((raised.status.level, raised.status.told.len()), (BudgetStanding::Inside, 0));
    assert_eq!(levels(&so_far(&open, &mut events).await), [] as [&str; 0]);
    open.clock.advance(seconds(1));
    change(&open, &saved.id, json!({ "monthlyLimit": 8.5 })).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["critical"], "armed again, and reached again");
    open.clock.advance(seconds(1));
    change(&open, &saved.id, json!({ "monthlyLimit": 8.4 })).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["critical"], "a lower limit is told anew");
    open.close().await;
}

async fn a_new_month_begins_at_nothing_and_tells_again() {
    let house = House::new();
    house.clock.set(at("2026-06-30T23:00:00Z"));
    let open = house.open().await;
    web(&house, &open).await;
    open.tick().await;
    save(&open, everything(0.1)).await;
    let mut events = open.engine.subscribe();
    live(&open, 59).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["warning", "critical", "exceeded"]);
    live(&open, 2).await;
    let status = budget(&open).await.status;
    assert_eq!((status.level, status.told.len()), (BudgetStanding::Inside, 0), "{status:?}");
    // One minute of July.
    assert!((status.spent.as_units() - 0.22 / 60.0).abs() < 1e-6, "{status:?}");
    assert_eq!(levels(&so_far(&open, &mut events).await), [] as [&str; 0]);
    live(&open, 22).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["warning"]);
    open.close().await;
}

async fn a_scope_is_a_deployment_a_tag_or_everything() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("web.csv", "timestamp_s,cpu\n0,50\n");
    let mut ids = Vec::new();
    for (name, tags) in [("web", json!(["shop"])), ("api", json!(["shop"])), ("job", json!([]))] {
        let input = serde_json::from_value(json!({ "name": name, "file": file, "instances": 1, "tags": tags })).expect("an input");
        ids.push(open.ask::<headroom_engine::operations::AddReplayDeployment>(input).await.expect("added").deployment.id);
    }
    open.tick().await;
    let all = save(&open, everything(50.0)).await;
    let shop = save(&open, json!({ "name": "Shop", "scope": { "kind": "tag", "tag": "shop" }, "monthlyLimit": 50 })).await;
    let one = save(&open, json!({ "name": "Web", "scope": { "kind": "deployment", "deploymentId": ids[0] }, "monthlyLimit": 50 })).await;
    assert_eq!(all.scope_words, "3 deployments");
    assert_eq!(shop.scope_words, "tag shop, 2 deployments");
    assert_eq!((one.scope_words.as_str(), &one.scope), ("deployment web", &BudgetScope::Deployment { deployment_id: ids[0].clone() }));
    live(&open, 30).await;
    let spent: Vec<(String, f64)> = {
        let mut budgets = open.ask(ListBudgets {}).await.expect("budgets").budgets;
        budgets.sort_by_key(|budget| std::cmp::Reverse(budget.status.spent));
        budgets.into_iter().map(|budget| (budget.name, (budget.status.spent.as_units() * 1e6).round() / 1e6)).collect()
    };
    // Half an hour at $0.055.
    assert_eq!(spent, [("Everything".to_owned(), 0.0825), ("Shop".to_owned(), 0.055), ("Web".to_owned(), 0.0275)]);
    open.close().await;
}

async fn three_days_of_data_project_the_month_and_the_day_it_runs_out() {
    let house = House::new();
    let open = house.open().await;
    let id = web(&house, &open).await;
    open.close().await;
    // A dollar in every hour: 228 spent of June at noon of the 10th, 720 at its end.
    history(&house, &id, |_| 1.0).await;
    let open = house.open().await;
    let saved = save(&open, everything(600.0)).await;
    let status = &saved.status;
    let projection = status.projection.expect("weeks of data");
    assert!((projection.end.as_units() - 720.0).abs() < 1e-6, "{projection:?}");
    assert_eq!((projection.margin, projection.confidence_over), (Money::ZERO, 1.0), "every day was alike");
    // 600 are reached 372 hours after noon of the 10th: the end of 25 June.
    let out = status.runs_out.expect("it runs out").at.expect("it runs out");
    assert!((out - at("2026-06-26T00:00:00Z")).num_seconds().abs() <= 1, "{out}");
    assert!((status.burn_rate_per_day.expect("known").as_units() - 24.0).abs() < 1e-6);
    // 120 over in 20.5 days.
    assert!((projection.to_stay_inside_per_day.as_units() - 120.0 / 20.5).abs() < 1e-6, "{projection:?}");
    assert_eq!(status.level, BudgetStanding::Forecast);
    assert_eq!(status.sentence, "Everything ends $120 over its $600, with 100\u{a0}% confidence.");
    let detail = open.ask(GetBudget { budget_id: saved.id.clone(), monthly_limit: None }).await.expect("a detail");
    assert_eq!(detail.days.len(), 10);
    assert_eq!(detail.days.iter().map(|day| day.cost).sum::<Money>(), status.spent, "days add up to what is spent");
    assert_eq!((detail.days[0].cost.as_units(), detail.days[9].cost.as_units()), (24.0, 12.0));
    assert_eq!(detail.days[9].left + status.spent, Money::from_units(600.0));
    let last = detail.path.last().expect("a path");
    assert_eq!(last.at, status.period_end);
    assert!((last.left.as_units() + 120.0).abs() < 1e-6, "{last:?}");
    let words: Vec<&str> = detail.thresholds.iter().map(|threshold| threshold.words.as_str()).collect();
    assert_eq!(words, ["75 % spent, warning", "90 % spent, critical", "100 % spent, nothing left"]);
    open.close().await;
}

async fn a_forecast_is_told_before_the_money_is_spent() {
    let house = House::new();
    let open = house.open().await;
    let id = web(&house, &open).await;
    open.close().await;
    // Odd hours cost more: days are alike, hours are not.
    history(&house, &id, |hour| if hour % 2 == 0 { 0.5 } else { 1.5 }).await;
    let open = house.open().await;
    let mut events = open.engine.subscribe();
    save(&open, everything(700.0)).await;
    let said = told(&so_far(&open, &mut events).await);
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].0, "forecast");
    assert!(said[0].1.contains("It ends at $720 ± $0 and runs out on 30 June"), "{}", said[0].1);
    open.tick().await;
    live(&open, 2).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), [] as [&str; 0], "once");
    open.close().await;
}

async fn a_guard_holds_what_the_budget_does_not_pay_for() {
    let house = House::new();
    let open = house.open().await;
    // From 30 min on more is wanted.
    let id = open.add("web", &house.step("over.csv", 50, 1_800, 90), 4).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    // 20.5 days are left: $0.055 × 492 h × 4 = $108.24 pay for four instances, not for five ($135.30).
    let saved = save(&open, json!({ "name": "Tight", "scope": { "kind": "all" }, "monthlyLimit": 120, "guard": "strict" })).await;
    assert_eq!(saved.guard, Guard::Strict);
    live(&open, 40).await;
    assert_eq!((open.count(&id).await, open.reason(&id).await.as_str()), (4, "budget_holds"));
    let decision = open.status(&id).await.last_decision.expect("a decision");
    assert!(decision.reason.contains("budget “Tight” pays for 4"), "{}", decision.reason);
    assert_eq!(budget(&open).await.status.held_back, 1);
    open.clock.advance(seconds(1));
    change(&open, &saved.id, json!({ "guard": "off" })).await;
    live(&open, 2).await;
    assert!(open.count(&id).await > 4, "without the guard it grows");
    open.close().await;
}

async fn a_guard_is_previewed_by_playing_the_last_week_again() {
    let house = House::new();
    // A day and more of a calm and a busy half hour in turn: one of the two needs four times the instances.
    let rows: String = (0..1_000)
        .map(|row| format!("{},{},{}\n", row * 120, if row % 30 < 15 { 20 } else { 80 }, if row % 30 < 15 { 5 } else { 20 }))
        .collect();
    let open = house.open().await;
    let _ = open
        .ask::<headroom_engine::operations::UpdateSettings>(
            serde_json::from_value(json!({ "evaluationIntervalSeconds": 120 })).expect("an input"),
        )
        .await;
    let id = open.add("web", &house.recording("waves.csv", &format!("timestamp_s,cpu,requests\n{rows}")), 4).await;
    open.save(&id, cpu_policy()).await;
    let saved = save(&open, everything(500.0)).await;
    let none = open.ask(PreviewGuard { budget_id: saved.id.clone(), guard: None }).await.expect("a preview");
    assert_eq!((none.deployments, none.sentence), (0, None));
    assert!(none.based_on.contains("a day of recorded readings is needed"), "{}", none.based_on);
    for _ in 0..=740 {
        open.tick_after(120).await;
    }
    let preview = |limit: f64, guard| {
        let (open, id) = (&open, saved.id.clone());
        async move {
            open.clock.advance(seconds(1));
            change(open, &id, json!({ "monthlyLimit": limit })).await;
            open.ask(PreviewGuard { budget_id: id, guard: Some(guard) }).await.expect("a preview")
        }
    };
    let paid = preview(10_000.0, Guard::Strict).await;
    assert_eq!((paid.deployments, paid.off), (1, paid.on), "everything is paid for");
    assert!(paid.based_on.starts_with("The last 24\u{a0}h"), "{}", paid.based_on);
    assert_eq!(paid.sentence.as_deref(), Some("It would hold nothing back: the rest of the period is paid for."));
    // Half of what it would spend without a guard.
    let limit = paid.off.month_end.as_units() / 2.0;
    let tight = preview(limit, Guard::Strict).await;
    assert_eq!(tight.off, paid.off);
    assert!(tight.on.month_end < tight.off.month_end, "{tight:?}");
    assert!(tight.on.month_end.as_units() < limit * 1.01, "{tight:?}");
    assert!(tight.on.mean_instances < tight.off.mean_instances, "{tight:?}");
    assert!(tight.on.over_objective > tight.off.over_objective, "less money is worse service: {tight:?}");
    open.close().await;
}

async fn a_deployment_that_changes_its_tags_changes_whose_money_it_is() {
    let house = House::new();
    let open = house.open().await;
    let id = web(&house, &open).await;
    open.tick().await;
    let shop = save(&open, json!({ "name": "Shop", "scope": { "kind": "tag", "tag": "shop" }, "monthlyLimit": 50 })).await;
    live(&open, 30).await;
    let spent = || async { budget(&open).await.status.spent };
    assert_eq!((shop.status.spent, spent().await), (Money::ZERO, Money::ZERO));
    let tag = |tags: Value| serde_json::from_value(json!({ "deploymentId": id, "tags": tags })).expect("an input");
    open.ask::<headroom_engine::operations::UpdateDeployment>(tag(json!(["shop"]))).await.expect("tagged");
    let all = open.ask(GetCosts::default()).await.expect("costs").total.total;
    assert_eq!(spent().await, all, "also what it spent before");
    live(&open, 1).await;
    assert!(spent().await > all);
    open.ask::<headroom_engine::operations::UpdateDeployment>(tag(json!([]))).await.expect("untagged");
    assert_eq!(spent().await, Money::ZERO);
    open.close().await;
}

async fn another_limit_can_be_tried_without_saving_it() {
    let house = House::new();
    let open = house.open().await;
    let id = web(&house, &open).await;
    open.close().await;
    history(&house, &id, |_| 1.0).await;
    let open = house.open().await;
    let saved = save(&open, everything(600.0)).await;
    let tried = open.ask(GetBudget { budget_id: saved.id.clone(), monthly_limit: Some(900.0) }).await.expect("tried");
    assert_eq!(tried.budget.monthly_limit.as_units(), 900.0);
    assert_eq!(tried.budget.status.sentence, "Everything ends $180 under its $900, with 100\u{a0}% confidence.");
    assert_eq!(tried.budget.status.runs_out, None);
    assert_eq!(budget(&open).await.monthly_limit.as_units(), 600.0);
    let refused = open.ask(GetBudget { budget_id: saved.id, monthly_limit: Some(-1.0) }).await.expect_err("refused");
    assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, "monthlyLimit"));
    open.close().await;
}

async fn a_limit_is_proposed_from_what_is_spent() {
    let house = House::new();
    let open = house.open().await;
    let id = web(&house, &open).await;
    assert_eq!(open.ask(ListBudgets {}).await.expect("budgets").proposal, None, "nothing was spent yet");
    open.close().await;
    history(&house, &id, |_| 1.0).await;
    let open = house.open().await;
    let proposal = open.ask(ListBudgets {}).await.expect("budgets").proposal.expect("a proposal");
    // 720 × 1.15 = 828, up to two digits: 830.
    assert_eq!(proposal.monthly_limit.as_units(), 830.0);
    assert_eq!(proposal.because, "June ends at $720; 15 % are added so that a busy week does not alarm.");
    let draft = serde_json::from_value(everything(700.0)).expect("a draft");
    let check = open.ask(CheckBudget { budget_id: None, draft }).await.expect("checked");
    assert_eq!((check.errors.len(), check.spent.map(Money::as_units)), (0, Some(228.0)));
    assert_eq!(check.sentence.as_deref(), Some("Everything ends $20 over its $700, with 100\u{a0}% confidence."));
    assert_eq!(open.ask(ListBudgets {}).await.expect("budgets").budgets.len(), 0, "checking makes none");
    open.close().await;
}

async fn drafts_that_cannot_be_are_refused_with_their_fields() {
    let house = House::new();
    let open = house.open().await;
    let with = |field: &str, value: Value| {
        let mut draft = everything(100.0);
        draft[field] = value;
        draft
    };
    let table = [
        (with("monthlyLimit", json!(0)), "monthlyLimit"),
        (with("monthlyLimit", json!(-5)), "monthlyLimit"),
        (with("monthlyLimit", json!(1e18)), "monthlyLimit"),
        (with("timeZone", json!("Mars/Olympus")), "timeZone"),
        (with("resetDay", json!(32)), "resetDay"),
        (with("warningThreshold", json!(95)), "warningThreshold"),
        (with("scope", json!({ "kind": "deployment", "deploymentId": "dep_none" })), "scope"),
        (with("scope", json!({ "kind": "tag", "tag": " " })), "scope"),
        (with("name", json!("")), "name"),
    ];
    for (draft, field) in table {
        let draft: headroom_core::budget::BudgetDraft = serde_json::from_value(draft.clone()).expect("a draft");
        let refused = open.ask(SaveBudget { budget_id: None, draft: draft.clone() }).await.expect_err("refused");
        assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, field), "{draft:?}");
        let check = open.ask(CheckBudget { budget_id: None, draft }).await.expect("checked");
        assert_eq!((check.errors[0].field.as_str(), check.sentence), (field, None));
    }
    let unknown = SaveBudget { budget_id: Some(BudgetId("bud_none".to_owned())), draft: Default::default() };
    assert_eq!(open.ask(unknown).await.expect_err("refused").code, ErrorCode::NotFound);
    assert_eq!(open.ask(ListBudgets {}).await.expect("budgets").budgets.len(), 0);
    open.close().await;
}

async fn a_deleted_budget_is_silent_and_its_alerts_are_over() {
    let house = House::new();
    let open = house.open().await;
    let id = web(&house, &open).await;
    open.close().await;
    book_all(&house.store(), [(id, at("2026-06-02T10:00:00Z"), 8.0, Origin::Observed)]).await;
    let open = house.open().await;
    let saved = save(&open, everything(10.0)).await;
    open.ask(DeleteBudget { budget_id: saved.id.clone() }).await.expect("deleted");
    let mut events = open.engine.subscribe();
    open.tick().await;
    live(&open, 1).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), [] as [&str; 0]);
    assert_eq!(open.ask(ListBudgets {}).await.expect("budgets").budgets.len(), 0);
    assert_eq!(open.ask(GetBudget { budget_id: saved.id.clone(), monthly_limit: None }).await.expect_err("gone").code, ErrorCode::NotFound);
    assert_eq!(open.ask(DeleteBudget { budget_id: saved.id }).await.expect_err("gone").code, ErrorCode::NotFound);
    open.close().await;
    let store = house.store();
    let firing = store.read.read_blocking(|read| read.firing_alerts()).expect("counted");
    assert_eq!(firing, (0, 0));
    let history = store.read.read_blocking(|read| read.alerts(&AlertFilter::default(), None, 10)).expect("alerts").rows;
    assert_eq!(history.len(), 1, "the history keeps it");
}

async fn what_a_switched_off_budget_spends_is_known_and_not_told() {
    let house = House::new();
    let open = house.open().await;
    web(&house, &open).await;
    open.tick().await;
    let mut draft = everything(0.01);
    draft["isEnabled"] = json!(false);
    let saved = save(&open, draft).await;
    let mut events = open.engine.subscribe();
    live(&open, 30).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), [] as [&str; 0]);
    let status = budget(&open).await.status;
    assert_eq!(status.level, BudgetStanding::Off);
    assert!((status.spent.as_units() - 0.11).abs() < 1e-6);
    open.clock.advance(seconds(1));
    change(&open, &saved.id, json!({ "isEnabled": true })).await;
    assert_eq!(levels(&so_far(&open, &mut events).await), ["exceeded"]);
    open.close().await;
}

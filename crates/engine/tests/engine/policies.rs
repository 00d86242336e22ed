//! Policies through the door.

use headroom_engine::error::ErrorCode;
use headroom_engine::operations::{CheckPolicy, ListPolicies, ListPolicyVersions, PlayPolicy, RestorePolicyVersion};
use headroom_engine::view::{Tone, WhatIfKind};
use serde_json::json;

use crate::house::{House, cpu_policy, instances, trials};

trials![
    a_policy_from_a_template_is_in_force_at_the_next_tick,
    every_save_is_a_new_version_of_the_same_policy,
    a_version_is_brought_back_whole_and_what_is_not_there_is_refused,
    a_draft_is_played_over_the_recorded_days_beside_the_policy_in_force,
    ten_faults_come_back_at_once_each_with_its_field,
    a_draft_is_checked_against_the_newest_readings_and_changes_nothing,
];

async fn a_policy_from_a_template_is_in_force_at_the_next_tick() {
    let house = House::new();
    let open = house.open().await;
    let csv = "timestamp_s,cpu,memory,response_time,error_rate\n0,50,40,300,0\n";
    let id = open.add("web", &house.recording("calm.csv", csv), 1).await;
    open.tick().await;
    let saved = open.save(&id, json!({ "templateId": "web-app-balanced" })).await;
    assert_eq!((saved.policy.name.as_str(), saved.policy.version), ("Web app, balanced", 1));
    // Its minimum is 2, and it is due at once.
    open.tick().await;
    let event = &open.history(&id).await[0];
    assert_eq!((event.to_instances, event.policy_id.as_ref()), (instances(2), Some(&saved.policy.id)));
    let listed = open.ask(ListPolicies {}).await.expect("policies").policies;
    assert_eq!((listed.len(), &listed[0].policy.id, &listed[0].deployment_id), (1, &saved.policy.id, &id));
    // Two instances of 1 core and 0.5 GB: 2 × $0.055.
    assert_eq!(listed[0].policy.price_at_min.as_units(), 0.11);
    open.close().await;
}

async fn every_save_is_a_new_version_of_the_same_policy() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 1).await;
    let first = open.save(&id, cpu_policy()).await.policy;
    let second = open.save(&id, json!({ "maxInstances": 7 })).await.policy;
    assert_eq!((second.id, second.version), (first.id, 2));
    // What the second draft does not name stays.
    assert_eq!((second.name.as_str(), second.max_instances, second.metrics), ("CPU", instances(7), first.metrics));
    open.tick().await;
    assert_eq!(open.status(&id).await.last_decision.expect("a decision").policy_version, 2);
    open.close().await;
    let open = house.open().await;
    assert_eq!(open.status(&id).await.policy.expect("in force").version, 2);
    open.close().await;
}

async fn a_version_is_brought_back_whole_and_what_is_not_there_is_refused() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 1).await;
    let versions = |before| ListPolicyVersions { deployment_id: id.clone(), before, limit: Some(2) };
    let restore = |version| RestorePolicyVersion { deployment_id: id.clone(), version };
    assert_eq!(open.ask(restore(1)).await.expect_err("no policy").code, ErrorCode::NotFound);
    let first = open.save(&id, cpu_policy()).await.policy;
    let window = json!([{ "name": "Sale", "cron": "0 8 * * *", "minutes": 60, "minInstances": 4 }]);
    let _ = open.save(&id, json!({ "name": "Wide", "maxInstances": 7, "scaleUpCooldown": 60, "schedules": window })).await;
    let _ = open.save(&id, json!({ "cooldownPeriod": 120 })).await;
    let page = open.ask(versions(None)).await.expect("versions");
    assert_eq!(page.versions.iter().map(|row| (row.version, row.is_in_force)).collect::<Vec<_>>(), [(3, true), (2, false)]);
    assert_eq!((page.versions[1].policy.name.as_str(), page.versions[1].saved_by.as_str()), ("Wide", "Ada"));
    let last = open.ask(versions(page.next)).await.expect("versions");
    assert_eq!((last.versions.len(), last.versions[0].version, last.next), (1, 1, None));
    // Nothing of the versions after it stays: no cooldown of its own, no schedule.
    let back = open.ask(restore(1)).await.expect("restored").policy;
    assert_eq!(back.version, 4);
    assert_eq!((back.scale_up_cooldown, back.schedules.len(), back.cooldown_period), (None, 0, 300));
    assert_eq!((back.name, back.max_instances, back.metrics), (first.name, first.max_instances, first.metrics));
    open.tick().await;
    assert_eq!(open.status(&id).await.last_decision.expect("a decision").policy_version, 4);
    for (version, code) in [(4, ErrorCode::Conflict), (9, ErrorCode::NotFound)] {
        assert_eq!(open.ask(restore(version)).await.expect_err("refused").code, code, "{version}");
    }
    open.close().await;
}

async fn ten_faults_come_back_at_once_each_with_its_field() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 1).await;
    let draft = json!({
        "name": " ",
        "metrics": [
            { "metric": "cpu", "threshold": 1.5, "comparison": "gt", "weight": 2.0, "maximum": null },
            { "metric": "cpu", "threshold": 0.5, "comparison": "gt", "weight": 0.5, "maximum": -1.0 },
        ],
        "scaleUpThreshold": 0.0, "scaleDownThreshold": 2.0, "cooldownPeriod": -1.0, "stabilizationWindow": 0.5,
        "urgentPressure": 9.0, "minInstances": 0.0, "maxInstances": 20_000.0,
    });
    let fields = [
        "name",
        "metrics[0].weight",
        "metrics[0].threshold",
        "metrics[1].metric",
        "metrics[1].maximum",
        "scaleUpThreshold",
        "scaleDownThreshold",
        "cooldownPeriod",
        "stabilizationWindow",
        "urgentPressure",
        "minInstances",
        "maxInstances",
    ];
    let refused = open.try_save(&id, draft.clone()).await.expect_err("faults");
    assert_eq!(refused.code, ErrorCode::Invalid);
    let found: Vec<&str> = refused.errors.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(found, fields);
    assert_eq!(open.status(&id).await.policy, None);
    let draft = serde_json::from_value(draft).expect("a draft");
    let checked = open.ask(CheckPolicy { deployment_id: Some(id.clone()), draft }).await.expect("an answer");
    assert!(!checked.is_valid);
    assert_eq!(checked.errors, refused.errors);
    open.close().await;
}

async fn a_draft_is_checked_against_the_newest_readings_and_changes_nothing() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,90\n"), 3).await;
    open.tick().await;
    let draft = serde_json::from_value(cpu_policy()).expect("a draft");
    let checked = open.ask(CheckPolicy { deployment_id: Some(id.clone()), draft }).await.expect("an answer");
    assert!(checked.is_valid);
    // 0.7 × 90 / 70 = 0.9
    assert!((checked.score.expect("readings") - 0.9).abs() < 1e-9);
    assert!(checked.would_decide.expect("readings").contains("3 → 4"));
    assert_eq!((open.status(&id).await.policy, open.history(&id).await), (None, vec![]));
    open.close().await;
}

async fn a_draft_is_played_over_the_recorded_days_beside_the_policy_in_force() {
    let house = House::new();
    // A calm and a busy half hour in turn: one of the two needs four times the instances.
    let rows: String = (0..120)
        .map(|row| format!("{},{},{}\n", row * 120, if row % 30 < 15 { 20 } else { 80 }, if row % 30 < 15 { 5 } else { 20 }))
        .collect();
    let open = house.open().await;
    let settings = serde_json::from_value(json!({ "evaluationIntervalSeconds": 120 })).expect("an input");
    let _ = open.ask::<headroom_engine::operations::UpdateSettings>(settings).await;
    let id = open.add("web", &house.recording("waves.csv", &format!("timestamp_s,cpu,requests\n{rows}")), 4).await;
    let play = |draft| open.ask(PlayPolicy { deployment_id: id.clone(), draft: serde_json::from_value(draft).expect("a draft") });
    let none = play(cpu_policy()).await.expect("an answer");
    assert_eq!(none.played, None);
    assert!(none.based_on.starts_with("An hour of readings is needed"), "{}", none.based_on);
    open.save(&id, cpu_policy()).await;
    for _ in 0..=90 {
        open.tick_after(120).await;
    }
    let played = |answer: headroom_engine::view::WhatIf| answer.played.expect("three hours were recorded");
    let alike = play(json!({})).await.expect("an answer");
    assert!(alike.based_on.starts_with("The last 3\u{a0}h"), "{}", alike.based_on);
    let alike = played(alike);
    assert_eq!((alike.sentence.as_str(), alike.tone), ("Would have cost and served as v1 does.", Tone::Even));
    assert_eq!(alike.current.as_ref(), Some(&alike.edited));
    assert_eq!(alike.needed.len(), alike.edited.len());
    assert!(alike.figures.iter().all(|figure| figure.difference == Some(0.0)), "{:?}", alike.figures);
    // Never more than one: cheaper, and what comes in the busy half hours is late.
    let small = played(play(json!({ "minInstances": 1, "maxInstances": 1 })).await.expect("an answer"));
    let of = |kind| *small.figures.iter().find(|figure| figure.kind == kind).expect("a figure");
    assert!(small.edited.iter().all(|count| *count == instances(1)), "{:?}", small.edited);
    assert!(small.needed.iter().any(|count| *count > instances(1)), "{:?}", small.needed);
    assert_eq!((small.tone, of(WhatIfKind::Cost).tone, of(WhatIfKind::LateRequests).tone), (Tone::Worse, Tone::Better, Tone::Worse));
    assert!(small.sentence.starts_with("Saves $") && small.sentence.contains("of the requests late instead of"), "{}", small.sentence);
    // 3 h of one instance, at what an instance costs.
    let hours = (small.to - small.from).num_seconds() as f64 / 3_600.0;
    let price = open.status(&id).await.policy.expect("a policy").price_at_min.as_units();
    assert!((of(WhatIfKind::Cost).edited - hours * price).abs() < 1e-6, "{:?} {hours} {price}", of(WhatIfKind::Cost));
    assert_eq!(play(json!({ "minInstances": 3, "maxInstances": 1 })).await.expect_err("refused").code, ErrorCode::Invalid);
    open.close().await;
}

//! What the guide promises over REST, and every operation beside it.

use headroom_engine::operations::ALL;
use serde_json::{Value, json};

use crate::house::{House, trials, within};

trials![
    a_policy_from_a_template_is_created_then_updated,
    a_whole_policy_as_the_guide_prints_it_is_taken,
    the_status_has_the_fields_of_the_guide,
    manual_scaling_answers_with_its_event_and_refuses_what_is_out_of_bounds,
    templates_are_filtered_and_drafts_validated,
    usage_has_288_points_for_a_day,
    analytics_judge_the_policy,
    history_and_events_are_paged,
    deployments_are_listed_changed_and_removed,
    every_operation_is_there_under_its_name,
    a_request_under_a_key_is_carried_out_once,
    faults_come_back_at_once_each_with_its_field,
    unknown_fields_are_ignored_and_named,
    health_says_more_to_who_shows_a_token,
    metrics_count_evaluations_decisions_and_money,
    the_description_covers_every_answer_that_is_given_here,
    both_loopbacks_answer,
    requests_have_names,
    the_window_is_served_as_a_page_that_may_only_talk_to_us,
    the_evaluation_interval_is_set_over_rest,
];

fn template() -> Value {
    json!({ "templateId": "web-app-balanced", "name": "My Web App Scaling", "minInstances": 2, "maxInstances": 20 })
}

async fn a_policy_from_a_template_is_created_then_updated() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let path = format!("/api/deployments/{}/scaling/policy", house.add("web", 50.0).await);
    let created = house.post(&path, &token, template()).await.of(201);
    assert_eq!(
        (&created["name"], &created["minInstances"], &created["maxInstances"]),
        (&json!("My Web App Scaling"), &json!(2), &json!(20))
    );
    assert!(created["advice"].is_array(), "{created}");
    let updated = house.post(&path, &token, json!({ "maxInstances": 15 })).await.of(200);
    assert_eq!((&updated["id"], &updated["version"], &updated["maxInstances"]), (&created["id"], &json!(2), &json!(15)));
    assert_eq!(updated["name"], "My Web App Scaling", "what is not set stays");
    house.close().await;
}

async fn a_whole_policy_as_the_guide_prints_it_is_taken() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let path = format!("/api/deployments/{}/scaling/policy", house.add("web", 50.0).await);
    let policy = json!({
        "name": "Custom High-Performance API",
        "metrics": [
            { "metric": "response_time", "threshold": 0.3, "comparison": "gt", "weight": 0.4 },
            { "metric": "cpu", "threshold": 0.7, "comparison": "gt", "weight": 0.35 },
            { "metric": "error_rate", "threshold": 0.01, "comparison": "gt", "weight": 0.25 },
        ],
        "scaleUpThreshold": 0.65, "scaleDownThreshold": 0.35, "cooldownPeriod": 180, "minInstances": 3, "maxInstances": 25, "isEnabled": true,
    });
    let created = house.post(&path, &token, policy).await.of(201);
    assert_eq!((&created["cooldownPeriod"], &created["isEnabled"]), (&json!(180), &json!(true)));
    assert_eq!(created["metrics"][2]["triggerValue"], 1.0, "1 % of the requests");
    house.close().await;
}

async fn the_status_has_the_fields_of_the_guide() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 50.0).await;
    house.post(&format!("/api/deployments/{id}/scaling/policy"), &token, template()).await.of(201);
    house.tick_after(30).await;
    let status = house.get(&format!("/api/deployments/{id}/scaling/status"), Some(&token)).await.of(200);
    assert_eq!((&status["deploymentId"], &status["currentInstances"], &status["targetInstances"]), (&json!(id), &json!(2), &json!(2)));
    assert_eq!(status["isAutoScalingEnabled"], true);
    for field in ["id", "name", "isEnabled", "scaleUpThreshold", "scaleDownThreshold"] {
        assert!(!status["policy"][field].is_null(), "policy.{field}");
    }
    let decision = &status["lastDecision"];
    assert_eq!(decision["action"], "no_change");
    assert!(decision["confidence"].as_f64().is_some_and(|confidence| (0.0..=1.0).contains(&confidence)), "{decision}");
    for field in ["reason", "targetInstances", "score", "triggeredMetrics", "contributions", "distance", "at"] {
        assert!(!decision[field].is_null(), "lastDecision.{field}");
    }
    house.close().await;
}

async fn manual_scaling_answers_with_its_event_and_refuses_what_is_out_of_bounds() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 50.0).await;
    house.post(&format!("/api/deployments/{id}/scaling/policy"), &token, template()).await.of(201);
    house.tick_after(30).await;
    let path = format!("/api/deployments/{id}/scaling/manual");
    let event =
        house.post(&path, &token, json!({ "targetInstances": 5, "reason": "Expected traffic spike for product launch" })).await.of(200);
    assert_eq!((&event["eventType"], &event["fromInstances"], &event["toInstances"]), (&json!("manual"), &json!(2), &json!(5)));
    assert_eq!((&event["reason"], &event["by"]), (&json!("Expected traffic spike for product launch"), &json!("operator")));
    let refused = house.post(&path, &token, json!({ "targetInstances": 21, "reason": "more" })).await;
    assert!(refused.body.contains("2 to 20"), "{}", refused.body);
    assert_eq!(refused.refused(409), "conflict");
    assert_eq!(house.post(&path, &token, json!({ "targetInstances": 5 })).await.refused(400), "bad_request", "no reason");
    house.close().await;
}

async fn templates_are_filtered_and_drafts_validated() {
    let house = House::open().await;
    let token = house.token("viewer").await;
    let of = async |query: &str| -> Vec<String> {
        let list = house.get(&format!("/api/scaling/policy-templates{query}"), Some(&token)).await.of(200);
        list["templates"].as_array().expect("templates").iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
    };
    let all = of("").await;
    let guide = ["web-app-balanced", "web-app-aggressive", "api-performance", "batch-cost-optimized", "ml-gpu-optimized", "dev-minimal"];
    assert_eq!(all, guide);
    assert!(of("?category=web").await.len() < all.len());
    assert!(house.get("/api/scaling/policy-templates?category=web&workloadType=api", Some(&token)).await.status == 200);
    assert_eq!(house.get("/api/scaling/policy-templates?category=nonsense", Some(&token)).await.refused(400), "bad_request");

    let validate = "/api/scaling/policy-templates/validate";
    let good = house.post(validate, &token, template()).await.of(200);
    assert_eq!((&good["isValid"], &good["errors"]), (&json!(true), &json!([])));
    let bad = house.post(validate, &token, json!({ "name": "", "scaleUpThreshold": 0.2, "scaleDownThreshold": 0.5 })).await.of(200);
    assert_eq!(bad["isValid"], false);
    assert!(bad["errors"].as_array().is_some_and(|errors| errors.len() >= 2 && errors.iter().all(Value::is_string)), "{bad}");
    assert!(bad["warnings"].is_array() && bad["recommendations"].is_array(), "{bad}");
    house.close().await;
}

fn points(usage: &Value) -> usize {
    usage["historical"].as_array().map_or(0, Vec::len)
}

async fn usage_has_288_points_for_a_day() {
    let house = House::open().await;
    let id = house.add("web", 50.0).await;
    headroom_engine::ResourceOptimizerService::of(&house.engine).start_optimization();
    // A reading every five minutes, for a day and a bit; each point is made by a loop of its own once its time is over.
    for minute in 1..=292_usize {
        house.tick_after(300).await;
        let wanted = (minute - 1).min(288);
        within(&format!("point {wanted}"), async {
            while points(&house.call("get_resource_usage", json!({ "deploymentId": id })).await) < wanted {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    let token = house.token("viewer").await;
    let path = format!("/api/deployments/{id}/resources/usage?hours=24");
    let usage = house.get(&path, Some(&token)).await.of(200);
    let points = usage["historical"].as_array().expect("points");
    assert_eq!(points.len(), 288);
    let fields = ["timestamp", "cpuUsage", "memoryUsage", "costEstimate", "instances", "responseTime", "errorRate"];
    for field in fields {
        assert!(!points[0][field].is_null() && !usage["current"][field].is_null(), "{field}: {}", points[0]);
    }
    for field in ["networkIO", "diskIO", "requestRate"] {
        assert!(points[0].as_object().is_some_and(|point| point.contains_key(field)), "{field} is named, and none where nobody measured");
    }
    assert_eq!((&points[0]["cpuUsage"], &points[0]["instances"]), (&json!(50.0), &json!(2.0)));
    assert_eq!(house.get(&path.replace("24", "0"), Some(&token)).await.refused(422), "invalid");
    house.close().await;
}

async fn analytics_judge_the_policy() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 95.0).await;
    let path = format!("/api/deployments/{id}/scaling/analytics");
    assert!(house.get(&path, Some(&token)).await.of(200)["health"].is_null(), "there is no policy to judge");
    house.post(&format!("/api/deployments/{id}/scaling/policy"), &token, template()).await.of(201);
    for _ in 0..8 {
        house.tick_after(300).await;
    }
    let judged = house.get(&format!("{path}?days=1"), Some(&token)).await.of(200);
    let ups = judged["scaleUps"].as_u64().expect("a count");
    assert!(ups >= 2, "{judged}");
    assert_eq!(judged["evaluations"], 8, "{judged}");
    let per_day = judged["health"]["eventsPerDay"].as_f64().expect("a figure");
    assert!((per_day - ups as f64 * 24.0 * 60.0 / 40.0).abs() < 1.0, "{ups} in 40 minutes are {per_day} a day");
    assert!(judged["findings"].as_array().is_some_and(|findings| !findings.is_empty()), "{judged}");
    assert_eq!(house.get(&format!("{path}?days=31"), Some(&token)).await.refused(422), "invalid");
    house.close().await;
}

async fn history_and_events_are_paged() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 50.0).await;
    house.tick_after(30).await;
    for to in [3, 4, 5] {
        let order = json!({ "targetInstances": to, "reason": "by hand" });
        house.post(&format!("/api/deployments/{id}/scaling/manual"), &token, order).await.of(200);
        house.tick_after(60).await;
    }
    let path = format!("/api/deployments/{id}/scaling/history");
    let first = house.get(&format!("{path}?limit=2&type=manual"), Some(&token)).await.of(200);
    let to = |page: &Value| page["events"].as_array().expect("events").iter().map(|event| event["toInstances"].clone()).collect::<Vec<_>>();
    assert_eq!(to(&first), [json!(5), json!(4)]);
    for field in ["id", "eventType", "fromInstances", "toInstances", "reason", "policyId", "metricsSnapshot", "createdAt"] {
        assert!(first["events"][0].as_object().is_some_and(|event| event.contains_key(field)), "{field}");
    }
    let cursor = first["nextCursor"].as_str().expect("a next page");
    let second = house.get(&format!("{path}?limit=2&type=manual&before={cursor}"), Some(&token)).await.of(200);
    assert_eq!((to(&second), &second["nextCursor"]), (vec![json!(3)], &Value::Null));
    let newest = first["events"][0]["createdAt"].as_str().expect("a time");
    let since = house.get(&format!("/api/events?since={newest}"), Some(&token)).await.of(200);
    assert_eq!(to(&since), [json!(5)]);
    assert_eq!(house.get("/api/events?since=yesterday", Some(&token)).await.refused(400), "bad_request");
    assert_eq!(house.get(&format!("{path}?before=x"), Some(&token)).await.refused(422), "invalid");
    house.close().await;
}

async fn deployments_are_listed_changed_and_removed() {
    let house = House::open().await;
    let token = house.token("admin").await;
    let (a, b) = (house.add("a", 50.0).await, house.add("b", 50.0).await);
    let first = house.get("/api/deployments?limit=1", Some(&token)).await.of(200);
    let cursor = first["nextCursor"].as_str().expect("a next page").to_owned();
    let second = house.get(&format!("/api/deployments?limit=1&after={cursor}"), Some(&token)).await.of(200);
    let mut listed = vec![first["deployments"][0]["id"].clone(), second["deployments"][0]["id"].clone()];
    listed.sort_by_key(ToString::to_string);
    let mut added = vec![json!(a), json!(b)];
    added.sort_by_key(ToString::to_string);
    assert_eq!((listed, &second["nextCursor"]), (added, &Value::Null));

    let path = format!("/api/deployments/{a}");
    let change = json!({ "name": "shop", "tags": ["web", "shop"], "responseTimeMs": 500, "intervalSeconds": 10 });
    let changed = house.send("PATCH", &path, Some(&token), Some(change)).await.of(200);
    assert_eq!((&changed["deployment"]["name"], &changed["deployment"]["tags"]), (&json!("shop"), &json!(["shop", "web"])));
    assert_eq!(changed["deployment"]["objectives"]["responseTimeMs"], 500.0);
    let cleared = house.send("PATCH", &path, Some(&token), Some(json!({ "responseTimeMs": null }))).await.of(200);
    assert_eq!(
        (&cleared["deployment"]["objectives"]["responseTimeMs"], &cleared["deployment"]["intervalSeconds"]),
        (&Value::Null, &json!(10))
    );
    assert_eq!(house.get(&path, Some(&token)).await.of(200), cleared);
    assert_eq!(house.send("PATCH", &path, Some(&token), Some(json!({ "name": "b" }))).await.refused(409), "conflict");
    assert_eq!(house.send("PATCH", &path, Some(&token), Some(json!({ "intervalSeconds": 0 }))).await.refused(422), "invalid");

    house.send("DELETE", &path, Some(&token), None).await.of(200);
    assert_eq!(house.get(&path, Some(&token)).await.refused(404), "not_found");
    house.close().await;
}

async fn every_operation_is_there_under_its_name() {
    let house = House::open().await;
    let token = house.token("admin").await;
    for operation in ALL {
        let answer = house.post(&format!("/api/operations/{}", operation.name), &token, json!({})).await;
        assert!([200, 400, 403, 409, 422].contains(&answer.status), "{}: {} {}", operation.name, answer.status, answer.body);
    }
    assert_eq!(house.post("/api/operations/no_such_thing", &token, json!({})).await.refused(404), "not_found");
    assert_eq!(house.get("/api/operations/get_overview", Some(&token)).await.refused(405), "method_not_allowed");
    house.close().await;
}

async fn a_request_under_a_key_is_carried_out_once() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 50.0).await;
    house.tick_after(30).await;
    let path = format!("/api/deployments/{id}/scaling/manual");
    let headers = |key: &str| -> Vec<(String, String)> {
        [("authorization", format!("Bearer {token}")), ("content-type", "application/json".to_owned()), ("idempotency-key", key.to_owned())]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec()
    };
    let body = json!({ "targetInstances": 4, "reason": "once" }).to_string();
    let first = house.send_with("POST", &path, &headers("k1"), Some(&body)).await.of(200);
    let second = house.send_with("POST", &path, &headers("k1"), Some(&body)).await.of(200);
    assert_eq!(first["id"], second["id"]);
    let other = json!({ "targetInstances": 3, "reason": "once" }).to_string();
    assert_eq!(house.send_with("POST", &path, &headers("k1"), Some(&other)).await.refused(422), "key_reused");
    let refused = json!({ "targetInstances": 3, "reason": "" }).to_string();
    for _ in 0..2 {
        assert_eq!(house.send_with("POST", &path, &headers("k2"), Some(&refused)).await.refused(422), "invalid");
    }
    let history = house.get(&format!("/api/deployments/{id}/scaling/history?type=manual"), Some(&token)).await.of(200);
    assert_eq!(history["events"].as_array().map(Vec::len), Some(1));
    house.close().await;
}

async fn faults_come_back_at_once_each_with_its_field() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let path = format!("/api/deployments/{}/scaling/policy", house.add("web", 50.0).await);
    let answer =
        house.post(&path, &token, json!({ "templateId": "web-app-balanced", "minInstances": 9, "maxInstances": 3, "name": "" })).await;
    let problem = answer.json();
    assert_eq!(answer.refused(422), "invalid");
    let fields: Vec<&str> = problem["errors"].as_array().expect("faults").iter().filter_map(|fault| fault["field"].as_str()).collect();
    assert!(fields.contains(&"name") && fields.len() >= 2, "{fields:?}");
    let wrong_type = house.post(&path, &token, json!({ "maxInstances": "many" })).await;
    assert!(wrong_type.body.contains("many"), "{}", wrong_type.body);
    assert_eq!(wrong_type.refused(400), "bad_request");
    house.close().await;
}

async fn unknown_fields_are_ignored_and_named() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let path = format!("/api/deployments/{}/scaling/policy", house.add("web", 50.0).await);
    let saved = house.post(&path, &token, json!({ "templateId": "web-app-balanced", "colour": "blue" })).await.of(201);
    let advice = saved["advice"].as_array().expect("advice");
    assert!(advice.iter().any(|advice| advice["field"] == "colour"), "{advice:?}");
    house.close().await;
}

async fn health_says_more_to_who_shows_a_token() {
    let house = House::open().await;
    let token = house.token("viewer").await;
    assert_eq!(house.get("/health", None).await.of(200), json!({ "status": "ok" }));
    house.add("web", 50.0).await;
    house.tick_after(30).await;
    let health = house.get("/health", Some(&token)).await.of(200);
    assert_eq!((&health["status"], &health["version"], &health["deployments"]), (&json!("ok"), &json!("0.0.0-test"), &json!(1)));
    assert_eq!((&health["uptimeSeconds"], &health["lastEvaluationAgeSeconds"]), (&json!(30.0), &json!(0.0)));
    house.clock.advance(chrono::TimeDelta::seconds(91));
    assert_eq!(house.get("/health", None).await.of(503), json!({ "status": "failing" }), "no evaluation for three intervals");
    house.close().await;
}

async fn metrics_count_evaluations_decisions_and_money() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 50.0).await;
    house.post(&format!("/api/deployments/{id}/scaling/policy"), &token, template()).await.of(201);
    house.tick_after(30).await;
    house.tick_after(30).await;
    let metrics = house.get("/metrics", Some(&token)).await;
    assert_eq!(metrics.status, 200);
    for line in [
        "headroom_evaluations_total 2",
        "headroom_tick_duration_seconds_count 2",
        "headroom_decisions_total{action=\"no_change\",reason=",
        "headroom_deployments 1",
        &format!("headroom_ready_instances{{deployment=\"{id}\",name=\"web\"}} 2"),
        &format!("headroom_spend_month_to_date{{deployment=\"{id}\",name=\"web\",currency=\"USD\"}} 0.0"),
    ] {
        assert!(metrics.body.contains(line), "{line} is in\n{}", metrics.body);
    }
    assert!(metrics.body.ends_with("# EOF\n"));
    house.close().await;
}

async fn the_description_covers_every_answer_that_is_given_here() {
    let house = House::open().await;
    let described = house.get("/openapi.json", None).await.of(200);
    assert_eq!(described["openapi"], "3.1.0");
    assert_eq!(described["paths"].as_object().map(|paths| paths.len() > ALL.len()), Some(true));
    let page = house.get("/docs", None).await;
    assert!(page.status == 200 && page.body.contains("/docs/page.js"), "{}", page.body);
    assert!(house.get("/docs/page.js", None).await.body.contains("/openapi.json"));
    house.close().await;
}

async fn both_loopbacks_answer() {
    let house = House::open().await;
    for address in &house.addresses {
        let answer = tokio::task::spawn_blocking({
            let url = format!("http://{address}/health");
            move || ureq::get(&url).call().map(|response| response.status().as_u16())
        });
        assert_eq!(answer.await.expect("asked").ok(), Some(200), "{address}");
    }
    house.close().await;
}

async fn requests_have_names() {
    let house = House::open().await;
    let named = house.send_with("GET", "/health", &[("x-request-id".to_owned(), "mine-1".to_owned())], None).await;
    assert_eq!(named.headers.get("x-request-id").map(String::as_str), Some("mine-1"));
    let unnamed = house.get("/health", None).await;
    assert_eq!(unnamed.headers.get("x-request-id").map(String::len), Some(36));
    let strange = house.send_with("GET", "/health", &[("x-request-id".to_owned(), "<script>".to_owned())], None).await;
    assert_eq!(strange.headers.get("x-request-id").map(String::len), Some(36), "not what was sent");
    house.close().await;
}

async fn the_evaluation_interval_is_set_over_rest() {
    let house = House::open().await;
    let token = house.token("admin").await;
    let id = house.add("web", 50.0).await;
    let saved = house.post("/api/operations/update_settings", &token, json!({ "evaluationIntervalSeconds": 60 })).await.of(200);
    assert_eq!(saved["evaluationIntervalSeconds"], 60);
    let status = house.get(&format!("/api/deployments/{id}/scaling/status"), Some(&token)).await.of(200);
    assert_eq!(status["intervalSeconds"], 60);
    house.close().await;
}

async fn the_window_is_served_as_a_page_that_may_only_talk_to_us() {
    let house = House::open().await;
    let page = house.get("/", None).await;
    assert_eq!(
        (page.status, page.headers.get("content-type").map(String::as_str)),
        (200, Some("text/html")),
        "built by `npm run build` in ui"
    );
    let policy = &page.headers["content-security-policy"];
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe-eval") && !policy.contains("script-src"), "{policy}");
    let script = page.body.split("src=\"./").nth(1).and_then(|rest| rest.split('"').next()).expect("a script");
    let script = house.get(&format!("/{script}"), None).await;
    assert_eq!((script.status, script.headers.get("content-type").map(String::as_str)), (200, Some("text/javascript")));
    house.close().await;
}

//! The guide's snippets, as they are printed: run by Node with the stock `socket.io-client`, against a real door.
//!
//! The files in `guide/` are the snippets; nothing in them may be changed. What they presuppose (`deploymentId`, `token`, a page of
//! that origin) is put before them, what shows their result after them.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::house::{BOUND, House, trials};

trials![
    a_policy_is_created_its_status_read_and_scaled_by_hand,
    the_custom_policy_is_taken,
    the_printed_bodies_are_taken_and_the_printed_answer_is_a_part_of_ours,
    a_budget_is_set_and_costs_are_analysed,
    the_socket_hears_scaling_and_budgets,
];

/// A page of `localhost:3000`: relative addresses, and connections to that port reach the door wherever it is.
const PAGE: &str = r#"
import net from 'node:net';
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...values) {
  const options = Array.isArray(values[0]) ? values[0][0] : values[0];
  if (Number(options?.port) === 3000) options.port = Number(process.env.DOOR);
  return connect.apply(this, values);
};
const fetched = globalThis.fetch;
globalThis.fetch = (address, options) => fetched(new URL(address, 'http://localhost:3000'), options);
globalThis.deploymentId = process.env.DEPLOYMENT;
globalThis.token = globalThis.JWT_TOKEN = process.env.TOKEN;
"#;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn snippet(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/guide").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A snippet in Node, and the lines that it prints. Ended with its handle.
struct Running {
    child: Child,
    lines: Receiver<String>,
    _folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// The next line of the output.
    fn line(&self) -> String {
        self.lines.recv_timeout(BOUND).expect("another line")
    }

    /// The rest of the output, once it has ended well.
    fn rest(mut self) -> Vec<String> {
        let lines: Vec<String> = self.lines.iter().collect();
        assert!(self.child.wait().expect("ends").success(), "{lines:?}");
        lines
    }
}

fn run(house: &House, deployment: &str, token: &str, snippet: &str, after: &str) -> Running {
    let packages = top().join("ui/node_modules").canonicalize().expect("ui/node_modules: run scripts/set-up.sh test");
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(packages, folder.path().join("node_modules")).expect("linked");
    std::fs::write(folder.path().join("page.mjs"), PAGE).expect("written");
    std::fs::write(folder.path().join("snippet.mjs"), format!("{snippet}\n{after}\n")).expect("written");
    let mut child = Command::new("node")
        .args(["--import", "./page.mjs", "snippet.mjs"])
        .current_dir(folder.path())
        .env("DOOR", house.address.port().to_string())
        .env("DEPLOYMENT", deployment)
        .env("TOKEN", token)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let (say, lines) = channel();
    std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
    Running { child, lines, _folder: folder }
}

async fn printed(house: &House, deployment: &str, token: &str, name: &str, after: &str) -> Vec<String> {
    let running = run(house, deployment, token, &snippet(name), after);
    tokio::task::spawn_blocking(move || running.rest()).await.expect("ran")
}

async fn a_policy_is_created_its_status_read_and_scaled_by_hand() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 50.0).await;
    let after = "console.log(response.status, JSON.stringify(await response.json()));";
    let lines = printed(&house, &id, &token, "create-policy.js", after).await;
    let (status, saved) = lines[0].split_once(' ').expect("status and body");
    let saved: Value = serde_json::from_str(saved).expect("a policy");
    assert_eq!(
        (status, &saved["name"], &saved["minInstances"], &saved["maxInstances"]),
        ("201", &json!("My Web App Scaling"), &json!(2), &json!(20))
    );
    house.tick_after(30).await;
    let lines = printed(&house, &id, &token, "status.js", "").await;
    assert_eq!(lines, ["Current instances: 2", "Auto-scaling enabled: true"]);
    let lines = printed(&house, &id, &token, "manual.js", "console.log('sent');").await;
    assert_eq!(lines, ["sent"]);
    house.tick_after(30).await;
    let lines = printed(&house, &id, &token, "status.js", "").await;
    assert_eq!(lines[0], "Current instances: 5");
    house.close().await;
}

async fn the_custom_policy_is_taken() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("api", 50.0).await;
    let lines = printed(&house, &id, &token, "custom-policy.js", "console.log(JSON.stringify(customPolicy));").await;
    let policy: Value = serde_json::from_str(&lines[0]).expect("a policy");
    let saved = house.post(&format!("/api/deployments/{id}/scaling/policy"), &token, policy.clone()).await.of(201);
    for (field, value) in policy.as_object().expect("fields").iter().filter(|(field, _)| *field != "metrics") {
        assert!(saved[field] == *value || saved[field].as_f64() == value.as_f64(), "{field}: {} for {value}", saved[field]);
    }
    assert_eq!(saved["metrics"].as_array().map(Vec::len), Some(3));
    house.close().await;
}

async fn the_printed_bodies_are_taken_and_the_printed_answer_is_a_part_of_ours() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 50.0).await;
    let body = |name: &str| serde_json::from_str::<Value>(&snippet(name)).expect("JSON");
    house.post(&format!("/api/deployments/{id}/scaling/policy"), &token, body("policy-body.json")).await.of(201);
    house.tick_after(30).await;
    let status = house.get(&format!("/api/deployments/{id}/scaling/status"), Some(&token)).await.of(200);
    has_the_form_of(&body("status-answer.json"), &status, "");
    house.post(&format!("/api/deployments/{id}/scaling/manual"), &token, body("manual-body.json")).await.of(200);
    house.close().await;
}

/// Every field of `printed` is in `ours`, with a value of the same type.
fn has_the_form_of(printed: &Value, ours: &Value, path: &str) {
    match (printed, ours) {
        (Value::Object(printed), Value::Object(ours)) => {
            for (name, value) in printed {
                has_the_form_of(value, ours.get(name).unwrap_or(&Value::Null), &format!("{path}.{name}"));
            }
        }
        _ => assert_eq!(std::mem::discriminant(printed), std::mem::discriminant(ours), "{path}: {ours}"),
    }
}

async fn a_budget_is_set_and_costs_are_analysed() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 50.0).await;
    let lines = printed(&house, &id, &token, "budget.js", "console.log('sent');").await;
    assert_eq!(lines, ["sent"]);
    let path = format!("/api/deployments/{id}/resources/budget");
    let budget = house.get(&path, Some(&token)).await.of(200);
    assert_eq!((&budget["monthlyLimit"], &budget["warningThreshold"]), (&json!(500.0), &json!(75.0)));
    assert_eq!((&budget["criticalThreshold"], &budget["isEnabled"]), (&json!(90.0), &json!(true)));
    assert!(budget["status"].is_object(), "{budget}");
    // Set again, it is the same budget.
    let raised = house.send("PUT", &path, Some(&token), Some(json!({ "monthlyLimit": 600 }))).await.of(200);
    assert_eq!((&raised["id"], &raised["monthlyLimit"], &raised["warningThreshold"]), (&budget["id"], &json!(600.0), &json!(75.0)));

    house.tick_after(30).await;
    house.tick_after(30).await;
    let after = "console.log(JSON.stringify(data));";
    let lines = printed(&house, &id, &token, "analytics.js", after).await;
    let data: Value = serde_json::from_str(lines.last().expect("a line")).expect("an answer");
    let costs = &data["costAnalytics"];
    let total = costs["totalCost"].as_f64().expect("a total");
    let parts: f64 =
        ["compute", "storage", "network", "other"].iter().map(|part| costs["costBreakdown"][part].as_f64().expect("a part")).sum();
    assert!(total > 0.0 && (parts - total).abs() < 1e-9, "{costs}");
    assert!(costs["utilizationMetrics"].is_object() && costs["efficiency"].is_number(), "{costs}");
    assert!(data["recommendations"].is_array(), "{data}");
    house.close().await;
}

async fn the_socket_hears_scaling_and_budgets() {
    let house = House::open().await;
    let token = house.token("operator").await;
    let id = house.add("web", 95.0).await;
    let policy = json!({ "templateId": "web-app-balanced", "minInstances": 2, "maxInstances": 20 });
    house.post(&format!("/api/deployments/{id}/scaling/policy"), &token, policy).await.of(201);
    // In order: when this is acknowledged, what the snippet asked for is done.
    let after = "socket.emit('subscribe:deployment', { deploymentId }, (answer) => console.log('subscribed', answer.ok));";
    let running = run(&house, &id, &token, &snippet("websocket.js"), after);
    let (running, first) = line(running).await;
    assert_eq!(first, "subscribed true");
    house.tick_after(60).await;
    let (running, scaled) = line(running).await;
    assert!(scaled.starts_with("Scaled from 2 to "), "{scaled}");
    let (running, reason) = line(running).await;
    assert!(reason.starts_with("Reason: 2 → ") && reason.contains("CPU 95"), "{reason}");
    let tiny = json!({ "monthlyLimit": 0.01, "isEnabled": true });
    house.send("PUT", &format!("/api/deployments/{id}/resources/budget"), Some(&token), Some(tiny)).await.of(200);
    house.tick_after(3_600).await;
    let mut running = running;
    // Further steps may come first.
    loop {
        let (next, line) = line(running).await;
        running = next;
        if let Some(message) = line.strip_prefix("Budget alert: ") {
            assert!(!message.is_empty() && message != "undefined", "{message}");
            break;
        }
        assert!(line.starts_with("Scaled from ") || line.starts_with("Reason: "), "{line}");
    }
    drop(running);
    house.close().await;
}

async fn line(running: Running) -> (Running, String) {
    tokio::task::spawn_blocking(move || {
        let line = running.line();
        (running, line)
    })
    .await
    .expect("read")
}

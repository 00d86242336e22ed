//! Everything that `/openapi.json` allows, and much that it does not, asked with a token of each role: nothing breaks, nothing is answered
//! that is not described. Made by schemathesis from a fixed seed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use headroom_server::settings::ServeArguments;
use serde_json::{Value, json};

use crate::house::{House, trials};

trials![a_viewer_finds_no_fault, an_operator_finds_no_fault, an_admin_finds_no_fault];

/// What is held: no failure of ours, nothing undocumented, no answer off its schema. Who is let in is held in `security`: asking that often
/// without a token is slowed down.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method";

async fn a_viewer_finds_no_fault() {
    finds_no_fault("viewer", "fuzzing").await;
}

async fn an_operator_finds_no_fault() {
    finds_no_fault("operator", "fuzzing").await;
}

async fn an_admin_finds_no_fault() {
    // What stands at the bounds of each schema too, for the one who reaches everything.
    finds_no_fault("admin", "coverage,fuzzing").await;
}

async fn finds_no_fault(role: &str, phases: &str) {
    let arguments = ServeArguments { requests_per_second: std::num::NonZeroU32::new(100_000), ..ServeArguments::default() };
    let house = House::open_with(arguments).await;
    let token = house.token(role).await;
    let id = house.add("web", 50.0).await;
    house.call("save_policy", json!({ "deploymentId": id, "draft": { "templateId": "web-app-balanced" } })).await;
    house.call("save_budget", json!({ "draft": { "name": "all", "monthlyLimit": 500, "scope": { "kind": "all" } } })).await;
    house.tick_after(30).await;
    let described = with_known(house.get("/openapi.json", None).await.of(200), &id);
    let file = house.folder.path().join("openapi.json");
    std::fs::write(&file, described.to_string()).expect("written");
    let mut command = Command::new(program());
    command
        .current_dir(house.folder.path())
        .args(["run", "--url", &format!("http://{}", house.address), "--checks", CHECKS, "--phases", phases, "--seed", "7"])
        .args(["--max-examples", "15", "--no-shrink", "--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off"])
        .args(["--header", &format!("Authorization: Bearer {token}"), "--exclude-operation-id", "revoke_token", "--no-color"])
        .arg(&file)
        .stdin(Stdio::null());
    let ran = tokio::task::spawn_blocking(move || command.output()).await.expect("ran").expect("schemathesis runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "as {role}:\n{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(house.get("/api/deployments", Some(&token)).await.status, 200, "it still answers");
    house.close().await;
}

fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/schemathesis/.venv/bin/st");
    program.canonicalize().expect("schemathesis: run scripts/set-up.sh test")
}

/// The same description, in which the id of a deployment that is there is among what may be tried.
fn with_known(mut described: Value, id: &str) -> Value {
    let known = json!({ "anyOf": [{ "const": id }, { "type": "string" }] });
    described["components"]["schemas"]["DeploymentId"] = known.clone();
    for (_, methods) in described["paths"].as_object_mut().expect("paths") {
        for (method, described) in methods.as_object_mut().expect("methods") {
            let parameters = described.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
            for parameter in parameters.filter(|parameter| parameter["in"] == "path" && method != "delete") {
                parameter["schema"] = known.clone();
            }
        }
    }
    described
}

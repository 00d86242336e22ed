//! A small WebDriver client: the calls of the W3C recommendation that the journeys need, each with a bound.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use ureq::Agent;

/// The longest wait inside the page that a journey may ask for, with room for the driver's own answer to it.
const LONGEST_SCRIPT: Duration = Duration::from_secs(180);

/// Any other call: a cold start of the web view on a busy machine is the slowest.
const LONGEST_CALL: Duration = Duration::from_secs(60);

/// An open window under the driver's hand.
pub(crate) struct Session {
    agent: Agent,
    address: String,
}

impl Session {
    /// Opens `binary` with `arguments` under the driver that listens on `port`.
    pub(crate) fn open(port: u16, binary: &Path, arguments: &[String]) -> Self {
        let agent = agent();
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": binary, "args": arguments },
            "timeouts": { "script": LONGEST_SCRIPT.as_millis() as u64, "implicit": 0 },
        } } });
        let opened =
            post(&agent, &format!("http://127.0.0.1:{port}/session"), &wanted).unwrap_or_else(|error| panic!("open the window: {error}"));
        let id = opened["sessionId"].as_str().expect("a session has an id");
        Self { agent, address: format!("http://127.0.0.1:{port}/session/{id}") }
    }

    /// Opens a browser without a screen at `address`, under the driver that listens on `port`.
    pub(crate) fn browse(port: u16, address: &str) -> Self {
        let agent = agent();
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,800"] },
            "timeouts": { "script": LONGEST_SCRIPT.as_millis() as u64, "implicit": 0 },
        } } });
        let opened =
            post(&agent, &format!("http://127.0.0.1:{port}/session"), &wanted).unwrap_or_else(|error| panic!("open the browser: {error}"));
        let id = opened["sessionId"].as_str().expect("a session has an id");
        let session = Self { agent, address: format!("http://127.0.0.1:{port}/session/{id}") };
        post(&session.agent, &format!("{}/url", session.address), &json!({ "url": address }))
            .unwrap_or_else(|error| panic!("open {address}: {error}"));
        session
    }

    /// Whether a driver listens on `port` and takes sessions.
    pub(crate) fn is_ready(port: u16) -> bool {
        agent().get(format!("http://127.0.0.1:{port}/status")).call().is_ok()
    }

    /// Runs `script` in the page; its last argument is the function that gives the answer.
    pub(crate) fn run(&self, script: &str, arguments: &[Value]) -> Result<Value, String> {
        let patient = agent_with(LONGEST_SCRIPT + LONGEST_CALL);
        post(&patient, &format!("{}/execute/async", self.address), &json!({ "script": script, "args": arguments }))
    }

    /// Clicks like a person: on what is visible and not covered.
    pub(crate) fn click(&self, element: &Value) -> Result<(), String> {
        let id = element_id(element)?;
        post(&self.agent, &format!("{}/element/{id}/click", self.address), &json!({})).map(drop)
    }

    /// Moves the pointer over an element.
    pub(crate) fn point_at(&self, element: &Value) -> Result<(), String> {
        let over = json!({ "type": "pointerMove", "duration": 0, "origin": element, "x": 0, "y": 0 });
        let moves = json!({ "actions": [{ "type": "pointer", "id": "mouse", "actions": [over] }] });
        post(&self.agent, &format!("{}/actions", self.address), &moves).map(drop)
    }

    /// Types into a field, after what stands there.
    pub(crate) fn type_text(&self, element: &Value, text: &str) -> Result<(), String> {
        let id = element_id(element)?;
        post(&self.agent, &format!("{}/element/{id}/value", self.address), &json!({ "text": text })).map(drop)
    }

    /// Presses keys together and lets them go again, as the keyboard does: whatever has the focus gets them.
    pub(crate) fn press_keys(&self, keys: &[&str]) -> Result<(), String> {
        let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        let actions: Vec<Value> = down.chain(up).collect();
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        post(&self.agent, &format!("{}/actions", self.address), &keyboard).map(drop)
    }

    /// The window as PNG.
    pub(crate) fn screenshot(&self) -> Result<Vec<u8>, String> {
        let answer = self.agent.get(format!("{}/screenshot", self.address)).call().map_err(|error| error.to_string())?;
        let picture: Value = answer.into_body().read_json().map_err(|error| error.to_string())?;
        let text = picture["value"].as_str().ok_or("a screenshot is text in base64")?;
        base64::engine::general_purpose::STANDARD.decode(text).map_err(|error| error.to_string())
    }

    /// Closes the window and ends the session.
    pub(crate) fn close(&self) {
        // A window that is gone already is closed too.
        let _ = self.agent.delete(&self.address).call();
    }
}

/// How WebDriver names an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

fn element_id(element: &Value) -> Result<&str, String> {
    element[ELEMENT].as_str().ok_or_else(|| format!("not an element: {element}"))
}

fn agent() -> Agent {
    agent_with(LONGEST_CALL)
}

fn agent_with(longest: Duration) -> Agent {
    Agent::config_builder().timeout_global(Some(longest)).http_status_as_error(false).build().into()
}

fn post(agent: &Agent, address: &str, body: &Value) -> Result<Value, String> {
    let answer = agent.post(address).send_json(body).map_err(|error| format!("{address}: {error}"))?;
    let is_refused = !answer.status().is_success();
    let mut answer: Value = answer.into_body().read_json().map_err(|error| format!("{address}: {error}"))?;
    let value = answer["value"].take();
    if is_refused { Err(format!("{}: {}", value["error"], value["message"])) } else { Ok(value) }
}

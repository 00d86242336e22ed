//! Socket.IO: who subscribed to a deployment hears what is done to it, in the order in which it was committed.
//!
//! One task hears the engine, keeps the newest messages, and puts each into the queues of those who subscribed. It waits for nobody: a
//! client whose queue is full misses messages and is told to reload once it reads again. Described in `docs/websocket.md`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_engine::event::{Changed, Event, Topic};
use headroom_engine::operations::{GetScalingStatus, Operation as _};
use headroom_engine::tokens::Bearer;
use headroom_engine::{Engine, Subscription};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::ConnectHandler as _;
use socketioxide::layer::SocketIoLayer;
use socketioxide::socket::Sid;

use crate::door::Door;

/// Where Socket.IO listens.
pub(crate) const PATH: &str = "/socket.io";
/// Messages that a client may be behind before it is told to reload.
const QUEUE: usize = 256;
/// Messages that are kept for those who come back.
const KEPT: usize = 1_024;
/// Connections at once; the next one is refused.
const MOST_CONNECTIONS: usize = 5_000;
/// Deployments that one connection may subscribe to.
const MOST_SUBSCRIPTIONS: usize = 10_000;
/// Bytes of one message of a client: a subscription names one deployment.
const LONGEST_MESSAGE: usize = 16 << 10;
/// Who does not show a token by then is let go.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Who is connected, what they hear, and what was said lately.
struct Hall {
    engine: Engine,
    /// Of this run: a cursor of another one tells nothing.
    run: String,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    sessions: HashMap<Sid, Session>,
    /// The number of the newest message.
    newest: u64,
    kept: VecDeque<Arc<Message>>,
    /// What was last told of each deployment's evaluations.
    told: HashMap<DeploymentId, DateTime<Utc>>,
}

struct Session {
    socket: SocketRef,
    bearer: Bearer,
    everything: bool,
    deployments: HashSet<DeploymentId>,
    /// It missed something and was not told yet.
    is_behind: bool,
}

/// One message, as it goes out.
struct Message {
    number: u64,
    /// None: about all, or none in particular.
    about: Option<DeploymentId>,
    name: &'static str,
    payload: Value,
    /// Only for those who hear everything.
    is_raw: bool,
}

#[derive(Debug, Deserialize)]
struct Credentials {
    token: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscribe {
    deployment_id: DeploymentId,
    /// The cursor of the last message that was heard.
    #[serde(default)]
    since: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct SubscribeAll {
    #[serde(default)]
    since: Option<String>,
}

/// What a client is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Acknowledged {
    ok: bool,
    /// Give it back as `since` after a reconnect.
    cursor: String,
    /// What was missed cannot be told any more: read everything again.
    reload: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Why a connection is refused.
#[derive(Debug)]
struct NotConnected(String);

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What pushes the engine's events to whoever listens.
pub struct Pusher {
    hall: Arc<Hall>,
    events: Subscription,
    io: SocketIo,
}

/// The layer that answers [`PATH`], and what pushes through it.
pub(crate) fn layer(door: &Door) -> (SocketIoLayer, Pusher) {
    let (layer, io) = SocketIo::builder()
        .req_path(PATH)
        .max_buffer_size(QUEUE)
        .max_payload(LONGEST_MESSAGE as u64)
        .ws_max_message_size(LONGEST_MESSAGE)
        .ws_max_frame_size(LONGEST_MESSAGE)
        .connect_timeout(CONNECT_LIMIT)
        .build_layer();
    let events = door.engine.subscribe();
    let hall = Arc::new(Hall { engine: door.engine.clone(), run: uuid::Uuid::new_v4().simple().to_string(), inside: Mutex::default() });
    let (checked, entered) = (hall.clone(), hall.clone());
    let gate = door.gate.clone();
    let check = move |socket: SocketRef, TryData(shown): TryData<Credentials>| {
        let (hall, gate) = (checked.clone(), gate.clone());
        async move {
            let address = socket.req_parts().extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip());
            let bearer = hall.bearer(shown.ok());
            if bearer.is_err()
                && let Err(problem) = gate.slow_down_stranger(address)
            {
                return Err(NotConnected(problem.detail));
            }
            let full = "Too many are connected. Try again later.";
            if hall.inside.lock().sessions.len() >= MOST_CONNECTIONS {
                return Err(NotConnected(full.to_owned()));
            }
            bearer.map(|_| ())
        }
    };
    let enter = move |socket: SocketRef, TryData(shown): TryData<Credentials>| {
        let hall = entered.clone();
        async move { hall.enter(socket, shown.ok()) }
    };
    // Without a message handler nothing can happen yet, so the namespace may be added at once.
    io.ns("/", enter.with(check));
    (layer, Pusher { hall, events, io })
}

impl Hall {
    fn bearer(&self, shown: Option<Credentials>) -> Result<Bearer, NotConnected> {
        let shown = shown.ok_or_else(|| NotConnected("Show a token: io(url, { auth: { token } }).".to_owned()))?;
        self.engine.authenticate(&shown.token).map_err(|refused| NotConnected(refused.message().to_owned()))
    }

    fn enter(self: &Arc<Self>, socket: SocketRef, shown: Option<Credentials>) {
        // It was good a moment ago.
        let Ok(bearer) = self.bearer(shown) else {
            let _ = socket.disconnect();
            return;
        };
        let session = Session { socket: socket.clone(), bearer, everything: false, deployments: HashSet::new(), is_behind: false };
        self.inside.lock().sessions.insert(socket.id, session);
        let hall = self.clone();
        socket.on("subscribe:deployment", move |socket: SocketRef, TryData(ask): TryData<Subscribe>, ack: AckSender| {
            let hall = hall.clone();
            async move {
                let answer = match ask {
                    Ok(ask) => hall.subscribe(&socket, ask).await,
                    Err(_) => hall.refusal("bad_request", "Say which: { deploymentId }."),
                };
                answered(ack, &answer);
            }
        });
        let hall = self.clone();
        socket.on("unsubscribe:deployment", move |socket: SocketRef, TryData(ask): TryData<Subscribe>, ack: AckSender| {
            let hall = hall.clone();
            async move {
                let answer = match ask {
                    Ok(ask) => {
                        if let Some(session) = hall.inside.lock().sessions.get_mut(&socket.id) {
                            session.deployments.remove(&ask.deployment_id);
                        }
                        hall.agreed(false)
                    }
                    Err(_) => hall.refusal("bad_request", "Say which: { deploymentId }."),
                };
                answered(ack, &answer);
            }
        });
        let hall = self.clone();
        socket.on("subscribe:all", move |socket: SocketRef, TryData(ask): TryData<SubscribeAll>, ack: AckSender| {
            let hall = hall.clone();
            async move {
                let since = ask.unwrap_or_default().since;
                let answer = hall.join(socket.id, since.as_deref(), |session| {
                    session.everything = true;
                    Ok(())
                });
                answered(ack, &answer);
            }
        });
        let hall = self.clone();
        socket.on_disconnect(move |socket: SocketRef| {
            let hall = hall.clone();
            async move { _ = hall.inside.lock().sessions.remove(&socket.id) }
        });
    }

    async fn subscribe(&self, socket: &SocketRef, ask: Subscribe) -> Acknowledged {
        let Some(bearer) = self.inside.lock().sessions.get(&socket.id).map(|session| session.bearer.clone()) else {
            return self.refusal("unauthorized", "The connection is over.");
        };
        let status = GetScalingStatus { deployment_id: ask.deployment_id.clone() };
        let input = serde_json::to_value(status).unwrap_or_default();
        if let Err(error) = self.engine.call(&bearer.caller, GetScalingStatus::NAME, input).await {
            return Acknowledged { message: Some(error.message), ..self.refusal("not_found", "") };
        }
        self.join(socket.id, ask.since.as_deref(), |session| {
            if session.deployments.len() >= MOST_SUBSCRIPTIONS {
                return Err("This connection hears 10,000 deployments. Use `subscribe:all`.");
            }
            session.deployments.insert(ask.deployment_id);
            Ok(())
        })
    }

    /// Subscribes, and tells what was missed; nothing is said in between.
    fn join(&self, id: Sid, since: Option<&str>, subscribe: impl FnOnce(&mut Session) -> Result<(), &'static str>) -> Acknowledged {
        let mut inside = self.inside.lock();
        let Inside { sessions, kept, newest, .. } = &mut *inside;
        let Some(session) = sessions.get_mut(&id) else { return self.refusal("unauthorized", "The connection is over.") };
        let before = (session.everything, session.deployments.clone());
        if let Err(message) = subscribe(session) {
            return self.refusal("conflict", message);
        }
        let mut reload = false;
        if let Some(since) = since {
            let heard = since.rsplit_once('-').filter(|(run, _)| *run == self.run).and_then(|(_, number)| number.parse::<u64>().ok());
            let oldest = kept.front().map_or(*newest, |message| message.number - 1);
            match heard {
                Some(heard) if oldest <= heard => {
                    // What the connection heard already under another subscription is not said twice.
                    let is_new = |message: &&Arc<Message>| heard < message.number && !was_heard(&before, message);
                    for message in kept.iter().filter(is_new) {
                        session.hear(message, &self.run);
                    }
                }
                _ => reload = true,
            }
        }
        Acknowledged { ok: true, cursor: format!("{}-{newest}", self.run), reload, code: None, message: None }
    }

    fn agreed(&self, reload: bool) -> Acknowledged {
        Acknowledged { ok: true, cursor: format!("{}-{}", self.run, self.inside.lock().newest), reload, code: None, message: None }
    }

    fn refusal(&self, code: &'static str, message: &str) -> Acknowledged {
        Acknowledged { ok: false, cursor: String::new(), reload: false, code: Some(code), message: Some(message.to_owned()) }
    }

    /// Keeps a message, and puts it into the queues of those who hear it.
    fn say(&self, about: Option<DeploymentId>, name: &'static str, payload: Value, is_raw: bool) {
        let mut inside = self.inside.lock();
        inside.newest += 1;
        let message = Arc::new(Message { number: inside.newest, about, name, payload, is_raw });
        if inside.kept.len() == KEPT {
            inside.kept.pop_front();
        }
        inside.kept.push_back(message.clone());
        for session in inside.sessions.values_mut() {
            session.hear(&message, &self.run);
        }
    }

    /// Nothing that was kept is whole any more: everybody reads again.
    fn reload(&self) {
        let mut inside = self.inside.lock();
        inside.newest += 1;
        inside.kept.clear();
        for session in inside.sessions.values_mut() {
            session.is_behind = session.socket.emit("reload", &json!({})).is_err();
        }
    }

    /// Lets go whose token is not good any more.
    fn sweep(&self) {
        let now = self.engine.now();
        let is_over = |session: &Session| session.bearer.expires_at <= now || !self.engine.is_known(&session.bearer.token_id);
        let over: Vec<SocketRef> =
            self.inside.lock().sessions.values().filter(|session| is_over(session)).map(|session| session.socket.clone()).collect();
        for socket in over {
            self.inside.lock().sessions.remove(&socket.id);
            let _ = socket.disconnect();
        }
    }

    /// The deployments that somebody hears, of those that changed.
    fn heard(&self, changes: &[Changed]) -> Vec<DeploymentId> {
        let evaluated: Vec<&Changed> = changes.iter().filter(|change| change.topic == Topic::Evaluations).collect();
        if evaluated.is_empty() {
            return Vec::new();
        }
        let inside = self.inside.lock();
        let all: HashSet<&DeploymentId> = inside.sessions.values().flat_map(|session| &session.deployments).collect();
        all.into_iter().cloned().collect()
    }

    /// The new readings and decisions of those deployments.
    fn evaluated(&self, changes: &[Changed]) {
        for id in self.heard(changes) {
            let Some(usage) = self.engine.usage_now(&id) else { continue };
            let at = usage.timestamp;
            if self.inside.lock().told.insert(id.clone(), at) == Some(at) {
                continue;
            }
            let metrics = json!({ "deploymentId": id, "metrics": usage, "at": at });
            self.say(Some(id.clone()), "metrics:update", metrics, false);
            if let Some(mut decision) = self.engine.newest_decision(&id).and_then(|decision| serde_json::to_value(decision).ok()) {
                decision["deploymentId"] = json!(id);
                self.say(Some(id), "scaling:decision", decision, false);
            }
        }
    }

    fn hear(&self, event: &Event) {
        let plain = |about: Option<&DeploymentId>, name, payload: Value| self.say(about.cloned(), name, payload, false);
        match event {
            Event::Reload => return self.reload(),
            Event::Changed { changes } => {
                if changes.iter().any(|change| change.topic == Topic::Settings) {
                    self.sweep();
                }
                self.evaluated(changes);
            }
            Event::ScalingExecuted(scaled) => plain(Some(&scaled.deployment_id), "scaling:executed", json!(scaled)),
            Event::ScalingManual(scaled) => plain(Some(&scaled.deployment_id), "scaling:manual", json!(scaled)),
            Event::ScalingFailed { deployment_id, .. } => plain(Some(deployment_id), "scaling:failed", untagged(event)),
            Event::PolicyCreated { deployment_id, .. } => plain(Some(deployment_id), "scaling:policy_created", untagged(event)),
            Event::AlertChanged(news) => plain(news.deployment_id.as_ref(), "alert:changed", json!(news)),
            Event::BudgetAlert { deployment_id, .. } => plain(deployment_id.as_ref(), "budget:alert", untagged(event)),
        }
        self.say(None, "headroom", json!(event), true);
    }
}

/// An event's fields without its name, which the message has already.
fn untagged(event: &Event) -> Value {
    let mut value = json!(event);
    if let Value::Object(fields) = &mut value {
        fields.remove("event");
    }
    value
}

fn was_heard((everything, deployments): &(bool, HashSet<DeploymentId>), message: &Message) -> bool {
    if message.is_raw {
        return *everything;
    }
    message.about.as_ref().is_some_and(|id| deployments.contains(id))
}

fn answered(ack: AckSender, answer: &Acknowledged) {
    if let Err(error) = ack.send(answer) {
        tracing::debug!(%error, "a subscription could not be acknowledged");
    }
}

impl Session {
    /// Puts a message into the queue, where it is for this one.
    fn hear(&mut self, message: &Message, run: &str) {
        let is_for_it = match &message.about {
            _ if message.is_raw => self.everything,
            Some(id) => self.deployments.contains(id),
            None => true,
        };
        if !is_for_it {
            return;
        }
        if self.is_behind {
            // What was missed cannot be told in order any more; what comes now is part of what is read again.
            self.is_behind = self.socket.emit("reload", &json!({})).is_err();
            return;
        }
        let mut payload = message.payload.clone();
        if let Value::Object(fields) = &mut payload {
            fields.insert("cursor".to_owned(), format!("{run}-{}", message.number).into());
        }
        self.is_behind = self.socket.emit(message.name, &payload).is_err();
    }
}

impl Pusher {
    /// Pushes until the engine is gone.
    pub async fn run(mut self) {
        while let Some(event) = self.events.next().await {
            self.hall.hear(&event);
        }
    }

    /// Closes every connection when asked to; for the door's end.
    #[must_use]
    pub fn closer(&self) -> SocketIo {
        self.io.clone()
    }
}

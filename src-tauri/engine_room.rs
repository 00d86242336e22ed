//! The engine's life inside the app: it starts while the window opens, tells the window what changes, and stops with it.

use std::sync::Arc;
use std::time::Duration;

use headroom_engine::caller::Caller;
use headroom_engine::clock::SystemClock;
use headroom_engine::error::{ErrorCode, WireError};
use headroom_engine::{Engine, EngineConfig, OwnerKind};
use tauri::{AppHandle, Emitter as _};
use tokio::sync::watch;

use crate::login::LoginEntry;
use crate::notifications::DesktopNotifier;
use crate::{Launch, login, tray, window};

/// The one event that the window hears.
const EVENT: &str = "headroom";

/// Instances drain and end on their own in less; what still runs then is ended by the guard, which outlives the app.
const STOPS_WITHIN: Duration = Duration::from_secs(45);

/// How the engine is.
#[derive(Clone)]
enum Condition {
    /// Reading the database, ending what an earlier run left behind.
    Starting,
    Runs(Engine),
    /// Why it does not run, and what to do. Every call is answered with it.
    Refused(WireError),
}

/// Where the window finds the engine.
#[derive(Clone)]
pub(crate) struct EngineRoom {
    condition: Arc<watch::Sender<Condition>>,
    caller: Caller,
}

impl EngineRoom {
    /// Starts the engine beside the window; returns at once.
    pub(crate) fn open(app: &AppHandle, launch: &Launch) -> Self {
        let room = Self { condition: Arc::new(watch::Sender::new(Condition::Starting)), caller: Caller::window(user(launch)) };
        tauri::async_runtime::spawn(room.clone().run(app.clone(), config(app, launch), LoginEntry::of(launch)));
        room
    }

    /// The engine and who calls it, once it is known whether it runs.
    ///
    /// # Errors
    /// Why it does not run.
    pub(crate) async fn engine(&self) -> Result<(Engine, Caller), WireError> {
        let mut condition = self.condition.subscribe();
        let known = condition.wait_for(|condition| !matches!(condition, Condition::Starting)).await;
        match known.as_deref() {
            Ok(Condition::Runs(engine)) => Ok((engine.clone(), self.caller.clone())),
            Ok(Condition::Refused(error)) => Err(error.clone()),
            Ok(Condition::Starting) | Err(_) => Err(is_closing()),
        }
    }

    /// The same, without waiting; none while it starts and once it is refused or closing.
    pub(crate) fn running(&self) -> Option<(Engine, Caller)> {
        match &*self.condition.borrow() {
            Condition::Runs(engine) => Some((engine.clone(), self.caller.clone())),
            Condition::Starting | Condition::Refused(_) => None,
        }
    }

    /// Stops scaling, ends local instances, closes the database. Takes at most [`STOPS_WITHIN`].
    pub(crate) async fn close(&self) {
        let before = self.condition.send_replace(Condition::Refused(is_closing()));
        let Condition::Runs(engine) = before else { return };
        match tokio::time::timeout(STOPS_WITHIN, engine.shutdown()).await {
            Ok(()) => tracing::info!("Headroom has stopped."),
            Err(_) => tracing::warn!(seconds = STOPS_WITHIN.as_secs(), "Stopping took too long; the guard ends what still runs."),
        }
    }

    async fn run(self, app: AppHandle, config: EngineConfig, at_login: LoginEntry) {
        let engine = match Engine::start(config).await {
            Ok(engine) => engine,
            Err(error) => return self.refuse(WireError::new(ErrorCode::Storage, error.to_string())),
        };
        let mut events = engine.subscribe();
        engine.run();
        tauri::async_runtime::spawn(login::follow(at_login, engine.clone(), self.caller.clone()));
        tauri::async_runtime::spawn(tray::follow(app.clone(), engine.clone(), self.caller.clone()));
        self.condition.send_replace(Condition::Runs(engine));
        while let Some(event) = events.next().await {
            if let Err(error) = app.emit_to(window::LABEL, EVENT, &*event) {
                tracing::warn!(%error, "The window was not told of a change.");
            }
        }
    }

    fn refuse(&self, error: WireError) {
        tracing::error!(message = error.message, "The engine did not start.");
        self.condition.send_replace(Condition::Refused(error));
    }
}

fn config(app: &AppHandle, launch: &Launch) -> EngineConfig {
    EngineConfig {
        data_folder: launch.data.path().to_owned(),
        program: launch.program.clone(),
        home: dirs::home_dir().unwrap_or_else(|| launch.data.path().to_owned()),
        environment: launch.environment.clone(),
        kind: OwnerKind::Desktop,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        user: user(launch),
        clock: Arc::new(SystemClock),
        database_limit: None,
        offer_sample: true,
        notifier: Some(Arc::new(DesktopNotifier::of(app))),
    }
}

/// Who sits before the window, as the history records it.
fn user(launch: &Launch) -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| launch.environment.get(*name).filter(|user| !user.is_empty()));
    named.cloned().unwrap_or_else(|| "desktop".to_owned())
}

fn is_closing() -> WireError {
    WireError::new(ErrorCode::Unavailable, "Headroom is closing. Start it again to go on.")
}

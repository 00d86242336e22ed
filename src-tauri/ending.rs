//! How the app ends: the window closes or a signal asks, the engine stops, then the process ends.

use tauri::{AppHandle, Manager as _, RunEvent};

use crate::engine_room::EngineRoom;

/// How far the ending is.
#[derive(Debug, Default)]
pub(crate) enum Ending {
    /// Nobody asked yet.
    #[default]
    NotAsked,
    /// The engine is stopping, or has stopped.
    Asked,
}

impl Ending {
    /// Holds the first request to exit until the engine has stopped, then lets the second, its own, through.
    pub(crate) fn hear(&mut self, app: &AppHandle, event: &RunEvent) {
        let RunEvent::ExitRequested { api, .. } = event else { return };
        match self {
            Self::NotAsked => {
                api.prevent_exit();
                *self = Self::Asked;
                let (app, room) = (app.clone(), app.state::<EngineRoom>().inner().clone());
                tauri::async_runtime::spawn(async move {
                    room.close().await;
                    app.exit(0);
                });
            }
            Self::Asked => {}
        }
    }
}

/// Lets the system end the app as a person would: a logout, `kill`, Ctrl+C in the terminal.
#[cfg(unix)]
pub(crate) fn on_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
        let [Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)] = signals else {
            tracing::warn!("Signals cannot be heard; the guard ends local instances if the app is ended by one.");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
        tracing::info!("Asked to end by a signal.");
        app.exit(0);
    });
}

/// Ctrl+C in the terminal; the system closes windows itself.
#[cfg(not(unix))]
pub(crate) fn on_signals(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            app.exit(0);
        }
    });
}

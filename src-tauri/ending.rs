//! How the app ends: the window closes, the tray or a signal asks; the engine stops, then the process ends.
//!
//! Where the tray is seen, closing the window closes nothing else. Whoever ends the app while instances run on this machine is
//! asked first; a signal is not: the system that sends it waits for no answer.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use headroom_core::units::Instances;
use headroom_engine::view::RunsHere;
use tauri::{AppHandle, Manager as _, RunEvent, WindowEvent};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogBuilder, MessageDialogButtons, MessageDialogKind};
use tokio::sync::oneshot;

use crate::engine_room::EngineRoom;
use crate::tray::{self, Tray};
use crate::window;
use crate::window_state::WindowState;

/// Deployments that are named before the others are counted.
const NAMED: usize = 5;

/// How far the ending is.
#[derive(Debug, Default)]
pub(crate) enum Ending {
    /// Nobody asked yet.
    #[default]
    NotAsked,
    /// The engine is stopping, or has stopped.
    Asked,
}

/// A question is on the screen: it is not asked twice.
#[derive(Debug, Default)]
pub(crate) struct Asking(AtomicBool);

impl Ending {
    /// Holds the first request to exit until the engine has stopped, then lets the second, its own, through.
    pub(crate) fn hear(&mut self, app: &AppHandle, event: &RunEvent) {
        match event {
            RunEvent::WindowEvent { label, event, .. } if label == window::LABEL => self.hear_window(app, event),
            RunEvent::ExitRequested { api, .. } if matches!(self, Self::NotAsked) => {
                api.prevent_exit();
                *self = Self::Asked;
                app.state::<WindowState>().keep(app);
                let (app, room) = (app.clone(), app.state::<EngineRoom>().inner().clone());
                tauri::async_runtime::spawn(async move {
                    room.close().await;
                    app.exit(0);
                });
            }
            _ => {}
        }
    }

    fn hear_window(&self, app: &AppHandle, event: &WindowEvent) {
        match (event, self) {
            (WindowEvent::CloseRequested { api, .. }, Self::NotAsked) => {
                app.state::<WindowState>().keep(app);
                api.prevent_close();
                let app = app.clone();
                tauri::async_runtime::spawn(async move { close_window(&app).await });
            }
            (WindowEvent::Focused(false), _) => app.state::<WindowState>().keep(app),
            _ => {}
        }
    }
}

/// The window's own close button: into the tray where it is seen, else the end.
async fn close_window(app: &AppHandle) {
    if !app.state::<Tray>().is_seen().await {
        return quit_if_agreed(app).await;
    }
    let state = app.state::<WindowState>();
    if state.first_close() {
        let words = "The window is closed; scaling goes on. Headroom stays in the tray: open it there, or quit it there.\n\n\
                     This is said once.";
        let _ = answer(app, app.dialog().message(words).title("Headroom keeps running").kind(MessageDialogKind::Info)).await;
    }
    window::hide(app);
}

/// Ends the app, after a question where instances on this machine end with it.
pub(crate) fn quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move { quit_if_agreed(&app).await });
}

async fn quit_if_agreed(app: &AppHandle) {
    let running = app.state::<EngineRoom>().running();
    let glance = match running {
        Some((engine, caller)) => tray::glance(&engine, &caller).await,
        None => None,
    };
    let ends = glance.map(|glance| glance.runs_here).unwrap_or_default();
    if !ends.is_empty() {
        let buttons = MessageDialogButtons::OkCancelCustom("Quit and stop them".to_owned(), "Keep running".to_owned());
        let asked = app.dialog().message(question(&ends)).title("Quit Headroom?").kind(MessageDialogKind::Warning).buttons(buttons);
        if !answer(app, asked).await {
            return;
        }
    }
    app.exit(0);
}

/// What ends with the app.
fn question(ends: &[RunsHere]) -> String {
    let count: Instances = ends.iter().fold(Instances::ZERO, |sum, here| sum + here.instances);
    let noun = if count == Instances::ONE { "instance that runs" } else { "instances that run" };
    let mut words = format!("Quitting stops scaling, and the {count} {noun} on this machine:\n");
    for here in ends.iter().take(NAMED) {
        let _ = write!(words, "\n    {} ({})", here.name.escape_debug(), here.instances);
    }
    if ends.len() > NAMED {
        let _ = write!(words, "\n    and {} more deployments", ends.len() - NAMED);
    }
    words.push_str("\n\nThey come back at the next start.");
    words
}

/// Shows a dialog and waits for its answer; no where another one is open already.
async fn answer(app: &AppHandle, dialog: MessageDialogBuilder<tauri::Wry>) -> bool {
    let asking = app.state::<Asking>();
    if asking.0.swap(true, Ordering::AcqRel) {
        return false;
    }
    let (say, hear) = oneshot::channel();
    dialog.show(move |is_agreed| {
        // Nobody waits for the answer once the app ends by a signal.
        let _ = say.send(is_agreed);
    });
    let is_agreed = hear.await.unwrap_or(false);
    asking.0.store(false, Ordering::Release);
    is_agreed
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

#[cfg(test)]
mod tests {
    use super::*;

    fn here(name: &str, instances: u32) -> RunsHere {
        RunsHere { name: name.to_owned(), instances: Instances(instances) }
    }

    #[test]
    fn the_question_says_what_ends() {
        let words = question(&[here("sample-web", 2), here("shop\n\nAll is well", 1)]);
        assert!(words.starts_with("Quitting stops scaling, and the 3 instances that run on this machine:\n"), "{words}");
        assert!(words.contains("\n    sample-web (2)\n    shop\\n\\nAll is well (1)\n"), "{words}");
        let many: Vec<RunsHere> = (0..7).map(|number| here(&format!("web-{number}"), 1)).collect();
        assert!(question(&many).contains("web-4 (1)\n    and 2 more deployments\n"));
    }
}

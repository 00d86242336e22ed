//! The tray: the worst state of the fleet as an icon, and a menu in words. It goes on while the window is closed.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use headroom_engine::Engine;
use headroom_engine::caller::Caller;
use headroom_engine::event::Event;
use headroom_engine::operations::{GetGlance, Operation as _, PauseAll, ResumeAll};
use headroom_engine::view::{Glance, Sign};
use serde_json::json;
use tauri::image::Image;
use tauri::menu::{Menu, MenuBuilder, MenuEvent, MenuItem, MenuItemBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Wry, include_image};

use crate::engine_room::EngineRoom;
use crate::{Launch, ending, window};

/// The tray is drawn anew at most this often, whatever happens.
const DRAWS_EVERY: Duration = Duration::from_millis(500);

const OPEN: &str = "open";
const PAUSE: &str = "pause";
const RESUME: &str = "resume";
const QUIT: &str = "quit";
/// Before the id of the deployment that an entry opens.
const DEPLOYMENT: &str = "deployment ";

/// What the tray's icon is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    Dark,
    Light,
}

/// The icon in the tray, where the desktop has one.
pub(crate) struct Tray {
    icon: Option<TrayIcon>,
    ground: Ground,
}

impl Tray {
    /// Puts the icon up. A desktop without the tray's library goes without, and says so in the log.
    pub(crate) fn put_up(app: &AppHandle, launch: &Launch) -> Self {
        let ground = ground(launch);
        let built = without_tray_library(|| {
            let menu = MenuBuilder::new(app).item(&entry(app, OPEN, "Open Headroom")?).item(&entry(app, QUIT, "Quit Headroom")?).build()?;
            TrayIconBuilder::with_id("headroom")
                .icon(image(Sign::NoReadings, ground))
                .icon_as_template(cfg!(target_os = "macos"))
                .tooltip("Headroom")
                .temp_dir_path(launch.data.path().join("tray"))
                .menu(&menu)
                .on_menu_event(on_menu_event)
                .build(app)
        });
        let icon = match built {
            Some(Ok(icon)) => Some(icon),
            Some(Err(error)) => {
                tracing::warn!(%error, "There is no tray; closing the window ends Headroom.");
                None
            }
            None => {
                tracing::info!("The tray's library (libayatana-appindicator3-1) is not installed; closing the window ends Headroom.");
                None
            }
        };
        Self { icon, ground }
    }

    /// Whether somebody can see it: the library alone shows nothing where the desktop has no tray.
    pub(crate) async fn is_seen(&self) -> bool {
        self.icon.is_some() && has_host().await
    }

    fn draw(&self, app: &AppHandle, glance: &Glance) -> tauri::Result<()> {
        let Some(icon) = &self.icon else { return Ok(()) };
        icon.set_icon(Some(image(glance.sign, self.ground)))?;
        icon.set_tooltip(Some(format!("Headroom: {}, {}", glance.words, glance.figures)))?;
        icon.set_menu(Some(menu(app, glance)?))
    }
}

/// Keeps the tray as the fleet is, until the engine ends.
pub(crate) async fn follow(app: AppHandle, engine: Engine, caller: Caller) {
    if app.state::<Tray>().icon.is_none() {
        return;
    }
    let mut events = engine.subscribe();
    let mut drawn: Option<Glance> = None;
    loop {
        let seen = glance(&engine, &caller).await;
        if seen.is_some() && seen != drawn {
            drawn.clone_from(&seen);
            draw(&app, seen);
        }
        // What happens within a moment is one change.
        let mut is_stale = false;
        while !is_stale {
            let Some(event) = events.next().await else { return };
            is_stale = matches!(*event, Event::Changed { .. } | Event::Reload);
        }
        let settled = tokio::time::Instant::now() + DRAWS_EVERY;
        while let Ok(more) = tokio::time::timeout_at(settled, events.next()).await {
            if more.is_none() {
                return;
            }
        }
    }
}

fn draw(app: &AppHandle, glance: Option<Glance>) {
    let (Some(glance), handle) = (glance, app.clone()) else { return };
    let asked = app.run_on_main_thread(move || {
        if let Err(error) = handle.state::<Tray>().draw(&handle, &glance) {
            tracing::warn!(%error, "The tray could not be drawn.");
        }
    });
    if let Err(error) = asked {
        tracing::debug!(%error, "The tray is not drawn any more.");
    }
}

/// The fleet in a few words; none while it is not known.
pub(crate) async fn glance(engine: &Engine, caller: &Caller) -> Option<Glance> {
    let answer = engine.call(caller, GetGlance::NAME, json!({})).await.ok()?;
    serde_json::from_value(answer).ok()
}

/// State and figures, who needs attention, and what can be done.
fn menu(app: &AppHandle, glance: &Glance) -> tauri::Result<Menu<Wry>> {
    let said = |text: &str| MenuItemBuilder::new(text).enabled(false).build(app);
    let mut menu = MenuBuilder::new(app).item(&said(&glance.words)?).item(&said(&glance.figures)?).separator();
    for row in &glance.attention {
        menu = menu.item(&entry(app, &format!("{DEPLOYMENT}{}", row.id), &format!("{}: {}", row.name, row.words))?);
    }
    if !glance.attention.is_empty() {
        menu = menu.separator();
    }
    let pause = if glance.is_paused { entry(app, RESUME, "Resume scaling")? } else { entry(app, PAUSE, "Pause all")? };
    pause.set_enabled(!glance.is_locked)?;
    menu.item(&pause).separator().item(&entry(app, OPEN, "Open Headroom")?).item(&entry(app, QUIT, "Quit Headroom")?).build()
}

/// An entry whose words are shown as they are: a name with `&` or `_` underlines no letter.
fn entry(app: &AppHandle, id: &str, words: &str) -> tauri::Result<MenuItem<Wry>> {
    MenuItemBuilder::with_id(id, words.replace('&', "&&")).build(app)
}

fn on_menu_event(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => window::bring_forward(app, None),
        QUIT => ending::quit(app),
        PAUSE => order(app, PAUSE),
        RESUME => order(app, RESUME),
        other => {
            if let Some(id) = other.strip_prefix(DEPLOYMENT) {
                window::bring_forward(app, Some(&format!("/deployment/{id}")));
            }
        }
    }
}

fn order(app: &AppHandle, what: &'static str) {
    let room = app.state::<EngineRoom>().inner().clone();
    tauri::async_runtime::spawn(async move {
        let Some((engine, caller)) = room.running() else { return };
        let done = match what {
            PAUSE => engine.call(&caller, PauseAll::NAME, json!({ "reason": "From the tray" })).await,
            _ => engine.call(&caller, ResumeAll::NAME, json!({})).await,
        };
        if let Err(error) = done {
            tracing::warn!(message = error.message, "What was asked for in the tray was not done.");
        }
    });
}

/// Runs `build`; none where the tray's library is not there, which the library's own binding answers with a panic.
fn without_tray_library<T>(build: impl FnOnce() -> T) -> Option<T> {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let built = std::panic::catch_unwind(AssertUnwindSafe(build));
    std::panic::set_hook(told);
    built.ok()
}

/// Whether the desktop shows status notifiers to anybody.
#[cfg(target_os = "linux")]
async fn has_host() -> bool {
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
    let asked = async {
        let bus = zbus::Connection::session().await.ok()?;
        let watcher = zbus::proxy::Builder::<zbus::Proxy<'_>>::new(&bus)
            .destination(WATCHER)
            .and_then(|builder| builder.path("/StatusNotifierWatcher"))
            .and_then(|builder| builder.interface(WATCHER))
            .ok()?
            .cache_properties(zbus::proxy::CacheProperties::No);
        watcher.build().await.ok()?.get_property::<bool>("IsStatusNotifierHostRegistered").await.ok()
    };
    tokio::time::timeout(ANSWERS_WITHIN, asked).await.ok().flatten().unwrap_or(false)
}

/// Windows and macOS always have one.
#[cfg(not(target_os = "linux"))]
async fn has_host() -> bool {
    true
}

/// GNOME's bar is dark whatever the theme; elsewhere panels are dark unless the theme says otherwise.
fn ground(launch: &Launch) -> Ground {
    let says = |name: &str, words: &str| launch.environment.get(name).is_some_and(|value| value.to_lowercase().contains(words));
    if cfg!(target_os = "macos") || (says("GTK_THEME", "light") && !says("XDG_CURRENT_DESKTOP", "gnome")) {
        Ground::Light
    } else {
        Ground::Dark
    }
}

fn image(sign: Sign, ground: Ground) -> Image<'static> {
    match (sign, ground) {
        (Sign::Calm, Ground::Dark) => include_image!("icons/tray/calm-on-dark.png"),
        (Sign::Calm, Ground::Light) => include_image!("icons/tray/calm-on-light.png"),
        (Sign::Up, Ground::Dark) => include_image!("icons/tray/up-on-dark.png"),
        (Sign::Up, Ground::Light) => include_image!("icons/tray/up-on-light.png"),
        (Sign::Down, Ground::Dark) => include_image!("icons/tray/down-on-dark.png"),
        (Sign::Down, Ground::Light) => include_image!("icons/tray/down-on-light.png"),
        (Sign::Warning, Ground::Dark) => include_image!("icons/tray/warning-on-dark.png"),
        (Sign::Warning, Ground::Light) => include_image!("icons/tray/warning-on-light.png"),
        (Sign::Critical, Ground::Dark) => include_image!("icons/tray/critical-on-dark.png"),
        (Sign::Critical, Ground::Light) => include_image!("icons/tray/critical-on-light.png"),
        (Sign::Paused, Ground::Dark) => include_image!("icons/tray/paused-on-dark.png"),
        (Sign::Paused, Ground::Light) => include_image!("icons/tray/paused-on-light.png"),
        (Sign::NoReadings, Ground::Dark) => include_image!("icons/tray/no-readings-on-dark.png"),
        (Sign::NoReadings, Ground::Light) => include_image!("icons/tray/no-readings-on-light.png"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tray_without_its_library_is_no_crash() {
        assert_eq!(without_tray_library(|| 3), Some(3));
        assert_eq!(without_tray_library(|| -> i32 { panic!("no library") }), None);
    }

    #[test]
    fn every_sign_has_a_picture_of_its_own() {
        let signs = [Sign::Calm, Sign::Up, Sign::Down, Sign::Warning, Sign::Critical, Sign::Paused, Sign::NoReadings];
        let pictures: std::collections::BTreeSet<Vec<u8>> =
            signs.iter().flat_map(|sign| [Ground::Dark, Ground::Light].map(|ground| image(*sign, ground).rgba().to_vec())).collect();
        assert_eq!(pictures.len(), 14);
    }
}

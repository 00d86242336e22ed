//! The one window.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tauri::webview::{DownloadEvent, NewWindowResponse};
use tauri::{AppHandle, Emitter as _, Manager as _, Webview, WebviewUrl, WebviewWindowBuilder};

use crate::Launch;
use crate::tray::Tray;
use crate::window_state::{Place, WindowState, is_on_a_screen};

/// Its label in `tauri.conf.json` and in the capabilities.
pub(crate) const LABEL: &str = "main";

/// Tells the page to go to an address.
const NAVIGATE: &str = "navigate";

/// Tells the page where a file was saved, or that it could not be.
const SAVED: &str = "saved";

/// At a login the tray may come up after us.
const TRAY_COMES_WITHIN: Duration = Duration::from_secs(15);
const LOOKS_FOR_TRAY_EVERY: Duration = Duration::from_millis(500);

/// Opens the window as `tauri.conf.json` describes it, where it stood last, on the page that a link names. It shows nothing but the
/// app: no other page, no second window.
///
/// # Errors
/// When the web view cannot be made.
pub(crate) fn open(app: &AppHandle, launch: &Launch) -> tauri::Result<()> {
    let mut settings =
        app.config().app.windows.iter().find(|window| window.label == LABEL).expect("tauri.conf.json describes the window").clone();
    if let Some(address) = &launch.address {
        settings.url = WebviewUrl::App(format!("index.html#{address}").into());
    }
    let kept = app.state::<WindowState>().kept();
    let mut builder = WebviewWindowBuilder::from_config(app, &settings)?
        .data_directory(launch.data.window())
        .on_navigation(is_our_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(on_download)
        .visible(!launch.is_hidden)
        .maximized(kept.is_maximized);
    if let Some(place) = kept.place.filter(|place| is_on_a_screen(place, &screens(app))) {
        builder = builder
            .inner_size(place.width.max(settings.min_width.unwrap_or_default()), place.height.max(settings.min_height.unwrap_or_default()))
            .position(place.x, place.y);
    }
    builder.build()?;
    if launch.is_hidden {
        let app = app.clone();
        tauri::async_runtime::spawn(async move { show_without_tray(&app).await });
    }
    Ok(())
}

/// What the page hands over as a file goes among the downloads, under a name that nothing there has. Nothing else is fetched.
fn on_download(webview: Webview, event: DownloadEvent<'_>) -> bool {
    match event {
        DownloadEvent::Requested { url, destination } => {
            let folder = dirs::download_dir().or_else(dirs::home_dir);
            let (true, Some(folder)) = (url.scheme() == "blob", folder) else { return false };
            *destination = free_name(&folder, destination.file_name().and_then(|name| name.to_str()).unwrap_or("headroom.csv"));
            true
        }
        DownloadEvent::Finished { path, success, .. } => {
            let told = path.filter(|_| success).map(|path| path.display().to_string());
            if let Err(error) = webview.emit_to(LABEL, SAVED, told) {
                tracing::warn!(%error, "The window was not told of what was saved.");
            }
            true
        }
        _ => true,
    }
}

/// `name` in `folder`, with a number before its ending where that is taken.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let name = Path::new(name);
    let (stem, ending) = (name.file_stem().unwrap_or_default().to_string_lossy(), name.extension().unwrap_or_default().to_string_lossy());
    let numbered = (2..).map(|number| folder.join(format!("{stem}-{number}.{ending}")));
    std::iter::once(folder.join(name)).chain(numbered).find(|file| !file.exists()).unwrap_or_else(|| folder.join(name))
}

/// A window that was opened hidden and has no tray to come back from is shown after all.
async fn show_without_tray(app: &AppHandle) {
    let until = tokio::time::Instant::now() + TRAY_COMES_WITHIN;
    while tokio::time::Instant::now() < until {
        if app.state::<Tray>().is_seen().await {
            return;
        }
        tokio::time::sleep(LOOKS_FOR_TRAY_EVERY).await;
    }
    bring_forward(app, None);
}

/// Shows the window that is there, on the page at `address` where one is named.
pub(crate) fn bring_forward(app: &AppHandle, address: Option<&str>) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "The window could not be brought forward.");
    }
    if let Some(address) = address
        && let Err(error) = app.emit_to(LABEL, NAVIGATE, address)
    {
        tracing::warn!(%error, address, "The window was not told where to go.");
    }
}

/// Takes the window off the screen; the page in it goes on.
pub(crate) fn hide(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "The window could not be hidden.");
    }
}

fn screens(app: &AppHandle) -> Vec<Place> {
    let monitors = app.available_monitors().unwrap_or_default();
    let place = |monitor: &tauri::Monitor| {
        let (at, size) =
            (monitor.position().to_logical::<f64>(monitor.scale_factor()), monitor.size().to_logical::<f64>(monitor.scale_factor()));
        Place { x: at.x, y: at.y, width: size.width, height: size.height }
    };
    monitors.iter().map(place).collect()
}

/// The bundle's own scheme, or the development server's address.
fn is_our_own(url: &tauri::Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        "http" | "https" => matches!(url.host_str(), Some("tauri.localhost")) || (cfg!(dev) && url.host_str() == Some("localhost")),
        scheme => scheme == "about",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_file_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(free_name(folder.path(), "deployments.csv"), folder.path().join("deployments.csv"));
        std::fs::write(folder.path().join("deployments.csv"), "").unwrap();
        std::fs::write(folder.path().join("deployments-2.csv"), "").unwrap();
        assert_eq!(free_name(folder.path(), "deployments.csv"), folder.path().join("deployments-3.csv"));
    }

    #[test]
    fn the_window_never_leaves_the_app() {
        for (url, stays) in [
            ("tauri://localhost/deployments/dep_1", true),
            ("http://tauri.localhost/", true),
            ("about:blank", true),
            ("https://example.org/", false),
            ("http://tauri.localhost.example.org/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,hello", false),
        ] {
            assert_eq!(is_our_own(&tauri::Url::parse(url).unwrap()), stays, "{url}");
        }
    }
}

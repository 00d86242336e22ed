//! The one window.

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, WebviewWindowBuilder};

use crate::DataFolder;

/// Its label in `tauri.conf.json` and in the capabilities.
pub(crate) const LABEL: &str = "main";

/// Opens the window as `tauri.conf.json` describes it. It shows nothing but the app: no other page, no second window.
///
/// # Errors
/// When the web view cannot be made.
pub(crate) fn open(app: &AppHandle, data: &DataFolder) -> tauri::Result<()> {
    let settings = app.config().app.windows.iter().find(|window| window.label == LABEL).expect("tauri.conf.json describes the window");
    WebviewWindowBuilder::from_config(app, settings)?
        .data_directory(data.window())
        .on_navigation(is_our_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    Ok(())
}

/// The app was started a second time: show the window that is there.
pub(crate) fn bring_forward(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "The window could not be brought forward.");
    }
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

//! The desktop session: screen, bus, and who on it shows notifications, trays and keeps secrets. Only the app needs them.

use std::collections::BTreeMap;

use super::Finding;

const AREA: &str = "desktop";

pub(super) async fn look(environment: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut findings = vec![screen(environment)];
    #[cfg(target_os = "linux")]
    findings.extend(bus::look(environment).await);
    findings
}

fn screen(environment: &BTreeMap<String, String>) -> Finding {
    const NAME: &str = "display";
    let said = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let Some(display) = said("WAYLAND_DISPLAY").or_else(|| said("DISPLAY")) else {
        return Finding::note(
            AREA,
            NAME,
            "none",
            "Nothing, where Headroom runs without a window. The app needs a desktop session, or `ssh -X`.",
        );
    };
    let desktop = said("XDG_CURRENT_DESKTOP").map_or("an unnamed desktop", String::as_str);
    Finding::fine(
        AREA,
        NAME,
        format!("{display}, {desktop}{}", said("XDG_SESSION_TYPE").map(|kind| format!(" on {kind}")).unwrap_or_default()),
    )
}

#[cfg(target_os = "linux")]
mod bus {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::time::Duration;

    use super::AREA;
    use crate::doctor::Finding;

    /// A bus on this machine answers in a millisecond; one that hangs holds nothing up.
    const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

    /// Who is looked for on the bus: its name there, what it is, what to do without it.
    const SERVICES: [(&str, &str, &str); 3] = [
        (
            "org.freedesktop.Notifications",
            "notifications",
            "Start a notification service (such as dunst or your desktop's own): alerts wait in the app's notification centre until there is one.",
        ),
        (
            "org.kde.StatusNotifierWatcher",
            "tray",
            "Nothing, or add a tray to your desktop (on GNOME the extension AppIndicator): without one, closing the window quits.",
        ),
        (
            "org.freedesktop.secrets",
            "keychain",
            "Unlock or start a keychain (such as gnome-keyring or KeePassXC) before you enter passwords of channels or connections.",
        ),
    ];

    pub(super) async fn look(environment: &BTreeMap<String, String>) -> Vec<Finding> {
        const NAME: &str = "session bus";
        let Some(address) = address(environment) else {
            let to_do = "Nothing, where Headroom runs without a window. In a desktop session DBUS_SESSION_BUS_ADDRESS names the bus.";
            return vec![Finding::note(AREA, NAME, "none", to_do)];
        };
        match tokio::time::timeout(ANSWERS_WITHIN, services(&address)).await {
            Ok(Ok(found)) => std::iter::once(Finding::fine(AREA, NAME, "answers")).chain(found).collect(),
            Ok(Err(error)) => vec![Finding::note(AREA, NAME, format!("does not answer: {error}"), TO_DO)],
            Err(_) => vec![Finding::note(AREA, NAME, format!("does not answer within {} s", ANSWERS_WITHIN.as_secs()), TO_DO)],
        }
    }

    const TO_DO: &str = "Log out and in again; notifications, tray and a second start of the app need it.";

    fn address(environment: &BTreeMap<String, String>) -> Option<String> {
        if let Some(address) = environment.get("DBUS_SESSION_BUS_ADDRESS").filter(|address| !address.is_empty()) {
            return Some(address.clone());
        }
        let path = Path::new(environment.get("XDG_RUNTIME_DIR")?).join("bus");
        path.exists().then(|| format!("unix:path={}", path.display()))
    }

    async fn services(address: &str) -> zbus::Result<Vec<Finding>> {
        let connection = zbus::connection::Builder::address(address)?.build().await?;
        let bus = zbus::fdo::DBusProxy::new(&connection).await?;
        let (running, startable) = (bus.list_names().await?, bus.list_activatable_names().await?);
        let found = SERVICES.iter().map(|(service, name, to_do)| {
            if running.iter().any(|running| running.as_str() == *service) {
                Finding::fine(AREA, name, format!("{service} runs"))
            } else if startable.iter().any(|startable| startable.as_str() == *service) {
                Finding::fine(AREA, name, format!("{service} starts when it is asked"))
            } else {
                Finding::note(AREA, name, format!("{service} is not there"), *to_do)
            }
        });
        Ok(found.collect())
    }
}

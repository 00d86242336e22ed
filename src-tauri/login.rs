//! Starting at login: an entry in the desktop's own list, there exactly while the setting says so.

use std::path::{Path, PathBuf};

use headroom_engine::Engine;
use headroom_engine::caller::Caller;
use headroom_engine::event::{Event, Topic};
use headroom_engine::operations::{GetSettings, Operation as _, Settings};
use serde_json::json;

use crate::{DataFolder, Launch};

/// The entry of one data folder.
#[derive(Debug, Clone)]
pub(crate) struct LoginEntry {
    file: Option<PathBuf>,
    text: String,
}

impl LoginEntry {
    pub(crate) fn of(launch: &Launch) -> Self {
        let file = folder(launch).map(|folder| folder.join(format!("{}.desktop", launch.data.instance_id())));
        Self { file, text: entry(&launch.program, &launch.data) }
    }

    /// Puts it there, or takes it away.
    fn set(&self, wanted: bool) -> std::io::Result<()> {
        let Some(file) = &self.file else {
            return if wanted { Err(std::io::Error::other("this system has no list that Headroom knows")) } else { Ok(()) };
        };
        if !wanted {
            return if file.exists() { std::fs::remove_file(file) } else { Ok(()) };
        }
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if std::fs::read_to_string(file).is_ok_and(|there| there == self.text) { Ok(()) } else { std::fs::write(file, &self.text) }
    }
}

/// Keeps the entry as the setting is, until the engine ends.
pub(crate) async fn follow(entry: LoginEntry, engine: Engine, caller: Caller) {
    let mut events = engine.subscribe();
    loop {
        if let Some(settings) = settings(&engine, &caller).await
            && let Err(error) = entry.set(settings.start_at_login)
        {
            tracing::warn!(%error, "Whether Headroom starts at login could not be changed.");
        }
        loop {
            let Some(event) = events.next().await else { return };
            match &*event {
                Event::Changed { changes } if changes.iter().any(|change| change.topic == Topic::Settings) => break,
                Event::Reload => break,
                _ => {}
            }
        }
    }
}

async fn settings(engine: &Engine, caller: &Caller) -> Option<Settings> {
    let answer = engine.call(caller, GetSettings::NAME, json!({})).await.ok()?;
    serde_json::from_value(answer).ok()
}

/// Where desktops look for what they start at login (Desktop Application Autostart Specification).
#[cfg(target_os = "linux")]
fn folder(launch: &Launch) -> Option<PathBuf> {
    let named = launch.environment.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let home = || launch.environment.get("HOME").map(|home| Path::new(home).join(".config"));
    named.or_else(home).map(|config| config.join("autostart"))
}

/// Elsewhere the system's own settings do it.
#[cfg(not(target_os = "linux"))]
fn folder(_launch: &Launch) -> Option<PathBuf> {
    None
}

/// A desktop entry that begins in the tray.
fn entry(program: &Path, data: &DataFolder) -> String {
    let mut command = format!("{} --hidden", quoted(&program.display().to_string()));
    if !data.is_default() {
        command.push_str(&format!(" --data {}", quoted(&data.path().display().to_string())));
    }
    format!("[Desktop Entry]\nType=Application\nName=Headroom\nComment=Scales deployments by policy\nExec={command}\nTerminal=false\n")
}

/// An argument as the key `Exec` takes it (Desktop Entry Specification): quoted, and `%` doubled.
fn quoted(argument: &str) -> String {
    let mut text = String::from("\"");
    for letter in argument.chars() {
        match letter {
            // Escaped once for the argument and once for the key's own string.
            '\\' => text.push_str("\\\\\\\\"),
            '"' | '`' | '$' => text.extend(["\\\\", &letter.to_string()]),
            '%' => text.push_str("%%"),
            '\n' | '\r' => {}
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_there_exactly_while_it_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config/autostart/headroom.desktop");
        let entry = LoginEntry { file: Some(file.clone()), text: "[Desktop Entry]\n".to_owned() };
        entry.set(false).unwrap();
        entry.set(true).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "[Desktop Entry]\n");
        entry.set(true).unwrap();
        entry.set(false).unwrap();
        assert!(!file.exists());
    }

    #[test]
    fn a_path_is_one_argument_whatever_is_in_it() {
        for (path, expected) in [
            ("/usr/bin/headroom", r#""/usr/bin/headroom""#),
            ("/home/a b/$x", r#""/home/a b/\\$x""#),
            ("/50%/\"q\"", r#""/50%%/\\"q\\"""#),
            ("/back\\slash\n", r#""/back\\\\slash""#),
        ] {
            assert_eq!(quoted(path), expected, "{path}");
        }
    }
}

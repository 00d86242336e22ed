//! The desktop's own notification daemon, on a journey's bus and screen, and what it was asked to show.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::process::{self, Owned, PATIENCE};
use crate::stage::Stage;

/// Ends a field and a record of what the daemon's script writes.
const UNIT: char = '\u{1f}';
const RECORD: char = '\u{1e}';

/// A running dunst that keeps a record of everything it shows.
pub(crate) struct Notices {
    _daemon: Owned,
    record: PathBuf,
    surroundings: Vec<(String, String)>,
}

/// One notification as the daemon was given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) body: String,
    /// `LOW`, `NORMAL` or `CRITICAL`.
    pub(crate) urgency: String,
}

impl Notices {
    /// Starts the daemon and waits until the bus knows it.
    pub(crate) fn start(stage: &Stage) -> Self {
        let folder = stage.home().join("notices");
        std::fs::create_dir(&folder).unwrap();
        let (record, script, settings) = (folder.join("record"), folder.join("record.sh"), folder.join("dunstrc"));
        // The daemon gives application, title, text, icon and urgency.
        let words = format!("#!/bin/sh\nprintf '%s\\037%s\\037%s\\036' \"$2\" \"$3\" \"$5\" >> '{}'\n", record.display());
        std::fs::write(&script, words).unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        // What is shown stays, so that it can be pressed.
        let stay = "[urgency_low]\ntimeout = 0\n[urgency_normal]\ntimeout = 0\n[urgency_critical]\ntimeout = 0\n";
        std::fs::write(
            &settings,
            format!("[global]\nidle_threshold = 0\n{stay}[record]\nsummary = \"*\"\nscript = {}\n", script.display()),
        )
        .unwrap();
        let surroundings = stage.surroundings().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>();
        let daemon = Owned::start(
            Command::new("dunst")
                .arg("-conf")
                .arg(&settings)
                .env_clear()
                .envs(surroundings.iter().map(|(key, value)| (key, value)))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        let notices = Self { _daemon: daemon, record, surroundings };
        process::until(PATIENCE, "the notification daemon is on the bus", || notices.is_on_the_bus());
        notices
    }

    /// Everything that was shown so far, in order.
    pub(crate) fn shown(&self) -> Vec<Notice> {
        let text = std::fs::read_to_string(&self.record).unwrap_or_default();
        let records = text.split_terminator(RECORD).map(|record| record.split(UNIT).collect::<Vec<_>>());
        records
            .map(|fields| {
                let [title, body, urgency] = fields[..] else { panic!("a record has three fields: {fields:?}") };
                Notice { title: title.to_owned(), body: body.to_owned(), urgency: urgency.to_owned() }
            })
            .collect()
    }

    /// Waits until so many were shown in all, and gives the last of them.
    pub(crate) fn wait_for(&self, count: usize, bound: std::time::Duration) -> Notice {
        process::until(bound, &format!("{count} notifications are shown"), || self.shown().len() >= count);
        let shown = self.shown();
        assert_eq!(shown.len(), count, "{shown:?}");
        shown[count - 1].clone()
    }

    /// Presses the newest notification that is on the screen.
    pub(crate) fn press_newest(&self) {
        assert!(self.run("dunstctl", &["action", "0"]).is_some(), "the notification is pressed");
    }

    /// Takes everything from the screen.
    pub(crate) fn clear(&self) {
        assert!(self.run("dunstctl", &["close-all"]).is_some(), "the screen is cleared");
    }

    fn is_on_the_bus(&self) -> bool {
        let asked = ["--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner"];
        let answer = self.run("dbus-send", &[&asked[..], &["string:org.freedesktop.Notifications"]].concat());
        answer.is_some_and(|answer| answer.contains("boolean true"))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(self.surroundings.iter().map(|(key, value)| (key, value)));
        let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

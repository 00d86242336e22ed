//! The desktop's own dialogs, which no script in the page can see: found by their title, answered by the keyboard.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process;
use crate::stage::Stage;

/// A dialog on a stage's screen.
pub(crate) struct Dialog<'a> {
    stage: &'a Stage,
    window: String,
    title: String,
}

impl<'a> Dialog<'a> {
    /// Waits for the dialog of this title.
    pub(crate) fn wait_for(stage: &'a Stage, bound: Duration, title: &str) -> Self {
        let mut window = None;
        process::until(bound, &format!("the dialog \"{title}\""), || {
            window = windows(stage, title).into_iter().next();
            window.is_some()
        });
        Self { stage, window: window.expect("it was waited for"), title: title.to_owned() }
    }

    /// Whether one of this title is on the screen.
    pub(crate) fn is_open(stage: &Stage, title: &str) -> bool {
        !windows(stage, title).is_empty()
    }

    /// Takes what was offered: its first button, which has the focus.
    pub(crate) fn accept(self, bound: Duration) {
        self.answer(bound, &["Return"]);
    }

    /// Leaves everything as it is.
    pub(crate) fn refuse(self, bound: Duration) {
        self.answer(bound, &["Escape"]);
    }

    fn answer(self, bound: Duration, keys: &[&str]) {
        xdotool(self.stage, &["windowfocus", "--sync", &self.window]);
        xdotool(self.stage, &[&["key", "--clearmodifiers"], keys].concat());
        process::until(bound, &format!("the dialog \"{}\" closes", self.title), || windows(self.stage, &self.title).is_empty());
    }
}

/// The visible windows of this title.
pub(crate) fn windows(stage: &Stage, title: &str) -> Vec<String> {
    let found = xdotool(stage, &["search", "--onlyvisible", "--name", &format!("^{title}$")]);
    found.lines().map(str::to_owned).collect()
}

/// Where a window stands, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

/// Puts the window of this title somewhere, as a person does with the pointer.
pub(crate) fn place(stage: &Stage, title: &str, place: Place) {
    let window = windows(stage, title).into_iter().next().expect("the window is on the screen");
    xdotool(stage, &["windowsize", &window, &place.width.to_string(), &place.height.to_string()]);
    xdotool(stage, &["windowmove", &window, &place.x.to_string(), &place.y.to_string()]);
}

/// Where the window of this title stands; none while it is not on the screen.
pub(crate) fn placed(stage: &Stage, title: &str) -> Option<Place> {
    let window = windows(stage, title).into_iter().next()?;
    let said = xdotool(stage, &["getwindowgeometry", "--shell", &window]);
    let number = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')?.parse().ok());
    Some(Place { x: number("X")?, y: number("Y")?, width: number("WIDTH")?, height: number("HEIGHT")? })
}

fn xdotool(stage: &Stage, arguments: &[&str]) -> String {
    let output = Command::new("xdotool").args(arguments).env_clear().envs(stage.surroundings()).stdin(Stdio::null()).output();
    String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
}

//! What the shell itself remembers from one start to the next: where the window stood, and what was said once.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _};

use crate::{DataFolder, window};

/// A corner of the window must lie this far inside a screen to be seen and taken hold of, in logical pixels.
const SEEN: f64 = 80.0;

/// What is kept. A file that cannot be read is as none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Kept {
    /// Where the window stood when it was no larger than it chose to be.
    pub(crate) place: Option<Place>,
    pub(crate) is_maximized: bool,
    /// It was said that closing the window keeps scaling.
    pub(crate) said_that_it_stays: bool,
}

/// Logical pixels, from the upper left corner of the first screen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The shell's own memory, written through to `window.json` in the data folder.
pub(crate) struct WindowState {
    file: PathBuf,
    kept: Mutex<Kept>,
}

impl WindowState {
    pub(crate) fn of(data: &DataFolder) -> Self {
        let file = data.path().join("window.json");
        let kept = read(&file);
        Self { file, kept: Mutex::new(kept) }
    }

    pub(crate) fn kept(&self) -> Kept {
        *self.lock()
    }

    /// Keeps where the window stands now.
    pub(crate) fn keep(&self, app: &AppHandle) {
        let Some((place, is_maximized)) = standing(app) else { return };
        self.change(|kept| {
            kept.is_maximized = is_maximized;
            if !is_maximized {
                kept.place = Some(place);
            }
        });
    }

    /// True the first time it is asked, ever.
    pub(crate) fn first_close(&self) -> bool {
        let was_said = self.kept().said_that_it_stays;
        self.change(|kept| kept.said_that_it_stays = true);
        !was_said
    }

    fn change(&self, change: impl FnOnce(&mut Kept)) {
        let mut kept = self.lock();
        let before = *kept;
        change(&mut kept);
        if *kept != before
            && let Err(error) = write(&self.file, &kept)
        {
            tracing::warn!(%error, file = %self.file.display(), "Where the window stands could not be kept.");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // Whoever panicked with it had only a copy in hand.
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn standing(app: &AppHandle) -> Option<(Place, bool)> {
    let window = app.get_webview_window(window::LABEL)?;
    if !window.is_visible().ok()? || window.is_minimized().ok()? {
        return None;
    }
    let scale = window.scale_factor().ok()?;
    let (size, at) = (window.inner_size().ok()?.to_logical::<f64>(scale), window.outer_position().ok()?.to_logical::<f64>(scale));
    Some((Place { x: at.x, y: at.y, width: size.width, height: size.height }, window.is_maximized().ok()?))
}

/// Whether enough of a window there can be seen on one of the screens (x, y, width, height, logical pixels).
pub(crate) fn is_on_a_screen(place: &Place, screens: &[Place]) -> bool {
    screens.iter().any(|screen| {
        let across = (place.x + place.width).min(screen.x + screen.width) - place.x.max(screen.x);
        let down = (place.y + place.height).min(screen.y + screen.height) - place.y.max(screen.y);
        across >= SEEN && down >= SEEN && place.y >= screen.y
    })
}

fn read(file: &Path) -> Kept {
    let kept = std::fs::read_to_string(file).ok().and_then(|text| serde_json::from_str(&text).ok());
    kept.unwrap_or_default()
}

/// Whole or not at all: a crash in between leaves the one before.
fn write(file: &Path, kept: &Kept) -> std::io::Result<()> {
    let beside = file.with_extension("json.new");
    let mut new = std::fs::File::create(&beside)?;
    new.write_all(serde_json::to_string(kept)?.as_bytes())?;
    new.sync_all()?;
    std::fs::rename(beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Place = Place { x: 0.0, y: 0.0, width: 1280.0, height: 800.0 };

    #[test]
    fn what_is_kept_comes_back_and_a_broken_file_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("window.json");
        assert_eq!(read(&file), Kept::default());
        let kept = Kept { place: Some(SCREEN), is_maximized: true, said_that_it_stays: true };
        write(&file, &kept).unwrap();
        assert_eq!(read(&file), kept);
        for broken in ["", "{\"place\": 3}", "not json"] {
            std::fs::write(&file, broken).unwrap();
            assert_eq!(read(&file), Kept::default(), "{broken}");
        }
    }

    #[test]
    fn a_window_on_a_screen_that_is_gone_is_not_put_there() {
        let place = |x, y| Place { x, y, width: 1000.0, height: 700.0 };
        for (place, expected) in [
            (place(100.0, 50.0), true),
            (place(-900.0, 0.0), true),
            (place(-950.0, 0.0), false),
            (place(1300.0, 0.0), false),
            (place(0.0, -30.0), false),
            (place(0.0, 760.0), false),
        ] {
            assert_eq!(is_on_a_screen(&place, &[SCREEN]), expected, "{place:?}");
        }
        assert!(!is_on_a_screen(&place(0.0, 0.0), &[]));
    }
}

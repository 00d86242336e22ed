//! Whether there is a screen.

use crate::Refusal;

/// # Errors
/// [`Refusal::NoDisplay`] where a window cannot be opened: no variable names a screen, or nothing answers there.
#[cfg(target_os = "linux")]
pub(crate) fn require() -> Result<(), Refusal> {
    gtk::init().map_err(|_| Refusal::NoDisplay)
}

/// Windows and macOS always have one for a user who is logged in.
#[cfg(not(target_os = "linux"))]
pub(crate) fn require() -> Result<(), Refusal> {
    Ok(())
}

//! Whether there is a screen.

use crate::Refusal;

/// # Errors
/// [`Refusal::NoDisplay`] where a window cannot be opened: no variable names a screen, or nothing answers there.
#[cfg(target_os = "linux")]
pub(crate) fn require() -> Result<(), Refusal> {
    gtk::init().map_err(|_| Refusal::NoDisplay)
}

/// Says on the screen why nothing was opened, where there is one; returns when a person has read it.
#[cfg(target_os = "linux")]
pub(crate) fn tell(refusal: &Refusal) {
    use gtk::prelude::{DialogExt as _, GtkWindowExt as _};
    if gtk::init().is_err() {
        return;
    }
    // Text, never markup: it names files.
    let dialog = gtk::MessageDialog::new(
        None::<&gtk::Window>,
        gtk::DialogFlags::empty(),
        gtk::MessageType::Error,
        gtk::ButtonsType::Close,
        &refusal.to_string(),
    );
    dialog.set_title("Headroom did not start");
    dialog.run();
}

/// Untested: the words are on the standard error alone.
#[cfg(not(target_os = "linux"))]
pub(crate) fn tell(_refusal: &Refusal) {}

/// Windows and macOS always have one for a user who is logged in.
#[cfg(not(target_os = "linux"))]
pub(crate) fn require() -> Result<(), Refusal> {
    Ok(())
}

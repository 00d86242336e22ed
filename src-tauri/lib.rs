//! The desktop shell: puts the engine and the window together, and takes them apart again.
//!
//! It forwards: one command into the engine's list of operations ([`commands`]), one event out of it ([`events`]). It decides,
//! calculates and remembers nothing itself; a fault at start-up reaches the window through the same road as any other refusal.
//!
//! Start reading at [`run`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod data_folder;
mod display;
mod logs;
mod refusal;
mod window;

pub use data_folder::DataFolder;
pub use refusal::Refusal;

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When there is no screen, or the data folder or the log in it cannot be made.
pub fn run(data: DataFolder) -> Result<(), Refusal> {
    display::require()?;
    logs::start(&data)?;
    tracing::info!(data = %data.path().display(), version = env!("CARGO_PKG_VERSION"), "Headroom starts.");

    let single_instance = tauri_plugin_single_instance::Builder::new()
        .dbus_id(data.instance_id())
        .callback(|app, _arguments, _folder| window::bring_forward(app))
        .build();
    let app = tauri::Builder::default()
        .plugin(single_instance)
        .plugin(tauri_plugin_dialog::init())
        .setup({
            let data = data.clone();
            move |app| Ok(window::open(app.handle(), &data)?)
        })
        .build(tauri::generate_context!())
        .map_err(Refusal::Desktop)?;
    app.run(|_app, _event| {});
    Ok(())
}

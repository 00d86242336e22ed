//! The desktop shell: puts the engine and the window together, and takes them apart again.
//!
//! It forwards: one command into the engine's list of operations (`commands.rs`), one event out of it (`engine_room.rs`), the worst
//! state into the tray (`tray.rs`). It decides and calculates nothing itself, and remembers only where the window stood; a fault at
//! start-up reaches the window by the road of any other refusal.
//!
//! Start reading at [`run`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod commands;
mod data_folder;
mod display;
mod ending;
mod engine_room;
mod launch;
mod links;
mod login;
mod notifications;
mod refusal;
mod tray;
mod window;
mod window_state;

use headroom_server::logs;
use tauri::Manager as _;

use self::ending::{Asking, Ending};
use self::engine_room::EngineRoom;
use self::tray::Tray;
use self::window_state::WindowState;

pub use data_folder::DataFolder;
pub use headroom_engine::subcommand;
pub use launch::Launch;
pub use links::in_arguments as address_in;
pub use refusal::Refusal;

/// Opens the window and returns when it is closed and everything that runs here has ended.
///
/// # Errors
/// When there is no screen, or the log in the data folder cannot be written.
pub fn run(launch: Launch) -> Result<(), Refusal> {
    display::require()?;
    start_log(&launch)?;
    tracing::info!(data = %launch.data.path().display(), version = env!("CARGO_PKG_VERSION"), "Headroom starts.");

    // First: a second start on the same data ends here, before it opens anything.
    let single_instance = tauri_plugin_single_instance::Builder::new()
        .dbus_id(launch.data.instance_id())
        .callback(|app, arguments, _folder| {
            let address = links::in_arguments(arguments.iter().map(String::as_str));
            window::bring_forward(app, address.as_deref());
        })
        .build();
    let builder = tauri::Builder::default().plugin(single_instance);
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(tauri_plugin_notification::init());
    let app = builder
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![commands::call])
        .setup(move |app| {
            ending::on_signals(app.handle());
            app.manage(Asking::default());
            app.manage(WindowState::of(&launch.data));
            app.manage(Tray::put_up(app.handle(), &launch));
            app.manage(EngineRoom::open(app.handle(), &launch));
            window::open(app.handle(), &launch)?;
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(Refusal::Desktop)?;
    let mut ending = Ending::default();
    app.run(move |app, event| ending.hear(app, &event));
    Ok(())
}

/// Says on the screen why nothing was opened, where there is one. Started from a menu, nobody sees what is printed.
pub fn tell(refusal: &Refusal) {
    display::tell(refusal);
}

fn start_log(launch: &Launch) -> Result<(), Refusal> {
    let wanted = launch.environment.get(logs::FILTER_VARIABLE).map_or("", String::as_str);
    let folder = launch.data.path();
    logs::start(folder, wanted).map_err(|source| Refusal::DataFolder { folder: folder.to_owned(), source })
}

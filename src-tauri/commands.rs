//! The one command of the window: it forwards to the engine's list of operations.

use headroom_engine::error::{ErrorCode, WireError};
use headroom_engine::operations::{AddLocalDeployment, Operation as _};
use serde_json::Value;
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons, MessageDialogKind};
use tokio::sync::oneshot;

use crate::engine_room::EngineRoom;

/// Calls `operation` with `input` and answers what the engine answers.
#[tauri::command]
pub(crate) async fn call(
    window: WebviewWindow,
    engine_room: State<'_, EngineRoom>,
    operation: String,
    input: Value,
) -> Result<Value, WireError> {
    let (engine, caller) = engine_room.engine().await?;
    if operation == AddLocalDeployment::NAME
        && let Ok(wanted) = serde_json::from_value::<AddLocalDeployment>(input.clone())
    {
        require_consent(&window, &wanted).await?;
    }
    engine.call(&caller, &operation, input).await
}

/// Asks the person before the screen, outside the page, whether this program shall be run: no script in the page can answer.
async fn require_consent(window: &WebviewWindow, wanted: &AddLocalDeployment) -> Result<(), WireError> {
    let (say, hear) = oneshot::channel();
    window
        .dialog()
        .message(question(wanted))
        .title("Run this command?")
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::OkCancelCustom("Run it".to_owned(), "Cancel".to_owned()))
        .parent(window)
        .show(move |is_agreed| {
            // The page may be gone by now; then nobody waits for the answer.
            let _ = say.send(is_agreed);
        });
    match hear.await {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => {
            Err(WireError::new(ErrorCode::Forbidden, format!("\"{}\" was not added: running its command was not agreed to.", wanted.name)))
        }
    }
}

/// What will be run, one argument a line, so that none can hide behind another.
fn question(wanted: &AddLocalDeployment) -> String {
    let arguments: String = wanted.argv.iter().map(|argument| format!("\n    {}", argument.escape_debug())).collect();
    let folder = wanted.working_folder.as_deref().unwrap_or("your home folder");
    format!("\"{}\" will run on this machine, as you, in {folder}, once per instance:\n{arguments}\n\nRun only what you know.", wanted.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_shows_every_argument_on_its_own_line() {
        let wanted = serde_json::from_value(serde_json::json!({
            "name": "Shop", "argv": ["sh", "-c", "ls\nrm -r ~"], "workingFolder": "/srv/shop", "environment": {},
        }))
        .unwrap();
        let question = question(&wanted);
        assert!(question.contains("\n    sh\n    -c\n    ls\\nrm -r ~\n"), "{question}");
        assert!(question.contains("in /srv/shop"), "{question}");
    }
}

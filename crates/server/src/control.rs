//! Commands beside a running `headroomd`: a socket in the data folder that only its owner may open, one line of JSON each way.
//!
//! There is one owner per database; whoever else wants something changed asks it here. Where nobody owns the data, the command opens it
//! itself, for as long as it takes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use headroom_engine::caller::Caller;
use headroom_engine::clock::SystemClock;
use headroom_engine::error::{ErrorCode, WireError};
use headroom_engine::{Engine, OwnerKind, copies};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::serve;

/// Its name in the data folder.
const FILE: &str = "headroomd.sock";
/// Bytes of a line at most.
const LONGEST_LINE: u64 = 8 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct Ask {
    operation: String,
    input: Value,
    user: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Output(Value),
    Error(WireError),
}

/// Calls an operation on the data of a folder, through its owner or as its owner.
///
/// # Errors
/// Why it could not be called, or was refused.
pub async fn call(
    data: &Path,
    environment: BTreeMap<String, String>,
    user: String,
    operation: &str,
    input: Value,
) -> anyhow::Result<Value> {
    if let Some(told) = platform::ask(data, &Ask { operation: operation.to_owned(), input: input.clone(), user: user.clone() }).await? {
        return match told {
            Told::Output(output) => Ok(output),
            Told::Error(error) => bail!(error),
        };
    }
    let config = serve::config(data, OwnerKind::Command, environment, user.clone())?;
    let engine = Engine::at_rest(config).await?;
    let answer = engine.call(&Caller::terminal(user), operation, input).await;
    engine.shutdown().await;
    Ok(answer?)
}

/// Calls an operation without input on the engine of a running `headroomd`; none where none runs on this data.
///
/// # Errors
/// Why it was not answered.
pub(crate) async fn ask_running(data: &Path, user: String, operation: &str) -> anyhow::Result<Option<Value>> {
    match platform::ask(data, &Ask { operation: operation.to_owned(), input: Value::Null, user }).await? {
        Some(Told::Output(output)) => Ok(Some(output)),
        Some(Told::Error(error)) => bail!(error),
        None => Ok(None),
    }
}

/// Puts a copy in the place of the database of a folder; where `headroomd` runs on it, it does so itself and goes on with that.
///
/// # Errors
/// Why it could not be restored; nothing was changed then.
pub async fn restore(data: &Path, user: String, copy_at: &Path) -> anyhow::Result<Value> {
    let copy_at = std::path::absolute(copy_at)?;
    let input = serde_json::json!({ "from": copy_at });
    let ask = Ask { operation: RESTORE.to_owned(), input, user };
    match platform::ask(data, &ask).await? {
        Some(Told::Output(output)) => Ok(output),
        Some(Told::Error(error)) => bail!(error),
        None => Ok(serde_json::to_value(copies::restore(data, &copy_at, &SystemClock).await?)?),
    }
}

/// What `headroomd` is asked that is no operation: it outlives the engine.
const RESTORE: &str = "restore";

/// A restore that was asked for, and where its outcome is said.
pub(crate) struct Restore {
    pub(crate) from: PathBuf,
    pub(crate) say: tokio::sync::oneshot::Sender<Result<Value, WireError>>,
}

/// Listens until it is dropped; restores are handed on.
///
/// # Errors
/// When the socket cannot be made.
pub(crate) fn open(data: &Path, engine: &Engine, restores: mpsc::Sender<Restore>) -> anyhow::Result<Control> {
    platform::listen(data.join(FILE), engine.clone(), restores)
}

/// Hands a restore on, and waits for what became of it.
async fn restored(input: &Value, restores: &mpsc::Sender<Restore>) -> Result<Value, WireError> {
    let ended = || WireError::new(ErrorCode::Unavailable, "headroomd is ending. Try again once it has ended.");
    let from = input.get("from").and_then(Value::as_str).map(PathBuf::from);
    let from = from.ok_or_else(|| WireError::invalid_field("from", "Name the file to restore."))?;
    let (say, hear) = tokio::sync::oneshot::channel();
    restores.send(Restore { from, say }).await.map_err(|_| ended())?;
    hear.await.map_err(|_| ended())?
}

/// The open socket; dropped, it is gone.
pub(crate) struct Control {
    path: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Control {
    /// Takes no more; who is being answered still is.
    pub(crate) fn close(self) {
        drop(self);
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
mod platform {
    use std::io::ErrorKind;
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::Duration;

    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::{UnixListener, UnixStream};

    use super::*;

    /// An order may take 35 s.
    const LIMIT: Duration = Duration::from_secs(60);

    pub(super) async fn ask(data: &Path, ask: &Ask) -> anyhow::Result<Option<Told>> {
        let stream = match UnixStream::connect(data.join(FILE)).await {
            Ok(stream) => stream,
            // Nobody is there, or who was there ended badly.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => return Ok(None),
            Err(error) => return Err(error).context("The running headroomd cannot be asked"),
        };
        let mut line = serde_json::to_vec(ask)?;
        line.push(b'\n');
        let (read, mut write) = stream.into_split();
        write.write_all(&line).await?;
        let mut told = String::new();
        let mut lines = BufReader::new(read.take(LONGEST_LINE));
        tokio::time::timeout(LIMIT, lines.read_line(&mut told)).await.context("The running headroomd does not answer")??;
        serde_json::from_str(&told).map(Some).context("The running headroomd answered nothing that can be read")
    }

    pub(super) fn listen(path: PathBuf, engine: Engine, restores: mpsc::Sender<Restore>) -> anyhow::Result<Control> {
        // The data is ours, so whoever left this is gone.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path)
            .and_then(|listener| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map(|()| listener))
            .with_context(|| format!("{} cannot be made", path.display()))?;
        let task = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(answer(stream, engine.clone(), restores.clone()))),
                    Err(error) => {
                        tracing::warn!(%error, "the control socket does not take more");
                        return;
                    }
                }
            }
        });
        Ok(Control { path, task })
    }

    async fn answer(stream: UnixStream, engine: Engine, restores: mpsc::Sender<Restore>) {
        let (read, mut write) = stream.into_split();
        let mut line = String::new();
        let read = BufReader::new(read.take(LONGEST_LINE)).read_line(&mut line).await;
        if read.is_err() {
            return;
        }
        let told = match serde_json::from_str::<Ask>(&line) {
            Ok(ask) if ask.operation == RESTORE => {
                // Who waits for it must not hold the data that it replaces.
                drop(engine);
                restored(&ask.input, &restores).await.map_or_else(Told::Error, Told::Output)
            }
            Ok(ask) => {
                let answer = engine.call(&Caller::terminal(ask.user), &ask.operation, ask.input).await;
                answer.map_or_else(Told::Error, Told::Output)
            }
            Err(error) => Told::Error(WireError::new(ErrorCode::BadRequest, format!("The line is not of its form: {error}."))),
        };
        let mut line = serde_json::to_vec(&told).unwrap_or_default();
        line.push(b'\n');
        // Who asked may be gone.
        let _ = write.write_all(&line).await;
    }
}

#[cfg(not(unix))]
mod platform {
    use super::*;

    pub(super) async fn ask(_data: &Path, _ask: &Ask) -> anyhow::Result<Option<Told>> {
        Ok(None)
    }

    pub(super) fn listen(path: PathBuf, _engine: Engine, _restores: mpsc::Sender<Restore>) -> anyhow::Result<Control> {
        Ok(Control { path, task: tokio::spawn(std::future::pending()) })
    }
}

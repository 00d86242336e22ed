//! `headroomd serve`: the engine without a window, behind its doors, until it is asked to end.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use headroom_core::deployment::DeploymentId;
use headroom_engine::caller::Caller;
use headroom_engine::clock::SystemClock;
use headroom_engine::error::WireError;
use headroom_engine::operations::{
    AddLocalDeployment, AddReplayDeployment, AddSample, DeploymentPage, ListDeployments, Operation as _, SavePolicy,
};
use headroom_engine::{Engine, EngineConfig, OwnerKind, copies};
use hyper_util::rt::TokioTimer;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use crate::control::Restore;
use crate::door::Door;
use crate::settings::{Declared, ServeSettings};
use crate::{control, logs};

/// Who is still being answered at the end has this long.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Local instances drain and end in less; the guard ends what does not.
const STOP_LIMIT: Duration = Duration::from_secs(45);
/// The data is let go of with the last answer: tried so often, with this pause.
const RELEASE_TRIES: u32 = 100;
const RELEASE_PAUSE: Duration = Duration::from_millis(100);
/// The head of a request has to be there by then.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// Bytes of a request's head.
const LONGEST_HEAD: usize = 32 << 10;

/// Runs until the process is asked to end, and ends in order.
///
/// # Errors
/// When it cannot start: the data, the address or the certificate, each with what to do.
pub async fn run(settings: ServeSettings, environment: BTreeMap<String, String>, user: String) -> anyhow::Result<()> {
    logs::start(&settings.data, &settings.log).with_context(|| format!("The log in {} cannot be written", settings.data.display()))?;
    let listeners = bind(&settings.listen)?;
    let certificate = match &settings.certificate {
        Some(certificate) => Some(certificate.load(&settings.data).await?),
        None => None,
    };
    let config = config(&settings.data, OwnerKind::Server, environment, user)?;
    while let Some(restore) = serve_once(&settings, &config, &listeners, certificate.clone()).await? {
        let restored = restored(&settings.data, &restore.from, &config).await;
        match &restored {
            Ok(before) => tracing::info!(from = %restore.from.display(), before = ?before, "a copy was restored"),
            Err(error) => tracing::warn!(from = %restore.from.display(), %error, "a copy was not restored"),
        }
        // Who asked may be gone.
        let _ = restore.say.send(restored.map(|before| json!(before)));
    }
    tracing::info!("headroomd ends");
    Ok(())
}

/// Restores, as soon as whoever was still being answered has let go of the data.
async fn restored(data: &Path, from: &Path, config: &EngineConfig) -> Result<Option<PathBuf>, WireError> {
    let mut left = RELEASE_TRIES;
    loop {
        match copies::restore(data, from, &*config.clock).await {
            Err(error) if copies::is_owned(&error) && left > 0 => left -= 1,
            other => return other.map_err(Into::into),
        }
        tokio::time::sleep(RELEASE_PAUSE).await;
    }
}

/// One engine behind its doors, until the process is asked to end or a copy is to take its data's place.
async fn serve_once(
    settings: &ServeSettings,
    config: &EngineConfig,
    listeners: &[TcpListener],
    certificate: Option<RustlsConfig>,
) -> anyhow::Result<Option<Restore>> {
    let engine = Engine::start(config.clone()).await?;
    let (ask, mut restores) = mpsc::channel(1);
    let control = control::open(&settings.data, &engine, ask)?;
    engine.run();
    let listeners = listeners.iter().map(TcpListener::try_clone).collect::<io::Result<_>>()?;
    let open = Open::start(&engine, settings, listeners, certificate).await?;
    declare(&engine, &settings.deployments).await?;
    if settings.sample {
        call(&engine, AddSample::NAME, json!({})).await?;
    }
    tracing::info!(addresses = ?open.addresses, data = %settings.data.display(), version = env!("CARGO_PKG_VERSION"), "headroomd serves");
    let restore = tokio::select! {
        () = asked_to_end() => None,
        restore = restores.recv() => restore,
    };
    control.close();
    open.close().await;
    if tokio::time::timeout(STOP_LIMIT, engine.shutdown()).await.is_err() {
        tracing::warn!(seconds = STOP_LIMIT.as_secs(), "Ending took too long; the guard ends what still runs.");
    }
    Ok(restore)
}

/// An engine's configuration for a process without a window.
///
/// # Errors
/// When the system does not say where this program lies.
pub fn config(data: &Path, kind: OwnerKind, environment: BTreeMap<String, String>, user: String) -> anyhow::Result<EngineConfig> {
    let home = environment.get("HOME").map_or_else(|| data.to_owned(), PathBuf::from);
    Ok(EngineConfig {
        data_folder: data.to_owned(),
        program: std::env::current_exe().context("The system does not say where this program lies")?,
        home,
        environment,
        kind,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        user,
        clock: Arc::new(SystemClock),
        database_limit: None,
        offer_sample: false,
        notifier: None,
    })
}

/// Takes the addresses. This machine's second family may be missing; the first address may not.
///
/// # Errors
/// When one cannot be listened on.
pub fn bind(addresses: &[SocketAddr]) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for wanted in addresses {
        let mut address = *wanted;
        // Whatever port the first one got.
        if let (0, Some(first)) = (address.port(), listeners.first()) {
            address.set_port(TcpListener::local_addr(first)?.port());
        }
        match TcpListener::bind(address) {
            Ok(listener) => {
                listener.set_nonblocking(true)?;
                listeners.push(listener);
            }
            Err(error) if !listeners.is_empty() && error.kind() != io::ErrorKind::AddrInUse => {
                tracing::warn!(%address, %error, "not listening there too");
            }
            Err(error) => bail!("Cannot listen on {address}: {error}. Name another address with --listen, or end what listens there."),
        }
    }
    Ok(listeners)
}

/// A door that is open.
pub struct Open {
    /// Where.
    pub addresses: Vec<SocketAddr>,
    handle: Handle<SocketAddr>,
    tasks: JoinSet<io::Result<()>>,
    sockets: socketioxide::SocketIo,
    pusher: JoinHandle<()>,
}

impl Open {
    /// Opens the door.
    ///
    /// # Errors
    /// When a listener cannot be used.
    pub async fn start(
        engine: &Engine,
        settings: &ServeSettings,
        listeners: Vec<TcpListener>,
        certificate: Option<RustlsConfig>,
    ) -> anyhow::Result<Self> {
        let (router, pusher) = Door::new(engine.clone(), settings.door.clone()).router();
        let sockets = pusher.closer();
        let mut tasks = JoinSet::new();
        let handle = Handle::new();
        let mut addresses = Vec::new();
        for listener in listeners {
            addresses.push(listener.local_addr()?);
            serve(&mut tasks, listener, router.clone(), handle.clone(), certificate.clone())?;
        }
        let pusher = tokio::spawn(pusher.run());
        Ok(Self { addresses, handle, tasks, sockets, pusher })
    }

    /// Takes no more requests, answers those that are there, closes what is open.
    pub async fn close(mut self) {
        self.handle.graceful_shutdown(Some(ANSWER_LIMIT));
        self.sockets.close().await;
        self.pusher.abort();
        while let Some(ended) = self.tasks.join_next().await {
            if let Ok(Err(error)) = ended {
                tracing::warn!(%error, "a listener ended badly");
            }
        }
    }
}

fn serve(
    tasks: &mut JoinSet<io::Result<()>>,
    listener: TcpListener,
    router: Router,
    handle: Handle<SocketAddr>,
    certificate: Option<RustlsConfig>,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match certificate {
        Some(certificate) => {
            let mut server = axum_server::from_tcp_rustls(listener, certificate)?.handle(handle);
            limit(server.http_builder());
            tasks.spawn(server.serve(service));
        }
        None => {
            let mut server = axum_server::from_tcp(listener)?.handle(handle);
            limit(server.http_builder());
            tasks.spawn(server.serve(service));
        }
    }
    Ok(())
}

fn limit<E>(builder: &mut hyper_util::server::conn::auto::Builder<E>) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT).max_buf_size(LONGEST_HEAD);
    builder.http2().timer(TokioTimer::new()).max_header_list_size(LONGEST_HEAD as u32).keep_alive_interval(Some(HEAD_LIMIT));
}

/// Adds the deployments of the configuration file that are not there yet.
async fn declare(engine: &Engine, declared: &[Declared]) -> anyhow::Result<()> {
    if declared.is_empty() {
        return Ok(());
    }
    let there = names(engine).await?;
    for deployment in declared.iter().filter(|deployment| !there.contains(&deployment.name)) {
        let operation = if deployment.input.get("argv").is_some() { AddLocalDeployment::NAME } else { AddReplayDeployment::NAME };
        let added = call(engine, operation, deployment.input.clone()).await.with_context(|| format!("“{}”", deployment.name))?;
        let id: DeploymentId = serde_json::from_value(added["deployment"]["id"].clone())?;
        if let Some(draft) = &deployment.policy {
            let saved = call(engine, SavePolicy::NAME, json!({ "deploymentId": id, "draft": draft })).await;
            saved.with_context(|| format!("The policy of “{}”", deployment.name))?;
        }
    }
    Ok(())
}

async fn names(engine: &Engine) -> anyhow::Result<Vec<String>> {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = ListDeployments { limit: Some(500), after };
        let page: DeploymentPage = serde_json::from_value(call(engine, ListDeployments::NAME, serde_json::to_value(page)?).await?)?;
        names.extend(page.deployments.into_iter().map(|row| row.name));
        match page.next_cursor {
            Some(next) => after = Some(next),
            None => return Ok(names),
        }
    }
}

async fn call(engine: &Engine, operation: &str, input: Value) -> anyhow::Result<Value> {
    Ok(engine.call(&Caller::configuration(), operation, input).await?)
}

/// Returns when the terminal, the system or its service manager asks for the end.
async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

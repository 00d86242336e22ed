//! Where a journey plays: a screen in memory, a session bus, a home, a data folder and a driver, all its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use headroom_engine::clock::SystemClock;
use headroom_engine::{Engine, EngineConfig, OwnerKind};
use tempfile::TempDir;

use crate::dialog;
use crate::page::Page;
use crate::process::{self, Owned, PATIENCE};
use crate::server::Server;
use crate::webdriver::Session;

/// The app stops its local instances before it ends, and drains them first.
const APP_ENDS_WITHIN: Duration = Duration::from_secs(60);

/// Everything that one app needs around it. Fields end in this order: driver, screen, bus, folders.
pub(crate) struct Stage {
    driver: Owned,
    _screen: Option<Owned>,
    _bus: Option<Owned>,
    home: TempDir,
    surroundings: Vec<(&'static str, String)>,
    port: u16,
    name: String,
}

impl Stage {
    /// Sets everything up; `name` is the journey's, and its pictures' and logs'.
    pub(crate) fn set(name: &str) -> Self {
        Self::set_with(name, &[])
    }

    /// The same with more surroundings.
    #[expect(clippy::disallowed_methods, reason = "the programs of the stage are found where the test's own are")]
    pub(crate) fn set_with(name: &str, more: &[(&'static str, String)]) -> Self {
        let home = tempfile::Builder::new().prefix("headroom-journey-").tempdir().unwrap();
        let runtime = home.path().join("runtime");
        std::fs::create_dir(&runtime).unwrap();
        std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();

        let (screen, display) = Owned::start_and_hear(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"])
                .stderr(Stdio::null()),
        );
        let (bus, address) =
            Owned::start_and_hear(Command::new("dbus-daemon").args(["--session", "--nofork", "--print-address"]).stderr(Stdio::null()));
        let mut surroundings = vec![
            ("DISPLAY", format!(":{display}")),
            ("DBUS_SESSION_BUS_ADDRESS", address),
            ("XDG_RUNTIME_DIR", runtime.display().to_string()),
            ("HOME", home.path().display().to_string()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("LANG", "C.UTF-8".to_owned()),
            ("TZ", "UTC".to_owned()),
            ("GDK_BACKEND", "x11".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            // There is no graphics card in memory.
            ("LIBGL_ALWAYS_SOFTWARE", "1".to_owned()),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1".to_owned()),
            ("TAURI_WEBVIEW_AUTOMATION", "true".to_owned()),
        ];
        surroundings.extend(more.iter().cloned());

        let port = free_port();
        let log = File::create(artifacts().join(format!("{name}.log"))).unwrap();
        let driver = Owned::start(
            Command::new("WebKitWebDriver")
                .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
                .env_clear()
                .envs(surroundings.iter().map(|(key, value)| (key, value)))
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log),
        );
        process::until(PATIENCE, "the driver answers", || Session::is_ready(port));
        Self { driver, _screen: Some(screen), _bus: Some(bus), home, surroundings, port, name: name.to_owned() }
    }

    /// A home and a browser without a screen, for the pages that `headroomd` serves.
    #[expect(clippy::disallowed_methods, reason = "the programs of the stage are found where the test's own are")]
    pub(crate) fn in_a_browser(name: &str) -> Self {
        let home = tempfile::Builder::new().prefix("headroom-journey-").tempdir().unwrap();
        let surroundings = vec![
            ("HOME", home.path().display().to_string()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("LANG", "C.UTF-8".to_owned()),
            ("TZ", "UTC".to_owned()),
        ];
        let port = free_port();
        let log = File::create(artifacts().join(format!("{name}.log"))).unwrap();
        let driver = Owned::start(
            Command::new("chromedriver")
                .arg(format!("--port={port}"))
                .env_clear()
                .envs(surroundings.iter().map(|(key, value)| (key, value)))
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log),
        );
        process::until(PATIENCE, "the driver answers", || Session::is_ready(port));
        Self { driver, _screen: None, _bus: None, home, surroundings, port, name: name.to_owned() }
    }

    /// Opens the browser on the page that `server` serves, whose engine is asked with `token`.
    pub(crate) fn browse(&self, server: &Server, token: &str) -> Page<'_> {
        Page::browsing(Session::browse(self.port, &server.url()), self, token)
    }

    /// This stage's own home.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The data folder of this stage's app.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// A data folder of this stage from which the sample was removed: nothing runs there.
    pub(crate) fn data_without_sample(&self) -> PathBuf {
        let data = self.data();
        let config = EngineConfig {
            data_folder: data.clone(),
            program: binary(),
            home: self.home.path().to_owned(),
            environment: BTreeMap::new(),
            kind: OwnerKind::Command,
            version: "0.0.0-test".to_owned(),
            user: "journey".to_owned(),
            clock: Arc::new(SystemClock),
            database_limit: None,
            offer_sample: false,
            notifier: None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async { Engine::start(config).await.unwrap().shutdown().await });
        drop(runtime);
        let connection = rusqlite::Connection::open(data.join("headroom.db")).unwrap();
        connection.execute("INSERT INTO settings (name, value, updated_at) VALUES ('sample_offered', 'true', 0)", []).unwrap();
        connection.close().unwrap();
        data
    }

    /// Whether the app's window is on the screen.
    pub(crate) fn shows_a_window(&self) -> bool {
        !dialog::windows(self, "Headroom").is_empty()
    }

    /// Opens the app on this stage's data folder.
    pub(crate) fn open(&mut self) -> Page<'_> {
        let data = self.data();
        self.open_on(&data)
    }

    /// Opens the app on another data folder.
    pub(crate) fn open_on(&mut self, data: &Path) -> Page<'_> {
        self.open_with(data, &[])
    }

    /// Opens the app with more arguments.
    pub(crate) fn open_with(&self, data: &Path, more: &[&str]) -> Page<'_> {
        self.open_program(&binary(), data, more)
    }

    /// Opens an app that lies elsewhere.
    pub(crate) fn open_program(&self, program: &Path, data: &Path, more: &[&str]) -> Page<'_> {
        let mut arguments = vec!["--data".to_owned(), data.display().to_string()];
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        Page::new(Session::open(self.port, program, &arguments), self)
    }

    /// The session bus.
    pub(crate) fn bus(&self) -> &str {
        self.surroundings
            .iter()
            .find(|(name, _)| *name == "DBUS_SESSION_BUS_ADDRESS")
            .map(|(_, address)| address.as_str())
            .expect("a stage has one")
    }

    /// The environment of every program on this stage.
    pub(crate) fn surroundings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.surroundings.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Starts the app on this stage's desktop without the driver, on `data`, with more surroundings of its own.
    pub(crate) fn start(&self, data: &Path, more: &[&str], surroundings: &[(&str, &str)]) -> Owned {
        let mut app = Command::new(binary());
        app.arg("--data").arg(data).args(more).env_clear().envs(self.surroundings()).envs(surroundings.iter().copied());
        Owned::start(app.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// Waits until the app and all that it started are gone.
    pub(crate) fn wait_for_the_app_to_end(&self) {
        process::until(APP_ENDS_WITHIN, "the app ends", || process::children_of(self.driver.id()).is_empty());
    }

    /// The app's process.
    pub(crate) fn app_id(&self) -> u32 {
        let children = process::children_of(self.driver.id());
        assert_eq!(children.len(), 1, "the driver started one app");
        children[0]
    }

    /// Starts the app a second time, with more arguments, and gives its exit code.
    pub(crate) fn start_beside(&self, data: &Path, more: &[&str]) -> Option<i32> {
        self.start(data, more, &[]).wait()
    }

    /// Keeps a picture beside the logs.
    pub(crate) fn keep_picture(&self, name: &str, picture: &[u8]) {
        std::fs::write(artifacts().join(format!("{}-{name}.png", self.name)), picture).unwrap();
    }
}

/// The app as `cargo build` left it, beside this test's own folder.
pub(crate) fn binary() -> PathBuf {
    built("headroom")
}

/// A program of this workspace.
pub(crate) fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(Path::parent).expect("tests stand in target/<profile>/deps").join(name);
    assert!(built.is_file(), "{} is not built: run `make test`, or `cargo build --workspace --bins` first", built.display());
    built
}

/// Where pictures and logs are kept: `HEADROOM_ARTIFACTS`, or `artifacts/` in the repository.
#[expect(clippy::disallowed_methods, reason = "a test binary is where its settings are read")]
fn artifacts() -> PathBuf {
    let folder = std::env::var_os("HEADROOM_ARTIFACTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the repository").join("artifacts"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

//! An engine behind an open door, and a client.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use headroom_engine::caller::Caller;
use headroom_engine::clock::ManualClock;
use headroom_engine::{AutoScalingService, Engine, EngineConfig, OwnerKind};
use headroom_server::serve::{self, Open};
use headroom_server::settings::{ServeArguments, ServeSettings};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use tempfile::TempDir;

/// No single wait is longer.
pub const BOUND: Duration = Duration::from_secs(60);

/// Lists the tests of a file.
macro_rules! trials {
    ($($test:ident),+ $(,)?) => {
        /// The tests of this file.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(crate::house::trial(concat!(module_path!(), "::", stringify!($test)), $test)),+]
        }
    };
}
pub(crate) use trials;

/// One test on a runtime of its own.
pub fn trial<F: Future<Output = ()>>(name: &str, test: impl Fn() -> F + Send + 'static) -> Trial {
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(test());
        Ok(())
    })
}

/// Waits, with a bound.
pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(BOUND, wait).await.unwrap_or_else(|_| panic!("waited {BOUND:?} for {what}"))
}

pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 10, 12, 0, 0).single().expect("a legal time")
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The answer, which has to have this status.
    #[track_caller]
    pub fn of(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.json()
    }

    /// The code of a refusal of this status.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers.get("content-type").map(String::as_str), Some("application/problem+json"), "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
        problem["code"].as_str().expect("a code").to_owned()
    }
}

/// An engine behind an open door.
pub struct House {
    pub folder: TempDir,
    pub engine: Engine,
    pub clock: ManualClock,
    pub address: SocketAddr,
    pub addresses: Vec<SocketAddr>,
    open: Open,
}

impl House {
    pub async fn open() -> Self {
        Self::open_with(ServeArguments::default()).await
    }

    pub async fn open_with(arguments: ServeArguments) -> Self {
        let folder = tempfile::Builder::new().prefix("headroom-api-").tempdir().expect("a folder");
        let clock = ManualClock::starting_at(noon());
        let config = EngineConfig {
            data_folder: folder.path().join("data"),
            program: std::env::current_exe().expect("this program has a path"),
            home: folder.path().to_owned(),
            environment: BTreeMap::new(),
            kind: OwnerKind::Server,
            version: "0.0.0-test".to_owned(),
            user: "Ada".to_owned(),
            clock: Arc::new(clock.clone()),
            database_limit: None,
            offer_sample: false,
            notifier: None,
        };
        let engine = within("the engine", Engine::start(config)).await.expect("the engine starts");
        let listen = arguments.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        let data = folder.path().join("data");
        let settings = ServeSettings::settle(ServeArguments { data, listen: Some(listen), ..arguments }).expect("settled");
        let listeners = serve::bind(&settings.listen).expect("a free port");
        let open = Open::start(&engine, &settings, listeners, None).await.expect("the door opens");
        Self { folder, engine, clock, address: open.addresses[0], addresses: open.addresses.clone(), open }
    }

    pub async fn close(self) {
        within("the door's end", self.open.close()).await;
        within("the engine's end", self.engine.shutdown()).await;
    }

    pub async fn call(&self, operation: &str, input: Value) -> Value {
        let answer = within(operation, self.engine.call(&Caller::window("Ada"), operation, input)).await;
        answer.unwrap_or_else(|error| panic!("{operation}: {error:?}"))
    }

    /// A token of a role that lives an hour.
    pub async fn token(&self, role: &str) -> String {
        let created = self.call("create_token", json!({ "name": role, "role": role, "lifeSeconds": 3_600 })).await;
        created["token"].as_str().expect("a token").to_owned()
    }

    /// Adds a deployment with constant readings; 50 % CPU and 1 core where not said otherwise.
    pub async fn add(&self, name: &str, cpu: f64) -> String {
        let path = self.folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, format!("timestamp_s,cpu,memory,response_time,error_rate\n0,{cpu},40,300,0\n")).expect("written");
        let added = self.call("add_replay_deployment", json!({ "name": name, "file": path, "instances": 2 })).await;
        added["deployment"]["id"].as_str().expect("an id").to_owned()
    }

    /// Moves the clock on, and evaluates.
    pub async fn tick_after(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
        within("a tick", AutoScalingService::of(&self.engine).tick()).await;
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.send("GET", path, token, None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.send("POST", path, Some(token), Some(body)).await
    }

    pub async fn send(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut headers = Vec::new();
        if let Some(token) = token {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        self.send_with(method, path, &headers, body.map(|body| body.to_string()).as_deref()).await
    }

    pub async fn send_with(&self, method: &str, path: &str, headers: &[(String, String)], body: Option<&str>) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| name == "host") {
            request.push_str(&format!("host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or_default());
        self.raw(request.into_bytes()).await
    }

    /// Sends bytes as they are and reads the answer to its end.
    pub async fn raw(&self, request: Vec<u8>) -> Answer {
        let address = self.address;
        let read = tokio::task::spawn_blocking(move || exchange(address, &request));
        within("an answer", read).await.expect("the exchange ran")
    }
}

fn exchange(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).expect("connects");
    stream.set_read_timeout(Some(BOUND)).expect("set");
    // The server may answer and close before everything is sent.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers: BTreeMap<String, String> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let chunked = headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked");
    let body = if chunked { unchunked(body) } else { body.to_owned() };
    Answer { status, headers, body }
}

/// RFC 9112 §7.1, for answers of text.
fn unchunked(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).expect("a size");
        if size == 0 {
            break;
        }
        body.push_str(&after[..size]);
        rest = &after[size + 2..];
    }
    body
}

/// Asks again until there is an answer, with a bound.
pub fn patiently<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let since = std::time::Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(since.elapsed() < BOUND, "waited {BOUND:?}");
        std::thread::yield_now();
    }
}

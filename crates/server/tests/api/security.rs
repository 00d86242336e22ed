//! Who is not let in, and what is not taken.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use headroom_engine::operations::{ALL, Kind, Role};
use headroom_server::routes;
use headroom_server::settings::ServeArguments;
use serde_json::json;

use crate::house::{BOUND, House, trials, within};

trials![
    without_a_good_token_no_route_answers,
    roles_bound_what_a_token_may_do,
    commands_are_refused_everywhere,
    a_revoked_token_is_refused_at_once_and_an_expired_one_in_time,
    only_known_hosts_and_origins_are_answered,
    allowed_origins_get_their_headers_and_others_none,
    bodies_that_are_too_long_too_deep_or_no_json_are_refused,
    a_slow_head_is_given_up,
    addresses_and_queries_cannot_reach_out,
    who_asks_too_often_is_slowed_down,
    secrets_are_in_no_answer_log_or_database,
];

fn every_address() -> Vec<(String, String)> {
    let routes = routes::all().into_iter().map(|route| (route.method.to_string(), route.path.replace("{id}", "dep_1")));
    let operations = ALL.iter().map(|operation| ("POST".to_owned(), format!("/api/operations/{}", operation.name)));
    routes.chain(operations).chain([("GET".to_owned(), "/metrics".to_owned())]).collect()
}

async fn without_a_good_token_no_route_answers() {
    let house = House::open().await;
    let good = house.token("admin").await;
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    // `{"alg":"none","typ":"JWT"}` in the place of the real head.
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", head.split_once('.').expect("claims").1);
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    let other = House::open().await;
    let of_another = other.token("admin").await;
    let shown = ["", "nonsense", &none, &forged, &of_another, head];
    for (number, (method, path)) in every_address().into_iter().enumerate() {
        // Each address once with each kind would be stopped as guessing; every kind meets many addresses.
        house.clock.advance(chrono::TimeDelta::seconds(1));
        let token = shown[number % shown.len()];
        let answer = unhurried(&house, &method, &path, (!token.is_empty()).then_some(token)).await;
        assert_eq!(answer.headers.get("www-authenticate").map(String::as_str), Some("Bearer"), "{method} {path}");
        assert_eq!(answer.refused(401), "unauthorized", "{method} {path}");
    }
    house.close().await;
    other.close().await;
}

/// As a stranger who waits when told to.
async fn unhurried(house: &House, method: &str, path: &str, token: Option<&str>) -> crate::house::Answer {
    within("a turn", async {
        loop {
            let answer = house.send(method, path, token, None).await;
            if answer.status != 429 {
                return answer;
            }
        }
    })
    .await
}

async fn roles_bound_what_a_token_may_do() {
    let house = House::open().await;
    let tokens = [
        (Role::Viewer, house.token("viewer").await),
        (Role::Operator, house.token("operator").await),
        (Role::Admin, house.token("admin").await),
    ];
    for operation in ALL {
        for (role, token) in &tokens {
            let answer = house.post(&format!("/api/operations/{}", operation.name), token, json!({})).await;
            let may = *role >= operation.role && operation.kind != Kind::WindowCommand;
            assert_eq!(answer.status != 403, may, "{} as {role:?}: {}", operation.name, answer.body);
        }
    }
    house.close().await;
}

async fn commands_are_refused_everywhere() {
    let house = House::open().await;
    let token = house.token("admin").await;
    let command = json!({ "name": "mine", "argv": ["sh", "-c", "id", "{port}"] });
    assert_eq!(house.post("/api/deployments", &token, command.clone()).await.refused(403), "local_only");
    assert_eq!(house.post("/api/operations/add_local_deployment", &token, command).await.refused(403), "local_only");
    assert_eq!(house.post("/api/operations/add_sample", &token, json!({})).await.refused(403), "local_only");
    let file = json!({ "name": "mine", "file": "/etc/passwd" });
    assert_eq!(house.post("/api/operations/add_replay_deployment", &token, file).await.refused(403), "local_only");
    house.close().await;
}

async fn a_revoked_token_is_refused_at_once_and_an_expired_one_in_time() {
    let house = House::open().await;
    let admin = house.token("admin").await;
    let created =
        house.post("/api/operations/create_token", &admin, json!({ "name": "ci", "role": "viewer", "lifeSeconds": 60 })).await.of(200);
    let (token, id) = (created["token"].as_str().expect("a token"), created["details"]["id"].as_str().expect("an id"));
    assert_eq!(house.get("/api/deployments", Some(token)).await.status, 200);
    house.post("/api/operations/revoke_token", &admin, json!({ "tokenId": id })).await.of(200);
    assert_eq!(house.get("/api/deployments", Some(token)).await.refused(401), "unauthorized");
    let listed = house.post("/api/operations/list_tokens", &admin, json!({})).await.of(200);
    let row = listed["tokens"].as_array().expect("tokens").iter().find(|row| row["id"] == id).expect("listed").clone();
    assert_eq!((&row["state"], &row["revokedBy"]), (&json!("revoked"), &json!("admin")));
    house.clock.advance(chrono::TimeDelta::seconds(3_600));
    let expired = house.get("/api/deployments", Some(&admin)).await;
    assert!(expired.body.contains("time is over"), "{}", expired.body);
    assert_eq!(expired.refused(401), "unauthorized");
    house.close().await;
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn only_known_hosts_and_origins_are_answered() {
    let arguments = ServeArguments { hosts: vec!["headroom.example.org".to_owned()], ..ServeArguments::default() };
    let house = House::open_with(arguments).await;
    for host in ["evil.example.org", "127.0.0.1.evil.example.org:3000", ""] {
        let answer = house.send_with("GET", "/health", &named(&[("host", host)]), None).await;
        assert_eq!(answer.refused(403), "unknown_host", "{host}");
    }
    for host in ["localhost:3000", "127.0.0.1", "[::1]:3000", "headroom.example.org"] {
        assert_eq!(house.send_with("GET", "/health", &named(&[("host", host)]), None).await.status, 200, "{host}");
    }
    let twice = house.send_with("GET", "/health", &named(&[("host", "localhost"), ("host", "localhost")]), None).await;
    assert!([400, 403].contains(&twice.status), "{}", twice.status);
    for path in ["/health", "/api/deployments", "/socket.io/?EIO=4&transport=polling", "/"] {
        let evil = named(&[("host", "localhost:3000"), ("origin", "http://evil.example.org")]);
        assert_eq!(house.send_with("GET", path, &evil, None).await.refused(403), "unknown_origin", "{path}");
    }
    let own = named(&[("host", "localhost:3000"), ("origin", "http://localhost:3000")]);
    assert_eq!(house.send_with("GET", "/health", &own, None).await.status, 200);
    house.close().await;
}

async fn allowed_origins_get_their_headers_and_others_none() {
    let origin = "https://dashboard.example.org";
    let arguments = ServeArguments { allow_origins: vec![origin.to_owned()], ..ServeArguments::default() };
    let house = House::open_with(arguments).await;
    let ask = named(&[("host", "localhost"), ("origin", origin), ("access-control-request-method", "POST")]);
    let preflight = house.send_with("OPTIONS", "/api/deployments", &ask, None).await;
    assert_eq!((preflight.status, preflight.headers.get("access-control-allow-origin").map(String::as_str)), (204, Some(origin)));
    assert!(preflight.headers["access-control-allow-headers"].contains("authorization"));
    assert!(!preflight.headers.contains_key("access-control-allow-credentials"), "there are no cookies");
    let answer = house.send_with("GET", "/health", &named(&[("host", "localhost"), ("origin", origin)]), None).await;
    assert_eq!((answer.status, answer.headers.get("access-control-allow-origin").map(String::as_str)), (200, Some(origin)));
    assert!(!house.get("/health", None).await.headers.contains_key("access-control-allow-origin"));
    house.close().await;
}

async fn bodies_that_are_too_long_too_deep_or_no_json_are_refused() {
    let house = House::open().await;
    let token = house.token("admin").await;
    let headers = named(&[("authorization", &format!("Bearer {token}")), ("content-type", "application/json")]);
    let path = "/api/operations/pause_all";
    let long = format!("{{\"reason\":\"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(house.send_with("POST", path, &headers, Some(&long)).await.refused(413), "too_large");
    // The same without saying how long it is.
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let chunk = format!("{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    assert_eq!(house.raw([head.into_bytes(), chunk.into_bytes()].concat()).await.refused(413), "too_large");
    let deep = format!("{{\"reason\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [&deep, "{", "[]", "\"text\"", "{\"reason\":1}", "{\"reason\":\"\\ud800\"}", "\u{0}"] {
        assert_eq!(
            house.send_with("POST", path, &headers, Some(body)).await.refused(400),
            "bad_request",
            "{}",
            &body[..body.len().min(30)]
        );
    }
    let form = named(&[("authorization", &format!("Bearer {token}")), ("content-type", "text/plain")]);
    assert_eq!(house.send_with("POST", path, &form, Some("{}")).await.refused(415), "unsupported_media_type");
    house.close().await;
}

async fn a_slow_head_is_given_up() {
    let house = House::open().await;
    let address = house.address;
    let ended = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("connects");
        stream.set_read_timeout(Some(BOUND)).expect("set");
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: local").expect("sent");
        // Nothing more comes; the server ends it.
        stream.read_to_end(&mut Vec::new()).is_ok()
    });
    assert!(within("the connection's end", ended).await.expect("ran"));
    house.close().await;
}

async fn addresses_and_queries_cannot_reach_out() {
    let house = House::open().await;
    let token = house.token("admin").await;
    for id in ["..%2f..%2fetc%2fpasswd", "'%20OR%201=1--", "%00", "%0d%0aset-cookie:%20a=b", "x".repeat(5_000).as_str()] {
        let answer = house.get(&format!("/api/deployments/{id}/scaling/status"), Some(&token)).await;
        assert!(!answer.headers.contains_key("set-cookie"));
        assert_eq!(answer.refused(404), "not_found", "{id}");
    }
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/assets/../../Cargo.toml", "//etc/passwd", "/api/", "/api/nothing"] {
        let answer = house.get(path, Some(&token)).await;
        assert!([400, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
    }
    let history = "/api/events?type=';DROP%20TABLE%20events;--";
    assert_eq!(house.get(history, Some(&token)).await.refused(400), "bad_request");
    assert_eq!(house.get("/api/events", Some(&token)).await.status, 200);
    house.close().await;
}

async fn who_asks_too_often_is_slowed_down() {
    let arguments = ServeArguments { requests_per_second: std::num::NonZeroU32::new(1), ..ServeArguments::default() };
    let house = House::open_with(arguments).await;
    let (one, other) = (house.token("viewer").await, house.token("viewer").await);
    let path = "/api/scaling/policy-templates";
    let mut statuses = Vec::new();
    let mut retry_after = None;
    for _ in 0..20 {
        let answer = house.get(path, Some(&one)).await;
        statuses.push(answer.status);
        if answer.status == 429 {
            retry_after = answer.headers.get("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
            break;
        }
    }
    assert_eq!((statuses[0], statuses[1], statuses.last()), (200, 200, Some(&429)), "{statuses:?}");
    assert!(retry_after.is_some_and(|seconds| seconds >= 1));
    assert_eq!(house.get(path, Some(&other)).await.status, 200, "each token for itself");
    house.close().await;
}

async fn secrets_are_in_no_answer_log_or_database() {
    let house = House::open().await;
    let token = house.token("admin").await;
    let signature = token.rsplit_once('.').expect("three parts").1.to_owned();
    let described = house.post("/api/operations/list_tokens", &token, json!({})).await;
    assert!(!described.body.contains(&signature));
    let refused = house.get("/api/deployments", Some(&format!("{token}x"))).await;
    assert!(!refused.body.contains(&signature), "{}", refused.body);
    let data = house.folder.path().join("data");
    let secret = std::fs::read(data.join("api-secret")).expect("the secret is a file");
    let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let mut looked_at = 0;
    for entry in std::fs::read_dir(&data).expect("the folder").flatten().filter(|entry| entry.file_name() != "api-secret") {
        let Ok(bytes) = std::fs::read(entry.path()) else { continue };
        looked_at += 1;
        assert!(!holds(&bytes, signature.as_bytes()) && !holds(&bytes, &secret), "{}", entry.path().display());
    }
    assert!(looked_at > 0, "the database is there");
    house.close().await;
}

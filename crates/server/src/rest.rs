//! REST: every operation under its name, the guide's routes as other names for them, and what monitoring systems ask.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Body as HttpBody;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use bytes::Bytes;
use headroom_engine::caller::Caller;
use headroom_engine::error::WireError;
use headroom_engine::operations::{ALL, GetHealth, HealthStatus, Kind as OperationKind, Operation as _, SystemHealth};
use headroom_engine::tokens::Bearer;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Value, json};

use crate::door::{Door, LONGEST_BODY};
use crate::problem::Problem;
use crate::replay::{Given, Key};
use crate::routes::{Answer, Body, Kind, Route};
use crate::schema;

/// The media type of every answer that is no refusal.
const JSON: &str = "application/json";
/// The field of a policy's answer in which what was ignored is listed.
const ADVICE: &str = "advice";

/// `POST /api/operations/:name`.
pub(crate) async fn operation(State(door): State<Door>, Path(name): Path<String>, bearer: Extension<Bearer>, request: Request) -> Response {
    if !ALL.iter().any(|operation| operation.name == name) {
        return Problem::new(StatusCode::NOT_FOUND, "not_found", format!("There is no operation “{name}”. See /openapi.json."))
            .into_response();
    }
    carry_out(&door, &bearer, request, &name, Answer::Same, Ok).await
}

/// One of the guide's routes.
pub(crate) fn of(route: Route) -> MethodRouter<Door> {
    let filter = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
    on(
        filter,
        move |State(door): State<Door>, Path(path): Path<BTreeMap<String, String>>, bearer: Extension<Bearer>, request: Request| async move {
            let query = request.uri().query().unwrap_or_default().to_owned();
            let fill = |body: Value| input_of(&route, &path, &query, body);
            carry_out(&door, &bearer, request, route.operation, route.answer, fill).await
        },
    )
}

/// Reads the request, calls the operation and writes its answer; once for each `Idempotency-Key`.
async fn carry_out(
    door: &Door,
    bearer: &Bearer,
    request: Request,
    operation: &str,
    answer: Answer,
    fill: impl FnOnce(Value) -> Result<Value, Problem>,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = match read(&parts.headers, body).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let key = match idempotency_key(&parts.headers) {
        Ok(key) => key.filter(|_| changes_something(operation)),
        Err(problem) => return problem.into_response(),
    };
    let turn = match key {
        None => None,
        Some(key) => {
            let request = format!("{} {}", parts.method, parts.uri.path());
            match door.replays.begin(Key { token_id: bearer.token_id.clone(), request, key }, &body, door.engine.now()) {
                Ok(Ok(given)) => return given.into_response(),
                Ok(Err(turn)) => Some(turn),
                Err(problem) => return problem.into_response(),
            }
        }
    };
    let given = match called(door, bearer, &body, operation, answer, fill).await {
        Ok(given) => given,
        // A refusal is an answer too: asked again it is the same.
        Err(problem) if turn.is_some() => Given::of_problem(problem).await,
        Err(problem) => return problem.into_response(),
    };
    if let Some(turn) = turn {
        turn.give(&given);
    }
    given.into_response()
}

async fn called(
    door: &Door,
    bearer: &Bearer,
    body: &Bytes,
    operation: &str,
    answer: Answer,
    fill: impl FnOnce(Value) -> Result<Value, Problem>,
) -> Result<Given, Problem> {
    let body = parsed(body)?;
    let input = fill(body)?;
    let unknown =
        schema::all().operations.get(operation).map(|(schema, _)| schema::all().unknown_fields(schema, &input)).unwrap_or_default();
    let output = door.engine.call(&bearer.caller, operation, input).await?;
    let (status, output) = shaped(answer, output);
    let output = with_ignored(output, &unknown);
    let body = serde_json::to_vec(&output)
        .map_err(|_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "storage", "The answer could not be written."))?;
    Ok(Given { status, content_type: JSON, body: body.into() })
}

impl Given {
    async fn of_problem(problem: Problem) -> Self {
        let status = problem.status;
        let body = problem.into_response().into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Self { status, content_type: crate::problem::MEDIA_TYPE, body }
    }
}

impl IntoResponse for Given {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, self.content_type)], self.body).into_response()
    }
}

fn changes_something(operation: &str) -> bool {
    let kind = ALL.iter().find(|known| known.name == operation).map(|known| known.kind);
    !matches!(kind, Some(OperationKind::Query(_)) | None)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let bad = || Problem::bad_parameter("Idempotency-Key", "Give one key of plain characters.");
    let mut keys = headers.get_all("idempotency-key").iter();
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => key.to_str().map(|key| Some(key.to_owned())).map_err(|_| bad()),
        (Some(_), Some(_)) => Err(bad()),
    }
}

/// A body of the right type and not too long.
async fn read(headers: &HeaderMap, body: HttpBody) -> Result<Bytes, Problem> {
    let too_long = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is longer than 1 MiB. Send less at once.");
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LONGEST_BODY) {
        return Err(too_long());
    }
    let read = match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(read) => read.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(too_long()),
        Err(_) => return Err(Problem::bad_request("The body broke off.")),
    };
    if !read.is_empty() && headers.get(header::CONTENT_TYPE).is_some_and(|given| !is_json(given.to_str().unwrap_or_default())) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send the body as application/json."));
    }
    Ok(read)
}

fn is_json(media_type: &str) -> bool {
    media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(JSON)
}

/// The fields of a body; none where there is none.
fn parsed(body: &Bytes) -> Result<Value, Problem> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(Problem::bad_request("The body has to be a JSON object: {…}.")),
        Err(error) => Err(Problem::bad_request(format!("The body is no JSON: {error}."))),
    }
}

/// The operation's input from the route's address and body.
fn input_of(route: &Route, path: &BTreeMap<String, String>, query: &str, body: Value) -> Result<Value, Problem> {
    let mut input = match (route.body, body) {
        (Body::Fields, Value::Object(fields)) => fields,
        (Body::Under(name), body) => Map::from_iter([(name.to_owned(), body)]),
        (Body::None | Body::Fields, _) => Map::new(),
    };
    // The address is what was asked about, whatever the body says.
    if let Some(id) = path.get("id") {
        input.insert("deploymentId".to_owned(), id.clone().into());
    }
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(parameter) = route.query.iter().find(|parameter| parameter.name == name) else { continue };
        let value = match parameter.kind {
            Kind::Text => Value::from(value.into_owned()),
            Kind::Count => {
                let number: u32 = value.parse().map_err(|_| Problem::bad_parameter(parameter.name, "Give a whole number."))?;
                number.into()
            }
        };
        if input.insert(parameter.field.to_owned(), value).is_some() && route.body == Body::None {
            return Err(Problem::bad_parameter(parameter.name, "Give it once."));
        }
    }
    Ok(Value::Object(input))
}

/// The route's own status and form of an answer.
fn shaped(answer: Answer, output: Value) -> (StatusCode, Value) {
    match answer {
        Answer::Same => (StatusCode::OK, output),
        Answer::Created => (StatusCode::CREATED, output),
        Answer::Saved => {
            let is_first = output.get("version").and_then(Value::as_u64) == Some(1);
            (if is_first { StatusCode::CREATED } else { StatusCode::OK }, output)
        }
        Answer::Validation => (StatusCode::OK, validation(&output)),
    }
}

/// The guide's form of a validation: lists of texts.
fn validation(check: &Value) -> Value {
    let list = |name: &str| check.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let message = |entry: &Value| entry.get("message").cloned();
    let errors: Vec<Value> = list("errors").iter().filter_map(message).collect();
    let advice = list(ADVICE);
    let of_level = |level: &str| -> Vec<Value> {
        advice.iter().filter(|entry| entry.get("level").and_then(Value::as_str) == Some(level)).filter_map(message).collect()
    };
    json!({
        "isValid": check.get("isValid"),
        "errors": errors,
        "warnings": of_level("warning"),
        "recommendations": of_level("recommendation"),
    })
}

/// Lists fields that nobody knows as advice: a client with a slip of the pen is told, and goes on.
fn with_ignored(mut output: Value, unknown: &[String]) -> Value {
    if unknown.is_empty() {
        return output;
    }
    if let Value::Object(fields) = &mut output {
        // A validation has its own place for it.
        let (place, as_text) = if fields.contains_key("recommendations") { ("recommendations", true) } else { (ADVICE, false) };
        let advice = fields.entry(place).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(advice) = advice {
            for field in unknown {
                let field = field.strip_prefix("draft.").unwrap_or(field);
                let message = format!("{field} is not known here and was ignored.");
                advice.push(if as_text { message.into() } else { json!({ "field": field, "level": "warning", "message": message }) });
            }
        }
    }
    output
}

/// `GET /health`: whether it does its work; to who shows a token, all of it.
pub(crate) async fn health(State(door): State<Door>, bearer: Option<Extension<Bearer>>, method: Method) -> Response {
    let caller = bearer.as_ref().map_or_else(Caller::stranger, |bearer| bearer.caller.clone());
    let asked = door.engine.call(&caller, GetHealth::NAME, Value::Null).await;
    let health = asked.and_then(|health| serde_json::from_value::<SystemHealth>(health).map_err(|error| unreadable(&error)));
    let health = match health {
        Ok(health) => health,
        Err(error) => return Problem::from(error).into_response(),
    };
    let status = if health.status == HealthStatus::Failing { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let body = if bearer.is_some() { json!(health) } else { json!({ "status": health.status }) };
    let body = if method == Method::HEAD { Bytes::new() } else { body.to_string().into() };
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}

fn unreadable(error: &serde_json::Error) -> WireError {
    WireError::new(headroom_engine::error::ErrorCode::Unavailable, format!("The engine's health could not be read: {error}."))
}

/// `GET /metrics`: for Prometheus and what speaks its language.
pub(crate) async fn metrics(State(door): State<Door>) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, OPEN_METRICS)], door.engine.metrics()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_route() -> Route {
        let found = crate::routes::all().into_iter().find(|route| route.path.ends_with("/history"));
        found.expect("the history is in the table")
    }

    fn path() -> BTreeMap<String, String> {
        [("id".to_owned(), "dep_1".to_owned())].into()
    }

    #[test]
    fn the_address_fills_the_input() {
        let input = input_of(&status_route(), &path(), "limit=5&type=manual&other=1", json!({})).expect("an input");
        assert_eq!(input, json!({ "deploymentId": "dep_1", "limit": 5, "type": "manual" }));
    }

    #[test]
    fn the_address_wins_over_the_body() {
        let route = crate::routes::all().into_iter().find(|route| route.path.ends_with("/manual")).expect("in the table");
        let input = input_of(&route, &path(), "", json!({ "deploymentId": "dep_2", "targetInstances": 3 })).expect("an input");
        assert_eq!(input, json!({ "deploymentId": "dep_1", "targetInstances": 3 }));
    }

    #[test]
    fn wrong_parameters_are_named() {
        for query in ["limit=many", "limit=-1", "limit=", "limit=1.5", "limit=1&limit=2"] {
            let problem = input_of(&status_route(), &path(), query, json!({})).expect_err(query);
            assert_eq!((problem.status, problem.errors[0].field.as_str()), (StatusCode::BAD_REQUEST, "limit"), "{query}");
        }
    }

    #[test]
    fn unknown_fields_are_listed_as_advice() {
        let output = with_ignored(json!({ "id": "pol_1", "advice": [] }), &["draft.colour".to_owned()]);
        assert_eq!(output["advice"][0]["field"], "colour");
        let checked = with_ignored(validation(&json!({ "isValid": true })), &["draft.colour".to_owned()]);
        assert_eq!(checked["recommendations"], json!(["colour is not known here and was ignored."]));
    }
}

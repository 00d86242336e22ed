//! `/openapi.json`, made from the list of operations and the table of routes, and `/docs`, a page that shows it.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use headroom_engine::operations::{ALL, Descriptor, Kind as OperationKind, Role};
use serde_json::{Map, Value, json};

use crate::problem::MEDIA_TYPE;
use crate::routes::{self, Answer, Body, Kind, Route};
use crate::schema::{self, Schemas};

/// What any route may refuse with; their meaning is in the problem itself.
const REFUSALS: [(&str, &str); 11] = [
    ("400", "The request cannot be read."),
    ("401", "No token, or none that lets in."),
    ("403", "The token's role may not do this, or only the desktop window may."),
    ("404", "There is no such thing."),
    ("409", "It clashes with what is there, or is out of bounds."),
    ("413", "The body is longer than 1 MiB."),
    ("415", "The body is no JSON."),
    ("422", "The input is wrong: each fault is named with its field."),
    ("429", "Too many requests; `Retry-After` says how long to wait."),
    ("405", "The address is there, and takes another method."),
    ("503", "Something outside did not answer, or the data could not be read or written."),
];

/// `GET /openapi.json`.
pub(crate) async fn document() -> Response {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| describe(schema::all()).to_string().into());
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.clone()).into_response()
}

/// `GET /docs`.
pub(crate) async fn page() -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], include_str!("docs.html")).into_response()
}

/// What fills that page.
pub(crate) async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("docs.js")).into_response()
}

/// The whole API as OpenAPI 3.1.
#[must_use]
pub fn describe(schemas: &Schemas) -> Value {
    let mut paths = Map::new();
    for route in routes::all() {
        add(&mut paths, route.path, route.method.as_str(), of_route(&route, schemas));
    }
    for operation in ALL {
        add(&mut paths, &format!("/api/operations/{}", operation.name), "POST", of_operation(operation, schemas));
    }
    add(&mut paths, "/health", "GET", of_health());
    add(&mut paths, "/metrics", "GET", of_metrics());
    let mut types: Map<String, Value> = schemas.types.clone().into_iter().collect();
    types.insert("Problem".to_owned(), problem());
    types.insert("Validation".to_owned(), validation());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Headroom",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Scales deployments by policy, prices every decision and explains it. Each operation of the app is here under \
                its own name; the other addresses are other names for some of them.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": types,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
    })
}

fn add(paths: &mut Map<String, Value>, path: &str, method: &str, what: Value) {
    let at = paths.entry(path).or_insert_with(|| json!({}));
    if let Value::Object(methods) = at {
        methods.insert(method.to_lowercase(), what);
    }
}

fn of_operation(operation: &Descriptor, schemas: &Schemas) -> Value {
    let (input, output) = sides(operation.name, schemas);
    let mut described = json!({
        "operationId": operation.name,
        "summary": summary(&input, schemas),
        "description": rights(operation),
        "tags": ["operations"],
        "requestBody": body_of(&input),
        "responses": responses("200", &output),
    });
    if !matches!(operation.kind, OperationKind::Query(_)) {
        described["parameters"] = json!([idempotency_key()]);
    }
    described
}

fn of_route(route: &Route, schemas: &Schemas) -> Value {
    let (input, output) = sides(route.operation, schemas);
    let operation = ALL.iter().find(|operation| operation.name == route.operation);
    let mut parameters = Vec::new();
    if route.path.contains("{id}") {
        parameters.push(json!({ "name": "id", "in": "path", "required": true, "description": "The deployment's id.",
            "schema": { "type": "string", "minLength": 1 } }));
    }
    let fields = |name: &str| schemas.field(&input, name).cloned();
    for parameter in &route.query {
        let schema = match parameter.kind {
            Kind::Count => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            Kind::Text => fields(parameter.field).unwrap_or_else(|| json!({ "type": "string" })),
        };
        let about = schemas.field(&input, parameter.field).and_then(|field| field.get("description")).cloned();
        parameters.push(json!({ "name": parameter.name, "in": "query", "description": about.unwrap_or_default(), "schema": schema }));
    }
    let changes = operation.is_some_and(|operation| !matches!(operation.kind, OperationKind::Query(_)));
    if changes {
        parameters.push(idempotency_key());
    }
    let (status, output) = match route.answer {
        Answer::Same | Answer::Saved => ("200", output),
        Answer::Created => ("201", output),
        Answer::Validation => ("200", json!({ "$ref": "#/components/schemas/Validation" })),
    };
    let mut described = json!({
        "summary": summary(&input, schemas),
        "description": format!("Another name for `{}`. {}", route.operation, operation.map(rights).unwrap_or_default()),
        "tags": [route.path.split('/').nth(2).unwrap_or_default()],
        "parameters": parameters,
        "responses": responses(status, &output),
    });
    match route.body {
        Body::None => {}
        // The deployment is in the address.
        Body::Fields => described["requestBody"] = body_of(&schemas.without(&input, "deploymentId")),
        Body::Under(name) => described["requestBody"] = body_of(&fields(name).unwrap_or_default()),
    }
    if route.answer == Answer::Saved {
        described["responses"]["201"] = described["responses"]["200"].clone();
    }
    described
}

fn sides(operation: &str, schemas: &Schemas) -> (Value, Value) {
    schemas.operations.get(operation).cloned().unwrap_or_default()
}

fn summary(input: &Value, schemas: &Schemas) -> Value {
    schemas.of(input).get("description").cloned().unwrap_or_default()
}

fn rights(operation: &Descriptor) -> String {
    let role = match operation.role {
        Role::Viewer => "viewer",
        Role::Operator => "operator",
        Role::Admin => "admin",
    };
    match operation.kind {
        OperationKind::WindowCommand => "Only from the desktop window: here it is refused with `local_only`.".to_owned(),
        OperationKind::Query(_) | OperationKind::Command => format!("Needs the role {role}."),
    }
}

fn body_of(schema: &Value) -> Value {
    json!({ "content": { "application/json": { "schema": schema } } })
}

fn idempotency_key() -> Value {
    json!({ "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
        "description": "The same request sent again under the same key within a day is carried out once and answered alike." })
}

fn responses(status: &str, output: &Value) -> Value {
    let mut all = Map::new();
    all.insert(status.to_owned(), json!({ "description": "Done.", "content": { "application/json": { "schema": output } } }));
    for (status, about) in REFUSALS {
        all.insert(status.to_owned(), refusal(about));
    }
    Value::Object(all)
}

fn refusal(about: &str) -> Value {
    json!({ "description": about, "content": { MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } } })
}

fn of_health() -> Value {
    let schema = json!({ "anyOf": [
        { "$ref": "#/components/schemas/SystemHealth" },
        { "type": "object", "properties": { "status": { "$ref": "#/components/schemas/HealthStatus" } }, "required": ["status"] },
    ] });
    let mut responses = responses("200", &schema);
    responses["503"] = json!({ "description": "It does not do its work.", "content": { "application/json": { "schema": schema } } });
    json!({ "operationId": "health", "summary": "Whether Headroom does its work.", "tags": ["monitoring"], "security": [{}, { "token": [] }],
        "description": "Without a token the status alone.", "responses": responses })
}

fn of_metrics() -> Value {
    let mut responses = responses("200", &json!({}));
    responses["200"] =
        json!({ "description": "OpenMetrics text.", "content": { "application/openmetrics-text": { "schema": { "type": "string" } } } });
    json!({ "operationId": "metrics", "summary": "What is counted, for Prometheus.", "tags": ["monitoring"], "responses": responses })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "A refusal (RFC 9457).",
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "code": { "type": "string", "description": "For programs." },
            "detail": { "type": "string", "description": "What happened, to what, and what to do." },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/Fault" } },
        },
        "required": ["type", "title", "status", "code", "detail", "errors"],
    })
}

fn validation() -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "type": "object",
        "properties": { "isValid": { "type": "boolean" }, "errors": texts, "warnings": texts, "recommendations": texts },
        "required": ["isValid", "errors", "warnings", "recommendations"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_and_each_route_is_described() {
        let described = describe(schema::all());
        for operation in ALL {
            let post = &described["paths"][format!("/api/operations/{}", operation.name)]["post"];
            assert!(post["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{} has a summary", operation.name);
            assert!(post["responses"]["200"]["content"]["application/json"]["schema"].is_object(), "{}", operation.name);
        }
        for route in routes::all() {
            assert!(described["paths"][route.path][route.method.as_str().to_lowercase()].is_object(), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn what_is_in_the_address_is_not_asked_for_in_the_body() {
        let described = describe(schema::all());
        let manual = &described["paths"]["/api/deployments/{id}/scaling/manual"]["post"];
        let body = &manual["requestBody"]["content"]["application/json"]["schema"];
        assert!(body["properties"]["targetInstances"].is_object(), "{body}");
        assert!(body["properties"]["deploymentId"].is_null(), "{body}");
        assert_eq!(manual["parameters"][0]["name"], "id");
    }
}

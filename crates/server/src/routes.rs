//! The guide's routes: a table of other names for operations of the one list. None does anything of its own.

use axum::http::Method;

/// One of the guide's routes.
#[derive(Debug, Clone)]
pub struct Route {
    /// `GET`, `POST` …
    pub method: Method,
    /// With `{id}` where a deployment's id goes.
    pub path: &'static str,
    /// The operation that it is another name for.
    pub operation: &'static str,
    /// What of the address's query goes where.
    pub query: Vec<Parameter>,
    /// What of the body goes where.
    pub body: Body,
    /// What becomes of the operation's answer.
    pub answer: Answer,
}

/// One parameter of an address's query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the address.
    pub name: &'static str,
    /// The field of the input that it fills.
    pub field: &'static str,
    /// What it has to be.
    pub kind: Kind,
}

/// What a parameter has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number, not negative.
    Count,
    /// Any text.
    Text,
}

/// What of a body goes where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// There is none.
    None,
    /// Its fields are the input's.
    Fields,
    /// It is the input's field of this name.
    Under(&'static str),
}

/// What becomes of an operation's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is the answer.
    Same,
    /// 201 for the first version, 200 for the others.
    Saved,
    /// 201.
    Created,
    /// The guide's lists of texts in place of faults and advice.
    Validation,
}

const fn count(name: &'static str) -> Parameter {
    Parameter { name, field: name, kind: Kind::Count }
}

const fn text(name: &'static str) -> Parameter {
    Parameter { name, field: name, kind: Kind::Text }
}

/// The guide's routes, and the additions beside them.
#[must_use]
pub fn all() -> Vec<Route> {
    let get = |path, operation, query: &[Parameter]| Route {
        method: Method::GET,
        path,
        operation,
        query: query.to_vec(),
        body: Body::None,
        answer: Answer::Same,
    };
    let send = |method, path, operation, body, answer| Route { method, path, operation, query: Vec::new(), body, answer };
    vec![
        get("/api/deployments", "list_deployments", &[count("limit"), text("after")]),
        send(Method::POST, "/api/deployments", "add_local_deployment", Body::Fields, Answer::Created),
        get("/api/deployments/{id}", "get_deployment", &[]),
        send(Method::PATCH, "/api/deployments/{id}", "update_deployment", Body::Fields, Answer::Same),
        send(Method::DELETE, "/api/deployments/{id}", "remove_deployment", Body::None, Answer::Same),
        get("/api/deployments/{id}/scaling/status", "get_scaling_status", &[]),
        send(Method::POST, "/api/deployments/{id}/scaling/policy", "save_policy", Body::Under("draft"), Answer::Saved),
        send(Method::POST, "/api/deployments/{id}/scaling/manual", "scale_manually", Body::Fields, Answer::Same),
        get("/api/deployments/{id}/scaling/history", "get_scaling_history", &[count("limit"), text("before"), text("type")]),
        get("/api/deployments/{id}/scaling/analytics", "get_scaling_analytics", &[count("days")]),
        get("/api/deployments/{id}/resources/usage", "get_resource_usage", &[count("hours")]),
        get("/api/deployments/{id}/resources/optimize", "get_resource_optimization", &[count("days")]),
        get("/api/deployments/{id}/resources/budget", "get_deployment_budget", &[]),
        send(Method::PUT, "/api/deployments/{id}/resources/budget", "set_deployment_budget", Body::Under("draft"), Answer::Same),
        get("/api/scaling/policy-templates", "list_policy_templates", &[text("category"), text("workloadType")]),
        send(Method::POST, "/api/scaling/policy-templates/validate", "check_policy", Body::Under("draft"), Answer::Validation),
        get("/api/events", "get_scaling_history", &[count("limit"), text("before"), text("since"), text("type")]),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use headroom_engine::operations::{ALL, Kind as OperationKind};

    use super::*;

    #[test]
    fn each_route_names_an_operation_and_is_there_once() {
        let mut seen = BTreeSet::new();
        for route in all() {
            assert!(ALL.iter().any(|operation| operation.name == route.operation), "{} is in the list", route.operation);
            assert!(seen.insert((route.method.to_string(), route.path)), "{} {} is there twice", route.method, route.path);
        }
    }

    #[test]
    fn what_only_asks_is_got_and_what_changes_something_is_sent() {
        for route in all() {
            let kind = ALL.iter().find(|operation| operation.name == route.operation).map(|operation| operation.kind);
            let asks = matches!(kind, Some(OperationKind::Query(_)));
            assert!(route.method == Method::GET || !asks || route.answer == Answer::Validation, "{} {}", route.method, route.path);
            assert!(route.method != Method::GET || asks, "{} {} changes something", route.method, route.path);
        }
    }
}

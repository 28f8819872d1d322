//! The playground: served from the binary, nothing from elsewhere.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use super::{Server, reply};
use crate::platform::error::{Error, ErrorCode};

include!(concat!(env!("OUT_DIR"), "/playground_assets.rs"));

/// Whether GraphiQL was embedded when this binary was built.
pub(crate) const fn is_full() -> bool {
    FULL
}

const CSP: &str = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
                   img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; \
                   base-uri 'self'; form-action 'none'";

/// Example tabs for the demo data.
const EXAMPLES: &str = include_str!("../demo/examples.json");

/// Adds the routes.
pub(super) fn routes(router: Router<Arc<Server>>) -> Router<Arc<Server>> {
    router
        .route("/", get(|| async { Redirect::temporary("/playground") }))
        .route("/playground", get(|| async { asset("index.html") }))
        .route("/playground/examples.json", get(|| async { json(EXAMPLES.to_owned()) }))
        .route("/playground/tokens.json", get(tokens))
        .route("/playground/{name}", get(|Path(name): Path<String>| async move { asset(&name) }))
}

/// Tokens of the demo personas: an empty list outside demo mode.
async fn tokens(State(server): State<Arc<Server>>) -> Response {
    json(serde_json::to_string(&server.demo).unwrap_or_else(|_| "[]".to_owned()))
}

fn json(body: String) -> Response {
    secured(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response())
}

fn asset(name: &str) -> Response {
    match ASSETS.iter().find(|(path, _, _)| *path == name) {
        Some((_, media, bytes)) => secured(([(header::CONTENT_TYPE, *media)], *bytes).into_response()),
        None => {
            let error = Error::new(ErrorCode::NotFound, "the playground has no such file");
            reply::refuse(StatusCode::NOT_FOUND, error, "")
        }
    }
}

fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

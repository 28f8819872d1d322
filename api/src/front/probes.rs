//! What operators and machines ask: alive, ready, schema, keys.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Server, accept::Media, http, reply};
use crate::{
    config::Profile,
    platform::error::{Error, ErrorCode},
    sync::{collections, json_schema},
};

fn json(status: StatusCode, body: &serde_json::Value) -> Response {
    reply::http(status, Media::Json, body.to_string(), "")
}

/// The process runs.
pub(super) async fn live() -> Response {
    json(StatusCode::OK, &serde_json::json!({ "status": "live" }))
}

/// The process can answer: the database answers, and the server is not draining.
pub(super) async fn ready(State(server): State<Arc<Server>>) -> Response {
    let database = server.platform.ready().await;
    let draining = server.drain.is_cancelled();
    let status = if database && !draining { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if status == StatusCode::OK { "ready" } else { "not ready" };
    json(status, &serde_json::json!({ "status": word, "database": database, "draining": draining }))
}

/// Schemas are public in `open`, and for signed-in callers in `hardened`.
async fn may_read_schemas(server: &Server, headers: &HeaderMap) -> Result<(), Response> {
    if server.profile == Profile::Open {
        return Ok(());
    }
    let id = http::request_id(server, headers);
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(http::token_of);
    let known = match token {
        Some(Ok(token)) => server.authenticate(token, &id).await.map(|_| ()),
        _ => Err(Error::unauthenticated("NO_TOKEN")),
    };
    known.map_err(|error| reply::refuse(reply::status(error.code, Media::Json), error, &id))
}

/// The JSON schema of a collection, `NAME.json`.
pub(super) async fn json_schema(
    State(server): State<Arc<Server>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = may_read_schemas(&server, &headers).await {
        return refused;
    }
    match file.strip_suffix(".json").and_then(collections::named) {
        Some(collection) => json(StatusCode::OK, &json_schema::of(collection)),
        None => {
            let names: Vec<&str> = collections::all().iter().map(|collection| collection.name).collect();
            let message = format!("there is no such collection: expected NAME.json with one of {}", names.join(", "));
            reply::refuse(StatusCode::NOT_FOUND, Error::new(ErrorCode::NotFound, message), "")
        }
    }
}

/// The SDL.
pub(super) async fn sdl(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response {
    if let Err(refused) = may_read_schemas(&server, &headers).await {
        return refused;
    }
    let sdl = crate::schema::sdl(&server.schema);
    ([(header::CONTENT_TYPE, "application/graphql; charset=utf-8")], sdl).into_response()
}

/// Keys of the embedded issuer.
pub(super) async fn jwks(State(server): State<Arc<Server>>) -> Response {
    match &server.signer {
        Some(signer) => json(StatusCode::OK, &signer.jwks()),
        None => {
            let error = Error::new(ErrorCode::NotFound, "this server issues no tokens of its own");
            reply::refuse(StatusCode::NOT_FOUND, error, "")
        }
    }
}

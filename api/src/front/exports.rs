//! Exports over HTTP: `GET /export/reviews/ID/FILE`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    Server,
    accept::{self, Media},
    http::{self, About},
    reply,
};
use crate::{
    exports::{self, Format},
    language::Wish,
    platform::{
        chain,
        error::{Error, ErrorCode, Result},
        gate::Incoming,
    },
};

/// A joint review as a file, as its caller sees it.
pub(super) async fn review(
    State(server): State<Arc<Server>>,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let request_id = http::request_id(&server, &headers);
    let mut wish = Wish::of(None, accept::language(&headers));
    match answer(&server, &id, &file, &headers, &mut wish, &request_id).await {
        Ok(response) => response,
        Err(errors) => {
            let status = errors.first().map_or(StatusCode::INTERNAL_SERVER_ERROR, |error| match error.code {
                ErrorCode::NotFound => StatusCode::NOT_FOUND,
                code => reply::status(code, Media::Response),
            });
            let response = reply::refusal(errors, wish, &request_id);
            reply::http(status, Media::Json, reply::text(&response, serde_json::Map::new()), &request_id)
        }
    }
}

async fn answer(
    server: &Arc<Server>,
    id: &str,
    file: &str,
    headers: &HeaderMap,
    wish: &mut Wish,
    request_id: &Arc<str>,
) -> Result<Response, Vec<Error>> {
    let began = Instant::now();
    let (part, format) = exports::asked(file).map_err(|e| vec![e])?;
    let token = http::bearer(headers).map_err(|e| vec![e])?;
    let token = token.ok_or_else(|| vec![Error::unauthenticated("NO_TOKEN")])?;
    let (_, caller) = server.authenticate(token, request_id).await.map_err(|e| vec![e])?;
    *wish = Wish::of(caller.grants().language.as_deref(), accept::language(headers));
    let wish = *wish;
    let incoming =
        Incoming { query: exports::DOCUMENT.to_owned(), operation_name: None, variables: json!({ "id": id }) };
    let admitted = server.gate.admit(incoming, Some(&caller))?;
    let about = About::new(admitted.operation, &admitted.about, Some(&caller));
    let patience = Duration::from_secs(server.gate.limits.request_seconds.unsigned_abs().into());
    let running = server.schema.execute(admitted.request.data(server.executor()).data(wish));
    let late = |_| vec![Error::unavailable("an export took longer than the limit of a request")];
    let mut response = tokio::time::timeout(patience, running).await.map_err(late)?;
    reply::finish(&mut response, Some(&admitted.shape), wish, request_id);
    about.log(server, request_id, began, Some(&response));
    if !response.errors.is_empty() {
        let body = reply::text(&response, serde_json::Map::new());
        return Ok(reply::http(reply::status_of(&response), Media::Json, body, request_id));
    }
    let text = reply::text(&response, serde_json::Map::new());
    let data: serde_json::Value = serde_json::from_str(&text).map_err(|e| vec![Error::internal(e.to_string())])?;
    let export = data.get("data").and_then(|data| exports::tables(data, wish.language()));
    let export = export.ok_or_else(|| vec![Error::not_found("id")])?.part(part);
    let content = export.file(Format::Json).map_err(|e| vec![e])?;
    let digest = chain::hex(&chain::sha256(&[&content, format.media_type().as_bytes()]));
    let tag = format!("\"{}\"", digest.get(..32).unwrap_or_default());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let bytes = export.file(format).map_err(|e| vec![e])?;
    let mut response = bytes.into_response();
    let shown = if format == Format::Html { "inline" } else { "attachment" };
    let values = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("{shown}; filename=\"{file}\"")),
        (header::ETAG, tag),
        (header::CONTENT_LANGUAGE, export.language.tag().to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'".to_owned()),
        (HeaderName::from_static("x-request-id"), request_id.to_string()),
        (header::VARY, "accept-language, authorization".to_owned()),
    ];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

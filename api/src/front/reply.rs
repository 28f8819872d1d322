//! Answers: always a JSON body, whatever the status.

use async_graphql::Value;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;

use super::accept::Media;
use crate::{
    language::Wish,
    platform::{
        error::{Error, ErrorCode, RESYNC},
        shape::Shape,
    },
};

/// Whether nothing ran: the executor's own refusals carry no path.
pub(super) fn is_request_error(response: &async_graphql::Response) -> bool {
    response.data == Value::Null && !response.errors.is_empty() && response.errors.iter().all(|e| e.path.is_empty())
}

/// Whether the caller is nobody any more.
pub(super) fn is_unauthenticated(response: &async_graphql::Response) -> bool {
    response.errors.iter().any(|error| {
        let code = error.extensions.as_ref().and_then(|values| values.get("code"));
        matches!(code, Some(Value::String(code)) if code == ErrorCode::Unauthenticated.name())
    })
}

/// Whether a stream cannot go on, and the client must pull.
pub(super) fn is_resync(response: &async_graphql::Response) -> bool {
    response.errors.iter().any(|error| {
        let rule = error.extensions.as_ref().and_then(|values| values.get("rule"));
        matches!(rule, Some(Value::String(rule)) if rule == RESYNC)
    })
}

/// Gives every error a code, and faults the id that finds them in the log; says errors in the language of the reader.
pub(super) fn finish(response: &mut async_graphql::Response, shape: Option<&Shape>, wish: Wish, request_id: &str) {
    if let Some(shape) = shape {
        shape.fit(response);
    }
    for error in &mut response.errors {
        let values = error.extensions.get_or_insert_default();
        match values.get("code") {
            None => values.set("code", ErrorCode::BadUserInput.name()),
            Some(Value::String(code)) if code == ErrorCode::Internal.name() => values.set("requestId", request_id),
            Some(_) => {}
        }
    }
    wish.translate(response);
}

/// The JSON text of a response: without `data` where nothing ran. Answers that were read whole are text already.
pub(super) fn text(
    response: &async_graphql::Response,
    extensions: serde_json::Map<String, serde_json::Value>,
) -> String {
    let whole = match &response.data {
        Value::Object(data) => {
            data.values().map(|value| if let Value::Binary(text) = value { text.len() } else { 0 }).sum()
        }
        _ => 0,
    };
    let mut out = String::with_capacity(256 + whole);
    out.push('{');
    let mut write = || {
        if !is_request_error(response) {
            out.push_str("\"data\":");
            write_value(&mut out, &response.data)?;
        }
        if !response.errors.is_empty() {
            part(&mut out, "errors", &response.errors)?;
        }
        if !extensions.is_empty() {
            part(&mut out, "extensions", &extensions)?;
        }
        Ok::<_, serde_json::Error>(())
    };
    match write() {
        Ok(()) => {
            out.push('}');
            out
        }
        Err(_) => INTERNAL.to_owned(),
    }
}

fn part(out: &mut String, name: &str, value: &impl Serialize) -> Result<(), serde_json::Error> {
    if out.len() > 1 {
        out.push(',');
    }
    out.push_str(&format!("\"{name}\":{}", serde_json::to_string(value)?));
    Ok(())
}

fn write_value(out: &mut String, value: &Value) -> Result<(), serde_json::Error> {
    match value {
        Value::Binary(text) => out.push_str(std::str::from_utf8(text).map_err(serde::ser::Error::custom)?),
        Value::Object(fields) => {
            out.push('{');
            for (at, (name, value)) in fields.iter().enumerate() {
                out.push_str(if at > 0 { ",\"" } else { "\"" });
                out.push_str(name);
                out.push_str("\":");
                write_value(out, value)?;
            }
            out.push('}');
        }
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(out, item)?;
            }
            out.push(']');
        }
        other => out.push_str(&serde_json::to_string(other)?),
    }
    Ok(())
}

const INTERNAL: &str = r#"{"errors":[{"message":"a fault of the server","extensions":{"code":"INTERNAL"}}]}"#;

/// Errors from before execution, as a response.
pub(super) fn refusal(errors: Vec<Error>, wish: Wish, request_id: &str) -> async_graphql::Response {
    let errors = errors.into_iter().map(Error::into_server_error).collect();
    let mut response = async_graphql::Response::from_errors(errors);
    finish(&mut response, None, wish, request_id);
    response
}

/// Status of an error from before execution. One table, so that a later version of the specification is one change.
pub(super) fn status(code: ErrorCode, media: Media) -> StatusCode {
    match code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ if media == Media::Json => StatusCode::OK,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::PersistedDocumentNotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Status of an answer that was computed for something else than GraphQL: that of its first error.
pub(super) fn status_of(response: &async_graphql::Response) -> StatusCode {
    let code = response.errors.first().and_then(|error| error.extensions.as_ref()?.get("code").cloned());
    let is = |known: ErrorCode| matches!(&code, Some(Value::String(code)) if code == known.name());
    let known = [ErrorCode::Unauthenticated, ErrorCode::Forbidden, ErrorCode::Unavailable, ErrorCode::Internal];
    known.into_iter().find(|known| is(*known)).map_or(StatusCode::BAD_REQUEST, |code| status(code, Media::Response))
}

/// An HTTP response with a JSON body.
pub(super) fn http(status: StatusCode, media: Media, body: String, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language, authorization"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", id);
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A refusal of the transport itself.
pub(super) fn refuse(status: StatusCode, error: Error, request_id: &str) -> Response {
    let response = refusal(vec![error], Wish::None, request_id);
    http(status, Media::Json, text(&response, serde_json::Map::new()), request_id)
}

//! Questions that were answered before (`platform/documents.rs`): the caller's right, one statement, and its text. What is not
//! plain about a request goes the whole way, through gate and executor, as it did the first time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql_parser::types::OperationType;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    Server,
    accept::{self, Media},
    http::{About, bearer, refused},
    reply,
};
use crate::{
    language::Wish,
    platform::{documents::Again, error::Error},
};

/// Answers a question that was answered before; none where it must go the whole way.
pub(super) async fn answer(
    server: &Server,
    headers: &HeaderMap,
    media: Media,
    again: &Again,
    began: Instant,
    id: &Arc<str>,
) -> Option<Response> {
    // What is told beside the answer, and a key that may be wrong, are matters of the whole way.
    if media == Media::EventStream || headers.contains_key("x-cost") || headers.contains_key("idempotency-key") {
        return None;
    }
    let caller = server.recognise(bearer(headers).ok()??, id).await.ok()?;
    if !caller.may(again.right) {
        return None;
    }
    let asked = accept::language(headers);
    let patience = Duration::from_secs(server.gate.limits.request_seconds.unsigned_abs().into());
    let Ok(text) = tokio::time::timeout(patience, caller.answer_again(again)).await else {
        let error = Error::unavailable("the request took longer than its limit");
        return Some(refused(server, vec![error], media, Wish::of(None, asked), id));
    };
    // A database that does not answer says so once more, on the way that tells it.
    let text = text.ok()??;
    About::new(OperationType::Query, again.about()?, Some(&caller)).log(server, id, began, None);
    let wish = Wish::of(caller.grants().language.as_deref(), asked);
    let mut body = String::with_capacity(text.len() + again.key().len() + 12);
    for part in ["{\"data\":{", again.key(), &text, "}}"] {
        body.push_str(part);
    }
    let mut answer = reply::http(StatusCode::OK, media, body, id);
    answer.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(wish.language().tag()));
    Some(answer)
}

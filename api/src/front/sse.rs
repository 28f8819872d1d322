//! Server-sent events: the distinct-connections mode of graphql-sse. `Last-Event-ID` resumes.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt, stream};
use tracing::Instrument;

use super::{Server, http::About, reply};
use crate::{
    language::Wish,
    platform::{error::Error, gate::Admitted, hub::ResumeAfter},
};

fn next(response: &async_graphql::Response) -> Event {
    let event = Event::default().event("next").data(reply::text(response, serde_json::Map::new()));
    match cursor(response) {
        Some(cursor) => event.id(cursor),
        None => event,
    }
}

/// The cursor of an event, which a client sends back as `Last-Event-ID`.
fn cursor(response: &async_graphql::Response) -> Option<String> {
    let async_graphql::Value::Object(data) = &response.data else {
        return None;
    };
    let async_graphql::Value::Object(event) = data.values().next()? else {
        return None;
    };
    match event.get("cursor")? {
        async_graphql::Value::String(cursor) => Some(cursor.clone()),
        _ => None,
    }
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}

fn answer(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let sse = Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::new().interval(Duration::from_secs(12)));
    let mut response = sse.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// One answer, then the end.
pub(super) fn once(response: &async_graphql::Response) -> Response {
    answer(stream::iter([next(response), complete()]))
}

/// Runs an operation and streams its answers.
pub(super) fn stream(
    server: Arc<Server>,
    admitted: Admitted,
    about: About,
    wish: Wish,
    headers: &HeaderMap,
    id: Arc<str>,
    span: tracing::Span,
) -> Response {
    let (mut request, shape) = (admitted.request, admitted.shape);
    if let Some(after) = headers.get("last-event-id").and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty()) {
        request = request.data(ResumeAfter(after.to_owned()));
    }
    let drain = server.drain.clone();
    let responses = server.schema.execute_stream(request.data(server.executor()).data(wish));
    let (sender, receiver) = tokio::sync::mpsc::channel::<Event>(16);
    let tracker = server.open.clone();
    let forward = async move {
        let (began, mut first) = (Instant::now(), true);
        let mut responses = std::pin::pin!(responses);
        loop {
            let patience = Duration::from_secs(server.gate.limits.request_seconds.unsigned_abs().into());
            let late = async {
                // A query or mutation answers in time; a subscription waits for its events.
                if about.is_subscription() { std::future::pending().await } else { tokio::time::sleep(patience).await }
            };
            let (response, last) = tokio::select! {
                () = late => {
                    let error = Error::unavailable("an operation of a stream took longer than its limit");
                    (Some(reply::refusal(vec![error], wish, &id)), true)
                }
                // An end without `complete`: the client comes back, as after the 1012 of a socket.
                () = drain.cancelled(), if about.is_subscription() => return,
                () = sender.closed() => return,
                response = responses.next() => (response, false),
            };
            let Some(mut response) = response else { break };
            reply::finish(&mut response, Some(&shape), wish, &id);
            if first {
                about.log(&server, &id, began, Some(&response));
                first = false;
            }
            if sender.send(next(&response)).await.is_err() {
                return;
            }
            if last {
                break;
            }
        }
        drop(sender.send(complete()).await);
    };
    tracker.spawn(forward.instrument(span));
    answer(stream::unfold(receiver, async |mut receiver| receiver.recv().await.map(|event| (event, receiver))))
}

//! GraphQL over HTTP.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use async_graphql_parser::types::OperationType;
use axum::{
    body::Body,
    extract::{FromRequestParts, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use serde_json::{Map, Value};
use tracing::Instrument;

use super::{
    Server,
    accept::{self, Media},
    again, reply, socket, sse,
};
use crate::{
    config::Profile,
    language::Wish,
    platform::{
        caller::Caller,
        documents,
        error::{Error, ErrorCode, Result},
        gate::{Admitted, Incoming},
    },
};

/// The id of a request: the client's, where it is harmless to log, else a new one.
pub(super) fn request_id(server: &Server, headers: &HeaderMap) -> Arc<str> {
    let sent = headers.get("x-request-id").and_then(|id| id.to_str().ok());
    let harmless = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    sent.filter(harmless).map_or_else(|| server.platform.env.id().to_string().into(), Into::into)
}

/// The token of a request; none where none was sent.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let value = value.to_str().map_err(|_| Error::unauthenticated("TOKEN_UNREADABLE"))?;
    token_of(value).map(Some)
}

/// The token of a `Bearer …` value.
pub(super) fn token_of(value: &str) -> Result<&str> {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => Ok(token.trim()),
        _ => Err(Error::unauthenticated("BEARER_EXPECTED")),
    }
}

/// `POST /graphql`.
pub(super) async fn post(State(server): State<Arc<Server>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let id = request_id(&server, &parts.headers);
    let Some(media) = accept::negotiate(&parts.headers) else {
        return not_acceptable(&id);
    };
    if !accept::is_json(&parts.headers) {
        let error = Error::bad_input("CONTENT_TYPE", "the body must be application/json in UTF-8");
        return reply::refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, error, &id);
    }
    let limit = usize::try_from(server.gate.limits.push_bytes).unwrap_or_default();
    let patience = Duration::from_secs(server.gate.limits.request_seconds.unsigned_abs().into());
    let body = match tokio::time::timeout(patience, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return too_large(limit, &id),
        Err(_) => {
            let error = Error::bad_input("BODY_IN_TIME", "the body did not arrive in time");
            return reply::refuse(StatusCode::REQUEST_TIMEOUT, error, &id);
        }
    };
    let most = usize::try_from(server.gate.limits.body_bytes).unwrap_or_default();
    match incoming(&body) {
        // Only a push or an import may be larger, and only those are read further.
        Ok(incoming) if body.len() > most && !["push", "import"].iter().any(|may| incoming.query.contains(may)) => {
            too_large(most, &id)
        }
        Err(_) if body.len() > most => too_large(most, &id),
        Ok(incoming) => run(server, parts.headers, media, incoming, Came::ByPost(body.len()), id).await,
        Err(error) => reply::refuse(StatusCode::BAD_REQUEST, error, &id),
    }
}

/// `GET /graphql`: a query in the URL (profile `open`), or a socket.
pub(super) async fn get(State(server): State<Arc<Server>>, request: Request<Body>) -> Response {
    let (mut parts, _) = request.into_parts();
    let id = request_id(&server, &parts.headers);
    let upgrade = parts.headers.get(header::UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if upgrade {
        return upgraded(server, &mut parts, id).await;
    }
    if server.profile == Profile::Hardened {
        return method_not_allowed("this server takes POST only", &id);
    }
    let Some(media) = accept::negotiate(&parts.headers) else {
        return not_acceptable(&id);
    };
    match incoming_from(&parts.uri) {
        Ok(incoming) => run(server, parts.headers, media, incoming, Came::ByGet, id).await,
        Err(error) => reply::refuse(StatusCode::BAD_REQUEST, error, &id),
    }
}

async fn upgraded(server: Arc<Server>, parts: &mut Parts, id: Arc<str>) -> Response {
    if !origin_is_known(&server, &parts.headers) {
        let error = Error::new(ErrorCode::Forbidden, "sockets from this origin are not configured").rule("ORIGIN");
        return reply::refuse(StatusCode::FORBIDDEN, error, &id);
    }
    if server.drain.is_cancelled() {
        return reply::refuse(StatusCode::SERVICE_UNAVAILABLE, Error::unavailable("draining"), &id);
    }
    match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => socket::accept(server, upgrade, accept::language(&parts.headers).map(Into::into), id),
        Err(_) => {
            reply::refuse(StatusCode::BAD_REQUEST, Error::bad_input("UPGRADE", "this is not a WebSocket upgrade"), &id)
        }
    }
}

/// Browsers do not ask before they open a socket: the origin must be ours or a configured one.
fn origin_is_known(server: &Server, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = origin.split_once("://").map(|(_, host)| host) == host && host.is_some();
    own || server.origins.iter().any(|known| known == origin)
}

/// Any other method on `/graphql`.
pub(super) async fn other_method(State(server): State<Arc<Server>>, request: Request<Body>) -> Response {
    let id = request_id(&server, request.headers());
    method_not_allowed("use POST", &id)
}

/// Any other path.
pub(super) async fn not_found(State(server): State<Arc<Server>>, request: Request<Body>) -> Response {
    let id = request_id(&server, request.headers());
    let message = "there is nothing here: the API is at /graphql";
    reply::refuse(StatusCode::NOT_FOUND, Error::new(ErrorCode::NotFound, message), &id)
}

/// A panic ends its request, not the server, and not without a JSON body.
#[expect(clippy::needless_pass_by_value, reason = "the signature of the layer")]
pub(super) fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let cause =
        panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
    let error = Error::internal(cause.unwrap_or_else(|| "a panic without words".to_owned()));
    reply::refuse(StatusCode::INTERNAL_SERVER_ERROR, error, "")
}

fn method_not_allowed(message: &'static str, id: &str) -> Response {
    let mut response = reply::refuse(StatusCode::METHOD_NOT_ALLOWED, Error::bad_input("METHOD", message), id);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(Method::POST.as_str()));
    response
}

fn not_acceptable(id: &str) -> Response {
    let message = "accept application/graphql-response+json, application/json or text/event-stream";
    reply::refuse(StatusCode::NOT_ACCEPTABLE, Error::bad_input("ACCEPT", message), id)
}

/// A GraphQL request from a JSON body.
fn incoming(body: &[u8]) -> Result<Incoming> {
    let value: Value =
        serde_json::from_slice(body).map_err(|e| Error::bad_input("JSON", format!("the body is not JSON: {e}")))?;
    let Value::Object(mut map) = value else {
        return Err(Error::bad_input("REQUEST_OBJECT", "the body must be one JSON object (no batches)"));
    };
    request_of(map.remove("query"), map.remove("operationName"), map.remove("variables"), map.remove("extensions"))
}

/// A GraphQL request from the parameters of a URL.
fn incoming_from(uri: &Uri) -> Result<Incoming> {
    let mut parameters: Map<String, Value> = Map::new();
    for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decoded(value)
            .ok_or_else(|| Error::bad_input("URL", "the parameters of the URL are not percent-encoded UTF-8"))?;
        parameters.insert(name.to_owned(), value.into());
    }
    let mut json = |name: &str| match parameters.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => serde_json::from_str(&text)
            .map(Some)
            .map_err(|e| Error::bad_input("JSON", format!("{name} is not JSON: {e}")).field(name)),
        _ => Ok(None),
    };
    let (variables, extensions) = (json("variables")?, json("extensions")?);
    let name = parameters.remove("operationName").filter(|name| name.as_str() != Some(""));
    request_of(parameters.remove("query"), name, variables, extensions)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Checks the four parts of a GraphQL request (GraphQL over HTTP, section 5).
pub(super) fn request_of(
    query: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
) -> Result<Incoming> {
    let wrong = |field: &'static str, expected: &str| {
        Err(Error::bad_input("REQUEST_SHAPE", format!("{field} must be {expected}")).field(field))
    };
    let Some(Value::String(query)) = query else {
        return wrong("query", "a string");
    };
    let operation_name = match operation_name {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return wrong("operationName", "a string or null"),
    };
    let variables = match variables {
        None => Value::Null,
        Some(variables @ (Value::Null | Value::Object(_))) => variables,
        Some(_) => return wrong("variables", "an object or null"),
    };
    if !matches!(extensions, None | Some(Value::Null | Value::Object(_))) {
        return wrong("extensions", "an object or null");
    }
    Ok(Incoming { query, operation_name, variables })
}

/// How a request came.
#[derive(Clone, Copy)]
enum Came {
    ByGet,
    /// With so many bytes.
    ByPost(usize),
}

fn too_large(limit: usize, id: &str) -> Response {
    let error = Error::new(ErrorCode::PayloadTooLarge, format!("the body is larger than {limit} bytes"));
    reply::refuse(StatusCode::PAYLOAD_TOO_LARGE, error.rule("BODY_BYTES"), id)
}

/// Authenticates, admits, runs and answers.
async fn run(
    server: Arc<Server>,
    headers: HeaderMap,
    media: Media,
    incoming: Incoming,
    came: Came,
    id: Arc<str>,
) -> Response {
    let began = Instant::now();
    let span = tracing::info_span!("request", request.id = %id);
    let most = usize::try_from(server.gate.limits.body_bytes).unwrap_or_default();
    if !matches!(came, Came::ByPost(bytes) if bytes > most)
        && let Some(again) = server.gate.again(&incoming)
    {
        let answer = again::answer(&server, &headers, media, &again, began, &id).instrument(span.clone()).await;
        if let Some(answer) = answer {
            return answer;
        }
    }
    let asks_itself = server.gate.asks_itself(&incoming.query);
    let asked = accept::language(&headers);
    let wish = Wish::of(None, asked);
    let caller = match who(&server, &headers, asks_itself, &id).instrument(span.clone()).await {
        Ok(caller) => caller,
        Err(error) => {
            server.metrics.refused(error.code);
            let status = reply::status(error.code, media);
            tracing::info!(request.id = %id, code = error.code.name(), "request refused before its document was read");
            let response = reply::refusal(vec![error], wish, &id);
            return span.in_scope(|| reply::http(status, Media::Json, reply::text(&response, Map::new()), &id));
        }
    };
    let chosen = caller.as_ref().and_then(|caller| caller.grants().language);
    let wish = Wish::of(chosen.as_deref(), asked);
    let again = asks_itself.then(|| incoming.clone());
    let admitted = match server.gate.admit(incoming, caller.as_ref()) {
        Ok(admitted) => admitted,
        Err(errors) => match admitted_now(&server, again, caller.as_ref(), errors).instrument(span.clone()).await {
            Ok(admitted) => admitted,
            Err(errors) => return refused(&server, errors, media, wish, &id),
        },
    };
    match came {
        Came::ByGet if admitted.operation != OperationType::Query => {
            return method_not_allowed("mutations and subscriptions are not taken by GET", &id);
        }
        Came::ByPost(bytes) if bytes > most && !admitted.pushes => return too_large(most, &id),
        Came::ByGet | Came::ByPost(_) => {}
    }
    if admitted.takes_position
        && let Some(caller) = &caller
        && let Err(error) = caller.take_position().await
    {
        return span.in_scope(|| refused(&server, vec![error], media, wish, &id));
    }
    let about = About::new(admitted.operation, &admitted.about, caller.as_ref());
    if media == Media::EventStream {
        return sse::stream(server, admitted, about, wish, &headers, id, span);
    }
    if admitted.operation == OperationType::Subscription {
        let message = "subscriptions need a WebSocket or Accept: text/event-stream";
        return refused(&server, vec![Error::bad_input("SUBSCRIPTION_TRANSPORT", message)], media, wish, &id);
    }
    let costs = headers.contains_key("x-cost").then_some(admitted.about.cost);
    let patience = Duration::from_secs(server.gate.limits.request_seconds.unsigned_abs().into());
    let running = server.schema.execute(admitted.request.data(server.executor()).data(wish)).instrument(span.clone());
    let mut response = match tokio::time::timeout(patience, running).await {
        Ok(response) => response,
        Err(_) => {
            let error = Error::unavailable("the request took longer than its limit");
            return span.in_scope(|| refused(&server, vec![error], media, wish, &id));
        }
    };
    // What is cut out of documents is in order and whole already.
    let shape = (!(about.is_sync() && response.errors.is_empty())).then_some(&admitted.shape);
    reply::finish(&mut response, shape, wish, &id);
    // Who asks by themselves whether their standings count hears here that they are nobody, as others do before anything runs.
    let nobody = response.data == async_graphql::Value::Null && reply::is_unauthenticated(&response);
    if nobody {
        response.errors.truncate(1);
        response.errors.iter_mut().for_each(|error| error.path.clear());
    }
    about.log(&server, &id, began, Some(&response));
    let status = if nobody {
        StatusCode::UNAUTHORIZED
    } else if reply::is_request_error(&response) && media == Media::Response {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let mut extensions = Map::new();
    if let Some(cost) = costs {
        let (limit, statements) = (server.gate.limits.cost, about.statements());
        let cost = serde_json::json!({ "requested": cost, "limit": limit, "statements": statements });
        extensions.insert("cost".to_owned(), cost);
    }
    let mut answer = reply::http(status, media, reply::text(&response, extensions), &id);
    answer.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(wish.language().tag()));
    answer
}

/// What was refused by standings that were kept is asked for once more by those of now.
async fn admitted_now(
    server: &Server,
    again: Option<Incoming>,
    caller: Option<&Caller>,
    errors: Vec<Error>,
) -> Result<Admitted, Vec<Error>> {
    let (Some(again), Some(caller)) = (again, caller) else { return Err(errors) };
    match caller.confirm().await {
        Ok(true) => Err(errors),
        Ok(false) => server.gate.admit(again, Some(caller)),
        Err(error) => Err(vec![error]),
    }
}

async fn who(server: &Server, headers: &HeaderMap, asks_itself: bool, id: &Arc<str>) -> Result<Option<Caller>> {
    let Some(token) = bearer(headers)? else {
        return Ok(None);
    };
    let caller = if asks_itself { server.recognise(token, id).await? } else { server.authenticate(token, id).await?.1 };
    let Some(key) = headers.get("idempotency-key") else { return Ok(Some(caller)) };
    // A key that we dropped would leave the client believing that it is protected.
    let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.trim().len()));
    let wrong = || Error::invalid("idempotencyKey", "IDEMPOTENCY_KEY", "expected 1 to 200 visible ASCII characters");
    Ok(Some(caller.with_idempotency_key(key.ok_or_else(wrong)?)))
}

pub(super) fn refused(server: &Server, errors: Vec<Error>, media: Media, wish: Wish, id: &Arc<str>) -> Response {
    let code = errors.first().map_or(ErrorCode::Internal, |error| error.code);
    server.metrics.refused(code);
    tracing::info!(request.id = %id, code = code.name(), "request refused at the gate");
    let response = reply::refusal(errors, wish, id);
    if media == Media::EventStream {
        return sse::once(&response);
    }
    reply::http(reply::status(code, media), media, reply::text(&response, Map::new()), id)
}

/// What the log says of a request: never a value of it.
pub(super) struct About {
    operation: &'static str,
    gate: documents::About,
    statements: Option<Arc<std::sync::atomic::AtomicU32>>,
}

impl About {
    pub(super) fn new(operation: OperationType, gate: &documents::About, caller: Option<&Caller>) -> Self {
        let operation = match operation {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        Self { operation, gate: gate.clone(), statements: caller.map(Caller::statements) }
    }

    fn statements(&self) -> u32 {
        self.statements.as_ref().map_or(0, |n| n.load(Ordering::Relaxed))
    }

    /// Whether it is one pull or push of a device and nothing else.
    fn is_sync(&self) -> bool {
        let fields = &self.gate.fields;
        !fields.contains(',') && (fields.starts_with("pull") || fields.starts_with("push"))
    }

    /// Whether it is a stream of documents for devices.
    pub(super) fn is_sync_stream(&self) -> bool {
        self.is_subscription() && self.gate.fields.starts_with("stream")
    }

    pub(super) fn is_subscription(&self) -> bool {
        self.operation == "subscription"
    }

    /// Counts a request, and writes to the log what it was; without a response it was answered whole.
    pub(super) fn log(&self, server: &Server, id: &str, began: Instant, response: Option<&async_graphql::Response>) {
        let took = began.elapsed();
        let code = response
            .and_then(|response| response.errors.first())
            .and_then(|error| match error.extensions.as_ref()?.get("code") {
                Some(async_graphql::Value::String(code)) => Some(code.clone()),
                _ => None,
            })
            .unwrap_or_else(|| "OK".to_owned());
        let statements = self.statements();
        server.metrics.answered(self.operation, &code, took, statements);
        tracing::info!(
            request.id = %id,
            operation = self.operation,
            fields = %self.gate.fields,
            rights = %self.gate.rights,
            code,
            cost = self.gate.cost,
            statements,
            duration_ms = took.as_secs_f64() * 1000.0,
            "request answered"
        );
    }
}

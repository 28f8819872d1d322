//! graphql-transport-ws. The close codes are the ones after which the common clients come back:
//!
//! | code | when |
//! |---|---|
//! | 4400 | a message that is not the protocol's |
//! | 4401 | an operation before `connection_ack` |
//! | 4403 | token missing, invalid, expired or revoked |
//! | 4406 | another sub-protocol |
//! | 4408 | no `connection_init` in time |
//! | 4409 | the id of a running operation |
//! | 4429 | a second `connection_init`, or too many subscriptions |
//! | 4205 | a stream of documents cannot go on: pull again |
//! | 1012, 1013 | restart, overload |

use std::{
    collections::HashMap,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::Response;
use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    response::Response as Upgraded,
};
use futures_util::{FutureExt, Stream, StreamExt};
use serde_json::{Map, Value, json};
use tokio::{sync::mpsc, task::AbortHandle, time::timeout};
use tracing::Instrument;

use super::{Server, http, reply};
use crate::{
    language::Wish,
    platform::{error::Error, follower::Follower, shape::Shape, token::Identity},
    sync::stream::{Connected, Handover},
};

const PROTOCOL: &str = "graphql-transport-ws";
const PING: Duration = Duration::from_secs(20);
/// Expiry is looked at this often: the clock may be a test's.
const CHECK: Duration = Duration::from_secs(1);
const DEAD: Duration = Duration::from_secs(45);
/// Messages that wait for a slow reader, for each socket.
const WAITING: usize = 8;

/// Why a socket is closed.
struct Close(u16, &'static str);

/// Answers the upgrade.
pub(super) fn accept(
    server: Arc<Server>,
    upgrade: WebSocketUpgrade,
    asked: Option<Box<str>>,
    id: Arc<str>,
) -> Upgraded {
    let largest = usize::try_from(server.gate.limits.body_bytes).unwrap_or(1 << 20);
    upgrade
        .protocols([PROTOCOL])
        // Thousands of sockets wait most of their life: small buffers keep them cheap.
        .read_buffer_size(1024)
        .write_buffer_size(0)
        .max_message_size(largest)
        .max_frame_size(largest)
        .on_upgrade(move |socket| {
            let tracker = server.open.clone();
            let span = tracing::info_span!("socket", request.id = %id);
            tracker.track_future(run(Box::new(Connection::new(server, socket, asked, id))).instrument(span))
        })
}

async fn run(mut connection: Box<Connection>) {
    let protocol = connection.socket.protocol();
    let speaks = protocol.is_some_and(|protocol| protocol.as_bytes() == PROTOCOL.as_bytes());
    connection.server.metrics.socket(1);
    let Close(code, reason) = if speaks { connection.talk().await } else { Close(4406, "Subprotocol not acceptable") };
    for (_, operation) in connection.operations.drain() {
        operation.abort();
    }
    connection.server.metrics.socket(-1);
    let frame = CloseFrame { code, reason: reason.into() };
    drop(timeout(Duration::from_secs(5), connection.socket.send(Message::Close(Some(frame)))).await);
    // The other side answers the close; without waiting for that its last messages could be cut off.
    drop(timeout(Duration::from_secs(1), async { while let Some(Ok(_)) = connection.socket.recv().await {} }).await);
}

/// Something to send, from an operation. Boxed on its way: a channel keeps room for 32 of them, however few may wait.
enum Out {
    Text(String),
    /// The last message of an operation.
    Last(String, String),
    /// The caller is nobody any more.
    Nobody,
    /// A stream of documents cannot go on: the client comes back and pulls.
    Away(Close),
}

struct Session {
    identity: Identity,
    /// Wakes when the person's authority changes.
    authority: Follower,
    /// When the connection was acknowledged, and where the ledgers stood.
    connected: Connected,
}

struct Connection {
    server: Arc<Server>,
    socket: WebSocket,
    id: Arc<str>,
    /// What the client said of languages.
    asked: Option<Box<str>>,
    session: Option<Session>,
    operations: HashMap<String, AbortHandle>,
    sender: mpsc::Sender<Box<Out>>,
    receiver: mpsc::Receiver<Box<Out>>,
    heard: Instant,
}

impl Connection {
    fn new(server: Arc<Server>, socket: WebSocket, asked: Option<Box<str>>, id: Arc<str>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self {
            server,
            socket,
            id,
            asked,
            session: None,
            operations: HashMap::new(),
            sender,
            receiver,
            heard: Instant::now(),
        }
    }

    /// Speaks until one side has enough.
    async fn talk(&mut self) -> Close {
        let patience = Duration::from_secs(self.server.gate.limits.connection_init_seconds.unsigned_abs().into());
        let init_by = Instant::now() + patience;
        let mut pinged = Instant::now();
        // Both live as long as the socket: a timer that is set anew for every message costs more than the message. And they
        // are not restarted by what the client says: who talks without end is looked at as often.
        let drain = self.server.drain.clone();
        let mut drained = pin!(drain.cancelled());
        let mut look = pin!(tokio::time::sleep(patience.min(CHECK)));
        loop {
            let authority = async {
                match &mut self.session {
                    Some(session) => session.authority.told().await,
                    None => std::future::pending().await,
                }
            };
            let step = tokio::select! {
                biased;
                () = &mut drained => {
                    // Spread over five seconds, so that not everybody comes back at once.
                    let spread = u64::from(self.server.platform.env.bytes::<1>()[0]) * 5000 / 256;
                    tokio::time::sleep(Duration::from_millis(spread)).await;
                    return Close(1012, "Service restart");
                }
                () = &mut look => Step::Look,
                () = authority => Step::Authority,
                message = self.socket.recv() => Step::In(message),
                out = self.receiver.recv() => Step::Out(out),
            };
            let result = match step {
                // Boxed: a socket that waits must not keep room for what it does while awake.
                Step::Out(Some(out)) => Box::pin(self.send(*out)).await,
                Step::Out(None) | Step::In(None) => Err(Close(1000, "")),
                // Too large, not UTF-8, not framed: or the line is dead, and nobody hears this.
                Step::In(Some(Err(_))) => Err(Close(4400, "Invalid message")),
                Step::In(Some(Ok(message))) => {
                    self.heard = Instant::now();
                    Box::pin(self.hear(message)).await
                }
                Step::Authority => Box::pin(self.still_known()).await,
                Step::Look => {
                    let now = Instant::now();
                    let next = if self.session.is_some() { now + CHECK } else { init_by.min(now + CHECK) };
                    look.as_mut().reset(next.into());
                    match &self.session {
                        None if now >= init_by => Err(Close(4408, "Connection initialisation timeout")),
                        Some(session) if session.identity.expires_at <= self.server.platform.env.now() => {
                            Err(Close(4403, "Forbidden: token expired"))
                        }
                        Some(_) if self.heard.elapsed() >= DEAD => match self.socket.recv().now_or_never() {
                            // It was this side that slept.
                            Some(Some(Ok(message))) => {
                                self.heard = now;
                                Box::pin(self.hear(message)).await
                            }
                            _ => Err(Close(4408, "Silent for too long")),
                        },
                        Some(_) if pinged.elapsed() >= PING => {
                            pinged = now;
                            self.text(r#"{"type":"ping"}"#.to_owned()).await
                        }
                        None | Some(_) => Ok(()),
                    }
                }
            };
            if let Err(close) = result {
                return close;
            }
        }
    }

    async fn text(&mut self, text: String) -> Result<(), Close> {
        match timeout(DEAD, self.socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Close(1000, "")),
        }
    }

    async fn send(&mut self, out: Out) -> Result<(), Close> {
        match out {
            Out::Text(text) => self.text(text).await,
            Out::Last(id, text) => {
                // Unless the client ended the operation meanwhile: then nothing more is said of it.
                if self.operations.remove(&id).is_some() {
                    self.text(text).await?;
                }
                Ok(())
            }
            Out::Nobody => Err(Close(4403, "Forbidden: token or account revoked")),
            Out::Away(close) => Err(close),
        }
    }

    /// Closes when the token was revoked.
    async fn still_known(&mut self) -> Result<(), Close> {
        let Some(session) = &self.session else {
            return Ok(());
        };
        match self.server.platform.caller(&session.identity, self.id.clone()).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Close(4403, "Forbidden: token or account revoked")),
            Err(_) => Err(Close(1013, "Try again later")),
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), Close> {
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(Close(1000, "")),
            Message::Binary(_) => return Err(Close(4400, "Invalid message")),
        };
        let Ok(Value::Object(mut message)) = serde_json::from_str::<Value>(&text) else {
            return Err(Close(4400, "Invalid message"));
        };
        let payload = message.remove("payload");
        let id = match message.remove("id") {
            Some(Value::String(id)) if !id.is_empty() && id.len() <= 128 => Some(id),
            None => None,
            Some(_) => return Err(Close(4400, "Invalid message")),
        };
        match (message.get("type").and_then(Value::as_str), id) {
            (Some("connection_init"), _) => self.init(payload).await,
            (Some("ping"), _) => self.text(r#"{"type":"pong"}"#.to_owned()).await,
            (Some("pong"), _) => Ok(()),
            (Some("subscribe"), Some(id)) => self.subscribe(id, payload).await,
            (Some("complete"), Some(id)) => {
                if let Some(operation) = self.operations.remove(&id) {
                    operation.abort();
                }
                Ok(())
            }
            _ => Err(Close(4400, "Invalid message")),
        }
    }

    /// Takes the token from `{"Authorization": …}` or `{"headers": {"Authorization": …}}`, and so `Accept-Language`.
    async fn init(&mut self, payload: Option<Value>) -> Result<(), Close> {
        if self.session.is_some() {
            return Err(Close(4429, "Too many initialisation requests"));
        }
        let header = |name: &str| {
            payload.as_ref().and_then(|payload| header(payload, name).or_else(|| header(payload.get("headers")?, name)))
        };
        if let Some(asked) = header("accept-language").filter(|text| text.len() <= 200) {
            self.asked = Some(asked.into());
        }
        let value = header("authorization");
        let refused = Close(4403, "Forbidden: token missing, invalid, expired or revoked");
        let Some(Ok(token)) = value.map(http::token_of) else {
            return Err(refused);
        };
        let (identity, caller) = match self.server.authenticate(token, &self.id).await {
            Ok(known) => known,
            Err(error) if error.code == crate::platform::error::ErrorCode::Unauthenticated => {
                return Err(refused);
            }
            Err(_) => return Err(Close(1013, "Try again later")),
        };
        let Ok(authority) = Follower::of_authority(&caller).await else {
            return Err(Close(1013, "Try again later"));
        };
        let Ok(position) = caller.all_heads().await else {
            return Err(Close(1013, "Try again later"));
        };
        let connected = Connected { at: Instant::now(), position, grants: caller.grants() };
        self.session = Some(Session { identity, authority, connected });
        self.text(r#"{"type":"connection_ack"}"#.to_owned()).await
    }

    async fn subscribe(&mut self, id: String, payload: Option<Value>) -> Result<(), Close> {
        let Some(session) = &self.session else {
            return Err(Close(4401, "Unauthorized"));
        };
        if self.operations.contains_key(&id) {
            return Err(Close(4409, "Subscriber already exists"));
        }
        if self.operations.len() >= usize::try_from(self.server.gate.limits.subscriptions_per_socket).unwrap_or(30) {
            return Err(Close(4429, "Too many subscriptions"));
        }
        let Some(Value::Object(mut p)) = payload else {
            return Err(Close(4400, "Invalid message"));
        };
        let incoming = http::request_of(
            p.remove("query"),
            p.remove("operationName"),
            p.remove("variables"),
            p.remove("extensions"),
        );
        let Ok(incoming) = incoming else {
            return Err(Close(4400, "Invalid message"));
        };
        let request_id: Arc<str> = self.server.platform.env.id().to_string().into();
        let caller = match self.server.platform.caller(&session.identity, request_id.clone()).await {
            Ok(Some(caller)) => caller,
            Ok(None) => return Err(Close(4403, "Forbidden: token or account revoked")),
            // An `error` would be the last that a stream hears: the client comes back after a close.
            Err(_) => return Err(Close(1013, "Try again later")),
        };
        let wish = Wish::of(caller.grants().language.as_deref(), self.asked.as_deref());
        match self.server.gate.admit(incoming, Some(&caller)) {
            Err(errors) => self.text(failed(&id, errors, wish, &request_id)).await,
            Ok(admitted) => {
                if admitted.takes_position && caller.take_position().await.is_err() {
                    return Err(Close(1013, "Try again later"));
                }
                let about = http::About::new(admitted.operation, &admitted.about, Some(&caller));
                // Documents come in the order of the selection already.
                let shape = (!about.is_sync_stream()).then_some(admitted.shape);
                let request = admitted.request.data(self.server.executor()).data(session.connected.clone()).data(wish);
                let operation = Operation {
                    server: self.server.clone(),
                    id: id.clone(),
                    about,
                    wish,
                    request_id,
                    sender: self.sender.clone(),
                    began: Instant::now(),
                    logged: false,
                };
                #[expect(clippy::disallowed_methods, reason = "an operation of a socket; aborted with it")]
                let task = tokio::spawn(operate(operation, request, shape).in_current_span());
                self.operations.insert(id, task.abort_handle());
                Ok(())
            }
        }
    }
}

enum Step {
    Out(Option<Box<Out>>),
    In(Option<Result<Message, axum::Error>>),
    /// The person's authority may have changed.
    Authority,
    /// A second has passed.
    Look,
}

fn header<'h>(map: &'h Value, wanted: &str) -> Option<&'h str> {
    map.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?.1.as_str()
}

/// An `error` message: nothing ran.
fn failed(id: &str, errors: Vec<Error>, wish: Wish, request_id: &str) -> String {
    error_message(id, &reply::refusal(errors, wish, request_id))
}

fn error_message(id: &str, response: &Response) -> String {
    json!({ "id": id, "type": "error", "payload": response.errors }).to_string()
}

fn next_message(id: &str, response: &Response) -> String {
    let id = Value::String(id.to_owned());
    format!(r#"{{"id":{id},"type":"next","payload":{}}}"#, reply::text(response, Map::new()))
}

/// Runs one operation and hands its answers to the socket. Not an `async fn`: that would keep room for what it is given.
fn operate(
    mut operation: Operation,
    request: async_graphql::Request,
    shape: Option<Shape>,
) -> impl Future<Output = ()> + Send {
    let handover = Handover::default();
    let mut responses = Box::pin(operation.server.schema.execute_stream(request.data(handover.clone())));
    // Boxed: the executor keeps the document and all that was read of it, and a stream of documents needs it no more.
    let executed = Box::pin(async move {
        let ended = operation.hand_on(&mut responses, shape.as_ref()).await;
        (ended, operation)
    });
    async move {
        let (false, mut operation) = executed.await else { return };
        if let Some(mut begun) = handover.take() {
            loop {
                let response = begun.next().await;
                if !operation.tell(response, None).await {
                    return;
                }
            }
        }
        let complete = json!({ "id": operation.id, "type": "complete" }).to_string();
        drop(operation.sender.send(Box::new(Out::Last(operation.id, complete))).await);
    }
}

/// An operation of a socket.
struct Operation {
    server: Arc<Server>,
    id: String,
    about: http::About,
    wish: Wish,
    request_id: Arc<str>,
    sender: mpsc::Sender<Box<Out>>,
    began: Instant,
    logged: bool,
}

impl Operation {
    /// Hands on answers until there are no more; says whether the last word was among them.
    async fn hand_on(&mut self, responses: &mut (impl Stream<Item = Response> + Unpin), shape: Option<&Shape>) -> bool {
        let patience = Duration::from_secs(self.server.gate.limits.request_seconds.unsigned_abs().into());
        loop {
            // A query or mutation answers in time; a subscription waits for its events.
            let next = if self.about.is_subscription() {
                responses.next().await
            } else {
                match timeout(patience, responses.next()).await {
                    Ok(next) => next,
                    Err(_) => {
                        let late = Error::unavailable("an operation of a socket took longer than its limit");
                        let response = reply::refusal(vec![late], self.wish, &self.request_id);
                        self.about.log(&self.server, &self.request_id, self.began, Some(&response));
                        let last = Out::Last(self.id.clone(), error_message(&self.id, &response));
                        drop(self.sender.send(Box::new(last)).await);
                        return true;
                    }
                }
            };
            let Some(response) = next else { return false };
            if !self.tell(response, shape).await {
                return true;
            }
        }
    }

    /// Tells the socket an answer; says whether more may follow.
    async fn tell(&mut self, mut response: Response, shape: Option<&Shape>) -> bool {
        reply::finish(&mut response, shape, self.wish, &self.request_id);
        let (out, last) = self.out(&response);
        drop(response);
        self.sender.send(Box::new(out)).await.is_ok() && !last
    }

    /// What is said for an answer, and whether it is the last word.
    fn out(&mut self, response: &Response) -> (Out, bool) {
        if !self.logged {
            self.about.log(&self.server, &self.request_id, self.began, Some(response));
            self.logged = true;
        }
        if response.data == async_graphql::Value::Null && !response.errors.is_empty() {
            if self.about.is_sync_stream() && !reply::is_request_error(response) {
                // A message would be the last that the common client takes: it comes back after a close.
                let close = match (reply::is_unauthenticated(response), reply::is_resync(response)) {
                    (true, _) => Close(4403, "Forbidden: token or account revoked"),
                    (_, true) => Close(4205, "Pull again"),
                    _ => Close(1013, "Try again later"),
                };
                return (Out::Away(close), true);
            }
            if reply::is_unauthenticated(response) {
                // An `error` would end the subscription for good: the client comes back after 4403.
                return (Out::Nobody, true);
            }
            // Nothing ran, or a subscription cannot go on: an `error` ends the operation.
            if reply::is_request_error(response) || self.about.is_subscription() {
                return (Out::Last(self.id.clone(), error_message(&self.id, response)), true);
            }
        }
        (Out::Text(next_message(&self.id, response)), false)
    }
}

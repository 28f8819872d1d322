use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A graphql-transport-ws client that does what it is told.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// How a socket was closed.
#[derive(Debug, PartialEq, Eq)]
pub struct Closed(pub u16);

impl Socket {
    pub async fn open(address: SocketAddr) -> Self {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        Self(connect_async(request).await.unwrap().0)
    }

    /// Opens and presents a token.
    pub async fn signed_in(address: SocketAddr, token: &str) -> Self {
        let mut socket = Self::open(address).await;
        socket
            .say(json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } }))
            .await;
        assert_eq!(socket.hear().await.unwrap()["type"], "connection_ack");
        socket
    }

    pub async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Says something to a socket that may be closed already.
    pub async fn try_say(&mut self, message: Value) {
        drop(self.0.send(Message::text(message.to_string())).await);
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// The next message that is not a ping, or how the socket was closed.
    pub async fn hear(&mut self) -> Result<Value, Closed> {
        self.within(Duration::from_secs(8)).await.expect("a message within eight seconds")
    }

    /// The same, or nothing in a time.
    pub async fn within(&mut self, patience: Duration) -> Option<Result<Value, Closed>> {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let message: Value = serde_json::from_str(&text).unwrap();
                        if message["type"] != "ping" {
                            return Ok(message);
                        }
                    }
                    Some(Ok(Message::Close(frame))) => {
                        return Err(Closed(frame.map_or(1005, |frame| frame.code.into())));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Err(Closed(1006)),
                }
            }
        };
        tokio::time::timeout(patience, next).await.ok()
    }

    /// The next event of a subscription.
    pub async fn event(&mut self) -> Value {
        let message = self.hear().await.unwrap();
        assert_eq!(message["type"], "next", "{message}");
        assert!(message["payload"].get("errors").is_none(), "{message}");
        message["payload"]["data"].clone()
    }

    /// Fails where anything comes within a moment.
    pub async fn is_silent(&mut self, moment: Duration) {
        let heard = self.within(moment).await;
        assert!(heard.is_none(), "expected silence, heard {heard:?}");
    }
}

//! graphql-transport-ws: close codes after which clients come back.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Closed, Socket, World};

async fn closed(socket: &mut Socket) -> Closed {
    loop {
        if let Err(closed) = socket.hear().await {
            return closed;
        }
    }
}

scenario! {
    async fn who_does_not_speak_the_protocol_is_told_how(w: World) {
        let address = w.serve().await;
        let mut early = Socket::open(address).await;
        early.subscribe("1", "{ __typename }", Value::Null).await;
        assert_eq!(closed(&mut early).await, Closed(4401));
        let mut unknown = Socket::signed_in(address, &w.token("dana")).await;
        unknown.say(json!({ "type": "start", "id": "1" })).await;
        assert_eq!(closed(&mut unknown).await, Closed(4400));
        let mut twice = Socket::signed_in(address, &w.token("dana")).await;
        twice.say(json!({ "type": "connection_init" })).await;
        assert_eq!(closed(&mut twice).await, Closed(4429));
        let mut late = Socket::open(address).await;
        assert_eq!(closed(&mut late).await, Closed(4408));
        for payload in [json!({}), json!({ "Authorization": "Bearer nonsense" }), json!({ "Authorization": 7 })] {
            let mut stranger = Socket::open(address).await;
            stranger.say(json!({ "type": "connection_init", "payload": payload })).await;
            assert_eq!(closed(&mut stranger).await, Closed(4403));
        }
    }
}

scenario! {
    async fn both_forms_of_init_are_taken_and_queries_run(w: World) {
        let address = w.serve().await;
        let mut socket = Socket::open(address).await;
        let payload = json!({ "headers": { "authorization": format!("Bearer {}", w.token("omar")) } });
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await.unwrap()["type"], "connection_ack");
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await.unwrap()["type"], "pong");
        socket.subscribe("q", "{ me { person { name } } }", Value::Null).await;
        let next = socket.hear().await.unwrap();
        assert_eq!(next["payload"]["data"]["me"]["person"]["name"], "Omar Gatluak");
        assert_eq!(socket.hear().await.unwrap(), json!({ "id": "q", "type": "complete" }));
        // The id is free again.
        socket.subscribe("q", "{ me { nonsense } }", Value::Null).await;
        let error = socket.hear().await.unwrap();
        assert_eq!((&error["type"], error["payload"].is_array()), (&json!("error"), true));
        socket.subscribe("s", "subscription { riskLevelChanged { cursor } }", Value::Null).await;
        socket.subscribe("s", "subscription { riskLevelChanged { cursor } }", Value::Null).await;
        assert_eq!(closed(&mut socket).await, Closed(4409));
    }
}

scenario! {
    async fn a_socket_closes_when_its_token_ends(w: World) {
        let address = w.serve().await;
        let token = w.token("petra");
        let mut signed_out = Socket::signed_in(address, &token).await;
        let mut suspended = Socket::signed_in(address, &w.token("amina")).await;
        let mut expired = Socket::signed_in(address, &w.token("omar")).await;
        let bearer = format!("Bearer {token}");
        w.post(json!({ "query": "mutation { signOut { id } }" }), &[("authorization", &bearer)]).await.data();
        assert_eq!(signed_out.within(Duration::from_secs(5)).await, Some(Err(Closed(4403))));
        w.post(json!({ "query": "{ me { person { name } } }" }), &[("authorization", &bearer)]).await.refused("UNAUTHENTICATED");
        let amina = w.caller("amina").await.person().to_string();
        let input = json!({ "personId": amina, "status": "SUSPENDED" });
        w.act("grace", "setAccountStatus", "SetAccountStatusInput", input, "id").await.data();
        assert_eq!(suspended.within(Duration::from_secs(5)).await, Some(Err(Closed(4403))));
        w.clock.advance(TimeDelta::hours(13));
        assert_eq!(expired.within(Duration::from_secs(5)).await, Some(Err(Closed(4403))));
    }
}

scenario! {
    async fn talking_does_not_keep_an_expired_token_alive(w: World) {
        let address = w.serve().await;
        let mut socket = Socket::signed_in(address, &w.token("dana")).await;
        w.clock.advance(TimeDelta::hours(13));
        socket.subscribe("1", "{ me { person { name } } }", Value::Null).await;
        assert_eq!(closed(&mut socket).await, Closed(4403));
        let mut socket = Socket::signed_in(address, &w.token("dana")).await;
        w.clock.advance(TimeDelta::hours(13));
        let talked = std::time::Instant::now();
        loop {
            socket.try_say(json!({ "type": "ping" })).await;
            match socket.within(Duration::from_millis(200)).await {
                Some(Err(end)) => {
                    assert_eq!(end, Closed(4403));
                    break;
                }
                _ => assert!(talked.elapsed() < Duration::from_secs(5), "the socket is still open"),
            }
        }
    }
}

scenario! {
    async fn a_restart_asks_everybody_to_come_back(w: World) {
        let address = w.serve().await;
        let mut socket = Socket::signed_in(address, &w.token("dana")).await;
        w.server.drain.cancel();
        assert_eq!(closed(&mut socket).await, Closed(1012));
    }
}

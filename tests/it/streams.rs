//! Streams of documents over real sockets: contiguous, coalesced, silent after a right has ended, and never ended by a
//! message.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{
    incidents::{agree, release, reported},
    support::{Closed, Phone, Socket, World, fields},
    sync::{end, focal_point, id, person, report},
};

const STREAM: &str = "subscription onStream($headers: IncidentInputHeaders) { streamIncident(headers: $headers) \
    { documents { id deleted title version } checkpoint { cursor } } }";

async fn connected(w: &World, address: std::net::SocketAddr, who: &str) -> Socket {
    let mut socket = Socket::open(address).await;
    let token = format!("Bearer {}", w.token(who));
    // As the common client sends it.
    socket.say(json!({ "type": "connection_init", "payload": { "headers": { "Authorization": token } } })).await;
    assert_eq!(socket.hear().await.unwrap()["type"], "connection_ack");
    socket
}

async fn write(w: &World, phone: &mut Phone, n: u64, title: &str) {
    phone.write(&id(n), report(title));
    assert_eq!(phone.push(w, &[&id(n)]).await, []);
}

scenario! {
    async fn a_stream_brings_what_a_pull_would_and_its_checkpoint_counts(w: World) {
        let address = w.serve().await;
        let mut amina = Phone::new("amina", "incident");
        write(w, &mut amina, 1, "Before").await;
        let mut omar = Phone::new("omar", "incident");
        let mut socket = connected(w, address, "omar").await;
        omar.sync(w).await;
        // Between the pull of this connection and its subscription: not lost (S7, E9).
        write(w, &mut amina, 2, "Between").await;
        socket.subscribe("1", STREAM, json!({})).await;
        let first = socket.event().await;
        assert_eq!(first["streamIncident"]["documents"][0]["id"], id(2));
        write(w, &mut amina, 3, "After").await;
        let second = socket.event().await["streamIncident"].clone();
        assert_eq!((&second["documents"][0]["id"], &second["documents"][0]["title"]), (&json!(id(3)), &json!("After")));
        // The checkpoint of an item is one for pulls: nothing is missing behind it, nothing comes twice.
        omar.cursor = second["checkpoint"]["cursor"].clone();
        assert_eq!(omar.sync(w).await, []);
        write(w, &mut amina, 4, "Later").await;
        assert_eq!(omar.sync(w).await, [(id(4), false)]);
        socket.event().await;
        // A burst comes together, each document once and at its latest.
        for n in 0..30 {
            amina.edit(&id(4), "place", format!("Place {n}"));
            amina.push(w, &[&id(4)]).await;
        }
        let (mut items, mut version) = (0, 0);
        while version < 31 {
            let item = socket.event().await["streamIncident"].clone();
            assert_eq!(item["documents"].as_array().unwrap().len(), 1);
            version = item["documents"][0]["version"].as_i64().unwrap();
            items += 1;
        }
        assert!(items < 31, "{items} items for 30 writes");
        // Nothing new; on a slow machine what was pushed may be said once more by now.
        while let Some(again) = socket.within(Duration::from_millis(300)).await {
            assert_eq!(again.unwrap()["payload"]["data"]["streamIncident"]["documents"][0]["version"], 31);
        }
        // Nobody else hears of it.
        let mut sam = connected(w, address, "sam").await;
        let mut dana = connected(w, address, "dana").await;
        sam.subscribe("1", STREAM, json!({})).await;
        dana.subscribe("1", STREAM, json!({ "headers": { "Authorization": "whatever" } })).await;
        write(w, &mut amina, 5, "Private").await;
        while socket.event().await["streamIncident"]["documents"][0]["id"] != id(5) {}
        sam.is_silent(Duration::from_millis(300)).await;
        dana.is_silent(Duration::from_millis(100)).await;
    }
}

scenario! {
    async fn what_was_pushed_is_said_until_its_answer_must_have_come(w: World) {
        let address = w.serve().await;
        let mut amina = Phone::new("amina", "incident");
        let mut socket = connected(w, address, "amina").await;
        socket.subscribe("1", STREAM, json!({})).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        write(w, &mut amina, 1, "Answered late").await;
        let began = Instant::now();
        let mut said = Vec::new();
        // Longer apart than that it is said at last, and then never again.
        while let Some(item) = socket.within(Duration::from_secs(if said.len() < 3 { 15 } else { 4 })).await {
            assert_eq!(item.unwrap()["payload"]["data"]["streamIncident"]["documents"][0]["id"], id(1));
            said.push(began.elapsed().as_secs_f64());
            assert!(began.elapsed() < Duration::from_secs(40), "it is said without end: {said:?}");
        }
        assert!(said.len() >= 3 && said[0] < 10.0 && *said.last().unwrap() > 10.0, "{said:?}");
    }
}

async fn closed(socket: &mut Socket) -> Closed {
    loop {
        match socket.hear().await {
            Ok(message) => assert_eq!(message["type"], "next", "a stream ends without a message: {message}"),
            Err(closed) => return closed,
        }
    }
}

scenario! {
    async fn a_right_that_ends_silences_the_socket_and_clears_the_device(w: World) {
        let address = w.serve().await;
        let mut amina = Phone::new("amina", "incident");
        write(w, &mut amina, 1, "One").await;
        let mut omar = Phone::new("omar", "incident");
        omar.sync(w).await;
        let mut socket = connected(w, address, "omar").await;
        socket.subscribe("1", STREAM, json!({})).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let standing = focal_point(w, "omar").await;
        let began = Instant::now();
        end(w, &standing).await;
        write(w, &mut amina, 2, "Not for Omar any more").await;
        assert_eq!(closed(&mut socket).await, Closed(4205));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        // The client comes back, and pulls: what it had is gone, what it never had is not named.
        let _socket = connected(w, address, "omar").await;
        assert_eq!(omar.sync(w).await, [(id(1), true)]);

        // A right that begins closes it too, so that the documents come.
        let mut socket = connected(w, address, "omar").await;
        socket.subscribe("1", STREAM, json!({})).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let until = (w.platform.env.now() + TimeDelta::minutes(10)).to_rfc3339();
        let input = json!({ "personId": person(w, "omar").await, "role": "SECURITY_FOCAL_POINT", "validUntil": until });
        w.act("grace", "giveMembership", "GiveMembershipInput", input, "id").await.data();
        assert_eq!(closed(&mut socket).await, Closed(4205));
        omar.sync(w).await;
        assert_eq!(omar.documents.len(), 2);

        // Time runs out: nobody says a word.
        let mut socket = connected(w, address, "omar").await;
        socket.subscribe("1", STREAM, json!({})).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        w.clock.advance(TimeDelta::minutes(11));
        let began = Instant::now();
        assert_eq!(closed(&mut socket).await, Closed(4205));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        omar.sync(w).await;
        assert_eq!(omar.documents.len(), 0);
    }
}

scenario! {
    async fn a_revoked_device_loses_its_sockets(w: World) {
        let address = w.serve().await;
        let signer = w.server.signer.as_ref().unwrap();
        let token = signer.sign(&w.platform.env, "amina", Some("tablet-4"), TimeDelta::hours(1)).unwrap();
        let authorization = format!("Bearer {token}");
        let register = json!({ "query": "mutation { registerDevice(name: \"Tablet 4\") { id } }" });
        let device = w.post(register, &[("authorization", &authorization)]).await.text("/registerDevice/id");
        let mut socket = Socket::signed_in(address, &token).await;
        socket.subscribe("1", STREAM, json!({})).await;
        let mut other = connected(w, address, "amina").await;
        other.subscribe("1", STREAM, json!({})).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let revoke = "mutation($id: ID!) { revokeDevice(id: $id, reason: \"stolen\") { id } }";
        w.ask("grace", revoke, json!({ "id": device })).await.data();
        assert_eq!(closed(&mut socket).await, Closed(4403));
        other.is_silent(Duration::from_millis(500)).await;
        let mut again = Socket::open(address).await;
        again.say(json!({ "type": "connection_init", "payload": { "Authorization": authorization } })).await;
        assert_eq!(again.hear().await, Err(Closed(4403)));
    }
}

scenario! {
    async fn events_of_consent_and_partnership_reach_every_side_and_nobody_else(w: World) {
        let address = w.serve().await;
        let partnership = w.partnership().await;
        let start = w.ask("dana", "{ events { cursor events { event } hasMore } }", Value::Null).await;
        assert_eq!(start.at("/events/events"), json!([]));
        let consents = "subscription($p: ID!, $after: String) { consentChanged(partnershipId: $p, after: $after) { cursor event request { state action } consent { decision } } }";
        let partnerships = "subscription { partnershipChanged { event partnership { state } } }";
        let (mut dana, mut sam) = (connected(w, address, "dana").await, connected(w, address, "sam").await);
        dana.subscribe("1", consents, json!({ "p": partnership })).await;
        sam.subscribe("1", consents, json!({ "p": partnership })).await;
        assert_eq!(sam.hear().await.unwrap()["payload"][0]["extensions"]["code"], "NOT_FOUND");
        let mut omar = connected(w, address, "omar").await;
        omar.subscribe("1", partnerships, json!({})).await;
        sam.subscribe("2", partnerships, json!({})).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let version = w.ask("dana", "query($id: ID!) { partnership(id: $id) { version } }", json!({ "id": partnership })).await.at("/partnership/version");
        let input = json!({ "id": partnership, "expectedVersion": version, "reason": "The road is closed." });
        w.act("dana", "suspendPartnership", "SuspendPartnershipInput", input, "id").await.data();
        let event = omar.event().await["partnershipChanged"].clone();
        assert_eq!((&event["event"], &event["partnership"]["state"]), (&json!("partnership.suspended"), &json!("SUSPENDED")));
        let version = w.ask("omar", "query($id: ID!) { partnership(id: $id) { version } }", json!({ "id": partnership })).await.at("/partnership/version");
        let input = json!({ "id": partnership, "expectedVersion": version, "statement": "It is open again." });
        let asked = w.act("omar", "requestResumption", "RequestResumptionInput", input, "id contentHash").await;
        let input = json!({ "requestId": asked.at("/answer/id"), "contentHash": asked.at("/answer/contentHash") });
        w.act("omar", "giveConsent", "GiveConsentInput", input, "id").await.data();
        let (first, second) = (dana.event().await["consentChanged"].clone(), dana.event().await["consentChanged"].clone());
        assert_eq!((&first["event"], &first["request"]["action"]), (&json!("consent.requested"), &json!("RESUME_PARTNERSHIP")));
        assert_eq!((&second["event"], &second["consent"]["decision"]), (&json!("consent.given"), &json!("AGREED")));
        sam.is_silent(Duration::from_millis(200)).await;

        // The same without a socket, in pages, from where one was.
        let query = "query($after: String, $first: Int!, $types: [String!]) { events(after: $after, first: $first, types: $types) { events { event record { __typename } } cursor hasMore } }";
        let mut after = start.at("/events/cursor");
        let mut told = Vec::new();
        loop {
            let page = w.ask("dana", query, json!({ "after": after, "first": 1 })).await;
            for event in page.at("/events/events").as_array().unwrap() {
                told.push(format!("{} {}", event["event"].as_str().unwrap(), event["record"]["__typename"].as_str().unwrap()));
            }
            after = page.at("/events/cursor");
            if page.at("/events/hasMore") == json!(false) {
                break;
            }
        }
        assert_eq!(told, ["partnership.suspended Partnership", "consent.requested ConsentRequest", "consent.given Consent"]);
        let only = w.ask("dana", query, json!({ "after": start.at("/events/cursor"), "first": 100, "types": ["consent.given"] })).await;
        assert_eq!(only.at("/events/events").as_array().unwrap().len(), 1);
        let stranger = w.ask("sam", "{ events { cursor } }", Value::Null).await.at("/events/cursor");
        assert_eq!(w.ask("sam", query, json!({ "after": stranger, "first": 100 })).await.at("/events/events"), json!([]));
        w.ask("sam", query, json!({ "after": start.at("/events/cursor"), "first": 100 })).await.refused("INVALID_CURSOR");
    }
}

/// What came on a stream until it was quiet, taken as a device takes it.
async fn heard(socket: &mut Socket, phone: &mut Phone) {
    while let Some(message) = socket.within(Duration::from_millis(600)).await {
        let message = message.unwrap();
        if message["type"] == "next" {
            phone.take(&message["payload"]["data"]["streamIncident"]["documents"]);
        }
    }
}

scenario! {
    /// Streams cut each reader's view out of one shared read, pulls ask the database for it: they must never differ.
    async fn streams_show_each_reader_what_pulls_show_them(w: World) {
        const WHO: [&str; 7] = ["amina", "omar", "grace", "dana", "lars", "petra", "sam"];
        agree(w, "FULL", "ALL", 0).await;
        let address = w.serve().await;
        let stream = format!("subscription {{ streamIncident {{ documents {{ {} }} checkpoint {{ cursor }} }} }}", fields("incident"));
        let mut readers = Vec::new();
        for who in WHO {
            let mut socket = connected(w, address, who).await;
            socket.subscribe("1", &stream, json!({})).await;
            readers.push((socket, Phone::new(who, "incident"), Phone::new(who, "incident")));
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (incident, _) = reported(w).await;
        let (other, _) = reported(w).await;
        let version = async || {
            let asked = "query($id: ID!) { incident(id: $id) { version } }";
            w.ask("omar", asked, json!({ "id": incident })).await.at("/incident/version").as_i64().unwrap()
        };
        for step in ["reported", "BASIC", "FULL", "BASIC again", "verified", "revoked", "FULL again", "retracted"] {
            let at = version().await;
            match step {
                "reported" => {}
                "verified" => {
                    let verify = "mutation($id: ID!, $v: Int!) { verifyIncident(id: $id, expectedVersion: $v) { id } }";
                    w.ask("omar", verify, json!({ "id": incident, "v": at })).await.data();
                }
                "revoked" => {
                    let releases = "query($id: ID!) { incident(id: $id) { releases { id live } } }";
                    let all = w.ask("omar", releases, json!({ "id": incident })).await.at("/incident/releases");
                    let live = all.as_array().unwrap().iter().find(|release| release["live"] == true).unwrap()["id"].clone();
                    w.ask("omar", "mutation($id: ID!) { revokeIncidentRelease(id: $id) { id } }", json!({ "id": live })).await.data();
                }
                "retracted" => {
                    let retract = "mutation($id: ID!, $v: Int!) { retractIncident(id: $id, expectedVersion: $v, reason: \"Told twice.\") { id } }";
                    w.ask("omar", retract, json!({ "id": incident, "v": at })).await.data();
                }
                level => drop(release(w, "omar", &incident, at, level.split(' ').next().unwrap()).await.data()),
            }
            for (socket, streamed, pulled) in &mut readers {
                heard(socket, streamed).await;
                pulled.sync(w).await;
                assert_eq!(streamed.documents, pulled.documents, "{} after {step}", streamed.who);
                let sees = streamed.documents.get(&incident).map(|document| document["redactions"].is_null());
                let shared = match step {
                    "BASIC" | "BASIC again" | "verified" => Some(false),
                    "FULL" | "FULL again" => Some(true),
                    _ => None,
                };
                match streamed.who {
                    "amina" | "omar" | "grace" => assert!(sees.is_some(), "{} after {step}", streamed.who),
                    "dana" => assert_eq!(sees, shared, "dana after {step}"),
                    "sam" => assert_eq!(sees, None, "sam after {step}"),
                    _ => {}
                }
                assert!(streamed.documents.contains_key(&other) == matches!(streamed.who, "amina" | "omar" | "grace"), "{}", streamed.who);
            }
        }
    }
}

scenario! {
    /// A message with errors would be the last that the common client takes of a stream: it stays away for good.
    async fn a_fault_of_the_database_closes_the_socket_and_the_client_comes_back(w: World) {
        let address = w.serve().await;
        let mut amina = Phone::new("amina", "incident");
        write(w, &mut amina, 1, "Before").await;
        let database = w.database().await;
        for (table, when) in [("space", "while a stream opens"), ("incident", "while it reads")] {
            let mut socket = connected(w, address, "amina").await;
            database.execute_unprepared(&format!("ALTER TABLE {table} RENAME TO {table}_away")).await.unwrap();
            socket.subscribe("1", STREAM, json!({})).await;
            assert_eq!(closed(&mut socket).await, Closed(1013), "{when}");
            database.execute_unprepared(&format!("ALTER TABLE {table}_away RENAME TO {table}")).await.unwrap();
        }
        let mut socket = connected(w, address, "amina").await;
        socket.subscribe("1", STREAM, json!({})).await;
        assert_eq!(socket.event().await["streamIncident"]["documents"][0]["id"], id(1));
    }
}

scenario! {
    async fn a_right_that_comes_or_goes_between_connecting_and_following_is_pulled_again(w: World) {
        let address = w.serve().await;
        let mut phone = Phone::new("amina", "incident");
        phone.write(&id(1), report("One"));
        phone.push(w, &[&id(1)]).await;
        let follow = "subscription { streamIncident { documents { id } checkpoint { cursor } } }";
        let omar = person(w, "omar").await;
        let standing = focal_point(w, "omar").await;
        // He reads the incidents of his organisation, and holds them; between his pull and his stream the right ends.
        let mut socket = Socket::signed_in(address, &w.token("omar")).await;
        end(w, &standing).await;
        socket.subscribe("1", follow, json!({})).await;
        assert_eq!(closed(&mut socket).await, Closed(4205));
        // And comes back: what was reported meanwhile would come with no stream.
        let mut socket = Socket::signed_in(address, &w.token("omar")).await;
        w.clock.advance(TimeDelta::seconds(1));
        let input = json!({ "personId": omar, "role": "SECURITY_FOCAL_POINT" });
        w.act("grace", "giveMembership", "GiveMembershipInput", input, "id").await.data();
        socket.subscribe("1", follow, json!({})).await;
        assert_eq!(closed(&mut socket).await, Closed(4205));
        // Where nothing changed it is followed.
        let mut socket = Socket::signed_in(address, &w.token("omar")).await;
        socket.subscribe("1", follow, json!({})).await;
        phone.write(&id(2), report("Two"));
        phone.push(w, &[&id(2)]).await;
        assert!(socket.event().await.to_string().contains(&id(2)));
    }
}

//! `riskLevelChanged`: nothing missed, nothing doubled, nothing to those who may not know.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Socket, World};

const ROAD: &str = "Abduction on the Bentiu road";
const FOLLOW: &str = "subscription($p: ID, $m: RiskLevel, $after: String) { riskLevelChanged(partnershipId: $p, minLevel: $m, after: $after) \
    { cursor from to provisional kind cause redactions risk { title } record { score matrixVersion } } }";

scenario! {
    async fn the_demo_story_reaches_each_side_once(w: World) {
        let address = w.serve().await;
        let mut dana = Socket::signed_in(address, &w.token("dana")).await;
        let mut omar = Socket::signed_in(address, &w.token("omar")).await;
        let mut sam = Socket::signed_in(address, &w.token("sam")).await;
        dana.subscribe("1", FOLLOW, json!({})).await;
        omar.subscribe("1", FOLLOW, json!({ "p": w.partnership().await })).await;
        sam.subscribe("1", FOLLOW, json!({})).await;
        // Of this partnership, a stranger cannot even ask.
        sam.subscribe("2", FOLLOW, json!({ "p": w.partnership().await })).await;
        let refused = sam.hear().await.unwrap();
        assert_eq!((&refused["type"], &refused["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("NOT_FOUND")));
        tokio::time::sleep(Duration::from_millis(200)).await;
        let before = w.ask("dana", "{ streamPosition }", Value::Null).await.text("/streamPosition");

        let risk = w.risk(ROAD).await;
        w.perceive("dana", &risk, 4, 3).await.data();
        w.perceive("omar", &risk, 3, 5).await.data();
        let request = w.propose("dana", &risk, 4, 4).await;
        w.consent("dana", &request).await.data();
        w.consent("omar", &request).await.data();

        let event = dana.event().await;
        let expected = json!({ "from": null, "to": "HIGH", "provisional": true, "kind": "PRESENT", "cause": "REASSESSMENT", "redactions": [],
            "risk": { "title": ROAD }, "record": { "score": 15, "matrixVersion": "UNICEF-2008" } });
        let mut seen = event["riskLevelChanged"].clone();
        let cursor = seen.as_object_mut().unwrap().remove("cursor").unwrap();
        assert_eq!(seen, expected);
        let mut other = omar.event().await["riskLevelChanged"].clone();
        other.as_object_mut().unwrap().remove("cursor").unwrap();
        assert_eq!(other, expected);
        dana.is_silent(Duration::from_millis(400)).await;
        omar.is_silent(Duration::from_millis(100)).await;
        sam.is_silent(Duration::from_millis(100)).await;

        // Back with `after`: nothing is missed, nothing doubled, and it goes on live.
        drop(dana);
        let mut dana = Socket::signed_in(address, &w.token("dana")).await;
        dana.subscribe("2", FOLLOW, json!({ "after": cursor })).await;
        dana.is_silent(Duration::from_millis(300)).await;
        let request = w.propose("omar", &risk, 5, 5).await;
        w.consent("dana", &request).await.data();
        w.consent("omar", &request).await.data();
        let next = dana.event().await["riskLevelChanged"].clone();
        assert_eq!((&next["from"], &next["to"], &next["provisional"]), (&json!("HIGH"), &json!("CRITICAL"), &json!(false)));
        let mut late = Socket::signed_in(address, &w.token("dana")).await;
        late.subscribe("3", FOLLOW, json!({ "after": before })).await;
        assert_eq!(late.event().await["riskLevelChanged"]["record"]["score"], 15);
        assert_eq!(late.event().await["riskLevelChanged"]["cursor"], next["cursor"]);
        late.is_silent(Duration::from_millis(300)).await;
        // A position is its owner's.
        omar.subscribe("4", FOLLOW, json!({ "after": cursor })).await;
        loop {
            let message = omar.hear().await.unwrap();
            if message["id"] == "4" {
                assert_eq!(message["payload"][0]["extensions"]["code"], "INVALID_CURSOR", "{message}");
                break;
            }
        }
    }
}

scenario! {
    async fn a_fall_below_the_bound_is_heard_and_what_stays_below_is_not(w: World) {
        let address = w.serve().await;
        let mut omar = Socket::signed_in(address, &w.token("omar")).await;
        omar.subscribe("1", FOLLOW, json!({ "m": "HIGH" })).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let risk = w.risk(ROAD).await;
        for (l, i) in [(1, 2), (2, 4), (5, 5), (1, 1)] {
            w.perceive("dana", &risk, l, i).await.data();
            w.perceive("omar", &risk, l, i).await.data();
            let request = w.propose("dana", &risk, l, i).await;
            w.consent("dana", &request).await.data();
            w.consent("omar", &request).await.data();
        }
        let mut heard = Vec::new();
        for _ in 0..2 {
            let event = omar.event().await["riskLevelChanged"].clone();
            heard.push((event["from"].clone(), event["to"].clone()));
        }
        assert_eq!(heard, [(json!("MEDIUM"), json!("CRITICAL")), (json!("CRITICAL"), json!("NEGLIGIBLE"))]);
        omar.is_silent(Duration::from_millis(300)).await;
    }
}

scenario! {
    async fn nothing_comes_after_the_right_has_ended(w: World) {
        let address = w.serve().await;
        let mut petra = Socket::signed_in(address, &w.token("petra")).await;
        petra.subscribe("1", FOLLOW, json!({})).await;
        let mut amina = Socket::signed_in(address, &w.token("amina")).await;
        amina.subscribe("1", FOLLOW, json!({})).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let roles = w.ask("lars", "{ partnerships { edges { node { sides { roles { id shownAs } } } } } }", Value::Null).await;
        let roles = roles.at("/partnerships/edges/0/node/sides/0/roles");
        let id = roles.as_array().unwrap().iter().find(|role| role["shownAs"] == "Petra Lind").unwrap()["id"].clone();
        w.ask("lars", "mutation($id: ID!) { endSideRole(id: $id, expectedVersion: 1) { id } }", json!({ "id": id })).await.data();
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let risk = w.risk(ROAD).await;
        w.perceive("dana", &risk, 5, 5).await.data();
        w.perceive("omar", &risk, 5, 5).await.data();
        assert_eq!(amina.event().await["riskLevelChanged"]["to"], "CRITICAL");
        petra.is_silent(Duration::from_millis(500)).await;
    }
}

scenario! {
    async fn an_old_position_is_refused_with_a_fresh_one(w: World) {
        let before = w.ask("dana", "{ streamPosition }", Value::Null).await.text("/streamPosition");
        let risk = w.risk(ROAD).await;
        w.perceive("dana", &risk, 5, 5).await.data();
        w.clock.advance(TimeDelta::days(31));
        let address = w.serve().await;
        let mut dana = Socket::signed_in(address, &w.token("dana")).await;
        dana.subscribe("1", FOLLOW, json!({ "after": before })).await;
        let refused = dana.hear().await.unwrap();
        assert_eq!(refused["type"], "error", "{refused}");
        let extensions = &refused["payload"][0]["extensions"];
        assert_eq!((&extensions["code"], &extensions["rule"]), (&json!("INVALID_CURSOR"), &json!("CURSOR_IS_RECENT")));
        dana.subscribe("2", FOLLOW, json!({ "after": extensions["streamPosition"] })).await;
        dana.is_silent(Duration::from_millis(300)).await;
    }
}

scenario! {
    async fn what_two_nodes_write_is_told_on_both_in_the_order_of_the_ledger(w: World) {
        // No doorbell rings between them: what the other has written is between what this one knows from its own commands.
        let other = w.restarted().await;
        let nodes = [&*w, &other];
        let follow = "subscription { eventHappened(types: [\"concern.\"]) { record { ... on Concern { title } } } }";
        let p = w.partnership().await;
        let before = w.ask("omar", "{ streamPosition }", Value::Null).await.text("/streamPosition");
        let mut sockets = Vec::new();
        for node in nodes {
            let mut socket = Socket::signed_in(node.serve().await, &node.token("omar")).await;
            socket.subscribe("1", follow, json!({})).await;
            sockets.push(socket);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        let worry = |n: usize| json!({ "partnershipId": p, "title": format!("Worry {n}"), "description": "x", "audience": "PARTNERSHIP" });
        let raise = async |n: usize| nodes[n % 2].command("amina", "raiseConcern", worry(n), "id").await.text("/answer/id");
        for n in 0..6 {
            raise(n).await;
        }
        // Side by side, too.
        futures_util::future::join_all((6..12).map(raise)).await;
        let events = "query($after: String) { events(after: $after, types: [\"concern.\"]) { events { record { ... on Concern { title } } } } }";
        let told = w.ask("omar", events, json!({ "after": before })).await.at("/events/events");
        let titles = |of: &Value| of["record"]["title"].as_str().unwrap().to_owned();
        let expected: Vec<String> = told.as_array().unwrap().iter().map(titles).collect();
        assert_eq!(expected.len(), 12);
        for socket in &mut sockets {
            let mut heard = Vec::new();
            for _ in 0..expected.len() {
                heard.push(titles(&socket.event().await["eventHappened"]));
            }
            assert_eq!(heard, expected);
            socket.is_silent(Duration::from_millis(100)).await;
        }
    }
}

scenario! {
    async fn one_subscription_tells_everything_that_happens(w: World) {
        let address = w.serve().await;
        let follow = "subscription($types: [String!], $after: String) { eventHappened(types: $types, after: $after) { cursor event kind record { id ... on Concern { title } } } }";
        let before = w.ask("omar", "{ streamPosition }", Value::Null).await.text("/streamPosition");
        let mut sockets = Vec::new();
        for who in ["dana", "omar", "sam"] {
            let mut socket = Socket::signed_in(address, &w.token(who)).await;
            socket.subscribe("1", follow, json!({ "types": ["concern.", "decision."] })).await;
            sockets.push(socket);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        let p = w.partnership().await;
        let worry = |title: &str, audience: &str| json!({ "partnershipId": p, "title": title, "description": "x", "audience": audience });
        w.command("amina", "raiseConcern", worry("Between us", "OWN_SIDE"), "id").await.data();
        w.command("amina", "raiseConcern", worry("Late fuel", "PARTNERSHIP"), "id").await.data();
        let decision = json!({ "partnershipId": p, "title": "x", "description": "x", "effects": "x" });
        w.command("dana", "proposeDecision", decision, "id").await.data();
        let mut told = Vec::new();
        for (at, expected) in [(0, 2), (1, 3)] {
            let mut heard = Vec::new();
            for _ in 0..expected {
                let event = sockets[at].event().await["eventHappened"].clone();
                heard.push((event["event"].as_str().unwrap().to_owned(), event["record"]["title"].clone(), event["cursor"].clone()));
            }
            sockets[at].is_silent(Duration::from_millis(200)).await;
            told.push(heard);
        }
        sockets[2].is_silent(Duration::from_millis(100)).await;
        let names = |of: &[(String, Value, Value)]| of.iter().map(|(event, title, _)| format!("{event} {title}")).collect::<Vec<_>>();
        assert_eq!(names(&told[0]), ["concern.raised \"Late fuel\"", "decision.proposed null"]);
        let mut own = names(&told[1]);
        own.sort();
        assert_eq!(own, ["concern.raised \"Between us\"", "concern.raised \"Late fuel\"", "decision.proposed null"]);
        // The query goes on where the subscription ended, and the subscription where the query did.
        let (_, _, cursor) = told[0].last().unwrap();
        let page = w.ask("dana", "query($after: String) { events(after: $after, types: [\"concern.\", \"decision.\"]) { events { event } } }", json!({ "after": cursor })).await;
        assert_eq!(page.at("/events/events"), json!([]));
        let mut late = Socket::signed_in(address, &w.token("omar")).await;
        late.subscribe("2", follow, json!({ "types": ["concern."], "after": before })).await;
        for _ in 0..2 {
            assert_eq!(late.event().await["eventHappened"]["event"], "concern.raised");
        }
        late.is_silent(Duration::from_millis(100)).await;
    }
}

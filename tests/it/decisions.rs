//! Nobody decides for somebody else; silence is not consent.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, World};

async fn propose(w: &World, who: &str) -> Answer {
    let input = json!({
        "partnershipId": w.partnership().await, "title": "No night moves", "description": "Nobody drives between 18:00 and 06:00.",
        "effects": "Riverbank sleeps in Rubkona twice a week; Northlight pays for it.",
    });
    w.command(who, "proposeDecision", input, "id version state openRequest { id contentHash content }").await
}

async fn word(w: &World, who: &str, command: &str, request: &Value) -> Answer {
    let mut input = json!({ "requestId": request["id"], "contentHash": request["contentHash"] });
    if command == "refuseConsent" {
        input["reason"] = json!("Nobody asked us.");
    }
    w.command(who, command, input, "state").await
}

async fn carry_out(w: &World, who: &str, decision: &Value, version: i64) -> Answer {
    let input = json!({ "id": decision, "expectedVersion": version, "outcome": "Since Monday." });
    w.command(who, "carryOutDecision", input, "state").await
}

scenario! {
    async fn a_decision_takes_effect_when_every_side_consents(w: World) {
        let sides = w.sides().await;
        for (who, other, other_side) in [("dana", "omar", &sides.1), ("omar", "dana", &sides.0)] {
            let made = propose(w, who).await;
            let id = made.at("/answer/id");
            w.command("amina", "contributeToDecision", json!({ "decisionId": id, "perspective": "FRONTLINE", "text": "The clinic needs a night car." }), "id").await.data();
            w.command("petra", "contributeToDecision", json!({ "decisionId": id, "text": "x" }), "id").await.refused("FORBIDDEN");
            word(w, who, "giveConsent", &made.at("/answer/openRequest")).await.data();
            let alone = carry_out(w, who, &id, 1).await;
            alone.refused("REFUSED").by("CONSENT_MISSING");
            assert_eq!(alone.refusal()["missingSides"], json!([other_side]));
            // Whoever edits it asks anew; what was consented to another text is void.
            let amended = w.command(other, "amendDecision", json!({ "id": id, "expectedVersion": 1, "description": "But for the night car of the clinic." }), "version openRequest { id contentHash }").await;
            word(w, other, "giveConsent", &made.at("/answer/openRequest")).await.refused("REFUSED").by("REQUEST_IS_OPEN");
            word(w, other, "giveConsent", &amended.at("/answer/openRequest")).await.data();
            assert_eq!(carry_out(w, other, &id, 2).await.refusal()["rule"], "CONSENT_MISSING");
            word(w, who, "giveConsent", &amended.at("/answer/openRequest")).await.data();
            let seen = w.ask("petra", "query($id: ID!) { node(id: $id) { ... on Decision { state effectiveAt version contributions { text perspective side { shownAs } } } } }", json!({ "id": id })).await;
            assert_eq!((seen.text("/node/state"), seen.at("/node/contributions").as_array().unwrap().len()), ("EFFECTIVE".into(), 1));
            w.command(who, "amendDecision", json!({ "id": id, "expectedVersion": 3, "title": "x" }), "id").await.refused("REFUSED").by("STATE_ALLOWS");
            assert_eq!(carry_out(w, other, &id, 3).await.text("/answer/state"), "CARRIED_OUT");
            let late = json!({ "decisionId": id, "text": "We said so all along." });
            w.command("amina", "contributeToDecision", late, "id").await.refused("REFUSED").by("STATE_ALLOWS");
        }
    }
}

scenario! {
    async fn what_is_refused_can_be_put_anew_and_is_taken_back_by_its_side(w: World) {
        let made = propose(w, "dana").await;
        let id = made.at("/answer/id");
        word(w, "omar", "refuseConsent", &made.at("/answer/openRequest")).await.data();
        let all = w.ask("omar", "query($id: ID!) { node(id: $id) { ... on Decision { state openRequest { id } } } }", json!({ "id": id })).await;
        assert_eq!((all.text("/node/state"), all.at("/node/openRequest")), ("PROPOSED".into(), Value::Null));
        let again = w.command("omar", "amendDecision", json!({ "id": id, "expectedVersion": 1, "effects": "Northlight lends a car." }), "openRequest { id } version").await;
        assert!(again.at("/answer/openRequest/id").is_string(), "a refusal is not the end of it");
        let back = json!({ "id": id, "expectedVersion": 2, "reason": "The road is open again." });
        w.command("omar", "withdrawDecision", back.clone(), "id").await.refused("REFUSED").by("WHO_SAID_IT");
        assert_eq!(w.command("dana", "withdrawDecision", back, "state").await.text("/answer/state"), "WITHDRAWN");
    }
}

scenario! {
    async fn who_cannot_wait_acts_in_the_open_and_the_others_say_whether_it_stands(w: World) {
        let start = w.ask("omar", "{ streamPosition }", Value::Null).await.text("/streamPosition");
        let mut ids = Vec::new();
        for (who, other, word_of_other) in [("dana", "omar", "giveConsent"), ("omar", "dana", "refuseConsent")] {
            let mut input = json!({
                "partnershipId": w.partnership().await, "title": "Out of Bentiu", "description": "Everybody left at 04:00.",
                "effects": "The store is unguarded.", "emergencyReason": "Shelling.", "ratifyBy": "2026-12-24",
            });
            w.command(who, "takeEmergencyDecision", input.clone(), "id").await.refused("REFUSED").by("RATIFICATION_IS_NEAR");
            input["ratifyBy"] = json!("2026-06-10");
            w.command("amina", "takeEmergencyDecision", input.clone(), "id").await.refused("FORBIDDEN");
            let taken = w.command(who, "takeEmergencyDecision", input, "id state effectiveAt openRequest { id contentHash content }").await;
            assert_eq!(taken.text("/answer/state"), "EMERGENCY");
            assert!(taken.at("/answer/effectiveAt").is_string() && taken.text("/answer/openRequest/content").contains("Shelling"));
            let id = taken.at("/answer/id");
            carry_out(w, who, &id, 1).await.refused("REFUSED").by("CONSENT_MISSING");
            let request = taken.at("/answer/openRequest");
            word(w, who, "giveConsent", &request).await.data();
            let overdue = "query($id: ID!) { node(id: $id) { ... on Decision { state ratificationOverdue } } }";
            assert_eq!(w.ask(other, overdue, json!({ "id": id })).await.at("/node/ratificationOverdue"), false);
            word(w, other, word_of_other, &request).await.data();
            let state = w.ask("petra", overdue, json!({ "id": id })).await.text("/node/state");
            assert_eq!(state, if word_of_other == "giveConsent" { "RATIFIED" } else { "NOT_RATIFIED" });
            ids.push(id);
        }
        let events = w.ask("omar", "query($after: String!) { events(after: $after, types: [\"decision.\"], first: 50) { events { event recordId } } }", json!({ "after": start })).await;
        let told: Vec<String> = events.at("/events/events").as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect();
        assert_eq!(told, ["decision.emergency", "decision.ratified", "decision.emergency", "decision.not_ratified"]);
        w.command("dana", "takeEmergencyDecision", json!({
            "partnershipId": w.partnership().await, "title": "Late", "description": "x", "effects": "x", "emergencyReason": "x", "ratifyBy": "2026-06-02",
        }), "id").await.data();
        w.clock.advance(TimeDelta::days(3));
        let late = w.ask("omar", "query($p: ID!) { partnership(id: $p) { decisions(first: 1) { edges { node { state ratificationOverdue } } } } }", json!({ "p": w.partnership().await })).await;
        assert_eq!(late.at("/partnership/decisions/edges/0/node"), json!({ "state": "EMERGENCY", "ratificationOverdue": true }));
        // Who only listens is told, once; and while it is open the partnership does not end.
        let (start, id) = (w.position("petra").await, w.partnership().await);
        assert_eq!((w.look().await, w.look().await), (1, 0));
        let heard = w.heard("petra", &start).await;
        assert_eq!(heard[0].0, "decision.ratification_overdue");
        let version = w.ask("dana", "query($p: ID!) { partnership(id: $p) { version } }", json!({ "p": id })).await.at("/partnership/version");
        let ending = w.command("dana", "endPartnership", json!({ "id": id, "expectedVersion": version, "reason": "The grant ran out." }), "version").await;
        for who in ["dana", "omar"] {
            let said = json!({ "partnershipId": id, "implications": "Guards lose their pay.", "measures": "Two months more." });
            w.command(who, "assessPartnershipEnd", said, "id").await.data();
        }
        let propose = json!({ "id": id, "expectedVersion": ending.at("/answer/version") });
        let waits = w.command("omar", "proposePartnershipEnd", propose, "id").await;
        assert_eq!(waits.refused("REFUSED").by("DECISIONS_ARE_OVER").refusal()["decisions"], json!([heard[0].1]));
    }
}

scenario! {
    async fn silence_in_a_consultation_is_written_down_as_silence(w: World) {
        let sides = w.sides().await;
        for (asker, other, other_side) in [("dana", "omar", &sides.1), ("omar", "dana", &sides.0)] {
            let tomorrow = (w.platform.env.now() + TimeDelta::days(1)).format("%Y-%m-%d").to_string();
            let open = json!({ "partnershipId": w.partnership().await, "policy": "Use of armed escorts", "question": "May we?", "respondBy": tomorrow });
            let mut past = open.clone();
            past["respondBy"] = json!(w.platform.env.now().format("%Y-%m-%d").to_string());
            w.command(asker, "openPolicyConsultation", past, "id").await.refused("REFUSED").by("ANSWER_IS_AHEAD");
            let asked = w.command(asker, "openPolicyConsultation", open.clone(), "id version state").await;
            let id = asked.at("/answer/id");
            let answer = |position: &str, text: Value| json!({ "consultationId": id, "position": position, "text": text });
            w.command(asker, "answerPolicyConsultation", answer("SUPPORTS", Value::Null), "id").await.refused("REFUSED").by("CONSULTED_SIDE_ANSWERS");
            w.command(other, "answerPolicyConsultation", answer("OBJECTS", Value::Null), "id").await.refused("REFUSED").by("POSITION_IS_SAID");
            w.command(other, "answerPolicyConsultation", answer("NO_ANSWER", json!("x")), "id").await.refused("REFUSED").by("POSITION_IS_SAID");
            let close = json!({ "id": id, "expectedVersion": 1, "outcome": "No escorts." });
            let early = w.command(asker, "closePolicyConsultation", close.clone(), "id").await;
            early.refused("REFUSED").by("ANSWERED_OR_OVER");
            assert_eq!(early.refusal()["missingSides"], json!([other_side]));
            w.command(other, "closePolicyConsultation", close.clone(), "id").await.refused("REFUSED").by("WHO_SAID_IT");
            w.command(other, "answerPolicyConsultation", answer("OBJECTS", json!("They make us a target.")), "id").await.data();
            let changed = w.command(other, "answerPolicyConsultation", answer("SUPPORTS_WITH_CHANGES", json!("Never with our logo.")), "revision").await;
            assert_eq!(changed.at("/answer/revision"), 2);
            w.command(asker, "closePolicyConsultation", close, "state").await.data();
            w.command(other, "answerPolicyConsultation", answer("SUPPORTS", Value::Null), "id").await.refused("REFUSED").by("STATE_ALLOWS");

            let silent = w.command(asker, "openPolicyConsultation", open, "id overdue").await;
            let close = json!({ "id": silent.at("/answer/id"), "expectedVersion": 1, "outcome": "We ask again." });
            // Over in UTC, and not yet everywhere.
            w.clock.advance(TimeDelta::hours(39));
            w.command(asker, "closePolicyConsultation", close.clone(), "id").await.refused("REFUSED").by("ANSWERED_OR_OVER");
            w.clock.advance(TimeDelta::hours(12));
            let closed = w.command(asker, "closePolicyConsultation", close, "state responses { position side { id } text }").await;
            assert_eq!(closed.at("/answer/responses"), json!([{ "position": "NO_ANSWER", "side": { "id": other_side }, "text": null }]));
        }
    }
}

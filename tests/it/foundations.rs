//! What a partnership stands on: said by each side for itself, and by all before it comes into force.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Phone, World};

const FOUNDATIONS: &str = "query($id: ID!) { partnership(id: $id) { state foundations { sideId shownAs missing principlesMissing \
    riskAttitudeStated riskAttitudeDueAt riskAttitudeOverdue riskTransferStated dutyOfCareMissingTo } } }";

/// A proposed partnership of Northlight and Riverbank, and what stands for it.
struct Proposed {
    id: Value,
    /// Sides of dana and omar.
    sides: [Value; 2],
    request: Value,
}

async fn proposed(w: &World) -> Proposed {
    let all = w.ask("lars", "{ organisations { edges { node { id name } } } }", Value::Null).await;
    let of = |name: &str| {
        let edges = all.at("/organisations/edges");
        let found = edges.as_array().unwrap().iter().find(|edge| edge["node"]["name"] == name).unwrap();
        found["node"]["id"].clone()
    };
    let input = json!({
        "organisationId": of("Northlight Relief"), "partnerIds": [of("Riverbank Community Action")], "title": "Seeds and tools",
        "scope": "Two seasons.", "country": "SS", "noAgreement": true,
    });
    let made = w.act("dana", "createPartnership", "CreatePartnershipInput", input, "id sides { id }").await;
    let (id, sides) = (made.at("/answer/id"), [made.at("/answer/sides/0/id"), made.at("/answer/sides/1/id")]);
    for (representative, who, side) in [("lars", "dana", &sides[0]), ("grace", "omar", &sides[1])] {
        if who == "omar" {
            let propose = json!({ "id": id, "expectedVersion": 1 });
            w.act("dana", "proposePartnership", "ProposePartnershipInput", propose, "id").await.data();
        }
        let person = w.ask(who, "{ me { person { id } } }", Value::Null).await.at("/me/person/id");
        let input = json!({ "sideId": side, "personId": person, "role": "SIGNATORY" });
        w.act(representative, "assignSideRole", "AssignSideRoleInput", input, "id").await.data();
    }
    let open =
        "query($id: ID!) { consentRequests(partnershipId: $id, state: OPEN) { edges { node { id contentHash } } } }";
    let request = w.ask("omar", open, json!({ "id": id })).await.at("/consentRequests/edges/0/node");
    Proposed { id, sides, request }
}

async fn adopt(w: &World, who: &str, partnership: &Value, principles: Value) -> Answer {
    let input = json!({ "partnershipId": partnership, "textVersion": "GISF-2021", "principles": principles });
    w.act(
        who,
        "adoptPrinciples",
        "AdoptPrinciplesInput",
        input,
        "id state principles { principle side { id } textVersion }",
    )
    .await
}

async fn attitude(w: &World, who: &str, partnership: &Value, appetite: &str) -> Answer {
    let input = json!({ "partnershipId": partnership, "riskType": "SECURITY", "appetite": appetite, "statement": "As said in the village." });
    w.act(who, "recordRiskAttitude", "RecordRiskAttitudeInput", input, "id revision current appetite").await
}

async fn transfer(w: &World, who: &str, partnership: &Value, from: &Value, to: &Value) -> Answer {
    let input = json!({
        "partnershipId": partnership, "fromSideId": from, "toSideId": to, "title": "The logo", "description": "Taken for rich.",
        "intent": "UNINTENDED", "effect": "INCREASED", "channel": "PERCEPTION", "bearing": "NEGATIVE",
    });
    w.act(who, "identifyRiskTransfer", "IdentifyRiskTransferInput", input, "id state version").await
}

async fn none(w: &World, who: &str, partnership: &Value) -> Answer {
    let input = json!({ "partnershipId": partnership, "statement": "We asked drivers and guards." });
    w.act(who, "stateNoRiskTransfer", "StateNoRiskTransferInput", input, "id current").await
}

async fn duty(w: &World, who: &str, partnership: &Value, to: &Value) -> Answer {
    let input =
        json!({ "partnershipId": partnership, "toSideId": to, "noLegalDuty": true, "moral": "Nobody is left behind." });
    w.act(who, "stateDutyOfCare", "StateDutyOfCareInput", input, "id legal moral revision").await
}

async fn agree(w: &World, who: &str, request: &Value) -> Answer {
    let input = json!({ "requestId": request["id"], "contentHash": request["contentHash"] });
    w.act(who, "giveConsent", "GiveConsentInput", input, "state partnership { state }").await
}

async fn of_side(w: &World, who: &str, id: &Value, side: &Value) -> Value {
    let seen = w.ask(who, FOUNDATIONS, json!({ "id": id })).await.at("/partnership/foundations");
    seen.as_array().unwrap().iter().find(|of| of["sideId"] == *side).unwrap().clone()
}

/// The last consent is refused by this rule, for these sides, and nothing of the consent is kept.
async fn refused_for(w: &World, p: &Proposed, who: &str, rule: &str, sides: &[&Value]) {
    let said = agree(w, who, &p.request).await;
    said.refused("REFUSED").by(rule);
    let mut expected: Vec<Value> = sides.iter().map(|side| (*side).clone()).collect();
    let mut found = said.refusal()["missingSides"].as_array().unwrap().clone();
    expected.sort_by_key(Value::to_string);
    found.sort_by_key(Value::to_string);
    assert_eq!(found, expected, "{rule}");
}

async fn comes_into_force(w: &World, first: &str, last: &str) {
    let p = proposed(w).await;
    let side_of = |who: &str| &p.sides[usize::from(who == "omar")];
    let (a, b) = (side_of(first), side_of(last));
    // Nobody agrees before everything is said, not even the first one.
    refused_for(w, &p, first, "PRINCIPLES_ADOPTED", &[a, b]).await;
    refused_for(w, &p, last, "PRINCIPLES_ADOPTED", &[a, b]).await;
    adopt(w, first, &p.id, Value::Null).await.data();
    refused_for(w, &p, last, "PRINCIPLES_ADOPTED", &[b]).await;
    adopt(w, last, &p.id, json!(["EQUITY", "RESPONSIBILITY"])).await.data();
    refused_for(w, &p, last, "PRINCIPLES_ADOPTED", &[b]).await;
    assert_eq!(of_side(w, first, &p.id, b).await["principlesMissing"].as_array().unwrap().len(), 4);
    adopt(w, last, &p.id, Value::Null).await.data();
    refused_for(w, &p, last, "RISK_ATTITUDE_STATED", &[a, b]).await;
    attitude(w, first, &p.id, "AVERSE").await.data();
    refused_for(w, &p, last, "RISK_ATTITUDE_STATED", &[b]).await;
    attitude(w, last, &p.id, "OPEN").await.data();
    refused_for(w, &p, last, "RISK_TRANSFER_STATED", &[a, b]).await;
    transfer(w, first, &p.id, b, a).await.data();
    refused_for(w, &p, last, "RISK_TRANSFER_STATED", &[b]).await;
    none(w, last, &p.id).await.data();
    refused_for(w, &p, last, "DUTY_OF_CARE_STATED", &[a, b]).await;
    duty(w, first, &p.id, b).await.data();
    refused_for(w, &p, last, "DUTY_OF_CARE_STATED", &[b]).await;
    duty(w, last, &p.id, a).await.data();
    assert_eq!(agree(w, first, &p.request).await.text("/answer/state"), "OPEN");
    // Who agreed has agreed to what was said until then: what is said anew is asked about anew.
    let input = json!({ "partnershipId": p.id, "toSideId": a, "noLegalDuty": true, "noMoralDuty": true });
    w.act(last, "stateDutyOfCare", "StateDutyOfCareInput", input, "id").await.data();
    agree(w, last, &p.request).await.refused("REFUSED").by("REQUEST_IS_OPEN");
    let open = "query($id: ID!) { consentRequests(partnershipId: $id, state: OPEN) { edges { node { id contentHash missingSides { id } } } } }";
    let request = w.ask(last, open, json!({ "id": p.id })).await.at("/consentRequests/edges/0/node");
    assert_eq!(request["missingSides"].as_array().unwrap().len(), 2);
    assert_eq!(agree(w, first, &request).await.text("/answer/state"), "OPEN");
    let said = agree(w, last, &request).await;
    assert_eq!(
        (said.text("/answer/state"), said.text("/answer/partnership/state")),
        ("EFFECTIVE".into(), "ACTIVE".into())
    );
    for side in [a, b] {
        assert_eq!(of_side(w, last, &p.id, side).await["missing"], json!([]));
    }
}

scenario! {
    async fn a_partnership_comes_into_force_on_its_foundations(w: World) {
        comes_into_force(w, "dana", "omar").await;
        // With the sides swapped nothing changes.
        comes_into_force(w, "omar", "dana").await;
    }
}

scenario! {
    async fn nobody_says_it_for_another_side(w: World) {
        let (id, (ours, theirs)) = (json!(w.partnership().await), w.sides().await);
        let moral = json!({ "partnershipId": id, "sideId": theirs, "toSideId": ours, "noLegalDuty": true, "moral": "x" });
        w.act("dana", "stateDutyOfCare", "StateDutyOfCareInput", moral, "id").await.refused("FORBIDDEN");
        for who in ["petra", "amina", "lars"] {
            attitude(w, who, &id, "OPEN").await.refused("FORBIDDEN");
            adopt(w, who, &id, Value::Null).await.refused("FORBIDDEN");
        }
        // To a stranger it is not there.
        let (theirs, nowhere) = (id.clone(), json!("01920000-0000-7000-8000-000000000001"));
        let real = attitude(w, "sam", &theirs, "OPEN").await;
        let none = attitude(w, "sam", &nowhere, "OPEN").await;
        assert_eq!(real.refused("FORBIDDEN").refusal()["rule"], none.refused("FORBIDDEN").refusal()["rule"]);
    }
}

scenario! {
    async fn only_the_people_of_the_partnership_read_any_of_it(w: World) {
        let collections = ["principleAdoption", "riskAttitude", "riskTransfer", "dutyOfCareStatement"];
        for collection in collections {
            let mut mine = Phone::new("amina", collection);
            mine.sync(w).await;
            assert!(!mine.documents.is_empty(), "{collection}");
            let mut stranger = Phone::new("sam", collection);
            stranger.sync(w).await;
            assert!(stranger.documents.is_empty(), "{collection}");
            for id in mine.documents.keys() {
                let node = w.ask("sam", "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
                assert_eq!(node.at("/node"), Value::Null);
                let node = w.ask("petra", "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
                assert_eq!(node.at("/node/id"), json!(id));
            }
        }
        // What the drafting side writes down early, the others read when it is proposed, and not before.
        let all = w.ask("lars", "{ organisations { edges { node { id name } } } }", Value::Null).await.at("/organisations/edges");
        let of = |name: &str| all.as_array().unwrap().iter().find(|edge| edge["node"]["name"] == name).unwrap()["node"]["id"].clone();
        let input = json!({ "organisationId": of("Northlight Relief"), "partnerIds": [of("Riverbank Community Action")],
            "title": "Early", "scope": "Early.", "country": "SS", "noAgreement": true });
        let made = w.act("dana", "createPartnership", "CreatePartnershipInput", input, "id").await.at("/answer/id");
        let early = attitude(w, "dana", &made, "HIGH").await.text("/answer/id");
        let mut grace = Phone::new("grace", "riskAttitude");
        grace.sync(w).await;
        assert!(!grace.documents.contains_key(&early));
        w.act("dana", "proposePartnership", "ProposePartnershipInput", json!({ "id": made, "expectedVersion": 1 }), "id").await.data();
        grace.sync(w).await;
        assert_eq!(grace.documents[&early]["appetite"], "HIGH");
    }
}

scenario! {
    async fn a_side_that_steps_back_says_why_and_everybody_hears_it(w: World) {
        let id = json!(w.partnership().await);
        let (_, theirs) = w.sides().await;
        let start = w.ask("dana", "{ streamPosition }", Value::Null).await.at("/streamPosition");
        let input = json!({ "partnershipId": id, "principle": "EQUITY", "reason": "The budget was cut without a word to us." });
        let back = w.act("omar", "withdrawPrinciple", "WithdrawPrincipleInput", input.clone(), "state principles { principle }").await;
        assert_eq!(back.text("/answer/state"), "ACTIVE", "it stays in force");
        assert_eq!(back.at("/answer/principles").as_array().unwrap().len(), 11);
        w.act("omar", "withdrawPrinciple", "WithdrawPrincipleInput", input, "id").await.refused("REFUSED").by("PRINCIPLE_IS_ADOPTED");
        let seen = of_side(w, "dana", &id, &json!(theirs)).await;
        assert_eq!((seen["principlesMissing"].clone(), seen["missing"].clone()), (json!(["EQUITY"]), json!(["PRINCIPLES_ADOPTED"])));
        let heard = "query($after: String) { events(after: $after, first: 10) { events { event record { ... on PrincipleAdoption { principle withdrawalReason } } } } }";
        let heard_by_dana = w.ask("dana", heard, json!({ "after": start })).await.at("/events/events");
        assert_eq!(heard_by_dana, json!([{ "event": "principles.withdrawn", "record": { "principle": "EQUITY", "withdrawalReason": "The budget was cut without a word to us." } }]));
        assert_eq!(w.ask("sam", heard, json!({ "after": null })).await.at("/events/events").to_string().matches("EQUITY").count(), 0);
        // Stood by again, the history is kept.
        adopt(w, "omar", &id, json!(["EQUITY"])).await.data();
        let history = w.ask("dana", "query($id: ID!) { partnership(id: $id) { principles { id } principleHistory { principle withdrawnAt } } }", json!({ "id": id })).await;
        assert_eq!((history.at("/partnership/principles").as_array().unwrap().len(), history.at("/partnership/principleHistory").as_array().unwrap().len()), (12, 13));
        // A wording that nobody has before their eyes is not adopted.
        let other = json!({ "partnershipId": id, "textVersion": "GISF-2030" });
        w.act("omar", "adoptPrinciples", "AdoptPrinciplesInput", other, "id").await.refused("REFUSED").by("TEXT_IS_CURRENT").field("textVersion");
    }
}

scenario! {
    async fn attitudes_stand_side_by_side_and_are_looked_at_again(w: World) {
        let id = json!(w.partnership().await);
        let (ours, theirs) = w.sides().await;
        let compare = "query($id: ID!) { partnership(id: $id) { riskAttitudeComparison { riskType differs missingSides attitudes { appetite side { id } } } riskAttitudes { current } } }";
        let seen = w.ask("petra", compare, json!({ "id": id })).await;
        assert_eq!(seen.at("/partnership/riskAttitudeComparison"), json!([
            { "riskType": "SECURITY", "differs": true, "missingSides": [],
              "attitudes": [{ "appetite": "CAUTIOUS", "side": { "id": ours } }, { "appetite": "OPEN", "side": { "id": theirs } }] },
            { "riskType": "FIDUCIARY", "differs": false, "missingSides": [ours],
              "attitudes": [{ "appetite": "CAUTIOUS", "side": { "id": theirs } }] },
        ]));
        let again = attitude(w, "omar", &id, "CAUTIOUS").await;
        assert_eq!((again.at("/answer/revision"), again.at("/answer/current")), (json!(2), json!(true)));
        let seen = w.ask("petra", compare, json!({ "id": id })).await;
        assert_eq!(seen.at("/partnership/riskAttitudeComparison/0/differs"), false);
        assert_eq!(seen.at("/partnership/riskAttitudes").as_array().unwrap().len(), 4, "nothing is erased");
        assert_eq!(of_side(w, "dana", &id, &json!(ours)).await["riskAttitudeOverdue"], false);
        w.clock.advance(TimeDelta::days(179));
        attitude(w, "omar", &id, "CAUTIOUS").await.data();
        w.clock.advance(TimeDelta::days(2));
        assert_eq!(of_side(w, "dana", &id, &json!(ours)).await["riskAttitudeOverdue"], true);
        assert_eq!(of_side(w, "dana", &id, &json!(theirs)).await["riskAttitudeOverdue"], false);
        // That it is late is told once, of the side whose it is; said again and forgotten again, once more.
        let start = w.position("petra").await;
        let late = ("risk_attitude.overdue".to_owned(), ours.clone());
        assert_eq!((w.look().await, w.look().await), (1, 0));
        assert_eq!(w.heard("petra", &start).await, std::slice::from_ref(&late));
        attitude(w, "dana", &id, "OPEN").await.data();
        w.clock.advance(TimeDelta::days(179));
        attitude(w, "omar", &id, "OPEN").await.data();
        w.clock.advance(TimeDelta::days(2));
        let start = w.position("petra").await;
        assert_eq!(w.look().await, 1);
        assert_eq!(w.heard("petra", &start).await, [late]);
    }
}

scenario! {
    async fn what_is_done_about_a_transfer_is_agreed_by_every_side(w: World) {
        let id = json!(w.partnership().await);
        let (ours, theirs) = w.sides().await;
        let (ours, theirs) = (json!(ours), json!(theirs));
        transfer(w, "omar", &id, &ours, &ours).await.refused("REFUSED").by("BETWEEN_TWO_SIDES").field("toSideId");
        transfer(w, "omar", &id, &id, &ours).await.refused("REFUSED").by("BETWEEN_TWO_SIDES").field("fromSideId");
        let made = transfer(w, "omar", &id, &ours, &theirs).await;
        let at = |version: i64| json!({ "id": made.at("/answer/id"), "expectedVersion": version });
        let with = |version: i64, name: &str, text: &str| {
            let mut input = at(version);
            input[name] = json!(text);
            input
        };
        let treat = |version, who: &'static str| w.act(who, "proposeTransferTreatment", "ProposeTransferTreatmentInput", with(version, "treatment", "Cars without logo; Northlight pays."), "id contentHash");
        // What was not talked about is not treated.
        treat(1, "dana").await.refused("REFUSED").by("STATE_ALLOWS");
        let talk = with(1, "discussion", "In Bentiu, with drivers of both.");
        assert_eq!(w.act("dana", "discussRiskTransfer", "DiscussRiskTransferInput", talk.clone(), "state").await.text("/answer/state"), "DISCUSSED");
        w.act("dana", "discussRiskTransfer", "DiscussRiskTransferInput", talk, "state").await.refused("CONFLICT");
        w.act("amina", "discussRiskTransfer", "DiscussRiskTransferInput", with(2, "discussion", "x"), "state").await.refused("FORBIDDEN");
        let request = treat(2, "dana").await;
        w.consent("dana", &request).await.data();
        let state = || w.ask("petra", "query($id: ID!) { node(id: $id) { ... on RiskTransfer { state treatment closing fromSide { id } toSide { id } consentRequests { state } } } }", json!({ "id": made.at("/answer/id") }));
        assert_eq!(state().await.text("/node/state"), "DISCUSSED", "one side decides nothing");
        w.act("dana", "monitorRiskTransfer", "MonitorRiskTransferInput", at(2), "id").await.refused("REFUSED").by("STATE_ALLOWS");
        w.consent("omar", &request).await.data();
        assert_eq!((state().await.text("/node/state"), state().await.text("/node/treatment")), ("TREATMENT_AGREED".into(), "Cars without logo; Northlight pays.".into()));
        w.act("omar", "monitorRiskTransfer", "MonitorRiskTransferInput", at(3), "id").await.data();
        let close = w.act("omar", "proposeTransferClosure", "ProposeTransferClosureInput", with(4, "closing", "No car was stopped for a year."), "id contentHash").await;
        for who in ["omar", "dana"] {
            w.consent(who, &close).await.data();
        }
        assert_eq!(state().await.text("/node/state"), "CLOSED");
        treat(5, "dana").await.refused("REFUSED").by("STATE_ALLOWS");
    }
}

scenario! {
    async fn none_is_said_and_not_left_out(w: World) {
        let id = json!(w.partnership().await);
        let (ours, _) = w.sides().await;
        // Who has named a transfer does not state that there is none.
        none(w, "omar", &id).await.refused("REFUSED").by("TRANSFER_IS_NAMED");
        let p = proposed(w).await;
        let first = none(w, "omar", &p.id).await;
        none(w, "omar", &p.id).await.data();
        let current = "query($id: ID!) { partnership(id: $id) { noRiskTransfers { id } } }";
        let seen = w.ask("dana", current, json!({ "id": p.id })).await.at("/partnership/noRiskTransfers");
        assert_eq!(seen.as_array().unwrap().len(), 1);
        assert_ne!(seen[0]["id"], first.at("/answer/id"));
        transfer(w, "omar", &p.id, &p.sides[0], &p.sides[1]).await.data();
        assert_eq!(w.ask("dana", current, json!({ "id": p.id })).await.at("/partnership/noRiskTransfers"), json!([]));
        let silent = json!({ "partnershipId": id, "toSideId": ours, "legal": "Insurance." });
        w.act("omar", "stateDutyOfCare", "StateDutyOfCareInput", silent, "id").await.refused("REFUSED").by("NONE_IS_SAID").field("moral");
        let both = json!({ "partnershipId": id, "toSideId": ours, "legal": "Insurance.", "noLegalDuty": true, "noMoralDuty": true });
        w.act("omar", "stateDutyOfCare", "StateDutyOfCareInput", both, "id").await.refused("REFUSED").by("NONE_IS_SAID").field("legal");
        let anew = duty(w, "omar", &id, &json!(ours)).await;
        assert_eq!(anew.at("/answer/revision"), 2);
    }
}

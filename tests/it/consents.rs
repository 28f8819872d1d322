//! No side decides for another.

use serde_json::{Value, json};

use crate::support::{Answer, World};

const ROAD: &str = "Abduction on the Bentiu road";

async fn disputed(w: &World) -> String {
    let risk = w.risk(ROAD).await;
    w.perceive("dana", &risk, 4, 3).await.data();
    w.perceive("omar", &risk, 3, 5).await.data();
    risk
}

async fn state_of(w: &World, request: &Answer) -> String {
    let query = "query($id: ID!) { node(id: $id) { ... on ConsentRequest { state } } }";
    w.ask("omar", query, json!({ "id": request.at("/answer/id") })).await.text("/node/state")
}

scenario! {
    async fn an_edit_after_the_first_consent_voids_it(w: World) {
        let risk = disputed(w).await;
        let first = w.propose("dana", &risk, 4, 4).await;
        w.consent("omar", &first).await.data();
        let second = w.propose("omar", &risk, 4, 5).await;
        assert_eq!(state_of(w, &first).await, "VOID");
        w.consent("dana", &first).await.refused("REFUSED").by("REQUEST_IS_OPEN");
        // A new view of a side is an edit of what the proposal stands on.
        w.perceive("dana", &risk, 5, 5).await.data();
        assert_eq!(state_of(w, &second).await, "VOID");
        // And so is another text of the risk.
        let third = w.propose("omar", &risk, 5, 5).await;
        let version = w.ask("dana", "query($id: ID!) { risk(id: $id) { version } }", json!({ "id": risk })).await.at("/risk/version");
        let edit = json!({ "id": risk, "expectedVersion": version, "title": "Abduction on any road" });
        w.act("amina", "updateRisk", "UpdateRiskInput", edit, "id").await.data();
        assert_eq!(state_of(w, &third).await, "VOID");
        let level = w.ask("dana", "query($id: ID!) { risk(id: $id) { state level provisional } }", json!({ "id": risk })).await;
        assert_eq!(level.at("/risk"), json!({ "state": "LEVEL_DISPUTED", "level": "CRITICAL", "provisional": true }));
    }
}

scenario! {
    async fn a_consent_counts_for_the_content_that_was_read(w: World) {
        let risk = disputed(w).await;
        let request = w.propose("dana", &risk, 4, 4).await;
        let content = request.text("/answer/content");
        let hash = safepact::platform::chain::hex(&safepact::platform::chain::sha256(&[content.as_bytes()]));
        assert_eq!(request.text("/answer/contentHash"), hash, "a client can check what it signs");
        let other = json!({ "requestId": request.at("/answer/id"), "contentHash": "0".repeat(64) });
        w.act("omar", "giveConsent", "GiveConsentInput", other, "id").await.refused("CONFLICT").by("CONTENT_IS_CURRENT");
        w.consent("omar", &request).await.data();
        w.consent("omar", &request).await.refused("REFUSED").by("SAID_ONCE");
    }
}

scenario! {
    async fn only_a_signatory_of_the_side_speaks_for_it(w: World) {
        let risk = disputed(w).await;
        let request = w.propose("dana", &risk, 4, 4).await;
        for who in ["amina", "petra", "lars", "grace"] {
            w.consent(who, &request).await.refused("FORBIDDEN");
        }
        let (_, theirs) = w.sides().await;
        let foreign = json!({ "requestId": request.at("/answer/id"), "contentHash": request.at("/answer/contentHash"), "sideId": theirs });
        w.act("dana", "giveConsent", "GiveConsentInput", foreign, "id").await.refused("FORBIDDEN");
    }
}

scenario! {
    async fn one_person_on_two_sides_cannot_consent_for_both(w: World) {
        // Sides are staffed by their own people; only history can put one person on two: written past the API here.
        let risk = disputed(w).await;
        let (ours, _) = w.sides().await;
        both_sides(w, &ours).await;
        let request = w.propose("dana", &risk, 4, 4).await;
        let unnamed = w.consent("omar", &request).await;
        unnamed.refused("VALIDATION_FAILED").by("SIDE_IS_NAMED").field("sideId");
        let (ours, theirs) = w.sides().await;
        let say = |side: String| json!({ "requestId": request.at("/answer/id"), "contentHash": request.at("/answer/contentHash"), "sideId": side });
        w.act("omar", "giveConsent", "GiveConsentInput", say(theirs), "id").await.data();
        w.act("omar", "giveConsent", "GiveConsentInput", say(ours), "id").await.refused("REFUSED").by("ONE_PERSON_ONE_SIDE");
        assert_eq!(state_of(w, &request).await, "OPEN");
        assert_eq!(w.consent("dana", &request).await.text("/answer/state"), "EFFECTIVE");
        one_side_again(w).await;
    }
}

/// Makes Omar work for both organisations, with the same standing on the other side.
async fn both_sides(w: &World, side: &str) {
    use entity::{membership, partnership_side, side_role};
    use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
    let db = w.database().await;
    let omar = w.caller("omar").await.person();
    let side =
        partnership_side::Entity::find_by_id(side.parse::<entity::Id>().unwrap()).one(&db).await.unwrap().unwrap();
    let row = membership::Entity::find().filter(membership::Column::PersonId.eq(omar)).one(&db).await.unwrap().unwrap();
    let mut row = row.into_active_model();
    row.id = Set(entity::Id(uuid(6)));
    row.organisation_id = Set(side.organisation_id);
    row.insert(&db).await.unwrap();
    let row = side_role::Entity::find().filter(side_role::Column::PersonId.eq(omar)).one(&db).await.unwrap().unwrap();
    let mut row = row.into_active_model();
    row.id = Set(entity::Id(uuid(7)));
    row.side_id = Set(side.id);
    row.insert(&db).await.unwrap();
    db.close().await.unwrap();
}

/// Takes back what [`both_sides`] wrote past the API.
async fn one_side_again(w: &World) {
    use sea_orm::EntityTrait;
    let db = w.database().await;
    entity::membership::Entity::delete_by_id(entity::Id(uuid(6))).exec(&db).await.unwrap();
    entity::side_role::Entity::delete_by_id(entity::Id(uuid(7))).exec(&db).await.unwrap();
    db.close().await.unwrap();
}

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}

scenario! {
    async fn a_refusal_and_a_withdrawal_are_kept(w: World) {
        let risk = disputed(w).await;
        let request = w.propose("dana", &risk, 4, 4).await;
        w.consent("dana", &request).await.data();
        let id = request.at("/answer/id");
        let back = json!({ "requestId": id, "reason": "We spoke too soon." });
        w.act("dana", "withdrawConsent", "WithdrawConsentInput", back.clone(), "id").await.data();
        w.act("dana", "withdrawConsent", "WithdrawConsentInput", back, "id").await.refused("REFUSED").by("SAID_ONCE");
        assert_eq!(w.consent("omar", &request).await.text("/answer/state"), "OPEN");
        let no = json!({ "requestId": id, "contentHash": request.at("/answer/contentHash"), "reason": "Impact is five for us." });
        w.act("dana", "refuseConsent", "RefuseConsentInput", no, "id").await.data();
        let query = "query($id: ID!) { node(id: $id) { ... on ConsentRequest { state consents { decision live comment side { shownAs } } } } }";
        let kept = w.ask("amina", query, json!({ "id": id })).await;
        assert_eq!(kept.text("/node/state"), "REFUSED");
        let said: Vec<_> = kept.at("/node/consents").as_array().unwrap().iter()
            .map(|c| (c["decision"].as_str().unwrap().to_owned(), c["live"].as_bool().unwrap())).collect();
        assert_eq!(said, [("AGREED".into(), false), ("WITHDRAWN".into(), false), ("AGREED".into(), true), ("REFUSED".into(), true)]);
        // Nothing is over: the next proposal can follow.
        assert_eq!(w.propose("omar", &risk, 4, 5).await.text("/answer/state"), "OPEN");
    }
}

scenario! {
    async fn swapping_the_sides_changes_nothing(w: World) {
        let risk = w.risk(ROAD).await;
        let mut ends = Vec::new();
        for (one, other) in [("dana", "omar"), ("omar", "dana")] {
            w.perceive(one, &risk, 2, 4).await.data();
            w.perceive(other, &risk, 5, 4).await.data();
            let request = w.propose(one, &risk, 3, 4).await;
            w.consent(other, &request).await.data();
            let done = w.consent(one, &request).await.text("/answer/state");
            let risk = w.ask(one, "query($id: ID!) { risk(id: $id) { state level score } }", json!({ "id": risk })).await;
            ends.push((done, risk.data().clone()));
        }
        assert_eq!(ends[0], ends[1]);
        assert_eq!(w.ask("sam", "{ consentRequests { totalCount } }", Value::Null).await.at("/consentRequests/totalCount"), 0);
    }
}

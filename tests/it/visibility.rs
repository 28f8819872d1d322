//! Nobody sees what was not shared with them: through every door.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};

use crate::{
    incidents::{agree, release, reported},
    support::{Backend, Phone, World},
};

const ABSENT: &str = "01a20000-0000-7000-8000-00000000dead";

/// A draft of Northlight that names Harbour as partner.
async fn draft(w: &World) -> Value {
    let all = w.ask("lars", "{ organisations { edges { node { id name } } } }", Value::Null).await;
    let id = |name: &str| {
        let edges = all.at("/organisations/edges");
        edges.as_array().unwrap().iter().find(|e| e["node"]["name"] == name).unwrap()["node"]["id"].clone()
    };
    let input = json!({
        "organisationId": id("Northlight Relief"), "partnerIds": [id("Harbour Aid Network")],
        "title": "Secret plan", "scope": "Not said yet.", "country": "SS", "noAgreement": true,
    });
    let made = w.act("dana", "createPartnership", "CreatePartnershipInput", input, "id version sides { id } ").await;
    made.at("/answer")
}

scenario! {
    async fn a_draft_is_not_there_for_the_other_side(w: World) {
        let before = everything(w, "sam").await;
        let made = draft(w).await;
        let threat = json!({ "partnershipId": made["id"], "title": "Hidden threat", "kind": "HAZARD" });
        let threat = w.act("dana", "identifyThreat", "IdentifyThreatInput", threat, "id").await;
        let risk = json!({ "threatId": threat.at("/answer/id"), "title": "Hidden risk", "origin": "PRE_EXISTING" });
        let risk = w.act("dana", "identifyRisk", "IdentifyRiskInput", risk, "id").await;
        assert_eq!(everything(w, "sam").await, before, "a draft changes nothing that the other side can ask for");
        let side = made["sides"][1]["id"].clone();
        for id in [&made["id"], &side, &threat.at("/answer/id"), &risk.at("/answer/id")] {
            let node = w.ask("sam", "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
            assert_eq!(node.at("/node"), Value::Null);
        }
        let ledger = "query($id: ID!) { ledger(space: PARTNERSHIP, subjectId: $id) { headSeq } }";
        w.ask("sam", ledger, json!({ "id": made["id"] })).await.refused("NOT_FOUND");

        // Proposed, it is there, with everything that belongs to it.
        let propose = json!({ "id": made["id"], "expectedVersion": 1 });
        w.act("dana", "proposePartnership", "ProposePartnershipInput", propose, "id").await.data();
        let seen = w.ask("sam", "{ partnerships(first: 5) { edges { node { title risks(first: 5) { edges { node { title threat { title } } } } sides { shownAs } } } } }", Value::Null).await;
        assert_eq!(seen.at("/partnerships/edges/0/node"), json!({
            "title": "Secret plan",
            "risks": { "edges": [{ "node": { "title": "Hidden risk", "threat": { "title": "Hidden threat" } } }] },
            "sides": [{ "shownAs": "Northlight Relief" }, { "shownAs": "Harbour Aid Network" }],
        }));
        // And still not for anybody else.
        assert_eq!(w.ask("omar", "query($id: ID!) { partnership(id: $id) { id } }", json!({ "id": made["id"] })).await.at("/partnership"), Value::Null);
    }
}

/// All that a person can list, count and follow.
async fn everything(w: &World, who: &str) -> Value {
    let query = "{ me { standings { space subject rights } } partnerships { totalCount edges { node { title } } } risks { totalCount } \
        consentRequests { totalCount } organisations { totalCount edges { node { name redactions } } } streamPosition }";
    w.ask(who, query, Value::Null).await.data().clone()
}

scenario! {
    async fn an_invisible_id_answers_as_an_absent_one(w: World) {
        let risk = w.risk("Looting of the store").await;
        let partnership = w.partnership().await;
        // Sam gets a partnership of his own, so that no root field turns him away as such.
        let made = draft(w).await;
        let propose = json!({ "id": made["id"], "expectedVersion": 1 });
        w.act("dana", "proposePartnership", "ProposePartnershipInput", propose, "id").await.data();
        let me = w.ask("sam", "{ me { person { id } } }", Value::Null).await.at("/me/person/id");
        let input = json!({ "sideId": made["sides"][1]["id"], "personId": me, "role": "SIGNATORY" });
        w.act("sam", "assignSideRole", "AssignSideRoleInput", input, "id").await.data();

        let (side, _) = w.sides().await;
        let dana = w.caller("dana").await.person().to_string();
        let all = "query($p: ID!) { risks(partnershipId: $p) { edges { node { threat { id } } } } consentRequests(partnershipId: $p) { edges { node { id contentHash } } } }";
        let all = w.ask("dana", all, json!({ "p": partnership })).await;
        let threat = all.text("/risks/edges/0/node/threat/id");
        let request = all.text("/consentRequests/edges/0/node/id");
        let hash = all.text("/consentRequests/edges/0/node/contentHash");
        let doors: Vec<(&str, String, Value)> = vec![
            ("query($id: ID!) { node(id: $id) { id } }", risk.clone(), json!({})),
            ("query($id: ID!) { risk(id: $id) { id } }", risk.clone(), json!({})),
            ("query($id: ID!) { partnership(id: $id) { id } }", partnership.clone(), json!({})),
            ("query($id: ID!) { person(id: $id) { id } }", dana.clone(), json!({})),
            ("query($id: ID!) { risks(partnershipId: $id) { totalCount edges { node { id } } } }", partnership.clone(), json!({})),
            ("query($id: ID!) { threats(partnershipId: $id) { totalCount } }", partnership.clone(), json!({})),
            ("query($id: ID!) { consentRequests(partnershipId: $id) { totalCount } }", partnership.clone(), json!({})),
            ("query($id: ID!) { ledger(space: PARTNERSHIP, subjectId: $id) { headSeq } }", partnership.clone(), json!({})),
            ("mutation($id: ID!) { recordPerception(input: { riskId: $id, likelihood: 1, impact: 1, rationale: \"x\" }) { id } }", risk.clone(), json!({})),
            ("mutation($id: ID!) { proposeLevel(input: { riskId: $id, likelihood: 1, impact: 1, rationale: \"x\" }) { id } }", risk.clone(), json!({})),
            ("mutation($id: ID!) { updateRisk(input: { id: $id, expectedVersion: 1, title: \"x\" }) { id } }", risk.clone(), json!({})),
            ("mutation($id: ID!) { identifyRisk(input: { threatId: $id, title: \"x\", origin: PRE_EXISTING }) { id } }", threat.clone(), json!({})),
            ("mutation($id: ID!) { identifyThreat(input: { partnershipId: $id, title: \"x\", kind: HAZARD }) { id } }", partnership.clone(), json!({})),
            ("mutation($id: ID!) { updatePartnership(input: { id: $id, expectedVersion: 1, title: \"x\" }) { id } }", partnership.clone(), json!({})),
            ("mutation($id: ID!) { suspendPartnership(input: { id: $id, expectedVersion: 1, reason: \"x\" }) { id } }", partnership.clone(), json!({})),
            ("mutation($id: ID!) { assignSideRole(input: { sideId: $id, personId: $id, role: VIEWER }) { id } }", side.clone(), json!({})),
            ("mutation($id: ID!) { updatePerson(input: { id: $id, expectedVersion: 1, name: \"x\" }) { id } }", dana.clone(), json!({})),
            ("mutation($id: ID!, $h: ContentHash!) { giveConsent(input: { requestId: $id, contentHash: $h }) { id } }", request.clone(), json!({ "h": hash })),
            ("mutation($id: ID!, $h: ContentHash!) { giveConsent(input: { requestId: $id, contentHash: $h, sideId: $id }) { id } }", request.clone(), json!({ "h": hash })),
        ];
        for (query, id, mut variables) in doors {
            let token = format!("Bearer {}", w.token("sam"));
            let headers = [("authorization", token.as_str()), ("x-cost", "1")];
            variables["id"] = json!(id);
            let invisible = w.post(json!({ "query": query, "variables": variables }), &headers).await;
            variables["id"] = json!(ABSENT);
            let absent = w.post(json!({ "query": query, "variables": variables }), &headers).await;
            // The same words, and the same number of statements: no class of timing tells them apart.
            assert!(invisible.body["extensions"]["cost"]["statements"].is_number(), "{}", invisible.text);
            assert_eq!(invisible.body, absent.body, "{query}");
            assert_eq!(invisible.status, absent.status, "{query}");
            assert!(!invisible.body.to_string().contains("Bentiu"), "{query}");
        }
    }
}

scenario! {
    async fn the_restricted_field_is_redacted_and_named(w: World) {
        let query = "{ organisations { edges { node { id name version securityContact redactions people { totalCount } memberships { id } } } } }";
        let all = w.ask("grace", query, Value::Null).await;
        let own = all.at("/organisations/edges").as_array().unwrap().iter().find(|e| e["node"]["name"] == "Riverbank Community Action").unwrap()["node"].clone();
        let input = json!({ "id": own["id"], "expectedVersion": own["version"], "securityContact": "Call the blue phone." });
        w.act("grace", "updateOrganisation", "UpdateOrganisationInput", input, "id").await.data();
        for (who, contact, redactions, people) in [("omar", json!("Call the blue phone."), json!([]), json!(3)), ("sam", Value::Null, json!(["securityContact"]), json!(0))] {
            let seen = w.ask(who, query, Value::Null).await;
            let seen = seen.at("/organisations/edges").as_array().unwrap().iter().find(|e| e["node"]["name"] == "Riverbank Community Action").unwrap()["node"].clone();
            assert_eq!(seen["securityContact"], contact, "{who}");
            assert_eq!(seen["redactions"], redactions, "{who}");
            assert_eq!(seen["people"]["totalCount"], people, "{who}");
        }
        // Off the list, it is gone for strangers; the partner still reads how the side shows itself.
        let input = json!({ "id": own["id"], "expectedVersion": own["version"].as_i64().unwrap() + 1, "listed": false });
        w.act("grace", "updateOrganisation", "UpdateOrganisationInput", input, "id").await.data();
        assert_eq!(w.ask("sam", "query($id: ID!) { organisation(id: $id) { name } }", json!({ "id": own["id"] })).await.at("/organisation"), Value::Null);
        let side = w.ask("dana", "{ partnerships { edges { node { sides { shownAs organisation { name } } } } } }", Value::Null).await;
        assert_eq!(side.at("/partnerships/edges/0/node/sides/1"), json!({ "shownAs": "Riverbank Community Action", "organisation": null }));
    }
}

scenario! {
    async fn a_side_shows_its_people_as_it_chooses(w: World) {
        let query = "{ partnerships { edges { node { sides { roles { role shownAs person { name } } } } } } }";
        let seen = w.ask("dana", query, Value::Null).await;
        let theirs = seen.at("/partnerships/edges/0/node/sides/1/roles");
        assert_eq!(theirs[1], json!({ "role": "CONTRIBUTOR", "shownAs": "Field officer, Rubkona", "person": null }));
        assert!(!seen.body.to_string().contains("Amina"));
        assert!(w.ask("omar", query, Value::Null).await.body.to_string().contains("Amina"));
    }
}

scenario! {
    async fn what_a_role_lets_one_see_ends_with_it(w: World) {
        let query = "{ partnerships { edges { node { sides { roles { id version role shownAs } } } } } }";
        let roles = w.ask("lars", query, Value::Null).await.at("/partnerships/edges/0/node/sides/0/roles");
        let petra = roles.as_array().unwrap().iter().find(|role| role["shownAs"] == "Petra Lind").unwrap().clone();
        assert_eq!(w.ask("petra", "{ partnerships { totalCount } }", Value::Null).await.at("/partnerships/totalCount"), 1);
        let end = "mutation($id: ID!) { endSideRole(id: $id, expectedVersion: 1) { validUntil } }";
        // The other side cannot end it.
        w.ask("grace", end, json!({ "id": petra["id"] })).await.refused("FORBIDDEN");
        w.ask("lars", end, json!({ "id": petra["id"] })).await.data();
        assert_eq!(w.ask("petra", "{ partnerships { totalCount } }", Value::Null).await.at("/partnerships/totalCount"), 0);
        assert_eq!(w.ask("petra", "{ risks { totalCount } }", Value::Null).await.at("/risks/totalCount"), 0);
    }
}

scenario! {
    async fn links_do_not_fan_out_without_end(w: World) {
        let organisation = w.ask("grace", "{ me { person { organisation { id } } } }", Value::Null).await.at("/me/person/organisation/id");
        for n in 0..30 {
            let input = json!({ "organisationId": organisation, "name": format!("Person {n}"), "recruitment": "LOCAL" });
            let person = w.act("grace", "addPerson", "AddPersonInput", input, "id").await.at("/answer/id");
            w.act("grace", "giveMembership", "GiveMembershipInput", json!({ "personId": person, "role": "STAFF" }), "id").await.data();
        }
        let query = "query($id: ID!) { organisation(id: $id) { memberships { person { organisation { memberships { person { organisation { memberships { id } } } } } } } } }";
        w.ask("grace", query, json!({ "id": organisation })).await.refused("TOO_COMPLEX").by("ROWS");
    }
}

/// A partnership of somebody with Harbour, and a risk in it: their ids.
async fn with_risk(w: &World, who: &str, own: &Value, partner: &Value, title: &str) -> (Value, Value) {
    let input = json!({
        "organisationId": own, "partnerIds": [partner], "title": title, "scope": "x", "country": "SS", "noAgreement": true,
    });
    let made = w.command(who, "createPartnership", input, "id").await.at("/answer/id");
    let threat = json!({ "partnershipId": made, "title": format!("Threat of {title}"), "kind": "HAZARD" });
    let threat = w.command(who, "identifyThreat", threat, "id").await.at("/answer/id");
    let risk = json!({ "threatId": threat, "title": format!("Risk of {title}"), "origin": "PRE_EXISTING" });
    let risk = w.command(who, "identifyRisk", risk, "id").await.at("/answer/id");
    (made, risk)
}

scenario! {
    async fn who_stands_in_many_partnerships_sees_theirs_and_nothing_else(w: World) {
        // So many spaces go into statements in another way than few. An incident that was released stands in several spaces.
        let (incident, version) = reported(w).await;
        agree(w, "BASIC", "WITH_VICTIMS", 0).await;
        release(w, "omar", &incident, version, "BASIC").await.data();
        let kept = w.command("amina", "reportIncident", json!({ "facts": { "title": "Kept at home", "occurredOn": "2026-05-30",
            "capturedAt": "2026-06-01T08:40:00Z", "means": "SHOOTING" } }), "id").await.at("/answer/id");
        let all = w.ask("lars", "{ organisations { edges { node { id name } } } }", Value::Null).await.at("/organisations/edges");
        let id = |name: &str| all.as_array().unwrap().iter().find(|e| e["node"]["name"] == name).unwrap()["node"]["id"].clone();
        let (north, river, harbour) = (id("Northlight Relief"), id("Riverbank Community Action"), id("Harbour Aid Network"));
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        // Spaces of others lie before, between and, where no bit is, behind those of dana.
        for n in 0..34 {
            ours.push(with_risk(w, "dana", &north, &harbour, &format!("Ours {n}")).await);
            if n % 8 == 0 {
                theirs.push(with_risk(w, "omar", &river, &harbour, &format!("Theirs {n}")).await);
            }
        }
        for n in 100..170 {
            theirs.push(with_risk(w, "omar", &river, &harbour, &format!("Theirs {n}")).await);
        }
        let rights = w.ask("dana", "{ me { standings { space subject } } }", Value::Null).await.at("/me/standings");
        assert!(rights.as_array().unwrap().len() > 64, "{rights}");
        let grants = w.caller("dana").await.grants();
        let last = grants.list().iter().map(|grant| grant.space_no).max().unwrap();
        let of_others = w.caller("omar").await.grants().list().iter().map(|grant| grant.space_no).max().unwrap();
        assert!(of_others > 2 * last + 16, "{of_others} lies behind the bits up to {last}");

        let view = json!({ "riskId": ours[20].1, "likelihood": 4, "impact": 4, "rationale": "x" });
        let seen = w.command("dana", "recordPerception", view, "perceptions { level side { shownAs } }").await;
        assert_eq!(seen.at("/answer/perceptions"), json!([{ "level": "HIGH", "side": { "shownAs": "Northlight Relief" } }]));
        let lists = "{ partnerships(first: 60) { totalCount edges { node { title sides { shownAs } risks(first: 3) { totalCount edges { node { title } } } } } } \
            risks(first: 60) { totalCount edges { node { title threat { title } partnership { title } } } } \
            incidents { totalCount edges { node { id narrative redactions } } } }";
        let seen = w.ask("dana", lists, Value::Null).await;
        let titles = |of: &str| {
            let edges = seen.at(of);
            edges.as_array().unwrap().iter().map(|edge| edge["node"]["title"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let expected = |prefix: &str| (0..34).map(|n| format!("{prefix}Ours {n}")).collect::<BTreeSet<_>>();
        let (partnerships, risks) = (titles("/partnerships/edges"), titles("/risks/edges"));
        assert!(partnerships.is_superset(&expected("")) && risks.is_superset(&expected("Risk of ")), "{}", seen.text);
        assert_eq!(seen.at("/partnerships/totalCount"), json!(partnerships.len()));
        assert_eq!(seen.at("/risks/totalCount"), json!(risks.len()));
        assert!(!seen.text.contains("Theirs"), "{}", seen.text);
        for edge in seen.at("/partnerships/edges").as_array().unwrap() {
            assert_eq!(edge["node"]["sides"].as_array().unwrap().len(), 2, "{edge}");
            assert!(!edge["node"]["risks"]["edges"].as_array().unwrap().is_empty(), "{edge}");
        }
        // What was released, cut; what was not, not at all.
        assert_eq!(seen.at("/incidents/totalCount"), json!(1));
        assert_eq!(seen.at("/incidents/edges/0/node/id"), json!(incident));
        assert_eq!(seen.at("/incidents/edges/0/node/narrative"), Value::Null);
        assert!(!seen.at("/incidents/edges/0/node/redactions").as_array().unwrap().is_empty());

        let absent = json!({ "node": null, "risk": null, "partnership": null, "incident": null });
        let named = "query($r: ID!, $p: ID!, $i: ID!) { node(id: $r) { id } risk(id: $r) { id } partnership(id: $p) { id } incident(id: $i) { id } }";
        for (partnership, risk) in &theirs {
            assert_eq!(w.ask("dana", named, json!({ "r": risk, "p": partnership, "i": kept })).await.data(), &absent);
            let view = json!({ "riskId": risk, "likelihood": 4, "impact": 4, "rationale": "x" });
            w.command("dana", "recordPerception", view, "id").await.refused("NOT_FOUND").field("riskId");
            let of_it = w.ask("dana", "query($p: ID!) { risks(partnershipId: $p) { totalCount } }", json!({ "p": partnership })).await;
            assert_eq!(of_it.at("/risks/totalCount"), json!(0));
        }
        if w.backend == Backend::Postgres {
            // Who does not see a record does not wait for it either: how long an answer takes would tell that it is there.
            let database = w.database().await;
            let hold = database.begin().await.unwrap();
            hold.execute_unprepared("SELECT r.id FROM partnership p, risk r FOR UPDATE").await.unwrap();
            let view = json!({ "riskId": theirs[3].1, "likelihood": 4, "impact": 4, "rationale": "x" });
            w.command("dana", "recordPerception", view, "id").await.refused("NOT_FOUND").field("riskId");
            hold.rollback().await.unwrap();
            database.close().await.unwrap();
        }
        let mut phone = Phone::new("dana", "risk");
        let pulled: BTreeSet<String> = phone.sync(w).await.into_iter().filter(|(_, gone)| !gone).map(|(id, _)| id).collect();
        assert_eq!(pulled.len(), risks.len());
        assert!(theirs.iter().all(|(_, risk)| !pulled.contains(risk.as_str().unwrap())));
        assert!(!w.ask("omar", lists, Value::Null).await.text.contains("Ours"));
        assert!(!w.ask("sam", lists, Value::Null).await.text.contains("Ours"));
    }
}

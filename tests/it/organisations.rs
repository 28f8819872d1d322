//! Organisations keep themselves.

use std::time::Duration;

use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{Backend, World};

async fn riverbank(w: &World) -> Value {
    let all = w.ask("grace", "{ me { person { organisation { id } } } }", Value::Null).await;
    all.at("/me/person/organisation/id")
}

scenario! {
    async fn a_representative_takes_somebody_on_who_then_signs_in(w: World) {
        let organisation = riverbank(w).await;
        let input = json!({ "organisationId": organisation, "name": "Peter Gai", "recruitment": "LOCAL", "contact": "Radio 4" });
        w.act("sam", "addPerson", "AddPersonInput", input.clone(), "id").await.refused("FORBIDDEN");
        w.act("omar", "addPerson", "AddPersonInput", input.clone(), "id").await.refused("FORBIDDEN");
        let person = w.act("grace", "addPerson", "AddPersonInput", input, "id version").await;
        let id = person.at("/answer/id");
        let account = json!({ "personId": id, "issuer": "urn:safepact:embedded", "subject": "peter" });
        w.act("grace", "openAccount", "OpenAccountInput", account.clone(), "id").await.data();
        // Nobody opens a second way in for somebody who signs in already, and no subject is two persons.
        w.act("grace", "openAccount", "OpenAccountInput", account, "id").await.refused("REFUSED").by("ONE_ACCOUNT_A_PERSON");
        let other = json!({ "organisationId": organisation, "name": "Other Gai", "recruitment": "LOCAL" });
        let other = w.act("grace", "addPerson", "AddPersonInput", other, "id").await.at("/answer/id");
        let taken = json!({ "personId": other, "issuer": "urn:safepact:embedded", "subject": "dana" });
        w.act("grace", "openAccount", "OpenAccountInput", taken, "id").await.refused("VALIDATION_FAILED").by("ONE_ACCOUNT_A_SUBJECT");
        // An account is not an authority.
        let me = w.ask("peter", "{ me { person { name contact } standings { space } } }", Value::Null).await;
        assert_eq!(me.at("/me"), json!({ "person": { "name": "Peter Gai", "contact": "Radio 4" }, "standings": [{ "space": "PERSON" }] }));
        assert_eq!(w.ask("peter", "{ organisations { totalCount } }", Value::Null).await.at("/organisations/totalCount"), 0);
        let standing = json!({ "personId": id, "role": "STAFF", "validUntil": "2026-06-01T10:00:00Z" });
        w.act("grace", "giveMembership", "GiveMembershipInput", standing, "id").await.data();
        assert_eq!(w.ask("peter", "{ organisations { totalCount } }", Value::Null).await.at("/organisations/totalCount"), 3);
        // A period ends by itself.
        w.clock.advance(chrono::TimeDelta::hours(2));
        assert_eq!(w.ask("peter", "{ organisations { totalCount } }", Value::Null).await.at("/organisations/totalCount"), 0);
    }
}

scenario! {
    async fn an_organisation_keeps_a_representative(w: World) {
        let query = "{ organisations { edges { node { name memberships { id role version person { name } } } } } }";
        let all = w.ask("grace", query, Value::Null).await;
        let own = all.at("/organisations/edges").as_array().unwrap().iter().find(|e| e["node"]["name"] == "Riverbank Community Action").unwrap()["node"]["memberships"].clone();
        let grace = own.as_array().unwrap().iter().find(|m| m["role"] == "REPRESENTATIVE").unwrap().clone();
        let end = "mutation($id: ID!) { endMembership(id: $id, expectedVersion: 1) { id } }";
        w.ask("grace", end, json!({ "id": grace["id"] })).await.refused("REFUSED").by("ONE_REPRESENTATIVE");
        let omar = w.caller("omar").await.person().to_string();
        w.act("grace", "giveMembership", "GiveMembershipInput", json!({ "personId": omar, "role": "REPRESENTATIVE" }), "id").await.data();
        w.ask("grace", end, json!({ "id": grace["id"] })).await.data();
        assert_eq!(w.ask("grace", "{ me { standings { space } } }", Value::Null).await.at("/me/standings"), json!([{ "space": "PERSON" }]));
        w.ask("omar", "query($id: ID!) { person(id: $id) { name } }", json!({ "id": omar })).await.data();
    }
}

scenario! {
    async fn a_lost_phone_is_shut_out_at_once(w: World) {
        let token = format!("Bearer {}", w.token("amina"));
        let me = json!({ "query": "{ me { person { name } } }" });
        w.post(me.clone(), &[("authorization", &token)]).await.data();
        let amina = w.caller("amina").await.person().to_string();
        let suspend = json!({ "personId": amina, "status": "SUSPENDED" });
        w.act("lars", "setAccountStatus", "SetAccountStatusInput", suspend.clone(), "id").await.refused("NOT_FOUND");
        w.act("grace", "setAccountStatus", "SetAccountStatusInput", suspend, "id").await.data();
        assert_eq!(w.post(me.clone(), &[("authorization", &token)]).await.refused("UNAUTHENTICATED").status, 401);
        w.clock.advance(chrono::TimeDelta::seconds(2));
        let again = json!({ "personId": amina, "status": "ACTIVE" });
        w.act("grace", "setAccountStatus", "SetAccountStatusInput", again, "id").await.data();
        // The old token stays out; a new one counts.
        w.post(me, &[("authorization", &token)]).await.refused("UNAUTHENTICATED");
        w.ask("amina", "{ me { person { name } } }", Value::Null).await.data();
    }
}

scenario! {
    async fn who_leaves_an_organisation_no_longer_speaks_for_its_sides(w: World) {
        let query = "{ organisations(first: 5) { edges { node { name memberships { id person { name } } } } } }";
        let all = w.ask("grace", query, Value::Null).await;
        let edges = all.at("/organisations/edges");
        let own = edges.as_array().unwrap().iter().find(|e| e["node"]["name"] == "Riverbank Community Action").unwrap();
        let omar = own["node"]["memberships"].as_array().unwrap().iter().find(|m| m["person"]["name"] == "Omar Gatluak").unwrap();
        let risk = w.risk("Looting of the store").await;
        w.perceive("omar", &risk, 2, 2).await.data();
        w.ask("grace", "mutation($id: ID!) { endMembership(id: $id, expectedVersion: 1) { id } }", json!({ "id": omar["id"] })).await.data();
        w.perceive("omar", &risk, 5, 5).await.refused("FORBIDDEN");
        assert_eq!(w.ask("omar", "{ risks { totalCount } }", Value::Null).await.at("/risks/totalCount"), 0);
    }
}

scenario! {
    async fn two_representatives_cannot_end_each_other(w: World) {
        let omar = w.caller("omar").await.person().to_string();
        let made = w.act("grace", "giveMembership", "GiveMembershipInput", json!({ "personId": omar, "role": "REPRESENTATIVE" }), "id").await;
        let query = "{ me { person { memberships { id role } } } }";
        let grace = w.ask("grace", query, Value::Null).await.at("/me/person/memberships");
        let grace = grace.as_array().unwrap().iter().find(|m| m["role"] == "REPRESENTATIVE").unwrap()["id"].clone();
        let end = "mutation($id: ID!) { endMembership(id: $id, expectedVersion: 1) { id } }";
        let (one, other) = tokio::join!(
            w.ask("omar", end, json!({ "id": grace })),
            w.ask("grace", end, json!({ "id": made.at("/answer/id") })),
        );
        let done = [&one, &other].iter().filter(|answer| answer.body.get("errors").is_none()).count();
        assert_eq!(done, 1, "{} {}", one.text, other.text);
    }
}

scenario! {
    async fn who_is_taken_off_a_role_while_their_command_waits_does_not_act(w: World) {
        if w.backend == Backend::Sqlite {
            // Its writers queue: a command begins when the one before it has ended.
            return;
        }
        let risk = w.risk("Looting of the store").await;
        let db = w.database().await;
        let roles = w.ask("grace", "{ partnerships { edges { node { sides { roles { id shownAs } } } } } }", Value::Null).await;
        let roles = roles.at("/partnerships/edges/0/node/sides/1/roles");
        let omar = roles.as_array().unwrap().iter().find(|role| role["shownAs"] == "Omar Gatluak").unwrap()["id"].clone();
        // Somebody holds the partnership; Omar's command waits; his role ends; the partnership is free again.
        let hold = db.begin().await.unwrap();
        hold.execute_unprepared("SELECT id FROM partnership FOR UPDATE").await.unwrap();
        let (waited, ()) = tokio::join!(w.perceive("omar", &risk, 5, 5), async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            w.clock.advance(chrono::TimeDelta::seconds(1));
            let end = "mutation($id: ID!) { endSideRole(id: $id, expectedVersion: 1) { id } }";
            w.ask("grace", end, json!({ "id": omar })).await.data();
            hold.rollback().await.unwrap();
        });
        waited.refused("FORBIDDEN");
        db.close().await.unwrap();
    }
}

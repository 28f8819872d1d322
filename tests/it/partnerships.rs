//! Partnerships: symmetric, in force only by the consent of every side.

use serde_json::{Value, json};

use crate::support::{Answer, World};

async fn organisations(w: &World) -> Vec<(String, String)> {
    let all = w.ask("lars", "{ organisations { edges { node { id name } } } }", Value::Null).await;
    let edges = all.at("/organisations/edges");
    let of = |edge: &Value, name: &str| edge["node"][name].as_str().unwrap().to_owned();
    edges.as_array().unwrap().iter().map(|edge| (of(edge, "name"), of(edge, "id"))).collect()
}

async fn organisation(w: &World, name: &str) -> String {
    organisations(w).await.into_iter().find(|(known, _)| known == name).unwrap().1
}

/// A draft of three sides.
async fn draft(w: &World) -> Answer {
    let input = json!({
        "organisationId": organisation(w, "Northlight Relief").await,
        "partnerIds": [organisation(w, "Riverbank Community Action").await, organisation(w, "Harbour Aid Network").await],
        "title": "Cholera response", "scope": "Treatment points.", "country": "SS",
    });
    let made = w
        .act("dana", "createPartnership", "CreatePartnershipInput", input, "id version state sides { id shownAs }")
        .await;
    made.data();
    made
}

async fn edit(w: &World, who: &str, made: &Answer, version: i64, change: Value) -> Answer {
    let mut input = json!({ "id": made.at("/answer/id"), "expectedVersion": version });
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    w.act(who, "updatePartnership", "UpdatePartnershipInput", input, "id version state agreementRef endsOn").await
}

async fn sign(w: &World, who: &str, side: Value, person: Value) {
    let input = json!({ "sideId": side, "personId": person, "role": "SIGNATORY" });
    w.act(who, "assignSideRole", "AssignSideRoleInput", input, "id").await.data();
}

async fn me(w: &World, who: &str) -> Value {
    w.ask(who, "{ me { person { id } } }", Value::Null).await.at("/me/person/id")
}

const REQUESTS: &str = "query($id: ID!) { consentRequests(partnershipId: $id, state: OPEN) { edges { node { id contentHash missingSides { shownAs } } } } }";

scenario! {
    async fn three_sides_come_into_force_only_together(w: World) {
        let made = draft(w).await;
        let id = made.at("/answer/id");
        let propose = json!({ "id": id, "expectedVersion": 1 });
        let unstated = w.act("dana", "proposePartnership", "ProposePartnershipInput", propose, "id").await;
        unstated.refused("REFUSED").by("AGREEMENT_STATED").field("agreementRef");
        edit(w, "dana", &made, 1, json!({ "noAgreement": true })).await.data();
        let propose = json!({ "id": id, "expectedVersion": 2 });
        let proposed = w.act("dana", "proposePartnership", "ProposePartnershipInput", propose.clone(), "state version").await;
        assert_eq!(proposed.text("/answer/state"), "PROPOSED");
        w.act("dana", "proposePartnership", "ProposePartnershipInput", propose, "state").await.refused("CONFLICT").field("expectedVersion");

        sign(w, "lars", made.at("/answer/sides/0/id"), me(w, "dana").await).await;
        sign(w, "grace", made.at("/answer/sides/1/id"), me(w, "omar").await).await;
        sign(w, "sam", made.at("/answer/sides/2/id"), me(w, "sam").await).await;
        let open = w.ask("sam", REQUESTS, json!({ "id": id })).await;
        let request = open.at("/consentRequests/edges/0/node");
        let say = json!({ "requestId": request["id"], "contentHash": request["contentHash"] });
        let sides = [("dana", made.at("/answer/sides/0/id")), ("omar", made.at("/answer/sides/1/id")), ("sam", made.at("/answer/sides/2/id"))];
        w.lay_foundations(&id, &sides).await;
        for (who, after) in [("dana", "OPEN"), ("sam", "OPEN"), ("omar", "EFFECTIVE")] {
            let said = w.act(who, "giveConsent", "GiveConsentInput", say.clone(), "state partnership { state }").await;
            assert_eq!(said.text("/answer/state"), after);
            assert_eq!(said.text("/answer/partnership/state"), if after == "OPEN" { "PROPOSED" } else { "ACTIVE" });
        }
    }
}

scenario! {
    async fn any_side_edits_what_is_proposed_and_voids_the_consents(w: World) {
        let made = draft(w).await;
        let id = made.at("/answer/id");
        edit(w, "dana", &made, 1, json!({ "agreementRef": "X-1" })).await.data();
        let propose = json!({ "id": id, "expectedVersion": 2 });
        w.act("dana", "proposePartnership", "ProposePartnershipInput", propose, "id").await.data();
        sign(w, "lars", made.at("/answer/sides/0/id"), me(w, "dana").await).await;
        sign(w, "grace", made.at("/answer/sides/1/id"), me(w, "omar").await).await;
        sign(w, "sam", made.at("/answer/sides/2/id"), me(w, "sam").await).await;
        let sides = [("dana", made.at("/answer/sides/0/id")), ("omar", made.at("/answer/sides/1/id")), ("sam", made.at("/answer/sides/2/id"))];
        w.lay_foundations(&id, &sides).await;
        let open = w.ask("omar", REQUESTS, json!({ "id": id })).await;
        let request = open.at("/consentRequests/edges/0/node");
        let say = json!({ "requestId": request["id"], "contentHash": request["contentHash"] });
        w.act("dana", "giveConsent", "GiveConsentInput", say.clone(), "id").await.data();
        let edited = edit(w, "omar", &made, 3, json!({ "endsOn": "2027-01-01" })).await;
        assert_eq!(edited.text("/answer/state"), "DRAFT");
        w.act("omar", "giveConsent", "GiveConsentInput", say, "id").await.refused("REFUSED").by("REQUEST_IS_OPEN");
        // What every side has seen stays seen.
        let seen = w.ask("grace", "query($id: ID!) { partnership(id: $id) { state } }", json!({ "id": id })).await;
        assert_eq!(seen.text("/partnership/state"), "DRAFT");
    }
}

scenario! {
    async fn any_side_suspends_and_all_resume(w: World) {
        let id = w.partnership().await;
        let version = |answer: &Answer| answer.at("/partnership/version");
        let read = |who: &'static str| w.ask(who, "query($id: ID!) { partnership(id: $id) { version state stateReason } }", json!({ "id": id }));
        let now = version(&read("omar").await);
        let input = json!({ "id": id, "expectedVersion": now, "reason": "Two of ours were threatened." });
        w.act("amina", "suspendPartnership", "SuspendPartnershipInput", input.clone(), "id").await.refused("FORBIDDEN");
        w.act("omar", "suspendPartnership", "SuspendPartnershipInput", input, "id").await.data();
        assert_eq!(read("dana").await.text("/partnership/stateReason"), "Two of ours were threatened.");
        let again = json!({ "id": id, "expectedVersion": version(&read("dana").await), "reason": "x" });
        w.act("dana", "suspendPartnership", "SuspendPartnershipInput", again, "id").await.refused("REFUSED").by("STATE_ALLOWS");
        let ask = json!({ "id": id, "expectedVersion": version(&read("dana").await), "statement": "Routes were changed." });
        let request = w.act("dana", "requestResumption", "RequestResumptionInput", ask, "id contentHash").await;
        w.consent("dana", &request).await.data();
        assert_eq!(read("omar").await.text("/partnership/state"), "SUSPENDED");
        w.consent("omar", &request).await.data();
        assert_eq!(read("omar").await.text("/partnership/state"), "ACTIVE");
    }
}

scenario! {
    async fn a_partnership_is_over_when_every_side_has_said_what_that_means(w: World) {
        let id = w.partnership().await;
        let (ours, theirs) = w.sides().await;
        let read = |who: &'static str| w.ask(who, "query($id: ID!) { partnership(id: $id) { version state endIsDue endAssessments { implications } } }", json!({ "id": id }));
        // Its last day does not end it.
        w.clock.advance(chrono::TimeDelta::days(518));
        let seen = read("omar").await;
        assert_eq!((seen.text("/partnership/state"), seen.at("/partnership/endIsDue")), ("ACTIVE".into(), json!(true)));
        let at = |version: Value| json!({ "id": id, "expectedVersion": version });
        let review = json!({ "partnershipId": id, "title": "Last", "mode": "JOINT_MEETING", "approach": "x" });
        let review = w.act("dana", "openReview", "OpenReviewInput", review, "id").await.at("/answer/id");
        let mut input = at(seen.at("/partnership/version"));
        w.act("omar", "proposePartnershipEnd", "ProposePartnershipEndInput", input.clone(), "id").await.refused("REFUSED").by("STATE_ALLOWS");
        input["reason"] = json!("The grant ran out.");
        w.act("amina", "endPartnership", "EndPartnershipInput", input.clone(), "id").await.refused("FORBIDDEN");
        let ending = w.act("omar", "endPartnership", "EndPartnershipInput", input, "state version").await;
        assert_eq!(ending.text("/answer/state"), "ENDING");
        let propose = |who: &'static str, waiver: Value| {
            let mut input = at(ending.at("/answer/version"));
            input["waiver"] = waiver;
            w.act(who, "proposePartnershipEnd", "ProposePartnershipEndInput", input, "id contentHash")
        };
        let assess = |who: &'static str| {
            let input = json!({ "partnershipId": id, "implications": "Guards lose their pay, and know the store.", "measures": "Two months more, paid by Northlight." });
            w.act(who, "assessPartnershipEnd", "AssessPartnershipEndInput", input, "id revision")
        };
        let missing = |answer: &Answer| answer.refused("REFUSED").by("END_IS_ASSESSED").refusal()["missingSides"].clone();
        assert_eq!(missing(&propose("dana", Value::Null).await), json!([ours, theirs]));
        assess("omar").await.data();
        assert_eq!(missing(&propose("dana", Value::Null).await), json!([ours]));
        // What is still owed is done or given up first; nothing new is begun.
        let anew = json!({ "partnershipId": id, "title": "Last", "mode": "JOINT_MEETING", "approach": "x" });
        w.act("dana", "openReview", "OpenReviewInput", anew.clone(), "id").await.refused("REFUSED").by("REVIEW_IN_FORCE");
        assess("dana").await.data();
        let open = propose("dana", Value::Null).await;
        assert_eq!(open.refused("REFUSED").by("REVIEWS_ARE_OVER").refusal()["reviews"], json!([review]));
        let give_up = json!({ "reviewId": review, "reason": "There is no time." });
        let give_up = w.act("dana", "proposeReviewAbandonment", "ProposeReviewAbandonmentInput", give_up, "id contentHash").await;
        for who in ["dana", "omar"] {
            w.consent(who, &give_up).await.data();
        }
        let request = propose("dana", Value::Null).await;
        w.consent("dana", &request).await.data();
        // What is said anew is consented to anew.
        assert_eq!(assess("omar").await.at("/answer/revision"), 2);
        w.consent("omar", &request).await.refused("REFUSED").by("REQUEST_IS_OPEN");
        let request = propose("omar", Value::Null).await;
        for who in ["omar", "dana"] {
            w.consent(who, &request).await.data();
        }
        let over = read("petra").await;
        assert_eq!((over.text("/partnership/state"), over.at("/partnership/endAssessments").as_array().unwrap().len()), ("ENDED".into(), 2));
        let again = json!({ "partnershipId": id, "implications": "x", "measures": "x" });
        w.act("dana", "assessPartnershipEnd", "AssessPartnershipEndInput", again, "id").await.refused("REFUSED").by("STATE_ALLOWS");
        assert_eq!(w.ask("sam", "query($id: ID!) { partnership(id: $id) { state } }", json!({ "id": id })).await.at("/partnership"), Value::Null);
    }
}

scenario! {
    async fn the_last_day_begins_the_end_and_every_side_may_agree_on_another(w: World) {
        let id = w.partnership().await;
        let read = |who: &'static str| w.ask(who, "query($id: ID!) { partnership(id: $id) { version state stateReason endsOn attitudeRevisitDays endAssessments { id } } }", json!({ "id": id }));
        let terms = async |who: &'static str, more: Value| {
            let mut input = json!({ "id": id, "expectedVersion": read(who).await.at("/partnership/version") });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            w.act(who, "proposePartnershipTerms", "ProposePartnershipTermsInput", input, "id action contentHash").await
        };
        let last = read("dana").await.text("/partnership/endsOn");
        terms("dana", json!({})).await.refused("REFUSED").by("TERMS_LEAD_AHEAD");
        terms("dana", json!({ "endsOn": last })).await.refused("REFUSED").by("TERMS_LEAD_AHEAD");
        terms("dana", json!({ "endsOn": "2026-05-31" })).await.refused("REFUSED").by("TERMS_LEAD_AHEAD").field("endsOn");
        terms("dana", json!({ "attitudeRevisitDays": 3 })).await.refused("VALIDATION_FAILED").by("ATTITUDE_REVISIT_DAYS");
        terms("dana", json!({ "attitudeRevisitDays": null })).await.refused("VALIDATION_FAILED");
        terms("petra", json!({ "attitudeRevisitDays": 90 })).await.refused("FORBIDDEN");
        w.act("sam", "proposePartnershipTerms", "ProposePartnershipTermsInput", json!({ "id": id, "expectedVersion": 1, "endsOn": null }), "id").await.refused("FORBIDDEN");
        let request = terms("dana", json!({ "attitudeRevisitDays": 90 })).await;
        w.consent("dana", &request).await.data();
        assert_eq!(read("omar").await.at("/partnership/attitudeRevisitDays"), 180, "one side decides nothing");
        w.consent("omar", &request).await.data();
        assert_eq!((read("petra").await.at("/partnership/attitudeRevisitDays"), read("petra").await.text("/partnership/endsOn")), (json!(90), last));
        // The last day is over: nobody decided it then, every side did when they agreed on that day.
        w.clock.advance(chrono::TimeDelta::days(518));
        for who in ["dana", "omar"] {
            let said = json!({ "partnershipId": id, "riskType": "SECURITY", "appetite": "OPEN", "statement": "As before." });
            w.act(who, "recordRiskAttitude", "RecordRiskAttitudeInput", said, "id").await.data();
        }
        let start = w.position("petra").await;
        assert_eq!((w.look().await, w.look().await), (1, 0));
        assert_eq!(w.heard("petra", &start).await, [("partnership.end_due".to_owned(), id.clone())]);
        let ending = read("omar").await;
        assert_eq!((ending.text("/partnership/state"), ending.at("/partnership/stateReason")), ("ENDING".into(), Value::Null));
        let said = json!({ "partnershipId": id, "implications": "Guards lose their pay.", "measures": "Two months more." });
        w.act("omar", "assessPartnershipEnd", "AssessPartnershipEndInput", said, "id").await.data();
        // They had meant to go on: with a day that every side agrees on it does, and what was said of the end is said anew.
        let request = terms("omar", json!({ "endsOn": "2029-12-31" })).await;
        w.consent("omar", &request).await.data();
        assert_eq!(read("dana").await.text("/partnership/state"), "ENDING");
        w.consent("dana", &request).await.data();
        let goes_on = read("petra").await;
        assert_eq!((goes_on.text("/partnership/state"), goes_on.text("/partnership/endsOn")), ("ACTIVE".into(), "2029-12-31".into()));
        // Whoever agreed to other terms did not agree to go on with what another side ends.
        let early = terms("omar", json!({ "attitudeRevisitDays": 365 })).await;
        w.consent("dana", &early).await.data();
        let end = json!({ "id": id, "expectedVersion": goes_on.at("/partnership/version"), "reason": "x" });
        let ending = w.act("dana", "endPartnership", "EndPartnershipInput", end, "version").await;
        w.consent("omar", &early).await.refused("REFUSED").by("REQUEST_IS_OPEN");
        assert_eq!(read("omar").await.text("/partnership/state"), "ENDING");
        let propose = json!({ "id": id, "expectedVersion": ending.at("/answer/version") });
        let missing = w.act("dana", "proposePartnershipEnd", "ProposePartnershipEndInput", propose, "id").await;
        assert_eq!(missing.refused("REFUSED").by("END_IS_ASSESSED").refusal()["missingSides"].as_array().unwrap().len(), 2);
    }
}

scenario! {
    async fn a_partnership_has_distinct_sides_of_organisations_one_sees(w: World) {
        let own = organisation(w, "Northlight Relief").await;
        let open = |partners: Value| json!({ "organisationId": own, "partnerIds": partners, "title": "T", "scope": "S", "country": "SS" });
        for partners in [json!([]), json!([own])] {
            w.act("dana", "createPartnership", "CreatePartnershipInput", open(partners), "id").await.refused("REFUSED").by("TWO_SIDES");
        }
        let unknown = json!(["01920000-0000-7000-8000-000000000001"]);
        w.act("dana", "createPartnership", "CreatePartnershipInput", open(unknown), "id").await.refused("NOT_FOUND").field("partnerIds[0]");
        // Nobody opens a partnership in the name of another organisation.
        let foreign = json!({ "organisationId": organisation(w, "Harbour Aid Network").await, "partnerIds": [own], "title": "T", "scope": "S", "country": "SS" });
        w.act("dana", "createPartnership", "CreatePartnershipInput", foreign, "id").await.refused("FORBIDDEN");
    }
}

scenario! {
    async fn what_is_left_out_stays_and_null_clears(w: World) {
        let made = draft(w).await;
        edit(w, "dana", &made, 1, json!({ "agreementRef": "A-1", "endsOn": "2027-01-01" })).await.data();
        // A variable that was declared and not sent counts as left out.
        let query = "mutation($id: ID!, $ref: Title) { updatePartnership(input: { id: $id, expectedVersion: 2, agreementRef: $ref, scope: \"Wards.\" }) { agreementRef endsOn version } }";
        let kept = w.ask("dana", query, json!({ "id": made.at("/answer/id") })).await;
        assert_eq!(kept.at("/updatePartnership"), json!({ "agreementRef": "A-1", "endsOn": "2027-01-01", "version": 3 }));
        let cleared = edit(w, "dana", &made, 3, json!({ "agreementRef": null })).await;
        assert_eq!(cleared.at("/answer/agreementRef"), Value::Null);
        edit(w, "dana", &made, 4, json!({ "title": null })).await.refused("VALIDATION_FAILED").by("CANNOT_BE_CLEARED").field("title");
        let old = edit(w, "dana", &made, 1, json!({ "scope": "Late." })).await;
        assert_eq!(old.refused("CONFLICT").refusal()["currentVersion"], 4);
    }
}

scenario! {
    async fn the_same_command_twice_happens_once(w: World) {
        let before = w.ask("dana", "{ partnerships { totalCount } }", Value::Null).await.at("/partnerships/totalCount");
        let input = json!({
            "organisationId": organisation(w, "Northlight Relief").await,
            "partnerIds": [organisation(w, "Harbour Aid Network").await],
            "title": "Twice", "scope": "S", "country": "SS",
        });
        let query = "mutation($input: CreatePartnershipInput!, $key: String) { answer: createPartnership(input: $input, idempotencyKey: $key) { id sides { id } } }";
        let first = w.ask("dana", query, json!({ "input": input, "key": "k1" })).await;
        let again = w.ask("dana", query, json!({ "input": input, "key": "k1" })).await;
        assert_eq!(first.data(), again.data());
        let token = format!("Bearer {}", w.token("dana"));
        let by_header = [("authorization", token.as_str()), ("idempotency-key", "h1")];
        let body = json!({ "query": query, "variables": { "input": input } });
        assert_eq!(w.post(body.clone(), &by_header).await.at("/answer/id"), w.post(body, &by_header).await.at("/answer/id"));
        let mut other = input.clone();
        other["title"] = json!("Another");
        let mismatch = w.ask("dana", query, json!({ "input": other, "key": "k1" })).await;
        mismatch.refused("IDEMPOTENCY_MISMATCH").field("idempotencyKey");
        // The same key of somebody else is another key.
        w.ask("lars", query, json!({ "input": input, "key": "k1" })).await.data();
        let after = w.ask("dana", "{ partnerships { totalCount } }", Value::Null).await.at("/partnerships/totalCount");
        assert_eq!(after.as_i64().unwrap() - before.as_i64().unwrap(), 2, "k1 and h1; the one of Lars is not seen by Dana");
    }
}

scenario! {
    async fn a_partnership_does_not_end_before_it_begins(w: World) {
        let made = draft(w).await;
        edit(w, "dana", &made, 1, json!({ "startsOn": "2026-13-01", "endsOn": "2026-1-1" })).await
            .refused("VALIDATION_FAILED").by("ISO_8601_DATE");
        edit(w, "dana", &made, 1, json!({ "startsOn": "2026-06-01", "endsOn": "2026-05-31" })).await
            .refused("VALIDATION_FAILED").by("PERIOD").field("endsOn");
    }
}

scenario! {
    async fn what_is_withdrawn_agrees_on_nothing_any_more(w: World) {
        let made = draft(w).await;
        let id = made.at("/answer/id");
        // The scope may be as long as a text can be: it is still proposed.
        edit(w, "dana", &made, 1, json!({ "noAgreement": true, "scope": "x".repeat(8000) })).await.data();
        w.act("dana", "proposePartnership", "ProposePartnershipInput", json!({ "id": id, "expectedVersion": 2 }), "id").await.data();
        for (who, side) in [("lars", 0), ("grace", 1), ("sam", 2)] {
            let person = match who { "lars" => "dana", "grace" => "omar", _ => "sam" };
            sign(w, who, made.at(&format!("/answer/sides/{side}/id")), me(w, person).await).await;
        }
        let threat = json!({ "partnershipId": id, "title": "Flood", "kind": "HAZARD" });
        let threat = w.act("dana", "identifyThreat", "IdentifyThreatInput", threat, "id").await;
        let risk = json!({ "threatId": threat.at("/answer/id"), "title": "Cut off", "origin": "PRE_EXISTING" });
        let risk = w.act("dana", "identifyRisk", "IdentifyRiskInput", risk, "id").await.text("/answer/id");
        for who in ["dana", "omar", "sam"] {
            w.perceive(who, &risk, 3, 3).await.data();
        }
        let request = w.propose("dana", &risk, 3, 3).await;
        w.consent("dana", &request).await.data();
        w.consent("omar", &request).await.data();
        let back = json!({ "id": id, "expectedVersion": 3, "reason": "No funds." });
        w.act("omar", "withdrawPartnership", "WithdrawPartnershipInput", back, "id").await.data();
        w.consent("sam", &request).await.refused("REFUSED").by("REQUEST_IS_OPEN");
        w.perceive("sam", &risk, 5, 5).await.refused("REFUSED").by("PARTNERSHIP_IS_LIVING");
        let edit = json!({ "id": risk, "expectedVersion": 1, "title": "Late" });
        w.act("dana", "updateRisk", "UpdateRiskInput", edit, "id").await.refused("CONFLICT");
    }
}

scenario! {
    async fn a_draft_shows_its_writer_as_they_choose(w: World) {
        let partners: Vec<String> = (0..21).map(|n| format!("01a20000-0000-7000-8000-0000000000{n:02}")).collect();
        let mut input = json!({
            "organisationId": organisation(w, "Northlight Relief").await, "partnerIds": partners,
            "title": "T", "scope": "S", "country": "SS", "noAgreement": true, "shownAs": "Desk officer",
        });
        w.act("dana", "createPartnership", "CreatePartnershipInput", input.clone(), "id").await.refused("VALIDATION_FAILED").by("SIDES_AT_MOST");
        input["partnerIds"] = json!([organisation(w, "Harbour Aid Network").await]);
        let made = w.act("dana", "createPartnership", "CreatePartnershipInput", input, "id").await;
        w.act("dana", "proposePartnership", "ProposePartnershipInput", json!({ "id": made.at("/answer/id"), "expectedVersion": 1 }), "id").await.data();
        let seen = w.ask("sam", "{ partnerships(first: 5) { edges { node { sides { roles { shownAs } } } } } }", Value::Null).await;
        assert!(seen.text.contains("Desk officer") && !seen.text.contains("Dana"), "{}", seen.text);
    }
}

scenario! {
    /// Standings are kept between requests: whatever gives or ends one must be known to the very next.
    async fn what_is_kept_of_a_standing_is_never_behind(w: World) {
        let count = async |who: &str| {
            let all = w.ask(who, "{ partnerships { edges { node { id } } } me { standings { space } } }", Value::Null).await;
            let count = |at: &str| all.at(at).as_array().unwrap().len();
            (count("/partnerships/edges"), count("/me/standings"))
        };
        // Asked twice: from here on what was read is kept.
        let before = (count("grace").await, count("sam").await);
        assert_eq!((count("grace").await, count("sam").await), before);
        // A partnership comes to the representatives of its sides when it is proposed, and not before.
        let made = draft(w).await;
        assert_eq!((count("grace").await, count("sam").await), before);
        edit(w, "dana", &made, 1, json!({ "noAgreement": true })).await.data();
        let propose = json!({ "id": made.at("/answer/id"), "expectedVersion": 2 });
        w.act("dana", "proposePartnership", "ProposePartnershipInput", propose, "id").await.data();
        // Side and partnership, each a standing.
        let after = ((before.0.0 + 1, before.0.1 + 2), (before.1.0 + 1, before.1.1 + 2));
        assert_eq!((count("grace").await, count("sam").await), after);
        // A role that is given, and one that ends.
        let (own, none) = (count("amina").await, count("omar").await);
        let input = json!({ "sideId": made.at("/answer/sides/1/id"), "personId": me(w, "amina").await, "role": "VIEWER" });
        let role = w.act("grace", "assignSideRole", "AssignSideRoleInput", input, "id version").await;
        assert_eq!(count("amina").await, (own.0 + 1, own.1 + 2));
        let end = json!({ "id": role.at("/answer/id"), "expectedVersion": role.at("/answer/version") });
        let ended = "mutation($id: ID!, $expectedVersion: Int!) { endSideRole(id: $id, expectedVersion: $expectedVersion) { id } }";
        w.ask("grace", ended, end).await.data();
        assert_eq!(count("amina").await, own);
        assert_eq!(count("omar").await, none);
        // What begins later begins by itself, though nobody writes a word.
        let later = (w.platform.env.now() + chrono::TimeDelta::minutes(5)).to_rfc3339();
        let input = json!({ "sideId": made.at("/answer/sides/1/id"), "personId": me(w, "amina").await, "role": "VIEWER", "validFrom": later });
        w.act("grace", "assignSideRole", "AssignSideRoleInput", input, "id").await.data();
        assert_eq!(count("amina").await, own);
        w.clock.advance(chrono::TimeDelta::minutes(6));
        assert_eq!(count("amina").await, (own.0 + 1, own.1 + 2));
    }
}

//! Incidents: private until released, released within what was agreed, and never more of them than that.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    support::{Answer, Phone, Socket, World},
    sync::{conflicts, focal_point, id, person, report},
};

/// Words that stand in what is held back from others: none of them may come through any door.
const SECRET: [&str; 6] = ["Deng Malual", "Rubkona market", "white pickup", "Thok", "-47.123", "case-77"];

pub async fn reported(w: &World) -> (String, i64) {
    let facts = json!({
        "title": "Deng Malual shot at Rubkona market", "narrative": "A white pickup stopped; Thok saw it.",
        "occurredOn": "2026-05-30", "knownAt": "2026-06-01T08:30:00Z", "capturedAt": "2026-06-01T08:40:00Z",
        "country": "SS", "region": "Unity", "district": "Rubkona market", "place": "Rubkona market",
        "latitude": 9.5, "longitude": -47.123, "means": "SHOOTING", "context": "AMBUSH", "actorType": "NON_STATE_UNKNOWN",
        "actorDescription": "Thok and others", "severity": "SEVERE", "nationalsWounded": 1, "affectedNationalNgo": 1,
        "programmeImpact": "SUSPENDED", "programmeImpactNote": "Thok is replaced; Rubkona market is closed",
    });
    let input = json!({ "facts": facts });
    let made = w.act("amina", "reportIncident", "ReportIncidentInput", input, "id version reportedLate state").await;
    assert_eq!((made.at("/answer/reportedLate"), made.at("/answer/state")), (json!(false), json!("REPORTED")));
    let id = made.text("/answer/id");
    let restricted = json!({ "incidentId": id, "victims": "Deng Malual, case-77", "insuranceReference": "case-77" });
    let selection = "id externalLinks { kind reference }";
    let kept = w.act("omar", "recordIncidentRestricted", "RecordRestrictedInput", restricted, selection).await;
    assert_eq!(kept.at("/answer/externalLinks"), json!([{ "kind": "INSURANCE", "reference": "case-77" }]));
    (id, 1)
}

pub async fn agree(w: &World, max_level: &str, scope: &str, delay: i64) -> (String, Value) {
    let input =
        json!({ "partnershipId": w.partnership().await, "scope": scope, "maxLevel": max_level, "delayHours": delay });
    let selection = "id version consentRequests { id contentHash }";
    let made = w.act("dana", "proposeSharingProtocol", "ProposeSharingProtocolInput", input, selection).await;
    for who in ["dana", "omar"] {
        let input = json!({ "requestId": made.at("/answer/consentRequests/0/id"), "contentHash": made.at("/answer/consentRequests/0/contentHash") });
        w.act(who, "giveConsent", "GiveConsentInput", input, "state").await.data();
    }
    (made.text("/answer/id"), json!(2))
}

pub async fn release(w: &World, who: &str, incident: &str, version: i64, level: &str) -> Answer {
    let query = "mutation($i: ID!, $v: Int!, $p: ID!, $l: ShareLevel!) { releaseIncident(incidentId: $i, expectedVersion: $v, partnershipId: $p, level: $l) { id level live } }";
    w.ask(who, query, json!({ "i": incident, "v": version, "p": w.partnership().await, "l": level })).await
}

/// Everything that a person can get to see, through every door that shows incidents.
async fn everything(w: &World, who: &'static str) -> String {
    let mut out = String::new();
    let doors = [
        "{ incidents(first: 100) { edges { cursor node { id title narrative occurredOn knownAt capturedAt district place latitude longitude actorDescription programmeImpactNote stateReason source sourceReference redactions capturedBy { name } restricted { victims } releases { id level } duplicateOf { title } duplicates { title } organisation { name } } } totalCount } }",
        "{ changes(collections: [incident, incidentRestricted, incidentRelease, syncConflict, syncCommand], first: 1000) { changes { kind incident { title narrative occurredOn district place latitude longitude actorDescription programmeImpactNote } incidentRestricted { victims insuranceReference } incidentRelease { level } syncConflict { yours message } } } }",
        "{ syncConflicts { edges { node { yours theirs message } } } syncStatus(collection: \"incident\") { waiting } }",
        "{ events { events { event record { __typename ... on Incident { title district } } } } }",
    ];
    for door in doors {
        out.push_str(&w.ask(who, door, Value::Null).await.text);
    }
    for collection in ["incident", "incidentRestricted", "incidentRelease"] {
        let phone = Phone::new(who, collection);
        out.push_str(&phone.page(w, 1000).await.text);
    }
    out
}

fn says_nothing_secret(text: &str, where_: &str) {
    for secret in SECRET {
        assert!(!text.contains(secret), "{where_}: {secret} in {text}");
    }
}

scenario! {
    async fn nothing_is_shared_by_reporting(w: World) {
        let (incident, _) = reported(w).await;
        for who in ["dana", "lars", "petra", "sam"] {
            let seen = everything(w, who).await;
            says_nothing_secret(&seen, who);
            assert!(!seen.contains(&incident), "{who} sees not even the id");
            let node = "query($id: ID!) { node(id: $id) { id } incident(id: $id) { id } }";
            assert_eq!(w.ask(who, node, json!({ "id": incident })).await.data(), &json!({ "node": null, "incident": null }));
            release(w, who, &incident, 1, "BASIC").await.refused(if matches!(who, "dana") { "NOT_FOUND" } else { "FORBIDDEN" });
            let summary = "{ incidentSummary(by: COUNTRY) { group incidents } }";
            assert_eq!(w.ask(who, summary, Value::Null).await.at("/incidentSummary"), json!([]));
        }
        // Useful at home without any sharing: the author, the focal point and the representative have it.
        for who in ["amina", "omar", "grace"] {
            let seen = everything(w, who).await;
            assert!(seen.contains("Rubkona market"), "{who}");
            // The restricted part only who keeps it.
            assert_eq!(seen.contains("case-77"), who != "amina", "{who}");
        }
        // And without a protocol even the organisation itself cannot release.
        release(w, "omar", &incident, 1, "BASIC").await.refused("REFUSED").by("PROTOCOL_IN_EFFECT");
    }
}

scenario! {
    async fn a_release_shows_what_was_previewed_and_no_more(w: World) {
        let (incident, version) = reported(w).await;
        let (protocol, protocol_version) = agree(w, "BASIC", "WITH_VICTIMS", 0).await;
        let preview = "query($i: ID!, $p: ID!, $l: ShareLevel!) { incidentReleasePreview(incidentId: $i, partnershipId: $p, level: $l) { allowed rule document redactions } }";
        let shown = |level: &str| json!({ "i": incident, "p": "", "l": level });
        let with_partnership = async |level: &str| {
            let mut variables = shown(level);
            variables["p"] = json!(w.partnership().await);
            w.ask("omar", preview, variables).await
        };
        let seen = with_partnership("BASIC").await;
        says_nothing_secret(&seen.text, "preview");
        assert_eq!((seen.at("/incidentReleasePreview/allowed"), seen.at("/incidentReleasePreview/document/occurredOn")), (json!(true), json!("2026-05")));
        let full = with_partnership("FULL").await;
        assert_eq!((full.at("/incidentReleasePreview/allowed"), full.at("/incidentReleasePreview/rule")), (json!(false), json!("WITHIN_THE_PROTOCOL")));
        release(w, "omar", &incident, version, "FULL").await.refused("REFUSED").by("WITHIN_THE_PROTOCOL").field("level");
        release(w, "amina", &incident, version, "BASIC").await.refused("FORBIDDEN");
        release(w, "omar", &incident, version + 7, "BASIC").await.refused("CONFLICT");

        let mut phone = Phone::new("dana", "incident");
        phone.sync(w).await;
        let address = w.serve().await;
        let follow = "subscription { incidentShared { cursor released release { level } incident { id title occurredOn district redactions } } }";
        let mut dana = Socket::signed_in(address, &w.token("dana")).await;
        let mut sam = Socket::signed_in(address, &w.token("sam")).await;
        dana.subscribe("1", follow, json!({})).await;
        sam.subscribe("1", follow, json!({})).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        release(w, "omar", &incident, version, "BASIC").await.data();

        let event = dana.event().await.to_string();
        says_nothing_secret(&event, "event");
        assert!(event.contains(&incident) && event.contains("2026-05\""), "{event}");
        assert_eq!(phone.sync(w).await, [(incident.clone(), false)]);
        let document = &phone.documents[&incident];
        let counts = (&document["means"], &document["nationalsWounded"], &document["affectedNationalNgo"], &document["region"]);
        assert_eq!(counts, (&json!("SHOOTING"), &json!(1), &json!(1), &json!("Unity")));
        let mut preview = seen.at("/incidentReleasePreview/document");
        for (name, value) in document {
            if !matches!(name.as_str(), "id" | "deleted" | "version" | "updatedAt") {
                assert_eq!(&preview[name], value, "{name}");
            }
            preview.as_object_mut().unwrap().remove(name);
        }
        says_nothing_secret(&everything(w, "dana").await, "every door of the partner");
        // Counted by the partner too, under the partner's own eyes.
        let summary = "{ incidentSummary(by: YEAR) { group incidents nationalsWounded employedLocally employedInternationally } }";
        let expected = json!([{ "group": "2026", "incidents": 1, "nationalsWounded": 1, "employedLocally": 1, "employedInternationally": 0 }]);
        assert_eq!(w.ask("dana", summary, Value::Null).await.at("/incidentSummary"), expected);
        // Filters do not tell what is held back: there are none on it. Others of the partner's side see nothing.
        for who in ["petra", "sam"] {
            assert!(!everything(w, who).await.contains(&incident), "{who}");
        }
        sam.is_silent(std::time::Duration::from_millis(200)).await;

        // The partner cannot write it, and is not told more by trying; what they sent is kept as theirs.
        let update = json!({ "id": incident, "expectedVersion": document["version"], "facts": { "title": "ours now" } });
        let refused = w.act("dana", "updateIncident", "UpdateIncidentInput", update, "id").await;
        says_nothing_secret(&refused.refused("FORBIDDEN").text, "error");
        let version = document["version"].clone();
        phone.edit(&incident, "region", "elsewhere");
        phone.edit(&incident, "title", "ours now");
        let answer = phone.push_rows(w, json!([phone.row(&incident)])).await;
        says_nothing_secret(&answer.text, "push");
        assert_eq!((answer.at("/push/0/region"), answer.at("/push/0/version")), (json!("Unity"), version));
        let kept = conflicts(w, "dana").await;
        says_nothing_secret(&json!(kept).to_string(), "conflict");
        assert_eq!(kept[0]["code"], "FORBIDDEN");

        // Written over what is held back alone: not taken, kept for its author, and the device is told.
        phone.edit(&incident, "title", "ours now");
        phone.documents.get_mut(&incident).unwrap().insert("region".to_owned(), json!("Unity"));
        let answer = phone.push_rows(w, json!([phone.row(&incident)])).await;
        assert_eq!(answer.at("/push/0/title"), Value::Null);
        let kept = conflicts(w, "dana").await;
        assert_eq!((&kept[0]["rule"], &kept[0]["yours"]), (&json!("FIELD_HELD_BACK"), &json!(r#"{"title":"ours now"}"#)));

        // Who sees the month at most cannot find the day by asking: the released row keeps its redaction in every page.
        let mut omar = Phone::new("omar", "incident");
        omar.sync(w).await;
        assert_eq!(omar.documents[&incident]["occurredOn"], "2026-05-30");

        // The protocol ends by the word of one side, at once, and takes the release with it.
        let end = "mutation($id: ID!, $v: Int!) { endSharingProtocol(id: $id, expectedVersion: $v) { state } }";
        assert_eq!(w.ask("dana", end, json!({ "id": protocol, "v": protocol_version })).await.text("/endSharingProtocol/state"), "ENDED");
        assert_eq!(phone.sync(w).await, [(incident.clone(), true)]);
        let event = dana.event().await;
        assert_eq!((&event["incidentShared"]["released"], &event["incidentShared"]["incident"]), (&json!(false), &Value::Null));
        assert!(!everything(w, "dana").await.contains("SHOOTING"));
        omar.sync(w).await;
        assert_eq!(omar.documents[&incident]["title"], "Deng Malual shot at Rubkona market", "nothing was lost at home");
        release(w, "omar", &incident, 3, "BASIC").await.refused("REFUSED").by("PROTOCOL_IN_EFFECT");
    }
}

scenario! {
    async fn a_full_release_keeps_the_restricted_part_back(w: World) {
        let (incident, version) = reported(w).await;
        agree(w, "FULL", "ALL", 2).await;
        release(w, "omar", &incident, version, "FULL").await.refused("REFUSED").by("WITHIN_THE_PROTOCOL").field("incidentId");
        w.clock.advance(TimeDelta::hours(2));
        let released = release(w, "omar", &incident, version, "FULL").await;
        let seen = everything(w, "dana").await;
        assert!(seen.contains("white pickup") && !seen.contains("case-77"));
        // Less of it from now on: what was FULL becomes BASIC on the partner's phone.
        let mut phone = Phone::new("dana", "incident");
        phone.sync(w).await;
        assert_eq!(phone.documents[&incident]["narrative"], "A white pickup stopped; Thok saw it.");
        release(w, "omar", &incident, 2, "BASIC").await.data();
        assert_eq!(phone.sync(w).await, [(incident.clone(), false)]);
        assert_eq!((&phone.documents[&incident]["narrative"], &phone.documents[&incident]["occurredOn"]), (&Value::Null, &json!("2026-05")));
        says_nothing_secret(&everything(w, "dana").await, "BASIC after FULL");
        // And taken back.
        let revoke = "mutation($id: ID!) { revokeIncidentRelease(id: $id) { live } }";
        w.ask("dana", revoke, json!({ "id": released.at("/releaseIncident/id") })).await.refused("REFUSED").by("ORIGINATOR_RELEASES");
        let mut releases = Phone::new("omar", "incidentRelease");
        releases.sync(w).await;
        let live = releases.documents.values().find(|release| release["live"] == true).unwrap()["id"].clone();
        assert_eq!(w.ask("omar", revoke, json!({ "id": live })).await.at("/revokeIncidentRelease/live"), json!(false));
        assert_eq!(phone.sync(w).await, [(incident.clone(), true)]);
    }
}

scenario! {
    async fn an_incident_lives_from_report_to_close(w: World) {
        let (incident, _) = reported(w).await;
        let step = async |who: &str, field: &str, version: i64| {
            let query = format!("mutation($id: ID!, $v: Int!) {{ step: {field}(id: $id, expectedVersion: $v) {{ state version }} }}");
            w.ask(who, &query, json!({ "id": incident, "v": version })).await
        };
        // Its author edits it while it is a report.
        let update = |version: i64, severity: &str| json!({ "id": incident, "expectedVersion": version, "facts": { "severity": severity } });
        w.act("amina", "updateIncident", "UpdateIncidentInput", update(1, "CRITICAL"), "version").await.data();
        step("amina", "verifyIncident", 2).await.refused("FORBIDDEN");
        step("grace", "verifyIncident", 2).await.refused("FORBIDDEN");
        step("dana", "verifyIncident", 2).await.refused("NOT_FOUND");
        step("omar", "closeIncident", 2).await.refused("REFUSED");
        assert_eq!(step("omar", "verifyIncident", 2).await.at("/step/state"), json!("VERIFIED"));
        w.act("amina", "updateIncident", "UpdateIncidentInput", update(3, "MINOR"), "version").await.refused("REFUSED").by("EDITED_BY_ITS_KEEPER");
        assert_eq!(step("omar", "followUpIncident", 3).await.at("/step/state"), json!("UNDER_FOLLOW_UP"));
        assert_eq!(step("omar", "closeIncident", 4).await.at("/step/state"), json!("CLOSED"));
        w.act("omar", "updateIncident", "UpdateIncidentInput", update(5, "MINOR"), "version").await.refused("REFUSED").by("INCIDENT_IS_OPEN");
        assert_eq!(step("omar", "followUpIncident", 5).await.at("/step/state"), json!("UNDER_FOLLOW_UP"));
    }
}

scenario! {
    async fn two_reports_of_one_incident_count_once(w: World) {
        let (first, _) = reported(w).await;
        let (second, _) = reported(w).await;
        let (third, _) = reported(w).await;
        let link = async |who: &str, one: &str, other: &str, version: i64| {
            let query = "mutation($a: ID!, $b: ID!, $v: Int!) { linkDuplicateIncident(id: $a, duplicateOfId: $b, expectedVersion: $v) { state duplicateOf { id } } }";
            w.ask(who, query, json!({ "a": one, "b": other, "v": version })).await
        };
        link("omar", &first, &first, 1).await.refused("REFUSED").by("CANONICAL_INCIDENT");
        assert_eq!(link("omar", &third, &second, 1).await.text("/linkDuplicateIncident/duplicateOf/id"), second);
        assert_eq!(link("omar", &second, &first, 1).await.text("/linkDuplicateIncident/duplicateOf/id"), first);
        link("omar", &first, &second, 1).await.refused("REFUSED").by("CANONICAL_INCIDENT");
        // The chain is drawn together: both point to the one that counts.
        let duplicates = w.ask("omar", "query($id: ID!) { incident(id: $id) { duplicates { id } } }", json!({ "id": first })).await;
        assert_eq!(duplicates.at("/incident/duplicates").as_array().unwrap().len(), 2);
        let summary = "{ incidentSummary(by: MEANS) { group incidents nationalsWounded } }";
        assert_eq!(w.ask("omar", summary, Value::Null).await.at("/incidentSummary"), json!([{ "group": "SHOOTING", "incidents": 1, "nationalsWounded": 1 }]));
        let retract = "mutation($id: ID!, $v: Int!) { retractIncident(id: $id, expectedVersion: $v, reason: \"a rumour\") { state stateReason } }";
        assert_eq!(w.ask("amina", retract, json!({ "id": first, "v": 1 })).await.text("/retractIncident/state"), "RETRACTED");
        // The oldest of its duplicates counts from now on.
        assert_eq!(w.ask("omar", summary, Value::Null).await.at("/incidentSummary/0/incidents"), json!(1));
    }
}

scenario! {
    async fn a_late_report_says_so(w: World) {
        let facts = |known: &str, severity: &str| json!({ "facts": { "title": "x", "occurredOn": "2026", "knownAt": known, "severity": severity } });
        for (known, severity, late) in [
            ("2026-06-01T08:30:00Z", "CRITICAL", false),
            ("2026-06-01T07:30:00Z", "CRITICAL", true),
            ("2026-06-01T07:30:00Z", "MINOR", false),
            ("2026-05-31T07:30:00Z", "MINOR", true),
        ] {
            let made = w.act("amina", "reportIncident", "ReportIncidentInput", facts(known, severity), "reportedLate").await;
            assert_eq!(made.at("/answer/reportedLate"), json!(late), "{known} {severity}");
        }
        let wrong = w.act("amina", "reportIncident", "ReportIncidentInput", json!({ "facts": { "title": "x", "occurredOn": "2027-01" } }), "id").await;
        wrong.refused("VALIDATION_FAILED").by("DATE_IN_THE_PAST").field("occurredOn");
        let wrong = w.act("amina", "reportIncident", "ReportIncidentInput", json!({ "facts": { "title": "x", "occurredOn": "2026-02-30" } }), "id").await;
        wrong.refused("VALIDATION_FAILED").by("ISO_8601_PARTIAL_DATE");
        let wrong = w.act("amina", "reportIncident", "ReportIncidentInput", json!({ "facts": { "title": "x", "occurredOn": "2026", "latitude": 4 } }), "id").await;
        wrong.refused("VALIDATION_FAILED").by("COORDINATES_IN_PAIRS");
    }
}

scenario! {
    async fn sharing_needs_a_partnership_in_force_and_the_word_of_the_organisation(w: World) {
        let (incident, version) = reported(w).await;
        agree(w, "FULL", "ALL", 0).await;
        let partnership = w.partnership().await;
        let at = "query($id: ID!) { partnership(id: $id) { version } }";
        let at = w.ask("dana", at, json!({ "id": partnership })).await.at("/partnership/version");
        // The author alone does not release, even where they sign for the side.
        let (_, side) = w.sides().await;
        let role = json!({ "sideId": side, "personId": person(w, "amina").await, "role": "SIGNATORY" });
        w.act("grace", "assignSideRole", "AssignSideRoleInput", role, "id").await.data();
        release(w, "amina", &incident, version, "BASIC").await.refused("REFUSED").by("ORIGINATOR_RELEASES");
        let input = json!({ "id": partnership, "expectedVersion": at, "reason": "The road is closed." });
        w.act("dana", "suspendPartnership", "SuspendPartnershipInput", input, "id").await.data();
        release(w, "omar", &incident, version, "BASIC").await.refused("REFUSED").by("PARTNERSHIP_IN_FORCE");
        let preview = "query($i: ID!, $p: ID!) { incidentReleasePreview(incidentId: $i, partnershipId: $p, level: BASIC) { allowed rule } }";
        let shown = w.ask("omar", preview, json!({ "i": incident, "p": partnership })).await;
        assert_eq!(shown.at("/incidentReleasePreview"), json!({ "allowed": false, "rule": "PARTNERSHIP_IN_FORCE" }));
        let input = json!({ "partnershipId": partnership, "scope": "ALL", "maxLevel": "BASIC" });
        let refused = w.act("dana", "proposeSharingProtocol", "ProposeSharingProtocolInput", input, "id").await;
        refused.refused("REFUSED").by("PARTNERSHIP_IN_FORCE");
    }
}

scenario! {
    async fn a_report_that_is_taken_back_is_released_to_nobody_whoever_takes_it_back(w: World) {
        let (first, version) = reported(w).await;
        let (second, _) = reported(w).await;
        agree(w, "BASIC", "ALL", 0).await;
        release(w, "omar", &first, version, "BASIC").await.data();
        let link = "mutation($a: ID!, $b: ID!) { linkDuplicateIncident(id: $a, duplicateOfId: $b, expectedVersion: 1) { state } }";
        w.ask("omar", link, json!({ "a": second, "b": first })).await.data();
        // The author has no role on the side, and does not see the release.
        let retract = "mutation($id: ID!) { retractIncident(id: $id, expectedVersion: 2, reason: \"another road\") { state } }";
        assert_eq!(w.ask("amina", retract, json!({ "id": first })).await.text("/retractIncident/state"), "RETRACTED");
        let mut releases = Phone::new("dana", "incidentRelease");
        releases.sync(w).await;
        assert!(releases.documents.values().all(|release| release["live"] == false && !release["revokedAt"].is_null()));
        // The other report of it did not go with it: it counts now.
        let summary = "{ incidentSummary(by: YEAR) { incidents } }";
        assert_eq!(w.ask("omar", summary, Value::Null).await.at("/incidentSummary"), json!([{ "incidents": 1 }]));
        let wrong = "{ incidentSummary(by: YEAR, toYear: -1) { incidents } }";
        w.ask("omar", wrong, Value::Null).await.refused("VALIDATION_FAILED").by("YEAR").field("toYear");
    }
}

scenario! {
    async fn who_leaves_the_organisation_keeps_only_their_own_reports(w: World) {
        let (incident, _) = reported(w).await;
        let mut amina = Phone::new("amina", "incident");
        amina.write(&id(7), report("Seen by Omar too"));
        amina.push(w, &[&id(7)]).await;
        assert!(everything(w, "omar").await.contains(&incident));
        let standing = focal_point(w, "omar").await;
        crate::sync::end(w, &standing).await;
        let seen = everything(w, "omar").await;
        says_nothing_secret(&seen, "after the end of the standing");
        assert!(!person(w, "omar").await.is_empty());
        assert!(everything(w, "amina").await.contains("Seen by Omar too"));
    }
}

//! What the sides say to each other, and what each of them brings and gains: said by each side for itself.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, World};

const DIALOGUE: &str = "query($p: ID!) { partnership(id: $p) { dialogue { plan { id state } meetingDueOn meetingOverdue healthCheckDueOn \
    healthCheckOverdue sides { sideId sharingDueOn sharingOverdue notDiscussed } } } }";

async fn say(w: &World, who: &str, command: &str, more: Value, selection: &str) -> Answer {
    let mut input = json!({ "partnershipId": w.partnership().await });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.command(who, command, input, selection).await
}

async fn dialogue(w: &World, who: &str) -> Value {
    w.ask(who, DIALOGUE, json!({ "p": w.partnership().await })).await.at("/partnership/dialogue")
}

fn plan(meet: i64) -> Value {
    json!({
        "meetEveryDays": meet, "shareEveryDays": 30, "healthCheckEveryDays": 90, "languages": "en  fr",
        "channels": "A call on Mondays; by radio when the network is down.", "feedbackMethod": "Each asks at the end of a call.",
    })
}

async fn agreed(w: &World, proposer: &str, other: &str, plan: Value) -> Value {
    let made = say(w, proposer, "proposeCommunicationPlan", plan, "id openRequest { id contentHash }").await;
    for who in [other, proposer] {
        let request = made.at("/answer/openRequest");
        let input = json!({ "requestId": request["id"], "contentHash": request["contentHash"] });
        w.command(who, "giveConsent", input, "state").await.data();
    }
    made.at("/answer/id")
}

scenario! {
    async fn each_side_tells_for_itself_how_a_conversation_went(w: World) {
        let talk = json!({ "topic": "Who drives at night", "element": "TRAVEL", "heldOn": "2026-05-30", "method": "VOICE", "participants": "Director, driver", "view": "They heard us." });
        let mut unknown = talk.clone();
        unknown["element"] = json!("WEATHER");
        say(w, "amina", "recordConversation", unknown, "id").await.refused("REFUSED").by("ELEMENT_IS_KNOWN");
        let mut ahead = talk.clone();
        ahead["element"] = Value::Null;
        ahead["heldOn"] = json!("2026-06-09");
        say(w, "amina", "recordConversation", ahead, "id").await.refused("REFUSED").by("IT_IS_PAST");
        let code = w.ask("omar", "{ catalogue(key: FRAMEWORK_ELEMENTS) { items { code title } } }", Value::Null).await;
        let travel = code.at("/catalogue/items").as_array().unwrap().iter().find(|item| item["title"] == "Travel").unwrap()["code"].clone();
        let mut talk = talk;
        talk["element"] = travel.clone();
        let held = say(w, "amina", "recordConversation", talk, "id accounts { view side { shownAs } }").await;
        assert_eq!(held.at("/answer/accounts").as_array().unwrap().len(), 1);
        let open = |seen: &Value, at: usize| seen["sides"][at]["notDiscussed"].as_array().unwrap().contains(&travel);
        let (ours, theirs) = w.sides().await;
        let seen = dialogue(w, "petra").await;
        let at = |seen: &Value, side: &str| seen["sides"].as_array().unwrap().iter().position(|one| one["sideId"] == side).unwrap();
        assert!(open(&seen, at(&seen, &ours)), "Northlight has not said a word about it");
        assert!(!open(&seen, at(&seen, &theirs)));
        let tell = |view: &str| json!({ "conversationId": held.at("/answer/id"), "participants": "Country director", "view": view });
        w.command("dana", "tellConversation", tell("We did not agree."), "revision").await.data();
        let again = w.command("dana", "tellConversation", tell("We agreed after a second call."), "revision conversation { accounts { view } }").await;
        assert_eq!(again.at("/answer/revision"), 2);
        let views = again.at("/answer/conversation/accounts").to_string();
        assert!(views.contains("They heard us.") && views.contains("second call") && !views.contains("did not agree"), "{views}");
        assert!(!open(&dialogue(w, "omar").await, at(&seen, &ours)));
        w.command("petra", "tellConversation", tell("x"), "id").await.refused("FORBIDDEN");
        w.command("sam", "tellConversation", tell("x"), "id").await.refused("FORBIDDEN");
        w.ask("sam", "query($id: ID!) { node(id: $id) { id } }", json!({ "id": held.at("/answer/id") })).await.data().pointer("/node").unwrap().is_null().then_some(()).unwrap();
    }
}

scenario! {
    async fn a_plan_counts_when_every_side_consents_and_says_what_is_due(w: World) {
        for (proposer, other) in [("dana", "omar"), ("omar", "dana")] {
            if proposer == "dana" {
                say(w, proposer, "proposeCommunicationPlan", plan(7), "id").await.refused("REFUSED").by("CONTACTS_NAMED");
                for who in ["dana", "omar"] {
                    say(w, who, "stateCommunicationContact", json!({ "shownAs": "Duty officer", "reach": "Radio, channel 7, day and night." }), "id").await.data();
                }
                assert_eq!(dialogue(w, proposer).await["meetingDueOn"], Value::Null, "nothing is due before something is agreed");
            }
            let mut wrong = plan(7);
            wrong["languages"] = json!("en Klingon");
            say(w, proposer, "proposeCommunicationPlan", wrong, "id").await.refused("VALIDATION_FAILED").by("BCP_47");
            say(w, proposer, "proposeCommunicationPlan", plan(0), "id").await.refused("VALIDATION_FAILED").by("INTERVAL_IN_RANGE");
            let forgotten = say(w, proposer, "proposeCommunicationPlan", plan(9), "id openRequest { id contentHash }").await;
            let id = agreed(w, proposer, other, plan(7)).await;
            let request = forgotten.at("/answer/openRequest");
            let late = json!({ "requestId": request["id"], "contentHash": request["contentHash"] });
            w.command(other, "giveConsent", late, "state").await.refused("REFUSED").by("REQUEST_IS_OPEN");
            let seen = dialogue(w, other).await;
            assert_eq!((&seen["plan"]["id"], &seen["plan"]["state"]), (&id, &json!("AGREED")));
            assert_eq!((seen["meetingDueOn"].as_str(), seen["healthCheckDueOn"].as_str()), (Some("2026-06-08"), Some("2026-08-30")));
        }
        let plans = w.ask("dana", "query($p: ID!) { partnership(id: $p) { communicationPlans { id state languages } } }", json!({ "p": w.partnership().await })).await;
        let plans = plans.at("/partnership/communicationPlans");
        let of = |state: &str| plans.as_array().unwrap().iter().filter(|plan| plan["state"] == state).count();
        assert_eq!((of("AGREED"), of("SUPERSEDED"), of("PROPOSED")), (1, 3, 0));
        assert_eq!(plans[0]["languages"], "en fr");
        // The last day itself is in time, in UTC.
        w.clock.advance(TimeDelta::days(7));
        assert_eq!(dialogue(w, "dana").await["meetingOverdue"], false);
        w.clock.advance(TimeDelta::days(1));
        assert_eq!(dialogue(w, "dana").await["meetingOverdue"], true);
        let start = w.position("petra").await;
        assert_eq!((w.look().await, w.look().await), (1, 0));
        assert_eq!(w.heard("petra", &start).await, [("conversation.overdue".to_owned(), plans[0]["id"].as_str().unwrap().to_owned())]);
        let talk = json!({ "topic": "The week", "heldOn": "2026-06-09", "method": "IN_PERSON", "participants": "All", "view": "Calm." });
        let held = say(w, "dana", "recordConversation", talk, "id").await;
        assert_eq!(dialogue(w, "dana").await["meetingOverdue"], true, "one side alone does not hold a conversation");
        let account = json!({ "conversationId": held.at("/answer/id"), "participants": "All", "view": "Calm, as they say." });
        w.command("amina", "tellConversation", account.clone(), "id").await.data();
        // A contributor does not speak over whom speaks for the side.
        w.command("omar", "tellConversation", account.clone(), "id").await.data();
        w.command("amina", "tellConversation", account, "id").await.refused("FORBIDDEN");
        let seen = dialogue(w, "omar").await;
        assert_eq!((seen["meetingDueOn"].as_str(), &seen["meetingOverdue"]), (Some("2026-06-16"), &json!(false)));
    }
}

scenario! {
    async fn what_is_shared_and_looked_at_moves_what_is_due(w: World) {
        for who in ["dana", "omar"] {
            say(w, who, "stateCommunicationContact", json!({ "shownAs": "Duty officer", "reach": "Radio." }), "id").await.data();
        }
        agreed(w, "omar", "dana", plan(7)).await;
        say(w, "omar", "recordSharedPractice", json!({ "sharedOn": "2026-06-01", "title": "Route card", "description": "For drivers." }), "id").await.data();
        w.clock.advance(TimeDelta::days(40));
        let (ours, _) = w.sides().await;
        let seen = dialogue(w, "petra").await;
        for side in seen["sides"].as_array().unwrap() {
            assert_eq!((&side["sharingDueOn"], &side["sharingOverdue"]), (&json!("2026-07-01"), &json!(true)));
        }
        say(w, "dana", "recordSharedPractice", json!({ "sharedOn": "2026-07-10", "title": "Radio list", "description": "Frequencies." }), "id").await.data();
        let seen = dialogue(w, "petra").await;
        let late: Vec<_> = seen["sides"].as_array().unwrap().iter().filter(|side| side["sharingOverdue"] == true).collect();
        assert!(late.len() == 1 && late[0]["sideId"] != ours, "{seen}");
        let check = say(w, "amina", "recordHealthCheck", json!({ "heldOn": "2026-07-09", "participants": "Directors", "findings": "Late warnings." }), "id version").await;
        assert_eq!(dialogue(w, "dana").await["healthCheckDueOn"], "2026-08-30", "what one side wrote down does not count yet");
        let confirm = json!({ "id": check.at("/answer/id"), "expectedVersion": 1 });
        w.command("omar", "confirmHealthCheck", confirm.clone(), "id").await.refused("REFUSED").by("ANOTHER_SIDE_CONFIRMS_THE_CHECK");
        for who in ["petra", "amina"] {
            w.command(who, "confirmHealthCheck", confirm.clone(), "id").await.refused("FORBIDDEN");
        }
        w.command("dana", "confirmHealthCheck", confirm.clone(), "confirmedBySide { id }").await.data();
        assert_eq!(dialogue(w, "omar").await["healthCheckDueOn"], "2026-10-07");
        w.command("dana", "confirmHealthCheck", confirm, "id").await.refused("CONFLICT");
    }
}

scenario! {
    async fn feedback_is_acknowledged_by_whom_it_is_for(w: World) {
        let (ours, theirs) = w.sides().await;
        for (giver, taker, to) in [("omar", "dana", &ours), ("dana", "omar", &theirs)] {
            let own = if to == &ours { &theirs } else { &ours };
            say(w, giver, "giveFeedback", json!({ "toSideId": own, "text": "x" }), "id").await.refused("REFUSED").by("BETWEEN_TWO_SIDES");
            let given = say(w, giver, "giveFeedback", json!({ "toSideId": to, "text": "You ask, and then you do not wait for the answer." }), "id state").await;
            let answer = json!({ "id": given.at("/answer/id"), "expectedVersion": 1, "acknowledgement": "True. We wait from now on." });
            w.command(giver, "acknowledgeFeedback", answer.clone(), "id").await.refused("REFUSED").by("WHO_IT_IS_FOR");
            let seen = w.command(taker, "acknowledgeFeedback", answer, "state version").await;
            assert_eq!(seen.text("/answer/state"), "ACKNOWLEDGED");
            let twice = json!({ "id": given.at("/answer/id"), "expectedVersion": 2, "acknowledgement": "x" });
            w.command(taker, "acknowledgeFeedback", twice, "id").await.refused("REFUSED").by("STATE_ALLOWS");
        }
        let all = "query($p: ID!) { partnership(id: $p) { feedback(first: 10) { totalCount edges { node { text side { id } toSide { id } } } } } }";
        assert_eq!(w.ask("petra", all, json!({ "p": w.partnership().await })).await.at("/partnership/feedback/totalCount"), 2);
    }
}

scenario! {
    async fn each_side_says_what_it_brings_gains_and_understands(w: World) {
        let (ours, theirs) = w.sides().await;
        for (who, other, own_side, other_side) in [("dana", "omar", &ours, &theirs), ("omar", "dana", &theirs, &ours)] {
            let strength = say(w, who, "nameStrength", json!({ "text": "We know every chief on the road." }), "id version").await;
            let back = json!({ "id": strength.at("/answer/id"), "expectedVersion": 1 });
            w.command(other, "withdrawStrength", back.clone(), "id").await.refused("REFUSED").by("WHO_SAID_IT");
            let benefit = say(w, who, "nameBenefit", json!({ "horizon": "BEYOND_THE_PARTNERSHIP", "text": "A trained team." }), "id").await;
            w.command(other, "withdrawBenefit", json!({ "id": benefit.at("/answer/id"), "expectedVersion": 1 }), "id").await.refused("REFUSED").by("WHO_SAID_IT");
            let understands = |of: &str, status: &str| json!({ "ofSideId": of, "topic": "HUMANITARIAN_PRINCIPLES", "status": status });
            say(w, who, "recordUnderstanding", understands(own_side, "UNDERSTOOD"), "id").await.refused("REFUSED").by("OF_ANOTHER_SIDE");
            say(w, who, "recordUnderstanding", understands(other_side, "NOT_YET"), "revision").await.data();
            let later = say(w, who, "recordUnderstanding", understands(other_side, "DISAGREES"), "revision current").await;
            assert_eq!((later.at("/answer/revision"), later.at("/answer/current")), (json!(2), json!(true)));
            let role = say(w, who, "nameSrmRole", json!({ "shownAs": "Logistics lead", "responsibility": "Says whether a road is open." }), "id").await;
            let end = |version: i64| json!({ "id": role.at("/answer/id"), "expectedVersion": version });
            w.command(other, "endSrmRole", end(1), "id").await.refused("REFUSED").by("WHO_SAID_IT");
            w.command(who, "endSrmRole", end(1), "endedAt").await.data();
            w.command(who, "endSrmRole", end(2), "id").await.refused("REFUSED").by("ROLE_IS_HELD");
            w.command(who, "withdrawStrength", back, "current").await.data();
            say(w, "petra", "nameStrength", json!({ "text": "x" }), "id").await.refused("FORBIDDEN");
        }
        let query = "query($p: ID!) { partnership(id: $p) { strengths { id } benefits { text } understandings { status ofSide { id } } srmRoles { id } } }";
        let seen = w.ask("petra", query, json!({ "p": w.partnership().await })).await;
        let count = |name: &str| seen.at(&format!("/partnership/{name}")).as_array().unwrap().len();
        assert_eq!((count("strengths"), count("benefits"), count("understandings"), count("srmRoles")), (0, 2, 2, 0));
    }
}

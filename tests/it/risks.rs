//! The main job: two sides disagree about a risk, and agree.

use std::time::Duration;

use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{Backend, World};

const ROAD: &str = "Abduction on the Bentiu road";

scenario! {
    async fn each_side_is_heard_and_nobody_is_averaged(w: World) {
        let risk = w.risk(ROAD).await;
        let first = w.perceive("dana", &risk, 4, 3).await;
        assert_eq!(first.text("/answer/state"), "IDENTIFIED");
        assert_eq!(first.at("/answer/level"), Value::Null);
        let second = w.perceive("omar", &risk, 3, 5).await;
        assert_eq!(second.text("/answer/state"), "LEVEL_DISPUTED");
        assert_eq!(second.at("/answer/provisional"), true);

        let query = "query($id: ID!) { risk(id: $id) { level score perceptions { level score suggestion strategies side { shownAs } } } }";
        for who in ["dana", "omar", "amina", "petra"] {
            let seen = w.ask(who, query, json!({ "id": risk })).await;
            assert_eq!(
                seen.at("/risk/perceptions"),
                json!([
                    { "level": "HIGH", "score": 12, "suggestion": "Control & Avoid", "strategies": ["CONTROL", "AVOID"], "side": { "shownAs": "Northlight Relief" } },
                    { "level": "HIGH", "score": 15, "suggestion": "Avoid & Control", "strategies": ["AVOID", "CONTROL"], "side": { "shownAs": "Riverbank Community Action" } },
                ])
            );
        }

        let request = w.propose("dana", &risk, 4, 4).await;
        assert_eq!(request.at("/answer/missingSides").as_array().unwrap().len(), 2);
        w.consent("omar", &request).await.data();
        let open = w.ask("omar", "query($id: ID!) { risk(id: $id) { state openProposal { missingSides { shownAs } } } }", json!({ "id": risk })).await;
        assert_eq!(open.at("/risk"), json!({ "state": "LEVEL_DISPUTED", "openProposal": { "missingSides": [{ "shownAs": "Northlight Relief" }] } }));
        let done = w.consent("dana", &request).await;
        assert_eq!(done.text("/answer/state"), "EFFECTIVE");

        let query = "query($id: ID!) { risk(id: $id) { state level score provisional levelRecord { matrixVersion basedOn previousLevel } levelRecords { side { shownAs } level score provisional } } }";
        let agreed = w.ask("omar", query, json!({ "id": risk })).await;
        assert_eq!(agreed.text("/risk/state"), "LEVEL_AGREED");
        assert_eq!((agreed.at("/risk/level"), agreed.at("/risk/score"), agreed.at("/risk/provisional")), (json!("HIGH"), json!(16), json!(false)));
        assert_eq!(agreed.at("/risk/levelRecord"), json!({ "matrixVersion": "UNICEF-2008", "basedOn": [request.at("/answer/id")], "previousLevel": "HIGH" }));
        assert_eq!(agreed.at("/risk/levelRecords").as_array().unwrap().len(), 4);
    }
}

scenario! {
    async fn a_dispute_never_lowers_what_was_agreed(w: World) {
        let risk = w.risk("The base is cut off").await;
        let raised = w.perceive("omar", &risk, 1, 1).await;
        assert_eq!((raised.text("/answer/state"), raised.text("/answer/level"), raised.at("/answer/provisional")),
            ("LEVEL_DISPUTED".to_owned(), "HIGH".to_owned(), json!(false)));
        let raised = w.perceive("dana", &risk, 5, 5).await;
        assert_eq!((raised.text("/answer/level"), raised.at("/answer/provisional")), ("CRITICAL".to_owned(), json!(true)));
    }
}

scenario! {
    async fn a_joint_level_needs_the_voice_of_every_side(w: World) {
        let risk = w.risk("Detention of local staff").await;
        let refused = w.propose("omar", &risk, 4, 3).await;
        refused.refused("REFUSED").by("EVERY_SIDE_HAS_SPOKEN").field("riskId");
        assert_eq!(refused.refusal()["missingSides"], json!([w.sides().await.0]));
    }
}

scenario! {
    async fn a_client_sends_neither_level_nor_score(w: World) {
        let risk = w.risk(ROAD).await;
        for forged in ["level: CRITICAL", "score: 25", "urgency: 99999", "provisional: false"] {
            let query = format!("mutation {{ recordPerception(input: {{ riskId: \"{risk}\", likelihood: 1, impact: 1, rationale: \"x\", {forged} }}) {{ id }} }}");
            w.ask("dana", &query, Value::Null).await.refused("BAD_USER_INPUT");
        }
        let outside = json!({ "riskId": risk, "likelihood": 6, "impact": 0, "rationale": " " });
        let answer = w.act("dana", "recordPerception", "RecordPerceptionInput", outside, "id").await;
        let problems: Vec<_> = answer.body["errors"].as_array().unwrap().iter()
            .map(|e| (e["extensions"]["field"].as_str().unwrap(), e["extensions"]["rule"].as_str().unwrap())).collect();
        let mut sorted = problems.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [("impact", "FIVE_POINT_SCALE"), ("likelihood", "FIVE_POINT_SCALE"), ("rationale", "NOT_EMPTY")]);
        let none = w.ask("dana", "query($id: ID!) { risk(id: $id) { perceptions { id } } }", json!({ "id": risk })).await;
        assert_eq!(none.at("/risk/perceptions"), json!([]));
    }
}

scenario! {
    async fn the_same_view_again_says_nothing_new(w: World) {
        let risk = w.risk(ROAD).await;
        let first = w.perceive("dana", &risk, 4, 3).await;
        let again = w.perceive("dana", &risk, 4, 3).await;
        assert_eq!(first.at("/answer/version"), again.at("/answer/version"));
        let ledger = "query($id: ID!) { ledger(space: PARTNERSHIP, subjectId: $id) { headSeq } }";
        let id = json!({ "id": w.partnership().await });
        let before = w.ask("dana", ledger, id.clone()).await.at("/ledger/headSeq");
        w.perceive("dana", &risk, 4, 3).await.data();
        assert_eq!(w.ask("dana", ledger, id).await.at("/ledger/headSeq"), before);
    }
}

scenario! {
    async fn a_human_threat_has_a_mind_and_a_flood_has_none(w: World) {
        let partnership = w.partnership().await;
        let mut input = json!({ "partnershipId": partnership, "title": "Raiders", "kind": "HUMAN", "mindSet": 3, "capability": 2 });
        let refused = w.act("amina", "identifyThreat", "IdentifyThreatInput", input.clone(), "id").await;
        refused.refused("VALIDATION_FAILED").by("HUMAN_THREAT_COMPONENTS").field("context");
        input["context"] = json!(4);
        w.act("amina", "identifyThreat", "IdentifyThreatInput", input.clone(), "id").await.data();
        input["kind"] = json!("HAZARD");
        w.act("amina", "identifyThreat", "IdentifyThreatInput", input, "id").await.refused("VALIDATION_FAILED").field("mindSet");
    }
}

scenario! {
    async fn the_matrix_names_its_misprint(w: World) {
        let matrix = w.ask("sam", "{ riskMatrix(version: \"UNICEF-2008\") { cells { likelihood impact score printedScore level erratum } } }", Value::Null).await;
        let cells = matrix.at("/riskMatrix/cells");
        let cells = cells.as_array().unwrap();
        assert_eq!(cells.len(), 25);
        let odd: Vec<_> = cells.iter().filter(|cell| !cell["erratum"].is_null()).collect();
        assert_eq!(odd.len(), 1);
        assert_eq!((&odd[0]["score"], &odd[0]["printedScore"], &odd[0]["level"]), (&json!(15), &json!(12), &json!("HIGH")));
        assert_eq!(w.ask("sam", "{ riskMatrix(version: \"X\") { version } }", Value::Null).await.at("/riskMatrix"), Value::Null);
    }
}

scenario! {
    async fn the_heat_map_is_a_picture_for_everybody(w: World) {
        let id = json!({ "id": w.partnership().await });
        let seen = w.ask("petra", "query($id: ID!) { partnership(id: $id) { heatMapSvg } }", id.clone()).await;
        let svg = seen.text("/partnership/heatMapSvg");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        for needed in ["role=\"img\"", "<title id=\"title\">", "<desc id=\"desc\">", "Looting of the store", "A: Northlight Relief", "Critical 25"] {
            assert!(svg.contains(needed), "{needed}");
        }
        assert_eq!(svg.matches("<rect").count(), 26);
        let stranger = w.ask("sam", "query($id: ID!) { partnership(id: $id) { heatMapSvg } }", id).await;
        assert_eq!(stranger.at("/partnership"), Value::Null);
    }
}

scenario! {
    async fn the_most_urgent_come_first_and_pages_join(w: World) {
        w.perceive("dana", &w.risk(ROAD).await, 5, 5).await.data();
        w.perceive("omar", &w.risk(ROAD).await, 5, 5).await.data();
        let query = "query($first: Int, $after: String, $last: Int, $before: String) { risks(first: $first, after: $after, last: $last, before: $before) \
            { totalCount edges { cursor node { title level } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }";
        let all = w.ask("dana", query, json!({ "first": 100 })).await;
        let titles = |answer: &crate::support::Answer| -> Vec<String> {
            answer.at("/risks/edges").as_array().unwrap().iter().map(|e| e["node"]["title"].as_str().unwrap().to_owned()).collect()
        };
        let everything = titles(&all);
        assert_eq!(everything.first().map(String::as_str), Some(ROAD));
        assert_eq!(all.at("/risks/totalCount"), json!(everything.len()));
        let mut joined = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = w.ask("dana", query, json!({ "first": 2, "after": after })).await;
            joined.extend(titles(&page));
            after = page.at("/risks/pageInfo/endCursor");
            if page.at("/risks/pageInfo/hasNextPage") == false { break }
        }
        assert_eq!(joined, everything);
        let back = w.ask("dana", query, json!({ "last": 2, "before": after })).await;
        assert_eq!(titles(&back), everything[2..4]);
        let foreign = w.ask("omar", query, json!({ "first": 2, "after": after })).await;
        foreign.refused("INVALID_CURSOR").field("after");
        w.ask("dana", query, json!({ "first": 2, "last": 2 })).await.refused("VALIDATION_FAILED").by("ONE_DIRECTION");
        w.ask("dana", query, json!({ "first": 101 })).await.refused("VALIDATION_FAILED").by("PAGE_SIZE");
    }
}

scenario! {
    async fn who_waited_for_the_partnership_takes_the_risk_as_it_is_by_then(w: World) {
        let risk = w.risk(ROAD).await;
        let read = w.ask("dana", "query($id: ID!) { risk(id: $id) { version } }", json!({ "id": risk })).await.at("/risk/version");
        // Somebody holds the partnership and edits the risk; whoever comes meanwhile has read it as it was before.
        let database = w.database().await;
        let holds = database.begin().await.unwrap();
        if w.backend == Backend::Postgres {
            holds.execute_unprepared("SELECT id FROM partnership FOR UPDATE").await.unwrap();
        }
        let edit = |by: &str| format!("UPDATE risk SET version = version {by} 1, description = 'as it is by then' WHERE title = '{ROAD}'");
        holds.execute_unprepared(&edit("+")).await.unwrap();
        let late = json!({ "id": risk, "expectedVersion": read, "description": "as it was" });
        let (edited, seen, ()) = tokio::join!(
            w.act("amina", "updateRisk", "UpdateRiskInput", late, "id"),
            w.perceive("dana", &risk, 4, 3),
            async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                holds.commit().await.unwrap();
            }
        );
        edited.refused("CONFLICT");
        assert_eq!(edited.refusal()["currentVersion"].as_i64(), read.as_i64().map(|version| version + 1));
        // Who does not depend on what it was takes it as it is.
        seen.data();
        let now = w.ask("dana", "query($id: ID!) { risk(id: $id) { description perceptions { likelihood } } }", json!({ "id": risk })).await;
        assert_eq!(now.at("/risk"), json!({ "description": "as it is by then", "perceptions": [{ "likelihood": 4 }] }));
        database.execute_unprepared(&edit("-")).await.unwrap();
        database.close().await.unwrap();
    }
}

scenario! {
    async fn who_waits_for_the_partnership_holds_nothing_in_it(w: World) {
        if w.backend == Backend::Sqlite {
            // Its writers queue.
            return;
        }
        let risk = w.risk(ROAD).await;
        let database = w.database().await;
        let holds = database.begin().await.unwrap();
        holds.execute_unprepared("UPDATE partnership SET state = 'ENDED'").await.unwrap();
        let (seen, ()) = tokio::join!(w.perceive("dana", &risk, 4, 3), async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            // With the risk held by who waits for us, this would be refused at once.
            let free = format!("SELECT id FROM risk WHERE title = '{ROAD}' FOR UPDATE NOWAIT");
            holds.execute_unprepared(&free).await.unwrap();
            holds.commit().await.unwrap();
        });
        // And takes the partnership, too, as it is by then.
        seen.refused("REFUSED");
        database.execute_unprepared("UPDATE partnership SET state = 'ACTIVE'").await.unwrap();
        w.perceive("dana", &risk, 4, 3).await.data();
        // Whoever is taken out of its audience meanwhile is told what they would be told of what is not there.
        let holds = database.begin().await.unwrap();
        let move_to = |spaces: &str| format!("UPDATE risk SET spaces = {spaces} WHERE title = '{ROAD}'");
        let was = "(SELECT array_agg(p.space_no) FROM publication p WHERE p.record_id = risk.id AND p.live)";
        holds.execute_unprepared("SELECT id FROM partnership FOR UPDATE").await.unwrap();
        holds.execute_unprepared(&move_to("ARRAY[2147483647]")).await.unwrap();
        let (seen, ()) = tokio::join!(w.perceive("dana", &risk, 5, 3), async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            holds.commit().await.unwrap();
        });
        seen.refused("NOT_FOUND").field("riskId");
        database.execute_unprepared(&move_to(was)).await.unwrap();
        w.perceive("dana", &risk, 5, 3).await.data();
        database.close().await.unwrap();
    }
}

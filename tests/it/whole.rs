//! Answers that are read whole say the same as answers that are followed field by field, for every field and every reader.

use std::collections::HashSet;

use safepact::platform::sdl::{TypeMap, named};
use serde_json::{Value, json};

use crate::support::{World, answer::Answer};

/// Computed fields: with them an answer is followed field by field.
const COMPUTED: &[&str] = &[
    "heatMapSvg",
    "score",
    "level",
    "strategies",
    "suggestion",
    "basedOn",
    "subject",
    "missingSides",
    "totalCount",
    "externalLinks",
    "victims",
    "theirs",
    "result",
    "overdue",
    "endIsDue",
    "objective",
    "participationBalance",
    "monitoringDueAt",
    "monitoringOverdue",
    "foundations",
    "dialogue",
    "dashboard",
    "coverage",
    "ratificationOverdue",
    "riskAttitudeComparison",
];
/// Fields of the first level that one document asks for.
const FIELDS: usize = 14;
/// Of these a list is read field by field: more is done to them than that fields are emptied.
const FOLLOWED: &[&str] = &["Incident"];

/// Fields of an object: its columns, and its links to some depth, no list to a type that it comes from.
fn fields(types: &TypeMap, of: &str, depth: usize, above: &mut Vec<String>) -> Vec<String> {
    above.push(of.to_owned());
    let mut out = vec!["__typename".to_owned()];
    for (name, _) in types.root(of) {
        let field = types.field(of, name).unwrap();
        let computed =
            COMPUTED.contains(&name) && !(of.starts_with("Risk") && of != "RiskPerception" && name != "basedOn");
        let target = named(&field.ty);
        if computed || FOLLOWED.contains(&target) {
            continue;
        }
        if !types.is_object(target) {
            out.push(name.to_owned());
            continue;
        }
        let node = target.strip_suffix("Connection").unwrap_or(target);
        let list = node != target || field.is_list() || name == "openProposal" || name == "restricted";
        if depth == 0 || (list && above.iter().any(|known| known == node)) {
            continue;
        }
        let below = fields(types, node, depth - 1, above).join(" ");
        out.push(if node == target {
            let alias = if above.len() == 1 { format!("its_{name}: ") } else { String::new() };
            format!("{alias}{name} {{ {below} }}")
        } else {
            format!("{name}(first: 2) {{ __typename edges {{ cursor node {{ {below} }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}")
        });
    }
    above.pop();
    out
}

async fn told(w: &World, who: &str, query: &str, variables: Value) -> (Answer, i64) {
    let token = format!("Bearer {}", w.token(who));
    let headers = [("authorization", token.as_str()), ("x-cost", "1")];
    let answer = w.post(json!({ "query": query, "variables": variables }), &headers).await;
    let statements = answer.body["extensions"]["cost"]["statements"].as_i64();
    let statements = statements.unwrap_or_else(|| panic!("{query}: {}", answer.text));
    (answer, statements)
}

/// Something of every kind, with what is seldom filled in.
async fn prepared(w: &World) {
    let road = w.risk("Abduction on the Bentiu road").await;
    w.perceive("dana", &road, 4, 3).await.data();
    w.perceive("omar", &road, 3, 5).await.data();
    let request = w.propose("dana", &road, 4, 4).await;
    w.consent("omar", &request).await.data();
    let looting = w.risk("Looting of the store").await;
    w.perceive("dana", &looting, 1, 5).await.data();
    w.propose("dana", &looting, 2, 5).await.data();
    for (who, audience) in [("omar", "PARTNERSHIP"), ("amina", "OWN_SIDE")] {
        let input = json!({ "partnershipId": w.partnership().await, "title": "Late", "description": "Late.", "audience": audience });
        w.act(who, "raiseConcern", "RaiseConcernInput", input, "id").await.data();
    }
    let own = w.ask("grace", "{ me { person { organisation { id version } } } }", Value::Null).await;
    let own = own.at("/me/person/organisation");
    let contact = "Ring \"twice\" \\ then\nwait – 06:00 ☎";
    let input = json!({ "id": own["id"], "expectedVersion": own["version"], "securityContact": contact });
    w.act("grace", "updateOrganisation", "UpdateOrganisationInput", input, "id").await.data();
}

scenario! {
    async fn an_answer_read_whole_says_the_same_as_one_followed_field_by_field(w: World) {
        prepared(w).await;
        let types = &w.server.gate.types;
        let partnership = w.partnership().await;
        let mut compared = HashSet::new();
        for who in ["dana", "omar", "petra", "amina", "grace", "sam", "lars"] {
            for (list, arguments, of) in [
                ("partnerships", "", "Partnership"), ("risks", ", minLevel: LOW", "Risk"), ("organisations", "", "Organisation"),
                ("threats", ", partnershipId: $p", "Threat"), ("consentRequests", ", partnershipId: $p", "ConsentRequest"),
            ] {
                // A few at a time: all of them together are more than a document may ask for.
                for few_fields in fields(types, of, 2, &mut Vec::new()).chunks(FIELDS) {
                    let below = format!("id {}", few_fields.join(" "));
                    let ask = |more: &str| format!(
                        "query($p: ID!) {{ node(id: $p) {{ id }} {list}(first: 3{arguments}) {{ {more} edges {{ cursor node {{ {below} }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
                    );
                    let (whole, few) = told(w, who, &ask(""), json!({ "p": partnership })).await;
                    let (followed, many) = told(w, who, &ask("totalCount"), json!({ "p": partnership })).await;
                    let mut expected = followed.data()[list].clone();
                    expected.as_object_mut().unwrap().remove("totalCount");
                    assert_eq!(whole.data()[list], expected, "{who} {list}");
                    // The keys, too, come in the order of the document.
                    let after = |text: &str| text.split_once(&format!("\"{list}\":{{")).unwrap().1.split_once(",\"extensions\"").unwrap().0.to_owned();
                    let counted = after(&followed.text);
                    let counted = counted.split_once(',').filter(|(total, _)| total.starts_with("\"totalCount\":")).unwrap().1;
                    assert_eq!(after(&whole.text), counted, "{who} {list}");
                    // One of the standings, two of the node, one of the answer.
                    assert_eq!(few, 4, "{who} {list} is read in one statement: {below}");
                    assert!(many > few, "{who} {list}: {many}");

                    for edge in expected["edges"].as_array().unwrap() {
                        let id = edge["node"]["id"].as_str().unwrap();
                        let root = of.chars().next().unwrap().to_lowercase().to_string() + &of[1..];
                        if types.field("Query", &root).is_none() {
                            continue;
                        }
                        let ask = format!("query($id: ID!) {{ {root}(id: $id) {{ {below} }} node(id: $id) {{ ... on {of} {{ {below} }} }} }}");
                        let answer = w.ask(who, &ask, json!({ "id": id })).await;
                        assert_eq!(answer.data()[&root], answer.data()["node"], "{who} {root}");
                        compared.insert(root);
                    }
                }
            }
        }
        let compared: Vec<_> = ["organisation", "partnership", "risk"].into_iter().filter(|name| !compared.contains(*name)).collect();
        assert!(compared.is_empty(), "nobody saw {compared:?}");
    }
}

scenario! {
    async fn a_page_read_whole_is_one_of_the_same_list(w: World) {
        let page = "query($after: String, $before: String, $first: Int, $last: Int) {\
            risks(first: $first, last: $last, after: $after, before: $before) { COUNT edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
        let (whole, followed) = (page.replace("COUNT", ""), page.replace("COUNT", "totalCount"));
        // Who does not ask whether there are more has the same rows, though one less is looked for.
        let (rows, _) = whole.split_once("pageInfo").unwrap();
        let rows = format!("{rows}}} }}");
        let mut variables = json!({ "first": 2 });
        let mut pages = 0;
        loop {
            let mut expected = w.ask("dana", &followed, variables.clone()).await.at("/risks");
            expected.as_object_mut().unwrap().remove("totalCount");
            assert_eq!(w.ask("dana", &rows, variables.clone()).await.at("/risks/edges"), expected["edges"]);
            let seen = w.ask("dana", &whole, variables).await.at("/risks");
            assert_eq!(seen, expected);
            pages += 1;
            let before = json!({ "last": 1, "before": seen["pageInfo"]["endCursor"] });
            let mut expected = w.ask("dana", &followed, before.clone()).await.at("/risks");
            expected.as_object_mut().unwrap().remove("totalCount");
            assert_eq!(w.ask("dana", &rows, before.clone()).await.at("/risks/edges"), expected["edges"]);
            assert_eq!(w.ask("dana", &whole, before).await.at("/risks"), expected);
            if seen["pageInfo"]["hasNextPage"] != true {
                break;
            }
            variables = json!({ "first": 2, "after": seen["pageInfo"]["endCursor"] });
        }
        assert!(pages > 1);
        let below = |more: &str| format!("query($p: ID!) {{ partnership(id: $p) {{ risks(first: 2) {{ edges {{ node {{ title }} }} {more} }} }} }}");
        let of = json!({ "p": w.partnership().await });
        let told = w.ask("dana", &below("pageInfo { hasNextPage }"), of.clone()).await.at("/partnership/risks");
        assert_eq!(told["pageInfo"]["hasNextPage"], true);
        assert_eq!(w.ask("dana", &below(""), of).await.at("/partnership/risks/edges"), told["edges"]);
        // A cursor of another list, or of somebody else, does not count here either.
        let other = w.ask("dana", "{ threats(partnershipId: \"PP\") { edges { cursor } } }".replace("PP", &w.partnership().await).as_str(), Value::Null).await;
        w.ask("dana", &whole, json!({ "first": 2, "after": other.at("/threats/edges/0/cursor") })).await.refused("INVALID_CURSOR");
        w.ask("dana", &whole, json!({ "first": 0 })).await.refused("VALIDATION_FAILED").by("PAGE_SIZE");
    }
}

scenario! {
    async fn what_a_command_left_is_told_as_it_is_read(w: World) {
        prepared(w).await;
        let types = &w.server.gate.types;
        let (partnership, road) = (w.partnership().await, w.risk("Abduction on the Bentiu road").await);
        let own = w.ask("grace", "{ me { person { organisation { id version } } } }", Value::Null).await;
        let own = own.at("/me/person/organisation");
        for (who, command, of, input) in [
            ("omar", "recordPerception", "Risk", json!({ "riskId": road, "likelihood": 5, "impact": 5, "rationale": "Worse." })),
            ("amina", "raiseConcern", "Concern", json!({ "partnershipId": partnership, "title": "Late", "description": "Late.", "audience": "OWN_SIDE" })),
            ("dana", "identifyThreat", "Threat", json!({ "partnershipId": partnership, "title": "Flood", "kind": "HAZARD", "description": "The river." })),
            ("dana", "proposeLevel", "ConsentRequest", json!({ "riskId": road, "likelihood": 4, "impact": 5, "rationale": "Both." })),
            ("grace", "updateOrganisation", "Organisation", json!({ "id": own["id"], "expectedVersion": own["version"], "securityContact": "Ring \"twice\"" })),
        ] {
            let token = format!("Bearer {}", w.token(who));
            let (first, rest) = command.split_at(1);
            for few_fields in fields(types, of, 2, &mut Vec::new()).chunks(FIELDS) {
                let below = format!("id {}", few_fields.join(" "));
                let query = format!("mutation($input: {}{rest}Input!) {{ {command}(input: $input) {{ {below} }} }}", first.to_uppercase());
                // The same command, asked for more: it took place once.
                let headers = [("authorization", token.as_str()), ("idempotency-key", command)];
                let left = w.post(json!({ "query": query, "variables": { "input": input } }), &headers).await;
                let left = left.data()[command].clone();
                let read = w.ask(who, &format!("query($id: ID!) {{ node(id: $id) {{ ... on {of} {{ {below} }} }} }}"), json!({ "id": left["id"] })).await;
                assert_eq!(left, read.data()["node"], "{who} {command}");
            }
        }
    }
}

scenario! {
    async fn a_command_beside_one_that_fails_took_place(w: World) {
        let (road, nothing) = (w.risk("Abduction on the Bentiu road").await, w.partnership().await);
        let view = |risk: &str| json!({ "riskId": risk, "likelihood": 5, "impact": 4, "rationale": "Said before the other was refused." });
        let both = "mutation($a: RecordPerceptionInput!, $b: RecordPerceptionInput!) { a: recordPerception(input: $a) { id title } b: recordPerception(input: $b) { id } }";
        let answer = w.ask("omar", both, json!({ "a": view(&road), "b": view(&nothing) })).await;
        assert_eq!((&answer.body["data"], &answer.body["errors"][0]["path"]), (&Value::Null, &json!(["b"])), "{}", answer.body);
        answer.refused("NOT_FOUND");
        let seen = w.ask("omar", "query($id: ID!) { risk(id: $id) { perceptions { rationale } } }", json!({ "id": road })).await;
        assert!(seen.body.to_string().contains("Said before the other was refused."), "{}", seen.body);
    }
}

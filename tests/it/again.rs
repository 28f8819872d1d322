//! A question that was answered before goes past the executor, and says the same to everybody, letter by letter.

use std::time::Duration;

use safepact::platform::gate::Incoming;
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{Answer, Backend, World};

const QUERY: &str = "query Again($id: ID!) { it: partnership(id: $id) { __typename id title startsOn sides { shownAs organisation { name redactions } } ...F } } \
                     fragment F on Partnership { risks(first: 2) { edges { cursor node { title level partnership { title } } } pageInfo { hasNextPage endCursor } } }";

fn body(id: &str) -> Value {
    json!({ "query": QUERY, "variables": { "id": id }, "operationName": "Again" })
}

/// Asks with one token; the whole way where the cost is asked for too.
async fn ask(w: &World, token: &str, id: &str, whole_way: bool) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str()), ("accept-language", "fr")];
    if whole_way {
        headers.push(("x-cost", "1"));
    }
    w.post(body(id), &headers).await
}

/// The answer without what was asked for beside it.
fn said(answer: &Answer) -> (u16, String) {
    let text = answer
        .text
        .split_once(",\"extensions\":{\"cost\"")
        .map_or(answer.text.clone(), |(text, _)| format!("{text}}}"));
    (answer.status, text)
}

fn is_known(w: &World, id: &str) -> bool {
    let incoming = Incoming { query: QUERY.to_owned(), operation_name: None, variables: json!({ "id": id }) };
    w.server.gate.again(&incoming).is_some()
}

scenario! {
    async fn a_question_asked_again_says_the_same_to_everybody(w: World) {
        let partnership = w.partnership().await;
        let nothing = "019f0000-0000-7000-8000-00000000dead";
        assert!(!is_known(w, &partnership));
        let mut answers = Vec::new();
        for who in ["dana", "omar", "petra", "grace", "sam", "lars"] {
            let token = w.token(who);
            for id in [partnership.as_str(), nothing] {
                let whole_way = ask(w, &token, id, true).await;
                for _ in 0..3 {
                    let again = ask(w, &token, id, false).await;
                    assert_eq!(said(&again), said(&whole_way), "{who}");
                    let of = |answer: &Answer| {
                        // A short answer is not compressed, and what stands beside the cost is longer.
                        let other = |name: &str, value: &str| name == "x-request-id" || name == "content-length" || value == "accept-encoding";
                        let kept = answer.headers.iter().filter(|(name, value)| !other(name, value));
                        kept.cloned().collect::<Vec<_>>()
                    };
                    assert_eq!(of(&again), of(&whole_way), "{who}");
                }
                answers.push((who, id == partnership, said(&whole_way).1));
            }
        }
        assert!(is_known(w, &partnership));
        let sees = |who: &str| answers.iter().any(|(one, there, text)| *one == who && *there && text.contains("\"title\""));
        assert!(sees("dana") && sees("omar") && !sees("sam"));
        // A stranger cannot tell it from what is not there.
        let of_sam: Vec<_> = answers.iter().filter(|(who, ..)| *who == "sam").map(|(_, _, text)| text).collect();
        assert_eq!(of_sam[0], of_sam[1]);
        // What is not plain goes the whole way, which says what is wrong with it.
        let token = w.token("dana");
        ask(w, &token, &partnership, false).await.data();
        ask(w, &token, "not an id", false).await.refused("VALIDATION_FAILED");
        let bearer = format!("Bearer {token}");
        for (variables, name) in [(json!({}), "Again"), (json!({ "id": null }), "Again"), (json!({ "id": partnership }), "Other")] {
            let body = json!({ "query": QUERY, "variables": variables, "operationName": name });
            w.post(body, &[("authorization", &bearer)]).await.refused("BAD_USER_INPUT");
        }
        let more = json!({ "query": QUERY, "variables": { "id": partnership, "more": 1 } });
        w.post(more, &[("authorization", &bearer)]).await.data();
        w.post(body(&partnership), &[]).await.refused("UNAUTHENTICATED");
        w.post(body(&partnership), &[("authorization", "Bearer x")]).await.refused("UNAUTHENTICATED");
    }
}

scenario! {
    async fn who_lost_the_right_is_told_nothing_although_they_asked_before(w: World) {
        let partnership = w.partnership().await;
        let omar = w.token("omar");
        for _ in 0..3 {
            assert!(ask(w, &omar, &partnership, false).await.text.contains("\"title\""));
        }
        // Another side changes what he reads: the next answer says so.
        let road = w.risk("Abduction on the Bentiu road").await;
        w.perceive("dana", &road, 5, 5).await.data();
        w.perceive("omar", &road, 5, 5).await.data();
        assert!(ask(w, &omar, &partnership, false).await.text.contains("\"CRITICAL\""));
        let roles = "{ partnerships { edges { node { sides { roles { id version shownAs } } } } } }";
        let roles = w.ask("grace", roles, Value::Null).await.at("/partnerships/edges/0/node/sides/1/roles");
        let role = roles.as_array().unwrap().iter().find(|role| role["shownAs"] == "Omar Gatluak").unwrap().clone();
        w.clock.advance(chrono::TimeDelta::seconds(1));
        let end = "mutation($id: ID!, $v: Int!) { endSideRole(id: $id, expectedVersion: $v) { id } }";
        w.ask("grace", end, json!({ "id": role["id"], "v": role["version"] })).await.data();
        w.clock.advance(chrono::TimeDelta::seconds(1));
        for _ in 0..2 {
            let answer = ask(w, &omar, &partnership, false).await;
            assert!(!answer.text.contains("\"title\""), "{}", answer.text);
        }
    }
}

scenario! {
    async fn a_database_that_went_away_is_found_again(w: World) {
        if w.backend == Backend::Sqlite {
            return;
        }
        let (partnership, road) = (w.partnership().await, w.risk("Abduction on the Bentiu road").await);
        let token = w.token("dana");
        for _ in 0..3 {
            ask(w, &token, &partnership, false).await.data();
        }
        let database = w.database().await;
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        // Every line broke while nobody used it: questions and commands are asked on a new one.
        database.execute_unprepared(kill).await.unwrap();
        ask(w, &token, &partnership, false).await.data();
        database.execute_unprepared(kill).await.unwrap();
        w.perceive("dana", &road, 4, 4).await.data();
        // A request that goes away in the middle of its command leaves nothing locked, and its line is used again.
        let hold = database.begin().await.unwrap();
        hold.execute_unprepared("SELECT id FROM partnership FOR UPDATE").await.unwrap();
        let gone = tokio::time::timeout(Duration::from_millis(300), w.perceive("dana", &road, 3, 3)).await;
        assert!(gone.is_err());
        hold.rollback().await.unwrap();
        w.perceive("dana", &road, 2, 2).await.data();
        w.perceive("omar", &road, 2, 2).await.data();
        database.close().await.unwrap();
    }
}

scenario! {
    async fn questions_take_turns_at_the_database_and_all_are_answered(w: World) {
        if w.backend == Backend::Sqlite {
            return;
        }
        let (partnership, road) = (w.partnership().await, w.risk("Abduction on the Bentiu road").await);
        let database = w.database().await;
        let token = w.token("dana");
        // A table that nobody may read: forty questions wait for it, one of them goes away.
        let hold = database.begin().await.unwrap();
        hold.execute_unprepared("LOCK TABLE partnership_side IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let questions = async {
            let gone = tokio::time::timeout(Duration::from_millis(600), ask(w, &token, &partnership, false));
            let all = futures_util::future::join_all((0..40).map(|_| ask(w, &token, &partnership, false)));
            let (gone, all) = tokio::join!(gone, all);
            assert!(gone.is_err());
            all
        };
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let meanwhile = async {
            // As many as have a turn, and the line of the one that went away, until it is free of its question.
            let turns = (3 * std::thread::available_parallelism().unwrap().get()).clamp(6, 10);
            tokio::time::sleep(Duration::from_millis(1400)).await;
            let waiting = Statement::from_string(database.get_database_backend(), waiting);
            let waits: i64 = database.query_one_raw(waiting).await.unwrap().unwrap().try_get_by_index(0).unwrap();
            assert_eq!(usize::try_from(waits).unwrap(), (turns + 1).min(10));
            hold.rollback().await.unwrap();
        };
        let (answers, ()) = tokio::join!(questions, meanwhile);
        for answer in answers {
            assert!(answer.data()["it"]["title"].is_string(), "{}", answer.text);
        }
        w.perceive("dana", &road, 4, 4).await.data();
        database.close().await.unwrap();
    }
}

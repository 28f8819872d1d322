//! Random legal and illegal commands of both sides at a review: no state breaks a guard, and nothing sealed is found.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Answer, Backend, Phone, World};

/// Who acts, and the word that their sealed answers carry.
const PEOPLE: [(&str, &str); 3] = [("dana", "DANASWORD"), ("omar", "OMARSWORD"), ("amina", "AMINASWORD")];
/// Who must not find which word before the reveal.
const SEALED: [(&str, &[&str]); 5] = [
    ("dana", &["OMARSWORD", "AMINASWORD"]),
    ("petra", &["OMARSWORD", "AMINASWORD", "DANASWORD"]),
    ("omar", &["DANASWORD"]),
    ("amina", &["DANASWORD", "OMARSWORD"]),
    ("sam", &["DANASWORD", "OMARSWORD", "AMINASWORD"]),
];
/// The states in which the answers are open.
const OPEN: [&str; 7] = ["REVEALED", "DISCUSSED", "INDICATORS_AGREED", "ASSESSING", "ASSESSED", "MONITORING", "CLOSED"];
/// What follows what.
const ORDER: [&str; 10] = [
    "PLANNING",
    "QUESTIONS",
    "ANSWERING",
    "REVEALED",
    "DISCUSSED",
    "INDICATORS_AGREED",
    "ASSESSING",
    "ASSESSED",
    "MONITORING",
    "CLOSED",
];

/// Where the sides may agree to go back to.
const BACK: [&str; 7] =
    ["PLANNING", "QUESTIONS", "DISCUSSION", "INDICATORS", "DEFINITIONS", "ASSESSMENT", "ACTION_PLAN"];

/// The same numbers for the same seed, on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'v, T>(&mut self, of: &'v [T]) -> Option<&'v T> {
        if of.is_empty() { None } else { of.get(self.roll(of.len())) }
    }
}

async fn send(w: &World, who: &str, command: &str, input: Value) -> Answer {
    let (first, rest) = command.split_at(1);
    let answer = w.act(who, command, &format!("{}{rest}Input", first.to_uppercase()), input, "__typename").await;
    let code = answer.body["errors"][0]["extensions"]["code"].as_str();
    let known = ["REFUSED", "CONFLICT", "FORBIDDEN", "NOT_FOUND", "VALIDATION_FAILED"];
    assert!(code.is_none_or(|code| known.contains(&code)), "{who} {command}: {}", answer.text);
    if code == Some("REFUSED") {
        assert!(
            answer.body["errors"][0]["extensions"]["rule"].is_string(),
            "a refusal names its rule: {}",
            answer.text
        );
    }
    answer
}

/// What is there to act on, as omar or dana see it.
struct Seen {
    state: String,
    questions: Vec<Value>,
    indicators: Vec<Value>,
    actions: Vec<Value>,
    requests: Vec<Value>,
}

async fn look(w: &World, review: &Value, partnership: &str) -> Seen {
    let query = "query($id: ID!, $p: ID!) { review(id: $id) { state submissions { side { id } } definitions { id } planAgreedAt \
        questions { id } indicators { id state result waived ratings { side { id } category } } actions { id version state indicator { waived } } } \
        consentRequests(partnershipId: $p, state: OPEN, first: 50) { edges { node { id contentHash } } } }";
    let all = w.ask("dana", query, json!({ "id": review, "p": partnership })).await;
    let list = |pointer: &str| all.at(pointer).as_array().unwrap().clone();
    let seen = Seen {
        state: all.text("/review/state"),
        questions: list("/review/questions").iter().map(|question| question["id"].clone()).collect(),
        indicators: list("/review/indicators"),
        actions: list("/review/actions"),
        requests: list("/consentRequests/edges").iter().map(|edge| edge["node"].clone()).collect(),
    };
    let rank = ORDER.iter().position(|state| *state == seen.state);
    let behind = |state: &str| rank.is_some_and(|rank| rank > ORDER.iter().position(|known| *known == state).unwrap());
    // What no state may break, however it was reached.
    assert!(!behind("QUESTIONS") || !seen.questions.is_empty(), "asked without a question");
    if behind("ANSWERING") {
        assert_eq!(all.at("/review/submissions").as_array().unwrap().len(), 2, "opened before all submitted");
    }
    let rated = seen.indicators.iter().any(|indicator| indicator["ratings"] != json!([]));
    assert!(!rated || all.at("/review/definitions/id").is_string(), "judged before the meanings were agreed");
    for indicator in &seen.indicators {
        let ratings = indicator["ratings"].as_array().unwrap();
        let state = indicator["state"].as_str().unwrap();
        assert!(matches!(state, "UNRATED") || ratings.len() == 2, "a result before every side judged: {indicator}");
        assert_eq!(indicator["result"].is_string(), state == "AGREED", "{indicator}");
        if state == "DISPUTED" {
            assert_ne!(ratings[0]["category"], ratings[1]["category"]);
        }
        if behind("ASSESSED") && indicator["waived"] == false && indicator["result"] != "PRESENT" {
            let covered = seen
                .actions
                .iter()
                .any(|action| !["PROPOSED", "DECLINED"].contains(&action["state"].as_str().unwrap()));
            assert!(covered, "a gap that nobody does anything about");
        }
    }
    if seen.state == "CLOSED" {
        let over = |action: &Value| {
            let state = action["state"].as_str().unwrap();
            ["CONFIRMED", "DECLINED"].contains(&state) || action["indicator"]["waived"] == true
        };
        assert!(seen.actions.iter().all(over));
    }
    seen
}

async fn sealed(w: &World, review: &Value, open: bool) {
    // Who wrote finds it, and after the reveal so does who looks on: what is looked for is what would be found.
    let mine = w
        .ask(
            "dana",
            "query($id: ID!) { review(id: $id) { questions { answers { text side { id } } } } }",
            json!({ "id": review }),
        )
        .await;
    let wrote = mine.text.contains("DANASWORD");
    let onlooker = w
        .ask("petra", "query($id: ID!) { review(id: $id) { questions { answers { text } } } }", json!({ "id": review }))
        .await;
    assert_eq!(onlooker.text.contains("DANASWORD"), open && wrote);
    for (who, words) in SEALED {
        let query = "query($id: ID!) { review(id: $id) { version questions { version answers { text } notes { text } } participationBalance { sideId } openRequest { content } } }";
        let mut found = w.ask(who, query, json!({ "id": review })).await.text;
        let mut phone = Phone::new(who, "reviewAnswer");
        phone.sync(w).await;
        let mine = phone.documents.values().filter(|answer| answer["reviewId"] == *review);
        found += &mine.map(|answer| answer["text"].to_string()).collect::<String>();
        found += &w.export(who, review, "questions.json").await.text;
        for word in words {
            let finds = found.contains(&format!("{word} {}", review.as_str().unwrap()));
            assert!(open && who != "sam" || !finds, "{who} finds {word}: {found}");
        }
    }
}

async fn history(w: &World, seed: u64) -> usize {
    let mut dice = Dice(seed);
    let partnership = w.partnership().await;
    let (ours, theirs) = w.sides().await;
    let sides = [json!(ours), json!(theirs)];
    let opened = json!({ "partnershipId": partnership, "title": "Random", "mode": "SEPARATE_THEN_DISCUSS", "approach": "As it comes." });
    let review = w.act("dana", "openReview", "OpenReviewInput", opened, "id").await.at("/answer/id");
    let mut reached = BTreeMap::new();
    let (mut rank, mut went_back) = (0, 0);
    for turn in 0..140 {
        let seen = look(w, &review, &partnership).await;
        *reached.entry(seen.state.clone()).or_insert(0) += 1;
        let now = ORDER.iter().position(|state| *state == seen.state).unwrap();
        assert!(now <= rank + 1, "a step was skipped: from {} to {}", ORDER[rank], seen.state);
        assert!(rank < 3 || now >= 3, "what was opened was closed: from {} to {}", ORDER[rank], seen.state);
        went_back += usize::from(now < rank);
        rank = now;
        if now >= 2 && turn % 3 == 0 {
            sealed(w, &review, OPEN.contains(&seen.state.as_str())).await;
        }
        if seen.state == "CLOSED" {
            break;
        }
        let (who, word) = PEOPLE[dice.roll(PEOPLE.len())];
        let id = json!({ "reviewId": review });
        let category = ["PRESENT", "PARTIALLY_PRESENT", "NOT_PRESENT"][dice.roll(3)];
        let nowhere = json!("01920000-0000-7000-8000-000000000001");
        let question = dice.pick(&seen.questions).cloned().unwrap_or_else(|| nowhere.clone());
        let indicator = dice.pick(&seen.indicators).map_or(&nowhere, |indicator| &indicator["id"]).clone();
        let action = dice.pick(&seen.actions).cloned().unwrap_or_else(|| json!({ "id": nowhere }));
        let at = json!({ "id": action["id"], "expectedVersion": action["version"].as_i64().unwrap_or(1) });
        // Mostly what fits the step, so that histories get far; and everything else, too.
        let step = if dice.roll(5) == 0 { dice.roll(10) } else { now };
        let (command, input) = match (step, dice.roll(4)) {
            _ if dice.roll(24) == 0 => (
                "proposeReviewReturn",
                json!({ "reviewId": review, "to": BACK[dice.roll(BACK.len())], "reason": "Again." }),
            ),
            (_, 0) | (0 | 3 | 9, 1) => match dice.pick(&seen.requests) {
                Some(request) => {
                    // Both sides, so that something is agreed now and then.
                    for who in ["dana", "omar"] {
                        send(
                            w,
                            who,
                            "giveConsent",
                            json!({ "requestId": request["id"], "contentHash": request["contentHash"] }),
                        )
                        .await;
                    }
                    continue;
                }
                None => ("proposeReviewStep", id),
            },
            (1, 1) => (
                "addReviewQuestions",
                json!({ "reviewId": review, "own": [{ "element": "E05", "text": "Who pays?" }] }),
            ),
            (1, 2) => ("removeReviewQuestion", json!({ "id": question })),
            (2, 1) => {
                for question in &seen.questions {
                    let text = format!("{word} {} {turn}", review.as_str().unwrap());
                    send(
                        w,
                        who,
                        "answerReviewQuestion",
                        json!({ "questionId": question, "perspective": "SECURITY", "text": text }),
                    )
                    .await;
                }
                continue;
            }
            (2, 2) => ("submitReviewAnswers", id),
            (2, 3) if dice.roll(3) == 0 => ("withdrawReviewSubmission", id),
            (3, 2) => ("noteReviewDiscussion", json!({ "questionId": question, "text": "We talked." })),
            (4, 1) => {
                ("addReviewIndicator", json!({ "reviewId": review, "element": "E05", "title": "A line in the budget" }))
            }
            (4, 2) => ("removeReviewIndicator", json!({ "id": indicator })),
            (5, 1 | 2) => (
                "defineReviewCategories",
                json!({ "reviewId": review, "present": "Written.", "partiallyPresent": "Said.", "notPresent": "Neither." }),
            ),
            (6, 1 | 2) => ("rateReviewIndicator", json!({ "indicatorId": indicator, "category": category })),
            (6, 3) => (
                "proposeIndicatorResult",
                json!({ "indicatorId": indicator, "category": if dice.roll(3) == 0 { Value::Null } else { json!(category) } }),
            ),
            (7, 1) => match dice.roll(3) {
                0 => (
                    "addReviewAction",
                    json!({ "indicatorId": indicator, "ownerSideId": sides[dice.roll(2)], "title": "Do it", "expectedResult": "Done.", "dueOn": "2026-12-31" }),
                ),
                1 => ("proposeIndicatorWaiver", json!({ "indicatorId": indicator, "reason": "Next year." })),
                _ => (
                    "declineReviewAction",
                    json!({ "id": at["id"], "expectedVersion": at["expectedVersion"], "reason": "Not ours." }),
                ),
            },
            (7, 2) => ("acceptReviewAction", at),
            (8, 1) => (
                "reportReviewAction",
                json!({ "id": at["id"], "expectedVersion": at["expectedVersion"], "progress": "So far.", "done": dice.roll(2) == 0 }),
            ),
            (8, 2) => ("confirmReviewAction", at),
            _ => ("proposeReviewStep", id),
        };
        send(w, who, command, input).await;
    }
    assert!(reached.len() > 2, "a history that goes nowhere shows nothing: {reached:?}");
    went_back
}

async fn histories(backend: Backend) {
    let Some(w) = World::start(backend).await else { return };
    let asked = std::env::var("SAFEPACT_MODEL_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(100_u64);
    let mut went_back = 0;
    for seed in 1..=(asked / 20).clamp(2, 20) {
        went_back += history(&w, seed * 7919).await;
    }
    assert!(went_back > 0, "no history went back");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_commands_break_no_guard_on_sqlite() {
    histories(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_commands_break_no_guard_on_postgres() {
    histories(Backend::Postgres).await;
}

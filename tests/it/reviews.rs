//! The joint review: step by step, sealed until all have answered, and nobody decides for another.

use std::collections::HashMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Phone, World};

/// A review and who acts in it.
struct Told {
    id: Value,
    /// Who opened it, and the other side.
    a: &'static str,
    b: &'static str,
    /// Their sides.
    sides: HashMap<&'static str, Value>,
}

async fn on(w: &World, who: &str, command: &str, input: Value, selection: &str) -> Answer {
    let (first, rest) = command.split_at(1);
    w.act(who, command, &format!("{}{rest}Input", first.to_uppercase()), input, selection).await
}

async fn open(w: &World, a: &'static str, b: &'static str, more: Value) -> Told {
    let (ours, theirs) = w.sides().await;
    let mut input = json!({
        "partnershipId": w.partnership().await, "title": "First joint review", "mode": "SEPARATE_THEN_DISCUSS",
        "approach": "Two afternoons in Bentiu, drivers and guards too.", "startsOn": "2026-06-10", "endsOn": "2026-07-10",
        "monitoringIntervalDays": 30,
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = on(w, a, "openReview", input, "id state cycle objective").await;
    assert_eq!(made.text("/answer/state"), "PLANNING");
    Told { id: made.at("/answer/id"), a, b, sides: HashMap::from([("dana", json!(ours)), ("omar", json!(theirs))]) }
}

impl Told {
    async fn step(&self, w: &World, who: &str) -> Answer {
        on(w, who, "proposeReviewStep", json!({ "reviewId": self.id }), "id contentHash").await
    }

    /// One side asks, the other agrees last.
    async fn agreed(&self, w: &World, state: &str) {
        let request = self.step(w, self.b).await;
        w.consent(self.b, &request).await.data();
        assert_ne!(self.state(w).await, state, "one side decides nothing");
        w.consent(self.a, &request).await.data();
        assert_eq!(self.state(w).await, state);
    }

    async fn state(&self, w: &World) -> String {
        self.read(w, self.b, "state").await.text("/review/state")
    }

    async fn read(&self, w: &World, who: &str, selection: &str) -> Answer {
        w.ask(who, &format!("query($id: ID!) {{ review(id: $id) {{ {selection} }} }}"), json!({ "id": self.id })).await
    }

    async fn questions(&self, w: &World) -> Vec<Value> {
        let all = self.read(w, self.a, "questions { id }").await.at("/review/questions");
        all.as_array().unwrap().iter().map(|question| question["id"].clone()).collect()
    }

    async fn answer(&self, w: &World, who: &str, question: &Value, text: &str) -> Answer {
        let input = json!({ "questionId": question, "perspective": "FRONTLINE", "text": text });
        on(w, who, "answerReviewQuestion", input, "id revision revealed version").await
    }

    async fn submit(&self, w: &World, who: &str) -> Answer {
        on(w, who, "submitReviewAnswers", json!({ "reviewId": self.id }), "state").await
    }

    /// Up to where the sides answer.
    async fn asked(&self, w: &World) -> Vec<Value> {
        self.agreed(w, "QUESTIONS").await;
        let input = json!({ "reviewId": self.id, "codes": ["Q05", "Q13"], "own": [{ "element": "E08", "text": "Who may stop a journey?" }] });
        on(w, self.a, "addReviewQuestions", input, "id").await.data();
        self.agreed(w, "ANSWERING").await;
        self.questions(w).await
    }
}

async fn whole(w: &World, a: &'static str, b: &'static str) {
    let r = open(w, a, b, json!({})).await;
    // Nothing is skipped.
    let early = json!({ "reviewId": r.id, "codes": ["Q05"] });
    on(w, a, "addReviewQuestions", early, "id").await.refused("REFUSED").by("STATE_ALLOWS");
    // A plan that is edited is consented to anew.
    let request = r.step(w, a).await;
    w.consent(a, &request).await.data();
    let edit = json!({ "id": r.id, "expectedVersion": 1, "approach": "Three afternoons." });
    on(w, b, "planReview", edit, "version").await.data();
    w.consent(b, &request).await.refused("REFUSED").by("REQUEST_IS_OPEN");
    r.agreed(w, "QUESTIONS").await;

    r.step(w, a).await.refused("REFUSED").by("A_QUESTION_IS_ASKED");
    let wrong = json!({ "reviewId": r.id, "codes": ["Q05", "Q99"] });
    on(w, a, "addReviewQuestions", wrong, "id").await.refused("REFUSED").by("QUESTION_IS_KNOWN").field("codes[1]");
    let input = json!({ "reviewId": r.id, "codes": ["Q05", "Q13", "Q05"], "own": [{ "element": "E08", "text": "Who may stop a journey?" }] });
    on(w, b, "addReviewQuestions", input, "id").await.data();
    let extra = r.questions(w).await;
    assert_eq!(extra.len(), 3, "nothing is asked twice");
    on(w, a, "removeReviewQuestion", json!({ "id": extra[1] }), "id").await.data();
    r.agreed(w, "ANSWERING").await;

    let questions = r.questions(w).await;
    r.step(w, a).await.refused("REFUSED").by("STEP_BY_STEP");
    let incomplete = r.submit(w, a).await;
    assert_eq!(
        incomplete.refused("REFUSED").by("EVERY_QUESTION_IS_ANSWERED").refusal()["questions"].as_array().unwrap().len(),
        2
    );
    for who in [a, b] {
        for question in &questions {
            r.answer(w, who, question, &format!("as {who} sees it")).await.data();
        }
    }
    r.submit(w, a).await.data();
    r.answer(w, a, &questions[0], "too late").await.refused("REFUSED").by("SUBMITTED_IS_SUBMITTED");
    on(w, a, "withdrawReviewSubmission", json!({ "reviewId": r.id }), "id").await.data();
    let anew = r.answer(w, a, &questions[0], "as we see it now").await;
    assert_eq!((anew.at("/answer/revision"), anew.at("/answer/version")), (json!(1), json!(2)));
    r.submit(w, a).await.data();
    assert_eq!(r.state(w).await, "ANSWERING");
    assert_eq!(r.submit(w, b).await.text("/answer/state"), "REVEALED");

    // What was answered stays; what is added stands beside it.
    let revised = r.answer(w, b, &questions[0], "having heard you").await;
    assert_eq!((revised.at("/answer/revision"), revised.at("/answer/revealed")), (json!(2), json!(true)));
    let both = r.read(w, a, "questions { answers { text } answerHistory { text } }").await;
    assert_eq!(
        (
            both.at("/review/questions/0/answers").as_array().unwrap().len(),
            both.at("/review/questions/0/answerHistory").as_array().unwrap().len()
        ),
        (2, 3)
    );
    // Whoever agreed to end the discussion has not read what comes after.
    let request = r.step(w, a).await;
    w.consent(a, &request).await.data();
    assert_eq!(r.step(w, b).await.at("/answer/id"), request.at("/answer/id"), "asked twice it is one question");
    r.answer(w, b, &questions[0], "and once more").await.data();
    w.consent(b, &request).await.refused("REFUSED").by("REQUEST_IS_OPEN");
    let note = json!({ "questionId": questions[0], "text": "We do not mean the same by checkpoint.", "differs": true });
    on(w, a, "noteReviewDiscussion", note, "id").await.data();
    r.agreed(w, "DISCUSSED").await;

    r.step(w, a).await.refused("REFUSED").by("AN_INDICATOR_IS_NAMED");
    let mut indicators = Vec::new();
    for (who, title) in [(a, "Security budget line"), (b, "Joint travel rule"), (a, "Radio training")] {
        let input = json!({ "reviewId": r.id, "element": "E05", "title": title, "questionId": questions[0] });
        indicators.push(on(w, who, "addReviewIndicator", input, "id state").await.at("/answer/id"));
    }
    let rate = |who, indicator: &Value, category: &str, evidence: Value| {
        let input = json!({ "indicatorId": indicator, "category": category, "evidence": evidence });
        let who: &'static str = who;
        async move { on(w, who, "rateReviewIndicator", input, "id state result").await }
    };
    rate(a, &indicators[0], "PRESENT", Value::Null).await.refused("REFUSED").by("DEFINITIONS_NOT_AGREED");
    r.agreed(w, "INDICATORS_AGREED").await;
    r.step(w, a).await.refused("REFUSED").by("DEFINITIONS_NOT_AGREED");
    let meanings = json!({ "reviewId": r.id, "present": "Written, and two people of each side say so.", "partiallyPresent": "Written.", "notPresent": "Neither.", "evidenceRequired": true });
    on(w, b, "defineReviewCategories", meanings, "id").await.data();
    r.agreed(w, "ASSESSING").await;

    rate(a, &indicators[0], "PRESENT", Value::Null)
        .await
        .refused("REFUSED")
        .by("PRESENT_NEEDS_EVIDENCE")
        .field("evidence");
    let result = |who, indicator: &Value, category: Value| {
        let input = json!({ "indicatorId": indicator, "category": category });
        let who: &'static str = who;
        async move { on(w, who, "proposeIndicatorResult", input, "id contentHash").await }
    };
    assert_eq!(rate(a, &indicators[0], "PRESENT", json!("Annex 2")).await.text("/answer/state"), "UNRATED");
    let waits = result(a, &indicators[0], json!("PRESENT")).await;
    assert_eq!(waits.refused("REFUSED").by("EVERY_SIDE_HAS_JUDGED").refusal()["missingSides"], json!([r.sides[b]]));
    assert_eq!(rate(b, &indicators[0], "NOT_PRESENT", Value::Null).await.text("/answer/state"), "DISPUTED");
    // Both views stand, and nothing is worked out of them.
    let both = r.read(w, a, "indicators { title result ratings { category side { id } } }").await;
    assert_eq!(both.at("/review/indicators/0/result"), Value::Null);
    assert_eq!(both.at("/review/indicators/0/ratings").as_array().unwrap().len(), 2);
    for (who, category) in [(a, "PARTIALLY_PRESENT"), (b, "PARTIALLY_PRESENT")] {
        rate(who, &indicators[1], category, Value::Null).await.data();
    }
    for who in [a, b] {
        rate(who, &indicators[2], "PRESENT", json!("Seen it.")).await.data();
    }
    r.step(w, a).await.refused("REFUSED").by("EVERY_INDICATOR_HAS_A_RESULT");
    // What nobody has shown is not agreed to be there.
    result(b, &indicators[1], json!("PRESENT")).await.refused("REFUSED").by("PRESENT_NEEDS_EVIDENCE").field("category");
    for (at, category) in [(0, Value::Null), (1, json!("PARTIALLY_PRESENT")), (2, json!("PRESENT"))] {
        let request = result(b, &indicators[at], category).await;
        for who in [a, b] {
            w.consent(who, &request).await.data();
        }
    }
    assert_eq!(r.state(w).await, "ASSESSED");

    // A disagreement is a gap, too.
    let uncovered = r.step(w, b).await;
    assert_eq!(
        uncovered.refused("REFUSED").by("EVERY_GAP_IS_COVERED").refusal()["indicators"].as_array().unwrap().len(),
        2
    );
    let task = |indicator: &Value, owner: &str| {
        json!({
            "indicatorId": indicator, "ownerSideId": r.sides[owner], "title": "Write the rule", "expectedResult": "Nobody drives after four.", "dueOn": "2026-08-31",
        })
    };
    let action = on(w, a, "addReviewAction", task(&indicators[1], b), "id version").await;
    let at = |version: i64| json!({ "id": action.at("/answer/id"), "expectedVersion": version });
    r.step(w, a).await.refused("REFUSED").by("EVERY_TASK_IS_ANSWERED");
    // A task that was proposed by mistake is taken back by who proposed it.
    let mistake = on(w, a, "addReviewAction", task(&indicators[1], b), "id version").await.at("/answer/id");
    let back = json!({ "id": mistake, "expectedVersion": 1, "reason": "Twice the same." });
    on(w, a, "declineReviewAction", back, "state").await.data();
    on(w, a, "acceptReviewAction", at(1), "id").await.refused("REFUSED").by("OWNER_ACTS");
    let taken = on(w, b, "acceptReviewAction", at(1), "state acceptedAs").await;
    assert_eq!(taken.text("/answer/state"), "ACCEPTED");
    assert!(!taken.text("/answer/acceptedAs").is_empty());
    let present = json!({ "indicatorId": indicators[2], "reason": "x" });
    on(w, a, "proposeIndicatorWaiver", present, "id").await.refused("REFUSED").by("A_GAP_IS_WAIVED");
    let waiver = json!({ "indicatorId": indicators[0], "reason": "The donor decides in autumn." });
    let waiver = on(w, a, "proposeIndicatorWaiver", waiver, "id contentHash").await;
    w.consent(a, &waiver).await.data();
    r.step(w, b).await.refused("REFUSED").by("EVERY_GAP_IS_COVERED");
    w.consent(b, &waiver).await.data();
    r.agreed(w, "MONITORING").await;

    let due = r.read(w, a, "monitoringDueAt monitoringOverdue actions { overdue }").await;
    assert_eq!(
        (due.at("/review/monitoringOverdue"), due.at("/review/actions/0/overdue")),
        (json!(false), json!(false))
    );
    w.clock.advance(TimeDelta::days(31));
    assert_eq!(r.read(w, a, "monitoringOverdue").await.at("/review/monitoringOverdue"), true);
    let today = w.platform.env.now().date_naive().to_string();
    let check = json!({ "reviewId": r.id, "heldOn": today, "participants": "Both logisticians.", "notes": "Drafted." });
    on(w, a, "recordMonitoringCheck", check, "id").await.data();
    assert_eq!(r.read(w, b, "monitoringOverdue").await.at("/review/monitoringOverdue"), false);
    r.step(w, a).await.refused("REFUSED").by("EVERY_TASK_IS_DONE");
    let mut done = at(2);
    done["progress"] = json!("It hangs in both offices.");
    done["done"] = json!(true);
    on(w, a, "reportReviewAction", done.clone(), "id").await.refused("REFUSED").by("OWNER_ACTS");
    on(w, b, "reportReviewAction", done, "state").await.data();
    on(w, b, "confirmReviewAction", at(3), "id").await.refused("REFUSED").by("ANOTHER_SIDE_CONFIRMS");
    assert_eq!(on(w, a, "confirmReviewAction", at(3), "state").await.text("/answer/state"), "CONFIRMED");
    r.agreed(w, "CLOSED").await;

    // The next cycle begins with proposals, and nothing of them is agreed.
    let next = open(w, b, a, json!({ "previousReviewId": r.id })).await;
    let copied =
        next.read(w, a, "cycle questions { text answers { id } } indicators { state result ratings { id } }").await;
    assert_eq!(copied.at("/review/questions").as_array().unwrap().len(), 2);
    assert_eq!(copied.at("/review/indicators/1"), json!({ "state": "UNRATED", "result": null, "ratings": [] }));
    let running = json!({ "previousReviewId": next.id, "partnershipId": w.partnership().await, "title": "x", "mode": "JOINT_MEETING", "approach": "x" });
    on(w, a, "openReview", running, "id").await.refused("REFUSED").by("THE_LAST_ONE_IS_OVER");
}

scenario! {
    async fn a_review_goes_through_all_six_steps(w: World) {
        whole(w, "dana", "omar").await;
    }
}

scenario! {
    async fn with_the_sides_swapped_nothing_changes(w: World) {
        whole(w, "omar", "dana").await;
    }
}

/// What an answer says. A door that is shut because nobody can open it shows nothing: the question itself must be a good one.
fn heard(answer: &Answer) -> &str {
    for code in ["BAD_USER_INPUT", "TOO_COMPLEX", "VALIDATION_FAILED", "INTERNAL"] {
        assert!(!answer.text.contains(code), "{}", answer.text);
    }
    &answer.text
}

/// Everything that somebody can get at about a review, as text.
async fn every_door(
    w: &World,
    who: &'static str,
    r: &Told,
    questions: &[Value],
    ids: &[String],
    start: &str,
) -> String {
    let mut out = String::new();
    let deep = "state version updatedAt submissions { id side { id } } questions { id version updatedAt answers { id text person { id } side { id } } notes { text } } \
        participationBalance { sideId perspectives { perspective answers } missing } partnership { reviews { edges { node { questions { answers { text } } } } } }";
    out += heard(&r.read(w, who, deep).await);
    for id in ids.iter().map(|id| json!(id)).chain(questions.iter().cloned()) {
        let node = "query($id: ID!) { node(id: $id) { ... on ReviewAnswer { id text revision updatedAt } ... on ReviewQuestion { answers { id text } } } }";
        let seen = w.ask(who, node, json!({ "id": id })).await;
        // A question is asked for by its own id.
        out += heard(&seen);
    }
    let mut phone = Phone::new(who, "reviewAnswer");
    phone.sync(w).await;
    out += &serde_json::to_string(&phone.documents).unwrap();
    let changes = "query { changes(collections: [reviewAnswer, review, reviewQuestion], first: 500) { changes { reviewAnswer { id text } review { id } } } syncStatus(collection: \"reviewAnswer\") { waiting } }";
    out += heard(&w.ask(who, changes, Value::Null).await);
    let events = "query($after: String) { events(after: $after, first: 100) { events { event kind record { id ... on ReviewAnswer { text } } } } }";
    out += heard(&w.ask(who, events, json!({ "after": start })).await);
    let ledger = "query($p: ID!) { a: ledger(space: PARTNERSHIP, subjectId: $p, first: 100) { entries { recordId event } } b: ledger(space: PARTNERSHIP, subjectId: $p, afterSeq: 100, first: 100) { entries { recordId event } } }";
    out += heard(&w.ask(who, ledger, json!({ "p": w.partnership().await })).await);
    if !["grace", "omar"].contains(&who) {
        let theirs = "query($s: ID!) { ledger(space: SIDE, subjectId: $s, first: 100) { entries { recordId event } } }";
        let theirs = w.ask(who, theirs, json!({ "s": r.sides["omar"] })).await;
        assert!(theirs.body["data"].is_null() || theirs.at("/ledger").is_null(), "{who}: {}", theirs.text);
    }
    let dashboard = "query($p: ID!) { partnership(id: $p) { dashboard { reviews { waitsFor questions openTasks } overdue { title } } } }";
    out += heard(&w.ask(who, dashboard, json!({ "p": w.partnership().await })).await);
    for file in ["review.html", "questions.csv", "review.json"] {
        out += heard(&w.export(who, &r.id, file).await);
    }
    for (own, theirs) in ids.iter().map(|id| (id, id)) {
        let input = json!({ "id": own, "expectedVersion": 1 });
        out += &on(w, who, "acceptReviewAction", input, "id").await.text.replace(theirs.as_str(), "");
    }
    out
}

scenario! {
    async fn before_the_reveal_the_other_sides_find_nothing(w: World) {
        let r = open(w, "dana", "omar", json!({})).await;
        let questions = r.asked(w).await;
        // Somebody who only looks on at the side that answers.
        let (_, theirs) = w.sides().await;
        let mut starts = HashMap::new();
        for who in ["dana", "petra", "lars", "grace", "omar", "amina", "sam"] {
            starts.insert(who, w.ask(who, "{ streamPosition }", Value::Null).await.text("/streamPosition"));
        }
        let before = r.read(w, "dana", "version updatedAt questions { version updatedAt }").await.text;
        let mut ids = Vec::new();
        for question in &questions {
            for (who, word) in [("omar", "OMARSWORD"), ("amina", "AMINASWORD")] {
                ids.push(r.answer(w, who, question, word).await.text("/answer/id"));
            }
        }
        assert_eq!(r.read(w, "dana", "version updatedAt questions { version updatedAt }").await.text, before, "no stamp tells that somebody wrote");
        for who in ["dana", "petra", "lars", "grace", "sam"] {
            // What is asked for by id may be named in the answer only as what was asked.
            let found = every_door(w, who, &r, &questions, &ids, &starts[who]).await;
            for word in ["OMARSWORD", "AMINASWORD"].iter().map(ToString::to_string).chain(ids.iter().cloned()) {
                assert!(!found.contains(&word), "{who} finds {word}: {found}");
            }
            assert!(!found.contains("answer_written"), "{who}: {found}");
        }
        // The side's signatory reads all of its answers; who contributes, their own.
        let mut omar = Phone::new("omar", "reviewAnswer");
        omar.sync(w).await;
        assert_eq!(omar.documents.len(), 6);
        let mut amina = Phone::new("amina", "reviewAnswer");
        amina.sync(w).await;
        assert!(amina.documents.len() == 3 && amina.documents.values().all(|answer| answer["text"] == "AMINASWORD"));
        // Submitted, it is known that the side has; still not what.
        r.submit(w, "omar").await.data();
        assert_eq!(r.read(w, "dana", "submissions { side { id } }").await.at("/review/submissions"), json!([{ "side": { "id": theirs } }]));
        let found = every_door(w, "dana", &r, &questions, &ids, &starts["dana"]).await;
        assert!(!found.contains("OMARSWORD") && ids.iter().all(|id| !found.contains(id)), "{found}");
        // With the last submission everything opens to everybody of the partnership, and to nobody else.
        for question in &questions {
            r.answer(w, "dana", question, "DANASWORD").await.data();
        }
        r.submit(w, "dana").await.data();
        for who in ["dana", "petra", "lars", "grace", "omar", "amina"] {
            let mut phone = Phone::new(who, "reviewAnswer");
            phone.sync(w).await;
            assert_eq!(phone.documents.len(), 9, "{who}");
            assert!(r.read(w, who, "questions { answers { text } }").await.text.matches("SWORD").count() == 9, "{who}");
        }
        let found = every_door(w, "sam", &r, &questions, &ids, &starts["sam"]).await;
        assert!(!found.contains("SWORD"), "{found}");
    }
}

scenario! {
    async fn two_sides_that_submit_in_the_same_instant_reveal_once(w: World) {
        let r = open(w, "dana", "omar", json!({})).await;
        let questions = r.asked(w).await;
        for who in ["dana", "omar"] {
            for question in &questions {
                r.answer(w, who, question, who).await.data();
            }
        }
        let (one, two) = tokio::join!(r.submit(w, "dana"), r.submit(w, "omar"));
        let mut states = [one.text("/answer/state"), two.text("/answer/state")];
        states.sort();
        assert_eq!(states[1], "REVEALED");
        assert_eq!(r.state(w).await, "REVEALED");
        let mut phone = Phone::new("petra", "reviewAnswer");
        phone.sync(w).await;
        assert_eq!(phone.documents.len(), 6);
    }
}

scenario! {
    async fn a_meeting_answers_for_all_and_all_confirm(w: World) {
        let r = open(w, "omar", "dana", json!({ "mode": "JOINT_MEETING" })).await;
        let questions = r.asked(w).await;
        r.answer(w, "dana", &questions[0], "x").await.refused("REFUSED").by("AS_AGREED");
        r.submit(w, "dana").await.refused("REFUSED").by("AS_AGREED");
        r.step(w, "dana").await.refused("REFUSED").by("EVERY_QUESTION_IS_ANSWERED");
        let record = |question: &Value, text: &str| json!({ "questionId": question, "text": text, "attendance": "Dana, Petra; Omar, Amina" });
        for question in &questions {
            on(w, "amina", "recordJointAnswer", record(question, "Together."), "id").await.data();
        }
        let request = r.step(w, "omar").await;
        w.consent("omar", &request).await.data();
        // A word that is changed is confirmed anew.
        on(w, "dana", "recordJointAnswer", record(&questions[0], "Together, and in writing."), "revision").await.data();
        w.consent("dana", &request).await.refused("REFUSED").by("REQUEST_IS_OPEN");
        r.agreed(w, "REVEALED").await;
    }
}

scenario! {
    async fn who_looks_on_decides_nothing_and_a_stranger_sees_nothing(w: World) {
        let r = open(w, "dana", "omar", json!({})).await;
        for who in ["petra", "amina", "lars"] {
            r.step(w, who).await.refused("FORBIDDEN");
        }
        r.step(w, "sam").await.refused("FORBIDDEN");
        assert_eq!(r.read(w, "sam", "state").await.at("/review"), Value::Null);
        let partnership = w.partnership().await;
        let list = w.ask("sam", "query($p: ID!) { reviews(partnershipId: $p) { edges { node { id } } } }", json!({ "p": partnership })).await;
        assert_eq!(list.at("/reviews/edges"), json!([]));
        let questions = r.asked(w).await;
        r.answer(w, "petra", &questions[0], "x").await.refused("FORBIDDEN");
        // While the partnership is suspended the review rests.
        let version = w.ask("dana", "query($p: ID!) { partnership(id: $p) { version } }", json!({ "p": partnership })).await.at("/partnership/version");
        let suspend = json!({ "id": partnership, "expectedVersion": version, "reason": "Two of ours were threatened." });
        on(w, "omar", "suspendPartnership", suspend, "id").await.data();
        r.answer(w, "omar", &questions[0], "x").await.refused("REFUSED").by("REVIEW_IN_FORCE");
    }
}

scenario! {
    async fn what_was_given_up_stays_sealed(w: World) {
        let r = open(w, "dana", "omar", json!({})).await;
        let questions = r.asked(w).await;
        r.answer(w, "omar", &questions[0], "OMARSWORD").await.data();
        let request = on(w, "dana", "proposeReviewAbandonment", json!({ "reviewId": r.id, "reason": "The town is evacuated." }), "id contentHash").await;
        for who in ["dana", "omar"] {
            w.consent(who, &request).await.data();
        }
        assert_eq!(r.state(w).await, "ABANDONED");
        assert!(!r.read(w, "dana", "questions { answers { text } }").await.text.contains("OMARSWORD"));
        r.answer(w, "omar", &questions[0], "x").await.refused("REFUSED").by("STATE_ALLOWS");
        r.step(w, "dana").await.refused("REFUSED").by("STEP_BY_STEP");
    }
}

/// Up to where tasks are agreed on: one indicator that the sides judge differently and agree to differ on, one task on each side.
async fn planned(w: &World, r: &Told) -> Value {
    let questions = r.asked(w).await;
    for who in [r.a, r.b] {
        for question in &questions {
            r.answer(w, who, question, &format!("=as {who} <sees> it, \"truly\"")).await.data();
        }
        r.submit(w, who).await.data();
    }
    on(w, r.b, "noteReviewDiscussion", json!({ "questionId": questions[0], "text": "Not the same checkpoint." }), "id")
        .await
        .data();
    r.agreed(w, "DISCUSSED").await;
    let input =
        json!({ "reviewId": r.id, "element": "E05", "title": "Security budget line", "questionId": questions[0] });
    let indicator = on(w, r.a, "addReviewIndicator", input, "id").await.at("/answer/id");
    r.agreed(w, "INDICATORS_AGREED").await;
    let meanings = json!({ "reviewId": r.id, "present": "Written.", "partiallyPresent": "Planned.", "notPresent": "Neither.", "evidenceRequired": false });
    on(w, r.a, "defineReviewCategories", meanings, "id").await.data();
    r.agreed(w, "ASSESSING").await;
    for (who, category) in [(r.a, "PRESENT"), (r.b, "NOT_PRESENT")] {
        on(w, who, "rateReviewIndicator", json!({ "indicatorId": indicator, "category": category }), "id").await.data();
    }
    indicator
}

scenario! {
    async fn a_review_goes_out_as_files_that_show_what_their_reader_sees(w: World) {
        let r = open(w, "dana", "omar", json!({})).await;
        let indicator = planned(w, &r).await;
        let request = on(w, "omar", "proposeIndicatorResult", json!({ "indicatorId": indicator }), "id contentHash").await;
        for who in ["dana", "omar"] {
            w.consent(who, &request).await.data();
        }
        let task = json!({ "indicatorId": indicator, "ownerSideId": r.sides["omar"], "title": "Ask the donor", "expectedResult": "A line of 4 %.", "dueOn": "2026-06-20" });
        let task = on(w, "dana", "addReviewAction", task, "id").await.at("/answer/id");
        on(w, "omar", "acceptReviewAction", json!({ "id": task, "expectedVersion": 1 }), "id").await.data();

        let questions = w.export("petra", &r.id, "questions.csv").await;
        assert_eq!((questions.status, questions.header("content-type").unwrap()), (200, "text/csv; charset=utf-8; header=present"));
        assert!(questions.text.starts_with("No.,Framework element,Question,Proposed by,Answer: Northlight Relief,Answer: Riverbank Community Action,Joint answer,Discussion\r\n"), "{}", questions.text);
        // What begins like a formula is text, quotes are doubled, and the answers of both sides stand beside each other.
        assert!(questions.text.contains("\"[frontline] =as dana <sees> it, \"\"truly\"\"\",\"[frontline] =as omar"), "{}", questions.text);
        assert!(questions.text.contains("Riverbank Community Action: Not the same checkpoint."), "{}", questions.text);
        let indicators = w.export("amina", &r.id, "indicators.csv").await.text;
        assert!(indicators.contains("E05,Security budget line,,,1,present,not present,disagreed,"), "{indicators}");
        let plan = w.export("omar", &r.id, "plan.csv").await.text;
        assert!(plan.contains("Security budget line,,Ask the donor,A line of 4 %.,Riverbank Community Action,") && plan.contains(",2026-06-20,accepted,"), "{plan}");

        let page = w.export("lars", &r.id, "review.html").await;
        assert!(page.text.contains("<h2>Action plan</h2>") && page.text.contains("&lt;sees&gt;") && !page.text.contains("<sees>") && !page.text.contains("<script"));
        assert_eq!(page.header("content-security-policy").unwrap(), "default-src 'none'; style-src 'unsafe-inline'");
        let json = w.export("dana", &r.id, "review.json").await;
        assert_eq!(json.body["tables"]["questions"]["rows"].as_array().unwrap().len(), 3);
        assert_eq!(w.export("dana", &r.id, "review.xlsx").await.status, 200);

        // In the language of the reader; the same once more is not sent again.
        let get = |who: &str, headers: &[(&str, &str)]| {
            let mut request = axum::http::Request::get(format!("/export/reviews/{}/plan.csv", r.id.as_str().unwrap()));
            request = request.header("authorization", format!("Bearer {}", w.token(who)));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.body(axum::body::Body::empty()).unwrap()
        };
        let french = w.send(get("omar", &[("accept-language", "fr")])).await;
        assert!(french.text.starts_with("Indicateur,Résultat commun,Tâche,"), "{}", french.text);
        let tag = french.header("etag").unwrap().to_owned();
        let known = w.send(get("omar", &[("accept-language", "fr"), ("if-none-match", &tag)])).await;
        assert_eq!((known.status, known.text.as_str()), (304, ""));
        assert_eq!(w.send(get("omar", &[("if-none-match", &tag)])).await.status, 200);

        // Nobody, a stranger, and what there is not.
        let nobody = axum::http::Request::get(format!("/export/reviews/{}/plan.csv", r.id.as_str().unwrap()));
        let nobody = w.send(nobody.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(nobody.refused("UNAUTHENTICATED").status, 401);
        let stranger = w.export("sam", &r.id, "plan.csv").await;
        assert_eq!(stranger.refused("NOT_FOUND").status, 404);
        assert_eq!(w.export("sam", &json!("01a20000-0000-7000-8000-00000000dead"), "plan.csv").await.text, stranger.text);
        assert_eq!(w.export("dana", &r.id, "review.csv").await.refused("NOT_FOUND").by("EXPORT_IS_KNOWN").status, 404);
        assert_eq!(w.export("dana", &json!("no-id"), "plan.csv").await.status, 400);
    }
}

const DASHBOARD: &str = "query($p: ID!) { partnership(id: $p) { dashboard { waiting { action subjectId missingSides } \
    reviews { reviewId state waitsFor questions indicators disputed withoutResult uncovered openTasks confirmedTasks monitoringDueAt monitoringOverdue } \
    overdue { kind title dueOn sideId } disputedRisks { title } topRisks { title level } } } }";

async fn dashboard(w: &World, who: &str) -> Value {
    w.ask(who, DASHBOARD, json!({ "p": w.partnership().await })).await.at("/partnership/dashboard")
}

scenario! {
    async fn the_dashboard_says_what_waits_for_whom_and_what_is_late(w: World) {
        let r = open(w, "dana", "omar", json!({})).await;
        let request = r.step(w, "dana").await;
        w.consent("dana", &request).await.data();
        for who in ["dana", "omar", "petra"] {
            let now = dashboard(w, who).await;
            assert_eq!(now["waiting"], json!([{ "action": "ADVANCE_REVIEW", "subjectId": r.id, "missingSides": [r.sides["omar"]] }]), "{who}");
            assert_eq!(now["reviews"][0]["waitsFor"], json!([r.sides["omar"]]));
            assert_eq!(now["topRisks"][0], json!({ "title": "The base is cut off", "level": "HIGH" }), "{now}");
        }
        w.consent("omar", &request).await.data();
        on(w, "omar", "addReviewQuestions", json!({ "reviewId": r.id, "codes": ["Q05"] }), "id").await.data();
        r.agreed(w, "ANSWERING").await;
        let question = &r.questions(w).await[0];
        r.answer(w, "omar", question, "x").await.data();
        r.submit(w, "omar").await.data();
        let now = dashboard(w, "dana").await;
        assert_eq!((&now["reviews"][0]["waitsFor"], &now["reviews"][0]["questions"]), (&json!([r.sides["dana"]]), &json!(1)));
        on(w, "amina", "raiseConcern", json!({ "partnershipId": w.partnership().await, "title": "Late fuel", "description": "x", "audience": "PARTNERSHIP", "respondBy": "2026-06-02" }), "id").await.data();
        on(w, "amina", "raiseConcern", json!({ "partnershipId": w.partnership().await, "title": "Own worry", "description": "x", "audience": "OWN_SIDE", "respondBy": "2026-06-02" }), "id").await.data();
        assert_eq!(dashboard(w, "omar").await["overdue"], json!([]));
        w.clock.advance(TimeDelta::days(3));
        let late = |title: &str| json!({ "kind": "CONCERN", "title": title, "dueOn": "2026-06-02", "sideId": null });
        assert_eq!(dashboard(w, "omar").await["overdue"], json!([late("Late fuel"), late("Own worry")]));
        assert_eq!(dashboard(w, "dana").await["overdue"], json!([late("Late fuel")]), "what another side keeps to itself is late for that side alone");
    }
}

scenario! {
    async fn what_is_planned_and_reused_is_part_of_what_the_sides_agree_on(w: World) {
        for (a, b) in [("dana", "omar"), ("omar", "dana")] {
            let r = open(w, a, b, json!({})).await;
            let session = json!({ "reviewId": r.id, "heldOn": "2026-06-12", "time": "09:00 to 12:00 CAT", "method": "IN_PERSON", "place": "The school in Rubkona" });
            let request = r.step(w, a).await;
            w.consent(a, &request).await.data();
            let planned = on(w, b, "addReviewSession", session.clone(), "id").await.at("/answer/id");
            w.consent(b, &request).await.refused("REFUSED").by("REQUEST_IS_OPEN");
            let unwanted = on(w, a, "addReviewSession", session.clone(), "id").await.at("/answer/id");
            on(w, b, "removeReviewSession", json!({ "id": unwanted }), "live").await.data();
            let request = on(w, a, "proposeReviewStep", json!({ "reviewId": r.id }), "id contentHash content").await;
            assert!(request.text("/answer/content").contains("The school in Rubkona"), "{}", request.text);
            let finance = json!({ "reviewId": r.id, "department": "Finance", "reference": "Due diligence of May", "reuse": "Its answers on insurance." });
            let finance = on(w, b, "nameRelatedAssessment", finance, "id").await.at("/answer/id");
            let questions = r.asked(w).await;
            on(w, a, "addReviewSession", session, "id").await.refused("REFUSED").by("STATE_ALLOWS");
            let seen = r.read(w, "petra", "sessions { id place side { id } } relatedAssessments { id department } coverage { element questions indicators }").await;
            assert_eq!(seen.at("/review/sessions"), json!([{ "id": planned, "place": "The school in Rubkona", "side": { "id": r.sides[b] } }]));
            let coverage = seen.at("/review/coverage");
            let asked: u64 = coverage.as_array().unwrap().iter().map(|one| one["questions"].as_u64().unwrap()).sum();
            assert_eq!((coverage.as_array().unwrap().len(), asked), (15, 3));

            let answer = |from: &Value| json!({ "questionId": questions[0], "perspective": "FINANCE", "text": "All drivers are insured.", "reusedFromId": from });
            on(w, b, "answerReviewQuestion", answer(&r.id), "id").await.refused("NOT_FOUND");
            let reused = on(w, b, "answerReviewQuestion", answer(&finance), "reusedFrom { department }").await;
            assert_eq!(reused.text("/answer/reusedFrom/department"), "Finance");
            for who in [a, b] {
                for question in &questions {
                    r.answer(w, who, question, "x").await.data();
                }
                r.submit(w, who).await.data();
            }
            r.agreed(w, "DISCUSSED").await;
            let samples = |codes: Value| json!({ "reviewId": r.id, "codes": codes, "language": "fr" });
            on(w, a, "addSampleIndicators", samples(json!(["I1", "I9"])), "id").await.refused("REFUSED").by("INDICATOR_IS_KNOWN").field("codes[1]");
            on(w, a, "addSampleIndicators", samples(json!(["I1", "I3", "I1"])), "id").await.data();
            let copied = on(w, b, "addSampleIndicators", samples(json!(["I3"])), "indicators { element title description }").await;
            let copied = copied.at("/answer/indicators");
            assert_eq!(copied.as_array().unwrap().len(), 2, "nothing is proposed twice");
            assert!(copied[0]["description"].as_str().unwrap().contains('é'), "{copied}");
        }
    }
}

async fn back(w: &World, r: &Told, to: &str) {
    let input = json!({ "reviewId": r.id, "to": to, "reason": "We left something out." });
    let request = on(w, r.a, "proposeReviewReturn", input, "id contentHash").await;
    w.consent(r.a, &request).await.data();
    let before = r.state(w).await;
    w.consent(r.b, &request).await.data();
    assert_ne!(r.state(w).await, before);
}

/// Requests about a review that every side agreed to, and that count.
async fn agreed_on(w: &World, subject: &Value) -> usize {
    let query = "query($s: ID!) { consentRequests(subjectId: $s, state: EFFECTIVE) { totalCount } }";
    let count = w.ask("petra", query, json!({ "s": subject })).await.at("/consentRequests/totalCount");
    usize::try_from(count.as_u64().unwrap()).unwrap()
}

scenario! {
    async fn before_the_reveal_a_review_goes_back_and_stays_sealed(w: World) {
        for (a, b) in [("dana", "omar"), ("omar", "dana")] {
            let r = open(w, a, b, json!({})).await;
            let (first, second) = (format!("FIRST{a}"), format!("SECOND{b}"));
            let forward = json!({ "reviewId": r.id, "to": "QUESTIONS", "reason": "x" });
            on(w, a, "proposeReviewReturn", forward.clone(), "id").await.refused("REFUSED").by("STATE_ALLOWS");
            let questions = r.asked(w).await;
            for question in &questions {
                r.answer(w, a, question, &first).await.data();
            }
            r.submit(w, a).await.data();
            on(w, "petra", "proposeReviewReturn", forward.clone(), "id").await.refused("FORBIDDEN");
            on(w, "sam", "proposeReviewReturn", forward, "id").await.refused("FORBIDDEN");
            assert_eq!(agreed_on(w, &r.id).await, 2);
            let start = w.position(b).await;
            back(w, &r, "QUESTIONS").await;
            assert_eq!((r.state(w).await.as_str(), agreed_on(w, &r.id).await), ("QUESTIONS", 2), "the plan, and the way back itself");
            let heard = w.heard(b, &start).await;
            for event in ["review.step_returned", "review.submission_withdrawn", "consent.voided"] {
                assert!(heard.iter().any(|(what, _)| what == event), "{event}: {heard:?}");
            }
            // A question that is taken out takes its sealed answer out of what will be opened.
            on(w, b, "removeReviewQuestion", json!({ "id": questions[2] }), "id").await.data();
            r.agreed(w, "ANSWERING").await;
            for question in &questions[..2] {
                r.answer(w, b, question, &second).await.data();
            }
            r.submit(w, b).await.data();
            assert_eq!(r.state(w).await, "ANSWERING", "who had submitted submits again");
            let seen = r.read(w, b, "questions { answers { text } } submissions { id }").await;
            assert!(!seen.text.contains(&first) && seen.at("/review/submissions").as_array().unwrap().len() == 1);
            // The side hears that its answer was set aside, and not by whom of the others.
            let side = json!({ "s": r.sides[a] });
            let ledger = "query($s: ID!) { ledger(space: SIDE, subjectId: $s, first: 100) { entries { event actor } } }";
            let ledger = w.ask(a, ledger, side).await.at("/ledger/entries");
            let of = |who: &Value| ledger.as_array().unwrap().iter().filter(|entry| entry["event"] == "review.answer_superseded" && entry["actor"] == *who).count();
            let other = w.ask(b, "{ me { person { id } } }", Value::Null).await.at("/me/person/id");
            assert_eq!((of(&Value::Null), of(&other)), (1, 0), "{ledger}");
            // Behind the plan answers are set aside, each with its side.
            back(w, &r, "PLANNING").await;
            let version = r.read(w, a, "version").await.at("/review/version");
            on(w, b, "planReview", json!({ "id": r.id, "expectedVersion": version, "mode": "JOINT_MEETING" }), "id").await.data();
            r.agreed(w, "QUESTIONS").await;
            r.agreed(w, "ANSWERING").await;
            for question in &questions[..2] {
                let joint = json!({ "questionId": question, "text": "Together.", "attendance": "All" });
                on(w, a, "recordJointAnswer", joint, "id").await.data();
            }
            r.agreed(w, "REVEALED").await;
            for (reader, word) in [(a, &second), (b, &first), ("petra", if a == "dana" { &second } else { &first })] {
                let mut phone = Phone::new(reader, "reviewAnswer");
                phone.sync(w).await;
                let held = serde_json::to_string(&phone.documents).unwrap();
                assert!(held.contains("Together.") && !held.contains(word.as_str()), "{reader} finds {word}");
                assert!(!r.read(w, reader, "questions { answers { text } answerHistory { text } }").await.text.contains(word.as_str()));
            }
            let bare = json!({ "reviewId": r.id, "to": "QUESTIONS", "reason": "x" });
            on(w, a, "proposeReviewReturn", bare, "id").await.refused("REFUSED").by("STATE_ALLOWS");
        }
    }
}

scenario! {
    async fn behind_the_reveal_what_was_agreed_is_agreed_anew(w: World) {
        let r = open(w, "dana", "omar", json!({})).await;
        let indicator = planned(w, &r).await;
        let result = async |category: Value| {
            let request = on(w, "dana", "proposeIndicatorResult", json!({ "indicatorId": indicator, "category": category }), "id contentHash").await;
            for who in ["dana", "omar"] {
                w.consent(who, &request).await.data();
            }
        };
        let task = |title: &str| json!({ "indicatorId": indicator, "ownerSideId": r.sides["omar"], "title": title, "expectedResult": "It is there.", "dueOn": "2026-06-20" });
        let of = "indicators { state result waived ratings { category } } actions { id version state }";
        result(Value::Null).await;
        let action = on(w, "dana", "addReviewAction", task("Budget line"), "id").await.at("/answer/id");
        let at = |version: i64| json!({ "id": action, "expectedVersion": version });
        on(w, "omar", "acceptReviewAction", at(1), "state").await.data();
        // A task that changes is taken on anew.
        let mut change = at(2);
        change["dueOn"] = json!("2026-06-25");
        on(w, "petra", "changeReviewAction", change.clone(), "id").await.refused("FORBIDDEN");
        let waits = r.step(w, "dana").await;
        w.consent("omar", &waits).await.data();
        let changed = on(w, "dana", "changeReviewAction", change.clone(), "state dueOn acceptedAs").await;
        assert_eq!(changed.at("/answer"), json!({ "state": "PROPOSED", "dueOn": "2026-06-25", "acceptedAs": null }));
        w.consent("dana", &waits).await.refused("REFUSED").by("REQUEST_IS_OPEN");
        on(w, "dana", "changeReviewAction", change, "id").await.refused("CONFLICT");
        on(w, "omar", "acceptReviewAction", at(3), "state").await.data();
        r.agreed(w, "MONITORING").await;
        on(w, "dana", "changeReviewAction", at(4), "id").await.refused("REFUSED").by("STATE_ALLOWS");

        // The plan alone is agreed on anew.
        back(w, &r, "ACTION_PLAN").await;
        assert_eq!(r.state(w).await, "ASSESSED");
        assert_eq!(r.read(w, "dana", of).await.at("/review/indicators/0/state"), "DISAGREED");
        r.agreed(w, "MONITORING").await;
        // Back to the assessment the joint result is void; how each side judged it stays.
        back(w, &r, "ASSESSMENT").await;
        assert_eq!(r.read(w, "petra", of).await.at("/review/indicators/0"), json!({ "state": "DISPUTED", "result": null, "waived": false, "ratings": [{ "category": "PRESENT" }, { "category": "NOT_PRESENT" }] }));
        r.step(w, "dana").await.refused("REFUSED").by("EVERY_INDICATOR_HAS_A_RESULT");
        result(Value::Null).await;
        assert_eq!(r.state(w).await, "ASSESSED");
        // By other meanings everybody judges anew, with the kinds of evidence that they agree on.
        back(w, &r, "DEFINITIONS").await;
        assert_eq!(r.read(w, "petra", of).await.at("/review/indicators/0"), json!({ "state": "UNRATED", "result": null, "waived": false, "ratings": [] }));
        let mut meanings = json!({ "reviewId": r.id, "present": "Written, and the staff say so.", "partiallyPresent": "Written.", "notPresent": "Neither.", "evidenceKinds": "STAFF_AGREE HEARSAY" });
        on(w, "omar", "defineReviewCategories", meanings.clone(), "id").await.refused("VALIDATION_FAILED").by("EVIDENCE_KINDS");
        meanings["evidenceKinds"] = json!("STAFF_AGREE DOCUMENTED");
        let agreed = on(w, "omar", "defineReviewCategories", meanings, "evidenceRequired evidenceKinds").await;
        assert_eq!(agreed.at("/answer"), json!({ "evidenceRequired": true, "evidenceKinds": "DOCUMENTED STAFF_AGREE" }));
        r.agreed(w, "ASSESSING").await;
        let rate = |who: &'static str, kinds: Value| {
            let input = json!({ "indicatorId": indicator, "category": "PRESENT", "evidence": "Annex 2", "evidenceKinds": kinds });
            on(w, who, "rateReviewIndicator", input, "state")
        };
        for kinds in [Value::Null, json!("DOCUMENTED"), json!("MANAGER_CONFIRMS STAFF_AGREE")] {
            rate("dana", kinds).await.refused("REFUSED").by("EVIDENCE_AS_AGREED").field("evidenceKinds");
        }
        for who in ["dana", "omar"] {
            rate(who, json!("DOCUMENTED STAFF_AGREE MANAGER_CONFIRMS")).await.data();
        }
        let page = w.export("petra", &r.id, "review.html").await.text;
        assert!(page.contains("Present needs") && page.contains("documented, staff agree"), "{page}");
        result(json!("PRESENT")).await;
        assert_eq!(r.state(w).await, "ASSESSED");
        // What was done before the sides judged anew covers nothing that they find now.
        let mut done = at(4);
        r.agreed(w, "MONITORING").await;
        done["progress"] = json!("In the budget.");
        done["done"] = json!(true);
        on(w, "omar", "reportReviewAction", done, "id").await.data();
        on(w, "dana", "confirmReviewAction", at(5), "id").await.data();
        w.clock.advance(TimeDelta::hours(1));
        back(w, &r, "ASSESSMENT").await;
        for who in ["dana", "omar"] {
            on(w, who, "rateReviewIndicator", json!({ "indicatorId": indicator, "category": "NOT_PRESENT" }), "id").await.data();
        }
        let history = r.read(w, "dana", "indicators { ratings { revision } }").await;
        assert_eq!(history.at("/review/indicators/0/ratings/0/revision"), 3, "words are counted on behind the way back");
        result(json!("NOT_PRESENT")).await;
        r.step(w, "dana").await.refused("REFUSED").by("EVERY_GAP_IS_COVERED");
        let another = on(w, "omar", "addReviewAction", task("Another line"), "id").await.at("/answer/id");
        on(w, "omar", "acceptReviewAction", json!({ "id": another, "expectedVersion": 1 }), "state").await.data();
        r.agreed(w, "MONITORING").await;
        // An indicator that is taken out takes its open tasks along.
        back(w, &r, "INDICATORS").await;
        on(w, "omar", "removeReviewIndicator", json!({ "id": indicator }), "id").await.data();
        let actions = r.read(w, "dana", of).await.at("/review/actions");
        let is = |action: &Value, state: &str| (action["id"] == *another.as_str().unwrap()) == (state == "DECLINED") && action["state"] == state;
        assert!(actions.as_array().unwrap().iter().all(|action| is(action, "CONFIRMED") || is(action, "DECLINED")), "{actions}");
        back(w, &r, "DISCUSSION").await;
        assert_eq!(r.state(w).await, "REVEALED");
        assert!(safepact::platform::verify::verify(&w.platform).await.unwrap().faults.is_empty());
    }
}

scenario! {
    async fn what_is_late_in_a_review_is_told_once(w: World) {
        let r = open(w, "dana", "omar", json!({})).await;
        let indicator = planned(w, &r).await;
        let result = json!({ "indicatorId": indicator, "category": null });
        let result = on(w, "dana", "proposeIndicatorResult", result, "id contentHash").await;
        for who in ["dana", "omar"] {
            w.consent(who, &result).await.data();
        }
        let task = json!({ "indicatorId": indicator, "ownerSideId": r.sides["omar"], "title": "Budget line", "expectedResult": "x", "dueOn": "2026-06-20" });
        let action = on(w, "dana", "addReviewAction", task, "id").await.text("/answer/id");
        on(w, "omar", "acceptReviewAction", json!({ "id": action, "expectedVersion": 1 }), "id").await.data();
        r.agreed(w, "MONITORING").await;
        let start = w.position("petra").await;
        w.clock.advance(TimeDelta::days(20));
        assert_eq!((w.look().await, w.look().await), (1, 0));
        assert_eq!(w.heard("petra", &start).await, [("action.overdue".to_owned(), action.clone())]);
        let seen = dashboard(w, "omar").await;
        assert_eq!((&seen["overdue"][0]["kind"], &seen["overdue"][0]["dueOn"], &seen["reviews"][0]["openTasks"]), (&json!("TASK"), &json!("2026-06-20"), &json!(1)));
        // Every side agrees on when progress is looked at.
        let days = |days: i64| json!({ "reviewId": r.id, "days": days });
        on(w, "dana", "proposeMonitoringInterval", days(30), "id").await.refused("REFUSED").by("ANOTHER_INTERVAL");
        on(w, "dana", "proposeMonitoringInterval", days(3), "id").await.refused("VALIDATION_FAILED").by("MONITORING_INTERVAL");
        on(w, "petra", "proposeMonitoringInterval", days(60), "id").await.refused("FORBIDDEN");
        let request = on(w, "omar", "proposeMonitoringInterval", days(60), "id contentHash").await;
        w.consent("omar", &request).await.data();
        let start = w.position("petra").await;
        w.clock.advance(TimeDelta::days(11));
        assert_eq!(w.look().await, 1);
        assert_eq!(w.heard("petra", &start).await, [("review.monitoring_overdue".to_owned(), r.id.as_str().unwrap().to_owned())]);
        let late = dashboard(w, "dana").await;
        assert_eq!((&late["overdue"][1]["kind"], &late["reviews"][0]["monitoringOverdue"]), (&json!("MONITORING"), &json!(true)));
        w.consent("dana", &request).await.data();
        assert_eq!(r.read(w, "petra", "monitoringOverdue").await.at("/review/monitoringOverdue"), false);
        w.clock.advance(TimeDelta::days(30));
        assert_eq!(w.look().await, 1, "told once for each day on which it was due");
    }
}

//! The tables of a joint review: worksheet and action plan.

use serde_json::Value;

use super::{Export, Table};
use crate::language::Language;

/// What is asked for: all of it in one answer.
pub const DOCUMENT: &str = "query($id: ID!) { review(id: $id) { title state mode approach startsOn endsOn updatedAt partnership { title sides { id shownAs } } \
    questions { position element text side { shownAs } answers { text perspective side { id } } notes { text differs side { shownAs } } } \
    indicators { element title description state result waived waiver ofSide { shownAs } question { position } \
      ratings { category evidence evidenceKinds comment side { id } } } \
    actions { title expectedResult dueOn state acceptedAs reason progress ownerSide { shownAs } indicator { title result } } \
    checks { heldOn participants notes side { shownAs } } definitions { present partiallyPresent notPresent evidenceKinds } } }";

/// The texts of headings, by what they are.
struct Words(Language);

impl Words {
    fn say(&self, key: &str, english: &str) -> String {
        self.0.says(&format!("export.{key}")).unwrap_or(english).to_owned()
    }

    /// A code as people read it: `NOT_PRESENT` as "not present".
    fn code(&self, of: &Value, name: &str) -> String {
        self.word(&text(of, name))
    }

    /// The same for several codes with blanks between them.
    fn codes(&self, of: &Value, name: &str) -> String {
        text(of, name).split_whitespace().map(|code| self.word(code)).collect::<Vec<_>>().join(", ")
    }

    fn word(&self, code: &str) -> String {
        match self.0.says(&format!("code.{code}")) {
            Some(said) => said.to_owned(),
            None => code.to_lowercase().replace('_', " "),
        }
    }
}

/// The tables of an answer to [`DOCUMENT`]; none where there is no such review for the caller.
pub fn tables(data: &Value, language: Language) -> Option<Export> {
    let review = data.get("review").filter(|review| !review.is_null())?;
    let words = Words(language);
    let sides: Vec<(String, String)> =
        list(review.get("partnership")?, "sides").map(|side| (text(side, "id"), text(side, "shownAs"))).collect();
    let partnership = text(review.get("partnership")?, "title");
    let mut facts = vec![
        (words.say("partnership", "Partnership"), partnership),
        (words.say("state", "State"), words.code(review, "state")),
        (words.say("mode", "Way of answering"), words.code(review, "mode")),
        (words.say("approach", "How it takes place"), text(review, "approach")),
        (words.say("startsOn", "From"), text(review, "startsOn")),
        (words.say("endsOn", "Until"), text(review, "endsOn")),
    ];
    if let Some(meanings) = review.get("definitions").filter(|meanings| !meanings.is_null()) {
        for (name, key, english) in [
            ("present", "present", "Present means"),
            ("partiallyPresent", "partiallyPresent", "Partially present means"),
            ("notPresent", "notPresent", "Not present means"),
        ] {
            facts.push((words.say(key, english), text(meanings, name)));
        }
        facts.push((words.say("evidenceKinds", "Present needs"), words.codes(meanings, "evidenceKinds")));
    }
    facts.retain(|(_, value)| !value.is_empty());
    let tables = vec![
        questions(review, &sides, &words),
        indicators(review, &sides, &words),
        plan(review, &words),
        checks(review, &words),
    ];
    Some(Export { title: text(review, "title"), facts, tables, language })
}

fn questions(review: &Value, sides: &[(String, String)], words: &Words) -> Table {
    let mut columns = vec![
        words.say("number", "No."),
        words.say("element", "Framework element"),
        words.say("question", "Question"),
        words.say("askedBy", "Proposed by"),
    ];
    let answer = words.say("answer", "Answer");
    columns.extend(sides.iter().map(|(_, name)| format!("{answer}: {name}")));
    columns.push(words.say("jointAnswer", "Joint answer"));
    columns.push(words.say("discussion", "Discussion"));
    let rows = list(review, "questions").map(|question| {
        let answers = |side: Option<&str>| {
            let said = list(question, "answers").filter(|answer| of(answer).as_deref() == side);
            lines(said.map(|answer| match words.code(answer, "perspective") {
                from if from.is_empty() => text(answer, "text"),
                from => format!("[{from}] {}", text(answer, "text")),
            }))
        };
        let mut row = vec![
            number(question, "position"),
            text(question, "element"),
            text(question, "text"),
            name(question, "side"),
        ];
        row.extend(sides.iter().map(|(id, _)| answers(Some(id))));
        row.push(answers(None));
        row.push(lines(list(question, "notes").map(|note| format!("{}: {}", name(note, "side"), text(note, "text")))));
        row
    });
    Table { name: "questions", title: words.say("questions", "Questions"), columns, rows: rows.collect() }
}

fn indicators(review: &Value, sides: &[(String, String)], words: &Words) -> Table {
    let mut columns = vec![
        words.say("element", "Framework element"),
        words.say("indicator", "Indicator"),
        words.say("description", "Description"),
        words.say("scope", "Of"),
        words.say("fromQuestion", "From question"),
    ];
    let rating = words.say("rating", "Judged by");
    columns.extend(sides.iter().map(|(_, name)| format!("{rating} {name}")));
    columns.push(words.say("result", "Joint result"));
    columns.push(words.say("waiver", "Waived because"));
    let rows = list(review, "indicators").map(|indicator| {
        let mut row = vec![
            text(indicator, "element"),
            text(indicator, "title"),
            text(indicator, "description"),
            name(indicator, "ofSide"),
            indicator.get("question").map(|question| number(question, "position")).unwrap_or_default(),
        ];
        row.extend(sides.iter().map(|(id, _)| {
            lines(list(indicator, "ratings").filter(|rating| of(rating).as_deref() == Some(id)).map(|rating| {
                let kinds = words.codes(rating, "evidenceKinds");
                let said = [words.code(rating, "category"), kinds, text(rating, "evidence"), text(rating, "comment")];
                said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
            }))
        }));
        // Where the sides agree that they disagree there is no result, and both judgements stand.
        row.push(match words.code(indicator, "result") {
            result if result.is_empty() => words.code(indicator, "state"),
            result => result,
        });
        row.push(text(indicator, "waiver"));
        row
    });
    Table { name: "indicators", title: words.say("indicators", "Indicators"), columns, rows: rows.collect() }
}

fn plan(review: &Value, words: &Words) -> Table {
    let columns = [
        ("indicator", "Indicator"),
        ("result", "Joint result"),
        ("task", "Task"),
        ("expected", "Expected result"),
        ("owner", "Whose task"),
        ("takenOn", "Taken on by"),
        ("due", "Due"),
        ("state", "State"),
        ("progress", "Progress"),
        ("reason", "Reason"),
    ];
    let rows = list(review, "actions").map(|action| {
        let indicator = action.get("indicator").unwrap_or(&Value::Null);
        vec![
            text(indicator, "title"),
            words.code(indicator, "result"),
            text(action, "title"),
            text(action, "expectedResult"),
            name(action, "ownerSide"),
            text(action, "acceptedAs"),
            text(action, "dueOn"),
            words.code(action, "state"),
            text(action, "progress"),
            text(action, "reason"),
        ]
    });
    let rows = rows.collect();
    let columns = columns.map(|(key, english)| words.say(key, english)).to_vec();
    Table { name: "plan", title: words.say("plan", "Action plan"), columns, rows }
}

fn checks(review: &Value, words: &Words) -> Table {
    let columns =
        [("heldOn", "Held on"), ("writtenBy", "Written by"), ("participants", "Who took part"), ("notes", "Notes")];
    let rows = list(review, "checks").map(|check| {
        vec![text(check, "heldOn"), name(check, "side"), text(check, "participants"), text(check, "notes")]
    });
    let rows = rows.collect();
    let columns = columns.map(|(key, english)| words.say(key, english)).to_vec();
    Table { name: "checks", title: words.say("checks", "Monitoring"), columns, rows }
}

fn list<'v>(of: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_i64).map(|n| n.to_string()).unwrap_or_default()
}

fn name(of: &Value, link: &str) -> String {
    of.get(link).map(|side| text(side, "shownAs")).unwrap_or_default()
}

/// The side that said it; none where a meeting did.
fn of(said: &Value) -> Option<String> {
    said.get("side").filter(|side| !side.is_null()).map(|side| text(side, "id"))
}

fn lines(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("\n")
}

//! Errors and catalogues in the language of the reader; what is not there in it says so.

use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};

use crate::support::{Answer, Socket, World, repository};

const REFUSED: &str = "mutation($p: ID!) { answer: proposeCommunicationPlan(input: { partnershipId: $p, meetEveryDays: 7, shareEveryDays: 30, \
    healthCheckEveryDays: 90, languages: \"en\", channels: \"x\", feedbackMethod: \"x\" }) { id } }";
const FRENCH: &str = "chaque partie indique d'abord à qui les autres s'adressent pour la sécurité";

async fn ask(w: &World, who: &str, language: &str, query: &str, variables: Value) -> Answer {
    let token = format!("Bearer {}", w.token(who));
    let headers = [("authorization", token.as_str()), ("accept-language", language)];
    let body = json!({ "query": query, "variables": variables });
    w.post(body, if language.is_empty() { &headers[..1] } else { &headers }).await
}

async fn choose(w: &World, tag: Value) -> Answer {
    w.command("dana", "setLanguage", json!({ "language": tag }), "language").await
}

fn said(answer: &Answer) -> (String, Value) {
    let error = &answer.body["errors"][0];
    (error["message"].as_str().unwrap().to_owned(), error["extensions"]["language"].clone())
}

scenario! {
    async fn a_rule_is_said_in_the_language_of_the_reader(w: World) {
        let p = json!({ "p": w.partnership().await });
        let english = ask(w, "dana", "", REFUSED, p.clone()).await;
        english.refused("REFUSED").by("CONTACTS_NAMED");
        assert_eq!(english.header("content-language").unwrap(), "en");
        let french = ask(w, "dana", "fr-CD, en;q=0.5", REFUSED, p.clone()).await;
        french.refused("REFUSED").by("CONTACTS_NAMED");
        assert_eq!((said(&french), french.header("content-language").unwrap()), ((FRENCH.into(), Value::Null), "fr"));
        // For programs nothing differs.
        assert_eq!(french.refusal(), english.refusal());
        // A language that is not there: English, and it says so.
        let (message, language) = said(&ask(w, "dana", "ar", REFUSED, p.clone()).await);
        assert_eq!((message, language), (said(&english).0, json!("en")));
        // A text that is not there in French is English, and says so.
        let bad = ask(w, "dana", "fr", "{ partnerships(first: 1000) { totalCount } }", Value::Null).await;
        assert_eq!(said(&bad).1, "en", "{}", bad.text);
        // Nobody hears it in their language too.
        let nobody = w.post(json!({ "query": "{ me { person { id } } }" }), &[("accept-language", "fr")]).await;
        assert_eq!(said(nobody.refused("UNAUTHENTICATED")).0, "identifiez-vous : un jeton valable est nécessaire");
    }
}

scenario! {
    async fn what_a_person_chose_counts_before_what_a_client_asks_for(w: World) {
        let p = json!({ "p": w.partnership().await });
        assert_eq!(choose(w, json!("fr-CD")).await.text("/answer/language"), "fr-CD");
        assert_eq!(said(&ask(w, "dana", "en", REFUSED, p.clone()).await).0, FRENCH);
        assert_ne!(said(&ask(w, "omar", "en", REFUSED, p.clone()).await).0, FRENCH, "and for nobody else");
        choose(w, json!("din")).await.data();
        assert_eq!(said(&ask(w, "dana", "fr", REFUSED, p.clone()).await).1, "en", "there is no Dinka yet");
        choose(w, Value::Null).await.data();
        assert_eq!(said(&ask(w, "dana", "fr", REFUSED, p.clone()).await).0, FRENCH);
        choose(w, json!("Dinka")).await.refused("VALIDATION_FAILED").by("BCP_47");
    }
}

scenario! {
    async fn catalogues_are_answered_in_the_language_of_the_reader(w: World) {
        let query = "query($l: LanguageTag) { catalogue(key: PRINCIPLES, language: $l) { title language items { code title language } } }";
        let of = |answer: &Answer| (answer.text("/catalogue/language"), answer.text("/catalogue/items/0/title"), answer.text("/catalogue/items/0/language"));
        let french = ("fr".to_owned(), "Équité".to_owned(), "fr".to_owned());
        let english = ("en".to_owned(), "Equity".to_owned(), "en".to_owned());
        assert_eq!(of(&ask(w, "sam", "fr", query, Value::Null).await), french);
        assert_eq!(of(&ask(w, "sam", "", query, json!({ "l": "fr-ML" })).await), french);
        assert_eq!(of(&ask(w, "sam", "fr", query, json!({ "l": "en" })).await), english);
        assert_eq!(of(&ask(w, "sam", "", query, json!({ "l": "ar" })).await), english);
        let all = ask(w, "sam", "fr", "{ catalogues { key items { language } } }", Value::Null).await;
        let items: Vec<_> = all.at("/catalogues").as_array().unwrap().iter().flat_map(|list| list["items"].as_array().unwrap().clone()).collect();
        assert!(items.len() > 250 && items.iter().all(|item| item["language"] == "fr"), "{}", items.len());
    }
}

scenario! {
    async fn a_socket_speaks_the_language_of_its_client(w: World) {
        let address = w.serve().await;
        let mut socket = Socket::open(address).await;
        let payload = json!({ "Authorization": format!("Bearer {}", w.token("dana")), "Accept-Language": "fr" });
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await.unwrap()["type"], "connection_ack");
        socket.subscribe("1", REFUSED, json!({ "p": w.partnership().await })).await;
        let answer = socket.hear().await.unwrap();
        assert_eq!(answer["payload"]["errors"][0]["message"], FRENCH, "{answer}");
    }
}

#[test]
fn every_rule_is_said_in_every_language() {
    let mut rules = BTreeSet::new();
    let mut folders = vec![repository().join("api/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let keys = text.split("key: \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
                rules.extend(
                    keys.filter(|key| key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')),
                );
            }
        }
    }
    assert!(rules.len() > 90, "{}", rules.len());
    for entry in fs::read_dir(repository().join("api/src/language")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let said: serde_json::Map<String, Value> =
                serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let missing: Vec<_> = rules.iter().filter(|rule| !said.contains_key(*rule)).collect();
            assert!(missing.is_empty(), "{} does not say {missing:?}", path.display());
        }
    }
}

//! HTTP: documented answers to whatever arrives.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::support::World;

fn nested(depth: usize) -> String {
    format!(
        "{{ risks {{ edges {{ node {{ {} id {} }} }} }} }}",
        "partnership { openConsentRequests { ".repeat(depth),
        "} }".repeat(depth)
    )
}

scenario! {
    async fn what_asks_for_too_much_is_refused_before_it_runs(w: World) {
        let fragments: String = (0..30).map(|n| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1)).collect();
        let documents = [
            ("DEPTH", nested(5)),
            ("DOCUMENT_NESTING", nested(40)),
            // A comment ends at a carriage return too, and an escaped triple quote does not end a block string: what is
            // hidden behind them from a careless counter overflows the stack of the parser.
            ("DOCUMENT_NESTING", format!("#\r{{a(x:{}1{})}}", "{a:".repeat(300), "}".repeat(300))),
            ("DOCUMENT_NESTING", format!("{{a(y:\"\"\"\\\"\"\"\"\"\" x:{}1{})}}", "[".repeat(300), "]".repeat(300))),
            ("DOCUMENT_NESTING", format!("{{a(y:\"\\\"\" x:{}1{})}}", "[".repeat(300), "]".repeat(300))),
            // Three quotes that nothing closes are an empty string and the beginning of another one.
            ("DOCUMENT_NESTING", format!("{{__typename(b:[\"\"\"\" {}{}])}}", "[".repeat(400), "]".repeat(400))),
            ("COST", "query($n: Int = 100) { partnerships(first: $n) { edges { node { risks(first: $n) { edges { node { id } } } } } } }".to_owned()),
            ("COST", format!("{{ partnerships(first: 5) {{ edges {{ node {{ {} }} }} }} }}", (0..25).map(|n| format!("a{n}: heatMapSvg ")).collect::<String>())),
            ("COST", format!("{{ partnerships(first: 5) {{ edges {{ node {{ {} }} }} }} }}", (0..20).map(|n| format!("a{n}: dashboard {{ topRisks {{ title }} }} ")).collect::<String>())),
            ("COST", format!("{{ partnerships(first: 5) {{ edges {{ node {{ {} }} }} }} }}", (0..30).map(|n| format!("a{n}: dialogue {{ meetingOverdue }} ")).collect::<String>())),
            ("COST", format!("{{ partnerships(first: 2) {{ edges {{ node {{ reviews(first: 10) {{ edges {{ node {{ {} }} }} }} }} }} }} }}", (0..20).map(|n| format!("a{n}: coverage {{ element }} ")).collect::<String>())),
            ("INTROSPECTION_LISTS", format!("{{ __type(name: \"Node\") {{ {} name {} }} }}", "possibleTypes { interfaces { ".repeat(3), "} }".repeat(3))),
            ("DUPLICATES", format!("query A {{ __typename }} query B {{ ...F0 }} {fragments} fragment F30 on Query {{ __typename }}")),
            ("ALIASES", format!("{{ {} }}", (0..31).map(|n| format!("a{n}: __typename ")).collect::<String>())),
            ("ROOT_FIELDS", format!("{{ {} }}", (0..11).map(|n| format!("a{n}: me {{ person {{ name }} }} ")).collect::<String>())),
            ("DUPLICATES", format!("{{ {} }}", "__typename ".repeat(60))),
            ("DIRECTIVES", format!("{{ __typename {} }}", "@include(if: true) ".repeat(11))),
            ("DOCUMENT_TOKENS", format!("{{ {} }}", "__typename ".repeat(2100))),
            ("DOCUMENT_BYTES", format!("{{ __typename }} #{}", "x".repeat(33_000))),
            ("COST", "{ partnerships(first: 100) { edges { node { risks(first: 100) { edges { node { id } } } } } } }".to_owned()),
            ("DUPLICATES", format!("{{ ...F0 }} {fragments} fragment F30 on Query {{ __typename }}")),
        ];
        for (rule, document) in documents {
            let name = if document.contains("query A") { json!("A") } else { Value::Null };
            let token = format!("Bearer {}", w.token("dana"));
            let answer = w.post(json!({ "query": document, "operationName": name }), &[("authorization", &token)]).await;
            answer.refused("TOO_COMPLEX").by(rule);
            assert!(answer.body.get("data").is_none(), "{rule}");
        }
        w.ask("dana", "{ __typename @nonsense }", Value::Null).await.refused("BAD_USER_INPUT").by("KNOWN_DIRECTIVES");
        w.ask("dana", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", Value::Null).await.refused("BAD_USER_INPUT");
        // Told that it does not exist, and not what does.
        let unknown = w.ask("dana", "{ riks { id } }", Value::Null).await;
        assert!(!unknown.body.to_string().contains("Did you mean"), "{}", unknown.body);
    }
}

scenario! {
    async fn what_stands_twice_at_the_root_is_one_field(w: World) {
        // Parts of an app bring fragments of their own: of answers that are read whole, and of those that are followed.
        let query = "{ ...A ...B } fragment A on Query { risks(first: 2) { totalCount } } \
            fragment B on Query { ...C } fragment C on Query { risks(first: 2) { edges { node { title } } } }";
        let page = w.ask("dana", query, Value::Null).await;
        assert!(page.at("/risks/totalCount").is_number() && page.at("/risks/edges/1/node/title").is_string(), "{}", page.body);
        let query = "query($p: ID!) { partnership(id: $p) { title } ... on Query { partnership(id: $p) { state sides { id } } } }";
        let whole = w.ask("dana", query, json!({ "p": w.partnership().await })).await;
        assert!(whole.at("/partnership/title").is_string() && whole.at("/partnership/sides/1/id").is_string(), "{}", whole.body);
        // A command is run once.
        let input = json!({
            "partnershipId": w.partnership().await, "title": "Twice", "audience": "PARTNERSHIP", "description": "Asked for by two parts of an app.",
        });
        let twice = "mutation($i: RaiseConcernInput!) { raiseConcern(input: $i) { id } ...Rest } fragment Rest on Mutation { raiseConcern(input: $i) { title overdue } }";
        let raised = w.ask("omar", twice, json!({ "i": input })).await;
        assert_eq!((raised.at("/raiseConcern/title"), raised.at("/raiseConcern/overdue")), (json!("Twice"), json!(false)), "{}", raised.body);
        let counted = "query($p: ID!) { concerns(partnershipId: $p) { edges { node { title } } } }";
        let counted = w.ask("omar", counted, json!({ "p": w.partnership().await })).await;
        assert_eq!(counted.body.to_string().matches("\"Twice\"").count(), 1, "{}", counted.body);
        // What cannot be one is said, and not lost.
        let decided = "query($x: Boolean!) { risks(first: 1) { totalCount } risks(first: 1) @include(if: $x) { edges { node { id } } } }";
        w.ask("dana", decided, json!({ "x": true })).await.refused("BAD_USER_INPUT").by("ROOT_FIELD_ONCE");
        for unlike in ["{ risks(first: 1) { totalCount } risks(first: 2) { totalCount } }", "{ a: risks { totalCount } a: me { person { id } } }"] {
            w.ask("dana", unlike, Value::Null).await.refused("BAD_USER_INPUT");
        }
        let unused = "{ risks { totalCount } risks { edges { node { id } } } } fragment Unused on Query { __typename }";
        w.ask("dana", unused, Value::Null).await.refused("BAD_USER_INPUT");
        let used = "query One { ...A risks { edges { node { id } } } } query Two { ...A } fragment A on Query { risks { totalCount } }";
        let token = format!("Bearer {}", w.token("dana"));
        let one = w.post(json!({ "query": used, "operationName": "One" }), &[("authorization", &token)]).await;
        assert!(one.at("/risks/totalCount").is_number() && one.at("/risks/edges/0/node/id").is_string(), "{}", one.body);
        // Fragments that spread each other in every order are no work.
        let names: Vec<String> = (0..20).map(|n| format!("F{n}")).collect();
        let all = names.iter().map(|name| format!("...{name} ")).collect::<String>();
        let web = names.iter().map(|name| format!("fragment {name} on Query {{ {all} }} ")).collect::<String>();
        let web = w.ask("dana", &format!("{{ {all} }} {web}"), Value::Null).await;
        web.refusal();
    }
}

scenario! {
    async fn every_body_has_its_answer(w: World) {
        let token = format!("Bearer {}", w.token("dana"));
        let send = async |method: &str, uri: &str, kind: Option<&str>, body: String| {
            let mut request = Request::builder().method(method).uri(uri).header("authorization", &token);
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            w.send(request.body(Body::from(body)).unwrap()).await
        };
        let json = Some("application/json");
        for (status, rule, kind, body) in [
            (400, "JSON", json, "{"),
            (400, "REQUEST_OBJECT", json, "[{\"query\":\"{ __typename }\"}]"),
            (400, "REQUEST_SHAPE", json, "{}"),
            (400, "REQUEST_SHAPE", json, "{\"query\":7}"),
            (400, "REQUEST_SHAPE", json, "{\"query\":\"{ __typename }\",\"variables\":[]}"),
            (400, "REQUEST_SHAPE", json, "{\"query\":\"{ __typename }\",\"extensions\":7}"),
            (415, "CONTENT_TYPE", None, "{\"query\":\"{ __typename }\"}"),
            (415, "CONTENT_TYPE", Some("text/plain"), "{\"query\":\"{ __typename }\"}"),
            (415, "CONTENT_TYPE", Some("application/x-www-form-urlencoded"), "query=%7B__typename%7D"),
            (415, "CONTENT_TYPE", Some("application/json; charset=latin1"), "{\"query\":\"{ __typename }\"}"),
        ] {
            let answer = send("POST", "/graphql", kind, body.to_owned()).await;
            assert_eq!(answer.status, status, "{body}");
            answer.refused("BAD_USER_INPUT").by(rule);
        }
        let large = send("POST", "/graphql", json, format!("{{\"query\":\"{}\"}}", " ".repeat(1 << 20))).await;
        assert_eq!(large.refused("PAYLOAD_TOO_LARGE").status, 413);
        let by_get = send("GET", "/graphql?query=mutation%20%7B%20signOut%20%7B%20id%20%7D%20%7D", None, String::new()).await;
        assert_eq!((by_get.status, by_get.header("allow")), (405, Some("POST")));
        let query = send("GET", "/graphql?query=query(%24id%3AID!)%7Bnode(id%3A%24id)%7Bid%7D%7D&variables=%7B%22id%22%3A%2201a20000-0000-7000-8000-00000000dead%22%7D", None, String::new()).await;
        assert_eq!(query.at("/node"), Value::Null);
        for (method, uri, status) in [("PUT", "/graphql", 405), ("GET", "/nothing", 404), ("GET", "/playground/nothing.js", 404), ("GET", "/graphql", 400)] {
            let answer = send(method, uri, None, String::new()).await;
            assert_eq!(answer.status, status, "{method} {uri}");
            assert!(answer.body["errors"].is_array(), "{}", answer.body);
        }
    }
}

scenario! {
    async fn the_answer_comes_in_the_form_that_is_wanted(w: World) {
        let invalid = json!({ "query": "{ nonsense }" });
        let plain = w.post(invalid.clone(), &[("accept", "application/json")]).await;
        assert_eq!((plain.status, plain.header("content-type")), (200, Some("application/json; charset=utf-8")));
        let strict = w.post(invalid.clone(), &[("accept", "application/graphql-response+json")]).await;
        assert_eq!((strict.status, strict.header("content-type")), (400, Some("application/graphql-response+json; charset=utf-8")));
        assert_eq!(w.post(invalid, &[("accept", "text/html")]).await.status, 406);
        let mixed = w.ask("dana", "{ second: me { account { status } } first: me { person { organisation { name } name } } }", Value::Null).await;
        assert_eq!(mixed.text,
            r#"{"data":{"second":{"account":{"status":"ACTIVE"}},"first":{"person":{"organisation":{"name":"Northlight Relief"},"name":"Dana Holm"}}}}"#,
            "in the order of the document");
        let failed = w.ask("sam", "query($id: ID!) { me { person { name } } ledger(space: PARTNERSHIP, subjectId: $id) { headSeq } }", json!({ "id": w.partnership().await })).await;
        assert_eq!(failed.body["data"], Value::Null, "a field that must not be null takes its parent with it");
        assert_eq!(failed.body["errors"][0]["path"], json!(["ledger"]));
    }
}

scenario! {
    async fn the_probes_answer(w: World) {
        let get = async |uri: &str| w.send(Request::get(uri).body(Body::empty()).unwrap()).await;
        assert_eq!(get("/health/live").await.status, 200);
        assert_eq!(get("/health/ready").await.body["database"], true);
        let sdl = get("/graphql/schema.graphql").await;
        assert!(sdl.body.as_str().unwrap().contains("@requires(right: CONSENT_DECIDE)"));
        assert_eq!(get("/.well-known/jwks.json").await.body["keys"][0]["crv"], "Ed25519");
        let page = get("/playground").await;
        assert_eq!(page.status, 200);
        let csp = page.header("content-security-policy").unwrap();
        assert!(csp.contains("default-src 'none'") && csp.contains("script-src 'self';") && !csp.contains("http"), "{csp}");
        assert_eq!(get("/playground/tokens.json").await.body, json!([]));
        // Every example tab runs as its persona.
        for example in get("/playground/examples.json").await.body.as_array().unwrap() {
            let query = example["query"].as_str().unwrap();
            if query.starts_with("query") && example["persona"] != "sam" {
                w.ask(example["persona"].as_str().unwrap(), query, Value::Null).await.data();
            }
        }
    }
}

scenario! {
    async fn a_browser_of_another_origin_gets_nothing(w: World) {
        let preflight = |origin: &str| Request::options("/graphql").header("origin", origin).header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization").body(Body::empty()).unwrap();
        let known = w.send(preflight("https://app.example.org")).await;
        assert_eq!(known.header("access-control-allow-origin"), Some("https://app.example.org"));
        assert_eq!(known.header("access-control-allow-credentials"), None);
        assert_eq!(w.send(preflight("https://evil.example.org")).await.header("access-control-allow-origin"), None);
    }
}

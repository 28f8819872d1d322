//! Default deny: every root field, called as nobody and as each persona, generated from the schema.

use std::fmt::Write;

use async_graphql_parser::types::{BaseType, Type};
use safepact::platform::sdl::{TypeMap, named};
use serde_json::{Value, json};

use crate::support::{World, golden};

const NOWHERE: &str = "01a20000-0000-7000-8000-00000000dead";

/// A value that any type takes.
fn sample(types: &TypeMap, ty: &Type) -> String {
    if let BaseType::List(inner) = &ty.base {
        return format!("[{}]", sample(types, inner));
    }
    let name = named(ty);
    if let Some(fields) = types.input(name) {
        let fields = fields.iter().filter(|(_, ty)| !ty.nullable);
        let fields: Vec<String> = fields.map(|(name, ty)| format!("{name}: {}", sample(types, ty))).collect();
        return format!("{{ {} }}", fields.join(", "));
    }
    match name {
        "ID" => format!("\"{NOWHERE}\""),
        "Int" | "Likelihood" | "Impact" | "Scale" => "1".to_owned(),
        "Boolean" => "true".to_owned(),
        "ContentHash" => format!("\"{}\"", "0".repeat(64)),
        "CountryCode" => "\"SS\"".to_owned(),
        "Title" | "Text" | "String" => "\"x\"".to_owned(),
        "SpaceKind" | "ConcernAudience" => "PARTNERSHIP".to_owned(),
        "CatalogueKey" => "ACAT".to_owned(),
        "Recruitment" => "LOCAL".to_owned(),
        "OrganisationRole" => "STAFF".to_owned(),
        "SideStanding" => "VIEWER".to_owned(),
        "AccountStatus" => "ACTIVE".to_owned(),
        "ThreatKind" => "HAZARD".to_owned(),
        "RiskOrigin" => "PRE_EXISTING".to_owned(),
        "ShareLevel" => "BASIC".to_owned(),
        "SharingScope" => "ALL".to_owned(),
        "ReviewMode" => "JOINT_MEETING".to_owned(),
        "ReviewReturn" => "QUESTIONS".to_owned(),
        "Perspective" => "FRONTLINE".to_owned(),
        "IndicatorCategory" => "PRESENT".to_owned(),
        "Date" => "\"2026-06-01\"".to_owned(),
        "Principle" => "EQUITY".to_owned(),
        "RiskType" => "SECURITY".to_owned(),
        "RiskAppetite" => "OPEN".to_owned(),
        "TransferIntent" => "UNKNOWN".to_owned(),
        "TransferEffect" => "INCREASED".to_owned(),
        "TransferChannel" => "TASK".to_owned(),
        "TransferBearing" => "NEGATIVE".to_owned(),
        "IncidentGrouping" => "YEAR".to_owned(),
        "CommandStatus" => "DONE".to_owned(),
        "LanguageTag" | "LanguageTags" => "\"en\"".to_owned(),
        "EvidenceKinds" => "\"DOCUMENTED\"".to_owned(),
        "ConversationMethod" => "VOICE".to_owned(),
        "PolicyPosition" => "SUPPORTS".to_owned(),
        "BenefitHorizon" => "WITHIN_MONTHS".to_owned(),
        "UnderstandingTopic" => "VALUES".to_owned(),
        "UnderstandingStatus" => "UNDERSTOOD".to_owned(),
        "ActivityKind" => "MENTORING".to_owned(),
        "LibraryVisibility" => "ORGANISATION".to_owned(),
        "LibraryKind" => "LESSON".to_owned(),
        "AdvocacyScope" => "JOINT".to_owned(),
        "SyncCollection" => "incident".to_owned(),
        other => panic!("give {other} a sample, so that the sweep can call what takes it"),
    }
}

fn documents(types: &TypeMap) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for root in ["Query", "Mutation", "Subscription"] {
        for (name, _) in types.root(root) {
            let field = types.field(root, name).unwrap();
            let arguments = field.arguments.iter().filter(|(_, ty)| !ty.nullable);
            let arguments: Vec<String> = arguments.map(|(name, ty)| format!("{name}: {}", sample(types, ty))).collect();
            let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
            let selection = if types.is_object(field.of()) { " { __typename }" } else { "" };
            out.push((format!("{root}.{name}"), format!("{} {{ {name}{arguments}{selection} }}", root.to_lowercase())));
        }
    }
    out
}

scenario! {
    async fn every_root_field_names_its_right(w: World) {
        for root in ["Query", "Mutation", "Subscription"] {
            for (name, right) in w.server.gate.types.root(root) {
                assert!(right.is_some(), "{root}.{name} is nobody's");
            }
        }
    }
}

scenario! {
    async fn nobody_is_turned_away_everywhere(w: World) {
        for (name, document) in documents(&w.server.gate.types) {
            let direct = w.post(json!({ "query": document }), &[]).await;
            assert_eq!(direct.refused("UNAUTHENTICATED").status, 401, "{name}");
            let (root, rest) = document.split_once(" {").unwrap();
            let of = name.split_once('.').unwrap().0;
            let spread = format!("{root} {{ ...F }} fragment F on {of} {{{rest}");
            w.post(json!({ "query": spread }), &[]).await.refused("UNAUTHENTICATED");
        }
    }
}

/// ✔ may call it · ✘ may not · 404: may call it, and this record is not theirs to see.
async fn mark(w: &World, who: &str, document: &str) -> &'static str {
    let answer = w.ask(who, document, Value::Null).await;
    match answer.body.pointer("/errors/0/extensions/code").and_then(Value::as_str) {
        Some("FORBIDDEN") => "✘",
        Some("NOT_FOUND") => "404",
        // What is refused for what it says has passed the gate.
        None | Some("REFUSED" | "VALIDATION_FAILED" | "CONFLICT") => "✔",
        Some("BAD_USER_INPUT") if answer.refusal()["rule"] == "SUBSCRIPTION_TRANSPORT" => "✔",
        Some(other) => panic!("{who}: {document}: {other}: {}", answer.body),
    }
}

scenario! {
    async fn the_matrix_of_persona_and_operation_is_known(w: World) {
        let personas = ["lars", "dana", "petra", "grace", "omar", "amina", "sam"];
        let mut out = String::from("Persona × operation, with ids that exist for nobody. ✔ may call it, ✘ may not, 404 may call it and sees nothing there.\n\n");
        writeln!(out, "{:<36}{}", "operation", personas.map(|who| format!("{who:<7}")).join("")).unwrap();
        for (name, document) in documents(&w.server.gate.types) {
            let mut line = format!("{name:<36}");
            for who in personas {
                // Signing out would end the persona's later lines.
                let ends = name.starts_with("Mutation.signOut");
                let mark = if ends { "✔" } else { mark(w, who, &document).await };
                write!(line, "{mark:<7}").unwrap();
            }
            writeln!(out, "{}", line.trim_end()).unwrap();
        }
        golden("tests/golden/persona_operation.txt", &out);
    }
}

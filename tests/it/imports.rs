//! Imports: the same file gives the same rows, and a report of whatever was not taken as it is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Phone, World, repository};

/// The real file, where it is: beside the repository, or in the folder that SAFEPACT_DATA names. It is not ours to give away; where
/// it is absent that is said, and what follows from its quirks is tested on rows of our own below.
fn real_file() -> Option<String> {
    let named = std::env::var_os("SAFEPACT_DATA").map(std::path::PathBuf::from);
    let folder = named.clone().unwrap_or_else(|| repository().join("../shared/data"));
    let file = folder.join("aid_worker_incidents_1997_2025.csv");
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            assert!(named.is_none(), "{}: {error}", file.display());
            eprintln!("SKIPPED the import of real incidents: SAFEPACT_DATA names no folder with them");
            None
        }
    }
}

async fn organisation(w: &World, who: &str) -> Value {
    w.ask(who, "{ me { standings { space subject rights } } }", Value::Null)
        .await
        .at("/me/standings")
        .as_array()
        .unwrap()
        .iter()
        .find(|standing| standing["space"] == "ORGANISATION")
        .unwrap()["subject"]
        .clone()
}

async fn import(w: &World, who: &str, organisation: &Value, text: &str) -> crate::support::Answer {
    let input = json!({ "organisationId": organisation, "mapping": "aid-worker-incidents", "text": text });
    let selection =
        "rows created updated unchanged kept refused unknownColumns notesTotal notes { line column value became rule }";
    w.act(who, "importIncidents", "ImportIncidentsInput", input, selection).await
}

scenario! {
    async fn the_real_file_twice_gives_the_same_rows_and_the_counts_of_the_file(w: World) {
        let Some(text) = real_file() else { return };
        let riverbank = organisation(w, "omar").await;
        let report = import(w, "omar", &riverbank, &text).await;
        let told = ["rows", "created", "updated", "unchanged", "kept", "refused"].map(|name| report.at(&format!("/answer/{name}")));
        assert_eq!(told, [4337, 4337, 0, 0, 0, 0].map(|n| json!(n)));
        assert_eq!(report.at("/answer/unknownColumns"), json!([]));
        let mut omar = Phone::new("omar", "incident");
        assert_eq!(omar.sync(w).await.len(), 4337);
        let again = import(w, "omar", &riverbank, &text).await;
        assert_eq!((again.at("/answer/created"), again.at("/answer/unchanged")), (json!(0), json!(4337)));
        assert_eq!(omar.sync(w).await, [], "nothing moved in the ledger");

        // Counted again, by another hand, from the file itself.
        let mut file = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = file.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|known| known == name).unwrap();
        let mut years: BTreeMap<String, [i64; 5]> = BTreeMap::new();
        for row in file.records() {
            let row = row.unwrap();
            let n = |name: &str| row[at(name)].trim().parse::<i64>().unwrap_or(0);
            let counts = years.entry(row[at("Year")].to_owned()).or_default();
            counts[0] += 1;
            counts[1] += n("Nationals killed") + n("Nationals wounded") + n("Nationals kidnapped");
            counts[2] += n("Internationals killed") + n("Internationals wounded") + n("Internationals kidnapped");
            counts[3] += n("NNGO") + n("NRCS and IFRC");
            counts[4] += n("UN") + n("INGO") + n("ICRC");
        }
        let summary = "{ incidentSummary(by: YEAR) { group incidents nationalsKilled nationalsWounded nationalsKidnapped \
            internationalsKilled internationalsWounded internationalsKidnapped employedLocally employedInternationally } }";
        let told = w.ask("omar", summary, Value::Null).await.at("/incidentSummary");
        let told: BTreeMap<String, [i64; 5]> = told.as_array().unwrap().iter().map(|year| {
            let n = |name: &str| year[name].as_i64().unwrap();
            let counts = [
                n("incidents"),
                n("nationalsKilled") + n("nationalsWounded") + n("nationalsKidnapped"),
                n("internationalsKilled") + n("internationalsWounded") + n("internationalsKidnapped"),
                n("employedLocally"),
                n("employedInternationally"),
            ];
            (year["group"].as_str().unwrap().to_owned(), counts)
        }).collect();
        assert_eq!(told, years);
        assert_eq!(years.len(), 29);

        // What the file leaves open stays open: no first of January, no invented country.
        let by_reference = |reference: &str| omar.documents.values().find(|d| d["sourceReference"] == reference).unwrap();
        assert_eq!((&by_reference("1")["occurredOn"], &by_reference("1")["country"]), (&json!("1997-01"), &json!("KH")));
        let precise = |length: usize| omar.documents.values().filter(|d| d["occurredOn"].as_str().unwrap().len() == length).count();
        assert_eq!((precise(4), precise(7), precise(10)), (48, 332, 3957));
        let country = |code: Value, name: &str| omar.documents.values().filter(|d| d["country"] == code && d["countryName"] == name).count();
        assert!(country(Value::Null, "Chechnya") > 0 && country(json!("XK"), "Kosovo") > 0 && country(json!("NA"), "Namibia") > 0);
        // The other side of the partnership has none of it, and cannot import into an organisation that is not theirs.
        assert_eq!(Phone::new("dana", "incident").sync(w).await, []);
        import(w, "dana", &riverbank, &text).await.refused("NOT_FOUND").field("input.organisationId".rsplit('.').next().unwrap());
        import(w, "amina", &riverbank, &text).await.refused("FORBIDDEN");
    }
}

const HEADER: &str = "Incident ID,Year,Month,Day,Country Code,Country,City,NNGO,Latitude,Longitude,Means of attack,Actor type,Verified,Details,Weather";

scenario! {
    async fn every_value_that_was_not_taken_is_named_by_line_and_column(w: World) {
        let riverbank = organisation(w, "omar").await;
        let text = format!("\u{feff}{HEADER}\n\
            a1,2024,3,7,SS,South Sudan,Bentiu,1,9.2,29.8,Shooting,Host State,Yes,\"one line,\nand another\",wet\n\
            a2,2024,13,7,SS,South Sudan,Bentiu ,x,95,29.8,Catapult,Unknown,Pen,,\n\
            a3,2024,,7,ZZ,Nowhere,,,,,shooting ,,,,\n\
            ,2024,1,1,SS,,,,,,,,,,\n\
            a1,2023,1,1,SS,,,,,,,,,,\n\
            a6,soon,1,1,SS,,,,,,,,,,\n");
        let report = import(w, "omar", &riverbank, &text).await;
        let told = ["rows", "created", "refused"].map(|name| report.at(&format!("/answer/{name}")));
        assert_eq!(told, [json!(6), json!(3), json!(3)]);
        assert_eq!(report.at("/answer/unknownColumns"), json!(["Weather"]));
        let notes: Vec<String> = report.at("/answer/notes").as_array().unwrap().iter().map(|note| {
            let text = |name: &str| note[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {:?} -> {:?} {}", note["line"], text("column"), text("value"), text("became"), text("rule"))
        }).collect();
        let has = |wanted: &str| assert!(notes.iter().any(|note| note == wanted), "{wanted} in {notes:#?}");
        has("2 Actor type \"Host State\" -> \"HOST_STATE\" SPELLING");
        has("4 date \"2024-13-07\" -> \"2024\" ISO_8601_PARTIAL_DATE");
        has("4 City \"Bentiu \" -> \"Bentiu\" BLANKS_TRIMMED");
        has("4 NNGO \"x\" -> \"-\" VICTIMS");
        has("4 Latitude \"95\" -> \"-\" DEGREES");
        has("4 - \"-\" -> \"-\" COORDINATES_IN_PAIRS");
        has("4 Means of attack \"Catapult\" -> \"-\" CODE_IS_KNOWN");
        has("4 Verified \"Pen\" -> \"Pending\" SPELLING");
        has("5 Country Code \"ZZ\" -> \"\" ISO_3166_1_ALPHA_2");
        has("5 Day \"7\" -> \"\" DATE_PART");
        has("6 - \"-\" -> \"-\" REFERENCE_IS_NEEDED");
        has("7 - \"a1\" -> \"-\" REFERENCE_ONCE");
        has("8 Year \"soon\" -> \"-\" YEAR_IS_NEEDED");
        let mut omar = Phone::new("omar", "incident");
        omar.sync(w).await;
        let a1 = omar.documents.values().find(|d| d["sourceReference"] == "a1").unwrap().clone();
        assert_eq!(a1["narrative"], "one line,\nand another");
        let changed = text.replace("Bentiu,1,9.2", "Rubkona,2,9.2");

        // Edited by hand since: the file does not write over it.
        let input = json!({ "id": a1["id"], "expectedVersion": 1, "facts": { "narrative": "as we know it" } });
        w.act("omar", "updateIncident", "UpdateIncidentInput", input, "version").await.data();
        let report = import(w, "omar", &riverbank, &changed).await;
        let told = ["created", "updated", "unchanged", "kept"].map(|name| report.at(&format!("/answer/{name}")));
        assert_eq!(told, [0, 0, 2, 1].map(|n| json!(n)));
        let changed = text.replace("South Sudan,Bentiu ,", "South Sudan,Leer ,");
        let report = import(w, "omar", &riverbank, &changed).await;
        assert_eq!(report.at("/answer/updated"), json!(1));
        let input = json!({ "organisationId": riverbank, "mapping": "nothing", "text": text });
        w.act("omar", "importIncidents", "ImportIncidentsInput", input, "rows").await.refused("VALIDATION_FAILED").by("MAPPING_IS_KNOWN");
        import(w, "omar", &riverbank, "a,b\n1,2\n").await.refused("VALIDATION_FAILED").by("COLUMNS");
    }
}

//! Demo data: one believable partnership with its people in South Sudan. No real person, no real
//! organisation. It is written by the same commands that clients send, each by the person who would.

use std::sync::Arc;

use anyhow::Context;
use entity::value::{CountryCode, LanguageTag, OrganisationKind, Recruitment, Title};
use serde_json::{Value, json};

use crate::{
    organisations::enrol::{self, Enrolment},
    platform::{
        Platform,
        gate::{Gate, Incoming},
        token::{EMBEDDED_ISSUER, Identity},
        whole,
    },
    schema::Schema,
};

/// Somebody in the demo data.
pub struct Persona {
    /// Subject of their token.
    pub subject: &'static str,
    /// Name.
    pub name: &'static str,
    /// Who that is.
    pub role: &'static str,
}

const fn persona(subject: &'static str, name: &'static str, role: &'static str) -> Persona {
    Persona { subject, name, role }
}

/// Everybody who can sign in.
pub const PERSONAS: &[Persona] = &[
    persona("dana", "Dana Holm", "signatory of Northlight Relief (international)"),
    persona("omar", "Omar Gatluak", "signatory of Riverbank Community Action (local)"),
    persona("amina", "Amina Nyakim", "contributor of Riverbank Community Action, locally recruited"),
    persona("petra", "Petra Lind", "viewer of Northlight Relief"),
    persona("lars", "Lars Vik", "representative of Northlight Relief"),
    persona("grace", "Grace Nyaruon", "representative of Riverbank Community Action"),
    persona("sam", "Sam Okoth", "representative of Harbour Aid Network, a stranger to the partnership"),
];

fn identity(platform: &Platform, subject: &str) -> Identity {
    Identity {
        issuer: EMBEDDED_ISSUER.into(),
        subject: subject.into(),
        jti: None,
        device: None,
        issued_at: Some(i64::MAX),
        expires_at: platform.env.now() + chrono::TimeDelta::minutes(5),
    }
}

/// Whether the demo personas are here.
pub async fn is_loaded(platform: &Arc<Platform>) -> anyhow::Result<bool> {
    for persona in PERSONAS {
        if platform.caller(&identity(platform, persona.subject), "demo".into()).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sends one document as one persona.
struct Teller<'a> {
    platform: &'a Arc<Platform>,
    schema: &'a Schema,
    gate: &'a Gate,
}

impl Teller<'_> {
    /// Runs a document with one root field; answers with that field.
    async fn say(&self, who: &str, query: &str, variables: Value) -> anyhow::Result<Value> {
        let caller = self.platform.caller(&identity(self.platform, who), "demo".into()).await?;
        let incoming = Incoming { query: query.to_owned(), operation_name: None, variables };
        let admitted = self.gate.admit(incoming, caller.as_ref());
        let admitted = admitted.map_err(|errors| anyhow::anyhow!("{who}: {query}: {errors:?}"))?;
        let response = self.schema.execute(admitted.request).await;
        anyhow::ensure!(response.errors.is_empty(), "{who}: {query}: {:?}", response.errors);
        match whole::read(response.data)? {
            Value::Object(fields) => fields.into_iter().next().map(|(_, value)| value).context("an empty answer"),
            other => Ok(other),
        }
    }

    async fn id(&self, who: &str, query: &str, input: Value) -> anyhow::Result<String> {
        let answer = self.say(who, query, json!({ "input": input })).await?;
        Ok(answer.get("id").and_then(Value::as_str).context("an answer without id")?.to_owned())
    }

    /// Adds a person who can sign in.
    async fn person(
        &self,
        who: &str,
        organisation: &str,
        persona: &str,
        role: &str,
        recruitment: &str,
    ) -> anyhow::Result<String> {
        let name = PERSONAS.iter().find(|p| p.subject == persona).map_or(persona, |p| p.name);
        let input = json!({ "organisationId": organisation, "name": name, "recruitment": recruitment });
        let person =
            self.id(who, "mutation($input: AddPersonInput!) { addPerson(input: $input) { id } }", input).await?;
        let input = json!({ "personId": person, "role": role });
        let give = "mutation($input: GiveMembershipInput!) { giveMembership(input: $input) { id } }";
        self.id(who, give, input).await?;
        let input = json!({ "personId": person, "issuer": EMBEDDED_ISSUER, "subject": persona });
        self.id(who, "mutation($input: OpenAccountInput!) { openAccount(input: $input) { id } }", input).await?;
        Ok(person)
    }

    async fn assign(
        &self,
        who: &str,
        side: &str,
        person: &str,
        role: &str,
        shown_as: Option<&str>,
    ) -> anyhow::Result<()> {
        let input = json!({ "sideId": side, "personId": person, "role": role, "shownAs": shown_as });
        let query = "mutation($input: AssignSideRoleInput!) { assignSideRole(input: $input) { id } }";
        self.id(who, query, input).await.map(drop)
    }

    /// Everybody consents to the open request about a record.
    async fn consent(&self, request: &str, hash: &str, who: &[&str]) -> anyhow::Result<()> {
        for who in who {
            let input = json!({ "requestId": request, "contentHash": hash });
            self.id(who, "mutation($input: GiveConsentInput!) { giveConsent(input: $input) { id } }", input).await?;
        }
        Ok(())
    }

    async fn threat(&self, partnership: &str, input: Value) -> anyhow::Result<String> {
        let mut input = input;
        if let Some(fields) = input.as_object_mut() {
            fields.insert("partnershipId".to_owned(), json!(partnership));
        }
        self.id("amina", "mutation($input: IdentifyThreatInput!) { identifyThreat(input: $input) { id } }", input).await
    }

    async fn risk(&self, threat: &str, title: &str, description: &str, origin: &str) -> anyhow::Result<String> {
        let input = json!({ "threatId": threat, "title": title, "description": description, "origin": origin });
        self.id("amina", "mutation($input: IdentifyRiskInput!) { identifyRisk(input: $input) { id } }", input).await
    }

    async fn perceive(&self, who: &str, risk: &str, point: (i64, i64), rationale: &str) -> anyhow::Result<()> {
        let input = json!({ "riskId": risk, "likelihood": point.0, "impact": point.1, "rationale": rationale });
        let query = "mutation($input: RecordPerceptionInput!) { recordPerception(input: $input) { id } }";
        self.id(who, query, input).await.map(drop)
    }

    async fn agree(&self, risk: &str, point: (i64, i64), rationale: &str) -> anyhow::Result<()> {
        let input = json!({ "riskId": risk, "likelihood": point.0, "impact": point.1, "rationale": rationale });
        let query = "mutation($input: ProposeLevelInput!) { proposeLevel(input: $input) { id contentHash } }";
        let request = self.say("omar", query, json!({ "input": input })).await?;
        self.consent(text(&request, "id")?, text(&request, "contentHash")?, &["omar", "dana"]).await
    }
}

fn text<'v>(value: &'v Value, name: &str) -> anyhow::Result<&'v str> {
    value.get(name).and_then(Value::as_str).with_context(|| format!("an answer without {name}"))
}

async fn organisation(
    platform: &Arc<Platform>,
    name: &str,
    kind: OrganisationKind,
    country: &str,
    by: &str,
) -> anyhow::Result<String> {
    let wrong = |violation: entity::value::Violation| anyhow::anyhow!(violation.message);
    let representative = PERSONAS.iter().find(|p| p.subject == by).map_or(by, |p| p.name);
    let recruitment =
        if kind == OrganisationKind::International { Recruitment::International } else { Recruitment::Local };
    let enrolment = Enrolment {
        name: Title::new(name).map_err(wrong)?,
        kind,
        country: CountryCode::new(country).map_err(wrong)?,
        base_language: LanguageTag::new("en").map_err(wrong)?,
        listed: true,
        representative: Title::new(representative).map_err(wrong)?,
        recruitment,
        issuer: Title::new(EMBEDDED_ISSUER).map_err(wrong)?,
        subject: Title::new(by).map_err(wrong)?,
    };
    Ok(enrol::enrol(platform, enrolment).await?.to_string())
}

/// Tells the story, up to where the tour of the README goes on.
pub async fn load(platform: &Arc<Platform>, schema: &Schema, gate: &Gate) -> anyhow::Result<()> {
    let teller = Teller { platform, schema, gate };
    let northlight = organisation(platform, "Northlight Relief", OrganisationKind::International, "NO", "lars").await?;
    let riverbank =
        organisation(platform, "Riverbank Community Action", OrganisationKind::Local, "SS", "grace").await?;
    organisation(platform, "Harbour Aid Network", OrganisationKind::National, "KE", "sam").await?;
    let dana = teller.person("lars", &northlight, "dana", "SECURITY_FOCAL_POINT", "INTERNATIONAL").await?;
    let petra = teller.person("lars", &northlight, "petra", "STAFF", "INTERNATIONAL").await?;
    let omar = teller.person("grace", &riverbank, "omar", "SECURITY_FOCAL_POINT", "LOCAL").await?;
    let amina = teller.person("grace", &riverbank, "amina", "STAFF", "LOCAL").await?;
    let partnership = partnership(&teller, [&northlight, &riverbank], [&dana, &petra, &omar, &amina]).await?;
    risks(&teller, &partnership).await
}

async fn partnership(teller: &Teller<'_>, organisations: [&str; 2], people: [&str; 4]) -> anyhow::Result<String> {
    let [northlight, riverbank] = organisations;
    let [dana, petra, omar, amina] = people;
    let input = json!({
        "organisationId": northlight,
        "partnerIds": [riverbank],
        "title": "Clean water for Bentiu",
        "scope": "Drilling and keeping boreholes, and hygiene work with families, in and around Bentiu and Rubkona.",
        "country": "SS",
        "agreementRef": "NLR-RCA-2026-04",
        "agreementOnSecurity": "YES",
        "securityClause": "Article 9",
        "startsOn": "2026-05-01",
        "endsOn": "2027-10-31",
    });
    let create =
        "mutation($input: CreatePartnershipInput!) { createPartnership(input: $input) { id sides { id position } } }";
    let made = teller.say("dana", create, json!({ "input": input })).await?;
    let id = text(&made, "id")?.to_owned();
    let side =
        |position: usize| made.pointer(&format!("/sides/{position}/id")).and_then(Value::as_str).context("a side");
    let (ours, theirs) = (side(0)?, side(1)?);
    teller.assign("lars", ours, dana, "SIGNATORY", None).await?;
    teller.assign("lars", ours, petra, "VIEWER", None).await?;
    let propose = "mutation($input: ProposePartnershipInput!) { proposePartnership(input: $input) \
                   { openConsentRequests { id contentHash } } }";
    let proposed = teller.say("dana", propose, json!({ "input": { "id": id, "expectedVersion": 1 } })).await?;
    teller.assign("grace", theirs, omar, "SIGNATORY", None).await?;
    // Where a name is dangerous, the other side sees a function.
    teller.assign("grace", theirs, amina, "CONTRIBUTOR", Some("Field officer, Rubkona")).await?;
    foundations(teller, &id, [ours, theirs]).await?;
    let request = proposed.pointer("/openConsentRequests/0").context("a request")?;
    teller.consent(text(request, "id")?, text(request, "contentHash")?, &["dana", "omar"]).await?;
    Ok(id)
}

/// Each side says for itself what a partnership stands on.
async fn foundations(teller: &Teller<'_>, partnership: &str, sides: [&str; 2]) -> anyhow::Result<()> {
    let [ours, theirs] = sides;
    for who in ["dana", "omar"] {
        let input = json!({ "partnershipId": partnership, "textVersion": "GISF-2021" });
        let adopt = "mutation($input: AdoptPrinciplesInput!) { adoptPrinciples(input: $input) { id } }";
        teller.id(who, adopt, input).await?;
    }
    let attitudes = [
        ("dana", "SECURITY", "CAUTIOUS", "Nobody travels where the last week was not calm; we stop rather than hope."),
        (
            "omar",
            "SECURITY",
            "OPEN",
            "Families wait for water on both banks. We go when the elders say the road is open.",
        ),
        ("omar", "FIDUCIARY", "CAUTIOUS", "Cash is counted by two of us; beyond Rubkona we pay through traders."),
    ];
    for (who, risk_type, appetite, statement) in attitudes {
        let input = json!({ "partnershipId": partnership, "riskType": risk_type, "appetite": appetite, "statement": statement });
        let record = "mutation($input: RecordRiskAttitudeInput!) { recordRiskAttitude(input: $input) { id } }";
        teller.id(who, record, input).await?;
    }
    let transfers = [
        json!({
            "partnershipId": partnership, "fromSideId": ours, "toSideId": theirs, "title": "Seen as rich by the logo",
            "description": "Since our cars carry Northlight's logo, armed youths take us for people with money.",
            "intent": "UNINTENDED", "effect": "INCREASED", "channel": "PERCEPTION", "bearing": "NEGATIVE",
        }),
        json!({
            "partnershipId": partnership, "fromSideId": theirs, "toSideId": ours, "title": "Known on the road",
            "description": "With Riverbank's people in the car our visitors pass checkpoints that stopped us before.",
            "intent": "INTENDED", "effect": "DECREASED", "channel": "IDENTITY", "bearing": "POSITIVE",
        }),
    ];
    for (who, input) in ["omar", "dana"].into_iter().zip(transfers) {
        let name = "mutation($input: IdentifyRiskTransferInput!) { identifyRiskTransfer(input: $input) { id } }";
        teller.id(who, name, input).await?;
    }
    let duties = [
        (
            "dana",
            theirs,
            Some("Article 9: insurance against accident and detention for Riverbank's field staff."),
            "We share what we know of threats within the hour, and pay for the way out.",
        ),
        ("omar", ours, None, "Visitors are guests: they eat and leave with us, and never travel alone."),
    ];
    for (who, to, legal, moral) in duties {
        let input = json!({
            "partnershipId": partnership, "toSideId": to, "legal": legal, "noLegalDuty": legal.is_none(), "moral": moral,
        });
        let state = "mutation($input: StateDutyOfCareInput!) { stateDutyOfCare(input: $input) { id } }";
        teller.id(who, state, input).await?;
    }
    Ok(())
}

async fn risks(teller: &Teller<'_>, partnership: &str) -> anyhow::Result<()> {
    let armed = json!({
        "title": "Armed men on the road",
        "kind": "HUMAN",
        "description": "Groups of young armed men stop cars between Bentiu and Rubkona, mostly late in the day.",
        "mindSet": 3, "capability": 4, "context": 4,
    });
    let armed = teller.threat(partnership, armed).await?;
    let flood = json!({ "title": "Flood of the Sudd", "kind": "HAZARD", "description": "The dykes around Bentiu can break in the rains." });
    let flood = teller.threat(partnership, flood).await?;
    let soldiers = json!({
        "title": "Soldiers at checkpoints", "kind": "HUMAN", "mindSet": 2, "capability": 4, "context": 3,
    });
    let soldiers = teller.threat(partnership, soldiers).await?;
    let shelling = json!({ "title": "Shelling", "kind": "HUMAN", "mindSet": 1, "capability": 5, "context": 2 });
    let shelling = teller.threat(partnership, shelling).await?;

    // The risk of the tour: nobody has said yet how they see it.
    let road = "Field staff of either side are taken from a car and held for ransom.";
    teller.risk(&armed, "Abduction on the Bentiu road", road, "TRANSFORMED").await?;

    let store =
        teller.risk(&armed, "Looting of the store", "Pumps and fuel are taken by force.", "PRE_EXISTING").await?;
    teller
        .perceive("dana", &store, (3, 3), "Two cases in the county last year; guards and a fence are in place.")
        .await?;
    teller
        .perceive("omar", &store, (4, 4), "The guards are from one clan only; the other clan has said so in public.")
        .await?;

    let dyke = teller
        .risk(&flood, "The base is cut off", "No way out by road for weeks; no medical evacuation.", "PRE_EXISTING")
        .await?;
    teller.perceive("dana", &dyke, (4, 4), "Water stood at the gate in two of three years.").await?;
    teller.perceive("omar", &dyke, (4, 4), "As Dana says; families will come to the base too.").await?;
    teller.agree(&dyke, (4, 4), "Both sides see it alike.").await?;

    let detained = "Local staff who carry the partner's equipment are held and questioned.";
    let detained = teller.risk(&soldiers, "Detention of local staff", detained, "CAUSED_BY_PARTNERSHIP").await?;
    teller
        .perceive("omar", &detained, (4, 3), "Three of ours since June; none before we carried radios for the project.")
        .await?;

    let strike = teller
        .risk(&shelling, "Shelling of the compound", "People in the compound are killed.", "PRE_EXISTING")
        .await?;
    teller.perceive("dana", &strike, (1, 5), "No fighting inside the town since 2015.").await?;
    teller.perceive("omar", &strike, (1, 5), "Unlikely now; nobody would survive it.").await?;
    teller.agree(&strike, (1, 5), "Very unlikely, and not to be forgotten.").await
}

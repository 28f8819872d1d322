//! Checks that every record is published where its audience is, and nowhere else. Publications are a materialised
//! function of the rows; this computes them again.

use std::collections::{BTreeMap, HashMap};

use entity::{
    Id, Kind, Level, Record, SpaceRef, account, advocacy_issue, advocacy_strategy, benefit, campaign,
    capacity_activity, capacity_declaration, capacity_need, category_definitions, communication_contact,
    communication_plan, concern, consent, consent_request, conversation, conversation_account, decision,
    decision_contribution, device, duty_of_care_statement, end_assessment, feedback, health_check, incident,
    incident_release, incident_restricted, indicator_rating, library_item, membership, monitoring_check,
    no_risk_transfer, organisation, partnership, partnership_side, person,
    platform::{publication, space},
    policy_consultation, policy_response, principle_adoption, related_assessment, review, review_action, review_answer,
    review_indicator, review_note, review_question, review_session, review_submission, risk, risk_attitude,
    risk_level_record, risk_perception, risk_transfer, shared_practice, sharing_protocol, side_role, srm_role,
    strength, sync_command, sync_conflict, threat, understanding,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Platform, error::Result, visible};

/// Rows that one read takes.
const BATCH: u64 = 1000;

/// A record that is published elsewhere than its audience says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// Its kind.
    pub kind: Kind,
    /// The record.
    pub id: Id,
}

/// For each record, the spaces that see it and how much of it.
type Places = HashMap<Id, BTreeMap<i32, i16>>;

/// Every record that is misplaced.
pub(super) async fn misplaced(platform: &Platform) -> Result<Vec<Misplaced>> {
    #[expect(clippy::disallowed_methods, reason = "the check reads every space, and shows ids only")]
    let spaces = space::Entity::find().all(&platform.db).await?;
    let spaces: HashMap<SpaceRef, i32> =
        spaces.into_iter().map(|space| (SpaceRef { kind: space.kind, subject: space.subject_id }, space.no)).collect();
    let mut out = Vec::new();
    macro_rules! check {
        ($($module:ident),+ $(,)?) => { $(check::<$module::Model>(platform, &spaces, &mut out).await?;)+ };
    }
    check!(
        organisation,
        person,
        account,
        membership,
        partnership,
        partnership_side,
        side_role,
        consent_request,
        consent,
        threat,
        risk,
        risk_perception,
        risk_level_record,
        incident,
        incident_restricted,
        sharing_protocol,
        incident_release,
        sync_conflict,
        sync_command,
        device,
        principle_adoption,
        risk_attitude,
        risk_transfer,
        no_risk_transfer,
        duty_of_care_statement,
        concern,
        review,
        review_question,
        review_answer,
        review_submission,
        review_note,
        review_indicator,
        category_definitions,
        indicator_rating,
        review_action,
        monitoring_check,
        end_assessment,
        review_session,
        related_assessment,
        conversation,
        conversation_account,
        communication_plan,
        communication_contact,
        feedback,
        shared_practice,
        health_check,
        decision,
        decision_contribution,
        policy_consultation,
        policy_response,
        strength,
        benefit,
        understanding,
        srm_role,
        capacity_declaration,
        capacity_need,
        capacity_activity,
        library_item,
        advocacy_issue,
        advocacy_strategy,
        campaign,
    );
    Ok(out)
}

async fn check<M: Record>(
    platform: &Platform,
    spaces: &HashMap<SpaceRef, i32>,
    out: &mut Vec<Misplaced>,
) -> Result<()> {
    let id = visible::id_column::<M>();
    let mut after = Id::NIL;
    loop {
        #[expect(clippy::disallowed_methods, reason = "the check reads every record, and shows ids only")]
        let rows = M::Entity::find().filter(id.gt(after)).order_by_asc(id).limit(BATCH).all(&platform.db).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id();
        let known = published(platform, rows.iter().map(Record::id)).await?;
        let parents = published(platform, rows.iter().filter_map(|row| row.audience().inherits)).await?;
        for row in &rows {
            let audience = row.audience();
            let mut places = audience.inherits.and_then(|parent| parents.get(&parent).cloned()).unwrap_or_default();
            for (space, level) in &audience.spaces {
                // A space that does not exist has nobody in it: then the record is not where it should be.
                places.insert(spaces.get(space).copied().unwrap_or_default(), Level::stored(*level));
            }
            if known.get(&row.id()) != Some(&places) {
                out.push(Misplaced { kind: M::KIND, id: row.id() });
            }
        }
    }
}

async fn published(platform: &Platform, ids: impl Iterator<Item = Id>) -> Result<Places> {
    let of = visible::any_of(platform.db.is_postgres(), publication::Column::RecordId, ids);
    #[expect(clippy::disallowed_methods, reason = "the check reads every publication, and shows ids only")]
    let rows =
        publication::Entity::find().filter(of).filter(publication::Column::Live.eq(true)).all(&platform.db).await?;
    let mut places = Places::new();
    for row in rows {
        places.entry(row.record_id).or_default().insert(row.space_no, row.level);
    }
    Ok(places)
}

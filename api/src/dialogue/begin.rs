//! What several commands of this capability do.

use std::collections::BTreeMap;

use entity::{
    Id, Kind, Right, SpaceRef, communication_contact, communication_plan, conversation_account,
    value::{ConsentAction, PlanState, Text},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::json;

use super::rules;
use crate::{
    consents, partnerships,
    platform::{
        caller::Sort,
        error::{Error, Result},
        restate::supersede,
        tx::Tx,
    },
};

/// What a side says about a conversation takes the place of what it said before.
pub(super) async fn account(
    tx: &mut Tx,
    partnership: Id,
    conversation: Id,
    side: Id,
    participants: Text,
    view: Text,
) -> Result<Id> {
    use conversation_account::Column;
    let known = Condition::all()
        .add(Column::ConversationId.eq(conversation))
        .add(Column::SideId.eq(side))
        .add(Column::Current.eq(true));
    let told: Option<conversation_account::Model> = tx.first(known.clone(), &Sort::desc(Column::CreatedAt)).await?;
    let speaks = tx.caller.grants().within(Right::JointPropose, SpaceRef::side(side)).is_some();
    if told.is_some_and(|told| told.created_by != tx.caller.person()) && !speaks {
        // What a colleague told for the side, who speaks for it tells anew; others add a conversation of their own.
        return Err(Error::forbidden(Right::JointPropose));
    }
    let revision = supersede::<conversation_account::Model>(tx, known, "conversation.account_superseded").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = conversation_account::Model {
        id,
        partnership_id: partnership,
        conversation_id: conversation,
        side_id: side,
        participants,
        view,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("conversation.told", row).await?.id)
}

/// [`rules::CONTACTS_NAMED`].
pub(super) async fn contacts_named(tx: &Tx, partnership: Id) -> Result<()> {
    let named = contacts(tx, partnership).await?;
    let sides = partnerships::side_ids(tx, partnership).await?;
    let missing: Vec<Id> =
        sides.into_iter().filter(|side| !named.iter().any(|contact| contact.side_id == *side)).collect();
    if missing.is_empty() { Ok(()) } else { Err(Error::waits_for(&rules::CONTACTS_NAMED, "partnershipId", &missing)) }
}

async fn contacts(tx: &Tx, partnership: Id) -> Result<Vec<communication_contact::Model>> {
    use communication_contact::Column;
    let current = Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::Current.eq(true));
    tx.all(current, &Sort::asc(Column::CreatedAt)).await
}

/// Plans of a partnership in a state count no more.
pub(super) async fn retire_plans(tx: &mut Tx, partnership: Id, state: PlanState) -> Result<()> {
    use communication_plan::Column;
    let known = Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::State.eq(state));
    let plans: Vec<communication_plan::Model> = tx.all(known, &Sort::asc(Column::CreatedAt)).await?;
    for before in plans {
        let after = communication_plan::Model { state: PlanState::Superseded, ..before.clone() };
        tx.update("communication_plan.superseded", &before, after).await?;
        consents::void(tx, before.id).await?;
    }
    Ok(())
}

/// Asks every side about a plan.
pub(super) async fn ask(tx: &mut Tx, plan: &communication_plan::Model, side: Id) -> Result<Id> {
    let content = BTreeMap::from([
        ("communicationPlan", json!(plan.id)),
        ("meetEveryDays", json!(plan.meet_every_days)),
        ("shareEveryDays", json!(plan.share_every_days)),
        ("healthCheckEveryDays", json!(plan.health_check_every_days)),
        ("channels", json!(plan.channels)),
        ("languages", json!(plan.languages)),
        ("feedbackMethod", json!(plan.feedback_method)),
    ]);
    let subject = consents::Subject {
        partnership: plan.partnership_id,
        kind: Kind::CommunicationPlan,
        id: plan.id,
        action: ConsentAction::AgreeCommunicationPlan,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}

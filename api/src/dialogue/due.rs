use std::collections::HashMap;

use entity::{
    Id, communication_plan, conversation, conversation_account, health_check, partnership, partnership_side,
    shared_practice,
    value::{Date, PlanState},
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query},
};

use super::rules;
use crate::{
    partnerships,
    platform::{error::Result, tx::Tx},
};

/// Tells of conversations, looks at the work together and sharing that are late by the plan of the sides (P-12, P-29, P-34).
pub async fn tell(tx: &mut Tx) -> Result<usize> {
    let plans: Vec<communication_plan::Model> = {
        use communication_plan::Column;
        tx.consequences(Condition::all().add(Column::State.eq(PlanState::Agreed)), Column::CreatedAt).await?
    };
    let of: Vec<Id> = plans.iter().map(|plan| plan.partnership_id).collect();
    let partnerships: Vec<partnership::Model> = tx.those_of(partnership::Column::Id, &of).await?;
    let living = partnerships.into_iter().filter(|row| partnerships::rules::partnership_is_living(row.state).is_ok());
    let living: Vec<Id> = living.map(|row| row.id).collect();
    let plans: HashMap<Id, communication_plan::Model> = plans
        .into_iter()
        .filter(|plan| living.contains(&plan.partnership_id))
        .map(|plan| (plan.partnership_id, plan))
        .collect();
    let today = Date::of(tx.now());
    let late = |plan: &communication_plan::Model, last: Option<&Date>, days: i32| {
        let due = rules::due_on(last.copied(), plan.agreed_at?, days);
        (due < today).then_some(due)
    };
    let held = {
        use conversation::Column;
        let counts = Condition::all().add(Column::Id.in_subquery(told_by_two()));
        tx.newest::<conversation::Model, Date>(Column::PartnershipId, &living, Column::HeldOn, counts).await?
    };
    let talks = plans.values().filter_map(|plan| {
        let due = late(plan, held.get(&plan.partnership_id), plan.meet_every_days)?;
        Some((plan.clone(), due))
    });
    let talks = talks.collect();
    let mut told = tx.tell_due("conversation.overdue", talks).await?;
    let checked = {
        use health_check::Column;
        let counts = Condition::all().add(Column::ConfirmedAt.is_not_null());
        tx.newest::<health_check::Model, Date>(Column::PartnershipId, &living, Column::HeldOn, counts).await?
    };
    let checks = plans.values().filter_map(|plan| {
        let due = late(plan, checked.get(&plan.partnership_id), plan.health_check_every_days)?;
        Some((plan.clone(), due))
    });
    let checks = checks.collect();
    told += tx.tell_due("health_check.overdue", checks).await?;
    let sides: Vec<partnership_side::Model> = tx.those_of(partnership_side::Column::PartnershipId, &living).await?;
    let shared = {
        use shared_practice::Column;
        let ids: Vec<Id> = sides.iter().map(|side| side.id).collect();
        tx.newest::<shared_practice::Model, Date>(Column::SideId, &ids, Column::SharedOn, Condition::all()).await?
    };
    let silent = sides.into_iter().filter_map(|side| {
        let plan = plans.get(&side.partnership_id)?;
        let due = late(plan, shared.get(&side.id), plan.share_every_days)?;
        Some((side, due))
    });
    let silent = silent.collect();
    Ok(told + tx.tell_due("practice.overdue", silent).await?)
}

/// Conversations that two sides have told of: one side alone does not hold one.
fn told_by_two() -> sea_orm::sea_query::SelectStatement {
    use conversation_account::{Column, Entity};
    Query::select()
        .column(Column::ConversationId)
        .from(Entity)
        .and_where(Expr::col(Column::Current).eq(true))
        .group_by_col(Column::ConversationId)
        .and_having(Expr::col(Column::Id).count().gt(1))
        .to_owned()
}

//! What is due between the sides, and what they have not spoken about yet.

use async_graphql::{Context, SimpleObject};
use entity::{
    Id, communication_plan, conversation, conversation_account, health_check, partnership, partnership_side,
    shared_practice,
    value::{Date, PlanState},
};
use sea_orm::{ColumnTrait, Condition};

use super::{CommunicationPlan, rules};
use crate::{
    catalogue::{self, CatalogueKey},
    partnerships,
    platform::{
        caller::{Caller, Sort},
        error::Result,
        gate::Ask,
    },
};

/// Whether the sides speak, share and look at their work together as they agreed to. Without an agreed plan nothing is due.
#[derive(SimpleObject)]
pub struct Dialogue {
    /// The plan that counts.
    pub plan: Option<CommunicationPlan>,
    /// Last day for the next conversation. One counts when two sides have told of it.
    pub meeting_due_on: Option<Date>,
    /// Whether that day is over.
    pub meeting_overdue: bool,
    /// Last day for the next look at the partnership together.
    pub health_check_due_on: Option<Date>,
    /// Whether that day is over.
    pub health_check_overdue: bool,
    /// What each side owes the others.
    pub sides: Vec<SideDialogue>,
}

/// What one side shared, and what it has not spoken about yet.
#[derive(SimpleObject)]
pub struct SideDialogue {
    /// The side.
    pub side_id: Id,
    /// Last day on which it shares something next.
    pub sharing_due_on: Option<Date>,
    /// Whether that day is over.
    pub sharing_overdue: bool,
    /// Codes of the framework elements about which it has told of no conversation yet.
    pub not_discussed: Vec<String>,
}

/// The dialogue of a partnership, as its sides see it.
pub async fn dialogue(ctx: &Context<'_>, row: &partnership::Model) -> Result<Dialogue> {
    let (caller, partnership) = (ctx.caller()?, row.id);
    let living = partnerships::rules::partnership_is_living(row.state).is_ok();
    let agreed = {
        use communication_plan::Column;
        Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::State.eq(PlanState::Agreed))
    };
    let newest = Sort::desc(communication_plan::Column::CreatedAt);
    let plan = caller.all::<communication_plan::Model>(agreed, &newest).await?.into_iter().next();
    let held = of_conversations(caller, partnership).await?;
    let told = {
        use conversation_account::Column;
        let current = Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::Current.eq(true));
        caller.all::<conversation_account::Model>(current, &Sort::desc(Column::CreatedAt)).await?
    };
    let checked = {
        use health_check::Column;
        let confirmed =
            Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::ConfirmedAt.is_not_null());
        caller.all::<health_check::Model>(confirmed, &Sort::desc(Column::HeldOn)).await?
    };
    let shared = {
        use shared_practice::Column;
        let of = Condition::all().add(Column::PartnershipId.eq(partnership));
        caller.all::<shared_practice::Model>(of, &Sort::desc(Column::SharedOn)).await?
    };
    let sides = {
        use partnership_side::Column;
        let of = Condition::all().add(Column::PartnershipId.eq(partnership));
        caller.all::<partnership_side::Model>(of, &Sort::asc(Column::Position)).await?
    };
    let elements = catalogue::printed(ctx, CatalogueKey::FrameworkElements, None)?;
    let due = |last: Option<Date>, days: fn(&communication_plan::Model) -> i32| {
        let plan = plan.as_ref().map(|at| &at.row).filter(|_| living)?;
        Some(rules::due_on(last, plan.agreed_at?, days(plan)))
    };
    let today = Date::of(caller.now());
    let over = |day: Option<Date>| day.is_some_and(|day| day < today);
    let of_side = |side: &partnership_side::Model| {
        let last = shared.iter().filter(|at| at.row.side_id == side.id).map(|at| at.row.shared_on).max();
        let sharing = due(last, |plan| plan.share_every_days);
        let spoke = |code: &str| {
            told.iter().filter(|at| at.row.side_id == side.id).any(|account| {
                held.iter().any(|talk| {
                    talk.id == account.row.conversation_id
                        && talk.element.as_ref().is_some_and(|element| element.as_str() == code)
                })
            })
        };
        SideDialogue {
            side_id: side.id,
            sharing_due_on: sharing,
            sharing_overdue: over(sharing),
            not_discussed: elements.iter().filter(|at| !spoke(&at.code)).map(|at| at.code.clone()).collect(),
        }
    };
    let sides = sides.iter().map(|at| of_side(&at.row)).collect();
    // One side alone does not hold a conversation: it counts when a second one has told of it.
    let told_by = |talk: &conversation::Model| told.iter().filter(|at| at.row.conversation_id == talk.id).count();
    let last = held.iter().filter(|talk| told_by(talk) > 1).map(|talk| talk.held_on).max();
    let meeting = due(last, |plan| plan.meet_every_days);
    let check = due(checked.iter().map(|at| at.row.held_on).max(), |plan| plan.health_check_every_days);
    Ok(Dialogue {
        plan: plan.map(CommunicationPlan::from),
        meeting_due_on: meeting,
        meeting_overdue: over(meeting),
        health_check_due_on: check,
        health_check_overdue: over(check),
        sides,
    })
}

async fn of_conversations(caller: &Caller, partnership: Id) -> Result<Vec<conversation::Model>> {
    use conversation::Column;
    let of = Condition::all().add(Column::PartnershipId.eq(partnership));
    let rows = caller.all::<conversation::Model>(of, &Sort::desc(Column::HeldOn)).await?;
    Ok(rows.into_iter().map(|at| at.row).collect())
}

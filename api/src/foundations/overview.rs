//! What each side has said, beside what it has not: what one screen needs.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use entity::{
    Id, Record, duty_of_care_statement, no_risk_transfer, partnership, partnership_side, principle_adoption,
    risk_attitude, risk_transfer,
    value::{Principle, RiskType, Title},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, Iterable, sea_query::SimpleExpr};

use super::{
    RiskAttitude,
    rules::{self, Said},
};
use crate::platform::{
    batch::Row,
    caller::{Caller, Sort},
    error::Result,
};

/// What one side has laid of the foundations of a partnership, and what it has not.
#[derive(SimpleObject)]
pub struct SideFoundations {
    /// The side.
    side_id: Id,
    /// Name of its organisation as the partnership shows it.
    shown_as: Title,
    /// Principles that it does not stand by yet, in the wording that was adopted last.
    principles_missing: Vec<Principle>,
    /// Whether it said how much risk it is ready to take.
    risk_attitude_stated: bool,
    /// When it looks at its risk attitudes again; empty before it said one and before the partnership is in force.
    risk_attitude_due_at: Option<DateTime<Utc>>,
    /// Whether that time is over.
    risk_attitude_overdue: bool,
    /// Whether it named a transfer of risk, or stated that it found none.
    risk_transfer_stated: bool,
    /// Sides to which it has not said yet what duty of care it owes them.
    duty_of_care_missing_to: Vec<Id>,
    /// Keys of the rules that it does not meet yet. The partnership comes into force when no side has one, and every side
    /// consents.
    missing: Vec<&'static str>,
}

/// How much risk of one type each side is ready to take.
#[derive(SimpleObject)]
pub struct AttitudeComparison {
    /// The type of risk.
    risk_type: RiskType,
    /// What each side said last about it, oldest first.
    attitudes: Vec<RiskAttitude>,
    /// Sides that said nothing about it yet.
    missing_sides: Vec<Id>,
    /// Whether two sides are ready to take a different amount of it. They are shown, never averaged.
    differs: bool,
}

async fn of<M: Record>(
    caller: &Caller,
    column: <M::Entity as EntityTrait>::Column,
    partnership: Id,
    order: <M::Entity as EntityTrait>::Column,
    counts: Option<SimpleExpr>,
) -> Result<Vec<Row<M>>> {
    caller.all(Condition::all().add(column.eq(partnership)).add_option(counts), &Sort::asc(order)).await
}

fn rows<M>(rows: Vec<Row<M>>) -> Vec<M> {
    rows.into_iter().map(|row| row.row).collect()
}

async fn sides(caller: &Caller, partnership: Id) -> Result<Vec<partnership_side::Model>> {
    use partnership_side::Column;
    Ok(rows(of(caller, Column::PartnershipId, partnership, Column::Position, None).await?))
}

/// The foundations of a partnership, side by side.
pub async fn overview(caller: &Caller, partnership: &partnership::Model) -> Result<Vec<SideFoundations>> {
    let id = partnership.id;
    let said = {
        use duty_of_care_statement::Column as Duty;
        use no_risk_transfer::Column as NoTransfer;
        use principle_adoption::Column as Adoption;
        use risk_attitude::Column as Attitude;
        use risk_transfer::Column as Transfer;
        Said {
            principles: rows(
                of(caller, Adoption::PartnershipId, id, Adoption::CreatedAt, Some(Adoption::WithdrawnAt.is_null()))
                    .await?,
            ),
            attitudes: rows(
                of(caller, Attitude::PartnershipId, id, Attitude::CreatedAt, Some(Attitude::Current.eq(true))).await?,
            ),
            transfers: rows(of(caller, Transfer::PartnershipId, id, Transfer::CreatedAt, None).await?),
            none: rows(
                of(caller, NoTransfer::PartnershipId, id, NoTransfer::CreatedAt, Some(NoTransfer::Current.eq(true)))
                    .await?,
            ),
            duties: rows(of(caller, Duty::PartnershipId, id, Duty::CreatedAt, Some(Duty::Current.eq(true))).await?),
        }
    };
    let sides = sides(caller, id).await?;
    let ids: Vec<Id> = sides.iter().map(|side| side.id).collect();
    let now = caller.now();
    let missing = rules::missing(&ids, &said);
    let one = |side: partnership_side::Model| {
        let last = said.attitudes.iter().filter(|row| row.side_id == side.id).map(|row| row.created_at).max();
        let due = rules::attitude_due(last, partnership.activated_at, partnership.attitude_revisit_days);
        let lacks = missing.iter().filter(|(_, sides)| sides.contains(&side.id));
        SideFoundations {
            side_id: side.id,
            shown_as: side.shown_as,
            principles_missing: said.principles_missing(side.id),
            risk_attitude_stated: said.attitude_stated(side.id),
            risk_attitude_due_at: due,
            risk_attitude_overdue: due.is_some_and(|due| due < now),
            risk_transfer_stated: said.transfer_stated(side.id),
            duty_of_care_missing_to: said.duties_missing(side.id, &ids),
            missing: lacks.map(|(rule, _)| rule.key).collect(),
        }
    };
    Ok(sides.into_iter().map(one).collect())
}

/// The risk attitudes of the sides of a partnership, type by type: those about which a side said something.
pub async fn comparison(caller: &Caller, partnership: Id) -> Result<Vec<AttitudeComparison>> {
    use risk_attitude::Column;
    let current = Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::Current.eq(true));
    let attitudes = caller.all::<risk_attitude::Model>(current, &Sort::asc(Column::CreatedAt)).await?;
    let sides = sides(caller, partnership).await?;
    let of_type = |risk_type: RiskType| {
        let said: Vec<_> = attitudes.iter().filter(|at| at.row.risk_type == risk_type).cloned().collect();
        let first = said.first()?.row.appetite;
        let spoke = |side: &partnership_side::Model| said.iter().any(|at| at.row.side_id == side.id);
        Some(AttitudeComparison {
            risk_type,
            differs: said.iter().any(|at| at.row.appetite != first),
            missing_sides: sides.iter().filter(|side| !spoke(side)).map(|side| side.id).collect(),
            attitudes: said.into_iter().map(RiskAttitude::from).collect(),
        })
    };
    Ok(RiskType::iter().filter_map(of_type).collect())
}

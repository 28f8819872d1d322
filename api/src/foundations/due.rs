use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    Id, partnership, partnership_side, risk_attitude,
    value::{Date, PartnershipState},
};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// Tells of sides that have not looked at their risk attitudes again in time (P-27).
pub async fn tell(tx: &mut Tx) -> Result<usize> {
    let living: Vec<partnership::Model> = {
        use partnership::Column;
        let living = Column::State.is_in([PartnershipState::Active, PartnershipState::Suspended]);
        tx.consequences(Condition::all().add(living), Column::CreatedAt).await?
    };
    let living: HashMap<Id, partnership::Model> = living.into_iter().map(|row| (row.id, row)).collect();
    let of: Vec<Id> = living.keys().copied().collect();
    let sides: Vec<partnership_side::Model> = tx.those_of(partnership_side::Column::PartnershipId, &of).await?;
    let ids: Vec<Id> = sides.iter().map(|side| side.id).collect();
    let said = {
        use risk_attitude::Column;
        let current = Condition::all().add(Column::Current.eq(true));
        tx.newest::<risk_attitude::Model, DateTime<Utc>>(Column::SideId, &ids, Column::CreatedAt, current).await?
    };
    let now = tx.now();
    let late = sides.into_iter().filter_map(|side| {
        let partnership = living.get(&side.partnership_id)?;
        let last = said.get(&side.id).copied();
        let due = rules::attitude_due(last, partnership.activated_at, partnership.attitude_revisit_days)?;
        (due < now).then(|| (side, Date::of(due)))
    });
    let late = late.collect();
    tx.tell_due("risk_attitude.overdue", late).await
}

//! How every act of this capability begins: the partnership locked first, then what it is about.

use entity::{Id, no_risk_transfer, partnership, principle_adoption, risk_transfer, value::PartnershipState};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    consents, partnerships,
    platform::{
        caller::Sort,
        error::{Error, Result},
        tx::Tx,
    },
};

/// A side of a living partnership acts for itself.
pub(super) async fn act(tx: &mut Tx, partnership: Id, side: Option<Id>) -> Result<(partnership::Model, Id)> {
    let partnership: partnership::Model = tx.lock(partnership, "partnershipId").await?;
    let side = tx.act_for_side(partnership.id, side).await?;
    partnerships::rules::partnership_is_living(partnership.state)?;
    if partnership.state == PartnershipState::Proposed {
        // Who has agreed that it comes into force agreed to what was said until then.
        consents::ask_anew(tx, partnership.id, side).await?;
    }
    Ok((partnership, side))
}

/// The same on a transfer of risk, at the version that was read.
pub(super) async fn transfer(
    tx: &mut Tx,
    id: Id,
    side: Option<Id>,
    expected: i32,
) -> Result<(partnership::Model, Id, risk_transfer::Model)> {
    let asked: risk_transfer::Model = tx.get(id, "id").await?;
    let (partnership, side) = act(tx, asked.partnership_id, side).await?;
    Ok((partnership, side, tx.lock_at(id, "id", expected).await?))
}

/// Principles of every side, those that a side stepped back from too.
pub(super) async fn principles(tx: &Tx, partnership: Id) -> Result<Vec<principle_adoption::Model>> {
    use principle_adoption::Column;
    tx.all(Condition::all().add(Column::PartnershipId.eq(partnership)), &Sort::asc(Column::CreatedAt)).await
}

/// The statement of a side that there is no transferred risk, as long as it counts.
pub(super) async fn none_stated(tx: &Tx, side: Id) -> Result<Option<no_risk_transfer::Model>> {
    use no_risk_transfer::Column;
    let stated = Condition::all().add(Column::SideId.eq(side)).add(Column::Current.eq(true));
    tx.first(stated, &Sort::desc(Column::CreatedAt)).await
}

/// Every side stands by the six principles.
pub async fn principles_adopted(tx: &Tx, partnership: &partnership::Model) -> Result<()> {
    let said =
        super::rules::Said { principles: principles(tx, partnership.id).await?, ..super::rules::Said::default() };
    let sides = partnerships::side_ids(tx, partnership.id).await?;
    let missing: Vec<Id> = sides.into_iter().filter(|side| !said.principles_missing(*side).is_empty()).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::waits_for(&super::rules::PRINCIPLES_ADOPTED, "partnershipId", &missing))
    }
}

/// Every foundation of a partnership has been laid by every side; the first that is missing is refused with the sides it waits
/// for.
pub async fn laid(tx: &Tx, partnership: &partnership::Model) -> Result<()> {
    use entity::{duty_of_care_statement as duty, no_risk_transfer as none, risk_attitude as attitude};
    let id = partnership.id;
    let said = super::rules::Said {
        principles: principles(tx, id).await?,
        attitudes: tx
            .all(Condition::all().add(attitude::Column::PartnershipId.eq(id)), &Sort::asc(attitude::Column::CreatedAt))
            .await?,
        transfers: tx
            .all(
                Condition::all().add(risk_transfer::Column::PartnershipId.eq(id)),
                &Sort::asc(risk_transfer::Column::CreatedAt),
            )
            .await?,
        none: tx
            .all(Condition::all().add(none::Column::PartnershipId.eq(id)), &Sort::asc(none::Column::CreatedAt))
            .await?,
        duties: tx
            .all(Condition::all().add(duty::Column::PartnershipId.eq(id)), &Sort::asc(duty::Column::CreatedAt))
            .await?,
    };
    let sides = partnerships::side_ids(tx, id).await?;
    match super::rules::missing(&sides, &said).into_iter().next() {
        None => Ok(()),
        Some((rule, waits_for)) => Err(Error::waits_for(rule, "partnershipId", &waits_for)),
    }
}

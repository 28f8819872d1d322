//! What happens when every side agrees: one line an action. The capability that asked does the rest.

use entity::{Id, consent_request, partnership_side, value::ConsentAction};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    partnerships,
    platform::{caller::Sort, error::Result, tx::Tx},
    risk,
};

/// Does what the sides agreed on, in the commit of the last consent.
pub(super) async fn take_place(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    match request.action {
        ConsentAction::ActivatePartnership => partnerships::effects::activate(tx, request.subject_id).await,
        ConsentAction::ResumePartnership => partnerships::effects::resume(tx, request.subject_id).await,
        ConsentAction::AgreeRiskLevel => risk::effects::agree(tx, request).await,
    }
}

/// Every side of a partnership: each must agree.
pub(super) async fn sides(tx: &Tx, partnership: Id) -> Result<Vec<Id>> {
    use partnership_side::Column;
    let sides: Vec<partnership_side::Model> =
        tx.all(Condition::all().add(Column::PartnershipId.eq(partnership)), &Sort::asc(Column::Position)).await?;
    Ok(sides.into_iter().map(|side| side.id).collect())
}

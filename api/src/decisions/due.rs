use entity::{
    decision, policy_consultation,
    value::{ConsultationState, DecisionState},
};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// Tells of emergency decisions on which the others have not spoken in time (P-15), and of policies about which the sides that
/// were asked have not (P-13).
pub async fn tell(tx: &mut Tx) -> Result<usize> {
    let now = tx.now();
    let emergencies: Vec<decision::Model> = {
        use decision::Column;
        tx.consequences(Condition::all().add(Column::State.eq(DecisionState::Emergency)), Column::CreatedAt).await?
    };
    let late = emergencies.into_iter().filter(|row| rules::ratification_overdue(row, now));
    let late = late.filter_map(|row| row.ratify_by.map(|day| (row, day))).collect();
    let told = tx.tell_due("decision.ratification_overdue", late).await?;
    let asked: Vec<policy_consultation::Model> = {
        use policy_consultation::Column;
        tx.consequences(Condition::all().add(Column::State.eq(ConsultationState::Open)), Column::CreatedAt).await?
    };
    let late = asked.into_iter().filter(|row| rules::answers_overdue(row, now));
    let late = late.map(|row| (row.respond_by, row)).map(|(day, row)| (row, day)).collect();
    Ok(told + tx.tell_due("policy_consultation.overdue", late).await?)
}

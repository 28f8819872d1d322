//! What happens when every side agrees: one line an action. The capability that asked does the rest.

use entity::{consent_request, value::ConsentAction};

use crate::{
    advocacy, capacity, decisions, dialogue, foundations, incidents, partnerships,
    platform::{error::Result, tx::Tx},
    reviews, risk,
};

/// Does what the sides agreed on, in the commit of the last consent.
pub(super) async fn take_place(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    match request.action {
        ConsentAction::ActivatePartnership => partnerships::effects::activate(tx, request.subject_id).await,
        ConsentAction::ResumePartnership => partnerships::effects::resume(tx, request.subject_id).await,
        ConsentAction::AgreeRiskLevel => risk::effects::agree(tx, request).await,
        ConsentAction::AdoptSharingProtocol => incidents::effects::adopt_protocol(tx, request.subject_id).await,
        ConsentAction::AgreeTransferTreatment => foundations::effects::agree_treatment(tx, request).await,
        ConsentAction::EndPartnership => partnerships::effects::end(tx, request).await,
        ConsentAction::ChangeTerms => partnerships::effects::change_terms(tx, request).await,
        ConsentAction::ReturnReview => reviews::effects::go_back(tx, request).await,
        ConsentAction::ChangeMonitoringInterval => reviews::effects::change_interval(tx, request).await,
        ConsentAction::AdvanceReview => reviews::effects::advance(tx, request).await,
        ConsentAction::AbandonReview => reviews::effects::abandon(tx, request).await,
        ConsentAction::AgreeIndicatorResult => reviews::effects::agree_result(tx, request).await,
        ConsentAction::WaiveIndicator => reviews::effects::waive(tx, request).await,
        ConsentAction::CloseRiskTransfer => foundations::effects::close(tx, request).await,
        ConsentAction::AgreeCommunicationPlan => dialogue::effects::agree(tx, request).await,
        ConsentAction::MakeDecision => decisions::effects::make(tx, request).await,
        ConsentAction::RatifyDecision => decisions::effects::ratify(tx, request).await,
        ConsentAction::AgreeCapacityNeed => capacity::effects::agree(tx, request).await,
        ConsentAction::AdoptAdvocacyStrategy => advocacy::effects::adopt(tx, request).await,
    }
}

/// What must hold before any side agrees, not only the last one: nobody agrees to what has not been said yet.
pub(super) async fn may_be_agreed(tx: &Tx, request: &consent_request::Model) -> Result<()> {
    match request.action {
        ConsentAction::ActivatePartnership => partnerships::effects::may_come_into_force(tx, request.subject_id).await,
        _ => Ok(()),
    }
}

/// What follows when a side refuses, beside that the request is closed.
pub(super) async fn refused(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    match request.action {
        ConsentAction::RatifyDecision => decisions::effects::refuse(tx, request).await,
        ConsentAction::AdoptAdvocacyStrategy => advocacy::effects::refuse(tx, request).await,
        _ => Ok(()),
    }
}

//! Asking every side, and taking a question back when its content changed. For the other capabilities.

use std::collections::BTreeMap;

use entity::{
    Id, Kind, consent_request,
    value::{ConsentAction, ConsentState},
};
use sea_orm::{ColumnTrait, Condition, sea_query::SimpleExpr};

use super::rules;
use crate::platform::{
    caller::Sort,
    error::{Error, Result},
    tx::Tx,
};

/// What is agreed on, and what happens then.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The partnership whose sides are asked.
    pub partnership: Id,
    /// Kind of the record.
    pub kind: Kind,
    /// The record.
    pub id: Id,
    /// What happens when every side agrees.
    pub action: ConsentAction,
}

/// Asks every side about a content. An open request about the same subject is void from now on, with
/// everything said to it.
pub async fn ask(
    tx: &mut Tx,
    subject: Subject,
    asked_by_side: Id,
    content: BTreeMap<&'static str, serde_json::Value>,
) -> Result<consent_request::Model> {
    void(tx, subject.id).await?;
    // Keys are sorted by the map: one content has one text.
    let content = serde_json::to_string(&content).map_err(|e| Error::internal(e.to_string()))?;
    let (id, now) = (tx.id(), tx.now());
    let row = consent_request::Model {
        id,
        partnership_id: subject.partnership,
        subject_kind: subject.kind,
        subject_id: subject.id,
        action: subject.action,
        content_hash: rules::content_hash(&content)?,
        content,
        state: ConsentState::Open,
        asked_by_side,
        closed_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert("consent.requested", row).await
}

/// Voids the open requests about a subject: its content changed.
pub async fn void(tx: &mut Tx, subject: Id) -> Result<()> {
    void_where(tx, consent_request::Column::SubjectId.eq(subject)).await
}

/// Voids every open request of a partnership: it is over.
pub async fn void_all(tx: &mut Tx, partnership: Id) -> Result<()> {
    void_where(tx, consent_request::Column::PartnershipId.eq(partnership)).await
}

async fn void_where(tx: &mut Tx, which: SimpleExpr) -> Result<()> {
    use consent_request::Column;
    let open = Condition::all().add(which).add(Column::State.eq(ConsentState::Open));
    for before in tx.all::<consent_request::Model>(open, &Sort::asc(Column::CreatedAt)).await? {
        let mut after = before.clone();
        after.state = ConsentState::Void;
        after.closed_at = Some(tx.now());
        tx.update("consent.voided", &before, after).await?;
    }
    Ok(())
}

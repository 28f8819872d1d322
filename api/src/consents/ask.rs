//! Asking every side, and taking a question back when its content changed. For the other capabilities.

use std::collections::BTreeMap;

use entity::{
    Id, Kind, consent, consent_request,
    value::{ConsentAction, ConsentDecision, ConsentState},
};
use sea_orm::{ColumnTrait, Condition, sea_query::SimpleExpr};

use super::rules;
use crate::{
    partnerships,
    platform::{
        caller::Sort,
        error::{Error, Result},
        tx::Tx,
    },
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

/// Asks every side about a content. An open request for the same action on the same subject is void from now on, with
/// everything said to it, unless it asks the same.
pub async fn ask(
    tx: &mut Tx,
    subject: Subject,
    asked_by_side: Id,
    content: BTreeMap<&'static str, serde_json::Value>,
) -> Result<consent_request::Model> {
    // Keys are sorted by the map: one content has one text.
    let content = serde_json::to_string(&content).map_err(|e| Error::internal(e.to_string()))?;
    let hash = rules::content_hash(&content)?;
    for open in open_where(tx, consent_request::Column::SubjectId.eq(subject.id)).await? {
        if open.action == subject.action {
            // Asked once more, the same is the same: what was said to it stands.
            if open.content_hash == hash {
                return Ok(open);
            }
            close(tx, &open).await?;
        }
    }
    let (id, now) = (tx.id(), tx.now());
    let row = consent_request::Model {
        id,
        partnership_id: subject.partnership,
        subject_kind: subject.kind,
        subject_id: subject.id,
        action: subject.action,
        content_hash: hash,
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

/// What the sides agreed on about these subjects counts no more where the sides go back behind it.
pub async fn void_agreed(
    tx: &mut Tx,
    subjects: Vec<Id>,
    undone: impl Fn(&consent_request::Model) -> bool,
) -> Result<()> {
    use consent_request::Column;
    let agreed = Condition::all().add(Column::SubjectId.is_in(subjects)).add(Column::State.eq(ConsentState::Effective));
    let agreed: Vec<consent_request::Model> = tx.all(agreed, &Sort::asc(Column::CreatedAt)).await?;
    for request in agreed.iter().filter(|request| undone(request)) {
        close(tx, request).await?;
    }
    Ok(())
}

async fn void_where(tx: &mut Tx, which: SimpleExpr) -> Result<()> {
    for open in open_where(tx, which).await? {
        close(tx, &open).await?;
    }
    Ok(())
}

async fn open_where(tx: &Tx, which: SimpleExpr) -> Result<Vec<consent_request::Model>> {
    use consent_request::Column;
    // Whether or not who acts sees them: the clock sees none.
    let open = Condition::all().add(which).add(Column::State.eq(ConsentState::Open));
    tx.consequences(open, Column::CreatedAt).await
}

async fn close(tx: &mut Tx, before: &consent_request::Model) -> Result<()> {
    let mut after = before.clone();
    after.state = ConsentState::Void;
    // When it took effect stays known.
    after.closed_at = before.closed_at.or(Some(tx.now()));
    tx.update("consent.voided", before, after).await.map(drop)
}

/// What the sides would agree on has changed beside the content of the open requests about a subject: those to which a side has
/// agreed are void, and the same is asked anew.
pub async fn ask_anew(tx: &mut Tx, subject: Id, asked_by_side: Id) -> Result<()> {
    use consent::Column;
    for open in open_where(tx, consent_request::Column::SubjectId.eq(subject)).await? {
        let agreed = Condition::all()
            .add(Column::RequestId.eq(open.id))
            .add(Column::Live.eq(true))
            .add(Column::Decision.eq(ConsentDecision::Agreed));
        if tx.first::<consent::Model>(agreed, &Sort::asc(Column::CreatedAt)).await?.is_some() {
            close(tx, &open).await?;
            let id = tx.id();
            let row = consent_request::Model { id, asked_by_side, ..open };
            tx.insert("consent.requested", row).await?;
        }
    }
    Ok(())
}

/// Sides that have not agreed yet to what is asked about a subject; all of them where nothing is asked.
pub async fn missing_sides(tx: &Tx, subject: Subject) -> Result<Vec<Id>> {
    use consent::Column;
    let sides = partnerships::side_ids(tx, subject.partnership).await?;
    let open = open_where(tx, consent_request::Column::SubjectId.eq(subject.id)).await?;
    let Some(request) = open.into_iter().find(|open| open.action == subject.action) else { return Ok(sides) };
    let said: Vec<consent::Model> =
        tx.all(Condition::all().add(Column::RequestId.eq(request.id)), &Sort::asc(Column::CreatedAt)).await?;
    Ok(rules::missing_sides(&sides, &said, &request.content_hash))
}

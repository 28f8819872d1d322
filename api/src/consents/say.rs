//! What a side says to a request: the part that agreeing, refusing and withdrawing share.

use entity::{
    Id, consent, consent_request,
    value::{ConsentDecision, ConsentState, ContentHash, Text},
};
use sea_orm::{ColumnTrait, Condition};

use super::{effects, rules};
use crate::{
    partnerships,
    platform::{
        caller::Sort,
        error::{Error, Result},
        tx::Tx,
    },
};

/// A word of one side.
pub(super) struct Word {
    pub(super) request: Id,
    pub(super) side: Option<Id>,
    pub(super) decision: ConsentDecision,
    /// The hash that the signatory saw; the request's own where they withdraw.
    pub(super) seen: Option<ContentHash>,
    pub(super) comment: Option<Text>,
}

/// Records the word, and does what follows from it. Answers with the request.
pub(super) async fn say(tx: &mut Tx, word: Word) -> Result<Id> {
    use consent::Column;
    let of = consent_request::Column::PartnershipId;
    let (partnership, request): (_, consent_request::Model) = tx.lock_within(word.request, "requestId", of).await?;
    let side = tx.act_for_side(partnership.id, word.side).await?;
    rules::request_is_open(&request)?;
    let seen = word.seen.unwrap_or_else(|| request.content_hash.clone());
    rules::content_is_current(&request, &seen)?;
    let said: Vec<consent::Model> =
        tx.all(Condition::all().add(Column::RequestId.eq(request.id)), &Sort::asc(Column::CreatedAt)).await?;
    let me = tx.caller.person();
    rules::one_person_one_side(&said, me, side)?;
    let live = said.iter().find(|consent| consent.live && consent.side_id == side);
    if live.is_some_and(|live| live.decision == word.decision) {
        return Err(Error::refused(&rules::SAID_ONCE).field("requestId"));
    }
    let agreed = live.is_some_and(|live| live.decision == ConsentDecision::Agreed);
    if word.decision == ConsentDecision::Withdrawn && !agreed {
        return Err(Error::refused(&rules::NOTHING_TO_WITHDRAW).field("requestId"));
    }
    if word.decision == ConsentDecision::Agreed {
        effects::may_be_agreed(tx, &request).await?;
    }
    if let Some(before) = live {
        let mut after = before.clone();
        after.live = false;
        tx.update("consent.superseded", before, after).await?;
    }
    let (id, now) = (tx.id(), tx.now());
    let row = consent::Model {
        id,
        partnership_id: partnership.id,
        request_id: request.id,
        side_id: side,
        person_id: me,
        decision: word.decision,
        content_hash: seen,
        comment: word.comment,
        live: true,
        created_by: me,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let event = match word.decision {
        ConsentDecision::Agreed => "consent.given",
        ConsentDecision::Refused => "consent.refused",
        ConsentDecision::Withdrawn => "consent.withdrawn",
    };
    let row = tx.insert(event, row).await?;
    match word.decision {
        ConsentDecision::Refused => {
            close(tx, &request, ConsentState::Refused, "consent.closed").await?;
            effects::refused(tx, &request).await?;
        }
        ConsentDecision::Withdrawn => {}
        ConsentDecision::Agreed => {
            let mut said: Vec<consent::Model> = said.into_iter().filter(|consent| consent.side_id != side).collect();
            said.push(row);
            let sides = partnerships::side_ids(tx, partnership.id).await?;
            if rules::missing_sides(&sides, &said, &request.content_hash).is_empty() {
                close(tx, &request, ConsentState::Effective, "consent.effective").await?;
                effects::take_place(tx, &request).await?;
            }
        }
    }
    Ok(request.id)
}

async fn close(tx: &mut Tx, before: &consent_request::Model, state: ConsentState, event: &'static str) -> Result<()> {
    let mut after = before.clone();
    after.state = state;
    after.closed_at = Some(tx.now());
    tx.update(event, before, after).await.map(|_| ())
}

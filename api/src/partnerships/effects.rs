//! What happens to a partnership when every side consented.

use entity::{Id, partnership};

use super::rules;
use crate::{
    foundations,
    platform::{
        error::{Error, Result},
        tx::Tx,
    },
};

/// The partnership comes into force.
pub async fn activate(tx: &mut Tx, id: Id) -> Result<()> {
    let before: partnership::Model = tx.lock(id, "id").await?;
    let step = rules::LIFECYCLE.step(before.state, "activate")?;
    if !rules::agreement_stated(&before) {
        return Err(Error::refused(&rules::AGREEMENT_STATED).field("agreementRef"));
    }
    foundations::effects::laid(tx, &before).await?;
    let mut after = before.clone();
    after.state = step.to;
    after.activated_at = Some(tx.now());
    tx.update("partnership.activated", &before, after).await?;
    Ok(())
}

/// The suspended partnership is in force again.
pub async fn resume(tx: &mut Tx, id: Id) -> Result<()> {
    let before: partnership::Model = tx.lock(id, "id").await?;
    let step = rules::LIFECYCLE.step(before.state, "resume")?;
    let mut after = before.clone();
    after.state = step.to;
    after.state_reason = None;
    tx.update("partnership.resumed", &before, after).await?;
    Ok(())
}

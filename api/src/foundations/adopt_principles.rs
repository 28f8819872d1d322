use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, principle_adoption,
    value::{Principle, Title},
};
use sea_orm::Iterable;

use super::{begin, rules};
use crate::{
    catalogue::{self, CatalogueKey},
    partnerships::Partnership,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// Principles to stand by.
#[derive(InputObject)]
pub struct AdoptPrinciplesInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Which of them; all six where it is left out.
    principles: Option<Vec<Principle>>,
    /// Version of the wording that you read, from the catalogue `PRINCIPLES`.
    text_version: Title,
}

/// Stands by the principles.
#[derive(Default)]
pub struct AdoptPrinciples;

#[Object]
impl AdoptPrinciples {
    /// Your side stands by the principles from now on. What it stands by already stays as it is. Codes: NOT_FOUND,
    /// FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ConsentDecide))]
    async fn adopt_principles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The principles.")] input: AdoptPrinciplesInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Partnership>> {
        let caller = ctx.caller()?;
        if input.text_version.as_str() != catalogue::version(ctx, CatalogueKey::Principles)? {
            return Err(Error::refused(&rules::TEXT_IS_CURRENT).field("textVersion"));
        }
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { adopt(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn adopt(tx: &mut Tx, input: AdoptPrinciplesInput) -> Result<Id> {
    let (partnership, side) = begin::act(tx, input.partnership_id, input.side_id).await?;
    let said = begin::principles(tx, partnership.id).await?;
    let stands_by = |principle: Principle| {
        said.iter().find(|row| row.side_id == side && row.principle == principle && row.withdrawn_at.is_none())
    };
    let mut wanted = input.principles.unwrap_or_else(|| Principle::iter().collect());
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() {
        return Err(Error::invalid("principles", "PRINCIPLES_AT_LEAST", "name one of them at least"));
    }
    for principle in wanted {
        match stands_by(principle) {
            Some(known) if known.text_version == input.text_version => continue,
            // Another wording takes the place of the earlier one.
            Some(earlier) => {
                let mut after = earlier.clone();
                after.withdrawn_at = Some(tx.now());
                tx.update("principles.reworded", earlier, after).await?;
            }
            None => {}
        }
        let (id, now) = (tx.id(), tx.now());
        let row = principle_adoption::Model {
            id,
            partnership_id: partnership.id,
            side_id: side,
            person_id: tx.caller.person(),
            principle,
            text_version: input.text_version.clone(),
            withdrawn_at: None,
            withdrawal_reason: None,
            created_by: id,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        tx.insert("principles.adopted", row).await?;
    }
    Ok(partnership.id)
}

use async_graphql::{Context, Object};
use entity::{Id, Right, SpaceRef, membership, organisation, value::OrganisationRole};
use sea_orm::{ColumnTrait, Condition};

use super::Membership;
use crate::platform::{
    caller::Sort,
    error::{Error, Result, Rule},
    gate::Ask,
    sdl::requires,
    whole::Whole,
};

/// An organisation without a representative could never name one again.
const ONE_REPRESENTATIVE: Rule = Rule {
    key: "ONE_REPRESENTATIVE",
    requirement: "A-08",
    says: "an organisation keeps at least one representative: name another one first",
};

/// Ends a standing.
#[derive(Default)]
pub struct EndMembership;

#[Object]
impl EndMembership {
    /// Ends a standing in your organisation from this moment. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::PeopleKeep))]
    async fn end_membership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The standing.")] id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
    ) -> Result<Whole<Membership>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    use membership::Column;
                    let asked: membership::Model = tx.get(id, "id").await?;
                    // The organisation first: two representatives who end each other do so one after the other.
                    let _: organisation::Model = tx.lock(asked.organisation_id, "id").await?;
                    let before: membership::Model = tx.lock_at(id, "id", expected_version).await?;
                    tx.authorise(SpaceRef::organisation(before.organisation_id)).await?;
                    let now = tx.now();
                    if before.role == OrganisationRole::Representative {
                        let others = Condition::all()
                            .add(Column::OrganisationId.eq(before.organisation_id))
                            .add(Column::Role.eq(OrganisationRole::Representative))
                            .add(Column::Id.ne(before.id));
                        let others: Vec<membership::Model> = tx.all(others, &Sort::asc(Column::ValidFrom)).await?;
                        let stays = |m: &membership::Model| m.valid_from <= now && m.valid_until.is_none();
                        if !others.iter().any(stays) {
                            return Err(Error::refused(&ONE_REPRESENTATIVE).field("id"));
                        }
                    }
                    let mut after = before.clone();
                    after.valid_until = Some(before.valid_until.map_or(now, |until| until.min(now)));
                    Ok(tx.update("membership.ended", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

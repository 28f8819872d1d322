use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, shared_practice,
    value::{Date, Text, Title},
};

use super::{SharedPractice, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// What your side shared.
#[derive(InputObject)]
pub struct RecordSharedPracticeInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The day on which it was shared, today or before.
    shared_on: Date,
    /// What was shared.
    title: Title,
    /// What it is good for, and where it is found.
    description: Text,
}

/// Writes down what was shared.
#[derive(Default)]
pub struct RecordSharedPractice;

#[Object]
impl RecordSharedPractice {
    /// Writes down information or a practice that your side shared. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::DialogueKeep))]
    async fn record_shared_practice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was shared.")] input: RecordSharedPracticeInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<SharedPractice>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { record(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn record(tx: &mut Tx, input: RecordSharedPracticeInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    rules::is_past("sharedOn", input.shared_on, tx.now())?;
    let (id, now) = (tx.id(), tx.now());
    let row = shared_practice::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        shared_on: input.shared_on,
        title: input.title,
        description: input.description,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("practice.shared", row).await?.id)
}

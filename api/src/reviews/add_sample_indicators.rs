use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, review_indicator,
    value::{IndicatorState, LanguageTag, Text, Title},
};

use super::{Review, begin, rules};
use crate::{
    catalogue::{self, CatalogueKey, Printed},
    consents,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// Sample indicators to propose.
#[derive(InputObject)]
pub struct AddSampleIndicatorsInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Their codes in the catalogue `INDICATORS`.
    codes: Vec<Title>,
    /// The language in which they are copied, for every reader; English where none is named.
    language: Option<LanguageTag>,
}

/// Proposes sample indicators.
#[derive(Default)]
pub struct AddSampleIndicators;

#[Object]
impl AddSampleIndicators {
    /// Proposes indicators of the guideline. They are copied: what the guideline says later does not change them. One with the
    /// same name is not proposed twice. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn add_sample_indicators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The indicators.")] input: AddSampleIndicatorsInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Review>> {
        let caller = ctx.caller()?;
        let printed = catalogue::printed(ctx, CatalogueKey::Indicators, input.language.as_ref())?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| Box::pin(async move { add(tx, input, &printed).await }))
            .await?;
        caller.answer_with(ctx, id).await
    }
}

async fn add(tx: &mut Tx, input: AddSampleIndicatorsInput, printed: &[Printed]) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "addSampleIndicators").await?;
    let internal = |v: entity::value::Violation| Error::internal(v.message);
    let known = begin::indicators(tx, act.review.id).await?;
    let now = tx.now();
    let mut rows: Vec<review_indicator::Model> = Vec::new();
    for (at, code) in input.codes.into_iter().enumerate() {
        let sample = printed
            .iter()
            .find(|sample| sample.code == code.as_str())
            .ok_or_else(|| Error::refused(&rules::INDICATOR_IS_KNOWN).field(&format!("codes[{at}]")))?;
        let title = Title::new(&sample.title).map_err(internal)?;
        if known.iter().chain(&rows).any(|row| row.title == title) {
            continue;
        }
        let id = tx.id();
        rows.push(review_indicator::Model {
            id,
            partnership_id: act.partnership.id,
            review_id: act.review.id,
            side_id: act.side,
            question_id: None,
            of_side_id: None,
            element: Title::new(&sample.group).map_err(internal)?,
            title,
            description: Some(Text::new(&sample.text).map_err(internal)?),
            state: IndicatorState::Unrated,
            result: None,
            waived: false,
            waiver: None,
            reopened_at: None,
            live: true,
            created_by: id,
            created_at: now,
            updated_at: now,
            version: 1,
        });
    }
    if !rows.is_empty() {
        consents::void(tx, act.review.id).await?;
        tx.insert_all("review.indicator_added", rows).await?;
    }
    Ok(act.review.id)
}

use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use entity::{Id, Kind, Right, value::ConsentAction};
use serde_json::json;

use super::{begin, rules};
use crate::{
    consents::{self, ConsentRequest},
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// When progress of a review is to be looked at.
#[derive(InputObject)]
pub struct ProposeMonitoringIntervalInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Days after which progress is looked at again, 7 to 366.
    days: i32,
}

/// Asks for another interval.
#[derive(Default)]
pub struct ProposeMonitoringInterval;

#[Object]
impl ProposeMonitoringInterval {
    /// Asks every side to agree that progress of a review is looked at after other days than the plan says. Codes: NOT_FOUND,
    /// FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn propose_monitoring_interval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The interval.")] input: ProposeMonitoringIntervalInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeMonitoringIntervalInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "proposeMonitoringInterval").await?;
    rules::monitoring_interval(input.days)?;
    if input.days == act.review.monitoring_interval_days {
        return Err(Error::refused(&rules::ANOTHER_INTERVAL).field("days"));
    }
    let content = BTreeMap::from([
        ("review", json!(act.review.id)),
        ("title", json!(act.review.title)),
        ("days", json!(input.days)),
        ("before", json!(act.review.monitoring_interval_days)),
    ]);
    let subject = consents::Subject {
        partnership: act.partnership.id,
        kind: Kind::Review,
        id: act.review.id,
        action: ConsentAction::ChangeMonitoringInterval,
    };
    Ok(consents::ask(tx, subject, act.side, content).await?.id)
}

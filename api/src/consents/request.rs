use async_graphql::{Context, Object};
use entity::{Id, Right, consent, consent_request, partnership_side, value::ConsentState};
use sea_orm::{ColumnTrait, Condition};

use super::{Consent, rules};
use crate::{
    node::{self, Node},
    partnerships::{Partnership, PartnershipSide},
    platform::{
        caller::Sort,
        error::Result,
        gate::Ask,
        object::{object, objects},
        page::{Paging, connection},
        sdl::requires,
        whole::Whole,
    },
};

object! {
    /// A request that every side agrees to one content, named by its hash.
    ConsentRequest, consent_request::Model {
        /// The partnership whose sides are asked.
        partnership: One<Partnership> by consent_request::Column::PartnershipId;
        /// The side that asked.
        asked_by: One<PartnershipSide> by consent_request::Column::AskedBySide;
        /// Everything that was said, oldest first. The live word of each side counts.
        consents: Many<Consent> by consent::Column::RequestId, asc consent::Column::CreatedAt;
    }
    fields {
        /// The record that is agreed on.
        async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
            node::find(ctx.caller()?, self.row.subject_id).await
        }

        /// Sides that have not agreed yet; empty once the request is closed.
        async fn missing_sides(&self, ctx: &Context<'_>) -> Result<Vec<PartnershipSide>> {
            use partnership_side::Column;
            if self.row.state != ConsentState::Open {
                return Ok(Vec::new());
            }
            let of = Condition::all().add(Column::PartnershipId.eq(self.row.partnership_id));
            let sides = ctx.caller()?.all::<partnership_side::Model>(of, &Sort::asc(Column::Position)).await?;
            let said: Vec<consent::Model> = self.consents(ctx).await?.into_iter().map(|consent| consent.row).collect();
            let ids: Vec<Id> = sides.iter().map(|side| side.row.id).collect();
            let missing = rules::missing_sides(&ids, &said, &self.row.content_hash);
            Ok(objects(sides.into_iter().filter(|side| missing.contains(&side.row.id)).collect()))
        }
    }
}
connection!(
    ConsentRequestConnection,
    ConsentRequestEdge,
    ConsentRequest,
    consent_request::Model,
    "A page of requests for consent.",
    "A request for consent in a list."
);

/// Queries of consent.
#[derive(Default)]
pub struct RequestQueries;

#[Object]
impl RequestQueries {
    /// Requests for consent you see, newest first.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn consent_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this partnership.")] partnership_id: Option<Id>,
        #[graphql(desc = "About this record.")] subject_id: Option<Id>,
        #[graphql(desc = "In this state.")] state: Option<ConsentState>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Whole<ConsentRequestConnection>> {
        use consent_request::Column;
        let list = format!("consentRequests:{partnership_id:?}:{subject_id:?}:{state:?}");
        let filter = Condition::all()
            .add_option(partnership_id.map(|id| Column::PartnershipId.eq(id)))
            .add_option(subject_id.map(|id| Column::SubjectId.eq(id)))
            .add_option(state.map(|state| Column::State.eq(state)));
        let paging = Paging { first, after, last, before };
        let sort = Sort::desc(Column::CreatedAt);
        ctx.caller()?.answer_page::<ConsentRequest, _>(ctx, &list, filter, sort, &paging).await
    }
}

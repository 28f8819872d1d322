use async_graphql::{Context, Object};
use entity::{Id, Right, concern, value::ConcernState};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::{
        caller::Sort,
        error::Result,
        gate::Ask,
        object::object,
        page::{Paging, connection},
        sdl::requires,
    },
};

object! {
    /// What worries a side, and what it proposes.
    Concern, concern::Model {
        /// The partnership.
        partnership: One<Partnership> by concern::Column::PartnershipId;
        /// The side that raised it.
        side: One<PartnershipSide> by concern::Column::SideId;
        /// The side that answered last.
        answering_side: One<PartnershipSide> by concern::Column::AnsweredBySide;
    }
    fields {
        /// Whether nobody answered in time.
        async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
            Ok(rules::overdue(&self.row, ctx.caller()?.now()))
        }
    }
}
connection!(ConcernConnection, ConcernEdge, Concern, concern::Model, "A page of concerns.", "A concern in a list.");

/// Queries of concerns.
#[derive(Default)]
pub struct ConcernQueries;

#[Object]
impl ConcernQueries {
    /// The concerns of a partnership that you read, oldest first.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn concerns(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership.")] partnership_id: Id,
        #[graphql(desc = "In this state.")] state: Option<ConcernState>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<ConcernConnection> {
        use concern::Column;
        let list = format!("concerns:{partnership_id}:{state:?}");
        let filter = Condition::all()
            .add(Column::PartnershipId.eq(partnership_id))
            .add_option(state.map(|state| Column::State.eq(state)));
        let paging = Paging { first, after, last, before };
        Ok(ctx
            .caller()?
            .page::<concern::Model>(ctx, &list, filter, Sort::asc(Column::CreatedAt), &paging)
            .await?
            .into())
    }
}

use async_graphql::{Context, Object};
use entity::{Id, Right, threat};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    partnerships::Partnership,
    platform::{
        caller::Sort,
        error::Result,
        gate::Ask,
        object::object,
        page::{Paging, connection},
        sdl::requires,
        whole::Whole,
    },
};

object! {
    /// A person, group or event that can do harm.
    Threat, threat::Model {
        /// The partnership that looks at it.
        partnership: One<Partnership> by threat::Column::PartnershipId;
    }
}
connection!(ThreatConnection, ThreatEdge, Threat, threat::Model, "A page of threats.", "A threat in a list.");

/// Queries of threats.
#[derive(Default)]
pub struct ThreatQueries;

#[Object]
impl ThreatQueries {
    /// The threats that a partnership looks at, by title.
    #[graphql(directive = requires::apply(Right::RiskRead))]
    async fn threats(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership.")] partnership_id: Id,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Whole<ThreatConnection>> {
        use threat::Column;
        let filter = Condition::all().add(Column::PartnershipId.eq(partnership_id));
        let (list, paging) = (format!("threats:{partnership_id}"), Paging { first, after, last, before });
        ctx.caller()?.answer_page::<Threat, _>(ctx, &list, filter, Sort::asc(Column::Title), &paging).await
    }
}

use async_graphql::{ComplexObject, Context, Object};
use entity::{Id, Right, partnership, threat};
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
    },
};

object! {
    /// A person, group or event that can do harm.
    Threat, threat::Model
}
connection!(ThreatConnection, ThreatEdge, Threat, threat::Model, "A page of threats.", "A threat in a list.");

#[ComplexObject]
impl Threat {
    /// The partnership that looks at it.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let key = |threat: &threat::Model| Some(threat.partnership_id);
        Ok(self.at.one::<partnership::Model>(ctx.caller()?, "partnership", key).await?.map(Into::into))
    }
}

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
    ) -> Result<ThreatConnection> {
        use threat::Column;
        let filter = Condition::all().add(Column::PartnershipId.eq(partnership_id));
        let (list, paging) = (format!("threats:{partnership_id}"), Paging { first, after, last, before });
        Ok(ctx.caller()?.page::<threat::Model>(ctx, &list, filter, Sort::asc(Column::Title), &paging).await?.into())
    }
}

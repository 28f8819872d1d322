use async_graphql::{ComplexObject, Context};
use entity::{consent_request, partnership, sharing_protocol};

use crate::{
    consents::ConsentRequest,
    partnerships::Partnership,
    platform::{
        batch::Row,
        caller::Sort,
        error::Result,
        gate::Ask,
        object::{object, objects},
    },
};

object! {
    /// What the sides of a partnership agreed to share of their incidents. Without one in effect nothing is shared.
    SharingProtocol, sharing_protocol::Model
}

#[ComplexObject]
impl SharingProtocol {
    /// The partnership.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let key = |row: &sharing_protocol::Model| Some(row.partnership_id);
        Ok(self.at.one::<partnership::Model>(ctx.caller()?, "partnership", key).await?.map(Into::into))
    }

    /// The requests for the consent of every side.
    async fn consent_requests(&self, ctx: &Context<'_>) -> Result<Vec<ConsentRequest>> {
        use consent_request::Column;
        let (key, sort) = (|row: &consent_request::Model| row.subject_id, Sort::asc(Column::CreatedAt));
        Ok(objects(self.at.many(ctx.caller()?, "consentRequests", Column::SubjectId, key, sort, None).await?))
    }
}

/// The protocols of a partnership, newest first.
pub async fn of_partnership(ctx: &Context<'_>, at: &Row<partnership::Model>) -> Result<Vec<SharingProtocol>> {
    use sharing_protocol::Column;
    let (key, sort) = (|row: &sharing_protocol::Model| row.partnership_id, Sort::desc(Column::CreatedAt));
    Ok(objects(at.many(ctx.caller()?, "sharingProtocols", Column::PartnershipId, key, sort, None).await?))
}

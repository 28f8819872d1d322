use async_graphql::{ComplexObject, Context};
use entity::{consent, consent_request, partnership_side, person};

use super::ConsentRequest;
use crate::{
    organisations::Person,
    partnerships::PartnershipSide,
    platform::{error::Result, gate::Ask, object::object},
};

object! {
    /// What one side said to one request. The last word of a side is its live one.
    Consent, consent::Model
}

#[ComplexObject]
impl Consent {
    /// The request.
    async fn request(&self, ctx: &Context<'_>) -> Result<Option<ConsentRequest>> {
        let key = |consent: &consent::Model| Some(consent.request_id);
        Ok(self.at.one::<consent_request::Model>(ctx.caller()?, "request", key).await?.map(Into::into))
    }

    /// The side.
    async fn side(&self, ctx: &Context<'_>) -> Result<Option<PartnershipSide>> {
        let key = |consent: &consent::Model| Some(consent.side_id);
        Ok(self.at.one::<partnership_side::Model>(ctx.caller()?, "side", key).await?.map(Into::into))
    }

    /// The signatory, as far as you see them.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let key = |consent: &consent::Model| Some(consent.person_id);
        Ok(self.at.one::<person::Model>(ctx.caller()?, "person", key).await?.map(Into::into))
    }
}

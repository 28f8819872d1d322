//! Consent: no side decides for another.
//!
//! A request names one content by its hash. Each side says one live word to it, through a signatory of its
//! own. When every side agrees on the same hash, the action takes place in the same commit. Any edit of the
//! content voids the request and everything said so far. The code knows n sides and no leading one.

mod ask;
mod consent;
mod effects;
mod feed;
mod give_consent;
mod refuse_consent;
mod request;
pub mod rules;
mod say;
mod withdraw_consent;

pub use ask::{Subject, ask, ask_anew, missing_sides, void, void_agreed, void_all};
pub use consent::Consent;
pub use feed::ConsentSubscriptions;
pub use request::{ConsentRequest, ConsentRequestConnection};

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct ConsentsQueries(request::RequestQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct ConsentsMutations(
    give_consent::GiveConsent,
    refuse_consent::RefuseConsent,
    withdraw_consent::WithdrawConsent,
);

//! One's own account: who am I, and signing out. An account is not an authority: what a person may do
//! follows from standings in the data.

mod account;
mod sign_out;
mod sign_out_everywhere;

pub use account::{Account, Me, Standing};

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct Queries(account::Queries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct Mutations(sign_out::Command, sign_out_everywhere::Command);

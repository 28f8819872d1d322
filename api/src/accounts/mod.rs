//! One's own account: who am I, and signing out. An account is not an authority: what a person may do
//! follows from standings in the data.

mod account;
mod sign_out;
mod sign_out_everywhere;

pub use account::{Account, Me, Standing};

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct AccountsQueries(account::AccountQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct AccountsMutations(sign_out::SignOut, sign_out_everywhere::SignOutEverywhere);

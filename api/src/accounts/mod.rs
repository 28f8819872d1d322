//! One's own account: who am I, and signing out. An account is not an authority: what a person may do
//! follows from standings in the data.

mod account;
mod device;
mod set_language;
mod sign_out;
mod sign_out_everywhere;

pub use account::{Account, Me, Standing};
pub use device::Device;

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct AccountsQueries(account::AccountQueries, device::DeviceQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct AccountsMutations(
    set_language::SetLanguage,
    sign_out::SignOut,
    sign_out_everywhere::SignOutEverywhere,
    device::RegisterDevice,
    device::RevokeDevice,
);

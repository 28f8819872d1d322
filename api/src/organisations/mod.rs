//! Organisations and their people.
//!
//! Organisations of six kinds stand beside each other with the same rights. An organisation is seen by its
//! own people; the others of the network see its basic entry once its representative lists it. A person
//! works for one organisation, recruited internationally or locally, and has standings with periods.

mod add_person;
mod end_membership;
pub mod enrol;
mod give_membership;
mod membership;
mod open_account;
mod organisation;
mod person;
mod set_account_status;
mod update_organisation;
mod update_person;

pub(crate) use give_membership::period;
pub use membership::Membership;
pub use organisation::{Organisation, OrganisationConnection};
pub use person::{Person, PersonConnection};
pub(crate) use update_organisation::cleared;

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct OrganisationsQueries(organisation::OrganisationQueries, person::PersonQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct OrganisationsMutations(
    update_organisation::UpdateOrganisation,
    add_person::AddPerson,
    update_person::UpdatePerson,
    give_membership::GiveMembership,
    end_membership::EndMembership,
    open_account::OpenAccount,
    set_account_status::SetAccountStatus,
);

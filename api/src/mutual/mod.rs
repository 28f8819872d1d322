//! What each side brings and gains: strengths, benefits, how far it understands the others, and who does what.
//!
//! Each side says it of itself. Nobody rates another side.

mod benefit;
mod end_srm_role;
mod name_benefit;
mod name_srm_role;
mod name_strength;
mod record_understanding;
pub mod rules;
mod srm_role;
mod strength;
mod understanding;
mod withdraw_benefit;
mod withdraw_strength;

pub use benefit::Benefit;
pub use srm_role::SrmRole;
pub use strength::Strength;
pub use understanding::Understanding;

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct MutualMutations(
    name_strength::NameStrength,
    withdraw_strength::WithdrawStrength,
    name_benefit::NameBenefit,
    withdraw_benefit::WithdrawBenefit,
    record_understanding::RecordUnderstanding,
    name_srm_role::NameSrmRole,
    end_srm_role::EndSrmRole,
);

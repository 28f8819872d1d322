//! The three roots: one line a capability.

use std::sync::Arc;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions};

use crate::{
    accounts, advocacy, capacity, catalogue, concerns, consents, decisions, dialogue, foundations, incidents, ledger,
    library, mutual, node, organisations, partnerships,
    platform::{
        error::{ErrorCode, Result},
        limits::Limits,
        sdl::TypeMap,
    },
    reviews, risk, sync,
};

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQueries,
    accounts::AccountsQueries,
    organisations::OrganisationsQueries,
    partnerships::PartnershipsQueries,
    concerns::ConcernsQueries,
    reviews::ReviewsQueries,
    library::LibraryRootQueries,
    consents::ConsentsQueries,
    risk::RiskQueries,
    catalogue::CatalogueQueries,
    ledger::LedgerQueries,
    incidents::IncidentsQueries,
    sync::SyncQueries,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    accounts::AccountsMutations,
    organisations::OrganisationsMutations,
    partnerships::PartnershipsMutations,
    foundations::FoundationsMutations,
    dialogue::DialogueMutations,
    decisions::DecisionsMutations,
    mutual::MutualMutations,
    capacity::CapacityMutations,
    library::LibraryMutations,
    advocacy::AdvocacyMutations,
    concerns::ConcernsMutations,
    reviews::ReviewsMutations,
    consents::ConsentsMutations,
    risk::RiskMutations,
    incidents::IncidentsMutations,
    sync::SyncMutations,
);

/// What can be followed.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    risk::RiskSubscriptions,
    incidents::IncidentSubscriptions,
    consents::ConsentSubscriptions,
    partnerships::PartnershipSubscriptions,
    ledger::EventSubscriptions,
    sync::SyncSubscriptions,
);

/// The executor.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the executor.
pub fn build(limits: Limits) -> anyhow::Result<Schema> {
    let catalogues = Arc::new(catalogue::Catalogues::load()?);
    Ok(Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<node::Node>()
        .register_output_type::<ErrorCode>()
        .disable_suggestions()
        .data(catalogues)
        .data(limits)
        .finish())
}

fn exported(schema: &Schema) -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    schema.sdl_with_options(options)
}

/// The schema as text.
pub fn sdl(schema: &Schema) -> String {
    let exported = exported(schema);
    let mut out = String::with_capacity(exported.len());
    for line in exported.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// What the schema says about itself.
pub fn types(schema: &Schema) -> Result<TypeMap> {
    TypeMap::read(&exported(schema))
}

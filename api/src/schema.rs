//! The three roots: one line a capability.

use std::sync::Arc;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions};

use crate::{
    accounts, advocacy, capacity, catalogue, concerns, consents, decisions, dialogue, foundations, incidents, ledger,
    library, mutual, node, organisations, partnerships,
    platform::{
        error::ErrorCode,
        limits::Limits,
        sdl::{Reader, TypeMap},
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

/// Builds the executor; with it comes what its schema says about itself.
pub fn build(limits: Limits) -> anyhow::Result<(Schema, TypeMap)> {
    let catalogues = Arc::new(catalogue::Catalogues::load()?);
    let reader = Reader::default();
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<node::Node>()
        .register_output_type::<ErrorCode>()
        // It reads what stands there by now.
        .directive(reader.clone())
        .disable_suggestions()
        .data(catalogues)
        .data(limits)
        .finish();
    Ok((schema, reader.types()?))
}

/// The schema as text.
pub fn sdl(schema: &Schema) -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let exported = schema.sdl_with_options(options);
    let mut out = String::with_capacity(exported.len());
    for line in exported.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

//! Import of incidents from the files that others publish: streaming, idempotent, with a report of every value that was not
//! taken as it is.

pub mod mapping;
mod read;
mod run;

use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, SpaceRef};

pub use self::{
    read::ImportNote,
    run::{ImportReport, import},
};
use crate::platform::{
    caller::Caller,
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
};

/// A file to import.
#[derive(InputObject)]
pub struct ImportIncidentsInput {
    /// The organisation whose incidents they become.
    organisation_id: Id,
    /// Name of the mapping of its columns, such as aid-worker-incidents.
    mapping: String,
    /// The file as text: CSV with a header, up to 8 MiB with the request.
    text: String,
}

/// Imports incidents.
#[derive(Default)]
pub struct ImportIncidents;

#[Object]
impl ImportIncidents {
    /// Imports incidents from the text of a file. The same file a second time changes nothing; what somebody has edited since
    /// stays as it is. Codes: FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::IncidentVerify))]
    async fn import_incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] input: ImportIncidentsInput,
    ) -> Result<ImportReport> {
        let mapping = mapping::named(&input.mapping).ok_or_else(|| {
            let names: Vec<String> =
                mapping::known().unwrap_or_default().into_iter().map(|mapping| mapping.name).collect();
            Error::invalid("mapping", "MAPPING_IS_KNOWN", format!("expected one of {}", names.join(", ")))
        })?;
        let caller = ctx.caller()?;
        may_import(caller, input.organisation_id)?;
        import(caller, input.organisation_id, &mapping, input.text.as_bytes(), |_| {}).await
    }
}

/// Whether the caller may import for an organisation; one that they do not see is not told from one that is not there.
pub fn may_import(caller: &Caller, organisation: Id) -> Result<()> {
    let here = caller.grants().within(Right::IncidentVerify, SpaceRef::organisation(organisation)).is_some();
    if here { Ok(()) } else { Err(Error::not_found("organisationId")) }
}

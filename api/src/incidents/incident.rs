use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{
    Id, Right, incident, incident_release, incident_restricted,
    value::{CountryCode, IncidentState, MeansOfAttack, PartialDate},
};
use sea_orm::{ColumnTrait, Condition};

use super::{IncidentRelease, IncidentRestricted};
use crate::{
    organisations::{Organisation, Person},
    platform::{
        caller::Sort,
        error::{Error, Result},
        gate::Ask,
        object::object,
        page::{Paging, connection},
        sdl::requires,
    },
};

object! {
    /// An incident: what happened to aid workers.
    Incident, incident::Model {
        /// The organisation that reported it.
        organisation: One<Organisation> by incident::Column::OrganisationId;
        /// The person who captured it, where you see them.
        captured_by: One<Person> by incident::Column::CapturedById;
        /// The incident of which this is another report.
        duplicate_of: One<Incident> by incident::Column::DuplicateOfId;
        /// Other reports of this incident that you see.
        duplicates: Many<Incident> by incident::Column::DuplicateOfId, asc incident::Column::CreatedAt;
        /// The restricted part, for who may see it.
        restricted: First<IncidentRestricted> by incident_restricted::Column::IncidentId,
            asc incident_restricted::Column::CreatedAt;
        /// To whom it is and was released, newest first; each partnership sees its own.
        releases: Many<IncidentRelease> by incident_release::Column::IncidentId, desc incident_release::Column::CreatedAt;
    }
    fields {
        /// Victims in numbers.
        async fn victims(&self) -> Victims {
            let row = &self.row;
            let sum = |counts: [Option<i32>; 2]| counts.into_iter().flatten().sum::<i32>();
            let killed = sum([row.nationals_killed, row.internationals_killed]);
            let wounded = sum([row.nationals_wounded, row.internationals_wounded]);
            let kidnapped = sum([row.nationals_kidnapped, row.internationals_kidnapped]);
            let nationals =
                sum([row.nationals_killed, row.nationals_wounded]) + row.nationals_kidnapped.unwrap_or_default();
            let affected = killed + wounded + kidnapped;
            Victims { nationals, internationals: affected - nationals, killed, wounded, kidnapped, affected }
        }

        /// Fields that are held back from you, by name.
        async fn redactions(&self) -> Vec<&'static str> {
            self.at.redacted.to_vec()
        }
    }
}
connection!(
    IncidentConnection,
    IncidentEdge,
    Incident,
    incident::Model,
    "A page of incidents.",
    "An incident in a list."
);

/// Victims of an incident, by recruitment (`[000]` recommendation 5). Empty counts are not known, and count as none in sums.
#[derive(SimpleObject)]
pub struct Victims {
    /// Locally recruited people killed, wounded or kidnapped.
    nationals: i32,
    /// Internationally recruited people killed, wounded or kidnapped.
    internationals: i32,
    /// People killed.
    killed: i32,
    /// People wounded.
    wounded: i32,
    /// People kidnapped.
    kidnapped: i32,
    /// All of them.
    affected: i32,
}

/// Which incidents; what is left out does not count.
#[derive(InputObject, Default)]
pub struct IncidentFilter {
    /// Reported by this organisation.
    organisation_id: Option<Id>,
    /// In this country.
    country: Option<CountryCode>,
    /// By these means.
    means: Option<MeansOfAttack>,
    /// In this state.
    state: Option<IncidentState>,
    /// In this year or later.
    from_year: Option<i32>,
    /// In this year or earlier.
    to_year: Option<i32>,
}

/// Queries of incidents.
#[derive(Default)]
pub struct IncidentQueries;

#[Object]
impl IncidentQueries {
    /// An incident; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::IncidentRead))]
    async fn incident(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Option<Incident>> {
        Ok(ctx.caller()?.find::<incident::Model>(id).await?.map(Into::into))
    }

    /// The incidents you see, latest first: those of your organisation, your own reports, and those released to your
    /// partnerships.
    #[graphql(directive = requires::apply(Right::IncidentRead))]
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.", default)] filter: IncidentFilter,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<IncidentConnection> {
        use incident::Column;
        let IncidentFilter { organisation_id, country, means, state, from_year, to_year } = filter;
        let list = format!("incidents:{organisation_id:?}:{country:?}:{means:?}:{state:?}:{from_year:?}:{to_year:?}");
        let filter = Condition::all()
            .add_option(organisation_id.map(|id| Column::OrganisationId.eq(id)))
            .add_option(country.map(|country| Column::Country.eq(country)))
            .add_option(means.map(|means| Column::Means.eq(means)))
            .add_option(state.map(|state| Column::State.eq(state)))
            .add(years(from_year, to_year)?);
        let paging = Paging { first, after, last, before };
        // By what everybody sees of the date: two people with the same rows page through them alike.
        let sort = Sort::desc(Column::CreatedAt);
        Ok(ctx.caller()?.page::<incident::Model>(ctx, &list, filter, sort, &paging).await?.into())
    }
}

/// Incidents of some years.
pub(super) fn years(from: Option<i32>, to: Option<i32>) -> Result<Condition> {
    use incident::Column;
    let date = |field: &str, year: i32, rest: &str| {
        let read = PartialDate::new(&format!("{year:04}{rest}"));
        read.map_err(|_| Error::invalid(field, "YEAR", format!("expected a year such as 2026, found {year}")))
    };
    let from = from.map(|year| date("fromYear", year, "")).transpose()?;
    let to = to.map(|year| date("toYear", year, "-12-31")).transpose()?;
    Ok(Condition::all()
        .add_option(from.map(|from| Column::OccurredOn.gte(from)))
        .add_option(to.map(|to| Column::OccurredOn.lte(to))))
}

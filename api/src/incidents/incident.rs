use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use entity::{
    Id, Right, incident, incident_release, incident_restricted, organisation, person,
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
        object::{object, objects},
        page::{Paging, connection},
        sdl::requires,
    },
};

object! {
    /// An incident: what happened to aid workers.
    Incident, incident::Model
}
connection!(
    IncidentConnection,
    IncidentEdge,
    Incident,
    incident::Model,
    "A page of incidents.",
    "An incident in a list."
);

/// Victims of an incident, by recruitment ([000] recommendation 5). Empty counts are not known, and count as none in sums.
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

#[ComplexObject]
impl Incident {
    /// The organisation that reported it.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let key = |row: &incident::Model| Some(row.organisation_id);
        Ok(self.at.one::<organisation::Model>(ctx.caller()?, "organisation", key).await?.map(Into::into))
    }

    /// The person who captured it, where you see them.
    async fn captured_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let key = |row: &incident::Model| Some(row.captured_by_id).filter(|id| *id != Id::NIL);
        Ok(self.at.one::<person::Model>(ctx.caller()?, "capturedBy", key).await?.map(Into::into))
    }

    /// The incident of which this is another report.
    async fn duplicate_of(&self, ctx: &Context<'_>) -> Result<Option<Box<Incident>>> {
        let key = |row: &incident::Model| row.duplicate_of_id;
        let found = self.at.one::<incident::Model>(ctx.caller()?, "duplicateOf", key).await?;
        Ok(found.map(|row| Box::new(row.into())))
    }

    /// Other reports of this incident that you see.
    async fn duplicates(&self, ctx: &Context<'_>) -> Result<Vec<Incident>> {
        use incident::Column;
        let (key, sort) =
            (|row: &incident::Model| row.duplicate_of_id.unwrap_or(Id::NIL), Sort::asc(Column::CreatedAt));
        Ok(objects(self.at.many(ctx.caller()?, "duplicates", Column::DuplicateOfId, key, sort, None).await?))
    }

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

    /// The restricted part, for who may see it.
    async fn restricted(&self, ctx: &Context<'_>) -> Result<Option<IncidentRestricted>> {
        use incident_restricted::Column;
        let (key, sort) = (|row: &incident_restricted::Model| row.incident_id, Sort::asc(Column::CreatedAt));
        let rows = self.at.many(ctx.caller()?, "restricted", Column::IncidentId, key, sort, None).await?;
        Ok(rows.into_iter().next().map(Into::into))
    }

    /// To whom it is and was released, newest first; each partnership sees its own.
    async fn releases(&self, ctx: &Context<'_>) -> Result<Vec<IncidentRelease>> {
        use incident_release::Column;
        let (key, sort) = (|row: &incident_release::Model| row.incident_id, Sort::desc(Column::CreatedAt));
        Ok(objects(self.at.many(ctx.caller()?, "releases", Column::IncidentId, key, sort, None).await?))
    }

    /// Fields that are held back from you, by name.
    async fn redactions(&self) -> Vec<&'static str> {
        self.at.redacted.to_vec()
    }
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

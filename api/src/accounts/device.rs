use async_graphql::{Context, Object};
use entity::{
    Id, Right, device, person,
    value::{Text, Title},
};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    organisations::Person,
    platform::{
        caller::Sort,
        error::{Error, Result, Rule},
        gate::Ask,
        object::{object, objects},
        sdl::requires,
        whole::Whole,
    },
};

/// A token that names no device cannot be told from another on the same account.
const TOKEN_NAMES_THE_DEVICE: Rule = Rule {
    key: "TOKEN_NAMES_THE_DEVICE",
    requirement: "api 1.5",
    says: "the token names no device: sign in with one that carries the claim device_id",
};

object! {
    /// A device on which somebody works offline.
    Device, device::Model {
        /// The person who registered it.
        person: One<Person> by device::Column::PersonId;
    }
}

/// Queries of devices.
#[derive(Default)]
pub struct DeviceQueries;

#[Object]
impl DeviceQueries {
    /// Your devices, and those of the organisation whose people you keep.
    #[graphql(directive = requires::apply(Right::DeviceKeep))]
    async fn devices(&self, ctx: &Context<'_>) -> Result<Vec<Device>> {
        let sort = Sort::asc(device::Column::CreatedAt);
        Ok(objects(ctx.caller()?.all::<device::Model>(Condition::all(), &sort).await?))
    }
}

/// Registers a device.
#[derive(Default)]
pub struct RegisterDevice;

#[Object]
impl RegisterDevice {
    /// Registers the device of your token, so that it can be revoked when it is lost. A second time it answers with the same
    /// device. Codes: REFUSED, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::DeviceKeep))]
    async fn register_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What people call it.")] name: Title,
    ) -> Result<Whole<Device>> {
        let caller = ctx.caller()?;
        let named =
            caller.device().and_then(|(issuer, device)| Some((Title::new(&issuer).ok()?, Title::new(&device).ok()?)));
        let (issuer, token_name) = named.ok_or_else(|| Error::refused(&TOKEN_NAMES_THE_DEVICE))?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    use device::Column;
                    let me: person::Model = tx.get(tx.caller.person(), "person").await?;
                    let known = Condition::all()
                        .add(Column::PersonId.eq(me.id))
                        .add(Column::Issuer.eq(issuer.clone()))
                        .add(Column::TokenName.eq(token_name.clone()));
                    let known: Vec<device::Model> = tx.all(known, &Sort::asc(Column::CreatedAt)).await?;
                    if let Some(known) = known.first() {
                        return Ok(known.id);
                    }
                    let (id, now) = (tx.id(), tx.now());
                    let row = device::Model {
                        id,
                        person_id: me.id,
                        organisation_id: me.organisation_id,
                        issuer,
                        token_name,
                        name,
                        revoked_at: None,
                        revoked_reason: None,
                        created_by: id,
                        created_at: now,
                        updated_at: now,
                        version: 1,
                    };
                    Ok(tx.insert("device.registered", row).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

/// Revokes a device.
#[derive(Default)]
pub struct RevokeDevice;

#[Object]
impl RevokeDevice {
    /// Refuses every token that names a device, whoever is signed in there, with the reason DEVICE_REVOKED, on which apps wipe
    /// what they hold; its sockets close within seconds. Yours, or one of the organisation whose people you keep.
    /// Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::DeviceKeep))]
    async fn revoke_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The device.")] id: Id,
        #[graphql(desc = "Why: lost, stolen, handed on.")] reason: Text,
    ) -> Result<Whole<Device>> {
        let caller = ctx.caller()?;
        caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let named: device::Model = tx.lock(id, "id").await?;
                    // Whoever else is signed in on it: their sockets hear of it by their own record.
                    for before in tx.devices_named(&named.issuer, &named.token_name).await? {
                        let mut after = before.clone();
                        after.revoked_at = before.revoked_at.or(Some(tx.now()));
                        after.revoked_reason = before.revoked_reason.clone().or_else(|| Some(reason.clone()));
                        tx.update("device.revoked", &before, after).await?;
                    }
                    Ok(id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

//! The root fields of every collection, made from the table of collections.

use std::{borrow::Cow, pin::Pin};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Response, ServerResult,
    SubscriptionType, Value,
    parser::types::Field,
    registry::{MetaTypeId, Registry},
};
use entity::Right;
use futures_util::Stream;
use serde_json::{Map, Value as Json};

use super::{
    answer::{Selected, Selections, cut},
    changes,
    collection::Collection,
    collections, pull, push,
    stream::{self, Asked},
    types,
};
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    whole::written,
};

/// `pullX` of every collection, and `changes`.
#[derive(Default)]
pub struct SyncQueries;
/// `pushX` of every collection.
#[derive(Default)]
pub struct SyncMutations;
/// `streamX` of every collection.
#[derive(Default)]
pub struct SyncSubscriptions {
    selections: Selections,
}

/// The collection of a root field that begins with a word.
fn collection_of(field: &str, word: &str) -> Option<&'static Collection> {
    let prefix = field.strip_prefix(word)?;
    collections::all().iter().find(|collection| collection.prefix == prefix)
}

/// The arguments of the field that runs, as JSON.
fn arguments(ctx: &Context<'_>) -> Result<Map<String, Json>> {
    let arguments = ctx.field().arguments().map_err(|e| Error::bad_input("ARGUMENTS", e.message))?;
    Ok(arguments.into_iter().map(|(name, value)| (name.to_string(), value.into_json().unwrap_or_default())).collect())
}

/// An error of a root field, as the executor reports it.
fn failed(ctx: &Context<'_>, error: Error) -> async_graphql::ServerError {
    ctx.set_error_path(async_graphql::Error::from(error).into_server_error(ctx.item.pos))
}

impl OutputType for SyncQueries {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("SyncQueries")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            <i32 as async_graphql::InputType>::create_type_info(registry);
            <f64 as async_graphql::InputType>::create_type_info(registry);
            types::enter(registry);
            let pulls = collections::all().iter().map(|c| {
                let prefix = &c.prefix;
                let about = format!(
                    "Documents of the collection `{}` that changed since a checkpoint: those you see as you see them now, \
                     the others as deleted. Repeat with the new checkpoint until fewer come than asked for.",
                    c.name
                );
                let args = vec![
                    types::input("checkpoint", &format!("{prefix}InputCheckpoint"), "Where the device stands; none at first."),
                    types::input("limit", "Int!", "Most documents of the page, up to 1000. Less than 100 counts as 100."),
                ];
                types::field(&format!("pull{prefix}"), &format!("{prefix}PullBulk!"), &about, args, Some(Right::SignedIn))
            });
            let args = vec![
                types::input("collections", "[SyncCollection!]!", "The collections, at most once each."),
                types::input("checkpoint", "String", "Where the device stands; none at first."),
                types::input("first", "Int!", "Most changes of the page, 1 to 1000."),
            ];
            let about = "Changes of several collections since a checkpoint, in one moment of the database, with the same \
                         guarantees as `pullX`. For clients that keep their own store.";
            let changes = types::field("changes", "ChangePage!", about, args, Some(Right::SignedIn));
            types::object("SyncQueries", "", pulls.chain([changes]))
        })
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

impl ContainerType for SyncQueries {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.field().name();
        let answer = async {
            let collection = collection_of(name, "pull");
            if collection.is_none() && name != "changes" {
                return Ok(None);
            }
            let (caller, arguments, selected) = (ctx.caller()?, arguments(ctx)?, Selected::of(ctx));
            match collection {
                Some(collection) => pull::pull(caller, collection, &arguments, &selected).await.map(Some),
                None => changes::changes(caller, &arguments, &selected).await.map(Some),
            }
        };
        let answer = answer.await.map_err(|error| failed(ctx, error))?;
        Ok(answer.map(written))
    }
}

impl ObjectType for SyncQueries {}

impl OutputType for SyncMutations {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("SyncMutations")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |_| {
            let pushes = collections::all().iter().map(|c| {
                let prefix = &c.prefix;
                let about = if c.pushed.is_some() {
                    format!(
                        "Takes writes of a device to the collection `{}`, each for itself. Answers with the current state \
                         of every document whose write was not taken whole; the values that were not taken are kept as a \
                         `SyncConflict`. A row never fails the request.",
                        c.name
                    )
                } else {
                    format!(
                        "The collection `{}` is not written by devices: answers with the current state of every row, and \
                         keeps what was sent as a `SyncConflict`.",
                        c.name
                    )
                };
                let args =
                    vec![types::input(&format!("{}PushRow", c.name), &format!("[{prefix}InputPushRow!]"), "Up to 500 writes.")];
                types::field(&format!("push{prefix}"), &format!("[{prefix}Document!]!"), &about, args, Some(Right::SignedIn))
            });
            types::object("SyncMutations", "", pushes)
        })
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

impl ContainerType for SyncMutations {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Some(collection) = collection_of(ctx.field().name(), "push") else { return Ok(None) };
        let answer = async { push::push(ctx, collection, arguments(ctx)?).await };
        let answer = answer.await.map_err(|error| failed(ctx, error))?;
        Ok(Some(cut(&Selected::of(ctx), answer)))
    }
}

impl ObjectType for SyncMutations {}

impl SubscriptionType for SyncSubscriptions {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("SyncSubscriptions")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_subscription_type::<Self, _>(|_| {
            let streams = collections::all().iter().map(|c| {
                let prefix = &c.prefix;
                let about = format!(
                    "Documents of the collection `{}` as they change, with checkpoints for `pull{prefix}`. Never ends with \
                     a message: where you must pull again the connection is closed with 4205, 4403, 1012 or 1013.",
                    c.name
                );
                let args = vec![types::input("headers", &format!("{prefix}InputHeaders"), "Taken for clients that send it.")];
                types::field(&format!("stream{prefix}"), &format!("{prefix}PullBulk!"), &about, args, Some(Right::SignedIn))
            });
            types::subscriptions("SyncSubscriptions", streams)
        })
    }

    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        let collection = collection_of(ctx.field().name(), "stream")?;
        let key = async_graphql::Name::new(ctx.field().alias().unwrap_or(ctx.field().name()));
        let asked = Asked { key, pos: ctx.item.pos, selected: self.selections.shared(Selected::of(ctx)) };
        Some(Box::pin(stream::answers(ctx, collection, asked)))
    }
}

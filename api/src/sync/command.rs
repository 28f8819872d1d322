//! Commands that were given offline: pushed as documents, run once by their id, by the same mutation, fence and rules.

use async_graphql::{Context, Object};
use entity::{
    Id, Right, sync_command,
    value::{CommandStatus, Text, Title},
};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, Condition};
use serde_json::{Map, Value, json};

use super::{
    merge::Merged,
    push::{Pushed, Write},
};
use crate::{
    node::{self, Node},
    platform::{
        caller::{Caller, Sort},
        error::{Error, Result},
        gate::{Ask, Gate, Incoming},
        object::{object, objects},
        sdl::requires,
        whole,
    },
    schema::Schema,
};

object! {
    /// A command that was given offline.
    SyncCommand, sync_command::Model {
    }
    fields {
        /// The record that the mutation answered with, where you see it.
        async fn result(&self, ctx: &Context<'_>) -> Result<Option<Box<Node>>> {
            match self.row.result_id {
                Some(id) => Ok(node::find(ctx.caller()?, id).await?.map(Box::new)),
                None => Ok(None),
            }
        }
    }
}

/// Queries of commands.
#[derive(Default)]
pub struct CommandQueries;

#[Object]
impl CommandQueries {
    /// Your commands that were given offline and refused, or wait, oldest first.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn sync_commands(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What became of them.")] status: CommandStatus,
    ) -> Result<Vec<SyncCommand>> {
        use sync_command::Column;
        let filter = Condition::all().add(Column::Status.eq(status));
        Ok(objects(ctx.caller()?.all::<sync_command::Model>(filter, &Sort::asc(Column::CreatedAt)).await?))
    }
}

/// What runs mutations: in the data of every request that came through the front end.
#[derive(Clone)]
pub struct Executor {
    /// The schema.
    pub schema: Schema,
    /// The gate of the server.
    pub gate: std::sync::Arc<Gate>,
}

/// The writes of `syncCommand`.
pub struct GivenOffline;

impl Pushed for GivenOffline {
    fn take<'w>(
        &'w self,
        caller: &'w Caller,
        executor: Option<&'w Executor>,
        write: Write<'w>,
    ) -> BoxFuture<'w, Result<Merged>> {
        Box::pin(async move {
            let command = receive(caller, &write).await?;
            if command.status == CommandStatus::Received {
                let executor = executor.ok_or_else(|| Error::internal("nothing here runs commands"))?;
                let outcome = run(caller, executor, &command).await?;
                settle(caller, command.id, outcome).await?;
            }
            // A command is not edited any more: what became of it may come with the answer.
            let known = write.new.get("status").and_then(Value::as_str).is_some_and(|known| known != "RECEIVED");
            Ok(Merged { tell: !known, ..Merged::default() })
        })
    }
}

/// Records that the command arrived. Sent again, it is the same command.
async fn receive(caller: &Caller, write: &Write<'_>) -> Result<sync_command::Model> {
    let text = |name: &str| write.new.get(name).and_then(Value::as_str);
    let wrong = |field: &str, v: entity::value::Violation| Error::invalid(field, v.rule, v.message);
    if let Some(known) = caller.find::<sync_command::Model>(write.id).await? {
        let same = text("name").is_none_or(|name| name == known.row.name.as_str())
            && text("input").is_none_or(|input| input == known.row.input);
        // What was given is given: another command needs an id of its own.
        let error =
            Error::invalid("id", "COMMAND_IS_GIVEN_ONCE", "this command was given already, with another content");
        return if same { Ok(known.row) } else { Err(error) };
    }
    if write.assumed.is_some() {
        return Err(Error::not_found("id"));
    }
    let name = Title::new(text("name").unwrap_or_default()).map_err(|v| wrong("name", v))?;
    let input = text("input").unwrap_or("{}").to_owned();
    if !serde_json::from_str::<Value>(&input).is_ok_and(|input| input.is_object()) {
        return Err(Error::invalid("input", "INPUT_IS_AN_OBJECT", "expected the text of a JSON object"));
    }
    let captured_at = match text("capturedAt") {
        None => None,
        Some(at) => {
            let at = chrono::DateTime::parse_from_rfc3339(at);
            let wrong =
                || Error::invalid("capturedAt", "ISO_8601_TIME", "expected a time such as 2026-05-01T08:00:00Z");
            Some(at.map_err(|_| wrong())?.to_utc())
        }
    };
    let row = sync_command::Model {
        id: write.id,
        person_id: caller.person(),
        name,
        input,
        captured_at,
        expected_version: write.new.get("expectedVersion").and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok()),
        status: CommandStatus::Received,
        code: None,
        rule: None,
        field: None,
        message: None,
        result_id: None,
        created_by: write.id,
        created_at: caller.now(),
        updated_at: caller.now(),
        version: 1,
    };
    let made = row.clone();
    let done = caller
        .run_command("receiveSyncCommand", Right::SignedIn, None, |tx| {
            Box::pin(async move { Ok(tx.insert("sync.command_received", made).await?.id) })
        })
        .await;
    match done {
        Ok(_) => Ok(row),
        // Somebody else's id, or the same command on another line just now.
        Err(error) if error.rule == Some("RECORDED_ONCE") => {
            Ok(caller.get::<sync_command::Model>(write.id, "id").await?.row)
        }
        Err(error) => Err(error),
    }
}

/// What became of a command.
enum Outcome {
    Done(Option<Id>),
    Refused(Map<String, Value>),
}

/// Runs the mutation; its idempotency key is the id of the command.
async fn run(caller: &Caller, executor: &Executor, command: &sync_command::Model) -> Result<Outcome> {
    let name = command.name.as_str();
    let refusal = |error: Error| {
        let mut out = Map::new();
        out.insert("code".to_owned(), error.code.name().into());
        out.insert("rule".to_owned(), error.rule.into());
        out.insert("field".to_owned(), error.field.into());
        out.insert("message".to_owned(), error.message.into());
        Outcome::Refused(out)
    };
    let types = &executor.gate.types;
    let takes = |argument: &str| types.field("Mutation", name).and_then(|field| field.arguments.get(argument));
    let known = types.field("Mutation", name).filter(|field| types.field(field.of(), "id").is_some());
    // Sessions and devices are dealt with online: a command that ends the login could not tell what became of it.
    let online = ["push", "signOut", "registerDevice", "revokeDevice"].iter().any(|word| name.starts_with(word));
    if known.is_none() || online {
        let message = "expected the name of a mutation that answers with a record";
        return Ok(refusal(Error::invalid("name", "COMMAND_IS_KNOWN", message)));
    }
    let Ok(Value::Object(mut input)) = serde_json::from_str::<Value>(&command.input) else {
        return Err(Error::internal("the input of a command was checked"));
    };
    if let Some(version) = command.expected_version {
        input.entry("expectedVersion").or_insert(version.into());
    }
    // A command takes one input object, or plain arguments.
    let (head, call, variables) = match takes("input") {
        Some(ty) => (format!("$input: {ty}"), "input: $input".to_owned(), json!({ "input": input })),
        None => {
            if let Some(unknown) = input.keys().find(|name| takes(name).is_none()) {
                let message = "the mutation takes no such argument";
                return Ok(refusal(Error::invalid(unknown, "FIELD_IS_KNOWN", message)));
            }
            let arguments: Vec<(&String, String)> =
                input.keys().filter_map(|name| Some((name, takes(name)?.to_string()))).collect();
            let head: Vec<String> = arguments.iter().map(|(name, ty)| format!("${name}: {ty}")).collect();
            let call: Vec<String> = arguments.iter().map(|(name, _)| format!("{name}: ${name}")).collect();
            (head.join(", "), call.join(", "), Value::Object(input.clone()))
        }
    };
    let (head, call) = if call.is_empty() { (head, call) } else { (format!("({head})"), format!("({call})")) };
    let query = format!("mutation{head} {{ {name}{call} {{ id }} }}");
    let caller = caller.clone().with_idempotency_key(&format!("sync-command:{}", command.id));
    let incoming = Incoming { query, operation_name: None, variables };
    let admitted = match executor.gate.admit(incoming, Some(&caller)) {
        Ok(admitted) => admitted,
        Err(errors) => match errors.into_iter().next() {
            Some(error) => return Ok(refusal(error)),
            None => return Err(Error::internal("a refusal without an error")),
        },
    };
    let request = admitted.request.data(executor.clone());
    let response = executor.schema.execute(request).await;
    // What was done is done, whether or not its giver may read it back.
    let done = caller.remembered(&format!("sync-command:{}#{name}", command.id)).await?;
    if let (Some(result), false) = (done, response.errors.is_empty()) {
        return Ok(Outcome::Done(Some(result)));
    }
    if let Some(error) = response.errors.into_iter().next() {
        let mut out = Map::new();
        out.insert("message".to_owned(), error.message.into());
        out.insert("code".to_owned(), "BAD_USER_INPUT".into());
        for key in ["code", "rule", "field"] {
            if let Some(value) = error.extensions.as_ref().and_then(|values| values.get(key)) {
                out.insert(key.to_owned(), value.clone().into_json().unwrap_or_default());
            }
        }
        // A fault of ours, or a wait that ended: the command stays as received, and runs when it is sent again.
        let text = |name: &str| out.get(name).and_then(Value::as_str);
        let ours = matches!(text("code"), Some("INTERNAL" | "UNAVAILABLE" | "UNAUTHENTICATED"));
        if ours || text("rule") == Some("TRY_AGAIN") {
            return Err(Error::unavailable("a command given offline could not run now"));
        }
        return Ok(Outcome::Refused(out));
    }
    let data = whole::read(response.data).unwrap_or_default();
    let id = data.get(name).and_then(|answer| answer.get("id")).and_then(Value::as_str).and_then(|id| id.parse().ok());
    Ok(Outcome::Done(id))
}

/// Records what became of it: the stream brings that back to the device.
async fn settle(caller: &Caller, id: Id, outcome: Outcome) -> Result<()> {
    caller
        .run_command("settleSyncCommand", Right::SignedIn, None, |tx| {
            Box::pin(async move {
                let before: sync_command::Model = tx.lock(id, "id").await?;
                if before.status != CommandStatus::Received {
                    return Ok(id);
                }
                let mut after = before.clone();
                let event = match outcome {
                    Outcome::Done(result) => {
                        after.status = CommandStatus::Done;
                        after.result_id = result;
                        "sync.command_done"
                    }
                    Outcome::Refused(why) => {
                        let text = |name: &str| why.get(name).and_then(Value::as_str);
                        let short = |name: &str| text(name).and_then(|text| Title::new(text).ok());
                        after.status = CommandStatus::Refused;
                        after.code = short("code");
                        after.rule = short("rule");
                        after.field = short("field");
                        after.message = text("message").and_then(|text| Text::new(text).ok());
                        "sync.command_refused"
                    }
                };
                Ok(tx.update(event, &before, after).await?.id)
            })
        })
        .await
        .map(drop)
}

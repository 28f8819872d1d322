//! The end of a command: audiences become publications, changes become ledger entries, all in the
//! COMMIT that carries the rows.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    Id, Kind, Level, SpaceKind, ledger, partnership_side,
    platform::{object_index, publication, space},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{
    append, chain,
    error::{Error, Result},
    later::Lock,
    published::{self, Places},
    tx::{Change, Tx},
    visible,
};

/// What is written for one record.
struct Entry {
    event: &'static str,
    kind: Kind,
    id: Id,
    version: i32,
    payload: Option<String>,
    /// Whether some of its fields are held back from some.
    redacts: bool,
    before: BTreeMap<i32, publication::Model>,
    after: Places,
}

/// Commits and answers with the new heads of the spaces that advanced, and the entries that somebody here waits for.
pub(super) async fn commit(mut tx: Tx) -> Result<(Vec<(i32, i64)>, Vec<ledger::Model>)> {
    let changes = std::mem::take(&mut tx.changes);
    let entries = match entries(&mut tx, changes).await {
        Ok(entries) => entries,
        Err(error) => return Err(tx.db.why(error).await),
    };
    let told = enter(&tx, &entries).await?;
    tx.db.commit().await?;
    Ok(told)
}

/// Works out the audience of every changed record, and of every record that inherits from one.
async fn entries(tx: &mut Tx, changes: Vec<Change>) -> Result<Vec<Entry>> {
    let mut published = std::mem::take(&mut tx.published);
    let known = changes.iter().filter(|change| !change.new).map(|change| change.id);
    published.load(tx, known.chain(changes.iter().filter_map(|change| change.audience.inherits))).await?;
    let mut out: Vec<Entry> = Vec::with_capacity(changes.len());
    let mut moved: Vec<Id> = Vec::new();
    let mut placed: BTreeSet<(Kind, Id)> = BTreeSet::new();
    for change in changes {
        let before = published.now(change.id);
        let after = published.places_of(tx, &change.audience).await?;
        if after.is_empty() {
            return Err(Error::internal(format!("{:?} {} has no space", change.kind, change.id)));
        }
        let differs = published.live(change.id) != after;
        if !change.new && differs {
            moved.push(change.id);
        }
        // A new row was written with what was known of its spaces then.
        if if change.new { published.written(change.id) != Some(&after) } else { differs } {
            placed.insert((change.kind, change.id));
        }
        published.set(change.id, change.kind, &after);
        let payload = Some(change.payload.to_string());
        out.push(Entry {
            event: change.event,
            kind: change.kind,
            id: change.id,
            version: change.version,
            payload,
            redacts: change.redacts,
            before,
            after,
        });
    }
    // Records that follow one whose audience moved, and those that follow them.
    while !moved.is_empty() {
        let children = published::children(tx, &moved).await?;
        published.load(tx, children.iter().map(|(id, _)| *id)).await?;
        moved.clear();
        for (id, kind) in children {
            let before = published.now(id);
            let mut after: Places =
                published.live(id).into_iter().filter(|(_, (_, parent))| parent.is_none()).collect();
            let parents: BTreeSet<Id> = before.values().filter_map(|place| place.parent_id).collect();
            for parent in parents {
                for (space, (level, _)) in published.live(parent) {
                    after.entry(space).or_insert((level, Some(parent)));
                }
            }
            if published.live(id) == after {
                continue;
            }
            published.set(id, kind, &after);
            out.push(Entry {
                event: "record.published",
                kind,
                id,
                version: 0,
                payload: None,
                redacts: false,
                before,
                after,
            });
            placed.insert((kind, id));
            moved.push(id);
        }
    }
    published.write(tx, placed).await?;
    Ok(out)
}

/// Locks the heads of the spaces in ascending order, as the last locks of all, and appends.
async fn enter(tx: &Tx, entries: &[Entry]) -> Result<(Vec<(i32, i64)>, Vec<ledger::Model>)> {
    use space::{Column, Entity};
    let mut spaces: BTreeSet<i32> = entries.iter().flat_map(touched).collect();
    if spaces.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let represented = represented(tx, entries).await?;
    spaces.extend(&represented);
    // Nothing that somebody may hold is locked behind the heads: what waits is written before.
    let spaces: Vec<i32> = spaces.into_iter().collect();
    let (list, these) = visible::by_spaces(tx.caller.postgres(), &spaces, "no", 1);
    let sql = format!("SELECT no, kind, head_seq, head_hash FROM space WHERE {these}");
    let these = tx.caller.platform.db.statement(&sql, [list]);
    tx.caller.counted();
    let locked = match tx.db.settle_and(Lock { these, in_order: "ORDER BY no FOR UPDATE" }).await {
        Ok(locked) => locked,
        Err(error) => return Err(tx.db.why(error.into()).await),
    };
    let mut heads: BTreeMap<i32, (i64, Vec<u8>)> = BTreeMap::new();
    let mut shared: BTreeSet<i32> = BTreeSet::new();
    let (grants, for_a_side) = (tx.caller.grants(), tx.authority_is_shared);
    for space in &locked {
        let no: i32 = space.try_get("", "no")?;
        heads.insert(no, (space.try_get("", "head_seq")?, space.try_get("", "head_hash")?));
        // A side acts on what only another side sees where it takes out a question that was answered, for one.
        let of_others = || !grants.list().iter().any(|grant| grant.space_no == no);
        let shows_to_others = match space.try_get("", "kind")? {
            SpaceKind::Partnership => true,
            SpaceKind::Side => of_others(),
            SpaceKind::Person => for_a_side && of_others(),
            _ => false,
        };
        if shows_to_others {
            shared.insert(no);
        }
    }

    let mut rows = Vec::new();
    let mut places: BTreeMap<(Id, i32), publication::Model> = BTreeMap::new();
    for entry in entries {
        for space_no in touched(entry) {
            let (seq, head) = heads.get_mut(&space_no).ok_or_else(|| Error::internal("a space is missing"))?;
            *seq += 1;
            let place = entry.after.get(&space_no);
            let mut row = ledger_row(tx, entry, space_no, *seq, head, place.is_some());
            if shared.contains(&space_no) {
                // What the other sides see of a person is how their side shows them: a side role leads there, and a
                // membership, the same in every partnership, would lead past it.
                row.actor = Id::NIL;
                row.authority = row.authority.filter(|_| tx.authority_is_shared);
                if entry.redacts {
                    // What changed may be what this space does not see.
                    row.payload = None;
                    row.payload_digest = chain::digest(row.salt.as_deref().unwrap_or_default(), "");
                }
            }
            row.hash = chain::hash(&row);
            head.clone_from(&row.hash);
            rows.push(row);
            let (level, parent_id) = place.copied().unwrap_or((Level::Basic, None));
            let row = publication::Model {
                record_id: entry.id,
                space_no,
                kind: entry.kind,
                seq: *seq,
                // An earlier row keeps its own.
                first_seq: *seq,
                level: level.stored(),
                live: place.is_some(),
                // The parent stays on a tombstone: the record must be found again when the parent returns.
                parent_id: parent_id.or_else(|| entry.before.get(&space_no).and_then(|row| row.parent_id)),
            };
            places.insert((entry.id, space_no), row);
        }
    }
    let indexed = entries.iter().filter(|entry| entry.version == 1);
    let indexed = indexed.map(|entry| object_index::Model { id: entry.id, kind: entry.kind }).collect();
    let awaited = tx.caller.hub().awaited(&rows);
    append::write(tx, append::News { indexed, told: rows, placed: places.into_values().collect() }, &heads).await?;
    if !represented.is_empty() {
        tx.caller.counted();
        #[expect(clippy::disallowed_methods, reason = "spaces are the platform's own")]
        Entity::update_many()
            .col_expr(Column::Standing, Expr::col(Column::Standing).add(1))
            .filter(Column::No.is_in(represented))
            .exec(&tx.db)
            .await?;
    }
    Ok((heads.into_iter().map(|(no, (seq, _))| (no, seq)).collect(), awaited))
}

/// Spaces of the organisations on the sides of partnerships that changed: who represents them may stand elsewhere now.
async fn represented(tx: &Tx, entries: &[Entry]) -> Result<BTreeSet<i32>> {
    // Of a partnership it counts that it is there, who drafted it, and whether it was proposed.
    let counts = |entry: &&Entry| {
        let says = |column: &str| entry.payload.as_ref().is_some_and(|payload| payload.contains(column));
        entry.version == 1 || says("\"proposed_at\"") || says("\"drafted_by_side\"")
    };
    let of = |kind: Kind| entries.iter().filter(counts).filter(move |entry| entry.kind == kind).map(|entry| entry.id);
    if of(Kind::Partnership).chain(of(Kind::PartnershipSide)).next().is_none() {
        return Ok(BTreeSet::new());
    }
    tx.caller.counted();
    let postgres = tx.caller.postgres();
    let on_its_sides = visible::any_of(postgres, partnership_side::Column::PartnershipId, of(Kind::Partnership))
        .or(visible::any_of(postgres, partnership_side::Column::Id, of(Kind::PartnershipSide)));
    #[expect(clippy::disallowed_methods, reason = "numbers of spaces, which are the platform's own")]
    let organisations: Vec<Id> = partnership_side::Entity::find()
        .filter(on_its_sides)
        .select_only()
        .column(partnership_side::Column::OrganisationId)
        .into_tuple()
        .all(&tx.db)
        .await?;
    tx.caller.counted();
    #[expect(clippy::disallowed_methods, reason = "numbers of spaces, which are the platform's own")]
    let spaces: Vec<i32> = space::Entity::find()
        .filter(space::Column::Kind.eq(SpaceKind::Organisation).and(space::Column::SubjectId.is_in(organisations)))
        .select_only()
        .column(space::Column::No)
        .into_tuple()
        .all(&tx.db)
        .await?;
    Ok(spaces.into_iter().collect())
}

/// Spaces whose ledger tells of a change: those that see the record, and those that saw it until now.
fn touched(entry: &Entry) -> BTreeSet<i32> {
    let seen = entry.before.values().filter(|row| row.live).map(|row| row.space_no);
    entry.after.keys().copied().chain(seen).collect()
}

fn ledger_row(tx: &Tx, entry: &Entry, space_no: i32, seq: i64, prev: &[u8], live: bool) -> ledger::Model {
    // A space that loses the record learns that, and not what else changed.
    let payload = entry.payload.clone().filter(|_| live);
    let salt = tx.caller.platform.env.bytes::<16>().to_vec();
    ledger::Model {
        space_no,
        seq,
        at: tx.at,
        event: if live { entry.event } else { "record.withdrawn" }.to_owned(),
        kind: entry.kind,
        record_id: entry.id,
        version: entry.version,
        live,
        command: tx.command.clone(),
        actor: if tx.unnamed { Id::NIL } else { tx.caller.person() },
        authority: tx.authority.filter(|_| !tx.unnamed),
        request_id: if tx.unnamed { String::new() } else { tx.caller.request_id.to_string() },
        payload_digest: chain::digest(&salt, payload.as_deref().unwrap_or_default()),
        payload,
        salt: Some(salt),
        prev_hash: prev.to_vec(),
        hash: Vec::new(),
    }
}

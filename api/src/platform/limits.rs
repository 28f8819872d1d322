//! What a document may ask for, measured before anything runs.

use std::collections::HashMap;

use async_graphql::{Name, Positioned, SimpleObject, Variables};
use async_graphql_parser::types::{
    Directive, Field, FragmentDefinition, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql_value::{ConstValue, Value};

use super::{
    error::{Error, Result},
    sdl::TypeMap,
};

/// The limits of this server.
#[derive(SimpleObject, Clone, Debug)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes: i32,
    /// Bytes of the body of a push.
    pub push_bytes: i32,
    /// Rows of a push.
    pub push_rows: i32,
    /// Documents of a page of a pull.
    pub pull_page: i32,
    /// Bytes of one document of a push.
    pub sync_document_bytes: i32,
    /// Bytes of a document.
    pub document_bytes: i32,
    /// Tokens of a document.
    pub tokens: i32,
    /// Levels of fields in fields; beneath `__schema` and `__type` twice as many.
    pub depth: i32,
    /// Aliases in a document, fragments counted where they are used.
    pub aliases: i32,
    /// Fields at the root of an operation.
    pub root_fields: i32,
    /// Directives in a document.
    pub directives: i32,
    /// Times that one response key may stand in a document at one place.
    pub duplicates: i32,
    /// Cost of an operation: 1 for an object, times `first` in a connection, times 5 in a list.
    pub cost: i32,
    /// Rows that one request may hand out, links included.
    pub rows: i32,
    /// Rows of a page when no number is named.
    pub page_default: i32,
    /// Most rows of a page.
    pub page_most: i32,
    /// Subscriptions of one socket.
    pub subscriptions_per_socket: i32,
    /// Seconds within which a socket must send `connection_init`.
    pub connection_init_seconds: i32,
    /// Seconds that a request may take.
    pub request_seconds: i32,
    /// Days for which the answer to an idempotency key is kept.
    pub idempotency_days: i32,
    /// Days for which a position can be resumed by `after`.
    pub replay_days: i32,
}

/// Rows of a page when no number is named.
pub const PAGE_DEFAULT: i32 = 25;
/// Most rows of a page.
pub const PAGE_MOST: i32 = 100;
/// Rows that one request may hand out.
pub const ROWS: i32 = 20_000;
/// Days for which a position can be resumed.
pub const REPLAY_DAYS: i32 = 30;

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            push_bytes: 8 << 20,
            push_rows: 500,
            pull_page: 1000,
            sync_document_bytes: 64 << 10,
            document_bytes: 32 << 10,
            tokens: 2000,
            depth: 10,
            aliases: 30,
            root_fields: 10,
            directives: 10,
            duplicates: 50,
            cost: 2000,
            rows: ROWS,
            page_default: PAGE_DEFAULT,
            page_most: PAGE_MOST,
            subscriptions_per_socket: 30,
            connection_init_seconds: 3,
            request_seconds: 10,
            idempotency_days: 7,
            replay_days: REPLAY_DAYS,
        }
    }
}

/// Fields that are looked at before a document counts as a bomb.
pub(super) const VISITS: usize = 10_000;
/// Rows that a list without paging is reckoned at.
const LIST: usize = 5;
/// Fields that are dear although nothing is selected in them.
const COSTLY: [(&str, &str, usize); 4] = [
    ("Partnership", "heatMapSvg", 25),
    ("Partnership", "dashboard", 40),
    ("Partnership", "dialogue", 20),
    ("Review", "coverage", 10),
];
/// Fields of introspection that answer with lists of objects.
const INTROSPECTION_LISTS: [&str; 8] =
    ["types", "fields", "inputFields", "interfaces", "possibleTypes", "enumValues", "args", "directives"];
/// Lists within lists: the usual introspection query has types, their fields, and the arguments of these.
const INTROSPECTION_DEPTH: usize = 3;
/// Brackets within brackets: keeps the parser's recursion, and so the stack, bounded.
const NESTING: usize = 60;

fn over(rule: &'static str, limit: i32, found: usize) -> Result<()> {
    let limit = usize::try_from(limit).unwrap_or_default();
    if found > limit { Err(Error::too_complex(rule, limit, found)) } else { Ok(()) }
}

/// Size, tokens and nesting of the text: cheap enough for any attacker.
pub(super) fn before_parsing(query: &str, limits: &Limits) -> Result<()> {
    over("DOCUMENT_BYTES", limits.document_bytes, query.len())?;
    let (mut tokens, mut nesting, mut deepest) = (0, 0_usize, 0);
    let mut chars = query.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() || c == ',' || c == '\u{feff}' => continue,
            '#' => {
                while chars.next_if(|c| !matches!(c, '\n' | '\r')).is_some() {}
                continue;
            }
            '"' => text(&mut chars),
            '{' | '[' | '(' => {
                nesting += 1;
                deepest = deepest.max(nesting);
            }
            '}' | ']' | ')' => nesting = nesting.saturating_sub(1),
            c if c.is_alphanumeric() || c == '_' || c == '-' => {
                while chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-')).is_some() {}
            }
            _ => {}
        }
        tokens += 1;
    }
    over("DOCUMENT_TOKENS", limits.tokens, tokens)?;
    if deepest > NESTING { Err(Error::too_complex("DOCUMENT_NESTING", NESTING, deepest)) } else { Ok(()) }
}

/// Skips a string, its first quote already taken.
fn text(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let block = {
        let mut ahead = chars.clone();
        ahead.next() == Some('"') && ahead.next() == Some('"')
    };
    if block {
        chars.next();
        // Where no three quotes follow, the parser takes these two as an empty string and reads on behind them.
        let behind = chars.clone();
        chars.next();
        // Three quotes end it, unless a backslash stands before them.
        let (mut quotes, mut escaped) = (0, false);
        for c in chars.by_ref() {
            match c {
                '"' if escaped && quotes < 3 => {
                    quotes += 1;
                    if quotes == 3 {
                        (quotes, escaped) = (0, false);
                    }
                }
                '"' => {
                    quotes += 1;
                    if quotes == 3 {
                        return;
                    }
                }
                c => (quotes, escaped) = (0, c == '\\'),
            }
        }
        *chars = behind;
    } else {
        while let Some(c) = chars.next() {
            match c {
                '\\' => drop(chars.next()),
                '"' | '\n' | '\r' => return,
                _ => {}
            }
        }
    }
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// What was found in a document.
pub(super) struct Measured<'d> {
    pub(super) root_fields: Vec<&'d Field>,
    pub(super) introspects: bool,
    pub(super) cost: usize,
}

struct Walk<'d> {
    fragments: &'d Fragments,
    variables: &'d Variables,
    types: &'d TypeMap,
    limits: &'d Limits,
    stack: Vec<&'d str>,
    visits: usize,
    aliases: usize,
    directives: usize,
    cost: usize,
    introspects: bool,
    root_fields: Vec<&'d Field>,
}

/// Measures a document, fragments counted where they are used: validation reads every operation of it, whichever is
/// asked for. Depth, root fields and cost are those of each operation for itself.
pub(super) fn measure<'d>(
    operations: impl Iterator<Item = (&'d OperationDefinition, bool)>,
    fragments: &'d Fragments,
    variables: &'d Variables,
    types: &'d TypeMap,
    limits: &'d Limits,
) -> Result<Measured<'d>> {
    let mut walk = Walk {
        fragments,
        variables,
        types,
        limits,
        stack: Vec::new(),
        visits: 0,
        aliases: 0,
        directives: 0,
        cost: 0,
        introspects: false,
        root_fields: Vec::new(),
    };
    let mut measured = Measured { root_fields: Vec::new(), introspects: false, cost: 0 };
    for (operation, asked_for) in operations {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        walk.cost = 0;
        walk.root_fields.clear();
        walk.directives(&operation.directives)?;
        walk.selection(&operation.selection_set.node, root, Place { depth: 1, times: 1, introspection: None })?;
        over("COST", limits.cost, walk.cost)?;
        let fields = walk.root_fields.iter().filter(|field| field.name.node != "__typename").count();
        over("ROOT_FIELDS", limits.root_fields, fields)?;
        if asked_for {
            measured.root_fields.clone_from(&walk.root_fields);
            measured.cost = walk.cost;
        }
    }
    over("ALIASES", limits.aliases, walk.aliases)?;
    over("DIRECTIVES", limits.directives, walk.directives)?;
    measured.introspects = walk.introspects;
    Ok(measured)
}

/// Where a walk stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// How often what stands here is answered.
    times: usize,
    /// Within `__schema` or `__type`: lists within lists so far.
    introspection: Option<usize>,
}

impl<'d> Walk<'d> {
    fn directives(&mut self, directives: &'d [Positioned<Directive>]) -> Result<()> {
        self.directives += directives.len();
        // The executor does not look at directives on `__typename`.
        match directives.iter().find(|d| !matches!(d.node.name.node.as_str(), "skip" | "include")) {
            Some(unknown) => {
                let message = format!("unknown directive \"{}\"", unknown.node.name.node);
                Err(Error::bad_input("KNOWN_DIRECTIVES", message).at(unknown.pos))
            }
            None => Ok(()),
        }
    }

    fn selection(&mut self, set: &'d SelectionSet, of: &'d str, place: Place) -> Result<()> {
        let mut keys = HashMap::new();
        self.items(set, of, place, &mut keys)
    }

    fn items(
        &mut self,
        set: &'d SelectionSet,
        of: &'d str,
        place: Place,
        keys: &mut HashMap<&'d str, usize>,
    ) -> Result<()> {
        let deepest = self.limits.depth * if place.introspection.is_some() { 2 } else { 1 };
        over("DEPTH", deepest, place.depth)?;
        for item in &set.items {
            self.visits += 1;
            if self.visits > VISITS {
                return Err(Error::too_complex("FIELDS", VISITS, self.visits));
            }
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let seen = keys.entry(field.response_key().node.as_str()).or_default();
                    *seen += 1;
                    over("DUPLICATES", self.limits.duplicates, *seen)?;
                    self.field(field, of, place)?;
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.node.directives)?;
                    let on = fragment.node.type_condition.as_ref().map_or(of, |on| on.node.on.node.as_str());
                    self.items(&fragment.node.selection_set.node, on, place, keys)?;
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives)?;
                    let name = spread.node.fragment_name.node.as_str();
                    // A fragment within itself is refused by validation.
                    if self.stack.contains(&name) {
                        continue;
                    }
                    let Some(fragment) = self.fragments.get(name) else {
                        continue;
                    };
                    self.stack.push(name);
                    let fragment = &fragment.node;
                    let on = fragment.type_condition.node.on.node.as_str();
                    self.items(&fragment.selection_set.node, on, place, keys)?;
                    self.stack.pop();
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &'d Field, of: &'d str, place: Place) -> Result<()> {
        let name = field.name.node.as_str();
        self.directives(&field.directives)?;
        self.aliases += usize::from(field.alias.is_some());
        if place.depth == 1 {
            self.root_fields.push(field);
        }
        let starts = matches!(name, "__schema" | "__type");
        self.introspects |= starts;
        let introspection = if starts { Some(0) } else { place.introspection };
        let mut place = Place { depth: place.depth + 1, introspection, ..place };
        if let Some((_, _, cost)) = COSTLY.iter().find(|(on, costly, _)| *on == of && *costly == name) {
            self.cost = self.cost.saturating_add(place.times.saturating_mul(*cost));
        }
        if field.selection_set.node.items.is_empty() {
            return Ok(());
        }
        if let Some(lists) = &mut place.introspection {
            // The types refer to each other: lists of lists of lists multiply without end.
            *lists += usize::from(INTROSPECTION_LISTS.contains(&name));
            if *lists > INTROSPECTION_DEPTH {
                return Err(Error::too_complex("INTROSPECTION_LISTS", INTROSPECTION_DEPTH, *lists));
            }
            return self.selection(&field.selection_set.node, "", place);
        }
        let Some(known) = self.types.field(of, name) else {
            return self.selection(&field.selection_set.node, "", place);
        };
        place.times = if known.of().ends_with("Connection") {
            place.times.saturating_mul(self.rows(field))
        } else if known.is_list() && !of.ends_with("Connection") {
            place.times.saturating_mul(LIST)
        } else {
            place.times
        };
        self.cost = self.cost.saturating_add(place.times);
        self.selection(&field.selection_set.node, known.of(), place)
    }

    /// Rows that a connection is asked for.
    fn rows(&self, field: &Field) -> usize {
        let number = ["first", "last"].iter().find_map(|name| {
            let (_, value) = field.arguments.iter().find(|(argument, _)| argument.node == *name)?;
            let value = match &value.node {
                Value::Variable(variable) => self.variables.get(variable).cloned()?,
                value => value.clone().into_const()?,
            };
            match value {
                ConstValue::Number(n) => n.as_u64(),
                _ => None,
            }
        });
        let usual = u64::from(self.limits.page_default.unsigned_abs());
        usize::try_from(number.unwrap_or(usual).clamp(1, u64::from(self.limits.page_most.unsigned_abs()))).unwrap_or(1)
    }
}

//! One error for GraphQL, HTTP and sync: a code, a field, a rule. Prose is for humans only.

use async_graphql::{Enum, ErrorExtensionValues, Pos, ServerError, Value};
use entity::Id;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// What kind of refusal an error is. Stands in `errors[].extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ErrorCode {
    /// No token, or one that does not count. Sign in again.
    Unauthenticated,
    /// You see the record, but nothing in the data gives you the right to do this.
    Forbidden,
    /// There is no such record for you.
    NotFound,
    /// The request cannot be read: not GraphQL, not valid against the schema, or not JSON.
    BadUserInput,
    /// A value breaks a rule of its type or of its command.
    ValidationFailed,
    /// The request is well formed, but a rule of the domain stands against it now.
    Refused,
    /// Somebody else was faster: read the record again. `currentVersion` says where it stands.
    Conflict,
    /// The idempotency key was used for another request.
    IdempotencyMismatch,
    /// A position or page cursor that is not yours, not for this list, or too old.
    InvalidCursor,
    /// Too many requests; `retryAfter` says how many seconds to wait.
    RateLimited,
    /// The document asks for more than the limits allow.
    TooComplex,
    /// The stored document is unknown.
    PersistedDocumentNotFound,
    /// The body is larger than the limit.
    PayloadTooLarge,
    /// The server cannot answer now; try again.
    Unavailable,
    /// A fault of ours. `requestId` finds it in the log.
    Internal,
}

impl ErrorCode {
    /// As printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::ValidationFailed => "VALIDATION_FAILED",
            Self::Refused => "REFUSED",
            Self::Conflict => "CONFLICT",
            Self::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
            Self::InvalidCursor => "INVALID_CURSOR",
            Self::RateLimited => "RATE_LIMITED",
            Self::TooComplex => "TOO_COMPLEX",
            Self::PersistedDocumentNotFound => "PERSISTED_DOCUMENT_NOT_FOUND",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Rule of [`Error::resync`].
pub const RESYNC: &str = "RESYNC";

/// A rule of the domain, in the words of the guideline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable key, such as `CONSENT_MISSING`.
    pub key: &'static str,
    /// Requirement it stands for, such as `P-15`.
    pub requirement: &'static str,
    /// What it says, for humans.
    pub says: &'static str,
}

/// A refusal. Without `Display`, so that it cannot slip into a message: only [`Error::message`] leaves.
#[derive(Clone, Debug)]
pub struct Error {
    /// What kind.
    pub code: ErrorCode,
    /// For humans.
    pub message: String,
    /// The offending field, as the API spells it.
    pub field: Option<String>,
    /// Stable key of the rule.
    pub rule: Option<&'static str>,
    /// More for programs.
    pub more: Vec<(&'static str, Value)>,
    /// What really happened; for the log, never for the client.
    cause: Option<String>,
    /// Place in the document.
    pub at: Option<Pos>,
}

/// What everything here answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, rule: None, more: Vec::new(), cause: None, at: None }
    }

    /// No token, or one that does not count.
    pub fn unauthenticated(reason: &'static str) -> Self {
        Self::new(ErrorCode::Unauthenticated, "sign in: a valid bearer token is needed").with("reason", reason)
    }

    /// Visible, but not allowed.
    pub fn forbidden(right: entity::Right) -> Self {
        let right = crate::platform::sdl::right_name(right);
        Self::new(ErrorCode::Forbidden, format!("nothing in the data gives you the right {right} here"))
            .with("right", right)
    }

    /// Not visible or absent: the same in all respects.
    pub fn not_found(field: &str) -> Self {
        Self::new(ErrorCode::NotFound, "there is no such record for you").field(field)
    }

    /// A value breaks a rule.
    pub fn invalid(field: &str, rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ValidationFailed, message).field(field).rule(rule)
    }

    /// The request cannot be read.
    pub fn bad_input(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadUserInput, message).rule(rule)
    }

    /// A rule of the domain stands against it.
    pub fn refused(rule: &Rule) -> Self {
        Self::new(ErrorCode::Refused, rule.says).rule(rule.key).with("requirement", rule.requirement)
    }

    /// A rule that waits for sides: they are named.
    pub fn waits_for(rule: &Rule, field: &str, sides: &[Id]) -> Self {
        Self::refused(rule).field(field).ids("missingSides", sides)
    }

    /// Adds ids for programs.
    #[must_use]
    pub fn ids(self, name: &'static str, ids: &[Id]) -> Self {
        self.with(name, Value::List(ids.iter().map(|id| id.to_string().into()).collect()))
    }

    /// Somebody else was faster.
    pub fn stale(current_version: i32) -> Self {
        Self::new(ErrorCode::Conflict, "the record changed since you read it: read it again")
            .field("expectedVersion")
            .rule("VERSION_IS_CURRENT")
            .with("currentVersion", current_version)
    }

    /// More than the limits allow.
    pub fn too_complex(rule: &'static str, limit: usize, found: usize) -> Self {
        Self::new(ErrorCode::TooComplex, format!("the document asks for too much: {found}, the limit is {limit}"))
            .rule(rule)
            .with("limit", limit)
            .with("found", found)
    }

    /// A fault of ours.
    pub fn internal(cause: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorCode::Internal, "a fault of the server");
        error.cause = Some(cause.into());
        error
    }

    /// Not now.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorCode::Unavailable, "the server cannot answer now: try again");
        error.cause = Some(cause.into());
        error
    }

    /// A stream cannot go on: the client must read again what it has missed.
    pub fn resync() -> Self {
        Self::new(ErrorCode::Unavailable, "what you may read has changed: pull again").rule(RESYNC)
    }

    /// Names the field.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Names the rule.
    #[must_use]
    pub fn rule(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    /// Adds something for programs.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    /// Names the place in the document.
    #[must_use]
    pub const fn at(mut self, pos: Pos) -> Self {
        self.at = Some(pos);
        self
    }

    /// What really happened, for the log.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    fn extensions(&self) -> ErrorExtensionValues {
        let mut values = ErrorExtensionValues::default();
        values.set("code", self.code.name());
        if let Some(field) = &self.field {
            values.set("field", field.as_str());
        }
        if let Some(rule) = self.rule {
            values.set("rule", rule);
        }
        for (name, value) in &self.more {
            values.set(*name, value.clone());
        }
        values
    }

    /// As an entry of `errors`.
    pub fn into_server_error(self) -> ServerError {
        self.log();
        let extensions = self.extensions();
        let mut error = ServerError::new(self.message, self.at);
        error.extensions = Some(extensions);
        error
    }

    /// Writes the cause of a fault to the log, with the request it belongs to (by the span).
    fn log(&self) {
        if let Some(cause) = &self.cause {
            tracing::error!(code = self.code.name(), cause, "a request failed");
        }
    }
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        error.log();
        let extensions = error.extensions();
        let mut out = Self::new(error.message);
        out.extensions = Some(extensions);
        out
    }
}

impl From<Error> for anyhow::Error {
    fn from(error: Error) -> Self {
        let cause = error.cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        anyhow::anyhow!("{}: {}{cause}", error.code.name(), error.message)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(what)) = error.sql_err() {
            let mut out = Self::new(ErrorCode::Conflict, "the same was recorded by somebody else: read again")
                .rule("RECORDED_ONCE");
            out.cause = Some(what);
            return out;
        }
        let code = match &error {
            DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => {
                e.as_database_error().and_then(sqlx::error::DatabaseError::code).map(std::borrow::Cow::into_owned)
            }
            _ => None,
        };
        match (code.as_deref(), &error) {
            // lock_not_available, deadlock_detected, serialization_failure; SQLITE_BUSY
            (Some("55P03" | "40P01" | "40001" | "5"), _) => {
                let mut out = Self::new(ErrorCode::Conflict, "somebody is changing the same: try again")
                    .rule("TRY_AGAIN")
                    .with("retryAfter", 1);
                out.cause = Some(error.to_string());
                out
            }
            (_, DbErr::RecordNotUpdated) => {
                Self::new(ErrorCode::Conflict, "the record changed since you read it: read it again")
                    .rule("VERSION_IS_CURRENT")
            }
            // query_canceled by the statement time limit
            (Some("57014"), _) | (_, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) => {
                Self::unavailable(error.to_string())
            }
            _ => Self::internal(error.to_string()),
        }
    }
}

//! Tables of the platform, without a GraphQL face of their own.

pub mod command_log;
pub mod deployment;
pub mod due_told;
pub mod object_index;
pub mod publication;
pub mod revoked_token;
pub mod space;

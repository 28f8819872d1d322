//! safepact: a GraphQL backend with offline sync for shared security risk management in humanitarian
//! partnerships. A capability is one folder; [`platform`] is what they all stand on.
#![recursion_limit = "512"]

pub mod accounts;
pub mod advocacy;
pub mod capacity;
pub mod catalogue;
pub mod commands;
pub mod concerns;
pub mod config;
pub mod consents;
pub mod decisions;
pub mod demo;
pub mod dialogue;
pub mod due;
pub mod exports;
pub mod foundations;
pub mod front;
pub mod incidents;
pub mod language;
pub mod ledger;
pub mod library;
pub mod mutual;
pub mod node;
pub mod organisations;
pub mod partnerships;
pub mod platform;
pub mod policy;
pub mod reviews;
pub mod risk;
pub mod schema;
pub mod sync;

//! The tables of the database file.

use redb::TableDefinition;

/// Keys and values of the state and the vault are bytes; [`super::key`] and [`super::codec`] say which.
pub type Bytes = &'static [u8];

/// Owner and sequence -> event record.
pub const LOG: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("log");
/// Position -> owner and sequence.
pub const POSITIONS: TableDefinition<u64, (&str, u64)> = TableDefinition::new("positions");
/// State key -> record. One table for all kinds of object: a request opens it once, and a replay is compared with it
/// byte for byte.
pub const STATE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("state");
/// Name -> sealed key.
pub const VAULT: TableDefinition<&str, &[u8]> = TableDefinition::new("vault");
/// Name -> number; now only [`FORMAT_KEY`].
pub const META: TableDefinition<&str, u64> = TableDefinition::new("meta");

pub const FORMAT_KEY: &str = "format";
/// The layout of the tables above. A program refuses a file with another number instead of guessing.
pub const FORMAT: u64 = 1;

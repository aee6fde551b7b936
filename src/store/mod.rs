//! Storage: the only code that names redb.
//!
//! Five tables lie in one file:
//!
//! * `log`: every event, by owner and sequence. The truth.
//! * `positions`: the order in which the events of all owners happened.
//! * `state`: what requests read. Made from the log by `apply` alone, and makeable again ([`check`]).
//! * `vault`: keys, sealed under the master key. Not events: key material must be removable.
//! * `meta`: the number of this layout.
//!
//! A change goes `Store::change` -> the writer's queue -> `decide` reads the state and returns events -> the log gets
//! them -> `apply` changes the state -> one commit with fsync for the whole batch -> answers. A read takes a
//! [`Snapshot`], which no change disturbs.

mod apply;
mod check;
mod codec;
mod history;
mod key;
mod log;
mod metadata;
mod open;
mod project_grants;
mod projects;
mod snapshot;
mod state;
mod tables;
mod writer;

pub use check::{CheckReport, check};
pub use history::{History, Numbers};
pub use log::Log;
pub use open::{OpenError, Options, Store};
pub use snapshot::Snapshot;
pub use state::{Direction, Listed, State};
pub use writer::{Changed, CommitStats, Decision, Receipt};

pub use codec::{Record, decode, encode};

//! Storage: the only code that names redb.
//!
//! Five tables lie in one file:
//!
//! * `log`: every event, by owner and sequence. The truth.
//! * `positions`: the order in which the events of all owners happened.
//! * `state`: what requests read. Made from the log by `apply` alone, and makeable again ([`check`]), but for a few rows
//!   that are no events ([`Note`]).
//! * `vault`: keys, sealed under the master key. Not events: key material must be removable.
//! * `meta`: the number of this layout.
//!
//! A change goes `Store::change` -> the writer's queue -> `decide` reads the state and returns events -> the log gets
//! them -> `apply` changes the state -> one commit with fsync for the whole batch -> answers. A read takes a
//! [`Snapshot`], which no change disturbs and which counts what is read; what may be much goes through [`Store::read`].
//! Lists come from indexes and totals from counts, all kept by `apply`: nothing walks everything.

mod apply;
mod check;
mod codec;
mod counts;
mod credentials;
mod history;
mod key;
mod log;
mod machines;
mod members;
mod metadata;
mod meter;
mod notes;
mod open;
mod orgs;
mod places;
mod project_grants;
mod projects;
mod reader;
mod scan;
mod snapshot;
mod state;
mod tables;
mod warrant;
mod writer;

pub use check::{CheckReport, check};
pub use counts::Counted;
pub use history::{History, Numbers};
pub use log::Log;
pub use notes::Note;
pub use open::{OpenError, Options, Store};
pub use scan::{Direction, Part, Run};
pub use snapshot::Snapshot;
pub use state::{CredentialType, State};
pub use warrant::Warrant;
pub use writer::{Changed, CommitStats, Decision, Receipt};

pub use codec::{Record, decode, encode};

//! The server's own keys: where they lie, what they sign, and how tokens are made of them.
//!
//! ```text
//! master key   a file, or a credential of systemd      seals what the database must not hold in clear
//!   server key   in the database, sealed               derives one key for each use
//!     secrets' hashes, opaque tokens
//!   signing keys in the database, sealed               sign JWTs; their public halves are the JWKS
//! ```
//!
//! Nothing here stores anything but files: the database belongs to the store.

mod aead;
pub mod file;
mod master;
mod public;
mod signing;

pub use file::FileError;
pub use master::{MasterKey, MasterKeyError};
pub use public::PublicKey;
pub use signing::{Algorithm, SigningKey, UnknownAlgorithm};

//! The server's own keys: where they lie, what they sign, and how tokens are made of them.
//!
//! ```text
//! master key   a file, or a credential of systemd      seals what the database must not hold in clear
//!   server key   in the database, sealed               derives one key for each use
//!     secrets' hashes, opaque tokens
//!   signing keys in the database, sealed               sign JWTs; their public halves are the JWKS
//! ```
//!
//! A running server holds all of it in one [`KeyRing`], which never changes; a rotation puts another in its place
//! ([`Keys::rebuild`]). Nothing here stores anything but files: the database belongs to the store.

mod aead;
mod current;
pub mod file;
pub mod jwt;
mod master;
mod opaque;
mod public;
mod ring;
mod service_account;
mod signing;
mod token_id;
pub mod vault;

pub use current::Keys;
pub use file::FileError;
pub use master::{MasterKey, MasterKeyError};
pub use opaque::Sealer;
pub use public::PublicKey;
pub use ring::{KeyRing, PublishedKey};
pub use service_account::{ServiceAccountKey, public_half};
pub use signing::{Algorithm, SigningKey, UnknownAlgorithm};
pub use token_id::TokenId;

use crate::{
    error::{Error, Kind, Result},
    limits::MAX_TOKEN_BYTES,
};

/// Refuses to issue a token that nobody, this server included, would look at.
fn within_limit(token: String) -> Result<String> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Error::new(Kind::ResourceExhausted, "The token would be too large; ask for fewer scopes"));
    }
    Ok(token)
}

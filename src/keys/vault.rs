//! Keys at rest: sealed under the master key, in the store's vault.

use super::{Algorithm, KeyRing, MasterKey, PublishedKey, SigningKey};
use crate::{
    error::{Error, Result},
    model::SigningKeyRecord,
    random::Random,
    secret::SecretKey,
    store::Store,
    time::Timestamp,
};
use std::sync::Arc;

/// A vault row: the name, and the sealed key.
pub type Sealed = (String, Vec<u8>);

const SERVER_KEY: &str = "server";
const SERVER_KEY_CONTEXT: &str = "countersign 2026 sealed server key";
const SIGNING_KEY_CONTEXT: &str = "countersign 2026 sealed signing key";

/// The row that keeps the server key, from which the keys of secrets and opaque tokens are derived.
pub fn seal_server_key(master: &MasterKey, key: &SecretKey, random: &Random) -> Result<Sealed> {
    Ok((SERVER_KEY.into(), master.seal(SERVER_KEY_CONTEXT, key.expose(), random)?))
}

/// The row that keeps a private signing key.
pub fn seal_signing_key(master: &MasterKey, key: &SigningKey, random: &Random) -> Result<Sealed> {
    Ok((signing_key_name(key.kid()), master.seal(SIGNING_KEY_CONTEXT, &key.to_pkcs8()?, random)?))
}

/// The row that forgets a private signing key.
pub fn forget_signing_key(kid: &str) -> Sealed {
    (signing_key_name(kid), Vec::new())
}

/// Whether the database's keys are sealed under this master key, as far as can be told: a database that lost them is not
/// the master key's fault.
pub fn fits(store: &Store, master: &MasterKey) -> Result<bool> {
    let sealed = store.sealed_key(SERVER_KEY)?;
    Ok(sealed.is_none_or(|sealed| master.open(SERVER_KEY_CONTEXT, &sealed).is_ok()))
}

/// All keys that count at `now`. Fails if the master key is not the one that sealed them.
pub fn open_ring(store: &Store, master: &MasterKey, now: Timestamp) -> Result<KeyRing> {
    let sealed = store.sealed_key(SERVER_KEY)?.ok_or_else(|| Error::internal("the vault holds no server key"))?;
    let server_key = master.open(SERVER_KEY_CONTEXT, &sealed)?;
    let server_key: [u8; SecretKey::BYTES] =
        server_key.as_slice().try_into().map_err(|_| Error::internal("the server key has a wrong length"))?;
    let snapshot = store.snapshot()?;
    let mut published = Vec::new();
    for record in snapshot.state().signing_keys()? {
        let record = record?;
        if record.published_until.is_none_or(|until| now < until) {
            published.push(open_signing_key(store, master, &record)?);
        }
    }
    Ok(KeyRing::new(&SecretKey::new(server_key), published))
}

fn open_signing_key(store: &Store, master: &MasterKey, record: &SigningKeyRecord) -> Result<PublishedKey> {
    let missing = || Error::internal(format!("the vault does not hold the signing key {}", record.kid));
    let sealed = store.sealed_key(&signing_key_name(&record.kid))?.ok_or_else(missing)?;
    let pkcs8 = master.open(SIGNING_KEY_CONTEXT, &sealed)?;
    let algorithm: Algorithm = record.algorithm.parse().map_err(Error::internal)?;
    let key = SigningKey::from_pkcs8(algorithm, record.kid.as_str(), &pkcs8)?;
    Ok(PublishedKey {
        key: Arc::new(key),
        active: record.published_until.is_none(),
        published_until: record.published_until,
    })
}

fn signing_key_name(kid: &str) -> String {
    format!("signing/{kid}")
}

//! What is kept beside the log: rows of the state that no event tells of, and that no replay gives again.

use crate::{
    error::{Error, Result},
    id::{CredentialId, UserId},
    model::LastUse,
    store::{
        codec::encode,
        credentials::last_use_key,
        key::{Key, Space},
        state::State,
        tables::Bytes,
    },
    time::Timestamp,
};
use redb::Table;

/// Something to keep beside the log.
#[derive(Debug)]
pub enum Note {
    /// The last use of a credential; of one that is gone, nothing is kept.
    LastUse(UserId, CredentialId, LastUse),
    /// An assertion that counts once was used, and would be refused anyway from `expires` on (RFC 7523 section 3).
    UsedAssertion { assertion: [u8; 32], expires: Timestamp },
}

/// How many uses of expired assertions one use forgets: enough that they do not pile up, few enough to be quick.
const FORGET_AT_ONCE: usize = 8;

impl State<'_> {
    /// Whether the assertion was used. Those that have expired are forgotten.
    pub fn assertion_was_used(&self, assertion: &[u8; 32]) -> Result<bool> {
        self.has(&used_assertion_key(assertion))
    }
}

/// Whether a row is one of these.
pub(super) fn is_note(key: &[u8]) -> bool {
    const SPACES: [u8; 3] = [Space::LastUse as u8, Space::UsedAssertion as u8, Space::UsedAssertionByExpiry as u8];
    key.first().is_some_and(|space| SPACES.contains(space))
}

pub(super) fn write(rows: &mut Table<'_, Bytes, Bytes>, note: &Note, now: Timestamp) -> Result<()> {
    match note {
        Note::LastUse(user, credential, last_use) => {
            if State::new(rows).credential(user, credential)?.is_some() {
                put(rows, &last_use_key(user, credential), &encode(last_use)?)?;
            }
            Ok(())
        }
        Note::UsedAssertion { assertion, expires } => {
            forget_expired_assertions(rows, now)?;
            put(rows, &used_assertion_key(assertion), &[])?;
            put(rows, &used_assertion_expiry_key(*expires).bytes(assertion), &[])
        }
    }
}

fn forget_expired_assertions(rows: &mut Table<'_, Bytes, Bytes>, now: Timestamp) -> Result<()> {
    let expired = Key::new(Space::UsedAssertionByExpiry)..used_assertion_expiry_key(now);
    for key in State::new(rows).keys(expired, FORGET_AT_ONCE)? {
        // Both keys end in the same part.
        let assertion = key.get(1 + size_of::<u64>()..).unwrap_or_default();
        let used = [&[Space::UsedAssertion as u8], assertion].concat();
        rows.remove(used.as_slice()).map_err(Error::internal)?;
        rows.remove(key.as_slice()).map_err(Error::internal)?;
    }
    Ok(())
}

fn put(rows: &mut Table<'_, Bytes, Bytes>, key: &Key, value: &[u8]) -> Result<()> {
    rows.insert(key.as_bytes(), value).map_err(Error::internal)?;
    Ok(())
}

fn used_assertion_key(assertion: &[u8; 32]) -> Key {
    Key::new(Space::UsedAssertion).bytes(assertion)
}

fn used_assertion_expiry_key(expires: Timestamp) -> Key {
    Key::new(Space::UsedAssertionByExpiry).number(expires.micros().max(0).unsigned_abs())
}

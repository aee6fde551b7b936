//! Names of objects. An id of one kind cannot be passed where another kind is wanted.

use crate::{limits::MAX_ID_BYTES, time::Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt, hash, marker::PhantomData};

/// Marks ids of whatever owns objects: an organisation, or the instance itself.
pub enum Owner {}
/// Marks ids of machine users.
pub enum User {}
/// Marks ids of credentials: secrets, keys, personal access tokens.
pub enum Credential {}
/// Marks ids of projects.
pub enum Project {}
/// Marks ids of project grants.
pub enum ProjectGrant {}
/// Marks ids of user grants.
pub enum UserGrant {}

/// The organisation (or the instance) that owns an object; the wire's `resourceOwner`.
pub type OrgId = Id<Owner>;
/// A machine user.
pub type UserId = Id<User>;
/// A secret, key or personal access token.
pub type CredentialId = Id<Credential>;
/// A project; the audience of the tokens that are meant for it.
pub type ProjectId = Id<Project>;
/// What one organisation may give of the roles in a project of another.
pub type ProjectGrantId = Id<ProjectGrant>;
/// The roles of one user in one project.
pub type UserGrantId = Id<UserGrant>;

/// An object's id: 1 to [`MAX_ID_BYTES`] of `A-Z a-z 0-9 - _ . @`, beginning with a letter or digit.
///
/// Generated ids are 18 decimal digits, as ZITADEL's are. Clients may choose ids of users and organisations, so the
/// alphabet excludes whatever means something in a path, a key or a log line.
pub struct Id<K> {
    text: Box<str>,
    kind: PhantomData<fn() -> K>,
}

/// 2020-01-01T00:00:00Z, the zero of generated ids, in microseconds since the Unix epoch.
const EPOCH: i64 = 1_577_836_800_000_000;

impl<K> Id<K> {
    /// Reads an id. Anything else than an id names no object, so there is nothing to explain: `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() <= MAX_ID_BYTES
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.@".contains(&b));
        well_formed.then(|| Self::from_text(text.into()))
    }

    /// A new id that sorts by time. `at` must come from the server's clock, which never repeats an instant; `salt` only
    /// keeps ids from being counted by an onlooker.
    pub fn generate(at: Timestamp, salt: u64) -> Self {
        let since_epoch = at.micros().saturating_sub(EPOCH).max(0).unsigned_abs();
        Self::from_text((since_epoch * 1000 + salt % 1000).to_string().into())
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn from_text(text: Box<str>) -> Self {
        Self { text, kind: PhantomData }
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self::from_text(self.text.clone())
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(from)?;
        Self::parse(text).ok_or_else(|| serde::de::Error::custom("not an id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn generated_ids_have_18_digits_until_2051() {
        for year_micros in [1_700_000_000_000_000, 1_795_000_000_000_000, 2_555_000_000_000_000] {
            let id = OrgId::generate(Timestamp::from_micros(year_micros), 999);
            assert_eq!(id.as_str().len(), 18, "{id}");
        }
    }

    #[test]
    fn what_means_something_in_a_path_is_no_id() {
        for text in ["", ".", "..", "a/b", "a\0b", "%2e", "-x", "_", "ид", "a b", "a\n"] {
            assert!(UserId::parse(text).is_none(), "{text:?}");
        }
        assert!(UserId::parse(&"1".repeat(MAX_ID_BYTES + 1)).is_none());
        assert!(UserId::parse("ci-deployer@example.org").is_some());
    }

    proptest! {
        #[test]
        fn ids_of_later_instants_are_larger(at in 1_700_000_000_000_000i64..2_500_000_000_000_000, salts in any::<(u64, u64)>()) {
            let earlier = UserId::generate(Timestamp::from_micros(at), salts.0);
            let later = UserId::generate(Timestamp::from_micros(at + 1), salts.1);
            prop_assert!(earlier < later);
        }
    }
}

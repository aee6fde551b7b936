//! Reads of the notes that clients keep with users and organisations.

use crate::{
    error::Result,
    model::{Metadata, MetadataSize, Subject},
    store::{
        codec::decode,
        key::{Key, Space},
        scan::{Direction, Run},
        state::State,
    },
};

impl<'a> State<'a> {
    pub fn metadata(&self, subject: &Subject, key: &str) -> Result<Option<Metadata>> {
        self.get(&metadata_key(subject, key))
    }

    /// All that is kept with a subject, by key.
    pub fn metadata_of(&self, subject: &Subject, direction: Direction) -> Result<Run<'a, Metadata>> {
        Ok(self.scan(below(Space::Metadata, subject), direction)?.read(decode))
    }

    pub fn metadata_size(&self, subject: &Subject) -> Result<MetadataSize> {
        Ok(self.get(&metadata_size_key(subject))?.unwrap_or_default())
    }
}

pub(super) fn metadata_key(subject: &Subject, key: &str) -> Key {
    below(Space::Metadata, subject).text(key)
}

pub(super) fn metadata_size_key(subject: &Subject) -> Key {
    below(Space::MetadataSize, subject)
}

/// A user and an organisation may have the same id, so the key says which is meant.
fn below(space: Space, subject: &Subject) -> Key {
    match subject {
        Subject::Org(org) => Key::new(space).byte(1).text(org.as_str()),
        Subject::User(user) => Key::new(space).byte(2).text(user.as_str()),
    }
}

use super::{Rows, found};
use crate::{
    error::Result,
    model::{Event, Metadata, MetadataSize, Stamps, Subject},
    store::{
        metadata::{metadata_key, metadata_size_key},
        scan::Direction,
    },
};

pub(super) fn set(rows: &mut Rows<'_, '_>, event: &Event, subject: &Subject, key: &str, value: &[u8]) -> Result<()> {
    let before = rows.state().metadata(subject, key)?;
    let mut stamps = before.as_ref().map_or_else(|| Stamps::new(event), |before| before.stamps);
    stamps.touch(event);
    resize(rows, subject, before.as_ref(), Some(Metadata::bytes(key, value)))?;
    rows.put(&metadata_key(subject, key), &Metadata { key: key.into(), value: value.to_vec(), stamps })
}

pub(super) fn remove(rows: &mut Rows<'_, '_>, subject: &Subject, key: &str) -> Result<()> {
    let before = found(rows.state().metadata(subject, key)?, "metadata entry")?;
    resize(rows, subject, Some(&before), None)?;
    rows.delete(&metadata_key(subject, key))
}

/// The subject itself is gone.
pub(super) fn clear(rows: &mut Rows<'_, '_>, subject: &Subject) -> Result<()> {
    let all: Vec<_> = rows.state().metadata_of(subject, Direction::Ascending)?.collect::<Result<_>>()?;
    for entry in &all {
        rows.delete(&metadata_key(subject, &entry.key))?;
    }
    rows.delete(&metadata_size_key(subject))
}

fn resize(rows: &mut Rows<'_, '_>, subject: &Subject, before: Option<&Metadata>, after: Option<u64>) -> Result<()> {
    let before = before.map(|entry| Metadata::bytes(&entry.key, &entry.value));
    let size = rows.state().metadata_size(subject)?.replacing(before, after);
    if size == MetadataSize::default() {
        return rows.delete(&metadata_size_key(subject));
    }
    rows.put(&metadata_size_key(subject), &size)
}

//! What clients keep with users and organisations: the rules that both have in common.

pub mod orgs;
pub mod users;
pub(super) mod views;

use crate::{
    app::App,
    error::{Fault, Result},
    id::OrgId,
    limits::{MAX_METADATA_BYTES, MAX_METADATA_ENTRIES},
    model::{Draft, Machine, Metadata, MetadataSize, OrgFact, Subject, UserFact, fault},
    store::{Decision, Receipt, State, Warrant},
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// With whom entries are kept.
#[derive(Debug, Clone)]
pub struct Holder {
    pub subject: Subject,
    /// In whose log they stand.
    pub owner: OrgId,
}

/// What may be wrong with the keys that shall go.
#[derive(Debug, Clone, Copy)]
pub struct RemovalFaults {
    pub none_named: Fault,
    pub unknown: Fault,
}

impl Holder {
    pub fn org(org: &OrgId) -> Self {
        Self { subject: Subject::Org(org.clone()), owner: org.clone() }
    }

    pub fn user(machine: &Machine) -> Self {
        Self { subject: Subject::User(machine.id.clone()), owner: machine.org.clone() }
    }

    /// The events by which the entries come to be as they are given. An empty value drops its key; what is so already
    /// needs no event. Of a key that is named twice, the last value counts.
    pub fn set(&self, state: &State<'_>, entries: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Vec<Draft>> {
        let wanted: BTreeMap<_, _> = entries.into_iter().collect();
        let before = state.metadata_size(&self.subject)?;
        let (mut size, mut events) = (before, Vec::new());
        for (key, value) in wanted {
            let old = state.metadata(&self.subject, &key)?.map(|old| old.value);
            if old.as_deref().unwrap_or_default() == value {
                continue;
            }
            let old_bytes = old.map(|old| Metadata::bytes(&key, &old));
            let new_bytes = (!value.is_empty()).then(|| Metadata::bytes(&key, &value));
            size = size.replacing(old_bytes, new_bytes);
            events.push(if value.is_empty() { self.removed(key) } else { self.is_set(key, value) });
        }
        few_enough(before, size)?;
        Ok(events)
    }

    /// The events by which the keys go: all of them or none.
    pub fn remove(&self, state: &State<'_>, keys: Vec<String>, faults: RemovalFaults) -> Result<Vec<Draft>> {
        if keys.is_empty() {
            return Err(faults.none_named.into());
        }
        let mut events = Vec::new();
        for key in keys.into_iter().collect::<BTreeSet<_>>() {
            if state.metadata(&self.subject, &key)?.is_none() {
                return Err(faults.unknown.into());
            }
            events.push(self.removed(key));
        }
        Ok(events)
    }

    fn is_set(&self, key: String, value: Vec<u8>) -> Draft {
        match &self.subject {
            Subject::Org(org) => Draft::org(org, OrgFact::MetadataSet { key, value }),
            Subject::User(user) => Draft::user(&self.owner, user, UserFact::MetadataSet { key, value }),
        }
    }

    fn removed(&self, key: String) -> Draft {
        match &self.subject {
            Subject::Org(org) => Draft::org(org, OrgFact::MetadataRemoved { key }),
            Subject::User(user) => Draft::user(&self.owner, user, UserFact::MetadataRemoved { key }),
        }
    }

    /// The last change of any of these keys; it stands in for an event where there was none.
    fn last_change<'k>(
        &self,
        state: &State<'_>,
        keys: impl Iterator<Item = &'k str>,
        now: Timestamp,
    ) -> Result<Receipt> {
        let mut last = Receipt { owner: self.owner.clone(), sequence: 0, at: now };
        for key in keys {
            let Some(Metadata { stamps, .. }) = state.metadata(&self.subject, key)? else { continue };
            if stamps.sequence > last.sequence {
                (last.sequence, last.at) = (stamps.sequence, stamps.changed);
            }
        }
        Ok(last)
    }
}

/// Keeps entries with the holder that `find` finds. Answers with the last event, or with the one that made it so before.
pub async fn set(
    app: &App,
    warrant: Warrant,
    entries: Vec<(String, Vec<u8>)>,
    find: impl FnOnce(&State<'_>) -> Result<Holder> + Send + 'static,
) -> Result<Receipt> {
    if entries.is_empty() {
        return Err(fault::METADATA_NONE_SET.into());
    }
    let changed = app
        .store
        .change(warrant, move |state, now| {
            let holder = find(state)?;
            let before = holder.last_change(state, entries.iter().map(|(key, _)| key.as_str()), now)?;
            Ok(Decision::new(holder.set(state, entries)?, before))
        })
        .await?;
    Ok(changed.last().unwrap_or(&changed.answer).clone())
}

/// Drops entries of the holder that `find` finds. Answers with the last event.
pub async fn remove(
    app: &App,
    warrant: Warrant,
    keys: Vec<String>,
    faults: RemovalFaults,
    find: impl FnOnce(&State<'_>) -> Result<Holder> + Send + 'static,
) -> Result<Receipt> {
    let changed = app
        .store
        .change(warrant, move |state, _| Ok(Decision::new(find(state)?.remove(state, keys, faults)?, ())))
        .await?;
    changed.receipt().cloned()
}

/// Whoever is over a limit already may still shrink.
fn few_enough(before: MetadataSize, after: MetadataSize) -> Result<()> {
    let too_many = after.entries > MAX_METADATA_ENTRIES.max(before.entries);
    let too_much = after.bytes > MAX_METADATA_BYTES.max(before.bytes);
    if too_many || too_much { Err(fault::TOO_MUCH_METADATA.into()) } else { Ok(()) }
}

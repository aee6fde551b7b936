use super::{Rows, found, metadata};
use crate::{
    error::Result,
    model::{Event, Org, OrgFact, OrgState, Stamps, Subject},
    store::{
        key::{Key, Space},
        state::{Tombstone, machine_count_key, org_name_key, tombstone_key},
    },
    time::Timestamp,
};

pub(super) fn apply(rows: &mut Rows<'_, '_>, event: &Event, fact: &OrgFact) -> Result<()> {
    match fact {
        OrgFact::Added { name, primary_domain } => add(rows, event, name, primary_domain),
        OrgFact::Changed { name, primary_domain } => rename(rows, event, name, primary_domain),
        OrgFact::Deactivated => set_state(rows, event, OrgState::Inactive),
        OrgFact::Reactivated => set_state(rows, event, OrgState::Active),
        OrgFact::Removed => remove(rows, event),
        OrgFact::MemberAdded { user, roles } => rows.add_member(event, user, roles),
        OrgFact::MemberChanged { user, roles } => rows.change_member(event, user, roles),
        OrgFact::MemberRemoved { user } | OrgFact::MemberCascadeRemoved { user } => {
            rows.remove_member(&event.owner, user)
        }
        OrgFact::MetadataSet { key, value } => metadata::set(rows, event, &subject(event), key, value),
        OrgFact::MetadataRemoved { key } => metadata::remove(rows, &subject(event), key),
    }
}

fn add(rows: &mut Rows<'_, '_>, event: &Event, name: &str, primary_domain: &str) -> Result<()> {
    let org = Org {
        id: event.owner.clone(),
        name: name.into(),
        primary_domain: primary_domain.into(),
        state: OrgState::Active,
        tokens_not_before: Timestamp::from_micros(0),
        stamps: Stamps::new(event),
    };
    rows.put(&org_name_key(name), &org.id)?;
    put(rows, &org)
}

fn rename(rows: &mut Rows<'_, '_>, event: &Event, name: &str, primary_domain: &str) -> Result<()> {
    let mut org = changed(rows, event)?;
    rows.delete(&org_name_key(&org.name))?;
    org.name = name.into();
    org.primary_domain = primary_domain.into();
    rows.put(&org_name_key(name), &org.id)?;
    put(rows, &org)
}

/// Both ways end the tokens issued until now: whoever reactivates an organisation must not revive what was stopped,
/// nor what was minted by a request that had read the state just before.
fn set_state(rows: &mut Rows<'_, '_>, event: &Event, state: OrgState) -> Result<()> {
    let mut org = changed(rows, event)?;
    org.state = state;
    org.tokens_not_before = event.at;
    put(rows, &org)
}

/// Its users and members were removed by events before this one.
fn remove(rows: &mut Rows<'_, '_>, event: &Event) -> Result<()> {
    let org = changed(rows, event)?;
    rows.delete(&org_name_key(&org.name))?;
    rows.delete(&machine_count_key(&org.id))?;
    metadata::clear(rows, &subject(event))?;
    rows.mark(&tombstone_key(Tombstone::Org, org.id.as_str()))?;
    rows.delete(&key(&org))
}

fn subject(event: &Event) -> Subject {
    Subject::Org(event.owner.clone())
}

fn changed(rows: &Rows<'_, '_>, event: &Event) -> Result<Org> {
    let mut org = found(rows.state().org(&event.owner)?, "organisation")?;
    org.stamps.touch(event);
    Ok(org)
}

fn put(rows: &mut Rows<'_, '_>, org: &Org) -> Result<()> {
    rows.put(&key(org), org)
}

fn key(org: &Org) -> Key {
    Key::new(Space::Org).text(org.id.as_str())
}

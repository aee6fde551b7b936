use super::{Rows, found, metadata};
use crate::{
    error::Result,
    model::{CredentialPolicy, Event, Org, OrgFact, OrgState, Stamps, Subject},
    store::{
        counts::Counted,
        orgs::{credential_policy_key, org_column_keys, org_key, org_name_key},
        state::{Tombstone, tombstone_key},
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
        OrgFact::CredentialPolicySet { max_lifetime } => set_credential_policy(rows, event, *max_lifetime),
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
    org_column_keys(&org).try_for_each(|key| rows.put(&key, &org.id))?;
    rows.count(Counted::Orgs(org.state), 1)?;
    rows.put(&org_key(&org.id), &org)
}

fn rename(rows: &mut Rows<'_, '_>, event: &Event, name: &str, primary_domain: &str) -> Result<()> {
    let before = known(rows, event)?;
    rows.delete(&org_name_key(&before.name))?;
    rows.put(&org_name_key(name), &before.id)?;
    change(rows, event, |org| {
        org.name = name.into();
        org.primary_domain = primary_domain.into();
    })
}

/// Both ways end the tokens issued until now: whoever reactivates an organisation must not revive what was stopped,
/// nor what was minted by a request that had read the state just before.
fn set_state(rows: &mut Rows<'_, '_>, event: &Event, state: OrgState) -> Result<()> {
    change(rows, event, |org| {
        org.state = state;
        org.tokens_not_before = event.at;
    })
}

/// Its users, members and projects were removed by events before this one.
fn remove(rows: &mut Rows<'_, '_>, event: &Event) -> Result<()> {
    let org = known(rows, event)?;
    rows.delete(&org_name_key(&org.name))?;
    org_column_keys(&org).try_for_each(|key| rows.delete(&key))?;
    rows.count(Counted::Orgs(org.state), -1)?;
    metadata::clear(rows, &subject(event))?;
    rows.delete(&credential_policy_key(&org.id))?;
    rows.mark(&tombstone_key(Tombstone::Org, org.id.as_str()))?;
    rows.delete(&org_key(&org.id))
}

fn set_credential_policy(rows: &mut Rows<'_, '_>, event: &Event, max_lifetime: Option<u64>) -> Result<()> {
    let before = rows.state().credential_policy(&event.owner)?;
    let mut policy = before.unwrap_or_else(|| CredentialPolicy { max_lifetime, stamps: Stamps::new(event) });
    policy.max_lifetime = max_lifetime;
    policy.stamps.touch(event);
    rows.put(&credential_policy_key(&event.owner), &policy)
}

fn subject(event: &Event) -> Subject {
    Subject::Org(event.owner.clone())
}

fn known(rows: &Rows<'_, '_>, event: &Event) -> Result<Org> {
    found(rows.state().org(&event.owner)?, "organisation")
}

/// Changes an organisation and keeps its place in every index.
fn change(rows: &mut Rows<'_, '_>, event: &Event, edit: impl FnOnce(&mut Org)) -> Result<()> {
    let before = known(rows, event)?;
    let mut org = before.clone();
    org.stamps.touch(event);
    edit(&mut org);
    rows.move_in_indexes(org_column_keys(&before), org_column_keys(&org), &org.id)?;
    if before.state != org.state {
        rows.count(Counted::Orgs(before.state), -1)?;
        rows.count(Counted::Orgs(org.state), 1)?;
    }
    rows.put(&org_key(&org.id), &org)
}

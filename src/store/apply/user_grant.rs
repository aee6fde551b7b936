use super::{Rows, found};
use crate::{
    error::Result,
    id::{ProjectGrantId, UserGrantId},
    model::{Event, Stamps, UserGrant, UserGrantFact, UserGrantState},
    store::{
        counts::Counted,
        key::Key,
        project_grants::{user_grant_through_key, user_grant_through_role_key},
        projects::{user_grant_index_keys, user_grant_key, user_grant_role_key},
    },
};

pub(super) fn apply(rows: &mut Rows<'_, '_>, event: &Event, id: &UserGrantId, fact: &UserGrantFact) -> Result<()> {
    match fact {
        UserGrantFact::Added { user, project, roles } => {
            let grant = UserGrant {
                id: id.clone(),
                owner: event.owner.clone(),
                user: user.clone(),
                project: project.clone(),
                roles: roles.clone(),
                state: UserGrantState::Active,
                stamps: Stamps::new(event),
            };
            standing_keys(rows, &grant)?.iter().try_for_each(|key| rows.put(key, id))?;
            index_roles(rows, &grant)?;
            count(rows, &grant, 1)?;
            rows.put(&user_grant_key(id), &grant)
        }
        UserGrantFact::Changed { roles } | UserGrantFact::CascadeChanged { roles } => {
            let mut grant = changed(rows, event, id)?;
            forget_roles(rows, &grant)?;
            grant.roles = roles.clone();
            index_roles(rows, &grant)?;
            rows.put(&user_grant_key(id), &grant)
        }
        UserGrantFact::Deactivated => set_state(rows, event, id, UserGrantState::Inactive),
        UserGrantFact::Reactivated => set_state(rows, event, id, UserGrantState::Active),
        UserGrantFact::Removed | UserGrantFact::CascadeRemoved => {
            let grant = found(rows.state().user_grant(id)?, "user grant")?;
            forget_roles(rows, &grant)?;
            standing_keys(rows, &grant)?.iter().try_for_each(|key| rows.delete(key))?;
            count(rows, &grant, -1)?;
            rows.delete(&user_grant_key(id))
        }
    }
}

fn set_state(rows: &mut Rows<'_, '_>, event: &Event, id: &UserGrantId, state: UserGrantState) -> Result<()> {
    let grant = UserGrant { state, ..changed(rows, event, id)? };
    rows.put(&user_grant_key(id), &grant)
}

fn changed(rows: &Rows<'_, '_>, event: &Event, id: &UserGrantId) -> Result<UserGrant> {
    let mut grant = found(rows.state().user_grant(id)?, "user grant")?;
    grant.stamps.touch(event);
    Ok(grant)
}

fn index_roles(rows: &mut Rows<'_, '_>, grant: &UserGrant) -> Result<()> {
    role_keys(rows, grant)?.iter().try_for_each(|key| rows.put(key, &grant.id))
}

fn forget_roles(rows: &mut Rows<'_, '_>, grant: &UserGrant) -> Result<()> {
    role_keys(rows, grant)?.iter().try_for_each(|key| rows.delete(key))
}

/// Where the grant stands as long as it is there.
fn standing_keys(rows: &Rows<'_, '_>, grant: &UserGrant) -> Result<Vec<Key>> {
    let mut keys = user_grant_index_keys(grant).to_vec();
    keys.extend(through(rows, grant)?.map(|through| user_grant_through_key(&through, grant)));
    Ok(keys)
}

/// Where it stands because of its roles.
fn role_keys(rows: &Rows<'_, '_>, grant: &UserGrant) -> Result<Vec<Key>> {
    let through = through(rows, grant)?;
    let granted = |role| through.as_ref().map(|through| user_grant_through_role_key(through, grant, role));
    let keys = grant.roles.iter().flat_map(|role| [Some(user_grant_role_key(grant, role)), granted(role)]);
    Ok(keys.flatten().collect())
}

/// The grant of the project by which the owner gives roles in it. It comes before what is given through it, and goes
/// after that; there is none if the project is the owner's.
fn through(rows: &Rows<'_, '_>, grant: &UserGrant) -> Result<Option<ProjectGrantId>> {
    rows.state().project_grant_id_to(&grant.project, &grant.owner)
}

fn count(rows: &mut Rows<'_, '_>, grant: &UserGrant, by: i64) -> Result<()> {
    rows.count(Counted::UserGrants(&grant.owner), by)?;
    rows.count(Counted::UserGrantsIn(&grant.owner, &grant.project), by)
}

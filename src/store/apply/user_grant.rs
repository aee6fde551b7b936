use super::{Rows, found};
use crate::{
    error::Result,
    id::UserGrantId,
    model::{Event, Stamps, UserGrant, UserGrantFact, UserGrantState},
    store::{
        counts::Counted,
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
            user_grant_index_keys(&grant).iter().try_for_each(|key| rows.put(key, id))?;
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
            user_grant_index_keys(&grant).iter().try_for_each(|key| rows.delete(key))?;
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
    grant.roles.iter().try_for_each(|role| rows.put(&user_grant_role_key(grant, role), &grant.id))
}

fn forget_roles(rows: &mut Rows<'_, '_>, grant: &UserGrant) -> Result<()> {
    grant.roles.iter().try_for_each(|role| rows.delete(&user_grant_role_key(grant, role)))
}

fn count(rows: &mut Rows<'_, '_>, grant: &UserGrant, by: i64) -> Result<()> {
    rows.count(Counted::UserGrants(&grant.owner), by)?;
    rows.count(Counted::UserGrantsIn(&grant.owner, &grant.project), by)
}

use super::{Rows, found};
use crate::{
    error::Result,
    id::{OrgId, ProjectGrantId, ProjectId},
    model::{Event, ProjectGrant, ProjectGrantState, Stamps},
    store::{
        counts::Counted,
        project_grants::{project_grant_index_keys, project_grant_key, project_grant_role_key},
    },
};

pub(super) fn add(
    rows: &mut Rows<'_, '_>,
    event: &Event,
    project: &ProjectId,
    id: &ProjectGrantId,
    granted: &OrgId,
    roles: &[String],
) -> Result<()> {
    let grant = ProjectGrant {
        id: id.clone(),
        project: project.clone(),
        owner: event.owner.clone(),
        granted: granted.clone(),
        roles: roles.to_vec(),
        state: ProjectGrantState::Active,
        stamps: Stamps::new(event),
    };
    project_grant_index_keys(&grant).iter().try_for_each(|key| rows.put(key, id))?;
    index_roles(rows, &grant)?;
    count(rows, &grant, 1)?;
    rows.put(&project_grant_key(id), &grant)
}

/// What users have through the grant was reduced by events before this one.
pub(super) fn set_roles(rows: &mut Rows<'_, '_>, event: &Event, id: &ProjectGrantId, roles: &[String]) -> Result<()> {
    let mut grant = changed(rows, event, id)?;
    forget_roles(rows, &grant)?;
    grant.roles = roles.to_vec();
    index_roles(rows, &grant)?;
    rows.put(&project_grant_key(id), &grant)
}

pub(super) fn set_state(
    rows: &mut Rows<'_, '_>,
    event: &Event,
    id: &ProjectGrantId,
    state: ProjectGrantState,
) -> Result<()> {
    let grant = ProjectGrant { state, ..changed(rows, event, id)? };
    rows.put(&project_grant_key(id), &grant)
}

/// What users have through the grant was removed by events before this one.
pub(super) fn remove(rows: &mut Rows<'_, '_>, id: &ProjectGrantId) -> Result<()> {
    let grant = found(rows.state().project_grant(id)?, "project grant")?;
    forget_roles(rows, &grant)?;
    project_grant_index_keys(&grant).iter().try_for_each(|key| rows.delete(key))?;
    count(rows, &grant, -1)?;
    rows.delete(&project_grant_key(id))
}

fn changed(rows: &Rows<'_, '_>, event: &Event, id: &ProjectGrantId) -> Result<ProjectGrant> {
    let mut grant = found(rows.state().project_grant(id)?, "project grant")?;
    grant.stamps.touch(event);
    Ok(grant)
}

fn index_roles(rows: &mut Rows<'_, '_>, grant: &ProjectGrant) -> Result<()> {
    grant.roles.iter().try_for_each(|role| rows.put(&project_grant_role_key(grant, role), &grant.id))
}

fn forget_roles(rows: &mut Rows<'_, '_>, grant: &ProjectGrant) -> Result<()> {
    grant.roles.iter().try_for_each(|role| rows.delete(&project_grant_role_key(grant, role)))
}

fn count(rows: &mut Rows<'_, '_>, grant: &ProjectGrant, by: i64) -> Result<()> {
    rows.count(Counted::ProjectGrantsBy(&grant.owner), by)?;
    rows.count(Counted::ProjectGrantsOf(&grant.project), by)?;
    rows.count(Counted::ProjectGrantsFor(&grant.granted), by)
}

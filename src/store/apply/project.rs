use super::{Rows, found, project_grant as grants};
use crate::{
    error::Result,
    id::ProjectId,
    model::{Event, Project, ProjectFact, ProjectGrantState, ProjectRole, ProjectSettings, ProjectState, Stamps},
    store::{
        Direction,
        projects::{project_by_org_key, project_key, project_name_key, project_role_key},
        state::{Tombstone, tombstone_key},
    },
};

pub(super) fn apply(rows: &mut Rows<'_, '_>, event: &Event, project: &ProjectId, fact: &ProjectFact) -> Result<()> {
    match fact {
        ProjectFact::Added { name, settings } => add(rows, event, project, name, *settings),
        ProjectFact::Changed { name, settings } => {
            let before = found(rows.state().project(project)?, "project")?;
            rows.delete(&project_name_key(&before.org, &before.name))?;
            rows.put(&project_name_key(&before.org, name), project)?;
            change(rows, event, project, |project| {
                project.name = name.clone();
                project.settings = *settings;
            })
        }
        ProjectFact::Deactivated => change(rows, event, project, |project| project.state = ProjectState::Inactive),
        ProjectFact::Reactivated => change(rows, event, project, |project| project.state = ProjectState::Active),
        ProjectFact::Removed => remove(rows, project),
        ProjectFact::RoleAdded { key, display_name, group } => {
            let role = ProjectRole {
                project: project.clone(),
                key: key.clone(),
                display_name: display_name.clone(),
                group: group.clone(),
                stamps: Stamps::new(event),
            };
            rows.put(&project_role_key(project, key), &role)?;
            change(rows, event, project, |_| {})
        }
        ProjectFact::RoleChanged { key, display_name, group } => {
            let mut role = found(rows.state().project_role(project, key)?, "project role")?;
            role.display_name = display_name.clone();
            role.group = group.clone();
            role.stamps.touch(event);
            rows.put(&project_role_key(project, key), &role)?;
            change(rows, event, project, |_| {})
        }
        ProjectFact::RoleRemoved { key } => {
            rows.delete(&project_role_key(project, key))?;
            change(rows, event, project, |_| {})
        }
        ProjectFact::GrantAdded { grant, org, roles } => grants::add(rows, event, project, grant, org, roles),
        ProjectFact::GrantChanged { grant, roles } | ProjectFact::GrantCascadeChanged { grant, roles } => {
            grants::set_roles(rows, event, grant, roles)
        }
        ProjectFact::GrantDeactivated { grant } => grants::set_state(rows, event, grant, ProjectGrantState::Inactive),
        ProjectFact::GrantReactivated { grant } => grants::set_state(rows, event, grant, ProjectGrantState::Active),
        ProjectFact::GrantRemoved { grant } => grants::remove(rows, grant),
    }
}

fn add(rows: &mut Rows<'_, '_>, event: &Event, id: &ProjectId, name: &str, settings: ProjectSettings) -> Result<()> {
    let project = Project {
        id: id.clone(),
        org: event.owner.clone(),
        name: name.into(),
        settings,
        state: ProjectState::Active,
        stamps: Stamps::new(event),
    };
    rows.put(&project_by_org_key(&project), id)?;
    rows.put(&project_name_key(&project.org, name), id)?;
    rows.put(&project_key(id), &project)
}

fn change(rows: &mut Rows<'_, '_>, event: &Event, id: &ProjectId, edit: impl FnOnce(&mut Project)) -> Result<()> {
    let mut project = found(rows.state().project(id)?, "project")?;
    project.stamps.touch(event);
    edit(&mut project);
    rows.put(&project_key(id), &project)
}

/// All grants of it and for it were removed by events before this one.
fn remove(rows: &mut Rows<'_, '_>, id: &ProjectId) -> Result<()> {
    let project = found(rows.state().project(id)?, "project")?;
    let roles: Vec<_> = rows.state().project_roles(id, Direction::Ascending)?.collect::<Result<_>>()?;
    for role in &roles {
        rows.delete(&project_role_key(id, &role.key))?;
    }
    rows.delete(&project_by_org_key(&project))?;
    rows.delete(&project_name_key(&project.org, &project.name))?;
    rows.mark(&tombstone_key(Tombstone::Project, id.as_str()))?;
    rows.delete(&project_key(id))
}

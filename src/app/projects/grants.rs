//! Project grants: which other organisations may give roles in a project, and which.

use crate::{
    app::{App, cascade::Cascade, projects::roles::each_once, reply, user_grants},
    authz::Authorized,
    error::Result,
    id::{OrgId, ProjectGrantId},
    limits::{MAX_PROJECT_CASCADE, MAX_PROJECT_ROLES},
    model::{Draft, ProjectFact, ProjectGrant, ProjectGrantState, UserGrantFact, fault},
    permission::{ProjectGrantDelete, ProjectGrantWrite},
    proto::zitadel::{management::v1 as management, project::v2 as wire},
    store::{Decision, Direction, Receipt, State},
};
use std::collections::{BTreeMap, BTreeSet};

/// Lets another organisation give roles in a project.
pub async fn add(
    app: App,
    who: Authorized<ProjectGrantWrite>,
    request: management::AddProjectGrantRequest,
) -> Result<management::AddProjectGrantResponse> {
    let grant: ProjectGrantId = app.new_id();
    let grant_id = grant.to_string();
    let added = create(&app, who, grant, request.project_id, request.granted_org_id, request.role_keys).await?;
    Ok(management::AddProjectGrantResponse { grant_id, details: reply::added(&added).into() })
}

/// The same over v2, which names a grant by its project and its organisation.
pub async fn add_v2(
    app: App,
    who: Authorized<ProjectGrantWrite>,
    request: wire::CreateProjectGrantRequest,
) -> Result<wire::CreateProjectGrantResponse> {
    let wire::CreateProjectGrantRequest { project_id, granted_organization_id, role_keys, .. } = request;
    let added = create(&app, who, app.new_id(), project_id, granted_organization_id, role_keys).await?;
    Ok(wire::CreateProjectGrantResponse { creation_date: reply::timestamp(added.at).into() })
}

/// Replaces the roles that the organisation may give. Those that go are taken from everybody to whom it gave them.
pub async fn update(
    app: App,
    who: Authorized<ProjectGrantWrite>,
    request: management::UpdateProjectGrantRequest,
) -> Result<management::UpdateProjectGrantResponse> {
    let changed = set_roles(&app, who, Named::by_id(request.project_id, request.grant_id), request.role_keys).await?;
    Ok(management::UpdateProjectGrantResponse { details: reply::changed(&changed).into() })
}

/// The same over v2.
pub async fn update_v2(
    app: App,
    who: Authorized<ProjectGrantWrite>,
    request: wire::UpdateProjectGrantRequest,
) -> Result<wire::UpdateProjectGrantResponse> {
    let named = Named::by_org(request.project_id, request.granted_organization_id);
    let changed = set_roles(&app, who, named, request.role_keys).await?;
    Ok(wire::UpdateProjectGrantResponse { change_date: reply::timestamp(changed.at).into() })
}

/// Puts what was given through a grant out of force.
pub async fn deactivate(
    app: App,
    who: Authorized<ProjectGrantWrite>,
    request: management::DeactivateProjectGrantRequest,
) -> Result<management::DeactivateProjectGrantResponse> {
    let named = Named::by_id(request.project_id, request.grant_id);
    let changed = switch(&app, who, named, ProjectGrantState::Inactive).await?;
    Ok(management::DeactivateProjectGrantResponse { details: reply::changed(&changed).into() })
}

/// The same over v2.
pub async fn deactivate_v2(
    app: App,
    who: Authorized<ProjectGrantWrite>,
    request: wire::DeactivateProjectGrantRequest,
) -> Result<wire::DeactivateProjectGrantResponse> {
    let named = Named::by_org(request.project_id, request.granted_organization_id);
    let changed = switch(&app, who, named, ProjectGrantState::Inactive).await?;
    Ok(wire::DeactivateProjectGrantResponse { change_date: reply::timestamp(changed.at).into() })
}

/// Puts it into force again.
pub async fn reactivate(
    app: App,
    who: Authorized<ProjectGrantWrite>,
    request: management::ReactivateProjectGrantRequest,
) -> Result<management::ReactivateProjectGrantResponse> {
    let named = Named::by_id(request.project_id, request.grant_id);
    let changed = switch(&app, who, named, ProjectGrantState::Active).await?;
    Ok(management::ReactivateProjectGrantResponse { details: reply::changed(&changed).into() })
}

/// The same over v2.
pub async fn activate_v2(
    app: App,
    who: Authorized<ProjectGrantWrite>,
    request: wire::ActivateProjectGrantRequest,
) -> Result<wire::ActivateProjectGrantResponse> {
    let named = Named::by_org(request.project_id, request.granted_organization_id);
    let changed = switch(&app, who, named, ProjectGrantState::Active).await?;
    Ok(wire::ActivateProjectGrantResponse { change_date: reply::timestamp(changed.at).into() })
}

/// Takes the project away from the organisation, and what it gave from everybody.
pub async fn remove(
    app: App,
    who: Authorized<ProjectGrantDelete>,
    request: management::RemoveProjectGrantRequest,
) -> Result<management::RemoveProjectGrantResponse> {
    let removed = end(&app, who, Named::by_id(request.project_id, request.grant_id)).await?;
    let removed = removed.ok_or(fault::PROJECT_GRANT_UNKNOWN)?;
    Ok(management::RemoveProjectGrantResponse { details: reply::changed(&removed).into() })
}

/// The same over v2, where it is fine if there is none.
pub async fn remove_v2(
    app: App,
    who: Authorized<ProjectGrantDelete>,
    request: wire::DeleteProjectGrantRequest,
) -> Result<wire::DeleteProjectGrantResponse> {
    let removed = end(&app, who, Named::by_org(request.project_id, request.granted_organization_id)).await?;
    Ok(wire::DeleteProjectGrantResponse { deletion_date: removed.map(|removed| reply::timestamp(removed.at)).into() })
}

/// How a request names a grant.
struct Named {
    project: String,
    by: By,
}

enum By {
    Id(String),
    /// The organisation that has it.
    Org(String),
}

impl Named {
    fn by_id(project: String, id: String) -> Self {
        Self { project, by: By::Id(id) }
    }

    fn by_org(project: String, org: String) -> Self {
        Self { project, by: By::Org(org) }
    }

    fn find<P>(&self, who: &Authorized<P>, state: &State<'_>) -> Result<Option<ProjectGrant>> {
        match &self.by {
            By::Id(id) => who.project_grant(state, &self.project, id),
            By::Org(org) => who.project_grant_to(state, &self.project, org),
        }
    }
}

async fn create(
    app: &App,
    who: Authorized<ProjectGrantWrite>,
    grant: ProjectGrantId,
    project: String,
    org: String,
    roles: Vec<String>,
) -> Result<Receipt> {
    let roles = each_once(roles, MAX_PROJECT_ROLES, fault::PROJECT_GRANT_INVALID)?;
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = who.project_or(state, &project, fault::PROJECT_GRANT_PROJECT_UNKNOWN)?;
            who.may_give_roles()?;
            let org = OrgId::parse(&org).map_or(Ok(None), |org| state.org(&org))?;
            let org = org.ok_or(fault::PROJECT_GRANT_ORG_UNKNOWN)?.id;
            for role in &roles {
                state.project_role(&project.id, role)?.ok_or(fault::PROJECT_GRANT_ROLE_UNKNOWN)?;
            }
            if org == project.org {
                return Err(fault::PROJECT_GRANT_TO_OWNER.into());
            }
            if state.project_grant_to(&project.id, &org)?.is_some() {
                return Err(fault::PROJECT_GRANT_EXISTS.into());
            }
            let fact = ProjectFact::GrantAdded { grant, org, roles };
            Ok(Decision::new(vec![Draft::project(&project.org, &project.id, fact)], ()))
        })
        .await?;
    changed.receipt().cloned()
}

async fn set_roles(app: &App, who: Authorized<ProjectGrantWrite>, named: Named, roles: Vec<String>) -> Result<Receipt> {
    let roles = each_once(roles, MAX_PROJECT_ROLES, fault::PROJECT_GRANT_INVALID)?;
    step(app, who, named, move |who, state, grant| {
        if roles.iter().any(|role| !grant.roles.contains(role)) {
            who.may_give_roles()?;
        }
        for role in &roles {
            state.project_role(&grant.project, role)?.ok_or(fault::PROJECT_GRANT_ROLE_UNKNOWN)?;
        }
        if grant.roles == roles {
            return Ok(Vec::new());
        }
        let mut cascade = Cascade::new(MAX_PROJECT_CASCADE, fault::PROJECT_TOO_LARGE);
        reduce(state, grant, &roles, &mut cascade)?;
        Ok(cascade.end_with(about(grant, ProjectFact::GrantChanged { grant: grant.id.clone(), roles })))
    })
    .await
}

/// The events by which what was given through the grant keeps only these roles.
fn reduce(state: &State<'_>, grant: &ProjectGrant, kept: &[String], cascade: &mut Cascade) -> Result<()> {
    let kept: BTreeSet<_> = kept.iter().collect();
    let mut given = BTreeMap::new();
    for gone in grant.roles.iter().filter(|role| !kept.contains(role)) {
        for user_grant in state.user_grants_through_with(&grant.id, gone)? {
            let user_grant = user_grant?;
            given.insert(user_grant.id.clone(), user_grant);
            if given.len() > MAX_PROJECT_CASCADE {
                return Err(fault::PROJECT_TOO_LARGE.into());
            }
        }
    }
    for (id, mut user_grant) in given {
        user_grant.roles.retain(|role| kept.contains(role));
        let fact = UserGrantFact::CascadeChanged { roles: user_grant.roles };
        cascade.push(Draft::user_grant(&user_grant.owner, &id, fact))?;
    }
    Ok(())
}

async fn switch(app: &App, who: Authorized<ProjectGrantWrite>, named: Named, to: ProjectGrantState) -> Result<Receipt> {
    step(app, who, named, move |who, _, grant| {
        let id = grant.id.clone();
        Ok(match to {
            _ if grant.state == to => Vec::new(),
            ProjectGrantState::Active => {
                who.may_give_roles()?;
                vec![about(grant, ProjectFact::GrantReactivated { grant: id })]
            }
            ProjectGrantState::Inactive => vec![about(grant, ProjectFact::GrantDeactivated { grant: id })],
        })
    })
    .await
}

/// Lets what `decide` says of a grant happen. The last of it is about the grant; nothing at all is fine, too.
async fn step(
    app: &App,
    who: Authorized<ProjectGrantWrite>,
    named: Named,
    decide: impl FnOnce(&Authorized<ProjectGrantWrite>, &State<'_>, &ProjectGrant) -> Result<Vec<Draft>> + Send + 'static,
) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let grant = named.find(&who, state)?.ok_or(fault::PROJECT_GRANT_UNKNOWN)?;
            Ok(Decision::new(decide(&who, state, &grant)?, Receipt::of(&grant.owner, &grant.stamps)))
        })
        .await?;
    Ok(changed.latest().clone())
}

async fn end(app: &App, who: Authorized<ProjectGrantDelete>, named: Named) -> Result<Option<Receipt>> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let Some(grant) = named.find(&who, state)? else { return Ok(Decision::nothing(())) };
            let mut cascade = Cascade::new(MAX_PROJECT_CASCADE, fault::PROJECT_TOO_LARGE);
            for user_grant in state.user_grants_through(&grant.id, Direction::Ascending)? {
                cascade.push(user_grants::end(&user_grant?))?;
            }
            let last = about(&grant, ProjectFact::GrantRemoved { grant: grant.id.clone() });
            Ok(Decision::new(cascade.end_with(last), ()))
        })
        .await?;
    Ok(changed.last().cloned())
}

fn about(grant: &ProjectGrant, fact: ProjectFact) -> Draft {
    Draft::project(&grant.owner, &grant.project, fact)
}

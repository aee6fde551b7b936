//! Project grants as they are shown, to those who gave them and to those who have them.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        projects, reply,
        text_match::TextMatch,
    },
    authz::Authorized,
    error::{Error, Result},
    model::{Org, Project, ProjectGrant, ProjectGrantState, fault},
    permission::{ProjectGrantRead, ProjectRead, ProjectRoleRead},
    proto::zitadel::{
        management::v1 as management,
        project::v1::{
            self as wire, GrantProjectNameQuery, GrantRoleKeyQuery, all_project_grant_query::Query as AllQuery,
            project_grant_query::Query, project_query::Query as ProjectQuery,
        },
        v1::ListDetails,
    },
    store::{Counted, Direction, Run, Snapshot, State},
};

/// A grant with what it connects.
pub(super) struct Full {
    pub grant: ProjectGrant,
    pub project: Project,
    pub owner: Org,
    pub granted: Org,
}

/// One project that another organisation granted the context organisation.
pub async fn get_granted(
    app: App,
    who: Authorized<ProjectRead>,
    request: management::GetGrantedProjectByIDRequest,
) -> Result<management::GetGrantedProjectByIDResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let grant = who.granted_project(&state, &request.project_id, &request.grant_id)?;
    let full = Full::read(&state, grant.ok_or(fault::PROJECT_GRANT_NOT_SHOWN)?)?;
    Ok(management::GetGrantedProjectByIDResponse { granted_project: full.view().into() })
}

/// The projects that the context organisation was granted and that meet all queries, by the ids of the grants.
pub async fn list_granted(
    app: App,
    who: Authorized<ProjectRead>,
    request: management::ListGrantedProjectsRequest,
) -> Result<management::ListGrantedProjectsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let queries: Vec<_> = request.queries.into_iter().filter_map(|query| query.query).collect();
    let meets = |query: &ProjectQuery, full: &Full| projects::views::matches(query, &full.project);
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let all = |direction| state.project_grants_for(&who.org, direction);
        let (details, result) = find(&state, page, &queries, meets, Counted::ProjectGrantsFor(&who.org), all)?;
        Ok(management::ListGrantedProjectsResponse { details: details.into(), result })
    };
    app.store.read(find).await
}

/// Those roles of a granted project that the context organisation may give and that meet all queries, by key.
pub async fn list_granted_roles(
    app: App,
    who: Authorized<ProjectRoleRead>,
    request: management::ListGrantedProjectRolesRequest,
) -> Result<management::ListGrantedProjectRolesResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let queries: Vec<_> = request.queries.iter().filter_map(|query| query.query.as_ref()).collect();
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let grant = who.granted_project(&state, &request.project_id, &request.grant_id)?;
    let Full { grant, project, .. } = Full::read(&state, grant.ok_or(fault::PROJECT_GRANT_NOT_SHOWN)?)?;
    let mut roles = Vec::new();
    for key in &grant.roles {
        let role = state.project_role(&project.id, key)?.ok_or_else(|| missing(&grant))?;
        if queries.iter().all(|query| projects::views::role_matches(query, &role)) {
            roles.push(role);
        }
    }
    roles.sort_by(|a, b| a.key.cmp(&b.key));
    if page.direction == Direction::Descending {
        roles.reverse();
    }
    let (details, roles) = page.cut(roles);
    let result = roles.iter().map(|role| projects::views::role_view(role, &project)).collect();
    Ok(management::ListGrantedProjectRolesResponse { details: details.into(), result })
}

/// One grant of a project of the context organisation.
pub async fn get(
    app: App,
    who: Authorized<ProjectGrantRead>,
    request: management::GetProjectGrantByIDRequest,
) -> Result<management::GetProjectGrantByIDResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let grant = who.project_grant(&state, &request.project_id, &request.grant_id)?;
    let full = Full::read(&state, grant.ok_or(fault::PROJECT_GRANT_NOT_SHOWN)?)?;
    Ok(management::GetProjectGrantByIDResponse { project_grant: full.view().into() })
}

/// The grants of a project that meet all queries, by the organisations that have them. A project that the proof does not
/// reach has none.
pub async fn list(
    app: App,
    who: Authorized<ProjectGrantRead>,
    request: management::ListProjectGrantsRequest,
) -> Result<management::ListProjectGrantsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let queries: Vec<_> = request.queries.into_iter().filter_map(|query| query.query).collect();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let Some(project) = who.project(&state, &request.project_id)? else {
            return Ok(management::ListProjectGrantsResponse { details: page.details(0).into(), ..Default::default() });
        };
        let all = |direction| state.project_grants_of(&project.id, direction);
        let (details, result) = find(&state, page, &queries, Full::meets, Counted::ProjectGrantsOf(&project.id), all)?;
        Ok(management::ListProjectGrantsResponse { details: details.into(), result })
    };
    app.store.read(find).await
}

/// The grants of all projects of the context organisation that meet all queries, by id.
pub async fn list_all(
    app: App,
    who: Authorized<ProjectGrantRead>,
    request: management::ListAllProjectGrantsRequest,
) -> Result<management::ListAllProjectGrantsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let queries: Vec<_> = request.queries.into_iter().filter_map(|query| query.query).collect();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let all = |direction| state.project_grants_by(&who.org, direction);
        let (details, result) = find(&state, page, &queries, Full::meets_all, Counted::ProjectGrantsBy(&who.org), all)?;
        Ok(management::ListAllProjectGrantsResponse { details: details.into(), result })
    };
    app.store.read(find).await
}

/// Looks at no more than the page where nothing is asked of the grants; else at all of them, because it says how many
/// there are.
fn find<'a, Q>(
    state: &State<'a>,
    page: Page,
    queries: &[Q],
    meets: impl Fn(&Q, &Full) -> bool,
    counted: Counted<'_>,
    all: impl Fn(Direction) -> Result<Run<'a, ProjectGrant>>,
) -> Result<(ListDetails, Vec<wire::GrantedProject>)> {
    if queries.is_empty() {
        let total = state.count(counted)?;
        let shown = page.of(total, |direction| Ok(all(direction)?.map(|grant| Full::read(state, grant?))))?;
        return Ok((page.details(total), shown.iter().map(Full::view).collect()));
    }
    let full = all(page.direction)?.map(|grant| Full::read(state, grant?));
    let matching =
        full.filter(|full| full.as_ref().map_or(true, |full| queries.iter().all(|query| meets(query, full))));
    let (details, shown) = page.pick(matching)?;
    Ok((details, shown.iter().map(Full::view).collect()))
}

pub(super) fn missing(grant: &ProjectGrant) -> Error {
    Error::internal(format!("the project grant {} names an object that is not there", grant.id))
}

impl Full {
    pub(super) fn read(state: &State<'_>, grant: ProjectGrant) -> Result<Self> {
        Ok(Self {
            project: state.project(&grant.project)?.ok_or_else(|| missing(&grant))?,
            owner: state.org(&grant.owner)?.ok_or_else(|| missing(&grant))?,
            granted: state.org(&grant.granted)?.ok_or_else(|| missing(&grant))?,
            grant,
        })
    }

    fn meets(query: &Query, full: &Self) -> bool {
        match query {
            Query::ProjectNameQuery(query) => full.is_called(query),
            Query::RoleKeyQuery(query) => full.has_role(query),
        }
    }

    fn meets_all(query: &AllQuery, full: &Self) -> bool {
        match query {
            AllQuery::ProjectNameQuery(query) => full.is_called(query),
            AllQuery::RoleKeyQuery(query) => full.has_role(query),
            AllQuery::ProjectIdQuery(query) => query.project_id == full.project.id.as_str(),
            AllQuery::GrantedOrgIdQuery(query) => query.granted_org_id == full.granted.id.as_str(),
        }
    }

    fn is_called(&self, query: &GrantProjectNameQuery) -> bool {
        TextMatch::v1(&query.name, &query.method).matches(&self.project.name)
    }

    fn has_role(&self, query: &GrantRoleKeyQuery) -> bool {
        let wanted = TextMatch::v1(&query.role_key, &query.method);
        self.grant.roles.iter().any(|role| wanted.matches(role))
    }

    fn view(&self) -> wire::GrantedProject {
        let Self { grant, project, owner, granted } = self;
        wire::GrantedProject {
            grant_id: grant.id.to_string(),
            granted_org_id: granted.id.to_string(),
            granted_org_name: granted.name.clone(),
            granted_role_keys: grant.roles.clone(),
            state: match grant.state {
                ProjectGrantState::Active => wire::ProjectGrantState::PROJECT_GRANT_STATE_ACTIVE.into(),
                ProjectGrantState::Inactive => wire::ProjectGrantState::PROJECT_GRANT_STATE_INACTIVE.into(),
            },
            project_id: project.id.to_string(),
            project_name: project.name.clone(),
            project_owner_id: owner.id.to_string(),
            project_owner_name: owner.name.clone(),
            details: reply::viewed(&grant.stamps, owner.id.as_str()).into(),
        }
    }
}

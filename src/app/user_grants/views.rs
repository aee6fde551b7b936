//! User grants as they are shown.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        reply,
        text_match::TextMatch,
    },
    authz::{Authenticated, Authorized},
    error::{Error, Result},
    id::{OrgId, ProjectGrantId, ProjectId, UserId},
    model::{Machine, Org, Project, UserGrant, UserGrantState, fault},
    permission::UserGrantRead,
    proto::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        user::v1::{self as wire, Type, user_grant_query::Query},
        v1::ListDetails,
    },
    store::{Counted, Direction, Snapshot, State},
};

/// A grant with what it connects.
pub(super) struct Full {
    pub grant: UserGrant,
    pub owner: Org,
    pub user: Machine,
    /// Where the user belongs.
    home: Org,
    pub project: Project,
    /// By which the owner gives roles in a project of another.
    through: Option<ProjectGrantId>,
}

/// One grant that the context organisation gave.
pub async fn get(
    app: App,
    who: Authorized<UserGrantRead>,
    request: management::GetUserGrantByIDRequest,
) -> Result<management::GetUserGrantByIDResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let grant = who.user_grant_or(&state, &request.user_id, &request.grant_id, fault::USER_GRANT_UNKNOWN)?;
    Ok(management::GetUserGrantByIDResponse { user_grant: view(&Full::read(&state, grant)?).into() })
}

/// The grants that the context organisation gave and that meet all queries, by id; where they are asked for, also those
/// that others gave in projects that it granted them.
pub async fn list(
    app: App,
    who: Authorized<UserGrantRead>,
    request: management::ListUserGrantRequest,
) -> Result<management::ListUserGrantResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let queries: Vec<_> = request.queries.into_iter().filter_map(|query| query.query).collect();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let (details, grants) = find(&state, &who.org, &queries, page)?;
        Ok(management::ListUserGrantResponse { details: details.into(), result: grants.iter().map(view).collect() })
    };
    app.store.read(find).await
}

/// The grants to the caller, whoever gave them, by id.
pub async fn list_mine(
    app: App,
    who: Authenticated,
    request: auth::ListMyUserGrantsRequest,
) -> Result<auth::ListMyUserGrantsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let mut found = state.user_grants_of(&who.caller.user)?.collect::<Result<Vec<_>>>()?;
        found.sort_by(|a, b| a.id.cmp(&b.id));
        if page.direction == Direction::Descending {
            found.reverse();
        }
        let (details, shown) = page.cut(found);
        let result = shown.into_iter().map(|grant| Ok(my_view(&Full::read(&state, grant)?)));
        Ok(auth::ListMyUserGrantsResponse { details: details.into(), result: result.collect::<Result<_>>()? })
    };
    app.store.read(find).await
}

/// Looks at no more than the page where all that an organisation gave are asked for, or all for one project; else at
/// all among which those that match must be, because it says how many there are.
fn find(state: &State<'_>, owner: &OrgId, queries: &[Query], page: Page) -> Result<(ListDetails, Vec<Full>)> {
    let telling: Vec<_> = queries.iter().filter(|query| !says_nothing(query)).collect();
    let full = |grants: Vec<UserGrant>| grants.into_iter().map(|grant| Full::read(state, grant)).collect::<Result<_>>();
    let given = |grant: &Result<UserGrant>| grant.as_ref().map_or(true, |grant| grant.owner == *owner);
    let with_granted =
        queries.iter().any(|query| matches!(query, Query::WithGrantedQuery(query) if query.with_granted));
    match telling.as_slice() {
        [] if !with_granted => {
            let total = state.count(Counted::UserGrants(owner))?;
            let grants = page.of(total, |direction| state.user_grants(owner, direction))?;
            return Ok((page.details(total), full(grants)?));
        }
        [Query::ProjectIdQuery(query)] if !with_granted => {
            let Some(project) = ProjectId::parse(&query.project_id) else {
                return Ok((page.details(0), Vec::new()));
            };
            let total = state.count(Counted::UserGrantsIn(owner, &project))?;
            let all = |direction| Ok(state.user_grants_in(&project, direction)?.filter(given));
            return Ok((page.details(total), full(page.of(total, all)?)?));
        }
        _ => {}
    }
    let mut found = Vec::new();
    let seen = |grant: &Result<UserGrant>| with_granted || given(grant);
    for grant in candidates(state, owner, queries, with_granted)?.filter(seen) {
        let full = Full::read(state, grant?)?;
        let is_seen = full.owner.id == *owner || full.project.org == *owner;
        if is_seen && queries.iter().all(|query| matches(query, &full)) {
            found.push(full);
        }
    }
    // The index of users is in the order of projects.
    found.sort_by(|a, b| a.grant.id.cmp(&b.grant.id));
    if page.direction == Direction::Descending {
        found.reverse();
    }
    Ok(page.cut(found))
}

/// Whether a query holds of every grant here.
fn says_nothing(query: &Query) -> bool {
    match query {
        Query::WithGrantedQuery(_) => true,
        Query::UserTypeQuery(query) => query.r#type.as_known() == Some(Type::TYPE_MACHINE),
        _ => false,
    }
}

/// From the narrowest index that the queries allow.
fn candidates<'a>(
    state: &State<'a>,
    owner: &OrgId,
    queries: &[Query],
    with_granted: bool,
) -> Result<Box<dyn Iterator<Item = Result<UserGrant>> + 'a>> {
    let user = queries.iter().find_map(|query| if let Query::UserIdQuery(query) = query { Some(query) } else { None });
    if let Some(query) = user {
        return Ok(match UserId::parse(&query.user_id) {
            Some(user) => Box::new(state.user_grants_of(&user)?),
            None => Box::new(std::iter::empty()),
        });
    }
    let project =
        queries.iter().find_map(|query| if let Query::ProjectIdQuery(query) = query { Some(query) } else { None });
    if let Some(query) = project {
        return Ok(match ProjectId::parse(&query.project_id) {
            Some(project) => Box::new(state.user_grants_in(&project, Direction::Ascending)?),
            None => Box::new(std::iter::empty()),
        });
    }
    let through = queries.iter().find_map(|query| match query {
        Query::ProjectGrantIdQuery(query) => ProjectGrantId::parse(&query.project_grant_id),
        _ => None,
    });
    if let Some(through) = through {
        return Ok(Box::new(state.user_grants_through(&through, Direction::Ascending)?));
    }
    let own = state.user_grants(owner, Direction::Ascending)?;
    if with_granted { Ok(Box::new(own.chain(given_by_others(state, owner)?))) } else { Ok(Box::new(own)) }
}

/// What others gave in the organisation's projects.
fn given_by_others<'a>(state: &State<'a>, owner: &OrgId) -> Result<impl Iterator<Item = Result<UserGrant>> + use<'a>> {
    let mut through = Vec::new();
    for grant in state.project_grants_by(owner, Direction::Ascending)? {
        through.push(state.user_grants_through(&grant?.id, Direction::Ascending)?);
    }
    Ok(through.into_iter().flatten())
}

/// Machines have neither given names nor addresses, so no condition on those holds, not even an empty one.
fn matches(query: &Query, full: &Full) -> bool {
    let Full { grant, owner, user, project, through, .. } = full;
    match query {
        Query::ProjectIdQuery(query) => query.project_id == grant.project.as_str(),
        Query::UserIdQuery(query) => query.user_id == grant.user.as_str(),
        Query::WithGrantedQuery(_) => true,
        Query::RoleKeyQuery(query) => {
            let wanted = TextMatch::v1(&query.role_key, &query.method);
            grant.roles.iter().any(|role| wanted.matches(role))
        }
        Query::ProjectGrantIdQuery(query) => {
            query.project_grant_id == through.as_ref().map(ProjectGrantId::as_str).unwrap_or_default()
        }
        Query::UserNameQuery(query) => TextMatch::v1(&query.user_name, &query.method).matches(&user.user_name),
        Query::FirstNameQuery(_) | Query::LastNameQuery(_) | Query::EmailQuery(_) => false,
        Query::OrgNameQuery(query) => TextMatch::v1(&query.org_name, &query.method).matches(&owner.name),
        Query::OrgDomainQuery(query) => TextMatch::v1(&query.org_domain, &query.method).matches(&owner.primary_domain),
        Query::ProjectNameQuery(query) => TextMatch::v1(&query.project_name, &query.method).matches(&project.name),
        Query::DisplayNameQuery(query) => TextMatch::v1(&query.display_name, &query.method).matches(&user.name),
        Query::UserTypeQuery(query) => query.r#type.as_known() == Some(Type::TYPE_MACHINE),
    }
}

pub(super) fn missing(grant: &UserGrant) -> Error {
    Error::internal(format!("the user grant {} names an object that is not there", grant.id))
}

impl Full {
    pub fn read(state: &State<'_>, grant: UserGrant) -> Result<Self> {
        let missing = || missing(&grant);
        let user = state.machine(&grant.user)?.ok_or_else(missing)?;
        Ok(Self {
            owner: state.org(&grant.owner)?.ok_or_else(missing)?,
            home: state.org(&user.org)?.ok_or_else(missing)?,
            project: state.project(&grant.project)?.ok_or_else(missing)?,
            through: state.project_grant_to(&grant.project, &grant.owner)?.map(|through| through.id),
            user,
            grant,
        })
    }
}

fn my_view(full: &Full) -> auth::UserGrant {
    let wire::UserGrant { details, role_keys, state, project_grant_id, user_type, .. } = view(full);
    let Full { grant, owner, user, project, .. } = full;
    auth::UserGrant {
        org_id: owner.id.to_string(),
        project_id: project.id.to_string(),
        user_id: user.id.to_string(),
        roles: role_keys.clone(),
        org_name: owner.name.clone(),
        grant_id: grant.id.to_string(),
        details,
        org_domain: owner.primary_domain.clone(),
        project_name: project.name.clone(),
        project_grant_id,
        role_keys,
        user_type,
        state,
    }
}

fn view(full: &Full) -> wire::UserGrant {
    let Full { grant, owner, user, home, project, through } = full;
    wire::UserGrant {
        id: grant.id.to_string(),
        details: reply::viewed(&grant.stamps, grant.owner.as_str()).into(),
        role_keys: grant.roles.clone(),
        state: match grant.state {
            UserGrantState::Active => wire::UserGrantState::USER_GRANT_STATE_ACTIVE.into(),
            UserGrantState::Inactive => wire::UserGrantState::USER_GRANT_STATE_INACTIVE.into(),
        },
        user_id: user.id.to_string(),
        user_name: user.user_name.clone(),
        display_name: user.name.clone(),
        org_id: owner.id.to_string(),
        org_name: owner.name.clone(),
        org_domain: owner.primary_domain.clone(),
        project_id: project.id.to_string(),
        project_name: project.name.clone(),
        project_grant_id: through.as_ref().map(ToString::to_string).unwrap_or_default(),
        preferred_login_name: user.user_name.clone(),
        user_type: Type::TYPE_MACHINE.into(),
        granted_org_id: home.id.to_string(),
        granted_org_name: home.name.clone(),
        granted_org_domain: home.primary_domain.clone(),
        ..Default::default()
    }
}

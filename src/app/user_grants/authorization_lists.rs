//! Authorizations of many organisations.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        reply,
        text_match::TextMatch,
        user_grants::views::{Full, missing},
    },
    authz::{Authenticated, Orgs},
    error::Result,
    id::{Id, UserId},
    model::{Machine, UserGrant, UserGrantState},
    permission::UserGrantRead,
    proto::zitadel::authorization::v2::{
        self as wire, AuthorizationFieldName as Column, authorizations_search_filter::Filter,
    },
    store::{Direction, Snapshot, State},
};
use std::collections::BTreeMap;

/// The authorizations that meet all filters, of those that organisations gave in which the caller may read them, and the
/// caller's own.
pub async fn list(
    app: App,
    who: Authenticated,
    request: wire::ListAuthorizationsRequest,
) -> Result<wire::ListAuthorizationsResponse> {
    let page = Page::v2(request.pagination.as_option(), app.clock.now())?;
    few_enough(&request.filters)?;
    let column = request.sorting_column.as_known().unwrap_or_default();
    let filters: Vec<_> = request.filters.into_iter().filter_map(|filter| filter.filter).collect();
    let roles = app.roles.clone();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let sight = Sight { caller: who.caller.user.clone(), orgs: who.orgs_where::<UserGrantRead>(&state, &roles)? };
        let mut found = BTreeMap::new();
        for grant in candidates(state, &sight, &filters)? {
            let grant = grant?;
            if sight.covers(&grant) && meets(&state, &filters, &grant)? {
                found.insert(grant.id.clone(), grant);
            }
        }
        let found = sorted(&state, found.into_values().collect(), column, page.direction)?;
        let (details, shown) = page.cut(found);
        let authorizations = shown.into_iter().map(|grant| view(&state, &Full::read(&state, grant)?));
        Ok(wire::ListAuthorizationsResponse {
            pagination: page.applied(details.total_result).into(),
            authorizations: authorizations.collect::<Result<_>>()?,
        })
    };
    app.store.read(find).await
}

/// Whose authorizations a caller may see.
struct Sight {
    caller: UserId,
    orgs: Orgs,
}

impl Sight {
    fn covers(&self, grant: &UserGrant) -> bool {
        grant.user == self.caller || self.orgs.contain(&grant.owner)
    }
}

type Grants<'a> = Box<dyn Iterator<Item = Result<UserGrant>> + 'a>;

/// From the narrowest index that the filters allow. Some may come twice.
fn candidates<'a>(state: State<'a>, sight: &'a Sight, filters: &'a [Filter]) -> Result<Grants<'a>> {
    const UP: Direction = Direction::Ascending;
    for filter in filters {
        match filter {
            Filter::AuthorizationIds(filter) => {
                let ids = filter.ids.iter().filter_map(|id| Id::parse(id));
                return Ok(Box::new(ids.filter_map(move |id| state.user_grant(&id).transpose())));
            }
            Filter::InUserIds(filter) => {
                let users = filter.ids.iter().filter_map(|id| Id::parse(id));
                let theirs: Vec<_> = users.map(|user| state.user_grants_of(&user)).collect::<Result<_>>()?;
                return Ok(Box::new(theirs.into_iter().flatten()));
            }
            Filter::ProjectGrantId(filter) => return of(&filter.id, |grant| state.user_grants_through(&grant, UP)),
            _ => {}
        }
    }
    for filter in filters {
        match filter {
            Filter::OrganizationId(filter) => return of(&filter.id, |org| state.user_grants(&org, UP)),
            Filter::ProjectId(filter) => return of(&filter.id, |project| state.user_grants_in(&project, UP)),
            _ => {}
        }
    }
    match &sight.orgs {
        Orgs::All => Ok(Box::new(state.all_user_grants()?)),
        Orgs::These(orgs) => {
            let own = state.user_grants_of(&sight.caller)?;
            let given: Vec<_> = orgs.iter().map(|org| state.user_grants(org, UP)).collect::<Result<_>>()?;
            Ok(Box::new(own.chain(given.into_iter().flatten())))
        }
    }
}

/// What names no object has none.
fn of<'a, K, I>(id: &str, grants: impl FnOnce(Id<K>) -> Result<I>) -> Result<Grants<'a>>
where
    I: Iterator<Item = Result<UserGrant>> + 'a,
{
    let Some(id) = Id::parse(id) else { return Ok(Box::new(std::iter::empty())) };
    Ok(Box::new(grants(id)?))
}

fn meets(state: &State<'_>, filters: &[Filter], grant: &UserGrant) -> Result<bool> {
    for filter in filters {
        let meets = match filter {
            Filter::AuthorizationIds(filter) => filter.ids.iter().any(|id| id == grant.id.as_str()),
            Filter::OrganizationId(filter) => filter.id == grant.owner.as_str(),
            Filter::State(filter) => filter.state.as_known() == Some(state_view(grant)),
            Filter::InUserIds(filter) => filter.ids.iter().any(|id| id == grant.user.as_str()),
            Filter::UserOrganizationId(filter) => filter.id == user(state, grant)?.org.as_str(),
            Filter::UserPreferredLoginName(filter) => {
                TextMatch::filter(&filter.login_name, &filter.method).matches(&user(state, grant)?.user_name)
            }
            Filter::UserDisplayName(filter) => {
                TextMatch::filter(&filter.display_name, &filter.method).matches(&user(state, grant)?.name)
            }
            Filter::ProjectId(filter) => filter.id == grant.project.as_str(),
            Filter::ProjectName(filter) => {
                let wanted = TextMatch::filter(&filter.name, &filter.method);
                state.project(&grant.project)?.is_some_and(|project| wanted.matches(&project.name))
            }
            Filter::RoleKey(filter) => {
                let wanted = TextMatch::filter(&filter.key, &filter.method);
                grant.roles.iter().any(|role| wanted.matches(role))
            }
            Filter::ProjectGrantId(filter) => {
                let through = state.project_grant_to(&grant.project, &grant.owner)?;
                through.is_some_and(|through| filter.id == through.id.as_str())
            }
        };
        if !meets {
            return Ok(false);
        }
    }
    Ok(true)
}

fn user(state: &State<'_>, grant: &UserGrant) -> Result<Machine> {
    state.machine(&grant.user)?.ok_or_else(|| missing(grant))
}

/// In the order of `column`, then of their ids.
fn sorted(state: &State<'_>, grants: Vec<UserGrant>, column: Column, direction: Direction) -> Result<Vec<UserGrant>> {
    let mut keyed = Vec::with_capacity(grants.len());
    for grant in grants {
        let (instant, text) = match column {
            Column::AUTHORIZATION_FIELD_NAME_UNSPECIFIED | Column::AUTHORIZATION_FIELD_NAME_CREATED_DATE => {
                (Some(grant.stamps.created), String::new())
            }
            Column::AUTHORIZATION_FIELD_NAME_CHANGED_DATE => (Some(grant.stamps.changed), String::new()),
            Column::AUTHORIZATION_FIELD_NAME_ID => (None, String::new()),
            Column::AUTHORIZATION_FIELD_NAME_USER_ID => (None, grant.user.to_string()),
            Column::AUTHORIZATION_FIELD_NAME_PROJECT_ID => (None, grant.project.to_string()),
            Column::AUTHORIZATION_FIELD_NAME_ORGANIZATION_ID => (None, grant.owner.to_string()),
            Column::AUTHORIZATION_FIELD_NAME_USER_ORGANIZATION_ID => (None, user(state, &grant)?.org.to_string()),
        };
        keyed.push(((instant, text, grant.id.clone()), grant));
    }
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    if direction == Direction::Descending {
        keyed.reverse();
    }
    Ok(keyed.into_iter().map(|(_, grant)| grant).collect())
}

fn view(state: &State<'_>, full: &Full) -> Result<wire::Authorization> {
    let Full { grant, owner, user, project, .. } = full;
    let roles = grant.roles.iter().map(|key| {
        let role = state.project_role(&project.id, key)?.ok_or_else(|| missing(grant))?;
        Ok(wire::Role { key: role.key, display_name: role.display_name, group: role.group })
    });
    Ok(wire::Authorization {
        id: grant.id.to_string(),
        creation_date: reply::timestamp(grant.stamps.created).into(),
        change_date: reply::timestamp(grant.stamps.changed).into(),
        project: wire::Project {
            id: project.id.to_string(),
            name: project.name.clone(),
            organization_id: project.org.to_string(),
        }
        .into(),
        organization: wire::Organization { id: owner.id.to_string(), name: owner.name.clone() }.into(),
        user: wire::User {
            id: user.id.to_string(),
            preferred_login_name: user.user_name.clone(),
            display_name: user.name.clone(),
            organization_id: user.org.to_string(),
            ..Default::default()
        }
        .into(),
        state: state_view(grant).into(),
        roles: roles.collect::<Result<_>>()?,
    })
}

fn state_view(grant: &UserGrant) -> wire::State {
    match grant.state {
        UserGrantState::Active => wire::State::STATE_ACTIVE,
        UserGrantState::Inactive => wire::State::STATE_INACTIVE,
    }
}

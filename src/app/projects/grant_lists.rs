//! Project grants of many organisations.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        projects::{grant_views::Full, views_v2::grant_view},
        text_match::TextMatch,
    },
    authz::{Authorized, Orgs},
    error::Result,
    id::{OrgId, ProjectId},
    model::ProjectGrant,
    permission::ProjectGrantRead,
    proto::zitadel::project::v2::{self as wire, ProjectGrantFieldName as Column, project_grant_search_filter::Filter},
    store::{Direction, Snapshot, State},
};
use std::collections::BTreeMap;

/// The grants that meet all filters, of those that organisations gave or have in which the caller may read them.
pub async fn list(
    app: App,
    who: Authorized<ProjectGrantRead>,
    request: wire::ListProjectGrantsRequest,
) -> Result<wire::ListProjectGrantsResponse> {
    let page = Page::v2(request.pagination.as_option(), app.clock.now())?;
    few_enough(&request.filters)?;
    let column = request.sorting_column.and_then(|column| column.as_known()).unwrap_or_default();
    let filters: Vec<_> = request.filters.into_iter().filter_map(|filter| filter.filter).collect();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let sight = who.orgs_where::<ProjectGrantRead>(&state)?;
        let mut found = BTreeMap::new();
        for grant in candidates(state, &sight, &filters)? {
            let grant = grant?;
            if (sight.contain(&grant.owner) || sight.contain(&grant.granted)) && meets(&state, &filters, &grant)? {
                found.insert(grant.id.clone(), grant);
            }
        }
        let (details, shown) = page.cut(sorted(found.into_values().collect(), column, page.direction));
        let project_grants = shown.into_iter().map(|grant| Ok(grant_view(&Full::read(&state, grant)?)));
        Ok(wire::ListProjectGrantsResponse {
            pagination: page.applied(details.total_result).into(),
            project_grants: project_grants.collect::<Result<_>>()?,
        })
    };
    app.store.read(find).await
}

type Grants<'a> = Box<dyn Iterator<Item = Result<ProjectGrant>> + 'a>;

/// From the narrowest index that the filters allow. Some may come twice.
fn candidates<'a>(state: State<'a>, sight: &'a Orgs, filters: &'a [Filter]) -> Result<Grants<'a>> {
    const UP: Direction = Direction::Ascending;
    for filter in filters {
        match filter {
            Filter::InProjectIdsFilter(filter) => {
                let ids = filter.ids.iter().filter_map(|id| ProjectId::parse(id));
                return each(ids, move |id| state.project_grants_of(&id, UP));
            }
            Filter::OrganizationIdFilter(filter) => {
                return each(OrgId::parse(&filter.id), move |org| state.project_grants_by(&org, UP));
            }
            Filter::GrantedOrganizationIdFilter(filter) => {
                return each(OrgId::parse(&filter.id), move |org| state.project_grants_for(&org, UP));
            }
            Filter::ProjectNameFilter(_) | Filter::RoleKeyFilter(_) => {}
        }
    }
    match sight {
        Orgs::All => Ok(Box::new(state.all_project_grants()?)),
        Orgs::These(orgs) => {
            each(orgs, move |org| Ok(state.project_grants_by(org, UP)?.chain(state.project_grants_for(org, UP)?)))
        }
    }
}

/// Those of each, one after the other.
fn each<'a, T, I>(all: impl IntoIterator<Item = T>, of: impl Fn(T) -> Result<I>) -> Result<Grants<'a>>
where
    I: Iterator<Item = Result<ProjectGrant>> + 'a,
{
    let all: Vec<_> = all.into_iter().map(of).collect::<Result<_>>()?;
    Ok(Box::new(all.into_iter().flatten()))
}

fn meets(state: &State<'_>, filters: &[Filter], grant: &ProjectGrant) -> Result<bool> {
    for filter in filters {
        let meets = match filter {
            Filter::ProjectNameFilter(filter) => {
                let wanted = TextMatch::filter(&filter.project_name, &filter.method);
                state.project(&grant.project)?.is_some_and(|project| wanted.matches(&project.name))
            }
            Filter::RoleKeyFilter(filter) => {
                let wanted = TextMatch::filter(&filter.key, &filter.method);
                grant.roles.iter().any(|role| wanted.matches(role))
            }
            Filter::InProjectIdsFilter(filter) => filter.ids.iter().any(|id| id == grant.project.as_str()),
            Filter::OrganizationIdFilter(filter) => filter.id == grant.owner.as_str(),
            Filter::GrantedOrganizationIdFilter(filter) => filter.id == grant.granted.as_str(),
        };
        if !meets {
            return Ok(false);
        }
    }
    Ok(true)
}

/// In the order of `column`, then of their ids.
fn sorted(mut grants: Vec<ProjectGrant>, column: Column, direction: Direction) -> Vec<ProjectGrant> {
    grants.sort_by_cached_key(|grant| {
        let (instant, project) = match column {
            Column::PROJECT_GRANT_FIELD_NAME_PROJECT_ID => (None, Some(grant.project.clone())),
            Column::PROJECT_GRANT_FIELD_NAME_CHANGE_DATE => (Some(grant.stamps.changed), None),
            Column::PROJECT_GRANT_FIELD_NAME_UNSPECIFIED | Column::PROJECT_GRANT_FIELD_NAME_CREATION_DATE => {
                (Some(grant.stamps.created), None)
            }
        };
        (instant, project, grant.id.clone())
    });
    if direction == Direction::Descending {
        grants.reverse();
    }
    grants
}

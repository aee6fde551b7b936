//! Project grants of many organisations.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        project_grant_views::Full,
        project_views_v2::grant_view,
        scan::Scan,
        text_match::TextMatch,
    },
    authz::{Authorized, Orgs},
    error::{Error, Result},
    id::{OrgId, ProjectId},
    model::ProjectGrant,
    permission::ProjectGrantRead,
    proto::zitadel::project::v2::{self as wire, ProjectGrantFieldName as Column, project_grant_search_filter::Filter},
    store::{Direction, State},
};
use std::collections::BTreeSet;

/// The grants that meet all filters, of those that organisations gave or have in which the caller may read them.
pub async fn list(
    app: App,
    who: Authorized<ProjectGrantRead>,
    request: wire::ListProjectGrantsRequest,
) -> Result<wire::ListProjectGrantsResponse> {
    let page = Page::v2(request.pagination.as_option())?;
    few_enough(&request.filters)?;
    let column = request.sorting_column.and_then(|column| column.as_known()).unwrap_or_default();
    let find = move || {
        let snapshot = app.store.snapshot()?;
        let state = snapshot.state();
        let sight = who.orgs_where::<ProjectGrantRead>(&state, &app.roles)?;
        let filters: Vec<_> = request.filters.iter().filter_map(|filter| filter.filter.as_ref()).collect();
        let (mut scan, mut found, mut seen) = (Scan::new(), Vec::new(), BTreeSet::new());
        for grant in candidates(state, &sight, &filters)? {
            scan.count()?;
            let grant = grant?;
            if !(sight.contain(&grant.owner) || sight.contain(&grant.granted)) || !seen.insert(grant.id.clone()) {
                continue;
            }
            let full = Full::read(&state, grant)?;
            if filters.iter().all(|filter| matches(filter, &full)) {
                found.push(full);
            }
        }
        let (details, shown) = page.cut(sorted(found, column, page.direction));
        Ok(wire::ListProjectGrantsResponse {
            pagination: page.applied(details.total_result).into(),
            project_grants: shown.iter().map(grant_view).collect(),
        })
    };
    // It may look at many grants, which must not stand in other requests' way.
    tokio::task::spawn_blocking(find).await.map_err(Error::internal)?
}

type Grants<'a> = Box<dyn Iterator<Item = Result<ProjectGrant>> + 'a>;

/// From the narrowest index that the filters allow. Some may come twice.
fn candidates<'a>(state: State<'a>, sight: &'a Orgs, filters: &[&'a Filter]) -> Result<Grants<'a>> {
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

fn matches(filter: &Filter, full: &Full) -> bool {
    match filter {
        Filter::ProjectNameFilter(filter) => {
            TextMatch::filter(&filter.project_name, &filter.method).matches(&full.project.name)
        }
        Filter::RoleKeyFilter(filter) => {
            let wanted = TextMatch::filter(&filter.key, &filter.method);
            full.grant.roles.iter().any(|role| wanted.matches(role))
        }
        Filter::InProjectIdsFilter(filter) => filter.ids.iter().any(|id| id == full.project.id.as_str()),
        Filter::OrganizationIdFilter(filter) => filter.id == full.grant.owner.as_str(),
        Filter::GrantedOrganizationIdFilter(filter) => filter.id == full.grant.granted.as_str(),
    }
}

/// In the order of `column`, then of their ids.
fn sorted(mut grants: Vec<Full>, column: Column, direction: Direction) -> Vec<Full> {
    grants.sort_by_cached_key(|Full { grant, .. }| {
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

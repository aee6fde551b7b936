//! Projects of many organisations, their own and what they are granted.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        projects::{
            grant_views::{Full, missing},
            views_v2::{granted_view, project_view},
        },
        text_match::TextMatch,
    },
    authz::{Authorized, Orgs},
    error::Result,
    id::{OrgId, ProjectId},
    model::{Project, ProjectGrant, Stamps},
    permission::{ProjectGrantRead, ProjectRead},
    proto::zitadel::project::v2::{
        self as wire, ProjectFieldName as Column, project_organization_id_filter::Type, project_search_filter::Filter,
    },
    store::{Direction, Snapshot, State},
};
use std::collections::BTreeSet;

/// The projects that meet all filters, of those that the caller may read: a row for each, and one for each organisation
/// that it is granted to.
pub async fn list(
    app: App,
    who: Authorized<ProjectRead>,
    request: wire::ListProjectsRequest,
) -> Result<wire::ListProjectsResponse> {
    let page = Page::v2(request.pagination.as_option(), app.clock.now())?;
    few_enough(&request.filters)?;
    let column = request.sorting_column.and_then(|column| column.as_known()).unwrap_or_default();
    let filters: Vec<_> = request.filters.into_iter().filter_map(|filter| filter.filter).collect();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let sight = Sight {
            projects: who.orgs_where::<ProjectRead>(&state)?,
            grants: who.orgs_where::<ProjectGrantRead>(&state)?,
        };
        let mut rows = Rows { state, sight: &sight, filters: &filters, found: Vec::new() };
        rows.collect()?;
        let (details, shown) = page.cut(sorted(rows.found, column, page.direction));
        Ok(wire::ListProjectsResponse {
            pagination: page.applied(details.total_result).into(),
            projects: shown.into_iter().map(|row| row.view(&state)).collect::<Result<_>>()?,
        })
    };
    app.store.read(find).await
}

/// Where the caller may read what.
struct Sight {
    projects: Orgs,
    grants: Orgs,
}

/// A project of its organisation, or as the organisation has it that it is granted to.
struct Row {
    project: Project,
    grant: Option<ProjectGrant>,
}

/// What was found so far.
struct Rows<'a> {
    state: State<'a>,
    sight: &'a Sight,
    filters: &'a [Filter],
    found: Vec<Row>,
}

impl Rows<'_> {
    /// Looks at all rows among which those that match must be.
    fn collect(&mut self) -> Result<()> {
        let state = self.state;
        for filter in self.filters {
            match filter {
                Filter::InProjectIdsFilter(filter) => {
                    return filter.ids.iter().filter_map(|id| ProjectId::parse(id)).try_for_each(|id| self.one(&id));
                }
                Filter::OrganizationIdFilter(filter) => {
                    let Some(org) = OrgId::parse(&filter.organization_id) else { return Ok(()) };
                    let wanted = filter.r#type.as_known().unwrap_or_default();
                    if wanted != Type::GRANTED {
                        self.own(state.projects(&org, Direction::Ascending)?)?;
                    }
                    if wanted != Type::OWNED {
                        self.granted(state.project_grants_for(&org, Direction::Ascending)?)?;
                    }
                    return Ok(());
                }
                Filter::ProjectNameFilter(_) => {}
            }
        }
        match &self.sight.projects {
            Orgs::All => self.own(state.all_projects()?)?,
            Orgs::These(orgs) => {
                orgs.iter().try_for_each(|org| self.own(state.projects(org, Direction::Ascending)?))?;
            }
        }
        match &self.sight.grants {
            Orgs::All => self.granted(state.all_project_grants()?),
            Orgs::These(orgs) => {
                // One that both gave it and has it would come twice.
                let mut seen = BTreeSet::new();
                for org in orgs {
                    let given = state.project_grants_by(org, Direction::Ascending)?;
                    let had = state.project_grants_for(org, Direction::Ascending)?;
                    let new = |grant: &Result<ProjectGrant>| {
                        grant.as_ref().map_or(true, |grant| seen.insert(grant.id.clone()))
                    };
                    self.granted(given.chain(had).filter(new))?;
                }
                Ok(())
            }
        }
    }

    fn one(&mut self, id: &ProjectId) -> Result<()> {
        let state = self.state;
        self.own(state.project(id)?.map(Ok).into_iter())?;
        self.granted(state.project_grants_of(id, Direction::Ascending)?)
    }

    fn own(&mut self, projects: impl Iterator<Item = Result<Project>>) -> Result<()> {
        for project in projects {
            let project = project?;
            if self.sight.projects.contain(&project.org) && self.meets(&project, None) {
                self.found.push(Row { project, grant: None });
            }
        }
        Ok(())
    }

    fn granted(&mut self, grants: impl Iterator<Item = Result<ProjectGrant>>) -> Result<()> {
        for grant in grants {
            let grant = grant?;
            if !self.sight.grants.contain(&grant.owner) && !self.sight.grants.contain(&grant.granted) {
                continue;
            }
            let project = self.state.project(&grant.project)?.ok_or_else(|| missing(&grant))?;
            if self.meets(&project, Some(&grant.granted)) {
                self.found.push(Row { project, grant: Some(grant) });
            }
        }
        Ok(())
    }

    fn meets(&self, project: &Project, granted: Option<&OrgId>) -> bool {
        self.filters.iter().all(|filter| match filter {
            Filter::ProjectNameFilter(filter) => {
                TextMatch::filter(&filter.project_name, &filter.method).matches(&project.name)
            }
            Filter::InProjectIdsFilter(filter) => filter.ids.iter().any(|id| id == project.id.as_str()),
            Filter::OrganizationIdFilter(filter) => {
                let (wanted, of) = (filter.r#type.as_known().unwrap_or_default(), granted.unwrap_or(&project.org));
                let kind = match wanted {
                    Type::OWNED => granted.is_none(),
                    Type::GRANTED => granted.is_some(),
                    Type::TYPE_UNSPECIFIED | Type::OWNED_OR_GRANTED => true,
                };
                kind && filter.organization_id == of.as_str()
            }
        })
    }
}

impl Row {
    fn stamps(&self) -> &Stamps {
        self.grant.as_ref().map_or(&self.project.stamps, |grant| &grant.stamps)
    }

    fn view(self, state: &State<'_>) -> Result<wire::Project> {
        match self.grant {
            None => Ok(project_view(&self.project)),
            Some(grant) => Ok(granted_view(&Full::read(state, grant)?)),
        }
    }
}

/// In the order of `column`, then of their ids, a project's own row first.
fn sorted(mut rows: Vec<Row>, column: Column, direction: Direction) -> Vec<Row> {
    rows.sort_by_cached_key(|row| {
        let (instant, name) = match column {
            Column::PROJECT_FIELD_NAME_ID => (None, None),
            Column::PROJECT_FIELD_NAME_NAME => (None, Some(row.project.name.to_lowercase())),
            Column::PROJECT_FIELD_NAME_CHANGE_DATE => (Some(row.stamps().changed), None),
            Column::PROJECT_FIELD_NAME_UNSPECIFIED | Column::PROJECT_FIELD_NAME_CREATION_DATE => {
                (Some(row.stamps().created), None)
            }
        };
        (instant, name, row.project.id.clone(), row.grant.as_ref().map(|grant| grant.granted.clone()))
    });
    if direction == Direction::Descending {
        rows.reverse();
    }
    rows
}

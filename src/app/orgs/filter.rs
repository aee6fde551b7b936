//! From the queries of v1 and v2 to conditions on organisations.

use crate::{
    app::{
        page::few_enough,
        text_match::{Place, TextMatch},
    },
    error::Result,
    id::OrgId,
    model::{Org, OrgColumn, OrgState, fault},
    proto::zitadel::org::{
        v1::{self, org_query::Query as V1},
        v2::{self, search_query::Query as V2},
    },
};

/// A condition on an organisation. What names no organisation holds of none.
#[derive(Debug)]
pub enum Filter {
    Name(TextMatch),
    Domain(TextMatch),
    State(Option<OrgState>),
    Id(Option<OrgId>),
}

/// All conditions of a v1 request.
pub fn v1(queries: &[v1::OrgQuery]) -> Result<Vec<Filter>> {
    few_enough(queries)?;
    let one = |query: &v1::OrgQuery| {
        Ok(match query.query.as_ref().ok_or(fault::ORG_QUERY_EMPTY)? {
            V1::NameQuery(query) => Filter::Name(TextMatch::v1(&query.name, &query.method)),
            V1::DomainQuery(query) => Filter::Domain(TextMatch::v1(&query.domain, &query.method)),
            V1::StateQuery(query) => Filter::State(match query.state.as_known() {
                Some(v1::OrgState::ORG_STATE_ACTIVE) => Some(OrgState::Active),
                Some(v1::OrgState::ORG_STATE_INACTIVE) => Some(OrgState::Inactive),
                _ => None,
            }),
            V1::IdQuery(query) => Filter::Id(OrgId::parse(&query.id)),
        })
    };
    queries.iter().map(one).collect()
}

/// All conditions of a v2 request; `default` is the organisation that counts when none is named.
pub fn v2(queries: &[v2::SearchQuery], default: &OrgId) -> Result<Vec<Filter>> {
    few_enough(queries)?;
    let one = |query: &v2::SearchQuery| {
        Ok(match query.query.as_ref().ok_or(fault::ORG_QUERY_EMPTY)? {
            V2::NameQuery(query) => Filter::Name(TextMatch::v2(&query.name, &query.method)),
            V2::DomainQuery(query) => Filter::Domain(TextMatch::v2(&query.domain, &query.method)),
            V2::StateQuery(query) => Filter::State(match query.state.as_known() {
                Some(v2::OrganizationState::ORGANIZATION_STATE_ACTIVE) => Some(OrgState::Active),
                Some(v2::OrganizationState::ORGANIZATION_STATE_INACTIVE) => Some(OrgState::Inactive),
                _ => None,
            }),
            V2::IdQuery(query) => Filter::Id(OrgId::parse(&query.id)),
            V2::DefaultQuery(_) => Filter::Id(Some(default.clone())),
        })
    };
    queries.iter().map(one).collect()
}

impl Filter {
    pub fn matches(&self, org: &Org) -> bool {
        match self {
            Self::Name(name) => name.matches(&org.name),
            Self::Domain(domain) => domain.matches(&org.primary_domain),
            Self::State(state) => *state == Some(org.state),
            Self::Id(id) => id.as_ref() == Some(&org.id),
        }
    }

    /// Where an index has all organisations that can match, and maybe some that do not.
    pub fn place(&self) -> Option<(OrgColumn, Place)> {
        match self {
            Self::Name(name) => name.place().map(|place| (OrgColumn::Name, place)),
            Self::Domain(domain) => domain.place().map(|place| (OrgColumn::Domain, place)),
            Self::State(_) | Self::Id(_) => None,
        }
    }
}

//! From the filters of v2 requests to conditions on keys and personal access tokens.

use crate::{
    app::{page::few_enough, time_match::TimeMatch},
    error::Result,
    id::{CredentialId, Id, OrgId, UserId},
    model::{Credential, fault},
    proto::zitadel::{
        filter::v2::IDFilter,
        user::v2::{
            KeysSearchFilter, PersonalAccessTokensSearchFilter, keys_search_filter::Filter as KeyFilter,
            personal_access_tokens_search_filter::Filter as TokenFilter,
        },
    },
};

/// A condition on a credential. An id that is none is nobody's.
#[derive(Debug)]
pub enum Filter {
    Id(Option<CredentialId>),
    User(Option<UserId>),
    Org(Option<OrgId>),
    Created(TimeMatch),
    Expires(TimeMatch),
}

/// All conditions on keys.
pub fn keys(filters: &[KeysSearchFilter]) -> Result<Vec<Filter>> {
    few_enough(filters)?;
    let one = |filter: &KeysSearchFilter| {
        Ok(match filter.filter.as_ref().ok_or(fault::QUERY_EMPTY)? {
            KeyFilter::KeyIdFilter(filter) => Filter::Id(id(filter)),
            KeyFilter::UserIdFilter(filter) => Filter::User(id(filter)),
            KeyFilter::OrganizationIdFilter(filter) => Filter::Org(id(filter)),
            KeyFilter::CreatedDateFilter(filter) => Filter::Created(TimeMatch::new(filter)),
            KeyFilter::ExpirationDateFilter(filter) => Filter::Expires(TimeMatch::new(filter)),
        })
    };
    filters.iter().map(one).collect()
}

/// All conditions on personal access tokens.
pub fn personal_access_tokens(filters: &[PersonalAccessTokensSearchFilter]) -> Result<Vec<Filter>> {
    few_enough(filters)?;
    let one = |filter: &PersonalAccessTokensSearchFilter| {
        Ok(match filter.filter.as_ref().ok_or(fault::QUERY_EMPTY)? {
            TokenFilter::TokenIdFilter(filter) => Filter::Id(id(filter)),
            TokenFilter::UserIdFilter(filter) => Filter::User(id(filter)),
            TokenFilter::OrganizationIdFilter(filter) => Filter::Org(id(filter)),
            TokenFilter::CreatedDateFilter(filter) => Filter::Created(TimeMatch::new(filter)),
            TokenFilter::ExpirationDateFilter(filter) => Filter::Expires(TimeMatch::new(filter)),
        })
    };
    filters.iter().map(one).collect()
}

impl Filter {
    /// How much of an index has all that match, from little to much, where that is not simply an organisation's part.
    pub fn width(&self) -> Option<u8> {
        match self {
            Self::Id(_) => Some(0),
            Self::User(_) => Some(1),
            Self::Created(_) | Self::Expires(_) => Some(2),
            Self::Org(_) => None,
        }
    }

    pub fn matches(&self, credential: &Credential) -> bool {
        match self {
            Self::Id(id) => id.as_ref() == Some(&credential.id),
            Self::User(user) => user.as_ref() == Some(&credential.user),
            Self::Org(org) => org.as_ref() == Some(&credential.org),
            Self::Created(instant) => instant.matches(credential.stamps.created),
            Self::Expires(instant) => instant.matches(credential.expires),
        }
    }
}

fn id<K>(filter: &IDFilter) -> Option<Id<K>> {
    Id::parse(&filter.id)
}

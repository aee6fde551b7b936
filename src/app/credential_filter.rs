//! From the filters of v2 requests to conditions on keys and personal access tokens.

use crate::{
    app::page::few_enough,
    error::Result,
    id::{CredentialId, Id, OrgId, UserId},
    model::{Credential, fault},
    proto::zitadel::{
        filter::v2::{IDFilter, TimestampFilter, TimestampFilterMethod as Method},
        user::v2::{
            KeysSearchFilter, PersonalAccessTokensSearchFilter, keys_search_filter::Filter as KeyFilter,
            personal_access_tokens_search_filter::Filter as TokenFilter,
        },
    },
    time::Timestamp,
};

/// A condition on a credential. An id that is none is nobody's.
#[derive(Debug)]
pub enum Filter {
    Id(Option<CredentialId>),
    User(Option<UserId>),
    Org(Option<OrgId>),
    Created(Instant),
    Expires(Instant),
}

#[derive(Debug)]
pub struct Instant {
    at: Timestamp,
    method: Method,
}

/// All conditions on keys.
pub fn keys(filters: &[KeysSearchFilter]) -> Result<Vec<Filter>> {
    few_enough(filters)?;
    let one = |filter: &KeysSearchFilter| {
        Ok(match filter.filter.as_ref().ok_or(fault::QUERY_EMPTY)? {
            KeyFilter::KeyIdFilter(filter) => Filter::Id(id(filter)),
            KeyFilter::UserIdFilter(filter) => Filter::User(id(filter)),
            KeyFilter::OrganizationIdFilter(filter) => Filter::Org(id(filter)),
            KeyFilter::CreatedDateFilter(filter) => Filter::Created(instant(filter)),
            KeyFilter::ExpirationDateFilter(filter) => Filter::Expires(instant(filter)),
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
            TokenFilter::CreatedDateFilter(filter) => Filter::Created(instant(filter)),
            TokenFilter::ExpirationDateFilter(filter) => Filter::Expires(instant(filter)),
        })
    };
    filters.iter().map(one).collect()
}

impl Filter {
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

impl Instant {
    fn matches(&self, found: Timestamp) -> bool {
        match self.method {
            Method::TIMESTAMP_FILTER_METHOD_EQUALS => found == self.at,
            Method::TIMESTAMP_FILTER_METHOD_AFTER => found > self.at,
            Method::TIMESTAMP_FILTER_METHOD_AFTER_OR_EQUALS => found >= self.at,
            Method::TIMESTAMP_FILTER_METHOD_BEFORE => found < self.at,
            Method::TIMESTAMP_FILTER_METHOD_BEFORE_OR_EQUALS => found <= self.at,
        }
    }
}

fn id<K>(filter: &IDFilter) -> Option<Id<K>> {
    Id::parse(&filter.id)
}

/// No instant is the beginning of time, as an empty message of protobuf is. One that is none is its end.
fn instant(filter: &TimestampFilter) -> Instant {
    let at = filter.timestamp.as_option().cloned().unwrap_or_default();
    let at = Timestamp::from_parts(at.seconds, at.nanos).unwrap_or(Timestamp::NEVER);
    // Validation has refused numbers without a name.
    Instant { at, method: filter.method.as_known().unwrap_or_default() }
}

//! Metadata as the wire shows it.

use crate::{
    app::{
        page::{Page, few_enough},
        reply,
        text_match::TextMatch,
    },
    error::Result,
    id::OrgId,
    model::{Metadata, Subject, fault},
    proto::zitadel::{
        filter::v2::PaginationResponse,
        metadata::{
            v1::{self, metadata_query::Query},
            v2::{self, metadata_search_filter::Filter},
        },
        v1::ListDetails,
    },
    store::State,
};

/// One page of a subject's metadata, as v1 asks for it.
pub fn list(
    state: &State<'_>,
    subject: &Subject,
    owner: &OrgId,
    page: Page,
    queries: &[v1::MetadataQuery],
) -> Result<(ListDetails, Vec<v1::Metadata>)> {
    few_enough(queries)?;
    let keys = queries.iter().map(|query| match query.query.as_ref() {
        Some(Query::KeyQuery(query)) => Ok(TextMatch::v1(&query.key, &query.method)),
        None => Err(fault::METADATA_QUERY_EMPTY.into()),
    });
    let (details, page) = cut(state, subject, page, &keys.collect::<Result<Vec<_>>>()?)?;
    Ok((details, page.into_iter().map(|entry| view(entry, owner)).collect()))
}

/// One page of a subject's metadata, as v2 asks for it.
pub fn list_v2(
    state: &State<'_>,
    subject: &Subject,
    page: Page,
    filters: &[v2::MetadataSearchFilter],
) -> Result<(PaginationResponse, Vec<v2::Metadata>)> {
    few_enough(filters)?;
    let keys = filters.iter().map(|filter| match filter.filter.as_ref() {
        Some(Filter::KeyFilter(filter)) => Ok(TextMatch::filter(&filter.key, &filter.method)),
        None => Err(fault::METADATA_QUERY_EMPTY.into()),
    });
    let (details, shown) = cut(state, subject, page, &keys.collect::<Result<Vec<_>>>()?)?;
    Ok((page.applied(details.total_result), shown.into_iter().map(view_v2).collect()))
}

pub fn view(entry: Metadata, owner: &OrgId) -> v1::Metadata {
    let details = reply::viewed(&entry.stamps, owner.as_str()).into();
    v1::Metadata { details, key: entry.key, value: entry.value }
}

fn view_v2(entry: Metadata) -> v2::Metadata {
    v2::Metadata {
        creation_date: reply::timestamp(entry.stamps.created).into(),
        change_date: reply::timestamp(entry.stamps.changed).into(),
        key: entry.key,
        value: entry.value,
    }
}

fn cut(state: &State<'_>, subject: &Subject, page: Page, keys: &[TextMatch]) -> Result<(ListDetails, Vec<Metadata>)> {
    let all = state.metadata_of(subject, page.direction)?;
    page.pick(all.filter(|entry| entry.as_ref().map_or(true, |entry| keys.iter().all(|key| key.matches(&entry.key)))))
}

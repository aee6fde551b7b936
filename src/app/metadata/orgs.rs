//! What clients keep with organisations.

use crate::{
    app::{
        App,
        metadata::{self, Holder, RemovalFaults},
        page::Page,
        reply,
    },
    authz::Authorized,
    error::Result,
    id::OrgId,
    model::{Subject, fault},
    permission::{OrgRead, OrgWrite},
    proto::zitadel::{management::v1 as management, org::v2 as org},
    store::State,
};

const REMOVAL: RemovalFaults =
    RemovalFaults { none_named: fault::ORG_METADATA_NONE_REMOVED, unknown: fault::ORG_METADATA_KEY_UNKNOWN };

/// Keeps an entry with the context organisation. Its `details` are those of something added, as ZITADEL's are.
pub async fn set(
    app: App,
    who: Authorized<OrgWrite>,
    request: management::SetOrgMetadataRequest,
) -> Result<management::SetOrgMetadataResponse> {
    let entries = vec![(request.key, request.value)];
    let set = metadata::set(&app, who.warrant(), entries, find(who.org)).await?;
    Ok(management::SetOrgMetadataResponse { details: reply::added(&set).into() })
}

/// Keeps several entries, or none of them.
pub async fn set_many(
    app: App,
    who: Authorized<OrgWrite>,
    request: management::BulkSetOrgMetadataRequest,
) -> Result<management::BulkSetOrgMetadataResponse> {
    let entries = request.metadata.into_iter().map(|entry| (entry.key, entry.value)).collect();
    let set = metadata::set(&app, who.warrant(), entries, find(who.org)).await?;
    Ok(management::BulkSetOrgMetadataResponse { details: reply::changed(&set).into() })
}

/// The same of the organisation that the request names.
pub async fn set_v2(
    app: App,
    who: Authorized<OrgWrite>,
    request: org::SetOrganizationMetadataRequest,
) -> Result<org::SetOrganizationMetadataResponse> {
    let entries = request.metadata.into_iter().map(|entry| (entry.key, entry.value)).collect();
    let set = metadata::set(&app, who.warrant(), entries, find(who.org)).await?;
    Ok(org::SetOrganizationMetadataResponse { set_date: reply::timestamp(set.at).into() })
}

/// One entry of the context organisation.
pub async fn get(
    app: App,
    who: Authorized<OrgRead>,
    request: management::GetOrgMetadataRequest,
) -> Result<management::GetOrgMetadataResponse> {
    let snapshot = app.store.snapshot()?;
    let found = snapshot.state().metadata(&Subject::Org(who.org.clone()), &request.key)?;
    let entry = found.ok_or(fault::METADATA_UNKNOWN)?;
    Ok(management::GetOrgMetadataResponse { metadata: metadata::views::view(entry, &who.org).into() })
}

/// The entries of the context organisation, by key.
pub async fn list(
    app: App,
    who: Authorized<OrgRead>,
    request: management::ListOrgMetadataRequest,
) -> Result<management::ListOrgMetadataResponse> {
    let snapshot = app.store.snapshot()?;
    let subject = Subject::Org(who.org.clone());
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let (details, result) = metadata::views::list(&snapshot.state(), &subject, &who.org, page, &request.queries)?;
    Ok(management::ListOrgMetadataResponse { details: details.into(), result })
}

/// The same of the organisation that the request names.
pub async fn list_v2(
    app: App,
    who: Authorized<OrgRead>,
    request: org::ListOrganizationMetadataRequest,
) -> Result<org::ListOrganizationMetadataResponse> {
    let snapshot = app.store.snapshot()?;
    let subject = Subject::Org(who.org);
    let page = Page::v2(request.pagination.as_option(), app.clock.now())?;
    let (pagination, metadata) = metadata::views::list_v2(&snapshot.state(), &subject, page, &request.filters)?;
    Ok(org::ListOrganizationMetadataResponse { pagination: pagination.into(), metadata })
}

/// Drops an entry of the context organisation.
pub async fn remove(
    app: App,
    who: Authorized<OrgWrite>,
    request: management::RemoveOrgMetadataRequest,
) -> Result<management::RemoveOrgMetadataResponse> {
    let faults = RemovalFaults { unknown: fault::ORG_METADATA_REMOVE_UNKNOWN, ..REMOVAL };
    let removed = metadata::remove(&app, who.warrant(), vec![request.key], faults, find(who.org)).await?;
    Ok(management::RemoveOrgMetadataResponse { details: reply::changed(&removed).into() })
}

/// Drops several entries, or none of them.
pub async fn remove_many(
    app: App,
    who: Authorized<OrgWrite>,
    request: management::BulkRemoveOrgMetadataRequest,
) -> Result<management::BulkRemoveOrgMetadataResponse> {
    let removed = metadata::remove(&app, who.warrant(), request.keys, REMOVAL, find(who.org)).await?;
    Ok(management::BulkRemoveOrgMetadataResponse { details: reply::changed(&removed).into() })
}

/// The same of the organisation that the request names.
pub async fn remove_v2(
    app: App,
    who: Authorized<OrgWrite>,
    request: org::DeleteOrganizationMetadataRequest,
) -> Result<org::DeleteOrganizationMetadataResponse> {
    let removed = metadata::remove(&app, who.warrant(), request.keys, REMOVAL, find(who.org)).await?;
    Ok(org::DeleteOrganizationMetadataResponse { deletion_date: reply::timestamp(removed.at).into() })
}

/// It may have been removed since the caller was authorized.
fn find(org: OrgId) -> impl FnOnce(&State<'_>) -> Result<Holder> {
    move |state| {
        let org = state.org(&org)?.ok_or(fault::METADATA_ORG_UNKNOWN)?;
        Ok(Holder::org(&org.id))
    }
}

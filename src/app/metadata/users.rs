//! What clients keep with machine users.

use crate::{
    app::{
        App,
        metadata::{self, Holder, RemovalFaults},
        page::Page,
        reply,
    },
    authz::{Authenticated, Authorized},
    error::Result,
    model::{Machine, Subject, fault},
    permission::{UserRead, UserWrite},
    proto::zitadel::{auth::v1 as auth, management::v1 as management, user::v2 as user},
    store::State,
};

const REMOVAL: RemovalFaults =
    RemovalFaults { none_named: fault::USER_METADATA_NONE_REMOVED, unknown: fault::USER_METADATA_KEY_UNKNOWN };

/// Keeps an entry. Its `details` are those of something added, as ZITADEL's are.
pub async fn set(
    app: App,
    who: Authorized<UserWrite>,
    request: management::SetUserMetadataRequest,
) -> Result<management::SetUserMetadataResponse> {
    let id = request.id.clone();
    let entries = vec![(request.key, request.value)];
    let set = metadata::set(&app, who.warrant(), entries, find(who, request.id)).await?;
    Ok(management::SetUserMetadataResponse { id, details: reply::added(&set).into() })
}

/// Keeps several entries, or none of them.
pub async fn set_many(
    app: App,
    who: Authorized<UserWrite>,
    request: management::BulkSetUserMetadataRequest,
) -> Result<management::BulkSetUserMetadataResponse> {
    let entries = request.metadata.into_iter().map(|entry| (entry.key, entry.value)).collect();
    let set = metadata::set(&app, who.warrant(), entries, find(who, request.id)).await?;
    Ok(management::BulkSetUserMetadataResponse { details: reply::changed(&set).into() })
}

/// The same over v2, where an empty value drops its key.
pub async fn set_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::SetUserMetadataRequest,
) -> Result<user::SetUserMetadataResponse> {
    let set = metadata::set(&app, who.warrant(), entries(request.metadata), find(who, request.user_id)).await?;
    Ok(user::SetUserMetadataResponse { set_date: reply::timestamp(set.at).into() })
}

/// One entry.
pub async fn get(
    app: App,
    who: Authorized<UserRead>,
    request: management::GetUserMetadataRequest,
) -> Result<management::GetUserMetadataResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let machine = who.machine_or(&state, &request.id, fault::METADATA_UNKNOWN)?;
    let entry = state.metadata(&Subject::User(machine.id), &request.key)?.ok_or(fault::METADATA_UNKNOWN)?;
    Ok(management::GetUserMetadataResponse { metadata: metadata::views::view(entry, &machine.org).into() })
}

/// One entry of the caller.
pub async fn get_mine(
    app: App,
    who: Authenticated,
    request: auth::GetMyMetadataRequest,
) -> Result<auth::GetMyMetadataResponse> {
    let snapshot = app.store.snapshot()?;
    let entry = snapshot.state().metadata(&Subject::User(who.caller.user), &request.key)?;
    let entry = entry.ok_or(fault::METADATA_UNKNOWN)?;
    Ok(auth::GetMyMetadataResponse { metadata: metadata::views::view(entry, &who.caller.org).into() })
}

/// The entries of a user, by key. An unknown user has none.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: management::ListUserMetadataRequest,
) -> Result<management::ListUserMetadataResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let (details, result) = match who.machine(&state, &request.id)? {
        Ok(Machine { id, org, .. }) => metadata::views::list(&state, &Subject::User(id), &org, page, &request.queries)?,
        Err(_) => (page.details(0), Vec::new()),
    };
    Ok(management::ListUserMetadataResponse { details: details.into(), result })
}

/// The entries of the caller.
pub async fn list_mine(
    app: App,
    who: Authenticated,
    request: auth::ListMyMetadataRequest,
) -> Result<auth::ListMyMetadataResponse> {
    let snapshot = app.store.snapshot()?;
    let subject = Subject::User(who.caller.user);
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let (details, result) =
        metadata::views::list(&snapshot.state(), &subject, &who.caller.org, page, &request.queries)?;
    Ok(auth::ListMyMetadataResponse { details: details.into(), result })
}

/// The entries of a user of any organisation that the caller may read, or of the caller itself.
pub async fn list_v2(
    app: App,
    who: Authorized<UserRead>,
    request: user::ListUserMetadataRequest,
) -> Result<user::ListUserMetadataResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let subject = Subject::User(who.machine_or(&state, &request.user_id, fault::USER_UNKNOWN)?.id);
    let page = Page::v2(request.pagination.as_option(), app.clock.now())?;
    let (pagination, metadata) = metadata::views::list_v2(&state, &subject, page, &request.filters)?;
    Ok(user::ListUserMetadataResponse { pagination: pagination.into(), metadata })
}

/// Drops an entry.
pub async fn remove(
    app: App,
    who: Authorized<UserWrite>,
    request: management::RemoveUserMetadataRequest,
) -> Result<management::RemoveUserMetadataResponse> {
    let faults = RemovalFaults { unknown: fault::USER_METADATA_REMOVE_UNKNOWN, ..REMOVAL };
    let removed = metadata::remove(&app, who.warrant(), vec![request.key], faults, find(who, request.id)).await?;
    Ok(management::RemoveUserMetadataResponse { details: reply::changed(&removed).into() })
}

/// Drops several entries, or none of them.
pub async fn remove_many(
    app: App,
    who: Authorized<UserWrite>,
    request: management::BulkRemoveUserMetadataRequest,
) -> Result<management::BulkRemoveUserMetadataResponse> {
    let removed = metadata::remove(&app, who.warrant(), request.keys, REMOVAL, find(who, request.id)).await?;
    Ok(management::BulkRemoveUserMetadataResponse { details: reply::changed(&removed).into() })
}

/// The same over v2.
pub async fn remove_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::DeleteUserMetadataRequest,
) -> Result<user::DeleteUserMetadataResponse> {
    let removed = metadata::remove(&app, who.warrant(), request.keys, REMOVAL, find(who, request.user_id)).await?;
    Ok(user::DeleteUserMetadataResponse { deletion_date: reply::timestamp(removed.at).into() })
}

/// What a v2 request says.
pub(in crate::app) fn entries(metadata: Vec<user::Metadata>) -> Vec<(String, Vec<u8>)> {
    metadata.into_iter().map(|entry| (entry.key, entry.value)).collect()
}

fn find(who: Authorized<UserWrite>, id: String) -> impl FnOnce(&State<'_>) -> Result<Holder> {
    move |state| Ok(Holder::user(&who.machine_to_change(state, &id, fault::METADATA_USER_UNKNOWN)?))
}

//! What happened to a machine user.

use crate::{
    app::{App, events},
    authz::{Authenticated, Authorized},
    error::{Fault, Result},
    id::UserId,
    limits::MAX_V1_PAGE,
    model::fault,
    permission::UserRead,
    proto::zitadel::{
        auth::v1 as auth,
        change::v1::{Change, ChangeQuery},
        management::v1 as management,
    },
    store::{Direction, History, Snapshot},
};

/// What happened to a user of the context organisation.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: management::ListUserChangesRequest,
) -> Result<management::ListUserChangesResponse> {
    let machine = who.machine(&app.store.snapshot()?.state(), &request.user_id)?.map_err(Fault::from)?;
    let query = request.query.as_option().cloned().unwrap_or_default();
    Ok(management::ListUserChangesResponse { result: history(app, machine.id, query).await? })
}

/// What happened to the caller.
pub async fn list_mine(
    app: App,
    who: Authenticated,
    request: auth::ListMyUserChangesRequest,
) -> Result<auth::ListMyUserChangesResponse> {
    let query = request.query.as_option().cloned().unwrap_or_default();
    Ok(auth::ListMyUserChangesResponse { result: history(app, who.caller.user, query).await? })
}

/// At most [`MAX_V1_PAGE`] events behind the sequence that the query names, the newest of them first unless it says
/// otherwise.
async fn history(app: App, user: UserId, query: ChangeQuery) -> Result<Vec<Change>> {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    if limit > MAX_V1_PAGE {
        return Err(fault::LIMIT_EXCEEDED.into());
    }
    let limit = if limit == 0 { MAX_V1_PAGE } else { limit };
    let direction = if query.asc { Direction::Ascending } else { Direction::Descending };
    let (history, first) = (History::User(user), query.sequence.saturating_add(1));
    let read = move |snapshot: &Snapshot| {
        let events = snapshot.events(&history, first..u64::MAX, direction)?.take(limit);
        events.map(|event| events::views::change(&snapshot.state(), &event?)).collect()
    };
    app.store.read(read).await
}

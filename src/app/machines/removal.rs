//! The end of a machine user, and of all that it has.

use crate::{
    app::{App, members, reply, user_grants},
    authz::Authorized,
    error::{Fault, Result},
    model::{Draft, Machine, UserFact, fault},
    permission::{Permit, UserDelete, UserSelfDelete},
    proto::zitadel::{auth::v1 as auth, management::v1 as management, user::v2 as user},
    store::{Decision, Receipt, State},
};

/// Removes a user with all its credentials, memberships and grants. Its id is never given again. Not the last `IAM_OWNER`
/// that can act.
pub async fn remove(
    app: App,
    who: Authorized<UserDelete>,
    request: management::RemoveUserRequest,
) -> Result<management::RemoveUserResponse> {
    let removed = end(&app, who, request.id, fault::REMOVE_UNKNOWN).await?;
    Ok(management::RemoveUserResponse { details: reply::changed(&removed).into() })
}

/// The same of a user of any organisation.
pub async fn remove_v2(
    app: App,
    who: Authorized<UserDelete>,
    request: user::DeleteUserRequest,
) -> Result<user::DeleteUserResponse> {
    let removed = end(&app, who, request.user_id, fault::REMOVE_V2_UNKNOWN).await?;
    Ok(user::DeleteUserResponse { details: reply::changed_v2(&removed).into() })
}

/// The same of the caller.
pub async fn remove_me(
    app: App,
    who: Authorized<UserSelfDelete>,
    _: auth::RemoveMyUserRequest,
) -> Result<auth::RemoveMyUserResponse> {
    let me = who.caller.user.to_string();
    let removed = end(&app, who, me, fault::REMOVE_UNKNOWN).await?;
    Ok(auth::RemoveMyUserResponse { details: reply::changed(&removed).into() })
}

async fn end<P: Permit + 'static>(app: &App, who: Authorized<P>, id: String, unknown: Fault) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let machine = who.machine_to_change(state, &id, unknown)?;
            members::instance::owner_remains_without(state, &machine.id)?;
            Ok(Decision::new(removal(state, &machine)?, ()))
        })
        .await?;
    changed.receipt().cloned()
}

/// The events by which a user goes: first its memberships and its grants, each in its owner's log, and last the user
/// itself, so that the last receipt is about the user.
pub(in crate::app) fn removal(state: &State<'_>, machine: &Machine) -> Result<Vec<Draft>> {
    let instance = state.instance()?.id;
    let mut events = Vec::new();
    for membership in state.memberships(&machine.id)? {
        events.push(members::end(&instance, &membership?.owner, &machine.id));
    }
    for grant in state.user_grants_of(&machine.id)? {
        events.push(user_grants::end(&grant?));
    }
    events.push(Draft::user(&machine.org, &machine.id, UserFact::Removed));
    Ok(events)
}

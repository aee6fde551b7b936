//! The end of a machine user, and of all that it has.

use crate::{
    app::{App, instance_members, members, reply, user_grants},
    authz::Authorized,
    error::Result,
    model::{Draft, Machine, UserFact, fault},
    permission::UserDelete,
    proto::zitadel::management::v1 as management,
    store::{Decision, State},
};

/// Removes a user with all its credentials, memberships and grants. Its id is never given again. Not the last `IAM_OWNER`.
pub async fn remove(
    app: App,
    who: Authorized<UserDelete>,
    request: management::RemoveUserRequest,
) -> Result<management::RemoveUserResponse> {
    let changed = app
        .store
        .change(who.caller.editor(), move |state, _| {
            let machine = who.machine_or(state, &request.id, fault::REMOVE_UNKNOWN)?;
            instance_members::owner_remains(state, |owner| Ok(*owner == machine.id))?;
            Ok(Decision::new(removal(state, &machine)?, ()))
        })
        .await?;
    Ok(management::RemoveUserResponse { details: reply::changed(changed.receipt()?).into() })
}

/// The events by which a user goes: first its memberships and its grants, each in its owner's log, and last the user
/// itself, so that the last receipt is about the user.
pub(super) fn removal(state: &State<'_>, machine: &Machine) -> Result<Vec<Draft>> {
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

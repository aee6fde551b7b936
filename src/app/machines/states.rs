//! Shutting machine users out and letting them in again. A caller with the permission may do all of it to itself, unless
//! it is the last `IAM_OWNER` that can act.

use crate::{
    app::{App, members, reply},
    authz::Authorized,
    error::{Fault, Result},
    model::{Draft, MachineState, UserFact, fault},
    permission::UserWrite,
    proto::zitadel::{management::v1 as management, user::v2 as user},
    store::{Decision, Receipt},
};

/// Shuts a user out. A locked one can be deactivated; reactivating it then lets it in, lock or no lock.
pub async fn deactivate(
    app: App,
    who: Authorized<UserWrite>,
    request: management::DeactivateUserRequest,
) -> Result<management::DeactivateUserResponse> {
    let faults = Faults { unknown: fault::DEACTIVATE_UNKNOWN, refused: fault::ALREADY_INACTIVE };
    let done = DEACTIVATE.take(&app, who, request.id, faults).await?;
    Ok(management::DeactivateUserResponse { details: reply::changed(&done).into() })
}

/// The same over v2.
pub async fn deactivate_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::DeactivateUserRequest,
) -> Result<user::DeactivateUserResponse> {
    let faults = Faults { unknown: fault::DEACTIVATE_V2_UNKNOWN, refused: fault::ALREADY_INACTIVE_V2 };
    let done = DEACTIVATE.take(&app, who, request.user_id, faults).await?;
    Ok(user::DeactivateUserResponse { details: reply::changed_v2(&done).into() })
}

/// Lets a deactivated user in again. Its tokens of before stay dead.
pub async fn reactivate(
    app: App,
    who: Authorized<UserWrite>,
    request: management::ReactivateUserRequest,
) -> Result<management::ReactivateUserResponse> {
    let faults = Faults { unknown: fault::REACTIVATE_UNKNOWN, refused: fault::NOT_INACTIVE };
    let done = REACTIVATE.take(&app, who, request.id, faults).await?;
    Ok(management::ReactivateUserResponse { details: reply::changed(&done).into() })
}

/// The same over v2.
pub async fn reactivate_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::ReactivateUserRequest,
) -> Result<user::ReactivateUserResponse> {
    let faults = Faults { unknown: fault::REACTIVATE_V2_UNKNOWN, refused: fault::NOT_INACTIVE_V2 };
    let done = REACTIVATE.take(&app, who, request.user_id, faults).await?;
    Ok(user::ReactivateUserResponse { details: reply::changed_v2(&done).into() })
}

/// Shuts an active user out.
pub async fn lock(
    app: App,
    who: Authorized<UserWrite>,
    request: management::LockUserRequest,
) -> Result<management::LockUserResponse> {
    let faults = Faults { unknown: fault::LOCK_UNKNOWN, refused: fault::NOT_ACTIVE };
    let done = LOCK.take(&app, who, request.id, faults).await?;
    Ok(management::LockUserResponse { details: reply::changed(&done).into() })
}

/// The same over v2.
pub async fn lock_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::LockUserRequest,
) -> Result<user::LockUserResponse> {
    let faults = Faults { unknown: fault::LOCK_V2_UNKNOWN, refused: fault::NOT_ACTIVE_V2 };
    let done = LOCK.take(&app, who, request.user_id, faults).await?;
    Ok(user::LockUserResponse { details: reply::changed_v2(&done).into() })
}

/// Lets a locked user in again. Its tokens of before stay dead.
pub async fn unlock(
    app: App,
    who: Authorized<UserWrite>,
    request: management::UnlockUserRequest,
) -> Result<management::UnlockUserResponse> {
    let faults = Faults { unknown: fault::UNLOCK_UNKNOWN, refused: fault::NOT_LOCKED };
    let done = UNLOCK.take(&app, who, request.id, faults).await?;
    Ok(management::UnlockUserResponse { details: reply::changed(&done).into() })
}

/// The same over v2.
pub async fn unlock_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::UnlockUserRequest,
) -> Result<user::UnlockUserResponse> {
    let faults = Faults { unknown: fault::UNLOCK_V2_UNKNOWN, refused: fault::NOT_LOCKED_V2 };
    let done = UNLOCK.take(&app, who, request.user_id, faults).await?;
    Ok(user::UnlockUserResponse { details: reply::changed_v2(&done).into() })
}

/// A way from one state to another.
struct Step {
    from: fn(MachineState) -> bool,
    fact: UserFact,
    /// Whether the user cannot act any more.
    shuts_out: bool,
}

struct Faults {
    /// There is no such user.
    unknown: Fault,
    /// The user is not in a state from which the way leads.
    refused: Fault,
}

const DEACTIVATE: Step =
    Step { from: |state| !matches!(state, MachineState::Inactive), fact: UserFact::Deactivated, shuts_out: true };
const REACTIVATE: Step =
    Step { from: |state| matches!(state, MachineState::Inactive), fact: UserFact::Reactivated, shuts_out: false };
const LOCK: Step =
    Step { from: |state| matches!(state, MachineState::Active), fact: UserFact::Locked, shuts_out: true };
const UNLOCK: Step =
    Step { from: |state| matches!(state, MachineState::Locked), fact: UserFact::Unlocked, shuts_out: false };

impl Step {
    async fn take(self, app: &App, who: Authorized<UserWrite>, user_id: String, faults: Faults) -> Result<Receipt> {
        let changed = app
            .store
            .change(who.warrant(), move |state, _| {
                let machine = who.machine_to_change(state, &user_id, faults.unknown)?;
                if !(self.from)(machine.state) {
                    return Err(faults.refused.into());
                }
                if self.shuts_out {
                    members::instance::owner_remains_without(state, &machine.id)?;
                }
                Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, self.fact)], ()))
            })
            .await?;
        changed.receipt().cloned()
    }
}

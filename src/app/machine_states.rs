//! Shutting machine users out and letting them in again. A caller may do all of it to itself.

use crate::{
    app::{App, reply},
    authz::Authorized,
    error::{Fault, Result},
    model::{Draft, MachineState, UserFact, fault},
    permission::UserWrite,
    proto::zitadel::management::v1 as management,
    store::{Decision, Receipt},
};

/// Shuts a user out. A locked one can be deactivated; reactivating it then lets it in, lock or no lock.
pub async fn deactivate(
    app: App,
    who: Authorized<UserWrite>,
    request: management::DeactivateUserRequest,
) -> Result<management::DeactivateUserResponse> {
    let step = Step {
        from: |state| state != MachineState::Inactive,
        fact: UserFact::Deactivated,
        unknown: fault::DEACTIVATE_UNKNOWN,
        refused: fault::ALREADY_INACTIVE,
    };
    let done = step.take(&app, who, request.id).await?;
    Ok(management::DeactivateUserResponse { details: reply::changed(&done).into() })
}

/// Lets a deactivated user in again. Its tokens of before stay dead.
pub async fn reactivate(
    app: App,
    who: Authorized<UserWrite>,
    request: management::ReactivateUserRequest,
) -> Result<management::ReactivateUserResponse> {
    let step = Step {
        from: |state| state == MachineState::Inactive,
        fact: UserFact::Reactivated,
        unknown: fault::REACTIVATE_UNKNOWN,
        refused: fault::NOT_INACTIVE,
    };
    let done = step.take(&app, who, request.id).await?;
    Ok(management::ReactivateUserResponse { details: reply::changed(&done).into() })
}

/// Shuts an active user out.
pub async fn lock(
    app: App,
    who: Authorized<UserWrite>,
    request: management::LockUserRequest,
) -> Result<management::LockUserResponse> {
    let step = Step {
        from: |state| state == MachineState::Active,
        fact: UserFact::Locked,
        unknown: fault::LOCK_UNKNOWN,
        refused: fault::NOT_ACTIVE,
    };
    let done = step.take(&app, who, request.id).await?;
    Ok(management::LockUserResponse { details: reply::changed(&done).into() })
}

/// Lets a locked user in again. Its tokens of before stay dead.
pub async fn unlock(
    app: App,
    who: Authorized<UserWrite>,
    request: management::UnlockUserRequest,
) -> Result<management::UnlockUserResponse> {
    let step = Step {
        from: |state| state == MachineState::Locked,
        fact: UserFact::Unlocked,
        unknown: fault::UNLOCK_UNKNOWN,
        refused: fault::NOT_LOCKED,
    };
    let done = step.take(&app, who, request.id).await?;
    Ok(management::UnlockUserResponse { details: reply::changed(&done).into() })
}

/// A way from one state to another.
struct Step {
    from: fn(MachineState) -> bool,
    fact: UserFact,
    /// There is no such user.
    unknown: Fault,
    /// The user is not in a state from which the way leads.
    refused: Fault,
}

impl Step {
    async fn take(self, app: &App, who: Authorized<UserWrite>, user_id: String) -> Result<Receipt> {
        let changed = app
            .store
            .change(who.caller.editor(), move |state, _| {
                let machine = who.machine_or(state, &user_id, self.unknown)?;
                if !(self.from)(machine.state) {
                    return Err(self.refused.into());
                }
                Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, self.fact)], ()))
            })
            .await?;
        changed.receipt().cloned()
    }
}

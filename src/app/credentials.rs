//! What keys and personal access tokens have in common.

use crate::{
    authz::Authorized,
    error::{Fault, Result},
    id::CredentialId,
    limits::MAX_CREDENTIALS,
    model::{Bounds, Credential, Draft, Machine, UserFact, fault},
    permission::UserWrite,
    store::{Decision, State},
    time::Timestamp,
};
use buffa_types::google::protobuf;

/// When a credential shall expire. Absent and zero both mean never; the past is refused by whoever knows the present.
pub fn expiry(at: Option<&protobuf::Timestamp>) -> Result<Timestamp> {
    let Some(at) = at.filter(|at| at.seconds != 0 || at.nanos != 0) else { return Ok(Timestamp::NEVER) };
    Ok(Timestamp::from_parts(at.seconds, at.nanos).ok_or(fault::EXPIRES_IN_PAST)?)
}

/// The user, if it may be given one more credential that is narrowed to nothing, and the caller may give it.
pub fn holder(
    state: &State<'_>,
    who: &Authorized<UserWrite>,
    user_id: &str,
    expires: Timestamp,
    now: Timestamp,
    unknown: Fault,
) -> Result<Machine> {
    let machine = who.machine_to_change(state, user_id, unknown)?;
    who.may_narrow_to(&Bounds::default())?;
    if expires <= now {
        return Err(fault::EXPIRES_IN_PAST.into());
    }
    if state.credentials(&machine.id)?.count() >= MAX_CREDENTIALS {
        return Err(fault::TOO_MANY_CREDENTIALS.into());
    }
    Ok(machine)
}

/// A user's credential of this id, if `is_one` says that it is of the right kind.
pub fn find(
    state: &State<'_>,
    machine: &Machine,
    id: &str,
    is_one: fn(&Credential) -> bool,
) -> Result<Option<Credential>> {
    let Some(id) = CredentialId::parse(id) else { return Ok(None) };
    Ok(state.credential(&machine.id, &id)?.filter(is_one))
}

/// One event about a user.
pub fn event(machine: &Machine, fact: UserFact) -> Decision<()> {
    Decision::new(vec![Draft::user(&machine.org, &machine.id, fact)], ())
}

//! What keys and personal access tokens have in common.

use crate::{
    app::lifetime::{Expiry, Lifetime},
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

/// When a credential shall expire. Absent and zero both mean that nobody says it. The past is refused by whoever knows the
/// present.
pub fn expiry(at: Option<&protobuf::Timestamp>) -> Result<Expiry> {
    let Some(at) = at.filter(|at| at.seconds != 0 || at.nanos != 0) else { return Ok(Expiry::Open) };
    let at = Timestamp::from_parts(at.seconds, at.nanos).ok_or(fault::EXPIRES_IN_PAST)?;
    Ok(Expiry::At(at.min(Timestamp::NEVER)))
}

/// The user, if it may be given one more credential that is narrowed to nothing, and the caller may give it; and when it
/// will expire.
pub fn holder(
    state: &State<'_>,
    who: &Authorized<UserWrite>,
    user_id: &str,
    expires: Expiry,
    now: Timestamp,
    unknown: Fault,
) -> Result<(Machine, Timestamp)> {
    let machine = who.machine_to_change(state, user_id, unknown)?;
    who.may_narrow_to(&Bounds::default())?;
    let end = Lifetime::in_org(state, &machine.org, now)?.end(expires)?;
    if state.credentials(&machine.id)?.count() >= MAX_CREDENTIALS {
        return Err(fault::TOO_MANY_CREDENTIALS.into());
    }
    Ok((machine, end))
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

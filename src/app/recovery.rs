//! The way back in for whoever runs the server, when nobody can act as an `IAM_OWNER` any more.

use crate::{
    app::{
        App,
        bootstrap::{PAT_SCOPES, machine_added},
        machines::{name_is_free, user_name},
        members::instance::OWNER,
    },
    error::Result,
    id::{CredentialId, OrgId, UserId},
    limits::{MAX_CREDENTIALS, RECOVERY_TOKEN_LIFETIME},
    model::{Draft, InstanceFact, MachineState, OrgFact, OrgState, UserFact, fault},
    secret::{Prefix, SecretText},
    store::{Decision, State, Warrant},
    time::Timestamp,
};

/// An administrator who can act, and how.
#[derive(Debug)]
pub struct Recovered {
    pub user_name: String,
    /// A personal access token, which is shown here and never again.
    pub token: SecretText,
    pub expires: Timestamp,
}

/// Lets the machine user of this name act as an `IAM_OWNER`, making whatever is missing for that: the user, the role,
/// its organisation's and its own being active. Gives it a token for [`RECOVERY_TOKEN_LIFETIME`].
///
/// `keep` must write the token down: it runs before anything is stored, so that no token counts that nobody has.
/// For a stopped server's command line: no caller is asked for, as having the files is the permission.
pub fn recover(app: &App, name: &str, keep: impl FnOnce(&Recovered) -> Result<()>) -> Result<()> {
    let name = user_name(name, "--user", fault::USER_NAME_BLANK)?;
    let token = SecretText::generate(Prefix::PersonalAccessToken, &app.random);
    let (credential, expires): (CredentialId, _) = (app.new_id(), app.clock.now() + RECOVERY_TOKEN_LIFETIME);
    let added = UserFact::PatAdded {
        credential,
        hash: app.keys.load().personal_access_tokens().hash(token.expose()),
        hint: token.hint(),
        expires,
        scopes: PAT_SCOPES.map(Into::into).into(),
    };
    keep(&Recovered { user_name: name.clone(), token, expires })?;
    let new: UserId = app.new_id();
    app.store.change_blocking(Warrant::system(), move |state, _| {
        let (org, user, mut events) = administrator(state, name, new)?;
        events.push(Draft::user(&org, &user, added));
        Ok(Decision::new(events, ()))
    })?;
    Ok(())
}

/// The user, and the events by which it can act as an owner.
fn administrator(state: &State<'_>, name: String, new: UserId) -> Result<(OrgId, UserId, Vec<Draft>)> {
    let instance = state.instance()?;
    let found = state.machine_by_name(&name)?;
    let org = found.as_ref().map_or(&instance.default_org, |machine| &machine.org).clone();
    let user = found.as_ref().map_or(new, |machine| machine.id.clone());
    let mut events = Vec::new();
    if state.org(&org)?.is_some_and(|org| org.state == OrgState::Inactive) {
        events.push(Draft::org(&org, OrgFact::Reactivated));
    }
    match found.map(|machine| machine.state) {
        None if !name_is_free(state, &name, None)? => return Err(fault::NAME_TAKEN.into()),
        None => events.push(Draft::user(&org, &user, machine_added(&name, "Recovery"))),
        Some(MachineState::Inactive) => events.push(Draft::user(&org, &user, UserFact::Reactivated)),
        Some(MachineState::Locked) => events.push(Draft::user(&org, &user, UserFact::Unlocked)),
        Some(MachineState::Active) => {}
    }
    if state.credentials(&user)?.count() >= MAX_CREDENTIALS {
        return Err(fault::TOO_MANY_CREDENTIALS.into());
    }
    let owner = vec![OWNER.to_owned()];
    match state.member(&instance.id, &user)? {
        None => {
            events.push(Draft::instance(&instance.id, InstanceFact::MemberAdded { user: user.clone(), roles: owner }))
        }
        Some(member) if !member.roles.iter().any(|role| role == OWNER) => {
            let roles = [owner, member.roles].concat();
            events.push(Draft::instance(&instance.id, InstanceFact::MemberChanged { user: user.clone(), roles }));
        }
        Some(_) => {}
    }
    Ok((org, user, events))
}

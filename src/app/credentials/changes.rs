//! What is done to one credential, of whatever kind.

use crate::{
    app::{
        App,
        credentials::{self, lifetime::Lifetime},
        reply,
    },
    authz::Authorized,
    error::Result,
    id::CredentialId,
    model::{Credential, CredentialFact, CredentialKind, Draft, Machine, UserFact, fault},
    permission::{UserRead, UserWrite},
    proto::countersign::v1 as wire,
    store::{Changed, CredentialType, Decision, State},
};

/// One credential.
pub async fn get(
    app: App,
    who: Authorized<UserRead>,
    request: wire::GetCredentialRequest,
) -> Result<wire::GetCredentialResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let machine = who.machine_or(&state, &request.user_id, fault::CREDENTIAL_UNKNOWN)?;
    let credential = find(&state, &machine, &request.credential_id)?;
    let last_use = credentials::last_use::of(&app, &state, &credential)?;
    Ok(wire::GetCredentialResponse {
        credential: credentials::views::view(&credential, last_use, app.clock.now()).into(),
    })
}

/// The credentials of a user, oldest first.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: wire::ListCredentialsRequest,
) -> Result<wire::ListCredentialsResponse> {
    let kind = credentials::search::kind(&request.r#type)?;
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let machine = who.machine_or(&state, &request.user_id, fault::CREDENTIAL_USER_UNKNOWN)?;
    let now = app.clock.now();
    let mut credentials = Vec::new();
    for credential in state.credentials(&machine.id)? {
        let credential = credential?;
        if kind.is_none_or(|kind| kind == CredentialType::of(&credential.kind)) {
            let last_use = credentials::last_use::of(&app, &state, &credential)?;
            credentials.push(credentials::views::view(&credential, last_use, now));
        }
    }
    Ok(wire::ListCredentialsResponse { credentials })
}

pub async fn rename(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::RenameCredentialRequest,
) -> Result<wire::RenameCredentialResponse> {
    let label = credentials::views::label(&request.label)?;
    let credential = edit(&app, who, request.user_id, request.credential_id, move |credential, _| {
        Ok((credential.label != label).then_some(CredentialFact::Renamed { label }))
    });
    Ok(wire::RenameCredentialResponse { credential: credential.await?.into() })
}

/// Lets a credential expire at another time. Tokens that it has minted keep theirs.
pub async fn set_expiry(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::SetCredentialExpiryRequest,
) -> Result<wire::SetCredentialExpiryResponse> {
    let expires = credentials::views::instant(&request.expires)?;
    let caller = who.clone();
    let credential = edit(&app, who, request.user_id, request.credential_id, move |credential, lifetime| {
        caller.may_narrow_to(&credential.bounds)?;
        let expires = lifetime.new_end(credential, expires)?;
        Ok((credential.expires != expires).then_some(CredentialFact::ExpirySet { expires }))
    });
    Ok(wire::SetCredentialExpiryResponse { credential: credential.await?.into() })
}

/// Narrows a credential and the tokens that it has minted, from now on.
pub async fn set_bounds(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::SetCredentialBoundsRequest,
) -> Result<wire::SetCredentialBoundsResponse> {
    let bounds = credentials::views::bounds(&app.roles, request.bounds.as_option())?;
    let caller = who.clone();
    let credential = edit(&app, who, request.user_id, request.credential_id, move |credential, _| {
        caller.may_narrow_to(&bounds)?;
        Ok((credential.bounds != bounds).then_some(CredentialFact::BoundsSet { bounds }))
    });
    Ok(wire::SetCredentialBoundsResponse { credential: credential.await?.into() })
}

/// Refuses a credential and its tokens until somebody resumes it. To suspend twice is no error.
pub async fn suspend(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::SuspendCredentialRequest,
) -> Result<wire::SuspendCredentialResponse> {
    let credential = edit(&app, who, request.user_id, request.credential_id, |credential, _| {
        Ok((!credential.suspended).then_some(CredentialFact::Suspended))
    });
    Ok(wire::SuspendCredentialResponse { credential: credential.await?.into() })
}

/// Takes a suspended credential again. To resume twice is no error.
pub async fn resume(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::ResumeCredentialRequest,
) -> Result<wire::ResumeCredentialResponse> {
    let caller = who.clone();
    let credential = edit(&app, who, request.user_id, request.credential_id, move |credential, _| {
        caller.may_narrow_to(&credential.bounds)?;
        Ok(credential.suspended.then_some(CredentialFact::Resumed))
    });
    Ok(wire::ResumeCredentialResponse { credential: credential.await?.into() })
}

/// Ends every access token that a credential has minted: the next request with one of them is refused. The credential
/// may be gone, as what it minted is not gone with it.
pub async fn end_tokens(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::EndCredentialTokensRequest,
) -> Result<wire::EndCredentialTokensResponse> {
    let wire::EndCredentialTokensRequest { user_id, credential_id, .. } = request;
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let machine = who.machine_to_change(state, &user_id, fault::CREDENTIAL_UNKNOWN)?;
            let id = CredentialId::parse(&credential_id).ok_or(fault::CREDENTIAL_UNKNOWN)?;
            let is_there = state.credential(&machine.id, &id)?.is_some();
            if !is_there && state.tokens_ended(&machine.id, &id)?.is_none() {
                return Err(fault::CREDENTIAL_UNKNOWN.into());
            }
            Ok(credentials::event(&machine, UserFact::Credential(id, CredentialFact::TokensEnded)))
        })
        .await?;
    let ended_until = reply::timestamp(changed.receipt()?.at).into();
    Ok(wire::EndCredentialTokensResponse { ended_until })
}

/// Removes a credential: the next request with it is refused, and with any of its tokens too, if that is asked for.
pub async fn remove(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::RemoveCredentialRequest,
) -> Result<wire::RemoveCredentialResponse> {
    let end_tokens = request.end_tokens;
    let changed = change(&app, who, request.user_id, request.credential_id, move |credential, _| {
        let ended = UserFact::Credential(credential.id.clone(), CredentialFact::TokensEnded);
        Ok(end_tokens.then_some(ended).into_iter().chain([removed(credential)]).collect())
    });
    Ok(wire::RemoveCredentialResponse { deletion_date: reply::timestamp(changed.await?.receipt()?.at).into() })
}

/// The end of a credential, as the log calls it.
pub fn removed(credential: &Credential) -> UserFact {
    let id = credential.id.clone();
    match credential.kind {
        CredentialKind::Secret { .. } => UserFact::SecretRemoved { credential: id },
        CredentialKind::Key { .. } => UserFact::KeyRemoved { credential: id },
        CredentialKind::PersonalAccessToken { .. } => UserFact::PatRemoved { credential: id },
    }
}

/// Lets one thing happen to a credential, or nothing if there is nothing to do, and shows it as it is then.
async fn edit(
    app: &App,
    who: Authorized<UserWrite>,
    user_id: String,
    id: String,
    decide: impl FnOnce(&Credential, Lifetime) -> Result<Option<CredentialFact>> + Send + 'static,
) -> Result<Option<wire::Credential>> {
    let changed = change(app, who, user_id, id, |credential, lifetime| {
        let fact = decide(credential, lifetime)?;
        Ok(fact.map(|fact| UserFact::Credential(credential.id.clone(), fact)).into_iter().collect())
    });
    let (machine, id) = changed.await?.answer;
    shown(app, &machine, &id)
}

async fn change(
    app: &App,
    who: Authorized<UserWrite>,
    user_id: String,
    id: String,
    decide: impl FnOnce(&Credential, Lifetime) -> Result<Vec<UserFact>> + Send + 'static,
) -> Result<Changed<(Machine, CredentialId)>> {
    app.store
        .change(who.warrant(), move |state, now| {
            let machine = who.machine_to_change(state, &user_id, fault::CREDENTIAL_UNKNOWN)?;
            let credential = find(state, &machine, &id)?;
            let facts = decide(&credential, Lifetime::in_org(state, &machine.org, now)?)?;
            let events = facts.into_iter().map(|fact| Draft::user(&machine.org, &machine.id, fact)).collect();
            Ok(Decision::new(events, (machine, credential.id)))
        })
        .await
}

fn find(state: &State<'_>, machine: &Machine, id: &str) -> Result<Credential> {
    let id = CredentialId::parse(id).ok_or(fault::CREDENTIAL_UNKNOWN)?;
    Ok(state.credential(&machine.id, &id)?.ok_or(fault::CREDENTIAL_UNKNOWN)?)
}

/// The credential as it is now. Nothing, if somebody removed it in the meantime.
pub fn shown(app: &App, machine: &Machine, id: &CredentialId) -> Result<Option<wire::Credential>> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let Some(credential) = state.credential(&machine.id, id)? else { return Ok(None) };
    let last_use = credentials::last_use::of(app, &state, &credential)?;
    Ok(Some(credentials::views::view(&credential, last_use, app.clock.now())))
}

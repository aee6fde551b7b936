//! Personal access tokens of machine users.

use crate::{
    app::{App, bootstrap::PAT_SCOPES, reply},
    authz::Authorized,
    error::Result,
    id::CredentialId,
    limits::MAX_CREDENTIALS,
    model::{Credential, CredentialKind, Draft, Machine, UserFact, fault},
    permission::{UserRead, UserWrite},
    proto::zitadel::{management::v1 as management, user::v1 as user},
    secret::{Prefix, SecretText},
    store::{Decision, State},
    time::Timestamp,
};
use buffa_types::google::protobuf;

/// Adds a token. It is shown in this answer and never again. Without an expiration date it never expires.
pub async fn add(
    app: App,
    who: Authorized<UserWrite>,
    request: management::AddPersonalAccessTokenRequest,
) -> Result<management::AddPersonalAccessTokenResponse> {
    let expires = expiry(request.expiration_date.as_option())?;
    let token = SecretText::generate(Prefix::PersonalAccessToken, &app.random);
    let added = UserFact::PatAdded {
        credential: app.new_id(),
        hash: app.keys.load().personal_access_tokens().hash(token.expose()),
        hint: token.hint(),
        expires,
        scopes: PAT_SCOPES.map(Into::into).into(),
    };
    let credential = match &added {
        UserFact::PatAdded { credential, .. } => credential.to_string(),
        _ => String::new(),
    };
    let roles = app.roles.clone();
    let changed = app
        .store
        .change(who.caller.editor(), move |state, now| {
            let machine = who.machine_or(state, &request.user_id, fault::PAT_USER_UNKNOWN)?;
            who.may_act_as(state, &roles, &machine)?;
            if expires <= now {
                return Err(fault::EXPIRES_IN_PAST.into());
            }
            if state.credentials(&machine.id)?.count() >= MAX_CREDENTIALS {
                return Err(fault::TOO_MANY_CREDENTIALS.into());
            }
            Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, added)], ()))
        })
        .await?;
    Ok(management::AddPersonalAccessTokenResponse {
        token_id: credential,
        token: token.expose().into(),
        details: reply::added(changed.receipt()?).into(),
    })
}

/// One token, without its text.
pub async fn get(
    app: App,
    who: Authorized<UserRead>,
    request: management::GetPersonalAccessTokenByIDsRequest,
) -> Result<management::GetPersonalAccessTokenByIDsResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let machine = who.machine_or(&state, &request.user_id, fault::PAT_UNKNOWN)?;
    let token = find(&state, &machine, &request.token_id)?.ok_or(fault::PAT_UNKNOWN)?;
    Ok(management::GetPersonalAccessTokenByIDsResponse { token: view(&token).into() })
}

/// The tokens of a user, oldest first. An unknown user has none.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: management::ListPersonalAccessTokensRequest,
) -> Result<management::ListPersonalAccessTokensResponse> {
    let page = crate::app::page::Page::v1(request.query.as_option())?;
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let Ok(machine) = who.machine(&state, &request.user_id)? else { return Ok(Default::default()) };
    let mut tokens = Vec::new();
    for credential in state.credentials(&machine.id)? {
        let credential = credential?;
        if matches!(credential.kind, CredentialKind::PersonalAccessToken { .. }) {
            tokens.push(view(&credential));
        }
    }
    let (details, result) = page.cut(tokens);
    Ok(management::ListPersonalAccessTokensResponse { details: details.into(), result })
}

/// Removes a token: the next request that carries it is refused.
pub async fn remove(
    app: App,
    who: Authorized<UserWrite>,
    request: management::RemovePersonalAccessTokenRequest,
) -> Result<management::RemovePersonalAccessTokenResponse> {
    let changed = app
        .store
        .change(who.caller.editor(), move |state, _| {
            let machine = who.machine_or(state, &request.user_id, fault::PAT_REMOVE_UNKNOWN)?;
            let token = find(state, &machine, &request.token_id)?.ok_or(fault::PAT_REMOVE_UNKNOWN)?;
            let removed = UserFact::PatRemoved { credential: token.id };
            Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, removed)], ()))
        })
        .await?;
    Ok(management::RemovePersonalAccessTokenResponse { details: reply::changed(changed.receipt()?).into() })
}

fn find(state: &State<'_>, machine: &Machine, id: &str) -> Result<Option<Credential>> {
    let Some(id) = CredentialId::parse(id) else { return Ok(None) };
    let credential = state.credential(&machine.id, &id)?;
    Ok(credential.filter(|found| matches!(found.kind, CredentialKind::PersonalAccessToken { .. })))
}

fn view(token: &Credential) -> user::PersonalAccessToken {
    let scopes = match &token.kind {
        CredentialKind::PersonalAccessToken { scopes, .. } => scopes.clone(),
        CredentialKind::Secret { .. } => Vec::new(),
    };
    user::PersonalAccessToken {
        id: token.id.to_string(),
        details: reply::viewed(&token.stamps, token.org.as_str()).into(),
        expiration_date: reply::timestamp(token.expires).into(),
        scopes,
    }
}

/// When a credential shall expire. Absent and zero both mean never; the past is refused by whoever knows the present.
fn expiry(at: Option<&protobuf::Timestamp>) -> Result<Timestamp> {
    let Some(at) = at.filter(|at| at.seconds != 0 || at.nanos != 0) else { return Ok(Timestamp::NEVER) };
    Ok(Timestamp::from_parts(at.seconds, at.nanos).ok_or(fault::EXPIRES_IN_PAST)?)
}

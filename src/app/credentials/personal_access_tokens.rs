//! Personal access tokens of machine users.

use crate::{
    app::{
        App,
        bootstrap::PAT_SCOPES,
        credentials::{self, Wanted, changes::shown},
        page::Page,
        reply,
    },
    authz::Authorized,
    error::Result,
    id::CredentialId,
    model::{Credential, Machine, UserFact, fault},
    permission::{UserRead, UserWrite},
    proto::{
        countersign::v1 as wire,
        zitadel::{
            management::v1 as management,
            user::{v1 as user, v2},
        },
    },
    secret::{Prefix, SecretText},
    store::Receipt,
};

/// Adds a token. It is shown in this answer and never again. Without an expiration date it never expires.
pub async fn add(
    app: App,
    who: Authorized<UserWrite>,
    request: management::AddPersonalAccessTokenRequest,
) -> Result<management::AddPersonalAccessTokenResponse> {
    let wanted = Wanted::until(request.expiration_date.as_option())?;
    let added = make(&app, who, request.user_id, wanted).await?;
    Ok(management::AddPersonalAccessTokenResponse {
        token_id: added.id.to_string(),
        token: added.token.expose().into(),
        details: reply::added(&added.receipt).into(),
    })
}

/// The same over v2, for any user that the caller may change, or for the caller itself.
pub async fn add_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: v2::AddPersonalAccessTokenRequest,
) -> Result<v2::AddPersonalAccessTokenResponse> {
    let wanted = Wanted::until(request.expiration_date.as_option())?;
    let added = make(&app, who, request.user_id, wanted).await?;
    Ok(v2::AddPersonalAccessTokenResponse {
        creation_date: reply::timestamp(added.receipt.at).into(),
        token_id: added.id.to_string(),
        token: added.token.expose().into(),
    })
}

/// The same over this server's own API, which can say more of it.
pub async fn add_own(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::AddPersonalAccessTokenRequest,
) -> Result<wire::AddPersonalAccessTokenResponse> {
    let wanted = Wanted::read(&app.roles, &request.label, &request.expires, request.bounds.as_option())?;
    let added = make(&app, who, request.user_id, wanted).await?;
    let credential = shown(&app, &added.user, &added.id)?;
    Ok(wire::AddPersonalAccessTokenResponse { token: added.token.expose().into(), credential: credential.into() })
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
    let found = credentials::find(&state, &machine, &request.token_id, Credential::is_personal_access_token)?;
    let token = found.ok_or(fault::PAT_UNKNOWN)?;
    Ok(management::GetPersonalAccessTokenByIDsResponse { token: view(&token).into() })
}

/// The tokens of a user, oldest first. An unknown user has none.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: management::ListPersonalAccessTokensRequest,
) -> Result<management::ListPersonalAccessTokensResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let mut tokens = Vec::new();
    if let Ok(machine) = who.machine(&state, &request.user_id)? {
        for credential in state.credentials(&machine.id)? {
            tokens.extend(Some(credential?).filter(Credential::is_personal_access_token).as_ref().map(view));
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
    let removed = end(&app, who, request.user_id, request.token_id).await?;
    Ok(management::RemovePersonalAccessTokenResponse { details: reply::changed(&removed).into() })
}

/// The same over v2.
pub async fn remove_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: v2::RemovePersonalAccessTokenRequest,
) -> Result<v2::RemovePersonalAccessTokenResponse> {
    let removed = end(&app, who, request.user_id, request.token_id).await?;
    Ok(v2::RemovePersonalAccessTokenResponse { deletion_date: reply::timestamp(removed.at).into() })
}

/// A token that was just made.
struct Added {
    id: CredentialId,
    user: Machine,
    token: SecretText,
    receipt: Receipt,
}

async fn make(app: &App, who: Authorized<UserWrite>, user_id: String, wanted: Wanted) -> Result<Added> {
    let token = SecretText::generate(Prefix::PersonalAccessToken, &app.random);
    let id: CredentialId = app.new_id();
    let (credential, hint) = (id.clone(), token.hint());
    let hash = app.keys.load().personal_access_tokens().hash(token.expose());
    let changed = app
        .store
        .change(who.warrant(), move |state, now| {
            let (machine, expires) = wanted.holder(state, &who, &user_id, now, fault::PAT_USER_UNKNOWN)?;
            let scopes = PAT_SCOPES.map(Into::into).into();
            let added = UserFact::PatAdded { credential: credential.clone(), hash, hint, expires, scopes };
            Ok(wanted.added(machine, &credential, added))
        })
        .await?;
    let receipt = changed.receipt()?.clone();
    Ok(Added { id, user: changed.answer, token, receipt })
}

async fn end(app: &App, who: Authorized<UserWrite>, user_id: String, token_id: String) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let machine = who.machine_to_change(state, &user_id, fault::PAT_REMOVE_UNKNOWN)?;
            let found = credentials::find(state, &machine, &token_id, Credential::is_personal_access_token)?;
            let credential = found.ok_or(fault::PAT_REMOVE_UNKNOWN)?.id;
            Ok(credentials::event(&machine, UserFact::PatRemoved { credential }))
        })
        .await?;
    changed.receipt().cloned()
}

fn view(token: &Credential) -> user::PersonalAccessToken {
    user::PersonalAccessToken {
        id: token.id.to_string(),
        details: reply::viewed(&token.stamps, token.org.as_str()).into(),
        expiration_date: reply::timestamp(token.expires).into(),
        scopes: token.scopes().to_vec(),
    }
}

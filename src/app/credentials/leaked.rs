//! Credentials that somebody found where they do not belong.

use crate::{
    app::{App, credentials::changes::removed},
    authn::{Bearer, Paced, read},
    authz::Anyone,
    error::{Error, Result},
    id::{CredentialId, OrgId, UserId},
    keys::{PublicKey, TokenId, public_half},
    model::{AccessToken, Credential, CredentialFact, CredentialKind, Draft, UserFact, fault},
    proto::countersign::v1 as wire,
    store::{Decision, State, Warrant},
};
use serde::Deserialize;

/// Ends whatever was pasted, if it is one of this server's. The answer says nothing about it: who pastes a guess must not
/// learn whether it was a good one.
pub async fn report(
    app: App,
    anyone: Anyone,
    request: wire::ReportLeakedCredentialRequest,
) -> Result<wire::ReportLeakedCredentialResponse> {
    let (now, reporter) = (app.clock.now(), Paced::Reporter(anyone.remote));
    app.paces().admit(now, reporter)?;
    app.paces().count(now, reporter);
    app.leak_reports().take(now).map_err(|wait| Error::from(fault::TOO_MANY_REPORTS).with_wait(wait))?;
    if let Some(leak) = find(&app, request.credential.trim())? {
        // Whoever has the credential could end it as its user; that is all the right it takes, and it cannot be lost.
        let warrant = Warrant::of(leak.user().clone(), |_, _| Ok(()));
        app.store.change(warrant, move |state, _| Ok(Decision::new(leak.end(state)?, ()))).await?;
    }
    Ok(Default::default())
}

/// What was pasted.
enum Leak {
    Credential(Credential),
    Token { org: OrgId, id: TokenId, token: AccessToken },
}

/// What of a key file matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile<'a> {
    #[serde(borrow)]
    key_id: std::borrow::Cow<'a, str>,
    user_id: std::borrow::Cow<'a, str>,
    key: String,
}

fn find(app: &App, pasted: &str) -> Result<Option<Leak>> {
    let snapshot = app.store.snapshot()?;
    let (state, ring) = (snapshot.state(), app.keys.load());
    if pasted.starts_with('{') {
        return Ok(key_of(&state, pasted)?.map(Leak::Credential));
    }
    let secret = state.credential_by_hash(&ring.client_secrets().hash(pasted))?;
    if let Some(secret) = secret.filter(Credential::is_secret) {
        return Ok(Some(Leak::Credential(secret)));
    }
    let Some(bearer) = read(&ring, &app.settings.issuer, &state, app.clock.now(), pasted)? else { return Ok(None) };
    Ok(match bearer {
        Bearer::PersonalAccessToken(credential) => Some(Leak::Credential(credential)),
        Bearer::AccessToken(id, token) => {
            state.machine(&token.user)?.map(|machine| Leak::Token { org: machine.org, id, token })
        }
    })
}

/// The key whose private half the file holds. To name a key is not enough to end it; and the file's half is read first, as
/// that takes long, and must not tell which keys there are.
fn key_of(state: &State<'_>, file: &str) -> Result<Option<Credential>> {
    let Ok(file) = serde_json::from_str::<KeyFile<'_>>(file) else { return Ok(None) };
    let Some(pasted) = public_half(&file.key).and_then(|public| public.to_spki().ok()) else { return Ok(None) };
    let (Some(user), Some(id)) = (UserId::parse(&file.user_id), CredentialId::parse(&file.key_id)) else {
        return Ok(None);
    };
    let Some(found) = state.credential(&user, &id)? else { return Ok(None) };
    let CredentialKind::Key { public_key, .. } = &found.kind else { return Ok(None) };
    let kept = PublicKey::from_der(id.as_str(), public_key)?.to_spki()?;
    Ok((pasted == kept).then_some(found))
}

impl Leak {
    fn user(&self) -> &UserId {
        match self {
            Self::Credential(credential) => &credential.user,
            Self::Token { token, .. } => &token.user,
        }
    }

    /// Nothing, if it ended since it was looked at.
    fn end(self, state: &State<'_>) -> Result<Vec<Draft>> {
        match self {
            Self::Credential(leaked) => {
                let Some(found) = state.credential(&leaked.user, &leaked.id)? else { return Ok(Vec::new()) };
                let said = UserFact::Credential(found.id.clone(), CredentialFact::Leaked);
                let about = |fact| Draft::user(&found.org, &found.user, fact);
                Ok(vec![about(said), about(removed(&found))])
            }
            Self::Token { org, id, token } => {
                let is_over =
                    state.machine(&token.user)?.is_none() || state.token_is_revoked(id.as_bytes(), token.expires)?;
                let AccessToken { user, credential, expires, .. } = token;
                let leaked = UserFact::TokenLeaked { token: *id.as_bytes(), credential, expires };
                Ok((!is_over).then(|| Draft::user(&org, &user, leaked)).into_iter().collect())
            }
        }
    }
}

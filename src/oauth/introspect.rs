//! Tells a service what a token that it was shown is worth (RFC 7662).

use crate::{
    app::App,
    authn::{Account, Bearer},
    error::Result,
    id::ProjectId,
    keys::Sealer,
    model::{AccessToken, CredentialKind, Machine},
    oauth::{
        Request, RequestContext,
        claims::{AMR_KEY, AMR_SECRET, Networks, Profile, ResourceOwner, UserMetadata},
        client::{self, Client},
        error::{OAuthError, OAuthResult},
        judge,
        roles::{self, RoleClaims},
    },
    store::State,
    time::Timestamp,
};
use serde::Serialize;

/// The answer. A token that is dead, unknown or none of the caller's business is inactive, and nothing else is said.
#[derive(Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(flatten)]
    token: Option<View>,
}

/// What the caller may know (RFC 7662 section 2.2).
#[derive(Serialize)]
struct View {
    scope: String,
    client_id: String,
    token_type: &'static str,
    exp: i64,
    iat: i64,
    nbf: i64,
    sub: String,
    aud: Vec<String>,
    iss: String,
    jti: String,
    username: String,
    /// When the account proved who it is: it does so for each access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    amr: &'static [&'static str],
    #[serde(flatten)]
    networks: Networks,
    #[serde(flatten)]
    profile: Profile,
    #[serde(flatten)]
    resource_owner: Option<ResourceOwner>,
    #[serde(flatten)]
    roles: RoleClaims,
    #[serde(flatten)]
    metadata: Option<UserMetadata>,
}

/// What the two kinds of bearer token have in common.
struct Facts {
    issued: Timestamp,
    expires: Timestamp,
    id: String,
    scopes: Vec<String>,
    audience: Vec<String>,
    authenticated: Option<Timestamp>,
    amr: &'static [&'static str],
    /// Of now, whatever the token itself may say.
    roles: RoleClaims,
}

/// What the token in the form is worth.
pub async fn introspect(app: &App, request: &Request<'_>) -> OAuthResult<Introspection> {
    let token = judge(app, request, |context| {
        let caller = client::authenticate(context, request)?;
        let token = request.form.get("token").ok_or_else(|| OAuthError::invalid_request("token missing"))?;
        Ok(view(context, &caller, token)?)
    })
    .await?;
    Ok(Introspection { active: token.is_some(), token })
}

fn view(context: &RequestContext<'_>, caller: &Client, token: &str) -> Result<Option<View>> {
    let Some((bearer, account)) = context.inspect(token)? else { return Ok(None) };
    if !may_know(context, caller, &bearer, &account)? {
        return Ok(None);
    }
    let own_project = context.state.instance()?.project;
    let own_project = bearer.is_for(&own_project, &account.bounds).then_some(own_project);
    let facts = match bearer {
        Bearer::AccessToken(id, access) => Facts {
            amr: amr(context, &access)?,
            issued: id.issued_at(),
            authenticated: Some(id.issued_at()),
            expires: access.expires,
            id: id.to_text(),
            roles: roles::of_token(&context.state, &account, &access.scopes, &access.audience)?,
            scopes: access.scopes,
            audience: audience(token, access.audience, &account),
        },
        Bearer::PersonalAccessToken(credential) => Facts {
            issued: credential.stamps.created,
            expires: credential.expires,
            id: credential.id.to_string(),
            scopes: credential.scopes().to_vec(),
            // It is good for everything, so for whoever asks.
            audience: [caller.account.machine.id.to_string()].into_iter().chain(own_project).collect(),
            authenticated: None,
            amr: &[],
            roles: roles::for_org(&context.state, &account, &caller.account.org.id)?,
        },
    };
    show(context, &account, facts).map(Some)
}

/// How the account proved who it is. Nothing, if what it proved it with is gone.
fn amr(context: &RequestContext<'_>, token: &AccessToken) -> Result<&'static [&'static str]> {
    let credential = context.state.credential(&token.user, &token.credential)?;
    Ok(match credential.map(|credential| credential.kind) {
        Some(CredentialKind::Secret { .. }) => &AMR_SECRET,
        Some(CredentialKind::Key { .. }) => &AMR_KEY,
        Some(CredentialKind::PersonalAccessToken { .. }) | None => &[],
    })
}

/// A caller learns of the tokens of its own organisation, and of those that name it or a project of its organisation as
/// their audience; one with a role in the instance of all.
fn may_know(context: &RequestContext<'_>, caller: &Client, bearer: &Bearer, account: &Account) -> Result<bool> {
    let asking = &caller.account.machine;
    if asking.org == account.org.id {
        return Ok(true);
    }
    let instance = context.state.instance()?;
    if let Bearer::AccessToken(_, token) = bearer {
        // Tokens for this server's API name its project.
        for audience in token.audience.iter().filter(|&audience| *audience != instance.project) {
            if is_named(&context.state, audience, asking)? {
                return Ok(true);
            }
        }
    }
    let member = context.state.member(&instance.id, &asking.id)?;
    Ok(member.is_some_and(|member| member.roles.iter().any(|role| caller.account.bounds.count_role(role))))
}

/// Whether an audience means this user, or a project of its organisation. Whoever managed to be called like a project, be
/// it one that is gone, is still not the project.
fn is_named(state: &State<'_>, audience: &str, asking: &Machine) -> Result<bool> {
    if let Some(id) = ProjectId::parse(audience) {
        if let Some(project) = state.project(&id)? {
            return Ok(project.org == asking.org);
        }
        if state.project_was_removed(&id)? {
            return Ok(false);
        }
    }
    Ok(audience == asking.id.as_str() || *audience == asking.user_name)
}

/// A JWT without audience scopes names its own client, and so must the answer about it.
fn audience(token: &str, audience: Vec<String>, account: &Account) -> Vec<String> {
    if audience.is_empty() && !Sealer::claims_to_be_one(token) {
        return vec![account.machine.user_name.clone()];
    }
    audience
}

fn show(context: &RequestContext<'_>, account: &Account, facts: Facts) -> Result<View> {
    let issued = facts.issued.seconds();
    // Whoever reads it would take a scope that names a role for the role.
    let is_true = |scope: &&str| roles::key_of(scope).is_none_or(|key| facts.roles.has(key));
    let scopes: Vec<_> = facts.scopes.iter().map(String::as_str).filter(is_true).collect();
    Ok(View {
        client_id: account.machine.user_name.clone(),
        token_type: "Bearer",
        exp: facts.expires.seconds(),
        iat: issued,
        nbf: issued,
        sub: account.machine.id.to_string(),
        aud: facts.audience,
        iss: context.issuer.to_owned(),
        jti: facts.id,
        username: account.machine.user_name.clone(),
        auth_time: facts.authenticated.map(Timestamp::seconds),
        amr: facts.amr,
        networks: Networks::of(account),
        profile: Profile::of(account),
        resource_owner: ResourceOwner::if_asked(&facts.scopes, &account.org),
        scope: scopes.join(" "),
        roles: facts.roles,
        metadata: UserMetadata::if_asked(&facts.scopes, &context.state, &account.machine)?,
    })
}

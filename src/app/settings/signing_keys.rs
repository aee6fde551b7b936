//! The keys that sign JWTs.

use crate::{
    app::{App, reply, settings},
    authz::Authorized,
    error::{Error, Result},
    id::CredentialId,
    keys::{SigningKey, vault},
    model::{Draft, InstanceFact, SigningKeyRecord},
    permission::{IamWebKeyRead, IamWebKeyWrite},
    proto::countersign::v1 as wire,
    store::{Decision, Warrant},
};
use std::time::Duration;

/// A retired key stays published this much longer than its last token, for verifiers whose clocks are late.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Makes a signing key if there is none for the configured algorithm: at the first start, and when the configuration
/// has changed.
pub async fn ensure(app: &App) -> Result<()> {
    if app.keys.load().active(app.settings.signing_algorithm).is_some() {
        return Ok(());
    }
    replace(app).await.map(|_| ())
}

/// [`rotate`] for whoever runs the server's command line. Returns the new key's id.
pub async fn replace(app: &App) -> Result<String> {
    renew(app, Warrant::system()).await
}

/// Makes a new key, which signs from now on. The old ones stay published until the last token that they signed ends.
pub async fn rotate(
    app: App,
    who: Authorized<IamWebKeyWrite>,
    _: wire::RotateSigningKeyRequest,
) -> Result<wire::RotateSigningKeyResponse> {
    let kid = renew(&app, who.warrant()).await?;
    let record = app.store.snapshot()?.state().signing_key(&kid)?;
    let record = record.ok_or_else(|| Error::internal("the new signing key is gone"))?;
    Ok(wire::RotateSigningKeyResponse { key: view(&record).into() })
}

/// The keys whose tokens still count, newest first.
pub async fn list(
    app: App,
    _: Authorized<IamWebKeyRead>,
    _: wire::ListSigningKeysRequest,
) -> Result<wire::ListSigningKeysResponse> {
    let now = app.clock.now();
    let snapshot = app.store.snapshot()?;
    let mut keys: Vec<_> = snapshot.state().signing_keys()?.collect::<Result<_>>()?;
    keys.retain(|key| key.published_until.is_none_or(|until| now < until));
    keys.sort_by_key(|key| std::cmp::Reverse(key.stamps.created));
    Ok(wire::ListSigningKeysResponse { keys: keys.iter().map(view).collect() })
}

/// Returns the new key's id.
///
/// On a task of its own: a caller that goes away must not leave a new key in the store and the old one in use.
async fn renew(app: &App, warrant: Warrant) -> Result<String> {
    tokio::spawn(make_and_take(app.clone(), warrant)).await.map_err(Error::internal)?
}

async fn make_and_take(app: App, warrant: Warrant) -> Result<String> {
    let app = &app;
    let kid: CredentialId = app.new_id();
    let kid = kid.to_string();
    let algorithm = app.settings.signing_algorithm;
    let name = kid.clone();
    // An RSA key takes about 150 ms of pure computing, which must not stand in a request's way.
    let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm, name));
    let key = made.await.map_err(Error::internal)??;
    let sealed = vault::seal_signing_key(&app.master, &key, &app.random)?;
    let settings = app.clone();
    let added = InstanceFact::SigningKeyAdded { kid: kid.clone(), algorithm: algorithm.to_string() };
    app.store
        .change(warrant, move |state, now| {
            let instance = state.instance()?.id;
            let lifetime = settings::oidc::longest(&settings, state)? + CLOCK_SKEW;
            let mut events = vec![Draft::instance(&instance, added)];
            let mut vault = vec![sealed];
            for old in state.signing_keys()? {
                let old = old?;
                match old.published_until {
                    None => events.push(Draft::instance(
                        &instance,
                        InstanceFact::SigningKeyRetired { kid: old.kid, published_until: now + lifetime },
                    )),
                    Some(until) if until <= now => vault.push(vault::forget_signing_key(&old.kid)),
                    Some(_) => {}
                }
            }
            Ok(Decision { vault, ..Decision::new(events, ()) })
        })
        .await?;
    reload(app)?;
    Ok(kid)
}

/// Takes the keys as they are stored now.
fn reload(app: &App) -> Result<()> {
    app.keys.rebuild(|| vault::open_ring(&app.store, &app.master, app.clock.now()))
}

fn view(key: &SigningKeyRecord) -> wire::SigningKey {
    let state = match key.published_until {
        None => wire::SigningKeyState::SIGNING_KEY_STATE_ACTIVE,
        Some(_) => wire::SigningKeyState::SIGNING_KEY_STATE_RETIRED,
    };
    wire::SigningKey {
        kid: key.kid.clone(),
        algorithm: key.algorithm.clone(),
        state: state.into(),
        creation_date: reply::timestamp(key.stamps.created).into(),
        retired_until: key.published_until.map(reply::timestamp).into(),
    }
}

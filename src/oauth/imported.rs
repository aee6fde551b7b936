//! Secrets of which only a hash is known that another system made: the first use of one makes it like all others.
//!
//! A request is judged by the fast hash first, as ever. If that finds nothing, and somebody's secret is still to be seen
//! for the first time, the request is put off: it waits for its turn, is judged once more, as another machine may have
//! been quicker, and then the slow hashes are computed, away from everything else. A secret that fits one gets the fast
//! hash in its place; then the request is judged for the last time. So there is one place that lets anybody in, and it
//! knows nothing of slow hashes.
//!
//! Whatever fails takes this way, as long as there is such a hash: where a name is nobody's, or its user has none, the
//! hashes of another user are computed in their place, always of the same one. So time does not tell which names exist.

use crate::{
    app::App,
    authn::Turn,
    error::{Error, Result},
    id::{CredentialId, UserId},
    model::{CredentialFact, Draft, Machine, UserFact, machine::normal_user_name},
    oauth::{
        Ground, client,
        error::{Code, OAuthResult},
    },
    secret::{ForeignHash, SecretHash, SecretText},
    store::{Decision, State},
};

/// A secret to be compared with a slow hash.
pub(super) struct Check {
    secret: SecretText,
    hash: String,
    /// Whose hash it is; nobody's, if it only takes time.
    holder: Option<(UserId, CredentialId)>,
}

/// What is to be computed before it is known that `secret` is none of these users', of whom one is called `name`.
/// Nothing, if no such hash is left.
pub(super) fn checks(ground: &Ground<'_>, machines: &[&Machine], name: &str, secret: &str) -> Result<Vec<Check>> {
    let (state, seed) = (&ground.state, ground.ring.stand_in_for(&normal_user_name(name)));
    let Some(stand_in) = state.some_imported(seed)? else { return Ok(Vec::new()) };
    let mut checks = Vec::new();
    for machine in machines {
        checks.extend(of_user(state, machine, secret, true)?);
    }
    if checks.is_empty()
        && let Some(machine) = state.machine(&stand_in)?
    {
        checks.extend(of_user(state, &machine, secret, false)?);
    }
    Ok(checks)
}

fn of_user(state: &State<'_>, machine: &Machine, secret: &str, is_holder: bool) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for live in &machine.secrets {
        let Some(credential) = state.credential(&machine.id, &live.id)? else { continue };
        if let Some(hash) = credential.hash().and_then(SecretHash::imported) {
            let holder = is_holder.then(|| (credential.user.clone(), credential.id.clone()));
            checks.push(Check { secret: SecretText::new(secret.into()), hash: hash.into(), holder });
        }
    }
    Ok(checks)
}

/// Computes the hashes, and gives the secret that fits one its fast hash. Whether any did, only the next look tells.
pub(super) async fn settle(app: &App, turn: Turn, checks: Vec<Check>) -> OAuthResult<()> {
    // The turn ends with the work, also if the client hangs up before.
    let work = move || {
        let _turn = turn;
        checks.into_iter().find(Check::holds)
    };
    let found = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    let Some(Check { secret, holder: Some(holder), .. }) = found else {
        app.metrics.imported_secret("refused");
        return Ok(());
    };
    let hash = app.keys.load().client_secrets().hash(secret.expose());
    let is_upgraded = upgrade(app, holder, hash).await?;
    app.metrics.imported_secret(if is_upgraded { "upgraded" } else { "refused" });
    Ok(())
}

impl Check {
    fn holds(&self) -> bool {
        let is_it = ForeignHash::parse(&self.hash).is_ok_and(|hash| hash.verify(self.secret.expose()));
        is_it && self.holder.is_some()
    }
}

/// `false` if nothing was changed: the user is locked, say, or another machine was quicker.
async fn upgrade(app: &App, (user, credential): (UserId, CredentialId), hash: SecretHash) -> OAuthResult<bool> {
    let client = (user.clone(), credential.clone());
    let decide = move |state: &State<'_>, _| {
        let found = state.credential(&user, &credential)?;
        let Some(found) = found.filter(|found| found.hash().is_some_and(|hash| hash.imported().is_some())) else {
            return Ok(Decision::nothing(false));
        };
        // The text finds one credential, and it must stay the one that it finds.
        if let Some(other) = state.credential_by_hash(&hash)? {
            tracing::warn!(user = %user, other = %other.user, "an imported secret is another credential's as well");
            return Ok(Decision::nothing(false));
        }
        let upgraded = UserFact::Credential(credential, CredentialFact::Upgraded { hash });
        Ok(Decision::new(vec![Draft::user(&found.org, &user, upgraded)], true))
    };
    match client::change(app, client, client::failed, decide).await {
        Err(refusal) if refusal.code == Code::InvalidClient => Ok(false),
        upgraded => upgraded,
    }
}

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
//! And whatever is refused takes it once: the right secret of an account that is shut out gets its fast hash all the
//! same, which opens nothing, and is refused as quickly as a wrong one when it comes again.

use crate::{
    app::App,
    authn::{Guess, Turn},
    error::{Error, Result},
    id::{CredentialId, UserId},
    model::{CredentialFact, Draft, Machine, UserFact, machine::normal_user_name},
    oauth::{RequestContext, error::OAuthResult, stand_in},
    secret::{ForeignHash, SecretHash, SecretText},
    store::{Decision, State, Warrant},
};

/// A secret to be compared with a slow hash.
pub(super) struct Check {
    secret: SecretText,
    hash: String,
    guess: Guess,
    /// Whether the secret is a credential's that the fast hash finds. Then it is no other's.
    is_taken: bool,
    /// Whose hash it is; nobody's, if it only takes time.
    holder: Option<Holder>,
}

type Holder = (UserId, CredentialId);

/// What is to be computed before it is known that `secret` is none of these users', of whom one may be called `name`.
/// Nothing, if no such hash is left, or it was computed before. As much is read for a user that does not exist.
pub(super) fn checks(
    context: &RequestContext<'_>,
    machines: &[Option<&Machine>],
    name: &str,
    secret: &str,
) -> Result<Vec<Check>> {
    let (state, name) = (&context.state, normal_user_name(name));
    let Some(other) = state.some_imported(context.ring.stand_in_for(&name))? else { return Ok(Vec::new()) };
    let mut found: Vec<(Option<Holder>, String)> = Vec::new();
    for machine in machines {
        let user = machine.map_or_else(stand_in::nobody, |machine| machine.id.clone());
        for (holder, hash) in hashes(state, &user)? {
            // A user may be called by its own id, and is found twice then.
            if found.iter().all(|(known, _)| known.as_ref() != Some(&holder)) {
                found.push((Some(holder), hash));
            }
        }
    }
    let is_theirs = !found.is_empty();
    for (_, hash) in hashes(state, &if is_theirs { stand_in::nobody() } else { other })? {
        found.push((None, hash));
    }
    let taken = state.credential_by_hash(&context.ring.client_secrets().hash(secret))?;
    let to_check = |(holder, hash): (_, String)| {
        // Whose it is belongs to the guess: when that one is gone, the secret may well be right.
        let taken_by = taken.as_ref().map_or("", |credential| credential.id.as_str());
        let guess = context.slow_checks.guess([&name, secret, &hash, taken_by]);
        Check { secret: SecretText::new(secret.into()), hash, guess, is_taken: taken.is_some(), holder }
    };
    let checks = found.into_iter().map(to_check).filter(|check| !context.slow_checks.is_wrong(check.guess));
    Ok(checks.collect())
}

/// The user's hashes of other systems, and whose secrets' they are.
fn hashes(state: &State<'_>, user: &UserId) -> Result<Vec<(Holder, String)>> {
    let mut hashes = Vec::new();
    for credential in state.imported_secrets(user)? {
        let credential = credential?;
        let hash = credential.hash().and_then(SecretHash::imported).map(ToOwned::to_owned);
        hashes.extend(hash.map(|hash| ((credential.user, credential.id), hash)));
    }
    Ok(hashes)
}

/// Computes the hashes, and gives the secret that fits one its fast hash. Whether any did, only the next look tells.
pub(super) async fn settle(app: &App, turn: Turn, checks: Vec<Check>) -> OAuthResult<()> {
    // The turn ends with the work, also if the client hangs up before.
    let known = app.clone();
    let work = move || {
        let _turn = turn;
        checks.into_iter().find(|check| check.holds(&known))
    };
    let found = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    let result = match found {
        Some(Check { secret, holder: Some(holder), .. }) => {
            let hash = app.keys.load().client_secrets().hash(secret.expose());
            if upgrade(app, holder, hash).await? { "upgraded" } else { "kept" }
        }
        _ => "refused",
    };
    app.metrics.imported_secret(result);
    Ok(())
}

/// What is left when a request is refused for good. No hash can give anybody a secret that is a credential's already:
/// so that is as good as computed, however else it may be read, and does not take the slow way when it comes again.
pub(super) fn refused(context: &RequestContext<'_>, checks: &[Check]) {
    if checks.iter().any(|check| check.is_taken) {
        checks.iter().for_each(|check| context.slow_checks.was_wrong(check.guess));
    }
}

impl Check {
    fn holds(&self, app: &App) -> bool {
        let is_right = ForeignHash::parse(&self.hash).is_ok_and(|hash| hash.verify(self.secret.expose()));
        if !is_right {
            app.slow_checks().was_wrong(self.guess);
        }
        is_right && self.holder.is_some()
    }
}

/// `false` if nothing was changed, as another machine was quicker. Whether the user is locked, say, does not matter here:
/// who comes in is decided afterwards.
async fn upgrade(app: &App, (user, credential): Holder, hash: SecretHash) -> Result<bool> {
    let warrant = Warrant::of(user.clone(), |_, _| Ok(()));
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
    Ok(app.store.change(warrant, decide).await?.answer)
}

//! Warnings before credentials expire, and how many do soon: looked after beside the requests.

use crate::{
    app::App,
    error::Result,
    id::{CredentialId, OrgId, UserId},
    limits::{EXPIRY_LOOK_INTERVAL, EXPIRY_WARNING_DAYS, MAX_EXPIRY_BATCH, MAX_EXPIRY_SERIES, MAX_EXPIRY_WARNINGS},
    model::{Credential, CredentialFact, Draft, UserFact},
    store::{Decision, State, Warrant},
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

/// Looks at once, and then again and again until it is dropped.
pub async fn warn_loop(app: App) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(reason = %error.message, cause = ?error.cause, "not every expiry could be looked at");
        }
        tokio::time::sleep(EXPIRY_LOOK_INTERVAL).await;
    }
}

/// Gives the warnings that are due, and tells the metrics how many credentials expire soon.
pub async fn look(app: &App) -> Result<()> {
    let now = app.clock.now();
    let mut counts = Counts::default();
    let mut last = None;
    loop {
        let batch = batch(app, now, last).await?;
        batch.iter().for_each(|credential| counts.add(credential, now));
        let due = batch.iter().filter(|credential| due(credential, now).is_some());
        let due: Vec<_> = due.map(|credential| (credential.user.clone(), credential.id.clone())).collect();
        for some in due.chunks(MAX_EXPIRY_WARNINGS) {
            warn(app, some.to_vec()).await?;
        }
        if batch.len() < MAX_EXPIRY_BATCH {
            break;
        }
        last = batch.into_iter().next_back();
    }
    app.metrics.set_expiring(counts.0);
    Ok(())
}

/// Some of those that expire soon, soonest first.
async fn batch(app: &App, now: Timestamp, after: Option<Credential>) -> Result<Vec<Credential>> {
    let horizon = now + days(EXPIRY_WARNING_DAYS.into_iter().max().unwrap_or_default());
    let (first, end) = [now, horizon].map(|at| Timestamp::from_micros(at.micros() + 1)).into();
    let read = move |state: &State<'_>| {
        state.credentials_by_expiry(first, end, after.as_ref())?.take(MAX_EXPIRY_BATCH).collect::<Result<Vec<_>>>()
    };
    app.store.read(move |snapshot| read(&snapshot.state())).await
}

/// Gives the warnings that are still due. Each is an event, which the credential remembers: none is given twice, whatever
/// happens to the server in between.
async fn warn(app: &App, credentials: Vec<(UserId, CredentialId)>) -> Result<()> {
    let decide = move |state: &State<'_>, now| {
        let mut decision = Decision::new(Vec::new(), Vec::new());
        for (user, id) in credentials {
            let Some(credential) = state.credential(&user, &id)? else { continue };
            let Some(days) = due(&credential, now) else { continue };
            let near = UserFact::Credential(id, CredentialFact::ExpiryNear { days });
            decision.events.push(Draft::user(&credential.org, &user, near));
            decision.answer.push((credential, days));
        }
        Ok(decision)
    };
    for (credential, days) in app.store.change(Warrant::system(), decide).await?.answer {
        let Credential { id, user, org, expires, .. } = credential;
        let expires = expires.to_rfc3339();
        tracing::warn!(organization = %org, %user, credential = %id, expires, days, "a credential expires soon");
    }
    Ok(())
}

/// The warning that is to be given: of those whose time has come only the last, and none twice. Whoever is suspended is
/// warned of when it is resumed.
fn due(credential: &Credential, now: Timestamp) -> Option<u16> {
    let nearest = EXPIRY_WARNING_DAYS.into_iter().filter(|days| is_within(credential, now, *days)).min()?;
    let is_news = credential.warned.is_none_or(|warned| nearest < warned);
    (is_news && !credential.suspended).then_some(nearest)
}

fn is_within(credential: &Credential, now: Timestamp, count: u16) -> bool {
    credential.expires > now && credential.expires - now <= days(count)
}

fn days(count: u16) -> Duration {
    Duration::from_secs(u64::from(count) * 24 * 3600)
}

/// How many expire within each number of days, by organisation.
#[derive(Default)]
struct Counts(BTreeMap<Option<OrgId>, [u64; EXPIRY_WARNING_DAYS.len()]>);

impl Counts {
    /// Those of organisations beyond [`MAX_EXPIRY_SERIES`] are counted together. The ones that expire first come first, so
    /// no organisation is left out that is in more of a hurry than those that are in.
    fn add(&mut self, credential: &Credential, now: Timestamp) {
        if credential.suspended {
            return;
        }
        let own = Some(credential.org.clone());
        let is_in = self.0.len() < MAX_EXPIRY_SERIES || self.0.contains_key(&own);
        let counts = self.0.entry(if is_in { own } else { None }).or_default();
        for (count, days) in counts.iter_mut().zip(EXPIRY_WARNING_DAYS) {
            *count += u64::from(is_within(credential, now, days));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bounds, CredentialKind, Editor, Stamps};

    fn credential(org: &str, expires: Timestamp) -> Credential {
        let at = Timestamp::from_micros(0);
        Credential {
            id: CredentialId::parse("401").expect("an id"),
            user: UserId::parse("301").expect("an id"),
            org: OrgId::parse(org).expect("an id"),
            kind: CredentialKind::Key { public_key: Vec::new(), algorithm: String::new() },
            hint: String::new(),
            label: String::new(),
            creator: Editor::System,
            expires,
            suspended: false,
            tokens_not_before: at,
            bounds: Bounds::default(),
            warned: None,
            stamps: Stamps { created: at, changed: at, sequence: 1 },
        }
    }

    #[test]
    fn a_warning_is_due_from_its_instant_to_the_end() {
        let now = Timestamp::from_micros(1_795_392_000_000_000);
        let due_after = |rest: Duration, warned| due(&Credential { warned, ..credential("1", now + rest) }, now);
        let moment = Duration::from_micros(1);
        assert_eq!(due_after(days(30) + moment, None), None);
        for (at, warned, last) in [(30, None, 14), (14, Some(30), 7), (7, Some(14), 1)] {
            assert_eq!(due_after(days(at), warned), Some(at));
            assert_eq!(due_after(days(last) + moment, warned), Some(at));
            assert_eq!(due_after(days(at), Some(at)), None);
        }
        assert_eq!(due_after(moment, Some(7)), Some(1));
        assert_eq!(due_after(Duration::ZERO, Some(7)), None);
    }

    #[test]
    fn organisations_beyond_the_limit_are_counted_together() {
        let now = Timestamp::from_micros(0);
        let mut counts = Counts::default();
        for number in (0..MAX_EXPIRY_SERIES + 5).chain(0..3) {
            counts.add(&credential(&number.to_string(), now + days(7)), now);
        }
        assert_eq!(counts.0.len(), MAX_EXPIRY_SERIES + 1);
        assert_eq!(counts.0.get(&None), Some(&[0, 5, 5, 5]));
        assert_eq!(counts.0.get(&OrgId::parse("2")), Some(&[0, 2, 2, 2]));
        assert_eq!(counts.0.get(&OrgId::parse("1000")), None);
    }
}

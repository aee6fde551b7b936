//! The rotation of all secrets in an organisation that are too old.

use crate::{
    app::{
        App,
        credentials::{
            self,
            lifetime::Lifetime,
            replacement::{NewSecret, Retirement, kept},
        },
    },
    authz::Authorized,
    error::{Error, Kind, Result},
    id::CredentialId,
    limits::{MAX_ROTATED_USERS, MAX_ROTATION_SCAN, MIN_FLEET_GRACE},
    model::{Credential, Draft, Machine, fault},
    permission::UserWrite,
    proto::countersign::v1 as wire,
    secret::SecretText,
    store::{CredentialType, Decision, State},
    time::Timestamp,
};
use std::time::Duration;

/// Rotates one page of users, or says what that would do.
pub async fn rotate(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::RotateSecretsRequest,
) -> Result<wire::RotateSecretsResponse> {
    let rotation = Rotation::read(&app, who, &request)?;
    let now = app.clock.now();
    let outcome = match request.apply {
        false => app.store.read(move |snapshot| Ok(rotation.decide(&snapshot.state(), now)?.1)).await?,
        true => {
            let warrant = rotation.who.warrant();
            let decide = move |state: &State<'_>, now| {
                let (events, outcome) = rotation.decide(state, now)?;
                Ok(Decision::new(events, outcome))
            };
            app.store.change(warrant, decide).await?.answer
        }
    };
    Ok(outcome.view(request.apply))
}

/// One page, as the request wants it.
struct Rotation {
    app: App,
    who: Authorized<UserWrite>,
    name: String,
    older_than: Duration,
    retirement: Retirement,
    reissue: bool,
    /// Where it goes on, unless it begins.
    from: Option<Place>,
    /// One secret for each user that the page may have.
    secrets: Vec<NewSecret>,
}

/// Where a page ends and the next begins.
#[derive(Clone)]
struct Place {
    /// When the rotation began. What is younger is nothing to rotate: it may be the rotation's own.
    begin: Timestamp,
    after: CredentialId,
}

/// What the page does, or would.
struct Outcome {
    users: Vec<Rotated>,
    next: Option<Place>,
}

struct Rotated {
    machine: Machine,
    replaced: Vec<wire::ReplacedSecret>,
    outcome: Result<SecretText>,
}

impl Rotation {
    fn read(app: &App, who: Authorized<UserWrite>, request: &wire::RotateSecretsRequest) -> Result<Self> {
        let older_than = request.older_than.as_option().ok_or_else(|| Error::invalid("older_than: missing"))?;
        let older_than = u64::try_from(older_than.seconds).map_err(|_| Error::invalid("older_than: negative"))?;
        let grace = credentials::live_secrets::grace(request.grace.as_option())?.unwrap_or(app.settings.rotation_grace);
        if grace < MIN_FLEET_GRACE {
            // Should the answer get lost, nobody would have a secret that works.
            let least = MIN_FLEET_GRACE.as_secs();
            return Err(Error::invalid(format!("grace: a fleet needs {least} s at least, such as \"86400s\"")));
        }
        let from = match request.page_token.as_str() {
            "" => None,
            token => Some(Place::read(token).ok_or_else(|| Error::invalid("page_token: not one of ours"))?),
        };
        let limit = match request.limit as usize {
            0 => MAX_ROTATED_USERS,
            limit if limit <= MAX_ROTATED_USERS => limit,
            _ => return Err(Error::invalid(format!("limit: at most {MAX_ROTATED_USERS} users a page"))),
        };
        Ok(Self {
            app: app.clone(),
            who,
            name: credentials::views::label(&request.rotation)?,
            older_than: Duration::from_secs(older_than),
            retirement: Retirement::of(grace),
            reissue: request.reissue,
            from,
            secrets: std::iter::repeat_with(|| NewSecret::generate(app)).take(limit).collect(),
        })
    }

    fn decide(&self, state: &State<'_>, now: Timestamp) -> Result<(Vec<Draft>, Outcome)> {
        let mut events = Vec::new();
        let mut outcome = Outcome { users: Vec::new(), next: None };
        let mut secrets = self.secrets.iter();
        let begin = self.from.as_ref().map_or(now, |from| from.begin.min(now));
        let mut seen = self.from.as_ref().map(|from| from.after.clone());
        let candidates = state.credentials_after(CredentialType::Secrets, &self.who.org, seen.as_ref())?;
        for (examined, secret) in candidates.enumerate() {
            let secret = secret?;
            // Ids sort by time, so whatever follows is younger.
            if !self.is_old(&secret, begin) {
                return Ok((events, outcome));
            }
            let more = examined < MAX_ROTATION_SCAN;
            let Some(new) = secrets.as_slice().first().filter(|_| more) else {
                outcome.next = seen.map(|after| Place { begin, after });
                return Ok((events, outcome));
            };
            seen = Some(secret.id.clone());
            let machine = state.machine(&secret.user)?.ok_or_else(|| Error::internal("a secret of nobody"))?;
            let kept = kept(state, &machine)?;
            let old: Vec<_> = kept.iter().filter(|secret| now < secret.expires).cloned().collect();
            if !self.is_turn(&secret, &kept, old.last(), begin) {
                continue;
            }
            secrets.next();
            let replaced = self.retirement.view(&self.app, state, &old, now)?;
            let facts = self.rotate(state, &machine, &old, new.clone(), begin, now);
            let facts = match facts {
                Err(error) if error.kind == Kind::Internal => return Err(error),
                facts => facts,
            };
            let done = facts.map(|facts| {
                events.extend(facts);
                new.text.clone()
            });
            outcome.users.push(Rotated { machine, replaced, outcome: done });
        }
        Ok((events, outcome))
    }

    fn is_old(&self, secret: &Credential, begin: Timestamp) -> bool {
        let created = secret.stamps.created;
        created < begin && begin - created >= self.older_than
    }

    /// Whether it is a user's turn when the search comes to `secret`. Each user has one: at its newest secret; or, where
    /// that is this rotation's and is issued again, at the one that the rotation replaced, be its grace over or not; and if
    /// that is gone, at the first that the rotation gave.
    fn is_turn(&self, secret: &Credential, kept: &[Credential], newest: Option<&Credential>, begin: Timestamp) -> bool {
        let Some(newest) = newest else { return false };
        if newest.label != self.name || !self.reissue {
            return newest.id == secret.id;
        }
        let mut old = kept.iter().filter(|other| other.id != newest.id && self.is_old(other, begin));
        let replaced = old.clone().rfind(|other| other.label != self.name).or_else(|| old.next());
        replaced.is_some_and(|replaced| replaced.id == secret.id)
    }

    fn rotate(
        &self,
        state: &State<'_>,
        machine: &Machine,
        old: &[Credential],
        new: NewSecret,
        begin: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Draft>> {
        self.who.may_change(state, machine)?;
        if old.iter().all(|secret| secret.suspended) {
            return Err(fault::SECRETS_SUSPENDED.into());
        }
        if self.reissue && self.has_arrived(state, old, begin)? {
            return Err(fault::SECRET_ARRIVED.into());
        }
        let new = NewSecret { label: self.name.clone(), ..new };
        let facts = new.in_place_of(&self.who, old, self.retirement, Lifetime::in_org(state, &machine.org, now)?)?;
        Ok(facts.into_iter().map(|fact| Draft::user(&machine.org, &machine.id, fact)).collect())
    }

    /// Whether a secret that this rotation gave the user was ever let in: one of its name that is young, or the newest, as
    /// nothing says when a rotation began whose first answer was lost. That none was proves nothing, as a crash forgets the
    /// latest uses: therefore those that are issued again run out and are not removed.
    fn has_arrived(&self, state: &State<'_>, live: &[Credential], begin: Timestamp) -> Result<bool> {
        let newest = live.last().map(|newest| &newest.id);
        let is_given = |secret: &&Credential| !self.is_old(secret, begin) || Some(&secret.id) == newest;
        for secret in live.iter().filter(|secret| secret.label == self.name).filter(is_given) {
            if credentials::last_use::of(&self.app, state, secret)?.is_some_and(|last| last.accepted_at.is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Place {
    fn token(&self) -> String {
        format!("{}.{}", self.begin.micros(), self.after)
    }

    /// Reads what [`Self::token`] writes.
    fn read(token: &str) -> Option<Self> {
        let (begin, after) = token.split_once('.')?;
        Some(Self { begin: Timestamp::from_micros(begin.parse().ok()?), after: CredentialId::parse(after)? })
    }
}

impl Outcome {
    fn view(self, applied: bool) -> wire::RotateSecretsResponse {
        wire::RotateSecretsResponse {
            users: self.users.into_iter().map(|user| user.view(applied)).collect(),
            next_page_token: self.next.map(|next| next.token()).unwrap_or_default(),
        }
    }
}

impl Rotated {
    fn view(self, applied: bool) -> wire::RotatedUser {
        let (client_secret, skipped) = match self.outcome {
            Ok(text) if applied => (text.expose().to_owned(), String::new()),
            Ok(_) => Default::default(),
            Err(error) => (String::new(), error.message.into_owned()),
        };
        wire::RotatedUser {
            user_id: self.machine.id.to_string(),
            client_id: self.machine.user_name,
            client_secret,
            replaced: if skipped.is_empty() { self.replaced } else { Vec::new() },
            skipped,
        }
    }
}

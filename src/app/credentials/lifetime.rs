//! How long credentials live: as long as whoever makes one says, and no longer than its user's organisation allows.

use crate::{
    error::{Error, Result},
    id::OrgId,
    model::{Credential, fault},
    store::State,
    time::Timestamp,
};
use std::time::Duration;

/// When a credential shall expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Nobody said it: never, or when the organisation wants it.
    Open,
    At(Timestamp),
}

/// What an organisation allows at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Lifetime {
    pub now: Timestamp,
    longest: Option<Duration>,
}

const DAY: u64 = 24 * 3600;

impl Lifetime {
    pub fn in_org(state: &State<'_>, org: &OrgId, now: Timestamp) -> Result<Self> {
        let seconds = state.credential_policy(org)?.and_then(|policy| policy.max_lifetime);
        Ok(Self { now, longest: seconds.map(Duration::from_secs) })
    }

    /// The end of a credential that is made now.
    pub fn end(&self, asked: Expiry) -> Result<Timestamp> {
        let latest = self.longest.map(|longest| self.now + longest);
        match asked {
            Expiry::Open => Ok(latest.unwrap_or(Timestamp::NEVER)),
            Expiry::At(end) if end <= self.now => Err(fault::ENDS_IN_PAST.into()),
            Expiry::At(end) => self.within(end, latest),
        }
    }

    /// The same for one that there is already. It may always get a sooner end than it has.
    pub fn new_end(&self, credential: &Credential, end: Timestamp) -> Result<Timestamp> {
        if end <= self.now {
            return Err(fault::ENDS_IN_PAST.into());
        }
        let latest = self.longest.map(|longest| credential.stamps.created + longest);
        if end <= credential.expires { Ok(end) } else { self.within(end, latest) }
    }

    fn within(&self, end: Timestamp, latest: Option<Timestamp>) -> Result<Timestamp> {
        let (Some(longest), Some(latest)) = (self.longest, latest) else { return Ok(end) };
        if end <= latest {
            return Ok(end);
        }
        let message = format!(
            "The organisation lets credentials live for {} at most: this one may expire at {} or before",
            in_words(longest.as_secs()),
            latest.to_rfc3339()
        );
        Err(Error { message: message.into(), ..fault::LIVES_TOO_LONG.into() })
    }
}

fn in_words(seconds: u64) -> String {
    match seconds {
        DAY => "1 day".into(),
        seconds if seconds.is_multiple_of(DAY) => format!("{} days", seconds / DAY),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_what_is_asked_for_within_what_is_allowed() {
        let now = Timestamp::from_micros(0);
        let (free, day) = (Lifetime { now, longest: None }, Lifetime { now, longest: Some(Duration::from_secs(DAY)) });
        let tomorrow = now + Duration::from_secs(DAY);
        let later = Expiry::At(tomorrow + Duration::from_micros(1));
        let end = |lifetime: Lifetime, asked| lifetime.end(asked).map_err(|refusal| refusal.message.into_owned());
        assert_eq!(end(free, Expiry::Open), Ok(Timestamp::NEVER));
        assert_eq!(end(free, Expiry::At(Timestamp::NEVER)), Ok(Timestamp::NEVER));
        assert_eq!(end(day, Expiry::Open), Ok(tomorrow));
        assert_eq!(end(day, Expiry::At(tomorrow)), Ok(tomorrow));
        let refusal = end(day, later).expect_err("too late");
        assert!(refusal.contains("for 1 day at most") && refusal.contains("at 1970-01-02T00:00:00Z or"), "{refusal}");
        assert!(end(day, Expiry::At(Timestamp::NEVER)).is_err() && end(free, Expiry::At(now)).is_err());
        assert_eq!((in_words(90 * DAY), in_words(3600)), ("90 days".into(), "3600 s".into()));
    }
}

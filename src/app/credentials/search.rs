//! The search over all credentials of an organisation.

use crate::{
    app::{App, credentials, merged::Merged},
    authz::Authorized,
    error::{Error, Result},
    id::{CredentialId, OrgId, UserId},
    limits::{DEFAULT_PAGE, MAX_PAGE, MAX_SEARCHED_CREDENTIALS},
    model::{Credential, CredentialColumn, columns::instant, fault},
    permission::UserRead,
    proto::countersign::v1 as wire,
    store::{CredentialType, Direction, Part, State},
    time::Timestamp,
};
use buffa::EnumValue;
use buffa_types::google::protobuf;
use std::time::Duration;

/// One page of the credentials that meet all conditions.
pub async fn search(
    app: App,
    who: Authorized<UserRead>,
    request: wire::SearchCredentialsRequest,
) -> Result<wire::SearchCredentialsResponse> {
    let search = Search::read(app.clone(), who.org, &request)?;
    app.store.read(move |snapshot| search.page(&snapshot.state())).await
}

struct Search {
    app: App,
    org: OrgId,
    now: Timestamp,
    /// All kinds, if there is none.
    kind: Option<CredentialType>,
    /// Everybody's, if there is none. An id that is none is nobody's.
    user: Option<Option<UserId>>,
    /// When they expire, both inside.
    expires: (Timestamp, Timestamp),
    suspended: Option<bool>,
    older_than: Duration,
    unused_for: Option<Duration>,
    order: Order,
    after: Option<Cursor>,
    limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Order {
    /// [`CredentialColumn::Id`] stands for creation: ids sort by time.
    column: CredentialColumn,
    direction: Direction,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cursor {
    expires: Timestamp,
    id: CredentialId,
}

type Candidates<'a> = Box<dyn Iterator<Item = Result<Credential>> + 'a>;

impl Search {
    fn read(app: App, org: OrgId, request: &wire::SearchCredentialsRequest) -> Result<Self> {
        let now = app.clock.now();
        let within = duration(request.expires_within.as_option(), "expires_within")?;
        let older_than = duration(request.older_than.as_option(), "older_than")?;
        let unused_for = duration(request.unused_for.as_option(), "unused_for")?;
        let state = request.state.as_known().ok_or_else(|| Error::invalid("state: none that there is"))?;
        let order = Order::read(request)?;
        let limit = match request.limit as usize {
            0 => DEFAULT_PAGE,
            limit if limit <= MAX_PAGE => limit,
            _ => return Err(fault::LIMIT_EXCEEDED.into()),
        };
        let after = match request.page_token.as_str() {
            "" => None,
            token => Some(order.cursor(token).ok_or_else(|| {
                Error::invalid("page_token: not one of ours, or of another order; begin anew without it")
            })?),
        };
        Ok(Self {
            app,
            org,
            now,
            kind: kind(&request.r#type)?,
            user: Some(&request.user_id).filter(|id| !id.is_empty()).map(|id| UserId::parse(id)),
            expires: expiries(state, within, now),
            suspended: match state {
                wire::CredentialState::CREDENTIAL_STATE_ACTIVE => Some(false),
                wire::CredentialState::CREDENTIAL_STATE_SUSPENDED => Some(true),
                _ => None,
            },
            // Whoever was not used for so long is at least so old.
            older_than: older_than.unwrap_or_default().max(unused_for.unwrap_or_default()),
            unused_for,
            order,
            after,
            limit,
        })
    }

    fn page(&self, state: &State<'_>) -> Result<wire::SearchCredentialsResponse> {
        let mut page = wire::SearchCredentialsResponse::default();
        let mut seen = None;
        for (examined, credential) in self.candidates(state)?.enumerate() {
            let credential = credential?;
            if page.credentials.len() == self.limit || examined == MAX_SEARCHED_CREDENTIALS {
                page.next_page_token = seen.map(|seen| self.order.token(&seen)).unwrap_or_default();
                break;
            }
            if self.wants(state, &credential)? {
                page.credentials.push(self.view(state, &credential)?);
            }
            seen = Some(Cursor::at(&credential));
        }
        Ok(page)
    }

    /// All that may be wanted, in order, from where the page begins.
    fn candidates<'s>(&'s self, state: &State<'s>) -> Result<Candidates<'s>> {
        match &self.user {
            None => self.of_everybody(state),
            Some(None) => Ok(Box::new(std::iter::empty())),
            Some(Some(user)) => self.of_user(state, user),
        }
    }

    fn of_everybody<'s>(&'s self, state: &State<'s>) -> Result<Candidates<'s>> {
        let Order { column, direction } = self.order;
        let (first, last) = match column {
            CredentialColumn::ExpirationDate => (instant(self.expires.0), instant(self.expires.1)),
            // An id is never of a later instant than the credential.
            _ => (Vec::new(), CredentialId::generate(before(self.now, self.older_than), u64::MAX).as_str().into()),
        };
        let after = self.after.as_ref().map(|after| (self.order.sort_key(after), &after.id));
        let after = after.as_ref().map(|(key, id)| (key.as_slice(), *id));
        let kinds = CredentialType::ALL.into_iter().filter(|kind| self.kind.is_none_or(|wanted| wanted == *kind));
        let list = |kind| {
            let part = Part::Between(&first, &last);
            let list = state.credentials_beyond(kind, &self.org, column, part, direction, after)?;
            Ok(list.map(move |found| found.map(|found| (column, found))))
        };
        let merged = Merged::new(
            kinds.map(list).collect::<Result<_>>()?,
            |(column, found): &(CredentialColumn, Credential)| (column.sort_key(found), found.id.clone()),
            direction,
        )?;
        Ok(Box::new(merged.map(|found| found.map(|(_, found)| found))))
    }

    /// One user has so few that they are sorted here.
    fn of_user<'s>(&'s self, state: &State<'s>, user: &UserId) -> Result<Candidates<'s>> {
        let place = |cursor: &Cursor| (self.order.sort_key(cursor), cursor.id.clone());
        let mut all = state.credentials(user)?.collect::<Result<Vec<_>>>()?;
        all.retain(|found| found.org == self.org);
        all.sort_by_cached_key(|found| place(&Cursor::at(found)));
        let after = self.after.as_ref().map(&place);
        let is_beyond = move |found: &Credential| match (&after, self.order.direction) {
            (None, _) => true,
            (Some(after), Direction::Ascending) => place(&Cursor::at(found)) > *after,
            (Some(after), Direction::Descending) => place(&Cursor::at(found)) < *after,
        };
        if self.order.direction == Direction::Descending {
            all.reverse();
        }
        Ok(Box::new(all.into_iter().filter(is_beyond).map(Ok)))
    }

    fn wants(&self, state: &State<'_>, found: &Credential) -> Result<bool> {
        let is_one = self.kind.is_none_or(|kind| kind == CredentialType::of(&found.kind))
            && (self.expires.0..=self.expires.1).contains(&found.expires)
            && self.suspended.is_none_or(|suspended| suspended == found.suspended)
            && self.now - found.stamps.created >= self.older_than;
        let Some(unused_for) = self.unused_for.filter(|_| is_one) else { return Ok(is_one) };
        let last_use = credentials::last_use::of(&self.app, state, found)?;
        let used = last_use.and_then(|last| last.accepted_at).unwrap_or(found.stamps.created);
        Ok(self.now - used >= unused_for)
    }

    fn view(&self, state: &State<'_>, found: &Credential) -> Result<wire::FoundCredential> {
        let last_use = credentials::last_use::of(&self.app, state, found)?;
        let user = state.machine(&found.user)?.ok_or_else(|| Error::internal("a credential of nobody"))?;
        Ok(wire::FoundCredential {
            credential: credentials::views::view(found, last_use, self.now).into(),
            user_name: user.user_name,
        })
    }
}

impl Order {
    fn read(request: &wire::SearchCredentialsRequest) -> Result<Self> {
        let column = match request.sort.as_known() {
            Some(wire::CredentialSort::CREDENTIAL_SORT_CREATION) => CredentialColumn::Id,
            Some(_) => CredentialColumn::ExpirationDate,
            None => return Err(Error::invalid("sort: none that there is")),
        };
        let direction = if request.descending { Direction::Descending } else { Direction::Ascending };
        Ok(Self { column, direction })
    }

    fn sort_key(self, at: &Cursor) -> Vec<u8> {
        match self.column {
            CredentialColumn::ExpirationDate => instant(at.expires),
            _ => at.id.as_str().into(),
        }
    }

    /// Tells tokens of one order from those of another.
    fn mark(self) -> &'static str {
        match (self.column, self.direction) {
            (CredentialColumn::ExpirationDate, Direction::Ascending) => "e",
            (CredentialColumn::ExpirationDate, Direction::Descending) => "E",
            (_, Direction::Ascending) => "c",
            (_, Direction::Descending) => "C",
        }
    }

    fn token(self, at: &Cursor) -> String {
        format!("{}.{}.{}", self.mark(), at.expires.micros(), at.id)
    }

    /// Reads what [`Self::token`] writes.
    fn cursor(self, token: &str) -> Option<Cursor> {
        let (mark, place) = token.split_once('.')?;
        let (expires, id) = place.split_once('.')?;
        let expires = expires.parse().ok().filter(|micros| *micros >= 0).map(Timestamp::from_micros)?;
        (mark == self.mark()).then_some(Cursor { expires, id: CredentialId::parse(id)? })
    }
}

impl Cursor {
    fn at(credential: &Credential) -> Self {
        Self { expires: credential.expires, id: credential.id.clone() }
    }
}

/// What is alive expires after now, and what expires within some time is not what never does.
fn expiries(state: wire::CredentialState, within: Option<Duration>, now: Timestamp) -> (Timestamp, Timestamp) {
    use wire::CredentialState::{CREDENTIAL_STATE_EXPIRED as EXPIRED, CREDENTIAL_STATE_UNSPECIFIED as ANY};
    let may_be_dead = within.is_none() && matches!(state, ANY | EXPIRED);
    let first = if may_be_dead { 0 } else { now.micros() + 1 };
    let before_never = Timestamp::from_micros(Timestamp::NEVER.micros() - 1);
    let last = within.map_or(Timestamp::NEVER, |within| (now + within).min(before_never));
    (Timestamp::from_micros(first), if state == EXPIRED { now } else { last })
}

/// The kind that is asked for; all, if none is.
pub(super) fn kind(wanted: &EnumValue<wire::CredentialType>) -> Result<Option<CredentialType>> {
    match wanted.as_known() {
        Some(wire::CredentialType::CREDENTIAL_TYPE_UNSPECIFIED) => Ok(None),
        Some(wire::CredentialType::CREDENTIAL_TYPE_SECRET) => Ok(Some(CredentialType::Secrets)),
        Some(wire::CredentialType::CREDENTIAL_TYPE_KEY) => Ok(Some(CredentialType::Keys)),
        Some(wire::CredentialType::CREDENTIAL_TYPE_PERSONAL_ACCESS_TOKEN) => {
            Ok(Some(CredentialType::PersonalAccessTokens))
        }
        None => Err(Error::invalid("type: none that there is")),
    }
}

fn duration(wire: Option<&protobuf::Duration>, name: &str) -> Result<Option<Duration>> {
    let Some(wire) = wire else { return Ok(None) };
    let (seconds, nanos) = (u64::try_from(wire.seconds), u32::try_from(wire.nanos));
    let duration = seconds
        .ok()
        .zip(nanos.ok())
        .map(|(seconds, nanos)| Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanos.into())));
    duration.map(Some).ok_or_else(|| Error::invalid(format!("{name}: negative; say it as \"2592000s\"")))
}

fn before(now: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.micros().saturating_sub(by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_own_order_only() {
        let at = Cursor { expires: Timestamp::NEVER, id: CredentialId::parse("217653546511400192").expect("an id") };
        let orders = [CredentialColumn::ExpirationDate, CredentialColumn::Id].into_iter().flat_map(|column| {
            [Direction::Ascending, Direction::Descending].map(|direction| Order { column, direction })
        });
        let orders: Vec<_> = orders.collect();
        for order in &orders {
            for other in &orders {
                let expected = (order == other).then(|| at.clone());
                assert_eq!(other.cursor(&order.token(&at)), expected, "{order:?} {other:?}");
            }
        }
        for token in ["", "e", "e.1", "e.1.", "e.-1.1", "e.x.1", "e.1.a/b", "e.99999999999999999999.1", ".1.1"] {
            assert_eq!(orders[0].cursor(token), None, "{token}");
        }
    }
}

//! What happened in the whole server.

pub mod changes;
pub(super) mod views;

use crate::{
    app::App,
    authz::Authorized,
    error::{Error, Result},
    id::{OrgId, UserId},
    limits::{MAX_EVENTS, MAX_SCANNED_EVENTS},
    model::{Editor, Event, Fact, fault},
    permission::EventsRead,
    proto::zitadel::admin::v1::{self as admin, list_events_request::CreationDateFilter},
    store::{Direction, History, Numbers, Snapshot},
    time::Timestamp,
};
use buffa_types::google::protobuf;

/// The events that meet all conditions, newest first unless asked otherwise. Refuses rather than to look at more than
/// [`MAX_SCANNED_EVENTS`]: an answer that silently leaves events out would be worse.
pub async fn list(
    app: App,
    _: Authorized<EventsRead>,
    request: admin::ListEventsRequest,
) -> Result<admin::ListEventsResponse> {
    let search = Search::of(request)?;
    let found = move |snapshot: &Snapshot| {
        let events = search.run(snapshot)?;
        events.iter().map(|event| views::event(&snapshot.state(), event)).collect::<Result<_>>()
    };
    let events = app.store.read(found).await?;
    Ok(admin::ListEventsResponse { events })
}

/// The types that an event can have.
pub async fn list_types(
    _: App,
    _: Authorized<EventsRead>,
    _: admin::ListEventTypesRequest,
) -> Result<admin::ListEventTypesResponse> {
    let event_types = Fact::EVENT_TYPES.iter().map(|name| views::event_type(name)).collect();
    Ok(admin::ListEventTypesResponse { event_types })
}

/// The kinds of object that an event can be about.
pub async fn list_aggregate_types(
    _: App,
    _: Authorized<EventsRead>,
    _: admin::ListAggregateTypesRequest,
) -> Result<admin::ListAggregateTypesResponse> {
    let aggregate_types = Fact::AGGREGATE_TYPES.iter().map(|name| views::aggregate_type(name)).collect();
    Ok(admin::ListAggregateTypesResponse { aggregate_types })
}

/// A request, understood.
struct Search {
    wanted: admin::ListEventsRequest,
    limit: usize,
    direction: Direction,
    /// Both outside.
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Search {
    fn of(wanted: admin::ListEventsRequest) -> Result<Self> {
        let direction = if wanted.asc { Direction::Ascending } else { Direction::Descending };
        let (since, until) = match &wanted.creation_date_filter {
            Some(CreationDateFilter::Range(range)) => {
                (instant(range.since.as_option())?, instant(range.until.as_option())?)
            }
            other => {
                let from = match other {
                    Some(CreationDateFilter::From(from)) => instant(Some(from))?,
                    _ => instant(wanted.creation_date.as_option())?,
                };
                if wanted.asc { (from, None) } else { (None, from) }
            }
        };
        let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        let limit = if limit == 0 { MAX_EVENTS } else { limit.min(MAX_EVENTS) };
        Ok(Self { wanted, limit, direction, since, until })
    }

    fn run(&self, snapshot: &Snapshot) -> Result<Vec<Event>> {
        let (mut found, mut scanned) = (Vec::new(), 0);
        for history in self.histories() {
            let mut matching = 0;
            for event in snapshot.events(&history, self.numbers(snapshot, &history)?, self.direction)? {
                if matching == self.limit {
                    break;
                }
                scanned += 1;
                if scanned > MAX_SCANNED_EVENTS {
                    return Err(fault::TOO_MANY_EVENTS.into());
                }
                let event = event?;
                if self.matches(&event) {
                    matching += 1;
                    found.push(event);
                }
            }
        }
        found.sort_by_key(|event| event.position);
        if self.direction == Direction::Descending {
            found.reverse();
        }
        found.truncate(self.limit);
        Ok(found)
    }

    /// Where to look. A user and an organisation may have the same id.
    fn histories(&self) -> Vec<History> {
        let owner = |id: &str| OrgId::parse(id).map(History::Owner);
        let (id, owner_id) = (self.wanted.aggregate_id.as_str(), self.wanted.resource_owner.as_str());
        match (id.is_empty(), owner_id.is_empty()) {
            (true, true) => vec![History::All],
            (true, false) => owner(owner_id).into_iter().collect(),
            (false, _) => {
                let user = UserId::parse(id).map(History::User);
                let owner = owner(id).filter(|_| self.has_type("org") || self.has_type("instance"));
                user.filter(|_| self.has_type("user")).into_iter().chain(owner).collect()
            }
        }
    }

    /// Events within the time that was asked for; those outside cost nothing.
    fn numbers(&self, snapshot: &Snapshot, history: &History) -> Result<Numbers> {
        let since = self.since.map(|since| snapshot.first_after(history, since)).transpose()?.unwrap_or(1);
        let until = match self.until {
            // Times are whole microseconds.
            Some(until) => snapshot.first_after(history, Timestamp::from_micros(until.micros().saturating_sub(1)))?,
            None => u64::MAX,
        };
        let after = match history {
            History::All => 1,
            History::Owner(_) | History::User(_) => self.wanted.sequence.saturating_add(1),
        };
        let start = since.max(after);
        Ok(start..until.max(start))
    }

    fn matches(&self, event: &Event) -> bool {
        let wanted = &self.wanted;
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let editor = match &event.editor {
            Editor::System => "",
            Editor::User(user) => user.as_str(),
        };
        let name = event.fact.event_type();
        event.sequence > wanted.sequence
            && is(&wanted.editor_user_id, editor)
            && is(&wanted.aggregate_id, event.aggregate_id())
            && is(&wanted.resource_owner, event.owner.as_str())
            && self.has_type(event.fact.aggregate_type())
            && (wanted.event_types.is_empty() || wanted.event_types.iter().any(|wanted| wanted == name))
    }

    fn has_type(&self, aggregate_type: &str) -> bool {
        let wanted = &self.wanted.aggregate_types;
        wanted.is_empty() || wanted.iter().any(|wanted| wanted == aggregate_type)
    }
}

fn instant(at: Option<&protobuf::Timestamp>) -> Result<Option<Timestamp>> {
    let Some(at) = at else { return Ok(None) };
    let unknown = || Error::invalid("a time must lie between the years 1 and 9999");
    Timestamp::from_parts(at.seconds, at.nanos).ok_or_else(unknown).map(Some)
}

//! Which users a list shows: what every API's queries become.

use crate::{
    app::text_match::TextMatch,
    error::{Error, Result},
    id::{OrgId, UserId},
    limits::{MAX_QUERY_CONDITIONS, MAX_QUERY_NESTING},
    model::{Column, Machine, MachineState, fault},
    store::{Part, State},
};
use std::collections::{BTreeMap, BTreeSet};

/// A condition on a machine user. What only people have (an address, a first name) is [`Filter::NOBODY`].
///
/// Plain logic: a user that does not meet a condition meets its negation.
#[derive(Debug)]
pub enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    UserName(TextMatch),
    DisplayName(TextMatch),
    State(MachineState),
    Ids(BTreeSet<UserId>),
    Org(OrgId),
}

/// What a filter amounts to, where that is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    Everybody,
    /// Everybody in this state.
    State(MachineState),
    Other,
}

/// How much of an index has all users that can match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Width {
    Few,
    Beginning,
    State,
}

/// Finds the users in a part of an index.
pub type Find<'a> = dyn Fn(Column, Part<'_>) -> Result<Vec<Machine>> + 'a;

impl Filter {
    pub const EVERYBODY: Self = Self::All(Vec::new());
    pub const NOBODY: Self = Self::Any(Vec::new());

    /// Ids that are none name nobody.
    pub fn ids<'a>(ids: impl IntoIterator<Item = &'a String>) -> Self {
        Self::Ids(ids.into_iter().filter_map(|id| UserId::parse(id)).collect())
    }

    pub fn matches(&self, machine: &Machine) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.matches(machine)),
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(machine)),
            Self::Not(filter) => !filter.matches(machine),
            Self::UserName(text) => text.matches(&machine.user_name),
            Self::DisplayName(text) => text.matches(&machine.name),
            Self::State(state) => machine.state == *state,
            Self::Ids(ids) => ids.contains(&machine.id),
            Self::Org(org) => machine.org == *org,
        }
    }

    /// Ids that are none name no organisation.
    pub fn org_id(id: &str) -> Self {
        OrgId::parse(id).map_or(Self::NOBODY, Self::Org)
    }

    /// The organisation to which all users that match belong, where that is plain.
    pub fn org(&self) -> Option<&OrgId> {
        match self {
            Self::All(filters) => filters.iter().find_map(Self::org),
            Self::Org(org) => Some(org),
            _ => None,
        }
    }

    /// What the filter amounts to among users that all belong to an organisation of which `is_only` is true.
    pub fn plainly(&self, is_only: &dyn Fn(&OrgId) -> bool) -> Plain {
        match self {
            Self::All(filters) => {
                filters.iter().map(|filter| filter.plainly(is_only)).fold(Plain::Everybody, Plain::and)
            }
            Self::Any(filters) if filters.iter().any(|filter| filter.plainly(is_only) == Plain::Everybody) => {
                Plain::Everybody
            }
            Self::Org(org) if is_only(org) => Plain::Everybody,
            Self::State(state) => Plain::State(*state),
            _ => Plain::Other,
        }
    }

    /// How much there is to look through for all users that can match; `None` if it is everybody.
    fn width(&self) -> Option<Width> {
        match self {
            Self::All(filters) => filters.iter().filter_map(Self::width).min(),
            Self::Any(filters) => {
                filters.iter().map(Self::width).try_fold(Width::Few, |all, one| one.map(|w| all.max(w)))
            }
            Self::Ids(_) => Some(Width::Few),
            Self::UserName(text) | Self::DisplayName(text) => {
                text.place().map(|place| if place.whole { Width::Few } else { Width::Beginning })
            }
            Self::State(_) => Some(Width::State),
            Self::Not(_) | Self::Org(_) => None,
        }
    }

    /// All users that can match and maybe some that do not, in no order, where that is not everybody. Of those named by
    /// an id or a user name some may be out of scope; `find` gives those in scope of a part of an index.
    pub fn candidates(&self, state: &State<'_>, find: &Find<'_>) -> Result<Option<Vec<Machine>>> {
        if self.width().is_none() {
            return Ok(None);
        }
        match self {
            Self::All(filters) => {
                let narrowest =
                    filters.iter().filter(|filter| filter.width().is_some()).min_by_key(|filter| filter.width());
                narrowest.map_or(Ok(None), |filter| filter.candidates(state, find))
            }
            Self::Any(filters) => {
                let mut all = BTreeMap::new();
                for filter in filters {
                    let Some(found) = filter.candidates(state, find)? else { return Ok(None) };
                    all.extend(found.into_iter().map(|machine| (machine.id.clone(), machine)));
                }
                Ok(Some(all.into_values().collect()))
            }
            Self::Ids(ids) => {
                let found = ids.iter().filter_map(|id| state.machine(id).transpose());
                Ok(Some(found.collect::<Result<_>>()?))
            }
            Self::UserName(text) => match (text.whole(), text.place()) {
                (Some(user_name), _) => Ok(Some(state.machine_by_name(user_name)?.into_iter().collect())),
                (None, Some(place)) => find(Column::UserName, place.part()).map(Some),
                (None, None) => Ok(None),
            },
            Self::DisplayName(text) => text.place().map(|place| find(Column::DisplayName, place.part())).transpose(),
            Self::State(state) => find(Column::State, Part::Only(&[*state as u8])).map(Some),
            Self::Not(_) | Self::Org(_) => Ok(None),
        }
    }
}

impl Plain {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everybody, other) | (other, Self::Everybody) => other,
            (one, other) if one == other => one,
            _ => Self::Other,
        }
    }
}

/// Counts the conditions of one request while they are read, and refuses too many and too deep ones.
#[derive(Debug, Default)]
pub struct Bounds {
    conditions: usize,
}

impl Bounds {
    /// Notes a condition inside `depth` others.
    pub fn enter(&mut self, depth: usize) -> Result<()> {
        if depth > MAX_QUERY_NESTING {
            return Err(fault::QUERY_TOO_DEEP.into());
        }
        self.conditions += 1;
        if self.conditions > MAX_QUERY_CONDITIONS {
            return Err(Error::invalid(format!("a list query may have {MAX_QUERY_CONDITIONS} conditions at most")));
        }
        Ok(())
    }
}

//! Which users a list shows: what every API's queries become.

use crate::{
    app::text_match::TextMatch,
    error::{Error, Result},
    id::{OrgId, UserId},
    limits::{MAX_QUERY_CONDITIONS, MAX_QUERY_NESTING},
    model::{Machine, MachineState, fault},
    store::State,
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

    /// Whether it is plain that all users of an organisation match.
    pub fn is_everybody_of(&self, org: &OrgId) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.is_everybody_of(org)),
            Self::Any(filters) => filters.iter().any(|filter| filter.is_everybody_of(org)),
            Self::Org(only) => only == org,
            _ => false,
        }
    }

    /// All users that can match and maybe some that do not, in no order, where that is known without looking at every
    /// user. They may belong to any organisation.
    pub fn candidates(&self, state: &State<'_>) -> Result<Option<Vec<Machine>>> {
        match self {
            Self::All(filters) => {
                for filter in filters {
                    if let Some(found) = filter.candidates(state)? {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }
            Self::Any(filters) => {
                let mut all = BTreeMap::new();
                for filter in filters {
                    let Some(found) = filter.candidates(state)? else { return Ok(None) };
                    all.extend(found.into_iter().map(|machine| (machine.id.clone(), machine)));
                }
                Ok(Some(all.into_values().collect()))
            }
            Self::UserName(text) => match text.whole() {
                Some(user_name) => Ok(Some(state.machine_by_name(user_name)?.into_iter().collect())),
                None => Ok(None),
            },
            Self::Ids(ids) => {
                let found = ids.iter().filter_map(|id| state.machine(id).transpose());
                Ok(Some(found.collect::<Result<_>>()?))
            }
            Self::Not(_) | Self::DisplayName(_) | Self::State(_) | Self::Org(_) => Ok(None),
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

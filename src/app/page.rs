//! Which part of a list an answer shows.

use crate::{
    app::reply,
    error::Result,
    limits::{DEFAULT_PAGE, MAX_PAGE, MAX_QUERY_CONDITIONS, MAX_V1_PAGE},
    model::fault,
    proto::zitadel::{
        filter::v2::{PaginationRequest, PaginationResponse},
        object::v2 as object,
        v1::{ListDetails, ListQuery},
    },
    store::Direction,
    time::Timestamp,
};

/// A window on a list.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub offset: u64,
    pub limit: usize,
    pub direction: Direction,
    /// When somebody looks through it.
    now: Timestamp,
}

impl Page {
    /// The window of a v1 request. No limit means [`MAX_V1_PAGE`], and a larger one is refused.
    pub fn v1(query: Option<&ListQuery>, now: Timestamp) -> Result<Self> {
        let query = query.cloned().unwrap_or_default();
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        if limit > MAX_V1_PAGE {
            return Err(fault::LIMIT_EXCEEDED.into());
        }
        Ok(Self {
            offset: query.offset,
            limit: if limit == 0 { MAX_V1_PAGE } else { limit },
            direction: if query.asc { Direction::Ascending } else { Direction::Descending },
            now,
        })
    }

    /// The window of a v2 request. No limit means [`DEFAULT_PAGE`], and one above [`MAX_PAGE`] is refused.
    pub fn v2(query: Option<&PaginationRequest>, now: Timestamp) -> Result<Self> {
        let query = query.cloned().unwrap_or_default();
        Self::bounded(query.offset, query.limit, query.asc, now)
    }

    /// The same of the older v2 messages.
    pub fn listed_v2(query: Option<&object::ListQuery>, now: Timestamp) -> Result<Self> {
        let query = query.cloned().unwrap_or_default();
        Self::bounded(query.offset, query.limit, query.asc, now)
    }

    fn bounded(offset: u64, limit: u32, asc: bool, now: Timestamp) -> Result<Self> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if limit > MAX_PAGE {
            return Err(fault::LIMIT_EXCEEDED.into());
        }
        Ok(Self {
            offset,
            limit: if limit == 0 { DEFAULT_PAGE } else { limit },
            direction: if asc { Direction::Ascending } else { Direction::Descending },
            now,
        })
    }

    /// `pagination` of the window's answer, to go with the total of [`Self::pick`] and the like.
    pub fn applied(&self, total_result: u64) -> PaginationResponse {
        PaginationResponse { total_result, applied_limit: self.limit as u64 }
    }

    /// The window of a list of `total` objects, read from its nearer end.
    pub fn of<T, L>(&self, total: u64, list: impl FnOnce(Direction) -> Result<L>) -> Result<Vec<T>>
    where
        L: Iterator<Item = Result<T>>,
    {
        let Some(behind_start) = total.checked_sub(self.offset) else { return Ok(Vec::new()) };
        let shown = behind_start.min(self.limit as u64);
        let behind = behind_start - shown;
        if self.offset <= behind {
            return window(list(self.direction)?, self.offset, shown);
        }
        let mut objects = window(list(self.direction.reversed())?, behind, shown)?;
        objects.reverse();
        Ok(objects)
    }

    /// Cuts the window out of the whole list, which is already in order.
    pub fn cut<T>(&self, all: Vec<T>) -> (ListDetails, Vec<T>) {
        let details = self.details(all.len() as u64);
        (details, all.into_iter().skip(self.skip()).take(self.limit).collect())
    }

    /// `details` of the window's answer. The wire's total comes with the rows, so it is 0 past the end of the list.
    pub fn details(&self, total: u64) -> ListDetails {
        list_details(if self.offset < total { total } else { 0 }, self.now)
    }

    /// The same of the older v2 messages.
    pub fn details_v2(&self, total: u64) -> object::ListDetails {
        let ListDetails { total_result, view_timestamp, .. } = self.details(total);
        object::ListDetails { total_result, timestamp: view_timestamp, ..Default::default() }
    }

    /// How many objects lie before the window.
    pub fn skip(&self) -> usize {
        usize::try_from(self.offset).unwrap_or(usize::MAX)
    }

    /// The same without keeping what lies outside the window.
    pub fn pick<T>(&self, all: impl Iterator<Item = Result<T>>) -> Result<(ListDetails, Vec<T>)> {
        let (total, picked) = self.pick_counted(all)?;
        Ok((self.details(total), picked))
    }

    /// The same with the plain total.
    pub fn pick_counted<T>(&self, all: impl Iterator<Item = Result<T>>) -> Result<(u64, Vec<T>)> {
        let (mut total, mut picked) = (0, Vec::new());
        for object in all {
            let object = object?;
            if total >= self.offset && picked.len() < self.limit {
                picked.push(object);
            }
            total += 1;
        }
        Ok((total, picked))
    }
}

fn window<T>(mut list: impl Iterator<Item = Result<T>>, skip: u64, limit: u64) -> Result<Vec<T>> {
    let [skip, limit] = [skip, limit].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    if skip > 0 {
        list.nth(skip - 1).transpose()?;
    }
    list.take(limit).collect()
}

/// Refuses a list with more than [`MAX_QUERY_CONDITIONS`]: each is compared with each object.
pub fn few_enough<Q>(conditions: &[Q]) -> Result<()> {
    if conditions.len() > MAX_QUERY_CONDITIONS { Err(fault::LIMIT_EXCEEDED.into()) } else { Ok(()) }
}

/// `details` of a list: how many objects there are on all pages, and when that was so.
pub fn list_details(total_result: u64, now: Timestamp) -> ListDetails {
    ListDetails { total_result, view_timestamp: reply::timestamp(now).into(), ..Default::default() }
}

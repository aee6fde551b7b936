//! How list queries compare instants.

use crate::{
    proto::zitadel::filter::v2::{TimestampFilter, TimestampFilterMethod as Method},
    time::Timestamp,
};

/// A condition on an instant.
#[derive(Debug)]
pub struct TimeMatch {
    at: Timestamp,
    method: Method,
}

impl TimeMatch {
    /// No instant is the beginning of time, as an empty message of protobuf is. One that is none is its end.
    pub fn new(filter: &TimestampFilter) -> Self {
        let at = filter.timestamp.as_option().cloned().unwrap_or_default();
        let at = Timestamp::from_parts(at.seconds, at.nanos).unwrap_or(Timestamp::NEVER);
        // Validation has refused numbers without a name.
        Self { at, method: filter.method.as_known().unwrap_or_default() }
    }

    pub fn matches(&self, found: Timestamp) -> bool {
        match self.method {
            Method::TIMESTAMP_FILTER_METHOD_EQUALS => found == self.at,
            Method::TIMESTAMP_FILTER_METHOD_AFTER => found > self.at,
            Method::TIMESTAMP_FILTER_METHOD_AFTER_OR_EQUALS => found >= self.at,
            Method::TIMESTAMP_FILTER_METHOD_BEFORE => found < self.at,
            Method::TIMESTAMP_FILTER_METHOD_BEFORE_OR_EQUALS => found <= self.at,
        }
    }
    /// The first and the last instant that can match.
    pub fn bounds(&self) -> (Timestamp, Timestamp) {
        let first = Timestamp::from_micros(0);
        match self.method {
            Method::TIMESTAMP_FILTER_METHOD_EQUALS => (self.at, self.at),
            Method::TIMESTAMP_FILTER_METHOD_AFTER | Method::TIMESTAMP_FILTER_METHOD_AFTER_OR_EQUALS => {
                (self.at, Timestamp::NEVER)
            }
            Method::TIMESTAMP_FILTER_METHOD_BEFORE | Method::TIMESTAMP_FILTER_METHOD_BEFORE_OR_EQUALS => {
                (first, self.at)
            }
        }
    }
}

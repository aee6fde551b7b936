use crate::{model::Event, time::Timestamp};
use serde::{Deserialize, Serialize};

/// When an object came to be and last changed, and by which event: the wire's `details`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamps {
    pub created: Timestamp,
    pub changed: Timestamp,
    /// The sequence, within the owner's log, of the last event about the object.
    pub sequence: u64,
}

impl Stamps {
    /// The stamps of an object that begins with `event`.
    pub fn new(event: &Event) -> Self {
        Self { created: event.at, changed: event.at, sequence: event.sequence }
    }

    /// Notes that `event` changed the object.
    pub fn touch(&mut self, event: &Event) {
        self.changed = event.at;
        self.sequence = event.sequence;
    }
}

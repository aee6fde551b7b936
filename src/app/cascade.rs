//! What goes with something that goes. It is one change, and every other change waits for it.

use crate::{
    error::{Fault, Result},
    model::Draft,
};

/// The events of one change, and no more than it may take.
pub(super) struct Cascade {
    events: Vec<Draft>,
    most: usize,
    too_large: Fault,
}

impl Cascade {
    pub fn new(most: usize, too_large: Fault) -> Self {
        Self { events: Vec::new(), most, too_large }
    }

    pub fn push(&mut self, event: Draft) -> Result<()> {
        if self.events.len() >= self.most {
            return Err(self.too_large.into());
        }
        self.events.push(event);
        Ok(())
    }

    /// All of them and `last`, which the receipt will be about.
    pub fn end_with(mut self, last: Draft) -> Vec<Draft> {
        self.events.push(last);
        self.events
    }
}

//! How much a list may look at.

use crate::{error::Result, limits::MAX_SCANNED_OBJECTS, model::fault};

/// Passes objects on, and gives up after [`MAX_SCANNED_OBJECTS`]: where no filter names an index, a list of what several
/// organisations have would otherwise walk all that there is.
pub(super) struct Scan(usize);

impl Scan {
    pub fn new() -> Self {
        Self(MAX_SCANNED_OBJECTS)
    }

    /// One more object.
    pub fn count(&mut self) -> Result<()> {
        self.0 = self.0.checked_sub(1).ok_or(fault::TOO_MANY_OBJECTS)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_ends_where_it_may_go_no_further() {
        let mut scan = Scan::new();
        assert!((0..MAX_SCANNED_OBJECTS).all(|_| scan.count().is_ok()));
        assert_eq!(scan.count().expect_err("too many").id, Some("COUNTERSIGN-scan"));
    }
}

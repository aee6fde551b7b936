//! What the server tells its operator: lines, numbers, and the id that ties lines to a request.
//!
//! Stands low, because everything above has something to count or to log; it knows nothing of any of them.

pub mod logs;
pub mod metrics;
pub mod request_id;

pub use metrics::Metrics;
pub use request_id::{RequestId, RequestIds};

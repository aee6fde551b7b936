//! The operation table: a file for each service, and in it a row for each operation. A row ties a procedure, as a proto
//! declares it, to the use case that does it.

mod admin;
mod auth;
mod authorization_v2;
mod countersign;
mod internal_permission_v2;
mod management;
mod org_v2;
mod project_v2;
mod user_v2;

use crate::api::Operation;

/// Every operation that is served, by procedure.
pub fn operations() -> Vec<(&'static str, Operation)> {
    [
        management::rows(),
        admin::rows(),
        auth::rows(),
        user_v2::rows(),
        org_v2::rows(),
        project_v2::rows(),
        authorization_v2::rows(),
        internal_permission_v2::rows(),
        countersign::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

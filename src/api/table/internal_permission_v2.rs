//! `zitadel.internal_permission.v2`: administrators of the instance and of organisations.

use crate::{
    api::operation::{Operation, on, op},
    app::members,
};

pub(super) fn rows() -> Vec<(&'static str, Operation)> {
    vec![
        (
            "zitadel.internal_permission.v2.InternalPermissionService/CreateAdministrator",
            on(members::administrators::created, members::administrators::create),
        ),
        (
            "zitadel.internal_permission.v2.InternalPermissionService/UpdateAdministrator",
            on(members::administrators::updated, members::administrators::update),
        ),
        (
            "zitadel.internal_permission.v2.InternalPermissionService/DeleteAdministrator",
            on(members::administrators::deleted, members::administrators::delete),
        ),
        (
            "zitadel.internal_permission.v2.InternalPermissionService/ListAdministrators",
            op(members::administrator_lists::list),
        ),
    ]
}

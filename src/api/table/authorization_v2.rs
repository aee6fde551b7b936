//! `zitadel.authorization.v2`: which user has which roles in which project.

use crate::{
    api::operation::{Operation, on_org, on_user_grant, op},
    app::user_grants,
    model::fault,
};

pub(super) fn rows() -> Vec<(&'static str, Operation)> {
    vec![
        (
            "zitadel.authorization.v2.AuthorizationService/ListAuthorizations",
            op(user_grants::authorization_lists::list),
        ),
        (
            "zitadel.authorization.v2.AuthorizationService/CreateAuthorization",
            on_org(|r| &r.organization_id, fault::PROJECT_GRANT_ORG_UNKNOWN, user_grants::authorizations::create),
        ),
        (
            "zitadel.authorization.v2.AuthorizationService/UpdateAuthorization",
            on_user_grant(|r| &r.id, user_grants::authorizations::update),
        ),
        (
            "zitadel.authorization.v2.AuthorizationService/DeleteAuthorization",
            on_user_grant(|r| &r.id, user_grants::authorizations::delete),
        ),
        (
            "zitadel.authorization.v2.AuthorizationService/ActivateAuthorization",
            on_user_grant(|r| &r.id, user_grants::authorizations::activate),
        ),
        (
            "zitadel.authorization.v2.AuthorizationService/DeactivateAuthorization",
            on_user_grant(|r| &r.id, user_grants::authorizations::deactivate),
        ),
    ]
}

//! `zitadel.auth.v1`: what a user does with itself.

use crate::{
    api::operation::{Operation, at_home, op},
    app::{events, instance, machines, members, metadata, user_grants},
};

pub(super) fn rows() -> Vec<(&'static str, Operation)> {
    vec![
        ("zitadel.auth.v1.AuthService/Healthz", op(instance::auth_healthz)),
        ("zitadel.auth.v1.AuthService/GetMyUser", op(machines::views::get_me)),
        ("zitadel.auth.v1.AuthService/ListMyZitadelPermissions", op(members::memberships::my_permissions)),
        ("zitadel.auth.v1.AuthService/ListMyMemberships", op(members::memberships::list_mine)),
        ("zitadel.auth.v1.AuthService/ListMyMetadata", op(metadata::users::list_mine)),
        ("zitadel.auth.v1.AuthService/GetMyMetadata", op(metadata::users::get_mine)),
        ("zitadel.auth.v1.AuthService/ListMyUserGrants", op(user_grants::views::list_mine)),
        ("zitadel.auth.v1.AuthService/UpdateMyUserName", op(machines::rename_me)),
        ("zitadel.auth.v1.AuthService/RemoveMyUser", at_home(machines::removal::remove_me)),
        ("zitadel.auth.v1.AuthService/ListMyUserChanges", op(events::changes::list_mine)),
    ]
}

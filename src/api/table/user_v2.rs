//! `zitadel.user.v2`: machine users of any organisation, and their credentials and metadata.

use crate::{
    api::operation::{Operation, on_org, on_user, on_user_or_permitted_self, on_user_or_self, op},
    app::{credentials, machines, metadata},
    model::fault,
    permission::Permission,
};

pub(super) fn rows() -> Vec<(&'static str, Operation)> {
    vec![
        (
            "zitadel.user.v2.UserService/CreateUser",
            on_org(|r| &r.organization_id, fault::USER_ORG_UNKNOWN, machines::create_v2),
        ),
        (
            "zitadel.user.v2.UserService/GetUserByID",
            on_user_or_self(|r| &r.user_id, fault::USER_UNKNOWN, machines::views::get_v2),
        ),
        (
            "zitadel.user.v2.UserService/AddSecret",
            on_user_or_self(|r| &r.user_id, fault::SECRET_USER_UNKNOWN, credentials::secrets::add),
        ),
        (
            "zitadel.user.v2.UserService/RemoveSecret",
            on_user_or_self(|r| &r.user_id, fault::SECRET_REMOVE_USER_UNKNOWN, credentials::secrets::remove_v2),
        ),
        (
            "zitadel.user.v2.UserService/AddKey",
            on_user_or_self(|r| &r.user_id, fault::KEY_USER_UNKNOWN, credentials::keys::add_v2),
        ),
        (
            "zitadel.user.v2.UserService/RemoveKey",
            on_user_or_self(|r| &r.user_id, fault::KEY_REMOVE_UNKNOWN, credentials::keys::remove_v2),
        ),
        ("zitadel.user.v2.UserService/ListKeys", op(credentials::lists::keys)),
        (
            "zitadel.user.v2.UserService/AddPersonalAccessToken",
            on_user_or_self(|r| &r.user_id, fault::PAT_USER_UNKNOWN, credentials::personal_access_tokens::add_v2),
        ),
        (
            "zitadel.user.v2.UserService/RemovePersonalAccessToken",
            on_user_or_self(|r| &r.user_id, fault::PAT_REMOVE_UNKNOWN, credentials::personal_access_tokens::remove_v2),
        ),
        ("zitadel.user.v2.UserService/ListPersonalAccessTokens", op(credentials::lists::personal_access_tokens)),
        (
            "zitadel.user.v2.UserService/SetUserMetadata",
            on_user(|r| &r.user_id, fault::METADATA_USER_UNKNOWN, metadata::users::set_v2),
        ),
        (
            "zitadel.user.v2.UserService/ListUserMetadata",
            on_user_or_self(|r| &r.user_id, fault::USER_UNKNOWN, metadata::users::list_v2),
        ),
        (
            "zitadel.user.v2.UserService/DeleteUserMetadata",
            on_user(|r| &r.user_id, fault::METADATA_USER_UNKNOWN, metadata::users::remove_v2),
        ),
        ("zitadel.user.v2.UserService/ListUsers", op(machines::lists::list_v2)),
        (
            "zitadel.user.v2.UserService/UpdateUser",
            on_user_or_self(|r| &r.user_id, fault::UPDATE_V2_UNKNOWN, machines::update::update_v2),
        ),
        (
            "zitadel.user.v2.UserService/DeleteUser",
            on_user_or_permitted_self(
                |r| &r.user_id,
                fault::REMOVE_V2_UNKNOWN,
                Permission::UserSelfDelete,
                machines::removal::remove_v2,
            ),
        ),
        (
            "zitadel.user.v2.UserService/DeactivateUser",
            on_user(|r| &r.user_id, fault::DEACTIVATE_V2_UNKNOWN, machines::states::deactivate_v2),
        ),
        (
            "zitadel.user.v2.UserService/ReactivateUser",
            on_user(|r| &r.user_id, fault::REACTIVATE_V2_UNKNOWN, machines::states::reactivate_v2),
        ),
        (
            "zitadel.user.v2.UserService/LockUser",
            on_user(|r| &r.user_id, fault::LOCK_V2_UNKNOWN, machines::states::lock_v2),
        ),
        (
            "zitadel.user.v2.UserService/UnlockUser",
            on_user(|r| &r.user_id, fault::UNLOCK_V2_UNKNOWN, machines::states::unlock_v2),
        ),
    ]
}

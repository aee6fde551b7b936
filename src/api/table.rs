//! The operations. One row ties a procedure, as a proto declares it, to the use case that does it.

use crate::{
    api::operation::{Operation, on_instance, on_org, on_user_or_self, op},
    app::{
        instance, machine_lists, machine_states, machine_views, machines, personal_access_tokens, secrets, signing_keys,
    },
    model::fault,
};

/// Every operation that is served, by procedure.
pub fn operations() -> Vec<(&'static str, Operation)> {
    vec![
        ("zitadel.management.v1.ManagementService/Healthz", op(instance::management_healthz)),
        ("zitadel.management.v1.ManagementService/GetIAM", op(instance::get_iam)),
        ("zitadel.management.v1.ManagementService/AddMachineUser", op(machines::add)),
        ("zitadel.management.v1.ManagementService/UpdateMachine", op(machines::update)),
        ("zitadel.management.v1.ManagementService/UpdateUserName", op(machines::rename)),
        ("zitadel.management.v1.ManagementService/IsUserUnique", op(machines::is_unique)),
        ("zitadel.management.v1.ManagementService/GetUserByID", op(machine_views::get)),
        ("zitadel.management.v1.ManagementService/GetUserByLoginNameGlobal", op(machine_views::get_by_login_name)),
        ("zitadel.management.v1.ManagementService/ListUsers", op(machine_lists::list)),
        ("zitadel.management.v1.ManagementService/DeactivateUser", op(machine_states::deactivate)),
        ("zitadel.management.v1.ManagementService/ReactivateUser", op(machine_states::reactivate)),
        ("zitadel.management.v1.ManagementService/LockUser", op(machine_states::lock)),
        ("zitadel.management.v1.ManagementService/UnlockUser", op(machine_states::unlock)),
        ("zitadel.management.v1.ManagementService/RemoveUser", op(machine_states::remove)),
        ("zitadel.management.v1.ManagementService/GenerateMachineSecret", op(secrets::generate)),
        ("zitadel.management.v1.ManagementService/RemoveMachineSecret", op(secrets::remove)),
        ("zitadel.management.v1.ManagementService/AddPersonalAccessToken", op(personal_access_tokens::add)),
        ("zitadel.management.v1.ManagementService/GetPersonalAccessTokenByIDs", op(personal_access_tokens::get)),
        ("zitadel.management.v1.ManagementService/ListPersonalAccessTokens", op(personal_access_tokens::list)),
        ("zitadel.management.v1.ManagementService/RemovePersonalAccessToken", op(personal_access_tokens::remove)),
        ("zitadel.admin.v1.AdminService/Healthz", op(instance::admin_healthz)),
        ("zitadel.auth.v1.AuthService/Healthz", op(instance::auth_healthz)),
        ("zitadel.auth.v1.AuthService/GetMyUser", op(machine_views::get_me)),
        (
            "zitadel.user.v2.UserService/CreateUser",
            on_org(|r| &r.organization_id, fault::USER_ORG_UNKNOWN, machines::create_v2),
        ),
        (
            "zitadel.user.v2.UserService/GetUserByID",
            on_user_or_self(|r| &r.user_id, fault::USER_UNKNOWN, machine_views::get_v2),
        ),
        (
            "zitadel.user.v2.UserService/AddSecret",
            on_user_or_self(|r| &r.user_id, fault::SECRET_USER_UNKNOWN, secrets::add),
        ),
        (
            "zitadel.user.v2.UserService/RemoveSecret",
            on_user_or_self(|r| &r.user_id, fault::SECRET_REMOVE_USER_UNKNOWN, secrets::remove_v2),
        ),
        ("countersign.v1.SigningKeyService/ListSigningKeys", on_instance(signing_keys::list)),
        ("countersign.v1.SigningKeyService/RotateSigningKey", on_instance(signing_keys::rotate)),
    ]
}

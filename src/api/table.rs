//! The operations. One row ties a procedure, as a proto declares it, to the use case that does it.

use crate::{
    api::operation::{Operation, on_instance, on_user_or_self, op},
    app::{
        instance, instance_members, memberships, org_members, org_removal, org_views, orgs, personal_access_tokens,
        secrets, signing_keys,
    },
    model::fault,
};

/// Every operation that is served, by procedure.
pub fn operations() -> Vec<(&'static str, Operation)> {
    vec![
        ("zitadel.management.v1.ManagementService/Healthz", op(instance::management_healthz)),
        ("zitadel.management.v1.ManagementService/GetIAM", op(instance::get_iam)),
        ("zitadel.management.v1.ManagementService/GenerateMachineSecret", op(secrets::generate)),
        ("zitadel.management.v1.ManagementService/RemoveMachineSecret", op(secrets::remove)),
        ("zitadel.management.v1.ManagementService/AddPersonalAccessToken", op(personal_access_tokens::add)),
        ("zitadel.management.v1.ManagementService/GetPersonalAccessTokenByIDs", op(personal_access_tokens::get)),
        ("zitadel.management.v1.ManagementService/ListPersonalAccessTokens", op(personal_access_tokens::list)),
        ("zitadel.management.v1.ManagementService/RemovePersonalAccessToken", op(personal_access_tokens::remove)),
        ("zitadel.management.v1.ManagementService/AddOrg", op(orgs::add)),
        ("zitadel.management.v1.ManagementService/GetMyOrg", op(org_views::get_mine)),
        ("zitadel.management.v1.ManagementService/UpdateOrg", op(orgs::update)),
        ("zitadel.management.v1.ManagementService/DeactivateOrg", op(orgs::deactivate)),
        ("zitadel.management.v1.ManagementService/ReactivateOrg", op(orgs::reactivate)),
        ("zitadel.management.v1.ManagementService/RemoveOrg", op(org_removal::remove_mine)),
        ("zitadel.management.v1.ManagementService/ListOrgMemberRoles", op(org_members::list_roles)),
        ("zitadel.management.v1.ManagementService/ListOrgMembers", op(org_members::list)),
        ("zitadel.management.v1.ManagementService/AddOrgMember", op(org_members::add)),
        ("zitadel.management.v1.ManagementService/UpdateOrgMember", op(org_members::update)),
        ("zitadel.management.v1.ManagementService/RemoveOrgMember", op(org_members::remove)),
        ("zitadel.management.v1.ManagementService/ListUserMemberships", op(memberships::list)),
        ("zitadel.admin.v1.AdminService/Healthz", op(instance::admin_healthz)),
        ("zitadel.admin.v1.AdminService/ListOrgs", on_instance(org_views::list)),
        ("zitadel.admin.v1.AdminService/GetOrgByID", on_instance(org_views::get)),
        ("zitadel.admin.v1.AdminService/IsOrgUnique", on_instance(org_views::is_unique)),
        ("zitadel.admin.v1.AdminService/GetDefaultOrg", on_instance(org_views::get_default)),
        ("zitadel.admin.v1.AdminService/SetDefaultOrg", on_instance(orgs::set_default)),
        ("zitadel.admin.v1.AdminService/RemoveOrg", on_instance(org_removal::remove)),
        ("zitadel.admin.v1.AdminService/ListIAMMemberRoles", on_instance(instance_members::list_roles)),
        ("zitadel.admin.v1.AdminService/ListIAMMembers", on_instance(instance_members::list)),
        ("zitadel.admin.v1.AdminService/AddIAMMember", on_instance(instance_members::add)),
        ("zitadel.admin.v1.AdminService/UpdateIAMMember", on_instance(instance_members::update)),
        ("zitadel.admin.v1.AdminService/RemoveIAMMember", on_instance(instance_members::remove)),
        ("zitadel.auth.v1.AuthService/Healthz", op(instance::auth_healthz)),
        ("zitadel.auth.v1.AuthService/ListMyZitadelPermissions", op(memberships::my_permissions)),
        ("zitadel.auth.v1.AuthService/ListMyMemberships", op(memberships::list_mine)),
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

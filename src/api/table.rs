//! The operations. One row ties a procedure, as a proto declares it, to the use case that does it.

use crate::{
    api::operation::{Operation, on, on_instance, on_org, on_user_or_self, op},
    app::{
        administrator_lists, administrators, credential_lists, instance, instance_members, machine_keys, machine_lists,
        machine_removal, machine_states, machine_views, machines, memberships, org_domains, org_lists, org_members,
        org_removal, org_views, orgs, orgs_v2, personal_access_tokens, secrets, signing_keys,
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
        ("zitadel.management.v1.ManagementService/RemoveUser", op(machine_removal::remove)),
        ("zitadel.management.v1.ManagementService/GenerateMachineSecret", op(secrets::generate)),
        ("zitadel.management.v1.ManagementService/RemoveMachineSecret", op(secrets::remove)),
        ("zitadel.management.v1.ManagementService/AddMachineKey", op(machine_keys::add)),
        ("zitadel.management.v1.ManagementService/GetMachineKeyByIDs", op(machine_keys::get)),
        ("zitadel.management.v1.ManagementService/ListMachineKeys", op(machine_keys::list)),
        ("zitadel.management.v1.ManagementService/RemoveMachineKey", op(machine_keys::remove)),
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
        ("zitadel.admin.v1.AdminService/ListOrgs", on_instance(org_lists::list)),
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
        ("zitadel.auth.v1.AuthService/GetMyUser", op(machine_views::get_me)),
        (
            "zitadel.user.v2.UserService/CreateUser",
            on_org(|r| &r.organization_id, fault::USER_ORG_UNKNOWN, machines::create_v2),
        ),
        (
            "zitadel.user.v2.UserService/GetUserByID",
            on_user_or_self(|r| &r.user_id, fault::USER_UNKNOWN, machine_views::get_v2),
        ),
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
        (
            "zitadel.user.v2.UserService/AddKey",
            on_user_or_self(|r| &r.user_id, fault::KEY_USER_UNKNOWN, machine_keys::add_v2),
        ),
        (
            "zitadel.user.v2.UserService/RemoveKey",
            on_user_or_self(|r| &r.user_id, fault::KEY_REMOVE_UNKNOWN, machine_keys::remove_v2),
        ),
        ("zitadel.user.v2.UserService/ListKeys", op(credential_lists::keys)),
        (
            "zitadel.user.v2.UserService/AddPersonalAccessToken",
            on_user_or_self(|r| &r.user_id, fault::PAT_USER_UNKNOWN, personal_access_tokens::add_v2),
        ),
        (
            "zitadel.user.v2.UserService/RemovePersonalAccessToken",
            on_user_or_self(|r| &r.user_id, fault::PAT_REMOVE_UNKNOWN, personal_access_tokens::remove_v2),
        ),
        ("zitadel.user.v2.UserService/ListPersonalAccessTokens", op(credential_lists::personal_access_tokens)),
        ("zitadel.org.v2.OrganizationService/AddOrganization", op(orgs_v2::add)),
        (
            "zitadel.org.v2.OrganizationService/UpdateOrganization",
            on_org(|r| &r.organization_id, fault::ORG_CHANGE_UNKNOWN, orgs_v2::update),
        ),
        ("zitadel.org.v2.OrganizationService/ListOrganizations", op(org_lists::list_v2)),
        (
            "zitadel.org.v2.OrganizationService/DeleteOrganization",
            on_org(|r| &r.organization_id, fault::ORG_REMOVE_UNKNOWN, org_removal::remove_v2),
        ),
        (
            "zitadel.org.v2.OrganizationService/DeactivateOrganization",
            on_org(|r| &r.organization_id, fault::ORG_DEACTIVATE_UNKNOWN, orgs_v2::deactivate),
        ),
        (
            "zitadel.org.v2.OrganizationService/ActivateOrganization",
            on_org(|r| &r.organization_id, fault::ORG_REACTIVATE_UNKNOWN, orgs_v2::activate),
        ),
        (
            "zitadel.org.v2.OrganizationService/ListOrganizationDomains",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, org_domains::list),
        ),
        (
            "zitadel.org.v2.OrganizationService/AddOrganizationDomain",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, org_domains::add),
        ),
        (
            "zitadel.org.v2.OrganizationService/DeleteOrganizationDomain",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, org_domains::remove),
        ),
        (
            "zitadel.org.v2.OrganizationService/GenerateOrganizationDomainValidation",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, org_domains::generate_validation),
        ),
        (
            "zitadel.org.v2.OrganizationService/VerifyOrganizationDomain",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, org_domains::verify),
        ),
        (
            "zitadel.internal_permission.v2.InternalPermissionService/CreateAdministrator",
            on(administrators::created, administrators::create),
        ),
        (
            "zitadel.internal_permission.v2.InternalPermissionService/UpdateAdministrator",
            on(administrators::updated, administrators::update),
        ),
        (
            "zitadel.internal_permission.v2.InternalPermissionService/DeleteAdministrator",
            on(administrators::deleted, administrators::delete),
        ),
        ("zitadel.internal_permission.v2.InternalPermissionService/ListAdministrators", op(administrator_lists::list)),
        ("countersign.v1.SigningKeyService/ListSigningKeys", on_instance(signing_keys::list)),
        ("countersign.v1.SigningKeyService/RotateSigningKey", on_instance(signing_keys::rotate)),
    ]
}

//! `zitadel.admin.v1`: the instance, its organisations, administrators, settings and events.

use crate::{
    api::operation::{Operation, on_instance, op},
    app::{events, instance, members, orgs, settings},
};

pub(super) fn rows() -> Vec<(&'static str, Operation)> {
    vec![
        ("zitadel.admin.v1.AdminService/Healthz", op(instance::admin_healthz)),
        ("zitadel.admin.v1.AdminService/ListOrgs", on_instance(orgs::lists::list)),
        ("zitadel.admin.v1.AdminService/GetOrgByID", on_instance(orgs::views::get)),
        ("zitadel.admin.v1.AdminService/IsOrgUnique", on_instance(orgs::views::is_unique)),
        ("zitadel.admin.v1.AdminService/GetDefaultOrg", on_instance(orgs::views::get_default)),
        ("zitadel.admin.v1.AdminService/SetDefaultOrg", on_instance(orgs::set_default)),
        ("zitadel.admin.v1.AdminService/SetUpOrg", on_instance(orgs::set_up)),
        ("zitadel.admin.v1.AdminService/RemoveOrg", on_instance(orgs::removal::remove)),
        ("zitadel.admin.v1.AdminService/ListIAMMemberRoles", on_instance(members::instance::list_roles)),
        ("zitadel.admin.v1.AdminService/ListIAMMembers", on_instance(members::instance::list)),
        ("zitadel.admin.v1.AdminService/AddIAMMember", on_instance(members::instance::add)),
        ("zitadel.admin.v1.AdminService/UpdateIAMMember", on_instance(members::instance::update)),
        ("zitadel.admin.v1.AdminService/RemoveIAMMember", on_instance(members::instance::remove)),
        ("zitadel.admin.v1.AdminService/GetOIDCSettings", on_instance(settings::oidc::get)),
        ("zitadel.admin.v1.AdminService/UpdateOIDCSettings", on_instance(settings::oidc::update)),
        ("zitadel.admin.v1.AdminService/GetSecretGenerator", on_instance(settings::secret_generators::get)),
        ("zitadel.admin.v1.AdminService/ListSecretGenerators", on_instance(settings::secret_generators::list)),
        ("zitadel.admin.v1.AdminService/UpdateSecretGenerator", on_instance(settings::secret_generators::update)),
        ("zitadel.admin.v1.AdminService/ListEvents", on_instance(events::list)),
        ("zitadel.admin.v1.AdminService/ListEventTypes", on_instance(events::list_types)),
        ("zitadel.admin.v1.AdminService/ListAggregateTypes", on_instance(events::list_aggregate_types)),
    ]
}

//! `zitadel.org.v2`: organisations, named by the request.

use crate::{
    api::operation::{Operation, on_org, op},
    app::{metadata, orgs},
    model::fault,
};

pub(super) fn rows() -> Vec<(&'static str, Operation)> {
    vec![
        (
            "zitadel.org.v2.OrganizationService/SetOrganizationMetadata",
            on_org(|r| &r.organization_id, fault::METADATA_ORG_UNKNOWN, metadata::orgs::set_v2),
        ),
        (
            "zitadel.org.v2.OrganizationService/ListOrganizationMetadata",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, metadata::orgs::list_v2),
        ),
        (
            "zitadel.org.v2.OrganizationService/DeleteOrganizationMetadata",
            on_org(|r| &r.organization_id, fault::METADATA_ORG_UNKNOWN, metadata::orgs::remove_v2),
        ),
        ("zitadel.org.v2.OrganizationService/AddOrganization", op(orgs::v2::add)),
        (
            "zitadel.org.v2.OrganizationService/UpdateOrganization",
            on_org(|r| &r.organization_id, fault::ORG_CHANGE_UNKNOWN, orgs::v2::update),
        ),
        ("zitadel.org.v2.OrganizationService/ListOrganizations", op(orgs::lists::list_v2)),
        (
            "zitadel.org.v2.OrganizationService/DeleteOrganization",
            on_org(|r| &r.organization_id, fault::ORG_REMOVE_UNKNOWN, orgs::removal::remove_v2),
        ),
        (
            "zitadel.org.v2.OrganizationService/DeactivateOrganization",
            on_org(|r| &r.organization_id, fault::ORG_DEACTIVATE_UNKNOWN, orgs::v2::deactivate),
        ),
        (
            "zitadel.org.v2.OrganizationService/ActivateOrganization",
            on_org(|r| &r.organization_id, fault::ORG_REACTIVATE_UNKNOWN, orgs::v2::activate),
        ),
        (
            "zitadel.org.v2.OrganizationService/ListOrganizationDomains",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, orgs::domains::list),
        ),
        (
            "zitadel.org.v2.OrganizationService/AddOrganizationDomain",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, orgs::domains::add),
        ),
        (
            "zitadel.org.v2.OrganizationService/DeleteOrganizationDomain",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, orgs::domains::remove),
        ),
        (
            "zitadel.org.v2.OrganizationService/GenerateOrganizationDomainValidation",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, orgs::domains::generate_validation),
        ),
        (
            "zitadel.org.v2.OrganizationService/VerifyOrganizationDomain",
            on_org(|r| &r.organization_id, fault::ORG_UNKNOWN, orgs::domains::verify),
        ),
    ]
}

//! `countersign.v1`: what ZITADEL does not have.

use crate::{
    api::operation::{Operation, on_hidden_user_or_self, on_instance, on_org, op},
    app::{credentials, settings},
    model::fault,
};

pub(super) fn rows() -> Vec<(&'static str, Operation)> {
    vec![
        ("countersign.v1.SigningKeyService/ListSigningKeys", on_instance(settings::signing_keys::list)),
        ("countersign.v1.SigningKeyService/RotateSigningKey", on_instance(settings::signing_keys::rotate)),
        (
            "countersign.v1.OrganizationPolicyService/GetCredentialPolicy",
            on_org(|r| &r.organization_id, fault::CREDENTIAL_ORG_UNKNOWN, credentials::policy::get),
        ),
        (
            "countersign.v1.OrganizationPolicyService/SetCredentialPolicy",
            on_org(|r| &r.organization_id, fault::CREDENTIAL_ORG_UNKNOWN, credentials::policy::set),
        ),
        (
            "countersign.v1.CredentialService/AddSecret",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_USER_UNKNOWN, credentials::live_secrets::add),
        ),
        (
            "countersign.v1.CredentialService/AddKey",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_USER_UNKNOWN, credentials::keys::add_own),
        ),
        (
            "countersign.v1.CredentialService/AddPersonalAccessToken",
            on_hidden_user_or_self(
                |r| &r.user_id,
                fault::CREDENTIAL_USER_UNKNOWN,
                credentials::personal_access_tokens::add_own,
            ),
        ),
        (
            "countersign.v1.CredentialService/ImportSecret",
            on_hidden_user_or_self(
                |r| &r.user_id,
                fault::CREDENTIAL_USER_UNKNOWN,
                credentials::imported_secrets::import,
            ),
        ),
        (
            "countersign.v1.CredentialService/RotateSecret",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_USER_UNKNOWN, credentials::live_secrets::rotate),
        ),
        (
            "countersign.v1.CredentialService/RotateSecrets",
            on_org(|r| &r.organization_id, fault::CREDENTIAL_ORG_UNKNOWN, credentials::fleet_rotation::rotate),
        ),
        ("countersign.v1.CredentialService/ReportLeakedCredential", op(credentials::leaked::report)),
        (
            "countersign.v1.CredentialService/ListCredentials",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_USER_UNKNOWN, credentials::changes::list),
        ),
        (
            "countersign.v1.CredentialService/SearchCredentials",
            on_org(|r| &r.organization_id, fault::CREDENTIAL_ORG_UNKNOWN, credentials::search::search),
        ),
        (
            "countersign.v1.CredentialService/GetCredential",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credentials::changes::get),
        ),
        (
            "countersign.v1.CredentialService/RenameCredential",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credentials::changes::rename),
        ),
        (
            "countersign.v1.CredentialService/SetCredentialExpiry",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credentials::changes::set_expiry),
        ),
        (
            "countersign.v1.CredentialService/SetCredentialBounds",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credentials::changes::set_bounds),
        ),
        (
            "countersign.v1.CredentialService/SuspendCredential",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credentials::changes::suspend),
        ),
        (
            "countersign.v1.CredentialService/ResumeCredential",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credentials::changes::resume),
        ),
        (
            "countersign.v1.CredentialService/EndCredentialTokens",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credentials::changes::end_tokens),
        ),
        (
            "countersign.v1.CredentialService/RemoveCredential",
            on_hidden_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credentials::changes::remove),
        ),
    ]
}

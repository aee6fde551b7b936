//! The operations that ZITADEL has not.

use crate::{
    api::operation::{Operation, on_instance, on_org, on_user_or_self, op},
    app::{
        credential_changes, credential_policy, credential_search, fleet_rotation, imported_secrets, leaked,
        live_secrets, machine_keys, personal_access_tokens, signing_keys,
    },
    model::fault,
};

/// Their rows of the operation table.
pub fn operations() -> Vec<(&'static str, Operation)> {
    vec![
        ("countersign.v1.SigningKeyService/ListSigningKeys", on_instance(signing_keys::list)),
        ("countersign.v1.SigningKeyService/RotateSigningKey", on_instance(signing_keys::rotate)),
        (
            "countersign.v1.OrganizationPolicyService/GetCredentialPolicy",
            on_org(|r| &r.organization_id, fault::CREDENTIAL_ORG_UNKNOWN, credential_policy::get),
        ),
        (
            "countersign.v1.OrganizationPolicyService/SetCredentialPolicy",
            on_org(|r| &r.organization_id, fault::CREDENTIAL_ORG_UNKNOWN, credential_policy::set),
        ),
        (
            "countersign.v1.CredentialService/AddSecret",
            on_user_or_self(|r| &r.user_id, fault::SECRET_USER_UNKNOWN, live_secrets::add),
        ),
        (
            "countersign.v1.CredentialService/AddKey",
            on_user_or_self(|r| &r.user_id, fault::KEY_USER_UNKNOWN, machine_keys::add_own),
        ),
        (
            "countersign.v1.CredentialService/AddPersonalAccessToken",
            on_user_or_self(|r| &r.user_id, fault::PAT_USER_UNKNOWN, personal_access_tokens::add_own),
        ),
        (
            "countersign.v1.CredentialService/ImportSecret",
            on_user_or_self(|r| &r.user_id, fault::SECRET_USER_UNKNOWN, imported_secrets::import),
        ),
        (
            "countersign.v1.CredentialService/RotateSecret",
            on_user_or_self(|r| &r.user_id, fault::SECRET_USER_UNKNOWN, live_secrets::rotate),
        ),
        (
            "countersign.v1.CredentialService/RotateSecrets",
            on_org(|r| &r.organization_id, fault::CREDENTIAL_ORG_UNKNOWN, fleet_rotation::rotate),
        ),
        ("countersign.v1.CredentialService/ReportLeakedCredential", op(leaked::report)),
        (
            "countersign.v1.CredentialService/ListCredentials",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_USER_UNKNOWN, credential_changes::list),
        ),
        (
            "countersign.v1.CredentialService/SearchCredentials",
            on_org(|r| &r.organization_id, fault::CREDENTIAL_ORG_UNKNOWN, credential_search::search),
        ),
        (
            "countersign.v1.CredentialService/GetCredential",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credential_changes::get),
        ),
        (
            "countersign.v1.CredentialService/RenameCredential",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credential_changes::rename),
        ),
        (
            "countersign.v1.CredentialService/SetCredentialExpiry",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credential_changes::set_expiry),
        ),
        (
            "countersign.v1.CredentialService/SetCredentialBounds",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credential_changes::set_bounds),
        ),
        (
            "countersign.v1.CredentialService/SuspendCredential",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credential_changes::suspend),
        ),
        (
            "countersign.v1.CredentialService/ResumeCredential",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credential_changes::resume),
        ),
        (
            "countersign.v1.CredentialService/EndCredentialTokens",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credential_changes::end_tokens),
        ),
        (
            "countersign.v1.CredentialService/RemoveCredential",
            on_user_or_self(|r| &r.user_id, fault::CREDENTIAL_UNKNOWN, credential_changes::remove),
        ),
    ]
}

//! Requests about given objects, made from what the protos say of each operation.

use crate::common::full_name;
use countersign::proto::{Kind, ROUTES};
use serde_json::{Map, Value, json};

/// Roles that permit nothing: nobody lacks what they would give away, and whoever has them can do no more.
pub const HARMLESS_INSTANCE_ROLE: &str = "IAM_END_USER_IMPERSONATOR";
pub const HARMLESS_ORG_ROLE: &str = "ORG_END_USER_IMPERSONATOR";

/// What the organisation has, by the names that requests use.
pub struct Objects {
    /// A personal access token of `victim`.
    pub token: String,
    pub project: String,
    /// What `victim` has in it.
    pub grant: String,
    /// What a third organisation has of it, and which that is.
    pub project_grant: String,
    pub partner: String,
}

/// The one role in the project.
pub const PROJECT_ROLE: &str = "reader";

/// An Ed25519 key in PEM, in base64: to make one for each request would take long.
pub const PUBLIC_KEY: &str = "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUNvd0JRWURLMlZ3QXlFQTExcVlBWUt4Q3JmVlMvN1R5V1FIT2c3\
    aGN2UGFwaU1scndJYWFQY0hVUm89Ci0tLS0tRU5EIFBVQkxJQyBLRVktLS0tLQo=";

/// A well-formed request: every field that names an object names one of these, and other fields have some value.
pub fn about(procedure: &str, org: &str, user: &str, objects: &Objects) -> Value {
    let route = ROUTES.iter().find(|route| route.procedure == full_name(procedure)).expect("a route");
    let message = route.request.name;
    let adds_user = message.ends_with("AddMachineUserRequest") || message.ends_with("CreateUserRequest");
    let mut body = Map::new();
    for field in route.request.fields {
        let value = match field.name {
            // Whoever adds a user may choose its id; one that is taken would only be refused.
            "user_id" if adds_user => continue,
            "org_id" | "organization_id" if message.ends_with("AddOrganizationRequest") => continue,
            "project_id" if message.ends_with("CreateProjectRequest") => continue,
            "user_id" => user.into(),
            "org_id" | "organization_id" => org.into(),
            "id" if message.contains("Org") => org.into(),
            "id" if message.contains("Authorization") => objects.grant.as_str().into(),
            "id" if message.contains("Project") => objects.project.as_str().into(),
            "id" => user.into(),
            "resource" => json!({ "organizationId": org }),
            "generator_type" => json!("SECRET_GENERATOR_TYPE_APP_SECRET"),
            "org" => json!({ "name": "probe" }),
            "human" if message.ends_with("SetUpOrgRequest") => json!({}),
            _ if matches!(field.kind, Kind::Duration) => json!("3600s"),
            "expires" => "2100-01-01T00:00:00Z".into(),
            "rotation" => "probe".into(),
            "credential" => "probe".into(),
            "plain" => "Zx8kQ2vB7nM4pL0sT6wY3cR9".into(),
            "domain" => "probe.localhost".into(),
            "project_id" => objects.project.as_str().into(),
            "grant_id" if message.contains("Project") => objects.project_grant.as_str().into(),
            "granted_org_id" | "granted_organization_id" => objects.partner.as_str().into(),
            "grant_id" if message.contains("Bulk") => json!([objects.grant]),
            "grant_id" => objects.grant.as_str().into(),
            "role_key" if message.ends_with("AddProjectRoleRequest") => "probe".into(),
            "role_key" => PROJECT_ROLE.into(),
            "role_keys" => json!([]),
            "display_name" => "probe".into(),
            "roles" if message.contains("Project") => json!([{ "key": "probe", "displayName": "probe" }]),
            "token_id" | "key_id" | "credential_id" => objects.token.as_str().into(),
            "type" => 1.into(),
            "public_key" => PUBLIC_KEY.into(),
            "expiration_date" => "2100-01-01T00:00:00Z".into(),
            "login_name" => "victim".into(),
            "name" | "user_name" | "username" => "probe".into(),
            "key" => "probe".into(),
            "value" => "YQ==".into(),
            "keys" => json!(["probe"]),
            "metadata" if message.contains("Metadata") => json!([{ "key": "probe", "value": "YQ==" }]),
            "roles" if message.contains("IAM") => json!([HARMLESS_INSTANCE_ROLE]),
            "roles" => json!([HARMLESS_ORG_ROLE]),
            "machine" if matches!(field.kind, Kind::Message(_)) => json!({ "name": "probe" }),
            _ => continue,
        };
        body.insert(field.json.into(), value);
    }
    Value::Object(body)
}

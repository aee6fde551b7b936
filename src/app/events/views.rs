//! Events as the wire shows them.

use crate::{
    app::reply,
    error::{Error, Result},
    id::CredentialId,
    model::{
        AccessTokenType, Bounds, CredentialFact, Editor, Event, Fact, InstanceFact, Machine, OrgFact, ProjectFact,
        UserFact, UserGrantFact,
    },
    proto::zitadel::{
        authn::v1::KeyType,
        change::v1::Change,
        event::v1::{self as wire, Aggregate},
        v1::LocalizedMessage,
    },
    store::State,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use buffa_types::google::protobuf::Struct;
use serde_json::{Value, json};

/// An event in the log of the whole server.
pub fn event(state: &State<'_>, event: &Event) -> Result<wire::Event> {
    let aggregate = Aggregate {
        id: event.aggregate_id().into(),
        r#type: aggregate_type(event.fact.aggregate_type()).into(),
        resource_owner: event.owner.to_string(),
    };
    let editor = match &event.editor {
        Editor::System => wire::Editor { service: "countersign".into(), ..Default::default() },
        Editor::User(user) => wire::Editor {
            user_id: user.to_string(),
            display_name: state.machine(user)?.map(|machine| machine.name).unwrap_or_default(),
            ..Default::default()
        },
    };
    Ok(wire::Event {
        editor: editor.into(),
        aggregate: aggregate.into(),
        sequence: event.sequence,
        creation_date: reply::timestamp(event.at).into(),
        payload: payload(&event.fact)?.into(),
        r#type: event_type(event.fact.event_type()).into(),
    })
}

/// An event in the history of one object.
pub fn change(state: &State<'_>, event: &Event) -> Result<Change> {
    let (id, editor) = match &event.editor {
        Editor::System => (String::new(), None),
        Editor::User(user) => (user.to_string(), state.machine(user)?),
    };
    let Machine { name, user_name, .. } = match editor {
        Some(editor) => editor,
        None => return Ok(Change { editor_id: id, ..nameless(event) }),
    };
    Ok(Change { editor_id: id, editor_display_name: name, editor_preferred_login_name: user_name, ..nameless(event) })
}

fn nameless(event: &Event) -> Change {
    Change {
        change_date: reply::timestamp(event.at).into(),
        event_type: localized("EventTypes", event.fact.event_type()).into(),
        sequence: event.sequence,
        resource_owner_id: event.owner.to_string(),
        ..Default::default()
    }
}

pub fn event_type(name: &str) -> wire::EventType {
    wire::EventType { r#type: name.into(), localized: localized("EventTypes", name).into() }
}

pub fn aggregate_type(name: &str) -> wire::AggregateType {
    wire::AggregateType { r#type: name.into(), localized: localized("AggregateTypes", name).into() }
}

/// The type's words serve as its text.
fn localized(group: &str, name: &str) -> LocalizedMessage {
    let words = name.replace(['.', '_'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    LocalizedMessage { key: format!("{group}.{name}"), localized_message: first.into_iter().chain(letters).collect() }
}

/// What an event says, under the wire's names. Hashes of secrets and ids of tokens stay inside: each field that goes out
/// stands here by name.
fn payload(fact: &Fact) -> Result<Option<Struct>> {
    let said = match fact {
        Fact::Instance(fact) => instance(fact),
        Fact::Org(fact) => org(fact),
        Fact::User(_, fact) => user(fact),
        Fact::Project(_, fact) => project(fact),
        Fact::UserGrant(_, fact) => user_grant(fact),
    };
    if said.is_null() {
        return Ok(None);
    }
    serde_json::from_value(said).map(Some).map_err(Error::internal)
}

fn instance(fact: &InstanceFact) -> Value {
    match fact {
        InstanceFact::Added { project, default_org } => json!({ "projectId": project, "defaultOrgId": default_org }),
        InstanceFact::DefaultOrgSet { org } => json!({ "orgId": org }),
        InstanceFact::MemberAdded { user, roles } | InstanceFact::MemberChanged { user, roles } => {
            json!({ "userId": user, "roles": roles })
        }
        InstanceFact::MemberRemoved { user } | InstanceFact::MemberCascadeRemoved { user } => {
            json!({ "userId": user })
        }
        InstanceFact::SigningKeyAdded { kid, algorithm } => json!({ "keyId": kid, "algorithm": algorithm }),
        InstanceFact::SigningKeyRetired { kid, published_until } => {
            json!({ "keyId": kid, "publishedUntil": published_until.to_rfc3339() })
        }
        // What the file is called is a hash for the server alone.
        InstanceFact::LinesImported { done, .. } => json!({ "lines": done }),
        InstanceFact::OidcSettingsChanged { lifetimes } => json!({
            "accessTokenLifetime": nanoseconds(lifetimes.access_token),
            "idTokenLifetime": nanoseconds(lifetimes.id_token),
            "refreshTokenIdleExpiration": nanoseconds(lifetimes.refresh_token_idle),
            "refreshTokenExpiration": nanoseconds(lifetimes.refresh_token),
        }),
    }
}

/// The wire's events count lengths of time so.
fn nanoseconds(seconds: u64) -> u64 {
    seconds.saturating_mul(1_000_000_000)
}

fn org(fact: &OrgFact) -> Value {
    match fact {
        OrgFact::Added { name, primary_domain } | OrgFact::Changed { name, primary_domain } => {
            json!({ "name": name, "primaryDomain": primary_domain })
        }
        OrgFact::Deactivated
        | OrgFact::Reactivated
        | OrgFact::Removed
        | OrgFact::CredentialPolicySet { max_lifetime: None } => Value::Null,
        OrgFact::MemberAdded { user, roles } | OrgFact::MemberChanged { user, roles } => {
            json!({ "userId": user, "roles": roles })
        }
        OrgFact::MemberRemoved { user } | OrgFact::MemberCascadeRemoved { user } => json!({ "userId": user }),
        OrgFact::MetadataSet { key, value } => json!({ "key": key, "value": BASE64_STANDARD.encode(value) }),
        OrgFact::MetadataRemoved { key } => json!({ "key": key }),
        OrgFact::CredentialPolicySet { max_lifetime: Some(seconds) } => {
            json!({ "maxLifetime": nanoseconds(*seconds) })
        }
    }
}

fn user(fact: &UserFact) -> Value {
    let number = |access_token_type: &AccessTokenType| match access_token_type {
        AccessTokenType::Bearer => 0,
        AccessTokenType::Jwt => 1,
    };
    match fact {
        UserFact::MachineAdded { user_name, name, description, access_token_type } => json!({
            "userName": user_name, "name": name, "description": description,
            "accessTokenType": number(access_token_type),
        }),
        UserFact::MachineChanged { name, description, access_token_type } => {
            json!({ "name": name, "description": description, "accessTokenType": number(access_token_type) })
        }
        UserFact::UserNameChanged { user_name } => json!({ "userName": user_name }),
        UserFact::SecretSet { credential, .. } | UserFact::SecretRemoved { credential } => {
            json!({ "credentialId": credential })
        }
        UserFact::PatAdded { credential, expires, scopes, .. } => {
            json!({ "tokenId": credential, "expiration": expires.to_rfc3339(), "scopes": scopes })
        }
        UserFact::KeyAdded { credential, public_key, algorithm, expires } => json!({
            "keyId": credential, "type": KeyType::KEY_TYPE_JSON as i32, "publicKey": BASE64_STANDARD.encode(public_key), "algorithm": algorithm,
            "expirationDate": expires.to_rfc3339(),
        }),
        UserFact::KeyRemoved { credential } => json!({ "keyId": credential }),
        UserFact::PatRemoved { credential } => json!({ "tokenId": credential }),
        UserFact::TokenRevoked { expires, .. } => json!({ "expiration": expires.to_rfc3339() }),
        UserFact::MetadataSet { key, value } => json!({ "key": key, "value": BASE64_STANDARD.encode(value) }),
        UserFact::MetadataRemoved { key } => json!({ "key": key }),
        UserFact::SecretAdded { credential, label, expires, bounds, .. } => json!({
            "credentialId": credential, "label": label, "expiration": expires.to_rfc3339(),
            "bounds": bounds_of(bounds),
        }),
        UserFact::Credential(credential, fact) => credential_fact(credential, fact),
        UserFact::TokenLeaked { credential, expires, .. } => {
            json!({ "credentialId": credential, "expiration": expires.to_rfc3339() })
        }
        UserFact::Deactivated | UserFact::Reactivated | UserFact::Locked | UserFact::Unlocked | UserFact::Removed => {
            Value::Null
        }
    }
}

fn credential_fact(credential: &CredentialId, fact: &CredentialFact) -> Value {
    match fact {
        CredentialFact::Renamed { label } => json!({ "credentialId": credential, "label": label }),
        CredentialFact::ExpirySet { expires } => {
            json!({ "credentialId": credential, "expiration": expires.to_rfc3339() })
        }
        CredentialFact::BoundsSet { bounds } => json!({ "credentialId": credential, "bounds": bounds_of(bounds) }),
        CredentialFact::ExpiryNear { days } => json!({ "credentialId": credential, "days": days }),
        CredentialFact::Suspended
        | CredentialFact::Resumed
        | CredentialFact::TokensEnded
        | CredentialFact::Leaked
        | CredentialFact::Upgraded { .. } => json!({ "credentialId": credential }),
    }
}

fn bounds_of(bounds: &Bounds) -> Value {
    let networks: Vec<_> = bounds.networks.iter().map(ToString::to_string).collect();
    json!({
        "networks": networks, "scopes": bounds.scopes, "roles": bounds.roles, "readOnly": bounds.read_only,
    })
}

fn project(fact: &ProjectFact) -> Value {
    match fact {
        ProjectFact::Added { name, settings } | ProjectFact::Changed { name, settings } => json!({
            "name": name, "projectRoleAssertion": settings.asserts_roles, "projectRoleCheck": settings.checks_role,
            "hasProjectCheck": settings.checks_project, "privateLabelingSetting": settings.private_labeling as u8,
        }),
        ProjectFact::RoleAdded { key, display_name, group } | ProjectFact::RoleChanged { key, display_name, group } => {
            json!({ "key": key, "displayName": display_name, "group": group })
        }
        ProjectFact::RoleRemoved { key } => json!({ "key": key }),
        ProjectFact::GrantAdded { grant, org, roles } => {
            json!({ "grantId": grant, "grantedOrgId": org, "roleKeys": roles })
        }
        ProjectFact::GrantChanged { grant, roles } | ProjectFact::GrantCascadeChanged { grant, roles } => {
            json!({ "grantId": grant, "roleKeys": roles })
        }
        ProjectFact::GrantDeactivated { grant }
        | ProjectFact::GrantReactivated { grant }
        | ProjectFact::GrantRemoved { grant } => json!({ "grantId": grant }),
        ProjectFact::Deactivated | ProjectFact::Reactivated | ProjectFact::Removed => Value::Null,
    }
}

fn user_grant(fact: &UserGrantFact) -> Value {
    match fact {
        UserGrantFact::Added { user, project, roles } => {
            json!({ "userId": user, "projectId": project, "roleKeys": roles })
        }
        UserGrantFact::Changed { roles } | UserGrantFact::CascadeChanged { roles } => json!({ "roleKeys": roles }),
        UserGrantFact::Deactivated
        | UserGrantFact::Reactivated
        | UserGrantFact::Removed
        | UserGrantFact::CascadeRemoved => Value::Null,
    }
}

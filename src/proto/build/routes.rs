//! Writes `routes.rs`: one route for every rpc, and the schemas of their requests.

use std::collections::BTreeMap;
use std::fmt::Write;

use protox::prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
};

use crate::{names, options};

const VERBS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The three options that an rpc can carry.
struct Extensions {
    http: ExtensionDescriptor,
    v1: ExtensionDescriptor,
    v2: ExtensionDescriptor,
}

pub fn generate(pool: &DescriptorPool) -> String {
    let extensions = Extensions {
        http: options::extension(pool, "google.api.http"),
        v1: options::extension(pool, "zitadel.v1.auth_option"),
        v2: options::extension(pool, "zitadel.protoc_gen_zitadel.v2.options"),
    };
    let mut schemas = BTreeMap::new();
    let mut code = String::from("pub static ROUTES: &[Route] = &[\n");
    for service in pool.services() {
        if !names::is_served(service.package_name()) {
            continue;
        }
        for method in service.methods() {
            add_schemas(&method.input(), &mut schemas);
            code += &route(&method, &extensions);
        }
    }
    code += "];\n\n";
    for (name, message) in &schemas {
        code += &schema(name, message);
    }
    code
}

fn route(method: &MethodDescriptor, extensions: &Extensions) -> String {
    let options = method.options();
    let v2 = options::option(&options, &extensions.v2);
    let auth = options::option(&options, &extensions.v1)
        .or_else(|| v2.as_ref().and_then(|v2| options::message(v2, "auth_option")));
    let permission = auth.map(|auth| options::text(&auth, "permission"));
    let response = v2.and_then(|v2| options::message(&v2, "http_response"));
    let success = match response.map(|response| options::number(&response, "success_code")) {
        None | Some(0) => 200,
        Some(code) => code,
    };
    let rule = options::option(&options, &extensions.http);
    format!(
        "    Route {{ procedure: \"{}/{}\", permission: {:?}, rest: &[{}], request: &{} }},\n",
        method.parent_service().full_name(),
        method.name(),
        permission.unwrap_or_default(),
        rule.map(|rule| bindings(&rule, success)).unwrap_or_default(),
        schema_name(&method.input()),
    )
}

/// The rule's own binding and its additional ones.
fn bindings(rule: &DynamicMessage, success: i32) -> String {
    let mut code = binding(rule, success);
    for more in options::list(rule, "additional_bindings") {
        let more = more.as_message().expect("bindings are messages");
        write!(code, ", {}", binding(more, success)).expect("a String takes all");
    }
    code
}

fn binding(rule: &DynamicMessage, success: i32) -> String {
    let verb = VERBS.into_iter().find(|verb| rule.has_field_by_name(verb)).expect("a rule has one of the five methods");
    let path = options::text(rule, verb);
    let body = match options::text(rule, "body").as_str() {
        "" => false,
        "*" => true,
        other => panic!("{path}: a body is the whole request or absent, not {other}"),
    };
    let method = verb.to_uppercase();
    format!("Rest {{ method: {method:?}, path: {path:?}, body: {body}, success: {success} }}")
}

/// Collects a message and all that it reaches. Messages may contain each other, so one that is
/// already there ends the walk.
fn add_schemas(message: &MessageDescriptor, schemas: &mut BTreeMap<String, MessageDescriptor>) {
    let known = schemas.insert(schema_name(message), message.clone());
    if known.is_some() {
        return;
    }
    for field in message.fields() {
        if let Kind::Message(inner) = field.kind()
            && names::is_ours(&inner)
        {
            add_schemas(&inner, schemas);
        }
    }
}

fn schema(name: &str, message: &MessageDescriptor) -> String {
    let fields: String = message.fields().map(|field| self::field(&field)).collect();
    format!("static {name}: Schema = Schema {{ name: {:?}, fields: &[\n{fields}] }};\n", message.full_name())
}

fn field(field: &FieldDescriptor) -> String {
    format!(
        "    Field {{ name: {:?}, json: {:?}, kind: {}, repeated: {} }},\n",
        field.name(),
        field.json_name(),
        kind(field),
        field.is_list(),
    )
}

fn kind(field: &FieldDescriptor) -> String {
    let kind = match field.kind() {
        Kind::Bool => "Bool",
        Kind::String => "String",
        Kind::Bytes => "Bytes",
        Kind::Enum(_) => "Enum",
        Kind::Message(inner) if names::is_ours(&inner) => {
            return format!("Kind::Message(&{})", schema_name(&inner));
        }
        Kind::Message(inner) if inner.full_name() == "google.protobuf.Duration" => "Duration",
        Kind::Message(inner) if inner.full_name() == "google.protobuf.Timestamp" => "Timestamp",
        Kind::Message(inner) => panic!("{}: teach Kind about it", inner.full_name()),
        _ => "Number",
    };
    format!("Kind::{kind}")
}

fn schema_name(message: &MessageDescriptor) -> String {
    message.full_name().replace('.', "_").to_uppercase()
}

//! Writes `routes.rs`: one route for every rpc, and the schemas of their requests.

use std::collections::BTreeMap;

use protox::prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use crate::{
    names,
    rpcs::{self, Binding, Rpc},
};

pub fn generate(pool: &DescriptorPool) -> String {
    let mut schemas = BTreeMap::new();
    let mut code = String::from("pub static ROUTES: &[Route] = &[\n");
    for rpc in rpcs::all(pool) {
        add_schemas(&rpc.method.input(), &mut schemas);
        code += &route(&rpc);
    }
    code += "];\n\n";
    for (name, message) in &schemas {
        code += &schema(name, message);
    }
    code
}

fn route(Rpc { method, permission, bindings }: &Rpc) -> String {
    let rest: Vec<String> = bindings.iter().map(rest).collect();
    format!(
        "    Route {{ procedure: {:?}, permission: {permission:?}, rest: &[{}], request: &{} }},\n",
        rpcs::procedure(method),
        rest.join(", "),
        schema_name(&method.input()),
    )
}

fn rest(Binding { verb, path, body, success }: &Binding) -> String {
    format!("Rest {{ method: {verb:?}, path: {:?}, body: {body}, success: {success} }}", pattern(path))
}

/// A path as `matchit` reads it: there, what takes all the rest has its star in front.
fn pattern(path: &str) -> String {
    match path.strip_suffix("=**}").and_then(|path| path.rsplit_once('{')) {
        Some((start, name)) => format!("{start}{{*{name}}}"),
        None => path.to_owned(),
    }
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

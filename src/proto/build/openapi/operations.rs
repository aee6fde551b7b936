//! An rpc and one of its HTTP bindings, as an operation.

use std::collections::BTreeSet;

use protox::prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::{comments, paths::variables, schemas::Schemas};
use crate::{
    names,
    rpcs::{self, Binding, Rpc},
};

/// How many messages deep a query parameter is described. Messages may contain each other.
const MAX_DEPTH: usize = 3;

/// The rpcs that REST also answers as a table.
const TABLES: [&str; 1] = ["countersign.v1.CredentialService/SearchCredentials"];

/// `number` tells bindings of the same rpc apart; `path` is where the document has this one.
pub fn operation(rpc: &Rpc, binding: &Binding, number: usize, path: &str, schemas: &mut Schemas) -> Value {
    let Rpc { method, permission, .. } = rpc;
    let service = method.parent_service();
    let comment = comments::of(&method.parent_file(), method.path());
    let in_path: BTreeSet<String> = variables(&binding.path).map(ToOwned::to_owned).collect();
    let mut operation = json!({
        "operationId": operation_id(service.name(), method.name(), number),
        "tags": [service.name()],
        "summary": summary(&comment, method.name()),
        "description": description(&comment, permission),
        "parameters": parameters(&method.input(), binding, path, &in_path, schemas),
        "responses": {
            binding.success.to_string(): {
                "description": "Done.",
                "content": { "application/json": { "schema": schemas.refer(&method.output()) } },
            },
            "default": { "$ref": "#/components/responses/Refusal" },
        },
        "x-countersign-procedure": format!("/{}", rpcs::procedure(method)),
        "x-countersign-permission": permission,
    });
    if TABLES.contains(&rpcs::procedure(method).as_str()) {
        let done = &mut operation["responses"][binding.success.to_string()];
        done["content"]["text/csv"] = json!({ "schema": { "type": "string" } });
        let next = "Of a table: what `nextPageToken` is otherwise.";
        done["headers"] = json!({ "x-next-page-token": { "description": next, "schema": { "type": "string" } } });
    }
    if permission.is_empty() {
        operation["security"] = json!([]);
    } else {
        let context = json!({ "$ref": "#/components/parameters/ContextOrganisation" });
        operation["parameters"].as_array_mut().expect("a list").push(context);
    }
    if binding.body {
        operation["requestBody"] = body(&method.input(), &in_path, schemas);
    }
    operation
}

fn operation_id(service: &str, method: &str, number: usize) -> String {
    match number {
        0 => format!("{service}_{method}"),
        _ => format!("{service}_{method}{}", number + 1),
    }
}

fn summary(comment: &str, method: &str) -> String {
    match comments::summary(comment) {
        "" => method.to_owned(),
        sentence => sentence.to_owned(),
    }
}

fn description(comment: &str, permission: &str) -> String {
    let needs = match permission {
        "" => "Needs no caller.".to_owned(),
        "authenticated" => "Needs a live token. What it may do or see follows from the roles of its user.".to_owned(),
        name => format!("Needs the permission `{name}`."),
    };
    [comment, &needs].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The request without what stands in the path; where that is all, no body is needed.
fn body(request: &MessageDescriptor, in_path: &BTreeSet<String>, schemas: &mut Schemas) -> Value {
    let schema = schemas.refer_without(request, in_path);
    let required = schemas.requires(request, in_path);
    json!({ "required": required, "content": { "application/json": { "schema": schema } } })
}

fn parameters(
    request: &MessageDescriptor,
    binding: &Binding,
    path: &str,
    in_path: &BTreeSet<String>,
    schemas: &mut Schemas,
) -> Vec<Value> {
    let mut found = Vec::new();
    for (variable, name) in variables(&binding.path).zip(variables(path)) {
        let field = request.get_field_by_name(variable).expect("a variable names a field");
        found.push(parameter("path", name, &field, true, schemas));
    }
    if !binding.body {
        query(request, "", in_path, MAX_DEPTH, schemas, &mut found);
    }
    found
}

/// What a query string can say: the fields that are left, those of messages behind a dot. Lists of messages cannot be
/// said.
fn query(
    message: &MessageDescriptor,
    prefix: &str,
    in_path: &BTreeSet<String>,
    depth: usize,
    schemas: &mut Schemas,
    found: &mut Vec<Value>,
) {
    for field in message.fields().filter(|field| !in_path.contains(field.name())) {
        let name = format!("{prefix}{}", field.json_name());
        match field.kind() {
            Kind::Message(inner) if names::is_ours(&inner) => {
                if !field.is_list() && depth > 0 {
                    query(&inner, &format!("{name}."), &BTreeSet::new(), depth - 1, schemas, found);
                }
            }
            _ => {
                let required = prefix.is_empty() && schemas.is_required(&field);
                found.push(parameter("query", &name, &field, required, schemas));
            }
        }
    }
}

fn parameter(place: &str, name: &str, field: &FieldDescriptor, required: bool, schemas: &mut Schemas) -> Value {
    let mut schema = schemas.of_field(field);
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let mut parameter = Map::from_iter([
        ("in".to_owned(), place.into()),
        ("name".to_owned(), name.into()),
        ("required".to_owned(), required.into()),
        ("schema".to_owned(), schema),
    ]);
    parameter.extend(description.map(|text| ("description".to_owned(), text)));
    parameter.into()
}

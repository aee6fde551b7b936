//! Writes `openapi.json`: the REST face as an OpenAPI 3.1 document. What the protos declare is generated; what stands
//! beside them (OAuth, health, the errors) is written by hand in `fixed.json`, into which the rest goes.

mod comments;
mod operations;
mod paths;
mod schemas;

use std::hash::{DefaultHasher, Hash, Hasher};

use paths::Paths;
use protox::prost_reflect::{DescriptorPool, ServiceDescriptor};
use schemas::Schemas;
use serde_json::{Value, json};

use crate::rpcs::{self, Rpc};

pub fn generate(pool: &DescriptorPool, version: &str) -> String {
    let mut document: Value = serde_json::from_str(include_str!("fixed.json")).expect("fixed.json is JSON");
    let mut schemas = Schemas::new(pool);
    let mut paths = Paths::default();
    for rpc in rpcs::all(pool) {
        for (number, binding) in rpc.bindings.iter().enumerate() {
            let path = paths.of(&binding.path);
            let operation = operations::operation(&rpc, binding, number, &path, &mut schemas);
            let place = &mut document["paths"][path][binding.verb.to_lowercase()];
            assert!(place.is_null(), "{} {} is there twice", binding.verb, binding.path);
            *place = operation;
        }
    }
    let tags = document["tags"].as_array_mut().expect("tags are a list");
    tags.splice(0..0, services(&rpcs::all(pool)));
    let components = document["components"]["schemas"].as_object_mut().expect("schemas are an object");
    components.extend(schemas.written);
    document["info"]["version"] = version.into();
    document.to_string()
}

/// An ETag: another one for another document, which is all that it has to be.
pub fn tag(document: &str) -> String {
    let mut hasher = DefaultHasher::new();
    document.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// Those that REST reaches.
fn services(rpcs: &[Rpc]) -> Vec<Value> {
    let mut served: Vec<_> = rpcs.iter().filter(|rpc| !rpc.bindings.is_empty()).collect();
    served.dedup_by_key(|rpc| rpc.method.parent_service().full_name().to_owned());
    let served = served.into_iter().map(|rpc| rpc.method.parent_service());
    let tag = |service: &ServiceDescriptor| {
        let comment = comments::of(&service.parent_file(), service.path());
        json!({ "name": service.name(), "description": format!("`{}`. {comment}", service.full_name()) })
    };
    served.map(tag).collect()
}

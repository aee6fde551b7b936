//! What the protos say of each rpc beside its messages: who may call it, and how plain HTTP reaches it.

use protox::prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, MethodDescriptor};

use crate::{names, options};

const VERBS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// An rpc of a service that is served.
pub struct Rpc {
    pub method: MethodDescriptor,
    /// A permission's name, `authenticated`, or empty.
    pub permission: String,
    /// The rule's own binding and its additional ones; none, if there is no rule.
    pub bindings: Vec<Binding>,
}

/// One way to reach an rpc over plain HTTP.
pub struct Binding {
    /// In capitals.
    pub verb: String,
    /// As the rule has it.
    pub path: String,
    /// Whether the body is the request.
    pub body: bool,
    /// The status of success.
    pub success: i32,
}

/// The three options that an rpc can carry.
struct Extensions {
    http: ExtensionDescriptor,
    v1: ExtensionDescriptor,
    v2: ExtensionDescriptor,
}

/// All of them, in the order of the files.
pub fn all(pool: &DescriptorPool) -> Vec<Rpc> {
    let extensions = Extensions {
        http: options::extension(pool, "google.api.http"),
        v1: options::extension(pool, "zitadel.v1.auth_option"),
        v2: options::extension(pool, "zitadel.protoc_gen_zitadel.v2.options"),
    };
    let served = pool.services().filter(|service| names::is_served(service.package_name()));
    served.flat_map(|service| service.methods().collect::<Vec<_>>()).map(|it| rpc(it, &extensions)).collect()
}

/// The name by which an rpc is called: `package.Service/Method`.
pub fn procedure(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

fn rpc(method: MethodDescriptor, extensions: &Extensions) -> Rpc {
    let options = method.options();
    let v2 = options::option(&options, &extensions.v2);
    let auth = options::option(&options, &extensions.v1)
        .or_else(|| v2.as_ref().and_then(|v2| options::message(v2, "auth_option")));
    let permission = auth.map(|auth| options::text(&auth, "permission")).unwrap_or_default();
    let response = v2.and_then(|v2| options::message(&v2, "http_response"));
    let success = match response.map(|response| options::number(&response, "success_code")) {
        None | Some(0) => 200,
        Some(code) => code,
    };
    let rule = options::option(&options, &extensions.http);
    let bindings = rule.map(|rule| bindings(&rule, success)).unwrap_or_default();
    Rpc { method, permission, bindings }
}

fn bindings(rule: &DynamicMessage, success: i32) -> Vec<Binding> {
    let mut bindings = vec![binding(rule, success)];
    for more in options::list(rule, "additional_bindings") {
        bindings.push(binding(more.as_message().expect("bindings are messages"), success));
    }
    bindings
}

fn binding(rule: &DynamicMessage, success: i32) -> Binding {
    let verb = VERBS.into_iter().find(|verb| rule.has_field_by_name(verb)).expect("a rule has one of the five methods");
    let path = options::text(rule, verb);
    let body = match options::text(rule, "body").as_str() {
        "" => false,
        "*" => true,
        other => panic!("{path}: a body is the whole request or absent, not {other}"),
    };
    Binding { verb: verb.to_uppercase(), path, body, success }
}

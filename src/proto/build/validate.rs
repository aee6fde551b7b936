//! Writes `validate.rs`: what protoc-gen-validate would check, in its order and in its words.

use std::collections::{BTreeMap, HashSet};

use protox::prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor,
};

use crate::{names, options, rules};

/// The two options that carry rules.
struct Rules {
    field: ExtensionDescriptor,
    oneof: ExtensionDescriptor,
}

pub fn generate(pool: &DescriptorPool) -> String {
    let rules = Rules {
        field: options::extension(pool, "validate.rules"),
        oneof: options::extension(pool, "validate.required"),
    };
    let mut reached = BTreeMap::new();
    for service in pool.services() {
        if names::is_served(service.package_name()) {
            for method in service.methods() {
                reach(&method.input(), &mut reached);
            }
        }
    }
    reached.values().map(|message| rules.of_message(message)).collect()
}

/// Collects a message and all of ours that it contains.
fn reach(message: &MessageDescriptor, reached: &mut BTreeMap<String, MessageDescriptor>) {
    let known = reached.insert(message.full_name().to_owned(), message.clone());
    if known.is_some() {
        return;
    }
    for inner in message.fields().filter_map(|field| contained(&field)) {
        reach(&inner, reached);
    }
}

/// The message of ours that a field holds.
fn contained(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(inner) if names::is_ours(&inner) => Some(inner),
        _ => None,
    }
}

impl Rules {
    fn of_message(&self, message: &MessageDescriptor) -> String {
        let path = names::rust_path(message);
        let checks = self.checks(message);
        if checks.is_empty() {
            return format!("impl Validate for messages::{path} {{}}\n");
        }
        format!(
            "impl Validate for messages::{path} {{\n\
             fn validate_at(&self, depth: usize) -> Result<(), Violation> {{\n\
             const NAME: &str = {:?};\n{checks}Ok(())\n}}\n}}\n",
            names::go_type(message)
        )
    }

    /// Plain fields first, then oneofs, then optional fields: the first violation is the one that is
    /// told, so the order is part of the wire.
    fn checks(&self, message: &MessageDescriptor) -> String {
        let mut code = String::new();
        for field in message.fields().filter(|it| it.containing_oneof().is_none()) {
            code += &self.of_plain(&field);
        }
        for oneof in message.oneofs().filter(|it| !it.is_synthetic()) {
            code += &self.of_oneof(&oneof);
        }
        for oneof in message.oneofs().filter(|it| it.is_synthetic()) {
            for field in oneof.fields() {
                let body = self.of_value(&field, "value");
                code += &when(&format!("Some(value) = &self.{}", rust_name(&field)), body);
            }
        }
        code
    }

    fn of_plain(&self, field: &FieldDescriptor) -> String {
        let name = rust_name(field);
        if field.is_list() {
            return self.of_list(field);
        }
        let Some(inner) = contained(field) else {
            return self.of_value(field, &format!("self.{name}")) + &self.required(field);
        };
        let body = self.nested(&inner, &place(field), "value");
        self.required(field) + &when(&format!("Some(value) = self.{name}.as_option()"), body)
    }

    fn of_list(&self, field: &FieldDescriptor) -> String {
        let list = format!("self.{}", rust_name(field));
        let at = format!("{}.item(index)", place(field));
        let rules = self.field(field).and_then(|it| options::message(&it, "repeated"));
        let items = rules.as_ref().and_then(|it| options::message(it, "items"));
        let mut body = items.map_or(String::new(), |it| rules::of_value(&it, field, &at, "value"));
        if let Some(inner) = contained(field) {
            body += &self.nested(&inner, &at, "value");
        }
        let mut code = String::new();
        if let Some(max) = rules.as_ref().and_then(|it| options::count(it, "max_items")) {
            let reason = format!("value must contain no more than {max} item(s)");
            code += &rules::ensure(&place(field), &format!("{list}.len() <= {max}"), &reason);
        }
        if rules.is_some_and(|it| options::flag(&it, "unique")) {
            code += &format!("{}.unique(&{list})?;\n", place(field));
        }
        if !body.is_empty() {
            code += &format!("for (index, value) in {list}.iter().enumerate() {{\n{body}}}\n");
        }
        code
    }

    fn of_oneof(&self, oneof: &OneofDescriptor) -> String {
        let name = names::rust_field(oneof.name());
        let mut code = String::new();
        if self.is_required(oneof) {
            let at = format!("Place::field(NAME, {:?})", names::camel(oneof.name()));
            code += &rules::ensure(&at, &format!("self.{name}.is_some()"), "value is required");
        }
        let path = names::oneof_path(oneof);
        for field in oneof.fields() {
            let body = match contained(&field) {
                Some(inner) => self.nested(&inner, &place(&field), "value.as_ref()"),
                None => self.of_value(&field, "value"),
            };
            let variant = names::camel(field.name());
            code += &when(&format!("Some(messages::{path}::{variant}(value)) = &self.{name}"), body);
        }
        code
    }

    fn of_value(&self, field: &FieldDescriptor, value: &str) -> String {
        let rules = self.field(field);
        rules.map_or(String::new(), |it| rules::of_value(&it, field, &place(field), value))
    }

    fn required(&self, field: &FieldDescriptor) -> String {
        let rules = self.field(field).and_then(|it| options::message(&it, "message"));
        if !rules.is_some_and(|it| options::flag(&it, "required")) {
            return String::new();
        }
        let is_set = format!("self.{}.is_set()", rust_name(field));
        rules::ensure(&place(field), &is_set, "value is required")
    }

    /// Descends only where something is checked further down.
    fn nested(&self, inner: &MessageDescriptor, at: &str, value: &str) -> String {
        if !self.reaches_rules(inner, &mut HashSet::new()) {
            return String::new();
        }
        format!("{at}.nested({value}, depth)?;\n")
    }

    fn reaches_rules(&self, message: &MessageDescriptor, seen: &mut HashSet<String>) -> bool {
        if !seen.insert(message.full_name().to_owned()) {
            return false;
        }
        message.oneofs().any(|oneof| self.is_required(&oneof))
            || message.fields().any(|field| {
                self.field(&field).is_some() || contained(&field).is_some_and(|inner| self.reaches_rules(&inner, seen))
            })
    }

    fn is_required(&self, oneof: &OneofDescriptor) -> bool {
        oneof.options().get_extension(&self.oneof).as_bool() == Some(true)
    }

    fn field(&self, field: &FieldDescriptor) -> Option<DynamicMessage> {
        options::option(&field.options(), &self.field)
    }
}

fn when(pattern: &str, body: String) -> String {
    if body.is_empty() {
        return body;
    }
    format!("if let {pattern} {{\n{body}}}\n")
}

fn place(field: &FieldDescriptor) -> String {
    format!("Place::field(NAME, {:?})", names::camel(field.name()))
}

fn rust_name(field: &FieldDescriptor) -> String {
    names::rust_field(field.name())
}

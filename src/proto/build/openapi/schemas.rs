//! Messages and enums as JSON Schemas of their ProtoJSON.

use std::collections::BTreeSet;

use protox::prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    OneofDescriptor,
};
use serde_json::{Map, Value, json};

use super::comments;
use crate::limits::{MAX_PAGE, MAX_V1_PAGE};
use crate::{names, options};

/// The schemas that something refers to, by the full names of what they describe.
pub struct Schemas {
    pub written: Map<String, Value>,
    field_rules: ExtensionDescriptor,
    oneof_rules: ExtensionDescriptor,
}

impl Schemas {
    pub fn new(pool: &DescriptorPool) -> Self {
        Self {
            written: Map::new(),
            field_rules: options::extension(pool, "validate.rules"),
            oneof_rules: options::extension(pool, "validate.required"),
        }
    }

    /// A reference to a message.
    pub fn refer(&mut self, message: &MessageDescriptor) -> Value {
        self.refer_without(message, &BTreeSet::new())
    }

    /// A reference to a message that has no room for these fields. A message that is left out of in different ways is
    /// described as it was first.
    pub fn refer_without(&mut self, message: &MessageDescriptor, left_out: &BTreeSet<String>) -> Value {
        let name = message.full_name().to_owned();
        if !self.written.contains_key(&name) {
            // Before its fields, which may contain it.
            self.written.insert(name.clone(), Value::Null);
            let schema = self.of_message(message, left_out);
            self.written.insert(name.clone(), schema);
        }
        reference(&name)
    }

    /// Whether a request without these fields has to say anything.
    pub fn requires(&self, message: &MessageDescriptor, left_out: &BTreeSet<String>) -> bool {
        !self.required(message, left_out).is_empty() || message.oneofs().any(|oneof| self.must_be_set(&oneof))
    }

    /// Whether a request is refused when it leaves a field out.
    pub fn is_required(&self, field: &FieldDescriptor) -> bool {
        if field.containing_oneof().is_some() || field.is_list() {
            return false;
        }
        let Some(rules) = self.rules(field) else { return false };
        let has =
            |kind: &str, asks: fn(&DynamicMessage) -> bool| options::message(&rules, kind).is_some_and(|it| asks(&it));
        has("message", |it| options::flag(it, "required"))
            || has("string", |it| options::count(it, "min_len").is_some_and(|min| min > 0))
            || has("bytes", |it| options::count(it, "min_len").is_some_and(|min| min > 0))
            || has("enum", |it| options::list(it, "not_in").iter().any(|number| number.as_i32() == Some(0)))
    }

    /// The schema of a field's value, with what its comment says.
    pub fn of_field(&mut self, field: &FieldDescriptor) -> Value {
        let rules = self.rules(field);
        let mut schema = match field.is_list() {
            true => self.of_list(field, rules.as_ref()),
            false => self.of_value(field, rules.as_ref()),
        };
        let comment = comments::of(&field.parent_message().parent_file(), field.path());
        let texts = [comment, self.alternatives(field)];
        let description = texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
        if !description.is_empty() {
            schema["description"] = description.into();
        }
        schema
    }

    fn of_message(&mut self, message: &MessageDescriptor, left_out: &BTreeSet<String>) -> Value {
        let fields = message.fields().filter(|field| !left_out.contains(field.name()));
        let properties: Map<_, _> = fields.map(|field| (field.json_name().to_owned(), self.of_field(&field))).collect();
        let mut schema = json!({ "type": "object", "properties": properties });
        let comment = comments::of(&message.parent_file(), message.path());
        if !comment.is_empty() {
            schema["description"] = comment.into();
        }
        let required = self.required(message, left_out);
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        if let Some(only) = message.oneofs().find(is_all) {
            schema["maxProperties"] = 1.into();
            if self.must_be_set(&only) {
                schema["minProperties"] = 1.into();
            }
        }
        schema
    }

    fn required(&self, message: &MessageDescriptor, left_out: &BTreeSet<String>) -> Vec<String> {
        let fields = message.fields().filter(|field| !left_out.contains(field.name()) && self.is_required(field));
        fields.map(|field| field.json_name().to_owned()).collect()
    }

    fn of_list(&mut self, field: &FieldDescriptor, rules: Option<&DynamicMessage>) -> Value {
        let rules = rules.and_then(|rules| options::message(rules, "repeated"));
        let items = rules.as_ref().and_then(|rules| options::message(rules, "items"));
        let mut schema = json!({ "type": "array", "items": self.of_value(field, items.as_ref()) });
        if let Some(max) = rules.as_ref().and_then(|rules| options::count(rules, "max_items")) {
            schema["maxItems"] = max.into();
        }
        if rules.is_some_and(|rules| options::flag(&rules, "unique")) {
            schema["uniqueItems"] = true.into();
        }
        schema
    }

    fn of_value(&mut self, field: &FieldDescriptor, rules: Option<&DynamicMessage>) -> Value {
        let rules = |kind: &str| rules.and_then(|rules| options::message(rules, kind));
        match field.kind() {
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::String => lengths(json!({ "type": "string" }), rules("string")),
            Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({ "type": "integer", "format": "int32" }),
            Kind::Uint32 | Kind::Fixed32 => json!({ "type": "integer", "minimum": 0, "maximum": most(field) }),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => json!({ "type": "string", "pattern": "^-?[0-9]+$" }),
            Kind::Uint64 | Kind::Fixed64 => json!({ "type": "string", "pattern": "^[0-9]+$" }),
            Kind::Enum(of) => self.of_enum(&of, rules("enum")),
            Kind::Message(message) if names::is_ours(&message) => self.refer(&message),
            Kind::Message(message) => well_known(message.full_name()),
            Kind::Float | Kind::Double => panic!("{}: teach this about fractions", field.full_name()),
        }
    }

    fn of_enum(&mut self, of: &EnumDescriptor, rules: Option<DynamicMessage>) -> Value {
        let names: Vec<String> = of.values().map(|value| value.name().to_owned()).collect();
        let mut schema = json!({ "type": "string", "enum": names });
        let description = enum_description(of);
        if !description.is_empty() {
            schema["description"] = description.into();
        }
        self.written.insert(of.full_name().to_owned(), schema);
        let mut schema = reference(of.full_name());
        let refused = rules.map(|rules| options::list(&rules, "not_in")).unwrap_or_default();
        let refused: Vec<_> = refused.iter().filter_map(|it| it.as_i32()).map(|it| names::enum_value(of, it)).collect();
        if !refused.is_empty() {
            schema["not"] = json!({ "enum": refused });
        }
        schema
    }

    /// What else could be there in a field's place. In words, because generators of clients stumble over `oneOf`
    /// beside `properties`; where there are no other fields, the number of properties says the same.
    fn alternatives(&self, field: &FieldDescriptor) -> String {
        let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic() && !is_all(oneof)) else {
            return String::new();
        };
        let names: Vec<String> = oneof.fields().map(|field| format!("`{}`", field.json_name())).collect();
        let how_many = if self.must_be_set(&oneof) { "Exactly" } else { "At most" };
        format!("{how_many} one of {} is set.", names.join(", "))
    }

    fn must_be_set(&self, oneof: &OneofDescriptor) -> bool {
        oneof.options().get_extension(&self.oneof_rules).as_bool() == Some(true)
    }

    fn rules(&self, field: &FieldDescriptor) -> Option<DynamicMessage> {
        options::option(&field.options(), &self.field_rules)
    }
}

/// Whether a message is this oneof and nothing else.
fn is_all(oneof: &OneofDescriptor) -> bool {
    !oneof.is_synthetic() && oneof.fields().len() == oneof.parent_message().fields().len()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// What a number can be at most. Pages have no rule: one that is too long is refused by what reads it.
fn most(field: &FieldDescriptor) -> usize {
    match field.full_name() {
        "zitadel.filter.v2.PaginationRequest.limit" | "zitadel.object.v2.ListQuery.limit" => MAX_PAGE,
        "zitadel.change.v1.ChangeQuery.limit" | "zitadel.v1.ListQuery.limit" => MAX_V1_PAGE,
        _ => u32::MAX as usize,
    }
}

fn lengths(mut schema: Value, rules: Option<DynamicMessage>) -> Value {
    for (name, keyword) in [("min_len", "minLength"), ("max_len", "maxLength")] {
        if let Some(length) = rules.as_ref().and_then(|rules| options::count(rules, name)) {
            schema[keyword] = length.into();
        }
    }
    schema
}

/// What Google's own messages look like in JSON.
fn well_known(name: &str) -> Value {
    match name {
        "google.protobuf.Timestamp" => json!({ "type": "string", "format": "date-time" }),
        "google.protobuf.Duration" => {
            json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?s$", "examples": ["3600s"] })
        }
        "google.protobuf.Struct" => json!({ "type": "object", "additionalProperties": true }),
        other => panic!("teach this about {other}"),
    }
}

/// The comment of an enum, and a line for each value that has one.
fn enum_description(of: &EnumDescriptor) -> String {
    let file = of.parent_file();
    let value = |value: protox::prost_reflect::EnumValueDescriptor| match comments::of(&file, value.path()) {
        comment if comment.is_empty() => None,
        comment => Some(format!("* `{}`: {comment}", value.name())),
    };
    let values = of.values().filter_map(value).collect::<Vec<_>>().join("\n");
    [comments::of(&file, of.path()), values].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n\n")
}

//! Reading the options that the protos carry. They are extensions, so they are found by name at
//! build time rather than being types of this crate.

use protox::prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, Value};

/// An extension by its full name. A wrong name is a mistake in the build script.
pub fn extension(pool: &DescriptorPool, name: &str) -> ExtensionDescriptor {
    pool.get_extension_by_name(name).unwrap_or_else(|| panic!("the protos declare {name}"))
}

/// The message of an option, if it was given.
pub fn option(options: &DynamicMessage, of: &ExtensionDescriptor) -> Option<DynamicMessage> {
    if !options.has_extension(of) {
        return None;
    }
    options.get_extension(of).as_message().cloned()
}

/// A field that is a message, if it is set.
pub fn message(of: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    value(of, name)?.as_message().cloned()
}

/// A field that is a text; empty when it is not set.
pub fn text(of: &DynamicMessage, name: &str) -> String {
    let value = value(of, name);
    let text = value.as_ref().and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// A field that is a flag; false when it is not set.
pub fn flag(of: &DynamicMessage, name: &str) -> bool {
    value(of, name).and_then(|value| value.as_bool()) == Some(true)
}

/// A field that counts, if it is set.
pub fn count(of: &DynamicMessage, name: &str) -> Option<u64> {
    value(of, name)?.as_u64()
}

/// A field that is a list; empty when it is not set.
pub fn list(of: &DynamicMessage, name: &str) -> Vec<Value> {
    let value = value(of, name);
    let list = value.as_ref().and_then(Value::as_list);
    list.unwrap_or_default().to_vec()
}

/// A field that is a small signed number; 0 when it is not set.
pub fn number(of: &DynamicMessage, name: &str) -> i32 {
    let value = value(of, name).and_then(|value| value.as_i32());
    value.unwrap_or_default()
}

fn value(of: &DynamicMessage, name: &str) -> Option<Value> {
    if !of.has_field_by_name(name) {
        return None;
    }
    of.get_field_by_name(name).map(|value| value.into_owned())
}

//! The names of things in the protos, as Rust and as Go spell them.

use protox::prost_reflect::{EnumDescriptor, MessageDescriptor, OneofDescriptor};

/// Whether a message is one of ours, rather than a well-known type that is never checked.
pub fn is_ours(message: &MessageDescriptor) -> bool {
    is_served(message.package_name())
}

/// The packages whose services are in the route table.
pub fn is_served(package: &str) -> bool {
    ["zitadel", "countersign"].contains(&package.split('.').next().unwrap_or_default())
}

/// The path of a message below the module that holds the generated packages. A nested message lies
/// in a module with the snake-case name of its parent.
pub fn rust_path(message: &MessageDescriptor) -> String {
    match message.parent_message() {
        Some(parent) => format!("{}::{}", inner_module(&parent), message.name()),
        None => format!("{}::{}", package_path(message), message.name()),
    }
}

/// The path of the enum that buffa makes of a oneof.
pub fn oneof_path(oneof: &OneofDescriptor) -> String {
    let module = inner_module(oneof.parent_message());
    format!("{module}::{}", camel(oneof.name()))
}

/// protoc-gen-go's type name: a nested message is joined to its parent with an underscore.
pub fn go_type(message: &MessageDescriptor) -> String {
    match message.parent_message() {
        Some(parent) => format!("{}_{}", go_type(&parent), message.name()),
        None => message.name().to_owned(),
    }
}

/// `user_id` becomes `UserId`: Go's name of a field, and Rust's of a oneof's variant.
pub fn camel(name: &str) -> String {
    name.split('_').map(capitalized).collect()
}

/// A field as a Rust identifier; a keyword becomes a raw one. A keyword that is missing here does not
/// compile, so it cannot be overlooked.
pub fn rust_field(name: &str) -> String {
    match name {
        "type" | "ref" | "match" | "move" | "use" | "in" => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

/// The name of one of an enum's values.
pub fn enum_value(of: &EnumDescriptor, number: i32) -> String {
    let value = of.get_value(number).expect("rules list values that exist");
    value.name().to_owned()
}

fn inner_module(parent: &MessageDescriptor) -> String {
    let outer = match parent.parent_message() {
        Some(grandparent) => inner_module(&grandparent),
        None => package_path(parent),
    };
    format!("{outer}::{}", snake(parent.name()))
}

fn package_path(message: &MessageDescriptor) -> String {
    message.package_name().replace('.', "::")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

/// `GetUserByIDRequest` becomes `get_user_by_id_request`: a run of capitals is one word.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut result = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let begins_word = letter.is_uppercase()
            && at > 0
            && (letters[at - 1].is_lowercase() || letters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if begins_word {
            result.push('_');
        }
        result.push(letter.to_ascii_lowercase());
    }
    result
}
